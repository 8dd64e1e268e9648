/*
 * revision.h
 *	  What a merge replaced: the rows of switchgrid.curve_revision.
 */
#ifndef SG_REVISION_H
#define SG_REVISION_H

#include "postgres.h"
#include "base/codec.h"
#include "datatype/timestamp.h"
#include "month.h"
#include "nodes/pg_list.h"
#include "utils/date.h"

/* What identifies a segment in all native tables. */
typedef struct SgSegmentKey
{
	const char *point;
	const char *direction;
	DateADT month;
	int32 step; /* seconds */
} SgSegmentKey;

/*
 * The changed slots of a segment as they were and as they are, on the segment's own scales; the others are missing
 * in both. NULL where no reading was changed.
 */
typedef struct SgRevision
{
	SgSlots *before;
	SgSlots *after;
} SgRevision;

/*
 * Looks for what a merge at "at" made of a segment, whose slots both have natures, and notes the days that came
 * with it. A slot counts as changed if its day had come before: a day's first readings replace nothing.
 * False if all is as it was.
 */
extern bool sg_revision_find(const SgSlots *old, const SgSlots *new, SgArrivals *arrivals,
							 TimestampTz at, SgRevision *revision);

/* Writes what was found; needs an SPI connection. */
extern void sg_revision_write(const SgSegmentKey *key, const SgRevision *revision, TimestampTz at);

/* The slots of a segment as they were: whether they had a value, its watts, and its nature or NULL. */
typedef struct SgPast
{
	MemoryContext context;
	List *natures; /* all that a slot had */
	/* of each slot */
	bool *known;
	double *watts;
	const char **nature;
} SgPast;

/* Begins with the slots as they are now, in the current memory context. */
extern void sg_past_begin(SgPast *past, const SgSlots *slots);

/*
 * Undoes all revisions of a segment that are later than an instant; needs an SPI connection. Raises XX001 for a revision that is not of its segment.
 */
extern void sg_past_undo(SgPast *past, const SgSegmentKey *key, const SgCurveHead *head,
						 TimestampTz at);

#endif
