/*-------------------------------------------------------------------------
 *
 * codec.c
 *	  The packed form of a load curve; codec.h describes the bytes.
 *
 * Missing slots are squeezed out before the values are packed, so that they
 * cost a bit in the bitmap and nothing else.  Unpacking puts the present
 * values at the end of the caller's array, then spreads them forward in
 * place.
 *
 *-------------------------------------------------------------------------
 */
#include "codec_part.h"

/* ---- the header -------------------------------------------------------- */

static bool
head_in_range(const SgCurveHead *head)
{
	if (head->count > SG_CURVE_MAX_SLOTS || head->step < 1 || head->step > SG_CURVE_MAX_STEP ||
		head->scale > SG_CURVE_MAX_SCALE)
		return false;
	return head->start >= SG_CURVE_MIN_START &&
		   head->start <= SG_CURVE_MAX_END - (int64_t) head->count * head->step * 1000000;
}

static void
write_head(Writer *out, const SgCurveHead *head, uint8_t flags)
{
	write_byte(out, SG_CODEC_FORMAT);
	write_byte(out, (uint8_t) (flags | head->scale << FLAG_SCALE_SHIFT));
	write_bytes(out, &head->start, sizeof(head->start));
	write_varint(out, head->step);
	write_varint(out, head->count);
	if (flags & FLAG_HOLES)
		write_varint(out, head->missing);
	if (flags & FLAG_NATURES)
		sg_codec_write_natures(out, &head->natures);
}

static SgCodecStatus
read_head(Reader *in, SgCurveHead *head)
{
	uint8_t version;
	uint8_t flags;

	/* not the whole of it: the texts that are not used are most of it */
	head->missing = 0;
	head->natures.n = 0;
	TRY(read_byte(in, &version));
	if (version != SG_CODEC_FORMAT)
		return SG_CODEC_VERSION;
	TRY(read_byte(in, &flags));
	head->flags = flags;
	head->scale = flags >> FLAG_SCALE_SHIFT;
	if (left(in) < sizeof(head->start))
		return SG_CODEC_TRUNCATED;
	memcpy(&head->start, in->at, sizeof(head->start));
	in->at += sizeof(head->start);
	TRY(read_varint(in, &head->step));
	TRY(read_varint(in, &head->count));
	if (!head_in_range(head) || (flags & FLAG_UNUSED) ||
		((flags & FLAG_EMPTY) && (flags & FLAG_HOLES || head->count == 0)))
		return SG_CODEC_CORRUPT;
	if (flags & FLAG_EMPTY)
		head->missing = head->count;
	if (flags & FLAG_HOLES)
	{
		TRY(read_varint(in, &head->missing));
		if (head->missing == 0 || head->missing >= head->count)
			return SG_CODEC_CORRUPT;
	}
	return flags & FLAG_NATURES ? sg_codec_read_natures(in, &head->natures) : SG_CODEC_OK;
}

/* ---- what the others call ---------------------------------------------- */

const char *
sg_codec_message(SgCodecStatus status)
{
	switch (status)
	{
		case SG_CODEC_OK:
			return "no error";
		case SG_CODEC_TRUNCATED:
			return "packed curve is truncated";
		case SG_CODEC_VERSION:
			return "packed curve has an unknown version";
		case SG_CODEC_CORRUPT:
			return "packed curve is corrupt";
		case SG_CODEC_LIMIT:
			return "curve is out of range";
		case SG_CODEC_SPACE:
			return "packed curve does not fit its buffer";
	}
	return "unknown codec status";
}

size_t
sg_codec_bound(uint32_t count)
{
	size_t blocks = ((size_t) count + BLOCK_SLOTS - 1) / BLOCK_SLOTS;

	/* bitmap, size of the runs, runs: a byte or less for each slot of one */
	return SG_CODEC_HEAD_MAX + ((size_t) count + 7) / 8 + 5 + count +
		   blocks * (BLOCK_HEAD_MAX + BLOCK_SLOTS * sizeof(int32_t));
}

SgCodecStatus
sg_codec_pack(const SgSlots *slots, uint8_t *out, size_t cap, size_t *len)
{
	SgCurveHead head = slots->head;
	Writer writer = {out, out + cap, false};
	const uint8_t *bitmap = NULL;
	uint8_t flags = 0;

	*len = 0;
	if (!head_in_range(&head) || !sg_codec_natures_in_range(&head.natures) ||
		!sg_codec_count_missing(slots, &head.missing))
		return SG_CODEC_LIMIT;
	if (head.missing > 0)
		flags |= head.missing < head.count ? FLAG_HOLES : FLAG_EMPTY;
	if (head.natures.n > 0)
		flags |= FLAG_NATURES;

	write_head(&writer, &head, flags);
	if (flags & FLAG_HOLES)
		bitmap = sg_codec_write_bitmap(&writer, slots);
	if (flags & FLAG_NATURES)
		sg_codec_write_runs(&writer, slots, head.missing);
	if (!(flags & FLAG_EMPTY) && !writer.full)
		sg_codec_write_blocks(&writer, slots, bitmap);
	if (writer.full)
		return SG_CODEC_SPACE;
	*len = (size_t) (writer.at - out);
	return SG_CODEC_OK;
}

SgCodecStatus
sg_codec_head(const uint8_t *in, size_t len, SgCurveHead *head)
{
	Reader reader = {in, in + len};

	TRY(read_head(&reader, head));
	head->body_at = (uint32_t) (reader.at - in);
	return SG_CODEC_OK;
}

/* Read what follows the header of out->head. */
static SgCodecStatus
read_part(Reader *in, SgSlots *out, Part part)
{
	const SgCurveHead *head = &out->head;
	uint32_t missing;

	TRY(sg_codec_read_bitmap(in, head, &part));
	missing = part.until - part.from - part.present;

	/* what is present goes to the end of the arrays */
	if (head->flags & FLAG_NATURES)
		TRY(sg_codec_read_runs(in, head, &part, out->nature ? out->nature + missing : NULL));
	else if (out->nature != NULL)
		memset(out->nature + missing, 0, part.present);
	TRY(sg_codec_read_blocks(in, head, &part, out->values + missing));
	if (part.present == 0 && missing > 0)
	{
		memset(out->values, 0, missing * sizeof(*out->values));
		if (out->nature != NULL)
			memset(out->nature, SG_SLOT_MISSING, missing);
	}
	else if (missing > 0)
		TRY(sg_codec_spread(&part, out->values, out->nature));
	if (out->present != NULL)
		sg_codec_fill_present(out->present, &part);
	return SG_CODEC_OK;
}

SgCodecStatus
sg_codec_unpack(const uint8_t *in, size_t len, SgSlots *out)
{
	Reader reader = {in, in + len};

	TRY(sg_codec_head(in, len, &out->head));
	reader.at += out->head.body_at;
	TRY(read_part(&reader, out, (Part){.until = out->head.count}));
	return reader.at == reader.end ? SG_CODEC_OK : SG_CODEC_CORRUPT;
}

SgCodecStatus
sg_codec_unpack_range(const uint8_t *in, size_t len, uint32_t from, uint32_t until, SgSlots *out)
{
	Reader reader = {in, in + len};

	TRY(sg_codec_head(in, len, &out->head));
	if (from > until || until > out->head.count)
		return SG_CODEC_LIMIT;
	reader.at += out->head.body_at;
	return read_part(&reader, out, (Part){.from = from, .until = until});
}
