/*
 * stored.c
 *	  The stored load curve being read: segments become rows.
 *
 * Where rows are wanted in order, the segments of one month (of both directions, of several steps) are given together,
 * the earliest interval first: a month can hold several steps, one taking the other's place.
 */
#include "postgres.h"

#include "base/clock.h"
#include "base/compat.h"
#include "base/curve.h"
#include "executor/executor.h"
#include "stored.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/memutils.h"

/* Segments that are given together: two directions of far more steps than any API gives. */
#define MAX_PARTS 32

/* A segment whose slots are being given. */
typedef struct Part
{
	Datum point_id;
	Datum direction;
	SgSlots *slots;
	Interval step;
	double unit;
	int64 from; /* slots that are still to be given */
	int64 until;
	Datum natures[SG_NATURE_MAX + 1]; /* as texts, made when they are first wanted */
} Part;

typedef struct Stored
{
	SgWanted wanted;
	SgSegmentReader *reader;
	bool read;			 /* is there a row that is not yet taken? */
	SgSegmentRow row;	 /* that one */
	DateADT day;		 /* the first of the parts' month */
	MemoryContext month; /* of the parts */
	int count;
	Part parts[MAX_PARTS];
	int64 segments; /* unpacked so far */
} Stored;

SgSegmentWish
sg_stored_wish(const SgWanted *wanted, int order)
{
	return (SgSegmentWish){.any_point = wanted->any_point,
						   .points = wanted->points,
						   .any_direction = wanted->any_direction,
						   .directions = wanted->directions,
						   .steps = wanted->steps,
						   .days = wanted->days,
						   .order = order};
}

/* ---- segments ---------------------------------------------------------- */

void
sg_stored_begin(ForeignScanState *node, SgScanState *state)
{
	Stored *stored = palloc0(sizeof(Stored));

	if (state->relation != &sg_relation_load_curve)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("relation \"%s\" is not stored packed", state->relation->name),
						errhint("Read the table switchgrid.%s.", state->relation->name)));
	stored->reader = sg_reader_make(SG_SCAN_USER(node, node->ss.ps.state));
	stored->month =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid month", ALLOCSET_DEFAULT_SIZES);
	state->reader = stored;
}

/* Begins to read the segments, or of a shared scan the next ones; false if there are none left to begin with. */
static bool
start_reading(ForeignScanState *node)
{
	SgScanState *state = node->fdw_state;
	Stored *stored = state->reader;
	SgSegmentWish wish = sg_stored_wish(&stored->wanted, state->order);

	if (sg_days_empty(stored->wanted.days) ||
		(state->shares != NULL && !sg_shares_take(state->shares, &wish.blocks)))
		return false;
	sg_reader_start(stored->reader, &wish, node->ss.ps.state->es_snapshot);
	return true;
}

/* Reads the next segment, or finds that there is none. */
static void
read_next(ForeignScanState *node)
{
	SgScanState *state = node->fdw_state;
	Stored *stored = state->reader;

	stored->read = sg_reader_next(stored->reader, &stored->row);
	while (!stored->read && state->shares != NULL)
	{
		sg_reader_stop(stored->reader);
		if (!start_reading(node))
			break;
		stored->read = sg_reader_next(stored->reader, &stored->row);
	}
}

static void
start_pass(ForeignScanState *node)
{
	SgScanState *state = node->fdw_state;
	Stored *stored = state->reader;
	TupleTableSlot *row = node->ss.ss_ScanTupleSlot;

	sg_state_wanted(node, &stored->wanted);
	/* what is not in the relation stays so */
	memset(row->tts_isnull, true, row->tts_tupleDescriptor->natts);
	stored->count = 0;
	stored->read = false;
	state->started = true;
	if (start_reading(node))
		read_next(node);
}

/* Unpacks the segment that was read as one more part. */
static void
add_part(const SgScanState *state, Stored *stored)
{
	const SgSegmentRow *row = &stored->row;
	struct varlena *packed = PG_DETOAST_DATUM_PACKED(row->curve);
	Part *part = &stored->parts[stored->count++];

	memset(part, 0, sizeof(*part));
	part->point_id = datumCopy(row->point_id, false, -1);
	part->direction = datumCopy(row->direction, false, -1);
	part->slots = sg_curve_unpack_span(packed, stored->wanted.from, stored->wanted.until,
									   state->columns[SG_CURVE_NATURE] >= 0);
	part->step.time = part->slots->head.step * USECS_PER_SEC;
	part->unit = sg_curve_unit(part->slots->head.scale);
	part->until = part->slots->head.count;
	if (state->shares != NULL)
		sg_shares_count(state->shares);
	else
		stored->segments++;
}

/* Does the segment that was read belong with the parts that there are? */
static bool
belongs(const SgScanState *state, const Stored *stored)
{
	const SgSegmentRow *row = &stored->row;
	const Part *part = &stored->parts[0];

	if (!(state->order & SG_SEGMENTS_SORTED) || row->month != stored->day ||
		!datumIsEqual(row->point_id, part->point_id, false, -1))
		return false;
	return (state->order & SG_SEGMENTS_DIRECTION_LAST) != 0 ||
		   datumIsEqual(row->direction, part->direction, false, -1);
}

/* Goes on to the next segments that are given together; false if there are none left. */
static bool
next_parts(ForeignScanState *node)
{
	SgScanState *state = node->fdw_state;
	Stored *stored = state->reader;
	MemoryContext old = MemoryContextSwitchTo(stored->month);

	MemoryContextReset(stored->month);
	stored->count = 0;
	stored->day = stored->row.month;
	while (stored->read && (stored->count == 0 || belongs(state, stored)))
	{
		if (stored->count == MAX_PARTS)
			ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
							errmsg("a month of a point has more than %d segments", MAX_PARTS)));
		add_part(state, stored);
		read_next(node);
	}
	MemoryContextSwitchTo(old);
	return stored->count > 0;
}

/* ---- rows -------------------------------------------------------------- */

/* Passes over slots that have no value; false if none is left. */
static bool
settle(Part *part, bool down)
{
	const uint8 *nature = part->slots->nature;

	if (nature != NULL && down)
		while (part->until > part->from && nature[part->until - 1] == SG_SLOT_MISSING)
			part->until--;
	else if (nature != NULL)
		while (part->from < part->until && nature[part->from] == SG_SLOT_MISSING)
			part->from++;
	return part->from < part->until;
}

/* The part whose next slot is the earliest, or going down the latest; of two the first one. NULL if none is left. */
static Part *
choose_part(Stored *stored, bool down)
{
	Part *best = NULL;
	TimestampTz best_at = 0;

	for (int i = 0; i < stored->count; i++)
	{
		Part *part = &stored->parts[i];
		TimestampTz at;

		if (!settle(part, down))
			continue;
		if (stored->count == 1)
			return part;
		at =
			sg_curve_slot_start(&part->slots->head, (uint32) (down ? part->until - 1 : part->from));
		if (best != NULL && (down ? at <= best_at : at >= best_at))
			continue;
		best = part;
		best_at = at;
	}
	return best;
}

/* The nature as a text; 0 if the slot has none. */
static Datum
nature_of(Stored *stored, Part *part, uint32 slot)
{
	uint8 number = part->slots->nature[slot];
	Datum *nature = &part->natures[number];

	if (number != 0 && *nature == (Datum) 0)
	{
		MemoryContext old = MemoryContextSwitchTo(stored->month);

		*nature = CStringGetTextDatum(sg_curve_nature(part->slots, slot));
		MemoryContextSwitchTo(old);
	}
	return *nature;
}

static inline void
put(TupleTableSlot *row, int column, Datum value)
{
	if (column < 0)
		return;
	row->tts_values[column] = value;
	row->tts_isnull[column] = false;
}

/* Puts a slot into the scan's row: the columns that are wanted. */
static void
give_slot(const int *columns, Stored *stored, Part *part, uint32 slot, TupleTableSlot *row)
{
	const SgSlots *slots = part->slots;
	TimestampTz starts_at = sg_curve_slot_start(&slots->head, slot);
	double watts = slots->values[slot] / part->unit;

	put(row, columns[SG_CURVE_POINT_ID], part->point_id);
	put(row, columns[SG_CURVE_DIRECTION], part->direction);
	put(row, columns[SG_CURVE_STARTS_AT], TimestampTzGetDatum(starts_at));
	put(row, columns[SG_CURVE_ENDS_AT], TimestampTzGetDatum(starts_at + part->step.time));
	put(row, columns[SG_CURVE_STEP], IntervalPGetDatum(&part->step));
	put(row, columns[SG_CURVE_WATTS], Float8GetDatum(watts));
	if (columns[SG_CURVE_WH] >= 0)
		put(row, columns[SG_CURVE_WH], Float8GetDatum(sg_curve_wh(watts, slots->head.step)));
	if (columns[SG_CURVE_NATURE] >= 0)
	{
		Datum nature = nature_of(stored, part, slot);

		put(row, columns[SG_CURVE_NATURE], nature);
		row->tts_isnull[columns[SG_CURVE_NATURE]] = nature == (Datum) 0;
	}
	ExecStoreVirtualTuple(row);
}

TupleTableSlot *
sg_stored_next(ForeignScanState *node)
{
	SgScanState *state = node->fdw_state;
	TupleTableSlot *row = node->ss.ss_ScanTupleSlot;
	bool down = (state->order & SG_SEGMENTS_TIME_DOWN) != 0;
	Stored *stored;
	Part *part;

	ExecClearTuple(row);
	if (!state->started)
		start_pass(node);
	stored = state->reader;
	while ((part = choose_part(stored, down)) == NULL)
		if (!next_parts(node))
			return row;
	give_slot(state->columns, stored, part, (uint32) (down ? --part->until : part->from++), row);
	return row;
}

void
sg_stored_end(ForeignScanState *node)
{
	SgScanState *state = node->fdw_state;

	sg_reader_stop(((Stored *) state->reader)->reader);
}

void
sg_stored_again(ForeignScanState *node)
{
	SgScanState *state = node->fdw_state;
	Stored *stored = state->reader;

	sg_stored_end(node);
	sg_state_reset(state);
	state->reader = stored;
}

void
sg_stored_unshare(ForeignScanState *node)
{
	SgScanState *state = node->fdw_state;

	if (state->shares == NULL)
		return;
	((Stored *) state->reader)->segments += sg_shares_counted(state->shares);
	state->shares = NULL;
}

void
sg_stored_explain(ForeignScanState *node, ExplainState *es)
{
	SgScanState *state = node->fdw_state;
	Stored *stored = state->reader;

	sg_quals_explain(state->relation, state->quals, es);
	if (es->analyze && sg_shares_counted_here(node))
		ExplainPropertyInteger("Segments Unpacked", NULL, stored != NULL ? stored->segments : 0,
							   es);
}
