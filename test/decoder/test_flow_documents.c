/*-------------------------------------------------------------------------
 *
 * test_flow_documents.c
 *	  What no example shows of contracts, registers and bills that were ordered, of tables that are
 *	  damaged, and of bodies that are no file.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "cases.h"

#define POINT "00000000000017"
#define OTHER "00000000000018"

static Question
ask(const char *generation, const char *endpoint)
{
	Question question;

	MUST(harness_ask(&question, generation, endpoint, POINT, "2026-03-01", "2026-03-08"));
	return question;
}

static void
run(const char *endpoint, const char *const *columns, const Case *cases, int n)
{
	Question question = ask("flows", endpoint);

	cases_columns = columns;
	cases_run(&question, cases, n);
}

#define RUN(endpoint, columns, cases) run(endpoint, columns, cases, lengthof(cases))

/* ---------------------------------------------------------------- registers, bills */

static const char *const register_columns[] = {"read_at", "quantity", "register",
											   "value",	  "stage",	  NULL};

#define READING(date, value) "{\"d\":\"" date "\",\"v\":" value "}"
#define TOTAL(metier, values)                                                    \
	"{\"grandeurMetier\":\"" metier "\",\"cadranTotalisateur\":{\"codeCadran\":" \
	"\"T\",\"valeur\":[" values "]}}"
#define CONTEXT(quantities) \
	"\"contexte\":[{\"etapeMetier\":\"BRUT\",\"grandeur\":[" quantities "]}]"
#define TABLE_64 "Identifiant PRM;Grandeur physique;Horodate;Cadran;Valeur\n"

static const Case registers[] = {
	{"asynchronous",
	 "{\"mesures\":[{\"idPrm\":\"" POINT
	 "\"," CONTEXT(TOTAL("CONS", READING("2026-03-01T00:00:00+01:00", "7"))) "}]}",
	 "read_at=02-28T23:00 register=T value=7 stage=BRUT"},
	{"synchronous",
	 "{\"pointId\":\"" POINT
	 "\"," CONTEXT(TOTAL("CONS", READING("2026-03-01 00:00:00", "\"7\""))) "}",
	 "read_at=02-28T23:00 register=T value=7 stage=BRUT"},
	{"synchronous without contexts",
	 "{\"pointId\":\"" POINT
	 "\",\"etapeMetier\":\"BRUT\",\"grandeur\":[" TOTAL("CONS", READING("2026-03-01", "7")) "]}",
	 "read_at=02-28T23:00 register=T value=7 stage=BRUT"},
	{"both directions",
	 "{" CONTEXT(TOTAL("INJECTION", READING("2026-03-01", "9")) "," TOTAL(
		 "SOUTIRAGE", READING("2026-03-01", "7"))) "}",
	 "read_at=02-28T23:00 register=T value=7 stage=BRUT"},
	{"another point",
	 "{\"mesures\":[{\"idPrm\":\"" OTHER
	 "\"," CONTEXT(TOTAL("CONS", READING("2026-03-01", "7"))) "}]}",
	 "!shape"},
	{"no list", "{\"idPrm\":\"" POINT "\"}", "!shape"},
	{"no measures", "{\"mesures\":[]}", ""},
	{"a table", TABLE_64 POINT ";EA;2026-03-01;EAS1;7\n" POINT ";EA;2026-03-02;EAS1;\n",
	 "read_at=02-28T23:00 quantity=EA register=EAS1 value=7"},
	{"a table of another point", TABLE_64 OTHER ";EA;2026-03-01;EAS1;7\n", "!shape"},
	{"a table without registers", "Identifiant PRM;Grandeur physique;Horodate;Valeur\n", "!shape"},
	{"a table with a word for a value", TABLE_64 POINT ";EA;2026-03-01;EAS1;x\n", "!shape"},
	{"a table without a date", TABLE_64 POINT ";EA;;EAS1;7\n", "!shape"},
};

static const char *const billed_columns[] = {"starts_on",  "quantity", "grid",	 "calendar",
											 "class",	   "value",	   "nature", "reason",
											 "created_at", NULL};

#define BILL(metier, quantity)                                                          \
	"{\"mesures\":[{\"contexte\":[{\"libelleMotifReleve\":\"Cyclique\",\"grandeur\":[{" \
	"\"grandeurMetier\":\"" metier "\",\"calendrier\":[{\"libelleGrille\":\"G\","       \
	"\"classeTemporelle\":[{\"idClasseTemporelle\":\"HP\",\"quantite\":[" quantity "]}]}]}]}]}]}"
#define OF(more) "{\"dbtMesure\":\"2026-02-01\",\"finMesure\":\"2026-03-01\"" more "}"

static const Case bills[] = {
	{"labels where there are no codes", BILL("CONS", OF(",\"quantite\":7,\"libelleNature\":\"N\"")),
	 "starts_on=02-01 grid=G class=HP value=7 nature=N reason=Cyclique"},
	{"written in civil time",
	 BILL("CONS", OF(",\"quantite\":\"7\",\"dateCreation\":\"2026-03-02 04:00:00\"")),
	 "starts_on=02-01 grid=G class=HP value=7 reason=Cyclique created_at=03-02T03:00"},
	{"no quantity", BILL("CONS", OF("")), ""},
	{"no period", BILL("CONS", "{\"quantite\":7}"), "!shape"},
	{"the other direction", BILL("PROD", OF(",\"quantite\":7")), ""},
	{"a table", "a;b\n1;2\n", "!shape"},
};

/* ---------------------------------------------------------------- contracts */

static const char *const contract_columns[] = {"direction",
											   "segment",
											   "subscribed_power",
											   "power_unit",
											   "tariff",
											   "offpeak_hours",
											   "future_offpeak_hours",
											   "started_on",
											   "power_changed_on",
											   "communicating",
											   NULL};

#define ASYNC(members) "[{\"idPrm\":\"" POINT "\"," members "}]"
#define SITUATION(members) ASYNC("\"situationsContractuelles\":[" members "]")
#define COUNT(members) ASYNC("\"donneesGenerales\":{},\"situationComptage\":{" members "}")
#define GENERAL(members) ASYNC("\"donneesGenerales\":{" members "}")
#define POWER(text) SITUATION("{\"structureTarifaire\":{\"puissanceSouscrite\":" text "}}")

static const Case contracts[] = {
	{"a power of two members", POWER("{\"valeur\":\"9\",\"unite\":\"kVA\"}"),
	 "direction=consumption subscribed_power=9 power_unit=kVA"},
	{"a power in one text", POWER("\"36kVA\""),
	 "direction=consumption subscribed_power=36 power_unit=kVA"},
	{"a power in words", POWER("\"nine\""), "!shape"},
	{"no contract", SITUATION(""), "direction=consumption"},
	{"of two the one with a tariff",
	 SITUATION("{\"segment\":\"C4\",\"dateDebut\":\"2026-01-01\"},{\"segment\":\"C5\","
			   "\"dateDebut\":\"2025-01-01\",\"structureTarifaire\":{}}"),
	 "direction=consumption segment=C5 started_on=01-01"},
	{"without a tariff the one that began last",
	 SITUATION("{\"segment\":\"C4\",\"dateDebut\":\"2026-02-01\"},{\"segment\":\"C5\","
			   "\"dateDebut\":\"2025-01-01\"}"),
	 "direction=consumption segment=C4 started_on=02-01"},
	{"a contract in each direction",
	 SITUATION("{\"segment\":\"P4\",\"structureTarifaire\":{}},{\"segment\":\"C5\","
			   "\"structureTarifaire\":{}}"),
	 "direction=consumption segment=C5; direction=production segment=P4"},
	{"a producer", SITUATION("{\"segment\":\"P4\",\"structureTarifaire\":{}}"),
	 "direction=production segment=P4"},
	{"a producer without a segment", SITUATION("{\"typeInjection\":\"TOTALE\"}"),
	 "direction=production"},
	{"a consumer who injects what is left over",
	 SITUATION("{\"segment\":\"C5\",\"typeInjection\":\"SURPLUS\"}"),
	 "direction=consumption segment=C5"},
	{"hours in a text", COUNT("\"relais\":{\"plageHeuresCreuses\":\"HC (2H-7H)\"}"),
	 "direction=consumption offpeak_hours=HC (2H-7H)"},
	{"hours in an object of the device",
	 COUNT("\"dispositifComptage\":{\"relais\":{\"plageHeuresCreuses\":{\"libelle\":\"HC "
		   "(2H-7H)\"}}}"),
	 "direction=consumption offpeak_hours=HC (2H-7H)"},
	{"hours to come", COUNT("\"futuresPlagesHeuresCreuses\":\"HC (1H-6H)\""),
	 "direction=consumption future_offpeak_hours=HC (1H-6H)"},
	{"the later change of power",
	 GENERAL("\"dateDerniereAugmentationPuissanceSouscrite\":\"2026-02-03\","
			 "\"dateDerniereDiminutionPuissanceSouscrite\":\"2026-01-03T00:00:00\""),
	 "direction=consumption power_changed_on=02-03"},
	{"services that are closed", GENERAL("\"niveauOuvertureServices\":\"0\""),
	 "direction=consumption communicating=f"},
	{"a code as a number in an object", GENERAL("\"segment\":{\"code\":\"C5\"}"),
	 "direction=consumption segment=C5"},
	{"a label without a code", GENERAL("\"segment\":{\"libelle\":\"C5\"}"),
	 "direction=consumption segment=C5"},
	{"a code that is a list", GENERAL("\"segment\":[]"), "!shape"},
	{"an object by itself", "{\"idPrm\":\"" POINT "\",\"donneesGenerales\":{}}",
	 "direction=consumption"},
	{"one of several points",
	 "[{\"idPrm\":\"" OTHER "\",\"donneesGenerales\":{}},{\"idPrm\":\"" POINT
	 "\",\"donneesGenerales\":{}}]",
	 "direction=consumption"},
	{"another point", "{\"point\":{\"attributes\":{\"id\":\"" OTHER "\"}}}", "!shape"},
	{"no points", "[]", "!empty"},
	{"nothing of a contract", "{\"idPrm\":\"" POINT "\"}", "!shape"},
	{"an error's document", "{\"message\":\"no\"}", "!shape"},
	{"a table", "PRM;Segment;Puissance souscrite\n" POINT ";C5;36kVA\n",
	 "direction=consumption segment=C5 subscribed_power=36 power_unit=kVA"},
	{"a table of another point", "PRM;Segment\n" OTHER ";C5\n", "!shape"},
	{"a table without segments", "PRM;x\n" POINT ";C5\n", "!shape"},
};

static const char *const raw_columns[] = {"raw", NULL};
static const char *const company_columns[] = {"company", "siret", "last_name", "volts", NULL};

/* What is personal is the holder's and the address's only, wherever it stands. */
static const Case raws[] = {
	{"no name, no address, no number of a company in a contract",
	 ASYNC("\"donneesGenerales\":{\"adresseInstallation\":{},\"nombreDeFils\":2},"
		   "\"situationsContractuelles\":[{\"clientFinal\":{\"nom\":\"X\"},\"titulaire\":\"X\","
		   "\"a\":{\"numSiret\":\"1\",\"b\":[{\"telephone\":\"X\",\"c\":\"\xc3\xa9\"}]}}]"),
	 "raw={\"idPrm\":\"" POINT "\",\"donneesGenerales\":{\"nombreDeFils\":2},"
	 "\"situationsContractuelles\":[{\"a\":{\"b\":[{\"c\":\"\xc3\xa9\"}]}}]}; raw={}"},
};

#define CLIENT(members) \
	ASYNC("\"donneesGenerales\":{},\"clientFinal\":{\"informationsClient\":{" members "}}")
#define VOLTS(text)                                                                         \
	ASYNC("\"donneesGenerales\":{},\"situationAlimentation\":{\"alimentationPrincipale\":{" \
		  "\"tensionLivraison\":{\"code\":\"" text "\"}}}")

static const Case parties[] = {
	{"a company", CLIENT("\"personneMorale\":{\"numSiret\":\"1\",\"raisonSociale\":\"A\"}"),
	 "company=A siret=1"},
	{"a person", CLIENT("\"personnePhysique\":{\"nom\":\"B\"}"), "last_name=B"},
	{"nobody", CLIENT("\"x\":1"), ""},
	{"volts", VOLTS("230 V"), "volts=230"},
	{"volts of three phases", VOLTS("230/400 V"), "volts=230"},
	{"kilovolts", VOLTS("20 kV"), "volts=20000"},
	{"volts in words", VOLTS("basse"), ""},
};

/* ---------------------------------------------------------------- tables that are damaged */

static size_t
read_example(const char *file, char *out, size_t size)
{
	char path[512];
	FILE *in;
	size_t len;

	snprintf(path, sizeof(path), "../examples/switchgrid/%s", file);
	in = fopen(path, "rb");
	MUST(in != NULL, "(an example)");
	if (in == NULL)
		return 0;
	len = fread(out, 1, size, in);
	fclose(in);
	MUST(len > 0 && len < size);
	return len;
}

/* How many rows a line of a case has. */
static int
count_rows(const char *line)
{
	int n = line[0] != '\0';

	for (; (line = strstr(line, "; ")) != NULL; line++)
		n++;
	return n;
}

/* A table that is cut is a fault, or gives the rows before; only the last one's last text can be another. */
static bool
cut_table(const Question *question, const char *body, size_t len, const char *whole)
{
	for (size_t n = 0; n < len; n++)
	{
		const char *got = cases_decode(question, body, n);
		const char *last = strrchr(got, ';');
		size_t same = last != NULL ? last - got : 0;

		if (got[0] != '!' &&
			(strncmp(got, whole, same) != 0 || count_rows(got) > count_rows(whole)))
		{
			printf("# cut at byte %zu: %s\n", n, got);
			return false;
		}
	}
	return true;
}

/* A text of a table that is another one is a fault, or costs one row at most and the step's. */
static bool
change_table(const Question *question, const char *body, size_t len)
{
	static const char *const texts[] = {"", "x", "12", "\"", "null", "-1", "1e999", "2026-02-30"};
	static char changed[8192];

	for (size_t from = 0; from < len;)
	{
		size_t until = from;

		while (until < len && strchr(",;\n", body[until]) == NULL)
			until++;
		for (size_t i = 0; i < lengthof(texts); i++)
		{
			size_t n = snprintf(changed, sizeof(changed), "%.*s%s%.*s", (int) from, body, texts[i],
								(int) (len - until), body + until);

			(void) harness_decode(question, changed, n, NULL, NULL);
		}
		from = until + 1;
	}
	return true;
}

static void
test_damage(void)
{
	static const struct
	{
		const char *file;
		const char *endpoint;
	} examples[] = {{"enedis-r63-async.csv", "curve"},
					{"v2-request-data-loadcurve-gaps.csv", "curve"},
					{"enedis-r64-async.csv", "registers"},
					{"enedis-r65.csv", "energy"},
					{"enedis-c68-async.csv", "contract"}};
	static char body[4096];
	static char whole[4096];

	cases_columns = contract_columns;
	for (size_t i = 0; i < lengthof(examples); i++)
	{
		Question question = ask("flows", examples[i].endpoint);
		size_t len = read_example(examples[i].file, body, sizeof(body));

		strlcpy(question.point, "99900000000101", sizeof(question.point));
		snprintf(whole, sizeof(whole), "%s", cases_decode(&question, body, len));
		cases_ok(count_rows(whole) > 0 && whole[0] != '!' &&
					 cut_table(&question, body, len, whole) && change_table(&question, body, len),
				 examples[i].file);
	}
}

/* ---------------------------------------------------------------- what is told */

/* A fault tells what came in place of a file, and nothing that is secret. */
static void
test_words(void)
{
	static const struct
	{
		const char *endpoint;
		const char *body;
		const char *says;
	} words[] = {
		{"curve", "PK\x03\x04", "The file is a ZIP archive, which is not read."},
		{"contract", "PK\x03\x04", "The file is a ZIP archive, which is not read."},
		{"registers", "\x1f\x8b\x08", "The file is a gzip archive, which is not read."},
		{"billed", "\n <html>", "The file is a page of HTML, not data."},
		{"curve", "98765432109876;secretsecretsecretsecret\n",
		 "The file has no column \"horodate\"."},
		{"energy", "{\"mesures\":[{\"idPrm\":\"98765432109876\",\"grandeur\":[]}]}",
		 "The file is about another point than the one that was asked for: its number ends in "
		 "9876."},
		{"curve", "{\"period\":\"P1D\",\"startsAt\":\"2026-03-01T23:00:00Z\",\"values\":[7]}",
		 "The values are those of days: whether they are powers or energies is not known. A load "
		 "curve "
		 "needs a shorter period."},
	};

	for (size_t i = 0; i < lengthof(words); i++)
	{
		Question question = ask("flows", words[i].endpoint);
		Outcome outcome =
			harness_decode(&question, words[i].body, strlen(words[i].body), NULL, NULL);
		bool good = strcmp(outcome.fault.text, words[i].says) == 0;

		cases_ok(good, words[i].says);
		if (!good)
			printf("# got: %s\n", outcome.fault.text);
	}
}

int
main(void)
{
	harness_start();
	RUN("registers", register_columns, registers);
	RUN("billed", billed_columns, bills);
	RUN("contract", contract_columns, contracts);
	RUN("contract", raw_columns, raws);
	RUN("contract", company_columns, parties);
	test_damage();
	test_words();
	return cases_done();
}
