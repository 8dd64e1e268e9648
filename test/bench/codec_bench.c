/*-------------------------------------------------------------------------
 *
 * codec_bench.c
 *	  Size and speed of the packed curve.
 *
 * Speed is a ratio: the time memcpy takes for the same values as int32, in
 * the same run and in turn with the codec, over the time the codec takes.
 * The median of many rounds is printed.
 *
 *-------------------------------------------------------------------------
 */
#define _POSIX_C_SOURCE 199309L

#include <time.h>

#include "codec.h"
#include "month_csv.h"

#define SLOTS 1488			  /* a month of half hours */
#define SLOTS_MAX (SLOTS + 2) /* October's */
#define ROUNDS 401
#define REPEATS 200

typedef struct Curve
{
	int32_t values[SLOTS];
	uint8_t nature[SLOTS];
	uint8_t packed[SLOTS * 6 + 1024];
	size_t size;
	SgSlots slots;
} Curve;

static Month months[MONTHS_MAX];
static int month_count;

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *) a;
	double y = *(const double *) b;

	return (x > y) - (x < y);
}

/* The compiler must believe that the memory at p is read and written. */
static inline void
touch(void *p)
{
	__asm__ volatile("" : : "r"(p) : "memory");
}

static double
time_memcpy(Curve *c)
{
	static int32_t copy[SLOTS];
	size_t size = c->slots.head.count * sizeof(*copy);
	double start = now();

	for (int i = 0; i < REPEATS; i++)
	{
		touch(c->values);
		memcpy(copy, c->values, size);
		touch(copy);
	}
	return now() - start;
}

static double
time_unpack(Curve *c, bool natures)
{
	static int32_t values[SLOTS];
	static uint8_t nature[SLOTS];
	SgSlots out = {.values = values, .nature = natures ? nature : NULL};
	double start = now();

	for (int i = 0; i < REPEATS; i++)
	{
		touch(c->packed);
		if (sg_codec_unpack(c->packed, c->size, &out) != SG_CODEC_OK)
			abort();
		touch(values);
	}
	return now() - start;
}

static double
time_pack(Curve *c)
{
	double start = now();

	for (int i = 0; i < REPEATS; i++)
	{
		touch(c->values);
		if (sg_codec_pack(&c->slots, c->packed, sizeof(c->packed), &c->size) != SG_CODEC_OK)
			abort();
		touch(c->packed);
	}
	return now() - start;
}

static void
bench_speed(const char *suffix, Curve *c)
{
	static double ratios[3][ROUNDS];

	time_pack(c);
	for (int i = 0; i < ROUNDS; i++)
	{
		double control = time_memcpy(c);

		ratios[0][i] = control / time_unpack(c, true);
		ratios[1][i] = control / time_unpack(c, false);
		ratios[2][i] = control / time_pack(c);
	}
	for (int k = 0; k < 3; k++)
		qsort(ratios[k], ROUNDS, sizeof(double), ascending);
	printf("unpack_vs_memcpy%s\t%.3f\tratio\n", suffix, ratios[0][ROUNDS / 2]);
	printf("unpack_values_vs_memcpy%s\t%.3f\tratio\n", suffix, ratios[1][ROUNDS / 2]);
	printf("pack_vs_memcpy%s\t%.3f\tratio\n", suffix, ratios[2][ROUNDS / 2]);
}

/* Fill a curve with real values, in order; or invented, if no file. */
static void
fill(Curve *c)
{
	uint32_t n = 0;
	uint32_t seed = 1;

	for (int m = 0; m < month_count && n < SLOTS; m++)
	{
		for (uint32_t i = 0; i < months[m].count && n < SLOTS; i++)
		{
			if (months[m].nature[i] != SG_SLOT_MISSING)
				c->values[n++] = months[m].values[i];
		}
	}
	for (; n < SLOTS; n++)
	{
		seed = seed * 1664525 + 1013904223;
		c->values[n] = 265 + (int32_t) ((seed >> 20) * (seed >> 24) / 256);
	}
	memset(c->nature, 1, sizeof(c->nature));
	c->slots.head.step = 1800;
	c->slots.head.count = SLOTS;
	c->slots.head.natures.n = 1;
	strcpy(c->slots.head.natures.text[0], "B");
	c->slots.values = c->values;
	c->slots.nature = c->nature;
}

static uint32_t random_state = 1;

/* From -128 to 127. */
static int32_t
random_byte(void)
{
	random_state = random_state * 1664525 + 1013904223;
	return (int32_t) (random_state >> 24) - 128;
}

/*
 * The month in half hours, which are not measured: the two halves of an hour
 * go the way from the hour before to the hour after, and differ by chance from
 * each other by half the hour's power or less.  Their mean is the hour.
 */
static SgSlots
half_hours(Month *month)
{
	static int32_t values[SLOTS_MAX];
	static uint8_t nature[SLOTS_MAX];
	SgSlots slots = month_slots(month);

	for (uint32_t i = 0; i < month->count; i++)
	{
		const int32_t *hour = month->values + i;
		int32_t rise = 0;

		if (i > 0 && i + 1 < month->count && month->nature[i - 1] == month->nature[i] &&
			month->nature[i + 1] == month->nature[i])
			rise = (hour[1] - hour[-1]) / 8;
		rise += hour[0] / 4 * random_byte() / 128;
		if (rise > hour[0] || rise < -hour[0])
			rise = 0;
		values[2 * i] = hour[0] - rise;
		values[2 * i + 1] = hour[0] + rise;
		memset(nature + 2 * i, month->nature[i], 2);
	}
	slots.head.step = 1800;
	slots.head.count = 2 * month->count;
	slots.values = values;
	slots.nature = nature;
	return slots;
}

/* The bytes a point of all months, as they are measured or in half hours. */
static void
bench_size(const char *name, bool halves)
{
	static uint8_t packed[SLOTS_MAX * 6 + 1024];
	size_t bytes = 0;
	size_t points = 0;

	for (int m = 0; m < month_count; m++)
	{
		SgSlots slots = halves ? half_hours(&months[m]) : month_slots(&months[m]);
		size_t size;

		if (sg_codec_pack(&slots, packed, sizeof(packed), &size) != SG_CODEC_OK)
			abort();
		bytes += size;
		points += (halves ? 2 : 1) * months[m].held;
	}
	if (points > 0)
		printf("%s\t%.4f\tB\n", name, (double) bytes / (double) points);
}

int
main(void)
{
	static Curve curve;
	const char *path = getenv("SWITCHGRID_DATA");

	month_count = path == NULL ? 0 : months_read(path, months);
	if (month_count < 0)
	{
		fprintf(stderr, "could not read \"%s\"\n", path);
		return 1;
	}
	bench_size("codec_bytes_per_point", false);
	bench_size("codec_bytes_per_point_half_hours", true);
	fill(&curve);
	curve.slots.head.count = SLOTS / 2;
	bench_speed("_hours", &curve);
	curve.slots.head.count = SLOTS;
	bench_speed("", &curve);
	/* a hole of three hours each five days, and a few estimated values */
	curve.slots.head.natures.n = 2;
	strcpy(curve.slots.head.natures.text[1], "E");
	for (int i = 100; i < SLOTS - 6; i += 240)
	{
		memset(curve.nature + i - 12, 2, 12);
		memset(curve.nature + i, SG_SLOT_MISSING, 6);
	}
	bench_speed("_holes", &curve);
	return 0;
}
