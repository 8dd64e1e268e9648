/*
 * multi.c
 *	  The one libcurl multi handle of a backend, waited for with PostgreSQL's latch.
 *
 * curl tells which sockets it watches; a wait event set holds them beside the latch, so that a cancel is
 * seen at once. Callbacks from curl only take notes: no palloc, no error.
 */
#include "postgres.h"

#include <sys/socket.h>
#include <unistd.h>

#include "http.h"
#include "miscadmin.h"
#include "multi.h"
#include "sockets.h"
#include "storage/fd.h"
#include "storage/ipc.h"
#include "utils/timestamp.h"

/* curl holds this many connections open for reuse; each is a descriptor of the backend. */
#define KEPT_CONNECTIONS 16
/* At most so many at once: as many as the option in_flight allows one scan. */
#define MOST_CONNECTIONS 64
/* The handle itself holds descriptors to wake up by. */
#define OWN_DESCRIPTORS 2
/* Of those that PostgreSQL lends, so many stay for other things: resolving, wait event sets, a second try. */
#define SPARED_DESCRIPTORS 8
/* No wait is longer, so that a clock that jumps cannot hold a backend. */
#define LONGEST_WAIT_MS 60000
/* Not every system can say so when it makes a socket. */
#ifndef SOCK_CLOEXEC
#define SOCK_CLOEXEC 0
#endif

static CURLM *multi = NULL;
static TimestampTz timer_at = 0; /* when curl wants to be called; 0: not at all */
static int running = 0;			 /* transfers under way */

void
sg_multi_block_signals(sigset_t *saved)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, saved);
}

void
sg_multi_restore_signals(const sigset_t *saved)
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

/* Sockets are PostgreSQL's to count, or its own files could not be opened any more. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	curl_socket_t fd;

	if (!AcquireExternalFD())
		return CURL_SOCKET_BAD;
	fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	if (fd == CURL_SOCKET_BAD)
		ReleaseExternalFD();
	return fd;
}

static int
close_socket(void *arg, curl_socket_t fd)
{
	int result = close(fd);

	ReleaseExternalFD();
	return result;
}

void
sg_multi_count_sockets(CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
}

/* What PostgreSQL lends all extensions together is a third of what is safe. */
static long
most_connections(void)
{
	return Max(1, Min(MOST_CONNECTIONS, max_safe_fds / 3 - SPARED_DESCRIPTORS));
}

static void
close_at_exit(int code, Datum arg)
{
	if (multi != NULL)
		curl_multi_cleanup(multi);
	multi = NULL;
}

void
sg_multi_open(void)
{
	sigset_t saved;

	if (multi != NULL)
		return;
	sg_multi_block_signals(&saved);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		multi = curl_multi_init();
	if (multi != NULL)
	{
		curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, note_socket);
		curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, note_timer);
		curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long) KEPT_CONNECTIONS);
		curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, most_connections());
		curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long) CURLPIPE_MULTIPLEX);
	}
	sg_multi_restore_signals(&saved);
	if (multi == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("could not start libcurl")));
	for (int i = 0; i < OWN_DESCRIPTORS; i++)
		ReserveExternalFD();
	before_shmem_exit(close_at_exit, 0);
}

const char *
sg_multi_add(CURL *easy)
{
	CURLMcode code = curl_multi_add_handle(multi, easy);

	if (code != CURLM_OK)
		return curl_multi_strerror(code);
	running++;
	return NULL;
}

void
sg_multi_remove(CURL *easy)
{
	if (multi != NULL && curl_multi_remove_handle(multi, easy) == CURLM_OK)
		running--;
}

/* Takes note of the transfers that curl has finished. */
static void
collect_done(void)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(multi, &left)) != NULL)
	{
		char *arg = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &arg);
		sg_http_note_end(arg, message->data.result);
	}
}

static void
let_curl_work(const WaitEvent *events, int count)
{
	sigset_t saved;
	int ignored;

	sg_multi_block_signals(&saved);
	for (int i = 0; i < count; i++)
		if (events[i].events & WL_SOCKET_MASK)
			curl_multi_socket_action(
				multi, events[i].fd,
				(events[i].events & WL_SOCKET_READABLE ? CURL_CSELECT_IN : 0) |
					(events[i].events & WL_SOCKET_WRITEABLE ? CURL_CSELECT_OUT : 0),
				&ignored);
	if (timer_at != 0 && timer_at <= GetCurrentTimestamp())
	{
		timer_at = 0;
		curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &ignored);
	}
	collect_done();
	sg_multi_restore_signals(&saved);
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

void
sg_http_wait(TimestampTz until)
{
	WaitEvent events[SG_SOCKETS_AT_ONCE];
	int count;

	sg_multi_open();
	count =
		sg_sockets_wait(wait_length(until), running > 0 ? SG_WAIT_REQUEST : SG_WAIT_PACE, events);
	let_curl_work(events, count);
}

int
sg_http_descriptor(void)
{
	return sg_sockets_descriptor();
}

void
sg_http_alarm(TimestampTz until)
{
	sg_sockets_alarm(timer_at != 0 ? Min(timer_at, until) : until);
}

void
sg_http_close_descriptor(int fd)
{
	sg_sockets_close_descriptor(fd);
}
