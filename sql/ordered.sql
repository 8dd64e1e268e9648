-- The stored load curve gives its rows in order without a sort, reads only what it must, and tells the planner what it holds.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
SELECT setseed(0.75);
-- a month with three steps that take turns, both directions, holes, and a clock change
CREATE TABLE t.heap AS
SELECT '30000000000001' AS point_id, 'consumption' AS direction, starts_at, '30 min'::interval AS step, round(random() * 3000) AS watts, 'B' AS nature
FROM generate_series('2025-08-31 22:00Z'::timestamptz, '2025-12-31 22:30Z', '30 min') starts_at WHERE random() > 0.05 AND NOT (starts_at >= '2025-10-05 22:00Z' AND starts_at < '2025-10-15 22:00Z')
UNION ALL SELECT '30000000000001', 'consumption', starts_at, '10 min', round(random() * 3000), 'C'
FROM generate_series('2025-10-05 22:00Z'::timestamptz, '2025-10-10 21:50Z', '10 min') starts_at
UNION ALL SELECT '30000000000001', 'consumption', starts_at, '1 hour', round(random() * 3000), NULL
FROM generate_series('2025-10-10 22:00Z'::timestamptz, '2025-10-15 21:00Z', '1 hour') starts_at
UNION ALL SELECT '30000000000001', 'production', starts_at, '30 min', round(random() * 3000), 'B'
FROM generate_series('2025-09-30 22:00Z'::timestamptz, '2025-10-31 22:30Z', '30 min') starts_at
UNION ALL SELECT (30000000000001 + m)::text, 'consumption', starts_at, '30 min', round(random() * 3000), 'B'
FROM generate_series(1, 9) m, generate_series('2025-09-30 22:00Z'::timestamptz, '2025-10-31 22:30Z', '30 min') starts_at WHERE random() > 0.5;
SELECT switchgrid.load_curves('SELECT * FROM t.heap') = (SELECT count(*) FROM t.heap) AS loaded;
-- the same rows in the same order as a plain table sorts them; does the plan sort?
CREATE FUNCTION t.ordered(OUT rows bigint, OUT differences bigint, OUT sorts boolean, by text, condition text DEFAULT 'true')
LANGUAGE plpgsql AS $$
DECLARE
    query text := format('SELECT point_id, direction, starts_at, step, watts, nature FROM %%s WHERE %s ORDER BY %s', condition, by);
    line text;
BEGIN
    EXECUTE format('SELECT count(*), count(*) FILTER (WHERE a IS DISTINCT FROM b) FROM (SELECT *, row_number() OVER () FROM (%s) x) a FULL JOIN (SELECT *, row_number() OVER () FROM (%s) y) b USING (row_number)',
        format(query, 'switchgrid.load_curve'), format(query, 't.heap')) INTO rows, differences;
    sorts := false;
    FOR line IN EXECUTE 'EXPLAIN ' || format(query, 'switchgrid.load_curve') LOOP
        sorts := sorts OR line ~ 'Sort';
    END LOOP;
END $$;
SELECT * FROM t.ordered('point_id, direction, starts_at');
SELECT * FROM t.ordered('point_id DESC, direction DESC, starts_at DESC');
SELECT * FROM t.ordered('point_id, starts_at, direction');
SELECT * FROM t.ordered('point_id DESC, starts_at, direction DESC');
SELECT * FROM t.ordered('point_id, direction DESC, starts_at');
SELECT * FROM t.ordered('point_id, starts_at DESC', $$direction = 'consumption'$$);
SELECT * FROM t.ordered('starts_at', $$point_id = '30000000000001' AND direction = 'consumption'$$);
SELECT * FROM t.ordered('starts_at DESC, direction', $$point_id = '30000000000001'$$);
SELECT * FROM t.ordered('direction, starts_at', $$point_id = '30000000000001' AND starts_at >= '2025-10-10 11:50' AND starts_at < '2025-10-26 02:30'$$);
SELECT * FROM t.ordered('point_id, starts_at', $$direction = 'consumption' AND step = '30 min' AND starts_at > '2025-10-20'$$);
-- orders that it cannot give, or the first columns only
SELECT * FROM t.ordered('starts_at, point_id, direction');
SELECT * FROM t.ordered('point_id COLLATE "C", direction, starts_at');
SELECT * FROM t.ordered('watts, point_id, direction, starts_at', $$point_id = '30000000000001'$$);
EXPLAIN (COSTS OFF) SELECT * FROM switchgrid.load_curve ORDER BY point_id, watts;
-- nobody reads more than is wanted: the last readings of a point are one segment
CREATE FUNCTION t.unpacked(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, COSTS OFF) ' || query LOOP
        IF line ~ 'Segments' THEN RETURN NEXT trim(line); END IF;
    END LOOP;
END $$;
SELECT * FROM t.unpacked($$SELECT * FROM switchgrid.load_curve WHERE point_id = '30000000000001' AND direction = 'consumption' ORDER BY starts_at DESC LIMIT 5$$);
SELECT * FROM t.unpacked($$SELECT * FROM switchgrid.load_curve WHERE point_id IN ('30000000000001', '30000000000004') AND starts_at >= '2025-10-03' AND starts_at < '2025-10-04'$$);
SELECT * FROM t.unpacked($$SELECT * FROM switchgrid.load_curve WHERE point_id = '30000000000001' AND step = '10 min'$$);
SELECT * FROM t.unpacked($$SELECT * FROM switchgrid.load_curve WHERE direction = 'production'$$);
SELECT * FROM t.unpacked($$SELECT * FROM switchgrid.load_curve WHERE starts_at >= '2025-11-30 23:30' AND starts_at < '2025-12-01'$$);
-- a join asks for each point only what it has
CREATE TABLE t.site AS SELECT '3000000000000' || n AS prm FROM generate_series(2, 4) n;
ANALYZE t.site;
EXPLAIN (COSTS OFF) SELECT count(c.watts) FROM t.site s JOIN switchgrid.load_curve c ON c.point_id = s.prm WHERE c.starts_at >= '2025-10-03' AND c.starts_at < '2025-10-04';
SELECT (SELECT count(c.watts) FROM t.site s JOIN switchgrid.load_curve c ON c.point_id = s.prm WHERE c.starts_at >= '2025-10-03' AND c.starts_at < '2025-10-04')
     = (SELECT count(c.watts) FROM t.site s JOIN t.heap c ON c.point_id = s.prm WHERE c.starts_at >= '2025-10-03' AND c.starts_at < '2025-10-04') AS same;
SELECT * FROM t.unpacked($$SELECT * FROM t.site s JOIN switchgrid.load_curve c ON c.point_id = s.prm WHERE c.starts_at >= '2025-10-03' AND c.starts_at < '2025-10-04'$$);
-- merge joins use the order
SET enable_hashjoin = off; SET enable_nestloop = off;
SELECT count(*), count(*) FILTER (WHERE a.watts <> b.watts) AS differences FROM switchgrid.load_curve a JOIN t.heap b USING (point_id, direction, starts_at);
RESET enable_hashjoin; RESET enable_nestloop;
-- scroll cursors go back, subtransactions do not disturb, and a scan goes on after other statements of its backend
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT starts_at, watts IS NOT NULL FROM switchgrid.load_curve WHERE point_id = '30000000000001' AND direction = 'production' ORDER BY starts_at;
FETCH 2 FROM c;
FETCH PRIOR FROM c;
SAVEPOINT s;
FETCH 1 FROM c;
SELECT count(*) FROM switchgrid.load_curve WHERE step = '10 min';
ROLLBACK TO s;
FETCH 1 FROM c;
COMMIT;
-- columns: only those that a table names, in its own order
CREATE FOREIGN TABLE t.narrow (watts float8, starts_at timestamptz) SERVER switchgrid_store OPTIONS (relation 'load_curve');
SELECT count(*), sum(watts) = (SELECT sum(watts) FROM t.heap) AS same FROM t.narrow;
SELECT n = (SELECT count(*) FROM t.heap WHERE starts_at < '2025-09-02') AS same FROM (SELECT count(n) AS n FROM t.narrow n WHERE starts_at < '2025-09-02') v;
SELECT tableoid::regclass, n.* IS NOT NULL AS whole FROM t.narrow n LIMIT 1;
-- ANALYZE: as many rows as there are, and estimates that are near
ANALYZE switchgrid.load_curve;
SELECT reltuples = (SELECT count(*) FROM t.heap) AS counted FROM pg_class WHERE oid = 'switchgrid.load_curve'::regclass;
SELECT attname, n_distinct > 0 AS few FROM pg_stats WHERE schemaname = 'switchgrid' AND tablename = 'load_curve' AND attname IN ('point_id', 'direction', 'step', 'nature') ORDER BY 1;
CREATE FUNCTION t.estimate(condition text, OUT near boolean) LANGUAGE plpgsql AS $$
DECLARE plan json; rows float8;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) SELECT * FROM switchgrid.load_curve WHERE ' || condition INTO plan;
    EXECUTE 'SELECT count(*) FROM t.heap WHERE ' || condition INTO rows;
    near := (plan->0->'Plan'->>'Plan Rows')::float8 BETWEEN rows * 0.8 - 20 AND rows * 1.25 + 20;
END $$;
SELECT t.estimate($$point_id = '30000000000001'$$), t.estimate($$point_id = '30000000000005'$$), t.estimate($$direction = 'production'$$),
       t.estimate($$starts_at >= '2025-10-10' AND starts_at < '2025-10-20'$$), t.estimate($$step = '10 min'$$), t.estimate('watts < 300'), t.estimate('nature IS NULL');
-- nothing of an API is asked for statistics
ANALYZE live.load_curve;
SELECT * FROM t.asked();
-- an empty store has statistics too
DELETE FROM switchgrid.curve_segment;
ANALYZE switchgrid.load_curve;
SELECT reltuples FROM pg_class WHERE oid = 'switchgrid.load_curve'::regclass;
SELECT count(*), sum(wh), min(starts_at) FROM switchgrid.load_curve;
