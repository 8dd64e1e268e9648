/*
 * switchgrid_errors.c
 *	  What went wrong, in the words of the API and of the operators behind it.
 *
 * No shape of an error is documented, and several are seen: a text or a list under "error", a text under
 * "message", a list of issues with the path of each, a page of HTML, plain text. None of them has a code that
 * tells more than the status.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/clock.h"
#include "lib/stringinfo.h"
#include "switchgrid.h"
#include "wire/sax.h"

/* No limit is documented: a minute is more than any usual window of one. */
#define WAIT_THROTTLED USECS_PER_MINUTE
#define EXCERPT_LEN 300
/* An operator's codes: SGT and three letters or digits, today. */
#define CODE_PREFIX "SGT"
#define CODE_LONGEST 12

/* ---------------------------------------------------------------- wordings */

/* A text for comparisons: in lower case, without what is not ASCII, so "Révoqué" and "REVOQUE" are nearly one. */
static char *
fold(const char *text)
{
	char *folded = palloc(strlen(text) + 1);
	char *to = folded;

	for (; *text != '\0'; text++)
		if ((unsigned char) *text < 0x80)
			*to++ = (char) tolower((unsigned char) *text);
	*to = '\0';
	return folded;
}

static bool
mentions(const char *folded, const char *const *words)
{
	for (int i = 0; words[i] != NULL; i++)
		if (strstr(folded, words[i]) != NULL)
			return true;
	return false;
}

static const char *const of_consent[] = {"consent", "accepted ask", "no ask", "revoked",
										 "revoqu",	"rvoqu",		NULL};
static const char *const of_nothing[] = {"aucune mesure", "aucune donn", "pas de mesure",
										 "no measure",	  "no data",	 NULL};
static const char *const of_quota[] = {"quota", NULL};

static void
copy_code(char *code, const char *message)
{
	const char *at = strstr(message, CODE_PREFIX);
	int len = 0;

	while (at != NULL && len < CODE_LONGEST && isalnum((unsigned char) at[len]))
		len++;
	strlcpy(code, len > 0 ? at : "", len + 1);
}

/*
 * The operator says that it has nothing, or that it has been asked too often, under the same code: there the
 * words decide, else the code does.
 */
static SgFaultKind
kind_of_message(const char *code, const char *folded)
{
	if (mentions(folded, of_nothing))
		return SG_FAULT_EMPTY;
	if (strcmp(code, "SGT720") == 0 || mentions(folded, of_quota))
		return SG_FAULT_QUOTA;
	if (strcmp(code, "SGT4L8") == 0)
		return SG_FAULT_REQUEST;
	if (strcmp(code, "SGT211") == 0)
		return SG_FAULT_NOT_RECORDED;
	return mentions(folded, of_consent) ? SG_FAULT_CONSENT : SG_FAULT_SERVER;
}

void
sg_switchgrid_mean(const char *message, SgFault *fault)
{
	char excerpt[EXCERPT_LEN];

	if (message == NULL)
	{
		sg_fault_set(fault, SG_FAULT_SERVER, "The request failed, and nothing says why.");
		return;
	}
	copy_code(fault->code, message);
	sg_fault_excerpt(excerpt, sizeof(excerpt), message, strlen(message));
	sg_fault_set(fault, kind_of_message(fault->code, fold(message)), "The request failed: %s",
				 excerpt);
}

/* ---------------------------------------------------------------- what an error says */

/* What is taken from an error while it is read. */
typedef struct Words
{
	StringInfoData message; /* the first one */
	StringInfoData path;	/* of the first issue: "requests.0.type" */
	char tag[SG_FAULT_CODE_LEN];
	int issues; /* that have been read */
} Words;

static bool
is_either(const char *word, const char *a, const char *b)
{
	return word != NULL && (strcmp(word, a) == 0 || strcmp(word, b) == 0);
}

static void
take_message(Words *words, const char *text)
{
	if (words->message.len == 0)
		appendStringInfoString(&words->message, text);
}

/* Words as "Missing" or "HttpApiDecodeError": anything else is no code. */
static void
take_tag(Words *words, const char *text)
{
	size_t len = strlen(text);

	if (words->tag[0] == '\0' && len < sizeof(words->tag) &&
		strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_") == len)
		strlcpy(words->tag, text, sizeof(words->tag));
}

/* A member of an issue, or an element of its path. */
static void
take_issue(Words *words, const SgSax *sax, int depth, const char *text)
{
	const char *key = sg_sax_key(sax, 3);

	if (key == NULL)
		return;
	if (depth == 3 && is_either(key, "message", "error"))
		take_message(words, text);
	else if (depth == 3 && strcmp(key, "_tag") == 0)
		take_tag(words, text);
	else if (depth == 4 && strcmp(key, "path") == 0 && words->issues == 0)
		appendStringInfo(&words->path, "%s%s", words->path.len > 0 ? "." : "", text);
}

static void
take_value(void *arg, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	const char *root = depth > 0 ? sg_sax_key(sax, 1) : NULL;

	if (root == NULL || (type != SG_SAX_STRING && type != SG_SAX_NUMBER))
		return;
	if (depth == 1 && is_either(root, "message", "error"))
		take_message(arg, text);
	else if (depth == 1 && strcmp(root, "_tag") == 0)
		take_tag(arg, text);
	else if (depth >= 3 && is_either(root, "issues", "error"))
		take_issue(arg, sax, depth, text);
}

/* Issues are the objects in a list of the root's. */
static void
count_issue(void *arg, const SgSax *sax, int depth, SgSaxType type)
{
	(void) sax;
	if (depth == 2 && type == SG_SAX_OBJECT)
		((Words *) arg)->issues++;
}

/* Reads an error that is JSON; what is none leaves the words empty. */
static void
read_words(Words *words, const char *body, size_t len)
{
	SgFault unreadable = {0};
	/* the reader needs a byte behind the body, and may change it */
	char *copy = palloc(len + 1);

	memset(words, 0, sizeof(*words));
	initStringInfo(&words->message);
	initStringInfo(&words->path);
	memcpy(copy, body, len);
	copy[len] = '\0';
	sg_sax_read(copy, len, take_value, count_issue, words, &unreadable);
	pfree(copy);
}

/* Moves to the title of a page, which says more than how it begins. */
static bool
find_title(const char **body, size_t *len)
{
	static const char tag[] = "<title>";
	size_t skipped = sizeof(tag) - 1;

	for (size_t at = 0; at + skipped < *len; at++)
		if (pg_strncasecmp(*body + at, tag, skipped) == 0)
		{
			const char *title = *body + at + skipped;
			const char *end = memchr(title, '<', *len - at - skipped);

			*len = end != NULL ? end - title : *len - at - skipped;
			*body = title;
			return true;
		}
	return false;
}

static bool
is_page(const char *body, size_t len)
{
	size_t at = 0;

	while (at < len && isspace((unsigned char) body[at]))
		at++;
	return at < len && body[at] == '<';
}

/* ---------------------------------------------------------------- what it is worth */

static SgFaultKind
kind_of_status(int status)
{
	switch (status)
	{
		case 401:
		case 403:
			return SG_FAULT_TOKEN;
		case 408:
			return SG_FAULT_TIMEOUT;
		case 429:
			return SG_FAULT_THROTTLED;
		default:
			if (status >= 500)
				return SG_FAULT_SERVER;
			/* an unknown identifier is a 404 */
			return status >= 400 ? SG_FAULT_REQUEST : SG_FAULT_SHAPE;
	}
}

static void
classify_words(int status, const Words *words, SgFault *fault)
{
	char excerpt[EXCERPT_LEN];
	char path[EXCERPT_LEN / 3];
	SgFaultKind kind = kind_of_status(status);

	if (status == 403 && mentions(fold(words->message.data), of_consent))
		kind = SG_FAULT_CONSENT;
	copy_code(fault->code, words->message.data);
	if (fault->code[0] == '\0')
		strlcpy(fault->code, words->tag, sizeof(fault->code));
	sg_fault_excerpt(excerpt, sizeof(excerpt), words->message.data, words->message.len);
	sg_fault_excerpt(path, sizeof(path), words->path.data, words->path.len);
	sg_fault_set(fault, kind, "HTTP status %d: %s%s%s%s", status, excerpt,
				 path[0] != '\0' ? " (at " : "", path, path[0] != '\0' ? ")" : "");
}

/* A 403 with a page comes from a gate before the API, and says nothing about the token. */
static void
classify_text(int status, const char *body, size_t len, SgFault *fault)
{
	char excerpt[EXCERPT_LEN / 2];
	bool page = is_page(body, len);
	SgFaultKind kind = status == 403 && page ? SG_FAULT_SHAPE : kind_of_status(status);
	const char *what = page ? ", a page of HTML that begins with: " : ": ";

	if (page && find_title(&body, &len))
		what = ", a page of HTML with the title: ";
	if (len == 0)
		what = ", with an empty body.";
	sg_fault_excerpt(excerpt, sizeof(excerpt), body, len);
	sg_fault_set(fault, kind, "HTTP status %d%s%s", status, what, excerpt);
}

void
sg_switchgrid_classify(int status, const char *body, size_t len, TimestampTz now, SgFault *fault)
{
	Words words;

	fault->status = status;
	read_words(&words, body, len);
	if (words.message.len > 0)
		classify_words(status, &words, fault);
	else
		classify_text(status, body, len, fault);
	if (status == 429)
		fault->not_before = now + WAIT_THROTTLED;
}
