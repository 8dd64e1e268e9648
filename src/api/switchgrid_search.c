/*
 * switchgrid_search.c
 *	  Contracts found by the holder's name, an address, a point.
 */
#include "postgres.h"

#include "row.h"
#include "switchgrid.h"
#include "wire/http.h"

/* The texts of a column, or the one choice not to name it. */
static List *
choices(List *arguments, int column)
{
	List *texts = sg_switchgrid_texts(arguments, column);

	return texts != NIL ? texts : list_make1(NULL);
}

static List *
add_choice(List *arguments, int column, const char *text)
{
	return text != NULL ? lappend(arguments, sg_switchgrid_argument(column, text)) : arguments;
}

/* One search takes one of each: every combination of what clauses name. */
static List *
combine(const SgEndpoint *endpoint, List *arguments, SgDays days)
{
	List *points = choices(arguments, SG_SEARCH_POINT_ID);
	List *names = choices(arguments, SG_SEARCH_NAME);
	List *addresses = choices(arguments, SG_SEARCH_ADDRESS);
	List *requests = NIL;
	ListCell *point;
	ListCell *name;
	ListCell *address;

	foreach (point, points)
		foreach (name, names)
			foreach (address, addresses)
			{
				List *chosen = add_choice(NIL, SG_SEARCH_POINT_ID, lfirst(point));

				chosen = add_choice(chosen, SG_SEARCH_NAME, lfirst(name));
				chosen = add_choice(chosen, SG_SEARCH_ADDRESS, lfirst(address));
				requests = lappend(requests, sg_switchgrid_request(endpoint, chosen, days));
			}
	return requests;
}

List *
sg_switchgrid_search_requests(const SgEndpoint *endpoint, List *arguments, SgDays days)
{
	if (sg_switchgrid_texts(arguments, SG_SEARCH_POINT_ID) == NIL &&
		(sg_switchgrid_texts(arguments, SG_SEARCH_NAME) == NIL ||
		 sg_switchgrid_texts(arguments, SG_SEARCH_ADDRESS) == NIL))
		return NIL;
	return combine(endpoint, arguments, days);
}

/* The name is always needed here: the network asks for it before it tells anything. */
List *
sg_switchgrid_search_requests_v0(const SgEndpoint *endpoint, List *arguments, SgDays days)
{
	if (sg_switchgrid_texts(arguments, SG_SEARCH_NAME) == NIL ||
		(sg_switchgrid_texts(arguments, SG_SEARCH_POINT_ID) == NIL &&
		 sg_switchgrid_texts(arguments, SG_SEARCH_ADDRESS) == NIL))
		return NIL;
	return combine(endpoint, arguments, days);
}

/* How the API calls what a search names. */
static const struct
{
	const char *word;
	int column;
} parameters[] = {
	{"name", SG_SEARCH_NAME},
	{"address", SG_SEARCH_ADDRESS},
	{"prm", SG_SEARCH_POINT_ID},
};

void
sg_switchgrid_search_url(const SgRequest *request, StringInfo out)
{
	char separator = '?';

	appendStringInfoString(out, request->endpoint->path);
	for (int i = 0; i < lengthof(parameters); i++)
	{
		const char *text = sg_switchgrid_id(request, parameters[i].column);

		if (text == NULL)
			continue;
		appendStringInfo(out, "%c%s=", separator, parameters[i].word);
		sg_http_escape(out, sg_switchgrid_utf8(text));
		separator = '&';
	}
}

void
sg_switchgrid_search_url_v0(const SgRequest *request, StringInfo out)
{
	appendStringInfoString(out, request->endpoint->path);
}

char *
sg_switchgrid_search_body_v0(const SgRequest *request)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	for (int i = 0; i < lengthof(parameters); i++)
		sg_switchgrid_write_member(&out, parameters[i].word,
								   sg_switchgrid_id(request, parameters[i].column));
	appendStringInfoChar(&out, '}');
	return sg_switchgrid_utf8(out.data);
}

/* Lines 1 and 7 are empty by their definition. */
static void
set_address(SgRow *row, const SgNode *address)
{
	sg_row_member(row, SG_SEARCH_UNIT, address, "ligne2");
	sg_row_member(row, SG_SEARCH_BUILDING, address, "ligne3");
	sg_row_member(row, SG_SEARCH_STREET, address, "ligne4");
	sg_row_member(row, SG_SEARCH_LOCALITY, address, "ligne5");
	sg_row_member(row, SG_SEARCH_CITY, address, "ligne6");
}

static void
give_contract(const SgNode *contract, const SgRequest *request, SgEmit emit, void *arg,
			  SgFault *fault)
{
	SgRow row;

	sg_row_begin(&row, &sg_relation_contract_search, fault);
	sg_row_member(&row, SG_SEARCH_POINT_ID, contract, "prm");
	/* as it was asked, whatever was found by it: the clauses are looked at again */
	sg_row_text(&row, SG_SEARCH_NAME, sg_switchgrid_id(request, SG_SEARCH_NAME));
	sg_row_text(&row, SG_SEARCH_ADDRESS, sg_switchgrid_id(request, SG_SEARCH_ADDRESS));
	sg_row_member(&row, SG_SEARCH_CONTRACT_ID, contract, "id");
	sg_row_member(&row, SG_SEARCH_HOLDER, contract, "nomClientFinalOuDenominationSociale");
	sg_row_member(&row, SG_SEARCH_CATEGORY, contract, "categorieClientFinalCode");
	set_address(&row, sg_member_object_if(contract, "adresseInstallationNormalisee", fault));
	sg_row_text(&row, SG_SEARCH_RAW, sg_node_print(contract));
	if (row.nulls[SG_SEARCH_POINT_ID] || row.nulls[SG_SEARCH_CONTRACT_ID])
		sg_fault_set(fault, SG_FAULT_SHAPE, "A contract has no \"prm\" or no \"id\".");
	if (fault->kind == SG_FAULT_NONE)
		sg_row_emit(&row, emit, arg);
}

void
sg_switchgrid_search(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
					 SgFault *fault)
{
	SgJson *json;
	const SgNode *root = sg_switchgrid_open(body, len, &json, fault);
	const SgNode *list = root != NULL ? sg_member_list(root, "results", fault) : NULL;

	for (int i = 0; i < sg_node_count(list) && fault->kind == SG_FAULT_NONE; i++)
		give_contract(sg_node_element(list, i), request, emit, arg, fault);
	if (root != NULL)
		sg_json_close(json);
}
