/*
 * modify.h
 *	  Rows put into the stored load curve: INSERT and COPY. Live relations take none.
 */
#ifndef SG_MODIFY_H
#define SG_MODIFY_H

#include "postgres.h"
#include "foreign/fdwapi.h"

/* What may be done to a foreign table: rows may be inserted into the stored load curve. */
extern int sg_modify_updatable(Relation table);

/* The executor's callbacks of INSERT; rows are merged at the statement's end, or when there are many. */
extern void sg_modify_begin(ModifyTableState *node, ResultRelInfo *result, List *private,
							int subplan, int eflags);
extern TupleTableSlot *sg_modify_insert(EState *estate, ResultRelInfo *result, TupleTableSlot *slot,
										TupleTableSlot *plan_slot);
extern void sg_modify_end(EState *estate, ResultRelInfo *result);

/* The same for COPY, and for the rows of a partitioned table. */
extern void sg_modify_begin_routed(ModifyTableState *node, ResultRelInfo *result);

#endif
