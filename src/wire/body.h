/*
 * body.h
 *	  Bytes that come piece by piece. Usable in a library's callback: takes no PostgreSQL memory, raises nothing.
 */
#ifndef SG_BODY_H
#define SG_BODY_H

#include "postgres.h"

typedef struct SgBody
{
	char *bytes; /* a zero stands behind the last one; NULL before the first */
	size_t len;
	size_t size;
} SgBody;

/* Adds bytes; false if there is no memory. */
extern bool sg_body_append(SgBody *body, const char *data, size_t n);

/* Frees what it holds; it is empty then. */
extern void sg_body_release(SgBody *body);

#endif
