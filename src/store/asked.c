/*
 * asked.c
 *	  Asks that the API knows by a name of its own: sent once, then followed.
 */
#include "postgres.h"

#include "ask.h"
#include "base/clock.h"
#include "catalog/pg_type.h"
#include "sql.h"
#include "utils/builtins.h"

/* A consent that was given is looked at for its end. */
#define GIVEN_LOOK USECS_PER_DAY

void
sg_ask_intend(const char *server, const char *state, const char *contracts, const char *duration,
			  bool test)
{
	SgSql sql = {0};

	sg_sql_text(&sql, server);
	sg_sql_text(&sql, state);
	sg_sql_text(&sql, duration);
	sg_sql_value(&sql, BOOLOID, BoolGetDatum(test));
	sg_sql_instant(&sql, sg_clock_now());
	sg_sql_text(&sql, contracts);
	/* the API need not name the points again */
	if (sg_sql_run(&sql, "INSERT INTO switchgrid.ask (server, state, duration, test, asked_at, "
						 "outcome, points) VALUES ($1, $2, $3::interval, $4, $5, 'sending', "
						 "(SELECT array_agg(e ->> 'point_id') FROM jsonb_array_elements($6::jsonb) "
						 "AS e WHERE e ->> 'point_id' IS NOT NULL)) "
						 "ON CONFLICT (server, state) DO NOTHING") == 0)
		ereport(ERROR, (errcode(ERRCODE_UNIQUE_VIOLATION),
						errmsg("an ask with state \"%s\" is there on server \"%s\" already", state,
							   server),
						errhint("A state is used once; without one switchgrid.create_ask makes it "
								"up.")));
}

static const char *
outcome_of(const SgAskReport *report)
{
	switch (report->stage)
	{
		case SG_STAGE_DONE:
			return "given";
		case SG_STAGE_FAILED:
			return report->revoked ? "ended" : "refused";
		default:
			return "waiting";
	}
}

static void
note_report(const char *server, const char *state, const SgAskReport *report, TimestampTz now)
{
	SgSql sql = {0};
	const char *outcome = outcome_of(report);

	sg_sql_text(&sql, server);
	sg_sql_text(&sql, state);
	sg_sql_text(&sql, report->ask_id);
	sg_sql_text(&sql, report->status);
	sg_sql_texts(&sql, report->named);
	sg_sql_instant(&sql, report->accepted_at);
	sg_sql_text(&sql, report->user_url);
	sg_sql_text(&sql, report->contracts);
	sg_sql_text(&sql, outcome);
	sg_sql_instant(&sql, now);
	sg_sql_instant(&sql, report->stage == SG_STAGE_DONE ? now + GIVEN_LOOK : 0);
	sg_sql_run(
		&sql,
		"UPDATE switchgrid.ask SET ask_id = coalesce($3, ask_id), status = $4, "
		/* a point that was forgotten is not learnt again */
		"points = CASE WHEN forgotten THEN points ELSE coalesce(nullif($5, '{}'), points) END, "
		"accepted_at = coalesce($6, accepted_at), user_url = coalesce($7, user_url), "
		"contracts = CASE WHEN forgotten THEN (SELECT jsonb_agg(e) FROM "
		"jsonb_array_elements($8::jsonb) AS e "
		"WHERE e ->> 'point_id' = ANY (points)) ELSE $8::jsonb END, outcome = $9, "
		"answered_at = CASE WHEN $9 <> 'waiting' THEN coalesce(answered_at, $10) END, "
		"error = NULL, error_description = NULL, tries = 0, "
		/* somebody may sit before the page now, or nobody for weeks */
		"retry_at = coalesce($11, $10 + least(interval '1 hour', ($10 - asked_at) / 10)) "
		"WHERE server = $1 AND state = $2");
}

/* What an ask had given is over. */
static void
end_rights(const char *server, const char *ask_id, const char *status)
{
	SgSql sql = {0};

	sg_sql_text(&sql, server);
	sg_sql_text(&sql, ask_id);
	sg_sql_text(&sql, status);
	sg_sql_run(&sql, "UPDATE switchgrid.consent SET state = $3, seen_at = now() "
					 "WHERE server = $1 AND ask_id = $2");
}

/*
 * A right for each of its points, good for as long as was asked: by the consent's own name, or by the ask's where
 * the API tells of none.
 */
static void
note_rights(const char *server, const char *state)
{
	SgSql sql = {0};

	sg_sql_text(&sql, server);
	sg_sql_text(&sql, state);
	sg_sql_run(&sql,
			   "INSERT INTO switchgrid.consent AS c (server, point_id, ask_id, consent_id, state, "
			   "starts_on, ends_on) SELECT DISTINCT ON (p) server, p, ask_id, "
			   "coalesce(k ->> 'consent_id', ask_id), 'ACCEPTED', "
			   "(accepted_at AT TIME ZONE 'Europe/Paris')::date, "
			   "((accepted_at AT TIME ZONE 'Europe/Paris')::date + duration)::date - 1 "
			   "FROM switchgrid.ask CROSS JOIN unnest(points) AS p "
			   "LEFT JOIN LATERAL jsonb_array_elements(contracts) AS k ON k ->> 'point_id' = p "
			   "WHERE server = $1 AND state = $2 "
			   "ON CONFLICT (server, point_id, service_id, authorisation_id, consent_id) "
			   "DO UPDATE SET (ask_id, state, starts_on, ends_on, seen_at) = "
			   "(excluded.ask_id, excluded.state, coalesce(excluded.starts_on, c.starts_on), "
			   "coalesce(excluded.ends_on, c.ends_on), now())");
}

/* A new consent lifts what was refused for want of one. */
static void
lift_refusals(const char *server, const char *state)
{
	SgSql sql = {0};

	sg_sql_text(&sql, server);
	sg_sql_text(&sql, state);
	sg_sql_run(&sql,
			   "DELETE FROM switchgrid.open_span WHERE server = $1 "
			   "AND cause IN ('consent', 'before consent') AND point_id IN (SELECT unnest(points) "
			   "FROM switchgrid.ask WHERE server = $1 AND state = $2)");
}

static bool
was_given(const char *server, const char *state)
{
	SgSql sql = {0};
	bool given;

	sg_sql_text(&sql, server);
	sg_sql_text(&sql, state);
	given = sg_sql_run(&sql, "SELECT FROM switchgrid.ask WHERE server = $1 AND state = $2 "
							 "AND outcome = 'given'") > 0;
	sg_sql_done();
	return given;
}

void
sg_ask_report(const char *server, const char *state, const SgAskReport *report, TimestampTz now)
{
	bool given = was_given(server, state);

	note_report(server, state, report, now);
	if (report->stage == SG_STAGE_OPEN)
		return;
	if (report->stage == SG_STAGE_FAILED)
	{
		end_rights(server, report->ask_id, report->status);
		return;
	}
	note_rights(server, state);
	if (!given)
		lift_refusals(server, state);
}

void
sg_ask_outcome(const char *server, const char *state, const char *outcome, const SgFault *fault,
			   TimestampTz now)
{
	SgSql sql = {0};
	bool why = fault != NULL && fault->kind != SG_FAULT_NONE;

	sg_sql_text(&sql, server);
	sg_sql_text(&sql, state);
	sg_sql_text(&sql, outcome);
	sg_sql_text(&sql, why ? fault->code[0] != '\0' ? fault->code : sg_fault_class(fault->kind)->name
						  : NULL);
	sg_sql_text(&sql, why ? fault->text : NULL);
	sg_sql_instant(&sql, now);
	sg_sql_run(&sql, "UPDATE switchgrid.ask SET outcome = $3, error = $4, error_description = $5, "
					 "answered_at = $6, retry_at = NULL WHERE server = $1 AND state = $2");
	if (strcmp(outcome, "cancelled") != 0)
		return;
	sg_sql_text(&sql, server);
	sg_sql_text(&sql, state);
	if (sg_sql_run(&sql, "SELECT ask_id FROM switchgrid.ask WHERE server = $1 AND state = $2") > 0)
		end_rights(server, sg_sql_get_text(0, 1), "CANCELLED");
}

void
sg_ask_doubt(const char *server, TimestampTz now)
{
	SgSql sql = {0};

	sg_sql_text(&sql, server);
	sg_sql_instant(&sql, now);
	sg_sql_run(&sql, "UPDATE switchgrid.ask SET outcome = 'uncertain', error = 'interrupted', "
					 "error_description = 'The session ended before the answer was noted.', "
					 "answered_at = $2 WHERE server = $1 AND outcome = 'sending'");
}

List *
sg_ask_due(const char *server, TimestampTz now)
{
	SgSql sql = {0};
	List *asks = NIL;
	uint64 rows;

	sg_sql_text(&sql, server);
	sg_sql_instant(&sql, now);
	rows = sg_sql_run(&sql, "SELECT state, ask_id FROM switchgrid.ask WHERE server = $1 "
							"AND ask_id IS NOT NULL AND outcome IN ('waiting', 'given') "
							"AND (retry_at IS NULL OR retry_at <= $2) ORDER BY asked_at, state");
	for (uint64 i = 0; i < rows; i++)
	{
		SgOpenAsk *ask = palloc(sizeof(SgOpenAsk));

		ask->state = sg_sql_get_text(i, 1);
		ask->ask_id = sg_sql_get_text(i, 2);
		asks = lappend(asks, ask);
	}
	sg_sql_done();
	return asks;
}

void
sg_ask_unseen(const char *server, const char *state, const SgFault *fault, TimestampTz now)
{
	SgSql sql = {0};

	sg_sql_text(&sql, server);
	sg_sql_text(&sql, state);
	sg_sql_text(&sql, fault->code[0] != '\0' ? fault->code : sg_fault_class(fault->kind)->name);
	sg_sql_text(&sql, fault->text);
	sg_sql_instant(&sql, now);
	sg_sql_run(&sql, "UPDATE switchgrid.ask SET tries = tries + 1, error = $3, "
					 "error_description = $4, retry_at = $5 + least(interval '1 day', "
					 "interval '1 minute' * 2 ^ least(tries, 11)) "
					 "WHERE server = $1 AND state = $2");
}

char *
sg_ask_state(const char *server, const char *ask_id)
{
	SgSql sql = {0};
	char *state = NULL;

	sg_sql_text(&sql, server);
	sg_sql_text(&sql, ask_id);
	if (sg_sql_run(&sql, "SELECT state FROM switchgrid.ask WHERE server = $1 AND ask_id = $2") > 0)
		state = sg_sql_get_text(0, 1);
	sg_sql_done();
	return state;
}

const char *
sg_ask_settle(const char *server, const char *state, const char *ask_id, TimestampTz now)
{
	SgSql sql = {0};
	char *outcome;

	sg_sql_text(&sql, server);
	sg_sql_text(&sql, state);
	if (sg_sql_run(&sql, "SELECT outcome FROM switchgrid.ask WHERE server = $1 AND state = $2 "
						 "FOR UPDATE") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no ask with state \"%s\" on server \"%s\"", state, server)));
	outcome = sg_sql_get_text(0, 1);
	sg_sql_done();
	if (strcmp(outcome, "uncertain") != 0)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("the ask is not uncertain: it is %s", outcome)));
	if (ask_id != NULL && sg_ask_state(server, ask_id) != NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("ask_id \"%s\" is that of another ask", ask_id)));
	sg_sql_text(&sql, server);
	sg_sql_text(&sql, state);
	sg_sql_text(&sql, ask_id);
	sg_sql_instant(&sql, now);
	sg_sql_run(&sql, "UPDATE switchgrid.ask SET ask_id = $3, error = NULL, "
					 "error_description = NULL, retry_at = NULL, "
					 "outcome = CASE WHEN $3 IS NULL THEN 'failed' ELSE 'waiting' END, "
					 "answered_at = CASE WHEN $3 IS NULL THEN $4 END "
					 "WHERE server = $1 AND state = $2");
	return ask_id != NULL ? "waiting" : "failed";
}

bool
sg_ask_awaits(const char *server, const char *point)
{
	SgSql sql = {0};
	bool found;

	sg_sql_text(&sql, server);
	sg_sql_text(&sql, point);
	found = sg_sql_run(&sql, "SELECT FROM switchgrid.ask WHERE server = $1 "
							 "AND outcome = 'waiting' AND $2 = ANY (points) LIMIT 1") > 0;
	sg_sql_done();
	return found;
}

char *
sg_ask_of_point(const char *server, const char *point, DateADT today)
{
	SgSql sql = {0};
	char *ask = NULL;

	sg_sql_text(&sql, server);
	sg_sql_text(&sql, point);
	sg_sql_date(&sql, today);
	if (sg_sql_run(&sql, "SELECT coalesce(ask_id, consent_id) FROM switchgrid.consent "
						 "WHERE server = $1 AND point_id = $2 AND state = 'ACCEPTED' "
						 "AND coalesce(ask_id, consent_id) IS NOT NULL "
						 "AND (ends_on IS NULL OR ends_on >= $3) "
						 "ORDER BY ends_on DESC NULLS LAST, seen_at DESC LIMIT 1") > 0)
		ask = sg_sql_get_text(0, 1);
	sg_sql_done();
	return ask;
}
