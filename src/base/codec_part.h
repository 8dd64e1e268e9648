/*-------------------------------------------------------------------------
 *
 * codec_part.h
 *	  What the files of the codec share; nobody else includes this.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SG_CODEC_PART_H
#define SG_CODEC_PART_H

#include "codec.h"

#include <string.h>

#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the packed curve is little-endian, and this machine is not"
#endif

#define BLOCK_SLOTS 128
#define BLOCK_HEAD_MAX 6 /* width, reference */

#define FLAG_HOLES 0x01
#define FLAG_EMPTY 0x02
#define FLAG_NATURES 0x04
#define FLAG_UNUSED 0x08
#define FLAG_SCALE_SHIFT 4

/* Bytes being read: what is left is between at and end. */
typedef struct Reader
{
	const uint8_t *at;
	const uint8_t *end;
} Reader;

/* Bytes being written; full is set, and nothing written, if room lacks. */
typedef struct Writer
{
	uint8_t *at;
	uint8_t *end;
	bool full;
} Writer;

#define TRY(call)                       \
	do                                  \
	{                                   \
		SgCodecStatus status_ = (call); \
		if (status_ != SG_CODEC_OK)     \
			return status_;             \
	} while (0)

static inline size_t
left(const Reader *in)
{
	return (size_t) (in->end - in->at);
}

static inline SgCodecStatus
read_byte(Reader *in, uint8_t *value)
{
	if (in->at == in->end)
		return SG_CODEC_TRUNCATED;
	*value = *in->at++;
	return SG_CODEC_OK;
}

static inline SgCodecStatus
read_varint(Reader *in, uint32_t *value)
{
	uint32_t v = 0;

	for (unsigned shift = 0;; shift += 7)
	{
		uint8_t b;

		TRY(read_byte(in, &b));
		/* the fifth byte has four bits left; a last byte 0 is padding */
		if ((shift == 28 && b > 0x0F) || (shift > 0 && b == 0))
			return SG_CODEC_CORRUPT;
		v |= (uint32_t) (b & 0x7F) << shift;
		if (b < 0x80)
			break;
	}
	*value = v;
	return SG_CODEC_OK;
}

/* Room for size bytes, or NULL if the output is full. */
static inline uint8_t *
reserve(Writer *out, size_t size)
{
	uint8_t *room = out->at;

	if (out->full || (size_t) (out->end - out->at) < size)
	{
		out->full = true;
		return NULL;
	}
	out->at += size;
	return room;
}

static inline void
write_bytes(Writer *out, const void *bytes, size_t size)
{
	uint8_t *room = reserve(out, size);

	if (room != NULL)
		memcpy(room, bytes, size);
}

static inline void
write_byte(Writer *out, uint8_t value)
{
	uint8_t *room = reserve(out, 1);

	if (room != NULL)
		*room = value;
}

static inline void
write_varint(Writer *out, uint32_t value)
{
	uint8_t bytes[5];
	size_t n = 0;

	for (; value >= 0x80; value >>= 7)
		bytes[n++] = (uint8_t) (value | 0x80);
	bytes[n++] = (uint8_t) value;
	write_bytes(out, bytes, n);
}

static inline uint32_t
zigzag(uint32_t v)
{
	return (v << 1) ^ (0 - (v >> 31));
}

static inline uint32_t
unzigzag(uint32_t v)
{
	return (v >> 1) ^ (0 - (v & 1));
}

/* How many bits v has: 0 for 0, 32 at most. */
static inline unsigned
bits_of(uint32_t v)
{
	return v == 0 ? 0 : 32 - (unsigned) __builtin_clz(v);
}

static inline uint64_t
low_bits(unsigned n)
{
	return n >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << n) - 1;
}

/* How many bits of v are set; an x86-64 of no further model has no instruction for it. */
static inline uint32_t
count_bits(uint64_t v)
{
	v -= v >> 1 & UINT64_C(0x5555555555555555);
	v = (v & UINT64_C(0x3333333333333333)) + (v >> 2 & UINT64_C(0x3333333333333333));
	v = (v + (v >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
	return (uint32_t) ((v * UINT64_C(0x0101010101010101)) >> 56);
}

/* The part of a curve that is unpacked: slots from .. until - 1. */
typedef struct Part
{
	uint32_t from;
	uint32_t until;
	const uint8_t *bitmap; /* of the whole curve; NULL if no slot is missing, or all are */
	uint32_t before;	   /* slots before from that are present */
	uint32_t present;	   /* slots of the part that are */
} Part;

/* codec_block.c: a block of n values, 1..BLOCK_SLOTS. */
extern SgCodecStatus sg_codec_read_block(Reader *in, int32_t *out, uint32_t n);
extern SgCodecStatus sg_codec_skip_block(Reader *in, uint32_t n);
extern void sg_codec_write_block(Writer *out, const int32_t *values, uint32_t n);

/* codec_slots.c: which slots are missing, and the values of the others. */
extern bool sg_codec_count_missing(const SgSlots *slots, uint32_t *missing);
extern const uint8_t *sg_codec_write_bitmap(Writer *out, const SgSlots *slots);
extern void sg_codec_write_blocks(Writer *out, const SgSlots *slots, const uint8_t *bitmap);
extern SgCodecStatus sg_codec_read_bitmap(Reader *in, const SgCurveHead *head, Part *part);
extern SgCodecStatus sg_codec_read_blocks(Reader *in, const SgCurveHead *head, const Part *part,
										  int32_t *values);
extern SgCodecStatus sg_codec_spread(const Part *part, int32_t *values, uint8_t *nature);
extern void sg_codec_fill_present(uint64_t *present, const Part *part);

/* codec_natures.c: the natures of the slots that are present. */
extern uint32_t sg_codec_same_natures(const uint8_t *nature, uint32_t i, uint32_t count);
extern bool sg_codec_natures_in_range(const SgNatures *natures);
extern void sg_codec_write_natures(Writer *out, const SgNatures *natures);
extern SgCodecStatus sg_codec_read_natures(Reader *in, SgNatures *natures);
extern void sg_codec_write_runs(Writer *out, const SgSlots *slots, uint32_t missing);
extern SgCodecStatus sg_codec_read_runs(Reader *in, const SgCurveHead *head, const Part *part,
										uint8_t *nature);

#endif /* SG_CODEC_PART_H */
