/*
 * lay.c
 *	  New intervals laid over a month's segments.
 *
 * A segment has no more decimals and natures than fit. Where what is replaced leaves no room for what replaces it, the
 * month is laid out anew as plain numbers and texts, and packed by what remains.
 */
#include "postgres.h"

#include <math.h>

#include "lay.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

void
sg_lay_complain_steps(void)
{
	ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					errmsg("a month of a curve has more than %d steps", SG_LAY_STEPS)));
}

/* Lays a segment out as plain numbers and texts. */
static void
lay_out(SgLaySegment *segment)
{
	const SgSlots *slots = segment->slots;
	double unit = sg_curve_unit(slots->head.scale);

	segment->watts = palloc(sizeof(double) * Max(slots->head.count, 1));
	segment->natures = palloc(sizeof(char *) * Max(slots->head.count, 1));
	for (uint32 slot = 0; slot < slots->head.count; slot++)
	{
		segment->watts[slot] = slots->values[slot] / unit;
		segment->natures[slot] = sg_curve_nature(slots, slot);
	}
}

/* Makes slots of what is laid out, with the decimals and natures that it has. Raises 22003 and 54000. */
static void
put_in(SgLaySegment *segment)
{
	const SgSlots *old = segment->slots;
	const SgCurveHead *head = &old->head;
	int scale = 0;

	for (uint32 slot = 0; slot < head->count; slot++)
		if (old->nature[slot] != SG_SLOT_MISSING)
			scale = Max(scale, sg_curve_scale_of(segment->watts[slot]));
	segment->slots = sg_curve_make(head->start, head->step, head->count, scale);
	for (uint32 slot = 0; slot < head->count; slot++)
		if (old->nature[slot] != SG_SLOT_MISSING)
			sg_curve_set(segment->slots, slot, segment->watts[slot], segment->natures[slot]);
}

/* The segment of a step; makes an empty one for the whole month if there is none. */
static SgLaySegment *
find_segment(SgLayMonth *month, int32 step)
{
	SgLaySegment *segment;

	for (int i = 0; i < month->count; i++)
		if (month->segments[i].step == step)
			return &month->segments[i];
	if (month->count == SG_LAY_STEPS)
		sg_lay_complain_steps();
	segment = &month->segments[month->count++];
	memset(segment, 0, sizeof(*segment));
	segment->step = step;
	segment->slots = sg_curve_make(month->days.start, step, sg_month_slots(&month->days, step), 0);
	if (month->laid_out)
		lay_out(segment);
	return segment;
}

/* Makes missing every slot of other steps that the interval covers a part of. */
static void
clear_others(SgLayMonth *month, const SgLaySegment *keep, const SgInterval *interval)
{
	TimestampTz end = interval->starts_at + interval->step * USECS_PER_SEC;

	for (int i = 0; i < month->count; i++)
	{
		SgLaySegment *other = &month->segments[i];
		int64 us = other->step * USECS_PER_SEC;
		int64 first = (interval->starts_at - month->days.start) / us;
		int64 last = (end - 1 - month->days.start) / us;

		if (other == keep)
			continue;
		for (int64 slot = first; slot <= last && slot < other->slots->head.count; slot++)
		{
			other->slots->nature[slot] = SG_SLOT_MISSING;
			other->slots->values[slot] = 0;
		}
	}
}

/* The slot that the interval is; it takes up the segment of its step. */
static uint32
find_slot(SgLayMonth *month, const SgInterval *interval)
{
	SgLaySegment *segment = month->last;
	int64 us = interval->step * USECS_PER_SEC;
	int64 offset = interval->starts_at - month->days.start;

	/* most often it follows the one before */
	if (segment != NULL && segment->step == interval->step &&
		sg_curve_slot_start(&segment->slots->head, month->next) == interval->starts_at)
	{
		if (month->next < segment->slots->head.count)
			return month->next;
	}
	else
		segment = find_segment(month, interval->step);
	if (offset % us != 0 || offset / us >= segment->slots->head.count)
		ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
						errmsg("the interval at %s does not fit into the steps of its month",
							   timestamptz_to_str(interval->starts_at)),
						errdetail("Its step is %d seconds.", interval->step)));
	month->last = segment;
	return (uint32) (offset / us);
}

/* Gives the slots more decimals; false if a value has no room for them. */
static bool
rescale(SgSlots *slots, int scale)
{
	int64 more = (int64) sg_curve_unit(scale - slots->head.scale);

	for (uint32 i = 0; i < slots->head.count; i++)
		if (slots->values[i] * more < PG_INT32_MIN || slots->values[i] * more > PG_INT32_MAX)
			return false;
	sg_curve_rescale(slots, scale);
	return true;
}

static bool
has_nature(const SgNatures *natures, const char *nature)
{
	for (int i = 0; i < natures->n; i++)
		if (strcmp(natures->text[i], nature) == 0)
			return true;
	return nature[0] == '\0';
}

/* Sets a slot, which may take more decimals; false if there is no room for them, or for one more nature. */
static bool
set_slot(SgSlots *slots, uint32 slot, const SgInterval *interval)
{
	double unit = sg_curve_unit(slots->head.scale);
	double mantissa = rint(interval->watts * unit);

	if (mantissa / unit != interval->watts)
	{
		int scale = sg_curve_scale_of(interval->watts);

		if (scale > slots->head.scale && !rescale(slots, scale))
			return false;
		mantissa = rint(interval->watts * sg_curve_unit(slots->head.scale));
	}
	if (!(mantissa >= PG_INT32_MIN && mantissa <= PG_INT32_MAX))
		return false;
	if (slots->head.natures.n == SG_NATURE_MAX &&
		!has_nature(&slots->head.natures, interval->nature))
		return false;
	sg_curve_set(slots, slot, interval->watts, interval->nature);
	return true;
}

static bool
lay_interval(SgLayMonth *month, const SgInterval *interval)
{
	uint32 slot = find_slot(month, interval);
	SgLaySegment *segment = month->last;

	if (month->laid_out)
	{
		segment->watts[slot] = interval->watts;
		segment->natures[slot] = interval->nature;
		segment->slots->nature[slot] = 0;
	}
	else if (!set_slot(segment->slots, slot, interval))
		return false;
	month->next = slot + 1;
	if (month->count > 1)
		clear_others(month, segment, interval);
	return true;
}

static bool
lay_intervals(SgLayMonth *month, const SgInterval *intervals, int count)
{
	for (int i = 0; i < count; i++)
		if (!lay_interval(month, &intervals[i]))
			return false;
	return true;
}

/* Goes back to what is stored, without the limits of a curve. */
static void
start_again(SgLayMonth *month)
{
	month->count = month->stored;
	month->last = NULL;
	month->laid_out = true;
	for (int i = 0; i < month->count; i++)
	{
		month->segments[i].slots = sg_curve_unpack(month->segments[i].before);
		lay_out(&month->segments[i]);
	}
}

static int
compare_turns(const void *a, const void *b)
{
	const SgInterval *x = a;
	const SgInterval *y = b;

	return x->turn < y->turn ? -1 : x->turn > y->turn;
}

/* The intervals in the order in which they came: of several steps, one takes the place of all that it overlaps. */
static const SgInterval *
in_turn(const SgInterval *intervals, int count)
{
	SgInterval *sorted;
	int i = 1;

	while (i < count && intervals[i].step == intervals[0].step)
		i++;
	if (i >= count)
		return intervals;
	sorted = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(SgInterval) * count);
	memcpy(sorted, intervals, sizeof(SgInterval) * count);
	qsort(sorted, count, sizeof(SgInterval), compare_turns);
	return sorted;
}

void
sg_lay(SgLayMonth *month, const SgInterval *intervals, int count)
{
	intervals = in_turn(intervals, count);
	if (lay_intervals(month, intervals, count))
		return;
	start_again(month);
	(void) lay_intervals(month, intervals, count);
	for (int i = 0; i < month->count; i++)
		put_in(&month->segments[i]);
}
