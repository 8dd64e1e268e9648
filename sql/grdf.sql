-- Gas, from GRDF itself: days, what was billed, contract, meter, address, rights; live and stored, and every way of being refused.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
\set base :url '/~unlimited/adict/v2'
CREATE SERVER gaz FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'grdf', base_url :'base', token_url :'url', per_second '0', retries '0', in_flight '1');
CREATE USER MAPPING FOR CURRENT_USER SERVER gaz OPTIONS (client_id 'demo', client_secret 'demo-secret');
CREATE SCHEMA gaz;
IMPORT FOREIGN SCHEMA grdf FROM SERVER gaz INTO gaz;
SELECT foreign_table_name FROM information_schema.foreign_tables WHERE foreign_table_schema = 'gaz' ORDER BY 1;
-- the scenarios of this test are those of its server
CREATE OR REPLACE FUNCTION t.play(scenario text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER SERVER gaz OPTIONS (SET base_url %L)', current_setting('test.url') || '/~' || scenario || '/adict/v2');
END $$;

-- A day lasts from six to six, of the clock: 25 hours where it is put back, 23 where it is put forward.
SELECT day, starts_at, ends_at, ends_at - starts_at AS length, kwh, volume, coefficient, index_start, index_end, kind, quality, status FROM gaz.gas_day WHERE point_id = 'GI999055' AND day BETWEEN '2026-10-23' AND '2026-10-26' ORDER BY 1;
SELECT day, ends_at - starts_at AS length FROM gaz.gas_day WHERE point_id = 'GI999055' AND ends_at - starts_at <> interval '24 hours' ORDER BY 1;
SELECT t.mark();
CREATE TABLE t.gas AS SELECT * FROM gaz.gas_day WHERE point_id = 'GI999055';
-- the whole history: three years in windows of at most a year, side by side, the newest first
SELECT endpoint, point, start, until, until - start AS days, status FROM t.asked();
SELECT count(*), min(day) = date '2026-11-20' - interval '36 months' AS oldest, max(day) FROM t.gas;
SELECT bool_and(starts_at = (day + time '06:00')::timestamptz) AS begins, bool_and(ends_at = (day + 1 + time '06:00')::timestamptz) AS ends, bool_and(day = previous + 1) AS unbroken, bool_and(index_start = index_before) AS register_goes_on,
       bool_and(volume = index_end - index_start) AS volume, count(*) FILTER (WHERE direction <> 'consumption' OR kind <> 'Informative Journalier' OR volume_converted IS NOT NULL) AS others
FROM (SELECT *, lag(day) OVER w AS previous, lag(index_end) OVER w AS index_before FROM t.gas WINDOW w AS (ORDER BY day)) AS g;
-- the energy is what was sent: near the volume's, which is of whole cubic metres, and rarely the same
SELECT bool_and(abs(kwh - volume * coefficient) < coefficient + 1) AS near, count(*) FILTER (WHERE kwh = round(volume * coefficient)) < count(*) / 4 AS rarely_same, bool_and(kwh = round(kwh)) AS whole FROM t.gas;
-- what the columns do not hold is in raw, and nothing that echoes the question: one day is the same in every window
SELECT array_agg(DISTINCT k) FROM t.gas, jsonb_object_keys(raw) AS k;
SELECT g.raw = t.raw AS same, g.raw -> 'releve_fin' ->> 'date_releve' AS read_at, g.raw -> 'consommation' ->> 'energie' = g.kwh::text AS energy FROM gaz.gas_day g JOIN t.gas t USING (point_id, day) WHERE g.point_id = 'GI999055' AND g.day = '2026-03-28';
-- a point whose meter was not read on some days: no row, and no zero
SELECT count(*) < 365 AS fewer, count(*) > 320 AS not_many_fewer, count(kwh) = count(*) AS energy, min(kwh) > 0 AS no_zero, array_agg(DISTINCT quality) FROM gaz.gas_day WHERE point_id = '09999999928289' AND day >= '2025-11-20' AND day < '2026-11-20';
-- told otherwise: CRLF, blank lines and stray bytes; over several lines and glued
SELECT t.play('unlimited+gas_crlf');
SELECT count(*), (SELECT count(*) FROM (SELECT * FROM t.gas WHERE day >= '2026-09-01' EXCEPT ALL SELECT * FROM gaz.gas_day WHERE point_id = 'GI999055' AND day >= '2026-09-01') AS d) AS differences FROM gaz.gas_day WHERE point_id = 'GI999055' AND day >= '2026-09-01';
SELECT t.play('unlimited+gas_pretty');
SELECT count(*), (SELECT count(*) FROM (SELECT * FROM t.gas WHERE day >= '2026-09-01' EXCEPT ALL SELECT * FROM gaz.gas_day WHERE point_id = 'GI999055' AND day >= '2026-09-01') AS d) AS differences FROM gaz.gas_day WHERE point_id = 'GI999055' AND day >= '2026-09-01';
SELECT t.play('unlimited');
-- What was billed: published readings, one row for a period. The days of these months come to nearly the same.
SELECT t.mark();
SELECT * FROM gaz.billed_quantity WHERE point_id = 'GI999055' AND starts_on >= '2026-01-01' AND starts_on < '2026-04-01' ORDER BY starts_on;
SELECT date_trunc('month', day)::date AS month, count(*) AS days, sum(kwh) AS kwh, sum(volume) AS volume FROM t.gas WHERE day >= '2026-01-01' AND day < '2026-04-01' GROUP BY 1 ORDER BY 1;
-- the window is asked for more widely, so that a period that only overlaps it lies in it; and no more widely than the history
SELECT endpoint, start, until FROM t.asked();
SELECT t.mark();
CREATE TABLE t.billed AS SELECT * FROM gaz.billed_quantity WHERE point_id = 'GI999055';
SELECT direction, count(*), count(DISTINCT starts_on) AS starts, min(starts_on), max(ends_on), bool_and(ends_on = starts_on + interval '1 month') AS months FROM t.billed GROUP BY 1;
SELECT endpoint, start, until, status FROM t.asked();
-- the days of a month come to what was billed for it, but for what rounding takes: half a kWh a day, a cubic metre a month
SELECT count(*), bool_and(abs(b.value - g.kwh) <= 0.5 * days + coefficient) AS same, bool_and(b.value = round((g.volume * coefficient)::numeric)) AS by_volume
FROM t.billed b JOIN (SELECT date_trunc('month', day)::date AS starts_on, count(*) AS days, sum(kwh) AS kwh, sum(volume) AS volume, min(coefficient) AS coefficient FROM t.gas GROUP BY 1) AS g USING (starts_on)
WHERE extract(day FROM ends_on - interval '1 day') = days;
-- who injects, and what is asked of one direction only
SELECT point_id, direction, starts_on, ends_on, value, unit, nature, status, reason FROM gaz.billed_quantity WHERE point_id IN ('GI999150', 'GI999055') AND direction = 'production' AND starts_on >= '2026-09-01' AND ends_on <= '2026-11-01' ORDER BY starts_on;

-- Contract, meter, address: the yearly reference in both of its shapes.
SELECT t.mark();
SELECT point_id, direction, tariff, reference_kwh, activated_on, status, supplier, raw -> 'car' AS car FROM gaz.contract WHERE point_id IN ('GI999055', '09999999900617') ORDER BY 1 DESC;
SELECT point_id, serial_number, raw -> 'caracteristiques_compteur' ->> 'frequence' AS frequency, raw ? 'situation_compteur' AS place FROM gaz.connection WHERE point_id = 'GI999055';
SELECT point_id, street, unit, postal_code, city, raw ->> 'numero_rue' AS number FROM gaz.address WHERE point_id = 'GI999055';
SELECT endpoint, point, status FROM t.asked();

-- Rights: in every state; one that covers no readings, one of an injector, and none at all. Nothing of the holder is shown.
SELECT t.mark();
SELECT point_id, service_id, state, consumption, production, starts_on, ends_on, consent_id IS NOT NULL AS named FROM gaz.consent WHERE point_id IN ('GI999055', 'GI999092', '09999999930215', '09999999932770', '08888881000011', 'GI999150', '09999999900112') ORDER BY 1;
SELECT endpoint, point, status FROM t.asked() ORDER BY 2;
SELECT raw ->> 'perim_donnees_informatives' AS informative, raw ?| ARRAY['nom_titulaire', 'courriel_titulaire', 'code_postal'] AS personal FROM gaz.consent WHERE point_id = 'GI999055';

-- Refused: errors that come with status 200.
CREATE TABLE t.refused (point text PRIMARY KEY, means text);
INSERT INTO t.refused VALUES ('GI999092', 'moved out'), ('09999999930215', 'expired'), ('09999999900112', 'no right'), ('09999999932770', 'revoked'), ('08888881000011', 'proof rejected'), ('08888881000008', 'no data'),
    ('GI999150', 'no informative data'), ('08888882000100', 'a part is missing'), ('08888887654321', 'nobody knows'), ('04040404000000', 'unknown point');
SELECT means, part, says FROM t.refused, t.outcome('unlimited', format('SELECT * FROM gaz.gas_day WHERE point_id = %L AND day >= ''2026-10-01''', point)) WHERE part IN ('rows', 'sqlstate', 'detail') ORDER BY 1, 2;
SELECT part, says FROM t.outcome('unlimited', 'SELECT * FROM gaz.gas_day WHERE point_id = ''09999999932770'' AND day >= ''2026-10-01''');
-- published data that the right is without; the other relations of these points are there or not by themselves
SELECT r, point, part, says FROM unnest(ARRAY['08888881000009', 'GI999150', '09999999932770']) AS point, unnest(ARRAY['gas_day', 'billed_quantity', 'contract', 'connection', 'consent']) WITH ORDINALITY AS r (r, i),
    t.outcome('unlimited', format('SELECT * FROM gaz.%I WHERE point_id = %L%s', r, point, CASE r WHEN 'gas_day' THEN ' AND day >= ''2026-10-01''' WHEN 'billed_quantity' THEN ' AND starts_on >= ''2026-08-01''' ELSE '' END)) WHERE part IN ('rows', 'sqlstate') ORDER BY 2, i;
-- a refusal of the point says it for the whole history, an empty window for itself
SELECT t.mark();
SELECT count(*) FROM gaz.gas_day WHERE point_id IN ('GI999150', '08888881000008');
SELECT point, count(*) FROM t.asked() GROUP BY 1 ORDER BY 1;
-- a point that is none is not asked for
SELECT part, says FROM t.outcome('unlimited', 'SELECT * FROM gaz.gas_day WHERE point_id = ''GI99905''');
SELECT part, says FROM t.outcome('unlimited', 'SELECT * FROM gaz.gas_day');
-- answers that are not what they should be
SELECT scenario, part, regexp_replace(says, '^(transfer closed|end of response).*', 'CUT OFF') AS says FROM unnest(ARRAY['empty', 'html', 'not_json', 'cut', 'truncated', 'expired', 'error=500', 'error=503', 'error=429']) WITH ORDINALITY AS s (scenario, i),
    t.outcome('unlimited+' || scenario, 'SELECT * FROM gaz.gas_day WHERE point_id = ''GI999055'' AND day >= ''2026-10-01''') WHERE part IN ('rows', 'sqlstate', 'detail') ORDER BY i, part DESC;
SELECT t.play('unlimited');
-- a wrong secret
ALTER USER MAPPING FOR CURRENT_USER SERVER gaz OPTIONS (SET client_secret 'wrong');
SELECT part, says FROM t.outcome('unlimited', 'SELECT * FROM gaz.contract WHERE point_id = ''GI999055''') WHERE part IN ('sqlstate', 'message');
ALTER USER MAPPING FOR CURRENT_USER SERVER gaz OPTIONS (SET client_secret 'demo-secret');
-- planning asks nothing
SELECT t.mark();
EXPLAIN (COSTS OFF) SELECT * FROM gaz.gas_day WHERE point_id = 'GI999055' AND day >= '2025-10-01';
SELECT count(*) FROM t.asked();

-- Stored: what is watched comes once, and is what a live query gives.
SELECT switchgrid.watch('gaz', '{GI999055,09999999928289}', '{gas_day,billed_quantity,contract,connection,address,consent}', since => '2026-03-01', directions => '{consumption,production}');
SELECT t.mark();
CALL switchgrid.refresh('gaz');
SELECT endpoint, point, start, until, status FROM t.asked() ORDER BY 2, 1;
SELECT point_id, count(*), min(day), max(day), sum(kwh) FROM switchgrid.gas_day GROUP BY 1 ORDER BY 1;
WITH live AS MATERIALIZED (SELECT * FROM gaz.gas_day WHERE point_id IN ('GI999055', '09999999928289') AND day >= '2026-03-01'), stored AS MATERIALIZED (SELECT point_id, direction, day, starts_at, ends_at, kwh, volume, volume_converted, coefficient, index_start, index_end, kind, quality, status, raw FROM switchgrid.gas_day)
SELECT (SELECT count(*) FROM ((TABLE live EXCEPT ALL TABLE stored) UNION ALL (TABLE stored EXCEPT ALL TABLE live)) AS d) AS differences;
SELECT point_id, count(*), min(starts_on), max(ends_on), sum(value) FROM switchgrid.billed_quantity GROUP BY 1 ORDER BY 1;
SELECT point_id, tariff, reference_kwh, activated_on FROM switchgrid.contract ORDER BY 1;
SELECT point_id, serial_number FROM switchgrid.connection ORDER BY 1;
SELECT point_id, street, city FROM switchgrid.address ORDER BY 1;
SELECT point_id, state, consumption FROM switchgrid.consent ORDER BY 1;
-- what is not there yet is a gap: the last day, a day on which the meter was not read lately, and the month that is not over
SELECT point_id, relation, direction, days, cause FROM switchgrid.gap ORDER BY 1, 2, 3, 4;
-- again: nothing is asked twice
SELECT t.mark();
CALL switchgrid.refresh('gaz');
SELECT endpoint, point, start, until FROM t.asked() ORDER BY 2, 1, 3;
-- six hours later the days that were late are asked for again (bills not before a week); they are still not there
SET switchgrid.now = '2026-11-20T15:30:00Z';
CALL switchgrid.refresh('gaz') \g /dev/null
SELECT endpoint, point, start, until FROM t.asked() ORDER BY 2, 1, 3;
SELECT point_id, relation, days, cause, tries FROM switchgrid.gap WHERE relation = 'gas_day' ORDER BY 1, 3;
SET switchgrid.now = '2026-11-20T09:00:00Z';
-- a final value is not replaced by a provisional one; a provisional one is
UPDATE switchgrid.gas_day SET status = 'Définitive', kwh = 1 WHERE point_id = 'GI999055' AND day = '2026-06-01';
UPDATE switchgrid.gas_day SET kwh = 2 WHERE point_id = 'GI999055' AND day = '2026-06-02';
TRUNCATE switchgrid.coverage, switchgrid.open_span;
CALL switchgrid.refresh('gaz') \g /dev/null
SELECT day, s.status, s.kwh = t.kwh AS as_told FROM switchgrid.gas_day s JOIN t.gas t USING (point_id, day) WHERE day BETWEEN '2026-06-01' AND '2026-06-02' ORDER BY 1;
-- refused points: the cause, with the operator's code, and until when
SELECT switchgrid.watch('gaz', ARRAY(SELECT point FROM t.refused), '{gas_day}', since => '2026-10-01');
CALL switchgrid.refresh('gaz') \g /dev/null
SELECT means, days, cause, code, retry_at FROM switchgrid.gap JOIN t.refused ON point = point_id ORDER BY 1, 2;
-- of a period that came in part nothing is kept
SELECT count(*) FROM switchgrid.gas_day JOIN t.refused ON point = point_id;
-- what the credential may do, as answers have told
SELECT endpoint, access FROM switchgrid.api_right WHERE server = 'gaz' ORDER BY 1;
-- the simulator found no fault in all that was asked
SELECT endpoint, fault, count(*) FROM t.journal() WHERE fault IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2;
