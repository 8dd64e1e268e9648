/*
 * sample.c
 *	  The stored load curve being sampled by ANALYZE.
 *
 * Summaries say how many rows each segment has, so the sample is drawn among all rows alike, and only segments that
 * hold a drawn row are unpacked.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "base/curve.h"
#include "columns.h"
#include "common/pg_prng.h"
#include "engine/profile.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "sample.h"
#include "storage/bufmgr.h"
#include "store/reader.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

typedef struct Sample
{
	TupleDesc desc;
	int columns[SG_MAX_COLUMNS]; /* see sg_columns_map */
	int64 *drawn;				 /* numbers of rows, in order */
	int count;
	int next;
	HeapTuple *rows;
	int filled;
	MemoryContext caller;
} Sample;

static SgSegmentReader *
start_reading(void)
{
	SgSegmentReader *reader = sg_reader_make(InvalidOid);
	SgSegmentWish wish = {.any_point = true, .any_direction = true, .days = SG_DAYS_ALL};

	sg_reader_start(reader, &wish, GetActiveSnapshot());
	return reader;
}

static int64
count_rows(void)
{
	SgSegmentReader *reader = start_reading();
	SgSegmentRow row;
	int64 total = 0;

	while (sg_reader_next(reader, &row))
	{
		CHECK_FOR_INTERRUPTS();
		total += row.points;
	}
	sg_reader_stop(reader);
	return total;
}

static int
compare_numbers(const void *a, const void *b)
{
	int64 x = *(const int64 *) a;
	int64 y = *(const int64 *) b;

	return (x > y) - (x < y);
}

/* Draws rows among so many; one that is drawn twice is only taken once. */
static void
draw(Sample *sample, int64 total, int wanted)
{
	sample->drawn = palloc(sizeof(int64) * Max(wanted, 1));
	if (total <= wanted)
	{
		for (; sample->count < total; sample->count++)
			sample->drawn[sample->count] = sample->count;
		return;
	}
	for (int i = 0; i < wanted; i++)
		sample->drawn[i] = (int64) pg_prng_uint64_range(&pg_global_prng_state, 0, total - 1);
	qsort(sample->drawn, wanted, sizeof(int64), compare_numbers);
	for (int i = 0; i < wanted; i++)
		if (i == 0 || sample->drawn[i] != sample->drawn[i - 1])
			sample->drawn[sample->count++] = sample->drawn[i];
}

static void
add_row(Sample *sample, const SgSegmentRow *row, const SgSlots *slots, uint32 slot)
{
	Datum given[SG_CURVE_COLUMNS];
	bool missing[SG_CURVE_COLUMNS];
	Datum values[MaxTupleAttributeNumber];
	bool nulls[MaxTupleAttributeNumber];
	Interval step;
	MemoryContext old;

	sg_reader_columns(row, sg_curve_slot_start(&slots->head, slot),
					  slots->values[slot] / sg_curve_unit(slots->head.scale),
					  sg_curve_nature(slots, slot), &step, given, missing);
	memset(nulls, true, sizeof(bool) * sample->desc->natts);
	for (int i = 0; i < SG_CURVE_COLUMNS; i++)
		if (sample->columns[i] >= 0)
		{
			values[sample->columns[i]] = given[i];
			nulls[sample->columns[i]] = missing[i];
		}
	old = MemoryContextSwitchTo(sample->caller);
	sample->rows[sample->filled++] = heap_form_tuple(sample->desc, values, nulls);
	MemoryContextSwitchTo(old);
}

/* Adds the drawn rows of a segment whose first row has that number. */
static void
take_segment(Sample *sample, const SgSegmentRow *row, int64 first)
{
	SgSlots *slots = sg_curve_unpack(PG_DETOAST_DATUM_PACKED(row->curve));

	for (uint32 slot = 0; slot < slots->head.count && sample->next < sample->count; slot++)
	{
		if (slots->nature[slot] == SG_SLOT_MISSING)
			continue;
		if (sample->drawn[sample->next] == first++)
		{
			add_row(sample, row, slots, slot);
			sample->next++;
		}
	}
}

static void
take_drawn(Sample *sample)
{
	SgSegmentReader *reader = start_reading();
	MemoryContext segment =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid segment", ALLOCSET_DEFAULT_SIZES);
	SgSegmentRow row;
	int64 first = 0;

	while (sample->next < sample->count && sg_reader_next(reader, &row))
	{
		MemoryContext old = MemoryContextSwitchTo(segment);

		CHECK_FOR_INTERRUPTS();
		if (sample->drawn[sample->next] < first + row.points)
			take_segment(sample, &row, first);
		first += row.points;
		MemoryContextSwitchTo(old);
		MemoryContextReset(segment);
	}
	sg_reader_stop(reader);
}

static int
acquire_rows(Relation table, int level, HeapTuple *rows, int wanted, double *total, double *dead)
{
	Sample sample = {.desc = RelationGetDescr(table), .rows = rows, .caller = CurrentMemoryContext};
	MemoryContext sampling =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid sample", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(sampling);
	int64 count = count_rows();

	sg_columns_map(&sg_relation_load_curve, table, sample.columns);
	draw(&sample, count, wanted);
	take_drawn(&sample);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(sampling);
	*total = (double) count;
	*dead = 0;
	ereport(level, (errmsg("\"%s\": " INT64_FORMAT " rows in the store, %d rows in sample",
						   RelationGetRelationName(table), count, sample.filled)));
	return sample.filled;
}

/*
 * Pages of the packed table, by which a partitioned table shares its sample out. 0 if it has row-level security: statistics
 * of the foreign table, which can have none, would show everybody's values to every reader of it.
 */
static BlockNumber
count_pages(void)
{
	Relation segments = table_open(sg_reader_table(), AccessShareLock);
	BlockNumber pages = segments->rd_rel->relrowsecurity ? 0 : RelationGetNumberOfBlocks(segments);

	table_close(segments, AccessShareLock);
	return pages;
}

bool
sg_sample_begin(Relation table, AcquireSampleRowsFunc *function, BlockNumber *pages)
{
	Oid server = GetForeignTable(RelationGetRelid(table))->serverid;

	if (sg_profile_get(server, GetUserId())->api != NULL ||
		sg_profile_relation(RelationGetRelid(table)) != &sg_relation_load_curve)
		return false;
	*function = acquire_rows;
	*pages = count_pages();
	return *pages > 0;
}
