/*
 * state.c
 *	  What a scan, live or stored, keeps while it runs.
 */
#include "postgres.h"

#include "base/compat.h"
#include "columns.h"
#include "executor/executor.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "plan.h"
#include "state.h"
#include "utils/datum.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "wanted.h"
#include "wire/http.h"

/* Rows that a batch has room for at first: a week of half-hours. */
#define FIRST_ROWS 336

static void
close_descriptor(void *arg)
{
	sg_http_close_descriptor(((SgScanState *) arg)->descriptor);
}

/* Where the table's attributes (from 0) are in rows that are made by the list, or -1. */
static int
place_in(const List *rows, int attribute)
{
	ListCell *cell;

	foreach (cell, rows)
	{
		const TargetEntry *entry = lfirst_node(TargetEntry, cell);

		if (attribute >= 0 && castNode(Var, entry->expr)->varattno == attribute + 1)
			return entry->resno - 1;
	}
	return -1;
}

/* The scan's rows have the columns that the query uses; whole rows if it has no list of them. */
static void
narrow(SgScanState *state, const ForeignScan *plan)
{
	bool unread = plan->scan.plan.targetlist == NIL && plan->scan.plan.qual == NIL;

	if (plan->fdw_scan_tlist == NIL && !unread)
		return;
	for (int i = 0; i < state->relation->ncolumns; i++)
		state->columns[i] = place_in(plan->fdw_scan_tlist, state->columns[i]);
}

SgScanState *
sg_state_begin(ForeignScanState *node)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	Relation table = node->ss.ss_currentRelation;
	SgScanState *state = palloc0(sizeof(SgScanState));
	Oid user = SG_SCAN_USER(node, node->ss.ps.state);
	List *flags;

	state->profile = sg_profile_get(GetForeignTable(RelationGetRelid(table))->serverid,
									OidIsValid(user) ? user : GetUserId());
	state->relation = sg_profile_relation(RelationGetRelid(table));
	state->quals = list_nth(plan->fdw_private, SG_PRIVATE_QUALS);
	flags = list_nth(plan->fdw_private, SG_PRIVATE_FLAGS);
	state->limited = list_nth_int(flags, SG_FLAG_LIMITED) != 0;
	state->order = list_nth_int(flags, SG_FLAG_ORDER);
	state->values = ExecInitExprList(plan->fdw_exprs, (PlanState *) node);
	state->desc = node->ss.ss_ScanTupleSlot->tts_tupleDescriptor;
	sg_columns_map(state->relation, table, state->columns);
	narrow(state, plan);
	state->context =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid scan", ALLOCSET_DEFAULT_SIZES);
	state->batch =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid rows", ALLOCSET_DEFAULT_SIZES);
	state->async = node->ss.ps.async_capable;
	state->descriptor = -1;
	state->callback.func = close_descriptor;
	state->callback.arg = state;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &state->callback);
	node->fdw_state = state;
	return state;
}

void
sg_state_wanted(ForeignScanState *node, SgWanted *wanted)
{
	SgScanState *state = node->fdw_state;
	MemoryContext old = MemoryContextSwitchTo(state->context);

	sg_quals_evaluate(state->quals, state->values, node->ss.ps.ps_ExprContext, wanted);
	if (state->profile->api != NULL)
		sg_wanted_add_watched(state->profile, state->relation, wanted);
	MemoryContextSwitchTo(old);
}

/* A value that travels as the text that its type reads. */
static Datum
read_text(Oid type, Datum value)
{
	Oid input;
	Oid param;

	getTypeInputInfo(type, &input, &param);
	return OidInputFunctionCall(input, TextDatumGetCString(value), param, -1);
}

/* Makes room for one more row. */
static void
grow(SgScanState *state)
{
	int room = Max(state->room * 2, FIRST_ROWS);
	Size natts = state->desc->natts;

	if (state->room == 0)
	{
		state->rows = palloc(room * natts * sizeof(Datum));
		state->missing = palloc(room * natts * sizeof(bool));
	}
	else
	{
		state->rows = repalloc_huge(state->rows, room * natts * sizeof(Datum));
		state->missing = repalloc_huge(state->missing, room * natts * sizeof(bool));
	}
	state->room = room;
}

/* A copy of a value in the batch; one that is equal to the last one of its column shares its copy. */
static Datum
keep(SgScanState *state, int column, Datum value)
{
	Form_pg_attribute attribute = TupleDescAttr(state->desc, state->columns[column]);
	Size len;

	if (attribute->attbyval)
		return value;
	len = datumGetSize(value, false, attribute->attlen);
	if (state->kept[column] != 0 &&
		datumGetSize(state->kept[column], false, attribute->attlen) == len &&
		memcmp(DatumGetPointer(state->kept[column]), DatumGetPointer(value), len) == 0)
		return state->kept[column];
	return state->kept[column] = datumCopy(value, false, attribute->attlen);
}

void
sg_state_emit(void *arg, const SgRelation *relation, const Datum *values, const bool *nulls)
{
	SgScanState *state = arg;
	MemoryContext old = MemoryContextSwitchTo(state->batch);
	int natts = state->desc->natts;
	Datum *row;
	bool *missing;

	if (state->count == state->room)
		grow(state);
	row = state->rows + (Size) state->count * natts;
	missing = state->missing + (Size) state->count * natts;
	memset(missing, true, natts * sizeof(bool));
	for (int i = 0; i < relation->ncolumns; i++)
	{
		int to = state->columns[i];

		if (to < 0 || nulls[i])
			continue;
		missing[to] = false;
		row[to] = sg_column_is_text(&relation->columns[i])
					  ? read_text(relation->columns[i].type, values[i])
					  : keep(state, i, values[i]);
	}
	state->count++;
	MemoryContextSwitchTo(old);
}

bool
sg_state_give(ForeignScanState *node)
{
	SgScanState *state = node->fdw_state;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;
	Size natts = state->desc->natts;

	if (state->next >= state->count)
		return false;
	memcpy(slot->tts_values, state->rows + state->next * natts, natts * sizeof(Datum));
	memcpy(slot->tts_isnull, state->missing + state->next * natts, natts * sizeof(bool));
	state->next++;
	ExecStoreVirtualTuple(slot);
	return true;
}

void
sg_state_clear(SgScanState *state)
{
	state->rows = NULL;
	state->missing = NULL;
	state->room = state->count = state->next = 0;
	memset(state->kept, 0, sizeof(state->kept));
	MemoryContextReset(state->batch);
}

void
sg_state_reset(SgScanState *state)
{
	sg_state_clear(state);
	state->reader = NULL;
	state->assembly = NULL;
	state->started = false;
	MemoryContextReset(state->context);
}
