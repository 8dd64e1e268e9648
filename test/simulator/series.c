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

void
series_free(Series *series)
{
	free(series->readings);
	*series = (Series){NULL, 0, 0, series->measure};
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

	series->measure = MEASURE_CURVE;
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

/* Mean power of one slot of the point's own step; what was not read counts for nothing. */
int64_t
series_slot_watts(House *house, const Profile *profile, Direction direction, int64_t at)
{
	int64_t read_at;
	int watts;

	if (!profile->replay)
		return watts_of(house, profile, direction, at, profile->step);
	if (readings_get(readings_find(at), &read_at, &watts) && read_at == at)
		return watts;
	return 0;
}

/* Minutes of the slot that lie between two times of the wall clock. */
static int
overlap(int from, int until, int window_from, int window_until)
{
	int low = from > window_from ? from : window_from;
	int high = until < window_until ? until : window_until;

	return high > low ? high - low : 0;
}

static int
offpeak_minutes(const Offpeak *offpeak, int64_t at, int minutes)
{
	int from = (int) ((at + paris_offset(at)) % DAY_SECONDS / 60);
	int until = from + minutes;
	int sum = 0;

	for (int i = 0; i < OFFPEAK_WINDOWS; i++)
	{
		int begin = offpeak->minutes[i][0];
		int end = offpeak->minutes[i][1];

		if (begin <= end)
			sum += overlap(from, until, begin, end);
		else
			sum += overlap(from, until, begin, 24 * 60) + overlap(from, until, 0, end);
	}
	return sum;
}

/*
 * Energy of a whole day in Wh, and the part of it inside the off-peak windows,
 * where a slot on the edge counts for the minutes that are inside.
 */
int64_t
series_day_energy(House *house, const Profile *profile, Direction direction, int64_t day,
				  const Offpeak *offpeak, int64_t *inside)
{
	int64_t next = paris_midnight(day + 1);
	int64_t sum = 0;
	int64_t part = 0;

	for (int64_t at = paris_midnight(day); at < next; at += profile->step * 60)
	{
		int64_t watts = series_slot_watts(house, profile, direction, at);

		sum += watts * profile->step;
		if (offpeak != NULL)
			part += watts * offpeak_minutes(offpeak, at, profile->step);
	}
	if (inside != NULL)
		*inside = (part + 30) / 60;
	return (sum + 30) / 60;
}

/* A day that never gives a daily value. */
bool
series_day_missing(const Profile *profile, int64_t day)
{
	int64_t at;
	int watts;

	if (!profile->replay)
		return house_day_absent(profile->seed, profile->holes, day);
	return !readings_get(readings_find(paris_midnight(day)), &at, &watts) ||
		   at >= paris_midnight(day + 1);
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

	series->measure = MEASURE_DAILY;
	house_open(&house, profile->seed);
	for (int64_t day = from; day < until; day++)
	{
		if (!series_day_missing(profile, day))
			series_add(series, day, 0,
					   series_day_energy(&house, profile, direction, day, NULL, NULL));
	}
}
