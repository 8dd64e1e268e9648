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

/* Raises 2D000 if the procedure of that name was called where it cannot commit. */
extern void sg_face_require_own_transactions(FunctionCallInfo fcinfo, const char *name);

#endif
