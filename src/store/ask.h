/*
 * ask.h
 *	  Consents that holders were asked for: switchgrid.ask, and what follows in switchgrid.consent.
 */
#ifndef SG_ASK_H
#define SG_ASK_H

#include "postgres.h"
#include "api/asking.h"
#include "base/fault.h"
#include "nodes/pg_list.h"
#include "utils/date.h"
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

/* An ask that the API knows by a name of its own, and that is looked after. */
typedef struct SgOpenAsk
{
	const char *state;
	const char *ask_id;
} SgOpenAsk;

/*
 * Notes that an ask is about to be sent, under a name of ours; contracts (JSON) are as they were given. Raises
 * 23505 if the state is in use. "duration" is what the API calls it.
 */
extern void sg_ask_intend(const char *server, const char *state, const char *contracts,
						  const char *duration, bool test);

/* Notes what the API says of an ask: of one that was just sent, or is followed; with the rights that follow. */
extern void sg_ask_report(const char *server, const char *state, const SgAskReport *report,
						  TimestampTz now);

/* Notes an outcome that no report tells: "uncertain", "failed", "cancelled"; fault may be NULL. */
extern void sg_ask_outcome(const char *server, const char *state, const char *outcome,
						   const SgFault *fault, TimestampTz now);

/* Asks of the server that were being sent when their session ended are uncertain. */
extern void sg_ask_doubt(const char *server, TimestampTz now);

/* The asks (SgOpenAsk *) of the server that may still change and whose time has come. */
extern List *sg_ask_due(const char *server, TimestampTz now);

/* Notes that an ask could not be looked after. */
extern void sg_ask_unseen(const char *server, const char *state, const SgFault *fault,
						  TimestampTz now);

/* Our name of the ask that the API calls so, palloc'd; NULL if it is not noted. */
extern char *sg_ask_state(const char *server, const char *ask_id);

/*
 * Settles an uncertain ask: with the API's name for it, it is followed; without (NULL), it was never made.
 * Returns the new outcome. Raises 22023 for an unknown one, 55000 for one that is not uncertain.
 */
extern const char *sg_ask_settle(const char *server, const char *state, const char *ask_id,
								 TimestampTz now);

/* Is a holder still waited for, who may consent to the point? */
extern bool sg_ask_awaits(const char *server, const char *point);

/* The ask whose consent to a point holds today, palloc'd; NULL if none is known. */
extern char *sg_ask_of_point(const char *server, const char *point, DateADT today);

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
