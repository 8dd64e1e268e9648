/*
 * writers.h
 *	  Transactions that write to one month of a curve at the same time.
 */
#ifndef SG_WRITERS_H
#define SG_WRITERS_H

#include "postgres.h"
#include "utils/date.h"

/*
 * Begins to write to a month: keeps others from beginning until it is left, and waits before for transactions that have
 * written to it and not ended. Returns how many rows it has. The lock is short and the only one, so that nobody
 * waits for it in a circle, and a transaction may write to any number of months.
 */
extern int sg_writers_enter(const char *point, const char *direction, DateADT month);
extern void sg_writers_leave(const char *point, const char *direction);

#endif
