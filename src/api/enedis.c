/*
 * enedis.c
 *	  What both generations of the Enedis API share: points and errors.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/clock.h"
#include "enedis.h"
#include "wire/json.h"

#define POINT_DIGITS 14
/* The per-second quota frees itself at once; the hourly one with the next hour. */
#define WAIT_SECOND (1 * USECS_PER_SEC)
/* A time that cannot be understood means "later today"; no documented quota lasts longer than a day. */
#define WAIT_UNKNOWN USECS_PER_HOUR
#define WAIT_LONGEST USECS_PER_DAY

typedef struct Known
{
	const char *code; /* in upper case, without separators */
	SgFaultKind kind;
} Known;

/* The catalogue of codes; the same code comes with several statuses. 9009..: the gateway's. */
static const Known catalogue[] = {
	{"INVALIDREQUEST", SG_FAULT_REQUEST},
	{"INVALIDRESQUEST", SG_FAULT_REQUEST},
	{"ADAMERR0123", SG_FAULT_FLOOR},
	{"ADAMDC0009", SG_FAULT_BEFORE_CONSENT},
	{"ADAMERR0125", SG_FAULT_HISTORY},
	{"ADAMDC0016", SG_FAULT_HISTORY},
	{"ADAMERR0126", SG_FAULT_REQUEST},
	{"ADAMDC0015", SG_FAULT_REQUEST},
	{"ADAMERR0061", SG_FAULT_CONSENT},
	{"ADAMERR0069", SG_FAULT_DIRECTION},
	{"ADAMERR0075", SG_FAULT_NOT_RECORDED},
	{"ADAMDC0007", SG_FAULT_CONSENT},
	{"ADAMDC0008", SG_FAULT_CONSENT},
	{"UNAUTHORIZEDUSER", SG_FAULT_CONSENT},
	{"STMERR0000019", SG_FAULT_CONSENT},
	{"900906", SG_FAULT_REQUEST},
	{"900907", SG_FAULT_SERVER},
	{"900908", SG_FAULT_SUBSCRIPTION},
	{"900909", SG_FAULT_SUBSCRIPTION},
	{"900910", SG_FAULT_SUBSCRIPTION},
	{"INVALIDTOKEN", SG_FAULT_TOKEN},
	{"900901", SG_FAULT_TOKEN},
	{"900902", SG_FAULT_TOKEN},
	{"900903", SG_FAULT_TOKEN},
	{"900904", SG_FAULT_TOKEN},
	{"900905", SG_FAULT_TOKEN},
	{"INVALIDCLIENT", SG_FAULT_TOKEN},
	{"INVALIDGRANT", SG_FAULT_TOKEN},
	{"UNAUTHORIZEDCLIENT", SG_FAULT_TOKEN},
	{"UNAUTHORIZED", SG_FAULT_TOKEN},
	{"NODATAFOUND", SG_FAULT_EMPTY},
	{"STMERR0000014", SG_FAULT_EMPTY},
	{"STMERR0000020", SG_FAULT_EMPTY},
	{"429", SG_FAULT_THROTTLED},
	{"TECHNICALERROR", SG_FAULT_SERVER},
	{"ADAMDC0500", SG_FAULT_SERVER},
	{"STMERR0000001", SG_FAULT_SERVER},
	{"SERVERERROR", SG_FAULT_SERVER},
};

bool
sg_enedis_valid_point(const char *point)
{
	return strlen(point) == POINT_DIGITS && strspn(point, "0123456789") == POINT_DIGITS;
}

/* Codes are written with '_', '-' or nothing, in any case. */
static void
normalise(char *out, size_t size, const char *code)
{
	size_t o = 0;

	for (; *code != '\0' && o + 1 < size; code++)
		if (*code != '_' && *code != '-')
			out[o++] = pg_toupper((unsigned char) *code);
	out[o] = '\0';
}

/* The code as the API writes it, for people; anything unprintable is left out. */
static void
copy_code(char *out, size_t size, const char *code)
{
	size_t o = 0;

	for (; *code != '\0' && o + 1 < size; code++)
		if (isprint((unsigned char) *code))
			out[o++] = *code;
	out[o] = '\0';
}

static SgFaultKind
kind_of_code(const char *code)
{
	for (int i = 0; i < lengthof(catalogue); i++)
		if (strcmp(catalogue[i].code, code) == 0)
			return catalogue[i].kind;
	/* 900800 to 900806: the gateway's quotas */
	if (strlen(code) == 6 && strncmp(code, "90080", 5) == 0)
		return SG_FAULT_THROTTLED;
	return SG_FAULT_NONE;
}

static SgFaultKind
kind_of_status(int status)
{
	switch (status)
	{
		case 400:
			return SG_FAULT_REQUEST;
		case 401:
			return SG_FAULT_TOKEN;
		case 403:
			return SG_FAULT_CONSENT;
		case 429:
			return SG_FAULT_THROTTLED;
		default:
			return status >= 500 ? SG_FAULT_SERVER : SG_FAULT_SHAPE;
	}
}

/* "2026-Mar-10 05:00:00+0000 UTC" as an instant; 0 if it is something else. */
static TimestampTz
parse_next_access(const char *text)
{
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
										 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	char name[4];
	char iso[24];
	int y;
	int d;
	int h;
	int m;
	int s;
	DateADT day;
	int seconds;

	if (sscanf(text, "%4d-%3[A-Za-z]-%2d %2d:%2d:%2d", &y, name, &d, &h, &m, &s) != 6)
		return 0;
	for (int i = 0; i < lengthof(months); i++)
		if (pg_strcasecmp(name, months[i]) == 0)
		{
			snprintf(iso, sizeof(iso), "%04d-%02d-%02d %02d:%02d:%02d", y % 10000, i + 1, d % 100,
					 h % 100, m % 100, s % 100);
			if (sg_clock_parse_label(iso, strlen(iso), &day, &seconds))
				return day * USECS_PER_DAY + seconds * USECS_PER_SEC;
		}
	return 0;
}

/* When to ask again after a quota was met. What the server dictates is held within a day. */
static TimestampTz
throttled_until(const char *text, const char *next_access, TimestampTz now)
{
	TimestampTz at = next_access != NULL ? parse_next_access(next_access) : 0;

	/* a time that has just passed is a clock that runs a little ahead of ours */
	if (at != 0)
		return Min(Max(at, now + WAIT_SECOND), now + WAIT_LONGEST);
	if (next_access == NULL && text != NULL && strstr(text, "Q4") == NULL)
		return now + WAIT_SECOND;
	/* Q4 names a time that can be nonsense: the next full hour is what it means */
	return (now / USECS_PER_HOUR + 1) * USECS_PER_HOUR;
}

/* Takes over the API's own words, if they are prose; a code alone says enough. */
static void
describe(SgFault *fault, SgFaultKind kind, int status, const char *code, const char *text)
{
	char excerpt[200];

	sg_fault_excerpt(excerpt, sizeof(excerpt), text != NULL ? text : "",
					 text != NULL ? strlen(text) : 0);
	sg_fault_set(fault, kind, "HTTP status %d, code %s%s%s", status, code,
				 excerpt[0] != '\0' ? ": " : ".", excerpt);
}

static void
classify_body(int status, const SgJson *json, TimestampTz now, SgFault *fault)
{
	char *code = sg_json_text(json, "error");
	char *text = sg_json_text(json, "error_description");
	char known[SG_FAULT_CODE_LEN];
	SgFaultKind kind;

	if (code == NULL)
	{
		code = sg_json_text(json, "code");
		text = sg_json_text(json, "message");
	}
	if (code == NULL)
		return;
	copy_code(fault->code, sizeof(fault->code), code);
	normalise(known, sizeof(known), code);
	kind = kind_of_code(known);
	/* 2026 answers 404 for a window without measures, under the code of a window that begins too early */
	fault->maybe_floor = status == 404 && kind == SG_FAULT_FLOOR;
	if (fault->maybe_floor)
		kind = SG_FAULT_EMPTY;
	if (kind == SG_FAULT_NONE)
		kind = kind_of_status(status);
	describe(fault, kind, status, fault->code, text);
	if (kind == SG_FAULT_THROTTLED)
		fault->not_before = throttled_until(text, sg_json_text(json, "nextAccessTime"), now);
}

void
sg_enedis_classify(int status, const char *body, size_t len, TimestampTz now, SgFault *fault)
{
	SgJson *json = sg_json_open(body, len, NULL, 0);
	char excerpt[120];

	fault->status = status;
	if (json != NULL)
	{
		classify_body(status, json, now, fault);
		sg_json_close(json);
	}
	if (fault->kind != SG_FAULT_NONE)
		return;
	sg_fault_excerpt(excerpt, sizeof(excerpt), body, len);
	/* a 403 that is not the API's own comes from a gate before it, and says nothing about a consent */
	sg_fault_set(fault, status == 403 ? SG_FAULT_SHAPE : kind_of_status(status),
				 "HTTP status %d%s%s", status, len > 0 ? ": " : ", with an empty body.", excerpt);
	if (status == 429)
		fault->not_before = now + WAIT_UNKNOWN;
}
