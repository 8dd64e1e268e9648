/*
 * plan.c
 *	  The planner's view of a relation.
 *
 * A live relation costs requests: thousands of times a row. A point that comes from a join makes a
 * parameterized path, so that the API is asked last, once for each point.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "base/clock.h"
#include "base/compat.h"
#include "catalog/pg_type.h"
#include "engine/profile.h"
#include "miscadmin.h"
#include "nodes/pathnodes.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/planmain.h"
#include "optimizer/restrictinfo.h"
#include "plan.h"
#include "quals.h"
#include "utils/lsyscache.h"
#include "wanted.h"

/*
 * What a second of waiting costs: as much as reading a hundred thousand rows. It is no work for a processor: at
 * more, the planner would compile expressions to save what is none.
 */
#define SECOND_COST 1000.0
/* An answer takes so long, where no pace holds its request back longer. */
#define ANSWER_SECONDS 0.05
/* Reading a month's segment of the store, in the same units. */
#define SEGMENT_COST 2.0
/* A scan that names no point fails when it runs: any other way is better. */
#define NO_POINT_COST 1.0e10
/* Points in a list that is not known yet, and in the whole store or all that are watched. */
#define GUESSED_POINTS 10
#define ALL_POINTS 100
/* Days that the store may hold. */
#define STORED_DAYS 1100
#define DAYS_IN_MONTH 30

typedef struct PlanInfo
{
	const SgRelation *relation;
	const SgProfile *profile;
	double points; /* 0: none is named */
	double requests;
	double rows;
} PlanInfo;

/* What one point's segments hold. */
static void
estimate_store(PlanInfo *info, const SgWanted *wanted)
{
	int days = Min(sg_days_count(wanted->days), STORED_DAYS);

	info->requests = sg_days_windows((SgDays){0, days}, DAYS_IN_MONTH);
	info->rows = days * 48.0;
}

/* What one point costs and gives: every endpoint that feeds the relation. */
static void
estimate_api(PlanInfo *info, const SgWanted *wanted)
{
	const SgApi *api = info->profile->api;
	DateADT today = sg_clock_today();

	for (int i = 0; i < api->nendpoints; i++)
	{
		const SgEndpoint *endpoint = &api->endpoints[i];
		SgDays days;

		if (!sg_endpoint_feeds(endpoint, info->relation) ||
			!sg_wanted_direction(wanted, endpoint->direction))
			continue;
		days = sg_days_intersect(wanted->days, sg_endpoint_history(endpoint, today));
		info->requests += sg_days_windows(days, endpoint->max_days);
		/* a point has one direction, as a rule */
		info->rows = Max(info->rows, (double) sg_days_count(days) * endpoint->rows_per_day);
	}
}

/* How many rows and requests quals leave. */
static void
estimate(PlannerInfo *root, PlanInfo *info, List *quals)
{
	SgWanted wanted;
	bool guessed;
	bool stored = info->profile->api == NULL;

	sg_quals_estimate(root, quals, &wanted, &guessed);
	info->points = list_length(wanted.points);
	if (wanted.any_point)
		info->points = stored || sg_wanted_all_watched ? ALL_POINTS : 0;
	if (info->relation->kind == SG_KIND_DOCUMENT && quals != NIL)
		info->points = 1;
	if (guessed || wanted.authorisation != 0)
		info->points = Max(info->points, guessed ? GUESSED_POINTS : 1);
	info->requests = info->rows = 0;
	if (stored)
		estimate_store(info, &wanted);
	else
		estimate_api(info, &wanted);
	info->requests *= Max(info->points, 1);
	info->rows = clamp_row_est(Max(info->points, 1) * info->rows);
}

void
sg_plan_size(PlannerInfo *root, RelOptInfo *rel, Oid table)
{
	PlanInfo *info = palloc0(sizeof(PlanInfo));

	info->relation = sg_profile_relation(table);
	info->profile =
		sg_profile_get(rel->serverid, OidIsValid(rel->userid) ? rel->userid : GetUserId());
	rel->fdw_private = info;
	estimate(root, info,
			 sg_quals_extract(rel, table, info->relation, rel->baserestrictinfo, false));
	rel->rows = info->rows;
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

static Cost
total_cost(const PlanInfo *info)
{
	Cost cost = info->rows * cpu_tuple_cost;

	if (info->profile->api == NULL)
		return cost + info->requests * SEGMENT_COST;
	return cost + info->requests * request_cost(info->profile) +
		   quota_cost(info->profile, info->requests) + (info->points == 0 ? NO_POINT_COST : 0);
}

/* Will the reader stop early? Then each request is sent only when its rows are wanted. */
static bool
is_limited(PlannerInfo *root)
{
	return root->parse->limitCount != NULL && root->limit_tuples > 0;
}

static void
add_scan_path(PlannerInfo *root, RelOptInfo *rel, const PlanInfo *info, Relids outer)
{
	bool live = info->profile->api != NULL;
	Cost startup = live ? ANSWER_SECONDS * SECOND_COST : 0;
	List *private = list_make1_int(live && !is_limited(root) ? SG_PATH_ASYNC : SG_PATH_SYNC);

	add_path(rel, (Path *) sg_compat_foreignscan_path(root, rel, info->rows, startup,
													  startup + total_cost(info), outer, private));
}

/* Does a value of such a column say what to ask for? */
static bool
is_key(SgColumnRole role)
{
	return role == SG_ROLE_POINT || role == SG_ROLE_ARGUMENT;
}

/* Is the clause an equality of this table's point with something of another relation? */
static bool
names_point(RelOptInfo *rel, Oid table, const PlanInfo *info, RestrictInfo *clause)
{
	SgQual *qual = sg_qual_of(rel, table, info->relation, clause->clause, true);

	return qual != NULL && is_key(qual->role);
}

typedef struct MemberSearch
{
	Oid table;
	const SgRelation *relation;
} MemberSearch;

/* Is the member of an equivalence class this table's point? */
static bool
is_point_member(PlannerInfo *root, RelOptInfo *rel, EquivalenceClass *class,
				EquivalenceMember *member, void *arg)
{
	MemberSearch *search = arg;
	Expr *expr = member->em_expr;
	int index;

	while (expr != NULL && IsA(expr, RelabelType))
		expr = ((RelabelType *) expr)->arg;
	if (expr == NULL || !IsA(expr, Var) || ((Var *) expr)->varno != rel->relid ||
		((Var *) expr)->varattno <= 0)
		return false;
	index = sg_relation_column(search->relation,
							   get_attname(search->table, ((Var *) expr)->varattno, false));
	return index >= 0 && is_key(search->relation->columns[index].role);
}

/* The clauses that could give this table its points from other relations. */
static List *
joining_clauses(PlannerInfo *root, RelOptInfo *rel, Oid table, PlanInfo *info)
{
	List *clauses = NIL;
	MemberSearch search = {table, info->relation};
	ListCell *cell;

	foreach (cell, rel->joininfo)
	{
		RestrictInfo *clause = lfirst_node(RestrictInfo, cell);

		if (join_clause_is_movable_to(clause, rel) && names_point(rel, table, info, clause))
			clauses = lappend(clauses, clause);
	}
	if (rel->has_eclass_joins)
		clauses = list_concat(
			clauses, generate_implied_equalities_for_column(root, rel, is_point_member, &search,
															rel->lateral_referencers));
	return clauses;
}

void
sg_plan_paths(PlannerInfo *root, RelOptInfo *rel, Oid table)
{
	PlanInfo *info = rel->fdw_private;
	List *done = NIL;
	ListCell *cell;

	add_scan_path(root, rel, info, rel->lateral_relids);
	foreach (cell, joining_clauses(root, rel, table, info))
	{
		RestrictInfo *clause = lfirst_node(RestrictInfo, cell);
		Relids outer = bms_union(clause->clause_relids, rel->lateral_relids);
		ParamPathInfo *param;
		PlanInfo one = *info;
		List *quals;

		outer = bms_del_member(outer, rel->relid);
		if (bms_is_empty(outer))
			continue;
		param = get_baserel_parampathinfo(root, rel, outer);
		if (list_member_ptr(done, param))
			continue;
		done = lappend(done, param);
		quals = sg_quals_extract(rel, table, info->relation,
								 list_concat_copy(rel->baserestrictinfo, param->ppi_clauses), true);
		estimate(root, &one, quals);
		/* one point at a time */
		one.rows = clamp_row_est(one.rows / Max(one.points, 1));
		one.requests = one.requests / Max(one.points, 1);
		one.points = 1;
		param->ppi_rows = one.rows;
		add_scan_path(root, rel, &one, param->ppi_req_outer);
	}
}

ForeignScan *
sg_plan_scan(PlannerInfo *root, RelOptInfo *rel, Oid table, ForeignPath *path, List *tlist,
			 List *clauses, Plan *outer)
{
	PlanInfo *info = rel->fdw_private;
	List *quals = sg_quals_extract(rel, table, info->relation, clauses, true);
	List *exprs;
	List *packed = sg_quals_pack(quals, &exprs);

	return make_foreignscan(tlist, extract_actual_clauses(clauses, false), rel->relid, exprs,
							list_make2(packed, list_make1_int(is_limited(root))), NIL, NIL, outer);
}
