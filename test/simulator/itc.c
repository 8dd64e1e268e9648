/*
 * itc.c
 *		Contract, meter, address and connection, as 2026 tells them.
 *
 * The same facts as in v5 in other words.  A point that both draws and injects
 * has two contracts.
 */
#include "simulator.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "2021-03-15T00:00:00+0100" */
static json_t *
dated(int64_t day)
{
	char text[40];
	char date[11];

	if (day == INT64_MIN)
		return NULL;
	write_day_text(day, date);
	snprintf(text, sizeof(text), "%sT00:00:00+%02d00", date,
			 paris_offset(paris_midnight(day)) / 3600);
	return must(json_string(text));
}

static json_t *
person(const Facts *facts)
{
	if (facts->legal)
		return NULL;
	return json_pack("{s:s, s:s, s:s}", "title", facts->title, "lastname", facts->lastname,
					 "firstname", facts->firstname);
}

static json_t *
organization(const Facts *facts)
{
	if (!facts->legal)
		return NULL;
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", facts->company, "commercial_name",
					 facts->trading_name, "business_code", facts->business, "siret_number",
					 facts->siret, "siren_number", facts->siren);
}

static void
town_of(const Facts *facts, char *out, size_t size)
{
	snprintf(out, size, "%s %s", facts->postal_code, facts->city);
}

static json_t *
letters(const Facts *facts)
{
	char name[128];
	char town[128];

	if (facts->legal)
		snprintf(name, sizeof(name), "%s", facts->company);
	else
		snprintf(name, sizeof(name), "%s %s", facts->firstname, facts->lastname);
	town_of(facts, town, sizeof(town));
	return json_pack("{s:{s:{s:s, s:s, s:s*, s:s, s:s}}}", "customer", "adress", "line1", name,
					 "line4", facts->street, "line5", facts->locality, "line6", town, "line7",
					 "FRANCE");
}

static json_t *
drawing(const Exchange *x, const Facts *facts)
{
	char power[16];

	if (x->scenario.sparse)
		return json_pack("{s:s, s:s, s:s}", "usage_point_id", x->point, "contract_type",
						 "Contrat GRD-F", "segment", facts->segment);
	snprintf(power, sizeof(power), "%d", facts->power);
	return json_pack("{s:s, s:o, s:s, s:s, s:s, s:{s:s, s:s}, s:s, s:o, s:{s:s, s:s, s:s}, s:o*, "
					 "s:o*}",
					 "usage_point_id", x->point, "contract_start", dated(facts->contract_start),
					 "contract_type", "Contrat GRD-F", "contractor", facts->contractor,
					 "distribution_tariff", facts->tariff_label, "subscribed_power", "unit", "kVA",
					 "value", power, "segment", facts->segment, "customer", letters(facts),
					 "contact_data", "email", facts->email, "landline", facts->landline, "phone",
					 facts->phone, "person", person(facts), "organization", organization(facts));
}

static json_t *
injecting(const Exchange *x, const Facts *facts)
{
	if (x->scenario.sparse)
		return json_pack("{s:s, s:s, s:s}", "usage_point_id", x->point, "contract_type",
						 "Contrat GRD-A", "segment", "P4");
	return json_pack("{s:s, s:o, s:s, s:s, s:o*, s:o*}", "usage_point_id", x->point,
					 "contract_start", dated(facts->injecting), "contract_type", "Contrat GRD-A",
					 "segment", "P4", "person", person(facts), "organization", organization(facts));
}

static json_t *
situation(const Exchange *x, const Profile *profile, const Facts *facts)
{
	json_t *contracts = must(json_array());

	if (profile->directions & CONSUMPTION)
		json_array_append_new(contracts, drawing(x, facts));
	if (profile->directions & PRODUCTION)
		json_array_append_new(contracts, injecting(x, facts));
	return contracts;
}

static json_t *
segment(const Exchange *x, const char *name)
{
	return x->scenario.plain_segments ? json_string(name) : json_pack("{s:s}", "segment", name);
}

static json_t *
summary(const Exchange *x, const Profile *profile, const Facts *facts)
{
	bool consumes = profile->directions & CONSUMPTION;
	bool produces = profile->directions & PRODUCTION;
	json_t *segments = must(json_array());

	if (consumes)
		json_array_append_new(segments, segment(x, facts->segment));
	if (produces)
		json_array_append_new(segments, segment(x, "P4"));
	if (x->scenario.sparse)
		return json_pack("{s:o}", "segments", segments);
	return json_pack("{s:o, s:o*, s:o*, s:o*, s:s}", "segments", segments,
					 "generation_last_activation_date", produces ? dated(facts->injecting) : NULL,
					 "consumption_last_activation_date", consumes ? dated(facts->activated) : NULL,
					 "last_subscribed_power_change_date",
					 consumes ? dated(facts->power_changed) : NULL, "services_level",
					 facts->communicating ? "Communicant (ouvert aux services)" : "0");
}

static json_t *
metering(const Exchange *x, const Profile *profile, const Facts *facts)
{
	json_t *relay = NULL;

	if (x->scenario.sparse)
		return json_pack("{s:{s:{s:s}}}", "dispositifComptage", "typeComptage", "code",
						 facts->meter_type);
	if (facts->offpeak != NULL && (profile->directions & CONSUMPTION))
		relay = json_pack("{s:s}", "plageHeuresCreuses", facts->offpeak->text);
	return json_pack("{s:{s:{s:s, s:s}}, s:[{s:s, s:{s:s, s:s}}], s:o*}", "dispositifComptage",
					 "typeComptage", "code", facts->meter_type, "libelle", facts->meter_label,
					 "compteurs", "numeroSerie", facts->serial, "regimePropriete", "code", "LOUE",
					 "libelle", "Lou\303\251", "relais", relay);
}

static json_t *
general(const Exchange *x, const Facts *facts)
{
	char town[128];

	if (x->scenario.sparse)
		return json_pack("{s:{s:s}}", "address", "insee_code", facts->insee_code);
	town_of(facts, town, sizeof(town));
	return json_pack("{s:{s:s, s:s*, s:s, s:s}}", "address", "number_street_name", facts->street,
					 "locality", facts->locality, "postal_code_city", town, "insee_code",
					 facts->insee_code);
}

static json_t *
kva(bool any, int value)
{
	return any ? json_pack("{s:i, s:s}", "value", value, "unit", "kVA") : NULL;
}

static json_t *
supply(const Exchange *x, const Profile *profile, const Facts *facts)
{
	json_int_t serial = strtoll(facts->serial, NULL, 10);

	if (x->scenario.sparse)
		return json_pack("{s:I}", "serial_number", serial);
	return json_pack("{s:I, s:s, s:s, s:s, s:o*, s:o*, s:{s:i, s:s}}", "serial_number", serial,
					 "connection_state", "Aliment\303\251", "voltage_level", "BTINF", "phase_count",
					 facts->power > 12 ? "4" : "2", "consumption_connection_power",
					 kva(profile->directions & CONSUMPTION, facts->connection_power),
					 "generation_connection_power", kva(profile->directions & PRODUCTION, 6),
					 "nominal_service_voltage", "value", facts->power > 12 ? 400 : 230, "unit",
					 "V");
}

static void
answer(Exchange *x)
{
	int64_t today = paris_day(clock_now_us() / 1000000);
	Profile profile;
	Facts facts;

	if (!points_find(x->point, today, &profile))
	{
		exchange_canned(x, "STM-ERR-0000019");
		return;
	}
	if (profile.revoked)
	{
		exchange_canned(x, "ADAM-DC-0008");
		return;
	}
	facts_of(&profile, &x->scenario, today, &facts);
	if (strcmp(x->endpoint, "situation_contrat_auto") == 0)
		exchange_json(x, situation(x, &profile, &facts));
	else if (strcmp(x->endpoint, "synth_contrat_auto") == 0)
		exchange_json(x, summary(x, &profile, &facts));
	else if (strcmp(x->endpoint, "comptage_auto") == 0)
		exchange_json(x, metering(x, &profile, &facts));
	else if (strcmp(x->endpoint, "donnees_generales_auto") == 0)
		exchange_json(x, general(x, &facts));
	else
		exchange_json(x, supply(x, &profile, &facts));
}

/* The point is the last word of the path; as a parameter it is unknown. */
void
itc_endpoint(Exchange *x)
{
	const char *point = strlen(x->path) >= strlen(x->route->path) ? strrchr(x->path, '/') + 1 : "";

	snprintf(x->point, sizeof(x->point), "%s", point);
	if (!gate_open(x) || !query_collect(x, NULL, 0) || !gate_accept(x) || !query_point(x))
		return;
	if (!gate_replaces(x))
		answer(x);
	gate_close(x);
}
