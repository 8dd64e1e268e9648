/*-------------------------------------------------------------------------
 *
 * harness.h
 *	  Calls the decoders of src/api without a server.
 *
 * Each call works in memory of its own, which is freed when it ends, be it
 * with rows, a fault or an error.  What every row must hold to, whatever
 * came in, is looked at as it comes; a row that does not aborts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HARNESS_H
#define HARNESS_H

#include "postgres.h"
#include "api/endpoint.h"

/* What the clock says, and what relative delays of an answer count from: 2026-11-22 10:20 UTC. */
#define HARNESS_NOW ((TimestampTz) INT64CONST(848658000000000))

typedef struct HarnessError
{
	int sqlstate;
	char message[256];
} HarnessError;

/* The error that was raised last. */
extern HarnessError harness_error;

/* What came of a call. */
typedef struct Outcome
{
	SgFault fault;
	bool raised; /* an error ended it: harness_error says which */
	long rows;
} Outcome;

/* One question whose answer is decoded. */
typedef struct Question
{
	const SgApi *api;
	const SgEndpoint *endpoint;
	char point[16];
	SgDays days;
} Question;

/* Once, first. */
extern void harness_start(void);

/*
 * The API of a generation: of Enedis's by its name, of another with the API's before it, as in "switchgrid v0". And
 * "flows" and "flows-production", which are none, but have the readers of orders' files for endpoints: curve, energy,
 * peaks, registers, billed and contract. "exports" and "exports-production" have the endpoint export, which gives all
 * points of a table. NULL if there is none.
 */
extern const SgApi *harness_api(const char *generation);

/* Fills in a question; false if there is no such generation or endpoint, or a day is none. */
extern bool harness_ask(Question *question, const char *generation, const char *endpoint,
						const char *point, const char *from, const char *until);

/* Decodes a copy of the body that ends where its memory ends. "emit" may be NULL. */
extern Outcome harness_decode(const Question *question, const char *body, size_t len, SgEmit emit,
							  void *arg);

/* The same for an answer that is not 200. */
extern Outcome harness_classify(const SgApi *api, int status, const char *body, size_t len);

/* The same for an answer about an order, or about an ask, of an API that has them. */
extern Outcome harness_read_order(const SgApi *api, const char *body, size_t len);
extern Outcome harness_read_ask(const SgApi *api, const char *body, size_t len);

/* Aborts, with the words, if the condition does not hold; whatever NDEBUG says. */
#define MUST(condition, ...)                                                \
	do                                                                      \
	{                                                                       \
		if (!(condition))                                                   \
			harness_broken(__FILE__, __LINE__, #condition, "" __VA_ARGS__); \
	} while (0)

extern _Noreturn void harness_broken(const char *file, int line, const char *condition,
									 const char *what);

#endif
