/*
 * peak.c
 *		The highest apparent power of a day or of a month, and its instant.
 */
#include "simulator.h"

enum
{
	SALT_PEAK_RATIO = 201,
	SALT_PEAK_INSTANT
};

/*
 * The peak is somewhere inside the slot of the highest mean, higher than it
 * (a minute against half an hour, and volt-amperes against watts), and told in
 * steps of 10 VA.
 */
static void
add_peak(Series *series, const Profile *profile, int64_t slot, int64_t watts)
{
	int64_t percent = 105 + (int64_t) (hash64(hash64(profile->seed, SALT_PEAK_RATIO), slot) % 46);
	int64_t inside = (int64_t) (hash64(hash64(profile->seed, SALT_PEAK_INSTANT), slot) %
								(uint64_t) (profile->step * 60));

	series_add(series, slot + inside, 0, (watts * percent + 999) / 1000 * 10);
}

void
peak_daily(Series *series, const Profile *profile, int64_t from, int64_t until)
{
	House house;

	series->measure = MEASURE_PEAK;
	house_open(&house, profile->seed);
	for (int64_t day = from; day < until; day++)
	{
		int64_t next = paris_midnight(day + 1);
		int64_t highest = -1;
		int64_t slot = 0;

		if (series_day_missing(profile, day))
			continue;
		for (int64_t at = paris_midnight(day); at < next; at += profile->step * 60)
		{
			int64_t watts = series_slot_watts(&house, profile, CONSUMPTION, at);

			if (watts > highest)
			{
				highest = watts;
				slot = at;
			}
		}
		add_peak(series, profile, slot, highest);
	}
}

static int
month_of(int64_t at)
{
	int year;
	int month;
	int mday;

	civil_split(paris_day(at), &year, &month, &mday);
	return year * 12 + month;
}

/* Keeps the highest of each month of the series. */
void
peak_monthly(Series *series)
{
	size_t kept = 0;

	for (size_t i = 0; i < series->count; i++)
	{
		Reading *reading = &series->readings[i];

		if (kept == 0 || month_of(series->readings[kept - 1].at) != month_of(reading->at))
			series->readings[kept++] = *reading;
		else if (reading->value > series->readings[kept - 1].value)
			series->readings[kept - 1] = *reading;
	}
	series->count = kept;
}
