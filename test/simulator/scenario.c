/*
 * scenario.c
 *		What "/~name+name=value" before the API's path asks the simulator to do.
 */
#include "switchgrid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum Kind
{
	FLAG,
	NUMBER,
	ERROR,
	ERROR_AT,
	AT,
	SCOPE,
	POINT
} Kind;

typedef struct Word
{
	const char *name;
	Kind kind;
	size_t offset;
	long low;
	long high;
	long bare; /* the number of a bare name; -1: one is required */
} Word;

#define WORD_FLAG(member)                                  \
	{                                                      \
#member, FLAG, offsetof(Scenario, member), 0, 0, 0 \
	}
#define WORD_NUMBER(member, low, high, bare)                         \
	{                                                                \
#member, NUMBER, offsetof(Scenario, member), low, high, bare \
	}
#define FAULT_FLAG(member)                               \
	{                                                    \
#member, FLAG, offsetof(Faults, member), 0, 0, 0 \
	}
#define FAULT_NUMBER(member, low, high, bare)                      \
	{                                                              \
#member, NUMBER, offsetof(Faults, member), low, high, bare \
	}
#define WORD_POINT(member)                                  \
	{                                                       \
#member, POINT, offsetof(Scenario, member), 0, 0, 0 \
	}

/* Each of them also with _token or _once behind it. */
static const Word faults[] = {
	FAULT_FLAG(html),
	FAULT_FLAG(not_json),
	FAULT_FLAG(huge),
	FAULT_FLAG(deep),
	FAULT_FLAG(no_content),
	FAULT_FLAG(empty_body),
	FAULT_NUMBER(redirect, 300, 308, 302),
	FAULT_FLAG(shape),
	FAULT_FLAG(array),
	FAULT_FLAG(badvalue),
	FAULT_FLAG(wrong_type),
	FAULT_FLAG(deep_points),
	FAULT_FLAG(latin1),
	FAULT_FLAG(nul),
	FAULT_FLAG(gzip),
	FAULT_FLAG(bad_gzip),
	FAULT_FLAG(cut_gzip),
	FAULT_FLAG(bomb),
	FAULT_FLAG(endless_gzip),
	FAULT_FLAG(stall),
	FAULT_FLAG(stall_body),
	FAULT_FLAG(closed),
	FAULT_FLAG(cut),
	FAULT_FLAG(truncated),
	FAULT_FLAG(short_length),
	FAULT_FLAG(long_length),
	FAULT_FLAG(reset),
	FAULT_FLAG(reset_headers),
	FAULT_FLAG(reset_body),
	FAULT_FLAG(header_flood),
	FAULT_NUMBER(slow, 1, 3600000, 3000),
	FAULT_NUMBER(drip, 1, 3600000, 200),
	FAULT_NUMBER(delay, 1, 3600000, -1),
};

static const Word words[] = {
	WORD_FLAG(expire),
	WORD_FLAG(expired),
	WORD_FLAG(unlimited),
	WORD_FLAG(empty),
	WORD_FLAG(null_values),
	WORD_FLAG(null_texts),
	WORD_FLAG(empty_strings),
	WORD_FLAG(natures),
	WORD_FLAG(mixed_step),
	WORD_FLAG(missing_hour),
	WORD_FLAG(repeated),
	WORD_FLAG(changed),
	WORD_FLAG(sparse),
	WORD_FLAG(no_com),
	WORD_FLAG(plain_segments),
	WORD_FLAG(openapi_key),
	WORD_FLAG(refuse),
	WORD_FLAG(empty_once),
	WORD_FLAG(numbers),
	WORD_FLAG(unordered),
	WORD_FLAG(twice),
	WORD_FLAG(dst48),
	WORD_NUMBER(per_second, 0, 1000000, -1),
	WORD_NUMBER(per_hour, 0, 1000000, -1),
	WORD_NUMBER(step, 5, 60, -1),
	WORD_NUMBER(next, 1, 86400, -1),
	{"unsigned", FLAG, offsetof(Scenario, unsigned_ask), 0, 0, 0},
	WORD_FLAG(consented),
	WORD_FLAG(by_contract),
	WORD_FLAG(embedded),
	WORD_FLAG(nolink),
	WORD_FLAG(summary),
	WORD_FLAG(csv),
	WORD_FLAG(zip),
	WORD_FLAG(keyed),
	WORD_FLAG(seconds),
	WORD_FLAG(no_prm),
	WORD_FLAG(future_offpeak),
	WORD_POINT(stuck),
	WORD_POINT(nodata),
	{"short", FLAG, offsetof(Scenario, short_answer), 0, 0, 0},
	WORD_POINT(other_prm),
	WORD_POINT(other_host),
	WORD_POINT(link_expired),
	WORD_POINT(revoked_midway),
	WORD_FLAG(address_check),
	WORD_FLAG(unknown_status),
	WORD_FLAG(answer_lost),
	WORD_FLAG(answer_500),
	WORD_FLAG(answer_stalled),
	WORD_FLAG(refuse_order),
	WORD_FLAG(old_answer),
	WORD_FLAG(gas_array),
	WORD_FLAG(gas_wrapped),
	WORD_FLAG(gas_pretty),
	WORD_FLAG(gas_crlf),
	WORD_POINT(fail),
	WORD_POINT(quota),
	{"async", NUMBER, offsetof(Scenario, async_seconds), 0, 1000000, -1},
	{"sync", NUMBER, offsetof(Scenario, sync_seconds), 0, 1000000, -1},
	{"error", ERROR, offsetof(Scenario, error), 0, 0, 0},
	{"error_once", ERROR, offsetof(Scenario, error_once), 0, 0, 0},
	{"error_at", ERROR_AT, 0, 0, 0, 0},
	{"at", AT, 0, 0, 0, 0},
	{"scope", SCOPE, 0, 0, 0, 0},
};

/* The texts that a token's scope may have: clients must not read anything into them. */
static const struct
{
	const char *name;
	const char *text;
} scopes[] = {
	{"empty", ""},
	{"default", "am_application_scope default"},
	{"legacy", "/v3/customers/usage_points/contracts.GET /v4/metering_data/daily_consumption.GET"},
	{"consumption", "/v5/metering_data/consumption_load_curve.GET "
					"/v5/metering_data/daily_consumption.GET "
					"/v5/metering_data/daily_consumption_max_power.GET"},
	{"v5", "/v5/metering_data/consumption_load_curve.GET "
		   "/v5/metering_data/production_load_curve.GET /v5/metering_data/daily_consumption.GET "
		   "/v5/metering_data/daily_production.GET "
		   "/v5/metering_data/daily_consumption_max_power.GET "
		   "/v5/customers/usage_points/contracts.GET /v5/customers/usage_points/addresses.GET "
		   "/v5/customers/identity.GET /v5/customers/contact_data.GET"},
};

static bool
set_number(const Word *word, const char *value, long *target)
{
	char *rest;

	if (value == NULL)
	{
		*target = word->bare;
		return word->bare >= 0;
	}
	*target = strtol(value, &rest, 10);
	return rest != value && *rest == '\0' && *target >= word->low && *target <= word->high;
}

static bool
set_scope(Scenario *scenario, const char *value)
{
	for (size_t i = 0; value != NULL && i < sizeof(scopes) / sizeof(scopes[0]); i++)
	{
		if (strcmp(scopes[i].name, value) == 0)
		{
			scenario->scope = scopes[i].text;
			return true;
		}
	}
	return false;
}

static const char *
known_endpoint(const char *name)
{
	const char *known = enedis_known(name);

	if (known == NULL)
		known = switchgrid_known(name);
	return known != NULL ? known : grdf_known(name);
}

/* For all points, or with a value for those whose last digits it is. */
static bool
set_point(const char *value, ChosenPoint *chosen)
{
	chosen->chosen = true;
	if (value == NULL)
		return true;
	if (strlen(value) != 4 || strspn(value, "0123456789") != 4)
		return false;
	memcpy(chosen->last, value, 5);
	return true;
}

bool
scenario_chooses(const ChosenPoint *chosen, const char *point)
{
	size_t length = strlen(point);

	return chosen->chosen && (chosen->last[0] == '\0' ||
							  (length >= 4 && strcmp(point + length - 4, chosen->last) == 0));
}

/* ENDPOINT:CODE, the former as the journal names it. */
static bool
add_error_at(Scenario *scenario, const char *value)
{
	ErrorAt *added = &scenario->errors_at[scenario->errors_at_count];
	const char *colon = value ? strchr(value, ':') : NULL;
	char name[64];

	if (colon == NULL || scenario->errors_at_count == MAX_ERRORS_AT ||
		(size_t) (colon - value) >= sizeof(name))
		return false;
	memcpy(name, value, colon - value);
	name[colon - value] = '\0';
	added->endpoint = known_endpoint(name);
	added->error = canned_find(colon + 1);
	scenario->errors_at_count++;
	return added->endpoint != NULL && added->error != NULL;
}

static bool
add_at(Scenario *scenario, const char *name)
{
	const char *known = name != NULL ? known_endpoint(name) : NULL;

	if (known == NULL || scenario->at_count == MAX_AT)
		return false;
	scenario->at[scenario->at_count++] = known;
	return true;
}

/* The error that the scenario puts on one endpoint only, or NULL. */
const Canned *
scenario_error_at(const Scenario *scenario, const char *endpoint)
{
	for (int i = 0; i < scenario->errors_at_count; i++)
	{
		if (strcmp(scenario->errors_at[i].endpoint, endpoint) == 0)
			return scenario->errors_at[i].error;
	}
	return NULL;
}

/* The offset of a fault is in the structure of faults, that of any other word in the scenario. */
static bool
set_word(Scenario *scenario, void *holder, const Word *word, const char *value)
{
	void *target = (char *) holder + word->offset;

	switch (word->kind)
	{
		case FLAG:
			*(bool *) target = true;
			return value == NULL;
		case NUMBER:
			return set_number(word, value, target);
		case ERROR:
			*(const Canned **) target = value ? canned_find(value) : NULL;
			return *(const Canned **) target != NULL;
		case ERROR_AT:
			return add_error_at(scenario, value);
		case AT:
			return add_at(scenario, value);
		case SCOPE:
			return set_scope(scenario, value);
		case POINT:
			return set_point(value, target);
	}
	return false;
}

/* Whether a name is the word, with that behind it. */
static bool
is_word(const char *name, const char *word, const char *suffix)
{
	size_t length = strlen(word);

	return strncmp(name, word, length) == 0 && strcmp(name + length, suffix) == 0;
}

static bool
apply_fault(Scenario *scenario, const Word *fault, const char *name, const char *value, bool *known)
{
	*known = true;
	if (is_word(name, fault->name, ""))
		return set_word(scenario, &scenario->faults, fault, value);
	if (is_word(name, fault->name, "_token"))
		return set_word(scenario, &scenario->of_token, fault, value);
	*known = is_word(name, fault->name, "_once");
	scenario->has_once = scenario->has_once || *known;
	return *known && set_word(scenario, &scenario->once, fault, value);
}

static bool
apply(Scenario *scenario, const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
	{
		if (strcmp(words[i].name, name) == 0)
			return set_word(scenario, scenario, &words[i], value);
	}
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
	{
		bool known;
		bool good = apply_fault(scenario, &faults[i], name, value, &known);

		if (known)
			return good;
	}
	return false;
}

/* Reads the names between "~" and the next slash; complains about the first bad one. */
bool
scenario_parse(const char *prefix, size_t length, Scenario *scenario, char *complaint, size_t size)
{
	char copy[sizeof(scenario->prefix)];
	char *next = copy;
	char *name;

	memset(scenario, 0, sizeof(*scenario));
	scenario->per_second = -1;
	scenario->per_hour = -1;
	scenario->async_seconds = 4;
	scenario->sync_seconds = 1;
	if (length >= sizeof(copy))
	{
		snprintf(complaint, size, "scenario prefix too long");
		return false;
	}
	memcpy(copy, prefix, length);
	copy[length] = '\0';
	memcpy(scenario->prefix, copy, length + 1);
	while (length > 0 && (name = strsep(&next, "+")) != NULL)
	{
		char whole[sizeof(copy)];
		char *value;

		strcpy(whole, name);
		value = strchr(name, '=');
		if (value != NULL)
			*value++ = '\0';
		if (!apply(scenario, name, value))
		{
			snprintf(complaint, size, "unknown scenario \"%s\"", whole);
			return false;
		}
	}
	if (scenario->step != 0 && (60 % scenario->step != 0 || scenario->step % 5 != 0))
	{
		snprintf(complaint, size, "unknown scenario \"step=%ld\"", scenario->step);
		return false;
	}
	return true;
}
