-- Totals of the stored load curve come from whole segments and days, and are those of its rows, digit for digit.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
SELECT setseed(0.25);
-- houses with holes; one of ten minutes; one with decimals, that injects in quarters; one whose step changes within a month; one whose decimals end with a month; one below zero
CREATE TABLE t.heap AS
SELECT (30000000000000 + m)::text AS point_id, 'consumption' AS direction, starts_at, '30 min'::interval AS step, round(random() * 3000 * m) AS watts, 'B' AS nature
FROM generate_series(1, 2) m, generate_series('2024-12-31 23:00Z'::timestamptz, '2026-01-31 22:30Z', '30 min') starts_at WHERE random() > 0.01
UNION ALL SELECT '30000000000010', 'consumption', starts_at, '10 min', round(random() * 9000), NULL
FROM generate_series('2025-09-30 22:00Z'::timestamptz, '2025-11-30 22:50Z', '10 min') starts_at WHERE random() > 0.01
UNION ALL SELECT '30000000000011', 'consumption', starts_at, '30 min', round((random() * 9000)::numeric, 1)::float8, 'B'
FROM generate_series('2025-02-28 23:00Z'::timestamptz, '2025-04-30 21:30Z', '30 min') starts_at
UNION ALL SELECT '30000000000011', 'production', starts_at, '15 min', round(random() * 9000), 'E'
FROM generate_series('2025-02-28 23:00Z'::timestamptz, '2025-04-30 21:45Z', '15 min') starts_at
UNION ALL SELECT '30000000000012', 'consumption', starts_at, '1 hour', round(random() * 6000), 'B'
FROM generate_series('2025-09-30 22:00Z'::timestamptz, '2025-10-14 21:00Z', '1 hour') starts_at
UNION ALL SELECT '30000000000012', 'consumption', starts_at, '30 min', round(random() * 6000), 'B'
FROM generate_series('2025-10-14 22:00Z'::timestamptz, '2025-10-31 22:30Z', '30 min') starts_at
UNION ALL SELECT '30000000000014', 'consumption', starts_at, '30 min', CASE WHEN starts_at < '2025-01-31 23:00Z' THEN round((random() * 9000)::numeric, 3) ELSE round(random() * 9000) END, 'B'
FROM generate_series('2024-12-31 23:00Z'::timestamptz, '2025-04-30 21:30Z', '30 min') starts_at
UNION ALL SELECT '30000000000013', 'production', starts_at, '30 min', round(random() * 500 - 900), 'B'
FROM generate_series('2025-03-29 23:00Z'::timestamptz, '2025-03-30 21:30Z', '30 min') starts_at;
SELECT switchgrid.load_curves('SELECT * FROM t.heap') = (SELECT count(*) FROM t.heap) AS loaded;
ANALYZE switchgrid.curve_segment;
-- a sort would add what rounds in another order; so no plan sorts
-- each query three times: over the relation; over its rows, one by one, because a filter is never answered by a segment; over plain rows
CREATE FUNCTION t.totals(OUT rows bigint, OUT differences bigint, OUT from_heap bigint, OUT totals_of text, what text, groups text DEFAULT '', condition text DEFAULT 'true', kept text DEFAULT 'true')
LANGUAGE plpgsql SET enable_sort = off SET enable_incremental_sort = off SET jit = off AS $$
DECLARE
    query text := concat('SELECT ', what, ', ' || nullif(groups, ''), ' FROM %s WHERE ', condition, ' GROUP BY ' || nullif(groups, ''), ' HAVING ', kept);
    relation text := format(query, 'switchgrid.load_curve');
    line text;
    compare text := 'WITH a AS (%s), b AS (%s) SELECT count(*) FROM ((TABLE a EXCEPT ALL TABLE b) UNION ALL (TABLE b EXCEPT ALL TABLE a)) d';
    single text := regexp_replace(relation, '\m(sum|avg|min|max|count)\(([a-z_*]+)\)', '\1(\2) FILTER (WHERE true)', 'g');
BEGIN
    EXECUTE 'SELECT count(*) FROM (' || relation || ') a' INTO rows;
    EXECUTE format(compare, relation, single) INTO differences;
    EXECUTE format(compare, relation, format(query, '(SELECT *, watts * extract(epoch FROM step)::float8 / 3600 AS wh, starts_at + step AS ends_at FROM t.heap ORDER BY 1, 2, 3) h')) INTO from_heap;
    FOR line IN EXECUTE 'EXPLAIN ' || single LOOP
        IF line LIKE '%Totals Of%' THEN RAISE 'the control is answered by segments too'; END IF;
    END LOOP;
    FOR line IN EXECUTE 'EXPLAIN ' || relation LOOP
        totals_of := coalesce(totals_of, substring(line FROM 'Totals Of: (\w+)'));
    END LOOP;
END $$;
SELECT * FROM t.totals('count(*), sum(watts), avg(watts), min(watts), max(watts), min(wh), max(wh), count(starts_at)', condition => $$point_id < '30000000000010'$$);
SELECT * FROM t.totals('sum(wh), avg(wh)', condition => $$point_id NOT IN ('30000000000010', '30000000000011', '30000000000014')$$);
SELECT * FROM t.totals('sum(wh) / 1000, count(*), avg(watts), max(watts) - min(watts)', 'point_id, direction, step');
SELECT * FROM t.totals('sum(wh), count(*), avg(watts)', $$point_id, direction, date_trunc('month', starts_at, 'Europe/Paris')$$);
SELECT * FROM t.totals('sum(wh), count(*), avg(watts)', $$point_id, direction, date_trunc('year', starts_at AT TIME ZONE 'Europe/Paris')$$);
SELECT * FROM t.totals('sum(wh), count(*), avg(watts)', $$point_id, direction, (starts_at AT TIME ZONE 'Europe/Paris')::date$$);
SELECT * FROM t.totals('sum(wh), count(*), avg(watts), min(wh)', $$point_id, direction, starts_at::date$$);
SELECT * FROM t.totals('sum(wh), max(watts)', $$extract(isodow FROM starts_at), extract(year FROM starts_at)$$, $$point_id <= '30000000000002'$$);
SELECT * FROM t.totals('sum(wh)', $$to_char(date_trunc('quarter', starts_at), 'YYYY "Q"Q'), right(point_id, 1)$$, $$step <> '10 min' AND direction = 'consumption' AND point_id NOT IN ('30000000000011', '30000000000014')$$);
SELECT * FROM t.totals('max(watts), count(*)', 'direction', kept => 'min(watts) < 0 AND count(*) > 10');
SELECT * FROM t.totals('count(*)', $$date_trunc('day', starts_at, 'Europe/Paris')$$, $$point_id = '30000000000001'$$, 'count(*) <> 48');
-- spans that cut segments and days; the days on which clocks change
SELECT * FROM t.totals('sum(wh), count(*)', $$point_id, date_trunc('month', starts_at, 'Europe/Paris')$$, $$starts_at >= '2025-03-15 10:10' AND starts_at < '2025-10-26 01:30Z' AND step = '30 min' AND direction = 'consumption'$$);
SELECT * FROM t.totals('sum(wh), count(*)', $$point_id, date_trunc('day', starts_at, 'Europe/Paris')$$, $$starts_at > '2025-03-30' AND starts_at <= '2025-10-27' AND step = ANY ('{30 min,1 hour}') AND direction = 'consumption'$$);
SELECT * FROM t.totals('sum(wh), count(*)', condition => $$starts_at = '2025-03-30 12:00'$$);
SELECT * FROM t.totals('sum(wh), count(*)', condition => $$starts_at BETWEEN '2025-03-30 12:01' AND '2025-03-30 12:29'$$);
SELECT * FROM t.totals('count(*)', 'point_id', $$starts_at BETWEEN '2025-03-30 12:01' AND '2025-03-30 12:29'$$);
SELECT * FROM t.totals('sum(watts)', condition => $$starts_at >= DATE '2025-04-01' AND starts_at < TIMESTAMP '2025-05-02 12:00' AND point_id < '30000000000003'$$);
SELECT * FROM t.totals('sum(wh)', condition => $$starts_at > '-infinity' AND starts_at < 'infinity' AND point_id < '30000000000003'$$);
SELECT * FROM t.totals('sum(wh), count(*)', condition => $$starts_at >= 'infinity'$$);
SELECT * FROM t.totals('sum(wh), count(*)', condition => $$point_id = NULL$$);
-- clauses that are the same all month or day long
SELECT * FROM t.totals('sum(wh), count(*)', 'point_id', $$date_trunc('month', starts_at, 'Europe/Paris') = '2025-03-01' AND point_id > '30000000000001' AND point_id < '30000000000010'$$);
SELECT * FROM t.totals('sum(wh), count(*)', 'direction', $$extract(isodow FROM starts_at AT TIME ZONE 'Europe/Paris') < 6 AND direction = 'production'$$);
-- several additions that round: the rows come one by one, in the order of a plain scan
SELECT * FROM t.totals('sum(wh), avg(wh), count(*)', 'direction', $$point_id IN ('30000000000010', '30000000000011')$$);
-- once a sum was rounded, what comes after it in its group is added one by one too; the heap's order is another one
SELECT * FROM t.totals('sum(wh), avg(watts), sum(watts)', 'point_id, step', $$point_id >= '30000000000013'$$);
SELECT * FROM t.totals('sum(wh), avg(watts), sum(watts)', condition => $$point_id >= '30000000000013'$$);
SELECT * FROM t.totals('sum(wh), avg(watts), sum(watts)', $$extract(year FROM starts_at)$$, $$point_id IN ('30000000000001', '30000000000014')$$);
SELECT * FROM t.totals('sum(wh), count(*)', $$point_id, date_trunc('month', starts_at)$$, $$point_id IN ('30000000000001', '30000000000014')$$);
-- what no segment answers is computed as ever
SELECT point_id, grouping(point_id), count(*) FROM switchgrid.load_curve WHERE point_id < '30000000000003' GROUP BY 1 ORDER BY 1;
SELECT grouping(direction, point_id), count(*) FROM switchgrid.load_curve WHERE point_id = '30000000000001' GROUP BY GROUPING SETS ((direction), (point_id), ()) ORDER BY 1;
SELECT * FROM t.totals('sum(wh)', 'point_id', 'watts > 500');
SELECT * FROM t.totals('count(nature)', 'point_id');
SELECT * FROM t.totals('sum(wh)', $$date_trunc('hour', starts_at)$$);
SELECT * FROM t.totals('sum(wh)', $$date_trunc('day', starts_at, 'America/New_York')$$, $$point_id = '30000000000001'$$);
SELECT * FROM t.totals('sum(wh)', $$date_trunc('day', ends_at, 'Europe/Paris')$$, $$point_id = '30000000000001'$$);
SELECT * FROM t.totals('sum(wh)', $$point_id$$, 'random() < 2');
-- the session's days, where they are not those of Paris
SET timezone = 'America/New_York';
SELECT * FROM t.totals('sum(watts), count(*)', $$point_id, direction, date_trunc('month', starts_at)$$, $$point_id NOT IN ('30000000000011', '30000000000014')$$);
SELECT * FROM t.totals('sum(wh), count(*)', $$point_id, direction, date_trunc('month', starts_at, 'Europe/Paris')$$);
SELECT * FROM t.totals('sum(watts)', condition => $$starts_at > TIMESTAMP '2025-04-01 13:00' AND point_id < '30000000000003'$$);
SET timezone = 'Europe/Paris';
-- a plan that was made in another zone
PREPARE monthly AS SELECT date_trunc('month', starts_at) AS month, sum(watts) FROM switchgrid.load_curve WHERE point_id = '30000000000001' AND starts_at < '2025-02-14 23:00Z' GROUP BY 1 ORDER BY 1;
SET plan_cache_mode = force_generic_plan;
EXECUTE monthly;
SET timezone = 'UTC';
EXECUTE monthly;
SELECT date_trunc('month', starts_at) AS month, sum(watts) FROM t.heap WHERE point_id = '30000000000001' AND starts_at < '2025-02-14 23:00Z' GROUP BY 1 ORDER BY 1;
SET timezone = 'Europe/Paris';
-- the zone is that of the moment in which the rows are computed
BEGIN;
DECLARE c CURSOR FOR SELECT date_trunc('day', starts_at), count(*) FROM switchgrid.load_curve WHERE point_id = '30000000000011' AND direction = 'production' AND starts_at >= '2025-04-01' AND starts_at < '2025-04-03' GROUP BY 1 ORDER BY 1;
SET LOCAL timezone = 'UTC';
FETCH ALL FROM c;
COMMIT;
-- how many segments are unpacked for it
CREATE FUNCTION t.unpacked(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, COSTS OFF) ' || query LOOP
        IF line ~ 'Segments|Totals' THEN RETURN NEXT trim(line); END IF;
    END LOOP;
END $$;
SELECT * FROM t.unpacked($$SELECT date_trunc('month', starts_at, 'Europe/Paris'), sum(wh) FROM switchgrid.load_curve WHERE point_id = '30000000000001' GROUP BY 1$$);
SELECT * FROM t.unpacked($$SELECT sum(wh) FROM switchgrid.load_curve WHERE point_id = '30000000000001' AND starts_at >= '2025-01-15' AND starts_at < '2025-12-15'$$);
SELECT * FROM t.unpacked($$SELECT date_trunc('day', starts_at, 'Europe/Paris'), sum(wh) FROM switchgrid.load_curve WHERE point_id = '30000000000001' GROUP BY 1$$);
SELECT * FROM t.unpacked($$SELECT sum(watts), max(wh) FROM switchgrid.load_curve WHERE point_id = '30000000000010'$$);
SELECT * FROM t.unpacked($$SELECT sum(wh) FROM switchgrid.load_curve WHERE point_id = '30000000000010'$$);
SELECT * FROM t.unpacked($$SELECT count(*), max(wh) FROM switchgrid.load_curve WHERE point_id = '30000000000011'$$);
-- correlated (rows of each point in an order of its own plan: sums of decimals may round apart), joined, sorted, and as a CTE
CREATE TABLE t.site AS SELECT DISTINCT point_id, 'site ' || right(point_id, 2) AS name FROM t.heap;
SELECT count(*) FILTER (WHERE abs(a - b) <= 1e-12 * abs(b)) AS same, count(*) FROM (
SELECT (SELECT sum(watts) FROM switchgrid.load_curve c WHERE c.point_id = s.point_id) AS a, (SELECT sum(watts) FROM t.heap c WHERE c.point_id = s.point_id) AS b FROM t.site s WHERE point_id <> '30000000000011') v;
SELECT name, n FROM t.site JOIN (SELECT point_id, count(*) AS n FROM switchgrid.load_curve GROUP BY 1) c USING (point_id) ORDER BY name LIMIT 3;
SET enable_hashagg = off;
EXPLAIN (COSTS OFF) SELECT point_id, sum(wh) FROM switchgrid.load_curve GROUP BY point_id ORDER BY point_id;
SELECT * FROM t.totals('sum(wh), count(*)', 'point_id, direction', $$step = '30 min' AND point_id <> '30000000000011'$$);
SELECT * FROM t.totals('sum(wh), count(*)', 'point_id', $$point_id = '30000000000001'$$);
SELECT * FROM t.totals('count(*)', $$date_trunc('month', starts_at), point_id$$, $$point_id = '30000000000001' AND date_trunc('month', starts_at) = '2025-05-01'$$);
SELECT * FROM t.totals('sum(wh)', 'point_id', $$point_id = 'absent'$$);
RESET enable_hashagg;
SELECT * FROM t.totals('sum(wh)', 'point_id', $$point_id = 'absent'$$);
SELECT * FROM t.totals('sum(wh)', condition => $$point_id = 'absent'$$);
-- a table whose columns are not what they are called is refused, however it is read
CREATE FOREIGN TABLE t.bad (point_id bigint, watts float8) SERVER switchgrid_store OPTIONS (relation 'load_curve');
SELECT point_id, count(*) FROM t.bad GROUP BY 1;
SELECT * FROM t.bad;
ANALYZE t.bad;
CREATE FOREIGN TABLE t.unknown (point_id text, price float8) SERVER switchgrid_store OPTIONS (relation 'load_curve');
SELECT sum(price) FROM t.unknown;
-- rights and row-level security are those of the packed table, and a barrier's clauses come first
CREATE ROLE sg_reader;
GRANT USAGE ON SCHEMA switchgrid TO sg_reader;
GRANT SELECT ON switchgrid.load_curve TO sg_reader;
SET ROLE sg_reader;
SELECT count(*) FROM switchgrid.load_curve;
RESET ROLE;
GRANT SELECT ON switchgrid.curve_segment TO sg_reader;
ALTER TABLE switchgrid.curve_segment ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON switchgrid.curve_segment FOR SELECT TO sg_reader USING (point_id = '30000000000012');
SET ROLE sg_reader;
SELECT point_id, count(*) FROM switchgrid.load_curve GROUP BY 1 ORDER BY 1;
-- they are those of whoever begins a statement, not of whoever fetches from it
RESET ROLE;
CREATE FUNCTION t.drain(c refcursor) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $$ DECLARE n bigint; BEGIN MOVE FORWARD ALL IN c; GET DIAGNOSTICS n = ROW_COUNT; RETURN n; END $$;
CREATE FUNCTION t.opened() RETURNS refcursor LANGUAGE plpgsql SECURITY DEFINER AS $$ DECLARE c refcursor := 'opened'; BEGIN OPEN c FOR SELECT point_id, count(*) FROM switchgrid.load_curve WHERE point_id < '30000000000003' GROUP BY 1 ORDER BY 1; RETURN c; END $$;
GRANT USAGE ON SCHEMA t TO sg_reader;
SET ROLE sg_reader;
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM switchgrid.load_curve;
SELECT t.drain('c');
DECLARE d CURSOR FOR SELECT point_id, count(*) FROM switchgrid.load_curve GROUP BY 1;
SELECT t.drain('d');
SELECT t.opened();
FETCH ALL FROM opened;
COMMIT;
RESET ROLE;
-- or of the owner of the view that it stands in
CREATE VIEW t.shared AS SELECT point_id, starts_at, watts FROM switchgrid.load_curve WHERE point_id = '30000000000001' AND starts_at < '2025-01-02';
CREATE VIEW t.invoked WITH (security_invoker = true) AS TABLE t.shared;
GRANT SELECT ON t.shared, t.invoked TO sg_reader;
SET ROLE sg_reader;
SELECT count(*) FROM t.shared;
SELECT count(watts) FROM (SELECT * FROM t.shared OFFSET 0) s;
RESET ROLE;
DROP OWNED BY sg_reader;
DROP ROLE sg_reader;
