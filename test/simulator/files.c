/*
 * files.c
 *		The links to the data, signed and short of life, and what is behind them.
 *
 * They lead to a store of another kind than the API: no token may go there, and
 * its errors are XML.
 */
#include "switchgrid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINK_SECONDS (15 * 60)
#define BYTE_ORDER_MARK "\357\273\277"

enum
{
	SALT_LINK = 401
};

typedef struct Link
{
	uint32_t order;
	uint32_t position;
	uint32_t which; /* of the request's points */
	int64_t made_us;
} Link;

static uint64_t
signature_of(const Link *link)
{
	uint64_t hash = hash64(SALT_LINK, link->order);

	hash = hash64(hash, link->position);
	hash = hash64(hash, link->which);
	return hash64(hash, (uint64_t) link->made_us);
}

static int64_t
expires(const Link *link)
{
	return link->made_us / SECOND_US + LINK_SECONDS;
}

json_t *
file_link(const Exchange *x, const Wanted *wanted, size_t which)
{
	Link link = {wanted->order, wanted->position, (uint32_t) which, clock_now_us()};
	Text url = {NULL, 0, 0};
	json_t *value;

	if (scenario_chooses(&x->scenario.other_host, wanted->prms[which]))
		text_puts(&url, "http://localhost.invalid");
	else
		root_address(x, &url);
	text_printf(&url, "/files/%x-%x-%x-%llx?expires=%lld&signature=%016llx", link.order,
				link.position, link.which, (unsigned long long) link.made_us,
				(long long) expires(&link), (unsigned long long) signature_of(&link));
	value = must(json_string(url.data));
	text_free(&url);
	return value;
}

static bool
read_link(const char *text, Link *link)
{
	char *rest;

	link->order = (uint32_t) strtoul(text, &rest, 16);
	if (*rest != '-')
		return false;
	link->position = (uint32_t) strtoul(rest + 1, &rest, 16);
	if (*rest != '-')
		return false;
	link->which = (uint32_t) strtoul(rest + 1, &rest, 16);
	if (*rest != '-')
		return false;
	link->made_us = strtoll(rest + 1, &rest, 16);
	return *rest == '\0';
}

static bool
forbid(Exchange *x, const char *fault, const char *code, const char *message)
{
	Text body = {NULL, 0, 0};

	if (fault != NULL)
		exchange_fault(x, "%s", fault);
	text_printf(&body,
				"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
				"<Error><Code>%s</Code><Message>%s</Message></Error>\n",
				code, message);
	exchange_answer(x, 403, body.data, body.length, "application/xml");
	return false;
}

static bool
check_link(Exchange *x, Link *link, Wanted **wanted)
{
	char until[32] = "";
	char signature[32] = "";
	char expected[32];
	const Slot slots[] = {{"expires", until, sizeof(until)},
						  {"signature", signature, sizeof(signature)}};

	if (!switchgrid_query(x, slots, 2))
		return false;
	*wanted = read_link(x->detail, link) ? requests_at(link->order, link->position) : NULL;
	snprintf(expected, sizeof(expected), "%016llx", (unsigned long long) signature_of(link));
	if (*wanted == NULL || link->which >= (*wanted)->count || strcmp(signature, expected) != 0 ||
		strtoll(until, NULL, 10) != expires(link))
		return forbid(x, "link that was never given", "SignatureDoesNotMatch",
					  "The signature does not match");
	snprintf(x->point, sizeof(x->point), "%s", (*wanted)->prms[link->which]);
	snprintf(x->detail, sizeof(x->detail), "%x %x %x", link->order, link->position, link->which);
	return true;
}

/* In the scenario "link_expired" the first link to a file never works. */
static bool
is_spent(const Exchange *x, const Link *link, Wanted *wanted)
{
	int64_t *spent_us = &wanted->spent_us[link->which];
	bool spent;

	if (clock_now_us() / SECOND_US >= expires(link))
		return true;
	if (!scenario_chooses(&x->scenario.link_expired, wanted->prms[link->which]))
		return false;
	state_lock();
	if (*spent_us == 0)
		*spent_us = clock_now_us();
	spent = link->made_us <= *spent_us;
	state_unlock();
	return spent;
}

/* -------- the content -------- */

static const char *
point_told(const Exchange *x, const char *prm)
{
	static const char first[] = "22516914714270";
	static const char second[] = "11453290002823";

	if (!scenario_chooses(&x->scenario.other_prm, prm))
		return prm;
	return strcmp(prm, first) == 0 ? second : first;
}

/* Returns the type of what was written. */
static const char *
write_content(const Exchange *x, const Wanted *wanted, const char *prm, Text *out)
{
	Span span = {0};

	if (wanted->type->content != CONTENT_CONTRACT && !span_of(wanted, prm, &span))
		span.until = span.from;
	if (x->scenario.csv)
	{
		text_puts(out, BYTE_ORDER_MARK);
		if (flow_csv(out, wanted, point_told(x, prm), &span, &x->scenario))
			return "text/csv";
		out->length = 0;
	}
	if (wanted->type->content == CONTENT_CONTRACT)
		flow_contract(out, wanted, prm, point_told(x, prm), &x->scenario);
	else
		flow_json(out, wanted, point_told(x, prm), &span, &x->scenario);
	return "application/json";
}

static void
answer_file(Exchange *x, const Wanted *wanted, const char *prm)
{
	Text content = {NULL, 0, 0};
	const char *type = write_content(x, wanted, prm, &content);

	if (x->scenario.zip)
	{
		Text archive = {NULL, 0, 0};

		zip_wrap(&archive, strcmp(type, "text/csv") == 0 ? "mesures.csv" : "mesures.json",
				 &content);
		text_free(&content);
		exchange_answer(x, 200, archive.data, archive.length, "application/zip");
	}
	else
		exchange_answer(x, 200, content.data, content.length, type);
}

void
file_endpoint(Exchange *x)
{
	Link link = {0};
	Wanted *wanted;

	if (!check_link(x, &link, &wanted))
		return;
	if (is_spent(x, &link, wanted))
	{
		forbid(x, NULL, "AccessDenied", "Request has expired");
		return;
	}
	if (!faults_replace(x))
		answer_file(x, wanted, wanted->prms[link.which]);
	gate_close(x);
}
