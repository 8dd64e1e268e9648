/*
 * journal.c
 *		One line of JSON per request, written as soon as its answer is decided.
 *
 * No token, secret or query string ever reaches it: only names that the
 * simulator knows, the point and the dates of a data request, and of its headers
 * the two that tell who asks and which encodings he reads.
 */
#include "simulator.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int journal = -1;
static int64_t lines;

void
state_lock(void)
{
	pthread_mutex_lock(&mutex);
}

void
state_unlock(void)
{
	pthread_mutex_unlock(&mutex);
}

/* Without a directory there is no journal, and that is fine. */
bool
journal_open(const char *directory)
{
	char path[4096];

	if (directory == NULL)
		return true;
	if (snprintf(path, sizeof(path), "%s/journal.jsonl", directory) >= (int) sizeof(path))
	{
		fputs("switchgrid-simulator: --data: path too long\n", stderr);
		return false;
	}
	journal = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
	if (journal < 0)
	{
		fprintf(stderr, "switchgrid-simulator: %s: %s\n", path, strerror(errno));
		return false;
	}
	return true;
}

/* What clients write may be anything: only printable ASCII is kept. */
static json_t *
plain(const char *text, size_t most)
{
	char copy[256 + 1];
	size_t length = strnlen(text, most < sizeof(copy) - 1 ? most : sizeof(copy) - 1);

	for (size_t i = 0; i < length; i++)
		copy[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	copy[length] = '\0';
	return must(json_string(copy));
}

static json_t *
plain_or_null(const char *text)
{
	return text == NULL || *text == '\0' ? json_null() : plain(text, 200);
}

static void
write_whole(const char *line, size_t length)
{
	ssize_t done;

	do
		done = write(journal, line, length);
	while (done < 0 && errno == EINTR);
	if (done != (ssize_t) length)
		fputs("switchgrid-simulator: could not write the journal\n", stderr);
}

/* Called with the state locked, so that lines are in the order of n. */
void
journal_write(const Exchange *x)
{
	char at[40];
	char *text;
	json_t *line;
	Text out = {NULL, 0, 0};

	if (journal < 0)
		return;
	clock_format(clock_now_us(), at, sizeof(at));
	line = json_pack(
		"{s:I, s:s, s:I, s:o, s:o, s:o, s:s?, s:o, s:o, s:o, s:s?, s:i, s:I, "
		"s:o, s:b, s:I, s:b, s:s?, s:o, s:o}",
		"n", (json_int_t) ++lines, "at", at, "us", (json_int_t) clock_elapsed_us(), "method",
		plain(x->method, 16), "path", plain(x->path, 200), "scenario",
		plain(x->scenario.prefix, 256), "endpoint", x->endpoint, "point", plain_or_null(x->point),
		"start", plain_or_null(x->start), "end", plain_or_null(x->end), "client", x->client,
		"status", x->status, "bytes", (json_int_t) (x->source == OF_ENDLESS ? 0 : x->send_bytes),
		"fault", plain_or_null(x->fault), "repeat", x->repeat, "connection",
		(json_int_t) x->connection_id, "new_connection", x->new_connection, "version", x->version,
		"agent", plain_or_null(x->agent), "accept_encoding", plain_or_null(x->accept_encoding));
	text = must(json_dumps(must(line), JSON_COMPACT));
	json_decref(line);
	text_puts(&out, text);
	text_puts(&out, "\n");
	free(text);
	write_whole(out.data, out.length);
	text_free(&out);
}

/* The journal so far, to be freed; NULL when there is none. */
char *
journal_read(size_t *length)
{
	struct stat status;
	char *content;
	ssize_t done;

	if (journal < 0 || fstat(journal, &status) != 0)
		return NULL;
	content = must(malloc(status.st_size + 1));
	done = pread(journal, content, status.st_size, 0);
	*length = done > 0 ? done : 0;
	return content;
}

void
journal_reset(void)
{
	lines = 0;
	if (journal >= 0 && ftruncate(journal, 0) != 0)
		fputs("switchgrid-simulator: could not empty the journal\n", stderr);
}
