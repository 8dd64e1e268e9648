/*
 * wanted.h
 *	  From points and days to the requests of a live scan.
 */
#ifndef SG_WANTED_H
#define SG_WANTED_H

#include "engine/profile.h"
#include "quals.h"

/*
 * The requests (SgRequest *) that a live scan of the relation makes, the newest days first. Raises 55000
 * if no point is named, 22023 for a malformed one, 0A000 for a direction that the API does not give. Does
 * no I/O.
 */
extern List *sg_wanted_requests(const SgProfile *profile, const SgRelation *relation,
								const SgWanted *wanted);

/* Does the query ask for rows of this direction? What has none (NULL) is always asked for. */
extern bool sg_wanted_direction(const SgWanted *wanted, const char *direction);

#endif
