/*
 * plan.c
 *	  The planner's view of a relation.
 *
 * A live relation costs requests: thousands of times a row. A point that comes from a join makes a
 * parameterized path, so that the API is asked last, once for each point.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "access/table.h"
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
	double points;
	bool unnamed; /* does no clause name a point? */
	double requests;
	double rows;
	List *bounds; /* of Expr: what is so of every row of a partition */
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
	if (wanted.any_point && (stored || sg_wanted_all_watched))
		info->points = ALL_POINTS;
	if (info->relation->kind == SG_KIND_DOCUMENT && quals != NIL)
		info->points = 1;
	if (guessed || wanted.authorisation != 0)
		info->points = Max(info->points, guessed ? GUESSED_POINTS : 1);
	info->unnamed = wanted.any_point && info->points == 0;
	info->requests = info->rows = 0;
	if (stored)
		estimate_store(info, &wanted);
	else
		estimate_api(info, &wanted);
	info->requests *= info->unnamed ? 1 : info->points;
	info->rows = clamp_row_est((info->unnamed ? 1 : info->points) * info->rows);
}

/*
 * A partition's bounds. PostgreSQL takes it on trust that a foreign one gives no other rows; the API gives
 * whatever it is asked for, so the bounds narrow what is asked, and filter what comes.
 */
static List *
bounds_of(RelOptInfo *rel, Oid table)
{
	Relation relation = table_open(table, NoLock);
	List *bounds = RelationGetPartitionQual(relation);

	table_close(relation, NoLock);
	if (bounds == NIL)
		return NIL;
	bounds = (List *) expression_planner((Expr *) bounds);
	if (rel->relid != 1)
		ChangeVarNodes((Node *) bounds, 1, rel->relid, 0);
	return bounds;
}

/* The quals among clauses, which the query has, and the partition's bounds. */
static List *
extract_quals(RelOptInfo *rel, Oid table, const PlanInfo *info, List *clauses, bool outer)
{
	return sg_quals_extract(rel, table, info->relation, list_concat_copy(clauses, info->bounds),
							outer);
}

void
sg_plan_size(PlannerInfo *root, RelOptInfo *rel, Oid table)
{
	PlanInfo *info = palloc0(sizeof(PlanInfo));

	info->relation = sg_profile_relation(table);
	info->profile =
		sg_profile_get(rel->serverid, OidIsValid(rel->userid) ? rel->userid : GetUserId());
	info->bounds = bounds_of(rel, table);
	rel->fdw_private = info;
	estimate(root, info, extract_quals(rel, table, info, rel->baserestrictinfo, false));
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
		   quota_cost(info->profile, info->requests) + (info->unnamed ? NO_POINT_COST : 0);
}

/* Will the reader stop early? Then each request is sent only when its rows are wanted. */
static bool
is_limited(PlannerInfo *root)
{
	const Query *query = root->parse;

	/* what sorts or sums up reads everything; the limit's number may not be known yet */
	return query->limitCount != NULL && query->sortClause == NIL && query->groupClause == NIL &&
		   query->groupingSets == NIL && query->distinctClause == NIL && !query->hasAggs &&
		   !query->hasWindowFuncs && query->havingQual == NULL;
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

/* Does the clause compare this table's point (or what else can be asked by: "key") with something of another? */
static bool
narrows(RelOptInfo *rel, Oid table, const PlanInfo *info, RestrictInfo *clause, bool key)
{
	SgQual *qual = sg_qual_of(rel, table, info->relation, clause->clause, true);

	return qual != NULL && is_key(qual->role) == key;
}

typedef struct MemberSearch
{
	Oid table;
	const SgRelation *relation;
	bool key;
} MemberSearch;

/* Is the member of an equivalence class a column of this table that can be asked by? */
static bool
is_asked_member(PlannerInfo *root, RelOptInfo *rel, EquivalenceClass *class,
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
	return index >= 0 && search->relation->columns[index].role != SG_ROLE_PLAIN &&
		   is_key(search->relation->columns[index].role) == search->key;
}

/* The clauses that could give this table its points from other relations; or, not "key", its days. */
static List *
joining_clauses(PlannerInfo *root, RelOptInfo *rel, Oid table, PlanInfo *info, bool key)
{
	List *clauses = NIL;
	MemberSearch search = {table, info->relation, key};
	ListCell *cell;

	foreach (cell, rel->joininfo)
	{
		RestrictInfo *clause = lfirst_node(RestrictInfo, cell);

		if (join_clause_is_movable_to(clause, rel) && narrows(rel, table, info, clause, key))
			clauses = lappend(clauses, clause);
	}
	if (rel->has_eclass_joins)
		clauses = list_concat(
			clauses, generate_implied_equalities_for_column(root, rel, is_asked_member, &search,
															rel->lateral_referencers));
	return clauses;
}

/* The relations that a clause takes its values from. */
static Relids
givers_of(RelOptInfo *rel, RestrictInfo *clause)
{
	return bms_del_member(bms_copy(clause->clause_relids), rel->relid);
}

/* A path that is begun again for each row of other relations; "points" says whether they give the points. */
static void
add_joined_path(PlannerInfo *root, RelOptInfo *rel, Oid table, Relids outer, bool points,
				List **done)
{
	PlanInfo one = *(PlanInfo *) rel->fdw_private;
	ParamPathInfo *param;
	List *quals;

	outer = bms_union(outer, rel->lateral_relids);
	if (bms_is_empty(outer))
		return;
	param = get_baserel_parampathinfo(root, rel, outer);
	if (list_member_ptr(*done, param))
		return;
	*done = lappend(*done, param);
	quals = extract_quals(rel, table, &one,
						  list_concat_copy(rel->baserestrictinfo, param->ppi_clauses), true);
	estimate(root, &one, quals);
	if (points)
	{
		/* one at a time */
		one.rows = clamp_row_est(one.rows / Max(one.points, 1));
		one.requests = one.requests / Max(one.points, 1);
		one.points = 1;
		one.unnamed = false;
	}
	param->ppi_rows = one.rows;
	add_scan_path(root, rel, &one, param->ppi_req_outer);
}

void
sg_plan_paths(PlannerInfo *root, RelOptInfo *rel, Oid table)
{
	PlanInfo *info = rel->fdw_private;
	Relids days = NULL;
	List *done = NIL;
	ListCell *cell;

	add_scan_path(root, rel, info, rel->lateral_relids);
	foreach (cell, joining_clauses(root, rel, table, info, false))
		days = bms_add_members(days, givers_of(rel, lfirst(cell)));
	if (info->points > 0)
		add_joined_path(root, rel, table, days, false, &done);
	foreach (cell, joining_clauses(root, rel, table, info, true))
	{
		Relids outer = givers_of(rel, lfirst(cell));

		if (bms_is_empty(outer))
			continue;
		add_joined_path(root, rel, table, outer, true, &done);
		/* days that come from elsewhere narrow what is asked of a point */
		add_joined_path(root, rel, table, bms_union(outer, days), true, &done);
	}
}

ForeignScan *
sg_plan_scan(PlannerInfo *root, RelOptInfo *rel, Oid table, ForeignPath *path, List *tlist,
			 List *clauses, Plan *outer)
{
	PlanInfo *info = rel->fdw_private;
	List *quals = extract_quals(rel, table, info, clauses, true);
	List *exprs;
	List *packed = sg_quals_pack(quals, &exprs);
	List *filter = list_concat(extract_actual_clauses(clauses, false), info->bounds);

	return make_foreignscan(tlist, filter, rel->relid, exprs,
							list_make2(packed, list_make1_int(is_limited(root))), NIL, NIL, outer);
}
