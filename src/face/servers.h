/*
 * servers.h
 *	  The foreign servers that a user can ask.
 */
#ifndef SG_SERVERS_H
#define SG_SERVERS_H

#include "postgres.h"
#include "engine/profile.h"

/* Takes one server; the profile lives as long as the memory in which the visit began. */
typedef void (*SgVisit)(void *arg, const SgProfile *profile);

/*
 * Visits each server of the wrapper that has an API, that the current user may use, and for which there is
 * a user mapping of his own or of all.
 */
extern void sg_servers_visit(SgVisit visit, void *arg);

/* As much of the server's credential as its place in the ledger is found by, or NULL if there is none that can be read. */
extern const SgCredential *sg_servers_credential(const SgProfile *profile);

#endif
