/*
 * customers.c
 *		Contract, address, identity and contact, as v5 tells them.
 *
 * They are there for points that consume.  The scenario "sparse" leaves only
 * what the description of the API requires.
 */
#include "simulator.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* "2021-03-15+01:00": the day, and what Paris was ahead of UTC at its midnight.
 */
static json_t *
dated(int64_t day)
{
	char text[32];
	char date[11];

	if (day == INT64_MIN)
		return NULL;
	write_day_text(day, date);
	snprintf(text, sizeof(text), "%s+%02d:00", date, paris_offset(paris_midnight(day)) / 3600);
	return must(json_string(text));
}

static json_t *
usage_point(const Exchange *x, const Facts *facts)
{
	if (x->scenario.sparse)
		return json_pack("{s:s}", "usage_point_id", x->point);
	return json_pack("{s:s, s:s, s:s}", "usage_point_id", x->point, "usage_point_status",
					 facts->communicating ? "com" : "no com", "meter_type", facts->meter_type);
}

static json_t *
contract(const Exchange *x, const Facts *facts)
{
	char power[16];

	if (x->scenario.sparse)
		return json_pack("{s:s}", "segment", facts->segment);
	snprintf(power, sizeof(power), "%d kVA", facts->power);
	return json_pack("{s:s, s:s, s:o, s:s, s:s*, s:s, s:s, s:o*}", "segment", facts->segment,
					 "subscribed_power", power, "last_activation_date", dated(facts->activated),
					 "distribution_tariff", facts->tariff, "offpeak_hours",
					 facts->offpeak ? facts->offpeak->text : NULL, "contract_type", "Contrat GRD-F",
					 "contract_status", "SERVC", "last_distribution_tariff_change_date",
					 dated(facts->tariff_changed));
}

static json_t *
address(const Exchange *x, const Facts *facts)
{
	if (x->scenario.sparse)
		return json_pack("{s:s}", "insee_code", facts->insee_code);
	return json_pack("{s:s, s:s*, s:s, s:s, s:s, s:s, s:{s:s, s:s, s:s}}", "street", facts->street,
					 "locality", facts->locality, "postal_code", facts->postal_code, "insee_code",
					 facts->insee_code, "city", facts->city, "country", "France", "geo_points",
					 "latitude", facts->latitude, "longitude", facts->longitude, "altitude",
					 facts->altitude);
}

/* What both the contract and the address come in. */
static json_t *
enveloped(const Exchange *x, const Facts *facts, json_t *contracts, json_t *addresses)
{
	json_t *point = must(usage_point(x, facts));

	if (addresses != NULL)
		json_object_set_new(point, "usage_point_addresses", addresses);
	return json_pack("{s:{s:s*, s:[{s:o, s:o*}]}}", "customer", "customer_id",
					 x->scenario.sparse ? NULL : facts->customer_id, "usage_points", "usage_point",
					 point, "contracts", contracts);
}

static json_t *
identity(const Exchange *x, const Facts *facts)
{
	bool sparse = x->scenario.sparse;
	json_t *person = NULL;
	json_t *company = NULL;

	if (!facts->legal)
		person = json_pack("{s:s*, s:s, s:s}", "title", sparse ? NULL : facts->title, "firstname",
						   facts->firstname, "lastname", facts->lastname);
	else if (sparse)
		company = json_pack("{s:s}", "name", facts->company);
	else
		company = json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", facts->company, "trading_name",
							facts->trading_name, "business", facts->business, "industry",
							facts->industry, "siret_number", facts->siret);
	return json_pack("{s:s*, s:{s:o*, s:o*}}", "customer_id", sparse ? NULL : facts->customer_id,
					 "identity", "natural_person", person, "legal_entity", company);
}

/* The description says "contact", the recordings say "contact_data". */
static json_t *
contact(const Exchange *x, const Facts *facts)
{
	bool sparse = x->scenario.sparse;

	return json_pack("{s:s*, s:{s:s*, s:s*}}", "customer_id", sparse ? NULL : facts->customer_id,
					 x->scenario.openapi_key ? "contact" : "contact_data", "phone",
					 sparse ? NULL : facts->phone, "email", sparse ? NULL : facts->email);
}

static void
answer(Exchange *x)
{
	int64_t today = paris_day(clock_now_us() / 1000000);
	Profile profile;
	Facts facts;

	if (!points_find(x->point, today, &profile))
		exchange_canned(x, "STM-ERR-0000019");
	else if (profile.revoked)
		exchange_canned(x, "ADAM-DC-0008");
	else if (!(profile.directions & CONSUMPTION))
		gate_no_data(x);
	if (x->status != 0)
		return;
	facts_of(&profile, &x->scenario, today, &facts);
	if (strcmp(x->endpoint, "contracts") == 0)
		exchange_json(x, enveloped(x, &facts, contract(x, &facts), NULL));
	else if (strcmp(x->endpoint, "addresses") == 0)
		exchange_json(x, enveloped(x, &facts, NULL, address(x, &facts)));
	else if (strcmp(x->endpoint, "identity") == 0)
		exchange_json(x, identity(x, &facts));
	else
		exchange_json(x, contact(x, &facts));
}

void
customers_endpoint(Exchange *x)
{
	const Slot slots[] = {{"usage_point_id", x->point, sizeof(x->point)}};

	if (!gate_open(x) || !query_collect(x, slots, 1) || !gate_accept(x) || !query_point(x))
		return;
	if (!gate_replaces(x))
		answer(x);
	gate_close(x);
}
