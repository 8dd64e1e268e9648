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
check_history(const SgWish *wish, const SgEndpoint *endpoint)
{
	SgDays history = sg_endpoint_history(endpoint, sg_clock_today());
	char day[SG_DAY_LEN];

	if (wish->until != SG_SQL_NO_DATE && wish->until <= history.from)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the span is outside the history of relation \"%s\"", endpoint->relation->name),
			 errdetail("The API keeps nothing before %s.", sg_clock_print_day(day, history.from))));
	if (wish->since != SG_SQL_NO_DATE && wish->since < history.from)
		ereport(NOTICE, (errmsg("relation \"%s\" begins on %s: the API keeps nothing older",
								endpoint->relation->name, sg_clock_print_day(day, history.from))));
}

/* The endpoint that gives one relation in one direction; complains if there is none. */
static const SgEndpoint *
find_endpoint(const SgProfile *profile, const char *name, const char *direction)
{
	const SgRelation *relation = sg_relation_find(name);
	const SgEndpoint *endpoint;

	if (strcmp(direction, SG_CONSUMPTION) != 0 && strcmp(direction, SG_PRODUCTION) != 0)
		complain("direction", direction, "Directions are: consumption, production.");
	if (relation == NULL)
		complain("relation", name, "Relations are: load_curve, daily_energy.");
	endpoint = sg_api_endpoint(profile->api, relation, direction);
	if (endpoint == NULL)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("relation \"%s\" of server \"%s\" has no direction \"%s\"", name,
							   profile->name, direction)));
	return endpoint;
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

int
sg_watch_keep(const SgWish *wish)
{
	ForeignServer *server = GetForeignServerByName(wish->server, false);
	SgProfile *profile = sg_profile_get(server->serverid, GetUserId());
	int kept = 0;
	ListCell *point;
	ListCell *relation;
	ListCell *direction;

	if (profile->api == NULL)
		complain("server", wish->server, "The server must have an API to ask, such as enedis.");
	sg_profile_check_usage(profile);
	check_span(wish);
	foreach (point, wish->points)
		if (!profile->api->valid_point(lfirst(point)))
			complain("point identifier", lfirst(point), profile->api->point_rule);
	foreach (relation, wish->relations)
		foreach (direction, wish->directions)
		{
			check_history(wish, find_endpoint(profile, lfirst(relation), lfirst(direction)));
			foreach (point, wish->points)
			{
				keep_one(wish, lfirst(point), lfirst(relation), lfirst(direction));
				kept++;
			}
		}
	return kept;
}
