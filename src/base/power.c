/*
 * power.c
 *	  Arithmetic on unpacked curves: results and the decimals that they keep.
 */
#include "postgres.h"

#include <math.h>

#include "base/compat.h"
#include "grid.h"
#include "power.h"

/* A double tells decimals of this many digits apart; a longer number may be no decimal. */
#define DECIMAL_LIMIT 1e15

int64
sg_power_ten(int n)
{
	static const int64 tens[] = {INT64CONST(1),
								 INT64CONST(10),
								 INT64CONST(100),
								 INT64CONST(1000),
								 INT64CONST(10000),
								 INT64CONST(100000),
								 INT64CONST(1000000),
								 INT64CONST(10000000),
								 INT64CONST(100000000),
								 INT64CONST(1000000000),
								 INT64CONST(10000000000),
								 INT64CONST(100000000000),
								 INT64CONST(1000000000000),
								 INT64CONST(10000000000000),
								 INT64CONST(100000000000000),
								 INT64CONST(1000000000000000),
								 INT64CONST(10000000000000000),
								 INT64CONST(100000000000000000),
								 INT64CONST(1000000000000000000)};

	return tens[n];
}

void
sg_power_complain_range(double watts)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("value out of range for type %s", "switchgrid.curve"),
			 errdetail("A power of %g W does not fit into 32 bits with the decimals that the curve "
					   "needs.",
					   watts)));
}

/* The quotient, half away from zero; the divisor is positive. */
static inline int64
divide(int64 number, int64 divisor)
{
	int64 quotient = number / divisor;
	int64 rest = number % divisor;

	if (rest >= 0)
		return quotient + (rest >= divisor - rest);
	return quotient - (-rest >= divisor + rest);
}

static inline bool
fits(int64 number)
{
	return number >= PG_INT32_MIN && number <= PG_INT32_MAX;
}

/* How many of at most "most" decimals a mantissa does not need. */
static inline int
spare_decimals(int32 value, int most)
{
	int spare = 0;

	for (; spare < most && value % 10 == 0; value /= 10)
		spare++;
	return spare;
}

void
sg_power_shorten(SgSlots *slots)
{
	int spare = slots->head.scale;
	int32 divisor;

	/* the 0 of a missing slot needs none */
	for (uint32 i = 0; i < slots->head.count && spare > 0; i++)
		spare = spare_decimals(slots->values[i], spare);
	if (spare == 0)
		return;
	divisor = (int32) sg_power_ten(spare);
	for (uint32 i = 0; i < slots->head.count; i++)
		slots->values[i] /= divisor;
	slots->head.scale -= (uint8_t) spare;
}

void
sg_power_settle(SgSlots *slots, const int64 *numbers, int scale)
{
	int64 low = 0;
	int64 high = 0;
	int drop = Max(scale - SG_CURVE_MAX_SCALE, 0);
	int64 divisor;

	for (uint32 i = 0; i < slots->head.count; i++)
	{
		low = Min(low, numbers[i]);
		high = Max(high, numbers[i]);
	}
	while (drop < scale &&
		   !(fits(divide(low, sg_power_ten(drop))) && fits(divide(high, sg_power_ten(drop)))))
		drop++;
	divisor = sg_power_ten(drop);
	if (!fits(divide(high, divisor)))
		sg_power_complain_range((double) high / (double) sg_power_ten(scale));
	if (!fits(divide(low, divisor)))
		sg_power_complain_range((double) low / (double) sg_power_ten(scale));
	if (drop == 0)
		for (uint32 i = 0; i < slots->head.count; i++)
			slots->values[i] = (int32) numbers[i];
	else
		for (uint32 i = 0; i < slots->head.count; i++)
			slots->values[i] = (int32) divide(numbers[i], divisor);
	slots->head.scale = (uint8_t) (scale - drop);
	sg_power_shorten(slots);
}

/* The most decimals with which a power may fit; it may still be rounded up to what does not. */
static int
decimals_for(double watts)
{
	int decimals = SG_CURVE_MAX_SCALE;

	while (decimals > 0 && watts * sg_curve_unit(decimals) > PG_INT32_MAX + 0.5)
		decimals--;
	return decimals;
}

/* Tries the quotients with so many decimals; false if one does not fit. */
static bool
fill_quotients(SgSlots *slots, const int64 *numbers, const int64 *divisors, int scale, int decimals)
{
	int64 more = sg_power_ten(Max(decimals - scale, 0));
	int64 fewer = sg_power_ten(Max(scale - decimals, 0));

	for (uint32 i = 0; i < slots->head.count; i++)
	{
		int64 value = numbers[i] == 0 ? 0 : divide(numbers[i] * more, divisors[i] * fewer);

		if (!fits(value))
			return false;
		slots->values[i] = (int32) value;
	}
	slots->head.scale = (uint8_t) decimals;
	return true;
}

void
sg_power_settle_quotients(SgSlots *slots, const int64 *numbers, const int64 *divisors, int scale)
{
	double top = 0;
	int decimals;

	for (uint32 i = 0; i < slots->head.count; i++)
		if (numbers[i] != 0)
			top = Max(top, fabs((double) numbers[i] / (double) divisors[i]));
	top /= sg_curve_unit(scale);
	if (top > -(double) PG_INT32_MIN + 1)
		sg_power_complain_range(top);
	decimals = decimals_for(top);
	while (!fill_quotients(slots, numbers, divisors, scale, decimals))
		if (decimals-- == 0)
			sg_power_complain_range(top);
	sg_power_shorten(slots);
}

/* ---- watts in double precision ---- */

/* Rounds the watts to so many decimals; false if one does not fit. */
static bool
fill_watts(SgSlots *slots, const double *watts, int decimals)
{
	double unit = sg_curve_unit(decimals);

	for (uint32 i = 0; i < slots->head.count; i++)
	{
		double value = round(watts[i] * unit);

		if (!(value >= PG_INT32_MIN && value <= PG_INT32_MAX))
			return false;
		slots->values[i] = (int32) value;
	}
	slots->head.scale = (uint8_t) decimals;
	return true;
}

/* The largest of the watts, without sign; raises 22003 if one is no number or infinite. */
static double
top_of(const SgSlots *slots, const double *watts)
{
	double top = 0;

	for (uint32 i = 0; i < slots->head.count; i++)
	{
		if (!isfinite(watts[i]))
			sg_power_complain_range(watts[i]);
		top = Max(top, fabs(watts[i]));
	}
	return top;
}

void
sg_power_settle_watts(SgSlots *slots, const double *watts)
{
	double top = top_of(slots, watts);
	int decimals = decimals_for(top);

	while (!fill_watts(slots, watts, decimals))
		if (decimals-- == 0)
			sg_power_complain_range(top);
	sg_power_shorten(slots);
}

/* Is the value a decimal with so many decimals? */
static inline bool
is_decimal(double watts, int decimals)
{
	double unit = sg_curve_unit(decimals);
	double number = rint(watts * unit);

	return fabs(number) < DECIMAL_LIMIT && number / unit == watts;
}

void
sg_power_keep_watts(SgSlots *slots, const double *watts)
{
	double top = top_of(slots, watts);
	int needed = 0; /* the decimals of the values that are decimals */
	bool endless = false;
	int decimals;

	for (uint32 i = 0; i < slots->head.count; i++)
	{
		int scale = needed;

		while (scale <= SG_CURVE_MAX_SCALE && !is_decimal(watts[i], scale))
			scale++;
		endless |= scale > SG_CURVE_MAX_SCALE;
		if (scale <= SG_CURVE_MAX_SCALE)
			needed = scale;
	}
	decimals = endless ? Max(decimals_for(top), needed) : needed;
	while (!fill_watts(slots, watts, decimals))
		if (decimals-- == needed)
			sg_power_complain_range(top);
	sg_power_shorten(slots);
}

/* ---- operators ---- */

/* Both numbers at the larger of the scales. */
static void
add(int64 *numbers, const SgSlots *a, const SgSlots *b, int sign, const uint8 *nature)
{
	int scale = Max(a->head.scale, b->head.scale);
	int64 unit_a = sg_power_ten(scale - a->head.scale);
	int64 unit_b = sign * sg_power_ten(scale - b->head.scale);

	for (uint32 i = 0; i < a->head.count; i++)
		numbers[i] =
			nature[i] == SG_SLOT_MISSING ? 0 : a->values[i] * unit_a + b->values[i] * unit_b;
}

static void
complain_zero(void)
{
	ereport(ERROR, (errcode(ERRCODE_DIVISION_BY_ZERO), errmsg("division by zero")));
}

/* Where the divisor has more decimals than the dividend, the dividend is given as many. */
static void
settle_division(SgSlots *result, int64 *numbers, const SgSlots *a, const SgSlots *b)
{
	int64 *divisors = palloc0(sizeof(int64) * Max(result->head.count, 1));
	int scale = a->head.scale - b->head.scale;
	int64 more = sg_power_ten(Max(-scale, 0));

	for (uint32 i = 0; i < result->head.count; i++)
	{
		int64 divisor = b->values[i];

		if (result->nature[i] == SG_SLOT_MISSING)
			continue;
		if (divisor == 0)
			complain_zero();
		numbers[i] = (divisor < 0 ? -1 : 1) * a->values[i] * more;
		divisors[i] = divisor < 0 ? -divisor : divisor;
	}
	sg_power_settle_quotients(result, numbers, divisors, Max(scale, 0));
	pfree(divisors);
}

SgSlots *
sg_power_combine(const SgSlots *a, SgOperation operation, const SgSlots *b)
{
	SgGrid grid_a = sg_grid_of(&a->head);
	SgGrid grid_b = sg_grid_of(&b->head);
	SgGrid grid = sg_grid_intersect(&grid_a, &grid_b, sg_grid_common_step(&grid_a, &grid_b));
	SgSlots left = sg_grid_view(a, &grid);
	SgSlots right = sg_grid_view(b, &grid);
	SgSlots *result = sg_curve_make(grid.start, grid.step, grid.count, 0);
	int64 *numbers = palloc0(sizeof(int64) * Max(grid.count, 1));

	for (uint32 i = 0; i < grid.count; i++)
		if (left.nature[i] != SG_SLOT_MISSING && right.nature[i] != SG_SLOT_MISSING)
			result->nature[i] = 0;
	switch (operation)
	{
		case SG_PLUS:
		case SG_MINUS:
			add(numbers, &left, &right, operation == SG_PLUS ? 1 : -1, result->nature);
			sg_power_settle(result, numbers, Max(a->head.scale, b->head.scale));
			break;
		case SG_TIMES:
			/* a missing slot's value is 0, and so is its product */
			for (uint32 i = 0; i < grid.count; i++)
				numbers[i] = (int64) left.values[i] * right.values[i];
			sg_power_settle(result, numbers, a->head.scale + b->head.scale);
			break;
		case SG_DIVIDED:
			settle_division(result, numbers, &left, &right);
			break;
	}
	pfree(numbers);
	return result;
}

/* A copy whose values are still to be settled. */
static SgSlots *
like(const SgSlots *slots)
{
	SgSlots *copy = sg_curve_make(slots->head.start, slots->head.step, slots->head.count, 0);

	memcpy(copy->nature, slots->nature, slots->head.count);
	copy->head.natures = slots->head.natures;
	return copy;
}

/* A curve of one value, with the grid of another, if the number is a short decimal; else NULL. */
static SgSlots *
constant(const SgSlots *slots, double number)
{
	SgSlots *flat;
	int scale = 0;

	while (scale <= SG_CURVE_MAX_SCALE && !is_decimal(number, scale))
		scale++;
	if (scale > SG_CURVE_MAX_SCALE || fabs(number * sg_curve_unit(scale)) > PG_INT32_MAX)
		return NULL;
	flat = like(slots);
	flat->head.scale = (uint8_t) scale;
	for (uint32 i = 0; i < slots->head.count; i++)
		flat->values[i] =
			slots->nature[i] == SG_SLOT_MISSING ? 0 : (int32) rint(number * sg_curve_unit(scale));
	return flat;
}

static double
compute(double watts, SgOperation operation, double number)
{
	switch (operation)
	{
		case SG_PLUS:
			return watts + number;
		case SG_MINUS:
			return watts - number;
		case SG_TIMES:
			return watts * number;
		case SG_DIVIDED:
			return watts / number;
	}
	return 0;
}

SgSlots *
sg_power_apply(const SgSlots *a, SgOperation operation, double number)
{
	double unit = sg_curve_unit(a->head.scale);
	SgSlots *flat;
	SgSlots *result;
	double *watts;

	flat = constant(a, number);
	if (flat != NULL)
	{
		result = sg_power_combine(a, operation, flat);
		memcpy(result->nature, a->nature, a->head.count);
		result->head.natures = a->head.natures;
		sg_curve_free(flat);
		return result;
	}
	result = like(a);
	watts = palloc0(sizeof(double) * Max(a->head.count, 1));
	for (uint32 i = 0; i < a->head.count; i++)
		if (a->nature[i] != SG_SLOT_MISSING)
			watts[i] = compute(a->values[i] / unit, operation, number);
	sg_power_settle_watts(result, watts);
	pfree(watts);
	return result;
}
