/*
 * enedis_registers.h
 *	  The readings of a meter's registers, as Data Connect 2026 gives them.
 */
#ifndef SG_ENEDIS_REGISTERS_H
#define SG_ENEDIS_REGISTERS_H

#include "postgres.h"
#include "endpoint.h"

/* Reads the answer of an index endpoint into register_reading. As an endpoint's decode. */
extern void sg_enedis_registers(const SgRequest *request, char *body, size_t len, SgEmit emit,
								void *arg, SgFault *fault);

#endif
