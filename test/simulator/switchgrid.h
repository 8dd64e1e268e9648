/*
 * switchgrid.h
 *		What the files that play the Switchgrid API share.
 *
 * Three generations: /enedis/v2, /v0_1, and v0 at the root, told by a header.
 * Asks and orders are kept until the program ends; what state they are in only
 * depends on when they were made, on the clock and on the scenario of whoever
 * looks at them.  state_lock guards asks; orders do not change once made.
 */
#ifndef SWITCHGRID_SIMULATOR_SWITCHGRID_H
#define SWITCHGRID_SIMULATOR_SWITCHGRID_H

#include <jansson.h>

#include "simulator.h"

#define POINT_SIZE 15 /* of a PRM or a PCE */
#define UUID_SIZE 37
#define SECOND_US INT64_C(1000000)

/* switchgrid.c: the paths, and what each request goes through */
typedef enum Generation
{
	OF_V2,
	OF_V0_1,
	OF_V0,
	OF_NONE /* of no API: no token either */
} Generation;

typedef struct Resource
{
	Endpoint endpoint;
	Generation generation;
} Resource;

extern bool switchgrid_route(Exchange *x);
extern const char *switchgrid_known(const char *endpoint);
extern Generation generation_of(const Exchange *x);
extern bool switchgrid_query(Exchange *x, const Slot *slots, int count);
extern bool is_test(const Exchange *x);
extern void root_address(const Exchange *x, Text *out);

/* refuse.c: errors in the shape of each generation; the first two return false */
extern bool refuse(Exchange *x, int status, const char *fault, const char *message);
extern bool refuse_at(Exchange *x, const json_t *path, const char *tag, const char *message);
extern void refuse_canned(Exchange *x, const Canned *canned);

/* body.c: JSON held to what the description knows */
typedef struct Check
{
	Exchange *x;
	json_t *path; /* where in the body */
} Check;

typedef bool (*Checker)(Check *check, const json_t *value);

typedef struct Member
{
	const char *name;
	Checker checker;
	bool required;
} Member;

extern json_t *body_read(Exchange *x);
extern bool body_fail(Check *check, const char *tag, const char *message);
extern bool body_fail_at(Check *check, const char *name, const char *tag, const char *message);
extern bool body_object(Check *check, const json_t *value, const Member *members, size_t count);
extern bool body_list(Check *check, const json_t *value, Checker checker);
extern bool body_word(Check *check, const json_t *value, const char *const *words);
extern bool body_text(Check *check, const json_t *value);
extern bool body_texts(Check *check, const json_t *value);
extern bool body_boolean(Check *check, const json_t *value);
extern bool body_uuid(Check *check, const json_t *value);
extern bool body_prm(Check *check, const json_t *value);
extern bool is_prm(const char *text);
extern bool is_pce(const char *text);
extern const char *text_of(const json_t *object, const char *name);

/* uuid.c: ids that tell what they are of */
typedef enum UuidKind
{
	UUID_ASK = 0x0a51,		/* by number */
	UUID_STANDING = 0x0a52, /* an ask that needs no collecting, by point */
	UUID_CONTRACT = 0x0c01, /* by point */
	UUID_CONSENT = 0x0c02,	/* by ask, 0 for a standing one, and point */
	UUID_ORDER = 0x0d01,	/* by number */
	UUID_REQUEST = 0x0d02,	/* by order and position */
	UUID_EVENT = 0x0e01
} UuidKind;

extern void uuid_make(UuidKind kind, uint32_t head, uint64_t tail, char out[UUID_SIZE]);
extern bool uuid_read(UuidKind kind, const char *text, uint32_t *head, uint64_t *tail);
extern bool uuid_shaped(const char *text);
extern uint64_t point_number(const char *point);
extern bool point_text(uint64_t number, char out[POINT_SIZE]);
extern void instant_text(int64_t us, char out[32]);
extern void paris_text(int64_t at, char out[32]);
extern json_t *instant_json(int64_t us);

/* asks.c: their store and their life; all of it with the state locked */
typedef struct AskContract
{
	char point[POINT_SIZE];
	bool gas;
	bool known;		/* to the operator; gas always passes */
	bool cancelled; /* this consent alone */
} AskContract;

typedef struct Ask
{
	uint32_t number; /* 0: a standing one */
	Generation generation;
	bool test;
	bool skip_check; /* of the address */
	int64_t created_us;
	int64_t signed_us; /* by a visit to its page; INT64_MAX: not */
	bool cancelled;
	int months;
	int days;
	json_t *arguments; /* as it was asked for; NULL for a standing one */
	AskContract *contracts;
	size_t count;
} Ask;

extern Ask *asks_add(void);
extern const Ask *asks_get(size_t position);
extern bool asks_find(const Exchange *x, const char *id, Ask **found);
extern bool asks_standing(const Exchange *x, const char *point, Ask *ask, AskContract *contract);
extern void ask_cancel(Ask *ask, const AskContract *contract);
extern void ask_id(const Ask *ask, char out[UUID_SIZE]);
extern const char *ask_status(const Ask *ask, const Scenario *scenario);
extern int64_t ask_accepted_us(const Ask *ask, const Scenario *scenario);
extern bool ask_usable(const Ask *ask, const Scenario *scenario);
extern bool asks_cover(const Exchange *x, const char *point);

/* ask_check.c: the body that makes one */
extern bool duration_parse(const char *text, int *months, int *days);
extern bool contract_point(const json_t *value, char point[POINT_SIZE]);
extern bool ask_check(Exchange *x, const json_t *body);

/* ask_create.c, ask_read.c */
extern void ask_create(Exchange *x);
extern void ask_list(Exchange *x);
extern void ask_get(Exchange *x);
extern void ask_proof(Exchange *x);
extern void ask_delete(Exchange *x);
extern void ask_sign(Exchange *x);
extern void consent_get(Exchange *x);
extern void consent_delete(Exchange *x);

/* ask_write.c */
extern json_t *ask_json(const Exchange *x, const Ask *ask);

/* search.c */
extern json_t *contract_json(const Exchange *x, const char *prm);
extern void search_endpoint(Exchange *x);

/* orders.c: their store */
typedef enum Content
{
	CONTENT_CURVE,
	CONTENT_REGISTERS,
	CONTENT_DAILY,
	CONTENT_PEAK,
	CONTENT_BILLED,
	CONTENT_CONTRACT
} Content;

typedef struct RequestType
{
	const char *name;
	const char *flow; /* as the operator names it */
	Content content;
	bool sync;
} RequestType;

typedef struct Wanted
{
	uint32_t order;
	uint32_t position;
	const RequestType *type;
	Direction direction;
	int64_t since; /* instants; the ends of time when not told */
	int64_t until;
	bool consented;
	char (*prms)[POINT_SIZE];
	size_t count;
	int64_t *spent_us; /* of each file: links made until then are dead; state_lock */
} Wanted;

typedef struct Order
{
	uint32_t number;
	Generation generation;
	int64_t created_us;
	Wanted *requests;
	size_t count;
} Order;

extern const RequestType *request_type(const char *name);
extern Order *orders_add(Generation generation, size_t count);
extern const Order *orders_numbered(uint64_t number);
extern const Order *orders_find(const char *id);
extern Wanted *requests_find(const char *id);
extern Wanted *requests_at(uint32_t order, uint32_t position);

/* order_check.c: the body that makes one */
extern bool instant_parse(const char *text, int64_t *at);
extern bool order_check(Exchange *x, const json_t *body);

/* order_create.c, order_read.c */
extern void order_create(Exchange *x);
extern void order_get(Exchange *x);

/* progress.c: how far a request is */
typedef struct Progress
{
	const char *status;
	bool done;
	bool good;
	char error[160];	/* "" when there is none */
	int64_t ordered_us; /* INT64_MAX: not yet */
	int64_t completed_us;
} Progress;

extern void progress_of(const Exchange *x, const Order *order, const Wanted *wanted,
						Progress *progress);
extern const char *progress_refusal(const Exchange *x, const Wanted *wanted, const char *prm);
extern const char *order_status(const Exchange *x, const Order *order);
extern json_t *order_json(const Exchange *x, const Order *order);

/* window.c: what a request reads of a point */
typedef struct Span
{
	Profile profile;
	int64_t from; /* civil days, end excluded */
	int64_t until;
	int64_t since; /* instants: only what lies between them counts */
	int64_t before;
} Span;

extern bool span_of(const Wanted *wanted, const char *prm, Span *span);
extern void span_series(const Wanted *wanted, const Span *span, const Scenario *scenario,
						Series *series);
extern void span_registers(const Wanted *wanted, const Span *span, const Scenario *scenario,
						   Registers *registers);
extern json_t *span_summary(const Exchange *x, const Wanted *wanted, const char *prm);

/* bill.c */
extern void bill_ask(void);
extern void bill_order(const Order *order);
extern void bill_endpoint(Exchange *x);
extern void bill_reset(Exchange *x);

/* files.c: the links to the data, and what is behind them */
extern json_t *file_link(const Exchange *x, const Wanted *wanted, size_t which);
extern void file_endpoint(Exchange *x);

/* flow_json.c, flow_billed.c, flow_contract.c, flow_csv.c, zip.c: files as the operator makes them */
typedef struct RateClass
{
	const char *id;
	const char *label;
	const char *dial;
} RateClass;

typedef struct Calendar
{
	const char *id;
	const char *label;
	RateClass rates[2]; /* the second one may have no id */
} Calendar;

extern void flow_json(Text *out, const Wanted *wanted, const char *prm, const Span *span,
					  const Scenario *scenario);
extern const Calendar *calendar_of(const Wanted *wanted, const Registers *registers);
extern void flow_contract(Text *out, const Wanted *wanted, const char *prm, const char *told,
						  const Scenario *scenario);
extern bool flow_csv(Text *out, const Wanted *wanted, const char *prm, const Span *span,
					 const Scenario *scenario);
extern void flow_billed(Text *out, const Wanted *wanted, const Span *span,
						const Scenario *scenario);
extern int flow_reactive(const Reading *reading, int which);
extern void zip_wrap(Text *out, const char *name, const Text *content);

/* curve.c: the normalised curve */
extern void curve_endpoint(Exchange *x);
extern json_t *curve_json(const Wanted *wanted, const char *prm, const Scenario *scenario,
						  int seconds);

/* gas_order.c, events.c */
extern void gas_endpoint(Exchange *x);
extern void events_endpoint(Exchange *x);

#endif
