/*
 * profile.h
 *	  The options of servers, user mappings and foreign tables: what is allowed, and what they say.
 */
#ifndef SG_PROFILE_H
#define SG_PROFILE_H

#include "postgres.h"
#include "api/endpoint.h"
#include "nodes/pg_list.h"

/* The api of the server over the native tables: it has no network. */
#define SG_API_STORE "store"

/* What a server is, without its credential: enough to plan and to explain. */
typedef struct SgProfile
{
	Oid server;
	Oid user; /* whose mapping holds the credential */
	const char *name;
	const SgApi *api;			/* NULL for the store */
	const char *urls[SG_BASES]; /* what the paths of the API lie behind */
	const char *token_url;		/* NULL: there is no call for a token */
	const char *token_scope;	/* sent with it, or NULL */
	List *headers;				/* of char *: sent with every request to the API */
	bool test_env;				/* are asks and orders made in the test environment? */
	bool plain_links;			/* may a result's link be plain HTTP, to any host? */
	const char *curve_format;	/* of an ordered load curve: raw, json or csv */
	int order_points;			/* requests in one order, at most */
	int order_hours;			/* a request that has not ended by then is given up */
	const char *consent_url;	/* where a consent is given; NULL: nowhere */
	int per_second;				/* 0: no limit */
	int per_hour;				/* 0: no limit */
	int in_flight;
	int retries;
	int max_wait; /* seconds that a statement waits for a quota */
	int connect_timeout_ms;
	int first_byte_timeout_ms;
	int low_speed_s;
	int timeout_ms;
	int max_body;
	const char *proxy;	 /* URL, or NULL: directly */
	const char *ca_file; /* of the authorities to trust, or NULL: the system's */
} SgProfile;

typedef struct SgCredential
{
	const char *client_id;
	const char *client_secret;
	const char
		*token; /* the token itself, where the API has no call for one; then neither of them */
	const char *proxy_user; /* for the proxy, or NULL */
	const char *proxy_password;
} SgCredential;

/*
 * Reads the profile of a server for a user, palloc'd. Raises 22023 if an option that the server needs is
 * missing. Does no I/O.
 */
extern SgProfile *sg_profile_get(Oid server, Oid user);

/* May the current user use the server? */
extern bool sg_profile_may_use(const SgProfile *profile);

/* Raises 42501 if the current user may not use the server: asking spends its credential. */
extern void sg_profile_check_usage(const SgProfile *profile);

/*
 * Reads the credential of the user's mapping, palloc'd; reads the secret's file if the mapping names one.
 * Raises 42704 without a mapping, 22023 if it is incomplete.
 */
extern SgCredential *sg_profile_credential(const SgProfile *profile);

/*
 * A number that names credential and server in the ledger of paces, and the quota that the operator counts
 * apart, if any (else NULL); it reveals nothing of them.
 */
extern uint64 sg_profile_key(const SgProfile *profile, const SgCredential *credential,
							 const char *quota);

/*
 * The client_id of the user's mapping, palloc'd. Raises as sg_profile_credential, but reads no secret; with
 * "missing_ok" it returns NULL where a mapping has none.
 */
extern const char *sg_profile_client(const SgProfile *profile, bool missing_ok);

/* Has the user a mapping for the server? Without one sg_profile_credential raises. */
extern bool sg_profile_has_mapping(const SgProfile *profile);

/*
 * May a result be fetched from this link: is it TLS, or on the very host and port of the API? A link is what
 * the API says, and the network between is not the API's.
 */
extern bool sg_profile_allows_link(const SgProfile *profile, const char *link);

/* The relation that a foreign table stands for. Raises HV00J if it names none. */
extern const SgRelation *sg_profile_relation(Oid table);

/*
 * Checks options (a list of DefElem) given to an object of the catalog "catalog". Raises HV00D for an
 * unknown one, with the valid ones as hint, and 22023 or HV024 for a bad value.
 */
extern void sg_profile_validate(List *options, Oid catalog);

#endif
