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
#include "relation/modify.h"
#include "relation/plan.h"
#include "relation/sample.h"
#include "relation/scan.h"
#include "relation/shares.h"
#include "relation/state.h"
#include "relation/stored.h"
#include "relation/summed.h"
#include "relation/totals.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(switchgrid_fdw_handler);
PG_FUNCTION_INFO_V1(switchgrid_fdw_validator);

static ForeignScan *
switchgridGetForeignPlan(PlannerInfo *root, RelOptInfo *rel, Oid table, ForeignPath *path,
						 List *tlist, List *clauses, Plan *outer)
{
	if (IS_UPPER_REL(rel))
		return sg_totals_plan(root, rel, path, tlist);
	return sg_plan_scan(root, rel, table, path, tlist, clauses, outer);
}

/* A scan of no table gives totals of the store. */
static bool
is_summed(ForeignScanState *node)
{
	return ((Scan *) node->ss.ps.plan)->scanrelid == 0;
}

/* Which way a scan is read was decided by its server; its state knows. */
static bool
is_stored(ForeignScanState *node)
{
	return ((SgScanState *) node->fdw_state)->profile->api == NULL;
}

static void
switchgridBeginForeignScan(ForeignScanState *node, int eflags)
{
	SgScanState *state;

	if (is_summed(node))
	{
		sg_summed_begin(node);
		return;
	}
	state = sg_state_begin(node);
	if (state->profile->api == NULL)
		sg_stored_begin(node, state);
}

static TupleTableSlot *
switchgridIterateForeignScan(ForeignScanState *node)
{
	if (is_summed(node))
		return sg_summed_next(node);
	return is_stored(node) ? sg_stored_next(node) : sg_scan_next(node);
}

static void
switchgridReScanForeignScan(ForeignScanState *node)
{
	if (is_summed(node))
		sg_summed_again(node);
	else if (is_stored(node))
		sg_stored_again(node);
	else
		sg_scan_again(node);
}

static void
switchgridEndForeignScan(ForeignScanState *node)
{
	if (node->fdw_state == NULL)
		return;
	if (is_summed(node))
		sg_summed_end(node);
	else if (is_stored(node))
		sg_stored_end(node);
	else
		sg_scan_end(node);
}

/* What processes share is about to go. */
static void
switchgridShutdownForeignScan(ForeignScanState *node)
{
	if (node->ss.ps.plan->parallel_aware)
		sg_stored_unshare(node);
}

static void
switchgridExplainForeignScan(ForeignScanState *node, ExplainState *es)
{
	if (is_summed(node))
		sg_summed_explain(node, es);
	else
		sg_explain_scan(node, es);
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
	routine->GetForeignPlan = switchgridGetForeignPlan;
	routine->GetForeignUpperPaths = sg_totals_paths;
	routine->BeginForeignScan = switchgridBeginForeignScan;
	routine->IterateForeignScan = switchgridIterateForeignScan;
	routine->ReScanForeignScan = switchgridReScanForeignScan;
	routine->EndForeignScan = switchgridEndForeignScan;
	routine->ExplainForeignScan = switchgridExplainForeignScan;
	routine->IsForeignRelUpdatable = sg_modify_updatable;
	routine->BeginForeignModify = sg_modify_begin;
	routine->ExecForeignInsert = sg_modify_insert;
	routine->EndForeignModify = sg_modify_end;
	routine->BeginForeignInsert = sg_modify_begin_routed;
	routine->EndForeignInsert = sg_modify_end;
	routine->IsForeignPathAsyncCapable = sg_async_capable;
	routine->ForeignAsyncRequest = sg_async_request;
	routine->ForeignAsyncConfigureWait = sg_async_configure_wait;
	routine->ForeignAsyncNotify = sg_async_notify;
	routine->IsForeignScanParallelSafe = sg_shares_safe;
	routine->EstimateDSMForeignScan = sg_shares_size;
	routine->InitializeDSMForeignScan = sg_shares_make;
	routine->ReInitializeDSMForeignScan = sg_shares_again;
	routine->InitializeWorkerForeignScan = sg_shares_join;
	routine->ShutdownForeignScan = switchgridShutdownForeignScan;
	routine->AnalyzeForeignTable = sg_sample_begin;
	routine->ImportForeignSchema = switchgridImportForeignSchema;
	PG_RETURN_POINTER(routine);
}

Datum
switchgrid_fdw_validator(PG_FUNCTION_ARGS)
{
	sg_profile_validate(untransformRelOptions(PG_GETARG_DATUM(0)), PG_GETARG_OID(1));
	PG_RETURN_VOID();
}
