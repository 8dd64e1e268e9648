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
#include "store/ask.h"
#include "wire/http.h"

char *
sg_asks_path(const SgProfile *profile, const char *ask_id, const char *more)
{
	StringInfoData path;

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

static void
raise_unmade(const SgProfile *profile, const char *state, const SgReply *reply)
{
	bool refused = is_refused(reply);

	sg_ask_outcome(profile->name, state, refused ? "failed" : "uncertain", &reply->fault,
				   sg_clock_now());
	SPI_commit();
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

	call.json = asking->body(order);
	sg_ask_intend(profile->name, state, order->duration, profile->test_env);
	SPI_commit();
	reply = sg_call(profile, &call, &stats);
	if (reply->fault.kind == SG_FAULT_NONE)
		report = asking->read(reply->body, reply->len, &reply->fault);
	if (reply->fault.kind == SG_FAULT_NONE && report->ask_id == NULL)
		sg_fault_set(&reply->fault, SG_FAULT_SHAPE, "The answer names no ask.");
	if (reply->fault.kind != SG_FAULT_NONE)
		raise_unmade(profile, state, reply);
	sg_ask_report(profile->name, state, report, sg_clock_now());
	SPI_commit();
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

/* Looks after one ask; false if nothing more can be asked now. */
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
	return reply->fault.kind == SG_FAULT_NONE ||
		   !sg_round_fault(run, &reply->fault, psprintf("ask %s", ask->ask_id));
}

void
sg_asks_follow(SgRound *run)
{
	List *asks = sg_ask_due(run->profile->name, sg_clock_now());
	ListCell *cell;

	SPI_commit();
	foreach (cell, asks)
		if (!look_after(run, lfirst(cell)))
			break;
}
