/*
 * search.c
 *		The search for contracts, by name, address and PRM.
 *
 * Names match loosely, in any order of words, so a namesake may be found; an
 * address matches by its postcode or by its street.
 */
#include "switchgrid.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_FOUND 20
#define FIRST_HOUSE UINT64_C(30000000000000)
#define HOUSES 10100
#define FIRST_LARGE UINT64_C(99300000000000)
#define LARGE 100

/* The operator keeps names in capitals, mostly without accents. */
static void
capitals(const char *text, char *out, size_t size)
{
	static const char plain[] = "AAAAAAACEEEEIIIIDNOOOOO*OUUUUYPSAAAAAAACEEEEIIIIDNOOOOO/OUUUUYPY";
	size_t length = 0;

	for (; *text != '\0' && length + 1 < size; text++)
	{
		unsigned char c = (unsigned char) *text;

		if (c == 0xc3 && ((unsigned char) text[1] & 0xc0) == 0x80)
			out[length++] = plain[(unsigned char) *++text - 0x80];
		else
			out[length++] = c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : (char) c;
	}
	out[length] = '\0';
}

static void
holder_name(const Facts *facts, char *out, size_t size)
{
	char surname[64];

	capitals(facts->lastname, surname, sizeof(surname));
	if (facts->legal)
		snprintf(out, size, "%s", facts->company);
	else
		snprintf(out, size, "%s %s", surname, facts->firstname);
}

/* As the search gives it; NULL when nobody knows the point. */
json_t *
contract_json(const Exchange *x, const char *prm)
{
	int64_t today = paris_day(clock_now_us() / SECOND_US);
	Profile profile;
	Facts facts;
	char id[UUID_SIZE];
	char name[128];
	char town[128];

	if (!points_find(prm, today, &profile))
		return NULL;
	facts_of(&profile, &x->scenario, today, &facts);
	holder_name(&facts, name, sizeof(name));
	snprintf(town, sizeof(town), "%s %s", facts.postal_code, facts.city);
	uuid_make(UUID_CONTRACT, 0, point_number(prm), id);
	return must(json_pack("{s:s, s:s, s:s, s:s, s:{s:s, s:s*, s:s}}",
						  "nomClientFinalOuDenominationSociale", name, "id", id, "prm", prm,
						  "categorieClientFinalCode", facts.legal ? "PRO" : "RES",
						  "adresseInstallationNormalisee", "ligne4", facts.street, "ligne5",
						  facts.locality, "ligne6", town));
}

/* -------- matching -------- */

typedef struct Criteria
{
	char name[256];
	char address[256];
	char prm[POINT_SIZE + 1];
} Criteria;

/* In capitals, and single spaces in the place of everything else. */
static void
plain_words(const char *text, char *out, size_t size)
{
	size_t length = 0;

	capitals(text, out, size);
	for (const char *c = out; *c != '\0'; c++)
	{
		if (isalnum((unsigned char) *c))
			out[length++] = *c;
		else if (length > 0 && out[length - 1] != ' ')
			out[length++] = ' ';
	}
	while (length > 0 && out[length - 1] == ' ')
		length--;
	out[length] = '\0';
}

static bool
has_word(const char *words, const char *word, size_t length)
{
	const char *at = words;

	while (*at != '\0')
	{
		size_t here = strcspn(at, " ");

		if (here == length && strncmp(at, word, length) == 0)
			return true;
		at += here;
		at += strspn(at, " ");
	}
	return false;
}

static bool
name_matches(const char *asked, const char *known)
{
	char wanted[256];
	char words[256];
	size_t length;

	plain_words(asked, wanted, sizeof(wanted));
	plain_words(known, words, sizeof(words));
	for (const char *at = wanted; *at != '\0'; at += length, at += strspn(at, " "))
	{
		length = strcspn(at, " ");
		if (!has_word(words, at, length))
			return false;
	}
	return wanted[0] != '\0';
}

static bool
address_matches(const char *asked, const json_t *address)
{
	char wanted[256];
	char street[256];

	plain_words(asked, wanted, sizeof(wanted));
	plain_words(text_of(address, "ligne4"), street, sizeof(street));
	return has_word(wanted, text_of(address, "ligne6"), 5) || strstr(wanted, street) != NULL;
}

static void
add_match(const Exchange *x, const Criteria *criteria, const char *prm, json_t *results)
{
	json_t *contract = contract_json(x, prm);

	if (contract == NULL)
		return;
	if ((criteria->name[0] == '\0' ||
		 name_matches(criteria->name, text_of(contract, "nomClientFinalOuDenominationSociale"))) &&
		(criteria->address[0] == '\0' ||
		 address_matches(criteria->address,
						 json_object_get(contract, "adresseInstallationNormalisee"))))
		json_array_append(results, contract);
	json_decref(contract);
}

static void
add_range(const Exchange *x, const Criteria *criteria, uint64_t first, int count, json_t *results)
{
	for (int i = 0; i < count && json_array_size(results) < MOST_FOUND; i++)
	{
		char prm[POINT_SIZE];

		point_text(first + (uint64_t) i, prm);
		add_match(x, criteria, prm, results);
	}
}

static json_t *
find(const Exchange *x, const Criteria *criteria)
{
	json_t *results = must(json_array());

	if (x->scenario.empty)
		return results;
	if (criteria->prm[0] != '\0')
	{
		add_match(x, criteria, criteria->prm, results);
		return results;
	}
	for (int customer = 0; customer < CUSTOMERS; customer++)
	{
		const char *prms[CUSTOMER_POINTS];
		int count = points_of_customer(customer, prms);

		for (int i = 0; i < count; i++)
			add_match(x, criteria, prms[i], results);
	}
	add_range(x, criteria, FIRST_LARGE, LARGE, results);
	add_range(x, criteria, FIRST_HOUSE, HOUSES, results);
	return results;
}

static bool
check_criteria(Exchange *x, const Criteria *criteria)
{
	if (criteria->prm[0] != '\0' && !is_prm(criteria->prm))
		return refuse(x, 400, "prm is not 14 digits", "bad prm");
	if (criteria->name[0] != '\0' && strlen(criteria->name) < 3)
		return refuse(x, 400, "name of less than 3 characters", "name is too short");
	if (criteria->prm[0] != '\0')
		return true;
	if (criteria->name[0] == '\0')
		return refuse(x, 400, "missing name", "name is missing");
	return criteria->address[0] != '\0' || refuse(x, 400, "missing address", "address is missing");
}

static bool
read_body(Exchange *x, Criteria *criteria)
{
	static const Member members[] = {
		{"name", body_text, false}, {"address", body_text, false}, {"prm", body_prm, false}};
	Check check = {x, NULL};
	json_t *body;
	bool good;

	if (!switchgrid_query(x, NULL, 0) || (body = body_read(x)) == NULL)
		return false;
	check.path = must(json_array());
	good = body_object(&check, body, members, 3);
	if (good)
	{
		const char *name = text_of(body, "name");
		const char *address = text_of(body, "address");
		const char *prm = text_of(body, "prm");

		snprintf(criteria->name, sizeof(criteria->name), "%s", name ? name : "");
		snprintf(criteria->address, sizeof(criteria->address), "%s", address ? address : "");
		snprintf(criteria->prm, sizeof(criteria->prm), "%s", prm ? prm : "");
	}
	json_decref(check.path);
	json_decref(body);
	return good;
}

void
search_endpoint(Exchange *x)
{
	Criteria criteria = {.name = ""};
	const Slot slots[] = {{"name", criteria.name, sizeof(criteria.name)},
						  {"address", criteria.address, sizeof(criteria.address)},
						  {"prm", criteria.prm, sizeof(criteria.prm)}};

	if (generation_of(x) == OF_V2 ? !switchgrid_query(x, slots, 3) : !read_body(x, &criteria))
		return;
	snprintf(x->point, sizeof(x->point), "%s", criteria.prm);
	if (check_criteria(x, &criteria))
		exchange_json(x, json_pack("{s:o}", "results", find(x, &criteria)));
}
