/*
 * flow_export.c
 *	  Tables that somebody downloaded: R63 of several points, and the account's own export.
 *
 * The export of the customer's account (Enedis_Conso_Heure_*.csv) is two tables, one below the other, with an empty
 * line between them or none:
 *
 *	  Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;Unite;Pas en minutes
 *	  00000000000000;Courbe de charge;01/09/2018;21/08/2020;Energie active;Consommation;Comptage Brut;W;
 *
 *	  Horodate;Valeur
 *	  2018-12-07T01:00:00+01:00;
 *	  2020-08-20T23:50:00+02:00;264
 *
 * So it is published by people who got it, and by readers that were made for it: the values are W although the
 * quantity is called energy, a label is the end of its interval, an empty value is a missing one, and the
 * step, which is empty here and missing from some first lines, may change from one line to the next.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "enedis.h"
#include "flow_csv.h"
#include "flow_file.h"
#include "flow_normal.h"
#include "flow_series.h"
#include "flows.h"

#define POINT_LEN 14
#define WORD_SHOWN 48
#define FIRST_PLACES 64
#define FIRST_STAMPS 1024

/* What a file tells of one point in one direction. */
typedef struct Part
{
	char point[POINT_LEN + 1];
	SgEndpoint endpoint; /* that of the request, with the part's direction */
	SgRequest request;
	SgPoints points;
} Part;

typedef struct Export
{
	const SgRequest *request;
	SgEmit emit;
	void *arg;
	SgFault *fault;
	Part **parts; /* in the order in which they came */
	uint32 nparts;
	uint32 *places; /* open addressing: the number of a part and one, 0: free */
	uint32 nplaces; /* a power of two, more than twice as many as parts */
	Part *last;
} Export;

/* ---------------------------------------------------------------- whose a row is */

/* The direction that a word says, or that of the request; NULL and a fault if there is none. */
static const char *
direction_of(const Export *export, const SgCsv *csv, const char *word)
{
	const char *wanted = export->request->endpoint->direction;
	const char *told = NULL;

	/* this word only the account's export has */
	if (word != NULL && pg_strcasecmp(word, "Consommation") == 0)
		word = SG_CONSUMPTION;
	switch (sg_file_side(SG_CONSUMPTION, word))
	{
		case SG_SIDE_UNKNOWN:
			sg_fault_set(export->fault, SG_FAULT_SHAPE,
						 "Line %d of the file has a \"Grandeur metier\" that is no direction.",
						 csv->line);
			return NULL;
		case SG_SIDE_OTHER:
			told = SG_PRODUCTION;
			break;
		default:
			if (word == NULL || word[0] == '\0')
				return wanted != NULL ? wanted : SG_CONSUMPTION;
			told = SG_CONSUMPTION;
	}
	if (wanted != NULL && strcmp(wanted, told) != 0)
	{
		sg_fault_set(export->fault, SG_FAULT_OPTION,
					 "Line %d of the file is about the direction %s.", csv->line, told);
		return NULL;
	}
	return told;
}

static bool
is_part(const Part *part, const char *point, const char *direction)
{
	return strcmp(part->point, point) == 0 && part->endpoint.direction == direction;
}

static uint32 *
find_place(const Export *export, const char *point, const char *direction)
{
	uint32 hash = hash_bytes((const unsigned char *) point, (int) strlen(point)) + direction[0];

	for (;; hash++)
	{
		uint32 *place = &export->places[hash & (export->nplaces - 1)];

		if (*place == 0 || is_part(export->parts[*place - 1], point, direction))
			return place;
	}
}

static void
grow(Export *export)
{
	export->nplaces *= 2;
	export->parts = repalloc(export->parts, sizeof(Part *) * export->nplaces / 2);
	pfree(export->places);
	export->places = palloc0(sizeof(uint32) * export->nplaces);
	for (uint32 i = 0; i < export->nparts; i++)
		*find_place(export, export->parts[i]->point, export->parts[i]->endpoint.direction) = i + 1;
}

static Part *
add_part(Export *export, const char *point, const char *direction)
{
	Part *part = palloc0(sizeof(Part));

	strlcpy(part->point, point, sizeof(part->point));
	part->endpoint = *export->request->endpoint;
	part->endpoint.direction = direction;
	part->request = *export->request;
	part->request.endpoint = &part->endpoint;
	part->request.point = part->point;
	sg_points_begin(&part->points, SG_POINTS_CURVE, &part->request, export->fault);
	export->parts[export->nparts++] = part;
	return part;
}

/* The part of a point in a direction; NULL and a fault if that is none. */
static Part *
find_part(Export *export, const SgCsv *csv, const char *point, const char *word)
{
	const char *direction = direction_of(export, csv, word);
	uint32 *place;

	if (point == NULL || !sg_enedis_valid_point(point))
		sg_fault_set(export->fault, SG_FAULT_SHAPE, "Line %d of the file names no point.",
					 csv->line);
	if (point == NULL || direction == NULL || export->fault->kind != SG_FAULT_NONE)
		return NULL;
	if (export->last != NULL && is_part(export->last, point, direction))
		return export->last;
	if (export->nparts >= export->nplaces / 2)
		grow(export);
	place = find_place(export, point, direction);
	if (*place == 0)
	{
		add_part(export, point, direction);
		*place = export->nparts;
	}
	return export->last = export->parts[*place - 1];
}

static SgPoints *
export_home(void *arg, const SgCsv *csv, const char *point, const char *direction)
{
	Part *part = find_part(arg, csv, point, direction);

	return part != NULL ? &part->points : NULL;
}

/* ---------------------------------------------------------------- the account's export */

typedef struct Stamp
{
	TimestampTz at; /* the end of the interval */
	double watts;
	uint32 order;
	bool has_value;
} Stamp;

typedef struct Stamps
{
	Stamp *list;
	uint32 count;
	uint32 room;
	int64 step; /* that the file tells; 0: it does not */
	SgLabelReader labels;
} Stamps;

/* Another kind of export, by the word that it has for itself. */
static void
complain_kind(Export *export, const char *what, const char *word)
{
	char shown[WORD_SHOWN];

	sg_fault_excerpt(shown, sizeof(shown), word != NULL ? word : "",
					 word != NULL ? strlen(word) : 0);
	sg_fault_set(export->fault, SG_FAULT_SHAPE, "The %s of the file is \"%s\".", what, shown);
	strlcpy(export->fault->code, SG_OTHER_EXPORT, sizeof(export->fault->code));
}

/* The factor that makes watts of the unit; 0 and a fault if it is none of power. */
static double
factor_of(Export *export, const char *unit)
{
	if (unit != NULL && pg_strcasecmp(unit, "W") == 0)
		return 1;
	if (unit != NULL && pg_strcasecmp(unit, "kW") == 0)
		return 1000;
	complain_kind(export, "unit", unit);
	return 0;
}

/* The step in minutes, 0 if it is not told. */
static int
read_minutes(Export *export, const SgCsv *csv, const char *text)
{
	double minutes = 0;

	if (text != NULL &&
		(sg_point_number(text, MINS_PER_HOUR * HOURS_PER_DAY, &minutes) != SG_NUMBER_GOOD ||
		 minutes < 1 || minutes != (int) minutes))
		sg_fault_set(export->fault, SG_FAULT_SHAPE,
					 "Line %d of the file has no step in a known form.", csv->line);
	return (int) minutes;
}

/* How far the last two labels are apart; an hour, if nothing tells it: only those of hours repeat at once. */
static int64
last_distance(const Stamps *stamps)
{
	int64 distance = 0;

	if (stamps->count > 1)
		distance = stamps->list[stamps->count - 1].at - stamps->list[stamps->count - 2].at;
	return distance > 0 ? distance : distance < 0 ? -distance : USECS_PER_HOUR;
}

static bool
read_instant(Stamps *stamps, const char *text, TimestampTz *at)
{
	DateADT day;
	int seconds;

	if (text == NULL)
		return false;
	if (!sg_clock_parse_label(text, strlen(text), &day, &seconds))
		return sg_clock_parse_instant(text, strlen(text), at);
	*at = sg_clock_label(&stamps->labels, day, seconds,
						 stamps->step > 0 ? stamps->step : last_distance(stamps));
	return true;
}

static void
read_stamp(Export *export, Stamps *stamps, const SgCsv *csv)
{
	const char *value = sg_csv_text(csv, 1);
	SgNumber number = SG_NUMBER_NONE;
	Stamp *stamp;

	if (stamps->count == stamps->room)
	{
		stamps->room *= 2;
		stamps->list = repalloc(stamps->list, sizeof(Stamp) * stamps->room);
	}
	stamp = &stamps->list[stamps->count];
	if (value != NULL)
		number = sg_point_number(value, PG_INT32_MAX, &stamp->watts);
	if (!read_instant(stamps, sg_csv_text(csv, 0), &stamp->at))
		sg_fault_set(export->fault, SG_FAULT_SHAPE,
					 "Line %d of the file has no date in a known form.", csv->line);
	else if (number == SG_NUMBER_GREAT)
		sg_fault_set(export->fault, SG_FAULT_VALUE,
					 "The value in line %d of the file is out of range.", csv->line);
	else if (number == SG_NUMBER_BAD)
		sg_fault_set(export->fault, SG_FAULT_SHAPE,
					 "Line %d of the file has no value in a known form.", csv->line);
	stamp->has_value = number == SG_NUMBER_GOOD;
	stamp->order = stamps->count++;
}

static int
compare_stamps(const void *a, const void *b)
{
	const Stamp *x = a;
	const Stamp *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

/* Puts the stamps in order of time, and keeps of several of one instant the one that came last. */
static void
sort_stamps(Stamps *stamps)
{
	uint32 kept = 0;

	qsort(stamps->list, stamps->count, sizeof(Stamp), compare_stamps);
	for (uint32 i = 0; i < stamps->count; i++)
		if (i + 1 == stamps->count || stamps->list[i].at != stamps->list[i + 1].at)
			stamps->list[kept++] = stamps->list[i];
	stamps->count = kept;
}

/* How far a stamp is from the one before it; 0 if there is none. */
static int64
distance(const Stamps *stamps, uint32 i)
{
	return i > 0 && i < stamps->count ? stamps->list[i].at - stamps->list[i - 1].at : 0;
}

/*
 * The step at a stamp is its distance from the one before. A distance that neither the one before nor the
 * one behind has is a gap, if it is longer: the step is the last one then, or the next one if there was none yet.
 */
static int64
derive_step(const Stamps *stamps, uint32 i, int64 last)
{
	int64 own = distance(stamps, i);
	int64 next = distance(stamps, i + 1);

	if (own == 0)
		return next;
	if (own == next || own == distance(stamps, i - 1))
		return own;
	if (last > 0)
		return Min(own, last);
	return next > 0 ? Min(own, next) : own;
}

static void
give_stamps(Export *export, const Part *part, const Stamps *stamps, int minutes, double factor)
{
	int64 step = minutes * USECS_PER_MINUTE;
	SgPointRows rows;

	sg_point_rows(&rows, &part->request, export->emit, export->arg);
	for (uint32 i = 0; i < stamps->count; i++)
	{
		const Stamp *stamp = &stamps->list[i];

		if (minutes == 0)
			step = derive_step(stamps, i, step);
		if (step % USECS_PER_MINUTE != 0 || step > USECS_PER_DAY ||
			!sg_normal_check_step((int) (step / USECS_PER_MINUTE), export->fault))
		{
			sg_fault_set(export->fault, SG_FAULT_SHAPE, "The labels of the file tell no step.");
			return;
		}
		if (stamp->has_value)
			sg_point_interval(&rows, stamp->at - step, (int) (step / USECS_PER_MINUTE),
							  stamp->watts * factor, "");
	}
}

static void
read_stamps(Export *export, SgCsv *csv, const Part *part, int minutes, double factor)
{
	Stamps stamps = {.room = FIRST_STAMPS, .step = minutes * USECS_PER_MINUTE};

	stamps.list = palloc(sizeof(Stamp) * stamps.room);
	while (sg_csv_next(csv))
		read_stamp(export, &stamps, csv);
	if (export->fault->kind == SG_FAULT_NONE)
	{
		sort_stamps(&stamps);
		give_stamps(export, part, &stamps, minutes, factor);
	}
	pfree(stamps.list);
}

static void
read_account(Export *export, SgCsv *csv)
{
	const char *kind;
	const char *unit;
	Part *part;
	double factor;
	int minutes;

	if (!sg_csv_next(csv))
	{
		sg_fault_set(export->fault, SG_FAULT_SHAPE, "The file ends behind its first line.");
		return;
	}
	kind = sg_csv_text(csv, sg_csv_column(csv, "typededonnees"));
	unit = sg_csv_text(csv, sg_csv_need(csv, "unite"));
	if (kind == NULL || pg_strcasecmp(kind, "Courbe de charge") != 0)
	{
		complain_kind(export, "kind", kind);
		return;
	}
	factor = factor_of(export, unit);
	minutes = read_minutes(export, csv, sg_csv_text(csv, sg_csv_column(csv, "pasenminutes")));
	part = find_part(export, csv, sg_csv_text(csv, sg_csv_need(csv, "identifiantprm")),
					 sg_csv_text(csv, sg_csv_column(csv, "grandeurmetier")));
	if (export->fault->kind != SG_FAULT_NONE || !sg_csv_begin(csv))
		return;
	if (csv->ncolumns != 2 || sg_csv_column(csv, "horodate") != 0 ||
		sg_csv_column(csv, "valeur") != 1)
		sg_fault_set(export->fault, SG_FAULT_SHAPE,
					 "Line %d of the file does not name the columns Horodate and Valeur.",
					 csv->line);
	else
		read_stamps(export, csv, part, minutes, factor);
}

/* ---------------------------------------------------------------- files */

static void
read_table(Export *export, SgCsv *csv)
{
	bool normal = sg_table_read(csv, SG_POINTS_CURVE, export_home, export);

	for (uint32 i = 0; i < export->nparts; i++)
		sg_table_settle(&export->parts[i]->points, normal);
}

void
sg_flow_export(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
			   SgFault *fault)
{
	Export export = {.request = request, .emit = emit, .arg = arg, .fault = fault};
	SgFileKind file = sg_file_look(&body, &len, fault);
	SgCsv csv;

	if (file == SG_FILE_JSON)
		sg_fault_set(fault, SG_FAULT_SHAPE, "The file is JSON, not a table.");
	if (file != SG_FILE_CSV)
		return;
	export.nplaces = FIRST_PLACES;
	export.places = palloc0(sizeof(uint32) * export.nplaces);
	export.parts = palloc(sizeof(Part *) * export.nplaces / 2);
	if (sg_csv_open(&csv, body, len, fault))
	{
		if (sg_csv_column(&csv, "typededonnees") >= 0 && sg_csv_column(&csv, "horodate") < 0)
			read_account(&export, &csv);
		else
			read_table(&export, &csv);
	}
	sg_csv_close(&csv);
	for (uint32 i = 0; i < export.nparts; i++)
	{
		sg_points_give(&export.parts[i]->points, emit, arg);
		pfree(export.parts[i]);
	}
	pfree(export.parts);
	pfree(export.places);
}
