/*
 * month.h
 *	  The civil month of a segment, its days, and when readings of each came first.
 */
#ifndef SG_MONTH_H
#define SG_MONTH_H

#include "postgres.h"
#include "base/codec.h"
#include "datatype/timestamp.h"
#include "utils/date.h"

#define SG_MONTH_DAYS 31

typedef struct SgMonth
{
	DateADT day; /* its first */
	int days;
	TimestampTz start;
	TimestampTz end;
} SgMonth;

/* The month that begins on a day. */
extern void sg_month_set(SgMonth *month, DateADT day);

/* Slots in a segment of this step that covers the whole month. */
extern uint32 sg_month_slots(const SgMonth *month, int32 step);

/*
 * What a segment of the month knows of its days: which slots begin in day i, first[i] up to before first[i + 1],
 * and when readings of it were first stored; SG_NEVER if none were, and before all time if nobody knows.
 */
#define SG_NEVER DT_NOEND
typedef struct SgArrivals
{
	int days;
	uint32 first[SG_MONTH_DAYS + 1];
	TimestampTz at[SG_MONTH_DAYS];
} SgArrivals;

/*
 * Reads a segment's column "arrived" beside its slots, which have natures. Raises XX001 for an array that is not
 * of the month.
 */
extern void sg_arrivals_read(SgArrivals *arrivals, const SgMonth *month, const SgSlots *slots,
							 Datum arrived);

/* The array of these slots, in its shortest form. */
extern Datum sg_arrivals_array(const SgArrivals *arrivals, const SgSlots *slots);

/* The array of a segment all of whose days came at once. */
extern Datum sg_arrivals_once(TimestampTz at);

#endif
