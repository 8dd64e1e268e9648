/*
 * grdf_billed.c
 *	  The readings that GRDF publishes for bills: consumption, and the injection of biomethane.
 */
#include "postgres.h"

#include "base/clock.h"
#include "grdf.h"
#include "utils/timestamp.h"

/* The same members under the names of either direction. */
typedef struct Names
{
	const char *mark;
	const char *start;
	const char *end;
	const char *nature;
	const char *status;
	const char *kind;
} Names;

static const Names drawn = {"consommation",			 "date_debut_consommation",
							"date_fin_consommation", "type_qualif_conso",
							"statut_conso",			 "type_conso"};
static const Names injected = {"injection",			 "date_debut_injection",
							   "date_fin_injection", "type_qualif_injection",
							   "statut_injection",	 "type_injection"};

typedef struct Reader
{
	const SgRequest *request;
	const Names *names;
	SgGrdfKeep keep;
} Reader;

/* Sets the period, from the civil day in which it begins to the one in which it ends; false with a fault. */
static bool
set_period(SgRow *row, const Names *names, const SgNode *usage, TimestampTz *starts_at,
		   TimestampTz *ends_at)
{
	if (!sg_grdf_instant(usage, names->start, starts_at, row->fault) ||
		!sg_grdf_instant(usage, names->end, ends_at, row->fault) || *ends_at <= *starts_at)
	{
		sg_fault_set(row->fault, SG_FAULT_SHAPE, "The period of a \"%s\" is none.", names->mark);
		return false;
	}
	row->values[SG_BILLED_STARTS_ON] = DateADTGetDatum(sg_clock_day_of(*starts_at));
	row->values[SG_BILLED_ENDS_ON] = DateADTGetDatum(sg_clock_day_of(*ends_at));
	row->nulls[SG_BILLED_STARTS_ON] = row->nulls[SG_BILLED_ENDS_ON] = false;
	return true;
}

static void
take_period(void *arg, const SgNode *record, SgFault *fault)
{
	Reader *reader = arg;
	const Names *names = reader->names;
	const SgNode *usage = sg_member_object(record, names->mark, fault);
	const SgNode *reading = sg_member_object_if(record, "releve_fin", fault);
	char *kind = sg_member_text(usage, names->kind, fault);
	char *status = sg_member_text(usage, names->status, fault);
	TimestampTz starts_at;
	TimestampTz ends_at;
	SgRow row;

	sg_row_begin(&row, &sg_relation_billed_quantity, fault);
	sg_row_member(&row, SG_BILLED_VALUE, usage, "energie");
	if (fault->kind != SG_FAULT_NONE || row.nulls[SG_BILLED_VALUE] ||
		!set_period(&row, names, usage, &starts_at, &ends_at))
		return;
	sg_row_text(&row, SG_BILLED_POINT_ID, reader->request->point);
	sg_row_text(&row, SG_BILLED_DIRECTION, reader->request->endpoint->direction);
	sg_row_text(&row, SG_BILLED_QUANTITY, "energie");
	sg_row_text(&row, SG_BILLED_UNIT, "kWh");
	sg_row_member(&row, SG_BILLED_NATURE, usage, names->nature);
	sg_row_text(&row, SG_BILLED_STATUS, status);
	sg_row_member(&row, SG_BILLED_REASON, reading, "raison_releve");
	if (fault->kind == SG_FAULT_NONE)
		sg_grdf_keep(&reader->keep, &row, starts_at, ends_at, kind, status);
}

void
sg_grdf_billed(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
			   SgFault *fault)
{
	bool draws = strcmp(request->endpoint->direction, SG_CONSUMPTION) == 0;
	Reader reader = {
		.request = request,
		.names = draws ? &drawn : &injected,
		.keep = {.relation = &sg_relation_billed_quantity, .context = CurrentMemoryContext}};

	sg_grdf_read(request, reader.names->mark, body, len, take_period, &reader, fault);
	if (fault->kind == SG_FAULT_NONE)
		sg_grdf_give(&reader.keep, emit, arg);
}
