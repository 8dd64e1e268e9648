/*
 * ledger.c
 *	  One pace for each credential, shared by the whole cluster.
 *
 * A small file in the data directory, mapped by every backend that needs it, holds atomic counters: no
 * preloading, no lock that a killed backend could keep, and the hour's count survives a restart. It is
 * in the directory of temporary files that base backups leave out.
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/pace.h"
#include "ledger.h"
#include "pgstat.h"
#include "port/atomics.h"
#include "storage/fd.h"
#include "utils/timestamp.h"

#define LEDGER_FILE PG_STAT_TMP_DIR "/switchgrid.pace.3"
/* Credentials (and quotas of each) that one cluster uses at a time; a place is freed when unused for a day. */
#define PLACES 512
#define UNUSED_AFTER (USECS_PER_DAY)
/* A request may be this late before it must take another moment: about the margin of five intervals. */
#define LATE_TOLERANCE 5000

/*
 * Requests whose departures are remembered. An operator that allows more in a second is not so strict that it
 * matters how late one of them was.
 */
#define DEPARTURES 16

typedef struct Place
{
	pg_atomic_uint64 key; /* 0: free */
	pg_atomic_uint64 next;
	pg_atomic_uint64 blocked_until;
	pg_atomic_uint64 departed;				 /* requests that left */
	pg_atomic_uint64 departures[DEPARTURES]; /* when the last of them did, in turn */
	pg_atomic_uint64 minutes[SG_PACE_MINUTES];
	pg_atomic_uint64 rights[SG_LEDGER_RIGHTS]; /* a moment, and a right in its lowest bits */
} Place;

static Place *places = NULL;

/* Maps the file; false if there is none, and it is not to be made. */
static bool
map_file(bool create)
{
	size_t size = sizeof(Place) * PLACES;
	int fd;
	void *map;

	if (places != NULL)
		return true;
	fd = OpenTransientFile(LEDGER_FILE, O_RDWR | (create ? O_CREAT : 0) | PG_BINARY);
	if (fd < 0 && errno == ENOENT && !create)
		return false;
	if (fd < 0)
		ereport(ERROR,
				(errcode_for_file_access(), errmsg("could not open file \"%s\": %m", LEDGER_FILE)));
	/*
	 * What is allocated is filled with zeros, and zeros are a ledger without entries. A hole would do
	 * until the disk is full: then a store into it would kill the backend. So would a look at a file that
	 * another backend has made, and not yet filled.
	 */
	errno = posix_fallocate(fd, 0, (off_t) size);
	if (errno != 0)
		ereport(ERROR, (errcode_for_file_access(),
						errmsg("could not extend file \"%s\": %m", LEDGER_FILE)));
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CloseTransientFile(fd);
	if (map == MAP_FAILED)
		ereport(ERROR,
				(errcode_for_file_access(), errmsg("could not map file \"%s\": %m", LEDGER_FILE)));
	places = map;
	return true;
}

static void
clear_place(Place *place)
{
	pg_atomic_write_u64(&place->next, 0);
	pg_atomic_write_u64(&place->blocked_until, 0);
	pg_atomic_write_u64(&place->departed, 0);
	for (int i = 0; i < SG_PACE_MINUTES; i++)
		pg_atomic_write_u64(&place->minutes[i], 0);
	for (int i = 0; i < SG_LEDGER_RIGHTS; i++)
		pg_atomic_write_u64(&place->rights[i], 0);
}

/* Is there nothing in a place that matters any more? */
static bool
is_stale(Place *place, TimestampTz now)
{
	int64 blocked = (int64) pg_atomic_read_u64(&place->blocked_until);

	return (int64) pg_atomic_read_u64(&place->next) < now - UNUSED_AFTER &&
		   (blocked < now || blocked > now + SG_PACE_LONGEST_BLOCK);
}

/* The place of a credential, if it has one. */
static Place *
held_place(uint64 key)
{
	if (!map_file(false))
		return NULL;
	for (int i = 0; i < PLACES; i++)
		if (pg_atomic_read_u64(&places[(key + i) % PLACES].key) == key)
			return &places[(key + i) % PLACES];
	return NULL;
}

/* The place of a credential; takes a free one, or one that nobody used for long. */
static Place *
find_place(uint64 key)
{
	TimestampTz now = GetCurrentTimestamp();

	map_file(true);
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < PLACES; i++)
		{
			Place *place = &places[(key + i) % PLACES];
			uint64 held = pg_atomic_read_u64(&place->key);

			if (held == key)
				return place;
			if ((held == 0 || (pass == 1 && is_stale(place, now))) &&
				pg_atomic_compare_exchange_u64(&place->key, &held, key))
			{
				clear_place(place);
				return place;
			}
			if (held == key)
				return place;
		}
	ereport(ERROR, (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
					errmsg("too many credentials are in use in this cluster"),
					errdetail("The ledger of paces holds %d.", PLACES)));
	return NULL; /* not reached */
}

static void
read_place(Place *place, SgPaceState *state)
{
	state->next = (int64) pg_atomic_read_u64(&place->next);
	state->blocked_until = (int64) pg_atomic_read_u64(&place->blocked_until);
	for (int i = 0; i < SG_PACE_MINUTES; i++)
		state->cells[i] = pg_atomic_read_u64(&place->minutes[i]);
}

/* What a place comes to, its schedule's next free moment being "next". */
static void
look(Place *place, uint64 next, int per_hour, TimestampTz now, SgPaceView *view)
{
	SgPaceState state;

	read_place(place, &state);
	state.next = (int64) next;
	sg_pace_view(&state, now, per_hour, view);
}

/* One more request in the counter of this minute; a counter of an earlier hour starts again. */
static void
count_request(Place *place, TimestampTz now)
{
	/* a clock that stands before 2000 must not index before the counters */
	int64 minute = Max(now / USECS_PER_MINUTE, SG_PACE_MINUTES);
	pg_atomic_uint64 *cell = &place->minutes[minute % SG_PACE_MINUTES];
	uint64 old = pg_atomic_read_u64(cell);
	uint64 new;

	do
	{
		new = SG_PACE_CELL_MINUTE(old) == minute ? old + 1 : SG_PACE_CELL(minute, 1);
	} while (!pg_atomic_compare_exchange_u64(cell, &old, new));
}

/* Reserves the next free moment, unless it is later than "latest". */
static void
reserve(Place *place, SgTurn *turn, TimestampTz latest)
{
	int64 interval = sg_pace_interval(turn->per_second);
	uint64 next = pg_atomic_read_u64(&place->next);

	do
	{
		TimestampTz now = GetCurrentTimestamp();
		SgPaceView view;

		look(place, next, turn->per_hour, now, &view);
		turn->at = view.next_at;
		/* a moment that has come is never too late, however short the wait that is allowed */
		if (turn->at > Max(latest, now))
			return;
	} while (!pg_atomic_compare_exchange_u64(&place->next, &next, (uint64) (turn->at + interval)));
	turn->held = true;
}

/*
 * A late request moves the schedule on. If another backend has the moment after ours, that one cannot be
 * moved: a little lateness is within the margin, with more the turn is lost.
 */
static bool
still_good(Place *place, const SgTurn *turn, TimestampTz now)
{
	int64 interval = sg_pace_interval(turn->per_second);
	uint64 expected = (uint64) (turn->at + interval);

	return pg_atomic_compare_exchange_u64(&place->next, &expected,
										  (uint64) sg_pace_after(turn->at, now, interval)) ||
		   interval == 0 || now <= turn->at + LATE_TOLERANCE;
}

/*
 * The moment from which a request is no more one too many in the second after another one. The schedule sees to that,
 * but a machine that lets a backend sleep between its turn and its request makes that one late for the next.
 */
static TimestampTz
clear_of_others(Place *place, int per_second, TimestampTz now)
{
	uint64 departed = pg_atomic_read_u64(&place->departed);
	TimestampTz clear;

	if (per_second <= 0 || per_second > DEPARTURES || departed < per_second)
		return now;
	clear =
		(TimestampTz) pg_atomic_read_u64(&place->departures[(departed - per_second) % DEPARTURES]) +
		USECS_PER_SEC + LATE_TOLERANCE;
	/* one that is further ahead was noted by another clock */
	return clear <= now + 2 * USECS_PER_SEC ? clear : now;
}

static void
note_departure(Place *place, SgTurn *turn, TimestampTz now)
{
	turn->departure = pg_atomic_fetch_add_u64(&place->departed, 1);
	pg_atomic_write_u64(&place->departures[turn->departure % DEPARTURES], (uint64) now);
}

void
sg_ledger_left(const SgTurn *turn, TimestampTz at)
{
	Place *place = find_place(turn->key);

	/* unless its room is a later one's by now */
	if (pg_atomic_read_u64(&place->departed) - turn->departure <= DEPARTURES)
		pg_atomic_write_u64(&place->departures[turn->departure % DEPARTURES], (uint64) at);
}

bool
sg_ledger_turn(SgTurn *turn, TimestampTz latest)
{
	Place *place = find_place(turn->key);
	TimestampTz now;
	TimestampTz clear;
	SgPaceView view;

	if (!turn->held)
		reserve(place, turn, latest);
	now = GetCurrentTimestamp();
	if (!turn->held || now < turn->at)
		return false;
	turn->held = false;
	/* a quota may have been used up, or the API may have said "later", since the moment was reserved */
	look(place, 0, turn->per_hour, now, &view);
	turn->at = Max(view.not_before, turn->at);
	if (turn->at > now)
		return false;
	clear = clear_of_others(place, turn->per_second, now);
	if (clear > now)
	{
		turn->held = true;
		turn->at = clear;
		return false;
	}
	if (!still_good(place, turn, now))
	{
		turn->at = now;
		return false;
	}
	note_departure(place, turn, now);
	count_request(place, now);
	return true;
}

void
sg_ledger_read(uint64 key, SgPaceState *state)
{
	Place *place = held_place(key);

	memset(state, 0, sizeof(*state));
	if (place != NULL)
		read_place(place, state);
}

void
sg_ledger_look(uint64 key, int per_hour, TimestampTz now, SgPaceView *view)
{
	SgPaceState state;

	sg_ledger_read(key, &state);
	sg_pace_view(&state, now, per_hour, view);
}

void
sg_ledger_delay(uint64 key, int64 late)
{
	/* a second is as far as one request can crowd another */
	pg_atomic_fetch_add_u64(&find_place(key)->next, Min(late, USECS_PER_SEC));
}

void
sg_ledger_block(uint64 key, TimestampTz until)
{
	Place *place = find_place(key);
	uint64 old = pg_atomic_read_u64(&place->blocked_until);

	while ((int64) old < until &&
		   !pg_atomic_compare_exchange_u64(&place->blocked_until, &old, (uint64) until))
		;
}

#define RIGHT_BITS 2
#define RIGHT_MASK 3

void
sg_ledger_note_right(uint64 key, int index, int right)
{
	TimestampTz now = GetCurrentTimestamp();

	if (index < 0 || index >= SG_LEDGER_RIGHTS || now <= 0)
		return;
	pg_atomic_write_u64(&find_place(key)->rights[index],
						((uint64) now << RIGHT_BITS) | (uint64) (right & RIGHT_MASK));
}

int
sg_ledger_right(uint64 key, int index, TimestampTz *at)
{
	Place *place = held_place(key);
	uint64 noted;

	if (place == NULL || index < 0 || index >= SG_LEDGER_RIGHTS)
		return 0;
	noted = pg_atomic_read_u64(&place->rights[index]);
	*at = (TimestampTz) (noted >> RIGHT_BITS);
	return (int) (noted & RIGHT_MASK);
}
