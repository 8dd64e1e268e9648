/*-------------------------------------------------------------------------
 *
 * variants.c
 *	  JSON documents as text, and what one change makes of them.
 *
 * Knows no library of JSON: what is tested uses two of them.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "variants.h"

const char *const variant_values[STAND_INS] = {"null", "true", "12", "\"x\"", "\"\"", "[]", "{}"};

static void
fail(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(2);
}

static void *
allocate(void *old, size_t size)
{
	void *memory = realloc(old, size);

	if (memory == NULL)
		fail("out of memory", "");
	return memory;
}

/* ---------------------------------------------------------------- reading */

static size_t
skip_space(const Document *d, size_t at)
{
	while (at < d->len && strchr(" \t\r\n", d->text[at]) != NULL && d->text[at] != '\0')
		at++;
	return at;
}

/* Behind the string that begins here. */
static size_t
skip_string(const Document *d, size_t at)
{
	for (at++; at < d->len && d->text[at] != '"'; at++)
		if (d->text[at] == '\\')
			at++;
	return at + 1;
}

static size_t read_value(Document *d, size_t at, size_t member, int parent, int index);

/* The members or elements of a container that begins here; behind its end. */
static size_t
read_inside(Document *d, size_t at, int self, char close)
{
	int index = 0;

	for (at = skip_space(d, at + 1); at < d->len && d->text[at] != close; index++)
	{
		size_t member = at;

		if (close == '}')
		{
			at = skip_space(d, skip_string(d, at));
			if (at >= d->len || d->text[at] != ':')
				fail("a document", "a name without a value");
			at = skip_space(d, at + 1);
		}
		at = skip_space(d, read_value(d, at, member, self, index));
		if (at < d->len && d->text[at] == ',')
			at = skip_space(d, at + 1);
	}
	return at + 1;
}

static size_t
read_value(Document *d, size_t at, size_t member, int parent, int index)
{
	int self = d->count++;

	if (at >= d->len)
		fail("a document", "ends early");
	d->nodes = allocate(d->nodes, d->count * sizeof(Value));
	d->nodes[self] = (Value){.start = at, .member = member, .parent = parent, .index = index};
	d->nodes[self].kind = d->text[at];
	if (d->text[at] == '{' || d->text[at] == '[')
		at = read_inside(d, at, self, d->text[at] == '{' ? '}' : ']');
	else if (d->text[at] == '"')
		at = skip_string(d, at);
	else
		while (at < d->len && strchr(",]} \t\r\n", d->text[at]) == NULL)
			at++;
	d->nodes[self].end = at;
	return at;
}

Document *
document_of(const char *text, size_t len)
{
	Document *d = allocate(NULL, sizeof(Document));

	*d = (Document){.len = len};
	d->text = allocate(NULL, len + 1);
	memcpy(d->text, text, len);
	d->text[len] = '\0';
	if (skip_space(d, read_value(d, skip_space(d, 0), 0, -1, 0)) != len)
		fail("a document", "goes on after its end");
	return d;
}

Document *
document_read(const char *path)
{
	static char text[1 << 20];
	FILE *file = fopen(path, "rb");
	size_t len;

	if (file == NULL)
	{
		perror(path);
		exit(2);
	}
	len = fread(text, 1, sizeof(text), file);
	fclose(file);
	if (len == 0 || len == sizeof(text))
		fail(path, "empty, or too long");
	return document_of(text, len);
}

void
document_free(Document *document)
{
	free(document->nodes);
	free(document->text);
	free(document);
}

/* ---------------------------------------------------------------- looking */

bool
document_is(const Document *document, int node, const char *name)
{
	const Value *n = &document->nodes[node];
	size_t len = strlen(name);

	return n->parent >= 0 && document->nodes[n->parent].kind == '{' &&
		   strncmp(document->text + n->member + 1, name, len) == 0 &&
		   document->text[n->member + 1 + len] == '"';
}

int
document_find(const Document *document, const char *name)
{
	for (int i = 0; i < document->count; i++)
		if (document_is(document, i, name))
			return i;
	return -1;
}

int
document_members(const Document *document, int node, const char *const *names)
{
	int found = 0;

	for (int i = node; i < document->count && document->nodes[i].start < document->nodes[node].end;
		 i++)
		for (int k = 0; names[k] != NULL; k++)
			found += document_is(document, i, names[k]);
	return found;
}

const char *
document_path(const Document *document, int node)
{
	static char path[512];
	size_t at = sizeof(path) - 1;

	for (; document->nodes[node].parent >= 0; node = document->nodes[node].parent)
	{
		const Value *n = &document->nodes[node];
		char step[128];
		size_t len;

		if (document->nodes[n->parent].kind == '[')
			snprintf(step, sizeof(step), "[%d]", n->index);
		else
			snprintf(step, sizeof(step), ".%.*s",
					 (int) (skip_string(document, n->member) - n->member - 2),
					 document->text + n->member + 1);
		len = strlen(step);
		if (len > at)
			break;
		at -= len;
		memcpy(path + at, step, len);
	}
	return path + at;
}

/* ---------------------------------------------------------------- changing */

/* The document with "text" in place of what stands from "from" to "until". */
static size_t
put(const Document *d, size_t from, size_t until, const char *text, size_t len, char *out)
{
	memcpy(out, d->text, from);
	memcpy(out + from, text, len);
	memcpy(out + from + len, d->text + until, d->len - until);
	return from + len + d->len - until;
}

static size_t
without(const Document *d, const Value *n, char *out)
{
	size_t from = n->member;
	size_t until = skip_space(d, n->end);

	if (d->text[until] == ',')
		until++;
	else
	{
		/* the last one goes with the comma before it, if there is one */
		until = n->end;
		while (from > 0 && strchr(" \t\r\n", d->text[from - 1]) != NULL)
			from--;
		if (from > 0 && d->text[from - 1] == ',')
			from--;
		else
			from = n->member;
	}
	return put(d, from, until, "", 0, out);
}

static size_t
twice(const Document *d, const Value *n, char *out)
{
	size_t len = n->end - n->member;

	memcpy(out, d->text, n->end);
	out[n->end] = ',';
	memcpy(out + n->end + 1, d->text + n->member, len);
	memcpy(out + n->end + 1 + len, d->text + n->end, d->len - n->end);
	return d->len + 1 + len;
}

size_t
variant_make(const Document *document, int node, int i, char *out)
{
	const Value *n = &document->nodes[node];

	if (i >= STAND_INS)
	{
		if (n->parent < 0)
			return 0;
		return i == VARIANT_WITHOUT ? without(document, n, out) : twice(document, n, out);
	}
	if (strlen(variant_values[i]) == n->end - n->start &&
		memcmp(document->text + n->start, variant_values[i], n->end - n->start) == 0)
		return 0;
	return put(document, n->start, n->end, variant_values[i], strlen(variant_values[i]), out);
}
