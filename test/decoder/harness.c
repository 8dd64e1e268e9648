/*-------------------------------------------------------------------------
 *
 * harness.c
 *	  Calls the decoders of src/api without a server.
 *
 *-------------------------------------------------------------------------
 */
#define json_object jansson_json_object
#include <jansson.h>
#undef json_object

#include "postgres.h"

#include <math.h>

#include "api/asking.h"
#include "api/enedis.h"
#include "api/flows.h"
#include "api/ordering.h"
#include "base/clock.h"
#include "catalog/pg_type_d.h"
#include "harness.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* Pieces of memory that jansson holds: none may be left when a call's memory is freed. */
static long held;

static void *
json_allocate(size_t size)
{
	void *memory = malloc(size);

	MUST(memory != NULL);
	held++;
	return memory;
}

static void
json_release(void *memory)
{
	held -= memory != NULL;
	free(memory);
}

void
harness_start(void)
{
	json_set_alloc_funcs(json_allocate, json_release);
}

void
harness_broken(const char *file, int line, const char *condition, const char *what)
{
	fprintf(stderr, "%s:%d: not so: %s %s\n", file, line, condition, what);
	abort();
}

#define FLOW(word, read, way, ...)                                                       \
	{                                                                                    \
		.name = (word), .relations = {__VA_ARGS__}, .direction = (way), .decode = (read) \
	}
#define SERIES(way)                                                                          \
	FLOW("curve", sg_flow_curve, way, &sg_relation_load_curve, &sg_relation_quantity_curve), \
		FLOW("energy", sg_flow_energy, way, &sg_relation_daily_energy),                      \
		FLOW("peaks", sg_flow_peaks, way, &sg_relation_daily_max_power),                     \
		FLOW("registers", sg_flow_registers, way, &sg_relation_register_reading),            \
		FLOW("billed", sg_flow_billed, way, &sg_relation_billed_quantity)

static const SgEndpoint drawn[] = {
	SERIES(SG_CONSUMPTION),
	FLOW("contract", sg_flow_contract, NULL, &sg_relation_contract, &sg_relation_address,
		 &sg_relation_holder, &sg_relation_connection),
};
static const SgEndpoint injected[] = {SERIES(SG_PRODUCTION)};
static const SgEndpoint exported[] = {
	FLOW("export", sg_flow_export, NULL, &sg_relation_load_curve, &sg_relation_quantity_curve)};
static const SgEndpoint exported_injected[] = {FLOW(
	"export", sg_flow_export, SG_PRODUCTION, &sg_relation_load_curve, &sg_relation_quantity_curve)};

const SgApi *
harness_api(const char *generation)
{
	static const SgApi flows[] = {
		{.name = "flows",
		 .endpoints = drawn,
		 .nendpoints = lengthof(drawn),
		 .valid_point = sg_enedis_valid_point},
		{.name = "flows-production",
		 .endpoints = injected,
		 .nendpoints = lengthof(injected),
		 .valid_point = sg_enedis_valid_point},
		{.name = "exports",
		 .endpoints = exported,
		 .nendpoints = lengthof(exported),
		 .valid_point = sg_enedis_valid_point},
		{.name = "exports-production",
		 .endpoints = exported_injected,
		 .nendpoints = lengthof(exported_injected),
		 .valid_point = sg_enedis_valid_point},
	};

	for (size_t i = 0; i < lengthof(flows); i++)
		if (strcmp(flows[i].name, generation) == 0)
			return &flows[i];
	if (strncmp(generation, "switchgrid ", 11) == 0)
		return sg_api_find("switchgrid", generation + 11);
	if (strncmp(generation, "grdf ", 5) == 0)
		return sg_api_find("grdf", generation + 5);
	return sg_api_find("enedis", generation);
}

bool
harness_ask(Question *question, const char *generation, const char *endpoint, const char *point,
			const char *from, const char *until)
{
	const SgApi *api = harness_api(generation);

	if (api == NULL || !api->valid_point(point) ||
		!sg_clock_parse_day(from, strlen(from), &question->days.from) ||
		!sg_clock_parse_day(until, strlen(until), &question->days.until))
		return false;
	question->api = api;
	strlcpy(question->point, point, sizeof(question->point));
	for (int i = 0; i < api->nendpoints; i++)
		if (strcmp(api->endpoints[i].name, endpoint) == 0)
		{
			question->endpoint = &api->endpoints[i];
			return true;
		}
	return false;
}

/* ---------------------------------------------------------------- what always holds */

static void
check_text(const char *s, size_t len, bool is_json)
{
	MUST(memchr(s, '\0', len) == NULL, "(a text with a zero in it)");
	MUST(pg_verify_mbstr(PG_UTF8, s, (int) len, true), "(a text that is not UTF-8)");
	if (is_json)
	{
		json_t *root = json_loadb(s, len, JSON_REJECT_DUPLICATES, NULL);

		MUST(root != NULL, "(a document that is not JSON)");
		json_decref(root);
	}
}

static void
check_value(const SgColumn *column, Datum value)
{
	switch (column->type)
	{
		case FLOAT8OID:
			MUST(isfinite(DatumGetFloat8(value)));
			break;
		case TIMESTAMPTZOID:
			MUST(IS_VALID_TIMESTAMP(DatumGetTimestampTz(value)));
			break;
		case DATEOID:
			MUST(IS_VALID_DATE(DatumGetDateADT(value)));
			break;
		case BOOLOID:
			MUST(value == BoolGetDatum(true) || value == BoolGetDatum(false));
			break;
		case INTERVALOID:
			MUST(DatumGetIntervalP(value)->time > 0 && DatumGetIntervalP(value)->day == 0 &&
				 DatumGetIntervalP(value)->month == 0);
			break;
		case INT8OID:
			break;
		default:
			check_text(VARDATA_ANY(DatumGetPointer(value)),
					   VARSIZE_ANY_EXHDR(DatumGetPointer(value)), column->type == JSONBOID);
	}
}

/* Columns that a row without is no row. */
static void
check_key(const SgRelation *relation, const bool *nulls)
{
	MUST(sg_relation_role(relation, SG_ROLE_POINT) < 0 ||
		 !nulls[sg_relation_role(relation, SG_ROLE_POINT)]);
	if (relation->kind != SG_KIND_SERIES)
		return;
	MUST(!nulls[sg_relation_role(relation, SG_ROLE_DIRECTION)]);
	MUST(sg_relation_role(relation, SG_ROLE_INSTANT) < 0 ||
		 !nulls[sg_relation_role(relation, SG_ROLE_INSTANT)]);
	MUST(sg_relation_role(relation, SG_ROLE_DAY) < 0 ||
		 !nulls[sg_relation_role(relation, SG_ROLE_DAY)]);
}

static void
check_interval(const Datum *values, const bool *nulls)
{
	int64 step = DatumGetIntervalP(values[SG_CURVE_STEP])->time;
	double watts = DatumGetFloat8(values[SG_CURVE_WATTS]);

	for (int i = 0; i < SG_CURVE_NATURE; i++)
		MUST(!nulls[i]);
	MUST(DatumGetTimestampTz(values[SG_CURVE_STARTS_AT]) + step ==
		 DatumGetTimestampTz(values[SG_CURVE_ENDS_AT]));
	MUST(fabs(DatumGetFloat8(values[SG_CURVE_WH]) - watts * step / USECS_PER_HOUR) <= 1e-6);
}

/* In place of a status, and like none that a test has: other readers. */
#define AN_ORDER (-1001)
#define AN_ASK (-1002)

typedef struct Call
{
	const Question *question;
	SgEmit emit;
	void *arg;
	Outcome *outcome;
} Call;

static void
check_row(void *arg, const SgRelation *relation, const Datum *values, const bool *nulls)
{
	Call *call = arg;

	MUST(sg_endpoint_feeds(call->question->endpoint, relation));
	MUST(call->outcome->fault.kind == SG_FAULT_NONE, "(a row after a fault)");
	check_key(relation, nulls);
	for (int i = 0; i < relation->ncolumns; i++)
		if (!nulls[i])
			check_value(&relation->columns[i], values[i]);
	if (relation == &sg_relation_load_curve)
		check_interval(values, nulls);
	call->outcome->rows++;
	if (call->emit != NULL)
		call->emit(call->arg, relation, values, nulls);
}

/* Its words become an error's detail, in a database of any encoding. */
static void
check_fault(const SgFault *fault)
{
	MUST(fault->kind >= 0 && fault->kind < SG_FAULT_KINDS);
	MUST(memchr(fault->text, '\0', sizeof(fault->text)) != NULL);
	MUST(memchr(fault->code, '\0', sizeof(fault->code)) != NULL);
	for (const char *c = fault->text; *c != '\0'; c++)
		MUST(*c >= ' ' && *c < 0x7f, "(a fault's text with an odd character)");
	MUST((fault->kind == SG_FAULT_NONE) == (fault->text[0] == '\0'));
	if (fault->kind == SG_FAULT_THROTTLED)
		MUST(fault->not_before > HARNESS_NOW && fault->not_before <= HARNESS_NOW + USECS_PER_DAY);
}

/* ---------------------------------------------------------------- calls */

/* The body's end is its memory's end, so that a read behind it is seen. */
static char *
copy_of(const char *body, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1);

	MUST(copy != NULL);
	if (len > 0)
		memcpy(copy, body, len);
	return copy;
}

static void
run(Call *call, int status, char *body, size_t len)
{
	const Question *question = call->question;
	SgFault *fault = &call->outcome->fault;

	if (status == 200)
	{
		SgRequest request = {
			.endpoint = question->endpoint, .point = question->point, .days = question->days};

		question->endpoint->decode(&request, body, len, check_row, call, fault);
	}
	else if (status == AN_ORDER)
		MUST((question->api->ordering->read(body, len, fault) == NULL) ==
			 (fault->kind != SG_FAULT_NONE));
	else if (status == AN_ASK)
		MUST((question->api->asking->read(body, len, fault) == NULL) ==
			 (fault->kind != SG_FAULT_NONE));
	else
		question->api->classify(status, body, len, HARNESS_NOW, fault);
}

static Outcome
guarded(const Question *question, int status, const char *body, size_t len, SgEmit emit, void *arg)
{
	static Outcome outcome;
	Call call = {.question = question, .emit = emit, .arg = arg, .outcome = &outcome};
	char *copy = copy_of(body, len);
	MemoryContext context = AllocSetContextCreate(TopMemoryContext, "call", ALLOCSET_DEFAULT_SIZES);
	sigjmp_buf escape;

	memset(&outcome, 0, sizeof(outcome));
	CurrentMemoryContext = context;
	PG_exception_stack = &escape;
	if (sigsetjmp(escape, 0) == 0)
		run(&call, status, copy, len);
	else
		outcome.raised = true;
	PG_exception_stack = NULL;
	if (!outcome.raised)
		MUST(CurrentMemoryContext == context, "(another memory context is left)");
	CurrentMemoryContext = TopMemoryContext;
	MemoryContextDelete(context);
	free(copy);
	MUST(held == 0, "(a document is left behind)");
	check_fault(&outcome.fault);
	return outcome;
}

Outcome
harness_decode(const Question *question, const char *body, size_t len, SgEmit emit, void *arg)
{
	return guarded(question, 200, body, len, emit, arg);
}

Outcome
harness_classify(const SgApi *api, int status, const char *body, size_t len)
{
	Question question = {.api = api};
	Outcome outcome = guarded(&question, status, body, len, NULL, NULL);

	MUST(outcome.raised || outcome.fault.kind != SG_FAULT_NONE, "(an error that is none)");
	return outcome;
}

Outcome
harness_read_order(const SgApi *api, const char *body, size_t len)
{
	Question question = {.api = api};

	return guarded(&question, AN_ORDER, body, len, NULL, NULL);
}

Outcome
harness_read_ask(const SgApi *api, const char *body, size_t len)
{
	Question question = {.api = api};

	return guarded(&question, AN_ASK, body, len, NULL, NULL);
}
