/*
 * policy.c
 *	  How refresh treats a relation.
 */
#include "postgres.h"

#include "policy.h"
#include "sql.h"
#include "utils/timestamp.h"

/* Months count as 30 days: nobody waits to the day. */
static int64
length_of(Interval *interval)
{
	return interval->time +
		   (interval->day + (int64) interval->month * DAYS_PER_MONTH) * USECS_PER_DAY;
}

SgPolicy
sg_policy_get(const char *relation)
{
	SgPolicy policy = {0};
	SgSql sql = {0};

	sg_sql_text(&sql, relation);
	if (sg_sql_run_kept(&sql, "SELECT late_days, late_retry, empty_retry "
							  "FROM switchgrid.policy_in_force WHERE relation = $1") > 0)
	{
		policy.late_days = DatumGetInt32(sg_sql_get(0, 1, Int32GetDatum(0)));
		policy.late_retry = length_of(DatumGetIntervalP(sg_sql_get(0, 2, (Datum) 0)));
		policy.empty_retry = length_of(DatumGetIntervalP(sg_sql_get(0, 3, (Datum) 0)));
	}
	sg_sql_done();
	return policy;
}
