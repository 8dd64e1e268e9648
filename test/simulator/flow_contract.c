/*
 * flow_contract.c
 *		C68: the contract and the meter of a point.  The synchronous form and
 *		the other one tell the same in different shapes.
 */
#include "switchgrid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char future_hours[] = "HC (1H28-6H58;13H58-16H28)";

/* { "attributes": { "code": ... }, "libelle": ... } */
static json_t *
coded(const char *code, const char *label)
{
	return must(json_pack("{s:{s:s}, s:s}", "attributes", "code", code, "libelle", label));
}

static json_t *
kva(int value)
{
	return must(json_pack("{s:o, s:s}", "valeur", json_sprintf("%d", value), "unite", "kVA"));
}

/* null for what never happened */
static json_t *
dated(int64_t day)
{
	char text[11];

	if (day == INT64_MIN)
		return json_null();
	write_day_text(day, text);
	return must(json_string(text));
}

static const char *
voltage_domain(const Facts *facts)
{
	return strcmp(facts->segment, "C5") == 0 ? "BTINF" : "BTSUP";
}

/* -------- synchronous -------- */

static json_t *
general(const Facts *facts)
{
	json_t *address =
		json_pack("{s:n, s:n, s:s, s:s?, s:s, s:o}", "escalierEtEtageEtAppartement", "batiment",
				  "numeroEtNomVoie", facts->street, "lieuDit", facts->locality, "codePostal",
				  facts->postal_code, "commune", coded(facts->insee_code, facts->city));

	return must(json_pack(
		"{s:o, s:o, s:o, s:o, s:n, s:o, s:s}", "etatContractuel", coded("SERVC", "En service"),
		"adresseInstallation", address, "dateDerniereModificationFormuleTarifaireAcheminement",
		dated(facts->tariff_changed), "dateDerniereAugmentationPuissanceSouscrite",
		dated(facts->power_changed), "dateDerniereDiminutionPuissanceSouscrite", "segment",
		coded(facts->segment, facts->segment), "niveauOuvertureServices",
		facts->communicating ? "2" : "0"));
}

static json_t *
supply(const Facts *facts)
{
	const char *domain = voltage_domain(facts);
	const char *voltage = facts->power > 12 ? "230/400 V" : "230 V";

	return must(json_pack("{s:{s:o, s:o, s:n, s:o}}", "alimentationPrincipale", "domaineTension",
						  coded(domain, strcmp(domain, "BTINF") == 0 ? "BT<=36kVA" : "BT>36kVA"),
						  "tensionLivraison", coded(voltage, voltage), "modeApresCompteur",
						  "puissanceRaccordementSoutirage", kva(facts->connection_power)));
}

static json_t *
metering(const Facts *facts, const Scenario *scenario)
{
	json_t *device =
		json_pack("{s:o, s:{s:[{s:s, s:s}]}, s:{s:o}}", "typeComptage",
				  coded(facts->communicating ? "LINKY" : facts->meter_type, facts->meter_label),
				  "compteurs", "compteur", "numeroSerie", facts->serial, "ticActivee", "true",
				  "disjoncteur", "calibre", coded("15-45", "15-45 A"));
	json_t *answer;

	if (facts->offpeak != NULL)
		json_object_set_new(device, "relais",
							json_pack("{s:s}", "plageHeuresCreuses", facts->offpeak->text));
	answer = json_pack("{s:o, s:{s:o}}", "dispositifComptage", device, "caracteristiquesReleve",
					   "periodicite", coded("QUOTID", "Quotidienne"));
	if (scenario->future_offpeak)
		json_object_set_new(answer, "futuresPlagesHeuresCreuses", coded("HCF", future_hours));
	return must(answer);
}

static json_t *
contract(const Facts *facts)
{
	bool split = facts->offpeak != NULL;

	return must(json_pack(
		"{s:{s:o, s:o, s:o}}", "structureTarifaire", "formuleTarifaireAcheminement",
		coded(facts->tariff, facts->tariff_label), "puissanceSouscriteMax", kva(facts->power),
		"calendrierFrn",
		coded(split ? "FC020831" : "FC000001", split ? "Heures Pleines/Creuses" : "Base")));
}

static json_t *
synchronous(const char *prm, const Facts *facts, const Scenario *scenario)
{
	if (scenario->sparse)
		return must(json_pack("{s:{s:{s:s}}}", "point", "attributes", "id", prm));
	return must(json_pack("{s:{s:{s:s}, s:o, s:o, s:o, s:o}}", "point", "attributes", "id", prm,
						  "donneesGenerales", general(facts), "situationAlimentation",
						  supply(facts), "situationComptage", metering(facts, scenario),
						  "situationContractuelle", contract(facts)));
}

/* -------- asynchronous -------- */

static json_t *
situation(const Facts *facts)
{
	return must(json_pack("{s:o, s:s, s:{s:s}, s:{s:{s:s, s:s}, s:o}, s:b, s:n}", "dateDebut",
						  dated(facts->contract_start), "segment", facts->segment,
						  "informationsContractuelles", "etatContractuel", "SERVC",
						  "structureTarifaire", "formuleTarifaireAcheminement", "code",
						  facts->tariff, "libelle", facts->tariff_label, "puissanceSouscrite",
						  kva(facts->power), "refusPoseAMM", 0, "dateRefusPoseAMM"));
}

static json_t *
customer(const Facts *facts)
{
	if (facts->legal)
		return must(json_pack("{s:{s:{s:s, s:s}}}", "informationsClient", "personneMorale",
							  "numSiret", facts->siret, "numSiren", facts->siren));
	return must(json_pack("{s:{s:{s:s, s:s}}}", "informationsClient", "personnePhysique", "nom",
						  facts->lastname, "prenom", facts->firstname));
}

static json_t *
metering_async(const Facts *facts, const Scenario *scenario)
{
	json_t *answer = json_pack("{s:{s:s, s:s}, s:{s:s}}", "dispositifComptage", "typeComptage",
							   facts->communicating ? "LINKY" : facts->meter_type, "media",
							   facts->communicating ? "CPL" : "AUCUN", "caracteristiquesReleve",
							   "periodicite", "QUOTID");

	if (facts->offpeak != NULL)
		json_object_set_new(
			answer, "relais",
			json_pack("{s:{s:s}}", "plageHeuresCreuses", "libelle", facts->offpeak->text));
	if (scenario->future_offpeak)
		json_object_set_new(answer, "futuresPlagesHeuresCreuses",
							json_pack("{s:s}", "libelle", future_hours));
	return must(answer);
}

static json_t *
asynchronous(const char *prm, const Facts *facts, const Scenario *scenario)
{
	if (scenario->sparse)
		return must(json_pack("[{s:s}]", "idPrm", prm));
	return must(json_pack(
		"[{s:s, s:{s:{s:s, s:s, s:{s:s, s:s}}, s:s, s:{s:b}}, s:{}, s:[], s:[o], s:[], s:{s:s, "
		"s:{s:s, s:o}}, s:o, s:o}]",
		"idPrm", prm, "donneesGenerales", "adresseInstallation", "numeroEtNomVoie", facts->street,
		"codePostal", facts->postal_code, "commune", "code", facts->insee_code, "libelle",
		facts->city, "niveauOuvertureServices", facts->communicating ? "2" : "0", "typage",
		"borneFixe", 0, "syntheseContractuelle", "rattachements", "situationsContractuelles",
		situation(facts), "optionsContractuelles", "situationAlimentation", "etatAlimentation",
		"ALIM", "alimentationPrincipale", "domaineTension", voltage_domain(facts),
		"puissanceRaccordementSoutirage", kva(facts->connection_power), "situationComptage",
		metering_async(facts, scenario), "clientFinal", customer(facts)));
}

/* The facts of one point under the name of the other. */
void
flow_contract(Text *out, const Wanted *wanted, const char *prm, const char *told,
			  const Scenario *scenario)
{
	int64_t today = paris_day(clock_now_us() / SECOND_US);
	Profile profile;
	Facts facts;
	json_t *document;
	char *text;

	points_find(prm, today, &profile);
	facts_of(&profile, scenario, today, &facts);
	document = wanted->type->sync ? synchronous(told, &facts, scenario)
								  : asynchronous(told, &facts, scenario);
	text = must(json_dumps(document, JSON_COMPACT));
	text_puts(out, text);
	free(text);
	json_decref(document);
}
