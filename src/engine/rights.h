/*
 * rights.h
 *	  What a credential may do on each API, as answers and tokens told any backend of the cluster.
 */
#ifndef SG_RIGHTS_H
#define SG_RIGHTS_H

#include "postgres.h"
#include "api/endpoint.h"
#include "datatype/timestamp.h"

typedef enum SgRight
{
	SG_RIGHT_UNKNOWN,
	SG_RIGHT_GRANTED, /* an answer came from behind the gate */
	SG_RIGHT_REFUSED, /* the gate said that the application has not subscribed */
	SG_RIGHT_SCOPED	  /* the token's scope names it; no answer yet */
} SgRight;

/* Notes what an answer told of the right on an endpoint; "key" is the credential's. */
extern void sg_rights_learn(const SgApi *api, uint64 key, const SgEndpoint *endpoint,
							SgRight right);

/* Notes what a token's scope tells, where no answer has told better. */
extern void sg_rights_learn_scope(const SgApi *api, uint64 key, const char *scope);

/* What is known of an endpoint, and since when (0 if nothing is). */
extern SgRight sg_rights_get(const SgApi *api, uint64 key, const SgEndpoint *endpoint,
							 TimestampTz *since);

#endif
