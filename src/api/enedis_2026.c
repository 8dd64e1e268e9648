/*
 * enedis_2026.c
 *	  Enedis Data Connect 2026: URLs and answers.
 */
#include "postgres.h"

#include "base/clock.h"
#include "endpoint.h"
#include "enedis.h"
#include "enedis_consents.h"
#include "enedis_facts.h"
#include "enedis_registers.h"
#include "enedis_series.h"
#include "row.h"
#include "wire/http.h"

/* The operator counts requests for each of these. */
#define MEASURES "mesure_synchrone_auto"
#define CONTRACT "situation_contrat_auto"
#define SYNTHESIS "synth_contrat_auto"
#define METER "comptage_auto"
#define GENERAL "donnees_generales_auto"
#define SUPPLY "alimentation_auto"
#define SERVICES "subscribed_services"

/* {"grandeur": [{"points": [{...}, ...]}]} */
static const SgShapeRule rules[] = {
	{1, {"idPrm"}, SG_RULE_POINT},
	{1, {"grandeur"}, SG_RULE_ARRAY},
	{2, {"grandeur", "*"}, SG_RULE_OBJECT},
	{3, {"grandeur", "*", "unite"}, SG_RULE_UNIT},
	{3, {"grandeur", "*", "grandeurPhysique"}, SG_RULE_QUANTITY},
	{3, {"grandeur", "*", "grandeurMetier"}, SG_RULE_DIRECTION},
};

static const SgShape shape = {
	.path = {"grandeur", "*", "points", "*"},
	.depth = 4,
	.list = "grandeur[].points",
	.value = "v",
	.label = "d",
	.step = "p",
	.nature = "n",
	.rules = rules,
	.nrules = lengthof(rules),
};

static void
measure_url(const SgRequest *request, StringInfo out)
{
	char day[SG_DAY_LEN];

	appendStringInfo(out, "%s?pointId=", request->endpoint->path);
	sg_http_escape(out, request->point);
	appendStringInfo(out, "&dateDebut=%s", sg_clock_print_day(day, request->days.from));
	appendStringInfo(out, "&dateFin=%s", sg_clock_print_day(day, request->days.until));
}

static void
peak_url(const SgRequest *request, StringInfo out)
{
	measure_url(request, out);
	appendStringInfoString(out, "&mesuresPas=P1D&grandeurPhysique=PMA");
}

static void
decode_series(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
			  SgFault *fault)
{
	sg_enedis_series(&shape, request, body, len, emit, arg, fault);
}

/* The point stands in the path. */
static void
point_url(const SgRequest *request, StringInfo out)
{
	appendStringInfo(out, "%s/", request->endpoint->path);
	sg_http_escape(out, request->point);
}

/* What belongs to the contract's holder stays out of the contract. */
static const char *const personal[] = {"person", "organization", "contact_data", "customer", NULL};
static const char *const identity[] = {"person", "organization", "customer", NULL};

/* A document that others add to: its own name tells the parts of the raw column apart. */
static void
set_raw_part(SgRow *row, int column, const SgRequest *request, const char *json)
{
	sg_row_text(row, column, psprintf("{\"%s\": %s}", request->endpoint->name, json));
}

/* Injection has contracts of its own: GRD-A, and segments that begin with P. */
static const char *
direction_of(const SgNode *contract, SgFault *fault)
{
	char *type = sg_member_text(contract, "contract_type", fault);
	char *segment = sg_member_text(contract, "segment", fault);

	if (type != NULL && strstr(type, "GRD-A") != NULL)
		return SG_PRODUCTION;
	return segment != NULL && segment[0] == 'P' ? SG_PRODUCTION : SG_CONSUMPTION;
}

static void
give_contract(const SgNode *contract, const SgRequest *request, const char *direction, SgEmit emit,
			  void *arg, SgFault *fault)
{
	const SgNode *power = sg_member_object_if(contract, "subscribed_power", fault);
	SgRow row;

	sg_row_begin(&row, &sg_relation_contract, fault);
	sg_row_text(&row, SG_CONTRACT_POINT_ID, request->point);
	sg_row_text(&row, SG_CONTRACT_DIRECTION, direction);
	sg_row_member(&row, SG_CONTRACT_SEGMENT, contract, "segment");
	sg_row_member(&row, SG_CONTRACT_TYPE, contract, "contract_type");
	sg_row_member(&row, SG_CONTRACT_SUPPLIER, contract, "contractor");
	sg_row_member(&row, SG_CONTRACT_POWER, power, "value");
	sg_row_member(&row, SG_CONTRACT_POWER_UNIT, power, "unit");
	sg_row_text(&row, SG_CONTRACT_TARIFF,
				sg_enedis_tariff(sg_member_text(contract, "distribution_tariff", fault)));
	sg_row_member(&row, SG_CONTRACT_STARTED_ON, contract, "contract_start");
	set_raw_part(&row, SG_CONTRACT_RAW, request, sg_node_print_some(contract, personal, false));
	if (fault->kind == SG_FAULT_NONE)
		sg_row_emit(&row, emit, arg);
}

static void
give_holder(const SgNode *contract, const SgRequest *request, const char *direction, SgEmit emit,
			void *arg, SgFault *fault)
{
	const SgNode *person = sg_member_object_if(contract, "person", fault);
	const SgNode *company = sg_member_object_if(contract, "organization", fault);
	SgRow row;

	if (person == NULL && company == NULL)
		return;
	sg_row_begin(&row, &sg_relation_holder, fault);
	sg_row_text(&row, SG_HOLDER_POINT_ID, request->point);
	sg_row_text(&row, SG_HOLDER_DIRECTION, direction);
	sg_row_member(&row, SG_HOLDER_TITLE, person, "title");
	sg_row_member(&row, SG_HOLDER_FIRST_NAME, person, "firstname");
	sg_row_member(&row, SG_HOLDER_LAST_NAME, person, "lastname");
	sg_row_member(&row, SG_HOLDER_COMPANY, company, "name");
	sg_row_member(&row, SG_HOLDER_TRADING_NAME, company, "commercial_name");
	sg_row_member(&row, SG_HOLDER_ACTIVITY, company, "business_code");
	sg_row_member(&row, SG_HOLDER_SIRET, company, "siret_number");
	sg_row_member(&row, SG_HOLDER_SIREN, company, "siren_number");
	sg_row_text(&row, SG_HOLDER_RAW, sg_node_print_some(contract, identity, true));
	if (fault->kind == SG_FAULT_NONE)
		sg_row_emit(&row, emit, arg);
}

static void
give_contact(const SgNode *contract, const SgRequest *request, const char *direction, SgEmit emit,
			 void *arg, SgFault *fault)
{
	const SgNode *contact = sg_member_object_if(contract, "contact_data", fault);
	SgRow row;

	if (contact == NULL)
		return;
	sg_row_begin(&row, &sg_relation_contact, fault);
	sg_row_text(&row, SG_CONTACT_POINT_ID, request->point);
	sg_row_text(&row, SG_CONTACT_DIRECTION, direction);
	sg_row_member(&row, SG_CONTACT_PHONE, contact, "phone");
	sg_row_member(&row, SG_CONTACT_LANDLINE, contact, "landline");
	sg_row_member(&row, SG_CONTACT_EMAIL, contact, "email");
	sg_row_text(&row, SG_CONTACT_RAW, sg_node_print(contact));
	if (fault->kind == SG_FAULT_NONE)
		sg_row_emit(&row, emit, arg);
}

static void
give_situation(const SgNode *contract, const SgRequest *request, SgEmit emit, void *arg,
			   SgFault *fault)
{
	char *point = sg_member_text(contract, "usage_point_id", fault);
	const char *direction = direction_of(contract, fault);

	if (point == NULL || strcmp(point, request->point) != 0)
		sg_fault_set(fault, SG_FAULT_SHAPE,
					 "The answer is not about the point that was asked for.");
	give_contract(contract, request, direction, emit, arg, fault);
	give_holder(contract, request, direction, emit, arg, fault);
	give_contact(contract, request, direction, emit, arg, fault);
}

/* One answer for contract, holder and contact: an array of contracts, one for each direction. */
static void
decode_situation(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
				 SgFault *fault)
{
	SgJson *json = sg_enedis_open(body, len, fault);
	const SgNode *root = json != NULL ? sg_json_root(json) : NULL;

	if (root == NULL)
		return;
	if (sg_node_count(root) < 0)
		sg_fault_set(fault, SG_FAULT_SHAPE, "The answer is not an array of contracts.");
	else if (sg_node_count(root) == 0)
		sg_fault_set(fault, SG_FAULT_EMPTY, "The list of contracts is empty.");
	for (int i = 0; i < sg_node_count(root) && fault->kind == SG_FAULT_NONE; i++)
		give_situation(sg_node_element(root, i), request, emit, arg, fault);
	sg_json_close(json);
}

/* "Communicant (ouvert aux services)", or the Swagger's level: 0 does not communicate. */
static void
set_communicating(SgRow *row, const SgNode *root)
{
	char *level = sg_member_text(root, "services_level", row->fault);

	if (level != NULL)
		sg_row_flag(row, SG_CONTRACT_COMMUNICATING,
					strcmp(level, "1") == 0 || strcmp(level, "2") == 0 ||
						pg_strncasecmp(level, "communicant", 11) == 0);
}

static void
give_synthesis(const SgNode *root, const SgRequest *request, const char *direction,
			   const char *activation, SgEmit emit, void *arg, SgFault *fault)
{
	SgRow row;

	sg_row_begin(&row, &sg_relation_contract, fault);
	sg_row_text(&row, SG_CONTRACT_POINT_ID, request->point);
	sg_row_text(&row, SG_CONTRACT_DIRECTION, direction);
	sg_row_member(&row, SG_CONTRACT_ACTIVATED_ON, root, activation);
	sg_row_member(&row, SG_CONTRACT_POWER_CHANGED_ON, root, "last_subscribed_power_change_date");
	set_communicating(&row, root);
	set_raw_part(&row, SG_CONTRACT_RAW, request, sg_node_print(root));
	if (fault->kind == SG_FAULT_NONE)
		sg_row_emit(&row, emit, arg);
}

/* A document that must be one object; NULL and a fault if it is not. */
static const SgNode *
open_object(const char *body, size_t len, SgJson **json, SgFault *fault)
{
	const SgNode *root;

	*json = sg_enedis_open(body, len, fault);
	root = *json != NULL ? sg_json_root(*json) : NULL;
	if (root != NULL && sg_node_is_object(root))
		return root;
	sg_fault_set(fault, SG_FAULT_SHAPE, "The answer is not an object.");
	return NULL;
}

static void
decode_synthesis(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
				 SgFault *fault)
{
	SgJson *json;
	const SgNode *root = open_object(body, len, &json, fault);

	if (root == NULL || sg_member_list(root, "segments", fault) == NULL)
		return;
	give_synthesis(root, request, SG_CONSUMPTION, "consumption_last_activation_date", emit, arg,
				   fault);
	give_synthesis(root, request, SG_PRODUCTION, "generation_last_activation_date", emit, arg,
				   fault);
	sg_json_close(json);
}

/* The meter is that of every contract of the point: there the direction stays NULL. */
static void
decode_meter(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
			 SgFault *fault)
{
	SgJson *json;
	const SgNode *root = open_object(body, len, &json, fault);
	const SgNode *device;
	const SgNode *meters;
	const SgNode *relay;
	SgRow row;

	if (root == NULL)
		return;
	device = sg_member_object(root, "dispositifComptage", fault);
	meters = sg_member_list_if(root, "compteurs", fault);
	relay = sg_member_object_if(root, "relais", fault);
	sg_row_begin(&row, &sg_relation_contract, fault);
	sg_row_text(&row, SG_CONTRACT_POINT_ID, request->point);
	sg_row_member(&row, SG_CONTRACT_METER_TYPE, sg_member_object_if(device, "typeComptage", fault),
				  "code");
	if (meters != NULL && sg_node_count(meters) > 0)
		sg_row_member(&row, SG_CONTRACT_METER_SERIAL, sg_node_element(meters, 0), "numeroSerie");
	set_raw_part(&row, SG_CONTRACT_RAW, request, sg_node_print(root));
	if (fault->kind == SG_FAULT_NONE)
		sg_row_emit(&row, emit, arg);
	/* the relay switches what is drawn */
	sg_row_begin(&row, &sg_relation_contract, fault);
	sg_row_text(&row, SG_CONTRACT_POINT_ID, request->point);
	sg_row_text(&row, SG_CONTRACT_DIRECTION, SG_CONSUMPTION);
	sg_enedis_set_offpeak(&row, sg_member_text(relay, "plageHeuresCreuses", fault));
	if (fault->kind == SG_FAULT_NONE)
		sg_row_emit(&row, emit, arg);
	sg_json_close(json);
}

/* "60000 BEAUVAIS" in its two parts; what is not five digits and a name is a name. */
static void
set_city(SgRow *row, const char *text)
{
	if (text == NULL)
		return;
	if (strspn(text, "0123456789") == 5 && (text[5] == ' ' || text[5] == '\0'))
	{
		sg_row_text(row, SG_ADDRESS_POSTAL_CODE, pnstrdup(text, 5));
		text += 5 + strspn(text + 5, " ");
	}
	sg_row_text(row, SG_ADDRESS_CITY, *text != '\0' ? text : NULL);
}

static void
decode_address(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
			   SgFault *fault)
{
	SgJson *json;
	const SgNode *root = open_object(body, len, &json, fault);
	const SgNode *address = root != NULL ? sg_member_object(root, "address", fault) : NULL;
	SgRow row;

	if (address == NULL)
		return;
	sg_row_begin(&row, &sg_relation_address, fault);
	sg_row_text(&row, SG_ADDRESS_POINT_ID, request->point);
	sg_row_member(&row, SG_ADDRESS_STREET, address, "number_street_name");
	sg_row_member(&row, SG_ADDRESS_BUILDING, address, "building");
	sg_row_member(&row, SG_ADDRESS_UNIT, address, "staircase_floor_apartment");
	sg_row_member(&row, SG_ADDRESS_LOCALITY, address, "locality");
	set_city(&row, sg_member_text(address, "postal_code_city", fault));
	sg_row_member(&row, SG_ADDRESS_INSEE_CODE, address, "insee_code");
	sg_row_text(&row, SG_ADDRESS_RAW, sg_node_print(root));
	sg_json_close(json);
	if (fault->kind == SG_FAULT_NONE)
		sg_row_emit(&row, emit, arg);
}

static void
decode_supply(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
			  SgFault *fault)
{
	SgJson *json;
	const SgNode *root = open_object(body, len, &json, fault);
	const SgNode *drawn;
	const SgNode *injected;
	SgRow row;

	if (root == NULL)
		return;
	drawn = sg_member_object_if(root, "consumption_connection_power", fault);
	injected = sg_member_object_if(root, "generation_connection_power", fault);
	sg_row_begin(&row, &sg_relation_connection, fault);
	sg_row_text(&row, SG_CONNECTION_POINT_ID, request->point);
	sg_row_member(&row, SG_CONNECTION_STATE, root, "connection_state");
	sg_row_member(&row, SG_CONNECTION_VOLTAGE_LEVEL, root, "voltage_level");
	sg_row_member(&row, SG_CONNECTION_PHASES, root, "phase_count");
	sg_row_member(&row, SG_CONNECTION_CONSUMPTION_POWER, drawn, "value");
	sg_row_member(&row, SG_CONNECTION_PRODUCTION_POWER, injected, "value");
	sg_row_member(&row, SG_CONNECTION_POWER_UNIT, drawn != NULL ? drawn : injected, "unit");
	sg_row_member(&row, SG_CONNECTION_VOLTS,
				  sg_member_object_if(root, "nominal_service_voltage", fault), "value");
	sg_row_member(&row, SG_CONNECTION_SERIAL, root, "serial_number");
	sg_row_text(&row, SG_CONNECTION_RAW, sg_node_print(root));
	sg_json_close(json);
	if (row.nulls[SG_CONNECTION_STATE] && row.nulls[SG_CONNECTION_SERIAL])
		sg_fault_set(fault, SG_FAULT_SHAPE,
					 "The answer has neither \"connection_state\" nor \"serial_number\".");
	if (fault->kind == SG_FAULT_NONE)
		sg_row_emit(&row, emit, arg);
}

/* Same depths and the same seven days as version 5. */
#define MEASURE(word, relation, way, days, months, a_day, make_url, read)                     \
	{                                                                                         \
		.name = (word), .relations = {&(relation)}, .direction = (way),                       \
		.path = "/" MEASURES "/v2/" word, .quota = MEASURES, .max_days = (days),              \
		.keep_months = (months), .keep_days = 15, .rows_per_day = (a_day), .url = (make_url), \
		.decode = (read)                                                                      \
	}
#define DOCUMENT(word, where, make_url, make_body, read, ...)                                \
	{                                                                                        \
		.name = (word), .relations = {__VA_ARGS__}, .path = "/" word where, .quota = (word), \
		.rows_per_day = 1, .url = (make_url), .body = (make_body),                           \
		.tells_activation = (read) == decode_synthesis,                                      \
		.lists_directions = (read) == decode_situation, .decode = (read)                     \
	}

static const SgEndpoint endpoints[] = {
	MEASURE("courbe_de_charge_consommation", sg_relation_load_curve, SG_CONSUMPTION, 7, 24, 48,
			measure_url, decode_series),
	MEASURE("courbe_de_charge_production", sg_relation_load_curve, SG_PRODUCTION, 7, 24, 48,
			measure_url, decode_series),
	MEASURE("consommation_quotidienne", sg_relation_daily_energy, SG_CONSUMPTION, 365, 36, 1,
			measure_url, decode_series),
	MEASURE("production_quotidienne", sg_relation_daily_energy, SG_PRODUCTION, 365, 36, 1,
			measure_url, decode_series),
	MEASURE("puissance_conso_max_quotidienne", sg_relation_daily_max_power, SG_CONSUMPTION, 365, 36,
			1, peak_url, decode_series),
	MEASURE("index_consommation", sg_relation_register_reading, SG_CONSUMPTION, 365, 36, 3,
			measure_url, sg_enedis_registers),
	MEASURE("index_production", sg_relation_register_reading, SG_PRODUCTION, 365, 36, 3,
			measure_url, sg_enedis_registers),
	DOCUMENT(CONTRACT, "/v1", point_url, NULL, decode_situation, &sg_relation_contract,
			 &sg_relation_holder, &sg_relation_contact),
	DOCUMENT(SYNTHESIS, "/v1", point_url, NULL, decode_synthesis, &sg_relation_contract),
	DOCUMENT(METER, "/v1", point_url, NULL, decode_meter, &sg_relation_contract),
	DOCUMENT(GENERAL, "/v1", point_url, NULL, decode_address, &sg_relation_address),
	DOCUMENT(SUPPLY, "/v1", point_url, NULL, decode_supply, &sg_relation_connection),
	DOCUMENT(SERVICES, "/v1", sg_enedis_consents_url, sg_enedis_consents_body, sg_enedis_consents,
			 &sg_relation_consent),
};

static const SgSilence silences[] = {
	{&sg_relation_contract, SG_COLUMN_BIT(SG_CONTRACT_STATUS) |
								SG_COLUMN_BIT(SG_CONTRACT_TARIFF_CHANGED_ON) |
								SG_COLUMN_BIT(SG_CONTRACT_FUTURE_OFFPEAK_HOURS) |
								SG_COLUMN_BIT(SG_CONTRACT_FUTURE_OFFPEAK_MINUTES) |
								SG_COLUMN_BIT(SG_CONTRACT_REFERENCE_KWH)},
	{&sg_relation_address, SG_COLUMN_BIT(SG_ADDRESS_COUNTRY) | SG_COLUMN_BIT(SG_ADDRESS_LATITUDE) |
							   SG_COLUMN_BIT(SG_ADDRESS_LONGITUDE) |
							   SG_COLUMN_BIT(SG_ADDRESS_ALTITUDE)},
	{NULL, 0},
};

const SgApi sg_api_enedis_2026 = {
	.name = "enedis",
	.generation = "2026",
	.base_url = SG_ENEDIS_URL,
	.sandbox_url = SG_ENEDIS_SANDBOX_URL,
	.token_path = "/oauth2/v3/token",
	.revoke_path = "/oauth2/v3/revoke",
	.consent_url = SG_ENEDIS_CONSENT_URL,
	.authorize_path = "/dataconnect/v2/oauth2/authorize",
	.per_second = 5,
	.per_hour = 1000,
	.endpoints = endpoints,
	.nendpoints = lengthof(endpoints),
	.silences = silences,
	.first_right = 16,
	.classify = sg_enedis_classify,
	.valid_point = sg_enedis_valid_point,
	.point_rule = SG_ENEDIS_POINT_RULE,
};
