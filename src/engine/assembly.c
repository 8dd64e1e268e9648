/*
 * assembly.c
 *	  Relations of state, put together from the answers that feed them.
 */
#include "postgres.h"

#include "assembly.h"
#include "catalog/pg_type_d.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/memutils.h"

/* A row that one endpoint gave, until all have. */
typedef struct Part
{
	const SgEndpoint *endpoint;
	SgTuple *row;
} Part;

typedef struct Wanted
{
	SgAssembled result; /* first, so that a result leads back to its wish */
	MemoryContext context;
	List *endpoints; /* whose answers are still to come */
	const SgEndpoint *first;
	List *parts; /* of Part * */
} Wanted;

struct SgAssembly
{
	MemoryContext context;
	const SgApi *api;
	List *wanted; /* of Wanted * */
};

SgAssembly *
sg_assembly_make(const SgApi *api)
{
	SgAssembly *assembly = palloc0(sizeof(SgAssembly));

	assembly->context = CurrentMemoryContext;
	assembly->api = api;
	return assembly;
}

static void
want(SgAssembly *assembly, const SgRelation *relation, const char *point, int64 authorisation,
	 List *endpoints)
{
	MemoryContext context =
		AllocSetContextCreate(assembly->context, "switchgrid state", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Wanted *wanted = palloc0(sizeof(Wanted));

	wanted->context = context;
	wanted->result.relation = relation;
	wanted->result.point = pstrdup(point);
	wanted->result.authorisation = authorisation;
	wanted->endpoints = list_copy(endpoints);
	wanted->first = linitial(endpoints);
	wanted->result.silence = sg_api_silence(assembly->api, relation);
	wanted->result.whole = wanted->first->lists_directions;
	MemoryContextSwitchTo(assembly->context);
	assembly->wanted = lappend(assembly->wanted, wanted);
	MemoryContextSwitchTo(old);
}

void
sg_assembly_want(SgAssembly *assembly, const SgRelation *relation, const char *point,
				 int64 authorisation)
{
	List *endpoints = sg_api_endpoints(assembly->api, relation, SG_BOTH);

	want(assembly, relation, point, authorisation, endpoints);
	list_free(endpoints);
}

void
sg_assembly_want_of(SgAssembly *assembly, const SgRelation *relation, const char *point,
					const SgEndpoint *endpoint)
{
	List *endpoints = list_make1(unconstify(SgEndpoint *, endpoint));

	want(assembly, relation, point, 0, endpoints);
	list_free(endpoints);
}

static bool
is_about(const Wanted *wanted, const SgRequest *request)
{
	return wanted->result.authorisation == request->authorisation &&
		   strcmp(wanted->result.point, request->point) == 0;
}

void
sg_assembly_row(SgAssembly *assembly, const SgRequest *request, const SgRelation *relation,
				const Datum *values, const bool *nulls)
{
	ListCell *cell;

	foreach (cell, assembly->wanted)
	{
		Wanted *wanted = lfirst(cell);
		MemoryContext old;
		Part *part;

		if (wanted->result.relation != relation || !is_about(wanted, request))
			continue;
		old = MemoryContextSwitchTo(wanted->context);
		part = palloc(sizeof(Part));
		part->endpoint = request->endpoint;
		part->row = sg_tuple_copy(relation, values, nulls);
		wanted->parts = lappend(wanted->parts, part);
		MemoryContextSwitchTo(old);
	}
}

/* Two JSON objects without a member in common as one: {"a": 1} and {"b": 2}. */
static Datum
join_objects(Datum a, Datum b)
{
	char *left = TextDatumGetCString(a);
	char *right = TextDatumGetCString(b);

	left[strlen(left) - 1] = '\0';
	return CStringGetTextDatum(psprintf("%s, %s", left, right + 1));
}

/* Adds what a part knows to a row that does not. */
static void
complete_row(const SgRelation *relation, SgTuple *row, const SgTuple *part)
{
	for (int i = 0; i < relation->ncolumns; i++)
	{
		if (part->nulls[i])
			continue;
		if (row->nulls[i])
		{
			row->values[i] = part->values[i];
			row->nulls[i] = false;
		}
		else if (relation->columns[i].type == JSONBOID)
			row->values[i] = join_objects(row->values[i], part->values[i]);
	}
}

/* Does a part say something of the row: of its direction, or of whatever direction? */
static bool
concerns(const SgRelation *relation, const SgTuple *row, const SgTuple *part)
{
	int direction = sg_relation_role(relation, SG_ROLE_DIRECTION);

	return direction < 0 || part->nulls[direction] || row->nulls[direction] ||
		   datumIsEqual(row->values[direction], part->values[direction], false, -1);
}

/* The rows of the first endpoint, with what the others know. */
static void
assemble(Wanted *wanted)
{
	ListCell *cell;
	ListCell *other;

	foreach (cell, wanted->parts)
	{
		Part *first = lfirst(cell);

		if (first->endpoint != wanted->first)
			continue;
		wanted->result.rows = lappend(wanted->result.rows, first->row);
		foreach (other, wanted->parts)
		{
			Part *part = lfirst(other);

			if (part->endpoint != wanted->first &&
				concerns(wanted->result.relation, first->row, part->row))
				complete_row(wanted->result.relation, first->row, part->row);
		}
	}
}

/*
 * A document that adds to another's rows, and is not there or is not subscribed to, leaves its columns NULL.
 * Only the first one's absence means no row.
 */
bool
sg_assembly_can_miss(const SgRelation *relation, const SgApi *api, const SgAnswer *answer)
{
	return (answer->fault.kind == SG_FAULT_EMPTY || answer->fault.kind == SG_FAULT_SUBSCRIPTION) &&
		   answer->request.endpoint != sg_api_endpoint(api, relation, SG_BOTH);
}

static void
take_fault(SgAssembly *assembly, Wanted *wanted, const SgAnswer *answer)
{
	if (answer->fault.kind == SG_FAULT_NONE ||
		sg_assembly_can_miss(wanted->result.relation, assembly->api, answer))
		return;
	if (wanted->result.fault.kind == SG_FAULT_NONE || wanted->result.fault.kind == SG_FAULT_EMPTY)
		wanted->result.fault = answer->fault;
}

List *
sg_assembly_answer(SgAssembly *assembly, const SgAnswer *answer)
{
	List *complete = NIL;
	ListCell *cell;

	foreach (cell, assembly->wanted)
	{
		Wanted *wanted = lfirst(cell);
		MemoryContext old;

		if (!is_about(wanted, &answer->request) ||
			!list_member_ptr(wanted->endpoints, answer->request.endpoint))
			continue;
		wanted->endpoints =
			list_delete_ptr(wanted->endpoints, unconstify(SgEndpoint *, answer->request.endpoint));
		take_fault(assembly, wanted, answer);
		if (wanted->endpoints != NIL)
			continue;
		old = MemoryContextSwitchTo(wanted->context);
		if (wanted->result.fault.kind == SG_FAULT_NONE)
			assemble(wanted);
		MemoryContextSwitchTo(old);
		assembly->wanted = foreach_delete_current(assembly->wanted, cell);
		complete = lappend(complete, &wanted->result);
	}
	return complete;
}

void
sg_assembly_free(SgAssembled *assembled)
{
	MemoryContextDelete(((Wanted *) assembled)->context);
}
