/*
 * store_bench.c
 *	  The store against a heap table: two statements in turn, in one session.
 *
 *	store_bench explain|copy|run NAME ROUNDS DIRECTORY OURS CONTROL [PREPARE_OURS PREPARE_CONTROL]
 *
 * explain: planning and execution as the server measures them, all rows made and thrown away; copy: all rows in
 * binary form to this program, which drops them, by its clock; run: until the statement is done, its commit
 * included, by its clock, each time after its PREPARE and a checkpoint if it has one. Without, there is a first round that
 * does not count, to be warm. An @ in a statement is a day of a month, another one in each
 * round, 28 of them in turn; PREPARE is statements, one a line.
 * Prints the medians of the times and their ratio: control / ours.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdlib.h>
#include <string.h>

#include "client.h"

#define ROUNDS_MAX 1000

/* Rounds that do not count. */
#define WARM 1

typedef double (*Clock)(PGconn *session, const char *sql);

/* A text with another one in it. */
static char *
printed(const char *format, const char *sql)
{
	size_t size = strlen(format) + strlen(sql) + 1;
	char *text = malloc(size);

	if (text == NULL)
		fail("malloc", "out of memory");
	snprintf(text, size, format, sql);
	return text;
}

static double
line_ms(const PGresult *result, const char *label)
{
	for (int row = 0; row < PQntuples(result); row++)
	{
		const char *line = PQgetvalue(result, row, 0);

		if (strncmp(line, label, strlen(label)) == 0)
			return strtod(line + strlen(label), NULL);
	}
	fail("EXPLAIN does not say", label);
}

static double
time_explain(PGconn *session, const char *sql)
{
	char *explain = printed("EXPLAIN (ANALYZE, TIMING OFF) %s", sql);
	PGresult *result = PQexec(session, explain);
	double ms;

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fail(explain, PQerrorMessage(session));
	ms = line_ms(result, "Planning Time: ") + line_ms(result, "Execution Time: ");
	PQclear(result);
	free(explain);
	return ms;
}

static double
time_copy(PGconn *session, const char *sql)
{
	char *copy = printed("COPY (%s) TO STDOUT (FORMAT binary)", sql);
	double start = now_ms();
	PGresult *result;
	char *row;

	result = PQexec(session, copy);
	if (PQresultStatus(result) != PGRES_COPY_OUT)
		fail(copy, PQerrorMessage(session));
	PQclear(result);
	while (PQgetCopyData(session, &row, 0) > 0)
		PQfreemem(row);
	while ((result = PQgetResult(session)) != NULL)
	{
		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			fail(copy, PQerrorMessage(session));
		PQclear(result);
	}
	free(copy);
	return now_ms() - start;
}

static double
time_run(PGconn *session, const char *sql)
{
	double start = now_ms();

	query(session, sql);
	return now_ms() - start;
}

static void
prepare_round(PGconn *session, const char *statements)
{
	char *copy = strdup(statements);

	if (copy == NULL)
		fail("strdup", "out of memory");
	for (char *one = strtok(copy, "\n"); one != NULL; one = strtok(NULL, "\n"))
		query(session, one);
	query(session, "CHECKPOINT");
	free(copy);
}

/* The statement of a round, with its day. */
static char *
statement_of(const char *sql, int day)
{
	const char *at = strchr(sql, '@');
	char *text = malloc(2 * strlen(sql) + 1); /* a day has two digits at most */
	size_t length = 0;

	if (text == NULL)
		fail("malloc", "out of memory");
	text[0] = '\0';
	for (; at != NULL; sql = at + 1, at = strchr(sql, '@'))
		length += (size_t) sprintf(text + length, "%.*s%d", (int) (at - sql), sql, day);
	strcpy(text + length, sql);
	return text;
}

static double
measure(PGconn *session, Clock clock, int round, const char *sql, const char *prepare)
{
	char *statement = statement_of(sql, (round + WARM) % 28 + 1);
	double ms;

	if (prepare != NULL)
		prepare_round(session, prepare);
	ms = clock(session, statement);
	free(statement);
	return ms;
}

static Clock
clock_of(const char *mode)
{
	if (strcmp(mode, "explain") == 0)
		return time_explain;
	if (strcmp(mode, "copy") == 0)
		return time_copy;
	if (strcmp(mode, "run") == 0)
		return time_run;
	fail(mode, "neither explain, copy nor run");
}

int
main(int argc, char **argv)
{
	static double ours[ROUNDS_MAX];
	static double control[ROUNDS_MAX];
	int rounds = argc == 7 || argc == 9 ? atoi(argv[3]) : 0;
	const char *prepare_ours = argc == 9 ? argv[7] : NULL;
	const char *prepare_control = argc == 9 ? argv[8] : NULL;
	double middle;
	double middle_control;
	PGconn *session;
	Clock clock;
	FILE *raw;

	if (rounds < 1 || rounds > ROUNDS_MAX)
		fail("usage", "store_bench MODE NAME ROUNDS DIRECTORY OURS CONTROL [PREPARE PREPARE]");
	clock = clock_of(argv[1]);
	session = connect_cluster();
	raw = open_raw(argv[4], argv[2]);
	for (int i = prepare_ours != NULL ? 0 : -WARM; i < rounds; i++)
	{
		double first = measure(session, clock, i, argv[5], prepare_ours);
		double second = measure(session, clock, i, argv[6], prepare_control);

		fprintf(raw, "%d\t%.3f\t%.3f\n", i, first, second);
		if (i >= 0)
		{
			ours[i] = first;
			control[i] = second;
		}
	}
	fclose(raw);
	PQfinish(session);
	middle = median(ours, (size_t) rounds);
	middle_control = median(control, (size_t) rounds);
	printf("%s_ratio\t%.3f\tratio\n", argv[2], middle_control / middle);
	printf("%s_ms\t%.3f\tms\n", argv[2], middle);
	printf("%s_control_ms\t%.3f\tms\n", argv[2], middle_control);
	return 0;
}
