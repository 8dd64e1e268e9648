/*
 * sample.h
 *	  The stored load curve being sampled by ANALYZE.
 */
#ifndef SG_SAMPLE_H
#define SG_SAMPLE_H

#include "postgres.h"
#include "foreign/fdwapi.h"

/*
 * The callback of ANALYZE. Says no to a relation of an API, because nobody means to spend its quota on statistics.
 */
extern bool sg_sample_begin(Relation table, AcquireSampleRowsFunc *function, BlockNumber *pages);

#endif
