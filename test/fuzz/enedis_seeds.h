/*-------------------------------------------------------------------------
 *
 * enedis_seeds.h
 *	  What the fuzz targets of the decoders share: examples to begin with, and a
 *	  main that needs no libFuzzer.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ENEDIS_SEEDS_H
#define ENEDIS_SEEDS_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * The byte that an input begins with, for an example file of that generation and endpoint (NULL: of an error); -1
 * if the target has no use for it.
 */
typedef int (*SeedByte)(const char *file, const char *generation, const char *endpoint);

/*
 * A target's main. With file names it runs them; with "--seeds" and a directory it writes the examples there as
 * libFuzzer wants them; else it runs the examples, and many changed ones, always the same, and prints TAP.
 */
extern int seeds_main(int argc, char **argv, SeedByte byte);

/*
 * An input for an endpoint of a generation (see harness_api): the first byte picks the endpoint, the others are its
 * answer. The point is that of the answers, or NULL for that of all answers of Enedis's.
 */
extern int seeds_endpoint(const char *generation, const char *endpoint);
extern void seeds_decode(const char *generation, const char *point, const uint8_t *data,
						 size_t size);

#endif
