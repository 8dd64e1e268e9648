/*
 * exchange.h
 *	  One request on its way: its turn, the transfer, and trying again.
 */
#ifndef SG_EXCHANGE_H
#define SG_EXCHANGE_H

#include "postgres.h"
#include "deadline.h"
#include "ledger.h"
#include "profile.h"
#include "stats.h"
#include "wire/http.h"

#define SG_WHAT_LEN 96

typedef enum SgExchangeState
{
	SG_EXCHANGE_WAITING,   /* for its turn, until exchange->until */
	SG_EXCHANGE_IN_FLIGHT, /* sent */
	SG_EXCHANGE_DONE	   /* answered, or failed */
} SgExchangeState;

typedef struct SgExchange
{
	MemoryContext context; /* its own: ending it ends the transfer */
	const SgProfile *profile;
	SgStats *stats;
	SgHttpRequest request; /* its texts belong to the caller */
	SgExchangeState state;
	TimestampTz until;
	SgTurn turn; /* a key of 0: it leaves when it is ready, and counts for nobody's quota */
	TimestampTz ready_at; /* not before; then the turn is asked for */
	int tries;
	char what[SG_WHAT_LEN]; /* is asked for, for the log: nothing secret or personal */
	TimestampTz sent_at;	/* when it last left */
	SgDeadline deadline;
	SgHttp *http;
	SgFault fault; /* why there was no whole answer, or why it never left */
	int status;
	char *body; /* valid until sg_exchange_end or the next try */
	size_t len;
} SgExchange;

/*
 * Starts an exchange in the current memory context; nothing is sent yet. "url" must live as long as the
 * exchange. "what" (copied) names it in the log. The caller sets what else the request has, such as
 * request.bearer, before it leaves.
 */
extern SgExchange *sg_exchange_begin(const SgProfile *profile, const SgCredential *credential,
									 uint64 key, const char *url, const char *what, SgStats *stats);

/* Does what can be done now without waiting, and returns the state. */
extern SgExchangeState sg_exchange_advance(SgExchange *exchange);

/*
 * After an exchange is done with "fault": arranges another try if that makes sense, and says so. A "not
 * before" is told to the whole cluster.
 */
extern bool sg_exchange_retry(SgExchange *exchange, const SgFault *fault);

/* Sends it again at once with its next turn, whatever came of it: after a new token. */
extern void sg_exchange_again(SgExchange *exchange, const SgFault *fault);

/* Ends the exchange and frees it. */
extern void sg_exchange_end(SgExchange *exchange);

#endif
