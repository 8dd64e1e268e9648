/*
 * revision.c
 *	  What a merge replaced: the rows of switchgrid.curve_revision.
 */
#include "postgres.h"

#include "base/curve.h"
#include "catalog/pg_type.h"
#include "revision.h"
#include "sql.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* Revisions read at a time. */
#define PAGE 64

/* Two states of one segment being compared. */
typedef struct Pair
{
	const SgSlots *old;
	const SgSlots *new;
	int64 old_unit; /* what a value of the old has to be multiplied by */
	int64 new_unit; /* and one of the new, which may have lost decimals */
	uint8 number[SG_NATURE_MAX +
				 1]; /* of each nature of the old among the new; missing if not there */
} Pair;

static void
begin_pair(Pair *pair, const SgSlots *old, const SgSlots *new)
{
	const SgNatures *from = &old->head.natures;
	const SgNatures *to = &new->head.natures;

	pair->old = old;
	pair->new = new;
	pair->old_unit = (int64) sg_curve_unit(Max(new->head.scale - old->head.scale, 0));
	pair->new_unit = (int64) sg_curve_unit(Max(old->head.scale - new->head.scale, 0));
	pair->number[0] = 0;
	for (int i = 0; i < from->n; i++)
	{
		pair->number[i + 1] = SG_SLOT_MISSING;
		for (int j = 0; j < to->n; j++)
			if (strcmp(from->text[i], to->text[j]) == 0)
				pair->number[i + 1] = (uint8) (j + 1);
	}
}

static bool
differs(const Pair *pair, uint32 slot)
{
	uint8 was = pair->old->nature[slot];
	uint8 is = pair->new->nature[slot];

	if (was == SG_SLOT_MISSING || is == SG_SLOT_MISSING)
		return was != is;
	return pair->old->values[slot] * pair->old_unit != pair->new->values[slot] * pair->new_unit ||
		   pair->number[was] != is;
}

/* Slots like these, all missing. */
static SgSlots *
make_like(const SgSlots *slots)
{
	const SgCurveHead *head = &slots->head;
	SgSlots *made = sg_curve_make(head->start, head->step, head->count, head->scale);

	made->head.natures = head->natures;
	return made;
}

static void
note_slot(SgRevision *revision, const Pair *pair, uint32 slot)
{
	if (revision->before == NULL)
	{
		revision->before = make_like(pair->old);
		revision->after = make_like(pair->new);
	}
	revision->before->nature[slot] = pair->old->nature[slot];
	revision->before->values[slot] = pair->old->values[slot];
	revision->after->nature[slot] = pair->new->nature[slot];
	revision->after->values[slot] = pair->new->values[slot];
}

/* Leaves the slots from the first to the last. */
static void
cut(SgSlots *slots, uint32 first, uint32 last)
{
	slots->head.start = sg_curve_slot_start(&slots->head, first);
	slots->head.count = last - first + 1;
	slots->values += first;
	slots->nature += first;
}

bool
sg_revision_find(const SgSlots *old, const SgSlots *new, SgArrivals *arrivals, TimestampTz at,
				 SgRevision *revision)
{
	Pair pair;
	bool changed = false;
	uint32 first = 0;
	uint32 last = 0;

	memset(revision, 0, sizeof(*revision));
	begin_pair(&pair, old, new);
	for (int day = 0; day < arrivals->days; day++)
	{
		TimestampTz came = arrivals->at[day];

		for (uint32 slot = arrivals->first[day]; slot < arrivals->first[day + 1]; slot++)
		{
			if (!differs(&pair, slot))
				continue;
			changed = true;
			if (came == SG_NEVER)
				arrivals->at[day] = at;
			/* what a day lost that came at the same instant, nobody could know */
			if (came >= at)
				continue;
			if (revision->before == NULL)
				first = slot;
			last = slot;
			note_slot(revision, &pair, slot);
		}
	}
	if (revision->before != NULL)
	{
		cut(revision->before, first, last);
		cut(revision->after, first, last);
	}
	return changed;
}

/* The parameters that all statements on a segment begin with. */
static SgSql
key_of(const SgSegmentKey *key)
{
	SgSql sql = {0};
	Interval *step = palloc0(sizeof(Interval));

	step->time = key->step * USECS_PER_SEC;
	sg_sql_text(&sql, key->point);
	sg_sql_text(&sql, key->direction);
	sg_sql_date(&sql, key->month);
	sg_sql_value(&sql, INTERVALOID, IntervalPGetDatum(step));
	return sql;
}

void
sg_revision_write(const SgSegmentKey *key, const SgRevision *revision, TimestampTz at)
{
	Oid curve = sg_sql_curve_type();
	SgSql sql = key_of(key);

	sg_sql_value(&sql, TIMESTAMPTZOID, TimestampTzGetDatum(at));
	sg_sql_value(&sql, curve, PointerGetDatum(sg_curve_pack(revision->before)));
	sg_sql_value(&sql, curve, PointerGetDatum(sg_curve_pack(revision->after)));
	sg_sql_run_kept(&sql, "INSERT INTO switchgrid.curve_revision (point_id, direction, month, "
						  "step, revised_at, before, after) VALUES ($1, $2, $3, $4, $5, $6, $7)");
}

/* A nature in memory that the past owns. */
static const char *
keep_nature(SgPast *past, const char *nature)
{
	ListCell *cell;

	if (nature == NULL)
		return NULL;
	foreach (cell, past->natures)
		if (strcmp(lfirst(cell), nature) == 0)
			return lfirst(cell);
	past->natures = lappend(past->natures, pstrdup(nature));
	return llast(past->natures);
}

/* The natures that slots may have, by number. */
static void
keep_natures(SgPast *past, const SgNatures *natures, const char **kept)
{
	MemoryContext old = MemoryContextSwitchTo(past->context);

	kept[0] = NULL;
	for (int i = 0; i < natures->n; i++)
		kept[i + 1] = keep_nature(past, natures->text[i]);
	MemoryContextSwitchTo(old);
}

void
sg_past_begin(SgPast *past, const SgSlots *slots)
{
	uint32 count = slots->head.count;
	double unit = sg_curve_unit(slots->head.scale);
	const char *natures[SG_NATURE_MAX + 1];

	past->context = CurrentMemoryContext;
	past->natures = NIL;
	past->known = palloc(sizeof(bool) * Max(count, 1));
	past->watts = palloc(sizeof(double) * Max(count, 1));
	past->nature = palloc(sizeof(char *) * Max(count, 1));
	keep_natures(past, &slots->head.natures, natures);
	for (uint32 slot = 0; slot < count; slot++)
	{
		past->known[slot] = slots->nature[slot] != SG_SLOT_MISSING;
		past->watts[slot] = slots->values[slot] / unit;
		past->nature[slot] = past->known[slot] ? natures[slots->nature[slot]] : NULL;
	}
}

/* The slot of a segment at which a revision of it begins. */
static uint32
place_of(const SgCurveHead *head, const SgCurveHead *before, const SgCurveHead *after)
{
	int64 offset = before->start - head->start;
	int64 us = head->step * USECS_PER_SEC;

	if (before->start != after->start || before->count != after->count ||
		before->step != head->step || after->step != head->step || offset < 0 || offset % us != 0 ||
		offset / us + before->count > head->count)
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
						errmsg("a row of switchgrid.curve_revision holds curves that are not of "
							   "its month and step")));
	return (uint32) (offset / us);
}

static void
undo(SgPast *past, const SgCurveHead *head, const SgSlots *before, const SgSlots *after)
{
	uint32 place = place_of(head, &before->head, &after->head);
	double unit = sg_curve_unit(before->head.scale);
	const char *natures[SG_NATURE_MAX + 1];

	keep_natures(past, &before->head.natures, natures);
	for (uint32 i = 0; i < before->head.count; i++)
	{
		bool known = before->nature[i] != SG_SLOT_MISSING;

		if (!known && after->nature[i] == SG_SLOT_MISSING)
			continue;
		past->known[place + i] = known;
		past->watts[place + i] = before->values[i] / unit;
		past->nature[place + i] = known ? natures[before->nature[i]] : NULL;
	}
}

/* Undoes the newest revisions below a number; returns the last one's, 0 if there are no more. */
static int64
undo_page(SgPast *past, const SgSegmentKey *key, const SgCurveHead *head, TimestampTz at,
		  int64 number)
{
	SgSql sql = key_of(key);
	uint64 rows;

	sg_sql_value(&sql, TIMESTAMPTZOID, TimestampTzGetDatum(at));
	sg_sql_number(&sql, number);
	sg_sql_number(&sql, PAGE);
	rows = sg_sql_read_kept(
		&sql, "SELECT number, before, after FROM switchgrid.curve_revision WHERE "
			  "point_id = $1 AND direction = $2 AND month = $3 AND step = $4 AND revised_at > $5 "
			  "AND number < $6 ORDER BY number DESC LIMIT $7");
	for (uint64 i = 0; i < rows; i++)
	{
		number = DatumGetInt64(sg_sql_get(i, 1, (Datum) 0));
		undo(past, head, sg_curve_unpack(PG_DETOAST_DATUM(sg_sql_get(i, 2, (Datum) 0))),
			 sg_curve_unpack(PG_DETOAST_DATUM(sg_sql_get(i, 3, (Datum) 0))));
	}
	sg_sql_done();
	return rows < PAGE ? 0 : number;
}

void
sg_past_undo(SgPast *past, const SgSegmentKey *key, const SgCurveHead *head, TimestampTz at)
{
	MemoryContext page =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid revisions", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(page);

	for (int64 number = PG_INT64_MAX; number > 0;)
	{
		number = undo_page(past, key, head, at, number);
		MemoryContextReset(page);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(page);
}
