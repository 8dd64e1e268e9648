/*
 * json.c
 *	  Small JSON documents.
 *
 * The only file that knows jansson. PostgreSQL exports a function of the name json_object, which would
 * win over jansson's in a backend and kill it: the name is hidden while jansson's header is read, and
 * the function is not used (a check in test/tools looks for the undefined symbol).
 */
#define json_object jansson_json_object
#include <jansson.h>
#undef json_object

#include "postgres.h"

#include "json.h"
#include "utils/memutils.h"

struct SgJson
{
	json_t *root;
	MemoryContextCallback callback;
};

static void
release(void *arg)
{
	SgJson *json = arg;

	json_decref(json->root);
	json->root = NULL;
}

SgJson *
sg_json_open(const char *body, size_t len, char *why, size_t size)
{
	SgJson *json = palloc0(sizeof(SgJson));
	json_error_t error;

	json->callback.func = release;
	json->callback.arg = json;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &json->callback);
	json->root = json_loadb(body, len, JSON_REJECT_DUPLICATES, &error);
	if (json_is_object(json->root))
		return json;
	if (why != NULL)
		snprintf(why, size, "%s", json->root == NULL ? error.text : "not an object");
	release(json);
	return NULL;
}

char *
sg_json_text(const SgJson *json, const char *key)
{
	const json_t *member = json_object_get(json->root, key);

	if (json_is_string(member))
		return pstrdup(json_string_value(member));
	if (json_is_integer(member))
		return psprintf("%lld", (long long) json_integer_value(member));
	if (json_is_real(member))
		return psprintf("%g", json_real_value(member));
	return NULL;
}

int64
sg_json_number(const SgJson *json, const char *key, int64 otherwise)
{
	char *text = sg_json_text(json, key);
	char *end;
	int64 value;

	if (text == NULL)
		return otherwise;
	errno = 0;
	value = strtoll(text, &end, 10);
	return end == text || errno != 0 ? otherwise : value;
}

void
sg_json_close(SgJson *json)
{
	release(json);
}
