/*
 * clause.c
 *	  What the parts of a WHERE clause are, seen from one table.
 */
#include "postgres.h"

#include "clause.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"

Expr *
sg_clause_strip(Expr *expr)
{
	while (expr != NULL && IsA(expr, RelabelType))
		expr = ((RelabelType *) expr)->arg;
	return expr;
}

bool
sg_clause_is_column(const RelOptInfo *rel, Expr *expr)
{
	return expr != NULL && IsA(expr, Var) && ((Var *) expr)->varno == rel->relid &&
		   ((Var *) expr)->varlevelsup == 0 && ((Var *) expr)->varattno > 0;
}

bool
sg_clause_is_computable(RelOptInfo *rel, Expr *value, bool outer)
{
	Relids relids = pull_varnos(NULL, (Node *) value);
	bool computable = outer ? !bms_is_member(rel->relid, relids) : bms_is_empty(relids);

	bms_free(relids);
	return computable && !contain_volatile_functions((Node *) value) &&
		   !contain_subplans((Node *) value);
}
