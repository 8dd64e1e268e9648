/*
 * rows.h
 *	  Series that are stored as plain rows: switchgrid.daily_energy, daily_max_power, register_reading.
 */
#ifndef SG_ROWS_H
#define SG_ROWS_H

#include "postgres.h"
#include "api/row.h"

/*
 * Stores rows (a list of SgTuple *) of the relation in the table of its name: new ones are added, those that
 * changed are replaced, others are not touched. Of two rows for one key the last counts. Needs an SPI
 * connection.
 */
extern void sg_rows_merge(const SgRelation *relation, List *rows);

/* The column that says which day a row is about, or -1. */
extern int sg_rows_day_column(const SgRelation *relation);

#endif
