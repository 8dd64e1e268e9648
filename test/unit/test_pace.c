/*
 * test_pace.c
 *	  The promises of pace.h and span.h, by simulation and by brute force.
 */
/* before postgres.h, which has a printf of its own and none to link with */
#include "tap.h"

#include "postgres.h"

#include <stdlib.h>
#include <string.h>

#include "datatype/timestamp.h"
#include "pace.h"
#include "span.h"

/* A moment of 2026, on PostgreSQL's scale. */
#define NOW INT64CONST(836000000000000)
#define LONGEST (10 * USECS_PER_MINUTE)

/* Departures of one simulation; the model of the hour keeps as many. */
#define DEPARTURES 20000

static int64 departures[DEPARTURES];

/* ---- chance, the same on every run ---- */

static uint64 seed;

static uint64
chance(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* A whole number from 0 to "most". */
static int64
below(int64 most)
{
	return (int64) (chance() % ((uint64) most + 1));
}

/* ---- the second ---- */

/* How late requests leave, in microseconds: most by "usual", one in a hundred by "rare". */
typedef struct Load
{
	const char *name;
	int per_second;
	int64 usual;
	int64 rare;
	int64 idle; /* at most this long between two wishes; 0: there is always one */
} Load;

static void
simulate(const Load *load)
{
	int64 interval = sg_pace_interval(load->per_second);
	int64 now = NOW;
	int64 next = 0;

	for (int i = 0; i < DEPARTURES; i++)
	{
		int64 slot = sg_pace_slot(next, now, LONGEST);
		int64 late = below(below(99) == 0 ? load->rare : load->usual);

		departures[i] = slot + late;
		next = sg_pace_after(slot, departures[i], interval);
		now = departures[i] + (load->idle > 0 ? below(load->idle) : 0);
	}
}

/* The most departures that any second holds, wherever it begins. */
static int
most_in_a_second(void)
{
	int most = 0;

	for (int first = 0, last = 0; first < DEPARTURES; first++)
	{
		while (last < DEPARTURES && departures[last] < departures[first] + USECS_PER_SEC)
			last++;
		most = Max(most, last - first);
	}
	return most;
}

static double
rate(void)
{
	return (DEPARTURES - 1) * (double) USECS_PER_SEC / (departures[DEPARTURES - 1] - departures[0]);
}

static void
test_second(void)
{
	static const Load loads[] = {
		{"punctual", 5, 0, 0, 0},
		{"a little late", 5, SG_PACE_LENT, SG_PACE_LENT, 0},
		{"now and then late", 5, 1000, 30000, 0},
		{"often late", 5, 50000, 400000, 0},
		{"very late", 5, 400000, 5000000, 0},
		{"with pauses", 5, 5000, 300000, 600000},
		{"one a second", 1, 3000, 300000, 100000},
		{"ten a second", 10, 3000, 300000, 100000},
		{"a hundred a second", 100, 1000, 20000, 2000},
	};

	for (int i = 0; i < (int) lengthof(loads); i++)
	{
		int most;

		simulate(&loads[i]);
		most = most_in_a_second();
		ok(most <= loads[i].per_second, "%s: no second holds more than %d departures (%d)",
		   loads[i].name, loads[i].per_second, most);
		if (i < 3)
			ok(rate() >= 0.98 * loads[i].per_second, "%s: %.2f a second, 98 %% of %d or more",
			   loads[i].name, rate(), loads[i].per_second);
	}
}

/*
 * Several backends: each moment is reserved before the last request has left, so that lateness
 * cannot move it. They leave up to five milliseconds late, as the ledger lets them.
 */
static void
test_reserved(void)
{
	int64 interval = sg_pace_interval(5);
	int64 next = 0;
	int most;

	for (int i = 0; i < DEPARTURES; i++)
	{
		int64 slot = sg_pace_slot(next, NOW, INT64CONST(1) << 60);

		departures[i] = slot + below(5000);
		next = slot + interval;
	}
	most = most_in_a_second();
	ok(most <= 5, "reserved by many: no second holds more than 5 departures (%d)", most);
	ok(rate() >= 0.98 * 5, "reserved by many: %.2f a second, 98 %% of 5 or more", rate());
}

static void
test_moments(void)
{
	ok(sg_pace_interval(0) == 0 && sg_pace_interval(-1) == 0,
	   "without a limit there is no interval");
	ok(sg_pace_slot(0, NOW, LONGEST) == NOW, "the first request leaves now");
	ok(sg_pace_slot(NOW - 1, NOW, LONGEST) == NOW, "a moment that has passed is now");
	ok(sg_pace_slot(NOW + 7, NOW, LONGEST) == NOW + 7, "a moment to come is waited for");
	ok(sg_pace_slot(NOW + LONGEST, NOW, LONGEST) == NOW + LONGEST, "up to the longest queue");
	ok(sg_pace_slot(NOW + LONGEST + 1, NOW, LONGEST) == NOW,
	   "but a schedule of another clock is not believed");
	ok(sg_pace_after(NOW, NOW, 200) == NOW + 200,
	   "a punctual request moves the schedule by an interval");
	ok(sg_pace_after(NOW, NOW + SG_PACE_LENT, 200) == NOW + 200,
	   "so does one that is a little late");
	ok(sg_pace_after(NOW, NOW + SG_PACE_LENT + 50, 200) == NOW + 250,
	   "one that is later moves it further");
}

static void
test_backoff(void)
{
	static const int seconds[] = {1, 2, 4, 8, 16, 32, 60, 60, 60};
	bool doubles = true;
	bool within = true;

	for (int i = 0; i < (int) lengthof(seconds); i++)
		doubles &= sg_pace_backoff(i + 1, 0.0) == seconds[i] * USECS_PER_SEC;
	for (int i = 0; i < 10000; i++)
	{
		int tries = (int) below(100);
		int64 full = sg_pace_backoff(tries, 0.0);
		int64 wait = sg_pace_backoff(tries, below(1000000) / 1e6);

		within &= wait <= full && wait >= full - full / 4 && wait > 0;
	}
	ok(doubles, "the wait doubles from a second to a minute");
	ok(sg_pace_backoff(0, 0.0) == USECS_PER_SEC &&
		   sg_pace_backoff(PG_INT32_MAX, 0.0) == USECS_PER_MINUTE,
	   "any number of tries has a wait");
	ok(within, "chance takes a quarter of it at most");
}

/* ---- the hour ---- */

static void
count_departure(uint64 *cells, int64 at)
{
	int64 minute = at / USECS_PER_MINUTE;
	uint64 *cell = &cells[minute % SG_PACE_MINUTES];

	*cell = SG_PACE_CELL_MINUTE(*cell) == minute ? *cell + 1 : SG_PACE_CELL(minute, 1);
}

/* How many departures are of this minute or of the sixty before it, by looking at all of them. */
static int64
count_all(int count, int64 at)
{
	int64 n = 0;

	for (int i = count - 1;
		 i >= 0 && departures[i] / USECS_PER_MINUTE >= at / USECS_PER_MINUTE - 60; i--)
		n++;
	return n;
}

/* What the counters must say at "now", and where they must send a request. */
static bool
hour_agrees(const uint64 *cells, int count, int64 now, int per_hour, int64 *leave)
{
	int64 used;

	*leave = sg_pace_hour(cells, now, per_hour, &used);
	if (used != count_all(count, now) || *leave < now || count_all(count, *leave) >= per_hour)
		return false;
	/* and not a moment later than it must */
	return *leave == now || count_all(count, *leave - 1) >= per_hour;
}

/* A load against a quota: true if the counters agreed with the brute force all the time. */
static bool
simulate_hour(int per_hour, int64 gap, int64 pause, int requests)
{
	uint64 cells[SG_PACE_MINUTES] = {0};
	int64 now = NOW;
	bool agrees = true;

	for (int i = 0; i < requests; i++)
	{
		int64 leave;

		agrees &= hour_agrees(cells, i, now, per_hour, &leave);
		departures[i] = leave;
		count_departure(cells, leave);
		now = leave + below(below(199) == 0 ? pause : gap);
	}
	return agrees;
}

static int
most_in_an_hour(int count)
{
	int most = 0;

	for (int first = 0, last = 0; first < count; first++)
	{
		while (last < count && departures[last] < departures[first] + USECS_PER_HOUR)
			last++;
		most = Max(most, last - first);
	}
	return most;
}

static void
test_hour(void)
{
	static const struct
	{
		int per_hour;
		int64 gap;
		int64 pause;
	} loads[] = {
		{1, 0, 0},
		{1, USECS_PER_HOUR, 5 * USECS_PER_HOUR},
		{10, 10 * USECS_PER_MINUTE, 3 * USECS_PER_HOUR},
		{60, 2 * USECS_PER_MINUTE, 61 * USECS_PER_MINUTE},
		{100, 50 * USECS_PER_SEC, USECS_PER_DAY},
		{1000, 5 * USECS_PER_SEC, 30 * USECS_PER_MINUTE},
		{1000, 0, 0},
	};

	for (int i = 0; i < (int) lengthof(loads); i++)
	{
		int requests = Min(DEPARTURES, 40 * loads[i].per_hour + 400);
		bool agrees = simulate_hour(loads[i].per_hour, loads[i].gap, loads[i].pause, requests);
		int most = most_in_an_hour(requests);

		ok(agrees, "load %d: the counters say what a count of all departures says", i + 1);
		ok(most <= loads[i].per_hour, "load %d: no hour holds more than %d departures (%d)", i + 1,
		   loads[i].per_hour, most);
	}
}

static void
test_hour_edges(void)
{
	uint64 cells[SG_PACE_MINUTES] = {0};
	int64 used;

	ok(sg_pace_hour(cells, NOW, 1, &used) == NOW && used == 0, "a ledger of zeros is free");
	for (int i = 0; i < 5; i++)
		count_departure(cells, NOW);
	ok(sg_pace_hour(cells, NOW, 0, &used) == NOW && used == 5,
	   "without a quota, requests are counted only");
	ok(sg_pace_hour(cells, NOW + 2 * USECS_PER_HOUR, 5, &used) == NOW + 2 * USECS_PER_HOUR &&
		   used == 0,
	   "counters of earlier hours do not count");
	ok(sg_pace_hour(cells, NOW, 2, &used) ==
		   (NOW / USECS_PER_MINUTE + SG_PACE_MINUTES) * USECS_PER_MINUTE,
	   "a quota that was lowered waits for as many as are too many");
}

/* ---- the whole pace ---- */

/* The first moment from "now" on at which the hour's quota is not used up, by looking at each minute's end. */
static int64
hour_until(int count, int64 now, int per_hour)
{
	int64 at = now;

	while (per_hour > 0 && count_all(count, at) >= per_hour)
		at = (at / USECS_PER_MINUTE + 1) * USECS_PER_MINUTE;
	return at;
}

/* A moment before or after "now", most often near one of the bounds. */
static int64
moment_near(int64 now, int64 bound)
{
	static const int64 off[] = {-USECS_PER_DAY, -1, 0, 1, USECS_PER_MINUTE};

	return now + (below(1) == 0 ? 0 : bound) + off[below(lengthof(off) - 1)];
}

/* Departures of the last hours, in order, and what the ledger would hold of them. */
static int
depart(SgPaceState *state, int64 now)
{
	int count = (int) below(12);
	int64 at = now - 2 * USECS_PER_HOUR;

	memset(state, 0, sizeof(*state));
	for (int i = 0; i < count; i++)
	{
		at += below((now - at) / 2);
		departures[i] = at;
		count_departure(state->cells, at);
	}
	return count;
}

/* One pace by chance: is it what the departures, the API's word and the schedule make it? */
static bool
view_agrees(void)
{
	SgPaceState state;
	SgPaceView view;
	int64 now = NOW + below(USECS_PER_HOUR);
	int count = depart(&state, now);
	int per_hour = (int) below(8);
	int64 hour = hour_until(count, now, per_hour);
	int64 until;

	state.blocked_until = moment_near(now, below(1) == 0 ? hour - now : SG_PACE_LONGEST_BLOCK);
	until = state.blocked_until - now > USECS_PER_DAY + USECS_PER_HOUR ? 0 : state.blocked_until;
	state.next = moment_near(now, SG_PACE_LONGEST_QUEUE);
	sg_pace_view(&state, now, per_hour, &view);
	if (view.used != count_all(count, now) || view.not_before != Max(hour, until))
		return false;
	/* nothing is left of the hour exactly when the hour makes the next request wait */
	if (per_hour == 0 ? view.left != -1 : (view.left == 0) != (hour > now))
		return false;
	if (view.left > 0 && view.left + view.used != per_hour)
		return false;
	if (view.by_api != (view.not_before > now && until >= hour))
		return false;
	return view.next_at ==
		   sg_pace_slot(state.next, view.not_before, view.not_before - now + SG_PACE_LONGEST_QUEUE);
}

static void
test_view(void)
{
	SgPaceState state = {0};
	SgPaceView view;
	bool agrees = true;

	for (int i = 0; i < 100000; i++)
		agrees &= view_agrees();
	ok(agrees, "what is used, left and blocked follows from departures, quota and the API's word");
	sg_pace_view(&state, NOW, 5, &view);
	ok(view.used == 0 && view.left == 5 && view.not_before == NOW && view.next_at == NOW &&
		   !view.by_api,
	   "of a pace that was never used all is left, and at once");
	state.next = NOW + 7;
	sg_pace_view(&state, NOW, 5, &view);
	ok(view.not_before == NOW && view.next_at == NOW + 7,
	   "the schedule is kept, and blocks nothing");
	state.blocked_until = NOW + USECS_PER_DAY;
	sg_pace_view(&state, NOW, 5, &view);
	ok(view.left == 5 && view.by_api && view.next_at == NOW + USECS_PER_DAY,
	   "the API's word blocks what the hour would let leave");
	state.blocked_until = NOW + USECS_PER_DAY + USECS_PER_HOUR + 1;
	sg_pace_view(&state, NOW, 5, &view);
	ok(view.not_before == NOW && !view.by_api && view.next_at == NOW + 7,
	   "but a word of another clock is not believed");
}

/* ---- a queue ---- */

/* A queue by chance behind departures by chance: does each leave as soon as it may, and no sooner? */
static bool
queue_agrees(void)
{
	SgPaceState state;
	int64 at = NOW + below(USECS_PER_HOUR);
	int count = depart(&state, at);
	int per_hour = (int) below(8);
	int per_second = (int) below(3);
	int64 free = at + below(2 * USECS_PER_SEC);
	bool agrees = true;

	state.blocked_until = below(1) == 0 ? 0 : at + below(USECS_PER_HOUR);
	state.next = free;
	for (int i = 0; i < 30; i++)
	{
		int64 leave = Max(at, state.blocked_until);

		if (per_second > 0)
			leave = Max(leave, free);
		leave = hour_until(count, leave, per_hour);
		at = sg_pace_queue(&state, at, per_second, per_hour);
		agrees &= at == leave;
		departures[count++] = at;
		free = at + sg_pace_interval(per_second);
	}
	return agrees;
}

static void
test_queue(void)
{
	SgPaceState state = {0};
	bool agrees = true;
	int64 at = NOW;

	for (int i = 0; i < 20000; i++)
		agrees &= queue_agrees();
	ok(agrees, "each of a queue leaves when schedule, quota and the API's word let it");
	/* of five an hour, three left fifty minutes ago, two have just */
	for (int i = 0; i < 5; i++)
		count_departure(state.cells, i < 3 ? NOW - 50 * USECS_PER_MINUTE : NOW);
	for (int i = 0; i < 3; i++)
	{
		at = sg_pace_queue(&state, at, 0, 5);
		ok(at == (NOW / USECS_PER_MINUTE + 11) * USECS_PER_MINUTE,
		   "number %d takes the place of one that left before", i + 1);
	}
	ok(sg_pace_queue(&state, at, 0, 5) == (NOW / USECS_PER_MINUTE + 61) * USECS_PER_MINUTE,
	   "the next one that of one that has just left");
}

/* ---- the windows ---- */

/* Do the windows cover the span exactly, newest first, none empty or longer than "size"? */
static bool
windows_fit(SgDays days, int size)
{
	int count = sg_days_windows(days, size);
	DateADT until = days.until;

	for (int i = 0; i < count; i++)
	{
		SgDays window = sg_days_window(days, size, i);

		if (window.until != until || sg_days_empty(window) ||
			(size > 0 && sg_days_count(window) > size))
			return false;
		until = window.from;
	}
	return count == 0 ? sg_days_empty(days) : until == days.from;
}

static void
test_windows(void)
{
	bool fit = true;
	bool least = true;

	for (int from = -50; from <= 50; from++)
		for (int length = -5; length <= 100; length++)
			for (int size = -1; size <= 40; size++)
			{
				SgDays days = {from, from + length};
				int count = sg_days_windows(days, size);

				fit &= windows_fit(days, size);
				/* one window less could not hold them */
				least &= count == 0 || size <= 0 ? count <= 1 : (count - 1) * size < length;
			}
	ok(fit, "windows cover the days exactly, newest first, none empty or too long");
	ok(least, "there are no fewer windows that do");
	ok(windows_fit(SG_DAYS_ALL, 7) && windows_fit(SG_DAYS_ALL, 1) && windows_fit(SG_DAYS_ALL, 0),
	   "so it is for the span without bounds");
}

static void
test_intersections(void)
{
	bool same = true;

	for (int i = 0; i < 10000; i++)
	{
		SgDays a = {(DateADT) below(20), (DateADT) below(20)};
		SgDays b = {(DateADT) below(20), (DateADT) below(20)};
		SgDays both = sg_days_intersect(a, b);
		int count = 0;

		for (DateADT day = 0; day <= 20; day++)
		{
			bool in_both = day >= a.from && day < a.until && day >= b.from && day < b.until;

			count += in_both;
			same &= in_both == (day >= both.from && day < both.until);
		}
		same &= count == sg_days_count(both) && sg_days_empty(both) == (count == 0);
	}
	ok(same, "an intersection holds the days that are in both");
}

int
main(void)
{
	const char *wish = getenv("TEST_SEED");

	seed = wish != NULL ? strtoull(wish, NULL, 10) | 1 : UINT64CONST(20261120);
	plan(58);
	test_second();
	test_reserved();
	test_moments();
	test_backoff();
	test_hour();
	test_hour_edges();
	test_view();
	test_queue();
	test_windows();
	test_intersections();
	return tap_done();
}
