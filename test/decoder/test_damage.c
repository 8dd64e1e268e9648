/*-------------------------------------------------------------------------
 *
 * test_damage.c
 *	  Every example of an answer or error, cut short and changed.
 *
 *	  test_damage answers EXAMPLES LIST
 *	  test_damage errors EXAMPLES
 *
 * An answer that is cut anywhere is a fault.  An answer in which one value is
 * of another type, absent or there twice is a fault, or gives its rows: all of
 * them but those that the value was about.  Rows that get lost without a word
 * are what this looks for.  What else holds of any row and fault is looked at
 * by the harness.
 *
 * LIST is answers.tsv or flows.tsv, of which the tables are left to
 * test_flows.  Prints TAP.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <dirent.h>

#include "harness.h"
#include "tap.h"
#include "variants.h"

/* A sanitizer makes all this slow: then the long documents are cut at some bytes only. */
#ifndef LONG_DOCUMENT
#define LONG_DOCUMENT SIZE_MAX
#endif
#define LONG_DOCUMENT_EVERY 13

/* Of variant_values. */
#define NULL_VALUE 0
#define NO_TEXT 4
#define EMPTY_LIST 5

/* The only path of an example of billed quantities. */
#define BILLED ".mesures[].contexte[].grandeur[].calendrier"
#define QUANTITY BILLED "[].classeTemporelle[].quantite"

/* Changes after which an answer without rows, and without a fault, is right. */
static const struct
{
	const char *path; /* [] for any element */
	int variant;
	const char *why;
} lenient[] = {
	{".meter_reading.interval_reading", EMPTY_LIST, "a window without measures"},
	{".grandeur[].points", EMPTY_LIST, "a window without measures"},
	{".contexte", EMPTY_LIST, "a window without readings"},
	{".contexte[]", VARIANT_WITHOUT, "the same"},
	{".contexte[].grandeur", EMPTY_LIST, "a context without readings"},
	{".contexte[].grandeur[]", VARIANT_WITHOUT, "the same"},
	{".mesures", EMPTY_LIST, "a file without measures"},
	{".mesures[]", VARIANT_WITHOUT, "the same"},
	{".mesures[].grandeur", EMPTY_LIST, "a measure without series"},
	{".mesures[].grandeur[]", VARIANT_WITHOUT, "the same"},
	{".mesures[].grandeur[].points", EMPTY_LIST, "a series without points"},
	{".grandeur", EMPTY_LIST, "an answer without series"},
	{".grandeur[]", VARIANT_WITHOUT, "the same"},
	{".mesures[].contexte", EMPTY_LIST, "a measure without readings"},
	{".mesures[].contexte[]", VARIANT_WITHOUT, "the same"},
	{".mesures[].contexte[].grandeur", EMPTY_LIST, "a context without readings"},
	{".mesures[].contexte[].grandeur[]", VARIANT_WITHOUT, "the same"},
	{BILLED, EMPTY_LIST, "nothing billed"},
	{BILLED "[]", VARIANT_WITHOUT, "the same"},
	{BILLED "[].classeTemporelle", EMPTY_LIST, "the same"},
	{BILLED "[].classeTemporelle[]", VARIANT_WITHOUT, "the same"},
	{QUANTITY, EMPTY_LIST, "the same"},
	{QUANTITY "[]", VARIANT_WITHOUT, "the same"},
	{QUANTITY "[].quantite", NULL_VALUE, "the only quantity without a value"},
	{QUANTITY "[].quantite", NO_TEXT, "the same"},
	{QUANTITY "[].quantite", VARIANT_WITHOUT, "the same"},
	{".values", EMPTY_LIST, "a series without values"},
	{".99900000000202.values", EMPTY_LIST, "the same"},
};

static const char *examples;
static long cuts;
static long changes;
static long error_cuts;
static long error_changes;
static int complaints;

/* Says what is wrong, the first few times. */
static void
complain(const char *what, const char *path, const char *change, const Outcome *outcome)
{
	if (complaints++ < 20)
		printf("# %s: %s, %s: %s, %ld rows%s%s\n", what, path, change,
			   sg_fault_class(outcome->fault.kind)->name, outcome->rows,
			   outcome->raised ? ", raised " : "", outcome->raised ? harness_error.message : "");
}

static Document *
example(const char *file)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", examples, file);
	return document_read(path);
}

static const char *
change_name(int variant)
{
	return variant == VARIANT_WITHOUT ? "absent"
		   : variant == VARIANT_TWICE ? "twice"
									  : variant_values[variant];
}

/* The path with [] for any element. */
static const char *
any_path(const char *path)
{
	static char out[512];
	size_t o = 0;

	for (; *path != '\0' && o + 1 < sizeof(out); path++)
		if (*path < '0' || *path > '9' || o == 0 || out[o - 1] != '[')
			out[o++] = *path;
	out[o] = '\0';
	return out;
}

static bool
is_lenient(const Document *document, int node, int variant)
{
	const char *path = any_path(document_path(document, node));

	for (size_t i = 0; i < lengthof(lenient); i++)
		if (lenient[i].variant == variant && strcmp(lenient[i].path, path) == 0)
			return true;
	return false;
}

/* ---------------------------------------------------------------- answers */

/* How many bytes make a document whole: all but the white space behind it. */
static size_t
whole(const Document *document)
{
	return document->nodes[0].end;
}

/* Is a byte, or a value, one of those that are left out in a long document? */
static bool
left_out(const Document *document, size_t i)
{
	return document->len > LONG_DOCUMENT && i % LONG_DOCUMENT_EVERY != 0;
}

static bool
cut_answer(const Question *question, const Document *document, long rows)
{
	int before = complaints;

	for (size_t len = 0; len < document->len; len++)
	{
		Outcome outcome;
		char change[40];

		if (len < whole(document) && left_out(document, len))
			continue;
		outcome = harness_decode(question, document->text, len, NULL, NULL);
		cuts++;
		snprintf(change, sizeof(change), "cut at byte %zu", len);
		if (outcome.raised ||
			(len < whole(document) ? outcome.fault.kind != SG_FAULT_SHAPE
								   : outcome.fault.kind != SG_FAULT_NONE || outcome.rows != rows))
			complain(question->endpoint->name, "", change, &outcome);
	}
	return complaints == before;
}

/* Is the node a member of one of the names? */
static bool
is_one_of(const Document *document, int node, const char *const *names)
{
	for (int i = 0; names[i] != NULL; i++)
		if (document_is(document, node, names[i]))
			return true;
	return false;
}

/* What a point cannot be without must not be taken from the one before it; without its value it is no row. */
static bool
is_sound_without(const Document *document, int node, const Outcome *outcome, long rows)
{
	static const char *const needed[] = {"date", "d", "interval_length", "p", NULL};
	static const char *const values[] = {"value", "v", NULL};

	if (is_one_of(document, node, needed))
		return outcome->fault.kind == SG_FAULT_SHAPE;
	if (is_one_of(document, node, values))
		return outcome->fault.kind == SG_FAULT_NONE && outcome->rows == rows - 1;
	return true;
}

/* What a variant's outcome must be: a fault, or all rows but those that the node was about. */
static bool
is_sound(const Question *question, const Document *document, int node, int variant,
		 const Outcome *outcome, long rows)
{
	static const char *const labels[] = {"date", "d", NULL};
	int inside = document_members(document, node, labels);

	if (outcome->raised)
		return false;
	if (variant == VARIANT_WITHOUT && sg_endpoint_is_series(question->endpoint) &&
		!is_sound_without(document, node, outcome, rows))
		return false;
	if (outcome->fault.kind != SG_FAULT_NONE)
		return outcome->fault.kind == SG_FAULT_SHAPE || outcome->fault.kind == SG_FAULT_VALUE ||
			   outcome->fault.kind == SG_FAULT_EMPTY;
	if (is_lenient(document, node, variant))
		return true;
	if (!sg_endpoint_is_series(question->endpoint))
		return outcome->rows > 0;
	return outcome->rows > 0 && outcome->rows >= rows - Max(inside, 1);
}

static bool
change_answer(const Question *question, const Document *document, long rows)
{
	char *out = malloc(2 * document->len + 16);
	int before = complaints;

	MUST(out != NULL);
	for (int node = 0; node < document->count; node++)
		for (int variant = 0; variant < VARIANTS && !left_out(document, node); variant++)
		{
			size_t len = variant_make(document, node, variant, out);
			Outcome outcome;

			if (len == 0)
				continue;
			outcome = harness_decode(question, out, len, NULL, NULL);
			changes++;
			if (!is_sound(question, document, node, variant, &outcome, rows))
				complain(question->endpoint->name, document_path(document, node),
						 change_name(variant), &outcome);
		}
	free(out);
	return complaints == before;
}

/* One line of answers.tsv. */
static void
test_answer(char *line)
{
	char *field[6];
	char *rest = line;
	Question question;
	Document *document;
	Outcome outcome;
	int share;
	long before;

	for (size_t i = 0; i < lengthof(field); i++)
		field[i] = strtok_r(i == 0 ? line : NULL, "\t\n", &rest);
	MUST(field[5] != NULL &&
			 harness_ask(&question, field[1], field[2], field[3], field[4], field[5]),
		 "(a line of answers.tsv)");
	document = example(field[0]);
	outcome = harness_decode(&question, document->text, document->len, NULL, NULL);
	ok(outcome.fault.kind == SG_FAULT_NONE && outcome.rows > 0, "%s: %ld rows", field[0],
	   outcome.rows);
	share = document->len > LONG_DOCUMENT ? LONG_DOCUMENT_EVERY : 1;
	before = cuts;
	ok(cut_answer(&question, document, outcome.rows), "%s: cut at %s byte, always a fault",
	   field[0], share > 1 ? "every thirteenth" : "every");
	MUST(cuts - before >= (long) document->len / share);
	before = changes;
	ok(change_answer(&question, document, outcome.rows),
	   "%s: %s value changed, no row is lost without a fault", field[0],
	   share > 1 ? "every thirteenth" : "each");
	/* a value can be of one type already, and the outermost one cannot be absent */
	MUST(changes - before >= (long) document->count / share * (VARIANTS - 1) - 2);
	document_free(document);
}

static void
test_answers(const char *list)
{
	FILE *file = fopen(list, "r");
	char line[512];

	MUST(file != NULL, "(answers.tsv is there)");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (line[0] != '#' && strstr(line, ".csv\t") == NULL)
			test_answer(line);
	if (file != NULL)
		fclose(file);
}

/* ---------------------------------------------------------------- errors */

/* The harness looks at what comes of it: never nothing. */
static bool
damage_error(const SgApi *api, int status, const Document *document)
{
	char *out = malloc(2 * document->len + 16);
	bool good = true;

	MUST(out != NULL);
	for (size_t len = 0; len <= document->len; len++, error_cuts++)
		good &= !harness_classify(api, status, document->text, len).raised;
	for (int node = 0; node < document->count; node++)
		for (int variant = 0; variant < VARIANTS; variant++)
		{
			size_t len = variant_make(document, node, variant, out);

			if (len == 0)
				continue;
			good &= !harness_classify(api, status, out, len).raised;
			error_changes++;
		}
	free(out);
	return good;
}

/* Errors with any status; what else is there with some, for a body can come with any. */
static void
test_error(const char *file)
{
	static const int statuses[] = {404, 500, 0, 204, 301, 400, 401, 403, 429, 503, 999};
	Document *document = example(file);
	int some = strstr(file, "error-") != NULL ? (int) lengthof(statuses) : 2;
	long before = error_changes;
	bool good = true;

	for (int i = 0; i < some; i++)
		good &=
			damage_error(i % 2 ? &sg_api_enedis_v5 : &sg_api_enedis_2026, statuses[i], document);
	ok(good, "%s as an error, cut and changed: always a fault", file);
	MUST(error_changes - before >= some * ((long) document->count * (VARIANTS - 1) - 2));
	document_free(document);
}

static void
test_errors(void)
{
	struct dirent **entries;
	int n = scandir(examples, &entries, NULL, alphasort);

	MUST(n > 0, "(the directory of examples)");
	for (int i = 0; i < n; i++)
	{
		const char *file = entries[i]->d_name;

		if (strstr(file, ".json") != NULL && strstr(file, "load-curve") == NULL &&
			strstr(file, "courbe") == NULL)
			test_error(file);
		free(entries[i]);
	}
	free(entries);
}

int
main(int argc, char **argv)
{
	bool answers = argc == 4 && strcmp(argv[1], "answers") == 0;

	if (!answers && !(argc == 3 && strcmp(argv[1], "errors") == 0))
	{
		fprintf(stderr, "usage: test_damage answers EXAMPLES LIST | errors EXAMPLES\n");
		return 2;
	}
	examples = argv[2];
	harness_start();
	if (answers)
		test_answers(argv[3]);
	else
		test_errors();
	printf("# %ld cuts and %ld changes of answers, %ld and %ld of errors\n", cuts, changes,
		   error_cuts, error_changes);
	printf("1..%d\n", tap_run);
	tap_planned = tap_run;
	return tap_done();
}
