/*
 * async.c
 *	  Live relations of several servers read side by side.
 *
 * Append asks each of its scans for a row, and waits for all of those that have none. The transfers of one
 * backend move together, whoever waits: an answer may have come while another scan was served, so each scan
 * looks at its own before it lets Append wait.
 */
#include "postgres.h"

#include "async.h"
#include "base/compat.h"
#include "executor/execAsync.h"
#include "executor/instrument.h"
#include "plan.h"
#include "state.h"
#include "utils/timestamp.h"
#include "wire/http.h"

/* No wait of Append's is longer: not every minor version of PostgreSQL sees a cancel in it. */
#define LONGEST_WAIT USECS_PER_SEC

bool
sg_async_capable(ForeignPath *path)
{
	/* a reader that stops early must not make requests whose rows nobody reads */
	return path->fdw_private != NIL && list_nth_int(path->fdw_private, SG_PATH_ASYNC) != 0;
}

/* Gives Append the next row, or the end, or says that there is neither yet. */
static void
produce(AsyncRequest *request)
{
	ForeignScanState *node = (ForeignScanState *) request->requestee;
	SgScanState *state = node->fdw_state;
	TupleTableSlot *slot;

	state->waiting = false;
	slot = ((PlanState *) node)->ExecProcNodeReal((PlanState *) node);
	if (TupIsNull(slot) && state->waiting)
		ExecAsyncRequestPending(request);
	else
		ExecAsyncRequestDone(request, TupIsNull(slot) ? NULL : slot);
}

void
sg_async_request(AsyncRequest *request)
{
	produce(request);
}

/* The scan's share of what wakes up this backend; made once. */
static int
descriptor_of(SgScanState *state)
{
	if (state->descriptor < 0)
		state->descriptor = sg_http_descriptor();
	return state->descriptor;
}

/* Append counts and takes what a notification brings; here it is for us. */
static void
deliver(AsyncRequest *request)
{
	PlanState *node = request->requestee;

	request->callback_pending = false;
	ExecAsyncResponse(request);
	if (node->instrument)
		InstrUpdateTupleCount(node->instrument, TupIsNull(request->result) ? 0.0 : 1.0);
}

void
sg_async_configure_wait(AsyncRequest *request)
{
	ForeignScanState *node = (ForeignScanState *) request->requestee;
	AppendState *append = (AppendState *) request->requestor;
	SgScanState *state = node->fdw_state;
	TimestampTz now = GetCurrentTimestamp();
	int fd = descriptor_of(state);

	/* without a descriptor to wait for, the wait is ours */
	if (fd < 0)
		sg_http_wait(state->until);
	produce(request);
	if (request->request_complete)
	{
		deliver(request);
		/* there is a row: Append must not wait for what else was configured */
		sg_http_alarm(now);
	}
	else
		sg_http_alarm(state->until == 0 ? now + LONGEST_WAIT
										: Min(state->until, now + LONGEST_WAIT));
	if (fd >= 0)
		AddWaitEventToSet(append->as_eventset, WL_SOCKET_READABLE, fd, NULL, request);
}

void
sg_async_notify(AsyncRequest *request)
{
	/* does not wait, but lets what has come be read, and serves interrupts */
	sg_http_quiet();
	sg_http_wait(GetCurrentTimestamp());
	produce(request);
}
