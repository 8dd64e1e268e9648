/*
 * follow.h
 *	  Orders that were placed: asked after, and their results collected.
 */
#ifndef SG_FOLLOW_H
#define SG_FOLLOW_H

#include "postgres.h"
#include "round.h"

/*
 * Asks after the server's open orders whose time has come (or "all" of them), and fetches and stores what is
 * ready, each result with its coverage in one transaction. Commits. What stops it is in run->fatal. Needs a
 * non-atomic SPI connection.
 */
extern void sg_follow_orders(SgRound *run, bool all);

/*
 * The same over and over, with pauses that grow, until nothing is open or the moment has come: as far as
 * somebody waits for it.
 */
extern void sg_follow_until(SgRound *run, TimestampTz until);

/* Says what is still waited for, if anything. */
extern void sg_follow_tell(const SgRound *run);

#endif
