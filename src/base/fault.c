/*
 * fault.c
 *	  The fault table, and the one place where a fault becomes an error.
 */
#include "postgres.h"

#include <ctype.h>

#include "fault.h"

/* A word this long in a body may be a token or a secret; shorter ones are prose. */
#define SECRET_WORD_LEN 20
/* A number this long may name a point or a person. */
#define PERSONAL_DIGITS 6

#define ANY ERRCODE_EXTERNAL_ROUTINE_EXCEPTION

/* Ordered as the enum; the scope says what else is not worth asking after the fault. */
static const SgFaultClass classes[SG_FAULT_KINDS] = {
	[SG_FAULT_NONE] = {"none", 0, SG_SCOPE_WINDOW, false, "no fault on server \"%s\"", NULL},
	[SG_FAULT_OPTION] = {"option", ERRCODE_INVALID_PARAMETER_VALUE, SG_SCOPE_SERVER, false,
						 "cannot use the options of server \"%s\"", NULL},
	[SG_FAULT_CONNECT] = {"connect", ERRCODE_FDW_UNABLE_TO_ESTABLISH_CONNECTION, SG_SCOPE_SERVER,
						  true, "could not connect to server \"%s\"",
						  "Check the server's base_url, the network and the certificate."},
	[SG_FAULT_TIMEOUT] = {"timeout", ERRCODE_CONNECTION_FAILURE, SG_SCOPE_WINDOW, true,
						  "server \"%s\" did not answer in time",
						  "The server options connect_timeout, first_byte_timeout, low_speed_time "
						  "and timeout set how long to wait."},
	[SG_FAULT_REQUEST] = {"request", ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE, SG_SCOPE_WINDOW, false,
						  "server \"%s\" refused the request as invalid", NULL},
	[SG_FAULT_TOKEN] = {"token", ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION, SG_SCOPE_SERVER,
						false, "server \"%s\" refused the credential",
						"Check client_id and client_secret, or token, of the user mapping."},
	[SG_FAULT_SUBSCRIPTION] = {"subscription", ERRCODE_INSUFFICIENT_PRIVILEGE, SG_SCOPE_API, false,
							   "the application has not subscribed to this API of server \"%s\"",
							   "Subscribe the application to the API on the operator's portal."},
	[SG_FAULT_CONSENT] = {"consent", ERRCODE_INSUFFICIENT_PRIVILEGE, SG_SCOPE_POINT, false,
						  "server \"%s\" gives no right on the point",
						  "The holder of the contract must give a (new) consent."},
	[SG_FAULT_DIRECTION] = {"direction", 0, SG_SCOPE_DIRECTION, false,
							"server \"%s\" has nothing in this direction of the point", NULL},
	[SG_FAULT_NOT_RECORDED] = {"not recorded", 0, SG_SCOPE_CURVE, false,
							   "the curve of the point is not recorded on server \"%s\"", NULL},
	[SG_FAULT_FLOOR] = {"activation", 0, SG_SCOPE_WINDOW, false,
						"server \"%s\" has nothing before the point's activation", NULL},
	[SG_FAULT_HISTORY] = {"history", 0, SG_SCOPE_WINDOW, false,
						  "server \"%s\" keeps nothing that old", NULL},
	[SG_FAULT_BEFORE_CONSENT] = {"before consent", 0, SG_SCOPE_WINDOW, false,
								 "server \"%s\" gives nothing before the consent", NULL},
	[SG_FAULT_EMPTY] = {"empty", 0, SG_SCOPE_WINDOW, false, "server \"%s\" has no data", NULL},
	[SG_FAULT_THROTTLED] = {"throttled", ERRCODE_CONFIGURATION_LIMIT_EXCEEDED, SG_SCOPE_QUOTA, true,
							"server \"%s\" allows no more requests for now",
							"Ask again later, or lower the server options per_second and "
							"per_hour."},
	[SG_FAULT_QUOTA] = {"daily limit", ERRCODE_CONFIGURATION_LIMIT_EXCEEDED, SG_SCOPE_CURVE, false,
						"the operator behind server \"%s\" gives no more of the meter today",
						"The operator limits how often a meter is asked in a day."},
	[SG_FAULT_LINK] = {"link", ANY, SG_SCOPE_WINDOW, false,
					   "a result of server \"%s\" could not be fetched", NULL},
	[SG_FAULT_ORDER] = {"order", ANY, SG_SCOPE_WINDOW, false,
						"an order on server \"%s\" came to nothing", NULL},
	[SG_FAULT_SERVER] = {"server", ANY, SG_SCOPE_WINDOW, true, "server \"%s\" failed",
						 "The fault is on the operator's side; ask again later."},
	[SG_FAULT_TOO_LARGE] = {"too large", ERRCODE_PROGRAM_LIMIT_EXCEEDED, SG_SCOPE_WINDOW, false,
							"the answer of server \"%s\" is too large",
							"The server option max_body sets the limit."},
	[SG_FAULT_SHAPE] = {"shape", ERRCODE_FDW_UNABLE_TO_CREATE_REPLY, SG_SCOPE_WINDOW, false,
						"could not read the answer of server \"%s\"",
						"The API may have changed, or something stands between it and this "
						"server."},
	[SG_FAULT_VALUE] = {"value", ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, SG_SCOPE_WINDOW, false,
						"server \"%s\" sent a value that is out of range", NULL},
};

const SgFaultClass *
sg_fault_class(SgFaultKind kind)
{
	Assert(kind >= 0 && kind < SG_FAULT_KINDS);
	return &classes[kind];
}

void
sg_fault_clear(SgFault *fault)
{
	memset(fault, 0, sizeof(*fault));
}

void
sg_fault_set(SgFault *fault, SgFaultKind kind, const char *fmt, ...)
{
	va_list args;

	if (fault->kind != SG_FAULT_NONE)
		return;
	fault->kind = kind;
	va_start(args, fmt);
	vsnprintf(fault->text, sizeof(fault->text), fmt, args);
	va_end(args);
}

static void
raise_fault(const SgFault *fault, const char *server, const char *context, bool hidden)
{
	const SgFaultClass *class = sg_fault_class(fault->kind);

	ereport(ERROR,
			(errcode(class->sqlstate != 0 ? class->sqlstate : ANY), errmsg(class->message, server),
			 fault->text[0] != '\0' ? errdetail("%s", fault->text) : 0,
			 class->hint != NULL ? errhint("%s", class->hint) : 0,
			 context != NULL ? errcontext("%s", context) : 0, errhidecontext(hidden)));
}

void
sg_fault_raise(const SgFault *fault, const char *server, const char *context)
{
	raise_fault(fault, server, context, false);
	pg_unreachable();
}

void
sg_fault_raise_unlogged(const SgFault *fault, const char *server, const char *context)
{
	raise_fault(fault, server, context, true);
	pg_unreachable();
}

/* The length of the run of characters of a word (or token) that begins at "s". */
static size_t
word_length(const char *s, size_t len, bool *digits)
{
	size_t n = 0;

	*digits = true;
	while (n < len && (isalnum((unsigned char) s[n]) || (s[n] != '\0' && strchr("-_+/=.", s[n]))))
	{
		if (!isdigit((unsigned char) s[n]))
			*digits = false;
		n++;
	}
	return n;
}

/*
 * The letter of French words without its accent, at two bytes of UTF-8; NUL if there is none. The operators write
 * French, and not every database can.
 */
static char
plain_letter(const char *s, size_t len)
{
	/* U+00C0 to U+00FF; a dot for what is no letter */
	static const char plain[] = "AAAAAAACEEEEIIIIDNOOOOO.OUUUUYTsaaaaaaaceeeeiiiidnooooo.ouuuuyty";

	if (len < 2 || (unsigned char) s[0] != 0xC3 || ((unsigned char) s[1] & 0xC0) != 0x80)
		return '\0';
	return plain[(unsigned char) s[1] & 0x3F];
}

void
sg_fault_excerpt(char *out, size_t size, const char *body, size_t len)
{
	size_t at = 0;
	size_t o = 0;

	while (at < len && o + 4 < size)
	{
		bool digits;
		size_t n = word_length(body + at, len - at, &digits);

		if (n >= SECRET_WORD_LEN || (digits && n >= PERSONAL_DIGITS))
		{
			memcpy(out + o, "***", 3);
			o += 3;
			at += n;
			continue;
		}
		if (n == 0 && (out[o] = plain_letter(body + at, len - at)) != '\0')
		{
			o++;
			at += 2;
			continue;
		}
		for (n = Max(n, 1); n > 0 && o + 1 < size; n--, at++)
			out[o++] = (body[at] >= ' ' && body[at] < 0x7f) ? body[at] : '.';
	}
	while (o > 0 && out[o - 1] == ' ')
		o--;
	out[o] = '\0';
}
