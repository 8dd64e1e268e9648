/*
 * group.h
 *	  Answers that are stored together, in one short transaction.
 */
#ifndef SG_GROUP_H
#define SG_GROUP_H

#include "postgres.h"
#include "engine/assembly.h"
#include "engine/fetch.h"

typedef struct SgGroup SgGroup;

/*
 * An empty group in the current memory context. "assembly" says which relations of state are wanted of which
 * points; what no wish asks for is not kept.
 */
extern SgGroup *sg_group_make(SgAssembly *assembly);

/* Where the next answer is to be written, so that the group knows whose rows it takes. */
extern SgAnswer *sg_group_answer(SgGroup *group);

/* Takes a row of that answer: an SgEmit, with the group as its argument. */
extern void sg_group_emit(void *arg, const SgRelation *relation, const Datum *values,
						  const bool *nulls);

/* The answer is complete: keeps it, or what of a point's state is complete with it. */
extern void sg_group_add(SgGroup *group);

/* The answer is not to be kept, nor its rows. */
extern void sg_group_forget(SgGroup *group);

/* Does the group hold as much as one transaction should store: in answers, or in bytes? */
extern bool sg_group_is_full(const SgGroup *group);

/*
 * Stores rows and coverage of all answers for a server, in the current transaction, and empties the group.
 * What cannot be stored is noted as open, with the reason, and does not hold back the rest. Needs an SPI
 * connection. "now" dates what is noted.
 */
extern void sg_group_store(SgGroup *group, const char *server, TimestampTz now);

#endif
