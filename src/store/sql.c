/*
 * sql.c
 *	  SQL on the native tables through SPI.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "optimizer/cost.h"
#include "sql.h"
#include "storage/lock.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

void
sg_sql_value(SgSql *sql, Oid type, Datum value)
{
	Assert(sql->count < SG_SQL_MAX);
	sql->types[sql->count] = type;
	sql->values[sql->count] = value;
	sql->nulls[sql->count++] = ' ';
}

void
sg_sql_null(SgSql *sql, Oid type)
{
	sg_sql_value(sql, type, (Datum) 0);
	sql->nulls[sql->count - 1] = 'n';
}

void
sg_sql_text(SgSql *sql, const char *value)
{
	if (value == NULL)
		sg_sql_null(sql, TEXTOID);
	else
		sg_sql_value(sql, TEXTOID, CStringGetTextDatum(value));
}

void
sg_sql_number(SgSql *sql, int64 value)
{
	sg_sql_value(sql, INT8OID, Int64GetDatum(value));
}

void
sg_sql_instant(SgSql *sql, TimestampTz at)
{
	if (at == 0)
		sg_sql_null(sql, TIMESTAMPTZOID);
	else
		sg_sql_value(sql, TIMESTAMPTZOID, TimestampTzGetDatum(at));
}

void
sg_sql_texts(SgSql *sql, List *texts)
{
	Datum *values = palloc(sizeof(Datum) * Max(list_length(texts), 1));
	int n = 0;
	ListCell *cell;

	foreach (cell, texts)
		values[n++] = CStringGetTextDatum(lfirst(cell));
	sg_sql_value(sql, TEXTARRAYOID,
				 PointerGetDatum(construct_array(values, n, TEXTOID, -1, false, TYPALIGN_INT)));
}

void
sg_sql_date(SgSql *sql, int32 value)
{
	if (value == SG_SQL_NO_DATE)
		sg_sql_null(sql, DATEOID);
	else
		sg_sql_value(sql, DATEOID, DateADTGetDatum(value));
}

/*
 * Whatever the session's search_path is, operators and functions in our statements are PostgreSQL's own.
 * Returns what ends it; an error ends it too.
 */
static int
enter_safe_path(void)
{
	int level = NewGUCNestLevel();

	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return level;
}

/* Empties the parameters of a statement that was run, and tells how many rows it gave. */
static uint64
rows_of(SgSql *sql, const char *statement, int code)
{
	sql->count = 0;
	if (code < 0)
		elog(ERROR, "could not run \"%s\": %s", statement, SPI_result_code_string(code));
	return SPI_processed;
}

static uint64
run(SgSql *sql, const char *statement, bool read_only)
{
	MemoryContext old = CurrentMemoryContext;
	int level = enter_safe_path();
	int code = SPI_execute_with_args(statement, sql->count, sql->types, sql->values, sql->nulls,
									 read_only, 0);

	AtEOXact_GUC(true, level);
	MemoryContextSwitchTo(old);
	return rows_of(sql, statement, code);
}

uint64
sg_sql_run(SgSql *sql, const char *statement)
{
	return run(sql, statement, false);
}

uint64
sg_sql_read(SgSql *sql, const char *query)
{
	return run(sql, query, true);
}

/* Enough for all statements that are kept, and for some in two forms. */
#define MAX_KEPT 64

/* A statement whose plan outlives it: its text and its parameters' types are what tells it apart. */
typedef struct Kept
{
	char *statement;
	SPIPlanPtr plan;
	uint32 hash;
	int count;
	Oid types[SG_SQL_MAX];
} Kept;

static Kept kept[MAX_KEPT];
static int kept_count = 0;
/* Kept plans that are running: one may run another, through a trigger. */
static int kept_running = 0;

/* What only a backend of many CREATE EXTENSION comes to: each gives the type of the curve a new Oid. */
static void
forget_kept(void)
{
	while (kept_count > 0)
	{
		Kept *entry = &kept[--kept_count];

		SPI_freeplan(entry->plan);
		pfree(entry->statement);
	}
}

static SPIPlanPtr
find_kept(const SgSql *sql, const char *statement, uint32 hash)
{
	for (int i = 0; i < kept_count; i++)
		if (kept[i].hash == hash && kept[i].count == sql->count &&
			memcmp(kept[i].types, sql->types, sizeof(Oid) * sql->count) == 0 &&
			strcmp(kept[i].statement, statement) == 0)
			return kept[i].plan;
	return NULL;
}

/* The plan of a statement: kept, or made now, for the life of the call only if there is no place for it. */
static SPIPlanPtr
plan_kept(const SgSql *sql, const char *statement, bool *is_kept)
{
	uint32 hash = hash_bytes((const unsigned char *) statement, (int) strlen(statement));
	SPIPlanPtr plan = find_kept(sql, statement, hash);
	char *text;

	*is_kept = plan != NULL;
	if (plan != NULL)
		return plan;
	plan = SPI_prepare_cursor(statement, sql->count, (Oid *) sql->types, CURSOR_OPT_GENERIC_PLAN);
	if (plan == NULL)
		elog(ERROR, "could not plan \"%s\": %s", statement, SPI_result_code_string(SPI_result));
	if (kept_count == MAX_KEPT && kept_running == 0)
		forget_kept();
	if (kept_count == MAX_KEPT)
		return plan;
	text = MemoryContextStrdup(TopMemoryContext, statement);
	SPI_keepplan(plan);
	kept[kept_count] = (Kept){.hash = hash, .statement = text, .count = sql->count, .plan = plan};
	memcpy(kept[kept_count++].types, sql->types, sizeof(Oid) * sql->count);
	*is_kept = true;
	return plan;
}

/*
 * The plan serves a table of any size, the empty one included that it may have been made for: there, all else
 * would be cheaper than the index that it is to use. Only the planner is told so, and not what triggers run.
 */
static void
plan_by_index(SPIPlanPtr plan)
{
	bool seqscan = enable_seqscan;

	enable_seqscan = false;
	PG_TRY();
	{
		CachedPlan *cached = SPI_plan_get_cached_plan(plan);

		if (cached != NULL)
			ReleaseCachedPlan(cached, CurrentResourceOwner);
	}
	PG_FINALLY();
	{
		enable_seqscan = seqscan;
	}
	PG_END_TRY();
}

/* Which snapshot a statement sees by. */
typedef enum Sight
{
	SEES_STATEMENT, /* that of the statement that is running */
	SEES_NOW,		/* a new one, or the transaction's if that has one for all */
	SEES_LATEST		/* a new one in any case */
} Sight;

static int
execute_kept(SgSql *sql, const char *statement, Sight sight)
{
	volatile int code = 0;
	bool is_kept;
	SPIPlanPtr volatile plan = plan_kept(sql, statement, &is_kept);

	if (is_kept)
		plan_by_index(plan);
	kept_running++;
	PG_TRY();
	{
		if (sight == SEES_LATEST)
			code = SPI_execute_snapshot(plan, sql->values, sql->nulls, GetLatestSnapshot(),
										InvalidSnapshot, false, true, 0);
		else
			code = SPI_execute_plan(plan, sql->values, sql->nulls, sight == SEES_STATEMENT, 0);
	}
	PG_FINALLY();
	{
		kept_running--;
	}
	PG_END_TRY();
	return code;
}

static uint64
run_kept(SgSql *sql, const char *statement, Sight sight)
{
	MemoryContext old = CurrentMemoryContext;
	int level = enter_safe_path();
	int code = execute_kept(sql, statement, sight);

	AtEOXact_GUC(true, level);
	MemoryContextSwitchTo(old);
	return rows_of(sql, statement, code);
}

uint64
sg_sql_run_kept(SgSql *sql, const char *statement)
{
	return run_kept(sql, statement, SEES_NOW);
}

uint64
sg_sql_read_kept(SgSql *sql, const char *query)
{
	return run_kept(sql, query, SEES_STATEMENT);
}

uint64
sg_sql_run_latest(SgSql *sql, const char *statement)
{
	return run_kept(sql, statement, SEES_LATEST);
}

void
sg_sql_done(void)
{
	SPI_freetuptable(SPI_tuptable);
}

static LOCKTAG
name_tag(uint32 class, const char *name)
{
	LOCKTAG tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, class,
						 hash_bytes((const unsigned char *) name, (int) strlen(name)), 2);
	return tag;
}

void
sg_sql_lock(uint32 class, const char *name)
{
	LOCKTAG tag = name_tag(class, name);

	(void) LockAcquire(&tag, ExclusiveLock, false, false);
}

void
sg_sql_unlock(uint32 class, const char *name)
{
	LOCKTAG tag = name_tag(class, name);

	(void) LockRelease(&tag, ExclusiveLock, false);
}

char *
sg_sql_get_text(uint64 row, int column)
{
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
}

List *
sg_sql_get_texts(uint64 row, int column)
{
	Datum array = sg_sql_get(row, column, (Datum) 0);
	List *texts = NIL;
	Datum *values;
	int count;

	if (array == (Datum) 0)
		return NIL;
	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &values, NULL,
					  &count);
	for (int i = 0; i < count; i++)
		texts = lappend(texts, TextDatumGetCString(values[i]));
	return texts;
}

Datum
sg_sql_get(uint64 row, int column, Datum otherwise)
{
	bool isnull;
	Datum value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &isnull);

	return isnull ? otherwise : value;
}

Oid
sg_sql_curve_type(void)
{
	Oid schema = get_namespace_oid("switchgrid", false);
	Oid type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("curve"),
							   ObjectIdGetDatum(schema));

	if (!OidIsValid(type))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("type \"switchgrid.curve\" does not exist")));
	return type;
}
