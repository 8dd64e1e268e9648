/*
 * flow_json.c
 *		Measures as the operator publishes them: files with a header for the
 *		asynchronous flows, a bare object for the synchronous ones.
 *
 * The time of a curve's point is the end of its interval for a Linky, the
 * beginning above 36 kVA.
 */
#include "switchgrid.h"

#include <stdio.h>
#include <string.h>

enum
{
	SALT_REACTIVE = 501
};

/* What a large meter records besides: 0 and 1 are reactive powers, 2 is a voltage. */
int
flow_reactive(const Reading *reading, int which)
{
	int drawn = (int) (hash64(hash64(SALT_REACTIVE, which), reading->at) % 50);

	if (which == 2)
		return 225 + drawn % 11;
	return which == 0 ? (int) (reading->value / 4) + drawn : drawn;
}

static void
add_time(Text *out, const Wanted *wanted, const Series *series, size_t i, const Scenario *scenario)
{
	char text[32];

	if (wanted->type->sync || series->measure == MEASURE_DAILY)
	{
		write_label(out, series, i, scenario);
		return;
	}
	paris_text(series->readings[i].at, text);
	text_printf(out, "\"%s\"", text);
}

static void
add_point(Text *out, const Wanted *wanted, const Span *span, const Series *series, size_t i,
		  const Scenario *scenario)
{
	text_puts(out, i > 0 ? ",{\"v\":" : "{\"v\":");
	write_value(out, series, i, scenario, true);
	text_puts(out, ",\"d\":");
	add_time(out, wanted, series, i, scenario);
	if (series->measure == MEASURE_CURVE)
	{
		char nature = span->profile.large ? 'R' : "BCE"[scenario->natures ? i % 3 : 0];

		text_printf(out, ",\"p\":\"PT%dM\",\"n\":\"%c\"", series->readings[i].minutes, nature);
		if (!span->profile.large)
			text_puts(out,
					  wanted->type->sync ? ",\"iv\":\"0\",\"ec\":\"0\"" : ",\"iv\":0,\"ec\":0");
	}
	text_puts(out, "}");
}

typedef struct Quantity
{
	const char *physical;
	const char *unit;
} Quantity;

static Quantity
quantity_of(Measure measure)
{
	switch (measure)
	{
		case MEASURE_CURVE:
			return (Quantity){"PA", "W"};
		case MEASURE_PEAK:
			return (Quantity){"PMA", "VA"};
		case MEASURE_DAILY:
		case MEASURE_INDEX:
			break;
	}
	return (Quantity){"EA", "Wh"};
}

static void
add_quantity(Text *out, const Wanted *wanted, Quantity quantity)
{
	text_printf(out, "{\"grandeurMetier\":\"%s\",\"grandeurPhysique\":\"%s\",\"unite\":\"%s\"",
				wanted->direction == PRODUCTION ? "PROD" : "CONS", quantity.physical,
				quantity.unit);
}

static void
add_points(Text *out, const Wanted *wanted, const Span *span, const Series *series,
		   Quantity quantity, const Scenario *scenario)
{
	add_quantity(out, wanted, quantity);
	text_puts(out, ",\"points\":[");
	for (size_t i = 0; i < series->count; i++)
		add_point(out, wanted, span, series, i, scenario);
	text_puts(out, "]}");
}

/* The other quantities of a large meter, at the same instants. */
static void
add_reactive(Text *out, const Wanted *wanted, const Span *span, const Series *series,
			 const Scenario *scenario)
{
	static const Quantity quantities[] = {{"PRI", "VAr"}, {"PRC", "VAr"}, {"E", "V"}};

	for (int which = 0; which < 3; which++)
	{
		Series other = {.measure = series->measure};

		for (size_t i = 0; i < series->count; i++)
			series_add(&other, series->readings[i].at, series->readings[i].minutes,
					   flow_reactive(&series->readings[i], which));
		text_puts(out, ",");
		add_points(out, wanted, span, &other, quantities[which], scenario);
		series_free(&other);
	}
}

/* Days, or instants where the values have instants. */
static void
add_period(Text *out, const Wanted *wanted, const Span *span)
{
	bool days = wanted->type->sync || wanted->type->content == CONTENT_DAILY ||
				wanted->type->content == CONTENT_PEAK || wanted->type->content == CONTENT_BILLED;
	char from[32];
	char until[32];

	paris_text(span->since, from);
	paris_text(span->before, until);
	text_printf(out, "\"periode\":{\"dateDebut\":\"%.*s\",\"dateFin\":\"%.*s\"}", days ? 10 : 31,
				from, days ? 10 : 31, until);
}

/* What tells how the values were made, of which the synchronous forms tell less. */
static const char *
method_of(const RequestType *type)
{
	if (type->content == CONTENT_DAILY)
		return ",\"typeValeur\":\"GLOBALE\",\"modeCalcul\":\"DIFF.INDEX\",\"pas\":\"P1D\"";
	if (type->content == CONTENT_PEAK)
		return type->sync ? ",\"pas\":\"P1D\"" : ",\"modeCalcul\":\"MESURE\",\"pas\":\"P1D\"";
	return type->sync ? "" : ",\"modeCalcul\":\"MESURE\"";
}

static void
start_stamped(Series *series)
{
	for (size_t i = 0; i < series->count; i++)
		series->readings[i].at -= series->readings[i].minutes * 60;
}

static void
add_series(Text *out, const Wanted *wanted, const Span *span, const Scenario *scenario)
{
	bool large = span->profile.large && wanted->type->content == CONTENT_CURVE;
	Series series = {0};

	if (span->from < span->until)
		span_series(wanted, span, scenario, &series);
	if (large)
		start_stamped(&series);
	add_period(out, wanted, span);
	text_puts(out, method_of(wanted->type));
	text_puts(out, ",\"grandeur\":[");
	add_points(out, wanted, span, &series, quantity_of(series.measure), scenario);
	if (large)
		add_reactive(out, wanted, span, &series, scenario);
	text_puts(out, "]");
	series_free(&series);
}

/* -------- registers -------- */

static void
add_register(Text *out, const Wanted *wanted, const Series *series, const Scenario *scenario)
{
	text_puts(out, "\"valeur\":[");
	for (size_t i = 0; i < series->count; i++)
	{
		text_puts(out, i > 0 ? ",{\"d\":" : "{\"d\":");
		add_time(out, wanted, series, i, scenario);
		text_puts(out, ",\"v\":");
		write_value(out, series, i, scenario, false);
		text_puts(out, ",\"iv\":0}");
	}
	text_puts(out, "]");
}

static void
add_class(Text *out, const Wanted *wanted, const Series *series, const RateClass *rate,
		  const Scenario *scenario)
{
	text_printf(out,
				"{\"idClasseTemporelle\":\"%s\",\"libelleClasseTemporelle\":\"%s\","
				"\"codeCadran\":\"%s\",",
				rate->id, rate->label, rate->dial);
	add_register(out, wanted, series, scenario);
	text_puts(out, "}");
}

static const Calendar calendars[] = {
	{"FP000001", "Production", {{"PROD", "Production", "01"}, {NULL, NULL, NULL}}},
	{"FC000001", "Base", {{"BASE", "Base", "01"}, {NULL, NULL, NULL}}},
	{"FC020831",
	 "Heures Pleines Heures Creuses",
	 {{"HC", "Heures Creuses", "01"}, {"HP", "Heures Pleines", "02"}}},
};

/* The calendar that a point's registers follow, the same as elsewhere. */
const Calendar *
calendar_of(const Wanted *wanted, const Registers *registers)
{
	if (wanted->direction == PRODUCTION)
		return &calendars[0];
	return registers->offpeak.count == 0 ? &calendars[1] : &calendars[2];
}

static void
add_registers(Text *out, const Wanted *wanted, const Span *span, const Scenario *scenario)
{
	Registers registers = {0};
	const Calendar *calendar;
	bool split;

	if (span->from < span->until)
		span_registers(wanted, span, scenario, &registers);
	calendar = calendar_of(wanted, &registers);
	split = calendar->rates[1].id != NULL;
	add_period(out, wanted, span);
	text_puts(out, ",\"contexte\":[{\"etapeMetier\":\"BRUT\",\"contexteReleve\":\"COL\","
				   "\"typeReleve\":\"AQ\",\"motifReleve\":null,\"grandeur\":[");
	add_quantity(out, wanted, quantity_of(MEASURE_INDEX));
	text_printf(out,
				",\"calendrier\":[{\"idCalendrier\":\"%s\",\"libelleCalendrier\":\"%s\","
				"\"libelleGrille\":\"Grille fournisseur\",\"classeTemporelle\":[",
				calendar->id, calendar->label);
	add_class(out, wanted, split ? &registers.offpeak : &registers.total, &calendar->rates[0],
			  scenario);
	if (split)
	{
		text_puts(out, ",");
		add_class(out, wanted, &registers.peak, &calendar->rates[1], scenario);
	}
	text_puts(out, "]}],\"cadranTotalisateur\":{\"codeCadran\":\"TOT\",");
	add_register(out, wanted, &registers.total, scenario);
	text_puts(out, "}}]}]");
	series_free(&registers.offpeak);
	series_free(&registers.peak);
	series_free(&registers.total);
}

/* -------- the file -------- */

static void
add_measures(Text *out, const Wanted *wanted, const Span *span, const Scenario *scenario)
{
	switch (wanted->type->content)
	{
		case CONTENT_REGISTERS:
			add_registers(out, wanted, span, scenario);
			break;
		case CONTENT_BILLED:
			add_period(out, wanted, span);
			flow_billed(out, wanted, span, scenario);
			break;
		case CONTENT_CURVE:
		case CONTENT_DAILY:
		case CONTENT_PEAK:
		case CONTENT_CONTRACT:
			add_series(out, wanted, span, scenario);
			break;
	}
}

void
flow_json(Text *out, const Wanted *wanted, const char *prm, const Span *span,
		  const Scenario *scenario)
{
	bool in_context =
		wanted->type->content == CONTENT_REGISTERS || wanted->type->content == CONTENT_BILLED;

	if (wanted->type->sync)
	{
		text_printf(out, "{\"pointId\":\"%s\",\"mesuresCorrigees\":\"BRUT\",", prm);
		add_measures(out, wanted, span, scenario);
		text_puts(out, "}");
		return;
	}
	text_printf(out,
				"{\"header\":{\"siDemandeur\":\"SGE\",\"typeDestinataire\":\"TIERS\","
				"\"idDestinataire\":\"GRD-F999\",\"codeFlux\":\"%s\",\"idDemande\":\"M%07X\",",
				wanted->type->flow, wanted->order);
	text_puts(out, "\"modePublication\":\"P\",\"idCanalContact\":\"B2B\",\"format\":\"JSON\"},"
				   "\"mesures\":[");
	text_printf(out, "{\"idPrm\":\"%s\",", prm);
	if (!in_context)
		text_printf(out, "\"etapeMetier\":\"%s\",", span->profile.large ? "BEST" : "BRUT");
	add_measures(out, wanted, span, scenario);
	text_puts(out, "}]}");
}
