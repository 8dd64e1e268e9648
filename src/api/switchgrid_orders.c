/*
 * switchgrid_orders.c
 *	  Orders as rows: an order, and the requests in it.
 *
 * A link to a result is as good as the result, and needs no token: no row has one.
 */
#include "postgres.h"

#include "row.h"
#include "switchgrid.h"

/* What holds links, or what stands in rows of its own. */
static const char *const requests_only[] = {"requests", NULL};
static const char *const results[] = {"dataUrl", "dataUrls", "loadCurve", "summaryPerContract",
									  NULL};
/* What is shown if links turn up elsewhere. */
static const char *const safe[] = {"id",		  "type",	   "status",	"orderedAt",
								   "completedAt", "direction", "prms",		"since",
								   "until",		  "createdAt", "consentId", NULL};

List *
sg_switchgrid_order_requests(const SgEndpoint *endpoint, List *arguments, SgDays days)
{
	(void) days;
	return sg_switchgrid_by_id(endpoint, arguments, SG_ORDER_ORDER_ID);
}

List *
sg_switchgrid_demand_requests(const SgEndpoint *endpoint, List *arguments, SgDays days)
{
	(void) days;
	return sg_switchgrid_by_id(endpoint, arguments, SG_DEMAND_ORDER_ID);
}

/* Both relations are asked for by the order, their first column. */
void
sg_switchgrid_order_url(const SgRequest *request, StringInfo out)
{
	StaticAssertStmt((int) SG_ORDER_ORDER_ID == (int) SG_DEMAND_ORDER_ID,
					 "an order's name stands in different columns");
	sg_switchgrid_path(out, request->endpoint->path, sg_switchgrid_id(request, SG_ORDER_ORDER_ID));
}

/* Opens an order; NULL and a fault if it is none. Sets its name and its requests. */
static const SgNode *
open_order(const char *body, size_t len, SgJson **json, const char **id, const SgNode **requests,
		   SgFault *fault)
{
	const SgNode *root = sg_switchgrid_open(body, len, json, fault);

	if (root == NULL)
		return NULL;
	*id = sg_member_text(root, "id", fault);
	*requests = sg_member_list(root, "requests", fault);
	if (*id == NULL)
		sg_fault_set(fault, SG_FAULT_SHAPE, "An order has no \"id\".");
	if (fault->kind == SG_FAULT_NONE)
		return root;
	sg_json_close(*json);
	return NULL;
}

void
sg_switchgrid_orders(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
					 SgFault *fault)
{
	SgJson *json;
	const char *id;
	const SgNode *requests;
	const SgNode *root = open_order(body, len, &json, &id, &requests, fault);
	SgRow row;

	(void) request;
	if (root == NULL)
		return;
	sg_row_begin(&row, &sg_relation_data_order, fault);
	sg_row_text(&row, SG_ORDER_ORDER_ID, id);
	sg_row_member(&row, SG_ORDER_STATUS, root, "status");
	sg_row_integer(&row, SG_ORDER_REQUESTS, sg_node_count(requests));
	sg_row_text(&row, SG_ORDER_RAW, sg_switchgrid_print_safely(root, requests_only, safe));
	sg_json_close(json);
	if (fault->kind == SG_FAULT_NONE)
		sg_row_emit(&row, emit, arg);
}

/* What is so of a request as a whole. */
static void
begin_demand(SgRow *row, const char *order, int position, const SgNode *demand, SgFault *fault)
{
	sg_row_begin(row, &sg_relation_data_request, fault);
	sg_row_text(row, SG_DEMAND_ORDER_ID, order);
	sg_row_member(row, SG_DEMAND_REQUEST_ID, demand, "id");
	sg_row_integer(row, SG_DEMAND_POSITION, position);
	sg_row_member(row, SG_DEMAND_TYPE, demand, "type");
	sg_row_member(row, SG_DEMAND_STATUS, demand, "status");
	sg_row_member(row, SG_DEMAND_ORDERED_AT, demand, "orderedAt");
	sg_row_member(row, SG_DEMAND_COMPLETED_AT, demand, "completedAt");
	sg_row_member(row, SG_DEMAND_ERROR_MESSAGE, demand, "errorMessage");
	sg_row_text(row, SG_DEMAND_RAW, sg_switchgrid_print_safely(demand, results, safe));
	if (row->nulls[SG_DEMAND_REQUEST_ID] || row->nulls[SG_DEMAND_TYPE] ||
		row->nulls[SG_DEMAND_STATUS])
		sg_fault_set(fault, SG_FAULT_SHAPE,
					 "A request of an order has no \"id\", no \"type\" or no \"status\".");
}

/* What is so of one contract in it; its own message is nearer than the request's. */
static void
add_summary(SgRow *row, const SgNode *summary, SgFault *fault)
{
	const SgNode *list = sg_member_list_if(summary, "holes", fault);

	sg_row_member(row, SG_DEMAND_POINT_ID, summary, "prm");
	sg_row_member(row, SG_DEMAND_COVERAGE_RATIO, summary, "timeRangeCoverageRatio");
	if (list != NULL)
		sg_row_text(row, SG_DEMAND_HOLES,
					sg_switchgrid_array(sg_switchgrid_list(list, "holes", fault)));
	sg_row_member(row, SG_DEMAND_ERROR_MESSAGE, summary, "errorMessage");
	if (row->nulls[SG_DEMAND_POINT_ID])
		sg_fault_set(fault, SG_FAULT_SHAPE, "A summary of a request has no \"prm\".");
}

static void
give_demand(const char *order, int position, const SgNode *demand, SgEmit emit, void *arg,
			SgFault *fault)
{
	const SgNode *summaries = sg_member_list_if(demand, "summaryPerContract", fault);
	int count = sg_node_count(summaries);

	for (int i = 0; i < Max(count, 1) && fault->kind == SG_FAULT_NONE; i++)
	{
		SgRow row;

		begin_demand(&row, order, position, demand, fault);
		if (count > 0)
			add_summary(&row, sg_node_element(summaries, i), fault);
		if (fault->kind == SG_FAULT_NONE)
			sg_row_emit(&row, emit, arg);
	}
}

void
sg_switchgrid_demands(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
					  SgFault *fault)
{
	SgJson *json;
	const char *id;
	const SgNode *requests;
	const SgNode *root = open_order(body, len, &json, &id, &requests, fault);

	(void) request;
	if (root == NULL)
		return;
	for (int i = 0; i < sg_node_count(requests) && fault->kind == SG_FAULT_NONE; i++)
		give_demand(id, i, sg_node_element(requests, i), emit, arg, fault);
	sg_json_close(json);
}
