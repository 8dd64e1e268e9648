/*
 * turn.h
 *	  Whose turn it is with a server: one session's at a time.
 */
#ifndef SG_TURN_H
#define SG_TURN_H

#include "postgres.h"
#include "base/compat.h"
#include "storage/lock.h"

/* The lock of a server. A run holds it for the session, for it outlives transactions. */
extern void sg_turn_tag(LOCKTAG *tag, const char *server);

/* Raises that another session has the turn. */
pg_noreturn extern void sg_turn_refuse(const char *server);

/* Takes the turn until the transaction ends, so that no run begins before then; raises 55006 if it is taken. */
extern void sg_turn_hold(const char *server);

#endif
