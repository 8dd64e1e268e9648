/*
 * facts.h
 *	  What is so of a point, with its history: switchgrid.contract_history and its like; and its rights.
 */
#ifndef SG_FACTS_H
#define SG_FACTS_H

#include "postgres.h"
#include "api/row.h"
#include "utils/date.h"

/*
 * Stores what was seen today of a point: rows (a list of SgTuple *) of a relation of state, in the table
 * <relation>_history. A row that says what the current one says changes nothing but when it was checked; one
 * that differs ends it and begins a new one today; columns of "silence" are not compared. No rows at all end
 * what was current; if the rows are the "whole" of what there is, so does a direction without one. Needs an SPI
 * connection, as all here.
 */
extern void sg_facts_merge(const SgRelation *relation, const char *point, List *rows,
						   uint32 silence, bool whole, DateADT today);

/* Stores the rights that a server tells of a point, or of an authorisation, in place of the older ones. */
extern void sg_facts_merge_consents(const char *server, List *rows);

#endif
