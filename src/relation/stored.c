/*
 * stored.c
 *	  The stored load curve being read: segments become rows.
 *
 * The segments come in pages, each by a query through SPI that goes on after the last key of the page
 * before: no cursor is left open that a subtransaction or a commit could close. They are read as the
 * current user, with the snapshot of the statement, so that rights and row-level security on
 * switchgrid.curve_segment hold. Only the months that the quals leave are unpacked.
 */
#include "postgres.h"

#include "base/clock.h"
#include "base/curve.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "store/sql.h"
#include "stored.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* Segments read at a time; their rows are unpacked one segment at a time. */
#define PAGE 32

typedef struct Packed
{
	Datum point_id;
	Datum direction;
	DateADT month;
	Interval step;
	struct varlena *curve;
} Packed;

typedef struct Reader
{
	SgWanted wanted;
	MemoryContext context; /* of the page */
	Packed page[PAGE];
	int count;
	int next;
	bool last; /* is this the last page? */
} Reader;

void
sg_stored_check(const SgScanState *state)
{
	if (state->relation != &sg_relation_load_curve)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("relation \"%s\" is not stored packed", state->relation->name),
						errhint("Read the table switchgrid.%s.", state->relation->name)));
}

/* The conditions on segments that can hold wanted rows. */
static void
add_wanted(const SgWanted *wanted, StringInfo query, SgSql *sql)
{
	if (!wanted->any_point)
	{
		sg_sql_texts(sql, wanted->points);
		appendStringInfo(query, " AND point_id = ANY ($%d)", sql->count);
	}
	if (!wanted->any_direction)
	{
		sg_sql_texts(sql, wanted->directions);
		appendStringInfo(query, " AND direction = ANY ($%d)", sql->count);
	}
	if (wanted->days.from > SG_DAY_FIRST)
	{
		sg_sql_date(sql, sg_clock_month(wanted->days.from, 0));
		appendStringInfo(query, " AND month >= $%d", sql->count);
	}
	if (wanted->days.until < SG_DAY_LAST)
	{
		sg_sql_date(sql, wanted->days.until);
		appendStringInfo(query, " AND month < $%d", sql->count);
	}
}

/* The condition that goes on after a segment. */
static void
add_after(const Packed *last, StringInfo query, SgSql *sql)
{
	sg_sql_value(sql, TEXTOID, last->point_id);
	sg_sql_value(sql, TEXTOID, last->direction);
	sg_sql_date(sql, last->month);
	sg_sql_value(sql, INTERVALOID, IntervalPGetDatum(&last->step));
	appendStringInfo(query, " AND (point_id, direction, month, step) > ($%d, $%d, $%d, $%d)",
					 sql->count - 3, sql->count - 2, sql->count - 1, sql->count);
}

static void
open_reader(ForeignScanState *node)
{
	SgScanState *state = node->fdw_state;
	Reader *reader = MemoryContextAllocZero(state->context, sizeof(Reader));

	sg_state_wanted(node, &reader->wanted);
	reader->context =
		AllocSetContextCreate(state->context, "switchgrid segments", ALLOCSET_DEFAULT_SIZES);
	state->reader = reader;
	state->started = true;
}

static void
copy_segment(Packed *packed, uint64 row)
{
	packed->point_id = PointerGetDatum(PG_DETOAST_DATUM_COPY(sg_sql_get(row, 1, (Datum) 0)));
	packed->direction = PointerGetDatum(PG_DETOAST_DATUM_COPY(sg_sql_get(row, 2, (Datum) 0)));
	packed->month = DatumGetDateADT(sg_sql_get(row, 3, (Datum) 0));
	packed->step = *DatumGetIntervalP(sg_sql_get(row, 4, (Datum) 0));
	packed->curve = PG_DETOAST_DATUM_COPY(sg_sql_get(row, 5, (Datum) 0));
}

/* Reads the next segments; false if there are none. */
static bool
read_page(Reader *reader)
{
	MemoryContext old = CurrentMemoryContext;
	StringInfoData query;
	SgSql sql = {0};

	if (reader->last)
		return false;
	SPI_connect();
	initStringInfo(&query);
	appendStringInfoString(&query, "SELECT point_id, direction, month, step, curve "
								   "FROM switchgrid.curve_segment WHERE true");
	add_wanted(&reader->wanted, &query, &sql);
	if (reader->count > 0)
		add_after(&reader->page[reader->count - 1], &query, &sql);
	appendStringInfo(&query, " ORDER BY point_id, direction, month, step LIMIT %d", PAGE);
	reader->count = (int) sg_sql_read(&sql, query.data);
	reader->next = 0;
	reader->last = reader->count < PAGE;
	MemoryContextReset(reader->context);
	MemoryContextSwitchTo(reader->context);
	for (int i = 0; i < reader->count; i++)
		copy_segment(&reader->page[i], i);
	SPI_finish();
	MemoryContextSwitchTo(old);
	return reader->count > 0;
}

/* The slot that begins at an instant, or the first one after it, within the curve. */
static uint32
slot_from(const SgCurveHead *head, TimestampTz at)
{
	int64 us = head->step * USECS_PER_SEC;
	int64 slot = (at - head->start + us - 1) / us;

	if (at <= head->start)
		return 0;
	return (uint32) Min(slot, head->count);
}

static void
emit_slot(SgScanState *state, const Packed *packed, const SgSlots *slots, uint32 slot)
{
	Datum values[SG_CURVE_COLUMNS];
	bool nulls[SG_CURVE_COLUMNS] = {false};
	Interval step = {.time = slots->head.step * USECS_PER_SEC};
	TimestampTz starts_at = sg_curve_slot_start(&slots->head, slot);
	double watts = slots->values[slot] / sg_curve_unit(slots->head.scale);
	const char *nature = sg_curve_nature(slots, slot);

	values[SG_CURVE_POINT_ID] = packed->point_id;
	values[SG_CURVE_DIRECTION] = packed->direction;
	values[SG_CURVE_STARTS_AT] = TimestampTzGetDatum(starts_at);
	values[SG_CURVE_ENDS_AT] = TimestampTzGetDatum(starts_at + step.time);
	values[SG_CURVE_STEP] = IntervalPGetDatum(&step);
	values[SG_CURVE_WATTS] = Float8GetDatum(watts);
	values[SG_CURVE_WH] = Float8GetDatum(watts * slots->head.step / SECS_PER_HOUR);
	nulls[SG_CURVE_NATURE] = nature == NULL;
	values[SG_CURVE_NATURE] = nature == NULL ? (Datum) 0 : CStringGetTextDatum(nature);
	sg_state_emit(state, state->relation, values, nulls);
}

/* Unpacks one segment into the batch: the slots of the wanted days that have a value. */
static void
emit_segment(SgScanState *state, SgDays days, const Packed *packed)
{
	MemoryContext old = MemoryContextSwitchTo(state->batch);
	SgSlots *slots = sg_curve_unpack(packed->curve);
	uint32 from = 0;
	uint32 until = slots->head.count;

	if (days.from > SG_DAY_FIRST)
		from = slot_from(&slots->head, sg_clock_day_start(days.from));
	if (days.until < SG_DAY_LAST)
		until = slot_from(&slots->head, sg_clock_day_start(days.until));
	for (uint32 slot = from; slot < until; slot++)
		if (slots->nature[slot] != SG_SLOT_MISSING)
			emit_slot(state, packed, slots, slot);
	MemoryContextSwitchTo(old);
}

TupleTableSlot *
sg_stored_next(ForeignScanState *node)
{
	SgScanState *state = node->fdw_state;
	Reader *reader;

	ExecClearTuple(node->ss.ss_ScanTupleSlot);
	if (!state->started)
		open_reader(node);
	reader = state->reader;
	while (!sg_state_give(node))
	{
		sg_state_clear(state);
		if (reader->next == reader->count && !read_page(reader))
			break;
		emit_segment(state, reader->wanted.days, &reader->page[reader->next++]);
	}
	return node->ss.ss_ScanTupleSlot;
}

void
sg_stored_again(ForeignScanState *node)
{
	sg_state_reset(node->fdw_state);
}
