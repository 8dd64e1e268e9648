/*
 * gate.c
 *		What every data request goes through: credentials, pace, the scenario's
 *		answers, and the memory of what was asked before.
 *
 * A fault is what a correct client would never do; an error that only the
 * operator could know of (no consent, no data) is not one.
 */
#include "simulator.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Questions answered so far, and what happened once; state_lock guards both. */
static StringSet answered;
static StringSet happened;

void
gate_forget(void)
{
	set_clear(&answered);
	set_clear(&happened);
}

static void
memory_key(const Exchange *x, const char *what, const char *detail, char *key, size_t size)
{
	snprintf(key, size, "%s %s %s %s %s %s %s", what, x->scenario.prefix, x->route->path, x->point,
			 x->start, x->end, detail);
}

/* Whether this question, or its part that detail tells, meets that event for the first time. */
bool
gate_first_time(const Exchange *x, const char *what, const char *detail)
{
	char key[768];
	bool first;

	memory_key(x, what, detail, key, sizeof(key));
	state_lock();
	first = set_add(&happened, key);
	state_unlock();
	return first;
}

/* -------- credentials and pace -------- */

static bool
refuse_token(Exchange *x, const char *fault, const char *code)
{
	if (fault != NULL)
		exchange_fault(x, "%s", fault);
	exchange_canned(x, code);
	return false;
}

static bool
admit_token(Exchange *x)
{
	TokenState state;

	if (x->authorization == NULL)
		return refuse_token(x, "missing Authorization header", "900902");
	if (strncasecmp(x->authorization, "Bearer ", 7) != 0)
		return refuse_token(x, "Authorization header is not Bearer", "900902");
	state_lock();
	state = token_check(x->authorization + 7, &x->scenario, &x->client);
	state_unlock();
	switch (state)
	{
		case TOKEN_GOOD:
			return true;
		case TOKEN_UNKNOWN:
			return refuse_token(x, "unknown access token", "900901");
		case TOKEN_EXPIRED:
			return refuse_token(x, "access token used after its end", "invalid_token");
		case TOKEN_REVOKED:
			return refuse_token(x, "access token used after it was revoked", "invalid_token");
		case TOKEN_SPENT:
			break;
	}
	return refuse_token(x, NULL, "invalid_token");
}

static bool
admit_pace(Exchange *x)
{
	int64_t wait = 0;
	QuotaVerdict verdict;
	char text[96];

	state_lock();
	verdict = quota_take(x->client, x->route->api ? x->route->api : "", &x->scenario, &wait);
	state_unlock();
	if (verdict == QUOTA_FREE)
		return true;
	exchange_fault(x, "more requests than the quota per %s",
				   verdict == QUOTA_SECOND ? "second" : "hour");
	if (exchange_of_2026(x))
	{
		exchange_canned(x, "429");
		return false;
	}
	snprintf(text, sizeof(text), "Quota %s reached  Call threshold allowed on %d:%02d:%02d",
			 verdict == QUOTA_SECOND ? "Q3" : "Q4", (int) (wait / 3600), (int) (wait / 60 % 60),
			 (int) (wait % 60));
	exchange_error(x, 429, "429", text);
	return false;
}

bool
gate_open(Exchange *x)
{
	return admit_token(x) && admit_pace(x);
}

/*
 * The API serves JSON to a client that does not say what it wants, so only the
 * journal complains about that one.
 */
bool
gate_accept(Exchange *x)
{
	if (x->accept != NULL && strcasestr(x->accept, "application/json") != NULL)
		return true;
	if (x->accept == NULL)
		exchange_fault(x, "missing Accept header");
	else
		exchange_fault(x, "Accept header is not application/json");
	if (x->accept == NULL || strstr(x->accept, "*/*") != NULL ||
		strstr(x->accept, "application/*") != NULL)
		return true;
	exchange_error(x, 406, "Invalid_request", "only application/json is available");
	return false;
}

/* -------- scenarios -------- */

void
gate_no_data(Exchange *x)
{
	exchange_canned(x, exchange_of_2026(x) ? "404-adam-err0123" : "no_data_found");
}

static void
answer_canned(Exchange *x, const Canned *canned)
{
	int64_t now = clock_now_us() / 1000000;

	exchange_canned_at(x, canned,
					   x->scenario.next > 0 ? now + x->scenario.next : (now / 3600 + 1) * 3600);
}

/* The error that the scenario answers this request with, or NULL. */
const Canned *
gate_error(const Exchange *x)
{
	const Scenario *scenario = &x->scenario;
	const Canned *error = scenario_error_at(scenario, x->endpoint);

	if (error != NULL)
		return error;
	if (scenario->error != NULL)
		return scenario->error;
	return scenario->error_once != NULL && gate_first_time(x, "error", x->detail)
			   ? scenario->error_once
			   : NULL;
}

/* Answers that a scenario puts in the place of the data. */
bool
gate_replaces(Exchange *x)
{
	const Canned *error = gate_error(x);

	if (error != NULL)
		answer_canned(x, error);
	else if (x->scenario.empty && strcmp(x->method, "GET") == 0)
		gate_no_data(x); /* a list is empty without being an error */
	else
		return faults_replace(x);
	return true;
}

static void
note_repeat(Exchange *x)
{
	char key[768];

	memory_key(x, "answer", x->detail, key, sizeof(key));
	state_lock();
	if (x->status == 200 && !x->unfinished && !x->spoilt)
		x->repeat = !set_add(&answered, key);
	else
		x->repeat = set_has(&answered, key);
	state_unlock();
}

/* The last step of every request that passed the checks. */
void
gate_close(Exchange *x)
{
	faults_end(x);
	note_repeat(x);
}
