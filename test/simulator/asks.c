/*
 * asks.c
 *		The asks for consent: their store, and what becomes of them.
 *
 * The state of an ask is worked out whenever somebody looks: nothing happens
 * in between.  In the scenario "consented" every known point has a standing
 * ask besides, accepted long ago, which is nowhere stored.
 */
#include "switchgrid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STANDING_YEARS 20
#define SIGNED_AFTER_US (4 * SECOND_US)

static Ask **asks;
static size_t asks_count;
static size_t asks_size;
static StringSet standing_cancelled;

/* A new one, made now; the state is locked. */
Ask *
asks_add(void)
{
	Ask *ask = must(calloc(1, sizeof(Ask)));

	if (asks_count == asks_size)
	{
		asks_size = asks_size ? asks_size * 2 : 64;
		asks = must(realloc(asks, asks_size * sizeof(Ask *)));
	}
	asks[asks_count++] = ask;
	ask->number = (uint32_t) asks_count;
	ask->created_us = clock_now_us();
	ask->signed_us = INT64_MAX;
	return ask;
}

/* In the order of their creation; NULL after the last one. */
const Ask *
asks_get(size_t position)
{
	return position < asks_count ? asks[position] : NULL;
}

/* The first day of the year before. */
static int64_t
standing_since(void)
{
	int year;
	int month;
	int mday;

	civil_split(paris_day(clock_now_us() / SECOND_US), &year, &month, &mday);
	return paris_midnight(civil_day(year - 1, 1, 1));
}

/*
 * Fills in the standing ask of a point, if there is one in this scenario.  What
 * is no known PRM is taken for a PCE, which v2 has none of.
 */
bool
asks_standing(const Exchange *x, const char *point, Ask *ask, AskContract *contract)
{
	Profile profile;
	bool known =
		is_prm(point) && points_find(point, paris_day(clock_now_us() / SECOND_US), &profile);

	if (!x->scenario.consented || !is_pce(point) || (!known && generation_of(x) == OF_V2))
		return false;
	memset(ask, 0, sizeof(*ask));
	memset(contract, 0, sizeof(*contract));
	strcpy(contract->point, point);
	contract->known = true;
	contract->gas = !known;
	ask->generation = generation_of(x);
	ask->created_us = standing_since() * SECOND_US;
	ask->signed_us = ask->created_us + SIGNED_AFTER_US;
	ask->cancelled = set_has(&standing_cancelled, point) || (!contract->gas && profile.revoked);
	ask->months = 12 * STANDING_YEARS;
	ask->contracts = contract;
	ask->count = 1;
	return true;
}

/*
 * The ask of that id; *found may point to room for a standing one, in whose
 * contracts there is room for one.
 */
bool
asks_find(const Exchange *x, const char *id, Ask **found)
{
	uint32_t head;
	uint64_t tail;
	char point[POINT_SIZE];

	if (uuid_read(UUID_STANDING, id, &head, &tail) && point_text(tail, point))
		return asks_standing(x, point, *found, (*found)->contracts);
	if (!uuid_read(UUID_ASK, id, &head, &tail) || tail == 0 || tail > asks_count)
		return false;
	*found = asks[tail - 1];
	return ((*found)->generation == OF_V2) == (generation_of(x) == OF_V2);
}

/* Ends the consent of one contract, or of all when none is told. */
void
ask_cancel(Ask *ask, const AskContract *contract)
{
	bool left = false;

	if (ask->number == 0)
		set_add(&standing_cancelled, ask->contracts[0].point);
	for (size_t i = 0; i < ask->count; i++)
	{
		if (contract == &ask->contracts[i])
			ask->contracts[i].cancelled = true;
		left = left || !ask->contracts[i].cancelled;
	}
	ask->cancelled = ask->cancelled || contract == NULL || !left;
}

void
ask_id(const Ask *ask, char out[UUID_SIZE])
{
	if (ask->number == 0)
		uuid_make(UUID_STANDING, 0, point_number(ask->contracts[0].point), out);
	else
		uuid_make(UUID_ASK, 0, ask->number, out);
}

static bool
check_failed(const Ask *ask)
{
	for (size_t i = 0; i < ask->count; i++)
	{
		if (!ask->contracts[i].known && !ask->skip_check)
			return true;
	}
	return false;
}

/* When it was or will be signed; INT64_MAX: never. */
int64_t
ask_accepted_us(const Ask *ask, const Scenario *scenario)
{
	int64_t by_itself = ask->created_us + SIGNED_AFTER_US;

	if (check_failed(ask))
		return INT64_MAX;
	if (scenario->unsigned_ask || ask->signed_us < by_itself)
		return ask->signed_us;
	return by_itself;
}

/* When an accepted ask has no effect any more. */
static int64_t
expires_us(const Ask *ask, int64_t accepted_us)
{
	int64_t at = accepted_us / SECOND_US;
	int64_t day = civil_months_before(paris_day(at), -ask->months) + ask->days;

	return (paris_midnight(day) + at - paris_midnight(paris_day(at))) * SECOND_US;
}

const char *
ask_status(const Ask *ask, const Scenario *scenario)
{
	int64_t now_us = clock_now_us();
	int64_t age_us = now_us - ask->created_us;
	int64_t accepted_us = ask_accepted_us(ask, scenario);

	if (ask->cancelled)
		return "REVOKED";
	if (age_us < SECOND_US)
		return "CREATED";
	if (age_us < 2 * SECOND_US)
		return "PENDING_ADDRESS_CHECK";
	if (check_failed(ask))
		return ask->generation == OF_V2 ? "ADDRESS_CHECK_FAILED" : "NOT_VALID";
	if (age_us < 3 * SECOND_US)
		return scenario->unknown_status ? "SOMETHING_NEW" : "PREPARING_CONSENT_COLLECTION";
	if (accepted_us > now_us)
		return "PENDING_USER_ACTION";
	return expires_us(ask, accepted_us) <= now_us ? "EXPIRED" : "ACCEPTED";
}

bool
ask_usable(const Ask *ask, const Scenario *scenario)
{
	return strcmp(ask_status(ask, scenario), "ACCEPTED") == 0;
}

static bool
ask_covers(const Ask *ask, const Scenario *scenario, const char *point)
{
	for (size_t i = 0; i < ask->count; i++)
	{
		if (strcmp(ask->contracts[i].point, point) == 0 && !ask->contracts[i].cancelled)
			return ask_usable(ask, scenario);
	}
	return false;
}

/* Whether anybody's consent lets this point be read; asks of all generations count. */
bool
asks_cover(const Exchange *x, const char *point)
{
	Ask standing;
	AskContract contract;

	if (asks_standing(x, point, &standing, &contract) && ask_usable(&standing, &x->scenario))
		return true;
	for (size_t i = 0; i < asks_count; i++)
	{
		if (ask_covers(asks[i], &x->scenario, point))
			return true;
	}
	return false;
}
