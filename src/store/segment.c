/*
 * segment.c
 *	  The packed curves in switchgrid.curve_segment.
 *
 * One row holds a point, a direction, a civil month and a step. New intervals of a month are laid over
 * the month's rows: one takes the values of its own step, the others lose what it replaces.
 */
#include "postgres.h"

#include "base/clock.h"
#include "base/compat.h"
#include "base/curve.h"
#include "catalog/pg_type.h"
#include "segment.h"
#include "sql.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* Steps that one month of one point may have: far more than the six that any API gives. */
#define MAX_STEPS 16

/* The first key of the advisory locks that keep two writers off one series. */
#define LOCK_CLASS 0x53475347

typedef struct Segment
{
	int32 step;
	SgSlots *slots;
	struct varlena *before; /* the stored bytes, NULL if the row is new */
} Segment;

typedef struct Month
{
	const char *point;
	const char *direction;
	DateADT day; /* its first */
	TimestampTz start;
	TimestampTz end;
	Segment segments[MAX_STEPS];
	int count;
} Month;

static int
compare_intervals(const void *a, const void *b)
{
	const SgInterval *x = a;
	const SgInterval *y = b;

	if (x->starts_at != y->starts_at)
		return x->starts_at < y->starts_at ? -1 : 1;
	return x->turn - y->turn;
}

int
sg_segment_sort(SgInterval *intervals, int count)
{
	int kept = 0;

	if (count > 1)
		qsort(intervals, count, sizeof(SgInterval), compare_intervals);
	for (int i = 0; i < count; i++)
		if (i + 1 == count || intervals[i].starts_at != intervals[i + 1].starts_at)
			intervals[kept++] = intervals[i];
	return kept;
}

static void
complain_steps(void)
{
	ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					errmsg("a month of a curve has more than %d steps", MAX_STEPS)));
}

/* Slots in a segment of this step that covers the whole month. */
static uint32
month_slots(const Month *month, int32 step)
{
	return (uint32) ((month->end - month->start) / (step * USECS_PER_SEC));
}

/* A row that somebody wrote by hand may hold another month's curve: merging into it would misplace values. */
static void
check_segment(const Month *month, const Segment *segment)
{
	const SgCurveHead *head = &segment->slots->head;

	if (head->start != month->start || (int32) head->step != segment->step ||
		head->count != month_slots(month, segment->step))
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
						errmsg("a row of switchgrid.curve_segment holds a curve that is not of its "
							   "month and step"),
						errdetail("It is the row of point %s and month %s.", month->point,
								  sg_clock_print_day((char[SG_DAY_LEN]){0}, month->day))));
}

static void
load_segment(Month *month, uint64 row)
{
	Segment *segment = &month->segments[month->count];
	Interval *step = DatumGetIntervalP(sg_sql_get(row, 1, (Datum) 0));

	if (month->count == MAX_STEPS)
		complain_steps();
	segment->step = (int32) (step->time / USECS_PER_SEC);
	segment->before = PG_DETOAST_DATUM_COPY(sg_sql_get(row, 2, (Datum) 0));
	segment->slots = sg_curve_unpack(segment->before);
	check_segment(month, segment);
	month->count++;
}

/* The parameters that all statements on a month begin with. */
static SgSql
month_key(const Month *month)
{
	SgSql sql = {0};

	sg_sql_text(&sql, month->point);
	sg_sql_text(&sql, month->direction);
	sg_sql_date(&sql, month->day);
	return sql;
}

static void
load_month(Month *month)
{
	SgSql sql = month_key(month);
	uint64 rows = sg_sql_run(&sql, "SELECT step, curve FROM switchgrid.curve_segment WHERE "
								   "point_id = $1 AND direction = $2 AND month = $3 FOR UPDATE");

	for (uint64 i = 0; i < rows; i++)
		load_segment(month, i);
	sg_sql_done();
}

/* The segment of a step; makes an empty one for the whole month if there is none. */
static Segment *
find_segment(Month *month, int32 step)
{
	Segment *segment;

	for (int i = 0; i < month->count; i++)
		if (month->segments[i].step == step)
			return &month->segments[i];
	if (month->count == MAX_STEPS)
		complain_steps();
	segment = &month->segments[month->count++];
	segment->step = step;
	segment->before = NULL;
	segment->slots = sg_curve_make(month->start, step, month_slots(month, step), 0);
	return segment;
}

/* Makes missing every slot of other steps that the interval covers a part of. */
static void
clear_others(Month *month, const Segment *keep, const SgInterval *interval)
{
	TimestampTz end = interval->starts_at + interval->step * USECS_PER_SEC;

	for (int i = 0; i < month->count; i++)
	{
		Segment *other = &month->segments[i];
		int64 us = other->step * USECS_PER_SEC;
		int64 first = (interval->starts_at - month->start) / us;
		int64 last = (end - 1 - month->start) / us;

		if (other == keep)
			continue;
		for (int64 slot = first; slot <= last && slot < other->slots->head.count; slot++)
		{
			other->slots->nature[slot] = SG_SLOT_MISSING;
			other->slots->values[slot] = 0;
		}
	}
}

static void
lay_interval(Month *month, const SgInterval *interval)
{
	Segment *segment = find_segment(month, interval->step);
	int64 us = interval->step * USECS_PER_SEC;
	int64 offset = interval->starts_at - month->start;
	int scale = sg_curve_scale_of(interval->watts);

	if (offset % us != 0 || offset / us >= segment->slots->head.count)
		ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
						errmsg("the interval at %s does not fit into the steps of its month",
							   timestamptz_to_str(interval->starts_at)),
						errdetail("Its step is %d seconds.", interval->step)));
	if (scale > segment->slots->head.scale)
		sg_curve_rescale(segment->slots, scale);
	sg_curve_set(segment->slots, (uint32) (offset / us), interval->watts, interval->nature);
	clear_others(month, segment, interval);
}

static void
write_segment(const Month *month, Interval *step, struct varlena *packed, const SgSummary *summary)
{
	SgSql sql = month_key(month);

	sg_sql_value(&sql, INTERVALOID, IntervalPGetDatum(step));
	sg_sql_value(&sql, sg_sql_curve_type(), PointerGetDatum(packed));
	sg_sql_value(&sql, INT4OID, Int32GetDatum(summary->points));
	sg_sql_value(&sql, FLOAT8OID, Float8GetDatum(summary->wh));
	sg_sql_value(&sql, FLOAT8OID, Float8GetDatum(summary->watts_min));
	sg_sql_value(&sql, FLOAT8OID, Float8GetDatum(summary->watts_max));
	sg_sql_run(&sql, "INSERT INTO switchgrid.curve_segment AS s (point_id, direction, month, step, "
					 "curve, points, wh, watts_min, watts_max) "
					 "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
					 "ON CONFLICT (point_id, direction, month, step) DO UPDATE SET "
					 "(curve, points, wh, watts_min, watts_max, updated_at) = "
					 "(excluded.curve, excluded.points, excluded.wh, excluded.watts_min, "
					 "excluded.watts_max, now())");
}

/* A segment whose last value was replaced by another step's has nothing left to say. */
static void
remove_segment(const Month *month, Interval *step)
{
	SgSql sql = month_key(month);

	sg_sql_value(&sql, INTERVALOID, IntervalPGetDatum(step));
	sg_sql_run(&sql, "DELETE FROM switchgrid.curve_segment WHERE point_id = $1 AND direction = $2 "
					 "AND month = $3 AND step = $4");
}

static void
store_segment(const Month *month, const Segment *segment)
{
	struct varlena *packed = sg_curve_pack(segment->slots);
	SgSummary summary = sg_curve_summary(segment->slots);
	Interval step = {.time = segment->step * USECS_PER_SEC};

	if (segment->before != NULL && VARSIZE(segment->before) == VARSIZE(packed) &&
		memcmp(segment->before, packed, VARSIZE(packed)) == 0)
		return;
	if (summary.points > 0)
		write_segment(month, &step, packed, &summary);
	else if (segment->before != NULL)
		remove_segment(month, &step);
}

/* Merges the intervals that fall into one month; returns how many those are. */
static int
merge_month(const char *point, const char *direction, const SgInterval *intervals, int count)
{
	Month month = {.point = point, .direction = direction};
	int n = 0;

	month.day = sg_clock_month(sg_clock_day_of(intervals[0].starts_at), 0);
	month.start = sg_clock_day_start(month.day);
	month.end = sg_clock_day_start(sg_clock_month(month.day, 1));
	load_month(&month);
	while (n < count && intervals[n].starts_at < month.end)
		lay_interval(&month, &intervals[n++]);
	for (int i = 0; i < month.count; i++)
		store_segment(&month, &month.segments[i]);
	return n;
}

void
sg_segment_merge(const char *point, const char *direction, const SgInterval *intervals, int count)
{
	MemoryContext merging =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid segments", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(merging);

	/* FOR UPDATE does not see the row that another server's run is about to insert */
	sg_sql_lock(LOCK_CLASS, psprintf("%s %s", point, direction));
	for (int at = 0; at < count;)
	{
		at += merge_month(point, direction, intervals + at, count - at);
		MemoryContextReset(merging);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(merging);
}
