/*
 * huge.c
 *		A valid body far larger than any real one, made piece by piece: a head,
 *		the same reading again and again, a tail.
 */
#include "switchgrid.h"

#include <string.h>

#define HUGE_BYTES ((size_t) 200 * 1024 * 1024)

typedef struct Pieces
{
	const char *head;
	const char *item;
	const char *tail;
} Pieces;

static const Pieces pieces_v5 = {"{\"meter_reading\":{\"usage_point_id\":"
								 "\"22516914714270\",\"start\":\"2026-01-01\","
								 "\"end\":\"2026-01-08\",\"quality\":\"BRUT\","
								 "\"reading_type\":{\"unit\":\"W\","
								 "\"measurement_kind\":\"power\",\"aggregate\":"
								 "\"average\"},\"interval_reading\":[",
								 "{\"value\":\"230\",\"date\":\"2026-01-01 "
								 "00:30:00\",\"interval_length\":\"PT30M\","
								 "\"measure_type\":\"B\"},",
								 "{\"value\":\"230\",\"date\":\"2026-01-01 "
								 "00:30:00\",\"interval_length\":\"PT30M\","
								 "\"measure_type\":\"B\"}]}}"};

static const Pieces pieces_2026 = {
	"{\"idPrm\":\"22516914714270\",\"etapeMetier\":\"BRUT\",\"periode\":{"
	"\"dateDebut\":"
	"\"2026-01-01\",\"dateFin\":\"2026-01-08\"},\"modeCalcul\":\"MESURE\","
	"\"grandeur\":[{"
	"\"grandeurMetier\":\"CONS\",\"grandeurPhysique\":\"PA\",\"unite\":\"W\","
	"\"points\":[",
	"{\"v\":\"230\",\"d\":\"2026-01-01 00:30:00\",\"p\":\"PT30M\",\"n\":\"B\"},",
	"{\"v\":\"230\",\"d\":\"2026-01-01 00:30:00\",\"p\":\"PT30M\",\"n\":\"B\"}],"
	"\"calendrier\":[]}],\"contexte\":[]}"};

static const Pieces pieces_file = {
	"{\"header\":{\"siDemandeur\":\"SGE\",\"codeFlux\":\"R63\",\"format\":\"JSON\"},"
	"\"mesures\":[{\"idPrm\":\"22516914714270\",\"etapeMetier\":\"BRUT\",\"periode\":{"
	"\"dateDebut\":\"2026-01-01T00:00:00+01:00\",\"dateFin\":\"2026-01-08T00:00:00+01:00\"},"
	"\"modeCalcul\":\"MESURE\",\"grandeur\":[{\"grandeurMetier\":\"CONS\","
	"\"grandeurPhysique\":\"PA\",\"unite\":\"W\",\"points\":[",
	"{\"v\":\"230\",\"d\":\"2026-01-01T00:30:00+01:00\",\"p\":\"PT30M\",\"n\":\"B\",\"iv\":0,"
	"\"ec\":0},",
	"{\"v\":\"230\",\"d\":\"2026-01-01T00:30:00+01:00\",\"p\":\"PT30M\",\"n\":\"B\",\"iv\":0,"
	"\"ec\":0}]}]}]}"};

#define GAS_RECORD                                                                               \
	"{\"pce\":{\"id_pce\":\"GI999055\"},\"consommation\":{\"date_debut_consommation\":"          \
	"\"2026-01-01T06:00:00+01:00\",\"date_fin_consommation\":\"2026-01-02T06:00:00+01:00\","     \
	"\"volume_brut\":1,\"energie\":11,\"type_qualif_conso\":\"Mesur\303\251\",\"statut_conso\":" \
	"\"Provisoire\",\"journee_gaziere\":\"2026-01-01\",\"type_conso\":\"Informative "            \
	"Journalier\"},"                                                                             \
	"\"statut_restitution\":null}\n"

static const Pieces pieces_gas = {"", GAS_RECORD, GAS_RECORD};

static const Pieces pieces_document = {
	"{\"results\":[", "{\"id\":\"000000c1-1111-4222-8333-0000000000c1\",\"status\":\"ACCEPTED\"},",
	"{\"id\":\"000000c1-1111-4222-8333-0000000000c1\",\"status\":\"ACCEPTED\"}]}"};

static const Pieces *
pieces_of(const Exchange *x)
{
	if (strcmp(x->endpoint, "file") == 0)
		return &pieces_file;
	if (strcmp(x->endpoint, "gas") == 0 || grdf_known(x->endpoint) != NULL)
		return &pieces_gas;
	if (switchgrid_known(x->endpoint) != NULL)
		return &pieces_document;
	return exchange_of_2026(x) ? &pieces_2026 : &pieces_v5;
}

static size_t
items_length(const Pieces *pieces)
{
	size_t one = strlen(pieces->item);

	return HUGE_BYTES / one * one;
}

size_t
huge_length(const Exchange *x)
{
	const Pieces *pieces = pieces_of(x);

	return strlen(pieces->head) + items_length(pieces) + strlen(pieces->tail);
}

static size_t
piece_at(const Pieces *pieces, size_t position, const char **bytes)
{
	size_t head = strlen(pieces->head);
	size_t item = strlen(pieces->item);
	size_t items = items_length(pieces);

	if (position < head)
	{
		*bytes = pieces->head + position;
		return head - position;
	}
	position -= head;
	if (position < items)
	{
		*bytes = pieces->item + position % item;
		return item - position % item;
	}
	position -= items;
	*bytes = pieces->tail + position;
	return strlen(pieces->tail) - position;
}

size_t
huge_read(const Exchange *x, size_t position, char *out, size_t size)
{
	const Pieces *pieces = pieces_of(x);
	size_t total = huge_length(x);
	size_t done = 0;

	while (done < size && position + done < total)
	{
		const char *bytes;
		size_t length = piece_at(pieces, position + done, &bytes);

		if (length > size - done)
			length = size - done;
		memcpy(out + done, bytes, length);
		done += length;
	}
	return done;
}
