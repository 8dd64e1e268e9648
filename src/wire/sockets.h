/*
 * sockets.h
 *	  The sockets of a backend that a library wants watched, and waiting for them beside the latch.
 */
#ifndef SG_SOCKETS_H
#define SG_SOCKETS_H

#include "postgres.h"
#include "datatype/timestamp.h"
#include "storage/latch.h"

/* Events that one wait gives at most; more are given by the next one. */
#define SG_SOCKETS_AT_ONCE 64

/*
 * Watches a socket for events (WL_SOCKET_READABLE, WL_SOCKET_WRITEABLE; 0: not any more). May be called
 * by a library's callback: takes no PostgreSQL memory and raises nothing. A socket for which there is
 * no memory is not watched.
 */
extern void sg_sockets_watch(pgsocket fd, uint32 events);

/* Is the socket being watched? */
extern bool sg_sockets_watched(pgsocket fd);

/* What a wait is for, as pg_stat_activity shows it where the version lets an extension name it. */
typedef enum SgWait
{
	SG_WAIT_REQUEST, /* an answer */
	SG_WAIT_PACE	 /* the turn of a request that has not left */
} SgWait;

/*
 * Waits for one of the sockets, the latch or a number of milliseconds, and writes what happened into
 * "events", of SG_SOCKETS_AT_ONCE. Returns how many there are. Then resets the latch and serves interrupts,
 * so cancel, time-outs, termination and shutdown end it with their own errors.
 */
extern int sg_sockets_wait(long milliseconds, SgWait why, WaitEvent *events);

/*
 * A descriptor for a wait that is not ours, to be closed with sg_descriptor_close: readable when one of the sockets
 * is ready, at the earliest of the moments that were given to sg_sockets_alarm, and after any sg_sockets_wait,
 * until sg_sockets_quiet. -1 where the system has none, or none is free.
 */
extern int sg_sockets_descriptor(void);
extern void sg_sockets_alarm(TimestampTz at);
extern void sg_sockets_quiet(void);

#endif
