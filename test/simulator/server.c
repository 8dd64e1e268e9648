/*
 * server.c
 *		The HTTP server: collects a request, has it answered, journals it and
 *		delivers the answer as well or as badly as the scenario says.
 */
#include "switchgrid.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVER_THREADS 4
#define CONNECTION_LIMIT 4096
#define LONGEST_ADVANCE 1000000000
#define DRIPS 20 /* pieces of a slow body */
#define BLOCK_SIZE 65536

typedef struct Session
{
	Exchange x;
	Parked parked;
	char *url;
	bool decided;
	bool waited;
	size_t drip; /* bytes per piece of a slow body */
	int64_t drip_next_us;
} Session;

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
	if (!routed && !enedis_route(x) && !switchgrid_route(x) && !grdf_route(x))
	{
		exchange_fault(x, "unknown path");
		exchange_canned(x, "404");
	}
	if (x->stall || x->closed)
	{
		x->status = 0;
		x->send_bytes = 0;
	}
	state_lock();
	journal_write(x);
	state_unlock();
}

/* -------- delivering -------- */

/* Nothing more for now; the library calls again once the connection is woken. */
static ssize_t
pause_body(Session *session, int64_t until_us)
{
	return park(&session->parked, session->parked.connection, until_us)
			   ? 0
			   : MHD_CONTENT_READER_END_WITH_ERROR;
}

/* Feeds a body that is huge, slow, or never whole. */
static ssize_t
read_body(void *argument, uint64_t position, char *out, size_t size)
{
	Session *session = argument;
	Exchange *x = &session->x;
	int64_t now_us = clock_elapsed_us();

	if (session->parked.given_up)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (position >= x->send_bytes)
		return x->end_how == END_STALLED ? pause_body(session, INT64_MAX)
										 : MHD_CONTENT_READER_END_WITH_ERROR;
	if (session->drip > 0)
	{
		if (now_us < session->drip_next_us)
			return pause_body(session, session->drip_next_us);
		session->drip_next_us += x->drip_ms * 1000 / DRIPS;
		if (size > session->drip)
			size = session->drip;
	}
	if (size > x->send_bytes - position)
		size = x->send_bytes - position;
	if (x->huge)
		return (ssize_t) huge_read(x, position, out, size);
	memcpy(out, x->body + position, size);
	return (ssize_t) size;
}

static struct MHD_Response *
make_response(Session *session, struct MHD_Connection *connection)
{
	Exchange *x = &session->x;
	struct MHD_Response *response;

	if (!x->huge && x->drip_ms == 0 && x->end_how == END_WELL)
	{
		response = MHD_create_response_from_buffer(x->send_bytes, x->body, MHD_RESPMEM_MUST_FREE);
		x->body = NULL;
		return response;
	}
	session->parked.connection = connection;
	if (x->drip_ms > 0)
	{
		session->drip = x->length / DRIPS + 1;
		session->drip_next_us = clock_elapsed_us() + x->drip_ms * 1000 / DRIPS;
	}
	return MHD_create_response_from_callback(x->length, BLOCK_SIZE, read_body, session, NULL);
}

static enum MHD_Result
deliver(Session *session, struct MHD_Connection *connection)
{
	Exchange *x = &session->x;
	struct MHD_Response *response = make_response(session, connection);
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, x->type);
	if (x->location != NULL)
		MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION, x->location);
	if (x->allow != NULL)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, x->allow);
	result = MHD_queue_response(connection, x->status, response);
	MHD_destroy_response(response);
	return result;
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
collect(Session *session, struct MHD_Connection *connection, const char *method)
{
	Exchange *x = &session->x;

	x->method = method;
	x->authorization = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization");
	x->accept = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Accept");
	x->content_type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type");
	x->api_version = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "x-api-version");
	x->test_env = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "switchgrid-test-env");
	MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, collect_argument, x);
	x->connection_id = (uint64_t) (uintptr_t) MHD_get_connection_info(
						   connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
						   ->socket_context;
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
	(void) version;
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
		collect(session, connection, method);
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
	return deliver(session, connection);
}

static void
completed(void *unused, struct MHD_Connection *connection, void **context,
		  enum MHD_RequestTerminationCode code)
{
	Session *session = *context;

	(void) unused;
	(void) connection;
	(void) code;
	if (session == NULL)
		return;
	park_forget(&session->parked);
	text_free(&session->x.upload);
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
		*socket_context =
			(void *) (uintptr_t) __atomic_add_fetch(&connections, 1, __ATOMIC_RELAXED);
}

bool
server_start(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
								  .sin_port = htons((uint16_t) settings.port),
								  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	park_start();
	daemon_handle = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle, NULL,
		MHD_OPTION_SOCK_ADDR, (struct sockaddr *) &address, MHD_OPTION_THREAD_POOL_SIZE,
		(unsigned) SERVER_THREADS, MHD_OPTION_CONNECTION_LIMIT, (unsigned) CONNECTION_LIMIT,
		MHD_OPTION_NOTIFY_COMPLETED, completed, NULL, MHD_OPTION_NOTIFY_CONNECTION,
		notify_connection, NULL, MHD_OPTION_END);
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

void
server_stop(void)
{
	park_stop();
	MHD_stop_daemon(daemon_handle);
}
