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
#include "asks.h"
#include "attempt.h"
#include "base/clock.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "foreign/foreign.h"
#include "follow.h"
#include "miscadmin.h"
#include "place.h"
#include "round.h"
#include "run.h"
#include "storage/lock.h"
#include "store/ask.h"
#include "store/expire.h"
#include "store/order.h"
#include "store/sql.h"
#include "turn.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

static void
note_start(SgRound *run)
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

/* Looks whether the run can begin at all: the user may use the server, and has a whole credential. */
static void
check_access(void *arg)
{
	SgRound *run = arg;

	sg_profile_check_usage(run->profile);
	(void) sg_profile_credential(run->profile);
}

static const char *
outcome_of(const SgRound *run)
{
	if (run->error != NULL)
		return run->error->message;
	if (run->fatal.kind != SG_FAULT_NONE)
		return sg_fault_class(run->fatal.kind)->name;
	if (run->held_back)
		return sg_fault_class(SG_FAULT_THROTTLED)->name;
	return run->spent ? "budget" : "done";
}

static void
ask_now(SgRound *run, SgAgenda *agenda)
{
	const SgApi *api = run->profile->api;

	if (api->ordering != NULL && api->ordering->by_ask)
		sg_agenda_add_consents(agenda, run->profile);
	SPI_commit();
	if (agenda->requests != NIL)
		sg_round_fetch(run, agenda);
}

/* What was ordered is collected before more is ordered; somebody may wait for that too. */
static void
order_and_follow(SgRound *run)
{
	TimestampTz until =
		run->started + (run->budget.time > 0 ? Min(run->wait, run->budget.time) : run->wait);

	sg_follow_orders(run, false);
	if (run->fatal.kind == SG_FAULT_NONE)
	{
		/* what was just collected, or found to have no consent, is not wanted any more */
		SgAgenda agenda = sg_agenda_make(run->profile, run->points);
		List *orders = sg_round_afford(run, agenda.orders);

		if (orders != NIL)
			(void) sg_place_orders(run, orders);
	}
	if (run->wait > 0)
		sg_follow_until(run, until);
	sg_follow_tell(run);
}

static void
refresh_server(void *arg)
{
	SgRound *run = arg;
	SgAgenda agenda = sg_agenda_make(run->profile, run->points);

	run->planned = list_length(agenda.requests) + list_length(agenda.orders);
	run->started = GetCurrentTimestamp();
	note_start(run);
	/* under the server's lock: whoever was sending them is gone */
	(void) sg_order_doubt(run->profile->name, sg_clock_now());
	sg_ask_doubt(run->profile->name, sg_clock_now());
	run->error = sg_attempt(check_access, run);
	SPI_commit();
	if (run->error == NULL)
	{
		if (run->profile->api->asking != NULL)
			sg_asks_follow(run);
		if (run->fatal.kind == SG_FAULT_NONE)
			ask_now(run, &agenda);
		if (run->fatal.kind == SG_FAULT_NONE && run->profile->api->ordering != NULL)
			order_and_follow(run);
	}
	sg_round_note(run, outcome_of(run));
	SPI_commit();
}

/* Acts under a server's lock, which an error must give back too: it outlives transactions. False if it is taken. */
static bool
act_locked(const char *server, void (*action)(void *arg), void *arg)
{
	LOCKTAG tag;

	sg_turn_tag(&tag, server);
	if (LockAcquire(&tag, ExclusiveLock, true, true) == LOCKACQUIRE_NOT_AVAIL)
		return false;
	PG_TRY();
	{
		action(arg);
	}
	PG_FINALLY();
	{
		LockRelease(&tag, ExclusiveLock, true);
	}
	PG_END_TRY();
	return true;
}

void
sg_run_locked(const char *server, void (*action)(void *arg), void *arg)
{
	if (!act_locked(server, action, arg))
		sg_turn_refuse(server);
}

static void
raise_failure(const SgRound *run)
{
	if (run->error != NULL)
		ReThrowError(run->error);
	sg_fault_raise(&run->fatal, run->profile->name, run->culprit);
}

typedef struct Ordering
{
	SgRound round;
	List *requests;
	List *numbers;
} Ordering;

static void
order_now(void *arg)
{
	Ordering *ordering = arg;
	const char *server = ordering->round.profile->name;
	SgAgenda agenda = {NIL, ordering->requests, sg_assembly_make(ordering->round.profile->api)};
	ListCell *cell;

	foreach (cell, ordering->requests)
		if (sg_order_covers(server, lfirst(cell)))
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("%s is on order already", sg_request_describe(lfirst(cell))),
					 errhint("See switchgrid.data_request; switchgrid.refresh follows it.")));
	ask_now(&ordering->round, &agenda);
	if (ordering->round.fatal.kind == SG_FAULT_NONE)
		ordering->numbers = sg_place_orders(&ordering->round, ordering->requests);
}

List *
sg_run_order(const SgProfile *profile, List *requests)
{
	Ordering *ordering = palloc0(sizeof(Ordering));

	ordering->round.context = CurrentMemoryContext;
	ordering->round.profile = profile;
	ordering->round.by_hand = true;
	ordering->round.started = GetCurrentTimestamp();
	ordering->requests = requests;
	sg_run_locked(profile->name, order_now, ordering);
	if (ordering->round.fatal.kind != SG_FAULT_NONE)
		raise_failure(&ordering->round);
	if (ordering->round.refused.kind != SG_FAULT_NONE)
		sg_fault_raise(&ordering->round.refused, profile->name, NULL);
	return ordering->numbers;
}

/* A quota that is used up is no failure: the next run goes on. Anything else that stops a run is one. */
static bool
is_failure(const SgRound *run)
{
	return run->error != NULL ||
		   (run->fatal.kind != SG_FAULT_NONE && run->fatal.kind != SG_FAULT_THROTTLED);
}

/* Says what stopped a run, where the error that ends the call will be another one or none. */
static void
warn_of(const SgRound *run)
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
run_server(SgRound *run, const char *name, const SgRunOptions *options, SgRunTotals *totals)
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
	run->context = CurrentMemoryContext;
	run->points = options->points;
	run->wait = options->wait;
	run->budget = options->budget;
	run->profile = sg_profile_get(foreign->serverid, GetUserId());
	if (!act_locked(run->profile->name, refresh_server, run))
		ereport(NOTICE, (errmsg("server \"%s\" is being refreshed by another session",
								run->profile->name)));
	totals->requests += run->stats.requests;
	totals->rows += run->stats.rows;
	totals->open_days += sg_agenda_open_days(run->profile->name, options->points);
}

static void
expire_now(void *arg)
{
	sg_expire(NULL, NULL);
}

/* Deletes what is no longer kept. What stopped a run is more important than what stopped that. */
static void
expire(bool failed)
{
	ErrorData *error = sg_attempt(expire_now, NULL);

	SPI_commit();
	if (error != NULL && !failed)
		ReThrowError(error);
	if (error != NULL)
		ereport(WARNING, (errcode(error->sqlerrcode),
						  errmsg("what is no longer kept was not deleted: %s", error->message)));
}

void
sg_run_refresh(const SgRunOptions *options, SgRunTotals *totals)
{
	List *servers = sg_agenda_servers(options->server);
	SgRound *failed = NULL;
	ListCell *cell;

	if (options->server != NULL)
		(void) GetForeignServerByName(options->server, false);
	foreach (cell, servers)
	{
		SgRound *run = palloc0(sizeof(SgRound));

		run_server(run, lfirst(cell), options, totals);
		if (failed == NULL && is_failure(run))
			failed = run;
		else if (run->profile != NULL)
			warn_of(run);
	}
	expire(failed != NULL);
	if (failed != NULL)
		raise_failure(failed);
}
