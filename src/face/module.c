/*
 * module.c
 *	  The library's entry: settings.
 */
#include "postgres.h"

#include "base/clock.h"
#include "base/compat.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/guc.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

/* Reads a timestamp with a zone; the check must not raise, and needs no zone of the session. */
static bool
check_now(char **value, void **extra, GucSource source)
{
	DateADT day;
	int seconds;
	TimestampTz *at = sg_compat_guc_malloc(sizeof(TimestampTz));
	size_t len = strlen(*value);

	if (at == NULL)
		return false;
	*at = 0;
	*extra = at;
	if (len == 0)
		return true;
	if (len == 20 && (*value)[19] == 'Z' && sg_clock_parse_label(*value, 19, &day, &seconds))
	{
		*at = day * USECS_PER_DAY + seconds * USECS_PER_SEC;
		return true;
	}
	GUC_check_errhint("The value is empty or a time in UTC such as 2026-11-20T09:00:00Z.");
	return false;
}

static void
assign_now(const char *value, void *extra)
{
	sg_clock_set(extra != NULL ? *(TimestampTz *) extra : 0);
}

void
_PG_init(void)
{
	DefineCustomStringVariable("switchgrid.now",
							   "The time that the API's calendar is read at, for tests; empty for "
							   "the real clock.",
							   NULL, &sg_clock_setting, "", PGC_SUSET, GUC_NOT_IN_SAMPLE, check_now,
							   assign_now, NULL);
	MarkGUCPrefixReserved("switchgrid");
}
