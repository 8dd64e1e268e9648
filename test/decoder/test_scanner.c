/*-------------------------------------------------------------------------
 *
 * test_scanner.c
 *	  The reader of long bodies: what it takes for JSON, and what it tells of it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "cases.h"
#include "common/string.h"
#include "miscadmin.h"
#include "wire/sax.h"

/* How a complaint begins. */
#define GOOD ""
#define EMPTY "The body is empty."
#define CUT "The body is JSON that is cut short."
#define BAD "The body is not valid JSON."
#define NOT_UTF8 "The body is not UTF-8."
#define TOO_DEEP "The body nests too deep."

/* ---------------------------------------------------------------- what is told */

/*
 * A document as it was told: each value by its path, "=" and what it is, a text in quotes as it came; the end of a
 * container by its path and the bracket. A space is behind each.
 */
typedef struct Told
{
	char text[4096]; /* longer ones are cut */
	size_t len;
	int values;
	int ends;
	int stop_at; /* set a fault at this call, 0: never */
	SgFault fault;
	const char *behind; /* a byte behind the body that nobody may touch, NULL: there is none */
} Told;

static void
add(Told *told, const SgSax *sax, int depth, const char *before, const char *text,
	const char *after)
{
	char *path = sg_sax_path(sax, depth);
	const char *key = depth > 0 ? sg_sax_key(sax, depth) : NULL;
	size_t room = sizeof(told->text) - told->len;
	size_t len = snprintf(told->text + told->len, room, "%s%s%s%s ", path, before, text, after);

	MUST(key == NULL || pg_str_endswith(path, key));
	told->len += Min(len, room - 1);
	pfree(path);
	if (told->values + told->ends == told->stop_at)
		sg_fault_set(&told->fault, SG_FAULT_VALUE, "Enough.");
}

static void
on_value(void *arg, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	Told *told = arg;
	bool string = type == SG_SAX_STRING;

	MUST(told->fault.kind == SG_FAULT_NONE, "(a value after a fault)");
	MUST(told->behind == NULL || *told->behind == '7', "(a byte behind the body)");
	if (type == SG_SAX_OBJECT || type == SG_SAX_ARRAY)
	{
		MUST(text == NULL);
		text = type == SG_SAX_OBJECT ? "{" : "[";
	}
	else if (string || type == SG_SAX_NUMBER)
		MUST(strlen(text) == sg_sax_length(sax), "(the length of a text)");
	else
		MUST(type == (strcmp(text, "null") == 0 ? SG_SAX_NULL : SG_SAX_BOOL));
	told->values++;
	add(told, sax, depth, string ? "=\"" : "=", text, string ? "\"" : "");
}

static void
on_end(void *arg, const SgSax *sax, int depth, SgSaxType type)
{
	Told *told = arg;

	MUST(told->fault.kind == SG_FAULT_NONE, "(an end after a fault)");
	MUST(type == SG_SAX_OBJECT || type == SG_SAX_ARRAY);
	told->ends++;
	add(told, sax, depth, "", type == SG_SAX_OBJECT ? "}" : "]", "");
}

/* Reads a copy that ends where its memory ends. */
static void
scan(Told *told, const char *body, size_t len)
{
	char *copy = palloc(len);

	memcpy(copy, body, len);
	sg_sax_read(copy, len, on_value, on_end, told, &told->fault);
	pfree(copy);
}

static const Told *
told_of(const char *body, size_t len)
{
	static Told told;

	memset(&told, 0, sizeof(told));
	scan(&told, body, len);
	return &told;
}

/* Is that what is said of the body? */
static bool
is_said(const char *body, size_t len, const char *complaint)
{
	const Told *told = told_of(body, len);

	if (complaint[0] == '\0')
		return told->fault.kind == SG_FAULT_NONE;
	return told->fault.kind == SG_FAULT_SHAPE &&
		   strncmp(told->fault.text, complaint, strlen(complaint)) == 0;
}

/* ---------------------------------------------------------------- verdicts */

/* Bodies, each up to a bar. It is JSON: */
static const char accepted[] =
	"[0]|[-0]|[10]|[1234567890123456789012345678901234567890]|[0.5]|[-0.50]|[1.0e1]|[0e0]|"
	"[1E9]|[1e+9]|[1e-09]|[1e999]|[true]|[false]|[null]|[\"\"]|"
	"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]|[\"\\u00e9\\u00E9\"]|[\"\x7f\"]|[\"/\"]|[\"\\u0001\"]|"
	"[\"\\ud83d\\ude00\"]|[\"\\uD83D\\uDE00\"]|{}|{\"\":0}|{\"a\":0,\"a\":1}|{\"\\u0061\":0}|"
	"[]|[[],{},[[]]]|[ ]|{ }|0|-1.5e3|\"a\"|true|null| 0 |"
	" \t\r\n{ \t\r\n\"a\" \t\r\n: \t\r\n[ \t\r\n0 \t\r\n, \t\r\n1 \t\r\n] \t\r\n} \t\r\n|"
	"[\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\"]|{\"\xc3\xa9\":0}";

/* It is none, and can be gone on with to none: */
static const char rejected[] =
	"[-]|[+1]|[--1]|[01]|[-01]|[00]|[.5]|[-.5]|[1.]|[1.e1]|[1.5.5]|[1e]|[1e+]|[1e-]|[1e+-1]|"
	"[1e1.5]|[1E1E1]|[1x]|[1 2]|[1-2]|[0x10]|[1_000]|[NaN]|[Infinity]|[-Infinity]|[True]|"
	"[nul]|[nulll]|[truefalse]|[fals e]|[nil]|['a']|[a]|[\"\\a\"]|[\"\\'\"]|[\"\\x41\"]|"
	"[\"\\U0041\"]|[\"\\ n\"]|[\"\\\n\"]|[\"\\u\"]|[\"\\u004\"]|[\"\\u004g\"]|[\"\\u 041\"]|"
	"[\"\\u+041\"]|[\"\\u0000\"]|[\"a\\u0000b\"]|[\"\\ud83d\"]|[\"\\ude00\"]|"
	"[\"\\ude00\\ud83d\"]|[\"\\ud83d\\ud83d\"]|[\"\\ud83dx\\ude00\"]|[\"\\ud83d\\n\"]|"
	"[\"\\ud83d\\u0041\"]|[\"\\ud83d\\\\ude00\"]|[\"\\ud83dude00\"]|{\"\\u0000\":0}|"
	"{\"\\ud83d\":0}|{\"a\tb\":0}|{\"a\"}|{\"a\":}|{\"a\" 0}|{\"a\",0}|{\"a\"::0}|{:0}|{a:0}|"
	"{0:0}|{null:0}|{\"a\":0,}|{,\"a\":0}|{\"a\":0,,\"b\":0}|{\"a\":0 \"b\":0}|"
	"{\"a\":0;\"b\":0}|{[]:0}|{\"a\":0]|{]|[,]|[,0]|[0,]|[0,,0]|[0:0]|[\"a\":0]|[0}|[}|[[0}]|"
	"01|0,|[0]0|[0]]|{}}|[0] [1]|[0],|[0]x|]|:|hello|<html></html>|[\f0]|[\v0]|"
	"[\xc2\xa0\x30]|/* */[0]|[0 // one\n]|\xef\xbb\xbf[0]|[01|nulx|\"\\u000g|\"\\u0000|"
	"\"\\ude00|\"\n";

/* It ends too early: */
static const char cut[] = " |-|1.|1e|1e+|[\"\\|[\"\\ud83|[\"\\ud83d|[\"\\ud83d\\|[\"\\ud83d\\ude0";

/* It is not UTF-8: */
static const char not_utf8[] =
	"[\"\xe9\"]|[\"\xc3\"]|[\"\xa9\"]|[\"\xc0\xaf\"]|[\"\xe0\x80\xaf\"]|[\"\xed\xa0\xbd\"]|"
	"[\"\xf4\x90\x80\x80\"]|[\"\xff\"]|[0]\xff";

/* A test of TAP: its name must be one line that can be read. */
static void
body_ok(bool good, const char *complaint, const char *body, size_t len)
{
	char name[128];

	snprintf(name, sizeof(name), "%s %.*s", complaint[0] ? complaint : "JSON:", (int) len, body);
	for (char *c = name; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '.';
	cases_ok(good, name);
}

static void
test_each(const char *bodies, const char *complaint)
{
	for (size_t len; *bodies != '\0'; bodies += len + (bodies[len] == '|'))
	{
		len = strcspn(bodies, "|");
		body_ok(is_said(bodies, len, complaint), complaint, bodies, len);
	}
}

static void
test_verdicts(void)
{
	test_each(accepted, GOOD);
	test_each(rejected, BAD);
	test_each(cut, CUT);
	test_each(not_utf8, NOT_UTF8);
	cases_ok(is_said("", 0, EMPTY), "nothing");
	cases_ok(is_said("[0\0]", 4, NOT_UTF8) && is_said("[\"\0\"]", 5, NOT_UTF8) &&
				 is_said("[0]\0", 4, NOT_UTF8) && is_said("\0", 1, NOT_UTF8),
			 "NUL bytes");
}

/* ---------------------------------------------------------------- events */

static const struct
{
	const char *body;
	const char *told;
} documents[] = {
	{"{}", "={ } "},
	{"[]", "=[ ] "},
	{"\"a\"", "=\"a\" "},
	{"-12.50e+03", "=-12.50e+03 "},
	{" true ", "=true "},
	{"{\"a\":{\"b\":[1,{\"c\":null},[\"x\"]],\"d\":false},\"e\":\"\"}",
	 "={ a={ a.b=[ a.b[0]=1 a.b[1]={ a.b[1].c=null a.b[1]} a.b[2]=[ a.b[2][0]=\"x\" a.b[2]] a.b] "
	 "a.d=false a} e=\"\" } "},
	{"[[],[1],[2],3]", "=[ [0]=[ [0]] [1]=[ [1][0]=1 [1]] [2]=[ [2][0]=2 [2]] [3]=3 ] "},
	{"{\"a\":1,\"a\":[true],\"\":3}", "={ a=1 a=[ a[0]=true a] =3 } "},
	{"{\"a\\u0062\\/\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC\\ud83d\\ude00.\"}",
	 "={ ab/=\"\"\\/\b\f\n\r\t\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80.\" } "},
	{"[\"a\\nb\\nc\",\"\\n\",\"\\nlonger than a word\\n, and again\"]",
	 "=[ [0]=\"a\nb\nc\" [1]=\"\n\" [2]=\"\nlonger than a word\n, and again\" ] "},
	{"[1,2 ,3\n]", "=[ [0]=1 [1]=2 [2]=3 ] "},
	{"{\"a\":1}", "={ a=1 } "},
	{"{\"\xc3\xa9t\xc3\xa9\":\"\xe2\x82\xac\"}", "={ \xc3\xa9t\xc3\xa9=\"\xe2\x82\xac\" } "},
	/* what comes before a fault is told, */
	{"[1,{\"a\":\"b\"", "=[ [0]=1 [1]={ [1].a=\"b\" "},
	{"[1,x]", "=[ [0]=1 "},
	{"[12", "=[ [0]=12 "},
	/* but no value that is the consequence of one */
	{"[\"a\"b\"]", "=[ "},
	{"[{}b]", "=[ [0]={ "},
};

static void
test_documents(void)
{
	for (size_t i = 0; i < lengthof(documents); i++)
	{
		size_t len = strlen(documents[i].body);

		body_ok(strcmp(told_of(documents[i].body, len)->text, documents[i].told) == 0, "Events of",
				documents[i].body, len);
	}
}

/* Whatever is behind the body, it is no part of it, and stays as it is. */
static void
test_behind(void)
{
	static const char *const bodies[] = {"12", "[1,2", "true", "\"a\"", "[\"a", "[\"a\\"};
	bool good = true;

	for (size_t i = 0; i < lengthof(bodies); i++)
	{
		const Told *alone = told_of(bodies[i], strlen(bodies[i]));
		char buffer[16];
		Told told = {.behind = buffer + strlen(bodies[i])};

		strlcpy(buffer, bodies[i], sizeof(buffer));
		strlcat(buffer, "7", sizeof(buffer));
		sg_sax_read(buffer, strlen(bodies[i]), on_value, on_end, &told, &told.fault);
		good &= *told.behind == '7' && told.values > 0 && strcmp(told.text, alone->text) == 0 &&
				strcmp(told.fault.text, alone->fault.text) == 0;
	}
	cases_ok(good, "a byte behind the body is neither read nor written");
}

/* All kinds of tokens. */
static const char whole[] = "{\"text\":\"a \\\"b\\\" \\u00e9\\ud83d\\ude00 \xc3\xa9 and more of "
							"it\",\"\\n\":[true,false,null],\n"
							"\"numbers\" : [-0.5e+10, 12, 0], \"o\":{\"a\":{}}, \"e\":\"\"}";

/* A document that was cut is told as far as it goes, and said to be cut. */
static void
test_cut(void)
{
	size_t len = sizeof(whole) - 1;
	Told all = *told_of(whole, len);
	bool good = all.fault.kind == SG_FAULT_NONE;

	for (size_t i = 0; i < len; i++)
	{
		const char *complaint = i == 0 ? EMPTY : CUT;
		const Told *told;

		if (((unsigned char) whole[i] & 0xC0) == 0x80)
			complaint = NOT_UTF8;
		good &= is_said(whole, i, complaint);
		/* a number may have lost its end: its text goes on with the space behind it */
		told = told_of(whole, i);
		good &= told->len == 0 || strncmp(told->text, all.text, told->len - 1) == 0;
	}
	cases_ok(good, "a document that is cut at any byte");
}

/* Texts are looked through several bytes at a time: what ends one counts at each place, and nothing else does. */
static void
test_places(void)
{
	bool good = true;
	bool plain = true;

	for (size_t len = 1; len < 40; len++)
		for (size_t at = 0; at < len; at++)
			for (int byte = 1; byte < 0x80; byte++)
			{
				char body[64] = "\"";

				memset(body + 1, 'a', len);
				body[1 + at] = (char) byte;
				body[1 + len] = '"';
				if (byte == '\\')
					good &= is_said(body, len + 2, at == len - 1 ? CUT : BAD);
				else if (byte < ' ' || byte == '"')
					good &= is_said(body, len + 2, BAD);
				else
					plain &= told_of(body, len + 2)->len == len + 4;
				if (byte == '"')
				{
					memset(body + 2 + at, ' ', len - at);
					good &= told_of(body, len + 2)->len == at + 4;
				}
			}
	cases_ok(good, "a byte that ends a text, or that no text holds, at each place");
	cases_ok(plain, "each other byte, at each place");
}

/* The code point of a character of UTF-8, and how many bytes it has. */
static unsigned int
decoded(const char *text, size_t *len)
{
	static const unsigned char bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
	const unsigned char *s = (const unsigned char *) text;
	unsigned int code;

	*len = s[0] < 0x80 ? 1 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
	code = s[0] & bits[*len];
	for (size_t i = 1; i < *len; i++)
		code = code << 6 | (s[i] & 0x3F);
	return code;
}

/* Is the escape told as this character, the shortest form of it, and what follows behind it? */
static bool
is_character(const char *escape, unsigned int code)
{
	static const unsigned int most[] = {0, 0x7F, 0x7FF, 0xFFFF}; /* of so many bytes */
	char body[32];
	const Told *told;
	size_t len;

	snprintf(body, sizeof(body), "\"%s.\"", escape);
	told = told_of(body, strlen(body));
	return told->fault.kind == SG_FAULT_NONE && decoded(told->text + 2, &len) == code &&
		   code > most[len - 1] && strcmp(told->text + 2 + len, ".\" ") == 0;
}

static void
test_escapes(void)
{
	bool basic = true;
	bool pairs = true;
	char escape[16];

	for (unsigned int code = 1; code < 0x10000; code++)
	{
		snprintf(escape, sizeof(escape), code % 2 ? "\\u%04x" : "\\u%04X", code);
		basic &= is_character(escape, code) == (code < 0xD800 || code > 0xDFFF);
	}
	/* all bits of both halves */
	for (unsigned int code = 0x10000; code < 0x110000; code += code % 0x401 == 0 ? 0x3FF : 0x401)
	{
		unsigned int rest = code - 0x10000;

		snprintf(escape, sizeof(escape), "\\u%04x\\u%04X", 0xD800 + (rest >> 10),
				 0xDC00 + (rest & 0x3FF));
		pairs &= is_character(escape, code);
	}
	cases_ok(basic, "each escape of one unit");
	cases_ok(pairs && is_character("\\udbff\\udfff", 0x10FFFF), "escapes of two units");
}

/* ---------------------------------------------------------------- bounds */

/* Writes so many containers into one another, of the kinds that the bits tell. */
static size_t
nested(char *body, int depth, unsigned long kinds)
{
	char *at = body;

	for (int i = 0; i < depth; i++)
		at = stpcpy(at, kinds >> i % 64 & 1 ? "{\"a\":" : "[");
	at = stpcpy(at, "0");
	for (int i = depth - 1; i >= 0; i--)
		*at++ = kinds >> i % 64 & 1 ? '}' : ']';
	return at - body;
}

static void
test_depth(void)
{
	static const unsigned long kinds[] = {0, ~0UL, 0x5555555555555555, 0x123456789abcdef0};
	static char body[1 << 20];
	bool good = true;
	bool bad = true;
	const Told *told;
	size_t len;

	for (size_t i = 0; i < lengthof(kinds); i++)
	{
		len = nested(body, SG_SAX_DEPTH, kinds[i]);
		told = told_of(body, len);
		good &= told->fault.kind == SG_FAULT_NONE && told->values == SG_SAX_DEPTH + 1 &&
				told->ends == SG_SAX_DEPTH;
		len = nested(body, SG_SAX_DEPTH + 1, kinds[i]);
		told = told_of(body, len);
		bad &= told->values == SG_SAX_DEPTH && is_said(body, len, TOO_DEEP);
	}
	cases_ok(good, "as deep as may be");
	cases_ok(bad, "deeper");
	memset(body, '[', sizeof(body));
	cases_ok(is_said(body, sizeof(body), TOO_DEEP), "much deeper");
	/* many, but not in one another */
	for (size_t i = 0; i < sizeof(body) / 4; i++)
		memcpy(body + 4 * i, i == 0 ? "[[] " : ",[] ", 4);
	body[sizeof(body) - 1] = ']';
	told = told_of(body, sizeof(body));
	cases_ok(told->fault.kind == SG_FAULT_NONE && told->ends == (int) sizeof(body) / 4 + 1,
			 "many containers side by side");
}

/* A callback's fault is the last thing that happens, and stays, whatever is wrong with the rest. */
static void
test_stop(void)
{
	static const char body[] = "{\"a\":[1,{}],\"b\":{\"c\":\"d\"}} and more";
	Told before = {.fault = {.kind = SG_FAULT_VALUE, .text = "Before."}};
	bool good = true;

	/* at each value, and each end but the last */
	for (int i = 1; i <= 9; i++)
	{
		Told told = {.stop_at = i};

		scan(&told, body, sizeof(body) - 1);
		good &= told.values + told.ends == i && told.fault.kind == SG_FAULT_VALUE;
	}
	cases_ok(good, "a fault of a callback ends it");
	scan(&before, body, sizeof(body) - 1);
	cases_ok(before.values == 0 && strcmp(before.fault.text, "Before.") == 0, "a fault before it");
}

/* Does a statement that is cancelled end while it reads an array of so many elements? */
static bool
is_cancelled(int elements)
{
	static char body[100000];
	static Told told;
	sigjmp_buf escape;
	volatile bool raised = false;

	memset(&told, 0, sizeof(told));
	memset(body, ',', sizeof(body));
	for (int i = 0; i <= elements; i++)
		body[2 * i] = '0';
	body[0] = '[';
	body[1] = ' ';
	body[2 * elements + 1] = ']';
	InterruptPending = true;
	PG_exception_stack = &escape;
	if (sigsetjmp(escape, 0) == 0)
		sg_sax_read(body, 2 * elements + 2, on_value, on_end, &told, &told.fault);
	else
		raised = true;
	PG_exception_stack = NULL;
	InterruptPending = false;
	MUST(told.fault.kind == SG_FAULT_NONE);
	return raised && told.values < elements;
}

/* What a person is shown is the body as it came, though it was changed by then. */
static void
test_excerpt(void)
{
	static const char body[] = "{\"a\\nb\":\"c\",\"d\":12,\"e\":\"f\\u0041\"}]";
	const Told *told = told_of(body, sizeof(body) - 1);

	cases_ok(strcmp(told->fault.text, BAD " The answer begins with: {\"a\\nb\":\"c\",\"d\":12,"
										  "\"e\":\"f\\u0041\"}]") == 0,
			 "the excerpt of a body");
}

int
main(void)
{
	harness_start();
	test_verdicts();
	test_documents();
	test_behind();
	test_cut();
	test_places();
	test_escapes();
	test_depth();
	test_stop();
	test_excerpt();
	cases_ok(is_cancelled(40000), "a long body can be cancelled");
	return cases_done();
}
