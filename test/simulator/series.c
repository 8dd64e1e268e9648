/*
 * series.c
 *		The readings of one point over whole civil days.
 */
#include "simulator.h"

#include <stdlib.h>

void
series_add(Series *series, int64_t at, int minutes, int64_t value)
{
	if (series->count == series->size)
	{
		series->size = series->size ? series->size * 2 : 512;
		series->readings = must(realloc(series->readings, series->size * sizeof(Reading)));
	}
	series->readings[series->count++] = (Reading){at, minutes, value};
}

/* Behind one meter, what the home takes of its own panels never shows. */
static int64_t
watts_of(House *house, const Profile *profile, Direction direction, int64_t at, int minutes)
{
	double watts = 0;

	if (profile->directions & CONSUMPTION)
		watts = house_load(house, at, minutes);
	if (profile->directions & PRODUCTION)
		watts -= house_solar(house, at, minutes);
	if (direction == PRODUCTION)
		watts = -watts;
	return watts > 0 ? (int64_t) (watts + 0.5) : 0;
}

static void
replay_curve(Series *series, int64_t from, int64_t until)
{
	int64_t at;
	int watts;

	for (size_t i = readings_find(from); readings_get(i, &at, &watts) && at < until; i++)
		series_add(series, at + 3600, 60, watts);
}

void
series_curve(Series *series, const Profile *profile, Direction direction, int64_t from,
			 int64_t until, int step)
{
	House house;

	if (profile->replay)
	{
		replay_curve(series, paris_midnight(from), paris_midnight(until));
		return;
	}
	house_open(&house, profile->seed);
	for (int64_t day = from; day < until; day++)
	{
		int64_t midnight = paris_midnight(day);
		int64_t next = paris_midnight(day + 1);

		for (int64_t at = midnight; at < next; at += step * 60)
		{
			if (!house_absent(profile->seed, profile->holes, day, at - midnight))
				series_add(series, at + step * 60, step,
						   watts_of(&house, profile, direction, at, step));
		}
	}
}

static void
replay_day(Series *series, int64_t day)
{
	int64_t until = paris_midnight(day + 1);
	int64_t sum = 0;
	int64_t at;
	int watts;
	bool any = false;

	for (size_t i = readings_find(paris_midnight(day)); readings_get(i, &at, &watts) && at < until;
		 i++)
	{
		sum += watts;
		any = true;
	}
	if (any)
		series_add(series, day, 0, sum);
}

/*
 * A daily value is the difference of two indexes, so slots missing from the
 * curve are in it; a day that was never collected is not.
 */
void
series_daily(Series *series, const Profile *profile, Direction direction, int64_t from,
			 int64_t until)
{
	House house;

	house_open(&house, profile->seed);
	for (int64_t day = from; day < until; day++)
	{
		int64_t sum = 0;
		int64_t next = paris_midnight(day + 1);

		if (profile->replay)
		{
			replay_day(series, day);
			continue;
		}
		if (house_day_absent(profile->seed, profile->holes, day))
			continue;
		for (int64_t at = paris_midnight(day); at < next; at += profile->step * 60)
			sum += watts_of(&house, profile, direction, at, profile->step) * profile->step;
		series_add(series, day, 0, (sum + 30) / 60);
	}
}

/* The October day as some back ends send it: each label once only. */
static void
drop_repeated_hour(Series *series)
{
	size_t kept = 0;

	for (size_t i = 0; i < series->count; i++)
	{
		int64_t at = series->readings[i].at;

		if (paris_offset(at) == 7200 || paris_offset(at - 3600) == 3600)
			series->readings[kept++] = series->readings[i];
	}
	series->count = kept;
}

static void
double_each(Series *series)
{
	Series doubled = {NULL, 0, 0};

	for (size_t i = 0; i < series->count * 2; i++)
	{
		Reading *reading = &series->readings[i / 2];

		series_add(&doubled, reading->at, reading->minutes, reading->value);
	}
	free(series->readings);
	*series = doubled;
}

static void
reverse(Series *series)
{
	for (size_t i = 0; i < series->count / 2; i++)
	{
		Reading swapped = series->readings[i];

		series->readings[i] = series->readings[series->count - 1 - i];
		series->readings[series->count - 1 - i] = swapped;
	}
}

/* What a scenario changes about which points come, and in which order. */
void
series_bend(Series *series, const Scenario *scenario)
{
	if (scenario->dst48 && series->count > 0 && series->readings[0].minutes > 0)
		drop_repeated_hour(series);
	if (scenario->twice && series->count > 0)
		double_each(series);
	if (scenario->unordered)
		reverse(series);
}
