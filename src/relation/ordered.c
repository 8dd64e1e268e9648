/*
 * ordered.c
 *	  The orders in which the store can give its rows, seen from the planner.
 *
 * They are (point, direction, starts_at) and (point, starts_at, direction), each column up or down. A column that the
 * query holds to one value does not count: PostgreSQL leaves it out of the keys, and so may we.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "base/compat.h"
#include "catalog/pg_collation_d.h"
#include "ordered.h"
#include "store/reader.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#define KEYS 3

static const int direction_first[KEYS] = {SG_CURVE_POINT_ID, SG_CURVE_DIRECTION,
										  SG_CURVE_STARTS_AT};
static const int direction_last[KEYS] = {SG_CURVE_POINT_ID, SG_CURVE_STARTS_AT, SG_CURVE_DIRECTION};

/* The column of the relation that is a member of the class; -1 if none is. */
static int
column_of(RelOptInfo *rel, const SgPlanInfo *info, const EquivalenceClass *class)
{
	ListCell *cell;

	foreach (cell, class->ec_members)
	{
		int column = sg_estimate_column(rel, info, ((EquivalenceMember *) lfirst(cell))->em_expr);

		if (column >= 0)
			return column;
	}
	return -1;
}

/* Is what is equal in the class equal to the store too? */
static bool
equals_alike(const SgPlanInfo *info, const EquivalenceClass *class, int column)
{
	Oid type = info->relation->columns[column].type;

	return list_member_oid(class->ec_opfamilies,
						   lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY)->btree_opf) &&
		   (!OidIsValid(class->ec_collation) || get_collation_isdeterministic(class->ec_collation));
}

/* The columns that the query holds to one value, a bit each. */
static int
fixed_columns(PlannerInfo *root, RelOptInfo *rel, const SgPlanInfo *info)
{
	int fixed = 0;
	ListCell *cell;

	foreach (cell, root->eq_classes)
	{
		const EquivalenceClass *class = lfirst(cell);
		int column = class->ec_has_const ? column_of(rel, info, class) : -1;

		if (column >= 0 && equals_alike(info, class, column))
			fixed |= 1 << column;
	}
	return fixed;
}

/* Does the key sort as the store's own index does? */
static bool
sorts_alike(const SgPlanInfo *info, const PathKey *key, int column)
{
	Oid type = info->relation->columns[column].type;
	Oid collation = key->pk_eclass->ec_collation;

	return key->pk_opfamily == lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY)->btree_opf &&
		   (!OidIsValid(collation) || collation == DEFAULT_COLLATION_OID);
}

static int
down_flag(int column)
{
	switch (column)
	{
		case SG_CURVE_POINT_ID:
			return SG_SEGMENTS_POINT_DOWN;
		case SG_CURVE_DIRECTION:
			return SG_SEGMENTS_DIRECTION_DOWN;
		default:
			return SG_SEGMENTS_TIME_DOWN;
	}
}

/* How many of the keys follow the columns, which may be left out where they are fixed; adds the flags. */
static int
match(RelOptInfo *rel, const SgPlanInfo *info, List *keys, const int *columns, int fixed,
	  int *order)
{
	int matched = 0;
	int at = 0;
	ListCell *cell;

	foreach (cell, keys)
	{
		const PathKey *key = lfirst(cell);
		int column = column_of(rel, info, key->pk_eclass);

		while (at < KEYS && columns[at] != column && (fixed & (1 << columns[at])))
			at++;
		if (at == KEYS || columns[at] != column || !sorts_alike(info, key, column))
			break;
		if (sg_compat_key_is_down(key))
			*order |= down_flag(column);
		at++;
		matched++;
	}
	return matched;
}

List *
sg_ordered_keys(PlannerInfo *root, RelOptInfo *rel, const SgPlanInfo *info, int *order)
{
	int fixed = fixed_columns(root, rel, info);
	int first = SG_SEGMENTS_SORTED;
	int last = SG_SEGMENTS_SORTED | SG_SEGMENTS_DIRECTION_LAST;
	int with_first = match(rel, info, root->query_pathkeys, direction_first, fixed, &first);
	int with_last = match(rel, info, root->query_pathkeys, direction_last, fixed, &last);

	*order = with_last > with_first ? last : first;
	return list_copy_head(root->query_pathkeys, Max(with_first, with_last));
}
