/*
 * curve.h
 *	  The value of type switchgrid.curve: the packed bytes of codec.h as a varlena, and slots in
 *	  PostgreSQL's memory.
 */
#ifndef SG_CURVE_H
#define SG_CURVE_H

#include "postgres.h"
#include "codec.h"
#include "datatype/timestamp.h"

/* What a curve sums up to, kept beside it so that reports unpack nothing. */
typedef struct SgSummary
{
	int points;		  /* slots with a value */
	double wh;		  /* energy of the whole curve, by each slot's length */
	double watts_min; /* of the slots with a value; 0 without one */
	double watts_max;
} SgSummary;

/* A curve of so many slots, all missing, in the current memory context. Raises 54000 for too many. */
extern SgSlots *sg_curve_make(TimestampTz start, uint32 step, uint32 count, int scale);

/*
 * Packs slots into a new varlena, and numbers their natures anew. Raises 54000 if they are out of the
 * codec's limits.
 */
extern struct varlena *sg_curve_pack(SgSlots *slots);

/* Unpacks a (detoasted) varlena into the current memory context. Raises XX001 if its bytes are corrupt. */
extern SgSlots *sg_curve_unpack(const struct varlena *packed);

/*
 * The same for what only computes: leaves the natures out, and the whole array of them if no slot is
 * missing.
 */
extern SgSlots *sg_curve_unpack_values(const struct varlena *packed);

/*
 * The same of those slots only that begin in [from, until), natures too if they are wanted: the slots are those of a
 * shorter curve.
 */
extern SgSlots *sg_curve_unpack_span(const struct varlena *packed, TimestampTz from,
									 TimestampTz until, bool natures);

/* Reads the header only. Raises XX001 if it is corrupt. */
extern void sg_curve_head(const struct varlena *packed, SgCurveHead *head);

/* Frees slots made by one of the functions above. */
extern void sg_curve_free(SgSlots *slots);

/* 10 to the power of the scale: watts = mantissa / that. */
extern double sg_curve_unit(int scale);

/*
 * The smallest scale at which a value is a whole number of units, SG_CURVE_MAX_SCALE if there is none.
 */
extern int sg_curve_scale_of(double watts);

/* Gives the slots more decimals, "scale" of them. Raises 22003 if a value has no room for them. */
extern void sg_curve_rescale(SgSlots *slots, int scale);

/* Sets a slot's value, at the slots' scale; rounds what the scale cannot hold. Raises 22003. */
extern void sg_curve_set(SgSlots *slots, uint32 slot, double watts, const char *nature);

/*
 * The number of a nature in a curve's dictionary, which takes it up if it is new; 0 for none. Raises 54000
 * for one that is too long or too many.
 */
extern uint8_t sg_curve_nature_number(SgNatures *natures, const char *nature);

/* The nature of a slot that has a value, or NULL. Belongs to the slots. */
extern const char *sg_curve_nature(const SgSlots *slots, uint32 slot);

/* The energy of a slot of so many seconds, Wh. */
static inline double
sg_curve_wh(double watts, uint32 step)
{
	return watts * step / SECS_PER_HOUR;
}

/* When a slot begins. */
extern TimestampTz sg_curve_slot_start(const SgCurveHead *head, uint32 slot);

/* The first slot that begins at an instant or after it; the number of slots if none does. */
extern uint32 sg_curve_first_slot(const SgCurveHead *head, TimestampTz at);

/* What the slots sum up to. */
extern SgSummary sg_curve_summary(const SgSlots *slots);

#endif
