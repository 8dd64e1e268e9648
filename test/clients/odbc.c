/*
 * odbc.c
 *	  What a tool on ODBC does, told in lines whose fields are separated by tabs:
 *
 *	  odbc CONNECTION tables SCHEMA		each relation: name, kind
 *	  odbc CONNECTION columns SCHEMA	each column: relation, name, type
 *	  odbc CONNECTION comments SCHEMA	the same and the comment, by a query
 *	  odbc CONNECTION month POINT FROM TO [FROM TO]...	the rows of load_curve in each span, by one
 *										prepared statement
 *	  odbc CONNECTION curves POINT		the packed segments: month, the curve as text
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sql.h>
#include <sqlext.h>

/* No curve of a month is longer as text. */
#define LONGEST 262144

static SQLHSTMT statement;

/* Ends the program with what the driver says, unless the call went well. */
static void
check(SQLRETURN result, SQLSMALLINT kind, SQLHANDLE handle, const char *doing)
{
	SQLCHAR state[6] = "";
	SQLCHAR text[1024] = "";
	SQLINTEGER code;
	SQLSMALLINT length;

	if (SQL_SUCCEEDED(result))
		return;
	SQLGetDiagRec(kind, handle, 1, state, &code, text, sizeof(text), &length);
	fprintf(stderr, "%s: %s %s\n", doing, (char *) state, (char *) text);
	exit(1);
}

static void
done(SQLRETURN result, const char *doing)
{
	check(result, SQL_HANDLE_STMT, statement, doing);
}

/* A field as text, "" for NULL. */
static const char *
text_of(SQLUSMALLINT column)
{
	static char text[LONGEST];
	SQLLEN length;

	done(SQLGetData(statement, column, SQL_C_CHAR, text, sizeof(text), &length), "a text");
	if (length == SQL_NULL_DATA)
		return "";
	if (length >= (SQLLEN) sizeof(text))
	{
		fprintf(stderr, "a text is too long\n");
		exit(1);
	}
	return text;
}

static double
number_of(SQLUSMALLINT column)
{
	double number = 0;
	SQLLEN length;

	done(SQLGetData(statement, column, SQL_C_DOUBLE, &number, sizeof(number), &length), "a number");
	return number;
}

/* The instant of a field, as ODBC has it: parts, without an offset. */
static void
print_instant(SQLUSMALLINT column)
{
	SQL_TIMESTAMP_STRUCT at;
	SQLLEN length;

	done(SQLGetData(statement, column, SQL_C_TYPE_TIMESTAMP, &at, sizeof(at), &length),
		 "an instant");
	printf("%04d-%02d-%02d %02d:%02d:%02d", at.year, at.month, at.day, at.hour, at.minute,
		   at.second);
}

/* Is there another row? */
static int
next_row(void)
{
	SQLRETURN result = SQLFetch(statement);

	if (result == SQL_NO_DATA)
		return 0;
	done(result, "a row");
	return 1;
}

/* All rows, with the columns whose numbers are given, zero at the end. */
static void
print_rows(const SQLUSMALLINT *columns)
{
	while (next_row())
		for (int i = 0; columns[i] != 0; i++)
			printf("%s%c", text_of(columns[i]), columns[i + 1] != 0 ? '\t' : '\n');
}

static void
list_tables(const char *schema)
{
	static const SQLUSMALLINT columns[] = {3, 4, 0};

	done(SQLTables(statement, NULL, 0, (SQLCHAR *) schema, SQL_NTS, (SQLCHAR *) "%", SQL_NTS, NULL,
				   0),
		 "the tables");
	print_rows(columns);
}

static void
list_columns(const char *schema)
{
	static const SQLUSMALLINT columns[] = {3, 4, 6, 0};

	done(SQLColumns(statement, NULL, 0, (SQLCHAR *) schema, SQL_NTS, (SQLCHAR *) "%", SQL_NTS,
					(SQLCHAR *) "%", SQL_NTS),
		 "the columns");
	print_rows(columns);
}

static void
bind_text(SQLUSMALLINT number, SQLSMALLINT type, const char *text, SQLLEN *length)
{
	*length = SQL_NTS;
	done(SQLBindParameter(statement, number, SQL_PARAM_INPUT, SQL_C_CHAR, type, strlen(text), 0,
						  (SQLPOINTER) text, 0, length),
		 "a parameter");
}

static void
list_comments(const char *schema)
{
	static const SQLUSMALLINT columns[] = {1, 2, 3, 4, 0};
	SQLLEN length;

	bind_text(1, SQL_VARCHAR, schema, &length);
	done(SQLExecDirect(
			 statement,
			 (SQLCHAR
				  *) "SELECT table_name, column_name, udt_name, col_description(c.oid,"
					 " ordinal_position) FROM information_schema.columns"
					 " JOIN pg_class c ON c.relname = table_name"
					 " JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = table_schema"
					 " WHERE table_schema = ?",
			 SQL_NTS),
		 "the comments");
	print_rows(columns);
}

static void
read_months(const char *point, int count, char **spans)
{
	SQLLEN lengths[3];

	done(SQLPrepare(
			 statement,
			 (SQLCHAR
				  *) "SELECT starts_at, ends_at, step, watts, wh, nature"
					 " FROM switchgrid.load_curve WHERE point_id = ? AND direction = 'consumption'"
					 " AND starts_at >= ? AND starts_at < ? ORDER BY starts_at",
			 SQL_NTS),
		 "the statement");
	for (int i = 0; i + 1 < count; i += 2)
	{
		bind_text(1, SQL_VARCHAR, point, &lengths[0]);
		bind_text(2, SQL_TYPE_TIMESTAMP, spans[i], &lengths[1]);
		bind_text(3, SQL_TYPE_TIMESTAMP, spans[i + 1], &lengths[2]);
		done(SQLExecute(statement), "the query");
		while (next_row())
		{
			print_instant(1);
			printf("\t");
			print_instant(2);
			printf("\t%s", text_of(3));
			printf("\t%.0f", number_of(4) * 1000);
			printf("\t%.0f", number_of(5) * 1000);
			printf("\t%s\n", text_of(6));
		}
		done(SQLCloseCursor(statement), "the end");
	}
}

static void
read_curves(const char *point)
{
	static const SQLUSMALLINT columns[] = {1, 2, 0};
	SQLLEN length;

	bind_text(1, SQL_VARCHAR, point, &length);
	done(SQLExecDirect(
			 statement,
			 (SQLCHAR *) "SELECT month, curve FROM switchgrid.curve_segment WHERE point_id = ?"
						 " ORDER BY month",
			 SQL_NTS),
		 "the curves");
	print_rows(columns);
}

int
main(int argc, char **argv)
{
	SQLHENV environment;
	SQLHDBC connection;

	if (argc < 4)
		return 2;
	if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment)))
		return 1;
	SQLSetEnvAttr(environment, SQL_ATTR_ODBC_VERSION, (SQLPOINTER) SQL_OV_ODBC3, 0);
	check(SQLAllocHandle(SQL_HANDLE_DBC, environment, &connection), SQL_HANDLE_ENV, environment,
		  "the handle");
	check(SQLDriverConnect(connection, NULL, (SQLCHAR *) argv[1], SQL_NTS, NULL, 0, NULL,
						   SQL_DRIVER_NOPROMPT),
		  SQL_HANDLE_DBC, connection, "the connection");
	check(SQLAllocHandle(SQL_HANDLE_STMT, connection, &statement), SQL_HANDLE_DBC, connection,
		  "the statement's handle");
	if (strcmp(argv[2], "tables") == 0)
		list_tables(argv[3]);
	else if (strcmp(argv[2], "columns") == 0)
		list_columns(argv[3]);
	else if (strcmp(argv[2], "comments") == 0)
		list_comments(argv[3]);
	else if (strcmp(argv[2], "month") == 0)
		read_months(argv[3], argc - 4, argv + 4);
	else if (strcmp(argv[2], "curves") == 0)
		read_curves(argv[3]);
	else
		return 2;
	SQLFreeHandle(SQL_HANDLE_STMT, statement);
	SQLDisconnect(connection);
	SQLFreeHandle(SQL_HANDLE_DBC, connection);
	SQLFreeHandle(SQL_HANDLE_ENV, environment);
	return 0;
}
