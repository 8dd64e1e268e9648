/*-------------------------------------------------------------------------
 *
 * month_csv.h
 *	  Reads an hourly CSV file (starts_at,watts; UTC) into curves of one
 *	  civil month each, Europe/Paris, for tests and benchmarks.
 *
 * The months are computed here from the rule of the European Union (summer
 * time from the last Sunday of March to the last of October, both at 01:00
 * UTC), not by the code under test nor by a time-zone database.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MONTH_CSV_H
#define MONTH_CSV_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"

#define MONTH_HOURS_MAX 745 /* October has 31 days and an hour */
#define MONTHS_MAX 240

typedef struct Month
{
	int number;		/* year * 12 + month - 1 */
	int64_t first;	/* hours since 1970 of the first value */
	uint32_t count; /* slots, first value to last */
	uint32_t held;	/* of them with a value */
	int32_t values[MONTH_HOURS_MAX];
	uint8_t nature[MONTH_HOURS_MAX];
} Month;

/* Days since 1970-01-01 of a Gregorian date. */
static inline int64_t
days_of(int year, int month, int day)
{
	static const int before[12] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	int64_t y = year - 1;

	return y * 365 + y / 4 - y / 100 + y / 400 - 719162 + before[month - 1] + (month > 2 && leap) +
		   day - 1;
}

/* The last Sunday of a month of 31 days, as days since 1970 (a Thursday). */
static inline int64_t
last_sunday(int year, int month)
{
	int64_t last = days_of(year, month, 31);

	return last - (last + 4) % 7;
}

/* The civil month, in Paris, of an hour in UTC: year * 12 + month - 1. */
static inline int
paris_month(int year, int month, int day, int hour)
{
	int64_t utc = days_of(year, month, day) * 24 + hour;
	int summer = utc >= last_sunday(year, 3) * 24 + 1 && utc < last_sunday(year, 10) * 24 + 1;
	int64_t local = (utc + 1 + summer) / 24;
	int number = year * 12 + month - 1;
	int next = number + 1;

	return local >= days_of(next / 12, next % 12 + 1, 1) ? next : number;
}

static inline void
month_add(Month *month, int64_t hour, int32_t watts)
{
	if (month->held++ == 0)
		month->first = hour;
	for (; month->count < hour - month->first; month->count++)
		month->nature[month->count] = SG_SLOT_MISSING;
	month->values[month->count] = watts;
	month->nature[month->count++] = 0;
}

/*
 * Reads the file into months, an array of MONTHS_MAX, oldest first.
 * Returns how many, or -1 if the file cannot be read or is not as said.
 */
static inline int
months_read(const char *path, Month *months)
{
	FILE *file = fopen(path, "r");
	char line[128];
	int n = 0;

	if (file == NULL || fgets(line, sizeof(line), file) == NULL)
		n = -1;
	while (n >= 0 && fgets(line, sizeof(line), file) != NULL)
	{
		int y, m, d, h, watts;
		int number;

		if (sscanf(line, "%d-%d-%dT%d:00:00Z,%d", &y, &m, &d, &h, &watts) != 5)
		{
			n = -1;
			break;
		}
		number = paris_month(y, m, d, h);
		if (n == 0 || months[n - 1].number != number)
		{
			if (n == MONTHS_MAX)
				break;
			memset(&months[n], 0, sizeof(Month));
			months[n++].number = number;
		}
		if (days_of(y, m, d) * 24 + h - (months[n - 1].held ? months[n - 1].first : INT64_MAX) >=
			MONTH_HOURS_MAX)
			n = -1;
		else
			month_add(&months[n - 1], days_of(y, m, d) * 24 + h, watts);
	}
	if (file != NULL)
		fclose(file);
	return n;
}

/* The month as slots to pack; the arrays stay the month's. */
static inline SgSlots
month_slots(Month *month)
{
	SgSlots slots = {0};

	slots.head.start = (month->first - 10957 * 24) * INT64_C(3600000000);
	slots.head.step = 3600;
	slots.head.count = month->count;
	slots.values = month->values;
	slots.nature = month->nature;
	return slots;
}

#endif /* MONTH_CSV_H */
