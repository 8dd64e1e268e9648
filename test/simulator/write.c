/*
 * write.c
 *		Readings, piece by piece, as both generations of the API write them.
 *
 * Written by hand: these bodies are long, flat and asked for by thousands.
 */
#include "simulator.h"

#include <string.h>

void
write_number(Text *out, int64_t number)
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

void
write_day_text(int64_t day, char out[11])
{
	int year;
	int month;
	int mday;

	civil_split(day, &year, &month, &mday);
	memcpy(out, "0000-00-00", 11);
	two_digits(out, year / 100);
	two_digits(out + 2, year % 100);
	two_digits(out + 5, month);
	two_digits(out + 8, mday);
}

static void
write_day(Text *out, int64_t day)
{
	char text[11];

	write_day_text(day, text);
	text_add(out, text, 10);
}

/* The first hour of summer time, at the end of which an interval may be. */
static bool
in_missing_hour(int64_t at)
{
	return paris_offset(at) == 7200 && paris_offset(at - 3600) == 3600;
}

/*
 * The wall clock of Paris, which does not tell the two autumn hours apart; in
 * the scenario missing_hour the clock is put forward an hour late.
 */
static void
write_wall_clock(Text *out, int64_t at, bool late)
{
	int64_t local = at + (late && in_missing_hour(at) ? 3600 : paris_offset(at));
	int seconds = (int) (local % DAY_SECONDS);
	char label[] = " 00:00:00";

	write_day(out, local / DAY_SECONDS);
	two_digits(label + 1, seconds / 3600);
	two_digits(label + 4, seconds / 60 % 60);
	two_digits(label + 7, seconds % 60);
	text_add(out, label, sizeof(label) - 1);
}

/* What tells when a reading is of: a day, or an instant in Paris. */
void
write_label(Text *out, const Series *series, size_t i, const Scenario *scenario)
{
	text_puts(out, "\"");
	if (series->measure == MEASURE_DAILY)
		write_day(out, series->readings[i].at);
	else
		write_wall_clock(out, series->readings[i].at,
						 scenario->missing_hour && series->measure == MEASURE_CURVE);
	text_puts(out, "\"");
}

/* What a scenario sends in the place of three values of eight; NULL: the value stays. */
static const char *
no_value(const Scenario *scenario, size_t i)
{
	static const char *const all[] = {"\"null\"", "\"\"", "null"};

	if (i % 8 < 5)
		return NULL;
	if (scenario->null_values)
		return all[i % 8 - 5];
	if (scenario->null_texts)
		return all[0];
	return scenario->empty_strings ? all[1] : NULL;
}

void
write_value(Text *out, const Series *series, size_t i, const Scenario *scenario, bool quoted)
{
	const char *instead = no_value(scenario, i);

	if (scenario->faults.badvalue && i == series->count / 2)
		text_puts(out, "\"abc\"");
	else if (instead != NULL)
		text_puts(out, instead);
	else if (scenario->numbers || !quoted)
		write_number(out, series->readings[i].value);
	else
	{
		text_puts(out, "\"");
		write_number(out, series->readings[i].value);
		text_puts(out, "\"");
	}
}

/* All readings in brackets; the scenario "array" sends one object where an array belongs. */
void
write_list(Text *out, const Series *series, const Scenario *scenario,
		   void (*write_one)(Text *, const Series *, size_t, const Scenario *))
{
	if (scenario->faults.array && series->count > 0)
	{
		write_one(out, series, 0, scenario);
		return;
	}
	text_puts(out, "[");
	for (size_t i = 0; i < series->count; i++)
	{
		if (i > 0)
			text_puts(out, ",");
		write_one(out, series, i, scenario);
	}
	text_puts(out, "]");
}
