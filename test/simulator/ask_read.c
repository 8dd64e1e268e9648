/*
 * ask_read.c
 *		Asks and consents: looked up, listed, proven, signed and ended.
 */
#include "switchgrid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_LISTED 100

/* -------- the list -------- */

typedef struct Filter
{
	char prm[512];
	char status[256];
	char skip[16];
	char limit[16];
	char order[32];
} Filter;

/* Whether a list with commas has the word, plain or behind "!"; "" is any word. */
static bool
lists(const char *list, bool excluded, const char *word)
{
	size_t length;

	for (; *list != '\0'; list += length + (list[length] == ','))
	{
		bool marked = *list == '!';

		list += marked ? 1 : 0;
		length = strcspn(list, ",");
		if (marked == excluded &&
			(*word == '\0' || (strlen(word) == length && strncmp(list, word, length) == 0)))
			return true;
	}
	return false;
}

static bool
status_passes(const char *list, const char *status)
{
	return !lists(list, true, status) && (lists(list, false, status) || !lists(list, false, ""));
}

/* Of several points, one that is asked for is enough, and one that is excluded too much. */
static bool
points_pass(const char *list, const Ask *ask)
{
	bool wanted = !lists(list, false, "");

	for (size_t i = 0; i < ask->count; i++)
	{
		if (lists(list, true, ask->contracts[i].point))
			return false;
		wanted = wanted || lists(list, false, ask->contracts[i].point);
	}
	return wanted;
}

static bool
is_listed(const Exchange *x, const Filter *filter, const Ask *ask)
{
	return (ask->generation == OF_V2) == (generation_of(x) == OF_V2) && ask->test == is_test(x) &&
		   points_pass(filter->prm, ask) &&
		   status_passes(filter->status, ask_status(ask, &x->scenario));
}

/* The standing asks of the points that the filter names come first: they are the oldest. */
static void
list_standing(const Exchange *x, const Filter *filter, json_t *list)
{
	char points[sizeof(filter->prm)];
	char *next = points;
	char *point;

	strcpy(points, filter->prm);
	while ((point = strsep(&next, ",")) != NULL)
	{
		AskContract contract;
		Ask ask;

		if (asks_standing(x, point, &ask, &contract) && is_listed(x, filter, &ask))
			json_array_append_new(list, ask_json(x, &ask));
	}
}

static bool
check_points(Exchange *x, const Filter *filter)
{
	char points[sizeof(filter->prm)];
	char *next = points;
	char *point;

	strcpy(points, filter->prm);
	while (points[0] != '\0' && (point = strsep(&next, ",")) != NULL)
	{
		if (!is_prm(*point == '!' ? point + 1 : point))
			return refuse(x, 400, "prm is not 14 digits", "bad prm");
	}
	return true;
}

static bool
read_number(Exchange *x, const char *name, const char *text, long most, long *number)
{
	char *rest;

	if (*text == '\0')
		return true;
	*number = strtol(text, &rest, 10);
	if (*rest == '\0' && *number >= 0 && *number <= most)
		return true;
	exchange_fault(x, "%s is out of bounds", name);
	return refuse(x, 400, NULL, "number out of bounds");
}

static json_t *
page_json(json_t *list, long skip, long limit)
{
	json_t *items = must(json_array());
	size_t total = json_array_size(list);

	for (size_t i = (size_t) skip; i < total && i < (size_t) (skip + limit); i++)
		json_array_append(items, json_array_get(list, i));
	json_decref(list);
	return json_pack("{s:I, s:I, s:I, s:I, s:o}", "skip", (json_int_t) skip, "limit",
					 (json_int_t) limit, "totalItemsCount", (json_int_t) total,
					 "returnedItemsCount", (json_int_t) json_array_size(items), "items", items);
}

void
ask_list(Exchange *x)
{
	Filter filter = {.prm = ""};
	const Slot slots[] = {{"prm", filter.prm, sizeof(filter.prm)},
						  {"status", filter.status, sizeof(filter.status)},
						  {"skip", filter.skip, sizeof(filter.skip)},
						  {"limit", filter.limit, sizeof(filter.limit)},
						  {"orderBy", filter.order, sizeof(filter.order)}};
	long skip = 0;
	long limit = 10;
	json_t *list;

	if (!switchgrid_query(x, slots, 5) || !check_points(x, &filter) ||
		!read_number(x, "skip", filter.skip, INT32_MAX, &skip) ||
		!read_number(x, "limit", filter.limit, MOST_LISTED, &limit))
		return;
	if (filter.order[0] != '\0' && strcmp(filter.order, "createdAt:asc") != 0)
	{
		refuse(x, 400, "orderBy is not createdAt:asc", "unknown orderBy");
		return;
	}
	snprintf(x->point, sizeof(x->point), "%.14s", filter.prm);
	list = must(json_array());
	state_lock();
	list_standing(x, &filter, list);
	for (size_t i = 0; asks_get(i) != NULL; i++)
	{
		if (is_listed(x, &filter, asks_get(i)))
			json_array_append_new(list, ask_json(x, asks_get(i)));
	}
	state_unlock();
	exchange_json(x, page_json(list, skip, limit));
}

/* -------- one ask -------- */

/* Runs the function on the ask of the path, with the state locked. */
static void
with_ask(Exchange *x, void (*serve)(Exchange *, Ask *))
{
	AskContract contract;
	Ask standing = {.contracts = &contract};
	Ask *ask = &standing;

	if (!switchgrid_query(x, NULL, 0))
		return;
	state_lock();
	if (asks_find(x, x->detail, &ask))
	{
		snprintf(x->point, sizeof(x->point), "%s", ask->contracts[0].point);
		serve(x, ask);
	}
	else
		refuse(x, 404, NULL, "unknown ask");
	state_unlock();
}

static void
get(Exchange *x, Ask *ask)
{
	exchange_json(x, ask_json(x, ask));
}

void
ask_get(Exchange *x)
{
	with_ask(x, get);
}

/* What it answers is not known: v2 shows the ask, the others nothing. */
static void
cancel(Exchange *x, Ask *ask)
{
	ask_cancel(ask, NULL);
	if (generation_of(x) == OF_V2)
		exchange_json(x, ask_json(x, ask));
	else
		exchange_answer(x, 204, must(strdup("")), 0, "application/json");
}

void
ask_delete(Exchange *x)
{
	with_ask(x, cancel);
}

/* The smallest document that readers of PDF accept, on one empty page. */
static void
prove(Exchange *x, Ask *ask)
{
	static const char *const objects[] = {"<</Type/Catalog/Pages 2 0 R>>",
										  "<</Type/Pages/Kids[3 0 R]/Count 1>>",
										  "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"};
	size_t starts[3];
	size_t table;
	Text pdf = {NULL, 0, 0};

	if (!ask_usable(ask, &x->scenario))
	{
		refuse(x, 404, NULL, "no proof yet");
		return;
	}
	text_puts(&pdf, "%PDF-1.4\n");
	for (int i = 0; i < 3; i++)
	{
		starts[i] = pdf.length;
		text_printf(&pdf, "%d 0 obj\n%s\nendobj\n", i + 1, objects[i]);
	}
	table = pdf.length;
	text_puts(&pdf, "xref\n0 4\n0000000000 65535 f \n");
	for (int i = 0; i < 3; i++)
		text_printf(&pdf, "%010zu 00000 n \n", starts[i]);
	text_printf(&pdf, "trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n", table);
	exchange_answer(x, 200, pdf.data, pdf.length, "application/pdf");
}

void
ask_proof(Exchange *x)
{
	with_ask(x, prove);
}

/* The page where the holder consents: a visit is enough. */
void
ask_sign(Exchange *x)
{
	static const char signed_text[] = "signed\n";
	static const char early_text[] = "not ready to be signed\n";
	uint32_t head;
	uint64_t tail;
	Ask *ask;
	bool ready;

	if (!uuid_read(UUID_ASK, x->detail, &head, &tail))
		tail = 0;
	state_lock();
	ask = tail > 0 ? (Ask *) asks_get(tail - 1) : NULL;
	ready = ask != NULL && strcmp(ask_status(ask, &x->scenario), "PENDING_USER_ACTION") == 0;
	if (ready)
		ask->signed_us = clock_now_us();
	else
		ready = ask != NULL && ask_usable(ask, &x->scenario);
	state_unlock();
	if (ask == NULL)
		refuse(x, 404, NULL, "unknown ask");
	else
		exchange_answer(x, ready ? 200 : 409, must(strdup(ready ? signed_text : early_text)),
						ready ? sizeof(signed_text) - 1 : sizeof(early_text) - 1, "text/plain");
}

/* -------- consents of v2 -------- */

static json_t *
consent_json(const Exchange *x, const Ask *ask, const AskContract *contract)
{
	char ask_text[UUID_SIZE];

	ask_id(ask, ask_text);
	return must(json_pack("{s:s, s:s, s:s, s:s, s:o}", "id", x->detail, "askId", ask_text, "prm",
						  contract->point, "status",
						  contract->cancelled ? "REVOKED" : ask_status(ask, &x->scenario),
						  "acceptedAt", instant_json(ask_accepted_us(ask, &x->scenario))));
}

/* The contract of the ask that the path's consent is for; the state is locked. */
static AskContract *
find_consent(const Exchange *x, Ask **ask)
{
	char point[POINT_SIZE];
	uint32_t head;
	uint64_t tail;

	if (!uuid_read(UUID_CONSENT, x->detail, &head, &tail) || !point_text(tail, point))
		return NULL;
	if (head == 0)
		return asks_standing(x, point, *ask, (*ask)->contracts) ? (*ask)->contracts : NULL;
	*ask = (Ask *) asks_get(head - 1);
	for (size_t i = 0; *ask != NULL && i < (*ask)->count; i++)
	{
		if (strcmp((*ask)->contracts[i].point, point) == 0 &&
			ask_accepted_us(*ask, &x->scenario) <= clock_now_us())
			return &(*ask)->contracts[i];
	}
	return NULL;
}

static void
serve_consent(Exchange *x, bool ending)
{
	AskContract room;
	Ask standing = {.contracts = &room};
	Ask *ask = &standing;
	AskContract *contract;

	if (!switchgrid_query(x, NULL, 0))
		return;
	state_lock();
	contract = find_consent(x, &ask);
	if (contract == NULL)
		refuse(x, 404, NULL, "unknown consent");
	else
	{
		snprintf(x->point, sizeof(x->point), "%s", contract->point);
		if (ending)
			ask_cancel(ask, contract);
		exchange_json(x, consent_json(x, ask, contract));
	}
	state_unlock();
}

void
consent_get(Exchange *x)
{
	serve_consent(x, false);
}

void
consent_delete(Exchange *x)
{
	serve_consent(x, true);
}
