/*
 * run.h
 *	  A run of refresh: gaps are fetched and stored, group by group.
 */
#ifndef SG_RUN_H
#define SG_RUN_H

#include "postgres.h"
#include "engine/profile.h"
#include "nodes/pg_list.h"
#include "round.h"

typedef struct SgRunTotals
{
	int64 requests;
	int64 rows;
	int64 open_days;
} SgRunTotals;

typedef struct SgRunOptions
{
	const char *server; /* NULL: all that are watched */
	Datum points;		/* a text array, or 0 for all */
	int64 wait;			/* for what is on order, microseconds */
	SgBudget budget;	/* for each server */
} SgRunOptions;

/*
 * Refreshes what is watched, and deletes what is older than it is to be kept. Commits as it goes; needs a non-atomic SPI connection. Holds no snapshot and no lock on a
 * relation while it waits for the network. Raises what stopped it after everything that could be had is stored; a server
 * that another session is refreshing is left out with a notice.
 */
extern void sg_run_refresh(const SgRunOptions *options, SgRunTotals *totals);

/*
 * Runs an action under the server's lock, which keeps it apart from a run. Raises 55006 if another session has
 * it.
 */
extern void sg_run_locked(const char *server, void (*action)(void *arg), void *arg);

/*
 * Orders what the requests want (a list of SgRequest *), whether or not it is watched, under the server's lock.
 * Returns the numbers (int64 *) of the orders. Commits; needs a non-atomic SPI connection. Raises 55000 if some
 * of it is on order already, and what stopped it.
 */
extern List *sg_run_order(const SgProfile *profile, List *requests);

#endif
