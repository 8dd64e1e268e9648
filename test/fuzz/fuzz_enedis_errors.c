/*-------------------------------------------------------------------------
 *
 * fuzz_enedis_errors.c
 *	  Feeds what reads the errors of Enedis with anything: the first byte picks
 *	  the status, the others are the body.
 *
 * What every fault must hold to is looked at by test/decoder/harness.c, which
 * aborts; an error that is no fault does too.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "enedis_seeds.h"
#include "harness.h"

static const int statuses[] = {400, 401, 403, 404, 429, 500, 503, 0, 204, 302, 418, 999, -1};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int status;

	if (size == 0)
		return 0;
	status = statuses[data[0] % lengthof(statuses)];
	(void) harness_classify(&sg_api_enedis_v5, status, (const char *) data + 1, size - 1);
	(void) harness_classify(&sg_api_enedis_2026, status, (const char *) data + 1, size - 1);
	return 0;
}

#ifdef STANDALONE
/* The status stands in the name. */
static int
byte(const char *file, const char *generation, const char *endpoint)
{
	const char *at = strstr(file, "error-");

	(void) endpoint;
	if (generation != NULL || at == NULL)
		return -1;
	for (size_t i = 0; i < lengthof(statuses); i++)
		if (atoi(at + strlen("error-")) == statuses[i])
			return (int) i;
	return -1;
}

int
main(int argc, char **argv)
{
	return seeds_main(argc, argv, byte);
}
#endif
