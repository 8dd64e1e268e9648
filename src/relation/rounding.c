/*
 * rounding.c
 *	  Which segments can be added as a whole.
 */
#include "postgres.h"

#include <math.h>

#include "base/compat.h"
#include "common/hashfn.h"
#include "rounding.h"
#include "utils/hsearch.h"
#include "utils/timestamp.h"

/* A double holds every whole number up to 2^53; sums in quarters stay below a quarter of that. */
#define EXACT_LIMIT 2.0e15

struct SgRounding
{
	MemoryContext context;
	bool by_point;
	double bound; /* no sum so far is larger */
	HTAB *
		rounded; /* by points (or one for all): sums that have been rounded; NULL before there is one */
};

SgRounding *
sg_rounding_make(bool by_point)
{
	SgRounding *rounding = palloc0(sizeof(SgRounding));

	rounding->context = CurrentMemoryContext;
	rounding->by_point = by_point;
	return rounding;
}

/* Steps whose energies are whole watts over one, two or four: the multiples of a quarter of an hour. */
#define QUARTER (SECS_PER_HOUR / 4)

static bool
is_exact(SgRounding *rounding, const SgSegmentRow *row, bool energy)
{
	double hours = Max((double) row->step / SECS_PER_HOUR, 1);

	rounding->bound += row->points * Max(fabs(row->watts_min), fabs(row->watts_max)) * hours;
	return row->decimals == 0 && rounding->bound < EXACT_LIMIT &&
		   (!energy || row->step % QUARTER == 0);
}

/* What can come into one group has one key. */
static uint64
key_of(const SgRounding *rounding, const SgSegmentRow *row)
{
	text *point = DatumGetTextPP(row->point_id);

	if (!rounding->by_point)
		return 0;
	return DatumGetUInt64(hash_any_extended((const unsigned char *) VARDATA_ANY(point),
											(int) VARSIZE_ANY_EXHDR(point), 0));
}

bool
sg_rounding_adds(SgRounding *rounding, const SgSegmentRow *row, bool energy)
{
	bool exact = is_exact(rounding, row, energy);
	uint64 key = key_of(rounding, row);

	if (exact)
		return rounding->rounded == NULL ||
			   hash_search(rounding->rounded, &key, HASH_FIND, NULL) == NULL;
	if (rounding->rounded == NULL)
	{
		HASHCTL control = {
			.keysize = sizeof(uint64), .entrysize = sizeof(uint64), .hcxt = rounding->context};

		rounding->rounded =
			hash_create("switchgrid rounded", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	(void) hash_search(rounding->rounded, &key, HASH_ENTER, NULL);
	return false;
}
