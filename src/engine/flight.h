/*
 * flight.h
 *	  What a fetch holds: requests that wait, requests on their way, answers that are known without asking.
 *	  For fetch.c and the files that it is made of.
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
 * early.
 */
typedef struct SgPending
{
	SgRequest request;
	bool searching;
	DateADT refused;
	const SgEndpoint *hinted; /* the request asks the contract for this endpoint; else NULL */
	SgDays window;			  /* that was refused before */
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
	HTAB *proven;  /* of points and directions that have answered */
	List *reports; /* of SgAnswer *: known without asking */
	int reported;  /* how many of them were given */
	int in_flight;
	SgFault fatal; /* after it nothing is sent any more */
};

/* A copy of a request for the queue. */
extern SgPending *sg_flight_pending(const SgRequest *request);

/* Keeps an answer that needs no asking about these days, to be given before those that do. */
extern void sg_flight_report(SgFetch *fetch, const SgRequest *request, SgDays days,
							 const SgFault *fault);

/* Are two requests of the same endpoint and point? */
extern bool sg_flight_same_series(const SgRequest *a, const SgRequest *b);

/*
 * Does what an answer says of the point's first day: cuts its window until the day is found. Returns false
 * if the answer has nothing to tell its reader.
 */
extern bool sg_floor_search(SgFetch *fetch, const SgPending *pending, const SgAnswer *answer);

/* Goes on with a search that asked the contract. */
extern void sg_floor_hinted(SgFetch *fetch, const SgPending *pending);

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
