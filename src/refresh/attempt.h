/*
 * attempt.h
 *	  An action whose failure is an answer, not the end.
 */
#ifndef SG_ATTEMPT_H
#define SG_ATTEMPT_H

#include "postgres.h"

/*
 * Runs an action in a subtransaction. Returns NULL if it succeeded. If it raised an error, what it did in
 * the database is undone and the error returned, in the current memory context. Cancel, shutdown, lack
 * of resources and the like are not caught.
 */
extern ErrorData *sg_attempt(void (*action)(void *arg), void *arg);

#endif
