/*
 * turn.c
 *	  Whose turn it is with a server.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "turn.h"

/* The first key of the advisory lock that keeps two runs off one server. */
#define LOCK_CLASS 0x53574752

void
sg_turn_tag(LOCKTAG *tag, const char *server)
{
	uint32 hash = DatumGetUInt32(hash_any((const unsigned char *) server, (int) strlen(server)));

	SET_LOCKTAG_ADVISORY(*tag, MyDatabaseId, LOCK_CLASS, hash, 2);
}

void
sg_turn_refuse(const char *server)
{
	ereport(ERROR, (errcode(ERRCODE_OBJECT_IN_USE),
					errmsg("server \"%s\" is being refreshed by another session", server),
					errhint("Wait until that run has ended: see switchgrid.refresh_run.")));
	pg_unreachable();
}

void
sg_turn_hold(const char *server)
{
	LOCKTAG tag;

	sg_turn_tag(&tag, server);
	if (LockAcquire(&tag, ExclusiveLock, false, true) == LOCKACQUIRE_NOT_AVAIL)
		sg_turn_refuse(server);
}
