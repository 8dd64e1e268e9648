/*
 * body.c
 *	  Bytes that come piece by piece.
 *
 * One buffer of the usual size is kept for the next body: the allocator would give its pages back each time.
 */
#include "postgres.h"

#include "body.h"

/* A body grows by doubling from here. */
#define FIRST 16384
/* No larger one is kept. */
#define SPARE_MOST 65536

static SgBody spare = {0};

/* Makes room for more, and a zero behind it; false if there is no memory. */
static bool
make_room(SgBody *body, size_t n)
{
	size_t want = Max(body->size, FIRST);
	char *grown;

	if (body->bytes == NULL && n < spare.size)
	{
		*body = spare;
		memset(&spare, 0, sizeof(spare));
	}
	if (body->bytes != NULL && body->len + n < body->size)
		return true;
	while (want < body->len + n + 1)
		want *= 2;
	grown = realloc(body->bytes, want);
	if (grown == NULL)
		return false;
	body->bytes = grown;
	body->size = want;
	return true;
}

bool
sg_body_append(SgBody *body, const char *data, size_t n)
{
	if (!make_room(body, n))
		return false;
	memcpy(body->bytes + body->len, data, n);
	body->len += n;
	body->bytes[body->len] = '\0';
	return true;
}

void
sg_body_release(SgBody *body)
{
	if (body->size > SPARE_MOST || body->size <= spare.size)
		free(body->bytes);
	else
	{
		free(spare.bytes);
		spare = *body;
		spare.len = 0;
	}
	memset(body, 0, sizeof(*body));
}
