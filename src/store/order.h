/*
 * order.h
 *	  Orders of data: switchgrid.data_order and data_request.
 *
 * What is to be ordered is written down and committed before it is sent, and the answer after it. All need SPI.
 */
#ifndef SG_ORDER_H
#define SG_ORDER_H

#include "postgres.h"
#include "api/ordering.h"
#include "coverage.h"
#include "datatype/timestamp.h"

/* One order that is being followed. */
typedef struct SgOpenOrder
{
	int64 number;
	const char *order_id;
} SgOpenOrder;

/* One request in it that has not come to its end. */
typedef struct SgPendingRequest
{
	int64 number;
	int position; /* in the order */
	const char *type;
	const char *point;
	const char *direction;
	List *relations; /* of char * */
	SgDays days;
	TimestampTz give_up_at;
	int tries;
} SgPendingRequest;

/*
 * Notes that the requests (a list of SgRequest *) are about to be ordered together, and that each is given up
 * at a moment. Returns the order's number.
 */
extern int64 sg_order_intend(const char *server, const char *ask, List *requests, TimestampTz now,
							 TimestampTz give_up_at);

/* Notes that the API has placed the order. */
extern void sg_order_placed(int64 number, const char *order_id, TimestampTz now);

/*
 * Notes that an order was not placed ("refused", "unsent"), or that nobody knows ("uncertain"), and why. What was
 * not placed is wanted as before.
 */
extern void sg_order_not_placed(int64 number, const char *state, const SgFault *fault,
								TimestampTz now);

/* Orders of the server that were being sent when their session ended are uncertain. Returns how many. */
extern int sg_order_doubt(const char *server, TimestampTz now);

/* The open orders (SgOpenOrder *) of the server; only those whose time has come, unless "all". */
extern List *sg_order_due(const char *server, bool all, TimestampTz now);

/* The requests (SgPendingRequest *) of an order that have not come to their end, by position. */
extern List *sg_order_pending(int64 number);

/* How many requests are in the order. */
extern int sg_order_size(int64 number);

/* Notes what the API says of an order, and of one of its requests; and when it is asked after again. */
extern void sg_order_status(int64 number, const char *status, TimestampTz poll_at);
extern void sg_order_delivery(int64 request, const SgDelivery *delivery);

/* Notes that an order could not be asked after. Returns how often in a row that, or no news, was so. */
extern int sg_order_polls(int64 number);

/* Notes that the API did not tell of an order; returns how often in a row. What it tells ends the row. */
extern int sg_order_failures(int64 number);

/* Ends a request: "collected", "failed", "given up" or "dropped". "fault" may be NULL. */
extern void sg_order_end(int64 request, const char *state, const SgFault *fault, TimestampTz now);

/*
 * When days whose request came to nothing are ordered again. What was delivered and cannot be used ("bought") is not
 * bought again soon.
 */
extern TimestampTz sg_order_retry(const SgFault *fault, int tries, bool bought, TimestampTz now);

/* Is it worth fetching a result again after the fault? Else the request has failed. */
extern bool sg_order_may_fetch_again(const SgFault *fault);

/* Notes that a result could not be fetched yet, and why; its order is asked after again for another link. */
extern void sg_order_missed(int64 request, const SgFault *fault, TimestampTz now);

/* Closes the open orders of the server whose requests have all come to their ends. */
extern void sg_order_close(const char *server, TimestampTz now);

/* How many requests and orders of the server are still waited for, and how many orders are uncertain. */
extern void sg_order_waiting(const char *server, int *requests, int *orders, int *uncertain);

/* Is something of this on order already? */
extern bool sg_order_covers(const char *server, const SgRequest *request);

/*
 * Settles an uncertain order: with the API's name for it, it is followed; without (NULL), it was never placed.
 * Returns its new state. Raises 22023 for an unknown number, 55000 for an order that is not uncertain.
 */
extern const char *sg_order_settle(int64 number, const char *order_id, TimestampTz now);

/*
 * Opens an order again whose results were delivered, and could not be fetched or read here. Returns how many
 * requests that are.
 */
extern int sg_order_reopen(int64 number, TimestampTz now);

/* The server of an order, palloc'd; NULL if there is none of that number. */
extern char *sg_order_server(int64 number);

#endif
