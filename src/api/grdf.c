/*
 * grdf.c
 *	  GRDF ADICT: its endpoints and their URLs.
 */
#include "postgres.h"

#include "base/clock.h"
#include "gas.h"
#include "grdf.h"
#include "wire/http.h"

/* A meter that is read twice a year makes the longest periods between two published readings. */
#define LONGEST_PERIOD 190

/* The point stands in the path. */
static void
point_url(const SgRequest *request, StringInfo out)
{
	appendStringInfoString(out, "/pce/");
	sg_http_escape(out, request->point);
	appendStringInfo(out, "/%s", request->endpoint->path);
}

/* The end is excluded, here as there. */
static void
add_window(SgDays days, StringInfo out)
{
	char day[SG_DAY_LEN];

	appendStringInfo(out, "?date_debut=%s", sg_clock_print_day(day, days.from));
	appendStringInfo(out, "&date_fin=%s", sg_clock_print_day(day, days.until));
}

static void
days_url(const SgRequest *request, StringInfo out)
{
	point_url(request, out);
	add_window(request->days, out);
}

/*
 * Nobody says whether a period is given that only overlaps the window: it is widened, so that all that do lie in it
 * whole. What was published late is among them, and not left out: its days may not be asked for again.
 */
static void
periods_url(const SgRequest *request, StringInfo out)
{
	SgDays wide = {request->days.from - LONGEST_PERIOD, request->days.until + LONGEST_PERIOD};

	point_url(request, out);
	add_window(sg_days_intersect(wide, sg_endpoint_history(request->endpoint, sg_clock_today())),
			   out);
}

static void
rights_url(const SgRequest *request, StringInfo out)
{
	appendStringInfo(out, "/%s", request->endpoint->path);
}

/* Points are digits, or GI and digits: nothing to escape. */
static char *
rights_body(const SgRequest *request)
{
	return request->point[0] != '\0' ? psprintf("{\"id_pce\": [\"%s\"]}", request->point)
									 : pstrdup("{}");
}

#define SERIES(word, relation, way, days, months, make_url, read)                          \
	{                                                                                      \
		.name = (word), .relations = {&(relation)}, .direction = (way), .path = (word),    \
		.max_days = (days), .keep_months = (months), .rows_per_day = 1, .url = (make_url), \
		.decode = (read)                                                                   \
	}
#define DOCUMENT(word, activation, make_url, make_body, read, ...)                                 \
	{                                                                                              \
		.name = (word), .relations = {__VA_ARGS__}, .path = (word), .rows_per_day = 1,             \
		.url = (make_url), .body = (make_body), .tells_activation = (activation), .decode = (read) \
	}

/*
 * No longest window is known: a year of days, leap or not, is an answer of half a megabyte, and three are the whole
 * history. Published readings are few: their whole history is one request, and none is given twice by two windows.
 */
static const SgEndpoint endpoints[] = {
	SERIES("donnees_consos_informatives", sg_relation_gas_day, SG_CONSUMPTION, 366, 36, days_url,
		   sg_gas_days),
	SERIES("donnees_consos_publiees", sg_relation_billed_quantity, SG_CONSUMPTION, 0, 60,
		   periods_url, sg_grdf_billed),
	SERIES("donnees_injections_publiees", sg_relation_billed_quantity, SG_PRODUCTION, 0, 60,
		   periods_url, sg_grdf_billed),
	DOCUMENT("donnees_contractuelles", true, point_url, NULL, sg_grdf_contract,
			 &sg_relation_contract),
	DOCUMENT("donnees_techniques", false, point_url, NULL, sg_grdf_technical,
			 &sg_relation_connection, &sg_relation_address),
	DOCUMENT("droits_acces", false, rights_url, rights_body, sg_grdf_rights, &sg_relation_consent),
};

#define ALL_BUT(columns, filled) ((SG_COLUMN_BIT(columns) - 1) & ~(filled))

static const SgSilence silences[] = {
	{&sg_relation_contract,
	 ALL_BUT(SG_CONTRACT_COLUMNS,
			 SG_COLUMN_BIT(SG_CONTRACT_POINT_ID) | SG_COLUMN_BIT(SG_CONTRACT_DIRECTION) |
				 SG_COLUMN_BIT(SG_CONTRACT_TARIFF) | SG_COLUMN_BIT(SG_CONTRACT_ACTIVATED_ON) |
				 SG_COLUMN_BIT(SG_CONTRACT_REFERENCE_KWH) | SG_COLUMN_BIT(SG_CONTRACT_RAW))},
	{&sg_relation_connection,
	 ALL_BUT(SG_CONNECTION_COLUMNS, SG_COLUMN_BIT(SG_CONNECTION_POINT_ID) |
										SG_COLUMN_BIT(SG_CONNECTION_SERIAL) |
										SG_COLUMN_BIT(SG_CONNECTION_RAW))},
	{&sg_relation_address,
	 ALL_BUT(SG_ADDRESS_COLUMNS,
			 SG_COLUMN_BIT(SG_ADDRESS_POINT_ID) | SG_COLUMN_BIT(SG_ADDRESS_STREET) |
				 SG_COLUMN_BIT(SG_ADDRESS_UNIT) | SG_COLUMN_BIT(SG_ADDRESS_POSTAL_CODE) |
				 SG_COLUMN_BIT(SG_ADDRESS_CITY) | SG_COLUMN_BIT(SG_ADDRESS_RAW))},
	{NULL, 0},
};

const SgApi sg_api_grdf = {
	.name = "grdf",
	.generation = "v2",
	.base_url = "https://api.grdf.fr/adict/v2",
	.sandbox_url = "https://api.grdf.fr/adict/bas/v6",
	.token_url = "https://adict-connexion.grdf.fr",
	.token_path = "/oauth2/aus5y2ta2uEHjCWIR417/v1/token",
	.token_scope = "/adict/v2",
	.sandbox_scope = "/adict/bas/v6",
	/* nothing is published: what the clients that there are keep to */
	.per_second = 1,
	.per_hour = 0,
	.endpoints = endpoints,
	.nendpoints = lengthof(endpoints),
	.silences = silences,
	.classify = sg_grdf_classify,
	.valid_point = sg_gas_valid_point,
	.point_rule = SG_GAS_POINT_RULE,
};
