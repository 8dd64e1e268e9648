/*-------------------------------------------------------------------------
 *
 * codec_block.c
 *	  Blocks of values: a smallest value and offsets of a fixed width.
 *
 *-------------------------------------------------------------------------
 */
#include "codec_part.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

/* The reverse; word gathers what the next store writes.  No offset is wider than w. */
static inline __attribute__((always_inline)) void
pack_row(const int32_t *restrict in, uint8_t *restrict out, Lanes *word, uint32_t reference,
		 const unsigned w, const unsigned r)
{
	const unsigned shift = r * w % 32;
	Lanes v = load(in + r * LANES) - reference;

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
#define PACK_ROW(r) pack_row(in, out, &word, reference, w, r)
#define KERNELS(width) \
	static void \
	unpack_##width(const uint8_t *restrict in, int32_t *restrict out, \
				   uint32_t reference) \
	{ \
		enum {w = width}; \
		TIMES32(UNPACK_ROW); \
	} \
	static void \
	pack_##width(const int32_t *restrict in, uint8_t *restrict out, \
				 uint32_t reference) \
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
pack_0(const int32_t *restrict in, uint8_t *restrict out, uint32_t reference)
{
	(void) in;
	(void) out;
	(void) reference;
}

/* clang-format off */
#define UNPACK_NAME(width) unpack_##width,
#define PACK_NAME(width) pack_##width,
static void (*const unpackers[]) (const uint8_t *restrict in,
								  int32_t *restrict out, uint32_t reference) =
{unpack_0, EACH_WIDTH(UNPACK_NAME)};
static void (*const packers[]) (const int32_t *restrict in,
								uint8_t *restrict out, uint32_t reference) =
{pack_0, EACH_WIDTH(PACK_NAME)};
/* clang-format on */

/* What precedes the offsets of a block of n values; the offsets are all there. */
static inline SgCodecStatus
read_block_head(Reader *in, uint32_t n, uint8_t *width, uint32_t *reference)
{
	TRY(read_byte(in, width));
	if (*width > 32)
		return SG_CODEC_CORRUPT;
	TRY(read_varint(in, reference));
	*reference = unzigzag(*reference);
	return left(in) < offsets_size(n, *width) ? SG_CODEC_TRUNCATED : SG_CODEC_OK;
}

/* Unpack a last block of n values, which has size bytes of offsets: less than a kernel reads. */
static void
unpack_rest(const uint8_t *in, size_t size, int32_t *out, uint32_t n, uint32_t reference,
			unsigned width)
{
	Lanes words[ROWS];
	int32_t values[BLOCK_SLOTS];

	memcpy(words, in, size);
	memset((uint8_t *) words + size, 0, width * sizeof(Lanes) - size);
	unpackers[width]((const uint8_t *) words, values, reference);
	memcpy(out, values, n * sizeof(int32_t));
}

/* Read a block of n values, 1..BLOCK_SLOTS. */
SgCodecStatus
sg_codec_read_block(Reader *in, int32_t *out, uint32_t n)
{
	const uint8_t *offsets;
	uint8_t width;
	uint32_t reference;

	TRY(read_block_head(in, n, &width, &reference));
	offsets = in->at;
	in->at += offsets_size(n, width);
	if (n == BLOCK_SLOTS)
		unpackers[width](offsets, out, reference);
	else
		unpack_rest(offsets, offsets_size(n, width), out, n, reference, width);
	return SG_CODEC_OK;
}

/* Pass over a block of n values. */
SgCodecStatus
sg_codec_skip_block(Reader *in, uint32_t n)
{
	uint8_t width;
	uint32_t reference;

	TRY(read_block_head(in, n, &width, &reference));
	in->at += offsets_size(n, width);
	return SG_CODEC_OK;
}

static inline SignedLanes
lesser(SignedLanes a, SignedLanes b)
{
	SignedLanes less = a < b;

	return (a & less) | (b & ~less);
}

/* The smallest and the largest of 128 values; two at once, for none waits for the other. */
static void
find_range(const int32_t *values, int32_t *smallest, int32_t *largest)
{
	SignedLanes low[2] = {(SignedLanes) load(values), (SignedLanes) load(values)};
	SignedLanes below[2] = {~low[0],
							~low[0]}; /* of the complements: their smallest is the largest */

	for (int r = 0; r < ROWS; r += 2)
	{
		for (int k = 0; k < 2; k++)
		{
			SignedLanes v = (SignedLanes) load(values + (r + k) * LANES);

			low[k] = lesser(low[k], v);
			below[k] = lesser(below[k], ~v);
		}
	}
	low[0] = lesser(low[0], low[1]);
	below[0] = lesser(below[0], below[1]);
	*smallest = low[0][0];
	*largest = ~below[0][0];
	for (int lane = 1; lane < LANES; lane++)
	{
		*smallest = low[0][lane] < *smallest ? low[0][lane] : *smallest;
		*largest = ~below[0][lane] > *largest ? ~below[0][lane] : *largest;
	}
}

/*
 * The same for values of 16 bits, as watts are: SSE2, which any x86-64 has,
 * finds these directly, and at 32 bits it does not.  False if some are wider.
 */
#ifdef __SSE2__
static bool
find_narrow_range(const int32_t *values, int32_t *smallest, int32_t *largest)
{
	const __m128i *at = (const __m128i *) values;
	__m128i low = _mm_set1_epi16(INT16_MAX);
	__m128i high = _mm_set1_epi16(INT16_MIN);

	for (int r = 0; r < ROWS; r += 2)
	{
		/* a wider value becomes the last that there is */
		__m128i v = _mm_packs_epi32(_mm_loadu_si128(at + r), _mm_loadu_si128(at + r + 1));

		low = _mm_min_epi16(low, v);
		high = _mm_max_epi16(high, v);
	}
	low = _mm_min_epi16(low, _mm_srli_si128(low, 8));
	high = _mm_max_epi16(high, _mm_srli_si128(high, 8));
	low = _mm_min_epi16(low, _mm_srli_si128(low, 4));
	high = _mm_max_epi16(high, _mm_srli_si128(high, 4));
	low = _mm_min_epi16(low, _mm_srli_si128(low, 2));
	high = _mm_max_epi16(high, _mm_srli_si128(high, 2));
	*smallest = (int16_t) _mm_cvtsi128_si32(low);
	*largest = (int16_t) _mm_cvtsi128_si32(high);
	return *smallest > INT16_MIN && *largest < INT16_MAX;
}
#else
#define find_narrow_range(values, smallest, largest) false
#endif

/* Write a block of n values, 1..BLOCK_SLOTS. */
void
sg_codec_write_block(Writer *out, const int32_t *values, uint32_t n)
{
	int32_t padded[BLOCK_SLOTS];
	uint8_t bytes[BLOCK_SLOTS * sizeof(int32_t)];
	uint8_t *room;
	int32_t smallest, largest;
	uint32_t reference;
	unsigned width;

	if (n < BLOCK_SLOTS)
	{
		/* the first value again and again makes it no wider */
		Lanes first = (Lanes){0} + (uint32_t) values[0];

		for (int r = 0; r < ROWS; r++)
			memcpy(padded + r * LANES, &first, sizeof(first));
		memcpy(padded, values, n * sizeof(*values));
		values = padded;
	}
	if (!find_narrow_range(values, &smallest, &largest))
		find_range(values, &smallest, &largest);
	reference = (uint32_t) smallest;
	width = bits_of((uint32_t) largest - reference);

	write_byte(out, (uint8_t) width);
	write_varint(out, zigzag(reference));
	room = reserve(out, offsets_size(n, width));
	if (room == NULL)
		return;
	if (n == BLOCK_SLOTS)
		packers[width](values, room, reference);
	else
	{
		packers[width](values, bytes, reference);
		memcpy(room, bytes, offsets_size(n, width));
	}
}
