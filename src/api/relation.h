/*
 * relation.h
 *	  The relations that users see, the same for every API and for live and stored data.
 */
#ifndef SG_RELATION_H
#define SG_RELATION_H

#include "postgres.h"

/* Columns of load_curve: one row for one interval. */
enum
{
	SG_CURVE_POINT_ID,
	SG_CURVE_DIRECTION,
	SG_CURVE_STARTS_AT,
	SG_CURVE_ENDS_AT,
	SG_CURVE_STEP,
	SG_CURVE_WATTS,
	SG_CURVE_WH,
	SG_CURVE_NATURE,
	SG_CURVE_COLUMNS
};

/* Columns of daily_energy: one row for one civil day. */
enum
{
	SG_DAILY_POINT_ID,
	SG_DAILY_DIRECTION,
	SG_DAILY_DAY,
	SG_DAILY_WH,
	SG_DAILY_COLUMNS
};

/* No relation has more columns. */
#define SG_MAX_COLUMNS 16

/* What a column means to the planner: which quals on it become requests. */
typedef enum SgColumnRole
{
	SG_ROLE_PLAIN,
	SG_ROLE_POINT,	   /* =, IN, = ANY: whose data */
	SG_ROLE_DIRECTION, /* =, IN: consumption or production */
	SG_ROLE_INSTANT,   /* ranges of timestamptz: which days */
	SG_ROLE_DAY		   /* ranges of date: which days */
} SgColumnRole;

typedef struct SgColumn
{
	const char *name;
	Oid type;
	const char *type_name; /* as SQL writes it */
	SgColumnRole role;
} SgColumn;

typedef struct SgRelation
{
	const char *name;
	int ncolumns;
	const SgColumn *columns;
} SgRelation;

extern const SgRelation sg_relation_load_curve;
extern const SgRelation sg_relation_daily_energy;

/* All relations, NULL at the end. */
extern const SgRelation *const sg_relations[];

/* The relation of that name, or NULL. */
extern const SgRelation *sg_relation_find(const char *name);

/* The index of the column of that name in the relation, or -1. */
extern int sg_relation_column(const SgRelation *relation, const char *name);

/* The only directions there are. */
#define SG_CONSUMPTION "consumption"
#define SG_PRODUCTION "production"

/*
 * The seam between those who read an answer and those who want its rows: called once for each row, with
 * values in the relation's order of columns. By-reference values belong to the caller and live until
 * the call returns.
 */
typedef void (*SgEmit)(void *arg, const Datum *values, const bool *nulls);

#endif
