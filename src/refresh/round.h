/*
 * round.h
 *	  What a run of refresh on one server keeps, and its way of fetching: requests in, rows and coverage stored.
 */
#ifndef SG_ROUND_H
#define SG_ROUND_H

#include "postgres.h"
#include "agenda.h"
#include "engine/fetch.h"
#include "engine/profile.h"

/* What a run may spend; 0: as much as it takes. */
typedef struct SgBudget
{
	int64 requests; /* for data: tokens and repetitions come on top */
	int64 time;		/* microseconds; answers that are on their way then are waited for */
} SgBudget;

typedef struct SgRound
{
	MemoryContext context; /* it lives as long as the run */
	const SgProfile *profile;
	Datum points;
	int64 id;
	int planned;
	int answered;
	int64 asked; /* of its budget */
	SgStats stats;
	TimestampTz started;
	SgFault fatal;	  /* what stopped it, if anything */
	bool held_back;	  /* by the quota of one of several APIs */
	int failures;	  /* of the operator, in a row */
	ErrorData *error; /* why it could not begin */
	List *warned;	  /* of char *: what was said already */
	char *culprit;	  /* which request that was */
	int64 wait;		  /* for what is on order, microseconds */
	SgBudget budget;  /* of what it may ask */
	bool spent;		  /* was that used up? */
	int awaited;	  /* points that are not ordered, for a holder has not answered yet */
	bool by_hand;	  /* is something ordered by hand, and nothing refreshed? */
	SgFault refused;  /* then, why not all was ordered */
} SgRound;

/* Notes how far the run is, and with "outcome" (else NULL) how it ended. Needs SPI, as all here. */
extern void sg_round_note(const SgRound *run, const char *outcome);

/*
 * Fetches what an agenda wants and stores it, group by group, each in a transaction of its own; commits. What
 * stops it is in run->fatal.
 */
extern void sg_round_fetch(SgRound *run, const SgAgenda *agenda);

/* Is the run's time used up? */
extern bool sg_round_is_over(SgRound *run);

/* Those of the requests, from the first on, that the run's budget has room for; counts them. */
extern List *sg_round_afford(SgRound *run, List *requests);

/* Notes what stopped the run; the first of several counts. */
extern void sg_round_stop(SgRound *run, const SgFault *fault, const char *what);

/*
 * Takes note of a fault that one call met: true if it is about the server or its quota, and so stops the run.
 * Else warns.
 */
extern bool sg_round_fault(SgRound *run, const SgFault *fault, const char *what);

#endif
