/*
 * quals.c
 *	  From WHERE clauses to points and days.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "base/clock.h"
#include "base/compat.h"
#include "catalog/pg_type.h"
#include "clause.h"
#include "executor/executor.h"
#include "filters.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "quals.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

/* Days between two moments that are not known yet. */
#define GUESSED_DAYS 7
/* What one qual takes of a packed list: see sg_quals_pack. */
#define PACKED_INTEGERS 6

/* What a clause's two sides are, seen from the table's column. */
typedef struct Sides
{
	Var *column;
	Expr *value;
	Oid op; /* with the column on the left */
	Oid collation;
} Sides;

static bool
split_sides(RelOptInfo *rel, Expr *clause, Sides *sides)
{
	List *args;
	Expr *left;
	Expr *right;

	if (IsA(clause, OpExpr) && list_length(((OpExpr *) clause)->args) == 2)
	{
		args = ((OpExpr *) clause)->args;
		sides->op = ((OpExpr *) clause)->opno;
		sides->collation = ((OpExpr *) clause)->inputcollid;
	}
	else if (IsA(clause, ScalarArrayOpExpr) && ((ScalarArrayOpExpr *) clause)->useOr)
	{
		args = ((ScalarArrayOpExpr *) clause)->args;
		sides->op = ((ScalarArrayOpExpr *) clause)->opno;
		sides->collation = ((ScalarArrayOpExpr *) clause)->inputcollid;
	}
	else
		return false;
	left = sg_clause_strip(linitial(args));
	right = sg_clause_strip(lsecond(args));
	if (sg_clause_is_column(rel, left))
	{
		sides->column = (Var *) left;
		sides->value = lsecond(args);
		return true;
	}
	if (sg_clause_is_column(rel, right) && IsA(clause, OpExpr))
	{
		sides->column = (Var *) right;
		sides->value = linitial(args);
		sides->op = get_commutator(sides->op);
		return OidIsValid(sides->op);
	}
	return false;
}

/* The operator's place in the family of its type's default order; 0 if it is not in it. */
static int
strategy_of(Oid op, Oid type)
{
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY);

	return get_op_opfamily_strategy(op, entry->btree_opf);
}

static bool
is_integer(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID;
}

SgQual *
sg_qual_of(RelOptInfo *rel, Oid table, const SgRelation *relation, Expr *clause, bool outer)
{
	Sides sides;
	SgQual *qual;
	const SgColumn *column;
	int index;
	Oid right = InvalidOid;

	if (relation->kind == SG_KIND_DOCUMENT &&
		(qual = sg_filter_of(rel, table, relation, clause, outer)) != NULL)
		return qual;
	if (!split_sides(rel, clause, &sides) || !sg_clause_is_computable(rel, sides.value, outer))
		return NULL;
	index = sg_relation_column(relation, get_attname(table, sides.column->varattno, false));
	if (index < 0)
		return NULL;
	column = &relation->columns[index];
	if (column->role == SG_ROLE_PLAIN || column->role == SG_ROLE_UNTIL ||
		column->role == SG_ROLE_ARGUMENT || sg_column_is_text(column))
		return NULL;
	qual = palloc0(sizeof(SgQual));
	qual->role = column->role;
	qual->column = index;
	qual->array = IsA(clause, ScalarArrayOpExpr);
	qual->strategy = strategy_of(sides.op, column->type);
	op_input_types(sides.op, &(Oid){InvalidOid}, &right);
	qual->type = right;
	qual->value = sides.value;
	if (qual->strategy == InvalidStrategy)
		return NULL;
	/* where different texts can be equal, a text does not say which points are meant */
	if (OidIsValid(sides.collation) && !get_collation_isdeterministic(sides.collation))
		return NULL;
	/* of texts, steps and numbers only equality narrows, of times only comparisons with a single value */
	if (column->type == TEXTOID || column->role == SG_ROLE_STEP)
		return qual->strategy == BTEqualStrategyNumber && right == column->type ? qual : NULL;
	if (column->role == SG_ROLE_AUTHORISATION)
		return qual->strategy == BTEqualStrategyNumber && !qual->array && is_integer(right) ? qual
																							: NULL;
	if (qual->array || (right != DATEOID && right != TIMESTAMPOID && right != TIMESTAMPTZOID))
		return NULL;
	return qual;
}

List *
sg_quals_extract(RelOptInfo *rel, Oid table, const SgRelation *relation, List *clauses, bool outer)
{
	List *quals = NIL;
	ListCell *cell;

	foreach (cell, clauses)
	{
		Node *node = lfirst(cell);
		Expr *clause = IsA(node, RestrictInfo) ? ((RestrictInfo *) node)->clause : (Expr *) node;
		SgQual *qual = sg_qual_of(rel, table, relation, clause, outer);

		if (qual != NULL)
			quals = lappend(quals, qual);
	}
	return quals;
}

bool
sg_qual_is_exact(const SgQual *qual)
{
	return qual->role == SG_ROLE_POINT || qual->role == SG_ROLE_DIRECTION ||
		   qual->role == SG_ROLE_INSTANT;
}

List *
sg_quals_pack(List *quals, List **exprs)
{
	List *packed = NIL;
	ListCell *cell;

	*exprs = NIL;
	foreach (cell, quals)
	{
		SgQual *qual = lfirst(cell);

		packed = lappend_int(packed, qual->role);
		packed = lappend_int(packed, qual->strategy);
		packed = lappend_int(packed, qual->array);
		packed = lappend_int(packed, (int) qual->type);
		packed = lappend_int(packed, qual->column);
		packed = lappend_int(packed, qual->excluded);
		*exprs = lappend(*exprs, qual->value);
	}
	return packed;
}

/* The instant that a value of any of the three types stands for, as PostgreSQL's operators see it. */
static TimestampTz
to_instant(Oid type, Datum value)
{
	int overflow;

	switch (type)
	{
		case DATEOID:
			return date2timestamptz_opt_overflow(DatumGetDateADT(value), &overflow);
		case TIMESTAMPOID:
			return timestamp2timestamptz_opt_overflow(DatumGetTimestamp(value), &overflow);
		default:
			return DatumGetTimestampTz(value);
	}
}

/* The last day that a date column may have to be compared so with a value: generous by a day. */
static DateADT
to_day(Oid type, Datum value)
{
	TimestampTz at;

	if (type == DATEOID)
	{
		DateADT day = DatumGetDateADT(value);

		return Max(Min(day, SG_DAY_LAST), SG_DAY_FIRST);
	}
	at = to_instant(type, value);
	return sg_clock_day_of(at);
}

static void
narrow_days(SgWanted *wanted, int strategy, DateADT first, DateADT last)
{
	SgDays days = SG_DAYS_ALL;

	if (strategy == BTEqualStrategyNumber || strategy >= BTGreaterEqualStrategyNumber)
		days.from = first;
	if (strategy <= BTEqualStrategyNumber)
		days.until = last + 1;
	wanted->days = sg_days_intersect(wanted->days, days);
}

static void
narrow_instant(SgWanted *wanted, int strategy, Oid type, Datum value)
{
	TimestampTz at = to_instant(type, value);
	TimestampTz last = strategy == BTLessStrategyNumber && !TIMESTAMP_NOT_FINITE(at) ? at - 1 : at;
	TimestampTz next = TIMESTAMP_NOT_FINITE(at) ? at : at + 1;

	narrow_days(wanted, strategy, sg_clock_day_of(at), sg_clock_day_of(last));
	if (strategy >= BTEqualStrategyNumber)
		wanted->from = Max(wanted->from, strategy == BTGreaterStrategyNumber ? next : at);
	if (strategy <= BTEqualStrategyNumber)
		wanted->until = Min(wanted->until, strategy == BTLessStrategyNumber ? at : next);
}

static void
narrow_day(SgWanted *wanted, int strategy, Oid type, Datum value)
{
	DateADT day = to_day(type, value);

	if (type != DATEOID)
		/* the session's zone may see another day at that instant: one more on both sides */
		narrow_days(wanted, strategy, day - 1, day + 1);
	else
		narrow_days(wanted, strategy, strategy == BTGreaterStrategyNumber ? day + 1 : day,
					strategy == BTLessStrategyNumber ? day - 1 : day);
}

static int
compare_texts(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

/* The texts of a value in order: one, or an array's without its NULLs and repetitions. */
static List *
texts_of(Datum value, bool array)
{
	List *texts = NIL;
	List *once = NIL;
	Datum *elements;
	bool *nulls;
	int count;
	ListCell *cell;

	if (!array)
		return list_make1(TextDatumGetCString(value));
	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, &elements,
					  &nulls, &count);
	for (int i = 0; i < count; i++)
		if (!nulls[i])
			texts = lappend(texts, TextDatumGetCString(elements[i]));
	CHECK_FOR_INTERRUPTS();
	list_sort(texts, compare_texts);
	foreach (cell, texts)
		if (once == NIL || strcmp(llast(once), lfirst(cell)) != 0)
			once = lappend(once, lfirst(cell));
	return once;
}

/* What two ordered lists have in common. */
static List *
common_texts(List *a, List *b)
{
	List *both = NIL;
	int i = 0;
	int j = 0;

	while (i < list_length(a) && j < list_length(b))
	{
		int order = strcmp(list_nth(a, i), list_nth(b, j));

		if (order == 0)
			both = lappend(both, list_nth(a, i));
		i += order <= 0;
		j += order >= 0;
	}
	return both;
}

/* Keeps of a set what is also in the other one. */
static void
narrow_texts(bool *any, List **held, List *texts)
{
	*held = *any ? texts : common_texts(*held, texts);
	*any = false;
}

/* Two different numbers at once are nobody's. */
static void
narrow_authorisation(SgWanted *wanted, Oid type, Datum value)
{
	int64 number = type == INT2OID	 ? DatumGetInt16(value)
				   : type == INT4OID ? DatumGetInt32(value)
									 : DatumGetInt64(value);

	if (number <= 0 || (wanted->authorisation != 0 && wanted->authorisation != number))
		wanted->days.until = wanted->days.from;
	wanted->authorisation = number;
}

/* What is said of a column of a document so far. */
static SgArgument *
argument_of(SgWanted *wanted, int column)
{
	SgArgument *argument;
	ListCell *cell;

	foreach (cell, wanted->arguments)
		if (((SgArgument *) lfirst(cell))->column == column)
			return lfirst(cell);
	argument = palloc0(sizeof(SgArgument));
	argument->column = column;
	argument->any = true;
	wanted->arguments = lappend(wanted->arguments, argument);
	return argument;
}

static void
narrow_argument(SgWanted *wanted, const SgQual *qual, List *texts)
{
	SgArgument *argument = argument_of(wanted, qual->column);

	if (qual->excluded)
		argument->excluded = list_concat(argument->excluded, texts);
	/* a list may hold what two clauses name: one of them narrows enough */
	else if (qual->role == SG_ROLE_ARGUMENT || (argument->any && texts != NIL))
		narrow_texts(&argument->any, &argument->texts, texts);
}

/* A step, or several, as an array. */
static ArrayType *
steps_of(Datum value, bool array)
{
	if (array)
		return DatumGetArrayTypePCopy(value);
	return construct_array(&value, 1, INTERVALOID, sizeof(Interval), false, TYPALIGN_DOUBLE);
}

static void
narrow(SgWanted *wanted, const SgQual *qual, Datum value, bool isnull)
{
	SgColumnRole role = qual->role;

	if (isnull)
		wanted->days.until = wanted->days.from;
	else if (role == SG_ROLE_POINT)
		narrow_texts(&wanted->any_point, &wanted->points, texts_of(value, qual->array));
	else if (role == SG_ROLE_DIRECTION)
		narrow_texts(&wanted->any_direction, &wanted->directions, texts_of(value, qual->array));
	else if (role == SG_ROLE_INSTANT)
		narrow_instant(wanted, qual->strategy, qual->type, value);
	else if (role == SG_ROLE_DAY)
		narrow_day(wanted, qual->strategy, qual->type, value);
	else if (role == SG_ROLE_AUTHORISATION)
		narrow_authorisation(wanted, qual->type, value);
	else if (role == SG_ROLE_STEP)
		wanted->steps = lappend(wanted->steps, steps_of(value, qual->array));
	else if (role == SG_ROLE_ARGUMENT || role == SG_ROLE_LIST)
		narrow_argument(wanted, qual, texts_of(value, qual->array));
	if (isnull && role == SG_ROLE_POINT)
		wanted->any_point = false;
}

/* The qual that travels at this place of a packed list, without its value. */
static SgQual
unpack(List *packed, int at)
{
	return (SgQual){.role = list_nth_int(packed, at),
					.strategy = list_nth_int(packed, at + 1),
					.array = list_nth_int(packed, at + 2),
					.type = (Oid) list_nth_int(packed, at + 3),
					.column = list_nth_int(packed, at + 4),
					.excluded = list_nth_int(packed, at + 5)};
}

void
sg_quals_explain(const SgRelation *relation, List *packed, ExplainState *es)
{
	List *names = NIL;
	int seen = 0;

	for (int at = 0; at < list_length(packed); at += PACKED_INTEGERS)
	{
		int column = unpack(packed, at).column;

		if (!(seen & (1 << column)))
			names = lappend(names, pstrdup(relation->columns[column].name));
		seen |= 1 << column;
	}
	if (names != NIL)
		ExplainPropertyList("Read By", names, es);
}

static void
want_everything(SgWanted *wanted)
{
	memset(wanted, 0, sizeof(*wanted));
	wanted->any_point = true;
	wanted->any_direction = true;
	wanted->days = SG_DAYS_ALL;
	wanted->from = DT_NOBEGIN;
	wanted->until = DT_NOEND;
}

void
sg_quals_evaluate(List *packed, List *states, ExprContext *econtext, SgWanted *wanted)
{
	int at = 0;
	ListCell *cell;

	want_everything(wanted);
	foreach (cell, states)
	{
		bool isnull;
		Datum value = ExecEvalExpr((ExprState *) lfirst(cell), econtext, &isnull);

		SgQual qual = unpack(packed, at);

		narrow(wanted, &qual, value, isnull);
		at += PACKED_INTEGERS;
	}
}

/* Leaves so many days of what is wanted: which ones is all the same. */
static void
guess_days(SgWanted *wanted, int days)
{
	DateADT until = Min(wanted->days.until, sg_clock_today());

	wanted->days = sg_days_intersect(wanted->days, (SgDays){until - days, until});
}

void
sg_quals_estimate(PlannerInfo *root, List *quals, SgWanted *wanted, bool *guessed)
{
	ListCell *cell;
	bool from = false;
	bool until = false;
	bool at = false;

	want_everything(wanted);
	*guessed = false;
	foreach (cell, quals)
	{
		SgQual *qual = lfirst(cell);
		Node *value = estimate_expression_value(root, (Node *) copyObject(qual->value));

		if (IsA(value, Const))
			narrow(wanted, qual, ((Const *) value)->constvalue, ((Const *) value)->constisnull);
		else if (qual->role == SG_ROLE_POINT)
			*guessed = true;
		else if (qual->role == SG_ROLE_INSTANT || qual->role == SG_ROLE_DAY)
		{
			at |= qual->strategy == BTEqualStrategyNumber;
			from |= qual->strategy > BTEqualStrategyNumber;
			until |= qual->strategy < BTEqualStrategyNumber;
		}
	}
	if (at)
		guess_days(wanted, 1);
	else if (from && until)
		guess_days(wanted, GUESSED_DAYS);
}
