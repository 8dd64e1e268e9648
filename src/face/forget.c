/*
 * forget.c
 *	  The functions that delete what is stored: of a point, and what is older than it is to be kept.
 */
#include "postgres.h"

#include "access/xact.h"
#include "api/switchgrid.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "refresh/turn.h"
#include "store/expire.h"
#include "store/forget.h"
#include "store/sql.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(sg_forget_point);
PG_FUNCTION_INFO_V1(sg_expire_old);

static void
put_count(void *arg, const char *table, uint64 rows)
{
	const ReturnSetInfo *result = arg;
	Datum values[] = {CStringGetTextDatum(table), Int64GetDatum((int64) rows)};
	bool nulls[] = {false, false};

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* A run that is under way may know the point from before: none may be, on any server that could give it. */
static void
hold_servers(const char *server)
{
	SgSql sql = {0};
	uint64 rows;

	if (server != NULL)
	{
		sg_turn_hold(server);
		return;
	}
	rows = sg_sql_run(&sql, "SELECT srvname FROM pg_foreign_server AS s "
							"JOIN pg_foreign_data_wrapper AS w ON w.oid = srvfdw "
							"WHERE fdwname = 'switchgrid_fdw' ORDER BY srvname");
	for (uint64 i = 0; i < rows; i++)
		sg_turn_hold(sg_sql_get_text(i, 1));
	sg_sql_done();
}

/* A snapshot from before would not see what a run has just committed, and leave it. */
static void
require_new_snapshots(void)
{
	if (IsolationUsesXactSnapshot())
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_TRANSACTION_STATE),
			 errmsg("switchgrid.forget needs the isolation level READ COMMITTED"),
			 errdetail("A transaction of another level may not see all that there is to erase.")));
}

static void
tell_left(const char *point, List *tables)
{
	StringInfoData names;
	ListCell *cell;

	if (tables == NIL)
		return;
	initStringInfo(&names);
	foreach (cell, tables)
		appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", (char *) lfirst(cell));
	ereport(
		NOTICE,
		(errmsg("rows of point %s stay in tables that do not tell which server they came from: %s",
				point, names.data),
		 errhint("switchgrid.forget without a server erases them too.")));
}

Datum
sg_forget_point(PG_FUNCTION_ARGS)
{
	const char *server = PG_ARGISNULL(1) ? NULL : NameStr(*PG_GETARG_NAME(1));
	char *point;

	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("argument \"%s\" must not be NULL", "point_id")));
	point = text_to_cstring(PG_GETARG_TEXT_PP(0));
	if (!sg_switchgrid_valid_point(point))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("\"%s\" is no delivery point", point),
						errhint("%s", SG_SWITCHGRID_POINT_RULE)));
	require_new_snapshots();
	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	hold_servers(server);
	tell_left(point, sg_forget(point, server, put_count, fcinfo->resultinfo));
	SPI_finish();
	return (Datum) 0;
}

Datum
sg_expire_old(PG_FUNCTION_ARGS)
{
	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	sg_expire(put_count, fcinfo->resultinfo);
	SPI_finish();
	return (Datum) 0;
}
