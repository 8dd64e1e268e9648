/*
 * grdf.h
 *	  What the files of the GRDF API share: records, errors, rows that wait for the end of an answer.
 */
#ifndef SG_GRDF_H
#define SG_GRDF_H

#include "postgres.h"
#include "endpoint.h"
#include "row.h"

/* Takes one record of an answer, in memory that lives until it returns. */
typedef void (*SgGrdfTake)(void *arg, const SgNode *record, SgFault *fault);

/*
 * Reads an answer: JSON values one after the other, an array of records, or an object around one. A record is an
 * object with the member "mark" that is about the point that was asked for; each goes to "take". Sets the fault for
 * what is none, for a refusal among them, and SG_FAULT_EMPTY if there is no record.
 */
extern void sg_grdf_read(const SgRequest *request, const char *mark, const char *body, size_t len,
						 SgGrdfTake take, void *arg, SgFault *fault);

/*
 * Sets the fault from what an object says of itself: "statut_restitution" or "code_statut_traitement". Nothing is
 * set by a success. True if it says anything.
 */
extern bool sg_grdf_refusal(const SgNode *object, SgFault *fault);

/* Sets the fault from an answer that is not 200. As an API's classify. */
extern void sg_grdf_classify(int status, const char *body, size_t len, TimestampTz now,
							 SgFault *fault);

/*
 * Reads a member that is an instant; a date without a time is the beginning of that gas day. False if it is absent,
 * or is none: then the fault is set.
 */
extern bool sg_grdf_instant(const SgNode *object, const char *key, TimestampTz *at, SgFault *fault);

/*
 * Rows that wait until the answer is whole. Of several with one start and kind, the one that ends latest is given; of
 * those, a final one; of those, the last. Begins zeroed but for the relation and the memory context.
 */
typedef struct SgGrdfKept SgGrdfKept;

typedef struct SgGrdfKeep
{
	const SgRelation *relation;
	MemoryContext context; /* outlives the records */
	SgGrdfKept *rows;
	int count;
	int room;
} SgGrdfKeep;

/* Keeps a copy of a row. "kind" and "status" are the record's words, or NULL. */
extern void sg_grdf_keep(SgGrdfKeep *keep, const SgRow *row, TimestampTz starts_at,
						 TimestampTz ends_at, const char *kind, const char *status);

/* Gives the rows in the order of their starts, and frees them. */
extern void sg_grdf_give(SgGrdfKeep *keep, SgEmit emit, void *arg);

/* The decoders: what was billed or injected, contract, technical data, rights. As an endpoint's decode. */
extern void sg_grdf_billed(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
						   SgFault *fault);
extern void sg_grdf_contract(const SgRequest *request, char *body, size_t len, SgEmit emit,
							 void *arg, SgFault *fault);
extern void sg_grdf_technical(const SgRequest *request, char *body, size_t len, SgEmit emit,
							  void *arg, SgFault *fault);
extern void sg_grdf_rights(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
						   SgFault *fault);

#endif
