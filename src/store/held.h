/*
 * held.h
 *	  Readings that are held until they are merged, and their order.
 */
#ifndef SG_HELD_H
#define SG_HELD_H

#include "postgres.h"
#include "datatype/timestamp.h"

#define SG_HELD_POINT_LEN 14

typedef struct SgHeld
{
	TimestampTz starts_at;
	double watts;
	uint32 series;
	uint32 turn;
	int32 step;
	uint16 nature; /* 0: none, else its place in natures and one */
} SgHeld;

typedef struct SgHeldKey
{
	char point[SG_HELD_POINT_LEN + 1];
	char production;
} SgHeldKey;

/* Do the series stand in the order of their points? */
extern bool sg_held_ascend(const SgHeldKey *keys, uint32 nseries);

/* A copy of the rows in the context: series by series, in the order of their points; within one as they stood. */
extern SgHeld *sg_held_deal(MemoryContext context, const SgHeld *rows, uint32 count,
							const SgHeldKey *keys, uint32 nseries);

/* Puts rows of one series in order of time, and of one instant in turn. */
extern void sg_held_sort(SgHeld *rows, uint32 count);

#endif
