/*
 * bill.c
 *		What the asks and orders made so far would cost, and what was ordered
 *		more than once.
 */
#include "switchgrid.h"

#include <stdio.h>

/* state_lock guards all of it */
static json_int_t asks;
static json_int_t orders;
static json_int_t requests;
static json_int_t again;
static StringSet points;
static StringSet ordered;

void
bill_ask(void)
{
	asks++;
}

static void
bill_point(const Wanted *wanted, const char *prm)
{
	char key[128];

	snprintf(key, sizeof(key), "%s %d %s %lld %lld", wanted->type->name, wanted->direction, prm,
			 (long long) wanted->since, (long long) wanted->until);
	requests++;
	again += !set_add(&ordered, key);
	set_add(&points, prm);
}

/* Every point of every request counts. */
void
bill_order(const Order *order)
{
	orders++;
	for (size_t i = 0; i < order->count; i++)
	{
		for (size_t j = 0; j < order->requests[i].count; j++)
			bill_point(&order->requests[i], order->requests[i].prms[j]);
	}
}

void
bill_endpoint(Exchange *x)
{
	state_lock();
	exchange_json(x,
				  json_pack("{s:I, s:I, s:I, s:I, s:I}", "asks", asks, "orders", orders, "requests",
							requests, "points", (json_int_t) points.used, "twice", again));
	state_unlock();
}

void
bill_reset(Exchange *x)
{
	state_lock();
	asks = orders = requests = again = 0;
	set_clear(&points);
	set_clear(&ordered);
	state_unlock();
	exchange_json(x, json_object());
}
