/*
 * assembly.h
 *	  Relations of state, put together from the answers that feed them.
 *
 * One answer may feed several relations (a contract with its holder), and one relation may need several
 * answers (a contract with its meter). What is wanted of a point is complete when all its answers came.
 */
#ifndef SG_ASSEMBLY_H
#define SG_ASSEMBLY_H

#include "postgres.h"
#include "api/row.h"
#include "fetch.h"

typedef struct SgAssembly SgAssembly;

/* One relation of one point, complete. */
typedef struct SgAssembled
{
	const SgRelation *relation;
	const char *point;
	int64 authorisation;
	SgFault fault;	/* NONE: the rows are all there; else that of the first answer that failed */
	List *rows;		/* of SgTuple * */
	uint32 silence; /* columns of which a NULL says nothing, a bit each */
	bool whole;		/* do the rows tell all directions that there are? */
} SgAssembled;

/* Makes an empty assembly in the current memory context. */
extern SgAssembly *sg_assembly_make(const SgApi *api);

/* Wants a relation of a point (or authorisation): the answers of all its endpoints will be added. */
extern void sg_assembly_want(SgAssembly *assembly, const SgRelation *relation, const char *point,
							 int64 authorisation);

/* Wants a relation of a point from one endpoint, whose result was ordered. */
extern void sg_assembly_want_of(SgAssembly *assembly, const SgRelation *relation, const char *point,
								const SgEndpoint *endpoint);

/* Takes a row of the answer that is being read; what nobody wants is dropped. The values are copied. */
extern void sg_assembly_row(SgAssembly *assembly, const SgRequest *request,
							const SgRelation *relation, const Datum *values, const bool *nulls);

/*
 * Takes an answer whose rows have all been given, and returns what is complete with it: a list of
 * SgAssembled *, in the assembly's memory until it is freed with sg_assembly_free.
 */
extern List *sg_assembly_answer(SgAssembly *assembly, const SgAnswer *answer);

/* Can the relation do without this answer, so that its columns stay NULL? */
extern bool sg_assembly_can_miss(const SgRelation *relation, const SgApi *api,
								 const SgAnswer *answer);

/* Frees what sg_assembly_answer returned. */
extern void sg_assembly_free(SgAssembled *assembled);

#endif
