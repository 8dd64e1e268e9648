/*
 * simulator.h
 *		What the files of the API simulator share.
 *
 * Each section below belongs to the file of the same name; points and what they
 * measure are in model.h.  Times are UTC seconds since 1970 (or microseconds
 * where the name says so); a "day" is a civil day counted from 1970-01-01,
 * without a zone.
 */
#ifndef SWITCHGRID_SIMULATOR_H
#define SWITCHGRID_SIMULATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"
#include "scenario.h"

#define SIMULATOR_VERSION "1.0"
/* Where redirections lead. */
#define FOLLOWED_PATH "/_followed"

/* main.c: the options, fixed once the server runs */
typedef struct Settings
{
	int port;
	const char *data_directory;
	const char *readings_file;
	const char *readings_point;
	const char *client_id;
	const char *client_secret;
	long per_second;	  /* 0: unlimited */
	long per_hour;		  /* 0: unlimited, -1: as each generation has it */
	const char *redirect; /* where the consent page sends the browser back */
	long token_seconds;
	bool follow_parent;	   /* exit when stdin ends */
	char *tls_certificate; /* in PEM; NULL: plain HTTP */
	char *tls_key;
} Settings;

extern Settings settings;

/* clock.c */
extern void clock_start(int64_t now_us);
extern int64_t clock_real_us(void);
extern int64_t clock_now_us(void);
extern void clock_advance(int64_t seconds);
extern int64_t clock_elapsed_us(void);
extern bool clock_parse(const char *text, int64_t *us);
extern void clock_format(int64_t us, char *out, size_t size);

/* paris.c */
extern int64_t civil_day(int year, int month, int day);
extern void civil_split(int64_t day, int *year, int *month, int *mday);
extern bool civil_parse(const char *text, int64_t *day);
extern int civil_weekday(int64_t day);
extern int64_t civil_months_before(int64_t day, int months);
extern int paris_offset(int64_t at);
extern int64_t paris_day(int64_t at);
extern int64_t paris_midnight(int64_t day);

/* text.c: a growing string, and a set of strings */
typedef struct Text
{
	char *data;
	size_t length;
	size_t size;
} Text;

typedef struct StringSet
{
	char **slots;
	size_t size;
	size_t used;
} StringSet;

extern void *must(void *pointer);
extern void text_add(Text *text, const char *bytes, size_t length);
extern void text_puts(Text *text, const char *string);
extern void text_printf(Text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
extern void text_free(Text *text);
extern bool set_add(StringSet *set, const char *key);
extern bool set_has(const StringSet *set, const char *key);
extern void set_clear(StringSet *set);

/* canned.c: the error answers that the API documents */
struct Canned
{
	const char *name; /* the code, or another name for it */
	int status;
	bool gateway; /* code/message instead of error/error_description */
	const char *code;
	const char *text;
	const char *more; /* error_uri, or the gateway's description */
};

extern const Canned *canned_find(const char *name);
extern char *canned_body(const Canned *canned, bool of_2026, int64_t next_access);
extern char *canned_error(const char *error, const char *description, bool of_2026);
extern const char *const html_page;

struct json_t;

/* server.c: one request and the answer decided for it */
#define MAX_PARAMETERS 16
#define MAX_REQUEST_BODY 16384
#define MAX_ORDER_BODY (1024 * 1024)

typedef struct Parameter
{
	const char *name;
	const char *value; /* NULL for a bare name */
} Parameter;

typedef struct Exchange
{
	/* the request */
	const char *method;
	const char *path; /* without the scenario and the query */
	Parameter query[MAX_PARAMETERS];
	int query_count; /* may exceed MAX_PARAMETERS: too many */
	const char *authorization;
	const char *accept;
	const char *content_type;
	const char *api_version;
	const char *test_env;
	const char *host;
	const char *agent;
	const char *accept_encoding;
	const char *version; /* of HTTP */
	Text upload;
	bool upload_too_long;
	Scenario scenario;
	uint64_t connection_id;
	bool new_connection; /* nothing was asked over it before */

	/* what the journal tells about it */
	const struct Endpoint *route; /* NULL: none has this path */
	const char *endpoint;		  /* its name */
	const char *client;
	char point[32];
	char start[32];
	char end[32];
	char detail[64]; /* what else makes it another question; not in the journal */
	char fault[160]; /* "" when the client is blameless */
	bool unfinished; /* the same question may well be put again */
	bool repeat;

	/* the answer */
	int status; /* 0: none is ever sent */
	char *body;
	size_t length;
	const char *type;
	const char *allow;	  /* the Allow header of a 405 */
	char *location;		  /* where a redirection leads */
	const char *encoding; /* the Content-Encoding, NULL: none */
	bool stall;
	bool closed;
	enum
	{
		OF_BODY,
		OF_HUGE, /* the other ones are made while they are sent */
		OF_BOMB,
		OF_ENDLESS
	} source;
	enum
	{
		RAW_NOT, /* as HTTP wants it */
		RAW_RESET,
		RAW_RESET_HEADERS,
		RAW_HEADER_FLOOD
	} raw;
	long delay_ms;
	long drip_ms;	   /* the body in pieces, over this time */
	long drip_byte_ms; /* or each byte of it */
	size_t declared;   /* the Content-Length */
	size_t send_bytes; /* of the body, before the failure if any */
	size_t excess;	   /* of it behind these, although nothing more was announced */
	enum
	{
		END_WELL,
		END_STALLED,
		END_BROKEN,
		END_RESET
	} end_how;

	/* what the scenario did to it */
	bool once_chosen;
	bool replaced;
	bool spoilt; /* no client can use it */
	bool ended;
} Exchange;

extern bool server_start(void);
extern int server_port(void);
extern void server_stop(void);
extern void server_address(const Exchange *x, Text *out);
extern void exchange_fault(Exchange *x, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
extern bool exchange_of_2026(const Exchange *x);
extern void exchange_answer(Exchange *x, int status, char *body, size_t length, const char *type);
extern void exchange_canned(Exchange *x, const char *name);
extern void exchange_canned_at(Exchange *x, const Canned *canned, int64_t next_access);
extern void exchange_error(Exchange *x, int status, const char *error, const char *description);
extern void exchange_json(Exchange *x, struct json_t *document);

/* journal.c */
extern bool journal_open(const char *directory);
extern void journal_write(const Exchange *x);
extern char *journal_read(size_t *length);
extern void journal_reset(void);

/* state_lock guards tokens, quotas, memories of windows and the journal */
extern void state_lock(void);
extern void state_unlock(void);

/* form.c */
#define MAX_FIELDS 16

extern bool form_decode(char *text);
extern int form_parse(char *body, Parameter *fields);
extern const char *form_get(const Parameter *fields, int count, const char *name);
extern bool form_basic(const char *text, char *out, size_t size);
extern void form_encode(Text *out, const char *text);

/* token.c */
typedef enum TokenState
{
	TOKEN_GOOD,
	TOKEN_UNKNOWN,
	TOKEN_EXPIRED,
	TOKEN_REVOKED,
	TOKEN_SPENT
} TokenState;

extern char *token_give(const Scenario *scenario);
extern void token_end(const char *text);
extern TokenState token_check(const char *text, const Scenario *scenario, const char **client);

/* grant.c: who may have a token, and end one */
extern void grant_endpoint(Exchange *x);
extern void revoke_endpoint(Exchange *x);

/* quota.c */
typedef enum QuotaVerdict
{
	QUOTA_FREE,
	QUOTA_SECOND,
	QUOTA_HOUR
} QuotaVerdict;

extern QuotaVerdict quota_take(const char *client, const char *api, const Scenario *scenario,
							   int64_t *wait_seconds);

/* write.c: readings, piece by piece, as both generations write them */
extern void write_number(Text *out, int64_t number);
extern void write_label(Text *out, const Series *series, size_t i, const Scenario *scenario);
extern void write_value(Text *out, const Series *series, size_t i, const Scenario *scenario,
						bool quoted);
extern void write_list(Text *out, const Series *series, const Scenario *scenario,
					   void (*write_one)(Text *, const Series *, size_t, const Scenario *));
extern void write_day_text(int64_t day, char out[11]);

/* answer_v5.c, answer_2026.c */
typedef struct Asked
{
	const struct Endpoint *route;
	const char *point;
	const char *start;
	const char *end;
	bool monthly;
	const Scenario *scenario;
} Asked;

extern void answer_v5(Text *out, const Asked *asked, const Series *series);
extern void answer_2026(Text *out, const Asked *asked, const Series *series);
extern void answer_2026_index(Text *out, const Asked *asked, const Registers *registers);

/* gas.c: the records of a gas delivery point (PCE), one and a line end for each gas day or month */
extern void gas_records(Text *out, const char *pce, int64_t from_day, int64_t until_day,
						bool published);
extern const char *gas_refusal(const char *pce);

/* grdf.c: the paths of GRDF */
extern bool grdf_route(Exchange *x);
extern const char *grdf_known(const char *endpoint);

/* huge.c */
extern size_t huge_length(const Exchange *x);
extern size_t huge_read(const Exchange *x, size_t position, char *out, size_t size);

/* faults.c: which faults a request meets, and what they do to its answer */
extern void faults_begin(Exchange *x, bool spared);
extern bool faults_replace(Exchange *x);
extern void faults_end(Exchange *x);

/* warp.c: right answers, bent */
extern void warp(Exchange *x);

/* gzip.c */
extern void gzip_pack(Text *out, const char *bytes, size_t length);
extern size_t gzip_bomb(Text *head, const char *bytes, size_t length);
extern size_t gzip_bomb_read(const Exchange *x, size_t position, char *out, size_t size);
extern size_t gzip_endless_read(size_t position, char *out, size_t size);

/* enedis.c: the paths */
typedef struct Endpoint
{
	const char *name; /* in the journal */
	const char *path; /* one that ends with a slash goes on with a point */
	const char *method;
	void (*serve)(Exchange *x);
	const char *api; /* of 2026, each with a quota of its own; NULL for v5 */
	Measure measure;
	Direction direction;
} Endpoint;

extern bool enedis_route(Exchange *x);
extern const char *enedis_known(const char *endpoint);

/* gate.c: what every data request goes through */
extern bool gate_open(Exchange *x);
extern bool gate_accept(Exchange *x);
extern const Canned *gate_error(const Exchange *x);
extern bool gate_replaces(Exchange *x);
extern void gate_close(Exchange *x);
extern bool gate_first_time(const Exchange *x, const char *what, const char *detail);
extern void gate_forget(void);
extern void gate_no_data(Exchange *x);

/* query.c */
typedef struct Slot
{
	const char *name;
	char *value;
	size_t size;
} Slot;

typedef struct Window
{
	int64_t start; /* civil days, end excluded */
	int64_t end;
	int64_t today;
	int64_t oldest; /* first start that the history limit accepts */
} Window;

extern bool query_is_json(const char *content_type);
extern bool query_refuse(Exchange *x, const char *fault, const char *description);
extern bool query_collect(Exchange *x, const Slot *slots, int count);
extern bool query_point(Exchange *x);
extern bool query_window(Exchange *x, Window *window);

/* measures.c */
extern int64_t measures_until(int64_t today);
extern void measures_v5(Exchange *x);
extern void measures_2026(Exchange *x);

/* customers.c: contract, address, identity and contact of v5 */
extern void customers_endpoint(Exchange *x);

/* itc.c: contract and point of 2026 */
extern void itc_endpoint(Exchange *x);

/* authorize.c */
extern void authorize_v1(Exchange *x);
extern void authorize_v2(Exchange *x);

/* consents.c */
typedef struct Consent
{
	int64_t id;
	const char *prm;
	int64_t from; /* civil days, the last one included */
	int64_t until;
	bool recent; /* given since the program runs */
} Consent;

extern int64_t consents_give(int customer, int64_t today, int64_t until);
extern bool consents_next(size_t *position, Consent *consent);

/* services.c */
extern void services_endpoint(Exchange *x);

/* park.c: connections that wait without holding a thread */
struct MHD_Connection;

typedef struct Parked
{
	struct MHD_Connection *connection;
	int64_t until_us; /* monotonic; INT64_MAX: until the client leaves */
	bool given_up;	  /* woken because nobody waits any more */
	struct Parked *next;
	bool listed;
} Parked;

extern void park_start(void);
extern bool park(Parked *parked, struct MHD_Connection *connection, int64_t until_us);
extern void park_forget(Parked *parked);
extern void park_stop(void);

#endif
