/*
 * grdf.c
 *		GRDF ADICT: its token, its paths, and what every request of it goes through.
 *
 * What a point measures is in gas.c, and so are the points that are refused.  A
 * PCE that begins with 04040404 is not known.  Errors come in the API's own
 * envelope, most of them with status 200.
 */
#include "grdf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_PATH "/oauth2/aus5y2ta2uEHjCWIR417/v1/token"
#define UNKNOWN_PREFIX "04040404"
/* Of what no correct client asks for; the code is nobody's. */
#define MANNERS "1000099"

#define OF_POINT(name, serve)                                      \
	{                                                              \
#name, "/pce/" #name, "GET", serve, NULL, MEASURE_DAILY, 0 \
	}

/* The paths behind the base; what belongs to a point has it after "/pce/". */
static const Endpoint endpoints[] = {
	OF_POINT(donnees_consos_informatives, grdf_readings),
	OF_POINT(donnees_consos_publiees, grdf_readings),
	OF_POINT(donnees_injections_publiees, grdf_readings),
	OF_POINT(donnees_contractuelles, grdf_contract),
	OF_POINT(donnees_techniques, grdf_technical),
	{"droits_acces", "/droits_acces", "POST", grdf_rights, NULL, MEASURE_DAILY, 0},
};

#define ENDPOINTS (sizeof(endpoints) / sizeof(endpoints[0]))

static const Endpoint token_endpoint = {"token", TOKEN_PATH, "POST", NULL, NULL, MEASURE_DAILY, 0};

static const char *const bases[] = {"/adict/v2", "/adict/bas/v6"};

#define BASES (sizeof(bases) / sizeof(bases[0]))

static const struct
{
	const char *code;
	const char *message;
} messages[] = {
	{"1000000", "Le titulaire a quitt\303\251 les lieux"},
	{"1000001", "Le droit d'acc\303\250s a expir\303\251"},
	{"1000002", "Aucun droit d'acc\303\250s sur ce point"},
	{"1000008", "Aucune donn\303\251e sur la p\303\251riode"},
	{"1000009", "Le droit d'acc\303\250s est sans donn\303\251es publi\303\251es"},
	{"1000010", "Le droit d'acc\303\250s est sans donn\303\251es informatives"},
	{"1000011", "La preuve du consentement est rejet\303\251e"},
	{"1000014", "Le titulaire a r\303\251voqu\303\251 le droit d'acc\303\250s"},
	{"2000100", "Une partie de la p\303\251riode manque"},
};

/* The name as the journal has it, for as long as the program runs, or NULL. */
const char *
grdf_known(const char *endpoint)
{
	for (size_t i = 0; i < ENDPOINTS; i++)
	{
		if (strcmp(endpoints[i].name, endpoint) == 0)
			return endpoints[i].name;
	}
	return NULL;
}

bool
grdf_is(const Exchange *x, const char *endpoint)
{
	return strcmp(x->endpoint, endpoint) == 0;
}

/* -------- errors -------- */

static void
add_envelope(Text *out, const Exchange *x, const char *code, const char *message)
{
	text_printf(out,
				"{\"pce\":{\"id_pce\":\"%s\"},\"periode\":{\"valeur\":null,\"date_debut\":\"%s\","
				"\"date_fin\":\"%s\"},",
				x->point, x->start, x->end);
	text_puts(out, "\"releve_debut\":null,\"releve_fin\":null,\"consommation\":null,");
	text_printf(out, "\"statut_restitution\":{\"code\":\"%s\",\"message\":\"%s\"}}\n", code,
				message);
}

/* One line: the API's envelope around an error. */
void
grdf_add_error(Text *out, const Exchange *x, const char *code)
{
	const char *message = "Un autre cas";

	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
	{
		if (strcmp(messages[i].code, code) == 0)
			message = messages[i].message;
	}
	add_envelope(out, x, code, message);
}

bool
grdf_refuse(Exchange *x, const char *fault)
{
	Text body = {NULL, 0, 0};

	exchange_fault(x, "%s", fault);
	add_envelope(&body, x, MANNERS, fault);
	exchange_answer(x, 400, body.data, body.length, GRDF_NDJSON);
	return false;
}

static bool
give(Exchange *x, int status, const char *body)
{
	exchange_answer(x, status, must(strdup(body)), strlen(body), "application/json");
	return false;
}

/* -------- the way in -------- */

bool
grdf_check_pce(Exchange *x)
{
	bool small = strncmp(x->point, "GI", 2) == 0;
	const char *digits = x->point + (small ? 2 : 0);

	if (strlen(digits) != (small ? 6 : 14) || strspn(digits, "0123456789") != strlen(digits))
		return grdf_refuse(x, "id_pce is neither 14 digits nor GI and 6 digits");
	if (strncmp(x->point, UNKNOWN_PREFIX, strlen(UNKNOWN_PREFIX)) == 0)
		return give(x, 404,
					"{\"code_statut_traitement\":\"1000000006\","
					"\"message_retour_traitement\":\"PCE inconnu\"}");
	return true;
}

/* Token, pace, headers; of the gate's errors, which are another API's, only the status is kept. */
static bool
enter(Exchange *x)
{
	if (!gate_open(x))
		return give(x, x->status,
					x->status == 429 ? "{\"message\":\"quota\"}" : "{\"error\":\"invalid_token\"}");
	return gate_accept(x) && (grdf_is(x, "droits_acces") || grdf_check_pce(x));
}

/* Does the refusal of a point hold for what is asked? */
static bool
concerns(const Exchange *x, const char *code)
{
	bool readings = x->route->serve == grdf_readings;

	if (strcmp(code, "1000008") == 0)
		return readings;
	if (strcmp(code, "1000009") == 0)
		return grdf_is(x, "donnees_consos_publiees");
	if (strcmp(code, "1000010") == 0)
		return grdf_is(x, "donnees_consos_informatives");
	/* some of the period is there */
	return strcmp(code, "2000100") != 0;
}

/* What a scenario or the point itself puts in the place of the data. */
bool
grdf_replaces(Exchange *x)
{
	bool empty = x->scenario.empty && x->route->serve == grdf_readings;
	const char *code = empty ? "1000008" : gas_refusal(x->point);
	Text body = {NULL, 0, 0};

	if (!empty && gate_replaces(x))
		return true;
	if (code == NULL || !concerns(x, code))
		return false;
	grdf_add_error(&body, x, code);
	exchange_answer(x, 200, body.data, body.length, GRDF_NDJSON);
	return true;
}

/* -------- the token -------- */

/* The scope is the base path whose data the token is for; the answer repeats it. */
static const char *
scope_of(const Exchange *x)
{
	Parameter fields[MAX_FIELDS];
	char *copy = must(strdup(x->upload.data ? x->upload.data : ""));
	int count = form_parse(copy, fields);
	const char *scope = count > 0 ? form_get(fields, count, "scope") : NULL;
	const char *known = NULL;

	for (size_t i = 0; scope != NULL && i < BASES; i++)
	{
		if (strcmp(bases[i], scope) == 0)
			known = bases[i];
	}
	free(copy);
	return known;
}

static void
serve_token(Exchange *x)
{
	const char *scope = scope_of(x);

	if (strcmp(x->method, "POST") != 0)
	{
		exchange_fault(x, "wrong method, POST expected");
		exchange_error(x, 405, "invalid_request", "method not allowed");
	}
	else if (x->authorization != NULL)
	{
		exchange_fault(x, "credentials of the token request in its header");
		exchange_error(x, 401, "invalid_client", "client authentication failed");
	}
	else if (scope == NULL)
	{
		exchange_fault(x, "token request without a base path as its scope");
		exchange_error(x, 400, "invalid_scope", "one or more scopes are not configured");
	}
	else
	{
		if (x->scenario.scope == NULL)
			x->scenario.scope = scope;
		grant_endpoint(x);
		/* wrong credentials are a 401 here */
		if (x->status == 400 && x->fault[0] == '\0')
			x->status = 401;
	}
}

static void
give_token(Exchange *x)
{
	const Canned *error = scenario_error_at(&x->scenario, x->endpoint);

	if (error != NULL)
		exchange_canned_at(x, error, clock_now_us() / 1000000 + x->scenario.next);
	else
		serve_token(x);
	if (x->fault[0] == '\0')
		faults_end(x);
}

/* -------- the paths -------- */

/* Takes the point out of "/pce/POINT/NAME"; true if the rest is the endpoint's. */
static bool
same_path(Exchange *x, const Endpoint *endpoint, const char *path)
{
	const char *slash;

	if (strncmp(endpoint->path, "/pce/", 5) != 0)
		return strcmp(endpoint->path, path) == 0;
	slash = strncmp(path, "/pce/", 5) == 0 ? strchr(path + 5, '/') : NULL;
	if (slash == NULL || strcmp(slash + 1, endpoint->name) != 0)
		return false;
	snprintf(x->point, sizeof(x->point), "%.*s", (int) (slash - path - 5), path + 5);
	return true;
}

static bool
find_route(Exchange *x)
{
	for (size_t i = 0; i < BASES; i++)
	{
		size_t length = strlen(bases[i]);

		for (size_t j = 0; strncmp(x->path, bases[i], length) == 0 && j < ENDPOINTS; j++)
		{
			if (!same_path(x, &endpoints[j], x->path + length))
				continue;
			x->route = &endpoints[j];
			return true;
		}
	}
	return false;
}

/* Answers the request if its path is one of GRDF's. */
bool
grdf_route(Exchange *x)
{
	bool token = strcmp(x->path, TOKEN_PATH) == 0;

	if (!token && !find_route(x))
		return false;
	if (token)
		x->route = &token_endpoint;
	x->endpoint = x->route->name;
	faults_begin(x, token);
	if (token)
		give_token(x);
	else if (strcmp(x->method, x->route->method) != 0)
		grdf_refuse(x, "wrong method");
	else if (enter(x))
		x->route->serve(x);
	return true;
}
