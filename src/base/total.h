/*
 * total.h
 *	  Running totals over curves: sums, means, least and largest values, slot by slot.
 *
 * The total spans all curves that were added, on the longest step that their slots have in common. A
 * slot that a curve lacks adds nothing there; one that all lack is missing. A curve without slots adds
 * nothing at all.
 */
#ifndef SG_TOTAL_H
#define SG_TOTAL_H

#include "base/grid.h"

typedef enum SgTotalKind
{
	SG_TOTAL_SUM,
	SG_TOTAL_MIN,
	SG_TOTAL_MAX
} SgTotalKind;

typedef struct SgTotal
{
	SgTotalKind kind;
	bool started;
	int scale;
	double bound;	   /* no number of the sums is larger */
	uint32 everywhere; /* curves that have a value in every slot */
	SgRoom room;
	int64 *numbers; /* what is not there yet is 0, INT64_MAX or PG_INT64_MIN, by kind */
	uint32 *others; /* the other curves that have a value in a slot */
} SgTotal;

/* A total of nothing, in the current memory context, to which whoever adds must switch back. */
extern SgTotal *sg_total_make(SgTotalKind kind);

/*
 * Adds a curve; its nature is best left NULL if no slot is missing. Raises 54000 if the span has too many
 * slots, 22023 if the slots do not meet, 22003 if the sum is beyond 64 bits.
 */
extern void sg_total_add(SgTotal *total, const SgSlots *slots);

/* Adds what another total of the same kind holds; may change how that one holds it. */
extern void sg_total_merge(SgTotal *total, SgTotal *other);

/* The total as a curve, and the mean of what a sum has added. */
extern SgSlots *sg_total_value(const SgTotal *total);
extern SgSlots *sg_total_mean(const SgTotal *total);

#endif
