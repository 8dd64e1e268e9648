/*
 * grain.c
 *	  Within what an expression over the stored load curve is the same.
 */
#include "postgres.h"

#include "grain.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

#define ZONE "Europe/Paris"

/* What PostgreSQL cuts an instant to, and what it takes out of one, that is the same all day or all month long. */
static const struct
{
	const char *name;
	SgGrain grain;
} units[] = {
	{"day", SG_GRAIN_DAY},		{"week", SG_GRAIN_DAY},		 {"dow", SG_GRAIN_DAY},
	{"isodow", SG_GRAIN_DAY},	{"doy", SG_GRAIN_DAY},		 {"isoyear", SG_GRAIN_DAY},
	{"month", SG_GRAIN_MONTH},	{"quarter", SG_GRAIN_MONTH}, {"year", SG_GRAIN_MONTH},
	{"decade", SG_GRAIN_MONTH}, {"century", SG_GRAIN_MONTH}, {"millennium", SG_GRAIN_MONTH},
};

/* Functions whose first argument is a unit, and those that need none; of an instant or of a wall-clock time. */
static const struct
{
	Oid function;
	bool unit;
	bool instant; /* else the second (or only) argument is the time on the wall in Paris */
	bool zoned;	  /* does the third argument say where? Else, of an instant, the session does. */
} cutters[] = {
	{F_DATE_TRUNC_TEXT_TIMESTAMPTZ, true, true, false},
	{F_DATE_TRUNC_TEXT_TIMESTAMPTZ_TEXT, true, true, true},
	{F_DATE_TRUNC_TEXT_TIMESTAMP, true, false, false},
	{F_EXTRACT_TEXT_TIMESTAMPTZ, true, true, false},
	{F_EXTRACT_TEXT_TIMESTAMP, true, false, false},
	{F_DATE_PART_TEXT_TIMESTAMPTZ, true, true, false},
	{F_DATE_PART_TEXT_TIMESTAMP, true, false, false},
	{F_DATE_TIMESTAMPTZ, false, true, false},
	{F_DATE_TIMESTAMP, false, false, false},
};

typedef struct Search
{
	RelOptInfo *rel;
	const SgPlanInfo *info;
	SgGrain grain; /* of what was looked at so far */
	bool session;
} Search;

static bool
is_text(const Node *node, const char *wanted)
{
	const Const *constant = (const Const *) node;

	return IsA(node, Const) && !constant->constisnull && constant->consttype == TEXTOID &&
		   pg_strcasecmp(TextDatumGetCString(constant->constvalue), wanted) == 0;
}

static int
column_of(const Search *search, Node *node)
{
	return sg_estimate_column(search->rel, search->info, (Expr *) node);
}

/* The time on the wall in Paris of starts_at? */
static bool
is_wall_time(const Search *search, Node *node)
{
	FuncExpr *call = (FuncExpr *) node;

	return IsA(node, FuncExpr) && call->funcid == F_TIMEZONE_TEXT_TIMESTAMPTZ &&
		   is_text(linitial(call->args), ZONE) &&
		   column_of(search, lsecond(call->args)) == SG_CURVE_STARTS_AT;
}

static SgGrain
unit_grain(const Node *unit)
{
	for (int i = 0; i < (int) lengthof(units); i++)
		if (is_text(unit, units[i].name))
			return units[i].grain;
	return SG_GRAIN_SLOT;
}

/* The grain of a call that cuts starts_at to something longer; SG_GRAIN_SLOT for any other call. */
static SgGrain
cut_grain(const Search *search, FuncExpr *call, bool *session)
{
	for (int i = 0; i < (int) lengthof(cutters); i++)
	{
		Node *time;

		if (cutters[i].function != call->funcid)
			continue;
		time = list_nth(call->args, cutters[i].unit ? 1 : 0);
		if (cutters[i].instant ? column_of(search, time) != SG_CURVE_STARTS_AT
							   : !is_wall_time(search, time))
			return SG_GRAIN_SLOT;
		if (cutters[i].zoned && !is_text(lthird(call->args), ZONE))
			return SG_GRAIN_SLOT;
		*session = cutters[i].instant && !cutters[i].zoned;
		return cutters[i].unit ? unit_grain(linitial(call->args)) : SG_GRAIN_DAY;
	}
	return SG_GRAIN_SLOT;
}

static SgGrain
column_grain(int column)
{
	return column == SG_CURVE_POINT_ID || column == SG_CURVE_DIRECTION || column == SG_CURVE_STEP
			   ? SG_GRAIN_SEGMENT
			   : SG_GRAIN_SLOT;
}

/* Takes the finest grain of what it meets; true ends the walk. */
static bool
look(Node *node, Search *search)
{
	SgGrain grain = SG_GRAIN_SLOT;
	bool session = false;

	if (node == NULL)
		return false;
	if (IsA(node, Var))
		grain = column_grain(column_of(search, node));
	else if (IsA(node, FuncExpr))
		grain = cut_grain(search, (FuncExpr *) node, &session);
	else if (IsA(node, Aggref) || IsA(node, GroupingFunc) || IsA(node, PlaceHolderVar) ||
			 IsA(node, WindowFunc))
		grain = SG_GRAIN_SLOT;
	else
		return expression_tree_walker(node, look, search);
	/* a call that cuts nothing is as fine as what it is given */
	if (grain == SG_GRAIN_SLOT && IsA(node, FuncExpr))
		return expression_tree_walker(node, look, search);
	search->session |= session;
	search->grain = Max(search->grain, grain);
	return search->grain == SG_GRAIN_SLOT;
}

SgGrain
sg_grain_of(RelOptInfo *rel, const SgPlanInfo *info, Node *expr, bool *session)
{
	Search search = {rel, info, SG_GRAIN_SEGMENT, false};

	if (contain_volatile_functions(expr) || contain_subplans(expr))
		return SG_GRAIN_SLOT;
	look(expr, &search);
	*session |= search.session;
	return search.grain;
}
