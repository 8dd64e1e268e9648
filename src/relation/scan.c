/*
 * scan.c
 *	  A live relation being read: quals become requests, answers become rows.
 */
#include "postgres.h"

#include "engine/fetch.h"
#include "executor/executor.h"
#include "scan.h"
#include "state.h"
#include "wanted.h"

static void
start_pass(ForeignScanState *node)
{
	SgScanState *state = node->fdw_state;
	MemoryContext old = MemoryContextSwitchTo(state->context);
	SgWanted wanted;
	List *requests;

	sg_state_wanted(node, &wanted);
	requests = sg_wanted_requests(state->profile, state->relation, &wanted);
	state->planned += list_length(requests);
	/* a reader that stops early must not make requests whose rows nobody reads */
	state->reader = sg_fetch_begin(state->profile, requests,
								   state->limited ? 1 : state->profile->in_flight, &state->stats);
	state->started = true;
	MemoryContextSwitchTo(old);
}

/* A fault of one request is the statement's error, unless it only says that there is nothing. */
static void
judge(const SgScanState *state, const SgAnswer *answer)
{
	char *context;

	if (sg_fault_class(answer->fault.kind)->sqlstate == 0)
		return;
	context = psprintf("relation \"%s\", %s", state->relation->name,
					   sg_request_describe(&answer->request));
	sg_fault_raise(&answer->fault, state->profile->name, context);
}

TupleTableSlot *
sg_scan_next(ForeignScanState *node)
{
	SgScanState *state = node->fdw_state;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;
	SgAnswer answer;

	ExecClearTuple(slot);
	if (!state->started)
		start_pass(node);
	while (!sg_state_give(node))
	{
		sg_state_clear(state);
		if (!sg_fetch_next(state->reader, sg_state_emit, state, &answer))
			break;
		judge(state, &answer);
	}
	return slot;
}

void
sg_scan_again(ForeignScanState *node)
{
	SgScanState *state = node->fdw_state;

	if (state->reader != NULL)
		sg_fetch_end(state->reader);
	sg_state_reset(state);
}

void
sg_scan_end(ForeignScanState *node)
{
	SgScanState *state = node->fdw_state;

	if (state->reader != NULL)
		sg_fetch_end(state->reader);
}
