/*-------------------------------------------------------------------------
 *
 * live_bench.c
 *	  What sessions feel: how soon a cancelled statement ends, whether a session
 *	  grows, and how much memory a refresh takes, and the collection of an order.
 *
 *	  live_bench cancel JOURNAL RAW-DIRECTORY POINT
 *	  live_bench growth RAW-DIRECTORY POINT
 *	  live_bench peak RAW-DIRECTORY SERVER FIGURE
 *	  live_bench refresh_peak RAW-DIRECTORY SERVER-BEFORE SERVER FIGURE SECONDS
 *
 * Connects as libpq's environment says. Foreign servers and their schemas
 * are made by test/bench/run.
 *
 *-------------------------------------------------------------------------
 */
#define _GNU_SOURCE

#include "client.h"

#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TRIES 200
#define SCANS 1000
#define FIRST_SCANS 100
#define PROBE_EVERY 100
/* the probe itself takes some pages in its first rounds between scans */
#define PROBE_EVERY_FIRST 10

/* -------- cancel -------- */

static off_t
size_of(const char *path)
{
	struct stat status;

	if (stat(path, &status) != 0)
		fail("could not look at the journal", path);
	return status.st_size;
}

/* The simulator writes its journal when the request is there; it will not answer. */
static void
wait_for_request(const char *journal, off_t before)
{
	double start = now_ms();

	while (size_of(journal) == before)
	{
		if (now_ms() - start > 10000)
			fail("the request did not arrive", journal);
		sleep_ms(0.2);
	}
}

static void
take_cancelled(PGconn *victim)
{
	bool cancelled = false;
	PGresult *result;

	while ((result = PQgetResult(victim)) != NULL)
	{
		const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

		cancelled = cancelled || (state != NULL && strcmp(state, "57014") == 0);
		PQclear(result);
	}
	if (!cancelled)
		fail("the statement was not cancelled", PQerrorMessage(victim));
}

/* Milliseconds from sending the cancel to the statement's end. */
static double
time_cancel(PGconn *victim, PGconn *canceller, const char *cancel)
{
	struct pollfd watched = {PQsocket(victim), POLLIN, 0};
	double start = now_ms();

	if (!PQsendQuery(canceller, cancel))
		fail("could not send the cancel", PQerrorMessage(canceller));
	while (PQisBusy(victim))
	{
		if (poll(&watched, 1, 10000) <= 0)
			fail("the statement did not end", "10 seconds");
		if (!PQconsumeInput(victim))
			fail("the session was lost", PQerrorMessage(victim));
	}
	start = now_ms() - start;
	take_cancelled(victim);
	PQclear(PQgetResult(canceller));
	while (PQgetResult(canceller) != NULL)
		;
	return start;
}

static void
bench_cancel_of(const char *name, const char *journal, const char *raw, const char *statement,
				const char *next)
{
	static double times[TRIES];
	PGconn *victim = connect_cluster();
	PGconn *canceller = connect_cluster();
	FILE *file;
	char cancel[64];
	char rows[256];
	char path[64];

	snprintf(cancel, sizeof(cancel), "SELECT pg_cancel_backend(%d)", PQbackendPID(victim));
	snprintf(rows, sizeof(rows), "%s", query(victim, next));
	query(canceller, "SELECT 1");
	for (int i = 0; i < TRIES; i++)
	{
		off_t before = size_of(journal);

		if (!PQsendQuery(victim, statement))
			fail("could not send", PQerrorMessage(victim));
		wait_for_request(journal, before);
		/* at any moment of the wait, not always the same one */
		sleep_ms(5 + i % 20);
		times[i] = time_cancel(victim, canceller, cancel);
		if (strcmp(query(victim, next), rows) != 0)
			fail("the next statement gives something else", next);
	}
	snprintf(path, sizeof(path), "%s.tsv", name);
	file = open_raw(raw, path);
	for (int i = 0; i < TRIES; i++)
		fprintf(file, "%d\t%.3f\n", i + 1, times[i]);
	fclose(file);
	sort_times(times, TRIES);
	/* of 200 values in order the 198th: 99 % are not above it */
	printf("%s\t%.2f\tms\n", name, times[TRIES * 99 / 100 - 1]);
	fprintf(stderr, "%s: median %.2f, p90 %.2f, p99 %.2f, max %.2f ms\n", name,
			times[TRIES / 2 - 1], times[TRIES * 9 / 10 - 1], times[TRIES * 99 / 100 - 1],
			times[TRIES - 1]);
	PQfinish(victim);
	PQfinish(canceller);
}

static void
bench_cancel(const char *journal, const char *raw, const char *point)
{
	char scan[256];
	char next[256];

	snprintf(scan, sizeof(scan), "SELECT count(*) FROM stalled.load_curve WHERE point_id = '%s'",
			 point);
	snprintf(next, sizeof(next),
			 "SELECT count(*) FROM good.load_curve WHERE point_id = '%s' "
			 "AND starts_at >= '2026-11-18'",
			 point);
	bench_cancel_of("cancel_p99_ms", journal, raw, scan, next);
	bench_cancel_of("cancel_refresh_p99_ms", journal, raw, "CALL switchgrid.refresh('stalled')",
					next);
}

/* -------- growth -------- */

static void
bench_growth(const char *raw, const char *point)
{
	PGconn *session = connect_cluster();
	FILE *file = open_raw(raw, "growth.tsv");
	Probe first = {0};
	Probe last = {0};
	char sql[256];

	/* one request a scan: how two overlap would show in the highest use of memory, and is chance */
	snprintf(sql, sizeof(sql),
			 "SELECT count(*), sum(wh) FROM many.load_curve "
			 "WHERE point_id = '%s' AND starts_at >= '2026-11-16'",
			 point);
	for (int scans = 1; scans <= SCANS; scans++)
	{
		if (atol(query(session, sql)) == 0)
			fail("a scan gave no rows", sql);
		if (scans % (scans <= FIRST_SCANS ? PROBE_EVERY_FIRST : PROBE_EVERY) != 0)
			continue;
		last = probe(session, scans);
		print_probe(file, &last);
		if (scans == FIRST_SCANS)
			first = last;
	}
	fclose(file);
	print_growth("scan_growth", &first, &last);
	PQfinish(session);
}

/* -------- peak -------- */

/* Takes what a statement gives; if it was to be cancelled, so must it be. */
static void
take_end(PGconn *session, const char *sql, bool cancelled)
{
	PGresult *result;

	if (cancelled)
	{
		take_cancelled(session);
		return;
	}
	while ((result = PQgetResult(session)) != NULL)
	{
		if (PQresultStatus(result) != PGRES_TUPLES_OK)
			fail(sql, PQresultErrorMessage(result));
		PQclear(result);
	}
}

static void
send_cancel(PGconn *session)
{
	PGcancel *cancel = PQgetCancel(session);
	char error[256];

	if (cancel == NULL || !PQcancel(cancel, error, sizeof(error)))
		fail("could not cancel", cancel == NULL ? "no session" : error);
	PQfreeCancel(cancel);
}

/*
 * The greatest private memory, in kB, until a statement has come to its end, or was cancelled after so many seconds
 * (0: never).
 */
static long
watch_statement(PGconn *session, const char *sql, double seconds, FILE *file)
{
	int pid = PQbackendPID(session);
	double start = now_ms();
	bool cancelled = false;
	long most = 0;

	if (!PQsendQuery(session, sql))
		fail(sql, PQerrorMessage(session));
	while (PQisBusy(session))
	{
		long kb = private_memory(pid);

		if (kb > most)
		{
			most = kb;
			fprintf(file, "%.1f\t%ld\n", now_ms() - start, kb);
		}
		if (seconds > 0 && !cancelled && now_ms() - start > seconds * 1000)
		{
			send_cancel(session);
			cancelled = true;
		}
		sleep_ms(0.2);
		if (!PQconsumeInput(session))
			fail(sql, PQerrorMessage(session));
	}
	take_end(session, sql, cancelled);
	return most;
}

/*
 * What a refresh of a server takes at most above what the session had before it, when it had refreshed another one; it
 * is cancelled after so many seconds, if they are not 0.
 */
static void
bench_peak(const char *raw, const char *before, const char *server, const char *figure,
		   double seconds)
{
	PGconn *session = connect_cluster();
	FILE *file = open_raw(raw, figure);
	char sql[256];
	long idle;
	long most;
	long after;

	query(session, "SET client_min_messages = warning");
	queryf(session, "CALL switchgrid.refresh('%s')", before);
	idle = private_memory(PQbackendPID(session));
	fprintf(file, "0\t%ld\n", idle);
	snprintf(sql, sizeof(sql), "CALL switchgrid.refresh('%s')", server);
	most = watch_statement(session, sql, seconds, file);
	after = private_memory(PQbackendPID(session));
	fclose(file);
	printf("%s\t%.1f\tMB\n", figure, (double) ((most > after ? most : after) - idle) / 1024);
	PQfinish(session);
}

int
main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "cancel") == 0)
		bench_cancel(argv[2], argv[3], argv[4]);
	else if (argc == 4 && strcmp(argv[1], "growth") == 0)
		bench_growth(argv[2], argv[3]);
	else if (argc == 5 && strcmp(argv[1], "peak") == 0)
		/* the first refresh orders, the second one collects */
		bench_peak(argv[2], argv[3], argv[3], argv[4], 0);
	else if (argc == 7 && strcmp(argv[1], "refresh_peak") == 0)
		bench_peak(argv[2], argv[3], argv[4], argv[5], atof(argv[6]));
	else
	{
		fputs("usage: live_bench cancel JOURNAL RAW POINT | growth RAW POINT | peak RAW SERVER "
			  "FIGURE | refresh_peak RAW BEFORE SERVER FIGURE SECONDS\n",
			  stderr);
		return 2;
	}
	return 0;
}
