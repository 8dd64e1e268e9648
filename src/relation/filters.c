/*
 * filters.c
 *	  Clauses that the API of a document takes as filters.
 */
#include "postgres.h"

#include "catalog/pg_operator_d.h"
#include "catalog/pg_type.h"
#include "clause.h"
#include "filters.h"
#include "utils/lsyscache.h"

/* A clause taken apart: what it compares, and how. */
typedef struct Comparison
{
	Expr *left;
	Expr *right;
	Oid op;
	Oid collation;
	bool each; /* the right side is an array, with whose elements the left one is compared */
	bool all;  /* with all of them, not with any */
} Comparison;

static bool
take_apart(Expr *clause, Comparison *comparison)
{
	List *args;

	memset(comparison, 0, sizeof(*comparison));
	if (IsA(clause, OpExpr) && list_length(((OpExpr *) clause)->args) == 2)
	{
		args = ((OpExpr *) clause)->args;
		comparison->op = ((OpExpr *) clause)->opno;
		comparison->collation = ((OpExpr *) clause)->inputcollid;
	}
	else if (IsA(clause, ScalarArrayOpExpr))
	{
		args = ((ScalarArrayOpExpr *) clause)->args;
		comparison->op = ((ScalarArrayOpExpr *) clause)->opno;
		comparison->collation = ((ScalarArrayOpExpr *) clause)->inputcollid;
		comparison->each = true;
		comparison->all = !((ScalarArrayOpExpr *) clause)->useOr;
	}
	else
		return false;
	comparison->left = linitial(args);
	comparison->right = lsecond(args);
	/* where different texts can be equal, a text does not say what is meant */
	return !OidIsValid(comparison->collation) ||
		   get_collation_isdeterministic(comparison->collation);
}

/* Does the operator say of two texts that they are equal, or (with all) that they are not? */
static bool
tells_texts(const Comparison *comparison, bool *excluded)
{
	*excluded = comparison->op == get_negator(TextEqualOperator);
	if (comparison->op != TextEqualOperator && !*excluded)
		return false;
	/* "= ALL" and "<> ANY" narrow nothing */
	return !comparison->each || comparison->all == *excluded;
}

static SgQual *
make_filter(const SgRelation *relation, int column, Expr *value, bool array, bool excluded)
{
	SgQual *qual = palloc0(sizeof(SgQual));

	qual->role = relation->columns[column].role;
	qual->column = column;
	qual->value = value;
	qual->array = array;
	qual->type = TEXTOID;
	qual->excluded = excluded;
	return qual;
}

/* The relation's column that an expression is, if it has the role; -1 if not. */
static int
column_of(RelOptInfo *rel, Oid table, const SgRelation *relation, Expr *expr, SgColumnRole role)
{
	Expr *bare = sg_clause_strip(expr);
	int column;

	if (!sg_clause_is_column(rel, bare))
		return -1;
	column = sg_relation_column(relation, get_attname(table, ((Var *) bare)->varattno, false));
	return column >= 0 && relation->columns[column].role == role ? column : -1;
}

/* Is one of the operators that compare whole lists, and which side is the column? */
static Expr *
other_list(RelOptInfo *rel, Oid table, const SgRelation *relation, const Comparison *comparison,
		   int *column)
{
	int left = column_of(rel, table, relation, comparison->left, SG_ROLE_LIST);
	int right = column_of(rel, table, relation, comparison->right, SG_ROLE_LIST);

	*column = left >= 0 ? left : right;
	if (comparison->op == OID_ARRAY_OVERLAP_OP && *column >= 0)
		return left >= 0 ? comparison->right : comparison->left;
	if (comparison->op == OID_ARRAY_CONTAINS_OP && left >= 0)
		return comparison->right;
	if (comparison->op == OID_ARRAY_CONTAINED_OP && right >= 0)
		return comparison->left;
	return NULL;
}

/* The side of a comparison of texts that is not the column; "array" if it is several of them. */
static Expr *
other_text(RelOptInfo *rel, Oid table, const SgRelation *relation, const Comparison *comparison,
		   int *column, bool *array)
{
	*column = column_of(rel, table, relation, comparison->left, SG_ROLE_ARGUMENT);
	*array = *column >= 0 && comparison->each;
	if (*column >= 0)
		return comparison->right;
	*column = column_of(rel, table, relation, comparison->right,
						comparison->each ? SG_ROLE_LIST : SG_ROLE_ARGUMENT);
	return *column >= 0 ? comparison->left : NULL;
}

SgQual *
sg_filter_of(RelOptInfo *rel, Oid table, const SgRelation *relation, Expr *clause, bool outer)
{
	Comparison comparison;
	Expr *value;
	int column;
	bool array = false;
	bool excluded = false;

	if (!take_apart(clause, &comparison))
		return NULL;
	value = other_list(rel, table, relation, &comparison, &column);
	if (value != NULL)
		array = true;
	else if (tells_texts(&comparison, &excluded))
		value = other_text(rel, table, relation, &comparison, &column, &array);
	if (value == NULL || !sg_clause_is_computable(rel, value, outer))
		return NULL;
	return make_filter(relation, column, value, array, excluded);
}
