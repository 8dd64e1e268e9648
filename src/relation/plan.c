/*
 * plan.c
 *	  The planner's view of a relation.
 *
 * A live relation costs requests: thousands of times a row. A point that comes from a join makes a
 * parameterized path, so that the API is asked last, once for each point.
 */
#include "postgres.h"

#include "base/compat.h"
#include "estimate.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/planmain.h"
#include "optimizer/restrictinfo.h"
#include "optimizer/tlist.h"
#include "ordered.h"
#include "plan.h"
#include "quals.h"
#include "shares.h"

void
sg_plan_size(PlannerInfo *root, RelOptInfo *rel, Oid table)
{
	SgPlanInfo *info = sg_estimate_make(rel, table);

	rel->fdw_private = info;
	/* what plans count on of the packed table, its policies for one, may change */
	if (info->profile->api == NULL)
		root->glob->relationOids = lappend_oid(root->glob->relationOids, sg_reader_table());
	sg_estimate(root, rel, info, sg_estimate_quals(rel, info, rel->baserestrictinfo, false),
				rel->baserestrictinfo);
	rel->rows = info->rows;
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
add_scan_path(PlannerInfo *root, RelOptInfo *rel, const SgPlanInfo *info, Relids outer)
{
	bool async = info->profile->api != NULL && !is_limited(root);

	add_path(rel, (Path *) sg_compat_foreignscan_path(
					  root, rel, info->rows, sg_estimate_startup(info), sg_estimate_total(info),
					  NIL, outer, list_make2_int(async, 0)));
}

/* The store can give rows in the order that the query wants, or the first columns of it. */
static void
add_ordered_path(PlannerInfo *root, RelOptInfo *rel, const SgPlanInfo *info)
{
	int order;
	List *keys = sg_ordered_keys(root, rel, info, &order);

	if (keys != NIL)
		add_path(rel, (Path *) sg_compat_foreignscan_path(
						  root, rel, info->rows, sg_estimate_sort(info),
						  sg_estimate_sort(info) + sg_estimate_total(info), keys,
						  rel->lateral_relids, list_make2_int(false, order)));
}

/* Does a value of such a column say what to ask for? */
static bool
is_key(SgColumnRole role)
{
	return role == SG_ROLE_POINT || role == SG_ROLE_ARGUMENT;
}

/* Does the clause compare this table's point (or what else can be asked by: "key") with something of another? */
static bool
narrows(RelOptInfo *rel, Oid table, const SgPlanInfo *info, RestrictInfo *clause, bool key)
{
	SgQual *qual = sg_qual_of(rel, table, info->relation, clause->clause, true);

	return qual != NULL && is_key(qual->role) == key;
}

typedef struct MemberSearch
{
	const SgPlanInfo *info;
	bool key;
} MemberSearch;

/* Is the member of an equivalence class a column of this table that can be asked by? */
static bool
is_asked_member(PlannerInfo *root, RelOptInfo *rel, EquivalenceClass *class,
				EquivalenceMember *member, void *arg)
{
	const MemberSearch *search = arg;
	int index = sg_estimate_column(rel, search->info, member->em_expr);

	return index >= 0 && search->info->relation->columns[index].role != SG_ROLE_PLAIN &&
		   is_key(search->info->relation->columns[index].role) == search->key;
}

/* The clauses that could give this table its points from other relations; or, not "key", its days. */
static List *
joining_clauses(PlannerInfo *root, RelOptInfo *rel, Oid table, SgPlanInfo *info, bool key)
{
	List *clauses = NIL;
	MemberSearch search = {info, key};
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
	SgPlanInfo one = *(SgPlanInfo *) rel->fdw_private;
	ParamPathInfo *param;
	List *clauses;

	outer = bms_union(outer, rel->lateral_relids);
	if (bms_is_empty(outer))
		return;
	param = get_baserel_parampathinfo(root, rel, outer);
	if (list_member_ptr(*done, param))
		return;
	*done = lappend(*done, param);
	clauses = list_concat_copy(rel->baserestrictinfo, param->ppi_clauses);
	sg_estimate(root, rel, &one, sg_estimate_quals(rel, &one, clauses, true), clauses);
	if (points)
	{
		/* one at a time */
		one.rows = clamp_row_est(one.rows / Max(one.points, 1));
		one.read = clamp_row_est(one.read / Max(one.points, 1));
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
	SgPlanInfo *info = rel->fdw_private;
	Relids days = NULL;
	List *done = NIL;
	ListCell *cell;

	add_scan_path(root, rel, info, rel->lateral_relids);
	if (info->profile->api == NULL)
	{
		add_ordered_path(root, rel, info);
		sg_shares_add_path(root, rel, info);
	}
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

/*
 * The columns that a query uses, as the list that a scan's rows are made by, in the order in which they are given, so
 * that the executor need not make other rows of them. NIL where it uses none, or whole rows, or what is not in them.
 */
static List *
rows_of(const RelOptInfo *rel, List *tlist, List *filter)
{
	List *exprs = list_concat_copy(tlist, rel->reltarget->exprs);
	List *rows = NIL;
	ListCell *cell;

	foreach (cell, pull_var_clause((Node *) list_concat(exprs, filter), PVC_RECURSE_PLACEHOLDERS))
	{
		Var *var = lfirst_node(Var, cell);

		if (var->varno != rel->relid)
			continue;
		if (var->varattno <= 0)
			return NIL;
		if (tlist_member((Expr *) var, rows) == NULL)
			rows =
				lappend(rows, makeTargetEntry((Expr *) copyObject(var),
											  (AttrNumber) (list_length(rows) + 1), NULL, false));
	}
	return rows;
}

/*
 * The scan's list without what nobody asked for: for tables PostgreSQL gives a list of all columns, which are at hand
 * there, and cost here. What reads the rows finds its columns by what they are, or by their sort or group references.
 */
static List *
asked_of(const RelOptInfo *rel, const ForeignPath *path, List *tlist)
{
	List *asked = pull_var_clause(
		(Node *) list_concat_copy(rel->reltarget->exprs, path->path.pathtarget->exprs),
		PVC_RECURSE_PLACEHOLDERS);
	List *kept = NIL;
	ListCell *cell;

	foreach (cell, tlist)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, cell);

		if (IsA(entry->expr, Var) && entry->ressortgroupref == 0 && !entry->resjunk &&
			!list_member(asked, entry->expr))
			continue;
		entry = flatCopyTargetEntry(entry);
		entry->resno = (AttrNumber) (list_length(kept) + 1);
		kept = lappend(kept, entry);
	}
	return kept;
}

static bool
is_answered(RelOptInfo *rel, const SgPlanInfo *info, Expr *clause)
{
	SgQual *qual = sg_qual_of(rel, info->table, info->relation, clause, true);

	return info->profile->api == NULL && qual != NULL && sg_qual_is_exact(qual);
}

ForeignScan *
sg_plan_scan(PlannerInfo *root, RelOptInfo *rel, Oid table, ForeignPath *path, List *tlist,
			 List *clauses, Plan *outer)
{
	SgPlanInfo *info = rel->fdw_private;
	List *exprs;
	List *packed = sg_quals_pack(sg_estimate_quals(rel, info, clauses, true), &exprs);
	List *filter = list_copy(info->bounds);
	List *answered = NIL;
	List *flags;
	List *rows;
	ListCell *cell;

	foreach (cell, extract_actual_clauses(clauses, false))
	{
		if (is_answered(rel, info, lfirst(cell)))
			answered = lappend(answered, lfirst(cell));
		else
			filter = lappend(filter, lfirst(cell));
	}
	flags = list_make2_int(is_limited(root), list_nth_int(path->fdw_private, SG_PATH_ORDER));
	tlist = asked_of(rel, path, tlist);
	rows = rows_of(rel, tlist, filter);
	/* what is checked again is a whole row */
	return make_foreignscan(tlist, filter, rel->relid, exprs, list_make2(packed, flags), rows,
							rows == NIL ? answered : NIL, outer);
}
