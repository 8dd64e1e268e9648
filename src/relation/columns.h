/*
 * columns.h
 *	  The columns of a foreign table, and those of the relation that it shows.
 */
#ifndef SG_COLUMNS_H
#define SG_COLUMNS_H

#include "postgres.h"
#include "api/relation.h"
#include "utils/rel.h"

/*
 * Finds the table's attribute (from 0) for each column of its relation, -1 where it has none; "columns" has room for
 * SG_MAX_COLUMNS. Raises HV005 for a column that the relation has not, HV004 for one of another type.
 */
extern void sg_columns_map(const SgRelation *relation, Relation table, int *columns);

#endif
