/*
 * ask_create.c
 *		POST /ask: a new ask for consent.
 */
#include "switchgrid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
read_contract(const json_t *value, AskContract *contract)
{
	int64_t today = paris_day(clock_now_us() / SECOND_US);
	const char *energy = text_of(value, "_energyType");
	const char *point = text_of(value, energy != NULL ? "deliveryPointId" : "prm");
	Profile profile;

	if (json_is_string(value))
		contract_point(value, contract->point);
	else
		snprintf(contract->point, sizeof(contract->point), "%s", point);
	contract->gas = energy != NULL && strcmp(energy, "gas") == 0;
	contract->known = contract->gas || points_find(contract->point, today, &profile);
}

/* The body is given away. */
static Ask *
add_ask(Exchange *x, json_t *body)
{
	const json_t *list =
		json_object_get(body, generation_of(x) == OF_V2 ? "electricityContracts" : "contracts");
	const char *duration = text_of(body, "consentDuration");
	Ask *ask = asks_add();

	ask->generation = generation_of(x);
	ask->test = is_test(x);
	ask->skip_check =
		json_is_true(json_object_get(json_object_get(body, "options"), "skipAddressCheck"));
	ask->arguments = body;
	duration_parse(duration != NULL ? duration : "1 year", &ask->months, &ask->days);
	ask->count = json_array_size(list);
	ask->contracts = must(calloc(ask->count, sizeof(AskContract)));
	for (size_t i = 0; i < ask->count; i++)
		read_contract(json_array_get(list, i), &ask->contracts[i]);
	snprintf(x->point, sizeof(x->point), "%s", ask->contracts[0].point);
	if (!ask->test)
		bill_ask();
	return ask;
}

static bool
admit_test_env(Exchange *x)
{
	return x->test_env == NULL || is_test(x) || strcmp(x->test_env, "false") == 0 ||
		   refuse(x, 400, "switchgrid-test-env is not a boolean", "bad switchgrid-test-env");
}

void
ask_create(Exchange *x)
{
	json_t *body;

	if (!switchgrid_query(x, NULL, 0) || !admit_test_env(x) || (body = body_read(x)) == NULL)
		return;
	if (!ask_check(x, body))
	{
		json_decref(body);
		return;
	}
	state_lock();
	exchange_json(x, ask_json(x, add_ask(x, body)));
	state_unlock();
	if (x->scenario.answer_500)
		refuse(x, 500, NULL, "Something unexpected happened");
	x->closed = x->scenario.answer_lost;
	x->stall = x->scenario.answer_stalled;
}
