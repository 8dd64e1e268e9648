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
#include "mb/pg_wchar.h"
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

/* What is wrong with a body, without what the message quotes of it: that may hold anything. */
static void
explain(const json_error_t *error, char *why, size_t size)
{
	const char *quote = strstr(error->text, " near ");

	if (why != NULL)
		snprintf(why, size, "%.*s",
				 (int) (quote != NULL ? quote - error->text : strlen(error->text)), error->text);
}

/* Reads one value; *used is how much of the body it takes, with flags that allow more behind it. */
static SgJson *
load(const char *body, size_t len, size_t flags, size_t *used, char *why, size_t size)
{
	SgJson *json = palloc0(sizeof(SgJson));
	json_error_t error;

	json->callback.func = release;
	json->callback.arg = json;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &json->callback);
	json->root = json_loadb(body, len, JSON_REJECT_DUPLICATES | flags, &error);
	*used = error.position;
	if (json->root != NULL)
		return json;
	explain(&error, why, size);
	return NULL;
}

SgJson *
sg_json_open_any(const char *body, size_t len, char *why, size_t size)
{
	size_t used;

	return load(body, len, 0, &used, why, size);
}

/* How many bytes at the beginning are no part of any value: blanks, a mark of the byte order, U+00A0. */
static size_t
skip_blanks(const char *body, size_t len)
{
	size_t n = 0;

	while (n < len)
	{
		if (strchr(" \t\r\n", body[n]) != NULL && body[n] != '\0')
			n++;
		else if (len - n >= 2 && memcmp(body + n, "\xC2\xA0", 2) == 0)
			n += 2;
		else if (len - n >= 3 && memcmp(body + n, "\xEF\xBB\xBF", 3) == 0)
			n += 3;
		else
			break;
	}
	return n;
}

SgJson *
sg_json_next(const char *body, size_t len, size_t *at, char *why, size_t size)
{
	SgJson *json;
	size_t used;

	*at += skip_blanks(body + *at, len - *at);
	why[0] = '\0';
	if (*at == len)
		return NULL;
	json = load(body + *at, len - *at, JSON_DISABLE_EOF_CHECK, &used, why, size);
	*at += used;
	return json;
}

SgJson *
sg_json_open(const char *body, size_t len, char *why, size_t size)
{
	SgJson *json = sg_json_open_any(body, len, why, size);

	if (json == NULL || json_is_object(json->root))
		return json;
	if (why != NULL)
		snprintf(why, size, "not an object");
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

/* Nodes are jansson's values under a name of our own. */
static const json_t *
value_of(const SgNode *node)
{
	return (const json_t *) node;
}

const SgNode *
sg_json_root(const SgJson *json)
{
	return (const SgNode *) json->root;
}

const SgNode *
sg_node_member(const SgNode *node, const char *key)
{
	const json_t *member = json_object_get(value_of(node), key);

	return json_is_null(member) ? NULL : (const SgNode *) member;
}

const SgNode *
sg_node_next_member(const SgNode *object, void **iterator, const char **key)
{
	json_t *value = (json_t *) object;

	*iterator =
		*iterator == NULL ? json_object_iter(value) : json_object_iter_next(value, *iterator);
	if (*iterator == NULL)
		return NULL;
	*key = json_object_iter_key(*iterator);
	return (const SgNode *) json_object_iter_value(*iterator);
}

int
sg_node_count(const SgNode *node)
{
	return json_is_array(value_of(node)) ? (int) json_array_size(value_of(node)) : -1;
}

const SgNode *
sg_node_element(const SgNode *node, int i)
{
	return (const SgNode *) json_array_get(value_of(node), i);
}

bool
sg_node_is_object(const SgNode *node)
{
	return json_is_object(value_of(node));
}

/* jansson's texts are UTF-8, and palloc'd by nobody. */
static char *
to_server(const char *text, size_t len)
{
	char *converted = pg_any_to_server(text, (int) len, PG_UTF8);

	return converted == text ? pnstrdup(text, len) : converted;
}

char *
sg_node_text(const SgNode *node)
{
	const json_t *value = value_of(node);

	if (json_is_string(value))
		return to_server(json_string_value(value), json_string_length(value));
	if (json_is_integer(value))
		return psprintf("%lld", (long long) json_integer_value(value));
	if (json_is_real(value))
		return psprintf("%.15g", json_real_value(value));
	if (json_is_boolean(value))
		return pstrdup(json_is_true(value) ? "true" : "false");
	return NULL;
}

/* The value as text; a copy of an object is shallow, so choosing members is cheap. */
static char *
print_value(const json_t *value)
{
	size_t flags = JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15);
	size_t len = json_dumpb(value, NULL, 0, flags);
	char *text = palloc(len + 1);

	(void) json_dumpb(value, text, len, flags);
	text[len] = '\0';
	return to_server(text, len);
}

char *
sg_node_print(const SgNode *node)
{
	return print_value(value_of(node));
}

static bool
is_listed(const char *key, const char *const *keys)
{
	for (int i = 0; keys[i] != NULL; i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

char *
sg_node_print_some(const SgNode *node, const char *const *keys, bool listed)
{
	json_t *copy = json_copy((json_t *) node);
	const char *key;
	json_t *member;
	void *next;
	char *text;

	json_object_foreach_safe(copy, next, key, member)
	{
		if (is_listed(key, keys) != listed)
			json_object_del(copy, key);
	}
	/* out of memory is the only way out of here, and ends the backend's statement with a small leak */
	text = print_value(copy);
	json_decref(copy);
	return text;
}
