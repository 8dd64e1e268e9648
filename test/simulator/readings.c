/*
 * readings.c
 *		A real house, replayed: hourly readings moved to the recent past.
 *
 * The readings are moved by whole weeks, so that every value keeps its hour
 * (UTC) and its day of the week.
 */
#include "simulator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WEEK_SECONDS (7 * DAY_SECONDS)
#define READING_SECONDS 3600

typedef struct Measured
{
	int64_t starts_at;
	int watts;
} Measured;

static Measured *readings;
static size_t readings_count;

static int
by_start(const void *left, const void *right)
{
	const Measured *a = left;
	const Measured *b = right;

	return (a->starts_at > b->starts_at) - (a->starts_at < b->starts_at);
}

static bool
parse_line(char *line, Measured *reading)
{
	char *comma = strchr(line, ',');
	char *rest;
	int64_t us;
	long watts;

	if (comma == NULL)
		return false;
	*comma = '\0';
	if (!clock_parse(line, &us))
		return false;
	watts = strtol(comma + 1, &rest, 10);
	if (rest == comma + 1 || rest[strspn(rest, "\r\n")] != '\0' || watts < 0 || watts > 1000000000)
		return false;
	reading->starts_at = us / 1000000;
	reading->watts = (int) watts;
	return reading->starts_at % READING_SECONDS == 0;
}

/* How far to move so that the last reading ends today at the earliest. */
static int64_t
whole_weeks(int64_t last_end, int64_t today)
{
	int64_t distance = today - last_end;
	int64_t weeks = distance / WEEK_SECONDS;

	if (distance > 0 && distance % WEEK_SECONDS != 0)
		weeks++;
	return weeks * WEEK_SECONDS;
}

static bool
read_lines(FILE *stream, const char *file)
{
	char line[128];
	size_t size = 0;
	long number = 0;

	while (fgets(line, sizeof(line), stream) != NULL)
	{
		number++;
		if (number == 1 && strncmp(line, "starts_at", 9) == 0)
			continue;
		if (line[strspn(line, "\r\n")] == '\0')
			continue;
		if (readings_count == size)
		{
			size = size ? size * 2 : 1024;
			readings = must(realloc(readings, size * sizeof(Measured)));
		}
		if (!parse_line(line, &readings[readings_count++]))
		{
			fprintf(stderr,
					"switchgrid-simulator: %s:%ld: not an hourly \"starts_at,watts\" line\n", file,
					number);
			return false;
		}
	}
	return true;
}

static void
settle(int64_t now)
{
	size_t kept = 0;
	int64_t shift;

	if (readings_count == 0)
		return;
	qsort(readings, readings_count, sizeof(Measured), by_start);
	for (size_t i = 0; i < readings_count; i++)
	{
		if (kept == 0 || readings[kept - 1].starts_at != readings[i].starts_at)
			readings[kept++] = readings[i];
	}
	readings_count = kept;
	shift =
		whole_weeks(readings[kept - 1].starts_at + READING_SECONDS, paris_midnight(paris_day(now)));
	for (size_t i = 0; i < readings_count; i++)
		readings[i].starts_at += shift;
}

bool
readings_load(const char *file, int64_t now)
{
	FILE *stream = fopen(file, "r");
	bool good;

	if (stream == NULL)
	{
		perror(file);
		return false;
	}
	good = read_lines(stream, file);
	fclose(stream);
	if (good)
		settle(now);
	return good;
}

bool
readings_loaded(void)
{
	return readings != NULL;
}

/* Position of the first reading that starts at or after that instant. */
size_t
readings_find(int64_t at)
{
	size_t low = 0;
	size_t high = readings_count;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (readings[middle].starts_at < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
readings_get(size_t position, int64_t *starts_at, int *watts)
{
	if (position >= readings_count)
		return false;
	*starts_at = readings[position].starts_at;
	*watts = readings[position].watts;
	return true;
}
