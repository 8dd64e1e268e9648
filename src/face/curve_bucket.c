/*
 * curve_bucket.c
 *	  A curve by civil hours, days, weeks, months or years.
 *
 * Where a unit begins is asked of PostgreSQL: a day has 23, 24 or 25 hours, or what else the zone gives it.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/grid.h"
#include "curve_call.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(sg_curve_bucket);

/* The columns of switchgrid.bucket(). */
enum
{
	BUCKET_STARTS_AT,
	BUCKET_ENDS_AT,
	BUCKET_WH,
	BUCKET_WATTS,
	BUCKET_WATTS_MIN,
	BUCKET_WATTS_MAX,
	BUCKET_POINTS,
	BUCKET_MISSING,
	BUCKET_COLUMNS
};

/* The buckets being returned. */
typedef struct Buckets
{
	SgSlots *slots;
	TimestampTz end; /* of the curve */
	Datum unit;
	Datum zone;
	bool hours;		 /* units that the clock counts, not the calendar */
	Interval length; /* of a unit */
	TimestampTz next;
} Buckets;

/* What of the curve lies in a bucket. */
typedef struct Content
{
	int points;
	int missing;
	int64 whole;  /* sum of the slots that lie in it wholly */
	int64 slots;  /* how many those are */
	double part;  /* sum of the others, each times its microseconds in the bucket */
	double parts; /* and how many microseconds those are */
	int32 low;
	int32 high;
} Content;

/* ---- where units begin ---- */

static Interval
length_of(const char *unit)
{
	static const struct
	{
		const char *unit;
		Interval length;
	} lengths[] = {{"hour", {.time = USECS_PER_HOUR}},
				   {"day", {.day = 1}},
				   {"week", {.day = 7}},
				   {"month", {.month = 1}},
				   {"year", {.month = MONTHS_PER_YEAR}}};

	for (int i = 0; i < lengthof(lengths); i++)
		if (strcmp(lengths[i].unit, unit) == 0)
			return lengths[i].length;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("there is no bucket of a \"%s\"", unit),
					errhint("The units are hour, day, week, month and year.")));
}

/* The instant at which the unit that holds this one begins. */
static TimestampTz
unit_start(const Buckets *buckets, TimestampTz at)
{
	return DatumGetTimestampTz(DirectFunctionCall3(timestamptz_trunc_zone, buckets->unit,
												   TimestampTzGetDatum(at), buckets->zone));
}

/*
 * The beginning of the next unit. Calendar units are counted in the zone's own time, where a midnight that
 * does not exist is the instant after; hours in real time, so that the repeated hour is two.
 */
static TimestampTz
unit_end(const Buckets *buckets, TimestampTz start)
{
	Datum length = IntervalPGetDatum(&buckets->length);
	Datum local;
	TimestampTz end;

	if (buckets->hours)
		return start + USECS_PER_HOUR;
	local = DirectFunctionCall2(timestamptz_zone, buckets->zone, TimestampTzGetDatum(start));
	local = DirectFunctionCall2(timestamp_trunc, buckets->unit, local);
	/* and whatever a zone does, it goes on */
	do
	{
		local = DirectFunctionCall2(timestamp_pl_interval, local, length);
		end = DatumGetTimestampTz(DirectFunctionCall2(timestamp_zone, buckets->zone, local));
	} while (end <= start);
	return end;
}

/* ---- what lies in a bucket ---- */

static void
add_slot(Content *content, const SgSlots *slots, uint64 slot, int64 overlap)
{
	int32 value = slots->values[slot];

	if (slots->nature[slot] == SG_SLOT_MISSING)
	{
		content->missing++;
		return;
	}
	content->low = content->points == 0 ? value : Min(content->low, value);
	content->high = content->points == 0 ? value : Max(content->high, value);
	content->points++;
	if (overlap == slots->head.step * USECS_PER_SEC)
	{
		content->whole += value;
		content->slots++;
	}
	else
	{
		content->part += (double) value * (double) overlap;
		content->parts += (double) overlap;
	}
}

static Content
gather(const Buckets *buckets, TimestampTz start, TimestampTz end)
{
	const SgCurveHead *head = &buckets->slots->head;
	Content content = {0};
	uint64 slot = start <= head->start ? 0 : sg_grid_slots(head->start, start, head->step);

	for (; slot < head->count; slot++)
	{
		TimestampTz slot_start = sg_curve_slot_start(head, (uint32) slot);
		TimestampTz slot_end = slot_start + head->step * USECS_PER_SEC;

		if (slot_start >= end)
			break;
		add_slot(&content, buckets->slots, slot, Min(slot_end, end) - Max(slot_start, start));
	}
	return content;
}

static Datum
bucket_row(const Buckets *buckets, TimestampTz start, TimestampTz end, TupleDesc desc)
{
	Content content = gather(buckets, start, end);
	double unit = sg_curve_unit(buckets->slots->head.scale);
	double step = buckets->slots->head.step;
	double watt_seconds = ((double) content.whole * step + content.part / USECS_PER_SEC) / unit;
	double seconds = (double) content.slots * step + content.parts / USECS_PER_SEC;
	Datum values[BUCKET_COLUMNS] = {0};
	bool nulls[BUCKET_COLUMNS] = {false};

	values[BUCKET_STARTS_AT] = TimestampTzGetDatum(start);
	values[BUCKET_ENDS_AT] = TimestampTzGetDatum(end);
	values[BUCKET_POINTS] = Int32GetDatum(content.points);
	values[BUCKET_MISSING] = Int32GetDatum(content.missing);
	for (int i = BUCKET_WH; i <= BUCKET_WATTS_MAX; i++)
		nulls[i] = content.points == 0;
	if (content.points > 0)
	{
		values[BUCKET_WH] = Float8GetDatum(watt_seconds / SECS_PER_HOUR);
		values[BUCKET_WATTS] = Float8GetDatum(watt_seconds / seconds);
		values[BUCKET_WATTS_MIN] = Float8GetDatum(content.low / unit);
		values[BUCKET_WATTS_MAX] = Float8GetDatum(content.high / unit);
	}
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}

static void
begin_buckets(FunctionCallInfo fcinfo)
{
	FuncCallContext *call = SRF_FIRSTCALL_INIT();
	MemoryContext old = MemoryContextSwitchTo(call->multi_call_memory_ctx);
	Buckets *buckets = palloc0(sizeof(Buckets));

	if (get_call_result_type(fcinfo, NULL, &call->tuple_desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	call->tuple_desc = BlessTupleDesc(call->tuple_desc);
	buckets->slots = sg_face_slots(fcinfo, 0);
	buckets->end = sg_curve_slot_start(&buckets->slots->head, buckets->slots->head.count);
	buckets->unit = PointerGetDatum(PG_GETARG_TEXT_P_COPY(1));
	buckets->zone = PointerGetDatum(PG_GETARG_TEXT_P_COPY(2));
	buckets->length = length_of(TextDatumGetCString(buckets->unit));
	buckets->hours = buckets->length.time > 0;
	buckets->next = unit_start(buckets, buckets->slots->head.start);
	/* a midnight that comes twice counts as its second pass, which may be after the first slot */
	if (buckets->next > buckets->slots->head.start)
		buckets->next = unit_start(buckets, buckets->next - 2 * USECS_PER_HOUR);
	call->user_fctx = buckets;
	MemoryContextSwitchTo(old);
}

Datum
sg_curve_bucket(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	Buckets *buckets;
	TimestampTz start;

	if (SRF_IS_FIRSTCALL())
		begin_buckets(fcinfo);
	call = SRF_PERCALL_SETUP();
	buckets = call->user_fctx;
	start = buckets->next;
	if (start >= buckets->end || buckets->slots->head.count == 0)
		SRF_RETURN_DONE(call);
	buckets->next = unit_end(buckets, start);
	SRF_RETURN_NEXT(call, bucket_row(buckets, start, buckets->next, call->tuple_desc));
}
