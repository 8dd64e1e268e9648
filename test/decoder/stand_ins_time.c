/*-------------------------------------------------------------------------
 *
 * stand_ins_time.c
 *	  The backend's calendar and the one time zone that the decoders ask for.
 *
 * The zone is a rule: that of the European Union since 1996, used for any
 * year.  test_examples.pl compares it with the system's time zone data.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "harness.h"
#include "pgtime.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

/* Days since 2000-01-01, and seconds since then where it says so; before it, negative. */
#define SUNDAY 1 /* 2000-01-02 */
#define UNIX_SECONDS ((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY)

const int day_tab[2][13] = {{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0},
							{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0}};

/* Floor of a division. */
static int64
below(int64 a, int64 b)
{
	return a / b - (a % b < 0);
}

/* Years are counted from March, so that the leap day is the last one. */
int
date2j(int y, int m, int d)
{
	int64 year = m > 2 ? y : y - 1;
	int64 days = below(year * 1461, 4) - below(year, 100) + below(year, 400);

	return (int) (days + (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1 + 1721120);
}

void
j2date(int jd, int *year, int *month, int *day)
{
	int64 y = below((int64) (jd - 1721120) * 400, 146097);
	int m = 1;

	while (date2j((int) y + 1, 1, 1) <= jd)
		y++;
	while (date2j((int) y, 1, 1) > jd)
		y--;
	while (m < 12 && date2j((int) y, m + 1, 1) <= jd)
		m++;
	*year = (int) y;
	*month = m;
	*day = jd - date2j((int) y, m, 1) + 1;
}

/* The second at which the clocks change: 01:00 UTC on the last Sunday of the month. */
static int64
change_of(int year, int month)
{
	int64 last = date2j(year, month, 31) - POSTGRES_EPOCH_JDATE;

	last -= (last - SUNDAY) - below(last - SUNDAY, 7) * 7;
	return last * SECS_PER_DAY + SECS_PER_HOUR;
}

static int
year_of(int64 seconds)
{
	int year;
	int month;
	int day;

	j2date((int) below(seconds, SECS_PER_DAY) + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	return year;
}

/* Seconds east of Greenwich at a second. */
static int
offset_at(int64 seconds)
{
	int year = year_of(seconds);
	bool summer = seconds >= change_of(year, 3) && seconds < change_of(year, 10);

	return summer ? 2 * SECS_PER_HOUR : SECS_PER_HOUR;
}

pg_tz *
pg_tzset(const char *tzname)
{
	static char paris;

	return strcmp(tzname, "Europe/Paris") == 0 ? (pg_tz *) &paris : NULL;
}

/* Seconds west; a label in the missing hour is read with the offset before the change. */
int
DetermineTimeZoneOffset(struct pg_tm *tm, pg_tz *tzp)
{
	int64 day = date2j(tm->tm_year, tm->tm_mon, tm->tm_mday) - POSTGRES_EPOCH_JDATE;
	int64 label = day * SECS_PER_DAY + tm->tm_hour * SECS_PER_HOUR + tm->tm_min * 60 + tm->tm_sec;

	(void) tzp;
	return -offset_at(label - SECS_PER_HOUR);
}

pg_time_t
timestamptz_to_time_t(TimestampTz t)
{
	return below(t, USECS_PER_SEC) + UNIX_SECONDS;
}

TimestampTz
time_t_to_timestamptz(pg_time_t tm)
{
	return (tm - UNIX_SECONDS) * USECS_PER_SEC;
}

int
pg_next_dst_boundary(const pg_time_t *timep, long int *before_gmtoff, int *before_isdst,
					 pg_time_t *boundary, long int *after_gmtoff, int *after_isdst, const pg_tz *tz)
{
	int64 from = *timep - UNIX_SECONDS;
	int year = year_of(from);
	int64 next = change_of(year, 3);

	(void) tz;
	if (next <= from)
		next = change_of(year, 10);
	if (next <= from)
		next = change_of(year + 1, 3);
	*before_gmtoff = offset_at(from);
	*after_gmtoff = offset_at(next);
	*before_isdst = *before_gmtoff > SECS_PER_HOUR;
	*after_isdst = *after_gmtoff > SECS_PER_HOUR;
	*boundary = next + UNIX_SECONDS;
	return 1;
}

int
timestamp2tm(Timestamp dt, int *tzp, struct pg_tm *tm, fsec_t *fsec, const char **tzn,
			 pg_tz *attimezone)
{
	int64 seconds = below(dt, USECS_PER_SEC);
	int offset = offset_at(seconds);
	int64 day = below(seconds + offset, SECS_PER_DAY);
	int rest = (int) (seconds + offset - day * SECS_PER_DAY);

	(void) tzn, (void) attimezone;
	*tzp = -offset;
	*fsec = (fsec_t) (dt - seconds * USECS_PER_SEC);
	j2date((int) day + POSTGRES_EPOCH_JDATE, &tm->tm_year, &tm->tm_mon, &tm->tm_mday);
	tm->tm_hour = rest / SECS_PER_HOUR;
	tm->tm_min = rest % SECS_PER_HOUR / 60;
	tm->tm_sec = rest % 60;
	return 0;
}

TimestampTz
GetCurrentTimestamp(void)
{
	return HARNESS_NOW;
}
