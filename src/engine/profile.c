/*
 * profile.c
 *	  The options of servers, user mappings and foreign tables.
 */
#include "postgres.h"

#include "access/reloptions.h"
#include "base/compat.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_type.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "common/hashfn.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "profile.h"
#include "storage/fd.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

/* A secret's file holds one line; more is a mistake. */
#define SECRET_MAX 4096

/* How an option's text is checked. */
typedef enum OptionKind
{
	KIND_TEXT, /* anything but nothing */
	KIND_NAME, /* goes before a colon in Basic authentication */
	KIND_API,  /* a known API or the store */
	KIND_GENERATION,
	KIND_ENVIRONMENT,
	KIND_URL,
	KIND_INTEGER,
	KIND_BOOL,
	KIND_RELATION,
	KIND_FILE /* names a file of the database server: for those who may read any */
} OptionKind;

typedef struct Option
{
	const char *name;
	Oid catalog;
	OptionKind kind;
	int low; /* of an integer */
	int high;
	int initial;
} Option;

/*
 * Every limit has its argument: what the operator allows is at most a thousand a second; descriptors
 * bound what is in flight; a body of a year of five-minute values is 12 MB.
 */
static const Option options[] = {
	{"api", ForeignServerRelationId, KIND_API},
	{"generation", ForeignServerRelationId, KIND_GENERATION},
	{"environment", ForeignServerRelationId, KIND_ENVIRONMENT},
	{"base_url", ForeignServerRelationId, KIND_URL},
	{"consent_url", ForeignServerRelationId, KIND_URL},
	{"allow_plain_http", ForeignServerRelationId, KIND_BOOL},
	{"per_second", ForeignServerRelationId, KIND_INTEGER, 0, 1000, -1},
	{"per_hour", ForeignServerRelationId, KIND_INTEGER, 0, 10000000, -1},
	{"in_flight", ForeignServerRelationId, KIND_INTEGER, 1, 64, 4},
	{"retries", ForeignServerRelationId, KIND_INTEGER, 0, 10, 3},
	{"max_wait", ForeignServerRelationId, KIND_INTEGER, 0, 86400, 60},
	{"connect_timeout", ForeignServerRelationId, KIND_INTEGER, 1, 600, 10},
	{"timeout", ForeignServerRelationId, KIND_INTEGER, 1, 3600, 60},
	{"max_body", ForeignServerRelationId, KIND_INTEGER, 1024, 1024 * 1024 * 1023, 32 * 1024 * 1024},
	{"client_id", UserMappingRelationId, KIND_NAME},
	{"client_secret", UserMappingRelationId, KIND_TEXT},
	{"client_secret_file", UserMappingRelationId, KIND_FILE},
	{"relation", ForeignTableRelationId, KIND_RELATION},
};

static const Option *
find_option(const char *name, Oid catalog)
{
	for (int i = 0; i < lengthof(options); i++)
		if (options[i].catalog == catalog && strcmp(options[i].name, name) == 0)
			return &options[i];
	return NULL;
}

static void
complain_unknown(const char *name, Oid catalog)
{
	StringInfoData valid;

	initStringInfo(&valid);
	for (int i = 0; i < lengthof(options); i++)
		if (options[i].catalog == catalog)
			appendStringInfo(&valid, "%s%s", valid.len > 0 ? ", " : "", options[i].name);
	ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME), errmsg("invalid option \"%s\"", name),
					valid.len > 0 ? errhint("Valid options in this context are: %s.", valid.data)
								  : errhint("There are no valid options in this context.")));
}

/* Raises the complaint about a value that its option does not allow; the secret's value is never shown. */
static void
complain_value(const char *name, const char *value, const char *rule)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid value for option \"%s\": \"%s\"", name, value), errhint("%s", rule)));
}

/* Is the host of an http URL this machine itself? */
static bool
is_loopback(const char *host)
{
	size_t len = strcspn(host, "/?#");
	size_t name = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?#");

	/* "user@host" could hide the true host */
	if (memchr(host, '@', len) != NULL)
		return false;
	return (name == 9 && pg_strncasecmp(host, "127.0.0.1", 9) == 0) ||
		   (name == 9 && pg_strncasecmp(host, "localhost", 9) == 0) ||
		   (name == 5 && strncmp(host, "[::1]", 5) == 0);
}

static void
check_url(const char *name, const char *value)
{
	const char *host = strstr(value, "://");
	bool known =
		pg_strncasecmp(value, "https://", 8) == 0 || pg_strncasecmp(value, "http://", 7) == 0;

	if (!known || host[3] == '\0' || strpbrk(value, " \t\r\n?#@") != NULL)
		/* what stands before an @ may be a password */
		complain_value(name, strchr(value, '@') != NULL ? "..." : value,
					   "The value is a URL such as https://host/prefix, without a query, a user "
					   "name or spaces.");
}

static void
check_integer(const Option *option, const char *value)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(value, &end, 10);
	if (end == value || *end != '\0' || errno != 0 || number < option->low || number > option->high)
		complain_value(
			option->name, value,
			psprintf("The value is a whole number from %d to %d.", option->low, option->high));
}

static void
check_file(const char *name, const char *value)
{
	if (!is_absolute_path(value))
		complain_value(name, value, "The value is an absolute path on the database server.");
	if (!superuser())
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("only a superuser may set the option \"%s\"", name),
						errhint("Use the option client_secret, or ask a superuser to make the user "
								"mapping.")));
}

static void
check_option(const Option *option, const char *value)
{
	bool flag;

	switch (option->kind)
	{
		case KIND_TEXT:
			if (value[0] == '\0')
				complain_value(option->name, value, "The value must not be empty.");
			break;
		case KIND_NAME:
			if (value[0] == '\0' || strchr(value, ':') != NULL)
				complain_value(option->name, value,
							   "The value must not be empty, nor hold a colon.");
			break;
		case KIND_API:
			if (strcmp(value, SG_API_STORE) != 0 && sg_api_find(value, NULL) == NULL)
				complain_value(option->name, value, "Valid values are: enedis, store.");
			break;
		case KIND_GENERATION:
			if (sg_api_find("enedis", value) == NULL)
				complain_value(option->name, value,
							   psprintf("Valid values are: %s.", sg_api_generations(NULL)));
			break;
		case KIND_ENVIRONMENT:
			if (strcmp(value, "production") != 0 && strcmp(value, "sandbox") != 0)
				complain_value(option->name, value, "Valid values are: production, sandbox.");
			break;
		case KIND_URL:
			check_url(option->name, value);
			break;
		case KIND_INTEGER:
			check_integer(option, value);
			break;
		case KIND_BOOL:
			if (!parse_bool(value, &flag))
				complain_value(option->name, value, "Valid values are: true, false.");
			break;
		case KIND_RELATION:
			if (sg_relation_find(value) == NULL)
				complain_value(option->name, value,
							   psprintf("Valid values are: %s.", sg_relation_names()));
			break;
		case KIND_FILE:
			check_file(option->name, value);
			break;
	}
}

static const char *
get_text(List *list, const char *name)
{
	ListCell *cell;

	foreach (cell, list)
	{
		DefElem *def = lfirst_node(DefElem, cell);

		if (strcmp(def->defname, name) == 0)
			return defGetString(def);
	}
	return NULL;
}

/* Plain HTTP would show the secret to the network: this machine only, unless the owner says so. */
static void
check_transport(List *list)
{
	const char *url = get_text(list, "base_url");
	const char *allow = get_text(list, "allow_plain_http");
	bool allowed = false;

	if (allow != NULL)
		(void) parse_bool(allow, &allowed);
	if (url != NULL && pg_strncasecmp(url, "http://", 7) == 0 && !is_loopback(url + 7) && !allowed)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("base_url \"%s\" would send the secret in clear text", url),
				 errhint("Use https, or set the option allow_plain_http if the network is safe.")));
}

void
sg_profile_validate(List *list, Oid catalog)
{
	ListCell *cell;

	foreach (cell, list)
	{
		DefElem *def = lfirst_node(DefElem, cell);
		const Option *option = find_option(def->defname, catalog);

		if (option == NULL)
			complain_unknown(def->defname, catalog);
		else
			check_option(option, defGetString(def));
	}
	if (catalog != ForeignServerRelationId)
		return;
	check_transport(list);
	if (get_text(list, "api") == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("option \"api\" is required for a server"),
						errhint("Valid values are: enedis, store.")));
}

static int
get_integer(List *list, const char *name, int otherwise)
{
	const Option *option = find_option(name, ForeignServerRelationId);
	const char *text = get_text(list, name);

	if (text != NULL)
		return atoi(text);
	return option->initial >= 0 ? option->initial : otherwise;
}

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

SgProfile *
sg_profile_get(Oid serverid, Oid user)
{
	ForeignServer *server = GetForeignServer(serverid);
	SgProfile *profile = palloc0(sizeof(SgProfile));
	const char *name = get_text(server->options, "api");
	const char *environment = get_text(server->options, "environment");

	profile->server = serverid;
	profile->user = user;
	profile->name = server->servername;
	if (name == NULL || strcmp(name, SG_API_STORE) == 0)
		return profile;
	profile->api = sg_api_find(name, get_text(server->options, "generation"));
	if (profile->api == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("server \"%s\" names an API that is not known", profile->name)));
	profile->base_url = get_text(server->options, "base_url");
	if (profile->base_url == NULL)
		profile->base_url =
			is_sandbox(environment) ? profile->api->sandbox_url : profile->api->base_url;
	profile->base_url = without_slashes(profile->base_url);
	profile->consent_url = get_text(server->options, "consent_url");
	/* the sandbox has no page on which to consent */
	if (profile->consent_url == NULL && !is_sandbox(environment))
		profile->consent_url = profile->api->consent_url;
	if (profile->consent_url != NULL)
		profile->consent_url = without_slashes(profile->consent_url);
	profile->per_second = get_integer(server->options, "per_second", profile->api->per_second);
	profile->per_hour = get_integer(server->options, "per_hour", profile->api->per_hour);
	profile->in_flight = get_integer(server->options, "in_flight", 0);
	profile->retries = get_integer(server->options, "retries", 0);
	profile->max_wait = get_integer(server->options, "max_wait", 0);
	profile->connect_timeout_ms = get_integer(server->options, "connect_timeout", 0) * 1000;
	profile->timeout_ms = get_integer(server->options, "timeout", 0) * 1000;
	profile->max_body = get_integer(server->options, "max_body", 0);
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
					errhint("It needs the options client_id and client_secret (or "
							"client_secret_file).")));
}

bool
sg_profile_has_mapping(const SgProfile *profile)
{
	return SearchSysCacheExists2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(profile->user),
								 ObjectIdGetDatum(profile->server)) ||
		   SearchSysCacheExists2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(InvalidOid),
								 ObjectIdGetDatum(profile->server));
}

/* The first line of the secret's file, without the line's end. */
static char *
read_secret(const char *path)
{
	char buffer[SECRET_MAX];
	FILE *file = AllocateFile(path, "r");
	bool read;

	if (file == NULL)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not open file \"%s\" of option \"client_secret_file\": %m", path)));
	read = fgets(buffer, sizeof(buffer), file) != NULL;
	FreeFile(file);
	if (read)
		buffer[strcspn(buffer, "\r\n")] = '\0';
	if (!read || buffer[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("file \"%s\" of option \"client_secret_file\" holds no secret", path)));
	return pstrdup(buffer);
}

const char *
sg_profile_client(const SgProfile *profile, bool missing_ok)
{
	UserMapping *mapping = GetUserMapping(profile->user, profile->server);
	const char *client = get_text(mapping->options, "client_id");

	if (client == NULL && !missing_ok)
		complain_incomplete(profile);
	return client;
}

SgCredential *
sg_profile_credential(const SgProfile *profile)
{
	/* raises 42704 with PostgreSQL's own words if there is no mapping */
	UserMapping *mapping = GetUserMapping(profile->user, profile->server);
	SgCredential *credential = palloc0(sizeof(SgCredential));
	const char *file = get_text(mapping->options, "client_secret_file");

	credential->client_id = get_text(mapping->options, "client_id");
	credential->client_secret = get_text(mapping->options, "client_secret");
	if (file != NULL)
		credential->client_secret = read_secret(file);
	if (credential->client_id == NULL || credential->client_secret == NULL)
		complain_incomplete(profile);
	return credential;
}

uint64
sg_profile_key(const SgProfile *profile, const SgCredential *credential, const char *quota)
{
	char *text = psprintf("%s\n%s\n%s\n%s", profile->api->name, profile->base_url,
						  credential->client_id, quota != NULL ? quota : "");
	uint64 key = hash_bytes_extended((const unsigned char *) text, (int) strlen(text), 0);

	pfree(text);
	/* 0 marks a free place in the ledger */
	return key != 0 ? key : 1;
}

const SgRelation *
sg_profile_relation(Oid table)
{
	ForeignTable *foreign = GetForeignTable(table);
	const char *name = get_text(foreign->options, "relation");

	if (name == NULL)
		ereport(ERROR, (errcode(ERRCODE_FDW_OPTION_NAME_NOT_FOUND),
						errmsg("the foreign table has no option \"relation\""),
						errhint("IMPORT FOREIGN SCHEMA makes complete foreign tables.")));
	return sg_relation_find(name);
}
