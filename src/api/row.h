/*
 * row.h
 *	  One row of a relation while a document is read into it.
 */
#ifndef SG_ROW_H
#define SG_ROW_H

#include "postgres.h"
#include "base/fault.h"
#include "datatype/timestamp.h"
#include "relation.h"
#include "wire/json.h"

typedef struct SgRow
{
	const SgRelation *relation;
	SgFault *fault; /* what its document's members are not */
	Datum values[SG_MAX_COLUMNS];
	bool nulls[SG_MAX_COLUMNS];
} SgRow;

/* An empty row: every column is NULL. */
extern void sg_row_begin(SgRow *row, const SgRelation *relation, SgFault *fault);

/* Set a column of type text (or one that is carried as text); NULL leaves it NULL. The text is copied. */
extern void sg_row_text(SgRow *row, int column, const char *text);

/* Set a column of another type. */
extern void sg_row_number(SgRow *row, int column, double value);
extern void sg_row_integer(SgRow *row, int column, int64 value);
extern void sg_row_instant(SgRow *row, int column, TimestampTz at);
extern void sg_row_flag(SgRow *row, int column, bool value);

/*
 * Set a column from a member of an object, by the column's type: a text, a number (bare or as a text), a
 * date (the first ten characters of it), an instant with its offset, true or false. Absent, null, "null" and "" leave it NULL; another
 * type sets the row's fault.
 */
extern void sg_row_member(SgRow *row, int column, const SgNode *object, const char *key);

/* Gives the row. */
extern void sg_row_emit(const SgRow *row, SgEmit emit, void *arg);

/*
 * The text of a member, palloc'd; NULL if it is absent, null, "null" or "". A member that is an object or
 * an array sets the fault.
 */
extern char *sg_member_text(const SgNode *object, const char *key, SgFault *fault);

/* A member that must be an array (or, for sg_member_object, an object); NULL and a fault if it is not. */
extern const SgNode *sg_member_list(const SgNode *object, const char *key, SgFault *fault);
extern const SgNode *sg_member_object(const SgNode *object, const char *key, SgFault *fault);

/* The same for a member that may be absent: then NULL without a fault. */
extern const SgNode *sg_member_list_if(const SgNode *object, const char *key, SgFault *fault);
extern const SgNode *sg_member_object_if(const SgNode *object, const char *key, SgFault *fault);

/* A row that outlives the document that it was read from. */
typedef struct SgTuple
{
	Datum *values;
	bool *nulls;
} SgTuple;

/* Copies a row of a relation into the current memory context. */
extern SgTuple *sg_tuple_copy(const SgRelation *relation, const Datum *values, const bool *nulls);

#endif
