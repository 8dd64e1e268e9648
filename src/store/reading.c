/*
 * reading.c
 *	  Rows of any relation taken as readings of load curves.
 */
#include "postgres.h"

#include <math.h>

#include "base/clock.h"
#include "base/compat.h"
#include "base/curve.h"
#include "catalog/pg_type.h"
#include "month.h"
#include "reading.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

/* An energy may be rounded: it is consistent with a power if it is this near. */
#define NEAR_WH 0.001
#define NEAR_PART 1e-6
/* Decimals of a power that is no decimal, such as a third. */
#define ROUNDED_SCALE 3

#define KNOWN_COLUMNS "point_id, direction, starts_at, ends_at, step, watts, wh and nature"

/* ---------------------------------------------------------------- columns */

static bool
is_number(Oid type)
{
	return type == FLOAT8OID || type == FLOAT4OID || type == NUMERICOID || type == INT2OID ||
		   type == INT4OID || type == INT8OID;
}

static bool
has_type(int column, Oid type)
{
	switch (column)
	{
		case SG_CURVE_STARTS_AT:
		case SG_CURVE_ENDS_AT:
			return type == TIMESTAMPTZOID;
		case SG_CURVE_STEP:
			return type == INTERVALOID;
		case SG_CURVE_WATTS:
		case SG_CURVE_WH:
			return is_number(type);
		default:
			return type == TEXTOID || type == VARCHAROID;
	}
}

static void
complain_type(int column, const char *name, Oid type)
{
	bool zoneless = type == TIMESTAMPOID || type == DATEOID;
	bool instant = column == SG_CURVE_STARTS_AT || column == SG_CURVE_ENDS_AT;
	bool number = column == SG_CURVE_WATTS || column == SG_CURVE_WH;

	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("column \"%s\" of readings has type %s, not %s", name, format_type_be(type),
					number ? "a number's" : sg_relation_load_curve.columns[column].type_name),
			 instant && zoneless
				 ? errhint("It does not say in which time zone it is: AT TIME ZONE 'Europe/Paris' "
						   "does.")
				 : 0));
}

static void
map_column(SgReadingMap *map, const FormData_pg_attribute *attribute)
{
	const char *name = NameStr(attribute->attname);
	int column = sg_relation_column(&sg_relation_load_curve, name);

	if (column < 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN), errmsg("readings have no column \"%s\"", name),
				 errhint("Their columns are %s.", KNOWN_COLUMNS)));
	if (map->columns[column] >= 0)
		ereport(ERROR, (errcode(ERRCODE_DUPLICATE_COLUMN),
						errmsg("readings have two columns \"%s\"", name)));
	map->columns[column] = attribute->attnum - 1;
	map->types[column] = getBaseType(attribute->atttypid);
	if (!has_type(column, map->types[column]))
		complain_type(column, name, attribute->atttypid);
}

static void
complain_missing(const char *what)
{
	ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN), errmsg("readings need %s", what),
					errhint("Their columns are %s.", KNOWN_COLUMNS)));
}

void
sg_reading_map(SgReadingMap *map, TupleDesc desc, int32 step)
{
	map->step = step;
	for (int i = 0; i < SG_CURVE_COLUMNS; i++)
		map->columns[i] = -1;
	for (int i = 0; i < desc->natts; i++)
		if (!TupleDescAttr(desc, i)->attisdropped)
			map_column(map, TupleDescAttr(desc, i));
	if (map->columns[SG_CURVE_POINT_ID] < 0)
		complain_missing("a column \"point_id\"");
	if (map->columns[SG_CURVE_STARTS_AT] < 0)
		complain_missing("a column \"starts_at\"");
	if (map->columns[SG_CURVE_WATTS] < 0 && map->columns[SG_CURVE_WH] < 0)
		complain_missing("a column \"watts\" or \"wh\"");
	if (map->columns[SG_CURVE_STEP] < 0 && map->columns[SG_CURVE_ENDS_AT] < 0 && step == 0)
		complain_missing("a column \"step\" or \"ends_at\"");
}

/* ---------------------------------------------------------------- values */

/* A row that is being read. */
typedef struct Row
{
	const SgReadingMap *map;
	const Datum *values;
	const bool *nulls;
} Row;

static bool
has(const Row *row, int column)
{
	return row->map->columns[column] >= 0 && !row->nulls[row->map->columns[column]];
}

static Datum
value_of(const Row *row, int column)
{
	return row->values[row->map->columns[column]];
}

static double
number_of(const Row *row, int column)
{
	Datum value = value_of(row, column);

	switch (row->map->types[column])
	{
		case INT2OID:
			return DatumGetInt16(value);
		case INT4OID:
			return DatumGetInt32(value);
		case INT8OID:
			return (double) DatumGetInt64(value);
		case FLOAT4OID:
			return DatumGetFloat4(value);
		case NUMERICOID:
			return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, value));
		default:
			return DatumGetFloat8(value);
	}
}

static const char *
text_of(const Row *row, int column, int *len)
{
	struct varlena *text = (struct varlena *) PG_DETOAST_DATUM_PACKED(value_of(row, column));

	*len = (int) VARSIZE_ANY_EXHDR(text);
	return VARDATA_ANY(text);
}

static void
complain_null(const char *name)
{
	ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					errmsg("the column \"%s\" of a reading must not be NULL", name)));
}

static TimestampTz
instant_of(const Row *row, int column)
{
	TimestampTz at = DatumGetTimestampTz(value_of(row, column));

	if (at < SG_DAY_FIRST * USECS_PER_DAY || at > SG_DAY_LAST * USECS_PER_DAY)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("the column \"%s\" of a reading is infinite, or far from any history",
						column == SG_CURVE_STARTS_AT ? "starts_at" : "ends_at")));
	return at;
}

/* ---------------------------------------------------------------- steps */

/* The longest month: the clock is set back in one of 31 days. */
#define LONGEST_MONTH (SG_MONTH_DAYS * SECS_PER_DAY + SECS_PER_HOUR)

static int32
check_step(int64 us)
{
	if (us <= 0 || us > USECS_PER_DAY || us % USECS_PER_SEC != 0 || USECS_PER_DAY % us != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the step of a reading must be whole seconds that divide a day")));
	if (LONGEST_MONTH / (us / USECS_PER_SEC) > SG_CURVE_MAX_SLOTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a step of %d s is too short for a reading", (int) (us / USECS_PER_SEC)),
				 errdetail("A month of a curve has %d slots at most.", SG_CURVE_MAX_SLOTS)));
	return (int32) (us / USECS_PER_SEC);
}

int32
sg_reading_step(const Interval *step)
{
	if (step->month != 0 || step->day < 0 || step->day > 1 || step->time < 0 ||
		step->time > USECS_PER_DAY)
		check_step(0);
	return check_step(step->day * USECS_PER_DAY + step->time);
}

static void
complain_steps(int32 seconds, int32 other)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a reading has two different steps"),
			 errdetail("One is %d seconds, the other one %d.", seconds, other)));
}

static int32
step_of(const Row *row, TimestampTz starts_at)
{
	int32 step = row->map->step;
	int32 told;

	if (has(row, SG_CURVE_STEP))
	{
		told = sg_reading_step(DatumGetIntervalP(value_of(row, SG_CURVE_STEP)));
		if (step != 0 && step != told)
			complain_steps(step, told);
		step = told;
	}
	if (has(row, SG_CURVE_ENDS_AT))
	{
		TimestampTz ends_at = instant_of(row, SG_CURVE_ENDS_AT);

		/* what is too far apart to be subtracted is no step either */
		told = check_step(
			ends_at > starts_at && ends_at - USECS_PER_DAY <= starts_at ? ends_at - starts_at : 0);
		if (step != 0 && step != told)
			complain_steps(step, told);
		step = told;
	}
	if (step == 0)
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("a reading has neither a step nor an end")));
	return step;
}

/* ---------------------------------------------------------------- power */

static bool
fits(double watts, int scale)
{
	double mantissa = rint(watts * sg_curve_unit(scale));

	return mantissa >= PG_INT32_MIN && mantissa <= PG_INT32_MAX;
}

static void
complain_power(double watts)
{
	ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					errmsg("a power of %.15g W is out of range for a curve", watts),
					fits(watts, 0) ? errhint("With fewer decimals it is not: round it.") : 0));
}

/*
 * A power that a curve can hold. A decimal is kept as it is, or an error; what is none (a third, or what
 * binary arithmetic leaves of a decimal) is rounded.
 */
static double
settle_power(double watts)
{
	int scale;

	if (!(watts >= PG_INT32_MIN && watts <= PG_INT32_MAX))
		complain_power(watts);
	if (watts == (double) (int32) watts)
		return watts;
	scale = sg_curve_scale_of(watts);
	if (rint(watts * sg_curve_unit(scale)) / sg_curve_unit(scale) == watts)
	{
		if (!fits(watts, scale))
			complain_power(watts);
		return watts;
	}
	for (scale = ROUNDED_SCALE; scale > 0 && !fits(watts, scale); scale--)
		;
	return rint(watts * sg_curve_unit(scale)) / sg_curve_unit(scale);
}

static double
power_of(const Row *row, int32 step)
{
	double hours = (double) step / SECS_PER_HOUR;
	double watts;
	double wh;

	if (!has(row, SG_CURVE_WATTS))
		return settle_power(number_of(row, SG_CURVE_WH) / hours);
	watts = settle_power(number_of(row, SG_CURVE_WATTS));
	if (!has(row, SG_CURVE_WH))
		return watts;
	wh = number_of(row, SG_CURVE_WH);
	if (!(fabs(wh - watts * hours) <= NEAR_WH + NEAR_PART * fabs(wh)))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the watts and the wh of a reading are not consistent"),
						errdetail("%g W over %d seconds are %g Wh, not %g.", watts, step,
								  watts * hours, wh)));
	return watts;
}

/* ---------------------------------------------------------------- rows */

static bool
read_production(const Row *row)
{
	const char *text;
	int len;

	if (row->map->columns[SG_CURVE_DIRECTION] < 0)
		return false;
	if (!has(row, SG_CURVE_DIRECTION))
		complain_null("direction");
	text = text_of(row, SG_CURVE_DIRECTION, &len);
	if (len == (int) strlen(SG_CONSUMPTION) && memcmp(text, SG_CONSUMPTION, len) == 0)
		return false;
	if (len == (int) strlen(SG_PRODUCTION) && memcmp(text, SG_PRODUCTION, len) == 0)
		return true;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("\"%s\" is no direction", pnstrdup(text, len)),
					errhint("A direction is consumption or production.")));
}

static void
read_nature(const Row *row, SgReading *reading)
{
	reading->nature = text_of(row, SG_CURVE_NATURE, &reading->nature_len);
	if (reading->nature_len < 1 || reading->nature_len > SG_NATURE_LEN)
		reading->nature_len = 0;
	for (int i = 0; i < reading->nature_len; i++)
		if (reading->nature[i] < ' ' || reading->nature[i] > '~')
			reading->nature_len = 0;
	if (reading->nature_len == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the nature of a reading must be 1 to %d characters of printable "
							   "ASCII",
							   SG_NATURE_LEN)));
}

bool
sg_reading_read(const SgReadingMap *map, const Datum *values, const bool *nulls, SgReading *reading)
{
	Row row = {.map = map, .values = values, .nulls = nulls};

	memset(reading, 0, sizeof(*reading));
	if (has(&row, SG_CURVE_POINT_ID))
		reading->point = text_of(&row, SG_CURVE_POINT_ID, &reading->point_len);
	reading->has_start = has(&row, SG_CURVE_STARTS_AT);
	if (reading->has_start)
		reading->starts_at = DatumGetTimestampTz(value_of(&row, SG_CURVE_STARTS_AT));
	if (!has(&row, SG_CURVE_WATTS) && !has(&row, SG_CURVE_WH))
		return false;
	if (reading->point == NULL)
		complain_null("point_id");
	if (!reading->has_start)
		complain_null("starts_at");
	instant_of(&row, SG_CURVE_STARTS_AT);
	reading->production = read_production(&row);
	reading->step = step_of(&row, reading->starts_at);
	reading->watts = power_of(&row, reading->step);
	if (has(&row, SG_CURVE_NATURE))
		read_nature(&row, reading);
	return true;
}
