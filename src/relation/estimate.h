/*
 * estimate.h
 *	  How many rows and requests the quals on a relation leave, and what those cost.
 */
#ifndef SG_ESTIMATE_H
#define SG_ESTIMATE_H

#include "postgres.h"
#include "engine/profile.h"
#include "nodes/pathnodes.h"

/* What the planner knows of a relation: RelOptInfo.fdw_private. */
typedef struct SgPlanInfo
{
	Oid table;
	const SgRelation *relation;
	const SgProfile *profile; /* its api is NULL for the store */
	double points;
	bool unnamed;	 /* does no clause name a point? */
	double requests; /* of the store: segments */
	double rows;
	double read;  /* of the store: rows that are unpacked, of which other clauses leave "rows" */
	List *bounds; /* of Expr: what is so of every row of a partition */
} SgPlanInfo;

/* Makes what is known of a relation before any clause is looked at. Raises what sg_columns_map raises. */
extern SgPlanInfo *sg_estimate_make(RelOptInfo *rel, Oid table);

/* The relation's column that an expression is, relabelled or not; -1 if it is none. */
extern int sg_estimate_column(const RelOptInfo *rel, const SgPlanInfo *info, Expr *expr);

/* The quals among clauses, which the query has, and the partition's bounds. */
extern List *sg_estimate_quals(RelOptInfo *rel, const SgPlanInfo *info, List *clauses, bool outer);

/*
 * Estimates points, requests and rows that quals leave; "clauses" (of RestrictInfo) are those that a scan checks, those
 * of its joins among them.
 */
extern void sg_estimate(PlannerInfo *root, RelOptInfo *rel, SgPlanInfo *info, List *quals,
						List *clauses);

/* What a scan costs before its first row, and in all. */
extern Cost sg_estimate_startup(const SgPlanInfo *info);
extern Cost sg_estimate_total(const SgPlanInfo *info);

/* What it costs more to have the segments of the store in order. */
extern Cost sg_estimate_sort(const SgPlanInfo *info);

/* What it costs to sum segments up, where "rows" come out. */
extern Cost sg_estimate_totals(const SgPlanInfo *info, double rows);

#endif
