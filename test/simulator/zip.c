/*
 * zip.c
 *		A ZIP archive of one file, stored as it is.
 */
#include "switchgrid.h"

#include <string.h>

#define STORED_VERSION 20
#define DOS_DATE 0x5a21 /* 2025-01-01 */
#define DOS_TIME 0

static uint32_t
crc32_of(const Text *content)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < content->length; i++)
	{
		crc ^= (unsigned char) content->data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void
add_little(Text *out, uint32_t number, int bytes)
{
	for (int i = 0; i < bytes; i++)
	{
		char byte = (char) (number >> (8 * i) & 0xff);

		text_add(out, &byte, 1);
	}
}

/* What the header of the file and the directory have in common. */
static void
add_entry(Text *out, const char *name, const Text *content, uint32_t crc)
{
	add_little(out, STORED_VERSION, 2);
	add_little(out, 0, 2); /* flags */
	add_little(out, 0, 2); /* stored */
	add_little(out, DOS_TIME, 2);
	add_little(out, DOS_DATE, 2);
	add_little(out, crc, 4);
	add_little(out, (uint32_t) content->length, 4);
	add_little(out, (uint32_t) content->length, 4);
	add_little(out, (uint32_t) strlen(name), 2);
	add_little(out, 0, 2); /* extra field */
}

void
zip_wrap(Text *out, const char *name, const Text *content)
{
	uint32_t crc = crc32_of(content);
	uint32_t directory;
	uint32_t end;

	text_add(out, "PK\003\004", 4);
	add_entry(out, name, content, crc);
	text_puts(out, name);
	text_add(out, content->data, content->length);
	directory = (uint32_t) out->length;
	text_add(out, "PK\001\002", 4);
	add_little(out, STORED_VERSION, 2);
	add_entry(out, name, content, crc);
	add_little(out, 0, 2); /* comment */
	add_little(out, 0, 2); /* disk */
	add_little(out, 0, 2); /* attributes */
	add_little(out, 0, 4);
	add_little(out, 0, 4); /* where the file begins */
	text_puts(out, name);
	end = (uint32_t) out->length;
	text_add(out, "PK\005\006", 4);
	add_little(out, 0, 4);
	add_little(out, 1, 2);
	add_little(out, 1, 2);
	add_little(out, end - directory, 4);
	add_little(out, directory, 4);
	add_little(out, 0, 2);
}
