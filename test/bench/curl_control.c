/*-------------------------------------------------------------------------
 *
 * curl_control.c
 *	  What requests cost through the extension, against libcurl alone.
 *
 *	  curl_control warm RAW-DIRECTORY URL-FILE FIGURE SQL
 *	  curl_control many RAW-DIRECTORY URL-FILE FIGURE SQL IN-FLIGHT
 *
 * The first line of the file is where a token is had, the others are what SQL asks for. Both sides send
 * the same headers and read bodies into memory; they take turns in one run, each over connections that it
 * keeps. libpq's environment says where the cluster is.
 *
 *-------------------------------------------------------------------------
 */
#define _GNU_SOURCE

#include "client.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define WARM_UP 20
#define WARM_TRIES 200
#define MANY_TRIES 7
#define URLS_MAX 4096
#define IN_FLIGHT_MAX 64
/* a body grows by doubling from here, as a program would have it that knows nothing of its length */
#define FIRST_BODY 16384
#define CREDENTIAL "demo:demo-secret"
#define USER_AGENT "switchgrid/1.0 (PostgreSQL)"

typedef struct Body
{
	char *data;
	size_t length;
	size_t size;
} Body;

static char *urls[URLS_MAX];
static int url_count;
static char *token_url;
static struct curl_slist *headers;

/* ---------------------------------------------------------------- the control */

static size_t
take(char *data, size_t size, size_t count, void *arg)
{
	Body *body = arg;
	size_t length = size * count;

	if (body->length + length + 1 > body->size)
	{
		size_t want = body->size > 0 ? body->size * 2 : FIRST_BODY;

		while (want < body->length + length + 1)
			want *= 2;
		body->data = realloc(body->data, want);
		if (body->data == NULL)
			fail("out of memory", "a body");
		body->size = want;
	}
	memcpy(body->data + body->length, data, length);
	body->length += length;
	body->data[body->length] = '\0';
	return length;
}

static void
drop(Body *body)
{
	free(body->data);
	*body = (Body){NULL, 0, 0};
}

/* What does not change from one request to the next. */
static CURL *
make_easy(Body *body)
{
	CURL *easy = curl_easy_init();

	if (easy == NULL)
		fail("libcurl", "no handle");
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, body);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, body);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, USER_AGENT);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	return easy;
}

static void
check_done(CURL *easy, CURLcode code, const Body *body)
{
	long status = 0;

	if (code != CURLE_OK)
		fail("libcurl", curl_easy_strerror(code));
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200 || body->length == 0)
		fail("not a whole answer", body->data != NULL ? body->data : "empty");
}

/* The one request of a program that keeps its handle. */
static void
ask_one(CURL *easy, const char *url, Body *body)
{
	curl_easy_setopt(easy, CURLOPT_URL, url);
	check_done(easy, curl_easy_perform(easy), body);
	drop(body);
}

/* The token becomes a header of all further requests. */
static void
get_token(void)
{
	static const char member[] = "\"access_token\":\"";
	Body body = {NULL, 0, 0};
	CURL *easy = make_easy(&body);
	char line[4096];
	char *found;

	curl_easy_setopt(easy, CURLOPT_URL, token_url);
	curl_easy_setopt(easy, CURLOPT_USERPWD, CREDENTIAL);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "grant_type=client_credentials");
	check_done(easy, curl_easy_perform(easy), &body);
	found = strstr(body.data, member);
	if (found == NULL)
		fail("no token", body.data);
	found += strlen(member);
	snprintf(line, sizeof(line), "Authorization: Bearer %.*s", (int) strcspn(found, "\""), found);
	drop(&body);
	curl_easy_cleanup(easy);
	headers = curl_slist_append(headers, line);
}

/* Gives an idle handle the next URL; false if there is none left. */
static bool
start_next(CURLM *multi, CURL *easy, int *next)
{
	if (*next == url_count)
		return false;
	curl_easy_setopt(easy, CURLOPT_URL, urls[(*next)++]);
	curl_multi_add_handle(multi, easy);
	return true;
}

/* All URLs, so many at a time. */
static void
ask_many(CURLM *multi, CURL **easies, int in_flight)
{
	int next = 0;
	int running = 0;
	int left;

	for (int i = 0; i < in_flight; i++)
		running += start_next(multi, easies[i], &next);
	while (running > 0)
	{
		CURLMsg *message;
		int unused;

		if (curl_multi_perform(multi, &unused) != CURLM_OK)
			fail("libcurl", "curl_multi_perform");
		while ((message = curl_multi_info_read(multi, &left)) != NULL)
		{
			CURL *easy = message->easy_handle;
			CURLcode code = message->data.result;
			char *body = NULL;

			curl_easy_getinfo(easy, CURLINFO_PRIVATE, &body);
			check_done(easy, code, (Body *) body);
			drop((Body *) body);
			curl_multi_remove_handle(multi, easy);
			if (!start_next(multi, easy, &next))
				running--;
		}
		if (running > 0)
			curl_multi_poll(multi, NULL, 0, 1000, NULL);
	}
}

static void
read_urls(const char *path)
{
	char line[1024];
	FILE *file = fopen(path, "r");

	if (file == NULL)
		fail("could not read", path);
	while (fgets(line, sizeof(line), file) != NULL)
	{
		line[strcspn(line, "\n")] = '\0';
		if (token_url == NULL)
			token_url = strdup(line);
		else if (url_count < URLS_MAX)
			urls[url_count++] = strdup(line);
		else
			fail("too many URLs", path);
	}
	fclose(file);
	if (url_count == 0)
		fail("no URL", path);
}

static void
prepare_control(const char *path)
{
	read_urls(path);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	headers = curl_slist_append(NULL, "Accept: application/json");
	get_token();
}

/* ---------------------------------------------------------------- one warm request */

/* A statement that was prepared, whole; the answer stays the same. */
static double
time_statement(PGconn *session, const char *name, char *expected, size_t size)
{
	double start = now_ms();
	PGresult *result = PQexecPrepared(session, name, 0, NULL, NULL, NULL, 0);
	double taken = now_ms() - start;

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fail(name, PQresultErrorMessage(result));
	if (expected[0] == '\0')
		snprintf(expected, size, "%s", PQgetvalue(result, 0, 0));
	else if (strcmp(expected, PQgetvalue(result, 0, 0)) != 0)
		fail("another answer", PQgetvalue(result, 0, 0));
	PQclear(result);
	return taken;
}

static double
time_control(CURL *easy, Body *body)
{
	double start = now_ms();

	ask_one(easy, urls[0], body);
	return now_ms() - start;
}

/* How long the executor had the statement, by its own clock. */
static double
time_executor(PGconn *session)
{
	static const char member[] = "\"Execution Time\": ";
	PGresult *result =
		PQexec(session, "EXPLAIN (ANALYZE, TIMING OFF, SUMMARY, FORMAT JSON) EXECUTE scan");
	const char *found;
	double taken;

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fail("EXPLAIN", PQresultErrorMessage(result));
	found = strstr(PQgetvalue(result, 0, 0), member);
	if (found == NULL)
		fail("EXPLAIN says no time", PQgetvalue(result, 0, 0));
	taken = strtod(found + strlen(member), NULL);
	PQclear(result);
	return taken;
}

static void
prepare_statement(PGconn *session, const char *name, const char *sql)
{
	PGresult *result = PQprepare(session, name, sql, 0, NULL);

	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		fail(sql, PQresultErrorMessage(result));
	PQclear(result);
}

typedef struct Warm
{
	double ours[WARM_TRIES];
	double control[WARM_TRIES];
	double nothing[WARM_TRIES];	 /* a statement that does nothing: libpq and the backend's loop */
	double executor[WARM_TRIES]; /* of the same scan once more */
} Warm;

static void
measure_warm(const char *sql, Warm *times)
{
	PGconn *session = connect_cluster();
	Body body = {NULL, 0, 0};
	CURL *easy = make_easy(&body);
	char rows[64] = "";
	char one[64] = "";

	prepare_statement(session, "nothing", "SELECT 1");
	prepare_statement(session, "scan", sql);
	for (int i = -WARM_UP; i < WARM_TRIES; i++)
	{
		int at = i < 0 ? 0 : i;

		/* neither is always the first */
		if (i % 2 == 0)
			times->control[at] = time_control(easy, &body);
		times->ours[at] = time_statement(session, "scan", rows, sizeof(rows));
		if (i % 2 != 0)
			times->control[at] = time_control(easy, &body);
		times->nothing[at] = time_statement(session, "nothing", one, sizeof(one));
		times->executor[at] = time_executor(session);
	}
	if (strcmp(rows, "0") == 0)
		fail("a scan gave no rows", rows);
	curl_easy_cleanup(easy);
	PQfinish(session);
}

static void
report_warm(const char *raw, const char *figure, Warm *times)
{
	FILE *file = open_raw(raw, figure);
	double ours;
	double control;

	for (int i = 0; i < WARM_TRIES; i++)
		fprintf(file, "%d\t%.4f\t%.4f\t%.4f\t%.4f\n", i + 1, times->ours[i], times->control[i],
				times->nothing[i], times->executor[i]);
	fclose(file);
	ours = median(times->ours, WARM_TRIES);
	control = median(times->control, WARM_TRIES);
	printf("%s_ratio\t%.3f\tratio\n", figure, ours / control);
	printf("%s_ms\t%.3f\tms\n", figure, ours);
	printf("%s_control_ms\t%.3f\tms\n", figure, control);
	printf("%s_nothing_ms\t%.3f\tms\n", figure, median(times->nothing, WARM_TRIES));
	printf("%s_executor_ms\t%.3f\tms\n", figure, median(times->executor, WARM_TRIES));
}

/* ---------------------------------------------------------------- many requests */

static void
bench_many(const char *raw, const char *figure, const char *sql, int in_flight)
{
	double ours[MANY_TRIES];
	double control[MANY_TRIES];
	static CURL *easies[IN_FLIGHT_MAX];
	static Body bodies[IN_FLIGHT_MAX];
	PGconn *session = connect_cluster();
	CURLM *multi = curl_multi_init();
	FILE *file = open_raw(raw, figure);
	char rows[64] = "";

	prepare_statement(session, "scan", sql);
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long) in_flight);
	for (int i = 0; i < in_flight; i++)
		easies[i] = make_easy(&bodies[i]);
	for (int i = -1; i < MANY_TRIES; i++)
	{
		double start;
		int at = i < 0 ? 0 : i;

		ours[at] = time_statement(session, "scan", rows, sizeof(rows));
		start = now_ms();
		ask_many(multi, easies, in_flight);
		control[at] = now_ms() - start;
		if (i >= 0)
			fprintf(file, "%d\t%.2f\t%.2f\n", at + 1, ours[at], control[at]);
	}
	fclose(file);
	for (int i = 0; i < in_flight; i++)
		curl_easy_cleanup(easies[i]);
	curl_multi_cleanup(multi);
	PQfinish(session);
	printf("%s\t%.3f\tratio\n", figure, median(control, MANY_TRIES) / median(ours, MANY_TRIES));
	printf("%s_ms\t%.1f\tms\n", figure, median(ours, MANY_TRIES));
	printf("%s_control_ms\t%.1f\tms\n", figure, median(control, MANY_TRIES));
}

int
main(int argc, char **argv)
{
	static Warm times;

	if (argc == 6 && strcmp(argv[1], "warm") == 0)
	{
		prepare_control(argv[3]);
		measure_warm(argv[5], &times);
		report_warm(argv[2], argv[4], &times);
	}
	else if (argc == 7 && strcmp(argv[1], "many") == 0 && atoi(argv[6]) > 0 &&
			 atoi(argv[6]) <= IN_FLIGHT_MAX)
	{
		prepare_control(argv[3]);
		bench_many(argv[2], argv[4], argv[5], atoi(argv[6]));
	}
	else
	{
		fputs("usage: curl_control warm RAW URLS FIGURE SQL | many RAW URLS FIGURE SQL IN-FLIGHT\n",
			  stderr);
		return 2;
	}
	return 0;
}
