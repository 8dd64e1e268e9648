/*
 * known.c
 *	  The stored load curves as they were known at an instant.
 *
 * A segment of the past is the segment of today, its later revisions undone from the newest to the oldest, without
 * the days that came later. Segments come in pages, each by a query that goes on after the last key of the page
 * before, and their revisions as well: memory is bounded by a page and one unpacked month.
 */
#include "postgres.h"

#include "base/clock.h"
#include "base/curve.h"
#include "catalog/pg_type.h"
#include "known.h"
#include "miscadmin.h"
#include "month.h"
#include "revision.h"
#include "sql.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* Segments read at a time. */
#define PAGE 32

typedef struct Stored
{
	Datum point_id;
	Datum direction;
	DateADT month;
	Interval step;
	struct varlena *curve;
	Datum arrived;
	TimestampTz updated_at;
} Stored;

typedef struct Reader
{
	const SgKnownWish *wish;
	SgKnownEmit emit;
	void *arg;
	MemoryContext page_context;
	MemoryContext segment_context;
	Stored page[PAGE];
	int count;
} Reader;

/* The conditions on segments that can hold, or have held, wanted intervals. */
static void
add_wish(const SgKnownWish *wish, StringInfo query, SgSql *sql)
{
	if (!wish->any_point)
	{
		sg_sql_texts(sql, wish->points);
		appendStringInfo(query, " AND point_id = ANY ($%d)", sql->count);
	}
	if (!TIMESTAMP_IS_NOBEGIN(wish->from))
	{
		sg_sql_date(sql, sg_clock_month(sg_clock_day_of(wish->from), 0));
		appendStringInfo(query, " AND month >= $%d", sql->count);
	}
	if (!TIMESTAMP_IS_NOEND(wish->until))
	{
		sg_sql_date(sql, sg_clock_day_of(wish->until));
		appendStringInfo(query, " AND month <= $%d", sql->count);
	}
}

/* The condition that goes on after a segment. */
static void
add_after(Stored *last, StringInfo query, SgSql *sql)
{
	sg_sql_value(sql, TEXTOID, last->point_id);
	sg_sql_value(sql, TEXTOID, last->direction);
	sg_sql_date(sql, last->month);
	sg_sql_value(sql, INTERVALOID, IntervalPGetDatum(&last->step));
	appendStringInfo(query, " AND (point_id, direction, month, step) > ($%d, $%d, $%d, $%d)",
					 sql->count - 3, sql->count - 2, sql->count - 1, sql->count);
}

static void
copy_stored(Stored *stored, uint64 row)
{
	stored->point_id = PointerGetDatum(PG_DETOAST_DATUM_COPY(sg_sql_get(row, 1, (Datum) 0)));
	stored->direction = PointerGetDatum(PG_DETOAST_DATUM_COPY(sg_sql_get(row, 2, (Datum) 0)));
	stored->month = DatumGetDateADT(sg_sql_get(row, 3, (Datum) 0));
	stored->step = *DatumGetIntervalP(sg_sql_get(row, 4, (Datum) 0));
	stored->curve = PG_DETOAST_DATUM_COPY(sg_sql_get(row, 5, (Datum) 0));
	stored->arrived = PointerGetDatum(PG_DETOAST_DATUM_COPY(sg_sql_get(row, 6, (Datum) 0)));
	stored->updated_at = DatumGetTimestampTz(sg_sql_get(row, 7, (Datum) 0));
}

/* Reads the next segments into the page; false if there are none. */
static bool
read_page(Reader *reader)
{
	StringInfoData query;
	SgSql sql = {0};

	initStringInfo(&query);
	appendStringInfoString(&query, "SELECT point_id, direction, month, step, curve, arrived, "
								   "updated_at FROM switchgrid.curve_segment WHERE true");
	add_wish(reader->wish, &query, &sql);
	if (reader->count > 0)
		add_after(&reader->page[reader->count - 1], &query, &sql);
	appendStringInfo(&query, " ORDER BY point_id, direction, month, step LIMIT %d", PAGE);
	reader->count = (int) sg_sql_read(&sql, query.data);
	MemoryContextReset(reader->page_context);
	MemoryContextSwitchTo(reader->page_context);
	for (int i = 0; i < reader->count; i++)
		copy_stored(&reader->page[i], i);
	sg_sql_done();
	return reader->count > 0;
}

/* Takes back what came later than the wanted instant. */
static void
go_back(SgPast *past, const Stored *stored, const SgSlots *slots, TimestampTz at)
{
	SgSegmentKey key = {TextDatumGetCString(stored->point_id),
						TextDatumGetCString(stored->direction), stored->month,
						(int32) slots->head.step};
	SgMonth month;
	SgArrivals arrivals;

	sg_month_set(&month, stored->month);
	sg_arrivals_read(&arrivals, &month, slots, stored->arrived);
	sg_past_undo(past, &key, &slots->head, at);
	for (int day = 0; day < arrivals.days; day++)
		if (arrivals.at[day] > at)
			memset(past->known + arrivals.first[day], false,
				   arrivals.first[day + 1] - arrivals.first[day]);
}

static void
emit_segment(const Reader *reader, const Stored *stored)
{
	const SgKnownWish *wish = reader->wish;
	SgSlots *slots = sg_curve_unpack(stored->curve);
	SgKnownRow row = {.point_id = stored->point_id,
					  .direction = stored->direction,
					  .step = (int32) slots->head.step};
	SgPast past;

	sg_past_begin(&past, slots);
	/* most segments have not changed since */
	if (stored->updated_at > wish->at)
		go_back(&past, stored, slots, wish->at);
	for (uint32 slot = 0; slot < slots->head.count; slot++)
	{
		row.starts_at = sg_curve_slot_start(&slots->head, slot);
		if (!past.known[slot] || row.starts_at < wish->from || row.starts_at >= wish->until)
			continue;
		row.watts = past.watts[slot];
		row.nature = past.nature[slot];
		reader->emit(reader->arg, &row);
	}
}

void
sg_known_read(const SgKnownWish *wish, SgKnownEmit emit, void *arg)
{
	Reader reader = {.wish = wish, .emit = emit, .arg = arg};
	MemoryContext old = CurrentMemoryContext;

	reader.page_context = AllocSetContextCreate(old, "switchgrid segments", ALLOCSET_DEFAULT_SIZES);
	reader.segment_context =
		AllocSetContextCreate(old, "switchgrid segment", ALLOCSET_DEFAULT_SIZES);
	while (read_page(&reader))
	{
		for (int i = 0; i < reader.count; i++)
		{
			CHECK_FOR_INTERRUPTS();
			MemoryContextSwitchTo(reader.segment_context);
			emit_segment(&reader, &reader.page[i]);
			MemoryContextReset(reader.segment_context);
		}
		MemoryContextSwitchTo(old);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(reader.segment_context);
	MemoryContextDelete(reader.page_context);
}
