/*
 * main.c
 *		A simulator of the remote metering APIs: options, start and end.
 */
#include "simulator.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

Settings settings = {
	.port = 0,
	.readings_point = "22516914714270",
	.client_id = "demo",
	.client_secret = "demo-secret",
	.per_second = 5,
	.per_hour = -1,
	.redirect = "https://app.example.org/callback",
	.token_seconds = 12600,
};

static const char usage[] =
	"switchgrid-simulator answers on the loopback as the remote metering APIs do.\n"
	"\n"
	"Usage: switchgrid-simulator [OPTION]...\n"
	"\n"
	"  --port N               listen on 127.0.0.1:N (default 0: any free port)\n"
	"  --data DIR             write the journal of requests to DIR/journal.jsonl\n"
	"  --now TIME             start the clock there, e.g. 2026-11-20T10:00:00+01:00\n"
	"  --readings FILE        replay hourly readings, lines \"starts_at,watts\" in UTC\n"
	"  --readings-point PRM   the point that replays them (default 22516914714270)\n"
	"  --client-id ID         the application's identifier (default demo)\n"
	"  --client-secret SECRET the application's secret (default demo-secret)\n"
	"  --per-second N         data requests per second (default 5, 0: unlimited)\n"
	"  --per-hour N           data requests per hour (default 10000 for v5 and 1000 for each API\n"
	"                         of 2026, 0: unlimited)\n"
	"  --token-seconds N      life of an access token (default 12600)\n"
	"  --redirect URL         where the consent page leads (default\n"
	"                         https://app.example.org/callback)\n"
	"  --tls-certificate FILE, --tls-key FILE\n"
	"                         speak TLS only, with these (PEM)\n"
	"  --parent               exit when standard input ends\n"
	"  --help, --version\n"
	"\n"
	"GET /_journal shows the journal, POST /_journal/reset empties it; GET /_bill counts what was\n"
	"ordered, POST /_bill/reset forgets it; POST /_clock/advance?seconds=N puts the clock "
	"forward.\n"
	"\n"
	"Scenarios: put /~NAME+NAME... before the API's path, e.g. /~delay=200+numbers.\n"
	"  Faults of any data endpoint.  With _token behind it a word is about the token instead, "
	"with\n"
	"  _once about the first time of each question.  at=ENDPOINT, by its name in the journal, "
	"says\n"
	"  where alone they are; orders, which the files come of, are only concerned when so named.\n"
	"  stall closed reset             no answer: silence, the end of the connection, or its reset\n"
	"  stall_body truncated reset_body, reset_headers\n"
	"                                 the same in the middle of the body, or of the headers\n"
	"  slow[=MS] drip[=MS] delay=MS   the body in pieces over MS, a byte each MS; all of it after "
	"MS\n"
	"  short_length long_length       a Content-Length below or above that of the body\n"
	"  header_flood                   10 MB of headers before the right body\n"
	"  gzip bad_gzip cut_gzip         packed, if the client likes it; garbage; half of it\n"
	"  bomb endless_gzip              1 GB of spaces behind it; empty blocks without end\n"
	"  redirect[=STATUS]              leads to /_followed, where nobody should go (default 302)\n"
	"  html not_json deep huge no_content empty_body cut\n"
	"                                 200 with a page, with text, with 100000 brackets, with 200 "
	"MB;\n"
	"                                 204; 200 with nothing, or with half a document\n"
	"  shape array badvalue wrong_type deep_points\n"
	"                                 JSON that is not what is documented: other names, lists for\n"
	"                                 objects, words for numbers, numbers for lists, 100000 "
	"brackets\n"
	"  latin1 nul                     a letter that is not UTF-8, a \\u0000 in a text\n"
	"\n"
	"  Answers and their content:\n"
	"  empty expire expired           no data; a token lasts 3 data requests; none is good\n"
	"  error=CODE error_once=CODE     a documented error, always or once for each window;\n"
	"                                 next=SECONDS sets when 900804 lets the client come back\n"
	"  error_at=ENDPOINT:CODE         the same on one endpoint, by its name in the journal\n"
	"  unlimited per_second=N per_hour=N\n"
	"  step=MINUTES mixed_step        another step; one that changes during the day\n"
	"  null_values null_texts empty_strings numbers natures\n"
	"                                 values that are null or not strings; natures B, C and E\n"
	"  unordered twice repeated       the other way round; each point, one point a day, again\n"
	"  dst48 missing_hour             the two nights when the clock changes, told badly\n"
	"  changed sparse no_com          the facts after a change; the required ones; of a meter\n"
	"                                 that does not communicate\n"
	"  openapi_key plain_segments     \"contact\" for \"contact_data\"; segments as strings\n"
	"  scope=FORM                     of a token: empty, default, legacy, consumption or v5\n"
	"  refuse empty_once              no consent; no service at the first call after one\n"
	"  Of Switchgrid (a word with a point takes =NNNN, the end of the points it is about):\n"
	"  unsigned consented by_contract  an ask waits for its page to be visited; every point has "
	"an\n"
	"                                 accepted one; consents by contract\n"
	"  async=SECONDS sync=SECONDS     how long requests take (default 4 and 1)\n"
	"  embedded nolink summary keyed seconds no_prm csv zip future_offpeak\n"
	"                                 other forms of results, files and curves\n"
	"  fail quota stuck nodata revoked_midway other_prm other_host link_expired\n"
	"                                 requests and files that end badly; all take a point\n"
	"  short old_answer address_check unknown_status refuse_order\n"
	"  answer_lost answer_500 answer_stalled\n"
	"                                 asks and orders that are made, but answered badly\n"
	"  gas_array gas_wrapped gas_pretty gas_crlf\n"
	"Each prefix has its own quota, its own repeats and its own first times.\n";

static void
refuse(const char *option, const char *value)
{
	fprintf(stderr, "switchgrid-simulator: invalid value for --%s: \"%s\"\n", option, value);
	exit(2);
}

static long
number(const char *option, const char *value, long low, long high)
{
	char *rest;
	long result;

	errno = 0;
	result = strtol(value, &rest, 10);
	if (rest == value || *rest != '\0' || errno != 0 || result < low || result > high)
		refuse(option, value);
	return result;
}

/* The text of a file, for good. */
static char *
read_file(const char *option, const char *path)
{
	FILE *file = fopen(path, "r");
	Text text = {NULL, 0, 0};
	char piece[4096];
	size_t length;

	if (file == NULL)
		refuse(option, path);
	while ((length = fread(piece, 1, sizeof(piece), file)) > 0)
		text_add(&text, piece, length);
	if (ferror(file) || text.data == NULL)
		refuse(option, path);
	fclose(file);
	return text.data;
}

static const struct option options[] = {{"port", required_argument, NULL, 'p'},
										{"data", required_argument, NULL, 'd'},
										{"now", required_argument, NULL, 'n'},
										{"readings", required_argument, NULL, 'r'},
										{"readings-point", required_argument, NULL, 'P'},
										{"client-id", required_argument, NULL, 'i'},
										{"client-secret", required_argument, NULL, 's'},
										{"per-second", required_argument, NULL, '1'},
										{"per-hour", required_argument, NULL, '2'},
										{"token-seconds", required_argument, NULL, 't'},
										{"redirect", required_argument, NULL, 'R'},
										{"tls-certificate", required_argument, NULL, 'c'},
										{"tls-key", required_argument, NULL, 'k'},
										{"parent", no_argument, NULL, 'f'},
										{"help", no_argument, NULL, 'h'},
										{"version", no_argument, NULL, 'v'},
										{NULL, 0, NULL, 0}};

static void
set_option(int letter, const char *name, char *value, int64_t *now_us)
{
	switch (letter)
	{
		case 'p':
			settings.port = (int) number(name, value, 0, 65535);
			break;
		case 'd':
			settings.data_directory = value;
			break;
		case 'n':
			if (!clock_parse(value, now_us))
				refuse(name, value);
			break;
		case 'r':
			settings.readings_file = value;
			break;
		case 'P':
			if (strlen(value) != 14 || strspn(value, "0123456789") != 14)
				refuse(name, value);
			settings.readings_point = value;
			break;
		case 'i':
			settings.client_id = value;
			break;
		case 's':
			settings.client_secret = value;
			break;
		case '1':
			settings.per_second = number(name, value, 0, 1000000);
			break;
		case '2':
			settings.per_hour = number(name, value, 0, 1000000);
			break;
		case 't':
			settings.token_seconds = number(name, value, 1, 1000000000);
			break;
		case 'R':
			if (strncmp(value, "http://", 7) != 0 && strncmp(value, "https://", 8) != 0)
				refuse(name, value);
			settings.redirect = value;
			break;
		case 'c':
			settings.tls_certificate = read_file(name, value);
			break;
		case 'k':
			settings.tls_key = read_file(name, value);
			break;
		case 'f':
			settings.follow_parent = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		case 'v':
			puts("switchgrid-simulator " SIMULATOR_VERSION);
			exit(0);
		default:
			fputs("Try \"switchgrid-simulator --help\".\n", stderr);
			exit(2);
	}
}

static void
read_options(int argc, char **argv, int64_t *now_us)
{
	int letter;
	int which = 0;

	while ((letter = getopt_long(argc, argv, "", options, &which)) != -1)
		set_option(letter, options[which].name, optarg, now_us);
	if (optind < argc)
	{
		fprintf(stderr, "switchgrid-simulator: unexpected argument \"%s\"\n", argv[optind]);
		exit(2);
	}
	if ((settings.tls_certificate == NULL) != (settings.tls_key == NULL))
	{
		fputs("switchgrid-simulator: --tls-certificate and --tls-key go together\n", stderr);
		exit(2);
	}
}

/* Blocked before any thread starts, so that only the wait below sees them. */
static int
catch_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &signals, SFD_CLOEXEC);
}

/* Returns when a signal asks to stop, or the parent is gone. */
static void
wait_for_end(int signals)
{
	struct pollfd watched[2] = {{signals, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
	int count = settings.follow_parent ? 2 : 1;
	char ignored[256];

	for (;;)
	{
		if (poll(watched, count, -1) < 0)
		{
			if (errno == EINTR)
				continue;
			return;
		}
		if (watched[0].revents != 0)
			return;
		if (watched[1].revents != 0 && read(STDIN_FILENO, ignored, sizeof(ignored)) <= 0)
			return;
	}
}

int
main(int argc, char **argv)
{
	int64_t now_us = clock_real_us();
	int signals;

	read_options(argc, argv, &now_us);
	clock_start(now_us);
	if (settings.readings_file != NULL && !readings_load(settings.readings_file, now_us / 1000000))
		return 2;
	if (!journal_open(settings.data_directory))
		return 2;
	signals = catch_signals();
	if (!server_start())
	{
		fprintf(stderr, "switchgrid-simulator: could not listen on 127.0.0.1:%d\n", settings.port);
		return 1;
	}
	printf("listening on %s://127.0.0.1:%d\n", settings.tls_certificate != NULL ? "https" : "http",
		   server_port());
	fflush(stdout);
	wait_for_end(signals);
	server_stop();
	return 0;
}
