/*
 * grdf_errors.c
 *	  What GRDF refuses, and in which words: functional errors in answers with status 200, and the others.
 */
#include "postgres.h"

#include <ctype.h>

#include "grdf.h"
#include "utils/timestamp.h"

/* The quota is not published; the clients that there are wait a second between requests. */
#define WAIT_THROTTLED USECS_PER_MINUTE

typedef struct Known
{
	const char *code;
	SgFaultKind kind;
} Known;

/* Seven digits: of data. Ten: of access rights. */
static const Known catalogue[] = {
	{"1000000", SG_FAULT_CONSENT},		/* the holder has moved out */
	{"1000001", SG_FAULT_CONSENT},		/* the right has expired */
	{"1000002", SG_FAULT_CONSENT},		/* there is none */
	{"1000008", SG_FAULT_EMPTY},		/* no data in the period */
	{"1000009", SG_FAULT_NOT_RECORDED}, /* the right is without published data */
	{"1000010", SG_FAULT_NOT_RECORDED}, /* the right is without informative data */
	{"1000011", SG_FAULT_CONSENT},		/* the proof of the consent was rejected */
	{"1000014", SG_FAULT_CONSENT},		/* the holder has revoked it */
	{"2000100", SG_FAULT_SERVER},		/* failed on a part of the period */
	{"1000000004", SG_FAULT_CONSENT},	/* the gas contract has ended */
	{"1000000006", SG_FAULT_CONSENT},	/* the point is not known */
	{"2000000007", SG_FAULT_SERVER},	{"2000000010", SG_FAULT_SERVER},
	{"2000000009", SG_FAULT_REQUEST}, /* more than 1000 points at once */
};

static SgFaultKind
kind_of_code(const char *code, SgFaultKind otherwise)
{
	for (int i = 0; i < lengthof(catalogue); i++)
		if (strcmp(catalogue[i].code, code) == 0)
			return catalogue[i].kind;
	return otherwise;
}

/* Zeros with at most a last digit: done, or waiting for the holder. */
static bool
is_success(const char *code)
{
	size_t zeros = strspn(code, "0");

	return zeros > 0 && zeros + 1 >= strlen(code);
}

/* The code for people; anything unprintable is left out. */
static void
copy_code(SgFault *fault, const char *code)
{
	size_t o = 0;

	for (; *code != '\0' && o + 1 < sizeof(fault->code); code++)
		if (isprint((unsigned char) *code))
			fault->code[o++] = *code;
	fault->code[o] = '\0';
}

/* The code and the message of an object that has them, or NULL: whichever of its two ways it takes. */
static char *
code_of(const SgNode *object, char **message, SgFault *fault)
{
	const SgNode *status = sg_member_object_if(object, "statut_restitution", fault);

	*message =
		sg_node_text(sg_node_member(status != NULL ? status : object,
									status != NULL ? "message" : "message_retour_traitement"));
	return status != NULL ? sg_member_text(status, "code", fault)
						  : sg_member_text(object, "code_statut_traitement", fault);
}

/* Puts code and message into a fault of that kind. */
static void
describe(SgFault *fault, SgFaultKind kind, const char *code, const char *message)
{
	char status[32] = "Code";
	char excerpt[200];

	if (fault->kind != SG_FAULT_NONE)
		return;
	sg_fault_excerpt(excerpt, sizeof(excerpt), message != NULL ? message : "",
					 message != NULL ? strlen(message) : 0);
	copy_code(fault, code);
	if (fault->status != 0)
		snprintf(status, sizeof(status), "HTTP status %d, code", fault->status);
	sg_fault_set(fault, kind, "%s %s%s%s", status, fault->code, excerpt[0] != '\0' ? ": " : ".",
				 excerpt);
}

bool
sg_grdf_refusal(const SgNode *object, SgFault *fault)
{
	char *message;
	char *code = code_of(object, &message, fault);

	/* a code that is not known is a stop for the point, not for everything */
	if (code != NULL && !is_success(code))
		describe(fault, kind_of_code(code, SG_FAULT_CONSENT), code, message);
	return code != NULL;
}

/* What a status means where the body has the API's own form. */
static SgFaultKind
kind_of_status(int status, bool concerns_point)
{
	switch (status)
	{
		case 400:
		case 409:
			return SG_FAULT_REQUEST;
		case 401:
			return SG_FAULT_TOKEN;
		case 403:
			return concerns_point ? SG_FAULT_CONSENT : SG_FAULT_SUBSCRIPTION;
		case 404:
			return SG_FAULT_CONSENT;
		case 429:
			return SG_FAULT_THROTTLED;
		default:
			return status >= 500 ? SG_FAULT_SERVER : SG_FAULT_SHAPE;
	}
}

/* Does the status alone say what is to be done, whatever code comes with it? */
static bool
is_plain(int status)
{
	return status == 401 || status == 429 || status >= 500;
}

static void
classify_object(int status, const SgNode *object, SgFault *fault)
{
	SgFault ignored = {0};
	char *message;
	char *code = code_of(object, &message, &ignored);
	bool concerns_point =
		sg_member_text(sg_member_object_if(object, "pce", &ignored), "id_pce", &ignored) != NULL;
	SgFaultKind kind = kind_of_status(status, concerns_point);

	if (code == NULL)
		return;
	describe(fault, is_plain(status) ? kind : kind_of_code(code, kind), code, message);
}

void
sg_grdf_classify(int status, const char *body, size_t len, TimestampTz now, SgFault *fault)
{
	char why[128];
	char excerpt[120];
	size_t at = 0;
	SgJson *json = sg_json_next(body, len, &at, why, sizeof(why));
	SgFaultKind kind = kind_of_status(status, false);

	fault->status = status;
	if (json != NULL)
		classify_object(status, sg_json_root(json), fault);
	/* without the API's own form they come from what stands before it, and say nothing of a point */
	if (status == 404 || (status == 403 && json == NULL))
		kind = SG_FAULT_SHAPE;
	sg_fault_excerpt(excerpt, sizeof(excerpt), body, len);
	sg_fault_set(fault, kind, "HTTP status %d%s%s", status,
				 len > 0 ? ": " : ", with an empty body.", excerpt);
	if (fault->kind == SG_FAULT_THROTTLED)
		fault->not_before = now + WAIT_THROTTLED;
	if (json != NULL)
		sg_json_close(json);
}
