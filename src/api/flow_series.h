/*
 * flow_series.h
 *	  The series of an order's file, in JSON and in CSV.
 */
#ifndef SG_FLOW_SERIES_H
#define SG_FLOW_SERIES_H

#include "postgres.h"
#include "flow_csv.h"
#include "flow_points.h"

/*
 * Reads a body of JSON as a stream into points, which are settled; the rows of a series in the normal form, which a
 * body may hold instead, are given at once.
 */
extern void sg_series_read(SgPoints *points, char *body, size_t len, SgEmit emit, void *arg);

/* Reads a table into points, which are settled. */
extern void sg_series_read_table(SgPoints *points, const char *body, size_t len);

/*
 * Whose a row of a table is, by the point and the direction that it names (NULL: none); NULL if it is not wanted, or
 * with a fault.
 */
typedef SgPoints *(*SgTableHome)(void *arg, const SgCsv *csv, const char *point,
								 const char *direction);

/* Reads the rows of a table into the points that each is of. Returns whether it is in the normal form. */
extern bool sg_table_read(SgCsv *csv, SgPointsKind kind, SgTableHome home, void *arg);

/* Settles points of a table. */
extern void sg_table_settle(SgPoints *points, bool normal);

#endif
