/*
 * switchgrid_events.c
 *	  Demand-response events, which Switchgrid tells anybody.
 */
#include "postgres.h"

#include "base/clock.h"
#include "row.h"
#include "switchgrid.h"

/* All events come at once; a clause on their time shows that somebody wants them. */
List *
sg_switchgrid_event_requests(const SgEndpoint *endpoint, List *arguments, SgDays days)
{
	if (days.from <= SG_DAY_FIRST && days.until >= SG_DAY_LAST)
		return NIL;
	return list_make1(sg_switchgrid_request(endpoint, arguments, days));
}

/* The base is the whole address. */
void
sg_switchgrid_event_url(const SgRequest *request, StringInfo out)
{
	appendStringInfoString(out, request->endpoint->path);
}

static void
give_event(const SgNode *event, SgEmit emit, void *arg, SgFault *fault)
{
	SgRow row;

	sg_row_begin(&row, &sg_relation_flexibility_event, fault);
	sg_row_member(&row, SG_EVENT_EVENT_ID, event, "eventId");
	/* whatever their names say, they come with an offset */
	sg_row_member(&row, SG_EVENT_STARTS_AT, event, "startUtc");
	sg_row_member(&row, SG_EVENT_ENDS_AT, event, "endUtc");
	sg_row_member(&row, SG_EVENT_SUMMARY, event, "summary");
	sg_row_member(&row, SG_EVENT_DESCRIPTION, event, "description");
	sg_row_text(&row, SG_EVENT_RAW, sg_node_print(event));
	if (row.nulls[SG_EVENT_EVENT_ID] || row.nulls[SG_EVENT_STARTS_AT])
		sg_fault_set(fault, SG_FAULT_SHAPE, "An event has no \"eventId\" or no \"startUtc\".");
	if (fault->kind == SG_FAULT_NONE)
		sg_row_emit(&row, emit, arg);
}

void
sg_switchgrid_events(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
					 SgFault *fault)
{
	SgJson *json;
	const SgNode *root = sg_switchgrid_open(body, len, &json, fault);
	const SgNode *list = root != NULL ? sg_member_list(root, "events", fault) : NULL;

	for (int i = 0; i < sg_node_count(list) && fault->kind == SG_FAULT_NONE; i++)
		give_event(sg_node_element(list, i), emit, arg, fault);
	if (root != NULL)
		sg_json_close(json);
}
