/*
 * functions.c
 *	  The functions and procedures that SQL calls: arguments in, a lower floor called, results out.
 */
#include "postgres.h"

#include "arguments.h"
#include "base/clock.h"
#include "base/compat.h"
#include "catalog/pg_type.h"
#include "engine/profile.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "foreign/foreign.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "refresh/run.h"
#include "refresh/watch.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(sg_today);
PG_FUNCTION_INFO_V1(sg_history);
PG_FUNCTION_INFO_V1(sg_watch);
PG_FUNCTION_INFO_V1(sg_refresh);

Datum
sg_today(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATEADT(sg_clock_today());
}

Datum
sg_history(PG_FUNCTION_ARGS)
{
	/* one server that is gone must not hide the gaps of the others */
	ForeignServer *server = GetForeignServerByName(NameStr(*PG_GETARG_NAME(0)), true);
	SgProfile *profile = server != NULL ? sg_profile_get(server->serverid, GetUserId()) : NULL;
	const SgRelation *relation = sg_relation_find(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	const SgEndpoint *endpoint = NULL;
	RangeBound from = {.inclusive = true, .lower = true};
	RangeBound until = {0};
	SgDays days;

	if (profile != NULL && profile->api != NULL && relation != NULL)
		endpoint = sg_api_endpoint(profile->api, relation, text_to_cstring(PG_GETARG_TEXT_PP(2)));
	if (endpoint == NULL)
		PG_RETURN_NULL();
	days = sg_endpoint_history(endpoint, sg_clock_today());
	from.val = DateADTGetDatum(days.from);
	until.val = DateADTGetDatum(days.until);
	PG_RETURN_RANGE_P(
		sg_compat_make_range(lookup_type_cache(DATERANGEOID, TYPECACHE_RANGE_INFO), &from, &until));
}

List *
sg_face_texts(FunctionCallInfo fcinfo, int argument, const char *name)
{
	Datum *values;
	bool *nulls;
	int count;
	List *list = NIL;

	if (PG_ARGISNULL(argument))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("argument \"%s\" must not be NULL", name)));
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(argument), TEXTOID, -1, false, TYPALIGN_INT, &values,
					  &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
							errmsg("argument \"%s\" must not hold NULL", name)));
		list = lappend(list, TextDatumGetCString(values[i]));
	}
	return list;
}

Datum
sg_watch(PG_FUNCTION_ARGS)
{
	SgWish wish = {.since = SG_SQL_NO_DATE, .until = SG_SQL_NO_DATE};
	int kept;

	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("argument \"%s\" must not be NULL", "server")));
	wish.server = NameStr(*PG_GETARG_NAME(0));
	wish.points = sg_face_texts(fcinfo, 1, "points");
	wish.relations = sg_face_texts(fcinfo, 2, "relations");
	wish.directions = sg_face_texts(fcinfo, 5, "directions");
	if (!PG_ARGISNULL(3))
		wish.since = PG_GETARG_DATEADT(3);
	if (!PG_ARGISNULL(4))
		wish.until = PG_GETARG_DATEADT(4);
	SPI_connect();
	kept = sg_watch_keep(&wish);
	SPI_finish();
	PG_RETURN_INT32(kept);
}

void
sg_face_require_own_transactions(FunctionCallInfo fcinfo, const char *name)
{
	if (fcinfo->context == NULL || !IsA(fcinfo->context, CallContext) ||
		castNode(CallContext, fcinfo->context)->atomic)
		ereport(ERROR, (errcode(ERRCODE_INVALID_TRANSACTION_TERMINATION),
						errmsg("switchgrid.%s cannot run inside a transaction block", name),
						errdetail("It commits as it goes."),
						errhint("Call it by itself, outside BEGIN, functions and DO blocks that "
								"are in a transaction.")));
}

/* Nobody waits longer for an operator: a run holds its server. */
#define LONGEST_WAIT USECS_PER_DAY

int64
sg_face_length(FunctionCallInfo fcinfo, int argument, const char *name)
{
	const Interval *length;
	int64 us;

	if (PG_ARGISNULL(argument))
		return 0;
	length = PG_GETARG_INTERVAL_P(argument);
	us = length->time + length->day * USECS_PER_DAY;
	if (length->month != 0 || us < 0 || us > LONGEST_WAIT)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("argument \"%s\" is out of range", name),
						errhint("It is an interval from 0 to 1 day.")));
	return us;
}

int64
sg_face_number(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		return 0;
	if (PG_GETARG_INT64(argument) < 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("argument \"%s\" is out of range", name),
						errhint("It is at least 1; NULL is no limit.")));
	return PG_GETARG_INT64(argument);
}

/* The procedure's result row. */
static Datum
totals_row(FunctionCallInfo fcinfo, const SgRunTotals *totals)
{
	TupleDesc desc;
	Datum values[3] = {Int64GetDatum(totals->requests), Int64GetDatum(totals->rows),
					   Int64GetDatum(totals->open_days)};
	bool nulls[3] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

Datum
sg_refresh(PG_FUNCTION_ARGS)
{
	SgRunTotals totals = {0};
	SgRunOptions options = {0};
	MemoryContext caller = CurrentMemoryContext;

	sg_face_require_own_transactions(fcinfo, "refresh");
	options.wait = sg_face_length(fcinfo, 5, "wait");
	options.budget.requests = sg_face_number(fcinfo, 6, "max_requests");
	options.budget.time = sg_face_length(fcinfo, 7, "max_time");
	SPI_connect_ext(SPI_OPT_NONATOMIC);
	/* SPI's memory outlives the commits; the arguments' may not */
	if (!PG_ARGISNULL(0))
		options.server = pstrdup(NameStr(*PG_GETARG_NAME(0)));
	if (!PG_ARGISNULL(1))
		options.points = PointerGetDatum(PG_GETARG_ARRAYTYPE_P_COPY(1));
	sg_run_refresh(&options, &totals);
	SPI_finish();
	MemoryContextSwitchTo(caller);
	return totals_row(fcinfo, &totals);
}
