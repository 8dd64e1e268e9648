/*
 * quota.c
 *	  What a credential is allowed, has used and has left, in the whole cluster.
 */
#include "postgres.h"

#include "engine/ledger.h"
#include "fmgr.h"
#include "funcapi.h"
#include "servers.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(sg_quotas);

/* Of switchgrid.quota. */
enum
{
	COLUMN_SERVER,
	COLUMN_API,
	COLUMN_PART,
	COLUMN_PER_SECOND,
	COLUMN_PER_HOUR,
	COLUMN_USED,
	COLUMN_LEFT,
	COLUMN_NEXT_AT,
	COLUMN_BLOCKED_UNTIL,
	COLUMN_BLOCKED_BY,
	COLUMNS
};

typedef struct Reader
{
	ReturnSetInfo *result;
	TimestampTz now; /* one moment for all rows */
} Reader;

static void
put(Datum *values, bool *nulls, int column, Datum value)
{
	values[column] = value;
	nulls[column] = false;
}

static void
put_limit(Datum *values, bool *nulls, int column, int limit)
{
	if (limit > 0)
		put(values, nulls, column, Int32GetDatum(limit));
}

/* What a pace comes to. */
static void
put_view(Datum *values, bool *nulls, const SgPaceView *view, TimestampTz now)
{
	put(values, nulls, COLUMN_USED, Int32GetDatum((int32) Min(view->used, PG_INT32_MAX)));
	if (view->left >= 0)
		put(values, nulls, COLUMN_LEFT, Int32GetDatum((int32) view->left));
	put(values, nulls, COLUMN_NEXT_AT, TimestampTzGetDatum(view->next_at));
	if (view->not_before <= now)
		return;
	put(values, nulls, COLUMN_BLOCKED_UNTIL, TimestampTzGetDatum(view->not_before));
	put(values, nulls, COLUMN_BLOCKED_BY, CStringGetTextDatum(view->by_api ? "api" : "hour"));
}

/* One part of what a credential (NULL: unknown) may ask: an API that is counted apart, or NULL for the rest. */
static void
put_part(const Reader *reader, const SgProfile *profile, const SgCredential *credential,
		 const char *part)
{
	Datum values[COLUMNS] = {0};
	bool nulls[COLUMNS];
	SgPaceView view;

	memset(nulls, true, sizeof(nulls));
	put(values, nulls, COLUMN_SERVER, DirectFunctionCall1(namein, CStringGetDatum(profile->name)));
	put(values, nulls, COLUMN_API, CStringGetTextDatum(profile->api->name));
	if (part != NULL)
		put(values, nulls, COLUMN_PART, CStringGetTextDatum(part));
	put_limit(values, nulls, COLUMN_PER_SECOND, profile->per_second);
	put_limit(values, nulls, COLUMN_PER_HOUR, profile->per_hour);
	if (credential != NULL)
	{
		sg_ledger_look(sg_profile_key(profile, credential, part), profile->per_hour, reader->now,
					   &view);
		put_view(values, nulls, &view, reader->now);
	}
	tuplestore_putvalues(reader->result->setResult, reader->result->setDesc, values, nulls);
}

/* Is it the first endpoint of the API that is counted with these? */
static bool
is_first_of_part(const SgApi *api, int index)
{
	for (int i = 0; i < index; i++)
		if (api->endpoints[i].quota != NULL &&
			strcmp(api->endpoints[i].quota, api->endpoints[index].quota) == 0)
			return false;
	return true;
}

static void
put_server(void *arg, const SgProfile *profile)
{
	const SgApi *api = profile->api;
	const SgCredential *credential = sg_servers_credential(profile);

	/* what is not counted apart is there in any case: tokens, and what is written */
	put_part(arg, profile, credential, NULL);
	for (int i = 0; i < api->nendpoints; i++)
		if (api->endpoints[i].quota != NULL && is_first_of_part(api, i))
			put_part(arg, profile, credential, api->endpoints[i].quota);
}

Datum
sg_quotas(PG_FUNCTION_ARGS)
{
	Reader reader = {.result = (ReturnSetInfo *) fcinfo->resultinfo, .now = GetCurrentTimestamp()};

	InitMaterializedSRF(fcinfo, 0);
	sg_servers_visit(put_server, &reader);
	return (Datum) 0;
}
