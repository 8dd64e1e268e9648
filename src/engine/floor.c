/*
 * floor.c
 *	  The first day of a point: found by halving a window that begins too early, and remembered; so is a
 *	  direction that a point has not.
 *
 * The API refuses the whole window. A window of a week takes three more requests at most; a longer one is
 * worth asking the contract for the day of activation first, which the next two requests prove or disprove.
 * One first day holds for all series of the point in that direction, and for the backend's life.
 */
#include "postgres.h"

#include "flight.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

/* A window of so many days is halved in no more requests than a hint and its proof take. */
#define SHORT_WINDOW 8
/* Points whose first day one backend remembers; then it begins anew. */
#define REMEMBERED 4096
#define POINT_LEN 31

typedef struct FloorKey
{
	uint64 key; /* of the credential: another server may be another world */
	char point[POINT_LEN + 1];
	bool drawn; /* consumption? */
} FloorKey;

typedef struct Floor
{
	FloorKey key;
	DateADT first; /* SG_NO_DAY: not known */
	DateADT hint;  /* the contract's activation; SG_NO_DAY: not known */
	bool asked;	   /* was the contract asked for the hint? */
	bool closed;   /* the point has nothing in this direction */
} Floor;

static HTAB *floors = NULL;

static FloorKey
key_of(const SgFetch *fetch, const char *point, const char *direction)
{
	FloorKey key;

	memset(&key, 0, sizeof(key));
	key.key = fetch->key;
	strlcpy(key.point, point, sizeof(key.point));
	key.drawn = strcmp(direction, SG_CONSUMPTION) == 0;
	return key;
}

/* Has the endpoint a first day at all? */
static bool
has_floor(const SgEndpoint *endpoint)
{
	return sg_endpoint_is_series(endpoint) && endpoint->direction != NULL;
}

static const Floor *
recall(const SgFetch *fetch, const SgRequest *request)
{
	static const Floor nothing = {.first = SG_NO_DAY, .hint = SG_NO_DAY};
	FloorKey key;
	const Floor *found;

	if (floors == NULL || !has_floor(request->endpoint))
		return &nothing;
	key = key_of(fetch, request->point, request->endpoint->direction);
	found = hash_search(floors, &key, HASH_FIND, NULL);
	return found != NULL ? found : &nothing;
}

/* The entry of a request's point and direction, made if there is none. */
static Floor *
remembered(const SgFetch *fetch, const char *point, const char *direction)
{
	FloorKey key = key_of(fetch, point, direction);
	Floor *entry;
	bool found;

	if (floors != NULL && hash_get_num_entries(floors) >= REMEMBERED)
	{
		hash_destroy(floors);
		floors = NULL;
	}
	if (floors == NULL)
	{
		HASHCTL control = {
			.keysize = sizeof(FloorKey), .entrysize = sizeof(Floor), .hcxt = TopMemoryContext};

		floors = hash_create("switchgrid first days", 64, &control,
							 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	entry = hash_search(floors, &key, HASH_ENTER, &found);
	if (!found)
	{
		entry->first = entry->hint = SG_NO_DAY;
		entry->asked = entry->closed = false;
	}
	return entry;
}

void
sg_floor_note_hint(SgFetch *fetch, const char *point, const char *direction, DateADT day)
{
	remembered(fetch, point, direction)->hint = day;
}

void
sg_floor_close(SgFetch *fetch, const SgRequest *request)
{
	if (has_floor(request->endpoint))
		remembered(fetch, request->point, request->endpoint->direction)->closed = true;
}

static void
report_early(SgFetch *fetch, const SgRequest *request, SgDays days, SgFaultKind kind)
{
	SgFault fault = {.kind = SG_FAULT_NONE};

	sg_fault_set(&fault, kind, "The operator gives nothing of these days: %s.",
				 kind == SG_FAULT_FLOOR		? "they lie before the point's activation"
				 : kind == SG_FAULT_HISTORY ? "it keeps nothing that old"
											: "they lie before the consent");
	(void) sg_queue_report(fetch, request, days, &fault);
}

static void
report_closed(SgFetch *fetch, const SgRequest *request)
{
	SgFault fault = {.kind = SG_FAULT_NONE};

	sg_fault_set(&fault, SG_FAULT_DIRECTION, "The point has nothing in this direction.");
	(void) sg_queue_report(fetch, request, request->days, &fault);
}

/* The part of a request from a known first day on, or nothing: what lies before is reported. */
static bool
cut(SgFetch *fetch, SgRequest *request, DateADT first)
{
	SgDays before = sg_days_intersect(request->days, (SgDays){request->days.from, first});

	if (sg_days_empty(before))
		return true;
	report_early(fetch, request, before, SG_FAULT_FLOOR);
	request->days.from = before.until;
	return !sg_days_empty(request->days);
}

void
sg_floor_cut_known(SgFetch *fetch, const char *point)
{
	List *kept = NIL;
	ListCell *cell;

	if (floors == NULL)
		return;
	foreach (cell, fetch->queue)
	{
		SgPending *pending = lfirst(cell);
		const Floor *floor;

		if (point != NULL && strcmp(pending->request.point, point) != 0)
		{
			kept = lappend(kept, pending);
			continue;
		}
		floor = recall(fetch, &pending->request);
		if (floor->closed)
			report_closed(fetch, &pending->request);
		if (!floor->closed &&
			(floor->first == SG_NO_DAY || cut(fetch, &pending->request, floor->first)))
			kept = lappend(kept, pending);
		else
			sg_queue_free(fetch, pending);
	}
	list_free(fetch->queue);
	fetch->queue = kept;
}

/* The first day is found: told to the reader, remembered, and applied to all that is still to be asked. */
static void
found(SgFetch *fetch, const SgRequest *request, SgDays before, SgFaultKind kind)
{
	report_early(fetch, request, before, kind);
	if (kind != SG_FAULT_FLOOR)
		return;
	remembered(fetch, request->point, request->endpoint->direction)->first = before.until;
	sg_floor_cut_known(fetch, request->point);
}

/* Where a search stands: the window that it began with, and a day of it that is too early, and why. */
typedef struct Search
{
	SgRequest request;
	SgDays window;
	DateADT refused;
	SgFaultKind kind;
} Search;

static void
search_window(SgFetch *fetch, const Search *search, SgDays days)
{
	SgPending *pending = sg_queue_pending(&search->request);

	pending->request.days = days;
	pending->searching = true;
	pending->refused = search->refused;
	pending->kind = search->kind;
	pending->window = search->window;
	sg_queue_add(fetch, pending);
}

/* A day later than "refused" and earlier than "until": the hint, the day before it, or the middle. */
static DateADT
next_day(DateADT refused, DateADT until, DateADT hint)
{
	if (hint != SG_NO_DAY && refused < hint && hint < until)
		return hint;
	if (hint == until && until - 1 > refused)
		return until - 1;
	return refused + (until - refused) / 2;
}

/* Goes on between a day that is too early and one before which nothing is known to be good. */
static void
narrow(SgFetch *fetch, const Search *search, DateADT until)
{
	DateADT hint = recall(fetch, &search->request)->hint;

	if (until - search->refused > 1)
		search_window(fetch, search, (SgDays){next_day(search->refused, until, hint), until});
	else
		found(fetch, &search->request, (SgDays){search->window.from, until}, search->kind);
}

/*
 * Older windows than one whose first day is too early are too early altogether. A first day, once found, says
 * so for all of them; of other reasons each is told.
 */
static void
drop_older(SgFetch *fetch, const SgRequest *request, SgFaultKind kind)
{
	List *kept = NIL;
	ListCell *cell;

	foreach (cell, fetch->queue)
	{
		SgPending *pending = lfirst(cell);

		if (!sg_queue_same_series(&pending->request, request) ||
			pending->request.days.until > request->days.from)
		{
			kept = lappend(kept, pending);
			continue;
		}
		if (kind != SG_FAULT_FLOOR)
			report_early(fetch, &pending->request, pending->request.days, kind);
		sg_queue_free(fetch, pending);
	}
	list_free(fetch->queue);
	fetch->queue = kept;
}

/* Does a search already know of a later day that is too early? */
static bool
searches_later(const SgPending *pending, const SgRequest *request)
{
	if (pending->hinted != NULL)
		return strcmp(pending->request.point, request->point) == 0 &&
			   pending->hinted == request->endpoint && pending->window.from >= request->days.until;
	return pending->searching && sg_queue_same_series(&pending->request, request) &&
		   pending->refused >= request->days.until;
}

/* Is a later day known to be too early already, so that this answer says nothing new? */
static bool
known_too_early(SgFetch *fetch, const SgRequest *request)
{
	ListCell *cell;

	foreach (cell, fetch->queue)
		if (searches_later(lfirst(cell), request))
			return true;
	foreach (cell, fetch->flights)
		if (searches_later(&((SgFlight *) lfirst(cell))->pending, request))
			return true;
	return false;
}

/* The endpoint that tells when a point was activated, or NULL. */
static const SgEndpoint *
hinting_endpoint(const SgApi *api)
{
	for (int i = 0; i < api->nendpoints; i++)
		if (api->endpoints[i].tells_activation)
			return &api->endpoints[i];
	return NULL;
}

/* Asks the contract for the activation, once for a point; what was met goes on with its answer. */
static bool
ask_hint(SgFetch *fetch, const SgRequest *request, SgFaultKind kind)
{
	const SgEndpoint *endpoint = hinting_endpoint(fetch->profile->api);
	Floor *entry = remembered(fetch, request->point, request->endpoint->direction);
	SgPending *pending;

	if (endpoint == NULL || entry->hint != SG_NO_DAY || entry->asked)
		return false;
	entry->asked = true;
	pending = sg_queue_pending(request);
	pending->hinted = request->endpoint;
	pending->window = request->days;
	pending->kind = kind;
	pending->request.endpoint = endpoint;
	sg_queue_add(fetch, pending);
	return true;
}

/*
 * A window is said to be empty in words that can also mean that it begins too early. If the contract's
 * activation lies inside, only what is before it is believed, and the rest is asked for.
 */
static void
split_empty(SgFetch *fetch, SgAnswer *answer)
{
	DateADT hint = recall(fetch, &answer->request)->hint;
	SgPending *rest;

	answer->fault.maybe_floor = false;
	if (hint == SG_NO_DAY || hint <= answer->request.days.from ||
		hint >= answer->request.days.until)
		return;
	rest = sg_queue_pending(&answer->request);
	rest->request.days.from = hint;
	answer->request.days.until = hint;
	sg_queue_add(fetch, rest);
}

bool
sg_floor_hinted(SgFetch *fetch, const SgPending *pending, SgAnswer *answer)
{
	SgRequest request = pending->request;

	request.endpoint = pending->hinted;
	request.days = pending->window;
	if (pending->kind != SG_FAULT_EMPTY)
	{
		narrow(fetch, &(Search){request, request.days, request.days.from, pending->kind},
			   request.days.until);
		return false;
	}
	memset(answer, 0, sizeof(*answer));
	answer->request = request;
	sg_fault_set(&answer->fault, SG_FAULT_EMPTY, "There is no measure.");
	split_empty(fetch, answer);
	return true;
}

/* A window was refused: it begins too early, for the point, the operator or the consent. */
static void
refused(SgFetch *fetch, const SgPending *pending, SgFaultKind kind)
{
	SgRequest request = pending->request;
	DateADT first = recall(fetch, &request)->first;

	drop_older(fetch, &request, kind);
	if (known_too_early(fetch, &request))
	{
		if (kind != SG_FAULT_FLOOR)
			report_early(fetch, &request, request.days, kind);
		return;
	}
	/* another series of the point has found the day meanwhile */
	if (kind == SG_FAULT_FLOOR && first != SG_NO_DAY && first > request.days.from)
	{
		if (cut(fetch, &request, first))
			sg_queue_add(fetch, sg_queue_pending(&request));
		return;
	}
	if (kind == SG_FAULT_FLOOR && !pending->searching &&
		sg_days_count(request.days) >= SHORT_WINDOW && ask_hint(fetch, &request, kind))
		return;
	narrow(fetch,
		   &(Search){request, pending->searching ? pending->window : request.days,
					 request.days.from, kind},
		   request.days.until);
}

bool
sg_floor_search(SgFetch *fetch, const SgPending *pending, SgAnswer *answer)
{
	SgFaultKind kind = answer->fault.kind;

	if (!has_floor(pending->request.endpoint))
		return true;
	if (kind == SG_FAULT_FLOOR || kind == SG_FAULT_HISTORY || kind == SG_FAULT_BEFORE_CONSENT)
	{
		refused(fetch, pending, kind);
		return false;
	}
	/* any other fault leaves the rest to the next run */
	if (pending->searching && (kind == SG_FAULT_NONE || kind == SG_FAULT_EMPTY))
		narrow(fetch, &(Search){pending->request, pending->window, pending->refused, pending->kind},
			   pending->request.days.from);
	else if (kind == SG_FAULT_EMPTY && answer->fault.maybe_floor &&
			 sg_days_count(answer->request.days) > 1)
	{
		/* a single day does not begin too early in part */
		if (ask_hint(fetch, &pending->request, SG_FAULT_EMPTY))
			return false;
		split_empty(fetch, answer);
	}
	return true;
}
