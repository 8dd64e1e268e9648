/*
 * multi.c
 *	  The one libcurl multi handle of a backend, waited for with PostgreSQL's latch.
 *
 * curl tells which sockets it watches; a wait event set holds them beside the latch, so that a cancel is
 * seen at once. Callbacks from curl only take notes: no palloc, no error.
 */
#include "postgres.h"

#include <curl/curl.h>
#include <sys/socket.h>

#include "descriptors.h"
#include "http.h"
#include "miscadmin.h"
#include "multi.h"
#include "portability/instr_time.h"
#include "sockets.h"
#include "storage/fd.h"
#include "storage/ipc.h"
#include "utils/timestamp.h"

/* curl holds this many connections open for reuse; each is a descriptor of the backend. */
#define KEPT_CONNECTIONS 16
/* The handle itself holds descriptors to wake up by. */
#define OWN_DESCRIPTORS 2
/* No wait is longer, so that a clock that jumps cannot hold a backend. */
#define LONGEST_WAIT_MS 60000
/* A wait by a descriptor is not longer, see relation/async.c. */
#define LONGEST_GAP_US USECS_PER_SEC
/* Not every system can say so when it makes a socket. */
#ifndef SOCK_CLOEXEC
#define SOCK_CLOEXEC 0
#endif

static CURLM *multi = NULL;
static SgMultiEnd on_end = NULL; /* is told of transfers that have ended */
static int64 timer_at = 0; /* when curl wants to be called, by the steady clock; 0: not at all */
static curl_socket_t idle[KEPT_CONNECTIONS]; /* have had a transfer; may have one again */
static uint32 ended = 0;					 /* how many were put there, in turn */
static int running = 0;						 /* transfers under way */
static int64 driven_us = 0;					 /* time for which they could move */
static int64 last_looked_at = 0;			 /* by the steady clock */

/* Microseconds by a clock that nobody sets. */
static int64
steady_clock(void)
{
	instr_time now;

	INSTR_TIME_SET_CURRENT(now);
	return (int64) INSTR_TIME_GET_MICROSEC(now);
}

/* Counts the time since the last look as time in which transfers could move, up to a limit. */
static void
count_time(int64 longest)
{
	int64 now = steady_clock();

	driven_us += Min(now - last_looked_at, longest);
	last_looked_at = now;
}

int64
sg_http_clock(void)
{
	return driven_us;
}

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
	timer_at = timeout_ms < 0 ? 0 : steady_clock() + timeout_ms * INT64CONST(1000);
	return 0;
}

static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	return sg_descriptor_count(
		socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol));
}

static int
close_socket(void *arg, curl_socket_t fd)
{
	return sg_descriptor_close(fd);
}

void
sg_multi_count_sockets(void *easy)
{
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
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
		curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long) sg_descriptor_most());
		curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long) CURLPIPE_MULTIPLEX);
	}
	sg_multi_restore_signals(&saved);
	if (multi == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("could not start libcurl")));
	for (int i = 0; i < OWN_DESCRIPTORS; i++)
		ReserveExternalFD();
	before_shmem_exit(close_at_exit, 0);
}

void
sg_multi_note_idle(int fd)
{
	if (fd == CURL_SOCKET_BAD)
		return;
	for (int i = 0; i < Min(ended, KEPT_CONNECTIONS); i++)
		if (idle[i] == fd)
			return;
	idle[ended++ % KEPT_CONNECTIONS] = fd;
}

/*
 * Bytes that came behind an answer would be taken for the next one. libcurl 7.88 does not look for them before it
 * uses a connection again, so idle ones that have some are ended.
 */
static void
end_unasked(void)
{
	char byte;

	for (int i = 0; i < Min(ended, KEPT_CONNECTIONS); i++)
		if (!sg_sockets_watched(idle[i]) && recv(idle[i], &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0)
			sg_descriptor_shut(idle[i]);
}

void
sg_multi_on_end(SgMultiEnd note_end)
{
	on_end = note_end;
}

const char *
sg_multi_add(void *easy)
{
	CURLMcode code;

	end_unasked();
	code = curl_multi_add_handle(multi, easy);

	if (code != CURLM_OK)
		return curl_multi_strerror(code);
	running++;
	return NULL;
}

void
sg_multi_remove(void *easy)
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
		on_end(arg, message->data.result);
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
	if (timer_at != 0 && timer_at <= steady_clock())
	{
		timer_at = 0;
		curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &ignored);
	}
	collect_done();
	sg_multi_restore_signals(&saved);
}

void
sg_multi_kick(void)
{
	let_curl_work(NULL, 0);
}

/* Microseconds from now until curl's timer or a moment (0: none), whichever is earlier. */
static int64
time_left(TimestampTz until)
{
	int64 left = LONGEST_WAIT_MS * INT64CONST(1000);

	if (until != 0)
		left = Min(left, until - GetCurrentTimestamp());
	if (timer_at != 0)
		left = Min(left, timer_at - steady_clock());
	return Max(left, 0);
}

void
sg_http_wait(TimestampTz until)
{
	WaitEvent events[SG_SOCKETS_AT_ONCE];
	int count;

	sg_multi_open();
	count_time(0);
	/* rounded up, so never early */
	count = sg_sockets_wait((long) ((time_left(until) + 999) / 1000),
							running > 0 ? SG_WAIT_REQUEST : SG_WAIT_PACE, events);
	count_time(PG_INT64_MAX);
	let_curl_work(events, count);
}

int
sg_http_room(void)
{
	return sg_descriptor_most();
}

int
sg_http_descriptor(void)
{
	return sg_sockets_descriptor();
}

void
sg_http_alarm(TimestampTz until)
{
	sg_sockets_alarm(GetCurrentTimestamp() + time_left(until));
}

void
sg_http_quiet(void)
{
	/* whoever waited by a descriptor let the transfers move meanwhile */
	count_time(LONGEST_GAP_US);
	sg_sockets_quiet();
}

void
sg_http_close_descriptor(int fd)
{
	if (fd >= 0)
		sg_descriptor_close(fd);
}
