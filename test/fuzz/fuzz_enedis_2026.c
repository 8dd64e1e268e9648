/*-------------------------------------------------------------------------
 *
 * fuzz_enedis_2026.c
 *	  Feeds the decoders of Enedis's generation 2026 with anything: the first byte
 *	  picks the endpoint, the others are its answer.
 *
 * What every row and fault must hold to, whatever came, is looked at by
 * test/decoder/harness.c, which aborts.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "enedis_seeds.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	seeds_decode("2026", NULL, data, size);
	return 0;
}

#ifdef STANDALONE
static int
byte(const char *file, const char *generation, const char *endpoint)
{
	(void) file;
	return generation != NULL && strcmp(generation, "2026") == 0
			   ? seeds_endpoint(generation, endpoint)
			   : -1;
}

int
main(int argc, char **argv)
{
	return seeds_main(argc, argv, byte);
}
#endif
