/*
 * writers.c
 *	  Transactions that write to one month of a curve at the same time.
 *
 * FOR UPDATE makes two transactions take turns at the rows that a month has, but does not show the row that another one
 * has inserted and not committed. Such rows are looked for as a unique index looks for them, by a snapshot that
 * shows them and whose they are. So what a transaction has written to is told by its rows alone: no lock
 * outlives the merge of a month, and neither their number nor what else a transaction writes matters to others.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "reader.h"
#include "sql.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "writers.h"

/* The first key of the advisory locks. */
#define LOCK_CLASS 0x53475347

/* The columns of switchgrid.curve_segment that say which month it is, from 1: the first ones of its primary key, too. */
enum
{
	KEY_POINT = 1,
	KEY_DIRECTION,
	KEY_MONTH,
	KEYS = KEY_MONTH
};

static void
set_key(ScanKey key, Relation table, int column, RegProcedure equal, Datum value)
{
	Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(table), column - 1);

	ScanKeyEntryInitialize(&key[column - 1], 0, (AttrNumber) column, BTEqualStrategyNumber,
						   InvalidOid, attribute->attcollation, equal, value);
}

/* Counts a month's rows; stops at one of another transaction that has not ended, and returns that. */
static TransactionId
look(const char *point, const char *direction, DateADT month, int *rows)
{
	Relation table = table_open(sg_reader_table(), AccessShareLock);
	Oid index = get_relname_relid("curve_segment_pkey", RelationGetNamespace(table));
	TransactionId writer = InvalidTransactionId;
	ScanKeyData key[KEYS];
	SnapshotData dirty;
	SysScanDesc scan;

	InitDirtySnapshot(dirty);
	set_key(key, table, KEY_POINT, F_TEXTEQ, CStringGetTextDatum(point));
	set_key(key, table, KEY_DIRECTION, F_TEXTEQ, CStringGetTextDatum(direction));
	set_key(key, table, KEY_MONTH, F_DATE_EQ, DateADTGetDatum(month));
	scan = systable_beginscan(table, index, OidIsValid(index), &dirty, KEYS, key);
	*rows = 0;
	while (!TransactionIdIsValid(writer) && HeapTupleIsValid(systable_getnext(scan)))
	{
		writer = TransactionIdIsValid(dirty.xmin) ? dirty.xmin : dirty.xmax;
		(*rows)++;
	}
	systable_endscan(scan);
	table_close(table, AccessShareLock);
	return writer;
}

int
sg_writers_enter(const char *point, const char *direction, DateADT month)
{
	char *series = psprintf("%s %s", point, direction);
	int rows;

	for (;;)
	{
		TransactionId writer;

		sg_sql_lock(LOCK_CLASS, series);
		writer = look(point, direction, month, &rows);
		if (!TransactionIdIsValid(writer))
			return rows;
		sg_sql_unlock(LOCK_CLASS, series);
		XactLockTableWait(writer, NULL, NULL, XLTW_None);
	}
}

void
sg_writers_leave(const char *point, const char *direction)
{
	sg_sql_unlock(LOCK_CLASS, psprintf("%s %s", point, direction));
}
