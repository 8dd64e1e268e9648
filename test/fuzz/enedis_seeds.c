/*-------------------------------------------------------------------------
 *
 * enedis_seeds.c
 *	  Examples for the fuzz targets of the decoders, and deterministic changes of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <dirent.h>

#include "enedis_seeds.h"
#include "harness.h"
#include "variants.h"

#define EXAMPLES "../examples/enedis"
#define ANSWERS "../decoder/answers.tsv"
#define FILES "../examples/switchgrid"
#define FLOWS "../decoder/flows.tsv"
#define ALL_EXAMPLES "../examples"
#define DOCUMENTS "documents.tsv"
#define MAX_SEEDS 80
#define RUNS 20000
/* A longer list of points shows nothing that this many do not, and changes would seldom meet the rest. */
#define ELEMENTS 12
/* as much as libFuzzer is told to try */
#define MAX_LEN 4096

typedef struct Seed
{
	char file[112];
	uint8_t first;
	Document *document;
} Seed;

static Seed seeds[MAX_SEEDS];
static int nseeds;

/* ---------------------------------------------------------------- answers */

int
seeds_endpoint(const char *generation, const char *endpoint)
{
	const SgApi *api = harness_api(generation);

	for (int i = 0; i < api->nendpoints; i++)
		if (strcmp(api->endpoints[i].name, endpoint) == 0)
			return i;
	return -1;
}

/* A window that holds the days of all examples; the points are theirs. */
void
seeds_decode(const char *generation, const char *point, const uint8_t *data, size_t size)
{
	const SgApi *api = harness_api(generation);
	const SgEndpoint *endpoint;
	Question question;
	bool injected;

	if (size == 0)
		return;
	endpoint = &api->endpoints[data[0] % api->nendpoints];
	injected = endpoint->direction != NULL && strcmp(endpoint->direction, SG_PRODUCTION) == 0;
	if (point == NULL)
		point = injected ? "00000000000024" : "00000000000017";
	MUST(harness_ask(&question, generation, endpoint->name, point, "2026-03-01", "2026-11-01"));
	(void) harness_decode(&question, (const char *) data + 1, size - 1, NULL, NULL);
}

/* ---------------------------------------------------------------- seeds */

/* The document with no array longer than ELEMENTS: the first one that is, which is the only one in any example. */
static Document *
shortened(Document *document)
{
	int last_kept = -1;
	int last = -1;
	Document *result;
	char *text;
	size_t kept;

	for (int i = 0; i < document->count; i++)
	{
		int parent = document->nodes[i].parent;

		if (parent < 0 || document->nodes[parent].kind != '[')
			continue;
		if (document->nodes[i].index == ELEMENTS - 1 && last < 0)
			last_kept = i;
		if (last_kept >= 0 && parent == document->nodes[last_kept].parent)
			last = i;
	}
	if (last <= last_kept)
		return document;
	kept = document->nodes[last_kept].end;
	text = malloc(document->len);
	MUST(text != NULL);
	memcpy(text, document->text, kept);
	memcpy(text + kept, document->text + document->nodes[last].end,
		   document->len - document->nodes[last].end);
	result = document_of(text, kept + document->len - document->nodes[last].end);
	free(text);
	document_free(document);
	return result;
}

/* A table, or several documents in a row, have no values that could be told apart: they are one. */
static Document *
read_text(const char *path)
{
	Document *document = calloc(1, sizeof(Document));
	FILE *file = fopen(path, "rb");

	MUST(document != NULL && file != NULL, "(an example)");
	document->text = calloc(1, MAX_LEN);
	document->nodes = calloc(1, sizeof(Value));
	MUST(document->text != NULL && document->nodes != NULL);
	document->len = fread(document->text, 1, MAX_LEN, file);
	document->count = 1;
	document->nodes[0] = (Value){.end = document->len, .parent = -1, .kind = document->text[0]};
	fclose(file);
	return document;
}

static void
add_seed(const char *directory, const char *file, int first)
{
	char path[512];
	Seed *seed = &seeds[nseeds];

	if (first < 0)
		return;
	MUST(nseeds < MAX_SEEDS);
	snprintf(path, sizeof(path), "%s/%s", directory, file);
	/* a file can be there for several readers */
	snprintf(seed->file, sizeof(seed->file), "%02x-%s", first,
			 strrchr(file, '/') != NULL ? strrchr(file, '/') + 1 : file);
	seed->first = (uint8_t) first;
	seed->document =
		strstr(file, ".json") == NULL ? read_text(path) : shortened(document_read(path));
	if (seed->document->len < MAX_LEN)
		nseeds++;
	else
		document_free(seed->document);
}

/* The answers that a list of test/decoder names. */
static void
read_list(const char *path, const char *directory, SeedByte byte)
{
	FILE *list = fopen(path, "r");
	char line[512];

	MUST(list != NULL, "(the list of examples)");
	while (fgets(line, sizeof(line), list) != NULL)
	{
		char file[100];
		char generation[16];
		char endpoint[64];

		if (sscanf(line, "%99[^\t]\t%15[^\t]\t%63[^\t\n]", file, generation, endpoint) == 3 &&
			line[0] != '#')
			add_seed(directory, file, byte(file, generation, endpoint));
	}
	fclose(list);
}

static void
read_seeds(SeedByte byte)
{
	struct dirent **entries;
	int n = scandir(EXAMPLES, &entries, NULL, alphasort);

	MUST(n > 0, "(the examples)");
	read_list(ANSWERS, EXAMPLES, byte);
	read_list(FLOWS, FILES, byte);
	read_list(DOCUMENTS, ALL_EXAMPLES, byte);
	for (int i = 0; i < n; i++)
	{
		if (strstr(entries[i]->d_name, "error-") != NULL)
			add_seed(EXAMPLES, entries[i]->d_name, byte(entries[i]->d_name, NULL, NULL));
		free(entries[i]);
	}
	free(entries);
}

static int
write_seeds(const char *directory)
{
	for (int i = 0; i < nseeds; i++)
	{
		char path[4096];
		FILE *file;

		snprintf(path, sizeof(path), "%s/%s", directory, seeds[i].file);
		file = fopen(path, "wb");
		if (file == NULL)
		{
			perror(path);
			return 1;
		}
		putc(seeds[i].first, file);
		fwrite(seeds[i].document->text, 1, seeds[i].document->len, file);
		if (fclose(file) != 0)
			return 1;
	}
	return 0;
}

/* ---------------------------------------------------------------- changes */

static uint32_t random_state = 1;

static uint32_t
random_below(uint32_t n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return n > 0 ? random_state % n : 0;
}

/* What makes a difference to somebody who reads JSON, dates or numbers. */
static const char *const words[] = {
	"null",		  "\"\"",	  "\"null\"", "-1",			"1e999",	  "99999999999",
	"NaN",		  "{",		  "}",		  "[",			"]",		  ",",
	":",		  "\"",		  "\\u0000",  "\\ud83d",	"\xff",		  "\xc3",
	"\\",		  "24:00:00", "02:30",	  "2026-03-29", "2026-10-25", "9999-12-31",
	"PT60M",	  "PT0M",	  "PT1440M",  "HC (",		"23H59",	  "-",
	"1900-01-01", "\"d\":",	  "\"v\":",	  "\"date\":",	"0x1p3",	  "1e-999",
	";",		  "\n",		  "\r",		  "+02:00",		"Z",		  "[Europe/Paris]",
	"PT10M",	  "P1D",	  "PROD",	  "PRI",		"kWh",		  "\"points\":[",
};

/* Puts "len" bytes in place of "gone" bytes at a place. Returns the new size. */
static size_t
splice(uint8_t *data, size_t size, size_t at, size_t gone, const void *with, size_t len)
{
	gone = Min(gone, size - at);
	if (size - gone + len > MAX_LEN)
		return size;
	memmove(data + at + len, data + at + gone, size - at - gone);
	if (len > 0)
		memcpy(data + at, with, len);
	return size - gone + len;
}

static size_t
change_once(uint8_t *data, size_t size)
{
	uint32_t at = 1 + random_below((uint32_t) size - 1);
	const char *word = words[random_below(lengthof(words))];
	const Document *other = seeds[random_below(nseeds)].document;
	const Value *value = &other->nodes[random_below(other->count)];
	uint8_t byte = (uint8_t) random_below(256);

	switch (random_below(7))
	{
		case 0:
			return splice(data, size, at, 1, &byte, 1);
		case 1:
			return splice(data, size, at, random_below(8), word, strlen(word));
		case 2:
			return splice(data, size, at, 0, word, strlen(word));
		case 3:
			return splice(data, size, at, random_below(40), NULL, 0);
		case 4:
			return splice(data, size, at, random_below(60), other->text + value->start,
						  value->end - value->start);
		case 5:
			data[at] ^= (uint8_t) (1 << random_below(8));
			return size;
		default:
			return random_below(8) == 0 ? at + 1 : size;
	}
}

/* An example in which a value is changed as a whole, or bytes are, or both. */
static size_t
changed_seed(uint8_t *data)
{
	const Seed *seed = &seeds[random_below(nseeds)];
	size_t size = 0;

	data[0] = random_below(16) == 0 ? (uint8_t) random_below(256) : seed->first;
	if (random_below(2) == 0)
		size = variant_make(seed->document, (int) random_below(seed->document->count),
							(int) random_below(VARIANTS), (char *) data + 1);
	if (size == 0)
	{
		size = seed->document->len;
		memcpy(data + 1, seed->document->text, size);
	}
	size++;
	for (uint32_t n = random_below(5); n > 0 && size > 1; n--)
		size = change_once(data, size);
	return size;
}

/* ---------------------------------------------------------------- main */

static int
run_file(const char *path)
{
	static uint8_t data[1 << 20];
	FILE *file = fopen(path, "rb");
	size_t size;

	if (file == NULL)
	{
		perror(path);
		return 1;
	}
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
	return 0;
}

int
seeds_main(int argc, char **argv, SeedByte byte)
{
	static uint8_t data[2 * MAX_LEN + 64];
	int status = 0;

	if (argc > 1 && strcmp(argv[1], "--seeds") != 0)
	{
		for (int i = 1; i < argc; i++)
			status |= run_file(argv[i]);
		return status;
	}
	read_seeds(byte);
	if (argc == 3)
		return write_seeds(argv[2]);
	printf("1..2\n");
	for (int i = 0; i < nseeds; i++)
	{
		data[0] = seeds[i].first;
		memcpy(data + 1, seeds[i].document->text, seeds[i].document->len);
		LLVMFuzzerTestOneInput(data, 1 + seeds[i].document->len);
	}
	printf("ok 1 - %d examples\n", nseeds);
	for (int i = 0; i < RUNS; i++)
		LLVMFuzzerTestOneInput(data, changed_seed(data));
	printf("%sok 2 - %d changed examples\n", nseeds >= 12 ? "" : "not ", RUNS);
	return nseeds < 12;
}
