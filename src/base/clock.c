/*
 * clock.c
 *	  Civil time of the French networks, on PostgreSQL's own time zone code.
 */
#include "postgres.h"

#include <ctype.h>

#include "clock.h"
#include "pgtime.h"
#include "utils/datetime.h"

/* Overseas networks are not run by Enedis or GRDF: one zone is enough. */
#define NETWORK_ZONE "Europe/Paris"

char *sg_clock_setting = NULL;

static TimestampTz test_now = 0;

static pg_tz *
network_zone(void)
{
	static pg_tz *zone = NULL;

	if (zone == NULL)
		zone = pg_tzset(NETWORK_ZONE);
	if (zone == NULL)
		ereport(ERROR, (errcode(ERRCODE_CONFIG_FILE_ERROR),
						errmsg("time zone \"%s\" is not known to this server", NETWORK_ZONE),
						errhint("Install the time zone data that PostgreSQL was built for.")));
	return zone;
}

TimestampTz
sg_clock_now(void)
{
	return test_now != 0 ? test_now : GetCurrentTimestamp();
}

void
sg_clock_set(TimestampTz now)
{
	test_now = now;
}

DateADT
sg_clock_today(void)
{
	return sg_clock_day_of(sg_clock_now());
}

TimestampTz
sg_clock_day_start(DateADT day)
{
	struct pg_tm tm;
	int year;
	int month;
	int mday;
	int tz;

	memset(&tm, 0, sizeof(tm));
	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	tm.tm_year = year;
	tm.tm_mon = month;
	tm.tm_mday = mday;
	tz = DetermineTimeZoneOffset(&tm, network_zone());
	return (int64) day * USECS_PER_DAY + (int64) tz * USECS_PER_SEC;
}

DateADT
sg_clock_day_of(TimestampTz at)
{
	struct pg_tm tm;
	fsec_t fsec;
	int tz;

	if (TIMESTAMP_NOT_FINITE(at) || timestamp2tm(at, &tz, &tm, &fsec, NULL, network_zone()) != 0)
		return at < 0 ? SG_DAY_FIRST : SG_DAY_LAST;
	return date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - POSTGRES_EPOCH_JDATE;
}

int
sg_clock_day_minutes(DateADT day)
{
	return (int) ((sg_clock_day_start(day + 1) - sg_clock_day_start(day)) / USECS_PER_MINUTE);
}

DateADT
sg_clock_month(DateADT day, int ahead)
{
	int year;
	int month;
	int mday;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	month += ahead;
	return date2j(year + (month - 1) / 12, (month - 1) % 12 + 1, 1) - POSTGRES_EPOCH_JDATE;
}

DateADT
sg_clock_earlier(DateADT day, int months, int days)
{
	int year;
	int month;
	int mday;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	month = year * 12 + (month - 1) - months;
	year = month / 12;
	month = month % 12;
	mday = Min(mday, day_tab[isleap(year)][month]);
	return date2j(year, month + 1, mday) - POSTGRES_EPOCH_JDATE - days;
}

/* Learns the bounds of a day, and the instant at which its clock changes, if it does. */
static void
enter_day(SgLabelReader *reader, DateADT day)
{
	reader->day = day;
	reader->known = true;
	reader->start = sg_clock_day_start(day);
	reader->next = sg_clock_day_start(day + 1);
	reader->change = 0;
	if (reader->next - reader->start != USECS_PER_DAY)
	{
		pg_time_t from = timestamptz_to_time_t(reader->start);
		pg_time_t boundary;
		long before;
		long after;
		int isdst_before;
		int isdst_after;

		if (pg_next_dst_boundary(&from, &before, &isdst_before, &boundary, &after, &isdst_after,
								 network_zone()) == 1)
			reader->change = time_t_to_timestamptz(boundary);
	}
}

/*
 * The repeated hour: "summer" and "winter" are the two instants that the label may mean. The one that
 * continues the series wins; else a label that does not go on from the previous one is a repetition.
 */
static TimestampTz
choose_repeated(const SgLabelReader *reader, TimestampTz summer, TimestampTz winter, int64 step)
{
	if (!reader->started)
		return summer;
	/* an answer that sends its points several times sends these as often */
	if (reader->run < reader->copies && (summer == reader->last || winter == reader->last))
		return reader->last;
	if (reader->descending)
	{
		if (winter + reader->last_step == reader->last)
			return winter;
		if (summer + reader->last_step == reader->last)
			return summer;
		return winter < reader->last ? winter : summer;
	}
	if (summer - step == reader->last)
		return summer;
	if (winter - step == reader->last)
		return winter;
	return summer > reader->last ? summer : winter;
}

TimestampTz
sg_clock_label(SgLabelReader *reader, DateADT day, int seconds, int64 step)
{
	TimestampTz early;
	TimestampTz late;
	TimestampTz at;
	bool ambiguous = false;

	if (!reader->known || reader->day != day)
		enter_day(reader, day);
	/* counted from the day's start, and back from its end: they differ on a day of 23 or 25 hours */
	early = reader->start + seconds * USECS_PER_SEC;
	late = reader->next - (SECS_PER_DAY - seconds) * USECS_PER_SEC;
	if (early == late)
		at = early;
	else if (early < reader->change && late >= reader->change)
	{
		ambiguous = true;
		at = choose_repeated(reader, early, late, step);
	}
	else
		at = late >= reader->change ? late : early;

	if (reader->started && at != reader->last)
		reader->descending = at < reader->last;
	reader->run = reader->started && at == reader->last ? reader->run + 1 : 1;
	if (!ambiguous)
		reader->copies = Max(reader->copies, reader->run);
	reader->started = true;
	reader->last = at;
	reader->last_step = step;
	return at;
}

/* Reads exactly n digits; -1 if there are none. */
static int
digits(const char *s, int n)
{
	int value = 0;

	for (int i = 0; i < n; i++)
	{
		unsigned int digit = (unsigned char) s[i] - '0';

		if (digit > 9)
			return -1;
		value = value * 10 + (int) digit;
	}
	return value;
}

bool
sg_clock_parse_day(const char *text, size_t len, DateADT *day)
{
	int year;
	int month;
	int mday;

	if (len != 10 || text[4] != '-' || text[7] != '-')
		return false;
	year = digits(text, 4);
	month = digits(text + 5, 2);
	mday = digits(text + 8, 2);
	if (year < 1900 || month < 1 || month > 12 || mday < 1 ||
		mday > day_tab[isleap(year)][month - 1])
		return false;
	*day = date2j(year, month, mday) - POSTGRES_EPOCH_JDATE;
	return true;
}

bool
sg_clock_parse_label(const char *text, size_t len, DateADT *day, int *seconds)
{
	int hour;
	int minute;
	int second;

	if (len != 19 || (text[10] != ' ' && text[10] != 'T') || text[13] != ':' || text[16] != ':')
		return false;
	hour = digits(text + 11, 2);
	minute = digits(text + 14, 2);
	second = digits(text + 17, 2);
	if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0 || second > 59)
		return false;
	*seconds = hour * SECS_PER_HOUR + minute * SECS_PER_MINUTE + second;
	return *seconds <= SECS_PER_DAY && sg_clock_parse_day(text, 10, day);
}

/* Reads a fraction of a second at "text"; returns how long it is, 0 if there is none, and sets its microseconds. */
static size_t
fraction(const char *text, size_t len, int64 *us)
{
	int64 unit = USECS_PER_SEC;
	size_t n = 1;

	*us = 0;
	if (len < 2 || (text[0] != '.' && text[0] != ',') || !isdigit((unsigned char) text[1]))
		return 0;
	for (; n < len && isdigit((unsigned char) text[n]); n++)
	{
		unit /= 10;
		*us += (text[n] - '0') * unit;
	}
	return n;
}

/* Reads "Z", "+02:00" or "+0200"; returns how long it is, 0 if there is none, and sets the seconds. */
static size_t
offset_of(const char *text, size_t len, int *seconds)
{
	size_t n = len >= 6 && text[3] == ':' ? 6 : 5;
	int hours;
	int minutes;

	*seconds = 0;
	if (len >= 1 && (text[0] == 'Z' || text[0] == 'z'))
		return 1;
	if (len < n || (text[0] != '+' && text[0] != '-'))
		return 0;
	hours = digits(text + 1, 2);
	minutes = digits(text + n - 2, 2);
	/* no zone is further from Greenwich than 14 hours */
	if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59)
		return 0;
	*seconds = (hours * SECS_PER_HOUR + minutes * SECS_PER_MINUTE) * (text[0] == '-' ? -1 : 1);
	return n;
}

bool
sg_clock_parse_instant(const char *text, size_t len, TimestampTz *at)
{
	static const char zone[] = "[Europe/Paris]";
	SgLabelReader alone = {0};
	DateADT day;
	int seconds;
	int offset;
	int64 us;
	size_t n = 19;
	size_t m;

	if (len < n || !sg_clock_parse_label(text, n, &day, &seconds))
		return false;
	n += fraction(text + n, len - n, &us);
	m = offset_of(text + n, len - n, &offset);
	n += m;
	if (m == 0 && len - n == strlen(zone) && strncmp(text + n, zone, len - n) == 0)
	{
		*at = sg_clock_label(&alone, day, seconds, 0) + us;
		return true;
	}
	if (m == 0 || (n < len && (text[n] != '[' || text[len - 1] != ']')))
		return false;
	*at = day * USECS_PER_DAY + (seconds - offset) * USECS_PER_SEC + us;
	return true;
}

char *
sg_clock_print_start(char *out, DateADT day)
{
	int offset = (int) ((day * USECS_PER_DAY - sg_clock_day_start(day)) / USECS_PER_SEC);
	char date[SG_DAY_LEN];

	snprintf(out, SG_INSTANT_LEN, "%sT00:00:00%c%02d:%02d", sg_clock_print_day(date, day),
			 offset < 0 ? '-' : '+', abs(offset) / SECS_PER_HOUR,
			 abs(offset) % SECS_PER_HOUR / SECS_PER_MINUTE);
	return out;
}

int
sg_clock_parse_step(const char *text, size_t len)
{
	int minutes = 0;

	if (len < 4 || len > 7 || strncmp(text, "PT", 2) != 0)
		return 0;
	for (size_t i = 2; i < len - 1; i++)
	{
		if (!isdigit((unsigned char) text[i]))
			return 0;
		minutes = minutes * 10 + (text[i] - '0');
	}
	if (text[len - 1] == 'H')
		minutes *= MINS_PER_HOUR;
	else if (text[len - 1] != 'M')
		return 0;
	return minutes <= HOURS_PER_DAY * MINS_PER_HOUR ? minutes : 0;
}

/*
 * The seconds of a unit; 0 if the word is none. The form says where it stands: in the days (P) or the time (T) of an
 * ISO 8601 length, or behind the number of a plain one.
 */
static int
seconds_of_unit(const char *word, size_t len, char form)
{
	static const struct
	{
		const char *word;
		char form;
		int seconds;
	} units[] = {{"D", 'P', SECS_PER_DAY},		{"H", 'T', SECS_PER_HOUR},
				 {"M", 'T', SECS_PER_MINUTE},	{"S", 'T', 1},
				 {"d", '-', SECS_PER_DAY},		{"h", '-', SECS_PER_HOUR},
				 {"min", '-', SECS_PER_MINUTE}, {"m", '-', SECS_PER_MINUTE}};

	for (int i = 0; i < lengthof(units); i++)
		if (units[i].form == form && strlen(units[i].word) == len &&
			strncmp(units[i].word, word, len) == 0)
			return units[i].seconds;
	return 0;
}

/* Adds numbers with their units; false if there is something else. */
static bool
add_parts(const char *text, size_t len, char form, int64 *seconds)
{
	for (size_t n = 0; n < len;)
	{
		size_t start = n;
		size_t word;
		int64 count = 0;
		int64 us;
		int unit;

		/* more digits than these are no length of a day at most */
		for (; n < len && n - start < 6 && isdigit((unsigned char) text[n]); n++)
			count = count * 10 + (text[n] - '0');
		if (n == start)
			return false;
		n += fraction(text + n, len - n, &us);
		for (word = n; n < len && isalpha((unsigned char) text[n]); n++)
			;
		unit = seconds_of_unit(text + word, n - word, form);
		if (unit == 0 || us != 0)
			return false;
		*seconds += count * unit;
	}
	return true;
}

int
sg_clock_parse_length(const char *text, size_t len)
{
	bool iso = len > 0 && text[0] == 'P';
	const char *time = iso ? memchr(text, 'T', len) : NULL;
	size_t days = time != NULL ? time - text : len;
	int64 seconds = 0;

	if (!add_parts(text + iso, days - iso, iso ? 'P' : '-', &seconds) ||
		(time != NULL && !add_parts(time + 1, len - days - 1, 'T', &seconds)))
		return 0;
	return seconds % SECS_PER_MINUTE == 0 && seconds <= SECS_PER_DAY
			   ? (int) (seconds / SECS_PER_MINUTE)
			   : 0;
}

char *
sg_clock_print_day(char *out, DateADT day)
{
	int year;
	int month;
	int mday;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	snprintf(out, SG_DAY_LEN, "%04d-%02d-%02d", year, month, mday);
	return out;
}
