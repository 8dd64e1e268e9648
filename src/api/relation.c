/*
 * relation.c
 *	  The relations that users see.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "relation.h"

static const SgColumn load_curve_columns[SG_CURVE_COLUMNS] = {
	[SG_CURVE_POINT_ID] = {"point_id", TEXTOID, "text", SG_ROLE_POINT},
	[SG_CURVE_DIRECTION] = {"direction", TEXTOID, "text", SG_ROLE_DIRECTION},
	[SG_CURVE_STARTS_AT] = {"starts_at", TIMESTAMPTZOID, "timestamptz", SG_ROLE_INSTANT},
	[SG_CURVE_ENDS_AT] = {"ends_at", TIMESTAMPTZOID, "timestamptz", SG_ROLE_PLAIN},
	[SG_CURVE_STEP] = {"step", INTERVALOID, "interval", SG_ROLE_PLAIN},
	[SG_CURVE_WATTS] = {"watts", FLOAT8OID, "double precision", SG_ROLE_PLAIN},
	[SG_CURVE_WH] = {"wh", FLOAT8OID, "double precision", SG_ROLE_PLAIN},
	[SG_CURVE_NATURE] = {"nature", TEXTOID, "text", SG_ROLE_PLAIN},
};

static const SgColumn daily_energy_columns[SG_DAILY_COLUMNS] = {
	[SG_DAILY_POINT_ID] = {"point_id", TEXTOID, "text", SG_ROLE_POINT},
	[SG_DAILY_DIRECTION] = {"direction", TEXTOID, "text", SG_ROLE_DIRECTION},
	[SG_DAILY_DAY] = {"day", DATEOID, "date", SG_ROLE_DAY},
	[SG_DAILY_WH] = {"wh", FLOAT8OID, "double precision", SG_ROLE_PLAIN},
};

const SgRelation sg_relation_load_curve = {"load_curve", SG_CURVE_COLUMNS, load_curve_columns};
const SgRelation sg_relation_daily_energy = {"daily_energy", SG_DAILY_COLUMNS,
											 daily_energy_columns};

const SgRelation *const sg_relations[] = {&sg_relation_load_curve, &sg_relation_daily_energy, NULL};

const SgRelation *
sg_relation_find(const char *name)
{
	for (int i = 0; sg_relations[i] != NULL; i++)
		if (strcmp(sg_relations[i]->name, name) == 0)
			return sg_relations[i];
	return NULL;
}

int
sg_relation_column(const SgRelation *relation, const char *name)
{
	for (int i = 0; i < relation->ncolumns; i++)
		if (strcmp(relation->columns[i].name, name) == 0)
			return i;
	return -1;
}
