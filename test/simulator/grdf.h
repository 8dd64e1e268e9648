/*
 * grdf.h
 *		What the files of GRDF's part share.
 */
#ifndef SWITCHGRID_GRDF_H
#define SWITCHGRID_GRDF_H

#include "simulator.h"

#define GRDF_NDJSON "application/x-ndjson"
/* The only point that injects. */
#define GRDF_INJECTOR "GI999150"

/* grdf.c */
extern bool grdf_is(const Exchange *x, const char *endpoint);
extern bool grdf_check_pce(Exchange *x);
extern bool grdf_refuse(Exchange *x, const char *fault);
extern void grdf_add_error(Text *out, const Exchange *x, const char *code);
extern bool grdf_replaces(Exchange *x);

/* grdf_readings.c */
extern void grdf_readings(Exchange *x);
extern void grdf_bend(Text *text, const Scenario *scenario);

/* grdf_documents.c */
extern void grdf_contract(Exchange *x);
extern void grdf_technical(Exchange *x);
extern void grdf_rights(Exchange *x);

#endif
