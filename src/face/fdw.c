/*
 * fdw.c
 *	  The foreign data wrapper: PostgreSQL's callbacks, handed to the floors below.
 */
#include "postgres.h"

#include "access/reloptions.h"
#include "catalog/pg_foreign_server.h"
#include "engine/profile.h"
#include "fmgr.h"
#include "foreign/fdwapi.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "relation/async.h"
#include "relation/explain.h"
#include "relation/plan.h"
#include "relation/scan.h"
#include "relation/state.h"
#include "relation/stored.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(switchgrid_fdw_handler);
PG_FUNCTION_INFO_V1(switchgrid_fdw_validator);

/* Which way a scan is read was decided by its server; its state knows. */
static bool
is_stored(ForeignScanState *node)
{
	return ((SgScanState *) node->fdw_state)->profile->api == NULL;
}

static void
switchgridBeginForeignScan(ForeignScanState *node, int eflags)
{
	SgScanState *state = sg_state_begin(node);

	if (state->profile->api == NULL)
		sg_stored_check(state);
}

static TupleTableSlot *
switchgridIterateForeignScan(ForeignScanState *node)
{
	return is_stored(node) ? sg_stored_next(node) : sg_scan_next(node);
}

static void
switchgridReScanForeignScan(ForeignScanState *node)
{
	if (is_stored(node))
		sg_stored_again(node);
	else
		sg_scan_again(node);
}

static void
switchgridEndForeignScan(ForeignScanState *node)
{
	/* a stored scan holds nothing but memory */
	if (node->fdw_state != NULL && !is_stored(node))
		sg_scan_end(node);
}

/* The CREATE FOREIGN TABLE for a relation of a server. */
static char *
table_definition(const SgRelation *relation, const char *server)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "CREATE FOREIGN TABLE %s (", quote_identifier(relation->name));
	for (int i = 0; i < relation->ncolumns; i++)
		appendStringInfo(
			&out, "%s%s %s", i > 0 ? ", " : "", quote_identifier(relation->columns[i].name),
			format_type_extended(relation->columns[i].type, -1, FORMAT_TYPE_FORCE_QUALIFY));
	appendStringInfo(&out, ") SERVER %s OPTIONS (relation %s)", quote_identifier(server),
					 quote_literal_cstr(relation->name));
	return out.data;
}

static bool
gives(const SgApi *api, const SgRelation *relation)
{
	return sg_api_asks(api, relation) && (sg_api_endpoint(api, relation, SG_CONSUMPTION) != NULL ||
										  sg_api_endpoint(api, relation, SG_PRODUCTION) != NULL);
}

static List *
switchgridImportForeignSchema(ImportForeignSchemaStmt *stmt, Oid serverid)
{
	SgProfile *profile = sg_profile_get(serverid, GetUserId());
	const char *name = profile->api != NULL ? profile->api->name : SG_API_STORE;
	List *commands = NIL;

	if (strcmp(stmt->remote_schema, name) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_SCHEMA_NOT_FOUND),
				 errmsg("server \"%s\" has no schema \"%s\"", profile->name, stmt->remote_schema),
				 errhint("Its only schema is \"%s\".", name)));
	for (int i = 0; sg_relations[i] != NULL; i++)
	{
		/* the store keeps only load curves packed */
		if (profile->api == NULL ? sg_relations[i] != &sg_relation_load_curve
								 : !gives(profile->api, sg_relations[i]))
			continue;
		if (IsImportableForeignTable(sg_relations[i]->name, stmt))
			commands = lappend(commands, table_definition(sg_relations[i], profile->name));
	}
	return commands;
}

Datum
switchgrid_fdw_handler(PG_FUNCTION_ARGS)
{
	FdwRoutine *routine = makeNode(FdwRoutine);

	routine->GetForeignRelSize = sg_plan_size;
	routine->GetForeignPaths = sg_plan_paths;
	routine->GetForeignPlan = sg_plan_scan;
	routine->BeginForeignScan = switchgridBeginForeignScan;
	routine->IterateForeignScan = switchgridIterateForeignScan;
	routine->ReScanForeignScan = switchgridReScanForeignScan;
	routine->EndForeignScan = switchgridEndForeignScan;
	routine->ExplainForeignScan = sg_explain_scan;
	routine->IsForeignPathAsyncCapable = sg_async_capable;
	routine->ForeignAsyncRequest = sg_async_request;
	routine->ForeignAsyncConfigureWait = sg_async_configure_wait;
	routine->ForeignAsyncNotify = sg_async_notify;
	routine->ImportForeignSchema = switchgridImportForeignSchema;
	PG_RETURN_POINTER(routine);
}

Datum
switchgrid_fdw_validator(PG_FUNCTION_ARGS)
{
	sg_profile_validate(untransformRelOptions(PG_GETARG_DATUM(0)), PG_GETARG_OID(1));
	PG_RETURN_VOID();
}
