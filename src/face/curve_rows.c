/*
 * curve_rows.c
 *	  The aggregate that makes a curve of rows, one for each slot, in any order.
 *
 * The state is the slots themselves, from the first to the last that was seen: its memory is bounded by the
 * span that a curve may have, whatever the number of rows.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/grid.h"
#include "base/power.h"
#include "curve_call.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(sg_curve_add_row);
PG_FUNCTION_INFO_V1(sg_curve_of_rows);

/* The arguments of the aggregate's transition function. */
enum
{
	ROW_STATE,
	ROW_STARTS_AT,
	ROW_WATTS,
	ROW_STEP,
	ROW_NATURE
};

typedef struct Rows
{
	Interval step; /* as it was given */
	SgRoom room;
	double *watts;
	uint8 *natures; /* 0 no value yet, else 1 more than the nature's number */
	SgNatures dictionary;
} Rows;

static void
complain_null(const char *what)
{
	ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					errmsg("a slot of a curve needs its %s, which is NULL", what)));
}

static void
complain_steps(void)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("the rows of one curve have different steps"),
					errhint("Group by the step, and add the curves with sum().")));
}

static void
check_row(FunctionCallInfo fcinfo, const Rows *rows)
{
	const Interval *step = PG_GETARG_INTERVAL_P(ROW_STEP);
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(ROW_STARTS_AT);

	sg_face_check_finite(at);
	if (memcmp(step, &rows->step, sizeof(Interval)) != 0 &&
		sg_face_step(step) != rows->room.grid.step)
		complain_steps();
	if (!sg_grid_meets(&rows->room.grid, at))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the rows of one curve are not whole steps apart"),
						errdetail("One begins at %s, another at %s; the step is %u seconds.",
								  pstrdup(timestamptz_to_str(rows->room.grid.start)),
								  pstrdup(timestamptz_to_str(at)), rows->room.grid.step)));
}

/* The state after its first row: a place in time, and no slot. */
static Rows *
begin_rows(FunctionCallInfo fcinfo)
{
	Rows *rows = palloc0(sizeof(Rows));

	rows->step = *PG_GETARG_INTERVAL_P(ROW_STEP);
	rows->room.grid.step = sg_face_step(&rows->step);
	rows->room.grid.start = PG_GETARG_TIMESTAMPTZ(ROW_STARTS_AT);
	return rows;
}

/* Takes the slot that begins at an instant into the state; returns its entry in the arrays. */
static uint64
take_slot(Rows *rows, TimestampTz at)
{
	SgRoom before = rows->room;
	SgGrid one = {.start = at, .step = before.grid.step, .count = 1};
	SgGrid span = sg_grid_unite(&before.grid, &one, one.step);

	if (sg_room_cover(&rows->room, &span))
	{
		rows->watts = sg_room_move(rows->watts, sizeof(double), &before, &rows->room);
		rows->natures = sg_room_move(rows->natures, sizeof(uint8), &before, &rows->room);
	}
	return rows->room.first + sg_grid_slots(span.start, at, span.step);
}

/* Notes a value. The same reading may come twice; which of two different ones counts is not for us to say. */
static void
set_slot(Rows *rows, uint64 entry, TimestampTz at, double watts, uint8 nature)
{
	if (rows->natures[entry] != 0 &&
		(rows->watts[entry] != watts || rows->natures[entry] != nature + 1))
		ereport(ERROR, (errcode(ERRCODE_CARDINALITY_VIOLATION),
						errmsg("a slot of a curve has two different readings"),
						errdetail("It begins at %s.", timestamptz_to_str(at)),
						errhint("Choose one of them, for example with DISTINCT ON.")));
	rows->watts[entry] = watts;
	rows->natures[entry] = nature + 1;
}

static void
add_row(FunctionCallInfo fcinfo, Rows *rows)
{
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(ROW_STARTS_AT);
	uint64 entry;
	uint8 nature = 0;

	check_row(fcinfo, rows);
	entry = take_slot(rows, at);
	if (PG_ARGISNULL(ROW_WATTS))
		return;
	if (PG_NARGS() > ROW_NATURE && !PG_ARGISNULL(ROW_NATURE))
	{
		char *name = text_to_cstring(PG_GETARG_TEXT_PP(ROW_NATURE));

		nature = sg_curve_nature_number(&rows->dictionary, name);
		pfree(name);
	}
	set_slot(rows, entry, at, PG_GETARG_FLOAT8(ROW_WATTS), nature);
}

Datum
sg_curve_add_row(PG_FUNCTION_ARGS)
{
	Rows *rows = PG_ARGISNULL(ROW_STATE) ? NULL : (Rows *) PG_GETARG_POINTER(ROW_STATE);
	MemoryContext context;
	MemoryContext old;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "called as no aggregate");
	if (PG_ARGISNULL(ROW_STARTS_AT))
		complain_null("starts_at");
	if (PG_ARGISNULL(ROW_STEP))
		complain_null("step");
	old = MemoryContextSwitchTo(context);
	if (rows == NULL)
		rows = begin_rows(fcinfo);
	add_row(fcinfo, rows);
	MemoryContextSwitchTo(old);
	PG_RETURN_POINTER(rows);
}

Datum
sg_curve_of_rows(PG_FUNCTION_ARGS)
{
	Rows *rows = PG_ARGISNULL(0) ? NULL : (Rows *) PG_GETARG_POINTER(0);
	const SgGrid *grid;
	SgSlots *slots;

	if (rows == NULL)
		PG_RETURN_NULL();
	grid = &rows->room.grid;
	slots = sg_curve_make(grid->start, grid->step, grid->count, 0);
	slots->head.natures = rows->dictionary;
	for (uint32 i = 0; i < grid->count; i++)
		if (rows->natures[rows->room.first + i] != 0)
			slots->nature[i] = rows->natures[rows->room.first + i] - 1;
	sg_power_keep_watts(slots, rows->watts + rows->room.first);
	PG_RETURN_DATUM(sg_face_curve(slots));
}
