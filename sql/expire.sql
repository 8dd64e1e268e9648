-- What is older than it is to be kept goes, by the relation's own time and the days of Paris; what goes is not missing, and is not asked for again.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
\set point '22516914714270'
SELECT switchgrid.watch('linky', ARRAY[:'point'], '{load_curve,daily_energy,contract,address}', since => '2026-08-10');
CALL switchgrid.refresh('linky') \g /dev/null
SELECT count(*) FROM switchgrid.gap WHERE relation IN ('load_curve', 'daily_energy');
-- nothing is limited by itself
SELECT * FROM switchgrid.expire();
-- One row a day, or a state a day long, on both sides of the limit; what is so now; a reading at the very limit, and right before it.
CREATE TABLE t.day AS SELECT day::date FROM generate_series(timestamp '2026-09-15', timestamp '2026-09-25', '1 day') AS day;
INSERT INTO switchgrid.daily_max_power (point_id, direction, day, va) SELECT :'point', 'consumption', day, 1 FROM t.day;
INSERT INTO switchgrid.gas_day (point_id, direction, day, starts_at, ends_at) SELECT :'point', 'consumption', day, day + time '06:00', day + 1 + time '06:00' FROM t.day;
INSERT INTO switchgrid.billed_quantity (point_id, direction, starts_on, ends_on, value) SELECT :'point', 'consumption', day - 60, day, 1 FROM t.day;
INSERT INTO switchgrid.register_reading (point_id, direction, read_at, value) SELECT :'point', 'consumption', day::timestamp AT TIME ZONE 'Europe/Paris' - b, 1 FROM t.day, unnest('{0,1 microsecond}'::interval[]) AS b;
INSERT INTO switchgrid.quantity_curve (point_id, direction, quantity, starts_at, ends_at, step, value) SELECT :'point', 'consumption', 'V', day::timestamp AT TIME ZONE 'Europe/Paris' - s, day::timestamp AT TIME ZONE 'Europe/Paris' - s + interval '10 min', '10 min', 1 FROM t.day, unnest('{10 min,5 min}'::interval[]) AS s;
INSERT INTO switchgrid.consent (server, point_id, state, consent_id, ends_on) SELECT 'linky', '30000000000099', 'ACTIF', day::text, day FROM t.day UNION ALL SELECT 'linky', '30000000000099', 'ACTIF', 'ever', NULL;
CREATE FUNCTION t.live_through(relation text, columns text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO switchgrid.%I (point_id, %s seen_from, seen_until) SELECT %L, %s day - 1, day FROM t.day UNION ALL SELECT %L, %s max(day), NULL FROM t.day',
        relation, columns, '30000000000104', CASE columns WHEN '' THEN '' ELSE '''consumption'',' END, '30000000000104', CASE columns WHEN '' THEN '' ELSE '''consumption'',' END);
END $$;
SELECT t.live_through('contract_history', 'direction,'), t.live_through('holder_history', 'direction,'), t.live_through('contact_history', 'direction,'), t.live_through('address_history', ''), t.live_through('connection_history', '');
-- corrections of two months, as if the one had been made in September
SELECT switchgrid.load_curves(format($$SELECT point_id, direction, starts_at, ends_at, watts + 10 AS watts FROM switchgrid.load_curve WHERE point_id = %L AND starts_at::date IN ('2026-08-20', '2026-10-20', '2026-10-22')$$, :'point')) > 0 AS revised;
UPDATE switchgrid.curve_revision SET revised_at = '2026-09-19 23:59:59+02' WHERE month = '2026-10-01';
SELECT switchgrid.load_curves(format($$SELECT point_id, direction, starts_at, ends_at, watts + 10 AS watts FROM switchgrid.load_curve WHERE point_id = %L AND starts_at::date = '2026-10-21'$$, :'point')) > 0 AS revised;
INSERT INTO switchgrid.open_span SELECT 'linky', :'point', 'daily_energy', 'production', days, 'late', NULL, NULL, 1, now(), now() FROM unnest('{"[2026-08-20,2026-09-20)","[2026-09-01,2026-09-21)"}'::daterange[]) AS days;
CREATE TABLE t.load_curve AS SELECT * FROM switchgrid.load_curve;
CREATE VIEW t.oldest AS
SELECT 'curve_segment' AS relation, count(*), min(month)::text AS oldest FROM switchgrid.curve_segment UNION ALL
SELECT 'curve_revision', count(*), min(month)::text FROM switchgrid.curve_revision UNION ALL
SELECT 'daily_energy', count(*), min(day)::text FROM switchgrid.daily_energy UNION ALL
SELECT 'daily_max_power', count(*), min(day)::text FROM switchgrid.daily_max_power UNION ALL
SELECT 'register_reading', count(*), min(read_at)::text FROM switchgrid.register_reading UNION ALL
SELECT 'quantity_curve', count(*), min(starts_at)::text FROM switchgrid.quantity_curve UNION ALL
SELECT 'billed_quantity', count(*), min(ends_on)::text FROM switchgrid.billed_quantity UNION ALL
SELECT 'gas_day', count(*), min(day)::text FROM switchgrid.gas_day UNION ALL
SELECT 'contract_history', count(*), min(seen_until)::text FROM switchgrid.contract_history UNION ALL
SELECT 'address_history', count(*), min(seen_until)::text FROM switchgrid.address_history UNION ALL
SELECT 'holder_history', count(*), min(seen_until)::text FROM switchgrid.holder_history UNION ALL
SELECT 'contact_history', count(*), min(seen_until)::text FROM switchgrid.contact_history UNION ALL
SELECT 'connection_history', count(*), min(seen_until)::text FROM switchgrid.connection_history UNION ALL
SELECT 'consent', count(*), min(ends_on)::text FROM switchgrid.consent;
CREATE TABLE t.before AS TABLE t.oldest;
SELECT relation, days FROM switchgrid.open_span WHERE direction = 'production' ORDER BY days;

-- Two months back from 20 November is 20 September: a whole month of the curve, days of everything else. The limits of other relations are their own.
INSERT INTO switchgrid.policy (relation, keep) SELECT relation, '2 months' FROM switchgrid.policy_in_force WHERE relation <> 'address';
INSERT INTO switchgrid.policy (relation, keep) VALUES ('address', '3 years');
BEGIN;
-- it is still the day before in Paris, and already that day elsewhere
SET LOCAL switchgrid.now = '2026-11-19T22:59:59Z';
SET LOCAL timezone = 'Asia/Tokyo';
SELECT e.rows FROM switchgrid.expire() AS e WHERE relation = 'daily_max_power';
ROLLBACK;
CREATE TABLE t.expired AS SELECT row_number() OVER () AS n, * FROM switchgrid.expire();
SELECT relation, rows, b.count - a.count AS gone, b.oldest AS oldest_before, a.oldest FROM t.expired JOIN t.before b USING (relation) JOIN t.oldest a USING (relation) ORDER BY n;
SELECT relation FROM t.oldest EXCEPT SELECT relation FROM t.expired;
SELECT count(*) FILTER (WHERE starts_at < '2026-09-01') AS old, count(*) FILTER (WHERE starts_at < '2026-09-01' AND l.watts IS NOT NULL) AS old_kept, count(*) FILTER (WHERE starts_at >= '2026-09-01' AND l.watts IS NULL) AS lost
FROM t.load_curve LEFT JOIN switchgrid.load_curve l USING (point_id, direction, starts_at);
SELECT month, count(*) FROM switchgrid.curve_revision GROUP BY 1;
SELECT * FROM switchgrid.expire() WHERE rows > 0;
-- what was known of the days goes with them; what was open for older days only is closed
SELECT relation, lower(range_merge(held)) AS held_from FROM switchgrid.coverage WHERE relation IN ('load_curve', 'daily_energy') ORDER BY 1;
SELECT relation, days FROM switchgrid.open_span WHERE direction = 'production' ORDER BY days;
-- nothing of it is missing, or asked for
SELECT count(*) FROM switchgrid.gap WHERE relation IN ('load_curve', 'daily_energy');
SELECT t.mark();
CALL switchgrid.refresh('linky') \g /dev/null
SELECT * FROM t.asked();
-- a day later, a day more; kept for longer, the days are missing again, and come back
SET switchgrid.now = '2026-11-21T09:00:00Z';
SELECT relation, rows FROM switchgrid.expire() ORDER BY 1;
SET switchgrid.now = '2026-11-20T09:00:00Z';
UPDATE switchgrid.policy SET keep = NULL WHERE relation = 'daily_energy';
SELECT days, cause FROM switchgrid.gap WHERE relation = 'daily_energy';
CALL switchgrid.refresh('linky') \g /dev/null
SELECT min(day), count(*) = date '2026-11-20' - date '2026-08-10' AS whole FROM switchgrid.daily_energy;

-- A refresh does the same, after its own work: of each relation what is older than its limit, and of daily_energy, which has none, nothing.
CREATE TABLE t.held AS TABLE t.oldest;
SET switchgrid.now = '2026-11-23T09:00:00Z';
CALL switchgrid.refresh('linky') \g /dev/null
SELECT relation, h.count - o.count AS gone, h.oldest AS oldest_before, o.oldest FROM t.held h JOIN t.oldest o USING (relation) ORDER BY 1;
SELECT * FROM switchgrid.expire() WHERE rows > 0;
-- so does one that fails
CREATE TABLE t.month AS SELECT min(month) AS first FROM switchgrid.curve_segment;
SET switchgrid.now = '2026-12-02T09:00:00Z';
ALTER USER MAPPING FOR CURRENT_USER SERVER linky OPTIONS (SET client_secret 'another-secret');
\set VERBOSITY terse
CALL switchgrid.refresh('linky');
\set VERBOSITY default
SELECT first, min(month) AS first_now FROM t.month, switchgrid.curve_segment GROUP BY 1;
SELECT * FROM switchgrid.expire() WHERE rows > 0;
SET switchgrid.now = '2026-11-20T09:00:00Z';
ALTER USER MAPPING FOR CURRENT_USER SERVER linky OPTIONS (SET client_secret 'demo-secret');

-- Rights: those of the caller, on what is to go.
CREATE ROLE sg_clerk;
GRANT USAGE ON SCHEMA switchgrid TO sg_clerk;
SET ROLE sg_clerk;
SELECT * FROM switchgrid.expire();
RESET ROLE;
GRANT EXECUTE ON FUNCTION switchgrid.expire TO sg_clerk;
GRANT SELECT ON switchgrid.policy TO sg_clerk;
SET ROLE sg_clerk;
SELECT * FROM switchgrid.expire();
RESET ROLE;
DELETE FROM switchgrid.policy;
SET ROLE sg_clerk;
SELECT * FROM switchgrid.expire();
RESET ROLE;
DROP OWNED BY sg_clerk;
DROP ROLE sg_clerk;
