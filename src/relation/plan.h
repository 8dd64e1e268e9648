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
	SG_PRIVATE_QUALS, /* integers: see sg_quals_pack */
	SG_PRIVATE_FLAGS, /* integers: see below */
	SG_PRIVATE_COUNT
};

/* Of these flags, in this order. */
enum
{
	SG_FLAG_LIMITED, /* will the reader stop early? */
	SG_FLAG_ORDER	 /* of the segments of the store: flags of reader.h */
};

/* What travels in a path's fdw_private: integers, in this order. */
enum
{
	SG_PATH_ASYNC, /* may Append ask for its rows beside others? Else they are asked for when they are wanted. */
	SG_PATH_ORDER /* flags of reader.h */
};

/* The planner's callbacks; see the foreign data wrapper's chapter of PostgreSQL's documentation. */
extern void sg_plan_size(PlannerInfo *root, RelOptInfo *rel, Oid table);
extern void sg_plan_paths(PlannerInfo *root, RelOptInfo *rel, Oid table);
extern ForeignScan *sg_plan_scan(PlannerInfo *root, RelOptInfo *rel, Oid table, ForeignPath *path,
								 List *tlist, List *clauses, Plan *outer);

#endif
