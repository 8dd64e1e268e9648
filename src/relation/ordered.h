/*
 * ordered.h
 *	  The orders in which the store can give its rows, seen from the planner.
 */
#ifndef SG_ORDERED_H
#define SG_ORDERED_H

#include "estimate.h"

/*
 * The first of the query's sort keys in whose order the store can give its rows, and how it then reads segments (flags
 * of store/reader.h); NIL if it cannot give the first one.
 */
extern List *sg_ordered_keys(PlannerInfo *root, RelOptInfo *rel, const SgPlanInfo *info,
							 int *order);

#endif
