/*
 * call.h
 *	  One request of a document, waited for: its answer is a whole body, and not rows.
 */
#ifndef SG_CALL_H
#define SG_CALL_H

#include "postgres.h"
#include "profile.h"
#include "stats.h"

typedef struct SgCall
{
	SgBase base;
	const char *path;	/* behind it, already escaped */
	const char *method; /* NULL: GET, or POST with a body */
	const char *json;	/* body, or NULL */
	const char *accept; /* whole Accept header, or NULL for JSON */
	bool once;			/* it may do something: never sent again */
} SgCall;

typedef struct SgReply
{
	SgFault fault; /* NONE: the body is there */
	bool left;	   /* may the request have reached the API? */
	char *body;	   /* palloc'd, with a NUL byte after it */
	size_t len;
} SgReply;

/*
 * Makes the call at the credential's pace, with retries unless it is to be made once, and waits for it. The
 * reply is in the current memory context. Raises what reading the credential raises, and what ends a wait.
 */
extern SgReply *sg_call(const SgProfile *profile, const SgCall *call, SgStats *stats);

#endif
