/*
 * ask_check.c
 *		The body of POST /ask, in each generation.
 */
#include "switchgrid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* -------- what all generations know -------- */

static const struct
{
	const char *unit;
	int most;
	int months;
	int days;
} units[] = {{"day", 6, 0, 1}, {"week", 4, 0, 7}, {"month", 6, 1, 0}, {"year", 20, 12, 0}};

/* One of exactly 36 texts, such as "1 day" or "20 years". */
bool
duration_parse(const char *text, int *months, int *days)
{
	for (size_t i = 0; i < COUNT(units); i++)
	{
		for (int n = 1; n <= units[i].most; n++)
		{
			char name[16];

			snprintf(name, sizeof(name), "%d %s%s", n, units[i].unit, n > 1 ? "s" : "");
			*months = n * units[i].months;
			*days = n * units[i].days;
			if (strcmp(name, text) == 0)
				return true;
		}
	}
	return false;
}

static bool
check_duration(Check *check, const json_t *value)
{
	int months;
	int days;

	if (json_is_string(value) && duration_parse(json_string_value(value), &months, &days))
		return true;
	return body_fail(check, "Type", "unexpected value");
}

static bool
check_genre(Check *check, const json_t *value)
{
	static const char *const genres[] = {"M", "F", NULL};

	return body_word(check, value, genres);
}

static bool
check_signer(Check *check, const json_t *value)
{
	static const Member members[] = {
		{"genre", check_genre, false},	{"firstName", body_text, false},
		{"lastName", body_text, false}, {"phone", body_text, false},
		{"email", body_text, false},	{"organizationName", body_text, false}};

	return body_object(check, value, members, COUNT(members));
}

static bool
check_service(Check *check, const json_t *value)
{
	static const char *const all[] = {"WEB_HOSTED", "DOCUSEAL", NULL};

	return body_word(check, value,
					 generation_of(check->x) == OF_V2 ? all
													  : (const char *const[]){"WEB_HOSTED", NULL});
}

static bool
check_medium(Check *check, const json_t *value)
{
	static const Member members[] = {
		{"service", check_service, true}, {"redirectTo", body_text, false},
		{"variant", body_text, false},	  {"background", body_text, false},
		{"base", body_text, false},		  {"primary", body_text, false},
		{"secondary", body_text, false},  {"error", body_text, false}};

	return body_object(check, value, members, COUNT(members));
}

/* The contract that a uuid is of; false when no search gave it. */
bool
contract_point(const json_t *value, char point[POINT_SIZE])
{
	int64_t today = paris_day(clock_now_us() / SECOND_US);
	uint32_t head;
	uint64_t tail;
	Profile profile;

	return json_is_string(value) &&
		   uuid_read(UUID_CONTRACT, json_string_value(value), &head, &tail) &&
		   point_text(tail, point) && is_prm(point) && points_find(point, today, &profile);
}

static bool
check_contract_id(Check *check, const json_t *value)
{
	char point[POINT_SIZE];

	if (!body_uuid(check, value))
		return false;
	return contract_point(value, point) ||
		   body_fail(check, "Type", "is not the id of a known contract");
}

/* -------- scopes and purposes -------- */

static bool
check_purpose_word(Check *check, const json_t *value)
{
	static const char *const purposes[] = {"SOLAR_INSTALLATION_SIZING", "DEMAND_RESPONSE",
										   "ENERGY_PERFORMANCE_STUDY",	"ENERGY_BROKERAGE",
										   "VEHICLE_CHARGE_DETECTION",	NULL};

	return body_word(check, value, purposes);
}

static bool
check_purpose(Check *check, const json_t *value)
{
	static const Member members[] = {{"id", check_purpose_word, true}};

	return json_is_object(value) ? body_object(check, value, members, COUNT(members))
								 : check_purpose_word(check, value);
}

static bool
check_purposes(Check *check, const json_t *value)
{
	return body_list(check, value, check_purpose);
}

static bool
check_enedis_type(Check *check, const json_t *value)
{
	static const char *const types[] = {"CDC", "PMAX", "IDX", "ENERGIE", NULL};

	return body_word(check, value, types);
}

static bool
check_enedis_types(Check *check, const json_t *value)
{
	return body_list(check, value, check_enedis_type);
}

static bool
check_enedis_direction(Check *check, const json_t *value)
{
	static const char *const directions[] = {"SOUTIRAGE", "INJECTION", NULL};

	return body_word(check, value, directions);
}

static bool
check_enedis_directions(Check *check, const json_t *value)
{
	return body_list(check, value, check_enedis_direction);
}

static bool
check_enedis_args(Check *check, const json_t *value)
{
	static const Member members[] = {{"types", check_enedis_types, true},
									 {"directions", check_enedis_directions, true}};

	return body_object(check, value, members, COUNT(members));
}

static bool
check_curve_type(Check *check, const json_t *value)
{
	static const char *const types[] = {"LOADCURVE", NULL};

	return body_word(check, value, types);
}

static bool
check_curve_types(Check *check, const json_t *value)
{
	return body_list(check, value, check_curve_type);
}

static bool
check_curve_direction(Check *check, const json_t *value)
{
	static const char *const directions[] = {"CONSUMPTION", "INJECTION", NULL};

	return body_word(check, value, directions);
}

static bool
check_curve_directions(Check *check, const json_t *value)
{
	return body_list(check, value, check_curve_direction);
}

static bool
check_curve_args(Check *check, const json_t *value)
{
	static const Member members[] = {{"types", check_curve_types, true},
									 {"directions", check_curve_directions, true}};

	return body_object(check, value, members, COUNT(members));
}

static bool
check_enedis_service(Check *check, const json_t *value)
{
	static const char *const services[] = {"ENEDIS_RAW_API", NULL};

	return body_word(check, value, services);
}

/* The id of a scope tells which other members it has. */
static bool
check_scope(Check *check, const json_t *value)
{
	static const Member details[] = {{"service", check_enedis_service, true},
									 {"id", body_text, true}};
	static const Member data[] = {{"service", check_enedis_service, true},
								  {"id", body_text, true},
								  {"args", check_enedis_args, true}};
	static const Member curve[] = {{"id", body_text, true}, {"args", check_curve_args, true}};
	const char *id = text_of(value, "id");

	if (id != NULL && strcmp(id, "DETAILS_CONTRACTUELS") == 0)
		return body_object(check, value, details, COUNT(details));
	if (id != NULL && strcmp(id, "CONSUMPTION_DATA") == 0)
		return body_object(check, value, data, COUNT(data));
	if (id != NULL && strcmp(id, "ELECTRICITY_TIMESERIES") == 0)
		return body_object(check, value, curve, COUNT(curve));
	return body_fail(check, "Type", "unknown scope");
}

static bool
check_scopes(Check *check, const json_t *value)
{
	return body_list(check, value, check_scope);
}

static bool
check_scopes_and_purpose_item(Check *check, const json_t *value)
{
	static const Member members[] = {{"scopes", check_scopes, true},
									 {"purposes", check_purposes, true}};

	return body_object(check, value, members, COUNT(members));
}

static bool
check_scopes_and_purpose(Check *check, const json_t *value)
{
	return body_list(check, value, check_scopes_and_purpose_item);
}

/* -------- contracts -------- */

static bool
check_two_names(Check *check, const json_t *value)
{
	return body_texts(check, value) &&
		   (json_array_size(value) <= 2 || body_fail(check, "Refinement", "more than two names"));
}

/* A company is told by its name and SIRET, without a tag. */
static bool
check_held_by(Check *check, const json_t *value)
{
	static const Member person[] = {{"genre", check_genre, true},
									{"firstName", body_text, true},
									{"lastName", body_text, true}};
	static const Member company[] = {{"name", body_text, true},
									 {"siret", body_text, true},
									 {"otherNames", check_two_names, false}};

	if (json_object_get(value, "siret") != NULL || json_object_get(value, "name") != NULL)
		return body_object(check, value, company, COUNT(company));
	return body_object(check, value, person, COUNT(person));
}

static bool
check_address_v2(Check *check, const json_t *value)
{
	static const Member members[] = {{"street", body_text, true},
									 {"postalCode", body_text, true},
									 {"city", body_text, true},
									 {"country", body_text, true}};

	return body_object(check, value, members, COUNT(members));
}

static bool
check_contract_v2(Check *check, const json_t *value)
{
	static const Member members[] = {{"prm", body_prm, true},
									 {"heldBy", check_held_by, true},
									 {"address", check_address_v2, true}};

	return json_is_string(value) ? check_contract_id(check, value)
								 : body_object(check, value, members, COUNT(members));
}

static bool
check_holder(Check *check, const json_t *value)
{
	static const Member person[] = {{"_tag", body_text, true}, {"fullName", body_text, true}};
	static const Member company[] = {
		{"_tag", body_text, true}, {"name", body_text, true}, {"otherNames", body_texts, false}};
	const char *tag = text_of(value, "_tag");

	if (tag != NULL && strcmp(tag, "NaturalPerson") == 0)
		return body_object(check, value, person, COUNT(person));
	if (tag != NULL && strcmp(tag, "LegalEntity") == 0)
		return body_object(check, value, company, COUNT(company));
	return body_fail(check, "Type", "is neither a NaturalPerson nor a LegalEntity");
}

static bool
check_address_v0(Check *check, const json_t *value)
{
	static const Member members[] = {{"rueEtNumero", body_text, true},
									 {"codePostal", body_text, true},
									 {"commune", body_text, true}};

	return body_object(check, value, members, COUNT(members));
}

static bool
check_energy(Check *check, const json_t *value)
{
	static const char *const energies[] = {"gas", "electricity", NULL};

	return body_word(check, value, energies);
}

static bool
check_contract_v0(Check *check, const json_t *value)
{
	static const Member members[] = {{"_energyType", check_energy, true},
									 {"deliveryPointId", body_text, true},
									 {"holder", check_holder, true},
									 {"address", check_address_v0, true}};
	const char *energy;
	const char *point;

	if (json_is_string(value))
		return check_contract_id(check, value);
	if (!body_object(check, value, members, COUNT(members)))
		return false;
	energy = text_of(value, "_energyType");
	point = text_of(value, "deliveryPointId");
	return (strcmp(energy, "gas") == 0 ? is_pce(point) : is_prm(point)) ||
		   body_fail(check, "Refinement", "deliveryPointId is neither a PRM nor a PCE");
}

static bool
check_contracts(Check *check, const json_t *value)
{
	Checker checker = generation_of(check->x) == OF_V2 ? check_contract_v2 : check_contract_v0;

	if (!body_list(check, value, checker))
		return false;
	return json_array_size(value) > 0 || body_fail(check, "Refinement", "is empty");
}

static bool
check_options(Check *check, const json_t *value)
{
	static const Member members[] = {{"skipAddressCheck", body_boolean, false}};

	return body_object(check, value, members, COUNT(members));
}

bool
ask_check(Exchange *x, const json_t *body)
{
	static const Member v2[] = {{"electricityContracts", check_contracts, true},
								{"signer", check_signer, false},
								{"consentCollectionMedium", check_medium, false},
								{"options", check_options, false},
								{"scopesAndPurpose", check_scopes_and_purpose, false},
								{"scopes", check_scopes, false},
								{"purposes", check_purposes, false},
								{"thirdPartyRecipients", body_texts, false},
								{"consentDuration", check_duration, false}};
	static const Member v0[] = {{"contracts", check_contracts, true},
								{"consentDuration", check_duration, true},
								{"signer", check_signer, false},
								{"consentCollectionMedium", check_medium, false},
								{"purposes", check_purposes, false}};
	Check check = {x, must(json_array())};
	bool of_v2 = generation_of(x) == OF_V2;
	bool good = body_object(&check, body, of_v2 ? v2 : v0, of_v2 ? COUNT(v2) : COUNT(v0));

	json_decref(check.path);
	return good;
}
