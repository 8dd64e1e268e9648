/*-------------------------------------------------------------------------
 *
 * codec_block.c
 *	  Blocks of values: a smallest value and offsets of a fixed width.
 *
 *-------------------------------------------------------------------------
 */
#include "codec_part.h"

#define LANES 4
#define ROWS (BLOCK_SLOTS / LANES)

/* Four lanes side by side: one SSE2 or NEON register, or four scalars. */
typedef uint32_t Lanes __attribute__((vector_size(16)));
typedef int32_t SignedLanes __attribute__((vector_size(16)));

/* The bytes of the offsets of n values, width bits each. */
static inline size_t
offsets_size(uint32_t n, unsigned width)
{
	uint32_t rows = (n + LANES - 1) / LANES;

	return (size_t) ((rows * width + 31) / 32) * sizeof(Lanes);
}

static inline Lanes
load(const void *at)
{
	Lanes v;

	memcpy(&v, at, sizeof(v));
	return v;
}

/* Row r of a block of width w, both constant once this is inlined. */
static inline __attribute__((always_inline)) void
unpack_row(const uint8_t *restrict in, int32_t *restrict out, uint32_t reference, const unsigned w,
		   const unsigned r)
{
	const unsigned word = r * w / 32;
	const unsigned shift = r * w % 32;
	Lanes v = load(in + word * sizeof(Lanes)) >> shift;

	if (shift + w > 32)
		v |= load(in + (word + 1) * sizeof(Lanes)) << ((32 - shift) % 32);
	if (w < 32)
		v &= (UINT32_C(1) << (w % 32)) - 1;
	v += reference;
	memcpy(out + r * LANES, &v, sizeof(v));
}

/* The reverse; word gathers what the next store writes. */
static inline __attribute__((always_inline)) void
pack_row(const uint32_t *restrict in, uint8_t *restrict out, Lanes *word, const unsigned w,
		 const unsigned r)
{
	const unsigned shift = r * w % 32;
	Lanes v = load(in + r * LANES);

	if (w < 32)
		v &= (UINT32_C(1) << (w % 32)) - 1;
	*word |= v << shift;
	if (shift + w >= 32)
	{
		memcpy(out + r * w / 32 * sizeof(Lanes), word, sizeof(Lanes));
		*word = shift + w == 32 ? (Lanes){0} : v >> ((32 - shift) % 32);
	}
}

/* Functions for 128 values of width w, without loop or branch. */
/* The kernels are tables of calls, laid out by hand. */
/* clang-format off */
#define TIMES4(row, r) row(r); row((r) + 1); row((r) + 2); row((r) + 3)
#define TIMES32(row) \
	TIMES4(row, 0); TIMES4(row, 4); TIMES4(row, 8); TIMES4(row, 12); \
	TIMES4(row, 16); TIMES4(row, 20); TIMES4(row, 24); TIMES4(row, 28)
#define UNPACK_ROW(r) unpack_row(in, out, reference, w, r)
#define PACK_ROW(r) pack_row(in, out, &word, w, r)
#define KERNELS(width) \
	static void \
	unpack_##width(const uint8_t *restrict in, int32_t *restrict out, \
				   uint32_t reference) \
	{ \
		enum {w = width}; \
		TIMES32(UNPACK_ROW); \
	} \
	static void \
	pack_##width(const uint32_t *restrict in, uint8_t *restrict out) \
	{ \
		enum {w = width}; \
		Lanes		word = {0}; \
		TIMES32(PACK_ROW); \
	}
#define EACH_WIDTH(X) \
	X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) \
	X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16) \
	X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) \
	X(25) X(26) X(27) X(28) X(29) X(30) X(31) X(32)

EACH_WIDTH(KERNELS)
/* clang-format on */

static void
unpack_0(const uint8_t *restrict in, int32_t *restrict out, uint32_t reference)
{
	(void) in;
	for (int i = 0; i < BLOCK_SLOTS; i++)
		out[i] = (int32_t) reference;
}

static void
pack_0(const uint32_t *restrict in, uint8_t *restrict out)
{
	(void) in;
	(void) out;
}

/* clang-format off */
#define UNPACK_NAME(width) unpack_##width,
#define PACK_NAME(width) pack_##width,
static void (*const unpackers[]) (const uint8_t *restrict in,
								  int32_t *restrict out, uint32_t reference) =
{unpack_0, EACH_WIDTH(UNPACK_NAME)};
static void (*const packers[]) (const uint32_t *restrict in,
								uint8_t *restrict out) =
{pack_0, EACH_WIDTH(PACK_NAME)};
/* clang-format on */

/* Read a block of n values, 1..BLOCK_SLOTS. */
SgCodecStatus
sg_codec_read_block(Reader *in, int32_t *out, uint32_t n)
{
	uint8_t width;
	uint32_t reference;
	size_t size;

	TRY(read_byte(in, &width));
	if (width > 32)
		return SG_CODEC_CORRUPT;
	TRY(read_varint(in, &reference));
	reference = unzigzag(reference);

	size = offsets_size(n, width);
	if (left(in) < size)
		return SG_CODEC_TRUNCATED;
	if (n == BLOCK_SLOTS)
		unpackers[width](in->at, out, reference);
	else
	{
		Lanes words[ROWS];
		int32_t values[BLOCK_SLOTS];

		/* its kernel reads a word for each bit of width: none beyond in */
		for (unsigned k = 0; k < width; k++)
			words[k] = k * sizeof(Lanes) < size ? load(in->at + k * sizeof(Lanes)) : (Lanes){0};
		unpackers[width]((const uint8_t *) words, values, reference);
		memcpy(out, values, n * sizeof(int32_t));
	}
	in->at += size;
	return SG_CODEC_OK;
}

static inline SignedLanes
lesser(SignedLanes a, SignedLanes b)
{
	SignedLanes less = a < b;

	return (a & less) | (b & ~less);
}

/* The smallest of 128 values; four at once, for none waits for another. */
static int32_t
smallest_of(const int32_t *values)
{
	SignedLanes a = (SignedLanes) load(values);
	SignedLanes b = a;
	SignedLanes c = a;
	SignedLanes d = a;
	int32_t smallest;

	for (const int32_t *at = values; at < values + BLOCK_SLOTS; at += 4 * LANES)
	{
		a = lesser(a, (SignedLanes) load(at));
		b = lesser(b, (SignedLanes) load(at + LANES));
		c = lesser(c, (SignedLanes) load(at + 2 * LANES));
		d = lesser(d, (SignedLanes) load(at + 3 * LANES));
	}
	a = lesser(lesser(a, b), lesser(c, d));
	smallest = a[0];
	for (int lane = 1; lane < LANES; lane++)
		smallest = a[lane] < smallest ? a[lane] : smallest;
	return smallest;
}

/* The offsets of 128 values from reference; returns the bits of the widest. */
static unsigned
take_offsets(const int32_t *values, int32_t reference, uint32_t *offsets)
{
	Lanes any = {0};

	for (int r = 0; r < ROWS; r++)
	{
		Lanes v = load(values + r * LANES) - (uint32_t) reference;

		any |= v;
		memcpy(offsets + r * LANES, &v, sizeof(v));
	}
	return bits_of(any[0] | any[1] | any[2] | any[3]);
}

/* Write a block of n values, 1..BLOCK_SLOTS. */
void
sg_codec_write_block(Writer *out, const int32_t *values, uint32_t n)
{
	int32_t padded[BLOCK_SLOTS];
	uint32_t offsets[BLOCK_SLOTS];
	uint8_t bytes[BLOCK_SLOTS * sizeof(int32_t)];
	uint8_t *room;
	int32_t reference;
	unsigned width;

	if (n < BLOCK_SLOTS)
	{
		/* the first value again and again makes it no wider */
		memcpy(padded, values, n * sizeof(*values));
		for (uint32_t i = n; i < BLOCK_SLOTS; i++)
			padded[i] = values[0];
		values = padded;
	}
	reference = smallest_of(values);
	width = take_offsets(values, reference, offsets);

	write_byte(out, (uint8_t) width);
	write_varint(out, zigzag((uint32_t) reference));
	room = reserve(out, offsets_size(n, width));
	if (room == NULL)
		return;
	if (n == BLOCK_SLOTS)
		packers[width](offsets, room);
	else
	{
		packers[width](offsets, bytes);
		memcpy(room, bytes, offsets_size(n, width));
	}
}
