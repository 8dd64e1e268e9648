/*
 * deadline.c
 *	  When a transfer has taken too long.
 */
#include "postgres.h"

#include "datatype/timestamp.h"
#include "deadline.h"

/* A second of an answer that brings less than this is a slow one. */
#define LOW_SPEED_BYTES 100
#define USECS_PER_MSEC INT64CONST(1000)

void
sg_deadline_start(SgDeadline *deadline)
{
	deadline->started_at = sg_http_clock();
	deadline->left_at = deadline->started_at;
	deadline->moved_at = deadline->started_at;
	deadline->moved = 0;
}

/* What is left of a limit that began so long ago; at 0 the transfer is given up, for that reason. */
static int64
left_of(int64 limit_us, int64 age, SgHttp *http, const char *reason)
{
	char why[96];

	if (age < limit_us)
		return limit_us - age;
	snprintf(why, sizeof(why), "%s " INT64_FORMAT " s", reason, limit_us / USECS_PER_SEC);
	sg_http_give_up(http, why);
	return 0;
}

/* An answer that has begun has to bring something in each stretch of low_speed_time. */
static int64
check_speed(SgDeadline *deadline, const SgProfile *profile, SgHttp *http)
{
	int64 stretch = profile->low_speed_s * USECS_PER_SEC;
	int64 now = sg_http_clock();
	int64 bytes = sg_http_bytes(http);

	if (bytes - deadline->moved >= (int64) LOW_SPEED_BYTES * profile->low_speed_s)
	{
		deadline->moved = bytes;
		deadline->moved_at = now;
	}
	return left_of(stretch, now - deadline->moved_at, http,
				   "Less than 100 bytes a second came for");
}

/* A request that has not left yet: it waits for a connection. */
static int64
check_connection(SgDeadline *deadline, const SgProfile *profile, SgHttp *http)
{
	int64 now = sg_http_clock();

	deadline->left_at = now;
	return left_of(profile->connect_timeout_ms * USECS_PER_MSEC, now - deadline->started_at, http,
				   "No connection within");
}

int64
sg_deadline_check(SgDeadline *deadline, const SgProfile *profile, SgHttp *http)
{
	int64 age;
	int64 left;

	if (!sg_http_left(http))
		return check_connection(deadline, profile, http);
	age = sg_http_clock() - deadline->left_at;
	if (sg_http_begun(http))
		left = check_speed(deadline, profile, http);
	else
	{
		left = left_of(profile->first_byte_timeout_ms * USECS_PER_MSEC, age, http,
					   "No answer began within");
		/* from its first byte on an answer is measured by what it brings */
		deadline->moved_at = sg_http_clock();
	}
	return Min(left, left_of(profile->timeout_ms * USECS_PER_MSEC, age, http,
							 "No whole answer came within"));
}
