/*
 * model.h
 *		The delivery points, what is known of them and what they measure.
 */
#ifndef SWITCHGRID_MODEL_H
#define SWITCHGRID_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DAY_SECONDS 86400

typedef struct Scenario Scenario; /* of scenario.c */

/* readings.c */
extern bool readings_load(const char *file, int64_t now);
extern bool readings_loaded(void);
extern size_t readings_find(int64_t at);
extern bool readings_get(size_t position, int64_t *starts_at, int *watts);

/* points.c: who is known, and how they behave */
typedef enum Direction
{
	CONSUMPTION = 1,
	PRODUCTION = 2
} Direction;

typedef enum Holes
{
	HOLES_NONE,
	HOLES_MIDWEEK,
	HOLES_SOME
} Holes;

typedef struct Profile
{
	uint64_t seed;
	uint64_t owner; /* the same for all points of one customer */
	int step;		/* minutes */
	unsigned directions;
	bool no_curve; /* curve recording never switched on */
	bool revoked;  /* consent given, then taken back */
	bool replay;   /* answered from the readings file */
	bool large;	   /* above 36 kVA: C1 to C4 */
	Holes holes;
	int64_t activated; /* civil day, INT64_MIN: long ago */
} Profile;

#define CUSTOMERS 10	  /* of the sandbox, the last of them without a point */
#define CUSTOMER_POINTS 3 /* at most */

extern bool points_find(const char *prm, int64_t today, Profile *profile);
extern int points_of_customer(int customer, const char *prms[CUSTOMER_POINTS]);

/* facts.c: what the operator knows of a point besides its measures */
#define OFFPEAK_WINDOWS 2

typedef struct Offpeak
{
	const char *text;				 /* as the API writes it */
	int minutes[OFFPEAK_WINDOWS][2]; /* of the wall clock; equal: no window */
} Offpeak;

typedef struct Facts
{
	bool legal; /* the customer is a company */
	char customer_id[16];
	const char *title;
	const char *firstname;
	const char *lastname;
	const char *company;
	const char *trading_name;
	const char *business;
	const char *industry;
	char siren[16];
	char siret[16];
	char phone[16];
	char landline[16];
	char email[96];

	char street[64];
	const char *locality; /* NULL: none */
	const char *postal_code;
	const char *city;
	const char *insee_code;
	char latitude[24];
	char longitude[24];
	const char *altitude;

	const char *meter_type;
	const char *meter_label;
	bool communicating;
	char serial[16];
	const char *contractor;
	const char *segment;
	int power;				/* kVA */
	int connection_power;	/* kVA */
	const char *tariff;		/* the short code */
	char tariff_label[112]; /* the long text of 2026 */
	const Offpeak *offpeak; /* NULL: none */

	/* civil days; INT64_MIN: never */
	int64_t activated;
	int64_t injecting; /* activated for production */
	int64_t contract_start;
	int64_t tariff_changed;
	int64_t power_changed;
} Facts;

extern void facts_of(const Profile *profile, const Scenario *scenario, int64_t today, Facts *facts);

/* house.c */
typedef struct House
{
	uint64_t seed;
	double base;
	double heating; /* watts per degree missing */
	double evening;
	double evening_hour;
	double morning;
	double heater;
	double heater_from;
	double panels;	/* watts at best */
	int64_t august; /* first day of the fortnight away */

	/* the last day looked at; only saves work */
	int64_t day;
	int64_t midnight;
	double season;
	double warmth;
	double presence;
	double weekend;
	double heater_hours;
	double sky;
} House;

extern uint64_t hash64(uint64_t a, uint64_t b);
extern void house_open(House *house, uint64_t seed);
extern double house_load(House *house, int64_t starts_at, int minutes);
extern double house_solar(House *house, int64_t starts_at, int minutes);
extern bool house_absent(uint64_t seed, Holes holes, int64_t day, int64_t seconds);
extern bool house_day_absent(uint64_t seed, Holes holes, int64_t day);

/* series.c */
typedef enum Measure
{
	MEASURE_CURVE,
	MEASURE_DAILY,
	MEASURE_PEAK,
	MEASURE_INDEX
} Measure;

typedef struct Reading
{
	int64_t at;	 /* end of the interval, the day, or the instant of the peak */
	int minutes; /* of the interval, 0 when there is none */
	int64_t value;
} Reading;

typedef struct Series
{
	Reading *readings;
	size_t count;
	size_t size;
	Measure measure;
} Series;

extern void series_add(Series *series, int64_t at, int minutes, int64_t value);
extern void series_free(Series *series);
extern int64_t series_slot_watts(House *house, const Profile *profile, Direction direction,
								 int64_t at);
extern int64_t series_day_energy(House *house, const Profile *profile, Direction direction,
								 int64_t day, const Offpeak *offpeak, int64_t *inside);
extern bool series_day_missing(const Profile *profile, int64_t day);
extern void series_curve(Series *series, const Profile *profile, Direction direction, int64_t from,
						 int64_t until, int step);
extern void series_daily(Series *series, const Profile *profile, Direction direction, int64_t from,
						 int64_t until);

/* peak.c */
extern void peak_daily(Series *series, const Profile *profile, int64_t from, int64_t until);
extern void peak_monthly(Series *series);

/* index.c: what the meter's registers show at midnight */
typedef struct Registers
{
	Series offpeak; /* empty when the tariff has one price */
	Series peak;
	Series total;
} Registers;

extern void index_read(Registers *registers, const Profile *profile, Direction direction,
					   const Facts *facts, int64_t from, int64_t until);

/* bend.c */
extern void bend_series(Series *series, const Scenario *scenario);

#endif
