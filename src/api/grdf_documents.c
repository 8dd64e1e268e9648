/*
 * grdf_documents.c
 *	  What GRDF knows of a point besides its readings: contract, meter, address, rights.
 */
#include "postgres.h"

#include "grdf.h"

typedef struct Reader
{
	const SgRequest *request;
	SgEmit emit;
	void *arg;
} Reader;

/* The yearly reference consumption: a number once, now an object around it. */
static void
set_reference(SgRow *row, const SgNode *contract)
{
	const SgNode *reference = sg_node_member(contract, "car");

	if (sg_node_is_object(reference))
		sg_row_member(row, SG_CONTRACT_REFERENCE_KWH, reference, "car_actuelle");
	else
		sg_row_member(row, SG_CONTRACT_REFERENCE_KWH, contract, "car");
}

static void
take_contract(void *arg, const SgNode *record, SgFault *fault)
{
	Reader *reader = arg;
	const SgNode *contract = sg_member_object(record, "donnees_contractuelles", fault);
	SgRow row;

	if (contract == NULL)
		return;
	sg_row_begin(&row, &sg_relation_contract, fault);
	sg_row_text(&row, SG_CONTRACT_POINT_ID, reader->request->point);
	sg_row_text(&row, SG_CONTRACT_DIRECTION, SG_CONSUMPTION);
	sg_row_member(&row, SG_CONTRACT_TARIFF, contract, "tarif_acheminement");
	sg_row_member(&row, SG_CONTRACT_ACTIVATED_ON, contract, "date_mes");
	set_reference(&row, contract);
	sg_row_text(&row, SG_CONTRACT_RAW, sg_node_print(contract));
	if (fault->kind == SG_FAULT_NONE)
		sg_row_emit(&row, reader->emit, reader->arg);
}

static void
give_connection(const Reader *reader, const SgNode *technical, SgFault *fault)
{
	static const char *const place[] = {"situation_compteur", NULL};
	const SgNode *meter = sg_member_object_if(technical, "caracteristiques_compteur", fault);
	SgRow row;

	sg_row_begin(&row, &sg_relation_connection, fault);
	sg_row_text(&row, SG_CONNECTION_POINT_ID, reader->request->point);
	sg_row_member(&row, SG_CONNECTION_SERIAL, meter, "matricule_compteur");
	/* where it is belongs to the address: others may read this */
	sg_row_text(&row, SG_CONNECTION_RAW, sg_node_print_some(technical, place, false));
	if (fault->kind == SG_FAULT_NONE)
		sg_row_emit(&row, reader->emit, reader->arg);
}

/* "12 RUE DE L EXEMPLE" from its two parts, either of which may be missing. */
static void
set_street(SgRow *row, const SgNode *place)
{
	char *number = sg_member_text(place, "numero_rue", row->fault);
	char *name = sg_member_text(place, "nom_rue", row->fault);

	if (number != NULL && name != NULL)
		sg_row_text(row, SG_ADDRESS_STREET, psprintf("%s %s", number, name));
	else
		sg_row_text(row, SG_ADDRESS_STREET, number != NULL ? number : name);
}

static void
give_address(const Reader *reader, const SgNode *place, SgFault *fault)
{
	SgRow row;

	sg_row_begin(&row, &sg_relation_address, fault);
	sg_row_text(&row, SG_ADDRESS_POINT_ID, reader->request->point);
	set_street(&row, place);
	sg_row_member(&row, SG_ADDRESS_UNIT, place, "complement_adresse");
	sg_row_member(&row, SG_ADDRESS_POSTAL_CODE, place, "code_postal");
	sg_row_member(&row, SG_ADDRESS_CITY, place, "commune");
	sg_row_text(&row, SG_ADDRESS_RAW, sg_node_print(place));
	if (fault->kind == SG_FAULT_NONE)
		sg_row_emit(&row, reader->emit, reader->arg);
}

static void
take_technical(void *arg, const SgNode *record, SgFault *fault)
{
	Reader *reader = arg;
	const SgNode *technical = sg_member_object(record, "donnees_techniques", fault);
	const SgNode *place = sg_member_object_if(technical, "situation_compteur", fault);

	if (technical == NULL)
		return;
	give_connection(reader, technical, fault);
	if (place != NULL)
		give_address(reader, place, fault);
}

static bool
is_true(const SgNode *right, const char *key, SgFault *fault)
{
	char *text = sg_member_text(right, key, fault);

	return text != NULL && (pg_strcasecmp(text, "Vrai") == 0 || strcmp(text, "true") == 0);
}

/* The role tells the direction; data can be read if the right has at least one kind of them. */
static void
set_directions(SgRow *row, const SgNode *right)
{
	char *role = sg_member_text(right, "role_tiers", row->fault);
	bool readable = is_true(right, "perim_donnees_informatives", row->fault) ||
					is_true(right, "perim_donnees_publiees", row->fault);

	if (role == NULL)
		return;
	if (strstr(role, "FOURNITURE") == NULL && strstr(role, "INJECTION") == NULL)
		return;
	sg_row_flag(row, SG_CONSENT_CONSUMPTION, readable && strstr(role, "FOURNITURE") != NULL);
	sg_row_flag(row, SG_CONSENT_PRODUCTION, readable && strstr(role, "INJECTION") != NULL);
}

static void
take_right(void *arg, const SgNode *right, SgFault *fault)
{
	/* a right is not the place to look its holder up */
	static const char *const personal[] = {
		"nom_titulaire", "raison_sociale_du_titulaire",		  "courriel_titulaire",
		"code_postal",	 "numero_telephone_mobile_titulaire", NULL};
	Reader *reader = arg;
	const char *point = reader->request->point;
	char *about = sg_member_text(right, "id_pce", fault);
	SgRow row;

	/* a list may be longer than what was asked for */
	if (point[0] != '\0' && about != NULL && strcmp(about, point) != 0)
		return;
	sg_row_begin(&row, &sg_relation_consent, fault);
	sg_row_text(&row, SG_CONSENT_POINT_ID, about);
	sg_row_member(&row, SG_CONSENT_CONSENT_ID, right, "id_droit_acces");
	sg_row_member(&row, SG_CONSENT_SERVICE_ID, right, "role_tiers");
	sg_row_member(&row, SG_CONSENT_STATE, right, "etat_droit_acces");
	sg_row_member(&row, SG_CONSENT_STARTS_ON, right, "date_debut_droit_acces");
	sg_row_member(&row, SG_CONSENT_ENDS_ON, right, "date_fin_droit_acces");
	set_directions(&row, right);
	sg_row_text(&row, SG_CONSENT_RAW, sg_node_print_some(right, personal, false));
	if (row.nulls[SG_CONSENT_POINT_ID] || row.nulls[SG_CONSENT_STATE])
		sg_fault_set(fault, SG_FAULT_SHAPE,
					 "A right has no \"id_pce\" or no \"etat_droit_acces\".");
	if (fault->kind == SG_FAULT_NONE)
		sg_row_emit(&row, reader->emit, reader->arg);
}

static void
read_with(const SgRequest *request, const char *mark, SgGrdfTake take, char *body, size_t len,
		  SgEmit emit, void *arg, SgFault *fault)
{
	Reader reader = {.request = request, .emit = emit, .arg = arg};

	sg_grdf_read(request, mark, body, len, take, &reader, fault);
}

void
sg_grdf_contract(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
				 SgFault *fault)
{
	read_with(request, "donnees_contractuelles", take_contract, body, len, emit, arg, fault);
}

void
sg_grdf_technical(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
				  SgFault *fault)
{
	read_with(request, "donnees_techniques", take_technical, body, len, emit, arg, fault);
}

void
sg_grdf_rights(const SgRequest *request, char *body, size_t len, SgEmit emit, void *arg,
			   SgFault *fault)
{
	read_with(request, "id_droit_acces", take_right, body, len, emit, arg, fault);
}
