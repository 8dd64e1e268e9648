/*
 * flow_billed.c
 *		R67: the quantities that were billed, month by month, in whole kWh.
 *
 * They are differences of the registers, so they agree with them.
 */
#include "switchgrid.h"

#include <stdio.h>

/* What the register showed at that midnight; false when it was not read. */
static bool
shown_at(const Series *series, int64_t day, int64_t *value)
{
	for (size_t i = 0; i < series->count; i++)
	{
		if (series->readings[i].at == paris_midnight(day))
		{
			*value = series->readings[i].value;
			return true;
		}
	}
	return false;
}

static void
add_month(Text *out, const Series *series, int64_t day, int64_t next, bool *first)
{
	char from[11];
	char until[11];
	char created[32];
	int64_t before;
	int64_t after;

	if (!shown_at(series, day, &before) || !shown_at(series, next, &after))
		return;
	write_day_text(day, from);
	write_day_text(next, until);
	paris_text(paris_midnight(next + 1) + 4 * 3600, created);
	text_printf(out, "%s{\"dateCreation\":\"%s\",\"dbtMesure\":\"%s\",\"finMesure\":\"%s\"",
				*first ? "" : ",", created, from, until);
	text_printf(out,
				",\"quantite\":%lld,\"codeNature\":\"R\",\"libelleNature\":\"R\303\251elle\","
				"\"codeStatut\":\"I\",\"libelleStatut\":\"Initiale\"}",
				(long long) ((after + 500) / 1000 - (before + 500) / 1000));
	*first = false;
}

static int64_t
month_after(int64_t day)
{
	int year;
	int month;
	int mday;

	civil_split(day, &year, &month, &mday);
	return month == 12 ? civil_day(year + 1, 1, 1) : civil_day(year, month + 1, 1);
}

static void
add_class(Text *out, const Span *span, const Series *series, const RateClass *rate)
{
	bool first = true;
	int64_t day = month_after(span->from - 1);

	text_printf(out,
				"{\"idClasseTemporelle\":\"%s\",\"libelleClasseTemporelle\":\"%s\","
				"\"quantite\":[",
				rate->id, rate->label);
	for (; month_after(day) <= span->until; day = month_after(day))
		add_month(out, series, day, month_after(day), &first);
	text_puts(out, "]}");
}

/* The registers, and one midnight more if it is known: it ends the last month. */
static void
read_registers(const Wanted *wanted, const Span *span, const Scenario *scenario,
			   Registers *registers)
{
	int64_t today = paris_day(clock_now_us() / SECOND_US);
	Span wider = *span;

	if (wider.until < measures_until(today))
	{
		wider.until++;
		wider.before = paris_midnight(wider.until);
	}
	if (span->from < span->until)
		span_registers(wanted, &wider, scenario, registers);
}

void
flow_billed(Text *out, const Wanted *wanted, const Span *span, const Scenario *scenario)
{
	Registers registers = {0};
	const Calendar *calendar;
	bool split;

	read_registers(wanted, span, scenario, &registers);
	calendar = calendar_of(wanted, &registers);
	split = calendar->rates[1].id != NULL;
	text_puts(out, ",\"contexte\":[{\"etapeMetier\":\"FACT\",\"idMotifReleve\":\"CYCL\","
				   "\"libelleMotifReleve\":\"Rel\303\250ve cyclique\",\"grandeur\":[");
	text_printf(out, "{\"grandeurMetier\":\"%s\",\"grandeurPhysique\":\"EA\",\"unite\":\"kWh\",",
				wanted->direction == PRODUCTION ? "PROD" : "CONS");
	text_printf(out,
				"\"calendrier\":[{\"codeGrille\":\"F\",\"libelleGrille\":\"Fournisseur\","
				"\"codeCalendrier\":\"%s\",\"libelleCalendrier\":\"%s\",\"classeTemporelle\":[",
				calendar->id, calendar->label);
	add_class(out, span, split ? &registers.offpeak : &registers.total, &calendar->rates[0]);
	if (split)
	{
		text_puts(out, ",");
		add_class(out, span, &registers.peak, &calendar->rates[1]);
	}
	text_puts(out, "]}]}]}]");
	series_free(&registers.offpeak);
	series_free(&registers.peak);
	series_free(&registers.total);
}
