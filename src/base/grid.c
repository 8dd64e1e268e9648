/*
 * grid.c
 *	  The slots of curves as places in time.
 */
#include "postgres.h"

#include "base/compat.h"
#include "grid.h"
#include "utils/timestamp.h"

SgGrid
sg_grid_of(const SgCurveHead *head)
{
	return (SgGrid){.start = head->start, .step = head->step, .count = head->count};
}

TimestampTz
sg_grid_end(const SgGrid *grid)
{
	return grid->start + (int64) grid->count * grid->step * USECS_PER_SEC;
}

/* Microseconds between two instants; those at the ends of time are further apart than an int64 holds. */
static uint64
distance(TimestampTz a, TimestampTz b)
{
	return a < b ? (uint64) b - (uint64) a : (uint64) a - (uint64) b;
}

bool
sg_grid_meets(const SgGrid *grid, TimestampTz at)
{
	return distance(grid->start, at) % (grid->step * USECS_PER_SEC) == 0;
}

uint64
sg_grid_slots(TimestampTz from, TimestampTz until, uint32 step)
{
	return distance(from, until) / ((uint64) step * USECS_PER_SEC);
}

void
sg_grid_complain_slots(void)
{
	ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					errmsg("the curve is out of its type's limits"),
					errdetail("A curve has at most %d slots.", SG_CURVE_MAX_SLOTS)));
}

static uint32
common_divisor(uint32 a, uint32 b)
{
	while (b != 0)
	{
		uint32 rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

uint32
sg_grid_common_step(const SgGrid *a, const SgGrid *b)
{
	uint64 apart = distance(a->start, b->start);
	uint32 step = common_divisor(a->step, b->step);

	if (apart % USECS_PER_SEC != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the slots of the curves do not meet"),
						errdetail("Their starts are apart by a fraction of a second.")));
	return common_divisor(step, (uint32) (apart / USECS_PER_SEC % step));
}

/* The grid between two instants that are whole steps apart. */
static SgGrid
grid_between(TimestampTz start, TimestampTz end, uint32 step)
{
	uint64 count = start < end ? sg_grid_slots(start, end, step) : 0;

	if (count > SG_CURVE_MAX_SLOTS)
		sg_grid_complain_slots();
	return (SgGrid){.start = start, .step = step, .count = (uint32) count};
}

SgGrid
sg_grid_intersect(const SgGrid *a, const SgGrid *b, uint32 step)
{
	return grid_between(Max(a->start, b->start), Min(sg_grid_end(a), sg_grid_end(b)), step);
}

SgGrid
sg_grid_unite(const SgGrid *a, const SgGrid *b, uint32 step)
{
	return grid_between(Min(a->start, b->start), Max(sg_grid_end(a), sg_grid_end(b)), step);
}

SgSlots
sg_grid_view(const SgSlots *slots, const SgGrid *grid)
{
	SgSlots view = *slots;
	uint32 times = slots->head.step / grid->step;
	uint64 before = sg_grid_slots(slots->head.start, grid->start, grid->step);

	view.head.start = grid->start;
	view.head.step = grid->step;
	view.head.count = grid->count;
	if (times == 1 || grid->count == 0)
	{
		view.values += grid->count == 0 ? 0 : before;
		view.nature += grid->count == 0 ? 0 : before;
		return view;
	}
	view.values = palloc(sizeof(int32) * grid->count);
	view.nature = palloc(grid->count);
	for (uint32 i = 0; i < grid->count;)
	{
		uint64 slot = (before + i) / times;
		uint64 until = Min((slot + 1) * times - before, grid->count);

		for (; i < until; i++)
		{
			view.values[i] = slots->values[slot];
			view.nature[i] = slots->nature[slot];
		}
	}
	return view;
}

/* ---- arrays that grow ---- */

bool
sg_room_cover(SgRoom *room, const SgGrid *grid)
{
	uint64 before;
	uint32 slack;

	if (room->size == 0)
	{
		*room = (SgRoom){.grid = *grid, .size = Max(grid->count, 1)};
		return true;
	}
	before = sg_grid_slots(grid->start, room->grid.start, grid->step);
	room->grid = *grid;
	if (before <= room->first && room->first - before + grid->count <= room->size)
	{
		room->first -= (uint32) before;
		return false;
	}
	/* half as much again at either end, so that growing slot by slot copies little */
	slack = grid->count / 2 + 16;
	room->first = slack;
	room->size = grid->count + 2 * slack;
	return true;
}

void *
sg_room_move(void *array, size_t width, const SgRoom *before, const SgRoom *now)
{
	char *moved = palloc0(width * now->size);
	uint64 at;

	if (array == NULL)
		return moved;
	at = now->first + sg_grid_slots(now->grid.start, before->grid.start, now->grid.step);
	memcpy(moved + width * at, (char *) array + width * before->first, width * before->grid.count);
	pfree(array);
	return moved;
}
