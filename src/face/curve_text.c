/*
 * curve_text.c
 *	  The text form of a curve, read and written; curve_text.h describes it.
 */
#include "postgres.h"

#include "base/compat.h"
#include "curve_text.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "parser/scansup.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

/* Years outside are out of a timestamp's range, and perhaps of what date2j() can count. */
#define YEAR_MIN (-4713)
#define YEAR_MAX 294277

/* What a written nature can need: a colon, two quotes, each character escaped, and a closing zero.
 */
#define NATURE_TEXT (2 * SG_NATURE_LEN + 4)

/* A text being read. */
typedef struct Input
{
	const char *text;
	const char *at;
	SgSlots *slots; /* head.count of them are read; NULL before the first */
} Input;

/* ---- reading the text form ---- */

static void
complain_text(const Input *in, const char *at, const char *expected)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					errmsg("invalid input syntax for type %s", "switchgrid.curve"),
					*at == '\0' ? errdetail("At the end of the text, %s is expected.", expected)
								: errdetail("At character %zu, %s is expected.",
											(size_t) (at - in->text) + 1, expected)));
}

static void
complain_limit(const char *detail, int limit)
{
	ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					errmsg("the curve is out of its type's limits"), errdetail(detail, limit)));
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void
skip_space(Input *in)
{
	while (scanner_isspace(*in->at))
		in->at++;
}

static bool
take(Input *in, char c)
{
	if (*in->at != c)
		return false;
	in->at++;
	return true;
}

static void
require(Input *in, char c, const char *expected)
{
	if (!take(in, c))
		complain_text(in, in->at, expected);
}

/* A number of at least "min" and at most "max" (9 or less) digits. */
static int
read_number(Input *in, int min, int max, const char *expected)
{
	int number = 0;
	int digits = 0;

	for (; is_digit(*in->at) && digits < max; digits++)
		number = number * 10 + (*in->at++ - '0');
	if (digits < min || is_digit(*in->at))
		complain_text(in, in->at, expected);
	return number;
}

static void
complain_time(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("timestamp out of range"),
			 errdetail("A curve starts and ends in the range of %s.", "timestamp with time zone")));
}

/* The days from 2000-01-01 to the date that is read. */
static int64
read_date(Input *in)
{
	const char *expected = "a date such as 2026-10-31";
	const char *start = in->at;
	bool negative = take(in, '-');
	int year = read_number(in, 4, 6, expected);
	int month;
	int day;

	year = negative ? -year : year;
	require(in, '-', expected);
	month = read_number(in, 2, 2, expected);
	require(in, '-', expected);
	day = read_number(in, 2, 2, expected);
	if (month < 1 || month > MONTHS_PER_YEAR || day < 1 || day > day_tab[isleap(year)][month - 1])
		complain_text(in, start, "a day that the calendar has");
	if (year < YEAR_MIN || year > YEAR_MAX)
		complain_time();
	return date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
}

/* The microseconds from midnight to the time of day that is read. */
static int64
read_time(Input *in)
{
	const char *expected = "a time in UTC such as T23:00:00Z";
	const char *start = in->at;
	int64 unit = USECS_PER_SEC;
	int64 time = 0;
	int hour;
	int minute;
	int second;

	require(in, 'T', expected);
	hour = read_number(in, 2, 2, expected);
	require(in, ':', expected);
	minute = read_number(in, 2, 2, expected);
	require(in, ':', expected);
	second = read_number(in, 2, 2, expected);
	if (take(in, '.'))
	{
		for (; is_digit(*in->at) && unit > 1; unit /= 10)
			time = time * 10 + (*in->at++ - '0');
		if (unit == USECS_PER_SEC || is_digit(*in->at))
			complain_text(in, in->at, "a fraction of one to six decimals");
	}
	require(in, 'Z', expected);
	if (hour >= HOURS_PER_DAY || minute >= MINS_PER_HOUR || second >= SECS_PER_MINUTE)
		complain_text(in, start, "a time of day");
	return ((hour * MINS_PER_HOUR + minute) * SECS_PER_MINUTE + second) * USECS_PER_SEC +
		   time * unit;
}

/* Seconds. A step out of range is left to sg_curve_make(), which knows it. */
static uint32
read_step(Input *in)
{
	static const struct
	{
		char letter;
		int seconds;
	} units[] = {{'H', SECS_PER_HOUR}, {'M', SECS_PER_MINUTE}, {'S', 1}};
	const char *expected = "a step such as PT30M";
	uint64 step = 0;
	int unit = 0;

	require(in, 'P', expected);
	require(in, 'T', expected);
	do
	{
		int number = read_number(in, 1, 9, expected);

		while (unit < lengthof(units) && units[unit].letter != *in->at)
			unit++;
		if (unit == lengthof(units))
			complain_text(in, in->at, expected);
		step += (uint64) number * units[unit++].seconds;
		in->at++;
	} while (is_digit(*in->at));
	return (uint32) Min(step, PG_UINT32_MAX);
}

/* Writes a value with exactly "scale" decimals. */
static void
print_value(StringInfo out, int32 mantissa, int scale)
{
	char digits[16];
	uint32 size = mantissa < 0 ? 0U - (uint32) mantissa : (uint32) mantissa;
	int len = (int) (pg_ultostr_zeropad(digits, size, scale + 1) - digits);

	if (mantissa < 0)
		appendStringInfoCharMacro(out, '-');
	appendBinaryStringInfo(out, digits, len - scale);
	if (scale == 0)
		return;
	appendStringInfoCharMacro(out, '.');
	appendBinaryStringInfo(out, digits + len - scale, scale);
}

static void
complain_value(int scale)
{
	StringInfoData least;
	StringInfoData most;

	initStringInfo(&least);
	initStringInfo(&most);
	print_value(&least, PG_INT32_MIN, scale);
	print_value(&most, PG_INT32_MAX, scale);
	ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					errmsg("value out of range for type %s", "switchgrid.curve"),
					errdetail("The values of a curve of scale %d are between %s and %s.", scale,
							  least.data, most.data)));
}

/* A mantissa with "decimals" more decimals. */
static int32
widen(int64 mantissa, int decimals, int scale)
{
	mantissa *= (int64) sg_curve_unit(decimals);
	if (mantissa < PG_INT32_MIN || mantissa > PG_INT32_MAX)
		complain_value(scale);
	return (int32) mantissa;
}

/* The curve has more decimals than was known: nine times at most, which costs less than reading. */
static void
raise_scale(SgSlots *slots, int scale)
{
	int decimals = scale - slots->head.scale;

	for (uint32 i = 0; i < slots->head.count; i++)
		slots->values[i] = widen(slots->values[i], decimals, scale);
	slots->head.scale = (uint8_t) scale;
}

/* A value, as a mantissa at the curve's scale; raises the scale if it has to. */
static int32
read_value(Input *in)
{
	const char *expected = "a decimal value or - or }";
	bool negative = take(in, '-');
	const char *start = in->at;
	const char *point = NULL;
	int64 mantissa = 0;
	int decimals = 0;

	for (; is_digit(*in->at) || (*in->at == '.' && point == NULL && in->at > start); in->at++)
	{
		if (*in->at == '.')
		{
			point = in->at;
			continue;
		}
		if (point != NULL && ++decimals > SG_CURVE_MAX_SCALE)
			complain_limit("A value has at most %d decimals.", SG_CURVE_MAX_SCALE);
		mantissa = mantissa * 10 + (*in->at - '0');
		if (mantissa > -(int64) PG_INT32_MIN)
			complain_value(Max(decimals, in->slots->head.scale));
	}
	if (in->at == start || (point != NULL && decimals == 0))
		complain_text(in, in->at, in->at == start ? expected : "a decimal");
	if (decimals > in->slots->head.scale)
		raise_scale(in->slots, decimals);
	return widen(negative ? -mantissa : mantissa, in->slots->head.scale - decimals,
				 in->slots->head.scale);
}

/* Has a character of a nature a meaning in the text form? */
static bool
is_special(char c)
{
	return c == ' ' || c == '{' || c == '}' || c == ':' || c == '"' || c == '\\';
}

static void
read_nature(Input *in, char *nature)
{
	const char *expected = "a nature in printable ASCII";
	bool quoted = take(in, '"');
	int len = 0;

	while (quoted ? *in->at != '"' : !is_special(*in->at) && !scanner_isspace(*in->at))
	{
		if (quoted)
			take(in, '\\');
		if (*in->at < ' ' || *in->at > '~')
			complain_text(in, in->at, quoted ? "printable ASCII or a closing quote" : expected);
		if (len == SG_NATURE_LEN)
			complain_limit("A nature has at most %d characters.", SG_NATURE_LEN);
		nature[len++] = *in->at++;
	}
	if (len == 0)
		complain_text(in, in->at, expected);
	nature[len] = '\0';
	if (quoted)
		in->at++;
}

/* What stands between braces ends with a space or the closing one. */
static void
require_end(const Input *in)
{
	if (!scanner_isspace(*in->at) && *in->at != '}')
		complain_text(in, in->at, "a space or }");
}

static void
read_slot(Input *in)
{
	SgSlots *slots = in->slots;
	char nature[SG_NATURE_LEN + 1] = "";
	int32 value;

	if (slots->head.count == SG_CURVE_MAX_SLOTS)
		complain_limit("A curve has at most %d slots.", SG_CURVE_MAX_SLOTS);
	if (in->at[0] == '-' && !is_digit(in->at[1]))
		in->at++;
	else
	{
		value = read_value(in);
		if (take(in, ':'))
			read_nature(in, nature);
		sg_curve_set(slots, slots->head.count, 0, nature);
		slots->values[slots->head.count] = value;
	}
	require_end(in);
	slots->head.count++;
}

/* All up to the slots. Makes room for as many as the text can hold: each takes two bytes of it. */
static void
read_head(Input *in)
{
	TimestampTz start;
	uint32 step;
	size_t slots;

	skip_space(in);
	require(in, '{', "{");
	skip_space(in);
	start = read_date(in) * USECS_PER_DAY;
	start += read_time(in);
	if (!scanner_isspace(*in->at))
		complain_text(in, in->at, "a space before the step");
	skip_space(in);
	step = read_step(in);
	slots = strlen(in->at) / 2;
	in->slots = sg_curve_make(start, step, (uint32) Min(slots, SG_CURVE_MAX_SLOTS), 0);
	in->slots->head.count = 0;
}

/* The scale, where the text gives it by itself. */
static void
read_scale(Input *in)
{
	int scale;

	if (strncmp(in->at, "scale=", 6) != 0)
		return;
	in->at += 6;
	scale = read_number(in, 1, 9, "a scale such as scale=2");
	if (scale > SG_CURVE_MAX_SCALE)
		complain_limit("A value has at most %d decimals.", SG_CURVE_MAX_SCALE);
	in->slots->head.scale = (uint8_t) scale;
	require_end(in);
}

static void
check_range(const SgCurveHead *head)
{
	if (head->start < SG_CURVE_MIN_START ||
		head->start > SG_CURVE_MAX_END - (int64) head->count * head->step * USECS_PER_SEC)
		complain_time();
}

SgSlots *
sg_curve_text_read(const char *text)
{
	Input in = {.text = text, .at = text};

	read_head(&in);
	require_end(&in);
	skip_space(&in);
	read_scale(&in);
	for (skip_space(&in); !take(&in, '}'); skip_space(&in))
	{
		CHECK_FOR_INTERRUPTS();
		read_slot(&in);
	}
	skip_space(&in);
	if (*in.at != '\0')
		complain_text(&in, in.at, "the end of the text");
	check_range(&in.slots->head);
	return in.slots;
}

/* ---- writing the text form ---- */

static void
print_start(StringInfo out, TimestampTz start)
{
	int64 days = start / USECS_PER_DAY;
	int64 time = start % USECS_PER_DAY;
	int64 seconds;
	int year;
	int month;
	int day;

	if (time < 0)
	{
		days--;
		time += USECS_PER_DAY;
	}
	seconds = time / USECS_PER_SEC;
	j2date((int) days + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	appendStringInfo(out, "%s%04d-%02d-%02dT%02d:%02d:%02d", year < 0 ? "-" : "", abs(year), month,
					 day, (int) (seconds / SECS_PER_HOUR),
					 (int) (seconds / SECS_PER_MINUTE % MINS_PER_HOUR),
					 (int) (seconds % SECS_PER_MINUTE));
	if (time % USECS_PER_SEC != 0)
	{
		appendStringInfo(out, ".%06d", (int) (time % USECS_PER_SEC));
		while (out->data[out->len - 1] == '0')
			out->data[--out->len] = '\0';
	}
	appendStringInfoChar(out, 'Z');
}

static void
print_head(StringInfo out, const SgCurveHead *head)
{
	appendStringInfoChar(out, '{');
	print_start(out, head->start);
	if (head->step % SECS_PER_MINUTE == 0)
		appendStringInfo(out, " PT%uM", head->step / SECS_PER_MINUTE);
	else
		appendStringInfo(out, " PT%uS", head->step);
	if (head->scale > 0 && head->missing == head->count)
		appendStringInfo(out, " scale=%d", head->scale);
}

/* What is written after a value: a colon and its nature, in quotes if it needs them. */
static void
print_nature(char *out, const char *nature)
{
	bool quoted = false;

	for (const char *c = nature; *c != '\0'; c++)
		quoted |= is_special(*c);
	*out++ = ':';
	if (quoted)
		*out++ = '"';
	for (const char *c = nature; *c != '\0'; c++)
	{
		if (*c == '"' || *c == '\\')
			*out++ = '\\';
		*out++ = *c;
	}
	if (quoted)
		*out++ = '"';
	*out = '\0';
}

static void
print_slots(StringInfo out, const SgSlots *slots)
{
	char natures[SG_NATURE_MAX + 1][NATURE_TEXT] = {""};

	for (int i = 0; i < slots->head.natures.n; i++)
		print_nature(natures[i + 1], slots->head.natures.text[i]);
	for (uint32 i = 0; i < slots->head.count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		appendStringInfoCharMacro(out, ' ');
		if (slots->nature[i] == SG_SLOT_MISSING)
		{
			appendStringInfoCharMacro(out, '-');
			continue;
		}
		print_value(out, slots->values[i], slots->head.scale);
		appendStringInfoString(out, natures[slots->nature[i]]);
	}
}

char *
sg_curve_text_write(const SgSlots *slots)
{
	StringInfoData out;

	initStringInfo(&out);
	print_head(&out, &slots->head);
	print_slots(&out, slots);
	appendStringInfoChar(&out, '}');
	return out.data;
}
