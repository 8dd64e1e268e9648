/*
 * profile.c
 *	  What the options of servers and user mappings come to.
 */
#include "postgres.h"

#include "base/compat.h"
#include "common/hashfn.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "option.h"
#include "profile.h"
#include "storage/fd.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

/* A secret's file holds one line; more is a mistake. */
#define SECRET_MAX 4096

/* Paths begin with a slash, so a base URL ends without one; else it would be another one to the ledger. */
static char *
without_slashes(const char *url)
{
	size_t len = strlen(url);

	while (len > 0 && url[len - 1] == '/')
		len--;
	return pnstrdup(url, len);
}

static bool
is_sandbox(const char *environment)
{
	return environment != NULL && strcmp(environment, "sandbox") == 0;
}

/*
 * A place behind which paths lie: the option, else what the API says, which may be a path behind its first
 * place.
 */
static const char *
find_url(List *options, const char *name, const char *otherwise, const char *main_url)
{
	const char *url = sg_option_text(options, name);

	if (url == NULL && otherwise == NULL)
		return main_url;
	if (url == NULL && otherwise[0] == '/')
		return psprintf("%s%s", main_url, otherwise);
	return without_slashes(url != NULL ? url : otherwise);
}

static void
set_urls(SgProfile *profile, List *options, bool sandbox)
{
	const SgApi *api = profile->api;
	const char *main_url = sandbox && api->sandbox_url != NULL ? api->sandbox_url : api->base_url;

	main_url = find_url(options, "base_url", main_url, NULL);
	profile->urls[SG_BASE_MAIN] = main_url;
	profile->urls[SG_BASE_ENEDIS] = find_url(options, "enedis_url", api->enedis_url, main_url);
	profile->urls[SG_BASE_EVENTS] = find_url(options, "events_url", api->events_url, main_url);
	if (api->token_path != NULL)
		profile->token_url = psprintf(
			"%s%s", find_url(options, "token_url", api->token_url, main_url), api->token_path);
	profile->token_scope =
		sandbox && api->sandbox_scope != NULL ? api->sandbox_scope : api->token_scope;
	profile->consent_url = sg_option_text(options, "consent_url");
	/* the sandbox has no page on which to consent */
	if (profile->consent_url == NULL && !sandbox)
		profile->consent_url = api->consent_url;
	if (profile->consent_url != NULL)
		profile->consent_url = without_slashes(profile->consent_url);
}

static void
set_headers(SgProfile *profile, List *options)
{
	const char *headers = sg_option_text(options, "headers");

	if (profile->api->version != NULL)
		profile->headers = list_make1(unconstify(char *, profile->api->version));
	if (profile->test_env)
		profile->headers = lappend(profile->headers, "switchgrid-test-env: true");
	if (headers != NULL)
		profile->headers = list_concat(profile->headers, sg_option_headers(headers));
}

SgProfile *
sg_profile_get(Oid serverid, Oid user)
{
	ForeignServer *server = GetForeignServer(serverid);
	SgProfile *profile = palloc0(sizeof(SgProfile));
	const char *name = sg_option_text(server->options, "api");

	profile->server = serverid;
	profile->user = user;
	profile->name = server->servername;
	if (name == NULL || strcmp(name, SG_API_STORE) == 0)
		return profile;
	profile->api = sg_api_find(name, sg_option_text(server->options, "generation"));
	if (profile->api == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("server \"%s\" names an API that is not known", profile->name)));
	set_urls(profile, server->options, is_sandbox(sg_option_text(server->options, "environment")));
	profile->test_env = sg_option_bool(server->options, "test_env");
	profile->plain_links = sg_option_bool(server->options, "allow_plain_http");
	set_headers(profile, server->options);
	profile->curve_format = sg_option_text(server->options, "curve_format");
	if (profile->curve_format == NULL)
		profile->curve_format = "raw";
	profile->order_points = sg_option_integer(server->options, "order_points", 0);
	profile->order_hours = sg_option_integer(server->options, "order_hours", 0);
	profile->per_second =
		sg_option_integer(server->options, "per_second", profile->api->per_second);
	profile->per_hour = sg_option_integer(server->options, "per_hour", profile->api->per_hour);
	profile->in_flight = sg_option_integer(server->options, "in_flight", 0);
	profile->retries = sg_option_integer(server->options, "retries", 0);
	profile->max_wait = sg_option_integer(server->options, "max_wait", 0);
	profile->connect_timeout_ms = sg_option_integer(server->options, "connect_timeout", 0) * 1000;
	profile->timeout_ms = sg_option_integer(server->options, "timeout", 0) * 1000;
	profile->first_byte_timeout_ms =
		sg_option_integer(server->options, "first_byte_timeout", 0) * 1000;
	profile->low_speed_s = sg_option_integer(server->options, "low_speed_time", 0);
	profile->max_body = sg_option_integer(server->options, "max_body", 0);
	profile->proxy = sg_option_text(server->options, "proxy");
	profile->ca_file = sg_option_text(server->options, "ca_file");
	return profile;
}

bool
sg_profile_may_use(const SgProfile *profile)
{
	return sg_compat_server_aclcheck(profile->server, GetUserId(), ACL_USAGE) == ACLCHECK_OK;
}

void
sg_profile_check_usage(const SgProfile *profile)
{
	AclResult result = sg_compat_server_aclcheck(profile->server, GetUserId(), ACL_USAGE);

	if (result != ACLCHECK_OK)
		aclcheck_error(result, OBJECT_FOREIGN_SERVER, profile->name);
}

static void
complain_incomplete(const SgProfile *profile)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("the user mapping of server \"%s\" is incomplete", profile->name),
					profile->api->token_path != NULL
						? errhint("It needs the options client_id and client_secret (or "
								  "client_secret_file).")
						: errhint("It needs the option token (or token_file).")));
}

bool
sg_profile_has_mapping(const SgProfile *profile)
{
	return SearchSysCacheExists2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(profile->user),
								 ObjectIdGetDatum(profile->server)) ||
		   SearchSysCacheExists2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(InvalidOid),
								 ObjectIdGetDatum(profile->server));
}

/* The first line of the file that an option names, without the line's end. */
static char *
read_secret(const char *option, const char *path)
{
	char buffer[SECRET_MAX];
	FILE *file = AllocateFile(path, "r");
	bool read;

	if (file == NULL)
		ereport(ERROR, (errcode_for_file_access(),
						errmsg("could not open file \"%s\" of option \"%s\": %m", path, option)));
	read = fgets(buffer, sizeof(buffer), file) != NULL;
	FreeFile(file);
	if (read)
		buffer[strcspn(buffer, "\r\n")] = '\0';
	if (!read || buffer[0] == '\0')
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("file \"%s\" of option \"%s\" holds no secret", path, option)));
	return pstrdup(buffer);
}

/* A secret from its option or from the file that the other option names, or NULL. */
static const char *
get_secret(List *options, const char *option, const char *file_option)
{
	const char *file = sg_option_text(options, file_option);

	return file != NULL ? read_secret(file_option, file) : sg_option_text(options, option);
}

const char *
sg_profile_client(const SgProfile *profile, bool missing_ok)
{
	UserMapping *mapping = GetUserMapping(profile->user, profile->server);
	const char *client = sg_option_text(mapping->options, "client_id");

	if (client == NULL && !missing_ok)
		complain_incomplete(profile);
	return client;
}

static void
set_proxy_credential(const SgProfile *profile, List *options, SgCredential *credential)
{
	credential->proxy_user = sg_option_text(options, "proxy_user");
	credential->proxy_password = sg_option_text(options, "proxy_password");
	if ((credential->proxy_user == NULL) != (credential->proxy_password == NULL))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the user mapping of server \"%s\" is incomplete", profile->name),
						errhint("It needs both of the options proxy_user and proxy_password, or "
								"neither.")));
}

SgCredential *
sg_profile_credential(const SgProfile *profile)
{
	/* raises 42704 with PostgreSQL's own words if there is no mapping */
	UserMapping *mapping = GetUserMapping(profile->user, profile->server);
	SgCredential *credential = palloc0(sizeof(SgCredential));

	set_proxy_credential(profile, mapping->options, credential);
	if (profile->api->token_path == NULL)
	{
		credential->token = get_secret(mapping->options, "token", "token_file");
		if (credential->token == NULL)
			complain_incomplete(profile);
		/* it goes into a header as it is */
		if (strpbrk(credential->token, " \t\r\n") != NULL)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("the token in the user mapping of server \"%s\" holds a blank",
								   profile->name)));
		return credential;
	}
	credential->client_id = sg_option_text(mapping->options, "client_id");
	credential->client_secret = get_secret(mapping->options, "client_secret", "client_secret_file");
	if (credential->client_id == NULL || credential->client_secret == NULL)
		complain_incomplete(profile);
	return credential;
}

uint64
sg_profile_key(const SgProfile *profile, const SgCredential *credential, const char *quota)
{
	char *text = psprintf("%s\n%s\n%s\n%s", profile->api->name, profile->urls[SG_BASE_MAIN],
						  credential->token != NULL ? credential->token : credential->client_id,
						  quota != NULL ? quota : "");
	uint64 key = hash_bytes_extended((const unsigned char *) text, (int) strlen(text), 0);

	pfree(text);
	/* 0 marks a free place in the ledger */
	return key != 0 ? key : 1;
}

/* The host and port of a URL: how long they are, after its scheme. */
static size_t
authority_len(const char *host)
{
	return strcspn(host, "/?#");
}

bool
sg_profile_allows_link(const SgProfile *profile, const char *link)
{
	const char *own = profile->urls[SG_BASE_ENEDIS];
	size_t len;

	if (pg_strncasecmp(link, "https://", 8) == 0)
		return link[8] != '\0' && strchr("/?#", link[8]) == NULL;
	if (!sg_option_plain_url(link))
		return false;
	if (profile->plain_links)
		return true;
	len = authority_len(link + 7);
	return sg_option_plain_url(own) && authority_len(own + 7) == len &&
		   pg_strncasecmp(own + 7, link + 7, len) == 0;
}

const SgRelation *
sg_profile_relation(Oid table)
{
	ForeignTable *foreign = GetForeignTable(table);
	const char *name = sg_option_text(foreign->options, "relation");

	if (name == NULL)
		ereport(ERROR, (errcode(ERRCODE_FDW_OPTION_NAME_NOT_FOUND),
						errmsg("the foreign table has no option \"relation\""),
						errhint("IMPORT FOREIGN SCHEMA makes complete foreign tables.")));
	return sg_relation_find(name);
}
