/*
 * endpoint.c
 *	  The registry of APIs, and the way from days to requests.
 */
#include "postgres.h"

#include "base/clock.h"
#include "endpoint.h"

static const SgApi *const apis[] = {&sg_api_enedis_v5};

const SgApi *
sg_api_find(const char *name, const char *generation)
{
	for (int i = 0; i < lengthof(apis); i++)
		if (strcmp(apis[i]->name, name) == 0 &&
			(generation == NULL || strcmp(apis[i]->generation, generation) == 0))
			return apis[i];
	return NULL;
}

const SgEndpoint *
sg_api_endpoint(const SgApi *api, const SgRelation *relation, const char *direction)
{
	for (int i = 0; i < api->nendpoints; i++)
		if (api->endpoints[i].relation == relation &&
			strcmp(api->endpoints[i].direction, direction) == 0)
			return &api->endpoints[i];
	return NULL;
}

SgDays
sg_endpoint_history(const SgEndpoint *endpoint, DateADT today)
{
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
		SgRequest *request = palloc(sizeof(SgRequest));

		request->endpoint = endpoint;
		request->point = point;
		request->days = sg_days_window(askable, endpoint->max_days, i);
		requests = lappend(requests, request);
	}
	return requests;
}

char *
sg_request_describe(const SgRequest *request)
{
	char from[SG_DAY_LEN];
	char until[SG_DAY_LEN];

	return psprintf("%s of point %s, %s to %s", request->endpoint->name, request->point,
					sg_clock_print_day(from, request->days.from),
					sg_clock_print_day(until, request->days.until));
}
