/*-------------------------------------------------------------------------
 *
 * test_documents.c
 *	  What no example shows of contracts, readings and errors, and must be right all the same.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "cases.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

static Question
ask(const char *generation, const char *endpoint)
{
	Question question;

	MUST(
		harness_ask(&question, generation, endpoint, "00000000000017", "2026-03-01", "2026-03-08"));
	return question;
}

static void
run(const char *generation, const char *endpoint, const char *const *columns, const Case *cases,
	int n)
{
	Question question = ask(generation, endpoint);

	cases_columns = columns;
	cases_run(&question, cases, n);
}

/* ---------------------------------------------------------------- contracts */

#define USAGE(point, contract) \
	"{\"usage_point\":{\"usage_point_id\":\"" point "\"},\"contracts\":{" contract "}}"
#define CONTRACTS(list) "{\"customer\":{\"usage_points\":[" list "]}}"
#define CONTRACT(members) CONTRACTS(USAGE("00000000000017", members))
#define POWER(text) CONTRACT("\"subscribed_power\":" text)
#define HOURS(text) CONTRACT("\"offpeak_hours\":\"" text "\"")
#define SINCE(text) CONTRACT("\"last_activation_date\":" text)

static const char *const contract_columns[] = {"subscribed_power", "power_unit", "offpeak_minutes",
											   "activated_on", NULL};

static const Case contracts[] = {
	{"power and unit", POWER("\"9 kVA\""), "subscribed_power=9 power_unit=kVA"},
	{"power without a space", POWER("\"36kVA\""), "subscribed_power=36 power_unit=kVA"},
	{"power without a unit", POWER("\"12\""), "subscribed_power=12"},
	{"power as a number", POWER("12"), "subscribed_power=12"},
	{"power null", POWER("null"), ""},
	{"power as a word", POWER("\"nine kVA\""), "!shape"},
	{"power below zero", POWER("\"-9 kVA\""), "!shape"},
	{"power beyond reason", POWER("\"1e300 kVA\""), "!shape"},
	{"power with a comma", POWER("\"9,5 kVA\""), "!shape"},
	{"power in hexadecimal", POWER("\"0x10 kVA\""), "!shape"},
	{"hours with a small h", HOURS("HC (23h00-7h30)"), "offpeak_minutes={[1380,1440),[0,450)}"},
	{"hours without minutes", HOURS("HC (2H-7H)"), "offpeak_minutes={[120,420)}"},
	{"two windows", HOURS("HC (2H00-7H00;13H30-16H30)"), "offpeak_minutes={[120,420),[810,990)}"},
	{"two windows with a plus", HOURS("HC (22H50-6H50 + 12H-14H)"),
	 "offpeak_minutes={[1370,1440),[0,410),[720,840)}"},
	{"until midnight", HOURS("HC (16H00-24H00)"), "offpeak_minutes={[960,1440)}"},
	{"from midnight", HOURS("HC (0H00-8H00)"), "offpeak_minutes={[0,480)}"},
	{"hours that are none", HOURS("HC (25H00-26H00)"), ""},
	{"minutes that are none", HOURS("HC (1H75-2H80)"), ""},
	{"hours beyond any number", HOURS("99999999999999999999H00-1H00"), ""},
	{"a beginning alone", HOURS("HC (22H30-"), ""},
	{"no hours", HOURS("heures creuses"), ""},
	{"a date with an offset", SINCE("\"2021-03-15+01:00\""), "activated_on=03-15"},
	{"a date with a time", SINCE("\"2021-03-15T00:00:00+0100\""), "activated_on=03-15"},
	{"a date alone", SINCE("\"2021-03-15\""), "activated_on=03-15"},
	{"a date that is none", SINCE("\"2021-02-30\""), "!shape"},
	{"a date with a longer day", SINCE("\"2021-03-150\""), "!shape"},
	{"a date as a number", SINCE("20210315"), "!shape"},
	{"no date", SINCE("\"\""), ""},
	{"of several points the one that was asked for",
	 CONTRACTS(USAGE("00000000000018", "\"subscribed_power\":\"6 kVA\"") "," USAGE(
		 "00000000000017", "\"subscribed_power\":\"9 kVA\"")),
	 "subscribed_power=9 power_unit=kVA"},
	{"none of the points", CONTRACTS(USAGE("00000000000018", "")), "!shape"},
	{"no point", CONTRACTS(""), "!shape"},
	{"a member twice", CONTRACT("\"segment\":\"C5\",\"segment\":\"C4\""), "!shape"},
	{"\\u0000", CONTRACT("\"segment\":\"C\\u0000\""), "!shape"},
	{"a surrogate alone", CONTRACT("\"segment\":\"\\ud83d\""), "!shape"},
	{"a byte that is not UTF-8", CONTRACT("\"segment\":\"\xff\""), "!shape"},
	{"a page", "<html></html>", "!shape"},
	{"nothing", "", "!shape"},
};

static const char *const holder_columns[] = {"last_name", "company", NULL};

#define PERSON "\"identity\":{\"natural_person\":{\"lastname\":\"Exemple\"}}"

static const Case holders[] = {
	{"in an array", "[{" PERSON "}]", "last_name=Exemple"},
	{"in \"customer\"", "{\"customer\":{" PERSON "}}", "last_name=Exemple"},
	{"both a person and a company",
	 "{\"identity\":{\"natural_person\":{\"lastname\":\"A\"},\"legal_entity\":{\"name\":\"B\"}}}",
	 "last_name=A company=B"},
	{"neither", "{\"identity\":{}}", "!shape"},
	{"no identity", "{}", "!shape"},
	{"two in an array", "[{" PERSON "},{" PERSON "}]", "!shape"},
};

static const char *const synthesis_columns[] = {"direction", "communicating", NULL};

#define SYNTHESIS(level) "{\"segments\":[\"C5\"],\"services_level\":" level "}"
#define BOTH(flag) \
	"direction=consumption communicating=" flag "; direction=production communicating=" flag

static const Case syntheses[] = {
	{"level 0", SYNTHESIS("0"), BOTH("f")},
	{"level 1", SYNTHESIS("1"), BOTH("t")},
	{"level \"2\"", SYNTHESIS("\"2\""), BOTH("t")},
	{"level in words", SYNTHESIS("\"communicant\""), BOTH("t")},
	{"level in other words", SYNTHESIS("\"Non communicant\""), BOTH("f")},
	{"no level", SYNTHESIS("null"), "direction=consumption; direction=production"},
	{"no segments", "{\"services_level\":1}", "!shape"},
};

static const char *const address_columns[] = {"postal_code", "city", NULL};

#define CITY(text) "{\"address\":{\"postal_code_city\":" text "}}"

static const Case addresses[] = {
	{"code and city", CITY("\"60000 BEAUVAIS\""), "postal_code=60000 city=BEAUVAIS"},
	{"city alone", CITY("\"BEAUVAIS\""), "city=BEAUVAIS"},
	{"code alone", CITY("\"60000\""), "postal_code=60000"},
	{"a code that is too long", CITY("\"600000 BEAUVAIS\""), "city=600000 BEAUVAIS"},
	{"a cedex", CITY("\"60000 BEAUVAIS CEDEX 1\""), "postal_code=60000 city=BEAUVAIS CEDEX 1"},
	{"null", CITY("null"), ""},
};

static const char *const consent_columns[] = {"authorisation_id", "state", NULL};

#define SERVICE(id)                                                                      \
	"{\"serviceSouscrit\":[{\"pointId\":\"1\",\"etatCode\":\"ACTIF\",\"autorisation\":{" \
	"\"autorisationId\":" id "}}]}"

static const Case consents[] = {
	{"a number", SERVICE("58000"), "authorisation_id=58000 state=ACTIF"},
	{"a number in a text", SERVICE("\"58000\""), "authorisation_id=58000 state=ACTIF"},
	{"no number", SERVICE("null"), "state=ACTIF"},
	{"a word", SERVICE("\"x\""), "!shape"},
	{"a number of fifteen digits", SERVICE("999999999999999"),
	 "authorisation_id=999999999999999 state=ACTIF"},
	{"a number beyond eight bytes is a fault, not another number",
	 SERVICE("\"99999999999999999999\""), "!value"},
	{"a fraction is no number of a consent", SERVICE("1.5"), "!shape"},
	{"no service", "{\"serviceSouscrit\":[]}", "!empty"},
	{"no list", "{}", "!shape"},
	{"only a count", "{\"nbTotalServices\":2}", "!shape"},
};

static const char *const register_columns[] = {"read_at", "calendar", "register", "value", NULL};

#define READING(date, value) "{\"d\":\"" date "\",\"v\":" value "}"
#define TOTAL(values)                                                                         \
	"{\"contexte\":[{\"grandeur\":[{\"cadranTotalisateur\":{\"codeCadran\":\"T\",\"valeur\":" \
	"[" values "]}}]}]}"

#define CLASSES(a, b)                                                                       \
	"{\"contexte\":[{\"grandeur\":[{\"calendrier\":[{\"classeTemporelle\":[{\"valeur\":[" a \
	"]},{\"valeur\":[" b "]}]}]}]}]}"

static const Case registers[] = {
	{"each register has the repeated hour of its own",
	 CLASSES(READING("2026-10-25 02:00:00", "7"), READING("2026-10-25 02:00:00", "8")),
	 "read_at=10-25T00:00 value=7; read_at=10-25T00:00 value=8"},
	{"a total without calendars", TOTAL(READING("2026-03-01 00:00:00", "7")),
	 "read_at=02-28T23:00 register=T value=7"},
	{"a day without a time", TOTAL(READING("2026-03-01", "7")),
	 "read_at=02-28T23:00 register=T value=7"},
	{"a value as a text", TOTAL(READING("2026-03-01", "\"7\"")),
	 "read_at=02-28T23:00 register=T value=7"},
	{"a great value", TOTAL(READING("2026-03-01", "12345678")),
	 "read_at=02-28T23:00 register=T value=1.23457e+07"},
	{"a value null", TOTAL(READING("2026-03-01", "null") "," READING("2026-03-02", "8")),
	 "read_at=03-01T23:00 register=T value=8"},
	{"a value true", TOTAL(READING("2026-03-01", "true")), "!shape"},
	{"a value that is a word", TOTAL(READING("2026-03-01", "\"x\"")), "!shape"},
	{"a value beyond any number", TOTAL(READING("2026-03-01", "\"1e999\"")), "!value"},
	{"a date that is none", TOTAL(READING("2026-02-29", "7")), "!shape"},
	{"no register", "{\"contexte\":[{\"grandeur\":[{}]}]}", "!shape"},
	{"no list of quantities", "{\"contexte\":[{}]}", "!shape"},
	{"no context", "{\"contexte\":[]}", ""},
	{"the other direction",
	 "{\"contexte\":[{\"grandeur\":[{\"grandeurMetier\":\"PROD\",\"calendrier\":[]}]}]}", "!shape"},
	{"another point", "{\"idPrm\":\"00000000000018\",\"contexte\":[]}", "!shape"},
};

/* ---------------------------------------------------------------- errors */

typedef struct Refusal
{
	const char *name;
	int status;
	const char *body;
	SgFaultKind kind;
	int wait; /* seconds */
} Refusal;

#define CODE(code) "{\"error\":\"" code "\",\"error_description\":\"\"}"
#define GATE(code, rest) "{\"code\":\"" code "\",\"message\":\"m\"" rest "}"
#define ACCESS(text) GATE("900804", ",\"nextAccessTime\":\"" text "\"")
#define TO_THE_HOUR 2400

static const Refusal refusals[] = {
	{"a code in small letters", 403, CODE("adam_dc_0008"), SG_FAULT_CONSENT, 0},
	{"the code counts, not the status", 400, CODE("ADAM-DC-0007"), SG_FAULT_CONSENT, 0},
	{"the same with a status of the server", 500, CODE("ADAM-DC-0008"), SG_FAULT_CONSENT, 0},
	{"a code as a number", 403, "{\"code\":900908,\"message\":\"x\"}", SG_FAULT_SUBSCRIPTION, 0},
	{"a code without one of its hyphens", 404, CODE("STM-ERR0000019"), SG_FAULT_CONSENT, 0},
	{"an unknown code with 400", 400, CODE("NEW"), SG_FAULT_REQUEST, 0},
	{"an unknown code with 401", 401, CODE("NEW"), SG_FAULT_TOKEN, 0},
	{"an unknown code with 404", 404, CODE("NEW"), SG_FAULT_SHAPE, 0},
	{"an unknown code with 502", 502, CODE("NEW"), SG_FAULT_SERVER, 0},
	{"the beginning of a known code", 400, CODE("ADAM-ERR0123X"), SG_FAULT_REQUEST, 0},
	{"no body with 401", 401, "", SG_FAULT_TOKEN, 0},
	{"no body with 403", 403, "", SG_FAULT_SHAPE, 0},
	{"no body with 404", 404, "", SG_FAULT_SHAPE, 0},
	{"no body with 429", 429, "", SG_FAULT_THROTTLED, 3600},
	{"no body with 500", 500, "", SG_FAULT_SERVER, 0},
	{"a page with 403", 403, "<html>no</html>", SG_FAULT_SHAPE, 0},
	{"a page with 404", 404, "<html>no</html>", SG_FAULT_SHAPE, 0},
	{"a redirection", 302, "", SG_FAULT_SHAPE, 0},
	{"a status that is none", 0, "", SG_FAULT_SHAPE, 0},
	{"an array", 400, "[]", SG_FAULT_REQUEST, 0},
	{"an object that says nothing", 500, "{}", SG_FAULT_SERVER, 0},
	{"a quota of a second", 429, "{\"error\":\"429\",\"error_description\":\"Quota Q3 reached\"}",
	 SG_FAULT_THROTTLED, 1},
	{"a quota of an hour", 429, "{\"error\":\"429\",\"error_description\":\"Quota Q4 reached\"}",
	 SG_FAULT_THROTTLED, TO_THE_HOUR},
	{"a time to wait for", 429, ACCESS("2026-Nov-22 11:00:00+0000 UTC"), SG_FAULT_THROTTLED, 2400},
	{"a time of tomorrow is at most a day", 429, ACCESS("2027-Nov-22 11:00:00+0000 UTC"),
	 SG_FAULT_THROTTLED, 86400},
	{"a time that has passed", 429, ACCESS("2020-Nov-22 11:00:00+0000 UTC"), SG_FAULT_THROTTLED, 1},
	{"a time that is none", 429, ACCESS("2026-Nov-31 11:00:00"), SG_FAULT_THROTTLED, TO_THE_HOUR},
	{"a time with odd numbers", 429, ACCESS("-999-Nov--9 -1:-1:-1"), SG_FAULT_THROTTLED,
	 TO_THE_HOUR},
	{"a time in words", 429, ACCESS("later"), SG_FAULT_THROTTLED, TO_THE_HOUR},
	{"the gateway's family of codes", 503, GATE("900806", ",\"nextAccessTime\":\"x\""),
	 SG_FAULT_THROTTLED, TO_THE_HOUR},
	{"activation, where the status says that nothing was found", 404, CODE("ADAM-ERR0123"),
	 SG_FAULT_EMPTY, 0},
};

static void
test_errors(void)
{
	for (size_t i = 0; i < lengthof(refusals); i++)
	{
		const Refusal *r = &refusals[i];
		Outcome outcome =
			harness_classify(&sg_api_enedis_2026, r->status, r->body, strlen(r->body));
		int64 wait = outcome.fault.not_before == 0
						 ? 0
						 : (outcome.fault.not_before - HARNESS_NOW) / USECS_PER_SEC;
		bool good = !outcome.raised && outcome.fault.kind == r->kind && wait == r->wait &&
					outcome.fault.status == r->status;

		cases_ok(good, r->name);
		if (!good)
			printf("# got %s, %d seconds\n", sg_fault_class(outcome.fault.kind)->name, (int) wait);
	}
}

/* What a fault tells of a body is seen by many: no number of a point, no token, no odd character. */
static void
test_secrets(void)
{
	static const struct
	{
		const char *name;
		const char *generation;
		const char *endpoint;
		const char *body;
	} leaks[] = {
		{"a stream does not tell a point", "v5", "daily_consumption",
		 "{\"a\": 98765432109876 98765432109876"},
		{"a document does not tell a point", "v5", "identity", "{\"a\": 1 98765432109876"},
		{"a document does not tell a token", "v5", "identity",
		 "{\"a\": \"secretsecretsecretsecretsecret"},
		{"a document tells no half of a character", "2026", "alimentation_auto",
		 "{\"a\": \"Aliment\\\xc3\xa9\"}"},
		{"a document tells no odd character", "v5", "identity",
		 "{\"a\": \"n\xc3\xa9\" \"\xc3\xa9t\xc3\xa9\""},
	};

	for (size_t i = 0; i < lengthof(leaks); i++)
	{
		Question question = ask(leaks[i].generation, leaks[i].endpoint);
		Outcome outcome =
			harness_decode(&question, leaks[i].body, strlen(leaks[i].body), NULL, NULL);
		const char *text = outcome.fault.text;
		bool good = strstr(text, "98765432109876") == NULL && strstr(text, "secret") == NULL;

		for (const char *c = text; *c != '\0'; c++)
			good &= *c >= ' ' && *c < 0x7f;
		cases_ok(good && outcome.fault.kind == SG_FAULT_SHAPE, leaks[i].name);
		if (good)
			continue;
		printf("# ");
		for (const char *c = text; *c != '\0'; c++)
			putchar(*c >= ' ' && *c < 0x7f ? *c : '?');
		printf("\n");
	}
}

/* A long list of readings can be cancelled; what the parser holds of it is freed. */
static void
test_cancel(void)
{
	static const char body[] = TOTAL(READING("2026-03-01", "7"));
	Question question = ask("2026", "index_consommation");

	InterruptPending = true;
	cases_run_one(&question, "cancelled", body, strlen(body),
				  "!canceling statement due to user request");
	InterruptPending = false;
}

int
main(void)
{
	harness_start();
	run("v5", "contracts", contract_columns, contracts, lengthof(contracts));
	run("v5", "identity", holder_columns, holders, lengthof(holders));
	run("2026", "synth_contrat_auto", synthesis_columns, syntheses, lengthof(syntheses));
	run("2026", "donnees_generales_auto", address_columns, addresses, lengthof(addresses));
	run("2026", "subscribed_services", consent_columns, consents, lengthof(consents));
	run("2026", "index_consommation", register_columns, registers, lengthof(registers));
	test_errors();
	test_secrets();
	test_cancel();
	return cases_done();
}
