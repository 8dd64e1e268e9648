/*
 * gas.c
 *	  The days of a gas meter in GRDF's records.
 */
#include "postgres.h"

#include "base/clock.h"
#include "gas.h"
#include "grdf.h"
#include "utils/timestamp.h"

#define POINT_DIGITS 14
#define SHORT_PREFIX "GI"
#define SHORT_DIGITS 6
/* What is shorter than any gas day is an hour of one. */
#define SHORTEST_DAY (23 * USECS_PER_HOUR)
#define GAS_DAY_FROM (6 * SECS_PER_HOUR)

typedef struct Reader
{
	const SgRequest *request;
	SgGrdfKeep keep;
} Reader;

static bool
is_digits(const char *text, size_t count)
{
	return strlen(text) == count && strspn(text, "0123456789") == count;
}

bool
sg_gas_valid_point(const char *point)
{
	size_t prefix = strlen(SHORT_PREFIX);

	if (strncmp(point, SHORT_PREFIX, prefix) == 0)
		return is_digits(point + prefix, SHORT_DIGITS);
	return is_digits(point, POINT_DIGITS);
}

/* The instant at which a gas day begins. */
static TimestampTz
gas_day_start(DateADT day)
{
	SgLabelReader alone = {0};

	return sg_clock_label(&alone, day, GAS_DAY_FROM, 0);
}

/* The gas day of a span that does not name it: an hour after midnight belongs to the day before. */
static DateADT
gas_day_of(TimestampTz starts_at, TimestampTz ends_at)
{
	DateADT day = sg_clock_day_of(starts_at);
	bool hour = ends_at > starts_at && ends_at - starts_at < SHORTEST_DAY;

	return hour && starts_at < gas_day_start(day) ? day - 1 : day;
}

/* Sets day, starts_at and ends_at. An end that is not told is that of the gas day. */
static void
set_span(SgRow *row, const SgNode *usage, TimestampTz *starts_at, TimestampTz *ends_at)
{
	bool started = sg_grdf_instant(usage, "date_debut_consommation", starts_at, row->fault);
	bool ended = sg_grdf_instant(usage, "date_fin_consommation", ends_at, row->fault);
	DateADT day;

	sg_row_member(row, SG_GAS_DAY, usage, "journee_gaziere");
	if (row->fault->kind != SG_FAULT_NONE)
		return;
	if (!started && row->nulls[SG_GAS_DAY])
	{
		sg_fault_set(row->fault, SG_FAULT_SHAPE,
					 "A \"consommation\" has neither \"date_debut_consommation\" nor "
					 "\"journee_gaziere\".");
		return;
	}
	if (!row->nulls[SG_GAS_DAY])
		day = DatumGetDateADT(row->values[SG_GAS_DAY]);
	else
		day = gas_day_of(*starts_at, ended ? *ends_at : *starts_at);
	if (!started)
		*starts_at = gas_day_start(day);
	if (!ended)
		*ends_at = gas_day_start(day + 1);
	row->values[SG_GAS_DAY] = DateADTGetDatum(day);
	row->nulls[SG_GAS_DAY] = false;
	sg_row_instant(row, SG_GAS_STARTS_AT, *starts_at);
	sg_row_instant(row, SG_GAS_ENDS_AT, *ends_at);
}

/* What the register showed at one end of the record. */
static void
set_index(SgRow *row, int column, const SgNode *record, const char *reading, const char *index)
{
	const SgNode *end = sg_member_object_if(record, reading, row->fault);

	sg_row_member(row, column, sg_member_object_if(end, index, row->fault), "valeur_index");
}

static bool
is_positive(const SgRow *row, int column)
{
	return !row->nulls[column] && DatumGetFloat8(row->values[column]) > 0;
}

/* Energy is as sent: the volume is a difference of whole cubic metres, and does not lead to it. */
static void
set_quantities(SgRow *row, const SgNode *record, const SgNode *usage)
{
	const SgNode *factors = sg_member_object_if(usage, "coeff_calcul", row->fault);

	sg_row_member(row, SG_GAS_KWH, usage, "energie");
	sg_row_member(row, SG_GAS_VOLUME, usage, "volume_brut");
	sg_row_member(row, SG_GAS_VOLUME_CONVERTED, usage, "volume_converti");
	/* a meter without a converter may send 0 for what it has not */
	if (is_positive(row, SG_GAS_VOLUME) && !is_positive(row, SG_GAS_VOLUME_CONVERTED))
		row->nulls[SG_GAS_VOLUME_CONVERTED] = true;
	sg_row_member(row, SG_GAS_COEFFICIENT, factors, "coeff_conversion");
	set_index(row, SG_GAS_INDEX_START, record, "releve_debut", "index_brut_debut");
	set_index(row, SG_GAS_INDEX_END, record, "releve_fin", "index_brut_fin");
}

/* "Absence de Données": whatever stands there then is no measure. */
static bool
is_absent(const char *quality)
{
	return quality != NULL && pg_strncasecmp(quality, "absence", 7) == 0;
}

static void
take_day(void *arg, const SgNode *record, SgFault *fault)
{
	/* what echoes the question would make one day's records differ */
	static const char *const echoes[] = {"pce", "periode", "statut_restitution", NULL};
	Reader *reader = arg;
	SgDays days = reader->request->days;
	const SgNode *usage = sg_member_object(record, "consommation", fault);
	char *quality = sg_member_text(usage, "type_qualif_conso", fault);
	char *kind = sg_member_text(usage, "type_conso", fault);
	char *status = sg_member_text(usage, "statut_conso", fault);
	char *sense = sg_member_text(usage, "sens_flux_gaz", fault);
	bool injected = sense != NULL && pg_strcasecmp(sense, "Production") == 0;
	TimestampTz starts_at;
	TimestampTz ends_at;
	DateADT day;
	SgRow row;

	sg_row_begin(&row, &sg_relation_gas_day, fault);
	set_quantities(&row, record, usage);
	if (fault->kind != SG_FAULT_NONE || is_absent(quality) ||
		(row.nulls[SG_GAS_KWH] && row.nulls[SG_GAS_VOLUME] && row.nulls[SG_GAS_VOLUME_CONVERTED]))
		return;
	set_span(&row, usage, &starts_at, &ends_at);
	if (fault->kind != SG_FAULT_NONE)
		return;
	day = DatumGetDateADT(row.values[SG_GAS_DAY]);
	if (day < days.from || day >= days.until)
		return;
	sg_row_text(&row, SG_GAS_POINT_ID, reader->request->point);
	sg_row_text(&row, SG_GAS_DIRECTION, injected ? SG_PRODUCTION : SG_CONSUMPTION);
	sg_row_text(&row, SG_GAS_KIND, kind);
	sg_row_text(&row, SG_GAS_QUALITY, quality);
	sg_row_text(&row, SG_GAS_STATUS, status);
	sg_row_text(&row, SG_GAS_RAW, sg_node_print_some(record, echoes, false));
	sg_grdf_keep(&reader->keep, &row, starts_at, ends_at, kind, status);
}

void
sg_gas_days(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
			SgFault *fault)
{
	Reader reader = {.request = request,
					 .keep = {.relation = &sg_relation_gas_day, .context = CurrentMemoryContext}};

	sg_grdf_read(request, "consommation", body, len, take_day, &reader, fault);
	if (fault->kind == SG_FAULT_NONE)
		sg_grdf_give(&reader.keep, emit, arg);
}
