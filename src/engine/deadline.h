/*
 * deadline.h
 *	  When a transfer has taken too long: to connect, to begin, as a whole, or for how little comes.
 *
 * Time is sg_http_clock: a reader that takes long to come back for more rows is not the server's slowness.
 */
#ifndef SG_DEADLINE_H
#define SG_DEADLINE_H

#include "postgres.h"
#include "profile.h"
#include "wire/http.h"

typedef struct SgDeadline
{
	int64 started_at; /* by sg_http_clock */
	int64 left_at;	  /* when the request had its connection */
	int64 moved_at;	  /* when as much as this had come */
	int64 moved;
} SgDeadline;

/* Begins to watch a transfer that starts now. */
extern void sg_deadline_start(SgDeadline *deadline);

/*
 * Gives a running transfer up if one of the server's limits has passed; else returns in how many microseconds, by
 * sg_http_clock, the next one could.
 */
extern int64 sg_deadline_check(SgDeadline *deadline, const SgProfile *profile, SgHttp *http);

#endif
