/*
 * paris.c
 *		Civil days, and the wall clock of Paris.
 *
 * The European rule is written out (summer time from the last Sunday of March
 * to the last Sunday of October, both at 01:00 UTC, since 1996), so that the
 * answers do not depend on the machine's zone files, nor share a mistake with
 * the extension, which asks PostgreSQL.
 */
#include "simulator.h"

#include <string.h>

/* Days since 1970-01-01; years are counted from March, so February is last. */
int64_t
civil_day(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

void
civil_split(int64_t day, int *year, int *month, int *mday)
{
	int64_t shifted = day + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	int64_t day_of_era = shifted - era * 146097;
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t shifted_month = (5 * day_of_year + 2) / 153;

	*mday = (int) (day_of_year - (153 * shifted_month + 2) / 5 + 1);
	*month = (int) (shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
	*year = (int) (year_of_era + era * 400 + (*month <= 2));
}

static int
month_length(int year, int month)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : lengths[month - 1];
}

/* Exactly YYYY-MM-DD, and a day that exists. */
bool
civil_parse(const char *text, int64_t *day)
{
	int part[3] = {0, 0, 0};
	int which = 0;

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
		return false;
	for (int i = 0; i < 10; i++)
	{
		if (i == 4 || i == 7)
			which++;
		else if (text[i] < '0' || text[i] > '9')
			return false;
		else
			part[which] = part[which] * 10 + (text[i] - '0');
	}
	if (part[0] < 1 || part[1] < 1 || part[1] > 12 || part[2] < 1 ||
		part[2] > month_length(part[0], part[1]))
		return false;
	*day = civil_day(part[0], part[1], part[2]);
	return true;
}

/* 0 is Sunday. */
int
civil_weekday(int64_t day)
{
	return (int) (((day + 4) % 7 + 7) % 7);
}

/* The same day some months earlier, or the last one of that month. */
int64_t
civil_months_before(int64_t day, int months)
{
	int year;
	int month;
	int mday;
	int total;

	civil_split(day, &year, &month, &mday);
	total = year * 12 + (month - 1) - months;
	year = total / 12;
	month = total % 12 + 1;
	if (mday > month_length(year, month))
		mday = month_length(year, month);
	return civil_day(year, month, mday);
}

static int64_t
last_sunday(int year, int month)
{
	int64_t last = civil_day(year, month, 31);

	return last - civil_weekday(last);
}

static int64_t
floor_day(int64_t seconds)
{
	return (seconds >= 0 ? seconds : seconds - (DAY_SECONDS - 1)) / DAY_SECONDS;
}

/* Seconds that Paris is ahead of UTC at that instant. */
int
paris_offset(int64_t at)
{
	int year;
	int month;
	int mday;

	civil_split(floor_day(at), &year, &month, &mday);
	if (month < 3 || month > 10)
		return 3600;
	if (month > 3 && month < 10)
		return 7200;
	if (month == 3)
		return at >= last_sunday(year, 3) * DAY_SECONDS + 3600 ? 7200 : 3600;
	return at < last_sunday(year, 10) * DAY_SECONDS + 3600 ? 7200 : 3600;
}

int64_t
paris_day(int64_t at)
{
	return floor_day(at + paris_offset(at));
}

/* The clock never changes at midnight, so one of two guesses is right. */
int64_t
paris_midnight(int64_t day)
{
	int64_t guess = day * DAY_SECONDS - 7200;

	return paris_offset(guess) == 7200 ? guess : guess + 3600;
}
