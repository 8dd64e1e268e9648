/*
 * clause.h
 *	  What the parts of a WHERE clause are, seen from one table.
 */
#ifndef SG_CLAUSE_H
#define SG_CLAUSE_H

#include "postgres.h"
#include "nodes/pathnodes.h"
#include "nodes/primnodes.h"

/* The expression without relabellings, which change no value. */
extern Expr *sg_clause_strip(Expr *expr);

/* Is it a column of the table? */
extern bool sg_clause_is_column(const RelOptInfo *rel, Expr *expr);

/* Can the value be computed before the table is read? It may be of other relations only if "outer" is true. */
extern bool sg_clause_is_computable(RelOptInfo *rel, Expr *value, bool outer);

#endif
