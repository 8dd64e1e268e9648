/*
 * switchgrid_ordering.c
 *	  Data that is ordered: what is sent, and how it stands with it.
 */
#include "postgres.h"

#include "base/clock.h"
#include "row.h"
#include "switchgrid.h"
#include "wire/http.h"

/* ---------------------------------------------------------------- what is sent */

#define CURVE "LOADCURVE"

static bool
is_contract(const char *type)
{
	return strncmp(type, "C68", 3) == 0;
}

/* What Switchgrid makes has words of its own; what Enedis makes has Enedis'. */
static const char *
direction_word(const SgEndpoint *endpoint)
{
	if (endpoint->direction != NULL && strcmp(endpoint->direction, SG_PRODUCTION) == 0)
		return "INJECTION";
	return strcmp(endpoint->order_type, CURVE) == 0 ? "CONSUMPTION" : "SOUTIRAGE";
}

/* Where the meter does not record its curve yet, recording begins. */
static bool
may_activate(const char *type)
{
	return strcmp(type, CURVE) == 0 || strcmp(type, "R63") == 0;
}

static void
write_request(StringInfo out, const SgRequest *request)
{
	const char *type = request->endpoint->order_type;
	char since[SG_INSTANT_LEN];
	char until[SG_INSTANT_LEN];

	sg_switchgrid_write_comma(out);
	appendStringInfoChar(out, '{');
	sg_switchgrid_write_member(out, "type", type);
	if (!is_contract(type))
	{
		sg_switchgrid_write_member(out, "direction", direction_word(request->endpoint));
		sg_switchgrid_write_member(out, "since", sg_clock_print_start(since, request->days.from));
		sg_switchgrid_write_member(out, "until", sg_clock_print_start(until, request->days.until));
	}
	sg_switchgrid_write_list(out, "prms", list_make1(unconstify(char *, request->point)));
	if (may_activate(type))
		appendStringInfoString(out, ",\"enedisRetryAfterLoadcurveActivation\":true");
	appendStringInfoChar(out, '}');
}

/* The API refuses a consent of null: without one the member is left out. */
static char *
write_order(List *requests, const char *ask)
{
	StringInfoData out;
	ListCell *cell;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	sg_switchgrid_write_member(&out, "consentId", ask);
	sg_switchgrid_write_comma(&out);
	appendStringInfoString(&out, "\"requests\":[");
	foreach (cell, requests)
		write_request(&out, lfirst(cell));
	appendStringInfoString(&out, "]}");
	return out.data;
}

/* Powers, not energies: half hours are the step of the meters. */
static void
data_url(const char *request_id, const char *format, StringInfo out)
{
	sg_switchgrid_path(out, "/request", request_id);
	appendStringInfo(out, "/data?period=30min&format=%s", format);
}

/* ---------------------------------------------------------------- how it stands */

static bool
is_either(const char *word, const char *a, const char *b)
{
	return word != NULL && (strcmp(word, a) == 0 || strcmp(word, b) == 0);
}

/* Words that are not known may be those of new ways to an end. */
static SgStage
stage_of_request(const char *status)
{
	if (strcmp(status, "SUCCESS") == 0)
		return SG_STAGE_DONE;
	return strcmp(status, "FAILED") == 0 ? SG_STAGE_FAILED : SG_STAGE_OPEN;
}

/* The first of a member that is a list of texts. */
static const char *
first_of(const SgNode *object, const char *key, SgFault *fault)
{
	const SgNode *list = sg_member_list_if(object, key, fault);
	List *texts = sg_switchgrid_list(list, key, fault);

	return texts != NIL ? linitial(texts) : NULL;
}

/* Each generation has put the link to the result elsewhere. */
static const char *
link_of(const SgNode *demand, const SgNode *summaries, SgFault *fault)
{
	const char *link = sg_member_text(demand, "dataUrl", fault);

	if (link == NULL)
		link = first_of(demand, "dataUrls", fault);
	for (int i = 0; i < sg_node_count(summaries) && link == NULL; i++)
		link = sg_member_text(sg_node_element(summaries, i), "fileUrl", fault);
	return link;
}

/* How much of the span is there; negative if it is not said. */
static double
ratio_of(const SgNode *summary, SgFault *fault)
{
	SgRow row;

	/* the same reading as that of the rows */
	sg_row_begin(&row, &sg_relation_data_request, fault);
	sg_row_member(&row, SG_DEMAND_COVERAGE_RATIO, summary, "timeRangeCoverageRatio");
	if (row.nulls[SG_DEMAND_COVERAGE_RATIO])
		return -1;
	return DatumGetFloat8(row.values[SG_DEMAND_COVERAGE_RATIO]);
}

static SgDelivery *
read_delivery(const SgNode *demand, SgFault *fault)
{
	SgDelivery *delivery = palloc0(sizeof(SgDelivery));
	const SgNode *curve = sg_member_object_if(demand, "loadCurve", fault);
	const SgNode *summaries = sg_member_list_if(demand, "summaryPerContract", fault);
	/* a request is about one point, so there is one summary */
	const SgNode *summary = sg_node_count(summaries) > 0 ? sg_node_element(summaries, 0) : NULL;

	delivery->request_id = sg_member_text(demand, "id", fault);
	delivery->type = sg_member_text(demand, "type", fault);
	delivery->status = sg_member_text(demand, "status", fault);
	if (delivery->request_id == NULL || delivery->type == NULL || delivery->status == NULL)
	{
		sg_fault_set(fault, SG_FAULT_SHAPE,
					 "A request of an order has no \"id\", no \"type\" or no \"status\".");
		return NULL;
	}
	delivery->stage = stage_of_request(delivery->status);
	delivery->ordered_at = sg_switchgrid_instant(demand, "orderedAt", fault);
	delivery->completed_at = sg_switchgrid_instant(demand, "completedAt", fault);
	delivery->link = link_of(demand, summaries, fault);
	delivery->curve = curve != NULL ? sg_node_print(curve) : NULL;
	if (sg_node_count(summaries) == 1)
		delivery->point = sg_member_text(summary, "prm", fault);
	delivery->ratio = ratio_of(summary, fault);
	delivery->holes =
		sg_switchgrid_list(sg_member_list_if(summary, "holes", fault), "holes", fault);
	delivery->message = sg_member_text(demand, "errorMessage", fault);
	if (delivery->message == NULL)
		delivery->message = sg_member_text(summary, "errorMessage", fault);
	if (delivery->stage == SG_STAGE_FAILED)
		sg_switchgrid_mean(delivery->message, &delivery->fault);
	return delivery;
}

/*
 * Of an order that came to nothing as a whole, no request will come: the address is not that of the contract,
 * so there is no right on it, whoever asks again.
 */
static void
fail_open(const SgOrderReport *report)
{
	bool refused = strcmp(report->status, "ADDRESS_CHECK_FAILED") == 0;
	ListCell *cell;

	foreach (cell, report->deliveries)
	{
		SgDelivery *delivery = lfirst(cell);

		if (delivery->stage != SG_STAGE_OPEN)
			continue;
		delivery->stage = SG_STAGE_FAILED;
		strlcpy(delivery->fault.code, refused ? report->status : "", SG_FAULT_CODE_LEN);
		sg_fault_set(&delivery->fault, refused ? SG_FAULT_CONSENT : SG_FAULT_SERVER,
					 "The whole order failed: %s.",
					 refused ? "the address is not that of the contract" : "nothing says why");
	}
}

/*
 * An order has ended when its requests have, whatever its own word is; only without requests, or when it failed
 * as a whole, the word decides.
 */
static void
set_stage(SgOrderReport *report)
{
	const char *status = report->status;
	ListCell *cell;

	report->stage = SG_STAGE_DONE;
	if (is_either(status, "ADDRESS_CHECK_FAILED", "FAILED"))
	{
		report->stage = SG_STAGE_FAILED;
		fail_open(report);
		return;
	}
	if (report->deliveries == NIL && !is_either(status, "SUCCESS", "SOME_REQUESTS_FAILED"))
		report->stage = SG_STAGE_OPEN;
	foreach (cell, report->deliveries)
		if (((SgDelivery *) lfirst(cell))->stage == SG_STAGE_OPEN)
			report->stage = SG_STAGE_OPEN;
}

static SgOrderReport *
read_report(const SgNode *root, SgFault *fault)
{
	SgOrderReport *report = palloc0(sizeof(SgOrderReport));
	const SgNode *list;

	report->order_id = sg_member_text(root, "id", fault);
	if (report->order_id == NULL)
	{
		/* once, all that came back from an order was its name */
		report->order_id = sg_member_text(root, "orderId", fault);
		if (report->order_id == NULL)
			sg_fault_set(fault, SG_FAULT_SHAPE, "An order has no \"id\".");
		return report;
	}
	report->status = sg_member_text(root, "status", fault);
	list = sg_member_list(root, "requests", fault);
	for (int i = 0; i < sg_node_count(list) && fault->kind == SG_FAULT_NONE; i++)
		report->deliveries =
			lappend(report->deliveries, read_delivery(sg_node_element(list, i), fault));
	if (fault->kind == SG_FAULT_NONE)
		set_stage(report);
	return report;
}

static SgOrderReport *
read_order(const char *body, size_t len, SgFault *fault)
{
	SgJson *json;
	const SgNode *root = sg_switchgrid_open(body, len, &json, fault);
	SgOrderReport *report;

	if (root == NULL)
		return NULL;
	report = read_report(root, fault);
	sg_json_close(json);
	return fault->kind == SG_FAULT_NONE ? report : NULL;
}

#define ORDERING(ask_is_named)                                                               \
	{                                                                                        \
		.path = "/order", .by_ask = (ask_is_named), .body = write_order, .read = read_order, \
		.data_url = data_url                                                                 \
	}

/* The later generation looks the consent up by the points; the latest wants it named. */
const SgOrdering sg_switchgrid_ordering = ORDERING(false);
const SgOrdering sg_switchgrid_ordering_v0 = ORDERING(true);
