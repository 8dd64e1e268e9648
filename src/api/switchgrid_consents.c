/*
 * switchgrid_consents.c
 *	  The rights on a point, as the asks that were accepted tell them.
 */
#include "postgres.h"

#include "base/clock.h"
#include "enedis.h"
#include "row.h"
#include "switchgrid.h"
#include "utils/date.h"
#include "wire/http.h"

/* The longest page that the API gives. */
#define PAGE 100

void
sg_switchgrid_consent_url(const SgRequest *request, StringInfo out)
{
	appendStringInfo(out, "%s?limit=%d&skip=" INT64_FORMAT, request->endpoint->path, PAGE,
					 request->skip);
	/* the filter knows the points of electricity only */
	if (!sg_enedis_valid_point(request->point))
		return;
	appendStringInfoString(out, "&prm=");
	sg_http_escape(out, request->point);
}

/* ---------------------------------------------------------------- what it is a right to */

typedef struct Directions
{
	bool said;
	bool consumption;
	bool production;
} Directions;

static void
add_direction(Directions *directions, const char *word)
{
	if (word == NULL)
		return;
	directions->said = true;
	if (strcmp(word, "INJECTION") == 0 || strcmp(word, "PRODUCTION") == 0)
		directions->production = true;
	else if (strcmp(word, "SOUTIRAGE") == 0 || strcmp(word, "CONSUMPTION") == 0)
		directions->consumption = true;
}

/* Only a scope of data names directions. */
static void
add_scopes(Directions *directions, const SgNode *scopes, SgFault *fault)
{
	for (int i = 0; i < sg_node_count(scopes); i++)
	{
		const SgNode *args = sg_member_object_if(sg_node_element(scopes, i), "args", fault);
		const SgNode *list = sg_member_list_if(args, "directions", fault);

		for (int j = 0; j < sg_node_count(list); j++)
			add_direction(directions, sg_node_text(sg_node_element(list, j)));
	}
}

/* They stand with their purposes, or, later, by themselves, at the root or in what the ask was made with. */
static Directions
directions_of(const SgNode *ask, SgFault *fault)
{
	const SgNode *arguments = sg_member_object_if(ask, "createArgs", fault);
	const SgNode *pairs = sg_member_list_if(arguments, "scopesAndPurpose", fault);
	Directions directions = {0};

	add_scopes(&directions, sg_member_list_if(ask, "scopes", fault), fault);
	add_scopes(&directions, sg_member_list_if(arguments, "scopes", fault), fault);
	for (int i = 0; i < sg_node_count(pairs); i++)
		add_scopes(&directions, sg_member_list_if(sg_node_element(pairs, i), "scopes", fault),
				   fault);
	return directions;
}

/* ---------------------------------------------------------------- rows */

/* Neither who was asked nor other points: personal data has relations of its own. */
static const char *const kept[] = {"id",		 "status",			"createdAt",
								   "acceptedAt", "consentDuration", "scopes",
								   "purposes",	 "testEnvironment", NULL};

/* From the day in Paris on which it was given to its last day. */
static void
set_span(SgRow *row, const SgAskReport *report)
{
	DateADT day;
	int months;
	int days;

	if (report->accepted_at == 0)
		return;
	day = sg_clock_day_of(report->accepted_at);
	row->values[SG_CONSENT_STARTS_ON] = DateADTGetDatum(day);
	row->nulls[SG_CONSENT_STARTS_ON] = false;
	if (report->duration == NULL || !sg_switchgrid_duration(report->duration, &months, &days))
		return;
	row->values[SG_CONSENT_ENDS_ON] = DateADTGetDatum(sg_clock_earlier(day, -months, 1 - days));
	row->nulls[SG_CONSENT_ENDS_ON] = false;
}

static void
give_right(const SgNode *ask, const SgAskReport *report, const char *point, const char *consent,
		   SgEmit emit, void *arg, SgFault *fault)
{
	Directions directions = directions_of(ask, fault);
	SgRow row;

	sg_row_begin(&row, &sg_relation_consent, fault);
	sg_row_text(&row, SG_CONSENT_POINT_ID, point);
	sg_row_text(&row, SG_CONSENT_ASK_ID, report->ask_id);
	sg_row_text(&row, SG_CONSENT_CONSENT_ID, consent);
	sg_row_text(&row, SG_CONSENT_STATE,
				report->stage == SG_STAGE_DONE ? "ACCEPTED" : report->status);
	if (directions.said)
	{
		sg_row_flag(&row, SG_CONSENT_CONSUMPTION, directions.consumption);
		sg_row_flag(&row, SG_CONSENT_PRODUCTION, directions.production);
	}
	set_span(&row, report);
	sg_row_text(&row, SG_CONSENT_RAW, sg_node_print_some(ask, kept, true));
	if (fault->kind == SG_FAULT_NONE)
		sg_row_emit(&row, emit, arg);
}

/* How an ask speaks of the point that was asked for. */
typedef enum Concern
{
	NAMES_IT,
	NAMES_OTHERS,
	NAMES_NONE
} Concern;

/* A contract that is named by its identifier alone may be the point's. */
static Concern
concern_of(const SgAskReport *report, const char *wanted, const SgAskPoint **found)
{
	bool nameless = report->points == NIL;
	ListCell *cell;

	*found = NULL;
	foreach (cell, report->points)
	{
		const SgAskPoint *point = lfirst(cell);

		if (point->point == NULL)
			nameless = true;
		else if (strcmp(point->point, wanted) == 0)
		{
			*found = point;
			return NAMES_IT;
		}
	}
	if (nameless && list_length(report->points) == 1)
		*found = linitial(report->points);
	return nameless ? NAMES_NONE : NAMES_OTHERS;
}

/* Of several contracts it is not known which consent is the point's; an ask that stands for its consents is. */
static const char *
consent_of(const SgNode *ask, const SgAskReport *report, const SgAskPoint *point)
{
	if (point != NULL)
		return point->consent_id;
	return sg_node_member(ask, "consentIds") == NULL ? report->ask_id : NULL;
}

/*
 * The API was asked for the asks of one point, so one that names no point is about that one, unless others show
 * that the API gives asks of whatever point.
 */
static void
give_rights(const SgNode *list, const SgRequest *request, SgEmit emit, void *arg, SgFault *fault)
{
	bool others = false;
	bool doubtful = false;

	for (int i = 0; i < sg_node_count(list) && fault->kind == SG_FAULT_NONE; i++)
	{
		const SgNode *ask = sg_node_element(list, i);
		const SgAskReport *report = sg_switchgrid_read_ask(ask, fault);
		const SgAskPoint *point;
		Concern concern;

		if (report == NULL)
			return;
		concern = concern_of(report, request->point, &point);
		others |= concern == NAMES_OTHERS;
		if (concern == NAMES_OTHERS || (report->stage != SG_STAGE_DONE && !report->revoked))
			continue;
		/* of a point of gas the API was not asked: its filter does not know them */
		if (concern == NAMES_NONE && !sg_enedis_valid_point(request->point))
			continue;
		doubtful |= concern == NAMES_NONE;
		give_right(ask, report, request->point, consent_of(ask, report, point), emit, arg, fault);
	}
	if (others && doubtful)
		sg_fault_set(fault, SG_FAULT_SHAPE,
					 "An ask does not name its points, and others name other points than the one "
					 "that was asked for.");
}

void
sg_switchgrid_consents(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
					   SgFault *fault)
{
	SgJson *json;
	const SgNode *root = sg_switchgrid_open(body, len, &json, fault);

	if (root == NULL)
		return;
	give_rights(sg_switchgrid_page(root, request, fault), request, emit, arg, fault);
	sg_json_close(json);
}
