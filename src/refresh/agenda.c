/*
 * agenda.c
 *	  What a run has to ask.
 */
#include "postgres.h"

#include "agenda.h"
#include "base/clock.h"
#include "catalog/pg_type.h"
#include "store/ask.h"
#include "store/sql.h"
#include "utils/timestamp.h"

List *
sg_agenda_servers(const char *server)
{
	SgSql sql = {0};
	List *servers = NIL;
	uint64 rows;

	sg_sql_text(&sql, server);
	rows = sg_sql_run(
		&sql, "SELECT server FROM switchgrid.watch WHERE $1 IS NULL OR server = $1 "
			  "UNION SELECT server FROM (SELECT server FROM switchgrid.ask "
			  "WHERE (outcome = 'given' AND points IS NULL) OR outcome = 'sending' "
			  "OR (outcome IN ('waiting', 'given') AND ask_id IS NOT NULL) "
			  "UNION SELECT server FROM switchgrid.data_order WHERE state IN ('sending', 'open')) "
			  "AS w WHERE server IN (SELECT srvname FROM pg_foreign_server) "
			  "AND ($1 IS NULL OR server = $1) ORDER BY 1");
	for (uint64 i = 0; i < rows; i++)
		servers = lappend(servers, sg_sql_get_text(i, 1));
	sg_sql_done();
	return servers;
}

/*
 * The days that are due of a server ($1) and its points ($2), at a moment ($3): gaps, and days without data that were
 * left alone for long.
 */
#define DUE_DAYS                                                                               \
	"WITH due AS (SELECT point_id, relation, direction, days, cause = 'request' AS alone "     \
	"FROM switchgrid.gap WHERE server = $1 AND cause NOT IN ('ordered', 'uncertain') "         \
	"AND ($2 IS NULL OR point_id = ANY ($2)) AND (retry_at IS NULL OR retry_at <= $3) "        \
	"UNION ALL SELECT o.point_id, o.relation, o.direction, o.days * w.days, false "            \
	"FROM switchgrid.open_span AS o JOIN switchgrid.wanted AS w "                              \
	"USING (server, point_id, relation, direction) WHERE o.server = $1 AND o.cause = 'empty' " \
	"AND ($2 IS NULL OR o.point_id = ANY ($2)) AND o.retry_at <= $3 AND NOT w.ended "          \
	"AND o.days && w.days) "                                                                   \
	"SELECT point_id, relation, direction, lower(d), upper(d), alone FROM "                    \
	"(SELECT point_id, relation, direction, range_agg(days) AS days, bool_or(alone) AS alone " \
	"FROM due GROUP BY 1, 2, 3) AS g, unnest(g.days) AS d ORDER BY 1, 2, 3, 4"

/* How many days of switchgrid.gap will be asked again, by themselves or when an order is done: the same, without its rows. */
#define OPEN_DAYS                                                                           \
	"SELECT sum(upper(d) - lower(d)) FROM switchgrid.wanted AS w, "                         \
	"unnest(datemultirange(w.days) - w.held - w.empty "                                     \
	"- coalesce((SELECT range_agg(s.days) FROM switchgrid.open_span AS s "                  \
	"WHERE s.server = w.server AND s.point_id = w.point_id AND s.relation = w.relation "    \
	"AND s.direction = w.direction AND s.retry_at = 'infinity'), '{}') "                    \
	"- coalesce((SELECT range_agg(CASE r.direction WHEN 'both' THEN daterange(NULL, NULL) " \
	"ELSE r.days END) FROM switchgrid.data_request AS r "                                   \
	"JOIN switchgrid.data_order AS o ON o.number = r.order_number "                         \
	"WHERE o.state = 'uncertain' AND r.state = 'pending' AND r.server = w.server "          \
	"AND r.point_id = w.point_id AND r.direction = w.direction "                            \
	"AND w.relation = ANY (r.relations)), '{}')) AS d "                                     \
	"WHERE w.server = $1 AND NOT w.ended AND ($2 IS NULL OR w.point_id = ANY ($2))"

static void
add_points(SgSql *sql, Datum points)
{
	if (points == 0)
		sg_sql_null(sql, TEXTARRAYOID);
	else
		sg_sql_value(sql, TEXTARRAYOID, points);
}

/*
 * Newest days first, whatever the point: what people look at comes before history. What is so of a point takes several
 * requests, which stay together: a run that is cut short has what it asked for.
 */
static int
compare_requests(const ListCell *a, const ListCell *b)
{
	const SgRequest *x = lfirst(a);
	const SgRequest *y = lfirst(b);

	if (x->days.until != y->days.until)
		return x->days.until > y->days.until ? -1 : 1;
	if (!sg_endpoint_is_series(x->endpoint) && !sg_endpoint_is_series(y->endpoint) &&
		strcmp(x->point, y->point) != 0)
		return strcmp(x->point, y->point);
	if (x->endpoint != y->endpoint)
		return x->endpoint < y->endpoint ? -1 : 1;
	return strcmp(x->point, y->point);
}

/* An answer that feeds several relations of a point is asked for once. */
static bool
is_asked(List *asked, const SgEndpoint *endpoint, const char *point)
{
	ListCell *cell;

	foreach (cell, asked)
	{
		const SgRequest *request = lfirst(cell);

		if (request->endpoint == endpoint && strcmp(request->point, point) == 0)
			return true;
	}
	return false;
}

/* The order of a point's state that is there already, or NULL; the gaps come by points. */
static SgRequest *
ordered_state(const SgAgenda *agenda, const SgEndpoint *endpoint, const char *point)
{
	for (int i = list_length(agenda->orders) - 1; i >= 0; i--)
	{
		SgRequest *request = list_nth(agenda->orders, i);

		if (strcmp(request->point, point) != 0)
			break;
		if (request->endpoint == endpoint)
			return request;
	}
	return NULL;
}

/* What is so now of a point and is ordered: one order for all that is wanted of it. */
static void
order_state(SgAgenda *agenda, const SgEndpoint *endpoint, const SgRelation *relation,
			const char *point, bool alone)
{
	SgRequest *request = ordered_state(agenda, endpoint, point);

	if (request == NULL)
	{
		request = sg_endpoint_ask(endpoint, point, 0, sg_clock_today());
		agenda->orders = lappend(agenda->orders, request);
	}
	request->wanted = lappend(request->wanted, unconstify(SgRelation *, relation));
	request->alone |= alone;
}

/* The days of a series, asked for or ordered. */
static void
add_series(SgAgenda *agenda, const SgEndpoint *endpoint, const char *point, SgDays days, bool alone)
{
	List *cut = sg_endpoint_cut(endpoint, point, days, sg_clock_today(), NIL);
	ListCell *cell;

	foreach (cell, cut)
		((SgRequest *) lfirst(cell))->alone = alone;
	if (endpoint->order_type != NULL)
		agenda->orders = list_concat(agenda->orders, cut);
	else
		agenda->requests = list_concat(agenda->requests, cut);
}

/* What is so now of a point; "asked" are the requests of that kind for it. */
static void
add_state(SgAgenda *agenda, const SgProfile *profile, const SgRelation *relation, const char *point,
		  List **asked)
{
	ListCell *cell;

	/* the gaps come by points: what was asked for another one is of no interest any more */
	if (*asked != NIL && strcmp(((SgRequest *) llast(*asked))->point, point) != 0)
		*asked = NIL;
	sg_assembly_want(agenda->assembly, relation, point, 0);
	foreach (cell, sg_api_endpoints(profile->api, relation, SG_BOTH))
	{
		SgRequest *request;

		if (is_asked(*asked, lfirst(cell), point))
			continue;
		request = sg_endpoint_ask(lfirst(cell), point, 0, sg_clock_today());
		*asked = lappend(*asked, request);
		agenda->requests = lappend(agenda->requests, request);
	}
}

/* A consent that was given by its number only: its points are asked for. */
static void
add_unresolved(SgAgenda *agenda, const SgProfile *profile)
{
	const SgEndpoint *endpoint = sg_api_endpoint(profile->api, &sg_relation_consent, SG_BOTH);
	ListCell *cell;

	if (endpoint == NULL)
		return;
	foreach (cell, sg_ask_unresolved(profile->name, sg_clock_now()))
	{
		int64 number = *(int64 *) lfirst(cell);

		sg_assembly_want(agenda->assembly, &sg_relation_consent, "", number);
		agenda->requests =
			lappend(agenda->requests, sg_endpoint_ask(endpoint, "", number, sg_clock_today()));
	}
}

SgAgenda
sg_agenda_make(const SgProfile *profile, Datum points)
{
	SgAgenda agenda = {NIL, NIL, sg_assembly_make(profile->api)};
	SgSql sql = {0};
	List *asked = NIL;
	uint64 rows;

	sg_sql_text(&sql, profile->name);
	add_points(&sql, points);
	sg_sql_value(&sql, TIMESTAMPTZOID, TimestampTzGetDatum(sg_clock_now()));
	rows = sg_sql_run(&sql, DUE_DAYS);
	for (uint64 i = 0; i < rows; i++)
	{
		char *point = sg_sql_get_text(i, 1);
		const SgRelation *relation = sg_relation_find(sg_sql_get_text(i, 2));
		SgDays days = {DatumGetDateADT(sg_sql_get(i, 4, DateADTGetDatum(SG_DAY_FIRST))),
					   DatumGetDateADT(sg_sql_get(i, 5, DateADTGetDatum(SG_DAY_LAST)))};

		const SgEndpoint *endpoint = sg_api_endpoint(profile->api, relation, sg_sql_get_text(i, 3));
		bool alone = DatumGetBool(sg_sql_get(i, 6, BoolGetDatum(false)));

		if (relation->kind == SG_KIND_SERIES)
			add_series(&agenda, endpoint, point, days, alone);
		else if (endpoint->order_type != NULL)
			order_state(&agenda, endpoint, relation, point, alone);
		else
			add_state(&agenda, profile, relation, point, &asked);
	}
	sg_sql_done();
	if (points == 0)
		add_unresolved(&agenda, profile);
	list_sort(agenda.requests, compare_requests);
	return agenda;
}

void
sg_agenda_add_consents(SgAgenda *agenda, const SgProfile *profile)
{
	const SgEndpoint *endpoint = sg_api_endpoint(profile->api, &sg_relation_consent, SG_BOTH);
	const char *last = "";
	ListCell *cell;

	foreach (cell, agenda->orders)
	{
		const char *point = ((SgRequest *) lfirst(cell))->point;

		if (strcmp(point, last) == 0 || is_asked(agenda->requests, endpoint, point) ||
			sg_ask_of_point(profile->name, point, sg_clock_today()) != NULL)
			continue;
		last = point;
		sg_assembly_want(agenda->assembly, &sg_relation_consent, point, 0);
		agenda->requests =
			lappend(agenda->requests, sg_endpoint_ask(endpoint, point, 0, sg_clock_today()));
	}
}

int64
sg_agenda_open_days(const char *server, Datum points)
{
	SgSql sql = {0};
	int64 days;

	sg_sql_text(&sql, server);
	add_points(&sql, points);
	sg_sql_run(&sql, OPEN_DAYS);
	days = DatumGetInt64(sg_sql_get(0, 1, Int64GetDatum(0)));
	sg_sql_done();
	return days;
}
