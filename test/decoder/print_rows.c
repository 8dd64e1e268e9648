/*-------------------------------------------------------------------------
 *
 * print_rows.c
 *	  Prints what the decoders make of a file, for tests in other languages.
 *
 *	  print_rows answer GENERATION ENDPOINT POINT FROM UNTIL FILE
 *	  print_rows error GENERATION STATUS FILE
 *	  print_rows days FROM UNTIL
 *
 * One line a row: the relation, then its columns as name=value, tab between
 * them; a column that is NULL is left out, and a backslash escapes.  Instants
 * are in UTC.  The last line is "fault", its kind, its code and its seconds to
 * wait.  "days" prints when each day begins.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/clock.h"
#include "catalog/pg_type_d.h"
#include "harness.h"
#include "utils/timestamp.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

static void
print_text(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
	{
		if (s[i] == '\t' || s[i] == '\n' || s[i] == '\\')
			printf("\\%c", s[i] == '\t' ? 't' : s[i] == '\n' ? 'n' : '\\');
		else
			putchar(s[i]);
	}
}

static void
print_instant(TimestampTz at)
{
	int64 seconds = at / USECS_PER_SEC - (at % USECS_PER_SEC < 0);
	int64 day = seconds / SECS_PER_DAY - (seconds % SECS_PER_DAY < 0);
	int rest = (int) (seconds - day * SECS_PER_DAY);
	char text[SG_DAY_LEN];

	printf("%sT%02d:%02d:%02dZ", sg_clock_print_day(text, (DateADT) day), rest / SECS_PER_HOUR,
		   rest / 60 % 60, rest % 60);
}

static void
print_value(const SgColumn *column, Datum value)
{
	char text[SG_DAY_LEN];

	switch (column->type)
	{
		case FLOAT8OID:
			printf("%.10g", DatumGetFloat8(value));
			break;
		case INT8OID:
			printf(INT64_FORMAT, DatumGetInt64(value));
			break;
		case TIMESTAMPTZOID:
			print_instant(DatumGetTimestampTz(value));
			break;
		case DATEOID:
			fputs(sg_clock_print_day(text, DatumGetDateADT(value)), stdout);
			break;
		case BOOLOID:
			putchar(DatumGetBool(value) ? 't' : 'f');
			break;
		case INTERVALOID:
			printf("%d", (int) (DatumGetIntervalP(value)->time / USECS_PER_MINUTE));
			break;
		default:
			print_text(VARDATA_ANY(DatumGetPointer(value)),
					   VARSIZE_ANY_EXHDR(DatumGetPointer(value)));
	}
}

static void
print_row(void *arg, const SgRelation *relation, const Datum *values, const bool *nulls)
{
	(void) arg;
	fputs(relation->name, stdout);
	for (int i = 0; i < relation->ncolumns; i++)
		if (!nulls[i])
		{
			printf("\t%s=", relation->columns[i].name);
			print_value(&relation->columns[i], values[i]);
		}
	putchar('\n');
}

static int
print_outcome(const Outcome *outcome)
{
	const SgFault *fault = &outcome->fault;

	if (outcome->raised)
		printf("raised\t%s\n", harness_error.message);
	else
		printf("fault\t%s\t%s\t" INT64_FORMAT "\t%s\n", sg_fault_class(fault->kind)->name,
			   fault->code,
			   fault->not_before == 0 ? 0 : (fault->not_before - HARNESS_NOW) / USECS_PER_SEC,
			   fault->text);
	return 0;
}

static int
print_days(const char *from, const char *until)
{
	DateADT day;
	DateADT end;

	if (!sg_clock_parse_day(from, strlen(from), &day) ||
		!sg_clock_parse_day(until, strlen(until), &end))
		return 2;
	for (; day < end; day++)
	{
		char text[SG_DAY_LEN];

		printf("%s\t", sg_clock_print_day(text, day));
		print_instant(sg_clock_day_start(day));
		putchar('\n');
	}
	return 0;
}

static char *
read_file(const char *path, size_t *len)
{
	static char body[1 << 22];
	FILE *file = fopen(path, "rb");

	if (file == NULL)
	{
		perror(path);
		exit(2);
	}
	*len = fread(body, 1, sizeof(body), file);
	fclose(file);
	return body;
}

int
main(int argc, char **argv)
{
	Question question;
	Outcome outcome;
	char *body;
	size_t len;

	harness_start();
	if (argc == 4 && strcmp(argv[1], "days") == 0)
		return print_days(argv[2], argv[3]);
	if (argc == 5 && strcmp(argv[1], "error") == 0 && sg_api_find("enedis", argv[2]) != NULL)
	{
		body = read_file(argv[4], &len);
		outcome = harness_classify(sg_api_find("enedis", argv[2]), atoi(argv[3]), body, len);
		return print_outcome(&outcome);
	}
	if (argc != 8 || strcmp(argv[1], "answer") != 0 ||
		!harness_ask(&question, argv[2], argv[3], argv[4], argv[5], argv[6]))
	{
		fprintf(stderr, "print_rows: what is asked makes no sense\n");
		return 2;
	}
	body = read_file(argv[7], &len);
	outcome = harness_decode(&question, body, len, print_row, NULL);
	return print_outcome(&outcome);
}
