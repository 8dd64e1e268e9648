/*
 * pace.c
 *	  The arithmetic of pace: when the next request may leave.
 */
#include "postgres.h"

#include "pace.h"

int64
sg_pace_interval(int per_second)
{
	if (per_second <= 0)
		return 0;
	return (int64) (USECS_PER_SEC * (1.0 + SG_PACE_MARGIN) / per_second);
}

int64
sg_pace_slot(int64 next, int64 now, int64 longest)
{
	if (next > now + longest)
		return now;
	return Max(next, now);
}

int64
sg_pace_after(int64 slot, int64 left, int64 interval)
{
	return Max(slot, left - SG_PACE_LENT) + interval;
}

int64
sg_pace_backoff(int tries, double chance)
{
	int64 wait = USECS_PER_SEC << Min(Max(tries - 1, 0), 6);

	wait = Min(wait, USECS_PER_MINUTE);
	return wait - (int64) (wait * chance / 4);
}

int64
sg_pace_hour(const uint64 *cells, int64 now, int per_hour, int64 *used)
{
	int64 minute = Max(now / USECS_PER_MINUTE, SG_PACE_MINUTES);
	int64 oldest = minute - (SG_PACE_MINUTES - 1);
	int64 over;

	*used = 0;
	for (int64 m = oldest; m <= minute; m++)
	{
		uint64 cell = cells[m % SG_PACE_MINUTES];

		if (SG_PACE_CELL_MINUTE(cell) == m)
			*used += SG_PACE_CELL_COUNT(cell);
	}
	if (per_hour <= 0 || *used < per_hour)
		return now;
	/* the oldest minutes leave the window first: find the one whose leaving makes room */
	over = *used - per_hour + 1;
	for (int64 m = oldest; m <= minute; m++)
	{
		uint64 cell = cells[m % SG_PACE_MINUTES];

		if (SG_PACE_CELL_MINUTE(cell) == m)
			over -= SG_PACE_CELL_COUNT(cell);
		if (over <= 0)
			return (m + SG_PACE_MINUTES) * USECS_PER_MINUTE;
	}
	return (minute + SG_PACE_MINUTES) * USECS_PER_MINUTE;
}

void
sg_pace_view(const SgPaceState *state, int64 now, int per_hour, SgPaceView *view)
{
	int64 hour = sg_pace_hour(state->cells, now, per_hour, &view->used);
	int64 blocked = state->blocked_until > now + SG_PACE_LONGEST_BLOCK ? 0 : state->blocked_until;

	view->left = per_hour > 0 ? Max(per_hour - view->used, 0) : -1;
	view->not_before = Max(blocked, hour);
	view->by_api = blocked > now && blocked >= hour;
	view->next_at =
		sg_pace_slot(state->next, view->not_before, view->not_before - now + SG_PACE_LONGEST_QUEUE);
}

int64
sg_pace_queue(SgPaceState *state, int64 at, int per_second, int per_hour)
{
	int64 minute;
	uint64 *cell;
	SgPaceView view;

	if (per_second <= 0)
		state->next = 0;
	/* what lets none leave at one moment may be another at the next */
	for (sg_pace_view(state, at, per_hour, &view); view.next_at > at;
		 sg_pace_view(state, at, per_hour, &view))
		at = view.next_at;
	minute = Max(at / USECS_PER_MINUTE, SG_PACE_MINUTES);
	cell = &state->cells[minute % SG_PACE_MINUTES];
	*cell = SG_PACE_CELL_MINUTE(*cell) == minute ? *cell + 1 : SG_PACE_CELL(minute, 1);
	state->next = at + sg_pace_interval(per_second);
	return at;
}
