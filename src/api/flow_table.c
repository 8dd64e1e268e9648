/*
 * flow_table.c
 *	  The series of an order's file, in CSV.
 *
 * Enedis has a row for each point of each series, with all that is so of the series in it; the normal form of
 * Switchgrid has beginnings and values, and does not tell the step; a table of daily energy has days and values.
 */
#include "postgres.h"

#include "flow_csv.h"
#include "flow_file.h"
#include "flow_normal.h"
#include "flow_series.h"

#define VALUE_LIMIT 1e12

/* Where a table has what; -1: nowhere. */
typedef struct Columns
{
	int point;
	int direction;
	int quantity;
	int unit;
	int label;
	int value;
	int nature;
	int step;
	int marks[2];
	bool normal; /* are the labels beginnings, and is there no step? */
} Columns;

static bool
find_columns(SgCsv *csv, SgPointsKind kind, Columns *at)
{
	bool curve = kind == SG_POINTS_CURVE;

	at->normal = curve && sg_csv_column(csv, "startdate") >= 0;
	at->point = sg_csv_column(csv, "identifiantprm|idprm|prm|pointid");
	at->direction = sg_csv_column(csv, "grandeurmetier");
	at->quantity = sg_csv_column(csv, "grandeurphysique");
	at->unit = sg_csv_column(csv, "unite");
	at->nature = curve ? sg_csv_column(csv, "nature") : -1;
	at->step = -1;
	at->marks[0] = curve ? sg_csv_column(csv, "indicedevraisemblance") : -1;
	at->marks[1] = curve ? sg_csv_column(csv, "etatcomplementaire") : -1;
	if (at->normal)
		at->label = sg_csv_need(csv, "startdate");
	else
		at->label = sg_csv_need(csv, curve ? "horodate" : "horodate|date");
	if (curve && !at->normal)
		at->step = sg_csv_need(csv, "pas");
	at->value = sg_csv_need(csv, at->normal ? "powerinwatts" : curve ? "valeur" : "valeur|value");
	return csv->fault->kind == SG_FAULT_NONE;
}

static void
complain(const SgCsv *csv, const char *what)
{
	sg_fault_set(csv->fault, SG_FAULT_SHAPE, "Line %d of the file has no %s in a known form.",
				 csv->line, what);
}

static void
read_value(const SgCsv *csv, int column, double limit, SgPoint *point)
{
	const char *text = sg_csv_text(csv, column);
	SgNumber number = text != NULL ? sg_point_number(text, limit, &point->value) : SG_NUMBER_NONE;

	point->has_value = number == SG_NUMBER_GOOD;
	if (number == SG_NUMBER_BAD)
		complain(csv, "value");
	else if (number == SG_NUMBER_GREAT)
		sg_fault_set(csv->fault, SG_FAULT_VALUE,
					 "The value in line %d of the file is out of range.", csv->line);
}

static void
read_label(const SgCsv *csv, int column, SgPoint *point)
{
	const char *text = sg_csv_text(csv, column);

	point->has_label =
		text != NULL && strlcpy(point->label, text, sizeof(point->label)) < sizeof(point->label);
	if (!point->has_label)
		complain(csv, "date");
}

static void
read_step(const SgCsv *csv, int column, SgPoint *point)
{
	const char *text = sg_csv_text(csv, column);

	point->step = text != NULL ? sg_clock_parse_step(text, strlen(text)) : 0;
	point->has_step = point->step != 0;
	if (!point->has_step)
		complain(csv, "step");
}

static void
read_point(const SgCsv *csv, const Columns *at, double limit, SgPoint *point)
{
	const char *nature = sg_csv_text(csv, at->nature);

	sg_point_begin(point);
	read_value(csv, at->value, limit, point);
	read_label(csv, at->label, point);
	if (at->step >= 0)
		read_step(csv, at->step, point);
	if (nature != NULL && strlcpy(point->nature, nature, sizeof(point->nature)) > SG_NATURE_LEN)
		complain(csv, "nature");
	point->marked =
		sg_csv_text(csv, at->marks[0]) != NULL || sg_csv_text(csv, at->marks[1]) != NULL;
}

static void
read_row(SgPoints *points, const SgCsv *csv, const Columns *at)
{
	bool curve = points->kind == SG_POINTS_CURVE;
	const char *wrong;
	SgPoint point;
	int series;

	series =
		sg_points_find_series(points, sg_csv_text(csv, at->quantity), sg_csv_text(csv, at->unit));
	points->series[series].from_start = at->normal;
	read_point(csv, at, curve ? PG_INT32_MAX : VALUE_LIMIT, &point);
	if (csv->fault->kind != SG_FAULT_NONE)
		return;
	wrong = sg_points_add(points, series, &point);
	if (wrong != NULL)
		sg_fault_set(csv->fault, SG_FAULT_SHAPE, "Line %d of the file is not %s.", csv->line,
					 wrong);
}

bool
sg_table_read(SgCsv *csv, SgPointsKind kind, SgTableHome home, void *arg)
{
	Columns at;

	if (!find_columns(csv, kind, &at))
		return false;
	while (sg_csv_next(csv))
	{
		SgPoints *points =
			home(arg, csv, sg_csv_text(csv, at.point), sg_csv_text(csv, at.direction));

		if (points != NULL)
			read_row(points, csv, &at);
	}
	return at.normal;
}

void
sg_table_settle(SgPoints *points, bool normal)
{
	if (normal && points->nheld > 0 && points->fault->kind == SG_FAULT_NONE)
		sg_normal_check_step(sg_points_derive_step(points, 0), points->fault);
	sg_points_settle(points);
}

/* The points of an order, and whom its file is about. */
typedef struct Ordered
{
	SgPoints *points;
	SgFilePoints named;
} Ordered;

static SgPoints *
ordered_home(void *arg, const SgCsv *csv, const char *point, const char *direction)
{
	Ordered *ordered = arg;

	if (!sg_file_is_ours(&ordered->named, point) ||
		!sg_file_is_side(ordered->points->request, direction, csv->fault))
		return NULL;
	return ordered->points;
}

void
sg_series_read_table(SgPoints *points, const char *body, size_t len)
{
	Ordered ordered = {.points = points, .named = {.wanted = points->request->point}};
	bool normal;
	SgCsv csv;

	if (sg_csv_open(&csv, body, len, points->fault))
	{
		normal = sg_table_read(&csv, points->kind, ordered_home, &ordered);
		sg_file_check(&ordered.named, points->fault);
		sg_table_settle(points, normal);
	}
	sg_csv_close(&csv);
}
