/*
 * queue.c
 *	  What waits in a fetch: which request may leave next, and which will not leave any more.
 */
#include "postgres.h"

#include "flight.h"
#include "utils/memutils.h"

/* Name of a point and direction: long enough for any of them. */
#define SERIES_NAME_LEN 64
/* Requests that are looked through for one that may leave. */
#define LOOKED_THROUGH 256

/* A point and direction, while requests of it are to be sent. */
typedef struct Series
{
	char name[SERIES_NAME_LEN];
	bool proven;  /* has it answered? */
	int searches; /* requests that look for its first day */
} Series;

/* What a fault has dropped of one endpoint and point: told as one span, where its windows join. */
typedef struct Dropped
{
	struct
	{
		const SgEndpoint *endpoint;
		char name[SERIES_NAME_LEN];
	} key;
	SgAnswer *report;
} Dropped;

void
sg_queue_begin(SgFetch *fetch)
{
	HASHCTL control = {
		.keysize = SERIES_NAME_LEN, .entrysize = sizeof(Series), .hcxt = CurrentMemoryContext};

	fetch->series =
		hash_create("switchgrid series", 64, &control, HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
}

static void
name_series(char *name, const SgRequest *request, const SgEndpoint *endpoint)
{
	snprintf(name, SERIES_NAME_LEN, "%s " INT64_FORMAT " %s", request->point,
			 request->authorisation, endpoint->direction != NULL ? endpoint->direction : SG_BOTH);
}

static Series *
series_of(SgFetch *fetch, const SgPending *pending)
{
	char name[SERIES_NAME_LEN];
	Series *series;
	bool found;

	name_series(name, &pending->request,
				pending->hinted != NULL ? pending->hinted : pending->request.endpoint);
	series = hash_search(fetch->series, name, HASH_ENTER, &found);
	if (!found)
	{
		series->proven = false;
		series->searches = 0;
	}
	return series;
}

/* Does the request look for a first day? */
static bool
searches(const SgPending *pending)
{
	return pending->searching || pending->hinted != NULL;
}

SgPending *
sg_queue_pending(const SgRequest *request)
{
	SgPending *pending = palloc0(sizeof(SgPending));

	pending->request = *request;
	return pending;
}

void
sg_queue_add(SgFetch *fetch, SgPending *pending)
{
	if (searches(pending))
		series_of(fetch, pending)->searches++;
	fetch->queue = lappend(fetch->queue, pending);
}

void
sg_queue_free(SgFetch *fetch, SgPending *pending)
{
	if (searches(pending))
		series_of(fetch, pending)->searches--;
	pfree(pending);
}

void
sg_queue_settled(SgFetch *fetch, const SgPending *pending)
{
	Series *series = series_of(fetch, pending);

	series->proven = true;
	if (searches(pending))
		series->searches--;
}

/*
 * The first request of a point and direction goes alone: if the point has no such direction, or no consent,
 * one refusal says so for all. While its first day is looked for, the others wait: they may be cut by it.
 */
static bool
may_leave(SgFetch *fetch, const SgPending *pending)
{
	Series *series = series_of(fetch, pending);
	ListCell *cell;

	if (searches(pending))
		return true;
	if (series->searches > 0 || series->proven)
		return series->searches == 0;
	foreach (cell, fetch->flights)
		if (series_of(fetch, &((SgFlight *) lfirst(cell))->pending) == series)
			return false;
	return true;
}

int
sg_queue_next(SgFetch *fetch)
{
	int last = list_length(fetch->queue) - 1;

	for (int i = last; i >= 0 && i > last - LOOKED_THROUGH; i--)
		if (may_leave(fetch, list_nth(fetch->queue, i)))
			return i;
	/* whatever was miscounted, a fetch does not wait for nothing */
	return fetch->flights == NIL ? last : -1;
}

bool
sg_queue_same_series(const SgRequest *a, const SgRequest *b)
{
	return a->endpoint == b->endpoint && a->authorisation == b->authorisation &&
		   strcmp(a->point, b->point) == 0;
}

/* Does a fault of that scope, met by one request, make another one pointless? */
static bool
reaches(SgFaultScope scope, const SgRequest *met, const SgRequest *other)
{
	bool same_point =
		met->authorisation == other->authorisation && strcmp(met->point, other->point) == 0;

	switch (scope)
	{
		case SG_SCOPE_WINDOW:
			return false;
		case SG_SCOPE_CURVE:
			return sg_queue_same_series(met, other);
		case SG_SCOPE_DIRECTION:
			return same_point && met->endpoint->direction != NULL &&
				   other->endpoint->direction != NULL &&
				   strcmp(met->endpoint->direction, other->endpoint->direction) == 0;
		case SG_SCOPE_POINT:
			return same_point;
		case SG_SCOPE_API:
			return met->endpoint == other->endpoint;
		case SG_SCOPE_QUOTA:
			return met->endpoint->quota == NULL || other->endpoint->quota == NULL ||
				   strcmp(met->endpoint->quota, other->endpoint->quota) == 0;
		case SG_SCOPE_SERVER:
			return true;
	}
	return false;
}

SgAnswer *
sg_queue_report(SgFetch *fetch, const SgRequest *request, SgDays days, const SgFault *fault)
{
	SgAnswer *answer = palloc0(sizeof(SgAnswer));

	answer->request = *request;
	answer->request.days = days;
	answer->fault = *fault;
	fetch->reports = lappend(fetch->reports, answer);
	return answer;
}

/* Reports a request that was dropped; windows side by side are one report. */
static void
report_dropped(SgFetch *fetch, HTAB *dropped, const SgRequest *request, const SgFault *fault)
{
	Dropped key;
	Dropped *entry;
	bool found;

	memset(&key, 0, sizeof(key));
	key.key.endpoint = request->endpoint;
	name_series(key.key.name, request, request->endpoint);
	entry = hash_search(dropped, &key.key, HASH_ENTER, &found);
	if (found && entry->report->request.days.from == request->days.until)
		entry->report->request.days.from = request->days.from;
	else if (found && entry->report->request.days.until == request->days.from)
		entry->report->request.days.until = request->days.until;
	else
		entry->report = sg_queue_report(fetch, request, request->days, fault);
}

void
sg_queue_drop_reached(SgFetch *fetch, const SgFault *fault, const SgRequest *met)
{
	SgFaultScope scope = sg_fault_class(fault->kind)->scope;
	HASHCTL control = {.keysize = sizeof(((Dropped *) NULL)->key),
					   .entrysize = sizeof(Dropped),
					   .hcxt = CurrentMemoryContext};
	HTAB *dropped;
	List *kept = NIL;
	ListCell *cell;

	if (scope == SG_SCOPE_WINDOW)
		return;
	dropped =
		hash_create("switchgrid dropped", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	foreach (cell, fetch->queue)
	{
		SgPending *pending = lfirst(cell);

		if (!reaches(scope, met, &pending->request))
		{
			kept = lappend(kept, pending);
			continue;
		}
		/* what is wrong with the server, or a quota, says nothing about the days */
		if (scope < SG_SCOPE_QUOTA && pending->hinted == NULL)
			report_dropped(fetch, dropped, &pending->request, fault);
		sg_queue_free(fetch, pending);
	}
	hash_destroy(dropped);
	list_free(fetch->queue);
	fetch->queue = kept;
}

void
sg_fetch_stop(SgFetch *fetch)
{
	ListCell *cell;

	foreach (cell, fetch->queue)
		sg_queue_free(fetch, lfirst(cell));
	list_free(fetch->queue);
	fetch->queue = NIL;
}
