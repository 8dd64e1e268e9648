/*
 * filters.h
 *	  Clauses that the API of a document takes as filters.
 */
#ifndef SG_FILTERS_H
#define SG_FILTERS_H

#include "quals.h"

/*
 * The filter that a clause makes on a column of a document: = and IN, or <> and NOT IN, of a text; the same of
 * the elements of a list, and @> and &&. NULL if it makes none.
 */
extern SgQual *sg_filter_of(RelOptInfo *rel, Oid table, const SgRelation *relation, Expr *clause,
							bool outer);

#endif
