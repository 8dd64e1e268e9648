/*
 * houses.c
 *	  Meters of many houses, made of a real one: what the store is measured with.
 *
 *	houses copy FILE COUNT			rows for COPY: point_id, direction, starts_at, watts, nature
 *	houses steps FILE COUNT			the same with a last column, step
 *	houses raw FILE FIRST COUNT		the values that are there, as int32, for a packer to try
 *	houses entropy FILE COUNT		bits a value, by the frequencies of values and of their differences
 *
 * FILE has the hours of the real house (starts_at,watts; UTC). The first house is that one, moved by whole
 * weeks; each hour is split into two half hours, as far apart as the hour is from its neighbours, whose mean
 * is the hour's. Every other house is a variation: its own scale, moved by weeks and some half hours, another
 * split, and noise on every value. An hour that the real house lacks is lacking in all of them. The same
 * arguments give the same bytes.
 */
#define _DEFAULT_SOURCE

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Three civil years in Paris, from 2023-07-01 until 2026-07-01. */
#define FIRST INT64_C(1688162400)
#define SLOTS (1096 * 48)
#define HALF 1800

/* The first house is the real one, so many weeks later: weekdays stay, and the season within a day. */
#define WEEKS 835

/* Points that look like a PRM, in their order, not one after another. */
#define POINT INT64_C(22500000000000)
#define POINT_STEP 7919

#define HOURS_MAX 40000
#define MISSING (-1)

/* Largest value that the frequencies tell apart, and their differences. */
#define WATTS_MAX 65536

static int64_t real_start; /* of the first hour of the file, seconds since 1970 */
static int hours;
static int real[HOURS_MAX]; /* W, or MISSING */

typedef struct House
{
	uint64_t seed;
	int64_t back; /* half hours from its time to the real house's */
	double scale;
	double noise; /* standard deviation, relative */
} House;

static void
fail(const char *what, const char *why)
{
	fprintf(stderr, "houses: %s: %s\n", what, why);
	exit(1);
}

/* A number that is as good as random, of a place (splitmix64). */
static uint64_t
mix(uint64_t seed, uint64_t place)
{
	uint64_t x = seed * UINT64_C(0xd1342543de82ef95) + place * UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* From 0 to 1. */
static double
share(uint64_t seed, uint64_t place)
{
	return (double) (mix(seed, place) >> 11) / (double) (UINT64_C(1) << 53);
}

/* Nearly normal, mean 0 and deviation 1: the sum of eight 16-bit parts of two numbers. */
static double
deviation(uint64_t seed, uint64_t place)
{
	uint64_t x = mix(seed, 2 * place);
	uint64_t y = mix(seed, 2 * place + 1);
	double sum = 0;

	for (int i = 0; i < 64; i += 16)
		sum += (double) ((x >> i) & 0xffff) + (double) ((y >> i) & 0xffff);
	return (sum / 65536 - 4) / sqrt(8.0 / 12);
}

/* The hours of the file; those that it leaves out are missing. */
static void
read_real(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[128];

	if (file == NULL || fgets(line, sizeof(line), file) == NULL)
		fail(path, strerror(errno));
	while (fgets(line, sizeof(line), file) != NULL)
	{
		struct tm tm = {0};
		int watts;
		int64_t at;

		if (sscanf(line, "%d-%d-%dT%d:00:00Z,%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
				   &watts) != 5)
			fail(path, "a line is not starts_at,watts of a whole hour");
		tm.tm_year -= 1900;
		tm.tm_mon--;
		at = (int64_t) timegm(&tm);
		if (hours == 0)
			real_start = at;
		at = (at - real_start) / 3600;
		if (at < hours || at >= HOURS_MAX)
			fail(path, "the hours are not in order, or too many");
		while (hours < at)
			real[hours++] = MISSING;
		real[hours++] = watts;
	}
	fclose(file);
}

static House
make_house(int number)
{
	House house = {.seed = mix(20261122, number), .scale = 1};
	int64_t to_real = FIRST - (int64_t) WEEKS * 7 * 86400 - real_start;
	int64_t before = to_real / (7 * 86400); /* weeks that the file has before */
	int64_t after = ((int64_t) hours * 3600 - to_real) / (7 * 86400) - (SLOTS / 336 + 1);

	if (before < 1 || after < 1)
		fail("the real house", "its years do not reach");
	house.back = to_real / HALF;
	if (number > 0)
	{
		double u = share(house.seed, 1);

		/* as often below 1 as above */
		house.scale = u < 0.5 ? 0.4 + 1.2 * u : 1 + 3 * (u - 0.5);
		house.noise = 0.02 + 0.04 * share(house.seed, 2);
		house.back += 336 * (int64_t) (share(house.seed, 3) * (before + after - 1) - (before - 1)) +
					  (int64_t) (share(house.seed, 4) * 9) - 4;
	}
	return house;
}

/* What an hour is apart from its neighbours, W. */
static double
unrest(int hour)
{
	double sum = 0;
	int n = 0;

	for (int other = hour - 1; other <= hour + 1; other += 2)
		if (other >= 0 && other < hours && real[other] != MISSING)
		{
			sum += abs(real[other] - real[hour]);
			n++;
		}
	return n == 0 ? real[hour] / 4.0 : sum / n;
}

/* One half hour of a house, W. */
static int
value_of(const House *house, int slot)
{
	int64_t half = slot + house->back;
	int hour = (int) (half / 2);
	double apart;
	long watts;

	if (half < 0 || hour >= hours || real[hour] == MISSING)
		return MISSING;
	/* the first half; the second has what is left of the hour */
	apart = unrest(hour) / 2 * deviation(house->seed, (uint64_t) hour);
	watts = lround(fmax(-real[hour], fmin(real[hour], apart)));
	watts = half % 2 == 0 ? real[hour] + watts : real[hour] - watts;
	if (house->noise > 0)
		watts = lround(
			fmax(0, watts * house->scale *
						(1 + house->noise * deviation(house->seed, UINT64_C(1) << 32 | half))));
	return (int) watts;
}

/* The labels of all slots, each as long as the others. */
static char (*make_labels(void))[24]
{
	char(*labels)[24] = malloc((size_t) SLOTS * sizeof(*labels));

	if (labels == NULL)
		fail("malloc", strerror(errno));
	for (int slot = 0; slot < SLOTS; slot++)
	{
		time_t at = (time_t) (FIRST + (int64_t) slot * HALF);
		struct tm tm;

		gmtime_r(&at, &tm);
		strftime(labels[slot], sizeof(labels[slot]), "%Y-%m-%d %H:%M:%S+00", &tm);
	}
	return labels;
}

static void
write_copy(int count, const char *end)
{
	char(*labels)[24] = make_labels();

	for (int number = 0; number < count; number++)
	{
		House house = make_house(number);

		for (int slot = 0; slot < SLOTS; slot++)
		{
			int watts = value_of(&house, slot);

			if (watts != MISSING)
				printf("%" PRId64 "\tconsumption\t%s\t%d\tB%s\n",
					   POINT + (int64_t) POINT_STEP * number, labels[slot], watts, end);
		}
	}
	free(labels);
}

static void
write_raw(int first, int count)
{
	for (int number = first; number < first + count; number++)
	{
		House house = make_house(number);

		for (int slot = 0; slot < SLOTS; slot++)
		{
			int32_t watts = value_of(&house, slot);

			if (watts != MISSING)
				fwrite(&watts, sizeof(watts), 1, stdout);
		}
	}
}

/* Bits a value by frequencies, with Miller's and Madow's correction for those that are rare. */
static double
entropy(const uint32_t *counts, int kinds, int total)
{
	double bits = 0;
	int seen = 0;

	for (int i = 0; i < kinds; i++)
		if (counts[i] > 0)
		{
			double p = (double) counts[i] / total;

			bits -= p * log2(p);
			seen++;
		}
	return bits + (seen - 1) / (2.0 * total * log(2));
}

/* Of the values and of their differences, of one series. */
static void
measure(int (*get)(const House *, int), const House *house, int slots, double bits[2])
{
	static uint32_t counts[2][2 * WATTS_MAX];
	int before = MISSING;
	int n = 0;

	memset(counts, 0, sizeof(counts));
	for (int slot = 0; slot < slots; slot++)
	{
		int watts = get(house, slot);

		if (watts == MISSING)
			continue;
		if (watts >= WATTS_MAX)
			fail("the houses", "a value is too large");
		counts[0][watts]++;
		if (before != MISSING)
			counts[1][watts - before + WATTS_MAX]++;
		before = watts;
		n++;
	}
	for (int i = 0; i < 2; i++)
		bits[i] = entropy(counts[i], 2 * WATTS_MAX, n - i);
}

static int
real_of(const House *house, int hour)
{
	(void) house;
	return real[hour];
}

static void
print_entropy(int count)
{
	double bits[2];
	double sum[2] = {0};

	for (int number = 0; number < count; number++)
	{
		House house = make_house(number);

		measure(value_of, &house, SLOTS, bits);
		sum[0] += bits[0] / count;
		sum[1] += bits[1] / count;
	}
	printf("store_entropy\t%.2f\tbits\n", sum[0]);
	printf("store_entropy_differences\t%.2f\tbits\n", sum[1]);
	measure(real_of, NULL, hours, bits);
	printf("store_entropy_real_hours\t%.2f\tbits\n", bits[0]);
	printf("store_entropy_differences_real_hours\t%.2f\tbits\n", bits[1]);
}

int
main(int argc, char **argv)
{
	const char *mode = argc >= 4 ? argv[1] : "";

	if (argc == 4 && strcmp(mode, "copy") == 0)
	{
		read_real(argv[2]);
		write_copy(atoi(argv[3]), "");
	}
	else if (argc == 4 && strcmp(mode, "steps") == 0)
	{
		read_real(argv[2]);
		write_copy(atoi(argv[3]), "\t00:30:00");
	}
	else if (argc == 5 && strcmp(mode, "raw") == 0)
	{
		read_real(argv[2]);
		write_raw(atoi(argv[3]), atoi(argv[4]));
	}
	else if (argc == 4 && strcmp(mode, "entropy") == 0)
	{
		read_real(argv[2]);
		print_entropy(atoi(argv[3]));
	}
	else
		fail("usage", "houses copy|steps FILE COUNT | raw FILE FIRST COUNT | entropy FILE COUNT");
	if (fflush(stdout) != 0 || ferror(stdout))
		fail("standard output", strerror(errno));
	return 0;
}
