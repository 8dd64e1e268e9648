/*
 * orders.c
 *		The orders for data: their store, and the types of request they have.
 */
#include "switchgrid.h"

#include <stdlib.h>
#include <string.h>

static const RequestType types[] = {
	{"LOADCURVE", "R63", CONTENT_CURVE, false},	  {"R63", "R63", CONTENT_CURVE, false},
	{"R63_SYNC", "R63", CONTENT_CURVE, true},	  {"R64", "R64", CONTENT_REGISTERS, false},
	{"R64_SYNC", "R64", CONTENT_REGISTERS, true}, {"R65", "R65", CONTENT_DAILY, false},
	{"R65_SYNC", "R65", CONTENT_DAILY, true},	  {"R66", "R66", CONTENT_PEAK, false},
	{"R66_SYNC", "R66", CONTENT_PEAK, true},	  {"R67", "R67", CONTENT_BILLED, false},
	{"C68", "C68", CONTENT_CONTRACT, true},		  {"C68_ASYNC", "C68", CONTENT_CONTRACT, false},
};

/* Entries never move nor go; only the array does. */
static Order **orders;
static size_t orders_count;
static size_t orders_size;

const RequestType *
request_type(const char *name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
	{
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	}
	return NULL;
}

/* A new one, made now, with room for its requests; the state is locked. */
Order *
orders_add(Generation generation, size_t count)
{
	Order *order = must(calloc(1, sizeof(Order)));

	if (orders_count == orders_size)
	{
		orders_size = orders_size ? orders_size * 2 : 64;
		orders = must(realloc(orders, orders_size * sizeof(Order *)));
	}
	orders[orders_count++] = order;
	order->number = (uint32_t) orders_count;
	order->generation = generation;
	order->created_us = clock_now_us();
	order->requests = must(calloc(count, sizeof(Wanted)));
	order->count = count;
	return order;
}

const Order *
orders_numbered(uint64_t number)
{
	const Order *order;

	state_lock();
	order = number > 0 && number <= orders_count ? orders[number - 1] : NULL;
	state_unlock();
	return order;
}

const Order *
orders_find(const char *id)
{
	uint32_t head;
	uint64_t tail;

	return uuid_read(UUID_ORDER, id, &head, &tail) ? orders_numbered(tail) : NULL;
}

Wanted *
requests_at(uint32_t order, uint32_t position)
{
	const Order *found = orders_numbered(order);

	return found != NULL && position < found->count ? &found->requests[position] : NULL;
}

Wanted *
requests_find(const char *id)
{
	uint32_t head;
	uint64_t tail;

	return uuid_read(UUID_REQUEST, id, &head, &tail) ? requests_at(head, (uint32_t) tail) : NULL;
}
