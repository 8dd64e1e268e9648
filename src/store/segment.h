/*
 * segment.h
 *	  The packed curves in switchgrid.curve_segment.
 */
#ifndef SG_SEGMENT_H
#define SG_SEGMENT_H

#include "postgres.h"
#include "base/span.h"
#include "datatype/timestamp.h"

/* One interval to be kept. */
typedef struct SgInterval
{
	TimestampTz starts_at;
	int32 step; /* seconds */
	double watts;
	char nature[16]; /* "" if there is none */
} SgInterval;

/*
 * Merges intervals of one point and direction into its segments: a newer reading replaces the older one,
 * whatever its step, and what does not change is not written. Needs an SPI connection. Sorts the array.
 * Raises 22008 for an interval that does not start at a multiple of its step from its month's beginning,
 * 22003 for a value that does not fit.
 */
extern void sg_segment_merge(const char *point, const char *direction, SgInterval *intervals,
							 int count);

#endif
