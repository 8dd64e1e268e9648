/*
 * rights.c
 *	  What a credential may do on each API.
 *
 * Kept in the ledger, for every session learns and no reader may write a table. It is knowledge, not
 * permission: nothing is asked less for it.
 */
#include "postgres.h"

#include "ledger.h"
#include "rights.h"

/* The generations of an API share a credential's place: each has its own part of it. */
static int
index_of(const SgApi *api, const SgEndpoint *endpoint)
{
	return api->first_right + (int) (endpoint - api->endpoints);
}

void
sg_rights_learn(const SgApi *api, uint64 key, const SgEndpoint *endpoint, SgRight right)
{
	sg_ledger_note_right(key, index_of(api, endpoint), right);
}

/* Is the endpoint's name a word of the scope, such as /v5/metering_data/daily_consumption.GET? */
static bool
names(const char *scope, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = strstr(scope, name); at != NULL; at = strstr(at + 1, name))
		if ((at == scope || strchr("/ ", at[-1]) != NULL) && strchr("./ ", at[len]) != NULL)
			return true;
	return false;
}

void
sg_rights_learn_scope(const SgApi *api, uint64 key, const char *scope)
{
	for (int i = 0; i < api->nendpoints; i++)
	{
		const SgEndpoint *endpoint = &api->endpoints[i];
		TimestampTz since;

		if (names(scope, endpoint->name) &&
			sg_rights_get(api, key, endpoint, &since) == SG_RIGHT_UNKNOWN)
			sg_rights_learn(api, key, endpoint, SG_RIGHT_SCOPED);
	}
}

SgRight
sg_rights_get(const SgApi *api, uint64 key, const SgEndpoint *endpoint, TimestampTz *since)
{
	return (SgRight) sg_ledger_right(key, index_of(api, endpoint), since);
}
