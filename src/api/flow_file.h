/*
 * flow_file.h
 *	  What every reader of an order's file asks of it: what it is, and whom it is about.
 */
#ifndef SG_FLOW_FILE_H
#define SG_FLOW_FILE_H

#include "postgres.h"
#include "endpoint.h"
#include "row.h"

typedef enum SgFileKind
{
	SG_FILE_NONE, /* none that is read: the fault says what */
	SG_FILE_JSON,
	SG_FILE_CSV
} SgFileKind;

/* Tells what a body is by how it begins, and moves it on behind a byte order mark. */
extern SgFileKind sg_file_look(char **body, size_t *len, SgFault *fault);

/* The points that a file names. */
typedef struct SgFilePoints
{
	const char *wanted;
	bool ours;		/* has it named, or without a name held, the one that was asked for? */
	bool foreign;	/* has it named another one? */
	char ending[5]; /* the last digits of the first of these */
} SgFilePoints;

/* Is what has that name (NULL: none) about the point that was asked for? Notes it. */
extern bool sg_file_is_ours(SgFilePoints *points, const char *name);

/* Sets the fault if all that the file named are other points. */
extern void sg_file_check(const SgFilePoints *points, SgFault *fault);

/* What a file's word says of the direction. */
typedef enum SgFileSide
{
	SG_SIDE_OURS, /* the one that was asked for; or nothing is said */
	SG_SIDE_OTHER,
	SG_SIDE_UNKNOWN /* no word for a direction */
} SgFileSide;

extern SgFileSide sg_file_side(const char *direction, const char *word);

/* The same, with a fault for what is no word for a direction: is it the one of the request? */
extern bool sg_file_is_side(const SgRequest *request, const char *word, SgFault *fault);

/*
 * Reads a body of JSON that is {"mesures": [...]}, or one measure by itself, and calls back for each measure that
 * is about the point of the request. "list" is a member that a measure by itself cannot be without, if it has not
 * "otherwise" (or NULL).
 */
typedef void (*SgFileMeasure)(void *arg, const SgNode *measure);

extern void sg_file_measures(const SgRequest *request, const char *body, size_t len,
							 const char *list, const char *otherwise, SgFileMeasure give, void *arg,
							 SgFault *fault);

#endif
