/*
 * reader.c
 *	  The segments of switchgrid.curve_segment, one after the other.
 *
 * A query of its own runs beside the one that scans, as a node of that one's plan would: under the same resource
 * owner, with the same snapshot. SPI's cursors end with the subtransaction in which they were opened, which may be
 * one that only fetched from a scan; its results would be copied, and planned anew for each page.
 */
#include "postgres.h"

#include "access/table.h"
#include "api/relation.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/curve.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "reader.h"
#include "sql.h"
#include "storage/bufmgr.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

/* The columns of the query: the table's, in its order, so that nothing is made anew of its rows. */
enum
{
	POINT_ID,
	DIRECTION,
	MONTH,
	STEP,
	POINTS,
	DECIMALS,
	WH,
	WATTS_MIN,
	WATTS_MAX,
	UPDATED_AT,
	ARRIVED,
	CURVE
};

/* Points, directions, four bounds, and steps: two clauses on them are more than anybody writes. */
#define MAX_PARAMS 8

struct SgSegmentReader
{
	MemoryContext context; /* its own */
	MemoryContext pass;	   /* of the query that is running */
	Oid user;			   /* whose rights hold */
	char *text;			   /* of the first query; those that begin again have the same */
	PlannedStmt *plan;	   /* for any values, from the second time on */
	QueryDesc *query;	   /* that is running, or NULL */
	TupleTableSlot *slot;  /* the row that it gave last, or NULL */
	DestReceiver receiver; /* takes it */
};

static SgSegmentReader *
reader_of(DestReceiver *receiver)
{
	return (SgSegmentReader *) ((char *) receiver - offsetof(SgSegmentReader, receiver));
}

static bool
take_slot(TupleTableSlot *slot, DestReceiver *receiver)
{
	reader_of(receiver)->slot = slot;
	return true;
}

static void
start_receiver(DestReceiver *receiver, int operation, TupleDesc desc)
{
}

static void
end_receiver(DestReceiver *receiver)
{
}

SgSegmentReader *
sg_reader_make(Oid user)
{
	SgSegmentReader *reader = palloc0(sizeof(SgSegmentReader));

	reader->context = CurrentMemoryContext;
	reader->pass =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid reader", ALLOCSET_DEFAULT_SIZES);
	reader->user = OidIsValid(user) ? user : GetUserId();
	reader->receiver =
		(DestReceiver){take_slot, start_receiver, end_receiver, end_receiver, DestNone};
	return reader;
}

/* Asks for no right: who may not look into the schema may read a view of its table. */
Oid
sg_reader_table(void)
{
	return get_relname_relid("curve_segment", get_namespace_oid("switchgrid", false));
}

BlockNumber
sg_reader_blocks(void)
{
	Relation table = table_open(sg_reader_table(), AccessShareLock);
	BlockNumber blocks = 0;

	/* what spreads a table over servers may have made something else of it */
	if (RELKIND_HAS_TABLE_AM(table->rd_rel->relkind))
		blocks = RelationGetNumberOfBlocks(table);
	/* until the transaction ends: processes that read it part by part must find it as it is */
	table_close(table, NoLock);
	return blocks;
}

/* ---- the query --------------------------------------------------------- */

static DateADT
first_month(DateADT day)
{
	return day > SG_DAY_FIRST ? sg_clock_month(day, 0) : DATEVAL_NOBEGIN;
}

static DateADT
end_day(DateADT day)
{
	return day < SG_DAY_LAST ? day : DATEVAL_NOEND;
}

static void
add_blocks(StringInfo query, SgSql *sql, const SgBlocks *blocks)
{
	ItemPointer bounds = palloc(2 * sizeof(ItemPointerData));

	ItemPointerSet(&bounds[0], blocks->from, 0);
	ItemPointerSet(&bounds[1], blocks->until, 0);
	sg_sql_value(sql, TIDOID, PointerGetDatum(&bounds[0]));
	sg_sql_value(sql, TIDOID, PointerGetDatum(&bounds[1]));
	appendStringInfo(query,
					 " AND ctid OPERATOR(pg_catalog.>=) $%d AND ctid OPERATOR(pg_catalog.<) $%d",
					 sql->count - 1, sql->count);
}

/* Operators are written with their schema: the session's search_path is not trusted. */
static void
add_conditions(StringInfo query, SgSql *sql, const SgSegmentWish *wish)
{
	ListCell *cell;

	if (!wish->emptied)
		appendStringInfoString(query, " AND points OPERATOR(pg_catalog.>) 0");
	if (!wish->any_point)
	{
		sg_sql_texts(sql, wish->points);
		appendStringInfo(query, " AND point_id OPERATOR(pg_catalog.=) ANY ($%d)", sql->count);
	}
	if (!wish->any_direction)
	{
		sg_sql_texts(sql, wish->directions);
		appendStringInfo(query, " AND direction OPERATOR(pg_catalog.=) ANY ($%d)", sql->count);
	}
	/* always both, so that a scan that begins again has the same query, whatever its values */
	sg_sql_value(sql, DATEOID, DateADTGetDatum(first_month(wish->days.from)));
	sg_sql_value(sql, DATEOID, DateADTGetDatum(end_day(wish->days.until)));
	appendStringInfo(query,
					 " AND month OPERATOR(pg_catalog.>=) $%d AND month OPERATOR(pg_catalog.<) $%d",
					 sql->count - 1, sql->count);
	if (wish->blocks.until > 0)
		add_blocks(query, sql, &wish->blocks);
	/* the executor checks every clause on steps: what has no room here is only read in vain */
	foreach (cell, wish->steps)
		if (sql->count < MAX_PARAMS)
		{
			sg_sql_value(sql, INTERVALARRAYOID, PointerGetDatum(lfirst(cell)));
			appendStringInfo(query, " AND step OPERATOR(pg_catalog.=) ANY ($%d)", sql->count);
		}
}

static void
add_order(StringInfo query, int order)
{
	const char *point = order & SG_SEGMENTS_POINT_DOWN ? "point_id DESC" : "point_id";
	const char *direction = order & SG_SEGMENTS_DIRECTION_DOWN ? "direction DESC" : "direction";
	const char *month = order & SG_SEGMENTS_TIME_DOWN ? "month DESC" : "month";

	if (order & SG_SEGMENTS_DIRECTION_LAST)
		appendStringInfo(query, " ORDER BY %s, %s, %s", point, month, direction);
	else if (order & SG_SEGMENTS_SORTED)
		appendStringInfo(query, " ORDER BY %s, %s, %s", point, direction, month);
}

static char *
query_of(const SgSegmentWish *wish, SgSql *sql)
{
	StringInfoData query;

	initStringInfo(&query);
	appendStringInfoString(
		&query, "SELECT point_id, direction, month, step, points, decimals, wh, watts_min, "
				"watts_max, updated_at, arrived, curve "
				"FROM switchgrid.curve_segment WHERE true");
	add_conditions(&query, sql, wish);
	add_order(&query, wish->order);
	return query.data;
}

static PlannedStmt *
plan_query(const char *text, SgSql *sql, ParamListInfo bound)
{
	List *parsed = pg_parse_query(text);
	List *queries = pg_analyze_and_rewrite_fixedparams(linitial_node(RawStmt, parsed), text,
													   sql->types, sql->count, NULL);
	PlannedStmt *plan = pg_plan_query(linitial_node(Query, queries), text, 0, bound);

	/* compiling takes longer than reading does */
	plan->jitFlags = 0;
	return plan;
}

/*
 * The plan for these values. One that is begun again and again, for each point of a join or each share of the table, is
 * planned for any values the second time, with those in mind, and that plan is kept.
 */
static PlannedStmt *
find_plan(SgSegmentReader *reader, const char *text, SgSql *sql, ParamListInfo bound)
{
	bool again = reader->text != NULL && strcmp(reader->text, text) == 0;
	MemoryContext old;

	for (int i = 0; i < bound->numParams; i++)
		bound->params[i].pflags = again ? 0 : PARAM_FLAG_CONST;
	if (reader->text == NULL)
		reader->text = MemoryContextStrdup(reader->context, text);
	if (!again)
		return plan_query(text, sql, bound);
	if (reader->plan == NULL)
	{
		old = MemoryContextSwitchTo(reader->context);
		reader->plan = plan_query(reader->text, sql, bound);
		MemoryContextSwitchTo(old);
	}
	return reader->plan;
}

/* Plans and begins the query, as the reader's user: that is when rights are looked at. */
static void
start_query(SgSegmentReader *reader, const SgSegmentWish *wish, Snapshot snapshot)
{
	SgSql sql = {0};
	char *text = query_of(wish, &sql);
	ParamListInfo bound = makeParamList(sql.count);
	PlannedStmt *plan;

	for (int i = 0; i < sql.count; i++)
		bound->params[i] = (ParamExternData){.value = sql.values[i], .ptype = sql.types[i]};
	plan = find_plan(reader, text, &sql, bound);
	reader->query =
		CreateQueryDesc(plan, text, snapshot, InvalidSnapshot, &reader->receiver, bound, NULL, 0);
	ExecutorStart(reader->query, 0);
}

void
sg_reader_start(SgSegmentReader *reader, const SgSegmentWish *wish, Snapshot snapshot)
{
	MemoryContext old = MemoryContextSwitchTo(reader->pass);
	Oid user;
	int flags;

	/* an error ends the change too */
	GetUserIdAndSecContext(&user, &flags);
	SetUserIdAndSecContext(reader->user,
						   reader->user != user ? flags | SECURITY_LOCAL_USERID_CHANGE : flags);
	start_query(reader, wish, snapshot);
	SetUserIdAndSecContext(user, flags);
	MemoryContextSwitchTo(old);
}

void
sg_reader_stop(SgSegmentReader *reader)
{
	if (reader->query == NULL)
		return;
	ExecutorFinish(reader->query);
	ExecutorEnd(reader->query);
	FreeQueryDesc(reader->query);
	reader->query = NULL;
	MemoryContextReset(reader->pass);
}

/* ---- its rows ---------------------------------------------------------- */

static void
take_row(SgSegmentRow *row, TupleTableSlot *slot)
{
	Datum *values;

	slot_getallattrs(slot);
	values = slot->tts_values;
	row->point_id = values[POINT_ID];
	row->direction = values[DIRECTION];
	row->month = DatumGetDateADT(values[MONTH]);
	row->step = (int32) (DatumGetIntervalP(values[STEP])->time / USECS_PER_SEC);
	row->curve = values[CURVE];
	row->points = DatumGetInt32(values[POINTS]);
	row->decimals = DatumGetInt16(values[DECIMALS]);
	row->wh = DatumGetFloat8(values[WH]);
	row->watts_min = DatumGetFloat8(values[WATTS_MIN]);
	row->watts_max = DatumGetFloat8(values[WATTS_MAX]);
	row->arrived = values[ARRIVED];
	row->updated_at = DatumGetTimestampTz(values[UPDATED_AT]);
	/* a row that somebody wrote by hand may lack what every row with values has */
	if (row->points > 0 && (slot->tts_isnull[WATTS_MIN] || slot->tts_isnull[WATTS_MAX]))
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
						errmsg("a row of switchgrid.curve_segment has values but no least and "
							   "greatest one"),
						errdetail("It is the row of point %s and month %s.",
								  TextDatumGetCString(row->point_id),
								  sg_clock_print_day((char[SG_DAY_LEN]){0}, row->month))));
}

/* One row at a time, as functions in SQL are run. */
bool
sg_reader_next(SgSegmentReader *reader, SgSegmentRow *row)
{
	reader->slot = NULL;
	sg_compat_run(reader->query, 1);
	if (reader->slot == NULL)
		return false;
	take_row(row, reader->slot);
	return true;
}

void
sg_reader_columns(const SgSegmentRow *row, TimestampTz starts_at, double watts, const char *nature,
				  Interval *step, Datum *values, bool *nulls)
{
	*step = (Interval){.time = row->step * USECS_PER_SEC};
	memset(nulls, false, sizeof(bool) * SG_CURVE_COLUMNS);
	values[SG_CURVE_POINT_ID] = row->point_id;
	values[SG_CURVE_DIRECTION] = row->direction;
	values[SG_CURVE_STARTS_AT] = TimestampTzGetDatum(starts_at);
	values[SG_CURVE_ENDS_AT] = TimestampTzGetDatum(starts_at + step->time);
	values[SG_CURVE_STEP] = IntervalPGetDatum(step);
	values[SG_CURVE_WATTS] = Float8GetDatum(watts);
	values[SG_CURVE_WH] = Float8GetDatum(sg_curve_wh(watts, (uint32) row->step));
	nulls[SG_CURVE_NATURE] = nature == NULL;
	values[SG_CURVE_NATURE] = nature == NULL ? (Datum) 0 : CStringGetTextDatum(nature);
}
