/*
 * fetch.c
 *	  Requests in, rows out.
 *
 * A queue of requests, the exchanges in flight, and what to do with an answer. At most one exchange waits
 * for its turn: a backend reserves no more of the shared pace than it is about to use.
 */
#include "postgres.h"

#include "base/clock.h"
#include "fetch.h"
#include "token.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* A request in the queue. While a point's first day is searched for, "refused" is a first day too early. */
typedef struct Pending
{
	SgRequest request;
	bool searching;
	DateADT refused;
} Pending;

typedef struct Flight
{
	Pending pending;
	SgExchange *exchange;
	bool renewed; /* was the token renewed for it? */
	char *token;  /* the one that it was sent with */
} Flight;

struct SgFetch
{
	MemoryContext context;
	MemoryContext scratch; /* for reading one answer */
	const SgProfile *profile;
	SgCredential *credential;
	uint64 key;
	SgStats *stats;
	List *queue;   /* of Pending *, the next one last: taking it is cheap */
	List *flights; /* of Flight * */
	List *reports; /* of SgAnswer *: known without asking */
	int reported;  /* how many of them were given */
	int in_flight;
	SgFault fatal; /* after it nothing is sent any more */
};

static Pending *
make_pending(const SgRequest *request)
{
	Pending *pending = palloc0(sizeof(Pending));

	pending->request = *request;
	return pending;
}

SgFetch *
sg_fetch_begin(const SgProfile *profile, List *requests, int in_flight, SgStats *stats)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid fetch", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	SgFetch *fetch = palloc0(sizeof(SgFetch));

	fetch->context = context;
	fetch->scratch = AllocSetContextCreate(context, "switchgrid answer", ALLOCSET_DEFAULT_SIZES);
	fetch->profile = profile;
	fetch->stats = stats;
	fetch->in_flight = Max(in_flight, 1);
	if (requests != NIL)
	{
		fetch->credential = sg_profile_credential(profile);
		fetch->key = sg_profile_key(profile, fetch->credential);
	}
	for (int i = list_length(requests) - 1; i >= 0; i--)
		fetch->queue = lappend(fetch->queue, make_pending(list_nth(requests, i)));
	MemoryContextSwitchTo(old);
	return fetch;
}

static bool
same_series(const SgRequest *a, const SgRequest *b)
{
	return a->endpoint == b->endpoint && strcmp(a->point, b->point) == 0;
}

/* Does a fault of that scope, met by one request, make another one pointless? */
static bool
reaches(SgFaultScope scope, const SgRequest *met, const SgRequest *other)
{
	switch (scope)
	{
		case SG_SCOPE_WINDOW:
			return false;
		case SG_SCOPE_CURVE:
			return same_series(met, other);
		case SG_SCOPE_POINT:
			return strcmp(met->point, other->point) == 0;
		case SG_SCOPE_API:
			return met->endpoint == other->endpoint;
		case SG_SCOPE_SERVER:
			return true;
	}
	return false;
}

/* Keeps an answer that needs no asking, to be given after those that do. */
static void
report(SgFetch *fetch, const SgRequest *request, SgDays days, const SgFault *fault)
{
	SgAnswer *answer = palloc0(sizeof(SgAnswer));

	answer->request = *request;
	answer->request.days = days;
	answer->fault = *fault;
	fetch->reports = lappend(fetch->reports, answer);
}

/* Answers for the queue what one answer said for all: they are not sent any more. */
static void
drop_reached(SgFetch *fetch, const SgFault *fault, const SgRequest *met)
{
	SgFaultScope scope = sg_fault_class(fault->kind)->scope;
	List *kept = NIL;
	ListCell *cell;

	if (scope == SG_SCOPE_WINDOW)
		return;
	foreach (cell, fetch->queue)
	{
		Pending *pending = lfirst(cell);

		if (!reaches(scope, met, &pending->request))
		{
			kept = lappend(kept, pending);
			continue;
		}
		if (scope != SG_SCOPE_SERVER)
			report(fetch, &pending->request, pending->request.days, fault);
		pfree(pending);
	}
	list_free(fetch->queue);
	fetch->queue = kept;
}

/* The token for the next requests, in the exchange's own memory; false if there is none. */
static bool
give_token(SgFetch *fetch, Flight *flight)
{
	const char *token =
		sg_token_get(fetch->profile, fetch->credential, fetch->key, fetch->stats, &fetch->fatal);

	if (token == NULL)
		return false;
	flight->token = pstrdup(token);
	flight->exchange->request.bearer = flight->token;
	return true;
}

/* Puts the next request of the queue on its way. */
static void
launch(SgFetch *fetch)
{
	Pending *pending = llast(fetch->queue);
	Flight *flight = palloc0(sizeof(Flight));
	StringInfoData url;

	initStringInfo(&url);
	appendStringInfoString(&url, fetch->profile->base_url);
	pending->request.endpoint->url(&pending->request, &url);
	flight->pending = *pending;
	flight->exchange = sg_exchange_begin(fetch->profile, fetch->key, url.data, NULL, fetch->stats);
	if (give_token(fetch, flight))
	{
		fetch->queue = list_delete_last(fetch->queue);
		fetch->flights = lappend(fetch->flights, flight);
		pfree(pending);
		return;
	}
	sg_exchange_end(flight->exchange);
	pfree(flight);
}

static void
land(SgFetch *fetch, Flight *flight)
{
	fetch->flights = list_delete_ptr(fetch->flights, flight);
	pfree(unconstify(char *, flight->exchange->request.url));
	sg_exchange_end(flight->exchange);
	pfree(flight->token);
	pfree(flight);
}

/* Lets every exchange do what it can; returns one that is done, and the next moment to look again. */
static Flight *
advance(SgFetch *fetch, TimestampTz *until)
{
	TimestampTz now = GetCurrentTimestamp();
	Flight *done = NULL;
	bool waiting = false;
	ListCell *cell;

	*until = 0;
	foreach (cell, fetch->flights)
	{
		Flight *flight = lfirst(cell);
		SgExchangeState state = sg_exchange_advance(flight->exchange);

		if (state == SG_EXCHANGE_DONE && done == NULL)
			done = flight;
		if (state == SG_EXCHANGE_WAITING)
		{
			/* one that backs off after a failure holds nobody back */
			waiting |= flight->exchange->ready_at <= now;
			*until = *until == 0 ? flight->exchange->until : Min(*until, flight->exchange->until);
		}
	}
	if (done == NULL && !waiting && fetch->queue != NIL && fetch->fatal.kind == SG_FAULT_NONE &&
		list_length(fetch->flights) < fetch->in_flight)
	{
		launch(fetch);
		/* it may have been its turn at once: look again before waiting */
		return fetch->fatal.kind == SG_FAULT_NONE ? advance(fetch, until) : NULL;
	}
	return done;
}

typedef struct Counter
{
	SgEmit emit;
	void *arg;
	int64 rows;
} Counter;

static void
count_row(void *arg, const Datum *values, const bool *nulls)
{
	Counter *counter = arg;

	counter->rows++;
	counter->emit(counter->arg, values, nulls);
}

/* What an answer says that is not a 200. */
static void
classify(SgFetch *fetch, const SgExchange *exchange, SgFault *fault)
{
	TimestampTz not_before = fault->not_before;

	fetch->profile->api->classify(exchange->status, exchange->body, exchange->len,
								  GetCurrentTimestamp(), fault);
	/* a Retry-After header is plainer than any text */
	if (not_before != 0 && fault->kind == SG_FAULT_THROTTLED)
		fault->not_before = not_before;
}

/* Turns what came back into rows or a fault. */
static void
read_answer(SgFetch *fetch, Flight *flight, SgEmit emit, void *arg, SgAnswer *answer)
{
	SgExchange *exchange = flight->exchange;
	Counter counter = {.emit = emit, .arg = arg};
	MemoryContext old = MemoryContextSwitchTo(fetch->scratch);

	answer->request = flight->pending.request;
	answer->fault = exchange->fault;
	answer->fatal = false;
	if (answer->fault.kind == SG_FAULT_NONE && exchange->status != 200)
		classify(fetch, exchange, &answer->fault);
	else if (answer->fault.kind == SG_FAULT_NONE)
		answer->request.endpoint->decode(&answer->request, exchange->body, exchange->len, count_row,
										 &counter, &answer->fault);
	answer->rows = counter.rows;
	fetch->stats->rows += counter.rows;
	MemoryContextSwitchTo(old);
	MemoryContextReset(fetch->scratch);
}

/* A refused token is renewed once for each request; then the credential is to blame. */
static bool
renew(SgFetch *fetch, Flight *flight, const SgFault *fault)
{
	if (fault->kind != SG_FAULT_TOKEN || flight->renewed)
		return false;
	flight->renewed = true;
	sg_token_forget(fetch->key, flight->token);
	pfree(flight->token);
	flight->token = NULL;
	if (!give_token(fetch, flight))
	{
		flight->token = pstrdup("");
		flight->exchange->request.bearer = flight->token;
		return false;
	}
	sg_exchange_again(flight->exchange);
	return true;
}

static void
search_window(SgFetch *fetch, const SgRequest *request, SgDays days, DateADT refused)
{
	Pending *pending = make_pending(request);

	pending->request.days = days;
	pending->searching = true;
	pending->refused = refused;
	fetch->queue = lappend(fetch->queue, pending);
}

static void
report_floor(SgFetch *fetch, const SgRequest *request, SgDays days)
{
	SgFault fault = {.kind = SG_FAULT_NONE};

	sg_fault_set(&fault, SG_FAULT_FLOOR, "There is nothing before this point's activation.");
	report(fetch, request, days, &fault);
}

/* Older windows than one whose first day is too early are too early altogether. */
static void
drop_older(SgFetch *fetch, const SgRequest *request)
{
	List *kept = NIL;
	ListCell *cell;

	foreach (cell, fetch->queue)
	{
		Pending *pending = lfirst(cell);

		if (same_series(&pending->request, request) &&
			pending->request.days.until <= request->days.from)
			pfree(pending);
		else
			kept = lappend(kept, pending);
	}
	list_free(fetch->queue);
	fetch->queue = kept;
}

/* Is a later day known to be too early already, so that this answer says nothing new? */
static bool
known_too_early(SgFetch *fetch, const SgRequest *request)
{
	ListCell *cell;

	foreach (cell, fetch->queue)
	{
		Pending *pending = lfirst(cell);

		if (pending->searching && same_series(&pending->request, request) &&
			pending->refused >= request->days.until)
			return true;
	}
	foreach (cell, fetch->flights)
	{
		Flight *flight = lfirst(cell);

		if (flight->pending.searching && same_series(&flight->pending.request, request) &&
			flight->pending.refused >= request->days.until)
			return true;
	}
	return false;
}

/*
 * Halves a window until the point's first day is found: at most three more requests for seven days.
 * Returns false if the answer has nothing to tell its reader.
 */
static bool
search_floor(SgFetch *fetch, const Pending *pending, const SgAnswer *answer)
{
	SgDays days = pending->request.days;

	if (answer->fault.kind == SG_FAULT_FLOOR || answer->fault.kind == SG_FAULT_HISTORY)
	{
		drop_older(fetch, &pending->request);
		if (known_too_early(fetch, &pending->request))
			return false;
		if (sg_days_count(days) > 1)
			search_window(fetch, &pending->request,
						  (SgDays){days.from + sg_days_count(days) / 2, days.until}, days.from);
		else
			report_floor(fetch, &pending->request, days);
		return false;
	}
	if (!pending->searching)
		return true;
	if (days.from - pending->refused > 1)
		search_window(fetch, &pending->request,
					  (SgDays){pending->refused + (days.from - pending->refused) / 2, days.from},
					  pending->refused);
	else
		report_floor(fetch, &pending->request, (SgDays){pending->refused, days.from});
	return true;
}

/* Deals with one exchange that is done; true if the answer is for the reader. */
static bool
settle(SgFetch *fetch, Flight *flight, SgEmit emit, void *arg, SgAnswer *answer)
{
	Pending pending = flight->pending;

	read_answer(fetch, flight, emit, arg, answer);
	if (renew(fetch, flight, &answer->fault))
		return false;
	if (answer->fault.kind == SG_FAULT_TOKEN && fetch->fatal.kind != SG_FAULT_NONE)
	{
		/* there is no token to try again with */
		answer->fault = fetch->fatal;
		answer->fatal = true;
	}
	else if (answer->fault.kind != SG_FAULT_NONE &&
			 sg_exchange_retry(flight->exchange, &answer->fault))
		return false;
	land(fetch, flight);
	drop_reached(fetch, &answer->fault, &pending.request);
	return search_floor(fetch, &pending, answer);
}

/* A fault that ends the whole fetch is told once, for the first request that could not leave. */
static bool
tell_fatal(SgFetch *fetch, SgAnswer *answer)
{
	memset(answer, 0, sizeof(*answer));
	answer->request = ((Pending *) llast(fetch->queue))->request;
	answer->fault = fetch->fatal;
	answer->fatal = true;
	list_free_deep(fetch->queue);
	fetch->queue = NIL;
	return true;
}

static bool
next_answer(SgFetch *fetch, SgEmit emit, void *arg, SgAnswer *answer)
{
	/* what is known without asking is told first: the reader may be killed before the next answer */
	while (fetch->reported == list_length(fetch->reports) &&
		   (fetch->flights != NIL || fetch->queue != NIL))
	{
		TimestampTz until;
		Flight *done = advance(fetch, &until);

		if (done != NULL)
		{
			if (settle(fetch, done, emit, arg, answer))
				return true;
		}
		else if (fetch->fatal.kind != SG_FAULT_NONE && fetch->flights == NIL)
			return fetch->queue != NIL && tell_fatal(fetch, answer);
		else
			sg_http_wait(until);
	}
	if (fetch->reported == list_length(fetch->reports))
		return false;
	*answer = *(SgAnswer *) list_nth(fetch->reports, fetch->reported++);
	return true;
}

bool
sg_fetch_next(SgFetch *fetch, SgEmit emit, void *arg, SgAnswer *answer)
{
	MemoryContext old = MemoryContextSwitchTo(fetch->context);
	bool found = next_answer(fetch, emit, arg, answer);

	MemoryContextSwitchTo(old);
	return found;
}

int
sg_fetch_left(const SgFetch *fetch)
{
	return list_length(fetch->queue) + list_length(fetch->flights);
}

void
sg_fetch_end(SgFetch *fetch)
{
	MemoryContextDelete(fetch->context);
}
