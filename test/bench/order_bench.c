/*-------------------------------------------------------------------------
 *
 * order_bench.c
 *	  How fast the file of an order becomes committed segments, in a backend: a
 *	  module of test/bench/run.
 *
 *	  CALL order_vs_jansson(rounds int)
 *
 * Reads and stores a load curve of half-hours over two years, the raw R63 of a
 * LOADCURVE, as the collection of an order does: decoded, checked, merged into
 * months, noted in coverage, its request ended, and committed.  Each round is
 * about a point of its own, so that all of it is new.  jansson then reads the
 * same bytes and looks at the same members.  Adds a row for each round to the
 * table order_round: milliseconds of each part.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>
#include <time.h>

#include "api/endpoint.h"
#include "base/clock.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "pgtime.h"
#include "refresh/group.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "wire/http.h"

/* last, for it has names of the server's functions */
#define json_object jansson_json_object
#include <jansson.h>
#undef json_object

PG_MODULE_MAGIC;

/* 731 days, one of them a 29 February, with four changes of the clock: 35,088 half-hours. */
#define FIRST_DAY "2023-11-20"
#define LAST_DAY "2025-11-20"
#define STEP 30
#define POINTS 35088
#define FIRST_POINT INT64CONST(30000000000000)
#define POINT_LEN 14
#define SERVER "bench"

/* Requests are not made here. */
void
sg_http_escape(StringInfo out, const char *text)
{
	appendStringInfoString(out, text);
}

typedef struct Work
{
	SgRequest request;
	StringInfoData body;
	int name; /* where the point's number stands in it */
	char point[POINT_LEN + 1];
	double watts;
} Work;

/* ---------------------------------------------------------------- the file */

/* The end of an interval in Paris, with its offset. */
static void
append_label(StringInfo out, TimestampTz at)
{
	struct pg_tm tm;
	fsec_t fsec;
	int west;

	if (timestamp2tm(at, &west, &tm, &fsec, NULL, pg_tzset("Europe/Paris")) != 0)
		elog(ERROR, "no such instant");
	appendStringInfo(out, "%04d-%02d-%02dT%02d:%02d:%02d+%02d:00", tm.tm_year, tm.tm_mon,
					 tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, -west / SECS_PER_HOUR);
}

/* As the operator writes it, without spaces; values of a house. */
static void
make_body(Work *work)
{
	StringInfo out = &work->body;
	TimestampTz until = sg_clock_day_start(work->request.days.until);
	unsigned state = 1;
	int points = 0;

	initStringInfo(out);
	appendStringInfoString(out,
						   "{\"header\":{\"siDemandeur\":\"SGE\",\"codeFlux\":\"R63\","
						   "\"idDemande\":\"1\",\"modePublication\":\"P\",\"format\":\"JSON\"},"
						   "\"mesures\":[{\"idPrm\":\"");
	work->name = out->len;
	appendStringInfo(out,
					 "%s\",\"etapeMetier\":\"BRUT\",\"periode\":{\"dateDebut\":\"" FIRST_DAY
					 "T00:00:00+01:00\",\"dateFin\":\"" LAST_DAY "T00:00:00+01:00\"},"
					 "\"modeCalcul\":\"MESURE\",\"grandeur\":[{\"grandeurMetier\":\"CONS\","
					 "\"grandeurPhysique\":\"PA\",\"unite\":\"W\",\"points\":[",
					 work->point);
	for (TimestampTz at = sg_clock_day_start(work->request.days.from); at < until; points++)
	{
		unsigned watts;

		at += STEP * USECS_PER_MINUTE;
		state = state * 1103515245u + 12345u;
		watts = 180 + (state >> 16) % 2400;
		work->watts += watts;
		appendStringInfo(out, "%s{\"v\":\"%u\",\"d\":\"", points > 0 ? "," : "", watts);
		append_label(out, at);
		appendStringInfo(out, "\",\"p\":\"PT%dM\",\"n\":\"B\",\"iv\":0,\"ec\":0}", STEP);
	}
	appendStringInfoString(out, "]}]}]}");
	if (points != POINTS)
		elog(ERROR, "%d points", points);
}

static void
name_point(Work *work, int round)
{
	char number[POINT_LEN + 1];

	snprintf(number, sizeof(number), INT64_FORMAT, FIRST_POINT + round);
	memcpy(work->point, number, sizeof(number));
	if (work->body.len > 0)
		memcpy(work->body.data + work->name, number, POINT_LEN);
}

static void
start_work(Work *work)
{
	SgDays *days = &work->request.days;
	const SgApi *api = sg_api_find("switchgrid", "v2");
	TimestampTz now;

	memset(work, 0, sizeof(*work));
	if (api == NULL || !sg_clock_parse_day(FIRST_DAY, strlen(FIRST_DAY), &days->from) ||
		!sg_clock_parse_day(LAST_DAY, strlen(LAST_DAY), &days->until))
		elog(ERROR, "no such API, or no such days");
	now = sg_clock_day_start(days->until) + 10 * USECS_PER_HOUR;
	/* of the module's own copy of the clock */
	sg_clock_set(now);
	work->request.endpoint = sg_api_ordered(api, "LOADCURVE", SG_CONSUMPTION);
	work->request.point = work->point;
	name_point(work, 0);
	make_body(work);
}

/* ---------------------------------------------------------------- the two ways */

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double) t.tv_sec * 1e3 + (double) t.tv_nsec / 1e6;
}

static int64
one_number(const char *statement)
{
	bool null;

	if (SPI_execute(statement, false, 0) < 0 || SPI_processed != 1)
		elog(ERROR, "\"%s\" gives no row", statement);
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null));
}

/* The order of the round's point, as if it had been placed. */
static void
order_point(Work *work)
{
	work->request.number = one_number(
		psprintf("WITH o AS (INSERT INTO switchgrid.data_order (server, order_id, requests, state, "
				 "placed_at) VALUES ('" SERVER "', '%s', 1, 'open', now()) RETURNING number) "
				 "INSERT INTO switchgrid.data_request (order_number, server, position, type, "
				 "point_id, relations, direction, days) SELECT number, '" SERVER
				 "', 0, 'LOADCURVE', '%s', '{load_curve}', 'consumption', '[" FIRST_DAY
				 ", " LAST_DAY ")' FROM o RETURNING number",
				 work->point, work->point));
	SPI_commit();
}

typedef struct Parts
{
	double decode;
	double store;
	double commit;
	double jansson;
} Parts;

static void
collect(Work *work, Parts *parts)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "order bench", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	/* the decoder changes what it reads */
	char *body = pnstrdup(work->body.data, work->body.len);
	SgGroup *group;
	SgAnswer *answer;
	double start;
	double decoded;
	double stored;

	start = now_ms();
	group = sg_group_make(sg_assembly_make(sg_api_find("switchgrid", "v2")));
	answer = sg_group_answer(group);
	answer->request = work->request;
	work->request.endpoint->decode(&answer->request, body, work->body.len, sg_group_emit, group,
								   &answer->fault);
	if (answer->fault.kind != SG_FAULT_NONE)
		elog(ERROR, "decoding: %s", answer->fault.text);
	sg_group_add(group);
	decoded = now_ms();
	sg_group_store(group, SERVER, sg_clock_now());
	stored = now_ms();
	SPI_commit();
	parts->commit = now_ms() - stored;
	parts->store = stored - decoded;
	parts->decode = decoded - start;
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

/* The least that a reader of that tree does: no instants, no rows. */
static void
walk(Work *work, Parts *parts)
{
	double start = now_ms();
	json_t *root = json_loadb(work->body.data, work->body.len, 0, NULL);
	json_t *measure = json_array_get(json_object_get(root, "mesures"), 0);
	json_t *points =
		json_object_get(json_array_get(json_object_get(measure, "grandeur"), 0), "points");
	double watts = 0;
	int rows = 0;

	for (size_t i = 0; i < json_array_size(points); i++)
	{
		const json_t *point = json_array_get(points, i);
		const char *label = json_string_value(json_object_get(point, "d"));
		const char *step = json_string_value(json_object_get(point, "p"));
		const char *nature = json_string_value(json_object_get(point, "n"));

		if (strlen(label) == 25 && atoi(step + 2) == STEP && nature[0] == 'B')
		{
			rows++;
			watts += strtod(json_string_value(json_object_get(point, "v")), NULL);
		}
	}
	json_decref(root);
	parts->jansson = now_ms() - start;
	if (rows != POINTS || fabs(watts - work->watts) > 0.5)
		elog(ERROR, "jansson found %d rows", rows);
}

/* ---------------------------------------------------------------- rounds */

static void
check_stored(const Work *work)
{
	int64 points = one_number(psprintf("SELECT sum(points)::bigint FROM switchgrid.curve_segment "
									   "WHERE point_id = '%s' AND step = '30 min'",
									   work->point));
	int64 wh = one_number(psprintf(
		"SELECT sum(wh)::bigint FROM switchgrid.curve_segment WHERE point_id = '%s'", work->point));
	int64 days = one_number(psprintf(
		"SELECT sum(upper(d) - lower(d))::bigint FROM switchgrid.coverage, unnest(held) AS d "
		"WHERE point_id = '%s' AND relation = 'load_curve'",
		work->point));
	int64 done = one_number(psprintf("SELECT count(*) FROM switchgrid.data_request "
									 "WHERE point_id = '%s' AND state = 'collected'",
									 work->point));

	if (points != POINTS || llabs(wh - (int64) (work->watts * STEP / MINS_PER_HOUR)) > 1 ||
		days != work->request.days.until - work->request.days.from || done != 1)
		elog(ERROR, "%lld points, %lld Wh, %lld days, %lld requests are stored of point %s",
			 (long long) points, (long long) wh, (long long) days, (long long) done, work->point);
}

PG_FUNCTION_INFO_V1(order_vs_jansson);
Datum
order_vs_jansson(PG_FUNCTION_ARGS)
{
	int rounds = PG_GETARG_INT32(0);
	Work work;

	if (!IsA(fcinfo->context, CallContext) || castNode(CallContext, fcinfo->context)->atomic)
		elog(ERROR, "CALL order_vs_jansson in no transaction block");
	SPI_connect_ext(SPI_OPT_NONATOMIC);
	start_work(&work);
	elog(DEBUG1, "%d bytes", work.body.len);
	for (int i = 0; i < rounds; i++)
	{
		Parts parts;

		CHECK_FOR_INTERRUPTS();
		name_point(&work, i);
		order_point(&work);
		collect(&work, &parts);
		walk(&work, &parts);
		check_stored(&work);
		SPI_execute(psprintf("INSERT INTO order_round VALUES (%d, %d, %f, %f, %f, %f)", i,
							 work.body.len, parts.decode, parts.store, parts.commit, parts.jansson),
					false, 0);
		SPI_commit();
	}
	SPI_finish();
	PG_RETURN_VOID();
}
