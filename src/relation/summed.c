/*
 * summed.c
 *	  The stored load curve being summed up: segments become partial aggregates.
 *
 * A sum of floating-point numbers depends on their order, so it is taken from a segment at once only where no addition
 * rounds: watts without decimals are whole numbers, and so is the energy of a slot in halves or quarters of a watt-hour.
 * Where it may round, each slot is given by itself, and PostgreSQL adds them one after the other as ever.
 */
#include "postgres.h"

#include <math.h>

#include "base/clock.h"
#include "base/compat.h"
#include "base/curve.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "quals.h"
#include "rounding.h"
#include "shares.h"
#include "stored.h"
#include "summed.h"
#include "totals.h"
#include "utils/array.h"
#include "utils/memutils.h"

/* Months whose days are remembered: most queries are of fewer. */
#define MONTHS 64
#define MOST_DAYS 31

/* When the days of a month begin; the one after the last is the next month's first. */
typedef struct Days
{
	DateADT month;
	int count;
	TimestampTz starts[MOST_DAYS + 1];
} Days;

/* What some slots sum up to. */
typedef struct Sum
{
	int64 count;
	double watts; /* the sum */
	double low;
	double high;
} Sum;

typedef struct Summed
{
	List *quals;
	List *values; /* ExprStates of their values */
	List *columns;
	List *flags;
	SgGrain grain;	   /* of this pass */
	bool watts_summed; /* is a sum or mean of watts wanted? */
	bool energy_summed;
	MemoryContext pass;	   /* of one pass */
	MemoryContext context; /* of what is unpacked */
	SgSegmentReader *reader;
	SgWanted wanted;
	bool started;
	bool more;		  /* may there be another segment? */
	SgSegmentRow row; /* the segment that is being summed up */
	SgSlots *slots;	  /* unpacked; NULL if there is nothing left to give of it */
	bool single;	  /* is each slot given by itself? */
	int day;		  /* the next one, else */
	uint32 from;	  /* the next slot */
	uint32 until;
	SgRounding *rounding; /* of this pass */
	const Days *days;	  /* of its month */
	Days months[MONTHS];
	int64 from_summaries;
	int64 unpacked;
} Summed;

/* ---- begin and end ----------------------------------------------------- */

/* Groups may follow the session's days, which are those of Paris only there. */
static SgGrain
grain_now(const Summed *summed)
{
	if (list_nth_int(summed->flags, SG_TOTALS_SESSION) &&
		strcmp(pg_get_timezone_name(session_timezone), "Europe/Paris") != 0)
		return SG_GRAIN_SLOT;
	return list_nth_int(summed->flags, SG_TOTALS_GRAIN);
}

static void
find_sums(Summed *summed)
{
	for (int i = 0; i < list_length(summed->columns); i += 2)
	{
		int kind = list_nth_int(summed->columns, i);
		int column = list_nth_int(summed->columns, i + 1);

		if (kind != SG_PARTIAL_SUM && kind != SG_PARTIAL_MEAN)
			continue;
		summed->watts_summed |= column == SG_CURVE_WATTS;
		summed->energy_summed |= column == SG_CURVE_WH;
	}
}

void
sg_summed_begin(ForeignScanState *node)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	Summed *summed = palloc0(sizeof(Summed));

	summed->quals = list_nth(plan->fdw_private, SG_TOTALS_QUALS);
	summed->columns = list_nth(plan->fdw_private, SG_TOTALS_COLUMNS);
	summed->flags = list_nth(plan->fdw_private, SG_TOTALS_FLAGS);
	summed->values = ExecInitExprList(plan->fdw_exprs, (PlanState *) node);
	find_sums(summed);
	summed->reader = sg_reader_make((Oid) list_nth_int(summed->flags, SG_TOTALS_USER));
	summed->pass =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid totals", ALLOCSET_DEFAULT_SIZES);
	summed->context =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid slots", ALLOCSET_DEFAULT_SIZES);
	for (int i = 0; i < MONTHS; i++)
		summed->months[i].month = PG_INT32_MIN;
	node->fdw_state = summed;
}

void
sg_summed_end(ForeignScanState *node)
{
	Summed *summed = node->fdw_state;

	if (summed != NULL)
		sg_reader_stop(summed->reader);
}

void
sg_summed_again(ForeignScanState *node)
{
	Summed *summed = node->fdw_state;

	sg_summed_end(node);
	MemoryContextReset(summed->pass);
	summed->started = false;
	summed->slots = NULL;
}

static void
start_pass(ForeignScanState *node)
{
	Summed *summed = node->fdw_state;
	MemoryContext old = MemoryContextSwitchTo(summed->pass);
	SgSegmentWish wish;

	sg_quals_evaluate(summed->quals, summed->values, node->ss.ps.ps_ExprContext, &summed->wanted);
	wish = sg_stored_wish(&summed->wanted, 0);
	summed->grain = grain_now(summed);
	summed->rounding = sg_rounding_make(list_nth_int(summed->flags, SG_TOTALS_BY_POINT) != 0);
	summed->started = true;
	summed->more = !sg_days_empty(summed->wanted.days);
	if (summed->more)
		sg_reader_start(summed->reader, &wish, node->ss.ps.state->es_snapshot);
	MemoryContextSwitchTo(old);
}

/* ---- days -------------------------------------------------------------- */

static const Days *
days_of(Summed *summed, DateADT month)
{
	/* months are 28 to 31 days apart, so those of five years have places of their own */
	Days *days = &summed->months[(month / 28 % MONTHS + MONTHS) % MONTHS];

	if (days->month == month)
		return days;
	days->month = month;
	days->count = sg_clock_month(month, 1) - month;
	for (int i = 0; i <= days->count; i++)
		days->starts[i] = sg_clock_day_start(month + i);
	return days;
}

/* ---- segments ---------------------------------------------------------- */

/* Can the segment be added as a whole, or by days? */
static bool
adds_exactly(Summed *summed)
{
	return (!summed->watts_summed && !summed->energy_summed) ||
		   sg_rounding_adds(summed->rounding, &summed->row, summed->energy_summed);
}

/* Does the span hold all of the segment's month? */
static bool
is_whole(const Summed *summed)
{
	return summed->wanted.from <= summed->days->starts[0] &&
		   summed->wanted.until >= summed->days->starts[summed->days->count];
}

static void
unpack(Summed *summed)
{
	MemoryContext old;

	MemoryContextReset(summed->context);
	old = MemoryContextSwitchTo(summed->context);
	summed->slots = sg_curve_unpack_span(PG_DETOAST_DATUM_PACKED(summed->row.curve),
										 summed->wanted.from, summed->wanted.until, false);
	MemoryContextSwitchTo(old);
	summed->from = 0;
	summed->until = summed->slots->head.count;
	summed->day = 0;
	summed->unpacked++;
}

/* The sum of slots [from, until). */
static Sum
sum_slots(const SgSlots *slots, uint32 from, uint32 until)
{
	double unit = sg_curve_unit(slots->head.scale);
	int64 sum = 0;
	int64 count = 0;
	int32 low = PG_INT32_MAX;
	int32 high = PG_INT32_MIN;

	if (slots->nature == NULL)
	{
		for (uint32 i = from; i < until; i++)
		{
			sum += slots->values[i];
			low = Min(low, slots->values[i]);
			high = Max(high, slots->values[i]);
		}
		count = until > from ? until - from : 0;
	}
	else
		for (uint32 i = from; i < until; i++)
		{
			if (slots->nature[i] == SG_SLOT_MISSING)
				continue;
			count++;
			sum += slots->values[i];
			low = Min(low, slots->values[i]);
			high = Max(high, slots->values[i]);
		}
	return (Sum){count, (double) sum / unit, low / unit, high / unit};
}

/* The segment's own summary; the sum of watts is a whole number wherever it is wanted. */
static Sum
summary_of(const SgSegmentRow *row)
{
	return (Sum){row->points, rint(row->wh * SECS_PER_HOUR / row->step), row->watts_min,
				 row->watts_max};
}

/* ---- partial rows ------------------------------------------------------ */

static Datum
mean_of(int64 count, double sum)
{
	/* the last one is for variances, which are not answered */
	Datum values[3] = {Float8GetDatum((double) count), Float8GetDatum(sum), Float8GetDatum(0)};

	return PointerGetDatum(construct_array(values, lengthof(values), FLOAT8OID, sizeof(float8),
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static Datum
aggregate_of(const Summed *summed, SgPartial kind, int column, const Sum *sum)
{
	bool energy = column == SG_CURVE_WH;
	uint32 step = (uint32) summed->row.step;
	double total = energy ? sg_curve_wh(sum->watts, step) : sum->watts;

	switch (kind)
	{
		case SG_PARTIAL_COUNT:
			return Int64GetDatum(sum->count);
		case SG_PARTIAL_SUM:
			return Float8GetDatum(total);
		case SG_PARTIAL_MEAN:
			return mean_of(sum->count, total);
		case SG_PARTIAL_MIN:
			return Float8GetDatum(energy ? sg_curve_wh(sum->low, step) : sum->low);
		default:
			return Float8GetDatum(energy ? sg_curve_wh(sum->high, step) : sum->high);
	}
}

static Datum
column_of(const Summed *summed, int column, TimestampTz at)
{
	Interval *step;

	switch (column)
	{
		case SG_CURVE_POINT_ID:
			return summed->row.point_id;
		case SG_CURVE_DIRECTION:
			return summed->row.direction;
		case SG_CURVE_STARTS_AT:
			return TimestampTzGetDatum(at);
		case SG_CURVE_STEP:
			step = palloc0(sizeof(Interval));
			step->time = summed->row.step * USECS_PER_SEC;
			return IntervalPGetDatum(step);
	}
	elog(ERROR, "totals have no column %d", column);
}

/* Gives a row of what some slots sum up to; "at" is an instant that has their groups. */
static TupleTableSlot *
give(ForeignScanState *node, const Sum *sum, TimestampTz at)
{
	Summed *summed = node->fdw_state;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;

	for (int i = 0; i < list_length(summed->columns); i += 2)
	{
		SgPartial kind = (SgPartial) list_nth_int(summed->columns, i);
		int column = list_nth_int(summed->columns, i + 1);

		slot->tts_isnull[i / 2] = false;
		slot->tts_values[i / 2] = kind == SG_PARTIAL_NONE ? column_of(summed, column, at)
														  : aggregate_of(summed, kind, column, sum);
	}
	return ExecStoreVirtualTuple(slot);
}

/* The next day of the unpacked segment, or NULL. */
static TupleTableSlot *
give_day(ForeignScanState *node)
{
	Summed *summed = node->fdw_state;
	const SgCurveHead *head = &summed->slots->head;

	while (summed->day < summed->days->count)
	{
		TimestampTz at = summed->days->starts[summed->day++];
		Sum sum = sum_slots(summed->slots, sg_curve_first_slot(head, at),
							sg_curve_first_slot(head, summed->days->starts[summed->day]));

		if (sum.count > 0)
			return give(node, &sum, at);
	}
	summed->slots = NULL;
	return NULL;
}

/* The next slot by itself, or NULL. */
static TupleTableSlot *
give_single(ForeignScanState *node)
{
	Summed *summed = node->fdw_state;

	while (summed->from < summed->until)
	{
		uint32 slot = summed->from++;
		Sum sum = sum_slots(summed->slots, slot, slot + 1);

		if (sum.count > 0)
			return give(node, &sum, sg_curve_slot_start(&summed->slots->head, slot));
	}
	summed->slots = NULL;
	return NULL;
}

/* The next segment: by its summary, as a whole, or unpacked for what comes after. NULL if nothing is given of it yet. */
static TupleTableSlot *
give_segment(ForeignScanState *node)
{
	Summed *summed = node->fdw_state;
	TimestampTz at;
	Sum sum;

	summed->days = days_of(summed, summed->row.month);
	summed->single = summed->grain == SG_GRAIN_SLOT || !adds_exactly(summed);
	at = Max(summed->days->starts[0], summed->wanted.from);
	if (!summed->single && summed->grain <= SG_GRAIN_MONTH && is_whole(summed))
	{
		summed->from_summaries++;
		sum = summary_of(&summed->row);
		return give(node, &sum, at);
	}
	unpack(summed);
	if (summed->single || summed->grain == SG_GRAIN_DAY)
		return NULL;
	sum = sum_slots(summed->slots, 0, summed->until);
	summed->slots = NULL;
	return sum.count > 0 ? give(node, &sum, at) : NULL;
}

TupleTableSlot *
sg_summed_next(ForeignScanState *node)
{
	Summed *summed = node->fdw_state;
	TupleTableSlot *row = NULL;

	ExecClearTuple(node->ss.ss_ScanTupleSlot);
	if (!summed->started)
		start_pass(node);
	while (row == NULL)
	{
		CHECK_FOR_INTERRUPTS();
		if (summed->slots != NULL)
			row = summed->single ? give_single(node) : give_day(node);
		else if (summed->more && sg_reader_next(summed->reader, &summed->row))
			row = give_segment(node);
		else
		{
			summed->more = false;
			return node->ss.ss_ScanTupleSlot;
		}
	}
	return row;
}

void
sg_summed_explain(ForeignScanState *node, ExplainState *es)
{
	static const char *const names[] = {"segments", "months", "days", "slots"};
	Summed *summed = node->fdw_state;

	if (summed == NULL)
		return;
	sg_quals_explain(&sg_relation_load_curve, summed->quals, es);
	ExplainPropertyText("Totals Of", names[grain_now(summed)], es);
	if (!es->analyze || !sg_shares_counted_here(node))
		return;
	ExplainPropertyInteger("Segments Not Unpacked", NULL, summed->from_summaries, es);
	ExplainPropertyInteger("Segments Unpacked", NULL, summed->unpacked, es);
}
