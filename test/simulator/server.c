/*
 * server.c
 *		The HTTP server: collects a request, has it answered, journals it and
 *		delivers the answer as well or as badly as the scenario says.
 */
#include "switchgrid.h"
#include "transport.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVER_THREADS 4
#define CONNECTION_LIMIT 4096
#define HOST_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:-"
#define LONGEST_ADVANCE 1000000000

/* What its requests share. */
typedef struct Connection
{
	uint64_t id;
	bool used;
} Connection;

static struct MHD_Daemon *daemon_handle;
static uint64_t connections;

/* -------- what the endpoints call -------- */

/* The first fault is the one that counts. */
void
exchange_fault(Exchange *x, const char *format, ...)
{
	va_list arguments;

	if (x->fault[0] != '\0')
		return;
	va_start(arguments, format);
	vsnprintf(x->fault, sizeof(x->fault), format, arguments);
	va_end(arguments);
}

/* The body is given away; it must come from malloc. */
void
exchange_answer(Exchange *x, int status, char *body, size_t length, const char *type)
{
	free(x->body);
	x->status = status;
	x->body = body;
	x->length = length;
	x->declared = length;
	x->send_bytes = length;
	x->type = type;
}

/* Each generation has its own shape of errors. */
bool
exchange_of_2026(const Exchange *x)
{
	return x->route != NULL && x->route->api != NULL;
}

void
exchange_canned_at(Exchange *x, const Canned *canned, int64_t next_access)
{
	char *body = canned_body(canned, exchange_of_2026(x), next_access);

	exchange_answer(x, canned->status, body, strlen(body),
					body[0] == '<' ? "text/html" : "application/json");
}

void
exchange_canned(Exchange *x, const char *name)
{
	exchange_canned_at(x, canned_find(name), 0);
}

void
exchange_error(Exchange *x, int status, const char *error, const char *description)
{
	char *body = canned_error(error, description, exchange_of_2026(x));

	exchange_answer(x, status, body, strlen(body), "application/json");
}

/* The document is given away. */
void
exchange_json(Exchange *x, json_t *document)
{
	char *body = must(json_dumps(must(document), JSON_COMPACT));

	json_decref(document);
	exchange_answer(x, 200, body, strlen(body), "application/json");
}

/* -------- deciding -------- */

static void
answer_text(Exchange *x, int status, const char *text)
{
	exchange_answer(x, status, must(strdup(text)), strlen(text), "text/plain");
}

/* POST /_clock/advance?seconds=N */
static void
advance_clock(Exchange *x)
{
	const char *text =
		x->query_count == 1 && strcmp(x->query[0].name, "seconds") == 0 ? x->query[0].value : NULL;
	char *rest = NULL;
	long seconds = text != NULL ? strtol(text, &rest, 10) : 0;

	if (rest == NULL || *rest != '\0' || seconds <= 0 || seconds > LONGEST_ADVANCE)
	{
		answer_text(x, 400, "seconds=N, above 0\n");
		return;
	}
	clock_advance(seconds);
	answer_text(x, 200, "");
}

/* The simulator's own addresses; true when the request was for one. */
static bool
route_own(Exchange *x)
{
	if (strcmp(x->path, "/_clock/advance") == 0 && strcmp(x->method, "POST") == 0)
	{
		advance_clock(x);
		return true;
	}
	if (strcmp(x->path, "/_bill/reset") == 0 && strcmp(x->method, "POST") == 0)
	{
		bill_reset(x);
		return true;
	}
	if (strcmp(x->path, "/_bill") == 0 && strcmp(x->method, "GET") == 0)
	{
		bill_endpoint(x);
		return true;
	}
	return false;
}

/* The journal's own address; true when the request was for it. */
static bool
route_journal(Exchange *x)
{
	size_t length = 0;
	char *content;

	if (strcmp(x->path, "/_journal/reset") == 0 && strcmp(x->method, "POST") == 0)
	{
		state_lock();
		journal_reset();
		gate_forget();
		state_unlock();
		answer_text(x, 200, "");
		return true;
	}
	if (strcmp(x->path, "/_journal") != 0 || strcmp(x->method, "GET") != 0)
		return false;
	state_lock();
	content = journal_read(&length);
	state_unlock();
	if (content == NULL)
		answer_text(x, 404, "no journal: started without --data\n");
	else
		exchange_answer(x, 200, content, length, "application/x-ndjson");
	return true;
}

/* Where a redirection leads, and no client may follow it. */
static bool
route_followed(Exchange *x)
{
	if (strcmp(x->path, FOLLOWED_PATH) != 0)
		return false;
	x->endpoint = "followed";
	exchange_fault(x, "redirection followed%s",
				   x->authorization != NULL ? ", with credentials" : "");
	answer_text(x, 200, "{}");
	return true;
}

/* Cuts the scenario off the URL. */
static bool
split_url(Exchange *x, const char *url)
{
	char complaint[512];
	const char *rest;

	x->path = url;
	if (strncmp(url, "/~", 2) != 0)
		return scenario_parse("", 0, &x->scenario, complaint, sizeof(complaint) - 1);
	rest = strchrnul(url + 2, '/');
	x->path = *rest ? rest : "/";
	if (scenario_parse(url + 2, rest - (url + 2), &x->scenario, complaint, sizeof(complaint) - 1))
		return true;
	exchange_fault(x, "%.150s", complaint);
	strcat(complaint, "\n");
	answer_text(x, 400, complaint);
	return false;
}

static void
decide(Session *session)
{
	Exchange *x = &session->x;
	bool routed = !split_url(x, session->url);

	if (!routed && (route_journal(x) || route_own(x)))
		return;
	if (!routed && !route_followed(x) && !enedis_route(x) && !switchgrid_route(x) && !grdf_route(x))
	{
		exchange_fault(x, "unknown path");
		exchange_canned(x, "404");
	}
	if (x->stall || x->closed || x->raw == RAW_RESET)
	{
		x->status = 0;
		x->send_bytes = 0;
	}
	state_lock();
	journal_write(x);
	state_unlock();
}

/* -------- the callbacks of the HTTP library -------- */

static enum MHD_Result
collect_argument(void *argument, enum MHD_ValueKind kind, const char *name, const char *value)
{
	Exchange *x = argument;

	(void) kind;
	if (x->query_count < MAX_PARAMETERS)
		x->query[x->query_count] = (Parameter){name, value};
	x->query_count++;
	return MHD_YES;
}

static void
collect(Session *session, struct MHD_Connection *connection, const char *method,
		const char *version)
{
	Exchange *x = &session->x;
	Connection *shared;

	x->method = method;
	x->version = version;
	x->authorization = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization");
	x->accept = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Accept");
	x->content_type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type");
	x->api_version = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "x-api-version");
	x->host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");
	x->agent = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "User-Agent");
	x->accept_encoding =
		MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Accept-Encoding");
	x->test_env = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "switchgrid-test-env");
	MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, collect_argument, x);
	shared =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	x->connection_id = shared->id;
	x->new_connection = !shared->used;
	shared->used = true;
}

static void
collect_upload(Exchange *x, const char *url, const char *data, size_t length)
{
	/* an order may hold a request for each of a thousand points */
	if (x->upload.length + length >
		(strstr(url, "/order") != NULL ? MAX_ORDER_BODY : MAX_REQUEST_BODY))
		x->upload_too_long = true;
	else
		text_add(&x->upload, data, length);
}

static enum MHD_Result
handle(void *unused, struct MHD_Connection *connection, const char *url, const char *method,
	   const char *version, const char *upload_data, size_t *upload_size, void **context)
{
	Session *session = *context;
	Exchange *x;

	(void) unused;
	if (session == NULL)
	{
		session = must(calloc(1, sizeof(Session)));
		session->url = must(strdup(url));
		*context = session;
		return MHD_YES;
	}
	x = &session->x;
	if (*upload_size > 0)
	{
		collect_upload(x, url, upload_data, *upload_size);
		*upload_size = 0;
		return MHD_YES;
	}
	if (!session->decided)
	{
		collect(session, connection, method, version);
		decide(session);
		session->decided = true;
	}
	if (x->closed || session->parked.given_up)
		return MHD_NO;
	if ((x->stall || x->delay_ms > 0) && !session->waited)
	{
		int64_t until_us = x->stall ? INT64_MAX : clock_elapsed_us() + x->delay_ms * 1000;

		session->waited = true;
		return park(&session->parked, connection, until_us) ? MHD_YES : MHD_NO;
	}
	return transport_deliver(session, connection);
}

static void
completed(void *unused, struct MHD_Connection *connection, void **context,
		  enum MHD_RequestTerminationCode code)
{
	Session *session = *context;

	(void) unused;
	if (session == NULL)
		return;
	if (code == MHD_REQUEST_TERMINATED_COMPLETED_OK)
		transport_exceed(session, connection);
	park_forget(&session->parked);
	text_free(&session->x.upload);
	text_free(&session->raw);
	free(session->x.body);
	free(session->x.location);
	free(session->url);
	free(session);
	*context = NULL;
}

static void
notify_connection(void *unused, struct MHD_Connection *connection, void **socket_context,
				  enum MHD_ConnectionNotificationCode code)
{
	(void) unused;
	(void) connection;
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
	{
		Connection *shared = must(calloc(1, sizeof(Connection)));

		shared->id = __atomic_add_fetch(&connections, 1, __ATOMIC_RELAXED);
		*socket_context = shared;
	}
	else
	{
		free(*socket_context);
		*socket_context = NULL;
	}
}

bool
server_start(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
								  .sin_port = htons((uint16_t) settings.port),
								  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, settings.tls_certificate},
								   {MHD_OPTION_HTTPS_MEM_KEY, 0, settings.tls_key},
								   {MHD_OPTION_END, 0, NULL}};
	bool plain = settings.tls_certificate == NULL;

	if (plain)
		tls[0].option = MHD_OPTION_END;
	park_start();
	daemon_handle = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | (plain ? 0 : MHD_USE_TLS), 0,
		NULL, NULL, handle, NULL, MHD_OPTION_SOCK_ADDR, (struct sockaddr *) &address,
		MHD_OPTION_THREAD_POOL_SIZE, (unsigned) SERVER_THREADS, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned) CONNECTION_LIMIT, MHD_OPTION_NOTIFY_COMPLETED, completed, NULL,
		MHD_OPTION_NOTIFY_CONNECTION, notify_connection, NULL, MHD_OPTION_ARRAY, tls,
		MHD_OPTION_END);
	if (daemon_handle == NULL)
		park_stop();
	return daemon_handle != NULL;
}

int
server_port(void)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(daemon_handle, MHD_DAEMON_INFO_BIND_PORT);

	return info ? info->port : settings.port;
}

/* As the client wrote it, if it did. */
void
server_address(const Exchange *x, Text *out)
{
	text_puts(out, settings.tls_certificate != NULL ? "https://" : "http://");
	if (x->host != NULL && strspn(x->host, HOST_LETTERS) == strlen(x->host))
		text_printf(out, "%s", x->host);
	else
		text_printf(out, "127.0.0.1:%d", server_port());
}

void
server_stop(void)
{
	park_stop();
	MHD_stop_daemon(daemon_handle);
}
