/*
 * flow_contract_parts.c
 *	  C68: what does not depend on its form, the table, and what is kept of the whole.
 */
#include "postgres.h"

#include <ctype.h>

#include "enedis_facts.h"
#include "flow_contract.h"
#include "flow_csv.h"
#include "flow_file.h"

/* Members whose names hold this, in small letters, tell of people, where they live, and of other points. */
static const char *const personal[] = {
	"adresse", "benefici", "civilit",  "client",   "commune",  "codepostal", "contact",	 "courriel",
	"denomin", "etage",	   "insee",	   "interloc", "lieudit",  "localite",	 "mail",	 "mandata",
	"naissan", "nomvoie",  "personne", "portable", "prenom",   "raisonso",	 "rattache", "siren",
	"siret",   "telephon", "titulai",  "ville",	   "etnomvoie"};
/* And those that begin so: "nom" is in "nombre" and "economie" too. */
static const char *const personal_start[] = {"nom", "voie", "rue"};

void
sg_contract_begin(const SgContractReader *reader, SgRow *row, const SgRelation *relation)
{
	sg_row_begin(row, relation, reader->fault);
	sg_row_text(row, sg_relation_role(relation, SG_ROLE_POINT), reader->request->point);
}

void
sg_contract_give(const SgContractReader *reader, const SgRow *row)
{
	if (reader->fault->kind == SG_FAULT_NONE &&
		sg_endpoint_feeds(reader->request->endpoint, row->relation))
		sg_row_emit(row, reader->emit, reader->arg);
}

const char *
sg_contract_direction(const char *segment, const char *injection)
{
	if (segment != NULL)
		return segment[0] == 'P' ? SG_PRODUCTION : SG_CONSUMPTION;
	return injection != NULL && pg_strcasecmp(injection, "NON") != 0 ? SG_PRODUCTION
																	 : SG_CONSUMPTION;
}

void
sg_contract_set_future(SgRow *contract, const char *hours)
{
	sg_row_text(contract, SG_CONTRACT_FUTURE_OFFPEAK_HOURS, hours);
	sg_row_text(contract, SG_CONTRACT_FUTURE_OFFPEAK_MINUTES, sg_enedis_offpeak(hours));
}

void
sg_contract_set_level(SgRow *contract, const char *level)
{
	if (level != NULL)
		sg_row_flag(contract, SG_CONTRACT_COMMUNICATING,
					strcmp(level, "1") == 0 || strcmp(level, "2") == 0);
}

void
sg_contract_set_volts(SgRow *connection, const char *text)
{
	char *end;
	double volts;

	if (text == NULL || !isdigit((unsigned char) text[0]) || strlen(text) > 20 ||
		strpbrk(text, "xX") != NULL)
		return;
	volts = strtod(text, &end);
	while (*end == ' ' || *end == '/' || isdigit((unsigned char) *end))
		end++;
	if (pg_strcasecmp(end, "kV") == 0)
		volts *= 1000;
	else if (pg_strcasecmp(end, "V") != 0)
		return;
	sg_row_number(connection, SG_CONNECTION_VOLTS, volts);
}

/* ---------------------------------------------------------------- the whole */

/* Is it the name of a member that may be kept? What does not look like a member's name is not. */
static bool
is_kept(const char *key)
{
	for (const char *c = key; *c != '\0'; c++)
		if (!isalnum((unsigned char) *c) && *c != '_')
			return false;
	for (int i = 0; i < lengthof(personal); i++)
		if (strcasestr(key, personal[i]) != NULL)
			return false;
	/* "nombre" is a count, not a name */
	for (int i = 0; i < lengthof(personal_start) && pg_strncasecmp(key, "nombre", 6) != 0; i++)
		if (pg_strncasecmp(key, personal_start[i], strlen(personal_start[i])) == 0)
			return false;
	return true;
}

static void print_kept(const SgNode *node, StringInfo out);

static void
print_members(const SgNode *object, StringInfo out)
{
	void *iterator = NULL;
	const char *key;
	const SgNode *member;
	bool first = true;

	appendStringInfoChar(out, '{');
	while ((member = sg_node_next_member(object, &iterator, &key)) != NULL)
	{
		if (!is_kept(key))
			continue;
		appendStringInfo(out, "%s\"%s\":", first ? "" : ",", key);
		print_kept(member, out);
		first = false;
	}
	appendStringInfoChar(out, '}');
}

static void
print_kept(const SgNode *node, StringInfo out)
{
	int n = sg_node_count(node);

	if (sg_node_is_object(node))
		print_members(node, out);
	else if (n >= 0)
	{
		appendStringInfoChar(out, '[');
		for (int i = 0; i < n; i++)
		{
			appendStringInfoString(out, i > 0 ? "," : "");
			print_kept(sg_node_element(node, i), out);
		}
		appendStringInfoChar(out, ']');
	}
	else
		appendStringInfoString(out, sg_node_print(node));
}

char *
sg_contract_print_impersonal(const SgNode *contract)
{
	StringInfoData out;

	initStringInfo(&out);
	print_kept(contract, &out);
	return out.data;
}

/* ---------------------------------------------------------------- the table */

static void
give_contract(const SgContractReader *reader, const SgCsv *csv, const char *direction)
{
	SgRow row;

	sg_contract_begin(reader, &row, &sg_relation_contract);
	sg_row_text(&row, SG_CONTRACT_DIRECTION, direction);
	sg_row_text(&row, SG_CONTRACT_SEGMENT, sg_csv_text(csv, sg_csv_column(csv, "segment")));
	sg_row_text(&row, SG_CONTRACT_STATUS, sg_csv_text(csv, sg_csv_column(csv, "etatcontractuel")));
	sg_enedis_power(
		&row, sg_csv_text(csv, sg_csv_column(csv, "puissancesouscrite|puissancesouscritemax")));
	sg_row_text(&row, SG_CONTRACT_TARIFF,
				sg_csv_text(csv, sg_csv_column(csv, "formuletarifaireacheminement|"
													"formuletarifairedacheminement")));
	sg_enedis_set_offpeak(
		&row, sg_csv_text(csv, sg_csv_column(csv, "plageheurescreuses|plagesheurescreuses")));
	sg_contract_set_future(&row,
						   sg_csv_text(csv, sg_csv_column(csv, "futuresplagesheurescreuses")));
	sg_row_text(&row, SG_CONTRACT_METER_TYPE,
				sg_csv_text(csv, sg_csv_column(csv, "typecomptage|typedecomptage")));
	sg_contract_set_level(&row,
						  sg_csv_text(csv, sg_csv_column(csv, "niveauouvertureservices|"
															  "niveaudouvertureauxservices")));
	sg_contract_give(reader, &row);
}

static void
give_others(const SgContractReader *reader, const SgCsv *csv, const char *direction)
{
	const char *siret = sg_csv_text(csv, sg_csv_column(csv, "siret|numsiret"));
	const char *siren = sg_csv_text(csv, sg_csv_column(csv, "siren|numsiren"));
	const char *level = sg_csv_text(csv, sg_csv_column(csv, "domainedetension|domainetension"));
	SgRow row;

	if (siret != NULL || siren != NULL)
	{
		sg_contract_begin(reader, &row, &sg_relation_holder);
		sg_row_text(&row, SG_HOLDER_DIRECTION, direction);
		sg_row_text(&row, SG_HOLDER_SIRET, siret);
		sg_row_text(&row, SG_HOLDER_SIREN, siren);
		sg_contract_give(reader, &row);
	}
	if (level == NULL)
		return;
	sg_contract_begin(reader, &row, &sg_relation_connection);
	sg_row_text(&row, SG_CONNECTION_STATE,
				sg_csv_text(csv, sg_csv_column(csv, "etatalimentation|etatdelalimentation")));
	sg_row_text(&row, SG_CONNECTION_VOLTAGE_LEVEL, level);
	sg_contract_set_volts(
		&row, sg_csv_text(csv, sg_csv_column(csv, "tensiondelivraison|tensionlivraison")));
	sg_contract_give(reader, &row);
}

void
sg_contract_table(const SgContractReader *reader, const char *body, size_t len)
{
	SgFilePoints named = {.wanted = reader->request->point};
	SgCsv csv;

	if (sg_csv_open(&csv, body, len, reader->fault))
	{
		int point = sg_csv_need(&csv, "prm|identifiantprm|idprm");
		int segment = sg_csv_need(&csv, "segment");

		while (sg_csv_next(&csv))
		{
			const char *injection = sg_csv_text(&csv, sg_csv_column(&csv, "typeinjection"));
			const char *direction = sg_contract_direction(sg_csv_text(&csv, segment), injection);

			if (!sg_file_is_ours(&named, sg_csv_text(&csv, point)))
				continue;
			give_contract(reader, &csv, direction);
			give_others(reader, &csv, direction);
		}
		sg_file_check(&named, reader->fault);
	}
	sg_csv_close(&csv);
}
