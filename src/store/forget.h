/*
 * forget.h
 *	  Every trace of a point, taken out of the native tables.
 */
#ifndef SG_FORGET_H
#define SG_FORGET_H

#include "postgres.h"
#include "nodes/pg_list.h"

/* Is told how many rows of a table were erased, or changed because they named the point too. */
typedef void (*SgForgotten)(void *arg, const char *table, uint64 rows);

/*
 * Erases what is stored of a point and tells of each table, persons first; with a server, only of tables that tell
 * which server a row came from. Gives the other tables that have rows of the point then, char *, else NIL.
 * The caller keeps runs of refresh away. Needs an SPI connection. Raises what the statements raise.
 */
extern List *sg_forget(const char *point, const char *server, SgForgotten put, void *arg);

#endif
