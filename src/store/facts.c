/*
 * facts.c
 *	  What is so of a point, with its history.
 */
#include "postgres.h"

#include "api/endpoint.h"
#include "catalog/pg_type.h"
#include "facts.h"
#include "lib/stringinfo.h"
#include "sql.h"
#include "utils/builtins.h"
#include "utils/datum.h"

/* The parameters of a row, one for each column; texts are cast to their column's type. */
static SgSql
row_parameters(const SgRelation *relation, const SgTuple *row)
{
	SgSql sql = {0};

	for (int i = 0; i < relation->ncolumns; i++)
	{
		Oid type =
			relation->columns[i].role == SG_ROLE_AS_TEXT ? TEXTOID : relation->columns[i].type;

		if (row->nulls[i])
			sg_sql_null(&sql, type);
		else
			sg_sql_value(&sql, type, row->values[i]);
	}
	return sql;
}

/* The names of the columns, each after a prefix, but those whose bit (SG_COLUMN_BIT) is in "but". */
static char *
columns_of(const SgRelation *relation, const char *prefix, uint32 but)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < relation->ncolumns; i++)
		if ((but & SG_COLUMN_BIT(i)) == 0)
			appendStringInfo(&out, "%s%s%s", i > 0 ? ", " : "", prefix, relation->columns[i].name);
	return out.data;
}

/* The parameters that hold them, cast to the columns' types. */
static char *
parameters_of(const SgRelation *relation, uint32 but)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < relation->ncolumns; i++)
		if ((but & SG_COLUMN_BIT(i)) == 0)
			appendStringInfo(&out, "%s$%d::%s", i > 0 ? ", " : "", i + 1,
							 relation->columns[i].type_name);
	return out.data;
}

/* The condition on rows of the same key; the direction, where there is one, is the second column. */
static const char *
same_key(const SgRelation *relation)
{
	return sg_relation_role(relation, SG_ROLE_DIRECTION) >= 0
			   ? "t.point_id = $1 AND t.direction = $2"
			   : "t.point_id = $1";
}

/* True if the current row says the same: then only its raw form and the moment are new. */
static bool
confirm(const SgRelation *relation, const SgTuple *row, uint32 but)
{
	SgSql sql = row_parameters(relation, row);
	char *statement = psprintf("UPDATE switchgrid.%s_history AS t SET raw = $%d::jsonb, "
							   "checked_at = now() WHERE t.seen_until IS NULL AND %s "
							   "AND (%s) IS NOT DISTINCT FROM (%s)",
							   relation->name, relation->ncolumns, same_key(relation),
							   columns_of(relation, "t.", but), parameters_of(relation, but));

	return sg_sql_run(&sql, statement) > 0;
}

/*
 * Ends the current row today. One that began today was never true for a day, and goes; so does what a clock
 * that was ahead has left.
 */
static void
end_current(const SgRelation *relation, const SgTuple *row, DateADT today)
{
	static const char *const statements[] = {
		"DELETE FROM switchgrid.%1$s_history AS t WHERE %2$s AND t.seen_from >= $%3$d",
		"UPDATE switchgrid.%1$s_history AS t SET seen_until = $%3$d WHERE %2$s "
		"AND (t.seen_until IS NULL OR t.seen_until > $%3$d)"};
	bool directed = sg_relation_role(relation, SG_ROLE_DIRECTION) >= 0;

	for (int i = 0; i < lengthof(statements); i++)
	{
		SgSql sql = {0};

		sg_sql_value(&sql, TEXTOID, row->values[0]);
		if (directed)
			sg_sql_value(&sql, TEXTOID, row->values[1]);
		sg_sql_date(&sql, today);
		sg_sql_run(&sql, psprintf(statements[i], relation->name, same_key(relation), sql.count));
	}
}

/* A change that is undone on the same day was none: the row that ended today goes on. */
static bool
reopen(const SgRelation *relation, const SgTuple *row, uint32 but, DateADT today)
{
	SgSql sql = row_parameters(relation, row);
	char *statement =
		psprintf("UPDATE switchgrid.%s_history AS t SET seen_until = NULL, "
				 "raw = $%d::jsonb, checked_at = now() WHERE t.seen_until = $%d "
				 "AND %s AND (%s) IS NOT DISTINCT FROM (%s)",
				 relation->name, relation->ncolumns, relation->ncolumns + 1, same_key(relation),
				 columns_of(relation, "t.", but), parameters_of(relation, but));

	sg_sql_date(&sql, today);
	return sg_sql_run(&sql, statement) > 0;
}

static void
begin_row(const SgRelation *relation, const SgTuple *row, DateADT today)
{
	SgSql sql = row_parameters(relation, row);

	sg_sql_date(&sql, today);
	sg_sql_run(&sql, psprintf("INSERT INTO switchgrid.%s_history (%s, seen_from) VALUES (%s, $%d)",
							  relation->name, columns_of(relation, "", 0),
							  parameters_of(relation, 0), relation->ncolumns + 1));
}

/* Ends what is current in a direction (if the relation has them) that none of the rows is about. */
static void
end_missing(const SgRelation *relation, const char *point, List *rows, const char *direction,
			DateADT today)
{
	Datum key[2] = {CStringGetTextDatum(point), CStringGetTextDatum(direction)};
	SgTuple gone = {.values = key};
	ListCell *cell;

	foreach (cell, rows)
		if (datumIsEqual(((SgTuple *) lfirst(cell))->values[1], key[1], false, -1))
			return;
	end_current(relation, &gone, today);
}

void
sg_facts_merge(const SgRelation *relation, const char *point, List *rows, uint32 silence,
			   bool whole, DateADT today)
{
	bool directed = sg_relation_role(relation, SG_ROLE_DIRECTION) >= 0;
	uint32 but = silence | SG_COLUMN_BIT(relation->ncolumns - 1); /* the last is raw */
	ListCell *cell;

	foreach (cell, rows)
	{
		const SgTuple *row = lfirst(cell);

		if (confirm(relation, row, but))
			continue;
		end_current(relation, row, today);
		if (!reopen(relation, row, but, today))
			begin_row(relation, row, today);
	}
	if (rows != NIL && !(whole && directed))
		return;
	end_missing(relation, point, rows, SG_CONSUMPTION, today);
	if (directed)
		end_missing(relation, point, rows, SG_PRODUCTION, today);
}

void
sg_facts_merge_consents(const char *server, List *rows)
{
	const SgRelation *relation = &sg_relation_consent;
	ListCell *cell;

	foreach (cell, rows)
	{
		SgSql sql = row_parameters(relation, lfirst(cell));

		sg_sql_text(&sql, server);
		sg_sql_run(
			&sql,
			psprintf("INSERT INTO switchgrid.consent AS c (%s, server) VALUES (%s, $%d) "
					 "ON CONFLICT (server, point_id, service_id, authorisation_id, consent_id) "
					 "DO UPDATE SET (%s, seen_at) = (%s, now())",
					 columns_of(relation, "", 0), parameters_of(relation, 0),
					 relation->ncolumns + 1, columns_of(relation, "", 0),
					 columns_of(relation, "excluded.", 0)));
	}
}
