/*
 * shares.c
 *	  A scan of the store that several processes share: each takes some blocks of the packed table after the other.
 *
 * A row version is in one block, and the statement's snapshot sees one version: shares of blocks that follow each other
 * have each segment once. The last share has no end, so that none is left out, whatever the table has become since.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/table.h"
#include "access/tableam.h"
#include "base/compat.h"
#include "catalog/pg_proc.h"
#include "engine/profile.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "port/atomics.h"
#include "rewrite/rowsecurity.h"
#include "shares.h"
#include "state.h"
#include "storage/bufmgr.h"
#include "utils/rel.h"

/* Half a megabyte, some 200 months of half-hours: milliseconds of unpacking, of which finding the share is little. */
#define SHARE_BLOCKS 64

/* What a row takes in a plain table, which says how many workers reading it is worth. */
#define PLAIN_ROW 64

struct SgShares
{
	BlockNumber count;		/* shares in all */
	pg_atomic_uint32 taken; /* those that a process has, or has tried to take */
	pg_atomic_uint64 unpacked;
};

/* ---- plan -------------------------------------------------------------- */

/* As many workers as PostgreSQL would have for a table of the unpacked rows. */
static int
count_workers(RelOptInfo *rel, const SgPlanInfo *info, BlockNumber blocks)
{
	int workers = compute_parallel_worker(rel, info->read * PLAIN_ROW / BLCKSZ, -1,
										  max_parallel_workers_per_gather);

	return Min(workers, (int) (blocks / SHARE_BLOCKS));
}

/* Into how many parts the work goes: the leader helps with what its workers leave it time for. */
static double
divisor_of(int workers)
{
	return workers + (parallel_leader_participation ? Max(1.0 - 0.3 * workers, 0) : 0);
}

/* All blocks are read, whichever months are wanted, and that is not divided. */
void
sg_shares_add_path(PlannerInfo *root, RelOptInfo *rel, const SgPlanInfo *info)
{
	BlockNumber blocks;
	int workers;
	double divisor;
	Path *path;

	/* shares are found by TID: without that, each would read the whole table */
	if (!enable_tidscan || !rel->consider_parallel || !bms_is_empty(rel->lateral_relids))
		return;
	blocks = sg_reader_blocks();
	workers = count_workers(rel, info, blocks);
	if (workers <= 0)
		return;
	divisor = divisor_of(workers);
	path = (Path *) sg_compat_foreignscan_path(root, rel, clamp_row_est(info->rows / divisor), 0,
											   blocks * seq_page_cost +
												   sg_estimate_total(info) / divisor,
											   NIL, NULL, list_make2_int(false, 0));
	path->parallel_aware = true;
	path->parallel_workers = workers;
	add_partial_path(rel, path);
}

/*
 * Policies of the packed table run in the workers, and the query that is planned does not name them. What a subquery in one
 * of them calls is not looked for.
 */
static bool
policies_are_safe(Relation table)
{
	ListCell *cell;

	if (table->rd_rsdesc == NULL)
		return true;
	foreach (cell, table->rd_rsdesc->policies)
	{
		const RowSecurityPolicy *policy = lfirst(cell);
		Query *query = makeNode(Query);

		query->jointree = makeFromExpr(NIL, (Node *) policy->qual);
		if (policy->hassublinks || max_parallel_hazard(query) != PROPARALLEL_SAFE)
			return false;
	}
	return true;
}

/* Is the packed table one whose blocks are here, and can be read by their numbers? */
static bool
has_blocks(Relation table)
{
	return table->rd_tableam != NULL && table->rd_tableam->scan_set_tidrange != NULL &&
		   RelationGetNumberOfBlocks(table) > 0;
}

bool
sg_shares_safe(PlannerInfo *root, RelOptInfo *rel, RangeTblEntry *entry)
{
	Oid user = OidIsValid(rel->userid) ? rel->userid : GetUserId();
	Relation table;
	bool safe;

	if (sg_profile_get(rel->serverid, user)->api != NULL)
		return false;
	table = table_open(sg_reader_table(), AccessShareLock);
	safe = has_blocks(table) && policies_are_safe(table);
	table_close(table, NoLock);
	return safe;
}

/* ---- run --------------------------------------------------------------- */

Size
sg_shares_size(ForeignScanState *node, ParallelContext *parallel)
{
	return sizeof(SgShares);
}

void
sg_shares_make(ForeignScanState *node, ParallelContext *parallel, void *room)
{
	SgShares *shares = room;

	shares->count = Max(sg_reader_blocks() / SHARE_BLOCKS, 1);
	pg_atomic_init_u32(&shares->taken, 0);
	pg_atomic_init_u64(&shares->unpacked, 0);
	((SgScanState *) node->fdw_state)->shares = shares;
}

void
sg_shares_again(ForeignScanState *node, ParallelContext *parallel, void *room)
{
	pg_atomic_write_u32(&((SgShares *) room)->taken, 0);
}

void
sg_shares_join(ForeignScanState *node, shm_toc *toc, void *room)
{
	((SgScanState *) node->fdw_state)->shares = room;
}

bool
sg_shares_take(SgShares *shares, SgBlocks *blocks)
{
	uint32 share = pg_atomic_fetch_add_u32(&shares->taken, 1);

	if (share >= shares->count)
		return false;
	blocks->from = share * SHARE_BLOCKS;
	blocks->until = share + 1 < shares->count ? blocks->from + SHARE_BLOCKS : InvalidBlockNumber;
	return true;
}

void
sg_shares_count(SgShares *shares)
{
	pg_atomic_fetch_add_u64(&shares->unpacked, 1);
}

int64
sg_shares_counted(SgShares *shares)
{
	return (int64) pg_atomic_read_u64(&shares->unpacked);
}

bool
sg_shares_counted_here(const ForeignScanState *node)
{
	return node->ss.ps.plan->parallel_aware || node->ss.ps.worker_instrument == NULL;
}
