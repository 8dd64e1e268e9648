/*
 * flow_series.c
 *	  The series of an order's file, in JSON, read as a stream.
 *
 * A measure is {idPrm, grandeur: [{grandeurMetier, grandeurPhysique, unite, points: [...]}]}. An asynchronous file is
 * {mesures: [measure, ...]}, a synchronous answer a measure by itself. A series in the normal form is an object with
 * a list of values, or stands in an object under the number of its point.
 */
#include "postgres.h"

#include "flow_file.h"
#include "flow_normal.h"
#include "flow_series.h"

/* Values of energy are of days: whatever the site, they are far below this, in any unit. */
#define ENERGY_LIMIT 1e12
#define POINT_DIGITS 14

typedef struct Reader
{
	SgPoints *points;
	const SgRequest *request;
	SgFault *fault;
	SgEmit emit;
	void *arg;
	SgPointNames names;
	SgPoint point; /* the one being read */
	SgFilePoints named;
	SgNormal normal;
	bool known;		  /* has a list been seen that such files have? */
	bool in_measures; /* within "mesures" */
	bool in_series;	  /* within a list "grandeur" of the measure */
	bool in_points;	  /* within the list of points of the series */
	int measure;	  /* the depth of the measure that is being read */
	int series;		  /* its number, -1: none is being read */
	bool has_series;  /* has the measure a list "grandeur"? */
	bool has_points;  /* has the series a list "points"? */
	bool ours;		  /* is the measure about the point that was asked for? */
	bool is_named;	  /* does it say so? */
	bool own;		  /* within the object under the number of the point that was asked for */
} Reader;

static void
wrong(Reader *reader, const SgSax *sax, int depth, const char *expected)
{
	sg_point_wrong(reader->fault, sax, depth, expected);
}

/* A word for a quantity, a unit or a direction; NULL and a fault if it is none, NULL alone if it is not said. */
static const char *
word_of(Reader *reader, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	if (type == SG_SAX_NULL || (type == SG_SAX_STRING && text[0] == '\0'))
		return NULL;
	if (type == SG_SAX_STRING && strlen(text) <= SG_WORD_LEN)
		return text;
	wrong(reader, sax, depth, "a short text");
	return NULL;
}

static void
begin_measure(Reader *reader, int depth)
{
	reader->measure = depth;
	reader->ours = true;
	reader->is_named = reader->has_series = false;
}

static void
end_measure(Reader *reader, const SgSax *sax, int depth)
{
	if (!reader->has_series && depth > 0)
		wrong(reader, sax, depth, "a measure with a list \"grandeur\"");
	if (reader->has_series && !reader->is_named)
		reader->named.ours = true;
	if (reader->ours)
		sg_points_settle(reader->points);
	else
		sg_points_drop(reader->points);
	reader->measure = 0;
}

static void
read_point_name(Reader *reader, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	if (type == SG_SAX_NULL || (type == SG_SAX_STRING && text[0] == '\0'))
		return;
	if (type != SG_SAX_STRING && type != SG_SAX_NUMBER)
		wrong(reader, sax, depth, "the number of a point");
	else
	{
		reader->is_named = true;
		reader->ours &= sg_file_is_ours(&reader->named, text);
	}
}

/* A member of a measure. */
static void
read_measure(Reader *reader, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	const char *key = sg_sax_key(sax, depth);

	if (strcmp(key, "idPrm") == 0 || strcmp(key, "pointId") == 0)
		read_point_name(reader, sax, depth, type, text);
	else if (strcmp(key, "grandeur") == 0)
	{
		if (type != SG_SAX_ARRAY)
			wrong(reader, sax, depth, "an array");
		reader->in_series = reader->has_series = reader->known = true;
	}
}

static void
begin_series(Reader *reader, const SgSax *sax, int depth, SgSaxType type)
{
	if (type != SG_SAX_OBJECT)
		wrong(reader, sax, depth, "an object");
	reader->series = sg_points_add_series(reader->points);
	reader->has_points = false;
}

/* A member of a series. */
static void
read_series(Reader *reader, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	SgPointsSeries *series = &reader->points->series[reader->series];
	const char *key = sg_sax_key(sax, depth);
	const char *word;

	if (strcmp(key, "points") == 0)
	{
		if (type != SG_SAX_ARRAY)
			wrong(reader, sax, depth, "an array");
		reader->in_points = reader->has_points = true;
	}
	else if (strcmp(key, "grandeurPhysique") == 0)
	{
		word = word_of(reader, sax, depth, type, text);
		strlcpy(series->quantity, word != NULL ? word : "", sizeof(series->quantity));
	}
	else if (strcmp(key, "unite") == 0)
	{
		word = word_of(reader, sax, depth, type, text);
		strlcpy(series->unit, word != NULL ? word : "", sizeof(series->unit));
	}
	else if (strcmp(key, "grandeurMetier") == 0)
	{
		word = word_of(reader, sax, depth, type, text);
		series->other = !sg_file_is_side(reader->request, word, reader->fault);
	}
}

/* Is it the name under which the series of a point stands? */
static bool
is_number_of_point(const char *key)
{
	return strlen(key) == POINT_DIGITS && strspn(key, "0123456789") == POINT_DIGITS;
}

/* A member of the outermost object. */
static void
read_root(Reader *reader, const SgSax *sax, SgSaxType type, const char *text)
{
	const char *key = sg_sax_key(sax, 1);
	bool curve = reader->points->kind == SG_POINTS_CURVE;

	if (strcmp(key, "mesures") == 0)
	{
		if (type != SG_SAX_ARRAY)
			wrong(reader, sax, 1, "an array");
		reader->in_measures = reader->known = true;
	}
	else if (curve && strcmp(key, reader->request->point) == 0)
	{
		if (type != SG_SAX_OBJECT)
			wrong(reader, sax, 1, "an object");
		reader->own = reader->named.ours = true;
	}
	else if (curve && type == SG_SAX_OBJECT && is_number_of_point(key))
		sg_file_is_ours(&reader->named, key);
	else if (curve)
		sg_normal_member(&reader->normal, sax, 1, type, text);
	read_measure(reader, sax, 1, type, text);
}

/* Everything but points and values. */
static void
read_frame(Reader *reader, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	int inside = depth - reader->measure;

	if (depth == 0)
	{
		if (type != SG_SAX_OBJECT)
			sg_fault_set(reader->fault, SG_FAULT_SHAPE, "The file is not an object.");
		begin_measure(reader, 0);
	}
	else if (depth == 1)
		read_root(reader, sax, type, text);
	else if (reader->in_measures && depth == 2)
	{
		if (type != SG_SAX_OBJECT)
			wrong(reader, sax, depth, "an object");
		begin_measure(reader, depth);
	}
	else if (reader->in_series && inside == 2)
		begin_series(reader, sax, depth, type);
	else if (reader->in_series && inside == 3)
		read_series(reader, sax, depth, type, text);
	else if (reader->in_measures && inside == 1)
		read_measure(reader, sax, depth, type, text);
	else if (reader->normal.in_values && depth == reader->own + 2)
		sg_normal_value(&reader->normal, sax, depth, type, text);
	else if (reader->own && depth == 2)
		sg_normal_member(&reader->normal, sax, depth, type, text);
}

static void
on_value(void *arg, const SgSax *sax, int depth, SgSaxType type, const char *text)
{
	Reader *reader = arg;
	int inside = depth - reader->measure;

	if (!reader->in_points)
		read_frame(reader, sax, depth, type, text);
	else if (inside == 5)
		sg_point_member(&reader->point, &reader->names, sax, depth, type, text, reader->fault);
	else if (inside == 4)
	{
		if (type != SG_SAX_OBJECT)
			wrong(reader, sax, depth, "an object");
		sg_point_begin(&reader->point);
	}
}

static void
end_point(Reader *reader, const SgSax *sax, int depth)
{
	const char *expected = sg_points_add(reader->points, reader->series, &reader->point);

	if (expected != NULL)
		wrong(reader, sax, depth, expected);
}

/* The end of an object or array. */
static void
on_end(void *arg, const SgSax *sax, int depth, SgSaxType type)
{
	Reader *reader = arg;
	int inside = depth - reader->measure;

	if (reader->in_points)
	{
		if (inside == 4)
			end_point(reader, sax, depth);
		reader->in_points = inside > 3;
	}
	else if (reader->in_series)
	{
		if (inside == 2 && !reader->has_points)
			wrong(reader, sax, depth, "a series with a list \"points\"");
		reader->in_series = inside > 1;
	}
	else if (reader->normal.in_values)
		reader->normal.in_values = depth > reader->own + 1;
	else if (depth == 0 || (reader->in_measures && depth == 2))
		end_measure(reader, sax, depth);
	else if (depth == 1)
		reader->in_measures = reader->own = false;
}

void
sg_series_read(SgPoints *points, char *body, size_t len, SgEmit emit, void *arg)
{
	Reader reader = {.points = points,
					 .request = points->request,
					 .fault = points->fault,
					 .emit = emit,
					 .arg = arg,
					 .series = -1};

	reader.named.wanted = points->request->point;
	reader.names = (SgPointNames){.value = "v", .label = "d", .limit = ENERGY_LIMIT};
	if (points->kind == SG_POINTS_CURVE)
		reader.names = (SgPointNames){.value = "v",
									  .label = "d",
									  .step = "p",
									  .nature = "n",
									  .marks = {"iv", "ec"},
									  .limit = PG_INT32_MAX};
	sg_normal_begin(&reader.normal, reader.fault);
	sg_sax_read(body, len, on_value, on_end, &reader, reader.fault);
	sg_file_check(&reader.named, reader.fault);
	if (!reader.known && !reader.normal.seen)
		sg_fault_set(reader.fault, SG_FAULT_SHAPE,
					 "The file has no list \"mesures\", \"grandeur\" or \"values\".");
	if (reader.fault->kind == SG_FAULT_NONE && !reader.known)
		sg_normal_give(&reader.normal, points->request, emit, arg);
	pfree(reader.normal.values);
}
