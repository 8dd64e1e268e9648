/*
 * plan.h
 *	  The planner's view of a relation: what a scan would ask, and what that costs. No I/O.
 */
#ifndef SG_PLAN_H
#define SG_PLAN_H

#include "postgres.h"
#include "foreign/fdwapi.h"

/* What travels in a plan's fdw_private, in this order. */
enum
{
	SG_PRIVATE_QUALS,	/* integers: see sg_quals_pack */
	SG_PRIVATE_LIMITED, /* integer: will the reader stop early? */
	SG_PRIVATE_COUNT
};

/* What travels in a path's fdw_private: a list of one of these. */
enum
{
	SG_PATH_SYNC, /* its rows are asked for when they are wanted */
	SG_PATH_ASYNC /* Append may ask for them beside others */
};

/* The planner's callbacks; see the foreign data wrapper's chapter of PostgreSQL's documentation. */
extern void sg_plan_size(PlannerInfo *root, RelOptInfo *rel, Oid table);
extern void sg_plan_paths(PlannerInfo *root, RelOptInfo *rel, Oid table);
extern ForeignScan *sg_plan_scan(PlannerInfo *root, RelOptInfo *rel, Oid table, ForeignPath *path,
								 List *tlist, List *clauses, Plan *outer);

#endif
