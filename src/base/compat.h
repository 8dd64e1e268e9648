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

/* 18 says in front of a function that it does not return. */
#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
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
#define sg_compat_foreignscan_path(root, rel, rows, startup, total, keys, outer, private)     \
	create_foreignscan_path(root, rel, NULL, rows, 0, startup, total, keys, outer, NULL, NIL, \
							private)
#elif PG_VERSION_NUM >= 170000
#define sg_compat_foreignscan_path(root, rel, rows, startup, total, keys, outer, private) \
	create_foreignscan_path(root, rel, NULL, rows, startup, total, keys, outer, NULL, NIL, private)
#else
#define sg_compat_foreignscan_path(root, rel, rows, startup, total, keys, outer, private) \
	create_foreignscan_path(root, rel, NULL, rows, startup, total, keys, outer, NULL, private)
#endif

#if PG_VERSION_NUM >= 180000
#define sg_compat_upper_path(root, rel, target, rows, total) \
	create_foreign_upper_path(root, rel, target, rows, 0, 0, total, NIL, NULL, NIL, NIL)
#elif PG_VERSION_NUM >= 170000
#define sg_compat_upper_path(root, rel, target, rows, total) \
	create_foreign_upper_path(root, rel, target, rows, 0, total, NIL, NULL, NIL, NIL)
#else
#define sg_compat_upper_path(root, rel, target, rows, total) \
	create_foreign_upper_path(root, rel, target, rows, 0, total, NIL, NULL, NIL)
#endif

/* 16 leaves out of GROUP BY what has one value only. */
#if PG_VERSION_NUM >= 160000
#define sg_compat_group_clause(root) ((root)->processed_groupClause)
#else
#define sg_compat_group_clause(root) ((root)->parse->groupClause)
#endif

/* What 18 encodes in base64 is bytes. */
#if PG_VERSION_NUM >= 180000
#define sg_compat_b64_encode(src, len, dst, room) \
	pg_b64_encode((const uint8 *) (src), len, dst, room)
#else
#define sg_compat_b64_encode(src, len, dst, room) pg_b64_encode(src, len, dst, room)
#endif

/* Runs a query for so many rows more; 18 no longer asks whether it is run once only. */
#if PG_VERSION_NUM >= 180000
#define sg_compat_run(query, rows) ExecutorRun(query, ForwardScanDirection, rows)
#else
#define sg_compat_run(query, rows) ExecutorRun(query, ForwardScanDirection, rows, false)
#endif

/* 18 says of a sort key which way it compares, no longer by which operator of the family. */
#if PG_VERSION_NUM >= 180000
#define sg_compat_key_is_down(key) ((key)->pk_cmptype == COMPARE_GT)
#else
#define sg_compat_key_is_down(key) ((key)->pk_strategy == BTGreaterStrategyNumber)
#endif

/* The user whose rights a scan uses: the owner of the view that it stands in, else the current one. */
#if PG_VERSION_NUM >= 160000
#define SG_SCAN_USER(node, estate) (((ForeignScan *) (node)->ss.ps.plan)->checkAsUser)
#else
#define SG_SCAN_USER(node, estate) \
	(exec_rt_fetch(((ForeignScan *) (node)->ss.ps.plan)->scan.scanrelid, estate)->checkAsUser)
#endif

#endif
