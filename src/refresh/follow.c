/*
 * follow.c
 *	  Orders that were placed: asked after, and their results collected.
 *
 * Each request comes to an end of its own: one that stays pending holds nobody back, and is given up in the
 * end. A link to a result is not kept: it is read anew with its order, right before it is used.
 */
#include "postgres.h"

#include "api/ordering.h"
#include "base/clock.h"
#include "engine/call.h"
#include "executor/spi.h"
#include "follow.h"
#include "group.h"
#include "store/coverage.h"
#include "store/order.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "wire/http.h"

/* An open order is asked after again after so long, doubling, as long as nothing changes. */
#define FIRST_POLL (2 * USECS_PER_SEC)
#define LONGEST_POLL USECS_PER_MINUTE

/* So many orders that cannot be asked after, and none that can: the rest would fare no better. */
#define FAILURES_IN_A_ROW 5
#define HTTP_NOT_FOUND 404
/* So often in a row the API must fail to tell of an order, before that is believed. */
#define SILENT_POLLS 3
/* And so often a result must have been fetched in vain, before it is given up. */
#define VAIN_FETCHES 3

/* What is ready to be fetched. */
typedef struct Harvest
{
	MemoryContext context; /* it outlives the answers, whose bodies may be large */
	SgAgenda agenda;
	int news; /* requests that came to an end, or are ready */
} Harvest;

static TimestampTz
next_poll(int polls)
{
	return sg_clock_now() + Min(FIRST_POLL << Min(polls, 10), LONGEST_POLL);
}

/* Ends a request that will give nothing, and notes why its days are still open. */
static void
end_without(const SgRound *run, const SgPendingRequest *request, const char *state,
			const SgFault *fault, bool bought)
{
	TimestampTz now = sg_clock_now();
	ListCell *cell;

	foreach (cell, request->relations)
	{
		SgSeries series = {run->profile->name, request->point, lfirst(cell), request->direction};

		int tries = sg_coverage_tries(&series, request->days, now);

		sg_coverage_open_until(&series, request->days, fault, now,
							   sg_order_retry(fault, tries, bought, now));
	}
	sg_order_end(request->number, state, fault, now);
}

/* The question for a result, with the series or states that it is for. */
static SgRequest *
make_request(const SgRound *run, const SgPendingRequest *pending)
{
	const SgEndpoint *endpoint =
		sg_api_ordered_of_any(run->profile->api, pending->type, pending->direction);
	SgRequest *request;

	if (endpoint == NULL)
		return NULL;
	request = palloc0(sizeof(SgRequest));
	request->endpoint = endpoint;
	request->point = pstrdup(pending->point);
	request->number = pending->number;
	request->days = pending->days;
	return request;
}

/* Wants of the agenda's assembly what a state's result is for. */
static void
want_states(Harvest *harvest, const SgPendingRequest *pending, const SgEndpoint *endpoint)
{
	ListCell *cell;

	foreach (cell, pending->relations)
	{
		const SgRelation *relation = sg_relation_find(lfirst(cell));

		if (relation != NULL && relation->kind == SG_KIND_STATE)
			sg_assembly_want_of(harvest->agenda.assembly, relation, pending->point, endpoint);
	}
}

/* A load curve within the answer, or no result at all: nothing is left to fetch. */
static void
take_at_once(SgRound *run, Harvest *harvest, SgRequest *request, const SgDelivery *delivery)
{
	SgGroup *group = sg_group_make(harvest->agenda.assembly);
	SgAnswer *answer = sg_group_answer(group);
	char *curve = delivery->curve != NULL ? pstrdup(delivery->curve) : NULL;

	answer->request = *request;
	if (curve != NULL)
		request->endpoint->decode(request, curve, strlen(curve), sg_group_emit, group,
								  &answer->fault);
	else
		sg_fault_set(&answer->fault, SG_FAULT_EMPTY, "The operator delivered nothing.");
	sg_group_add(group);
	sg_group_store(group, run->profile->name, sg_clock_now());
}

/* Where the result of a request lies, if it is to be fetched; NULL and a fault for a link that may not be. */
static const char *
link_of(const SgRound *run, const SgRequest *request, const SgDelivery *delivery, SgFault *fault)
{
	bool raw = strcmp(run->profile->curve_format, "raw") == 0;
	bool curve = request->endpoint->relations[0] == &sg_relation_load_curve;
	StringInfoData path;

	if (delivery->link != NULL && (raw || !curve))
	{
		if (!sg_profile_allows_link(run->profile, delivery->link))
			sg_fault_set(fault, SG_FAULT_LINK,
						 "The link to the result is neither TLS nor on the API's own host.");
		return fault->kind == SG_FAULT_NONE ? delivery->link : NULL;
	}
	/* only the normalised curve has an endpoint of its own */
	if (!curve || delivery->request_id == NULL || (raw && delivery->curve != NULL))
		return NULL;
	initStringInfo(&path);
	run->profile->api->ordering->data_url(delivery->request_id,
										  raw ? "json" : run->profile->curve_format, &path);
	return path.data;
}

/* Keeps a request beyond the answer that told of it. */
static void
keep_request(Harvest *harvest, const SgRequest *request)
{
	MemoryContext old = MemoryContextSwitchTo(harvest->context);
	SgRequest *kept = palloc(sizeof(SgRequest));

	*kept = *request;
	kept->point = pstrdup(request->point);
	kept->link = pstrdup(request->link);
	harvest->agenda.requests = lappend(harvest->agenda.requests, kept);
	MemoryContextSwitchTo(old);
}

/* A request whose result is there: it is fetched with the others, or taken at once. */
static void
harvest_one(SgRound *run, Harvest *harvest, const SgPendingRequest *pending,
			const SgDelivery *delivery)
{
	SgRequest *request = make_request(run, pending);
	SgFault fault = {0};

	if (request == NULL)
	{
		sg_fault_set(&fault, SG_FAULT_ORDER, "The kind \"%s\" is not known any more.",
					 pending->type);
		end_without(run, pending, "failed", &fault, true);
		return;
	}
	want_states(harvest, pending, request->endpoint);
	request->link = link_of(run, request, delivery, &fault);
	if (fault.kind != SG_FAULT_NONE)
		end_without(run, pending, "failed", &fault, true);
	else if (request->link == NULL)
		take_at_once(run, harvest, request, delivery);
	else
		keep_request(harvest, request);
}

static void
give_up(SgRound *run, const SgPendingRequest *pending, const char *why)
{
	SgFault fault = {0};

	sg_fault_set(&fault, SG_FAULT_ORDER, "%s within %d hours.", why, run->profile->order_hours);
	end_without(run, pending, "given up", &fault, false);
}

/* A request that failed because there is nothing, in so many words. */
static void
harvest_nothing(SgRound *run, Harvest *harvest, const SgPendingRequest *pending)
{
	static const SgDelivery nothing = {.stage = SG_STAGE_DONE};

	harvest_one(run, harvest, pending, &nothing);
}

static void
take_delivery(SgRound *run, Harvest *harvest, const SgPendingRequest *pending,
			  const SgDelivery *delivery)
{
	bool late = pending->give_up_at <= sg_clock_now();

	sg_order_delivery(pending->number, delivery);
	/* a result that never came through, although it was there, is tried no longer either */
	if (delivery->stage == SG_STAGE_DONE && late && pending->tries >= VAIN_FETCHES)
		give_up(run, pending, "The result could not be fetched");
	else if (delivery->stage == SG_STAGE_DONE)
		harvest_one(run, harvest, pending, delivery);
	else if (delivery->stage == SG_STAGE_FAILED && delivery->fault.kind == SG_FAULT_EMPTY)
		harvest_nothing(run, harvest, pending);
	else if (delivery->stage == SG_STAGE_FAILED)
		end_without(run, pending, "failed", &delivery->fault, false);
	else if (late)
		give_up(run, pending, "The operator had not finished");
	else
		return;
	harvest->news++;
}

/* Notes that an order is uncertain, and says so. */
static void
note_doubt(const SgRound *run, const SgOpenOrder *order, const SgFault *fault)
{
	sg_order_not_placed(order->number, "uncertain", fault, sg_clock_now());
	ereport(WARNING, (errmsg("order " INT64_FORMAT " on server \"%s\" is uncertain", order->number,
							 run->profile->name),
					  errdetail("%s", fault->text), errhint("See switchgrid.data_order.")));
}

/* An order of which the API says something else than what was asked: nobody can tell which result is whose. */
static void
doubt_order(const SgRound *run, const SgOpenOrder *order, int told)
{
	SgFault fault = {0};

	sg_fault_set(&fault, SG_FAULT_SHAPE,
				 "The order had %d requests; the API tells of %d, or of other kinds or points.",
				 sg_order_size(order->number), told);
	note_doubt(run, order, &fault);
}

/* Does the API tell of the requests that were ordered: as many, and of the kinds, in this order? */
static bool
is_same_order(const SgOpenOrder *order, const SgOrderReport *report, List *pending)
{
	ListCell *cell;

	if (list_length(report->deliveries) != sg_order_size(order->number))
		return false;
	foreach (cell, pending)
	{
		const SgPendingRequest *request = lfirst(cell);
		const SgDelivery *delivery = list_nth(report->deliveries, request->position);

		if (delivery->type != NULL && strcmp(delivery->type, request->type) != 0)
			return false;
		if (delivery->point != NULL && strcmp(delivery->point, request->point) != 0)
			return false;
	}
	return true;
}

/* An order that failed as a whole ends every request in it. */
static void
fail_order(SgRound *run, Harvest *harvest, const SgOpenOrder *order, const SgOrderReport *report)
{
	SgFault fault = {0};
	ListCell *cell;

	sg_fault_set(&fault, SG_FAULT_CONSENT, "The order ended as %s.", report->status);
	foreach (cell, sg_order_pending(order->number))
	{
		end_without(run, lfirst(cell), "failed", &fault, false);
		harvest->news++;
	}
}

static void
take_report(SgRound *run, Harvest *harvest, const SgOpenOrder *order, const SgOrderReport *report)
{
	List *requests = sg_order_pending(order->number);
	int news = harvest->news;
	ListCell *cell;

	if (report->stage == SG_STAGE_OPEN && report->deliveries == NIL)
		; /* nothing is told yet */
	else if (report->stage == SG_STAGE_FAILED && report->deliveries == NIL)
		fail_order(run, harvest, order, report);
	else if (!is_same_order(order, report, requests))
	{
		doubt_order(run, order, list_length(report->deliveries));
		return;
	}
	else
		foreach (cell, requests)
		{
			const SgPendingRequest *pending = lfirst(cell);

			take_delivery(run, harvest, pending, list_nth(report->deliveries, pending->position));
		}
	sg_order_status(order->number, report->status,
					next_poll(harvest->news > news ? 0 : sg_order_polls(order->number)));
}

/* An order that the API does not tell of: unknown, it is uncertain; else its requests are given up in the end. */
static void
take_silence(SgRound *run, Harvest *harvest, const SgOpenOrder *order, const SgFault *fault)
{
	int failures = sg_order_failures(order->number);
	/* what is about the server, or the way to it, says nothing of the order */
	bool about_order =
		sg_fault_class(fault->kind)->scope < SG_SCOPE_QUOTA && failures >= SILENT_POLLS;
	ListCell *cell;

	if (fault->status == HTTP_NOT_FOUND && about_order)
	{
		note_doubt(run, order, fault);
		return;
	}
	foreach (cell, sg_order_pending(order->number))
	{
		const SgPendingRequest *pending = lfirst(cell);

		if (!about_order || pending->give_up_at > sg_clock_now())
			continue;
		give_up(run, pending, "The order could not be asked after");
		harvest->news++;
	}
	sg_order_status(order->number, NULL, next_poll(sg_order_polls(order->number)));
}

/* Asks after one order; false if that failed. */
static bool
ask_after(SgRound *run, Harvest *harvest, const SgOpenOrder *order)
{
	const SgOrdering *ordering = run->profile->api->ordering;
	SgCall call = {.base = SG_BASE_ENEDIS};
	StringInfoData path;
	SgReply *reply;
	SgOrderReport *report = NULL;

	initStringInfo(&path);
	appendStringInfo(&path, "%s/", ordering->path);
	sg_http_escape(&path, order->order_id);
	call.path = path.data;
	reply = sg_call(run->profile, &call, &run->stats);
	if (reply->fault.kind == SG_FAULT_NONE)
		report = ordering->read(reply->body, reply->len, &reply->fault);
	if (reply->fault.kind == SG_FAULT_NONE)
		take_report(run, harvest, order, report);
	else
		take_silence(run, harvest, order, &reply->fault);
	SPI_commit();
	if (reply->fault.kind != SG_FAULT_NONE)
		(void) sg_round_fault(run, &reply->fault, psprintf("order " INT64_FORMAT, order->number));
	return reply->fault.kind == SG_FAULT_NONE;
}

/*
 * Asks after the orders, one after the other. One that fails does not hold back the others; but where none answers,
 * the operator fails, and the run ends.
 */
static void
ask_after_all(SgRound *run, Harvest *harvest, List *orders)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid order", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	int failures = 0;
	bool answered = false;
	ListCell *cell;

	foreach (cell, orders)
	{
		bool good = ask_after(run, harvest, lfirst(cell));

		MemoryContextReset(context);
		answered |= good;
		failures = good ? 0 : failures + 1;
		if (run->fatal.kind != SG_FAULT_NONE || (!answered && failures >= FAILURES_IN_A_ROW) ||
			sg_round_is_over(run))
			break;
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

/* Asks after orders, and fetches what they have ready. Returns how much is new. */
static int
follow_once(SgRound *run, bool all)
{
	Harvest harvest = {.context = CurrentMemoryContext,
					   .agenda.assembly = sg_assembly_make(run->profile->api)};
	List *orders = sg_order_due(run->profile->name, all, sg_clock_now());

	SPI_commit();
	ask_after_all(run, &harvest, orders);
	if (harvest.agenda.requests != NIL && run->fatal.kind == SG_FAULT_NONE)
		sg_round_fetch(run, &harvest.agenda);
	sg_order_close(run->profile->name, sg_clock_now());
	SPI_commit();
	return harvest.news;
}

/* The same in memory of its own: a run that waits may do it often. */
static int
follow_in_context(SgRound *run, bool all)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid follow", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	int news = follow_once(run, all);

	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return news;
}

void
sg_follow_orders(SgRound *run, bool all)
{
	(void) follow_in_context(run, all);
	/* a link that had expired by the time it was used is read once more at once */
	if (run->fatal.kind == SG_FAULT_NONE)
		(void) follow_in_context(run, false);
}

static int
count_waiting(const SgRound *run, int *orders, int *uncertain)
{
	int requests;

	sg_order_waiting(run->profile->name, &requests, orders, uncertain);
	SPI_commit();
	return requests;
}

void
sg_follow_until(SgRound *run, TimestampTz until)
{
	int64 pause = FIRST_POLL;
	int orders;
	int uncertain;

	while (run->fatal.kind == SG_FAULT_NONE && count_waiting(run, &orders, &uncertain) > 0 &&
		   GetCurrentTimestamp() < until)
	{
		TimestampTz at = Min(GetCurrentTimestamp() + pause, until);

		while (GetCurrentTimestamp() < at)
			sg_http_wait(at);
		pause = follow_in_context(run, true) > 0 ? FIRST_POLL : Min(pause * 2, LONGEST_POLL);
	}
}

void
sg_follow_tell(const SgRound *run)
{
	int orders;
	int uncertain;
	int requests = count_waiting(run, &orders, &uncertain);

	if (requests > 0)
		ereport(NOTICE, (errmsg("refresh of \"%s\": %d requests in %d orders wait for the operator",
								run->profile->name, requests, orders),
						 errhint("The next run asks after them; switchgrid.data_request tells.")));
	if (run->awaited > 0)
		ereport(NOTICE, (errmsg("refresh of \"%s\": %d points wait for the consent of a holder",
								run->profile->name, run->awaited),
						 errhint("switchgrid.ask tells who was asked, and where to sign.")));
	if (uncertain > 0)
		ereport(NOTICE, (errmsg("refresh of \"%s\": %d orders are uncertain", run->profile->name,
								uncertain),
						 errhint("The column advice of switchgrid.data_order says what to do.")));
}
