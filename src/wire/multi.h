/*
 * multi.h
 *	  The one libcurl multi handle of a backend: what http.c's transfers run on. For http.c only.
 *
 * An easy handle travels as a pointer to anything, so that nobody learns of curl who includes this.
 */
#ifndef SG_MULTI_H
#define SG_MULTI_H

#include "postgres.h"

#include <signal.h>

/*
 * Every call into curl runs with signals blocked: a resolver thread inherits the mask, and PostgreSQL's
 * handlers must run in the backend's own thread only.
 */
extern void sg_multi_block_signals(sigset_t *saved);
extern void sg_multi_restore_signals(const sigset_t *saved);

/* Makes the handle, if there is none yet. Raises 53200 if that fails. */
extern void sg_multi_open(void);

/* Called with signals blocked for each transfer that has ended; "arg" is its CURLOPT_PRIVATE, "code" a CURLcode. Set once. */
typedef void (*SgMultiEnd)(void *arg, int code);
extern void sg_multi_on_end(SgMultiEnd note_end);

/* Starts and stops a transfer, with signals blocked. Starting says why it failed, or NULL. */
extern const char *sg_multi_add(void *easy);
extern void sg_multi_remove(void *easy);

/* Notes that a connection (or -1) has no transfer now, and may be used for another one. */
extern void sg_multi_note_idle(int fd);

/* Lets what was started leave now, if it can. */
extern void sg_multi_kick(void);

/* Has the sockets of a transfer counted among the descriptors of the backend. */
extern void sg_multi_count_sockets(void *easy);

#endif
