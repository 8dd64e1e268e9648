/*
 * transport.c
 *		Delivers an answer as well or as badly as was decided.
 *
 * What HTTP does not allow goes past the library, straight to the socket; over
 * TLS that cannot be: the connection is reset instead, and nothing is in excess.
 */
#include "transport.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define DRIPS 20 /* pieces of a slow body */
#define BLOCK_SIZE 65536
#define FLOOD_BYTES (10 * 1024 * 1024)
#define RETRY_US 2000 /* a socket that takes no more is tried again after this */

static int
socket_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

/*
 * Sends RST.  The library would say goodbye before it closes, so a mere close
 * would come too late: taking the address away resets at once.
 */
static void
reset_connection(struct MHD_Connection *connection)
{
	struct linger none = {1, 0};
	struct sockaddr nobody = {.sa_family = AF_UNSPEC};
	int fd = socket_of(connection);

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	connect(fd, &nobody, sizeof(nobody));
}

/* -------- through the library -------- */

/* Nothing more for now; the library calls again once the connection is woken. */
static ssize_t
pause_body(Session *session, int64_t until_us)
{
	return park(&session->parked, session->parked.connection, until_us)
			   ? 0
			   : MHD_CONTENT_READER_END_WITH_ERROR;
}

/* There is no more, although more was announced. */
static ssize_t
end_body(Session *session)
{
	if (session->x.end_how == END_STALLED)
		return pause_body(session, INT64_MAX);
	if (session->x.end_how == END_RESET)
		reset_connection(session->parked.connection);
	return MHD_CONTENT_READER_END_WITH_ERROR;
}

/* Feeds a body that is made on the way, slow, or never whole. */
static ssize_t
read_body(void *argument, uint64_t position, char *out, size_t size)
{
	Session *session = argument;
	Exchange *x = &session->x;
	int64_t now_us = clock_elapsed_us();

	if (session->parked.given_up)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (position >= x->send_bytes)
		return end_body(session);
	if (session->drip > 0)
	{
		if (now_us < session->drip_next_us)
			return pause_body(session, session->drip_next_us);
		session->drip_next_us += session->drip_every_us;
		if (size > session->drip)
			size = session->drip;
	}
	if (size > x->send_bytes - position)
		size = x->send_bytes - position;
	switch (x->source)
	{
		case OF_HUGE:
			return (ssize_t) huge_read(x, position, out, size);
		case OF_BOMB:
			return (ssize_t) gzip_bomb_read(x, position, out, size);
		case OF_ENDLESS:
			return (ssize_t) gzip_endless_read(position, out, size);
		case OF_BODY:
			break;
	}
	memcpy(out, x->body + position, size);
	return (ssize_t) size;
}

static void
set_pace(Session *session)
{
	const Exchange *x = &session->x;

	if (x->drip_byte_ms > 0)
	{
		session->drip = 1;
		session->drip_every_us = x->drip_byte_ms * 1000;
	}
	else if (x->drip_ms > 0)
	{
		session->drip = x->length / DRIPS + 1;
		session->drip_every_us = x->drip_ms * 1000 / DRIPS;
	}
	session->drip_next_us = clock_elapsed_us() + session->drip_every_us;
}

static struct MHD_Response *
make_response(Session *session, struct MHD_Connection *connection)
{
	Exchange *x = &session->x;
	bool at_once = x->source == OF_BODY && x->drip_ms == 0 && x->drip_byte_ms == 0;
	struct MHD_Response *response;

	if (at_once && x->end_how == END_WELL)
	{
		response = MHD_create_response_from_buffer(
			x->send_bytes, x->body, x->excess > 0 ? MHD_RESPMEM_MUST_COPY : MHD_RESPMEM_MUST_FREE);
		if (x->excess == 0)
			x->body = NULL;
		return response;
	}
	session->parked.connection = connection;
	set_pace(session);
	return MHD_create_response_from_callback(x->source == OF_ENDLESS ? MHD_SIZE_UNKNOWN
																	 : x->declared,
											 BLOCK_SIZE, read_body, session, NULL);
}

static enum MHD_Result
queue_response(Session *session, struct MHD_Connection *connection)
{
	Exchange *x = &session->x;
	struct MHD_Response *response = make_response(session, connection);
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO;
	if (x->type != NULL)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, x->type);
	if (x->encoding != NULL)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, x->encoding);
	if (x->location != NULL)
		MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION, x->location);
	if (x->allow != NULL)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, x->allow);
	result = MHD_queue_response(connection, x->status, response);
	MHD_destroy_response(response);
	return result;
}

/* -------- past the library -------- */

static void
write_raw(Session *session)
{
	Exchange *x = &session->x;
	Text *raw = &session->raw;

	text_printf(raw, "HTTP/1.1 %d Status\r\nContent-Ty", x->status);
	if (x->raw != RAW_HEADER_FLOOD)
		return;
	text_printf(raw, "pe: %s\r\nContent-Length: %zu\r\nConnection: close\r\n",
				x->type != NULL ? x->type : "text/plain", x->length);
	for (int i = 0; raw->length < FLOOD_BYTES; i++)
		text_printf(raw, "X-Flood-%d: %0100d\r\n", i, i);
	text_puts(raw, "\r\n");
	text_add(raw, x->body != NULL ? x->body : "", x->length);
}

/* Called again and again until all is sent; the connection ends in any case. */
static enum MHD_Result
send_raw(Session *session, struct MHD_Connection *connection)
{
	Text *raw = &session->raw;

	if (session->x.raw != RAW_RESET && settings.tls_certificate == NULL)
	{
		if (raw->data == NULL)
			write_raw(session);
		while (session->raw_sent < raw->length)
		{
			ssize_t sent = send(socket_of(connection), raw->data + session->raw_sent,
								raw->length - session->raw_sent, MSG_NOSIGNAL | MSG_DONTWAIT);

			if (sent < 0 && errno == EAGAIN)
				return park(&session->parked, connection, clock_elapsed_us() + RETRY_US) ? MHD_YES
																						 : MHD_NO;
			if (sent < 0)
				return MHD_NO;
			session->raw_sent += sent;
		}
	}
	if (session->x.raw != RAW_HEADER_FLOOD || settings.tls_certificate != NULL)
		reset_connection(connection);
	return MHD_NO;
}

/* What an answer has beyond its Content-Length, and the library knows nothing of. */
void
transport_exceed(Session *session, struct MHD_Connection *connection)
{
	const Exchange *x = &session->x;

	if (x->excess > 0 && settings.tls_certificate == NULL)
		send(socket_of(connection), x->body + x->send_bytes, x->excess,
			 MSG_NOSIGNAL | MSG_DONTWAIT);
}

enum MHD_Result
transport_deliver(Session *session, struct MHD_Connection *connection)
{
	return session->x.raw == RAW_NOT ? queue_response(session, connection)
									 : send_raw(session, connection);
}
