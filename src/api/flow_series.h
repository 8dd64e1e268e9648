/*
 * flow_series.h
 *	  The series of an order's file, in JSON and in CSV.
 */
#ifndef SG_FLOW_SERIES_H
#define SG_FLOW_SERIES_H

#include "postgres.h"
#include "flow_points.h"

/*
 * Reads a body of JSON as a stream into points, which are settled; the rows of a series in the normal form, which a
 * body may hold instead, are given at once.
 */
extern void sg_series_read(SgPoints *points, char *body, size_t len, SgEmit emit, void *arg);

/* Reads a table into points, which are settled. */
extern void sg_series_read_table(SgPoints *points, const char *body, size_t len);

#endif
