/*
 * row.c
 *	  One row of a relation while a document is read into it.
 */
#include "postgres.h"

#include <ctype.h>
#include <math.h>

#include "base/clock.h"
#include "catalog/pg_type_d.h"
#include "row.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/timestamp.h"

/* Dates are written with more after them: a time, an offset. */
#define DATE_LEN 10
/* Whole numbers up to here are exact as floating point. */
#define LARGEST_WHOLE 9.0e15

static void
wrong(SgFault *fault, const char *key, const char *expected)
{
	sg_fault_set(fault, SG_FAULT_SHAPE, "The member \"%s\" is not %s.", key, expected);
}

char *
sg_member_text(const SgNode *object, const char *key, SgFault *fault)
{
	const SgNode *member = sg_node_member(object, key);
	char *text;

	if (member == NULL)
		return NULL;
	text = sg_node_text(member);
	if (text == NULL)
		wrong(fault, key, "a text");
	else if (text[0] == '\0' || strcmp(text, "null") == 0)
		return NULL;
	return text;
}

const SgNode *
sg_member_list_if(const SgNode *object, const char *key, SgFault *fault)
{
	const SgNode *member = sg_node_member(object, key);

	if (member == NULL || sg_node_count(member) >= 0)
		return member;
	wrong(fault, key, "an array");
	return NULL;
}

const SgNode *
sg_member_object_if(const SgNode *object, const char *key, SgFault *fault)
{
	const SgNode *member = sg_node_member(object, key);

	if (member == NULL || sg_node_is_object(member))
		return member;
	wrong(fault, key, "an object");
	return NULL;
}

const SgNode *
sg_member_list(const SgNode *object, const char *key, SgFault *fault)
{
	const SgNode *list = sg_member_list_if(object, key, fault);

	if (list == NULL)
		sg_fault_set(fault, SG_FAULT_SHAPE, "The answer has no list \"%s\".", key);
	return list;
}

const SgNode *
sg_member_object(const SgNode *object, const char *key, SgFault *fault)
{
	const SgNode *member = sg_member_object_if(object, key, fault);

	if (member == NULL)
		sg_fault_set(fault, SG_FAULT_SHAPE, "The answer has no object \"%s\".", key);
	return member;
}

void
sg_row_begin(SgRow *row, const SgRelation *relation, SgFault *fault)
{
	row->relation = relation;
	row->fault = fault;
	memset(row->values, 0, sizeof(row->values));
	memset(row->nulls, true, sizeof(row->nulls));
}

static void
set(SgRow *row, int column, Datum value)
{
	row->values[column] = value;
	row->nulls[column] = false;
}

void
sg_row_text(SgRow *row, int column, const char *text)
{
	if (text != NULL)
		set(row, column, CStringGetTextDatum(text));
}

void
sg_row_number(SgRow *row, int column, double value)
{
	set(row, column, Float8GetDatum(value));
}

void
sg_row_integer(SgRow *row, int column, int64 value)
{
	set(row, column, Int64GetDatum(value));
}

void
sg_row_instant(SgRow *row, int column, TimestampTz at)
{
	set(row, column, TimestampTzGetDatum(at));
}

void
sg_row_flag(SgRow *row, int column, bool value)
{
	set(row, column, BoolGetDatum(value));
}

static void
set_number(SgRow *row, int column, const char *key, const char *text)
{
	char *end;
	double value;

	bool whole = row->relation->columns[column].type == INT8OID;

	errno = 0;
	value = strtod(text, &end);
	if (end == text || *end != '\0' || isspace((unsigned char) *text) ||
		strpbrk(text, "xXnNiI") != NULL || (whole && value != floor(value)))
		wrong(row->fault, key, whole ? "a whole number" : "a number");
	else if (errno == ERANGE || !isfinite(value) || (whole && fabs(value) > LARGEST_WHOLE))
		sg_fault_set(row->fault, SG_FAULT_VALUE, "The member \"%s\" is out of range.", key);
	else if (whole)
		sg_row_integer(row, column, (int64) value);
	else
		sg_row_number(row, column, value);
}

static void
set_date(SgRow *row, int column, const char *key, const char *text)
{
	DateADT day;

	if (strlen(text) < DATE_LEN || isdigit((unsigned char) text[DATE_LEN]) ||
		!sg_clock_parse_day(text, DATE_LEN, &day))
		wrong(row->fault, key, "a date");
	else
		set(row, column, DateADTGetDatum(day));
}

static void
set_instant(SgRow *row, int column, const char *key, const char *text)
{
	TimestampTz at;

	if (!sg_clock_parse_instant(text, strlen(text), &at))
		wrong(row->fault, key, "an instant");
	else
		sg_row_instant(row, column, at);
}

void
sg_row_member(SgRow *row, int column, const SgNode *object, const char *key)
{
	char *text = sg_member_text(object, key, row->fault);

	if (text == NULL || row->fault->kind != SG_FAULT_NONE)
		return;
	switch (row->relation->columns[column].type)
	{
		case FLOAT8OID:
		case INT8OID:
			set_number(row, column, key, text);
			break;
		case DATEOID:
			set_date(row, column, key, text);
			break;
		case TIMESTAMPTZOID:
			set_instant(row, column, key, text);
			break;
		case BOOLOID:
			if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
				sg_row_flag(row, column, text[0] == 't');
			else
				wrong(row->fault, key, "true or false");
			break;
		default:
			sg_row_text(row, column, text);
	}
	pfree(text);
}

void
sg_row_emit(const SgRow *row, SgEmit emit, void *arg)
{
	emit(arg, row->relation, row->values, row->nulls);
}

static Datum
copy_value(const SgColumn *column, Datum value)
{
	if (sg_column_is_text(column))
		return datumCopy(value, false, -1);
	switch (column->type)
	{
		case DATEOID:
		case BOOLOID:
		case FLOAT8OID:
		case INT8OID:
		case TIMESTAMPTZOID:
			return value;
		case INTERVALOID:
			return datumCopy(value, false, sizeof(Interval));
		default:
			return datumCopy(value, false, -1);
	}
}

SgTuple *
sg_tuple_copy(const SgRelation *relation, const Datum *values, const bool *nulls)
{
	SgTuple *tuple = palloc(sizeof(SgTuple));

	tuple->values = palloc0(sizeof(Datum) * relation->ncolumns);
	tuple->nulls = palloc(sizeof(bool) * relation->ncolumns);
	for (int i = 0; i < relation->ncolumns; i++)
	{
		tuple->nulls[i] = nulls[i];
		if (!nulls[i])
			tuple->values[i] = copy_value(&relation->columns[i], values[i]);
	}
	return tuple;
}
