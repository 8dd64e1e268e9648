/*
 * totals.h
 *	  Aggregates over the stored load curve that whole segments or days answer, seen from the planner.
 *
 * The scan gives partial aggregates, one row for a segment, a month or a day of it, and PostgreSQL's own Agg node puts
 * them together. What cannot be told exactly from a segment is given slot by slot, so the result is the same as without.
 */
#ifndef SG_TOTALS_H
#define SG_TOTALS_H

#include "postgres.h"
#include "foreign/fdwapi.h"

/* Within what all rows have the same groups, from the coarsest to the finest. */
typedef enum SgGrain
{
	SG_GRAIN_SEGMENT, /* a point, direction, step */
	SG_GRAIN_MONTH,	  /* and civil month */
	SG_GRAIN_DAY,	  /* and civil day */
	SG_GRAIN_SLOT	  /* nothing longer */
} SgGrain;

/* What a column of the scan is: a column of the relation, or what an aggregate of one has so far. */
typedef enum SgPartial
{
	SG_PARTIAL_NONE,
	SG_PARTIAL_COUNT,
	SG_PARTIAL_SUM,
	SG_PARTIAL_MEAN,
	SG_PARTIAL_MIN,
	SG_PARTIAL_MAX
} SgPartial;

/* What travels in the plan's fdw_private, in this order. */
enum
{
	SG_TOTALS_QUALS, /* integers: see sg_quals_pack */
	SG_TOTALS_COLUMNS, /* integers, two for each column of the scan: SgPartial, column of the relation */
	SG_TOTALS_FLAGS /* integers: see below */
};

/* Of these flags, in this order. */
enum
{
	SG_TOTALS_GRAIN,	/* SgGrain */
	SG_TOTALS_SESSION,	/* does that hold only while the session's time zone is that of Paris? */
	SG_TOTALS_BY_POINT, /* has each point groups of its own? */
	SG_TOTALS_USER		/* whose rights hold: an Oid, InvalidOid for whoever begins */
};

/* The planner's callbacks; see the foreign data wrapper's chapter of PostgreSQL's documentation. */
extern void sg_totals_paths(PlannerInfo *root, UpperRelationKind stage, RelOptInfo *input,
							RelOptInfo *output, void *extra);
extern ForeignScan *sg_totals_plan(PlannerInfo *root, RelOptInfo *rel, ForeignPath *path,
								   List *tlist);

#endif
