/*
 * flow_normal.c
 *	  A series in the normal form of Switchgrid.
 */
#include "postgres.h"

#include <math.h>

#include "base/clock.h"
#include "flow_normal.h"
#include "miscadmin.h"
#include "point.h"

#define FIRST_ROOM 512
/* A civil day has 23 hours at least. */
#define SHORTEST_DAY_MINUTES 1380
/* Rows between two looks at whether the statement was cancelled. */
#define INTERRUPT_EVERY 4096

void
sg_normal_begin(SgNormal *normal, SgFault *fault)
{
	memset(normal, 0, sizeof(*normal));
	normal->fault = fault;
	normal->room = FIRST_ROOM;
	normal->values = palloc(sizeof(double) * normal->room);
}

static void
read_start(SgNormal *normal, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	if (type == SG_SAX_NULL)
		return;
	normal->has_start =
		type == SG_SAX_STRING && sg_clock_parse_instant(text, strlen(text), &normal->starts_at);
	if (!normal->has_start)
		sg_point_wrong(normal->fault, sax, depth, "an instant");
}

static void
read_step(SgNormal *normal, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	if (type == SG_SAX_NULL)
		return;
	normal->step = type == SG_SAX_STRING ? sg_clock_parse_length(text, strlen(text)) : 0;
	if (normal->step == 0)
		sg_point_wrong(normal->fault, sax, depth, "a length such as PT30M");
}

void
sg_normal_member(SgNormal *normal, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	const char *key = sg_sax_key(sax, depth);

	if (strcmp(key, "startsAt") == 0)
		read_start(normal, sax, depth, type, text);
	else if (strcmp(key, "period") == 0)
		read_step(normal, sax, depth, type, text);
	else if (strcmp(key, "values") == 0)
	{
		normal->in_values = type == SG_SAX_ARRAY;
		normal->seen = true;
		normal->count = 0;
		if (type != SG_SAX_ARRAY)
			sg_point_wrong(normal->fault, sax, depth, "an array");
	}
}

void
sg_normal_value(SgNormal *normal, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	SgNumber number = SG_NUMBER_BAD;
	double value = 0;

	if (type == SG_SAX_NULL)
		number = SG_NUMBER_NONE;
	else if (type == SG_SAX_STRING || type == SG_SAX_NUMBER)
		number = sg_point_number(text, PG_INT32_MAX, &value);
	if (number == SG_NUMBER_BAD)
		sg_point_wrong(normal->fault, sax, depth, "a number");
	else if (number == SG_NUMBER_GREAT)
		sg_fault_set(normal->fault, SG_FAULT_VALUE, "A value is out of range.");
	if (normal->count == normal->room)
	{
		normal->room *= 2;
		normal->values = repalloc(normal->values, sizeof(double) * normal->room);
	}
	normal->values[normal->count++] = number == SG_NUMBER_GOOD ? value : NAN;
}

bool
sg_normal_check_step(int step, SgFault *fault)
{
	if (step >= SHORTEST_DAY_MINUTES)
		sg_fault_set(fault, SG_FAULT_SHAPE,
					 "The values are those of days: whether they are powers or energies is not "
					 "known. A load curve needs a shorter period.");
	else if (step <= 0)
		sg_fault_set(fault, SG_FAULT_SHAPE, "The file does not tell the length of its intervals.");
	return fault->kind == SG_FAULT_NONE;
}

void
sg_normal_give(SgNormal *normal, const SgRequest *request, SgEmit emit, void *arg)
{
	SgPointRows rows;

	if (normal->count > 0 && !normal->has_start)
		sg_fault_set(normal->fault, SG_FAULT_SHAPE, "The series has no \"startsAt\".");
	if (normal->count == 0 || !sg_normal_check_step(normal->step, normal->fault))
		return;
	sg_point_rows(&rows, request, emit, arg);
	for (size_t i = 0; i < normal->count; i++)
	{
		if (i % INTERRUPT_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		if (!isnan(normal->values[i]))
			sg_point_interval(&rows,
							  normal->starts_at + (int64) i * normal->step * USECS_PER_MINUTE,
							  normal->step, normal->values[i], "");
	}
}
