/*-------------------------------------------------------------------------
 *
 * fuzz_flows.c
 *	  Feeds the readers of orders' files with anything: the first byte picks the
 *	  reader and the direction, the others are the file.
 *
 * What every row and fault must hold to, whatever came, is looked at by
 * test/decoder/harness.c, which aborts.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "enedis_seeds.h"

/* Of the first byte. */
#define INJECTED 0x80
#define ANOTHER_POINT 0x40

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0)
		seeds_decode(data[0] & INJECTED ? "flows-production" : "flows",
					 data[0] & ANOTHER_POINT ? "99900000000303" : "99900000000101", data, size);
	return 0;
}

#ifdef STANDALONE
/* There are six readers: the bits above them, and what they leave of sixes, must pick the same one. */
static int
byte(const char *file, const char *generation, const char *endpoint)
{
	int reader;
	int first;

	if (generation == NULL || strcmp(generation, "flows") != 0)
		return -1;
	reader = seeds_endpoint(generation, endpoint);
	first = strstr(file, "c1c4") != NULL ? ANOTHER_POINT : 0;
	while (first % 6 != reader)
		first++;
	return first;
}

int
main(int argc, char **argv)
{
	return seeds_main(argc, argv, byte);
}
#endif
