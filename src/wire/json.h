/*
 * json.h
 *	  Small JSON documents, such as tokens, errors and contracts: a tree whose members are asked for by name.
 */
#ifndef SG_JSON_H
#define SG_JSON_H

#include "postgres.h"

typedef struct SgJson SgJson;

/* A value in a document; it lives as long as the document. */
typedef struct SgNode SgNode;

/*
 * Reads a body as one JSON object. Returns NULL if it is not one, and then writes why into "why" (if not
 * NULL, of "size" bytes). The document is freed by sg_json_close, or with the current memory context.
 */
extern SgJson *sg_json_open(const char *body, size_t len, char *why, size_t size);

/* The same for a body that is an object or an array. */
extern SgJson *sg_json_open_any(const char *body, size_t len, char *why, size_t size);

/*
 * Reads the next value of a body in which objects (or arrays) stand one after the other, with blanks, line ends,
 * no-break spaces or nothing between them. It is looked for from *at on, which moves behind it. NULL at the end of
 * the body, with "why" empty, and for what is no value, with the reason in "why".
 */
extern SgJson *sg_json_next(const char *body, size_t len, size_t *at, char *why, size_t size);

/* The text of a member that is a string or a number, palloc'd; NULL if it is absent, null or something else. */
extern char *sg_json_text(const SgJson *json, const char *key);

/* The value of a member that is a number, or a string that holds one; "otherwise" if it is not. */
extern int64 sg_json_number(const SgJson *json, const char *key, int64 otherwise);

/* Frees the document now. */
extern void sg_json_close(SgJson *json);

/* The document's outermost value. */
extern const SgNode *sg_json_root(const SgJson *json);

/* A member of an object; NULL if the node is no object (or NULL), or the member absent or null. */
extern const SgNode *sg_node_member(const SgNode *node, const char *key);

/*
 * The members of an object one after the other, null ones too, and their names: begin with *iterator NULL. NULL
 * after the last one, and if the node is no object.
 */
extern const SgNode *sg_node_next_member(const SgNode *object, void **iterator, const char **key);

/* How many elements an array has; -1 if the node is none. */
extern int sg_node_count(const SgNode *node);

/* An element of an array, from 0. */
extern const SgNode *sg_node_element(const SgNode *node, int i);

extern bool sg_node_is_object(const SgNode *node);

/*
 * The text of a string or a number, in the database's encoding, palloc'd; of true and false those words;
 * NULL for anything else. Raises 22P05 if the encoding has not all its characters.
 */
extern char *sg_node_text(const SgNode *node);

/* The node as compact JSON in the database's encoding, palloc'd. */
extern char *sg_node_print(const SgNode *node);

/* The same of an object with only the members whose names are listed (NULL at the end), or without them. */
extern char *sg_node_print_some(const SgNode *node, const char *const *keys, bool listed);

#endif
