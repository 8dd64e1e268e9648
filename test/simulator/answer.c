/*
 * answer.c
 *		Readings as the JSON of the metering endpoints, straight or bent.
 *
 * Written by hand: these bodies are long, flat and asked for by thousands.
 */
#include "simulator.h"

#include <stdio.h>
#include <string.h>

#define HUGE_BYTES ((size_t) 200 * 1024 * 1024)

static void
add_number(Text *out, int64_t number)
{
	char digits[24];
	int at = sizeof(digits);

	do
	{
		digits[--at] = '0' + (char) (number % 10);
		number /= 10;
	} while (number > 0);
	text_add(out, digits + at, sizeof(digits) - at);
}

static void
two_digits(char *out, int number)
{
	out[0] = '0' + (char) (number / 10);
	out[1] = '0' + (char) (number % 10);
}

static void
add_day(Text *out, int64_t day)
{
	char label[10] = "0000-00-00";
	int year;
	int month;
	int mday;

	civil_split(day, &year, &month, &mday);
	two_digits(label, year / 100);
	two_digits(label + 2, year % 100);
	two_digits(label + 5, month);
	two_digits(label + 8, mday);
	text_add(out, label, sizeof(label));
}

/* The wall clock of Paris, which does not tell the two autumn hours apart. */
static void
add_label(Text *out, int64_t at)
{
	int64_t local = at + paris_offset(at);
	int seconds = (int) (local % DAY_SECONDS);
	char label[9] = " 00:00:00";

	add_day(out, local / DAY_SECONDS);
	two_digits(label + 1, seconds / 3600);
	two_digits(label + 4, seconds / 60 % 60);
	two_digits(label + 7, seconds % 60);
	text_add(out, label, sizeof(label));
}

static void
add_value(Text *out, const Series *series, size_t i, const Scenario *scenario)
{
	static const char *const nulls[] = {"\"null\"", "\"\"", "null"};

	if (scenario->badvalue && i == series->count / 2)
		text_puts(out, "\"abc\"");
	else if (scenario->null_values && i % 8 >= 5)
		text_puts(out, nulls[i % 8 - 5]);
	else if (scenario->numbers)
		add_number(out, series->readings[i].value);
	else
	{
		text_puts(out, "\"");
		add_number(out, series->readings[i].value);
		text_puts(out, "\"");
	}
}

static void
add_reading(Text *out, const Series *series, size_t i, const Scenario *scenario)
{
	const Reading *reading = &series->readings[i];

	text_puts(out, "{\"value\":");
	add_value(out, series, i, scenario);
	text_puts(out, ",\"date\":\"");
	if (reading->minutes == 0)
		add_day(out, reading->at);
	else
	{
		add_label(out, reading->at);
		text_puts(out, "\",\"interval_length\":\"PT");
		add_number(out, reading->minutes);
		text_puts(out, "M\",\"measure_type\":\"B");
	}
	text_puts(out, "\"}");
}

static void
add_head(Text *out, bool curve, const char *point, const char *start, const char *end,
		 const Scenario *scenario)
{
	text_puts(out, scenario->shape ? "{\"readings\":" : "{\"meter_reading\":");
	text_puts(out, "{\"usage_point_id\":\"");
	text_puts(out, point);
	text_puts(out, "\",\"start\":\"");
	text_puts(out, start);
	text_puts(out, "\",\"end\":\"");
	text_puts(out, end);
	text_puts(out, "\",\"quality\":\"BRUT\",\"reading_type\":");
	text_puts(out, curve
					   ? "{\"unit\":\"W\",\"measurement_kind\":\"power\",\"aggregate\":\"average\"}"
					   : "{\"unit\":\"Wh\",\"measurement_kind\":\"energy\",\"aggregate\":\"sum\","
						 "\"measuring_period\":\"P1D\"}");
}

void
answer_series(const Series *series, bool curve, const char *point, const char *start,
			  const char *end, const Scenario *scenario, Text *out)
{
	add_head(out, curve, point, start, end, scenario);
	if (scenario->array)
	{
		/* one object where an array belongs */
		text_puts(out, ",\"interval_reading\":");
		add_reading(out, series, 0, scenario);
		text_puts(out, "}}");
		return;
	}
	text_puts(out, ",\"interval_reading\":[");
	for (size_t i = 0; i < series->count; i++)
	{
		if (i > 0)
			text_puts(out, ",");
		add_reading(out, series, i, scenario);
	}
	text_puts(out, "]}}");
}

/*
 * A valid body far larger than any real one, made piece by piece: a head, the
 * same reading again and again, a tail.
 */
static const char huge_head[] =
	"{\"meter_reading\":{\"usage_point_id\":\"22516914714270\",\"start\":\"2026-01-01\","
	"\"end\":\"2026-01-08\",\"quality\":\"BRUT\",\"reading_type\":{\"unit\":\"W\","
	"\"measurement_kind\":\"power\",\"aggregate\":\"average\"},\"interval_reading\":[";
static const char huge_item[] =
	"{\"value\":\"230\",\"date\":\"2026-01-01 00:30:00\",\"interval_length\":\"PT30M\","
	"\"measure_type\":\"B\"},";
static const char huge_tail[] =
	"{\"value\":\"230\",\"date\":\"2026-01-01 00:30:00\",\"interval_length\":\"PT30M\","
	"\"measure_type\":\"B\"}]}}";

#define HUGE_HEAD (sizeof(huge_head) - 1)
#define HUGE_ITEM (sizeof(huge_item) - 1)
#define HUGE_TAIL (sizeof(huge_tail) - 1)
#define HUGE_ITEMS (HUGE_BYTES / HUGE_ITEM)

size_t
answer_huge_length(void)
{
	return HUGE_HEAD + HUGE_ITEMS * HUGE_ITEM + HUGE_TAIL;
}

static size_t
huge_piece(size_t position, const char **bytes)
{
	if (position < HUGE_HEAD)
	{
		*bytes = huge_head + position;
		return HUGE_HEAD - position;
	}
	position -= HUGE_HEAD;
	if (position < HUGE_ITEMS * HUGE_ITEM)
	{
		*bytes = huge_item + position % HUGE_ITEM;
		return HUGE_ITEM - position % HUGE_ITEM;
	}
	position -= HUGE_ITEMS * HUGE_ITEM;
	*bytes = huge_tail + position;
	return HUGE_TAIL - position;
}

size_t
answer_huge_read(size_t position, char *out, size_t size)
{
	size_t total = answer_huge_length();
	size_t done = 0;

	while (done < size && position + done < total)
	{
		const char *bytes;
		size_t length = huge_piece(position + done, &bytes);

		if (length > size - done)
			length = size - done;
		memcpy(out + done, bytes, length);
		done += length;
	}
	return done;
}
