/*
 * authorize.c
 *		The page where customers consent, as their browser sees it: everybody
 *		agrees at once, and is sent back to the application.
 *
 * As in the sandbox, the last character of "state" picks the customer.
 */
#include "simulator.h"

#include <stdio.h>
#include <string.h>

#define LONGEST_STATE 100
#define LONGEST_YEARS 3
#define CODE_LENGTH 24

typedef struct Request
{
	char client[256];
	char type[16];
	char state[256];
	char duration[32];
} Request;

static bool
refuse(Exchange *x, int status, const char *error, const char *description, const char *fault)
{
	Text body = {NULL, 0, 0};

	exchange_fault(x, "%s", fault);
	text_printf(&body, "{\"error\":\"%s\",\"error_description\":\"%s\"%s}", error, description,
				status == 500 ? "" : ",\"error_uri\":\"\"");
	exchange_answer(x, status, body.data, body.length, "application/json");
	return false;
}

static bool
refuse_request(Exchange *x, const char *description, const char *fault)
{
	return refuse(x, 400, "invalid_request", description, fault);
}

/* -------- duration -------- */

/* Reads P1Y4M and the like: whole years, months, weeks and days, in that order.
 */
static bool
parse_duration(const char *text, int *months, int *days)
{
	static const char units[] = "YMWD";
	static const int worth[] = {12, 1, 7, 1};
	size_t next = 0;

	*months = *days = 0;
	if (*text++ != 'P' || *text == '\0')
		return false;
	while (*text != '\0')
	{
		size_t digits = strspn(text, "0123456789");
		const char *unit;
		int number;

		if (digits == 0 || digits > 5 || sscanf(text, "%5d", &number) != 1)
			return false;
		unit = text[digits] != '\0' ? strchr(units + next, text[digits]) : NULL;
		if (unit == NULL)
			return false;
		next = unit - units + 1;
		*(next <= 2 ? months : days) += number * worth[next - 1];
		text += digits + 1;
	}
	return *months > 0 || *days > 0;
}

/* Sets the first day after the consent. */
static bool
check_duration(Exchange *x, const char *text, int64_t today, int64_t *until)
{
	int months;
	int days;

	if (strchr(text, 'T') != NULL)
		return refuse(x, 500, "server_error", "lincs-internal-server-error",
					  "time units in the duration");
	if (!parse_duration(text, &months, &days))
		return refuse_request(x, "invalid_duration_format", "duration is not one of days to years");
	*until = civil_months_before(today, -months) + days;
	if (months > 12 * LONGEST_YEARS || *until > civil_months_before(today, -12 * LONGEST_YEARS))
		return refuse_request(x, "maximum_duration_exceeded", "duration of more than 3 years");
	return true;
}

/* -------- request -------- */

static bool
read_request(Exchange *x, Request *request)
{
	const Slot slots[] = {{"client_id", request->client, sizeof(request->client)},
						  {"response_type", request->type, sizeof(request->type)},
						  {"state", request->state, sizeof(request->state)},
						  {"duration", request->duration, sizeof(request->duration)}};

	if (!query_collect(x, slots, 4))
		return false;
	for (size_t i = 0; i < 4; i++)
	{
		char fault[64];

		if (slots[i].value[0] != '\0' || slots[i].value == request->state)
			continue;
		snprintf(fault, sizeof(fault), "missing %s", slots[i].name);
		return refuse_request(x, "missing_parameter", fault);
	}
	if (strcmp(request->client, settings.client_id) != 0)
		return refuse(x, 403, "access_denied", "access_denied", "unknown client_id");
	x->client = settings.client_id;
	if (strcmp(request->type, "code") != 0)
		return refuse_request(x, "invalid_response_type", "response_type is not code");
	if (strlen(request->state) > LONGEST_STATE)
		return refuse_request(x, "invalid_state", "state of more than 100 characters");
	return true;
}

/* The customer of the sandbox; without a digit, the first one. */
static int
customer_of(const char *state)
{
	size_t length = strlen(state);
	char last = length > 0 ? state[length - 1] : '0';

	return last >= '0' && last <= '9' ? last - '0' : 0;
}

/* -------- back to the application -------- */

static void
send_back(Exchange *x, const char *parameters, const char *state, const char *rest)
{
	Text location = {NULL, 0, 0};

	text_puts(&location, settings.redirect);
	text_puts(&location, strchr(settings.redirect, '?') != NULL ? "&" : "?");
	text_puts(&location, parameters);
	if (*state != '\0')
	{
		text_puts(&location, "&state=");
		form_encode(&location, state);
	}
	text_puts(&location, rest);
	exchange_answer(x, 302, NULL, 0, "text/html");
	x->location = location.data;
}

static void
tell_points(Text *out, const char *const *prms, int count)
{
	text_puts(out, "&usage_point_id=");
	for (int i = 0; i < count; i++)
	{
		if (i > 0)
			text_puts(out, "%3B");
		text_puts(out, prms[i]);
	}
}

void
authorize_v1(Exchange *x)
{
	int64_t today = paris_day(clock_now_us() / 1000000);
	const char *prms[CUSTOMER_POINTS];
	Text points = {NULL, 0, 0};
	char code[CODE_LENGTH + sizeof("code=")];
	Request request;
	int64_t until;
	int count;

	if (!read_request(x, &request) || !check_duration(x, request.duration, today, &until))
		return;
	count = points_of_customer(customer_of(request.state), prms);
	if (x->scenario.refuse || count == 0)
	{
		send_back(x, "error=access_denied&error_description=access_denied", request.state, "");
		return;
	}
	snprintf(code, sizeof(code), "code=%0*llx", CODE_LENGTH,
			 (unsigned long long) hash64(clock_real_us(), x->connection_id));
	tell_points(&points, prms, count);
	send_back(x, code, request.state, points.data);
	text_free(&points);
}

void
authorize_v2(Exchange *x)
{
	int64_t today = paris_day(clock_now_us() / 1000000);
	char given[64];
	Request request;
	int64_t until;
	int64_t id = 0;

	if (!read_request(x, &request) || !check_duration(x, request.duration, today, &until))
		return;
	if (!x->scenario.refuse)
		id = consents_give(customer_of(request.state), today, until);
	if (id == 0)
	{
		send_back(x, "error=invalid_request&error_description=demande_non_aboutie", request.state,
				  "");
		return;
	}
	snprintf(given, sizeof(given), "autorisation_id=%lld", (long long) id);
	send_back(x, given, request.state, "");
}
