/*
 * quals.h
 *	  From WHERE clauses to points and days.
 *
 * What is taken from a clause only narrows what is asked: the executor still checks every clause, so it
 * is enough that nothing that could match is left out.
 */
#ifndef SG_QUALS_H
#define SG_QUALS_H

#include "postgres.h"
#include "api/endpoint.h"
#include "base/span.h"
#include "commands/explain.h"
#include "nodes/execnodes.h"
#include "nodes/pathnodes.h"

/* One clause that narrows: column <operator> value. */
typedef struct SgQual
{
	SgColumnRole role;
	int strategy;  /* of the btree operator family: less, equal, ... */
	bool array;	   /* = ANY (value) */
	Oid type;	   /* of the value: date, timestamp or timestamptz */
	int column;	   /* of the relation */
	bool excluded; /* of an argument: the value is what is not wanted */
	Expr *value;
} SgQual;

/* What a scan wants, once the values are known. */
typedef struct SgWanted
{
	bool any_point;		 /* no clause names a point */
	List *points;		 /* of char *, each once */
	bool any_direction;	 /* no clause names a direction */
	List *directions;	 /* of char *, each once */
	int64 authorisation; /* number of a consent, 0: none is named */
	List *arguments;	 /* of a document: SgArgument * */
	List *steps;		 /* of interval[] (ArrayType *): a step must be in each */
	SgDays days;		 /* generous: those that an instant of the span can be in */
	TimestampTz from;	 /* the span that comparisons of instants leave */
	TimestampTz until;	 /* its end, which is not in it */
} SgWanted;

/*
 * The quals among clauses (of RestrictInfo * or Expr *) on a foreign table. Values may refer to other
 * relations only if "outer" is true.
 */
extern List *sg_quals_extract(RelOptInfo *rel, Oid table, const SgRelation *relation, List *clauses,
							  bool outer);

/* The qual that one clause makes on this table, or NULL. */
extern SgQual *sg_qual_of(RelOptInfo *rel, Oid table, const SgRelation *relation, Expr *clause,
						  bool outer);

/* Does the store give just the rows that the clause of such a qual is true of, so that nobody needs to look again? */
extern bool sg_qual_is_exact(const SgQual *qual);

/*
 * Splits quals into a list of integers, which travels in a plan's fdw_private, and a list of
 * expressions, which travels in its fdw_exprs.
 */
extern List *sg_quals_pack(List *quals, List **exprs);

/* Has EXPLAIN say on which columns packed quals are. */
extern void sg_quals_explain(const SgRelation *relation, List *packed, ExplainState *es);

/*
 * Evaluates packed quals, in the current memory context; "states" are the ExprStates of the expressions.
 * A NULL value matches nothing.
 */
extern void sg_quals_evaluate(List *packed, List *states, ExprContext *econtext, SgWanted *wanted);

/*
 * The same at planning time, for the values that can be known then. Sets "guessed" if there is a point
 * that is not known yet.
 */
extern void sg_quals_estimate(PlannerInfo *root, List *quals, SgWanted *wanted, bool *guessed);

#endif
