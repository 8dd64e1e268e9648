/*-------------------------------------------------------------------------
 *
 * test_codec.c
 *	  What the packed curve promises.
 *
 * Arrays that the codec writes are allocated at their exact size, so that a
 * sanitizer sees a write beyond them.
 *
 *-------------------------------------------------------------------------
 */
#include "codec.h"
#include "month_csv.h"
#include "tap.h"

/* A curve whose arrays are owned here. */
typedef struct Curve
{
	SgSlots slots;
	uint8_t *packed;
	size_t size;
} Curve;

static uint32_t random_state = 1;

static uint32_t
random_bits(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

static void *
allocate(size_t size)
{
	void *p = malloc(size > 0 ? size : 1);

	if (p == NULL)
		abort();
	return p;
}

/* A curve of count slots, all present, of value 0 and without nature. */
static Curve
curve_new(uint32_t count)
{
	Curve c = {0};

	c.slots.head.start = INT64_C(846806400000000);
	c.slots.head.step = 1800;
	c.slots.head.count = count;
	c.slots.values = allocate(count * sizeof(int32_t));
	c.slots.nature = allocate(count);
	memset(c.slots.values, 0, count * sizeof(int32_t));
	memset(c.slots.nature, 0, count);
	return c;
}

static void
curve_free(Curve *c)
{
	free(c->slots.values);
	free(c->slots.nature);
	free(c->slots.present);
	free(c->packed);
	memset(c, 0, sizeof(*c));
}

static void
set_natures(Curve *c, int n)
{
	c->slots.head.natures.n = (uint8_t) n;
	for (int k = 0; k < n; k++)
	{
		memset(c->slots.head.natures.text[k], 0, SG_NATURE_LEN + 1);
		memset(c->slots.head.natures.text[k], 'A' + k, (size_t) k + 1);
	}
}

/* Pack into a buffer of the exact bound, then keep the exact size. */
static bool
curve_pack(Curve *c)
{
	size_t cap = sg_codec_bound(c->slots.head.count);
	uint8_t *room = allocate(cap);
	bool good;

	good = sg_codec_pack(&c->slots, room, cap, &c->size) == SG_CODEC_OK;
	free(c->packed);
	c->packed = allocate(c->size);
	memcpy(c->packed, room, c->size);
	free(room);
	return good;
}

/* Unpack bytes of which nothing is known into a new curve. */
static SgCodecStatus
curve_unpack(const uint8_t *bytes, size_t size, Curve *out)
{
	SgCurveHead head;
	SgCodecStatus status = sg_codec_head(bytes, size, &head);

	memset(out, 0, sizeof(*out));
	if (status != SG_CODEC_OK)
		return status;
	*out = curve_new(head.count);
	out->slots.present = allocate(SG_PRESENT_WORDS(head.count) * 8);
	memset(out->slots.values, 0x55, head.count * sizeof(int32_t));
	memset(out->slots.nature, 0x55, head.count);
	return sg_codec_unpack(bytes, size, &out->slots);
}

static bool
same_heads(const SgCurveHead *a, const SgCurveHead *b)
{
	if (a->start != b->start || a->step != b->step || a->count != b->count ||
		a->scale != b->scale || a->natures.n != b->natures.n)
		return false;
	for (int k = 0; k < a->natures.n; k++)
	{
		if (strcmp(a->natures.text[k], b->natures.text[k]) != 0)
			return false;
	}
	return true;
}

/* Does b hold the slots of a, with 0 where they are missing? */
static bool
same_slots(const SgSlots *a, const SgSlots *b)
{
	uint32_t missing = 0;

	for (uint32_t i = 0; i < a->head.count; i++)
	{
		bool absent = a->nature[i] == SG_SLOT_MISSING;

		missing += absent;
		if (b->values[i] != (absent ? 0 : a->values[i]) || b->nature[i] != a->nature[i] ||
			(b->present[i / 64] >> (i % 64) & 1) != !absent)
			return false;
	}
	for (uint32_t i = a->head.count; i < SG_PRESENT_WORDS(a->head.count) * 64; i++)
	{
		if (b->present[i / 64] >> (i % 64) & 1)
			return false;
	}
	return b->head.missing == missing;
}

/* The three ways to say what is missing, and values alone, agree. */
static bool
other_ways(const Curve *c, const Curve *back)
{
	Curve values = curve_new(c->slots.head.count);
	Curve again = {.slots = back->slots};
	Curve plain = {.slots = back->slots};
	Curve read = {0};
	bool good;

	free(values.slots.nature);
	values.slots.nature = NULL;
	good =
		sg_codec_unpack(c->packed, c->size, &values.slots) == SG_CODEC_OK &&
		memcmp(values.slots.values, back->slots.values, c->slots.head.count * sizeof(int32_t)) == 0;

	/* packing what was unpacked gives the same bytes */
	good = good && curve_pack(&again) && again.size == c->size &&
		   memcmp(again.packed, c->packed, c->size) == 0;

	plain.slots.nature = NULL;
	good =
		good && curve_pack(&plain) &&
		curve_unpack(plain.packed, plain.size, &read) == SG_CODEC_OK &&
		memcmp(read.slots.values, back->slots.values, c->slots.head.count * sizeof(int32_t)) == 0 &&
		memcmp(read.slots.present, back->slots.present,
			   SG_PRESENT_WORDS(c->slots.head.count) * 8) == 0;
	free(again.packed);
	free(plain.packed);
	curve_free(&values);
	curve_free(&read);
	return good;
}

/* Pack, unpack, compare; frees the arrays but not c's. */
static bool
round_trip(Curve *c)
{
	Curve back;
	bool good;

	if (!curve_pack(c))
		return false;
	good = curve_unpack(c->packed, c->size, &back) == SG_CODEC_OK &&
		   same_heads(&c->slots.head, &back.slots.head) && same_slots(&c->slots, &back.slots) &&
		   other_ways(c, &back);
	curve_free(&back);
	return good;
}

/* The same, and free the curve as well. */
static bool
round_trip_once(Curve c)
{
	bool good = round_trip(&c);

	curve_free(&c);
	return good;
}

static void
test_extremes(void)
{
	static const int32_t edge[] = {INT32_MIN,	  INT32_MAX,	 0,	   -1, 1,
								   INT32_MIN + 1, INT32_MAX - 1, -8000};
	Curve c = curve_new(300);

	for (uint32_t i = 0; i < 300; i++)
		c.slots.values[i] = edge[i % 8];
	ok(round_trip_once(c), "the extremes of int32 come back");

	c = curve_new(300);
	for (uint32_t i = 0; i < 300; i++)
		c.slots.values[i] = -5000 - (int32_t) (random_bits() % 3000);
	ok(round_trip_once(c), "negative values come back");

	c = curve_new(300);
	for (uint32_t i = 0; i < 300; i++)
		c.slots.values[i] = i % 128 == 77 ? INT32_MIN : INT32_MIN + 3;
	ok(round_trip_once(c), "a block near the lowest value comes back");
}

static void
test_missing(void)
{
	static const uint32_t counts[] = {1, 2, 8, 63, 64, 65, 128, 129, 1488};
	bool good[5] = {true, true, true, true, true};

	for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++)
	{
		for (int way = 0; way < 5; way++)
		{
			Curve c = curve_new(counts[k]);

			for (uint32_t i = 0; i < counts[k]; i++)
			{
				c.slots.values[i] = (int32_t) (random_bits() % 5000) - 100;
				if (way == 0 || (way == 2 && i % 2 == 0) || (way == 3 && i % 2 == 1) ||
					(way == 4 && (i < 3 || i % 200 > 150)))
					c.slots.nature[i] = SG_SLOT_MISSING;
			}
			good[way] = good[way] && round_trip_once(c);
		}
	}
	ok(good[0], "curves with all slots missing come back");
	ok(good[1], "curves with no slot missing come back");
	ok(good[2], "curves with even slots missing come back");
	ok(good[3], "curves with odd slots missing come back");
	ok(good[4], "curves with runs of missing slots come back");
}

static void
test_sizes(void)
{
	bool good = true;
	Curve c = curve_new(0);

	ok(round_trip_once(c), "an empty curve comes back");
	for (uint32_t n = 1; n <= 400; n++)
	{
		c = curve_new(n);
		for (uint32_t i = 0; i < n; i++)
		{
			c.slots.values[i] = (int32_t) (random_bits() % 7000);
			if (n % 3 == 0 && i % 17 == 5)
				c.slots.nature[i] = SG_SLOT_MISSING;
		}
		good = good && round_trip_once(c);
	}
	ok(good, "curves of 1 to 400 slots come back, around each block's end");

	c = curve_new(SG_CURVE_MAX_SLOTS);
	for (uint32_t i = 0; i < SG_CURVE_MAX_SLOTS; i++)
	{
		c.slots.values[i] = (int32_t) random_bits();
		c.slots.nature[i] = random_bits() % 50 == 0 ? SG_SLOT_MISSING : 0;
	}
	good = round_trip(&c);
	ok(good, "a curve of the most slots comes back");
	ok(c.size <= SG_CURVE_MAX_SLOTS * 4.2,
	   "random bits take at most 4.2 "
	   "bytes a slot (%.3f)",
	   (double) c.size / SG_CURVE_MAX_SLOTS);

	memset(c.slots.nature, SG_SLOT_MISSING, SG_CURVE_MAX_SLOTS);
	good = round_trip(&c);
	ok(good && c.size < 20, "a curve of missing slots takes a header");
	curve_free(&c);
}

/*
 * Value i of a block of n, read bit by bit from what codec.h says of the
 * offsets' place.
 */
static uint32_t
offset_by_the_book(const uint8_t *offsets, unsigned w, uint32_t i)
{
	uint32_t v = 0;

	for (unsigned b = 0; b < w; b++)
	{
		unsigned bit = i / 4 * w + b;
		unsigned byte = (bit / 32 * 4 + i % 4) * 4 + bit % 32 / 8;

		v |= (uint32_t) (offsets[byte] >> (bit % 8) & 1) << b;
	}
	return v;
}

static void
test_widths(void)
{
	static const uint32_t counts[] = {2, 3, 4, 5, 31, 33, 100, 127, 128, 129, 255, 256, 257};

	for (unsigned w = 0; w <= 32; w++)
	{
		uint32_t widest = w == 32 ? UINT32_MAX : (UINT32_C(1) << w) - 1;
		bool good = true;

		for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++)
		{
			Curve c = curve_new(counts[k]);
			uint32_t block = counts[k] < 128 ? counts[k] : 128;
			const uint8_t *head;

			for (uint32_t i = 0; i < counts[k]; i++)
				c.slots.values[i] = (int32_t) ((uint32_t) INT32_MIN + (random_bits() & widest));
			for (uint32_t i = 0; i < counts[k]; i += 128)
				c.slots.values[i] = INT32_MIN;
			c.slots.values[block - 1] = (int32_t) ((uint32_t) INT32_MIN + widest);
			good = good && round_trip(&c);
			/* 10 bytes, a step of 2, the count; width, a reference of 5 */
			head = c.packed + 12 + (counts[k] < 128 ? 1 : 2);
			good = good && head[0] == w;
			for (uint32_t i = 0; good && i < block; i++)
				good = offset_by_the_book(head + 6, w, i) ==
					   (uint32_t) c.slots.values[i] - (uint32_t) INT32_MIN;
			curve_free(&c);
		}
		ok(good, "values %u bits wide are packed as described", w);
	}
}

/* One value unlike the others makes a block no wider than it must, at either end of 16 bits as well. */
static void
test_reference(void)
{
	static const int32_t bases[] = {500,		   INT16_MAX - 1000, INT16_MAX - 1,
									INT16_MAX,	   1 << 20,			 INT16_MIN + 1000,
									INT16_MIN + 1, INT16_MIN,		 -(1 << 20)};

	for (size_t k = 0; k < sizeof(bases) / sizeof(bases[0]); k++)
	{
		bool good = true;

		for (uint32_t n = 2; n <= 128; n += 18)
		{
			for (uint32_t i = 0; i < n; i++)
			{
				Curve c = curve_new(n);

				for (uint32_t j = 0; j < n; j++)
					c.slots.values[j] = bases[k];
				c.slots.values[i] = bases[k] - 1000;
				good = good && round_trip(&c) && c.packed[n < 128 ? 13 : 14] == 10;
				c.slots.values[i] = bases[k] + 1000;
				good = good && round_trip(&c) && c.packed[n < 128 ? 13 : 14] == 10;
				curve_free(&c);
			}
		}
		ok(good, "a block's width is that of its range, wherever its ends are, around %d",
		   bases[k]);
	}
}

/* Missing slots said by present alone, with bits set beyond the slots. */
static void
test_present(void)
{
	bool good = true;

	for (uint32_t n = 1; n < 200; n++)
	{
		Curve c = curve_new(n);
		Curve back;
		uint64_t words[4];

		memset(words, 0xFF, sizeof(words));
		for (uint32_t i = 0; i < n; i++)
		{
			c.slots.values[i] = (int32_t) i + 1;
			if (i % 9 == 1 || n % 10 == 3)
				words[i / 64] &= ~(UINT64_C(1) << i % 64);
		}
		free(c.slots.nature);
		c.slots.nature = NULL;
		c.slots.present = allocate(SG_PRESENT_WORDS(n) * 8);
		memcpy(c.slots.present, words, SG_PRESENT_WORDS(n) * 8);
		set_natures(&c, n % 2);
		good = good && curve_pack(&c) && curve_unpack(c.packed, c.size, &back) == SG_CODEC_OK;
		for (uint32_t i = 0; good && i < n; i++)
		{
			bool there = words[i / 64] >> (i % 64) & 1;

			good = back.slots.values[i] == (there ? (int32_t) i + 1 : 0) &&
				   back.slots.nature[i] == (there ? 0 : SG_SLOT_MISSING);
		}
		curve_free(&back);
		curve_free(&c);
	}
	ok(good, "present alone says which slots are missing");
}

static void
test_natures(void)
{
	Curve c = curve_new(700);
	bool good;

	set_natures(&c, 15);
	for (uint32_t i = 0; i < 700; i++)
		c.slots.nature[i] = (uint8_t) (i / 9 % 16);
	good = round_trip(&c);
	for (uint32_t i = 0; i < 700; i++)
		c.slots.nature[i] = (uint8_t) (random_bits() % 16);
	ok(good && round_trip(&c), "a full dictionary comes back");
	for (uint32_t i = 0; i < 700; i++)
	{
		c.slots.nature[i] = i < 650 ? 3 : 15;
		if (i % 5 == 0)
			c.slots.nature[i] = SG_SLOT_MISSING;
	}
	ok(round_trip(&c), "runs of natures with missing slots come back");
	memset(c.slots.nature, 0, 700);
	ok(round_trip(&c), "a dictionary that no slot uses comes back");
	memset(c.slots.nature, SG_SLOT_MISSING, 700);
	ok(round_trip(&c), "a dictionary without present slots comes back");
	curve_free(&c);

	c = curve_new(0);
	set_natures(&c, 2);
	ok(round_trip_once(c), "a dictionary of an empty curve comes back");

	/* run lengths around what a varint of one, two, three bytes holds */
	good = true;
	for (uint32_t n = 1; n < 20000; n = n < 40 ? n + 1 : n * 5 / 4)
	{
		c = curve_new(n + 3);
		set_natures(&c, 2);
		memset(c.slots.nature, 1, n);
		memset(c.slots.nature + n, 2, 3);
		good = good && round_trip_once(c);
	}
	ok(good, "runs of all lengths come back");

	/* the worst: full blocks of random bits, each slot a run of its own */
	c = curve_new(78 * 128);
	set_natures(&c, 15);
	for (uint32_t i = 0; i < 78 * 128; i++)
	{
		c.slots.values[i] = (int32_t) random_bits();
		c.slots.nature[i] = i == 71 ? SG_SLOT_MISSING : (uint8_t) (i % 16);
	}
	ok(round_trip_once(c), "the worst curve stays below the bound");
}

static void
test_head(void)
{
	bool good = true;
	SgCurveHead head;

	for (uint8_t scale = 0; scale <= SG_CURVE_MAX_SCALE; scale++)
	{
		Curve c = curve_new(5);

		c.slots.head.scale = scale;
		c.slots.head.step = scale == 0 ? 1 : SG_CURVE_MAX_STEP / scale;
		c.slots.head.start = scale % 2 ? SG_CURVE_MIN_START + scale : -1;
		good = good && round_trip_once(c);
	}
	ok(good, "each scale comes back, and steps and starts");

	{
		Curve c = curve_new(SG_CURVE_MAX_SLOTS);

		set_natures(&c, 15);
		for (int k = 0; k < 15; k++)
			strcpy(c.slots.head.natures.text[k], "123456789012345");
		c.slots.head.step = SG_CURVE_MAX_STEP;
		c.slots.head.start = SG_CURVE_MAX_END - INT64_C(86400000000) * SG_CURVE_MAX_SLOTS;
		memset(c.slots.nature, SG_SLOT_MISSING, SG_CURVE_MAX_SLOTS - 1);
		good = curve_pack(&c) && sg_codec_head(c.packed, SG_CODEC_HEAD_MAX, &head) == SG_CODEC_OK;
		ok(good && head.missing == SG_CURVE_MAX_SLOTS - 1 && same_heads(&head, &c.slots.head),
		   "the longest header is read from SG_CODEC_HEAD_MAX bytes");
		c.slots.head.start++;
		ok(!curve_pack(&c), "a curve that ends after the last instant is refused");
		curve_free(&c);
	}
}

/* Is the curve, changed in one respect, refused by pack? */
#define REFUSED(change, what)                                                                 \
	do                                                                                        \
	{                                                                                         \
		Curve c = curve_new(20);                                                              \
		uint8_t room[1000];                                                                   \
		size_t size = 1;                                                                      \
		set_natures(&c, 2);                                                                   \
		change;                                                                               \
		ok(sg_codec_pack(&c.slots, room, sizeof(room), &size) == SG_CODEC_LIMIT && size == 0, \
		   "pack refuses %s", what);                                                          \
		curve_free(&c);                                                                       \
	} while (0)

static void
test_limits(void)
{
	bool good = true;
	Curve c = curve_new(500);

	REFUSED(c.slots.head.step = 0, "a step of 0");
	REFUSED(c.slots.head.step = SG_CURVE_MAX_STEP + 1, "a step over a day");
	REFUSED(c.slots.head.scale = 10, "a scale of 10");
	REFUSED(c.slots.head.count = SG_CURVE_MAX_SLOTS + 1, "too many slots");
	REFUSED(c.slots.head.start = INT64_MIN, "a start of minus infinity");
	REFUSED(c.slots.head.start = INT64_MAX, "a start of infinity");
	REFUSED(c.slots.head.natures.n = 16, "sixteen natures");
	REFUSED(c.slots.head.natures.text[1][0] = '\0', "an empty nature");
	REFUSED(c.slots.head.natures.text[0][0] = '\n', "a nature with a newline");
	REFUSED(c.slots.head.natures.text[0][0] = 0x7F, "a nature with a delete");
	REFUSED(c.slots.head.natures.text[0][0] = (char) 0xE9, "a nature not ASCII");
	REFUSED(memset(c.slots.head.natures.text[1], 'x', 16), "a nature too long");
	REFUSED(c.slots.nature[19] = 3, "a nature that is not in the dictionary");
	REFUSED(memset(c.slots.nature, 3, 20), "natures not in the dictionary");

	set_natures(&c, 3);
	for (uint32_t i = 0; i < 500; i++)
	{
		c.slots.values[i] = (int32_t) random_bits() >> i % 25;
		c.slots.nature[i] = i % 7 == 0 ? SG_SLOT_MISSING : (uint8_t) (i / 30 % 4);
	}
	good = curve_pack(&c);
	for (size_t cap = 0; cap <= c.size; cap++)
	{
		uint8_t *room = allocate(cap);
		size_t size;
		SgCodecStatus status = sg_codec_pack(&c.slots, room, cap, &size);

		good = good && status == (cap < c.size ? SG_CODEC_SPACE : SG_CODEC_OK);
		free(room);
	}
	ok(good, "pack refuses each buffer that is too small");
	curve_free(&c);

	for (int status = -1; status < 10; status++)
		good = good && sg_codec_message((SgCodecStatus) status) != NULL;
	ok(good, "each status has a message");
}

/* The curve number k of some that differ in what they hold. */
static Curve
sample(int k)
{
	static const uint32_t counts[] = {0, 1, 7, 150, 300, 40, 130, 90};
	Curve c = curve_new(counts[k]);

	if (k % 2 == 0)
		set_natures(&c, k);
	for (uint32_t i = 0; i < counts[k]; i++)
	{
		c.slots.values[i] = (int32_t) random_bits() >> (k * 4 + i % 3);
		c.slots.nature[i] = (uint8_t) (k % 2 ? 0 : i / 10 % (uint32_t) (k + 1));
		if ((k > 3 && i % 11 == 3) || k == 5)
			c.slots.nature[i] = SG_SLOT_MISSING;
	}
	if (!curve_pack(&c))
		abort();
	return c;
}

/* Is what unpacks of from .. until - 1 that part of the whole, with or without natures? */
static bool
same_part(const Curve *c, const SgSlots *whole, uint32_t from, uint32_t until, bool natures)
{
	const uint32_t n = until - from;
	Curve part = curve_new(n);
	bool good;

	memset(part.slots.values, 0x55, n * sizeof(int32_t));
	memset(part.slots.nature, 0x55, n);
	part.slots.present = allocate(SG_PRESENT_WORDS(n) * 8);
	memset(part.slots.present, 0x55, SG_PRESENT_WORDS(n) * 8);
	if (!natures)
	{
		free(part.slots.nature);
		part.slots.nature = NULL;
	}
	good = sg_codec_unpack_range(c->packed, c->size, from, until, &part.slots) == SG_CODEC_OK &&
		   same_heads(&part.slots.head, &whole->head) &&
		   part.slots.head.missing == whole->head.missing;
	for (uint32_t i = 0; good && i < SG_PRESENT_WORDS(n) * 64; i++)
	{
		bool there = i < n && whole->nature[from + i] != SG_SLOT_MISSING;

		good = (part.slots.present[i / 64] >> i % 64 & 1) == there;
		if (i < n)
			good = good && part.slots.values[i] == whole->values[from + i] &&
				   (!natures || part.slots.nature[i] == whole->nature[from + i]);
	}
	curve_free(&part);
	return good;
}

/* All parts that begin and end where something may go wrong: at a block's, a word's or a byte's end. */
static bool
same_parts(const Curve *c)
{
	const uint32_t count = c->slots.head.count;
	Curve whole;
	bool good = curve_unpack(c->packed, c->size, &whole) == SG_CODEC_OK;

	for (uint32_t from = 0; from <= count; from += from % 64 < 9 || from % 64 > 60 ? 1 : 13)
	{
		for (uint32_t until = from; until <= count;
			 until += until % 64 < 2 || until % 64 > 60 ? 1 : 7)
			good = good && same_part(c, &whole.slots, from, until, until % 2);
		good = good && same_part(c, &whole.slots, from, count, true);
	}
	curve_free(&whole);
	return good;
}

static void
test_range(void)
{
	Curve c = curve_new(700);
	SgSlots out = {0};
	int32_t values[700];
	bool good = true;

	for (int k = 0; k < 8; k++)
	{
		Curve s = sample(k);

		ok(same_parts(&s), "sample %d: each part is that of the whole", k);
		curve_free(&s);
	}

	/* holes longer than a word, and than a block; and between them, a run of one slot */
	set_natures(&c, 2);
	for (uint32_t i = 0; i < 700; i++)
	{
		c.slots.values[i] = (int32_t) (random_bits() % 5000);
		c.slots.nature[i] = (uint8_t) (i / 40 % 3);
		if (i < 3 || (i > 100 && i < 190) || (i > 300 && i != 400 && i < 512) || i > 695)
			c.slots.nature[i] = SG_SLOT_MISSING;
	}
	ok(curve_pack(&c) && same_parts(&c),
	   "each part of a curve with long holes is that of the whole");

	out.values = values;
	ok(sg_codec_unpack_range(c.packed, c.size, 0, 701, &out) == SG_CODEC_LIMIT &&
		   sg_codec_unpack_range(c.packed, c.size, 701, 701, &out) == SG_CODEC_LIMIT &&
		   sg_codec_unpack_range(c.packed, c.size, 2, 1, &out) == SG_CODEC_LIMIT,
	   "a part that is not in the curve is refused");

	/* where the last block is cut, what needs it is refused, and what does not is not */
	for (uint32_t from = 0; from < 700; from += 29)
	{
		uint32_t present = 0;
		uint32_t cut = 0;

		for (uint32_t i = 0; i < from; i++)
			present += c.slots.nature[i] != SG_SLOT_MISSING;
		for (uint32_t until = from; until < 700; until++)
		{
			bool there = c.slots.nature[until] != SG_SLOT_MISSING;

			good = good && sg_codec_unpack_range(c.packed, c.size - 1, from, until, &out) ==
							   (cut > 0 ? SG_CODEC_TRUNCATED : SG_CODEC_OK);
			present += there;
			cut += there && present > 3 * 128;
		}
	}
	ok(good, "only the blocks of a part are read, and all of them");
	curve_free(&c);
}

typedef enum Outcome
{
	REFUSED_BYTES,
	READ_BYTES,	  /* and the slots pack and unpack again */
	MISREAD_BYTES /* they do not */
} Outcome;

/* Unpack size bytes, which are all that is allocated. */
static Outcome
outcome(const uint8_t *bytes, size_t size)
{
	uint8_t *exact = allocate(size);
	Outcome result = REFUSED_BYTES;
	Curve out;

	memcpy(exact, bytes, size);
	if (curve_unpack(exact, size, &out) == SG_CODEC_OK)
		result = round_trip(&out) ? READ_BYTES : MISREAD_BYTES;
	curve_free(&out);
	free(exact);
	return result;
}

static bool
refused(const uint8_t *bytes, size_t size)
{
	return outcome(bytes, size) == REFUSED_BYTES;
}

static void
test_damage(void)
{
	for (int k = 0; k < 8; k++)
	{
		Curve c = sample(k);
		uint8_t *longer = allocate(c.size + 1);
		bool good = true;
		int flips = 0;

		for (size_t size = 0; size < c.size; size++)
			good = good && refused(c.packed, size);
		memcpy(longer, c.packed, c.size);
		longer[c.size] = 0;
		good = good && refused(longer, c.size + 1);
		ok(good, "sample %d: each truncation, and a byte more, is refused", k);

		good = true;
		for (size_t bit = 0; bit < c.size * 8; bit++)
		{
			Outcome result;

			longer[bit / 8] ^= (uint8_t) (1 << bit % 8);
			result = outcome(longer, c.size);
			longer[bit / 8] ^= (uint8_t) (1 << bit % 8);
			flips += result == REFUSED_BYTES;
			good = good && result != MISREAD_BYTES;
		}
		ok(good, "sample %d: each flipped bit is refused (%d of %zu) or read", k, flips,
		   c.size * 8);
		free(longer);
		curve_free(&c);
	}
}

/* Bytes that contradict the format in one place each. */
static void
test_corrupt(void)
{
	/* 9 slots, the second missing, natures A B; values 7 but the last, 8 */
	static const uint8_t good[] = {1, 0x15, 0, 0,	0,	  0,	0, 0,	 0,	   0, 60, 9, 1, 2,
								   1, 'A',	1, 'B', 0xFD, 0x01, 2, 0x61, 0x02, 1, 14, 0, 0, 0,
								   0, 0,	0, 0,	0,	  0,	0, 0,	 0,	   2, 0,  0, 0};
	static const struct
	{
		int at;
		uint8_t byte;
		SgCodecStatus status;
		const char *what;
	} bad[] = {
		{0, 2, SG_CODEC_VERSION, "a later version"},
		{1, 0xA5, SG_CODEC_CORRUPT, "a scale of 10"},
		{1, 0x1D, SG_CODEC_CORRUPT, "an unknown flag"},
		{1, 0x17, SG_CODEC_CORRUPT, "both kinds of missing"},
		{10, 0, SG_CODEC_CORRUPT, "a step of 0"},
		{12, 0, SG_CODEC_CORRUPT, "holes that are none"},
		{12, 9, SG_CODEC_CORRUPT, "holes that are all"},
		{12, 2, SG_CODEC_CORRUPT, "a bitmap with fewer holes"},
		{18, 0xFF, SG_CODEC_CORRUPT, "a bitmap without the hole"},
		{18, 0xF9, SG_CODEC_CORRUPT, "a bitmap with another hole"},
		{13, 0, SG_CODEC_CORRUPT, "a dictionary of none"},
		{13, 16, SG_CODEC_CORRUPT, "a dictionary of sixteen"},
		{14, 0, SG_CODEC_CORRUPT, "a nature of no length"},
		{14, 16, SG_CODEC_CORRUPT, "a nature of length 16"},
		{15, 0, SG_CODEC_CORRUPT, "a nature with a zero"},
		{19, 0x03, SG_CODEC_CORRUPT, "a bitmap with bits beyond the slots"},
		{21, 0x63, SG_CODEC_CORRUPT, "a run of an unknown nature"},
		{21, 0x71, SG_CODEC_CORRUPT, "runs longer than the slots"},
		{21, 0x51, SG_CODEC_CORRUPT, "runs shorter than the slots"},
		{22, 0x82, SG_CODEC_CORRUPT, "a run cut by the runs' end"},
		{23, 33, SG_CODEC_CORRUPT, "a width of 33"},
		{23, 0x41, SG_CODEC_CORRUPT, "a width with a high bit"},
		{23, 17, SG_CODEC_TRUNCATED, "a width without its bytes"},
		{23, 0, SG_CODEC_CORRUPT, "bytes after the last block"},
	};
	uint8_t bytes[sizeof(good)];
	int32_t values[8];
	SgSlots part = {.values = values};
	Curve c;
	bool right = curve_unpack(good, sizeof(good), &c) == SG_CODEC_OK && c.slots.head.missing == 1 &&
				 c.slots.head.scale == 1 && c.slots.values[0] == 7 && c.slots.values[1] == 0 &&
				 c.slots.values[7] == 7 && c.slots.values[8] == 8 && c.slots.nature[0] == 1 &&
				 c.slots.nature[1] == SG_SLOT_MISSING && c.slots.nature[7] == 1 &&
				 c.slots.nature[8] == 2;

	ok(right && curve_pack(&c) && c.size == sizeof(good) && memcmp(c.packed, good, c.size) == 0,
	   "bytes written down by hand are read, and written again");
	curve_free(&c);
	for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
	{
		memcpy(bytes, good, sizeof(good));
		bytes[bad[k].at] = bad[k].byte;
		ok(curve_unpack(bytes, sizeof(bytes), &c) == bad[k].status, "unpack refuses %s",
		   bad[k].what);
		curve_free(&c);
	}
	memcpy(bytes, good, sizeof(good));
	bytes[18] = 0xFC;
	bytes[19] = 0x03;
	ok(refused(bytes, sizeof(bytes)),
	   "unpack refuses a bitmap whose bits are right in number only");

	/* no hole in the first eight slots, where there are but seven values in all */
	memcpy(bytes, good, sizeof(good));
	bytes[12] = 2;
	bytes[18] = 0xFF;
	ok(sg_codec_unpack_range(bytes, sizeof(bytes), 0, 8, &part) == SG_CODEC_CORRUPT,
	   "a part is refused whose bitmap has more slots than there are values");

	/* version, flags, start; then step, count and what else is short */
#define START "\0\0\0\0\0\0\0\0"
#define SHORT(bytes, what) \
	ok(refused((const uint8_t *) (bytes), sizeof(bytes) - 1), "unpack refuses %s", what)
	ok(!refused((const uint8_t *) "\1\0" START "\74\1\0\2", 14), "a short curve is read");
	SHORT("\1\0" START "\274\0\1\0\2", "a varint longer than it need be");
	SHORT("\1\0" START "\74\1\0\377\377\377\377\37", "a varint beyond 32 bits");
	SHORT("\1\1" START "\74\1\1\0", "a bitmap without a bit");
	SHORT("\1\2" START "\74\0", "an empty curve with all slots missing");
	SHORT("\1\4" START "\74\0\0\0", "a dictionary of none without slots");
}

static void
test_random(void)
{
	bool good = true;

	for (int k = 0; k < 3000; k++)
	{
		Curve c = curve_new(random_bits() % 600);
		unsigned shift = random_bits() % 32;
		uint32_t holes = random_bits() % 3 == 0 ? 2 + random_bits() % 100 : 0;
		uint32_t change = 1 + random_bits() % 60;
		uint8_t nature = 0;

		set_natures(&c, (int) (random_bits() % 16));
		c.slots.head.scale = (uint8_t) (random_bits() % 10);
		for (uint32_t i = 0; i < c.slots.head.count; i++)
		{
			if (random_bits() % change == 0)
				nature = (uint8_t) (random_bits() % (c.slots.head.natures.n + 1u));
			c.slots.values[i] = (int32_t) random_bits() >> shift;
			c.slots.nature[i] = holes > 0 && random_bits() % holes == 0 ? SG_SLOT_MISSING : nature;
		}
		good = good && round_trip_once(c);
	}
	ok(good, "3000 random curves come back");
}

static void
test_real(void)
{
	static Month months[MONTHS_MAX];
	const char *path = getenv("SWITCHGRID_DATA");
	size_t bytes = 0;
	size_t held = 0;
	bool good = true;
	int n;

	if (path == NULL)
	{
		skip("real months come back", "SWITCHGRID_DATA names no file");
		skip("real months take 1.8 bytes a point", "SWITCHGRID_DATA names no file");
		return;
	}
	n = months_read(path, months);
	for (int m = 0; m < n; m++)
	{
		SgSlots slots = month_slots(&months[m]);
		Curve c = curve_new(slots.head.count);

		c.slots.head = slots.head;
		memcpy(c.slots.values, slots.values, slots.head.count * 4);
		memcpy(c.slots.nature, slots.nature, slots.head.count);
		good = round_trip(&c) && good;
		bytes += c.size;
		held += months[m].held;
		curve_free(&c);
	}
	ok(n > 0 && good, "%d real months come back", n);
	ok(n > 0 && (double) bytes / (double) held <= 1.8,
	   "%zu real points take %.4f bytes each, at most 1.8", held, (double) bytes / (double) held);
}

int
main(void)
{
	plan(3 + 5 + 5 + 33 + 10 + 7 + 3 + 16 + 11 + 16 + 33 + 1 + 2);
	test_extremes();
	test_missing();
	test_sizes();
	test_widths();
	test_reference();
	test_present();
	test_natures();
	test_head();
	test_limits();
	test_range();
	test_damage();
	test_corrupt();
	test_random();
	test_real();
	return tap_done();
}
