/*
 * curve_call.h
 *	  What the SQL functions on curves have in common: their arguments and results.
 */
#ifndef SG_CURVE_CALL_H
#define SG_CURVE_CALL_H

#include "base/curve.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

/* An argument's slots, in the current memory context. Raises XX001 if its bytes are corrupt. */
extern SgSlots *sg_face_slots(FunctionCallInfo fcinfo, int argument);

/* An argument's header; of a stored curve, only the beginning is read. */
extern void sg_face_head(FunctionCallInfo fcinfo, int argument, SgCurveHead *head);

/* Slots as a result, packed with the fewest decimals that hold their values. */
extern Datum sg_face_curve(SgSlots *slots);

/* A length of a slot in seconds. Raises 22023 if it is not one of 1 second to 1 day. */
extern uint32 sg_face_step(const Interval *step);

/* Raises 22008 if the instant is infinite. */
extern void sg_face_check_finite(TimestampTz at);

/* From an instant, inclusive, to another, exclusive; the type is that of tstzrange. */
extern RangeType *sg_face_range(TypeCacheEntry *type, TimestampTz start, TimestampTz end);

/* The two arrays that a curve is made of, both as long as it has slots; natures may be NULL. */
extern SgSlots *sg_face_from_arrays(TimestampTz start, uint32 step, ArrayType *watts,
									ArrayType *natures);

#endif
