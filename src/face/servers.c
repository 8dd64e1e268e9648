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
