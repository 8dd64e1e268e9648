/*
 * reshape.h
 *	  A curve with other slots: a part of them, longer or shorter ones, holes filled.
 */
#ifndef SG_RESHAPE_H
#define SG_RESHAPE_H

#include "base/grid.h"

/* How a hole is filled. */
typedef enum SgFilling
{
	SG_FILL_PREVIOUS, /* the value before the hole */
	SG_FILL_LINEAR,	  /* on the line from the value before to the one after it */
	SG_FILL_ZERO
} SgFilling;

/*
 * The slots that lie wholly between two instants; shares the curve's arrays. Without any, it is an empty
 * curve that starts as near to "from" as the curve's slots do.
 */
extern SgSlots sg_reshape_slice(const SgSlots *slots, TimestampTz from, TimestampTz until);

/*
 * The same power on slots of another step, which begin whole steps from an origin and span the curve:
 * the mean over each slot, by time; missing if a part of it is. A nature stays where all that a slot is
 * made of has it. Raises 22023 if the origin is not whole seconds from the start, 54000 for too many
 * slots.
 */
extern SgSlots *sg_reshape_resample(const SgSlots *slots, uint32 step, TimestampTz origin);

/*
 * Fills the holes of at most "longest" slots. What is filled in has no nature. A hole without a value on
 * the side that the filling needs stays.
 */
extern SgSlots *sg_reshape_fill(const SgSlots *slots, SgFilling filling, uint32 longest);

#endif
