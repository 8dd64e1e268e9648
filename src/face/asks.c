/*
 * asks.c
 *	  The functions around asks: consents that an API collects.
 */
#include "postgres.h"

#include "arguments.h"
#include "base/clock.h"
#include "engine/call.h"
#include "executor/spi.h"
#include "foreign/foreign.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "refresh/asks.h"
#include "refresh/run.h"
#include "store/ask.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

PG_FUNCTION_INFO_V1(sg_create_ask);
PG_FUNCTION_INFO_V1(sg_cancel_ask);
PG_FUNCTION_INFO_V1(sg_settle_ask);
PG_FUNCTION_INFO_V1(sg_ask_proof);

/* The arguments of create_ask. */
enum
{
	ASK_SERVER,
	ASK_CONTRACTS,
	ASK_DURATION,
	ASK_SIGNER,
	ASK_PURPOSES,
	ASK_SCOPES,
	ASK_REDIRECT,
	ASK_STATE
};
/* The columns of its row. */
#define ASK_COLUMNS 3
/* Letters of a state that is made up. */
#define STATE_BYTES 12

static SgProfile *
profile_of(FunctionCallInfo fcinfo)
{
	SgProfile *profile;

	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("argument \"%s\" must not be NULL", "server")));
	profile = sg_profile_get(GetForeignServerByName(NameStr(*PG_GETARG_NAME(0)), false)->serverid,
							 GetUserId());
	sg_profile_check_usage(profile);
	if (profile->api == NULL || profile->api->asking == NULL)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("server \"%s\" has no asks", profile->name),
						errhint("Only a server with the option api 'switchgrid' has; "
								"switchgrid.authorize_url asks for a consent at Enedis.")));
	return profile;
}

static char *
text_argument(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(argument));
}

static char *
json_argument(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument)
			   ? NULL
			   : DatumGetCString(DirectFunctionCall1(jsonb_out, PG_GETARG_DATUM(argument)));
}

/* A name of ours that nobody can guess, and no ask has. */
static char *
make_state(void)
{
	char bytes[STATE_BYTES];
	char *state = palloc0(2 * STATE_BYTES + 1);

	if (!pg_strong_random(bytes, sizeof(bytes)))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate random values")));
	hex_encode(bytes, sizeof(bytes), state);
	return state;
}

typedef struct Creation
{
	const SgProfile *profile;
	SgAskOrder order;
	char *state;
	SgAskReport *report;
} Creation;

static void
create(void *arg)
{
	Creation *creation = arg;

	creation->report = sg_asks_create(creation->profile, creation->state, &creation->order);
}

static void
read_order(FunctionCallInfo fcinfo, SgAskOrder *order)
{
	order->contracts = json_argument(fcinfo, ASK_CONTRACTS);
	order->duration = text_argument(fcinfo, ASK_DURATION);
	order->signer = json_argument(fcinfo, ASK_SIGNER);
	order->purposes = sg_face_texts(fcinfo, ASK_PURPOSES, "purposes");
	if (!PG_ARGISNULL(ASK_SCOPES))
		order->scopes = sg_face_texts(fcinfo, ASK_SCOPES, "scopes");
	order->redirect = text_argument(fcinfo, ASK_REDIRECT);
	if (order->contracts == NULL || order->duration == NULL)
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("argument \"%s\" must not be NULL",
							   order->contracts == NULL ? "contracts" : "duration")));
}

/* The procedure's row: our name of the ask, the API's, and where the holder signs. */
static Datum
ask_row(FunctionCallInfo fcinfo, const Creation *creation)
{
	const char *texts[ASK_COLUMNS] = {creation->state, creation->report->ask_id,
									  creation->report->user_url};
	Datum values[ASK_COLUMNS] = {0};
	bool nulls[ASK_COLUMNS] = {false};
	TupleDesc desc;

	for (int i = 0; i < ASK_COLUMNS; i++)
	{
		nulls[i] = texts[i] == NULL;
		if (!nulls[i])
			values[i] = CStringGetTextDatum(texts[i]);
	}
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

Datum
sg_create_ask(PG_FUNCTION_ARGS)
{
	Creation creation = {0};
	MemoryContext caller = CurrentMemoryContext;
	Datum row;

	sg_face_require_own_transactions(fcinfo, "create_ask");
	SPI_connect_ext(SPI_OPT_NONATOMIC);
	creation.profile = profile_of(fcinfo);
	read_order(fcinfo, &creation.order);
	creation.state = text_argument(fcinfo, ASK_STATE);
	if (creation.state == NULL)
		creation.state = make_state();
	if (creation.state[0] == '\0')
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("argument \"%s\" must not be empty", "state")));
	sg_run_locked(creation.profile->name, create, &creation);
	MemoryContextSwitchTo(caller);
	row = ask_row(fcinfo, &creation);
	SPI_finish();
	MemoryContextSwitchTo(caller);
	return row;
}

/* The ask_id argument, which all the others have second. */
static char *
ask_argument(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(1))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("argument \"%s\" must not be NULL", "ask_id")));
	return text_to_cstring(PG_GETARG_TEXT_PP(1));
}

typedef struct Cancellation
{
	const SgProfile *profile;
	char *ask_id;
} Cancellation;

static void
cancel(void *arg)
{
	Cancellation *cancellation = arg;

	sg_asks_cancel(cancellation->profile, cancellation->ask_id);
}

Datum
sg_cancel_ask(PG_FUNCTION_ARGS)
{
	Cancellation cancellation;
	MemoryContext caller = CurrentMemoryContext;

	sg_face_require_own_transactions(fcinfo, "cancel_ask");
	SPI_connect_ext(SPI_OPT_NONATOMIC);
	cancellation.profile = profile_of(fcinfo);
	cancellation.ask_id = ask_argument(fcinfo);
	sg_run_locked(cancellation.profile->name, cancel, &cancellation);
	SPI_finish();
	MemoryContextSwitchTo(caller);
	PG_RETURN_VOID();
}

Datum
sg_settle_ask(PG_FUNCTION_ARGS)
{
	char *state = text_argument(fcinfo, 1);
	char *ask_id = text_argument(fcinfo, 2);
	const char *server;
	char *outcome;

	if (PG_ARGISNULL(0) || state == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"%s\" must not be NULL", PG_ARGISNULL(0) ? "server" : "state")));
	server = NameStr(*PG_GETARG_NAME(0));
	if (ask_id != NULL)
		sg_asks_check_id("ask_id", ask_id);
	/* a server that is gone follows nothing, but what was on it can be laid to rest */
	if (ask_id != NULL || GetForeignServerByName(server, true) != NULL)
		(void) profile_of(fcinfo);
	SPI_connect();
	outcome = SPI_palloc(16);
	strlcpy(outcome, sg_ask_settle(server, state, ask_id, sg_clock_now()), 16);
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text(outcome));
}

Datum
sg_ask_proof(PG_FUNCTION_ARGS)
{
	SgProfile *profile = profile_of(fcinfo);
	char *ask_id = ask_argument(fcinfo);
	SgCall call = {.base = SG_BASE_MAIN,
				   .path = sg_asks_path(profile, ask_id, "/proof"),
				   .accept = "Accept: application/pdf, application/json"};
	SgStats stats = {0};
	SgReply *reply = sg_call(profile, &call, &stats);
	bytea *proof;

	if (reply->fault.kind != SG_FAULT_NONE)
		sg_fault_raise(&reply->fault, profile->name, psprintf("proof of ask %s", ask_id));
	/* whatever else may come with status 200 is no proof */
	if (reply->len < 5 || memcmp(reply->body, "%PDF-", 5) != 0)
	{
		sg_fault_set(&reply->fault, SG_FAULT_SHAPE, "The proof is not a PDF document.");
		sg_fault_raise(&reply->fault, profile->name, psprintf("proof of ask %s", ask_id));
	}
	proof = palloc(VARHDRSZ + reply->len);
	SET_VARSIZE(proof, VARHDRSZ + reply->len);
	memcpy(VARDATA(proof), reply->body, reply->len);
	PG_RETURN_BYTEA_P(proof);
}
