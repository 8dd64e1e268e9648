/*
 * http.h
 *	  HTTP exchanges that run side by side in one backend, and the one function that waits for them.
 *
 * Connections are kept as long as the backend lives. The transport never raises for what the network
 * does: it returns a status, and the floor that knows the query decides.
 */
#ifndef SG_HTTP_H
#define SG_HTTP_H

#include "postgres.h"
#include "base/fault.h"
#include "datatype/timestamp.h"
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

/* The way to the server. All may be NULL: directly, and by the system's authorities. */
typedef struct SgHttpRoute
{
	const char *proxy;			/* URL */
	const char *proxy_user;		/* for Basic authentication at the proxy */
	const char *proxy_password; /* with proxy_user */
	const char *ca_file;		/* PEM: the only authorities that are trusted */
} SgHttpRoute;

typedef struct SgHttpRequest
{
	const char *url;
	const char *bearer;	  /* access token, or NULL */
	const char *user;	  /* for Basic authentication, or NULL */
	const char *password; /* with user */
	const char *form;	  /* body of a POST, already encoded; without form and json it is a GET */
	const char *json;	  /* the same as JSON */
	const char *accept;	  /* the whole Accept header; NULL: JSON */
	const char *method;	  /* instead of GET or POST, or NULL */
	List *headers;		  /* of char *: more of them, "name: value" */
	bool once; /* it must not leave twice: a kept connection that is dead would send it again */
	size_t max_body; /* as it travels and unpacked */
	SgHttpRoute route;
} SgHttpRequest;

typedef struct SgHttp SgHttp;

/*
 * Starts an exchange; nothing of "request" is needed after the return. The exchange belongs to the
 * current memory context: it ends when sg_http_end is called or when that context is reset or deleted,
 * so an error in the middle leaks nothing. Raises only when out of memory.
 */
extern SgHttp *sg_http_start(const SgHttpRequest *request);

/*
 * Waits until a running exchange of this backend moves, or until "until" (0: no limit), whichever comes
 * first, and does what can be done. Cancel, time-outs, termination and shutdown end it with their own
 * errors. This is the only wait of the extension.
 */
extern void sg_http_wait(TimestampTz until);

/* How many exchanges can have a connection at once; more would wait for one, and that is not their server's fault. */
extern int sg_http_room(void);

/*
 * The time, in microseconds, for which this backend's transfers could move. It stands still while nobody waits for
 * them, so that a slow reader of rows is not taken for a slow server.
 */
extern int64 sg_http_clock(void);

/*
 * For a wait that is not ours: a descriptor, to be closed with sg_http_close_descriptor, that is readable when
 * sg_http_wait would find something to do, at the earliest of the moments that were given to sg_http_alarm, and
 * when somebody else has waited; until sg_http_quiet. -1 where the system has no such thing, or none is free.
 */
extern int sg_http_descriptor(void);
extern void sg_http_alarm(TimestampTz until);
extern void sg_http_quiet(void);
extern void sg_http_close_descriptor(int fd);

/*
 * May its request have reached the server, through proxy and TLS? Only then can an exchange that failed have done
 * something.
 */
extern bool sg_http_left(const SgHttp *http);

/* Has the first byte of the answer come? */
extern bool sg_http_begun(const SgHttp *http);

/* Ends a running exchange as one that timed out, for a reason that its fault will give. */
extern void sg_http_give_up(SgHttp *http, const char *why);

/* Has the exchange come to its end, good or bad? */
extern bool sg_http_done(const SgHttp *http);

/*
 * What came of an exchange that is done: the HTTP status (0 if there was no whole answer: then "fault"
 * says why), the body with a NUL byte after it (owned by the exchange), and the delay in seconds that a
 * Retry-After header gave (-1 if none).
 */
extern int sg_http_result(SgHttp *http, char **body, size_t *len, int *retry_after, SgFault *fault);

/* Bytes of headers and body received so far. */
extern int64 sg_http_bytes(const SgHttp *http);

/* Microseconds between its start and the moment when its request could leave: the connection's time. */
extern int64 sg_http_late(const SgHttp *http);

/* Closes the connection of an exchange that is done, unless others share it: no request is to follow on it. */
extern void sg_http_distrust(const SgHttp *http);

/* Ends the exchange, whatever its state, and frees all that it holds. */
extern void sg_http_end(SgHttp *http);

/* Appends text to a URL or form, escaping all but unreserved characters. */
extern void sg_http_escape(StringInfo out, const char *text);

#endif
