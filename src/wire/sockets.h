/*
 * sockets.h
 *	  The sockets of a backend that a library wants watched, and waiting for them beside the latch.
 */
#ifndef SG_SOCKETS_H
#define SG_SOCKETS_H

#include "postgres.h"
#include "storage/latch.h"

/* Events that one wait gives at most; more are given by the next one. */
#define SG_SOCKETS_AT_ONCE 64

/*
 * Watches a socket for events (WL_SOCKET_READABLE, WL_SOCKET_WRITEABLE; 0: not any more). May be called
 * by a library's callback: takes no PostgreSQL memory and raises nothing. A socket for which there is
 * no memory is not watched.
 */
extern void sg_sockets_watch(pgsocket fd, uint32 events);

/*
 * Waits for one of the sockets, the latch or a number of milliseconds, and writes what happened into
 * "events", of SG_SOCKETS_AT_ONCE. Returns how many there are. Then resets the latch and serves interrupts,
 * so cancel, time-outs, termination and shutdown end it with their own errors.
 */
extern int sg_sockets_wait(long milliseconds, WaitEvent *events);

#endif
