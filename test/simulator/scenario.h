/*
 * scenario.h
 *		What the words before the API's path ask for.
 */
#ifndef SWITCHGRID_SIMULATOR_SCENARIO_H
#define SWITCHGRID_SIMULATOR_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>

#include "model.h"

typedef struct Canned Canned;

/* What becomes of an answer that would have been right; times in milliseconds, 0 when absent. */
typedef struct Faults
{
	/* other answers */
	bool html;
	bool not_json;
	bool huge;
	bool deep;
	bool no_content;
	bool empty_body;
	long redirect; /* the status */
	/* the right one, bent */
	bool shape;
	bool array;
	bool badvalue;
	bool wrong_type;
	bool deep_points;
	bool latin1;
	bool nul;
	/* packed */
	bool gzip;
	bool bad_gzip;
	bool cut_gzip;
	bool bomb;
	bool endless_gzip;
	/* on its way */
	bool stall;
	bool stall_body;
	bool closed;
	bool cut;
	bool truncated;
	bool short_length;
	bool long_length;
	bool reset;
	bool reset_headers;
	bool reset_body;
	bool header_flood;
	long slow;
	long drip;
	long delay;
} Faults;

#define MAX_ERRORS_AT 4
#define MAX_AT 8

typedef struct ErrorAt
{
	const char *endpoint;
	const Canned *error;
} ErrorAt;

/* The points that a word is about. */
typedef struct ChosenPoint
{
	bool chosen;
	char last[5]; /* digits, "": all of them */
} ChosenPoint;

struct Scenario
{
	char prefix[256 + 1]; /* as the client wrote it, "" when none */
	Faults faults;		  /* of the data endpoints; of this one, once faults_begin has looked */
	Faults of_token;	  /* WORD_token */
	Faults once;		  /* WORD_once */
	bool has_once;
	const char *at[MAX_AT]; /* the only endpoints that all of this is about, if any */
	int at_count;
	bool expire;
	bool expired;
	bool unlimited;
	bool empty;
	bool null_values;
	bool null_texts;
	bool empty_strings;
	bool natures;
	bool mixed_step;
	bool missing_hour;
	bool repeated;
	bool changed;
	bool sparse;
	bool no_com;
	bool plain_segments;
	bool openapi_key;
	bool refuse;
	bool empty_once;
	bool numbers;
	bool unordered;
	bool twice;
	bool dst48;
	/* of Switchgrid */
	bool unsigned_ask; /* the word is "unsigned" */
	bool consented;
	bool by_contract;
	bool embedded;
	bool nolink;
	bool summary;
	bool csv;
	bool zip;
	bool keyed;
	bool seconds;
	bool no_prm;
	bool future_offpeak;
	bool short_answer; /* the word is "short" */
	bool address_check;
	bool unknown_status;
	bool answer_lost;
	bool answer_500;
	bool answer_stalled;
	bool refuse_order;
	bool old_answer;
	bool gas_array;
	bool gas_wrapped;
	bool gas_pretty;
	bool gas_crlf;
	ChosenPoint stuck;
	ChosenPoint nodata;
	ChosenPoint other_prm;
	ChosenPoint other_host;
	ChosenPoint link_expired;
	ChosenPoint revoked_midway;
	ChosenPoint fail;
	ChosenPoint quota;
	long async_seconds;
	long sync_seconds;
	long per_second; /* -1: as the options say */
	long per_hour;
	long step; /* minutes, 0: as the point's profile says */
	long next; /* seconds until nextAccessTime, 0: next hour */
	const Canned *error;
	const Canned *error_once;
	const char *scope; /* of the token's answer, NULL: empty */
	ErrorAt errors_at[MAX_ERRORS_AT];
	int errors_at_count;
};

extern bool scenario_parse(const char *prefix, size_t length, Scenario *scenario, char *complaint,
						   size_t size);
extern bool scenario_chooses(const ChosenPoint *chosen, const char *point);
extern const Canned *scenario_error_at(const Scenario *scenario, const char *endpoint);

#endif
