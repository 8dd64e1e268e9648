/*
 * agenda.h
 *	  What a run has to ask: the gaps of what is watched, cut into requests.
 */
#ifndef SG_AGENDA_H
#define SG_AGENDA_H

#include "postgres.h"
#include "engine/assembly.h"
#include "engine/profile.h"
#include "nodes/pg_list.h"

/* The servers that are watched, as a list of char *: the one named, or all. Needs an SPI connection. */
extern List *sg_agenda_servers(const char *server);

/* What a run asks, and what it makes of answers that feed several relations. */
typedef struct SgAgenda
{
	List *requests; /* of SgRequest *, to be asked */
	List *orders;	/* of SgRequest *, to be ordered */
	SgAssembly *assembly;
} SgAgenda;

/*
 * The requests that fill the gaps of a server's watched points (a text array, or 0 for all) whose time has
 * come: what is so now, then the newest days of all points, then older ones. In the current memory context;
 * needs an SPI connection.
 */
extern SgAgenda sg_agenda_make(const SgProfile *profile, Datum points);

/*
 * Adds the questions for the consents of points that are to be ordered, where an order must name the ask that gave
 * its consent and none is known. Needs an SPI connection.
 */
extern void sg_agenda_add_consents(SgAgenda *agenda, const SgProfile *profile);

/* How many days of the server's watched points are open. Needs an SPI connection. */
extern int64 sg_agenda_open_days(const char *server, Datum points);

#endif
