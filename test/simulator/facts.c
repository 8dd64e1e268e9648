/*
 * facts.c
 *		What the operator knows of a point besides its measures: the customer,
 *		the address, the meter and the contract.
 *
 * All of it follows from the number of the point, so both generations of the
 * API and every run tell the same.  Nobody in here exists.
 */
#include "simulator.h"

#include <stdio.h>
#include <string.h>

enum
{
	SALT_PERSON = 101,
	SALT_STREET,
	SALT_HOUSE_NUMBER,
	SALT_TOWN,
	SALT_PHONE,
	SALT_LANDLINE,
	SALT_COMPANY,
	SALT_IS_COMPANY,
	SALT_SERIAL,
	SALT_CONTRACT,
	SALT_ACTIVATED,
	SALT_INJECTING,
	SALT_STARTED,
	SALT_SIREN,
	SALT_CUSTOMER
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef struct Person
{
	const char *title;
	const char *firstname;
	const char *lastname;
	const char *mailbox;
} Person;

static const Person persons[] = {
	{"Mme", "Camille", "Exemple", "camille.exemple"},
	{"M", "Jean-Luc", "Modele", "jean-luc.modele"},
	{"Mme", "Chlo\303\251", "Fictive", "chloe.fictive"},
	{"M", "Fran\303\247ois", "D'Essai", "francois.d-essai"},
	{"Mme", "Zo\303\253", "L'Exemple", "zoe.l-exemple"},
	{"M", "Andr\303\251", "Sp\303\251cimen", "andre.specimen"},
};

typedef struct Company
{
	const char *name;
	const char *trading_name;
	const char *business;
	const char *industry;
	const char *mailbox;
} Company;

static const Company companies[] = {
	{"SOCIETE FICTIVE", "FICTIVE", "6201Z", "Programmation informatique", "fictive"},
	{"BOULANGERIE DE L EXEMPLE", "AU PAIN MODELE", "1071C",
	 "Boulangerie et boulangerie-p\303\242tisserie", "boulangerie"},
	{"SCI DU MODELE", "SCI DU MODELE", "6820B",
	 "Location de terrains et d'autres biens immobiliers", "sci"},
};

typedef struct Town
{
	const char *postal_code;
	const char *city;
	const char *insee_code;
	const char *locality; /* a hamlet, NULL: none */
	const char *latitude; /* degrees, of the middle of the town */
	const char *longitude;
	const char *altitude;
} Town;

static const Town towns[] = {
	{"60000", "BEAUVAIS", "60057", NULL, "49.43", "2.08", "70"},
	{"32400", "MAULICHERES", "32244", "LIEUDIT LE TEST", "43.70", "-0.09", "148"},
	{"69003", "LYON 03", "69383", NULL, "45.76", "4.85", "170"},
	{"29200", "BREST", "29019", NULL, "48.39", "-4.49", "34"},
	{"06000", "NICE", "06088", NULL, "43.70", "7.27", "10"},
	{"88400", "GERARDMER", "88196", "HAMEAU DU MODELE", "48.07", "6.88", "670"},
};

static const char *const streets[] = {"RUE DE L EXEMPLE", "BIS RUE DU MODELE", "AVENUE FICTIVE",
									  "CHEMIN DES ESSAIS", "PLACE DU SPECIMEN"};

static const Offpeak offpeaks[] = {
	{"HC (22H30-6H30)", {{1350, 390}, {0, 0}}},
	{"HC (23h00-7h30)", {{1380, 450}, {0, 0}}},
	{"HC (2H00-7H00;13H30-16H30)", {{120, 420}, {810, 990}}},
	{"HC (22H50-6H50)", {{1370, 410}, {0, 0}}},
	{"HC (1h30-7h30;12h30-14h30)", {{90, 450}, {750, 870}}},
	{"HC (0H00-8H00)", {{0, 480}, {0, 0}}},
};

/* A contract: power, tariff and off-peak hours, which only some tariffs have.
 */
typedef struct Terms
{
	const char *tariff;
	int power;
	int offpeak; /* -1: none */
} Terms;

static const Terms terms[] = {{"BTINFMUDT", 9, 0},	{"BTINFCUST", 6, -1},  {"BTINFMU4", 6, 2},
							  {"BTINFMUDT", 9, 1},	{"BTINFLUDT", 9, 3},   {"BTINFCUST", 3, -1},
							  {"BTINFCU4", 6, 5},	{"BTINFMUST", 15, -1}, {"BTINFCUDT", 6, 4},
							  {"BTINFLUST", 9, -1}, {"BTINFMUDT", 36, 0}};

/* The points that tests name have terms of their own choice. */
static const struct
{
	uint64_t point;
	int terms;
} chosen_terms[] = {{22516914714270, 0},  {11453290002823, 1}, {32320647321714, 2},
					{12345678901234, 3},  {42900589957123, 5}, {12655648759651, 4},
					{64975835695673, 10}, {63695879465986, 7}, {22315546958763, 8}};

#define COMPANY_OWNER UINT64_C(64975835695673) /* customer 7 of the sandbox */
#define CHANGED_DAYS_AGO 7

static uint64_t
draw(uint64_t seed, uint64_t salt, uint64_t below)
{
	return hash64(seed, salt) % below;
}

/* Appends the digit that makes the number pass the check of Luhn. */
static void
add_check_digit(char *digits)
{
	size_t length = strlen(digits);
	int sum = 0;

	for (size_t i = 0; i < length; i++)
	{
		int digit = digits[length - 1 - i] - '0';

		if (i % 2 == 0)
			digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
		sum += digit;
	}
	digits[length] = (char) ('0' + (10 - sum % 10) % 10);
	digits[length + 1] = '\0';
}

static void
tell_company(uint64_t owner, Facts *facts)
{
	const Company *company = &companies[draw(owner, SALT_COMPANY, COUNT(companies))];

	facts->legal = true;
	facts->company = company->name;
	facts->trading_name = company->trading_name;
	facts->business = company->business;
	facts->industry = company->industry;
	snprintf(facts->siren, sizeof(facts->siren), "%08d",
			 (int) draw(owner, SALT_SIREN, 90000000) + 10000000);
	add_check_digit(facts->siren);
	snprintf(facts->siret, sizeof(facts->siret), "%.9s0001", facts->siren);
	add_check_digit(facts->siret);
	snprintf(facts->email, sizeof(facts->email), "contact@%s.example.org", company->mailbox);
}

static void
tell_customer(uint64_t owner, Facts *facts)
{
	const Person *person = &persons[draw(owner, SALT_PERSON, COUNT(persons))];

	snprintf(facts->customer_id, sizeof(facts->customer_id), "1%09d",
			 (int) draw(owner, SALT_CUSTOMER, 1000000000));
	facts->title = person->title;
	facts->firstname = person->firstname;
	facts->lastname = person->lastname;
	snprintf(facts->email, sizeof(facts->email), "%s@example.org", person->mailbox);
	snprintf(facts->phone, sizeof(facts->phone), "06%08d",
			 (int) draw(owner, SALT_PHONE, 100000000));
	snprintf(facts->landline, sizeof(facts->landline), "03%08d",
			 (int) draw(owner, SALT_LANDLINE, 100000000));
	if (owner == COMPANY_OWNER || draw(owner, SALT_IS_COMPANY, 8) == 0)
		tell_company(owner, facts);
}

static void
tell_place(uint64_t seed, Facts *facts)
{
	const Town *town = &towns[draw(seed, SALT_TOWN, COUNT(towns))];
	int away = (int) draw(seed, SALT_HOUSE_NUMBER, 10000);

	snprintf(facts->street, sizeof(facts->street), "%d %s", away % 98 + 1,
			 streets[draw(seed, SALT_STREET, COUNT(streets))]);
	facts->locality = town->locality;
	facts->postal_code = town->postal_code;
	facts->city = town->city;
	facts->insee_code = town->insee_code;
	snprintf(facts->latitude, sizeof(facts->latitude), "%s%04d", town->latitude, away);
	snprintf(facts->longitude, sizeof(facts->longitude), "%s%04d", town->longitude, away);
	facts->altitude = town->altitude;
}

/* "BTINFMUDT" is "Tarif BT<=36kVA Moyenne Utilisation heures pleines heures creuses". */
static void
spell_tariff(Facts *facts)
{
	const char *kind = facts->tariff + strlen("BTINFxU");
	const char *length = "Courte";
	const char *hours = " base";

	if (facts->tariff[5] == 'M')
		length = "Moyenne";
	else if (facts->tariff[5] == 'L')
		length = "Longue";
	if (strcmp(kind, "DT") == 0)
		hours = " heures pleines heures creuses";
	else if (strcmp(kind, "4") == 0)
		hours = " quatre plages";
	snprintf(facts->tariff_label, sizeof(facts->tariff_label), "Tarif BT<=36kVA %s Utilisation%s",
			 length, hours);
}

static int
terms_of(uint64_t seed)
{
	for (size_t i = 0; i < COUNT(chosen_terms); i++)
	{
		if (chosen_terms[i].point == seed)
			return chosen_terms[i].terms;
	}
	return (int) draw(seed, SALT_CONTRACT, COUNT(terms));
}

/* After a change the power is 12 kVA, and the tariff and its hours are not what they were. */
static void
tell_contract(uint64_t seed, const Scenario *scenario, int64_t today, Facts *facts)
{
	const Terms *before = &terms[terms_of(seed)];
	Terms now = *before;

	facts->tariff_changed = INT64_MIN;
	facts->power_changed = INT64_MIN;
	if (scenario->changed)
	{
		now.power = 12;
		now.tariff = strcmp(before->tariff, "BTINFMUDT") == 0 ? "BTINFCU4" : "BTINFMUDT";
		now.offpeak = before->offpeak == 2 ? 0 : 2;
		facts->tariff_changed = today - CHANGED_DAYS_AGO;
		facts->power_changed = today - CHANGED_DAYS_AGO;
		facts->phone[sizeof("06") - 1] = facts->phone[sizeof("06") - 1] == '9' ? '0' : '9';
	}
	facts->power = now.power;
	facts->segment = "C5";
	facts->connection_power = now.power > 12 ? 36 : 12;
	facts->tariff = now.tariff;
	facts->offpeak = now.offpeak >= 0 ? &offpeaks[now.offpeak] : NULL;
	facts->contractor = "FOURNISSEUR FICTIF";
	spell_tariff(facts);
}

/*
 * Activated long ago is before any history limit of today: from 2014 to 2016.
 * A point may have changed hands since, but not the two most recent years.
 */
static void
tell_dates(const Profile *profile, Facts *facts)
{
	uint64_t seed = profile->seed;
	bool known = profile->activated != INT64_MIN;

	facts->activated = known ? profile->activated
							 : civil_day(2014, 1, 1) + (int64_t) draw(seed, SALT_ACTIVATED, 1000);
	facts->injecting = facts->activated;
	facts->contract_start = facts->activated;
	if (!known && profile->directions == (CONSUMPTION | PRODUCTION))
		facts->injecting += 1 + (int64_t) draw(seed, SALT_INJECTING, 60);
	if (!known)
		facts->contract_start += (int64_t) draw(seed, SALT_STARTED, 2000);
}

static void
tell_meter(uint64_t seed, const Scenario *scenario, Facts *facts)
{
	facts->communicating = !scenario->no_com;
	facts->meter_type = facts->communicating ? "AMM" : "CBE";
	facts->meter_label =
		facts->communicating ? "Compteur Linky" : "Compteur bleu \303\251lectronique";
	snprintf(facts->serial, sizeof(facts->serial), "0419%08d",
			 (int) draw(seed, SALT_SERIAL, 100000000));
}

/* Above 36 kVA: another tariff, no off-peak relay, and a meter of another kind. */
static void
tell_large(Facts *facts)
{
	facts->segment = "C4";
	facts->power = 60;
	facts->connection_power = 120;
	facts->tariff = "BTSUPCU4";
	facts->offpeak = NULL;
	facts->meter_type = "PME-PMI";
	facts->meter_label = "Compteur PME-PMI";
	snprintf(facts->tariff_label, sizeof(facts->tariff_label),
			 "Tarif BT>36kVA Courte Utilisation quatre plages");
}

void
facts_of(const Profile *profile, const Scenario *scenario, int64_t today, Facts *facts)
{
	memset(facts, 0, sizeof(*facts));
	tell_customer(profile->owner, facts);
	tell_place(profile->seed, facts);
	tell_meter(profile->seed, scenario, facts);
	tell_contract(profile->seed, scenario, today, facts);
	tell_dates(profile, facts);
	if (profile->large)
		tell_large(facts);
}
