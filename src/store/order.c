/*
 * order.c
 *	  Orders of data.
 */
#include "postgres.h"

#include "base/clock.h"
#include "catalog/pg_type.h"
#include "order.h"
#include "sql.h"
#include "utils/builtins.h"

/* What the operator could not deliver is ordered again after so long, doubling up to a day. */
#define FAILED_RETRY (6 * USECS_PER_HOUR)
/* A request that was given up may still be delivered. */
#define LOST_RETRY (7 * USECS_PER_DAY)
/* What was delivered and could not be used: somebody has to look first. */
#define BOUGHT_RETRY (30 * USECS_PER_DAY)
/* A holder may have the curve recorded again. */
#define RECORDING_RETRY (30 * USECS_PER_DAY)
/* A result is fetched again after so long, doubling; the first time at once, for a link may just have expired. */
#define FETCH_RETRY (2 * USECS_PER_SEC)

/* The relations that a request is for. */
static List *
relations_of(const SgRequest *request)
{
	List *names = NIL;
	ListCell *cell;

	foreach (cell, request->wanted)
		names = lappend(names, unconstify(char *, ((const SgRelation *) lfirst(cell))->name));
	if (names == NIL)
		names = list_make1(unconstify(char *, request->endpoint->relations[0]->name));
	return names;
}

static void
intend_request(int64 order, int position, const char *server, const SgRequest *request,
			   TimestampTz give_up_at)
{
	const char *direction = request->endpoint->direction;
	SgSql sql = {0};

	sg_sql_number(&sql, order);
	sg_sql_number(&sql, position);
	sg_sql_text(&sql, server);
	sg_sql_text(&sql, request->endpoint->order_type);
	sg_sql_text(&sql, request->point);
	sg_sql_texts(&sql, relations_of(request));
	sg_sql_text(&sql, direction != NULL ? direction : SG_BOTH);
	sg_sql_date(&sql, request->days.from);
	sg_sql_date(&sql, request->days.until);
	sg_sql_instant(&sql, give_up_at);
	sg_sql_run(&sql, "INSERT INTO switchgrid.data_request (order_number, position, server, type, "
					 "point_id, relations, direction, days, give_up_at) "
					 "VALUES ($1, $2, $3, $4, $5, $6, $7, daterange($8, $9), $10)");
}

int64
sg_order_intend(const char *server, const char *ask, List *requests, TimestampTz now,
				TimestampTz give_up_at)
{
	SgSql sql = {0};
	int64 number;
	int position = 0;
	ListCell *cell;

	sg_sql_text(&sql, server);
	sg_sql_text(&sql, ask);
	sg_sql_number(&sql, list_length(requests));
	sg_sql_instant(&sql, now);
	sg_sql_run(&sql, "INSERT INTO switchgrid.data_order (server, ask_id, requests, placed_at) "
					 "VALUES ($1, $2, $3, $4) RETURNING number");
	number = DatumGetInt64(sg_sql_get(0, 1, Int64GetDatum(0)));
	sg_sql_done();
	foreach (cell, requests)
		intend_request(number, position++, server, lfirst(cell), give_up_at);
	return number;
}

void
sg_order_placed(int64 number, const char *order_id, TimestampTz now)
{
	SgSql sql = {0};

	sg_sql_number(&sql, number);
	sg_sql_text(&sql, order_id);
	sg_sql_instant(&sql, now);
	sg_sql_run(&sql, "UPDATE switchgrid.data_order SET state = 'open', order_id = $2, "
					 "answered_at = $3, poll_at = $3, cause = NULL, code = NULL, message = NULL "
					 "WHERE number = $1");
	sg_sql_number(&sql, number);
	sg_sql_text(&sql, order_id);
	sg_sql_run(&sql, "UPDATE switchgrid.data_request SET order_id = $2 WHERE order_number = $1");
}

static void
drop_requests(int64 number, TimestampTz now)
{
	SgSql sql = {0};

	sg_sql_number(&sql, number);
	sg_sql_instant(&sql, now);
	sg_sql_run(&sql, "UPDATE switchgrid.data_request SET state = 'dropped', ended_at = $2 "
					 "WHERE order_number = $1 AND state = 'pending'");
}

void
sg_order_not_placed(int64 number, const char *state, const SgFault *fault, TimestampTz now)
{
	SgSql sql = {0};

	sg_sql_number(&sql, number);
	sg_sql_text(&sql, state);
	sg_sql_text(&sql, sg_fault_class(fault->kind)->name);
	sg_sql_text(&sql, fault->code[0] != '\0' ? fault->code : NULL);
	sg_sql_text(&sql, fault->text[0] != '\0' ? fault->text : NULL);
	sg_sql_instant(&sql, now);
	sg_sql_run(&sql,
			   "UPDATE switchgrid.data_order SET state = $2, cause = $3, code = $4, message = $5, "
			   "finished_at = CASE WHEN $2 <> 'uncertain' THEN $6 END WHERE number = $1");
	if (strcmp(state, "uncertain") != 0)
		drop_requests(number, now);
}

int
sg_order_doubt(const char *server, TimestampTz now)
{
	SgSql sql = {0};

	sg_sql_text(&sql, server);
	return (int) sg_sql_run(
		&sql, "UPDATE switchgrid.data_order SET state = 'uncertain', cause = 'interrupted', "
			  "message = 'The session ended before the answer was noted.' "
			  "WHERE server = $1 AND state = 'sending'");
}

List *
sg_order_due(const char *server, bool all, TimestampTz now)
{
	SgSql sql = {0};
	List *orders = NIL;
	uint64 rows;

	sg_sql_text(&sql, server);
	sg_sql_value(&sql, BOOLOID, BoolGetDatum(all));
	sg_sql_instant(&sql, now);
	rows = sg_sql_run(
		&sql, "SELECT number, order_id FROM switchgrid.data_order "
			  "WHERE server = $1 AND state = 'open' AND ($2 OR poll_at <= $3) "
			  /* those that could not be asked after hold the others back least at the end */
			  "ORDER BY polls, number");
	for (uint64 i = 0; i < rows; i++)
	{
		SgOpenOrder *order = palloc(sizeof(SgOpenOrder));

		order->number = DatumGetInt64(sg_sql_get(i, 1, Int64GetDatum(0)));
		order->order_id = sg_sql_get_text(i, 2);
		orders = lappend(orders, order);
	}
	sg_sql_done();
	return orders;
}

static SgPendingRequest *
read_pending(uint64 row)
{
	SgPendingRequest *request = palloc0(sizeof(SgPendingRequest));

	request->number = DatumGetInt64(sg_sql_get(row, 1, Int64GetDatum(0)));
	request->position = (int) DatumGetInt64(sg_sql_get(row, 2, Int64GetDatum(0)));
	request->type = sg_sql_get_text(row, 3);
	request->point = sg_sql_get_text(row, 4);
	request->direction = sg_sql_get_text(row, 5);
	request->relations = sg_sql_get_texts(row, 6);
	request->days.from = DatumGetDateADT(sg_sql_get(row, 7, DateADTGetDatum(SG_DAY_FIRST)));
	request->days.until = DatumGetDateADT(sg_sql_get(row, 8, DateADTGetDatum(SG_DAY_LAST)));
	request->give_up_at = DatumGetTimestampTz(sg_sql_get(row, 9, TimestampTzGetDatum(DT_NOEND)));
	request->tries = DatumGetInt32(sg_sql_get(row, 10, Int32GetDatum(0)));
	return request;
}

List *
sg_order_pending(int64 number)
{
	SgSql sql = {0};
	List *requests = NIL;
	uint64 rows;

	sg_sql_number(&sql, number);
	rows = sg_sql_run(&sql, "SELECT number, position, type, point_id, direction, relations, "
							"lower(days), upper(days), give_up_at, tries "
							"FROM switchgrid.data_request "
							"WHERE order_number = $1 AND state = 'pending' ORDER BY position");
	for (uint64 i = 0; i < rows; i++)
		requests = lappend(requests, read_pending(i));
	sg_sql_done();
	return requests;
}

/* The first column of the only row that a statement about an order gives. */
static Datum
one_value(int64 number, const char *statement, Datum otherwise)
{
	SgSql sql = {0};
	Datum value = otherwise;

	sg_sql_number(&sql, number);
	if (sg_sql_run(&sql, statement) > 0)
		value = sg_sql_get(0, 1, otherwise);
	sg_sql_done();
	return value;
}

int
sg_order_size(int64 number)
{
	return (int) DatumGetInt64(one_value(
		number, "SELECT requests FROM switchgrid.data_order WHERE number = $1", Int64GetDatum(0)));
}

int
sg_order_polls(int64 number)
{
	return DatumGetInt32(one_value(
		number,
		"UPDATE switchgrid.data_order SET polls = polls + 1 WHERE number = $1 RETURNING polls",
		Int32GetDatum(1)));
}

int
sg_order_failures(int64 number)
{
	return DatumGetInt32(one_value(number,
								   "UPDATE switchgrid.data_order SET failures = failures + 1 "
								   "WHERE number = $1 RETURNING failures",
								   Int32GetDatum(1)));
}

void
sg_order_status(int64 number, const char *status, TimestampTz poll_at)
{
	SgSql sql = {0};

	sg_sql_number(&sql, number);
	sg_sql_text(&sql, status);
	sg_sql_instant(&sql, poll_at);
	sg_sql_run(&sql,
			   "UPDATE switchgrid.data_order SET status = coalesce($2, status), poll_at = $3, "
			   "failures = CASE WHEN $2 IS NULL THEN failures ELSE 0 END, "
			   "polls = CASE WHEN status IS DISTINCT FROM coalesce($2, status) THEN 0 "
			   "ELSE polls END WHERE number = $1");
}

void
sg_order_delivery(int64 request, const SgDelivery *delivery)
{
	SgSql sql = {0};

	sg_sql_number(&sql, request);
	sg_sql_text(&sql, delivery->request_id);
	sg_sql_text(&sql, delivery->status);
	sg_sql_instant(&sql, delivery->ordered_at);
	sg_sql_instant(&sql, delivery->completed_at);
	if (delivery->ratio < 0)
		sg_sql_null(&sql, FLOAT8OID);
	else
		sg_sql_value(&sql, FLOAT8OID, Float8GetDatum(delivery->ratio));
	sg_sql_texts(&sql, delivery->holes);
	sg_sql_text(&sql, delivery->message);
	sg_sql_run(&sql, "UPDATE switchgrid.data_request SET request_id = $2, status = $3, "
					 "ordered_at = $4, completed_at = $5, coverage_ratio = $6, "
					 "holes = nullif($7, '{}'), error_message = $8 WHERE number = $1 "
					 "AND (request_id, status, ordered_at, completed_at, coverage_ratio, holes, "
					 "error_message) IS DISTINCT FROM ($2, $3, $4, $5, $6, nullif($7, '{}'), $8)");
}

void
sg_order_end(int64 request, const char *state, const SgFault *fault, TimestampTz now)
{
	SgSql sql = {0};

	sg_sql_number(&sql, request);
	sg_sql_text(&sql, state);
	sg_sql_text(&sql, fault != NULL && fault->kind != SG_FAULT_NONE
						  ? sg_fault_class(fault->kind)->name
						  : NULL);
	sg_sql_instant(&sql, now);
	sg_sql_run(&sql, "UPDATE switchgrid.data_request SET state = $2, cause = $3, ended_at = $4 "
					 "WHERE number = $1 AND state = 'pending'");
}

TimestampTz
sg_order_retry(const SgFault *fault, int tries, bool bought, TimestampTz now)
{
	if (bought)
		return now + BOUGHT_RETRY;
	if (fault->kind == SG_FAULT_NOT_RECORDED)
		return now + RECORDING_RETRY;
	/* a new consent lifts what was refused for want of one at once */
	if (fault->kind == SG_FAULT_ORDER || fault->kind == SG_FAULT_CONSENT)
		return now + LOST_RETRY;
	return now + Min(FAILED_RETRY << Min(Max(tries - 1, 0), 4), USECS_PER_DAY);
}

bool
sg_order_may_fetch_again(const SgFault *fault)
{
	return fault->kind == SG_FAULT_LINK || sg_fault_class(fault->kind)->retried;
}

void
sg_order_missed(int64 request, const SgFault *fault, TimestampTz now)
{
	SgSql sql = {0};

	sg_sql_number(&sql, request);
	sg_sql_text(&sql, sg_fault_class(fault->kind)->name);
	sg_sql_instant(&sql, now);
	sg_sql_value(&sql, INT8OID, Int64GetDatum(FETCH_RETRY / USECS_PER_SEC));
	sg_sql_run(&sql, "WITH r AS (UPDATE switchgrid.data_request SET tries = tries + 1, cause = $2 "
					 "WHERE number = $1 AND state = 'pending' RETURNING order_number, tries) "
					 "UPDATE switchgrid.data_order AS o SET poll_at = least(o.poll_at, "
					 "$3 + interval '1 second' * CASE WHEN r.tries > 1 "
					 "THEN $4 * 2 ^ least(r.tries, 10) ELSE 0 END) "
					 "FROM r WHERE o.number = r.order_number");
}

void
sg_order_close(const char *server, TimestampTz now)
{
	SgSql sql = {0};

	sg_sql_text(&sql, server);
	sg_sql_instant(&sql, now);
	sg_sql_run(&sql, "UPDATE switchgrid.data_order AS o SET state = 'done', finished_at = $2, "
					 "poll_at = NULL WHERE server = $1 AND state = 'open' AND NOT EXISTS "
					 "(SELECT FROM switchgrid.data_request AS r "
					 "WHERE r.order_number = o.number AND r.state = 'pending')");
}

void
sg_order_waiting(const char *server, int *requests, int *orders, int *uncertain)
{
	SgSql sql = {0};

	sg_sql_text(&sql, server);
	sg_sql_run(&sql, "SELECT (SELECT count(*)::int FROM switchgrid.data_request AS r "
					 "JOIN switchgrid.data_order AS o ON o.number = r.order_number "
					 "WHERE o.server = $1 AND o.state = 'open' AND r.state = 'pending'), "
					 "count(*) FILTER (WHERE state = 'open')::int, "
					 "count(*) FILTER (WHERE state = 'uncertain')::int "
					 "FROM switchgrid.data_order WHERE server = $1");
	*requests = DatumGetInt32(sg_sql_get(0, 1, Int32GetDatum(0)));
	*orders = DatumGetInt32(sg_sql_get(0, 2, Int32GetDatum(0)));
	*uncertain = DatumGetInt32(sg_sql_get(0, 3, Int32GetDatum(0)));
	sg_sql_done();
}

bool
sg_order_covers(const char *server, const SgRequest *request)
{
	const char *direction = request->endpoint->direction;
	SgSql sql = {0};
	bool found;

	sg_sql_text(&sql, server);
	sg_sql_text(&sql, request->point);
	sg_sql_texts(&sql, relations_of(request));
	sg_sql_text(&sql, direction != NULL ? direction : SG_BOTH);
	sg_sql_date(&sql, request->days.from);
	sg_sql_date(&sql, request->days.until);
	found = sg_sql_run(&sql, "SELECT FROM switchgrid.data_request WHERE server = $1 "
							 "AND point_id = $2 AND relations && $3 AND direction = $4 "
							 "AND (direction = 'both' OR days && daterange($5, $6)) "
							 "AND state = 'pending' LIMIT 1") > 0;
	sg_sql_done();
	return found;
}

char *
sg_order_server(int64 number)
{
	SgSql sql = {0};
	char *server = NULL;

	sg_sql_number(&sql, number);
	if (sg_sql_run(&sql, "SELECT server FROM switchgrid.data_order WHERE number = $1") > 0)
		server = sg_sql_get_text(0, 1);
	sg_sql_done();
	return server;
}

/* Has another order of the same server this name? */
static bool
is_known(int64 number, const char *order_id)
{
	SgSql sql = {0};
	bool found;

	sg_sql_number(&sql, number);
	sg_sql_text(&sql, order_id);
	found = sg_sql_run(&sql, "SELECT FROM switchgrid.data_order AS a "
							 "JOIN switchgrid.data_order AS b USING (server) "
							 "WHERE a.number = $1 AND b.number <> $1 AND b.order_id = $2") > 0;
	sg_sql_done();
	return found;
}

/* From now on its requests have as long as they had from the beginning. */
static void
renew_patience(int64 number, TimestampTz now)
{
	SgSql sql = {0};

	sg_sql_number(&sql, number);
	sg_sql_instant(&sql, now);
	sg_sql_run(&sql, "UPDATE switchgrid.data_request AS r "
					 "SET give_up_at = $2 + (r.give_up_at - o.placed_at) "
					 "FROM switchgrid.data_order AS o WHERE o.number = $1 "
					 "AND r.order_number = o.number AND r.state = 'pending'");
}

int
sg_order_reopen(int64 number, TimestampTz now)
{
	SgSql sql = {0};
	int reopened;

	sg_sql_number(&sql, number);
	reopened = (int) sg_sql_run(
		&sql, "UPDATE switchgrid.data_request SET state = 'pending', ended_at = NULL, tries = 0 "
			  "WHERE order_number = $1 "
			  "AND (state = 'given up' OR (state = 'failed' AND status = 'SUCCESS'))");
	if (reopened == 0)
		return 0;
	renew_patience(number, now);
	sg_sql_number(&sql, number);
	sg_sql_instant(&sql, now);
	sg_sql_run(&sql, "UPDATE switchgrid.data_order SET state = 'open', finished_at = NULL, "
					 "polls = 0, failures = 0, poll_at = $2 WHERE number = $1");
	return reopened;
}

const char *
sg_order_settle(int64 number, const char *order_id, TimestampTz now)
{
	SgSql sql = {0};
	char *state;

	sg_sql_number(&sql, number);
	if (sg_sql_run(&sql, "SELECT state FROM switchgrid.data_order WHERE number = $1 FOR UPDATE") ==
		0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("there is no order with number " INT64_FORMAT, number)));
	state = sg_sql_get_text(0, 1);
	sg_sql_done();
	if (strcmp(state, "uncertain") != 0)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("order " INT64_FORMAT " is not uncertain: it is %s", number, state),
						strcmp(state, "sending") == 0
							? errhint("If its session is gone, the next run of refresh says so.")
							: 0));
	if (order_id != NULL && is_known(number, order_id))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("order_id \"%s\" is that of another order", order_id)));
	if (order_id != NULL)
	{
		renew_patience(number, now);
		sg_order_placed(number, order_id, now);
		return "open";
	}
	sg_sql_number(&sql, number);
	sg_sql_instant(&sql, now);
	sg_sql_run(&sql, "UPDATE switchgrid.data_order SET state = 'withdrawn', finished_at = $2 "
					 "WHERE number = $1");
	drop_requests(number, now);
	return "withdrawn";
}
