/*
 * summed.h
 *	  The stored load curve being summed up: segments become partial aggregates.
 */
#ifndef SG_SUMMED_H
#define SG_SUMMED_H

#include "postgres.h"
#include "commands/explain.h"
#include "nodes/execnodes.h"

/* The executor's callbacks of a scan whose plan sg_totals_plan made. */
extern void sg_summed_begin(ForeignScanState *node);
extern TupleTableSlot *sg_summed_next(ForeignScanState *node);
extern void sg_summed_again(ForeignScanState *node);
extern void sg_summed_end(ForeignScanState *node);

/* What EXPLAIN says of it. */
extern void sg_summed_explain(ForeignScanState *node, ExplainState *es);

#endif
