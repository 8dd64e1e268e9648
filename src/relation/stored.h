/*
 * stored.h
 *	  The stored load curve being read: segments become rows. No network.
 */
#ifndef SG_STORED_H
#define SG_STORED_H

#include "postgres.h"
#include "commands/explain.h"
#include "nodes/execnodes.h"
#include "state.h"
#include "store/reader.h"

/*
 * The executor's callbacks of a scan whose server is the store; its state is made by sg_state_begin. Raises 0A000 if its
 * relation is not one that is stored packed. Reads with the rights of the user who begins, or of the owner of the view
 * that the table stands in.
 */
extern void sg_stored_begin(ForeignScanState *node, SgScanState *state);
extern TupleTableSlot *sg_stored_next(ForeignScanState *node);
extern void sg_stored_again(ForeignScanState *node);
extern void sg_stored_end(ForeignScanState *node);

/* Keeps what has been counted by those who share the scan, before it is gone. */
extern void sg_stored_unshare(ForeignScanState *node);

/* What EXPLAIN ANALYZE says of it. */
extern void sg_stored_explain(ForeignScanState *node, ExplainState *es);

/* The segments that can hold wanted rows, in an order of reader.h. */
extern SgSegmentWish sg_stored_wish(const SgWanted *wanted, int order);

#endif
