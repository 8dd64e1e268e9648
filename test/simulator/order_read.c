/*
 * order_read.c
 *		Orders and their results, as each generation tells them.
 */
#include "switchgrid.h"

#include <stdio.h>
#include <string.h>

/* The link to one file; null where there is none. */
static json_t *
link_of(const Exchange *x, const Wanted *wanted, size_t which)
{
	const Scenario *scenario = &x->scenario;
	const char *prm = wanted->prms[which];
	bool curve = strcmp(wanted->type->name, "LOADCURVE") == 0;
	Span span;

	if (scenario_chooses(&scenario->nodata, prm) || (curve && scenario->nolink) ||
		(curve && scenario->embedded && generation_of(x) == OF_V2) ||
		progress_refusal(x, wanted, prm) != NULL ||
		(wanted->type->content != CONTENT_CONTRACT && !span_of(wanted, prm, &span)))
		return json_null();
	return file_link(x, wanted, which);
}

/* One entry for each point, with a link when it is here that links are. */
static json_t *
summaries(const Exchange *x, const Wanted *wanted, bool linked)
{
	json_t *list = must(json_array());

	for (size_t i = 0; i < wanted->count; i++)
	{
		json_t *entry = span_summary(x, wanted, wanted->prms[i]);
		json_t *link = linked ? link_of(x, wanted, i) : json_null();

		if (json_is_string(link))
			json_object_set(entry, "fileUrl", link);
		json_decref(link);
		json_array_append_new(list, entry);
	}
	return list;
}

/* v0 tells the link in three places by turns, anybody that of several files in one. */
static void
add_links(const Exchange *x, const Wanted *wanted, json_t *result)
{
	bool of_v0 = generation_of(x) == OF_V0;
	bool several = wanted->count > 1;
	uint32_t place = of_v0 ? wanted->position % 3 : 0;

	if (of_v0 || several || x->scenario.summary)
		json_object_set_new(result, "summaryPerContract",
							summaries(x, wanted, several || place == 2));
	if (several || place == 2)
		return;
	if (place == 0)
		json_object_set_new(result, "dataUrl", link_of(x, wanted, 0));
	else
	{
		json_t *link = link_of(x, wanted, 0);

		json_object_set_new(result, "dataUrls",
							json_is_string(link) ? json_pack("[O]", link) : json_array());
		json_decref(link);
	}
}

/* "2024-01-01T00:00:00+01:00/2025-01-01T00:00:00+01:00", null when it was left open. */
static json_t *
range_json(const Wanted *wanted)
{
	char since[32];
	char until[32];

	if (wanted->since == INT64_MIN || wanted->until == INT64_MAX)
		return json_null();
	paris_text(wanted->since, since);
	paris_text(wanted->until, until);
	return must(json_sprintf("%s/%s", since, until));
}

static void
add_v2(const Exchange *x, const Wanted *wanted, bool good, json_t *result)
{
	if (json_object_get(result, "dataUrl") == NULL)
		json_object_set_new(result, "dataUrl", json_null());
	if (strcmp(wanted->type->name, "LOADCURVE") == 0)
		json_object_set_new(result, "loadCurve",
							good && x->scenario.embedded
								? curve_json(wanted, wanted->prms[0], &x->scenario, 0)
								: json_null());
	json_object_set_new(result, "requestedTimeRange", range_json(wanted));
}

static json_t *
result_json(const Exchange *x, const Order *order, const Wanted *wanted)
{
	Progress progress;
	char id[UUID_SIZE];
	json_t *result;

	progress_of(x, order, wanted, &progress);
	uuid_make(UUID_REQUEST, wanted->order, wanted->position, id);
	result =
		must(json_pack("{s:s, s:s, s:s, s:o, s:o, s:s?}", "id", id, "type", wanted->type->name,
					   "status", progress.status, "orderedAt", instant_json(progress.ordered_us),
					   "completedAt", instant_json(progress.completed_us), "errorMessage",
					   progress.error[0] != '\0' ? progress.error : NULL));
	if (progress.good)
		add_links(x, wanted, result);
	if (generation_of(x) == OF_V2)
		add_v2(x, wanted, progress.good, result);
	return result;
}

json_t *
order_json(const Exchange *x, const Order *order)
{
	size_t count = order->count - (x->scenario.short_answer ? 1 : 0);
	json_t *results = must(json_array());
	char id[UUID_SIZE];

	for (size_t i = 0; i < count; i++)
		json_array_append_new(results, result_json(x, order, &order->requests[i]));
	uuid_make(UUID_ORDER, 0, order->number, id);
	return must(json_pack("{s:s, s:s, s:o}", "id", id, "status", order_status(x, order), "requests",
						  results));
}

void
order_get(Exchange *x)
{
	const Order *order = orders_find(x->detail);

	if (!switchgrid_query(x, NULL, 0))
		return;
	if (order == NULL || order->generation != generation_of(x))
	{
		refuse(x, 404, NULL, "unknown order");
		return;
	}
	snprintf(x->point, sizeof(x->point), "%s", order->requests[0].prms[0]);
	exchange_json(x, order_json(x, order));
}
