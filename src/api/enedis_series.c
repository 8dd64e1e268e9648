/*
 * enedis_series.c
 *	  Curves and daily values of Enedis, read as a stream.
 */
#include "postgres.h"

#include "base/clock.h"
#include "enedis_series.h"
#include "point.h"

/* The longest civil day, in minutes. */
#define DAY_MINUTES 1500

typedef struct Reader
{
	const SgShape *shape;
	const SgRequest *request;
	const SgRelation *relation;
	SgFault *fault;
	bool curve;	  /* a point is an interval, else a day */
	bool in_list; /* is the value being read inside the list of points? */
	bool list_seen;
	SgLabelReader labels;
	TimestampTz start; /* of the window */
	uint8 *given;	   /* a bit for each minute (or day) of the window that has had its row */
	int64 room;		   /* bits */
	SgPointNames names;
	SgPoint point; /* the one being read */
	SgPointRows rows;
} Reader;

/* Do the first "depth" steps of a path lead to the value at that depth? */
static bool
leads_to(const SgSax *sax, int depth, const char *const *path)
{
	for (int i = 0; i < depth; i++)
	{
		const char *key = sg_sax_key(sax, i + 1);

		if (path[i] == NULL || (path[i][0] == '*') != (key == NULL) ||
			(key != NULL && strcmp(key, path[i]) != 0))
			return false;
	}
	return true;
}

/* What a rule asks for, as a text; NULL if it asks for a container. */
static const char *
expected_text(const Reader *reader, const SgShapeRule *rule)
{
	bool daily = reader->relation == &sg_relation_daily_energy;

	switch (rule->what)
	{
		case SG_RULE_POINT:
			return reader->request->point;
		case SG_RULE_UNIT:
			return reader->curve ? "W" : daily ? "Wh" : "VA";
		case SG_RULE_QUANTITY:
			return reader->curve ? "PA" : daily ? "EA" : "PMA";
		case SG_RULE_DIRECTION:
			return strcmp(reader->request->endpoint->direction, SG_CONSUMPTION) == 0 ? "CONS"
																					 : "PROD";
		default:
			return NULL;
	}
}

static void
check_rule(Reader *reader, const SgShapeRule *rule, const SgSax *sax, int depth, SgSaxType type,
		   const char *text)
{
	const char *expected = expected_text(reader, rule);

	if (rule->what == SG_RULE_OBJECT || rule->what == SG_RULE_ARRAY)
	{
		if (type != (rule->what == SG_RULE_OBJECT ? SG_SAX_OBJECT : SG_SAX_ARRAY))
			sg_point_wrong(reader->fault, sax, depth,
						   rule->what == SG_RULE_OBJECT ? "an object" : "an array");
	}
	else if (type != SG_SAX_STRING || strcmp(text, expected) != 0)
		sg_point_wrong(reader->fault, sax, depth,
					   rule->what == SG_RULE_POINT ? "the point that was asked for" : expected);
}

/* Everything but points: rare in an answer, so looked up slowly. */
static void
read_frame(Reader *reader, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	const SgShape *shape = reader->shape;

	if (depth == 0 && type != SG_SAX_OBJECT)
		sg_fault_set(reader->fault, SG_FAULT_SHAPE, "The answer is not an object.");
	if (depth == shape->depth - 1)
	{
		reader->in_list = leads_to(sax, depth, shape->path);
		if (reader->in_list && type != SG_SAX_ARRAY)
			sg_point_wrong(reader->fault, sax, depth, "an array");
		reader->list_seen |= reader->in_list;
	}
	for (int i = 0; i < shape->nrules; i++)
		if (shape->rules[i].depth == depth && leads_to(sax, depth, shape->rules[i].path))
			check_rule(reader, &shape->rules[i], sax, depth, type, text);
}

static void
on_value(void *arg, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	Reader *reader = arg;
	int points = reader->shape->depth;

	/* in the list, everything is as deep as a point, or deeper */
	if (!reader->in_list)
		read_frame(reader, sax, depth, type, text);
	else if (depth == points + 1)
		sg_point_member(&reader->point, &reader->names, sax, depth, type, text, reader->fault);
	else if (depth == points)
	{
		if (type != SG_SAX_OBJECT)
			sg_point_wrong(reader->fault, sax, depth, "an object");
		sg_point_begin(&reader->point);
	}
}

/* True the first time that a place of the window has its row; what lies outside the window always. */
static bool
take_place(Reader *reader, int64 place)
{
	uint8 bit = 1 << (place & 7);

	if (place < 0 || place >= reader->room)
		return true;
	if (reader->given[place >> 3] & bit)
		return false;
	reader->given[place >> 3] |= bit;
	return true;
}

static void
give_interval(Reader *reader, DateADT day, int seconds)
{
	const SgPoint *point = &reader->point;
	int64 step = point->step * USECS_PER_MINUTE;
	TimestampTz ends_at = sg_clock_label(&reader->labels, day, seconds, step);

	if (point->has_value && take_place(reader, (ends_at - reader->start) / USECS_PER_MINUTE))
		sg_point_interval(&reader->rows, ends_at - step, point->step, point->value, point->nature);
}

/* The label of a day's peak is its instant; in the repeated hour, where nothing tells, the first one. */
static TimestampTz
instant_of_peak(DateADT day, int seconds)
{
	SgLabelReader alone = {0};

	return seconds < 0 ? DT_NOBEGIN : sg_clock_label(&alone, day, seconds, 0);
}

/* A daily value: its label is a day, or an instant of it. */
static void
give_day(Reader *reader, const SgSax *sax, int depth)
{
	size_t len = strlen(reader->point.label);
	DateADT day;
	int seconds = -1;

	if (!sg_clock_parse_label(reader->point.label, len, &day, &seconds) &&
		!sg_clock_parse_day(reader->point.label, len, &day))
		sg_point_wrong(reader->fault, sax, depth, "a point with a date in a known form");
	else if (reader->point.has_value && take_place(reader, day - reader->request->days.from))
	{
		if (reader->relation == &sg_relation_daily_energy)
			sg_point_energy(&reader->rows, day, reader->point.value);
		else
			sg_point_peak(&reader->rows, day, reader->point.value, instant_of_peak(day, seconds));
	}
}

/* The end of one point: all its members are known. */
static void
on_end(void *arg, const SgSax *sax, int depth, SgSaxType type)
{
	Reader *reader = arg;
	DateADT day;
	int seconds;

	if (depth == reader->shape->depth - 1)
		reader->in_list = false;
	if (depth != reader->shape->depth || !reader->in_list)
		return;
	if (!reader->point.has_label)
		sg_point_wrong(reader->fault, sax, depth, "a point with a date");
	else if (!reader->curve)
		give_day(reader, sax, depth);
	else if (!reader->point.has_step)
		sg_point_wrong(reader->fault, sax, depth, "a point with a step");
	else if (sg_clock_parse_label(reader->point.label, strlen(reader->point.label), &day, &seconds))
		give_interval(reader, day, seconds);
	else
		sg_point_wrong(reader->fault, sax, depth, "a point with a date in a known form");
}

void
sg_enedis_series(const SgShape *shape, const SgRequest *request, char *body, size_t len,
				 SgEmit emit, void *arg, SgFault *fault)
{
	Reader reader = {.shape = shape, .request = request, .fault = fault};

	reader.relation = request->endpoint->relations[0];
	reader.curve = reader.relation == &sg_relation_load_curve;
	reader.start = sg_clock_day_start(request->days.from);
	reader.room = (int64) sg_days_count(request->days) * (reader.curve ? DAY_MINUTES : 1) + 1;
	reader.given = palloc0(reader.room / 8 + 1);
	reader.names = (SgPointNames){
		.value = shape->value,
		.label = shape->label,
		.step = reader.curve ? shape->step : NULL,
		.nature = reader.curve ? shape->nature : NULL,
		.limit = PG_INT32_MAX,
	};
	sg_point_rows(&reader.rows, request, emit, arg);
	sg_sax_read(body, len, on_value, on_end, &reader, fault);
	if (!reader.list_seen)
		sg_fault_set(fault, SG_FAULT_SHAPE, "The answer has no %s.", shape->list);
	pfree(reader.given);
}
