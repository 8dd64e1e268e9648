/*
 * order_check.c
 *		The body that makes an order: each request by itself.
 */
#include "switchgrid.h"

#include <stdlib.h>
#include <string.h>

#define CURVE_MONTHS 24
#define OTHER_MONTHS 36

/* RFC 3339 with an offset, or a day, which begins at midnight in Paris. */
bool
instant_parse(const char *text, int64_t *at)
{
	size_t length = strlen(text);
	int64_t us;

	if (civil_parse(text, at))
	{
		*at = paris_midnight(*at);
		return true;
	}
	if (length < 20 || text[10] != 'T' || text[16] != ':' ||
		(text[length - 1] != 'Z' && text[length - 3] != ':') || !clock_parse(text, &us))
		return false;
	*at = us / SECOND_US;
	return true;
}

static bool
check_instant(Check *check, const json_t *value)
{
	int64_t at;

	return (json_is_string(value) && instant_parse(json_string_value(value), &at)) ||
		   body_fail(check, "Type", "is not a date-time");
}

static bool
check_type(Check *check, const json_t *value)
{
	return (json_is_string(value) && request_type(json_string_value(value)) != NULL) ||
		   body_fail(check, "Type", "unexpected value");
}

static bool
check_prms(Check *check, const json_t *value)
{
	return body_list(check, value, body_prm) &&
		   (json_array_size(value) > 0 || body_fail(check, "Refinement", "is empty"));
}

/* The older form knows no direction of contract data, the newer one a single word. */
static bool
check_direction(Check *check, const json_t *value, const RequestType *type)
{
	const char *direction = text_of(value, "direction");
	bool curve = strcmp(type->name, "LOADCURVE") == 0;

	if (direction == NULL)
		return true;
	if (type->content == CONTENT_CONTRACT)
	{
		if (type->sync)
			return body_fail_at(check, "direction", "Forbidden", "is not allowed here");
		return strcmp(direction, "CONSUMPTION") == 0 ||
			   body_fail_at(check, "direction", "Type", "unexpected value");
	}
	return strcmp(direction, "INJECTION") == 0 ||
		   strcmp(direction, curve ? "CONSUMPTION" : "SOUTIRAGE") == 0 ||
		   body_fail_at(check, "direction", "Type", "unexpected value");
}

static bool
check_window(Check *check, const json_t *value, const RequestType *type)
{
	int64_t today = paris_day(clock_now_us() / SECOND_US);
	int months = type->content == CONTENT_CURVE ? CURVE_MONTHS : OTHER_MONTHS;
	const char *since = text_of(value, "since");
	const char *until = text_of(value, "until");
	int64_t from = 0;
	int64_t before = 0;

	if (type->content == CONTENT_CONTRACT && since != NULL)
		return body_fail_at(check, "since", "Forbidden", "is not allowed here");
	if (type->content == CONTENT_CONTRACT && until != NULL)
		return body_fail_at(check, "until", "Forbidden", "is not allowed here");
	if (since != NULL && instant_parse(since, &from) &&
		from < paris_midnight(civil_months_before(today, months)))
		return body_fail_at(check, "since", "Refinement", "is older than the history");
	if (since != NULL && until != NULL && instant_parse(until, &before) && from >= before)
		return body_fail_at(check, "since", "Refinement", "is not before until");
	return true;
}

static bool
check_request(Check *check, const json_t *value)
{
	static const Member members[] = {{"type", check_type, true},
									 {"direction", body_text, false},
									 {"since", check_instant, false},
									 {"until", check_instant, false},
									 {"prms", check_prms, false},
									 {"enedisCorrection", body_boolean, false},
									 {"enedisRetryAfterLoadcurveActivation", body_boolean, false}};
	const RequestType *type;

	if (!body_object(check, value, members, sizeof(members) / sizeof(members[0])))
		return false;
	type = request_type(text_of(value, "type"));
	return check_direction(check, value, type) && check_window(check, value, type);
}

/* Without a consent every request must say whose data it wants; v0 wants both. */
static bool
check_named(Check *check, const json_t *body, bool of_v0)
{
	size_t i;
	json_t *request;

	if (of_v0 && json_object_get(body, "consentId") == NULL)
		return body_fail_at(check, "consentId", "Missing", "is missing");
	json_array_append_new(check->path, json_string("requests"));
	json_array_foreach(json_object_get(body, "requests"), i, request)
	{
		bool needed = of_v0 || json_object_get(body, "consentId") == NULL;

		json_array_append_new(check->path, json_integer((json_int_t) i));
		if (needed && json_object_get(request, "prms") == NULL)
			return body_fail_at(check, "prms", "Missing", "is missing");
		json_array_remove(check->path, 1);
	}
	return true;
}

static bool
check_requests(Check *check, const json_t *value)
{
	return body_list(check, value, check_request) &&
		   (json_array_size(value) > 0 || body_fail(check, "Refinement", "is empty"));
}

bool
order_check(Exchange *x, const json_t *body)
{
	static const Member members[] = {{"consentId", body_uuid, false},
									 {"requests", check_requests, true}};
	Check check = {x, must(json_array())};
	bool good = body_object(&check, body, members, 2) &&
				check_named(&check, body, generation_of(x) == OF_V0);

	json_decref(check.path);
	return good;
}
