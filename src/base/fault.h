/*
 * fault.h
 *	  What can go wrong between the question and the rows, and what it is worth.
 *
 * A fault is a value. The floor that notices it fills it in; the floor that knows the query decides
 * whether it is an error (sg_fault_raise), a retry, or something to remember.
 */
#ifndef SG_FAULT_H
#define SG_FAULT_H

#include "postgres.h"
#include "base/compat.h"
#include "datatype/timestamp.h"

typedef enum SgFaultKind
{
	SG_FAULT_NONE,
	SG_FAULT_OPTION,	   /* an option or argument out of contract */
	SG_FAULT_CONNECT,	   /* no connection: refused, DNS, TLS */
	SG_FAULT_TIMEOUT,	   /* one request took too long */
	SG_FAULT_REQUEST,	   /* the API calls the request bad */
	SG_FAULT_TOKEN,		   /* the credential or its token is refused */
	SG_FAULT_SUBSCRIPTION, /* the application may not use this API */
	SG_FAULT_CONSENT,	   /* no right on this point: none, revoked, expired, moved out, unknown */
	SG_FAULT_DIRECTION,	   /* the point has nothing in this direction */
	SG_FAULT_NOT_RECORDED, /* the holder opposed the recording of the curve */
	SG_FAULT_FLOOR,		   /* the window begins before the point's activation */
	SG_FAULT_HISTORY,	   /* the window begins before what the API keeps */
	SG_FAULT_BEFORE_CONSENT, /* the window begins before what the holder consented to */
	SG_FAULT_EMPTY,			 /* the API says in so many words that there is nothing */
	SG_FAULT_THROTTLED,		 /* too many requests */
	SG_FAULT_QUOTA,			 /* the operator's daily limit for one meter: hours */
	SG_FAULT_LINK,			 /* the link to a result is not good any more */
	SG_FAULT_ORDER,			 /* an order came to nothing: given up, or not told apart */
	SG_FAULT_SERVER,		 /* the API failed */
	SG_FAULT_TOO_LARGE,		 /* the body is larger than the limit */
	SG_FAULT_SHAPE,			 /* not JSON, another shape, cut short */
	SG_FAULT_VALUE,			 /* a value that its column cannot hold */
	SG_FAULT_KINDS
} SgFaultKind;

/* How far a fault reaches: what else is not worth asking after it. */
typedef enum SgFaultScope
{
	SG_SCOPE_WINDOW,	/* this window only */
	SG_SCOPE_CURVE,		/* this relation and direction of the point */
	SG_SCOPE_DIRECTION, /* all series of the point in this direction */
	SG_SCOPE_POINT,		/* all of the point */
	SG_SCOPE_API,		/* this endpoint, for every point */
	SG_SCOPE_QUOTA,		/* what the operator counts together: one API, or all of them */
	SG_SCOPE_SERVER		/* everything behind this server */
} SgFaultScope;

#define SG_FAULT_CODE_LEN 48
#define SG_FAULT_TEXT_LEN 400

typedef struct SgFault
{
	SgFaultKind kind;
	int status;					  /* HTTP status, 0 if there was no answer */
	char code[SG_FAULT_CODE_LEN]; /* the API's own code, or "" */
	char text[SG_FAULT_TEXT_LEN]; /* one sentence, without secrets: becomes the detail */
	bool maybe_floor;			  /* EMPTY, in words that can mean FLOOR too */
	TimestampTz not_before;		  /* when asking again makes sense, 0 if not said */
} SgFault;

/* What the table knows of one kind of fault. */
typedef struct SgFaultClass
{
	const char *name;	 /* word for relations: 'consent', 'throttled' */
	int sqlstate;		 /* MAKE_SQLSTATE form; 0: never an error */
	SgFaultScope scope;	 /* how far it reaches */
	bool retried;		 /* worth sending the same request again */
	const char *message; /* primary message; %s is the name of the server */
	const char *hint;	 /* what the user can do, or NULL */
} SgFaultClass;

/* The row of the fault table for a kind; never NULL. */
extern const SgFaultClass *sg_fault_class(SgFaultKind kind);

/*
 * Sets a fault: kind, and a printf-like sentence for the detail, cut to fit. Keeps the first of two
 * faults: the second is most often its consequence.
 */
extern void sg_fault_set(SgFault *fault, SgFaultKind kind, const char *fmt, ...)
	pg_attribute_printf(3, 4);

/* Empties a fault. */
extern void sg_fault_clear(SgFault *fault);

/*
 * Raises the fault as an ERROR with its SQLSTATE, message, detail and hint. "server" names the
 * foreign server, "context" (or NULL) the relation, point and window that were being read.
 */
pg_noreturn extern void sg_fault_raise(const SgFault *fault, const char *server,
									   const char *context);

/* The same, but the log does not get the context: it may name a person. */
pg_noreturn extern void sg_fault_raise_unlogged(const SgFault *fault, const char *server,
												const char *context);

/*
 * Writes at most "size" - 1 printable characters of a body into "out": what a person may see of an
 * answer that could not be read. Long runs of letters and digits, which could be secrets, and digits of
 * a point's number are masked.
 */
extern void sg_fault_excerpt(char *out, size_t size, const char *body, size_t len);

#endif
