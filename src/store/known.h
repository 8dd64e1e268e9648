/*
 * known.h
 *	  The stored load curves as they were known at an instant.
 */
#ifndef SG_KNOWN_H
#define SG_KNOWN_H

#include "postgres.h"
#include "api/relation.h"
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

/*
 * Gives a row of load_curve for each interval that had a value then, month by month, as the current user and with
 * the snapshot of the statement that is running; needs an SPI connection. "emit" is called in a memory context that is
 * short-lived. Raises XX001 for stored bytes that are not sound.
 */
extern void sg_known_read(const SgKnownWish *wish, SgEmit emit, void *arg);

#endif
