/*-------------------------------------------------------------------------
 *
 * client.c
 *	  What the programs of test/bench/run share.
 *
 *-------------------------------------------------------------------------
 */
#define _GNU_SOURCE

#include "client.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void
fail(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, why);
	exit(1);
}

PGconn *
connect_database(const char *name)
{
	char conninfo[128];
	PGconn *connection;

	snprintf(conninfo, sizeof(conninfo), name[0] != '\0' ? "dbname='%s'" : "%s", name);
	connection = PQconnectdb(conninfo);
	if (PQstatus(connection) != CONNECTION_OK)
		fail("could not connect", PQerrorMessage(connection));
	return connection;
}

PGconn *
connect_cluster(void)
{
	return connect_database("");
}

const char *
query(PGconn *connection, const char *sql)
{
	static char value[256];
	PGresult *result = PQexec(connection, sql);

	if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
		fail(sql, PQresultErrorMessage(result));
	value[0] = '\0';
	if (PQntuples(result) > 0)
		snprintf(value, sizeof(value), "%s", PQgetvalue(result, 0, 0));
	PQclear(result);
	return value;
}

const char *
queryf(PGconn *connection, const char *format, ...)
{
	char sql[1024];
	va_list arguments;

	va_start(arguments, format);
	if (vsnprintf(sql, sizeof(sql), format, arguments) >= (int) sizeof(sql))
		fail("statement too long", format);
	va_end(arguments);
	return query(connection, sql);
}

FILE *
open_raw(const char *directory, const char *name)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	if (file == NULL)
		fail("could not write", path);
	return file;
}

double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double) t.tv_sec * 1e3 + (double) t.tv_nsec / 1e6;
}

void
sleep_ms(double ms)
{
	struct timespec t = {(time_t) (ms / 1e3), 0};

	t.tv_nsec = (long) ((ms - (double) t.tv_sec * 1e3) * 1e6);
	nanosleep(&t, NULL);
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *) a;
	double y = *(const double *) b;

	return (x > y) - (x < y);
}

void
sort_times(double *times, size_t count)
{
	qsort(times, count, sizeof(double), ascending);
}

double
median(double *times, size_t count)
{
	sort_times(times, count);
	return (times[(count - 1) / 2] + times[count / 2]) / 2;
}

long
private_memory(int pid)
{
	char path[64];
	char line[256];
	long kb = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "r");
	if (file == NULL)
		fail("could not read", path);
	while (kb < 0 && fgets(line, sizeof(line), file) != NULL)
		sscanf(line, "RssAnon: %ld kB", &kb);
	fclose(file);
	return kb;
}

/* The files of relations are the server's, which opens and closes them as it likes. */
static bool
is_relation(int directory, const char *name)
{
	char path[4096];
	ssize_t length = readlinkat(directory, name, path, sizeof(path) - 1);

	if (length < 0)
		return false;
	path[length] = '\0';
	return strstr(path, "/base/") != NULL || strstr(path, "/global/") != NULL ||
		   strstr(path, "/pg_wal/") != NULL;
}

int
count_descriptors(int pid)
{
	char path[64];
	int count = 0;
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	directory = opendir(path);
	if (directory == NULL)
		fail("could not read", path);
	for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
		count += entry->d_name[0] != '.' && !is_relation(dirfd(directory), entry->d_name);
	closedir(directory);
	return count;
}

Probe
probe(PGconn *session, int at)
{
	Probe seen = {.at = at};
	int pid = PQbackendPID(session);

	seen.contexts = atol(query(session, "SELECT sum(total_bytes) FROM pg_backend_memory_contexts"));
	seen.private_kb = private_memory(pid);
	seen.descriptors = count_descriptors(pid);
	return seen;
}

void
print_probe(FILE *file, const Probe *seen)
{
	fprintf(file, "%d\t%ld\t%ld\t%d\n", seen->at, seen->contexts, seen->private_kb,
			seen->descriptors);
}

void
print_growth(const char *name, const Probe *first, const Probe *last)
{
	long contexts_kb = (last->contexts - first->contexts) / 1024;
	long private_kb = last->private_kb - first->private_kb;

	fprintf(stderr, "%s_kb: %ld in memory contexts, %ld in private resident memory\n", name,
			contexts_kb, private_kb);
	printf("%s_kb\t%ld\tkB\n", name, contexts_kb > private_kb ? contexts_kb : private_kb);
	printf("%s_fds\t%d\tdescriptors\n", name, last->descriptors - first->descriptors);
}
