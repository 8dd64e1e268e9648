/*
 * compat.h
 *	  The differences between PostgreSQL 15 and 18, all of them.
 *
 * Every other file is written for the newest form named here.
 */
#ifndef SG_COMPAT_H
#define SG_COMPAT_H

#include "storage/latch.h"
#include "utils/memutils.h"
#include "utils/wait_event.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#endif

#if PG_VERSION_NUM < 150000
#error "switchgrid needs PostgreSQL 15 or later"
#endif

/* A set that outlives transactions; 17 replaced the memory context by a resource owner. */
static inline WaitEventSet *
sg_compat_wait_set(int nevents)
{
#if PG_VERSION_NUM >= 170000
	return CreateWaitEventSet(NULL, nevents);
#else
	return CreateWaitEventSet(TopMemoryContext, nevents);
#endif
}

/* 17 lets an extension name its wait events; before, all of them are "Extension". */
static inline uint32
sg_compat_wait_event(const char *name)
{
#if PG_VERSION_NUM >= 170000
	return WaitEventExtensionNew(name);
#else
	(void) name;
	return PG_WAIT_EXTENSION;
#endif
}

/* From 16 on, what a setting's check hook hands over lives in memory of its own. */
#if PG_VERSION_NUM >= 160000
#define sg_compat_guc_malloc(size) guc_malloc(LOG, size)
#else
#define sg_compat_guc_malloc(size) malloc(size)
#endif

/* 16 made one function of all checks of rights. */
#if PG_VERSION_NUM >= 160000
#include "catalog/pg_foreign_server_d.h"
#define sg_compat_server_aclcheck(server, user, mode) \
	object_aclcheck(ForeignServerRelationId, server, user, mode)
#else
#define sg_compat_server_aclcheck(server, user, mode) pg_foreign_server_aclcheck(server, user, mode)
#endif

/* 16 made range constructors able to report errors softly. */
#if PG_VERSION_NUM >= 160000
#define sg_compat_make_range(type, lower, upper) make_range(type, lower, upper, false, NULL)
#else
#define sg_compat_make_range(type, lower, upper) make_range(type, lower, upper, false)
#endif

/* 17 added restrictions, and 18 disabled nodes, to the constructor of a path. */
#if PG_VERSION_NUM >= 180000
#define sg_compat_foreignscan_path(root, rel, rows, startup, total, outer, private)          \
	create_foreignscan_path(root, rel, NULL, rows, 0, startup, total, NIL, outer, NULL, NIL, \
							private)
#elif PG_VERSION_NUM >= 170000
#define sg_compat_foreignscan_path(root, rel, rows, startup, total, outer, private) \
	create_foreignscan_path(root, rel, NULL, rows, startup, total, NIL, outer, NULL, NIL, private)
#else
#define sg_compat_foreignscan_path(root, rel, rows, startup, total, outer, private) \
	create_foreignscan_path(root, rel, NULL, rows, startup, total, NIL, outer, NULL, private)
#endif

/* The user whose rights a scan uses: the owner of the view that it stands in, else the current one. */
#if PG_VERSION_NUM >= 160000
#define SG_SCAN_USER(node, estate) (((ForeignScan *) (node)->ss.ps.plan)->checkAsUser)
#else
#define SG_SCAN_USER(node, estate) \
	(exec_rt_fetch(((ForeignScan *) (node)->ss.ps.plan)->scan.scanrelid, estate)->checkAsUser)
#endif

#endif
