/*
 * run.h
 *	  A run of refresh: gaps are fetched and stored, group by group.
 */
#ifndef SG_RUN_H
#define SG_RUN_H

#include "postgres.h"

typedef struct SgRunTotals
{
	int64 requests;
	int64 rows;
	int64 open_days;
} SgRunTotals;

/*
 * Refreshes what is watched on a server (NULL: on all), for some points (a text array, or 0 for all).
 * Commits as it goes; needs a non-atomic SPI connection. Holds no snapshot and no lock on a relation while
 * it waits. Raises what stopped it after everything that could be had is stored; a server that another
 * session is refreshing is left out with a notice.
 */
extern void sg_run_refresh(const char *server, Datum points, SgRunTotals *totals);

#endif
