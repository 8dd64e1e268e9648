/*
 * daily.c
 *	  The daily values in switchgrid.daily_energy.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "daily.h"
#include "sql.h"
#include "utils/array.h"

void
sg_daily_merge(const char *point, const char *direction, const SgDailyValue *values, int count)
{
	Datum *days = palloc(sizeof(Datum) * Max(count, 1));
	Datum *whs = palloc(sizeof(Datum) * Max(count, 1));
	SgSql sql = {0};

	for (int i = 0; i < count; i++)
	{
		days[i] = DateADTGetDatum(values[i].day);
		whs[i] = Float8GetDatum(values[i].wh);
	}
	sg_sql_text(&sql, point);
	sg_sql_text(&sql, direction);
	sg_sql_value(&sql, DATEARRAYOID,
				 PointerGetDatum(
					 construct_array(days, count, DATEOID, sizeof(DateADT), true, TYPALIGN_INT)));
	sg_sql_value(&sql, FLOAT8ARRAYOID,
				 PointerGetDatum(construct_array(whs, count, FLOAT8OID, sizeof(float8),
												 FLOAT8PASSBYVAL, TYPALIGN_DOUBLE)));
	/* an answer may give a day twice: the last one counts */
	sg_sql_run(&sql, "INSERT INTO switchgrid.daily_energy AS d (point_id, direction, day, wh) "
					 "SELECT DISTINCT ON (v.day) $1, $2, v.day, v.wh "
					 "FROM ROWS FROM (unnest($3), unnest($4)) "
					 "WITH ORDINALITY AS v (day, wh, n) ORDER BY v.day, v.n DESC "
					 "ON CONFLICT (point_id, direction, day) DO UPDATE "
					 "SET (wh, updated_at) = (excluded.wh, now()) "
					 "WHERE d.wh <> excluded.wh");
	pfree(days);
	pfree(whs);
}
