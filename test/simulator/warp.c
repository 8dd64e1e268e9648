/*
 * warp.c
 *		Right answers, bent: still JSON, but not what is documented, or hardly text.
 *
 * What the answer is about, its heart, is found by name: the points of a curve,
 * the results of a search, the records of a gas meter.  A body may be several
 * documents, one after the other.  Measures bend themselves as far as "shape",
 * "array" and "badvalue" go, because they are written by hand.
 */
#include "simulator.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define DEEP_LEVELS 100000
#define DEEP_MARK "deep-points-stand-here"
#define MOST_LEAVES 4096
#define OTHER_NAME "readings"
#define WRONG_NUMBER 424242
#define E_ACUTE "\303\251"

/* A value, where it stands: in an object or in an array. */
typedef struct Place
{
	json_t *holder;
	const char *key; /* NULL: in an array */
	size_t index;
} Place;

typedef bool (*LeafTest)(const json_t *leaf);

typedef struct Leaves
{
	LeafTest wanted;
	Place places[MOST_LEAVES];
	size_t count;
} Leaves;

static json_t *
value_at(const Place *place)
{
	return place->key != NULL ? json_object_get(place->holder, place->key)
							  : json_array_get(place->holder, place->index);
}

/* The value is given away. */
static void
put_at(const Place *place, json_t *value)
{
	if (place->key != NULL)
		json_object_set_new(place->holder, place->key, must(value));
	else
		json_array_set_new(place->holder, place->index, must(value));
}

static bool
is_filled(const json_t *value)
{
	return json_object_size(value) > 0 || json_array_size(value) > 0;
}

/* -------- the heart -------- */

/* The first list or object of that name, however deep. */
static bool
find_member(json_t *value, const char *name, Place *found)
{
	const char *key;
	json_t *member;
	size_t i;

	json_object_foreach(value, key, member)
	{
		if (strcmp(key, name) == 0 && is_filled(member))
		{
			*found = (Place){value, key, 0};
			return true;
		}
		if (find_member(member, name, found))
			return true;
	}
	json_array_foreach(value, i, member)
	{
		if (find_member(member, name, found))
			return true;
	}
	return false;
}

/* Points and records stand deep inside; the others are what they are at the top only. */
static bool
find_named(json_t *document, Place *found)
{
	static const char *const deep[] = {"interval_reading",
									   "points",
									   "valeur",
									   "quantite",
									   "values",
									   "usage_points",
									   "identity",
									   "contact_data",
									   "contact",
									   "serviceSouscrit",
									   "consommation",
									   "injection",
									   "donnees_contractuelles",
									   "donnees_techniques",
									   "results",
									   "items",
									   "requests",
									   "events"};
	static const char *const top[] = {"access_token", "status", "id_pce", "serial_number"};

	for (size_t i = 0; i < sizeof(deep) / sizeof(deep[0]); i++)
	{
		if (find_member(document, deep[i], found))
			return true;
	}
	for (size_t i = 0; i < sizeof(top) / sizeof(top[0]); i++)
	{
		if (json_object_get(document, top[i]) != NULL)
		{
			*found = (Place){document, top[i], 0};
			return true;
		}
	}
	return false;
}

/* Any list or object, any member. */
static bool
find_any(json_t *document, Place *found)
{
	const char *key;
	json_t *member;

	json_object_foreach(document, key, member)
	{
		if (is_filled(member))
		{
			*found = (Place){document, key, 0};
			return true;
		}
	}
	if (json_object_size(document) > 0)
		*found = (Place){document, json_object_iter_key(json_object_iter(document)), 0};
	else
		*found = (Place){document, NULL, 0};
	return is_filled(document);
}

static bool
find_heart(json_t *document, Place *found)
{
	return find_named(document, found) || find_any(document, found);
}

/* -------- leaves -------- */

static void collect_at(const Place *place, Leaves *leaves);

static void
collect(json_t *value, Leaves *leaves)
{
	const char *key;
	json_t *member;
	size_t i;

	json_object_foreach(value, key, member)
	{
		collect_at(&(Place){value, key, 0}, leaves);
	}
	json_array_foreach(value, i, member)
	{
		collect_at(&(Place){value, NULL, i}, leaves);
	}
}

static void
collect_at(const Place *place, Leaves *leaves)
{
	json_t *value = value_at(place);

	if (leaves->count < MOST_LEAVES && leaves->wanted(value))
		leaves->places[leaves->count++] = *place;
	collect(value, leaves);
}

/* The leaves of the heart, or else of all. */
static bool
find_leaves(json_t *document, LeafTest wanted, Leaves *leaves)
{
	Place heart;

	leaves->wanted = wanted;
	leaves->count = 0;
	if (find_heart(document, &heart))
		collect_at(&heart, leaves);
	if (leaves->count == 0)
		collect(document, leaves);
	return leaves->count > 0;
}

static bool
is_number_or_date(const json_t *leaf)
{
	const char *text = json_string_value(leaf);

	return json_is_number(leaf) ||
		   (text != NULL && strlen(text) >= 10 && text[4] == '-' && text[7] == '-' &&
			isdigit((unsigned char) text[0]) && isdigit((unsigned char) text[9]));
}

/* Words, and nothing else, so that nobody has to compute with it. */
static bool
is_word(const json_t *leaf)
{
	const char *text = json_string_value(leaf);

	if (text == NULL || *text == '\0')
		return false;
	while (*text != '\0' && !isdigit((unsigned char) *text))
		text++;
	return *text == '\0';
}

static bool
is_text(const json_t *leaf)
{
	return json_is_string(leaf) && json_string_length(leaf) > 0;
}

/* -------- bending one document -------- */

/* Every member of that name gets another one. */
static void
rename_members(json_t *value, const char *name)
{
	json_t *renamed = json_object_get(value, name);
	const char *key;
	json_t *member;
	size_t i;

	if (renamed != NULL)
	{
		json_object_set(value, OTHER_NAME, renamed);
		json_object_del(value, name);
	}
	json_object_foreach(value, key, member)
	{
		rename_members(member, name);
	}
	json_array_foreach(value, i, member)
	{
		rename_members(member, name);
	}
}

static void
rename_heart(json_t *document)
{
	char name[64] = "";
	Place heart;

	if (!find_heart(document, &heart))
		return;
	if (heart.key == NULL)
	{
		put_at(&heart, json_pack("{s:O}", OTHER_NAME, value_at(&heart)));
		return;
	}
	strncat(name, heart.key, sizeof(name) - 1);
	rename_members(document, name);
}

/* One thing where a list belongs, and a list where one thing does. */
static void
swap_list(json_t *document)
{
	Place heart;
	json_t *value;

	if (!find_heart(document, &heart))
		return;
	value = value_at(&heart);
	if (json_is_array(value))
		put_at(&heart, json_incref(json_array_get(value, 0)));
	else
		put_at(&heart, json_pack("[O]", value));
}

static void
mistype(json_t *document)
{
	Place heart;

	if (find_heart(document, &heart))
		put_at(&heart,
			   json_is_number(value_at(&heart)) ? json_string("abc") : json_integer(WRONG_NUMBER));
}

/* No number and no date; where there is neither, no text. */
static void
spoil_value(json_t *document, Leaves *leaves)
{
	if (find_leaves(document, is_number_or_date, leaves))
		put_at(&leaves->places[leaves->count / 2], json_string("abc"));
	else if (find_leaves(document, is_text, leaves))
		put_at(&leaves->places[leaves->count / 2], json_pack("{s:i}", "abc", 1));
}

/* Behind the words of one leaf stands something more. */
static void
lengthen_word(json_t *document, const char *more, size_t length, Leaves *leaves)
{
	Text text = {NULL, 0, 0};
	const Place *place = &leaves->places[0];

	if (!find_leaves(document, is_word, leaves) && !find_leaves(document, is_text, leaves))
		return;
	text_puts(&text, json_string_value(value_at(place)));
	text_add(&text, more, length);
	put_at(place, json_stringn(text.data, text.length));
	text_free(&text);
}

static void
bend_document(json_t *document, const Exchange *x, bool by_hand, bool first, Leaves *leaves)
{
	const Faults *faults = &x->scenario.faults;
	Place heart;

	if (faults->array && !by_hand)
		swap_list(document);
	if (faults->badvalue && !by_hand)
		spoil_value(document, leaves);
	if (faults->wrong_type)
		mistype(document);
	if (faults->nul && first)
		lengthen_word(document, "", 1, leaves);
	if (faults->latin1 && first)
		lengthen_word(document, E_ACUTE, 2, leaves);
	if (faults->deep_points && first && find_heart(document, &heart))
		put_at(&heart, json_string(DEEP_MARK));
	if (faults->shape && !by_hand)
		rename_heart(document);
}

/* -------- the body -------- */

/* One document after the other; false when the body is something else. */
static bool
bend_documents(const Exchange *x, bool by_hand, Text *out)
{
	Leaves *leaves = must(malloc(sizeof(Leaves)));
	size_t position = 0;
	bool good = true;

	while (good && position < x->length)
	{
		json_error_t error;
		json_t *document =
			json_loadb(x->body + position, x->length - position, JSON_DISABLE_EOF_CHECK, &error);
		char *text;

		good = document != NULL;
		if (!good)
			break;
		bend_document(document, x, by_hand, position == 0, leaves);
		position += error.position;
		text = must(json_dumps(document, JSON_COMPACT | JSON_REAL_PRECISION(15)));
		json_decref(document);
		text_puts(out, text);
		free(text);
		for (; position < x->length && isspace((unsigned char) x->body[position]); position++)
			text_add(out, x->body + position, 1);
	}
	free(leaves);
	return good;
}

static void
dig(Text *text)
{
	const char *mark = strstr(text->data, "\"" DEEP_MARK "\"");
	Text deep = {NULL, 0, 0};

	if (mark == NULL)
		return;
	text_add(&deep, text->data, mark - text->data);
	for (int i = 0; i < DEEP_LEVELS; i++)
		text_puts(&deep, "[");
	for (int i = 0; i < DEEP_LEVELS; i++)
		text_puts(&deep, "]");
	text_puts(&deep, mark + strlen(DEEP_MARK) + 2);
	text_free(text);
	*text = deep;
}

/* What Latin-1 has, in Latin-1; the rest stays in UTF-8. */
static void
to_latin1(Text *text)
{
	size_t length = 0;

	for (size_t i = 0; i < text->length; i++)
	{
		unsigned char c = (unsigned char) text->data[i];

		if ((c == 0xc2 || c == 0xc3) && i + 1 < text->length)
			text->data[length++] = (char) ((c & 3) << 6 | (text->data[++i] & 0x3f));
		else
			text->data[length++] = (char) c;
	}
	text->length = length;
}

void
warp(Exchange *x)
{
	const Faults *faults = &x->scenario.faults;
	bool by_hand = x->route->serve == measures_v5 || x->route->serve == measures_2026;
	Text bent = {NULL, 0, 0};
	const char *type = x->type;

	if (!faults->shape && !faults->array && !faults->badvalue && !faults->wrong_type &&
		!faults->deep_points && !faults->latin1 && !faults->nul)
		return;
	x->spoilt = true;
	if (x->body == NULL || x->length == 0)
		return;
	if (!bend_documents(x, by_hand, &bent))
	{
		/* a table: of all this only its letters can be bent */
		bent.length = 0;
		text_add(&bent, x->body, x->length);
	}
	if (faults->deep_points)
		dig(&bent);
	if (faults->latin1)
		to_latin1(&bent);
	exchange_answer(x, 200, bent.data, bent.length, type);
}
