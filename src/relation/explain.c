/*
 * explain.c
 *	  What EXPLAIN says of a scan.
 */
#include "postgres.h"

#include "base/compat.h"
#include "explain.h"
#include "nodes/nodeFuncs.h"
#include "state.h"
#include "stored.h"
#include "wanted.h"

/* Requests that are written out; of more, the number says enough. */
#define SHOWN 8

/* Does an expression hold a parameter whose value is not known yet? "context" is what values there are. */
static bool
waits_for_execution(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param))
		return ((Param *) node)->paramkind != PARAM_EXTERN || context == NULL;
	return expression_tree_walker(node, waits_for_execution, context);
}

static void
show_requests(ForeignScanState *node, ExplainState *es)
{
	SgScanState *state = node->fdw_state;
	List *shown = NIL;
	List *requests;
	ListCell *cell;
	SgWanted wanted;

	sg_state_wanted(node, &wanted);
	if (!sg_wanted_enough(state->profile, state->relation, &wanted))
	{
		ExplainPropertyText("Requests",
							state->relation->kind == SG_KIND_DOCUMENT
								? "none: no clause says what to ask for"
								: "none: no point is named",
							es);
		return;
	}
	requests = sg_wanted_requests(state->profile, state->relation, &wanted);
	ExplainPropertyInteger("Requests", NULL, list_length(requests), es);
	foreach (cell, requests)
		if (list_length(shown) < SHOWN)
			shown = lappend(shown, sg_request_describe(lfirst(cell)));
	if (list_length(requests) > SHOWN)
		shown = lappend(shown, psprintf("and %d more", list_length(requests) - SHOWN));
	if (es->format != EXPLAIN_FORMAT_TEXT)
		ExplainPropertyList("Request", shown, es);
	else
		foreach (cell, shown)
			ExplainPropertyText("Request", lfirst(cell), es);
}

/* The repetitions one by one: what was sent again, why, and how long after. */
static void
show_retries(const SgStats *stats, ExplainState *es)
{
	List *told = NIL;
	ListCell *cell;

	for (int i = 0; i < Min(stats->retries, SG_RETRIES_TOLD); i++)
		told =
			lappend(told, es->timing ? psprintf("%s; again after %.3f ms", stats->retried[i].what,
												stats->retried[i].wait_us / 1000.0)
									 : pstrdup(stats->retried[i].what));
	if (stats->retries > SG_RETRIES_TOLD)
		told =
			lappend(told, psprintf("and " INT64_FORMAT " more", stats->retries - SG_RETRIES_TOLD));
	if (es->format != EXPLAIN_FORMAT_TEXT)
		ExplainPropertyList("Repetition", told, es);
	else
		foreach (cell, told)
			ExplainPropertyText("Repetition", lfirst(cell), es);
}

static void
show_spent(const SgScanState *state, ExplainState *es)
{
	const SgStats *stats = &state->stats;

	ExplainPropertyInteger("Requests Sent", NULL, stats->requests, es);
	ExplainPropertyInteger("Requests For Tokens", NULL, stats->tokens, es);
	ExplainPropertyInteger("Requests Repeated", NULL, stats->retries, es);
	show_retries(stats, es);
	ExplainPropertyInteger("Bytes Received", NULL, stats->bytes, es);
	if (es->timing)
		ExplainPropertyFloat("Waited For Pace", "ms", stats->pace_us / 1000.0, 3, es);
}

void
sg_explain_scan(ForeignScanState *node, ExplainState *es)
{
	SgScanState *state = node->fdw_state;
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;

	if (state == NULL)
		return;
	if (state->profile->api == NULL)
	{
		sg_stored_explain(node, es);
		return;
	}
	ExplainPropertyText("Server", state->profile->name, es);
	if (es->analyze)
		ExplainPropertyInteger("Requests", NULL, state->planned, es);
	else if (waits_for_execution((Node *) plan->fdw_exprs, node->ss.ps.state->es_param_list_info))
		ExplainPropertyText("Requests", "for each value of the parameters", es);
	else
		show_requests(node, es);
	if (es->analyze)
		show_spent(state, es);
}
