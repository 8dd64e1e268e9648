/*
 * canned.c
 *		The error answers that the API documents, by code.
 */
#include "simulator.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

const char *const html_page = "<!DOCTYPE html>\n<html><head><title>Request rejected</title></head>"
							  "<body><h1>The requested URL was rejected.</h1></body></html>\n";

/*
 * The first row of a code is what error=CODE answers; other rows of the same
 * code go by a longer name.
 */
static const Canned table[] = {
	{"invalid_request", 400, false, "Invalid_request", "Start date should be before end date.",
	 NULL},
	{"400-start-before-end", 400, false, "Invalid_request", "Start date should be before end date.",
	 NULL},
	{"400-end-in-future", 400, false, "Invalid_request",
	 "The end date parameter must be earlier than the current date", NULL},
	{"400-usage-point-14-digits", 400, false, "Invalid_request",
	 "usage_point_id parameter must be 14 digits long", NULL},
	{"400-usage-point-required", 400, false, "Invalid_request",
	 "usage_point_id parameter is required", NULL},
	{"ADAM-ERR0061", 400, false, "ADAM-ERR0061",
	 "The seeker is not recognized as the actual meter holder", NULL},
	{"ADAM-ERR0069", 400, false, "ADAM-ERR0069",
	 "Le sens de la mesure ne correspond pas pour le PRM demand\303\251.", NULL},
	{"ADAM-ERR0075", 400, false, "ADAM-ERR0075",
	 "The customer objected to the load curve recording", NULL},
	{"ADAM-ERR0123", 400, false, "ADAM-ERR0123",
	 "The requested period cannot be anterior to the meter's last activation date", NULL},
	{"404-adam-err0123", 404, false, "ADAM-ERR0123", "Pas de mesure trouv\303\251e pour ce point",
	 NULL},
	{"ADAM-ERR0125", 400, false, "ADAM-ERR0125",
	 "The start date must be greater than the history deadline.", NULL},
	{"ADAM-DC-0016", 400, false, "ADAM-DC-0016",
	 "The start date must be greater than the history deadline.", NULL},
	{"ADAM-ERR0126", 400, false, "ADAM-ERR0126",
	 "The requested period must be less than 7 days for an access to the load curve.",
	 "https://bluecoder.enedis.fr/api-doc/consulter-souscrire"},
	{"ADAM-DC-0015", 400, false, "ADAM-DC-0015",
	 "The requested period must be less than 7 days for an access to the load curve.", NULL},
	{"ADAM-DC-0007", 403, false, "ADAM-DC-0007", "The customer is not owner of this usage point.",
	 NULL},
	{"400-adam-dc-0007-french", 400, false, "ADAM-DC-0007",
	 "Le client n'est pas titulaire du point demand\303\251.", NULL},
	{"ADAM-DC-0008", 403, false, "ADAM-DC-0008",
	 "No consent can be found for this customer and this usage point.", NULL},
	{"ADAM-DC-0009", 403, false, "ADAM-DC-0009",
	 "The start date of the request must be greater than the consent start date.", NULL},
	{"unauthorized_user", 403, false, "unauthorized_user",
	 "user is not authorized to access this resource", NULL},
	{"access_denied", 403, false, "access_denied", "access_denied", ""},
	{"900908", 403, true, "900908", "Resource forbidden ",
	 "User is NOT authorized to access the Resource. API Subscription validation failed."},
	{"invalid_token", 401, false, "invalid_token", "The access token is invalid or has expired",
	 NULL},
	{"900901", 401, true, "900901", "Invalid Credentials",
	 "Access failure for API. Make sure you have provided the correct security credentials"},
	{"900902", 401, true, "900902", "Missing Credentials",
	 "Access failure for API. Make sure your API invocation carries the credentials"},
	{"401", 401, false, NULL, NULL, NULL},
	{"no_data_found", 404, false, "no_data_found", "no measure found for this usage point", NULL},
	{"STM-ERR-0000014", 404, false, "STM-ERR-0000014", "", NULL},
	{"STM-ERR-0000019", 404, false, "STM-ERR-0000019", "Unknown or unauthorized user", NULL},
	{"STM-ERR-0000020", 404, false, "STM-ERR-0000020", "no measure found for this usage point",
	 NULL},
	{"404", 404, false, NULL, NULL, NULL},
	{"429", 429, false, "429", "Quota Q3 reached  Call threshold allowed on 0:00:01", NULL},
	{"Q3", 429, false, "429", "Quota Q3 reached  Call threshold allowed on 0:00:01", NULL},
	{"429-quota-q3", 429, false, "429", "Quota Q3 reached  Call threshold allowed on 0:00:01",
	 NULL},
	{"Q4", 429, false, "429", "Quota Q4 reached  Call threshold allowed on 0:-30:-40", NULL},
	{"429-quota-q4-negative-delay", 429, false, "429",
	 "Quota Q4 reached  Call threshold allowed on 0:-30:-40", NULL},
	{"900800", 429, true, "900800", "Message throttled out", NULL},
	{"900801", 429, true, "900801", "Message throttled out", NULL},
	{"900802", 429, true, "900802", "Message throttled out", NULL},
	{"900803", 429, true, "900803", "Message throttled out", NULL},
	{"900804", 429, true, "900804", "Message throttled out", NULL},
	{"900805", 429, true, "900805", "Message throttled out", NULL},
	{"900806", 429, true, "900806", "Message throttled out", NULL},
	{"technical_error", 500, false, "technical_error", "Technical error. Please try later.", NULL},
	{"500", 500, false, "technical_error", "Technical error. Please try later.", NULL},
	{"ADAM-DC-0500", 500, false, "ADAM-DC-0500", "Technical Exception", NULL},
	{"STM-ERR-0000001", 500, false, "STM-ERR-0000001", "", NULL},
	{"server_error", 500, false, "server_error", "Technical error. Please try later.", NULL},
	{"lincs-internal-server-error", 500, false, "server_error", "lincs-internal-server-error",
	 NULL},
	{"503", 503, false, "503", "Service unavailable for the moment. Please try later.", NULL},
	/* of Switchgrid: the whole body; the names are those of its example files */
	{"string", 401, false, NULL, "{\"error\":\"Unauthorized\"}", NULL},
	{"message", 500, false, NULL, "{\"message\":\"Something unexpected happened\"}", NULL},
	{"400-issues", 400, false, NULL,
	 "{\"_tag\":\"HttpApiDecodeError\",\"message\":\"is missing at [\\\"name\\\"]\",\"issues\":["
	 "{\"_tag\":\"Missing\",\"path\":[\"name\"],\"message\":\"is missing\"}]}",
	 NULL},
	{"v2-400-validation-array", 400, false, NULL,
	 "{\"error\":[{\"_tag\":\"Missing\",\"path\":[\"consentId\"],\"message\":\"is missing\"}]}",
	 NULL},
	{"gateway-page", 502, false, NULL,
	 "<!DOCTYPE html>\n<html><body><h1>Bad Gateway</h1></body></html>\n", NULL},
	{"page", 200, false, NULL, "<!DOCTYPE html>\n<html><body><h1>Maintenance</h1></body></html>\n",
	 NULL},
	{"plain-text", 503, false, NULL, "upstream connect error or disconnect", NULL},
	{"no-json", 200, false, NULL, "{\"id\": sorry", NULL},
};

/* Codes are written in several ways: case does not count, nor _ against -. */
static bool
same_code(const char *left, size_t length, const char *right)
{
	for (size_t i = 0; i < length; i++)
	{
		int a = left[i] == '_' ? '-' : tolower((unsigned char) left[i]);
		int b = right[i] == '_' ? '-' : tolower((unsigned char) right[i]);

		if (a != b)
			return false;
	}
	return right[length] == '\0';
}

static const Canned *
lookup(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
	{
		if (same_code(name, length, table[i].name))
			return &table[i];
	}
	return NULL;
}

/* By code, or by the name of an example file: [error-]STATUS-CODE[.json]. */
const Canned *
canned_find(const char *name)
{
	size_t length;
	const Canned *found;

	if (strncmp(name, "error-", 6) == 0)
		name += 6;
	length = strlen(name);
	if (length > 5 && strcmp(name + length - 5, ".json") == 0)
		length -= 5;
	found = lookup(name, length);
	if (found == NULL && length > 4 && name[3] == '-' && isdigit((unsigned char) name[0]))
	{
		const char *code = name + 4;

		if (strncmp(code, "wso2-", 5) == 0)
			code += 5;
		found = lookup(code, length - (code - name));
		if (found != NULL && found->status != atoi(name))
			found = NULL;
	}
	return found;
}

static char *
dump(json_t *document)
{
	char *body = must(json_dumps(must(document), JSON_COMPACT));

	json_decref(document);
	return body;
}

char *
canned_error(const char *error, const char *description, bool of_2026)
{
	return dump(json_pack("{s:s, s:s}", of_2026 ? "code" : "error", error,
						  of_2026 ? "message" : "error_description", description));
}

/* Some texts of 2026 are known, and they are not those of v5. */
static const char *
text_of(const Canned *canned, bool of_2026)
{
	if (of_2026 && strcmp(canned->name, "ADAM-DC-0007") == 0)
		return "Le client n'est pas titulaire du point demand\303\251";
	if (of_2026 && strcmp(canned->name, "429") == 0)
		return "SLA d\303\251pass\303\251";
	return canned->text;
}

/* In 2026 one error still came as in v5. */
static bool
shaped_as_2026(const Canned *canned, bool of_2026)
{
	return of_2026 && !(canned->status == 400 && strcmp(canned->code, "ADAM-ERR0123") == 0);
}

static char *
throttled_body(const char *code, int64_t next_access)
{
	time_t at = next_access;
	struct tm tm;
	char when[64];
	char description[160];

	gmtime_r(&at, &tm);
	strftime(when, sizeof(when), "%Y-%b-%d %H:%M:%S+0000 UTC", &tm);
	snprintf(description, sizeof(description),
			 "You have exceeded your quota .You can access API after %s", when);
	return dump(json_pack("{s:s, s:s, s:s, s:s}", "code", code, "message", "Message throttled out",
						  "description", description, "nextAccessTime", when));
}

/* The body to send, to be freed; next_access only serves the gateway's quota. */
char *
canned_body(const Canned *canned, bool of_2026, int64_t next_access)
{
	if (canned->code == NULL && canned->text != NULL)
		return must(strdup(canned->text));
	if (canned->code == NULL)
		return must(strdup(canned->status == 404 ? html_page : ""));
	if (strncmp(canned->code, "90080", 5) == 0)
		return throttled_body(canned->code, next_access);
	if (canned->gateway)
		return dump(json_pack("{s:s, s:s, s:s}", "code", canned->code, "message", canned->text,
							  "description", canned->more));
	if (canned->more != NULL && !of_2026)
		return dump(json_pack("{s:s, s:s, s:s}", "error", canned->code, "error_description",
							  canned->text, "error_uri", canned->more));
	return canned_error(canned->code, text_of(canned, of_2026), shaped_as_2026(canned, of_2026));
}
