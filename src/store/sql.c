/*
 * sql.c
 *	  SQL on the native tables through SPI.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "sql.h"
#include "storage/lock.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/guc.h"
#include "utils/memutils.h"
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

static uint64
run(SgSql *sql, const char *statement, bool read_only)
{
	MemoryContext old = CurrentMemoryContext;
	int level = enter_safe_path();
	int code = SPI_execute_with_args(statement, sql->count, sql->types, sql->values, sql->nulls,
									 read_only, 0);

	AtEOXact_GUC(true, level);
	MemoryContextSwitchTo(old);
	sql->count = 0;
	if (code < 0)
		elog(ERROR, "could not run \"%s\": %s", statement, SPI_result_code_string(code));
	return SPI_processed;
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

void
sg_sql_done(void)
{
	SPI_freetuptable(SPI_tuptable);
}

void
sg_sql_lock(uint32 class, const char *name)
{
	LOCKTAG tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, class,
						 hash_bytes((const unsigned char *) name, (int) strlen(name)), 2);
	(void) LockAcquire(&tag, ExclusiveLock, false, false);
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
