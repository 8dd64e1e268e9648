/*
 * faults.c
 *		Which faults of the scenario a request meets, and what they do to its answer.
 *
 * An answer is made, replaced or bent, packed, and sent: in this order, so that
 * words can be combined.  How it is sent is in transport.c.
 */
#include "simulator.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEEP_LEVELS 100000
#define LENGTH_TOO_LONG 100

/* -------- which -------- */

static bool
is_named(const Scenario *scenario, const char *endpoint)
{
	for (int i = 0; i < scenario->at_count; i++)
	{
		if (strcmp(scenario->at[i], endpoint) == 0)
			return true;
	}
	return false;
}

/*
 * Once the endpoint is known: only what concerns it stays in the request's copy
 * of the scenario.  An endpoint that is spared is only concerned when it is named,
 * but a delay delays all the same.
 */
void
faults_begin(Exchange *x, bool spared)
{
	Scenario *scenario = &x->scenario;
	bool token = strcmp(x->endpoint, "token") == 0;

	if (is_named(scenario, x->endpoint))
		return;
	if (scenario->at_count > 0)
	{
		scenario->error = NULL;
		scenario->error_once = NULL;
	}
	if (scenario->at_count > 0 || spared)
	{
		long delay = token || scenario->at_count > 0 ? 0 : scenario->faults.delay;

		scenario->faults = token ? scenario->of_token : (Faults){.delay = delay};
		scenario->has_once = false;
	}
}

/* The first time that this question is asked it meets other faults than later. */
static void
choose_once(Exchange *x)
{
	Scenario *scenario = &x->scenario;

	if (x->once_chosen)
		return;
	x->once_chosen = true;
	if (scenario->has_once && gate_first_time(x, "once", x->detail))
		scenario->faults = scenario->once;
}

/* -------- other answers -------- */

static void
give(Exchange *x, int status, const char *body, const char *type)
{
	exchange_answer(x, status, must(strdup(body)), strlen(body), type);
}

static void
give_deep(Exchange *x)
{
	char *body = must(malloc(2 * DEEP_LEVELS));

	memset(body, '[', DEEP_LEVELS);
	memset(body + DEEP_LEVELS, ']', DEEP_LEVELS);
	exchange_answer(x, 200, body, 2 * DEEP_LEVELS, "application/json");
}

static void
give_redirection(Exchange *x, int status)
{
	Text location = {NULL, 0, 0};

	server_address(x, &location);
	text_puts(&location, FOLLOWED_PATH);
	give(x, status, "<!DOCTYPE html>\n<html><body>elsewhere</body></html>\n", "text/html");
	free(x->location);
	x->location = location.data;
}

/* Puts what a fault wants in the place of the data; true if one does. */
bool
faults_replace(Exchange *x)
{
	const Faults *faults = &x->scenario.faults;

	choose_once(x);
	x->replaced = true;
	if (faults->html)
		give(x, 200, html_page, "text/html");
	else if (faults->not_json)
		give(x, 200, "Service temporarily degraded, sorry.", "application/json");
	else if (faults->deep)
		give_deep(x);
	else if (faults->no_content)
		give(x, 204, "", NULL);
	else if (faults->empty_body)
		give(x, 200, "", "application/json");
	else if (faults->redirect != 0)
		give_redirection(x, (int) faults->redirect);
	else if (faults->huge)
	{
		exchange_answer(x, 200, NULL, huge_length(x), "application/json");
		x->source = OF_HUGE;
	}
	else
		x->replaced = false;
	x->spoilt = x->replaced;
	return x->replaced;
}

/* -------- packed -------- */

/* "gzip", without ";q=0" behind it */
static bool
reads_gzip(const Exchange *x)
{
	const char *found = x->accept_encoding ? strcasestr(x->accept_encoding, "gzip") : NULL;

	return found != NULL && strncmp(found + 4, ";q=0", 4) != 0;
}

static void
pack(Exchange *x, bool whole)
{
	Text packed = {NULL, 0, 0};

	gzip_pack(&packed, x->body, x->length);
	exchange_answer(x, x->status, packed.data, whole ? packed.length : packed.length / 2, x->type);
	x->encoding = "gzip";
	x->spoilt = x->spoilt || !whole;
}

static void
pack_bomb(Exchange *x)
{
	Text head = {NULL, 0, 0};
	size_t length = gzip_bomb(&head, x->body, x->length);

	exchange_answer(x, x->status, head.data, length, x->type);
	x->encoding = "gzip";
	x->source = OF_BOMB;
	x->spoilt = true;
}

static void
pack_endless(Exchange *x)
{
	exchange_answer(x, x->status, NULL, SIZE_MAX, x->type);
	x->encoding = "gzip";
	x->source = OF_ENDLESS;
	x->spoilt = true;
}

static void
encode(Exchange *x)
{
	const Faults *faults = &x->scenario.faults;

	if (x->body == NULL || x->length == 0)
		return;
	if (faults->bad_gzip)
	{
		give(x, x->status, "no bytes that gzip ever wrote", x->type);
		x->encoding = "gzip";
		x->spoilt = true;
	}
	else if (faults->cut_gzip)
		pack(x, false);
	else if (faults->bomb)
		pack_bomb(x);
	else if (faults->endless_gzip)
		pack_endless(x);
	else if (faults->gzip && reads_gzip(x))
		pack(x, true);
}

/* -------- on its way -------- */

/* The body breaks off half-way. */
static void
break_off(Exchange *x)
{
	const Faults *faults = &x->scenario.faults;

	if (x->length == 0 || x->source == OF_ENDLESS ||
		!(faults->truncated || faults->stall_body || faults->reset_body))
		return;
	x->send_bytes = x->length / 2;
	x->end_how = faults->truncated ? END_BROKEN : faults->stall_body ? END_STALLED : END_RESET;
	x->spoilt = true;
}

static void
belie_length(Exchange *x)
{
	const Faults *faults = &x->scenario.faults;

	if (x->source == OF_ENDLESS || x->end_how != END_WELL)
		return;
	if (faults->long_length)
	{
		x->declared = x->length + LENGTH_TOO_LONG;
		x->end_how = END_BROKEN;
		x->spoilt = true;
	}
	else if (faults->short_length && x->source == OF_BODY && x->length > 1)
	{
		x->declared = x->send_bytes = x->length / 2;
		x->excess = x->length - x->send_bytes;
		x->spoilt = true;
	}
}

static void
bend_delivery(Exchange *x)
{
	const Faults *faults = &x->scenario.faults;

	if (faults->cut && x->source == OF_BODY && x->length > 0)
	{
		x->send_bytes = x->declared = x->length = x->length / 2;
		x->spoilt = true;
	}
	break_off(x);
	belie_length(x);
	x->drip_ms = faults->slow;
	x->drip_byte_ms = faults->drip;
	x->delay_ms = faults->delay;
	x->stall = x->stall || faults->stall;
	x->closed = x->closed || faults->closed;
	if (faults->reset)
		x->raw = RAW_RESET;
	else if (faults->reset_headers)
		x->raw = RAW_RESET_HEADERS;
	else if (faults->header_flood && x->source == OF_BODY)
		x->raw = RAW_HEADER_FLOOD;
	x->spoilt = x->spoilt || x->stall || x->closed || x->raw != RAW_NOT;
}

/* The last step before an answer is sent; only good ones have a content that can be spoilt. */
void
faults_end(Exchange *x)
{
	if (x->ended)
		return;
	x->ended = true;
	choose_once(x);
	if (x->status == 200 && !x->replaced && !faults_replace(x))
		warp(x);
	encode(x);
	bend_delivery(x);
}
