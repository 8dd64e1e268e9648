/*
 * columns.c
 *	  The columns of a foreign table, and those of the relation that it shows.
 */
#include "postgres.h"

#include "columns.h"

void
sg_columns_map(const SgRelation *relation, Relation table, int *columns)
{
	TupleDesc desc = RelationGetDescr(table);

	for (int i = 0; i < SG_MAX_COLUMNS; i++)
		columns[i] = -1;
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);
		int column;

		if (attribute->attisdropped)
			continue;
		column = sg_relation_column(relation, NameStr(attribute->attname));
		if (column < 0)
			ereport(ERROR, (errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
							errmsg("column \"%s\" of foreign table \"%s\" is not a column of "
								   "relation \"%s\"",
								   NameStr(attribute->attname), RelationGetRelationName(table),
								   relation->name),
							errhint("IMPORT FOREIGN SCHEMA makes tables with the right columns.")));
		if (attribute->atttypid != relation->columns[column].type)
			ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
							errmsg("column \"%s\" of foreign table \"%s\" must have type %s",
								   NameStr(attribute->attname), RelationGetRelationName(table),
								   relation->columns[column].type_name)));
		columns[column] = i;
	}
}
