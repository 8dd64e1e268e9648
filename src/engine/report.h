/*
 * report.h
 *	  What is told of requests besides their answers: the server's log, and what EXPLAIN ANALYZE lists.
 *
 * Nothing secret or personal is in it: no URL, no header, no body, and of a point's number the last digits.
 */
#ifndef SG_REPORT_H
#define SG_REPORT_H

#include "postgres.h"
#include "exchange.h"

/* Levels of messages, as the settings switchgrid.log_requests and log_retries have them; 0: none. */
extern int sg_report_requests_level;
extern int sg_report_retries_level;

/* Tells of an exchange that has its answer, or that failed. */
extern void sg_report_answer(const SgExchange *exchange);

/* Tells, and counts in the exchange's stats, that it will be sent again, and why. */
extern void sg_report_retry(SgExchange *exchange, const SgFault *fault, int64 wait_us);

#endif
