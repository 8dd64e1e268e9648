/*-------------------------------------------------------------------------
 *
 * codec.h
 *	  The packed form of a load curve.
 *
 * A packed curve holds the slots of one point, direction and civil month:
 * equal intervals from a start, one decimal value or nothing in each, and a
 * short text (the nature) beside each value.  This unit turns slots into
 * bytes and bytes into slots.  It allocates nothing, keeps no state and
 * needs nothing of PostgreSQL, so it can be tested and fuzzed by itself.
 *
 * The bytes, in this order (integers are little-endian; a varint has seven
 * bits a byte, low bits first, and is always as short as it can be):
 *
 *	version		1 byte, SG_CODEC_FORMAT
 *	flags		1 byte: bit 0 some slots are missing, bit 1 all are,
 *				bit 2 there are natures, bit 3 zero, bits 4-7 the scale
 *	start		8 bytes, microseconds since 2000-01-01 UTC
 *	step		varint, seconds
 *	count		varint, slots
 *	missing		varint, missing slots; only with flag bit 0
 *	natures		only with flag bit 2: 1 byte n, then n times 1 byte length
 *				and the text
 *	bitmap		only with flag bit 0: a bit a slot, low bit first, 1 for a
 *				slot that is present; unused bits of the last byte are 0
 *	runs		only with flag bit 2: a varint, the size of the runs in bytes,
 *				and the runs, varints too: 16 * (length - 1) + nature.  They
 *				cover the present slots
 *	blocks		the present values, 128 by 128; the last block has the rest
 *
 *	A block is
 *	width		1 byte: w, 0..32
 *	reference	varint, zigzag: the smallest value of the block
 *	offsets		value - reference, w bits each.  Value i of the block is
 *				in lane i % 4, row i / 4; each lane is a string of bits in
 *				32-bit words, low bits first, and the words of the four
 *				lanes take turns, so that four values unpack at once.  A
 *				shorter last block has only the words its rows need; what it
 *				repeats to fill its last row and words is not looked at
 *
 * On the hours of a real house, blocks of 64 slots would take 0.5 % less
 * room, and differences in place of offsets 4 % more.  Exceptions for the
 * widest values took 3 % less, but packing took 1.4 times as long, so there
 * is one kind of block.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SG_CODEC_H
#define SG_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The version byte that is written, and the only one that is read. */
#define SG_CODEC_FORMAT 1

/* Far above a month of 5-minute slots (8928); 4 MB of values at most. */
#define SG_CURVE_MAX_SLOTS (1 << 20)
/* A step is a whole number of seconds, a day at most. */
#define SG_CURVE_MAX_STEP 86400
/* An int32 has ten digits: more decimals than nine leave nothing before. */
#define SG_CURVE_MAX_SCALE 9
/* A nature's number shares a varint's first byte: four bits, 0 is none. */
#define SG_NATURE_MAX 15
/* The operators' codes have one letter, some words; longer is not a code. */
#define SG_NATURE_LEN 15
/* What SgSlots.nature says of a slot that has no value. */
#define SG_SLOT_MISSING 0xFF

/* The range of PostgreSQL's timestamptz: a curve starts and ends in it. */
#define SG_CURVE_MIN_START INT64_C(-211813488000000000)
#define SG_CURVE_MAX_END INT64_C(9223371331200000000)

/* No header is longer, so these first bytes are enough for sg_codec_head. */
#define SG_CODEC_HEAD_MAX 272

typedef enum SgCodecStatus
{
	SG_CODEC_OK = 0,
	SG_CODEC_TRUNCATED, /* the bytes end too early */
	SG_CODEC_VERSION,	/* not a version byte that is known */
	SG_CODEC_CORRUPT,	/* the bytes contradict the format */
	SG_CODEC_LIMIT,		/* pack: an argument out of its range */
	SG_CODEC_SPACE		/* pack: the output does not fit */
} SgCodecStatus;

/*
 * The natures of a curve.  Slots name them by number: k is text[k - 1].
 * Each is 1 to SG_NATURE_LEN printable ASCII characters and a closing zero.
 * Texts above n mean nothing, and reading a header leaves them as they are.
 */
typedef struct SgNatures
{
	uint8_t n;
	char text[SG_NATURE_MAX][SG_NATURE_LEN + 1];
} SgNatures;

typedef struct SgCurveHead
{
	int64_t start;	  /* microseconds since 2000-01-01 UTC */
	uint32_t step;	  /* seconds, 1..SG_CURVE_MAX_STEP */
	uint32_t count;	  /* slots, 0..SG_CURVE_MAX_SLOTS */
	uint32_t missing; /* of them missing; pack counts by itself */
	uint8_t scale;	  /* value = mantissa / 10^scale */
	SgNatures natures;

	/* Private to the codec, ignored by pack: what follows, and where. */
	uint8_t flags;
	uint32_t body_at;
} SgCurveHead;

/*
 * A curve's slots.  The arrays are the caller's, head.count entries each.
 *
 * Any of nature and present may be NULL.  Unpack fills those that are not.
 * Pack learns from nature which slots are missing; if that is NULL, from
 * present; if that is NULL as well, none is.
 *
 * To sum quickly, leave nature NULL: a missing slot's value is 0, and
 * head.count - head.missing values are present.
 */
typedef struct SgSlots
{
	SgCurveHead head;
	int32_t *values;   /* mantissas; 0 for a missing slot */
	uint8_t *nature;   /* SG_SLOT_MISSING, 0 none, or 1..natures.n */
	uint64_t *present; /* SG_PRESENT_WORDS(count) words, bit i % 64
								 * of word i / 64 is slot i; 0 is missing */
} SgSlots;

#define SG_PRESENT_WORDS(count) (((size_t) (count) + 63) / 64)

/*
 * sg_codec_message: what a status means, lower case without a full stop.
 * The text is static; never NULL, whatever the number.
 */
extern const char *sg_codec_message(SgCodecStatus status);

/*
 * sg_codec_bound: a size in bytes that no packed curve of so many slots
 * exceeds.
 */
extern size_t sg_codec_bound(uint32_t count);

/*
 * sg_codec_pack: write slots as bytes.
 *
 * Reads slots->head (start, step, count, scale, natures) and the arrays;
 * writes at most cap bytes at out, both the caller's, and the size in *len.
 * With cap >= sg_codec_bound(count) there is always room.  The same slots
 * give the same bytes.  Returns SG_CODEC_OK, SG_CODEC_LIMIT or
 * SG_CODEC_SPACE; *len is 0 unless OK, and out is then undefined.
 */
extern SgCodecStatus sg_codec_pack(const SgSlots *slots, uint8_t *out, size_t cap, size_t *len);

/*
 * sg_codec_head: read the header only.
 *
 * The first SG_CODEC_HEAD_MAX bytes of a packed curve suffice, so a slice
 * will do.  Fills *head, the caller's.  Cheap: no slot is looked at, so OK
 * does not promise that sg_codec_unpack will find the rest sound.
 */
extern SgCodecStatus sg_codec_head(const uint8_t *in, size_t len, SgCurveHead *head);

/*
 * sg_codec_unpack: read a whole packed curve.
 *
 * The arrays in *out are the caller's, sized by the count that sg_codec_head
 * gave for the same bytes; fills them and out->head.  Any bytes are safe:
 * what is not sound is refused, and the arrays' content is then undefined.
 * Natures are checked only if out->nature is given.
 */
extern SgCodecStatus sg_codec_unpack(const uint8_t *in, size_t len, SgSlots *out);

/*
 * sg_codec_unpack_range: read the slots from .. until - 1 of a packed curve.
 *
 * As sg_codec_unpack, but the arrays have until - from entries, the first of
 * them, and the lowest bit of present, for the slot from.  out->head is that
 * of the whole curve.  Blocks outside of the range are passed over and what
 * follows it is not looked at, so OK does not promise that the rest is sound.
 * SG_CODEC_LIMIT if there are no such slots.
 */
extern SgCodecStatus sg_codec_unpack_range(const uint8_t *in, size_t len, uint32_t from,
										   uint32_t until, SgSlots *out);

#endif /* SG_CODEC_H */
