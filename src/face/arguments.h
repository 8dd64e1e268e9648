/*
 * arguments.h
 *	  What the functions that SQL calls have in common.
 */
#ifndef SG_ARGUMENTS_H
#define SG_ARGUMENTS_H

#include "postgres.h"
#include "fmgr.h"
#include "nodes/pg_list.h"

/* A text[] argument as a list of char *, palloc'd. Raises 22004 if it is NULL or holds a NULL. */
extern List *sg_face_texts(FunctionCallInfo fcinfo, int argument, const char *name);

/* An interval of 0 to 1 day, in microseconds, 0 for NULL; a number of requests from 1 on, 0 for NULL. Raise 22023. */
extern int64 sg_face_length(FunctionCallInfo fcinfo, int argument, const char *name);
extern int64 sg_face_number(FunctionCallInfo fcinfo, int argument, const char *name);

/* Raises 2D000 if the procedure of that name was called where it cannot commit. */
extern void sg_face_require_own_transactions(FunctionCallInfo fcinfo, const char *name);

#endif
