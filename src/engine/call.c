/*
 * call.c
 *	  One request of a document, waited for.
 */
#include "postgres.h"

#include "call.h"
#include "exchange.h"
#include "lib/stringinfo.h"
#include "token.h"
#include "utils/timestamp.h"

/* A part of a path that is longer, or has more digits, names something of somebody's. */
#define LONGEST_NAME 20
#define MOST_DIGITS 5

/* What the log says of a call: its path without what could name a point or a person. */
static const char *
name_call(const SgCall *call)
{
	StringInfoData out;
	const char *at = call->path;

	initStringInfo(&out);
	while (*at != '\0' && *at != '?')
	{
		size_t len = strcspn(at + 1, "/?") + 1;
		int digits = 0;

		for (size_t i = 0; i < len; i++)
			digits += at[i] >= '0' && at[i] <= '9';
		if (len - 1 > LONGEST_NAME || digits > MOST_DIGITS)
			appendStringInfoString(&out, "/***");
		else
			appendBinaryStringInfo(&out, at, (int) len);
		at += len;
	}
	return out.data;
}

/* Gives the exchange a token; false, with a fault, if there is none. */
static bool
carry_token(SgExchange *exchange, const SgCredential *credential, SgFault *fault)
{
	const char *token =
		sg_token_get(exchange->profile, credential, exchange->turn.key, exchange->stats, fault);

	if (token == NULL)
		return false;
	exchange->request.bearer = pstrdup(token);
	return true;
}

static void
wait_for(SgExchange *exchange)
{
	while (sg_exchange_advance(exchange) != SG_EXCHANGE_DONE)
		sg_http_wait(exchange->until);
}

/* What came back: a whole body, or why not. */
static void
take_reply(const SgExchange *exchange, SgReply *reply)
{
	sg_fault_clear(&reply->fault);
	reply->fault = exchange->fault;
	reply->left = exchange->http != NULL && sg_http_left(exchange->http);
	/* the creation of a document may be told by any 2xx */
	if (reply->fault.kind != SG_FAULT_NONE || (exchange->status >= 200 && exchange->status < 300))
		return;
	exchange->profile->api->classify(exchange->status, exchange->body, exchange->len,
									 GetCurrentTimestamp(), &reply->fault);
}

static void
keep_body(const SgExchange *exchange, SgReply *reply)
{
	reply->len = exchange->len;
	reply->body = palloc(exchange->len + 1);
	memcpy(reply->body, exchange->body, exchange->len);
	reply->body[exchange->len] = '\0';
}

SgReply *
sg_call(const SgProfile *profile, const SgCall *call, SgStats *stats)
{
	SgCredential *credential = sg_profile_credential(profile);
	uint64 key = sg_profile_key(profile, credential, NULL);
	char *url = psprintf("%s%s", profile->urls[call->base], call->path);
	SgExchange *exchange = sg_exchange_begin(profile, credential, key, url, name_call(call), stats);
	SgReply *reply = palloc0(sizeof(SgReply));

	exchange->request.json = call->json;
	exchange->request.method = call->method;
	exchange->request.accept = call->accept;
	exchange->request.once = call->once;
	exchange->request.headers = profile->headers;
	if (carry_token(exchange, credential, &reply->fault))
	{
		do
		{
			wait_for(exchange);
			take_reply(exchange, reply);
		} while (reply->fault.kind != SG_FAULT_NONE &&
				 (!call->once || reply->fault.kind == SG_FAULT_THROTTLED) &&
				 sg_exchange_retry(exchange, &reply->fault));
		if (reply->fault.kind == SG_FAULT_NONE)
			keep_body(exchange, reply);
	}
	sg_exchange_end(exchange);
	return reply;
}
