/*
 * index.c
 *		What the registers of a meter show at midnight.
 *
 * They start at nothing on the day of activation and add up every day's
 * energy, so two successive values differ by exactly the daily value.
 */
#include "simulator.h"

typedef struct Shown
{
	int64_t total;
	int64_t offpeak;
} Shown;

static void
add_day_to(Shown *shown, House *house, const Profile *profile, Direction direction,
		   const Offpeak *offpeak, int64_t day)
{
	int64_t inside = 0;
	int64_t energy = series_day_energy(house, profile, direction, day, offpeak, &inside);

	shown->total += energy;
	/* both were rounded, so the part may exceed the whole by one */
	shown->offpeak += inside < energy ? inside : energy;
}

static void
note_shown(Registers *registers, const Shown *shown, const Offpeak *offpeak, int64_t midnight)
{
	series_add(&registers->total, midnight, 0, shown->total);
	if (offpeak == NULL)
		return;
	series_add(&registers->offpeak, midnight, 0, shown->offpeak);
	series_add(&registers->peak, midnight, 0, shown->total - shown->offpeak);
}

/*
 * One value for each day of the window.  A midnight between two days without a
 * daily value was never read; any other is what gave the day beside it.
 */
void
index_read(Registers *registers, const Profile *profile, Direction direction, const Facts *facts,
		   int64_t from, int64_t until)
{
	const Offpeak *offpeak = direction == CONSUMPTION ? facts->offpeak : NULL;
	int64_t first = direction == CONSUMPTION ? facts->activated : facts->injecting;
	Shown shown = {0, 0};
	House house;

	registers->total.measure = MEASURE_INDEX;
	registers->offpeak.measure = MEASURE_INDEX;
	registers->peak.measure = MEASURE_INDEX;
	house_open(&house, profile->seed);
	for (int64_t day = first < from ? first : from; day < until; day++)
	{
		if (day >= from &&
			!(series_day_missing(profile, day) && series_day_missing(profile, day - 1)))
			note_shown(registers, &shown, offpeak, paris_midnight(day));
		add_day_to(&shown, &house, profile, direction, offpeak, day);
	}
}
