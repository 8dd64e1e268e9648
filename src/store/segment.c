/*
 * segment.c
 *	  The packed curves in switchgrid.curve_segment.
 *
 * One row holds a point, a direction, a civil month and a step. New intervals of a month are laid over
 * the month's rows: one takes the values of its own step, the others lose what it replaces.
 */
#include "postgres.h"

#include <math.h>

#include "access/xact.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/curve.h"
#include "catalog/pg_type.h"
#include "month.h"
#include "revision.h"
#include "segment.h"
#include "sql.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* Steps that one month of one point may have: far more than the six that any API gives. */
#define MAX_STEPS 16

/* The first keys of the advisory locks that keep two writers off one series, or off all of them. */
#define LOCK_CLASS 0x53475347
#define LOCK_CLASS_ALL 0x53475348

/* A transaction that locks more series than these locks all at once: the server's memory for locks is bounded. */
#define MANY_SERIES 2048

typedef struct Segment
{
	int32 step;
	SgSlots *slots;
	struct varlena *before; /* the stored bytes, NULL if the row is new */
	Datum arrived;			/* as it is stored */
} Segment;

typedef struct Month
{
	const char *point;
	const char *direction;
	SgMonth days;
	TimestampTz now; /* what the merge is dated */
	Segment segments[MAX_STEPS];
	int count;
	Segment *last; /* the one that took the last interval, NULL before the first */
	uint32 next;   /* and the slot after it */
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

/* A row that somebody wrote by hand may hold another month's curve: merging into it would misplace values. */
static void
check_segment(const Month *month, const Segment *segment)
{
	const SgCurveHead *head = &segment->slots->head;

	if (head->start != month->days.start || (int32) head->step != segment->step ||
		head->count != sg_month_slots(&month->days, segment->step))
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
						errmsg("a row of switchgrid.curve_segment holds a curve that is not of its "
							   "month and step"),
						errdetail("It is the row of point %s and month %s.", month->point,
								  sg_clock_print_day((char[SG_DAY_LEN]){0}, month->days.day))));
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
	segment->arrived = PointerGetDatum(PG_DETOAST_DATUM_COPY(sg_sql_get(row, 3, (Datum) 0)));
	/* a transaction that began before one that has written here is dated like that one: time never runs back */
	month->now = Max(month->now, DatumGetTimestampTz(sg_sql_get(row, 4, (Datum) 0)));
	month->count++;
}

/* The parameters that all statements on a month begin with. */
static SgSql
month_key(const Month *month)
{
	SgSql sql = {0};

	sg_sql_text(&sql, month->point);
	sg_sql_text(&sql, month->direction);
	sg_sql_date(&sql, month->days.day);
	return sql;
}

static void
load_month(Month *month)
{
	SgSql sql = month_key(month);
	uint64 rows = sg_sql_run_kept(
		&sql, "SELECT step, curve, arrived, updated_at FROM switchgrid.curve_segment WHERE "
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
	segment->slots = sg_curve_make(month->days.start, step, sg_month_slots(&month->days, step), 0);
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
		int64 first = (interval->starts_at - month->days.start) / us;
		int64 last = (end - 1 - month->days.start) / us;

		if (other == keep)
			continue;
		for (int64 slot = first; slot <= last && slot < other->slots->head.count; slot++)
		{
			other->slots->nature[slot] = SG_SLOT_MISSING;
			other->slots->values[slot] = 0;
		}
	}
}

/* The slot that the interval is; it takes up the segment of its step. */
static uint32
find_slot(Month *month, const SgInterval *interval)
{
	Segment *segment = month->last;
	int64 us = interval->step * USECS_PER_SEC;
	int64 offset = interval->starts_at - month->days.start;

	/* most often it follows the one before */
	if (segment != NULL && segment->step == interval->step &&
		sg_curve_slot_start(&segment->slots->head, month->next) == interval->starts_at)
	{
		if (month->next < segment->slots->head.count)
			return month->next;
	}
	else
		segment = find_segment(month, interval->step);
	if (offset % us != 0 || offset / us >= segment->slots->head.count)
		ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
						errmsg("the interval at %s does not fit into the steps of its month",
							   timestamptz_to_str(interval->starts_at)),
						errdetail("Its step is %d seconds.", interval->step)));
	month->last = segment;
	return (uint32) (offset / us);
}

/* Sets a slot to watts that its segment may have no decimals for. */
static void
set_slot(SgSlots *slots, uint32 slot, const SgInterval *interval)
{
	double unit = sg_curve_unit(slots->head.scale);

	if (rint(interval->watts * unit) / unit != interval->watts)
	{
		int scale = sg_curve_scale_of(interval->watts);

		if (scale > slots->head.scale)
			sg_curve_rescale(slots, scale);
	}
	sg_curve_set(slots, slot, interval->watts, interval->nature);
}

static void
lay_interval(Month *month, const SgInterval *interval)
{
	uint32 slot = find_slot(month, interval);

	set_slot(month->last->slots, slot, interval);
	month->next = slot + 1;
	if (month->count > 1)
		clear_others(month, month->last, interval);
}

/* The column "arrived" of what a merge made of a segment, and the readings that it replaced. */
static bool
compare_segment(const Month *month, const Segment *segment, Datum *arrived, SgRevision *revision)
{
	SgSlots *old;
	SgArrivals arrivals;

	memset(revision, 0, sizeof(*revision));
	*arrived = sg_arrivals_once(month->now);
	if (segment->before == NULL)
		return true;
	old = sg_curve_unpack(segment->before);
	sg_arrivals_read(&arrivals, &month->days, old, segment->arrived);
	if (!sg_revision_find(old, segment->slots, &arrivals, month->now, revision))
		return false;
	*arrived = sg_arrivals_array(&arrivals, segment->slots);
	return true;
}

/* Adds a summary's number, which is not there without points. */
static void
add_watts(SgSql *sql, const SgSummary *summary, double watts)
{
	if (summary->points == 0)
		sg_sql_null(sql, FLOAT8OID);
	else
		sg_sql_value(sql, FLOAT8OID, Float8GetDatum(watts));
}

static void
write_segment(const Month *month, const Segment *segment, struct varlena *packed,
			  const SgSummary *summary, Datum arrived)
{
	Interval step = {.time = segment->step * USECS_PER_SEC};
	SgSql sql = month_key(month);

	sg_sql_value(&sql, INTERVALOID, IntervalPGetDatum(&step));
	sg_sql_value(&sql, sg_sql_curve_type(), PointerGetDatum(packed));
	sg_sql_value(&sql, INT4OID, Int32GetDatum(summary->points));
	sg_sql_value(&sql, FLOAT8OID, Float8GetDatum(summary->wh));
	add_watts(&sql, summary, summary->watts_min);
	add_watts(&sql, summary, summary->watts_max);
	sg_sql_value(&sql, INT2OID, Int16GetDatum(segment->slots->head.scale));
	sg_sql_value(&sql, TIMESTAMPTZARRAYOID, arrived);
	sg_sql_value(&sql, TIMESTAMPTZOID, TimestampTzGetDatum(month->now));
	sg_sql_run_kept(&sql,
					"INSERT INTO switchgrid.curve_segment AS s (point_id, direction, month, step, "
					"curve, points, wh, watts_min, watts_max, decimals, arrived, updated_at) "
					"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) "
					"ON CONFLICT (point_id, direction, month, step) DO UPDATE SET "
					"(curve, points, wh, watts_min, watts_max, decimals, arrived, updated_at) = "
					"(excluded.curve, excluded.points, excluded.wh, excluded.watts_min, "
					"excluded.watts_max, excluded.decimals, excluded.arrived, "
					"excluded.updated_at)");
}

/*
 * Writes what changed, and nothing else. A segment whose last value was replaced by another step's stays, without
 * points: what was known of it before is told from there.
 */
static void
store_segment(const Month *month, const Segment *segment)
{
	struct varlena *packed = sg_curve_pack(segment->slots);
	SgSegmentKey key = {month->point, month->direction, month->days.day, segment->step};
	SgSummary summary = sg_curve_summary(segment->slots);
	SgRevision revision;
	Datum arrived;

	if (segment->before == NULL && summary.points == 0)
		return;
	if (segment->before != NULL && VARSIZE(segment->before) == VARSIZE(packed) &&
		memcmp(segment->before, packed, VARSIZE(packed)) == 0)
		return;
	if (!compare_segment(month, segment, &arrived, &revision))
		return;
	write_segment(month, segment, packed, &summary, arrived);
	if (revision.before != NULL)
		sg_revision_write(&key, &revision, month->now);
}

/* Merges the intervals that fall into one month; returns how many those are. */
static int
merge_month(const char *point, const char *direction, const SgInterval *intervals, int count)
{
	Month month = {
		.point = point, .direction = direction, .now = GetCurrentTransactionStartTimestamp()};
	int n = 0;

	sg_month_set(&month.days, sg_clock_month(sg_clock_day_of(intervals[0].starts_at), 0));
	load_month(&month);
	while (n < count && intervals[n].starts_at < month.days.end)
		lay_interval(&month, &intervals[n++]);
	for (int i = 0; i < month.count; i++)
		store_segment(&month, &month.segments[i]);
	return n;
}

/* FOR UPDATE does not see the row that another server's run is about to insert: the series is locked by name. */
static void
lock_series(const char *point, const char *direction)
{
	static TimestampTz transaction = 0;
	static int locked = 0;
	char *name = psprintf("%s %s", point, direction);

	if (transaction != GetCurrentTransactionStartTimestamp())
		locked = 0;
	transaction = GetCurrentTransactionStartTimestamp();
	if (locked >= MANY_SERIES)
	{
		(void) sg_sql_lock(LOCK_CLASS_ALL, "");
		return;
	}
	sg_sql_lock_shared(LOCK_CLASS_ALL, "");
	if (sg_sql_lock(LOCK_CLASS, name))
		locked++;
}

void
sg_segment_merge(const char *point, const char *direction, const SgInterval *intervals, int count)
{
	MemoryContext merging =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid segments", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(merging);

	lock_series(point, direction);
	for (int at = 0; at < count;)
	{
		at += merge_month(point, direction, intervals + at, count - at);
		MemoryContextReset(merging);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(merging);
}
