/*
 * known.c
 *	  The stored load curve as it was known at an instant.
 */
#include "postgres.h"

#include "arguments.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "store/known.h"
#include "utils/builtins.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(sg_load_curve_known);

/* Its arguments. */
enum
{
	ARGUMENT_AT,
	ARGUMENT_POINTS,
	ARGUMENT_SPAN
};

static void
put_row(void *arg, const SgRelation *relation, const Datum *values, const bool *nulls)
{
	const ReturnSetInfo *result = arg;

	tuplestore_putvalues(result->setResult, result->setDesc, unconstify(Datum *, values),
						 unconstify(bool *, nulls));
}

/* A bound of instants as one of [from, until). */
static TimestampTz
instant_of(const RangeBound *bound)
{
	TimestampTz at = DatumGetTimestampTz(bound->val);

	if (bound->infinite)
		return bound->lower ? DT_NOBEGIN : DT_NOEND;
	if (TIMESTAMP_NOT_FINITE(at))
		return at;
	return bound->inclusive == bound->lower ? at : at + 1;
}

/* Limits the wish to intervals that begin in the range; false if none can. */
static bool
take_span(SgKnownWish *wish, RangeType *span)
{
	RangeBound lower;
	RangeBound upper;
	bool empty;

	range_deserialize(lookup_type_cache(RangeTypeGetOid(span), TYPECACHE_RANGE_INFO), span, &lower,
					  &upper, &empty);
	if (empty)
		return false;
	wish->from = instant_of(&lower);
	wish->until = instant_of(&upper);
	return true;
}

Datum
sg_load_curve_known(PG_FUNCTION_ARGS)
{
	SgKnownWish wish = {
		.any_point = PG_ARGISNULL(ARGUMENT_POINTS), .from = DT_NOBEGIN, .until = DT_NOEND};

	if (PG_ARGISNULL(ARGUMENT_AT))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("argument \"%s\" must not be NULL", "at")));
	wish.at = PG_GETARG_TIMESTAMPTZ(ARGUMENT_AT);
	InitMaterializedSRF(fcinfo, 0);
	if (!PG_ARGISNULL(ARGUMENT_SPAN) && !take_span(&wish, PG_GETARG_RANGE_P(ARGUMENT_SPAN)))
		return (Datum) 0;
	if (!wish.any_point)
		wish.points = sg_face_texts(fcinfo, ARGUMENT_POINTS, "points");
	SPI_connect();
	sg_known_read(&wish, put_row, fcinfo->resultinfo);
	SPI_finish();
	return (Datum) 0;
}
