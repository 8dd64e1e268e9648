/*
 * curve.c
 *	  The value of type switchgrid.curve.
 */
#include "postgres.h"

#include <math.h>

#include "base/compat.h"
#include "curve.h"
#include "utils/timestamp.h"

static void
complain(SgCodecStatus status)
{
	if (status == SG_CODEC_LIMIT)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the curve is out of its type's limits"),
				 errdetail("A curve has at most %d slots of 1 to %d seconds, and %d kinds of "
						   "nature of at most %d characters.",
						   SG_CURVE_MAX_SLOTS, SG_CURVE_MAX_STEP, SG_NATURE_MAX, SG_NATURE_LEN)));
	ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("the packed curve cannot be read"),
					errdetail("%s", sg_codec_message(status))));
}

SgSlots *
sg_curve_make(TimestampTz start, uint32 step, uint32 count, int scale)
{
	SgSlots *slots = palloc0(sizeof(SgSlots));

	if (count > SG_CURVE_MAX_SLOTS || step == 0 || step > SG_CURVE_MAX_STEP)
		complain(SG_CODEC_LIMIT);
	slots->head.start = start;
	slots->head.step = step;
	slots->head.count = count;
	slots->head.missing = count;
	slots->head.scale = (uint8_t) scale;
	slots->values = palloc0(sizeof(int32_t) * Max(count, 1));
	slots->nature = palloc(Max(count, 1));
	memset(slots->nature, SG_SLOT_MISSING, Max(count, 1));
	return slots;
}

/*
 * Numbers the natures by their first use and drops those that no slot has, so that the same values have
 * the same bytes, however they were filled in.
 */
static void
renumber_natures(SgSlots *slots)
{
	SgNatures *natures = &slots->head.natures;
	SgNatures old = *natures;
	uint8_t number[SG_NATURE_MAX + 1] = {0};

	memset(natures, 0, sizeof(*natures));
	for (uint32 i = 0; i < slots->head.count && old.n > 0; i++)
	{
		uint8_t nature = slots->nature[i];

		if (nature == 0 || nature == SG_SLOT_MISSING)
			continue;
		if (number[nature] == 0)
		{
			memcpy(natures->text[natures->n], old.text[nature - 1], sizeof(old.text[0]));
			number[nature] = ++natures->n;
		}
		slots->nature[i] = number[nature];
	}
}

struct varlena *
sg_curve_pack(SgSlots *slots)
{
	size_t bound = sg_codec_bound(slots->head.count);
	struct varlena *packed = palloc(VARHDRSZ + bound);
	size_t len;
	SgCodecStatus status;

	renumber_natures(slots);
	status = sg_codec_pack(slots, (uint8_t *) VARDATA(packed), bound, &len);
	if (status != SG_CODEC_OK)
		complain(status);
	SET_VARSIZE(packed, VARHDRSZ + len);
	return packed;
}

void
sg_curve_head(const struct varlena *packed, SgCurveHead *head)
{
	SgCodecStatus status =
		sg_codec_head((const uint8_t *) VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed), head);

	if (status != SG_CODEC_OK)
		complain(status);
}

/* Makes room for so many slots of the curve whose header was read. */
static void
make_room(SgSlots *slots, uint32 count, bool natures)
{
	slots->values = palloc(sizeof(int32_t) * Max(count, 1));
	if (natures || slots->head.missing > 0)
		slots->nature = palloc(Max(count, 1));
}

static SgSlots *
unpack(const struct varlena *packed, bool natures)
{
	SgSlots *slots = palloc0(sizeof(SgSlots));
	SgCodecStatus status;

	sg_curve_head(packed, &slots->head);
	make_room(slots, slots->head.count, natures);
	status =
		sg_codec_unpack((const uint8_t *) VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed), slots);
	if (status != SG_CODEC_OK)
		complain(status);
	return slots;
}

SgSlots *
sg_curve_unpack_span(const struct varlena *packed, TimestampTz from, TimestampTz until,
					 bool natures)
{
	SgSlots *slots = palloc0(sizeof(SgSlots));
	SgCodecStatus status;
	uint32 first;
	uint32 end;

	sg_curve_head(packed, &slots->head);
	first = sg_curve_first_slot(&slots->head, from);
	end = Max(first, sg_curve_first_slot(&slots->head, until));
	make_room(slots, end - first, natures);
	status = sg_codec_unpack_range((const uint8_t *) VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed),
								   first, end, slots);
	if (status != SG_CODEC_OK)
		complain(status);
	slots->head.start = sg_curve_slot_start(&slots->head, first);
	slots->head.count = end - first;
	slots->head.missing = 0;
	for (uint32 i = 0; slots->nature != NULL && i < slots->head.count; i++)
		slots->head.missing += slots->nature[i] == SG_SLOT_MISSING;
	return slots;
}

SgSlots *
sg_curve_unpack(const struct varlena *packed)
{
	return unpack(packed, true);
}

SgSlots *
sg_curve_unpack_values(const struct varlena *packed)
{
	return unpack(packed, false);
}

void
sg_curve_free(SgSlots *slots)
{
	pfree(slots->values);
	if (slots->nature != NULL)
		pfree(slots->nature);
	pfree(slots);
}

double
sg_curve_unit(int scale)
{
	static const double units[SG_CURVE_MAX_SCALE + 1] = {
		1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

	return units[scale];
}

int
sg_curve_scale_of(double watts)
{
	for (int scale = 0; scale < SG_CURVE_MAX_SCALE; scale++)
		if (rint(watts * sg_curve_unit(scale)) / sg_curve_unit(scale) == watts)
			return scale;
	return SG_CURVE_MAX_SCALE;
}

static int32
to_mantissa(double watts, int scale)
{
	double mantissa = rint(watts * sg_curve_unit(scale));

	if (!(mantissa >= PG_INT32_MIN && mantissa <= PG_INT32_MAX))
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("a power of %g W is out of range for a curve with %d decimals",
							   watts, scale)));
	return (int32) mantissa;
}

void
sg_curve_rescale(SgSlots *slots, int scale)
{
	double unit = sg_curve_unit(slots->head.scale);

	for (uint32 i = 0; i < slots->head.count; i++)
		if (slots->nature[i] != SG_SLOT_MISSING)
			slots->values[i] = to_mantissa(slots->values[i] / unit, scale);
	slots->head.scale = (uint8_t) scale;
}

uint8_t
sg_curve_nature_number(SgNatures *natures, const char *nature)
{
	if (nature == NULL || nature[0] == '\0')
		return 0;
	for (int i = 0; i < natures->n; i++)
		if (strcmp(natures->text[i], nature) == 0)
			return (uint8_t) (i + 1);
	if (natures->n == SG_NATURE_MAX || strlen(nature) > SG_NATURE_LEN)
		complain(SG_CODEC_LIMIT);
	strcpy(natures->text[natures->n++], nature);
	return natures->n;
}

void
sg_curve_set(SgSlots *slots, uint32 slot, double watts, const char *nature)
{
	Assert(slot < slots->head.count);
	slots->values[slot] = to_mantissa(watts, slots->head.scale);
	slots->nature[slot] = sg_curve_nature_number(&slots->head.natures, nature);
}

const char *
sg_curve_nature(const SgSlots *slots, uint32 slot)
{
	uint8_t number = slots->nature[slot];

	return number == 0 || number == SG_SLOT_MISSING ? NULL : slots->head.natures.text[number - 1];
}

TimestampTz
sg_curve_slot_start(const SgCurveHead *head, uint32 slot)
{
	return head->start + (int64) slot * head->step * USECS_PER_SEC;
}

uint32
sg_curve_first_slot(const SgCurveHead *head, TimestampTz at)
{
	int64 us = head->step * USECS_PER_SEC;

	if (at <= head->start)
		return 0;
	if (at >= sg_curve_slot_start(head, head->count))
		return head->count;
	return (uint32) ((at - head->start + us - 1) / us);
}

SgSummary
sg_curve_summary(const SgSlots *slots)
{
	SgSummary summary = {0};
	double unit = sg_curve_unit(slots->head.scale);
	int64 sum = 0;
	int32 low = PG_INT32_MAX;
	int32 high = PG_INT32_MIN;

	for (uint32 i = 0; i < slots->head.count; i++)
	{
		if (slots->nature[i] == SG_SLOT_MISSING)
			continue;
		summary.points++;
		sum += slots->values[i];
		low = Min(low, slots->values[i]);
		high = Max(high, slots->values[i]);
	}
	if (summary.points == 0)
		return summary;
	summary.wh = (double) sum * slots->head.step / SECS_PER_HOUR / unit;
	summary.watts_min = low / unit;
	summary.watts_max = high / unit;
	return summary;
}
