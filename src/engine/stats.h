/*
 * stats.h
 *	  What a scan or a run spent, for EXPLAIN ANALYZE and the journal of runs.
 */
#ifndef SG_STATS_H
#define SG_STATS_H

#include "postgres.h"

typedef struct SgStats
{
	int64 requests; /* that left, tokens and repetitions included */
	int64 tokens;	/* of them for an access token */
	int64 retries;	/* of them repetitions */
	int64 bytes;	/* received */
	int64 pace_us;	/* time that requests were held back for the pace */
	int64 rows;		/* decoded */
} SgStats;

#endif
