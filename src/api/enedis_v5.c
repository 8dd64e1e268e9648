/*
 * enedis_v5.c
 *	  Enedis Data Connect, version 5: URLs, answers and errors.
 */
#include "postgres.h"

#include <ctype.h>
#include <math.h>

#include "base/clock.h"
#include "base/compat.h"
#include "endpoint.h"
#include "enedis.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "wire/http.h"
#include "wire/sax.h"

/* Where the points stand: {"meter_reading": {"interval_reading": [{...}, ...]}}. */
#define DEPTH_READING 1
#define DEPTH_LIST 2
#define DEPTH_POINT 3
#define DEPTH_FIELD 4

/* A nature is a letter in every recording; longer texts than this are not one. */
#define NATURE_LEN 15

typedef struct Reader
{
	const SgRequest *request;
	SgEmit emit;
	void *arg;
	SgFault *fault;
	bool curve; /* a load curve, or one value a day? */
	bool list_seen;
	SgLabelReader labels;
	bool any_day;
	DateADT last_day;

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
v5_url(const SgRequest *request, StringInfo out)
{
	char day[SG_DAY_LEN];

	appendStringInfo(out, "%s?usage_point_id=", request->endpoint->path);
	sg_http_escape(out, request->point);
	appendStringInfo(out, "&start=%s", sg_clock_print_day(day, request->days.from));
	appendStringInfo(out, "&end=%s", sg_clock_print_day(day, request->days.until));
}

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
read_step(Reader *reader, const SgSax *sax, int depth, const char *text)
{
	reader->step = sg_clock_parse_step(text, strlen(text));
	if (reader->step == 0)
		wrong(reader, sax, depth, "a length such as PT30M");
	reader->has_step = true;
}

/* A member of one point. What is not known is left alone: APIs grow. */
static void
read_field(Reader *reader, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	const char *key = sg_sax_key(sax, depth);

	if (strcmp(key, "value") == 0)
		read_value(reader, sax, depth, type, text);
	else if (strcmp(key, "date") == 0)
	{
		if (type != SG_SAX_STRING || strlen(text) >= sizeof(reader->label))
			wrong(reader, sax, depth, "a date");
		else
			strlcpy(reader->label, text, sizeof(reader->label));
		reader->has_label = true;
	}
	else if (strcmp(key, "interval_length") == 0 && reader->curve)
	{
		if (type != SG_SAX_STRING)
			wrong(reader, sax, depth, "a length such as PT30M");
		else
			read_step(reader, sax, depth, text);
	}
	else if (strcmp(key, "measure_type") == 0 && type != SG_SAX_NULL)
	{
		if (type != SG_SAX_STRING || strlen(text) > NATURE_LEN)
			wrong(reader, sax, depth, "a short text");
		else
			strlcpy(reader->nature, text, sizeof(reader->nature));
	}
}

/* Is the container at this depth the list of points, or one of them? */
static bool
is_key(const SgSax *sax, int depth, const char *name)
{
	const char *key = sg_sax_key(sax, depth);

	return key != NULL && strcmp(key, name) == 0;
}

static bool
in_points(const SgSax *sax)
{
	return is_key(sax, DEPTH_READING, "meter_reading") &&
		   is_key(sax, DEPTH_LIST, "interval_reading");
}

static void
v5_value(void *arg, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	Reader *reader = arg;

	if (depth == 0 && type != SG_SAX_OBJECT)
		sg_fault_set(reader->fault, SG_FAULT_SHAPE, "The answer is not an object.");
	else if (depth == DEPTH_READING && is_key(sax, 1, "meter_reading") && type != SG_SAX_OBJECT)
		wrong(reader, sax, depth, "an object");
	else if (depth == DEPTH_LIST && in_points(sax))
	{
		reader->list_seen = true;
		if (type != SG_SAX_ARRAY)
			wrong(reader, sax, depth, "an array");
	}
	else if (depth == DEPTH_LIST && is_key(sax, 1, "meter_reading") &&
			 is_key(sax, 2, "usage_point_id"))
	{
		if (type != SG_SAX_STRING || strcmp(text, reader->request->point) != 0)
			wrong(reader, sax, depth, "the point that was asked for");
	}
	else if (depth == DEPTH_POINT && in_points(sax))
	{
		if (type != SG_SAX_OBJECT)
			wrong(reader, sax, depth, "an object");
		reader->has_label = reader->has_value = reader->has_step = false;
		reader->nature[0] = '\0';
	}
	else if (depth == DEPTH_FIELD && in_points(sax))
		read_field(reader, sax, depth, type, text);
}

static void
emit_interval(Reader *reader, DateADT day, int seconds)
{
	Datum values[SG_CURVE_COLUMNS];
	bool nulls[SG_CURVE_COLUMNS] = {false};
	Interval step = {.time = reader->step * USECS_PER_MINUTE};
	TimestampTz last = reader->labels.last;
	bool first = !reader->labels.started;
	TimestampTz ends_at = sg_clock_label(&reader->labels, day, seconds, step.time);
	union
	{
		struct varlena header;
		char space[VARHDRSZ + NATURE_LEN];
	} nature;

	/* a point that is sent twice is one row */
	if (!reader->has_value || (!first && ends_at == last))
		return;
	values[SG_CURVE_POINT_ID] = reader->point_id;
	values[SG_CURVE_DIRECTION] = reader->direction;
	values[SG_CURVE_STARTS_AT] = TimestampTzGetDatum(ends_at - step.time);
	values[SG_CURVE_ENDS_AT] = TimestampTzGetDatum(ends_at);
	values[SG_CURVE_STEP] = IntervalPGetDatum(&step);
	values[SG_CURVE_WATTS] = Float8GetDatum(reader->value);
	values[SG_CURVE_WH] =
		Float8GetDatum(reader->value * (reader->step * SECS_PER_MINUTE) / SECS_PER_HOUR);
	nulls[SG_CURVE_NATURE] = reader->nature[0] == '\0';
	SET_VARSIZE(&nature, VARHDRSZ + strlen(reader->nature));
	memcpy(VARDATA(&nature), reader->nature, strlen(reader->nature));
	values[SG_CURVE_NATURE] = PointerGetDatum(&nature);
	reader->emit(reader->arg, values, nulls);
}

static void
emit_day(Reader *reader, DateADT day)
{
	Datum values[SG_DAILY_COLUMNS];
	bool nulls[SG_DAILY_COLUMNS] = {false};

	if (!reader->has_value || (reader->any_day && day == reader->last_day))
		return;
	reader->any_day = true;
	reader->last_day = day;
	values[SG_DAILY_POINT_ID] = reader->point_id;
	values[SG_DAILY_DIRECTION] = reader->direction;
	values[SG_DAILY_DAY] = DateADTGetDatum(day);
	values[SG_DAILY_WH] = Float8GetDatum(reader->value);
	reader->emit(reader->arg, values, nulls);
}

/* The end of one point: all its members are known. */
static void
v5_end(void *arg, const SgSax *sax, int depth, SgSaxType type)
{
	Reader *reader = arg;
	size_t len = strlen(reader->label);
	DateADT day;
	int seconds;

	if (depth != DEPTH_POINT || !in_points(sax))
		return;
	if (!reader->has_label)
		wrong(reader, sax, depth, "a point with a date");
	else if (reader->curve && !reader->has_step)
		wrong(reader, sax, depth, "a point with an interval_length");
	else if (reader->curve && sg_clock_parse_label(reader->label, len, &day, &seconds))
		emit_interval(reader, day, seconds);
	else if (!reader->curve && sg_clock_parse_day(reader->label, Min(len, 10), &day))
		emit_day(reader, day);
	else
		wrong(reader, sax, depth, "a point with a date in a known form");
}

static void
v5_decode(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg, SgFault *fault)
{
	Reader reader = {.request = request, .emit = emit, .arg = arg, .fault = fault};

	reader.curve = request->endpoint->relation == &sg_relation_load_curve;
	reader.point_id = CStringGetTextDatum(request->point);
	reader.direction = CStringGetTextDatum(request->endpoint->direction);
	sg_sax_read(body, len, v5_value, v5_end, &reader, fault);
	if (!reader.list_seen)
		sg_fault_set(fault, SG_FAULT_SHAPE, "The answer has no meter_reading.interval_reading.");
}

static const SgEndpoint endpoints[] = {
	{.name = "consumption_load_curve",
	 .relation = &sg_relation_load_curve,
	 .direction = SG_CONSUMPTION,
	 .path = "/metering_data_clc/v5/consumption_load_curve",
	 .max_days = 7,
	 .keep_months = 24,
	 .keep_days = 15,
	 .rows_per_day = 48,
	 .url = v5_url,
	 .decode = v5_decode},
	/* no cap is documented for daily values; a year at a time is the custom */
	{.name = "daily_consumption",
	 .relation = &sg_relation_daily_energy,
	 .direction = SG_CONSUMPTION,
	 .path = "/metering_data_dc/v5/daily_consumption",
	 .max_days = 365,
	 .keep_months = 36,
	 .keep_days = 15,
	 .rows_per_day = 1,
	 .url = v5_url,
	 .decode = v5_decode},
};

const SgApi sg_api_enedis_v5 = {
	.name = "enedis",
	.generation = "v5",
	.base_url = "https://gw.ext.prod.api.enedis.fr",
	.sandbox_url = "https://gw.ext.prod-sandbox.api.enedis.fr",
	.token_path = "/oauth2/v3/token",
	.per_second = 5,
	.per_hour = 10000,
	.endpoints = endpoints,
	.nendpoints = lengthof(endpoints),
	.classify = sg_enedis_classify,
	.valid_point = sg_enedis_valid_point,
	.point_rule = "An Enedis point (PRM) is 14 digits.",
};
