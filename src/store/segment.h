/*
 * segment.h
 *	  The packed curves in switchgrid.curve_segment.
 */
#ifndef SG_SEGMENT_H
#define SG_SEGMENT_H

#include "postgres.h"
#include "base/span.h"
#include "datatype/timestamp.h"

/* One interval to be kept; "turn" is its place in the answer. */
typedef struct SgInterval
{
	TimestampTz starts_at;
	int32 step; /* seconds */
	int32 turn;
	double watts;
	char nature[16]; /* "" if there is none */
} SgInterval;

/*
 * Puts intervals in order of time, and of one instant in turn; of several of one step that follow each other there,
 * keeps the last. Returns how many are left.
 */
extern int sg_segment_sort(SgInterval *intervals, int count);

/*
 * Merges sorted intervals of one point and direction into its segments: a newer reading replaces the older
 * one, whatever its step, and what does not change is not written. What is replaced is kept as revisions, and
 * the first readings of a day are dated: both by the beginning of the transaction, or by the last date of the
 * month if that is later. Needs an SPI connection, and keeps other transactions off the months until this one
 * ends: those that write to the same ones should do it in one order.
 * Raises XX001 for a stored row that is not of its month, 22008 for an interval that does not start at a
 * multiple of its step from its month's beginning, 22003 for a value that does not fit, 40001 if the transaction's
 * snapshot is older than what another one has stored.
 */
extern void sg_segment_merge(const char *point, const char *direction, const SgInterval *intervals,
							 int count);

#endif
