/*-------------------------------------------------------------------------
 *
 * cases.h
 *	  Bodies written by hand, and what the decoders must make of them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CASES_H
#define CASES_H

#include "harness.h"

/*
 * What a case expects is one line: the word for a fault after an exclamation mark, or its rows with "; " between
 * them and nothing behind the last one.
 *
 *	load_curve			its end in UTC without the year, / its minutes, = its watts, : its nature
 *	daily_energy		its day without the year, = its Wh
 *	daily_max_power		its instant, or its day, = its VA
 *	others				the columns that the case names, as name=value
 */
typedef struct Case
{
	const char *name;
	const char *body;
	const char *expected;
} Case;

/* The columns to show of other relations than series, with NULL at the end. */
extern const char *const *cases_columns;

/* What came of a body, as a case expects it; valid until the next call. */
extern const char *cases_decode(const Question *question, const char *body, size_t len);

/* Tests one case, and many; each is a test of TAP. */
extern void cases_run_one(const Question *question, const char *name, const char *body, size_t len,
						  const char *expected);
extern void cases_run(const Question *question, const Case *cases, int n);

/* The end of the program: prints the plan, and returns what main returns. */
extern int cases_done(void);

/* Tests something else. */
extern void cases_ok(bool passed, const char *name);

#endif
