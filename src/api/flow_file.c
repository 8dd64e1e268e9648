/*
 * flow_file.c
 *	  What every reader of an order's file asks of it: what it is, and whom it is about.
 */
#include "postgres.h"

#include <ctype.h>

#include "enedis_facts.h"
#include "flow_file.h"

#define EXCERPT_LEN 120

/* What is told by its first bytes and is not read. */
static const struct
{
	const char *begin;
	const char *what;
} others[] = {
	{"PK", "The file is a ZIP archive, which is not read."},
	{"\x1f\x8b", "The file is a gzip archive, which is not read."},
	{"%PDF", "The file is a PDF document, which is not read."},
	{"<?xml", "The file is XML, which is not read."},
	{"<", "The file is a page of HTML, not data."},
};

static bool
begins_with(const char *body, size_t len, const char *begin)
{
	size_t n = strlen(begin);

	return len >= n && memcmp(body, begin, n) == 0;
}

/* Does the first line look like the names of columns? */
static bool
begins_as_table(const char *body, size_t len)
{
	const char *end = memchr(body, '\n', len);
	size_t line = end != NULL ? end - body : len;

	return memchr(body, ';', line) != NULL || memchr(body, ',', line) != NULL;
}

SgFileKind
sg_file_look(char **body, size_t *len, SgFault *fault)
{
	char excerpt[EXCERPT_LEN];
	size_t space = 0;

	if (begins_with(*body, *len, "\xef\xbb\xbf"))
	{
		*body += 3;
		*len -= 3;
	}
	while (space < *len && isspace((unsigned char) (*body)[space]))
		space++;
	if (space == *len)
	{
		sg_fault_set(fault, SG_FAULT_SHAPE, "The body is empty.");
		return SG_FILE_NONE;
	}
	if ((*body)[space] == '{' || (*body)[space] == '[')
		return SG_FILE_JSON;
	for (int i = 0; i < lengthof(others) && fault->kind == SG_FAULT_NONE; i++)
		if (begins_with(*body + space, *len - space, others[i].begin))
			sg_fault_set(fault, SG_FAULT_SHAPE, "%s", others[i].what);
	if (fault->kind != SG_FAULT_NONE)
		return SG_FILE_NONE;
	if (begins_as_table(*body + space, *len - space))
		return SG_FILE_CSV;
	sg_fault_excerpt(excerpt, sizeof(excerpt), *body, *len);
	sg_fault_set(fault, SG_FAULT_SHAPE,
				 "The body is neither JSON nor CSV. The answer begins with: %s", excerpt);
	return SG_FILE_NONE;
}

bool
sg_file_is_ours(SgFilePoints *points, const char *name)
{
	size_t len = name != NULL ? strlen(name) : 0;

	if (len == 0 || strcmp(name, points->wanted) == 0)
	{
		points->ours = true;
		return true;
	}
	if (!points->foreign && len > sizeof(points->ending) && strspn(name, "0123456789") == len)
		strlcpy(points->ending, name + len - (sizeof(points->ending) - 1), sizeof(points->ending));
	points->foreign = true;
	return false;
}

void
sg_file_check(const SgFilePoints *points, SgFault *fault)
{
	if (points->ours || !points->foreign)
		return;
	if (points->ending[0] != '\0')
		sg_fault_set(fault, SG_FAULT_SHAPE,
					 "The file is about another point than the one that was asked for: its number "
					 "ends in %s.",
					 points->ending);
	else
		sg_fault_set(fault, SG_FAULT_SHAPE,
					 "The file is about another point than the one that was asked for.");
}

SgFileSide
sg_file_side(const char *direction, const char *word)
{
	static const char *const drawn[] = {"CONS", "SOUTIRAGE", "CONSUMPTION"};
	static const char *const injected[] = {"PROD", "INJECTION", "PRODUCTION"};
	bool production = direction != NULL && strcmp(direction, SG_PRODUCTION) == 0;

	if (word == NULL || word[0] == '\0')
		return SG_SIDE_OURS;
	for (int i = 0; i < lengthof(drawn); i++)
	{
		if (pg_strcasecmp(word, drawn[i]) == 0)
			return production ? SG_SIDE_OTHER : SG_SIDE_OURS;
		if (pg_strcasecmp(word, injected[i]) == 0)
			return production ? SG_SIDE_OURS : SG_SIDE_OTHER;
	}
	return SG_SIDE_UNKNOWN;
}

bool
sg_file_is_side(const SgRequest *request, const char *word, SgFault *fault)
{
	SgFileSide side = sg_file_side(request->endpoint->direction, word);

	if (side == SG_SIDE_UNKNOWN)
		sg_fault_set(fault, SG_FAULT_SHAPE, "A \"grandeurMetier\" is no direction.");
	return side == SG_SIDE_OURS;
}

/* The name of the point that a measure is of; NULL if it has none. */
static char *
name_of(const SgNode *measure, SgFault *fault)
{
	char *name = sg_member_text(measure, "idPrm", fault);

	return name != NULL ? name : sg_member_text(measure, "pointId", fault);
}

void
sg_file_measures(const SgRequest *request, const char *body, size_t len, const char *list,
				 const char *otherwise, SgFileMeasure give, void *arg, SgFault *fault)
{
	SgFilePoints points = {.wanted = request->point};
	SgJson *json = sg_enedis_open(body, len, fault);
	const SgNode *root = json != NULL ? sg_json_root(json) : NULL;
	const SgNode *measures = sg_node_member(root, "mesures");
	int n;

	if (root == NULL)
		return;
	if (measures == NULL && sg_node_member(root, list) == NULL &&
		(otherwise == NULL || sg_node_member(root, otherwise) == NULL))
		sg_fault_set(fault, SG_FAULT_SHAPE, "The file has neither a list \"mesures\" nor \"%s\".",
					 list);
	if (measures != NULL)
		measures = sg_member_list(root, "mesures", fault);
	n = measures != NULL ? sg_node_count(measures) : 1;
	for (int i = 0; i < n && fault->kind == SG_FAULT_NONE; i++)
	{
		const SgNode *measure = measures != NULL ? sg_node_element(measures, i) : root;

		if (!sg_node_is_object(measure))
			sg_fault_set(fault, SG_FAULT_SHAPE, "An element of \"mesures\" is not an object.");
		else if (sg_file_is_ours(&points, name_of(measure, fault)))
			give(arg, measure);
	}
	sg_file_check(&points, fault);
	sg_json_close(json);
}
