/*
 * curve_type.c
 *	  The type switchgrid.curve as SQL sees it: its text and binary forms, and its points.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/curve.h"
#include "curve_text.h"
#include "fmgr.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(sg_curve_in);
PG_FUNCTION_INFO_V1(sg_curve_out);
PG_FUNCTION_INFO_V1(sg_curve_recv);
PG_FUNCTION_INFO_V1(sg_curve_send);
PG_FUNCTION_INFO_V1(sg_curve_points);

/* ---- the text form: curve_text.h ---- */

Datum
sg_curve_in(PG_FUNCTION_ARGS)
{
	SgSlots *slots = sg_curve_text_read(PG_GETARG_CSTRING(0));
	struct varlena *packed = sg_curve_pack(slots);

	sg_curve_free(slots);
	PG_RETURN_POINTER(packed);
}

Datum
sg_curve_out(PG_FUNCTION_ARGS)
{
	SgSlots *slots = sg_curve_unpack(PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0)));
	char *text = sg_curve_text_write(slots);

	sg_curve_free(slots);
	PG_RETURN_CSTRING(text);
}

/* ---- the binary form: the packed bytes ---- */

/* Are these bytes a curve? Reads them whole: what is wrong must be refused here, not years later.
 */
static SgCodecStatus
check_bytes(const uint8 *bytes, size_t len)
{
	SgSlots slots = {0};
	SgCodecStatus status = sg_codec_head(bytes, len, &slots.head);

	if (status != SG_CODEC_OK)
		return status;
	slots.values = palloc(sizeof(int32) * Max(slots.head.count, 1));
	slots.nature = palloc(Max(slots.head.count, 1));
	status = sg_codec_unpack(bytes, len, &slots);
	pfree(slots.values);
	pfree(slots.nature);
	return status;
}

Datum
sg_curve_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int len = message->len - message->cursor;
	const char *bytes = pq_getmsgbytes(message, len);
	SgCodecStatus status = check_bytes((const uint8 *) bytes, len);

	if (status != SG_CODEC_OK)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						errmsg("invalid binary representation for type %s", "switchgrid.curve"),
						errdetail("%s", sg_codec_message(status))));
	PG_RETURN_POINTER(cstring_to_text_with_len(bytes, len));
}

Datum
sg_curve_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(PG_GETARG_BYTEA_P_COPY(0));
}

/* ---- the points ---- */

/* The columns of switchgrid.points(). */
enum
{
	POINT_STARTS_AT,
	POINT_ENDS_AT,
	POINT_WATTS,
	POINT_WH,
	POINT_NATURE,
	POINT_COLUMNS
};

/* The points being returned. */
typedef struct Points
{
	SgSlots *slots;
	uint32 next; /* slot to look at */
} Points;

/* Prepares the rows. The slots live until the last one, in the memory that the call has for that.
 */
static void
begin_points(FunctionCallInfo fcinfo)
{
	FuncCallContext *call = SRF_FIRSTCALL_INIT();
	MemoryContext old = MemoryContextSwitchTo(call->multi_call_memory_ctx);
	struct varlena *packed = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	Points *points = palloc0(sizeof(Points));

	if (get_call_result_type(fcinfo, NULL, &call->tuple_desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	call->tuple_desc = BlessTupleDesc(call->tuple_desc);
	points->slots = sg_curve_unpack(packed);
	call->user_fctx = points;
	PG_FREE_IF_COPY(packed, 0);
	MemoryContextSwitchTo(old);
}

static Datum
point_row(const SgSlots *slots, uint32 slot, TupleDesc desc)
{
	double watts = slots->values[slot] / sg_curve_unit(slots->head.scale);
	const char *nature = sg_curve_nature(slots, slot);
	Datum values[POINT_COLUMNS];
	bool nulls[POINT_COLUMNS] = {false};

	values[POINT_STARTS_AT] = TimestampTzGetDatum(sg_curve_slot_start(&slots->head, slot));
	values[POINT_ENDS_AT] = TimestampTzGetDatum(sg_curve_slot_start(&slots->head, slot + 1));
	values[POINT_WATTS] = Float8GetDatum(watts);
	values[POINT_WH] = Float8GetDatum(watts * slots->head.step / SECS_PER_HOUR);
	nulls[POINT_NATURE] = nature == NULL;
	values[POINT_NATURE] = nature == NULL ? (Datum) 0 : CStringGetTextDatum(nature);
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}

Datum
sg_curve_points(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	Points *points;
	const SgSlots *slots;

	if (SRF_IS_FIRSTCALL())
		begin_points(fcinfo);
	call = SRF_PERCALL_SETUP();
	points = call->user_fctx;
	slots = points->slots;
	while (points->next < slots->head.count && slots->nature[points->next] == SG_SLOT_MISSING)
		points->next++;
	if (points->next == slots->head.count)
		SRF_RETURN_DONE(call);
	SRF_RETURN_NEXT(call, point_row(slots, points->next++, call->tuple_desc));
}
