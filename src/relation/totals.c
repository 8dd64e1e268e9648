/*
 * totals.c
 *	  Aggregates over the stored load curve that whole segments or days answer, seen from the planner.
 */
#include "postgres.h"

#include "base/compat.h"
#include "grain.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/planmain.h"
#include "optimizer/planner.h"
#include "optimizer/prep.h"
#include "optimizer/tlist.h"
#include "quals.h"
#include "totals.h"
#include "utils/fmgroids.h"
#include "utils/selfuncs.h"

#define DAYS_IN_MONTH 30

/* What is found out of a query, for its path and its plan. */
typedef struct Totals
{
	RelOptInfo *rel; /* of the foreign table */
	const SgPlanInfo *info;
	SgGrain grain;
	bool session;		/* does the grain hold only in a session of Paris? */
	bool by_point;		/* has each point groups of its own? */
	List *groups;		/* expressions */
	List *filter;		/* clauses that the executor checks of each partial row */
	List *quals;		/* of SgQual: what narrows the segments and the span */
	PathTarget *target; /* groups and partial aggregates */
} Totals;

static int
column_of(const Totals *totals, Expr *expr)
{
	return sg_estimate_column(totals->rel, totals->info, expr);
}

/* ---- what can be answered ---------------------------------------------- */

static void
need_grain(Totals *totals, Node *expr)
{
	bool session = false;

	totals->grain = Max(totals->grain, sg_grain_of(totals->rel, totals->info, expr, &session));
	totals->session |= session;
}

/* A clause says exactly what is read, or has one value for each partial row. */
static void
take_clause(Totals *totals, RestrictInfo *clause)
{
	SgQual *qual =
		sg_qual_of(totals->rel, totals->info->table, totals->info->relation, clause->clause, false);

	if (qual != NULL)
		totals->quals = lappend(totals->quals, qual);
	if (qual != NULL && sg_qual_is_exact(qual))
		return;
	need_grain(totals, (Node *) clause->clause);
	totals->filter = lappend(totals->filter, clause->clause);
}

/* What a security barrier holds back must not be looked at before that one's own clauses. */
static bool
take_clauses(Totals *totals)
{
	ListCell *cell;

	if (totals->info->bounds != NIL)
		return false;
	foreach (cell, totals->rel->baserestrictinfo)
	{
		RestrictInfo *clause = lfirst(cell);

		if (clause->pseudoconstant || clause->security_level > 0)
			return false;
		take_clause(totals, clause);
	}
	return totals->grain < SG_GRAIN_SLOT;
}

static SgPartial
kind_of(Oid function)
{
	switch (function)
	{
		case F_COUNT_:
		case F_COUNT_ANY:
			return SG_PARTIAL_COUNT;
		case F_SUM_FLOAT8:
			return SG_PARTIAL_SUM;
		case F_AVG_FLOAT8:
			return SG_PARTIAL_MEAN;
		case F_MIN_FLOAT8:
			return SG_PARTIAL_MIN;
		case F_MAX_FLOAT8:
			return SG_PARTIAL_MAX;
		default:
			return SG_PARTIAL_NONE;
	}
}

/* The kind of an aggregate that can be answered, and its column; SG_PARTIAL_NONE for any other. */
static SgPartial
kind_of_aggregate(const Totals *totals, const Aggref *aggregate, int *column)
{
	SgPartial kind = kind_of(aggregate->aggfnoid);
	TargetEntry *argument = aggregate->args != NIL ? linitial(aggregate->args) : NULL;

	*column = -1;
	if (aggregate->aggfilter != NULL || aggregate->aggdistinct != NIL ||
		aggregate->aggorder != NIL || aggregate->agglevelsup != 0)
		return SG_PARTIAL_NONE;
	if (argument == NULL)
		return kind;
	*column = column_of(totals, argument->expr);
	/* every row has every column but the nature */
	if (kind == SG_PARTIAL_COUNT)
		return *column >= 0 && *column != SG_CURVE_NATURE ? kind : SG_PARTIAL_NONE;
	return *column == SG_CURVE_WATTS || *column == SG_CURVE_WH ? kind : SG_PARTIAL_NONE;
}

/* ---- the target of partial rows ---------------------------------------- */

/* A copy of an aggregate that stops at its transition value. */
static Expr *
partial_of(const Aggref *aggregate)
{
	Aggref *partial = makeNode(Aggref);

	memcpy(partial, aggregate, sizeof(Aggref));
	mark_partial_aggref(partial, AGGSPLIT_INITIAL_SERIAL);
	return (Expr *) partial;
}

/* Adds what an expression outside the groups takes: aggregates, and columns that are the same all along. */
static bool
add_inputs(Totals *totals, Node *expr)
{
	List *inputs = pull_var_clause(expr, PVC_INCLUDE_AGGREGATES | PVC_RECURSE_WINDOWFUNCS |
											 PVC_INCLUDE_PLACEHOLDERS);
	ListCell *cell;

	foreach (cell, inputs)
	{
		Expr *input = lfirst(cell);
		int column;

		if (IsA(input, Aggref))
		{
			if (kind_of_aggregate(totals, (Aggref *) input, &column) == SG_PARTIAL_NONE)
				return false;
			input = partial_of((Aggref *) input);
		}
		else if (column_of(totals, input) < 0)
			return false;
		else if (column_of(totals, input) != SG_CURVE_STARTS_AT)
			need_grain(totals, (Node *) input);
		add_new_column_to_pathtarget(totals->target, input);
	}
	return totals->grain < SG_GRAIN_SLOT;
}

static bool
make_target(PlannerInfo *root, Totals *totals, const PathTarget *grouped, Node *having)
{
	List *clauses = sg_compat_group_clause(root);
	List *others = NIL;
	int i = 0;
	ListCell *cell;

	totals->target = create_empty_pathtarget();
	foreach (cell, grouped->exprs)
	{
		Index ref = get_pathtarget_sortgroupref(grouped, i++);

		if (ref == 0 || get_sortgroupref_clause_noerr(ref, clauses) == NULL)
		{
			others = lappend(others, lfirst(cell));
			continue;
		}
		need_grain(totals, lfirst(cell));
		totals->by_point |= column_of(totals, lfirst(cell)) == SG_CURVE_POINT_ID;
		totals->groups = lappend(totals->groups, lfirst(cell));
		add_column_to_pathtarget(totals->target, lfirst(cell), ref);
	}
	if (totals->grain == SG_GRAIN_SLOT || list_length(totals->groups) < list_length(clauses))
		return false;
	foreach (cell, others)
		if (!add_inputs(totals, lfirst(cell)))
			return false;
	if (!add_inputs(totals, having))
		return false;
	set_pathtarget_cost_width(root, totals->target);
	return true;
}

/* ---- paths ------------------------------------------------------------- */

/* The relation of partial rows, which has our callbacks too. */
static RelOptInfo *
make_partial_rel(Totals *totals)
{
	RelOptInfo *rel = makeNode(RelOptInfo);

	rel->reloptkind = RELOPT_UPPER_REL;
	rel->relids = totals->rel->relids;
	rel->serverid = totals->rel->serverid;
	rel->userid = totals->rel->userid;
	rel->useridiscurrent = totals->rel->useridiscurrent;
	rel->fdwroutine = totals->rel->fdwroutine;
	rel->reltarget = totals->target;
	rel->fdw_private = totals;
	return rel;
}

static double
partial_rows(const Totals *totals)
{
	double parts = totals->grain == SG_GRAIN_DAY ? DAYS_IN_MONTH : 1;

	return clamp_row_est(Min(totals->info->rows, totals->info->requests * parts));
}

/* Where every group is held to one value, there is one group, or none if there are no rows: nothing to sort by. */
static void
add_totals_paths(PlannerInfo *root, Totals *totals, RelOptInfo *output, List *having)
{
	List *clauses = sg_compat_group_clause(root);
	bool grouped = root->parse->groupClause != NIL;
	double rows = partial_rows(totals);
	double groups =
		clauses == NIL ? 1 : estimate_num_groups(root, totals->groups, rows, NULL, NULL);
	RelOptInfo *rel = make_partial_rel(totals);
	AggClauseCosts costs = {0};
	Path *path = (Path *) sg_compat_upper_path(root, rel, totals->target, rows,
											   sg_estimate_totals(totals->info, rows));

	get_agg_clause_costs(root, AGGSPLIT_FINAL_DESERIAL, &costs);
	if (clauses != NIL && grouping_is_hashable(clauses))
		add_path(output, (Path *) create_agg_path(root, output, path, output->reltarget, AGG_HASHED,
												  AGGSPLIT_FINAL_DESERIAL, clauses, having, &costs,
												  groups));
	/* a sort would change the order in which what rounds is added: only where there is no other way */
	if (!grouping_is_sortable(clauses) ||
		(clauses != NIL && grouping_is_hashable(clauses) && enable_hashagg))
		return;
	if (root->group_pathkeys != NIL)
		path = (Path *) create_sort_path(root, rel, path, root->group_pathkeys, -1.0);
	add_path(output, (Path *) create_agg_path(
						 root, output, path, output->reltarget, grouped ? AGG_SORTED : AGG_PLAIN,
						 AGGSPLIT_FINAL_DESERIAL, clauses, having, &costs, groups));
}

/* One stored load curve and nothing else, whose rows are grouped in the plain way? */
static bool
is_candidate(PlannerInfo *root, UpperRelationKind stage, const RelOptInfo *input)
{
	const SgPlanInfo *info = input->fdw_private;

	return stage == UPPERREL_GROUP_AGG && input->reloptkind == RELOPT_BASEREL && info != NULL &&
		   info->profile->api == NULL && info->relation == &sg_relation_load_curve &&
		   root->parse->groupingSets == NIL && !root->parse->hasTargetSRFs;
}

void
sg_totals_paths(PlannerInfo *root, UpperRelationKind stage, RelOptInfo *input, RelOptInfo *output,
				void *extra)
{
	GroupPathExtraData *grouping = extra;
	Totals *totals;

	if (!is_candidate(root, stage, input))
		return;
	totals = palloc0(sizeof(Totals));
	totals->rel = input;
	totals->info = input->fdw_private;
	if (take_clauses(totals) && make_target(root, totals, output->reltarget, grouping->havingQual))
		add_totals_paths(root, totals, output, (List *) grouping->havingQual);
}

/* ---- the plan ---------------------------------------------------------- */

/* The columns that a scan gives: those that groups and filters are computed from, and the partial aggregates. */
static List *
scan_columns(const Totals *totals)
{
	List *exprs = list_concat_copy(totals->target->exprs, totals->filter);

	return add_to_flat_tlist(NIL, pull_var_clause((Node *) exprs, PVC_INCLUDE_AGGREGATES));
}

/* What each of them is. */
static List *
column_kinds(const Totals *totals, List *columns)
{
	List *kinds = NIL;
	ListCell *cell;

	foreach (cell, columns)
	{
		Expr *expr = ((TargetEntry *) lfirst(cell))->expr;
		int column = column_of(totals, expr);
		SgPartial kind = SG_PARTIAL_NONE;

		if (IsA(expr, Aggref))
			kind = kind_of_aggregate(totals, (Aggref *) expr, &column);
		kinds = lappend_int(lappend_int(kinds, kind), column);
	}
	return kinds;
}

ForeignScan *
sg_totals_plan(PlannerInfo *root, RelOptInfo *rel, ForeignPath *path, List *tlist)
{
	const Totals *totals = rel->fdw_private;
	List *columns = scan_columns(totals);
	List *exprs;
	List *packed = sg_quals_pack(totals->quals, &exprs);
	List *flags =
		list_make4_int(totals->grain, totals->session, totals->by_point, (int) totals->rel->userid);

	return make_foreignscan(tlist, totals->filter, 0, exprs,
							list_make3(packed, column_kinds(totals, columns), flags), columns, NIL,
							NULL);
}
