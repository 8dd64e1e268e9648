/*
 * orders.c
 *	  The functions around orders: placed by hand, and settled when nobody knows.
 */
#include "postgres.h"

#include "api/ordering.h"
#include "arguments.h"
#include "base/clock.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "foreign/foreign.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/value.h"
#include "refresh/asks.h"
#include "refresh/run.h"
#include "store/order.h"
#include "utils/array.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(sg_order_data);
PG_FUNCTION_INFO_V1(sg_settle_order);
PG_FUNCTION_INFO_V1(sg_reopen_order);

/* What is to be ordered; lists are of char *. */
typedef struct Wish
{
	const SgProfile *profile;
	List *points;
	List *types;
	List *directions;
	SgDays days;
} Wish;

static SgProfile *
profile_of(const char *server)
{
	SgProfile *profile =
		sg_profile_get(GetForeignServerByName(server, false)->serverid, GetUserId());

	sg_profile_check_usage(profile);
	if (profile->api == NULL || profile->api->ordering == NULL)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("nothing is ordered from server \"%s\"", profile->name),
						errhint("Only a server with the option api 'switchgrid' takes orders.")));
	return profile;
}

/* The endpoint for a relation, or for one of the API's own kinds; NULL if it has none in this direction. */
static const SgEndpoint *
find_endpoint(const SgApi *api, const char *type, const char *direction)
{
	const SgRelation *relation = sg_relation_find(type);
	const SgEndpoint *endpoint = relation != NULL ? sg_api_endpoint(api, relation, direction)
												  : sg_api_ordered(api, type, direction);

	return endpoint != NULL && endpoint->order_type != NULL ? endpoint : NULL;
}

/* One kind of data that is ordered, of every point. */
typedef struct Kind
{
	const SgEndpoint *endpoint;
	List *wanted; /* of a state: SgRelation * */
} Kind;

/* The same kind, or another one of the same data: that would only be bought twice. */
static Kind *
find_kind(List *kinds, const SgEndpoint *endpoint)
{
	ListCell *cell;

	foreach (cell, kinds)
	{
		Kind *kind = lfirst(cell);

		if (kind->endpoint == endpoint)
			return kind;
		if (kind->endpoint->relations[0] == endpoint->relations[0] &&
			kind->endpoint->direction == endpoint->direction)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("\"%s\" and \"%s\" are orders of the same data",
								   kind->endpoint->order_type, endpoint->order_type)));
	}
	return NULL;
}

/* Adds a kind for a type; of a state, what it is wanted for. */
static List *
add_kind(List *kinds, const SgEndpoint *endpoint, const char *type)
{
	const SgRelation *relation = sg_relation_find(type);
	Kind *kind = find_kind(kinds, endpoint);

	if (kind == NULL)
	{
		kind = palloc0(sizeof(Kind));
		kind->endpoint = endpoint;
		kinds = lappend(kinds, kind);
	}
	if (sg_endpoint_is_series(endpoint))
		return kinds;
	/* personal data does not come along with what was asked for */
	kind->wanted = list_append_unique_ptr(
		kind->wanted,
		unconstify(SgRelation *, relation != NULL ? relation : endpoint->relations[0]));
	return kinds;
}

/* The kinds of one type: in each direction that it has, or in none. */
static List *
add_type(List *kinds, const Wish *wish, const char *type)
{
	bool found = false;
	ListCell *direction;

	foreach (direction, wish->directions)
	{
		const SgEndpoint *endpoint = find_endpoint(wish->profile->api, type, lfirst(direction));

		if (endpoint == NULL)
			continue;
		found = true;
		kinds = add_kind(kinds, endpoint, type);
	}
	if (!found)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("server \"%s\" takes no orders of \"%s\" in this direction",
							   wish->profile->name, type),
						errhint("Types are relations such as load_curve, or the API's own kinds "
								"such as R63_SYNC.")));
	return kinds;
}

static void
complain_point(const Wish *wish, const char *point)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("invalid point identifier: \"%s\"", point),
					errhint("%s", wish->profile->api->point_rule)));
}

/* The requests for one kind of one point. */
static List *
add_requests(List *requests, const Wish *wish, const Kind *kind, const char *point)
{
	int before = list_length(requests);
	SgRequest *request;

	if (!sg_endpoint_takes_point(kind->endpoint, point))
		complain_point(wish, point);
	if (sg_endpoint_is_series(kind->endpoint))
	{
		requests = sg_endpoint_cut(kind->endpoint, point, wish->days, sg_clock_today(), requests);
		if (list_length(requests) == before)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("the span is outside the history of \"%s\"",
								   kind->endpoint->order_type)));
		return requests;
	}
	request = sg_endpoint_ask(kind->endpoint, point, 0, sg_clock_today());
	request->wanted = kind->wanted;
	return lappend(requests, request);
}

/* Everything that is to be ordered, each once. */
static List *
make_requests(const Wish *wish)
{
	List *kinds = NIL;
	List *points = NIL;
	List *requests = NIL;
	ListCell *cell;
	ListCell *point;

	foreach (cell, wish->types)
		kinds = add_type(kinds, wish, lfirst(cell));
	foreach (cell, wish->points)
		points = lappend(points, makeString(lfirst(cell)));
	points = list_union(NIL, points);
	foreach (cell, kinds)
		foreach (point, points)
			requests = add_requests(requests, wish, lfirst(cell), strVal(lfirst(point)));
	return requests;
}

static void
check_wish(const Wish *wish)
{
	ListCell *cell;

	if (sg_days_empty(wish->days))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("until must be after since"),
				 errdetail("A span begins with since and ends before until.")));
	foreach (cell, wish->points)
		if (!wish->profile->api->valid_point(lfirst(cell)))
			complain_point(wish, lfirst(cell));
	foreach (cell, wish->directions)
		if (strcmp(lfirst(cell), SG_CONSUMPTION) != 0 && strcmp(lfirst(cell), SG_PRODUCTION) != 0)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("invalid direction: \"%s\"", (char *) lfirst(cell)),
							errhint("Directions are: consumption, production.")));
}

static Datum
numbers_row(FunctionCallInfo fcinfo, List *numbers)
{
	Datum *elements = palloc(sizeof(Datum) * Max(list_length(numbers), 1));
	bool isnull = false;
	TupleDesc desc;
	Datum value;
	int n = 0;
	ListCell *cell;

	foreach (cell, numbers)
		elements[n++] = Int64GetDatum(*(int64 *) lfirst(cell));
	value = PointerGetDatum(
		construct_array(elements, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), &value, &isnull));
}

Datum
sg_order_data(PG_FUNCTION_ARGS)
{
	Wish wish = {.days = SG_DAYS_ALL};
	MemoryContext caller = CurrentMemoryContext;
	List *requests;
	List *numbers = NIL;

	sg_face_require_own_transactions(fcinfo, "order_data");
	SPI_connect_ext(SPI_OPT_NONATOMIC);
	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("argument \"%s\" must not be NULL", "server")));
	wish.profile = profile_of(NameStr(*PG_GETARG_NAME(0)));
	wish.points = sg_face_texts(fcinfo, 1, "points");
	wish.types = sg_face_texts(fcinfo, 2, "types");
	wish.directions = sg_face_texts(fcinfo, 5, "directions");
	if (!PG_ARGISNULL(3))
		wish.days.from = PG_GETARG_DATEADT(3);
	if (!PG_ARGISNULL(4))
		wish.days.until = PG_GETARG_DATEADT(4);
	check_wish(&wish);
	requests = make_requests(&wish);
	if (requests != NIL)
		numbers = sg_run_order(wish.profile, requests);
	/* the numbers are in SPI's memory, which ends before they are given */
	MemoryContextSwitchTo(caller);
	{
		Datum row = numbers_row(fcinfo, numbers);

		SPI_finish();
		MemoryContextSwitchTo(caller);
		return row;
	}
}

Datum
sg_settle_order(PG_FUNCTION_ARGS)
{
	const char *order_id = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	char *server;
	char *state;

	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("argument \"%s\" must not be NULL", "number")));
	if (order_id != NULL)
		sg_asks_check_id("order_id", order_id);
	SPI_connect();
	/* a server that is gone follows nothing, but what was on it can be laid to rest */
	server = sg_order_server(PG_GETARG_INT64(0));
	if (server != NULL && (order_id != NULL || GetForeignServerByName(server, true) != NULL))
		(void) profile_of(server);
	state = SPI_palloc(16);
	strlcpy(state, sg_order_settle(PG_GETARG_INT64(0), order_id, sg_clock_now()), 16);
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text(state));
}

Datum
sg_reopen_order(PG_FUNCTION_ARGS)
{
	char *server;
	int reopened;

	SPI_connect();
	server = sg_order_server(PG_GETARG_INT64(0));
	if (server == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("there is no order with number " INT64_FORMAT, PG_GETARG_INT64(0))));
	(void) profile_of(server);
	reopened = sg_order_reopen(PG_GETARG_INT64(0), sg_clock_now());
	SPI_finish();
	PG_RETURN_INT32(reopened);
}
