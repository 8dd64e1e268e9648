/*
 * flight.h
 *	  What a fetch holds: requests that wait, requests on their way, answers that are known without asking.
 *	  For fetch.c and the files that it is made of: queue.c and floor.c.
 */
#ifndef SG_FLIGHT_H
#define SG_FLIGHT_H

#include "postgres.h"
#include "fetch.h"
#include "utils/hsearch.h"

/* The day for "not known". */
#define SG_NO_DAY PG_INT32_MIN

/*
 * A request in the queue. While a point's first day is searched for, "refused" is a first day that is too
 * early, for the reason "kind".
 */
typedef struct SgPending
{
	SgRequest request;
	bool searching;
	DateADT refused;
	SgFaultKind kind;
	const SgEndpoint *hinted; /* the request asks the contract for this endpoint; else NULL */
	SgDays window;			  /* that was refused, or said to be empty, at first */
} SgPending;

typedef struct SgFlight
{
	SgPending pending;
	SgExchange *exchange;
	bool renewed; /* was the token renewed for it? */
	char *token;  /* the one that it was sent with */
} SgFlight;

struct SgFetch
{
	MemoryContext context;
	MemoryContext scratch; /* for reading one answer */
	const SgProfile *profile;
	SgCredential *credential;
	uint64 key; /* of the credential */
	SgStats *stats;
	List *queue;   /* of SgPending *, the next one last: taking it is cheap */
	List *flights; /* of SgFlight * */
	HTAB *series;  /* points and directions that are being asked for */
	List *reports; /* of SgAnswer *: known without asking */
	int reported;  /* how many of them were given */
	int in_flight;
	SgFault fatal; /* after it nothing is sent any more */
};

/* Makes what the queue needs, in the current memory context. */
extern void sg_queue_begin(SgFetch *fetch);

/* A copy of a request; add it, or free it. */
extern SgPending *sg_queue_pending(const SgRequest *request);
extern void sg_queue_add(SgFetch *fetch, SgPending *pending);
extern void sg_queue_free(SgFetch *fetch, SgPending *pending);

/* Notes that a request which had left has its answer. */
extern void sg_queue_settled(SgFetch *fetch, const SgPending *pending);

/* The place in the queue of the next request that may leave, or -1. */
extern int sg_queue_next(SgFetch *fetch);

/* Answers for the queue what one answer said for all: they are not sent any more. */
extern void sg_queue_drop_reached(SgFetch *fetch, const SgFault *fault, const SgRequest *met);

/* Keeps an answer that needs no asking about these days, to be given before those that do. */
extern SgAnswer *sg_queue_report(SgFetch *fetch, const SgRequest *request, SgDays days,
								 const SgFault *fault);

/* Are two requests of the same endpoint and point? */
extern bool sg_queue_same_series(const SgRequest *a, const SgRequest *b);

/*
 * Does what an answer says of the point's first day: cuts its window until the day is found. Returns false
 * if the answer has nothing to tell its reader.
 */
extern bool sg_floor_search(SgFetch *fetch, const SgPending *pending, SgAnswer *answer);

/*
 * Goes on with what was put off to ask the contract. Returns true if that is answered with it: then "answer"
 * is what to tell the reader.
 */
extern bool sg_floor_hinted(SgFetch *fetch, const SgPending *pending, SgAnswer *answer);

/* Remembers the day of activation that a contract tells: where a search will look first. */
extern void sg_floor_note_hint(SgFetch *fetch, const char *point, const char *direction,
							   DateADT day);

/* Remembers that the request's point has nothing in its direction. */
extern void sg_floor_close(SgFetch *fetch, const SgRequest *request);

/*
 * Takes out of the queue what this backend knows to be closed, or to lie before a first day: of one point, or
 * of all (NULL).
 */
extern void sg_floor_cut_known(SgFetch *fetch, const char *point);

#endif
