/*
 * curve_value.c
 *	  What a curve is made of, as SQL sees it: its span, its slots, and the arrays of its values.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/grid.h"
#include "base/power.h"
#include "base/reshape.h"
#include "catalog/pg_type.h"
#include "curve_call.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(sg_curve_starts_at);
PG_FUNCTION_INFO_V1(sg_curve_ends_at);
PG_FUNCTION_INFO_V1(sg_curve_step);
PG_FUNCTION_INFO_V1(sg_curve_slots);
PG_FUNCTION_INFO_V1(sg_curve_missing);
PG_FUNCTION_INFO_V1(sg_curve_span);
PG_FUNCTION_INFO_V1(sg_curve_watts);
PG_FUNCTION_INFO_V1(sg_curve_natures);
PG_FUNCTION_INFO_V1(sg_curve_at);
PG_FUNCTION_INFO_V1(sg_curve_slice);
PG_FUNCTION_INFO_V1(sg_curve_from_arrays);

/* ---- what the functions on curves have in common ---- */

SgSlots *
sg_face_slots(FunctionCallInfo fcinfo, int argument)
{
	struct varlena *packed = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(argument));
	SgSlots *slots = sg_curve_unpack(packed);

	PG_FREE_IF_COPY(packed, argument);
	return slots;
}

void
sg_face_head(FunctionCallInfo fcinfo, int argument, SgCurveHead *head)
{
	struct varlena *packed =
		PG_DETOAST_DATUM_SLICE(PG_GETARG_DATUM(argument), 0, SG_CODEC_HEAD_MAX);

	sg_curve_head(packed, head);
	PG_FREE_IF_COPY(packed, argument);
}

Datum
sg_face_curve(SgSlots *slots)
{
	sg_power_shorten(slots);
	return PointerGetDatum(sg_curve_pack(slots));
}

uint32
sg_face_step(const Interval *step)
{
	double seconds = (step->day * (double) USECS_PER_DAY + step->time) / USECS_PER_SEC;

	if (step->month != 0 || !(seconds >= 1 && seconds <= SG_CURVE_MAX_STEP) ||
		step->time % USECS_PER_SEC != 0)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the step of a curve is a whole number of seconds, from 1 second to 1 day")));
	return (uint32) seconds;
}

void
sg_face_check_finite(TimestampTz at)
{
	if (TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
						errmsg("a curve does not start at an infinite time")));
}

RangeType *
sg_face_range(TypeCacheEntry *type, TimestampTz start, TimestampTz end)
{
	RangeBound lower = {0};
	RangeBound upper = {0};

	lower.val = TimestampTzGetDatum(start);
	lower.inclusive = true;
	lower.lower = true;
	upper.val = TimestampTzGetDatum(end);
	return sg_compat_make_range(type, &lower, &upper);
}

/* ---- a curve from arrays ---- */

/* The elements of an array of one dimension or none. */
static int
take_elements(ArrayType *array, Oid type, Datum **values, bool **nulls)
{
	int16 len = type == FLOAT8OID ? sizeof(float8) : -1;
	bool by_value = type == FLOAT8OID ? FLOAT8PASSBYVAL : false;
	char align = type == FLOAT8OID ? TYPALIGN_DOUBLE : TYPALIGN_INT;
	int count;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("the slots of a curve are an array of one dimension")));
	if (ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) > SG_CURVE_MAX_SLOTS)
		sg_grid_complain_slots();
	deconstruct_array(array, type, len, by_value, align, values, nulls, &count);
	return count;
}

SgSlots *
sg_face_from_arrays(TimestampTz start, uint32 step, ArrayType *watts, ArrayType *natures)
{
	Datum *values;
	bool *nulls;
	Datum *texts = NULL;
	bool *unnamed = NULL;
	int count = take_elements(watts, FLOAT8OID, &values, &nulls);
	SgSlots *slots = sg_curve_make(start, step, count, 0);
	double *numbers = palloc0(sizeof(double) * Max(count, 1));

	if (natures != NULL && take_elements(natures, TEXTOID, &texts, &unnamed) != count)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("a curve has as many natures as values"),
						errdetail("A slot without a nature has NULL in its place.")));
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			continue;
		numbers[i] = DatumGetFloat8(values[i]);
		slots->nature[i] =
			texts == NULL || unnamed[i]
				? 0
				: sg_curve_nature_number(&slots->head.natures, TextDatumGetCString(texts[i]));
	}
	sg_power_keep_watts(slots, numbers);
	return slots;
}

Datum
sg_curve_from_arrays(PG_FUNCTION_ARGS)
{
	TimestampTz start = PG_GETARG_TIMESTAMPTZ(0);
	uint32 step = sg_face_step(PG_GETARG_INTERVAL_P(1));
	ArrayType *watts = PG_GETARG_ARRAYTYPE_P(2);
	ArrayType *natures = PG_NARGS() > 3 ? PG_GETARG_ARRAYTYPE_P(3) : NULL;

	sg_face_check_finite(start);
	PG_RETURN_DATUM(sg_face_curve(sg_face_from_arrays(start, step, watts, natures)));
}

/* ---- arrays of a curve ---- */

static Datum
make_array(Datum *values, bool *nulls, uint32 count, Oid type)
{
	int dims[1] = {(int) count};
	int bounds[1] = {1};

	if (count == 0)
		return PointerGetDatum(construct_empty_array(type));
	if (type == FLOAT8OID)
		return PointerGetDatum(construct_md_array(values, nulls, 1, dims, bounds, type,
												  sizeof(float8), FLOAT8PASSBYVAL,
												  TYPALIGN_DOUBLE));
	return PointerGetDatum(
		construct_md_array(values, nulls, 1, dims, bounds, type, -1, false, TYPALIGN_INT));
}

Datum
sg_curve_watts(PG_FUNCTION_ARGS)
{
	SgSlots *slots = sg_face_slots(fcinfo, 0);
	double unit = sg_curve_unit(slots->head.scale);
	Datum *values = palloc(sizeof(Datum) * Max(slots->head.count, 1));
	bool *nulls = palloc(sizeof(bool) * Max(slots->head.count, 1));

	for (uint32 i = 0; i < slots->head.count; i++)
	{
		nulls[i] = slots->nature[i] == SG_SLOT_MISSING;
		values[i] = nulls[i] ? (Datum) 0 : Float8GetDatum(slots->values[i] / unit);
	}
	PG_RETURN_DATUM(make_array(values, nulls, slots->head.count, FLOAT8OID));
}

Datum
sg_curve_natures(PG_FUNCTION_ARGS)
{
	SgSlots *slots = sg_face_slots(fcinfo, 0);
	Datum texts[SG_NATURE_MAX + 1] = {0};
	Datum *values = palloc(sizeof(Datum) * Max(slots->head.count, 1));
	bool *nulls = palloc(sizeof(bool) * Max(slots->head.count, 1));

	for (int i = 0; i < slots->head.natures.n; i++)
		texts[i + 1] = CStringGetTextDatum(slots->head.natures.text[i]);
	for (uint32 i = 0; i < slots->head.count; i++)
	{
		nulls[i] = slots->nature[i] == SG_SLOT_MISSING || slots->nature[i] == 0;
		values[i] = nulls[i] ? (Datum) 0 : texts[slots->nature[i]];
	}
	PG_RETURN_DATUM(make_array(values, nulls, slots->head.count, TEXTOID));
}

/* ---- what the header says ---- */

Datum
sg_curve_starts_at(PG_FUNCTION_ARGS)
{
	SgCurveHead head;

	sg_face_head(fcinfo, 0, &head);
	PG_RETURN_TIMESTAMPTZ(head.start);
}

Datum
sg_curve_ends_at(PG_FUNCTION_ARGS)
{
	SgCurveHead head;

	sg_face_head(fcinfo, 0, &head);
	PG_RETURN_TIMESTAMPTZ(sg_curve_slot_start(&head, head.count));
}

Datum
sg_curve_step(PG_FUNCTION_ARGS)
{
	Interval *step = palloc0(sizeof(Interval));
	SgCurveHead head;

	sg_face_head(fcinfo, 0, &head);
	step->time = head.step * USECS_PER_SEC;
	PG_RETURN_INTERVAL_P(step);
}

Datum
sg_curve_slots(PG_FUNCTION_ARGS)
{
	SgCurveHead head;

	sg_face_head(fcinfo, 0, &head);
	PG_RETURN_INT32((int32) head.count);
}

Datum
sg_curve_missing(PG_FUNCTION_ARGS)
{
	SgCurveHead head;

	sg_face_head(fcinfo, 0, &head);
	PG_RETURN_INT32((int32) head.missing);
}

Datum
sg_curve_span(PG_FUNCTION_ARGS)
{
	TypeCacheEntry *type = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
	SgCurveHead head;

	sg_face_head(fcinfo, 0, &head);
	PG_RETURN_RANGE_P(sg_face_range(type, head.start, sg_curve_slot_start(&head, head.count)));
}

/* ---- a part of a curve ---- */

Datum
sg_curve_at(PG_FUNCTION_ARGS)
{
	SgSlots *slots = sg_face_slots(fcinfo, 0);
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(1);
	SgGrid grid = sg_grid_of(&slots->head);
	uint64 slot;

	if (at < grid.start || at >= sg_grid_end(&grid))
		PG_RETURN_NULL();
	slot = sg_grid_slots(grid.start, at, grid.step);
	if (slots->nature[slot] == SG_SLOT_MISSING)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(slots->values[slot] / sg_curve_unit(slots->head.scale));
}

Datum
sg_curve_slice(PG_FUNCTION_ARGS)
{
	SgSlots *slots = sg_face_slots(fcinfo, 0);
	RangeType *range = PG_GETARG_RANGE_P(1);
	TypeCacheEntry *type = range_get_typcache(fcinfo, RangeTypeGetOid(range));
	TimestampTz from = slots->head.start;
	TimestampTz until = from; /* of an empty range */
	RangeBound lower;
	RangeBound upper;
	SgSlots slice;
	bool empty;

	range_deserialize(type, range, &lower, &upper, &empty);
	if (!empty)
	{
		/* a slot holds its first instant, which an exclusive bound leaves out, and not its last */
		from = lower.infinite ? DT_NOBEGIN : DatumGetTimestampTz(lower.val);
		until = upper.infinite ? DT_NOEND : DatumGetTimestampTz(upper.val);
		if (!lower.inclusive && !lower.infinite && !TIMESTAMP_NOT_FINITE(from))
			from++;
	}
	slice = sg_reshape_slice(slots, from, until);
	PG_RETURN_DATUM(sg_face_curve(&slice));
}
