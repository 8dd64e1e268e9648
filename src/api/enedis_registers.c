/*
 * enedis_registers.c
 *	  The readings of a meter's registers: contexts, quantities, calendars, classes, values.
 *
 * Deep and small (a year is some thousand values), and what a value means stands around it, before or after:
 * read as a document.
 */
#include "postgres.h"

#include "base/clock.h"
#include "enedis_facts.h"
#include "enedis_registers.h"
#include "flow_file.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

typedef struct Reader
{
	const SgRequest *request;
	bool selects; /* are quantities of the other direction left out? Else they are a fault */
	SgEmit emit;
	void *arg;
	SgFault *fault;
	SgRow row; /* what is known so far of the values below */
} Reader;

/* The instant of a value: with an offset, or in civil time, or the beginning of a day. False if it is none. */
static bool
read_time(const char *text, SgLabelReader *labels, TimestampTz *at)
{
	size_t len = strlen(text);
	DateADT day;
	int seconds = 0;

	if (!sg_clock_parse_label(text, len, &day, &seconds) && !sg_clock_parse_day(text, len, &day))
		return sg_clock_parse_instant(text, len, at);
	*at = sg_clock_label(labels, day, seconds, 0);
	return true;
}

static void
give_value(Reader *reader, const SgNode *value, SgLabelReader *labels)
{
	char *label = sg_member_text(value, "d", reader->fault);
	SgRow *row = &reader->row;
	TimestampTz at;

	CHECK_FOR_INTERRUPTS();
	if (label == NULL || !read_time(label, labels, &at))
	{
		sg_fault_set(reader->fault, SG_FAULT_SHAPE,
					 "A value's member \"d\" is not a date in a known form.");
		return;
	}
	sg_row_instant(row, SG_REGISTER_READ_AT, at);
	row->nulls[SG_REGISTER_VALUE] = true;
	sg_row_member(row, SG_REGISTER_VALUE, value, "v");
	if (reader->fault->kind == SG_FAULT_NONE && !row->nulls[SG_REGISTER_VALUE])
		sg_row_emit(row, reader->emit, reader->arg);
	pfree(label);
}

static void
give_register(Reader *reader, const SgNode *holder)
{
	const SgNode *values = sg_member_list(holder, "valeur", reader->fault);
	SgLabelReader labels = {0};

	reader->row.nulls[SG_REGISTER_REGISTER] = true;
	sg_row_member(&reader->row, SG_REGISTER_REGISTER, holder, "codeCadran");
	for (int i = 0; values != NULL && i < sg_node_count(values); i++)
		give_value(reader, sg_node_element(values, i), &labels);
}

static void
set_class(Reader *reader, const SgNode *class)
{
	reader->row.nulls[SG_REGISTER_CLASS] = reader->row.nulls[SG_REGISTER_CLASS_NAME] = true;
	sg_row_member(&reader->row, SG_REGISTER_CLASS, class, "idClasseTemporelle");
	sg_row_member(&reader->row, SG_REGISTER_CLASS_NAME, class, "libelleClasseTemporelle");
}

static void
set_calendar(Reader *reader, const SgNode *calendar)
{
	reader->row.nulls[SG_REGISTER_CALENDAR] = reader->row.nulls[SG_REGISTER_CALENDAR_NAME] = true;
	sg_row_member(&reader->row, SG_REGISTER_CALENDAR, calendar, "idCalendrier");
	sg_row_member(&reader->row, SG_REGISTER_CALENDAR_NAME, calendar, "libelleCalendrier");
}

static void
give_calendar(Reader *reader, const SgNode *calendar)
{
	const SgNode *classes = sg_member_list(calendar, "classeTemporelle", reader->fault);

	set_calendar(reader, calendar);
	for (int i = 0; classes != NULL && i < sg_node_count(classes); i++)
	{
		set_class(reader, sg_node_element(classes, i));
		give_register(reader, sg_node_element(classes, i));
	}
}

/* Is a quantity of the direction that was asked for? */
static bool
is_wanted(const Reader *reader, const SgNode *quantity)
{
	bool drawn = strcmp(reader->request->endpoint->direction, SG_CONSUMPTION) == 0;
	const char *expected = drawn ? "CONS" : "PROD";
	char *sense = sg_member_text(quantity, "grandeurMetier", reader->fault);

	if (reader->selects)
		return sg_file_is_side(reader->request, sense, reader->fault);
	if (sense != NULL && strcmp(sense, expected) != 0)
		sg_fault_set(reader->fault, SG_FAULT_SHAPE, "A \"grandeurMetier\" is not %s.", expected);
	return true;
}

/* A quantity: the classes of its calendars, and the register that sums them up. */
static void
give_quantity(Reader *reader, const SgNode *quantity)
{
	const SgNode *calendars = sg_member_list_if(quantity, "calendrier", reader->fault);
	const SgNode *total = sg_member_object_if(quantity, "cadranTotalisateur", reader->fault);

	if (!is_wanted(reader, quantity))
		return;
	if (calendars == NULL && total == NULL)
		sg_fault_set(reader->fault, SG_FAULT_SHAPE, "A \"grandeur\" has no register.");
	reader->row.nulls[SG_REGISTER_QUANTITY] = reader->row.nulls[SG_REGISTER_UNIT] = true;
	sg_row_member(&reader->row, SG_REGISTER_QUANTITY, quantity, "grandeurPhysique");
	sg_row_member(&reader->row, SG_REGISTER_UNIT, quantity, "unite");
	for (int i = 0; calendars != NULL && i < sg_node_count(calendars); i++)
		give_calendar(reader, sg_node_element(calendars, i));
	set_calendar(reader, NULL);
	set_class(reader, NULL);
	if (total != NULL)
		give_register(reader, total);
}

static void
give_context(Reader *reader, const SgNode *context)
{
	const SgNode *quantities = sg_member_list(context, "grandeur", reader->fault);
	SgRow *row = &reader->row;

	row->nulls[SG_REGISTER_STAGE] = row->nulls[SG_REGISTER_CONTEXT] = true;
	row->nulls[SG_REGISTER_TYPE] = true;
	sg_row_member(row, SG_REGISTER_STAGE, context, "etapeMetier");
	sg_row_member(row, SG_REGISTER_CONTEXT, context, "contexteReleve");
	sg_row_member(row, SG_REGISTER_TYPE, context, "typeReleve");
	for (int i = 0; quantities != NULL && i < sg_node_count(quantities); i++)
		give_quantity(reader, sg_node_element(quantities, i));
}

static void
begin(Reader *reader, const SgRequest *request, SgEmit emit, void *arg, SgFault *fault)
{
	memset(reader, 0, sizeof(*reader));
	reader->request = request;
	reader->emit = emit;
	reader->arg = arg;
	reader->fault = fault;
	sg_row_begin(&reader->row, &sg_relation_register_reading, fault);
	sg_row_text(&reader->row, SG_REGISTER_POINT_ID, request->point);
	sg_row_text(&reader->row, SG_REGISTER_DIRECTION, request->endpoint->direction);
}

void
sg_enedis_measure(const SgRequest *request, const SgNode *measure, SgEmit emit, void *arg,
				  SgFault *fault)
{
	const SgNode *contexts = sg_member_list_if(measure, "contexte", fault);
	Reader reader;

	begin(&reader, request, emit, arg, fault);
	reader.selects = true;
	if (contexts == NULL)
		give_context(&reader, measure);
	for (int i = 0; i < sg_node_count(contexts) && fault->kind == SG_FAULT_NONE; i++)
		give_context(&reader, sg_node_element(contexts, i));
}

void
sg_enedis_registers(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
					SgFault *fault)
{
	SgJson *json = sg_enedis_open(body, len, fault);
	const SgNode *root = json != NULL ? sg_json_root(json) : NULL;
	const SgNode *contexts = root != NULL ? sg_member_list(root, "contexte", fault) : NULL;
	char *point = contexts != NULL ? sg_member_text(root, "idPrm", fault) : NULL;
	Reader reader;

	if (point != NULL && strcmp(point, request->point) != 0)
		sg_fault_set(fault, SG_FAULT_SHAPE,
					 "The answer is not about the point that was asked for.");
	begin(&reader, request, emit, arg, fault);
	for (int i = 0; contexts != NULL && i < sg_node_count(contexts); i++)
	{
		if (fault->kind != SG_FAULT_NONE)
			break;
		give_context(&reader, sg_node_element(contexts, i));
	}
	if (json != NULL)
		sg_json_close(json);
}
