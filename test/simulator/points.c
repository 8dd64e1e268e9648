/*
 * points.c
 *		The delivery points that the simulator knows.
 *
 * The first ones are those of the operator's own sandbox, with the behaviour
 * documented there.  Two ranges of made-up houses follow, for tests that need
 * many points:
 *
 *	30000000000000 to 30000000009999: activated long ago.  The last digit says
 *		the rest: 3 and 9 have a few holes, 6 has panels (both directions), 7 is
 *		read every 10 minutes, 8 and 9 every hour, all others every half-hour.
 *	30000000010000 to 30000000010099: half-hours, activated 10 + 7 * (last two
 *		digits) days before today.
 *	99300000000000 to 99399999999999: above 36 kVA (C1 to C4), activated long
 *		ago, read every 5 minutes, every 10 when the last digit is even.
 */
#include "simulator.h"

#include <stdlib.h>
#include <string.h>

#define LONG_AGO INT64_MIN
#define BOTH (CONSUMPTION | PRODUCTION)

#define HOUSES_FROM UINT64_C(30000000000000)
#define HOUSES_UNTIL UINT64_C(30000000010000)
#define RECENT_UNTIL UINT64_C(30000000010100)

#define LARGE_FROM UINT64_C(99300000000000)
#define LARGE_UNTIL UINT64_C(99400000000000)

typedef struct Known
{
	int customer; /* number of the sandbox's customer who holds it */
	const char *prm;
	int step;
	unsigned directions;
	bool no_curve;
	bool revoked;
	Holes holes;
	const char *activated; /* NULL: long ago */
} Known;

static const Known sandbox[] = {
	{0, "22516914714270", 30, CONSUMPTION, false, false, HOLES_NONE, NULL},
	{1, "11453290002823", 30, CONSUMPTION, false, false, HOLES_NONE, "2019-08-27"},
	{2, "32320647321714", 30, CONSUMPTION, true, false, HOLES_NONE, NULL},
	{3, "12345678901234", 30, CONSUMPTION, false, false, HOLES_NONE, NULL},
	{3, "10284856584123", 30, PRODUCTION, false, false, HOLES_NONE, NULL},
	{4, "42900589957123", 30, CONSUMPTION, false, false, HOLES_MIDWEEK, NULL},
	{5, "24880057139941", 30, PRODUCTION, false, false, HOLES_NONE, NULL},
	{6, "12655648759651", 30, BOTH, false, false, HOLES_NONE, NULL},
	{7, "64975835695673", 30, CONSUMPTION, false, false, HOLES_NONE, NULL},
	{7, "63695879465986", 10, CONSUMPTION, false, false, HOLES_NONE, NULL},
	{7, "22315546958763", 60, CONSUMPTION, false, false, HOLES_NONE, NULL},
	{8, "26584978546985", 30, CONSUMPTION, false, true, HOLES_NONE, NULL},
};

static const Known *
find_known(const char *prm)
{
	for (size_t i = 0; i < sizeof(sandbox) / sizeof(sandbox[0]); i++)
	{
		if (strcmp(sandbox[i].prm, prm) == 0)
			return &sandbox[i];
	}
	return NULL;
}

/* Fills in the points of a customer and returns how many they are. */
int
points_of_customer(int customer, const char *prms[CUSTOMER_POINTS])
{
	int count = 0;

	for (size_t i = 0; i < sizeof(sandbox) / sizeof(sandbox[0]); i++)
	{
		if (sandbox[i].customer == customer && count < CUSTOMER_POINTS)
			prms[count++] = sandbox[i].prm;
	}
	return count;
}

static void
from_sandbox(const Known *known, Profile *profile)
{
	const char *first[CUSTOMER_POINTS];

	points_of_customer(known->customer, first);
	profile->owner = strtoull(first[0], NULL, 10);
	profile->step = known->step;
	profile->directions = known->directions;
	profile->no_curve = known->no_curve;
	profile->revoked = known->revoked;
	profile->holes = known->holes;
	if (known->activated != NULL)
		civil_parse(known->activated, &profile->activated);
}

static void
from_number(uint64_t number, int64_t today, Profile *profile)
{
	int digit = (int) (number % 10);

	if (number >= HOUSES_UNTIL)
	{
		profile->activated = today - (10 + 7 * (int64_t) (number % 100));
		return;
	}
	if (digit == 7)
		profile->step = 10;
	else if (digit >= 8)
		profile->step = 60;
	if (digit == 6)
		profile->directions = BOTH;
	if (digit == 3 || digit == 9)
		profile->holes = HOLES_SOME;
}

/* The profile of a point of 14 digits; false when nobody knows it. */
bool
points_find(const char *prm, int64_t today, Profile *profile)
{
	uint64_t number = strtoull(prm, NULL, 10);
	const Known *known = find_known(prm);

	memset(profile, 0, sizeof(*profile));
	profile->seed = number;
	profile->owner = number;
	profile->step = 30;
	profile->directions = CONSUMPTION;
	profile->activated = LONG_AGO;
	if (readings_loaded() && strcmp(prm, settings.readings_point) == 0)
	{
		profile->replay = true;
		profile->step = 60;
		return true;
	}
	if (known != NULL)
	{
		from_sandbox(known, profile);
		return true;
	}
	if (number >= LARGE_FROM && number < LARGE_UNTIL)
	{
		profile->large = true;
		profile->step = number % 2 == 0 ? 10 : 5;
		return true;
	}
	if (number < HOUSES_FROM || number >= RECENT_UNTIL)
		return false;
	from_number(number, today, profile);
	return true;
}
