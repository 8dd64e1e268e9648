/*
 * schedule.c
 *	  Refresh at set minutes: jobs of pg_cron.
 *
 * A refresh commits as it goes, so the job's command is the CALL itself. The job belongs to the current user;
 * all that is ours of it is its name.
 */
#include "postgres.h"

#include "arguments.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "common/hashfn.h"
#include "engine/profile.h"
#include "executor/spi.h"
#include "foreign/foreign.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "store/sql.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"

PG_FUNCTION_INFO_V1(sg_schedule);
PG_FUNCTION_INFO_V1(sg_unschedule);

/*
 * The name of the job of a server, or of all with NULL, in this database: the jobs of all databases may stand in one
 * table. Some versions of pg_cron keep no more than a name has room for, and cut the rest off.
 */
static char *
job_name(const char *server)
{
	char *database = get_database_name(MyDatabaseId);
	char *name = psprintf("switchgrid %s", quote_identifier(database));
	uint32 hash;
	int room;

	if (server != NULL)
		name = psprintf("%s.%s", name, quote_identifier(server));
	if (strlen(name) < NAMEDATALEN)
		return name;
	hash = hash_bytes((const unsigned char *) name, (int) strlen(name));
	room = pg_mbcliplen(name, (int) strlen(name), NAMEDATALEN - 1 - 9);
	return psprintf("%.*s~%08x", room, name, hash);
}

static void
add_argument(StringInfo call, const char *name, const char *value)
{
	if (value == NULL)
		return;
	if (call->data[call->len - 1] != '(')
		appendStringInfoString(call, ", ");
	appendStringInfo(call, "%s => %s", name, quote_literal_cstr(value));
}

static char *
interval_text(FunctionCallInfo fcinfo, int argument)
{
	if (PG_ARGISNULL(argument))
		return NULL;
	return DatumGetCString(DirectFunctionCall1(interval_out, PG_GETARG_DATUM(argument)));
}

/* What the job runs: a refresh with the arguments that sg_schedule was given. */
static char *
command_of(FunctionCallInfo fcinfo, const char *server)
{
	StringInfoData call;

	/* what the run would refuse each time is refused here */
	(void) sg_face_length(fcinfo, 2, "wait");
	(void) sg_face_number(fcinfo, 3, "max_requests");
	(void) sg_face_length(fcinfo, 4, "max_time");
	initStringInfo(&call);
	appendStringInfoString(&call, "CALL switchgrid.refresh(");
	add_argument(&call, "server", server);
	add_argument(&call, "wait", interval_text(fcinfo, 2));
	add_argument(&call, "max_requests",
				 PG_ARGISNULL(3) ? NULL : psprintf(INT64_FORMAT, PG_GETARG_INT64(3)));
	add_argument(&call, "max_time", interval_text(fcinfo, 4));
	appendStringInfoChar(&call, ')');
	return call.data;
}

/* The library of pg_cron runs nowhere. */
static void
complain_not_loaded(const char *database)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		 errmsg("extension pg_cron is not installed"),
		 errdetail("Its library is not loaded: shared_preload_libraries does not name it."),
		 errhint("Install it (on Debian the package postgresql-%s-cron), set "
				 "shared_preload_libraries = 'pg_cron' and cron.database_name = %s, restart, and "
				 "CREATE EXTENSION pg_cron. Or let the system's cron run: psql -d %s -c \"CALL "
				 "switchgrid.refresh()\"",
				 PG_MAJORVERSION, quote_literal_cstr(database), database)));
}

/* It runs and has no tables: those belong into this database, or are in another one. */
static void
complain_elsewhere(const char *database, const char *there, const char *call)
{
	bool may_know = has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_SETTINGS);

	if (strcmp(database, there) == 0)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("extension pg_cron is not installed in database \"%s\"", database),
						errhint("CREATE EXTENSION pg_cron, as superuser.")));
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("extension pg_cron is not installed in database \"%s\"", database),
			 may_know
				 ? errdetail("It keeps its jobs in database \"%s\": cron.database_name.", there)
				 : errdetail("It keeps its jobs in another database: cron.database_name."),
			 errhint("Run this there: %s", call)));
}

/* Raises 55000 with what to do if pg_cron is not in this database; the call is what does it from another one. */
static void
require_cron(const char *call)
{
	const char *database;
	const char *there;

	if (OidIsValid(get_extension_oid("pg_cron", true)))
		return;
	database = get_database_name(MyDatabaseId);
	there = GetConfigOption("cron.database_name", true, false);
	if (there != NULL)
		complain_elsewhere(database, there, call);
	complain_not_loaded(database);
}

static char *
server_argument(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? NULL : pstrdup(NameStr(*PG_GETARG_NAME(argument)));
}

/* The server is there, has an API, and is the user's to use. */
static void
check_server(const char *server)
{
	SgProfile *profile =
		sg_profile_get(GetForeignServerByName(server, false)->serverid, GetUserId());

	sg_profile_check_usage(profile);
	if (profile->api == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("server \"%s\" has no API to refresh from", server)));
}

/* The call of pg_cron, in its database, that makes the job for this one. */
static char *
call_to_schedule(const char *name, const char *schedule, const char *command)
{
	return psprintf("SELECT cron.schedule_in_database(%s, %s, %s, %s)", quote_literal_cstr(name),
					quote_literal_cstr(schedule), quote_literal_cstr(command),
					quote_literal_cstr(get_database_name(MyDatabaseId)));
}

Datum
sg_schedule(PG_FUNCTION_ARGS)
{
	char *server = server_argument(fcinfo, 1);
	char *schedule;
	char *command;
	SgSql sql = {0};
	int64 job;

	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("argument \"%s\" must not be NULL", "cron")));
	if (server != NULL)
		check_server(server);
	schedule = text_to_cstring(PG_GETARG_TEXT_PP(0));
	command = command_of(fcinfo, server);
	require_cron(call_to_schedule(job_name(server), schedule, command));
	SPI_connect();
	sg_sql_text(&sql, job_name(server));
	sg_sql_text(&sql, schedule);
	sg_sql_text(&sql, command);
	sg_sql_run(&sql, "SELECT cron.schedule($1, $2, $3)");
	job = DatumGetInt64(sg_sql_get(0, 1, (Datum) 0));
	SPI_finish();
	PG_RETURN_INT64(job);
}

Datum
sg_unschedule(PG_FUNCTION_ARGS)
{
	/* the server may be gone: its job is not */
	char *name = job_name(server_argument(fcinfo, 0));
	SgSql sql = {0};
	bool found;

	require_cron(psprintf("SELECT cron.unschedule(%s)", quote_literal_cstr(name)));
	SPI_connect();
	sg_sql_text(&sql, name);
	found = sg_sql_run(&sql, "SELECT cron.unschedule(jobid) FROM cron.job "
							 "WHERE jobname = $1 AND username = current_user") > 0;
	SPI_finish();
	PG_RETURN_BOOL(found);
}
