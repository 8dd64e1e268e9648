/*
 * curve.c
 *		The normalised curve: GET .../request/{id}/data.
 *
 * Times are beginnings of intervals in UTC.  A coarser period is the mean of
 * what was read in it; a finer one than the meter's is answered with the
 * meter's own.  A day is one of Paris.
 */
#include "switchgrid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Bucket
{
	int64_t watt_minutes;
	int64_t minutes;
} Bucket;

typedef struct Grid
{
	int seconds;
	int64_t first_day; /* of a grid of days */
	int64_t begin;
	int64_t end;
	Bucket *buckets;
	size_t count;
} Grid;

static bool
of_days(const Grid *grid)
{
	return grid->seconds == DAY_SECONDS;
}

static int64_t
bucket_begin(const Grid *grid, size_t i)
{
	if (of_days(grid))
		return paris_midnight(grid->first_day + (int64_t) i);
	return grid->begin + (int64_t) i * grid->seconds;
}

static void
lay_out(const Span *span, Grid *grid)
{
	if (of_days(grid))
	{
		grid->first_day = paris_day(span->since - 1) + 1;
		while (bucket_begin(grid, grid->count + 1) <= span->before)
			grid->count++;
	}
	else
	{
		grid->begin = (span->since + grid->seconds - 1) / grid->seconds * grid->seconds;
		if (span->before > grid->begin)
			grid->count = (size_t) ((span->before - grid->begin) / grid->seconds);
	}
	grid->begin = bucket_begin(grid, 0);
	grid->end = bucket_begin(grid, grid->count);
	grid->buckets = must(calloc(grid->count + 1, sizeof(Bucket)));
}

static void
fill(const Series *series, Grid *grid)
{
	for (size_t i = 0; i < series->count; i++)
	{
		const Reading *reading = &series->readings[i];
		int64_t begin = reading->at - reading->minutes * 60;
		int64_t at = of_days(grid) ? paris_day(begin) - grid->first_day
								   : (begin - grid->begin) / grid->seconds;

		if (begin < grid->begin || begin >= grid->end)
			continue;
		grid->buckets[at].watt_minutes += reading->value * reading->minutes;
		grid->buckets[at].minutes += reading->minutes;
	}
}

/* The buckets are to be freed. */
static void
read_grid(const Wanted *wanted, const char *prm, const Scenario *scenario, int seconds, Grid *grid)
{
	Scenario straight = {.empty = scenario->empty};
	Series series = {0};
	Span span = {0};

	memset(grid, 0, sizeof(*grid));
	if (!span_of(wanted, prm, &span))
		span.until = span.from;
	if (scenario->empty || span.from >= span.until)
		span.before = span.since;
	grid->seconds = seconds > span.profile.step * 60 ? seconds : span.profile.step * 60;
	lay_out(&span, grid);
	if (span.since < span.before)
		span_series(wanted, &span, &straight, &series);
	fill(&series, grid);
	series_free(&series);
}

static json_t *
value_json(const Bucket *bucket)
{
	if (bucket->minutes == 0)
		return json_null();
	if (bucket->watt_minutes % bucket->minutes == 0)
		return must(json_integer(bucket->watt_minutes / bucket->minutes));
	return must(json_real((double) bucket->watt_minutes / (double) bucket->minutes));
}

static void
period_text(const Grid *grid, bool in_seconds, char out[24])
{
	if (in_seconds)
		snprintf(out, 24, "PT%dS", grid->seconds);
	else if (of_days(grid))
		strcpy(out, "P1D");
	else if (grid->seconds == 3600)
		strcpy(out, "PT1H");
	else
		snprintf(out, 24, "PT%dM", grid->seconds / 60);
}

/* With 0 for the seconds, at the meter's own step. */
json_t *
curve_json(const Wanted *wanted, const char *prm, const Scenario *scenario, int seconds)
{
	json_t *values = must(json_array());
	char period[24];
	char begin[32];
	char end[32];
	Grid grid;

	read_grid(wanted, prm, scenario, seconds, &grid);
	for (size_t i = 0; i < grid.count; i++)
		json_array_append_new(values, value_json(&grid.buckets[i]));
	free(grid.buckets);
	period_text(&grid, scenario->seconds, period);
	instant_text(grid.begin * SECOND_US, begin);
	instant_text(grid.end * SECOND_US, end);
	return must(json_pack("{s:s, s:s, s:s, s:o}", "period", period, "startsAt", begin, "endsAt",
						  end, "values", values));
}

static void
add_lines(Text *out, const Wanted *wanted, const char *prm, const Scenario *scenario, int seconds)
{
	Grid grid;

	read_grid(wanted, prm, scenario, seconds, &grid);
	for (size_t i = 0; i < grid.count; i++)
	{
		const Bucket *bucket = &grid.buckets[i];
		char at[32];

		instant_text(bucket_begin(&grid, i) * SECOND_US, at);
		if (!scenario->no_prm)
			text_printf(out, "%s,", prm);
		text_printf(out, "%s,", at);
		if (bucket->minutes > 0)
			text_printf(out, "%.12g", (double) bucket->watt_minutes / (double) bucket->minutes);
		text_puts(out, "\n");
	}
	free(grid.buckets);
}

static void
answer_csv(Exchange *x, const Wanted *wanted, int seconds)
{
	Text body = {NULL, 0, 0};

	text_puts(&body,
			  x->scenario.no_prm ? "startDate,powerInWatts\n" : "prm,startDate,powerInWatts\n");
	for (size_t i = 0; i < wanted->count; i++)
		add_lines(&body, wanted, wanted->prms[i], &x->scenario, seconds);
	exchange_answer(x, 200, body.data, body.length, "text/csv");
}

static void
answer_json(Exchange *x, const Wanted *wanted, int seconds)
{
	json_t *keyed;

	if (wanted->count == 1 && !x->scenario.keyed)
	{
		exchange_json(x, curve_json(wanted, wanted->prms[0], &x->scenario, seconds));
		return;
	}
	keyed = must(json_object());
	for (size_t i = 0; i < wanted->count; i++)
		json_object_set_new(keyed, wanted->prms[i],
							curve_json(wanted, wanted->prms[i], &x->scenario, seconds));
	exchange_json(x, keyed);
}

/* -------- the request -------- */

static bool
check_query(Exchange *x, int *seconds, bool *csv)
{
	static const struct
	{
		const char *name;
		int seconds;
	} periods[] = {{"", 0},			{"5min", 300}, {"10min", 600},	   {"15min", 900},
				   {"30min", 1800}, {"1h", 3600},  {"1d", DAY_SECONDS}};
	char period[16] = "";
	char format[8] = "";
	const Slot slots[] = {{"period", period, sizeof(period)}, {"format", format, sizeof(format)}};

	if (!switchgrid_query(x, slots, 2))
		return false;
	*csv = strcmp(format, "csv") == 0;
	if (!*csv && format[0] != '\0' && strcmp(format, "json") != 0)
		return refuse(x, 400, "format is neither csv nor json", "unknown format");
	for (size_t i = 0; i < sizeof(periods) / sizeof(periods[0]); i++)
	{
		*seconds = periods[i].seconds;
		if (strcmp(periods[i].name, period) == 0)
			return true;
	}
	return refuse(x, 400, "unknown period", "unknown period");
}

/* What is not there yet cannot be told from what never was. */
static bool
check_ready(Exchange *x, const Wanted *wanted)
{
	const Order *order = wanted != NULL ? orders_numbered(wanted->order) : NULL;
	Progress progress;

	if (order == NULL || order->generation != generation_of(x))
		return refuse(x, 404, NULL, "unknown request");
	snprintf(x->point, sizeof(x->point), "%s", wanted->prms[0]);
	if (wanted->type->content != CONTENT_CURVE)
		return refuse(x, 500, "curve of a request that has none", "Something unexpected happened");
	progress_of(x, order, wanted, &progress);
	return (progress.good && !scenario_chooses(&x->scenario.nodata, wanted->prms[0])) ||
		   refuse(x, 404, NULL, "no data");
}

void
curve_endpoint(Exchange *x)
{
	const Wanted *wanted = requests_find(x->detail);
	int seconds = 0;
	bool csv = false;

	if (!check_query(x, &seconds, &csv) || !check_ready(x, wanted))
		return;
	if (!faults_replace(x))
	{
		if (csv)
			answer_csv(x, wanted, seconds);
		else
			answer_json(x, wanted, seconds);
	}
	gate_close(x);
}
