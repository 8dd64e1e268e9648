/*
 * json.h
 *	  Small JSON documents, such as tokens and errors: an object whose members are asked for by name.
 */
#ifndef SG_JSON_H
#define SG_JSON_H

#include "postgres.h"

typedef struct SgJson SgJson;

/*
 * Reads a body as one JSON object. Returns NULL if it is not one, and then writes why into "why" (if not
 * NULL, of "size" bytes). The document is freed by sg_json_close, or with the current memory context.
 */
extern SgJson *sg_json_open(const char *body, size_t len, char *why, size_t size);

/* The text of a member that is a string or a number, palloc'd; NULL if it is absent, null or something else. */
extern char *sg_json_text(const SgJson *json, const char *key);

/* The value of a member that is a number, or a string that holds one; "otherwise" if it is not. */
extern int64 sg_json_number(const SgJson *json, const char *key, int64 otherwise);

/* Frees the document now. */
extern void sg_json_close(SgJson *json);

#endif
