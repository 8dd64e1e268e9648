/*
 * measures.c
 *		The metering endpoints of both generations.
 *
 * The order of the checks is that of a gateway in front of a service:
 * credentials, pace, then parameters, window, point, and at last the data.
 */
#include "simulator.h"

#include <stdio.h>
#include <string.h>

#define PUBLISHED_SECONDS (8 * 3600) /* yesterday is served from 08:00 */

static bool
check_profile(Exchange *x, const Window *window, Profile *profile)
{
	const char *code = NULL;

	if (!points_find(x->point, window->today, profile))
		code = "STM-ERR-0000019";
	else if (profile->revoked)
		code = "ADAM-DC-0008";
	else if (!(profile->directions & x->route->direction))
		code = "ADAM-ERR0069";
	else if (window->start < profile->activated)
		code = "ADAM-ERR0123";
	else if (window->start < window->oldest)
		code = "ADAM-ERR0125";
	if (code != NULL)
		exchange_canned(x, code);
	else if (x->route->measure == MEASURE_CURVE && profile->no_curve)
		gate_no_data(x);
	return x->status == 0;
}

/* First day that is not yet served. */
int64_t
measures_until(int64_t today)
{
	int64_t now = clock_now_us() / 1000000;

	/* wall time, so that 08:00 is 08:00 on the days when the clock changes */
	return now + paris_offset(now) - today * DAY_SECONDS >= PUBLISHED_SECONDS ? today : today - 1;
}

static void
give(Exchange *x, Text *body)
{
	/* measures of 2026 do not say that they are JSON */
	exchange_answer(x, 200, body->data, body->length,
					exchange_of_2026(x) ? "application/octet-stream" : "application/json");
}

static void
answer_registers(Exchange *x, const Asked *asked, const Profile *profile, const Window *window,
				 int64_t until)
{
	Registers registers = {0};
	Text body = {NULL, 0, 0};
	Facts facts;

	facts_of(profile, &x->scenario, window->today, &facts);
	index_read(&registers, profile, x->route->direction, &facts, window->start, until);
	if (registers.total.count == 0)
		gate_no_data(x);
	else
	{
		bend_series(&registers.offpeak, &x->scenario);
		bend_series(&registers.peak, &x->scenario);
		bend_series(&registers.total, &x->scenario);
		answer_2026_index(&body, asked, &registers);
		give(x, &body);
	}
	series_free(&registers.offpeak);
	series_free(&registers.peak);
	series_free(&registers.total);
}

static void
read_series(Series *series, const Asked *asked, const Profile *profile, const Window *window,
			int64_t until)
{
	const Endpoint *route = asked->route;
	int step = asked->scenario->step > 0 ? (int) asked->scenario->step : profile->step;

	if (route->measure == MEASURE_CURVE)
		series_curve(series, profile, route->direction, window->start, until, step);
	else if (route->measure == MEASURE_PEAK)
		peak_daily(series, profile, window->start, until);
	else
		series_daily(series, profile, route->direction, window->start, until);
	if (asked->monthly)
		peak_monthly(series);
}

static void
answer_readings(Exchange *x, const Asked *asked, const Profile *profile, const Window *window,
				int64_t until)
{
	Series series = {0};
	Text body = {NULL, 0, 0};

	read_series(&series, asked, profile, window, until);
	if (series.count == 0)
		gate_no_data(x);
	else
	{
		bend_series(&series, &x->scenario);
		if (exchange_of_2026(x))
			answer_2026(&body, asked, &series);
		else
			answer_v5(&body, asked, &series);
		give(x, &body);
	}
	series_free(&series);
}

static void
answer_data(Exchange *x, const Window *window, bool monthly)
{
	Profile profile;
	Asked asked = {x->route, x->point, x->start, x->end, monthly, &x->scenario};
	int64_t until = measures_until(window->today);

	if (!check_profile(x, window, &profile))
		return;
	if (until > window->end)
		until = window->end;
	if (x->route->measure == MEASURE_INDEX)
		answer_registers(x, &asked, &profile, window, until);
	else
		answer_readings(x, &asked, &profile, window, until);
}

static void
serve(Exchange *x, bool monthly)
{
	Window window;

	if (!gate_accept(x) || !query_point(x) || !query_window(x, &window))
		return;
	if (!gate_replaces(x))
		answer_data(x, &window, monthly);
	gate_close(x);
}

void
measures_v5(Exchange *x)
{
	const Slot slots[] = {{"usage_point_id", x->point, sizeof(x->point)},
						  {"start", x->start, sizeof(x->start)},
						  {"end", x->end, sizeof(x->end)}};

	if (gate_open(x) && query_collect(x, slots, 3))
		serve(x, false);
}

/* The maximum power has two parameters more, which are required. */
static bool
check_peak(Exchange *x, const char *step, const char *quantity)
{
	if (strcmp(step, "P1D") != 0 && strcmp(step, "P1M") != 0)
		return query_refuse(x, "mesuresPas is neither P1D nor P1M", "");
	if (strcmp(quantity, "PMA") != 0 && strcmp(quantity, "TOUT") != 0)
		return query_refuse(x, "grandeurPhysique is neither PMA nor TOUT", "");
	snprintf(x->detail, sizeof(x->detail), "%s", step);
	return true;
}

void
measures_2026(Exchange *x)
{
	char step[8] = "";
	char quantity[8] = "";
	const Slot slots[] = {{"pointId", x->point, sizeof(x->point)},
						  {"dateDebut", x->start, sizeof(x->start)},
						  {"dateFin", x->end, sizeof(x->end)},
						  {"mesuresPas", step, sizeof(step)},
						  {"grandeurPhysique", quantity, sizeof(quantity)}};
	bool peak = x->route->measure == MEASURE_PEAK;

	if (gate_open(x) && query_collect(x, slots, peak ? 5 : 3) &&
		(!peak || check_peak(x, step, quantity)))
		serve(x, strcmp(step, "P1M") == 0);
}
