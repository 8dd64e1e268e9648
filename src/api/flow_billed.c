/*
 * flow_billed.c
 *	  R67: the quantities that were billed, by class and period.
 */
#include "postgres.h"

#include "base/clock.h"
#include "flow_file.h"
#include "flows.h"
#include "miscadmin.h"
#include "row.h"

typedef struct Reader
{
	const SgRequest *request;
	SgEmit emit;
	void *arg;
	SgFault *fault;
	SgRow row; /* what is known so far of the quantities below */
} Reader;

/* Sets a column from a member, and to NULL without it. */
static void
set(Reader *reader, int column, const SgNode *object, const char *key)
{
	reader->row.nulls[column] = true;
	sg_row_member(&reader->row, column, object, key);
}

/* The same from the first of two members, a code and what it is called, that is there. */
static void
set_either(Reader *reader, int column, const SgNode *object, const char *code, const char *label)
{
	set(reader, column, object, code);
	if (reader->row.nulls[column])
		sg_row_member(&reader->row, column, object, label);
}

/* When a quantity was written: with an offset, or in civil time. */
/* How long a label is without the milliseconds of local time; all of it where a zone follows them. */
static size_t
local_length(const char *text)
{
	size_t len = strcspn(text, ".");
	size_t rest = strlen(text + len);

	return rest > 1 && strspn(text + len + 1, "0123456789") == rest - 1 ? len : len + rest;
}

static void
set_creation(Reader *reader, const SgNode *quantity)
{
	char *text = sg_member_text(quantity, "dateCreation", reader->fault);
	SgLabelReader alone = {0};
	DateADT day;
	int seconds = 0;

	reader->row.nulls[SG_BILLED_CREATED_AT] = true;
	if (text != NULL && (sg_clock_parse_label(text, local_length(text), &day, &seconds) ||
						 sg_clock_parse_day(text, strlen(text), &day)))
		sg_row_instant(&reader->row, SG_BILLED_CREATED_AT, sg_clock_label(&alone, day, seconds, 0));
	else
		sg_row_member(&reader->row, SG_BILLED_CREATED_AT, quantity, "dateCreation");
}

static void
give_quantity(Reader *reader, const SgNode *quantity)
{
	const SgRow *row = &reader->row;

	CHECK_FOR_INTERRUPTS();
	set(reader, SG_BILLED_STARTS_ON, quantity, "dbtMesure");
	set(reader, SG_BILLED_ENDS_ON, quantity, "finMesure");
	set(reader, SG_BILLED_VALUE, quantity, "quantite");
	set_either(reader, SG_BILLED_NATURE, quantity, "codeNature", "libelleNature");
	set_either(reader, SG_BILLED_STATUS, quantity, "codeStatut", "libelleStatut");
	set_creation(reader, quantity);
	if (row->nulls[SG_BILLED_STARTS_ON] || row->nulls[SG_BILLED_ENDS_ON])
		sg_fault_set(reader->fault, SG_FAULT_SHAPE,
					 "A quantity has no \"dbtMesure\" or no \"finMesure\".");
	if (reader->fault->kind == SG_FAULT_NONE && !row->nulls[SG_BILLED_VALUE])
		sg_row_emit(row, reader->emit, reader->arg);
}

static void
give_class(Reader *reader, const SgNode *class)
{
	const SgNode *quantities = sg_member_list(class, "quantite", reader->fault);

	set(reader, SG_BILLED_CLASS, class, "idClasseTemporelle");
	set(reader, SG_BILLED_CLASS_NAME, class, "libelleClasseTemporelle");
	for (int i = 0; quantities != NULL && i < sg_node_count(quantities); i++)
		give_quantity(reader, sg_node_element(quantities, i));
}

static void
give_calendar(Reader *reader, const SgNode *calendar)
{
	const SgNode *classes = sg_member_list(calendar, "classeTemporelle", reader->fault);

	set_either(reader, SG_BILLED_GRID, calendar, "codeGrille", "libelleGrille");
	set(reader, SG_BILLED_CALENDAR, calendar, "codeCalendrier");
	set(reader, SG_BILLED_CALENDAR_NAME, calendar, "libelleCalendrier");
	for (int i = 0; classes != NULL && i < sg_node_count(classes); i++)
		give_class(reader, sg_node_element(classes, i));
}

static void
give_physical(Reader *reader, const SgNode *physical)
{
	const SgNode *calendars = sg_member_list(physical, "calendrier", reader->fault);
	char *direction = sg_member_text(physical, "grandeurMetier", reader->fault);

	if (!sg_file_is_side(reader->request, direction, reader->fault))
		return;
	set(reader, SG_BILLED_QUANTITY, physical, "grandeurPhysique");
	set(reader, SG_BILLED_UNIT, physical, "unite");
	for (int i = 0; calendars != NULL && i < sg_node_count(calendars); i++)
		give_calendar(reader, sg_node_element(calendars, i));
}

static void
give_measure(void *arg, const SgNode *measure)
{
	Reader *reader = arg;
	const SgNode *contexts = sg_member_list(measure, "contexte", reader->fault);

	for (int i = 0; contexts != NULL && i < sg_node_count(contexts); i++)
	{
		const SgNode *context = sg_node_element(contexts, i);
		const SgNode *list = sg_member_list(context, "grandeur", reader->fault);

		set_either(reader, SG_BILLED_REASON, context, "idMotifReleve", "libelleMotifReleve");
		for (int k = 0; list != NULL && k < sg_node_count(list); k++)
			give_physical(reader, sg_node_element(list, k));
	}
}

void
sg_flow_billed(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
			   SgFault *fault)
{
	Reader reader = {.request = request, .emit = emit, .arg = arg, .fault = fault};
	SgFileKind file = sg_file_look(&body, &len, fault);

	if (file == SG_FILE_CSV)
		sg_fault_set(fault, SG_FAULT_SHAPE, "A file of billed quantities in CSV is not read.");
	if (file != SG_FILE_JSON)
		return;
	sg_row_begin(&reader.row, &sg_relation_billed_quantity, fault);
	sg_row_text(&reader.row, SG_BILLED_POINT_ID, request->point);
	sg_row_text(&reader.row, SG_BILLED_DIRECTION, request->endpoint->direction);
	sg_file_measures(request, body, len, "contexte", NULL, give_measure, &reader, fault);
}
