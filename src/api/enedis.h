/*
 * enedis.h
 *	  What both generations of the Enedis API share: points and errors.
 */
#ifndef SG_ENEDIS_H
#define SG_ENEDIS_H

#include "postgres.h"
#include "base/fault.h"

#define SG_ENEDIS_URL "https://gw.ext.prod.api.enedis.fr"
#define SG_ENEDIS_SANDBOX_URL "https://gw.ext.prod-sandbox.api.enedis.fr"
#define SG_ENEDIS_CONSENT_URL "https://mon-compte-particulier.enedis.fr"
#define SG_ENEDIS_POINT_RULE "An Enedis point (PRM) is 14 digits."

/* Is it a PRM: 14 digits? */
extern bool sg_enedis_valid_point(const char *point);

/*
 * Sets fault from an answer that is not 200: by the code in its body first, by its status second, never
 * by a text. "now" dates relative delays.
 */
extern void sg_enedis_classify(int status, const char *body, size_t len, TimestampTz now,
							   SgFault *fault);

#endif
