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

static const SgColumn load_curve_columns[SG_CURVE_COLUMNS] = {
	[SG_CURVE_POINT_ID] = POINT_COLUMN,
	[SG_CURVE_DIRECTION] = DIRECTION_COLUMN,
	[SG_CURVE_STARTS_AT] = {"starts_at", TIMESTAMPTZOID, "timestamptz", SG_ROLE_INSTANT},
	[SG_CURVE_ENDS_AT] = {"ends_at", TIMESTAMPTZOID, "timestamptz", SG_ROLE_PLAIN},
	[SG_CURVE_STEP] = {"step", INTERVALOID, "interval", SG_ROLE_PLAIN},
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

#define RELATION(kind, word, key)                                                                  \
	const SgRelation sg_relation_##word = {#word, SG_KIND_##kind, (key), lengthof(word##_columns), \
										   word##_columns}

RELATION(SERIES, load_curve, NULL);
RELATION(SERIES, daily_energy, "point_id, direction, day");
RELATION(SERIES, daily_max_power, "point_id, direction, day");
RELATION(SERIES, register_reading,
		 "point_id, direction, read_at, quantity, calendar, class, register, stage, context, type");
RELATION(STATE, contract, NULL);
RELATION(STATE, address, NULL);
RELATION(STATE, holder, NULL);
RELATION(STATE, contact, NULL);
RELATION(STATE, connection, NULL);
RELATION(STATE, consent, NULL);

const SgRelation *const sg_relations[] = {&sg_relation_load_curve,
										  &sg_relation_daily_energy,
										  &sg_relation_daily_max_power,
										  &sg_relation_register_reading,
										  &sg_relation_contract,
										  &sg_relation_address,
										  &sg_relation_holder,
										  &sg_relation_contact,
										  &sg_relation_connection,
										  &sg_relation_consent,
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
