/*
 * describe.c
 *	  Comments on foreign tables, which IMPORT FOREIGN SCHEMA cannot make: a wrapper gives it CREATE
 *	  FOREIGN TABLE and nothing else.
 */
#include "postgres.h"

#include "api/described.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "store/sql.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(sg_describe);

/*
 * The tables of our servers in a schema that the current user owns, and their columns, as far as nobody has
 * described them yet; and what the native relation of that name says of the same. What a server without an
 * API has is stored itself, so the native relation's own words are right for it.
 */
static const char find_undescribed[] =
	"SELECT c.relname, a.attname, r.option_value AS relation, CASE\n"
	"    WHEN a.attname IS NOT NULL THEN\n"
	"        (SELECT col_description(n.attrelid, n.attnum) FROM pg_attribute n\n"
	"         WHERE n.attrelid = native.oid AND n.attname = a.attname AND NOT n.attisdropped)\n"
	"    WHEN stored THEN obj_description(native.oid, 'pg_class') END\n"
	"FROM pg_foreign_data_wrapper w JOIN pg_foreign_server s ON s.srvfdw = w.oid\n"
	"    JOIN pg_foreign_table f ON f.ftserver = s.oid JOIN pg_class c ON c.oid = f.ftrelid\n"
	"    CROSS JOIN LATERAL pg_options_to_table(f.ftoptions) r\n"
	"    LEFT JOIN pg_class native ON native.relname = r.option_value\n"
	"        AND native.relnamespace = 'switchgrid'::regnamespace\n"
	"    CROSS JOIN LATERAL (SELECT 0, NULL::name UNION ALL SELECT attnum, attname FROM "
	"pg_attribute\n"
	"        WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) a (attnum, attname)\n"
	"    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM pg_options_to_table(s.srvoptions)\n"
	"        WHERE option_name = 'api' AND option_value = 'store')) o (stored)\n"
	"WHERE w.fdwname = 'switchgrid_fdw' AND c.relnamespace = $1 AND r.option_name = 'relation'\n"
	"    AND pg_has_role(c.relowner, 'USAGE')\n"
	"    AND NOT EXISTS (SELECT FROM pg_description d WHERE d.classoid = 'pg_class'::regclass\n"
	"        AND d.objoid = c.oid AND d.objsubid = a.attnum)\n"
	"ORDER BY c.relname, a.attnum";

/* One thing that has no comment, and the text that it gets. */
typedef struct Undescribed
{
	char *table;
	char *column; /* NULL: the table itself */
	const char *text;
} Undescribed;

/* The text for a row of the query; NULL if there is none, as for a column that the relation does not have. */
static const char *
text_of(uint64 row, const char *column)
{
	const char *text = sg_sql_get_text(row, 4);
	const SgRelation *relation = sg_relation_find(sg_sql_get_text(row, 3));

	if (relation == NULL)
		return NULL;
	/* a column may have the name of one in the native table and be none of the relation */
	if (column == NULL)
		return text != NULL ? text : sg_described_relation(relation);
	if (sg_relation_column(relation, column) < 0)
		return NULL;
	return relation->kind == SG_KIND_DOCUMENT ? sg_described_column(relation, column) : text;
}

static List *
find(Oid schema)
{
	SgSql sql = {0};
	List *found = NIL;
	uint64 count;

	sg_sql_value(&sql, OIDOID, ObjectIdGetDatum(schema));
	count = sg_sql_run(&sql, find_undescribed);
	for (uint64 row = 0; row < count; row++)
	{
		Undescribed *thing = palloc(sizeof(Undescribed));

		thing->table = sg_sql_get_text(row, 1);
		thing->column = sg_sql_get_text(row, 2);
		thing->text = text_of(row, thing->column);
		if (thing->text != NULL)
			found = lappend(found, thing);
	}
	sg_sql_done();
	return found;
}

/* As a statement, so that rights, locks and event triggers are those of any COMMENT. */
static void
comment_on(const char *schema, const Undescribed *thing)
{
	SgSql sql = {0};
	StringInfoData statement;
	char *table = quote_qualified_identifier(schema, thing->table);

	initStringInfo(&statement);
	if (thing->column == NULL)
		appendStringInfo(&statement, "COMMENT ON FOREIGN TABLE %s", table);
	else
		appendStringInfo(&statement, "COMMENT ON COLUMN %s.%s", table,
						 quote_identifier(thing->column));
	appendStringInfo(&statement, " IS %s", quote_literal_cstr(thing->text));
	sg_sql_run(&sql, statement.data);
}

Datum
sg_describe(PG_FUNCTION_ARGS)
{
	Oid schema = LookupExplicitNamespace(NameStr(*PG_GETARG_NAME(0)), false);
	List *things;
	ListCell *cell;

	SPI_connect();
	things = find(schema);
	foreach (cell, things)
		comment_on(get_namespace_name(schema), lfirst(cell));
	SPI_finish();
	PG_RETURN_INT32(list_length(things));
}
