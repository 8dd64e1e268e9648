/*
 * group.c
 *	  Answers that are stored together, in one short transaction.
 */
#include "postgres.h"

#include "attempt.h"
#include "base/clock.h"
#include "group.h"
#include "store/coverage.h"
#include "store/daily.h"
#include "store/segment.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/*
 * Days this recent that are not whole are expected to be completed; late collection rarely takes longer
 * than a week.
 */
#define LATE_DAYS 8
/* They are asked again after this: new data comes once a day, some hours after eight. */
#define LATE_RETRY (6 * USECS_PER_HOUR)

typedef struct Item
{
	SgAnswer answer;
	SgInterval *intervals; /* of a load curve */
	SgDailyValue *values;  /* of daily values */
	int count;
} Item;

struct SgGroup
{
	MemoryContext context;
	List *items;
	/* the answer that is being read */
	Item *reading;
	int room;
	SgAnswer answer;
};

SgGroup *
sg_group_make(void)
{
	SgGroup *group = palloc0(sizeof(SgGroup));

	group->context =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid group", ALLOCSET_DEFAULT_SIZES);
	return group;
}

int
sg_group_size(const SgGroup *group)
{
	return list_length(group->items);
}

SgAnswer *
sg_group_answer(SgGroup *group)
{
	return &group->answer;
}

/* The array with room for one more row of so many bytes. */
static void *
grow(SgGroup *group, void *rows, size_t width)
{
	if (group->reading->count < group->room)
		return rows;
	group->room = Max(group->room * 2, 512);
	return rows == NULL ? palloc(width * group->room) : repalloc(rows, width * group->room);
}

static void
take_interval(SgGroup *group, const Datum *values, const bool *nulls)
{
	Item *item = group->reading;
	SgInterval *interval;

	item->intervals = grow(group, item->intervals, sizeof(SgInterval));
	interval = &item->intervals[item->count];
	interval->turn = item->count++;
	interval->starts_at = DatumGetTimestampTz(values[SG_CURVE_STARTS_AT]);
	interval->step = (int32) (DatumGetIntervalP(values[SG_CURVE_STEP])->time / USECS_PER_SEC);
	interval->watts = DatumGetFloat8(values[SG_CURVE_WATTS]);
	interval->nature[0] = '\0';
	if (!nulls[SG_CURVE_NATURE])
		text_to_cstring_buffer(DatumGetTextPP(values[SG_CURVE_NATURE]), interval->nature,
							   sizeof(interval->nature));
}

static void
take_daily(SgGroup *group, const Datum *values)
{
	Item *item = group->reading;
	SgDailyValue *value;

	item->values = grow(group, item->values, sizeof(SgDailyValue));
	value = &item->values[item->count++];
	value->day = DatumGetDateADT(values[SG_DAILY_DAY]);
	value->wh = DatumGetFloat8(values[SG_DAILY_WH]);
}

static void
begin_reading(SgGroup *group)
{
	group->reading = palloc0(sizeof(Item));
	group->room = 0;
}

void
sg_group_emit(void *arg, const Datum *values, const bool *nulls)
{
	SgGroup *group = arg;
	MemoryContext old = MemoryContextSwitchTo(group->context);

	if (group->reading == NULL)
		begin_reading(group);
	if (group->answer.request.endpoint->relation == &sg_relation_load_curve)
		take_interval(group, values, nulls);
	else
		take_daily(group, values);
	MemoryContextSwitchTo(old);
}

void
sg_group_add(SgGroup *group)
{
	MemoryContext old = MemoryContextSwitchTo(group->context);

	if (group->reading == NULL)
		begin_reading(group);
	group->reading->answer = group->answer;
	/* a body that is cut short may have given rows before: they are not kept */
	if (group->answer.fault.kind != SG_FAULT_NONE)
		group->reading->count = 0;
	if (group->reading->intervals != NULL)
		group->reading->count = sg_segment_sort(group->reading->intervals, group->reading->count);
	group->items = lappend(group->items, group->reading);
	group->reading = NULL;
	MemoryContextSwitchTo(old);
}

/* The minutes of each day that an item's intervals cover; they are in order, and may overlap. */
static void
count_interval_minutes(const Item *item, SgDays days, int *minutes)
{
	for (int i = 0; i < item->count; i++)
	{
		const SgInterval *interval = &item->intervals[i];
		DateADT day = sg_clock_day_of(interval->starts_at);
		int64 us = interval->step * USECS_PER_SEC;

		if (i + 1 < item->count)
			us = Min(us, interval[1].starts_at - interval->starts_at);
		if (day >= days.from && day < days.until)
			minutes[day - days.from] += (int) (us / USECS_PER_MINUTE);
	}
}

/* The minutes that an item measured on each of its days. */
static int *
count_minutes(const Item *item)
{
	SgDays days = item->answer.request.days;
	int *minutes = palloc0(sizeof(int) * Max(sg_days_count(days), 1));

	if (item->intervals != NULL)
		count_interval_minutes(item, days, minutes);
	else
		for (int i = 0; i < item->count; i++)
			if (item->values[i].day >= days.from && item->values[i].day < days.until)
				minutes[item->values[i].day - days.from] =
					sg_clock_day_minutes(item->values[i].day);
	return minutes;
}

/* What the answer says of each of its days. */
static SgDayState *
judge_days(const Item *item, DateADT today)
{
	SgDays days = item->answer.request.days;
	int n = sg_days_count(days);
	int *minutes = count_minutes(item);
	SgDayState *states = palloc(sizeof(SgDayState) * Max(n, 1));

	for (int i = 0; i < n; i++)
	{
		DateADT day = days.from + i;

		if (minutes[i] >= sg_clock_day_minutes(day))
			states[i] = SG_DAY_HELD;
		else if (day >= today - LATE_DAYS)
			states[i] = SG_DAY_LATE;
		else
			states[i] = minutes[i] > 0 ? SG_DAY_HELD : SG_DAY_EMPTY;
	}
	pfree(minutes);
	return states;
}

static SgSeries
series_of(const SgRequest *request, const char *server)
{
	return (SgSeries){server, request->point, request->endpoint->relation->name,
					  request->endpoint->direction};
}

static void
store_rows(const Item *item)
{
	const SgRequest *request = &item->answer.request;

	if (item->intervals != NULL && item->count > 0)
		sg_segment_merge(request->point, request->endpoint->direction, item->intervals,
						 item->count);
	if (item->values != NULL && item->count > 0)
		sg_daily_merge(request->point, request->endpoint->direction, item->values, item->count);
}

/* Writes one answer: rows and what is known of its days, or why it could not be had. */
static void
store_item(const Item *item, const char *server, TimestampTz now)
{
	SgSeries series = series_of(&item->answer.request, server);
	SgDays days = item->answer.request.days;
	const SgFault *fault = &item->answer.fault;

	if (fault->kind == SG_FAULT_NONE || fault->kind == SG_FAULT_EMPTY)
	{
		store_rows(item);
		sg_coverage_settle(&series, days, judge_days(item, sg_clock_day_of(now)), now,
						   now + LATE_RETRY);
	}
	else if (fault->kind == SG_FAULT_FLOOR)
		sg_coverage_floor(&series, days.until);
	else
		sg_coverage_open(&series, days, fault, now);
}

void
sg_group_forget(SgGroup *group)
{
	group->reading = NULL;
}

typedef struct Storing
{
	const Item *item;
	const char *server;
	TimestampTz now;
} Storing;

static void
store_attempt(void *arg)
{
	const Storing *storing = arg;

	store_item(storing->item, storing->server, storing->now);
}

/* Stores one answer; if that cannot be done, stores the reason instead, and holds nothing else back. */
static void
store_or_note(Item *item, const char *server, TimestampTz now)
{
	Storing storing = {item, server, now};
	ErrorData *error = sg_attempt(store_attempt, &storing);

	if (error == NULL)
		return;
	/* without rights on the tables every answer would fail the same way */
	if (ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION)
		ReThrowError(error);
	item->count = 0;
	sg_fault_clear(&item->answer.fault);
	sg_fault_set(&item->answer.fault, SG_FAULT_VALUE, "%s", error->message);
	store_item(item, server, now);
}

/* One order for all runs, so that their locks never wait in a circle; and a month's windows side by side. */
static int
compare_items(const ListCell *a, const ListCell *b)
{
	const SgRequest *x = &((const Item *) lfirst(a))->answer.request;
	const SgRequest *y = &((const Item *) lfirst(b))->answer.request;
	int order = strcmp(x->point, y->point);

	if (order == 0)
		order = strcmp(x->endpoint->direction, y->endpoint->direction);
	return order != 0 ? order : x->days.from - y->days.from;
}

void
sg_group_store(SgGroup *group, const char *server, TimestampTz now)
{
	MemoryContext old = MemoryContextSwitchTo(group->context);
	ListCell *cell;

	list_sort(group->items, compare_items);
	foreach (cell, group->items)
		store_or_note(lfirst(cell), server, now);
	MemoryContextSwitchTo(old);
	MemoryContextReset(group->context);
	group->items = NIL;
	group->reading = NULL;
}
