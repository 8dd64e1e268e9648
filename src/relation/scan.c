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

/* A fault of one request is the statement's error, unless it only says that there is nothing. */
static void
judge(const SgScanState *state, const SgAnswer *answer)
{
	char *context;

	if (sg_fault_class(answer->fault.kind)->sqlstate == 0)
		return;
	context = psprintf("relation \"%s\", %s", state->relation->name,
					   sg_request_describe(&answer->request));
	/* what a document is asked by may be a name */
	if (state->relation->kind == SG_KIND_DOCUMENT)
		sg_fault_raise_unlogged(&answer->fault, state->profile->name, context);
	sg_fault_raise(&answer->fault, state->profile->name, context);
}

/* A part that the application has not subscribed to leaves columns NULL: the reader must know. */
static void
warn_missed(const SgScanState *state, const SgAnswer *answer)
{
	const SgFaultClass *class = sg_fault_class(answer->fault.kind);

	if (class->sqlstate != 0)
		ereport(WARNING,
				(errcode(class->sqlstate), errmsg(class->message, state->profile->name),
				 errdetail("Columns that %s would fill are NULL.", answer->request.endpoint->name),
				 errhint("%s", class->hint)));
}

/* What is so now comes in parts, which are put together for each point. */
static void
want_state(SgScanState *state, const SgWanted *wanted)
{
	ListCell *cell;

	state->assembly = sg_assembly_make(state->profile->api);
	if (wanted->any_point)
		sg_assembly_want(state->assembly, state->relation, "", wanted->authorisation);
	foreach (cell, wanted->points)
		sg_assembly_want(state->assembly, state->relation, lfirst(cell), 0);
}

static void
take_part(void *arg, const SgRelation *relation, const Datum *values, const bool *nulls)
{
	SgScanState *state = arg;

	sg_assembly_row(state->assembly, &state->answer.request, relation, values, nulls);
}

/* Gives the rows that are complete with an answer. */
static void
give_complete(SgScanState *state, const SgAnswer *answer)
{
	ListCell *cell;
	ListCell *row;

	foreach (cell, sg_assembly_answer(state->assembly, answer))
	{
		SgAssembled *assembled = lfirst(cell);

		foreach (row, assembled->rows)
			sg_state_emit(state, state->relation, ((SgTuple *) lfirst(row))->values,
						  ((SgTuple *) lfirst(row))->nulls);
		sg_assembly_free(assembled);
	}
}

/* The next answer: waited for, unless it is Append that waits. */
static bool
next_answer(SgScanState *state, SgEmit emit)
{
	SgFetchState found;

	if (!state->async)
		return sg_fetch_next(state->reader, emit, state, &state->answer);
	found = sg_fetch_try(state->reader, emit, state, &state->answer, &state->until);
	state->waiting = found == SG_FETCH_WAIT;
	return found == SG_FETCH_ANSWER;
}

/* Reads the next answer; its rows are in the batch then. False if there is none left, or none yet. */
static bool
read_answer(SgScanState *state)
{
	SgAnswer *answer = &state->answer;
	bool parts = state->relation->kind == SG_KIND_STATE;

	if (!next_answer(state, parts ? take_part : sg_state_emit))
		return false;
	if (parts && sg_assembly_can_miss(state->relation, state->profile->api, answer))
		warn_missed(state, answer);
	else
		judge(state, answer);
	if (parts)
		give_complete(state, answer);
	return true;
}

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
	if (state->relation->kind == SG_KIND_STATE)
		want_state(state, &wanted);
	state->started = true;
	MemoryContextSwitchTo(old);
}

TupleTableSlot *
sg_scan_next(ForeignScanState *node)
{
	SgScanState *state = node->fdw_state;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;

	ExecClearTuple(slot);
	if (!state->started)
		start_pass(node);
	while (!sg_state_give(node))
	{
		sg_state_clear(state);
		if (!read_answer(state))
			break;
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
