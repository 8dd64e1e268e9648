/*
 * relation.h
 *	  The relations that users see, the same for every API and for live and stored data.
 */
#ifndef SG_RELATION_H
#define SG_RELATION_H

#include "postgres.h"

/* Columns of load_curve: one row for one interval. */
enum
{
	SG_CURVE_POINT_ID,
	SG_CURVE_DIRECTION,
	SG_CURVE_STARTS_AT,
	SG_CURVE_ENDS_AT,
	SG_CURVE_STEP,
	SG_CURVE_WATTS,
	SG_CURVE_WH,
	SG_CURVE_NATURE,
	SG_CURVE_COLUMNS
};

/* Columns of daily_energy: one row for one civil day. */
enum
{
	SG_DAILY_POINT_ID,
	SG_DAILY_DIRECTION,
	SG_DAILY_DAY,
	SG_DAILY_WH,
	SG_DAILY_COLUMNS
};

/* Columns of daily_max_power: one row for one civil day. */
enum
{
	SG_PEAK_POINT_ID,
	SG_PEAK_DIRECTION,
	SG_PEAK_DAY,
	SG_PEAK_VA,
	SG_PEAK_AT,
	SG_PEAK_COLUMNS
};

/* Columns of register_reading: one row for one register at one instant. */
enum
{
	SG_REGISTER_POINT_ID,
	SG_REGISTER_DIRECTION,
	SG_REGISTER_READ_AT,
	SG_REGISTER_QUANTITY,
	SG_REGISTER_CALENDAR,
	SG_REGISTER_CALENDAR_NAME,
	SG_REGISTER_CLASS,
	SG_REGISTER_CLASS_NAME,
	SG_REGISTER_REGISTER,
	SG_REGISTER_VALUE,
	SG_REGISTER_UNIT,
	SG_REGISTER_STAGE,
	SG_REGISTER_CONTEXT,
	SG_REGISTER_TYPE,
	SG_REGISTER_COLUMNS
};

/* Columns of quantity_curve: one row for one interval of a quantity other than active power. */
enum
{
	SG_QUANTITY_POINT_ID,
	SG_QUANTITY_DIRECTION,
	SG_QUANTITY_QUANTITY,
	SG_QUANTITY_STARTS_AT,
	SG_QUANTITY_ENDS_AT,
	SG_QUANTITY_STEP,
	SG_QUANTITY_VALUE,
	SG_QUANTITY_UNIT,
	SG_QUANTITY_NATURE,
	SG_QUANTITY_COLUMNS
};

/* Columns of billed_quantity: one row for one billed class and period. */
enum
{
	SG_BILLED_POINT_ID,
	SG_BILLED_DIRECTION,
	SG_BILLED_STARTS_ON,
	SG_BILLED_ENDS_ON,
	SG_BILLED_QUANTITY,
	SG_BILLED_GRID,
	SG_BILLED_CALENDAR,
	SG_BILLED_CALENDAR_NAME,
	SG_BILLED_CLASS,
	SG_BILLED_CLASS_NAME,
	SG_BILLED_VALUE,
	SG_BILLED_UNIT,
	SG_BILLED_NATURE,
	SG_BILLED_STATUS,
	SG_BILLED_REASON,
	SG_BILLED_CREATED_AT,
	SG_BILLED_COLUMNS
};

/* Columns of gas_day: one row for one gas day, from 06:00 to 06:00. */
enum
{
	SG_GAS_POINT_ID,
	SG_GAS_DIRECTION,
	SG_GAS_DAY,
	SG_GAS_STARTS_AT,
	SG_GAS_ENDS_AT,
	SG_GAS_KWH,
	SG_GAS_VOLUME,
	SG_GAS_VOLUME_CONVERTED,
	SG_GAS_COEFFICIENT,
	SG_GAS_INDEX_START,
	SG_GAS_INDEX_END,
	SG_GAS_KIND,
	SG_GAS_QUALITY,
	SG_GAS_STATUS,
	SG_GAS_RAW,
	SG_GAS_COLUMNS
};

/* Columns of contract: one row for one point and direction. */
enum
{
	SG_CONTRACT_POINT_ID,
	SG_CONTRACT_DIRECTION,
	SG_CONTRACT_SEGMENT,
	SG_CONTRACT_STATUS,
	SG_CONTRACT_TYPE,
	SG_CONTRACT_SUPPLIER,
	SG_CONTRACT_POWER,
	SG_CONTRACT_POWER_UNIT,
	SG_CONTRACT_TARIFF,
	SG_CONTRACT_OFFPEAK_HOURS,
	SG_CONTRACT_OFFPEAK_MINUTES,
	SG_CONTRACT_FUTURE_OFFPEAK_HOURS,
	SG_CONTRACT_FUTURE_OFFPEAK_MINUTES,
	SG_CONTRACT_REFERENCE_KWH,
	SG_CONTRACT_STARTED_ON,
	SG_CONTRACT_ACTIVATED_ON,
	SG_CONTRACT_TARIFF_CHANGED_ON,
	SG_CONTRACT_POWER_CHANGED_ON,
	SG_CONTRACT_METER_TYPE,
	SG_CONTRACT_METER_SERIAL,
	SG_CONTRACT_COMMUNICATING,
	SG_CONTRACT_RAW,
	SG_CONTRACT_COLUMNS
};

/* Columns of address: one row for one point. */
enum
{
	SG_ADDRESS_POINT_ID,
	SG_ADDRESS_STREET,
	SG_ADDRESS_BUILDING,
	SG_ADDRESS_UNIT,
	SG_ADDRESS_LOCALITY,
	SG_ADDRESS_POSTAL_CODE,
	SG_ADDRESS_CITY,
	SG_ADDRESS_INSEE_CODE,
	SG_ADDRESS_COUNTRY,
	SG_ADDRESS_LATITUDE,
	SG_ADDRESS_LONGITUDE,
	SG_ADDRESS_ALTITUDE,
	SG_ADDRESS_RAW,
	SG_ADDRESS_COLUMNS
};

/* Columns of holder: one row for the holder of one contract. */
enum
{
	SG_HOLDER_POINT_ID,
	SG_HOLDER_DIRECTION,
	SG_HOLDER_TITLE,
	SG_HOLDER_FIRST_NAME,
	SG_HOLDER_LAST_NAME,
	SG_HOLDER_COMPANY,
	SG_HOLDER_TRADING_NAME,
	SG_HOLDER_ACTIVITY,
	SG_HOLDER_SIRET,
	SG_HOLDER_SIREN,
	SG_HOLDER_RAW,
	SG_HOLDER_COLUMNS
};

/* Columns of contact: one row for the holder of one contract. */
enum
{
	SG_CONTACT_POINT_ID,
	SG_CONTACT_DIRECTION,
	SG_CONTACT_PHONE,
	SG_CONTACT_LANDLINE,
	SG_CONTACT_EMAIL,
	SG_CONTACT_RAW,
	SG_CONTACT_COLUMNS
};

/* Columns of connection: one row for one point. */
enum
{
	SG_CONNECTION_POINT_ID,
	SG_CONNECTION_STATE,
	SG_CONNECTION_VOLTAGE_LEVEL,
	SG_CONNECTION_PHASES,
	SG_CONNECTION_CONSUMPTION_POWER,
	SG_CONNECTION_PRODUCTION_POWER,
	SG_CONNECTION_POWER_UNIT,
	SG_CONNECTION_VOLTS,
	SG_CONNECTION_SERIAL,
	SG_CONNECTION_RAW,
	SG_CONNECTION_COLUMNS
};

/* Columns of consent: one row for one right on one point. */
enum
{
	SG_CONSENT_POINT_ID,
	SG_CONSENT_AUTHORISATION,
	SG_CONSENT_ASK_ID,
	SG_CONSENT_CONSENT_ID,
	SG_CONSENT_SERVICE_ID,
	SG_CONSENT_SERVICE,
	SG_CONSENT_KIND,
	SG_CONSENT_STEP,
	SG_CONSENT_STATE,
	SG_CONSENT_CONSUMPTION,
	SG_CONSENT_PRODUCTION,
	SG_CONSENT_STARTS_ON,
	SG_CONSENT_ENDS_ON,
	SG_CONSENT_RAW,
	SG_CONSENT_COLUMNS
};

/* Columns of contract_search: one row for one match of a name, an address, a point. */
enum
{
	SG_SEARCH_POINT_ID,
	SG_SEARCH_NAME,
	SG_SEARCH_ADDRESS,
	SG_SEARCH_CONTRACT_ID,
	SG_SEARCH_HOLDER,
	SG_SEARCH_CATEGORY,
	SG_SEARCH_UNIT,
	SG_SEARCH_BUILDING,
	SG_SEARCH_STREET,
	SG_SEARCH_LOCALITY,
	SG_SEARCH_CITY,
	SG_SEARCH_RAW,
	SG_SEARCH_COLUMNS
};

/* Columns of ask: one row for one consent request. */
enum
{
	SG_ASK_ASK_ID,
	SG_ASK_STATUS,
	SG_ASK_POINTS,
	SG_ASK_ASKED_AT,
	SG_ASK_ACCEPTED_AT,
	SG_ASK_USER_URL,
	SG_ASK_DURATION,
	SG_ASK_TEST,
	SG_ASK_CONTRACTS,
	SG_ASK_RAW,
	SG_ASK_COLUMNS
};

/* Columns of data_order: one row for one order. */
enum
{
	SG_ORDER_ORDER_ID,
	SG_ORDER_STATUS,
	SG_ORDER_REQUESTS,
	SG_ORDER_RAW,
	SG_ORDER_COLUMNS
};

/* Columns of data_request: one row for one request in an order, and contract where its summary tells them apart. */
enum
{
	SG_DEMAND_ORDER_ID,
	SG_DEMAND_REQUEST_ID,
	SG_DEMAND_POSITION,
	SG_DEMAND_TYPE,
	SG_DEMAND_STATUS,
	SG_DEMAND_POINT_ID,
	SG_DEMAND_ORDERED_AT,
	SG_DEMAND_COMPLETED_AT,
	SG_DEMAND_COVERAGE_RATIO,
	SG_DEMAND_HOLES,
	SG_DEMAND_ERROR_MESSAGE,
	SG_DEMAND_RAW,
	SG_DEMAND_COLUMNS
};

/* Columns of flexibility_event: one row for one demand-response event. */
enum
{
	SG_EVENT_EVENT_ID,
	SG_EVENT_STARTS_AT,
	SG_EVENT_ENDS_AT,
	SG_EVENT_SUMMARY,
	SG_EVENT_DESCRIPTION,
	SG_EVENT_RAW,
	SG_EVENT_COLUMNS
};

/* No relation has more columns. */
#define SG_MAX_COLUMNS 24

/* What a column means to the planner: which quals on it become requests. */
typedef enum SgColumnRole
{
	SG_ROLE_PLAIN,
	SG_ROLE_POINT,		   /* =, IN, = ANY: whose data */
	SG_ROLE_DIRECTION,	   /* =, IN: consumption or production */
	SG_ROLE_INSTANT,	   /* ranges of timestamptz: which days */
	SG_ROLE_DAY,		   /* ranges of date: which days */
	SG_ROLE_STEP,		   /* =, IN: which lengths of an interval; the store only */
	SG_ROLE_UNTIL,		   /* plain: the day after the last one that a row is about */
	SG_ROLE_AUTHORISATION, /* =: which consent */
	SG_ROLE_ARGUMENT,	   /* =, IN, <>, NOT IN: a document's filter */
	SG_ROLE_LIST,		   /* = ANY (column), &&, @>, <> ALL: the same; carried as text */
	SG_ROLE_AS_TEXT		   /* plain; rows carry it as the text that its type reads */
} SgColumnRole;

typedef struct SgColumn
{
	const char *name;
	Oid type;
	const char *type_name; /* as SQL writes it */
	SgColumnRole role;
} SgColumn;

/* How a relation lies in time. */
typedef enum SgRelationKind
{
	SG_KIND_SERIES,	 /* values of days that are past */
	SG_KIND_STATE,	 /* what is so now of a point: asked as a whole, and again after a while */
	SG_KIND_DOCUMENT /* what an account has, whatever the points: asked for by clauses of its own */
} SgRelationKind;

typedef struct SgRelation
{
	const char *name;
	SgRelationKind kind;
	const char
		*key; /* columns that tell its rows apart, if it is stored as rows of a series; else NULL */
	const char *replaced_if; /* when a stored row t may be replaced by another one; NULL: always */
	int ncolumns;
	const SgColumn *columns;
} SgRelation;

extern const SgRelation sg_relation_load_curve;
extern const SgRelation sg_relation_daily_energy;
extern const SgRelation sg_relation_daily_max_power;
extern const SgRelation sg_relation_register_reading;
extern const SgRelation sg_relation_quantity_curve;
extern const SgRelation sg_relation_billed_quantity;
extern const SgRelation sg_relation_gas_day;
extern const SgRelation sg_relation_contract;
extern const SgRelation sg_relation_address;
extern const SgRelation sg_relation_holder;
extern const SgRelation sg_relation_contact;
extern const SgRelation sg_relation_connection;
extern const SgRelation sg_relation_consent;
extern const SgRelation sg_relation_contract_search;
extern const SgRelation sg_relation_ask;
extern const SgRelation sg_relation_data_order;
extern const SgRelation sg_relation_data_request;
extern const SgRelation sg_relation_flexibility_event;

/* All relations, NULL at the end. */
extern const SgRelation *const sg_relations[];

/* The relation of that name, or NULL. */
extern const SgRelation *sg_relation_find(const char *name);

/* The names of all relations for a hint, palloc'd: "load_curve, daily_energy, ...". */
extern char *sg_relation_names(void);

/* The index of the column of that name in the relation, or -1. */
extern int sg_relation_column(const SgRelation *relation, const char *name);

/* The index of the first column with that role, or -1. */
extern int sg_relation_role(const SgRelation *relation, SgColumnRole role);

/* Do rows carry the column as the text that its type reads? */
extern bool sg_column_is_text(const SgColumn *column);

/* The only directions there are, and the word for what has none. */
#define SG_CONSUMPTION "consumption"
#define SG_PRODUCTION "production"
#define SG_BOTH "both"

/*
 * The seam between those who read an answer and those who want its rows: called once for each row, with
 * values in the relation's order of columns. By-reference values belong to the caller and live until
 * the call returns. A column of which sg_column_is_text is true is a text, so that reading needs no catalog.
 */
typedef void (*SgEmit)(void *arg, const SgRelation *relation, const Datum *values,
					   const bool *nulls);

#endif
