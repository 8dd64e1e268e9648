/*
 * token.h
 *	  The access token: asked once for each backend and credential, until it expires or is refused.
 *
 * It is held in memory only.
 */
#ifndef SG_TOKEN_H
#define SG_TOKEN_H

#include "postgres.h"
#include "exchange.h"
#include "profile.h"

/*
 * A token for the credential: the credential's own, or one that is asked for if none is held, waiting for pace and network. Valid until the
 * next call. NULL if there is none to be had: then "fault" says why.
 */
extern const char *sg_token_get(const SgProfile *profile, const SgCredential *credential,
								uint64 key, SgStats *stats, SgFault *fault);

/* Forgets the credential's token, if it still is "token" (a copy of the text that the API refused). */
extern void sg_token_forget(uint64 key, const char *token);

/*
 * Revokes the token that this backend holds for the credential at the API, and forgets it. False if there is
 * none, or with a fault if the API did not take it back.
 */
extern bool sg_token_revoke(const SgProfile *profile, const SgCredential *credential, uint64 key,
							SgStats *stats, SgFault *fault);

#endif
