/*
 * described.c
 *	  What relations and columns are, in words.
 */
#include "postgres.h"

#include "described.h"

#define RAW_TEXT "All that the API said of it."

static const char *const contract_search_texts[SG_SEARCH_COLUMNS] = {
	[SG_SEARCH_POINT_ID] = "Delivery point of the contract: PRM, 14 digits.",
	[SG_SEARCH_NAME] = "The name that was searched for; NULL without.",
	[SG_SEARCH_ADDRESS] = "The address that was searched for; NULL without.",
	[SG_SEARCH_CONTRACT_ID] = "The API's name of the contract, with which an ask names it.",
	[SG_SEARCH_HOLDER] = "The holder as the operator writes it.",
	[SG_SEARCH_CATEGORY] = "The operator's code of the kind of holder.",
	[SG_SEARCH_UNIT] = "Staircase, floor, apartment.",
	[SG_SEARCH_BUILDING] = "Building.",
	[SG_SEARCH_STREET] = "Number and street.",
	[SG_SEARCH_LOCALITY] = "Locality (lieu-dit).",
	[SG_SEARCH_CITY] = "Postal code and town.",
	[SG_SEARCH_RAW] = RAW_TEXT,
};

static const char *const ask_texts[SG_ASK_COLUMNS] = {
	[SG_ASK_ASK_ID] = "The API's name of the ask.",
	[SG_ASK_STATUS] = "The API's word: PENDING_USER_ACTION, ACCEPTED, NOT_VALID, ...",
	[SG_ASK_POINTS] = "Points that the ask is for.",
	[SG_ASK_ASKED_AT] = "When it was asked.",
	[SG_ASK_ACCEPTED_AT] = "When the holder consented.",
	[SG_ASK_USER_URL] = "Where the holder signs.",
	[SG_ASK_DURATION] = "How long the consent is to last.",
	[SG_ASK_TEST] = "Was it asked in the test environment?",
	[SG_ASK_CONTRACTS] = "The contracts of the ask: id, point_id, status, consent_id.",
	[SG_ASK_RAW] = RAW_TEXT,
};

static const char *const data_order_texts[SG_ORDER_COLUMNS] = {
	[SG_ORDER_ORDER_ID] = "The API's name of the order.",
	[SG_ORDER_STATUS] = "The API's word: PENDING_REQUESTS, SUCCESS, ...",
	[SG_ORDER_REQUESTS] = "How many requests are in it.",
	[SG_ORDER_RAW] = "All that the API said of the order itself.",
};

static const char *const data_request_texts[SG_DEMAND_COLUMNS] = {
	[SG_DEMAND_ORDER_ID] = "The API's name of its order.",
	[SG_DEMAND_REQUEST_ID] = "The API's name of the request.",
	[SG_DEMAND_POSITION] = "Its place in the order, from 0.",
	[SG_DEMAND_TYPE] = "Kind of data: LOADCURVE, R63, R64, R65, R66, R67, C68_ASYNC, ...",
	[SG_DEMAND_STATUS] = "The API's word: PENDING, SUCCESS, FAILED, ...",
	[SG_DEMAND_POINT_ID] = "Delivery point: PRM, 14 digits; NULL where the API does not say.",
	[SG_DEMAND_ORDERED_AT] = "When the operator took it up.",
	[SG_DEMAND_COMPLETED_AT] = "When the operator was done with it.",
	[SG_DEMAND_COVERAGE_RATIO] = "How much of the span has data, 0 to 1.",
	[SG_DEMAND_HOLES] = "Spans without data.",
	[SG_DEMAND_ERROR_MESSAGE] = "The API's words, if it failed.",
	[SG_DEMAND_RAW] = RAW_TEXT,
};

static const char *const flexibility_event_texts[SG_EVENT_COLUMNS] = {
	[SG_EVENT_EVENT_ID] = "The API's name of the event.",
	[SG_EVENT_STARTS_AT] = "When it begins.",
	[SG_EVENT_ENDS_AT] = "When it ends.",
	[SG_EVENT_SUMMARY] = "What it is, in a few words.",
	[SG_EVENT_DESCRIPTION] = "What it is, at length.",
	[SG_EVENT_RAW] = RAW_TEXT,
};

#define SERIES_OR_STATE(name, text)       \
	{                                     \
		&sg_relation_##name, (text), NULL \
	}
#define DOCUMENT(name, text)                      \
	{                                             \
		&sg_relation_##name, (text), name##_texts \
	}

static const struct
{
	const SgRelation *relation;
	const char *text;
	const char *const *columns; /* in the relation's order; NULL: the native table has them */
} described[] = {
	SERIES_OR_STATE(load_curve, "Load curves: one row for an interval that has a value."),
	SERIES_OR_STATE(daily_energy,
					"Daily energies: one row for a point, direction and civil day in Paris."),
	SERIES_OR_STATE(daily_max_power, "Daily peaks of apparent power: one row for a point, "
									 "direction and civil day in Paris."),
	SERIES_OR_STATE(register_reading, "Readings of the meter's registers (index): one row for a "
									  "register and an instant."),
	SERIES_OR_STATE(quantity_curve, "Curves of quantities other than active power: one row for "
									"an interval that has a value."),
	SERIES_OR_STATE(billed_quantity,
					"Quantities that were billed: one row for a class and a period."),
	SERIES_OR_STATE(gas_day, "Gas days, from 06:00 to 06:00 in Paris: one row "
							 "for a point and day."),
	SERIES_OR_STATE(contract, "Contracts as they are now: one row for a point and direction."),
	SERIES_OR_STATE(address, "Addresses as they are now: one row for a point."),
	SERIES_OR_STATE(holder, "Who holds the contracts now: one row for a point and direction."),
	SERIES_OR_STATE(contact, "How the holders of contracts can be reached now: one row for a "
							 "point and direction."),
	SERIES_OR_STATE(connection,
					"How points are connected to the network now: one row for a point."),
	SERIES_OR_STATE(consent, "Rights on points as they are now: one row for a right."),
	DOCUMENT(contract_search, "Contracts found by a name, an address or a point: one row for a "
							  "match."),
	DOCUMENT(ask, "Consents that holders were asked for: one row for an ask."),
	DOCUMENT(data_order, "Orders of data: one row for an order."),
	DOCUMENT(data_request, "Requests in orders of data: one row for a point, kind and span."),
	DOCUMENT(flexibility_event, "Demand-response events: one row for an event."),
};

char *
sg_described_relation(const SgRelation *relation)
{
	for (int i = 0; i < lengthof(described); i++)
		if (described[i].relation == relation)
			return described[i].columns != NULL
					   ? psprintf("%s Live: a query asks the API for what its clauses name.",
								  described[i].text)
					   : psprintf("%s Live: a query asks the API for the points that it names; "
								  "switchgrid.%s is what is stored.",
								  described[i].text, relation->name);
	return NULL;
}

const char *
sg_described_column(const SgRelation *relation, const char *column)
{
	int n = sg_relation_column(relation, column);

	for (int i = 0; i < lengthof(described) && n >= 0; i++)
		if (described[i].relation == relation && described[i].columns != NULL)
			return described[i].columns[n];
	return NULL;
}
