/*
 * hide.h
 *	  What was sent, taken out of what comes back.
 */
#ifndef SG_HIDE_H
#define SG_HIDE_H

#include "postgres.h"
#include "wire/http.h"

/*
 * Some say again what they were told. Writes asterisks over what must not be shown of a body: the request's secrets; and
 * in an error, for which "error" stands, its texts too, which may name a person. The body keeps its length, and stays JSON.
 */
extern void sg_hide_sent(const SgHttpRequest *request, bool error, char *body, size_t len);

#endif
