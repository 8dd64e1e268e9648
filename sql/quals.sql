-- Clauses become requests: the smallest set of windows that can hold the rows.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
CREATE FUNCTION t.plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        IF line ~ 'Request' THEN RETURN NEXT btrim(line); END IF;
    END LOOP;
END $$;
-- every comparison with an instant, from both sides; the days are those of Paris
SELECT t.plan($$SELECT * FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19'$$);
SELECT t.plan($$SELECT * FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at > '2026-11-18 23:59:59' AND starts_at < '2026-11-19'$$);
SELECT t.plan($$SELECT * FROM live.load_curve WHERE point_id = '22516914714270' AND '2026-11-10' <= starts_at AND '2026-11-12' > starts_at$$);
SELECT t.plan($$SELECT * FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at BETWEEN '2026-11-10' AND '2026-11-12'$$);
SELECT t.plan($$SELECT * FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at = '2026-11-10 12:00'$$);
SELECT t.plan($$SELECT * FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-18 23:00+00' AND starts_at < '2026-11-19 23:00+00'$$);
-- dates and timestamps are read in the session's zone, as PostgreSQL compares them
SELECT t.plan($$SELECT * FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= DATE '2026-11-18' AND starts_at < TIMESTAMP '2026-11-19 00:00'$$);
SET timezone = 'America/Los_Angeles';
SELECT t.plan($$SELECT * FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= DATE '2026-11-18' AND starts_at < DATE '2026-11-19'$$);
SET timezone = 'Europe/Paris';
-- days
SELECT t.plan($$SELECT * FROM live.daily_energy WHERE point_id = '22516914714270' AND day >= '2026-11-18'$$);
SELECT t.plan($$SELECT * FROM live.daily_energy WHERE point_id = '22516914714270' AND day > '2026-11-10' AND day < '2026-11-12'$$);
SELECT t.plan($$SELECT * FROM live.daily_energy WHERE point_id = '22516914714270' AND day = '2026-11-10'$$);
SELECT t.plan($$SELECT * FROM live.daily_energy WHERE point_id = '22516914714270' AND day BETWEEN '2025-11-10' AND '2026-11-12'$$);
-- now() and its kin are computed; they see the session's clock, not the test's, so only the form matters
SELECT t.plan($$SELECT * FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= now() + interval '100 years'$$);
SELECT t.plan($$SELECT * FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= current_date + 36500$$);
-- infinities
SELECT t.plan($$SELECT * FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19' AND starts_at < 'infinity'$$);
SELECT t.plan($$SELECT * FROM live.daily_energy WHERE point_id = '22516914714270' AND day >= '-infinity' AND day <= '2023-11-06'$$);
SELECT t.plan($$SELECT * FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= 'infinity'$$);
-- several points: each once, and only those that all clauses allow
SELECT t.plan($$SELECT * FROM live.load_curve WHERE point_id IN ('64975835695673', '22516914714270', '64975835695673') AND starts_at >= '2026-11-19'$$);
SELECT t.plan($$SELECT * FROM live.load_curve WHERE point_id = ANY ('{64975835695673,22516914714270,NULL}') AND point_id <> '22516914714270' AND starts_at >= '2026-11-19'$$);
SELECT t.plan($$SELECT * FROM live.load_curve WHERE point_id IN ('64975835695673', '22516914714270') AND point_id = '22516914714270' AND starts_at >= '2026-11-19'$$);
SELECT t.plan($$SELECT * FROM live.load_curve WHERE point_id = '22516914714270'::varchar AND starts_at >= '2026-11-19'$$);
-- what does not narrow is left to PostgreSQL
SELECT t.plan($$SELECT * FROM live.load_curve WHERE point_id LIKE '2251691471427%' AND starts_at >= '2026-11-19'$$);
SELECT t.plan($$SELECT * FROM live.load_curve WHERE (point_id = '22516914714270' OR watts > 0) AND starts_at >= '2026-11-19'$$);
SELECT t.plan($$SELECT * FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19' AND watts > random()$$);
-- where other texts are equal to the one given, it does not say which points are meant
CREATE COLLATION t.any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
SELECT t.plan($$SELECT * FROM live.load_curve WHERE point_id = '22516914714270' COLLATE t.any_case AND starts_at >= '2026-11-19'$$);
-- a long list is no slow plan
SELECT t.plan($$SELECT * FROM live.load_curve WHERE point_id = ANY (array_fill('22516914714270'::text, ARRAY[200000])) AND starts_at >= '2026-11-19'$$);
-- long lists of requests are counted, not written out
SELECT t.plan($$SELECT * FROM live.load_curve WHERE point_id = '22516914714270'$$);
-- and are there in other forms; PostgreSQL 18 adds a key
CREATE FUNCTION t.plan_as_json(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (COSTS OFF, FORMAT JSON) ' || query INTO plan;
    RETURN jsonb_pretty((plan #> '{0,Plan}') - 'Disabled');
END $$;
SELECT t.plan_as_json($$SELECT watts FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-10'$$);
-- nothing was asked up to here
SELECT count(*) FROM t.journal();

-- prepared statements, custom and generic
PREPARE day_of (text, date) AS SELECT count(*), min(starts_at) FROM live.load_curve
    WHERE point_id = $1 AND starts_at >= $2 AND starts_at < $2 + 1;
EXECUTE day_of('22516914714270', '2026-11-18');
SET plan_cache_mode = force_generic_plan;
EXECUTE day_of('22516914714270', '2026-11-17');
EXECUTE day_of('64975835695673', '2026-11-16');
PREPARE points_of (text[]) AS SELECT point_id, count(*) FROM live.load_curve
    WHERE point_id = ANY ($1) AND starts_at >= '2026-11-19' GROUP BY 1 ORDER BY 1;
EXECUTE points_of('{22516914714270,64975835695673}');
EXECUTE points_of('{}');
EXECUTE points_of(NULL);
RESET plan_cache_mode;
SELECT * FROM t.asked();

-- a join gives the points: the API is asked last, once for each
CREATE TABLE t.site (name text PRIMARY KEY, prm text);
INSERT INTO t.site VALUES ('north', '22516914714270'), ('south', '64975835695673'), ('none', NULL), ('west', '22315546958763');
ANALYZE t.site;
SELECT t.plan($$SELECT name, sum(wh) FROM t.site JOIN live.load_curve ON point_id = prm WHERE starts_at >= '2026-11-19' GROUP BY 1$$);
SELECT t.mark();
SELECT name, count(*) FROM t.site JOIN live.load_curve ON point_id = prm WHERE starts_at >= '2026-11-19' GROUP BY 1 ORDER BY 1;
SELECT * FROM t.asked();
SELECT t.mark();
SELECT name, n FROM t.site LEFT JOIN LATERAL (SELECT count(*) AS n FROM live.load_curve WHERE point_id = prm AND starts_at >= '2026-11-19') c ON true ORDER BY 1;
SELECT count(*) FROM t.site WHERE prm IN (SELECT point_id FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19');
SELECT count(*) FROM live.load_curve WHERE point_id = (SELECT prm FROM t.site WHERE name = 'south') AND starts_at >= '2026-11-19';
SELECT * FROM t.asked();
-- a self-join of two live scans, both open at once
SELECT count(*) FROM live.load_curve a JOIN live.load_curve b USING (point_id, starts_at)
WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19' AND b.starts_at >= '2026-11-19';
-- a cursor, left in the middle; LIMIT asks no more than it needs
SELECT t.mark();
BEGIN;
DECLARE c CURSOR FOR SELECT point_id, watts IS NOT NULL AS ok FROM live.load_curve WHERE point_id = '22516914714270';
FETCH 2 FROM c;
CLOSE c;
ROLLBACK;
SELECT count(*) <= 5 AS few FROM t.asked();
SELECT t.mark();
SELECT watts IS NOT NULL AS ok FROM live.load_curve WHERE point_id = '22516914714270' LIMIT 1;
SELECT * FROM t.asked();
-- a scan that is begun again with another value
SELECT d, (SELECT count(*) FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= d AND starts_at < d + interval '1 day') AS n
FROM generate_series(timestamptz '2026-10-24', '2026-10-26', '1 day') d;
-- EXPLAIN ANALYZE counts what was spent
SELECT t.mark();
CREATE FUNCTION t.spent(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query LOOP
        IF line ~ 'Request|Bytes|Pace' THEN RETURN NEXT regexp_replace(btrim(line), '(Bytes.*: )[1-9][0-9]+', '\1N'); END IF;
    END LOOP;
END $$;
SELECT t.spent($$SELECT * FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-01'$$);
SELECT count(*) FILTER (WHERE fault IS NOT NULL) AS faults, count(*) FILTER (WHERE endpoint = 'token') AS tokens FROM t.journal();
