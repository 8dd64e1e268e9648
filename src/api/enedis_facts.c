/*
 * enedis_facts.c
 *	  What both generations of the Enedis API write in texts about a contract.
 */
#include "postgres.h"

#include <ctype.h>

#include "enedis_facts.h"
#include "lib/stringinfo.h"

#define DAY_MINUTES 1440

/* Does the body begin as JSON does, whatever comes then? */
static bool
begins_as_json(const char *body, size_t len)
{
	size_t at = 0;

	while (at < len && isspace((unsigned char) body[at]))
		at++;
	return at < len && (body[at] == '{' || body[at] == '[' || body[at] == '"');
}

SgJson *
sg_enedis_open(const char *body, size_t len, SgFault *fault)
{
	char why[128];
	char excerpt[120];
	SgJson *json = sg_json_open_any(body, len, why, sizeof(why));

	if (json != NULL)
		return json;
	/* what looks like a document may hold names and addresses: nothing of it is shown */
	if (begins_as_json(body, len))
	{
		sg_fault_set(fault, SG_FAULT_SHAPE, "The body of %zu bytes is not valid JSON: %s.", len,
					 why);
		return NULL;
	}
	sg_fault_excerpt(excerpt, sizeof(excerpt), body, len);
	sg_fault_set(fault, SG_FAULT_SHAPE,
				 "The body is not valid JSON: %s. The answer begins with: %s", why, excerpt);
	return NULL;
}

void
sg_enedis_power(SgRow *contract, const char *text)
{
	char *end;
	double value;

	if (text == NULL)
		return;
	value = strtod(text, &end);
	if (end == text || !isdigit((unsigned char) text[0]) || value > 1e9 ||
		strspn(text, "0123456789.") != end - text || strpbrk(end, ",0123456789") != NULL)
	{
		sg_fault_set(contract->fault, SG_FAULT_SHAPE,
					 "The member \"subscribed_power\" is not a number and a unit.");
		return;
	}
	while (*end == ' ')
		end++;
	sg_row_number(contract, SG_CONTRACT_POWER, value);
	sg_row_text(contract, SG_CONTRACT_POWER_UNIT, *end != '\0' ? end : NULL);
}

/*
 * The labels of 2026 are known from one recording; the other words are those of the catalogue of codes. What
 * does not fit is kept as it stands rather than guessed.
 */
const char *
sg_enedis_tariff(const char *text)
{
	static const struct
	{
		const char *label;
		const char *code;
	} uses[] = {{" Courte Utilisation", "CU"},
				{" Moyenne Utilisation", "MU"},
				{" Longue Utilisation", "LU"}},
	  forms[] = {{"", "ST"},
				 {" base", "ST"},
				 {" heures pleines heures creuses", "DT"},
				 {" quatre plages", "4"}};
	static const char prefix[] = "Tarif BT<=36kVA";
	const char *rest;

	if (text == NULL || strncmp(text, prefix, strlen(prefix)) != 0)
		return text;
	rest = text + strlen(prefix);
	for (int i = 0; i < lengthof(uses); i++)
		for (int j = 0; j < lengthof(forms); j++)
		{
			size_t len = strlen(uses[i].label);

			if (strncmp(rest, uses[i].label, len) == 0 && strcmp(rest + len, forms[j].label) == 0)
				return psprintf("BTINF%s%s", uses[i].code, forms[j].code);
		}
	return text;
}

/* Reads "22H30" or "7h"; -1 if it is not a time of day. Moves on after it. */
static int
read_minute(const char **at)
{
	char *end;
	long hour;
	long minute = 0;

	if (!isdigit((unsigned char) **at))
		return -1;
	hour = strtol(*at, &end, 10);
	if (*end != 'H' && *end != 'h')
		return -1;
	end++;
	if (isdigit((unsigned char) *end))
		minute = strtol(end, &end, 10);
	*at = end;
	return hour <= 24 && minute < 60 && hour * 60 + minute <= DAY_MINUTES
			   ? (int) (hour * 60 + minute)
			   : -1;
}

static void
add_minutes(StringInfo out, int from, int until)
{
	if (from < until)
		appendStringInfo(out, "%s[%d,%d)", out->len > 1 ? "," : "", from, until);
}

char *
sg_enedis_offpeak(const char *text)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	while (text != NULL && *text != '\0')
	{
		int from = read_minute(&text);
		int until;

		if (from < 0 || *text != '-')
		{
			text += *text != '\0';
			continue;
		}
		text++;
		until = read_minute(&text);
		if (until < 0)
			continue;
		if (from <= until)
			add_minutes(&out, from, until);
		else
		{
			add_minutes(&out, from, DAY_MINUTES);
			add_minutes(&out, 0, until);
		}
	}
	if (out.len == 1)
		return NULL;
	appendStringInfoChar(&out, '}');
	return out.data;
}

void
sg_enedis_set_offpeak(SgRow *contract, const char *text)
{
	sg_row_text(contract, SG_CONTRACT_OFFPEAK_HOURS, text);
	sg_row_text(contract, SG_CONTRACT_OFFPEAK_MINUTES, sg_enedis_offpeak(text));
}
