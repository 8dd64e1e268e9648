/*
 * place.h
 *	  Orders that are placed: grouped, each written down before it is sent.
 */
#ifndef SG_PLACE_H
#define SG_PLACE_H

#include "postgres.h"
#include "round.h"

/*
 * Orders what the requests (SgRequest * of ordered endpoints) want, in as few orders as the server's option
 * order_points allows, and commits before and after each. Returns the numbers (int64 *) of the orders that were
 * placed, or may have been. What stops it is in run->fatal. Needs a non-atomic SPI connection.
 */
extern List *sg_place_orders(SgRound *run, List *requests);

#endif
