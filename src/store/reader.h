/*
 * reader.h
 *	  The segments of switchgrid.curve_segment, one after the other.
 */
#ifndef SG_READER_H
#define SG_READER_H

#include "postgres.h"
#include "base/span.h"
#include "storage/block.h"
#include "datatype/timestamp.h"
#include "nodes/pg_list.h"
#include "utils/snapshot.h"

/*
 * How segments follow each other: by point, direction, month; or by point, month, direction. 0: as they come, which is
 * fastest.
 */
enum
{
	SG_SEGMENTS_SORTED = 1,
	SG_SEGMENTS_DIRECTION_LAST = 2,
	SG_SEGMENTS_POINT_DOWN = 4,
	SG_SEGMENTS_DIRECTION_DOWN = 8,
	SG_SEGMENTS_TIME_DOWN = 16
};

/* Blocks of the table, until - 1 the last; InvalidBlockNumber is beyond any. */
typedef struct SgBlocks
{
	BlockNumber from;
	BlockNumber until; /* 0: all blocks */
} SgBlocks;

/* Which segments: those of the points, directions and steps that can hold intervals of the days. */
typedef struct SgSegmentWish
{
	bool any_point;
	List *points; /* of char * */
	bool any_direction;
	List *directions; /* of char * */
	List *steps;	  /* of interval[] (ArrayType *): a step must be in each */
	SgDays days;
	bool emptied; /* those too whose last value another step's has replaced? */
	SgBlocks blocks;
	int order; /* of the flags above */
} SgSegmentWish;

/* One segment; by-reference values live until the next call. */
typedef struct SgSegmentRow
{
	Datum point_id;
	Datum direction;
	DateADT month;
	int32 step;		/* seconds */
	Datum curve;	/* as it is stored: not detoasted */
	int32 points;	/* slots with a value */
	int32 decimals; /* of the watts */
	double wh;
	double watts_min; /* these, if there are points */
	double watts_max;
	Datum arrived; /* see month.h */
	TimestampTz updated_at;
} SgSegmentRow;

typedef struct SgSegmentReader SgSegmentReader;

/*
 * A reader in the current memory context, which it belongs to. It reads with the rights of the user: InvalidOid stands
 * for the one who makes it, whoever fetches from it later.
 */
extern SgSegmentReader *sg_reader_make(Oid user);

/* The packed table. Raises 3F000 where there is no schema of the extension. */
extern Oid sg_reader_table(void);

/* How many blocks the table has; it stays locked (ACCESS SHARE). */
extern BlockNumber sg_reader_blocks(void);

/* Begins to read, as of the snapshot; rights and row-level security hold. Raises what the query raises. */
extern void sg_reader_start(SgSegmentReader *reader, const SgSegmentWish *wish, Snapshot snapshot);

/* The next segment; false if there is none left. */
extern bool sg_reader_next(SgSegmentReader *reader, SgSegmentRow *row);

/*
 * The columns of load_curve for an interval of a segment; "step" is where the one of that name lives, and the nature, or
 * NULL, becomes a palloc'd text. The arrays have SG_CURVE_COLUMNS entries.
 */
extern void sg_reader_columns(const SgSegmentRow *row, TimestampTz starts_at, double watts,
							  const char *nature, Interval *step, Datum *values, bool *nulls);

/* Ends what was begun, if it was. Must be called before its memory goes, unless the transaction fails. */
extern void sg_reader_stop(SgSegmentReader *reader);

#endif
