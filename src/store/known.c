/*
 * known.c
 *	  The stored load curves as they were known at an instant.
 *
 * A segment of the past is the segment of today, its later revisions undone from the newest to the oldest, without
 * the days that came later. Memory is bounded by one unpacked month, and a page of its revisions.
 */
#include "postgres.h"

#include "base/clock.h"
#include "base/curve.h"
#include "known.h"
#include "miscadmin.h"
#include "month.h"
#include "reader.h"
#include "revision.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

/* Takes back what came later than the wanted instant. */
static void
go_back(SgPast *past, const SgSegmentRow *row, const SgSlots *slots, TimestampTz at)
{
	SgSegmentKey key = {TextDatumGetCString(row->point_id), TextDatumGetCString(row->direction),
						row->month, row->step};
	SgMonth month;
	SgArrivals arrivals;

	sg_month_set(&month, row->month);
	sg_arrivals_read(&arrivals, &month, slots, row->arrived);
	sg_past_undo(past, &key, &slots->head, at);
	for (int day = 0; day < arrivals.days; day++)
		if (arrivals.at[day] > at)
			memset(past->known + arrivals.first[day], false,
				   arrivals.first[day + 1] - arrivals.first[day]);
}

static void
emit_segment(const SgKnownWish *wish, const SgSegmentRow *row, SgEmit emit, void *arg)
{
	SgSlots *slots = sg_curve_unpack(PG_DETOAST_DATUM_PACKED(row->curve));
	uint32 until = sg_curve_first_slot(&slots->head, wish->until);
	Datum values[SG_CURVE_COLUMNS];
	bool nulls[SG_CURVE_COLUMNS];
	Interval step;
	SgPast past;

	sg_past_begin(&past, slots);
	/* most segments have not changed since */
	if (row->updated_at > wish->at)
		go_back(&past, row, slots, wish->at);
	for (uint32 slot = sg_curve_first_slot(&slots->head, wish->from); slot < until; slot++)
	{
		if (!past.known[slot])
			continue;
		sg_reader_columns(row, sg_curve_slot_start(&slots->head, slot), past.watts[slot],
						  past.nature[slot], &step, values, nulls);
		emit(arg, &sg_relation_load_curve, values, nulls);
	}
}

void
sg_known_read(const SgKnownWish *wish, SgEmit emit, void *arg)
{
	SgSegmentReader *reader = sg_reader_make(InvalidOid);
	SgSegmentWish segments = {
		.any_point = wish->any_point,
		.points = wish->points,
		.any_direction = true,
		.days = {sg_clock_day_of(wish->from), sg_clock_day_of(wish->until) + 1},
		.emptied = true,
		.order = SG_SEGMENTS_SORTED};
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid segment", ALLOCSET_DEFAULT_SIZES);
	SgSegmentRow row;

	sg_reader_start(reader, &segments, GetActiveSnapshot());
	while (sg_reader_next(reader, &row))
	{
		MemoryContext old = MemoryContextSwitchTo(context);

		CHECK_FOR_INTERRUPTS();
		emit_segment(wish, &row, emit, arg);
		MemoryContextSwitchTo(old);
		MemoryContextReset(context);
	}
	sg_reader_stop(reader);
	MemoryContextDelete(context);
}
