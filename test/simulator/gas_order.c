/*
 * gas_order.c
 *		POST .../grdf-adict/donnees-informatives: the latest days of a gas meter,
 *		answered at once, as GRDF streams them or in a wrapping.
 */
#include "switchgrid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAYS 30
#define DAYS_UNTIL_KNOWN 2
#define NO_DATA "1000008"
#define PARTIAL "2000100"

static void
add_refusal(Text *out, const char *pce, int64_t from, int64_t until, const char *code)
{
	char begin[11];
	char end[11];

	write_day_text(from, begin);
	write_day_text(until, end);
	text_printf(out,
				"{\"pce\":{\"id_pce\":\"%s\"},\"periode\":{\"valeur\":null,\"date_debut\":\"%s\","
				"\"date_fin\":\"%s\"},\"releve_debut\":null,\"releve_fin\":null,",
				pce, begin, end);
	text_printf(out,
				"\"consommation\":null,\"statut_restitution\":{\"code\":\"%s\",\"message\":"
				"\"refus de GRDF (texte invent\303\251)\"}}\n",
				code);
}

/* One record a line. */
static void
read_records(const Exchange *x, Text *out)
{
	int64_t until = paris_day(clock_now_us() / SECOND_US) - DAYS_UNTIL_KNOWN;
	int64_t from = until - DAYS;
	const char *code = gas_refusal(x->point);

	if (x->scenario.empty)
		code = NO_DATA;
	if (code == NULL)
		gas_records(out, x->point, from, until, false);
	else
	{
		if (strcmp(code, PARTIAL) == 0)
			gas_records(out, x->point, from, from + DAYS / 2, false);
		add_refusal(out, x->point, from, until, code);
	}
}

/* The records between brackets, line ends become commas. */
static void
add_array(Text *out, Text *records)
{
	for (size_t i = 0; i + 1 < records->length; i++)
	{
		if (records->data[i] == '\n')
			records->data[i] = ',';
	}
	text_puts(out, "[");
	text_add(out, records->data, records->length - 1);
	text_puts(out, "]");
}

/* Each over several lines, and nothing between two of them. */
static void
add_pretty(Text *out, Text *records)
{
	char *next = records->data;
	char *line;

	while ((line = strsep(&next, "\n")) != NULL && *line != '\0')
	{
		json_t *record = must(json_loads(line, 0, NULL));
		char *text = must(json_dumps(record, JSON_INDENT(2)));

		text_puts(out, text);
		free(text);
		json_decref(record);
	}
}

static void
answer(Exchange *x)
{
	const Scenario *scenario = &x->scenario;
	bool one = scenario->gas_array || scenario->gas_wrapped;
	Text records = {NULL, 0, 0};
	Text body = {NULL, 0, 0};

	read_records(x, &records);
	if (scenario->gas_wrapped)
		text_puts(&body, "{\"data\":");
	if (one)
		add_array(&body, &records);
	else if (scenario->gas_pretty)
		add_pretty(&body, &records);
	else
		text_add(&body, records.data, records.length);
	if (scenario->gas_wrapped)
		text_puts(&body, "}");
	text_free(&records);
	exchange_answer(x, 200, body.data, body.length,
					one ? "application/json" : "application/x-ndjson");
}

static bool
check_pce(Check *check, const json_t *value)
{
	return (json_is_string(value) && is_pce(json_string_value(value))) ||
		   body_fail(check, "Refinement", "is not a PCE");
}

static bool
read_body(Exchange *x)
{
	static const Member members[] = {{"pce", check_pce, true}};
	Check check = {x, NULL};
	json_t *body = body_read(x);
	bool good;

	if (body == NULL)
		return false;
	check.path = must(json_array());
	good = body_object(&check, body, members, 1);
	if (good)
		snprintf(x->point, sizeof(x->point), "%s", text_of(body, "pce"));
	json_decref(check.path);
	json_decref(body);
	return good;
}

static bool
check_consent(Exchange *x)
{
	bool covered;

	state_lock();
	covered = asks_cover(x, x->point);
	state_unlock();
	return covered || refuse(x, 403, NULL, "no accepted ask for this pce");
}

void
gas_endpoint(Exchange *x)
{
	if (!switchgrid_query(x, NULL, 0) || !read_body(x) || !check_consent(x))
		return;
	if (!faults_replace(x))
		answer(x);
	gate_close(x);
}
