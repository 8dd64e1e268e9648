/*
 * flow_points.h
 *	  The points of a file's series, kept until it is known whose they are, and given as rows once each.
 *
 * What a file says of its points (the point of delivery, the direction, the quantity) may stand behind them. So they
 * are held, some thirty bytes each, and become rows at the file's end.
 */
#ifndef SG_FLOW_POINTS_H
#define SG_FLOW_POINTS_H

#include "postgres.h"
#include "base/clock.h"
#include "endpoint.h"
#include "point.h"

/* What the points are. */
typedef enum SgPointsKind
{
	SG_POINTS_CURVE,
	SG_POINTS_ENERGY,
	SG_POINTS_PEAKS
} SgPointsKind;

/* The longest word for a quantity or a unit. */
#define SG_WORD_LEN 15

/* Points that stand together in a file. */
typedef struct SgPointsSeries
{
	char quantity[SG_WORD_LEN + 1]; /* "": not said */
	char unit[SG_WORD_LEN + 1];
	bool other; /* is it of the other direction? */
	bool
		from_start; /* do its labels name the beginnings of intervals, whatever its points look like? */
	bool linky;		/* does a point say that it is a Linky's? */
	bool other_meters; /* has a point a step that no Linky has? */
	SgLabelReader labels;
	bool started;	  /* of labels without a step: has there been one? */
	TimestampTz last; /* the one before */
	int64 shortest;	  /* the shortest distance of two of them, 0: none */
} SgPointsSeries;

typedef struct SgHeldPoint SgHeldPoint; /* of flow_points.c */
typedef struct SgPointsGroup SgPointsGroup;

typedef struct SgPoints
{
	SgPointsKind kind;
	const SgRequest *request;
	SgFault *fault;
	SgPointsSeries *series; /* not settled yet */
	int nseries;
	int series_room;
	SgPointsGroup *groups; /* what the settled ones are of */
	int ngroups;
	int groups_room;
	SgHeldPoint *held;
	uint32 nheld;
	uint32 held_room;
	uint32 nsettled; /* so many of them are final */
	bool sorted;	 /* and stand in the order of their time */
	char (*natures)[SG_NATURE_LEN + 1];
	int nnatures;
	int natures_room;
} SgPoints;

/* Begins without points, in the current memory context. */
extern void sg_points_begin(SgPoints *points, SgPointsKind kind, const SgRequest *request,
							SgFault *fault);

/* Adds an empty series: its number. Its place in points->series moves when another one is added. */
extern int sg_points_add_series(SgPoints *points);

/* The series of that quantity and unit (NULL: not said) among those that are not settled; added if there is none. */
extern int sg_points_find_series(SgPoints *points, const char *quantity, const char *unit);

/*
 * Adds a point to a series; one without a value only counts for the order of labels. Returns what the point is not,
 * as in "is not a point with a date", and NULL if all is well.
 */
extern const char *sg_points_add(SgPoints *points, int series, const SgPoint *point);

/* Forgets the series that are not settled, and their points. */
extern void sg_points_drop(SgPoints *points);

/*
 * Makes the series final: those of other directions and quantities go, units are converted, labels of intervals
 * become their beginnings. Enedis labels the end of a Linky's interval, and the beginning of other meters'. A series
 * is a Linky's if one of its points says so, by nature B or by one of the marks that only a Linky gives, or if all
 * its steps are a Linky's: 15, 30 or 60 minutes. So it is decided for a series as a whole.
 */
extern void sg_points_settle(SgPoints *points);

/*
 * Gives the points of a series that do not tell their step the shortest distance of two labels that follow each other
 * in it, and returns it in minutes; 0 if there is none, or none of whole minutes up to a day.
 */
extern int sg_points_derive_step(SgPoints *points, int series);

/* Gives the rows of all that is settled; of several points with one time the first; none if there is a fault. Frees what is held. */
extern void sg_points_give(SgPoints *points, SgEmit emit, void *arg);

#endif
