/*
 * group.c
 *	  Answers that are stored together, in one short transaction.
 */
#include "postgres.h"

#include "attempt.h"
#include "base/clock.h"
#include "group.h"
#include "store/ask.h"
#include "store/coverage.h"
#include "store/facts.h"
#include "store/order.h"
#include "store/policy.h"
#include "store/rows.h"
#include "store/segment.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* A group is written when it has so many answers, or is so large: little is lost, little is written twice. */
#define GROUP_ANSWERS 32
#define GROUP_BYTES (8 * 1024 * 1024)
/* What is ordered is billed each time: once a day, with the day that is new then. */
#define ORDERED_LATE_RETRY USECS_PER_DAY

typedef struct Item
{
	SgAnswer answer;
	SgInterval *intervals; /* of a load curve */
	int count;
	int dropped; /* of a result: rows of other days than were ordered */
	List *rows
		[SG_FED_MAX]; /* of other series, SgTuple *: a list for each of the endpoint's relations */
	SgAssembled *state; /* or what is so of a point; then the answer only completed it */
	bool known;			/* the result of an order, of which another one has told all already */
} Item;

struct SgGroup
{
	MemoryContext context;
	SgAssembly *assembly;
	List *items;
	/* the answer that is being read */
	Item *reading;
	int room;
	SgAnswer answer;
};

SgGroup *
sg_group_make(SgAssembly *assembly)
{
	SgGroup *group = palloc0(sizeof(SgGroup));

	group->context =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid group", ALLOCSET_DEFAULT_SIZES);
	group->assembly = assembly;
	return group;
}

bool
sg_group_is_full(const SgGroup *group)
{
	return list_length(group->items) >= GROUP_ANSWERS ||
		   MemoryContextMemAllocated(group->context, true) >= GROUP_BYTES;
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

/* A result may hold more than was ordered; what does not name its point could then be another's. */
static bool
is_ordered(const SgRequest *request, TimestampTz at)
{
	DateADT day;

	if (request->number == 0)
		return true;
	day = sg_clock_day_of(at);
	return day >= request->days.from && day < request->days.until;
}

static void
take_interval(SgGroup *group, const Datum *values, const bool *nulls)
{
	Item *item = group->reading;
	SgInterval *interval;

	if (!is_ordered(&group->answer.request, DatumGetTimestampTz(values[SG_CURVE_STARTS_AT])))
	{
		item->dropped++;
		return;
	}
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
take_row(SgGroup *group, const SgRelation *relation, const Datum *values, const bool *nulls)
{
	const SgRelation *const *fed = group->answer.request.endpoint->relations;
	int i = 0;

	while (fed[i] != relation)
		i++;
	group->reading->rows[i] =
		lappend(group->reading->rows[i], sg_tuple_copy(relation, values, nulls));
}

static void
begin_reading(SgGroup *group)
{
	group->reading = palloc0(sizeof(Item));
	group->room = 0;
}

void
sg_group_emit(void *arg, const SgRelation *relation, const Datum *values, const bool *nulls)
{
	SgGroup *group = arg;
	MemoryContext old = MemoryContextSwitchTo(group->context);

	if (group->reading == NULL)
		begin_reading(group);
	if (relation == &sg_relation_load_curve)
		take_interval(group, values, nulls);
	else if (relation->kind == SG_KIND_SERIES)
		take_row(group, relation, values, nulls);
	else
		sg_assembly_row(group->assembly, &group->answer.request, relation, values, nulls);
	MemoryContextSwitchTo(old);
}

/* What the answer completes of its point's state; nothing, if other answers are still to come. */
static void
add_state(SgGroup *group)
{
	List *complete = sg_assembly_answer(group->assembly, &group->answer);
	ListCell *cell;

	if (complete == NIL && group->answer.request.number != 0)
	{
		Item *item = palloc0(sizeof(Item));

		item->answer = group->answer;
		item->known = true;
		group->items = lappend(group->items, item);
	}
	foreach (cell, complete)
	{
		Item *item = palloc0(sizeof(Item));

		item->state = lfirst(cell);
		item->answer = group->answer;
		item->answer.fault = item->state->fault;
		group->items = lappend(group->items, item);
	}
}

static void
forget_rows(Item *item)
{
	item->count = 0;
	memset(item->rows, 0, sizeof(item->rows));
}

static void
add_series(SgGroup *group)
{
	Item *item = group->reading;

	item->answer = group->answer;
	if (item->dropped > 0 && item->count == 0)
		sg_fault_set(&item->answer.fault, SG_FAULT_SHAPE,
					 "The result is of other days than those that were ordered.");
	/* a body that is cut short may have given rows before: they are not kept */
	if (item->answer.fault.kind != SG_FAULT_NONE)
		forget_rows(item);
	if (item->intervals != NULL)
		item->count = sg_segment_sort(item->intervals, item->count);
	group->items = lappend(group->items, item);
}

void
sg_group_add(SgGroup *group)
{
	MemoryContext old = MemoryContextSwitchTo(group->context);

	if (group->reading == NULL)
		begin_reading(group);
	if (sg_endpoint_is_series(group->answer.request.endpoint))
		add_series(group);
	else
		add_state(group);
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

/* The civil days that a row of a series is about. */
static SgDays
days_of_row(const SgRelation *relation, const SgTuple *row)
{
	int column = sg_rows_day_column(relation);
	int until = sg_relation_role(relation, SG_ROLE_UNTIL);
	DateADT day = relation->columns[column].role == SG_ROLE_DAY
					  ? DatumGetDateADT(row->values[column])
					  : sg_clock_day_of(DatumGetTimestampTz(row->values[column]));

	return (SgDays){day, until >= 0 ? DatumGetDateADT(row->values[until]) : day + 1};
}

/* The minutes that an item measured on each of its days. */
static int *
count_minutes(const Item *item)
{
	const SgRequest *request = &item->answer.request;
	SgDays days = request->days;
	int *minutes = palloc0(sizeof(int) * Max(sg_days_count(days), 1));
	ListCell *cell;

	if (item->intervals != NULL)
		count_interval_minutes(item, days, minutes);
	foreach (cell, item->rows[0])
	{
		SgDays row =
			sg_days_intersect(days_of_row(request->endpoint->relations[0], lfirst(cell)), days);

		for (DateADT day = row.from; day < row.until; day++)
			minutes[day - days.from] = sg_clock_day_minutes(day);
	}
	return minutes;
}

static bool
is_billed(const Item *item)
{
	return item->answer.request.endpoint->relations[0] == &sg_relation_billed_quantity;
}

/* Was it ordered, and billed? */
static bool
was_ordered(const Item *item)
{
	return item->answer.request.number != 0;
}

/* How long its late days are left alone. */
static int64
late_wait(const Item *item, const SgPolicy *policy)
{
	return was_ordered(item) ? Max(policy->late_retry, ORDERED_LATE_RETRY) : policy->late_retry;
}

/* What the answer says of each of its days. */
static SgDayState *
judge_days(const Item *item, DateADT today, int late_days)
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
		else if (day >= today - late_days)
			states[i] = SG_DAY_LATE;
		else
			states[i] = minutes[i] > 0 ? SG_DAY_HELD : SG_DAY_EMPTY;
	}
	pfree(minutes);
	return states;
}

static SgSeries
series_of(const Item *item, const char *server)
{
	const SgRequest *request = &item->answer.request;

	if (item->state != NULL)
		return (SgSeries){server, item->state->point, item->state->relation->name, SG_BOTH};
	return (SgSeries){server, request->point, request->endpoint->relations[0]->name,
					  request->endpoint->direction};
}

/* The rows that are not of the answer's first relation come along with it. */
static void
store_rows(const Item *item)
{
	const SgRequest *request = &item->answer.request;
	const SgRelation *const *relation = request->endpoint->relations;

	if (item->intervals != NULL && item->count > 0)
		sg_segment_merge(request->point, request->endpoint->direction, item->intervals,
						 item->count);
	for (int i = 0; i < SG_FED_MAX && relation[i] != NULL; i++)
		sg_rows_merge(relation[i], item->rows[i]);
}

static void
store_state(const SgAssembled *state, const char *server, TimestampTz now)
{
	if (state->relation == &sg_relation_consent)
	{
		sg_facts_merge_consents(server, state->rows);
		if (state->authorisation != 0)
			sg_ask_resolve(server, state->authorisation);
	}
	else
		sg_facts_merge(state->relation, state->point, state->rows, state->silence, state->whole,
					   sg_clock_day_of(now));
}

/* Notes the days of an answer that is whole: its rows, or what is so now. */
static void
store_whole(const Item *item, const SgSeries *series, TimestampTz now)
{
	DateADT today = sg_clock_day_of(now);
	SgPolicy policy = sg_policy_get(series->relation);
	SgDays days = item->answer.request.days;
	int64 wait = late_wait(item, &policy);

	if (item->state == NULL)
	{
		store_rows(item);
		sg_coverage_settle(series, days, judge_days(item, today, policy.late_days), now, wait,
						   was_ordered(item) ? -1 : policy.empty_retry);
		if (is_billed(item))
			sg_coverage_ahead(series, (SgDays){Max(days.until, today), sg_clock_day_of(now + wait)},
							  now, now + wait);
		return;
	}
	store_state(item->state, series->server, now);
	if (item->state->point[0] != '\0')
		sg_coverage_look(series, today, (int) (policy.late_retry / USECS_PER_DAY),
						 item->answer.fault.kind == SG_FAULT_NONE, now);
}

/* The result of an order that could not be had: fetched again, or the request has failed. */
static void
store_missed_result(const Item *item, const SgSeries *series, TimestampTz now)
{
	const SgRequest *request = &item->answer.request;
	const SgFault *fault = &item->answer.fault;

	if (sg_order_may_fetch_again(fault))
	{
		sg_order_missed(request->number, fault, now);
		return;
	}
	if (!item->known)
		sg_coverage_open_until(series, request->days, fault, now,
							   sg_order_retry(fault, 1, true, now));
	sg_order_end(request->number, "failed", fault, now);
}

/* Writes one answer: rows and what is known of its days, or why it could not be had. */
static void
store_item(const Item *item, const char *server, TimestampTz now)
{
	SgSeries series = series_of(item, server);
	SgDays days = item->answer.request.days;
	int64 number = item->answer.request.number;
	const SgFault *fault = &item->answer.fault;
	bool whole = fault->kind == SG_FAULT_NONE || fault->kind == SG_FAULT_EMPTY;

	if (number != 0 && !whole)
	{
		store_missed_result(item, &series, now);
		return;
	}
	if (number != 0)
		sg_order_end(number, "collected", NULL, now);
	if (item->known)
		return;
	if (item->state != NULL && item->state->authorisation != 0 && fault->kind != SG_FAULT_NONE)
		sg_ask_missed(server, item->state->authorisation, fault, now);
	else if (whole)
		store_whole(item, &series, now);
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
	forget_rows(item);
	sg_fault_clear(&item->answer.fault);
	sg_fault_set(&item->answer.fault, SG_FAULT_VALUE, "%s", error->message);
	store_item(item, server, now);
}

/*
 * One order for all runs, so that their locks never wait in a circle; and a month's windows side by side, the
 * newest first: a fault that closes the days to come is then one row with the older days.
 */
static int
compare_items(const ListCell *a, const ListCell *b)
{
	const SgRequest *x = &((const Item *) lfirst(a))->answer.request;
	const SgRequest *y = &((const Item *) lfirst(b))->answer.request;
	int order = strcmp(x->point, y->point);

	if (order == 0)
		order = strcmp(x->endpoint->name, y->endpoint->name);
	return order != 0 ? order : y->days.from - x->days.from;
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
	foreach (cell, group->items)
		if (((Item *) lfirst(cell))->state != NULL)
			sg_assembly_free(((Item *) lfirst(cell))->state);
	MemoryContextReset(group->context);
	group->items = NIL;
	group->reading = NULL;
}
