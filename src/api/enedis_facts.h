/*
 * enedis_facts.h
 *	  What both generations of the Enedis API write in texts about a contract.
 */
#ifndef SG_ENEDIS_FACTS_H
#define SG_ENEDIS_FACTS_H

#include "postgres.h"
#include "row.h"

/* Sets contract.subscribed_power and power_unit from "9 kVA". */
extern void sg_enedis_power(SgRow *contract, const char *text);

/*
 * The code of a tariff (BTINFMUDT) from the label that 2026 writes in its place; a text that is not such a
 * label is returned as it is. NULL for NULL.
 */
extern const char *sg_enedis_tariff(const char *text);

/*
 * The off-peak hours "HC (22H30-6H30;13H00-15H00)" as a multirange of minutes since midnight, in its text
 * form, palloc'd; NULL if the text names none.
 */
extern char *sg_enedis_offpeak(const char *text);

/* Sets contract.offpeak_hours and offpeak_minutes; NULL leaves them NULL. */
extern void sg_enedis_set_offpeak(SgRow *contract, const char *text);

/* Opens a document that must be JSON; NULL and a fault if it is not. */
extern SgJson *sg_enedis_open(const char *body, size_t len, SgFault *fault);

#endif
