/*
 * flow_csv.h
 *	  Files of comma- or semicolon-separated values, row by row, columns by name.
 */
#ifndef SG_FLOW_CSV_H
#define SG_FLOW_CSV_H

#include "postgres.h"
#include "base/fault.h"
#include "lib/stringinfo.h"

typedef struct SgCsv
{
	const char *at;
	const char *end;
	char separator;
	int line;			/* the row's first one, from 1 */
	int ncolumns;		/* that the first line names */
	char **names;		/* in small letters and digits, without accents */
	StringInfoData row; /* the row's texts, each with a zero behind it */
	int *starts;		/* where each column's begins */
	SgFault *fault;
} SgCsv;

/*
 * Begins with a body, whose first line must name its columns; false and a fault if it does not, or is not UTF-8.
 * Works in the current memory context; sg_csv_close frees what it holds.
 */
extern bool sg_csv_open(SgCsv *csv, const char *body, size_t len, SgFault *fault);
extern void sg_csv_close(SgCsv *csv);

/* Begins another table in the same body: its columns are named in the next line. False and a fault, as above. */
extern bool sg_csv_begin(SgCsv *csv);

/*
 * The column of one of the names, which are written as in SgCsv.names with '|' between them, the best one first;
 * -1 if there is none.
 */
extern int sg_csv_column(const SgCsv *csv, const char *names);

/* The same for a column that must be there: else sets the fault. */
extern int sg_csv_need(SgCsv *csv, const char *names);

/*
 * Goes on to the next row; false at the end, and at a row that has not the columns of the first line: then with a
 * fault. A body that is cut within its last row's last column cannot be told from a whole one.
 */
extern bool sg_csv_next(SgCsv *csv);

/* The text of a column of the row, valid until the next one; NULL if it is empty, "null", or the column -1. */
extern const char *sg_csv_text(const SgCsv *csv, int column);

#endif
