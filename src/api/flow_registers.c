/*
 * flow_registers.c
 *	  R64: the readings of a meter's registers, in JSON and in CSV.
 */
#include "postgres.h"

#include "base/clock.h"
#include "enedis_registers.h"
#include "flow_csv.h"
#include "flow_file.h"
#include "flows.h"
#include "point.h"
#include "row.h"
#include "utils/memutils.h"

/* Doubles are exact up to here; a register of Wh that counts a thousand years at a gigawatt stays below. */
#define VALUE_LIMIT 9.0e15

/* What stands in a table's row as it stands in the relation's. */
static const struct
{
	int column;
	const char *names;
} texts[] = {
	{SG_REGISTER_QUANTITY, "grandeurphysique"},
	{SG_REGISTER_CALENDAR, "identifiantcalendrier|idcalendrier"},
	{SG_REGISTER_CALENDAR_NAME, "libellecalendrier"},
	{SG_REGISTER_CLASS, "identifiantclassetemporelle|idclassetemporelle"},
	{SG_REGISTER_CLASS_NAME, "libelleclassetemporelle"},
	{SG_REGISTER_REGISTER, "cadran|codecadran"},
	{SG_REGISTER_UNIT, "unite"},
	{SG_REGISTER_STAGE, "etapemetier"},
	{SG_REGISTER_CONTEXT, "contextedereleve|contextereleve"},
	{SG_REGISTER_TYPE, "typedereleve|typereleve"},
};

typedef struct Reader
{
	const SgRequest *request;
	SgEmit emit;
	void *arg;
	SgFault *fault;
} Reader;

static void
give_measure(void *arg, const SgNode *measure)
{
	const Reader *reader = arg;

	sg_enedis_measure(reader->request, measure, reader->emit, reader->arg, reader->fault);
}

/* A label without an offset stands alone: the rows of one register are not together. */
static void
set_time(SgRow *row, const SgCsv *csv, int column)
{
	const char *text = sg_csv_text(csv, column);
	size_t len = text != NULL ? strlen(text) : 0;
	SgLabelReader alone = {0};
	TimestampTz at;
	DateADT day;
	int seconds = 0;

	if (sg_clock_parse_label(text, len, &day, &seconds) || sg_clock_parse_day(text, len, &day))
		sg_row_instant(row, SG_REGISTER_READ_AT, sg_clock_label(&alone, day, seconds, 0));
	else if (len > 0 && sg_clock_parse_instant(text, len, &at))
		sg_row_instant(row, SG_REGISTER_READ_AT, at);
	else
		sg_fault_set(row->fault, SG_FAULT_SHAPE, "Line %d of the file has no date in a known form.",
					 csv->line);
}

static void
set_value(SgRow *row, const SgCsv *csv, int column)
{
	const char *text = sg_csv_text(csv, column);
	double value;
	SgNumber number = text != NULL ? sg_point_number(text, VALUE_LIMIT, &value) : SG_NUMBER_NONE;

	if (number == SG_NUMBER_GOOD)
		sg_row_number(row, SG_REGISTER_VALUE, value);
	else if (number == SG_NUMBER_GREAT)
		sg_fault_set(row->fault, SG_FAULT_VALUE,
					 "The value in line %d of the file is out of range.", csv->line);
	else if (number == SG_NUMBER_BAD)
		sg_fault_set(row->fault, SG_FAULT_SHAPE,
					 "The value in line %d of the file is not a number.", csv->line);
}

static void
give_row(const Reader *reader, const SgCsv *csv, const int *columns, int time, int value)
{
	SgRow row;

	sg_row_begin(&row, &sg_relation_register_reading, reader->fault);
	sg_row_text(&row, SG_REGISTER_POINT_ID, reader->request->point);
	sg_row_text(&row, SG_REGISTER_DIRECTION, reader->request->endpoint->direction);
	for (int i = 0; i < lengthof(texts); i++)
		sg_row_text(&row, texts[i].column, sg_csv_text(csv, columns[i]));
	set_time(&row, csv, time);
	set_value(&row, csv, value);
	if (reader->fault->kind == SG_FAULT_NONE && !row.nulls[SG_REGISTER_VALUE])
		sg_row_emit(&row, reader->emit, reader->arg);
}

static void
read_table(const Reader *reader, SgCsv *csv)
{
	SgFilePoints named = {.wanted = reader->request->point};
	int point = sg_csv_column(csv, "identifiantprm|idprm|prm|pointid");
	int direction = sg_csv_column(csv, "grandeurmetier");
	int time = sg_csv_need(csv, "horodate");
	int value = sg_csv_need(csv, "valeur");
	int columns[lengthof(texts)];
	MemoryContext row_context =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid row", ALLOCSET_SMALL_SIZES);

	/* registers cannot be told apart without these */
	sg_csv_need(csv, texts[0].names);
	sg_csv_need(csv, "cadran|codecadran");
	for (int i = 0; i < lengthof(texts); i++)
		columns[i] = sg_csv_column(csv, texts[i].names);
	while (sg_csv_next(csv))
	{
		MemoryContext old;

		if (!sg_file_is_ours(&named, sg_csv_text(csv, point)) ||
			!sg_file_is_side(reader->request, sg_csv_text(csv, direction), reader->fault))
			continue;
		old = MemoryContextSwitchTo(row_context);
		give_row(reader, csv, columns, time, value);
		MemoryContextSwitchTo(old);
		MemoryContextReset(row_context);
	}
	MemoryContextDelete(row_context);
	sg_file_check(&named, reader->fault);
}

void
sg_flow_registers(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
				  SgFault *fault)
{
	Reader reader = {.request = request, .emit = emit, .arg = arg, .fault = fault};
	SgFileKind file = sg_file_look(&body, &len, fault);
	SgCsv csv;

	if (file == SG_FILE_JSON)
		sg_file_measures(request, body, len, "contexte", "grandeur", give_measure, &reader, fault);
	else if (file == SG_FILE_CSV)
	{
		if (sg_csv_open(&csv, body, len, fault))
			read_table(&reader, &csv);
		sg_csv_close(&csv);
	}
}
