-- What was known when: newer readings replace older ones, and what they replaced can be asked for, slot by slot.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
\set QUIET on
-- the model: every reading that was ever stored, in order; the newest wins, and clears what it overlaps, whatever its step
CREATE TABLE t.log (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(),
                    point_id text, direction text, starts_at timestamptz, step interval, watts float8, nature text);
CREATE INDEX ON t.log (point_id, direction, starts_at);
-- until when each was the newest; no step is longer than an hour
CREATE VIEW t.life AS
    SELECT l.*, (SELECT min(n.at) FROM t.log AS n
                 WHERE n.point_id = l.point_id AND n.direction = l.direction AND n.starts_at > l.starts_at - interval '1 hour' AND n.starts_at < l.starts_at + l.step
                   AND n.starts_at + n.step > l.starts_at AND n.number > l.number) AS gone
    FROM t.log AS l;
CREATE FUNCTION t.differences(a text, b text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
    EXECUTE format('WITH a AS (%s), b AS (%s) SELECT count(*) FROM ((TABLE a EXCEPT ALL TABLE b) UNION ALL (TABLE b EXCEPT ALL TABLE a)) AS d', a, b) INTO n;
    RETURN n;
END $$;
-- what is written next, to the model and to the store, in one transaction
CREATE TABLE t.batch (point_id text, direction text, starts_at timestamptz, step interval, watts float8, nature text);
CREATE FUNCTION t.keep() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
    INSERT INTO t.log (point_id, direction, starts_at, step, watts, nature) SELECT * FROM t.batch ORDER BY point_id, direction, starts_at;
    SELECT switchgrid.load_curves('SELECT * FROM t.batch') INTO n;
    RETURN n;
END $$;
-- one random batch: some hours of a curve, with holes, in one of three steps, around the changes of the clock, of months and of the year
CREATE FUNCTION t.make_batch() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    place timestamptz := (ARRAY['2026-03-27', '2026-03-31', '2026-10-24', '2026-10-30', '2026-12-30'])[1 + floor(random() * 5)::int]::date + make_interval(hours => floor(random() * 48)::int);
    length interval := (ARRAY['10 min', '30 min', '30 min', '1 hour'])[1 + floor(random() * 4)::int];
    hours int := 1 + floor(random() * 40)::int;
    full_share float8 := (ARRAY[1, 0.9, 0.5, 0.1])[1 + floor(random() * 4)::int];
    levels int := (ARRAY[1, 3, 1000])[1 + floor(random() * 3)::int];
    unit float8 := (ARRAY[1, 1, 1, 0.25])[1 + floor(random() * 4)::int];
    natures text[] := (ARRAY['{B}', '{B}', '{B,C}', '{D,NULL}', '{NULL}'])[1 + floor(random() * 5)::int];
    point text := (ARRAY['11111111111111', '22222222222222'])[1 + floor(random() * 1.3)::int];
BEGIN
    TRUNCATE t.batch;
    INSERT INTO t.batch
    SELECT point, (ARRAY['consumption', 'production'])[1 + floor(random() * 1.1)::int], s, length,
           100 + floor(random() * levels) * unit, natures[1 + floor(random() * cardinality(natures))::int]
    FROM generate_series(place, place + make_interval(hours => hours) - length, length) AS s
    WHERE random() < full_share;
END $$;
-- rows of several lengths and directions are one batch; every third comes a second time, as an API gives it, with what did not change
CREATE PROCEDURE t.play_at_random(batches int) LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. batches LOOP
        IF i % 3 <> 0 THEN
            PERFORM t.make_batch();
        ELSE
            UPDATE t.batch SET watts = watts + 1 WHERE random() < 0.1;
        END IF;
        PERFORM t.keep();
        COMMIT;
    END LOOP;
END $$;
SELECT setseed(0.5);
CALL t.play_at_random(120);
CREATE TABLE t.lived AS SELECT * FROM t.life;
CREATE FUNCTION t.state(instant timestamptz) RETURNS TABLE (point_id text, direction text, starts_at timestamptz, ends_at timestamptz, step interval, watts float8, wh float8, nature text)
LANGUAGE sql STABLE AS $$
    SELECT point_id, direction, starts_at, starts_at + step, step, watts, watts * extract(epoch FROM step)::float8 / 3600, nature
    FROM t.lived WHERE at <= instant AND (gone IS NULL OR gone > instant)
$$;
-- enough happened: values, natures, holes and steps changed
SELECT count(DISTINCT at) > 110 AS transactions, count(DISTINCT step) AS steps, count(DISTINCT point_id || direction) AS curves FROM t.log;
-- the present
SELECT t.differences($$SELECT * FROM switchgrid.load_curve$$, $$SELECT * FROM t.state('infinity')$$) AS present;
-- each instant at which something was stored, and the one before it
CREATE TABLE t.instant AS SELECT row_number() OVER (ORDER BY at) AS i, at FROM (SELECT DISTINCT at FROM t.log) AS l;
CREATE TABLE t.past AS
    SELECT i.at AS instant, s.* FROM t.instant AS i, t.state(i.at) AS s;
CREATE INDEX ON t.past (instant);
ANALYZE t.past;
SELECT t.differences($$SELECT i.at, k.* FROM t.instant AS i, switchgrid.load_curve_known(i.at) AS k$$, $$SELECT * FROM t.past$$) AS at_each;
SELECT t.differences($$SELECT i.at, k.* FROM t.instant AS i, switchgrid.load_curve_known(i.at - interval '1 microsecond') AS k$$,
                     $$SELECT i.at, p.* FROM t.instant AS i, LATERAL (SELECT point_id, direction, starts_at, ends_at, step, watts, wh, nature FROM t.past WHERE instant = (SELECT j.at FROM t.instant AS j WHERE j.i = i.i - 1)) AS p$$) AS before_each;
SELECT (SELECT count(*) FROM switchgrid.load_curve_known('-infinity')) AS nothing,
       t.differences($$SELECT * FROM switchgrid.load_curve_known('infinity')$$, $$SELECT * FROM switchgrid.load_curve$$) AS all_of_it;
-- of some points, and of a span with any bounds
CREATE FUNCTION t.narrowed(points text[], span tstzrange) RETURNS TABLE (found boolean, differences bigint) LANGUAGE sql AS $$
    SELECT (SELECT count(*) > 0 FROM switchgrid.load_curve_known((SELECT at FROM t.instant WHERE i = 60), points, span)),
           t.differences(format('SELECT * FROM switchgrid.load_curve_known((SELECT at FROM t.instant WHERE i = 60), %L, %L)', points, span),
                         format('SELECT * FROM t.state((SELECT at FROM t.instant WHERE i = 60)) WHERE point_id = ANY (COALESCE(%L, ARRAY[point_id])) AND starts_at <@ COALESCE(%L::tstzrange, ''(,)'')', points, span))
$$;
SELECT * FROM t.narrowed('{22222222222222}', NULL);
SELECT * FROM t.narrowed('{22222222222222,11111111111111,11111111111111,33333333333333}', '[2026-10-25 01:00,2026-10-25 12:00)');
SELECT * FROM t.narrowed(NULL, '(2026-10-31 12:00,2026-11-01 00:00]');
SELECT * FROM t.narrowed(NULL, '[2026-11-01 00:00,)');
SELECT * FROM t.narrowed(NULL, '(,2026-04-01 00:00)');
SELECT * FROM t.narrowed(NULL, '[-infinity,infinity]');
SELECT * FROM t.narrowed(NULL, 'empty');
SELECT * FROM t.narrowed('{}', NULL);
SELECT switchgrid.load_curve_known(NULL);
SELECT switchgrid.load_curve_known(now(), '{NULL}');
-- what was replaced is what differs between two states, but for the first readings of a day and step
CREATE TABLE t.change (at timestamptz, point_id text, direction text, starts_at timestamptz, step interval, watts_before float8, nature_before text, watts_after float8, nature_after text);
INSERT INTO t.change
    SELECT i.at, c.*
    FROM t.instant AS i, LATERAL (
        SELECT point_id, direction, starts_at, step, b.watts, b.nature, a.watts, a.nature
        FROM (SELECT * FROM t.past WHERE instant = (SELECT j.at FROM t.instant AS j WHERE j.i = i.i - 1)) AS b
        FULL JOIN (SELECT * FROM t.past WHERE instant = i.at) AS a USING (point_id, direction, starts_at, step)
        WHERE (b.watts, b.nature) IS DISTINCT FROM (a.watts, a.nature)) AS c;
CREATE TABLE t.first AS
    SELECT point_id, direction, step, (starts_at AT TIME ZONE 'Europe/Paris')::date AS day, min(instant) AS at FROM t.past GROUP BY 1, 2, 3, 4;
SELECT t.differences($$SELECT point_id, direction, starts_at, step, watts_before, nature_before, watts_after, nature_after, revised_at FROM switchgrid.revision$$,
    $$SELECT c.point_id, c.direction, c.starts_at, c.step, watts_before, nature_before, watts_after, nature_after, c.at
      FROM t.change AS c JOIN t.first AS f ON (f.point_id, f.direction, f.step, f.day) = (c.point_id, c.direction, c.step, (c.starts_at AT TIME ZONE 'Europe/Paris')::date) WHERE c.at > f.at$$) AS revisions;
SELECT count(*) > 100 AS changed, count(*) FILTER (WHERE watts_before IS NULL) > 100 AS late, count(*) FILTER (WHERE watts_after IS NULL) > 100 AS by_other_steps,
       count(*) FILTER (WHERE watts_before = watts_after AND nature_before IS DISTINCT FROM nature_after) > 10 AS natures
FROM switchgrid.revision;
-- when the first reading of each day came; an instant that all days share stands alone
CREATE VIEW t.arrival AS
    SELECT point_id, direction, step, month + n - 1 AS day, CASE cardinality(arrived) WHEN 1 THEN arrived[1] ELSE arrived[n] END AS at, cardinality(arrived) AS elements
    FROM switchgrid.curve_segment, generate_series(1, (month + interval '1 month')::date - month) AS n;
SELECT count(*) FILTER (WHERE a.at IS DISTINCT FROM f.at AND (a.elements > 1 OR f.at IS NOT NULL)) AS wrong, count(*) FILTER (WHERE a.elements = 1 AND f.at IS NOT NULL) > 0 AS alone, count(*) FILTER (WHERE a.elements > 1 AND f.at IS NOT NULL) > 0 AS by_day
FROM t.arrival AS a FULL JOIN t.first AS f USING (point_id, direction, step, day);
-- the summaries are those of the rows, and without rows there are none
SELECT count(*) FILTER (WHERE s.points = 0) > 0 AS emptied,
       count(*) FILTER (WHERE (s.points, round(s.wh::numeric, 6), s.watts_min, s.watts_max) IS DISTINCT FROM (COALESCE(p.points, 0), round(COALESCE(p.wh, 0)::numeric, 6), p.low, p.high)) AS wrong,
       count(DISTINCT s.decimals) > 1 AND bool_and(s.decimals = d.decimals) AS decimals
FROM switchgrid.curve_segment AS s
LEFT JOIN (SELECT point_id, direction, step, date_trunc('month', starts_at)::date AS month, count(*) AS points, sum(wh) AS wh, min(watts) AS low, max(watts) AS high
           FROM t.state('infinity') GROUP BY 1, 2, 3, 4) AS p USING (point_id, direction, step, month)
LEFT JOIN (SELECT point_id, direction, step, date_trunc('month', starts_at)::date AS month, max(scale(trim_scale(watts::numeric))) AS decimals FROM t.log GROUP BY 1, 2, 3, 4) AS d USING (point_id, direction, step, month);
-- nothing that is stored already is written again
CREATE TABLE t.before AS SELECT point_id, direction, month, step, updated_at, xmin AS version FROM switchgrid.curve_segment;
CREATE TABLE t.revisions AS SELECT count(*) AS n FROM switchgrid.curve_revision;
TRUNCATE t.batch;
INSERT INTO t.batch SELECT point_id, direction, starts_at, step, watts, nature FROM switchgrid.load_curve;
SELECT switchgrid.load_curves('SELECT * FROM t.batch') = count(*) FROM t.batch;
SELECT count(*) AS written FROM switchgrid.curve_segment AS s JOIN t.before AS b USING (point_id, direction, month, step) WHERE s.xmin <> b.version;
SELECT count(*) - (SELECT n FROM t.revisions) AS revised FROM switchgrid.curve_revision;
-- two batches of one transaction are one change: nobody saw what was between them
TRUNCATE t.batch, t.log;
INSERT INTO t.batch SELECT '55555555555555', 'consumption', s, '30 min', 100, 'B' FROM generate_series('2026-10-24 22:00Z'::timestamptz, '2026-10-25 22:30Z', '30 min') AS s;
BEGIN;
SELECT switchgrid.load_curves('SELECT * FROM t.batch');
SELECT switchgrid.load_curves('SELECT point_id, direction, starts_at, step, watts + 1 AS watts, nature FROM t.batch');
COMMIT;
SELECT cardinality(arrived), points, (SELECT count(*) FROM switchgrid.revision AS r WHERE r.point_id = s.point_id) AS revisions FROM switchgrid.curve_segment AS s WHERE point_id = '55555555555555';
-- but for a day that was there before
BEGIN;
SELECT switchgrid.load_curves('SELECT point_id, direction, starts_at, step, watts + 2 AS watts, nature FROM t.batch LIMIT 2');
SELECT switchgrid.load_curves('SELECT point_id, direction, starts_at, step, watts + 3 AS watts, nature FROM t.batch LIMIT 2');
COMMIT;
SELECT starts_at, watts_before, nature_before, watts_after, nature_after, count(*) OVER (PARTITION BY revised_at) AS of_one_instant FROM switchgrid.revision WHERE point_id = '55555555555555' ORDER BY 1, 2;
-- a transaction that began before the one whose readings it replaces is dated like that one
UPDATE switchgrid.curve_segment SET updated_at = '2100-01-01' WHERE point_id = '55555555555555';
SELECT switchgrid.load_curves('SELECT point_id, direction, starts_at, step, 5 AS watts, nature FROM t.batch LIMIT 1');
SELECT watts_after, revised_at FROM switchgrid.revision WHERE point_id = '55555555555555' ORDER BY revised_at DESC LIMIT 1;
-- a reading that changes a hundred times: more revisions of one month than are read at once
CREATE PROCEDURE t.change_often(times int) LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. times LOOP
        PERFORM switchgrid.load_curves(format($q$SELECT '77777777777777' AS point_id, timestamptz '2026-08-01' AS starts_at, %s AS watts$q$, i), '30 min');
        COMMIT;
    END LOOP;
END $$;
CALL t.change_often(100);
SELECT count(*) AS revisions, count(*) FILTER (WHERE k.watts = watts_after AND e.watts = watts_before) AS known
FROM switchgrid.revision AS r, switchgrid.load_curve_known(r.revised_at, '{77777777777777}') AS k, switchgrid.load_curve_known(r.revised_at - interval '1 microsecond', '{77777777777777}') AS e
WHERE r.point_id = '77777777777777';
-- a month whose days come one by one: no revision, in the table's own place, and by its index however small the table is
CREATE PROCEDURE t.append(point text, days int) LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 0 .. days - 1 LOOP
        PERFORM switchgrid.load_curves(format($q$SELECT %L AS point_id, s AS starts_at, 500 + floor(400 * sin(extract(epoch FROM s)::float8)) AS watts FROM generate_series((date '2026-07-01' + %s)::timestamptz, (date '2026-07-02' + %2$s) - interval '30 min', '30 min') AS s$q$, point, i), '30 min');
        COMMIT;
    END LOOP;
END $$;
ANALYZE switchgrid.curve_segment;
SELECT pg_stat_force_next_flush();
CREATE TABLE t.stat AS SELECT pg_stat_get_numscans('switchgrid.curve_segment'::regclass) AS scans, pg_stat_get_tuples_updated('switchgrid.curve_segment'::regclass) AS updated, pg_stat_get_tuples_hot_updated('switchgrid.curve_segment'::regclass) AS hot;
CALL t.append('66666666666666', 31);
SELECT pg_stat_force_next_flush();
SELECT pg_stat_get_tuples_updated('switchgrid.curve_segment'::regclass) - updated AS updated,
       pg_stat_get_tuples_hot_updated('switchgrid.curve_segment'::regclass) - hot > 20 AS most_of_them_hot,
       pg_stat_get_numscans('switchgrid.curve_segment'::regclass) - scans AS whole_scans FROM t.stat;
SELECT points, cardinality(arrived) AS elements, (SELECT count(DISTINCT a) FROM unnest(arrived) AS a) AS instants, array_position(arrived, NULL) AS never,
       (SELECT count(*) FROM switchgrid.curve_revision AS r WHERE r.point_id = s.point_id) AS revisions
FROM switchgrid.curve_segment AS s WHERE point_id = '66666666666666';
-- stored rows that do not belong together are told, not misread
UPDATE switchgrid.curve_segment SET arrived = arrived[1:5] WHERE point_id = '66666666666666';
SELECT count(*) FROM switchgrid.load_curve_known('2020-01-01', '{66666666666666}');
UPDATE switchgrid.curve_segment SET arrived = arrived[1:1] WHERE point_id = '66666666666666';
INSERT INTO switchgrid.curve_revision (point_id, direction, month, step, before, after)
VALUES ('66666666666666', 'consumption', '2026-07-01', '30 min', '{2026-08-01T00:00:00Z PT30M 1}', '{2026-08-01T00:00:00Z PT30M 2}');
SELECT count(*) FROM switchgrid.load_curve_known('2020-01-01', '{66666666666666}');
DELETE FROM switchgrid.curve_revision WHERE point_id = '66666666666666';
-- plans are kept: under any search_path, for any role, and until the extension goes
CREATE SCHEMA trap;
CREATE FUNCTION trap.equal(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.equal);
SET search_path = trap, pg_catalog;
SELECT switchgrid.load_curves('SELECT point_id, direction, starts_at, step, 6 AS watts, nature FROM t.batch');
ANALYZE switchgrid.curve_segment, switchgrid.curve_revision;
SELECT switchgrid.load_curves('SELECT point_id, direction, starts_at, step, 7 AS watts, nature FROM t.batch');
SELECT count(*) FROM switchgrid.load_curve_known('2101-01-01', '{55555555555555}') WHERE watts = 7;
RESET search_path;
DROP SCHEMA trap CASCADE;
CREATE ROLE sg_analyst;
GRANT USAGE ON SCHEMA switchgrid, t TO sg_analyst;
GRANT SELECT ON t.batch TO sg_analyst;
GRANT EXECUTE ON FUNCTION switchgrid.load_curves(text, interval) TO sg_analyst;
SET ROLE sg_analyst;
SELECT count(*) FROM switchgrid.load_curve_known(now());
SELECT count(*) FROM switchgrid.revision;
RESET ROLE;
GRANT EXECUTE ON FUNCTION switchgrid.load_curve_known(timestamptz, text[], tstzrange) TO sg_analyst;
GRANT SELECT, INSERT, UPDATE ON switchgrid.curve_segment, switchgrid.curve_revision TO sg_analyst;
GRANT SELECT ON switchgrid.revision TO sg_analyst;
ALTER TABLE switchgrid.curve_segment ENABLE ROW LEVEL SECURITY;
ALTER TABLE switchgrid.curve_revision ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON switchgrid.curve_segment TO sg_analyst USING (point_id = '55555555555555');
CREATE POLICY tenant ON switchgrid.curve_revision TO sg_analyst USING (point_id = '55555555555555');
SET ROLE sg_analyst;
SELECT switchgrid.load_curves('SELECT point_id, direction, starts_at, step, 8 AS watts, nature FROM t.batch');
\set VERBOSITY terse
SELECT switchgrid.load_curves($$SELECT '44444444444444' AS point_id, direction, starts_at, step, 8 AS watts, nature FROM t.batch$$);
\set VERBOSITY default
SELECT point_id, count(*) FROM switchgrid.load_curve_known('2101-01-01') GROUP BY 1;
SELECT DISTINCT point_id FROM switchgrid.revision;
RESET ROLE;
SELECT switchgrid.load_curves($$SELECT '44444444444444' AS point_id, direction, starts_at, step, 8 AS watts, nature FROM t.batch$$);
DROP OWNED BY sg_analyst;
DROP ROLE sg_analyst;
DROP EXTENSION switchgrid CASCADE;
CREATE EXTENSION switchgrid;
SELECT switchgrid.load_curves('SELECT * FROM t.batch');
SELECT switchgrid.load_curves('SELECT point_id, direction, starts_at, step, watts + 1 AS watts, nature FROM t.batch');
SELECT count(*), (SELECT count(*) FROM switchgrid.revision) AS revisions FROM switchgrid.load_curve_known(now());
SELECT count(*) FROM switchgrid.load_curve_known(now() - interval '1 day');
-- one transaction may store more series than the server has locks for
BEGIN;
SELECT switchgrid.load_curves($$SELECT lpad(i::text, 14, '0') AS point_id, timestamptz '2026-01-01 00:00Z' AS starts_at, i AS watts FROM generate_series(1, 20000) AS i$$, '30 min');
SELECT count(*) < 3000 AS few_locks FROM pg_locks WHERE locktype = 'advisory';
COMMIT;
SELECT count(*), sum(watts) FROM switchgrid.load_curve WHERE point_id < '3';
