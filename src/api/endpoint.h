/*
 * endpoint.h
 *	  What one remote API offers, as inert descriptions: a new endpoint is a row in its API's file.
 */
#ifndef SG_ENDPOINT_H
#define SG_ENDPOINT_H

#include "postgres.h"
#include "base/fault.h"
#include "base/span.h"
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"
#include "relation.h"

typedef struct SgEndpoint SgEndpoint;

/*
 * One HTTP exchange that will be made: inert data, so EXPLAIN can print it. "point" outlives the
 * request.
 */
typedef struct SgRequest
{
	const SgEndpoint *endpoint;
	const char *point;
	SgDays days;
} SgRequest;

struct SgEndpoint
{
	const char *name;			/* its own word for itself, for messages and EXPLAIN */
	const SgRelation *relation; /* whose rows it gives */
	const char *direction;
	const char *path;
	int max_days;	  /* the longest window, 0: no limit */
	int keep_months;  /* the oldest day it gives is today less these months */
	int keep_days;	  /* and less these days */
	int rows_per_day; /* typical, for the planner */

	/* Appends path and query to a base URL, everything escaped. */
	void (*url)(const SgRequest *request, StringInfo out);

	/* Calls emit for each row of an answer with status 200; sets fault if it cannot be read. */
	void (*decode)(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
				   SgFault *fault);
};

typedef struct SgApi
{
	const char *name;
	const char *generation;
	const char *base_url;	 /* production */
	const char *sandbox_url; /* NULL if there is none */
	const char *token_path;
	int per_second; /* what the operator allows to one credential */
	int per_hour;
	const SgEndpoint *endpoints;
	int nendpoints;

	/*
	 * Sets fault from an answer whose status is not 200; "now" dates what the answer says relatively.
	 */
	void (*classify)(int status, const char *body, size_t len, TimestampTz now, SgFault *fault);

	/* Is the text a point's identifier for this API? */
	bool (*valid_point)(const char *point);
	const char *point_rule; /* in words, for the hint */
} SgApi;

extern const SgApi sg_api_enedis_v5;

/* The API of that name and generation (NULL: its newest one), or NULL. */
extern const SgApi *sg_api_find(const char *name, const char *generation);

/* The endpoint of the API that gives this relation in this direction, or NULL. */
extern const SgEndpoint *sg_api_endpoint(const SgApi *api, const SgRelation *relation,
										 const char *direction);

/* The days that the endpoint can give today: from its history limit to yesterday. */
extern SgDays sg_endpoint_history(const SgEndpoint *endpoint, DateADT today);

/*
 * Appends to "requests" (a list of SgRequest *) the smallest number of requests that cover the days, the
 * newest first, and returns the list. Days outside the history are left out.
 */
extern List *sg_endpoint_cut(const SgEndpoint *endpoint, const char *point, SgDays days,
							 DateADT today, List *requests);

/* The request in words, palloc'd: endpoint, point and window. */
extern char *sg_request_describe(const SgRequest *request);

#endif
