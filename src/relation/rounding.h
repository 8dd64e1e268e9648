/*
 * rounding.h
 *	  Which segments can be added as a whole without other last digits than their slots have, one after the other.
 */
#ifndef SG_ROUNDING_H
#define SG_ROUNDING_H

#include "postgres.h"
#include "store/reader.h"

typedef struct SgRounding SgRounding;

/* For one pass over segments, in the current memory context; "by_point": no group is of several points. */
extern SgRounding *sg_rounding_make(bool by_point);

/*
 * Does no addition of the segment's values, or of their energies, round? Each segment that is added is to be asked about,
 * in the order in which they are added: where one has rounded, what comes after it in the same group is no more exact.
 */
extern bool sg_rounding_adds(SgRounding *rounding, const SgSegmentRow *row, bool energy);

#endif
