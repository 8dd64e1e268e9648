/*
 * sockets.c
 *	  The sockets of a backend that a library wants watched.
 *
 * One wait event set holds them beside the latch and the postmaster; it is made anew when they change.
 */
#include "postgres.h"

#include "base/compat.h"
#include "miscadmin.h"
#include "sockets.h"
#include "utils/snapmgr.h"

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

int
sg_sockets_wait(long milliseconds, WaitEvent *events)
{
	static uint32 wait_event = 0;
	int n;

	if (wait_event == 0)
		wait_event = sg_compat_wait_event("SwitchgridRequest");
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
