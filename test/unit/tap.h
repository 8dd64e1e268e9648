/*-------------------------------------------------------------------------
 *
 * tap.h
 *	  Just enough of the Test Anything Protocol for C.
 *
 * plan(n) first, then n times ok() or skip(), and return tap_done() from
 * main.  ok() takes a condition and a printf format that names the promise.
 *
 *-------------------------------------------------------------------------
 */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static int tap_planned;
static int tap_run;
static int tap_failed;

static inline void
plan(int tests)
{
	tap_planned = tests;
	printf("1..%d\n", tests);
}

static inline void __attribute__((format(printf, 2, 3))) ok(bool passed, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("%sok %d - ", passed ? "" : "not ", ++tap_run);
	vprintf(format, args);
	printf("\n");
	fflush(stdout);
	va_end(args);
	tap_failed += !passed;
}

static inline void
skip(const char *what, const char *why)
{
	printf("ok %d - %s # SKIP %s\n", ++tap_run, what, why);
}

/* What main returns: 0 if all that was planned ran and passed. */
static inline int
tap_done(void)
{
	if (tap_run != tap_planned)
		printf("# planned %d tests but ran %d\n", tap_planned, tap_run);
	if (tap_failed > 0)
		printf("# failed %d tests of %d\n", tap_failed, tap_run);
	return tap_failed > 0 || tap_run != tap_planned;
}

#endif /* TAP_H */
