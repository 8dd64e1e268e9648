/*
 * body.c
 *		JSON bodies, held to what the description of the API knows: no member
 *		more, none of another type.
 */
#include "switchgrid.h"

#include <string.h>

/* The body, to be released; NULL when the request is answered already. */
json_t *
body_read(Exchange *x)
{
	json_t *body = NULL;

	if (!query_is_json(x->content_type))
	{
		refuse(x, 400, "body is not declared as application/json", "Content-Type is not JSON");
		return NULL;
	}
	if (x->upload_too_long)
	{
		refuse(x, 413, "body too long", "request entity too large");
		return NULL;
	}
	if (x->upload.data != NULL)
		body = json_loadb(x->upload.data, x->upload.length, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(body))
		return body;
	json_decref(body);
	refuse(x, 400, "body is not a JSON object", "body is not a JSON object");
	return NULL;
}

bool
body_fail(Check *check, const char *tag, const char *message)
{
	return refuse_at(check->x, check->path, tag, message);
}

/* Checks what is one step further down; the step is given away. */
static bool
check_below(Check *check, json_t *step, const json_t *value, Checker checker)
{
	bool good;

	json_array_append_new(check->path, must(step));
	good = checker(check, value);
	json_array_remove(check->path, json_array_size(check->path) - 1);
	return good;
}

/* About one member. */
bool
body_fail_at(Check *check, const char *name, const char *tag, const char *message)
{
	json_array_append_new(check->path, must(json_string(name)));
	body_fail(check, tag, message);
	json_array_remove(check->path, json_array_size(check->path) - 1);
	return false;
}

static const Member *
member_named(const Member *members, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
	{
		if (strcmp(members[i].name, name) == 0)
			return &members[i];
	}
	return NULL;
}

bool
body_object(Check *check, const json_t *value, const Member *members, size_t count)
{
	const char *name;
	json_t *inside;

	if (!json_is_object(value))
		return body_fail(check, "Type", "is not an object");
	for (size_t i = 0; i < count; i++)
	{
		if (members[i].required && json_object_get(value, members[i].name) == NULL)
			return body_fail_at(check, members[i].name, "Missing", "is missing");
	}
	json_object_foreach((json_t *) value, name, inside)
	{
		const Member *member = member_named(members, count, name);

		if (member == NULL)
			return body_fail_at(check, name, "Unexpected", "is unexpected");
		if (!check_below(check, json_string(name), inside, member->checker))
			return false;
	}
	return true;
}

bool
body_list(Check *check, const json_t *value, Checker checker)
{
	size_t i;
	json_t *item;

	if (!json_is_array(value))
		return body_fail(check, "Type", "is not an array");
	json_array_foreach(value, i, item)
	{
		if (!check_below(check, json_integer((json_int_t) i), item, checker))
			return false;
	}
	return true;
}

/* One of the words, the last of which is NULL. */
bool
body_word(Check *check, const json_t *value, const char *const *words)
{
	const char *text = json_string_value(value);

	for (; text != NULL && *words != NULL; words++)
	{
		if (strcmp(text, *words) == 0)
			return true;
	}
	return body_fail(check, "Type", "unexpected value");
}

bool
body_text(Check *check, const json_t *value)
{
	return json_is_string(value) || body_fail(check, "Type", "is not a string");
}

bool
body_texts(Check *check, const json_t *value)
{
	return body_list(check, value, body_text);
}

bool
body_boolean(Check *check, const json_t *value)
{
	return json_is_boolean(value) || body_fail(check, "Type", "is not a boolean");
}

bool
body_uuid(Check *check, const json_t *value)
{
	if (json_is_string(value) && uuid_shaped(json_string_value(value)))
		return true;
	return body_fail(check, "Type", "is not a UUID");
}

bool
body_prm(Check *check, const json_t *value)
{
	if (json_is_string(value) && is_prm(json_string_value(value)))
		return true;
	return body_fail(check, "Refinement", "is not a PRM of 14 digits");
}

bool
is_prm(const char *text)
{
	return strlen(text) == POINT_SIZE - 1 && strspn(text, "0123456789") == POINT_SIZE - 1;
}

bool
is_pce(const char *text)
{
	return is_prm(text) || (strlen(text) == 8 && strncmp(text, "GI", 2) == 0 &&
							strspn(text + 2, "0123456789") == 6);
}

/* A member that is text, or NULL. */
const char *
text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}
