/*
 * stats.h
 *	  What a scan or a run spent, for EXPLAIN ANALYZE and the journal of runs.
 */
#ifndef SG_STATS_H
#define SG_STATS_H

#include "postgres.h"

/* Repetitions that are told one by one; of more, the number says enough. */
#define SG_RETRIES_TOLD 8
#define SG_RETRY_LEN 200

/* One request that was sent again: what it was, why, and how long after. */
typedef struct SgRetry
{
	char what[SG_RETRY_LEN];
	int64 wait_us;
} SgRetry;

typedef struct SgStats
{
	int64 requests;					  /* that left, tokens and repetitions included */
	int64 tokens;					  /* of them for an access token */
	int64 retries;					  /* of them repetitions */
	int64 bytes;					  /* received */
	int64 pace_us;					  /* time that requests were held back for the pace */
	int64 rows;						  /* decoded */
	SgRetry retried[SG_RETRIES_TOLD]; /* the first of the repetitions */
} SgStats;

#endif
