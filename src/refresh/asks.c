/*
 * asks.c
 *	  Consents asked for through an API.
 *
 * An ask is billed, as an order is: it is written down before it is sent, and never sent twice.
 */
#include "postgres.h"

#include "asks.h"
#include "base/clock.h"
#include "engine/call.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "store/ask.h"
#include "wire/http.h"

/* So many that cannot be looked after in a row, and the rest may wait for the next run. */
#define FAILURES_IN_A_ROW 5

void
sg_asks_check_id(const char *name, const char *id)
{
	if (id[0] == '\0' ||
		strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") !=
			strlen(id))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid %s: \"%s\"", name, id),
				 errhint("It is letters, digits and hyphens, such as a UUID.")));
}

char *
sg_asks_path(const SgProfile *profile, const char *ask_id, const char *more)
{
	StringInfoData path;

	sg_asks_check_id("ask_id", ask_id);
	initStringInfo(&path);
	appendStringInfo(&path, "%s/", profile->api->asking->path);
	sg_http_escape(&path, ask_id);
	appendStringInfoString(&path, more);
	return path.data;
}

/* Did the API say that there is no ask, or did nothing reach it? Else nobody knows. */
static bool
is_refused(const SgReply *reply)
{
	return !reply->left || reply->fault.kind == SG_FAULT_REQUEST ||
		   reply->fault.kind == SG_FAULT_TOKEN || reply->fault.kind == SG_FAULT_CONSENT ||
		   reply->fault.kind == SG_FAULT_SUBSCRIPTION || reply->fault.kind == SG_FAULT_EMPTY ||
		   reply->fault.kind == SG_FAULT_THROTTLED;
}

/* Notes that there is no ask, or that nobody knows, and raises why; the interrupts were held. */
static void
raise_unmade(const SgProfile *profile, const char *state, const SgReply *reply)
{
	bool refused = is_refused(reply);

	sg_ask_outcome(profile->name, state, refused ? "failed" : "uncertain", &reply->fault,
				   sg_clock_now());
	SPI_commit();
	RESUME_INTERRUPTS();
	if (!refused)
		ereport(WARNING, (errmsg("ask \"%s\" on server \"%s\" is uncertain", state, profile->name),
						  errdetail("It was sent, and its answer was lost."),
						  errhint("The column advice of switchgrid.ask says what to do; it is not "
								  "sent again by itself.")));
	sg_fault_raise(&reply->fault, profile->name, psprintf("ask \"%s\"", state));
}

SgAskReport *
sg_asks_create(const SgProfile *profile, const char *state, const SgAskOrder *order)
{
	const SgAsking *asking = profile->api->asking;
	SgCall call = {.base = SG_BASE_MAIN, .path = asking->path, .once = true};
	SgStats stats = {0};
	SgAskReport *report = NULL;
	SgReply *reply;

	/* what may fail on this side fails before anything is written down */
	(void) sg_profile_credential(profile);
	call.json = asking->body(order);
	sg_ask_intend(profile->name, state, order->contracts, order->duration, profile->test_env);
	SPI_commit();
	reply = sg_call(profile, &call, &stats);
	/* nothing may come between the answer and its note */
	HOLD_INTERRUPTS();
	if (reply->fault.kind == SG_FAULT_NONE)
		report = asking->read(reply->body, reply->len, &reply->fault);
	if (reply->fault.kind == SG_FAULT_NONE && report->ask_id == NULL)
		sg_fault_set(&reply->fault, SG_FAULT_SHAPE, "The answer names no ask.");
	if (reply->fault.kind != SG_FAULT_NONE)
		raise_unmade(profile, state, reply);
	sg_ask_report(profile->name, state, report, sg_clock_now());
	SPI_commit();
	RESUME_INTERRUPTS();
	return report;
}

void
sg_asks_cancel(const SgProfile *profile, const char *ask_id)
{
	SgCall call = {.base = SG_BASE_MAIN,
				   .path = sg_asks_path(profile, ask_id, ""),
				   .method = "DELETE",
				   .once = true};
	SgStats stats = {0};
	SgReply *reply;
	char *state;

	SPI_commit();
	reply = sg_call(profile, &call, &stats);
	if (reply->fault.kind != SG_FAULT_NONE)
		sg_fault_raise(&reply->fault, profile->name, psprintf("ask %s", ask_id));
	state = sg_ask_state(profile->name, ask_id);
	if (state != NULL)
		sg_ask_outcome(profile->name, state, "cancelled", NULL, sg_clock_now());
	SPI_commit();
}

/* Looks after one ask; false if that failed. */
static bool
look_after(SgRound *run, const SgOpenAsk *ask)
{
	const SgAsking *asking = run->profile->api->asking;
	SgCall call = {.base = SG_BASE_MAIN, .path = sg_asks_path(run->profile, ask->ask_id, "")};
	SgReply *reply = sg_call(run->profile, &call, &run->stats);
	SgAskReport *report = NULL;

	if (reply->fault.kind == SG_FAULT_NONE)
		report = asking->read(reply->body, reply->len, &reply->fault);
	if (reply->fault.kind == SG_FAULT_NONE)
		sg_ask_report(run->profile->name, ask->state, report, sg_clock_now());
	else
		sg_ask_unseen(run->profile->name, ask->state, &reply->fault, sg_clock_now());
	SPI_commit();
	if (reply->fault.kind != SG_FAULT_NONE)
		(void) sg_round_fault(run, &reply->fault, psprintf("ask %s", ask->ask_id));
	return reply->fault.kind == SG_FAULT_NONE;
}

void
sg_asks_follow(SgRound *run)
{
	List *asks = sg_ask_due(run->profile->name, sg_clock_now());
	int failures = 0;
	ListCell *cell;

	SPI_commit();
	foreach (cell, asks)
	{
		failures = look_after(run, lfirst(cell)) ? 0 : failures + 1;
		/* what is wrong with asks may be right with orders */
		if (failures >= FAILURES_IN_A_ROW || run->fatal.kind != SG_FAULT_NONE)
			break;
	}
}
