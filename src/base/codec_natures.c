/*-------------------------------------------------------------------------
 *
 * codec_natures.c
 *	  The natures of the slots that are present.
 *
 *-------------------------------------------------------------------------
 */
#include "codec_part.h"

/* How many slots from i on, below count, have its nature. */
uint32_t
sg_codec_same_natures(const uint8_t *nature, uint32_t i, uint32_t count)
{
	const uint64_t all = nature[i] * UINT64_C(0x0101010101010101);
	uint32_t end = i + 1;
	uint64_t x[2];

	for (; count - end >= sizeof(x); end += sizeof(x))
	{
		memcpy(x, nature + end, sizeof(x));
		if (x[0] != all)
			return end - i + (uint32_t) __builtin_ctzll(x[0] ^ all) / 8;
		if (x[1] != all)
			return end - i + 8 + (uint32_t) __builtin_ctzll(x[1] ^ all) / 8;
	}
	while (end < count && nature[end] == nature[i])
		end++;
	return end - i;
}

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
		memset(natures->text[k], 0, sizeof(natures->text[k]));
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
		n = sg_codec_same_natures(slots->nature, i, slots->head.count);
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

/*
 * Read the runs into the natures of the part's present slots, or skip them.
 * All of them are checked, whatever the part.
 */
SgCodecStatus
sg_codec_read_runs(Reader *in, const SgCurveHead *head, const Part *part, uint8_t *nature)
{
	const uint32_t present = head->count - head->missing;
	const uint32_t begin = part->before;
	const uint32_t end = begin + part->present;
	Reader runs = *in;
	uint32_t size;
	uint32_t at = 0;

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
		uint32_t next;
		uint32_t first;
		uint32_t last;

		if (read_varint(&runs, &run) != SG_CODEC_OK)
			return SG_CODEC_CORRUPT;
		next = at + (run >> 4) + 1;
		if ((run & 15) > head->natures.n || next > present)
			return SG_CODEC_CORRUPT;
		first = at > begin ? at : begin;
		last = next < end ? next : end;
		if (first < last)
			memset(nature + (first - begin), (int) (run & 15), last - first);
		at = next;
	}
	return at == present ? SG_CODEC_OK : SG_CODEC_CORRUPT;
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
