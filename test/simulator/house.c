/*
 * house.c
 *		A French home, as a pure function of its point and of the instant.
 *
 * Nothing here remembers what was asked before: randomness is a hash of the
 * point and of the slot, so any window of any run shows the same values.  Only
 * the four operations are used on doubles, so every machine agrees.
 */
#include "simulator.h"

#include <string.h>

/* What each hash is for, so that no two of them move together. */
enum
{
	SALT_BASE = 1,
	SALT_HEATED,
	SALT_HEATING,
	SALT_EVENING,
	SALT_EVENING_HOUR,
	SALT_MORNING,
	SALT_HEATER,
	SALT_HEATER_FROM,
	SALT_PANELS,
	SALT_AUGUST,
	SALT_WEATHER,
	SALT_HEATER_HOURS,
	SALT_SKY,
	SALT_NOISE,
	SALT_KETTLE,
	SALT_CLOUD,
	SALT_HOLE,
	SALT_HOLE_FROM,
	SALT_HOLE_LENGTH
};

static uint64_t
splitmix64(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

uint64_t
hash64(uint64_t a, uint64_t b)
{
	return splitmix64(splitmix64(a) ^ b);
}

/* A number in [0, 1) for one use, one point and one moment. */
static double
chance(uint64_t seed, uint64_t salt, int64_t moment)
{
	uint64_t bits = hash64(hash64(seed, salt), (uint64_t) moment);

	return (double) (bits >> 11) / 9007199254740992.0;
}

static double
between(uint64_t seed, uint64_t salt, double low, double high)
{
	return low + (high - low) * chance(seed, salt, 0);
}

/* 1 at the centre, falling smoothly to 0 at the width. */
static double
bump(double hour, double centre, double width)
{
	double x = (hour - centre) / width;

	if (x <= -1 || x >= 1)
		return 0;
	return (1 - x * x) * (1 - x * x);
}

void
house_open(House *house, uint64_t seed)
{
	memset(house, 0, sizeof(*house));
	house->seed = seed;
	house->base = between(seed, SALT_BASE, 70, 190);
	/* four homes in ten are heated by something else */
	if (chance(seed, SALT_HEATED, 0) >= 0.4)
		house->heating = between(seed, SALT_HEATING, 40, 110);
	house->evening = between(seed, SALT_EVENING, 500, 1500);
	house->evening_hour = between(seed, SALT_EVENING_HOUR, 19, 20.5);
	house->morning = between(seed, SALT_MORNING, 250, 700);
	house->heater = between(seed, SALT_HEATER, 1500, 2300);
	house->heater_from = between(seed, SALT_HEATER_FROM, 0, 2);
	house->panels = between(seed, SALT_PANELS, 2800, 6000);
	house->august = (int64_t) between(seed, SALT_AUGUST, 1, 17);
	house->day = INT64_MIN;
}

/* 0 in the middle of January, 1 in the middle of July. */
static double
season(int64_t day, int year)
{
	int64_t since = day - civil_day(year, 1, 15);
	double x;

	if (since < 0)
		since = -since;
	x = (since <= 182 ? since : 365 - since) / 182.5;
	if (x < 0)
		x = 0;
	return x * x * (3 - 2 * x);
}

/* How much of their usual life the people lead at home that day. */
static double
presence(const House *house, int month, int mday)
{
	if (month == 8 && mday >= house->august && mday < house->august + 14)
		return 0.12;
	if (month == 12 && mday >= 24)
		return 0.4;
	return 1;
}

static void
look_at_day(House *house, int64_t day)
{
	int year;
	int month;
	int mday;
	int weekday = civil_weekday(day);

	civil_split(day, &year, &month, &mday);
	house->day = day;
	house->midnight = paris_midnight(day);
	house->season = season(day, year);
	/* the weather is common to all homes, hence the seed 0 */
	house->warmth = 4 + 17 * house->season + 8 * (chance(0, SALT_WEATHER, day) - 0.5) +
					5 * (chance(0, SALT_WEATHER, day / 5) - 0.5);
	house->sky = 0.2 + 0.8 * chance(0, SALT_SKY, day);
	house->presence = presence(house, month, mday);
	house->weekend = weekday == 0 || weekday == 6 ? 1 : 0;
	house->heater_hours = (1.5 + 2 * chance(house->seed, SALT_HEATER_HOURS, day)) * house->presence;
}

/* The wall clock in the middle of the slot, in hours. */
static double
look_at(House *house, int64_t starts_at, int minutes)
{
	int64_t day = paris_day(starts_at);
	int64_t middle = starts_at + minutes * 30;

	if (day != house->day)
		look_at_day(house, day);
	return (middle + paris_offset(starts_at) - day * DAY_SECONDS) / 3600.0;
}

/* Mean power drawn over the slot, in watts. */
double
house_load(House *house, int64_t starts_at, int minutes)
{
	double hour = look_at(house, starts_at, minutes);
	double outside = house->warmth + 4 * bump(hour, 15, 9) - 2;
	double noise = chance(house->seed, SALT_NOISE + 100 * minutes, starts_at);
	double watts = house->base * (0.85 + 0.3 * noise);
	double life;

	life = house->evening * bump(hour, house->evening_hour, 3.5) +
		   house->morning * bump(hour, 7.5 + 1.5 * house->weekend, 2) +
		   (150 + 350 * house->weekend) * bump(hour, 12.75, 2.5);
	watts += life * (0.6 + 0.8 * noise) * house->presence;
	if (outside < 17)
		watts += house->heating * (17 - outside) * (0.9 + 0.2 * noise) *
				 (house->presence < 1 ? 0.35 : 1) * (hour >= 6 && hour < 23 ? 1 : 0.7);
	if (hour >= house->heater_from && hour < house->heater_from + house->heater_hours)
		watts += house->heater;
	/* now and then an oven or a washing machine */
	if (hour > 8 && hour < 22 &&
		chance(house->seed, SALT_KETTLE + 100 * minutes, starts_at) < 0.05 * house->presence)
		watts += 900;
	return watts;
}

/* Mean power of the panels over the slot, in watts. */
double
house_solar(House *house, int64_t starts_at, int minutes)
{
	double hour = look_at(house, starts_at, minutes);
	double noon = 13 + (paris_offset(starts_at) == 7200 ? 0.85 : -0.15);
	double light = bump(hour, noon, 4.5 + 4.5 * house->season);
	double cloud = chance(house->seed, SALT_CLOUD + 100 * minutes, starts_at);

	return house->panels * (0.4 + 0.5 * house->season) * light * house->sky * (0.7 + 0.3 * cloud);
}

/* A day whose data never reached the operator. */
bool
house_day_absent(uint64_t seed, Holes holes, int64_t day)
{
	int weekday = civil_weekday(day);

	if (holes == HOLES_MIDWEEK)
		return weekday == 2 || weekday == 3;
	return holes == HOLES_SOME && chance(seed, SALT_HOLE, day) < 0.01;
}

/* A slot that is missing, given the seconds since its day's midnight. */
bool
house_absent(uint64_t seed, Holes holes, int64_t day, int64_t seconds)
{
	double hour = seconds / 3600.0;
	double from;

	if (house_day_absent(seed, holes, day))
		return true;
	if (holes != HOLES_SOME || chance(seed, SALT_HOLE, day) >= 0.05)
		return false;
	from = 20 * chance(seed, SALT_HOLE_FROM, day);
	return hour >= from && hour < from + 1 + 4 * chance(seed, SALT_HOLE_LENGTH, day);
}
