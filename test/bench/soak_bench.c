/*-------------------------------------------------------------------------
 *
 * soak_bench.c
 *	  A day of one session, at once: scans each five minutes, a refresh each hour, and faults.
 *
 *	  soak_bench RAW-DIRECTORY SIMULATOR-URL POINT START SCHEMA ...
 *
 * Each round puts the simulator's clock and the session's forward by five minutes and reads all live
 * relations of the schemas, whose servers have the same names and watch the point. In each tenth round
 * it is those of a server that is out of order: they are named by FAULTS below and made by test/bench/run.
 *
 *-------------------------------------------------------------------------
 */
#define _GNU_SOURCE

#include "client.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUND_SECONDS 300
#define HOUR_ROUNDS 12
#define ROUNDS (24 * HOUR_ROUNDS)
#define FIRST_ROUNDS (ROUNDS / 4)
#define FAULT_ROUNDS 10
#define TABLES_MAX 64
#define STATEMENT_TIMEOUT_MS 50

typedef struct Fault
{
	const char *schema;
	const char *state; /* what each scan of it must end with */
} Fault;

/* no more than so many that each has had its turn when growth is first looked at */
static const Fault faults[] = {
	{"soak_stall", "57014"}, {"soak_stall_body", "57014"}, {"soak_closed", "HV00N"},
	{"soak_html", "HV00M"},	 {"soak_500", "38000"},		   {"soak_truncated", "HV00M"},
	{"soak_cut", "HV00M"},
};

#define FAULTS (sizeof(faults) / sizeof(faults[0]))

typedef struct Table
{
	char schema[64];
	char name[64];
	char *condition; /* beside the point: the column of its time, if it has one */
} Table;

typedef struct Soak
{
	PGconn *session;
	const char *point;
	const char *simulator;
	time_t now; /* of the session's clock */
	Table tables[TABLES_MAX];
	int count;
	int scans;
	int failed;
	int refreshes;
} Soak;

/* ---------------------------------------------------------------- the clocks */

static void
advance_simulator(const Soak *soak)
{
	char url[256];
	long status = 0;
	CURL *easy = curl_easy_init();

	snprintf(url, sizeof(url), "%s/_clock/advance?seconds=%d", soak->simulator, ROUND_SECONDS);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "");
	if (curl_easy_perform(easy) != CURLE_OK ||
		curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK || status != 200)
		fail("the simulator's clock cannot be put forward", url);
	curl_easy_cleanup(easy);
}

/* The simulator's clock goes on by itself too, so it is never behind the session's. */
static void
advance(Soak *soak)
{
	char text[32];
	struct tm tm;

	advance_simulator(soak);
	soak->now += ROUND_SECONDS;
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&soak->now, &tm));
	queryf(soak->session, "SET switchgrid.now = '%s'", text);
}

/* ---------------------------------------------------------------- scans */

static void
find_tables(Soak *soak, const char *schema)
{
	PGresult *result;
	char sql[1024];
	int before = soak->count;

	snprintf(sql, sizeof(sql),
			 "SELECT c.relname, coalesce((SELECT a.attname FROM pg_attribute AS a "
			 "WHERE a.attrelid = c.oid AND a.attname IN ('starts_at', 'day', 'read_at')), '') "
			 "FROM pg_class AS c WHERE c.relkind = 'f' AND c.relnamespace = '%s'::regnamespace "
			 "AND EXISTS (SELECT FROM pg_attribute AS p "
			 "WHERE p.attrelid = c.oid AND p.attname = 'point_id') ORDER BY c.relname",
			 schema);
	result = PQexec(soak->session, sql);
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fail(sql, PQresultErrorMessage(result));
	for (int i = 0; i < PQntuples(result) && soak->count < TABLES_MAX; i++)
	{
		Table *table = &soak->tables[soak->count++];

		snprintf(table->schema, sizeof(table->schema), "%s", schema);
		snprintf(table->name, sizeof(table->name), "%s", PQgetvalue(result, i, 0));
		table->condition = strdup(PQgetvalue(result, i, 1));
	}
	PQclear(result);
	if (soak->count == before)
		fail("no live relations", schema);
}

/* What is asked of a relation: the point, and of a series its last days. */
static void
make_scan(const Soak *soak, const Table *table, const char *schema, char *sql, size_t size)
{
	char text[32];
	char recent[96] = "";
	struct tm tm;
	time_t since = soak->now - (time_t) 3 * 24 * 3600;

	strftime(text, sizeof(text), "%Y-%m-%d", gmtime_r(&since, &tm));
	if (table->condition[0] != '\0')
		snprintf(recent, sizeof(recent), " AND %s >= '%s'", table->condition, text);
	snprintf(sql, size, "SELECT count(*) FROM %s.%s WHERE point_id = '%s'%s", schema, table->name,
			 soak->point, recent);
}

static void
scan(Soak *soak, const Table *table)
{
	char sql[512];

	make_scan(soak, table, table->schema, sql, sizeof(sql));
	if (atol(query(soak->session, sql)) == 0)
		fail("a scan gave no rows", sql);
	soak->scans++;
}

static void
expect_state(Soak *soak, const char *sql, const char *expected)
{
	PGresult *result = PQexec(soak->session, sql);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (state == NULL || strcmp(state, expected) != 0)
		fail(sql, state != NULL ? PQresultErrorMessage(result) : "no error");
	PQclear(result);
	soak->failed++;
}

/* All relations of a server that is out of order. */
static void
scan_fault(Soak *soak, const Fault *fault)
{
	char sql[512];

	queryf(soak->session, "SET statement_timeout = %d",
		   strcmp(fault->state, "57014") == 0 ? STATEMENT_TIMEOUT_MS : 0);
	for (int i = 0; i < soak->count; i++)
	{
		/* it speaks as the first server does */
		if (strcmp(soak->tables[i].schema, soak->tables[0].schema) != 0)
			break;
		make_scan(soak, &soak->tables[i], fault->schema, sql, sizeof(sql));
		expect_state(soak, sql, fault->state);
	}
	query(soak->session, "RESET statement_timeout");
}

/* ---------------------------------------------------------------- the day */

static void
refresh_all(Soak *soak)
{
	const char *schema = "";

	for (int i = 0; i < soak->count; i++)
	{
		if (strcmp(soak->tables[i].schema, schema) == 0)
			continue;
		schema = soak->tables[i].schema;
		queryf(soak->session, "CALL switchgrid.refresh('%s')", schema);
		soak->refreshes++;
	}
}

static void
play_round(Soak *soak, int round)
{
	advance(soak);
	if (round % FAULT_ROUNDS == 0)
		scan_fault(soak, &faults[round / FAULT_ROUNDS % FAULTS]);
	else
		for (int i = 0; i < soak->count; i++)
			scan(soak, &soak->tables[i]);
	if (round % HOUR_ROUNDS == 0)
		refresh_all(soak);
}

static void
play_day(Soak *soak, FILE *file)
{
	Probe first = {0};
	Probe last = {0};

	for (int round = 1; round <= ROUNDS; round++)
	{
		play_round(soak, round);
		if (round % HOUR_ROUNDS != 0)
			continue;
		last = probe(soak->session, round);
		print_probe(file, &last);
		if (round == FIRST_ROUNDS)
			first = last;
	}
	printf("soak_scans\t%d\tscans\n", soak->scans);
	printf("soak_faults\t%d\tscans\n", soak->failed);
	printf("soak_refreshes\t%d\truns\n", soak->refreshes);
	print_growth("soak_growth", &first, &last);
}

int
main(int argc, char **argv)
{
	static Soak soak;
	FILE *file;
	struct tm start = {0};

	if (argc < 6 || strptime(argv[4], "%Y-%m-%dT%H:%M:%SZ", &start) == NULL)
	{
		fputs("usage: soak_bench RAW SIMULATOR-URL POINT START SCHEMA ...\n", stderr);
		return 2;
	}
	soak.session = connect_cluster();
	soak.simulator = argv[2];
	soak.point = argv[3];
	soak.now = timegm(&start);
	query(soak.session, "SET client_min_messages = error");
	for (int i = 5; i < argc; i++)
		find_tables(&soak, argv[i]);
	file = open_raw(argv[1], "soak.tsv");
	play_day(&soak, file);
	fclose(file);
	PQfinish(soak.session);
	return 0;
}
