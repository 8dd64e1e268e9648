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
 * if no point is named (or, of a document, nothing that its API could be asked by), 22023 for a malformed one,
 * 0A000 for a direction that the API does not give, and for a relation that is only ordered. Does no I/O.
 */
extern List *sg_wanted_requests(const SgProfile *profile, const SgRelation *relation,
								const SgWanted *wanted);

/* The setting switchgrid.all_watched_points: may a query that names no point mean all that are watched? */
extern bool sg_wanted_all_watched;

/*
 * If it may, and none is named, adds the points of which the relation is watched; palloc'd. Reads the native
 * tables as the current user, so it needs a snapshot.
 */
extern void sg_wanted_add_watched(const SgProfile *profile, const SgRelation *relation,
								  SgWanted *wanted);

/* Do the clauses name what there is to ask? Else sg_wanted_requests raises 55000. */
extern bool sg_wanted_enough(const SgProfile *profile, const SgRelation *relation,
							 const SgWanted *wanted);

/* Does the query ask for rows of this direction? What has none (NULL) is always asked for. */
extern bool sg_wanted_direction(const SgWanted *wanted, const char *direction);

#endif
