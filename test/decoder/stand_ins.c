/*-------------------------------------------------------------------------
 *
 * stand_ins.c
 *	  What only a backend has, so that the decoders run without one.
 *
 * Memory is the plain allocator's, each piece on its own, so that a sanitizer
 * sees what a memory context would hide: a read behind the end of a piece,
 * and one after it was freed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "harness.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "wire/http.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#if defined(__SANITIZE_ADDRESS__)
#define POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISONS 1
#endif
#endif
#ifdef POISONS
#include <sanitizer/asan_interface.h>
#define POISON(at, size) ASAN_POISON_MEMORY_REGION(at, size)
#define UNPOISON(at, size) ASAN_UNPOISON_MEMORY_REGION(at, size)
#else
#define POISON(at, size) ((void) (at))
#define UNPOISON(at, size) ((void) (at))
#endif

/* ---------------------------------------------------------------- memory */

typedef struct Context Context;

/* A piece of memory; the guard stands between its head and what the caller has. */
typedef struct Piece
{
	struct Piece *next;
	struct Piece **back;
	Context *context;
	size_t size;
	char guard[16];
} Piece;

struct Context
{
	Context *parent;
	Context *children;
	Context *next;
	Piece *pieces;
	MemoryContextCallback *callbacks;
};

static Context top;

MemoryContext CurrentMemoryContext = (MemoryContext) &top;
MemoryContext TopMemoryContext = (MemoryContext) &top;

static Piece *
piece_of(void *pointer)
{
	return (Piece *) ((char *) pointer - sizeof(Piece));
}

static void
out_of_reach(size_t size)
{
	if (size > MaxAllocSize)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("invalid memory alloc request size %zu", size)));
}

static void *
allocate(Context *context, size_t size)
{
	Piece *piece;

	out_of_reach(size);
	piece = malloc(sizeof(Piece) + size);
	if (piece == NULL)
		abort();
	piece->context = context;
	piece->size = size;
	piece->next = context->pieces;
	piece->back = &context->pieces;
	if (piece->next != NULL)
		piece->next->back = &piece->next;
	context->pieces = piece;
	POISON(piece->guard, sizeof(piece->guard));
	/* what nobody has written must not look like something */
	memset(piece + 1, 0x7e, size);
	return piece + 1;
}

static void
release(Piece *piece)
{
	UNPOISON(piece->guard, sizeof(piece->guard));
	*piece->back = piece->next;
	if (piece->next != NULL)
		piece->next->back = piece->back;
	memset(piece, 0x7f, sizeof(Piece) + piece->size);
	free(piece);
}

void *
palloc(Size size)
{
	return allocate((Context *) CurrentMemoryContext, size);
}

void *
palloc0(Size size)
{
	return memset(palloc(size), 0, size);
}

void *
palloc_extended(Size size, int flags)
{
	return flags & MCXT_ALLOC_ZERO ? palloc0(size) : palloc(size);
}

void
pfree(void *pointer)
{
	release(piece_of(pointer));
}

/* Always moves, so that nobody can count on the old place. */
void *
repalloc(void *pointer, Size size)
{
	Piece *old = piece_of(pointer);
	void *moved = allocate(old->context, size);

	memcpy(moved, pointer, Min(size, old->size));
	release(old);
	return moved;
}

char *
pnstrdup(const char *in, Size len)
{
	size_t n = strnlen(in, len);
	char *copy = palloc(n + 1);

	memcpy(copy, in, n);
	copy[n] = '\0';
	return copy;
}

char *
pstrdup(const char *in)
{
	return pnstrdup(in, strlen(in));
}

MemoryContext
AllocSetContextCreateInternal(MemoryContext parent, const char *name, Size minContextSize,
							  Size initBlockSize, Size maxBlockSize)
{
	Context *context = calloc(1, sizeof(Context));

	(void) name, (void) minContextSize, (void) initBlockSize, (void) maxBlockSize;
	if (context == NULL)
		abort();
	context->parent = (Context *) parent;
	context->next = context->parent->children;
	context->parent->children = context;
	return (MemoryContext) context;
}

void
MemoryContextRegisterResetCallback(MemoryContext context, MemoryContextCallback *callback)
{
	Context *own = (Context *) context;

	callback->next = own->callbacks;
	own->callbacks = callback;
}

/* As in the backend: the children first, then the callbacks, which still may read the memory. */
void
MemoryContextReset(MemoryContext context)
{
	Context *own = (Context *) context;

	while (own->children != NULL)
		MemoryContextDelete((MemoryContext) own->children);
	while (own->callbacks != NULL)
	{
		MemoryContextCallback *callback = own->callbacks;

		own->callbacks = callback->next;
		callback->func(callback->arg);
	}
	while (own->pieces != NULL)
		release(own->pieces);
}

void
MemoryContextDelete(MemoryContext context)
{
	Context *own = (Context *) context;
	Context **link = &own->parent->children;

	MemoryContextReset(context);
	while (*link != own)
		link = &(*link)->next;
	*link = own->next;
	free(own);
}

/* ---------------------------------------------------------------- errors */

sigjmp_buf *PG_exception_stack = NULL;
ErrorContextCallback *error_context_stack = NULL;
volatile sig_atomic_t InterruptPending = false;

HarnessError harness_error;

/* What is said below an error is for the log: no decoder has anything to say there. */
bool
errstart(int elevel, const char *domain)
{
	(void) domain;
	if (elevel < ERROR)
		return false;
	memset(&harness_error, 0, sizeof(harness_error));
	return true;
}

bool
errstart_cold(int elevel, const char *domain)
{
	return errstart(elevel, domain);
}

int
errcode(int sqlerrcode)
{
	harness_error.sqlstate = sqlerrcode;
	return 0;
}

int
errmsg(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(harness_error.message, sizeof(harness_error.message), fmt, args);
	va_end(args);
	return 0;
}

int
errdetail(const char *fmt, ...)
{
	(void) fmt;
	return 0;
}

int
errhint(const char *fmt, ...)
{
	(void) fmt;
	return 0;
}

int
set_errcontext_domain(const char *domain)
{
	(void) domain;
	return 0;
}

int
errcontext_msg(const char *fmt, ...)
{
	(void) fmt;
	return 0;
}

void
errfinish(const char *filename, int lineno, const char *funcname)
{
	if (PG_exception_stack == NULL)
	{
		fprintf(stderr, "%s:%d: %s: %s\n", filename, lineno, funcname, harness_error.message);
		abort();
	}
	siglongjmp(*PG_exception_stack, 1);
}

void
ProcessInterrupts(void)
{
	InterruptPending = false;
	ereport(ERROR,
			(errcode(ERRCODE_QUERY_CANCELED), errmsg("canceling statement due to user request")));
}

#ifdef USE_ASSERT_CHECKING
#if PG_VERSION_NUM >= 160000
void
ExceptionalCondition(const char *condition, const char *file, int line)
#else
void
ExceptionalCondition(const char *condition, const char *type, const char *file, int line)
#endif
{
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, condition);
	abort();
}
#endif

/* ---------------------------------------------------------------- texts */

text *
cstring_to_text(const char *s)
{
	size_t len = strlen(s);
	text *result = palloc(VARHDRSZ + len);

	SET_VARSIZE(result, VARHDRSZ + len);
	memcpy(VARDATA(result), s, len);
	return result;
}

bool
pg_verify_mbstr(int encoding, const char *mbstr, int len, bool noError)
{
	if (pg_encoding_verifymbstr(encoding, mbstr, len) == len)
		return true;
	if (!noError)
		ereport(ERROR, (errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE),
						errmsg("invalid byte sequence for encoding")));
	return false;
}

/* The database's encoding is UTF-8. */
char *
pg_any_to_server(const char *s, int len, int encoding)
{
	pg_verify_mbstr(encoding, s, len, false);
	return unconstify(char *, s);
}

char *
pg_server_to_any(const char *s, int len, int encoding)
{
	return pg_any_to_server(s, len, encoding);
}

void
sg_http_escape(StringInfo out, const char *text)
{
	for (; *text != '\0'; text++)
	{
		if (isalnum((unsigned char) *text) || strchr("-._~", *text) != NULL)
			appendStringInfoChar(out, *text);
		else
			appendStringInfo(out, "%%%02X", (unsigned char) *text);
	}
}
