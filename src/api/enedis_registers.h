/*
 * enedis_registers.h
 *	  The readings of a meter's registers, as Data Connect 2026 and the files of an order give them.
 */
#ifndef SG_ENEDIS_REGISTERS_H
#define SG_ENEDIS_REGISTERS_H

#include "postgres.h"
#include "endpoint.h"
#include "wire/json.h"

/* Reads the answer of an index endpoint into register_reading. As an endpoint's decode. */
extern void sg_enedis_registers(const SgRequest *request, char *body, size_t len, SgEmit emit,
								void *arg, SgFault *fault);

/*
 * Reads one measure of an order's file, {"contexte": [...]} or one such context by itself, into register_reading.
 * Quantities of the other direction are left out.
 */
extern void sg_enedis_measure(const SgRequest *request, const SgNode *measure, SgEmit emit,
							  void *arg, SgFault *fault);

#endif
