/*
 * grant.c
 *		The token endpoint and the one that revokes: credentials and forms.
 */
#include "simulator.h"

#include <string.h>
#include <strings.h>

/* Both as sent and form-decoded: clients differ, and the standard asks for the latter. */
static bool
credentials_match(const char *id, const char *secret)
{
	char decoded_id[512];
	char decoded_secret[512];

	if (strcmp(id, settings.client_id) == 0 && strcmp(secret, settings.client_secret) == 0)
		return true;
	if (strlen(id) >= sizeof(decoded_id) || strlen(secret) >= sizeof(decoded_secret))
		return false;
	strcpy(decoded_id, id);
	strcpy(decoded_secret, secret);
	return form_decode(decoded_id) && form_decode(decoded_secret) &&
		   strcmp(decoded_id, settings.client_id) == 0 &&
		   strcmp(decoded_secret, settings.client_secret) == 0;
}

static void
refuse_client(Exchange *x)
{
	exchange_error(x, 400, "invalid_client",
				   "Client authentication failed (e.g., unknown client, no client authentication "
				   "included, or unsupported authentication method)");
}

static bool
judge_credentials(Exchange *x, const char *id, const char *secret)
{
	if (strcmp(id, settings.client_id) == 0)
		x->client = settings.client_id;
	if (!credentials_match(id, secret))
	{
		refuse_client(x);
		return false;
	}
	x->client = settings.client_id;
	return true;
}

static bool
check_credentials(Exchange *x, const Parameter *fields, int count)
{
	const char *id = form_get(fields, count, "client_id");
	const char *secret = form_get(fields, count, "client_secret");
	char basic[1024];

	if (x->authorization != NULL)
	{
		if (id != NULL || secret != NULL)
		{
			exchange_fault(x, "credentials both in the header and in the body");
			exchange_error(x, 400, "invalid_request", "more than one client authentication");
			return false;
		}
		if (strncasecmp(x->authorization, "Basic ", 6) != 0 ||
			!form_basic(x->authorization + 6, basic, sizeof(basic)))
		{
			exchange_fault(x, "Authorization header of the %s request is not Basic", x->endpoint);
			refuse_client(x);
			return false;
		}
		*strchr(basic, ':') = '\0';
		return judge_credentials(x, basic, basic + strlen(basic) + 1);
	}
	if (id == NULL || secret == NULL)
	{
		exchange_fault(x, "%s request without credentials", x->endpoint);
		exchange_error(x, 401, "Unauthorized",
					   "Valid authentication credentials are mandatory to access the resource");
		return false;
	}
	return judge_credentials(x, id, secret);
}

static bool
fields_known(Exchange *x, const Parameter *fields, int count, const char *const *known)
{
	for (int i = 0; i < count; i++)
	{
		const char *const *name = known;

		while (*name != NULL && strcmp(fields[i].name, *name) != 0)
			name++;
		if (*name == NULL)
		{
			exchange_fault(x, "unknown field in the %s request", x->endpoint);
			exchange_error(x, 400, "invalid_request", "unknown parameter");
			return false;
		}
	}
	return true;
}

static bool
is_form(const char *content_type)
{
	static const char form[] = "application/x-www-form-urlencoded";
	size_t length = sizeof(form) - 1;

	return content_type != NULL && strncasecmp(content_type, form, length) == 0 &&
		   (content_type[length] == '\0' || content_type[length] == ';' ||
			content_type[length] == ' ');
}

/* The fields of a form that is one, all of them known; -1 after an error. */
static int
read_form(Exchange *x, Parameter *fields, const char *const *known)
{
	int count;

	if (x->query_count > 0)
	{
		exchange_fault(x, "fields of the %s request in the query string", x->endpoint);
		exchange_error(x, 400, "invalid_request", "missing_parameter");
		return -1;
	}
	if (!is_form(x->content_type))
	{
		exchange_fault(x, "%s request is not form-encoded", x->endpoint);
		exchange_answer(x, 415, NULL, 0, "text/plain");
		return -1;
	}
	if (x->upload_too_long)
	{
		exchange_fault(x, "%s request body too long", x->endpoint);
		exchange_answer(x, 413, NULL, 0, "text/plain");
		return -1;
	}
	count = x->upload.data ? form_parse(x->upload.data, fields) : 0;
	if (count < 0)
	{
		exchange_fault(x, "%s request body is not a form", x->endpoint);
		exchange_error(x, 400, "invalid_request", "malformed body");
		return -1;
	}
	return fields_known(x, fields, count, known) ? count : -1;
}

void
grant_endpoint(Exchange *x)
{
	static const char *const known[] = {"grant_type", "client_id", "client_secret", "scope", NULL};
	Parameter fields[MAX_FIELDS];
	int count = read_form(x, fields, known);
	const char *type;
	char *body;

	if (count < 0)
		return;
	type = form_get(fields, count, "grant_type");
	if (type == NULL)
	{
		exchange_fault(x, "token request without grant_type");
		exchange_error(x, 400, "invalid_request", "missing_parameter: grant_type");
	}
	else if (strcmp(type, "client_credentials") != 0)
	{
		exchange_fault(x, "grant_type other than client_credentials");
		exchange_error(x, 400, "unsupported_grant_type",
					   "The authorization grant type is not supported by the authorization server");
	}
	else if (check_credentials(x, fields, count))
	{
		body = token_give(&x->scenario);
		exchange_answer(x, 200, body, strlen(body), "application/json");
	}
}

/* A token that nobody knows is as good as revoked, so that is no error. */
void
revoke_endpoint(Exchange *x)
{
	static const char *const known[] = {"token", "token_type_hint", "client_id", "client_secret",
										NULL};
	Parameter fields[MAX_FIELDS];
	int count = read_form(x, fields, known);
	const char *token;
	const char *hint;

	if (count < 0 || !check_credentials(x, fields, count))
		return;
	token = form_get(fields, count, "token");
	hint = form_get(fields, count, "token_type_hint");
	if (token == NULL || *token == '\0')
	{
		exchange_fault(x, "revoke request without token");
		exchange_error(x, 400, "invalid_request", "missing_parameter: token");
		return;
	}
	if (hint != NULL && strcmp(hint, "access_token") != 0)
	{
		exchange_fault(x, "token_type_hint other than access_token");
		exchange_error(x, 400, "unsupported_token_type",
					   "The authorization server does not support the revocation "
					   "of the presented token type");
		return;
	}
	state_lock();
	token_end(token);
	state_unlock();
	exchange_answer(x, 200, NULL, 0, "text/plain");
}
