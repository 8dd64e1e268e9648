/*
 * answer_2026.c
 *		Readings as the JSON of the metering endpoints of 2026, straight or
 *		bent.
 */
#include "simulator.h"

#include <stdio.h>

static void
add_point(Text *out, const Series *series, size_t i, const Scenario *scenario)
{
	text_puts(out, "{\"v\":");
	write_value(out, series, i, scenario, true);
	text_puts(out, ",\"d\":");
	write_label(out, series, i, scenario);
	if (series->measure == MEASURE_CURVE)
	{
		text_puts(out, ",\"p\":\"PT");
		write_number(out, series->readings[i].minutes);
		text_puts(out, "M\",\"n\":\"");
		text_add(out, &"BCE"[scenario->natures ? i % 3 : 0], 1);
		text_puts(out, "\"");
	}
	text_puts(out, "}");
}

/* What tells how the values were made; nothing for a register. */
static const char *
method_of(const Asked *asked)
{
	switch (asked->route->measure)
	{
		case MEASURE_CURVE:
			return ",\"modeCalcul\":\"MESURE\"";
		case MEASURE_DAILY:
			return ",\"typeValeur\":\"GLOBALE\",\"modeCalcul\":\"DIFF.INDEX\",\"pas\":"
				   "\"P1D\"";
		case MEASURE_PEAK:
			return asked->monthly ? ",\"modeCalcul\":\"MESURE\",\"pas\":\"P1M\""
								  : ",\"modeCalcul\":\"MESURE\",\"pas\":\"P1D\"";
		case MEASURE_INDEX:
			break;
	}
	return "";
}

static void
add_quantity(Text *out, const Asked *asked)
{
	static const char *const physical[] = {
		[MEASURE_CURVE] = "\"grandeurPhysique\":\"PA\",\"unite\":\"W\"",
		[MEASURE_DAILY] = "\"grandeurPhysique\":\"EA\",\"unite\":\"Wh\"",
		[MEASURE_PEAK] = "\"grandeurPhysique\":\"PMA\",\"unite\":\"VA\"",
		[MEASURE_INDEX] = "\"grandeurPhysique\":\"EA\",\"unite\":\"Wh\"",
	};

	text_printf(out, "\"grandeurMetier\":\"%s\",%s",
				asked->route->direction == PRODUCTION ? "PROD" : "CONS",
				physical[asked->route->measure]);
}

static void
add_period(Text *out, const Asked *asked)
{
	text_printf(out, "\"periode\":{\"dateDebut\":\"%s\",\"dateFin\":\"%s\"}", asked->start,
				asked->end);
}

void
answer_2026(Text *out, const Asked *asked, const Series *series)
{
	text_printf(out, "{\"idPrm\":\"%s\",\"etapeMetier\":\"BRUT\",", asked->point);
	add_period(out, asked);
	text_puts(out, method_of(asked));
	text_puts(out, asked->scenario->faults.shape ? ",\"readings\":[{" : ",\"grandeur\":[{");
	add_quantity(out, asked);
	text_puts(out, ",\"points\":");
	write_list(out, series, asked->scenario, add_point);
	text_puts(out, ",\"calendrier\":[]}],\"contexte\":[]}");
}

/* -------- registers -------- */

static void
add_register_value(Text *out, const Series *series, size_t i, const Scenario *scenario)
{
	text_puts(out, "{\"d\":");
	write_label(out, series, i, scenario);
	text_puts(out, ",\"v\":");
	write_value(out, series, i, scenario, false);
	text_puts(out, ",\"iv\":0}");
}

static void
add_class(Text *out, const char *id, const char *label, const char *dial, const Series *series,
		  const Scenario *scenario)
{
	text_printf(out,
				"{\"idClasseTemporelle\":\"%s\",\"libelleClasseTemporelle\":\"%s\","
				"\"codeCadran\":\"%s\",\"valeur\":",
				id, label, dial);
	write_list(out, series, scenario, add_register_value);
	text_puts(out, "}");
}

static void
add_calendar(Text *out, const Asked *asked, const Registers *registers)
{
	const Scenario *scenario = asked->scenario;

	if (asked->route->direction == PRODUCTION)
	{
		text_puts(out, "{\"idCalendrier\":\"FP000001\",\"libelleCalendrier\":\"Production\","
					   "\"classeTemporelle\":[");
		add_class(out, "PROD", "Production", "01", &registers->total, scenario);
	}
	else if (registers->offpeak.count == 0)
	{
		text_puts(out, "{\"idCalendrier\":\"FC000001\",\"libelleCalendrier\":\"Base\","
					   "\"classeTemporelle\":[");
		add_class(out, "BASE", "Base", "01", &registers->total, scenario);
	}
	else
	{
		text_puts(out, "{\"idCalendrier\":\"FC020831\",\"libelleCalendrier\":"
					   "\"Heures Pleines Heures Creuses\",\"classeTemporelle\":[");
		add_class(out, "HC", "Heures Creuses", "01", &registers->offpeak, scenario);
		text_puts(out, ",");
		add_class(out, "HP", "Heures Pleines", "02", &registers->peak, scenario);
	}
	text_puts(out, "]}");
}

void
answer_2026_index(Text *out, const Asked *asked, const Registers *registers)
{
	text_printf(out, "{\"idPrm\":\"%s\",", asked->point);
	add_period(out, asked);
	text_puts(out, ",\"grandeur\":[],");
	text_puts(out, asked->scenario->faults.shape ? "\"readings\"" : "\"contexte\"");
	text_puts(out, ":[{\"etapeMetier\":\"BRUT\",\"contexteReleve\":\"COL\","
				   "\"typeReleve\":\"AQ\","
				   "\"grandeur\":[{");
	add_quantity(out, asked);
	text_puts(out, ",\"points\":[],\"calendrier\":[");
	add_calendar(out, asked, registers);
	text_puts(out, "],\"cadranTotalisateur\":{\"codeCadran\":\"TOT\",\"valeur\":");
	write_list(out, &registers->total, asked->scenario, add_register_value);
	text_puts(out, "}}]}]}");
}
