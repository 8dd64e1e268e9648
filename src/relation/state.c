/*
 * state.c
 *	  What a scan, live or stored, keeps while it runs.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "executor/executor.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "plan.h"
#include "state.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "wanted.h"
#include "wire/http.h"

/* Finds the table's attribute for each column of its relation. */
static void
map_columns(SgScanState *state, Relation table)
{
	for (int i = 0; i < SG_MAX_COLUMNS; i++)
		state->columns[i] = -1;
	for (int i = 0; i < state->desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(state->desc, i);
		int column;

		if (attribute->attisdropped)
			continue;
		column = sg_relation_column(state->relation, NameStr(attribute->attname));
		if (column < 0)
			ereport(ERROR, (errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
							errmsg("column \"%s\" of foreign table \"%s\" is not a column of "
								   "relation \"%s\"",
								   NameStr(attribute->attname), RelationGetRelationName(table),
								   state->relation->name),
							errhint("IMPORT FOREIGN SCHEMA makes tables with the right columns.")));
		if (attribute->atttypid != state->relation->columns[column].type)
			ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
							errmsg("column \"%s\" of foreign table \"%s\" must have type %s",
								   NameStr(attribute->attname), RelationGetRelationName(table),
								   state->relation->columns[column].type_name)));
		state->columns[column] = i;
	}
}

static void
close_descriptor(void *arg)
{
	sg_http_close_descriptor(((SgScanState *) arg)->descriptor);
}

SgScanState *
sg_state_begin(ForeignScanState *node)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	Relation table = node->ss.ss_currentRelation;
	SgScanState *state = palloc0(sizeof(SgScanState));
	Oid user = SG_SCAN_USER(node, node->ss.ps.state);

	state->profile = sg_profile_get(GetForeignTable(RelationGetRelid(table))->serverid,
									OidIsValid(user) ? user : GetUserId());
	state->relation = sg_profile_relation(RelationGetRelid(table));
	state->quals = list_nth(plan->fdw_private, SG_PRIVATE_QUALS);
	state->limited = linitial_int(list_nth(plan->fdw_private, SG_PRIVATE_LIMITED));
	state->values = ExecInitExprList(plan->fdw_exprs, (PlanState *) node);
	state->desc = RelationGetDescr(table);
	map_columns(state, table);
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

void
sg_state_emit(void *arg, const SgRelation *relation, const Datum *values, const bool *nulls)
{
	SgScanState *state = arg;
	MemoryContext old = MemoryContextSwitchTo(state->batch);
	Datum row[MaxTupleAttributeNumber];
	bool missing[MaxTupleAttributeNumber];
	HeapTuple tuple;

	memset(missing, true, state->desc->natts * sizeof(bool));
	for (int i = 0; i < relation->ncolumns; i++)
		if (state->columns[i] >= 0)
		{
			row[state->columns[i]] = values[i];
			missing[state->columns[i]] = nulls[i];
			if (sg_column_is_text(&relation->columns[i]) && !nulls[i])
				row[state->columns[i]] = read_text(relation->columns[i].type, values[i]);
		}
	tuple = heap_form_tuple(state->desc, row, missing);
	/* it is formed as a value is: the system's columns would show its length and type */
	HeapTupleHeaderSetXmin(tuple->t_data, InvalidTransactionId);
	HeapTupleHeaderSetXmax(tuple->t_data, InvalidTransactionId);
	HeapTupleHeaderSetCmin(tuple->t_data, InvalidTransactionId);
	state->rows = lappend(state->rows, tuple);
	MemoryContextSwitchTo(old);
}

bool
sg_state_give(ForeignScanState *node)
{
	SgScanState *state = node->fdw_state;

	if (state->next >= list_length(state->rows))
		return false;
	ExecStoreHeapTuple(list_nth(state->rows, state->next++), node->ss.ss_ScanTupleSlot, false);
	return true;
}

void
sg_state_clear(SgScanState *state)
{
	state->rows = NIL;
	state->next = 0;
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
