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

/* The places behind which the paths of an API lie; a server's options can move each of them. */
typedef enum SgBase
{
	SG_BASE_MAIN,
	SG_BASE_ENEDIS, /* of Switchgrid: search and orders, which do not move with its asks */
	SG_BASE_EVENTS, /* of Switchgrid: what needs no token */
	SG_BASES
} SgBase;

/* What the clauses on one column of a document say. */
typedef struct SgArgument
{
	int column;
	bool any;		/* no clause wants certain texts */
	List *texts;	/* of char *: one of these, if not any */
	List *excluded; /* of char *: and none of those */
} SgArgument;

/*
 * One HTTP exchange that will be made: inert data, so EXPLAIN can print it. The texts outlive the
 * request.
 */
typedef struct SgRequest
{
	const SgEndpoint *endpoint;
	const char *point;	 /* "" when it is asked for by something else */
	int64 authorisation; /* number of a consent, 0: none */
	List *arguments;	 /* of a document: SgArgument * */
	int64 skip;			 /* what earlier pages gave */
	/* of what is ordered */
	List *wanted;	  /* relations of state that the result is wanted for: SgRelation * */
	bool alone;		  /* is it to go in an order of its own, for one with others was refused? */
	int64 number;	  /* its row of switchgrid.data_request, 0: none */
	const char *link; /* where the result lies: a whole URL, or a path behind the endpoint's base */
	SgDays days;	  /* of a relation of state: today */
} SgRequest;

/* An answer feeds at most so many relations, NULL at the end included. */
#define SG_FED_MAX 5

struct SgEndpoint
{
	const char *name;						 /* its own word for itself, for messages and EXPLAIN */
	const SgRelation *relations[SG_FED_MAX]; /* whose rows it gives, NULL at the end */
	const char *direction;					 /* NULL: of both, or of none */
	const char *path;
	SgBase base;
	bool tokenless; /* is no token sent? */
	const char
		*order_type;   /* the result is ordered, by this name, and not asked for; NULL: asked for */
	bool alternative;  /* another way to what an endpoint before it gives: only if it is named */
	const char *quota; /* the API whose requests are counted together; NULL: all of them */
	int max_days;	   /* the longest window, 0: no limit */
	int keep_months;   /* the oldest day it gives is today less these months */
	int keep_days;	   /* and less these days */
	int rows_per_day;  /* typical, for the planner */
	bool tells_activation; /* does it feed contract.activated_on? */
	bool lists_directions; /* does it give a row for each direction that there is? */

	/* Is it a point that it can be asked, or ordered, for? NULL: every point of the API is. */
	bool (*valid_point)(const char *point);

	/* Appends path and query to a base URL, everything escaped. */
	void (*url)(const SgRequest *request, StringInfo out);

	/* The JSON body of a POST that only reads, palloc'd; NULL if it is a GET. */
	char *(*body)(const SgRequest *request);

	/* Calls emit for each row of an answer with status 200; sets fault if it cannot be read. */
	void (*decode)(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
				   SgFault *fault);

	/*
	 * Of a document: the requests (SgRequest *, palloc'd; their arguments are those given) that clauses lead
	 * to. NIL if they do not say enough; "needs" says in words what would do.
	 */
	List *(*requests)(const SgEndpoint *endpoint, List *arguments, SgDays days);
	const char *needs;

	/* Is there another page after this answer? Then sets request->skip to where it begins. NULL: never. */
	bool (*next_page)(SgRequest *request, const char *body, size_t len);
};

/* The columns of a relation (a bit each) that a generation never fills: their being NULL says nothing. */
typedef struct SgSilence
{
	const SgRelation *relation;
	uint32 columns;
} SgSilence;

#define SG_COLUMN_BIT(column) (UINT32_C(1) << (column))

typedef struct SgOrdering SgOrdering; /* of ordering.h */
typedef struct SgAsking SgAsking;	  /* of asking.h */

typedef struct SgApi
{
	const char *name;
	const char *generation;
	const char *base_url; /* production */
	const char *
		enedis_url; /* and of SG_BASE_ENEDIS, if it is elsewhere; behind base_url if it is a path */
	const char *events_url;	 /* and of SG_BASE_EVENTS */
	const char *sandbox_url; /* NULL if there is none */
	const char *token_url;	 /* elsewhere than behind base_url; NULL: token_path is behind it */
	const char *token_path;	 /* NULL: the user mapping holds the token itself */
	const char
		*token_scope; /* sent in the form with the client's secret; NULL: Basic authentication */
	const char *sandbox_scope;
	const char
		*version; /* header that selects the generation, "name: value"; NULL: the path does */
	const char *revoke_path;
	const char *consent_url;	/* where the holder of a contract gives a consent, in production */
	const char *authorize_path; /* behind it */
	int per_second;				/* what the operator allows to one credential (and quota) */
	int per_hour;
	const SgEndpoint *endpoints;
	int nendpoints;
	const SgSilence *silences;	/* ends with a relation of NULL; NULL: none */
	const SgOrdering *ordering; /* how data is ordered; NULL: it is asked for */
	const SgAsking *asking;		/* how consents are asked for; NULL: by a page */
	int first_right; /* where the rights on its endpoints begin in a credential's place */

	/*
	 * Sets fault from an answer whose status is not 200; "now" dates what the answer says relatively.
	 */
	void (*classify)(int status, const char *body, size_t len, TimestampTz now, SgFault *fault);

	/* Is the text a point's identifier for this API? */
	bool (*valid_point)(const char *point);
	const char *point_rule; /* in words, for the hint */
} SgApi;

extern const SgApi sg_api_enedis_v5;
extern const SgApi sg_api_enedis_2026;
extern const SgApi sg_api_switchgrid_v2;
extern const SgApi sg_api_switchgrid_v0_1;
extern const SgApi sg_api_switchgrid_v0;
extern const SgApi sg_api_grdf;

/* The API of that name and generation (NULL: its newest one), or NULL. */
extern const SgApi *sg_api_find(const char *name, const char *generation);

/* The names of all APIs for a hint, palloc'd. */
extern char *sg_api_names(void);

/* The names of the generations of an API (NULL: of all) for a hint, palloc'd. */
extern char *sg_api_generations(const char *name);

/*
 * The endpoint of the API that gives this relation in this direction, or NULL; the first, of several. A series
 * that only comes along with another one has none of its own.
 */
extern const SgEndpoint *sg_api_endpoint(const SgApi *api, const SgRelation *relation,
										 const char *direction);

/*
 * All the endpoints whose answers together give this relation (and direction), a list of SgEndpoint *:
 * the first one makes the rows, the others add to them.
 */
extern List *sg_api_endpoints(const SgApi *api, const SgRelation *relation, const char *direction);

/* The endpoint whose results are ordered by this name, in this direction, or NULL. */
extern const SgEndpoint *sg_api_ordered(const SgApi *api, const char *order_type,
										const char *direction);

/* The same, in whatever generation of that API: an order outlives a change of the server's. */
extern const SgEndpoint *sg_api_ordered_of_any(const SgApi *api, const char *order_type,
											   const char *direction);

/* Can the relation be asked for at once, or only ordered? False too if the API does not give it. */
extern bool sg_api_asks(const SgApi *api, const SgRelation *relation);

/* The columns of the relation that the API never fills, a bit each. */
extern uint32 sg_api_silence(const SgApi *api, const SgRelation *relation);

/* Can the endpoint be asked, or ordered, for this point of its API? */
extern bool sg_endpoint_takes_point(const SgEndpoint *endpoint, const char *point);

/* Does the endpoint's answer feed the relation? */
extern bool sg_endpoint_feeds(const SgEndpoint *endpoint, const SgRelation *relation);

/* Does it give series, or what is so now? */
extern bool sg_endpoint_is_series(const SgEndpoint *endpoint);

/* The days that the endpoint can give today: from its history limit to yesterday; of a state, today. */
extern SgDays sg_endpoint_history(const SgEndpoint *endpoint, DateADT today);

/*
 * Appends to "requests" (a list of SgRequest *) the smallest number of requests that cover the days, the
 * newest first, and returns the list. Days outside the history are left out.
 */
extern List *sg_endpoint_cut(const SgEndpoint *endpoint, const char *point, SgDays days,
							 DateADT today, List *requests);

/* The one request for what is so now of a point (or of an authorisation, with "point" empty). */
extern SgRequest *sg_endpoint_ask(const SgEndpoint *endpoint, const char *point,
								  int64 authorisation, DateADT today);

/* Is the request's link a whole URL, signed by itself, and not a path of the API? */
extern bool sg_request_is_signed(const SgRequest *request);

/* What the clauses of a document's request say of a column, or NULL. */
extern const SgArgument *sg_request_argument(const SgRequest *request, int column);

/* The request in words, palloc'd: endpoint, point and window. */
extern char *sg_request_describe(const SgRequest *request);

/* The same for a log, palloc'd: of a point only the last digits, of a document's clauses nothing. */
extern char *sg_request_name(const SgRequest *request);

#endif
