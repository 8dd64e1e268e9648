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
/* What is so of a point is looked at again after so many days. */
#define CONTRACT_DAYS 7
#define PERSON_DAYS 30
#define CONSENT_DAYS 1
/* A fault that reaches further than its window, or is about a state, holds for days to come: so many. */
#define AHEAD_DAYS 3650
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

/*
 * Takes the days out of what was open, and with "ahead" also what a wide fault has closed of the days to come;
 * what stands on either side of them stays.
 */
static void
close_open(const SgSeries *series, SgDays days, bool ahead, TimestampTz now)
{
	SgSql sql = series_key(series);

	sg_sql_date(&sql, days.from);
	sg_sql_date(&sql, days.until);
	sg_sql_date(&sql, ahead ? sg_clock_day_of(now) : days.until);
	/* an empty range where there is nothing ahead to take out */
	sg_sql_date(&sql, ahead ? sg_clock_day_of(now) + AHEAD_DAYS : days.until);
	sg_sql_run(&sql,
			   "WITH cut AS (DELETE FROM switchgrid.open_span WHERE server = $1 AND point_id = $2 "
			   "AND relation = $3 AND direction = $4 "
			   "AND days && datemultirange(daterange($5, $6), daterange($7, $8)) RETURNING *) "
			   "INSERT INTO switchgrid.open_span SELECT server, point_id, relation, direction, "
			   "unnest(datemultirange(days) - "
			   "datemultirange(daterange($5, $6), daterange($7, $8))), "
			   "cause, code, message, tries, asked_at, retry_at FROM cut");
}

static void
note_known(const SgSeries *series, const char *held, const char *empty)
{
	SgSql sql = series_key(series);

	sg_sql_text(&sql, held);
	sg_sql_text(&sql, empty);
	sg_sql_run(&sql,
			   "INSERT INTO switchgrid.coverage AS c (server, point_id, relation, direction, held, "
			   "empty) VALUES ($1, $2, $3, $4, $5::datemultirange, "
			   "$6::datemultirange) "
			   "ON CONFLICT (server, point_id, relation, direction) DO UPDATE SET "
			   "held = c.held + excluded.held, "
			   "empty = (c.empty - excluded.held) + "
			   "excluded.empty");
}

static void
note_open(const SgSeries *series, const char *days, const char *cause, const SgFault *fault,
		  int tries, TimestampTz now, TimestampTz retry_at)
{
	SgSql sql = series_key(series);

	sg_sql_text(&sql, days);
	sg_sql_text(&sql, cause);
	sg_sql_text(&sql, fault != NULL && fault->code[0] != '\0' ? fault->code : NULL);
	sg_sql_text(&sql, fault != NULL && fault->text[0] != '\0' ? fault->text : NULL);
	sg_sql_value(&sql, INT4OID, Int32GetDatum(tries));
	sg_sql_value(&sql, TIMESTAMPTZOID, TimestampTzGetDatum(now));
	sg_sql_value(&sql, TIMESTAMPTZOID, TimestampTzGetDatum(retry_at));
	sg_sql_run(&sql,
			   "INSERT INTO switchgrid.open_span (server, point_id, relation, direction, days, "
			   "cause, code, message, tries, asked_at, retry_at) "
			   "SELECT $1, $2, $3, $4, unnest($5::datemultirange), "
			   "$6, $7, $8, $9, $10, $11");
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

void
sg_coverage_settle(const SgSeries *series, SgDays days, const SgDayState *states, TimestampTz now,
				   TimestampTz retry_at)
{
	char *held = print_days(days, states, SG_DAY_HELD);
	char *empty = print_days(days, states, SG_DAY_EMPTY);
	char *late = print_days(days, states, SG_DAY_LATE);
	int tries = sg_coverage_tries(series, days, now);

	close_open(series, days, true, now);
	note_known(series, held, empty);
	if (strcmp(late, "{}") != 0)
		note_open(series, late, "late", NULL, tries, now, retry_at);
}

void
sg_coverage_ahead(const SgSeries *series, SgDays days, TimestampTz now, TimestampTz retry_at)
{
	char from[SG_DAY_LEN];
	char until[SG_DAY_LEN];

	if (!sg_days_empty(days))
		note_open(series,
				  psprintf("{[%s,%s)}", sg_clock_print_day(from, days.from),
						   sg_clock_print_day(until, days.until)),
				  "late", NULL, 1, now, retry_at);
}

/* How many days a look at what is so lasts. */
static int
days_of_look(const char *relation)
{
	if (strcmp(relation, sg_relation_contract.name) == 0)
		return CONTRACT_DAYS;
	return strcmp(relation, sg_relation_consent.name) == 0 ? CONSENT_DAYS : PERSON_DAYS;
}

void
sg_coverage_look(const SgSeries *series, DateADT today, bool seen)
{
	char from[SG_DAY_LEN];
	char until[SG_DAY_LEN];
	char *days = psprintf("{[%s,%s)}", sg_clock_print_day(from, today),
						  sg_clock_print_day(until, today + days_of_look(series->relation)));

	close_open(series, (SgDays){today - AHEAD_DAYS, today + AHEAD_DAYS}, false, 0);
	note_known(series, seen ? days : "{}", seen ? "{}" : days);
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

static TimestampTz
retry_time(const SgFault *fault, int tries, TimestampTz now)
{
	switch (fault->kind)
	{
		case SG_FAULT_DIRECTION:
			return DT_NOEND;
		case SG_FAULT_NOT_RECORDED:
		case SG_FAULT_BEFORE_CONSENT:
			return now + RECORDING_RETRY;
		case SG_FAULT_SUBSCRIPTION:
			return now + SUBSCRIPTION_RETRY;
		default:
			break;
	}
	if (!sg_fault_class(fault->kind)->retried)
		return now + DAILY_RETRY;
	return now + Min(FIRST_RETRY << Min(tries, 10), USECS_PER_DAY);
}

void
sg_coverage_open(const SgSeries *series, SgDays days, const SgFault *fault, TimestampTz now)
{
	int tries = sg_coverage_tries(series, days, now);

	sg_coverage_open_until(series, days, fault, now, retry_time(fault, tries - 1, now));
}

void
sg_coverage_open_until(const SgSeries *series, SgDays days, const SgFault *fault, TimestampTz now,
					   TimestampTz retry_at)
{
	SgDayState *states;
	int tries;

	/* days to come are closed for the same reason, until the retry */
	if (sg_fault_class(fault->kind)->scope != SG_SCOPE_WINDOW ||
		sg_relation_find(series->relation)->kind == SG_KIND_STATE)
		days.until = Max(days.until, sg_clock_day_of(now) + AHEAD_DAYS);
	states = palloc(sizeof(SgDayState) * Max(sg_days_count(days), 1));
	tries = sg_coverage_tries(series, days, now);
	for (int i = 0; i < sg_days_count(days); i++)
		states[i] = SG_DAY_LATE;
	close_open(series, days, false, now);
	note_open(series, print_days(days, states, SG_DAY_LATE), sg_fault_class(fault->kind)->name,
			  fault, tries, now, retry_at);
	pfree(states);
}
