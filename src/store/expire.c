/*
 * expire.c
 *	  What is older than it is to be kept is deleted.
 *
 * A row goes when all of it is older: a month of a curve with its last day, a period with its end, what was so of a
 * point when something else has been so for that long. What is so now stays.
 */
#include "postgres.h"

#include "api/relation.h"
#include "base/clock.h"
#include "catalog/pg_type.h"
#include "expire.h"
#include "sql.h"

/* In each condition $1 is the first day that is kept. */
#define MONTH_IS_OVER "month < date_trunc('month', $1)::date"
#define AT_START "($1::timestamp AT TIME ZONE 'Europe/Paris')"

typedef struct Age
{
	const SgRelation *relation;
	const char *table;
	const char *is_old;
} Age;

static const Age ages[] = {
	{&sg_relation_load_curve, "curve_segment", MONTH_IS_OVER},
	{&sg_relation_load_curve, "curve_revision", "(" MONTH_IS_OVER " OR revised_at < " AT_START ")"},
	{&sg_relation_daily_energy, "daily_energy", "day < $1"},
	{&sg_relation_daily_max_power, "daily_max_power", "day < $1"},
	{&sg_relation_register_reading, "register_reading", "read_at < " AT_START},
	{&sg_relation_quantity_curve, "quantity_curve", "ends_at <= " AT_START},
	{&sg_relation_billed_quantity, "billed_quantity", "ends_on < $1"},
	{&sg_relation_gas_day, "gas_day", "day < $1"},
	{&sg_relation_contract, "contract_history", "seen_until <= $1"},
	{&sg_relation_address, "address_history", "seen_until <= $1"},
	{&sg_relation_holder, "holder_history", "seen_until <= $1"},
	{&sg_relation_contact, "contact_history", "seen_until <= $1"},
	{&sg_relation_connection, "connection_history", "seen_until <= $1"},
	/* that a point has no right any more is known by the one that it had */
	{&sg_relation_consent, "consent",
	 "ends_on < $1 AND NOT EXISTS (SELECT FROM switchgrid.watch AS w "
	 "WHERE w.server = consent.server AND w.point_id = consent.point_id)"},
};

/* The first day that is kept of a relation; SG_SQL_NO_DATE: all are. */
static DateADT
first_kept(const SgRelation *relation)
{
	SgSql sql = {0};
	DateADT first;

	sg_sql_text(&sql, relation->name);
	sg_sql_date(&sql, sg_clock_today());
	sg_sql_run(&sql, "SELECT ($2 - keep)::date FROM switchgrid.policy WHERE relation = $1");
	first = SPI_processed == 0 ? SG_SQL_NO_DATE
							   : DatumGetDateADT(sg_sql_get(0, 1, DateADTGetDatum(SG_SQL_NO_DATE)));
	sg_sql_done();
	return first;
}

static uint64
delete_old(const Age *age, DateADT first)
{
	SgSql sql = {0};

	sg_sql_date(&sql, first);
	return sg_sql_run(&sql,
					  psprintf("DELETE FROM switchgrid.%s WHERE ctid = ANY (ARRAY(SELECT ctid "
							   "FROM switchgrid.%s WHERE %s FOR UPDATE SKIP LOCKED))",
							   age->table, age->table, age->is_old));
}

/*
 * What is known of days that are deleted would be wrong if they were wanted again; they are not now, for what is
 * wanted begins with the first day that is kept.
 */
static void
unlearn(const SgRelation *relation, DateADT first)
{
	DateADT until = relation == &sg_relation_load_curve ? sg_clock_month(first, 0) : first;
	SgSql sql = {0};

	sg_sql_text(&sql, relation->name);
	sg_sql_date(&sql, until);
	sg_sql_run(
		&sql,
		"UPDATE switchgrid.coverage SET held = held - datemultirange(daterange(NULL, $2)), "
		"empty = empty - datemultirange(daterange(NULL, $2)) WHERE ctid = ANY (ARRAY(SELECT ctid "
		"FROM switchgrid.coverage WHERE relation = $1 "
		"AND (held + empty) && daterange(NULL, $2) FOR UPDATE SKIP LOCKED))");
	sg_sql_text(&sql, relation->name);
	sg_sql_date(&sql, until);
	sg_sql_run(&sql, "DELETE FROM switchgrid.open_span WHERE ctid = ANY (ARRAY(SELECT ctid "
					 "FROM switchgrid.open_span WHERE relation = $1 AND upper(days) <= $2 "
					 "FOR UPDATE SKIP LOCKED))");
}

void
sg_expire(SgExpired put, void *arg)
{
	for (int i = 0; i < lengthof(ages); i++)
	{
		DateADT first = first_kept(ages[i].relation);
		uint64 rows;

		if (first == SG_SQL_NO_DATE)
			continue;
		rows = delete_old(&ages[i], first);
		if (put != NULL)
			put(arg, ages[i].table, rows);
		if (ages[i].relation->kind == SG_KIND_SERIES)
			unlearn(ages[i].relation, first);
	}
}
