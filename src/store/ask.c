/*
 * ask.c
 *	  Consents that holders were asked for.
 */
#include "postgres.h"

#include "ask.h"
#include "base/clock.h"
#include "catalog/pg_type.h"
#include "sql.h"
#include "utils/builtins.h"

void
sg_ask_begin(const char *server, const char *state, const Interval *duration)
{
	SgSql sql = {0};

	sg_sql_text(&sql, server);
	sg_sql_text(&sql, state);
	sg_sql_value(&sql, INTERVALOID, IntervalPGetDatum(duration));
	sg_sql_value(&sql, TIMESTAMPTZOID, TimestampTzGetDatum(sg_clock_now()));
	if (sg_sql_run(&sql, "INSERT INTO switchgrid.ask (server, state, duration, asked_at) "
						 "VALUES ($1, $2, $3, $4) ON CONFLICT (server, state) DO NOTHING") == 0)
		ereport(
			ERROR,
			(errcode(ERRCODE_UNIQUE_VIOLATION),
			 errmsg("a consent was asked for with this state on server \"%s\" before", server),
			 errhint("A state is used once; without one switchgrid.authorize_url makes it up.")));
}

static void
add_points(SgSql *sql, List *points)
{
	if (points == NIL)
		sg_sql_null(sql, TEXTARRAYOID);
	else
		sg_sql_texts(sql, points);
}

static void
add_authorisation(SgSql *sql, int64 authorisation)
{
	if (authorisation == 0)
		sg_sql_null(sql, INT8OID);
	else
		sg_sql_value(sql, INT8OID, Int64GetDatum(authorisation));
}

/*
 * Is the answer news? The same one may come twice, for a browser is reloaded, and then changes nothing;
 * another one may not.
 */
static bool
is_news(const SgAskAnswer *answer)
{
	SgSql sql = {0};
	char *outcome;
	bool same;

	sg_sql_text(&sql, answer->server);
	sg_sql_text(&sql, answer->state);
	sg_sql_text(&sql, answer->outcome);
	add_authorisation(&sql, answer->authorisation);
	add_points(&sql, answer->points);
	if (sg_sql_run(&sql,
				   "SELECT outcome, outcome = $3 AND authorisation_id IS NOT DISTINCT FROM $4 "
				   "AND ($5 IS NULL OR points IS NOT DISTINCT FROM $5) "
				   "FROM switchgrid.ask WHERE server = $1 AND state = $2 FOR UPDATE") == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("no consent was asked for with this state on server \"%s\"",
							   answer->server),
						errhint("switchgrid.authorize_url makes and notes a state.")));
	outcome = sg_sql_get_text(0, 1);
	same = DatumGetBool(sg_sql_get(0, 2, BoolGetDatum(false)));
	sg_sql_done();
	if (strcmp(outcome, "waiting") == 0)
		return true;
	if (!same)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("the consent of this state was answered before: %s", outcome)));
	return false;
}

static void
note_answer(const SgAskAnswer *answer)
{
	SgSql sql = {0};

	sg_sql_text(&sql, answer->server);
	sg_sql_text(&sql, answer->state);
	sg_sql_text(&sql, answer->outcome);
	add_authorisation(&sql, answer->authorisation);
	add_points(&sql, answer->points);
	sg_sql_text(&sql, answer->error);
	sg_sql_text(&sql, answer->description);
	sg_sql_value(&sql, TIMESTAMPTZOID, TimestampTzGetDatum(sg_clock_now()));
	sg_sql_run(&sql, "UPDATE switchgrid.ask SET outcome = $3, authorisation_id = $4, "
					 "points = coalesce($5, points), error = $6, error_description = $7, "
					 "answered_at = coalesce(answered_at, $8) WHERE server = $1 AND state = $2");
}

/* Version 5 names the points at once: a right to everything, for the duration that was asked for. */
static void
note_rights(const SgAskAnswer *answer)
{
	SgSql sql = {0};

	sg_sql_text(&sql, answer->server);
	sg_sql_text(&sql, answer->state);
	sg_sql_date(&sql, sg_clock_today());
	sg_sql_run(
		&sql,
		"INSERT INTO switchgrid.consent AS c (server, point_id, state, starts_on, "
		"ends_on) SELECT DISTINCT a.server, p.point_id, 'ACTIF', $3, "
		"($3 + a.duration)::date - 1 "
		"FROM switchgrid.ask AS a, unnest(a.points) AS p (point_id) "
		"WHERE a.server = $1 AND a.state = $2 AND a.outcome = 'given' "
		"ON CONFLICT (server, point_id, service_id, authorisation_id, consent_id) DO UPDATE SET "
		"(state, starts_on, ends_on, seen_at) = ('ACTIF', least(c.starts_on, "
		"excluded.starts_on), greatest(c.ends_on, excluded.ends_on), now())");
}

/*
 * A new consent lifts what was refused for want of one: the next refresh asks again. "asks" is a condition on
 * switchgrid.ask; $1 is the server.
 */
static void
lift_refusals(const char *asks, SgSql *sql)
{
	sg_sql_run(
		sql,
		psprintf(
			"DELETE FROM switchgrid.open_span WHERE server = $1 "
			"AND cause IN ('consent', 'before consent') AND point_id IN (SELECT unnest(points) "
			"FROM switchgrid.ask WHERE server = $1 AND %s)",
			asks));
}

void
sg_ask_answer(const SgAskAnswer *answer)
{
	SgSql sql = {0};

	if (!is_news(answer))
		return;
	note_answer(answer);
	if (answer->points == NIL)
		return;
	note_rights(answer);
	sg_sql_text(&sql, answer->server);
	sg_sql_text(&sql, answer->state);
	lift_refusals("state = $2 AND outcome = 'given'", &sql);
}

List *
sg_ask_unresolved(const char *server, TimestampTz now)
{
	SgSql sql = {0};
	List *found = NIL;
	uint64 rows;

	sg_sql_text(&sql, server);
	sg_sql_value(&sql, TIMESTAMPTZOID, TimestampTzGetDatum(now));
	rows = sg_sql_run(&sql, "SELECT DISTINCT authorisation_id FROM switchgrid.ask "
							"WHERE server = $1 AND outcome = 'given' AND points IS NULL "
							"AND authorisation_id IS NOT NULL "
							"AND (retry_at IS NULL OR retry_at <= $2) ORDER BY 1");
	for (uint64 i = 0; i < rows; i++)
	{
		int64 *number = palloc(sizeof(int64));

		*number = DatumGetInt64(sg_sql_get(i, 1, Int64GetDatum(0)));
		found = lappend(found, number);
	}
	sg_sql_done();
	return found;
}

void
sg_ask_missed(const char *server, int64 authorisation, const SgFault *fault, TimestampTz now)
{
	SgSql sql = {0};

	sg_sql_text(&sql, server);
	sg_sql_value(&sql, INT8OID, Int64GetDatum(authorisation));
	sg_sql_text(&sql, fault->code[0] != '\0' ? fault->code : sg_fault_class(fault->kind)->name);
	sg_sql_text(&sql, fault->text);
	sg_sql_value(&sql, TIMESTAMPTZOID, TimestampTzGetDatum(now));
	sg_sql_run(&sql, "UPDATE switchgrid.ask SET tries = tries + 1, error = $3, "
					 "error_description = $4, retry_at = $5 + least(interval '1 day', "
					 "interval '1 minute' * 2 ^ least(tries, 11)) "
					 "WHERE server = $1 AND authorisation_id = $2 AND points IS NULL");
}

void
sg_ask_resolve(const char *server, int64 authorisation)
{
	SgSql sql = {0};

	sg_sql_text(&sql, server);
	sg_sql_value(&sql, INT8OID, Int64GetDatum(authorisation));
	sg_sql_run(&sql, "UPDATE switchgrid.ask SET error = NULL, error_description = NULL, "
					 "retry_at = NULL, points = (SELECT array_agg(DISTINCT point_id) "
					 "FROM switchgrid.consent WHERE server = $1 AND authorisation_id = $2) "
					 "WHERE server = $1 AND authorisation_id = $2 AND points IS NULL");
	sg_sql_text(&sql, server);
	sg_sql_value(&sql, INT8OID, Int64GetDatum(authorisation));
	lift_refusals("authorisation_id = $2", &sql);
}
