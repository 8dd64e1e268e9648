/*
 * switchgrid_documents.c
 *	  Documents on their way in, and the requests that lead to them.
 */
#include "postgres.h"

#include "base/clock.h"
#include "enedis_facts.h"
#include "row.h"
#include "switchgrid.h"
#include "wire/http.h"

/* Identifiers are UUIDs; what may come in their place later is not longer than this. */
#define ID_LONGEST 64
#define ID_CHARACTERS "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"

const SgNode *
sg_switchgrid_open(const char *body, size_t len, SgJson **json, SgFault *fault)
{
	const SgNode *root;

	*json = sg_enedis_open(body, len, fault);
	if (*json == NULL)
		return NULL;
	root = sg_json_root(*json);
	if (sg_node_is_object(root))
		return root;
	sg_fault_set(fault, SG_FAULT_SHAPE, "The answer is not an object.");
	sg_json_close(*json);
	return NULL;
}

TimestampTz
sg_switchgrid_instant(const SgNode *object, const char *key, SgFault *fault)
{
	char *text = sg_member_text(object, key, fault);
	TimestampTz at = 0;

	if (text != NULL && !sg_clock_parse_instant(text, strlen(text), &at))
		sg_fault_set(fault, SG_FAULT_SHAPE, "The member \"%s\" is not an instant.", key);
	return at;
}

List *
sg_switchgrid_list(const SgNode *list, const char *key, SgFault *fault)
{
	List *texts = NIL;

	for (int i = 0; i < sg_node_count(list); i++)
	{
		char *text = sg_node_text(sg_node_element(list, i));

		if (text == NULL)
			sg_fault_set(fault, SG_FAULT_SHAPE, "The list \"%s\" has something else than texts.",
						 key);
		else
			texts = lappend(texts, text);
	}
	return texts;
}

char *
sg_switchgrid_print_safely(const SgNode *object, const char *const *without,
						   const char *const *safe)
{
	char *text = sg_node_print_some(object, without, false);

	return strstr(text, "://") == NULL ? text : sg_node_print_some(object, safe, true);
}

List *
sg_switchgrid_texts(List *arguments, int column)
{
	SgRequest given = {.arguments = arguments};
	const SgArgument *argument = sg_request_argument(&given, column);

	return argument != NULL && !argument->any ? argument->texts : NIL;
}

SgRequest *
sg_switchgrid_request(const SgEndpoint *endpoint, List *arguments, SgDays days)
{
	SgRequest *request = palloc0(sizeof(SgRequest));

	request->endpoint = endpoint;
	request->point = "";
	request->arguments = arguments;
	request->days = days;
	return request;
}

SgArgument *
sg_switchgrid_argument(int column, const char *text)
{
	SgArgument *argument = palloc0(sizeof(SgArgument));

	argument->column = column;
	argument->texts = list_make1(pstrdup(text));
	return argument;
}

static void
check_id(const char *text)
{
	if (text[0] == '\0' || strlen(text) > ID_LONGEST || strspn(text, ID_CHARACTERS) != strlen(text))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("invalid identifier: \"%s\"", text),
						errhint("Asks and orders are named by UUIDs.")));
}

List *
sg_switchgrid_by_id(const SgEndpoint *endpoint, List *arguments, int column)
{
	List *requests = NIL;
	ListCell *cell;

	foreach (cell, sg_switchgrid_texts(arguments, column))
	{
		SgArgument *argument = sg_switchgrid_argument(column, lfirst(cell));

		check_id(lfirst(cell));
		requests =
			lappend(requests, sg_switchgrid_request(endpoint, list_make1(argument), SG_DAYS_ALL));
	}
	return requests;
}

const char *
sg_switchgrid_id(const SgRequest *request, int column)
{
	List *texts = sg_switchgrid_texts(request->arguments, column);

	return texts != NIL ? linitial(texts) : NULL;
}

void
sg_switchgrid_path(StringInfo out, const char *path, const char *id)
{
	appendStringInfo(out, "%s/", path);
	sg_http_escape(out, id);
}
