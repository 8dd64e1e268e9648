/*
 * grain.h
 *	  Within what an expression over the stored load curve is the same.
 */
#ifndef SG_GRAIN_H
#define SG_GRAIN_H

#include "estimate.h"
#include "totals.h"

/*
 * The coarsest grain within which the expression has one value, SG_GRAIN_SLOT if there is none that is known: it is made
 * of the point, the direction, the step, and of civil months or days of starts_at. Sets "session" if that holds only
 * while the session's time zone is that of Paris; else leaves it.
 */
extern SgGrain sg_grain_of(RelOptInfo *rel, const SgPlanInfo *info, Node *expr, bool *session);

#endif
