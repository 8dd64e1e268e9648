/*
 * ordering.h
 *	  How an API is ordered from: its orders, and what it says of them.
 *
 * An order is a document that the operator works off in its own time: one request in it for each point, kind
 * and span, each with an end of its own.
 */
#ifndef SG_ORDERING_H
#define SG_ORDERING_H

#include "postgres.h"
#include "endpoint.h"

/* Where a request or an order stands. */
typedef enum SgStage
{
	SG_STAGE_OPEN, /* under way; what is not known is */
	SG_STAGE_DONE, /* there is nothing more to come */
	SG_STAGE_FAILED
} SgStage;

/* What an answer says of one request in an order. */
typedef struct SgDelivery
{
	const char *request_id;
	const char *type;
	const char *status; /* the API's word */
	const char *point;	/* whose it is, if the answer says so; NULL if not */
	SgStage stage;
	TimestampTz ordered_at; /* 0: not said, as the next one */
	TimestampTz completed_at;
	const char
		*link; /* where the result lies; NULL: nowhere, or behind the request's own data endpoint */
	const char *curve;	 /* a load curve within the answer, as JSON; NULL: none */
	double ratio;		 /* how much of the span is there; negative: not said */
	List *holes;		 /* of char *: spans that are not, as the API writes them */
	const char *message; /* why there is nothing; NULL if it does not say */
	SgFault fault;		 /* what the message of a failed request means */
} SgDelivery;

typedef struct SgOrderReport
{
	const char *order_id;
	const char *status; /* the API's word; NULL: not said */
	SgStage stage;
	List *deliveries; /* of SgDelivery *, in the order in which they were asked for */
} SgOrderReport;

struct SgOrdering
{
	const char *path; /* behind SG_BASE_ENEDIS: POST to it places, GET <path>/<id> tells */
	bool
		by_ask; /* does an order name the ask whose consent it uses? Then it has points of one ask only */

	/* The body that orders what the requests (SgRequest *) want, in their order; palloc'd. "ask" may be NULL. */
	char *(*body)(List *requests, const char *ask);

	/*
	 * Reads an answer, to the order as to a question after it, in the current memory context; NULL and a fault if
	 * it is none. The message's meaning is in each delivery's fault.
	 */
	SgOrderReport *(*read)(const char *body, size_t len, SgFault *fault);

	/* Appends path and query of a request's own data endpoint, behind SG_BASE_ENEDIS; format is json or csv. */
	void (*data_url)(const char *request_id, const char *format, StringInfo out);
};

#endif
