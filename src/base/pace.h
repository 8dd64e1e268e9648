/*
 * pace.h
 *	  The arithmetic of pace: when the next request may leave. No clock, no sharing.
 *
 * Time is microseconds on any one scale.
 */
#ifndef SG_PACE_H
#define SG_PACE_H

#include "postgres.h"
#include "datatype/timestamp.h"

/*
 * The interval between two requests is this part longer than the limit asks, and a request that left
 * late lends the next one at most this much. Six requests then never fall into the operator's sliding
 * second, and the rate stays above 98 % of what is allowed.
 */
#define SG_PACE_MARGIN 0.018
#define SG_PACE_LENT 2000

/* The interval that keeps "per_second" requests within any second; 0 if there is no limit. */
extern int64 sg_pace_interval(int per_second);

/*
 * The moment for a request that is ready at "now", when the schedule's next free moment is "next". It
 * is never before either. A schedule further ahead than "longest" is not believed: the clock was set
 * back, or its writer died.
 */
extern int64 sg_pace_slot(int64 next, int64 now, int64 longest);

/* The schedule's next free moment after a request that was given "slot" left at "left". */
extern int64 sg_pace_after(int64 slot, int64 left, int64 interval);

/*
 * How long to wait before the try number "tries" + 1: doubling from a second to a minute, less up to a
 * quarter by "chance" (0 to 1), so that many clients do not come back at once.
 */
extern int64 sg_pace_backoff(int tries, double chance);

/* The hour window: one counter for each minute of the last hour, stamped with the minute it counts. */
#define SG_PACE_MINUTES 61

/* A counter's stamp and count. */
#define SG_PACE_CELL(minute, count) (((uint64) (minute) << 32) | (uint32) (count))
#define SG_PACE_CELL_MINUTE(cell) ((int64) ((cell) >> 32))
#define SG_PACE_CELL_COUNT(cell) ((int64) ((cell) &0xffffffff))

/*
 * When an hour's quota of "per_hour" (0: none) lets one more request leave: "now" itself, or the end of
 * the minute that frees it. "cells" holds SG_PACE_MINUTES counters, at index minute % SG_PACE_MINUTES.
 * Sets "used" to the requests of the last hour.
 */
extern int64 sg_pace_hour(const uint64 *cells, int64 now, int per_hour, int64 *used);

/* A schedule further ahead than this is a leftover of another clock. */
#define SG_PACE_LONGEST_QUEUE (10 * USECS_PER_MINUTE)
/* A "not before" of the API further away than this is a leftover too: no quota is longer than a day. */
#define SG_PACE_LONGEST_BLOCK (USECS_PER_DAY + USECS_PER_HOUR)

/* What is known of a credential's pace. */
typedef struct SgPaceState
{
	int64 next;			 /* the schedule's next free moment */
	int64 blocked_until; /* before which the API wants no request */
	uint64 cells[SG_PACE_MINUTES];
} SgPaceState;

/* What that comes to at a moment. */
typedef struct SgPaceView
{
	int64 used; /* requests of the last hour */
	int64 left; /* how many more the hour's quota lets leave; -1: it has none */
	int64
		not_before; /* "now", or the end of what lets nothing leave: the hour's quota or the API's word */
	bool by_api;   /* is it the API's word? */
	int64 next_at; /* when the next request may leave, the schedule kept */
} SgPaceView;

/* Says what a pace with an hour's quota of "per_hour" (0: none) comes to at "now". */
extern void sg_pace_view(const SgPaceState *state, int64 now, int per_hour, SgPaceView *view);

/*
 * When a request leaves that could at "at", with limits of "per_second" and "per_hour" (0: none), and counts it. For
 * one after the other: each begins where this says that the one before it leaves.
 */
extern int64 sg_pace_queue(SgPaceState *state, int64 at, int per_second, int per_hour);

#endif
