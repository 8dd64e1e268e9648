/*
 * forget.c
 *	  Every trace of a point, taken out of the native tables.
 *
 * What is about the point alone is deleted. What is about others too, and names it, stays without the name.
 */
#include "postgres.h"

#include "forget.h"
#include "sql.h"

/* In the place of the point in texts about others. */
#define MARK "(forgotten)"

/* In each statement $1 is the point, $2 the server or NULL for all, $3 the mark. */
#define OF_SERVER "($2 IS NULL OR server = $2::name)"
#define UNNAME(table, column)                                                                   \
	"UPDATE switchgrid." table " SET " column " = replace(" column ", $1, $3) WHERE " OF_SERVER \
	" AND strpos(" column ", $1) > 0"
/* Nothing can be cut out of a document. */
#define DROP_RAW(table, condition) \
	"UPDATE switchgrid." table " SET raw = NULL WHERE " condition " AND strpos(raw::text, $1) > 0"

typedef struct Erasure
{
	const char *point;
	const char *server;
	SgForgotten put;
	void *arg;
} Erasure;

typedef struct Trace
{
	const char *table;
	bool of_server;						   /* does it tell which server a row came from? */
	void (*erase)(const Erasure *erasure); /* if there is more to it, or less, than its point_id */
	const char *unname; /* for rows about others that name the point; NULL: there are none */
} Trace;

static uint64
run(const Erasure *erasure, const char *statement)
{
	SgSql sql = {0};

	sg_sql_text(&sql, erasure->point);
	sg_sql_text(&sql, erasure->server);
	sg_sql_text(&sql, MARK);
	return sg_sql_run(&sql, statement);
}

/*
 * An ask is about the point if its points, its contracts, our own name for it, or a consent that it led to says so.
 * It goes if it is about nobody else, as far as is known.
 */
static void
erase_asks(const Erasure *erasure)
{
	uint64 rows =
		run(erasure,
			"DELETE FROM switchgrid.ask AS a WHERE " OF_SERVER " AND ($1 = ANY (points) "
			"OR strpos(contracts::text, $1) > 0 OR strpos(state, $1) > 0 "
			"OR EXISTS (SELECT FROM switchgrid.consent AS c WHERE c.point_id = $1 "
			"AND c.server = a.server AND (c.ask_id = a.ask_id "
			"OR c.authorisation_id = a.authorisation_id))) "
			"AND CASE WHEN cardinality(points) > 0 THEN cardinality(array_remove(points, $1)) = 0 "
			"ELSE NOT EXISTS (SELECT FROM jsonb_path_query(contracts, '$[*]') AS e "
			"WHERE strpos(e::text, $1) = 0) "
			"AND NOT EXISTS (SELECT FROM switchgrid.consent AS c WHERE c.point_id <> $1 "
			"AND c.server = a.server AND (c.ask_id = a.ask_id "
			"OR c.authorisation_id = a.authorisation_id)) END");

	/* the API goes on naming it: what this ask is about is not learnt again; its own name stays the only one */
	rows += run(erasure,
				"UPDATE switchgrid.ask SET points = array_remove(points, $1), contracts = "
				"(SELECT jsonb_agg(e) FROM jsonb_path_query(contracts, '$[*]') AS e "
				"WHERE strpos(e::text, $1) = 0), state = CASE strpos(state, $1) WHEN 0 THEN state "
				"ELSE replace(state, $1, $3 || gen_random_uuid()) END, "
				"user_url = replace(user_url, $1, $3), error = replace(error, $1, $3), "
				"error_description = replace(error_description, $1, $3), forgotten = forgotten "
				"OR coalesce($1 = ANY (points), false) "
				"OR coalesce(strpos(contracts::text, $1) > 0, false) WHERE " OF_SERVER
				" AND ($1 = ANY (points) OR strpos(concat_ws(' ', contracts, state, "
				"user_url, error, error_description), $1) > 0)");
	erasure->put(erasure->arg, "ask", rows);
}

/* Requests, and orders that have no other. An order that has keeps its number of requests: they count by their place. */
static void
erase_orders(const Erasure *erasure)
{
	uint64 requests;
	uint64 orders;

	(void) run(erasure, "WITH gone AS (DELETE FROM switchgrid.data_request "
						"WHERE point_id = $1 AND " OF_SERVER " RETURNING order_number), "
						"ended AS (DELETE FROM switchgrid.data_order AS o "
						"WHERE number IN (SELECT order_number FROM gone) AND NOT EXISTS (SELECT "
						"FROM switchgrid.data_request AS r WHERE r.order_number = o.number "
						"AND r.point_id <> $1) RETURNING number) "
						"SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM ended)");
	requests = (uint64) DatumGetInt64(sg_sql_get(0, 1, Int64GetDatum(0)));
	orders = (uint64) DatumGetInt64(sg_sql_get(0, 2, Int64GetDatum(0)));
	sg_sql_done();
	requests += run(erasure, UNNAME("data_request", "error_message"));
	orders += run(erasure, UNNAME("data_order", "message"));
	erasure->put(erasure->arg, "data_request", requests);
	erasure->put(erasure->arg, "data_order", orders);
}

/* A run is about no point, but what stopped it may name one. */
static void
erase_words(const Erasure *erasure)
{
	erasure->put(erasure->arg, "refresh_run", run(erasure, UNNAME("refresh_run", "outcome")));
}

/* The order matters: an ask may be about the point only because a consent says so. */
static const Trace traces[] = {
	{"holder_history", false, NULL, DROP_RAW("holder_history", "$2 IS NULL")},
	{"contact_history", false, NULL, DROP_RAW("contact_history", "$2 IS NULL")},
	{"address_history", false, NULL, DROP_RAW("address_history", "$2 IS NULL")},
	{"ask", true, erase_asks, NULL},
	{"consent", true, NULL, DROP_RAW("consent", OF_SERVER)},
	{"contract_history", false, NULL, DROP_RAW("contract_history", "$2 IS NULL")},
	{"connection_history", false, NULL, DROP_RAW("connection_history", "$2 IS NULL")},
	{"curve_segment", false, NULL, NULL},
	{"curve_revision", false, NULL, NULL},
	{"daily_energy", false, NULL, NULL},
	{"daily_max_power", false, NULL, NULL},
	{"register_reading", false, NULL, NULL},
	{"quantity_curve", false, NULL, NULL},
	{"billed_quantity", false, NULL, NULL},
	{"gas_day", false, NULL, NULL},
	{"data_request", true, erase_orders, NULL},
	{"watch", true, NULL, NULL},
	{"coverage", true, NULL, NULL},
	{"open_span", true, NULL, UNNAME("open_span", "message")},
	{"refresh_run", true, erase_words, NULL},
};

static void
erase_rows(const Erasure *erasure, const Trace *trace)
{
	uint64 rows = run(erasure, psprintf("DELETE FROM switchgrid.%s WHERE point_id = $1 AND %s",
										trace->table, trace->of_server ? OF_SERVER : "$2 IS NULL"));

	if (trace->unname != NULL)
		rows += run(erasure, trace->unname);
	erasure->put(erasure->arg, trace->table, rows);
}

/* Does a table have rows of the point still? */
static bool
is_left(const Erasure *erasure, const char *table)
{
	bool left =
		run(erasure, psprintf("SELECT FROM switchgrid.%s WHERE point_id = $1 LIMIT 1", table)) > 0;

	sg_sql_done();
	return left;
}

List *
sg_forget(const char *point, const char *server, SgForgotten put, void *arg)
{
	Erasure erasure = {point, server, put, arg};
	List *left = NIL;

	for (int i = 0; i < lengthof(traces); i++)
	{
		if (traces[i].erase != NULL)
			traces[i].erase(&erasure);
		else
			erase_rows(&erasure, &traces[i]);
		if (server != NULL && !traces[i].of_server && is_left(&erasure, traces[i].table))
			left = lappend(left, unconstify(char *, traces[i].table));
	}
	return left;
}
