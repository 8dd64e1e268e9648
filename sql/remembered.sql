-- What a refusal means for the days to come, for other relations and for other points.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
SET client_min_messages = error;
-- a direction that the point has not, and a curve that is not recorded, are not asked for again on any other day
SELECT t.play('unlimited+error_at=consumption_load_curve:ADAM-ERR0075+error_at=courbe_de_charge_consommation:ADAM-ERR0075');
SELECT switchgrid.watch('linky', '{22516914714270}', '{load_curve,daily_energy}', since => '2026-11-10', directions => '{consumption,production}');
CREATE PROCEDURE t.day(day date, INOUT asked text DEFAULT NULL) LANGUAGE plpgsql AS $$
DECLARE
    requests bigint;
    rows bigint;
    days bigint;
BEGIN
    PERFORM set_config('switchgrid.now', day || 'T09:00:00Z', false);
    PERFORM t.mark();
    CALL switchgrid.refresh(NULL, NULL, requests, rows, days);
    SELECT string_agg(endpoint || ' ' || status, ', ') INTO asked FROM t.asked();
    asked := concat_ws('; ', asked, days || ' open');
END $$;
CALL t.day('2026-11-18');
-- a new session would not know of the closed direction but for the coverage
\c
\set ECHO none
SET client_min_messages = error;
SET timezone = 'Europe/Paris';
SET datestyle = 'ISO, YMD';
SELECT set_config('test.url', :'url', false), set_config('test.journal', :'journal', false) \g /dev/null
\set ECHO all
CALL t.day('2026-11-19');
CALL t.day('2026-11-20');
-- one row for each series and cause, whatever the number of days and windows
SELECT relation, direction, cause, lower(days) AS since, upper(days) > '2036-01-01' AS ahead, tries, isfinite(retry_at) AS again FROM switchgrid.open_span WHERE cause <> 'late' ORDER BY 1, 2;
-- when the curve is recorded again, a month later, its days come and nothing stays closed
SELECT t.play('unlimited');
SET switchgrid.now = '2026-12-19T09:00:00Z';
SELECT DISTINCT relation, direction, cause FROM switchgrid.gap WHERE retry_at > '2026-12-19' ORDER BY 1, 2;
SET switchgrid.now = '2026-11-20T09:00:00Z';
-- no consent: one row, lifted as a whole by a new consent
TRUNCATE switchgrid.watch, switchgrid.coverage, switchgrid.open_span, switchgrid.daily_energy, switchgrid.curve_segment;
SELECT t.play('unlimited+error=ADAM-DC-0008');
SELECT switchgrid.watch('linky', '{63695879465986}', '{load_curve,daily_energy}', since => '2026-10-01');
CALL t.day('2026-11-20');
CALL t.day('2026-11-20');
SELECT relation, cause, lower(days) AS since, upper(days) > '2036-01-01' AS ahead, tries, retry_at - asked_at AS wait FROM switchgrid.open_span ORDER BY 1;
SELECT t.play('unlimited');
SELECT switchgrid.authorize_url('linky', '1 year', 'again') IS NOT NULL AS asked;
SELECT switchgrid.record_callback('linky', '?state=again&usage_point_id=63695879465986');
CALL t.day('2026-11-20');
SELECT count(*) FROM switchgrid.open_span;

-- The operator keeps nothing that old: that is no first day of the point, and no other relation pays for it.
-- The run stands before midnight and the operator after it: the oldest window is one day too old.
TRUNCATE switchgrid.watch, switchgrid.coverage, switchgrid.open_span, switchgrid.daily_energy, switchgrid.curve_segment;
SET switchgrid.now = '2026-11-19T22:59:00Z';
SELECT switchgrid.watch('linky', '{64975835695673}', '{load_curve}', until => '2024-12-01');
SELECT t.mark();
CALL switchgrid.refresh() \g /dev/null
SELECT start, until, status FROM t.asked() ORDER BY start, until;
SELECT relation, held, floor FROM switchgrid.coverage;
SELECT days * '[2024-11-01,2024-12-01)' AS days, cause FROM switchgrid.open_span;
SET switchgrid.now = '2026-11-20T09:00:00Z';
SELECT count(*) AS gaps FROM switchgrid.gap;
SELECT count(*), min(day) FROM live.daily_energy WHERE point_id = '64975835695673' AND direction = 'consumption' AND day < '2024-01-01';

-- Before the consent: what lies after it is had, and the rest waits for another consent.
TRUNCATE switchgrid.watch, switchgrid.coverage, switchgrid.open_span, switchgrid.daily_energy, switchgrid.curve_segment;
SELECT t.play('unlimited+error_at=consumption_load_curve:ADAM-DC-0009+error_at=courbe_de_charge_consommation:ADAM-DC-0009');
SELECT switchgrid.watch('linky', '{64975835695673}', '{load_curve}', since => '2026-11-10');
CALL t.day('2026-11-20');
SELECT relation, held, floor FROM switchgrid.coverage;
SELECT DISTINCT relation, cause, retry_at - asked_at AS wait FROM switchgrid.open_span;
SELECT t.play('unlimited');
SELECT switchgrid.watch('linky', '{64975835695673}', '{daily_energy}', since => '2026-11-10');
CALL t.day('2026-11-20');
SELECT switchgrid.authorize_url('linky', '1 year', 'earlier') IS NOT NULL AS asked;
SELECT switchgrid.record_callback('linky', '?state=earlier&usage_point_id=64975835695673');
CALL t.day('2026-11-20');

-- Nothing of a document that is cut short is shown: it names people and places.
SELECT switchgrid.watch('linky', '{22516914714270}', '{address,holder,contact}');
SELECT t.play('unlimited+cut');
CALL switchgrid.refresh() \g /dev/null
SELECT relation, cause, message ~ '^The body of [0-9]+ bytes is not valid JSON: [a-z'':}{ ]+\.$' AS plain FROM switchgrid.gap WHERE relation <> 'load_curve' ORDER BY 1;
SELECT part, regexp_replace(says, '[0-9]+ bytes', 'N bytes') FROM t.outcome('unlimited+cut', 'SELECT * FROM live.address WHERE point_id = ''22516914714270''') WHERE part <> 'context';

