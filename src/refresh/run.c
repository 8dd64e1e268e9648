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
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* A group is written when it has so many answers, or is so old: little is lost, little is written twice. */
#define GROUP_ANSWERS 32
#define GROUP_AGE (2 * USECS_PER_SEC)
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
	SgFault fatal; /* what stopped it, if anything */
	List *warned;  /* of char *: what was said already */
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

	sg_sql_text(&sql, run->profile->name);
	sg_sql_value(&sql, TIMESTAMPTZOID, TimestampTzGetDatum(sg_clock_now()));
	sg_sql_value(&sql, INT4OID, Int32GetDatum(run->planned));
	sg_sql_run(&sql, "INSERT INTO switchgrid.refresh_run (server, started_at, planned) "
					 "VALUES ($1, $2, $3) RETURNING id");
	run->id = DatumGetInt64(sg_sql_get(0, 1, (Datum) 0));
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

	ereport(NOTICE, (errmsg("refresh of \"%s\": %d of %d requests, " INT64_FORMAT
							" rows, %.1f requests/s, %d:%02d left",
							run->profile->name, run->answered, run->answered + left,
							run->stats.rows, rate, remaining / SECS_PER_MINUTE,
							remaining % SECS_PER_MINUTE)));
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
	char *news = psprintf("%d %s", answer->fault.kind,
						  scope == SG_SCOPE_API ? answer->request.endpoint->name
												: answer->request.point);
	ListCell *cell;

	foreach (cell, run->warned)
		if (strcmp(lfirst(cell), news) == 0)
			return false;
	run->warned = lappend(run->warned, news);
	return true;
}

/* A fault that reaches the whole server ends the run; others stay with their answer. */
static void
take_fault(Run *run, const SgAnswer *answer)
{
	const SgFaultClass *class = sg_fault_class(answer->fault.kind);

	if (class->sqlstate == 0)
		return;
	if (class->scope == SG_SCOPE_SERVER && run->fatal.kind == SG_FAULT_NONE)
	{
		run->fatal = answer->fault;
		run->culprit = answer->request;
	}
	else if (class->scope != SG_SCOPE_WINDOW && class->scope != SG_SCOPE_SERVER &&
			 is_news(run, answer, class->scope))
		ereport(WARNING, (errcode(class->sqlstate), errmsg(class->message, run->profile->name),
						  errdetail("%s", answer->fault.text),
						  errcontext("%s", sg_request_describe(&answer->request))));
}

static void
fetch_and_store(Run *run, List *requests)
{
	SgFetch *fetch =
		sg_fetch_begin(run->profile, requests, run->profile->in_flight, &run->stats);
	SgGroup *group = sg_group_make();
	TimestampTz stored = GetCurrentTimestamp();

	while (sg_fetch_next(fetch, sg_group_emit, group, sg_group_answer(group)))
	{
		const SgAnswer *answer = sg_group_answer(group);

		run->answered++;
		take_fault(run, answer);
		/* what is wrong with the server says nothing about the days */
		if (sg_fault_class(answer->fault.kind)->scope != SG_SCOPE_SERVER)
			sg_group_add(group);
		if (sg_group_size(group) >= GROUP_ANSWERS || GetCurrentTimestamp() - stored > GROUP_AGE)
		{
			store_group(run, group, sg_fetch_left(fetch));
			stored = GetCurrentTimestamp();
		}
	}
	store_group(run, group, 0);
	sg_fetch_end(fetch);
}

static void
refresh_server(Run *run)
{
	List *requests = sg_agenda_requests(run->profile, run->points);

	run->planned = list_length(requests);
	run->started = GetCurrentTimestamp();
	note_start(run);
	SPI_commit();
	if (requests != NIL)
		fetch_and_store(run, requests);
	note_progress(run, run->fatal.kind != SG_FAULT_NONE
						   ? sg_fault_class(run->fatal.kind)->name
						   : "done");
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
static void
report_fatal(const Run *run)
{
	const SgFaultClass *class = sg_fault_class(run->fatal.kind);

	if (run->fatal.kind == SG_FAULT_THROTTLED)
		ereport(WARNING, (errcode(class->sqlstate), errmsg(class->message, run->profile->name),
						  errdetail("%s", run->fatal.text),
						  errhint("The next run goes on where this one stopped.")));
	else if (run->fatal.kind != SG_FAULT_NONE)
		sg_fault_raise(&run->fatal, run->profile->name, sg_request_describe(&run->culprit));
}

void
sg_run_refresh(const char *server, Datum points, SgRunTotals *totals)
{
	List *servers = sg_agenda_servers(server);
	Run failed = {0};
	ListCell *cell;

	if (server != NULL)
		(void) GetForeignServerByName(server, false);
	foreach (cell, servers)
	{
		ForeignServer *foreign = GetForeignServerByName(lfirst(cell), false);
		Run run = {.points = points};

		run.profile = sg_profile_get(foreign->serverid, GetUserId());
		run_locked(&run);
		totals->requests += run.stats.requests;
		totals->rows += run.stats.rows;
		totals->open_days += sg_agenda_open_days(run.profile->name, points);
		if (run.fatal.kind != SG_FAULT_NONE && failed.fatal.kind != SG_FAULT_THROTTLED)
			failed = run;
	}
	if (failed.profile != NULL)
		report_fatal(&failed);
}
