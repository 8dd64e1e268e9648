/*
 * hide.c
 *	  What was sent, taken out of what comes back.
 */
#include "postgres.h"

#include "base/compat.h"
#include "common/base64.h"
#include "hide.h"
#include "lib/stringinfo.h"
#include "wire/json.h"

/* What is shorter is in many words, and opens nothing. */
#define SHORTEST 6
/* What is shown of an answer that is good by its status is its beginning. */
#define SHOWN 4096
/* No JWT with a signature is shorter. */
#define JWT_LEAST 160

static void
overwrite(char *body, size_t len, const char *text)
{
	size_t n = strlen(text);
	char *at = body;

	if (n < SHORTEST)
		return;
	while ((at = memmem(at, len - (at - body), text, n)) != NULL)
	{
		memset(at, '*', n);
		at += n;
	}
}

/* As a string of JSON has it: both ways to write a slash are seen. */
static char *
as_json(const char *text, bool slashes)
{
	StringInfoData out;

	initStringInfo(&out);
	for (; *text != '\0'; text++)
	{
		if (*text == '"' || *text == '\\' || (*text == '/' && slashes))
			appendStringInfoChar(&out, '\\');
		appendStringInfoChar(&out, *text);
	}
	return out.data;
}

static char *
as_base64(const char *text)
{
	int size = pg_b64_enc_len((int) strlen(text)) + 1;
	char *out = palloc0(size);

	if (sg_compat_b64_encode(text, (int) strlen(text), out, size) < 0)
		elog(ERROR, "no room for base64");
	return out;
}

/* A text in each of the ways in which it may come back. */
static void
hide_text(char *body, size_t len, const char *text)
{
	StringInfoData escaped;

	if (text == NULL)
		return;
	initStringInfo(&escaped);
	sg_http_escape(&escaped, text);
	overwrite(body, len, text);
	overwrite(body, len, as_json(text, false));
	overwrite(body, len, as_json(text, true));
	overwrite(body, len, escaped.data);
	overwrite(body, len, as_base64(text));
}

/* A name and a password, also as Basic authentication has them. */
static void
hide_login(char *body, size_t len, const char *user, const char *password)
{
	if (user == NULL || password == NULL)
		return;
	hide_text(body, len, password);
	hide_text(body, len, psprintf("%s:%s", user, password));
}

static char *
decode(const char *text, size_t len)
{
	StringInfoData out;
	unsigned int c;

	initStringInfo(&out);
	for (size_t i = 0; i < len; i++)
		if (text[i] == '%' && i + 2 < len && sscanf(text + i + 1, "%2x", &c) == 1)
		{
			appendStringInfoChar(&out, (char) c);
			i += 2;
		}
		else
			appendStringInfoChar(&out, text[i]);
	return out.data;
}

/* Is the value of this name a secret, wherever it stands? */
static bool
is_secret(const char *name, size_t len)
{
	return (len == 13 && strncmp(name, "client_secret", len) == 0) ||
		   (len == 5 && strncmp(name, "token", len) == 0);
}

/* The values of a form or a query: secrets, what reads as words of somebody's, or all of them. */
static void
hide_values(char *body, size_t len, const char *pairs, bool words, bool all)
{
	while (pairs != NULL && *pairs != '\0')
	{
		size_t pair = strcspn(pairs, "&");
		size_t name = strcspn(pairs, "=&");
		size_t at = name < pair ? name + 1 : pair;
		char *value = decode(pairs + at, pair - at);

		if (all || is_secret(pairs, name) || (words && strpbrk(value, " '@") != NULL))
		{
			overwrite(body, len, pnstrdup(pairs + at, pair - at));
			hide_text(body, len, value);
		}
		pairs += pair + (pairs[pair] == '&' ? 1 : 0);
	}
}

/* Every text of a document. */
static void
hide_node(char *body, size_t len, const SgNode *node)
{
	void *iterator = NULL;
	const char *key;
	const SgNode *member;

	if (sg_node_is_object(node))
		while ((member = sg_node_next_member(node, &iterator, &key)) != NULL)
			hide_node(body, len, member);
	else if (sg_node_count(node) >= 0)
		for (int i = 0; i < sg_node_count(node); i++)
			hide_node(body, len, sg_node_element(node, i));
	else
		hide_text(body, len, sg_node_text(node));
}

static void
hide_document(char *body, size_t len, const char *document)
{
	SgJson *json = document != NULL ? sg_json_open(document, strlen(document), NULL, 0) : NULL;

	if (json == NULL)
		return;
	hide_node(body, len, sg_json_root(json));
	sg_json_close(json);
}

/*
 * A token. One that is long is a JWT, which nothing that an answer is written in needs to escape; so a good answer is
 * looked through once, for it is on the way of every one.
 */
static void
hide_token(char *body, size_t len, const char *token, bool error)
{
	if (token == NULL)
		return;
	if (error || strlen(token) < JWT_LEAST)
		hide_text(body, len, token);
	else
		overwrite(body, len, token);
}

void
sg_hide_sent(const SgHttpRequest *request, bool error, char *body, size_t len)
{
	const char *query = strchr(request->url, '?');
	/* a link that goes without a token is a secret itself */
	bool link = request->bearer == NULL && request->password == NULL && request->form == NULL;

	if (!error)
		len = Min(len, SHOWN);
	if (len == 0)
		return;
	hide_token(body, len, request->bearer, error);
	hide_login(body, len, request->user, request->password);
	hide_login(body, len, request->route.proxy_user, request->route.proxy_password);
	hide_values(body, len, request->form, false, false);
	if (error || link)
		hide_values(body, len, query != NULL ? query + 1 : NULL, error, link);
	if (error)
		hide_document(body, len, request->json);
}
