/*
 * ask_write.c
 *		Asks and contracts as each generation tells them.
 */
#include "switchgrid.h"

#include <stdio.h>
#include <string.h>

static bool
is_one_of(const char *status, const char *const *states)
{
	for (; *states != NULL; states++)
	{
		if (strcmp(status, *states) == 0)
			return true;
	}
	return false;
}

static bool
before_check(const char *status)
{
	static const char *const states[] = {"CREATED", "PENDING_ADDRESS_CHECK", NULL};

	return is_one_of(status, states);
}

/* Where the person signs, from the moment it is ready. */
static json_t *
collection_json(const Exchange *x, const Ask *ask, const char *status)
{
	static const char *const shown[] = {"PENDING_USER_ACTION", "ACCEPTED", "EXPIRED", NULL};
	const char *service =
		text_of(json_object_get(ask->arguments, "consentCollectionMedium"), "service");
	const char *back =
		text_of(json_object_get(ask->arguments, "consentCollectionMedium"), "redirectTo");
	Text url = {NULL, 0, 0};
	char id[UUID_SIZE];
	json_t *details;

	if (!is_one_of(status, shown))
		return json_null();
	ask_id(ask, id);
	root_address(x, &url);
	text_printf(&url, "/sign/%s", id);
	details = must(json_pack("{s:s, s:s, s:s*}", "service", service ? service : "WEB_HOSTED",
							 "userUrl", url.data, "redirectTo", back));
	text_free(&url);
	return details;
}

/* A contract that only the ask tells of. */
static json_t *
unknown_contract(const Ask *ask, size_t i)
{
	const json_t *told = json_array_get(json_object_get(ask->arguments, "electricityContracts"), i);
	const json_t *holder = json_object_get(told, "heldBy");
	const json_t *address = json_object_get(told, "address");
	const char *company = text_of(holder, "name");
	char id[UUID_SIZE];
	char name[256];
	char town[256];

	uuid_make(UUID_CONTRACT, 0, point_number(ask->contracts[i].point), id);
	if (company != NULL)
		snprintf(name, sizeof(name), "%s", company);
	else
		snprintf(name, sizeof(name), "%s %s", text_of(holder, "lastName"),
				 text_of(holder, "firstName"));
	snprintf(town, sizeof(town), "%s %s", text_of(address, "postalCode"), text_of(address, "city"));
	return must(json_pack(
		"{s:s, s:s, s:s, s:s, s:{s:s, s:s}}", "nomClientFinalOuDenominationSociale", name, "id", id,
		"prm", ask->contracts[i].point, "categorieClientFinalCode", company != NULL ? "PRO" : "RES",
		"adresseInstallationNormalisee", "ligne4", text_of(address, "street"), "ligne6", town));
}

static json_t *
contracts_v2(const Exchange *x, const Ask *ask, const char *status)
{
	json_t *list = must(json_array());

	for (size_t i = 0; i < ask->count && strcmp(status, "CREATED") != 0; i++)
	{
		json_t *contract = contract_json(x, ask->contracts[i].point);

		if (contract == NULL && ask->number > 0)
			contract = unknown_contract(ask, i);
		if (contract != NULL)
			json_array_append_new(list, contract);
	}
	return list;
}

/* What was found out of each contract's address. */
static json_t *
checks_json(const Ask *ask, const char *status)
{
	json_t *checks = must(json_object());

	for (size_t i = 0; i < ask->count && !before_check(status) && !ask->skip_check; i++)
		json_object_set_new(
			checks, ask->contracts[i].point,
			json_pack("{s:s}", "status", ask->contracts[i].known ? "SUCCESS" : "FAILURE"));
	return checks;
}

static json_t *
consents_json(const Exchange *x, const Ask *ask, const char *status)
{
	json_t *consents = must(json_object());

	for (size_t i = 0; i < ask->count && strcmp(status, "ACCEPTED") == 0; i++)
	{
		uint64_t number = point_number(ask->contracts[i].point);
		char contract[UUID_SIZE];
		char consent[UUID_SIZE];

		uuid_make(UUID_CONTRACT, 0, number, contract);
		uuid_make(UUID_CONSENT, ask->number, number, consent);
		if (!ask->contracts[i].cancelled)
			json_object_set_new(consents,
								x->scenario.by_contract ? contract : ask->contracts[i].point,
								json_string(consent));
	}
	return consents;
}

/* What a standing ask would have been made with. */
static json_t *
arguments_json(const Ask *ask)
{
	char id[UUID_SIZE];

	if (ask->arguments != NULL)
		return json_deep_copy(ask->arguments);
	uuid_make(UUID_CONTRACT, 0, point_number(ask->contracts[0].point), id);
	return must(
		json_pack("{s:[s], s:s}", "electricityContracts", id, "consentDuration", "20 years"));
}

static json_t *
list_member(const Ask *ask, const char *name)
{
	json_t *list = json_object_get(ask->arguments, name);

	return list != NULL ? json_deep_copy(list) : must(json_array());
}

static json_t *
ask_json_v2(const Exchange *x, const Ask *ask, const char *id, const char *status)
{
	json_t *answer = json_pack(
		"{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o}", "id", id, "status", status,
		"consentCollectionDetails", collection_json(x, ask, status), "createArgs",
		arguments_json(ask), "addressCheckResults", checks_json(ask, status), "consentIds",
		consents_json(x, ask, status), "contracts", contracts_v2(x, ask, status), "scopes",
		list_member(ask, "scopes"), "testEnvironment", ask->test, "thirdPartyRecipients",
		list_member(ask, "thirdPartyRecipients"));

	json_object_set_new(answer, "purposes", list_member(ask, "purposes"));
	return must(answer);
}

static const char *
contract_status(const AskContract *contract, const char *status)
{
	if (!contract->known)
		return strcmp(status, "CREATED") == 0 ? "PENDING" : "NOT_FOUND";
	if (contract->gas)
		return "NOT_VERIFIABLE";
	return before_check(status) ? "PENDING" : "FOUND";
}

/* As they were told, with an id and a status each. */
static json_t *
contracts_v0(const Ask *ask, const char *status)
{
	const json_t *told = json_object_get(ask->arguments, "contracts");
	json_t *list = must(json_array());

	for (size_t i = 0; i < ask->count; i++)
	{
		const AskContract *contract = &ask->contracts[i];
		const json_t *argument = json_array_get(told, i);
		json_t *item = json_is_object(argument) ? json_deep_copy(argument) : must(json_object());
		char id[UUID_SIZE];

		uuid_make(UUID_CONTRACT, 0, point_number(contract->point), id);
		json_object_set_new(item, "id", json_string(id));
		json_object_set_new(item, "_energyType",
							json_string(contract->gas ? "gas" : "electricity"));
		json_object_set_new(item, "deliveryPointId", json_string(contract->point));
		json_object_set_new(item, "status", json_string(contract_status(contract, status)));
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *
ask_json_v0(const Exchange *x, const Ask *ask, const char *id, const char *status)
{
	json_t *signer = json_object_get(ask->arguments, "signer");

	return must(json_pack("{s:s, s:s, s:o*, s:o, s:o, s:b}", "id", id, "status", status, "signer",
						  signer ? json_deep_copy(signer) : NULL, "consentCollectionDetails",
						  collection_json(x, ask, status), "contracts", contracts_v0(ask, status),
						  "testEnvironment", ask->test));
}

/* With the state locked. */
json_t *
ask_json(const Exchange *x, const Ask *ask)
{
	const char *status = ask_status(ask, &x->scenario);
	char id[UUID_SIZE];
	json_t *answer;

	ask_id(ask, id);
	answer = generation_of(x) == OF_V2 ? ask_json_v2(x, ask, id, status)
									   : ask_json_v0(x, ask, id, status);
	json_object_set_new(answer, "createdAt", instant_json(ask->created_us));
	json_object_set_new(answer, "acceptedAt", instant_json(ask_accepted_us(ask, &x->scenario)));
	return answer;
}
