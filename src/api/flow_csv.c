/*
 * flow_csv.c
 *	  Files of comma- or semicolon-separated values.
 */
#include "postgres.h"

#include <ctype.h>

#include "flow_csv.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

/* The widest file that is known has 211 columns. */
#define MOST_COLUMNS 1000
#define TOO_MANY (MOST_COLUMNS + 2)
/* Rows between two looks at whether the statement was cancelled. */
#define INTERRUPT_EVERY 1024

/*
 * Reads the text of one column to the end of csv->row, and moves on to the separator or the line's end behind it.
 * False if a quotation mark is not closed.
 */
static bool
read_column(SgCsv *csv)
{
	bool quoted = csv->at < csv->end && *csv->at == '"';
	const char *from;

	if (!quoted)
	{
		for (from = csv->at; csv->at < csv->end; csv->at++)
			if (*csv->at == csv->separator || *csv->at == '\n' || *csv->at == '\r')
				break;
		appendBinaryStringInfo(&csv->row, from, (int) (csv->at - from));
	}
	while (quoted)
	{
		from = ++csv->at;
		while (csv->at < csv->end && *csv->at != '"')
			csv->at++;
		if (csv->at >= csv->end)
			return false;
		appendBinaryStringInfo(&csv->row, from, (int) (csv->at - from));
		csv->at++;
		/* two marks in a row stand for one */
		quoted = csv->at < csv->end && *csv->at == '"';
		if (quoted)
			appendStringInfoChar(&csv->row, '"');
	}
	appendStringInfoChar(&csv->row, '\0');
	return true;
}

static void
skip_line_ends(SgCsv *csv)
{
	for (; csv->at < csv->end && (*csv->at == '\n' || *csv->at == '\r'); csv->at++)
		csv->line += *csv->at == '\n';
}

/*
 * Reads a row's columns: how many there are. Behind "most" none may hold a text: then there are too many. -1 and a
 * fault if they cannot be told apart.
 */
static int
read_row(SgCsv *csv, int most)
{
	int n = 0;

	resetStringInfo(&csv->row);
	for (;;)
	{
		int start = csv->row.len;

		if (!read_column(csv) || (csv->at < csv->end && *csv->at != csv->separator &&
								  *csv->at != '\n' && *csv->at != '\r'))
		{
			sg_fault_set(csv->fault, SG_FAULT_SHAPE,
						 "Line %d of the file has a quotation mark in the wrong place.", csv->line);
			return -1;
		}
		if (n < most)
			csv->starts[n] = start;
		else if (csv->row.len > start + 1 || n > MOST_COLUMNS)
			return TOO_MANY;
		n++;
		if (csv->at >= csv->end || *csv->at != csv->separator)
			return n;
		csv->at++;
	}
}

/* The letter without its accent of a character that UTF-8 begins with 0xc3; 0 if there is none. */
static char
plain_letter(unsigned char second)
{
	/* U+00C0 to U+00FF */
	static const char letters[] =
		"aaaaaa-ceeeeiiii-nooooo--uuuuy--aaaaaa-ceeeeiiii-nooooo--uuuuy-y";

	return second >= 0x80 && second < 0xc0 && letters[second - 0x80] != '-' ? letters[second - 0x80]
																			: '\0';
}

/* A column's name in small letters and digits. */
static char *
plain_name(const char *text)
{
	char *name = palloc(strlen(text) + 1);
	char *out = name;

	for (const unsigned char *c = (const unsigned char *) text; *c != '\0'; c++)
	{
		char letter = '\0';

		if (*c == 0xc3)
			letter = plain_letter(*++c);
		else if (*c < 0x80 && isalnum(*c))
			letter = (char) tolower(*c);
		if (letter != '\0')
			*out++ = letter;
	}
	*out = '\0';
	return name;
}

/* The separator that the first line has most of. */
static char
find_separator(const SgCsv *csv)
{
	int commas = 0;
	int semicolons = 0;

	for (const char *c = csv->at; c < csv->end && *c != '\n'; c++)
	{
		commas += *c == ',';
		semicolons += *c == ';';
	}
	return semicolons >= commas ? ';' : ',';
}

static void
free_names(SgCsv *csv)
{
	for (int i = 0; csv->names != NULL && i < csv->ncolumns; i++)
		pfree(csv->names[i]);
	if (csv->names != NULL)
		pfree(csv->names);
	csv->names = NULL;
}

bool
sg_csv_begin(SgCsv *csv)
{
	free_names(csv);
	skip_line_ends(csv);
	csv->ncolumns = read_row(csv, MOST_COLUMNS);
	if (csv->ncolumns > MOST_COLUMNS)
		sg_fault_set(csv->fault, SG_FAULT_SHAPE, "The file has too many columns.");
	if (csv->fault->kind != SG_FAULT_NONE)
		return false;
	csv->names = palloc(sizeof(char *) * csv->ncolumns);
	for (int i = 0; i < csv->ncolumns; i++)
		csv->names[i] = plain_name(csv->row.data + csv->starts[i]);
	return true;
}

bool
sg_csv_open(SgCsv *csv, const char *body, size_t len, SgFault *fault)
{
	memset(csv, 0, sizeof(*csv));
	csv->at = body;
	csv->end = body + len;
	csv->line = 1;
	csv->fault = fault;
	if (!pg_verify_mbstr(PG_UTF8, body, (int) len, true))
	{
		sg_fault_set(fault, SG_FAULT_SHAPE, "The file is not UTF-8.");
		return false;
	}
	initStringInfo(&csv->row);
	csv->starts = palloc(sizeof(int) * MOST_COLUMNS);
	skip_line_ends(csv);
	csv->separator = find_separator(csv);
	return sg_csv_begin(csv);
}

void
sg_csv_close(SgCsv *csv)
{
	free_names(csv);
	if (csv->starts != NULL)
		pfree(csv->starts);
	if (csv->row.data != NULL)
		pfree(csv->row.data);
	memset(csv, 0, sizeof(*csv));
}

int
sg_csv_column(const SgCsv *csv, const char *names)
{
	while (*names != '\0')
	{
		size_t len = strcspn(names, "|");

		for (int i = 0; i < csv->ncolumns; i++)
			if (strlen(csv->names[i]) == len && strncmp(csv->names[i], names, len) == 0)
				return i;
		names += len + (names[len] == '|');
	}
	return -1;
}

int
sg_csv_need(SgCsv *csv, const char *names)
{
	int column = sg_csv_column(csv, names);

	if (column < 0)
		sg_fault_set(csv->fault, SG_FAULT_SHAPE, "The file has no column \"%.*s\".",
					 (int) strcspn(names, "|"), names);
	return column;
}

bool
sg_csv_next(SgCsv *csv)
{
	int n;

	skip_line_ends(csv);
	if (csv->at >= csv->end || csv->fault->kind != SG_FAULT_NONE)
		return false;
	if (csv->line % INTERRUPT_EVERY == 0)
		CHECK_FOR_INTERRUPTS();
	n = read_row(csv, csv->ncolumns);
	/* a separator too many at the end of a line says nothing */
	if (n >= 0 && n != csv->ncolumns && n != csv->ncolumns + 1)
		sg_fault_set(csv->fault, SG_FAULT_SHAPE,
					 "Line %d of the file has not the columns that its first line names.",
					 csv->line);
	return csv->fault->kind == SG_FAULT_NONE;
}

const char *
sg_csv_text(const SgCsv *csv, int column)
{
	const char *text;

	if (column < 0)
		return NULL;
	text = csv->row.data + csv->starts[column];
	return text[0] == '\0' || strcmp(text, "null") == 0 ? NULL : text;
}
