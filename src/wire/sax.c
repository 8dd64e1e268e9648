/*
 * sax.c
 *	  Long, flat JSON bodies (RFC 8259), read where they stand.
 *
 * No memory is taken for a token: a text is unescaped in its own place, and ends by a NUL byte instead of its
 * closing quote; a number ends by one while its callback looks at it. Containers are counted, not recursed into.
 *
 * What reads takes the place to read at, and returns the place to read on at; NULL where reading ends, which is
 * where there is a fault. The place is a local variable of each, for in memory it would be loaded anew after each
 * byte that is written.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "sax.h"

/* Bytes that a person needs to see what kind of thing came instead of an answer. */
#define EXCERPT_LEN 120
/* Values between two looks at whether the statement was cancelled. */
#define INTERRUPT_EVERY 4096

#define CUT_SHORT "The body is JSON that is cut short."
#define NOT_JSON "The body is not valid JSON."

struct SgSax
{
	SgSaxValue value;
	SgSaxEnd end;
	void *arg;
	SgFault *fault;
	const char *stop; /* behind the last byte: not ours */
	int depth;
	uint32 seen;
	size_t len;							/* of the last text or number */
	char close[SG_SAX_DEPTH + 1];		/* at depth i: what ends the container */
	const char *keys[SG_SAX_DEPTH + 1]; /* at depth i: the member being read, NULL in an array */
	int elements[SG_SAX_DEPTH + 1];		/* at depth i: the element being read */
	char excerpt[EXCERPT_LEN];			/* of the body as it came */
};

const char *
sg_sax_key(const SgSax *sax, int depth)
{
	return sax->keys[depth];
}

size_t
sg_sax_length(const SgSax *sax)
{
	return sax->len;
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

static char *
complain(SgSax *sax, const char *what)
{
	sg_fault_set(sax->fault, SG_FAULT_SHAPE, "%s The answer begins with: %s", what, sax->excerpt);
	return NULL;
}

/* The byte there is not what JSON has there, or there is none. */
static char *
stray(SgSax *sax, const char *at)
{
	return complain(sax, at == sax->stop ? CUT_SHORT : NOT_JSON);
}

/* The byte there; NUL at the end, for a body that was verified holds none. */
static inline char
peek(const SgSax *sax, const char *at)
{
	return at < sax->stop ? *at : '\0';
}

static inline char *
skip_space(const SgSax *sax, char *at)
{
	/* most often there is none, and one comparison says so */
	while (at < sax->stop && *at <= ' ' &&
		   (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
		at++;
	return at;
}

/*
 * Goes on from the end of a value to what stands behind it, before the value is told: where that is no JSON, a value
 * that is odd is its consequence.
 */
static inline char *
look_behind(SgSax *sax, char *at)
{
	at = skip_space(sax, at);
	if (at < sax->stop && *at != ',' && *at != sax->close[sax->depth])
		return stray(sax, at);
	return at;
}

/* Tells a value; false if it has led to a fault. */
static bool
tell(SgSax *sax, SgSaxType type, const char *text)
{
	if (++sax->seen % INTERRUPT_EVERY == 0)
		CHECK_FOR_INTERRUPTS();
	sax->value(sax->arg, sax, sax->depth, type, text);
	return sax->fault->kind == SG_FAULT_NONE;
}

/* ---------------------------------------------------------------- texts */

#ifndef WORDS_BIGENDIAN
#define EACH_BYTE(c) (UINT64CONST(0x0101010101010101) * (c))

/*
 * Marks (bit 7) the bytes of a word that are a quote, a backslash or a control character. What is marked above the
 * lowest of them may be none, for a subtraction borrows from the next byte.
 */
static inline uint64
special_bytes(uint64 word)
{
	uint64 quotes = (word ^ EACH_BYTE('"')) - EACH_BYTE(1);
	uint64 slashes = (word ^ EACH_BYTE('\\')) - EACH_BYTE(1);
	uint64 controls = word - EACH_BYTE(' ');

	return (quotes | slashes | controls) & ~word & EACH_BYTE(0x80);
}
#endif

/* Goes on to a quote, a backslash, a control character or the end. */
static inline char *
skip_plain(const SgSax *sax, char *at)
{
#ifndef WORDS_BIGENDIAN
	/* eight at a time, which pays though most names and values are short */
	for (uint64 word; sax->stop - at >= (ptrdiff_t) sizeof(word); at += sizeof(word))
	{
		uint64 special;

		memcpy(&word, at, sizeof(word));
		special = special_bytes(word);
		if (special != 0)
			return at + pg_rightmost_one_pos64(special) / 8;
	}
#endif
	while (at < sax->stop && *at != '"' && *at != '\\' && (unsigned char) *at >= ' ')
		at++;
	return at;
}

/* Reads the four digits of a \u. */
static char *
read_unit(SgSax *sax, char *at, pg_wchar *unit)
{
	*unit = 0;
	for (int i = 0; i < 4; i++, at++)
	{
		char c = peek(sax, at);

		if (c >= '0' && c <= '9')
			*unit = *unit * 16 + (c - '0');
		else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
			*unit = *unit * 16 + ((c | 0x20) - 'a' + 10);
		else
			return stray(sax, at);
	}
	return at;
}

/* Reads the second half of a character of two units. */
static char *
read_low_surrogate(SgSax *sax, char *at, pg_wchar *code)
{
	pg_wchar low;

	for (const char *c = "\\u"; *c != '\0'; c++, at++)
		if (peek(sax, at) != *c)
			return stray(sax, at);
	at = read_unit(sax, at, &low);
	if (at == NULL)
		return NULL;
	if (!is_utf16_surrogate_second(low))
		return complain(sax, NOT_JSON);
	*code = surrogate_pair_to_codepoint(*code, low);
	return at;
}

/* Reads the digits of a \u, and a second one if it needs one, and writes the character, which is shorter. */
static char *
read_character(SgSax *sax, char *at, char **to)
{
	pg_wchar code;

	at = read_unit(sax, at, &code);
	if (at == NULL)
		return NULL;
	/* a text would end at a NUL byte */
	if (code == 0 || is_utf16_surrogate_second(code))
		return complain(sax, NOT_JSON);
	if (is_utf16_surrogate_first(code))
		at = read_low_surrogate(sax, at, &code);
	if (at == NULL)
		return NULL;
	unicode_to_utf8(code, (unsigned char *) *to);
	*to += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	return at;
}

/* Reads what follows a backslash, and writes what it means. */
static char *
read_escape(SgSax *sax, char *at, char **to)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meant[] = "\"\\/\b\f\n\r\t";
	char c = peek(sax, at);
	const char *letter = memchr(letters, c, sizeof(letters) - 1);

	if (c == 'u')
		return read_character(sax, at + 1, to);
	if (letter == NULL)
		return stray(sax, at);
	*(*to)++ = meant[letter - letters];
	return at + 1;
}

/* Reads the rest of a text from its first escape on, and closes the gaps. */
static char *
unescape(SgSax *sax, char *text, char *at)
{
	char *to = at;

	while (peek(sax, at) == '\\')
	{
		char *from = read_escape(sax, at + 1, &to);

		if (from == NULL)
			return NULL;
		at = skip_plain(sax, from);
		memmove(to, from, at - from);
		to += at - from;
	}
	if (peek(sax, at) != '"')
		return stray(sax, at);
	*to = '\0';
	sax->len = to - text;
	return at + 1;
}

/* Reads a text, which is then what stands behind its opening quote. */
static inline char *
read_text(SgSax *sax, char *at)
{
	char *text = at + 1;

	at = skip_plain(sax, text);
	if (peek(sax, at) != '"')
		return unescape(sax, text, at);
	*at = '\0';
	sax->len = at - text;
	return at + 1;
}

static inline char *
read_string(SgSax *sax, char *at)
{
	char *text = at + 1;

	at = read_text(sax, at);
	if (at != NULL)
		at = look_behind(sax, at);
	return at != NULL && tell(sax, SG_SAX_STRING, text) ? at : NULL;
}

/* ---------------------------------------------------------------- other scalars */

static char *
read_word(SgSax *sax, char *at, const char *word, SgSaxType type)
{
	for (const char *c = word; *c != '\0'; c++, at++)
		if (peek(sax, at) != *c)
			return stray(sax, at);
	at = look_behind(sax, at);
	return at != NULL && tell(sax, type, word) ? at : NULL;
}

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads a digit, and those that follow it. */
static char *
read_digits(SgSax *sax, char *at)
{
	if (!is_digit(peek(sax, at)))
		return stray(sax, at);
	while (is_digit(peek(sax, at)))
		at++;
	return at;
}

/* Tells a number; what stands behind it is JSON's, or not ours. */
static bool
tell_number(SgSax *sax, char *text, char *end)
{
	char behind = peek(sax, end);
	bool good;

	sax->len = end - text;
	if (end == sax->stop)
	{
		text = pnstrdup(text, sax->len);
		good = tell(sax, SG_SAX_NUMBER, text);
		pfree(text);
		return good;
	}
	*end = '\0';
	good = tell(sax, SG_SAX_NUMBER, text);
	*end = behind;
	return good;
}

static char *
read_number(SgSax *sax, char *at)
{
	char *text = at;
	char *next;

	if (*at == '-')
		at++;
	/* a leading zero is the whole of it */
	at = peek(sax, at) == '0' ? at + 1 : read_digits(sax, at);
	if (at != NULL && peek(sax, at) == '.')
		at = read_digits(sax, at + 1);
	if (at != NULL && (peek(sax, at) == 'e' || peek(sax, at) == 'E'))
	{
		at++;
		if (peek(sax, at) == '+' || peek(sax, at) == '-')
			at++;
		at = read_digits(sax, at);
	}
	if (at == NULL)
		return NULL;
	next = look_behind(sax, at);
	return next != NULL && tell_number(sax, text, at) ? next : NULL;
}

/* ---------------------------------------------------------------- containers */

static char *
enter(SgSax *sax, char *at, SgSaxType type)
{
	if (sax->depth == SG_SAX_DEPTH)
		return complain(sax, "The body nests too deep.");
	if (!tell(sax, type, NULL))
		return NULL;
	sax->depth++;
	sax->close[sax->depth] = type == SG_SAX_OBJECT ? '}' : ']';
	sax->keys[sax->depth] = NULL;
	sax->elements[sax->depth] = 0;
	return at + 1;
}

static char *
leave(SgSax *sax, char *at)
{
	SgSaxType type = sax->close[sax->depth] == '}' ? SG_SAX_OBJECT : SG_SAX_ARRAY;

	sax->depth--;
	at = look_behind(sax, at + 1);
	if (at == NULL)
		return NULL;
	sax->end(sax->arg, sax, sax->depth, type);
	return sax->fault->kind == SG_FAULT_NONE ? at : NULL;
}

/* Reads what stands before a value in its container: a member's name, nothing before an element. */
static inline char *
read_name(SgSax *sax, char *at)
{
	char *name;

	if (sax->close[sax->depth] == ']')
	{
		sax->elements[sax->depth]++;
		return at;
	}
	at = skip_space(sax, at);
	if (peek(sax, at) != '"')
		return stray(sax, at);
	name = at + 1;
	at = read_text(sax, at);
	if (at == NULL)
		return NULL;
	sax->keys[sax->depth] = name;
	at = skip_space(sax, at);
	return peek(sax, at) == ':' ? at + 1 : stray(sax, at);
}

/* Reads a scalar, or the beginning of a container. */
static inline char *
read_value(SgSax *sax, char *at)
{
	at = skip_space(sax, at);
	switch (peek(sax, at))
	{
		case '"':
			return read_string(sax, at);
		case '{':
			return enter(sax, at, SG_SAX_OBJECT);
		case '[':
			return enter(sax, at, SG_SAX_ARRAY);
		case 't':
			return read_word(sax, at, "true", SG_SAX_BOOL);
		case 'f':
			return read_word(sax, at, "false", SG_SAX_BOOL);
		case 'n':
			return read_word(sax, at, "null", SG_SAX_NULL);
		default:
			if (is_digit(peek(sax, at)) || peek(sax, at) == '-')
				return read_number(sax, at);
			return stray(sax, at);
	}
}

/* Reads what stands behind a value, or in a container that has begun, up to the next value. */
static inline char *
read_on(SgSax *sax, char *at, bool begun)
{
	if (begun)
		at = skip_space(sax, at);
	while (sax->depth > 0 && peek(sax, at) == sax->close[sax->depth])
	{
		at = leave(sax, at);
		if (at == NULL)
			return NULL;
		begun = false;
	}
	if (sax->depth == 0)
		return at < sax->stop ? complain(sax, NOT_JSON) : NULL;
	if (!begun && peek(sax, at) != ',')
		return stray(sax, at);
	return read_name(sax, begun ? at : at + 1);
}

void
sg_sax_read(char *body, size_t len, SgSaxValue value, SgSaxEnd end, void *arg, SgFault *fault)
{
	SgSax sax = {.value = value, .end = end, .arg = arg, .fault = fault, .stop = body + len};
	char *at = body;

	if (fault->kind != SG_FAULT_NONE)
		return;
	sg_fault_excerpt(sax.excerpt, sizeof(sax.excerpt), body, len);
	if (len == 0)
		complain(&sax, "The body is empty.");
	else if (!pg_verify_mbstr(PG_UTF8, body, (int) len, true))
		complain(&sax, "The body is not UTF-8.");
	else
		while (at != NULL)
		{
			int around = sax.depth;

			at = read_value(&sax, at);
			if (at != NULL)
				at = read_on(&sax, at, sax.depth > around);
		}
}
