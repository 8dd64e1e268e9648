/*
 * sockets.c
 *	  The sockets of a backend that a library wants watched.
 *
 * One wait event set holds them beside the latch and the postmaster; it is made anew when they change.
 *
 * A wait of the executor's own (of asynchronous Append) takes one descriptor from each scan, and the scans of
 * a backend share these sockets: where the system has epoll, a set of it holds them all and an alarm, and each
 * scan has a duplicate of that.
 */
#include "postgres.h"

#include <fcntl.h>
#ifdef __linux__
#include <sys/epoll.h>
#include <sys/timerfd.h>
#endif

#include "base/compat.h"
#include "descriptors.h"
#include "miscadmin.h"
#include "sockets.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

typedef struct Watched
{
	pgsocket fd;
	uint32 events;
} Watched;

static Watched *watched = NULL; /* malloc'ed: a library's callback fills it */
static int room = 0;
static int count = 0;
static bool changed = true;
static WaitEventSet *wait_set = NULL;
static int epoll_fd = -1;
static int alarm_fd = -1;
static TimestampTz alarm_at = 0; /* 0: none is set */

#ifdef __linux__

/* Tells the set of a socket; what fails is left to the alarm. */
static void
tell_epoll(pgsocket fd, uint32 events)
{
	struct epoll_event event = {.data.fd = fd};

	if (epoll_fd < 0)
		return;
	event.events =
		(events & WL_SOCKET_READABLE ? EPOLLIN : 0) | (events & WL_SOCKET_WRITEABLE ? EPOLLOUT : 0);
	if (events == 0)
		(void) epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fd, &event);
	else if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 && errno == EEXIST)
		(void) epoll_ctl(epoll_fd, EPOLL_CTL_MOD, fd, &event);
}

/* Makes the set, with the alarm and all sockets in it; once for each backend. */
static bool
open_epoll(void)
{
	if (epoll_fd >= 0)
		return true;
	if (alarm_fd < 0)
		alarm_fd = sg_descriptor_count(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
	if (alarm_fd < 0)
		return false;
	epoll_fd = sg_descriptor_count(epoll_create1(EPOLL_CLOEXEC));
	tell_epoll(alarm_fd, WL_SOCKET_READABLE);
	for (int i = 0; i < count; i++)
		tell_epoll(watched[i].fd, watched[i].events);
	return epoll_fd >= 0;
}

int
sg_sockets_descriptor(void)
{
	return open_epoll() ? sg_descriptor_count(fcntl(epoll_fd, F_DUPFD_CLOEXEC, 0)) : -1;
}

static void
set_alarm(TimestampTz at)
{
	struct itimerspec left = {{0}};
	int64 us = at - GetCurrentTimestamp();

	alarm_at = at;
	if (at != 0)
	{
		/* zero would be no alarm */
		left.it_value.tv_sec = Max(us, 1) / USECS_PER_SEC;
		left.it_value.tv_nsec = Max(us, 1) % USECS_PER_SEC * 1000;
	}
	(void) timerfd_settime(alarm_fd, 0, &left, NULL);
}

void
sg_sockets_alarm(TimestampTz at)
{
	if (epoll_fd >= 0 && (alarm_at == 0 || at < alarm_at))
		set_alarm(at);
}

void
sg_sockets_quiet(void)
{
	if (alarm_at != 0)
		set_alarm(0);
}

#else

static void
tell_epoll(pgsocket fd, uint32 events)
{
}

int
sg_sockets_descriptor(void)
{
	return -1;
}

void
sg_sockets_alarm(TimestampTz at)
{
}

void
sg_sockets_quiet(void)
{
}

#endif

/* Makes room for one more socket; false if there is no memory. */
static bool
grow(void)
{
	Watched *grown;

	if (count < room)
		return true;
	grown = realloc(watched, sizeof(Watched) * (room * 2 + 16));
	if (grown == NULL)
		return false;
	watched = grown;
	room = room * 2 + 16;
	return true;
}

void
sg_sockets_watch(pgsocket fd, uint32 events)
{
	int i = 0;

	while (i < count && watched[i].fd != fd)
		i++;
	changed = true;
	tell_epoll(fd, events);
	if (events == 0)
	{
		if (i < count)
			watched[i] = watched[--count];
		return;
	}
	if (i == count && !grow())
		return;
	if (i == count)
		count++;
	watched[i] = (Watched){fd, events};
}

bool
sg_sockets_watched(pgsocket fd)
{
	for (int i = 0; i < count; i++)
		if (watched[i].fd == fd)
			return true;
	return false;
}

static void
prepare_wait_set(void)
{
	if (wait_set != NULL && !changed)
		return;
	if (wait_set != NULL)
		FreeWaitEventSet(wait_set);
	wait_set = NULL;
	wait_set = sg_compat_wait_set(count + 2);
	AddWaitEventToSet(wait_set, WL_LATCH_SET, PGINVALID_SOCKET, MyLatch, NULL);
	/* a single-user backend has no postmaster */
	if (IsUnderPostmaster)
		AddWaitEventToSet(wait_set, WL_EXIT_ON_PM_DEATH, PGINVALID_SOCKET, NULL, NULL);
	for (int i = 0; i < count; i++)
		AddWaitEventToSet(wait_set, watched[i].events, watched[i].fd, NULL, NULL);
	changed = false;
}

/* The number that pg_stat_activity shows by its name. */
static uint32
wait_event_of(SgWait why)
{
	static const char *const names[] = {"SwitchgridRequest", "SwitchgridPace"};
	static uint32 numbers[lengthof(names)];

	if (numbers[why] == 0)
		numbers[why] = sg_compat_wait_event(names[why]);
	return numbers[why];
}

int
sg_sockets_wait(long milliseconds, SgWait why, WaitEvent *events)
{
	uint32 wait_event = wait_event_of(why);
	int n;

	/* what this wait serves, others may be waiting for by a descriptor, and will not see it there */
	if (alarm_at != 0)
		sg_sockets_alarm(GetCurrentTimestamp());
	prepare_wait_set();
	/* a look into the catalogs must not hold back vacuum while the network takes its time */
	InvalidateCatalogSnapshotConditionally();
	n = WaitEventSetWait(wait_set, milliseconds, events, SG_SOCKETS_AT_ONCE, wait_event);
	for (int i = 0; i < n; i++)
		if (events[i].events & WL_LATCH_SET)
			ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
	return n;
}
