/*-------------------------------------------------------------------------
 *
 * codec_slots.c
 *	  Which slots are missing, and the values of the others.
 *
 *-------------------------------------------------------------------------
 */
#include "codec_part.h"

/*
 * The bits of slot i and those after it, 64 - i % 8 of them or up to the byte
 * that holds the last before until.  There are eight bytes before any end of
 * a bitmap, for a header precedes it.
 */
static inline uint64_t
bits_from(const uint8_t *bitmap, uint32_t i, uint32_t until)
{
	const uint8_t *at = bitmap + i / 8;
	const uint8_t *end = bitmap + (until + 7) / 8;
	uint64_t bits;

	if (end - at >= 8)
		memcpy(&bits, at, sizeof(bits));
	else
	{
		memcpy(&bits, end - 8, sizeof(bits));
		bits >>= 64 - 8 * (end - at);
	}
	return bits >> i % 8;
}

/* The bits of slots i .. i + 63; 0 for those from until on, which is above i. */
static inline uint64_t
present_word(const uint8_t *bitmap, uint32_t i, uint32_t until)
{
	const unsigned held = 64 - i % 8;
	uint64_t word = bits_from(bitmap, i, until);

	if (held < 64 && until - i > held)
		word |= bits_from(bitmap, i + held, until) << held;
	return word & low_bits(until - i);
}

/* The present slots of i .. until - 1. */
static uint32_t
count_present(const uint8_t *bitmap, uint32_t i, uint32_t until)
{
	uint32_t present = 0;

	for (; i < until; i += 64)
		present += count_bits(present_word(bitmap, i, until));
	return present;
}

/* A bit for each of eight natures: is it not SG_SLOT_MISSING? */
static inline uint8_t
present_of_natures(const uint8_t *nature)
{
	const uint64_t low7 = UINT64_C(0x7F7F7F7F7F7F7F7F);
	uint64_t x;

	memcpy(&x, nature, sizeof(x));
	x = ~x; /* 0 where missing; then 0x80 where not */
	x = (((x & low7) + low7) | x) & ~low7;
	return (uint8_t) (((x >> 7) * UINT64_C(0x0102040810204080)) >> 56);
}

/*
 * How many slots from i on, below until, are alike: present, or missing if
 * flip is all ones.
 */
static uint32_t
run_length(const uint8_t *bitmap, uint32_t i, uint32_t until, uint64_t flip)
{
	unsigned held;

	for (uint32_t at = i; at < until; at += held)
	{
		uint64_t others = ~(bits_from(bitmap, at, until) ^ flip);
		unsigned alike = others == 0 ? 64 : (unsigned) __builtin_ctzll(others);

		held = 64 - at % 8;
		if (alike < held)
			return (alike < until - at ? at + alike : until) - i;
	}
	return until - i;
}

/* Count the missing slots; false if a slot's nature does not exist. */
bool
sg_codec_count_missing(const SgSlots *slots, uint32_t *missing)
{
	uint32_t count = slots->head.count;
	uint32_t n;

	*missing = 0;
	if (slots->nature != NULL)
	{
		for (uint32_t i = 0; i < count; i += n)
		{
			n = sg_codec_same_natures(slots->nature, i, count);
			if (slots->nature[i] == SG_SLOT_MISSING)
				*missing += n;
			else if (slots->nature[i] > slots->head.natures.n)
				return false;
		}
	}
	else if (slots->present != NULL)
	{
		for (uint32_t i = 0; i < count; i += 64)
			*missing += count_bits(~slots->present[i / 64] & low_bits(count - i));
	}
	return true;
}

/* Write the bitmap; returns where it is, or NULL if there is no room. */
const uint8_t *
sg_codec_write_bitmap(Writer *out, const SgSlots *slots)
{
	const uint32_t count = slots->head.count;
	const uint32_t whole = count / 8 * 8;
	uint8_t *room = reserve(out, (count + 7) / 8);
	uint8_t rest[8];

	if (room == NULL)
		return NULL;
	if (slots->nature == NULL)
	{
		memcpy(room, slots->present, (count + 7) / 8);
		if (whole < count)
			room[whole / 8] &= (uint8_t) low_bits(count - whole);
		return room;
	}
	for (uint32_t i = 0; i < whole; i += 8)
		room[i / 8] = present_of_natures(slots->nature + i);
	if (whole < count)
	{
		memset(rest, SG_SLOT_MISSING, sizeof(rest));
		memcpy(rest, slots->nature + whole, count - whole);
		room[whole / 8] = present_of_natures(rest);
	}
	return room;
}

/*
 * Take the bitmap, if there is one, and say how many slots of the part are
 * present.  For a whole curve the header is believed, until they are spread.
 */
SgCodecStatus
sg_codec_read_bitmap(Reader *in, const SgCurveHead *head, Part *part)
{
	const uint32_t count = head->count;
	const uint32_t present = count - head->missing;
	const size_t size = (count + 7) / 8;

	part->bitmap = NULL;
	part->before = head->flags & FLAG_EMPTY ? 0 : part->from;
	part->present = head->flags & FLAG_EMPTY ? 0 : part->until - part->from;
	if (!(head->flags & FLAG_HOLES))
		return SG_CODEC_OK;
	if (left(in) < size)
		return SG_CODEC_TRUNCATED;
	if (in->at[size - 1] >> ((count - 1) % 8) > 1)
		return SG_CODEC_CORRUPT;
	part->bitmap = in->at;
	in->at += size;
	part->present = present;
	if (part->from > 0 || part->until < count)
	{
		part->before = count_present(part->bitmap, 0, part->from);
		part->present = count_present(part->bitmap, part->from, part->until);
	}
	return part->before + part->present <= present ? SG_CODEC_OK : SG_CODEC_CORRUPT;
}

/*
 * The present entries, some but not all, are the last of the arrays: spread
 * them over all of the part, unless the bitmap has another number of them.
 * No entry moves backwards, and once one is where it belongs, so are all that
 * follow.
 */
SgCodecStatus
sg_codec_spread(const Part *part, int32_t *values, uint8_t *nature)
{
	const uint32_t slots = part->until - part->from;
	uint32_t from = slots - part->present;

	for (uint32_t i = 0; i < slots;)
	{
		uint32_t present = run_length(part->bitmap, part->from + i, part->until, 0);
		uint32_t missing =
			run_length(part->bitmap, part->from + i + present, part->until, ~UINT64_C(0));

		if (present > slots - from)
			return SG_CODEC_CORRUPT;
		if (i < from)
		{
			memmove(values + i, values + from, present * sizeof(*values));
			memset(values + i + present, 0, missing * sizeof(*values));
			if (nature != NULL)
			{
				memmove(nature + i, nature + from, present);
				memset(nature + i + present, SG_SLOT_MISSING, missing);
			}
		}
		i += present + missing;
		from += present;
	}
	return from == slots ? SG_CODEC_OK : SG_CODEC_CORRUPT;
}

/* Say in words which slots are present. */
void
sg_codec_fill_present(uint64_t *present, const Part *part)
{
	for (uint32_t i = part->from; i < part->until; i += 64)
	{
		if (part->bitmap != NULL)
			*present++ = present_word(part->bitmap, i, part->until);
		else
			*present++ = part->present > 0 ? low_bits(part->until - i) : 0;
	}
}

/* Write the blocks of the present slots, gathered if there is a bitmap. */
void
sg_codec_write_blocks(Writer *out, const SgSlots *slots, const uint8_t *bitmap)
{
	const uint32_t count = slots->head.count;
	int32_t dense[BLOCK_SLOTS];
	uint32_t n = 0;

	for (uint32_t i = 0; i < count;)
	{
		uint32_t present = bitmap ? run_length(bitmap, i, count, 0) : count;

		while (present > 0)
		{
			uint32_t taken = present < BLOCK_SLOTS - n ? present : BLOCK_SLOTS - n;

			if (taken == BLOCK_SLOTS)
				sg_codec_write_block(out, slots->values + i, BLOCK_SLOTS);
			else
			{
				memcpy(dense + n, slots->values + i, taken * sizeof(*dense));
				n += taken;
				if (n == BLOCK_SLOTS)
				{
					sg_codec_write_block(out, dense, BLOCK_SLOTS);
					n = 0;
				}
			}
			i += taken;
			present -= taken;
		}
		if (i < count)
			i += run_length(bitmap, i, count, ~UINT64_C(0));
	}
	if (n > 0)
		sg_codec_write_block(out, dense, n);
}

/* Read the present values of the part; the blocks after the last are not looked at. */
SgCodecStatus
sg_codec_read_blocks(Reader *in, const SgCurveHead *head, const Part *part, int32_t *values)
{
	const uint32_t total = head->count - head->missing;
	const uint32_t begin = part->before;
	const uint32_t end = begin + part->present;

	for (uint32_t i = 0, next; begin < end && i < end; i = next)
	{
		uint32_t n = total - i < BLOCK_SLOTS ? total - i : BLOCK_SLOTS;

		next = i + n;
		if (next <= begin)
			TRY(sg_codec_skip_block(in, n));
		else if (i >= begin && next <= end)
			TRY(sg_codec_read_block(in, values + (i - begin), n));
		else
		{
			int32_t block[BLOCK_SLOTS];
			uint32_t first = i > begin ? i : begin;
			uint32_t last = next < end ? next : end;

			TRY(sg_codec_read_block(in, block, n));
			memcpy(values + (first - begin), block + (first - i), (last - first) * sizeof(*block));
		}
	}
	return SG_CODEC_OK;
}
