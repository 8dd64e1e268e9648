/*
 * flow_csv.c
 *		The same flows as CSV, where the operator has such a form.
 */
#include "switchgrid.h"

#include <stdio.h>
#include <string.h>

/* "PRM;from;until;", what each line begins with */
static void
begin_line(Text *out, const char *prm, const Span *span)
{
	char from[32];
	char until[32];

	paris_text(span->since, from);
	paris_text(span->before, until);
	text_printf(out, "%s;%.10s;%.10s;", prm, from, until);
}

static const char *
direction_name(const Wanted *wanted)
{
	return wanted->direction == PRODUCTION ? "PROD" : "CONS";
}

static void
add_curve(Text *out, const Wanted *wanted, const char *prm, const Span *span,
		  const Scenario *scenario)
{
	bool large = span->profile.large;
	Series series = {0};

	text_puts(out, "Identifiant PRM;Date de d\303\251but;Date de fin;Grandeur physique;"
				   "Grandeur m\303\251tier;Etape m\303\251tier;Unit\303\251;Horodate;Valeur;Nature;"
				   "Pas;Indice de vraisemblance;Etat compl\303\251mentaire\n");
	if (span->from < span->until)
		span_series(wanted, span, scenario, &series);
	for (size_t i = 0; i < series.count; i++)
	{
		const Reading *reading = &series.readings[i];
		char at[32];

		paris_text(large ? reading->at - reading->minutes * 60 : reading->at, at);
		begin_line(out, prm, span);
		text_printf(out, "PA;%s;%s;W;%s;%lld;%s;PT%dM;%s\n", direction_name(wanted),
					large ? "BEST" : "BRUT", at, (long long) reading->value, large ? "R" : "B",
					reading->minutes, large ? ";" : "0;0");
	}
	series_free(&series);
}

static void
add_register(Text *out, const Wanted *wanted, const char *prm, const Span *span,
			 const Calendar *calendar, const RateClass *rate, const Series *series)
{
	for (size_t i = 0; i < series->count; i++)
	{
		char at[32];

		paris_text(series->readings[i].at, at);
		begin_line(out, prm, span);
		text_printf(out, "EA;%s;BRUT;Wh;%s;COL;AQ;;Grille fournisseur;%s;%s;%s;%s;%s;",
					direction_name(wanted), at, calendar->id, calendar->label, rate->id,
					rate->label, rate->dial);
		text_printf(out, "%lld;0\n", (long long) series->readings[i].value);
	}
}

static void
add_registers(Text *out, const Wanted *wanted, const char *prm, const Span *span,
			  const Scenario *scenario)
{
	Registers registers = {0};
	const Calendar *calendar;

	text_puts(out, "Identifiant PRM;Date de d\303\251but;Date de fin;Grandeur physique;"
				   "Grandeur metier;Etape metier;Unite;Horodate;Contexte de rel\303\250ve;"
				   "Type de releve;Motif de rel\303\250ve;Grille;Identifiant calendrier;");
	text_puts(out, "Libell\303\251 calendrier;Identifiant classe temporelle;"
				   "Libell\303\251 classe temporelle;Cadran;Valeur;Indice de vraisemblance\n");
	if (span->from < span->until)
		span_registers(wanted, span, scenario, &registers);
	calendar = calendar_of(wanted, &registers);
	if (calendar->rates[1].id == NULL)
		add_register(out, wanted, prm, span, calendar, &calendar->rates[0], &registers.total);
	else
	{
		add_register(out, wanted, prm, span, calendar, &calendar->rates[0], &registers.offpeak);
		add_register(out, wanted, prm, span, calendar, &calendar->rates[1], &registers.peak);
	}
	series_free(&registers.offpeak);
	series_free(&registers.peak);
	series_free(&registers.total);
}

static void
add_days(Text *out, const Wanted *wanted, const Span *span, const Scenario *scenario)
{
	Series series = {0};

	text_puts(out, "date,value\n");
	if (span->from < span->until)
		span_series(wanted, span, scenario, &series);
	for (size_t i = 0; i < series.count; i++)
	{
		char date[11];

		write_day_text(series.readings[i].at, date);
		text_printf(out, "%s,%lld\n", date, (long long) series.readings[i].value);
	}
	series_free(&series);
}

/* A few of the 211 columns. */
static void
add_contract(Text *out, const char *prm, const Scenario *scenario)
{
	int64_t today = paris_day(clock_now_us() / SECOND_US);
	Profile profile;
	Facts facts;

	points_find(prm, today, &profile);
	facts_of(&profile, scenario, today, &facts);
	text_puts(out, "PRM;Segment;Etat contractuel;SIRET;SIREN;Domaine de tension;"
				   "Puissance souscrite;Refus de pose Linky;Date refus de pose Linky;Borne Fixe;"
				   "Type Injection\n");
	text_printf(out, "%s;%s;SERVC;%s;%s;%s;%d kVA;NON;;NON;\n", prm, facts.segment, facts.siret,
				facts.siren, strcmp(facts.segment, "C5") == 0 ? "BTINF" : "BTSUP", facts.power);
}

/* False when the flow has no such form. */
bool
flow_csv(Text *out, const Wanted *wanted, const char *prm, const Span *span,
		 const Scenario *scenario)
{
	const Content content = wanted->type->content;

	if (content == CONTENT_CURVE)
		add_curve(out, wanted, prm, span, scenario);
	else if (content == CONTENT_REGISTERS)
		add_registers(out, wanted, prm, span, scenario);
	else if (content == CONTENT_DAILY)
		add_days(out, wanted, span, scenario);
	else if (content == CONTENT_CONTRACT && !wanted->type->sync)
		add_contract(out, prm, scenario);
	else
		return false;
	return true;
}
