/*
 * exchange.c
 *	  One request on its way: its turn, the transfer, and trying again.
 */
#include "postgres.h"

#include "base/pace.h"
#include "common/pg_prng.h"
#include "exchange.h"
#include "hide.h"
#include "report.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

SgExchange *
sg_exchange_begin(const SgProfile *profile, const SgCredential *credential, uint64 key,
				  const char *url, const char *what, SgStats *stats)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid request", ALLOCSET_SMALL_SIZES);
	SgExchange *exchange = MemoryContextAllocZero(context, sizeof(SgExchange));

	exchange->context = context;
	exchange->profile = profile;
	exchange->stats = stats;
	strlcpy(exchange->what, what, sizeof(exchange->what));
	exchange->request.url = url;
	exchange->request.max_body = (size_t) profile->max_body;
	exchange->request.route.proxy = profile->proxy;
	exchange->request.route.proxy_user = credential->proxy_user;
	exchange->request.route.proxy_password = credential->proxy_password;
	exchange->request.route.ca_file = profile->ca_file;
	exchange->turn.key = key;
	exchange->turn.per_second = profile->per_second;
	exchange->turn.per_hour = profile->per_hour;
	exchange->ready_at = GetCurrentTimestamp();
	return exchange;
}

static void
note_refused_turn(SgExchange *exchange)
{
	exchange->state = SG_EXCHANGE_DONE;
	sg_fault_set(&exchange->fault, SG_FAULT_THROTTLED,
				 "No request may leave before %s, and the server option max_wait is %d seconds.",
				 timestamptz_to_str(exchange->turn.at), exchange->profile->max_wait);
	exchange->fault.not_before = exchange->turn.at;
}

static void
send_if_turn(SgExchange *exchange)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz latest = now + exchange->profile->max_wait * USECS_PER_SEC;
	MemoryContext old;

	exchange->until = exchange->ready_at;
	if (now < exchange->ready_at)
		return;
	if (exchange->turn.key != 0 && !sg_ledger_turn(&exchange->turn, latest))
	{
		exchange->until = exchange->turn.at;
		if (exchange->turn.at > latest)
			note_refused_turn(exchange);
		return;
	}
	now = GetCurrentTimestamp();
	exchange->sent_at = now;
	exchange->stats->pace_us += now - exchange->ready_at;
	exchange->stats->requests++;
	exchange->tries++;
	old = MemoryContextSwitchTo(exchange->context);
	exchange->http = sg_http_start(&exchange->request);
	MemoryContextSwitchTo(old);
	if (exchange->turn.key != 0)
		sg_ledger_left(&exchange->turn, GetCurrentTimestamp());
	exchange->state = SG_EXCHANGE_IN_FLIGHT;
	sg_deadline_start(&exchange->deadline);
	exchange->until = 0;
}

static void
take_answer(SgExchange *exchange)
{
	int retry_after;
	MemoryContext old;
	int64 late = sg_http_late(exchange->http);

	exchange->state = SG_EXCHANGE_DONE;
	if (exchange->turn.key != 0 && exchange->turn.per_second > 0 && late > SG_PACE_LENT)
	{
		sg_ledger_delay(exchange->turn.key, late);
		sg_ledger_left(&exchange->turn, exchange->sent_at + late);
	}
	exchange->stats->bytes += sg_http_bytes(exchange->http);
	exchange->status = sg_http_result(exchange->http, &exchange->body, &exchange->len, &retry_after,
									  &exchange->fault);
	old = MemoryContextSwitchTo(exchange->context);
	sg_hide_sent(&exchange->request, exchange->status < 200 || exchange->status >= 300,
				 exchange->body, exchange->len);
	MemoryContextSwitchTo(old);
	if (retry_after >= 0)
		exchange->fault.not_before =
			GetCurrentTimestamp() + Min(retry_after, SECS_PER_DAY) * USECS_PER_SEC;
	sg_report_answer(exchange);
}

SgExchangeState
sg_exchange_advance(SgExchange *exchange)
{
	if (exchange->state == SG_EXCHANGE_WAITING)
		send_if_turn(exchange);
	if (exchange->state == SG_EXCHANGE_IN_FLIGHT && !sg_http_done(exchange->http))
		exchange->until = GetCurrentTimestamp() +
						  sg_deadline_check(&exchange->deadline, exchange->profile, exchange->http);
	if (exchange->state == SG_EXCHANGE_IN_FLIGHT && sg_http_done(exchange->http))
		take_answer(exchange);
	return exchange->state;
}

static void
reset(SgExchange *exchange, const SgFault *fault, TimestampTz ready_at)
{
	sg_report_retry(exchange, fault, ready_at - GetCurrentTimestamp());
	if (exchange->http != NULL)
		sg_http_end(exchange->http);
	exchange->http = NULL;
	exchange->body = NULL;
	exchange->len = 0;
	exchange->status = 0;
	sg_fault_clear(&exchange->fault);
	exchange->ready_at = ready_at;
	exchange->state = SG_EXCHANGE_WAITING;
	exchange->until = ready_at;
}

bool
sg_exchange_retry(SgExchange *exchange, const SgFault *fault)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz at;

	/* a request that never left waits for nothing that another try would bring nearer */
	if (exchange->http == NULL)
		return false;
	/* the API's own word, that is; what our own quota says is in the ledger already */
	if (exchange->turn.key != 0 && fault->kind == SG_FAULT_THROTTLED && fault->not_before > now)
		sg_ledger_block(exchange->turn.key, fault->not_before);
	if (!sg_fault_class(fault->kind)->retried || exchange->tries > exchange->profile->retries)
		return false;
	at = now + sg_pace_backoff(exchange->tries, pg_prng_double(&pg_global_prng_state));
	if (fault->not_before > 0)
		at = Max(fault->not_before, now);
	if (at > now + exchange->profile->max_wait * USECS_PER_SEC)
		return false;
	reset(exchange, fault, at);
	return true;
}

void
sg_exchange_again(SgExchange *exchange, const SgFault *fault)
{
	reset(exchange, fault, GetCurrentTimestamp());
}

void
sg_exchange_end(SgExchange *exchange)
{
	/* the transfer ends with the context that it lives in */
	MemoryContextDelete(exchange->context);
}
