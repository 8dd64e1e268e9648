/*
 * run.c
 *	  A run of refresh.
 *
 * The procedure is in no transaction that matters while it waits for the network: what came is written
 * in a short transaction of its own, with what is known about it, and committed. Killed at any moment, a
 * run loses at most the answers of one group.
 */
#include "postgres.h"

#include "agenda.h"
#include "attempt.h"
#include "base/clock.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "foreign/foreign.h"
#include "group.h"
#include "miscadmin.h"
#include "run.h"
#include "storage/lock.h"
#include "store/sql.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* A group is written when it has so many answers, or is so old: little is lost, little is written twice. */
#define GROUP_ANSWERS 32
#define GROUP_AGE (2 * USECS_PER_SEC)
/* So many failures of the operator in a row, and the rest of the run would only wait for more of them. */
#define FAILURES_IN_A_ROW 5
/* The first key of the advisory lock that keeps two runs off one server. */
#define LOCK_CLASS 0x53574752

typedef struct Run
{
	const SgProfile *profile;
	Datum points;
	int64 id;
	int planned;
	int answered;
	SgStats stats;
	TimestampTz started;
	SgFault fatal;	  /* what stopped it, if anything */
	bool held_back;	  /* by the quota of one of several APIs */
	int failures;	  /* of the operator, in a row */
	ErrorData *error; /* why it could not begin */
	List *warned;	  /* of char *: what was said already */
	SgRequest culprit;
} Run;

static void
set_lock_tag(LOCKTAG *tag, const char *server)
{
	uint32 hash = DatumGetUInt32(hash_any((const unsigned char *) server, (int) strlen(server)));

	SET_LOCKTAG_ADVISORY(*tag, MyDatabaseId, LOCK_CLASS, hash, 2);
}

static void
note_start(Run *run)
{
	SgSql sql = {0};

	/* under the server's lock: a run that still seems to go on was cancelled or killed */
	sg_sql_text(&sql, run->profile->name);
	sg_sql_run(&sql, "UPDATE switchgrid.refresh_run SET outcome = 'interrupted' "
					 "WHERE server = $1 AND outcome = 'running'");

	sg_sql_text(&sql, run->profile->name);
	sg_sql_value(&sql, TIMESTAMPTZOID, TimestampTzGetDatum(sg_clock_now()));
	sg_sql_value(&sql, INT4OID, Int32GetDatum(run->planned));
	sg_sql_run(&sql, "INSERT INTO switchgrid.refresh_run (server, started_at, planned) "
					 "VALUES ($1, $2, $3) RETURNING id");
	run->id = DatumGetInt64(sg_sql_get(0, 1, (Datum) 0));
	sg_sql_done();
}

static void
note_progress(const Run *run, const char *outcome)
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
	sg_sql_run(&sql, "UPDATE switchgrid.refresh_run SET requests = $2, tokens = $3, retries = $4, "
					 "bytes = $5, rows = $6, outcome = coalesce($7, outcome), finished_at = $8 "
					 "WHERE id = $1");
}

/* One line for people who wait: done, total, rate, time left. */
static void
tell_progress(const Run *run, int left)
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
store_group(Run *run, SgGroup *group, int left)
{
	sg_group_store(group, run->profile->name, sg_clock_now());
	note_progress(run, NULL);
	SPI_commit();
	tell_progress(run, left);
}

/* True the first time that a fault of its kind reaches a point or an endpoint. */
static bool
is_news(Run *run, const SgAnswer *answer, SgFaultScope scope)
{
	const SgRequest *request = &answer->request;
	const char *whom = scope == SG_SCOPE_API	 ? request->endpoint->name
					   : scope == SG_SCOPE_QUOTA ? request->endpoint->quota
												 : request->point;
	char *news = psprintf("%d %s", answer->fault.kind, whom != NULL ? whom : "");
	ListCell *cell;

	foreach (cell, run->warned)
		if (strcmp(lfirst(cell), news) == 0)
			return false;
	run->warned = lappend(run->warned, news);
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
ends_run(Run *run, const SgAnswer *answer)
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

/* Takes note of an answer's fault, and warns once of one that reaches further than its window. */
static void
take_fault(Run *run, const SgAnswer *answer, bool ends)
{
	const SgFaultClass *class = sg_fault_class(answer->fault.kind);

	if (ends && run->fatal.kind == SG_FAULT_NONE)
	{
		run->fatal = answer->fault;
		run->culprit = answer->request;
	}
	else if (!ends && class->sqlstate != 0 && class->scope != SG_SCOPE_WINDOW &&
			 is_news(run, answer, class->scope))
		ereport(WARNING, (errcode(class->sqlstate), errmsg(class->message, run->profile->name),
						  errdetail("%s", answer->fault.text),
						  errcontext("%s", sg_request_describe(&answer->request))));
}

static void
fetch_and_store(Run *run, const SgAgenda *agenda)
{
	SgFetch *fetch =
		sg_fetch_begin(run->profile, agenda->requests, run->profile->in_flight, &run->stats);
	SgGroup *group = sg_group_make(agenda->assembly);
	TimestampTz stored = GetCurrentTimestamp();

	while (run->failures < FAILURES_IN_A_ROW &&
		   sg_fetch_next(fetch, sg_group_emit, group, sg_group_answer(group)))
	{
		const SgAnswer *answer = sg_group_answer(group);
		bool ends = ends_run(run, answer);

		run->answered++;
		take_fault(run, answer, ends);
		if (is_about_server(answer))
			sg_group_forget(group);
		else
			sg_group_add(group);
		if (sg_group_size(group) >= GROUP_ANSWERS || GetCurrentTimestamp() - stored > GROUP_AGE)
		{
			store_group(run, group, sg_fetch_left(fetch));
			stored = GetCurrentTimestamp();
		}
	}
	store_group(run, group, sg_fetch_left(fetch));
	sg_fetch_end(fetch);
}

/* Looks whether the run can begin at all: the user may use the server, and has a whole credential. */
static void
check_access(void *arg)
{
	Run *run = arg;

	sg_profile_check_usage(run->profile);
	(void) sg_profile_credential(run->profile);
}

static const char *
outcome_of(const Run *run)
{
	if (run->error != NULL)
		return run->error->message;
	if (run->fatal.kind != SG_FAULT_NONE)
		return sg_fault_class(run->fatal.kind)->name;
	return run->held_back ? sg_fault_class(SG_FAULT_THROTTLED)->name : "done";
}

static void
refresh_server(Run *run)
{
	SgAgenda agenda = sg_agenda_make(run->profile, run->points);

	run->planned = list_length(agenda.requests);
	run->started = GetCurrentTimestamp();
	note_start(run);
	run->error = sg_attempt(check_access, run);
	SPI_commit();
	if (agenda.requests != NIL && run->error == NULL)
		fetch_and_store(run, &agenda);
	note_progress(run, outcome_of(run));
	SPI_commit();
}

/* Runs one server under its lock, which an error must give back too: it outlives transactions. */
static void
run_locked(Run *run)
{
	LOCKTAG tag;

	set_lock_tag(&tag, run->profile->name);
	if (LockAcquire(&tag, ExclusiveLock, true, true) == LOCKACQUIRE_NOT_AVAIL)
	{
		ereport(NOTICE, (errmsg("server \"%s\" is being refreshed by another session",
								run->profile->name)));
		return;
	}
	PG_TRY();
	{
		refresh_server(run);
	}
	PG_FINALLY();
	{
		LockRelease(&tag, ExclusiveLock, true);
	}
	PG_END_TRY();
}

/* A quota that is used up is no failure: the next run goes on. Anything else that stops a run is one. */
static bool
is_failure(const Run *run)
{
	return run->error != NULL ||
		   (run->fatal.kind != SG_FAULT_NONE && run->fatal.kind != SG_FAULT_THROTTLED);
}

static void
raise_failure(const Run *run)
{
	if (run->error != NULL)
		ReThrowError(run->error);
	sg_fault_raise(&run->fatal, run->profile->name, sg_request_describe(&run->culprit));
}

/* Says what stopped a run, where the error that ends the call will be another one or none. */
static void
warn_of(const Run *run)
{
	const SgFaultClass *class = sg_fault_class(run->fatal.kind);

	if (run->error != NULL)
		ereport(WARNING,
				(errcode(run->error->sqlerrcode), errmsg("server \"%s\" was left out: %s",
														 run->profile->name, run->error->message)));
	else if (run->fatal.kind != SG_FAULT_NONE)
		ereport(WARNING, (errcode(class->sqlstate), errmsg(class->message, run->profile->name),
						  errdetail("%s", run->fatal.text),
						  errhint("The next run goes on where this one stopped.")));
}

/* Refreshes one server; adds to the totals. */
static void
run_server(Run *run, const char *name, Datum points, SgRunTotals *totals)
{
	ForeignServer *foreign = GetForeignServerByName(name, true);

	if (foreign == NULL)
	{
		ereport(WARNING, (errcode(ERRCODE_UNDEFINED_OBJECT),
						  errmsg("server \"%s\" is watched and does not exist", name),
						  errhint("DELETE FROM switchgrid.watch WHERE server = %s ends its wishes.",
								  quote_literal_cstr(name))));
		return;
	}
	run->points = points;
	run->profile = sg_profile_get(foreign->serverid, GetUserId());
	run_locked(run);
	totals->requests += run->stats.requests;
	totals->rows += run->stats.rows;
	totals->open_days += sg_agenda_open_days(run->profile->name, points);
}

void
sg_run_refresh(const char *server, Datum points, SgRunTotals *totals)
{
	List *servers = sg_agenda_servers(server);
	Run *failed = NULL;
	ListCell *cell;

	if (server != NULL)
		(void) GetForeignServerByName(server, false);
	foreach (cell, servers)
	{
		Run *run = palloc0(sizeof(Run));

		run_server(run, lfirst(cell), points, totals);
		if (failed == NULL && is_failure(run))
			failed = run;
		else if (run->profile != NULL)
			warn_of(run);
	}
	if (failed != NULL)
		raise_failure(failed);
}
