/*
 * grdf_documents.c
 *		What GRDF knows of a point besides its readings: contract, meter, rights.
 */
#include "grdf.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum
{
	SALT_GRDF_TARIFF = 401,
	SALT_GRDF_REFERENCE,
	SALT_GRDF_PLACE,
	SALT_GRDF_SERIAL,
	SALT_GRDF_RIGHT
};

static uint64_t
number_of(const char *pce, uint64_t salt)
{
	uint64_t number = salt;

	for (const char *c = pce; *c != '\0'; c++)
		number = hash64(number, (unsigned char) *c);
	return number;
}

/* -------- of one point -------- */

static void
give(Exchange *x, const char *name, json_t *content)
{
	exchange_json(x, json_pack("{s:{s:s}, s:o, s:n}", "pce", "id_pce", x->point, name,
							   must(content), "statut_restitution"));
}

/* Whether the document is to be given: no parameters, no refusal. */
static bool
begin(Exchange *x)
{
	if (x->query_count > 0)
		return grdf_refuse(x, "unknown parameter in the query");
	if (!grdf_replaces(x))
		return true;
	gate_close(x);
	return false;
}

/* Of short points a number stands alone, as it once did for all. */
static json_t *
reference_of(const char *pce)
{
	json_int_t kwh = 6000 + (json_int_t) (number_of(pce, SALT_GRDF_REFERENCE) % 20000);

	if (strncmp(pce, "GI", 2) == 0)
		return json_integer(kwh);
	return json_pack("{s:I, s:I}", "car_actuelle", kwh, "car_future", kwh - 100);
}

void
grdf_contract(Exchange *x)
{
	static const char *const tariffs[] = {"T1", "T2", "T3"};

	if (!begin(x))
		return;
	give(x, "donnees_contractuelles",
		 json_pack("{s:s, s:s, s:n, s:o, s:{s:s, s:s}}", "date_mes", "2018-01-01",
				   "tarif_acheminement", tariffs[number_of(x->point, SALT_GRDF_TARIFF) % 3],
				   "consommation_journaliere_plafond", "car", must(reference_of(x->point)),
				   "profil", "profil_type_actuel", "P012", "date_debut_profil_type_actuel",
				   "2026-04-01"));
	gate_close(x);
}

void
grdf_technical(Exchange *x)
{
	static const char *const streets[] = {"RUE DES LILAS", "AVENUE DU PARC", "PLACE DU MARCHE"};
	char number[8];
	char serial[16];
	uint64_t place = number_of(x->point, SALT_GRDF_PLACE);

	if (!begin(x))
		return;
	snprintf(number, sizeof(number), "%d", 1 + (int) (place / 3 % 90));
	snprintf(serial, sizeof(serial), "SG%08d",
			 (int) (number_of(x->point, SALT_GRDF_SERIAL) % 100000000));
	give(x, "donnees_techniques",
		 json_pack("{s:{s:s, s:s, s:n, s:s, s:s}, s:{s:s, s:s, s:s, s:s}, s:{s:s}}",
				   "situation_compteur", "numero_rue", number, "nom_rue", streets[place % 3],
				   "complement_adresse", "code_postal", "60000", "commune", "BEAUVAIS",
				   "caracteristiques_compteur", "frequence", "1M", "code_calibre", "G4",
				   "pression_livraison", "21", "matricule_compteur", serial, "regime_propriete",
				   "regime_propriete_compteur", "GRDF"));
	gate_close(x);
}

/* -------- rights -------- */

/* What has become of the right on a point that is refused with this code; NULL: there is none. */
static const char *
state_of(const char *code)
{
	static const char *const states[][2] = {
		{"1000000", "Obsol\303\250te"}, {"1000001", "A rev\303\251rifier"},	   {"1000002", NULL},
		{"1000011", "Refus\303\251e"},	{"1000014", "R\303\251voqu\303\251e"},
	};

	for (size_t i = 0; code != NULL && i < sizeof(states) / sizeof(states[0]); i++)
	{
		if (strcmp(states[i][0], code) == 0)
			return states[i][1];
	}
	return "Active";
}

static const char *
unless(const char *code, const char *without)
{
	return code != NULL && strcmp(code, without) == 0 ? "Faux" : "Vrai";
}

static void
add_right(Text *out, const char *pce)
{
	const char *code = gas_refusal(pce);
	const char *state = state_of(code);

	if (state == NULL)
		return;
	text_printf(out,
				"{\"id_droit_acces\":\"00000000-0000-4000-8000-%012llx\",\"id_pce\":\"%s\","
				"\"role_tiers\":\"AUTORISE_CONTRAT_%s\",",
				(unsigned long long) (number_of(pce, SALT_GRDF_RIGHT) & 0xffffffffffff), pce,
				strcmp(pce, GRDF_INJECTOR) == 0 ? "INJECTION" : "FOURNITURE");
	text_puts(out, "\"raison_sociale_du_tiers\":\"Application\",\"nom_titulaire\":\"Lambert\","
				   "\"courriel_titulaire\":\"holder@example.org\",\"code_postal\":\"60000\",");
	text_printf(out,
				"\"perim_donnees_publiees\":\"%s\",\"perim_donnees_informatives\":\"%s\","
				"\"perim_donnees_contractuelles\":\"Vrai\",\"perim_donnees_techniques\":\"Vrai\","
				"\"date_creation\":\"2026-01-02 10:15:00\",",
				unless(code, "1000009"), unless(code, "1000010"));
	text_printf(out,
				"\"date_debut_droit_acces\":\"2026-01-02\","
				"\"date_fin_droit_acces\":\"2027-01-01\",\"etat_droit_acces\":\"%s\","
				"\"statut_controle_preuve\":null}\n",
				state);
}

/* The filter has a list of points and nothing else; false after an error. */
static bool
check_filter(Exchange *x, const json_t *filter)
{
	const json_t *points = json_object_get(filter, "id_pce");
	const json_t *point;
	size_t i;

	if (!query_is_json(x->content_type))
		return grdf_refuse(x, "body is not declared as application/json");
	if (json_object_size(filter) != 1 || json_array_size(points) == 0)
		return grdf_refuse(x, "body is not a filter with a list id_pce");
	json_array_foreach(points, i, point)
	{
		if (json_is_string(point))
			snprintf(x->point, sizeof(x->point), "%s", json_string_value(point));
		if (!grdf_check_pce(x))
			return false;
	}
	return true;
}

static void
answer_rights(Exchange *x, const json_t *points)
{
	Text body = {NULL, 0, 0};

	for (size_t i = 0; i < json_array_size(points); i++)
		add_right(&body, json_string_value(json_array_get(points, i)));
	text_puts(&body, "{\"code_statut_traitement\":\"0000000000\","
					 "\"message_retour_traitement\":\"Termin\303\251\"}\n");
	grdf_bend(&body, &x->scenario);
	exchange_answer(x, 200, body.data, body.length, GRDF_NDJSON);
}

void
grdf_rights(Exchange *x)
{
	json_t *filter = NULL;

	if (x->upload.data != NULL && !x->upload_too_long)
		filter = json_loadb(x->upload.data, x->upload.length, JSON_REJECT_DUPLICATES, NULL);
	if (check_filter(x, filter))
	{
		if (!gate_replaces(x))
			answer_rights(x, json_object_get(filter, "id_pce"));
		gate_close(x);
	}
	json_decref(filter);
}
