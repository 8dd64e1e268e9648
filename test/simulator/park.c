/*
 * park.c
 *		Connections that wait: for a delay to pass, or for ever.
 *
 * A waiting connection is suspended, so it holds no thread of the server.  One
 * thread of ours wakes those whose time has come, and looks now and then
 * whether the client of the others is still there, because the server itself
 * does not watch suspended connections.
 */
#include "simulator.h"

#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <time.h>

#define LOOK_EVERY_US 50000

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static pthread_t thread;
static Parked *waiting;
static bool stopping;

static bool
client_left(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct pollfd socket;

	if (info == NULL)
		return false;
	socket = (struct pollfd){info->connect_fd, POLLRDHUP, 0};
	return poll(&socket, 1, 0) > 0 && (socket.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

/* Wakes what is due and returns when to look again. */
static int64_t
wake_due(int64_t now_us)
{
	int64_t next_us = now_us + (waiting ? LOOK_EVERY_US : 1000 * LOOK_EVERY_US);
	Parked **link = &waiting;

	while (*link != NULL)
	{
		Parked *parked = *link;
		bool due = parked->until_us <= now_us;

		if (!due && (stopping || client_left(parked->connection)))
			due = parked->given_up = true;
		if (due)
		{
			*link = parked->next;
			parked->listed = false;
			MHD_resume_connection(parked->connection);
			continue;
		}
		if (parked->until_us < next_us)
			next_us = parked->until_us;
		link = &parked->next;
	}
	return next_us;
}

static void *
watch(void *unused)
{
	(void) unused;
	pthread_mutex_lock(&mutex);
	while (!stopping)
	{
		int64_t now_us = clock_elapsed_us();
		int64_t next_us = wake_due(now_us);
		struct timespec until;

		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += (next_us - now_us) / 1000000;
		until.tv_nsec += (next_us - now_us) % 1000000 * 1000;
		if (until.tv_nsec >= 1000000000)
		{
			until.tv_sec++;
			until.tv_nsec -= 1000000000;
		}
		pthread_cond_timedwait(&changed, &mutex, &until);
	}
	wake_due(clock_elapsed_us());
	pthread_mutex_unlock(&mutex);
	return NULL;
}

void
park_start(void)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&changed, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_create(&thread, NULL, watch, NULL);
}

/* Suspends the connection; false when the server is stopping. */
bool
park(Parked *parked, struct MHD_Connection *connection, int64_t until_us)
{
	bool accepted;

	pthread_mutex_lock(&mutex);
	accepted = !stopping;
	if (accepted)
	{
		parked->connection = connection;
		parked->until_us = until_us;
		parked->given_up = false;
		parked->listed = true;
		parked->next = waiting;
		waiting = parked;
		MHD_suspend_connection(connection);
		pthread_cond_signal(&changed);
	}
	else
		parked->given_up = true;
	pthread_mutex_unlock(&mutex);
	return accepted;
}

/* Before the memory of a connection goes away. */
void
park_forget(Parked *parked)
{
	pthread_mutex_lock(&mutex);
	if (parked->listed)
	{
		Parked **link = &waiting;

		while (*link != parked)
			link = &(*link)->next;
		*link = parked->next;
		parked->listed = false;
	}
	pthread_mutex_unlock(&mutex);
}

/* Wakes everybody and lets nobody wait again. */
void
park_stop(void)
{
	pthread_mutex_lock(&mutex);
	stopping = true;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&mutex);
	pthread_join(thread, NULL);
}
