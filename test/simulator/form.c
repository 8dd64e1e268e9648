/*
 * form.c
 *		The encodings of forms, of query strings and of Basic credentials.
 */
#include "simulator.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static int
hex(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undoes form encoding in place; false when a percent sign stands alone. */
bool
form_decode(char *text)
{
	char *out = text;

	for (char *c = text; *c != '\0'; c++)
	{
		if (*c == '+')
			*out++ = ' ';
		else if (*c != '%')
			*out++ = *c;
		else
		{
			int high = hex((unsigned char) c[1]);
			int low = high < 0 ? -1 : hex((unsigned char) c[2]);

			if (low < 0 || (high == 0 && low == 0))
				return false;
			*out++ = (char) (high * 16 + low);
			c += 2;
		}
	}
	*out = '\0';
	return true;
}

/* Splits the body in place; -1 when it is not a form. */
int
form_parse(char *body, Parameter *fields)
{
	int count = 0;
	char *field;

	while ((field = strsep(&body, "&")) != NULL)
	{
		char *value = strchr(field, '=');

		if (*field == '\0')
			continue;
		if (value == NULL || count == MAX_FIELDS)
			return -1;
		*value++ = '\0';
		if (!form_decode(field) || !form_decode(value))
			return -1;
		for (int i = 0; i < count; i++)
		{
			if (strcmp(fields[i].name, field) == 0)
				return -1;
		}
		fields[count++] = (Parameter){field, value};
	}
	return count;
}

const char *
form_get(const Parameter *fields, int count, const char *name)
{
	for (int i = 0; i < count; i++)
	{
		if (strcmp(fields[i].name, name) == 0)
			return fields[i].value;
	}
	return NULL;
}

/* Decodes what follows "Basic "; false when it is not base64 of "id:secret". */
bool
form_basic(const char *text, char *out, size_t size)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned bits = 0;
	int held = 0;
	size_t length = 0;

	for (; *text != '\0' && *text != '='; text++)
	{
		const char *found = strchr(alphabet, *text);

		if (found == NULL || length + 1 >= size)
			return false;
		bits = (bits << 6) | (unsigned) (found - alphabet);
		held += 6;
		if (held >= 8)
		{
			held -= 8;
			out[length++] = (char) (bits >> held & 0xff);
		}
	}
	out[length] = '\0';
	return text[strspn(text, "=")] == '\0' && strlen(out) == length && strchr(out, ':') != NULL;
}

/* Form encoding, as it stands in a query string. */
void
form_encode(Text *out, const char *text)
{
	for (const char *c = text; *c != '\0'; c++)
	{
		if (isalnum((unsigned char) *c) || strchr("-._~", *c) != NULL)
			text_add(out, c, 1);
		else
			text_printf(out, "%%%02X", (unsigned) (unsigned char) *c);
	}
}
