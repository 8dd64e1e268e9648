/*-------------------------------------------------------------------------
 *
 * test_series.c
 *	  What no example shows of curves and daily values, and must be right all the same.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "cases.h"
#include "miscadmin.h"

#define V5(points)                                                                                 \
	"{\"meter_reading\":{\"usage_point_id\":\"00000000000017\",\"interval_reading\":[" points "]}" \
	"}"
#define POINT(date, step, value) \
	"{\"value\":" value ",\"date\":\"" date "\",\"interval_length\":\"" step "\"}"
#define HALF(date, value) POINT("2026-" date ":00", "PT30M", "\"" value "\"")
#define HOUR(date, value) POINT("2026-" date ":00", "PT60M", "\"" value "\"")
/* one point of an ordinary day, with one thing in it that is not ordinary */
#define VALUE(value) V5(POINT("2026-03-10 00:30:00", "PT30M", value))
#define LABEL(date) V5(POINT(date, "PT30M", "\"7\""))
#define STEP(step) V5(POINT("2026-03-10 00:30:00", step, "\"7\""))
#define NATURE(nature)                                                                    \
	V5("{\"value\":\"7\",\"date\":\"2026-03-10 00:30:00\",\"interval_length\":\"PT30M\"," \
	   "\"measure_type\":" nature "}")
#define EXTRA(member) \
	"{" member ",\"meter_reading\":{\"interval_reading\":[" HALF("03-10 00:30", "7") "]}}"
#define ONE "03-09T23:30/30=7"

static const Case curves[] = {
	{"March: labels in the missing hour are an hour further",
	 V5(HALF("03-29 01:30", "1") "," HALF("03-29 02:00", "2") "," HALF("03-29 02:30", "3")),
	 "03-29T00:30/30=1; 03-29T01:00/30=2; 03-29T01:30/30=3"},
	{"March: of a label in the missing hour and its twin the first one counts",
	 V5(HALF("03-29 02:00", "1") "," HALF("03-29 02:30", "2") "," HALF("03-29 03:00", "3") "," HALF(
		 "03-29 03:30", "4") "," HALF("03-29 04:00", "5")),
	 "03-29T01:00/30=1; 03-29T01:30/30=2; 03-29T02:00/30=5"},
	{"October: the repeated hour of hours",
	 V5(HOUR("10-25 01:00", "1") "," HOUR("10-25 02:00", "2") "," HOUR("10-25 02:00", "3") "," HOUR(
		 "10-25 03:00", "4")),
	 "10-24T23:00/60=1; 10-25T00:00/60=2; 10-25T01:00/60=3; 10-25T02:00/60=4"},
	{"October: a label that is not repeated is of the first hour",
	 V5(HALF("10-25 01:30", "1") "," HALF("10-25 02:30", "2") "," HALF("10-25 03:00", "3")),
	 "10-24T23:30/30=1; 10-25T00:30/30=2; 10-25T02:00/30=3"},
	{"October: half an hour is missing in the first of the two hours",
	 V5(HALF("10-25 02:00", "1") "," HALF("10-25 02:00", "2") "," HALF("10-25 02:30", "3")),
	 "10-25T00:00/30=1; 10-25T01:00/30=2; 10-25T01:30/30=3"},
	{"October: newest first",
	 V5(HALF("10-25 03:00", "6") "," HALF("10-25 02:30", "5") "," HALF("10-25 02:00", "4") "," HALF(
		 "10-25 02:30", "3") "," HALF("10-25 02:00", "2") "," HALF("10-25 01:30", "1")),
	 "10-25T02:00/30=6; 10-25T01:30/30=5; 10-25T01:00/30=4; 10-25T00:30/30=3; 10-25T00:00/30=2; "
	 "10-24T23:30/30=1"},
	{"a point that is there twice is one row",
	 V5(HALF("03-10 00:30", "1") "," HALF("03-10 00:30", "2")), "03-09T23:30/30=1"},
	{"a point whose first copy has no value has that of the second",
	 V5(POINT("2026-03-10 00:30:00", "PT30M", "null") "," HALF("03-10 00:30", "2")),
	 "03-09T23:30/30=2"},
	{"points in any order",
	 V5(HALF("03-10 12:00", "1") "," HALF("03-10 00:30", "2") "," HALF("03-10 06:00", "3")),
	 "03-10T11:00/30=1; 03-09T23:30/30=2; 03-10T05:00/30=3"},
	{"a step that changes within a day",
	 V5(HOUR("03-10 01:00", "1") "," HALF("03-10 01:30", "2") "," POINT("2026-03-10 01:40:00",
																		"PT10M", "\"3\"")),
	 "03-10T00:00/60=1; 03-10T00:30/30=2; 03-10T00:40/10=3"},
	{"no point at all", V5(""), ""},
	{"value null", VALUE("null"), ""},
	{"value \"null\"", VALUE("\"null\""), ""},
	{"value \"\"", VALUE("\"\""), ""},
	{"value absent", V5("{\"date\":\"2026-03-10 00:30:00\",\"interval_length\":\"PT30M\"}"), ""},
	{"no value after one",
	 V5(HALF("03-10 00:30",
			 "7") ",{\"date\":\"2026-03-10 01:00:00\",\"interval_length\":\"PT30M\"}"),
	 ONE},
	{"no step after one",
	 V5(HALF("03-10 00:30", "7") ",{\"value\":\"7\",\"date\":\"2026-03-10 01:00:00\"}"), "!shape"},
	{"no label after one",
	 V5(HALF("03-10 00:30", "7") ",{\"value\":\"7\",\"interval_length\":\"PT30M\"}"), "!shape"},
	{"value as a number", VALUE("7"), ONE},
	{"value with a fraction", VALUE("\"7.5\""), "03-09T23:30/30=7.5"},
	{"value with an exponent", VALUE("\"7e2\""), "03-09T23:30/30=700"},
	{"value below zero", VALUE("\"-7\""), "03-09T23:30/30=-7"},
	{"value true", VALUE("true"), "!shape"},
	{"value with space before it", VALUE("\" 7\""), "!shape"},
	{"value with space behind it", VALUE("\"7 \""), "!shape"},
	{"value with a comma", VALUE("\"7,5\""), "!shape"},
	{"value in hexadecimal", VALUE("\"0x7\""), "!shape"},
	{"value NaN", VALUE("\"NaN\""), "!shape"},
	{"value infinite", VALUE("\"Infinity\""), "!shape"},
	{"value as a word", VALUE("\"seven\""), "!shape"},
	{"value beyond four bytes", VALUE("\"99999999999\""), "!value"},
	{"value beyond any number", VALUE("\"1e999\""), "!value"},
	{"the same as a number", VALUE("1e999"), "!value"},
	{"label with T", LABEL("2026-03-10T00:30:00"), ONE},
	{"label of midnight as 24:00", LABEL("2026-03-10 24:00:00"), "03-10T23:00/30=7"},
	{"label behind 24:00", LABEL("2026-03-10 24:00:01"), "!shape"},
	{"label without seconds", LABEL("2026-03-10 00:30"), "!shape"},
	{"label with an offset", LABEL("2026-03-10T00:30:00+01:00"), "!shape"},
	{"label on a day that is none", LABEL("2026-02-30 00:30:00"), "!shape"},
	{"label of month 13", LABEL("2026-13-01 00:30:00"), "!shape"},
	{"label \"\"", LABEL(""), "!shape"},
	{"step PT1H", STEP("PT1H"), "03-09T23:30/60=7"},
	{"step PT20M", STEP("PT20M"), "03-09T23:30/20=7"},
	{"step PT5M", STEP("PT5M"), "03-09T23:30/5=7"},
	{"step PT24H", STEP("PT24H"), "03-09T23:30/1440=7"},
	{"step PT25H", STEP("PT25H"), "!shape"},
	{"step PT0M", STEP("PT0M"), "!shape"},
	{"step PT-30M", STEP("PT-30M"), "!shape"},
	{"step PT30S", STEP("PT30S"), "!shape"},
	{"step PT", STEP("PT"), "!shape"},
	{"step PT1H30M", STEP("PT1H30M"), "!shape"},
	{"nature of fifteen letters", NATURE("\"ABCDEFGHIJKLMNO\""), ONE ":ABCDEFGHIJKLMNO"},
	{"nature of sixteen letters", NATURE("\"ABCDEFGHIJKLMNOP\""), "!shape"},
	{"nature null", NATURE("null"), ONE},
	{"nature with an escape", NATURE("\"\\u00e9\\ud83d\\ude00\""), ONE ":\xc3\xa9\xf0\x9f\x98\x80"},
	{"no nature after one",
	 V5("{\"value\":\"7\",\"date\":\"2026-03-10 00:30:00\",\"interval_length\":\"PT30M\","
		"\"measure_type\":\"B\"}," HALF("03-10 01:00", "8")),
	 ONE ":B; 03-10T00:00/30=8"},
	{"\\u0000", NATURE("\"a\\u0000b\""), "!shape"},
	{"\\u0000 in an unknown member", EXTRA("\"x\":\"\\u0000\""), "!shape"},
	{"\\u0000 in a name", EXTRA("\"\\u0000\":1"), "!shape"},
	{"a high surrogate alone", NATURE("\"\\ud83d\""), "!shape"},
	{"a low surrogate alone", NATURE("\"\\ude00\""), "!shape"},
	{"surrogates the wrong way round", NATURE("\"\\ude00\\ud83d\""), "!shape"},
	{"a byte that is not UTF-8", NATURE("\"\xff\""), "!shape"},
	{"the same in an unknown member", EXTRA("\"x\":\"\xe9t\xe9\""), "!shape"},
	{"the same in a name", EXTRA("\"\xe9\":1"), "!shape"},
	{"a character that is too long in UTF-8", NATURE("\"\xc0\xaf\""), "!shape"},
	{"a surrogate in UTF-8", NATURE("\"\xed\xa0\xbd\""), "!shape"},
	{"a control character", NATURE("\"a\nb\""), "!shape"},
	{"members that nobody knows", EXTRA("\"x\":{\"meter_reading\":[1,{\"interval_reading\":[3]}]}"),
	 ONE},
	{"a list of points twice",
	 "{\"meter_reading\":{\"interval_reading\":[" HALF(
		 "03-10 00:30", "1") "],\"interval_reading\":[" HALF("03-10 00:30",
															 "2") "," HALF("03-10 01:00",
																		   "3") "]}}",
	 "03-09T23:30/30=1; 03-10T00:00/30=3"},
	{"another point",
	 "{\"meter_reading\":{\"usage_point_id\":\"00000000000018\",\"interval_reading\":[]}}",
	 "!shape"},
	{"another unit",
	 "{\"meter_reading\":{\"reading_type\":{\"unit\":\"kW\"},\"interval_reading\":[]}}", "!shape"},
	{"nothing", "", "!shape"},
	{"space", "  \n", "!shape"},
	{"a byte order mark", "\xef\xbb\xbf" VALUE("7"), "!shape"},
	{"a page", "<html><body>Request Rejected</body></html>", "!shape"},
	{"null", "null", "!shape"},
	{"an array", "[]", "!shape"},
	{"an empty object", "{}", "!shape"},
	{"an array around it", "[" VALUE("7") "]", "!shape"},
	{"something behind it", VALUE("7") "x", "!shape"},
	{"two documents", VALUE("7") VALUE("7"), "!shape"},
	{"space around it", " \r\n\t" VALUE("7") " \r\n\t", ONE},
};

/* A window of a week in March, and points of May: they are given, but nobody counts them. */
static const Case outside[] = {
	{"a day outside the window", V5(HALF("05-10 00:30", "1")), "05-09T22:30/30=1"},
	{"the same twice", V5(HALF("05-10 00:30", "1") "," HALF("05-10 00:30", "2")),
	 "05-09T22:30/30=1; 05-09T22:30/30=2"},
	{"a day before the window", V5(HALF("02-10 00:30", "1")), "02-09T23:30/30=1"},
	{"the last point of the window", V5(HALF("03-16 00:00", "1") "," HALF("03-16 00:00", "2")),
	 "03-15T23:00/30=1"},
};

#define DC(quantity, points) \
	"{\"idPrm\":\"00000000000024\",\"grandeur\":[{" quantity "\"points\":[" points "]}]}"
#define DC_POINT(date, value) "{\"v\":\"" value "\",\"d\":\"2026-" date ":00\",\"p\":\"PT30M\"}"

static const Case productions[] = {
	{"2026: October, newest first",
	 DC("", DC_POINT("10-25 02:00", "4") "," DC_POINT("10-25 02:00",
													  "3") "," DC_POINT("10-25 01:30", "2")),
	 "10-25T00:00/30=4; 10-25T01:00/30=3; 10-24T23:30/30=2"},
	{"2026: two quantities with the same points",
	 "{\"grandeur\":[{\"points\":[" DC_POINT("06-10 01:00", "1") "]},{\"points\":[" DC_POINT(
		 "06-10 01:00", "2") "," DC_POINT("06-10 01:30", "3") "]}]}",
	 "06-09T23:00/30=1; 06-09T23:30/30=3"},
	{"2026: the other direction", DC("\"grandeurMetier\":\"CONS\",", ""), "!shape"},
	{"2026: another quantity", DC("\"grandeurPhysique\":\"EA\",", ""), "!shape"},
	{"2026: another unit", DC("\"unite\":\"kW\",", ""), "!shape"},
	{"2026: all as it should be",
	 DC("\"grandeurMetier\":\"PROD\",\"grandeurPhysique\":\"PA\",\"unite\":\"W\",", ""), ""},
	{"2026: another point", "{\"idPrm\":\"00000000000017\",\"grandeur\":[{\"points\":[]}]}",
	 "!shape"},
	{"2026: no quantity", "{\"idPrm\":\"00000000000024\",\"grandeur\":[]}", "!shape"},
	{"2026: version 5", VALUE("7"), "!shape"},
};

#define DAY(date, value) "{\"value\":\"" value "\",\"date\":\"" date "\"}"

static const Case days[] = {
	{"days in any order, and twice",
	 V5(DAY("2026-03-02", "2") "," DAY("2026-03-01", "1") "," DAY("2026-03-02", "3")),
	 "03-02=2; 03-01=1"},
	{"a day without a value", V5(DAY("2026-03-01", "") "," DAY("2026-03-02", "2")), "03-02=2"},
	{"a day with a time", V5(DAY("2026-03-01 00:00:00", "1")), "03-01=1"},
	{"a day that is none", V5(DAY("2026-02-29", "1")), "!shape"},
	{"a month", V5(DAY("2026-02", "1")), "!shape"},
	{"a day with an offset", V5(DAY("2026-03-01+01:00", "1")), "!shape"},
	{"no date", V5("{\"value\":\"1\"}"), "!shape"},
};

static const Case peaks[] = {
	{"the instant of a peak", V5(DAY("2026-03-01 10:23:58", "4930")), "03-01T09:23:58=4930"},
	{"a peak without its instant", V5(DAY("2026-03-01", "4930")), "03-01=4930"},
	{"a peak in the repeated hour", V5(DAY("2026-10-25 02:15:00", "4930")), "10-25T00:15=4930"},
	{"a peak in the missing hour", V5(DAY("2026-03-29 02:15:00", "4930")), "03-29T01:15=4930"},
};

/* ---------------------------------------------------------------- size */

/* "head", n times "middle", "tail". */
static char *
repeated(const char *head, const char *middle, size_t n, const char *tail)
{
	size_t len = strlen(middle);
	char *out = malloc(strlen(head) + n * len + strlen(tail) + 1);
	char *at;

	MUST(out != NULL);
	if (out == NULL)
		return NULL;
	at = out + strlen(strcpy(out, head));
	for (size_t i = 0; i < n; i++, at += len)
		memcpy(at, middle, len);
	strcpy(at, tail);
	return out;
}

static void
run_repeated(const Question *question, const char *name, const char *head, const char *middle,
			 size_t n, const char *tail, const char *expected)
{
	char *body = repeated(head, middle, n, tail);

	cases_run_one(question, name, body, strlen(body), expected);
	free(body);
}

static void
test_sizes(const Question *question)
{
	static const char rest[] =
		"],\"meter_reading\":{\"interval_reading\":[" HALF("03-10 00:30", "7") "]}}";
	char *inner = repeated("{\"x\":[", "[", 30, "");
	char *outer = repeated("", "]", 30, rest);
	const size_t much = 1 << 20;

	run_repeated(question, "thirty-two containers in each other", inner, "", 0, outer, ONE);
	run_repeated(question, "thirty-three", inner, "[]", 1, outer, "!shape");
	run_repeated(question, "a million arrays", "", "[", much, "", "!shape");
	run_repeated(question, "a million objects", "", "{\"a\":", much, "", "!shape");
	run_repeated(question, "a million ends", "", "]", much, "", "!shape");
	run_repeated(question, "a megabyte of an unknown text", "{\"x\":[\"", "a", much, "\"",
				 "!shape");
	run_repeated(question, "the same, closed", "{\"x\":[\"", "a", much,
				 "\"],\"meter_reading\":{\"interval_reading\":[" HALF("03-10 00:30", "7") "]}}",
				 ONE);
	run_repeated(question, "a megabyte of a name", "{\"", "a", much,
				 "\":[],\"meter_reading\":{\"interval_reading\":[" HALF("03-10 00:30", "7") "]}}",
				 ONE);
	run_repeated(question, "a megabyte of backslashes", "{\"x\":\"", "\\\\", much, "", "!shape");
	run_repeated(question, "a megabyte of space", "", " ", much, VALUE("7"), ONE);
	run_repeated(question, "a megabyte of a value",
				 "{\"meter_reading\":{\"interval_reading\":[{\"value\":\"", "9", much, "\"}]}}",
				 "!value");
	run_repeated(question, "a megabyte of a label",
				 "{\"meter_reading\":{\"interval_reading\":[{\"date\":\"", "9", much, "\"}]}}",
				 "!shape");
	run_repeated(question, "a megabyte of a step",
				 "{\"meter_reading\":{\"interval_reading\":[{\"interval_length\":\"", "9", much,
				 "\"}]}}", "!shape");
	run_repeated(question, "a megabyte of a nature",
				 "{\"meter_reading\":{\"interval_reading\":[{\"measure_type\":\"", "9", much,
				 "\"}]}}", "!shape");
	free(inner);
	free(outer);
}

/* A statement that is cancelled while its answer is read leaves nothing behind: the harness counts. */
static void
test_cancel(const Question *question)
{
	char *body = repeated("{\"x\":[0", ",0", 10000, "]}");

	InterruptPending = true;
	cases_run_one(question, "cancelled", body, strlen(body),
				  "!canceling statement due to user request");
	InterruptPending = false;
	free(body);
}

static Question
ask(const char *generation, const char *endpoint, const char *point, const char *from,
	const char *until)
{
	Question question;

	MUST(harness_ask(&question, generation, endpoint, point, from, until));
	return question;
}

int
main(void)
{
	const char *point = "00000000000017";
	Question march = ask("v5", "consumption_load_curve", point, "2026-03-09", "2026-03-16");
	Question production =
		ask("2026", "courbe_de_charge_production", "00000000000024", "2026-06-09", "2026-06-16");
	Question daily = ask("v5", "daily_consumption", point, "2026-03-01", "2026-03-08");
	Question peak = ask("v5", "daily_consumption_max_power", point, "2026-03-01", "2026-11-08");
	Question year = march;

	harness_start();
	/* the labels of both changes of the clock */
	year.days.until += 365;
	cases_run(&year, curves, lengthof(curves));
	cases_run(&march, outside, lengthof(outside));
	cases_run(&production, productions, lengthof(productions));
	cases_run(&daily, days, lengthof(days));
	cases_run(&peak, peaks, lengthof(peaks));
	test_sizes(&march);
	test_cancel(&march);
	return cases_done();
}
