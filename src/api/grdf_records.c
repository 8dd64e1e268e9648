/*
 * grdf_records.c
 *	  From an answer of GRDF to its records: NDJSON as it should be, as it is met, and as others may wrap it.
 *
 * Value after value, each freed before the next one is read: what is held of a long answer does not grow with it.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/clock.h"
#include "grdf.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* Objects around a list of records; more of them are another kind of document. */
#define WRAPPERS 4
/* A gas day begins at this hour of the clock in Paris. */
#define GAS_DAY_FROM (6 * SECS_PER_HOUR)

typedef struct Reader
{
	const SgRequest *request;
	const char *mark;
	SgGrdfTake take;
	void *arg;
	SgFault *fault;
	bool any;		 /* has there been a record? */
	SgFault nothing; /* in which words the answer says that there is none */
} Reader;

static bool
has_mark(const Reader *reader, const SgNode *object)
{
	const SgNode *member = sg_node_member(object, reader->mark);

	return member != NULL && sg_node_count(member) < 0;
}

/* Has the object the mark, be it null? */
static bool
names_mark(const Reader *reader, const SgNode *object)
{
	void *iterator = NULL;
	const char *key;

	while (sg_node_next_member(object, &iterator, &key) != NULL)
		if (strcmp(key, reader->mark) == 0)
			return true;
	return false;
}

/* Can the object be one of a list of records: a record, a null one, a refusal? */
static bool
is_entry(const Reader *reader, const SgNode *object)
{
	return names_mark(reader, object) || sg_node_member(object, "statut_restitution") != NULL ||
		   sg_node_member(object, "code_statut_traitement") != NULL;
}

/* The names under which a list is one of records, even if it is empty. */
static bool
names_list(const char *key)
{
	static const char *const names[] = {"data",	   "donnees", "results",	   "resultats",
										"records", "releves", "consommations", "liste_acces"};

	for (int i = 0; i < lengthof(names); i++)
		if (strcmp(names[i], key) == 0)
			return true;
	return false;
}

/* The first array in an object, or in the objects in it, that has entries, or could have; NULL if there is none. */
static const SgNode *
find_list(const Reader *reader, const SgNode *object, int depth)
{
	void *iterator = NULL;
	const SgNode *member;
	const char *key;

	while ((member = sg_node_next_member(object, &iterator, &key)) != NULL)
	{
		const SgNode *list = NULL;

		if (sg_node_count(member) > 0 ? is_entry(reader, sg_node_element(member, 0))
									  : sg_node_count(member) == 0 && names_list(key))
			list = member;
		else if (sg_node_is_object(member) && depth > 1)
			list = find_list(reader, member, depth - 1);
		if (list != NULL)
			return list;
	}
	return NULL;
}

static void
check_point(const Reader *reader, const SgNode *record)
{
	const SgNode *about = sg_member_object_if(record, "pce", reader->fault);
	char *point = sg_member_text(about, "id_pce", reader->fault);

	if (point != NULL && strcmp(point, reader->request->point) != 0)
		sg_fault_set(reader->fault, SG_FAULT_SHAPE,
					 "The answer is not about the point that was asked for.");
}

/* Looks at what an object says of itself; that there is nothing counts only if there is no record either. */
static bool
check_refusal(Reader *reader, const SgNode *object)
{
	SgFault refusal = {0};
	bool said = sg_grdf_refusal(object, &refusal);

	if (refusal.kind == SG_FAULT_EMPTY)
		reader->nothing = refusal;
	else if (refusal.kind != SG_FAULT_NONE && reader->fault->kind == SG_FAULT_NONE)
		*reader->fault = refusal;
	return said;
}

/* A record, or what stands among them; "whole" if it is all of a value, which then can be around a list. */
static void read_object(Reader *reader, const SgNode *object, bool whole);

static void
read_list(Reader *reader, const SgNode *list)
{
	if (sg_node_count(list) == 0)
		sg_fault_set(&reader->nothing, SG_FAULT_EMPTY, "The list of records is empty.");
	for (int i = 0; i < sg_node_count(list) && reader->fault->kind == SG_FAULT_NONE; i++)
	{
		CHECK_FOR_INTERRUPTS();
		read_object(reader, sg_node_element(list, i), false);
	}
}

static void
read_object(Reader *reader, const SgNode *object, bool whole)
{
	bool said = check_refusal(reader, object);
	const SgNode *list = NULL;

	check_point(reader, object);
	if (reader->fault->kind != SG_FAULT_NONE)
		return;
	if (has_mark(reader, object))
	{
		reader->any = true;
		reader->take(reader->arg, object, reader->fault);
		return;
	}
	if (whole)
		list = find_list(reader, object, WRAPPERS);
	if (list != NULL)
		read_list(reader, list);
	else if (sg_node_member(object, reader->mark) != NULL)
		sg_fault_set(reader->fault, SG_FAULT_SHAPE, "The member \"%s\" is not an object.",
					 reader->mark);
	else if (said || names_mark(reader, object))
		sg_fault_set(&reader->nothing, SG_FAULT_EMPTY, "The answer has no record.");
	else
		sg_fault_set(reader->fault, SG_FAULT_SHAPE, "A part of the answer has no \"%s\".",
					 reader->mark);
}

/* What is not JSON: of a document, which may hold names and addresses, nothing is shown. */
static void
complain(const char *rest, size_t len, size_t total, const char *why, SgFault *fault)
{
	char excerpt[120];

	if (len > 0 && (rest[0] == '{' || rest[0] == '['))
		sg_fault_set(fault, SG_FAULT_SHAPE, "The body of %zu bytes is not valid JSON: %s.", total,
					 why);
	sg_fault_excerpt(excerpt, sizeof(excerpt), rest, len);
	sg_fault_set(fault, SG_FAULT_SHAPE,
				 "The body is not valid JSON: %s. What cannot be read begins with: %s", why,
				 excerpt);
}

/* Reads the next value; false after the last one, or a fault. */
static bool
read_next(Reader *reader, const char *body, size_t len, size_t *at)
{
	char why[128];
	size_t start = *at;
	SgJson *json = sg_json_next(body, len, at, why, sizeof(why));

	CHECK_FOR_INTERRUPTS();
	if (json == NULL && why[0] != '\0')
	{
		while (start < len && isspace((unsigned char) body[start]))
			start++;
		complain(body + start, len - start, len, why, reader->fault);
	}
	if (json == NULL)
		return false;
	if (sg_node_count(sg_json_root(json)) >= 0)
		read_list(reader, sg_json_root(json));
	else
		read_object(reader, sg_json_root(json), true);
	return reader->fault->kind == SG_FAULT_NONE;
}

void
sg_grdf_read(const SgRequest *request, const char *mark, const char *body, size_t len,
			 SgGrdfTake take, void *arg, SgFault *fault)
{
	Reader reader = {.request = request, .mark = mark, .take = take, .arg = arg, .fault = fault};
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "switchgrid record", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	size_t at = 0;

	while (read_next(&reader, body, len, &at))
		MemoryContextReset(context);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	if (fault->kind != SG_FAULT_NONE || reader.any)
		return;
	if (reader.nothing.kind != SG_FAULT_NONE)
		*fault = reader.nothing;
	else
		sg_fault_set(fault, SG_FAULT_SHAPE, "The body has no JSON value.");
}

bool
sg_grdf_instant(const SgNode *object, const char *key, TimestampTz *at, SgFault *fault)
{
	char *text = sg_member_text(object, key, fault);
	SgLabelReader alone = {0};
	DateADT day;
	int seconds = GAS_DAY_FROM;

	if (text == NULL)
		return false;
	if (sg_clock_parse_instant(text, strlen(text), at))
		return true;
	if (!sg_clock_parse_label(text, strlen(text), &day, &seconds) &&
		!sg_clock_parse_day(text, strlen(text), &day))
	{
		sg_fault_set(fault, SG_FAULT_SHAPE, "The member \"%s\" is not an instant.", key);
		return false;
	}
	*at = sg_clock_label(&alone, day, seconds, 0);
	return true;
}
