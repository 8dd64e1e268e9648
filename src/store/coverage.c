/*
 * coverage.c
 *	  What is known about the days of a point's relation.
 */
#include "postgres.h"

#include "api/relation.h"
#include "base/clock.h"
#include "catalog/pg_type.h"
#include "coverage.h"
#include "lib/stringinfo.h"
#include "sql.h"
#include "utils/timestamp.h"

/* The first wait after a failure of the operator; each further one doubles it, up to a day. */
#define FIRST_RETRY (15 * USECS_PER_MINUTE)
/* Answers of one run come within this; no fault is asked again sooner. */
#define SAME_TIME (10 * USECS_PER_MINUTE)
/* A new consent, or a repaired shape, is looked for once a day. */
#define DAILY_RETRY USECS_PER_DAY
/* An application is subscribed by its owner, who then wants to see it work. */
#define SUBSCRIPTION_RETRY USECS_PER_HOUR
/* Days without data are never left alone longer than this. */
#define LONGEST_REST (730 * USECS_PER_DAY)
/* A fault that reaches further than its window, or is about a state, holds for days to come: so many at least. */
#define AHEAD_DAYS 3650
/* The cause of days that have no data. */
#define EMPTY "empty"
/* A holder may have the curve recorded again. */
#define RECORDING_RETRY (30 * USECS_PER_DAY)

static SgSql
series_key(const SgSeries *series)
{
	SgSql sql = {0};

	sg_sql_text(&sql, series->server);
	sg_sql_text(&sql, series->point);
	sg_sql_text(&sql, series->relation);
	sg_sql_text(&sql, series->direction);
	return sql;
}

/* The text of a multirange of the days that are in one state. */
static char *
print_days(SgDays days, const SgDayState *states, SgDayState state)
{
	StringInfoData out;
	char from[SG_DAY_LEN];
	char until[SG_DAY_LEN];
	int n = sg_days_count(days);

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	for (int i = 0; i < n; i++)
	{
		int first = i;

		if (states[i] != state)
			continue;
		while (i + 1 < n && states[i + 1] == state)
			i++;
		appendStringInfo(&out, "%s[%s,%s)", out.len > 1 ? "," : "",
						 sg_clock_print_day(from, days.from + first),
						 sg_clock_print_day(until, days.from + i + 1));
	}
	appendStringInfoChar(&out, '}');
	return out.data;
}

/* Takes days (a multirange's text) out of what was open; what stands on either side of them stays. */
static void
close_open(const SgSeries *series, const char *days)
{
	SgSql sql = series_key(series);

	sg_sql_text(&sql, days);
	sg_sql_run_kept(
		&sql, "WITH cut AS (DELETE FROM switchgrid.open_span WHERE server = $1 AND point_id = $2 "
			  "AND relation = $3 AND direction = $4 AND days && $5::datemultirange RETURNING *) "
			  "INSERT INTO switchgrid.open_span SELECT server, point_id, relation, direction, "
			  "unnest(datemultirange(days) - $5::datemultirange), "
			  "cause, code, message, tries, asked_at, retry_at FROM cut");
}

static void
note_known(const SgSeries *series, const char *held, const char *empty, TimestampTz now)
{
	SgSql sql = series_key(series);

	sg_sql_text(&sql, held);
	sg_sql_text(&sql, empty);
	sg_sql_instant(&sql, now);
	sg_sql_run_kept(
		&sql, "INSERT INTO switchgrid.coverage AS c (server, point_id, relation, direction, held, "
			  "empty, answered_at) VALUES ($1, $2, $3, $4, $5::datemultirange, "
			  "$6::datemultirange, $7) "
			  "ON CONFLICT (server, point_id, relation, direction) DO UPDATE SET "
			  "held = c.held + excluded.held, empty = (c.empty - excluded.held) + excluded.empty, "
			  "answered_at = excluded.answered_at");
}

/* When days that were asked in vain are asked again: twice as late with each try, from a first wait to a longest. */
typedef struct Retry
{
	int64 first; /* microseconds; below 0: never by themselves */
	int64 longest;
} Retry;

/* Never twice as late. */
static Retry
retry_after(int64 wait)
{
	return (Retry){wait, wait};
}

/*
 * Notes days (a multirange's text) as open in the place of what was open of them. Each keeps its own count of tries of
 * one cause, so that one that never fills delays no other; what one run notes in several pieces is one try.
 */
static void
note_open(const SgSeries *series, const char *days, const char *cause, const SgFault *fault,
		  TimestampTz now, Retry retry)
{
	SgSql sql = series_key(series);

	/* what is open for any other reason is no more known to be empty */
	if (strcmp(cause, EMPTY) != 0)
	{
		sg_sql_text(&sql, days);
		sg_sql_run_kept(&sql, "UPDATE switchgrid.coverage SET empty = empty - $5::datemultirange "
							  "WHERE server = $1 AND point_id = $2 AND relation = $3 "
							  "AND direction = $4 AND empty && $5::datemultirange");
		sql = series_key(series);
	}

	sg_sql_text(&sql, days);
	sg_sql_text(&sql, cause);
	sg_sql_text(&sql, fault != NULL && fault->code[0] != '\0' ? fault->code : NULL);
	sg_sql_text(&sql, fault != NULL && fault->text[0] != '\0' ? fault->text : NULL);
	sg_sql_instant(&sql, now);
	sg_sql_instant(&sql, now - SAME_TIME);
	sg_sql_number(&sql, retry.first);
	sg_sql_number(&sql, retry.longest);
	sg_sql_run_kept(
		&sql,
		"WITH cut AS (DELETE FROM switchgrid.open_span WHERE server = $1 AND point_id = $2 "
		"AND relation = $3 AND direction = $4 AND days && $5::datemultirange RETURNING *), "
		"kept AS (INSERT INTO switchgrid.open_span SELECT server, point_id, relation, direction, "
		"unnest(datemultirange(days) - $5::datemultirange), cause, code, message, tries, "
		"asked_at, retry_at FROM cut), "
		"tried AS (SELECT CASE cause WHEN $6 THEN tries + (asked_at < $10)::int ELSE 1 END AS "
		"tries, "
		"datemultirange(days) * $5::datemultirange AS days FROM cut "
		"UNION ALL SELECT 1, $5::datemultirange - "
		"coalesce((SELECT range_agg(days) FROM cut), '{}')), "
		"counted AS (SELECT tries, range_agg(d) AS days FROM tried, unnest(days) AS d GROUP BY 1) "
		"INSERT INTO switchgrid.open_span (server, point_id, relation, direction, days, cause, "
		"code, message, tries, asked_at, retry_at) "
		"SELECT $1, $2, $3, $4, unnest(days), $6, $7, $8, tries, $9, "
		"CASE WHEN $11 < 0 THEN 'infinity' ELSE $9 + interval '1 microsecond' * "
		"least($11 * power(2, least(tries - 1, 20)), $12) END FROM counted");
}

/* How often the days have been asked in vain with this time. What one run notes in several pieces is one time. */
int
sg_coverage_tries(const SgSeries *series, SgDays days, TimestampTz now)
{
	SgSql sql = series_key(series);
	int tries;

	sg_sql_date(&sql, days.from);
	sg_sql_date(&sql, days.until);
	sg_sql_value(&sql, TIMESTAMPTZOID, TimestampTzGetDatum(now - SAME_TIME));
	sg_sql_run(&sql, "SELECT coalesce(max(tries + (asked_at < $7)::int), 1) "
					 "FROM switchgrid.open_span WHERE server = $1 "
					 "AND point_id = $2 AND relation = $3 AND direction = $4 "
					 "AND days && daterange($5, $6)");
	tries = DatumGetInt32(sg_sql_get(0, 1, Int32GetDatum(1)));
	sg_sql_done();
	return tries;
}

/* A multirange of one span. */
static char *
print_span(SgDays days)
{
	char from[SG_DAY_LEN];
	char until[SG_DAY_LEN];

	return sg_days_empty(days) ? "{}"
							   : psprintf("{[%s,%s)}", sg_clock_print_day(from, days.from),
										  sg_clock_print_day(until, days.until));
}

/* The end of the days to come: the same day for years, for each other one would leave a span with tries of its own. */
static DateADT
end_ahead(DateADT today)
{
	return (today / AHEAD_DAYS + 2) * AHEAD_DAYS;
}

void
sg_coverage_settle(const SgSeries *series, SgDays days, const SgDayState *states, TimestampTz now,
				   int64 late_retry, int64 empty_retry)
{
	char *held = print_days(days, states, SG_DAY_HELD);
	char *empty = print_days(days, states, SG_DAY_EMPTY);
	char *late = print_days(days, states, SG_DAY_LATE);
	DateADT today = sg_clock_day_of(now);

	close_open(series, held);
	/* what a wide fault has closed of the days to come is open again */
	close_open(series, print_span((SgDays){today, end_ahead(today)}));
	if (strcmp(late, "{}") != 0)
		note_open(series, late, "late", NULL, now, retry_after(late_retry));
	if (strcmp(empty, "{}") != 0)
		note_open(series, empty, EMPTY, NULL, now, (Retry){empty_retry, LONGEST_REST});
	note_known(series, held, empty, now);
}

void
sg_coverage_ahead(const SgSeries *series, SgDays days, TimestampTz now, TimestampTz retry_at)
{
	if (!sg_days_empty(days))
		note_open(series, print_span(days), "late", NULL, now, retry_after(retry_at - now));
}

void
sg_coverage_look(const SgSeries *series, DateADT today, int days, bool seen, TimestampTz now)
{
	char *span = print_span((SgDays){today, today + Max(days, 1)});

	close_open(series, print_span((SgDays){today - AHEAD_DAYS, end_ahead(today)}));
	note_known(series, seen ? span : "{}", seen ? "{}" : span, now);
}

static void
note_floor(const SgSeries *series, DateADT first)
{
	SgSql sql = series_key(series);

	sg_sql_date(&sql, first);
	sg_sql_run(&sql, "INSERT INTO switchgrid.coverage AS c (server, point_id, relation, direction, "
					 "floor) VALUES ($1, $2, $3, $4, $5) "
					 "ON CONFLICT (server, point_id, relation, direction) DO UPDATE SET "
					 "floor = GREATEST(c.floor, excluded.floor)");
	/* what was open before it is not wanted any more */
	sql = series_key(series);
	sg_sql_date(&sql, first);
	sg_sql_run(&sql, "DELETE FROM switchgrid.open_span WHERE server = $1 AND point_id = $2 "
					 "AND relation = $3 AND direction = $4 AND upper(days) <= $5");
}

void
sg_coverage_floor(const SgSeries *series, DateADT first)
{
	static const SgRelation *const of_meter[] = {&sg_relation_load_curve, &sg_relation_daily_energy,
												 &sg_relation_daily_max_power,
												 &sg_relation_register_reading};
	SgSeries each = *series;

	for (int i = 0; i < lengthof(of_meter); i++)
	{
		each.relation = of_meter[i]->name;
		note_floor(&each, first);
	}
}

static Retry
retry_of(const SgFault *fault)
{
	switch (fault->kind)
	{
		case SG_FAULT_DIRECTION:
			return retry_after(-1);
		case SG_FAULT_NOT_RECORDED:
		case SG_FAULT_BEFORE_CONSENT:
			return retry_after(RECORDING_RETRY);
		case SG_FAULT_SUBSCRIPTION:
			return retry_after(SUBSCRIPTION_RETRY);
		default:
			break;
	}
	if (!sg_fault_class(fault->kind)->retried)
		return retry_after(DAILY_RETRY);
	return (Retry){FIRST_RETRY, USECS_PER_DAY};
}

static void
note_fault(const SgSeries *series, SgDays days, const SgFault *fault, TimestampTz now, Retry retry)
{
	DateADT today = sg_clock_day_of(now);
	bool state = sg_relation_find(series->relation)->kind == SG_KIND_STATE;

	/* days to come are closed for the same reason, until the retry */
	if (sg_fault_class(fault->kind)->scope != SG_SCOPE_WINDOW || state)
		days.until = Max(days.until, end_ahead(today));
	/* what is so now was not to be had yesterday either, which is of no interest any more */
	if (state)
		close_open(series, print_span((SgDays){today - AHEAD_DAYS, today}));
	note_open(series, print_span(days), sg_fault_class(fault->kind)->name, fault, now, retry);
}

void
sg_coverage_open(const SgSeries *series, SgDays days, const SgFault *fault, TimestampTz now)
{
	note_fault(series, days, fault, now, retry_of(fault));
}

void
sg_coverage_open_until(const SgSeries *series, SgDays days, const SgFault *fault, TimestampTz now,
					   TimestampTz retry_at)
{
	int64 wait = TIMESTAMP_NOT_FINITE(retry_at) ? -1 : Max(retry_at - now, 0);

	note_fault(series, days, fault, now, retry_after(wait));
}
