/*
 * point.c
 *	  One point of a series: its members, and the row that it becomes.
 */
#include "postgres.h"

#include <ctype.h>
#include <math.h>

#include "base/clock.h"
#include "base/compat.h"
#include "mb/pg_wchar.h"
#include "point.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* Whole numbers of so many digits are exact, and are most of what comes. */
#define EXACT_DIGITS 15

void
sg_point_wrong(SgFault *fault, const SgSax *sax, int depth, const char *expected)
{
	char *path = sg_sax_path(sax, depth);

	sg_fault_set(fault, SG_FAULT_SHAPE, "%s is not %s.", path, expected);
	pfree(path);
}

/* Reads a whole number without a sign; false if it is another one. */
static bool
read_whole(const char *text, double *value)
{
	int64 whole = 0;
	int n;

	for (n = 0; n < EXACT_DIGITS && text[n] >= '0' && text[n] <= '9'; n++)
		whole = whole * 10 + (text[n] - '0');
	*value = (double) whole;
	return n > 0 && text[n] == '\0';
}

SgNumber
sg_point_number(const char *text, double limit, double *value)
{
	char *end;

	if (!read_whole(text, value))
	{
		if (text[0] == '\0' || strcmp(text, "null") == 0)
			return SG_NUMBER_NONE;
		errno = 0;
		*value = strtod(text, &end);
		if (end == text || *end != '\0' || strpbrk(text, "xXnNiI") != NULL ||
			isspace((unsigned char) *text))
			return SG_NUMBER_BAD;
		if (errno == ERANGE)
			return SG_NUMBER_GREAT;
	}
	return fabs(*value) > limit ? SG_NUMBER_GREAT : SG_NUMBER_GOOD;
}

void
sg_point_begin(SgPoint *point)
{
	point->has_label = point->has_value = point->has_step = point->marked = false;
	point->nature[0] = '\0';
}

/* A number, in a string or bare. */
static void
read_value(SgPoint *point, double limit, const SgSax *sax, int depth, SgSaxType type,
		   const char *text, SgFault *fault)
{
	SgNumber number = SG_NUMBER_BAD;

	if (type == SG_SAX_NULL)
		return;
	if (type == SG_SAX_STRING || type == SG_SAX_NUMBER)
		number = sg_point_number(text, limit, &point->value);
	if (number == SG_NUMBER_GOOD)
		point->has_value = true;
	else if (number == SG_NUMBER_GREAT)
		sg_fault_set(fault, SG_FAULT_VALUE, "A value of %s is out of range.",
					 sg_sax_key(sax, depth));
	else if (number == SG_NUMBER_BAD)
		sg_point_wrong(fault, sax, depth, "a number");
}

static void
read_label(SgPoint *point, const SgSax *sax, int depth, SgSaxType type, const char *text,
		   SgFault *fault)
{
	size_t len = sg_sax_length(sax);

	if (type != SG_SAX_STRING || len > SG_LABEL_LEN)
	{
		sg_point_wrong(fault, sax, depth, "a date");
		return;
	}
	memcpy(point->label, text, len);
	point->label[len] = '\0';
	point->has_label = true;
}

static void
read_step(SgPoint *point, const SgSax *sax, int depth, SgSaxType type, const char *text,
		  SgFault *fault)
{
	point->step = type == SG_SAX_STRING ? sg_clock_parse_step(text, sg_sax_length(sax)) : 0;
	if (point->step == 0)
		sg_point_wrong(fault, sax, depth, "a length such as PT30M");
	point->has_step = true;
}

/* The text in the database's encoding: itself, most often. */
static const char *
in_server_encoding(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (IS_HIGHBIT_SET(text[i]))
			return pg_any_to_server(text, (int) len, PG_UTF8);
	return text;
}

static void
read_nature(SgPoint *point, const SgSax *sax, int depth, SgSaxType type, const char *text,
			SgFault *fault)
{
	if (type == SG_SAX_NULL)
		return;
	if (type == SG_SAX_STRING)
		text = in_server_encoding(text, sg_sax_length(sax));
	if (type != SG_SAX_STRING ||
		strlcpy(point->nature, text, sizeof(point->nature)) > SG_NATURE_LEN)
		sg_point_wrong(fault, sax, depth, "a short text");
}

static void
read_mark(SgPoint *point, const SgSax *sax, int depth, SgSaxType type, const char *text,
		  SgFault *fault)
{
	if (type == SG_SAX_STRING || type == SG_SAX_NUMBER)
		point->marked |= text[0] != '\0' && strcmp(text, "null") != 0;
	else if (type != SG_SAX_NULL)
		sg_point_wrong(fault, sax, depth, "a number");
}

/* Names are short, and most differ in their first letter: strcmp() takes longer to be called. */
static bool
is_named(const char *key, const char *name)
{
	if (name == NULL)
		return false;
	while (*key == *name && *key != '\0')
	{
		key++;
		name++;
	}
	return *key == *name;
}

void
sg_point_member(SgPoint *point, const SgPointNames *names, const SgSax *sax, int depth,
				SgSaxType type, const char *text, SgFault *fault)
{
	const char *key = sg_sax_key(sax, depth);

	if (is_named(key, names->value))
		read_value(point, names->limit, sax, depth, type, text, fault);
	else if (is_named(key, names->label))
		read_label(point, sax, depth, type, text, fault);
	else if (is_named(key, names->step))
		read_step(point, sax, depth, type, text, fault);
	else if (is_named(key, names->nature))
		read_nature(point, sax, depth, type, text, fault);
	else if (is_named(key, names->marks[0]) || is_named(key, names->marks[1]))
		read_mark(point, sax, depth, type, text, fault);
}

/* ---------------------------------------------------------------- rows */

void
sg_point_rows(SgPointRows *rows, const SgRequest *request, SgEmit emit, void *arg)
{
	rows->emit = emit;
	rows->arg = arg;
	rows->point_id = CStringGetTextDatum(request->point);
	rows->direction = CStringGetTextDatum(request->endpoint->direction);
}

/* A short text that needs no memory of its own. */
typedef union ShortText
{
	struct varlena header;
	char space[VARHDRSZ + SG_NATURE_LEN];
} ShortText;

static Datum
short_text(ShortText *out, const char *text)
{
	size_t len = strnlen(text, SG_NATURE_LEN);

	SET_VARSIZE(out, VARHDRSZ + len);
	memcpy(VARDATA(out), text, len);
	return PointerGetDatum(out);
}

void
sg_point_interval(const SgPointRows *rows, TimestampTz starts_at, int minutes, double watts,
				  const char *nature)
{
	Datum values[SG_CURVE_COLUMNS];
	bool nulls[SG_CURVE_COLUMNS] = {false};
	Interval step = {.time = minutes * USECS_PER_MINUTE};
	ShortText text;

	values[SG_CURVE_POINT_ID] = rows->point_id;
	values[SG_CURVE_DIRECTION] = rows->direction;
	values[SG_CURVE_STARTS_AT] = TimestampTzGetDatum(starts_at);
	values[SG_CURVE_ENDS_AT] = TimestampTzGetDatum(starts_at + step.time);
	values[SG_CURVE_STEP] = IntervalPGetDatum(&step);
	values[SG_CURVE_WATTS] = Float8GetDatum(watts);
	values[SG_CURVE_WH] = Float8GetDatum(watts * (minutes * SECS_PER_MINUTE) / SECS_PER_HOUR);
	nulls[SG_CURVE_NATURE] = nature[0] == '\0';
	values[SG_CURVE_NATURE] = short_text(&text, nature);
	rows->emit(rows->arg, &sg_relation_load_curve, values, nulls);
}

void
sg_point_quantity(const SgPointRows *rows, Datum quantity, Datum unit, TimestampTz starts_at,
				  int minutes, double value, const char *nature)
{
	Datum values[SG_QUANTITY_COLUMNS];
	bool nulls[SG_QUANTITY_COLUMNS] = {false};
	Interval step = {.time = minutes * USECS_PER_MINUTE};
	ShortText text;

	values[SG_QUANTITY_POINT_ID] = rows->point_id;
	values[SG_QUANTITY_DIRECTION] = rows->direction;
	values[SG_QUANTITY_QUANTITY] = quantity;
	values[SG_QUANTITY_STARTS_AT] = TimestampTzGetDatum(starts_at);
	values[SG_QUANTITY_ENDS_AT] = TimestampTzGetDatum(starts_at + step.time);
	values[SG_QUANTITY_STEP] = IntervalPGetDatum(&step);
	values[SG_QUANTITY_VALUE] = Float8GetDatum(value);
	nulls[SG_QUANTITY_UNIT] = unit == 0;
	values[SG_QUANTITY_UNIT] = unit;
	nulls[SG_QUANTITY_NATURE] = nature[0] == '\0';
	values[SG_QUANTITY_NATURE] = short_text(&text, nature);
	rows->emit(rows->arg, &sg_relation_quantity_curve, values, nulls);
}

void
sg_point_energy(const SgPointRows *rows, DateADT day, double wh)
{
	Datum values[SG_DAILY_COLUMNS];
	bool nulls[SG_DAILY_COLUMNS] = {false};

	values[SG_DAILY_POINT_ID] = rows->point_id;
	values[SG_DAILY_DIRECTION] = rows->direction;
	values[SG_DAILY_DAY] = DateADTGetDatum(day);
	values[SG_DAILY_WH] = Float8GetDatum(wh);
	rows->emit(rows->arg, &sg_relation_daily_energy, values, nulls);
}

void
sg_point_peak(const SgPointRows *rows, DateADT day, double va, TimestampTz at)
{
	Datum values[SG_PEAK_COLUMNS];
	bool nulls[SG_PEAK_COLUMNS] = {false};

	values[SG_PEAK_POINT_ID] = rows->point_id;
	values[SG_PEAK_DIRECTION] = rows->direction;
	values[SG_PEAK_DAY] = DateADTGetDatum(day);
	values[SG_PEAK_VA] = Float8GetDatum(va);
	nulls[SG_PEAK_AT] = TIMESTAMP_IS_NOBEGIN(at);
	values[SG_PEAK_AT] = TimestampTzGetDatum(at);
	rows->emit(rows->arg, &sg_relation_daily_max_power, values, nulls);
}
