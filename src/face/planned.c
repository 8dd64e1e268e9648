/*
 * planned.c
 *	  switchgrid.plan: what a run of refresh would ask, and how long that would take.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "base/compat.h"
#include "engine/ledger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "foreign/foreign.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "refresh/agenda.h"
#include "servers.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(sg_plan);

/* The columns of switchgrid.plan, in its order. */
enum
{
	COLUMN_SERVER,
	COLUMN_POSITION,
	COLUMN_ENDPOINT,
	COLUMN_RELATIONS,
	COLUMN_POINT_ID,
	COLUMN_DAYS,
	COLUMN_ORDERED,
	COLUMN_LEAVES_AFTER,
	COLUMNS
};

/* What is counted by itself at the operator, as it is when what was planned so far has left. */
typedef struct Part
{
	const char *quota; /* NULL: what is not counted apart */
	SgPaceState state;
	TimestampTz last; /* when the last of it left; at first, now */
} Part;

typedef struct Planned
{
	ReturnSetInfo *result;
	const SgProfile *profile;
	const SgCredential *credential;
	TimestampTz now;
	List *parts; /* of Part * */
	int position;
} Planned;

static Part *
part_of(Planned *planned, const char *quota)
{
	Part *part;
	ListCell *cell;

	foreach (cell, planned->parts)
	{
		part = lfirst(cell);
		if (part->quota == quota ||
			(part->quota != NULL && quota != NULL && strcmp(part->quota, quota) == 0))
			return part;
	}
	part = palloc0(sizeof(Part));
	part->quota = quota;
	part->last = planned->now;
	if (planned->credential != NULL)
		sg_ledger_read(sg_profile_key(planned->profile, planned->credential, quota), &part->state);
	planned->parts = lappend(planned->parts, part);
	return part;
}

/* When the next request to a part leaves, at the earliest, in microseconds from now. */
static int64
leaves_after(Planned *planned, Part *part)
{
	const SgProfile *profile = planned->profile;

	part->last = sg_pace_queue(&part->state, part->last, profile->per_second, profile->per_hour);
	return part->last - planned->now;
}

static Datum
relations_of(const SgRequest *request)
{
	Datum names[SG_FED_MAX];
	int n = 0;
	ListCell *cell;

	foreach (cell, request->wanted)
		if (n < SG_FED_MAX)
			names[n++] = CStringGetTextDatum(((SgRelation *) lfirst(cell))->name);
	for (int i = 0; request->wanted == NIL && i < SG_FED_MAX; i++)
		if (request->endpoint->relations[i] != NULL)
			names[n++] = CStringGetTextDatum(request->endpoint->relations[i]->name);
		else
			break;
	return PointerGetDatum(construct_array(names, n, TEXTOID, -1, false, TYPALIGN_INT));
}

static Datum
range_of(SgDays days)
{
	RangeBound from = {.val = DateADTGetDatum(days.from), .inclusive = true, .lower = true};
	RangeBound until = {.val = DateADTGetDatum(days.until)};

	return PointerGetDatum(
		sg_compat_make_range(lookup_type_cache(DATERANGEOID, TYPECACHE_RANGE_INFO), &from, &until));
}

static void
put_request(Planned *planned, const SgRequest *request, bool ordered)
{
	Datum values[COLUMNS];
	bool nulls[COLUMNS] = {false};
	Interval after = {0};

	values[COLUMN_SERVER] = DirectFunctionCall1(namein, CStringGetDatum(planned->profile->name));
	values[COLUMN_POSITION] = Int32GetDatum(++planned->position);
	values[COLUMN_ENDPOINT] = CStringGetTextDatum(request->endpoint->name);
	values[COLUMN_RELATIONS] = relations_of(request);
	values[COLUMN_POINT_ID] = CStringGetTextDatum(request->point);
	nulls[COLUMN_POINT_ID] = request->point[0] == '\0';
	nulls[COLUMN_DAYS] = !sg_endpoint_is_series(request->endpoint);
	values[COLUMN_DAYS] = nulls[COLUMN_DAYS] ? (Datum) 0 : range_of(request->days);
	values[COLUMN_ORDERED] = BoolGetDatum(ordered);
	/* many of them go in one order: nobody can say when */
	nulls[COLUMN_LEAVES_AFTER] = ordered;
	if (!ordered)
		after.time = leaves_after(planned, part_of(planned, request->endpoint->quota));
	values[COLUMN_LEAVES_AFTER] = IntervalPGetDatum(&after);
	tuplestore_putvalues(planned->result->setResult, planned->result->setDesc, values, nulls);
}

static void
put_server(Planned *planned, const char *name, Datum points)
{
	ForeignServer *foreign = GetForeignServerByName(name, false);
	SgAgenda agenda;
	ListCell *cell;

	planned->profile = sg_profile_get(foreign->serverid, GetUserId());
	planned->credential = sg_servers_credential(planned->profile);
	planned->now = GetCurrentTimestamp();
	planned->parts = NIL;
	planned->position = 0;
	agenda = sg_agenda_make(planned->profile, points);
	foreach (cell, agenda.requests)
		put_request(planned, lfirst(cell), false);
	foreach (cell, agenda.orders)
		put_request(planned, lfirst(cell), true);
}

Datum
sg_plan(PG_FUNCTION_ARGS)
{
	Planned planned = {.result = (ReturnSetInfo *) fcinfo->resultinfo};
	char *server = PG_ARGISNULL(0) ? NULL : pstrdup(NameStr(*PG_GETARG_NAME(0)));
	Datum points = PG_ARGISNULL(1) ? (Datum) 0 : PointerGetDatum(PG_GETARG_ARRAYTYPE_P_COPY(1));
	ListCell *cell;

	InitMaterializedSRF(fcinfo, 0);
	if (server != NULL)
		(void) GetForeignServerByName(server, false);
	SPI_connect();
	foreach (cell, sg_agenda_servers(server))
		put_server(&planned, lfirst(cell), points);
	SPI_finish();
	return (Datum) 0;
}
