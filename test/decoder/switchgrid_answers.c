/*-------------------------------------------------------------------------
 *
 * switchgrid_answers.c
 *	  Switchgrid's documents, errors, orders and asks: what is read of them, and
 *	  what is sent.
 *
 * Each case says in one line what must come of a body.  Then every document is
 * cut at each byte and each value of it is changed: a cut is a fault, a change
 * is a fault or gives rows.  Prints TAP.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "api/switchgrid.h"
#include "base/clock.h"
#include "catalog/pg_type_d.h"
#include "harness.h"
#include "switchgrid_cases.h"
#include "tap.h"
#include "utils/date.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "variants.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* What came of a call; more than fits is no case. */
static char said[8192];
static SgFault fault;
static long rows;

static void say(const char *fmt, ...) pg_attribute_printf(1, 2);

static void
say(const char *fmt, ...)
{
	size_t len = strlen(said);
	va_list args;

	va_start(args, fmt);
	vsnprintf(said + len, sizeof(said) - len, fmt, args);
	va_end(args);
}

static void
say_value(const SgColumn *column, Datum value)
{
	char day[SG_DAY_LEN];

	switch (sg_column_is_text(column) ? TEXTOID : column->type)
	{
		case FLOAT8OID:
			say("%g", DatumGetFloat8(value));
			break;
		case INT8OID:
			say(INT64_FORMAT, DatumGetInt64(value));
			break;
		case DATEOID:
			say("%s", sg_clock_print_day(day, DatumGetDateADT(value)));
			break;
		case BOOLOID:
			say("%s", DatumGetBool(value) ? "t" : "f");
			break;
		case TIMESTAMPTZOID:
			say(INT64_FORMAT, DatumGetTimestampTz(value) / USECS_PER_SEC);
			break;
		default:
			say("%.*s", (int) VARSIZE_ANY_EXHDR(DatumGetPointer(value)),
				VARDATA_ANY(DatumGetPointer(value)));
	}
}

/* "a=1 b=2" of every column but raw, in which only links are looked for. */
static void
say_row(void *arg, const SgRelation *relation, const Datum *values, const bool *nulls)
{
	bool first = true;

	(void) arg;
	MUST(fault.kind == SG_FAULT_NONE, "(a row after a fault)");
	say("%s", rows++ > 0 ? "; " : "");
	for (int i = 0; i < relation->ncolumns; i++)
	{
		if (nulls[i] || strcmp(relation->columns[i].name, "raw") == 0)
			continue;
		say("%s%s=", first ? "" : " ", relation->columns[i].name);
		say_value(&relation->columns[i], values[i]);
		first = false;
	}
	if (relation == &sg_relation_data_order || relation == &sg_relation_data_request)
		MUST(memmem(VARDATA_ANY(DatumGetPointer(values[relation->ncolumns - 1])),
					VARSIZE_ANY_EXHDR(DatumGetPointer(values[relation->ncolumns - 1])), "://",
					3) == NULL,
			 "(a link in a row)");
}

/* ---------------------------------------------------------------- calls */

typedef void (*Work)(const void *arg, const char *body, size_t len);

/* Does the work in memory of its own; what it raises is said. */
static const char *
guarded(Work work, const void *arg, const char *body, size_t len)
{
	MemoryContext context = AllocSetContextCreate(TopMemoryContext, "call", ALLOCSET_DEFAULT_SIZES);
	sigjmp_buf escape;

	said[0] = '\0';
	rows = 0;
	sg_fault_clear(&fault);
	CurrentMemoryContext = context;
	PG_exception_stack = &escape;
	if (sigsetjmp(escape, 0) == 0)
		work(arg, body, len);
	else
		snprintf(said, sizeof(said), "error: %s", harness_error.message);
	PG_exception_stack = NULL;
	CurrentMemoryContext = TopMemoryContext;
	MemoryContextDelete(context);
	for (const char *c = fault.text; *c != '\0'; c++)
		MUST(*c >= ' ' && *c < 0x7f, "(a fault's text with an odd character)");
	if (fault.kind != SG_FAULT_NONE)
		snprintf(said, sizeof(said), "!%s %s: %s", sg_fault_class(fault.kind)->name, fault.code,
				 fault.text);
	return said;
}

static void
decode(const void *arg, const char *body, size_t len)
{
	const Asked *asked = arg;
	const SgEndpoint *endpoint = sg_api_endpoint(asked->api, asked->relation, SG_BOTH);
	SgRequest request = {.endpoint = endpoint, .point = POINT};
	char *copy = pnstrdup(body, len);

	if (asked->text != NULL)
		request.arguments = list_make1(sg_switchgrid_argument(asked->column, asked->text));
	endpoint->decode(&request, copy, len, say_row, NULL, &fault);
}

static void
read_ask(const void *arg, const char *body, size_t len)
{
	const SgAskReport *report = ((const SgApi *) arg)->asking->read(body, len, &fault);
	ListCell *cell;

	if (report == NULL)
		return;
	say("%s stage=%d revoked=%d", report->status, report->stage, report->revoked);
	foreach (cell, report->points)
	{
		const SgAskPoint *point = lfirst(cell);

		say("; %s %s %s %s", point->point != NULL ? point->point : "-",
			point->contract_id != NULL ? point->contract_id : "-",
			point->status != NULL ? point->status : "-",
			point->consent_id != NULL ? point->consent_id : "-");
	}
}

static void
read_order(const void *arg, const char *body, size_t len)
{
	const SgOrderReport *report = ((const SgApi *) arg)->ordering->read(body, len, &fault);
	ListCell *cell;

	if (report == NULL)
		return;
	say("%s stage=%d", report->order_id, report->stage);
	foreach (cell, report->deliveries)
	{
		const SgDelivery *delivery = lfirst(cell);

		say("; %s stage=%d link=%s", delivery->type, delivery->stage,
			delivery->link != NULL ? delivery->link : "-");
		if (delivery->curve != NULL)
			say(" curve=%s", delivery->curve);
		if (delivery->ratio >= 0)
			say(" ratio=%g holes=%d", delivery->ratio, list_length(delivery->holes));
		if (delivery->stage == SG_STAGE_FAILED)
			say(" %s %s", sg_fault_class(delivery->fault.kind)->name, delivery->fault.code);
	}
}

static void
write_ask(const void *arg, const char *body, size_t len)
{
	const SgAskOrder order = {.contracts = pnstrdup(body, len), .duration = "1 year"};

	say("%s", ((const SgApi *) arg)->asking->body(&order));
}

static void
check(const char *name, const char *came, const char *expected)
{
	ok(strcmp(came, expected) == 0, "%s", name);
	if (strcmp(came, expected) != 0)
		printf("# came     %s\n# expected %s\n", came, expected);
}

/* ---------------------------------------------------------------- damage */

/* Cut anywhere a document is a fault; changed, nothing must break, and nothing be raised. */
static void
damage(const char *name, Work work, const void *arg, const char *body)
{
	Document *document = document_of(body, strlen(body));
	char *out = malloc(2 * document->len + 16);
	bool good = true;

	MUST(out != NULL);
	for (size_t len = 0; len < document->len; len++)
	{
		guarded(work, arg, body, len);
		good &= fault.kind == SG_FAULT_SHAPE && rows == 0;
	}
	for (int node = 0; node < document->count; node++)
		for (int variant = 0; variant < VARIANTS; variant++)
		{
			size_t len = variant_make(document, node, variant, out);

			if (len == 0)
				continue;
			out[len] = '\0';
			good &= strncmp(guarded(work, arg, out, len), "error", 5) != 0;
		}
	ok(good, "%s: cut and changed", name);
	free(out);
	document_free(document);
}

static void
classify(const void *arg, const char *body, size_t len)
{
	sg_switchgrid_classify(*(const int *) arg, body, len, HARNESS_NOW, &fault);
}

static void
print_url(const void *arg, const char *body, size_t len)
{
	SgArgument points = {.column = SG_ASK_POINTS, .texts = list_make1(pstrdup(POINT))};
	SgArgument status = {
		.column = SG_ASK_STATUS, .any = true, .excluded = list_make1(pstrdup("A B"))};
	SgRequest request = {.endpoint = sg_api_endpoint(arg, &sg_relation_ask, SG_BOTH)};
	StringInfoData url;

	request.arguments = lappend(list_make1(&points), &status);
	say("%s ", request.endpoint->next_page(&request, body, len) ? "next" : "last");
	initStringInfo(&url);
	request.endpoint->url(&request, &url);
	say("%s", url.data);
}

static void
test_asked(void)
{
	for (size_t i = 0; i < lengthof(asked); i++)
	{
		const char *came =
			guarded(write_ask, asked[i].api, asked[i].contracts, strlen(asked[i].contracts));
		bool good = strncmp(came, asked[i].begins, strlen(asked[i].begins)) == 0;

		ok(good, "ask %zu", i);
		if (!good)
			printf("# came %s\n", came);
	}
}

int
main(void)
{
	static const char page[] = "{\"totalItemsCount\":3,\"items\":[{},{}]}";

	harness_start();
	plan(2 * lengthof(documents) + 2 * lengthof(asks) + 2 * lengthof(orders) + lengthof(errors) +
		 lengthof(asked) + 1);
	for (size_t i = 0; i < lengthof(documents); i++)
	{
		const char *body = documents[i].body;

		check(documents[i].name, guarded(decode, &documents[i].asked, body, strlen(body)),
			  documents[i].expected);
		damage(documents[i].name, decode, &documents[i].asked, body);
	}
	for (size_t i = 0; i < lengthof(asks); i++)
	{
		check(asks[i].name, guarded(read_ask, V2, asks[i].body, strlen(asks[i].body)),
			  asks[i].expected);
		damage(asks[i].name, read_ask, V2, asks[i].body);
	}
	for (size_t i = 0; i < lengthof(orders); i++)
	{
		check(orders[i].name, guarded(read_order, V0, orders[i].body, strlen(orders[i].body)),
			  orders[i].expected);
		damage(orders[i].name, read_order, V0, orders[i].body);
	}
	for (size_t i = 0; i < lengthof(errors); i++)
		check(errors[i].expected,
			  guarded(classify, &errors[i].status, errors[i].body, strlen(errors[i].body)),
			  errors[i].expected);
	test_asked();
	check("the next page", guarded(print_url, V2, page, strlen(page)),
		  "next /ask?limit=100&skip=2&prm=" POINT "&status=!A%20B");
	return tap_done();
}
