/*
 * enedis_series.h
 *	  Curves and daily values of Enedis, read as a stream: long and flat in both generations.
 */
#ifndef SG_ENEDIS_SERIES_H
#define SG_ENEDIS_SERIES_H

#include "postgres.h"
#include "endpoint.h"
#include "wire/sax.h"

/* No container of points lies deeper. */
#define SG_SHAPE_DEPTH 6

/* A member of the answer that must have a certain value, if it is there. */
typedef struct SgShapeRule
{
	int depth;						  /* of the member */
	const char *path[SG_SHAPE_DEPTH]; /* from depth 1, "*" for an element */
	enum
	{
		SG_RULE_POINT,	   /* the point that was asked for */
		SG_RULE_UNIT,	   /* the unit of the relation's values */
		SG_RULE_QUANTITY,  /* the physical quantity of the relation */
		SG_RULE_DIRECTION, /* CONS or PROD, as asked */
		SG_RULE_OBJECT,	   /* an object */
		SG_RULE_ARRAY	   /* an array */
	} what;
} SgShapeRule;

/* How a generation lays out its points. */
typedef struct SgShape
{
	const char *path[SG_SHAPE_DEPTH]; /* of one point, as above */
	int depth;						  /* of one point */
	const char *list;				  /* where the points are, in words */
	const char *value;
	const char *label;
	const char *step;
	const char *nature;
	const SgShapeRule *rules;
	int nrules;
} SgShape;

/*
 * Reads an answer of that shape; the request's relation says of what kind its points are: load_curve,
 * daily_energy or daily_max_power. As an endpoint's decode. A point that is sent twice is one row; one
 * without a value is none.
 */
extern void sg_enedis_series(const SgShape *shape, const SgRequest *request, char *body, size_t len,
							 SgEmit emit, void *arg, SgFault *fault);

#endif
