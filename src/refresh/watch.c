/*
 * watch.c
 *	  The wishes that refresh fulfils.
 */
#include "postgres.h"

#include "base/clock.h"
#include "engine/profile.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "watch.h"

static void
complain(const char *what, const char *value, const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("invalid %s: \"%s\"", what, value), errhint("%s", hint)));
}

static void
check_span(const SgWish *wish)
{
	if (wish->since != SG_SQL_NO_DATE && wish->until != SG_SQL_NO_DATE &&
		wish->until <= wish->since)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("until must be after since"),
				 errdetail("A span begins with since and ends before until.")));
}

/* A wish for days that the API does not keep is kept too, but the user should know. */
static void
check_history(const SgWish *wish, const SgRelation *relation, const SgEndpoint *endpoint)
{
	SgDays history = sg_endpoint_history(endpoint, sg_clock_today());
	char day[SG_DAY_LEN];

	if (wish->until != SG_SQL_NO_DATE && wish->until <= history.from)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the span is outside the history of relation \"%s\"", relation->name),
			 errdetail("The API keeps nothing before %s.", sg_clock_print_day(day, history.from))));
	if (wish->since != SG_SQL_NO_DATE && wish->since < history.from)
		ereport(NOTICE, (errmsg("relation \"%s\" begins on %s: the API keeps nothing older",
								relation->name, sg_clock_print_day(day, history.from))));
}

/* The relation of that name; complains if the server's API does not give it. */
static const SgRelation *
find_relation(const SgProfile *profile, const char *name)
{
	const SgRelation *relation = sg_relation_find(name);

	if (relation == NULL)
		complain("relation", name, psprintf("Relations are: %s.", sg_relation_names()));
	else if (relation->kind == SG_KIND_DOCUMENT)
		complain("relation", name, "Only relations of points are watched.");
	if (sg_api_endpoint(profile->api, relation, SG_CONSUMPTION) == NULL &&
		sg_api_endpoint(profile->api, relation, SG_PRODUCTION) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("server \"%s\" does not give the relation \"%s\"", profile->name, name),
				 errdetail("Its API is %s, generation %s.", profile->api->name,
						   profile->api->generation)));
	return relation;
}

static void
check_directions(const SgWish *wish)
{
	ListCell *cell;

	foreach (cell, wish->directions)
		if (strcmp(lfirst(cell), SG_CONSUMPTION) != 0 && strcmp(lfirst(cell), SG_PRODUCTION) != 0)
			complain("direction", lfirst(cell), "Directions are: consumption, production.");
}

static void
keep_one(const SgWish *wish, const char *point, const char *relation, const char *direction)
{
	SgSql sql = {0};

	sg_sql_text(&sql, wish->server);
	sg_sql_text(&sql, point);
	sg_sql_text(&sql, relation);
	sg_sql_text(&sql, direction);
	sg_sql_date(&sql, wish->since);
	sg_sql_date(&sql, wish->until);
	sg_sql_run(&sql, "INSERT INTO switchgrid.watch (server, point_id, relation, direction, since, "
					 "until) VALUES ($1, $2, $3, $4, $5, $6) "
					 "ON CONFLICT (server, point_id, relation, direction) DO UPDATE "
					 "SET since = excluded.since, until = excluded.until");
}

static int
keep_points(const SgWish *wish, const SgEndpoint *endpoint, const char *relation,
			const char *direction)
{
	ListCell *cell;

	foreach (cell, wish->points)
		if (!sg_endpoint_takes_point(endpoint, lfirst(cell)))
			complain("point identifier", lfirst(cell),
					 psprintf("The relation %s is not given of such a point.", relation));
	foreach (cell, wish->points)
		keep_one(wish, lfirst(cell), relation, direction);
	return list_length(wish->points);
}

/* A series, in those of the directions that it has; what is so of a point has none. */
static int
keep_relation(const SgWish *wish, const SgProfile *profile, const SgRelation *relation)
{
	int kept = 0;
	bool given = false;
	ListCell *cell;

	if (relation->kind == SG_KIND_STATE)
		return keep_points(wish, sg_api_endpoint(profile->api, relation, SG_BOTH), relation->name,
						   SG_BOTH);
	foreach (cell, wish->directions)
	{
		const SgEndpoint *endpoint = sg_api_endpoint(profile->api, relation, lfirst(cell));

		if (endpoint == NULL)
			continue;
		given = true;
		check_history(wish, relation, endpoint);
		kept += keep_points(wish, endpoint, relation->name, lfirst(cell));
	}
	if (!given && wish->directions != NIL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("relation \"%s\" of server \"%s\" has no direction \"%s\"", relation->name,
						profile->name, (char *) linitial(wish->directions))));
	return kept;
}

int
sg_watch_keep(const SgWish *wish)
{
	ForeignServer *server = GetForeignServerByName(wish->server, false);
	SgProfile *profile = sg_profile_get(server->serverid, GetUserId());
	int kept = 0;
	ListCell *cell;

	if (profile->api == NULL)
		complain("server", wish->server, "The server must have an API to ask, such as enedis.");
	sg_profile_check_usage(profile);
	check_span(wish);
	check_directions(wish);
	foreach (cell, wish->points)
		if (!profile->api->valid_point(lfirst(cell)))
			complain("point identifier", lfirst(cell), profile->api->point_rule);
	foreach (cell, wish->relations)
		kept += keep_relation(wish, profile, find_relation(profile, lfirst(cell)));
	return kept;
}
