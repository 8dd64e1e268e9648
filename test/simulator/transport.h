/*
 * transport.h
 *		How an answer leaves, or fails to.
 */
#ifndef SWITCHGRID_SIMULATOR_TRANSPORT_H
#define SWITCHGRID_SIMULATOR_TRANSPORT_H

#include <microhttpd.h>

#include "simulator.h"

/* One request while the HTTP library knows it. */
typedef struct Session
{
	Exchange x;
	Parked parked;
	char *url;
	bool decided;
	bool waited;
	size_t drip; /* bytes per piece of a slow body */
	int64_t drip_every_us;
	int64_t drip_next_us;
	Text raw; /* what goes past the library */
	size_t raw_sent;
} Session;

extern void transport_exceed(Session *session, struct MHD_Connection *connection);
extern enum MHD_Result transport_deliver(Session *session, struct MHD_Connection *connection);

#endif
