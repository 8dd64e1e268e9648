/*
 * segment.c
 *	  The packed curves in switchgrid.curve_segment.
 *
 * One row holds a point, a direction, a civil month and a step. New intervals of a month are laid over
 * the month's rows: one takes the values of its own step, the others lose what it replaces.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/curve.h"
#include "catalog/pg_type.h"
#include "lay.h"
#include "month.h"
#include "revision.h"
#include "segment.h"
#include "sql.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "writers.h"

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
		if (i + 1 == count || intervals[i].starts_at != intervals[i + 1].starts_at ||
			intervals[i].step != intervals[i + 1].step)
			intervals[kept++] = intervals[i];
	return kept;
}

/* A row that somebody wrote by hand may hold another month's curve: merging into it would misplace values. */
static void
check_segment(const SgLayMonth *month, const SgLaySegment *segment)
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
load_segment(SgLayMonth *month, uint64 row)
{
	SgLaySegment *segment = &month->segments[month->count];
	Interval *step = DatumGetIntervalP(sg_sql_get(row, 1, (Datum) 0));

	if (month->count == SG_LAY_STEPS)
		sg_lay_complain_steps();
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
month_key(const SgLayMonth *month)
{
	SgSql sql = {0};

	sg_sql_text(&sql, month->point);
	sg_sql_text(&sql, month->direction);
	sg_sql_date(&sql, month->days.day);
	return sql;
}

/*
 * The rows are written so that only the primary key serves them: to a planner that sees an empty table, the index on
 * the month alone would look as good.
 */
#define MONTH_ROWS                                                                         \
	"SELECT step, curve, arrived, updated_at FROM switchgrid.curve_segment WHERE "         \
	"point_id = $1 AND (direction, month) >= ($2, $3) AND (direction, month) <= ($2, $3) " \
	"FOR UPDATE"

static void
load_month(SgLayMonth *month, uint64 (*run)(SgSql *sql, const char *statement))
{
	SgSql sql = month_key(month);
	uint64 rows = run(&sql, MONTH_ROWS);

	month->count = 0;
	for (uint64 i = 0; i < rows; i++)
		load_segment(month, i);
	sg_sql_done();
	month->stored = month->count;
}

static void
complain_concurrent(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("could not serialize access due to concurrent update"),
			 errdetail("Another transaction has stored readings of the same month of a curve.")));
}

/*
 * Locks the month's rows, and begins to write to the month. Those that another transaction inserted while this one
 * waited for it, its statement does not see: they are loaded anew. Rows that a policy hides are never seen.
 */
static void
enter_month(SgLayMonth *month)
{
	int before = -1;
	int seen = -1;

	load_month(month, sg_sql_run_kept);
	for (;;)
	{
		int rows = sg_writers_enter(month->point, month->direction, month->days.day);

		if (rows == month->count || (rows == before && month->count == seen))
			return;
		sg_writers_leave(month->point, month->direction);
		before = rows;
		seen = month->count;
		load_month(month, sg_sql_run_latest);
		if (month->count != seen && IsolationUsesXactSnapshot())
			complain_concurrent();
	}
}

/* The column "arrived" of what a merge made of a segment, and the readings that it replaced. */
static bool
compare_segment(const SgLayMonth *month, const SgLaySegment *segment, Datum *arrived,
				SgRevision *revision)
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
write_segment(const SgLayMonth *month, const SgLaySegment *segment, struct varlena *packed,
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
store_segment(const SgLayMonth *month, const SgLaySegment *segment)
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
	SgLayMonth month = {
		.point = point, .direction = direction, .now = GetCurrentTransactionStartTimestamp()};
	int n = 0;

	sg_month_set(&month.days, sg_clock_month(sg_clock_day_of(intervals[0].starts_at), 0));
	while (n < count && intervals[n].starts_at < month.days.end)
		n++;
	enter_month(&month);
	sg_lay(&month, intervals, n);
	for (int i = 0; i < month.count; i++)
		store_segment(&month, &month.segments[i]);
	sg_writers_leave(point, direction);
	return n;
}

void
sg_segment_merge(const char *point, const char *direction, const SgInterval *intervals, int count)
{
	MemoryContext merging =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid segments", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(merging);

	for (int at = 0; at < count;)
	{
		at += merge_month(point, direction, intervals + at, count - at);
		MemoryContextReset(merging);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(merging);
}
