/*
 * flow_points.c
 *	  The points of a file's series.
 */
#include "postgres.h"

#include "flow_points.h"
#include "miscadmin.h"
#include "utils/builtins.h"

/* A file may be about thousands of points, each with a few values of one kind: room begins small. */
#define FIRST_ROOM 8
/* A meter has some ten quantities; what has more series between two settlings is no such file. */
#define MOST_GROUPS 64
#define MOST_SERIES 4096
/* There are some twenty natures. */
#define MOST_NATURES 255
/* Rows between two looks at whether the statement was cancelled. */
#define INTERRUPT_EVERY 4096
/* "2025-01-15 00:30:00", before fractions of a second and an offset. */
#define LOCAL_LEN 19
#define PARIS "[Europe/Paris]"

struct SgHeldPoint
{
	TimestampTz at; /* the label's instant; of a settled interval its beginning */
	double value;
	int32 span;	  /* the minutes of an interval, or the day of a daily value */
	uint32 order; /* in which it came */
	uint16 home;  /* its series; once settled, its group */
	uint8 nature; /* 0: none, else its place in natures and one */
};

struct SgPointsGroup
{
	bool power; /* is it load_curve's? */
	char quantity[SG_WORD_LEN + 1];
	char unit[SG_WORD_LEN + 1];
	Datum quantity_text; /* the same for rows */
	Datum unit_text;
};

void
sg_points_begin(SgPoints *points, SgPointsKind kind, const SgRequest *request, SgFault *fault)
{
	memset(points, 0, sizeof(*points));
	points->kind = kind;
	points->request = request;
	points->fault = fault;
	points->sorted = true;
	/* made here, so that what grows while a body is parsed grows in this context */
	points->series_room = points->groups_room = points->natures_room = 1;
	points->series = palloc(sizeof(SgPointsSeries));
	points->groups = palloc(sizeof(SgPointsGroup));
	points->natures = palloc(sizeof(points->natures[0]));
	points->held_room = FIRST_ROOM;
	points->held = palloc(sizeof(SgHeldPoint) * points->held_room);
}

int
sg_points_add_series(SgPoints *points)
{
	if (points->nseries == MOST_SERIES)
	{
		sg_fault_set(points->fault, SG_FAULT_SHAPE, "The file has too many series.");
		points->nseries--;
	}
	if (points->nseries == points->series_room)
	{
		points->series_room *= 2;
		points->series = repalloc(points->series, sizeof(SgPointsSeries) * points->series_room);
	}
	memset(&points->series[points->nseries], 0, sizeof(SgPointsSeries));
	return points->nseries++;
}

int
sg_points_find_series(SgPoints *points, const char *quantity, const char *unit)
{
	SgPointsSeries *series;
	int i;

	if (quantity == NULL)
		quantity = "";
	if (unit == NULL)
		unit = "";
	for (i = 0; i < points->nseries; i++)
		if (strcmp(points->series[i].quantity, quantity) == 0 &&
			strcmp(points->series[i].unit, unit) == 0)
			return i;
	if (i == MOST_GROUPS || strlen(quantity) > SG_WORD_LEN || strlen(unit) > SG_WORD_LEN)
	{
		sg_fault_set(points->fault, SG_FAULT_SHAPE,
					 "The file has quantities or units that are none.");
		return 0;
	}
	i = sg_points_add_series(points);
	series = &points->series[i];
	strlcpy(series->quantity, quantity, sizeof(series->quantity));
	strlcpy(series->unit, unit, sizeof(series->unit));
	return i;
}

/* ---------------------------------------------------------------- adding */

/*
 * The instant of a label: with an offset by itself, without one by the order of the labels. Sets the civil day that
 * it names, too. False if it is none.
 */
static bool
read_time(SgPointsSeries *series, const SgPoint *point, TimestampTz *at, DateADT *day)
{
	const char *text = point->label;
	size_t len = strlen(text);
	int seconds;
	size_t rest;

	if (len < LOCAL_LEN || !sg_clock_parse_label(text, LOCAL_LEN, day, &seconds))
		return false;
	rest = LOCAL_LEN;
	if (text[rest] == '.')
		rest += 1 + strspn(text + rest + 1, "0123456789");
	if (text[rest] != '\0' && strcmp(text + rest, PARIS) != 0)
		return sg_clock_parse_instant(text, len, at);
	*at = sg_clock_label(&series->labels, *day, seconds,
						 point->has_step ? point->step * USECS_PER_MINUTE : 0);
	return true;
}

/* A daily value: its label is a day, or an instant of it. */
static const char *
place_day(SgPointsSeries *series, const SgPoint *point, SgHeldPoint *held)
{
	SgLabelReader alone = {0};
	DateADT day;

	/* nothing tells the two passes of the repeated hour apart in values of different days */
	series->labels = alone;
	held->at = DT_NOBEGIN;
	if (!sg_clock_parse_day(point->label, strlen(point->label), &day))
	{
		if (!read_time(series, point, &held->at, &day))
			return "a point with a date in a known form";
		if (strlen(point->label) > LOCAL_LEN)
			day = sg_clock_day_of(held->at);
	}
	held->span = day;
	return NULL;
}

/* The shortest distance of labels: the step of a series that does not tell it. */
static void
note_distance(SgPointsSeries *series, TimestampTz at)
{
	int64 distance = at > series->last ? at - series->last : series->last - at;

	if (series->started && distance > 0 && (series->shortest == 0 || distance < series->shortest))
		series->shortest = distance;
	series->started = true;
	series->last = at;
}

static const char *
place_interval(SgPointsSeries *series, const SgPoint *point, SgHeldPoint *held)
{
	DateADT day;

	if (!read_time(series, point, &held->at, &day))
		return "a point with a date in a known form";
	if (!point->has_step)
		note_distance(series, held->at);
	held->span = point->has_step ? point->step : 0;
	series->linky |= point->marked || strcmp(point->nature, "B") == 0;
	series->other_meters |= held->span != 15 && held->span != 30 && held->span != 60;
	return NULL;
}

/* The place of a nature among those that came; the last one comes again most often. */
static uint8
note_nature(SgPoints *points, const char *nature)
{
	int i;

	if (nature[0] == '\0')
		return 0;
	for (i = 0; i < points->nnatures; i++)
		if (strcmp(points->natures[i], nature) == 0)
			return (uint8) (i + 1);
	if (i == MOST_NATURES)
	{
		sg_fault_set(points->fault, SG_FAULT_SHAPE, "The file has too many natures.");
		return 0;
	}
	if (i == points->natures_room)
	{
		points->natures_room *= 2;
		points->natures =
			repalloc(points->natures, sizeof(points->natures[0]) * points->natures_room);
	}
	strlcpy(points->natures[i], nature, sizeof(points->natures[i]));
	points->nnatures++;
	return (uint8) (i + 1);
}

const char *
sg_points_add(SgPoints *points, int series, const SgPoint *point)
{
	SgPointsSeries *home = &points->series[series];
	SgHeldPoint *held;
	const char *wrong;

	if (!point->has_label)
		return "a point with a date";
	if (points->kind == SG_POINTS_CURVE && !point->has_step && !home->from_start)
		return "a point with a step";
	if (points->nheld == points->held_room)
	{
		points->held_room *= 2;
		points->held = repalloc(points->held, sizeof(SgHeldPoint) * points->held_room);
	}
	held = &points->held[points->nheld];
	wrong = points->kind == SG_POINTS_CURVE ? place_interval(home, point, held)
											: place_day(home, point, held);
	if (wrong != NULL || !point->has_value)
		return wrong;
	held->value = point->value;
	held->order = points->nheld;
	held->home = (uint16) series;
	held->nature = note_nature(points, point->nature);
	points->nheld++;
	return NULL;
}

void
sg_points_drop(SgPoints *points)
{
	points->nseries = 0;
	points->nheld = points->nsettled;
}

int
sg_points_derive_step(SgPoints *points, int series)
{
	int64 shortest = points->series[series].shortest;
	int minutes = shortest <= USECS_PER_DAY ? (int) (shortest / USECS_PER_MINUTE) : 0;

	if (shortest % USECS_PER_MINUTE != 0)
		return 0;
	for (uint32 i = points->nsettled; i < points->nheld; i++)
		if (points->held[i].home == series)
			points->held[i].span = minutes;
	return minutes;
}

/* ---------------------------------------------------------------- settling */

/* What a series becomes. */
typedef struct Fate
{
	bool kept;
	bool ends; /* do its labels name the ends of intervals? */
	double factor;
	int group;
} Fate;

/* The factor that makes the unit "base"; 0 and a fault if none does. */
static double
factor_of(SgPoints *points, const char *unit, const char *base)
{
	if (unit[0] == '\0' || pg_strcasecmp(unit, base) == 0)
		return 1;
	if (pg_tolower((unsigned char) unit[0]) == 'k' && pg_strcasecmp(unit + 1, base) == 0)
		return 1000;
	sg_fault_set(points->fault, SG_FAULT_SHAPE, "An \"unite\" is not %s.", base);
	return 0;
}

static int
find_group(SgPoints *points, bool power, const SgPointsSeries *series)
{
	SgPointsGroup *group;
	int i;

	for (i = 0, group = points->groups; i < points->ngroups; i++, group++)
		if (group->power == power && (power || (strcmp(group->quantity, series->quantity) == 0 &&
												strcmp(group->unit, series->unit) == 0)))
			return i;
	if (i == MOST_GROUPS)
	{
		sg_fault_set(points->fault, SG_FAULT_SHAPE, "The file has too many quantities.");
		return 0;
	}
	if (i == points->groups_room)
	{
		points->groups_room *= 2;
		points->groups = repalloc(points->groups, sizeof(SgPointsGroup) * points->groups_room);
	}
	group = &points->groups[points->ngroups];
	group->power = power;
	strlcpy(group->quantity, series->quantity, sizeof(group->quantity));
	strlcpy(group->unit, series->unit, sizeof(group->unit));
	return points->ngroups++;
}

/* What each kind of file is about, in what unit, and what else it may hold that is left out. */
static const struct
{
	const char *quantity;
	const char *unit;
	const char *left_out[4];
} kinds[] = {[SG_POINTS_CURVE] = {"PA", "W", {NULL}},
			 [SG_POINTS_ENERGY] = {"EA", "Wh", {"ER", "ERI", "ERC"}},
			 [SG_POINTS_PEAKS] = {"PMA", "VA", {"PMA1", "PMA2", "PMA3"}}};

/* Is it what such files are about? Of other quantities says whether they are kept, and complains of unknown ones. */
static bool
is_usual(const SgPoints *points, const char *quantity, bool *kept)
{
	const char *const *left_out = kinds[points->kind].left_out;

	*kept = true;
	if (quantity[0] == '\0' || strcmp(quantity, kinds[points->kind].quantity) == 0)
		return true;
	if (points->kind == SG_POINTS_CURVE)
	{
		*kept = sg_endpoint_feeds(points->request->endpoint, &sg_relation_quantity_curve);
		return false;
	}
	*kept = false;
	for (int i = 0; i < lengthof(kinds[0].left_out) && left_out[i] != NULL; i++)
		if (strcmp(quantity, left_out[i]) == 0)
			return false;
	sg_fault_set(points->fault, SG_FAULT_SHAPE, "A \"grandeurPhysique\" is not %s.",
				 kinds[points->kind].quantity);
	return false;
}

static Fate
decide(SgPoints *points, const SgPointsSeries *series)
{
	Fate fate = {.factor = 1};
	bool usual = is_usual(points, series->quantity, &fate.kept);

	fate.kept = fate.kept && !series->other;
	if (!fate.kept)
		return fate;
	if (usual)
		fate.factor = factor_of(points, series->unit, kinds[points->kind].unit);
	fate.ends = points->kind == SG_POINTS_CURVE && !series->from_start &&
				(series->linky || !series->other_meters);
	fate.group = find_group(points, usual, series);
	return fate;
}

/* The time by which points of a group are told apart. */
static int64
time_of(const SgPoints *points, const SgHeldPoint *held)
{
	return points->kind == SG_POINTS_CURVE ? held->at : held->span;
}

/* Does a come before b, and at another time? */
static bool
comes_before(const SgPoints *points, const SgHeldPoint *a, const SgHeldPoint *b)
{
	return a->home != b->home ? a->home < b->home : time_of(points, a) < time_of(points, b);
}

void
sg_points_settle(SgPoints *points)
{
	Fate *fates = palloc(sizeof(Fate) * Max(points->nseries, 1));
	uint32 kept = points->nsettled;

	for (int i = 0; i < points->nseries; i++)
		fates[i] = decide(points, &points->series[i]);
	for (uint32 i = points->nsettled; i < points->nheld; i++)
	{
		SgHeldPoint held = points->held[i];
		const Fate *fate = &fates[held.home];

		if (!fate->kept)
			continue;
		held.home = (uint16) fate->group;
		held.value *= fate->factor;
		if (fate->ends)
			held.at -= held.span * USECS_PER_MINUTE;
		/* what was dropped leaves no hole: points that come later come after these */
		held.order = kept;
		points->sorted =
			points->sorted && (kept == 0 || comes_before(points, &points->held[kept - 1], &held));
		points->held[kept++] = held;
	}
	points->nheld = points->nsettled = kept;
	points->nseries = 0;
	pfree(fates);
}

/* ---------------------------------------------------------------- giving */

#define COMPARE(a, b) ((a) < (b) ? -1 : (a) > (b))

static int
compare_intervals(const void *a, const void *b)
{
	const SgHeldPoint *left = a;
	const SgHeldPoint *right = b;

	if (left->home != right->home)
		return COMPARE(left->home, right->home);
	return left->at != right->at ? COMPARE(left->at, right->at)
								 : COMPARE(left->order, right->order);
}

static int
compare_days(const void *a, const void *b)
{
	const SgHeldPoint *left = a;
	const SgHeldPoint *right = b;

	return left->span != right->span ? COMPARE(left->span, right->span)
									 : COMPARE(left->order, right->order);
}

static void
give(const SgPoints *points, const SgPointRows *rows, const SgHeldPoint *held)
{
	const SgPointsGroup *group = &points->groups[held->home];
	const char *nature = held->nature > 0 ? points->natures[held->nature - 1] : "";

	if (points->kind == SG_POINTS_ENERGY)
		sg_point_energy(rows, held->span, held->value);
	else if (points->kind == SG_POINTS_PEAKS)
		sg_point_peak(rows, held->span, held->value, held->at);
	else if (group->power)
		sg_point_interval(rows, held->at, held->span, held->value, nature);
	else
		sg_point_quantity(rows, group->quantity_text, group->unit_text, held->at, held->span,
						  held->value, nature);
}

void
sg_points_give(SgPoints *points, SgEmit emit, void *arg)
{
	SgPointRows rows;

	if (points->fault->kind != SG_FAULT_NONE)
		points->nsettled = 0;
	if (!points->sorted)
		qsort(points->held, points->nsettled, sizeof(SgHeldPoint),
			  points->kind == SG_POINTS_CURVE ? compare_intervals : compare_days);
	sg_point_rows(&rows, points->request, emit, arg);
	for (int i = 0; i < points->ngroups; i++)
	{
		SgPointsGroup *group = &points->groups[i];

		group->quantity_text = CStringGetTextDatum(group->quantity);
		group->unit_text = group->unit[0] != '\0' ? CStringGetTextDatum(group->unit) : 0;
	}
	for (uint32 i = 0; i < points->nsettled; i++)
	{
		if (i % INTERRUPT_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		if (i == 0 || comes_before(points, &points->held[i - 1], &points->held[i]))
			give(points, &rows, &points->held[i]);
	}
	pfree(points->held);
	pfree(points->series);
	pfree(points->groups);
	pfree(points->natures);
}
