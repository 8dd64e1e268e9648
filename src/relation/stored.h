/*
 * stored.h
 *	  The stored load curve being read: segments become rows. No network.
 */
#ifndef SG_STORED_H
#define SG_STORED_H

#include "postgres.h"
#include "nodes/execnodes.h"
#include "state.h"

/* Raises 0A000 if the relation of a scan is not one that is stored packed. */
extern void sg_stored_check(const SgScanState *state);

/* The executor's callbacks of a scan whose server is the store; its state is made by sg_state_begin. */
extern TupleTableSlot *sg_stored_next(ForeignScanState *node);
extern void sg_stored_again(ForeignScanState *node);

#endif
