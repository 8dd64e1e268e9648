/*
 * wanted.c
 *	  From points and days to the requests of a live scan.
 */
#include "postgres.h"

#include "base/clock.h"
#include "miscadmin.h"
#include "store/watched.h"
#include "wanted.h"

bool sg_wanted_all_watched = false;

/*
 * Without a point a scan would ask for everything: BI tools that sample every table, ANALYZE and dumps
 * must not spend a quota that way.
 */
static void
refuse_all_points(const SgRelation *relation)
{
	bool numbered = sg_relation_role(relation, SG_ROLE_AUTHORISATION) >= 0;

	ereport(
		ERROR,
		(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		 errmsg("a query of the live relation \"%s\" must name its points", relation->name),
		 numbered
			 ? errhint("Add WHERE point_id = '...' (or IN, = ANY, or a join), or "
					   "authorisation_id = ..., or read the stored relation "
					   "switchgrid.%s.",
					   relation->name)
			 : errhint("Add WHERE point_id = '...' (or IN, = ANY, or a join), or read the stored "
					   "relation switchgrid.%s.",
					   relation->name)));
}

static void
check_point(const SgApi *api, const char *point)
{
	if (!api->valid_point(point))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("invalid point identifier: \"%s\"", point),
						errhint("%s", api->point_rule)));
}

void
sg_wanted_add_watched(const SgProfile *profile, const SgRelation *relation, SgWanted *wanted)
{
	if (!sg_wanted_all_watched || !wanted->any_point || wanted->authorisation != 0 ||
		relation->kind == SG_KIND_DOCUMENT)
		return;
	wanted->points = sg_watched_points(profile->name, relation->name);
	/* none at all is more likely a mistake than what was meant: it is complained about as ever */
	wanted->any_point = wanted->points == NIL;
}

bool
sg_wanted_direction(const SgWanted *wanted, const char *direction)
{
	ListCell *cell;

	if (wanted->any_direction || direction == NULL)
		return true;
	foreach (cell, wanted->directions)
		if (strcmp(lfirst(cell), direction) == 0)
			return true;
	return false;
}

static void
complain_not_given(const SgProfile *profile, const SgRelation *relation)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		 errmsg("server \"%s\" does not give the relation \"%s\"", profile->name, relation->name),
		 errdetail("Its API is %s, generation %s.", profile->api->name, profile->api->generation)));
}

/* What is so now: every endpoint that feeds the relation, for each point. */
static List *
state_requests(const SgProfile *profile, const SgRelation *relation, const SgWanted *wanted)
{
	List *endpoints = sg_api_endpoints(profile->api, relation, SG_BOTH);
	DateADT today = sg_clock_today();
	List *requests = NIL;
	ListCell *point;
	ListCell *cell;

	if (endpoints == NIL)
		complain_not_given(profile, relation);
	if (sg_days_empty(wanted->days))
		return NIL;
	/* only where a page gives consents do they have numbers */
	if (wanted->any_point && profile->api->authorize_path == NULL)
		refuse_all_points(relation);
	foreach (cell, endpoints)
		if (wanted->any_point)
			requests =
				lappend(requests, sg_endpoint_ask(lfirst(cell), "", wanted->authorisation, today));
	foreach (point, wanted->points)
		foreach (cell, endpoints)
			requests = lappend(requests, sg_endpoint_ask(lfirst(cell), lfirst(point), 0, today));
	return requests;
}

/* Does nothing match the clauses, whatever the API has? */
static bool
matches_nothing(const SgWanted *wanted)
{
	ListCell *cell;

	if (sg_days_empty(wanted->days))
		return true;
	foreach (cell, wanted->arguments)
		if (!((SgArgument *) lfirst(cell))->any && ((SgArgument *) lfirst(cell))->texts == NIL)
			return true;
	return false;
}

static const SgEndpoint *
document_endpoint(const SgProfile *profile, const SgRelation *relation)
{
	const SgEndpoint *endpoint = sg_api_endpoint(profile->api, relation, SG_BOTH);

	if (endpoint == NULL)
		complain_not_given(profile, relation);
	return endpoint;
}

static List *
document_requests(const SgProfile *profile, const SgRelation *relation, const SgWanted *wanted)
{
	const SgEndpoint *endpoint = document_endpoint(profile, relation);
	List *requests;

	if (matches_nothing(wanted))
		return NIL;
	requests = endpoint->requests(endpoint, wanted->arguments, wanted->days);
	if (requests == NIL)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("a query of the live relation \"%s\" must say what it asks for",
							   relation->name),
						errhint("Add a clause on %s.", endpoint->needs)));
	return requests;
}

bool
sg_wanted_enough(const SgProfile *profile, const SgRelation *relation, const SgWanted *wanted)
{
	const SgEndpoint *endpoint;

	if (relation->kind != SG_KIND_DOCUMENT)
		return !wanted->any_point || wanted->authorisation != 0;
	endpoint = document_endpoint(profile, relation);
	return matches_nothing(wanted) ||
		   endpoint->requests(endpoint, wanted->arguments, wanted->days) != NIL;
}

/* An order is billed: no query places one. */
static void
refuse_order(const SgProfile *profile, const SgRelation *relation)
{
	ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					errmsg("relation \"%s\" of server \"%s\" is ordered, not asked", relation->name,
						   profile->name),
					errdetail("An order takes its time and may be billed, so no query places one."),
					errhint("Use switchgrid.watch and CALL switchgrid.refresh, or CALL "
							"switchgrid.order_data, then read switchgrid.%s.",
							relation->name)));
}

List *
sg_wanted_requests(const SgProfile *profile, const SgRelation *relation, const SgWanted *wanted)
{
	static const char *const directions[] = {SG_CONSUMPTION, SG_PRODUCTION};
	DateADT today = sg_clock_today();
	List *requests = NIL;
	ListCell *cell;

	if (relation->kind == SG_KIND_DOCUMENT)
		return document_requests(profile, relation, wanted);
	if (wanted->any_point && wanted->authorisation == 0 && !sg_days_empty(wanted->days))
		refuse_all_points(relation);
	foreach (cell, wanted->points)
		check_point(profile->api, lfirst(cell));
	if (sg_api_endpoint(profile->api, relation, SG_CONSUMPTION) != NULL &&
		!sg_api_asks(profile->api, relation))
		refuse_order(profile, relation);
	if (relation->kind == SG_KIND_STATE)
		return state_requests(profile, relation, wanted);
	if (sg_api_endpoint(profile->api, relation, SG_CONSUMPTION) == NULL &&
		sg_api_endpoint(profile->api, relation, SG_PRODUCTION) == NULL)
		complain_not_given(profile, relation);
	for (int i = 0; i < lengthof(directions); i++)
	{
		const SgEndpoint *endpoint = sg_api_endpoint(profile->api, relation, directions[i]);

		if (!sg_wanted_direction(wanted, directions[i]))
			continue;
		if (endpoint == NULL && wanted->any_direction)
			continue;
		if (endpoint == NULL)
			ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
							errmsg("relation \"%s\" of server \"%s\" has no direction \"%s\"",
								   relation->name, profile->name, directions[i])));
		foreach (cell, wanted->points)
		{
			CHECK_FOR_INTERRUPTS();
			requests = sg_endpoint_cut(endpoint, lfirst(cell), wanted->days, today, requests);
		}
	}
	return requests;
}
