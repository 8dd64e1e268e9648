/*
 * power.h
 *	  Arithmetic on unpacked curves.
 *
 * A curve's values are whole numbers of units: 32 bits at one number of decimals, nine at most. What is
 * computed keeps its exact decimals where they fit; what has no end (a quotient, a mean), or does not
 * fit, is rounded to as many decimals as the largest value leaves room for, half away from zero. That
 * is an error of less than a billionth of the largest value. Whole watts that do not fit raise 22003.
 *
 * The functions that settle values take them in an array of 0 for each missing slot, and put them into
 * slots that have their grid and natures already; they choose the scale.
 */
#ifndef SG_POWER_H
#define SG_POWER_H

#include "base/compat.h"
#include "base/curve.h"

/* 10 to the power of n, 0 to 18. */
extern int64 sg_power_ten(int n);

/* Raises 22003: a power of so many watts is beyond what a curve can hold. */
pg_noreturn extern void sg_power_complain_range(double watts);

/* Takes away the decimals that no value needs. */
extern void sg_power_shorten(SgSlots *slots);

/* Settles numbers at a scale of 0 to 18. */
extern void sg_power_settle(SgSlots *slots, const int64 *numbers, int scale);

/*
 * Settles quotients: numbers at a scale of 0 to 9, each to be divided by its own divisor, 1 to 2^31.
 * The quotients, at that scale, are smaller than 2^62.
 */
extern void sg_power_settle_quotients(SgSlots *slots, const int64 *numbers, const int64 *divisors,
									  int scale);

/* Settles watts that were computed in double precision. Raises 22003 for what is no number. */
extern void sg_power_settle_watts(SgSlots *slots, const double *watts);

/*
 * The same for watts that were read: values that are decimals, of nine decimals at most, are kept as
 * they are, or 22003 is raised. Others, such as a third, are rounded.
 */
extern void sg_power_keep_watts(SgSlots *slots, const double *watts);

typedef enum SgOperation
{
	SG_PLUS,
	SG_MINUS,
	SG_TIMES,
	SG_DIVIDED
} SgOperation;

/*
 * Slot by slot, where the spans of both overlap, on their longest common step; missing where either is.
 * Without natures. Raises 22012 for a division by zero, 22023 for grids that do not meet.
 */
extern SgSlots *sg_power_combine(const SgSlots *a, SgOperation operation, const SgSlots *b);

/* Applies a number to each slot that has a value, and keeps natures. */
extern SgSlots *sg_power_apply(const SgSlots *a, SgOperation operation, double number);

#endif
