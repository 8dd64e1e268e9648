-- The store keeps what it is given, packed, and gives it back as rows to whom it may.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
SELECT switchgrid.watch('linky', '{22516914714270,22315546958763,63695879465986}', '{load_curve}', since => '2026-09-20');
CALL switchgrid.refresh();
CREATE TABLE t.plain AS SELECT * FROM live.load_curve WHERE point_id IN ('22516914714270', '22315546958763', '63695879465986') AND starts_at >= '2026-09-20';
-- all rows, by any clause, are those of a plain table
CREATE FUNCTION t.same(condition text) RETURNS TABLE (rows bigint, differences bigint) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'WITH a AS (SELECT * FROM t.plain WHERE %1$s), b AS (SELECT * FROM switchgrid.load_curve WHERE %1$s) '
        'SELECT (SELECT count(*) FROM b), (SELECT count(*) FROM ((TABLE a EXCEPT ALL TABLE b) UNION ALL (TABLE b EXCEPT ALL TABLE a)) d)',
        condition);
END $$;
SELECT * FROM t.same('true');
SELECT * FROM t.same($$point_id = '22516914714270'$$);
SELECT * FROM t.same($$point_id IN ('22516914714270', '22315546958763') AND starts_at >= '2026-10-25' AND starts_at < '2026-10-26'$$);
SELECT * FROM t.same($$starts_at > '2026-10-01 00:00' AND starts_at <= '2026-10-01 01:00'$$);
SELECT * FROM t.same($$starts_at BETWEEN '2026-09-30 23:00' AND '2026-10-01 01:00'$$);
SELECT * FROM t.same($$starts_at < '2026-10-01' AND step = '10 min'$$);
SELECT * FROM t.same($$ends_at <= '2026-09-20 05:00' AND direction = 'consumption'$$);
SELECT * FROM t.same($$direction = 'production'$$);
SELECT * FROM t.same($$starts_at < '2020-01-01'$$);
SELECT * FROM t.same($$starts_at >= 'infinity'$$);
SELECT * FROM t.same($$starts_at > '-infinity' AND watts > 2000 AND nature = 'B'$$);
SELECT * FROM t.same($$point_id = NULL$$);
SELECT * FROM t.same($$point_id = '22516914714270' AND starts_at >= DATE '2026-11-18'$$);
-- so are the columns that a query names, whichever, in whatever order, with or without a clause on another one, and whole
-- rows; also of a table that has them in another order, and of a live one
CREATE FOREIGN TABLE t.turned (watts float8, gone float8, starts_at timestamptz, nature text, point_id text, wh float8, ends_at timestamptz, step interval, direction text)
    SERVER switchgrid_store OPTIONS (relation 'load_curve');
ALTER FOREIGN TABLE t.turned DROP COLUMN gone;
CREATE FUNCTION t.same_columns(relation regclass, columns text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    condition text;
    differing bigint;
    total bigint := 0;
BEGIN
    FOREACH condition IN ARRAY '{true,watts > 500,nature = ''B'' AND wh < 1000,direction <> ''production'' AND ends_at > ''2026-11-02''}'::text[] LOOP
        EXECUTE format(
            'WITH a AS (SELECT %1$s FROM t.plain c WHERE point_id = ''22516914714270'' AND starts_at >= ''2026-11-01'' AND %3$s), '
            'b AS (SELECT %1$s FROM %2$s c WHERE point_id = ''22516914714270'' AND starts_at >= ''2026-11-01'' AND %3$s) '
            'SELECT count(*) FROM ((TABLE a EXCEPT ALL TABLE b) UNION ALL (TABLE b EXCEPT ALL TABLE a)) d', columns, relation, condition)
            INTO differing;
        total := total + differing;
    END LOOP;
    RETURN total;
END $$;
SELECT columns, sum(t.same_columns(relation, columns)) AS differences
FROM unnest('{switchgrid.load_curve,t.turned,live.load_curve}'::regclass[]) relation, unnest(ARRAY[
    'watts', 'wh, ends_at, watts', 'watts, starts_at, watts', 'nature, direction, step', 'watts * 2, starts_at + step, upper(point_id)',
    '(SELECT max(n) FROM generate_series(1, (c.watts / 100)::int) n)', 'c.tableoid > 0, watts', 'c IS NULL, watts', '1', 'num_nulls(c.*), watts']) columns
GROUP BY 1 ORDER BY 1;
SELECT r.c = ROW (point_id, direction, starts_at, ends_at, step, watts, wh, nature) AS whole, count(*)
FROM (SELECT c, c.* FROM switchgrid.load_curve c WHERE starts_at >= '2026-11-01') r GROUP BY 1;
-- what is locked beside it needs whole rows, and nothing of an unread row is made
BEGIN;
SELECT p.nature, count(*), sum(c.watts - p.watts) FROM (
    SELECT c.watts FROM switchgrid.load_curve c WHERE point_id = '22516914714270' AND starts_at = '2026-11-02' FOR UPDATE) c, t.plain p
WHERE p.point_id = '22516914714270' AND p.starts_at = '2026-11-02' GROUP BY 1;
SELECT p.starts_at, c.watts - p.watts AS difference FROM t.plain p JOIN switchgrid.load_curve c USING (point_id, starts_at)
WHERE p.point_id = '22516914714270' AND p.starts_at = '2026-11-02' FOR UPDATE OF p;
ROLLBACK;
SELECT count(*) = (SELECT count(*) FROM t.plain) AS all_rows FROM (SELECT FROM switchgrid.load_curve OFFSET 0) r;
EXPLAIN (VERBOSE, COSTS OFF) SELECT nature, watts, point_id FROM switchgrid.load_curve WHERE starts_at >= '2026-11-02' AND watts > 0;
-- one row for a month and a step, whose summaries are those of its rows
SELECT count(*), bool_and(s.points = p.points AND abs(s.wh - p.wh) < 0.001 AND s.watts_min = p.low AND s.watts_max = p.high) AS summaries
FROM switchgrid.curve_segment s
JOIN (SELECT point_id, direction, step, date_trunc('month', starts_at)::date AS month, count(*) AS points,
             sum(watts) * extract(epoch FROM step)::float8 / 3600 AS wh, min(watts) AS low, max(watts) AS high
      FROM t.plain GROUP BY 1, 2, 3, 4) p USING (point_id, direction, step, month);
-- joins, rescans, cursors, prepared statements, and two scans at once
CREATE TABLE t.site AS SELECT * FROM (VALUES ('north', '22516914714270'), ('south', '22315546958763'), ('none', NULL)) v (name, prm);
SELECT name, n FROM t.site LEFT JOIN LATERAL (SELECT count(*) AS n FROM switchgrid.load_curve WHERE point_id = prm AND starts_at >= '2026-11-01') c ON true ORDER BY 1;
SELECT count(*) FROM switchgrid.load_curve a JOIN switchgrid.load_curve b ON a.starts_at = b.starts_at WHERE a.point_id = '22516914714270' AND b.point_id = '22315546958763' AND a.starts_at >= '2026-11-01' AND b.starts_at >= '2026-11-01';
PREPARE day_of (date) AS SELECT count(*) FROM switchgrid.load_curve WHERE point_id = '22516914714270' AND starts_at >= $1 AND starts_at < $1 + 1;
SET plan_cache_mode = force_generic_plan;
EXECUTE day_of('2026-10-24');
EXECUTE day_of('2026-10-25');
RESET plan_cache_mode;
BEGIN;
DECLARE c CURSOR FOR SELECT starts_at FROM switchgrid.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-10-31 22:30';
FETCH 2 FROM c;
SAVEPOINT s;
SELECT count(*) FROM switchgrid.load_curve WHERE point_id = '22315546958763' AND starts_at >= '2026-11-19';
SELECT 1 / 0;
ROLLBACK TO s;
FETCH 2 FROM c;
COMMIT;
SELECT starts_at FROM switchgrid.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19' LIMIT 1;
-- cursors that outlive their transaction, or a subtransaction that was rolled back
BEGIN;
DECLARE c CURSOR WITH HOLD FOR SELECT starts_at FROM switchgrid.load_curve WHERE point_id = '22516914714270' ORDER BY starts_at;
DECLARE d CURSOR WITH HOLD FOR SELECT starts_at FROM switchgrid.load_curve WHERE point_id = '22516914714270' ORDER BY starts_at;
FETCH 1 FROM d;
SAVEPOINT s;
FETCH 1 FROM d;
ROLLBACK TO s;
MOVE 1500 FROM d;
COMMIT;
MOVE ALL FROM c;
MOVE ALL FROM d;
CLOSE ALL;
DO $$ DECLARE r record; n int := 0; BEGIN FOR r IN SELECT * FROM switchgrid.load_curve LOOP n := n + 1; COMMIT; END LOOP; RAISE INFO '%', n = (SELECT count(*) FROM t.plain); END $$;
-- a newer reading replaces the older one, and what did not change is not written
CREATE TABLE t.before AS SELECT point_id, month, step, updated_at, xmin AS version FROM switchgrid.curve_segment;
UPDATE switchgrid.coverage SET held = '{}';
CALL switchgrid.refresh('linky', '{22516914714270}');
SELECT count(*) FROM switchgrid.curve_segment s JOIN t.before b USING (point_id, month, step) WHERE s.xmin <> b.version;
-- when the step of a point changes, the new one takes the place of the old one: nothing counts twice
UPDATE switchgrid.coverage SET held = held - '{[2026-10-01,2026-10-15)}' WHERE point_id = '22516914714270';
SELECT t.play('unlimited+step=10');
CALL switchgrid.refresh('linky', '{22516914714270}');
SELECT date_trunc('week', starts_at)::date AS week, step, count(*) FROM switchgrid.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-09-28' AND starts_at < '2026-10-26' GROUP BY 1, 2 ORDER BY 1, 2;
SELECT starts_at::date, sum(step) FROM switchgrid.load_curve WHERE point_id = '22516914714270' GROUP BY 1 HAVING sum(step) <> '24:00:00' ORDER BY 1;
SELECT month, step, points FROM switchgrid.curve_segment WHERE point_id = '22516914714270' ORDER BY 1, 2;
-- and back: a month whose other step has nothing left keeps that row, without points, for what was known before
UPDATE switchgrid.coverage SET held = held - '{[2026-10-01,2026-10-15)}' WHERE point_id = '22516914714270';
SELECT t.play('unlimited');
CALL switchgrid.refresh('linky', '{22516914714270}');
SELECT month, step, points FROM switchgrid.curve_segment WHERE point_id = '22516914714270' ORDER BY 1, 2;
SELECT * FROM t.same('true');
-- EXPLAIN of a stored scan has no requests; nothing stored can be written through the relation
EXPLAIN (COSTS OFF) SELECT * FROM switchgrid.load_curve WHERE point_id = '22516914714270';
DELETE FROM switchgrid.load_curve;
-- rights: the reader needs them on the packed table as well, and its row security holds
CREATE ROLE sg_reader;
GRANT USAGE ON SCHEMA switchgrid TO sg_reader;
GRANT SELECT ON switchgrid.load_curve TO sg_reader;
SET ROLE sg_reader;
SELECT count(*) FROM switchgrid.load_curve;
CALL switchgrid.refresh();
SELECT switchgrid.watch('linky', '{22516914714270}');
RESET ROLE;
GRANT SELECT ON switchgrid.curve_segment TO sg_reader;
SET ROLE sg_reader;
SELECT point_id, count(*) FROM switchgrid.load_curve GROUP BY 1 ORDER BY 1;
RESET ROLE;
ALTER TABLE switchgrid.curve_segment ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON switchgrid.curve_segment FOR SELECT TO sg_reader USING (point_id = '22315546958763');
SET ROLE sg_reader;
SELECT point_id, count(*) FROM switchgrid.load_curve GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM switchgrid.load_curve WHERE point_id = '22516914714270';
RESET ROLE;
DROP OWNED BY sg_reader;
DROP ROLE sg_reader;
-- nothing of the extension can be executed or read by everybody, but for what computes with curves, and one that reads nothing
SELECT p.oid::regprocedure FROM pg_proc p WHERE pronamespace = 'switchgrid'::regnamespace
    AND (proacl IS NULL OR proacl::text ~ '[{,]=')
    AND NOT 'switchgrid.curve'::regtype = ANY (ARRAY[prorettype] || proargtypes::oid[]) ORDER BY 1::text;
SELECT relname FROM pg_class WHERE relnamespace = 'switchgrid'::regnamespace AND relacl::text ~ '[{,]=';
SELECT has_schema_privilege('public', 'switchgrid', 'usage');
-- every function, relation and column says what it is
SELECT p.oid::regprocedure FROM pg_proc p WHERE pronamespace = 'switchgrid'::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL;
SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
WHERE relnamespace = 'switchgrid'::regnamespace AND relkind IN ('r', 'v', 'f') AND (obj_description(c.oid, 'pg_class') IS NULL OR col_description(c.oid, attnum) IS NULL) ORDER BY 1, 2;
-- tables that docs/citus.md spreads by the point: it is in each key and unique index of theirs
SELECT c.relname, count(*) AS keys, bool_and(a.attnum = ANY (i.indkey::int2[])) AS with_point
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'point_id' JOIN pg_index i ON i.indrelid = c.oid AND i.indisunique
WHERE c.relnamespace = 'switchgrid'::regnamespace
  AND c.relname IN ('curve_segment', 'curve_revision', 'daily_energy', 'daily_max_power', 'register_reading', 'quantity_curve', 'billed_quantity', 'gas_day')
GROUP BY 1 ORDER BY 1;
