/*
 * switchgrid.h
 *	  What the generations of the Switchgrid API share: errors, documents, orders and asks.
 */
#ifndef SG_SWITCHGRID_H
#define SG_SWITCHGRID_H

#include "postgres.h"
#include "asking.h"
#include "endpoint.h"
#include "ordering.h"
#include "wire/json.h"

#define SG_SWITCHGRID_POINT_RULE \
	"A point is 14 digits (a PRM of electricity, a PCE of gas), or GI and 6 digits (a PCE)."

/* Is it a PRM or a PCE? */
extern bool sg_switchgrid_valid_point(const char *point);

/* Errors: switchgrid_errors.c */

/*
 * Sets fault from an answer that is not 200: its kind by the status, its text by the first message that the
 * body holds, masked. As an API's classify; "now" dates relative delays. Never raises.
 */
extern void sg_switchgrid_classify(int status, const char *body, size_t len, TimestampTz now,
								   SgFault *fault);

/*
 * Sets fault from the message of a request that failed (NULL: it says nothing): by Enedis' code in it first,
 * by its wording second.
 */
extern void sg_switchgrid_mean(const char *message, SgFault *fault);

/* Texts on their way out: switchgrid_write.c */

/* The text in UTF-8, palloc'd or itself. Raises if a character is not in the database's encoding. */
extern char *sg_switchgrid_utf8(const char *text);

/* Appends a text as a JSON string, quotes included. */
extern void sg_switchgrid_write(StringInfo out, const char *text);

/* Appends "name":"text" and a comma before it, unless an object or array has just begun; nothing for NULL. */
extern void sg_switchgrid_write_member(StringInfo out, const char *name, const char *text);

/* The same for a list of texts: "name":["a","b"]; nothing for NIL. */
extern void sg_switchgrid_write_list(StringInfo out, const char *name, List *texts);

/* Appends a comma, unless an object or array has just begun. */
extern void sg_switchgrid_write_comma(StringInfo out);

/* A list of texts as the text of a text[], palloc'd. */
extern char *sg_switchgrid_array(List *texts);

/* Documents on their way in, and the requests for them: switchgrid_documents.c */

/* Opens a body that must be an object; NULL and a fault if it is not. The document is the caller's to close. */
extern const SgNode *sg_switchgrid_open(const char *body, size_t len, SgJson **json,
										SgFault *fault);

/* The instant in a member; 0 if it is absent, null or empty. Another text sets the fault. */
extern TimestampTz sg_switchgrid_instant(const SgNode *object, const char *key, SgFault *fault);

/* The texts of an array (NULL: none), palloc'd; an element that is no text sets the fault, by the name "key". */
extern List *sg_switchgrid_list(const SgNode *list, const char *key, SgFault *fault);

/*
 * The object as JSON without the members listed in "without", palloc'd; if there is still a link in it, only
 * those in "safe". For a link to data is as good as the data.
 */
extern char *sg_switchgrid_print_safely(const SgNode *object, const char *const *without,
										const char *const *safe);

/* The texts that clauses on a column want; NIL if none does. */
extern List *sg_switchgrid_texts(List *arguments, int column);

/* A request of a document, palloc'd, with the arguments given. */
extern SgRequest *sg_switchgrid_request(const SgEndpoint *endpoint, List *arguments, SgDays days);

/* The argument that wants one text of a column, palloc'd. */
extern SgArgument *sg_switchgrid_argument(int column, const char *text);

/*
 * One request for each text that clauses on the column want, which is an identifier; NIL if none does.
 * Raises 22023 for a text that is none, for it becomes part of a path.
 */
extern List *sg_switchgrid_by_id(const SgEndpoint *endpoint, List *arguments, int column);

/* The one text of a column in such a request, or NULL. */
extern const char *sg_switchgrid_id(const SgRequest *request, int column);

/* As endpoints' functions: contract_search (switchgrid_search.c), the first two by GET, the others by POST */
extern List *sg_switchgrid_search_requests(const SgEndpoint *endpoint, List *arguments,
										   SgDays days);
extern void sg_switchgrid_search_url(const SgRequest *request, StringInfo out);
extern List *sg_switchgrid_search_requests_v0(const SgEndpoint *endpoint, List *arguments,
											  SgDays days);
extern void sg_switchgrid_search_url_v0(const SgRequest *request, StringInfo out);
extern char *sg_switchgrid_search_body_v0(const SgRequest *request);
extern void sg_switchgrid_search(const SgRequest *request, char *body, size_t len, SgEmit emit,
								 void *arg, SgFault *fault);

/* As endpoints' functions: asks, one or page after page (switchgrid_asks.c) */
extern List *sg_switchgrid_ask_requests(const SgEndpoint *endpoint, List *arguments, SgDays days);
extern void sg_switchgrid_ask_url(const SgRequest *request, StringInfo out);
extern void sg_switchgrid_asks(const SgRequest *request, char *body, size_t len, SgEmit emit,
							   void *arg, SgFault *fault);
extern bool sg_switchgrid_ask_next(SgRequest *request, const char *body, size_t len);

/* As endpoints' functions: the rights on a point that its asks gave (switchgrid_consents.c) */
extern void sg_switchgrid_consent_url(const SgRequest *request, StringInfo out);
extern void sg_switchgrid_consents(const SgRequest *request, char *body, size_t len, SgEmit emit,
								   void *arg, SgFault *fault);

/* As endpoints' functions: an order, and the requests in it (switchgrid_orders.c) */
extern List *sg_switchgrid_order_requests(const SgEndpoint *endpoint, List *arguments, SgDays days);
extern List *sg_switchgrid_demand_requests(const SgEndpoint *endpoint, List *arguments,
										   SgDays days);
extern void sg_switchgrid_order_url(const SgRequest *request, StringInfo out);
extern void sg_switchgrid_orders(const SgRequest *request, char *body, size_t len, SgEmit emit,
								 void *arg, SgFault *fault);
extern void sg_switchgrid_demands(const SgRequest *request, char *body, size_t len, SgEmit emit,
								  void *arg, SgFault *fault);

/* As endpoints' functions: demand-response events (switchgrid_events.c) */
extern List *sg_switchgrid_event_requests(const SgEndpoint *endpoint, List *arguments, SgDays days);
extern void sg_switchgrid_event_url(const SgRequest *request, StringInfo out);
extern void sg_switchgrid_events(const SgRequest *request, char *body, size_t len, SgEmit emit,
								 void *arg, SgFault *fault);

/* One ask as an API describes it; NULL and a fault if it is none (switchgrid_asks.c). */
extern SgAskReport *sg_switchgrid_read_ask(const SgNode *ask, SgFault *fault);

/* The asks of a page, an array; NULL and a fault if there are none, or fewer than the page must have. */
extern const SgNode *sg_switchgrid_page(const SgNode *root, const SgRequest *request,
										SgFault *fault);

/* An answer that is one ask. As SgAsking.read. */
extern SgAskReport *sg_switchgrid_ask_report(const char *body, size_t len, SgFault *fault);

/* The path of an endpoint for one more thing: "/ask" and an identifier. */
extern void sg_switchgrid_path(StringInfo out, const char *path, const char *id);

/* How many months and days a consent's duration is; false if it is none of those that the API takes. */
extern bool sg_switchgrid_duration(const char *text, int *months, int *days);

/* How the generations order (switchgrid_ordering.c) and ask (switchgrid_asking.c). */
extern const SgOrdering sg_switchgrid_ordering;
extern const SgOrdering sg_switchgrid_ordering_v0;
extern const SgAsking sg_switchgrid_asking_v2;
extern const SgAsking sg_switchgrid_asking_v0;

#endif
