/*
 * reshape.c
 *	  A curve with other slots.
 */
#include "postgres.h"

#include "base/compat.h"
#include "power.h"
#include "reshape.h"
#include "utils/timestamp.h"

SgSlots
sg_reshape_slice(const SgSlots *slots, TimestampTz from, TimestampTz until)
{
	SgGrid grid = sg_grid_of(&slots->head);
	SgSlots slice = *slots;
	TimestampTz end = sg_grid_end(&grid);
	uint32 first = 0;
	uint32 past = 0;

	/* the first slot that begins at "from" or later, and the first that ends after "until" */
	if (from >= end)
		first = grid.count;
	else if (from > grid.start)
		first = (uint32) sg_grid_slots(grid.start, from + grid.step * USECS_PER_SEC - 1, grid.step);
	if (until >= end)
		past = grid.count;
	else if (until > grid.start)
		past = (uint32) sg_grid_slots(grid.start, until, grid.step);
	slice.head.start = sg_curve_slot_start(&slots->head, first);
	slice.head.count = past > first ? past - first : 0;
	slice.values += first;
	slice.nature += first;
	return slice;
}

/* ---- another step ---- */

/* The slots of "step" that begin whole steps from the origin and span the curve. */
static SgGrid
span_from(const SgSlots *slots, uint32 step, TimestampTz origin)
{
	SgGrid own = sg_grid_of(&slots->head);
	SgGrid anchor = {.start = origin, .step = step};
	uint32 rest = (uint32) (sg_grid_slots(origin, own.start, 1) % step);
	TimestampTz end = sg_grid_end(&own);
	SgGrid grid = {.step = step};
	uint64 count;

	/* complains of a fraction of a second */
	(void) sg_grid_common_step(&own, &anchor);
	/* an origin after the start is as far from it, the other way round */
	if (origin > own.start && rest > 0)
		rest = step - rest;
	grid.start = own.count == 0 ? own.start : own.start - rest * USECS_PER_SEC;
	count = sg_grid_slots(grid.start, end, step);
	count += sg_grid_slots(grid.start, end, 1) > count * step ? 1 : 0;
	if (count > SG_CURVE_MAX_SLOTS)
		sg_grid_complain_slots();
	grid.count = (uint32) count;
	return grid;
}

/* A slot of the result being made of parts. */
typedef struct Part
{
	int64 sum; /* of value times seconds */
	int64 seconds;
	uint8 nature;
	bool missing;
} Part;

static void
add_part(Part *part, const SgSlots *slots, int64 slot, int64 seconds)
{
	uint8 nature = slots->nature[slot];

	if (nature == SG_SLOT_MISSING)
		part->missing = true;
	part->sum += slots->values[slot] * seconds;
	part->nature = part->seconds == 0 || part->nature == nature ? nature : 0;
	part->seconds += seconds;
}

/* What of the curve lies in a slot: "from" seconds from the curve's start. */
static Part
gather_part(const SgSlots *slots, int64 from, uint32 step)
{
	int64 length = slots->head.step;
	int64 until = Min(from + step, slots->head.count * length);
	Part part = {0};

	for (int64 at = Max(from, 0); at < until;)
	{
		int64 slot = at / length;
		int64 next = Min((slot + 1) * length, until);

		add_part(&part, slots, slot, next - at);
		at = next;
	}
	part.missing |= part.seconds < step;
	return part;
}

SgSlots *
sg_reshape_resample(const SgSlots *slots, uint32 step, TimestampTz origin)
{
	SgGrid grid = span_from(slots, step, origin);
	SgSlots *result = sg_curve_make(grid.start, step, grid.count, 0);
	int64 *sums = palloc0(sizeof(int64) * Max(grid.count, 1));
	int64 *seconds = palloc0(sizeof(int64) * Max(grid.count, 1));
	int64 before = (int64) sg_grid_slots(grid.start, slots->head.start, 1);

	result->head.natures = slots->head.natures;
	for (uint32 i = 0; i < grid.count; i++)
	{
		Part part = gather_part(slots, (int64) i * step - before, step);

		if (part.missing)
			continue;
		result->nature[i] = part.nature;
		sums[i] = part.sum;
		seconds[i] = part.seconds;
	}
	sg_power_settle_quotients(result, sums, seconds, slots->head.scale);
	pfree(sums);
	pfree(seconds);
	return result;
}

/* ---- holes ---- */

/*
 * Fills the hole that begins at "first" and ends before "past". Each value is a quotient; a mean with
 * weights for the line.
 */
static void
fill_hole(SgSlots *result, int64 *numbers, int64 *divisors, SgFilling filling, uint32 first,
		  uint32 past)
{
	int64 length = past - first + 1;
	int64 before = first > 0 ? numbers[first - 1] : 0;
	int64 after = past < result->head.count ? numbers[past] : 0;

	if (filling != SG_FILL_ZERO && first == 0)
		return;
	if (filling == SG_FILL_LINEAR && past == result->head.count)
		return;
	for (uint32 i = first; i < past; i++)
	{
		int64 part = i - first + 1;

		result->nature[i] = 0;
		if (filling == SG_FILL_PREVIOUS)
			numbers[i] = before;
		else if (filling == SG_FILL_LINEAR)
		{
			numbers[i] = before * (length - part) + after * part;
			divisors[i] = length;
		}
	}
}

SgSlots *
sg_reshape_fill(const SgSlots *slots, SgFilling filling, uint32 longest)
{
	uint32 count = slots->head.count;
	SgSlots *result = sg_curve_make(slots->head.start, slots->head.step, count, 0);
	int64 *numbers = palloc(sizeof(int64) * Max(count, 1));
	int64 *divisors = palloc(sizeof(int64) * Max(count, 1));
	uint32 past;

	result->head.natures = slots->head.natures;
	memcpy(result->nature, slots->nature, count);
	for (uint32 i = 0; i < count; i++)
	{
		numbers[i] = slots->values[i];
		divisors[i] = 1;
	}
	for (uint32 i = 0; i < count; i = past)
	{
		past = i + 1;
		if (slots->nature[i] != SG_SLOT_MISSING)
			continue;
		while (past < count && slots->nature[past] == SG_SLOT_MISSING)
			past++;
		if (past - i <= longest)
			fill_hole(result, numbers, divisors, filling, i, past);
	}
	sg_power_settle_quotients(result, numbers, divisors, slots->head.scale);
	pfree(numbers);
	pfree(divisors);
	return result;
}
