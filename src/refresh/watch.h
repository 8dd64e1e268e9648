/*
 * watch.h
 *	  The wishes that refresh fulfils.
 */
#ifndef SG_WATCH_H
#define SG_WATCH_H

#include "postgres.h"
#include "base/span.h"
#include "nodes/pg_list.h"
#include "store/sql.h"

/* What is to be watched; lists are of char *, dates may be SG_SQL_NO_DATE. */
typedef struct SgWish
{
	const char *server;
	List *points;
	List *relations;
	List *directions;
	DateADT since;
	DateADT until;
} SgWish;

/*
 * Checks a wish and keeps it; returns how many rows of switchgrid.watch it made or changed. Raises 22023
 * for what the server's API cannot give, 42704 for an unknown server. Needs an SPI connection.
 */
extern int sg_watch_keep(const SgWish *wish);

#endif
