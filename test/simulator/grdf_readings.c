/*
 * grdf_readings.c
 *		GRDF's readings of a window: informative, published, injected.
 */
#include "grdf.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INFORMATIVE_MONTHS 36
#define PUBLISHED_MONTHS 60

/* -------- the window -------- */

static bool
check_day(Exchange *x, const char *name, const char *text, int64_t *day)
{
	char fault[64];

	if (civil_parse(text, day))
		return true;
	snprintf(fault, sizeof(fault), *text ? "%s is not a YYYY-MM-DD date" : "missing %s", name);
	return grdf_refuse(x, fault);
}

static bool
check_window(Exchange *x, Window *window)
{
	bool daily = grdf_is(x, "donnees_consos_informatives");

	if (!check_day(x, "date_debut", x->start, &window->start) ||
		!check_day(x, "date_fin", x->end, &window->end))
		return false;
	window->today = paris_day(clock_now_us() / 1000000);
	window->oldest =
		civil_months_before(window->today, daily ? INFORMATIVE_MONTHS : PUBLISHED_MONTHS);
	if (window->start >= window->end)
		return grdf_refuse(x, "date_debut is not before date_fin");
	if (window->end > window->today)
		return grdf_refuse(x, "date_fin is after today");
	if (window->start < window->oldest)
		return grdf_refuse(x, "date_debut is older than the history limit");
	return true;
}

/* Only date_debut and date_fin, each once: periode is another way, which nobody needs. */
static bool
collect_window(Exchange *x, Window *window)
{
	for (int i = 0; i < x->query_count && i < MAX_PARAMETERS; i++)
	{
		bool start = strcmp(x->query[i].name, "date_debut") == 0;
		char *value = start ? x->start : x->end;

		if (!start && strcmp(x->query[i].name, "date_fin") != 0)
			return grdf_refuse(x, "unknown parameter in the query");
		if (*value != '\0')
			return grdf_refuse(x, "parameter given twice");
		snprintf(value, sizeof(x->start), "%s", x->query[i].value ? x->query[i].value : "");
	}
	return check_window(x, window);
}

/* -------- the records -------- */

static void
replace_all(Text *text, const char *word, const char *other)
{
	Text changed = {NULL, 0, 0};
	const char *from = text->data;
	const char *found;

	while ((found = strstr(from, word)) != NULL)
	{
		text_add(&changed, from, found - from);
		text_puts(&changed, other);
		from = found + strlen(word);
	}
	text_puts(&changed, from);
	text_free(text);
	*text = changed;
}

/* An injection is told in the words of a consumption, but for these. */
static void
say_injection(Text *text)
{
	static const char *const words[][2] = {
		{"\"consommation\"", "\"injection\""},
		{"_consommation\"", "_injection\""},
		{"type_qualif_conso\"", "type_qualif_injection\""},
		{"statut_conso\"", "statut_injection\""},
		{"type_conso\"", "type_injection\""},
		{"\"Consommation\"", "\"Production\""},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		replace_all(text, words[i][0], words[i][1]);
}

/* Over several lines, and nothing between two values, as the sandbox does it. */
static void
add_pretty(Text *out, const char *line, size_t length)
{
	json_t *value = must(json_loadb(line, length, 0, NULL));
	char *text = must(json_dumps(value, JSON_INDENT(2)));

	text_puts(out, text);
	free(text);
	json_decref(value);
}

/* Tells records as the scenario wants them: without lines, or with other line ends and stray bytes. */
void
grdf_bend(Text *text, const Scenario *scenario)
{
	Text bent = {NULL, 0, 0};

	if (!scenario->gas_crlf && !scenario->gas_pretty)
		return;
	for (const char *line = text->data; *line != '\0';)
	{
		size_t length = strchrnul(line, '\n') - line;

		if (scenario->gas_pretty)
			add_pretty(&bent, line, length);
		else
		{
			text_puts(&bent, "\302\240");
			text_add(&bent, line, length);
			text_puts(&bent, "\r\n\r\n");
		}
		line += length + (line[length] == '\n');
	}
	text_free(text);
	*text = bent;
}

/* A day is there once the day after it is over, too. */
static void
answer(Exchange *x, const Window *window)
{
	bool published = !grdf_is(x, "donnees_consos_informatives");
	bool injected = grdf_is(x, "donnees_injections_publiees");
	const char *code = gas_refusal(x->point);
	bool partial = code != NULL && strcmp(code, "2000100") == 0;
	int64_t until = window->end < window->today ? window->end : window->today - 1;
	Text body = {NULL, 0, 0};

	if (!published || injected == (strcmp(x->point, GRDF_INJECTOR) == 0))
		gas_records(&body, x->point, window->start, partial ? (window->start + until) / 2 : until,
					published);
	if (partial)
		grdf_add_error(&body, x, code);
	else if (body.length == 0)
		grdf_add_error(&body, x, "1000008");
	if (injected)
		say_injection(&body);
	grdf_bend(&body, &x->scenario);
	exchange_answer(x, 200, body.data, body.length, GRDF_NDJSON);
}

void
grdf_readings(Exchange *x)
{
	Window window = {0};

	if (!collect_window(x, &window))
		return;
	if (!grdf_replaces(x))
		answer(x, &window);
	gate_close(x);
}
