/*
 * report.c
 *	  What is told of requests besides their answers.
 */
#include "postgres.h"

#include "report.h"
#include "utils/timestamp.h"

int sg_report_requests_level = 0;
int sg_report_retries_level = 0;

#define USECS_PER_MSEC 1000.0

/*
 * Why there is no good answer, short. The transport's own words are told, for they say what is wrong with the
 * network; the API's are not, for they may name a person.
 */
static void
say_why(const SgFault *fault, char *out, size_t size)
{
	/* some give the status again as their code */
	bool coded = fault->code[0] != '\0' && atoi(fault->code) != fault->status;

	if (fault->status != 0)
		snprintf(out, size, "HTTP status %d%s%s", fault->status, coded ? ", " : "",
				 coded ? fault->code : "");
	else if (fault->kind == SG_FAULT_CONNECT || fault->kind == SG_FAULT_TIMEOUT)
		snprintf(out, size, "%s", fault->text);
	else
		snprintf(out, size, "%s", sg_fault_class(fault->kind)->name);
}

/* The statement and what surrounds it stay out of the log: they may name what is masked here. */
static void
tell(int level, const char *text)
{
	ereport(level, (errmsg_internal("%s", text), errhidestmt(true), errhidecontext(true)));
}

void
sg_report_answer(const SgExchange *exchange)
{
	char why[SG_RETRY_LEN];

	if (sg_report_requests_level == 0)
		return;
	if (exchange->fault.kind == SG_FAULT_NONE)
		snprintf(why, sizeof(why), "HTTP status %d", exchange->status);
	else
		say_why(&exchange->fault, why, sizeof(why));
	tell(sg_report_requests_level,
		 psprintf("server \"%s\": %s, try %d: %s; " INT64_FORMAT " bytes in %.3f ms",
				  exchange->profile->name, exchange->what, exchange->tries, why,
				  sg_http_bytes(exchange->http),
				  (GetCurrentTimestamp() - exchange->sent_at) / USECS_PER_MSEC));
}

void
sg_report_retry(SgExchange *exchange, const SgFault *fault, int64 wait_us)
{
	SgStats *stats = exchange->stats;
	char why[SG_RETRY_LEN];

	say_why(fault, why, sizeof(why));
	if (stats->retries < SG_RETRIES_TOLD)
	{
		snprintf(stats->retried[stats->retries].what, SG_RETRY_LEN, "%s: %s", exchange->what, why);
		stats->retried[stats->retries].wait_us = Max(wait_us, 0);
	}
	stats->retries++;
	if (sg_report_retries_level != 0)
		tell(sg_report_retries_level,
			 psprintf("server \"%s\": %s, try %d of %d: %s; again in %.3f ms",
					  exchange->profile->name, exchange->what, exchange->tries,
					  exchange->profile->retries + 1, why, Max(wait_us, 0) / USECS_PER_MSEC));
}
