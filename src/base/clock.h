/*
 * clock.h
 *	  Civil time of the French networks, and the clock that tests can set.
 */
#ifndef SG_CLOCK_H
#define SG_CLOCK_H

#include "postgres.h"
#include "utils/date.h"
#include "utils/timestamp.h"

/* The days that stand for an infinite instant: outside any history, far from any overflow. */
#define SG_DAY_FIRST (-1000000)
#define SG_DAY_LAST 1000000

/* Setting switchgrid.now: a timestamp that stands for the present in tests, or "" for the real clock. */
extern char *sg_clock_setting;

/* What the clock says for the API's calendar. Waiting and pace never use it, but real time. */
extern TimestampTz sg_clock_now(void);

/* Sets the test clock; 0 gives the real one back. */
extern void sg_clock_set(TimestampTz now);

/* The civil day in Paris now. */
extern DateADT sg_clock_today(void);

/* The instant at which a civil day begins in Paris. */
extern TimestampTz sg_clock_day_start(DateADT day);

/* The civil day in Paris at an instant. Infinite instants give days outside any history. */
extern DateADT sg_clock_day_of(TimestampTz at);

/* Real minutes in a civil day: 1380, 1440 or 1500. */
extern int sg_clock_day_minutes(DateADT day);

/* The first day of the civil month of a day; of the month after it with "ahead" = 1. */
extern DateADT sg_clock_month(DateADT day, int ahead);

/* The same day "months" months and "days" days earlier; a day that the month lacks is its last. */
extern DateADT sg_clock_earlier(DateADT day, int months, int days);

/*
 * Reads wall-clock labels without offset, in the order in which an answer gives them. The repeated hour
 * of October is told apart by that order.
 */
typedef struct SgLabelReader
{
	DateADT day;		/* the day whose bounds are held */
	bool known;			/* is it set? */
	TimestampTz start;	/* when it begins */
	TimestampTz next;	/* when the next one begins */
	TimestampTz change; /* when the clock changes in it; 0 if it does not */
	bool started;		/* has a label been read? */
	bool descending;	/* do the labels run backwards? */
	int copies;		  /* how often a label was sent in a row, where it can mean one instant only */
	int run;		  /* how often the last instant was given in a row */
	TimestampTz last; /* the previous label's instant */
	int64 last_step;  /* and its step */
} SgLabelReader;

/*
 * The instant of the label at second "seconds" (0 to 86400) of "day", for a point of length "step"
 * microseconds that ends (or begins) at it. The reader starts zeroed for each answer.
 */
extern TimestampTz sg_clock_label(SgLabelReader *reader, DateADT day, int seconds, int64 step);

/* Reads "YYYY-MM-DD"; false if it is not one. */
extern bool sg_clock_parse_day(const char *text, size_t len, DateADT *day);

/* Reads "YYYY-MM-DD HH:MM:SS" (or with "T"); false if it is not one. */
extern bool sg_clock_parse_label(const char *text, size_t len, DateADT *day, int *seconds);

/*
 * Reads an ISO 8601 instant: a label with fractions of a second or without, then "Z" or an offset, then a
 * zone's name in brackets or none. "[Europe/Paris]" may stand for the offset; in the repeated hour that is its
 * first pass. False if it is none, or says neither.
 */
extern bool sg_clock_parse_instant(const char *text, size_t len, TimestampTz *at);

/* Writes the beginning of a civil day with its offset, "2026-03-29T00:00:00+01:00", into SG_INSTANT_LEN bytes. */
#define SG_INSTANT_LEN 32
extern char *sg_clock_print_start(char *out, DateADT day);

/* Reads an ISO 8601 length of minutes or hours such as PT30M or PT1H; 0 if it is not one of 1 to 1440 minutes. */
extern int sg_clock_parse_step(const char *text, size_t len);

/*
 * Reads a length in any of the forms that are seen of it, in minutes: P1D, PT1H30M, PT1800S, 30min, 1h, 1d. 0 if
 * it is not one of 1 to 1440 whole minutes.
 */
extern int sg_clock_parse_length(const char *text, size_t len);

/* Writes a day as YYYY-MM-DD into a buffer of at least SG_DAY_LEN bytes; returns it. */
#define SG_DAY_LEN 16
extern char *sg_clock_print_day(char *out, DateADT day);

#endif
