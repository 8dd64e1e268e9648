-- A scan of the store that several processes share gives each row once, to the same reader, with the same rights; a live one is not shared.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
-- 1,224 months in some 200 blocks: three shares, of which the last one is the longest
SELECT setseed(0.5);
CREATE TABLE t.plain AS
SELECT (40000000000000 + m)::text AS point_id, CASE WHEN m % 4 = 0 THEN 'production' ELSE 'consumption' END AS direction, starts_at, '1 hour'::interval AS step, round(random() * 9000) AS watts, 'B' AS nature
FROM generate_series(1, 48) m, generate_series('2023-12-31 23:00Z'::timestamptz, '2026-06-30 21:00Z', '1 hour') starts_at WHERE m < 40 OR starts_at >= '2026-01-01';
CREATE INDEX ON t.plain (point_id);
SELECT switchgrid.load_curves('SELECT * FROM t.plain') = (SELECT count(*) FROM t.plain) AS loaded, pg_relation_size('switchgrid.curve_segment') / 8192 / 64 AS shares;
ANALYZE t.plain, switchgrid.curve_segment, switchgrid.load_curve;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 3;
SET jit = off;
-- a filter that no summary answers
EXPLAIN (COSTS OFF) SELECT direction, count(*), sum(watts) FROM switchgrid.load_curve WHERE watts > 100 GROUP BY 1;
EXPLAIN (COSTS OFF) SELECT * FROM switchgrid.load_curve WHERE watts > 100;
-- what is in order, what stops early, totals, and what is asked of an API are not shared
EXPLAIN (COSTS OFF) SELECT starts_at, watts FROM switchgrid.load_curve WHERE point_id = '40000000000001' ORDER BY starts_at;
EXPLAIN (COSTS OFF) SELECT direction, count(*), sum(watts) FROM switchgrid.load_curve GROUP BY 1;
EXPLAIN (COSTS OFF) SELECT count(*) FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-01' AND watts > 100;

-- The rows of a condition and their plan: are they those of the plain table, by their number and a sum of hashes; how many segments were unpacked by all processes, and how many can hold such rows.
CREATE FUNCTION t.shared(condition text, months text DEFAULT 'true', OUT gathered bool, OUT rows bigint, OUT same bool, OUT unpacked bigint, OUT segments bigint) LANGUAGE plpgsql AS $$
DECLARE
    query text := 'SELECT count(*), sum(hash_record_extended(ROW (point_id, direction, starts_at, step, watts, nature), 0)) FROM %s WHERE watts >= 0 AND ' || condition;
    sum numeric;
    line text;
BEGIN
    EXECUTE format(query, 'switchgrid.load_curve') INTO rows, sum;
    EXECUTE format('SELECT ($1, $2) IS NOT DISTINCT FROM (count, sum) FROM (%s) AS plain', format(query, 't.plain')) USING rows, sum INTO same;
    gathered := false;
    FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || format(query, 'switchgrid.load_curve') LOOP
        gathered := gathered OR line ~ '->  Parallel Foreign Scan on load_curve';
        unpacked := coalesce(unpacked, substring(line FROM 'Segments Unpacked: (\d+)')::bigint);
    END LOOP;
    EXECUTE format('SELECT count(*) FROM switchgrid.curve_segment WHERE %s', months) INTO segments;
END $$;
SELECT * FROM t.shared('true');
SELECT * FROM t.shared($$direction = 'production'$$, $$direction = 'production'$$);
SELECT * FROM t.shared($$starts_at >= '2025-03-10 12:00' AND starts_at < '2025-10-27'$$, $$month BETWEEN '2025-03-01' AND '2025-10-01'$$);
SELECT * FROM t.shared($$point_id IN ('40000000000003', '40000000000020', '40000000000047', 'absent')$$, $$point_id IN ('40000000000003', '40000000000020', '40000000000047')$$);
SELECT * FROM t.shared($$starts_at < '2020-01-01'$$, 'false');
-- without workers, without the leader, with one worker; and all of it in a worker, who alone knows what it unpacked
SET max_parallel_workers = 0;
SELECT * FROM t.shared('true');
RESET max_parallel_workers;
SET parallel_leader_participation = off;
SELECT * FROM t.shared('true');
SET max_parallel_workers = 1;
SELECT * FROM t.shared($$starts_at >= '2025-06-15'$$, $$month >= '2025-06-01'$$);
RESET parallel_leader_participation;
RESET max_parallel_workers;
SELECT set_config(CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'force_parallel_mode' ELSE 'debug_parallel_query' END, 'on', false);
SET max_parallel_workers_per_gather = 1;
SELECT (SELECT (count(*), sum(watts), min(starts_at)) FROM switchgrid.load_curve) = (SELECT (count(*), sum(watts), min(starts_at)) FROM t.plain) AS totals;
SELECT * FROM t.shared($$point_id = '40000000000009'$$, $$point_id = '40000000000009'$$);
SELECT set_config(CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'force_parallel_mode' ELSE 'debug_parallel_query' END, 'off', false);
SET max_parallel_workers_per_gather = 3;
-- begun again for each row of another table; and beside another scan of the same
SET enable_material = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SELECT n, rows, sum = (SELECT sum(watts) FROM t.plain WHERE watts > 4000) AS same FROM generate_series(1, 3) n
LEFT JOIN (SELECT count(*) AS rows, sum(watts) FROM switchgrid.load_curve WHERE watts > 4000 OFFSET 0) c ON rows > n;
RESET enable_material;
RESET enable_hashjoin;
RESET enable_mergejoin;
SELECT (SELECT count(*) FROM switchgrid.load_curve a JOIN switchgrid.load_curve b USING (point_id, starts_at) WHERE a.watts > 8000 AND b.watts > 8500)
     = (SELECT count(*) FROM t.plain a JOIN t.plain b USING (point_id, starts_at) WHERE a.watts > 8000 AND b.watts > 8500) AS joined;
-- rows that this transaction wrote, and only they
BEGIN;
SELECT switchgrid.load_curves($$SELECT '50000000000001' AS point_id, starts_at, watts + 1 AS watts, step FROM t.plain WHERE point_id = '40000000000001'$$) > 0 AS written;
SELECT count(*) FILTER (WHERE point_id = '50000000000001') = (SELECT count(*) FROM t.plain WHERE point_id = '40000000000001') AS mine, count(*) - count(*) FILTER (WHERE point_id = '50000000000001') = (SELECT count(*) FROM t.plain) AS others
FROM switchgrid.load_curve WHERE watts >= 0;
ROLLBACK;
SELECT * FROM t.shared('true');
-- an error of one process is the statement's
SELECT sum(1 / (watts - 4321)::int) FROM switchgrid.load_curve WHERE watts = 4321;
-- row security holds in each process, and the rights of a view's owner
CREATE ROLE sg_shared;
CREATE VIEW t.seen AS SELECT * FROM switchgrid.load_curve;
GRANT USAGE ON SCHEMA t TO sg_shared;
GRANT SELECT ON t.seen TO sg_shared;
SET ROLE sg_shared;
EXPLAIN (COSTS OFF) SELECT count(*) FROM t.seen WHERE watts > 4000;
SELECT count(*) AS by_the_view FROM t.seen WHERE watts > 4000;
RESET ROLE;
SELECT count(*) AS by_the_view FROM t.plain WHERE watts > 4000;
GRANT USAGE ON SCHEMA switchgrid TO sg_shared;
GRANT SELECT ON switchgrid.load_curve TO sg_shared;
SET ROLE sg_shared;
SELECT count(*) FROM switchgrid.load_curve WHERE watts > 4000;
RESET ROLE;
GRANT SELECT ON switchgrid.curve_segment TO sg_shared;
PREPARE mine AS SELECT count(*) FROM switchgrid.load_curve WHERE watts > 4000;
SET plan_cache_mode = force_generic_plan;
SET ROLE sg_shared;
EXPLAIN (COSTS OFF) EXECUTE mine;
RESET ROLE;
ALTER TABLE switchgrid.curve_segment ENABLE ROW LEVEL SECURITY;
CREATE POLICY one ON switchgrid.curve_segment TO sg_shared USING (point_id = '40000000000044');
SET ROLE sg_shared;
EXPLAIN (COSTS OFF) SELECT count(*) FROM switchgrid.load_curve WHERE watts > 4000;
SELECT count(*) FROM switchgrid.load_curve WHERE watts > 4000;
RESET ROLE;
SELECT count(*) FROM t.plain WHERE watts > 4000 AND point_id = '40000000000044';
-- a policy that no worker may run keeps the scan in one process, and plans that are kept notice it
CREATE FUNCTION t.tenant() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN current_setting('test.tenant')::bigint::text;
EXCEPTION WHEN OTHERS THEN
    RETURN '40000000000045';
END $$;
ALTER POLICY one ON switchgrid.curve_segment USING (point_id = t.tenant());
SET ROLE sg_shared;
EXPLAIN (COSTS OFF) EXECUTE mine;
EXECUTE mine;
RESET ROLE;
SELECT count(*) FROM t.plain WHERE watts > 4000 AND point_id = '40000000000045';
RESET plan_cache_mode;
ALTER TABLE switchgrid.curve_segment DISABLE ROW LEVEL SECURITY;
DROP OWNED BY sg_shared;
DROP ROLE sg_shared;
-- costs are those of what is unpacked, not of what a filter leaves: it is shared, and not begun again for each row of a join
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;
EXPLAIN (VERBOSE, COSTS OFF) SELECT count(*) FROM switchgrid.load_curve WHERE watts > 8990;
DO $$
DECLARE line text;
BEGIN
    FOR line IN EXPLAIN SELECT count(b.watts) FROM switchgrid.load_curve a LEFT JOIN switchgrid.load_curve b ON a.point_id = b.point_id AND a.starts_at = b.starts_at + interval '1 hour' AND b.watts > 4000 WHERE a.watts > 8900 LOOP
        IF line ~ 'Nested Loop' THEN RAISE 'the relation is read again for each row: %', line; END IF;
    END LOOP;
END $$;
-- the packed table cannot be rewritten between two shares
BEGIN;
SET LOCAL parallel_leader_participation = off;
SELECT count(*) = (SELECT count(*) FROM t.plain WHERE watts > 8990) AS same FROM switchgrid.load_curve WHERE watts > 8990;
SELECT mode FROM pg_locks WHERE relation = 'switchgrid.curve_segment'::regclass AND pid = pg_backend_pid();
COMMIT;
SET enable_tidscan = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM switchgrid.load_curve WHERE watts > 8990;
RESET enable_tidscan;
