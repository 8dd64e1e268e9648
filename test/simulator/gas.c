/*
 * gas.c
 *		Gas delivery points: what their meters record, as GRDF tells it.
 *
 * Everything follows from the number of the point and the gas day, which runs
 * from 06:00 to 06:00 of the clock in Paris.  The register only shows whole
 * cubic metres while the energy comes from the exact volume, so the two do not
 * agree day by day, and neither do GRDF's.
 *
 * A PCE that ends in 9 lacks some days.
 */
#include "simulator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GAS_DAY_FROM (6 * 3600)
#define INSTALLED_YEAR 2018

enum
{
	SALT_GAS_HOME = 301,
	SALT_GAS_DAY,
	SALT_GAS_WEATHER,
	SALT_GAS_COEFFICIENT,
	SALT_GAS_MISSING
};

/* The failures of GRDF's own test set, and one more range for all codes. */
#define REFUSED_PREFIX "0888888"

static const struct
{
	const char *pce;
	const char *code;
} refused[] = {
	{"09999999900112", "1000002"}, /* no right */
	{"GI999092", "1000000"},	   /* out of service */
	{"09999999930215", "1000001"}, /* right expired */
	{"09999999932770", "1000014"}, /* revoked by the holder */
	{"09999999970626", "1000014"}, /* revoked by the third party */
	{"GI999150", "1000010"},	   /* of an injector */
};

/* The code that GRDF refuses this point with, or NULL; 0888888 goes on with the code. */
const char *
gas_refusal(const char *pce)
{
	size_t head = strlen(REFUSED_PREFIX);

	if (strncmp(pce, REFUSED_PREFIX, head) == 0)
		return pce + head;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
	{
		if (strcmp(refused[i].pce, pce) == 0)
			return refused[i].code;
	}
	return NULL;
}

static uint64_t
seed_of(const char *pce)
{
	uint64_t seed = 0;

	for (const char *c = pce; *c != '\0'; c++)
		seed = hash64(seed, (unsigned char) *c);
	return seed;
}

/* 0 in the middle of July, 182 in the middle of January. */
static int64_t
coldness(int64_t day)
{
	int year;
	int month;
	int mday;
	int64_t since;

	civil_split(day, &year, &month, &mday);
	since = day - civil_day(year, 1, 15);
	if (since < 0)
		since = -since;
	return since <= 182 ? 182 - since : since - 182;
}

/* Water and cooking all the year, heating when it is cold. */
static int64_t
litres_of(uint64_t seed, int64_t day)
{
	int64_t home = 20 + (int64_t) (hash64(seed, SALT_GAS_HOME) % 30);
	int64_t cold = coldness(day) + (int64_t) (hash64(SALT_GAS_WEATHER, day) % 40) - 60;
	int64_t litres = 250 + (int64_t) (hash64(hash64(seed, SALT_GAS_DAY), day) % 600);

	return cold > 0 ? litres + cold * home : litres;
}

/* What the register shows at the beginning of a gas day, in litres. */
static int64_t
register_at(uint64_t seed, int64_t day)
{
	int64_t litres = 1000000;

	for (int64_t d = civil_day(INSTALLED_YEAR, 1, 1); d < day; d++)
		litres += litres_of(seed, d);
	return litres;
}

/* Hundredths of kWh per cubic metre; they change from month to month. */
static int64_t
coefficient(int64_t day)
{
	int year;
	int month;
	int mday;

	civil_split(day, &year, &month, &mday);
	return 1095 + (int64_t) (hash64(SALT_GAS_COEFFICIENT, year * 12 + month) % 45);
}

/* "2026-03-29T06:00:00+02:00", with or without quotes around it */
static void
add_start(Text *out, int64_t day)
{
	char date[11];

	write_day_text(day, date);
	text_printf(out, "\"%sT06:00:00+%02d:00\"", date,
				paris_offset(paris_midnight(day) + GAS_DAY_FROM) / 3600);
}

/* What the register was read at one end of a record. */
static void
add_reading(Text *out, const char *end, int64_t day, int64_t litres, bool published)
{
	text_printf(out, "\"releve_%s\":{\"date_releve\":", end);
	add_start(out, day);
	if (published)
		text_puts(out, ",\"raison_releve\":\"RNO\",\"libelle_raison_releve\":"
					   "\"Relev\303\251 normal\",\"qualite_releve\":\"Mesure\","
					   "\"statut_releve\":\"Normal\"");
	text_printf(out, ",\"index_brut_%s\":{\"valeur_index\":%lld,\"horodate_Index\":", end,
				(long long) (litres / 1000));
	add_start(out, day);
	text_printf(out, "},\"index_converti_%s\":{\"valeur_index\":null,\"horodate_Index\":null}},",
				end);
}

typedef struct GasRecord
{
	int64_t from; /* gas days, the end excluded */
	int64_t until;
	int64_t before; /* the register, in litres */
	int64_t after;
	bool published;
	bool missing;
} GasRecord;

static void
add_quantities(Text *out, const GasRecord *record)
{
	int64_t factor = coefficient(record->from);
	int64_t volume = record->after / 1000 - record->before / 1000;
	int64_t litres = record->published ? volume * 1000 : record->after - record->before;

	if (record->missing)
		text_puts(out, "\"flag_retour_zero\":null,\"volume_brut\":null,\"coeff_calcul\":{"
					   "\"coeff_pta\":null,\"valeur_pcs\":null,\"coeff_conversion\":null},"
					   "\"volume_converti\":null,\"energie\":null,"
					   "\"type_qualif_conso\":\"Absence de Donn\303\251es\",");
	else
	{
		text_printf(out,
					"\"flag_retour_zero\":%s,\"volume_brut\":%lld,\"coeff_calcul\":{"
					"\"coeff_pta\":null,\"valeur_pcs\":null,\"coeff_conversion\":%lld.%02lld},",
					record->published ? "false" : "null", (long long) volume,
					(long long) (factor / 100), (long long) (factor % 100));
		text_printf(out,
					"\"volume_converti\":%s,\"energie\":%lld,"
					"\"type_qualif_conso\":\"Mesur\303\251\",",
					record->published ? "0" : "null",
					(long long) ((litres * factor + 50000) / 100000));
	}
}

static void
add_consumption(Text *out, const GasRecord *record)
{
	char date[11];

	text_puts(out, "\"consommation\":{\"date_debut_consommation\":");
	add_start(out, record->from);
	text_puts(out, ",\"date_fin_consommation\":");
	add_start(out, record->until);
	text_puts(out, ",");
	add_quantities(out, record);
	write_day_text(record->from, date);
	if (record->published)
		text_puts(out, "\"sens_flux_gaz\":\"Consommation\",\"statut_conso\":\"D\303\251finitive\","
					   "\"journee_gaziere\":null,\"type_conso\":\"Publi\303\251e\"},"
					   "\"bordereau_publication\":{\"date_debut_bordereau\":null,"
					   "\"date_fin_bordereau\":null,\"nb_jour_gazier\":null},");
	else
		text_printf(out,
					"\"sens_flux_gaz\":\"Consommation\",\"statut_conso\":\"Provisoire\","
					"\"journee_gaziere\":\"%s\",\"type_conso\":\"Informative Journalier\"},",
					date);
}

static void
add_record(Text *out, const char *pce, int64_t from_day, int64_t until_day, const GasRecord *record)
{
	char from[11];
	char until[11];

	write_day_text(from_day, from);
	write_day_text(until_day, until);
	text_printf(out,
				"{\"pce\":{\"id_pce\":\"%s\"},\"periode\":{\"valeur\":null,"
				"\"date_debut\":\"%s\",\"date_fin\":\"%s\"},",
				pce, from, until);
	add_reading(out, "debut", record->from, record->before, record->published);
	add_reading(out, "fin", record->until, record->after, record->published);
	add_consumption(out, record);
	text_puts(out, "\"statut_restitution\":null}\n");
}

static int64_t
month_after(int64_t day)
{
	int year;
	int month;
	int mday;

	civil_split(day, &year, &month, &mday);
	return month == 12 ? civil_day(year + 1, 1, 1) : civil_day(year, month + 1, 1);
}

static int64_t
month_of(int64_t day)
{
	int year;
	int month;
	int mday;

	civil_split(day, &year, &month, &mday);
	return civil_day(year, month, 1);
}

/*
 * One record and a line end for each gas day of the window, its end excluded;
 * or, as published, for each month that ends inside of it or with it.
 */
void
gas_records(Text *out, const char *pce, int64_t from_day, int64_t until_day, bool published)
{
	uint64_t seed = seed_of(pce);
	bool holes = pce[strlen(pce) - 1] == '9';
	int64_t day = published ? month_of(from_day) : from_day;
	GasRecord record = {.published = published, .after = register_at(seed, day)};

	for (; published ? month_after(day) <= until_day : day < until_day; day = record.until)
	{
		record.from = day;
		record.until = published ? month_after(day) : day + 1;
		record.before = record.after;
		for (int64_t d = record.from; d < record.until; d++)
			record.after += litres_of(seed, d);
		record.missing =
			holes && !published && hash64(hash64(seed, SALT_GAS_MISSING), day) % 20 == 0;
		add_record(out, pce, from_day, until_day, &record);
	}
}
