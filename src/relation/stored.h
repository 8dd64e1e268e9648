/*
 * stored.h
 *	  The stored load curve being read: segments become rows. No network.
 */
#ifndef SG_STORED_H
#define SG_STORED_H

#include "postgres.h"
#include "nodes/execnodes.h"

/* The executor's callbacks of a scan whose server is the store. */
extern void sg_stored_begin(ForeignScanState *node, int eflags);
extern TupleTableSlot *sg_stored_next(ForeignScanState *node);
extern void sg_stored_again(ForeignScanState *node);
extern void sg_stored_end(ForeignScanState *node);

#endif
