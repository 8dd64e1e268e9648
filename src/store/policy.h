/*
 * policy.h
 *	  How refresh treats a relation: switchgrid.policy_in_force.
 */
#ifndef SG_POLICY_H
#define SG_POLICY_H

#include "postgres.h"

/* Waits are in microseconds. */
typedef struct SgPolicy
{
	int late_days;	  /* days so recent that are not whole are expected to be completed */
	int64 late_retry; /* and asked again after this; how long a look at a state is good */
	int64
		empty_retry; /* older days without data are asked again after this, then twice this, ... */
} SgPolicy;

/* The policy of a relation. Needs an SPI connection. */
extern SgPolicy sg_policy_get(const char *relation);

#endif
