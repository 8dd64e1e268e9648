/*
 * fetch.h
 *	  Requests in, rows out: several in flight, at the credential's pace, with renewal and retries.
 */
#ifndef SG_FETCH_H
#define SG_FETCH_H

#include "postgres.h"
#include "api/endpoint.h"
#include "exchange.h"
#include "profile.h"

typedef struct SgFetch SgFetch;

/* What came of one request. */
typedef struct SgAnswer
{
	SgRequest request; /* the days are those that the answer is about */
	SgFault fault;	   /* kind NONE: the rows are all there */
	bool fatal;		   /* does the fault end the whole fetch, whatever its scope? */
	int64 rows;
} SgAnswer;

/*
 * Begins to fetch a list of SgRequest * (copied; the points' names are not), in the current memory
 * context, at most "in_flight" at a time. Reads the credential, so it raises what that raises; sends
 * nothing yet. "stats" must live as long.
 */
extern SgFetch *sg_fetch_begin(const SgProfile *profile, List *requests, int in_flight,
							   SgStats *stats);

/*
 * Waits for the next answer, in any order, and calls emit for each of its rows; answer->request is set
 * before the first of them. False if there is none left. After a fault that reaches further than its
 * window, the requests that it makes pointless are not sent any more, and are answered with the same
 * fault (but if it reaches the whole server): those of the point, direction or endpoint, by
 * sg_fault_class(...)->scope.
 *
 * A window that begins before the point's activation is cut until its first day is found: its answers
 * come one by one, the last of them with the fault SG_FAULT_FLOOR and the days before that day.
 */
extern bool sg_fetch_next(SgFetch *fetch, SgEmit emit, void *arg, SgAnswer *answer);

typedef enum SgFetchState
{
	SG_FETCH_ANSWER, /* there was one */
	SG_FETCH_WAIT, /* there is none yet: look again when sg_http_wait returns, or at "until" (0: any time) */
	SG_FETCH_END /* there is none left */
} SgFetchState;

/* The same for a caller that waits by itself. Only a token, if one is needed, is waited for. */
extern SgFetchState sg_fetch_try(SgFetch *fetch, SgEmit emit, void *arg, SgAnswer *answer,
								 TimestampTz *until);

/* Requests that were not answered yet. */
extern int sg_fetch_left(const SgFetch *fetch);

/* Sends nothing more; what is in flight is still answered. */
extern void sg_fetch_stop(SgFetch *fetch);

/* Ends it at once, whatever is in flight, and frees everything. */
extern void sg_fetch_end(SgFetch *fetch);

#endif
