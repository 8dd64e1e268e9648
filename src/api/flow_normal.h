/*
 * flow_normal.h
 *	  A series in the normal form of Switchgrid: a beginning, a step, and values without labels.
 */
#ifndef SG_FLOW_NORMAL_H
#define SG_FLOW_NORMAL_H

#include "postgres.h"
#include "endpoint.h"
#include "wire/sax.h"

typedef struct SgNormal
{
	bool seen; /* has it a list of values? */
	bool in_values;
	bool has_start;
	TimestampTz starts_at;
	int step;		/* minutes, 0: not said */
	double *values; /* NaN: none */
	size_t count;
	size_t room;
	SgFault *fault;
} SgNormal;

/* Begins without values, in the current memory context. */
extern void sg_normal_begin(SgNormal *normal, SgFault *fault);

/* Takes a member of the series, as sax tells it, or an element of its values. */
extern void sg_normal_member(SgNormal *normal, const SgSax *sax, int depth, SgSaxType type,
							 const char *text);
extern void sg_normal_value(SgNormal *normal, const SgSax *sax, int depth, SgSaxType type,
							const char *text);

/*
 * Gives the rows of load_curve, one for each value. Intervals go on without a break in absolute time, whatever civil
 * time does. A day for a step is a fault: it is not known of what such values are.
 */
extern void sg_normal_give(SgNormal *normal, const SgRequest *request, SgEmit emit, void *arg);

/* Is a step one that the intervals of a load curve can have? Else sets the fault. */
extern bool sg_normal_check_step(int step, SgFault *fault);

#endif
