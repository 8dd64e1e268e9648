/*
 * consent.c
 *	  The functions around a consent: the page to send a holder to, and what came back.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/clock.h"
#include "catalog/pg_type.h"
#include "engine/profile.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "foreign/foreign.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "store/ask.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "wire/http.h"

PG_FUNCTION_INFO_V1(sg_authorize_url);
PG_FUNCTION_INFO_V1(sg_record_callback);

/* The operator's limits: what the state may hold, and how long a consent may last. */
#define STATE_MAX 100
#define MONTHS_MAX 36
#define DAYS_MAX 1096
#define STATE_BYTES 12

static SgProfile *
profile_of(const char *server)
{
	SgProfile *profile =
		sg_profile_get(GetForeignServerByName(server, false)->serverid, GetUserId());

	sg_profile_check_usage(profile);
	if (profile->api != NULL && profile->api->authorize_path == NULL)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("server \"%s\" has no page on which to consent", profile->name),
						profile->api->asking != NULL
							? errhint("switchgrid.create_ask asks for consents through its API.")
							: 0));
	if (profile->api == NULL || profile->consent_url == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("server \"%s\" has no page on which to consent", server),
				 profile->api != NULL ? errhint("In the sandbox every customer has consented "
												"already; the server option consent_url names "
												"another page.")
									  : 0));
	return profile;
}

/* Today's midnight and so much later. */
static Timestamp
later(const Interval *duration)
{
	Timestamp today = (Timestamp) sg_clock_today() * USECS_PER_DAY;

	return DatumGetTimestamp(DirectFunctionCall2(timestamp_pl_interval, TimestampGetDatum(today),
												 IntervalPGetDatum(duration)));
}

/* The duration as ISO 8601 in whole units: the operator fails on hours. */
static char *
print_duration(const Interval *duration)
{
	Interval longest = {.month = MONTHS_MAX};

	if (duration->time != 0 || duration->month < 0 || duration->day < 0 ||
		(duration->month == 0 && duration->day == 0) || duration->month > MONTHS_MAX ||
		duration->day > DAYS_MAX || later(duration) > later(&longest))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid duration of a consent"),
				 errhint("The duration is whole days, weeks, months or years, at most 3 "
						 "years.")));
	if (duration->day == 0)
		return psprintf("P%dM", duration->month);
	if (duration->month == 0)
		return psprintf("P%dD", duration->day);
	return psprintf("P%dM%dD", duration->month, duration->day);
}

/* A word that nobody can guess: who brings it back was sent by us. */
static char *
make_state(void)
{
	unsigned char bytes[STATE_BYTES];
	char *state = palloc(STATE_BYTES * 2 + 1);

	if (!pg_strong_random(bytes, sizeof(bytes)))
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate a state")));
	for (int i = 0; i < STATE_BYTES; i++)
		snprintf(state + 2 * i, 3, "%02x", bytes[i]);
	return state;
}

static void
check_state(const char *state)
{
	if (state[0] == '\0' || pg_mbstrlen(state) > STATE_MAX)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid state"),
						errhint("A state has 1 to %d characters.", STATE_MAX)));
}

Datum
sg_authorize_url(PG_FUNCTION_ARGS)
{
	SgProfile *profile;
	Interval *duration;
	char *state;
	StringInfoData url;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("server and duration must not be NULL")));
	profile = profile_of(NameStr(*PG_GETARG_NAME(0)));
	duration = PG_GETARG_INTERVAL_P(1);
	state = PG_ARGISNULL(2) ? make_state() : text_to_cstring(PG_GETARG_TEXT_PP(2));
	check_state(state);
	initStringInfo(&url);
	appendStringInfo(&url, "%s%s?client_id=", profile->consent_url, profile->api->authorize_path);
	sg_http_escape(&url, sg_profile_client(profile, false));
	appendStringInfo(&url, "&response_type=code&duration=%s&state=", print_duration(duration));
	sg_http_escape(&url, state);
	SPI_connect();
	sg_ask_begin(profile->name, state, duration);
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text(url.data));
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = pg_tolower((unsigned char) c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The value of a parameter, decoded, palloc'd; NULL if it is absent or empty. */
static char *
parameter(const char *query, const char *name)
{
	size_t len = strlen(name);
	StringInfoData value;

	while (*query != '\0' && (strncmp(query, name, len) != 0 || query[len] != '='))
	{
		query += strcspn(query, "&#");
		query += *query == '&' ? 1 : (int) strlen(query);
	}
	if (*query == '\0')
		return NULL;
	initStringInfo(&value);
	for (query += len + 1; *query != '\0' && *query != '&' && *query != '#'; query++)
	{
		if (*query == '%' && hex_value(query[1]) >= 0 && hex_value(query[2]) >= 0)
		{
			appendStringInfoChar(&value, (char) (hex_value(query[1]) * 16 + hex_value(query[2])));
			query += 2;
		}
		else
			appendStringInfoChar(&value, *query == '+' ? ' ' : *query);
	}
	if (strlen(value.data) != value.len || !pg_verify_mbstr(PG_UTF8, value.data, value.len, true))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("parameter \"%s\" of the callback is not text", name)));
	return value.len == 0 ? NULL : pg_any_to_server(value.data, value.len, PG_UTF8);
}

/* The points of a consent, however they are separated. */
static List *
split_points(const SgApi *api, char *text)
{
	List *points = NIL;
	char *rest = text;
	char *point;

	while (text != NULL && (point = strsep(&rest, ";,")) != NULL)
	{
		while (isspace((unsigned char) *point))
			point++;
		point[strcspn(point, " \t\r\n")] = '\0';
		if (point[0] == '\0')
			continue;
		if (!api->valid_point(point))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("invalid point identifier: \"%s\"", point),
							errhint("%s", api->point_rule)));
		points = lappend(points, point);
	}
	return points;
}

static int64
read_authorisation(const char *text)
{
	char *end;
	int64 number;

	if (text == NULL)
		return 0;
	errno = 0;
	number = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || number <= 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("invalid authorisation number: \"%s\"", text)));
	return number;
}

/* The words in which the operator says that the holder did not want to. */
static bool
is_refusal(const char *word)
{
	return word != NULL &&
		   (strcmp(word, "access_denied") == 0 || strcmp(word, "demande_non_aboutie") == 0);
}

Datum
sg_record_callback(PG_FUNCTION_ARGS)
{
	SgProfile *profile = profile_of(NameStr(*PG_GETARG_NAME(0)));
	char *url = text_to_cstring(PG_GETARG_TEXT_PP(1));
	const char *query = strchr(url, '?') != NULL ? strchr(url, '?') + 1 : url;
	SgAskAnswer answer = {.server = profile->name, .state = parameter(query, "state")};

	answer.error = parameter(query, "error");
	answer.description = parameter(query, "error_description");
	answer.points = split_points(profile->api, parameter(query, "usage_point_id"));
	answer.authorisation = read_authorisation(parameter(query, "autorisation_id"));
	if (answer.state == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the callback has no state"),
				 errhint("Give the whole URL at which the holder's browser came back.")));
	if (answer.error == NULL && answer.points == NIL && answer.authorisation == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the callback tells no outcome"),
				 errdetail("It has neither usage_point_id, autorisation_id nor error.")));
	answer.outcome = "given";
	if (answer.error != NULL)
		answer.outcome =
			is_refusal(answer.error) || is_refusal(answer.description) ? "refused" : "failed";
	SPI_connect();
	sg_ask_answer(&answer);
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text(answer.outcome));
}
