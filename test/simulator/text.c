/*
 * text.c
 *		A growing string and a set of strings.
 */
#include "simulator.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A simulator without memory has nothing useful left to do. */
void *
must(void *pointer)
{
	if (pointer == NULL)
	{
		fputs("switchgrid-simulator: out of memory\n", stderr);
		abort();
	}
	return pointer;
}

void
text_add(Text *text, const char *bytes, size_t length)
{
	if (text->length + length + 1 > text->size)
	{
		text->size = (text->length + length + 1) * 2;
		text->data = must(realloc(text->data, text->size));
	}
	memcpy(text->data + text->length, bytes, length);
	text->length += length;
	text->data[text->length] = '\0';
}

void
text_puts(Text *text, const char *string)
{
	text_add(text, string, strlen(string));
}

/* For short pieces: 255 bytes at most. */
void
text_printf(Text *text, const char *format, ...)
{
	char piece[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(piece, sizeof(piece), format, arguments);
	va_end(arguments);
	text_puts(text, piece);
}

void
text_free(Text *text)
{
	free(text->data);
	memset(text, 0, sizeof(*text));
}

static size_t
set_slot(const StringSet *set, const char *key)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	size_t slot;

	for (const char *c = key; *c; c++)
		hash = (hash ^ (unsigned char) *c) * UINT64_C(1099511628211);
	slot = (hash ^ (hash >> 32)) & (set->size - 1);
	while (set->slots[slot] != NULL && strcmp(set->slots[slot], key) != 0)
		slot = (slot + 1) & (set->size - 1);
	return slot;
}

static void
set_grow(StringSet *set)
{
	StringSet larger = {NULL, set->size ? set->size * 2 : 64, set->used};

	larger.slots = must(calloc(larger.size, sizeof(char *)));
	for (size_t i = 0; i < set->size; i++)
	{
		if (set->slots[i] != NULL)
			larger.slots[set_slot(&larger, set->slots[i])] = set->slots[i];
	}
	free(set->slots);
	*set = larger;
}

/* Returns whether the key is new. */
bool
set_add(StringSet *set, const char *key)
{
	size_t slot;

	if (set->used * 2 >= set->size)
		set_grow(set);
	slot = set_slot(set, key);
	if (set->slots[slot] != NULL)
		return false;
	set->slots[slot] = must(strdup(key));
	set->used++;
	return true;
}

bool
set_has(const StringSet *set, const char *key)
{
	return set->size > 0 && set->slots[set_slot(set, key)] != NULL;
}

void
set_clear(StringSet *set)
{
	for (size_t i = 0; i < set->size; i++)
		free(set->slots[i]);
	free(set->slots);
	memset(set, 0, sizeof(*set));
}
