/*
 * stored.c
 *	  The stored load curve being read: segments become rows.
 *
 * The segments come through a cursor of SPI, read as the current user, so that rights and row-level
 * security on switchgrid.curve_segment hold. Only the months that the quals leave are unpacked.
 */
#include "postgres.h"

#include "base/clock.h"
#include "base/curve.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "store/sql.h"
#include "stored.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/portal.h"

/* Segments fetched at a time; their rows are unpacked one segment at a time. */
#define FETCH_SEGMENTS 10

/* A month's worth of what the cursor gave, waiting to be unpacked. */
typedef struct Packed
{
	Datum point_id;
	Datum direction;
	struct varlena *curve;
} Packed;

typedef struct Reader
{
	SgDays days;
	char *portal;
	MemoryContext context; /* of the segments that wait */
	Packed packed[FETCH_SEGMENTS];
	int count;
	int next;
} Reader;

void
sg_stored_check(const SgScanState *state)
{
	if (state->relation != &sg_relation_load_curve)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("relation \"%s\" is not stored packed", state->relation->name),
						errhint("Read the table switchgrid.%s.", state->relation->name)));
}

static Datum
text_array(List *texts)
{
	Datum *values = palloc(sizeof(Datum) * Max(list_length(texts), 1));
	int n = 0;
	ListCell *cell;

	foreach (cell, texts)
		values[n++] = CStringGetTextDatum(lfirst(cell));
	return PointerGetDatum(construct_array(values, n, TEXTOID, -1, false, TYPALIGN_INT));
}

/* The query for the segments that can hold wanted rows. */
static void
build_query(const SgWanted *wanted, StringInfo query, SgSql *sql)
{
	initStringInfo(query);
	appendStringInfoString(query, "SELECT point_id, direction, curve "
								  "FROM switchgrid.curve_segment WHERE true");
	if (!wanted->any_point)
	{
		sg_sql_value(sql, TEXTARRAYOID, text_array(wanted->points));
		appendStringInfo(query, " AND point_id = ANY ($%d)", sql->count);
	}
	if (!wanted->any_direction)
	{
		sg_sql_value(sql, TEXTARRAYOID, text_array(wanted->directions));
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
	appendStringInfoString(query, " ORDER BY point_id, direction, month, step");
}

static void
open_reader(ForeignScanState *node)
{
	SgScanState *state = node->fdw_state;
	MemoryContext old = MemoryContextSwitchTo(state->context);
	Reader *reader = palloc0(sizeof(Reader));
	SgWanted wanted;
	StringInfoData query;
	SgSql sql = {0};
	Portal portal;

	sg_state_wanted(node, &wanted);
	reader->days = wanted.days;
	reader->context = AllocSetContextCreate(state->context, "switchgrid segments",
											ALLOCSET_DEFAULT_SIZES);
	build_query(&wanted, &query, &sql);
	SPI_connect();
	portal = sg_sql_open(&sql, query.data);
	reader->portal = MemoryContextStrdup(state->context, portal->name);
	SPI_finish();
	state->reader = reader;
	state->started = true;
	MemoryContextSwitchTo(old);
}

/* Copies the next segments out of the cursor; false if there are none. */
static bool
fetch_segments(Reader *reader)
{
	MemoryContext old = CurrentMemoryContext;

	MemoryContextReset(reader->context);
	SPI_connect();
	SPI_cursor_fetch(SPI_cursor_find(reader->portal), true, FETCH_SEGMENTS);
	MemoryContextSwitchTo(reader->context);
	reader->count = (int) SPI_processed;
	reader->next = 0;
	for (int i = 0; i < reader->count; i++)
	{
		Packed *packed = &reader->packed[i];

		packed->point_id = PointerGetDatum(PG_DETOAST_DATUM_COPY(sg_sql_get(i, 1, (Datum) 0)));
		packed->direction = PointerGetDatum(PG_DETOAST_DATUM_COPY(sg_sql_get(i, 2, (Datum) 0)));
		packed->curve = PG_DETOAST_DATUM_COPY(sg_sql_get(i, 3, (Datum) 0));
	}
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
	sg_state_emit(state, values, nulls);
}

/* Unpacks one segment into the batch: the slots of the wanted days that have a value. */
static void
emit_segment(SgScanState *state, const Reader *reader, const Packed *packed)
{
	MemoryContext old = MemoryContextSwitchTo(state->batch);
	SgSlots *slots = sg_curve_unpack(packed->curve);
	uint32 from = 0;
	uint32 until = slots->head.count;

	if (reader->days.from > SG_DAY_FIRST)
		from = slot_from(&slots->head, sg_clock_day_start(reader->days.from));
	if (reader->days.until < SG_DAY_LAST)
		until = slot_from(&slots->head, sg_clock_day_start(reader->days.until));
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
		if (reader->next == reader->count && !fetch_segments(reader))
			break;
		emit_segment(state, reader, &reader->packed[reader->next++]);
	}
	return node->ss.ss_ScanTupleSlot;
}

static void
close_reader(SgScanState *state)
{
	Reader *reader = state->reader;
	Portal portal;

	if (reader == NULL)
		return;
	SPI_connect();
	portal = SPI_cursor_find(reader->portal);
	if (portal != NULL)
		SPI_cursor_close(portal);
	SPI_finish();
	state->reader = NULL;
}

void
sg_stored_again(ForeignScanState *node)
{
	close_reader(node->fdw_state);
	sg_state_reset(node->fdw_state);
}

void
sg_stored_end(ForeignScanState *node)
{
	if (node->fdw_state != NULL)
		close_reader(node->fdw_state);
}
