/*
 * point.h
 *	  One point of a series: its members while a body is read as a stream, and the row that it becomes.
 */
#ifndef SG_POINT_H
#define SG_POINT_H

#include "postgres.h"
#include "datatype/timestamp.h"
#include "endpoint.h"
#include "utils/date.h"
#include "wire/sax.h"

/* A nature is a letter in every recording; longer texts than this are not one. */
#define SG_NATURE_LEN 15
/* "2025-01-15T00:30:00.000+01:00[Europe/Paris]", and some more. */
#define SG_LABEL_LEN 47

/* What a series calls the members of its points; a name that is NULL is not looked for. */
typedef struct SgPointNames
{
	const char *value;
	const char *label;
	const char *step;
	const char *nature;
	const char *marks[2]; /* members that only a Linky gives */
	double limit;		  /* a value beyond it is a fault */
} SgPointNames;

/* The members that have been read so far. */
typedef struct SgPoint
{
	bool has_label;
	bool has_value;
	bool has_step;
	bool marked; /* does a mark have a value? */
	double value;
	int step; /* minutes */
	char label[SG_LABEL_LEN + 1];
	char nature[SG_NATURE_LEN + 1]; /* "": none */
} SgPoint;

/* What a text is, taken as a number. */
typedef enum SgNumber
{
	SG_NUMBER_GOOD,
	SG_NUMBER_NONE, /* "" and "null": no value */
	SG_NUMBER_BAD,
	SG_NUMBER_GREAT /* beyond the limit */
} SgNumber;

/* Reads a number of the size of "limit" at most. */
extern SgNumber sg_point_number(const char *text, double limit, double *value);

/* Forgets the point before. */
extern void sg_point_begin(SgPoint *point);

/*
 * Takes a member of the point, as sax tells it; sets fault if it is not what it must be. Members that are not
 * known are left alone: APIs grow.
 */
extern void sg_point_member(SgPoint *point, const SgPointNames *names, const SgSax *sax, int depth,
							SgSaxType type, const char *text, SgFault *fault);

/* Sets the fault that the value which sax tells is not "expected". */
extern void sg_point_wrong(SgFault *fault, const SgSax *sax, int depth, const char *expected);

/* What all rows of an answer share. */
typedef struct SgPointRows
{
	SgEmit emit;
	void *arg;
	Datum point_id;
	Datum direction;
} SgPointRows;

/* Fills it in for a request, in the current memory context. */
extern void sg_point_rows(SgPointRows *rows, const SgRequest *request, SgEmit emit, void *arg);

/* Gives a row of load_curve. */
extern void sg_point_interval(const SgPointRows *rows, TimestampTz starts_at, int minutes,
							  double watts, const char *nature);

/* Gives a row of quantity_curve; "quantity" and "unit" are texts, the unit 0 if it is not said. */
extern void sg_point_quantity(const SgPointRows *rows, Datum quantity, Datum unit,
							  TimestampTz starts_at, int minutes, double value, const char *nature);

/* Gives a row of daily_energy. */
extern void sg_point_energy(const SgPointRows *rows, DateADT day, double wh);

/* Gives a row of daily_max_power; DT_NOBEGIN: the instant is not said. */
extern void sg_point_peak(const SgPointRows *rows, DateADT day, double va, TimestampTz at);

#endif
