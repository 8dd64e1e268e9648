/*
 * watched.h
 *	  Which points somebody wants to be kept fresh.
 */
#ifndef SG_WATCHED_H
#define SG_WATCHED_H

#include "postgres.h"
#include "nodes/pg_list.h"

/*
 * The points (char *, each once, in order, in the current memory context) of which a relation of a server is
 * watched, as far as the current user may see them. Needs a snapshot. Raises what reading the table raises.
 */
extern List *sg_watched_points(const char *server, const char *relation);

#endif
