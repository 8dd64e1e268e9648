/*
 * curve_statistics.c
 *	  The energy of a curve, its load duration, and what lies at a fraction of its values.
 */
#include "postgres.h"

#include <math.h>

#include "base/compat.h"
#include "curve_call.h"
#include "funcapi.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(sg_curve_energy);
PG_FUNCTION_INFO_V1(sg_curve_load_duration);
PG_FUNCTION_INFO_V1(sg_curve_percentile);

Datum
sg_curve_energy(PG_FUNCTION_ARGS)
{
	SgSlots *slots = sg_face_slots(fcinfo, 0);
	SgSummary summary = sg_curve_summary(slots);

	if (summary.points == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(summary.wh);
}

/* ---- values in order ---- */

static int
compare_values(const void *a, const void *b)
{
	int32 x = *(const int32 *) a;
	int32 y = *(const int32 *) b;

	return x < y ? -1 : x > y;
}

/* The values that are there, smallest first; they take the place of the slots. Returns how many. */
static uint32
sort_values(SgSlots *slots)
{
	uint32 count = 0;

	for (uint32 i = 0; i < slots->head.count; i++)
		if (slots->nature[i] != SG_SLOT_MISSING)
			slots->values[count++] = slots->values[i];
	qsort(slots->values, count, sizeof(int32), compare_values);
	return count;
}

/* As percentile_cont has it. */
Datum
sg_curve_percentile(PG_FUNCTION_ARGS)
{
	SgSlots *slots = sg_face_slots(fcinfo, 0);
	double fraction = PG_GETARG_FLOAT8(1);
	double unit = sg_curve_unit(slots->head.scale);
	uint32 count;
	double place;
	double low;
	double high;

	if (!(fraction >= 0 && fraction <= 1))
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("percentile value %g is not between 0 and 1", fraction)));
	count = sort_values(slots);
	if (count == 0)
		PG_RETURN_NULL();
	place = fraction * (count - 1);
	low = slots->values[(uint32) floor(place)] / unit;
	high = slots->values[(uint32) ceil(place)] / unit;
	PG_RETURN_FLOAT8(low + (place - floor(place)) * (high - low));
}

/* ---- the load duration ---- */

/* The columns of switchgrid.load_duration(). */
enum
{
	DURATION_WATTS,
	DURATION_HOURS,
	DURATION_COLUMNS
};

/* The rows being returned. */
typedef struct Durations
{
	SgSlots *slots; /* its values sorted */
	uint32 count;
	uint32 left; /* of them, the smaller ones that are still to come */
} Durations;

static void
begin_durations(FunctionCallInfo fcinfo)
{
	FuncCallContext *call = SRF_FIRSTCALL_INIT();
	MemoryContext old = MemoryContextSwitchTo(call->multi_call_memory_ctx);
	Durations *durations = palloc0(sizeof(Durations));

	if (get_call_result_type(fcinfo, NULL, &call->tuple_desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	call->tuple_desc = BlessTupleDesc(call->tuple_desc);
	durations->slots = sg_face_slots(fcinfo, 0);
	durations->count = durations->left = sort_values(durations->slots);
	call->user_fctx = durations;
	MemoryContextSwitchTo(old);
}

Datum
sg_curve_load_duration(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	Durations *durations;
	const SgCurveHead *head;
	Datum values[DURATION_COLUMNS];
	bool nulls[DURATION_COLUMNS] = {false};
	int32 value;

	if (SRF_IS_FIRSTCALL())
		begin_durations(fcinfo);
	call = SRF_PERCALL_SETUP();
	durations = call->user_fctx;
	head = &durations->slots->head;
	if (durations->left == 0)
		SRF_RETURN_DONE(call);
	value = durations->slots->values[durations->left - 1];
	while (durations->left > 0 && durations->slots->values[durations->left - 1] == value)
		durations->left--;
	values[DURATION_WATTS] = Float8GetDatum(value / sg_curve_unit(head->scale));
	values[DURATION_HOURS] =
		Float8GetDatum((double) (durations->count - durations->left) * head->step / SECS_PER_HOUR);
	SRF_RETURN_NEXT(call, HeapTupleGetDatum(heap_form_tuple(call->tuple_desc, values, nulls)));
}
