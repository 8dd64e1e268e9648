/*
 * daily.h
 *	  The daily values in switchgrid.daily_energy.
 */
#ifndef SG_DAILY_H
#define SG_DAILY_H

#include "postgres.h"
#include "utils/date.h"

typedef struct SgDailyValue
{
	DateADT day;
	double wh;
} SgDailyValue;

/* Keeps the values of one point and direction; a newer one replaces the older. Needs an SPI connection. */
extern void sg_daily_merge(const char *point, const char *direction, const SgDailyValue *values,
						   int count);

#endif
