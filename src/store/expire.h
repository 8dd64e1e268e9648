/*
 * expire.h
 *	  What is older than it is to be kept: switchgrid.policy.keep.
 */
#ifndef SG_EXPIRE_H
#define SG_EXPIRE_H

#include "postgres.h"

/* Is told how many rows of a table were deleted. */
typedef void (*SgExpired)(void *arg, const char *table, uint64 rows);

/*
 * Deletes what is older, table by table, and takes its days out of coverage. Waits for no other session: rows that one
 * is writing are left to the next time. "put" may be NULL. Needs an SPI connection. Raises what the statements raise.
 */
extern void sg_expire(SgExpired put, void *arg);

#endif
