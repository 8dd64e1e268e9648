/*
 * option.h
 *	  The texts of options: lists of DefElem, as the catalogs hold them.
 */
#ifndef SG_OPTION_H
#define SG_OPTION_H

#include "postgres.h"
#include "nodes/pg_list.h"

/* The text of an option, or NULL. */
extern const char *sg_option_text(List *options, const char *name);

/* The number of a server's option; without it the option's own default, or "otherwise" if it has none. */
extern int sg_option_integer(List *options, const char *name, int otherwise);

/* Is the option there, and true? */
extern bool sg_option_bool(List *options, const char *name);

/* The headers of "name: value; name: value" as a list of "name: value", palloc'd; NIL if it is malformed. */
extern List *sg_option_headers(const char *value);

/* Is it the URL of plain HTTP? */
extern bool sg_option_plain_url(const char *url);

#endif
