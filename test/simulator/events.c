/*
 * events.c
 *		The demand-response events that home automation asks for, one before,
 *		one near and one after the present.
 */
#include "switchgrid.h"

#include <stdio.h>
#include <string.h>

/* An hour of a day in Paris, with milliseconds and the offset, whatever the name says. */
static json_t *
hour_json(int64_t day, int hour)
{
	int64_t at = paris_midnight(day) + hour * 3600;
	char text[32];

	paris_text(at, text);
	return must(json_sprintf("%.19s.000%s", text, text + 19));
}

static json_t *
event_json(int64_t day, int hour)
{
	char id[UUID_SIZE];

	uuid_make(UUID_EVENT, (uint32_t) hour, (uint64_t) day, id);
	return must(json_pack("{s:s, s:o, s:o, s:s, s:s}", "eventId", id, "startUtc",
						  hour_json(day, hour), "endUtc", hour_json(day, hour + 1), "summary",
						  "Effacement", "description",
						  "Exemple : la consommation sera r\303\251duite pendant une heure."));
}

void
events_endpoint(Exchange *x)
{
	int64_t today = paris_day(clock_now_us() / SECOND_US);

	if (!switchgrid_query(x, NULL, 0))
		return;
	exchange_json(x, json_pack("{s:[o, o, o]}", "events", event_json(today - 1, 18),
							   event_json(today, 19), event_json(today + 1, 8)));
	gate_close(x);
}
