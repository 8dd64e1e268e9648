/*
 * order_create.c
 *		A new order: whose consent it rests on, and what it is made of.
 */
#include "switchgrid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the consent of an order lets it read; of none: all that anybody consents to. */
typedef struct Basis
{
	bool named;
	char prm[POINT_SIZE]; /* of v2, where a consent is for one point */
	const Ask *ask;		  /* of v0, where it is an ask */
	Ask standing;
	AskContract contract;
} Basis;

static bool
refuse_consent(Exchange *x, const char *tag, const char *message)
{
	json_t *path = must(json_pack("[s]", "consentId"));

	refuse_at(x, path, tag, message);
	json_decref(path);
	return false;
}

static bool
covers(const Basis *basis, const char *prm)
{
	for (size_t i = 0; i < basis->ask->count; i++)
	{
		const AskContract *contract = &basis->ask->contracts[i];

		if (strcmp(contract->point, prm) == 0 && !contract->cancelled)
			return basis->prm[0] == '\0' || strcmp(basis->prm, prm) == 0;
	}
	return false;
}

static bool
find_basis(Exchange *x, const char *id, Basis *basis)
{
	Ask *ask = &basis->standing;
	uint32_t head;
	uint64_t tail;

	basis->standing.contracts = &basis->contract;
	if (generation_of(x) == OF_V0)
	{
		if (!asks_find(x, id, &ask))
			return false;
		basis->ask = ask;
		return true;
	}
	if (!uuid_read(UUID_CONSENT, id, &head, &tail) || !point_text(tail, basis->prm))
		return false;
	if (head > 0)
		basis->ask = asks_get(head - 1);
	else if (asks_standing(x, basis->prm, ask, &basis->contract))
		basis->ask = ask;
	return basis->ask != NULL;
}

/* That a person took the consent back is nothing that the client could know. */
static bool
read_basis(Exchange *x, const json_t *body, Basis *basis)
{
	const char *id = text_of(body, "consentId");

	memset(basis, 0, sizeof(*basis));
	if (id == NULL)
		return true;
	basis->named = true;
	if (!find_basis(x, id, basis))
		return refuse_consent(x, "Type", "unknown consent");
	if (!ask_usable(basis->ask, &x->scenario))
		return refuse_consent(x, NULL, "this consent is not in force");
	return true;
}

static bool
check_covered(Exchange *x, const json_t *body, const Basis *basis)
{
	size_t i;
	size_t j;
	json_t *request;
	json_t *prm;

	if (!basis->named)
		return true;
	json_array_foreach(json_object_get(body, "requests"), i, request)
	{
		json_array_foreach(json_object_get(request, "prms"), j, prm)
		{
			if (!covers(basis, json_string_value(prm)))
				return refuse_consent(x, "Refinement", "does not cover every prm");
		}
	}
	return true;
}

/* -------- the order -------- */

static void
read_points(const json_t *list, const Basis *basis, Wanted *wanted)
{
	size_t i;
	json_t *prm;

	wanted->count = list != NULL ? json_array_size(list) : 1;
	wanted->prms = must(calloc(wanted->count, POINT_SIZE));
	wanted->spent_us = must(calloc(wanted->count, sizeof(int64_t)));
	if (list == NULL)
		snprintf(wanted->prms[0], POINT_SIZE, "%s", basis->prm);
	json_array_foreach(list, i, prm)
	{
		snprintf(wanted->prms[i], POINT_SIZE, "%s", json_string_value(prm));
	}
}

static void
read_request(const Exchange *x, const json_t *request, const Basis *basis, Wanted *wanted)
{
	const char *direction = text_of(request, "direction");
	const char *since = text_of(request, "since");
	const char *until = text_of(request, "until");

	wanted->type = request_type(text_of(request, "type"));
	wanted->direction =
		direction != NULL && strcmp(direction, "INJECTION") == 0 ? PRODUCTION : CONSUMPTION;
	wanted->since = INT64_MIN;
	wanted->until = INT64_MAX;
	if (since != NULL)
		instant_parse(since, &wanted->since);
	if (until != NULL)
		instant_parse(until, &wanted->until);
	read_points(json_object_get(request, "prms"), basis, wanted);
	wanted->consented = true;
	for (size_t i = 0; i < wanted->count; i++)
		wanted->consented = wanted->consented && (basis->named || asks_cover(x, wanted->prms[i]));
}

static const Order *
add_order(Exchange *x, const json_t *body, const Basis *basis)
{
	const json_t *requests = json_object_get(body, "requests");
	Order *order = orders_add(generation_of(x), json_array_size(requests));

	for (uint32_t i = 0; i < order->count; i++)
	{
		order->requests[i].order = order->number;
		order->requests[i].position = i;
		read_request(x, json_array_get(requests, i), basis, &order->requests[i]);
	}
	bill_order(order);
	return order;
}

static void
note_order(Exchange *x, const json_t *body)
{
	const json_t *request = json_array_get(json_object_get(body, "requests"), 0);
	const char *prm = json_string_value(json_array_get(json_object_get(request, "prms"), 0));
	const char *since = text_of(request, "since");
	const char *until = text_of(request, "until");

	snprintf(x->point, sizeof(x->point), "%s", prm ? prm : "");
	snprintf(x->start, sizeof(x->start), "%s", since ? since : "");
	snprintf(x->end, sizeof(x->end), "%s", until ? until : "");
}

static const Order *
make_order(Exchange *x, const json_t *body)
{
	const Order *order = NULL;
	Basis basis;

	state_lock();
	if (read_basis(x, body, &basis) && check_covered(x, body, &basis))
		order = add_order(x, body, &basis);
	state_unlock();
	return order;
}

/* The older form of v2 only told the id. */
static void
answer(Exchange *x, const Order *order)
{
	char id[UUID_SIZE];

	snprintf(x->point, sizeof(x->point), "%s", order->requests[0].prms[0]);
	uuid_make(UUID_ORDER, 0, order->number, id);
	if (x->scenario.answer_500)
		refuse(x, 500, NULL, "Something unexpected happened");
	else if (x->scenario.old_answer)
		exchange_json(x, json_pack("{s:s}", "orderId", id));
	else
		exchange_json(x, order_json(x, order));
	x->closed = x->scenario.answer_lost;
	x->stall = x->scenario.answer_stalled;
}

void
order_create(Exchange *x)
{
	const Order *order = NULL;
	json_t *body;

	if (!switchgrid_query(x, NULL, 0) || (body = body_read(x)) == NULL)
		return;
	note_order(x, body);
	if (order_check(x, body))
	{
		if (x->scenario.refuse_order)
			refuse(x, 400, NULL, "order refused");
		else
			order = make_order(x, body);
	}
	json_decref(body);
	if (order != NULL)
		answer(x, order);
}
