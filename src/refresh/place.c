/*
 * place.c
 *	  Orders that are placed.
 *
 * An order is billed and has no key against repetition: what is to be sent is committed first. If no answer
 * is noted, for whatever reason, nobody knows whether it was placed, and it is never sent again by itself.
 */
#include "postgres.h"

#include "api/ordering.h"
#include "base/clock.h"
#include "engine/call.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "place.h"
#include "store/ask.h"
#include "store/order.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* Days that a failed order waits, where asking again at once would only be billed again. */
#define REFUSED_RETRY USECS_PER_DAY

/* Requests that go together. */
typedef struct Batch
{
	const char *ask; /* whose consent they use; NULL where the API finds it by the points */
	int points;
	List *requests;
} Batch;

static int
compare_by_ask(const ListCell *a, const ListCell *b)
{
	const Batch *x = lfirst(a);
	const Batch *y = lfirst(b);
	int order = x->ask == NULL ? 0 : strcmp(x->ask, y->ask);

	if (order == 0)
		order = strcmp(((SgRequest *) linitial(x->requests))->point,
					   ((SgRequest *) linitial(y->requests))->point);
	return order;
}

static int
compare_by_point(const ListCell *a, const ListCell *b)
{
	const SgRequest *x = lfirst(a);
	const SgRequest *y = lfirst(b);
	int order = strcmp(x->point, y->point);

	if (order == 0)
		order = strcmp(x->endpoint->order_type, y->endpoint->order_type);
	if (order == 0 && x->endpoint->direction != NULL && y->endpoint->direction != NULL)
		order = strcmp(x->endpoint->direction, y->endpoint->direction);
	return order != 0 ? order : y->days.from - x->days.from;
}

/* The series of a request's relation, as coverage knows it. */
static SgSeries
series_of(const SgRequest *request, const char *server, const char *relation)
{
	const char *direction = request->endpoint->direction;

	return (SgSeries){server, request->point, relation, direction != NULL ? direction : SG_BOTH};
}

/* Notes that the days of a request could not be ordered, for each relation that it is for. */
static void
note_open(const SgRequest *request, const char *server, const SgFault *fault, TimestampTz retry_at)
{
	TimestampTz now = sg_clock_now();
	SgSeries series = series_of(request, server, request->endpoint->relations[0]->name);
	ListCell *cell;

	if (request->wanted == NIL)
		sg_coverage_open_until(&series, request->days, fault, now, retry_at);
	foreach (cell, request->wanted)
	{
		series = series_of(request, server, ((SgRelation *) lfirst(cell))->name);
		sg_coverage_open_until(&series, request->days, fault, now, retry_at);
	}
}

/* Who orders by hand is told the first reason why not all was ordered. */
static void
note_by_hand(SgRound *run, const SgFault *fault)
{
	if (run->refused.kind == SG_FAULT_NONE)
		run->refused = *fault;
}

/*
 * Where an order names an ask, points without a consent that is known cannot be ordered; and nowhere what a
 * holder has not answered yet: it would be billed, and fail.
 */
static bool
find_ask(SgRound *run, const Batch *batch, const char **ask)
{
	const SgRequest *first = linitial(batch->requests);
	SgFault fault = {0};
	ListCell *cell;

	*ask = sg_ask_of_point(run->profile->name, first->point, sg_clock_today());
	if (*ask == NULL && !run->by_hand && sg_ask_awaits(run->profile->name, first->point))
	{
		run->awaited++;
		return false;
	}
	if (!run->profile->api->ordering->by_ask)
	{
		*ask = NULL;
		return true;
	}
	if (*ask != NULL)
		return true;
	sg_fault_set(&fault, SG_FAULT_CONSENT, "No accepted ask is known for point %s.", first->point);
	if (run->by_hand)
	{
		note_by_hand(run, &fault);
		return false;
	}
	foreach (cell, batch->requests)
		note_open(lfirst(cell), run->profile->name, &fault, sg_clock_now() + REFUSED_RETRY);
	return false;
}

/* The requests of each point by themselves, without those that have no consent. */
static List *
batches_of_points(SgRound *run, List *requests)
{
	List *batches = NIL;
	List *known = NIL;
	Batch *batch = NULL;
	ListCell *cell;

	list_sort(requests, compare_by_point);
	foreach (cell, requests)
	{
		SgRequest *request = lfirst(cell);

		if (batch == NULL ||
			strcmp(((SgRequest *) linitial(batch->requests))->point, request->point) != 0)
		{
			batch = palloc0(sizeof(Batch));
			batch->points = 1;
			batches = lappend(batches, batch);
		}
		batch->requests = lappend(batch->requests, request);
	}
	foreach (cell, batches)
	{
		batch = lfirst(cell);
		if (find_ask(run, batch, &batch->ask))
			known = lappend(known, batch);
	}
	return known;
}

static bool
is_alone(const Batch *batch)
{
	ListCell *cell;

	foreach (cell, batch->requests)
		if (((SgRequest *) lfirst(cell))->alone)
			return true;
	return false;
}

static bool
fits(const Batch *batch, const Batch *more, int limit)
{
	return batch != NULL && batch->points < limit && !is_alone(batch) && !is_alone(more) &&
		   (batch->ask == NULL || strcmp(batch->ask, more->ask) == 0);
}

/* As few batches as the limit allows. */
static List *
join_batches(List *batches, int limit)
{
	List *joined = NIL;
	Batch *last = NULL;
	ListCell *cell;

	list_sort(batches, compare_by_ask);
	foreach (cell, batches)
	{
		Batch *batch = lfirst(cell);

		if (!fits(last, batch, limit))
		{
			joined = lappend(joined, batch);
			last = batch;
			continue;
		}
		last->requests = list_concat(last->requests, batch->requests);
		last->points += batch->points;
	}
	return joined;
}

/* What a failed call means for the order: was it placed? */
static const char *
state_after(const SgReply *reply)
{
	switch (reply->fault.kind)
	{
		case SG_FAULT_REQUEST:
		case SG_FAULT_TOKEN:
		case SG_FAULT_CONSENT:
		case SG_FAULT_SUBSCRIPTION:
		case SG_FAULT_EMPTY:
		case SG_FAULT_THROTTLED:
			return reply->left ? "refused" : "unsent";
		default:
			return reply->left ? "uncertain" : "unsent";
	}
}

/* A refusal of many points may be about one of them: each is then ordered by itself, in the next run. */
static void
note_refused(const SgRound *run, const Batch *batch, const SgFault *fault)
{
	TimestampTz now = sg_clock_now();
	SgFault doubt = *fault;
	ListCell *cell;

	if (run->by_hand || sg_fault_class(fault->kind)->scope >= SG_SCOPE_API)
		return;
	/* whatever was wrong, it is of one of them: the agenda knows by this kind that each goes alone */
	if (batch->points > 1)
		doubt.kind = SG_FAULT_REQUEST;
	foreach (cell, batch->requests)
		note_open(lfirst(cell), run->profile->name, &doubt,
				  batch->points > 1 ? now : now + REFUSED_RETRY);
}

static void
note_failure(SgRound *run, int64 number, const Batch *batch, const SgReply *reply)
{
	const char *state = state_after(reply);

	sg_order_not_placed(number, state, &reply->fault, sg_clock_now());
	if (strcmp(state, "refused") == 0)
		note_refused(run, batch, &reply->fault);
	SPI_commit();
}

/*
 * Says why an order was not placed, or may have been; true if it may have been. After that no more is ordered in
 * this run: the same could happen to each.
 */
static bool
tell_failure(SgRound *run, int64 number, const SgReply *reply)
{
	char *what = psprintf("order " INT64_FORMAT, number);

	note_by_hand(run, &reply->fault);
	if (strcmp(state_after(reply), "uncertain") != 0)
	{
		(void) sg_round_fault(run, &reply->fault, what);
		return false;
	}
	ereport(WARNING, (errmsg("order " INT64_FORMAT " on server \"%s\" is uncertain", number,
							 run->profile->name),
					  errdetail("It was sent, and its answer was lost: %s", reply->fault.text),
					  errhint("See switchgrid.data_order; it is not sent again by itself.")));
	sg_round_stop(run, &reply->fault, what);
	return true;
}

/* What the answer says of the requests already; whether it fits them is found when they are asked after. */
static void
note_deliveries(int64 number, const SgOrderReport *report)
{
	List *pending = sg_order_pending(number);
	int told = list_length(report->deliveries);

	for (int i = 0; i < told && told == list_length(pending); i++)
		sg_order_delivery(((SgPendingRequest *) list_nth(pending, i))->number,
						  list_nth(report->deliveries, i));
}

/* Takes the answer to an order; false, with a fault, if the order cannot be followed by it. */
static bool
note_answer(const SgRound *run, int64 number, SgReply *reply)
{
	const SgOrderReport *report =
		run->profile->api->ordering->read(reply->body, reply->len, &reply->fault);

	if (report == NULL || reply->fault.kind != SG_FAULT_NONE || report->order_id == NULL)
	{
		sg_fault_set(&reply->fault, SG_FAULT_SHAPE, "The answer names no order.");
		return false;
	}
	sg_order_placed(number, report->order_id, sg_clock_now());
	sg_order_status(number, report->status, sg_clock_now());
	note_deliveries(number, report);
	SPI_commit();
	return true;
}

/* Places one order; returns its number, or 0 if it was not placed. */
static int64
place(SgRound *run, const Batch *batch)
{
	const SgOrdering *ordering = run->profile->api->ordering;
	TimestampTz now = sg_clock_now();
	SgCall call = {.base = SG_BASE_ENEDIS, .path = ordering->path, .once = true};
	SgReply *reply;
	int64 number;

	/* what may fail on this side fails before anything is written down */
	(void) sg_profile_credential(run->profile);
	call.json = ordering->body(batch->requests, batch->ask);
	number = sg_order_intend(run->profile->name, batch->ask, batch->requests, now,
							 now + run->profile->order_hours * USECS_PER_HOUR);
	SPI_commit();
	reply = sg_call(run->profile, &call, &run->stats);
	/* nothing may come between the answer and its note: it is all that is known of what was bought */
	HOLD_INTERRUPTS();
	if (reply->fault.kind == SG_FAULT_NONE && note_answer(run, number, reply))
	{
		RESUME_INTERRUPTS();
		return number;
	}
	note_failure(run, number, batch, reply);
	RESUME_INTERRUPTS();
	return tell_failure(run, number, reply) ? number : 0;
}

List *
sg_place_orders(SgRound *run, List *requests)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid orders", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = CurrentMemoryContext;
	List *batches = join_batches(batches_of_points(run, requests), run->profile->order_points);
	List *numbers = NIL;
	ListCell *cell;

	SPI_commit();
	foreach (cell, batches)
	{
		int64 number;

		if (run->fatal.kind != SG_FAULT_NONE || sg_round_is_over(run))
			break;
		MemoryContextSwitchTo(context);
		number = place(run, lfirst(cell));
		MemoryContextSwitchTo(old);
		MemoryContextReset(context);
		if (number == 0)
			continue;
		numbers = lappend(numbers, palloc(sizeof(int64)));
		*(int64 *) llast(numbers) = number;
	}
	MemoryContextDelete(context);
	return numbers;
}
