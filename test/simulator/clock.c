/*
 * clock.c
 *		The simulator's clock: starts where the options say, then runs as time does.
 *
 * It advances with the monotonic clock, so that a correction of the machine's
 * date during a test moves nothing.
 */
#include "simulator.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t started_at_us;
static int64_t started_monotonic_us;

static int64_t
read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
clock_real_us(void)
{
	return read_clock(CLOCK_REALTIME);
}

void
clock_start(int64_t now_us)
{
	started_at_us = now_us;
	started_monotonic_us = read_clock(CLOCK_MONOTONIC);
}

int64_t
clock_elapsed_us(void)
{
	return read_clock(CLOCK_MONOTONIC) - started_monotonic_us;
}

int64_t
clock_now_us(void)
{
	return __atomic_load_n(&started_at_us, __ATOMIC_RELAXED) + clock_elapsed_us();
}

/* For tests that would otherwise have to wait. */
void
clock_advance(int64_t seconds)
{
	__atomic_add_fetch(&started_at_us, seconds * 1000000, __ATOMIC_RELAXED);
}

/* Minutes east of Greenwich of "Z", "+01:00", "+0100" or "+01". */
static bool
parse_zone(const char *text, int *minutes)
{
	int hours = 0;
	int rest = 0;
	int used = 0;

	if (strcmp(text, "Z") == 0)
	{
		*minutes = 0;
		return true;
	}
	if (*text != '+' && *text != '-')
		return false;
	if (sscanf(text + 1, "%2d:%2d%n", &hours, &rest, &used) != 2 &&
		sscanf(text + 1, "%2d%2d%n", &hours, &rest, &used) != 2)
	{
		rest = 0;
		if (sscanf(text + 1, "%2d%n", &hours, &used) != 1)
			return false;
	}
	if (text[1 + used] != '\0' || hours > 14 || rest > 59 || hours < 0 || rest < 0)
		return false;
	*minutes = (hours * 60 + rest) * (*text == '-' ? -1 : 1);
	return true;
}

/*
 * Reads YYYY-MM-DDTHH:MM[:SS[.fraction]]zone.  The zone is required: a time
 * without one would mean something else on the next machine.
 */
bool
clock_parse(const char *text, int64_t *us)
{
	char date[11];
	int64_t day;
	int hour;
	int minute;
	int second = 0;
	int zone;
	int used = 0;
	const char *rest;

	if (strlen(text) < 17 || (text[10] != 'T' && text[10] != ' '))
		return false;
	memcpy(date, text, 10);
	date[10] = '\0';
	if (!civil_parse(date, &day))
		return false;
	rest = text + 11;
	if (sscanf(rest, "%2d:%2d%n", &hour, &minute, &used) != 2 || used != 5)
		return false;
	rest += used;
	if (*rest == ':')
	{
		if (sscanf(rest, ":%2d%n", &second, &used) != 1 || used != 3)
			return false;
		rest += used;
		if (*rest == '.')
			rest += 1 + strspn(rest + 1, "0123456789");
	}
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 ||
		!parse_zone(rest, &zone))
		return false;
	*us = (day * DAY_SECONDS + hour * 3600 + minute * 60 + second - zone * 60) * 1000000;
	return true;
}

void
clock_format(int64_t us, char *out, size_t size)
{
	time_t seconds = us / 1000000;
	struct tm tm;
	size_t length;

	gmtime_r(&seconds, &tm);
	length = strftime(out, size, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out + length, size - length, ".%06dZ", (int) (us % 1000000));
}
