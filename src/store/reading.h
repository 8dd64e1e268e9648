/*
 * reading.h
 *	  Rows of any relation taken as readings of load curves: columns by name.
 */
#ifndef SG_READING_H
#define SG_READING_H

#include "postgres.h"
#include "access/tupdesc.h"
#include "api/relation.h"
#include "datatype/timestamp.h"

/* Where a relation has the columns of a reading. */
typedef struct SgReadingMap
{
	int columns[SG_CURVE_COLUMNS]; /* the attribute, from 0, or -1 */
	Oid types[SG_CURVE_COLUMNS];   /* its type; of a domain, what that is over */
	int32 step;					   /* seconds of every reading; 0: the rows tell */
} SgReadingMap;

/* One reading; its texts are the row's own, without a zero behind them. */
typedef struct SgReading
{
	const char *point;
	int point_len;
	bool production;
	bool has_start; /* is starts_at known yet? */
	TimestampTz starts_at;
	int32 step; /* seconds */
	double watts;
	const char *nature; /* NULL if there is none */
	int nature_len;
} SgReading;

/*
 * Finds the columns of a reading. Raises 42703 for a column that a reading does not have or lacks, 42701 for one that is
 * there twice, 42804 for a type that says something else.
 */
extern void sg_reading_map(SgReadingMap *map, TupleDesc desc, int32 step);

/*
 * Reads a row, in the current memory context; false if it says nothing, because it has no value. Raises
 * 22xxx for what cannot be kept.
 */
extern bool sg_reading_read(const SgReadingMap *map, const Datum *values, const bool *nulls,
							SgReading *reading);

/* The seconds of a step. Raises 22023 for one that does not divide a day, or is not whole seconds. */
extern int32 sg_reading_step(const Interval *step);

#endif
