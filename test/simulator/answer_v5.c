/*
 * answer_v5.c
 *		Readings as the JSON of the metering endpoints of v5, straight or bent.
 */
#include "simulator.h"

static void
add_reading(Text *out, const Series *series, size_t i, const Scenario *scenario)
{
	text_puts(out, "{\"value\":");
	write_value(out, series, i, scenario, true);
	text_puts(out, ",\"date\":");
	write_label(out, series, i, scenario);
	if (series->measure == MEASURE_CURVE)
	{
		text_puts(out, ",\"interval_length\":\"PT");
		write_number(out, series->readings[i].minutes);
		text_puts(out, "M\",\"measure_type\":\"");
		text_add(out, &"BCE"[scenario->natures ? i % 3 : 0], 1);
		text_puts(out, "\"");
	}
	text_puts(out, "}");
}

static const char *
reading_type(Measure measure)
{
	switch (measure)
	{
		case MEASURE_CURVE:
			return "{\"unit\":\"W\",\"measurement_kind\":\"power\",\"aggregate\":"
				   "\"average\"}";
		case MEASURE_PEAK:
			return "{\"unit\":\"VA\",\"measurement_kind\":\"power\",\"aggregate\":"
				   "\"maximum\","
				   "\"measuring_period\":\"P1D\"}";
		case MEASURE_DAILY:
		case MEASURE_INDEX:
			break;
	}
	return "{\"unit\":\"Wh\",\"measurement_kind\":\"energy\",\"aggregate\":"
		   "\"sum\","
		   "\"measuring_period\":\"P1D\"}";
}

void
answer_v5(Text *out, const Asked *asked, const Series *series)
{
	text_puts(out, asked->scenario->faults.shape ? "{\"readings\":" : "{\"meter_reading\":");
	text_printf(out, "{\"usage_point_id\":\"%s\",\"start\":\"%s\",\"end\":\"%s\"", asked->point,
				asked->start, asked->end);
	text_puts(out, ",\"quality\":\"BRUT\",\"reading_type\":");
	text_puts(out, reading_type(series->measure));
	text_puts(out, ",\"interval_reading\":");
	write_list(out, series, asked->scenario, add_reading);
	text_puts(out, "}}");
}
