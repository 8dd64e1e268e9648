/*
 * relation.c
 *	  The relations that users see.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "lib/stringinfo.h"
#include "relation.h"

/* The columns that most relations begin with. */
#define POINT_COLUMN                               \
	{                                              \
		"point_id", TEXTOID, "text", SG_ROLE_POINT \
	}
#define DIRECTION_COLUMN                                \
	{                                                   \
		"direction", TEXTOID, "text", SG_ROLE_DIRECTION \
	}
#define TEXT_COLUMN(name)                      \
	{                                          \
		(name), TEXTOID, "text", SG_ROLE_PLAIN \
	}
#define NUMBER_COLUMN(name)                                  \
	{                                                        \
		(name), FLOAT8OID, "double precision", SG_ROLE_PLAIN \
	}
#define DATE_COLUMN(name)                      \
	{                                          \
		(name), DATEOID, "date", SG_ROLE_PLAIN \
	}
#define FLAG_COLUMN(name)                         \
	{                                             \
		(name), BOOLOID, "boolean", SG_ROLE_PLAIN \
	}
#define RAW_COLUMN                                \
	{                                             \
		"raw", JSONBOID, "jsonb", SG_ROLE_AS_TEXT \
	}

#define INSTANT_COLUMN(name)                                 \
	{                                                        \
		(name), TIMESTAMPTZOID, "timestamptz", SG_ROLE_PLAIN \
	}
#define COUNT_COLUMN(name)                       \
	{                                            \
		(name), INT8OID, "bigint", SG_ROLE_PLAIN \
	}
#define ARGUMENT_COLUMN(name)                     \
	{                                             \
		(name), TEXTOID, "text", SG_ROLE_ARGUMENT \
	}

static const SgColumn load_curve_columns[SG_CURVE_COLUMNS] = {
	[SG_CURVE_POINT_ID] = POINT_COLUMN,
	[SG_CURVE_DIRECTION] = DIRECTION_COLUMN,
	[SG_CURVE_STARTS_AT] = {"starts_at", TIMESTAMPTZOID, "timestamptz", SG_ROLE_INSTANT},
	[SG_CURVE_ENDS_AT] = {"ends_at", TIMESTAMPTZOID, "timestamptz", SG_ROLE_PLAIN},
	[SG_CURVE_STEP] = {"step", INTERVALOID, "interval", SG_ROLE_STEP},
	[SG_CURVE_WATTS] = NUMBER_COLUMN("watts"),
	[SG_CURVE_WH] = NUMBER_COLUMN("wh"),
	[SG_CURVE_NATURE] = TEXT_COLUMN("nature"),
};

static const SgColumn daily_energy_columns[SG_DAILY_COLUMNS] = {
	[SG_DAILY_POINT_ID] = POINT_COLUMN,
	[SG_DAILY_DIRECTION] = DIRECTION_COLUMN,
	[SG_DAILY_DAY] = {"day", DATEOID, "date", SG_ROLE_DAY},
	[SG_DAILY_WH] = NUMBER_COLUMN("wh"),
};

static const SgColumn daily_max_power_columns[SG_PEAK_COLUMNS] = {
	[SG_PEAK_POINT_ID] = POINT_COLUMN,
	[SG_PEAK_DIRECTION] = DIRECTION_COLUMN,
	[SG_PEAK_DAY] = {"day", DATEOID, "date", SG_ROLE_DAY},
	[SG_PEAK_VA] = NUMBER_COLUMN("va"),
	[SG_PEAK_AT] = {"at", TIMESTAMPTZOID, "timestamptz", SG_ROLE_PLAIN},
};

static const SgColumn register_reading_columns[SG_REGISTER_COLUMNS] = {
	[SG_REGISTER_POINT_ID] = POINT_COLUMN,
	[SG_REGISTER_DIRECTION] = DIRECTION_COLUMN,
	[SG_REGISTER_READ_AT] = {"read_at", TIMESTAMPTZOID, "timestamptz", SG_ROLE_INSTANT},
	[SG_REGISTER_QUANTITY] = TEXT_COLUMN("quantity"),
	[SG_REGISTER_CALENDAR] = TEXT_COLUMN("calendar"),
	[SG_REGISTER_CALENDAR_NAME] = TEXT_COLUMN("calendar_name"),
	[SG_REGISTER_CLASS] = TEXT_COLUMN("class"),
	[SG_REGISTER_CLASS_NAME] = TEXT_COLUMN("class_name"),
	[SG_REGISTER_REGISTER] = TEXT_COLUMN("register"),
	[SG_REGISTER_VALUE] = NUMBER_COLUMN("value"),
	[SG_REGISTER_UNIT] = TEXT_COLUMN("unit"),
	[SG_REGISTER_STAGE] = TEXT_COLUMN("stage"),
	[SG_REGISTER_CONTEXT] = TEXT_COLUMN("context"),
	[SG_REGISTER_TYPE] = TEXT_COLUMN("type"),
};

static const SgColumn quantity_curve_columns[SG_QUANTITY_COLUMNS] = {
	[SG_QUANTITY_POINT_ID] = POINT_COLUMN,
	[SG_QUANTITY_DIRECTION] = DIRECTION_COLUMN,
	[SG_QUANTITY_QUANTITY] = TEXT_COLUMN("quantity"),
	[SG_QUANTITY_STARTS_AT] = {"starts_at", TIMESTAMPTZOID, "timestamptz", SG_ROLE_INSTANT},
	[SG_QUANTITY_ENDS_AT] = INSTANT_COLUMN("ends_at"),
	[SG_QUANTITY_STEP] = {"step", INTERVALOID, "interval", SG_ROLE_PLAIN},
	[SG_QUANTITY_VALUE] = NUMBER_COLUMN("value"),
	[SG_QUANTITY_UNIT] = TEXT_COLUMN("unit"),
	[SG_QUANTITY_NATURE] = TEXT_COLUMN("nature"),
};

static const SgColumn billed_quantity_columns[SG_BILLED_COLUMNS] = {
	[SG_BILLED_POINT_ID] = POINT_COLUMN,
	[SG_BILLED_DIRECTION] = DIRECTION_COLUMN,
	[SG_BILLED_STARTS_ON] = {"starts_on", DATEOID, "date", SG_ROLE_DAY},
	[SG_BILLED_ENDS_ON] = {"ends_on", DATEOID, "date", SG_ROLE_UNTIL},
	[SG_BILLED_QUANTITY] = TEXT_COLUMN("quantity"),
	[SG_BILLED_GRID] = TEXT_COLUMN("grid"),
	[SG_BILLED_CALENDAR] = TEXT_COLUMN("calendar"),
	[SG_BILLED_CALENDAR_NAME] = TEXT_COLUMN("calendar_name"),
	[SG_BILLED_CLASS] = TEXT_COLUMN("class"),
	[SG_BILLED_CLASS_NAME] = TEXT_COLUMN("class_name"),
	[SG_BILLED_VALUE] = NUMBER_COLUMN("value"),
	[SG_BILLED_UNIT] = TEXT_COLUMN("unit"),
	[SG_BILLED_NATURE] = TEXT_COLUMN("nature"),
	[SG_BILLED_STATUS] = TEXT_COLUMN("status"),
	[SG_BILLED_REASON] = TEXT_COLUMN("reason"),
	[SG_BILLED_CREATED_AT] = INSTANT_COLUMN("created_at"),
};

static const SgColumn gas_day_columns[SG_GAS_COLUMNS] = {
	[SG_GAS_POINT_ID] = POINT_COLUMN,
	[SG_GAS_DIRECTION] = DIRECTION_COLUMN,
	[SG_GAS_DAY] = {"day", DATEOID, "date", SG_ROLE_DAY},
	[SG_GAS_STARTS_AT] = INSTANT_COLUMN("starts_at"),
	[SG_GAS_ENDS_AT] = INSTANT_COLUMN("ends_at"),
	[SG_GAS_KWH] = NUMBER_COLUMN("kwh"),
	[SG_GAS_VOLUME] = NUMBER_COLUMN("volume"),
	[SG_GAS_VOLUME_CONVERTED] = NUMBER_COLUMN("volume_converted"),
	[SG_GAS_COEFFICIENT] = NUMBER_COLUMN("coefficient"),
	[SG_GAS_INDEX_START] = NUMBER_COLUMN("index_start"),
	[SG_GAS_INDEX_END] = NUMBER_COLUMN("index_end"),
	[SG_GAS_KIND] = TEXT_COLUMN("kind"),
	[SG_GAS_QUALITY] = TEXT_COLUMN("quality"),
	[SG_GAS_STATUS] = TEXT_COLUMN("status"),
	[SG_GAS_RAW] = RAW_COLUMN,
};

static const SgColumn contract_columns[SG_CONTRACT_COLUMNS] = {
	[SG_CONTRACT_POINT_ID] = POINT_COLUMN,
	[SG_CONTRACT_DIRECTION] = DIRECTION_COLUMN,
	[SG_CONTRACT_SEGMENT] = TEXT_COLUMN("segment"),
	[SG_CONTRACT_STATUS] = TEXT_COLUMN("status"),
	[SG_CONTRACT_TYPE] = TEXT_COLUMN("contract_type"),
	[SG_CONTRACT_SUPPLIER] = TEXT_COLUMN("supplier"),
	[SG_CONTRACT_POWER] = NUMBER_COLUMN("subscribed_power"),
	[SG_CONTRACT_POWER_UNIT] = TEXT_COLUMN("power_unit"),
	[SG_CONTRACT_TARIFF] = TEXT_COLUMN("tariff"),
	[SG_CONTRACT_OFFPEAK_HOURS] = TEXT_COLUMN("offpeak_hours"),
	[SG_CONTRACT_OFFPEAK_MINUTES] = {"offpeak_minutes", INT4MULTIRANGEOID, "int4multirange",
									 SG_ROLE_AS_TEXT},
	[SG_CONTRACT_FUTURE_OFFPEAK_HOURS] = TEXT_COLUMN("future_offpeak_hours"),
	[SG_CONTRACT_FUTURE_OFFPEAK_MINUTES] = {"future_offpeak_minutes", INT4MULTIRANGEOID,
											"int4multirange", SG_ROLE_AS_TEXT},
	[SG_CONTRACT_REFERENCE_KWH] = NUMBER_COLUMN("reference_kwh"),
	[SG_CONTRACT_STARTED_ON] = DATE_COLUMN("started_on"),
	[SG_CONTRACT_ACTIVATED_ON] = DATE_COLUMN("activated_on"),
	[SG_CONTRACT_TARIFF_CHANGED_ON] = DATE_COLUMN("tariff_changed_on"),
	[SG_CONTRACT_POWER_CHANGED_ON] = DATE_COLUMN("power_changed_on"),
	[SG_CONTRACT_METER_TYPE] = TEXT_COLUMN("meter_type"),
	[SG_CONTRACT_METER_SERIAL] = TEXT_COLUMN("meter_serial"),
	[SG_CONTRACT_COMMUNICATING] = FLAG_COLUMN("communicating"),
	[SG_CONTRACT_RAW] = RAW_COLUMN,
};

static const SgColumn address_columns[SG_ADDRESS_COLUMNS] = {
	[SG_ADDRESS_POINT_ID] = POINT_COLUMN,
	[SG_ADDRESS_STREET] = TEXT_COLUMN("street"),
	[SG_ADDRESS_BUILDING] = TEXT_COLUMN("building"),
	[SG_ADDRESS_UNIT] = TEXT_COLUMN("unit"),
	[SG_ADDRESS_LOCALITY] = TEXT_COLUMN("locality"),
	[SG_ADDRESS_POSTAL_CODE] = TEXT_COLUMN("postal_code"),
	[SG_ADDRESS_CITY] = TEXT_COLUMN("city"),
	[SG_ADDRESS_INSEE_CODE] = TEXT_COLUMN("insee_code"),
	[SG_ADDRESS_COUNTRY] = TEXT_COLUMN("country"),
	[SG_ADDRESS_LATITUDE] = NUMBER_COLUMN("latitude"),
	[SG_ADDRESS_LONGITUDE] = NUMBER_COLUMN("longitude"),
	[SG_ADDRESS_ALTITUDE] = NUMBER_COLUMN("altitude"),
	[SG_ADDRESS_RAW] = RAW_COLUMN,
};

static const SgColumn holder_columns[SG_HOLDER_COLUMNS] = {
	[SG_HOLDER_POINT_ID] = POINT_COLUMN,
	[SG_HOLDER_DIRECTION] = DIRECTION_COLUMN,
	[SG_HOLDER_TITLE] = TEXT_COLUMN("title"),
	[SG_HOLDER_FIRST_NAME] = TEXT_COLUMN("first_name"),
	[SG_HOLDER_LAST_NAME] = TEXT_COLUMN("last_name"),
	[SG_HOLDER_COMPANY] = TEXT_COLUMN("company"),
	[SG_HOLDER_TRADING_NAME] = TEXT_COLUMN("trading_name"),
	[SG_HOLDER_ACTIVITY] = TEXT_COLUMN("activity"),
	[SG_HOLDER_SIRET] = TEXT_COLUMN("siret"),
	[SG_HOLDER_SIREN] = TEXT_COLUMN("siren"),
	[SG_HOLDER_RAW] = RAW_COLUMN,
};

static const SgColumn contact_columns[SG_CONTACT_COLUMNS] = {
	[SG_CONTACT_POINT_ID] = POINT_COLUMN,	   [SG_CONTACT_DIRECTION] = DIRECTION_COLUMN,
	[SG_CONTACT_PHONE] = TEXT_COLUMN("phone"), [SG_CONTACT_LANDLINE] = TEXT_COLUMN("landline"),
	[SG_CONTACT_EMAIL] = TEXT_COLUMN("email"), [SG_CONTACT_RAW] = RAW_COLUMN,
};

static const SgColumn connection_columns[SG_CONNECTION_COLUMNS] = {
	[SG_CONNECTION_POINT_ID] = POINT_COLUMN,
	[SG_CONNECTION_STATE] = TEXT_COLUMN("state"),
	[SG_CONNECTION_VOLTAGE_LEVEL] = TEXT_COLUMN("voltage_level"),
	[SG_CONNECTION_PHASES] = TEXT_COLUMN("phases"),
	[SG_CONNECTION_CONSUMPTION_POWER] = NUMBER_COLUMN("consumption_power"),
	[SG_CONNECTION_PRODUCTION_POWER] = NUMBER_COLUMN("production_power"),
	[SG_CONNECTION_POWER_UNIT] = TEXT_COLUMN("power_unit"),
	[SG_CONNECTION_VOLTS] = NUMBER_COLUMN("volts"),
	[SG_CONNECTION_SERIAL] = TEXT_COLUMN("serial_number"),
	[SG_CONNECTION_RAW] = RAW_COLUMN,
};

static const SgColumn consent_columns[SG_CONSENT_COLUMNS] = {
	[SG_CONSENT_POINT_ID] = POINT_COLUMN,
	[SG_CONSENT_AUTHORISATION] = {"authorisation_id", INT8OID, "bigint", SG_ROLE_AUTHORISATION},
	[SG_CONSENT_ASK_ID] = TEXT_COLUMN("ask_id"),
	[SG_CONSENT_CONSENT_ID] = TEXT_COLUMN("consent_id"),
	[SG_CONSENT_SERVICE_ID] = TEXT_COLUMN("service_id"),
	[SG_CONSENT_SERVICE] = TEXT_COLUMN("service"),
	[SG_CONSENT_KIND] = TEXT_COLUMN("kind"),
	[SG_CONSENT_STEP] = TEXT_COLUMN("step"),
	[SG_CONSENT_STATE] = TEXT_COLUMN("state"),
	[SG_CONSENT_CONSUMPTION] = FLAG_COLUMN("consumption"),
	[SG_CONSENT_PRODUCTION] = FLAG_COLUMN("production"),
	[SG_CONSENT_STARTS_ON] = DATE_COLUMN("starts_on"),
	[SG_CONSENT_ENDS_ON] = DATE_COLUMN("ends_on"),
	[SG_CONSENT_RAW] = RAW_COLUMN,
};

static const SgColumn contract_search_columns[SG_SEARCH_COLUMNS] = {
	[SG_SEARCH_POINT_ID] = ARGUMENT_COLUMN("point_id"),
	[SG_SEARCH_NAME] = ARGUMENT_COLUMN("name"),
	[SG_SEARCH_ADDRESS] = ARGUMENT_COLUMN("address"),
	[SG_SEARCH_CONTRACT_ID] = TEXT_COLUMN("contract_id"),
	[SG_SEARCH_HOLDER] = TEXT_COLUMN("holder"),
	[SG_SEARCH_CATEGORY] = TEXT_COLUMN("category"),
	[SG_SEARCH_UNIT] = TEXT_COLUMN("unit"),
	[SG_SEARCH_BUILDING] = TEXT_COLUMN("building"),
	[SG_SEARCH_STREET] = TEXT_COLUMN("street"),
	[SG_SEARCH_LOCALITY] = TEXT_COLUMN("locality"),
	[SG_SEARCH_CITY] = TEXT_COLUMN("city"),
	[SG_SEARCH_RAW] = RAW_COLUMN,
};

static const SgColumn ask_columns[SG_ASK_COLUMNS] = {
	[SG_ASK_ASK_ID] = ARGUMENT_COLUMN("ask_id"),
	[SG_ASK_STATUS] = ARGUMENT_COLUMN("status"),
	[SG_ASK_POINTS] = {"points", TEXTARRAYOID, "text[]", SG_ROLE_LIST},
	[SG_ASK_ASKED_AT] = {"asked_at", TIMESTAMPTZOID, "timestamptz", SG_ROLE_INSTANT},
	[SG_ASK_ACCEPTED_AT] = INSTANT_COLUMN("accepted_at"),
	[SG_ASK_USER_URL] = TEXT_COLUMN("user_url"),
	[SG_ASK_DURATION] = {"duration", INTERVALOID, "interval", SG_ROLE_AS_TEXT},
	[SG_ASK_TEST] = FLAG_COLUMN("test"),
	[SG_ASK_CONTRACTS] = {"contracts", JSONBOID, "jsonb", SG_ROLE_AS_TEXT},
	[SG_ASK_RAW] = RAW_COLUMN,
};

static const SgColumn data_order_columns[SG_ORDER_COLUMNS] = {
	[SG_ORDER_ORDER_ID] = ARGUMENT_COLUMN("order_id"),
	[SG_ORDER_STATUS] = TEXT_COLUMN("status"),
	[SG_ORDER_REQUESTS] = COUNT_COLUMN("requests"),
	[SG_ORDER_RAW] = RAW_COLUMN,
};

static const SgColumn data_request_columns[SG_DEMAND_COLUMNS] = {
	[SG_DEMAND_ORDER_ID] = ARGUMENT_COLUMN("order_id"),
	[SG_DEMAND_REQUEST_ID] = TEXT_COLUMN("request_id"),
	[SG_DEMAND_POSITION] = COUNT_COLUMN("position"),
	[SG_DEMAND_TYPE] = TEXT_COLUMN("type"),
	[SG_DEMAND_STATUS] = TEXT_COLUMN("status"),
	[SG_DEMAND_POINT_ID] = TEXT_COLUMN("point_id"),
	[SG_DEMAND_ORDERED_AT] = INSTANT_COLUMN("ordered_at"),
	[SG_DEMAND_COMPLETED_AT] = INSTANT_COLUMN("completed_at"),
	[SG_DEMAND_COVERAGE_RATIO] = NUMBER_COLUMN("coverage_ratio"),
	[SG_DEMAND_HOLES] = {"holes", TEXTARRAYOID, "text[]", SG_ROLE_AS_TEXT},
	[SG_DEMAND_ERROR_MESSAGE] = TEXT_COLUMN("error_message"),
	[SG_DEMAND_RAW] = RAW_COLUMN,
};

static const SgColumn flexibility_event_columns[SG_EVENT_COLUMNS] = {
	[SG_EVENT_EVENT_ID] = TEXT_COLUMN("event_id"),
	[SG_EVENT_STARTS_AT] = {"starts_at", TIMESTAMPTZOID, "timestamptz", SG_ROLE_INSTANT},
	[SG_EVENT_ENDS_AT] = {"ends_at", TIMESTAMPTZOID, "timestamptz", SG_ROLE_INSTANT},
	[SG_EVENT_SUMMARY] = TEXT_COLUMN("summary"),
	[SG_EVENT_DESCRIPTION] = TEXT_COLUMN("description"),
	[SG_EVENT_RAW] = RAW_COLUMN,
};

bool
sg_column_is_text(const SgColumn *column)
{
	return column->role == SG_ROLE_AS_TEXT || column->role == SG_ROLE_LIST;
}

#define KEPT_RELATION(kind, word, key, replaced_if) \
	const SgRelation sg_relation_##word = {         \
		#word, SG_KIND_##kind, (key), (replaced_if), lengthof(word##_columns), word##_columns}
#define RELATION(kind, word, key) KEPT_RELATION(kind, word, key, NULL)

RELATION(SERIES, load_curve, NULL);
RELATION(SERIES, daily_energy, "point_id, direction, day");
RELATION(SERIES, daily_max_power, "point_id, direction, day");
RELATION(SERIES, register_reading,
		 "point_id, direction, read_at, quantity, calendar, class, register, stage, context, type");
RELATION(SERIES, quantity_curve, "point_id, direction, quantity, starts_at");
RELATION(SERIES, billed_quantity,
		 "point_id, direction, starts_on, ends_on, quantity, grid, calendar, class, created_at");
/*
 * A provisional reading comes again as a final one, never the other way round. The pattern spares the accent,
 * which not every database can write.
 */
KEPT_RELATION(SERIES, gas_day, "point_id, direction, starts_at, kind",
			  "coalesce(t.status, '') NOT LIKE 'D%finitive' OR excluded.status LIKE 'D%finitive'");
RELATION(STATE, contract, NULL);
RELATION(STATE, address, NULL);
RELATION(STATE, holder, NULL);
RELATION(STATE, contact, NULL);
RELATION(STATE, connection, NULL);
RELATION(STATE, consent, NULL);
RELATION(DOCUMENT, contract_search, NULL);
RELATION(DOCUMENT, ask, NULL);
RELATION(DOCUMENT, data_order, NULL);
RELATION(DOCUMENT, data_request, NULL);
RELATION(DOCUMENT, flexibility_event, NULL);

const SgRelation *const sg_relations[] = {&sg_relation_load_curve,
										  &sg_relation_daily_energy,
										  &sg_relation_daily_max_power,
										  &sg_relation_register_reading,
										  &sg_relation_quantity_curve,
										  &sg_relation_billed_quantity,
										  &sg_relation_gas_day,
										  &sg_relation_contract,
										  &sg_relation_address,
										  &sg_relation_holder,
										  &sg_relation_contact,
										  &sg_relation_connection,
										  &sg_relation_consent,
										  &sg_relation_contract_search,
										  &sg_relation_ask,
										  &sg_relation_data_order,
										  &sg_relation_data_request,
										  &sg_relation_flexibility_event,
										  NULL};

const SgRelation *
sg_relation_find(const char *name)
{
	for (int i = 0; sg_relations[i] != NULL; i++)
		if (strcmp(sg_relations[i]->name, name) == 0)
			return sg_relations[i];
	return NULL;
}

char *
sg_relation_names(void)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; sg_relations[i] != NULL; i++)
		appendStringInfo(&names, "%s%s", i > 0 ? ", " : "", sg_relations[i]->name);
	return names.data;
}

int
sg_relation_column(const SgRelation *relation, const char *name)
{
	for (int i = 0; i < relation->ncolumns; i++)
		if (strcmp(relation->columns[i].name, name) == 0)
			return i;
	return -1;
}

int
sg_relation_role(const SgRelation *relation, SgColumnRole role)
{
	for (int i = 0; i < relation->ncolumns; i++)
		if (relation->columns[i].role == role)
			return i;
	return -1;
}
