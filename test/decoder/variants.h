/*-------------------------------------------------------------------------
 *
 * variants.h
 *	  JSON documents as text, and what one change makes of them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef VARIANTS_H
#define VARIANTS_H

#include <stdbool.h>
#include <stddef.h>

/* A value in a document; the first one is the document's outermost. */
typedef struct Value
{
	size_t start;  /* of the value */
	size_t end;	   /* behind it */
	size_t member; /* where its name begins, or it itself in an array */
	int parent;	   /* -1: none */
	int index;	   /* among its siblings */
	char kind;	   /* its first character */
} Value;

typedef struct Document
{
	char *text;
	size_t len;
	Value *nodes;
	int count;
} Document;

/* Texts that stand for the types of JSON. */
#define STAND_INS 7
extern const char *const variant_values[STAND_INS];

/* Reads a file, which must be JSON; else ends the program. */
extern Document *document_read(const char *path);

/* The same of a text, which is copied. */
extern Document *document_of(const char *text, size_t len);
extern void document_free(Document *document);

/*
 * Variant number i of the document at a node, written into "out", which must have room for twice the document
 * and 16 bytes: first the value in place of which each of variant_values stands, then without the member, then
 * with the member twice. Returns its length; 0 if it would be the document itself, or makes no sense.
 */
#define VARIANTS (STAND_INS + 2)
#define VARIANT_WITHOUT STAND_INS
#define VARIANT_TWICE (STAND_INS + 1)
extern size_t variant_make(const Document *document, int node, int i, char *out);

/* The path of a node, for messages: ".a[3].b"; valid until the next call. */
extern const char *document_path(const Document *document, int node);

/* How many members of one of the names, ended by NULL, a node holds, itself included. */
extern int document_members(const Document *document, int node, const char *const *names);

/* Is the node a member of that name? */
extern bool document_is(const Document *document, int node, const char *name);

/* The first node that is a member of that name; -1 if there is none. */
extern int document_find(const Document *document, const char *name);

#endif
