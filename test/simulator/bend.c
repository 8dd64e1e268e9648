/*
 * bend.c
 *		What a scenario changes about which points come, and in which order.
 */
#include "simulator.h"

#include <stdlib.h>

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
replace_by(Series *series, Series *bent)
{
	bent->measure = series->measure;
	series_free(series);
	*series = *bent;
}

static void
double_each(Series *series)
{
	Series doubled = {0};

	for (size_t i = 0; i < series->count * 2; i++)
	{
		Reading *reading = &series->readings[i / 2];

		series_add(&doubled, reading->at, reading->minutes, reading->value);
	}
	replace_by(series, &doubled);
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

/* The day that the interval belongs to: midnight ends the day before. */
static int64_t
day_of(const Reading *reading)
{
	return paris_day(reading->at - 1);
}

/* The point a third of the way through each day comes again after two thirds.
 */
static void
repeat_one(Series *series)
{
	Series bent = {0};
	size_t next;

	for (size_t first = 0; first < series->count; first = next)
	{
		size_t count;

		next = first;
		while (next < series->count &&
			   day_of(&series->readings[next]) == day_of(&series->readings[first]))
			next++;
		count = next - first;
		for (size_t i = first; i < next; i++)
		{
			Reading *again = &series->readings[first + count / 3];

			series_add(&bent, series->readings[i].at, series->readings[i].minutes,
					   series->readings[i].value);
			if (i == first + count * 2 / 3 && i > first + count / 3)
				series_add(&bent, again->at, again->minutes, again->value);
		}
	}
	replace_by(series, &bent);
}

/* -------- steps that change during the day -------- */

/* Watt-minutes between two instants; false when the readings do not cover them.
 */
static bool
energy_between(const Series *series, size_t *position, int64_t from, int64_t until, int64_t *energy)
{
	int64_t covered = 0;

	*energy = 0;
	while (*position < series->count && series->readings[*position].at <= from)
		(*position)++;
	for (size_t i = *position; i < series->count; i++)
	{
		const Reading *reading = &series->readings[i];
		int64_t begins = reading->at - reading->minutes * 60;
		int64_t low = begins > from ? begins : from;
		int64_t high = reading->at < until ? reading->at : until;

		if (begins >= until)
			break;
		covered += high - low;
		*energy += reading->value * ((high - low) / 60);
	}
	return covered == until - from;
}

static int
mixed_minutes(int position)
{
	static const int steps[] = {30, 30, 10, 10, 10, 15, 15};

	return position < (int) (sizeof(steps) / sizeof(steps[0])) ? steps[position] : 60;
}

/*
 * Each day anew: two half-hours, three times ten minutes, two quarters, then
 * hours until midnight.  What rounding takes from one value goes to the next,
 * so the energy stays what it was.
 */
static void
mix_steps(Series *series)
{
	Series bent = {0};
	size_t position = 0;
	int64_t last = day_of(&series->readings[series->count - 1]);

	for (int64_t day = day_of(&series->readings[0]); day <= last; day++)
	{
		int64_t at = paris_midnight(day);
		int64_t owed = 0;

		for (int i = 0; at < paris_midnight(day + 1); i++)
		{
			int minutes = mixed_minutes(i);
			int64_t energy;

			if (energy_between(series, &position, at, at + minutes * 60, &energy))
			{
				int64_t watts = (energy + owed + minutes / 2) / minutes;

				if (watts < 0)
					watts = 0;
				owed += energy - watts * minutes;
				series_add(&bent, at + minutes * 60, minutes, watts);
			}
			at += minutes * 60;
		}
	}
	replace_by(series, &bent);
}

void
bend_series(Series *series, const Scenario *scenario)
{
	bool curve = series->measure == MEASURE_CURVE;

	if (series->count == 0)
		return;
	if (curve && scenario->mixed_step)
		mix_steps(series);
	if (curve && scenario->dst48)
		drop_repeated_hour(series);
	if (curve && scenario->repeated)
		repeat_one(series);
	if (scenario->twice)
		double_each(series);
	if (scenario->unordered)
		reverse(series);
}
