/*
 * consents.c
 *		The consents of 2026: one for each point of the sandbox from the start,
 *		and those that the consent page gives, kept until the program ends.
 *
 * One consent is for one point.  Customers with several points give them in
 * turn.
 */
#include "simulator.h"

#include <stdlib.h>
#include <string.h>

#define STANDING_FROM 57000 /* plus the customer, plus 10 for each further point */
#define GIVEN_FROM 58000
#define STANDING_YEARS 3

typedef struct Given
{
	int customer;
	Consent consent;
} Given;

static Given *given; /* state_lock guards it */
static size_t given_count;
static size_t given_size;

/* Returns the number of the consent, or 0 when the customer has no point. */
int64_t
consents_give(int customer, int64_t today, int64_t until)
{
	const char *prms[CUSTOMER_POINTS];
	int points = points_of_customer(customer, prms);
	int before = 0;
	int64_t id;

	if (points == 0)
		return 0;
	state_lock();
	for (size_t i = 0; i < given_count; i++)
		before += given[i].customer == customer;
	if (given_count == given_size)
	{
		given_size = given_size ? given_size * 2 : 16;
		given = must(realloc(given, given_size * sizeof(Given)));
	}
	id = GIVEN_FROM + (int64_t) given_count;
	given[given_count++] = (Given){customer, {id, prms[before % points], today, until - 1, true}};
	state_unlock();
	return id;
}

static bool
standing_consent(size_t position, Consent *consent)
{
	int customer = (int) (position / CUSTOMER_POINTS);
	int which = (int) (position % CUSTOMER_POINTS);
	const char *prms[CUSTOMER_POINTS];

	if (which >= points_of_customer(customer, prms))
		return false;
	consent->id = STANDING_FROM + customer + 10 * which;
	consent->prm = prms[which];
	consent->from = civil_day(2024, 1, 1);
	consent->until = civil_day(2024 + STANDING_YEARS, 1, 1) - 1;
	consent->recent = false;
	return true;
}

/* Goes through all consents; *position starts at 0.  False after the last one.
 */
bool
consents_next(size_t *position, Consent *consent)
{
	size_t standing = (size_t) CUSTOMERS * CUSTOMER_POINTS;
	bool found;

	while (*position < standing)
	{
		if (standing_consent((*position)++, consent))
			return true;
	}
	state_lock();
	found = *position - standing < given_count;
	if (found)
		*consent = given[(*position)++ - standing].consent;
	state_unlock();
	return found;
}
