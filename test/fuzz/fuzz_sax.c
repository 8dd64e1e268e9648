/*-------------------------------------------------------------------------
 *
 * fuzz_sax.c
 *	  The reader of long bodies against two others: PostgreSQL's own parser,
 *	  which must tell the same in the same order, and jansson, which must take
 *	  the same bodies for JSON.
 *
 * If the first byte is even, the others are the body; if it is odd, each of
 * them picks a token of it.
 *
 *-------------------------------------------------------------------------
 */
#define json_object jansson_json_object
#include <jansson.h>
#undef json_object

#include "postgres.h"

#include "common/jsonapi.h"
#include "enedis_seeds.h"
#include "harness.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"
#include "wire/sax.h"

#define EMPTY "The body is empty."
#define CUT "The body is JSON that is cut short."
#define BAD "The body is not valid JSON."
#define NOT_UTF8 "The body is not UTF-8."
#define TOO_DEEP "The body nests too deep."

/* What a reader tells: a line for each value, and for the end of each container. */
typedef struct Told
{
	StringInfoData text;
	int last; /* where the last line begins */
} Told;

static void
tell(Told *told, const char *path, char kind, const char *text)
{
	told->last = told->text.len;
	appendStringInfo(&told->text, "%s %c%s\n", path, kind, text != NULL ? text : "");
}

/* ---------------------------------------------------------------- ours */

static void
on_value(void *arg, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	char *path = sg_sax_path(sax, depth);

	MUST(depth <= SG_SAX_DEPTH);
	if (type == SG_SAX_STRING || type == SG_SAX_NUMBER)
		MUST(strlen(text) == sg_sax_length(sax));
	tell(arg, path, "{[snbz"[type], text);
	pfree(path);
}

static void
on_end(void *arg, const SgSax *sax, int depth, SgSaxType type)
{
	char *path = sg_sax_path(sax, depth);

	tell(arg, path, type == SG_SAX_OBJECT ? '}' : ']', NULL);
	pfree(path);
}

/* ---------------------------------------------------------------- PostgreSQL's */

typedef struct Theirs
{
	Told told;
	bool too_deep; /* from there on nothing is told */
	int depth;
	const char *keys[SG_SAX_DEPTH + 1];
	int elements[SG_SAX_DEPTH + 1];
} Theirs;

/* From 16 on a callback returns a code. */
#if PG_VERSION_NUM >= 160000
#define RESULT JsonParseErrorType
#define DONE return JSON_SUCCESS
#else
#define RESULT void
#define DONE return
#endif

static void
tell_theirs(Theirs *theirs, char kind, const char *text)
{
	StringInfoData path;

	initStringInfo(&path);
	for (int i = 1; i <= theirs->depth; i++)
	{
		if (theirs->keys[i] == NULL)
			appendStringInfo(&path, "[%d]", theirs->elements[i]);
		else
			appendStringInfo(&path, "%s%s", i == 1 ? "" : ".", theirs->keys[i]);
	}
	tell(&theirs->told, path.data, kind, text);
	pfree(path.data);
}

static RESULT
enter(Theirs *theirs, char kind)
{
	theirs->too_deep |= theirs->depth == SG_SAX_DEPTH;
	if (!theirs->too_deep)
	{
		tell_theirs(theirs, kind, NULL);
		theirs->elements[++theirs->depth] = -1;
	}
	DONE;
}

static RESULT
leave(Theirs *theirs, char kind)
{
	if (!theirs->too_deep)
	{
		theirs->depth--;
		tell_theirs(theirs, kind, NULL);
	}
	DONE;
}

static RESULT
object_start(void *state)
{
	return enter(state, '{');
}

static RESULT
object_end(void *state)
{
	return leave(state, '}');
}

static RESULT
array_start(void *state)
{
	return enter(state, '[');
}

static RESULT
array_end(void *state)
{
	return leave(state, ']');
}

static RESULT
member_start(void *state, char *name, bool isnull)
{
	Theirs *theirs = state;

	(void) isnull;
	theirs->keys[theirs->depth] = name;
	DONE;
}

static RESULT
element_start(void *state, bool isnull)
{
	Theirs *theirs = state;

	(void) isnull;
	theirs->keys[theirs->depth] = NULL;
	theirs->elements[theirs->depth]++;
	DONE;
}

static RESULT
scalar(void *state, char *token, JsonTokenType type)
{
	Theirs *theirs = state;

	if (!theirs->too_deep)
		tell_theirs(theirs,
					type == JSON_TOKEN_STRING	? 's'
					: type == JSON_TOKEN_NUMBER ? 'n'
					: type == JSON_TOKEN_NULL	? 'z'
												: 'b',
					token);
	DONE;
}

/* Sets whether the body ends where it does not go on, as that parser sees it. */
static bool
run_theirs(Theirs *theirs, char *body, size_t len, bool *at_end)
{
	JsonSemAction actions = {
		.semstate = theirs,
		.object_start = object_start,
		.object_end = object_end,
		.array_start = array_start,
		.array_end = array_end,
		.object_field_start = member_start,
		.array_element_start = element_start,
		.scalar = scalar,
	};
#if PG_VERSION_NUM >= 170000
	JsonLexContext *lex = makeJsonLexContextCstringLen(NULL, body, (int) len, PG_UTF8, true);
#else
	JsonLexContext *lex = makeJsonLexContextCstringLen(body, (int) len, PG_UTF8, true);
#endif
	bool good;

	initStringInfo(&theirs->told.text);
	good = pg_parse_json(lex, &actions) == JSON_SUCCESS;
	*at_end = lex->token_terminator >= body + len;
	return good;
}

/* ---------------------------------------------------------------- what must be so */

static bool
says(const SgFault *fault, const char *complaint)
{
	return fault->kind == SG_FAULT_SHAPE && strncmp(fault->text, complaint, strlen(complaint)) == 0;
}

/* A value is told when what stands behind it is a token; ours wants the right one, and may tell one thing less. */
static void
compare(const Told *ours, const SgFault *fault, char *body, size_t len)
{
	Theirs theirs = {.depth = 0};
	bool at_end;
	bool good = run_theirs(&theirs, body, len, &at_end);
	const StringInfoData *text = &theirs.told.text;
	bool same = ours->text.len == text->len && memcmp(ours->text.data, text->data, text->len) == 0;

	if (theirs.too_deep)
		MUST(same && says(fault, TOO_DEEP));
	else if (good)
		MUST(same && fault->kind == SG_FAULT_NONE);
	else
	{
		MUST(says(fault, BAD) || (says(fault, CUT) && at_end));
		MUST(same || ours->text.len == theirs.told.last);
		MUST(memcmp(ours->text.data, text->data, ours->text.len) == 0);
	}
}

/* What jansson cannot hold, or goes deeper into, is no matter here; a NUL byte is the end for it. */
static void
compare_jansson(const SgFault *fault, const char *body, size_t len)
{
	json_error_t error = {.line = 0};
	json_t *root = json_loadb(body, len, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &error);

	if (memchr(body, '\0', len) != NULL)
		MUST(fault->kind != SG_FAULT_NONE);
	else if (root != NULL)
		MUST(fault->kind == SG_FAULT_NONE || says(fault, TOO_DEEP));
	else if (json_error_code(&error) != json_error_numeric_overflow)
		MUST(fault->kind != SG_FAULT_NONE);
	json_decref(root);
}

static void
check(const char *body, size_t len)
{
	/* it ends where its memory ends */
	char *copy = palloc(len);
	Told ours;
	SgFault fault = {0};

	initStringInfo(&ours.text);
	memcpy(copy, body, len);
	sg_sax_read(copy, len, on_value, on_end, &ours, &fault);
	memcpy(copy, body, len);
	if (len == 0)
		MUST(says(&fault, EMPTY));
	else if (!pg_verify_mbstr(PG_UTF8, body, (int) len, true))
		MUST(says(&fault, NOT_UTF8) && ours.text.len == 0);
	else
		compare(&ours, &fault, copy, len);
	compare_jansson(&fault, copy, len);
}

/* ---------------------------------------------------------------- inputs */

static const char *const tokens[] = {
	"{",
	"}",
	"[",
	"]",
	",",
	":",
	"\"",
	"\"a\":",
	"\"b\"",
	"\"\"",
	"true",
	"false",
	"null",
	"nul",
	"0",
	"1",
	"-",
	"+",
	".",
	"e",
	"E",
	"12",
	"-0",
	"1e5",
	" ",
	"\n",
	"\t",
	"\r",
	"\\",
	"\\\"",
	"\\\\",
	"\\/",
	"\\n",
	"\\t",
	"\\x",
	"\\u",
	"\\u0041",
	"\\u0000",
	"\\u00e9",
	"\\u20AC",
	"\\ud83d",
	"\\uDE00",
	"\\ud83",
	"\xc3\xa9",
	"\xe2\x82\xac",
	"\xf0\x9f\x98\x80",
	"\xff",
	"\xc3",
	"\x01",
	"\x1f",
	"\x7f",
	"aaaaaaa",
	"[[[[[[[[",
	"]]]]]]]]",
	"[{\"a\":",
	"}]",
	"{\"a\":[",
	"]}",
	"\"aaaaaaaa\"",
	"\"aa\\naaaaaaaaaa\"",
	"\xef\xbb\xbf",
	"\f",
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static MemoryContext context = NULL;
	StringInfoData body;

	if (size == 0)
		return 0;
	if (context == NULL)
		context = AllocSetContextCreate(TopMemoryContext, "input", ALLOCSET_DEFAULT_SIZES);
	CurrentMemoryContext = context;
	initStringInfo(&body);
	if (data[0] % 2 == 0)
		appendBinaryStringInfo(&body, (const char *) data + 1, (int) size - 1);
	else
		for (size_t i = 1; i < size; i++)
			appendStringInfoString(&body, tokens[data[i] % lengthof(tokens)]);
	check(body.data, body.len);
	CurrentMemoryContext = TopMemoryContext;
	MemoryContextReset(context);
	return 0;
}

#ifdef STANDALONE
/* Bodies, and bytes that pick tokens. */
static int
byte(const char *file, const char *generation, const char *endpoint)
{
	(void) file, (void) endpoint;
	if (generation == NULL)
		return -1;
	return strcmp(generation, "2026") == 0 ? 0 : strcmp(generation, "flows") == 0 ? 1 : -1;
}

int
main(int argc, char **argv)
{
	return seeds_main(argc, argv, byte);
}
#endif
