/*-------------------------------------------------------------------------
 *
 * cases.c
 *	  Bodies written by hand, and what the decoders must make of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/clock.h"
#include "cases.h"
#include "catalog/pg_type_d.h"
#include "tap.h"
#include "utils/timestamp.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

const char *const *cases_columns = NULL;

/* What came, as a line; more than fits is no case. */
static char line[4096];
static size_t line_len;

static void add(const char *fmt, ...) pg_attribute_printf(1, 2);

static void
add(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	line_len += vsnprintf(line + line_len, sizeof(line) - line_len, fmt, args);
	va_end(args);
	line_len = Min(line_len, sizeof(line) - 1);
}

/* Without the year: the cases are of one year each. */
static void
add_day(DateADT day)
{
	char text[SG_DAY_LEN];

	add("%s", sg_clock_print_day(text, day) + 5);
}

static void
add_instant(TimestampTz at)
{
	int64 seconds = at / USECS_PER_SEC;
	int rest = (int) (seconds % SECS_PER_DAY);

	add_day((DateADT) (seconds / SECS_PER_DAY));
	add("T%02d:%02d", rest / SECS_PER_HOUR, rest / 60 % 60);
	if (rest % 60 != 0)
		add(":%02d", rest % 60);
}

static void
add_column(const SgColumn *column, Datum value)
{
	switch (column->type)
	{
		case FLOAT8OID:
			add("%g", DatumGetFloat8(value));
			break;
		case INT8OID:
			add(INT64_FORMAT, DatumGetInt64(value));
			break;
		case DATEOID:
			add_day(DatumGetDateADT(value));
			break;
		case BOOLOID:
			add("%s", DatumGetBool(value) ? "t" : "f");
			break;
		case TIMESTAMPTZOID:
			add_instant(DatumGetTimestampTz(value));
			break;
		default:
			add("%.*s", (int) VARSIZE_ANY_EXHDR(DatumGetPointer(value)),
				VARDATA_ANY(DatumGetPointer(value)));
	}
}

static void
add_row(void *arg, const SgRelation *relation, const Datum *values, const bool *nulls)
{
	size_t start;

	(void) arg;
	add("%s", line_len > 0 ? "; " : "");
	start = line_len;
	if (relation == &sg_relation_load_curve)
	{
		add_instant(DatumGetTimestampTz(values[SG_CURVE_ENDS_AT]));
		add("/%d=%g", (int) (DatumGetIntervalP(values[SG_CURVE_STEP])->time / USECS_PER_MINUTE),
			DatumGetFloat8(values[SG_CURVE_WATTS]));
		if (!nulls[SG_CURVE_NATURE])
			add(":%.*s", (int) VARSIZE_ANY_EXHDR(DatumGetPointer(values[SG_CURVE_NATURE])),
				VARDATA_ANY(DatumGetPointer(values[SG_CURVE_NATURE])));
	}
	else if (relation == &sg_relation_daily_energy)
	{
		add_day(DatumGetDateADT(values[SG_DAILY_DAY]));
		add("=%g", DatumGetFloat8(values[SG_DAILY_WH]));
	}
	else if (relation == &sg_relation_daily_max_power)
	{
		if (nulls[SG_PEAK_AT])
			add_day(DatumGetDateADT(values[SG_PEAK_DAY]));
		else
			add_instant(DatumGetTimestampTz(values[SG_PEAK_AT]));
		add("=%g", DatumGetFloat8(values[SG_PEAK_VA]));
	}
	else
		for (int i = 0; cases_columns[i] != NULL; i++)
		{
			int column = sg_relation_column(relation, cases_columns[i]);

			if (column < 0 || nulls[column])
				continue;
			add("%s%s=", line_len > start ? " " : "", cases_columns[i]);
			add_column(&relation->columns[column], values[column]);
		}
}

const char *
cases_decode(const Question *question, const char *body, size_t len)
{
	Outcome outcome;

	line_len = 0;
	line[0] = '\0';
	outcome = harness_decode(question, body, len, add_row, NULL);
	if (outcome.raised || outcome.fault.kind != SG_FAULT_NONE)
	{
		line_len = 0;
		add("!%s",
			outcome.raised ? harness_error.message : sg_fault_class(outcome.fault.kind)->name);
	}
	return line;
}

void
cases_ok(bool passed, const char *name)
{
	ok(passed, "%s", name);
}

void
cases_run_one(const Question *question, const char *name, const char *body, size_t len,
			  const char *expected)
{
	const char *got = cases_decode(question, body, len);
	bool same = strcmp(got, expected) == 0;

	cases_ok(same, name);
	if (!same)
		printf("#      got: %s\n# expected: %s\n", got, expected);
}

void
cases_run(const Question *question, const Case *cases, int n)
{
	for (int i = 0; i < n; i++)
		cases_run_one(question, cases[i].name, cases[i].body, strlen(cases[i].body),
					  cases[i].expected);
}

int
cases_done(void)
{
	printf("1..%d\n", tap_run);
	tap_planned = tap_run;
	return tap_done();
}
