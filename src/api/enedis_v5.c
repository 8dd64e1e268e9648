/*
 * enedis_v5.c
 *	  Enedis Data Connect, version 5: URLs and answers.
 */
#include "postgres.h"

#include "base/clock.h"
#include "endpoint.h"
#include "enedis.h"
#include "enedis_facts.h"
#include "enedis_series.h"
#include "row.h"
#include "wire/http.h"

/* {"meter_reading": {"interval_reading": [{...}, ...]}} */
static const SgShapeRule rules[] = {
	{1, {"meter_reading"}, SG_RULE_OBJECT},
	{2, {"meter_reading", "usage_point_id"}, SG_RULE_POINT},
	{3, {"meter_reading", "reading_type", "unit"}, SG_RULE_UNIT},
};

static const SgShape shape = {
	.path = {"meter_reading", "interval_reading", "*"},
	.depth = 3,
	.list = "meter_reading.interval_reading",
	.value = "value",
	.label = "date",
	.step = "interval_length",
	.nature = "measure_type",
	.rules = rules,
	.nrules = lengthof(rules),
};

static void
point_url(const SgRequest *request, StringInfo out)
{
	appendStringInfo(out, "%s?usage_point_id=", request->endpoint->path);
	sg_http_escape(out, request->point);
}

static void
series_url(const SgRequest *request, StringInfo out)
{
	char day[SG_DAY_LEN];

	point_url(request, out);
	appendStringInfo(out, "&start=%s", sg_clock_print_day(day, request->days.from));
	appendStringInfo(out, "&end=%s", sg_clock_print_day(day, request->days.until));
}

static void
decode_series(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
			  SgFault *fault)
{
	sg_enedis_series(&shape, request, body, len, emit, arg, fault);
}

/* The envelope of contracts and addresses: the element of the point that was asked for. */
static const SgNode *
find_usage_point(const SgNode *root, const SgRequest *request, SgFault *fault)
{
	const SgNode *customer = sg_member_object(root, "customer", fault);
	const SgNode *list = customer != NULL ? sg_member_list(customer, "usage_points", fault) : NULL;

	for (int i = 0; list != NULL && i < sg_node_count(list); i++)
	{
		const SgNode *element = sg_node_element(list, i);
		const SgNode *point = sg_member_object(element, "usage_point", fault);
		char *id = point != NULL ? sg_member_text(point, "usage_point_id", fault) : NULL;

		if (id != NULL && strcmp(id, request->point) == 0)
			return element;
	}
	sg_fault_set(fault, SG_FAULT_SHAPE, "The answer is not about the point that was asked for.");
	return NULL;
}

/* "com", "no_com", and "no com" as it was recorded. */
static void
set_communicating(SgRow *row, const SgNode *point)
{
	char *status = sg_member_text(point, "usage_point_status", row->fault);

	if (status != NULL)
		sg_row_flag(row, SG_CONTRACT_COMMUNICATING, strcmp(status, "com") == 0);
}

static void
read_contract(const SgNode *element, const SgRequest *request, SgRow *row)
{
	const SgNode *point = sg_node_member(element, "usage_point");
	const SgNode *contract = sg_member_object(element, "contracts", row->fault);

	if (contract == NULL)
		return;
	sg_row_text(row, SG_CONTRACT_POINT_ID, request->point);
	sg_row_text(row, SG_CONTRACT_DIRECTION, SG_CONSUMPTION);
	sg_row_member(row, SG_CONTRACT_SEGMENT, contract, "segment");
	sg_row_member(row, SG_CONTRACT_STATUS, contract, "contract_status");
	sg_row_member(row, SG_CONTRACT_TYPE, contract, "contract_type");
	sg_enedis_power(row, sg_member_text(contract, "subscribed_power", row->fault));
	sg_row_member(row, SG_CONTRACT_TARIFF, contract, "distribution_tariff");
	sg_enedis_set_offpeak(row, sg_member_text(contract, "offpeak_hours", row->fault));
	sg_row_member(row, SG_CONTRACT_ACTIVATED_ON, contract, "last_activation_date");
	sg_row_member(row, SG_CONTRACT_TARIFF_CHANGED_ON, contract,
				  "last_distribution_tariff_change_date");
	sg_row_member(row, SG_CONTRACT_METER_TYPE, point, "meter_type");
	set_communicating(row, point);
	sg_row_text(row, SG_CONTRACT_RAW, sg_node_print(element));
}

static void
read_address(const SgNode *element, const SgRequest *request, SgRow *row)
{
	const SgNode *point = sg_node_member(element, "usage_point");
	const SgNode *address = sg_member_object(point, "usage_point_addresses", row->fault);
	const SgNode *place =
		address != NULL ? sg_member_object_if(address, "geo_points", row->fault) : NULL;

	if (address == NULL)
		return;
	sg_row_text(row, SG_ADDRESS_POINT_ID, request->point);
	sg_row_member(row, SG_ADDRESS_STREET, address, "street");
	sg_row_member(row, SG_ADDRESS_LOCALITY, address, "locality");
	sg_row_member(row, SG_ADDRESS_POSTAL_CODE, address, "postal_code");
	sg_row_member(row, SG_ADDRESS_CITY, address, "city");
	sg_row_member(row, SG_ADDRESS_INSEE_CODE, address, "insee_code");
	sg_row_member(row, SG_ADDRESS_COUNTRY, address, "country");
	sg_row_member(row, SG_ADDRESS_LATITUDE, place, "latitude");
	sg_row_member(row, SG_ADDRESS_LONGITUDE, place, "longitude");
	sg_row_member(row, SG_ADDRESS_ALTITUDE, place, "altitude");
	sg_row_text(row, SG_ADDRESS_RAW, sg_node_print(address));
}

/* Older answers wrapped identity and contact in an array or in "customer". */
static const SgNode *
unwrap(const SgNode *root)
{
	const SgNode *customer;

	if (sg_node_count(root) == 1)
		root = sg_node_element(root, 0);
	customer = sg_node_member(root, "customer");
	return customer != NULL ? customer : root;
}

static void
read_holder(const SgNode *root, const SgRequest *request, SgRow *row)
{
	const SgNode *identity = sg_member_object(unwrap(root), "identity", row->fault);
	const SgNode *person;
	const SgNode *company;

	if (identity == NULL)
		return;
	person = sg_member_object_if(identity, "natural_person", row->fault);
	company = sg_member_object_if(identity, "legal_entity", row->fault);
	if (person == NULL && company == NULL)
		sg_fault_set(row->fault, SG_FAULT_SHAPE,
					 "The answer names neither a person nor a company.");
	sg_row_text(row, SG_HOLDER_POINT_ID, request->point);
	sg_row_text(row, SG_HOLDER_DIRECTION, SG_CONSUMPTION);
	sg_row_member(row, SG_HOLDER_TITLE, person, "title");
	sg_row_member(row, SG_HOLDER_FIRST_NAME, person, "firstname");
	sg_row_member(row, SG_HOLDER_LAST_NAME, person, "lastname");
	sg_row_member(row, SG_HOLDER_COMPANY, company, "name");
	sg_row_member(row, SG_HOLDER_TRADING_NAME, company, "trading_name");
	sg_row_member(row, SG_HOLDER_ACTIVITY, company, "business");
	sg_row_member(row, SG_HOLDER_SIRET, company, "siret_number");
	sg_row_text(row, SG_HOLDER_RAW, sg_node_print(identity));
}

/* The Swagger and the catalogue do not agree on the member's name. */
static void
read_contact(const SgNode *root, const SgRequest *request, SgRow *row)
{
	const SgNode *customer = unwrap(root);
	const SgNode *contact = sg_member_object_if(customer, "contact_data", row->fault);

	if (contact == NULL)
		contact = sg_member_object(customer, "contact", row->fault);
	if (contact == NULL)
		return;
	sg_row_text(row, SG_CONTACT_POINT_ID, request->point);
	sg_row_text(row, SG_CONTACT_DIRECTION, SG_CONSUMPTION);
	sg_row_member(row, SG_CONTACT_PHONE, contact, "phone");
	sg_row_member(row, SG_CONTACT_EMAIL, contact, "email");
	sg_row_text(row, SG_CONTACT_RAW, sg_node_print(contact));
}

static void
decode_customer(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
				SgFault *fault)
{
	const SgRelation *relation = request->endpoint->relations[0];
	SgJson *json = sg_enedis_open(body, len, fault);
	const SgNode *node = json != NULL ? sg_json_root(json) : NULL;
	SgRow row;

	sg_row_begin(&row, relation, fault);
	if (node != NULL && (relation == &sg_relation_contract || relation == &sg_relation_address))
		node = find_usage_point(node, request, fault);
	if (node == NULL)
		return;
	if (relation == &sg_relation_contract)
		read_contract(node, request, &row);
	else if (relation == &sg_relation_address)
		read_address(node, request, &row);
	else if (relation == &sg_relation_holder)
		read_holder(node, request, &row);
	else
		read_contact(node, request, &row);
	sg_json_close(json);
	if (fault->kind == SG_FAULT_NONE)
		sg_row_emit(&row, emit, arg);
}

/* No cap is documented for the windows of daily values; a year at a time is the custom. */
#define CURVE(word, way, where)                                                                 \
	{                                                                                           \
		.name = (word), .relations = {&sg_relation_load_curve}, .direction = (way),             \
		.path = (where), .max_days = 7, .keep_months = 24, .keep_days = 15, .rows_per_day = 48, \
		.url = series_url, .decode = decode_series                                              \
	}
#define DAILY(word, relation, way, where)                                                          \
	{                                                                                              \
		.name = (word), .relations = {&(relation)}, .direction = (way), .path = (where),           \
		.max_days = 365, .keep_months = 36, .keep_days = 15, .rows_per_day = 1, .url = series_url, \
		.decode = decode_series                                                                    \
	}
#define CUSTOMER(word, relation, activation, where)                                     \
	{                                                                                   \
		.name = (word), .relations = {&(relation)}, .path = (where), .rows_per_day = 1, \
		.tells_activation = (activation), .url = point_url, .decode = decode_customer   \
	}

static const SgEndpoint endpoints[] = {
	CURVE("consumption_load_curve", SG_CONSUMPTION, "/metering_data_clc/v5/consumption_load_curve"),
	CURVE("production_load_curve", SG_PRODUCTION, "/metering_data_plc/v5/production_load_curve"),
	DAILY("daily_consumption", sg_relation_daily_energy, SG_CONSUMPTION,
		  "/metering_data_dc/v5/daily_consumption"),
	DAILY("daily_production", sg_relation_daily_energy, SG_PRODUCTION,
		  "/metering_data_dp/v5/daily_production"),
	DAILY("daily_consumption_max_power", sg_relation_daily_max_power, SG_CONSUMPTION,
		  "/metering_data_dcmp/v5/daily_consumption_max_power"),
	CUSTOMER("contracts", sg_relation_contract, true, "/customers_upc/v5/usage_points/contracts"),
	CUSTOMER("addresses", sg_relation_address, false, "/customers_upa/v5/usage_points/addresses"),
	CUSTOMER("identity", sg_relation_holder, false, "/customers_i/v5/identity"),
	CUSTOMER("contact_data", sg_relation_contact, false, "/customers_cd/v5/contact_data"),
};

static const SgSilence silences[] = {
	{&sg_relation_contract,
	 SG_COLUMN_BIT(SG_CONTRACT_SUPPLIER) | SG_COLUMN_BIT(SG_CONTRACT_STARTED_ON) |
		 SG_COLUMN_BIT(SG_CONTRACT_POWER_CHANGED_ON) | SG_COLUMN_BIT(SG_CONTRACT_METER_SERIAL) |
		 SG_COLUMN_BIT(SG_CONTRACT_FUTURE_OFFPEAK_HOURS) |
		 SG_COLUMN_BIT(SG_CONTRACT_FUTURE_OFFPEAK_MINUTES) |
		 SG_COLUMN_BIT(SG_CONTRACT_REFERENCE_KWH)},
	{&sg_relation_address, SG_COLUMN_BIT(SG_ADDRESS_BUILDING) | SG_COLUMN_BIT(SG_ADDRESS_UNIT)},
	{&sg_relation_holder, SG_COLUMN_BIT(SG_HOLDER_SIREN)},
	{&sg_relation_contact, SG_COLUMN_BIT(SG_CONTACT_LANDLINE)},
	{NULL, 0},
};

const SgApi sg_api_enedis_v5 = {
	.name = "enedis",
	.generation = "v5",
	.base_url = SG_ENEDIS_URL,
	.sandbox_url = SG_ENEDIS_SANDBOX_URL,
	.token_path = "/oauth2/v3/token",
	.revoke_path = "/oauth2/v3/revoke",
	.consent_url = SG_ENEDIS_CONSENT_URL,
	.authorize_path = "/dataconnect/v1/oauth2/authorize",
	.per_second = 5,
	.per_hour = 10000,
	.endpoints = endpoints,
	.nendpoints = lengthof(endpoints),
	.silences = silences,
	.classify = sg_enedis_classify,
	.valid_point = sg_enedis_valid_point,
	.point_rule = SG_ENEDIS_POINT_RULE,
};
