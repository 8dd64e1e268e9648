/*
 * sql.c
 *	  SQL on the native tables through SPI.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "sql.h"
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

uint64
sg_sql_run(SgSql *sql, const char *statement)
{
	MemoryContext old = CurrentMemoryContext;
	int level = enter_safe_path();
	int code = SPI_execute_with_args(statement, sql->count, sql->types, sql->values, sql->nulls,
									 false, 0);

	AtEOXact_GUC(true, level);
	MemoryContextSwitchTo(old);
	sql->count = 0;
	if (code < 0)
		elog(ERROR, "could not run \"%s\": %s", statement, SPI_result_code_string(code));
	return SPI_processed;
}

Portal
sg_sql_open(SgSql *sql, const char *query)
{
	int level = enter_safe_path();
	Portal portal = SPI_cursor_open_with_args(NULL, query, sql->count, sql->types, sql->values,
											  sql->nulls, true, CURSOR_OPT_NO_SCROLL);

	AtEOXact_GUC(true, level);
	sql->count = 0;
	return portal;
}

char *
sg_sql_get_text(uint64 row, int column)
{
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
}

Datum
sg_sql_get(uint64 row, int column, Datum otherwise)
{
	bool isnull;
	Datum value =
		SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &isnull);

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
