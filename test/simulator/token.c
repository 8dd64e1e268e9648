/*
 * token.c
 *		The access tokens, and what became of them.
 *
 * A token looks like the real ones (some 1.6 kB, to be treated as opaque).  It
 * begins with its number; the rest is derived from a secret of this run, so a
 * token of another run is not valid here.
 */
#include "simulator.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define TOKEN_LENGTH 1600
#define TOKEN_HEAD "eyJhbGciOiJSUzI1NiJ9."
#define TOKEN_DIGITS 8
#define SPENT_AFTER 3 /* data requests, in the scenario "expire" */

typedef struct Token
{
	int64_t expires_us;
	int used;
	bool revoked;
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
	if (tokens[number].revoked)
		return TOKEN_REVOKED;
	if (tokens[number].expires_us <= clock_now_us())
		return TOKEN_EXPIRED;
	if (scenario->expired)
		return TOKEN_SPENT;
	if (scenario->expire && tokens[number].used++ >= SPENT_AFTER)
		return TOKEN_SPENT;
	return TOKEN_GOOD;
}

/* Ends a token if it is one; called with the state locked. */
void
token_end(const char *text)
{
	size_t number;

	if (token_number(text, &number))
		tokens[number].revoked = true;
}

/* The document that brings a new token, to be freed. */
char *
token_give(const Scenario *scenario)
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
	tokens[tokens_count].revoked = false;
	tokens_count++;
	token_text(tokens_count - 1, text);
	state_unlock();
	document = json_pack("{s:s, s:s, s:I, s:s}", "access_token", text, "token_type", "Bearer",
						 "expires_in", (json_int_t) settings.token_seconds, "scope",
						 scenario->scope ? scenario->scope : "");
	body = must(json_dumps(must(document), JSON_COMPACT));
	json_decref(document);
	return body;
}
