/*
 * access.c
 *	  The functions around a credential's access: its token, and what it may do.
 */
#include "postgres.h"

#include "engine/profile.h"
#include "engine/rights.h"
#include "engine/stats.h"
#include "engine/token.h"
#include "fmgr.h"
#include "foreign/foreign.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "servers.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(sg_revoke_token);
PG_FUNCTION_INFO_V1(sg_api_rights);

#define RIGHT_COLUMNS 6

Datum
sg_revoke_token(PG_FUNCTION_ARGS)
{
	const char *name = NameStr(*PG_GETARG_NAME(0));
	SgProfile *profile = sg_profile_get(GetForeignServerByName(name, false)->serverid, GetUserId());
	SgCredential *credential;
	SgStats stats = {0};
	SgFault fault = {.kind = SG_FAULT_NONE};
	bool revoked;

	sg_profile_check_usage(profile);
	if (profile->api == NULL)
		PG_RETURN_BOOL(false);
	if (profile->api->revoke_path == NULL)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("server \"%s\" takes no access token back", profile->name)));
	credential = sg_profile_credential(profile);
	revoked = sg_token_revoke(profile, credential, sg_profile_key(profile, credential, NULL),
							  &stats, &fault);
	if (fault.kind != SG_FAULT_NONE)
		sg_fault_raise(&fault, profile->name, "revoking an access token");
	PG_RETURN_BOOL(revoked);
}

static const char *
name_right(SgRight right)
{
	switch (right)
	{
		case SG_RIGHT_GRANTED:
			return "granted";
		case SG_RIGHT_REFUSED:
			return "not subscribed";
		case SG_RIGHT_SCOPED:
			return "in scope";
		default:
			return "unknown";
	}
}

static void
put_right(ReturnSetInfo *result, const SgProfile *profile, uint64 key, const SgEndpoint *endpoint)
{
	Datum values[RIGHT_COLUMNS];
	bool nulls[RIGHT_COLUMNS] = {false};
	TimestampTz since = 0;
	SgRight right = sg_rights_get(profile->api, key, endpoint, &since);

	values[0] = DirectFunctionCall1(namein, CStringGetDatum(profile->name));
	values[1] = CStringGetTextDatum(profile->api->generation);
	values[2] = CStringGetTextDatum(endpoint->name);
	values[3] = CStringGetTextDatum(endpoint->path);
	values[4] = CStringGetTextDatum(name_right(right));
	values[5] = TimestampTzGetDatum(since);
	nulls[5] = right == SG_RIGHT_UNKNOWN;
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* Puts the rights on each endpoint of a server, if its mapping names an application. */
static void
put_rights(void *arg, const SgProfile *profile)
{
	SgCredential credential = {.client_id = sg_profile_client(profile, true)};
	uint64 key;

	if (credential.client_id == NULL)
		return;
	key = sg_profile_key(profile, &credential, NULL);
	for (int i = 0; i < profile->api->nendpoints; i++)
		put_right(arg, profile, key, &profile->api->endpoints[i]);
}

Datum
sg_api_rights(PG_FUNCTION_ARGS)
{
	InitMaterializedSRF(fcinfo, 0);
	sg_servers_visit(put_rights, fcinfo->resultinfo);
	return (Datum) 0;
}
