/*
 * switchgrid.c
 *		The paths of the Switchgrid API, and what each request goes through.
 */
#include "switchgrid.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define RESOURCE(name, method, path, generation, serve)                 \
	{                                                                   \
		{name, path, method, serve, NULL, MEASURE_DAILY, 0}, generation \
	}

/* Asks are under the root of each generation. */
#define ASKS(generation, prefix, create)                                              \
	RESOURCE(create, "POST", prefix "/ask", generation, ask_create),                  \
		RESOURCE("ask_list", "GET", prefix "/ask", generation, ask_list),             \
		RESOURCE("ask_get", "GET", prefix "/ask/{id}", generation, ask_get),          \
		RESOURCE("ask_delete", "DELETE", prefix "/ask/{id}", generation, ask_delete), \
		RESOURCE("ask_proof", "GET", prefix "/ask/{id}/proof", generation, ask_proof)

#define ENEDIS_V0 "/integration/enedis"
#define GRDF "/integration/grdf-adict/donnees-informatives"

static const Resource resources[] = {
	ASKS(OF_V2, "/enedis/v2", "v2_ask_create"),
	RESOURCE("search", "GET", "/enedis/v2/search_contract", OF_V2, search_endpoint),
	RESOURCE("consent_get", "GET", "/enedis/v2/consent/{id}", OF_V2, consent_get),
	RESOURCE("consent_delete", "DELETE", "/enedis/v2/consent/{id}", OF_V2, consent_delete),
	RESOURCE("v2_order_create", "POST", "/enedis/v2/order", OF_V2, order_create),
	RESOURCE("order_get", "GET", "/enedis/v2/order/{id}", OF_V2, order_get),
	RESOURCE("data", "GET", "/enedis/v2/request/{id}/data", OF_V2, curve_endpoint),

	ASKS(OF_V0_1, "/v0_1", "v0_1_ask_create"),
	RESOURCE("gas", "POST", "/v0_1" GRDF, OF_V0_1, gas_endpoint),

	ASKS(OF_V0, "", "v0_ask_create"),
	RESOURCE("search", "POST", ENEDIS_V0 "/search_contract", OF_V0, search_endpoint),
	RESOURCE("v0_order_create", "POST", ENEDIS_V0 "/order", OF_V0, order_create),
	RESOURCE("order_get", "GET", ENEDIS_V0 "/order/{id}", OF_V0, order_get),
	RESOURCE("data", "GET", ENEDIS_V0 "/request/{id}/data", OF_V0, curve_endpoint),
	RESOURCE("gas", "POST", GRDF, OF_V0, gas_endpoint),

	RESOURCE("events", "GET", "/api/homeassistant/events", OF_NONE, events_endpoint),
	RESOURCE("file", "GET", "/files/{id}", OF_NONE, file_endpoint),
	RESOURCE("sign", "GET", "/sign/{id}", OF_NONE, ask_sign),
};

#define RESOURCES (sizeof(resources) / sizeof(resources[0]))

/* The name as the journal has it, for as long as the program runs, or NULL. */
const char *
switchgrid_known(const char *endpoint)
{
	for (size_t i = 0; i < RESOURCES; i++)
	{
		if (strcmp(resources[i].endpoint.name, endpoint) == 0)
			return resources[i].endpoint.name;
	}
	return NULL;
}

Generation
generation_of(const Exchange *x)
{
	return ((const Resource *) x->route)->generation;
}

/* Whether the test environment is meant. */
bool
is_test(const Exchange *x)
{
	return x->test_env != NULL && strcmp(x->test_env, "true") == 0;
}

/* The address of the simulator as this client writes it, with its scenario. */
void
root_address(const Exchange *x, Text *out)
{
	server_address(x, out);
	if (x->scenario.prefix[0] != '\0')
	{
		text_puts(out, "/~");
		text_puts(out, x->scenario.prefix);
	}
}

/* What stands in the place of {id} goes to the detail. */
static bool
same_path(const char *pattern, const char *path, char *id, size_t size)
{
	const char *brace = strchr(pattern, '{');
	size_t head = brace != NULL ? (size_t) (brace - pattern) : 0;
	size_t length;

	if (brace == NULL)
		return strcmp(pattern, path) == 0;
	if (strncmp(pattern, path, head) != 0)
		return false;
	length = strcspn(path + head, "/");
	if (length == 0 || length >= size || strcmp(strchr(brace, '}') + 1, path + head + length) != 0)
		return false;
	memcpy(id, path + head, length);
	id[length] = '\0';
	return true;
}

/* The right one, or one with another method, or NULL. */
static const Resource *
find_resource(Exchange *x)
{
	const Resource *near = NULL;

	for (size_t i = 0; i < RESOURCES; i++)
	{
		if (!same_path(resources[i].endpoint.path, x->path, x->detail, sizeof(x->detail)))
			continue;
		near = &resources[i];
		if (strcmp(near->endpoint.method, x->method) == 0)
			return near;
	}
	return near;
}

static bool
admit_method(Exchange *x)
{
	if (strcmp(x->route->method, x->method) == 0)
		return true;
	return refuse(x, 405, "wrong method", "method not allowed");
}

static bool
admit_version(Exchange *x)
{
	if (generation_of(x) != OF_V0)
		return true;
	if (x->api_version == NULL)
		return refuse(x, 400, "missing x-api-version header", "x-api-version is missing");
	return strcmp(x->api_version, "v0") == 0 ||
		   refuse(x, 400, "x-api-version is not v0", "unknown x-api-version");
}

/* The secret of the application is the token; where none belongs, it must not be told. */
static bool
admit_token(Exchange *x)
{
	const char *token = x->authorization;

	if (generation_of(x) == OF_NONE)
		return token == NULL || refuse(x, 400, "Authorization header where no token belongs",
									   "Only one auth mechanism allowed");
	if (token == NULL)
		return refuse(x, 401, "missing Authorization header", "Unauthorized");
	if (strncasecmp(token, "Bearer ", 7) != 0)
		return refuse(x, 401, "Authorization header is not Bearer", "Unauthorized");
	if (strcmp(token + 7, settings.client_secret) != 0)
		return refuse(x, 401, "unknown access token", "Unauthorized");
	x->client = settings.client_id;
	return !x->scenario.expired || refuse(x, 401, NULL, "Unauthorized");
}

/* Copies the parameters; anything else in the query breaks the contract. */
bool
switchgrid_query(Exchange *x, const Slot *slots, int count)
{
	for (int i = 0; i < x->query_count; i++)
	{
		const Slot *slot = slots;

		while (i < MAX_PARAMETERS && slot < slots + count &&
			   strcmp(slot->name, x->query[i].name) != 0)
			slot++;
		if (i >= MAX_PARAMETERS || slot == slots + count)
			return refuse(x, 400, "unknown parameter in the query", "unknown query parameter");
		if (slot->value[0] != '\0')
			return refuse(x, 400, "parameter given twice", "a parameter is given more than once");
		if (x->query[i].value == NULL || x->query[i].value[0] == '\0' ||
			strlen(x->query[i].value) >= slot->size)
			return refuse(x, 400, "parameter without a usable value", "bad query parameter");
		strcpy(slot->value, x->query[i].value);
	}
	return true;
}

/*
 * Orders stay whole unless they are named, because the files that are to be spoilt come of them; and a
 * visit to the page where a holder consents is no data.
 */
static bool
is_spared(const Endpoint *endpoint)
{
	return endpoint->serve == order_create || endpoint->serve == order_get ||
		   endpoint->serve == ask_sign;
}

/* Answers the request if its path is one of the API's. */
bool
switchgrid_route(Exchange *x)
{
	const Resource *resource = find_resource(x);
	const Canned *error;

	if (resource == NULL)
		return false;
	x->route = &resource->endpoint;
	x->endpoint = x->route->name;
	faults_begin(x, is_spared(x->route));
	if (!admit_method(x) || !admit_version(x) || !admit_token(x))
		return true;
	x->delay_ms = x->scenario.faults.delay;
	error = gate_error(x);
	if (error != NULL)
		refuse_canned(x, error);
	else
		x->route->serve(x);
	if (x->fault[0] == '\0')
		faults_end(x);
	return true;
}
