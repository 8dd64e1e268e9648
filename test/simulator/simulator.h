/*
 * simulator.h
 *		What the files of the API simulator share.
 *
 * Each section below belongs to the file of the same name.  Times are UTC
 * seconds since 1970 (or microseconds where the name says so); a "day" is a
 * civil day counted from 1970-01-01, without a zone.
 */
#ifndef SWITCHGRID_SIMULATOR_H
#define SWITCHGRID_SIMULATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIMULATOR_VERSION "1.0"
#define DAY_SECONDS 86400

/* main.c: the options, fixed once the server runs */
typedef struct Settings
{
	int port;
	const char *data_directory;
	const char *readings_file;
	const char *readings_point;
	const char *client_id;
	const char *client_secret;
	long per_second; /* 0: unlimited */
	long per_hour;	 /* 0: unlimited */
	long token_seconds;
	bool follow_parent; /* exit when stdin ends */
} Settings;

extern Settings settings;

/* clock.c */
extern void clock_start(int64_t now_us);
extern int64_t clock_real_us(void);
extern int64_t clock_now_us(void);
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
extern void text_free(Text *text);
extern bool set_add(StringSet *set, const char *key);
extern bool set_has(const StringSet *set, const char *key);
extern void set_clear(StringSet *set);

/* canned.c: the error answers that the API documents */
typedef struct Canned
{
	const char *name; /* the code, or another name for it */
	int status;
	bool gateway; /* code/message instead of error/error_description */
	const char *code;
	const char *text;
	const char *more; /* error_uri, or the gateway's description */
} Canned;

extern const Canned *canned_find(const char *name);
extern char *canned_body(const Canned *canned, int64_t next_access);
extern char *canned_error(const char *error, const char *description);
extern const char *const html_page;

/* scenario.c */
typedef struct Scenario
{
	char prefix[128]; /* as the client wrote it, "" when none */
	bool stall;
	bool stall_token;
	bool stall_body;
	bool html;
	bool not_json;
	bool cut;
	bool truncated;
	bool shape;
	bool array;
	bool badvalue;
	bool huge;
	bool expire;
	bool expired;
	bool unlimited;
	bool empty;
	bool null_values;
	bool numbers;
	bool unordered;
	bool twice;
	bool dst48;
	bool closed;
	long slow;		 /* milliseconds, 0 when absent */
	long delay;		 /* milliseconds */
	long per_second; /* -1: as the options say */
	long per_hour;
	long step; /* minutes, 0: as the point's profile says */
	long next; /* seconds until nextAccessTime, 0: next hour */
	const Canned *error;
	const Canned *error_once;
} Scenario;

extern bool scenario_parse(const char *prefix, size_t length, Scenario *scenario, char *complaint,
						   size_t size);
extern bool scenario_corrupts(const Scenario *scenario);

/* server.c: one request and the answer decided for it */
#define MAX_PARAMETERS 16
#define MAX_REQUEST_BODY 16384

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
	Text upload;
	bool upload_too_long;
	Scenario scenario;
	uint64_t connection_id;

	/* what the journal tells about it */
	const char *endpoint;
	const char *client;
	char point[32];
	char start[32];
	char end[32];
	char fault[160]; /* "" when the client is blameless */
	bool repeat;

	/* the answer */
	int status; /* 0: none is ever sent */
	char *body;
	size_t length;
	const char *type;
	const char *allow; /* the Allow header of a 405 */
	bool stall;
	bool closed;
	bool huge; /* the body is made while it is sent */
	long delay_ms;
	long drip_ms;
	size_t send_bytes; /* of the body, before the failure if any */
	enum
	{
		END_WELL,
		END_STALLED,
		END_BROKEN
	} end_how;
} Exchange;

extern bool server_start(void);
extern int server_port(void);
extern void server_stop(void);
extern void exchange_fault(Exchange *x, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
extern void exchange_answer(Exchange *x, int status, char *body, size_t length, const char *type);
extern void exchange_canned(Exchange *x, const char *name);
extern void exchange_error(Exchange *x, int status, const char *error, const char *description);

/* journal.c */
extern bool journal_open(const char *directory);
extern void journal_write(const Exchange *x);
extern char *journal_read(size_t *length);
extern void journal_reset(void);

/* state_lock guards tokens, quotas, memories of windows and the journal */
extern void state_lock(void);
extern void state_unlock(void);

/* token.c */
typedef enum TokenState
{
	TOKEN_GOOD,
	TOKEN_UNKNOWN,
	TOKEN_EXPIRED,
	TOKEN_SPENT
} TokenState;

extern void token_endpoint(Exchange *x);
extern TokenState token_check(const char *text, const Scenario *scenario, const char **client);

/* quota.c */
typedef enum QuotaVerdict
{
	QUOTA_FREE,
	QUOTA_SECOND,
	QUOTA_HOUR
} QuotaVerdict;

extern QuotaVerdict quota_take(const char *client, const Scenario *scenario, int64_t *wait_seconds);

/* readings.c */
extern bool readings_load(const char *file, int64_t now);
extern bool readings_loaded(void);
extern size_t readings_find(int64_t at);
extern bool readings_get(size_t position, int64_t *starts_at, int *watts);

/* points.c: who is known, and how they behave */
typedef enum Direction
{
	CONSUMPTION = 1,
	PRODUCTION = 2
} Direction;

typedef enum Holes
{
	HOLES_NONE,
	HOLES_MIDWEEK,
	HOLES_SOME
} Holes;

typedef struct Profile
{
	uint64_t seed;
	int step; /* minutes */
	unsigned directions;
	bool no_curve; /* curve recording never switched on */
	bool revoked;  /* consent given, then taken back */
	bool replay;   /* answered from the readings file */
	Holes holes;
	int64_t activated; /* civil day, INT64_MIN: long ago */
} Profile;

extern bool points_find(const char *prm, int64_t today, Profile *profile);

/* house.c */
typedef struct House
{
	uint64_t seed;
	double base;
	double heating; /* watts per degree missing */
	double evening;
	double evening_hour;
	double morning;
	double heater;
	double heater_from;
	double panels;	/* watts at best */
	int64_t august; /* first day of the fortnight away */

	/* the last day looked at; only saves work */
	int64_t day;
	int64_t midnight;
	double season;
	double warmth;
	double presence;
	double weekend;
	double heater_hours;
	double sky;
} House;

extern uint64_t hash64(uint64_t a, uint64_t b);
extern void house_open(House *house, uint64_t seed);
extern double house_load(House *house, int64_t starts_at, int minutes);
extern double house_solar(House *house, int64_t starts_at, int minutes);
extern bool house_absent(uint64_t seed, Holes holes, int64_t day, int64_t seconds);
extern bool house_day_absent(uint64_t seed, Holes holes, int64_t day);

/* series.c */
typedef struct Reading
{
	int64_t at;	 /* end of the interval; for a daily value the day */
	int minutes; /* 0 for a daily value */
	int64_t value;
} Reading;

typedef struct Series
{
	Reading *readings;
	size_t count;
	size_t size;
} Series;

extern void series_add(Series *series, int64_t at, int minutes, int64_t value);
extern void series_curve(Series *series, const Profile *profile, Direction direction, int64_t from,
						 int64_t until, int step);
extern void series_daily(Series *series, const Profile *profile, Direction direction, int64_t from,
						 int64_t until);
extern void series_bend(Series *series, const Scenario *scenario);

/* answer.c */
extern void answer_series(const Series *series, bool curve, const char *point, const char *start,
						  const char *end, const Scenario *scenario, Text *out);
extern size_t answer_huge_length(void);
extern size_t answer_huge_read(size_t position, char *out, size_t size);

/* enedis.c */
extern bool enedis_route(Exchange *x);
extern void enedis_forget(void);

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
