/*-------------------------------------------------------------------------
 *
 * codec_slots.c
 *	  Which slots are missing, and the natures of the others.
 *
 *-------------------------------------------------------------------------
 */
#include "codec_part.h"

/* ---- missing slots ----------------------------------------------------- */

/* The bits of slots i .. i + 63 of a bitmap of count slots. */
static inline uint64_t
present_word(const uint8_t *bitmap, uint32_t count, uint32_t i)
{
	uint64_t word = 0;

	if (count - i >= 64)
		memcpy(&word, bitmap + i / 8, sizeof(word));
	else
		memcpy(&word, bitmap + i / 8, (count - i + 7) / 8);
	return word;
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

/* The bitmap's byte for slots i .. i + 7, whichever way they are given. */
static uint8_t
present_byte(const SgSlots *slots, uint32_t i)
{
	uint32_t n = slots->head.count - i;
	uint8_t tail[8];

	n = n < 8 ? n : 8;
	if (slots->nature == NULL)
	{
		if (slots->present == NULL)
			return (uint8_t) low_bits(n);
		return (uint8_t) ((slots->present[i / 64] >> (i % 64)) & low_bits(n));
	}
	if (n == 8)
		return present_of_natures(slots->nature + i);
	memset(tail, SG_SLOT_MISSING, sizeof(tail));
	memcpy(tail, slots->nature + i, n);
	return present_of_natures(tail);
}

/*
 * How many slots from i on are like it.  Looks at eight at a time, so that
 * fewer than eight count as one.
 */
static inline uint32_t
same_natures(const uint8_t *nature, uint32_t i, uint32_t count)
{
	const uint64_t all = nature[i] * UINT64_C(0x0101010101010101);
	uint32_t same = 0;
	uint64_t x;

	for (; count - i - same >= 8; same += 8)
	{
		memcpy(&x, nature + i + same, sizeof(x));
		if (x != all)
			break;
	}
	return same > 0 ? same : 1;
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
			n = same_natures(slots->nature, i, count);
			if (slots->nature[i] == SG_SLOT_MISSING)
				*missing += n;
			else if (slots->nature[i] > slots->head.natures.n)
				return false;
		}
	}
	else if (slots->present != NULL)
	{
		for (uint32_t i = 0; i < count; i += 64)
			*missing +=
				(uint32_t) __builtin_popcountll(~slots->present[i / 64] & low_bits(count - i));
	}
	return true;
}

void
sg_codec_write_bitmap(Writer *out, const SgSlots *slots)
{
	uint32_t count = slots->head.count;
	uint8_t *room = reserve(out, (count + 7) / 8);

	if (room == NULL)
		return;
	for (uint32_t i = 0; i < count; i += 8)
		room[i / 8] = present_byte(slots, i);
}

/* Take the bitmap, if it says what the header says; NULL if there is none. */
SgCodecStatus
sg_codec_read_bitmap(Reader *in, const SgCurveHead *head, const uint8_t **bitmap)
{
	uint32_t count = head->count;
	uint32_t present = 0;
	size_t size = (count + 7) / 8;

	*bitmap = NULL;
	if (!(head->flags & FLAG_HOLES))
		return SG_CODEC_OK;
	if (left(in) < size)
		return SG_CODEC_TRUNCATED;
	for (uint32_t i = 0; i < count; i += 64)
	{
		uint64_t word = present_word(in->at, count, i);

		if ((word & ~low_bits(count - i)) != 0)
			return SG_CODEC_CORRUPT;
		present += (uint32_t) __builtin_popcountll(word);
	}
	if (present != count - head->missing)
		return SG_CODEC_CORRUPT;
	*bitmap = in->at;
	in->at += size;
	return SG_CODEC_OK;
}

/*
 * The present entries are the last of the array: spread them over all of it,
 * with absent where the bitmap has no bit.  No entry moves backwards, and
 * once one is where it belongs, so are all that follow.
 */
#define SPREAD(name, type, absent)                                                  \
	void name(type *array, const uint8_t *bitmap, uint32_t count, uint32_t missing) \
	{                                                                               \
		const type *from = array + missing;                                         \
                                                                                    \
		for (uint32_t i = 0; i < count && from != array + i; i += 8)                \
		{                                                                           \
			uint32_t n = count - i < 8 ? count - i : 8;                             \
			type eight[8];                                                          \
                                                                                    \
			if (bitmap[i / 8] == 0xFF)                                              \
			{                                                                       \
				memcpy(eight, from, sizeof(eight));                                 \
				memcpy(array + i, eight, sizeof(eight));                            \
				from += 8;                                                          \
				continue;                                                           \
			}                                                                       \
			for (uint32_t j = 0; j < n; j++)                                        \
				array[i + j] = bitmap[i / 8] >> j & 1 ? *from++ : (absent);         \
		}                                                                           \
	}

SPREAD(sg_codec_spread_values, int32_t, 0)
SPREAD(sg_codec_spread_natures, uint8_t, SG_SLOT_MISSING)

/* Say in words which slots are present. */
void
sg_codec_fill_present(uint64_t *present, const SgCurveHead *head, const uint8_t *bitmap)
{
	for (uint32_t i = 0; i < head->count; i += 64)
	{
		if (bitmap != NULL)
			present[i / 64] = present_word(bitmap, head->count, i);
		else if (head->flags & FLAG_EMPTY)
			present[i / 64] = 0;
		else
			present[i / 64] = low_bits(head->count - i);
	}
}

/* Copy those of eight values that are present; returns how many. */
static inline uint32_t
gather(int32_t *to, const int32_t *from, uint8_t present)
{
	uint32_t n = 0;

	if (present == 0xFF)
	{
		memcpy(to, from, 8 * sizeof(*to));
		return 8;
	}
	for (; present != 0; from++, present >>= 1)
	{
		if (present & 1)
			to[n++] = *from;
	}
	return n;
}

/* Write the blocks of the present slots, gathered if some are missing. */
void
sg_codec_write_blocks(Writer *out, const SgSlots *slots, uint32_t missing)
{
	uint32_t count = slots->head.count;
	int32_t dense[BLOCK_SLOTS + 8];
	uint32_t n = 0;

	if (missing == 0)
	{
		for (uint32_t i = 0; i < count; i += BLOCK_SLOTS)
			sg_codec_write_block(out, slots->values + i,
								 count - i < BLOCK_SLOTS ? count - i : BLOCK_SLOTS);
		return;
	}
	for (uint32_t i = 0; i < count; i += 8)
	{
		n += gather(dense + n, slots->values + i, present_byte(slots, i));
		if (n >= BLOCK_SLOTS)
		{
			sg_codec_write_block(out, dense, BLOCK_SLOTS);
			n -= BLOCK_SLOTS;
			memcpy(dense, dense + BLOCK_SLOTS, n * sizeof(*dense));
		}
	}
	if (n > 0)
		sg_codec_write_block(out, dense, n);
}

/* ---- natures ----------------------------------------------------------- */

/* A nature's text is printable ASCII, so that it is sound in any encoding. */
static bool
is_nature(const char *text, size_t len)
{
	if (len < 1 || len > SG_NATURE_LEN)
		return false;
	for (size_t i = 0; i < len; i++)
	{
		if (text[i] < 0x20 || text[i] > 0x7E)
			return false;
	}
	return true;
}

static size_t
nature_length(const char *text)
{
	const char *end = memchr(text, '\0', SG_NATURE_LEN + 1);

	return end == NULL ? SG_NATURE_LEN + 1 : (size_t) (end - text);
}

SgCodecStatus
sg_codec_read_natures(Reader *in, SgNatures *natures)
{
	TRY(read_byte(in, &natures->n));
	if (natures->n < 1 || natures->n > SG_NATURE_MAX)
		return SG_CODEC_CORRUPT;
	for (uint8_t k = 0; k < natures->n; k++)
	{
		uint8_t len;

		TRY(read_byte(in, &len));
		if (left(in) < len)
			return SG_CODEC_TRUNCATED;
		if (!is_nature((const char *) in->at, len))
			return SG_CODEC_CORRUPT;
		memcpy(natures->text[k], in->at, len);
		in->at += len;
	}
	return SG_CODEC_OK;
}

/* Write the dictionary of natures. */
void
sg_codec_write_natures(Writer *out, const SgNatures *natures)
{
	write_byte(out, natures->n);
	for (uint8_t k = 0; k < natures->n; k++)
	{
		size_t len = nature_length(natures->text[k]);

		write_byte(out, (uint8_t) len);
		write_bytes(out, natures->text[k], len);
	}
}

static void
write_run(Writer *out, uint32_t length, uint8_t nature)
{
	if (length > 0)
		write_varint(out, (length - 1) << 4 | nature);
}

static void
write_each_run(Writer *out, const SgSlots *slots, uint32_t missing)
{
	uint32_t length = 0;
	uint8_t current = 0;

	if (slots->nature == NULL)
	{
		write_run(out, slots->head.count - missing, 0);
		return;
	}
	for (uint32_t i = 0, n; i < slots->head.count; i += n)
	{
		n = same_natures(slots->nature, i, slots->head.count);
		if (slots->nature[i] == SG_SLOT_MISSING)
			continue;
		if (slots->nature[i] != current)
		{
			write_run(out, length, current);
			length = 0;
			current = slots->nature[i];
		}
		length += n;
	}
	write_run(out, length, current);
}

/* Write the runs and, in front of them, their size. */
void
sg_codec_write_runs(Writer *out, const SgSlots *slots, uint32_t missing)
{
	uint8_t *start = out->at;
	size_t size;
	size_t front;

	write_each_run(out, slots, missing);
	size = (size_t) (out->at - start);
	write_varint(out, (uint32_t) size);
	if (out->full)
		return;
	front = (size_t) (out->at - start) - size;
	memmove(start + front, start, size);
	out->at = start;
	write_varint(out, (uint32_t) size);
	out->at += size;
}

/* Read the runs into the natures of the present slots, or skip them. */
SgCodecStatus
sg_codec_read_runs(Reader *in, const SgNatures *natures, uint8_t *nature, uint32_t present)
{
	Reader runs = *in;
	uint32_t size;

	TRY(read_varint(in, &size));
	if (left(in) < size)
		return SG_CODEC_TRUNCATED;
	runs.at = in->at;
	runs.end = in->at += size;
	if (nature == NULL)
		return SG_CODEC_OK;
	while (runs.at < runs.end)
	{
		uint32_t run;
		uint32_t length;

		if (read_varint(&runs, &run) != SG_CODEC_OK)
			return SG_CODEC_CORRUPT;
		length = (run >> 4) + 1;
		if ((run & 15) > natures->n || length > present)
			return SG_CODEC_CORRUPT;
		memset(nature, (int) (run & 15), length);
		nature += length;
		present -= length;
	}
	return present == 0 ? SG_CODEC_OK : SG_CODEC_CORRUPT;
}

/* Are there no more than may be, and is each one sound? */
bool
sg_codec_natures_in_range(const SgNatures *natures)
{
	if (natures->n > SG_NATURE_MAX)
		return false;
	for (uint8_t k = 0; k < natures->n; k++)
	{
		if (!is_nature(natures->text[k], nature_length(natures->text[k])))
			return false;
	}
	return true;
}
