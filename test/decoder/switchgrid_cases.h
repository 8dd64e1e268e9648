/*-------------------------------------------------------------------------
 *
 * switchgrid_cases.h
 *	  Bodies as Switchgrid sends them, and what must come of them, for
 *	  switchgrid_answers.c.
 *
 * A row is its columns but raw, a name and a value each, instants in seconds;
 * a fault is its name after an exclamation mark, its code and its text.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SWITCHGRID_CASES_H
#define SWITCHGRID_CASES_H

#include "postgres.h"
#include "api/endpoint.h"

#define POINT "99900000000101"
#define OTHER "99900000000202"

/* A question: an endpoint, and what is asked of it. */
typedef struct Asked
{
	const SgApi *api;
	const SgRelation *relation;
	int column; /* that a clause names a text of */
	const char *text;
} Asked;

#define ACCEPTED                                                                         \
	"{\"id\":\"a1\",\"createdAt\":\"2025-01-10T09:15:00.000Z\",\"status\":\"ACCEPTED\"," \
	"\"acceptedAt\":\"2025-01-10T23:42:11.000Z\",\"createArgs\":{\"scopesAndPurpose\":"  \
	"[{\"scopes\":[{\"args\":{\"directions\":[\"SOUTIRAGE\"]}}]}],"                      \
	"\"consentDuration\":\"2 weeks\"},\"consentIds\":{\"" POINT "\":\"ce\"},"            \
	"\"contracts\":[{\"id\":\"c1\",\"prm\":\"" POINT "\"}]}"
#define PAGE(asks) "{\"skip\":0,\"totalItemsCount\":1,\"items\":[" asks "]}"
#define SUMMARY                                                                             \
	"{\"id\":\"d\",\"status\":\"SUCCESS\",\"requests\":[{\"id\":\"r\",\"type\":\"R65\","    \
	"\"status\":\"SUCCESS\",\"orderedAt\":null,\"completedAt\":null,\"errorMessage\":null," \
	"\"summaryPerContract\":[{\"prm\":\"" POINT "\",\"timeRangeCoverageRatio\":0.5,"        \
	"\"holes\":[\"a\\\"b\"],\"fileUrl\":\"https://x/1\",\"errorMessage\":\"\"},"            \
	"{\"prm\":\"" OTHER "\",\"timeRangeCoverageRatio\":\"0\",\"holes\":[],"                 \
	"\"errorMessage\":\"rien\"}]}]}"
#define FOUND                                                                                \
	"{\"results\":[{\"nomClientFinalOuDenominationSociale\":\"E\",\"id\":\"c1\","            \
	"\"prm\":\"" POINT "\",\"categorieClientFinalCode\":\"RES\","                            \
	"\"adresseInstallationNormalisee\":{\"ligne2\":\"2\",\"ligne3\":\"3\",\"ligne4\":\"4\"," \
	"\"ligne5\":\"5\",\"ligne6\":\"6\"}}]}"
#define EVENT                                                                         \
	"{\"events\":[{\"eventId\":\"e\",\"startUtc\":\"2000-01-01T01:00:00.000+01:00\"," \
	"\"endUtc\":\"2000-01-01T02:00:00+01:00\",\"summary\":\"s\",\"description\":\"d\"}]}"

#define V2 &sg_api_switchgrid_v2
#define V0 &sg_api_switchgrid_v0

static const struct
{
	const char *name;
	Asked asked;
	const char *body;
	const char *expected;
} documents[] = {
	{"a search repeats what was asked",
	 {V2, &sg_relation_contract_search, SG_SEARCH_NAME, "Jean"},
	 FOUND,
	 "point_id=" POINT " name=Jean contract_id=c1 holder=E category=RES unit=2 building=3 "
	 "street=4 locality=5 city=6"},
	{"nothing found is no row",
	 {V0, &sg_relation_contract_search, 0, NULL},
	 "{\"results\":[]}",
	 ""},
	{"an event's times have an offset",
	 {V2, &sg_relation_flexibility_event, 0, NULL},
	 EVENT,
	 "event_id=e starts_at=0 ends_at=3600 summary=s description=d"},
	{"an ask by its name",
	 {V2, &sg_relation_ask, SG_ASK_ASK_ID, "a1"},
	 ACCEPTED,
	 "ask_id=a1 status=ACCEPTED points={\"" POINT "\"} asked_at=789815700 accepted_at=789867731 "
	 "duration=2 weeks contracts=[{\"id\":\"c1\",\"point_id\":\"" POINT
	 "\",\"consent_id\":\"ce\"}]"},
	{"a right begins on the day in Paris on which it was given",
	 {V2, &sg_relation_consent, 0, NULL},
	 PAGE(ACCEPTED),
	 "point_id=" POINT " ask_id=a1 consent_id=ce state=ACCEPTED consumption=t production=f "
	 "starts_on=2025-01-11 ends_on=2025-01-24"},
	{"an ask of the latest generation stands for its consents",
	 {V0, &sg_relation_consent, 0, NULL},
	 PAGE("{\"id\":\"a2\",\"status\":\"REVOKED\",\"acceptedAt\":\"2025-06-10T09:42:11Z\"}"),
	 "point_id=" POINT " ask_id=a2 consent_id=a2 state=REVOKED starts_on=2025-06-10"},
	{"what was never accepted is no right",
	 {V0, &sg_relation_consent, 0, NULL},
	 PAGE("{\"id\":\"a2\",\"status\":\"EXPIRED\",\"acceptedAt\":null}"),
	 ""},
	{"another point's right is not this one's",
	 {V0, &sg_relation_consent, 0, NULL},
	 PAGE("{\"id\":\"a2\",\"status\":\"ACCEPTED\",\"contracts\":[{\"deliveryPointId\":\"" OTHER
		  "\"}]}"),
	 ""},
	{"an ask without points among those of other points is in doubt",
	 {V0, &sg_relation_consent, 0, NULL},
	 PAGE("{\"id\":\"a2\",\"status\":\"ACCEPTED\"},"
		  "{\"id\":\"a3\",\"status\":\"CREATED\",\"contracts\":[{\"deliveryPointId\":\"" OTHER
		  "\"}]}"),
	 "!shape : An ask does not name its points, and others name other points than the one that was "
	 "asked for."},
	{"a page that lacks asks is a fault",
	 {V2, &sg_relation_ask, 0, NULL},
	 PAGE(""),
	 "!shape : The page after 0 of 1 asks is empty."},
	{"an order",
	 {V2, &sg_relation_data_order, SG_ORDER_ORDER_ID, "d"},
	 SUMMARY,
	 "order_id=d status=SUCCESS requests=1"},
	{"a request, contract by contract",
	 {V2, &sg_relation_data_request, SG_DEMAND_ORDER_ID, "d"},
	 SUMMARY,
	 "order_id=d request_id=r position=0 type=R65 status=SUCCESS point_id=" POINT
	 " coverage_ratio=0.5 holes={\"a\\\"b\"}; order_id=d request_id=r position=0 type=R65 "
	 "status=SUCCESS point_id=" OTHER " coverage_ratio=0 holes={} error_message=rien"},
};

static const struct
{
	const char *name;
	const char *body;
	const char *expected;
} asks[] = {
	{"accepted", ACCEPTED, "ACCEPTED stage=1 revoked=0; " POINT " c1 - ce"},
	{"consents by contract",
	 "{\"id\":\"a\",\"status\":\"ACCEPTED\",\"consentIds\":{\"c1\":\"ce\"},"
	 "\"contracts\":[{\"id\":\"c1\",\"prm\":\"" POINT "\"},{\"id\":\"c2\",\"prm\":\"" OTHER "\"}]}",
	 "ACCEPTED stage=1 revoked=0; " POINT " c1 - ce; " OTHER " c2 - -"},
	{"the only consent is the only contract's",
	 "{\"id\":\"a\",\"status\":\"ACCEPTED\",\"consentIds\":{\"whatever\":\"ce\"},"
	 "\"createArgs\":{\"electricityContracts\":[\"c1\"]}}",
	 "ACCEPTED stage=1 revoked=0; - c1 - ce"},
	{"what failed may have been asked for only",
	 "{\"id\":\"a\",\"status\":\"ADDRESS_CHECK_FAILED\",\"contracts\":[],\"consentIds\":{},"
	 "\"addressCheckResults\":{\"" POINT "\":{\"status\":\"FAILURE\"}},"
	 "\"createArgs\":{\"electricityContracts\":[{\"prm\":\"" POINT "\"}]}}",
	 "ADDRESS_CHECK_FAILED stage=2 revoked=0; " POINT " - FAILURE -"},
	{"revoked comes before accepted",
	 "{\"id\":\"a\",\"status\":\"REVOKED\",\"acceptedAt\":\"2025-01-10T09:42:11Z\"}",
	 "REVOKED stage=2 revoked=1"},
	{"what is not valid can be mended", "{\"id\":\"a\",\"status\":\"NOT_VALID\"}",
	 "NOT_VALID stage=0 revoked=0"},
	{"accepted by its date",
	 "{\"id\":\"a\",\"status\":\"NEW\",\"acceptedAt\":\"2025-01-10T09:42:11Z\"}",
	 "NEW stage=1 revoked=0"},
	{"no ask", "{\"items\":[]}", "!shape : An ask has no \"id\" or no \"status\"."},
};

#define ONE(status, more)                                                                     \
	"{\"id\":\"d\",\"status\":\"X\",\"requests\":[{\"id\":\"r\",\"type\":\"R63\",\"status\":" \
	"\"" status "\"" more "}]}"

static const struct
{
	const char *name;
	const char *body;
	const char *expected;
} orders[] = {
	{"a name alone", "{\"orderId\":\"d\"}", "d stage=0"},
	{"a link", ONE("SUCCESS", ",\"dataUrl\":\"https://x/1\""),
	 "d stage=1; R63 stage=1 link=https://x/1"},
	{"a list of links", ONE("SUCCESS", ",\"dataUrl\":null,\"dataUrls\":[\"https://x/2\"]"),
	 "d stage=1; R63 stage=1 link=https://x/2"},
	{"a link in a summary", SUMMARY, "d stage=1; R65 stage=1 link=https://x/1 ratio=0.5 holes=1"},
	{"a curve", ONE("SUCCESS", ",\"loadCurve\":{\"values\":[1,null]}"),
	 "d stage=1; R63 stage=1 link=- curve={\"values\":[1,null]}"},
	{"nothing to fetch", ONE("SUCCESS", ""), "d stage=1; R63 stage=1 link=-"},
	{"an unknown word is no end", ONE("QUEUED", ""), "d stage=0; R63 stage=0 link=-"},
	{"the daily limit", ONE("FAILED", ",\"errorMessage\":\"Erreur SGT720: quota\""),
	 "d stage=1; R63 stage=2 link=- daily limit SGT720"},
	{"the same code for nothing", ONE("FAILED", ",\"errorMessage\":\"SGT720: Aucune mesure\""),
	 "d stage=1; R63 stage=2 link=- empty SGT720"},
	{"a span that is too long", ONE("FAILED", ",\"errorMessage\":\"SGT4L8 trop long\""),
	 "d stage=1; R63 stage=2 link=- request SGT4L8"},
	{"no service", ONE("FAILED", ",\"errorMessage\":\"SGT211\""),
	 "d stage=1; R63 stage=2 link=- not recorded SGT211"},
	{"no consent", ONE("FAILED", ",\"errorMessage\":\"Droit R\u00c9VOQU\u00c9\""),
	 "d stage=1; R63 stage=2 link=- consent "},
	{"a cause is not a revocation", ONE("FAILED", ",\"errorMessage\":\"provoqu\u00e9\""),
	 "d stage=1; R63 stage=2 link=- server "},
	{"no reason", ONE("FAILED", ""), "d stage=1; R63 stage=2 link=- server "},
	{"nothing will come",
	 "{\"id\":\"d\",\"status\":\"ADDRESS_CHECK_FAILED\",\"requests\":[{\"id\":\"r\",\"type\":"
	 "\"R63\","
	 "\"status\":\"NOT_STARTED\"}]}",
	 "d stage=2; R63 stage=2 link=- consent ADDRESS_CHECK_FAILED"},
	{"no order", "{\"message\":\"x\"}", "!shape : An order has no \"id\"."},
};

static const struct
{
	int status;
	const char *body;
	const char *expected;
} errors[] = {
	{400,
	 "{\"error\":[{\"_tag\":\"Missing\",\"path\":[\"requests\",0,\"type\"],\"message\":\"is "
	 "missing\"}]}",
	 "!request Missing: HTTP status 400: is missing (at requests.0.type)"},
	{401, "{\"error\":\"Unauthorized\"}", "!token : HTTP status 401: Unauthorized"},
	{403, "{\"message\":\"Consent revoked\"}", "!consent : HTTP status 403: Consent revoked"},
	{403, "Forbidden", "!token : HTTP status 403: Forbidden"},
	{403, "<html><title>Cookie consent</title>",
	 "!shape : HTTP status 403, a page of HTML with the title: Cookie consent"},
	{404, "{\"message\":\"no order 99900000000101\"}", "!request : HTTP status 404: no order ***"},
	{415, "", "!request : HTTP status 415, with an empty body."},
	{422,
	 "{\"message\":\"m\",\"issues\":[{\"path\":[\"a\",0],\"message\":\"n\"},{\"path\":[\"b\"]}]}",
	 "!request : HTTP status 422: m (at a.0)"},
	{429, "{}", "!throttled : HTTP status 429: {}"},
	{500, "{\"message\":\"Something unexpected happened\"}",
	 "!server : HTTP status 500: Something unexpected happened"},
	{502, "\n<!DOCTYPE html>",
	 "!server : HTTP status 502, a page of HTML that begins with: .<!DOCTYPE html>"},
};

#define ADDRESS "\"address\":{\"street\":\"s \\\"q\\\"\",\"postal_code\":\"1\",\"city\":\"c\"}"

static const struct
{
	const SgApi *api;
	const char *contracts;
	const char *begins; /* what is sent, or the error */
} asked[] = {
	{V2, "[{\"id\":\"c1\"}]", "{\"electricityContracts\":[\"c1\"],\"consentCollectionMedium\":"},
	{V0, "[{\"id\":\"c1\"}]", "{\"contracts\":[\"c1\"],\"consentCollectionMedium\":"},
	{V2,
	 "[{\"point_id\":\"" POINT "\",\"holder\":{\"company\":\"A\",\"siret\":\"0\"}," ADDRESS "}]",
	 "{\"electricityContracts\":[{\"prm\":\"" POINT
	 "\",\"heldBy\":{\"name\":\"A\",\"siret\":\"0\"},"
	 "\"address\":{\"street\":\"s \\\"q\\\"\",\"postalCode\":\"1\",\"city\":\"c\","
	 "\"country\":\"France\"}}]"},
	{V0,
	 "[{\"point_id\":\"GI123456\",\"holder\":{\"first_name\":\"A\",\"last_name\":\"B\"}," ADDRESS
	 "}]",
	 "{\"contracts\":[{\"_energyType\":\"gas\",\"deliveryPointId\":\"GI123456\",\"holder\":"
	 "{\"_tag\":\"NaturalPerson\",\"fullName\":\"A B\"},\"address\":{\"rueEtNumero\":\"s "
	 "\\\"q\\\"\",\"codePostal\":\"1\",\"commune\":\"c\"}}]"},
	{V2, "[{\"point_id\":\"GI123456\",\"holder\":{}," ADDRESS "}]",
	 "error: cannot ask for a consent: generation v2 has electricity only"},
	{V2, "[{\"point_id\":\"" POINT "\",\"holder\":{\"company\":\"A\"}," ADDRESS "}]",
	 "error: cannot ask for a consent: a company has no \"siret\""},
	{V2, "[{\"point_id\":\"" POINT "\",\"holder\":{\"first_name\":\"A\",\"last_name\":\"B\"}}]",
	 "error: cannot ask for a consent: a holder has no \"title\""},
	{V0, "[{\"point\":\"" POINT "\"}]",
	 "error: cannot ask for a consent: a contract has an unknown member"},
	{V0, "[{}]", "error: cannot ask for a consent: a contract without \"id\" has no \"point_id\""},
	{V0, "[]", "error: cannot ask for a consent: there are no contracts"},
};

#endif
