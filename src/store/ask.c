/*
 * ask.c
 *	  Consents that holders were asked for.
 */
#include "postgres.h"

#include "ask.h"
#include "base/clock.h"
#include "catalog/pg_type.h"
#include "sql.h"
#include "utils/array.h"
#include "utils/builtins.h"

void
sg_ask_begin(const char *server, const char *state, const Interval *duration)
{
	SgSql sql = {0};

	sg_sql_text(&sql, server);
	sg_sql_text(&sql, state);
	sg_sql_value(&sql, INTERVALOID, IntervalPGetDatum(duration));
	sg_sql_value(&sql, TIMESTAMPTZOID, TimestampTzGetDatum(sg_clock_now()));
	sg_sql_run(&sql, "INSERT INTO switchgrid.ask (server, state, duration, asked_at) "
					 "VALUES ($1, $2, $3, $4)");
}

static void
add_points(SgSql *sql, List *points)
{
	Datum *values = palloc(sizeof(Datum) * Max(list_length(points), 1));
	int n = 0;
	ListCell *cell;

	foreach (cell, points)
		values[n++] = CStringGetTextDatum(lfirst(cell));
	if (points == NIL)
		sg_sql_null(sql, TEXTARRAYOID);
	else
		sg_sql_value(sql, TEXTARRAYOID,
					 PointerGetDatum(construct_array(values, n, TEXTOID, -1, false, TYPALIGN_INT)));
}

static void
add_authorisation(SgSql *sql, int64 authorisation)
{
	if (authorisation == 0)
		sg_sql_null(sql, INT8OID);
	else
		sg_sql_value(sql, INT8OID, Int64GetDatum(authorisation));
}

/* The same answer may come twice: a browser is reloaded. Another one may not. */
static void
check_ask(const SgAskAnswer *answer)
{
	SgSql sql = {0};
	char *outcome;
	bool same;

	sg_sql_text(&sql, answer->server);
	sg_sql_text(&sql, answer->state);
	sg_sql_text(&sql, answer->outcome);
	add_authorisation(&sql, answer->authorisation);
	if (sg_sql_run(&sql,
				   "SELECT outcome, outcome = $3 AND authorisation_id IS NOT DISTINCT FROM $4 "
				   "FROM switchgrid.ask WHERE server = $1 AND state = $2 FOR UPDATE") == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("no consent was asked for with this state on server \"%s\"",
							   answer->server),
						errhint("switchgrid.authorize_url makes and notes a state.")));
	outcome = sg_sql_get_text(0, 1);
	same = DatumGetBool(sg_sql_get(0, 2, BoolGetDatum(false)));
	sg_sql_done();
	if (strcmp(outcome, "waiting") != 0 && !same)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("the consent of this state was answered before: %s", outcome)));
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
	sg_sql_run(&sql, "INSERT INTO switchgrid.consent AS c (server, point_id, state, starts_on, "
					 "ends_on) SELECT DISTINCT a.server, p.point_id, 'ACTIF', $3, "
					 "($3 + a.duration)::date - 1 "
					 "FROM switchgrid.ask AS a, unnest(a.points) AS p (point_id) "
					 "WHERE a.server = $1 AND a.state = $2 AND a.outcome = 'given' "
					 "ON CONFLICT (server, point_id, service_id, authorisation_id) DO UPDATE SET "
					 "(state, starts_on, ends_on, seen_at) = ('ACTIF', least(c.starts_on, "
					 "excluded.starts_on), greatest(c.ends_on, excluded.ends_on), now())");
}

void
sg_ask_answer(const SgAskAnswer *answer)
{
	check_ask(answer);
	note_answer(answer);
	if (answer->points != NIL)
		note_rights(answer);
}

List *
sg_ask_unresolved(const char *server)
{
	SgSql sql = {0};
	List *found = NIL;
	uint64 rows;

	sg_sql_text(&sql, server);
	rows =
		sg_sql_run(&sql, "SELECT DISTINCT authorisation_id FROM switchgrid.ask WHERE server = $1 "
						 "AND outcome = 'given' AND points IS NULL "
						 "AND authorisation_id IS NOT NULL ORDER BY 1");
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
sg_ask_resolve(const char *server, int64 authorisation)
{
	SgSql sql = {0};

	sg_sql_text(&sql, server);
	sg_sql_value(&sql, INT8OID, Int64GetDatum(authorisation));
	sg_sql_run(&sql, "UPDATE switchgrid.ask SET points = (SELECT array_agg(DISTINCT point_id) "
					 "FROM switchgrid.consent WHERE server = $1 AND authorisation_id = $2) "
					 "WHERE server = $1 AND authorisation_id = $2 AND points IS NULL");
}
