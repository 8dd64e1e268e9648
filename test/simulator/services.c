/*
 * services.c
 *		The services that consents have opened, as 2026 lists them.
 */
#include "simulator.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_SIZE 100
#define HIGHEST_INTEGER (INT64_C(1) << 40)

typedef struct Service
{
	const Consent *consent;
	const Profile *profile;
	const char *state;
	const char *measure;
	const char *step; /* NULL: none */
	unsigned directions;
} Service;

/* -------- the request -------- */

typedef struct Field
{
	const char *name;
	char kind; /* b: boolean, i: integer, s: string, d: day, l: list of strings */
} Field;

static const Field fields[] = {
	{"autorisationId", 'i'}, {"pointId", 'l'},		  {"siren", 'l'},	  {"comptage", 'b'},
	{"etatCode", 'l'},		 {"serviceType", 's'},	  {"soutirage", 'b'}, {"injection", 'b'},
	{"page", 'i'},			 {"mesureTypeCode", 'l'}, {"dateDebut", 'd'}, {"dateFin", 'd'},
};

static bool
is_list(const json_t *value)
{
	size_t i;
	json_t *item;

	if (!json_is_array(value))
		return false;
	json_array_foreach(value, i, item)
	{
		if (!json_is_string(item))
			return false;
	}
	return true;
}

static bool
is_kind(const json_t *value, char kind)
{
	int64_t day;

	switch (kind)
	{
		case 'b':
			return json_is_boolean(value);
		case 'i':
			return json_is_integer(value) && json_integer_value(value) >= 0 &&
				   json_integer_value(value) < HIGHEST_INTEGER;
		case 's':
			return json_is_string(value);
		case 'd':
			return json_is_string(value) && civil_parse(json_string_value(value), &day);
		default:
			return is_list(value);
	}
}

static bool
check_fields(Exchange *x, json_t *request)
{
	const char *name;
	json_t *value;

	json_object_foreach(request, name, value)
	{
		bool known = false;

		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		{
			if (strcmp(fields[i].name, name) != 0)
				continue;
			known = true;
			if (!is_kind(value, fields[i].kind))
				return query_refuse(x, "field of another type in the body", "");
		}
		if (!known)
			return query_refuse(x, "unknown field in the body", "");
	}
	if (json_object_get(request, "comptage") == NULL)
		return query_refuse(x, "missing comptage", "");
	if (json_object_get(request, "autorisationId") == NULL &&
		json_object_get(request, "pointId") == NULL && json_object_get(request, "siren") == NULL)
		return query_refuse(x, "none of autorisationId, pointId and siren", "");
	return true;
}

/* What the journal tells of the request, and what tells it from others. */
static void
note_request(Exchange *x, json_t *request)
{
	const json_t *point = json_array_get(json_object_get(request, "pointId"), 0);
	char *text = must(json_dumps(request, JSON_COMPACT | JSON_SORT_KEYS));
	uint64_t digest = 0;

	if (point != NULL)
		snprintf(x->point, sizeof(x->point), "%s", json_string_value(point));
	for (const char *c = text; *c != '\0'; c++)
		digest = hash64(digest, (unsigned char) *c);
	snprintf(x->detail, sizeof(x->detail), "%lld %016llx",
			 (long long) json_integer_value(json_object_get(request, "autorisationId")),
			 (unsigned long long) digest);
	free(text);
}

static bool
read_request(Exchange *x, json_t **request)
{
	*request = NULL;
	if (!query_is_json(x->content_type))
		return query_refuse(x, "body is not declared as application/json", "");
	if (x->upload_too_long)
		return query_refuse(x, "body too long", "");
	if (x->upload.data != NULL)
		*request = json_loadb(x->upload.data, x->upload.length, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(*request))
		return query_refuse(x, "body is not a JSON object", "");
	return check_fields(x, *request);
}

/* -------- which services -------- */

/* Whether a list of the request, when it is there, has the word. */
static bool
lists(const json_t *request, const char *name, const char *word)
{
	const json_t *list = json_object_get(request, name);
	size_t i;
	json_t *item;

	if (list == NULL)
		return true;
	json_array_foreach(list, i, item)
	{
		if (strcmp(json_string_value(item), word) == 0)
			return true;
	}
	return false;
}

static bool
state_wanted(const json_t *request, const char *state)
{
	if (json_object_get(request, "etatCode") == NULL)
		return strcmp(state, "ACTIF") == 0 || strcmp(state, "DEMANDE") == 0;
	return lists(request, "etatCode", state);
}

static bool
direction_wanted(const json_t *request, const char *name, bool value)
{
	const json_t *wanted = json_object_get(request, name);

	return wanted == NULL || json_is_true(wanted) == value;
}

static bool
consent_wanted(const json_t *request, const Consent *consent, const Facts *facts)
{
	const json_t *id = json_object_get(request, "autorisationId");
	const json_t *from = json_object_get(request, "dateDebut");
	const json_t *until = json_object_get(request, "dateFin");
	int64_t day;

	if (from != NULL && civil_parse(json_string_value(from), &day) && consent->until < day)
		return false;
	if (until != NULL && civil_parse(json_string_value(until), &day) && consent->from > day)
		return false;
	return (id == NULL || json_integer_value(id) == consent->id) &&
		   lists(request, "pointId", consent->prm) && lists(request, "siren", facts->siren);
}

static bool
service_wanted(const json_t *request, const Service *service)
{
	const char *type = json_string_value(json_object_get(request, "serviceType"));

	return (type == NULL || strcmp(type, "ACCES") == 0) && state_wanted(request, service->state) &&
		   lists(request, "mesureTypeCode", service->measure) &&
		   direction_wanted(request, "soutirage", service->directions & CONSUMPTION) &&
		   direction_wanted(request, "injection", service->directions & PRODUCTION);
}

/* -------- the answer -------- */

static const char *
state_label(const char *state)
{
	if (strcmp(state, "ACTIF") == 0)
		return "Actif";
	return strcmp(state, "DEMANDE") == 0 ? "Demand\303\251" : "Termin\303\251";
}

static json_t *
service_json(const Service *service, size_t number)
{
	char id[32];
	char from[11];
	char until[11];

	snprintf(id, sizeof(id), "SV%04d", (int) number);
	write_day_text(service->consent->from, from);
	write_day_text(service->consent->until, until);
	return json_pack("{s:s, s:b, s:b, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s*, s:b, s:{s:I, s:s}}",
					 "id", id, "injection", (service->directions & PRODUCTION) != 0, "soutirage",
					 (service->directions & CONSUMPTION) != 0, "serviceCode", "ACCES", "dateDebut",
					 from, "dateFin", until, "etatCode", service->state, "etatLibelle",
					 state_label(service->state), "pointId", service->consent->prm,
					 "mesuresTypeCode", service->measure, "mesuresPas", service->step,
					 "mesuresCorrigees", 0, "autorisation", "autorisationId",
					 (json_int_t) service->consent->id, "autorisationType", "EXPLICITE");
}

static const char *
curve_step(int minutes)
{
	return minutes == 10 ? "PT10M" : minutes == 60 ? "PT60M" : "PT30M";
}

static void
add_services(json_t *list, const json_t *request, const Consent *consent, const Profile *profile,
			 int64_t today)
{
	bool over = profile->revoked || consent->until < today;
	const char *state = over ? "TERMINE" : "ACTIF";
	/* a fresh consent takes a while to be set up everywhere */
	const char *energy = !over && consent->recent ? "DEMANDE" : state;
	unsigned drawn = profile->directions & CONSUMPTION;
	const Service services[] = {
		{consent, profile, state, "CDC", curve_step(profile->step),
		 profile->no_curve ? 0 : profile->directions},
		{consent, profile, energy, "ENERGIE", "P1D", profile->directions},
		{consent, profile, state, "PMAX", "P1D", drawn},
		{consent, profile, state, "IDX", "P1D", profile->directions},
		{consent, profile, state, "ITC", NULL, profile->directions},
	};

	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
	{
		if (services[i].directions != 0 && service_wanted(request, &services[i]))
			json_array_append_new(list,
								  must(service_json(&services[i], json_array_size(list) + 1)));
	}
}

static json_t *
all_services(const Exchange *x, const json_t *request)
{
	int64_t today = paris_day(clock_now_us() / 1000000);
	json_t *list = must(json_array());
	size_t position = 0;
	Consent consent;

	while (consents_next(&position, &consent))
	{
		Profile profile;
		Facts facts;

		if (!points_find(consent.prm, today, &profile))
			continue;
		facts_of(&profile, &x->scenario, today, &facts);
		if (consent_wanted(request, &consent, &facts))
			add_services(list, request, &consent, &profile, today);
	}
	return list;
}

static json_t *
one_page(json_t *list, json_int_t first)
{
	json_t *page = must(json_array());
	json_int_t total = (json_int_t) json_array_size(list);

	for (json_int_t i = first; i < first + PAGE_SIZE && i < total; i++)
		json_array_append(page, json_array_get(list, i));
	return page;
}

/* However the rest of the request changes. */
static bool
first_for_consent(const Exchange *x, const json_t *request)
{
	char id[32];

	snprintf(id, sizeof(id), "%lld",
			 (long long) json_integer_value(json_object_get(request, "autorisationId")));
	return gate_first_time(x, "empty", id);
}

static void
answer(Exchange *x, const json_t *request)
{
	bool none = x->scenario.empty || (x->scenario.empty_once && first_for_consent(x, request));
	json_t *list = none ? must(json_array()) : all_services(x, request);
	json_int_t total = (json_int_t) json_array_size(list);
	json_int_t page = json_integer_value(json_object_get(request, "page"));
	json_t *services = NULL;

	/* asking again for what is not there yet is what clients should do */
	x->unfinished = total == 0;
	if (!json_is_true(json_object_get(request, "comptage")))
		services = one_page(list, page * PAGE_SIZE);
	json_decref(list);
	exchange_json(x,
				  json_pack("{s:I, s:o*}", "nbTotalServices", total, "serviceSouscrit", services));
}

void
services_endpoint(Exchange *x)
{
	json_t *request = NULL;

	if (gate_open(x) && query_collect(x, NULL, 0) && gate_accept(x) && read_request(x, &request))
	{
		note_request(x, request);
		if (!gate_replaces(x))
			answer(x, request);
		gate_close(x);
	}
	json_decref(request);
}
