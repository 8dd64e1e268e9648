/*
 * modify.c
 *	  Rows put into the stored load curve.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "columns.h"
#include "commands/defrem.h"
#include "engine/profile.h"
#include "executor/executor.h"
#include "foreign/foreign.h"
#include "modify.h"
#include "store/loader.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

typedef struct Inserter
{
	SgReadingMap map;
	SgLoader *loader;
	bool at_once; /* is each row merged before the next one comes? */
} Inserter;

/* Has an option the value? "otherwise" is what it has if it is not set. */
static bool
has_option(List *options, const char *name, const char *value, const char *otherwise)
{
	ListCell *cell;

	foreach (cell, options)
	{
		DefElem *option = lfirst(cell);

		if (strcmp(option->defname, name) == 0)
			return strcmp(defGetString(option), value) == 0;
	}
	return strcmp(otherwise, value) == 0;
}

int
sg_modify_updatable(Relation table)
{
	/* catalog views ask this of every table: options that are wrong must not be an error here */
	ForeignTable *foreign = GetForeignTable(RelationGetRelid(table));
	ForeignServer *server = GetForeignServer(foreign->serverid);

	return has_option(server->options, "api", SG_API_STORE, SG_API_STORE) &&
				   has_option(foreign->options, "relation", sg_relation_load_curve.name, "")
			   ? 1 << CMD_INSERT
			   : 0;
}

/* A reading always takes the place of what it overlaps. COPY has no plan. */
static void
check_conflict(const ModifyTableState *node)
{
	const ModifyTable *plan = (const ModifyTable *) node->ps.plan;

	if (plan != NULL && plan->onConflictAction != ONCONFLICT_NONE)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("the stored load curve knows no ON CONFLICT"),
						errdetail("A newer reading always takes the place of an older one.")));
}

static bool
has_after_trigger(const ResultRelInfo *result)
{
	const TriggerDesc *triggers = result != NULL ? result->ri_TrigDesc : NULL;

	return triggers != NULL &&
		   (triggers->trig_insert_after_row || triggers->trig_insert_after_statement);
}

void
sg_modify_begin_routed(ModifyTableState *node, ResultRelInfo *result)
{
	Inserter *inserter = palloc0(sizeof(Inserter));
	int columns[SG_MAX_COLUMNS];

	check_conflict(node);
	sg_columns_map(&sg_relation_load_curve, result->ri_RelationDesc, columns);
	/* such a trigger may read what was put in; it runs before the end is told */
	inserter->at_once =
		has_after_trigger(result) || has_after_trigger(result->ri_RootResultRelInfo);
	sg_reading_map(&inserter->map, RelationGetDescr(result->ri_RelationDesc), 0);
	inserter->loader = sg_loader_begin();
	result->ri_FdwState = inserter;
}

void
sg_modify_begin(ModifyTableState *node, ResultRelInfo *result, List *private, int subplan,
				int eflags)
{
	if (!(eflags & EXEC_FLAG_EXPLAIN_ONLY))
		sg_modify_begin_routed(node, result);
}

/* Does the row leave out what follows from the rest? */
static bool
is_partial(const SgReadingMap *map, const TupleTableSlot *slot)
{
	for (int i = SG_CURVE_ENDS_AT; i <= SG_CURVE_WH; i++)
		if (map->columns[i] >= 0 && slot->tts_isnull[map->columns[i]])
			return true;
	return false;
}

static void
fill(const SgReadingMap *map, Datum *values, bool *nulls, int column, Datum value)
{
	int at = map->columns[column];

	if (at < 0 || !nulls[at])
		return;
	values[at] = value;
	nulls[at] = false;
}

/* Completes the row, for RETURNING and triggers. */
static void
complete(EState *estate, const SgReadingMap *map, const SgReading *reading, TupleTableSlot *slot)
{
	MemoryContext old = MemoryContextSwitchTo(GetPerTupleMemoryContext(estate));
	int natts = slot->tts_tupleDescriptor->natts;
	Datum *values = palloc(sizeof(Datum) * natts);
	bool *nulls = palloc(sizeof(bool) * natts);
	Interval step = {.time = reading->step * USECS_PER_SEC};
	double wh = reading->watts * reading->step / SECS_PER_HOUR;

	memcpy(values, slot->tts_values, sizeof(Datum) * natts);
	memcpy(nulls, slot->tts_isnull, sizeof(bool) * natts);
	fill(map, values, nulls, SG_CURVE_STEP, IntervalPGetDatum(&step));
	fill(map, values, nulls, SG_CURVE_ENDS_AT, TimestampTzGetDatum(reading->starts_at + step.time));
	fill(map, values, nulls, SG_CURVE_WATTS, Float8GetDatum(reading->watts));
	fill(map, values, nulls, SG_CURVE_WH, Float8GetDatum(wh));
	ExecForceStoreHeapTuple(heap_form_tuple(slot->tts_tupleDescriptor, values, nulls), slot, false);
	MemoryContextSwitchTo(old);
}

TupleTableSlot *
sg_modify_insert(EState *estate, ResultRelInfo *result, TupleTableSlot *slot,
				 TupleTableSlot *plan_slot)
{
	Inserter *inserter = result->ri_FdwState;

	slot_getallattrs(slot);
	if (!sg_loader_add(inserter->loader, &inserter->map, slot->tts_values, slot->tts_isnull))
		return NULL;
	if (inserter->at_once)
		sg_loader_flush(inserter->loader);
	if (is_partial(&inserter->map, slot))
		complete(estate, &inserter->map, sg_loader_last(inserter->loader), slot);
	return slot;
}

void
sg_modify_end(EState *estate, ResultRelInfo *result)
{
	Inserter *inserter = result->ri_FdwState;

	if (inserter == NULL)
		return;
	sg_loader_end(inserter->loader);
	result->ri_FdwState = NULL;
}
