/*
 * curve_time.c
 *	  Curves on other steps, the holes of a curve, and what fills them.
 */
#include "postgres.h"

#include <math.h>

#include "base/compat.h"
#include "base/reshape.h"
#include "catalog/pg_type.h"
#include "curve_call.h"
#include "utils/builtins.h"
#include "utils/multirangetypes.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(sg_curve_resample);
PG_FUNCTION_INFO_V1(sg_curve_gaps);
PG_FUNCTION_INFO_V1(sg_curve_fill);

Datum
sg_curve_resample(PG_FUNCTION_ARGS)
{
	SgSlots *slots = sg_face_slots(fcinfo, 0);
	uint32 step = sg_face_step(PG_GETARG_INTERVAL_P(1));
	TimestampTz origin = PG_NARGS() > 2 ? PG_GETARG_TIMESTAMPTZ(2) : slots->head.start;

	sg_face_check_finite(origin);
	PG_RETURN_DATUM(sg_face_curve(sg_reshape_resample(slots, step, origin)));
}

/* ---- holes ---- */

/* The first slot from "slot" on that is missing, or is not; the number of slots if there is none. */
static uint32
find_slot(const SgSlots *slots, uint32 slot, bool missing)
{
	while (slot < slots->head.count && (slots->nature[slot] == SG_SLOT_MISSING) != missing)
		slot++;
	return slot;
}

Datum
sg_curve_gaps(PG_FUNCTION_ARGS)
{
	SgSlots *slots = sg_face_slots(fcinfo, 0);
	TypeCacheEntry *type = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
	RangeType **gaps = palloc(sizeof(RangeType *) * (slots->head.count / 2 + 1));
	int count = 0;
	uint32 past;

	for (uint32 i = find_slot(slots, 0, true); i < slots->head.count;
		 i = find_slot(slots, past, true))
	{
		past = find_slot(slots, i, false);
		gaps[count++] = sg_face_range(type, sg_curve_slot_start(&slots->head, i),
									  sg_curve_slot_start(&slots->head, past));
	}
	PG_RETURN_MULTIRANGE_P(make_multirange(TSTZMULTIRANGEOID, type, count, gaps));
}

static SgFilling
filling_of(const char *method)
{
	if (strcmp(method, "previous") == 0)
		return SG_FILL_PREVIOUS;
	if (strcmp(method, "linear") == 0)
		return SG_FILL_LINEAR;
	if (strcmp(method, "zero") != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("there is no method \"%s\" to fill holes", method),
						errhint("The methods are previous, linear and zero.")));
	return SG_FILL_ZERO;
}

/* How many slots fit into a length of time, in which a month has 30 days and a day 24 hours. */
static uint32
slots_of(const Interval *length, uint32 step)
{
	double days = length->month * (double) DAYS_PER_MONTH + length->day;
	double seconds = days * SECS_PER_DAY + (double) length->time / USECS_PER_SEC;
	double slots = floor(seconds / step);

	return (uint32) Min(Max(slots, 0), SG_CURVE_MAX_SLOTS);
}

/* Not strict: without a longest hole, all are filled. */
Datum
sg_curve_fill(PG_FUNCTION_ARGS)
{
	SgSlots *slots;
	SgFilling filling;
	uint32 longest = SG_CURVE_MAX_SLOTS;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	slots = sg_face_slots(fcinfo, 0);
	filling = filling_of(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	if (!PG_ARGISNULL(2))
		longest = slots_of(PG_GETARG_INTERVAL_P(2), slots->head.step);
	PG_RETURN_DATUM(sg_face_curve(sg_reshape_fill(slots, filling, longest)));
}
