/*
 * state.h
 *	  What a scan, live or stored, keeps while it runs.
 */
#ifndef SG_STATE_H
#define SG_STATE_H

#include "postgres.h"
#include "engine/assembly.h"
#include "engine/profile.h"
#include "engine/stats.h"
#include "nodes/execnodes.h"
#include "quals.h"
#include "shares.h"

typedef struct SgScanState
{
	const SgProfile *profile;
	const SgRelation *relation;
	List *quals;	  /* packed */
	List *values;	  /* ExprStates of their values */
	bool limited;	  /* will the reader stop early? */
	int order;		  /* of the segments of the store: flags of reader.h */
	SgShares *shares; /* of a scan that several processes share, or NULL */
	int columns
		[SG_MAX_COLUMNS];  /* where each column of the relation is in the scan's rows, or -1 */
	TupleDesc desc;		   /* of those rows */
	MemoryContext context; /* of one pass over the relation: points, requests */
	MemoryContext batch;   /* of the rows that came last */
	Datum *rows;		   /* the batch: so many values a row as the table has columns */
	bool *missing;		   /* the same, of nulls */
	int room;			   /* rows that fit */
	int count;			   /* rows in it */
	int next;			   /* the row to give next */
	Datum kept
		[SG_MAX_COLUMNS]; /* the last value of a column, if by reference: it is often the same again */
	bool started;
	SgStats stats;
	int64 planned;					/* requests of all passes */
	void *reader;					/* what the pass reads from: a fetch, or segments */
	bool async;						/* does Append wait for it? */
	bool waiting;					/* then: there is no row yet */
	TimestampTz until;				/* then: when to look again; 0: when something comes */
	int descriptor;					/* then: what Append waits for, or -1 */
	MemoryContextCallback callback; /* closes it */
	SgAssembly *assembly;			/* of a live relation of state */
	SgAnswer answer;				/* whose rows are being read */
} SgScanState;

/*
 * Makes the state of a scan: options, columns, quals. Raises HV004 or HV005 if the foreign table's
 * columns are not those of its relation.
 */
extern SgScanState *sg_state_begin(ForeignScanState *node);

/* What the scan wants now; the values are computed in the state's context. */
extern void sg_state_wanted(ForeignScanState *node, SgWanted *wanted);

/* Adds a row of the relation to the batch: an SgEmit, with the state as its argument. */
extern void sg_state_emit(void *arg, const SgRelation *relation, const Datum *values,
						  const bool *nulls);

/* Gives the next row of the batch in the scan's slot; false if there is none left. */
extern bool sg_state_give(ForeignScanState *node);

/* Empties the batch. */
extern void sg_state_clear(SgScanState *state);

/* Forgets the pass: the next row is the first one of a new one. */
extern void sg_state_reset(SgScanState *state);

#endif
