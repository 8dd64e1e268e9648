/*
 * ask.h
 *	  Consents that holders were asked for: switchgrid.ask, and what follows in switchgrid.consent.
 */
#ifndef SG_ASK_H
#define SG_ASK_H

#include "postgres.h"
#include "base/fault.h"
#include "nodes/pg_list.h"
#include "utils/timestamp.h"

typedef struct SgAskAnswer
{
	const char *server;
	const char *state;
	const char *outcome;
	const char *error; /* NULL if there was none, like all that follows */
	const char *description;
	List *points; /* of char * */
	int64 authorisation;
} SgAskAnswer;

/* Notes that a holder is asked, with this state. Raises 23505 if the state is in use. All need SPI. */
extern void sg_ask_begin(const char *server, const char *state, const Interval *duration);

/*
 * Notes the answer, and the rights that it gives. Raises 22023 if nobody was asked with its state, and 55000
 * if that one was answered otherwise.
 */
extern void sg_ask_answer(const SgAskAnswer *answer);

/* The authorisations (int64 *) of a server that were given, and whose points are not known and may be asked for. */
extern List *sg_ask_unresolved(const char *server, TimestampTz now);

/* Notes that an authorisation's points could not be had yet, and why: asked for later and later, up to a day. */
extern void sg_ask_missed(const char *server, int64 authorisation, const SgFault *fault,
						  TimestampTz now);

/* Notes the points that rights were found for. */
extern void sg_ask_resolve(const char *server, int64 authorisation);

#endif
