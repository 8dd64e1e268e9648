/*
 * uuid.c
 *		Ids that tell what they are of, and instants as the API writes them.
 *
 * The same story always gives the same ids: they are made of counters and of
 * the number of the point.
 */
#include "switchgrid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define OLD_PCE (UINT64_C(1) << 47) /* "GI" and 6 digits */

void
uuid_make(UuidKind kind, uint32_t head, uint64_t tail, char out[UUID_SIZE])
{
	snprintf(out, UUID_SIZE, "%08x-%04x-4000-8000-%012llx", head, (unsigned) kind,
			 (unsigned long long) tail & 0xffffffffffff);
}

/* False when it is not an id of this kind. */
bool
uuid_read(UuidKind kind, const char *text, uint32_t *head, uint64_t *tail)
{
	char again[UUID_SIZE];

	if (!uuid_shaped(text))
		return false;
	*head = (uint32_t) strtoul(text, NULL, 16);
	*tail = strtoull(text + 24, NULL, 16);
	uuid_make(kind, *head, *tail, again);
	return strcasecmp(text, again) == 0;
}

bool
uuid_shaped(const char *text)
{
	if (strlen(text) != UUID_SIZE - 1)
		return false;
	for (int i = 0; i < UUID_SIZE - 1; i++)
	{
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' : strchr("0123456789abcdefABCDEF", text[i]) == NULL)
			return false;
	}
	return true;
}

/* A PRM or a PCE as a number of 48 bits. */
uint64_t
point_number(const char *point)
{
	if (strncmp(point, "GI", 2) == 0)
		return OLD_PCE | strtoull(point + 2, NULL, 10);
	return strtoull(point, NULL, 10);
}

bool
point_text(uint64_t number, char out[POINT_SIZE])
{
	unsigned long long digits = number & ~OLD_PCE;

	if (digits > UINT64_C(99999999999999) || (digits > 999999 && digits != number))
		return false;
	if (digits != number)
		snprintf(out, POINT_SIZE, "GI%06u", (unsigned) digits % 1000000);
	else
		snprintf(out, POINT_SIZE, "%014llu", digits % UINT64_C(100000000000000));
	return true;
}

/* "2025-01-10T09:15:00.000Z" */
void
instant_text(int64_t us, char out[32])
{
	clock_format(us, out, 32);
	strcpy(out + strlen("2025-01-10T09:15:00.000"), "Z");
}

/* "2025-01-10T10:15:00+01:00" */
void
paris_text(int64_t at, char out[32])
{
	int64_t day = paris_day(at);
	char date[11];
	unsigned offset = (unsigned) paris_offset(at);
	unsigned seconds = (unsigned) (at + offset - day * DAY_SECONDS) % DAY_SECONDS;

	write_day_text(day, date);
	snprintf(out, 32, "%sT%02u:%02u:%02u+%02u:00", date, seconds / 3600, seconds / 60 % 60,
			 seconds % 60, offset / 3600 % 10);
}

/* null for an instant that has not come, or never will. */
json_t *
instant_json(int64_t us)
{
	char text[32];

	if (us > clock_now_us())
		return json_null();
	instant_text(us, text);
	return must(json_string(text));
}
