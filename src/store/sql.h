/*
 * sql.h
 *	  SQL on the native tables through SPI, without losing the current memory context.
 */
#ifndef SG_SQL_H
#define SG_SQL_H

#include "postgres.h"
#include "datatype/timestamp.h"
#include "executor/spi.h"
#include "nodes/pg_list.h"

/* No statement of the extension has more parameters. */
#define SG_SQL_MAX 32

/* A statement's parameters, filled one after the other. */
typedef struct SgSql
{
	int count;
	Oid types[SG_SQL_MAX];
	Datum values[SG_SQL_MAX];
	char nulls[SG_SQL_MAX];
} SgSql;

/* Add a parameter; a NULL text, or a date of SG_SQL_NO_DATE, is SQL's NULL. */
#define SG_SQL_NO_DATE PG_INT32_MIN
extern void sg_sql_text(SgSql *sql, const char *value);
extern void sg_sql_date(SgSql *sql, int32 value);
extern void sg_sql_value(SgSql *sql, Oid type, Datum value);
extern void sg_sql_null(SgSql *sql, Oid type);
extern void sg_sql_number(SgSql *sql, int64 value);

/* An instant; 0 is SQL's NULL. */
extern void sg_sql_instant(SgSql *sql, TimestampTz at);

/* A list of char * as text[]. */
extern void sg_sql_texts(SgSql *sql, List *texts);

/*
 * Runs a statement with the parameters and empties them, under a safe search_path; needs an SPI
 * connection. Results are in
 * SPI_tuptable, in SPI's memory. Returns the number of rows. Raises what the statement raises.
 */
extern uint64 sg_sql_run(SgSql *sql, const char *statement);

/* The same with the snapshot of the statement that is running, for a query that only reads. */
extern uint64 sg_sql_read(SgSql *sql, const char *query);

/*
 * The same for a statement that runs often: its plan is kept for the session, made anew when what it depends on
 * changes (a table, a role, a policy), and goes by indexes. The text is one of a few, for few plans are kept.
 */
extern uint64 sg_sql_run_kept(SgSql *sql, const char *statement);
extern uint64 sg_sql_read_kept(SgSql *sql, const char *query);

/* The same, but sees what others have committed by now, even where the transaction's own snapshot is older. */
extern uint64 sg_sql_run_latest(SgSql *sql, const char *statement);

/* Frees the results; without it they live until SPI_finish. */
extern void sg_sql_done(void);

/* The text of a column (from 1) of a result row, in the current memory context; NULL for NULL. */
extern char *sg_sql_get_text(uint64 row, int column);

/* The elements of a text[] column, a list of char *, palloc'd; NIL for NULL. */
extern List *sg_sql_get_texts(uint64 row, int column);

/* The value of a column; "otherwise" for NULL. By-reference values belong to SPI. */
extern Datum sg_sql_get(uint64 row, int column, Datum otherwise);

/*
 * Keeps other transactions off one thing, named by a class and a text, until it is unlocked, or this transaction or
 * subtransaction has failed.
 */
extern void sg_sql_lock(uint32 class, const char *name);
extern void sg_sql_unlock(uint32 class, const char *name);

/* The type switchgrid.curve. */
extern Oid sg_sql_curve_type(void);

#endif
