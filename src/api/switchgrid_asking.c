/*
 * switchgrid_asking.c
 *	  What is sent to ask the holders of contracts for their consent.
 *
 * Callers describe contracts in words of our own, the same for every generation. What a generation would not
 * take is refused here, before anything is sent: an ask may be billed.
 */
#include "postgres.h"

#include "row.h"
#include "switchgrid.h"

typedef struct Generation
{
	const char *name;
	bool tagged; /* does it tell natural persons from legal ones by a tag, and take every energy? */
	const char *contracts;
} Generation;

static const Generation v2 = {"v2", false, "electricityContracts"};
static const Generation v0 = {"v0", true, "contracts"};

/* ---------------------------------------------------------------- durations */

/* Each unit has a longest count; a longer time is said in the next unit. */
static const struct
{
	const char *unit;
	int most;
	int months;
	int days;
} durations[] = {{"day", 6, 0, 1}, {"week", 4, 0, 7}, {"month", 6, 1, 0}, {"year", 20, 12, 0}};

bool
sg_switchgrid_duration(const char *text, int *months, int *days)
{
	for (int i = 0; i < lengthof(durations); i++)
		for (int n = 1; n <= durations[i].most; n++)
		{
			char known[32];

			snprintf(known, sizeof(known), "%d %s%s", n, durations[i].unit, n > 1 ? "s" : "");
			if (strcmp(text, known) != 0)
				continue;
			*months = n * durations[i].months;
			*days = n * durations[i].days;
			return true;
		}
	return false;
}

static const char *
checked_duration(const char *text)
{
	int months;
	int days;

	if (text == NULL || !sg_switchgrid_duration(text, &months, &days))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("invalid duration of a consent: \"%s\"", text != NULL ? text : ""),
						errhint("The duration is 1 day to 6 days, 1 week to 4 weeks, 1 month to "
								"6 months, or 1 year to 20 years.")));
	return text;
}

/* ---------------------------------------------------------------- what callers say */

static void
refuse(const char *what, const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("cannot ask for a consent: %s", what), errhint("%s", hint)));
}

/* A text of the caller's as JSON; it is closed with the current memory context. */
static const SgNode *
open_text(const char *text, const char *what)
{
	const char *utf8 = sg_switchgrid_utf8(text);
	SgJson *json = sg_json_open_any(utf8, strlen(utf8), NULL, 0);

	if (json == NULL)
		refuse(psprintf("%s is not valid JSON", what), "It is an array or an object.");
	return sg_json_root(json);
}

/* A misspelt member would be left out in silence. */
static void
check_members(const SgNode *object, const char *what, const char *const *known)
{
	void *iterator = NULL;
	const char *key;
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; known[i] != NULL; i++)
		appendStringInfo(&names, "%s%s", i > 0 ? ", " : "", known[i]);
	if (!sg_node_is_object(object))
		refuse(psprintf("%s is not an object", what), psprintf("Its members are %s.", names.data));
	while (sg_node_next_member(object, &iterator, &key) != NULL)
	{
		bool found = false;

		for (int i = 0; known[i] != NULL && !found; i++)
			found = strcmp(key, known[i]) == 0;
		if (!found)
			refuse(psprintf("%s has an unknown member", what),
				   psprintf("Its members are %s.", names.data));
	}
}

/* The text of a member, or NULL; raises if it is no text. */
static const char *
text_of(const SgNode *object, const char *key)
{
	SgFault fault = {0};
	const char *text = sg_member_text(object, key, &fault);

	if (fault.kind != SG_FAULT_NONE)
		refuse(psprintf("\"%s\" is not a text", key), "Objects and arrays are for other members.");
	return text;
}

static const char *
needed_text(const SgNode *object, const char *what, const char *key)
{
	const char *text = text_of(object, key);

	if (text == NULL)
		refuse(psprintf("%s has no \"%s\"", what, key), "This API needs it.");
	return text;
}

/* M or F, where the API needs it. */
static const char *
needed_title(const SgNode *object, const char *what)
{
	const char *title = needed_text(object, what, "title");

	if (strcmp(title, "M") != 0 && strcmp(title, "F") != 0)
		refuse(psprintf("the \"title\" of %s is neither M nor F", what), "This API needs it.");
	return title;
}

/* ---------------------------------------------------------------- contracts */

static void
write_other_names(StringInfo out, const SgNode *holder, int most)
{
	SgFault fault = {0};
	const SgNode *list = sg_member_list_if(holder, "other_names", &fault);
	List *names = sg_switchgrid_list(list, "other_names", &fault);

	if (fault.kind != SG_FAULT_NONE || list_length(names) > most)
		refuse("\"other_names\" is not a list of names", "There may be two of them.");
	sg_switchgrid_write_list(out, "otherNames", names);
}

#define OTHER_NAMES_MOST 2

static void
write_company(StringInfo out, const Generation *generation, const SgNode *holder)
{
	if (generation->tagged)
		sg_switchgrid_write_member(out, "_tag", "LegalEntity");
	sg_switchgrid_write_member(out, "name", text_of(holder, "company"));
	if (!generation->tagged)
		sg_switchgrid_write_member(out, "siret", needed_text(holder, "a company", "siret"));
	write_other_names(out, holder, OTHER_NAMES_MOST);
}

static void
write_person(StringInfo out, const Generation *generation, const SgNode *holder)
{
	const char *first = needed_text(holder, "a holder", "first_name");
	const char *last = needed_text(holder, "a holder", "last_name");

	if (generation->tagged)
	{
		sg_switchgrid_write_member(out, "_tag", "NaturalPerson");
		sg_switchgrid_write_member(out, "fullName", psprintf("%s %s", first, last));
		return;
	}
	sg_switchgrid_write_member(out, "genre", needed_title(holder, "a holder"));
	sg_switchgrid_write_member(out, "firstName", first);
	sg_switchgrid_write_member(out, "lastName", last);
}

static void
write_holder(StringInfo out, const Generation *generation, const SgNode *holder)
{
	static const char *const known[] = {"first_name", "last_name",	 "title", "company",
										"siret",	  "other_names", NULL};

	check_members(holder, "a holder", known);
	appendStringInfo(out, ",\"%s\":{", generation->tagged ? "holder" : "heldBy");
	if (text_of(holder, "company") != NULL)
		write_company(out, generation, holder);
	else
		write_person(out, generation, holder);
	appendStringInfoChar(out, '}');
}

static void
write_address(StringInfo out, const Generation *generation, const SgNode *address)
{
	static const char *const known[] = {"street", "postal_code", "city", "country", NULL};
	static const char *const words[][3] = {{"street", "postalCode", "city"},
										   {"rueEtNumero", "codePostal", "commune"}};
	const char *country;

	check_members(address, "an address", known);
	appendStringInfoString(out, ",\"address\":{");
	for (int i = 0; i < 3; i++)
		sg_switchgrid_write_member(out, words[generation->tagged][i],
								   needed_text(address, "an address", known[i]));
	country = text_of(address, "country");
	/* later generations take French contracts only, and have no word for a country */
	if (!generation->tagged)
		sg_switchgrid_write_member(out, "country", country != NULL ? country : "France");
	appendStringInfoChar(out, '}');
}

static const char *
energy_of(const Generation *generation, const SgNode *contract, const char *point)
{
	const char *energy = text_of(contract, "energy");

	if (energy == NULL)
		energy = strncmp(point, "GI", 2) == 0 ? "gas" : "electricity";
	if (strcmp(energy, "gas") != 0 && strcmp(energy, "electricity") != 0)
		refuse("the \"energy\" of a contract is not known", "It is electricity or gas.");
	if (!generation->tagged && strcmp(energy, "gas") == 0)
		refuse("generation v2 has electricity only",
			   "For gas use a server of generation v0_1 or v0.");
	return energy;
}

static void
write_contract(StringInfo out, const Generation *generation, const SgNode *contract)
{
	static const char *const known[] = {"id", "point_id", "energy", "holder", "address", NULL};
	const char *id;
	const char *point;
	const char *energy;

	check_members(contract, "a contract", known);
	id = text_of(contract, "id");
	sg_switchgrid_write_comma(out);
	if (id != NULL)
	{
		sg_switchgrid_write(out, id);
		return;
	}
	point = needed_text(contract, "a contract without \"id\"", "point_id");
	if (!sg_switchgrid_valid_point(point))
		refuse("a contract has an invalid \"point_id\"", SG_SWITCHGRID_POINT_RULE);
	energy = energy_of(generation, contract, point);
	appendStringInfoChar(out, '{');
	if (generation->tagged)
		sg_switchgrid_write_member(out, "_energyType", energy);
	sg_switchgrid_write_member(out, generation->tagged ? "deliveryPointId" : "prm", point);
	write_holder(out, generation, sg_node_member(contract, "holder"));
	write_address(out, generation, sg_node_member(contract, "address"));
	appendStringInfoChar(out, '}');
}

static void
write_contracts(StringInfo out, const Generation *generation, const char *text)
{
	const SgNode *contracts = open_text(text, "the list of contracts");

	if (sg_node_count(contracts) <= 0)
		refuse("there are no contracts", "They are an array of objects.");
	appendStringInfo(out, "\"%s\":[", generation->contracts);
	for (int i = 0; i < sg_node_count(contracts); i++)
		write_contract(out, generation, sg_node_element(contracts, i));
	appendStringInfoChar(out, ']');
}

/* ---------------------------------------------------------------- who signs, and what for */

static void
write_signer(StringInfo out, const Generation *generation, const char *text)
{
	static const char *const known[] = {"title", "first_name",	 "last_name", "phone",
										"email", "organisation", NULL};
	const SgNode *signer;

	if (text == NULL)
		return;
	signer = open_text(text, "the signer");
	check_members(signer, "the signer", known);
	appendStringInfoString(out, ",\"signer\":{");
	if (!generation->tagged)
		sg_switchgrid_write_member(out, "genre", needed_title(signer, "the signer"));
	sg_switchgrid_write_member(out, "firstName", needed_text(signer, "the signer", "first_name"));
	sg_switchgrid_write_member(out, "lastName", needed_text(signer, "the signer", "last_name"));
	if (!generation->tagged)
		sg_switchgrid_write_member(out, "phone", text_of(signer, "phone"));
	sg_switchgrid_write_member(out, "email", text_of(signer, "email"));
	sg_switchgrid_write_member(out, "organizationName", text_of(signer, "organisation"));
	appendStringInfoChar(out, '}');
}

/* What the network may give, in both directions: who has no production gives away nothing. */
static const struct
{
	const char *id;
	const char *json;
} scopes[] = {
	{"DETAILS_CONTRACTUELS", "{\"service\":\"ENEDIS_RAW_API\",\"id\":\"DETAILS_CONTRACTUELS\"}"},
	{"CONSUMPTION_DATA", "{\"service\":\"ENEDIS_RAW_API\",\"id\":\"CONSUMPTION_DATA\",\"args\":"
						 "{\"types\":[\"CDC\",\"PMAX\",\"IDX\",\"ENERGIE\"],"
						 "\"directions\":[\"SOUTIRAGE\",\"INJECTION\"]}}"},
	{"ELECTRICITY_TIMESERIES", "{\"id\":\"ELECTRICITY_TIMESERIES\",\"args\":{\"types\":"
							   "[\"LOADCURVE\"],\"directions\":[\"CONSUMPTION\",\"INJECTION\"]}}"},
};

static const char *
scope_of(const char *id)
{
	for (int i = 0; i < lengthof(scopes); i++)
		if (strcmp(scopes[i].id, id) == 0)
			return scopes[i].json;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown scope: \"%s\"", id),
					errhint("Scopes are DETAILS_CONTRACTUELS, CONSUMPTION_DATA and "
							"ELECTRICITY_TIMESERIES.")));
	return NULL;
}

/* A consent is for a purpose: there is always one. */
static void
write_scopes(StringInfo out, const SgAskOrder *order)
{
	ListCell *cell;
	List *purposes = order->purposes;

	appendStringInfoString(out, ",\"scopesAndPurpose\":[{\"scopes\":[");
	for (int i = 0; order->scopes == NIL && i < lengthof(scopes); i++)
	{
		sg_switchgrid_write_comma(out);
		appendStringInfoString(out, scopes[i].json);
	}
	foreach (cell, order->scopes)
	{
		sg_switchgrid_write_comma(out);
		appendStringInfoString(out, scope_of(lfirst(cell)));
	}
	appendStringInfoChar(out, ']');
	if (purposes == NIL)
		purposes = list_make1(pstrdup("ENERGY_PERFORMANCE_STUDY"));
	sg_switchgrid_write_list(out, "purposes", purposes);
	appendStringInfoString(out, "}]");
}

/* ---------------------------------------------------------------- the whole */

static char *
write_ask(const Generation *generation, const SgAskOrder *order)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	write_contracts(&out, generation, order->contracts);
	write_signer(&out, generation, order->signer);
	appendStringInfoString(&out, ",\"consentCollectionMedium\":{");
	sg_switchgrid_write_member(&out, "service", "WEB_HOSTED");
	sg_switchgrid_write_member(&out, "redirectTo", order->redirect);
	appendStringInfoChar(&out, '}');
	sg_switchgrid_write_member(&out, "consentDuration", checked_duration(order->duration));
	if (!generation->tagged)
		write_scopes(&out, order);
	else
		sg_switchgrid_write_list(&out, "purposes", order->purposes);
	appendStringInfoChar(&out, '}');
	return sg_switchgrid_utf8(out.data);
}

static char *
write_ask_v2(const SgAskOrder *order)
{
	return write_ask(&v2, order);
}

static char *
write_ask_v0(const SgAskOrder *order)
{
	if (order->scopes != NIL)
		refuse("this generation has no scopes", "Leave the scopes out: they are those of the API.");
	return write_ask(&v0, order);
}

const SgAsking sg_switchgrid_asking_v2 = {
	.path = "/ask", .body = write_ask_v2, .read = sg_switchgrid_ask_report};
const SgAsking sg_switchgrid_asking_v0 = {
	.path = "/ask", .body = write_ask_v0, .read = sg_switchgrid_ask_report};
