/*
 * async.h
 *	  Live relations of several servers read side by side: PostgreSQL's asynchronous Append.
 */
#ifndef SG_ASYNC_H
#define SG_ASYNC_H

#include "postgres.h"
#include "foreign/fdwapi.h"

/* The callbacks; see the foreign data wrapper's chapter of PostgreSQL's documentation. */
extern bool sg_async_capable(ForeignPath *path);
extern void sg_async_request(AsyncRequest *request);
extern void sg_async_configure_wait(AsyncRequest *request);
extern void sg_async_notify(AsyncRequest *request);

#endif
