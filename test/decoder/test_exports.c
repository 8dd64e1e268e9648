/*-------------------------------------------------------------------------
 *
 * test_exports.c
 *	  Tables that somebody downloaded: the account's export, and R63 of several
 *	  points. The argument is an example of the first.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <malloc.h>
#include <stdio.h>

#include "cases.h"
#include "utils/timestamp.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#define POINT "00000000000017"
#define OTHER "00000000000018"

#define NAMES(last)                                                                         \
	"Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur " \
	"metier;Etape metier;Unite" last "\n"
#define TOLD(point, kind, side, unit, step)                                                      \
	point ";" kind ";01/03/2026;03/03/2026;Energie active;" side ";Comptage Brut;" unit ";" step \
		  "\n"
#define HEAD NAMES(";Pas en minutes")
#define USUAL TOLD(POINT, "Courbe de charge", "Consommation", "W", "")
#define AT(time, watts) "2026-03-" time ":00+01:00;" watts "\n"
#define STAMPS "Horodate;Valeur\n"
#define FILE(rows) HEAD USUAL "\n" STAMPS rows
#define TWO AT("02T00:30", "7") AT("02T01:00", "8")
#define BOTH "03-01T23:30/30=7; 03-02T00:00/30=8"

static const Case accounts[] = {
	{"a label is the end of its interval", FILE(TWO), BOTH},
	{"without the empty line", HEAD USUAL STAMPS TWO, BOTH},
	{"with several", HEAD USUAL "\n\n\r\n" STAMPS TWO, BOTH},
	{"with a mark at its beginning", "\xef\xbb\xbf" FILE(TWO), BOTH},
	{"with accents", NAMES(";Pas en minutes") USUAL STAMPS TWO, BOTH},
	{"with accents in the names",
	 "Identifiant PRM;Type de donn\xc3\xa9"
	 "es;Grandeur m\xc3\xa9tier;Unit\xc3\xa9\n" POINT
	 ";Courbe de charge;Consommation;W\n" STAMPS TWO,
	 BOTH},
	{"without a column for the step",
	 NAMES("") POINT ";Courbe de charge;01/03/2026;03/03/2026;Energie active;Consommation;Comptage "
					 "Brut;W\n" STAMPS TWO,
	 BOTH},
	{"the step as it is told",
	 HEAD TOLD(POINT, "Courbe de charge", "Consommation", "W", "10") STAMPS AT("02T00:30", "7"),
	 "03-01T23:30/10=7"},
	{"a value that is missing", FILE(AT("02T00:30", "7") AT("02T01:00", "") AT("02T01:30", "9")),
	 "03-01T23:30/30=7; 03-02T00:30/30=9"},
	{"nothing but missing values", FILE(AT("02T00:30", "") AT("02T01:00", "")), ""},
	{"no line at all", FILE(""), ""},
	{"a line that is missing is no longer step", FILE(TWO AT("02T02:00", "9") AT("02T02:30", "10")),
	 BOTH "; 03-02T01:00/30=9; 03-02T01:30/30=10"},
	{"a day that is missing", FILE(TWO AT("03T02:00", "9") AT("03T02:30", "10")),
	 BOTH "; 03-03T01:00/30=9; 03-03T01:30/30=10"},
	{"a step that becomes shorter",
	 FILE(AT("02T01:00", "1") AT("02T02:00", "2") AT("02T02:10", "3") AT("02T02:20", "4")),
	 "03-02T00:00/60=1; 03-02T01:00/60=2; 03-02T01:10/10=3; 03-02T01:20/10=4"},
	{"a step that becomes longer",
	 FILE(AT("02T00:10", "1") AT("02T00:20", "2") AT("02T01:20", "3") AT("02T02:20", "4")),
	 "03-01T23:10/10=1; 03-01T23:20/10=2; 03-02T00:20/60=3; 03-02T01:20/60=4"},
	{"lines in any order", FILE(AT("02T01:30", "9") TWO), BOTH "; 03-02T00:30/30=9"},
	{"the last of two lines for one instant counts", FILE(AT("02T01:00", "9") TWO), BOTH},
	{"the hour that comes twice",
	 FILE("2026-10-25T02:00:00+02:00;1\n2026-10-25T02:30:00+02:00;2\n2026-10-25T02:00:00+01:00;3\n"
		  "2026-10-25T02:30:00+01:00;4\n"),
	 "10-25T00:00/30=1; 10-25T00:30/30=2; 10-25T01:00/30=3; 10-25T01:30/30=4"},
	{"the hour that comes twice, without offsets",
	 FILE("2026-10-25 02:00:00;1\n2026-10-25 02:30:00;2\n2026-10-25 02:00:00;3\n"
		  "2026-10-25 02:30:00;4\n2026-10-25 03:00:00;5\n"),
	 "10-25T00:00/30=1; 10-25T00:30/30=2; 10-25T01:00/30=3; 10-25T01:30/30=4; 10-25T02:00/30=5"},
	{"the hour that comes twice, in hours whose step the file tells",
	 HEAD TOLD(POINT, "Courbe de charge", "Consommation", "W", "60") STAMPS
	 "2026-10-25 01:00:00;1\n2026-10-25 02:00:00;2\n2026-10-25 02:00:00;3\n"
	 "2026-10-25 03:00:00;4\n",
	 "10-24T23:00/60=1; 10-25T00:00/60=2; 10-25T01:00/60=3; 10-25T02:00/60=4"},
	{"and in hours that tell it themselves",
	 FILE("2026-10-25 01:00:00;1\n2026-10-25 02:00:00;2\n2026-10-25 02:00:00;3\n"
		  "2026-10-25 03:00:00;4\n"),
	 "10-24T23:00/60=1; 10-25T00:00/60=2; 10-25T01:00/60=3; 10-25T02:00/60=4"},
	{"even if it comes first",
	 FILE("2026-10-25 02:00:00;2\n2026-10-25 02:00:00;3\n2026-10-25 03:00:00;4\n"),
	 "10-25T00:00/60=2; 10-25T01:00/60=3; 10-25T02:00/60=4"},
	{"and backwards",
	 FILE("2026-10-25 03:00:00;4\n2026-10-25 02:00:00;3\n2026-10-25 02:00:00;2\n"
		  "2026-10-25 01:00:00;1\n"),
	 "10-24T23:00/60=1; 10-25T00:00/60=2; 10-25T01:00/60=3; 10-25T02:00/60=4"},
	{"kilowatts",
	 HEAD TOLD(POINT, "Courbe de charge", "Consommation", "kW", "30") STAMPS AT("02T00:30", "0.7"),
	 "03-01T23:30/30=700"},
	{"a step that is none",
	 HEAD TOLD(POINT, "Courbe de charge", "Consommation", "W", "x") STAMPS TWO, "!shape"},
	{"one line that tells no step", FILE(AT("02T00:30", "7")), "!shape"},
	{"a day is no step", FILE(AT("02T00:00", "7") AT("03T00:00", "8")), "!shape"},
	{"a fraction of a minute is none", FILE(AT("02T00:00", "7") "2026-03-02T00:00:30+01:00;8\n"),
	 "!shape"},
	{"another kind", HEAD TOLD(POINT, "Index", "Consommation", "Wh", "") STAMPS TWO, "!shape"},
	{"energies", HEAD TOLD(POINT, "Courbe de charge", "Consommation", "Wh", "") STAMPS TWO,
	 "!shape"},
	{"no point", HEAD TOLD("", "Courbe de charge", "Consommation", "W", "") STAMPS TWO, "!shape"},
	{"a point that is none",
	 HEAD TOLD("17", "Courbe de charge", "Consommation", "W", "") STAMPS TWO, "!shape"},
	{"a direction that is none", HEAD TOLD(POINT, "Courbe de charge", "Haut", "W", "") STAMPS TWO,
	 "!shape"},
	{"a value that is none", FILE(TWO AT("02T01:30", "x")), "!shape"},
	{"a value that is too great", FILE(TWO AT("02T01:30", "1e99")), "!value"},
	{"a date that is none", FILE(TWO AT("32T01:30", "9")), "!shape"},
	{"no date", FILE(TWO ";9\n"), "!shape"},
	{"a third column", FILE(TWO AT("02T01:30", "9;1")), "!shape"},
	{"no second table", HEAD USUAL, "!shape"},
	{"another second table", HEAD USUAL "Horodate;Index\n" TWO, "!shape"},
	{"its first line alone", HEAD, "!shape"},
	{"JSON", "{\"mesures\":[]}", "!shape"},
	{"nothing", "", "!shape"},
};

static const Case sides[] = {
	{"a file that is about production",
	 HEAD TOLD(POINT, "Courbe de charge", "Production", "W", "") STAMPS TWO, BOTH},
	{"a file that does not tell", HEAD TOLD(POINT, "Courbe de charge", "", "W", "") STAMPS TWO,
	 BOTH},
	{"a file that is about consumption", FILE(TWO), "!option"},
};

/* ---------------------------------------------------------------- several points */

#define R63                                       \
	"Identifiant PRM;Grandeur physique;Grandeur " \
	"m\xc3\xa9tier;Unit\xc3\xa9;Horodate;Valeur;Nature;Pas\n"
#define LINE(point, side, time, watts, nature, step) \
	point ";PA;" side ";W;2026-03-" time ":00+01:00;" watts ";" nature ";" step "\n"

#define SEEN 1024

static void
note_point(void *arg, const SgRelation *relation, const Datum *values, const bool *nulls)
{
	char *seen = arg;
	const char *point = VARDATA_ANY(DatumGetPointer(values[SG_CURVE_POINT_ID]));
	const char *direction = VARDATA_ANY(DatumGetPointer(values[SG_CURVE_DIRECTION]));
	int len = (int) VARSIZE_ANY_EXHDR(DatumGetPointer(values[SG_CURVE_POINT_ID]));

	MUST(relation == &sg_relation_load_curve && !nulls[SG_CURVE_POINT_ID]);
	snprintf(seen + strlen(seen), SEEN - strlen(seen), "%.2s%c=%g ", point + len - 2, direction[0],
			 DatumGetFloat8(values[SG_CURVE_WATTS]));
}

static void
test_points(const Question *question)
{
	char seen[SEEN] = "";
	static const char body[] = R63 LINE(POINT, "CONS", "02T00:30", "1", "B", "PT30M")
		LINE(OTHER, "CONS", "02T00:30", "2", "B", "PT30M")
			LINE(POINT, "PROD", "02T00:30", "3", "B", "PT30M")
				LINE(OTHER, "CONS", "02T01:00", "4", "B", "PT30M")
					LINE(POINT, "CONS", "02T01:00", "5", "B", "PT30M");

	harness_decode(question, body, strlen(body), note_point, seen);
	cases_ok(strcmp(seen, "17c=1 17c=5 18c=2 18c=4 17p=3 ") == 0,
			 "each row is of its point and direction");
}

/* So many points that the table of them grows, each twice. */
enum
{
	POINTS = 5000,
	MOST_OF_A_POINT = 2048 /* bytes, which is some times what it needs */
};

/* Memory that is taken; what cannot tell it, such as a sanitizer's allocator, tells nothing. */
static size_t
memory_taken(void)
{
#ifdef __GLIBC__
	return mallinfo2().uordblks;
#else
	return 0;
#endif
}

/* Notes what is taken when the first row is given: by then the whole file is held. */
static void
note_memory(void *arg, const SgRelation *relation, const Datum *values, const bool *nulls)
{
	size_t *taken = arg;

	MUST(relation == &sg_relation_load_curve && !nulls[SG_CURVE_WATTS] &&
		 DatumGetFloat8(values[SG_CURVE_WATTS]) == 7);
	if (*taken == 0)
		*taken = memory_taken();
}

static void
test_many(const Question *question)
{
	size_t taken = 0;
	size_t before;
	char *body = malloc(POINTS * 2 * 100 + 200);
	size_t len = sprintf(body, "%s", R63);
	Outcome outcome;

	for (int i = 0; i < POINTS * 2; i++)
		len += sprintf(body + len, "%014d;PA;CONS;W;2026-03-02T%02d:00:00+01:00;7;B;PT1H\n",
					   i % POINTS + 1, i / POINTS + 1);
	before = memory_taken();
	outcome = harness_decode(question, body, len, note_memory, &taken);
	cases_ok(outcome.rows == POINTS * 2 && outcome.fault.kind == SG_FAULT_NONE,
			 "thousands of points, each twice");
	cases_ok(taken - before < len + (size_t) POINTS * MOST_OF_A_POINT,
			 "which take little memory each");
	free(body);
}

/* ---------------------------------------------------------------- damage */

static size_t
read_file(const char *path, char *body, size_t room)
{
	FILE *file = fopen(path, "rb");
	size_t len;

	if (file == NULL)
	{
		harness_broken(__FILE__, __LINE__, path, "(no example)");
		return 0;
	}
	len = fread(body, 1, room, file);
	MUST(len > 0 && len < room);
	fclose(file);
	return len;
}

/* Whatever is missing or other: rows or a fault, as harness.c looks at them, and never more rows than lines. */
static void
test_damage(const Question *question, const char *path)
{
	static const char others[] = {'\0', '\n', ';', '"', '9', 'x', '\xc3'};
	static char body[16384];
	size_t len = read_file(path, body, sizeof(body));
	long whole = harness_decode(question, body, len, NULL, NULL).rows;
	bool good = whole > 0;

	for (size_t i = 0; i < len; i++)
	{
		char kept = body[i];

		good &= harness_decode(question, body, i, NULL, NULL).rows <= whole;
		for (size_t j = 0; j < sizeof(others); j++)
		{
			body[i] = others[j];
			good &= harness_decode(question, body, len, NULL, NULL).rows <= whole + 1;
		}
		body[i] = kept;
	}
	cases_ok(good, "the example cut at each byte, and with each byte changed");
}

int
main(int argc, char **argv)
{
	Question question;
	Question production;

	harness_start();
	MUST(argc == 2, "(the example)");
	MUST(harness_ask(&question, "exports", "export", POINT, "2026-03-01", "2026-03-08"));
	MUST(harness_ask(&production, "exports-production", "export", POINT, "2026-03-01",
					 "2026-03-08"));
	cases_run(&question, accounts, lengthof(accounts));
	cases_run(&production, sides, lengthof(sides));
	test_points(&question);
	test_many(&question);
	test_damage(&question, argv[1]);
	return cases_done();
}
