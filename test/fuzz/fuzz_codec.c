/*-------------------------------------------------------------------------
 *
 * fuzz_codec.c
 *	  Feeds the packed curve's codec with anything.
 *
 * The first byte says how the others are read:
 *	even	as a packed curve: unpacked, and if that succeeds, packed and
 *			unpacked again, which must give the same slots; and a part of it
 *			unpacked, which must give that part of the same slots
 *	odd		as slots: packed and unpacked, which must give the same slots
 *
 * Any difference aborts.  Built with libFuzzer, or with -DSTANDALONE, which
 * adds a main that runs over the files that it is given or, without any,
 * over pseudo-random inputs and damaged curves, and prints TAP.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Like assert, but whatever NDEBUG says. */
#define MUST(condition)                                                             \
	do                                                                              \
	{                                                                               \
		if (!(condition))                                                           \
		{                                                                           \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                                \
		}                                                                           \
	} while (0)

static void *
allocate(size_t size)
{
	void *p = malloc(size > 0 ? size : 1);

	MUST(p != NULL);
	return p;
}

static void
slots_new(SgSlots *slots, uint32_t count)
{
	slots->values = allocate(count * sizeof(int32_t));
	slots->nature = allocate(count);
	slots->present = allocate(SG_PRESENT_WORDS(count) * sizeof(uint64_t));
}

static void
slots_free(SgSlots *slots)
{
	free(slots->values);
	free(slots->nature);
	free(slots->present);
}

static void
must_be_same(const SgSlots *a, const SgSlots *b)
{
	uint32_t missing = 0;

	MUST(a->head.start == b->head.start && a->head.step == b->head.step);
	MUST(a->head.count == b->head.count && a->head.scale == b->head.scale);
	MUST(a->head.natures.n == b->head.natures.n);
	for (int k = 0; k < a->head.natures.n; k++)
		MUST(strcmp(a->head.natures.text[k], b->head.natures.text[k]) == 0);
	for (uint32_t i = 0; i < a->head.count; i++)
	{
		bool absent = a->nature[i] == SG_SLOT_MISSING;

		missing += absent;
		MUST(b->nature[i] == a->nature[i]);
		MUST(b->values[i] == (absent ? 0 : a->values[i]));
		MUST((b->present[i / 64] >> (i % 64) & 1) == !absent);
	}
	MUST(b->head.missing == missing);
}

/*
 * Unpack a part, which depends on the bytes.  If whole is given, the part of
 * it must come; if not, the bytes are not sound, and may be refused.
 */
static void
must_unpack_part(const uint8_t *packed, size_t size, uint32_t count, const SgSlots *whole)
{
	uint32_t hash = 2166136261;
	uint32_t from;
	uint32_t n;
	SgSlots part;
	SgCodecStatus status;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ packed[i]) * 16777619;
	from = (hash & 0xFFFF) % (count + 1);
	n = (hash >> 16) % (count - from + 1);
	slots_new(&part, n);
	status = sg_codec_unpack_range(packed, size, from, from + n, &part);
	if (whole != NULL)
	{
		MUST(status == SG_CODEC_OK);
		for (uint32_t i = 0; i < n; i++)
		{
			MUST(part.values[i] == whole->values[from + i]);
			MUST(part.nature[i] == whole->nature[from + i]);
			MUST((part.present[i / 64] >> i % 64 & 1) ==
				 (whole->present[(from + i) / 64] >> (from + i) % 64 & 1));
		}
		MUST(n % 64 == 0 || part.present[n / 64] >> n % 64 == 0);
	}
	slots_free(&part);
}

/* Pack and unpack slots that are sound; the same must come back. */
static void
must_round_trip(const SgSlots *slots)
{
	size_t cap = sg_codec_bound(slots->head.count);
	uint8_t *room = allocate(cap);
	uint8_t *packed;
	size_t size;
	SgSlots back;

	MUST(sg_codec_pack(slots, room, cap, &size) == SG_CODEC_OK);
	packed = allocate(size);
	memcpy(packed, room, size);
	slots_new(&back, slots->head.count);
	MUST(sg_codec_unpack(packed, size, &back) == SG_CODEC_OK);
	must_be_same(slots, &back);
	must_unpack_part(packed, size, back.head.count, &back);
	slots_free(&back);
	free(packed);
	free(room);
}

static void
fuzz_bytes(const uint8_t *data, size_t size)
{
	SgCurveHead head;
	SgSlots slots;

	if (sg_codec_head(data, size, &head) != SG_CODEC_OK)
		return;
	MUST(head.count <= SG_CURVE_MAX_SLOTS && head.missing <= head.count);
	slots_new(&slots, head.count);
	if (sg_codec_unpack(data, size, &slots) == SG_CODEC_OK)
	{
		must_unpack_part(data, size, head.count, &slots);
		must_round_trip(&slots);
	}
	else
		must_unpack_part(data, size, head.count, NULL);
	slots_free(&slots);
}

/* Eight bytes say the curve's shape, the others are values, over and over. */
static void
fuzz_slots(const uint8_t *data, size_t size)
{
	SgSlots slots = {0};
	uint32_t count;
	unsigned shift;
	unsigned bytes;

	if (size < 9)
		return;
	count = (data[0] | (uint32_t) data[1] << 8) % 3000;
	shift = data[2] % 32;
	bytes = 1 + data[3] % 4;
	slots.head.start = (int64_t) data[4] * 1000003 * (data[5] - 128);
	slots.head.step = 1 + data[5] * 300u;
	slots.head.count = count;
	slots.head.scale = data[6] % (SG_CURVE_MAX_SCALE + 1);
	slots.head.natures.n = data[6] >> 4;
	for (int k = 0; k < slots.head.natures.n; k++)
		memset(slots.head.natures.text[k], 'a' + k, (size_t) (data[7] + k) % 15 + 1);
	slots_new(&slots, count);
	data += 8;
	size -= 8;
	for (uint32_t i = 0; i < count; i++)
	{
		uint32_t v = 0;
		uint8_t nature = data[i / 4 % size];

		for (unsigned b = 0; b < bytes; b++)
			v |= (uint32_t) data[(i * bytes + b) % size] << (8 * b);
		slots.values[i] = (int32_t) (v << shift);
		slots.nature[i] =
			nature % 7 == 0 ? SG_SLOT_MISSING : (uint8_t) (nature % (slots.head.natures.n + 1u));
	}
	must_round_trip(&slots);
	slots_free(&slots);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *exact;

	if (size == 0)
		return 0;
	exact = allocate(size - 1);
	memcpy(exact, data + 1, size - 1);
	if (data[0] % 2 == 0)
		fuzz_bytes(exact, size - 1);
	else
		fuzz_slots(exact, size - 1);
	free(exact);
	return 0;
}

#ifdef STANDALONE

static uint32_t random_state = 1;

static uint32_t
random_bits(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

static size_t
random_bytes(uint8_t *data, size_t most)
{
	size_t size = random_bits() % most;

	for (size_t i = 0; i < size; i++)
		data[i] = (uint8_t) random_bits();
	return size;
}

/* A sound packed curve after an even byte, with some bytes damaged. */
static size_t
damaged_curve(uint8_t *data, size_t cap)
{
	SgSlots slots = {0};
	size_t size;
	uint32_t damages = random_bits() % 4;

	slots.head.step = 1800;
	slots.head.count = random_bits() % 300;
	slots.head.natures.n = 2;
	strcpy(slots.head.natures.text[0], "B");
	strcpy(slots.head.natures.text[1], "E");
	slots_new(&slots, slots.head.count);
	for (uint32_t i = 0; i < slots.head.count; i++)
	{
		slots.values[i] = (int32_t) (random_bits() % 5000);
		slots.nature[i] = random_bits() % 40 == 0 ? SG_SLOT_MISSING : (uint8_t) (i / 50 % 3);
	}
	data[0] = 0;
	MUST(sg_codec_pack(&slots, data + 1, cap - 1, &size) == SG_CODEC_OK);
	slots_free(&slots);
	for (; damages > 0; damages--)
		data[1 + random_bits() % (random_bits() % 2 ? size : 30 % size)] = (uint8_t) random_bits();
	return 1 + size - (random_bits() % 8 == 0);
}

static int
run_file(const char *path)
{
	static uint8_t data[1 << 20];
	FILE *file = fopen(path, "rb");
	size_t size;

	if (file == NULL)
	{
		perror(path);
		return 1;
	}
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
	return 0;
}

int
main(int argc, char **argv)
{
	static uint8_t data[8192];
	int status = 0;

	if (argc > 1)
	{
		for (int i = 1; i < argc; i++)
			status |= run_file(argv[i]);
		return status;
	}
	printf("1..2\n");
	for (int i = 0; i < 20000; i++)
		LLVMFuzzerTestOneInput(data, random_bytes(data, 400));
	printf("ok 1 - 20000 random inputs of the codec\n");
	for (int i = 0; i < 20000; i++)
		LLVMFuzzerTestOneInput(data, damaged_curve(data, sizeof(data)));
	printf("ok 2 - 20000 damaged curves\n");
	return 0;
}

#endif /* STANDALONE */
