/*
 * switchgrid_write.c
 *	  Texts on their way out: JSON bodies, and text[] literals.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "switchgrid.h"

char *
sg_switchgrid_utf8(const char *text)
{
	return pg_server_to_any(text, (int) strlen(text), PG_UTF8);
}

void
sg_switchgrid_write(StringInfo out, const char *text)
{
	appendStringInfoChar(out, '"');
	for (; *text != '\0'; text++)
	{
		if (*text == '"' || *text == '\\')
			appendStringInfoChar(out, '\\');
		if ((unsigned char) *text < ' ')
			appendStringInfo(out, "\\u%04x", *text);
		else
			appendStringInfoChar(out, *text);
	}
	appendStringInfoChar(out, '"');
}

void
sg_switchgrid_write_comma(StringInfo out)
{
	if (out->len > 0 && strchr("{[", out->data[out->len - 1]) == NULL)
		appendStringInfoChar(out, ',');
}

void
sg_switchgrid_write_member(StringInfo out, const char *name, const char *text)
{
	if (text == NULL)
		return;
	sg_switchgrid_write_comma(out);
	appendStringInfo(out, "\"%s\":", name);
	sg_switchgrid_write(out, text);
}

void
sg_switchgrid_write_list(StringInfo out, const char *name, List *texts)
{
	ListCell *cell;

	if (texts == NIL)
		return;
	sg_switchgrid_write_comma(out);
	appendStringInfo(out, "\"%s\":[", name);
	foreach (cell, texts)
	{
		sg_switchgrid_write_comma(out);
		sg_switchgrid_write(out, lfirst(cell));
	}
	appendStringInfoChar(out, ']');
}

char *
sg_switchgrid_array(List *texts)
{
	StringInfoData out;
	ListCell *cell;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	foreach (cell, texts)
	{
		sg_switchgrid_write_comma(&out);
		/* quoted, so that no text is taken for NULL, and escaped as an array has it */
		appendStringInfoChar(&out, '"');
		for (const char *at = lfirst(cell); *at != '\0'; at++)
		{
			if (*at == '"' || *at == '\\')
				appendStringInfoChar(&out, '\\');
			appendStringInfoChar(&out, *at);
		}
		appendStringInfoChar(&out, '"');
	}
	appendStringInfoChar(&out, '}');
	return out.data;
}
