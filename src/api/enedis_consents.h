/*
 * enedis_consents.h
 *	  The rights on points, as Data Connect 2026 tells them: its subscribed services.
 */
#ifndef SG_ENEDIS_CONSENTS_H
#define SG_ENEDIS_CONSENTS_H

#include "postgres.h"
#include "endpoint.h"

/* As an endpoint's url, body and decode: the consents of a point, or those of one authorisation. */
extern void sg_enedis_consents_url(const SgRequest *request, StringInfo out);
extern char *sg_enedis_consents_body(const SgRequest *request);
extern void sg_enedis_consents(const SgRequest *request, char *body, size_t len, SgEmit emit,
							   void *arg, SgFault *fault);

#endif
