/*
 * token.c
 *	  The access token of a credential, held in the backend's memory.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "rights.h"
#include "token.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "wire/json.h"

/* Credentials whose tokens one backend holds; the oldest makes room. */
#define HELD 16
/* A token is renewed this early, or a tenth of its life if that is shorter. */
#define EARLY (5 * USECS_PER_MINUTE)
/* A life that the server dictates is held within these bounds, in seconds. */
#define LIFE_DEFAULT 3600
#define LIFE_LONGEST SECS_PER_DAY
/* Longer than any JWT that is documented, by far. */
#define TOKEN_MAX 65536

typedef struct Held
{
	uint64 key;
	uint64 secret; /* hash: another secret needs another token */
	char *token;
	TimestampTz renew_at;
} Held;

static Held held[HELD];

static uint64
hash_secret(const SgCredential *credential)
{
	return hash_bytes_extended((const unsigned char *) credential->client_secret,
							   (int) strlen(credential->client_secret), 1);
}

static void
drop(Held *entry)
{
	if (entry->token != NULL)
	{
		memset(entry->token, 0, strlen(entry->token));
		pfree(entry->token);
	}
	memset(entry, 0, sizeof(*entry));
}

/* The entry for a credential: its own, a free one, or the one that is renewed soonest. */
static Held *
find_entry(uint64 key)
{
	Held *entry = &held[0];

	for (int i = 0; i < HELD; i++)
	{
		if (held[i].key == key)
			return &held[i];
		if (held[i].renew_at < entry->renew_at)
			entry = &held[i];
	}
	drop(entry);
	return entry;
}

static void
hold(Held *entry, uint64 key, uint64 secret, const char *token, int64 life)
{
	int64 us;

	if (life <= 0)
		life = LIFE_DEFAULT;
	us = Min(life, LIFE_LONGEST) * USECS_PER_SEC;
	drop(entry);
	entry->token = MemoryContextStrdup(TopMemoryContext, token);
	entry->key = key;
	entry->secret = secret;
	entry->renew_at = GetCurrentTimestamp() + us - Min(EARLY, us / 10);
}

/* Reads the answer to a request for a token; NULL and a fault if it holds none. */
static char *
read_answer(const SgExchange *exchange, int64 *life, SgFault *fault)
{
	char why[128];
	char *token = NULL;
	char *scope;
	SgJson *json;

	*fault = exchange->fault;
	if (fault->kind != SG_FAULT_NONE)
		return NULL;
	if (exchange->status != 200)
	{
		exchange->profile->api->classify(exchange->status, exchange->body, exchange->len,
										 GetCurrentTimestamp(), fault);
		/* whatever it says, a 4xx here means that this credential gives no token */
		if (exchange->status >= 400 && exchange->status < 500 && fault->kind != SG_FAULT_THROTTLED)
			fault->kind = SG_FAULT_TOKEN;
		return NULL;
	}
	json = sg_json_open(exchange->body, exchange->len, why, sizeof(why));
	if (json == NULL)
	{
		sg_fault_set(fault, SG_FAULT_SHAPE, "The answer with the access token is not JSON: %s.",
					 why);
		return NULL;
	}
	token = sg_json_text(json, "access_token");
	scope = sg_json_text(json, "scope");
	*life = sg_json_number(json, "expires_in", LIFE_DEFAULT);
	sg_json_close(json);
	/* a control character would end the header that carries it */
	if (token == NULL || token[0] == '\0' || strlen(token) > TOKEN_MAX ||
		strpbrk(token, "\r\n\t ") != NULL)
	{
		sg_fault_set(fault, SG_FAULT_SHAPE, "The answer holds no access_token.");
		return NULL;
	}
	if (scope != NULL)
		sg_rights_learn_scope(exchange->profile->api, exchange->turn.key, scope);
	return token;
}

/* Sends a form with the client's secret, as often as it pays; the caller ends the exchange. */
static SgExchange *
begin_form(const SgProfile *profile, const SgCredential *credential, uint64 key, const char *url,
		   const char *form, SgStats *stats)
{
	SgExchange *exchange = sg_exchange_begin(profile, credential, key, url, "access token", stats);

	exchange->request.form = form;
	/* where a scope is asked for, the form holds the secret */
	if (profile->token_scope == NULL)
	{
		exchange->request.user = credential->client_id;
		exchange->request.password = credential->client_secret;
	}
	return exchange;
}

static void
wait_for(SgExchange *exchange)
{
	while (sg_exchange_advance(exchange) != SG_EXCHANGE_DONE)
		sg_http_wait(exchange->until);
	exchange->stats->tokens += exchange->http != NULL ? 1 : 0;
}

/* What asks for a token: with a scope it holds the secret too. */
static char *
token_form(const SgProfile *profile, const SgCredential *credential)
{
	StringInfoData form;

	initStringInfo(&form);
	appendStringInfoString(&form, "grant_type=client_credentials");
	if (profile->token_scope == NULL)
		return form.data;
	appendStringInfoString(&form, "&client_id=");
	sg_http_escape(&form, credential->client_id);
	appendStringInfoString(&form, "&client_secret=");
	sg_http_escape(&form, credential->client_secret);
	appendStringInfoString(&form, "&scope=");
	sg_http_escape(&form, profile->token_scope);
	return form.data;
}

static char *
ask_token(const SgProfile *profile, const SgCredential *credential, uint64 key, SgStats *stats,
		  int64 *life, SgFault *fault)
{
	SgExchange *exchange = begin_form(profile, credential, key, profile->token_url,
									  token_form(profile, credential), stats);
	char *token;

	do
	{
		wait_for(exchange);
		token = read_answer(exchange, life, fault);
	} while (token == NULL && sg_exchange_retry(exchange, fault));
	sg_exchange_end(exchange);
	return token;
}

const char *
sg_token_get(const SgProfile *profile, const SgCredential *credential, uint64 key, SgStats *stats,
			 SgFault *fault)
{
	Held *entry;
	uint64 secret;
	char *token;
	int64 life;

	if (credential->token != NULL)
		return credential->token;
	entry = find_entry(key);
	secret = hash_secret(credential);
	if (entry->token != NULL && entry->secret == secret && entry->renew_at > GetCurrentTimestamp())
		return entry->token;
	token = ask_token(profile, credential, key, stats, &life, fault);
	if (token == NULL)
		return NULL;
	/* other statements of this backend cannot have run meanwhile, but be sure of the place */
	entry = find_entry(key);
	hold(entry, key, secret, token, life);
	memset(token, 0, strlen(token));
	pfree(token);
	return entry->token;
}

void
sg_token_forget(uint64 key, const char *token)
{
	for (int i = 0; i < HELD; i++)
		if (held[i].key == key && held[i].token != NULL && strcmp(held[i].token, token) == 0)
			drop(&held[i]);
}

/* A JWT or any other token: nothing in it goes unescaped into a form. */
static char *
revoke_form(const char *token)
{
	StringInfoData form;

	initStringInfo(&form);
	appendStringInfoString(&form, "token_type_hint=access_token&token=");
	sg_http_escape(&form, token);
	return form.data;
}

bool
sg_token_revoke(const SgProfile *profile, const SgCredential *credential, uint64 key,
				SgStats *stats, SgFault *fault)
{
	Held *entry = find_entry(key);
	SgExchange *exchange;

	if (entry->token == NULL)
		return false;
	exchange = begin_form(profile, credential, key,
						  psprintf("%s%s", profile->urls[SG_BASE_MAIN], profile->api->revoke_path),
						  revoke_form(entry->token), stats);
	do
	{
		wait_for(exchange);
		*fault = exchange->fault;
		if (fault->kind == SG_FAULT_NONE && exchange->status != 200)
			profile->api->classify(exchange->status, exchange->body, exchange->len,
								   GetCurrentTimestamp(), fault);
	} while (fault->kind != SG_FAULT_NONE && sg_exchange_retry(exchange, fault));
	sg_exchange_end(exchange);
	if (fault->kind == SG_FAULT_NONE)
		drop(find_entry(key));
	return true;
}
