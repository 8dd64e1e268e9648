/*
 * enedis.c
 *		The metering endpoints of Data Connect v5, and the contract they hold
 *		their clients to.
 *
 * The order of the checks is that of a gateway in front of a service: route,
 * credentials, pace, then parameters, window, point, and at last the data.  A
 * fault is what a correct client would never do; an error that only the
 * operator could know of (no consent, no data) is not one.
 */
#include "simulator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HISTORY_EXTRA_DAYS 15		 /* beyond the whole months */
#define PUBLISHED_SECONDS (8 * 3600) /* yesterday is served from 08:00 */

typedef struct Endpoint
{
	const char *name;
	const char *path;
	Direction direction;
	bool curve;
	int months;	 /* of history */
	int longest; /* days in one window, 0: any */
} Endpoint;

static const Endpoint endpoints[] = {
	{"consumption_load_curve", "/metering_data_clc/v5/consumption_load_curve", CONSUMPTION, true,
	 24, 7},
	{"production_load_curve", "/metering_data_plc/v5/production_load_curve", PRODUCTION, true, 24,
	 7},
	{"daily_consumption", "/metering_data_dc/v5/daily_consumption", CONSUMPTION, false, 36, 0},
	{"daily_production", "/metering_data_dp/v5/daily_production", PRODUCTION, false, 36, 0},
};

typedef struct Window
{
	int64_t start; /* civil days, end excluded */
	int64_t end;
	int64_t today;
	int64_t oldest; /* first start that the history limit accepts */
} Window;

/* Windows answered so far, and windows that failed once; state_lock guards both. */
static StringSet answered;
static StringSet failed_once;

void
enedis_forget(void)
{
	set_clear(&answered);
	set_clear(&failed_once);
}

static void
memory_key(const Exchange *x, char *key, size_t size)
{
	snprintf(key, size, "%s %s %s %s %s", x->scenario.prefix, x->endpoint, x->point, x->start,
			 x->end);
}

/* -------- credentials and pace -------- */

static bool
refuse_token(Exchange *x, const char *fault, const char *code)
{
	if (fault != NULL)
		exchange_fault(x, "%s", fault);
	exchange_canned(x, code);
	return false;
}

static bool
admit_token(Exchange *x)
{
	TokenState state;

	if (x->authorization == NULL)
		return refuse_token(x, "missing Authorization header", "900902");
	if (strncasecmp(x->authorization, "Bearer ", 7) != 0)
		return refuse_token(x, "Authorization header is not Bearer", "900902");
	state_lock();
	state = token_check(x->authorization + 7, &x->scenario, &x->client);
	state_unlock();
	switch (state)
	{
		case TOKEN_GOOD:
			return true;
		case TOKEN_UNKNOWN:
			return refuse_token(x, "unknown access token", "900901");
		case TOKEN_EXPIRED:
			return refuse_token(x, "access token used after its end", "invalid_token");
		case TOKEN_SPENT:
			break;
	}
	return refuse_token(x, NULL, "invalid_token");
}

static bool
admit_pace(Exchange *x)
{
	int64_t wait = 0;
	QuotaVerdict verdict;
	char text[96];

	state_lock();
	verdict = quota_take(x->client, &x->scenario, &wait);
	state_unlock();
	if (verdict == QUOTA_FREE)
		return true;
	exchange_fault(x, "more requests than the quota per %s",
				   verdict == QUOTA_SECOND ? "second" : "hour");
	snprintf(text, sizeof(text), "Quota %s reached  Call threshold allowed on %d:%02d:%02d",
			 verdict == QUOTA_SECOND ? "Q3" : "Q4", (int) (wait / 3600), (int) (wait / 60 % 60),
			 (int) (wait % 60));
	exchange_error(x, 429, "429", text);
	return false;
}

/*
 * The API serves JSON to a client that does not say what it wants, so only the
 * journal complains about that one.
 */
static bool
admit_accept(Exchange *x)
{
	if (x->accept != NULL && strcasestr(x->accept, "application/json") != NULL)
		return true;
	if (x->accept == NULL)
		exchange_fault(x, "missing Accept header");
	else
		exchange_fault(x, "Accept header is not application/json");
	if (x->accept == NULL || strstr(x->accept, "*/*") != NULL ||
		strstr(x->accept, "application/*") != NULL)
		return true;
	exchange_error(x, 406, "Invalid_request", "only application/json is available");
	return false;
}

/* -------- parameters -------- */

static bool
refuse_request(Exchange *x, const char *fault, const char *description)
{
	exchange_fault(x, "%s", fault);
	exchange_error(x, 400, "Invalid_request", description);
	return false;
}

static char *
parameter_slot(Exchange *x, const char *name)
{
	if (strcmp(name, "usage_point_id") == 0)
		return x->point;
	if (strcmp(name, "start") == 0)
		return x->start;
	if (strcmp(name, "end") == 0)
		return x->end;
	return NULL;
}

/* Copies the three parameters; anything else in the query breaks the contract. */
static bool
collect_parameters(Exchange *x)
{
	bool unknown = x->query_count > MAX_PARAMETERS;
	bool twice = false;

	for (int i = 0; i < x->query_count && i < MAX_PARAMETERS; i++)
	{
		char *slot = parameter_slot(x, x->query[i].name);

		if (slot == NULL)
			unknown = true;
		else if (*slot != '\0')
			twice = true;
		else if (x->query[i].value != NULL)
			snprintf(slot, sizeof(x->start), "%s", x->query[i].value);
	}
	if (unknown)
	{
		/* the gear in front of the API rejects arguments it does not know */
		exchange_fault(x, "unknown parameter in the query");
		exchange_canned(x, "404");
		return false;
	}
	if (twice)
		return refuse_request(x, "parameter given twice", "a parameter is given more than once");
	return true;
}

static bool
check_point(Exchange *x)
{
	if (x->point[0] == '\0')
		return refuse_request(x, "missing usage_point_id", "usage_point_id parameter is required");
	if (strlen(x->point) != 14 || strspn(x->point, "0123456789") != 14)
		return refuse_request(x, "usage_point_id is not 14 digits",
							  "usage_point_id parameter must be 14 digits long");
	return true;
}

static bool
check_date(Exchange *x, const char *name, const char *text, int64_t *day)
{
	char fault[64];
	char description[96];
	bool missing = *text == '\0';

	if (civil_parse(text, day))
		return true;
	snprintf(fault, sizeof(fault), missing ? "missing %s" : "%s is not a YYYY-MM-DD date", name);
	snprintf(description, sizeof(description),
			 missing ? "%s parameter is required" : "%s parameter must be a YYYY-MM-DD date", name);
	return refuse_request(x, fault, description);
}

static bool
refuse_window(Exchange *x, const char *fault, const char *code)
{
	exchange_fault(x, "%s", fault);
	exchange_canned(x, code);
	return false;
}

static bool
check_window(Exchange *x, const Endpoint *endpoint, Window *window)
{
	if (!check_date(x, "start", x->start, &window->start) ||
		!check_date(x, "end", x->end, &window->end))
		return false;
	window->today = paris_day(clock_now_us() / 1000000);
	window->oldest = civil_months_before(window->today, endpoint->months) - HISTORY_EXTRA_DAYS;
	if (window->start >= window->end)
		return refuse_window(x, "start is not before end", "400-start-before-end");
	if (window->end > window->today)
		return refuse_window(x, "end is after today", "400-end-in-future");
	if (endpoint->longest > 0 && window->end - window->start > endpoint->longest)
		return refuse_window(x, "window of more than 7 days", "ADAM-ERR0126");
	if (window->start < window->oldest)
		exchange_fault(x, "start is older than the history limit");
	return true;
}

/* -------- the point and its data -------- */

static bool
check_profile(Exchange *x, const Endpoint *endpoint, const Window *window, Profile *profile)
{
	const char *code = NULL;

	if (!points_find(x->point, window->today, profile))
		code = "STM-ERR-0000019";
	else if (profile->revoked)
		code = "ADAM-DC-0008";
	else if (!(profile->directions & endpoint->direction))
		code = "ADAM-ERR0069";
	else if (window->start < profile->activated)
		code = "ADAM-ERR0123";
	else if (window->start < window->oldest)
		code = "ADAM-ERR0125";
	else if (endpoint->curve && profile->no_curve)
		code = "no_data_found";
	if (code != NULL)
		exchange_canned(x, code);
	return code == NULL;
}

/* First day that is not yet served. */
static int64_t
published_until(int64_t today)
{
	int64_t now = clock_now_us() / 1000000;

	/* wall time, so that 08:00 is 08:00 on the days when the clock changes */
	return now + paris_offset(now) - today * DAY_SECONDS >= PUBLISHED_SECONDS ? today : today - 1;
}

static void
answer_data(Exchange *x, const Endpoint *endpoint, const Window *window)
{
	Profile profile;
	Series series = {NULL, 0, 0};
	Text body = {NULL, 0, 0};
	int64_t until = published_until(window->today);

	if (!check_profile(x, endpoint, window, &profile))
		return;
	if (until > window->end)
		until = window->end;
	if (endpoint->curve)
		series_curve(&series, &profile, endpoint->direction, window->start, until,
					 x->scenario.step > 0 ? (int) x->scenario.step : profile.step);
	else
		series_daily(&series, &profile, endpoint->direction, window->start, until);
	if (series.count == 0)
		exchange_canned(x, "no_data_found");
	else
	{
		series_bend(&series, &x->scenario);
		answer_series(&series, endpoint->curve, x->point, x->start, x->end, &x->scenario, &body);
		exchange_answer(x, 200, body.data, body.length, "application/json");
	}
	free(series.readings);
}

/* -------- scenarios -------- */

static bool
first_time(const Exchange *x)
{
	char key[256];
	bool first;

	memory_key(x, key, sizeof(key));
	state_lock();
	first = set_add(&failed_once, key);
	state_unlock();
	return first;
}

static void
answer_canned(Exchange *x, const Canned *canned)
{
	int64_t now = clock_now_us() / 1000000;
	int64_t next = x->scenario.next > 0 ? now + x->scenario.next : (now / 3600 + 1) * 3600;
	char *body = canned_body(canned, next);

	exchange_answer(x, canned->status, body, strlen(body),
					body[0] == '<' ? "text/html" : "application/json");
}

/* Answers that a scenario puts in the place of the data. */
static bool
answer_instead(Exchange *x)
{
	static const char not_json[] = "Service temporarily degraded, sorry.";
	const Scenario *scenario = &x->scenario;

	if (scenario->error != NULL)
		answer_canned(x, scenario->error);
	else if (scenario->error_once != NULL && first_time(x))
		answer_canned(x, scenario->error_once);
	else if (scenario->empty)
		exchange_canned(x, "no_data_found");
	else if (scenario->html)
		exchange_answer(x, 200, must(strdup(html_page)), strlen(html_page), "text/html");
	else if (scenario->not_json)
		exchange_answer(x, 200, must(strdup(not_json)), sizeof(not_json) - 1, "application/json");
	else if (scenario->huge)
	{
		exchange_answer(x, 200, NULL, answer_huge_length(), "application/json");
		x->huge = true;
	}
	else
		return false;
	return true;
}

/* How the answer travels, or fails to. */
static void
bend_delivery(Exchange *x)
{
	const Scenario *scenario = &x->scenario;

	if (scenario->cut && !x->huge)
		x->send_bytes = x->length = x->length / 2;
	if (scenario->truncated || scenario->stall_body)
	{
		x->send_bytes = x->length / 2;
		x->end_how = scenario->truncated ? END_BROKEN : END_STALLED;
	}
	x->drip_ms = scenario->slow;
	x->delay_ms = scenario->delay;
	x->stall = scenario->stall;
	x->closed = scenario->closed;
}

static void
note_repeat(Exchange *x)
{
	char key[256];

	memory_key(x, key, sizeof(key));
	state_lock();
	if (x->status == 200 && !scenario_corrupts(&x->scenario))
		x->repeat = !set_add(&answered, key);
	else
		x->repeat = set_has(&answered, key);
	state_unlock();
}

static void
data_endpoint(Exchange *x, const Endpoint *endpoint)
{
	Window window;

	if (!admit_token(x) || !admit_pace(x) || !collect_parameters(x) || !admit_accept(x) ||
		!check_point(x) || !check_window(x, endpoint, &window))
		return;
	if (!answer_instead(x))
		answer_data(x, endpoint, &window);
	bend_delivery(x);
	note_repeat(x);
}

static bool
refuse_method(Exchange *x, const char *allowed)
{
	if (strcmp(x->method, allowed) == 0)
		return false;
	exchange_fault(x, "wrong method, %s expected", allowed);
	exchange_error(x, 405, "Invalid_request", "method not allowed");
	x->allow = allowed;
	return true;
}

/* Answers the request if its path is one of the API's. */
bool
enedis_route(Exchange *x)
{
	if (strcmp(x->path, "/oauth2/v3/token") == 0)
	{
		x->endpoint = "token";
		if (!refuse_method(x, "POST"))
			token_endpoint(x);
		return true;
	}
	for (size_t i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++)
	{
		if (strcmp(x->path, endpoints[i].path) != 0)
			continue;
		x->endpoint = endpoints[i].name;
		if (!refuse_method(x, "GET"))
			data_endpoint(x, &endpoints[i]);
		return true;
	}
	return false;
}
