/*
 * known.h
 *	  The stored load curves as they were known at an instant.
 */
#ifndef SG_KNOWN_H
#define SG_KNOWN_H

#include "postgres.h"
#include "datatype/timestamp.h"
#include "nodes/pg_list.h"

/* What is asked: of which points, intervals that begin in [from, until), as known at an instant. */
typedef struct SgKnownWish
{
	TimestampTz at;
	bool any_point;
	List *points; /* of char * */
	TimestampTz from;
	TimestampTz until;
} SgKnownWish;

/* An interval that had a value then. */
typedef struct SgKnownRow
{
	Datum point_id;
	Datum direction;
	TimestampTz starts_at;
	int32 step; /* seconds */
	double watts;
	const char *nature; /* or NULL */
} SgKnownRow;

/* Takes a row, in a memory context that is short-lived; the row too. */
typedef void (*SgKnownEmit)(void *arg, const SgKnownRow *row);

/*
 * Gives the rows to "emit", month by month, as the current user and with the snapshot of the statement that is
 * running; needs an SPI connection. Raises XX001 for stored bytes that are not sound.
 */
extern void sg_known_read(const SgKnownWish *wish, SgKnownEmit emit, void *arg);

#endif
