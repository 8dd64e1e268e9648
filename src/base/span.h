/*
 * span.h
 *	  Half-open spans of civil days, and how they are cut into windows.
 *
 * A day is a DateADT: days since 2000-01-01. The span is [from, until).
 */
#ifndef SG_SPAN_H
#define SG_SPAN_H

#include "postgres.h"
#include "utils/date.h"

typedef struct SgDays
{
	DateADT from;
	DateADT until;
} SgDays;

/* Wider than any API's history: a span without bounds, on which arithmetic cannot overflow. */
#define SG_DAYS_ALL ((SgDays){-1000000, 1000000})

/* True if no day is in the span. */
static inline bool
sg_days_empty(SgDays days)
{
	return days.from >= days.until;
}

/* The number of days in the span, never negative. */
static inline int
sg_days_count(SgDays days)
{
	return sg_days_empty(days) ? 0 : days.until - days.from;
}

/* The days that are in both spans; empty if there are none. */
static inline SgDays
sg_days_intersect(SgDays a, SgDays b)
{
	return (SgDays){Max(a.from, b.from), Min(a.until, b.until)};
}

/* How many windows of at most "size" days (0: no limit) cover the span. The smallest such number. */
static inline int
sg_days_windows(SgDays days, int size)
{
	int n = sg_days_count(days);

	if (n == 0)
		return 0;
	return size <= 0 ? 1 : (n + size - 1) / size;
}

/*
 * Window number i of the span, the newest first: recent days are what people look at, and what is
 * missing is most often at the old end.
 */
static inline SgDays
sg_days_window(SgDays days, int size, int i)
{
	DateADT until = days.until - i * size;

	return size <= 0 ? days : (SgDays){Max(days.from, until - size), until};
}

#endif
