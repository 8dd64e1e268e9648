/*
 * enedis_series.c
 *	  Curves and daily values of Enedis, read as a stream.
 */
#include "postgres.h"

#include <ctype.h>
#include <math.h>

#include "base/clock.h"
#include "base/compat.h"
#include "enedis_series.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* A nature is a letter in every recording; longer texts than this are not one. */
#define NATURE_LEN 15
/* The longest civil day, in minutes. */
#define DAY_MINUTES 1500

typedef struct Reader
{
	const SgShape *shape;
	const SgRequest *request;
	const SgRelation *relation;
	SgEmit emit;
	void *arg;
	SgFault *fault;
	bool curve;	  /* a point is an interval, else a day */
	bool in_list; /* is the value being read inside the list of points? */
	bool list_seen;
	SgLabelReader labels;
	TimestampTz start; /* of the window */
	uint8 *given;	   /* a bit for each minute (or day) of the window that has had its row */
	int64 room;		   /* bits */

	/* the point being read */
	char label[24];
	bool has_label;
	bool has_value;
	bool has_step;
	double value;
	int step;
	char nature[NATURE_LEN + 1];

	/* values that all rows share */
	Datum point_id;
	Datum direction;
} Reader;

static void
wrong(Reader *reader, const SgSax *sax, int depth, const char *expected)
{
	char *path = sg_sax_path(sax, depth);

	sg_fault_set(reader->fault, SG_FAULT_SHAPE, "%s is not %s.", path, expected);
	pfree(path);
}

/* A number, in a string or bare; "null" and "" are no value. */
static void
read_value(Reader *reader, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	char *end;

	if (type == SG_SAX_NULL ||
		(type == SG_SAX_STRING && (text[0] == '\0' || strcmp(text, "null") == 0)))
		return;
	if (type != SG_SAX_STRING && type != SG_SAX_NUMBER)
	{
		wrong(reader, sax, depth, "a number");
		return;
	}
	errno = 0;
	reader->value = strtod(text, &end);
	if (end == text || *end != '\0' || strpbrk(text, "xXnNiI") != NULL ||
		isspace((unsigned char) *text))
		wrong(reader, sax, depth, "a number");
	else if (errno == ERANGE || fabs(reader->value) > PG_INT32_MAX)
		sg_fault_set(reader->fault, SG_FAULT_VALUE, "A value of %s is out of range.",
					 sg_sax_key(sax, depth));
	else
		reader->has_value = true;
}

static void
read_label(Reader *reader, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	if (type != SG_SAX_STRING || strlen(text) >= sizeof(reader->label))
		wrong(reader, sax, depth, "a date");
	else
		strlcpy(reader->label, text, sizeof(reader->label));
	reader->has_label = true;
}

static void
read_step(Reader *reader, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	reader->step = type == SG_SAX_STRING ? sg_clock_parse_step(text, strlen(text)) : 0;
	if (reader->step == 0)
		wrong(reader, sax, depth, "a length such as PT30M");
	reader->has_step = true;
}

static void
read_nature(Reader *reader, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	if (type == SG_SAX_NULL)
		return;
	if (type != SG_SAX_STRING || strlen(text) > NATURE_LEN)
		wrong(reader, sax, depth, "a short text");
	else
		strlcpy(reader->nature, text, sizeof(reader->nature));
}

/* A member of one point. What is not known is left alone: APIs grow. */
static void
read_field(Reader *reader, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	const SgShape *shape = reader->shape;
	const char *key = sg_sax_key(sax, depth);

	if (strcmp(key, shape->value) == 0)
		read_value(reader, sax, depth, type, text);
	else if (strcmp(key, shape->label) == 0)
		read_label(reader, sax, depth, type, text);
	else if (reader->curve && strcmp(key, shape->step) == 0)
		read_step(reader, sax, depth, type, text);
	else if (reader->curve && strcmp(key, shape->nature) == 0)
		read_nature(reader, sax, depth, type, text);
}

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
			wrong(reader, sax, depth, rule->what == SG_RULE_OBJECT ? "an object" : "an array");
	}
	else if (type != SG_SAX_STRING || strcmp(text, expected) != 0)
		wrong(reader, sax, depth,
			  rule->what == SG_RULE_POINT ? "the point that was asked for" : expected);
}

/* Everything but points: rare in an answer, so looked up slowly. */
static void
read_frame(Reader *reader, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	const SgShape *shape = reader->shape;

	if (depth == shape->depth - 1)
	{
		reader->in_list = leads_to(sax, depth, shape->path);
		if (reader->in_list && type != SG_SAX_ARRAY)
			wrong(reader, sax, depth, "an array");
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

	if (depth == 0 && type != SG_SAX_OBJECT)
		sg_fault_set(reader->fault, SG_FAULT_SHAPE, "The answer is not an object.");
	else if (depth < points || !reader->in_list)
		read_frame(reader, sax, depth, type, text);
	else if (depth == points)
	{
		if (type != SG_SAX_OBJECT)
			wrong(reader, sax, depth, "an object");
		reader->has_label = reader->has_value = reader->has_step = false;
		reader->nature[0] = '\0';
	}
	else if (depth == points + 1)
		read_field(reader, sax, depth, type, text);
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
emit_interval(Reader *reader, DateADT day, int seconds)
{
	Datum values[SG_CURVE_COLUMNS];
	bool nulls[SG_CURVE_COLUMNS] = {false};
	Interval step = {.time = reader->step * USECS_PER_MINUTE};
	TimestampTz ends_at = sg_clock_label(&reader->labels, day, seconds, step.time);
	size_t nature_len = strlen(reader->nature);
	union
	{
		struct varlena header;
		char space[VARHDRSZ + NATURE_LEN];
	} nature;

	if (!reader->has_value || !take_place(reader, (ends_at - reader->start) / USECS_PER_MINUTE))
		return;
	values[SG_CURVE_POINT_ID] = reader->point_id;
	values[SG_CURVE_DIRECTION] = reader->direction;
	values[SG_CURVE_STARTS_AT] = TimestampTzGetDatum(ends_at - step.time);
	values[SG_CURVE_ENDS_AT] = TimestampTzGetDatum(ends_at);
	values[SG_CURVE_STEP] = IntervalPGetDatum(&step);
	values[SG_CURVE_WATTS] = Float8GetDatum(reader->value);
	values[SG_CURVE_WH] =
		Float8GetDatum(reader->value * (reader->step * SECS_PER_MINUTE) / SECS_PER_HOUR);
	nulls[SG_CURVE_NATURE] = nature_len == 0;
	SET_VARSIZE(&nature, VARHDRSZ + nature_len);
	memcpy(VARDATA(&nature), reader->nature, nature_len);
	values[SG_CURVE_NATURE] = PointerGetDatum(&nature);
	reader->emit(reader->arg, reader->relation, values, nulls);
}

static void
emit_energy(Reader *reader, DateADT day)
{
	Datum values[SG_DAILY_COLUMNS];
	bool nulls[SG_DAILY_COLUMNS] = {false};

	values[SG_DAILY_POINT_ID] = reader->point_id;
	values[SG_DAILY_DIRECTION] = reader->direction;
	values[SG_DAILY_DAY] = DateADTGetDatum(day);
	values[SG_DAILY_WH] = Float8GetDatum(reader->value);
	reader->emit(reader->arg, reader->relation, values, nulls);
}

/* The label of a day's peak is its instant; in the repeated hour, where nothing tells, the first one. */
static void
emit_peak(Reader *reader, DateADT day, int seconds)
{
	Datum values[SG_PEAK_COLUMNS];
	bool nulls[SG_PEAK_COLUMNS] = {false};
	SgLabelReader alone = {0};

	values[SG_PEAK_POINT_ID] = reader->point_id;
	values[SG_PEAK_DIRECTION] = reader->direction;
	values[SG_PEAK_DAY] = DateADTGetDatum(day);
	values[SG_PEAK_VA] = Float8GetDatum(reader->value);
	nulls[SG_PEAK_AT] = seconds < 0;
	values[SG_PEAK_AT] =
		TimestampTzGetDatum(seconds < 0 ? 0 : sg_clock_label(&alone, day, seconds, 0));
	reader->emit(reader->arg, reader->relation, values, nulls);
}

/* A daily value: its label is a day, or an instant of it. */
static void
emit_day(Reader *reader, const SgSax *sax, int depth)
{
	size_t len = strlen(reader->label);
	DateADT day;
	int seconds = -1;

	if (!sg_clock_parse_label(reader->label, len, &day, &seconds) &&
		!sg_clock_parse_day(reader->label, len, &day))
		wrong(reader, sax, depth, "a point with a date in a known form");
	else if (reader->has_value && take_place(reader, day - reader->request->days.from))
	{
		if (reader->relation == &sg_relation_daily_energy)
			emit_energy(reader, day);
		else
			emit_peak(reader, day, seconds);
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
	if (!reader->has_label)
		wrong(reader, sax, depth, "a point with a date");
	else if (!reader->curve)
		emit_day(reader, sax, depth);
	else if (!reader->has_step)
		wrong(reader, sax, depth, "a point with a step");
	else if (sg_clock_parse_label(reader->label, strlen(reader->label), &day, &seconds))
		emit_interval(reader, day, seconds);
	else
		wrong(reader, sax, depth, "a point with a date in a known form");
}

void
sg_enedis_series(const SgShape *shape, const SgRequest *request, char *body, size_t len,
				 SgEmit emit, void *arg, SgFault *fault)
{
	Reader reader = {.shape = shape, .request = request, .emit = emit, .arg = arg, .fault = fault};

	reader.relation = request->endpoint->relations[0];
	reader.curve = reader.relation == &sg_relation_load_curve;
	reader.start = sg_clock_day_start(request->days.from);
	reader.room = (int64) sg_days_count(request->days) * (reader.curve ? DAY_MINUTES : 1) + 1;
	reader.given = palloc0(reader.room / 8 + 1);
	reader.point_id = CStringGetTextDatum(request->point);
	reader.direction = CStringGetTextDatum(request->endpoint->direction);
	sg_sax_read(body, len, on_value, on_end, &reader, fault);
	if (!reader.list_seen)
		sg_fault_set(fault, SG_FAULT_SHAPE, "The answer has no %s.", shape->list);
	pfree(reader.given);
}
