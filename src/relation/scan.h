/*
 * scan.h
 *	  A live relation being read.
 */
#ifndef SG_SCAN_H
#define SG_SCAN_H

#include "postgres.h"
#include "nodes/execnodes.h"

/* The executor's callbacks of a scan whose server has an API; its state is made by sg_state_begin. */
extern TupleTableSlot *sg_scan_next(ForeignScanState *node);
extern void sg_scan_again(ForeignScanState *node);
extern void sg_scan_end(ForeignScanState *node);

#endif
