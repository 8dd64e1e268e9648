/*
 * load.c
 *	  The functions that load readings into the store: from a query, and from a file's text.
 */
#include "postgres.h"

#include "api/flows.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "store/loader.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(sg_load_curves);
PG_FUNCTION_INFO_V1(sg_load_csv);

/* Where the rows of a query go. */
typedef struct Receiver
{
	DestReceiver pub; /* first: the executor knows only this */
	int32 step;
	SgReadingMap map;
	SgLoader *loader;
} Receiver;

static void
receiver_startup(DestReceiver *self, int operation, TupleDesc desc)
{
	Receiver *receiver = (Receiver *) self;

	sg_reading_map(&receiver->map, desc, receiver->step);
}

static bool
receiver_receive(TupleTableSlot *slot, DestReceiver *self)
{
	Receiver *receiver = (Receiver *) self;

	slot_getallattrs(slot);
	sg_loader_add(receiver->loader, &receiver->map, slot->tts_values, slot->tts_isnull);
	return true;
}

static void
receiver_done(DestReceiver *self)
{
}

/* The plan of the one query; without parallel workers, beside which nothing may be written. */
static SPIPlanPtr
prepare(const char *query)
{
	SPIPlanPtr plan = SPI_prepare_cursor(query, 0, NULL, 0);

	if (plan == NULL)
		elog(ERROR, "could not prepare the query: %s", SPI_result_code_string(SPI_result));
	if (list_length(SPI_plan_get_plan_sources(plan)) != 1)
		ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("readings come from one query")));
	return plan;
}

static int64
load(const char *query, int32 step)
{
	Receiver receiver = {.pub = {.receiveSlot = receiver_receive,
								 .rStartup = receiver_startup,
								 .rShutdown = receiver_done,
								 .rDestroy = receiver_done,
								 .mydest = DestNone},
						 .step = step};
	SPIExecuteOptions options = {.must_return_tuples = true, .dest = &receiver.pub};
	SPIPlanPtr plan;
	int64 taken;
	int code;

	SPI_connect();
	plan = prepare(query);
	receiver.loader = sg_loader_begin();
	code = SPI_execute_plan_extended(plan, &options);
	if (code < 0)
		elog(ERROR, "could not run the query: %s", SPI_result_code_string(code));
	taken = sg_loader_end(receiver.loader);
	SPI_finish();
	return taken;
}

Datum
sg_load_curves(PG_FUNCTION_ARGS)
{
	int32 step = 0;

	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("argument \"%s\" must not be NULL", "query")));
	if (!PG_ARGISNULL(1))
		step = sg_reading_step(PG_GETARG_INTERVAL_P(1));
	PG_RETURN_INT64(load(text_to_cstring(PG_GETARG_TEXT_PP(0)), step));
}

/* ---------------------------------------------------------------- files */

/* Where the rows of a file go. */
typedef struct Reader
{
	SgReadingMap map;
	SgLoader *loader;
	int64 others; /* values of other quantities, which this is no place for */
} Reader;

static void
take_row(void *arg, const SgRelation *relation, const Datum *values, const bool *nulls)
{
	Reader *reader = arg;

	if (relation == &sg_relation_load_curve)
		sg_loader_add(reader->loader, &reader->map, values, nulls);
	else
		reader->others++;
}

static void
map_relation(SgReadingMap *map)
{
	map->step = 0;
	for (int i = 0; i < SG_CURVE_COLUMNS; i++)
	{
		map->columns[i] = i;
		map->types[i] = sg_relation_load_curve.columns[i].type;
	}
}

static void
raise_fault(const SgFault *fault)
{
	bool other = strcmp(fault->code, SG_OTHER_EXPORT) == 0;

	ereport(ERROR,
			(errcode(other ? ERRCODE_FEATURE_NOT_SUPPORTED : sg_fault_class(fault->kind)->sqlstate),
			 other ? errmsg("the file is not a load curve in watts")
				   : errmsg("could not read the file"),
			 errdetail("%s", fault->text)));
}

/* The direction that an argument says; NULL if it is NULL. */
static const char *
direction_of(FunctionCallInfo fcinfo, int argument)
{
	char *word;

	if (PG_ARGISNULL(argument))
		return NULL;
	word = text_to_cstring(PG_GETARG_TEXT_PP(argument));
	if (strcmp(word, SG_CONSUMPTION) == 0)
		return SG_CONSUMPTION;
	if (strcmp(word, SG_PRODUCTION) == 0)
		return SG_PRODUCTION;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"%s\" is no direction", word),
			 errhint("A direction is consumption or production.")));
}

Datum
sg_load_csv(PG_FUNCTION_ARGS)
{
	SgEndpoint endpoint = {.name = "export",
						   .relations = {&sg_relation_load_curve, &sg_relation_quantity_curve}};
	SgRequest request = {.endpoint = &endpoint, .point = ""};
	SgFault fault = {0};
	Reader reader = {0};
	int64 taken;
	char *body;

	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("argument \"%s\" must not be NULL", "csv")));
	endpoint.direction = direction_of(fcinfo, 1);
	/* the decoders read UTF-8 */
	body = text_to_cstring(PG_GETARG_TEXT_PP(0));
	body = pg_server_to_any(body, (int) strlen(body), PG_UTF8);
	map_relation(&reader.map);
	reader.loader = sg_loader_begin();
	sg_flow_export(&request, body, strlen(body), take_row, &reader, &fault);
	if (fault.kind != SG_FAULT_NONE)
		raise_fault(&fault);
	taken = sg_loader_end(reader.loader);
	if (reader.others > 0)
		ereport(NOTICE,
				(errmsg(INT64_FORMAT " values of other quantities were left out", reader.others)));
	PG_RETURN_INT64(taken);
}
