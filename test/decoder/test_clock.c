/*-------------------------------------------------------------------------
 *
 * test_clock.c
 *	  Instants and lengths as texts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/clock.h"
#include "cases.h"

static const struct
{
	const char *text;
	const char *utc; /* NULL: none */
	int us;
} instants[] = {
	{"2026-03-02T00:30:00+01:00", "2026-03-01 23:30:00", 0},
	{"2026-03-02 00:30:00+01:00", "2026-03-01 23:30:00", 0},
	{"2026-03-02T00:30:00+0100", "2026-03-01 23:30:00", 0},
	{"2026-03-02T00:30:00-10:30", "2026-03-02 11:00:00", 0},
	{"2026-03-02T00:30:00Z", "2026-03-02 00:30:00", 0},
	{"2026-03-02T00:30:00.000Z", "2026-03-02 00:30:00", 0},
	{"2026-03-02T00:30:00.25z", "2026-03-02 00:30:00", 250000},
	{"2026-03-02T00:30:00.123456789Z", "2026-03-02 00:30:00", 123456},
	{"2026-03-02T00:30:00.000+01:00[Europe/Paris]", "2026-03-01 23:30:00", 0},
	{"2026-03-02T00:30:00Z[UTC]", "2026-03-02 00:30:00", 0},
	{"2026-03-02T00:30:00[Europe/Paris]", "2026-03-01 23:30:00", 0},
	{"2026-07-02T00:30:00[Europe/Paris]", "2026-07-01 22:30:00", 0},
	{"2026-10-25T02:30:00[Europe/Paris]", "2026-10-25 00:30:00", 0},
	{"2026-03-29T02:30:00[Europe/Paris]", "2026-03-29 01:30:00", 0},
	{"1999-12-31T23:59:59.5-01:00", "2000-01-01 00:59:59", 500000},
	{"1969-12-31T23:59:59Z", "1969-12-31 23:59:59", 0},
	{"2026-03-02T24:00:00Z", "2026-03-03 00:00:00", 0},
	{"2026-03-02T00:30:00", NULL, 0},
	{"2026-03-02T00:30:00[America/Lima]", NULL, 0},
	{"2026-03-02T00:30:00Z[UTC", NULL, 0},
	{"2026-03-02T00:30:00Zx", NULL, 0},
	{"2026-03-02T00:30:00+15:00", NULL, 0},
	{"2026-03-02T00:30:00+01:60", NULL, 0},
	{"2026-03-02T00:30:00+1:00", NULL, 0},
	{"2026-03-02T00:30:00+01", NULL, 0},
	{"2026-03-02T00:30:00.Z", NULL, 0},
	{"2026-03-02T00:30Z", NULL, 0},
	{"2026-03-02", NULL, 0},
	{"2026-02-29T00:00:00Z", NULL, 0},
	{"2026-03-02T24:00:01Z", NULL, 0},
	{"2026-03-02T00:30:60Z", NULL, 0},
	{"", NULL, 0},
};

/* A label in UTC, "2026-03-01 23:30:00". */
static TimestampTz
utc(const char *text)
{
	DateADT day;
	int seconds;

	MUST(sg_clock_parse_label(text, strlen(text), &day, &seconds));
	return day * USECS_PER_DAY + seconds * USECS_PER_SEC;
}

static void
test_instants(void)
{
	for (size_t i = 0; i < lengthof(instants); i++)
	{
		size_t len = strlen(instants[i].text);
		/* its end is its memory's end */
		char *text = malloc(len > 0 ? len : 1);
		TimestampTz at = 0;
		bool read;

		MUST(text != NULL);
		if (text == NULL)
			return;
		memcpy(text, instants[i].text, len);
		read = sg_clock_parse_instant(text, len, &at);
		cases_ok(read == (instants[i].utc != NULL) &&
					 (!read || at == utc(instants[i].utc) + instants[i].us),
				 instants[i].text);
		free(text);
	}
}

static void
test_lengths(void)
{
	static const struct
	{
		const char *text;
		int minutes;
	} lengths[] = {
		{"PT30M", 30},	   {"PT1H", 60},   {"PT1800S", 30},	  {"PT1H30M", 90}, {"PT1800.000S", 30},
		{"PT0H30M0S", 30}, {"P1D", 1440},  {"PT24H", 1440},	  {"P0DT5M", 5},   {"30min", 30},
		{"30m", 30},	   {"1h", 60},	   {"1d", 1440},	  {"5min", 5},	   {"PT1440M", 1440},
		{"PT90S", 0},	   {"PT1801S", 0}, {"PT1800.5S", 0},  {"P30M", 0},	   {"P1M", 0},
		{"PT1D", 0},	   {"P1H", 0},	   {"PT", 0},		  {"P", 0},		   {"", 0},
		{"30", 0},		   {"min", 0},	   {"PT-5M", 0},	  {"PT5", 0},	   {"PT5M ", 0},
		{"2d", 0},		   {"PT25H", 0},   {"PT9999999M", 0}, {"0min", 0},	   {"PT0M", 0},
		{"30MIN", 0},	   {"pt30m", 0},   {"PT30MPT30M", 0}};

	for (size_t i = 0; i < lengthof(lengths); i++)
	{
		bool good =
			sg_clock_parse_length(lengths[i].text, strlen(lengths[i].text)) == lengths[i].minutes;

		cases_ok(good, lengths[i].text);
	}
}

static void
test_starts(void)
{
	static const char *const starts[] = {"2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00",
										 "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00",
										 "1999-12-31T00:00:00+01:00", "2000-07-01T00:00:00+02:00"};

	for (size_t i = 0; i < lengthof(starts); i++)
	{
		char out[SG_INSTANT_LEN];
		TimestampTz at;
		DateADT day;

		MUST(sg_clock_parse_day(starts[i], 10, &day));
		cases_ok(strcmp(sg_clock_print_start(out, day), starts[i]) == 0 &&
					 sg_clock_parse_instant(out, strlen(out), &at) && at == sg_clock_day_start(day),
				 starts[i]);
	}
}

int
main(void)
{
	test_instants();
	test_lengths();
	test_starts();
	return cases_done();
}
