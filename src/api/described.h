/*
 * described.h
 *	  What relations and columns are, in words.
 */
#ifndef SG_DESCRIBED_H
#define SG_DESCRIBED_H

#include "postgres.h"
#include "relation.h"

/* The live relation in a sentence or two, palloc'd. */
extern char *sg_described_relation(const SgRelation *relation);

/*
 * A column of a document; NULL for one that the relation does not have, and for all columns of series and
 * states, which the comments on the native tables describe.
 */
extern const char *sg_described_column(const SgRelation *relation, const char *column);

#endif
