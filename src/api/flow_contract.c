/*
 * flow_contract.c
 *	  C68: the technical and contractual data of a point, in JSON.
 *
 * The synchronous service answers {"point": {...}}, where a coded value is {"attributes": {"code"}, "libelle"}. The
 * asynchronous one delivers an array with an object for each point, where it is {"code", "libelle"} or a text. What
 * stands in them has mostly the same names, so both are read alike, and each place that either uses is looked at.
 */
#include "postgres.h"

#include "enedis_facts.h"
#include "flow_contract.h"
#include "flow_file.h"
#include "flows.h"

/* A member that may be a text or an object, "plain" or {"libelle": "plain"}; NULL if it is not there. */
static char *
text_of(const SgNode *object, const char *key, const char *inside, SgFault *fault)
{
	const SgNode *member = sg_node_member(object, key);

	return sg_node_is_object(member) ? sg_member_text(member, inside, fault)
									 : sg_member_text(object, key, fault);
}

/* The code of a coded value, its label if it has no code, or the text that it is. */
static char *
code_of(const SgNode *object, const char *key, SgFault *fault)
{
	const SgNode *member = sg_node_member(object, key);
	char *code;

	if (!sg_node_is_object(member))
		return sg_member_text(object, key, fault);
	code = sg_member_text(sg_member_object_if(member, "attributes", fault), "code", fault);
	if (code == NULL)
		code = sg_member_text(member, "code", fault);
	return code != NULL ? code : sg_member_text(member, "libelle", fault);
}

/* Sets a power and its unit from {"valeur", "unite"}, or from a text that is both. */
static void
set_power(SgRow *contract, const SgNode *object, const char *key)
{
	const SgNode *member = sg_node_member(object, key);

	if (!sg_node_is_object(member))
	{
		sg_enedis_power(contract, sg_member_text(object, key, contract->fault));
		return;
	}
	sg_row_member(contract, SG_CONTRACT_POWER, member, "valeur");
	sg_row_member(contract, SG_CONTRACT_POWER_UNIT, member, "unite");
}

/* ---------------------------------------------------------------- contract */

/* The place of the off-peak hours differs, and what they are. */
static void
set_hours(SgRow *row, const SgNode *metering)
{
	SgFault *fault = row->fault;
	const SgNode *device = sg_member_object_if(metering, "dispositifComptage", fault);
	const SgNode *places[] = {metering, device, sg_member_object_if(metering, "relais", fault),
							  sg_member_object_if(device, "relais", fault)};
	char *now = NULL;
	char *future = NULL;

	for (int i = 0; i < lengthof(places); i++)
	{
		if (now == NULL)
			now = text_of(places[i], "plageHeuresCreuses", "libelle", fault);
		if (future == NULL)
			future = text_of(places[i], "futuresPlagesHeuresCreuses", "libelle", fault);
	}
	sg_enedis_set_offpeak(row, now);
	sg_contract_set_future(row, future);
}

static void
set_meter(SgRow *row, const SgNode *metering)
{
	const SgNode *device = sg_member_object_if(metering, "dispositifComptage", row->fault);
	const SgNode *meters = sg_node_member(device, "compteurs");

	sg_row_text(row, SG_CONTRACT_METER_TYPE, code_of(device, "typeComptage", row->fault));
	/* the list stands in an object in one of the two */
	if (sg_node_is_object(meters))
		meters = sg_member_list_if(meters, "compteur", row->fault);
	else
		meters = sg_member_list_if(device, "compteurs", row->fault);
	if (sg_node_count(meters) > 0)
		sg_row_member(row, SG_CONTRACT_METER_SERIAL, sg_node_element(meters, 0), "numeroSerie");
	set_hours(row, metering);
}

/* Powers rise and fall at dates of their own: the later one. */
static void
set_power_change(SgRow *row, const SgNode *general)
{
	Datum risen;
	bool rose;

	sg_row_member(row, SG_CONTRACT_POWER_CHANGED_ON, general,
				  "dateDerniereAugmentationPuissanceSouscrite");
	risen = row->values[SG_CONTRACT_POWER_CHANGED_ON];
	rose = !row->nulls[SG_CONTRACT_POWER_CHANGED_ON];
	sg_row_member(row, SG_CONTRACT_POWER_CHANGED_ON, general,
				  "dateDerniereDiminutionPuissanceSouscrite");
	if (rose && DatumGetDateADT(row->values[SG_CONTRACT_POWER_CHANGED_ON]) < DatumGetDateADT(risen))
		row->values[SG_CONTRACT_POWER_CHANGED_ON] = risen;
}

static char *
segment_of(const SgNode *root, const SgNode *situation, SgFault *fault)
{
	char *segment = code_of(situation, "segment", fault);

	if (segment != NULL)
		return segment;
	return code_of(sg_member_object_if(root, "donneesGenerales", fault), "segment", fault);
}

static const char *
direction_of(const SgNode *root, const SgNode *situation, SgFault *fault)
{
	return sg_contract_direction(segment_of(root, situation, fault),
								 code_of(situation, "typeInjection", fault));
}

static void
set_terms(SgRow *row, const SgNode *situation, const SgNode *general)
{
	SgFault *fault = row->fault;
	const SgNode *tariff = sg_member_object_if(situation, "structureTarifaire", fault);
	const SgNode *terms = sg_member_object_if(situation, "informationsContractuelles", fault);
	char *status = code_of(terms, "etatContractuel", fault);

	sg_row_text(row, SG_CONTRACT_STATUS,
				status != NULL ? status : code_of(general, "etatContractuel", fault));
	sg_row_text(row, SG_CONTRACT_TARIFF, code_of(tariff, "formuleTarifaireAcheminement", fault));
	set_power(row, tariff,
			  sg_node_member(tariff, "puissanceSouscriteMax") != NULL ? "puissanceSouscriteMax"
																	  : "puissanceSouscrite");
	sg_row_member(row, SG_CONTRACT_STARTED_ON, situation, "dateDebut");
}

static void
give_contract(const SgContractReader *reader, const SgNode *root, const SgNode *situation)
{
	SgFault *fault = reader->fault;
	const SgNode *general = sg_member_object_if(root, "donneesGenerales", fault);
	SgRow row;

	sg_contract_begin(reader, &row, &sg_relation_contract);
	sg_row_text(&row, SG_CONTRACT_DIRECTION, direction_of(root, situation, fault));
	sg_row_text(&row, SG_CONTRACT_SEGMENT, segment_of(root, situation, fault));
	set_terms(&row, situation, general);
	set_meter(&row, sg_member_object_if(root, "situationComptage", fault));
	sg_row_member(&row, SG_CONTRACT_TARIFF_CHANGED_ON, general,
				  "dateDerniereModificationFormuleTarifaireAcheminement");
	set_power_change(&row, general);
	sg_contract_set_level(&row, sg_member_text(general, "niveauOuvertureServices", fault));
	sg_row_text(&row, SG_CONTRACT_RAW, sg_contract_print_impersonal(root));
	sg_contract_give(reader, &row);
}

/* ---------------------------------------------------------------- the others */

static void
give_address(const SgContractReader *reader, const SgNode *root)
{
	SgFault *fault = reader->fault;
	const SgNode *general = sg_member_object_if(root, "donneesGenerales", fault);
	const SgNode *address = sg_member_object_if(general, "adresseInstallation", fault);
	SgRow row;

	if (address == NULL)
		return;
	sg_contract_begin(reader, &row, &sg_relation_address);
	sg_row_member(&row, SG_ADDRESS_STREET, address, "numeroEtNomVoie");
	sg_row_member(&row, SG_ADDRESS_BUILDING, address, "batiment");
	sg_row_member(&row, SG_ADDRESS_UNIT, address, "escalierEtEtageEtAppartement");
	sg_row_member(&row, SG_ADDRESS_LOCALITY, address, "lieuDit");
	sg_row_member(&row, SG_ADDRESS_POSTAL_CODE, address, "codePostal");
	sg_row_text(&row, SG_ADDRESS_CITY, text_of(address, "commune", "libelle", fault));
	if (sg_node_is_object(sg_node_member(address, "commune")))
		sg_row_text(&row, SG_ADDRESS_INSEE_CODE, code_of(address, "commune", fault));
	sg_row_text(&row, SG_ADDRESS_RAW, sg_node_print(address));
	sg_contract_give(reader, &row);
}

static void
give_holder(const SgContractReader *reader, const SgNode *root, const SgNode *situation)
{
	SgFault *fault = reader->fault;
	const SgNode *client = sg_member_object_if(root, "clientFinal", fault);
	const SgNode *told;
	const SgNode *person;
	const SgNode *company;
	SgRow row;

	if (client == NULL)
		client = sg_member_object_if(situation, "clientFinal", fault);
	told = sg_member_object_if(client, "informationsClient", fault);
	person = sg_member_object_if(told, "personnePhysique", fault);
	company = sg_member_object_if(told, "personneMorale", fault);
	if (person == NULL && company == NULL)
		return;
	sg_contract_begin(reader, &row, &sg_relation_holder);
	sg_row_text(&row, SG_HOLDER_DIRECTION, direction_of(root, situation, fault));
	sg_row_text(&row, SG_HOLDER_TITLE, code_of(person, "civilite", fault));
	sg_row_member(&row, SG_HOLDER_FIRST_NAME, person, "prenom");
	sg_row_member(&row, SG_HOLDER_LAST_NAME, person, "nom");
	sg_row_member(&row, SG_HOLDER_COMPANY, company, "raisonSociale");
	if (row.nulls[SG_HOLDER_COMPANY])
		sg_row_member(&row, SG_HOLDER_COMPANY, company, "denominationSociale");
	sg_row_member(&row, SG_HOLDER_TRADING_NAME, company, "nomCommercial");
	sg_row_text(&row, SG_HOLDER_ACTIVITY, code_of(company, "activite", fault));
	sg_row_member(&row, SG_HOLDER_SIRET, company, "numSiret");
	sg_row_member(&row, SG_HOLDER_SIREN, company, "numSiren");
	sg_row_text(&row, SG_HOLDER_RAW, sg_node_print(client));
	sg_contract_give(reader, &row);
}

static void
give_connection(const SgContractReader *reader, const SgNode *root)
{
	SgFault *fault = reader->fault;
	const SgNode *supply = sg_member_object_if(root, "situationAlimentation", fault);
	const SgNode *main = sg_member_object_if(supply, "alimentationPrincipale", fault);
	const SgNode *drawn = sg_member_object_if(main, "puissanceRaccordementSoutirage", fault);
	const SgNode *injected = sg_member_object_if(main, "puissanceRaccordementInjection", fault);
	SgRow row;

	if (supply == NULL)
		return;
	sg_contract_begin(reader, &row, &sg_relation_connection);
	sg_row_text(&row, SG_CONNECTION_STATE, code_of(supply, "etatAlimentation", fault));
	sg_row_text(&row, SG_CONNECTION_VOLTAGE_LEVEL, code_of(main, "domaineTension", fault));
	sg_row_member(&row, SG_CONNECTION_CONSUMPTION_POWER, drawn, "valeur");
	sg_row_member(&row, SG_CONNECTION_PRODUCTION_POWER, injected, "valeur");
	sg_row_member(&row, SG_CONNECTION_POWER_UNIT, drawn != NULL ? drawn : injected, "unite");
	sg_contract_set_volts(&row, code_of(main, "tensionLivraison", fault));
	sg_row_text(&row, SG_CONNECTION_RAW, sg_node_print(supply));
	sg_contract_give(reader, &row);
}

/* ---------------------------------------------------------------- a point */

/* Is a situation better than the one that was found before? */
static bool
is_better(const SgNode *situation, const SgNode *found, SgFault *fault)
{
	bool priced = sg_node_member(situation, "structureTarifaire") != NULL;
	bool was_priced = sg_node_member(found, "structureTarifaire") != NULL;
	char *begun = sg_member_text(situation, "dateDebut", fault);
	char *was_begun = sg_member_text(found, "dateDebut", fault);

	if (found == NULL || priced != was_priced)
		return found == NULL || priced;
	return begun != NULL && (was_begun == NULL || strcmp(begun, was_begun) > 0);
}

/*
 * The situation of the array that counts: one with a tariff, else the one that began last. NULL if it has none.
 * With a direction, of those with a tariff in that direction.
 */
static const SgNode *
find_situation(const SgNode *root, const SgNode *list, const char *direction, SgFault *fault)
{
	const SgNode *found = NULL;

	for (int i = 0; i < sg_node_count(list); i++)
	{
		const SgNode *situation = sg_node_element(list, i);

		if (!sg_node_is_object(situation))
			sg_fault_set(fault, SG_FAULT_SHAPE,
						 "An element of \"situationsContractuelles\" is not an object.");
		else if (direction != NULL &&
				 (sg_node_member(situation, "structureTarifaire") == NULL ||
				  strcmp(direction_of(root, situation, fault), direction) != 0))
			continue;
		else if (is_better(situation, found, fault))
			found = situation;
	}
	return found;
}

/* A point's contracts, one for each direction; a point without any has its general data all the same. */
static void
give_point(const SgContractReader *reader, const SgNode *root)
{
	SgFault *fault = reader->fault;
	const SgNode *list = sg_member_list_if(root, "situationsContractuelles", fault);
	const SgNode *single = sg_member_object_if(root, "situationContractuelle", fault);
	const SgNode *drawn = single;
	const SgNode *injected = NULL;

	if (list == NULL && single == NULL && sg_node_member(root, "donneesGenerales") == NULL)
		sg_fault_set(fault, SG_FAULT_SHAPE,
					 "The file has neither contracts nor general data of the point.");
	if (single == NULL)
	{
		drawn = find_situation(root, list, SG_CONSUMPTION, fault);
		injected = find_situation(root, list, SG_PRODUCTION, fault);
		if (drawn == NULL && injected == NULL)
			drawn = find_situation(root, list, NULL, fault);
	}
	if (drawn != NULL || injected == NULL)
	{
		give_contract(reader, root, drawn);
		give_holder(reader, root, drawn);
	}
	if (injected != NULL)
	{
		give_contract(reader, root, injected);
		give_holder(reader, root, injected);
	}
	give_address(reader, root);
	give_connection(reader, root);
}

/* The name of the point that an object is about. */
static char *
name_of(const SgNode *root, SgFault *fault)
{
	char *name = sg_member_text(root, "idPrm", fault);

	if (name == NULL)
		name = sg_member_text(sg_member_object_if(root, "attributes", fault), "id", fault);
	return name;
}

static void
read_points(const SgContractReader *reader, const SgNode *root)
{
	SgFilePoints named = {.wanted = reader->request->point};
	int n = sg_node_count(root);

	if (n == 0)
		sg_fault_set(reader->fault, SG_FAULT_EMPTY, "The list of points is empty.");
	for (int i = 0; i < Max(n, 1) && reader->fault->kind == SG_FAULT_NONE; i++)
	{
		const SgNode *point = n >= 0 ? sg_node_element(root, i) : root;

		if (sg_node_member(point, "point") != NULL)
			point = sg_member_object(point, "point", reader->fault);
		if (!sg_node_is_object(point))
			sg_fault_set(reader->fault, SG_FAULT_SHAPE, "The file has a point that is no object.");
		else if (sg_file_is_ours(&named, name_of(point, reader->fault)))
			give_point(reader, point);
	}
	sg_file_check(&named, reader->fault);
}

void
sg_flow_contract(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
				 SgFault *fault)
{
	SgContractReader reader = {.request = request, .emit = emit, .arg = arg, .fault = fault};
	SgFileKind file = sg_file_look(&body, &len, fault);
	SgJson *json;

	if (file == SG_FILE_CSV)
		sg_contract_table(&reader, body, len);
	if (file != SG_FILE_JSON)
		return;
	json = sg_enedis_open(body, len, fault);
	if (json == NULL)
		return;
	read_points(&reader, sg_json_root(json));
	sg_json_close(json);
}
