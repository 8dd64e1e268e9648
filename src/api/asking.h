/*
 * asking.h
 *	  How an API asks the holders of contracts for their consent.
 */
#ifndef SG_ASKING_H
#define SG_ASKING_H

#include "postgres.h"
#include "endpoint.h"
#include "ordering.h"

/* What is to be asked; the texts of type jsonb are JSON. */
typedef struct SgAskOrder
{
	const char *contracts; /* an array: see switchgrid.create_ask */
	const char *duration;  /* such as "1 year" */
	const char *signer;	   /* an object, or NULL */
	List *scopes;		   /* of char *, or NIL for those that refresh needs */
	List *purposes;		   /* of char * */
	const char *redirect;  /* where the holder's browser goes afterwards, or NULL */
} SgAskOrder;

/* One contract of an ask. */
typedef struct SgAskPoint
{
	const char *point;		 /* NULL: not known yet */
	const char *contract_id; /* or NULL */
	const char *status;		 /* or NULL */
	const char *consent_id;	 /* or NULL: not given */
} SgAskPoint;

typedef struct SgAskReport
{
	const char *ask_id;
	const char *status; /* the API's word */
	SgStage
		stage;	  /* DONE: accepted; FAILED: it will not be; a refusal that can be mended is OPEN */
	bool revoked; /* of FAILED: it had been accepted once */
	TimestampTz created_at; /* 0: not said, as the next one */
	TimestampTz accepted_at;
	const char *user_url;  /* where the holder signs, or NULL */
	const char *duration;  /* or NULL */
	int test;			   /* -1: not said */
	List *points;		   /* of SgAskPoint * */
	List *named;		   /* of char *: those of them whose point is known */
	const char *contracts; /* the points as JSON, in words that are the same for every generation */
} SgAskReport;

struct SgAsking
{
	const char *path; /* behind SG_BASE_MAIN */

	/*
	 * The body that asks; palloc'd. Raises 22023 with a hint for what the API does not take: an unknown
	 * duration, a contract without a point, a member that is not known.
	 */
	char *(*body)(const SgAskOrder *order);

	/* Reads an ask, in the current memory context; NULL and a fault if it is none. */
	SgAskReport *(*read)(const char *body, size_t len, SgFault *fault);
};

#endif
