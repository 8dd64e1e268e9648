/*
 * grdf_keep.c
 *	  Rows that wait until an answer is whole, because a later record may take the place of an earlier one.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/pg_type_d.h"
#include "grdf.h"

/* Room for a month of days at first. */
#define FIRST_ROOM 32

struct SgGrdfKept
{
	Datum *values;
	bool *nulls;
	TimestampTz starts_at;
	TimestampTz ends_at;
	const char *kind;
	bool final;
	bool production;
	int turn; /* in the answer */
};

/* What is not held by value is a text; copied here so that decoders need nothing that only a server has. */
static Datum
copy_value(const SgColumn *column, Datum value)
{
	size_t size;

	if (!sg_column_is_text(column) && column->type != TEXTOID)
		return value;
	size = VARSIZE_ANY(DatumGetPointer(value));
	return PointerGetDatum(memcpy(palloc(size), DatumGetPointer(value), size));
}

static void
copy_row(SgGrdfKept *kept, const SgRow *row)
{
	int n = row->relation->ncolumns;

	kept->values = palloc0(sizeof(Datum) * n);
	kept->nulls = palloc(sizeof(bool) * n);
	memcpy(kept->nulls, row->nulls, sizeof(bool) * n);
	for (int i = 0; i < n; i++)
		if (!row->nulls[i])
			kept->values[i] = copy_value(&row->relation->columns[i], row->values[i]);
}

/* A point may have both directions, each with readings of its own. */
static bool
is_production(const SgRow *row)
{
	int column = sg_relation_role(row->relation, SG_ROLE_DIRECTION);
	Datum direction = row->values[column];

	return !row->nulls[column] &&
		   VARSIZE_ANY_EXHDR(DatumGetPointer(direction)) == strlen(SG_PRODUCTION) &&
		   memcmp(VARDATA_ANY(DatumGetPointer(direction)), SG_PRODUCTION, strlen(SG_PRODUCTION)) ==
			   0;
}

void
sg_grdf_keep(SgGrdfKeep *keep, const SgRow *row, TimestampTz starts_at, TimestampTz ends_at,
			 const char *kind, const char *status)
{
	MemoryContext old = MemoryContextSwitchTo(keep->context);
	SgGrdfKept *kept;

	if (keep->count == keep->room)
	{
		keep->room = Max(keep->room * 2, FIRST_ROOM);
		keep->rows = keep->rows == NULL ? palloc(sizeof(SgGrdfKept) * keep->room)
										: repalloc(keep->rows, sizeof(SgGrdfKept) * keep->room);
	}
	kept = &keep->rows[keep->count];
	copy_row(kept, row);
	kept->starts_at = starts_at;
	kept->ends_at = ends_at;
	kept->kind = pstrdup(kind != NULL ? kind : "");
	kept->production = is_production(row);
	/* "Provisoire" or "Définitive", in the database's encoding */
	kept->final = status != NULL && status[0] == 'D';
	kept->turn = keep->count++;
	MemoryContextSwitchTo(old);
}

static int
compare_place(const SgGrdfKept *x, const SgGrdfKept *y)
{
	if (x->starts_at != y->starts_at)
		return x->starts_at < y->starts_at ? -1 : 1;
	if (x->production != y->production)
		return x->production ? 1 : -1;
	return strcmp(x->kind, y->kind);
}

/* The one that is to be given stands last of its place. */
static int
compare_kept(const void *a, const void *b)
{
	const SgGrdfKept *x = a;
	const SgGrdfKept *y = b;
	int order = compare_place(x, y);

	if (order != 0)
		return order;
	if (x->final != y->final)
		return (int) x->final - (int) y->final;
	if (x->ends_at != y->ends_at)
		return x->ends_at < y->ends_at ? -1 : 1;
	return x->turn - y->turn;
}

void
sg_grdf_give(SgGrdfKeep *keep, SgEmit emit, void *arg)
{
	if (keep->count > 1)
		qsort(keep->rows, keep->count, sizeof(SgGrdfKept), compare_kept);
	for (int i = 0; i < keep->count; i++)
	{
		const SgGrdfKept *kept = &keep->rows[i];

		if (i + 1 == keep->count || compare_place(kept, kept + 1) != 0)
			emit(arg, keep->relation, kept->values, kept->nulls);
	}
	if (keep->rows != NULL)
		pfree(keep->rows);
	keep->rows = NULL;
	keep->count = keep->room = 0;
}
