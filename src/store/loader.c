/*
 * loader.c
 *	  Many readings on their way into the store.
 *
 * A reading is 32 bytes here. Those that come in order are merged in the order in which they stand; others
 * are dealt out to their series first, and sorted there only if they need it: rows that go by time over
 * many points do not.
 */
#include "postgres.h"

#include "api/switchgrid.h"
#include "base/clock.h"
#include "base/codec.h"
#include "executor/spi.h"
#include "held.h"
#include "loader.h"
#include "miscadmin.h"
#include "segment.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#define FIRST_ROOM 8192
/* Whole months are merged early if there are so many readings of them, and so many to a series. */
#define EARLY 16384
#define EARLY_EACH 256
/* Readings merged at a time, at least: whole months of one series. */
#define PORTION 16384
/* Different natures that are told apart between two merges. */
#define NATURES 255
/* What is held for a series, its place in the hash table and in the order included. */
#define SERIES_SIZE 160
/* Days whose months are remembered. */
#define MONTHS 499

typedef struct Series
{
	SgHeldKey key; /* first, for the hash table */
	uint32 number;
} Series;

typedef struct Month
{
	TimestampTz start;
	TimestampTz end;
} Month;

struct SgLoader
{
	MemoryContext context;
	MemoryContext scratch; /* of one row */
	SgHeld *rows;
	uint32 count;
	uint32 room;
	bool ordered;	 /* do they stand by series and time? */
	uint32 complete; /* if so, how many stand before the month of the last one */
	HTAB *index;
	SgHeldKey *keys; /* of each series */
	uint32 *next;	 /* the series that came after it the last time */
	uint32 nseries;
	uint32 series_room;
	uint32 last; /* the series of the last row */
	char (*natures)[SG_NATURE_LEN + 1];
	uint32 nnatures;
	Month month; /* of the last row */
	Month months[MONTHS];
	int64 nrows;
	int64 taken;
	SgReading reading;		  /* the last one */
	const SgHeldKey *merging; /* for an error's context */
	SgInterval *intervals;	  /* what is being merged */
	uint32 intervals_room;
};

static void
make_index(SgLoader *loader)
{
	HASHCTL control = {
		.keysize = sizeof(SgHeldKey), .entrysize = sizeof(Series), .hcxt = loader->context};

	if (loader->index != NULL)
		hash_destroy(loader->index);
	loader->index =
		hash_create("switchgrid series", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	loader->nseries = 0;
}

SgLoader *
sg_loader_begin(void)
{
	SgLoader *loader = palloc0(sizeof(SgLoader));
	MemoryContext old;

	loader->context =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid readings", ALLOCSET_DEFAULT_SIZES);
	loader->scratch =
		AllocSetContextCreate(loader->context, "switchgrid reading", ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(loader->context);
	loader->room = FIRST_ROOM;
	loader->rows = palloc(sizeof(SgHeld) * loader->room);
	loader->series_room = 64;
	loader->keys = palloc(sizeof(SgHeldKey) * loader->series_room);
	loader->next = palloc(sizeof(uint32) * loader->series_room);
	loader->natures = palloc(sizeof(loader->natures[0]) * NATURES);
	loader->intervals_room = 1024;
	loader->intervals = palloc(sizeof(SgInterval) * loader->intervals_room);
	loader->ordered = true;
	make_index(loader);
	MemoryContextSwitchTo(old);
	return loader;
}

static void
merging_context(void *arg)
{
	const SgHeldKey *key = ((SgLoader *) arg)->merging;

	if (key != NULL)
		errcontext("merging readings of point %s, %s", key->point,
				   key->production ? SG_PRODUCTION : SG_CONSUMPTION);
}

static Month
month_of(SgLoader *loader, TimestampTz at)
{
	Month *month = &loader->months[(uint64) (at / USECS_PER_DAY + PG_INT32_MAX) % MONTHS];

	if (at < month->start || at >= month->end)
	{
		DateADT first = sg_clock_month(sg_clock_day_of(at), 0);

		month->start = sg_clock_day_start(first);
		month->end = sg_clock_day_start(sg_clock_month(first, 1));
	}
	return *month;
}

/* Adds to the intervals, where a later reading takes the place of an earlier one of its instant and step. */
static uint32
add_interval(SgLoader *loader, uint32 n, const SgHeld *held)
{
	SgInterval *interval;

	if (n > 0 && loader->intervals[n - 1].starts_at == held->starts_at &&
		loader->intervals[n - 1].step == held->step)
		n--;
	if (n == loader->intervals_room)
	{
		loader->intervals_room *= 2;
		loader->intervals =
			repalloc_huge(loader->intervals, sizeof(SgInterval) * loader->intervals_room);
	}
	interval = &loader->intervals[n];
	*interval = (SgInterval){.starts_at = held->starts_at,
							 .step = held->step,
							 .turn = (int32) held->turn,
							 .watts = held->watts};
	if (held->nature > 0)
		memcpy(interval->nature, loader->natures[held->nature - 1], sizeof(interval->nature));
	return n + 1;
}

/* Merges readings of one series that stand in order of time. */
static void
merge_series(SgLoader *loader, const SgHeld *rows, uint32 count)
{
	const SgHeldKey *key = &loader->keys[rows[0].series];
	const char *direction = key->production ? SG_PRODUCTION : SG_CONSUMPTION;
	TimestampTz end = DT_NOBEGIN;
	uint32 n = 0;

	loader->merging = key;
	for (uint32 i = 0; i < count; i++)
	{
		if (rows[i].starts_at >= end)
		{
			if (n >= PORTION)
			{
				sg_segment_merge(key->point, direction, loader->intervals, (int) n);
				n = 0;
			}
			end = month_of(loader, rows[i].starts_at).end;
		}
		n = add_interval(loader, n, &rows[i]);
	}
	sg_segment_merge(key->point, direction, loader->intervals, (int) n);
	loader->merging = NULL;
}

/*
 * Merges "count" rows; they are all, or stand in order. All are merged in the order of their points: two sessions
 * that load the same ones then never wait for each other in a circle.
 */
static void
merge_rows(SgLoader *loader, uint32 count)
{
	bool stay =
		loader->ordered && (count < loader->count || sg_held_ascend(loader->keys, loader->nseries));
	SgHeld *rows = stay ? loader->rows
						: sg_held_deal(loader->context, loader->rows, loader->count, loader->keys,
									   loader->nseries);

	SPI_connect();
	for (uint32 from = 0, until; from < count; from = until)
	{
		CHECK_FOR_INTERRUPTS();
		for (until = from + 1; until < count && rows[until].series == rows[from].series; until++)
			;
		if (!stay)
			sg_held_sort(rows + from, until - from);
		merge_series(loader, rows + from, until - from);
	}
	SPI_finish();
	if (rows != loader->rows)
		pfree(rows);
}

static uint32
find_series(SgLoader *loader, const SgHeldKey *key)
{
	bool found;
	Series *series = hash_search(loader->index, key, HASH_ENTER, &found);

	if (found)
		return series->number;
	if (loader->nseries == loader->series_room)
	{
		loader->series_room *= 2;
		loader->keys = repalloc_huge(loader->keys, sizeof(SgHeldKey) * loader->series_room);
		loader->next = repalloc_huge(loader->next, sizeof(uint32) * loader->series_room);
	}
	series->number = loader->nseries;
	loader->keys[loader->nseries] = *key;
	loader->next[loader->nseries] = loader->nseries;
	return loader->nseries++;
}

/* Merges the first "count" rows; what is left is of one series. */
static void
flush(SgLoader *loader, uint32 count)
{
	ErrorContextCallback callback = {error_context_stack, merging_context, loader};
	SgHeldKey last = loader->keys[loader->last];

	error_context_stack = &callback;
	merge_rows(loader, count);
	error_context_stack = callback.previous;
	loader->count -= count;
	memmove(loader->rows, loader->rows + count, sizeof(SgHeld) * loader->count);
	make_index(loader);
	loader->last = find_series(loader, &last);
	for (uint32 i = 0; i < loader->count; i++)
	{
		loader->rows[i].series = loader->last;
		loader->rows[i].turn = i;
	}
	loader->ordered = true;
	loader->complete = 0;
	if (loader->count == 0)
		loader->nnatures = 0;
}

static void
row_context(void *arg)
{
	const SgLoader *loader = arg;
	const SgReading *reading = &loader->reading;

	if (reading->point == NULL)
		errcontext("reading " INT64_FORMAT, loader->nrows);
	else if (!reading->has_start)
		errcontext("reading " INT64_FORMAT " of point %.*s", loader->nrows, reading->point_len,
				   reading->point);
	else
		errcontext("reading " INT64_FORMAT " of point %.*s at %s", loader->nrows,
				   reading->point_len, reading->point, timestamptz_to_str(reading->starts_at));
}

static bool
is_full(const SgLoader *loader)
{
	/* rows that are not in order are held twice while they are dealt out */
	Size held = (Size) loader->count * sizeof(SgHeld) * 2 + (Size) loader->nseries * SERIES_SIZE;

	return held >= (Size) maintenance_work_mem * 1024 || loader->nnatures == NATURES ||
		   loader->count >= PG_INT32_MAX;
}

/* Merges what has to be merged before another row comes. */
static void
make_room(SgLoader *loader)
{
	bool early = loader->ordered && loader->complete >= EARLY &&
				 loader->count / loader->nseries >= EARLY_EACH;

	if (early || (loader->complete > 0 && loader->ordered && is_full(loader)))
		flush(loader, loader->complete);
	if (loader->count > 0 && is_full(loader))
		flush(loader, loader->count);
	if (loader->count == loader->room)
	{
		Size most = (Size) maintenance_work_mem * 1024 / (2 * sizeof(SgHeld)) + 1;

		loader->room = (uint32) Min((Size) loader->room * 2, most);
		loader->rows = repalloc_huge(loader->rows, sizeof(SgHeld) * loader->room);
	}
}

/* The series of a reading, most often that of the one before, or that which came after it the last time. */
static uint32
series_of(SgLoader *loader, const SgReading *reading)
{
	SgHeldKey key = {.production = reading->production};
	uint32 guess = loader->last;
	uint32 series;

	if (reading->point_len <= SG_HELD_POINT_LEN)
		memcpy(key.point, reading->point, reading->point_len);
	if (loader->nseries > 0)
	{
		if (memcmp(&key, &loader->keys[guess], sizeof(SgHeldKey)) == 0)
			return guess;
		guess = loader->next[guess];
		if (memcmp(&key, &loader->keys[guess], sizeof(SgHeldKey)) == 0)
			return guess;
	}
	if ((int) strlen(key.point) != reading->point_len || !sg_switchgrid_valid_point(key.point))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("\"%s\" is no delivery point",
							   pnstrdup(reading->point, reading->point_len)),
						errhint("%s", SG_SWITCHGRID_POINT_RULE)));
	series = find_series(loader, &key);
	loader->next[loader->last] = series;
	return series;
}

static uint16
nature_of(SgLoader *loader, const SgReading *reading)
{
	char nature[SG_NATURE_LEN + 1] = {0};
	uint32 i;

	if (reading->nature == NULL)
		return 0;
	memcpy(nature, reading->nature, reading->nature_len);
	for (i = 0; i < loader->nnatures; i++)
		if (memcmp(loader->natures[i], nature, sizeof(nature)) == 0)
			return (uint16) (i + 1);
	memcpy(loader->natures[loader->nnatures++], nature, sizeof(nature));
	return (uint16) (i + 1);
}

/* The slots of a month begin at multiples of their step from its beginning, and end within it. */
static void
check_slot(const Month *month, const SgReading *reading)
{
	int64 us = reading->step * USECS_PER_SEC;

	if ((reading->starts_at - month->start) % us != 0 || reading->starts_at + us > month->end)
		ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
						errmsg("a reading does not fit into the steps of its month"),
						errdetail("Its step is %d seconds; the months are those of Europe/Paris.",
								  reading->step)));
}

static void
hold(SgLoader *loader, const SgReading *reading)
{
	uint32 series = series_of(loader, reading);
	SgHeld *held = &loader->rows[loader->count];
	bool follows = series == loader->last;

	held->nature = nature_of(loader, reading);
	held->starts_at = reading->starts_at;
	held->watts = reading->watts;
	held->series = series;
	held->turn = loader->count;
	held->step = reading->step;
	if (reading->starts_at < loader->month.start || reading->starts_at >= loader->month.end)
		loader->month = month_of(loader, reading->starts_at);
	check_slot(&loader->month, reading);
	if (loader->count > 0)
	{
		const SgHeld *before = held - 1;

		loader->ordered = loader->ordered &&
						  (follows ? held->starts_at >= before->starts_at
								   : series == loader->nseries - 1 && series != before->series);
		if (!follows || before->starts_at < loader->month.start)
			loader->complete = loader->count;
	}
	loader->last = series;
	loader->count++;
}

bool
sg_loader_add(SgLoader *loader, const SgReadingMap *map, const Datum *values, const bool *nulls)
{
	ErrorContextCallback callback = {error_context_stack, row_context, loader};
	MemoryContext old;
	bool says;

	make_room(loader);
	loader->nrows++;
	memset(&loader->reading, 0, sizeof(SgReading));
	error_context_stack = &callback;
	old = MemoryContextSwitchTo(loader->scratch);
	says = sg_reading_read(map, values, nulls, &loader->reading);
	if (says)
		hold(loader, &loader->reading);
	MemoryContextSwitchTo(old);
	error_context_stack = callback.previous;
	if (!MemoryContextIsEmpty(loader->scratch))
		MemoryContextReset(loader->scratch);
	loader->taken += says;
	return says;
}

void
sg_loader_flush(SgLoader *loader)
{
	if (loader->count > 0)
		flush(loader, loader->count);
}

const SgReading *
sg_loader_last(const SgLoader *loader)
{
	return &loader->reading;
}

int64
sg_loader_end(SgLoader *loader)
{
	int64 taken = loader->taken;

	sg_loader_flush(loader);
	MemoryContextDelete(loader->context);
	pfree(loader);
	return taken;
}
