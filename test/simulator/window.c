/*
 * window.c
 *		What a request reads of one point: from which day to which, and how much
 *		of that there is.
 */
#include "switchgrid.h"

#include <string.h>

#define CURVE_MONTHS 24
#define OTHER_MONTHS 36

/* False when there is nothing to read. */
bool
span_of(const Wanted *wanted, const char *prm, Span *span)
{
	int64_t today = paris_day(clock_now_us() / SECOND_US);
	int64_t published = measures_until(today);
	int months = wanted->type->content == CONTENT_CURVE ? CURVE_MONTHS : OTHER_MONTHS;

	if (!points_find(prm, today, &span->profile))
		return false;
	span->from =
		wanted->since == INT64_MIN ? civil_months_before(today, months) : paris_day(wanted->since);
	if (span->from < span->profile.activated)
		span->from = span->profile.activated;
	span->until = wanted->until == INT64_MAX ? published : paris_day(wanted->until - 1) + 1;
	if (span->until > published)
		span->until = published;
	span->since =
		wanted->since > paris_midnight(span->from) ? wanted->since : paris_midnight(span->from);
	span->before =
		wanted->until < paris_midnight(span->until) ? wanted->until : paris_midnight(span->until);
	return span->from < span->until;
}

/* From when to when a reading is. */
static void
reading_extent(Measure measure, const Reading *reading, int64_t *begin, int64_t *end)
{
	*begin = *end = reading->at;
	if (measure == MEASURE_CURVE)
		*begin = reading->at - reading->minutes * 60;
	else if (measure == MEASURE_DAILY)
	{
		*begin = paris_midnight(reading->at);
		*end = paris_midnight(reading->at + 1);
	}
}

static void
keep_inside(const Span *span, Series *series)
{
	size_t kept = 0;

	for (size_t i = 0; i < series->count; i++)
	{
		int64_t begin;
		int64_t end;

		reading_extent(series->measure, &series->readings[i], &begin, &end);
		if (begin >= span->since && end <= span->before)
			series->readings[kept++] = series->readings[i];
	}
	series->count = kept;
}

static void
settle(const Span *span, const Scenario *scenario, Series *series)
{
	keep_inside(span, series);
	if (scenario->empty)
		series->count = 0;
	bend_series(series, scenario);
}

void
span_series(const Wanted *wanted, const Span *span, const Scenario *scenario, Series *series)
{
	int step = scenario->step > 0 ? (int) scenario->step : span->profile.step;

	if (wanted->type->content == CONTENT_CURVE)
		series_curve(series, &span->profile, wanted->direction, span->from, span->until, step);
	else if (wanted->type->content == CONTENT_PEAK)
		peak_daily(series, &span->profile, span->from, span->until);
	else
		series_daily(series, &span->profile, wanted->direction, span->from, span->until);
	settle(span, scenario, series);
}

void
span_registers(const Wanted *wanted, const Span *span, const Scenario *scenario,
			   Registers *registers)
{
	int64_t today = paris_day(clock_now_us() / SECOND_US);
	Facts facts;

	facts_of(&span->profile, scenario, today, &facts);
	index_read(registers, &span->profile, wanted->direction, &facts, span->from, span->until);
	settle(span, scenario, &registers->offpeak);
	settle(span, scenario, &registers->peak);
	settle(span, scenario, &registers->total);
}

/* -------- how much of it there is -------- */

static void
add_hole(json_t *holes, int64_t from, int64_t until)
{
	char begin[32];
	char end[32];

	if (from >= until)
		return;
	paris_text(from, begin);
	paris_text(until, end);
	json_array_append_new(holes, must(json_sprintf("%s/%s", begin, end)));
}

/* The days or slots that were read; their values do not matter. */
static void
read_extents(const Wanted *wanted, const Span *span, Series *series)
{
	if (wanted->type->content == CONTENT_CURVE)
		series_curve(series, &span->profile, wanted->direction, span->from, span->until,
					 span->profile.step);
	else
	{
		series->measure = MEASURE_DAILY;
		for (int64_t day = span->from; day < span->until; day++)
		{
			if (!series_day_missing(&span->profile, day))
				series_add(series, day, 0, 0);
		}
	}
	keep_inside(span, series);
}

static double
coverage(const Wanted *wanted, const Span *span, json_t *holes)
{
	Series series = {0};
	int64_t covered = 0;
	int64_t until = span->since;

	read_extents(wanted, span, &series);
	for (size_t i = 0; i < series.count; i++)
	{
		int64_t begin;
		int64_t end;

		reading_extent(series.measure, &series.readings[i], &begin, &end);
		add_hole(holes, until, begin);
		covered += end - begin;
		until = end;
	}
	add_hole(holes, until, span->before);
	series_free(&series);
	return (double) covered / (double) (span->before - span->since);
}

/* One entry of summaryPerContract. */
json_t *
span_summary(const Exchange *x, const Wanted *wanted, const char *prm)
{
	const char *refusal = progress_refusal(x, wanted, prm);
	json_t *holes = must(json_array());
	double ratio = 1;
	Span span;

	if (refusal != NULL)
		ratio = 0;
	else if (wanted->type->content != CONTENT_CONTRACT)
		ratio = span_of(wanted, prm, &span) ? coverage(wanted, &span, holes) : 0;
	return must(json_pack("{s:s, s:f, s:o, s:s?}", "prm", prm, "timeRangeCoverageRatio", ratio,
						  "holes", holes, "errorMessage", refusal));
}
