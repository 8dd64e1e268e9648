/*
 * watched.c
 *	  Which points somebody wants to be kept fresh.
 */
#include "postgres.h"

#include "sql.h"
#include "watched.h"

List *
sg_watched_points(const char *server, const char *relation)
{
	MemoryContext old = CurrentMemoryContext;
	List *points = NIL;
	SgSql sql = {0};
	uint64 count;

	SPI_connect();
	sg_sql_text(&sql, server);
	sg_sql_text(&sql, relation);
	count = sg_sql_read(&sql, "SELECT DISTINCT point_id COLLATE \"C\" FROM switchgrid.watch "
							  "WHERE server = $1::name AND relation = $2 ORDER BY 1");
	MemoryContextSwitchTo(old);
	for (uint64 i = 0; i < count; i++)
		points = lappend(points, sg_sql_get_text(i, 1));
	SPI_finish();
	return points;
}
