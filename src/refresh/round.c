/*
 * round.c
 *	  Requests of a run, fetched and stored.
 */
#include "postgres.h"

#include "base/clock.h"
#include "catalog/pg_type.h"
#include "group.h"
#include "round.h"
#include "store/sql.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "wire/http.h"

/* A group is written when it is full, or so old. */
#define GROUP_AGE (2 * USECS_PER_SEC)
/* So many failures of the operator in a row, and the rest of the run would only wait for more of them. */
#define FAILURES_IN_A_ROW 5

void
sg_round_note(const SgRound *run, const char *outcome)
{
	SgSql sql = {0};

	sg_sql_value(&sql, INT8OID, Int64GetDatum(run->id));
	sg_sql_value(&sql, INT8OID, Int64GetDatum(run->stats.requests));
	sg_sql_value(&sql, INT8OID, Int64GetDatum(run->stats.tokens));
	sg_sql_value(&sql, INT8OID, Int64GetDatum(run->stats.retries));
	sg_sql_value(&sql, INT8OID, Int64GetDatum(run->stats.bytes));
	sg_sql_value(&sql, INT8OID, Int64GetDatum(run->stats.rows));
	sg_sql_text(&sql, outcome);
	if (outcome == NULL)
		sg_sql_null(&sql, TIMESTAMPTZOID);
	else
		sg_sql_value(&sql, TIMESTAMPTZOID, TimestampTzGetDatum(sg_clock_now()));
	sg_sql_number(&sql, run->answered);
	sg_sql_run(&sql, "UPDATE switchgrid.refresh_run SET requests = $2, tokens = $3, retries = $4, "
					 "bytes = $5, rows = $6, outcome = coalesce($7, outcome), finished_at = $8, "
					 "answered = $9 WHERE id = $1");
}

/* One line for people who wait: done, total, rate, time left. */
static void
tell_progress(const SgRound *run, int left)
{
	double seconds = (GetCurrentTimestamp() - run->started) / (double) USECS_PER_SEC;
	double rate = run->answered / Max(seconds, 0.001);
	int remaining = (int) (left / Max(rate, 0.001));

	ereport(NOTICE,
			(errmsg("refresh of \"%s\": %d of %d requests, " INT64_FORMAT
					" rows, %.1f requests/s, %d:%02d left",
					run->profile->name, run->answered, run->answered + left, run->stats.rows, rate,
					remaining / SECS_PER_MINUTE, remaining % SECS_PER_MINUTE)));
}

static void
store_group(SgRound *run, SgGroup *group, int left)
{
	sg_group_store(group, run->profile->name, sg_clock_now());
	if (!run->by_hand)
		sg_round_note(run, NULL);
	SPI_commit();
	/* who orders by hand is told by the result */
	if (!run->by_hand)
		tell_progress(run, left);
}

/* True the first time that a fault of its kind reaches a point or an endpoint. */
static bool
is_news(SgRound *run, const SgAnswer *answer, SgFaultScope scope)
{
	const SgRequest *request = &answer->request;
	const char *whom = scope == SG_SCOPE_API	 ? request->endpoint->name
					   : scope == SG_SCOPE_QUOTA ? request->endpoint->quota
												 : request->point;
	char *news = psprintf("%d %s", answer->fault.kind, whom != NULL ? whom : "");
	MemoryContext old;
	ListCell *cell;

	foreach (cell, run->warned)
		if (strcmp(lfirst(cell), news) == 0)
			return false;
	/* the run outlives whatever is being done */
	old = MemoryContextSwitchTo(run->context);
	run->warned = lappend(run->warned, pstrdup(news));
	MemoryContextSwitchTo(old);
	return true;
}

/* Does the answer's fault say something of the server, or of a quota, and nothing of the days? */
static bool
is_about_server(const SgAnswer *answer)
{
	return answer->fatal || sg_fault_class(answer->fault.kind)->scope >= SG_SCOPE_QUOTA;
}

/* True if the answer's fault ends the run. The quota of one API among several does not: others go on. */
static bool
ends_run(SgRound *run, const SgAnswer *answer)
{
	const SgFaultClass *class = sg_fault_class(answer->fault.kind);

	if (!answer->fatal && class->scope == SG_SCOPE_QUOTA && answer->request.endpoint->quota != NULL)
	{
		run->held_back = true;
		return false;
	}
	run->failures = class->retried ? run->failures + 1 : 0;
	return is_about_server(answer) || run->failures >= FAILURES_IN_A_ROW;
}

void
sg_round_stop(SgRound *run, const SgFault *fault, const char *what)
{
	if (run->fatal.kind != SG_FAULT_NONE)
		return;
	run->fatal = *fault;
	run->culprit = MemoryContextStrdup(run->context, what);
}

bool
sg_round_fault(SgRound *run, const SgFault *fault, const char *what)
{
	const SgFaultClass *class = sg_fault_class(fault->kind);

	if (class->scope >= SG_SCOPE_QUOTA)
	{
		sg_round_stop(run, fault, what);
		return true;
	}
	ereport(WARNING, (errcode(class->sqlstate != 0 ? class->sqlstate : ERRCODE_FDW_ERROR),
					  errmsg(class->message, run->profile->name), errdetail("%s", fault->text),
					  errcontext("%s", what)));
	return false;
}

/* Takes note of an answer's fault, and warns once of one that reaches further than its window. */
static void
take_fault(SgRound *run, const SgAnswer *answer, bool ends)
{
	const SgFaultClass *class = sg_fault_class(answer->fault.kind);

	if (ends && run->fatal.kind == SG_FAULT_NONE)
		sg_round_stop(run, &answer->fault, sg_request_describe(&answer->request));
	else if (!ends && class->sqlstate != 0 && class->scope != SG_SCOPE_WINDOW &&
			 is_news(run, answer, class->scope))
		ereport(WARNING, (errcode(class->sqlstate), errmsg(class->message, run->profile->name),
						  errdetail("%s", answer->fault.text),
						  errcontext("%s", sg_request_describe(&answer->request))));
}

bool
sg_round_is_over(SgRound *run)
{
	bool over = run->budget.time > 0 && GetCurrentTimestamp() - run->started >= run->budget.time;

	run->spent |= over;
	return over;
}

/* Do two requests ask for parts of what is so of one point? */
static bool
are_parts(const SgRequest *a, const SgRequest *b)
{
	return !sg_endpoint_is_series(a->endpoint) && !sg_endpoint_is_series(b->endpoint) &&
		   strcmp(a->point, b->point) == 0;
}

List *
sg_round_afford(SgRound *run, List *requests)
{
	int64 left = Max(run->budget.requests - run->asked, 0);

	if (sg_round_is_over(run))
		return NIL;
	if (run->budget.requests > 0 && list_length(requests) > left)
	{
		while (left > 0 && left < list_length(requests) &&
			   are_parts(list_nth(requests, (int) left - 1), list_nth(requests, (int) left)))
			left++;
		run->spent = left < list_length(requests);
		requests = list_truncate(list_copy(requests), (int) left);
	}
	run->asked += list_length(requests);
	return requests;
}

/* The next answer; once the run's time is used up, only of what is on its way. */
static bool
next_answer(SgRound *run, SgFetch *fetch, SgGroup *group)
{
	TimestampTz end = run->started + run->budget.time;
	TimestampTz until;

	for (;;)
	{
		bool over = sg_round_is_over(run);

		if (over)
			sg_fetch_stop(fetch);
		switch (sg_fetch_try(fetch, sg_group_emit, group, sg_group_answer(group), &until))
		{
			case SG_FETCH_ANSWER:
				return true;
			case SG_FETCH_END:
				return false;
			default:
				break;
		}
		if (run->budget.time > 0 && !over && (until == 0 || until > end))
			until = end;
		sg_http_wait(until);
	}
}

void
sg_round_fetch(SgRound *run, const SgAgenda *agenda)
{
	List *requests = sg_round_afford(run, agenda->requests);
	SgFetch *fetch = sg_fetch_begin(run->profile, requests, run->profile->in_flight, &run->stats);
	SgGroup *group = sg_group_make(agenda->assembly);
	TimestampTz stored = GetCurrentTimestamp();

	while (run->failures < FAILURES_IN_A_ROW && next_answer(run, fetch, group))
	{
		const SgAnswer *answer = sg_group_answer(group);
		bool ends = ends_run(run, answer);

		run->answered++;
		take_fault(run, answer, ends);
		if (is_about_server(answer))
			sg_group_forget(group);
		else
			sg_group_add(group);
		if (sg_group_is_full(group) || GetCurrentTimestamp() - stored > GROUP_AGE)
		{
			store_group(run, group, sg_fetch_left(fetch));
			stored = GetCurrentTimestamp();
		}
	}
	store_group(run, group, sg_fetch_left(fetch));
	sg_fetch_end(fetch);
}
