/*
 * client.h
 *	  What the programs of test/bench/run share: a session, a clock, medians, and a look at a backend.
 *
 * Whatever fails ends the program, which says why: a figure is measured whole or not at all.
 */
#ifndef SWITCHGRID_BENCH_CLIENT_H
#define SWITCHGRID_BENCH_CLIENT_H

#include <libpq-fe.h>
#include <stddef.h>
#include <stdio.h>

extern void fail(const char *what, const char *why) __attribute__((noreturn));

/* To the database that libpq's environment names, or to another one. */
extern PGconn *connect_cluster(void);
extern PGconn *connect_database(const char *name);

/* Runs a statement that must work, and returns its first value; valid until the next call. */
extern const char *query(PGconn *connection, const char *sql);

/* The same with a printf format. */
extern const char *queryf(PGconn *connection, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A file of single measurements. */
extern FILE *open_raw(const char *directory, const char *name);

extern double now_ms(void);
extern void sleep_ms(double ms);

extern void sort_times(double *times, size_t count);

/* Sorts them. */
extern double median(double *times, size_t count);

/* Resident memory of a process that is not shared, malloc's as well, in kB; and its open descriptors, but for
 * relations' files. */
extern long private_memory(int pid);
extern int count_descriptors(int pid);

typedef struct Probe
{
	int at;			 /* scans or rounds that were made */
	long contexts;	 /* bytes of PostgreSQL's memory contexts */
	long private_kb; /* resident and not shared */
	int descriptors;
} Probe;

extern Probe probe(PGconn *session, int at);
extern void print_probe(FILE *file, const Probe *seen);

/* What grew from one look to the next, the larger of both kinds of memory: NAME_kb and NAME_fds. */
extern void print_growth(const char *name, const Probe *first, const Probe *last);

#endif
