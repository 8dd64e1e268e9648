/*
 * sax.c
 *	  Long, flat JSON bodies, through PostgreSQL's own parser.
 *
 * The only file that knows common/jsonapi.h (and compat.h, its differences between versions). Each token
 * is freed as soon as its callback has seen it, so memory does not grow with the body.
 */
#include "postgres.h"

#include "base/compat.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "sax.h"
#include "utils/memutils.h"

/* Bytes that a person needs to see what kind of thing came instead of an answer. */
#define EXCERPT_LEN 120
/* Values between two looks at whether the statement was cancelled. */
#define INTERRUPT_EVERY 4096

struct SgSax
{
	SgSaxValue value;
	SgSaxEnd end;
	void *arg;
	SgFault *fault;
	int depth;
	uint32 seen;
	const char *keys[SG_SAX_DEPTH + 1]; /* at depth i: the member being read, NULL in an array */
	int elements[SG_SAX_DEPTH + 1];		/* at depth i: the element being read */
};

const char *
sg_sax_key(const SgSax *sax, int depth)
{
	return sax->keys[depth];
}

char *
sg_sax_path(const SgSax *sax, int depth)
{
	StringInfoData path;

	initStringInfo(&path);
	for (int i = 1; i <= depth; i++)
	{
		if (sax->keys[i] != NULL)
			appendStringInfo(&path, "%s%s", i > 1 ? "." : "", sax->keys[i]);
		else
			appendStringInfo(&path, "[%d]", sax->elements[i] - 1);
	}
	return path.data;
}

static void
tell(SgSax *sax, SgSaxType type, const char *text)
{
	if (sax->fault->kind != SG_FAULT_NONE)
		return;
	if (++sax->seen % INTERRUPT_EVERY == 0)
		CHECK_FOR_INTERRUPTS();
	sax->value(sax->arg, sax, sax->depth, type, text);
}

static void
enter(SgSax *sax, SgSaxType type)
{
	tell(sax, type, NULL);
	sax->depth++;
	sax->keys[sax->depth] = NULL;
	sax->elements[sax->depth] = 0;
}

static void
leave(SgSax *sax, SgSaxType type)
{
	sax->depth--;
	if (sax->fault->kind == SG_FAULT_NONE)
		sax->end(sax->arg, sax, sax->depth, type);
}

static SG_SAX_RESULT
object_start(void *state)
{
	enter(state, SG_SAX_OBJECT);
	SG_SAX_RETURN;
}

static SG_SAX_RESULT
object_end(void *state)
{
	leave(state, SG_SAX_OBJECT);
	SG_SAX_RETURN;
}

static SG_SAX_RESULT
array_start(void *state)
{
	enter(state, SG_SAX_ARRAY);
	SG_SAX_RETURN;
}

static SG_SAX_RESULT
array_end(void *state)
{
	leave(state, SG_SAX_ARRAY);
	SG_SAX_RETURN;
}

static SG_SAX_RESULT
member_start(void *state, char *name, bool isnull)
{
	SgSax *sax = state;

	sax->keys[sax->depth] = name;
	SG_SAX_RETURN;
}

static SG_SAX_RESULT
member_end(void *state, char *name, bool isnull)
{
	SgSax *sax = state;

	sax->keys[sax->depth] = NULL;
	pfree(name);
	SG_SAX_RETURN;
}

static SG_SAX_RESULT
element_start(void *state, bool isnull)
{
	SgSax *sax = state;

	sax->keys[sax->depth] = NULL;
	sax->elements[sax->depth]++;
	SG_SAX_RETURN;
}

static SG_SAX_RESULT
scalar(void *state, char *token, JsonTokenType type)
{
	switch (type)
	{
		case JSON_TOKEN_STRING:
			tell(state, SG_SAX_STRING, token);
			break;
		case JSON_TOKEN_NUMBER:
			tell(state, SG_SAX_NUMBER, token);
			break;
		case JSON_TOKEN_NULL:
			tell(state, SG_SAX_NULL, token);
			break;
		default:
			tell(state, SG_SAX_BOOL, token);
			break;
	}
	pfree(token);
	SG_SAX_RETURN;
}

/* Is any container deeper than the limit? Looked at first, because the parser recurses. */
static bool
too_deep(const char *body, size_t len)
{
	int depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < len; i++)
	{
		char c = body[i];

		if (quoted)
		{
			if (c == '\\')
				i++;
			else if (c == '"')
				quoted = false;
		}
		else if (c == '"')
			quoted = true;
		else if ((c == '{' || c == '[') && ++depth > SG_SAX_DEPTH)
			return true;
		else if (c == '}' || c == ']')
			depth--;
	}
	return false;
}

static void
complain(SgFault *fault, const char *what, const char *body, size_t len)
{
	char excerpt[EXCERPT_LEN];

	if (fault->kind != SG_FAULT_NONE)
		return;
	sg_fault_excerpt(excerpt, sizeof(excerpt), body, len);
	sg_fault_set(fault, SG_FAULT_SHAPE, "%s The answer begins with: %s", what, excerpt);
}

static void
parse(SgSax *sax, char *body, size_t len)
{
	JsonSemAction actions = {
		.semstate = sax,
		.object_start = object_start,
		.object_end = object_end,
		.array_start = array_start,
		.array_end = array_end,
		.object_field_start = member_start,
		.object_field_end = member_end,
		.array_element_start = element_start,
		.scalar = scalar,
	};
	JsonLexContext *lex = sg_compat_lexer(body, (int) len);
	JsonParseErrorType error = pg_parse_json(lex, &actions);

	if (error != JSON_SUCCESS)
		complain(sax->fault,
				 lex->token_terminator >= body + len ? "The body is JSON that is cut short."
													 : "The body is not valid JSON.",
				 body, len);
}

void
sg_sax_read(char *body, size_t len, SgSaxValue value, SgSaxEnd end, void *arg, SgFault *fault)
{
	SgSax sax = {.value = value, .end = end, .arg = arg, .fault = fault};
	MemoryContext parsing;
	MemoryContext old;

	if (len == 0)
		complain(fault, "The body is empty.", body, len);
	else if (!pg_verify_mbstr(PG_UTF8, body, (int) len, true))
		complain(fault, "The body is not UTF-8.", body, len);
	else if (too_deep(body, len))
		complain(fault, "The body nests too deep.", body, len);
	if (fault->kind != SG_FAULT_NONE)
		return;

	parsing = AllocSetContextCreate(CurrentMemoryContext, "switchgrid JSON parser",
									ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(parsing);
	parse(&sax, body, len);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(parsing);
}
