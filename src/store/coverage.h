/*
 * coverage.h
 *	  What is known about the days of a point's relation: held, empty, or open and why.
 */
#ifndef SG_COVERAGE_H
#define SG_COVERAGE_H

#include "postgres.h"
#include "base/fault.h"
#include "base/span.h"
#include "datatype/timestamp.h"

/* One series of days: a relation of a point in a direction, as one server gives it. */
typedef struct SgSeries
{
	const char *server;
	const char *point;
	const char *relation;
	const char *direction;
} SgSeries;

/* What an answer said of one day. */
typedef enum SgDayState
{
	SG_DAY_HELD,  /* the data is there */
	SG_DAY_EMPTY, /* asked, and nothing is to come any more */
	SG_DAY_LATE	  /* not there, or not whole, and still to be expected */
} SgDayState;

/*
 * Notes what is known after an answer about the days: one state for each of them. Late days are asked
 * again after "late_retry", empty ones after "empty_retry" microseconds and after twice that the next time; below
 * 0: not by themselves. Needs an SPI connection, like all here.
 */
extern void sg_coverage_settle(const SgSeries *series, SgDays days, const SgDayState *states,
							   TimestampTz now, int64 late_retry, int64 empty_retry);

/* Notes that days to come are not to be asked for before a moment: what is billed comes once in a while. */
extern void sg_coverage_ahead(const SgSeries *series, SgDays days, TimestampTz now,
							  TimestampTz retry_at);

/*
 * Notes that there is nothing before a day: of every series of the point in this direction, for a meter is
 * activated once.
 */
extern void sg_coverage_floor(const SgSeries *series, DateADT first);

/*
 * Notes that what is so of a point was seen today, or that there is nothing to see: good for so many days, today
 * among them.
 */
extern void sg_coverage_look(const SgSeries *series, DateADT today, int days, bool seen,
							 TimestampTz now);

/*
 * Notes that the days could not be had, why, and when asking again makes sense: where the fault is retried, twice as
 * long with each try of those days; others of the same window have their own count. "now" dates the note. A fault that reaches further than its window, and one
 * about a relation of state, is noted for the days to come too.
 */
extern void sg_coverage_open(const SgSeries *series, SgDays days, const SgFault *fault,
							 TimestampTz now);

/* The same, and says itself when asking again makes sense. */
extern void sg_coverage_open_until(const SgSeries *series, SgDays days, const SgFault *fault,
								   TimestampTz now, TimestampTz retry_at);

/* How often days were asked in vain, with this time. */
extern int sg_coverage_tries(const SgSeries *series, SgDays days, TimestampTz now);

#endif
