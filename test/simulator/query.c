/*
 * query.c
 *		The parameters of a data request, held to the contract.
 *
 * v5 tells in a 400 what is wrong with a parameter; whatever the description
 * of 2026 does not know is a 500 there.  What is asked for too early, too late
 * or at too great a length is a 400 in both.
 */
#include "simulator.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define HISTORY_EXTRA_DAYS 15 /* beyond the whole months */
#define CURVE_MONTHS 24
#define CURVE_LONGEST 7 /* days */
#define OTHER_MONTHS 36

/* Whether a body is declared as JSON. */
bool
query_is_json(const char *content_type)
{
	static const char json[] = "application/json";

	return content_type != NULL && strncasecmp(content_type, json, sizeof(json) - 1) == 0 &&
		   strchr("; ", content_type[sizeof(json) - 1]) != NULL;
}

bool
query_refuse(Exchange *x, const char *fault, const char *description)
{
	exchange_fault(x, "%s", fault);
	if (exchange_of_2026(x))
		exchange_canned(x, "technical_error");
	else
		exchange_error(x, 400, "Invalid_request", description);
	return false;
}

/* The gear in front of v5 rejects arguments it does not know. */
static bool
refuse_unknown(Exchange *x)
{
	exchange_fault(x, "unknown parameter in the query");
	exchange_canned(x, exchange_of_2026(x) ? "technical_error" : "404");
	return false;
}

/* Copies the parameters; anything else in the query breaks the contract. */
bool
query_collect(Exchange *x, const Slot *slots, int count)
{
	bool twice = false;

	for (int i = 0; i < count; i++)
		slots[i].value[0] = '\0';
	for (int i = 0; i < x->query_count && i < MAX_PARAMETERS; i++)
	{
		const Slot *slot = slots;

		while (slot < slots + count && strcmp(slot->name, x->query[i].name) != 0)
			slot++;
		if (slot == slots + count)
			return refuse_unknown(x);
		if (slot->value[0] != '\0')
			twice = true;
		else if (x->query[i].value != NULL)
			snprintf(slot->value, slot->size, "%s", x->query[i].value);
	}
	if (x->query_count > MAX_PARAMETERS)
		return refuse_unknown(x);
	if (twice)
		return query_refuse(x, "parameter given twice", "a parameter is given more than once");
	return true;
}

bool
query_point(Exchange *x)
{
	const char *name = exchange_of_2026(x) ? "pointId" : "usage_point_id";
	char fault[64];

	if (x->point[0] == '\0')
	{
		snprintf(fault, sizeof(fault), "missing %s", name);
		return query_refuse(x, fault, "usage_point_id parameter is required");
	}
	if (strlen(x->point) != 14 || strspn(x->point, "0123456789") != 14)
	{
		snprintf(fault, sizeof(fault), "%s is not 14 digits", name);
		return query_refuse(x, fault, "usage_point_id parameter must be 14 digits long");
	}
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
			 missing ? "%s date parameter is required"
					 : "%s date parameter must be in the format YYYY-MM-DD",
			 strcmp(name, "start") == 0 ? "Start" : "End");
	return query_refuse(x, fault, description);
}

static bool
refuse_window(Exchange *x, const char *fault, const char *code)
{
	exchange_fault(x, "%s", fault);
	exchange_canned(x, code);
	return false;
}

/* A start beyond the history is only noted: what the point is comes first. */
bool
query_window(Exchange *x, Window *window)
{
	bool curve = x->route->measure == MEASURE_CURVE;
	bool of_2026 = exchange_of_2026(x);

	if (!check_date(x, of_2026 ? "dateDebut" : "start", x->start, &window->start) ||
		!check_date(x, of_2026 ? "dateFin" : "end", x->end, &window->end))
		return false;
	window->today = paris_day(clock_now_us() / 1000000);
	window->oldest = civil_months_before(window->today, curve ? CURVE_MONTHS : OTHER_MONTHS) -
					 HISTORY_EXTRA_DAYS;
	if (window->start >= window->end)
		return refuse_window(x, "start is not before end", "400-start-before-end");
	if (window->end > window->today)
		return refuse_window(x, "end is after today", "400-end-in-future");
	if (curve && window->end - window->start > CURVE_LONGEST)
		return refuse_window(x, "window of more than 7 days", "ADAM-ERR0126");
	if (window->start < window->oldest)
		exchange_fault(x, "start is older than the history limit");
	return true;
}
