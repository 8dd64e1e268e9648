/*-------------------------------------------------------------------------
 *
 * decode_bench.c
 *	  How fast answers become rows, in a backend: a module of test/bench/run.
 *
 *	  decode_vs_jansson(generation text, step int, rounds int) returns float8
 *	  decode_growth(generation text, step int, days int) returns int8
 *
 * The first gives the time that the decoder takes for a week of a load curve,
 * over the time that jansson takes to read the same bytes and look at the
 * same members: medians of rounds in turn.  The second gives the greatest
 * size of the memory contexts while so many days are decoded, the body, which
 * is not in them, apart.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>
#include <time.h>

#include "api/endpoint.h"
#include "base/clock.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "wire/http.h"

/* last, for it has names of the server's functions */
#define json_object jansson_json_object
#include <jansson.h>
#undef json_object

PG_MODULE_MAGIC;

#define POINT "00000000000017"
#define FIRST_DAY "2026-03-09"
#define WEEK 7

/* Requests are not made here. */
void
sg_http_escape(StringInfo out, const char *text)
{
	appendStringInfoString(out, text);
}

typedef struct Work
{
	bool v5;
	int step;
	SgRequest request;
	StringInfoData body;
	char *copy; /* of the body: a decoder changes what it reads */
	int points;
} Work;

/* Rows as they come: what a consumer does at least. */
typedef struct Sum
{
	long rows;
	double watts;
	MemoryContext watched; /* NULL: not */
	Size most;
} Sum;

/* ---------------------------------------------------------------- bodies */

static void
append_point(Work *work, DateADT day, int minute, unsigned value)
{
	char text[SG_DAY_LEN];

	if (minute == HOURS_PER_DAY * MINS_PER_HOUR)
	{
		day++;
		minute = 0;
	}
	appendStringInfo(&work->body,
					 work->v5
						 ? "%s{\"value\":\"%u\",\"date\":\"%s %02d:%02d:00\","
						   "\"interval_length\":\"PT%dM\",\"measure_type\":\"B\"}"
						 : "%s{\"v\":\"%u\",\"d\":\"%s %02d:%02d:00\",\"p\":\"PT%dM\",\"n\":\"B\"}",
					 work->points++ > 0 ? "," : "", value, sg_clock_print_day(text, day),
					 minute / MINS_PER_HOUR, minute % MINS_PER_HOUR, work->step);
}

/* An answer as the operator writes it, without spaces; values of a house. */
static void
make_body(Work *work, int days)
{
	unsigned state = 1;

	initStringInfo(&work->body);
	appendStringInfoString(
		&work->body,
		work->v5 ? "{\"meter_reading\":{\"usage_point_id\":\"" POINT "\",\"quality\":\"BRUT\","
				   "\"reading_type\":{\"unit\":\"W\",\"measurement_kind\":\"power\","
				   "\"aggregate\":\"average\"},\"interval_reading\":["
				 : "{\"idPrm\":\"" POINT "\",\"etapeMetier\":\"BRUT\",\"modeCalcul\":\"MESURE\","
				   "\"grandeur\":[{\"grandeurMetier\":\"CONS\",\"grandeurPhysique\":\"PA\","
				   "\"unite\":\"W\",\"points\":[");
	for (int i = 0; i < days; i++)
		for (int minute = work->step; minute <= HOURS_PER_DAY * MINS_PER_HOUR; minute += work->step)
		{
			state = state * 1103515245u + 12345u;
			append_point(work, work->request.days.from + i, minute, 180 + (state >> 16) % 2400);
		}
	appendStringInfoString(&work->body,
						   work->v5 ? "]}}" : "],\"calendrier\":[]}],\"contexte\":[]}");
}

static void
start_work(Work *work, const char *generation, int step, int days)
{
	const SgApi *api = sg_api_find("enedis", generation);
	DateADT first;

	if (api == NULL || step < 1 || !sg_clock_parse_day(FIRST_DAY, strlen(FIRST_DAY), &first))
		elog(ERROR, "no such generation, or no step");
	memset(work, 0, sizeof(*work));
	work->v5 = strcmp(generation, "v5") == 0;
	work->step = step;
	work->request.point = POINT;
	work->request.days = (SgDays){first, first + WEEK};
	work->request.endpoint = sg_api_endpoint(api, &sg_relation_load_curve, SG_CONSUMPTION);
	make_body(work, days);
	work->copy = palloc(work->body.len);
}

/* ---------------------------------------------------------------- the two ways */

static void
count_row(void *arg, const SgRelation *relation, const Datum *values, const bool *nulls)
{
	Sum *sum = arg;

	sum->rows++;
	sum->watts += DatumGetFloat8(values[SG_CURVE_WATTS]);
	if (sum->watched != NULL)
		sum->most = Max(sum->most, MemoryContextMemAllocated(sum->watched, true));
}

/* Reads the copy, which is made before. */
static Sum
run_decoder(Work *work, bool watched)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "decode bench", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Sum sum = {.watched = watched ? context : NULL};
	SgFault fault = {0};

	work->request.endpoint->decode(&work->request, work->copy, work->body.len, count_row, &sum,
								   &fault);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	if (fault.kind != SG_FAULT_NONE)
		elog(ERROR, "decoding: %s", fault.text);
	return sum;
}

/* The list of points in jansson's tree. */
static json_t *
find_points(const Work *work, const json_t *root)
{
	if (work->v5)
		return json_object_get(json_object_get(root, "meter_reading"), "interval_reading");
	return json_object_get(json_array_get(json_object_get(root, "grandeur"), 0), "points");
}

/* The least that a reader of that tree does: no instants, no rows. */
static Sum
run_jansson(const Work *work)
{
	const char *const *names =
		work->v5 ? (const char *const[]){"value", "date", "interval_length", "measure_type"}
				 : (const char *const[]){"v", "d", "p", "n"};
	json_t *root = json_loadb(work->body.data, work->body.len, 0, NULL);
	json_t *points = find_points(work, root);
	Sum sum = {0};

	for (size_t i = 0; i < json_array_size(points); i++)
	{
		const json_t *point = json_array_get(points, i);
		const char *label = json_string_value(json_object_get(point, names[1]));
		const char *step = json_string_value(json_object_get(point, names[2]));
		const char *nature = json_string_value(json_object_get(point, names[3]));

		if (strlen(label) == 19 && atoi(step + 2) == work->step && nature[0] == 'B')
		{
			sum.rows++;
			sum.watts += strtod(json_string_value(json_object_get(point, names[0])), NULL);
		}
	}
	json_decref(root);
	return sum;
}

/* ---------------------------------------------------------------- figures */

static double
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double) t.tv_sec * 1e6 + (double) t.tv_nsec / 1e3;
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *) a;
	double y = *(const double *) b;

	return (x > y) - (x < y);
}

static double
median(double *values, int n)
{
	qsort(values, n, sizeof(double), ascending);
	return values[n / 2];
}

PG_FUNCTION_INFO_V1(decode_vs_jansson);
Datum
decode_vs_jansson(PG_FUNCTION_ARGS)
{
	int rounds = Max(PG_GETARG_INT32(2), 1);
	double *ours = palloc(rounds * sizeof(double));
	double *theirs = palloc(rounds * sizeof(double));
	Work work;

	start_work(&work, text_to_cstring(PG_GETARG_TEXT_PP(0)), PG_GETARG_INT32(1), WEEK);
	for (int i = 0; i < rounds; i++)
	{
		double start;
		double between;
		double end;
		Sum a;
		Sum b;

		CHECK_FOR_INTERRUPTS();
		memcpy(work.copy, work.body.data, work.body.len);
		start = now_us();
		a = run_decoder(&work, false);
		between = now_us();
		b = run_jansson(&work);
		end = now_us();
		if (a.rows != work.points || b.rows != a.rows || fabs(a.watts - b.watts) > 0.5)
			elog(ERROR, "%ld and %ld rows of %d points", a.rows, b.rows, work.points);
		ours[i] = between - start;
		theirs[i] = end - between;
	}
	elog(DEBUG1, "%d bytes, %d points: %.1f and %.1f us", work.body.len, work.points,
		 median(ours, rounds), median(theirs, rounds));
	PG_RETURN_FLOAT8(median(ours, rounds) / median(theirs, rounds));
}

PG_FUNCTION_INFO_V1(decode_growth);
Datum
decode_growth(PG_FUNCTION_ARGS)
{
	Work work;

	start_work(&work, text_to_cstring(PG_GETARG_TEXT_PP(0)), PG_GETARG_INT32(1),
			   PG_GETARG_INT32(2));
	memcpy(work.copy, work.body.data, work.body.len);
	PG_RETURN_INT64((int64) run_decoder(&work, true).most);
}
