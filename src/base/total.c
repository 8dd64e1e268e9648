/*
 * total.c
 *	  Running totals over curves.
 *
 * Most curves that are added to each other have one grid, one scale and few missing slots: then adding
 * is one loop over two arrays. A curve that has a value in every slot of the total is only counted, not
 * noted in each.
 */
#include "postgres.h"

#include <math.h>

#include "base/compat.h"
#include "power.h"
#include "total.h"

/* Sums stay below this, which is less than 64 bits hold by more than a double can be wrong. */
#define SUM_LIMIT 9e18

SgTotal *
sg_total_make(SgTotalKind kind)
{
	SgTotal *total = palloc0(sizeof(SgTotal));

	total->kind = kind;
	return total;
}

/* What a slot holds before there is a value. */
static int64
neutral(SgTotalKind kind)
{
	if (kind == SG_TOTAL_SUM)
		return 0;
	return kind == SG_TOTAL_MIN ? PG_INT64_MAX : PG_INT64_MIN;
}

static uint32
value_count(const SgTotal *total, uint32 slot)
{
	return total->everywhere + total->others[total->room.first + slot];
}

/* ---- the grid and the scale ---- */

/* Notes the curves that are everywhere in each slot, because the grid will no longer be theirs. */
static void
note_everywhere(SgTotal *total)
{
	uint32 *others = total->others + total->room.first;

	for (uint32 i = 0; i < total->room.grid.count && total->everywhere > 0; i++)
		others[i] += total->everywhere;
	total->everywhere = 0;
}

/* Makes the arrays hold a grid that contains theirs, on the same step. */
static void
cover(SgTotal *total, const SgGrid *grid)
{
	SgRoom before = total->room;
	int64 none = neutral(total->kind);

	if (total->numbers != NULL && before.grid.count != grid->count)
		note_everywhere(total);
	if (!sg_room_cover(&total->room, grid))
		return;
	total->others = sg_room_move(total->others, sizeof(uint32), &before, &total->room);
	total->numbers = sg_room_move(total->numbers, sizeof(int64), &before, &total->room);
	for (uint32 i = 0; i < total->room.size && none != 0; i++)
		if (total->others[i] == 0)
			total->numbers[i] = none;
}

/* Cuts each slot into shorter ones. */
static void
shorten_step(SgTotal *total, uint32 step)
{
	SgRoom room = total->room;
	uint32 times = room.grid.step / step;
	uint64 count = (uint64) room.grid.count * times;
	int64 *numbers;
	uint32 *others;

	if (times == 1)
		return;
	if (count > SG_CURVE_MAX_SLOTS)
		sg_grid_complain_slots();
	numbers = palloc(sizeof(int64) * count);
	others = palloc(sizeof(uint32) * count);
	for (uint32 i = 0; i < count; i++)
	{
		numbers[i] = total->numbers[room.first + i / times];
		others[i] = total->others[room.first + i / times];
	}
	pfree(total->numbers);
	pfree(total->others);
	total->numbers = numbers;
	total->others = others;
	total->room.grid.step = step;
	total->room.grid.count = total->room.size = (uint32) count;
	total->room.first = 0;
}

/* The largest of the numbers, without sign. */
static double
top_number(const SgTotal *total)
{
	double top = 0;

	for (uint32 i = 0; i < total->room.grid.count; i++)
		if (value_count(total, i) > 0)
			top = Max(top, fabs((double) total->numbers[total->room.first + i]));
	return top;
}

/*
 * Makes room for numbers of at most "top", after all were multiplied. The bound that is kept is cheap and
 * too high; where it does not do, the numbers are looked at.
 */
static void
check_bound(SgTotal *total, double times, double top)
{
	if (total->bound * times + top > SUM_LIMIT)
		total->bound = top_number(total);
	if (total->bound * times + top > SUM_LIMIT)
		sg_power_complain_range((total->bound * times + top) / sg_curve_unit(total->scale) / times);
	total->bound = total->bound * times + top;
}

static void
raise_scale(SgTotal *total, int scale)
{
	int64 times = sg_power_ten(scale - total->scale);

	if (times == 1)
		return;
	check_bound(total, (double) times, 0);
	for (uint32 i = 0; i < total->room.grid.count; i++)
		if (value_count(total, i) > 0)
			total->numbers[total->room.first + i] *= times;
	total->scale = scale;
}

/*
 * Prepares the total for numbers on such a grid and scale: gives it a step and a scale that both have,
 * and a span that holds both.
 */
static void
admit(SgTotal *total, const SgGrid *grid, int scale)
{
	if (!total->started || (total->room.grid.count == 0 && grid->count > 0))
	{
		/* a span of no slots has no place in time, and any scale */
		if (total->numbers != NULL)
		{
			pfree(total->numbers);
			pfree(total->others);
		}
		*total = (SgTotal){.kind = total->kind, .started = true, .scale = scale};
		cover(total, grid);
	}
	else
	{
		uint32 step = sg_grid_common_step(&total->room.grid, grid);
		SgGrid span = sg_grid_unite(&total->room.grid, grid, step);

		shorten_step(total, step);
		cover(total, &span);
		raise_scale(total, Max(scale, total->scale));
	}
}

/* Of totals of nothing but curves without slots, the first start and the shortest step are kept. */
static bool
is_empty(SgTotal *total, const SgGrid *grid)
{
	if (grid->count > 0)
		return false;
	if (!total->started)
		admit(total, grid, 0);
	else if (total->room.grid.count == 0)
	{
		total->room.grid.start = Min(total->room.grid.start, grid->start);
		total->room.grid.step = Min(total->room.grid.step, grid->step);
	}
	return true;
}

/* ---- a curve is added ---- */

/* The largest of the values, without sign. */
static double
top_value(const SgSlots *slots)
{
	int64 low = 0;
	int64 high = 0;

	for (uint32 i = 0; i < slots->head.count; i++)
	{
		low = Min(low, slots->values[i]);
		high = Max(high, slots->values[i]);
	}
	return (double) Max(high, -low);
}

static void
add_numbers(SgTotal *total, int64 *restrict numbers, const SgSlots *slots, int64 times)
{
	const int32 *restrict values = slots->values;
	double most = -(double) PG_INT32_MIN * (double) times;

	/* a missing slot's value is 0 */
	check_bound(total, 1,
				total->bound + most > SUM_LIMIT ? top_value(slots) * (double) times : most);
	if (times == 1)
		for (uint32 i = 0; i < slots->head.count; i++)
			numbers[i] += values[i];
	else
		for (uint32 i = 0; i < slots->head.count; i++)
			numbers[i] += values[i] * times;
}

static void
keep_extreme(SgTotal *total, int64 *restrict numbers, const SgSlots *slots, int64 times)
{
	bool least = total->kind == SG_TOTAL_MIN;
	int64 none = neutral(total->kind);

	for (uint32 i = 0; i < slots->head.count; i++)
	{
		bool missing = slots->nature != NULL && slots->nature[i] == SG_SLOT_MISSING;
		int64 value = missing ? none : slots->values[i] * times;

		numbers[i] = least ? Min(numbers[i], value) : Max(numbers[i], value);
	}
}

static void
count_values(SgTotal *total, uint32 *restrict others, const SgSlots *slots)
{
	const uint8 *restrict nature = slots->nature;

	if (nature == NULL && slots->head.count == total->room.grid.count)
		total->everywhere++;
	else if (nature == NULL)
		for (uint32 i = 0; i < slots->head.count; i++)
			others[i]++;
	else
		for (uint32 i = 0; i < slots->head.count; i++)
			others[i] += nature[i] != SG_SLOT_MISSING;
}

/* The slots on a shorter step, all of them. */
static SgSlots
cut_slots(const SgSlots *slots, uint32 step)
{
	uint32 times = slots->head.step / step;
	SgSlots cut = *slots;

	cut.head.step = step;
	cut.head.count *= times;
	cut.values = palloc(sizeof(int32) * cut.head.count);
	cut.nature = slots->nature == NULL ? NULL : palloc(cut.head.count);
	for (uint32 i = 0; i < cut.head.count; i++)
		cut.values[i] = slots->values[i / times];
	for (uint32 i = 0; i < cut.head.count && cut.nature != NULL; i++)
		cut.nature[i] = slots->nature[i / times];
	return cut;
}

void
sg_total_add(SgTotal *total, const SgSlots *slots)
{
	SgGrid grid = sg_grid_of(&slots->head);
	SgSlots cut = *slots;
	uint64 at;
	int64 times;

	if (is_empty(total, &grid))
		return;
	admit(total, &grid, slots->head.scale);
	if (slots->head.step != total->room.grid.step)
		cut = cut_slots(slots, total->room.grid.step);
	at = total->room.first + sg_grid_slots(total->room.grid.start, grid.start, cut.head.step);
	times = sg_power_ten(total->scale - slots->head.scale);
	if (total->kind == SG_TOTAL_SUM)
		add_numbers(total, total->numbers + at, &cut, times);
	else
		keep_extreme(total, total->numbers + at, &cut, times);
	count_values(total, total->others + at, &cut);
	if (cut.values == slots->values)
		return;
	pfree(cut.values);
	if (cut.nature != NULL)
		pfree(cut.nature);
}

void
sg_total_merge(SgTotal *total, SgTotal *other)
{
	int64 *numbers;
	uint32 *others;

	if (!other->started || is_empty(total, &other->room.grid))
		return;
	admit(total, &other->room.grid, other->scale);
	shorten_step(other, total->room.grid.step);
	raise_scale(other, total->scale);
	note_everywhere(other);
	if (total->kind == SG_TOTAL_SUM)
		check_bound(total, 1, top_number(other));
	numbers = total->numbers + total->room.first;
	others = total->others + total->room.first;
	numbers += sg_grid_slots(total->room.grid.start, other->room.grid.start, other->room.grid.step);
	others += sg_grid_slots(total->room.grid.start, other->room.grid.start, other->room.grid.step);
	for (uint32 i = 0; i < other->room.grid.count; i++)
	{
		int64 number = other->numbers[other->room.first + i];

		others[i] += other->others[other->room.first + i];
		if (total->kind == SG_TOTAL_SUM)
			numbers[i] += number;
		else if (total->kind == SG_TOTAL_MIN)
			numbers[i] = Min(numbers[i], number);
		else
			numbers[i] = Max(numbers[i], number);
	}
}

/* ---- what comes out ---- */

/* A curve with the total's slots, and the numbers, 0 where there is no value. */
static SgSlots *
begin_result(const SgTotal *total, int64 **numbers)
{
	const SgGrid *grid = &total->room.grid;
	SgSlots *slots = sg_curve_make(grid->start, grid->step, grid->count, 0);

	*numbers = palloc0(sizeof(int64) * Max(grid->count, 1));
	for (uint32 i = 0; i < grid->count; i++)
		if (value_count(total, i) > 0)
		{
			slots->nature[i] = 0;
			(*numbers)[i] = total->numbers[total->room.first + i];
		}
	return slots;
}

SgSlots *
sg_total_value(const SgTotal *total)
{
	int64 *numbers;
	SgSlots *slots = begin_result(total, &numbers);

	sg_power_settle(slots, numbers, total->scale);
	pfree(numbers);
	return slots;
}

SgSlots *
sg_total_mean(const SgTotal *total)
{
	int64 *numbers;
	SgSlots *slots = begin_result(total, &numbers);
	int64 *counts = palloc(sizeof(int64) * Max(slots->head.count, 1));

	for (uint32 i = 0; i < slots->head.count; i++)
		counts[i] = value_count(total, i);
	sg_power_settle_quotients(slots, numbers, counts, total->scale);
	pfree(counts);
	pfree(numbers);
	return slots;
}
