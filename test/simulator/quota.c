/*
 * quota.c
 *		Two sliding windows, per second and per hour, per application and scenario.
 *
 * All of v5 shares one quota; each API of 2026 has its own, a smaller one.
 *
 * Only requests that were let through count: a refused one neither delays the
 * next nor is charged.
 */
#include "simulator.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_US INT64_C(1000000)
#define HOUR_US (3600 * SECOND_US)
#define PER_HOUR_V5 10000
#define PER_HOUR_2026 1000

typedef struct Quota
{
	const char *client;
	const char *api; /* "" for v5 */
	char prefix[sizeof(((Scenario *) 0)->prefix)];
	int64_t *taken_us; /* a ring of the latest accepted requests */
	size_t size;
	size_t taken;
	struct Quota *next;
} Quota;

static Quota *quotas;

static Quota *
quota_of(const char *client, const char *api, const char *prefix, size_t size)
{
	Quota *quota = quotas;

	while (quota != NULL && (strcmp(quota->client, client) != 0 || strcmp(quota->api, api) != 0 ||
							 strcmp(quota->prefix, prefix) != 0))
		quota = quota->next;
	if (quota != NULL)
		return quota;
	quota = must(calloc(1, sizeof(Quota)));
	quota->client = client;
	quota->api = api;
	strcpy(quota->prefix, prefix);
	quota->taken_us = must(calloc(size, sizeof(int64_t)));
	quota->size = size;
	quota->next = quotas;
	quotas = quota;
	return quota;
}

/* Microseconds until one more fits in the window, 0 when it fits now. */
static int64_t
wait_of(const Quota *quota, long limit, int64_t window_us, int64_t now_us)
{
	int64_t free_at;

	if (limit <= 0 || quota->taken < (size_t) limit)
		return 0;
	free_at = quota->taken_us[(quota->taken - limit) % quota->size] + window_us;
	return free_at > now_us ? free_at - now_us : 0;
}

static long
hourly_limit(const char *api, const Scenario *scenario)
{
	if (scenario->per_hour >= 0)
		return scenario->per_hour;
	if (settings.per_hour >= 0)
		return settings.per_hour;
	return *api != '\0' ? PER_HOUR_2026 : PER_HOUR_V5;
}

/* Takes one place, or tells which window is full and for how long. */
QuotaVerdict
quota_take(const char *client, const char *api, const Scenario *scenario, int64_t *wait_seconds)
{
	long per_second = scenario->per_second >= 0 ? scenario->per_second : settings.per_second;
	long per_hour = hourly_limit(api, scenario);
	int64_t now_us = clock_elapsed_us();
	int64_t wait_us;
	Quota *quota;

	if (scenario->unlimited || (per_second <= 0 && per_hour <= 0))
		return QUOTA_FREE;
	quota = quota_of(client, api, scenario->prefix, per_second > per_hour ? per_second : per_hour);
	wait_us = wait_of(quota, per_hour, HOUR_US, now_us);
	if (wait_us > 0)
	{
		*wait_seconds = (wait_us + SECOND_US - 1) / SECOND_US;
		return QUOTA_HOUR;
	}
	if (wait_of(quota, per_second, SECOND_US, now_us) > 0)
	{
		*wait_seconds = 1;
		return QUOTA_SECOND;
	}
	quota->taken_us[quota->taken++ % quota->size] = now_us;
	return QUOTA_FREE;
}
