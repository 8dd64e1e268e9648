/*
 * progress.c
 *		How far a request is, and how it ends.
 */
#include "switchgrid.h"

#include <stdio.h>
#include <string.h>

#define SHORT_DAYS 7 /* of a curve that is read at once */

/* Why the operator gives nothing of this point, or NULL. */
const char *
progress_refusal(const Exchange *x, const Wanted *wanted, const char *prm)
{
	const Content content = wanted->type->content;
	Profile profile;

	if (!points_find(prm, paris_day(clock_now_us() / SECOND_US), &profile))
		return "point inconnu";
	if (scenario_chooses(&x->scenario.fail, prm))
		return "La demande n'a pas pu \303\252tre trait\303\251e";
	if (scenario_chooses(&x->scenario.quota, prm))
		return "SGT720 quota journalier de demandes atteint pour ce point";
	if (scenario_chooses(&x->scenario.revoked_midway, prm))
		return "consent revoked before completion";
	if (content == CONTENT_CONTRACT)
		return NULL;
	if (!(profile.directions & wanted->direction) ||
		(content == CONTENT_PEAK && wanted->direction == PRODUCTION))
		return "SGT211 aucun service souscrit actif dans ce sens";
	if (content == CONTENT_CURVE && profile.no_curve)
		return "SGT720 aucune mesure disponible";
	return NULL;
}

static bool
is_too_long(const Wanted *wanted)
{
	int64_t now = clock_now_us() / SECOND_US;
	int64_t until = wanted->until < now ? wanted->until : now;

	if (wanted->type->content != CONTENT_CURVE || !wanted->type->sync)
		return false;
	return wanted->since == INT64_MIN ||
		   paris_day(until - 1) + 1 - paris_day(wanted->since) > SHORT_DAYS;
}

/* Why the whole request fails, or NULL: of several points one may. */
static const char *
whole_refusal(const Exchange *x, const Wanted *wanted)
{
	const char *first = NULL;

	if (!wanted->consented)
		return "no accepted consent for this contract";
	if (is_too_long(wanted))
		return "SGT4L8 la dur\303\251e demand\303\251e n'est pas compatible avec le type de mesure";
	for (size_t i = 0; i < wanted->count; i++)
	{
		const char *refusal = progress_refusal(x, wanted, wanted->prms[i]);

		if (refusal == NULL)
			return NULL;
		if (first == NULL)
			first = refusal;
	}
	return first;
}

static bool
is_stuck(const Exchange *x, const Wanted *wanted)
{
	for (size_t i = 0; i < wanted->count; i++)
	{
		if (scenario_chooses(&x->scenario.stuck, wanted->prms[i]))
			return true;
	}
	return false;
}

/* Before the operator is asked at all. */
static bool
is_held(const Exchange *x, const Order *order)
{
	return x->scenario.address_check && order->generation == OF_V2;
}

static void
end_it(const Exchange *x, const Wanted *wanted, Progress *progress)
{
	const char *refusal = whole_refusal(x, wanted);

	progress->done = true;
	progress->good = refusal == NULL;
	progress->status = refusal == NULL ? "SUCCESS" : "FAILED";
	snprintf(progress->error, sizeof(progress->error), "%s", refusal ? refusal : "");
}

void
progress_of(const Exchange *x, const Order *order, const Wanted *wanted, Progress *progress)
{
	const Scenario *scenario = &x->scenario;
	long seconds = wanted->type->sync ? scenario->sync_seconds : scenario->async_seconds;
	int64_t end_us = order->created_us + seconds * SECOND_US;
	int64_t begin_us = order->created_us + (seconds < 1 ? seconds : 1) * SECOND_US;
	int64_t now_us = clock_now_us();

	memset(progress, 0, sizeof(*progress));
	progress->ordered_us = is_held(x, order) ? INT64_MAX : begin_us;
	progress->completed_us = INT64_MAX;
	if (now_us < begin_us)
		progress->status = order->generation == OF_V0 ? "QUEUED" : "NOT_STARTED";
	else if (is_held(x, order))
		progress->status = now_us < begin_us + SECOND_US ? "PENDING_ADDRESS_CHECK" : "NOT_STARTED";
	else if (now_us < end_us || is_stuck(x, wanted))
		progress->status = scenario->unknown_status ? "SOMETHING_NEW" : "PENDING";
	else
	{
		progress->completed_us = end_us;
		end_it(x, wanted, progress);
	}
}

static const char *
held_status(const Order *order)
{
	int64_t age_us = clock_now_us() - order->created_us;

	if (age_us < SECOND_US)
		return "CREATED";
	return age_us < 2 * SECOND_US ? "PENDING_ADDRESS_CHECK" : "ADDRESS_CHECK_FAILED";
}

const char *
order_status(const Exchange *x, const Order *order)
{
	size_t begun = 0;
	size_t done = 0;
	size_t good = 0;

	if (is_held(x, order))
		return held_status(order);
	for (size_t i = 0; i < order->count; i++)
	{
		Progress progress;

		progress_of(x, order, &order->requests[i], &progress);
		begun += progress.ordered_us <= clock_now_us();
		done += progress.done;
		good += progress.good;
	}
	if (done < order->count)
		return begun > 0 ? "PENDING_REQUESTS" : "CREATED";
	return good == order->count ? "SUCCESS" : "SOME_REQUESTS_FAILED";
}
