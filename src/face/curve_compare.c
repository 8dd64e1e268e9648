/*
 * curve_compare.c
 *	  Curves in order, equal and hashed.
 *
 * Two curves are equal if their slots are: the same start, step, values and natures, whatever the number of
 * decimals or the bytes. The order is that of the starts, then of steps, lengths and slots.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/power.h"
#include "common/hashfn.h"
#include "curve_call.h"

PG_FUNCTION_INFO_V1(sg_curve_cmp);
PG_FUNCTION_INFO_V1(sg_curve_eq);
PG_FUNCTION_INFO_V1(sg_curve_ne);
PG_FUNCTION_INFO_V1(sg_curve_lt);
PG_FUNCTION_INFO_V1(sg_curve_le);
PG_FUNCTION_INFO_V1(sg_curve_gt);
PG_FUNCTION_INFO_V1(sg_curve_ge);
PG_FUNCTION_INFO_V1(sg_curve_hash);
PG_FUNCTION_INFO_V1(sg_curve_hash_extended);

#define THREE_WAY(a, b) (((a) > (b)) - ((a) < (b)))

static int
compare_heads(const SgCurveHead *a, const SgCurveHead *b)
{
	if (a->start != b->start)
		return THREE_WAY(a->start, b->start);
	if (a->step != b->step)
		return THREE_WAY(a->step, b->step);
	return THREE_WAY(a->count, b->count);
}

/* A slot without a nature comes before one that has any. */
static int
compare_natures(const SgSlots *a, const SgSlots *b, uint32 slot)
{
	const char *x = sg_curve_nature(a, slot);
	const char *y = sg_curve_nature(b, slot);

	if (a->nature[slot] == 0 && b->nature[slot] == 0)
		return 0;
	return THREE_WAY(strcmp(x == NULL ? "" : x, y == NULL ? "" : y), 0);
}

/* The first slot that differs decides; one that is missing comes last, as NULL does. */
static int
compare_slots(const SgSlots *a, const SgSlots *b)
{
	int scale = Max(a->head.scale, b->head.scale);
	int64 unit_a = sg_power_ten(scale - a->head.scale);
	int64 unit_b = sg_power_ten(scale - b->head.scale);

	for (uint32 i = 0; i < a->head.count; i++)
	{
		bool missing_a = a->nature[i] == SG_SLOT_MISSING;
		bool missing_b = b->nature[i] == SG_SLOT_MISSING;
		int64 x = a->values[i] * unit_a;
		int64 y = b->values[i] * unit_b;
		int order;

		if (missing_a && missing_b)
			continue;
		if (missing_a || missing_b)
			return missing_a ? 1 : -1;
		order = x != y ? THREE_WAY(x, y) : compare_natures(a, b, i);
		if (order != 0)
			return order;
	}
	return 0;
}

/* Sorting and indexes compare many pairs in one memory context: what is made here is freed here. */
static int
compare(FunctionCallInfo fcinfo)
{
	struct varlena *a = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	struct varlena *b = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(1));
	SgCurveHead head_a;
	SgCurveHead head_b;
	int order;

	sg_curve_head(a, &head_a);
	sg_curve_head(b, &head_b);
	order = compare_heads(&head_a, &head_b);
	if (order == 0 && !(VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
						memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0))
	{
		SgSlots *slots_a = sg_curve_unpack(a);
		SgSlots *slots_b = sg_curve_unpack(b);

		order = compare_slots(slots_a, slots_b);
		sg_curve_free(slots_a);
		sg_curve_free(slots_b);
	}
	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order;
}

Datum
sg_curve_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare(fcinfo));
}

Datum
sg_curve_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) == 0);
}

Datum
sg_curve_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) != 0);
}

Datum
sg_curve_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) < 0);
}

Datum
sg_curve_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) <= 0);
}

Datum
sg_curve_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) > 0);
}

Datum
sg_curve_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) >= 0);
}

/* ---- hashes ---- */

/* The bytes that all curves share that are equal to this one. */
static struct varlena *
canonical(FunctionCallInfo fcinfo)
{
	SgSlots *slots = sg_face_slots(fcinfo, 0);
	struct varlena *packed;

	sg_power_shorten(slots);
	packed = sg_curve_pack(slots);
	sg_curve_free(slots);
	return packed;
}

Datum
sg_curve_hash(PG_FUNCTION_ARGS)
{
	struct varlena *packed = canonical(fcinfo);
	Datum hash =
		hash_any((const unsigned char *) VARDATA_ANY(packed), (int) VARSIZE_ANY_EXHDR(packed));

	pfree(packed);
	return hash;
}

Datum
sg_curve_hash_extended(PG_FUNCTION_ARGS)
{
	struct varlena *packed = canonical(fcinfo);
	Datum hash = hash_any_extended((const unsigned char *) VARDATA_ANY(packed),
								   (int) VARSIZE_ANY_EXHDR(packed), (uint64) PG_GETARG_INT64(1));

	pfree(packed);
	return hash;
}
