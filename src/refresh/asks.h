/*
 * asks.h
 *	  Consents asked for through an API: sent once, followed, cancelled.
 */
#ifndef SG_ASKS_H
#define SG_ASKS_H

#include "postgres.h"
#include "api/asking.h"
#include "round.h"

/*
 * Asks for consents under a name of ours ("state"), and commits before and after. Returns what the API says of the
 * ask. Raises what the API, or the way to it, had against it, after it is noted. Needs a non-atomic SPI connection.
 */
extern SgAskReport *sg_asks_create(const SgProfile *profile, const char *state,
								   const SgAskOrder *order);

/* Cancels an ask at the API, and notes it. Commits. Raises what the API has against it. */
extern void sg_asks_cancel(const SgProfile *profile, const char *ask_id);

/* Looks after the server's asks that may still change. Commits. What stops it is in run->fatal. */
extern void sg_asks_follow(SgRound *run);

/* Raises 22023 if an identifier of the API, which goes into a path, is not one; "name" is the argument's. */
extern void sg_asks_check_id(const char *name, const char *id);

/* The path of an ask behind SG_BASE_MAIN, with more behind it ("/proof", or ""); palloc'd. Raises 22023. */
extern char *sg_asks_path(const SgProfile *profile, const char *ask_id, const char *more);

#endif
