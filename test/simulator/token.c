/*
 * token.c
 *		The token endpoint, and what became of the tokens it gave.
 *
 * A token looks like the real ones (some 1.6 kB, to be treated as opaque).  It
 * begins with its number; the rest is derived from a secret of this run, so a
 * token of another run is not valid here.
 */
#include "simulator.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#define TOKEN_LENGTH 1600
#define TOKEN_HEAD "eyJhbGciOiJSUzI1NiJ9."
#define TOKEN_DIGITS 8
#define SPENT_AFTER 3 /* data requests, in the scenario "expire" */
#define MAX_FIELDS 16

typedef struct Token
{
	int64_t expires_us;
	int used;
} Token;

static Token *tokens;
static size_t tokens_count;
static size_t tokens_size;
static uint64_t run_secret;

static void
token_text(size_t number, char *out)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t at = sizeof(TOKEN_HEAD) - 1 + TOKEN_DIGITS;

	if (run_secret == 0 && getrandom(&run_secret, sizeof(run_secret), 0) < 0)
		run_secret = (uint64_t) clock_real_us();
	snprintf(out, TOKEN_LENGTH + 1, "%s%0*zx", TOKEN_HEAD, TOKEN_DIGITS, number);
	for (; at < TOKEN_LENGTH; at++)
		out[at] = alphabet[hash64(run_secret ^ number, at) % 64];
	out[TOKEN_LENGTH - 342] = '.';
	out[TOKEN_LENGTH] = '\0';
}

static bool
token_number(const char *text, size_t *number)
{
	char digits[TOKEN_DIGITS + 1];
	char expected[TOKEN_LENGTH + 1];
	char *rest;

	if (strlen(text) != TOKEN_LENGTH)
		return false;
	memcpy(digits, text + sizeof(TOKEN_HEAD) - 1, TOKEN_DIGITS);
	digits[TOKEN_DIGITS] = '\0';
	*number = strtoul(digits, &rest, 16);
	if (*rest != '\0' || *number >= tokens_count)
		return false;
	token_text(*number, expected);
	return strcmp(text, expected) == 0;
}

/* Judges the token of a data request; called with the state locked. */
TokenState
token_check(const char *text, const Scenario *scenario, const char **client)
{
	size_t number;

	if (!token_number(text, &number))
		return TOKEN_UNKNOWN;
	*client = settings.client_id;
	if (tokens[number].expires_us <= clock_now_us())
		return TOKEN_EXPIRED;
	if (scenario->expired)
		return TOKEN_SPENT;
	if (scenario->expire && tokens[number].used++ >= SPENT_AFTER)
		return TOKEN_SPENT;
	return TOKEN_GOOD;
}

static char *
token_give(void)
{
	char text[TOKEN_LENGTH + 1];
	json_t *document;
	char *body;

	state_lock();
	if (tokens_count == tokens_size)
	{
		tokens_size = tokens_size ? tokens_size * 2 : 64;
		tokens = must(realloc(tokens, tokens_size * sizeof(Token)));
	}
	tokens[tokens_count].expires_us = clock_now_us() + settings.token_seconds * 1000000;
	tokens[tokens_count].used = 0;
	tokens_count++;
	token_text(tokens_count - 1, text);
	state_unlock();
	document = json_pack("{s:s, s:s, s:I, s:s}", "access_token", text, "token_type", "Bearer",
						 "expires_in", (json_int_t) settings.token_seconds, "scope",
						 "am_application_scope default");
	body = must(json_dumps(must(document), JSON_COMPACT));
	json_decref(document);
	return body;
}

static int
hex(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undoes form encoding in place; false when a percent sign stands alone. */
static bool
form_decode(char *text)
{
	char *out = text;

	for (char *c = text; *c != '\0'; c++)
	{
		if (*c == '+')
			*out++ = ' ';
		else if (*c != '%')
			*out++ = *c;
		else
		{
			int high = hex((unsigned char) c[1]);
			int low = high < 0 ? -1 : hex((unsigned char) c[2]);

			if (low < 0 || (high == 0 && low == 0))
				return false;
			*out++ = (char) (high * 16 + low);
			c += 2;
		}
	}
	*out = '\0';
	return true;
}

/* Splits the body in place; -1 when it is not a form. */
static int
form_parse(char *body, Parameter *fields)
{
	int count = 0;
	char *field;

	while ((field = strsep(&body, "&")) != NULL)
	{
		char *value = strchr(field, '=');

		if (*field == '\0')
			continue;
		if (value == NULL || count == MAX_FIELDS)
			return -1;
		*value++ = '\0';
		if (!form_decode(field) || !form_decode(value))
			return -1;
		for (int i = 0; i < count; i++)
		{
			if (strcmp(fields[i].name, field) == 0)
				return -1;
		}
		fields[count++] = (Parameter){field, value};
	}
	return count;
}

static const char *
form_get(const Parameter *fields, int count, const char *name)
{
	for (int i = 0; i < count; i++)
	{
		if (strcmp(fields[i].name, name) == 0)
			return fields[i].value;
	}
	return NULL;
}

/* Decodes what follows "Basic "; false when it is not base64 of "id:secret". */
static bool
basic_decode(const char *text, char *out, size_t size)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned bits = 0;
	int held = 0;
	size_t length = 0;

	for (; *text != '\0' && *text != '='; text++)
	{
		const char *found = strchr(alphabet, *text);

		if (found == NULL || length + 1 >= size)
			return false;
		bits = (bits << 6) | (unsigned) (found - alphabet);
		held += 6;
		if (held >= 8)
		{
			held -= 8;
			out[length++] = (char) (bits >> held & 0xff);
		}
	}
	out[length] = '\0';
	return text[strspn(text, "=")] == '\0' && strlen(out) == length && strchr(out, ':') != NULL;
}

/* Both as sent and form-decoded: clients differ, and the standard asks for the latter. */
static bool
credentials_match(const char *id, const char *secret)
{
	char decoded_id[512];
	char decoded_secret[512];

	if (strcmp(id, settings.client_id) == 0 && strcmp(secret, settings.client_secret) == 0)
		return true;
	if (strlen(id) >= sizeof(decoded_id) || strlen(secret) >= sizeof(decoded_secret))
		return false;
	strcpy(decoded_id, id);
	strcpy(decoded_secret, secret);
	return form_decode(decoded_id) && form_decode(decoded_secret) &&
		   strcmp(decoded_id, settings.client_id) == 0 &&
		   strcmp(decoded_secret, settings.client_secret) == 0;
}

static void
refuse_client(Exchange *x)
{
	exchange_error(x, 400, "invalid_client",
				   "Client authentication failed (e.g., unknown client, no client authentication "
				   "included, or unsupported authentication method)");
}

static void
judge_credentials(Exchange *x, const char *id, const char *secret)
{
	char *body;

	if (strcmp(id, settings.client_id) == 0)
		x->client = settings.client_id;
	if (!credentials_match(id, secret))
	{
		refuse_client(x);
		return;
	}
	x->client = settings.client_id;
	body = token_give();
	exchange_answer(x, 200, body, strlen(body), "application/json");
}

static void
check_credentials(Exchange *x, const Parameter *fields, int count)
{
	const char *id = form_get(fields, count, "client_id");
	const char *secret = form_get(fields, count, "client_secret");
	char basic[1024];

	if (x->authorization != NULL)
	{
		if (id != NULL || secret != NULL)
		{
			exchange_fault(x, "credentials both in the header and in the body");
			exchange_error(x, 400, "invalid_request", "more than one client authentication");
			return;
		}
		if (strncasecmp(x->authorization, "Basic ", 6) != 0 ||
			!basic_decode(x->authorization + 6, basic, sizeof(basic)))
		{
			exchange_fault(x, "Authorization header of the token request is not Basic");
			refuse_client(x);
			return;
		}
		*strchr(basic, ':') = '\0';
		judge_credentials(x, basic, basic + strlen(basic) + 1);
		return;
	}
	if (id == NULL || secret == NULL)
	{
		exchange_fault(x, "token request without credentials");
		exchange_error(x, 401, "Unauthorized",
					   "Valid authentication credentials are mandatory to access the resource");
		return;
	}
	judge_credentials(x, id, secret);
}

static bool
fields_known(Exchange *x, const Parameter *fields, int count)
{
	static const char *const known[] = {"grant_type", "client_id", "client_secret", "scope"};

	for (int i = 0; i < count; i++)
	{
		bool found = false;

		for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			found = found || strcmp(fields[i].name, known[k]) == 0;
		if (!found)
		{
			exchange_fault(x, "unknown field in the token request");
			exchange_error(x, 400, "invalid_request", "unknown parameter");
			return false;
		}
	}
	return true;
}

static void
check_form(Exchange *x)
{
	Parameter fields[MAX_FIELDS];
	int count = x->upload.data ? form_parse(x->upload.data, fields) : 0;
	const char *grant;

	if (count < 0)
	{
		exchange_fault(x, "token request body is not a form");
		exchange_error(x, 400, "invalid_request", "malformed body");
		return;
	}
	if (!fields_known(x, fields, count))
		return;
	grant = form_get(fields, count, "grant_type");
	if (grant == NULL)
	{
		exchange_fault(x, "token request without grant_type");
		exchange_error(x, 400, "invalid_request", "missing_parameter: grant_type");
	}
	else if (strcmp(grant, "client_credentials") != 0)
	{
		exchange_fault(x, "grant_type other than client_credentials");
		exchange_error(x, 400, "unsupported_grant_type",
					   "The authorization grant type is not supported by the authorization server");
	}
	else
		check_credentials(x, fields, count);
}

static bool
is_form(const char *content_type)
{
	static const char form[] = "application/x-www-form-urlencoded";
	size_t length = sizeof(form) - 1;

	return content_type != NULL && strncasecmp(content_type, form, length) == 0 &&
		   (content_type[length] == '\0' || content_type[length] == ';' ||
			content_type[length] == ' ');
}

void
token_endpoint(Exchange *x)
{
	if (x->query_count > 0)
	{
		exchange_fault(x, "fields of the token request in the query string");
		exchange_error(x, 400, "invalid_request", "missing_parameter: grant_type");
	}
	else if (!is_form(x->content_type))
	{
		exchange_fault(x, "token request is not form-encoded");
		exchange_answer(x, 415, NULL, 0, "text/plain");
	}
	else if (x->upload_too_long)
	{
		exchange_fault(x, "token request body too long");
		exchange_answer(x, 413, NULL, 0, "text/plain");
	}
	else
		check_form(x);
	if (x->scenario.stall_token)
		x->stall = true;
}
