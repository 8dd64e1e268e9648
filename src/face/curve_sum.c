/*
 * curve_sum.c
 *	  The aggregates over curves: sum, avg, min and max.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/total.h"
#include "curve_call.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(sg_total_add_sum);
PG_FUNCTION_INFO_V1(sg_total_add_min);
PG_FUNCTION_INFO_V1(sg_total_add_max);
PG_FUNCTION_INFO_V1(sg_total_combine);
PG_FUNCTION_INFO_V1(sg_total_serial);
PG_FUNCTION_INFO_V1(sg_total_deserial);
PG_FUNCTION_INFO_V1(sg_total_final);
PG_FUNCTION_INFO_V1(sg_total_final_mean);

static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "called as no aggregate");
	return context;
}

static Datum
add(FunctionCallInfo fcinfo, SgTotalKind kind)
{
	MemoryContext context = aggregate_context(fcinfo);
	SgTotal *total = PG_ARGISNULL(0) ? NULL : (SgTotal *) PG_GETARG_POINTER(0);
	SgSlots *slots = NULL;
	MemoryContext old;

	if (!PG_ARGISNULL(1))
	{
		struct varlena *packed = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(1));

		slots = sg_curve_unpack_values(packed);
		PG_FREE_IF_COPY(packed, 1);
	}
	old = MemoryContextSwitchTo(context);
	if (total == NULL)
		total = sg_total_make(kind);
	if (slots != NULL)
		sg_total_add(total, slots);
	MemoryContextSwitchTo(old);
	if (slots != NULL)
		sg_curve_free(slots);
	PG_RETURN_POINTER(total);
}

Datum
sg_total_add_sum(PG_FUNCTION_ARGS)
{
	return add(fcinfo, SG_TOTAL_SUM);
}

Datum
sg_total_add_min(PG_FUNCTION_ARGS)
{
	return add(fcinfo, SG_TOTAL_MIN);
}

Datum
sg_total_add_max(PG_FUNCTION_ARGS)
{
	return add(fcinfo, SG_TOTAL_MAX);
}

Datum
sg_total_final(PG_FUNCTION_ARGS)
{
	SgTotal *total = PG_ARGISNULL(0) ? NULL : (SgTotal *) PG_GETARG_POINTER(0);

	if (total == NULL || !total->started)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(sg_face_curve(sg_total_value(total)));
}

Datum
sg_total_final_mean(PG_FUNCTION_ARGS)
{
	SgTotal *total = PG_ARGISNULL(0) ? NULL : (SgTotal *) PG_GETARG_POINTER(0);

	if (total == NULL || !total->started)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(sg_face_curve(sg_total_mean(total)));
}

/* ---- parallel workers ---- */

Datum
sg_total_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	SgTotal *total = PG_ARGISNULL(0) ? NULL : (SgTotal *) PG_GETARG_POINTER(0);
	SgTotal *other = PG_ARGISNULL(1) ? NULL : (SgTotal *) PG_GETARG_POINTER(1);
	MemoryContext old;

	if (other == NULL)
	{
		if (total == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(total);
	}
	old = MemoryContextSwitchTo(context);
	if (total == NULL)
		total = sg_total_make(other->kind);
	sg_total_merge(total, other);
	MemoryContextSwitchTo(old);
	PG_RETURN_POINTER(total);
}

/* The state as it is, and behind it both arrays; it stays on this machine, in this program. */
Datum
sg_total_serial(PG_FUNCTION_ARGS)
{
	SgTotal total = *(SgTotal *) PG_GETARG_POINTER(0);
	uint32 count = total.room.grid.count;
	size_t numbers = sizeof(int64) * count;
	size_t others = sizeof(uint32) * count;
	bytea *bytes = palloc(VARHDRSZ + sizeof(total) + numbers + others);
	char *at = VARDATA(bytes);

	SET_VARSIZE(bytes, VARHDRSZ + sizeof(total) + numbers + others);
	memcpy(at, &total, sizeof(total));
	at += sizeof(total);
	if (count > 0)
	{
		memcpy(at, total.numbers + total.room.first, numbers);
		memcpy(at + numbers, total.others + total.room.first, others);
	}
	PG_RETURN_BYTEA_P(bytes);
}

Datum
sg_total_deserial(PG_FUNCTION_ARGS)
{
	bytea *bytes = PG_GETARG_BYTEA_PP(0);
	const char *at = VARDATA_ANY(bytes);
	SgTotal *total = palloc(sizeof(SgTotal));
	size_t numbers;
	size_t others;

	memcpy(total, at, sizeof(*total));
	at += sizeof(*total);
	numbers = sizeof(int64) * total->room.grid.count;
	others = sizeof(uint32) * total->room.grid.count;
	total->room.first = 0;
	total->room.size = Max(total->room.grid.count, 1);
	total->numbers = palloc0(sizeof(int64) * total->room.size);
	total->others = palloc0(sizeof(uint32) * total->room.size);
	memcpy(total->numbers, at, numbers);
	memcpy(total->others, at + numbers, others);
	PG_RETURN_POINTER(total);
}
