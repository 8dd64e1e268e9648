/*
 * curve_math.c
 *	  The operators on curves.
 */
#include "postgres.h"

#include <math.h>

#include "base/compat.h"
#include "base/grid.h"
#include "base/power.h"
#include "curve_call.h"

PG_FUNCTION_INFO_V1(sg_curve_plus);
PG_FUNCTION_INFO_V1(sg_curve_minus);
PG_FUNCTION_INFO_V1(sg_curve_times);
PG_FUNCTION_INFO_V1(sg_curve_divided);
PG_FUNCTION_INFO_V1(sg_curve_plus_number);
PG_FUNCTION_INFO_V1(sg_curve_minus_number);
PG_FUNCTION_INFO_V1(sg_curve_times_number);
PG_FUNCTION_INFO_V1(sg_curve_divided_by_number);
PG_FUNCTION_INFO_V1(sg_number_plus_curve);
PG_FUNCTION_INFO_V1(sg_number_times_curve);
PG_FUNCTION_INFO_V1(sg_curve_negative);
PG_FUNCTION_INFO_V1(sg_curve_similar);

static Datum
combine(FunctionCallInfo fcinfo, SgOperation operation)
{
	SgSlots *a = sg_face_slots(fcinfo, 0);
	SgSlots *b = sg_face_slots(fcinfo, 1);

	return sg_face_curve(sg_power_combine(a, operation, b));
}

static Datum
apply(FunctionCallInfo fcinfo, int curve, SgOperation operation, double number)
{
	return sg_face_curve(sg_power_apply(sg_face_slots(fcinfo, curve), operation, number));
}

Datum
sg_curve_plus(PG_FUNCTION_ARGS)
{
	return combine(fcinfo, SG_PLUS);
}

Datum
sg_curve_minus(PG_FUNCTION_ARGS)
{
	return combine(fcinfo, SG_MINUS);
}

Datum
sg_curve_times(PG_FUNCTION_ARGS)
{
	return combine(fcinfo, SG_TIMES);
}

Datum
sg_curve_divided(PG_FUNCTION_ARGS)
{
	return combine(fcinfo, SG_DIVIDED);
}

Datum
sg_curve_plus_number(PG_FUNCTION_ARGS)
{
	return apply(fcinfo, 0, SG_PLUS, PG_GETARG_FLOAT8(1));
}

Datum
sg_curve_minus_number(PG_FUNCTION_ARGS)
{
	return apply(fcinfo, 0, SG_MINUS, PG_GETARG_FLOAT8(1));
}

Datum
sg_curve_times_number(PG_FUNCTION_ARGS)
{
	return apply(fcinfo, 0, SG_TIMES, PG_GETARG_FLOAT8(1));
}

Datum
sg_curve_divided_by_number(PG_FUNCTION_ARGS)
{
	return apply(fcinfo, 0, SG_DIVIDED, PG_GETARG_FLOAT8(1));
}

Datum
sg_number_plus_curve(PG_FUNCTION_ARGS)
{
	return apply(fcinfo, 1, SG_PLUS, PG_GETARG_FLOAT8(0));
}

Datum
sg_number_times_curve(PG_FUNCTION_ARGS)
{
	return apply(fcinfo, 1, SG_TIMES, PG_GETARG_FLOAT8(0));
}

Datum
sg_curve_negative(PG_FUNCTION_ARGS)
{
	return apply(fcinfo, 0, SG_TIMES, -1);
}

/* ---- nearly equal ---- */

/* Is each slot missing in both, or in neither and then as near as that? */
static bool
are_near(const SgSlots *a, const SgSlots *b, double tolerance)
{
	int scale = Max(a->head.scale, b->head.scale);
	int64 unit_a = sg_power_ten(scale - a->head.scale);
	int64 unit_b = sg_power_ten(scale - b->head.scale);

	for (uint32 i = 0; i < a->head.count; i++)
	{
		int64 apart = a->values[i] * unit_a - b->values[i] * unit_b;

		if ((a->nature[i] == SG_SLOT_MISSING) != (b->nature[i] == SG_SLOT_MISSING))
			return false;
		/* divided, not multiplied: so the double nearest to 0.29 is as far as 0.29 */
		if (fabs((double) apart) / sg_curve_unit(scale) > tolerance)
			return false;
	}
	return true;
}

Datum
sg_curve_similar(PG_FUNCTION_ARGS)
{
	SgSlots *a = sg_face_slots(fcinfo, 0);
	SgSlots *b = sg_face_slots(fcinfo, 1);
	double tolerance = PG_GETARG_FLOAT8(2);
	SgGrid grid_a = sg_grid_of(&a->head);
	SgGrid grid_b = sg_grid_of(&b->head);
	SgGrid grid;
	SgSlots left;
	SgSlots right;

	if (!(tolerance >= 0))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a tolerance is zero or more, not %g", tolerance)));
	if (grid_a.start != grid_b.start || sg_grid_end(&grid_a) != sg_grid_end(&grid_b))
		PG_RETURN_BOOL(false);
	grid = sg_grid_intersect(&grid_a, &grid_b, sg_grid_common_step(&grid_a, &grid_b));
	left = sg_grid_view(a, &grid);
	right = sg_grid_view(b, &grid);
	PG_RETURN_BOOL(are_near(&left, &right, tolerance));
}
