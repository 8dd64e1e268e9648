/*-------------------------------------------------------------------------
 *
 * session_bench.c
 *	  Sessions that all want the same credential's pace at once.
 *
 *	  session_bench SCHEMA FIRST-POINT SINCE MILLISECONDS DATABASE ...
 *
 * So many sessions as there are databases named scan the load curve of points of their own, again and again,
 * until the time is over; then what still runs is cancelled. The simulator's journal tells the rest.
 *
 *-------------------------------------------------------------------------
 */
#define _GNU_SOURCE

#include "client.h"

#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SESSIONS_MAX 64
/* session s has the points from FIRST-POINT + s * POINTS_EACH on */
#define POINTS_EACH 10
/* what the simulator reads every half-hour, in one direction: the last digits of points */
static const int digits[] = {0, 1, 2, 4, 5};

#define DIGITS (sizeof(digits) / sizeof(digits[0]))

typedef struct Session
{
	PGconn *connection;
	int number;
	int scans; /* that were begun */
} Session;

static void
begin_scan(Session *session, const char *schema, long long first, const char *since)
{
	char sql[512];

	snprintf(sql, sizeof(sql),
			 "SELECT count(*) FROM %s.load_curve WHERE point_id = '%lld' "
			 "AND direction = 'consumption' AND starts_at >= '%s'",
			 schema, first + session->number * POINTS_EACH + digits[session->scans % DIGITS],
			 since);
	session->scans++;
	if (!PQsendQuery(session->connection, sql))
		fail("could not send", PQerrorMessage(session->connection));
}

/* Takes the answer to a scan; it must have rows, unless it was cancelled. */
static void
take_scan(Session *session, bool cancelled)
{
	PGresult *result;

	while ((result = PQgetResult(session->connection)) != NULL)
	{
		const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

		if (PQresultStatus(result) != PGRES_TUPLES_OK &&
			!(cancelled && state != NULL && strcmp(state, "57014") == 0))
			fail("a scan failed", PQresultErrorMessage(result));
		if (PQresultStatus(result) == PGRES_TUPLES_OK && atol(PQgetvalue(result, 0, 0)) == 0)
			fail("a scan gave no rows", session->scans == 1 ? "the first" : "a later one");
		PQclear(result);
	}
}

static void
cancel_scan(Session *session)
{
	char why[256];
	PGcancel *cancel = PQgetCancel(session->connection);

	if (cancel == NULL || !PQcancel(cancel, why, sizeof(why)))
		fail("could not cancel", why);
	PQfreeCancel(cancel);
}

/* Waits for any session to have something to say, at most until then; starts the next scan of who is done. */
static void
serve(Session *sessions, int count, double until, const char *schema, long long first,
	  const char *since)
{
	struct pollfd watched[SESSIONS_MAX];
	double left = until - now_ms();

	for (int i = 0; i < count; i++)
		watched[i] = (struct pollfd){PQsocket(sessions[i].connection), POLLIN, 0};
	if (left <= 0 || poll(watched, (nfds_t) count, (int) left + 1) <= 0)
		return;
	for (int i = 0; i < count; i++)
	{
		if (watched[i].revents == 0)
			continue;
		if (!PQconsumeInput(sessions[i].connection))
			fail("a session was lost", PQerrorMessage(sessions[i].connection));
		if (PQisBusy(sessions[i].connection))
			continue;
		take_scan(&sessions[i], false);
		begin_scan(&sessions[i], schema, first, since);
	}
}

int
main(int argc, char **argv)
{
	static Session sessions[SESSIONS_MAX];
	int count = argc - 5;
	double until;

	if (count < 1 || count > SESSIONS_MAX)
	{
		fputs("usage: session_bench SCHEMA FIRST-POINT SINCE MILLISECONDS DATABASE ...\n", stderr);
		return 2;
	}
	for (int i = 0; i < count; i++)
		sessions[i] = (Session){.connection = connect_database(argv[i + 5]), .number = i};
	until = now_ms() + atof(argv[4]);
	for (int i = 0; i < count; i++)
		begin_scan(&sessions[i], argv[1], atoll(argv[2]), argv[3]);
	while (now_ms() < until)
		serve(sessions, count, until, argv[1], atoll(argv[2]), argv[3]);
	for (int i = 0; i < count; i++)
		cancel_scan(&sessions[i]);
	for (int i = 0; i < count; i++)
	{
		take_scan(&sessions[i], true);
		PQfinish(sessions[i].connection);
	}
	return 0;
}
