/*
 * gas.h
 *	  The days of a gas meter in GRDF's records, whoever hands them on.
 */
#ifndef SG_GAS_H
#define SG_GAS_H

#include "postgres.h"
#include "endpoint.h"

/* Is it a PCE: 14 digits, or GI and 6 digits? */
extern bool sg_gas_valid_point(const char *point);

#define SG_GAS_POINT_RULE "A gas point (PCE) is 14 digits, or GI and 6 digits."

/*
 * Reads informative records into gas_day, the days of the request only: one JSON value after the other, an array of
 * records, one record, or an object around an array of them. A record without a quantity is no row. An error
 * among the records is the fault of all: no row is given then. As an endpoint's decode.
 */
extern void sg_gas_days(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
						SgFault *fault);

#endif
