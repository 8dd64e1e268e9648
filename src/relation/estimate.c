/*
 * estimate.c
 *	  How many rows and requests the quals on a relation leave, and what those cost.
 */
#include "postgres.h"

#include <math.h>

#include "access/table.h"
#include "base/clock.h"
#include "clause.h"
#include "columns.h"
#include "estimate.h"
#include "miscadmin.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "quals.h"
#include "rewrite/rewriteManip.h"
#include "utils/lsyscache.h"
#include "utils/partcache.h"
#include "utils/rel.h"
#include "wanted.h"

/*
 * What a second of waiting costs: as much as reading a hundred thousand rows. It is no work for a processor: at
 * more, the planner would compile expressions to save what is none.
 */
#define SECOND_COST 1000.0
/* An answer takes so long, where no pace holds its request back longer. */
#define ANSWER_SECONDS 0.05
/* Reading a month's segment of the store and unpacking it, in the same units; and only its summary. */
#define SEGMENT_COST 2.0
#define SUMMARY_COST 0.05
/* A scan that names no point fails when it runs: any other way is better. */
#define NO_POINT_COST 1.0e10
/* Points in a list that is not known yet, and in the whole store or all that are watched. */
#define GUESSED_POINTS 10
#define ALL_POINTS 100
/* Days that the store may hold, before ANALYZE has looked; what most meters give of each. */
#define STORED_DAYS 1100
#define DAYS_IN_MONTH 30
#define ROWS_PER_DAY 48.0

/*
 * A partition's bounds. PostgreSQL takes it on trust that a foreign one gives no other rows; the API gives
 * whatever it is asked for, so the bounds narrow what is asked, and filter what comes.
 */
static List *
bounds_of(RelOptInfo *rel, Relation table)
{
	List *bounds = RelationGetPartitionQual(table);

	if (bounds == NIL)
		return NIL;
	bounds = (List *) expression_planner((Expr *) bounds);
	if (rel->relid != 1)
		ChangeVarNodes((Node *) bounds, 1, rel->relid, 0);
	return bounds;
}

SgPlanInfo *
sg_estimate_make(RelOptInfo *rel, Oid table)
{
	SgPlanInfo *info = palloc0(sizeof(SgPlanInfo));
	Relation relation = table_open(table, NoLock);
	int columns[SG_MAX_COLUMNS];

	info->table = table;
	info->relation = sg_profile_relation(table);
	/* whatever is planned counts on the columns being what they are called */
	sg_columns_map(info->relation, relation, columns);
	info->profile =
		sg_profile_get(rel->serverid, OidIsValid(rel->userid) ? rel->userid : GetUserId());
	info->bounds = bounds_of(rel, relation);
	table_close(relation, NoLock);
	return info;
}

int
sg_estimate_column(const RelOptInfo *rel, const SgPlanInfo *info, Expr *expr)
{
	expr = sg_clause_strip(expr);
	if (!sg_clause_is_column(rel, expr))
		return -1;
	return sg_relation_column(info->relation,
							  get_attname(info->table, ((Var *) expr)->varattno, false));
}

List *
sg_estimate_quals(RelOptInfo *rel, const SgPlanInfo *info, List *clauses, bool outer)
{
	return sg_quals_extract(rel, info->table, info->relation,
							list_concat_copy(clauses, info->bounds), outer);
}

/* The clauses that say what is read; the others only leave some of it out. */
static List *
reading_clauses(RelOptInfo *rel, const SgPlanInfo *info, List *clauses)
{
	List *reading = NIL;
	ListCell *cell;

	foreach (cell, clauses)
		if (sg_qual_of(rel, info->table, info->relation, lfirst_node(RestrictInfo, cell)->clause,
					   true) != NULL)
			reading = lappend(reading, lfirst(cell));
	return reading;
}

/* What the store holds: by the statistics, if ANALYZE has made them. */
static void
estimate_store(PlannerInfo *root, RelOptInfo *rel, SgPlanInfo *info, const SgWanted *wanted,
			   List *clauses)
{
	int days = Min(sg_days_count(wanted->days), STORED_DAYS);

	if (rel->tuples > 0)
	{
		Selectivity part =
			clauselist_selectivity(root, clauses, (int) rel->relid, JOIN_INNER, NULL);

		info->points = 1;
		info->rows = rel->tuples * part;
		info->read = clamp_row_est(rel->tuples *
								   clauselist_selectivity(root, reading_clauses(rel, info, clauses),
														  (int) rel->relid, JOIN_INNER, NULL));
		info->requests = ceil(info->read / (Max(Min(days, DAYS_IN_MONTH), 1) * ROWS_PER_DAY));
		return;
	}
	info->points = Max(info->points, 1);
	info->requests = info->points * sg_days_windows((SgDays){0, days}, DAYS_IN_MONTH);
	info->rows = info->read = info->points * days * ROWS_PER_DAY;
}

/* What an API gives of each point: every endpoint that feeds the relation. */
static void
estimate_api(SgPlanInfo *info, const SgWanted *wanted)
{
	const SgApi *api = info->profile->api;
	double points = info->unnamed ? 1 : info->points;
	DateADT today = sg_clock_today();

	info->rows = info->requests = 0;
	for (int i = 0; i < api->nendpoints; i++)
	{
		const SgEndpoint *endpoint = &api->endpoints[i];
		SgDays days;

		if (!sg_endpoint_feeds(endpoint, info->relation) ||
			!sg_wanted_direction(wanted, endpoint->direction))
			continue;
		days = sg_days_intersect(wanted->days, sg_endpoint_history(endpoint, today));
		info->requests += points * sg_days_windows(days, endpoint->max_days);
		/* a point has one direction, as a rule */
		info->rows = Max(info->rows, points * sg_days_count(days) * endpoint->rows_per_day);
	}
}

void
sg_estimate(PlannerInfo *root, RelOptInfo *rel, SgPlanInfo *info, List *quals, List *clauses)
{
	SgWanted wanted;
	bool guessed;
	bool stored = info->profile->api == NULL;

	sg_quals_estimate(root, quals, &wanted, &guessed);
	info->points = list_length(wanted.points);
	if (wanted.any_point && (stored || sg_wanted_all_watched))
		info->points = ALL_POINTS;
	if (info->relation->kind == SG_KIND_DOCUMENT && quals != NIL)
		info->points = 1;
	if (guessed || wanted.authorisation != 0)
		info->points = Max(info->points, guessed ? GUESSED_POINTS : 1);
	info->unnamed = wanted.any_point && info->points == 0;
	if (stored)
		estimate_store(root, rel, info, &wanted, clauses);
	else
		estimate_api(info, &wanted);
	info->rows = clamp_row_est(info->rows);
	if (!stored)
		info->read = info->rows;
}

/* One request at the credential's pace, beside as many others as may be in flight. */
static Cost
request_cost(const SgProfile *profile)
{
	double seconds = ANSWER_SECONDS / profile->in_flight;

	if (profile->per_second > 0)
		seconds = Max(seconds, 1.0 / profile->per_second);
	return seconds * SECOND_COST;
}

/* What the hour's quota holds back. */
static Cost
quota_cost(const SgProfile *profile, double requests)
{
	if (profile->per_hour <= 0 || requests <= profile->per_hour)
		return 0;
	return (requests - profile->per_hour) / profile->per_hour * SECS_PER_HOUR * SECOND_COST;
}

Cost
sg_estimate_startup(const SgPlanInfo *info)
{
	return info->profile->api != NULL ? ANSWER_SECONDS * SECOND_COST : 0;
}

Cost
sg_estimate_total(const SgPlanInfo *info)
{
	Cost cost = sg_estimate_startup(info) + info->read * cpu_tuple_cost;

	if (info->profile->api == NULL)
		return cost + info->requests * SEGMENT_COST;
	return cost + info->requests * request_cost(info->profile) +
		   quota_cost(info->profile, info->requests) + (info->unnamed ? NO_POINT_COST : 0);
}

Cost
sg_estimate_sort(const SgPlanInfo *info)
{
	return 2 * cpu_operator_cost * info->requests * log2(info->requests + 2);
}

Cost
sg_estimate_totals(const SgPlanInfo *info, double rows)
{
	bool whole = rows <= info->requests;

	return info->requests * (whole ? SUMMARY_COST : SEGMENT_COST) + rows * cpu_tuple_cost;
}
