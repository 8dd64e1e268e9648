/*
 * ledger.h
 *	  One pace for each credential, shared by all backends and databases of a cluster.
 */
#ifndef SG_LEDGER_H
#define SG_LEDGER_H

#include "postgres.h"
#include "base/pace.h"

/* A request's turn to leave. Zeroed, with key and limits set, it waits for its first moment. */
typedef struct SgTurn
{
	uint64 key;
	int per_second;	  /* 0: no limit */
	int per_hour;	  /* 0: no limit */
	bool held;		  /* is a moment reserved? */
	TimestampTz at;	  /* which one, or when to ask again */
	uint64 departure; /* once it is used up: which one of the credential's */
} SgTurn;

/*
 * True if the request may leave at once; the turn is then used up, and counted. False if it has to wait
 * until turn->at; if that is later than "latest" (because of the hour's quota, or the API's own word),
 * nothing is reserved.
 */
extern bool sg_ledger_turn(SgTurn *turn, TimestampTz latest);

/*
 * What sg_ledger_turn would go by at "now" if a request wanted to leave, with an hour's quota of "per_hour"
 * (0: none). Changes nothing: a credential that has no place in the ledger gets none.
 */
extern void sg_ledger_look(uint64 key, int per_hour, TimestampTz now, SgPaceView *view);

/* What is known of a credential's pace, all zeros if nothing is. Changes nothing either. */
extern void sg_ledger_read(uint64 key, SgPaceState *state);

/*
 * Says when the request whose turn it was really left: the moment that others keep their distance from. Without it
 * that is the moment when the turn was given.
 */
extern void sg_ledger_left(const SgTurn *turn, TimestampTz at);

/*
 * Says that a request left so much later than its moment, in microseconds, for its connection was slow to
 * open: what has not left yet is put off by as much, so that it does not crowd the second.
 */
extern void sg_ledger_delay(uint64 key, int64 late);

/* How many rights the ledger has room for, of one credential. */
#define SG_LEDGER_RIGHTS 48

/*
 * Notes a right (any number from 1 to 3) and the moment; or reads it: 0 if nothing is known, else the number,
 * and the moment in "at".
 */
extern void sg_ledger_note_right(uint64 key, int index, int right);
extern int sg_ledger_right(uint64 key, int index, TimestampTz *at);

/* Notes that the API wants no request of this credential before a moment. */
extern void sg_ledger_block(uint64 key, TimestampTz until);

#endif
