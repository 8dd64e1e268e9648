/*
 * lay.h
 *	  A month's segments in memory, and new intervals laid over them.
 */
#ifndef SG_LAY_H
#define SG_LAY_H

#include "postgres.h"
#include "base/compat.h"
#include "base/curve.h"
#include "month.h"
#include "segment.h"

/* Steps that one month of one point may have: far more than the six that any API gives. */
#define SG_LAY_STEPS 16

typedef struct SgLaySegment
{
	int32 step;
	SgSlots *slots;
	double *watts; /* of each slot, and its nature, if the month is laid out; else NULL */
	const char **natures;
	struct varlena *before; /* the stored bytes, NULL if the row is new */
	Datum arrived;			/* as it is stored */
} SgLaySegment;

typedef struct SgLayMonth
{
	const char *point;
	const char *direction;
	SgMonth days;
	TimestampTz now; /* what the merge is dated */
	SgLaySegment segments[SG_LAY_STEPS];
	int count;
	int stored;			/* so many of them have rows */
	bool laid_out;		/* as plain numbers? */
	SgLaySegment *last; /* the one that took the last interval, NULL before the first */
	uint32 next;		/* and the slot after it */
} SgLayMonth;

/* Raises 54000: the month has too many steps. */
pg_noreturn extern void sg_lay_complain_steps(void);

/*
 * Lays sorted intervals of the month over its segments: a newer one takes the place of what it overlaps, whatever its
 * step. Makes segments of the steps that are new. Raises what does not fit: 22008 for a start between two slots, 22003
 * for values, 54000 for steps and natures; of values and natures, only those count that are left in the end.
 */
extern void sg_lay(SgLayMonth *month, const SgInterval *intervals, int count);

#endif
