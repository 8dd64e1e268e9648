/*
 * http.c
 *	  One HTTP exchange: what is sent, what of the answer is kept, and what came of it.
 *
 * With multi.c the only file that knows curl. Callbacks from curl only take notes: no palloc, no error.
 */
#include "postgres.h"

#include <curl/curl.h>
#include <limits.h>

#include "body.h"
#include "descriptors.h"
#include "http.h"
#include "multi.h"
#include "utils/memutils.h"

/* A test compares it with the version of the extension. */
#define USER_AGENT "switchgrid/1.0 (PostgreSQL " PG_MAJORVERSION ")"

/* Headers of one answer, all together: a hundred times what any API was seen to send. */
#define MAX_HEADERS 262144
/*
 * curl's own deadlines run while nobody waits for its transfers, so they are set out of the way: whoever waits sets
 * his own, by sg_http_clock. In milliseconds, a day.
 */
#define NO_DEADLINE 86400000L

struct SgHttp
{
	CURL *easy;
	struct curl_slist *headers;
	SgBody body;
	size_t max_body;
	size_t headers_len;
	bool begun;	  /* has the answer begun? */
	bool removed; /* does the multi handle know it no more? */
	bool many_headers;
	bool too_large;
	bool no_memory;
	bool done;
	CURLcode code;
	char error[CURL_ERROR_SIZE];
	MemoryContextCallback callback;
};

static size_t
note_body(char *data, size_t size, size_t count, void *arg)
{
	SgHttp *http = arg;
	size_t n = size * count;

	if (n > http->max_body - http->body.len)
	{
		http->too_large = true;
		return 0;
	}
	if (!sg_body_append(&http->body, data, n))
	{
		http->no_memory = true;
		return 0;
	}
	return n;
}

/* A header: its answer has begun. */
static size_t
note_header(char *data, size_t size, size_t count, void *arg)
{
	SgHttp *http = arg;

	http->begun = true;
	http->headers_len += size * count;
	if (http->headers_len <= MAX_HEADERS)
		return size * count;
	http->many_headers = true;
	return 0;
}

/* The body as it travels: compressed, it is bounded too, even if it unpacks to nothing. */
static int
note_progress(void *arg, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
	SgHttp *http = arg;

	http->too_large |= down > 0 && (uint64) down > http->max_body;
	return http->too_large ? 1 : 0;
}

/* The socket of a transfer that is done, if no other transfer can share it. */
static curl_socket_t
own_socket(CURL *easy)
{
	curl_socket_t fd = CURL_SOCKET_BAD;
	long version = 0;

	if (curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version) != CURLE_OK ||
		version > CURL_HTTP_VERSION_1_1 ||
		curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK)
		return CURL_SOCKET_BAD;
	return fd;
}

static void
note_end(void *arg, int code)
{
	SgHttp *http = arg;

	http->done = true;
	http->code = (CURLcode) code;
	sg_multi_note_idle(own_socket(http->easy));
}

/* Frees what an exchange holds outside PostgreSQL's memory. Runs once, also as a context's callback. */
static void
release(void *arg)
{
	SgHttp *http = arg;
	sigset_t saved;

	if (http->easy != NULL)
	{
		sg_multi_block_signals(&saved);
		if (!http->removed)
			sg_multi_remove(http->easy);
		curl_easy_cleanup(http->easy);
		curl_slist_free_all(http->headers);
		sg_multi_restore_signals(&saved);
	}
	sg_body_release(&http->body);
	http->easy = NULL;
	http->headers = NULL;
}

static void
add_header(SgHttp *http, const char *header)
{
	struct curl_slist *list = curl_slist_append(http->headers, header);

	if (list != NULL)
		http->headers = list;
	else
		http->no_memory = true;
}

static void
set_headers(SgHttp *http, const SgHttpRequest *request, const char *token)
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
	if (token != NULL)
		add_header(http, token);
	if (request->method != NULL)
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, http->headers);
	if (request->user != NULL)
	{
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long) CURLAUTH_BASIC);
		curl_easy_setopt(easy, CURLOPT_USERNAME, request->user);
		curl_easy_setopt(easy, CURLOPT_PASSWORD, request->password);
	}
	if (request->form != NULL)
		curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->form);
}

/* curl takes percent signs out of what a proxy is told, so they are put in. */
static void
set_escaped(CURL *easy, CURLoption option, const char *text)
{
	char *escaped = curl_easy_escape(easy, text, 0);

	curl_easy_setopt(easy, option, escaped);
	curl_free(escaped);
}

/* The way to the server: nothing of it is taken from the environment of the server process. */
static void
set_route(CURL *easy, const SgHttpRoute *route)
{
	curl_easy_setopt(easy, CURLOPT_PROXY, route->proxy != NULL ? route->proxy : "");
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	/* what a proxy says of its tunnel is no part of the answer */
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (route->proxy_user != NULL)
	{
		curl_easy_setopt(easy, CURLOPT_PROXYAUTH, (long) CURLAUTH_BASIC);
		set_escaped(easy, CURLOPT_PROXYUSERNAME, route->proxy_user);
		set_escaped(easy, CURLOPT_PROXYPASSWORD, route->proxy_password);
	}
	if (route->ca_file != NULL)
	{
		/* instead of the system's authorities, not beside them; an https proxy is no exception */
		curl_easy_setopt(easy, CURLOPT_CAINFO, route->ca_file);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
		curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, route->ca_file);
		curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, NULL);
	}
}

static void
set_bounds(CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, NO_DEADLINE);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long) (CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

static void
set_notes(SgHttp *http)
{
	CURL *easy = http->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, http);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, http->error);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, note_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, http);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, note_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, http);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, note_progress);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, http);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	sg_multi_count_sockets(easy);
}

static void
set_options(SgHttp *http, const SgHttpRequest *request, const char *token)
{
	CURL *easy = http->easy;

	curl_easy_setopt(easy, CURLOPT_URL, request->url);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, USER_AGENT);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* a cancel does not wait for a resolver that is stuck */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
	curl_easy_setopt(easy, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	/* without TLS nobody knows before the first answer whether a connection can be shared: none waits for that */
	curl_easy_setopt(easy, CURLOPT_PIPEWAIT,
					 pg_strncasecmp(request->url, "https:", 6) == 0 ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	/* curl repeats even a POST by itself where a connection that it kept turns out to be dead, answer or not */
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, request->once ? 1L : 0L);
	set_notes(http);
	set_bounds(easy);
	set_route(easy, &request->route);
	set_headers(http, request, token);
}

/*
 * The token as a header of ours, palloc'd: curl would copy its own, which is long, character by character, and
 * twice. Not with signals blocked, for memory may be short.
 */
static char *
token_header(const SgHttpRequest *request)
{
	return request->bearer != NULL ? psprintf("Authorization: Bearer %s", request->bearer) : NULL;
}

static void
forget_header(char *header)
{
	if (header == NULL)
		return;
	explicit_bzero(header, strlen(header));
	pfree(header);
}

SgHttp *
sg_http_start(const SgHttpRequest *request)
{
	SgHttp *http;
	sigset_t saved;
	const char *why = "There is no memory for it.";
	char *token = token_header(request);

	sg_multi_open();
	sg_multi_on_end(note_end);
	http = palloc0(sizeof(SgHttp));
	http->max_body = request->max_body;
	http->removed = true;
	http->callback.func = release;
	http->callback.arg = http;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &http->callback);

	sg_multi_block_signals(&saved);
	http->easy = curl_easy_init();
	if (http->easy != NULL)
	{
		set_options(http, request, token);
		if (!http->no_memory)
			why = sg_multi_add(http->easy);
		http->removed = why != NULL;
	}
	sg_multi_restore_signals(&saved);
	forget_header(token);
	if (why != NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("could not start a request"),
						errdetail("%s", why)));
	sg_multi_kick();
	return http;
}

void
sg_http_give_up(SgHttp *http, const char *why)
{
	sigset_t saved;

	if (http->done)
		return;
	sg_multi_block_signals(&saved);
	sg_multi_remove(http->easy);
	sg_multi_restore_signals(&saved);
	http->removed = true;
	http->done = true;
	http->code = CURLE_OPERATION_TIMEDOUT;
	strlcpy(http->error, why, sizeof(http->error));
}

bool
sg_http_begun(const SgHttp *http)
{
	return http->begun;
}

bool
sg_http_done(const SgHttp *http)
{
	return http->done;
}

bool
sg_http_left(const SgHttp *http)
{
	long sent = 0;
	curl_off_t connected = 0;

	/* what was sent to a proxy to make a tunnel is no request of ours */
	return curl_easy_getinfo(http->easy, CURLINFO_REQUEST_SIZE, &sent) == CURLE_OK && sent > 0 &&
		   curl_easy_getinfo(http->easy, CURLINFO_PRETRANSFER_TIME_T, &connected) == CURLE_OK &&
		   connected > 0;
}

/* Says why there was no whole answer. */
static void
explain_failure(const SgHttp *http, SgFault *fault)
{
	const char *why = http->error[0] != '\0' ? http->error : curl_easy_strerror(http->code);

	if (http->too_large)
		sg_fault_set(fault, SG_FAULT_TOO_LARGE, "The body is larger than %zu bytes.",
					 http->max_body);
	else if (http->many_headers)
		sg_fault_set(fault, SG_FAULT_TOO_LARGE, "The headers are larger than %d bytes.",
					 MAX_HEADERS);
	else if (http->no_memory)
		sg_fault_set(fault, SG_FAULT_TOO_LARGE, "There is no memory for the body.");
	else if (http->code == CURLE_OPERATION_TIMEDOUT && sg_http_left(http))
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
	*body = http->body.bytes != NULL ? http->body.bytes : nothing;
	*len = http->body.len;
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
sg_http_distrust(const SgHttp *http)
{
	sg_descriptor_shut(own_socket(http->easy));
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
