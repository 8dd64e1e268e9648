/*
 * switchgrid.c
 *	  Switchgrid's three generations: what each of them offers, and where.
 */
#include "postgres.h"

#include "flows.h"
#include "enedis.h"
#include "gas.h"
#include "switchgrid.h"

#define URL "https://app.switchgrid.tech"
#define POINT_DIGITS 14
#define OLD_POINT "GI"
#define OLD_POINT_DIGITS 6

bool
sg_switchgrid_valid_point(const char *point)
{
	bool old = strncmp(point, OLD_POINT, strlen(OLD_POINT)) == 0;
	const char *digits = old ? point + strlen(OLD_POINT) : point;
	size_t wanted = old ? OLD_POINT_DIGITS : POINT_DIGITS;

	return strlen(digits) == wanted && strspn(digits, "0123456789") == wanted;
}

/* ---------------------------------------------------------------- what is asked for */

static void
gas_url(const SgRequest *request, StringInfo out)
{
	appendStringInfoString(out, request->endpoint->path);
}

static char *
gas_body(const SgRequest *request)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	sg_switchgrid_write_member(&out, "pce", request->point);
	appendStringInfoChar(&out, '}');
	return out.data;
}

/* They stand first in each table: an application's rights are noted by place, and no others are asked for. */
#define SEARCH(make_requests, make_url, make_body, wanted)                                        \
	{                                                                                             \
		.name = "search_contract", .relations = {&sg_relation_contract_search},                   \
		.path = "/search_contract", .base = SG_BASE_ENEDIS, .rows_per_day = 1, .url = (make_url), \
		.body = (make_body), .decode = sg_switchgrid_search, .requests = (make_requests),         \
		.needs = (wanted)                                                                         \
	}
#define SEARCH_BY_GET                                                     \
	SEARCH(sg_switchgrid_search_requests, sg_switchgrid_search_url, NULL, \
		   "point_id, or on name and address")
#define SEARCH_BY_POST                                                    \
	SEARCH(sg_switchgrid_search_requests_v0, sg_switchgrid_search_url_v0, \
		   sg_switchgrid_search_body_v0, "name and on point_id or address")
#define ASK                                                                                    \
	{                                                                                          \
		.name = "ask", .relations = {&sg_relation_ask}, .path = "/ask", .rows_per_day = 1,     \
		.url = sg_switchgrid_ask_url, .decode = sg_switchgrid_asks,                            \
		.requests = sg_switchgrid_ask_requests, .needs = "ask_id, status, points or asked_at", \
		.next_page = sg_switchgrid_ask_next                                                    \
	}
#define CONSENT                                                                                \
	{                                                                                          \
		.name = "ask (consents)", .relations = {&sg_relation_consent}, .path = "/ask",         \
		.rows_per_day = 1, .url = sg_switchgrid_consent_url, .decode = sg_switchgrid_consents, \
		.next_page = sg_switchgrid_ask_next                                                    \
	}
#define ORDER                                                                      \
	{                                                                              \
		.name = "order", .relations = {&sg_relation_data_order}, .path = "/order", \
		.base = SG_BASE_ENEDIS, .rows_per_day = 1, .url = sg_switchgrid_order_url, \
		.decode = sg_switchgrid_orders, .requests = sg_switchgrid_order_requests,  \
		.needs = "order_id"                                                        \
	}
#define DEMAND                                                                                  \
	{                                                                                           \
		.name = "order (requests)", .relations = {&sg_relation_data_request}, .path = "/order", \
		.base = SG_BASE_ENEDIS, .rows_per_day = 1, .url = sg_switchgrid_order_url,              \
		.decode = sg_switchgrid_demands, .requests = sg_switchgrid_demand_requests,             \
		.needs = "order_id"                                                                     \
	}
#define EVENTS                                                                       \
	{                                                                                \
		.name = "events", .relations = {&sg_relation_flexibility_event}, .path = "", \
		.base = SG_BASE_EVENTS, .tokenless = true, .rows_per_day = 1,                \
		.url = sg_switchgrid_event_url, .decode = sg_switchgrid_events,              \
		.requests = sg_switchgrid_event_requests, .needs = "starts_at or ends_at"    \
	}
#define GAS                                                                                  \
	{                                                                                        \
		.name = "donnees-informatives", .relations = {&sg_relation_gas_day},                 \
		.direction = SG_CONSUMPTION, .path = "/integration/grdf-adict/donnees-informatives", \
		.keep_months = 36, .rows_per_day = 1, .url = gas_url, .body = gas_body,              \
		.decode = sg_gas_days                                                                \
	}

/* ---------------------------------------------------------------- what is ordered */

#define ORDERED(type, word, way, other, days, months, a_day, read, ...)                           \
	{                                                                                             \
		.name = type word, .relations = {__VA_ARGS__}, .direction = (way), .path = "/order",      \
		.base = SG_BASE_ENEDIS, .order_type = (type), .alternative = (other), .max_days = (days), \
		.valid_point = sg_enedis_valid_point, .keep_months = (months), .rows_per_day = (a_day),   \
		.decode = (read)                                                                          \
	}
#define CURVES(type, drawn, other, days)                                               \
	ORDERED(type, " " drawn, SG_CONSUMPTION, other, days, 24, 48, sg_flow_curve,       \
			&sg_relation_load_curve, &sg_relation_quantity_curve),                     \
		ORDERED(type, " INJECTION", SG_PRODUCTION, other, days, 24, 48, sg_flow_curve, \
				&sg_relation_load_curve, &sg_relation_quantity_curve)
#define SERIES(type, other, a_day, read, relation)                                       \
	ORDERED(type, " SOUTIRAGE", SG_CONSUMPTION, other, 0, 36, a_day, read, &(relation)), \
		ORDERED(type, " INJECTION", SG_PRODUCTION, other, 0, 36, a_day, read, &(relation))
/* the operator measures it of what is drawn only */
#define PEAKS(type, other)                                                      \
	ORDERED(type, " SOUTIRAGE", SG_CONSUMPTION, other, 0, 36, 1, sg_flow_peaks, \
			&sg_relation_daily_max_power)
/* a file of the asynchronous service has a contract for each direction that there is, an answer has one */
#define CONTRACT(type, all, other)                                                              \
	{                                                                                           \
		.name = type,                                                                           \
		.relations = {&sg_relation_contract, &sg_relation_address, &sg_relation_holder,         \
					  &sg_relation_connection},                                                 \
		.path = "/order", .base = SG_BASE_ENEDIS, .order_type = (type), .alternative = (other), \
		.valid_point = sg_enedis_valid_point, .rows_per_day = 1, .lists_directions = (all),     \
		.decode = sg_flow_contract                                                              \
	}

#define FACTS                                                                               \
	SERIES("R65", false, 1, sg_flow_energy, sg_relation_daily_energy), PEAKS("R66", false), \
		SERIES("R64", false, 3, sg_flow_registers, sg_relation_register_reading),           \
		SERIES("R67", false, 1, sg_flow_billed, sg_relation_billed_quantity),               \
		CONTRACT("C68_ASYNC", true, false)
/* The synchronous services answer at once, and take a week of a curve. */
#define SYNCHRONOUS                                                            \
	CURVES("R63_SYNC", "SOUTIRAGE", true, 7),                                  \
		SERIES("R65_SYNC", true, 1, sg_flow_energy, sg_relation_daily_energy), \
		PEAKS("R66_SYNC", true),                                               \
		SERIES("R64_SYNC", true, 3, sg_flow_registers, sg_relation_register_reading)
#define OF_V2                                                                                 \
	CURVES("LOADCURVE", "CONSUMPTION", false, 0), FACTS, CURVES("R63", "SOUTIRAGE", true, 0), \
		SYNCHRONOUS, CONTRACT("C68", false, true)

static const SgEndpoint endpoints_v2[] = {
	SEARCH_BY_GET, ASK, CONSENT, ORDER, DEMAND, EVENTS, OF_V2,
};

static const SgEndpoint endpoints_v0_1[] = {
	SEARCH_BY_GET, ASK, CONSENT, ORDER, DEMAND, EVENTS, GAS, OF_V2,
};

static const SgEndpoint endpoints_v0[] = {
	SEARCH_BY_POST, ASK,		 CONSENT, ORDER,
	DEMAND,			EVENTS,		 GAS,	  CURVES("R63", "SOUTIRAGE", false, 0),
	FACTS,			SYNCHRONOUS,
};

/* ---------------------------------------------------------------- the generations */

static const SgSilence silences[] = {
	{&sg_relation_contract, SG_COLUMN_BIT(SG_CONTRACT_TYPE) | SG_COLUMN_BIT(SG_CONTRACT_SUPPLIER) |
								SG_COLUMN_BIT(SG_CONTRACT_REFERENCE_KWH) |
								SG_COLUMN_BIT(SG_CONTRACT_ACTIVATED_ON)},
	{&sg_relation_address, SG_COLUMN_BIT(SG_ADDRESS_COUNTRY) | SG_COLUMN_BIT(SG_ADDRESS_LATITUDE) |
							   SG_COLUMN_BIT(SG_ADDRESS_LONGITUDE) |
							   SG_COLUMN_BIT(SG_ADDRESS_ALTITUDE)},
	{&sg_relation_connection,
	 SG_COLUMN_BIT(SG_CONNECTION_PHASES) | SG_COLUMN_BIT(SG_CONNECTION_SERIAL)},
	{&sg_relation_consent, SG_COLUMN_BIT(SG_CONSENT_AUTHORISATION) |
							   SG_COLUMN_BIT(SG_CONSENT_SERVICE_ID) |
							   SG_COLUMN_BIT(SG_CONSENT_SERVICE) | SG_COLUMN_BIT(SG_CONSENT_KIND) |
							   SG_COLUMN_BIT(SG_CONSENT_STEP)},
	{NULL, 0},
};

/* No limit is documented: the pace is a polite one. */
#define API(word, url, enedis, header, table, orders, asks)                                    \
	{                                                                                          \
		.name = "switchgrid", .generation = (word), .base_url = (url), .enedis_url = (enedis), \
		.events_url = URL "/api/homeassistant/events", .version = (header), .per_second = 5,   \
		.endpoints = (table), .nendpoints = lengthof(table), .silences = silences,             \
		.ordering = &(orders), .asking = &(asks), .first_right = 32,                           \
		.classify = sg_switchgrid_classify, .valid_point = sg_switchgrid_valid_point,          \
		.point_rule = SG_SWITCHGRID_POINT_RULE,                                                \
	}

const SgApi sg_api_switchgrid_v2 = API("v2", URL "/enedis/v2", NULL, NULL, endpoints_v2,
									   sg_switchgrid_ordering, sg_switchgrid_asking_v2);
/* asks have moved, orders have not */
const SgApi sg_api_switchgrid_v0_1 =
	API("v0_1", URL "/v0_1", URL "/enedis/v2", NULL, endpoints_v0_1, sg_switchgrid_ordering,
		sg_switchgrid_asking_v0);
const SgApi sg_api_switchgrid_v0 =
	API("v0", "https://api.switchgrid.tech", "/integration/enedis", "x-api-version: v0",
		endpoints_v0, sg_switchgrid_ordering_v0, sg_switchgrid_asking_v0);
