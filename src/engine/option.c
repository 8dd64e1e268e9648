/*
 * option.c
 *	  The options that servers, user mappings and foreign tables may have, and what they may say.
 */
#include "postgres.h"

#include "access/reloptions.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "option.h"
#include "profile.h"
#include "utils/builtins.h"

/* How an option's text is checked. */
typedef enum OptionKind
{
	KIND_TEXT, /* anything but nothing */
	KIND_NAME, /* goes before a colon in Basic authentication */
	KIND_API,  /* a known API or the store */
	KIND_GENERATION,
	KIND_ENVIRONMENT,
	KIND_URL,
	KIND_PROXY,
	KIND_INTEGER,
	KIND_BOOL,
	KIND_RELATION,
	KIND_FORMAT,
	KIND_HEADERS,
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
	{"enedis_url", ForeignServerRelationId, KIND_URL},
	{"events_url", ForeignServerRelationId, KIND_URL},
	{"token_url", ForeignServerRelationId, KIND_URL},
	{"headers", ForeignServerRelationId, KIND_HEADERS},
	{"test_env", ForeignServerRelationId, KIND_BOOL},
	{"curve_format", ForeignServerRelationId, KIND_FORMAT},
	{"order_points", ForeignServerRelationId, KIND_INTEGER, 1, 1000, 100},
	{"order_hours", ForeignServerRelationId, KIND_INTEGER, 1, 720, 24},
	{"allow_plain_http", ForeignServerRelationId, KIND_BOOL},
	{"per_second", ForeignServerRelationId, KIND_INTEGER, 0, 1000, -1},
	{"per_hour", ForeignServerRelationId, KIND_INTEGER, 0, 10000000, -1},
	{"in_flight", ForeignServerRelationId, KIND_INTEGER, 1, 64, 4},
	{"retries", ForeignServerRelationId, KIND_INTEGER, 0, 10, 3},
	{"max_wait", ForeignServerRelationId, KIND_INTEGER, 0, 86400, 60},
	{"connect_timeout", ForeignServerRelationId, KIND_INTEGER, 1, 600, 10},
	{"timeout", ForeignServerRelationId, KIND_INTEGER, 1, 3600, 60},
	{"first_byte_timeout", ForeignServerRelationId, KIND_INTEGER, 1, 3600, 30},
	{"low_speed_time", ForeignServerRelationId, KIND_INTEGER, 1, 3600, 30},
	{"proxy", ForeignServerRelationId, KIND_PROXY},
	{"ca_file", ForeignServerRelationId, KIND_FILE},
	{"max_body", ForeignServerRelationId, KIND_INTEGER, 1024, 1024 * 1024 * 1023, 32 * 1024 * 1024},
	{"client_id", UserMappingRelationId, KIND_NAME},
	{"client_secret", UserMappingRelationId, KIND_TEXT},
	{"client_secret_file", UserMappingRelationId, KIND_FILE},
	{"token", UserMappingRelationId, KIND_TEXT},
	{"token_file", UserMappingRelationId, KIND_FILE},
	{"proxy_user", UserMappingRelationId, KIND_NAME},
	{"proxy_password", UserMappingRelationId, KIND_TEXT},
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
		complain_value(name, strpbrk(value, "?#@") != NULL ? "..." : value,
					   "The value is a URL such as https://host/prefix, without a query, a user "
					   "name or spaces.");
}

/* A proxy is a host and a port: who may use it is said by the user mapping. */
static void
check_proxy(const char *name, const char *value)
{
	static const char *const schemes[] = {"http://", "https://", "socks5://", "socks5h://"};
	size_t len = 0;

	for (int i = 0; i < lengthof(schemes); i++)
		if (pg_strncasecmp(value, schemes[i], strlen(schemes[i])) == 0)
			len = strlen(schemes[i]);
	if (len == 0 || value[len] == '\0' || strpbrk(value + len, " \t\r\n/?#@") != NULL)
		complain_value(name, strpbrk(value, "?#@") != NULL ? "..." : value,
					   "The value is http://, https://, socks5:// or socks5h:// and host:port, "
					   "without a user name.");
}

/* Is it a header's name that the extension does not send itself? */
static bool
is_own_header(const char *name, size_t len)
{
	static const char *const sent[] = {"Authorization", "Accept",		  "Content-Type", "Host",
									   "Cookie",		"Content-Length", "Expect"};

	for (int i = 0; i < lengthof(sent); i++)
		if (len == strlen(sent[i]) && pg_strncasecmp(name, sent[i], len) == 0)
			return true;
	return false;
}

List *
sg_option_headers(const char *value)
{
	List *headers = NIL;
	char *rest = pstrdup(value);
	char *header;

	while ((header = strsep(&rest, ";")) != NULL)
	{
		size_t name;

		header += strspn(header, " ");
		name = strspn(header, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
		if (name == 0 || header[name] != ':' || is_own_header(header, name) ||
			strpbrk(header, "\r\n") != NULL)
			return NIL;
		headers = lappend(headers, header);
	}
	return headers;
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
check_file(const char *name, const char *value, Oid catalog)
{
	if (!is_absolute_path(value))
		complain_value(name, "...", "The value is an absolute path on the database server.");
	if (!superuser())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only a superuser may set the option \"%s\"", name),
				 catalog == UserMappingRelationId
					 ? errhint("Give the secret itself, or ask a superuser to make "
							   "the user mapping.")
					 : errhint("A file of the database server is for a superuser to name.")));
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
				/* what stands behind a colon may be a password */
				complain_value(option->name, value[0] == '\0' ? value : "...",
							   "The value must not be empty, nor hold a colon.");
			break;
		case KIND_API:
			if (strcmp(value, SG_API_STORE) != 0 && sg_api_find(value, NULL) == NULL)
				complain_value(option->name, value,
							   psprintf("Valid values are: %s, store.", sg_api_names()));
			break;
		case KIND_GENERATION:
			/* which ones depends on the api: see check_generation */
			break;
		case KIND_HEADERS:
			if (sg_option_headers(value) == NIL)
				complain_value(option->name, "...",
							   "The value is \"name: value; name: value\", of headers that the "
							   "extension does not send itself. A token belongs in the user "
							   "mapping.");
			break;
		case KIND_ENVIRONMENT:
			if (strcmp(value, "production") != 0 && strcmp(value, "sandbox") != 0)
				complain_value(option->name, value, "Valid values are: production, sandbox.");
			break;
		case KIND_FORMAT:
			if (strcmp(value, "raw") != 0 && strcmp(value, "json") != 0 &&
				strcmp(value, "csv") != 0)
				complain_value(option->name, value, "Valid values are: raw, json, csv.");
			break;
		case KIND_URL:
			check_url(option->name, value);
			break;
		case KIND_PROXY:
			check_proxy(option->name, value);
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
			check_file(option->name, value, option->catalog);
			break;
	}
}

const char *
sg_option_text(List *list, const char *name)
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

bool
sg_option_bool(List *list, const char *name)
{
	const char *text = sg_option_text(list, name);
	bool flag = false;

	return text != NULL && parse_bool(text, &flag) && flag;
}

bool
sg_option_plain_url(const char *url)
{
	return pg_strncasecmp(url, "http://", 7) == 0;
}

/* Does a URL lead to this machine? */
static bool
stays_here(const char *url)
{
	return is_loopback(strstr(url, "://") + 3);
}

/*
 * Plain HTTP would show the secret to the network: this machine only, through no other one, unless the owner
 * says so.
 */
static void
check_transport(List *list, const char *name)
{
	const char *url = sg_option_text(list, name);
	const char *proxy = sg_option_text(list, "proxy");

	if (url != NULL && sg_option_plain_url(url) &&
		!(stays_here(url) && (proxy == NULL || stays_here(proxy))) &&
		!sg_option_bool(list, "allow_plain_http"))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s \"%s\" would send the secret in clear text", name, url),
				 errhint("Use https, or set the option allow_plain_http if the network is safe.")));
}

static void
check_generation(const char *api, const char *generation)
{
	if (generation != NULL && sg_api_find(api, generation) == NULL)
		complain_value("generation", generation,
					   sg_api_find(api, NULL) != NULL
						   ? psprintf("Valid values are: %s.", sg_api_generations(api))
						   : "The store has no generations.");
}

void
sg_profile_validate(List *list, Oid catalog)
{
	static const char *const urls[] = {"base_url", "enedis_url", "token_url"};
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
	for (int i = 0; i < lengthof(urls); i++)
		check_transport(list, urls[i]);
	if (sg_option_text(list, "api") == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("option \"api\" is required for a server"),
						errhint("Valid values are: %s, store.", sg_api_names())));
	check_generation(sg_option_text(list, "api"), sg_option_text(list, "generation"));
}

int
sg_option_integer(List *list, const char *name, int otherwise)
{
	const Option *option = find_option(name, ForeignServerRelationId);
	const char *text = sg_option_text(list, name);

	if (text != NULL)
		return atoi(text);
	return option->initial >= 0 ? option->initial : otherwise;
}
