/*
 * flow_contract.h
 *	  What the two forms of C68, JSON and CSV, share.
 */
#ifndef SG_FLOW_CONTRACT_H
#define SG_FLOW_CONTRACT_H

#include "postgres.h"
#include "endpoint.h"
#include "row.h"

typedef struct SgContractReader
{
	const SgRequest *request;
	SgEmit emit;
	void *arg;
	SgFault *fault;
} SgContractReader;

/* Begins a row about the point of the request. Every relation that C68 feeds begins with the point. */
extern void sg_contract_begin(const SgContractReader *reader, SgRow *row,
							  const SgRelation *relation);

/* Gives the row, if there is no fault and the endpoint feeds its relation. */
extern void sg_contract_give(const SgContractReader *reader, const SgRow *row);

/*
 * The direction of a contract: injection has segments that begin with P. The kind of injection counts only where no
 * segment is said, for a consumer who injects what is left over has it too.
 */
extern const char *sg_contract_direction(const char *segment, const char *injection);

/* Sets the off-peak hours that will come. */
extern void sg_contract_set_future(SgRow *contract, const char *hours);

/* Sets whether the meter communicates, by how far its services are open: "0", "1" or "2". */
extern void sg_contract_set_level(SgRow *contract, const char *level);

/* Sets the volts of a connection: "230 V", "230/400 V", "20 kV". A text that is none of these says nothing. */
extern void sg_contract_set_volts(SgRow *connection, const char *text);

/* Reads the table. */
extern void sg_contract_table(const SgContractReader *reader, const char *body, size_t len);

/* What is told of a contract without what is told of its holder and of where it is, as JSON; palloc'd. */
extern char *sg_contract_print_impersonal(const SgNode *contract);

#endif
