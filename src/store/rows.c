/*
 * rows.c
 *	  Series that are stored as plain rows.
 *
 * Each column goes as an array, so that a year is one statement.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "rows.h"
#include "sql.h"
#include "utils/array.h"
#include "utils/lsyscache.h"

int
sg_rows_day_column(const SgRelation *relation)
{
	int day = sg_relation_role(relation, SG_ROLE_DAY);

	return day >= 0 ? day : sg_relation_role(relation, SG_ROLE_INSTANT);
}

/* The type in which rows carry a column. */
static Oid
type_of(const SgColumn *column)
{
	return sg_column_is_text(column) ? TEXTOID : column->type;
}

/* One column of all rows as an array of the type in which they carry it. */
static void
add_column(SgSql *sql, const SgRelation *relation, int column, List *rows)
{
	Oid type = type_of(&relation->columns[column]);
	Datum *values = palloc(sizeof(Datum) * list_length(rows));
	bool *nulls = palloc(sizeof(bool) * list_length(rows));
	int count = list_length(rows);
	int low = 1;
	int16 len;
	bool by_value;
	char align;
	int n = 0;
	ListCell *cell;

	foreach (cell, rows)
	{
		const SgTuple *row = lfirst(cell);

		values[n] = row->values[column];
		nulls[n++] = row->nulls[column];
	}
	get_typlenbyvalalign(type, &len, &by_value, &align);
	sg_sql_value(sql, get_array_type(type),
				 PointerGetDatum(construct_md_array(values, nulls, 1, &count, &low, type, len,
													by_value, align)));
	pfree(values);
	pfree(nulls);
}

/* "a, b, c", each after a prefix. */
static char *
column_list(const SgRelation *relation, const char *prefix)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < relation->ncolumns; i++)
		appendStringInfo(&out, "%s%s%s", i > 0 ? ", " : "", prefix, relation->columns[i].name);
	return out.data;
}

static char *
parameter_list(const SgRelation *relation)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < relation->ncolumns; i++)
		appendStringInfo(&out, "%sunnest($%d::%s[])", i > 0 ? ", " : "", i + 1,
						 relation->columns[i].type_name);
	return out.data;
}

void
sg_rows_merge(const SgRelation *relation, List *rows)
{
	const char *key = relation->key;
	char *columns = column_list(relation, "");
	StringInfoData query;
	SgSql sql = {0};

	if (rows == NIL)
		return;
	for (int i = 0; i < relation->ncolumns; i++)
		add_column(&sql, relation, i, rows);
	initStringInfo(&query);
	appendStringInfo(&query,
					 "INSERT INTO switchgrid.%s AS t (%s) "
					 "SELECT DISTINCT ON (%s) %s FROM ROWS FROM (%s) WITH ORDINALITY AS v (%s, n) "
					 "ORDER BY %s, n DESC "
					 "ON CONFLICT (%s) DO UPDATE SET (%s, updated_at) = (%s, now()) "
					 "WHERE (%s) AND (%s) IS DISTINCT FROM (%s)",
					 relation->name, columns, key, columns, parameter_list(relation), columns, key,
					 key, columns, column_list(relation, "excluded."),
					 relation->replaced_if != NULL ? relation->replaced_if : "true",
					 column_list(relation, "t."), column_list(relation, "excluded."));
	sg_sql_run(&sql, query.data);
}
