/*
 * sax.h
 *	  Long, flat JSON bodies, read as a stream of events without building a tree.
 */
#ifndef SG_SAX_H
#define SG_SAX_H

#include "postgres.h"
#include "base/fault.h"

typedef enum SgSaxType
{
	SG_SAX_OBJECT, /* an object begins */
	SG_SAX_ARRAY,  /* an array begins */
	SG_SAX_STRING,
	SG_SAX_NUMBER,
	SG_SAX_BOOL,
	SG_SAX_NULL
} SgSaxType;

/* No documented answer nests deeper than 12; what does is not one. */
#define SG_SAX_DEPTH 32

typedef struct SgSax SgSax;

/*
 * A value or the beginning of a container. "depth" is the number of containers around it, and
 * sg_sax_key(sax, i) the member's name in the container of depth i, NULL in an array. "text" is the
 * unescaped scalar, valid during the call, and sg_sax_length(sax) the length of a string or number.
 */
typedef void (*SgSaxValue)(void *arg, const SgSax *sax, int depth, SgSaxType type,
						   const char *text);

/* The end of an object or array that stands at "depth". */
typedef void (*SgSaxEnd)(void *arg, const SgSax *sax, int depth, SgSaxType type);

/*
 * Reads a body of valid JSON in UTF-8 and calls back for everything in it. A body that is not that, or
 * nests too deep, sets "fault" (SG_FAULT_SHAPE); the callbacks may set it too, and are not called any
 * more once it is set. The body is its scratch paper, and nobody's afterwards; no byte behind it is touched.
 * Raises only when out of memory or cancelled.
 */
extern void sg_sax_read(char *body, size_t len, SgSaxValue value, SgSaxEnd end, void *arg,
						SgFault *fault);

/* The name under which the value being read, or the container around it at "depth", is a member. */
extern const char *sg_sax_key(const SgSax *sax, int depth);

/* The length of the string or number being read. */
extern size_t sg_sax_length(const SgSax *sax);

/* The path of the value being read, for messages, palloc'd: "meter_reading.interval_reading[3].value". */
extern char *sg_sax_path(const SgSax *sax, int depth);

#endif
