/*
 * explain.h
 *	  What EXPLAIN says of a scan. No I/O.
 */
#ifndef SG_EXPLAIN_H
#define SG_EXPLAIN_H

#include "postgres.h"
#include "commands/explain.h"
#include "nodes/execnodes.h"

/* The requests that a live scan would make, and with ANALYZE what was spent. */
extern void sg_explain_scan(ForeignScanState *node, ExplainState *es);

#endif
