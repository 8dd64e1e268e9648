/*
 * endpoint.c
 *	  The registry of APIs, and the way from days to requests.
 */
#include "postgres.h"

#include "base/clock.h"
#include "endpoint.h"

/* Of several generations the one that a server has without an option stands first. */
static const SgApi *const apis[] = {&sg_api_enedis_2026,	 &sg_api_enedis_v5,
									&sg_api_switchgrid_v0_1, &sg_api_switchgrid_v2,
									&sg_api_switchgrid_v0,	 &sg_api_grdf};

const SgApi *
sg_api_find(const char *name, const char *generation)
{
	for (int i = 0; i < lengthof(apis); i++)
		if (strcmp(apis[i]->name, name) == 0 &&
			(generation == NULL || strcmp(apis[i]->generation, generation) == 0))
			return apis[i];
	return NULL;
}

char *
sg_api_names(void)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < lengthof(apis); i++)
		if (i == 0 || strcmp(apis[i]->name, apis[i - 1]->name) != 0)
			appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", apis[i]->name);
	return names.data;
}

char *
sg_api_generations(const char *name)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = lengthof(apis) - 1; i >= 0; i--)
		if (name == NULL || strcmp(apis[i]->name, name) == 0)
			appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", apis[i]->generation);
	return names.data;
}

uint32
sg_api_silence(const SgApi *api, const SgRelation *relation)
{
	for (const SgSilence *silence = api->silences; silence != NULL && silence->relation != NULL;
		 silence++)
		if (silence->relation == relation)
			return silence->columns;
	return 0;
}

bool
sg_endpoint_feeds(const SgEndpoint *endpoint, const SgRelation *relation)
{
	for (int i = 0; endpoint->relations[i] != NULL; i++)
		if (endpoint->relations[i] == relation)
			return true;
	return false;
}

bool
sg_endpoint_takes_point(const SgEndpoint *endpoint, const char *point)
{
	return endpoint->valid_point == NULL || endpoint->valid_point(point);
}

bool
sg_endpoint_is_series(const SgEndpoint *endpoint)
{
	return endpoint->relations[0]->kind == SG_KIND_SERIES;
}

List *
sg_api_endpoints(const SgApi *api, const SgRelation *relation, const char *direction)
{
	List *found = NIL;

	for (int i = 0; i < api->nendpoints; i++)
	{
		const SgEndpoint *endpoint = &api->endpoints[i];

		if (!endpoint->alternative && sg_endpoint_feeds(endpoint, relation) &&
			/* a series that comes along with another one is not asked for by itself */
			(relation->kind != SG_KIND_SERIES || endpoint->relations[0] == relation) &&
			(endpoint->direction == NULL || strcmp(endpoint->direction, direction) == 0))
			found = lappend(found, unconstify(SgEndpoint *, endpoint));
	}
	return found;
}

const SgEndpoint *
sg_api_endpoint(const SgApi *api, const SgRelation *relation, const char *direction)
{
	List *found = sg_api_endpoints(api, relation, direction);

	return found != NIL ? linitial(found) : NULL;
}

const SgEndpoint *
sg_api_ordered(const SgApi *api, const char *order_type, const char *direction)
{
	for (int i = 0; i < api->nendpoints; i++)
	{
		const SgEndpoint *endpoint = &api->endpoints[i];

		if (endpoint->order_type != NULL && strcmp(endpoint->order_type, order_type) == 0 &&
			(endpoint->direction == NULL || strcmp(endpoint->direction, direction) == 0))
			return endpoint;
	}
	return NULL;
}

const SgEndpoint *
sg_api_ordered_of_any(const SgApi *api, const char *order_type, const char *direction)
{
	const SgEndpoint *endpoint = sg_api_ordered(api, order_type, direction);

	for (int i = 0; i < lengthof(apis) && endpoint == NULL; i++)
		if (strcmp(apis[i]->name, api->name) == 0)
			endpoint = sg_api_ordered(apis[i], order_type, direction);
	return endpoint;
}

bool
sg_api_asks(const SgApi *api, const SgRelation *relation)
{
	for (int i = 0; i < api->nendpoints; i++)
		if (sg_endpoint_feeds(&api->endpoints[i], relation) && api->endpoints[i].order_type == NULL)
			return true;
	return false;
}

SgDays
sg_endpoint_history(const SgEndpoint *endpoint, DateADT today)
{
	if (!sg_endpoint_is_series(endpoint))
		return (SgDays){today, today + 1};
	return (SgDays){sg_clock_earlier(today, endpoint->keep_months, endpoint->keep_days), today};
}

List *
sg_endpoint_cut(const SgEndpoint *endpoint, const char *point, SgDays days, DateADT today,
				List *requests)
{
	SgDays askable = sg_days_intersect(days, sg_endpoint_history(endpoint, today));
	int n = sg_days_windows(askable, endpoint->max_days);

	for (int i = 0; i < n; i++)
	{
		SgRequest *request = palloc0(sizeof(SgRequest));

		request->endpoint = endpoint;
		request->point = point;
		request->days = sg_days_window(askable, endpoint->max_days, i);
		requests = lappend(requests, request);
	}
	return requests;
}

SgRequest *
sg_endpoint_ask(const SgEndpoint *endpoint, const char *point, int64 authorisation, DateADT today)
{
	SgRequest *request = palloc0(sizeof(SgRequest));

	request->endpoint = endpoint;
	request->point = point;
	request->authorisation = authorisation;
	request->days = sg_endpoint_history(endpoint, today);
	return request;
}

bool
sg_request_is_signed(const SgRequest *request)
{
	return request->link != NULL && request->link[0] != '/';
}

const SgArgument *
sg_request_argument(const SgRequest *request, int column)
{
	ListCell *cell;

	foreach (cell, request->arguments)
		if (((SgArgument *) lfirst(cell))->column == column)
			return lfirst(cell);
	return NULL;
}

static void
describe_texts(StringInfo out, const char *column, const char *operator, List * texts)
{
	ListCell *cell;

	if (texts == NIL)
		return;
	appendStringInfo(out, "%s %s ", column, operator);
	foreach (cell, texts)
		appendStringInfo(out, "%s%s", cell == list_head(texts) ? "" : " or ",
						 (char *) lfirst(cell));
	appendStringInfoString(out, ", ");
}

/* "ask list, status = ACCEPTED": what the clauses say. */
static char *
describe_document(const SgRequest *request)
{
	const SgRelation *relation = request->endpoint->relations[0];
	StringInfoData out;
	ListCell *cell;

	initStringInfo(&out);
	appendStringInfo(&out, "%s, ", request->endpoint->name);
	foreach (cell, request->arguments)
	{
		const SgArgument *argument = lfirst(cell);
		const char *column = relation->columns[argument->column].name;

		describe_texts(&out, column, "=", argument->texts);
		describe_texts(&out, column, "<>", argument->excluded);
	}
	out.data[out.len - 2] = '\0';
	return out.data;
}

char *
sg_request_describe(const SgRequest *request)
{
	char from[SG_DAY_LEN];
	char until[SG_DAY_LEN];

	if (request->authorisation != 0)
		return psprintf("%s of authorisation " INT64_FORMAT, request->endpoint->name,
						request->authorisation);
	if (request->endpoint->relations[0]->kind == SG_KIND_DOCUMENT)
		return describe_document(request);
	if (!sg_endpoint_is_series(request->endpoint))
		return psprintf("%s of point %s", request->endpoint->name, request->point);
	return psprintf("%s of point %s, %s to %s", request->endpoint->name, request->point,
					sg_clock_print_day(from, request->days.from),
					sg_clock_print_day(until, request->days.until));
}

/* What of a point's number names nobody. */
#define SHOWN_DIGITS 4

char *
sg_request_name(const SgRequest *request)
{
	SgRequest masked = *request;
	size_t len = request->point != NULL ? strlen(request->point) : 0;
	char point[SHOWN_DIGITS + 4];

	if (request->authorisation == 0 && request->endpoint->relations[0]->kind == SG_KIND_DOCUMENT)
		return pstrdup(request->endpoint->name);
	snprintf(point, sizeof(point), "***%s",
			 len > SHOWN_DIGITS ? request->point + len - SHOWN_DIGITS : "");
	masked.point = point;
	return sg_request_describe(&masked);
}
