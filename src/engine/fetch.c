/*
 * fetch.c
 *	  Requests in, rows out.
 *
 * A queue of requests, the exchanges in flight, and what to do with an answer. At most one exchange waits
 * for its turn: a backend reserves no more of the shared pace than it is about to use.
 */
#include "postgres.h"

#include "base/clock.h"
#include "flight.h"
#include "rights.h"
#include "token.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

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
	fetch->in_flight = Max(Min(in_flight, sg_http_room()), 1);
	if (requests != NIL)
	{
		fetch->credential = sg_profile_credential(profile);
		fetch->key = sg_profile_key(profile, fetch->credential, NULL);
	}
	sg_queue_begin(fetch);
	for (int i = list_length(requests) - 1; i >= 0; i--)
		fetch->queue = lappend(fetch->queue, sg_queue_pending(list_nth(requests, i)));
	sg_floor_cut_known(fetch, NULL);
	MemoryContextSwitchTo(old);
	return fetch;
}

/* The token for the next requests, in the exchange's own memory; false if there is none. */
static bool
give_token(SgFetch *fetch, SgFlight *flight)
{
	const char *token =
		sg_token_get(fetch->profile, fetch->credential, fetch->key, fetch->stats, &fetch->fatal);

	if (token == NULL)
		return false;
	flight->token = pstrdup(token);
	flight->exchange->request.bearer = flight->token;
	return true;
}

/* Where a request goes: the link that an order gave, or the endpoint behind its place. */
static char *
url_of(const SgFetch *fetch, const SgRequest *request)
{
	StringInfoData url;

	if (sg_request_is_signed(request))
		return pstrdup(request->link);
	initStringInfo(&url);
	appendStringInfoString(&url, fetch->profile->urls[request->endpoint->base]);
	if (request->link != NULL)
		appendStringInfoString(&url, request->link);
	else
		request->endpoint->url(request, &url);
	return url.data;
}

/* A link is signed by itself, and leads away from the API: no token, no headers, and no pace. */
static bool
prepare_link(SgExchange *exchange)
{
	exchange->request.accept = "Accept: */*";
	exchange->turn.key = 0;
	return true;
}

/* Gives an exchange what it carries; false if there is no token. */
static bool
prepare(SgFetch *fetch, SgFlight *flight)
{
	const SgRequest *request = &flight->pending.request;
	SgExchange *exchange = flight->exchange;

	if (sg_request_is_signed(request))
		return prepare_link(exchange);
	if (request->endpoint->tokenless)
		return true;
	exchange->request.headers = fetch->profile->headers;
	if (request->endpoint->body != NULL && request->link == NULL)
		exchange->request.json = request->endpoint->body(request);
	return give_token(fetch, flight);
}

/* Puts a request of the queue on its way. */
static void
launch(SgFetch *fetch, int place)
{
	SgPending *pending = list_nth(fetch->queue, place);
	SgFlight *flight = palloc0(sizeof(SgFlight));
	uint64 key =
		sg_profile_key(fetch->profile, fetch->credential, pending->request.endpoint->quota);
	char *what = sg_request_name(&pending->request);

	flight->pending = *pending;
	flight->exchange = sg_exchange_begin(fetch->profile, fetch->credential, key,
										 url_of(fetch, &pending->request), what, fetch->stats);
	pfree(what);
	if (prepare(fetch, flight))
	{
		fetch->queue = list_delete_nth_cell(fetch->queue, place);
		fetch->flights = lappend(fetch->flights, flight);
		pfree(pending);
		return;
	}
	sg_exchange_end(flight->exchange);
	pfree(flight);
}

static void
land(SgFetch *fetch, SgFlight *flight)
{
	fetch->flights = list_delete_ptr(fetch->flights, flight);
	pfree(unconstify(char *, flight->exchange->request.url));
	sg_exchange_end(flight->exchange);
	if (flight->token != NULL)
		pfree(flight->token);
	pfree(flight);
}

/* Lets every exchange do what it can; returns one that is done, and the next moment to look again. */
static SgFlight *
advance(SgFetch *fetch, TimestampTz *until)
{
	TimestampTz now = GetCurrentTimestamp();
	SgFlight *done = NULL;
	int next = -1;
	bool waiting = false;
	ListCell *cell;

	*until = 0;
	foreach (cell, fetch->flights)
	{
		SgFlight *flight = lfirst(cell);
		SgExchangeState state = sg_exchange_advance(flight->exchange);

		if (state == SG_EXCHANGE_DONE && done == NULL)
			done = flight;
		/* one that backs off after a failure holds nobody back */
		if (state == SG_EXCHANGE_WAITING)
			waiting |= flight->exchange->ready_at <= now;
		if (state != SG_EXCHANGE_DONE && flight->exchange->until != 0)
			*until = *until == 0 ? flight->exchange->until : Min(*until, flight->exchange->until);
	}
	if (done == NULL && !waiting && fetch->fatal.kind == SG_FAULT_NONE &&
		list_length(fetch->flights) < fetch->in_flight)
		next = sg_queue_next(fetch);
	if (next >= 0)
	{
		launch(fetch, next);
		/* it may have been its turn at once: look again before waiting */
		return fetch->fatal.kind == SG_FAULT_NONE ? advance(fetch, until) : NULL;
	}
	return done;
}

typedef struct Counter
{
	SgFetch *fetch;
	SgEmit emit; /* NULL: nobody reads the rows */
	void *arg;
	int64 rows;
} Counter;

static void
note_activation(SgFetch *fetch, const Datum *values, const bool *nulls)
{
	if (!nulls[SG_CONTRACT_ACTIVATED_ON] && !nulls[SG_CONTRACT_DIRECTION])
		sg_floor_note_hint(fetch, TextDatumGetCString(values[SG_CONTRACT_POINT_ID]),
						   TextDatumGetCString(values[SG_CONTRACT_DIRECTION]),
						   DatumGetDateADT(values[SG_CONTRACT_ACTIVATED_ON]));
}

static void
count_row(void *arg, const SgRelation *relation, const Datum *values, const bool *nulls)
{
	Counter *counter = arg;

	if (relation == &sg_relation_contract)
		note_activation(counter->fetch, values, nulls);
	if (counter->emit == NULL)
		return;
	counter->rows++;
	counter->emit(counter->arg, relation, values, nulls);
}

/* What an answer tells of the credential's right on the API, whatever it tells of the point. */
static void
learn_right(SgFetch *fetch, const SgAnswer *answer)
{
	/* where the user has a token of his own there is nothing to subscribe to */
	if (fetch->profile->api->token_path == NULL)
		return;
	switch (answer->fault.kind)
	{
		case SG_FAULT_NONE:
		case SG_FAULT_CONSENT:
		case SG_FAULT_DIRECTION:
		case SG_FAULT_NOT_RECORDED:
		case SG_FAULT_FLOOR:
		case SG_FAULT_HISTORY:
		case SG_FAULT_BEFORE_CONSENT:
		case SG_FAULT_EMPTY:
			sg_rights_learn(fetch->profile->api, fetch->key, answer->request.endpoint,
							SG_RIGHT_GRANTED);
			break;
		case SG_FAULT_SUBSCRIPTION:
			sg_rights_learn(fetch->profile->api, fetch->key, answer->request.endpoint,
							SG_RIGHT_REFUSED);
			break;
		default:
			break;
	}
}

/* What the store behind a link says; its words are not the API's. */
static void
classify_link(int status, SgFault *fault)
{
	fault->status = status;
	sg_fault_set(fault, status >= 500 ? SG_FAULT_SERVER : SG_FAULT_LINK,
				 "The link to the result was answered with HTTP status %d.", status);
}

/* What an answer says that is not a 200. */
static void
classify(SgFetch *fetch, const SgFlight *flight, SgFault *fault)
{
	const SgExchange *exchange = flight->exchange;
	TimestampTz not_before = fault->not_before;

	if (sg_request_is_signed(&flight->pending.request))
	{
		classify_link(exchange->status, fault);
		return;
	}
	fetch->profile->api->classify(exchange->status, exchange->body, exchange->len,
								  GetCurrentTimestamp(), fault);
	/* a result that was said to be ready may not be so yet */
	if (flight->pending.request.link != NULL && exchange->status == 404)
		fault->kind = SG_FAULT_LINK;
	/* a Retry-After header is plainer than any text */
	if (not_before != 0 && fault->kind == SG_FAULT_THROTTLED)
		fault->not_before = not_before;
}

/*
 * Reads a whole answer. A character that the database's encoding lacks is the answer's fault, and must not
 * end a run: it is the one error that is caught, and it leaves nothing behind but memory.
 */
static void
decode(SgAnswer *answer, SgExchange *exchange, Counter *counter)
{
	MemoryContext context = CurrentMemoryContext;

	PG_TRY();
	{
		answer->request.endpoint->decode(&answer->request, exchange->body, exchange->len, count_row,
										 counter, &answer->fault);
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (error->sqlerrcode != ERRCODE_UNTRANSLATABLE_CHARACTER)
			PG_RE_THROW();
		FlushErrorState();
		sg_fault_clear(&answer->fault);
		sg_fault_set(&answer->fault, SG_FAULT_VALUE, "%s.", error->message);
	}
	PG_END_TRY();
}

/* Turns what came back into rows or a fault. */
static void
read_answer(SgFetch *fetch, SgFlight *flight, SgEmit emit, void *arg, SgAnswer *answer)
{
	SgExchange *exchange = flight->exchange;
	Counter counter = {.fetch = fetch, .emit = emit, .arg = arg};
	MemoryContext old = MemoryContextSwitchTo(fetch->scratch);

	answer->request = flight->pending.request;
	answer->fault = exchange->fault;
	answer->fatal = false;
	if (answer->fault.kind == SG_FAULT_NONE && exchange->status != 200)
		classify(fetch, flight, &answer->fault);
	else if (answer->fault.kind == SG_FAULT_NONE)
		decode(answer, exchange, &counter);
	learn_right(fetch, answer);
	answer->rows = counter.rows;
	fetch->stats->rows += counter.rows;
	MemoryContextSwitchTo(old);
	MemoryContextReset(fetch->scratch);
}

/* A refused token is renewed once for each request; then the credential is to blame. */
static bool
renew(SgFetch *fetch, SgFlight *flight, const SgFault *fault)
{
	if (fault->kind != SG_FAULT_TOKEN || flight->renewed || flight->token == NULL ||
		fetch->credential->token != NULL)
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
	sg_exchange_again(flight->exchange, fault);
	return true;
}

/* Asks for the next page, if there is one. */
static bool
turn_page(SgFetch *fetch, const SgFlight *flight, const SgAnswer *answer)
{
	SgRequest next = answer->request;
	const SgExchange *exchange = flight->exchange;

	if (answer->fault.kind != SG_FAULT_NONE || next.endpoint->next_page == NULL ||
		!next.endpoint->next_page(&next, exchange->body, exchange->len))
		return false;
	/* a page that leads back would never end */
	if (next.skip <= answer->request.skip)
		return false;
	sg_queue_add(fetch, sg_queue_pending(&next));
	return true;
}

/* Deals with one exchange that is done; true if the answer is for the reader. */
static bool
settle(SgFetch *fetch, SgFlight *flight, SgEmit emit, void *arg, SgAnswer *answer)
{
	SgPending pending = flight->pending;
	bool more;

	/* what was asked on the reader's behalf is not for the reader */
	read_answer(fetch, flight, pending.hinted != NULL ? NULL : emit, arg, answer);
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
	/* the host of a link is not the server: others may well answer */
	if (sg_request_is_signed(&pending.request) && answer->fault.kind == SG_FAULT_CONNECT)
		answer->fault.kind = SG_FAULT_LINK;
	/* nor is a transfer that broke off what was delivered */
	if (pending.request.link != NULL && answer->fault.kind == SG_FAULT_SHAPE &&
		flight->exchange->status == 0)
		answer->fault.kind = SG_FAULT_LINK;
	/* behind an answer that could not be read there may be more, which must not be taken for another one */
	if (answer->fault.kind == SG_FAULT_SHAPE && flight->exchange->http != NULL)
		sg_http_distrust(flight->exchange->http);
	more = turn_page(fetch, flight, answer);
	land(fetch, flight);
	sg_queue_settled(fetch, &pending);
	/* what is so of a point is known when all pages are */
	if (more && pending.request.endpoint->relations[0]->kind == SG_KIND_STATE)
		return false;
	/* without it the search takes longer, that is all */
	if (pending.hinted != NULL)
		return sg_floor_hinted(fetch, &pending, answer);
	if (answer->fault.kind == SG_FAULT_DIRECTION)
		sg_floor_close(fetch, &pending.request);
	sg_queue_drop_reached(fetch, &answer->fault, &pending.request);
	return sg_floor_search(fetch, &pending, answer);
}

/* A fault that ends the whole fetch is told once, for the first request that could not leave. */
static bool
tell_fatal(SgFetch *fetch, SgAnswer *answer)
{
	memset(answer, 0, sizeof(*answer));
	answer->request = ((SgPending *) llast(fetch->queue))->request;
	answer->fault = fetch->fatal;
	answer->fatal = true;
	list_free_deep(fetch->queue);
	fetch->queue = NIL;
	return true;
}

/* Gives the next of the reports, and frees it; all of them at the end. */
static void
give_report(SgFetch *fetch, SgAnswer *answer)
{
	SgAnswer *given = list_nth(fetch->reports, fetch->reported++);

	*answer = *given;
	pfree(given);
	if (fetch->reported < list_length(fetch->reports))
		return;
	list_free(fetch->reports);
	fetch->reports = NIL;
	fetch->reported = 0;
}

/* Does what can be done without waiting, until there is an answer. */
static SgFetchState
try_next(SgFetch *fetch, SgEmit emit, void *arg, SgAnswer *answer, TimestampTz *until)
{
	/* what is known without asking is told first: the reader may be killed before the next answer */
	while (fetch->reported == list_length(fetch->reports) &&
		   (fetch->flights != NIL || fetch->queue != NIL))
	{
		SgFlight *done = advance(fetch, until);

		if (done != NULL)
		{
			if (settle(fetch, done, emit, arg, answer))
				return SG_FETCH_ANSWER;
		}
		else if (fetch->fatal.kind != SG_FAULT_NONE && fetch->flights == NIL)
			return fetch->queue != NIL && tell_fatal(fetch, answer) ? SG_FETCH_ANSWER
																	: SG_FETCH_END;
		else
			return SG_FETCH_WAIT;
	}
	if (fetch->reported == list_length(fetch->reports))
		return SG_FETCH_END;
	give_report(fetch, answer);
	return SG_FETCH_ANSWER;
}

SgFetchState
sg_fetch_try(SgFetch *fetch, SgEmit emit, void *arg, SgAnswer *answer, TimestampTz *until)
{
	MemoryContext old = MemoryContextSwitchTo(fetch->context);
	SgFetchState state = try_next(fetch, emit, arg, answer, until);

	MemoryContextSwitchTo(old);
	return state;
}

bool
sg_fetch_next(SgFetch *fetch, SgEmit emit, void *arg, SgAnswer *answer)
{
	SgFetchState state;
	TimestampTz until;

	while ((state = sg_fetch_try(fetch, emit, arg, answer, &until)) == SG_FETCH_WAIT)
		sg_http_wait(until);
	return state == SG_FETCH_ANSWER;
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
