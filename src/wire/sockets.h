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
 * A descriptor that is readable when one of the sockets is ready, or at the earliest of the moments that were
 * given to sg_sockets_alarm since the last sg_sockets_wait; the caller closes it with
 * sg_sockets_close_descriptor. -1 where the system has none, or none is free.
 */
extern int sg_sockets_descriptor(void);
extern void sg_sockets_alarm(TimestampTz at);
extern void sg_sockets_close_descriptor(int fd);

#endif
