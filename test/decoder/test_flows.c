/*-------------------------------------------------------------------------
 *
 * test_flows.c
 *	  What no example shows of the series that were ordered, and must be right all the same.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "cases.h"
#include "miscadmin.h"

#define POINT "00000000000017"
#define OTHER "00000000000018"

static Question
ask(const char *generation, const char *endpoint)
{
	Question question;

	MUST(harness_ask(&question, generation, endpoint, POINT, "2026-03-01", "2026-03-08"));
	return question;
}

static void
run(const char *endpoint, const char *const *columns, const Case *cases, int n)
{
	Question question = ask("flows", endpoint);

	cases_columns = columns;
	cases_run(&question, cases, n);
}

#define RUN(endpoint, columns, cases) run(endpoint, columns, cases, lengthof(cases))

/* ---------------------------------------------------------------- curves */

#define D(date, offset) "2026-" date ":00" offset
#define P(d, p, v, n) "{\"v\":" v ",\"d\":\"" d "\",\"p\":\"" p "\"" n "}"
#define HALF(date, v) P(D(date, "+01:00"), "PT30M", v, "")
#define TEN(date, v, n) P(D(date, "+01:00"), "PT10M", v, n)
#define LOCAL(date, v) P("2026-" date ":00", "PT30M", v, "")
#define HOUR(date, v) P("2026-" date ":00", "PT1H", v, "")
#define SERIES(head, points) "{" head "\"points\":[" points "]}"
#define WHAT(metier, physique, unite)                                                    \
	"\"grandeurMetier\":\"" metier "\",\"grandeurPhysique\":\"" physique "\",\"unite\":" \
	"\"" unite "\","
#define MEASURE(point, series) "{\"idPrm\":\"" point "\",\"grandeur\":[" series "]}"
#define FILE(measures) "{\"header\":{\"codeFlux\":\"R63\"},\"mesures\":[" measures "]}"
#define CURVE(points) FILE(MEASURE(POINT, SERIES(WHAT("CONS", "PA", "W"), points)))
#define SYNC(points) \
	"{\"pointId\":\"" POINT "\",\"grandeur\":[" SERIES(WHAT("CONS", "PA", "W"), points) "]}"
#define ONE HALF("03-02T00:30", "\"7\"")
#define SEVEN "03-01T23:30/30=7"

static const char *const quantity_columns[] = {"quantity", "starts_at", "value",
											   "unit",	   "nature",	NULL};

static const Case curves[] = {
	{"a Linky's label is the end of its interval", CURVE(ONE), SEVEN},
	{"ten minutes begin at their label", CURVE(TEN("03-02T00:30", "7", "")), "03-01T23:40/10=7"},
	{"ten minutes of nature B end at it", CURVE(TEN("03-02T00:30", "7", ",\"n\":\"B\"")),
	 "03-01T23:30/10=7:B"},
	{"ten minutes with a plausibility too", CURVE(TEN("03-02T00:30", "7", ",\"iv\":0")),
	 "03-01T23:30/10=7"},
	{"and with a state that is a text", CURVE(TEN("03-02T00:30", "7", ",\"ec\":\"0\"")),
	 "03-01T23:30/10=7"},
	{"a plausibility null says nothing", CURVE(TEN("03-02T00:30", "7", ",\"iv\":null")),
	 "03-01T23:40/10=7"},
	{"one point of a series decides for all of it",
	 CURVE(TEN("03-02T00:30", "7", "") "," TEN("03-02T00:40", "8", ",\"n\":\"B\"")),
	 "03-01T23:30/10=7; 03-01T23:40/10=8:B"},
	{"half hours among ten minutes begin at theirs",
	 CURVE(TEN("03-02T00:30", "7", "") "," HALF("03-02T01:00", "8")),
	 "03-01T23:40/10=7; 03-02T00:30/30=8"},
	{"each series decides for itself",
	 FILE(MEASURE(POINT, SERIES("", TEN("03-02T00:30", "7", ""))) "," MEASURE(
		 POINT, SERIES("", TEN("03-03T00:30", "8", ",\"n\":\"B\"")))),
	 "03-01T23:40/10=7; 03-02T23:30/10=8:B"},
	{"what is said of the points may stand behind them",
	 "{\"mesures\":[{\"grandeur\":[{\"points\":[" ONE "],\"unite\":\"kW\",\"grandeurMetier\":"
	 "\"SOUTIRAGE\"}],\"idPrm\":\"" POINT "\"},{\"grandeur\":[{\"points\":[" ONE
	 "]}],\"idPrm\":\"" OTHER "\"}]}",
	 "03-01T23:30/30=7000"},
	{"of two points the one that was asked for",
	 FILE(MEASURE(OTHER, SERIES("", HALF("03-02T00:30", "9"))) "," MEASURE(POINT, SERIES("", ONE))),
	 SEVEN},
	{"only another point", FILE(MEASURE(OTHER, SERIES("", ONE))), "!shape"},
	{"only another point, and nothing of it", FILE(MEASURE(OTHER, "")), "!shape"},
	{"a measure without a name", FILE("{\"grandeur\":[" SERIES("", ONE) "]}"), SEVEN},
	{"the point by its other name", SYNC(ONE), SEVEN},
	{"both directions in one file",
	 FILE(MEASURE(POINT, SERIES(WHAT("PROD", "PA", "W"), HALF("03-02T00:30", "9")) "," SERIES(
							 WHAT("CONS", "PA", "W"), ONE))),
	 SEVEN},
	{"the first of two stages counts, whatever else is in the file",
	 FILE(MEASURE(POINT,
				  SERIES(WHAT("PROD", "PA", "W"),
						 HALF("03-02T00:30", "9") "," HALF(
							 "03-02T01:00",
							 "9")) "," SERIES(WHAT("CONS", "PA", "W"),
											  ONE)) "," MEASURE(POINT,
																SERIES(WHAT("CONS", "PA", "W"),
																	   HALF("03-02T00:30", "8")))),
	 SEVEN},
	{"the words of other services",
	 FILE(MEASURE(POINT, SERIES(WHAT("CONSUMPTION", "PA", "W"), ONE))), SEVEN},
	{"only the other direction", FILE(MEASURE(POINT, SERIES(WHAT("INJECTION", "PA", "W"), ONE))),
	 ""},
	{"a direction that is none", FILE(MEASURE(POINT, SERIES(WHAT("UP", "PA", "W"), ONE))),
	 "!shape"},
	{"another unit of power", FILE(MEASURE(POINT, SERIES(WHAT("CONS", "PA", "VA"), ONE))),
	 "!shape"},
	{"other quantities go elsewhere, as they are",
	 FILE(MEASURE(
		 POINT,
		 SERIES(WHAT("CONS", "PRI", "VAr"), TEN("03-02T00:30", "3", ",\"n\":\"R\"")) "," SERIES(
			 WHAT("CONS", "PA", "W"),
			 TEN("03-02T00:30", "7", "")) "," SERIES(WHAT("CONS", "E", "V"),
													 TEN("03-02T00:30", "230", "")))),
	 "quantity=PRI starts_at=03-01T23:30 value=3 unit=VAr nature=R; 03-01T23:40/10=7; "
	 "quantity=E starts_at=03-01T23:30 value=230 unit=V"},
	{"no measures", FILE(""), ""},
	{"no points", CURVE(""), ""},
	{"a measure without its list", FILE("{\"idPrm\":\"" POINT "\"}"), "!shape"},
	{"a series without its list", FILE(MEASURE(POINT, "{\"unite\":\"W\"}")), "!shape"},
	{"neither of the lists", "{\"header\":{}}", "!shape"},
	{"an array", "[]", "!shape"},
	{"a value that is sent twice is one row", CURVE(ONE "," HALF("03-02T00:30", "8")), SEVEN},
	{"a value that is sent twice in two measures too",
	 FILE(MEASURE(POINT, SERIES("", ONE)) "," MEASURE(POINT, SERIES("", HALF("03-02T00:30", "8")))),
	 SEVEN},
	{"a value null is a gap", CURVE(ONE "," HALF("03-02T01:00", "null")), SEVEN},
	{"a value \"null\" is a gap", CURVE(ONE "," HALF("03-02T01:00", "\"null\"")), SEVEN},
	{"a zero is a value", CURVE(HALF("03-02T00:30", "\"0\"")), "03-01T23:30/30=0"},
	{"a value that is none", CURVE(HALF("03-02T00:30", "\"x\"")), "!shape"},
	{"a value beyond reason", CURVE(HALF("03-02T00:30", "\"1e99\"")), "!value"},
	{"newest first",
	 CURVE(HALF("03-02T01:30", "3") "," HALF("03-02T01:00", "2") "," HALF("03-02T00:30", "1")),
	 "03-01T23:30/30=1; 03-02T00:00/30=2; 03-02T00:30/30=3"},
	{"no date", CURVE("{\"v\":7,\"p\":\"PT30M\"}"), "!shape"},
	{"no step", CURVE("{\"v\":7,\"d\":\"2026-03-02T00:30:00Z\"}"), "!shape"},
	{"milliseconds", CURVE(P("2026-03-02T00:30:00.000+01:00", "PT30M", "7", "")), SEVEN},
	{"milliseconds without an offset", SYNC(P("2026-03-02 00:30:00.000", "PT30M", "7", "")), SEVEN},
	{"a zone's name", CURVE(P("2026-03-02T00:30:00+01:00[Europe/Paris]", "PT30M", "7", "")), SEVEN},
	{"a zone's name alone", CURVE(P("2026-03-02T00:30:00[Europe/Paris]", "PT30M", "7", "")), SEVEN},
	{"another zone's name alone", CURVE(P("2026-03-02T00:30:00[Asia/Tokyo]", "PT30M", "7", "")),
	 "!shape"},
	{"the offset counts: both hours of October",
	 CURVE(P("2026-10-25T02:30:00+02:00", "PT30M", "1", "") "," P("2026-10-25T02:30:00+01:00",
																  "PT30M", "2", "")),
	 "10-25T00:30/30=1; 10-25T01:30/30=2"},
	{"without offsets the order counts",
	 SYNC(HOUR("10-25 01:00", "1") "," HOUR("10-25 02:00", "2") "," HOUR(
		 "10-25 02:00", "3") "," HOUR("10-25 03:00", "4")),
	 "10-24T23:00/60=1; 10-25T00:00/60=2; 10-25T01:00/60=3; 10-25T02:00/60=4"},
	{"March without offsets", SYNC(LOCAL("03-29 01:30", "1") "," LOCAL("03-29 03:00", "2")),
	 "03-29T00:30/30=1; 03-29T01:00/30=2"},
	{"a ZIP archive", "PK\x03\x04xxxx", "!shape"},
	{"gzip", "\x1f\x8b\x08x,y\n", "!shape"},
	{"a page", "<!DOCTYPE html><html>,</html>", "!shape"},
	{"a byte order mark before JSON", "\xef\xbb\xbf" CURVE(ONE), SEVEN},
	{"nothing", "", "!shape"},
	{"a word", "Forbidden", "!shape"},
};

/* ---------------------------------------------------------------- normal series */

#define NORMAL(period, start, values) \
	"{\"period\":\"" period "\",\"startsAt\":\"" start "\",\"values\":[" values "]}"
#define FROM(values) NORMAL("PT30M", "2026-03-01T23:00:00.000Z", values)
#define LASTS(period) NORMAL(period, "2026-03-01T23:00:00Z", "7")

static const Case normal[] = {
	{"half an hour", FROM("7,null,8"), SEVEN "; 03-02T00:30/30=8"},
	{"in seconds", LASTS("PT1800S"), SEVEN},
	{"in seconds with a fraction", LASTS("PT1800.0S"), SEVEN},
	{"an hour and a half", LASTS("PT1H30M"), "03-02T00:30/90=7"},
	{"as it is asked for", LASTS("30min"), SEVEN},
	{"an hour as it is asked for", LASTS("1h"), "03-02T00:00/60=7"},
	{"a day", LASTS("P1D"), "!shape"},
	{"a day as it is asked for", LASTS("1d"), "!shape"},
	{"a day in hours", LASTS("PT24H"), "!shape"},
	{"a length that is none", LASTS("soon"), "!shape"},
	{"months are no minutes", LASTS("P30M"), "!shape"},
	{"no length", "{\"startsAt\":\"2026-03-01T23:00:00Z\",\"values\":[7]}", "!shape"},
	{"no beginning", "{\"period\":\"PT30M\",\"values\":[7]}", "!shape"},
	{"no length of nothing", "{\"values\":[]}", ""},
	{"the values first",
	 "{\"values\":[7],\"startsAt\":\"2026-03-01T23:00:00Z\",\"period\":\"PT30M\"}", SEVEN},
	{"a beginning without a zone", NORMAL("PT30M", "2026-03-02T00:00:00", "7"), "!shape"},
	{"a beginning in Paris", NORMAL("PT30M", "2026-03-02T00:00:00[Europe/Paris]", "7"), SEVEN},
	{"numbers in texts", FROM("\"7\",\"\",\"null\""), SEVEN},
	{"a value that is true", FROM("true"), "!shape"},
	{"a value that is a list", FROM("[7]"), "!shape"},
	{"a value beyond reason", FROM("1e99"), "!value"},
	{"fractions stay", FROM("7.25"), "03-01T23:30/30=7.25"},
	{"under the number of its point", "{\"" OTHER "\":" FROM("9") ",\"" POINT "\":" FROM("7") "}",
	 SEVEN},
	{"under the number of its point, first",
	 "{\"" POINT "\":" FROM("7") ",\"" OTHER "\":" FROM("9") "}", SEVEN},
	{"under the number of another point only", "{\"" OTHER "\":" FROM("9") "}", "!shape"},
	{"under its number, but null", "{\"" POINT "\":null}", "!shape"},
	{"nothing at all", "{}", "!shape"},
};

/* ---------------------------------------------------------------- tables */

#define HEAD                                                 \
	"Identifiant PRM;Grandeur physique;Grandeur "            \
	"m\xc3\xa9tier;Unit\xc3\xa9;Horodate;Valeur;Nature;Pas;" \
	"Indice de vraisemblance\n"
#define LINE(point, physique, metier, unite, date, v) \
	point ";" physique ";" metier ";" unite ";2026-03-" date ":00+01:00;" v ";B;PT30M;0\n"
#define USUAL(date, v) LINE(POINT, "PA", "CONS", "W", date, v)
#define SEVEN_B SEVEN ":B"
#define STARTS "prm,startDate,powerInWatts\n"
#define AT(time, v) POINT ",2026-03-01T" time ":00.000Z," v "\n"

static const Case tables[] = {
	{"a row", HEAD USUAL("02T00:30", "7"), SEVEN_B},
	{"a byte order mark", "\xef\xbb\xbf" HEAD USUAL("02T00:30", "7"), SEVEN_B},
	{"names without accents, in capitals",
	 "IDENTIFIANT PRM;GRANDEUR METIER;UNITE;HORODATE;VALEUR;PAS\r\n" POINT
	 ";CONS;W;2026-03-02T00:30:00+01:00;7;PT30M\r\n",
	 SEVEN},
	{"columns in another order", "Pas;Valeur;Horodate;Autre\nPT30M;7;2026-03-02T00:30:00+01:00;x\n",
	 SEVEN},
	{"a label without an offset", "Pas;Valeur;Horodate\nPT30M;7;2026-03-02 00:30:00\n", SEVEN},
	{"quotation marks",
	 "\"Pas\";\"Valeur\";\"Horodate\";\"x\"\n\"PT30M\";\"7\";\"2026-03-02 "
	 "00:30:00\";\"a;\n\"\"b\"\"\"\n",
	 SEVEN},
	{"a quotation mark that is open", "Pas;Valeur;Horodate\n\"PT30M;7;2026-03-02 00:30:00\n",
	 "!shape"},
	{"a separator at the end of each line", "Pas;Valeur;Horodate;\nPT30M;7;2026-03-02 00:30:00;\n",
	 SEVEN},
	{"a separator at the end of a row", "Pas;Valeur;Horodate\nPT30M;7;2026-03-02 00:30:00;\n",
	 SEVEN},
	{"a text behind the last column", "Pas;Valeur;Horodate\nPT30M;7;2026-03-02 00:30:00;x\n",
	 "!shape"},
	{"a row that is short", "Pas;Valeur;Horodate\nPT30M;7\n", "!shape"},
	{"empty lines", "\nPas;Valeur;Horodate\n\nPT30M;7;2026-03-02 00:30:00\n\n", SEVEN},
	{"no line's end", "Pas;Valeur;Horodate\nPT30M;7;2026-03-02 00:30:00", SEVEN},
	{"no rows", HEAD, ""},
	{"no value", HEAD USUAL("02T00:30", "") USUAL("02T01:00", "8"), "03-02T00:00/30=8:B"},
	{"a value that is none", HEAD USUAL("02T00:30", "x"), "!shape"},
	{"a date that is none", HEAD USUAL("32T00:30", "7"), "!shape"},
	{"another point's rows are left out",
	 HEAD LINE(OTHER, "PA", "CONS", "W", "02T00:30", "9") USUAL("02T00:30", "7"), SEVEN_B},
	{"only another point's rows", HEAD LINE(OTHER, "PA", "CONS", "W", "02T00:30", "9"), "!shape"},
	{"the other direction's rows are left out",
	 HEAD LINE(POINT, "PA", "PROD", "W", "02T00:30", "9") USUAL("02T00:30", "7"), SEVEN_B},
	{"quantities row by row",
	 HEAD LINE(POINT, "PRI", "CONS", "VAr", "02T00:30", "3") USUAL("02T00:30", "7")
		 LINE(POINT, "PRI", "CONS", "VAr", "02T01:00", "4"),
	 "quantity=PRI starts_at=03-01T23:00 value=3 unit=VAr nature=B; "
	 "quantity=PRI starts_at=03-01T23:30 value=4 unit=VAr nature=B; " SEVEN_B},
	{"no column of dates", "Pas;Valeur\nPT30M;7\n", "!shape"},
	{"no column of steps", "Valeur;Horodate\n7;2026-03-02 00:30:00\n", "!shape"},
	{"a byte that is not UTF-8", "Pas;Valeur;Horodate;x\nPT30M;7;2026-03-02 00:30:00;\xe9\n",
	 "!shape"},
	{"beginnings tell the step", STARTS AT("23:00", "7") AT("23:10", "8"),
	 "03-01T23:10/10=7; 03-01T23:20/10=8"},
	{"so do those of gaps", STARTS AT("23:00", "7") AT("23:10", ""), "03-01T23:10/10=7"},
	{"a gap without its row", STARTS AT("22:00", "5") AT("22:10", "6") AT("23:00", "7"),
	 "03-01T22:10/10=5; 03-01T22:20/10=6; 03-01T23:10/10=7"},
	{"one beginning tells nothing", STARTS AT("23:00", "7"), "!shape"},
	{"days are not taken for powers",
	 STARTS POINT ",2026-03-01T23:00:00Z,7\n" POINT ",2026-03-02T23:00:00Z,7\n", "!shape"},
	{"names in other letters", "PRM,STARTDATE,PowerInWatts\n" AT("23:00", "7") AT("23:30", "8"),
	 SEVEN "; 03-02T00:00/30=8"},
	{"a row twice", STARTS AT("23:00", "7") AT("23:00", "9") AT("23:30", "8"),
	 SEVEN "; 03-02T00:00/30=8"},
	{"only a header", STARTS, ""},
};

/* ---------------------------------------------------------------- days */

#define DAYS(physique, unite, points) \
	FILE(MEASURE(POINT, SERIES(WHAT("CONS", physique, unite), points)))
#define ON(date, v) "{\"v\":" v ",\"d\":\"2026-" date "\"}"

static const Case energies[] = {
	{"Wh", DAYS("EA", "Wh", ON("03-02", "\"7\"")), "03-02=7"},
	{"kWh", DAYS("EA", "kWh", ON("03-02", "7.5")), "03-02=7500"},
	{"another unit", DAYS("EA", "m3", ON("03-02", "7")), "!shape"},
	{"nothing is said", FILE(MEASURE(POINT, SERIES("", ON("03-02", "7")))), "03-02=7"},
	{"reactive energy is left out", DAYS("ERI", "VArh", ON("03-02", "7")), ""},
	{"another quantity", DAYS("EX", "Wh", ON("03-02", "7")), "!shape"},
	{"a day with a time", DAYS("EA", "Wh", ON("03-02T00:00:00+01:00", "7")), "03-02=7"},
	{"a day with a time in Greenwich", DAYS("EA", "Wh", ON("03-01T23:00:00Z", "7")), "03-02=7"},
	{"a day twice", DAYS("EA", "Wh", ON("03-02", "7") "," ON("03-02", "8")), "03-02=7"},
	{"days backwards", DAYS("EA", "Wh", ON("03-03", "8") "," ON("03-02", "7")), "03-02=7; 03-03=8"},
	{"a large site", DAYS("EA", "Wh", ON("03-02", "\"30000000000\"")), "03-02=3e+10"},
	{"a table", "date,value\n2026-03-02,7\n2026-03-03,\n", "03-02=7"},
	{"a table of the operator",
	 "Identifiant PRM;Grandeur physique;Unit\xc3\xa9;Horodate;Valeur\n" POINT
	 ";EA;kWh;2026-03-02;7\n",
	 "03-02=7000"},
	{"a table without days", "when,value\n2026-03-02,7\n", "!shape"},
	{"a curve's normal form is none", FROM("7"), "!shape"},
};

static const Case peaks[] = {
	{"an instant", DAYS("PMA", "VA", ON("03-02T19:00:20+01:00", "\"3200\"")),
	 "03-02T18:00:20=3200"},
	{"an instant without an offset", DAYS("PMA", "VA", ON("03-02 19:00:20", "\"3200\"")),
	 "03-02T18:00:20=3200"},
	{"no instant", DAYS("PMA", "VA", ON("03-02", "\"3200\"")), "03-02=3200"},
	{"\"null\" is no row",
	 DAYS("PMA", "VA", ON("03-02", "\"null\"") "," ON("03-03 19:00:20", "\"3200\"")),
	 "03-03T18:00:20=3200"},
	{"phases are left out",
	 FILE(MEASURE(POINT, SERIES(WHAT("CONS", "PMA1", "VA"), ON("03-02", "1")) "," SERIES(
							 WHAT("CONS", "PMA", "VA"), ON("03-02", "3200")))),
	 "03-02=3200"},
	{"kVA", DAYS("PMA", "kVA", ON("03-02", "3.2")), "03-02=3200"},
	{"an instant after midnight in Paris is of the new day",
	 DAYS("PMA", "VA", ON("03-01T23:30:00Z", "1") "," ON("03-02T12:00:00Z", "2")), "03-01T23:30=1"},
};

/* ---------------------------------------------------------------- size */

static void
run_long(const Question *question, const char *name, const char *head, const char *middle, size_t n,
		 const char *tail, const char *expected)
{
	size_t len = strlen(middle);
	size_t size = strlen(head) + n * len + strlen(tail) + 1;
	char *body = malloc(size);
	char *at;

	MUST(body != NULL);
	if (body == NULL)
		return;
	at = body + strlen(strcpy(body, head));
	for (size_t i = 0; i < n; i++, at += len)
		memcpy(at, middle, len);
	strcpy(at, tail);
	cases_run_one(question, name, body, strlen(body), expected);
	free(body);
}

static void
test_sizes(void)
{
	Question curve = ask("flows", "curve");
	Question contract = ask("flows", "contract");
	const size_t much = 20000;

	run_long(&curve, "a point many times", "{\"mesures\":[{\"grandeur\":[{\"points\":[", ONE ",",
			 much, ONE "]}]}]}", SEVEN);
	run_long(&curve, "many measures", "{\"mesures\":[", MEASURE(POINT, SERIES("", ONE)) ",", much,
			 MEASURE(POINT, SERIES("", ONE)) "]}", SEVEN);
	run_long(&curve, "too many series in a measure", "{\"grandeur\":[", "{\"points\":[]},", much,
			 "{\"points\":[]}]}", "!shape");
	run_long(&curve, "many gaps",
			 "{\"period\":\"PT30M\",\"startsAt\":\"2026-03-01T23:00:00Z\",\"values\":[7", ",null",
			 much, "]}", SEVEN);
	run_long(&curve, "a long row", "Pas;Valeur;Horodate\nPT30M;7;", "2", much, "\n", "!shape");
	run_long(&curve, "many columns", "Pas;Valeur;Horodate", ";x", much, "\n", "!shape");
	run_long(&contract, "a contract that nests deep", "[{\"idPrm\":\"" POINT "\",\"a\":", "[", 1000,
			 "", "!shape");

	InterruptPending = true;
	run_long(&curve, "cancelled", "Pas;Valeur;Horodate\n", "PT30M;7;2026-03-02 00:30:00\n", much,
			 "", "!canceling statement due to user request");
	InterruptPending = false;
}

static void
test_production(void)
{
	static const Case cases[] = {
		{"production of both",
		 FILE(MEASURE(POINT, SERIES(WHAT("PROD", "PA", "W"), ONE) "," SERIES(
								 WHAT("CONS", "PA", "W"), HALF("03-02T00:30", "9")))),
		 SEVEN},
		{"production by its other words",
		 FILE(MEASURE(POINT, SERIES(WHAT("INJECTION", "PA", "W"), ONE))), SEVEN},
		{"production in a table",
		 HEAD LINE(POINT, "PA", "CONS", "W", "02T00:30", "9")
			 LINE(POINT, "PA", "PROD", "W", "02T00:30", "7"),
		 SEVEN_B},
	};
	Question question = ask("flows-production", "curve");

	cases_run(&question, cases, lengthof(cases));
}

int
main(void)
{
	harness_start();
	RUN("curve", quantity_columns, curves);
	RUN("curve", quantity_columns, normal);
	RUN("curve", quantity_columns, tables);
	RUN("energy", NULL, energies);
	RUN("peaks", NULL, peaks);
	test_production();
	test_sizes();
	return cases_done();
}
