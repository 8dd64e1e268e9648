/*
 * shares.h
 *	  A scan of the store that several processes share: each takes some blocks of the packed table after the other.
 */
#ifndef SG_SHARES_H
#define SG_SHARES_H

#include "postgres.h"
#include "estimate.h"
#include "foreign/fdwapi.h"
#include "store/reader.h"

/* What the processes of one scan share. */
typedef struct SgShares SgShares;

/* Adds the path of a shared scan, if it is large enough for more than one process. */
extern void sg_shares_add_path(PlannerInfo *root, RelOptInfo *rel, const SgPlanInfo *info);

/* The blocks that this process reads next; false if all are taken. */
extern bool sg_shares_take(SgShares *shares, SgBlocks *blocks);

/* Counts a segment that this process unpacked. */
extern void sg_shares_count(SgShares *shares);

/* How many segments all processes have unpacked. */
extern int64 sg_shares_counted(SgShares *shares);

/* Does this process know what has been counted of a node? A scan that is not shared may run in workers, who keep it. */
extern bool sg_shares_counted_here(const ForeignScanState *node);

/*
 * The callbacks of a parallel scan; see the foreign data wrapper's chapter of PostgreSQL's documentation. A live relation
 * is asked by one process: it has the connections, and the turn.
 */
extern bool sg_shares_safe(PlannerInfo *root, RelOptInfo *rel, RangeTblEntry *entry);
extern Size sg_shares_size(ForeignScanState *node, ParallelContext *parallel);
extern void sg_shares_make(ForeignScanState *node, ParallelContext *parallel, void *room);
extern void sg_shares_again(ForeignScanState *node, ParallelContext *parallel, void *room);
extern void sg_shares_join(ForeignScanState *node, shm_toc *toc, void *room);

#endif
