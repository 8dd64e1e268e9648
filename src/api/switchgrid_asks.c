/*
 * switchgrid_asks.c
 *	  Consent requests, as every generation describes them.
 */
#include "postgres.h"

#include "base/clock.h"
#include "enedis.h"
#include "row.h"
#include "switchgrid.h"
#include "wire/http.h"

/* The longest page that the API gives. */
#define PAGE 100

/* ---------------------------------------------------------------- what is asked */

static bool
narrows(const SgArgument *argument)
{
	return argument != NULL && (!argument->any || argument->excluded != NIL);
}

/* All asks of an account are many: a clause must say which. */
List *
sg_switchgrid_ask_requests(const SgEndpoint *endpoint, List *arguments, SgDays days)
{
	SgRequest given = {.arguments = arguments};

	if (sg_switchgrid_texts(arguments, SG_ASK_ASK_ID) != NIL)
		return sg_switchgrid_by_id(endpoint, arguments, SG_ASK_ASK_ID);
	if (!narrows(sg_request_argument(&given, SG_ASK_STATUS)) &&
		!narrows(sg_request_argument(&given, SG_ASK_POINTS)) && days.from <= SG_DAY_FIRST &&
		days.until >= SG_DAY_LAST)
		return NIL;
	return list_make1(sg_switchgrid_request(endpoint, arguments, days));
}

/* A comma or an exclamation mark in a text would mean something else to the API. */
static bool
is_plain(const char *text)
{
	return text[0] != '\0' && strpbrk(text, ",!") == NULL;
}

static bool
are_all(List *texts, bool (*good)(const char *text))
{
	ListCell *cell;

	foreach (cell, texts)
		if (!good(lfirst(cell)))
			return false;
	return true;
}

/* "&status=ACCEPTED,!EXPIRED"; what cannot be said so, as a point of gas, is left to the executor. */
static void
append_filter(StringInfo out, const char *word, const SgArgument *argument,
			  bool (*good)(const char *text))
{
	List *texts = argument != NULL && !argument->any ? argument->texts : NIL;
	List *excluded = argument != NULL ? argument->excluded : NIL;
	const char *separator = "";
	ListCell *cell;

	if ((texts == NIL && excluded == NIL) || !are_all(texts, good) || !are_all(excluded, good))
		return;
	appendStringInfo(out, "&%s=", word);
	foreach (cell, texts)
	{
		appendStringInfoString(out, separator);
		sg_http_escape(out, sg_switchgrid_utf8(lfirst(cell)));
		separator = ",";
	}
	foreach (cell, excluded)
	{
		appendStringInfo(out, "%s!", separator);
		sg_http_escape(out, sg_switchgrid_utf8(lfirst(cell)));
		separator = ",";
	}
}

void
sg_switchgrid_ask_url(const SgRequest *request, StringInfo out)
{
	const char *id = sg_switchgrid_id(request, SG_ASK_ASK_ID);

	if (id != NULL)
	{
		sg_switchgrid_path(out, request->endpoint->path, id);
		return;
	}
	appendStringInfo(out, "%s?limit=%d&skip=" INT64_FORMAT, request->endpoint->path, PAGE,
					 request->skip);
	append_filter(out, "prm", sg_request_argument(request, SG_ASK_POINTS), sg_enedis_valid_point);
	append_filter(out, "status", sg_request_argument(request, SG_ASK_STATUS), is_plain);
}

/* ---------------------------------------------------------------- one ask */

/* What it was made with, which v2 repeats. */
static const SgNode *
arguments_of(const SgNode *ask, SgFault *fault)
{
	return sg_member_object_if(ask, "createArgs", fault);
}

/*
 * Its contracts: those that the API found, or else those that it was asked for. NULL if it lists none, or
 * an empty list.
 */
static const SgNode *
contracts_of(const SgNode *ask, SgFault *fault)
{
	const SgNode *arguments = arguments_of(ask, fault);
	const SgNode *places[] = {sg_member_list_if(ask, "contracts", fault),
							  sg_member_list_if(arguments, "electricityContracts", fault),
							  sg_member_list_if(arguments, "contracts", fault)};

	for (int i = 0; i < lengthof(places); i++)
		if (sg_node_count(places[i]) > 0)
			return places[i];
	return NULL;
}

/* Each network has a word of its own for its points. */
static const char *
point_of(const SgNode *contract, SgFault *fault)
{
	static const char *const words[] = {"prm", "deliveryPointId", "pce"};

	for (int i = 0; i < lengthof(words); i++)
	{
		const char *point = sg_member_text(contract, words[i], fault);

		if (point != NULL)
			return point;
	}
	return NULL;
}

/* A text in a map, whose keys are points: they are not said when it is none. */
static const char *
checked_text(const SgNode *node, const char *map, SgFault *fault)
{
	const char *text = sg_node_text(node);

	if (text == NULL)
		sg_fault_set(fault, SG_FAULT_SHAPE, "The map \"%s\" has something else than texts.", map);
	return text;
}

/* The one member of a map; NULL if there are more, or none. */
static const char *
only_key(const SgNode *map)
{
	void *iterator = NULL;
	const char *first = NULL;
	const char *next = NULL;

	if (sg_node_next_member(map, &iterator, &first) == NULL)
		return NULL;
	return sg_node_next_member(map, &iterator, &next) == NULL ? first : NULL;
}

/*
 * The consent that came of a contract. v2 has a map of them, by point or by contract; where there is one of
 * each there is no doubt. Later generations have none: there the ask stands for it.
 */
static const char *
consent_of(const SgNode *ask, const SgAskReport *report, const SgAskPoint *point, bool alone,
		   SgFault *fault)
{
	const SgNode *map = sg_member_object_if(ask, "consentIds", fault);
	const char *keys[] = {point->point, point->contract_id, alone ? only_key(map) : NULL};

	if (map == NULL)
		return report->stage == SG_STAGE_DONE || report->revoked ? report->ask_id : NULL;
	for (int i = 0; i < lengthof(keys); i++)
		if (keys[i] != NULL && sg_node_member(map, keys[i]) != NULL)
			return checked_text(sg_node_member(map, keys[i]), "consentIds", fault);
	return NULL;
}

/* How it stands with one contract: its own word, or whether its address was found to be right. */
static const char *
contract_status(const SgNode *ask, const SgNode *contract, const char *point, SgFault *fault)
{
	const char *own = sg_member_text(contract, "status", fault);
	const SgNode *checks = sg_member_object_if(ask, "addressCheckResults", fault);
	const SgNode *check = point != NULL ? sg_node_member(checks, point) : NULL;

	if (own != NULL || check == NULL)
		return own;
	return checked_text(sg_node_member(check, "status"), "addressCheckResults", fault);
}

static SgAskPoint *
read_contract(const SgNode *ask, const SgAskReport *report, const SgNode *contract, bool alone,
			  SgFault *fault)
{
	SgAskPoint *point = palloc0(sizeof(SgAskPoint));

	if (sg_node_is_object(contract))
	{
		point->point = point_of(contract, fault);
		point->contract_id = sg_member_text(contract, "id", fault);
		point->status = contract_status(ask, contract, point->point, fault);
	}
	else
		/* a contract that was found by a search is named by its identifier alone */
		point->contract_id = sg_node_text(contract);
	if (point->point == NULL && point->contract_id == NULL)
		sg_fault_set(fault, SG_FAULT_SHAPE, "A contract of an ask names neither point nor \"id\".");
	point->consent_id = consent_of(ask, report, point, alone, fault);
	return point;
}

/*
 * An ask that was revoked or has expired still says when it had been accepted, so its word comes first. What
 * is not known may still be accepted, as an ask that is not valid may be mended.
 */
static void
set_stage(SgAskReport *report)
{
	static const char *const ends[] = {"REVOKED", "EXPIRED", "ADDRESS_CHECK_FAILED"};

	report->stage = SG_STAGE_OPEN;
	if (strcmp(report->status, "ACCEPTED") == 0 || report->accepted_at != 0)
		report->stage = SG_STAGE_DONE;
	for (int i = 0; i < lengthof(ends); i++)
		if (strcmp(report->status, ends[i]) == 0)
			report->stage = SG_STAGE_FAILED;
	report->revoked = report->stage == SG_STAGE_FAILED && report->accepted_at != 0;
}

static int
read_flag(const SgNode *object, const char *key, SgFault *fault)
{
	char *text = sg_member_text(object, key, fault);

	if (text == NULL)
		return -1;
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		sg_fault_set(fault, SG_FAULT_SHAPE, "The member \"%s\" is not true or false.", key);
	return text[0] == 't';
}

/* The points that it names, each once per contract. */
static List *
points_of(const SgAskReport *report)
{
	List *points = NIL;
	ListCell *cell;

	foreach (cell, report->points)
	{
		const SgAskPoint *point = lfirst(cell);

		if (point->point != NULL)
			points = lappend(points, unconstify(char *, point->point));
	}
	return points;
}

/* The contracts in our own words, the same for every generation and for what is stored. */
static char *
print_contracts(const SgAskReport *report)
{
	StringInfoData out;
	ListCell *cell;

	initStringInfo(&out);
	appendStringInfoChar(&out, '[');
	foreach (cell, report->points)
	{
		const SgAskPoint *point = lfirst(cell);

		sg_switchgrid_write_comma(&out);
		appendStringInfoChar(&out, '{');
		sg_switchgrid_write_member(&out, "id", point->contract_id);
		sg_switchgrid_write_member(&out, "point_id", point->point);
		sg_switchgrid_write_member(&out, "status", point->status);
		sg_switchgrid_write_member(&out, "consent_id", point->consent_id);
		appendStringInfoChar(&out, '}');
	}
	appendStringInfoChar(&out, ']');
	return out.data;
}

SgAskReport *
sg_switchgrid_read_ask(const SgNode *ask, SgFault *fault)
{
	SgAskReport *report = palloc0(sizeof(SgAskReport));
	const SgNode *page;
	const SgNode *contracts;
	int count;

	report->ask_id = sg_member_text(ask, "id", fault);
	report->status = sg_member_text(ask, "status", fault);
	if (report->ask_id == NULL || report->status == NULL)
	{
		sg_fault_set(fault, SG_FAULT_SHAPE, "An ask has no \"id\" or no \"status\".");
		return NULL;
	}
	report->created_at = sg_switchgrid_instant(ask, "createdAt", fault);
	report->accepted_at = sg_switchgrid_instant(ask, "acceptedAt", fault);
	set_stage(report);
	page = sg_member_object_if(ask, "consentCollectionDetails", fault);
	report->user_url = sg_member_text(page, "userUrl", fault);
	report->duration = sg_member_text(ask, "consentDuration", fault);
	if (report->duration == NULL)
		report->duration = sg_member_text(arguments_of(ask, fault), "consentDuration", fault);
	report->test = read_flag(ask, "testEnvironment", fault);
	contracts = contracts_of(ask, fault);
	count = sg_node_count(contracts);
	for (int i = 0; i < count; i++)
		report->points =
			lappend(report->points,
					read_contract(ask, report, sg_node_element(contracts, i), count == 1, fault));
	report->named = points_of(report);
	report->contracts = print_contracts(report);
	return fault->kind == SG_FAULT_NONE ? report : NULL;
}

SgAskReport *
sg_switchgrid_ask_report(const char *body, size_t len, SgFault *fault)
{
	SgJson *json;
	const SgNode *root = sg_switchgrid_open(body, len, &json, fault);
	SgAskReport *report = NULL;

	if (root == NULL)
		return NULL;
	report = sg_switchgrid_read_ask(root, fault);
	sg_json_close(json);
	return report;
}

/* ---------------------------------------------------------------- rows and pages */

static void
give_ask(const SgNode *ask, SgEmit emit, void *arg, SgFault *fault)
{
	const SgAskReport *report = sg_switchgrid_read_ask(ask, fault);
	SgRow row;
	int months;
	int days;

	if (report == NULL)
		return;
	sg_row_begin(&row, &sg_relation_ask, fault);
	sg_row_text(&row, SG_ASK_ASK_ID, report->ask_id);
	sg_row_text(&row, SG_ASK_STATUS, report->status);
	sg_row_text(&row, SG_ASK_POINTS, sg_switchgrid_array(report->named));
	if (report->created_at != 0)
		sg_row_instant(&row, SG_ASK_ASKED_AT, report->created_at);
	if (report->accepted_at != 0)
		sg_row_instant(&row, SG_ASK_ACCEPTED_AT, report->accepted_at);
	sg_row_text(&row, SG_ASK_USER_URL, report->user_url);
	/* other words may be no interval */
	if (report->duration != NULL && sg_switchgrid_duration(report->duration, &months, &days))
		sg_row_text(&row, SG_ASK_DURATION, report->duration);
	if (report->test >= 0)
		sg_row_flag(&row, SG_ASK_TEST, report->test);
	sg_row_text(&row, SG_ASK_CONTRACTS, report->contracts);
	sg_row_text(&row, SG_ASK_RAW, sg_node_print(ask));
	sg_row_emit(&row, emit, arg);
}

/* How many asks there are in all; -1 if the answer does not say. */
static int64
total_of(const SgNode *root, SgFault *fault)
{
	char *text = sg_member_text(root, "totalItemsCount", fault);
	char *end;
	int64 total;

	if (text == NULL)
		return -1;
	errno = 0;
	total = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || total < 0)
		sg_fault_set(fault, SG_FAULT_SHAPE, "The member \"totalItemsCount\" is not a count.");
	return total;
}

const SgNode *
sg_switchgrid_page(const SgNode *root, const SgRequest *request, SgFault *fault)
{
	const SgNode *list = sg_member_list(root, "items", fault);
	int64 total = total_of(root, fault);

	/* asks that are not told must not look as if they were not there */
	if (sg_node_count(list) == 0 && total > request->skip)
		sg_fault_set(fault, SG_FAULT_SHAPE,
					 "The page after " INT64_FORMAT " of " INT64_FORMAT " asks is empty.",
					 request->skip, total);
	return fault->kind == SG_FAULT_NONE ? list : NULL;
}

void
sg_switchgrid_asks(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
				   SgFault *fault)
{
	SgJson *json;
	const SgNode *root = sg_switchgrid_open(body, len, &json, fault);
	const SgNode *list;

	if (root == NULL)
		return;
	if (sg_switchgrid_id(request, SG_ASK_ASK_ID) != NULL)
		give_ask(root, emit, arg, fault);
	else
	{
		list = sg_switchgrid_page(root, request, fault);
		for (int i = 0; i < sg_node_count(list) && fault->kind == SG_FAULT_NONE; i++)
			give_ask(sg_node_element(list, i), emit, arg, fault);
	}
	sg_json_close(json);
}

/* A page without a total may have another one behind it if it is full. */
bool
sg_switchgrid_ask_next(SgRequest *request, const char *body, size_t len)
{
	SgFault fault = {0};
	SgJson *json;
	const SgNode *root = sg_switchgrid_open(body, len, &json, &fault);
	int count;
	int64 total;

	if (root == NULL)
		return false;
	count = sg_node_count(sg_node_member(root, "items"));
	total = total_of(root, &fault);
	sg_json_close(json);
	if (count <= 0 || fault.kind != SG_FAULT_NONE)
		return false;
	request->skip += count;
	return total >= 0 ? request->skip < total : count >= PAGE;
}
