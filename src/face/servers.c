/*
 * servers.c
 *	  The foreign servers that a user can ask.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_foreign_server.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "servers.h"

void
sg_servers_visit(SgVisit visit, void *arg)
{
	Oid wrapper = get_foreign_data_wrapper_oid("switchgrid_fdw", false);
	Relation servers = table_open(ForeignServerRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(servers, InvalidOid, false, NULL, 0, NULL);
	HeapTuple tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_foreign_server form = (Form_pg_foreign_server) GETSTRUCT(tuple);
		SgProfile *profile;

		if (form->srvfdw != wrapper)
			continue;
		profile = sg_profile_get(form->oid, GetUserId());
		if (profile->api != NULL && sg_profile_may_use(profile) && sg_profile_has_mapping(profile))
			visit(arg, profile);
	}
	systable_endscan(scan);
	table_close(servers, AccessShareLock);
}

/*
 * The credential that holds the token itself, or NULL if the mapping is incomplete or the file that it names
 * cannot be read: what is wrong with one server must not hide the others. Nothing that sg_profile_credential
 * does outlives its error, so it can be caught; but a lack of memory or files is no fault of the mapping.
 */
static SgCredential *
read_token(const SgProfile *profile)
{
	MemoryContext context = CurrentMemoryContext;
	SgCredential *volatile credential = NULL;

	PG_TRY();
	{
		credential = sg_profile_credential(profile);
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_INSUFFICIENT_RESOURCES ||
			ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_OPERATOR_INTERVENTION)
			PG_RE_THROW();
		FlushErrorState();
		FreeErrorData(error);
	}
	PG_END_TRY();
	return credential;
}

const SgCredential *
sg_servers_credential(const SgProfile *profile)
{
	SgCredential *credential;

	if (profile->api->token_path == NULL)
		return read_token(profile);
	credential = palloc0(sizeof(SgCredential));
	credential->client_id = sg_profile_client(profile, true);
	return credential->client_id != NULL ? credential : NULL;
}
