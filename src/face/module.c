/*
 * module.c
 *	  The library's entry: settings.
 */
#include "postgres.h"

#include "base/clock.h"
#include "base/compat.h"
#include "engine/report.h"
#include "fmgr.h"
#include "relation/wanted.h"
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

/* Levels that a message about requests may have. */
static const struct config_enum_entry levels[] = {
	{"off", 0, false},		   {"debug5", DEBUG5, false},	{"debug4", DEBUG4, false},
	{"debug3", DEBUG3, false}, {"debug2", DEBUG2, false},	{"debug1", DEBUG1, false},
	{"debug", DEBUG2, true},   {"log", LOG, false},			{"info", INFO, false},
	{"notice", NOTICE, false}, {"warning", WARNING, false}, {NULL, 0, false}};

static void
define_messages(void)
{
	DefineCustomEnumVariable(
		"switchgrid.log_retries", "Level of the message about each request that is sent again.",
		"It says why and when, with no secret, and of a point its last digits.",
		&sg_report_retries_level, DEBUG1, levels, PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomEnumVariable(
		"switchgrid.log_requests", "Level of the message about each request that has its answer.",
		"It says the status, bytes and time, with no secret, and of a point its "
		"last digits.",
		&sg_report_requests_level, 0, levels, PGC_SUSET, 0, NULL, NULL, NULL);
}

void
_PG_init(void)
{
	define_messages();
	DefineCustomBoolVariable("switchgrid.all_watched_points",
							 "Lets a query of a live relation that names no point mean all points "
							 "that are watched.",
							 "Off, such a query is refused, for it could spend a day's quota.",
							 &sg_wanted_all_watched, false, PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomStringVariable("switchgrid.now",
							   "The time that the API's calendar is read at, for tests; empty for "
							   "the real clock.",
							   NULL, &sg_clock_setting, "", PGC_SUSET, GUC_NOT_IN_SAMPLE, check_now,
							   assign_now, NULL);
	MarkGUCPrefixReserved("switchgrid");
}
