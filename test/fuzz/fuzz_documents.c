/*-------------------------------------------------------------------------
 *
 * fuzz_documents.c
 *	  Feeds the readers of Switchgrid's and GRDF's documents with anything: the
 *	  first byte picks the reader, the others are the document.
 *
 * What every row and fault must hold to, whatever came, is looked at by
 * test/decoder/harness.c, which aborts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "enedis_seeds.h"
#include "harness.h"

/* In place of an endpoint: what is read without one. */
#define AN_ASK "an ask"
#define AN_ORDER "an order"
#define AN_ERROR "an error"

static const struct
{
	const char *generation;
	const char *reader;
} readers[] = {
	{"switchgrid v2", "search_contract"},
	{"switchgrid v2", "ask"},
	{"switchgrid v2", "ask (consents)"},
	{"switchgrid v2", "order"},
	{"switchgrid v2", "order (requests)"},
	{"switchgrid v2", "events"},
	{"switchgrid v2", AN_ASK},
	{"switchgrid v2", AN_ORDER},
	{"switchgrid v2", AN_ERROR},
	{"switchgrid v0", "search_contract"},
	{"switchgrid v0", "ask"},
	{"switchgrid v0", "donnees-informatives"},
	{"switchgrid v0", AN_ASK},
	{"switchgrid v0", AN_ORDER},
	{"grdf v2", "donnees_consos_informatives"},
	{"grdf v2", "donnees_consos_publiees"},
	{"grdf v2", "donnees_contractuelles"},
	{"grdf v2", "donnees_techniques"},
	{"grdf v2", "droits_acces"},
	{"grdf v2", AN_ERROR},
};

static void
read_error(const SgApi *api, const char *body, size_t len)
{
	static const int statuses[] = {400, 401, 403, 404, 429, 500, 0, 204, 302};

	for (size_t i = 0; i < lengthof(statuses); i++)
		(void) harness_classify(api, statuses[i], body, len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const SgApi *api;
	const char *reader;
	Question question;

	if (size == 0)
		return 0;
	api = harness_api(readers[data[0] % lengthof(readers)].generation);
	reader = readers[data[0] % lengthof(readers)].reader;
	if (strcmp(reader, AN_ASK) == 0)
		(void) harness_read_ask(api, (const char *) data + 1, size - 1);
	else if (strcmp(reader, AN_ORDER) == 0)
		(void) harness_read_order(api, (const char *) data + 1, size - 1);
	else if (strcmp(reader, AN_ERROR) == 0)
		read_error(api, (const char *) data + 1, size - 1);
	else
	{
		MUST(harness_ask(&question, readers[data[0] % lengthof(readers)].generation, reader,
						 "00000000000001", "2020-01-01", "2026-11-01"));
		(void) harness_decode(&question, (const char *) data + 1, size - 1, NULL, NULL);
	}
	return 0;
}

#ifdef STANDALONE
static int
byte(const char *file, const char *generation, const char *endpoint)
{
	(void) file;
	for (size_t i = 0; generation != NULL && i < lengthof(readers); i++)
		if (strcmp(readers[i].generation, generation) == 0 &&
			strcmp(readers[i].reader, endpoint) == 0)
			return (int) i;
	return -1;
}

int
main(int argc, char **argv)
{
	return seeds_main(argc, argv, byte);
}
#endif
