/*
 * http.c
 *	  HTTP through one libcurl multi handle, waited for with PostgreSQL's latch.
 *
 * The only file that knows curl. curl tells which sockets it watches; a wait event set holds them beside
 * the latch, so that a cancel is seen at once. Callbacks from curl only take notes: no palloc, no error.
 */
#include "postgres.h"

#include <curl/curl.h>
#include <limits.h>
#include <signal.h>

#include "base/compat.h"
#include "http.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "sockets.h"
#include "storage/ipc.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define USER_AGENT "switchgrid/1.0 (PostgreSQL)"

/* curl holds this many connections open for reuse; each is a descriptor of the backend. */
#define KEPT_CONNECTIONS 16
/* A body grows by doubling from here. */
#define FIRST_BODY 16384
/* No wait is longer, so that a clock that jumps cannot hold a backend. */
#define LONGEST_WAIT_MS 60000
/* Slower than this for so long, and the exchange has stalled. */
#define LOW_SPEED_BYTES 1
#define LOW_SPEED_SECONDS 30

struct SgHttp
{
	CURL *easy;
	struct curl_slist *headers;
	char *body;
	size_t len;
	size_t size;
	size_t max_body;
	bool too_large;
	bool no_memory;
	bool done;
	CURLcode code;
	char error[CURL_ERROR_SIZE];
	MemoryContextCallback callback;
};

static CURLM *multi = NULL;
static TimestampTz timer_at = 0; /* when curl wants to be called; 0: not at all */

/*
 * Every call into curl runs with signals blocked: a resolver thread inherits the mask, and PostgreSQL's
 * handlers must run in the backend's own thread only.
 */
static void
block_signals(sigset_t *saved)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, saved);
}

static void
restore_signals(const sigset_t *saved)
{
	pthread_sigmask(SIG_SETMASK, saved, NULL);
}

/*
 * curl says which socket to watch for what. Never a refusal: it would make curl give up the whole multi
 * handle, and a socket that could not be watched is left to its exchange's time-out.
 */
static int
note_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	uint32 events = (what & CURL_POLL_IN ? WL_SOCKET_READABLE : 0) |
					(what & CURL_POLL_OUT ? WL_SOCKET_WRITEABLE : 0);

	sg_sockets_watch(fd, what == CURL_POLL_REMOVE ? 0 : events);
	return 0;
}

/* curl says when it wants to be called again. */
static int
note_timer(CURLM *m, long timeout_ms, void *arg)
{
	timer_at = timeout_ms < 0 ? 0 : GetCurrentTimestamp() + timeout_ms * INT64CONST(1000);
	return 0;
}

static size_t
note_body(char *data, size_t size, size_t count, void *arg)
{
	SgHttp *http = arg;
	size_t n = size * count;

	if (n > http->max_body - http->len)
	{
		http->too_large = true;
		return 0;
	}
	if (http->len + n + 1 > http->size)
	{
		size_t want = Max(http->size * 2, FIRST_BODY);
		char *grown;

		while (want < http->len + n + 1)
			want *= 2;
		grown = realloc(http->body, want);
		if (grown == NULL)
		{
			http->no_memory = true;
			return 0;
		}
		http->body = grown;
		http->size = want;
	}
	memcpy(http->body + http->len, data, n);
	http->len += n;
	http->body[http->len] = '\0';
	return n;
}

static void
close_at_exit(int code, Datum arg)
{
	if (multi != NULL)
		curl_multi_cleanup(multi);
	multi = NULL;
}

static void
open_multi(void)
{
	sigset_t saved;

	if (multi != NULL)
		return;
	block_signals(&saved);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		multi = curl_multi_init();
	if (multi != NULL)
	{
		curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, note_socket);
		curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, note_timer);
		curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long) KEPT_CONNECTIONS);
		curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long) CURLPIPE_MULTIPLEX);
	}
	restore_signals(&saved);
	if (multi == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("could not start libcurl")));
	before_shmem_exit(close_at_exit, 0);
}

/* Frees what an exchange holds outside PostgreSQL's memory. Runs once, also as a context's callback. */
static void
release(void *arg)
{
	SgHttp *http = arg;
	sigset_t saved;

	if (http->easy != NULL)
	{
		block_signals(&saved);
		if (multi != NULL)
			curl_multi_remove_handle(multi, http->easy);
		curl_easy_cleanup(http->easy);
		curl_slist_free_all(http->headers);
		restore_signals(&saved);
	}
	free(http->body);
	http->easy = NULL;
	http->headers = NULL;
	http->body = NULL;
}

static void
add_header(SgHttp *http, const char *header)
{
	struct curl_slist *list = curl_slist_append(http->headers, header);

	if (list != NULL)
		http->headers = list;
}

static void
set_headers(SgHttp *http, const SgHttpRequest *request)
{
	CURL *easy = http->easy;
	ListCell *cell;

	add_header(http, request->accept != NULL ? request->accept : "Accept: application/json");
	/* a body is small: sending it at once is cheaper than asking whether it is welcome */
	add_header(http, "Expect:");
	if (request->json != NULL)
	{
		add_header(http, "Content-Type: application/json");
		curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->json);
	}
	foreach (cell, request->headers)
		add_header(http, lfirst(cell));
	if (request->method != NULL)
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, http->headers);
	if (request->bearer != NULL)
	{
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long) CURLAUTH_BEARER);
		curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, request->bearer);
	}
	if (request->user != NULL)
	{
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long) CURLAUTH_BASIC);
		curl_easy_setopt(easy, CURLOPT_USERNAME, request->user);
		curl_easy_setopt(easy, CURLOPT_PASSWORD, request->password);
	}
	if (request->form != NULL)
		curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->form);
}

static void
set_options(SgHttp *http, const SgHttpRequest *request)
{
	CURL *easy = http->easy;

	curl_easy_setopt(easy, CURLOPT_URL, request->url);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, http);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, http->error);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, note_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, http);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, USER_AGENT);
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long) (CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
	/* a cancel does not wait for a resolver that is stuck */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	/* curl repeats even a POST by itself where a connection that it kept turns out to be dead, answer or not */
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, request->once ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long) request->limits.connect_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long) request->limits.timeout_ms);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long) LOW_SPEED_BYTES);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long) LOW_SPEED_SECONDS);
	set_headers(http, request);
}

SgHttp *
sg_http_start(const SgHttpRequest *request)
{
	SgHttp *http;
	sigset_t saved;
	CURLMcode added = CURLM_INTERNAL_ERROR;

	open_multi();
	http = palloc0(sizeof(SgHttp));
	http->max_body = request->limits.max_body;
	http->callback.func = release;
	http->callback.arg = http;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &http->callback);

	block_signals(&saved);
	http->easy = curl_easy_init();
	if (http->easy != NULL)
	{
		set_options(http, request);
		added = curl_multi_add_handle(multi, http->easy);
	}
	restore_signals(&saved);
	if (added != CURLM_OK)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("could not start a request"),
						errdetail("%s", curl_multi_strerror(added))));
	return http;
}

/* Milliseconds from now to the earlier of the two moments that are set; rounded up, so never early. */
static long
wait_length(TimestampTz until)
{
	TimestampTz at = until;
	int64 left;

	if (timer_at != 0 && (at == 0 || timer_at < at))
		at = timer_at;
	if (at == 0)
		return LONGEST_WAIT_MS;
	left = at - GetCurrentTimestamp();
	if (left <= 0)
		return 0;
	return (long) Min((left + 999) / 1000, LONGEST_WAIT_MS);
}

/* Takes note of the exchanges that curl has finished. */
static void
collect_done(void)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(multi, &left)) != NULL)
	{
		char *http = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &http);
		((SgHttp *) http)->done = true;
		((SgHttp *) http)->code = message->data.result;
	}
}

static void
let_curl_work(const WaitEvent *events, int count)
{
	sigset_t saved;
	int running;

	block_signals(&saved);
	for (int i = 0; i < count; i++)
		if (events[i].events & WL_SOCKET_MASK)
			curl_multi_socket_action(
				multi, events[i].fd,
				(events[i].events & WL_SOCKET_READABLE ? CURL_CSELECT_IN : 0) |
					(events[i].events & WL_SOCKET_WRITEABLE ? CURL_CSELECT_OUT : 0),
				&running);
	if (timer_at != 0 && timer_at <= GetCurrentTimestamp())
	{
		timer_at = 0;
		curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
	collect_done();
	restore_signals(&saved);
}

void
sg_http_wait(TimestampTz until)
{
	WaitEvent events[SG_SOCKETS_AT_ONCE];
	int count;

	open_multi();
	count = sg_sockets_wait(wait_length(until), events);
	let_curl_work(events, count);
}

bool
sg_http_done(const SgHttp *http)
{
	return http->done;
}

/* Did the exchange get as far as sending its request? A kept connection has no time of its own. */
static bool
was_connected(const SgHttp *http)
{
	long sent = 0;

	return curl_easy_getinfo(http->easy, CURLINFO_REQUEST_SIZE, &sent) == CURLE_OK && sent > 0;
}

bool
sg_http_left(const SgHttp *http)
{
	return was_connected(http);
}

/* Says why there was no whole answer. */
static void
explain_failure(const SgHttp *http, SgFault *fault)
{
	const char *why = http->error[0] != '\0' ? http->error : curl_easy_strerror(http->code);

	if (http->too_large)
		sg_fault_set(fault, SG_FAULT_TOO_LARGE, "The body is larger than %zu bytes.",
					 http->max_body);
	else if (http->no_memory)
		sg_fault_set(fault, SG_FAULT_TOO_LARGE, "There is no memory for the body.");
	else if (http->code == CURLE_OPERATION_TIMEDOUT && was_connected(http))
		sg_fault_set(fault, SG_FAULT_TIMEOUT, "%s.", why);
	else if (http->code == CURLE_PARTIAL_FILE || http->code == CURLE_BAD_CONTENT_ENCODING ||
			 http->code == CURLE_WEIRD_SERVER_REPLY || http->code == CURLE_UNSUPPORTED_PROTOCOL)
		sg_fault_set(fault, SG_FAULT_SHAPE, "%s.", why);
	else
		sg_fault_set(fault, SG_FAULT_CONNECT, "%s.", why);
}

int
sg_http_result(SgHttp *http, char **body, size_t *len, int *retry_after, SgFault *fault)
{
	static char nothing[1] = "";
	long status = 0;
	curl_off_t delay = 0;

	Assert(http->done);
	*body = http->body != NULL ? http->body : nothing;
	*len = http->len;
	*retry_after = -1;
	if (http->code != CURLE_OK)
	{
		explain_failure(http, fault);
		return 0;
	}
	curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &status);
	if (curl_easy_getinfo(http->easy, CURLINFO_RETRY_AFTER, &delay) == CURLE_OK && delay > 0)
		*retry_after = (int) Min(delay, INT_MAX);
	return (int) status;
}

int64
sg_http_bytes(const SgHttp *http)
{
	curl_off_t body = 0;
	long headers = 0;

	curl_easy_getinfo(http->easy, CURLINFO_SIZE_DOWNLOAD_T, &body);
	curl_easy_getinfo(http->easy, CURLINFO_HEADER_SIZE, &headers);
	return (int64) body + headers;
}

int64
sg_http_late(const SgHttp *http)
{
	curl_off_t us = 0;

	curl_easy_getinfo(http->easy, CURLINFO_PRETRANSFER_TIME_T, &us);
	return us;
}

void
sg_http_end(SgHttp *http)
{
	/* the callback stays registered, and finds nothing to do */
	release(http);
}

void
sg_http_escape(StringInfo out, const char *text)
{
	for (; *text != '\0'; text++)
	{
		unsigned char c = (unsigned char) *text;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			c == '-' || c == '.' || c == '_' || c == '~')
			appendStringInfoChar(out, (char) c);
		else
			appendStringInfo(out, "%%%02X", c);
	}
}
