/*
 * month.c
 *	  The civil month of a segment, its days, and when readings of each came first.
 *
 * The array has an element for each day. Where one instant is that of all days that ever had readings, and each
 * of them still has one, the curve tells which days those are: the array is then that instant alone.
 */
#include "postgres.h"

#include "base/clock.h"
#include "catalog/pg_type.h"
#include "month.h"
#include "utils/array.h"
#include "utils/timestamp.h"

void
sg_month_set(SgMonth *month, DateADT day)
{
	DateADT next = sg_clock_month(day, 1);

	month->day = day;
	month->days = next - day;
	month->start = sg_clock_day_start(day);
	month->end = sg_clock_day_start(next);
}

uint32
sg_month_slots(const SgMonth *month, int32 step)
{
	return (uint32) ((month->end - month->start) / (step * USECS_PER_SEC));
}

/* A slot belongs to the day in which it begins. */
static void
set_days(SgArrivals *arrivals, const SgMonth *month, const SgCurveHead *head)
{
	int64 us = head->step * USECS_PER_SEC;

	arrivals->days = month->days;
	for (int i = 0; i < month->days; i++)
	{
		int64 slot = (sg_clock_day_start(month->day + i) - head->start + us - 1) / us;

		arrivals->first[i] = (uint32) Min(slot, head->count);
	}
	arrivals->first[month->days] = head->count;
}

static bool
has_values(const SgArrivals *arrivals, const SgSlots *slots, int day)
{
	for (uint32 slot = arrivals->first[day]; slot < arrivals->first[day + 1]; slot++)
		if (slots->nature[slot] != SG_SLOT_MISSING)
			return true;
	return false;
}

void
sg_arrivals_read(SgArrivals *arrivals, const SgMonth *month, const SgSlots *slots, Datum arrived)
{
	Datum *values;
	bool *nulls;
	int count;

	set_days(arrivals, month, &slots->head);
	deconstruct_array(DatumGetArrayTypeP(arrived), TIMESTAMPTZOID, sizeof(TimestampTz),
					  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &values, &nulls, &count);
	if (count != 1 && count != month->days)
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
						errmsg("a row of switchgrid.curve_segment has the arrivals of %d days, "
							   "where its month has %d",
							   count, month->days)));
	for (int i = 0; i < month->days; i++)
	{
		int element = count == 1 ? 0 : i;

		if (count > 1 && !nulls[element])
			arrivals->at[i] = DatumGetTimestampTz(values[element]);
		else if (!has_values(arrivals, slots, i))
			arrivals->at[i] = SG_NEVER;
		else
			arrivals->at[i] = nulls[element] ? DT_NOBEGIN : DatumGetTimestampTz(values[element]);
	}
}

Datum
sg_arrivals_once(TimestampTz at)
{
	Datum value = TimestampTzGetDatum(at);

	return PointerGetDatum(construct_array(&value, 1, TIMESTAMPTZOID, sizeof(TimestampTz),
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

Datum
sg_arrivals_array(const SgArrivals *arrivals, const SgSlots *slots)
{
	Datum values[SG_MONTH_DAYS];
	bool nulls[SG_MONTH_DAYS];
	int lower = 1;
	int days = arrivals->days;
	TimestampTz once = SG_NEVER;
	bool same = true;

	for (int i = 0; i < days; i++)
	{
		values[i] = TimestampTzGetDatum(arrivals->at[i]);
		nulls[i] = arrivals->at[i] == SG_NEVER;
		if (nulls[i])
			continue;
		if (once == SG_NEVER)
			once = arrivals->at[i];
		same = same && arrivals->at[i] == once && has_values(arrivals, slots, i);
	}
	if (same && once != SG_NEVER)
		return sg_arrivals_once(once);
	return PointerGetDatum(construct_md_array(values, nulls, 1, &days, &lower, TIMESTAMPTZOID,
											  sizeof(TimestampTz), FLOAT8PASSBYVAL,
											  TYPALIGN_DOUBLE));
}
