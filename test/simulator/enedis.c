/*
 * enedis.c
 *		The paths of Data Connect: version 5, and what replaced it in 2026.
 */
#include "simulator.h"

#include <stdio.h>
#include <string.h>

#define V5(name, api, direction, measure)                                                        \
	{                                                                                            \
#name, "/metering_data_" #api "/v5/" #name, "GET", measures_v5, NULL, measure, direction \
	}
#define CUSTOMER(name, path)                                           \
	{                                                                  \
#name, path, "GET", customers_endpoint, NULL, MEASURE_DAILY, 0 \
	}
#define OF_2026(name, direction, measure)                                                         \
	{                                                                                             \
#name, "/mesure_synchrone_auto/v2/" #name, "GET", measures_2026, "mesure_synchrone_auto", \
			measure, direction                                                                    \
	}
#define ITC(name)                                                             \
	{                                                                         \
#name, "/" #name "/v1/", "GET", itc_endpoint, #name, MEASURE_DAILY, 0 \
	}

static const Endpoint endpoints[] = {
	{"token", "/oauth2/v3/token", "POST", grant_endpoint, NULL, MEASURE_DAILY, 0},
	{"revoke", "/oauth2/v3/revoke", "POST", revoke_endpoint, NULL, MEASURE_DAILY, 0},
	{"authorize", "/dataconnect/v1/oauth2/authorize", "GET", authorize_v1, NULL, MEASURE_DAILY, 0},
	{"authorize", "/dataconnect/v2/oauth2/authorize", "GET", authorize_v2, NULL, MEASURE_DAILY, 0},

	V5(consumption_load_curve, clc, CONSUMPTION, MEASURE_CURVE),
	V5(production_load_curve, plc, PRODUCTION, MEASURE_CURVE),
	V5(daily_consumption, dc, CONSUMPTION, MEASURE_DAILY),
	V5(daily_production, dp, PRODUCTION, MEASURE_DAILY),
	V5(daily_consumption_max_power, dcmp, CONSUMPTION, MEASURE_PEAK),
	CUSTOMER(contracts, "/customers_upc/v5/usage_points/contracts"),
	CUSTOMER(addresses, "/customers_upa/v5/usage_points/addresses"),
	CUSTOMER(identity, "/customers_i/v5/identity"),
	CUSTOMER(contact_data, "/customers_cd/v5/contact_data"),

	OF_2026(courbe_de_charge_consommation, CONSUMPTION, MEASURE_CURVE),
	OF_2026(courbe_de_charge_production, PRODUCTION, MEASURE_CURVE),
	OF_2026(consommation_quotidienne, CONSUMPTION, MEASURE_DAILY),
	OF_2026(production_quotidienne, PRODUCTION, MEASURE_DAILY),
	OF_2026(puissance_conso_max_quotidienne, CONSUMPTION, MEASURE_PEAK),
	OF_2026(index_consommation, CONSUMPTION, MEASURE_INDEX),
	OF_2026(index_production, PRODUCTION, MEASURE_INDEX),
	ITC(situation_contrat_auto),
	ITC(synth_contrat_auto),
	ITC(comptage_auto),
	ITC(donnees_generales_auto),
	ITC(alimentation_auto),
	{"subscribed_services", "/subscribed_services/v1", "POST", services_endpoint,
	 "subscribed_services", MEASURE_DAILY, 0},
};

#define ENDPOINTS (sizeof(endpoints) / sizeof(endpoints[0]))

/* The name as the journal has it, for as long as the program runs, or NULL. */
const char *
enedis_known(const char *endpoint)
{
	for (size_t i = 0; i < ENDPOINTS; i++)
	{
		if (strcmp(endpoints[i].name, endpoint) == 0)
			return endpoints[i].name;
	}
	return NULL;
}

/* A path that ends with a slash goes on with the point, or lacks it. */
static bool
same_path(const Endpoint *endpoint, const char *path)
{
	size_t length = strlen(endpoint->path);

	if (endpoint->path[length - 1] != '/')
		return strcmp(endpoint->path, path) == 0;
	return strncmp(endpoint->path, path, length - 1) == 0 &&
		   (path[length - 1] == '\0' ||
			(path[length - 1] == '/' && strchr(path + length, '/') == NULL));
}

static bool
same_api(const Endpoint *endpoint, const char *path)
{
	size_t length = endpoint->api != NULL ? strlen(endpoint->api) : 0;

	return length > 0 && path[0] == '/' && strncmp(path + 1, endpoint->api, length) == 0 &&
		   path[length + 1] == '/';
}

static bool
refuse_method(Exchange *x)
{
	if (strcmp(x->method, x->route->method) == 0)
		return false;
	exchange_fault(x, "wrong method, %s expected", x->route->method);
	exchange_error(x, 405, "Invalid_request", "method not allowed");
	x->allow = x->route->method;
	return true;
}

static bool
is_data(const Endpoint *endpoint)
{
	return endpoint->api != NULL || strstr(endpoint->path, "/v5/") != NULL;
}

/* Data requests meet the errors of a scenario later, once they are let in. */
static bool
refused_at_once(Exchange *x)
{
	const Canned *error = scenario_error_at(&x->scenario, x->endpoint);

	if (error == NULL || is_data(x->route))
		return false;
	exchange_canned_at(x, error, clock_now_us() / 1000000 + x->scenario.next);
	return true;
}

/* Answers the request if its path is one of the API's. */
bool
enedis_route(Exchange *x)
{
	for (size_t i = 0; i < ENDPOINTS; i++)
	{
		if (!same_path(&endpoints[i], x->path))
			continue;
		x->route = &endpoints[i];
		x->endpoint = endpoints[i].name;
		faults_begin(x, !is_data(x->route));
		if (!refuse_method(x) && !refused_at_once(x))
			endpoints[i].serve(x);
		if (!is_data(x->route) && x->fault[0] == '\0')
			faults_end(x);
		return true;
	}
	for (size_t i = 0; i < ENDPOINTS; i++)
	{
		if (!same_api(&endpoints[i], x->path))
			continue;
		/* outside its description, an API of 2026 breaks */
		x->route = &endpoints[i];
		return query_refuse(x, "unknown path", "") || true;
	}
	return false;
}
