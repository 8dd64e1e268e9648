-- Whatever the planner makes of a query, a live relation gives the rows that a table would give, and the API is asked no more than the plan needs.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
-- (the costs are those of waiting, which compiled expressions would not shorten)
SET jit = off;
-- A second server, with another way to write values, whose requests the journal tells apart.
CREATE SCHEMA busy;
\set base :url '/~unlimited+numbers'
CREATE SERVER busy FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', generation :'generation', base_url :'base', per_second '0', per_hour '0', retries '0', in_flight '4');
CREATE USER MAPPING FOR CURRENT_USER SERVER busy OPTIONS (client_id 'demo', client_secret 'demo-secret');
IMPORT FOREIGN SCHEMA enedis LIMIT TO (load_curve, daily_energy) FROM SERVER busy INTO busy;
-- The same rows in tables of PostgreSQL's own, copied by the plainest of scans: what every query below is compared with. The session
-- then knows, of both servers, that none of these points produces.
CREATE TABLE t.load_curve (LIKE live.load_curve);
CREATE TABLE t.daily_energy (LIKE live.daily_energy);
CREATE FUNCTION t.copy(point text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO t.load_curve SELECT * FROM live.load_curve WHERE point_id = %L AND starts_at >= %L', point, '2026-10-20');
    EXECUTE format('INSERT INTO t.daily_energy SELECT * FROM live.daily_energy WHERE point_id = %L AND day >= %L', point, '2026-10-20');
    EXECUTE format('SELECT FROM busy.load_curve WHERE point_id = %L AND starts_at >= %L', point, '2026-11-19');
END $$;
SELECT t.copy(p) FROM unnest('{22516914714270,64975835695673,22315546958763,30000000000001}'::text[]) AS p \g /dev/null
ANALYZE t.load_curve, t.daily_energy;
SELECT point_id, count(*), min(starts_at), max(ends_at), sum(step) = max(ends_at) - min(starts_at) AS whole FROM t.load_curve GROUP BY 1 ORDER BY 1;
SELECT point_id, count(*), min(day), max(day), abs(sum(wh) - (SELECT sum(wh) FROM t.load_curve c WHERE c.point_id = d.point_id)) <= count(*) AS of_the_curve FROM t.daily_energy d GROUP BY 1 ORDER BY 1;

-- What a server (or with NULL all of them) was asked since it was last looked: the points by their last digits, and how often each.
CREATE FUNCTION t.took(scenario text DEFAULT 'unlimited') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text;
BEGIN
    SELECT string_agg(p || ' x' || n, ', ' ORDER BY p) INTO said
    FROM (SELECT COALESCE(right(j ->> 'point', 4), 'none') || COALESCE(' ' || (j ->> 'fault'), ''), count(*)
          FROM regexp_split_to_table(pg_read_file(current_setting('test.journal')), '\n') AS line CROSS JOIN LATERAL (SELECT line::jsonb) AS l (j)
          WHERE line <> '' AND (j ->> 'n')::int > (SELECT last_value FROM t.marked) AND j ->> 'endpoint' <> 'token' AND (j ->> 'scenario' = took.scenario OR took.scenario IS NULL)
          GROUP BY 1) AS a (p, n);
    PERFORM t.mark();
    RETURN COALESCE(said, 'nothing');
END $$;
-- A query on live relations and on their copies: do both give the same rows? And what was asked for them?
CREATE FUNCTION t.same(query text, OUT rows int, OUT same bool, OUT took text) LANGUAGE plpgsql AS $$
DECLARE
    live text[];
    plain text[];
BEGIN
    PERFORM t.mark();
    EXECUTE 'SELECT array_agg(r ORDER BY r COLLATE "C") FROM (SELECT q::text FROM (' || query || ') AS q OFFSET 0) AS s (r)' INTO live;
    took := t.took();
    EXECUTE 'SELECT array_agg(r ORDER BY r COLLATE "C") FROM (SELECT q::text FROM (' || regexp_replace(query, '(live|busy)\.', 't.', 'g') || ') AS q OFFSET 0) AS s (r)' INTO plain;
    rows := COALESCE(cardinality(live), 0);
    same := live IS NOT DISTINCT FROM plain;
END $$;
-- The nodes of a plan, without what differs between versions.
CREATE FUNCTION t.shape(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        IF line ~ '->|^[A-Z]' OR line ~ 'Cache Key|Requests|SubPlan|InitPlan|CTE' THEN
            RETURN NEXT regexp_replace(line, ' \(returns .*\)', '');
        END IF;
    END LOOP;
END $$;

CREATE TABLE t.site (id int PRIMARY KEY, name text, prm text, owner int);
INSERT INTO t.site VALUES (1, 'north', '22516914714270', 1), (2, 'south', '64975835695673', 2), (3, 'none', NULL, 2), (4, 'west', '22315546958763', 2), (5, 'north', '22516914714270', 3), (6, 'north', '22516914714270', 3);
-- (only the first three owners have sites)
CREATE TABLE t.owner (owner int PRIMARY KEY, city text);
INSERT INTO t.owner SELECT i, CASE WHEN i = 2 THEN 'Nancy' ELSE 'Metz' END FROM generate_series(1, 1000) AS i;
-- customers, almost all of them at points that nobody knows
CREATE TABLE t.customer (id int PRIMARY KEY, prm text, city text);
INSERT INTO t.customer SELECT i, CASE i WHEN 500 THEN '22516914714270' WHEN 501 THEN '64975835695673' ELSE '99' || lpad(i::text, 12, '0') END, CASE WHEN i BETWEEN 500 AND 501 THEN 'Nancy' ELSE 'Metz' END FROM generate_series(1, 1000) AS i;
CREATE TABLE t.stay (name text, prm text, since timestamptz);
INSERT INTO t.stay VALUES ('a', '22516914714270', '2026-11-18'), ('b', '22516914714270', '2026-11-01'), ('c', '64975835695673', '2026-10-25'), ('d', '64975835695673', NULL);
ANALYZE t.site, t.owner, t.customer, t.stay;

-- Joins: the API is asked last, and only for the points that all else leaves.
SELECT t.shape($$SELECT id, watts FROM live.load_curve JOIN t.customer ON point_id = prm WHERE city = 'Nancy' AND starts_at >= '2026-11-19'$$);
SELECT * FROM t.same($$SELECT id, watts FROM live.load_curve JOIN t.customer ON point_id = prm WHERE city = 'Nancy' AND starts_at >= '2026-11-19'$$);
SELECT t.shape($$SELECT name, watts FROM live.load_curve, t.owner NATURAL JOIN t.site WHERE point_id = prm AND city = 'Nancy' AND starts_at >= '2026-11-19'$$);
SELECT * FROM t.same($$SELECT name, watts FROM live.load_curve, t.owner NATURAL JOIN t.site WHERE point_id = prm AND city = 'Nancy' AND starts_at >= '2026-11-19'$$);
-- the same point three times: asked once with Memoize, else as often
SELECT t.shape($$SELECT id, watts FROM t.site JOIN live.load_curve ON point_id = prm WHERE starts_at >= '2026-11-19'$$);
SELECT * FROM t.same($$SELECT id, watts FROM t.site JOIN live.load_curve ON point_id = prm WHERE starts_at >= '2026-11-19'$$);
SET enable_memoize = off;
SELECT * FROM t.same($$SELECT id, watts FROM t.site JOIN live.load_curve ON point_id = prm WHERE starts_at >= '2026-11-19'$$);
RESET enable_memoize;
-- a point that the query names is asked once, whatever the other side repeats
SELECT * FROM t.same($$SELECT id, starts_at FROM t.site JOIN live.load_curve ON watts > id WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19'$$);
SELECT * FROM t.same($$SELECT id, starts_at FROM t.customer JOIN live.load_curve ON watts < id WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19'$$);
-- two live relations, of which one may give the points of the other
SELECT * FROM t.same($$SELECT c.starts_at, c.wh, d.wh AS day FROM live.daily_energy d JOIN live.load_curve c ON c.point_id = d.point_id AND c.starts_at >= d.day AND c.starts_at < d.day + 1 WHERE d.point_id = '64975835695673' AND d.day = '2026-11-18' AND c.starts_at >= '2026-11-18'$$);
SELECT * FROM t.same($$SELECT id, c.starts_at, d.wh FROM t.site JOIN live.load_curve c ON c.point_id = prm JOIN live.daily_energy d ON d.point_id = prm AND d.day = '2026-11-19' WHERE c.starts_at >= '2026-11-19' AND owner < 3$$);
-- however they are joined
SET enable_nestloop = off;
SELECT t.shape($$SELECT starts_at, a.watts, b.watts FROM live.load_curve a JOIN live.load_curve b USING (starts_at) WHERE a.point_id = '22516914714270' AND b.point_id = '22315546958763' AND starts_at >= '2026-11-18' AND b.starts_at >= '2026-11-18'$$);
SELECT * FROM t.same($$SELECT starts_at, a.watts, b.watts FROM live.load_curve a JOIN live.load_curve b USING (starts_at) WHERE a.point_id = '22516914714270' AND b.point_id = '22315546958763' AND starts_at >= '2026-11-18' AND b.starts_at >= '2026-11-18'$$);
SET enable_hashjoin = off;
SELECT t.shape($$SELECT starts_at, a.watts, b.watts FROM live.load_curve a JOIN live.load_curve b USING (starts_at) WHERE a.point_id = '22516914714270' AND b.point_id = '22315546958763' AND starts_at >= '2026-11-18' AND b.starts_at >= '2026-11-18'$$);
SELECT * FROM t.same($$SELECT starts_at, a.watts, b.watts FROM live.load_curve a JOIN live.load_curve b USING (starts_at) WHERE a.point_id = '22516914714270' AND b.point_id = '22315546958763' AND starts_at >= '2026-11-18' AND b.starts_at >= '2026-11-18'$$);
RESET enable_hashjoin;
RESET enable_nestloop;
-- times that come from the same place as the point narrow what is asked of it
SELECT t.mark();
SELECT name, count(*) FROM t.stay JOIN live.load_curve ON point_id = prm AND starts_at >= since AND starts_at < since + interval '1 day' GROUP BY 1 ORDER BY 1;
SELECT point, start, until FROM t.asked() ORDER BY 1, 2;
SELECT * FROM t.same($$SELECT name, starts_at FROM t.stay JOIN live.load_curve ON point_id = prm AND starts_at >= since AND starts_at < since + interval '1 day'$$);
-- and so do times from elsewhere, of points that the query names or that come from a third place
CREATE TABLE t.event (n int, since timestamptz, until timestamptz);
INSERT INTO t.event VALUES (1, '2026-11-18 10:00', '2026-11-18 14:00'), (2, '2026-10-24 22:00', '2026-10-25 04:00'), (3, NULL, '2026-11-18');
ANALYZE t.event;
SELECT * FROM t.same($$SELECT n, starts_at FROM t.event JOIN live.load_curve ON starts_at >= since AND starts_at < until WHERE point_id = '22516914714270'$$);
SELECT * FROM t.same($$SELECT n, starts_at FROM t.event JOIN live.load_curve ON starts_at = since WHERE point_id = '22516914714270'$$);
SELECT * FROM t.same($$SELECT n, id, starts_at FROM t.event CROSS JOIN t.site JOIN live.load_curve ON point_id = prm AND starts_at >= since AND starts_at < until WHERE owner = 2$$);
-- points in an array of the other side, and points that a function gives
SELECT * FROM t.same($$SELECT k, point_id, starts_at FROM (VALUES (1, '{22516914714270,64975835695673}'::text[]), (2, '{}'), (3, NULL), (4, '{22315546958763,NULL}')) AS v (k, prms) JOIN live.load_curve ON point_id = ANY (prms) WHERE starts_at >= '2026-11-19'$$);
SELECT * FROM t.same($$SELECT p, starts_at FROM unnest('{22516914714270,NULL,64975835695673}'::text[]) AS p, live.load_curve WHERE point_id = p AND starts_at >= '2026-11-19'$$);
SELECT * FROM t.same($$SELECT n, starts_at FROM regexp_split_to_table('22516914714270 64975835695673', ' ') WITH ORDINALITY AS f (p, n) JOIN live.load_curve ON point_id = p WHERE starts_at >= '2026-11-19'$$);

-- Costs: what a query asks is dearer than what it reads elsewhere; more of it is dearer, and so is a slower pace or a small quota.
CREATE FUNCTION t.cost(query text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    RETURN plan -> 0 -> 'Plan' ->> 'Total Cost';
END $$;
CREATE FUNCTION t.costs(OUT day float8, OUT month float8, OUT points float8, OUT history float8) LANGUAGE sql AS $$
    SELECT t.cost('SELECT * FROM live.load_curve WHERE point_id = ''22516914714270'' AND starts_at >= ''2026-11-19'' '),
           t.cost('SELECT * FROM live.load_curve WHERE point_id = ''22516914714270'' AND starts_at >= ''2026-10-20'' '),
           t.cost('SELECT * FROM live.load_curve WHERE point_id IN (''22516914714270'', ''64975835695673'') AND starts_at >= ''2026-10-20'' '),
           t.cost('SELECT * FROM live.load_curve WHERE point_id = ''22516914714270'' ')
$$;
SELECT t.cost('SELECT * FROM t.owner') < day AS a_table, day < month AS longer, month < points AS more, points < history AS all_of_it, history < t.cost('SELECT * FROM live.load_curve') / 1000 AS none_named FROM t.costs();
SELECT * FROM t.costs() \gset
ALTER SERVER linky OPTIONS (SET in_flight '4');
SELECT history < :history AS at_once FROM t.costs();
ALTER SERVER linky OPTIONS (SET per_second '1', SET in_flight '1');
SELECT day > :day AS slower FROM t.costs();
ALTER SERVER linky OPTIONS (SET per_second '0', SET per_hour '100');
SELECT day = :day AS within, history > :history AS beyond FROM t.costs();
ALTER SERVER linky OPTIONS (SET per_hour '0');

-- Outer joins, with the live relation on either side.
SELECT * FROM t.same($$SELECT id, starts_at FROM t.site LEFT JOIN live.load_curve ON point_id = prm AND starts_at >= '2026-11-19' AND starts_at < '2026-11-20' WHERE owner < 3$$);
SELECT * FROM t.same($$SELECT id, starts_at FROM live.load_curve RIGHT JOIN t.site ON point_id = prm AND starts_at >= '2026-11-19' AND name <> 'west' WHERE owner < 3$$);
SELECT * FROM t.same($$SELECT id, starts_at FROM live.load_curve LEFT JOIN t.site ON point_id = prm AND owner = 2 WHERE point_id IN ('22516914714270', '64975835695673') AND starts_at >= '2026-11-19'$$);
SELECT * FROM t.same($$SELECT id, starts_at FROM t.site FULL JOIN (SELECT * FROM live.load_curve WHERE point_id IN ('22516914714270', '30000000000001') AND starts_at >= '2026-11-19') AS c ON point_id = prm$$);
-- (on the side that is kept whole, a join names no points)
SELECT id, starts_at FROM live.load_curve LEFT JOIN t.site ON point_id = prm WHERE starts_at >= '2026-11-19';
SELECT id, starts_at FROM t.site FULL JOIN live.load_curve ON point_id = prm;

-- EXISTS, IN and their opposites; subqueries that give a value.
SELECT t.shape($$SELECT id FROM t.site WHERE EXISTS (SELECT FROM live.load_curve WHERE point_id = prm AND starts_at >= '2026-11-19' AND watts > 0) AND owner < 3$$);
SELECT * FROM t.same($$SELECT id FROM t.site WHERE EXISTS (SELECT FROM live.load_curve WHERE point_id = prm AND starts_at >= '2026-11-19' AND watts > 0) AND owner < 3$$);
SELECT * FROM t.same($$SELECT id FROM t.site WHERE NOT EXISTS (SELECT FROM live.load_curve WHERE point_id = prm AND starts_at >= '2026-11-19' AND watts > 3000) AND owner < 3$$);
SELECT * FROM t.same($$SELECT id FROM t.site WHERE prm IN (SELECT point_id FROM live.load_curve WHERE starts_at >= '2026-11-19') AND owner < 3$$);
SELECT * FROM t.same($$SELECT point_id, starts_at FROM live.load_curve WHERE point_id IN (SELECT prm FROM t.site) AND starts_at >= '2026-11-19'$$);
SELECT * FROM t.same($$SELECT point_id, starts_at FROM live.load_curve WHERE point_id = ANY (ARRAY(SELECT prm FROM t.site)) AND starts_at >= '2026-11-19'$$);
SELECT * FROM t.same($$SELECT id FROM t.site WHERE prm NOT IN (SELECT point_id FROM live.load_curve WHERE point_id IN ('22516914714270', '22315546958763') AND starts_at >= '2026-11-19')$$);
SELECT * FROM t.same($$SELECT id FROM t.site WHERE 3 NOT IN (SELECT (watts / 1000)::int FROM live.load_curve WHERE point_id = prm AND starts_at >= '2026-11-19') AND owner < 3$$);
SELECT * FROM t.same($$SELECT id, (SELECT max(watts) FROM live.load_curve WHERE point_id = prm AND starts_at >= '2026-11-19') FROM t.site WHERE owner < 3$$);
SELECT * FROM t.same($$SELECT starts_at FROM live.load_curve WHERE point_id = (SELECT prm FROM t.site WHERE id = 2) AND starts_at >= (SELECT max(since) FROM t.stay)$$);
SELECT * FROM t.same($$SELECT starts_at FROM live.load_curve WHERE point_id = (SELECT prm FROM t.site WHERE id = 3)$$);
SELECT * FROM t.same($$SELECT starts_at FROM live.load_curve WHERE point_id = (SELECT prm FROM t.site WHERE id = 2) AND starts_at >= '2026-11-19' AND watts > (SELECT avg(watts) FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19')$$);
-- LATERAL, with an aggregate, a sort and a limit of its own
SELECT * FROM t.same($$SELECT id, n, top FROM t.site LEFT JOIN LATERAL (SELECT count(*) AS n, max(watts) AS top FROM live.load_curve WHERE point_id = prm AND starts_at >= '2026-11-19') AS c ON true WHERE owner < 3$$);
SELECT * FROM t.same($$SELECT name, starts_at FROM t.stay CROSS JOIN LATERAL (SELECT starts_at FROM live.load_curve WHERE point_id = prm AND starts_at >= since AND starts_at < since + interval '1 day' ORDER BY starts_at OFFSET 3 LIMIT 2) AS c$$);
SELECT * FROM t.same($$SELECT a.starts_at, b.starts_at FROM live.load_curve a CROSS JOIN LATERAL (SELECT * FROM live.load_curve l WHERE l.point_id = a.point_id AND l.starts_at > a.starts_at ORDER BY l.starts_at LIMIT 1) AS b WHERE a.point_id = '22315546958763' AND a.starts_at >= '2026-11-19 20:00'$$);

-- CTEs: one that is materialized is asked once, and nothing is pushed down into it; one that is not read asks nothing.
SELECT * FROM t.same($$WITH c AS MATERIALIZED (SELECT * FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-18') SELECT a.starts_at FROM c a JOIN c b USING (starts_at) WHERE a.starts_at >= '2026-11-19'$$);
SELECT * FROM t.same($$WITH c AS NOT MATERIALIZED (SELECT * FROM live.load_curve WHERE starts_at >= '2026-11-19') SELECT a.starts_at FROM c a JOIN c b USING (starts_at) WHERE a.point_id = '22516914714270' AND b.point_id = '64975835695673'$$);
WITH c AS MATERIALIZED (SELECT * FROM live.load_curve) SELECT * FROM c WHERE point_id = '22516914714270';
SELECT * FROM t.same($$WITH c AS (SELECT * FROM live.load_curve WHERE point_id = '22516914714270') SELECT 1 AS one$$);
SELECT rows, same FROM t.same($$WITH RECURSIVE r (id, at, watts) AS (SELECT 1, timestamptz '2026-11-18', float8 '0' UNION ALL SELECT id + 1, starts_at, c.watts FROM r JOIN t.site USING (id) JOIN live.load_curve c ON point_id = prm AND starts_at = at + interval '1 hour' WHERE starts_at >= '2026-11-18') TABLE r$$);

-- Sets: each branch asks for itself; a condition on the whole reaches the branches, and so does a join.
SELECT * FROM t.same($$SELECT point_id, starts_at FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19' UNION ALL SELECT prm, since FROM t.stay UNION ALL SELECT point_id, starts_at FROM live.load_curve WHERE point_id = '22315546958763' AND starts_at >= '2026-11-18'$$);
SELECT * FROM t.same($$SELECT starts_at FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-18' EXCEPT SELECT starts_at FROM live.load_curve WHERE point_id = '22315546958763' AND starts_at >= '2026-11-18'$$);
SELECT * FROM t.same($$SELECT * FROM (SELECT 'all' AS k, point_id, starts_at, wh FROM live.load_curve UNION ALL SELECT 'B', point_id, starts_at, watts FROM live.load_curve WHERE nature = 'B') AS u WHERE point_id = '22516914714270' AND starts_at >= '2026-11-18'$$);
SELECT * FROM t.same($$SELECT id, u.* FROM t.site JOIN (SELECT point_id, starts_at, wh FROM live.load_curve UNION ALL SELECT point_id, starts_at, watts FROM live.load_curve) AS u ON point_id = prm WHERE owner = 2 AND starts_at >= '2026-11-18'$$);

-- Partitions: PostgreSQL takes it on trust that the rows of a foreign one are within its bounds.
CREATE TABLE live.parted (LIKE live.load_curve) PARTITION BY LIST (point_id);
CREATE FOREIGN TABLE live.parted_a PARTITION OF live.parted FOR VALUES IN ('22516914714270') SERVER linky OPTIONS (relation 'load_curve');
-- (columns in an order of their own)
CREATE FOREIGN TABLE live.parted_b (watts float8, step interval, starts_at timestamptz, nature text, wh float8, ends_at timestamptz, direction text, point_id text) SERVER busy OPTIONS (relation 'load_curve');
ALTER TABLE live.parted ATTACH PARTITION live.parted_b FOR VALUES IN ('64975835695673', '22315546958763');
CREATE TABLE live.parted_c PARTITION OF live.parted DEFAULT;
INSERT INTO live.parted_c SELECT * FROM t.load_curve WHERE point_id = '30000000000001';
CREATE VIEW t.parted AS SELECT * FROM t.load_curve;
SELECT tableoid::regclass, point_id, count(*) FROM live.parted WHERE point_id = '22315546958763' AND starts_at >= '2026-11-18' GROUP BY 1, 2;
SELECT * FROM t.same($$SELECT point_id, starts_at FROM live.parted WHERE point_id = '22516914714270' AND starts_at >= '2026-11-18'$$);
SELECT tableoid::regclass, point_id, count(*) FROM live.parted WHERE point_id IN ('22516914714270', '22315546958763', '30000000000001') AND starts_at >= '2026-11-18' GROUP BY 1, 2 ORDER BY 1, 2;
SELECT * FROM t.same($$SELECT * FROM live.parted WHERE point_id IN ('22516914714270', '22315546958763', '30000000000001') AND starts_at >= '2026-11-18'$$);
SELECT * FROM t.same($$SELECT id, starts_at FROM t.site JOIN live.parted ON point_id = prm WHERE starts_at >= '2026-11-19' AND owner < 3$$);
PREPARE part (text) AS SELECT tableoid::regclass, count(*) FROM live.parted WHERE point_id = $1 AND starts_at >= '2026-11-19' GROUP BY 1;
SET plan_cache_mode = force_generic_plan;
EXECUTE part('22516914714270');
EXECUTE part('22315546958763');
EXECUTE part('30000000000001');
EXECUTE part('99999999999999');
RESET plan_cache_mode;
-- what is old in a table, what is new from the API
CREATE TABLE live.ranged (LIKE live.load_curve) PARTITION BY RANGE (starts_at);
CREATE TABLE live.ranged_old PARTITION OF live.ranged FOR VALUES FROM (MINVALUE) TO ('2026-11-10 12:00');
CREATE FOREIGN TABLE live.ranged_new PARTITION OF live.ranged FOR VALUES FROM ('2026-11-10 12:00') TO (MAXVALUE) SERVER linky OPTIONS (relation 'load_curve');
INSERT INTO live.ranged_old SELECT * FROM t.load_curve WHERE starts_at < '2026-11-10 12:00';
CREATE VIEW t.ranged AS SELECT * FROM t.load_curve;
SELECT * FROM t.same($$SELECT * FROM live.ranged WHERE point_id = '22516914714270'$$);
SELECT * FROM t.same($$SELECT * FROM live.ranged WHERE point_id = '22516914714270' AND starts_at >= '2026-11-10'$$);
SELECT * FROM t.same($$SELECT * FROM live.ranged WHERE point_id = '22516914714270' AND starts_at < '2026-11-10'$$);
-- A child of a table, with some of the columns.
CREATE TABLE live.base (point_id text, starts_at timestamptz, watts float8);
INSERT INTO live.base VALUES ('22516914714270', '2026-11-19', -1);
CREATE FOREIGN TABLE live.child (wh float8) INHERITS (live.base) SERVER linky OPTIONS (relation 'load_curve');
CREATE VIEW t.base AS SELECT point_id, starts_at, watts FROM t.load_curve UNION ALL SELECT * FROM ONLY live.base;
SELECT * FROM t.same($$SELECT * FROM live.base WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19'$$);
SELECT * FROM t.same($$SELECT id, c.* FROM t.site JOIN live.base c ON point_id = prm WHERE owner < 3 AND starts_at >= '2026-11-19'$$);
SELECT tableoid::regclass, watts FROM ONLY live.base WHERE point_id = '22516914714270';
-- Whatever else looks at them asks nothing, and none of them can be written.
SELECT t.mark();
-- of children too, from PostgreSQL 18 on
SET client_min_messages = error;
ANALYZE live.base;
SET client_min_messages = warning;
ANALYZE live.parted;
ANALYZE live.load_curve;
VACUUM live.load_curve;
UPDATE live.base SET watts = 0 WHERE point_id = '22516914714270';
UPDATE ONLY live.base SET watts = 0;
DELETE FROM live.parted WHERE point_id = '22516914714270';
DELETE FROM live.parted WHERE point_id = '30000000000001' AND starts_at >= '2026-11-19';
INSERT INTO live.parted (point_id) VALUES ('22516914714270');
UPDATE live.load_curve SET watts = 0 WHERE point_id = '22516914714270';
DELETE FROM live.load_curve WHERE point_id = '22516914714270';
TRUNCATE live.load_curve;
COPY live.load_curve TO STDOUT;
CREATE INDEX ON live.load_curve (starts_at);
SELECT t.took(NULL);
DROP TABLE live.parted, live.ranged, live.base CASCADE;

-- LIMIT asks for what it needs and no more, also where several requests may be under way.
ALTER SERVER linky OPTIONS (SET in_flight '4');
SELECT t.mark();
SELECT count(*) FROM (SELECT FROM live.load_curve WHERE point_id = '22516914714270' LIMIT 0) AS q;
SELECT t.took();
SELECT count(*) FROM (SELECT FROM live.load_curve WHERE point_id = '22516914714270' LIMIT 336) AS q;
SELECT t.took();
SELECT count(*) FROM (SELECT FROM live.load_curve WHERE point_id = '22516914714270' LIMIT 337) AS q;
SELECT t.took();
SELECT count(*) FROM (SELECT FROM live.load_curve WHERE point_id = '22516914714270' OFFSET 335 LIMIT 2) AS q;
SELECT t.took();
SELECT count(*) FROM (SELECT FROM live.load_curve WHERE point_id = '22516914714270' AND watts < 0 AND starts_at >= '2026-11-01' LIMIT 1) AS q;
SELECT t.took();
SELECT count(*) FROM (SELECT id FROM t.site JOIN live.load_curve ON point_id = prm LIMIT 1) AS q;
SELECT t.took();
SELECT count(*) FROM (SELECT FROM (SELECT point_id FROM live.load_curve UNION ALL SELECT point_id FROM live.daily_energy) AS u WHERE point_id = '22516914714270' LIMIT 337) AS q;
SELECT t.took();
-- (also where the number comes late)
PREPARE few (int) AS SELECT count(*) FROM (SELECT FROM live.load_curve WHERE point_id = '22516914714270' LIMIT $1) AS q;
SET plan_cache_mode = force_generic_plan;
EXECUTE few(1);
SELECT t.took();
EXECUTE few(337);
SELECT t.took();
EXECUTE few(0);
SELECT t.took();
RESET plan_cache_mode;
-- a sort needs all
SELECT * FROM t.same($$SELECT starts_at, watts FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-10-20' ORDER BY watts DESC, starts_at LIMIT 3$$);
SELECT * FROM t.same($$SELECT starts_at FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-10-20' ORDER BY starts_at FETCH FIRST 3 ROWS ONLY$$);
ALTER SERVER linky OPTIONS (SET in_flight '1');

-- Cursors ask as they are read.
BEGIN;
DECLARE c CURSOR FOR SELECT starts_at FROM live.load_curve WHERE point_id = '22516914714270';
SELECT t.took();
FETCH 0 FROM c;
FETCH 2 FROM c;
SELECT t.took();
MOVE 334 IN c;
SELECT t.took();
FETCH 1 FROM c;
SELECT t.took();
MOVE FORWARD 700 IN c;
FETCH 1 FROM c;
SELECT t.took();
FETCH BACKWARD 1 FROM c;
ROLLBACK;
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT starts_at FROM live.load_curve WHERE point_id = '22516914714270';
FETCH 2 FROM c;
FETCH PRIOR FROM c;
FETCH ABSOLUTE 337 FROM c;
FETCH FIRST FROM c;
SELECT t.took();
MOVE ABSOLUTE 400 IN c;
CLOSE c;
SELECT t.took();
COMMIT;
-- what is held is read to its end when its transaction ends
BEGIN;
DECLARE c CURSOR WITH HOLD FOR SELECT starts_at FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-10-20';
FETCH 1 FROM c;
SELECT t.took();
COMMIT;
SELECT t.took();
FETCH 1 FROM c;
MOVE FORWARD ALL IN c;
SELECT t.took();
CLOSE c;
-- what a savepoint takes back was read all the same, and the scan goes on with the requests that were under way
BEGIN;
DECLARE c CURSOR FOR SELECT starts_at FROM busy.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-10-20';
FETCH 1 FROM c;
SAVEPOINT s;
MOVE 400 IN c;
SELECT 1 / 0;
ROLLBACK TO s;
MOVE 400 IN c;
ROLLBACK TO s;
MOVE ALL IN c;
COMMIT;
SELECT t.took('unlimited+numbers');

-- Prepared statements: the values come late, and may be NULL.
PREPARE day_of (text, timestamptz) AS SELECT count(*), min(starts_at), max(ends_at) FROM live.load_curve WHERE point_id = $1 AND starts_at >= $2 AND starts_at < $2 + interval '1 day';
PREPARE several (text[], text) AS SELECT point_id, count(*) FROM live.load_curve WHERE point_id = ANY ($1) AND ($2 IS NULL OR nature = $2) AND starts_at >= '2026-11-19' GROUP BY 1 ORDER BY 1;
PREPARE site_of (int, date) AS SELECT name, count(*) FROM t.site JOIN live.load_curve ON point_id = prm AND starts_at >= $2 WHERE id = $1 GROUP BY 1;
SELECT t.mark();
SET plan_cache_mode = force_custom_plan;
EXECUTE day_of('22516914714270', '2026-10-25');
EXECUTE day_of(NULL, '2026-10-25');
EXECUTE day_of('22516914714270', NULL);
EXECUTE several('{22516914714270,64975835695673,NULL,22516914714270}', 'B');
EXECUTE several('{}', NULL);
EXECUTE several(NULL, NULL);
EXECUTE several('{22315546958763}', NULL);
EXECUTE site_of(4, '2026-11-18');
EXECUTE site_of(3, '2026-11-18');
EXECUTE site_of(4, NULL);
SELECT t.took();
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE day_of('22516914714270', '2026-10-25');
EXPLAIN (COSTS OFF) EXECUTE day_of(NULL, '2026-10-25');
EXECUTE day_of('22516914714270', '2026-10-25');
EXECUTE day_of(NULL, '2026-10-25');
EXECUTE day_of('22516914714270', NULL);
EXECUTE several('{22516914714270,64975835695673,NULL,22516914714270}', 'B');
EXECUTE several('{}', NULL);
EXECUTE several(NULL, NULL);
EXECUTE several('{22315546958763}', NULL);
EXECUTE site_of(4, '2026-11-18');
EXECUTE site_of(3, '2026-11-18');
EXECUTE site_of(4, NULL);
SELECT t.took();
EXECUTE day_of('2251691471427', '2026-10-25');
EXECUTE day_of('22516914714270', '2026-11-18');
-- a plan that is kept sees the server's new options
PREPARE fixed AS SELECT count(*) FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19';
EXECUTE fixed;
SELECT t.play('unlimited+empty');
EXECUTE fixed;
SELECT t.play('unlimited');
EXECUTE fixed;
RESET plan_cache_mode;

-- Parallel plans: what asks the API is in the leader.
CREATE TABLE t.big AS SELECT i AS k, i % 100 AS h FROM generate_series(1, 20000) AS i;
ANALYZE t.big;
CREATE FUNCTION t.gathers(query text, OUT gathers int, OUT scans int, OUT scans_below int) LANGUAGE plpgsql AS $$
DECLARE
    line text;
    at int;
    depth int;
BEGIN
    gathers := 0; scans := 0; scans_below := 0;
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        at := length(substring(line FROM '^ *'));
        IF line ~ 'Gather' THEN
            gathers := gathers + 1;
            depth := at;
        ELSIF line ~ '->' AND at <= depth THEN
            depth := NULL;
        END IF;
        IF line ~ 'Foreign Scan' THEN
            scans := scans + 1;
            scans_below := scans_below + (at > depth IS TRUE)::int;
        END IF;
    END LOOP;
END $$;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT * FROM t.gathers($$SELECT h, count(*) FROM t.big JOIN live.load_curve ON h = watts::int % 1000 WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19' GROUP BY h$$);
SELECT * FROM t.same($$SELECT h, count(*) FROM t.big JOIN live.load_curve ON h = watts::int % 1000 WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19' GROUP BY h$$);
SELECT * FROM t.gathers($$SELECT n, count(*) FROM (SELECT count(*) AS n FROM t.big GROUP BY h) AS b, live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19' GROUP BY 1$$);
SELECT * FROM t.same($$SELECT n, count(*) FROM (SELECT count(*) AS n FROM t.big GROUP BY h) AS b, live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19' GROUP BY 1$$);
SELECT * FROM t.gathers($$SELECT count(*) FROM t.big WHERE h = (SELECT count(*) FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19')$$);
SELECT * FROM t.same($$SELECT count(*) FROM t.big WHERE h = (SELECT count(*) FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19')$$);
SELECT * FROM t.same($$SELECT count(*) FROM t.big WHERE h IN (SELECT watts::int % 100 FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19')$$);
SELECT * FROM t.same($$SELECT k FROM t.big UNION ALL SELECT watts::int FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19'$$);
-- 16 gave the setting another name
SELECT set_config(name, 'on', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
SELECT * FROM t.gathers($$SELECT watts FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19'$$);
SELECT * FROM t.same($$SELECT watts FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19'$$);
SELECT set_config(name, 'off', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- Rows that are locked, or written by what a live relation says.
CREATE TABLE t.sum (prm text PRIMARY KEY, wh float8);
INSERT INTO t.sum SELECT DISTINCT prm FROM t.site WHERE prm IS NOT NULL;
SELECT t.mark();
UPDATE t.sum SET wh = d.wh FROM live.daily_energy d WHERE d.point_id = prm AND d.day = '2026-11-19';
SELECT t.took();
SELECT count(*) AS rows, count(*) FILTER (WHERE s.wh = d.wh) AS same FROM t.sum s JOIN t.daily_energy d ON d.point_id = prm AND d.day = '2026-11-19';
SELECT prm, d.wh = s.wh AS same FROM t.sum s JOIN live.daily_energy d ON d.point_id = prm WHERE d.day = '2026-11-19' ORDER BY prm FOR UPDATE;
SELECT prm, d.wh = s.wh AS same FROM t.sum s JOIN live.daily_energy d ON d.point_id = prm WHERE d.day = '2026-11-19' ORDER BY prm FOR UPDATE OF s;
SELECT day FROM live.daily_energy d WHERE point_id = '22516914714270' AND day = '2026-11-19' FOR SHARE;
SELECT t.took();
-- (the largest day of the three stays)
DELETE FROM t.sum USING live.daily_energy d WHERE d.point_id = prm AND d.day = '2026-11-19' AND d.wh < (SELECT max(wh) FROM t.sum) RETURNING d.wh = sum.wh AS same, d.day;
SELECT prm, wh = (SELECT max(wh) FROM t.daily_energy WHERE day = '2026-11-19' AND point_id IN (SELECT prm FROM t.site)) AS largest FROM t.sum;
MERGE INTO t.sum USING (SELECT point_id, sum(wh) AS wh FROM live.daily_energy WHERE point_id IN ('22516914714270', '64975835695673', '22315546958763') AND day >= '2026-11-18' GROUP BY 1) AS m ON m.point_id = prm WHEN MATCHED THEN UPDATE SET wh = m.wh WHEN NOT MATCHED THEN INSERT VALUES (m.point_id, m.wh);
SELECT count(*) AS rows, count(*) FILTER (WHERE s.wh = d.wh) AS same FROM t.sum s JOIN (SELECT point_id, sum(wh) AS wh FROM t.daily_energy WHERE day >= '2026-11-18' GROUP BY 1) AS d ON point_id = prm;
INSERT INTO t.sum SELECT point_id, max(wh) FROM live.daily_energy WHERE point_id = '22516914714270' AND day >= '2026-10-20' GROUP BY 1 ON CONFLICT (prm) DO UPDATE SET wh = excluded.wh WHERE sum.wh > 1 RETURNING wh = (SELECT max(wh) FROM t.daily_energy WHERE point_id = '22516914714270') AS same;
SELECT t.took();
-- whole rows; a row that no table holds has no columns of the system but its table
SELECT d.*::text = e.*::text AS same, (d).wh = e.wh AS wh, d.tableoid::regclass FROM live.daily_energy d JOIN t.daily_energy e USING (point_id, direction, day) WHERE point_id = '22516914714270' AND day = '2026-11-19';
SELECT xmin, xmax, cmin FROM live.daily_energy d WHERE point_id = '22516914714270' AND day = '2026-11-19';
CREATE MATERIALIZED VIEW t.kept AS SELECT * FROM live.daily_energy WHERE point_id = '22516914714270' AND day >= '2026-11-18' WITH NO DATA;
SELECT t.mark();
REFRESH MATERIALIZED VIEW t.kept;
CREATE UNIQUE INDEX ON t.kept (point_id, direction, day);
REFRESH MATERIALIZED VIEW CONCURRENTLY t.kept;
SELECT t.took(), count(*) FROM t.kept;

-- Subtransactions that fail in the middle of a scan do it no harm; nor does a scan that is given up in one.
CREATE FUNCTION t.stumbles(OUT n int, OUT caught int, OUT inner_rows int, OUT watts float8) LANGUAGE plpgsql AS $$
DECLARE
    r record;
    m int;
BEGIN
    n := 0; caught := 0; inner_rows := 0; watts := 0;
    FOR r IN SELECT * FROM busy.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-10-20' LOOP
        n := n + 1;
        watts := watts + r.watts;
        BEGIN
            IF n % 400 = 0 THEN
                -- given up in its second answer, with others under way
                PERFORM 1 / (starts_at >= '2026-11-13')::int FROM busy.load_curve WHERE point_id = '64975835695673' AND starts_at >= '2026-10-20';
            ELSIF n % 350 = 0 THEN
                SELECT count(*) INTO m FROM busy.load_curve WHERE point_id = '22315546958763' AND starts_at >= '2026-11-19';
                inner_rows := inner_rows + m;
                RAISE EXCEPTION USING ERRCODE = 'division_by_zero';
            ELSIF n % 100 = 0 THEN
                m := 1 / 0;
            END IF;
        EXCEPTION WHEN division_by_zero THEN
            caught := caught + 1;
        END;
    END LOOP;
END $$;
SELECT n, caught, (SELECT count(*) FROM generate_series(1, n) AS i WHERE i % 100 = 0 OR i % 350 = 0) AS stumbled, inner_rows,
       (SELECT count(*) FROM generate_series(1, n) AS i WHERE i % 350 = 0) * 24 AS expected, s.watts = c.sum AS same
FROM t.stumbles() AS s, (SELECT sum(watts) FROM t.load_curve WHERE point_id = '22516914714270') AS c;
-- an error of the API itself, caught; the scan around it goes on
CREATE FUNCTION t.refused(OUT n int, OUT caught text[]) LANGUAGE plpgsql AS $$
DECLARE
    r record;
BEGIN
    n := 0;
    FOR r IN SELECT * FROM busy.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-10-20' LOOP
        n := n + 1;
        IF n % 500 = 1 THEN
            BEGIN
                PERFORM FROM busy.load_curve WHERE point_id = '26584978546985' AND starts_at >= '2026-11-19';
            EXCEPTION WHEN insufficient_privilege THEN
                caught := caught || SQLSTATE;
            END;
        END IF;
    END LOOP;
END $$;
SELECT * FROM t.refused();
-- a loop that commits is read to its end at the first commit
CREATE PROCEDURE t.commits(INOUT n int) LANGUAGE plpgsql AS $$
DECLARE
    r record;
BEGIN
    n := 0;
    FOR r IN SELECT * FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-10-20' LOOP
        n := n + 1;
        IF n % 500 = 0 THEN COMMIT; END IF;
        IF n % 600 = 0 THEN ROLLBACK; END IF;
    END LOOP;
END $$;
SELECT t.mark();
CALL t.commits(0);
SELECT t.took();
-- a statement that fails with requests under way, and what comes after it over the same connections
SELECT 1 / (starts_at >= '2026-11-13')::int AS never FROM busy.load_curve WHERE point_id = '22516914714270';
SELECT rows, same FROM t.same($$SELECT point_id, starts_at, watts FROM busy.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-10-20'$$);
BEGIN;
SAVEPOINT s;
SELECT 1 / (starts_at >= '2026-11-13')::int AS never FROM busy.load_curve WHERE point_id = '22516914714270';
ROLLBACK TO s;
SELECT rows, same FROM t.same($$SELECT point_id, starts_at, watts FROM busy.load_curve WHERE point_id = '22315546958763' AND starts_at >= '2026-10-20'$$);
COMMIT;
-- a scan that is begun again with requests under way
SELECT rows, same FROM t.same($$SELECT id FROM t.site WHERE EXISTS (SELECT FROM busy.load_curve WHERE point_id = prm AND starts_at >= '2026-10-20' AND extract(day FROM starts_at) = 9)$$);

-- A function that asks within a scan, also of the same point.
CREATE FUNCTION t.day_before(prm text, at timestamptz) RETURNS float8 LANGUAGE sql STABLE AS $$
    SELECT watts FROM live.load_curve WHERE point_id = prm AND starts_at = at - interval '1 day'
$$;
CREATE FUNCTION t.countdown(n int) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    IF n = 0 THEN RETURN 0; END IF;
    RETURN (SELECT sum(1 + t.countdown(n - 1)) FROM live.load_curve WHERE point_id = '22315546958763' AND starts_at >= '2026-11-19 22:00');
END $$;
SELECT t.mark();
SELECT count(*) AS rows, sum(watts - before) = (SELECT sum(a.watts - b.watts) FROM t.load_curve a JOIN t.load_curve b ON b.point_id = a.point_id AND b.starts_at = a.starts_at - interval '1 day' WHERE a.point_id = '22315546958763' AND a.starts_at >= '2026-11-19') AS same
FROM (SELECT watts, t.day_before(point_id, starts_at) AS before FROM live.load_curve WHERE point_id = '22315546958763' AND starts_at >= '2026-11-19') AS q;
SELECT t.took();
-- (two rows, for each of which two rows, for each of which two rows)
SELECT t.countdown(3);
SELECT t.took();

-- Views: as their owners, and with their own conditions first.
CREATE ROLE sg_planner_reader;
CREATE ROLE sg_planner_owner;
GRANT USAGE ON SCHEMA t, live TO sg_planner_reader, sg_planner_owner;
GRANT SELECT ON live.load_curve TO sg_planner_reader, sg_planner_owner;
GRANT CREATE ON SCHEMA t TO sg_planner_owner;
CREATE USER MAPPING FOR sg_planner_owner SERVER linky OPTIONS (client_id 'demo', client_secret 'demo-secret');
SET ROLE sg_planner_owner;
CREATE VIEW t.owned AS SELECT * FROM live.load_curve;
CREATE VIEW t.invoked WITH (security_invoker = true) AS SELECT * FROM live.load_curve;
CREATE VIEW t.fenced WITH (security_barrier = true) AS SELECT * FROM live.load_curve WHERE watts < 1000;
CREATE VIEW t.joined WITH (security_barrier = true) AS SELECT s.id, c.* FROM (VALUES (1, '22516914714270'), (2, '64975835695673')) AS s (id, prm) JOIN live.load_curve c ON point_id = prm;
CREATE FUNCTION t.defined() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$ SELECT count(*) FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19' $$;
GRANT SELECT ON t.owned, t.invoked, t.fenced, t.joined TO sg_planner_reader;
-- (cheap, so that it would be tried first; and it tells what it sees)
CREATE FUNCTION t.peeps(watts float8) RETURNS bool COST 0.0001 LANGUAGE plpgsql AS $$ BEGIN IF watts >= 1000 THEN RAISE EXCEPTION 'seen'; END IF; RETURN true; END $$;
SET ROLE sg_planner_reader;
\set VERBOSITY sqlstate
SELECT count(*) FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19';
SELECT count(*) FROM t.invoked WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19';
\set VERBOSITY default
SELECT count(*) FROM t.owned WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19';
SELECT count(*), max(watts) < 1000 AS fenced FROM t.fenced WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19' AND t.peeps(watts);
\set VERBOSITY terse
SELECT count(*) FROM t.owned WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19' AND t.peeps(watts);
\set VERBOSITY default
SELECT t.defined();
RESET ROLE;
SELECT count(*) FILTER (WHERE watts < 1000) AS fenced, count(*) FROM t.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19';
SELECT t.mark();
SET ROLE sg_planner_reader;
SELECT id, count(*) FROM t.joined WHERE id = 2 AND starts_at >= '2026-11-19' GROUP BY 1;
RESET ROLE;
SELECT t.took();
-- (one plan, and two users of it)
SET plan_cache_mode = force_generic_plan;
EXECUTE fixed;
SET ROLE sg_planner_reader;
\set VERBOSITY sqlstate
EXECUTE fixed;
\set VERBOSITY default
RESET ROLE;
EXECUTE fixed;
RESET plan_cache_mode;

-- switchgrid.all_watched_points: a query that names no point means those whose relation is watched on the server.
SELECT switchgrid.watch('linky', '{22516914714270,22315546958763}', '{load_curve}', since => '2026-11-01'), switchgrid.watch('linky', '{64975835695673}', '{daily_energy}'), switchgrid.watch('linky', '{22516914714270,64975835695673}', '{contract}'), switchgrid.watch('busy', '{30000000000001}', '{load_curve}');
SELECT t.mark();
SELECT count(*) FROM live.load_curve WHERE starts_at >= '2026-11-19';
SELECT t.took();
SET switchgrid.all_watched_points = on;
EXPLAIN (COSTS OFF) SELECT * FROM live.load_curve WHERE starts_at >= '2026-11-19' AND direction = 'consumption';
SELECT t.took();
-- (the copies hold four points)
CREATE VIEW t.watched AS SELECT * FROM t.load_curve WHERE point_id IN ('22516914714270', '22315546958763');
CREATE VIEW live.watched AS SELECT * FROM live.load_curve;
SELECT * FROM t.same($$SELECT * FROM live.watched WHERE starts_at >= '2026-11-19'$$);
SELECT point_id, count(*) FROM live.daily_energy WHERE day >= '2026-11-18' GROUP BY 1;
SELECT point_id, count(*) FROM busy.load_curve WHERE starts_at >= '2026-11-18' GROUP BY 1;
SELECT DISTINCT point_id FROM live.contract ORDER BY 1;
-- whoever names points means them, watched or not; a join gives its own
SELECT t.mark();
SELECT point_id, count(*) FROM live.load_curve WHERE point_id = '64975835695673' AND starts_at >= '2026-11-18' GROUP BY 1;
SELECT count(*) FROM live.load_curve WHERE point_id = NULL;
SELECT count(*) FROM live.load_curve WHERE point_id = ANY ('{}');
SELECT t.took();
SELECT t.shape($$SELECT id, watts FROM t.site JOIN live.load_curve ON point_id = prm WHERE starts_at >= '2026-11-19' AND owner = 2$$);
SELECT * FROM t.same($$SELECT id, watts FROM t.site JOIN live.load_curve ON point_id = prm WHERE starts_at >= '2026-11-19' AND owner = 2$$);
SELECT * FROM t.same($$SELECT * FROM live.watched LEFT JOIN t.site ON point_id = prm WHERE starts_at >= '2026-11-19'$$);
-- a condition that PostgreSQL alone can check is no name
SELECT * FROM t.same($$SELECT * FROM live.watched WHERE starts_at >= '2026-11-19' AND point_id LIKE '225%'$$);
-- a wish that is gone is not meant any more, also by a plan that is kept; of nothing at all it is an error again
PREPARE all_of_them AS SELECT point_id, count(*) FROM live.load_curve WHERE starts_at >= '2026-11-19' GROUP BY 1;
SET plan_cache_mode = force_generic_plan;
SELECT switchgrid.unwatch('linky', '{22315546958763}');
EXECUTE all_of_them;
SELECT switchgrid.unwatch('linky', '{22516914714270}');
EXECUTE all_of_them;
SELECT count(*) FROM busy.daily_energy;
SELECT switchgrid.watch('linky', '{22516914714270,22315546958763}', '{load_curve}');
RESET switchgrid.all_watched_points;
EXECUTE all_of_them;
SET switchgrid.all_watched_points = on;
EXECUTE all_of_them;
RESET plan_cache_mode;
-- a reader means the wishes that he may see
ALTER TABLE switchgrid.watch ENABLE ROW LEVEL SECURITY;
CREATE POLICY theirs ON switchgrid.watch USING (point_id = '22315546958763');
CREATE USER MAPPING FOR sg_planner_reader SERVER linky OPTIONS (client_id 'demo', client_secret 'demo-secret');
SELECT t.mark();
\set VERBOSITY terse
SET ROLE sg_planner_reader;
SELECT count(*) FROM live.load_curve WHERE starts_at >= '2026-11-19';
RESET ROLE;
GRANT USAGE ON SCHEMA switchgrid TO sg_planner_reader;
SET ROLE sg_planner_reader;
SELECT count(*) FROM live.load_curve WHERE starts_at >= '2026-11-19';
RESET ROLE;
\set VERBOSITY default
SELECT t.took();
GRANT SELECT ON switchgrid.watch TO sg_planner_reader;
SET ROLE sg_planner_reader;
SELECT point_id, count(*) FROM live.load_curve WHERE starts_at >= '2026-11-19' GROUP BY 1;
-- (through a view of somebody else too: as him the API is asked, and as the reader the wishes are read)
SELECT point_id, count(*) FROM t.owned WHERE starts_at >= '2026-11-19' GROUP BY 1;
RESET ROLE;
DROP POLICY theirs ON switchgrid.watch;
ALTER TABLE switchgrid.watch DISABLE ROW LEVEL SECURITY;
RESET switchgrid.all_watched_points;
DROP OWNED BY sg_planner_owner, sg_planner_reader;
DROP ROLE sg_planner_owner, sg_planner_reader;

-- Asynchronous Append: scans of several servers side by side, and the same rows as one after the other.
\set away :url '/~unlimited+delay=50'
ALTER SERVER linky OPTIONS (SET base_url :'away');
\set away :url '/~unlimited+numbers+delay=50'
ALTER SERVER busy OPTIONS (SET base_url :'away', SET in_flight '1');
-- (each server has its token, and knows that the points do not produce)
SELECT count(*) FROM live.load_curve WHERE point_id IN ('22516914714270', '22315546958763') AND starts_at >= '2026-11-19';
SELECT count(*) FROM busy.load_curve WHERE point_id IN ('22516914714270', '22315546958763') AND starts_at >= '2026-11-19';
-- Who was asked, in turn, since it was last looked.
CREATE FUNCTION t.turns() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text;
BEGIN
    SELECT string_agg(CASE WHEN j ->> 'scenario' LIKE '%numbers%' THEN 'b' ELSE 'a' END, '' ORDER BY (j ->> 'n')::int) INTO said
    FROM regexp_split_to_table(pg_read_file(current_setting('test.journal')), '\n') AS line CROSS JOIN LATERAL (SELECT line::jsonb) AS l (j)
    WHERE line <> '' AND (j ->> 'n')::int > (SELECT last_value FROM t.marked) AND j ->> 'endpoint' <> 'token';
    PERFORM t.mark();
    RETURN said;
END $$;
CREATE VIEW live.both AS SELECT 'a' AS k, * FROM live.load_curve UNION ALL SELECT 'b', * FROM busy.load_curve;
CREATE VIEW t.both AS SELECT k, c.* FROM (VALUES ('a'), ('b')) AS v (k), t.load_curve c;
SELECT t.shape($$SELECT * FROM live.both WHERE point_id = '22516914714270' AND starts_at >= '2026-11-01' AND direction = 'consumption'$$);
SELECT t.mark();
SELECT k, count(*), sum(watts) = (SELECT sum(watts) FROM t.load_curve c WHERE point_id = '22516914714270' AND starts_at >= '2026-11-01') AS same FROM live.both WHERE point_id = '22516914714270' AND starts_at >= '2026-11-01' GROUP BY 1 ORDER BY 1;
SELECT length(s) AS asked, s ~ 'a.*b.*a' OR s ~ 'b.*a.*b' AS side_by_side FROM t.turns() AS s;
SELECT rows, same FROM t.same($$SELECT * FROM live.both WHERE point_id = '22516914714270' AND starts_at >= '2026-11-01'$$);
SET enable_async_append = off;
SELECT t.shape($$SELECT * FROM live.both WHERE point_id = '22516914714270' AND starts_at >= '2026-11-01' AND direction = 'consumption'$$);
SELECT t.mark();
SELECT k, count(*) FROM live.both WHERE point_id = '22516914714270' AND starts_at >= '2026-11-01' GROUP BY 1 ORDER BY 1;
SELECT t.turns();
RESET enable_async_append;
-- whoever reads a part reads one after the other; whoever sorts reads all
SELECT t.shape($$SELECT * FROM live.both WHERE point_id = '22516914714270' LIMIT 3$$);
SELECT t.shape($$SELECT * FROM live.both WHERE point_id = '22516914714270' ORDER BY starts_at LIMIT 3$$);
SELECT t.mark();
SELECT count(*) FROM (SELECT FROM live.both WHERE point_id = '22516914714270' LIMIT 337) AS q;
SELECT t.turns();
-- as the inner side of a join: begun again for each point
SET enable_memoize = off;
SELECT t.shape($$SELECT id, watts FROM t.site JOIN live.both ON point_id = prm WHERE starts_at >= '2026-11-19' AND owner = 2$$);
RESET enable_memoize;
SELECT rows, same FROM t.same($$SELECT id, k, watts FROM t.site JOIN live.both ON point_id = prm WHERE starts_at >= '2026-11-18'$$);
SELECT rows, same FROM t.same($$SELECT id, (SELECT sum(watts) FROM live.both WHERE point_id = prm AND starts_at >= '2026-11-18') FROM t.site$$);
-- left in the middle, and begun again
SELECT rows, same FROM t.same($$SELECT id FROM t.site WHERE EXISTS (SELECT FROM live.both WHERE point_id = prm AND starts_at >= '2026-11-01' AND extract(day FROM starts_at) = 15)$$);
-- with one that has nothing to ask, with a table, and with a server twice
SELECT rows, same FROM t.same($$SELECT point_id, starts_at FROM live.load_curve WHERE point_id = (SELECT prm FROM t.site WHERE id = 3) UNION ALL SELECT point_id, starts_at FROM busy.load_curve WHERE point_id = '22315546958763' AND starts_at >= '2026-11-19' UNION ALL SELECT prm, since FROM t.stay UNION ALL SELECT point_id, starts_at FROM busy.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19' AND starts_at < '2026-11-19'$$);
-- partitions, of which each knows its points
CREATE TABLE live.parted (LIKE live.load_curve) PARTITION BY LIST (point_id);
CREATE FOREIGN TABLE live.parted_a PARTITION OF live.parted FOR VALUES IN ('22516914714270') SERVER linky OPTIONS (relation 'load_curve');
CREATE FOREIGN TABLE live.parted_b PARTITION OF live.parted FOR VALUES IN ('22315546958763') SERVER busy OPTIONS (relation 'load_curve');
CREATE VIEW t.parted_now AS SELECT * FROM t.load_curve WHERE point_id IN ('22516914714270', '22315546958763');
CREATE VIEW live.parted_now AS SELECT * FROM live.parted;
SELECT t.shape($$SELECT * FROM live.parted_now WHERE starts_at >= '2026-11-18' AND direction = 'consumption'$$);
SELECT rows, same FROM t.same($$SELECT * FROM live.parted_now WHERE starts_at >= '2026-11-18'$$);
SELECT rows, same FROM t.same($$SELECT id, starts_at FROM t.site JOIN live.parted_now ON point_id = prm WHERE starts_at >= '2026-11-19'$$);
-- two that are begun at once, one within the other, and a function that asks while both are under way
SELECT rows, same FROM t.same($$SELECT a.k, b.k, a.starts_at FROM live.both a JOIN live.both b ON b.starts_at = a.starts_at AND b.point_id = '22315546958763' AND b.starts_at >= '2026-11-18' WHERE a.point_id = '22516914714270' AND a.starts_at >= '2026-11-18'$$);
CREATE FUNCTION t.mean(prm text, at timestamptz) RETURNS float8 LANGUAGE sql STABLE AS $$ SELECT sum(watts) FROM live.both WHERE point_id = prm AND starts_at = at $$;
SELECT k, count(*), bool_and(watts * 2 = t.mean(point_id, starts_at)) AS same FROM live.both WHERE point_id = '22315546958763' AND starts_at >= '2026-11-19 20:00' GROUP BY 1 ORDER BY 1;
-- cursors, savepoints, errors of ours, of the API and of the clock; and what follows
BEGIN;
DECLARE c CURSOR FOR SELECT k FROM live.both WHERE point_id = '22516914714270' AND starts_at >= '2026-11-01';
MOVE 10 IN c;
SAVEPOINT s;
MOVE 400 IN c;
SELECT 1 / 0;
ROLLBACK TO s;
MOVE ALL IN c;
CLOSE c;
DECLARE c CURSOR FOR SELECT k FROM live.both WHERE point_id = '22516914714270';
MOVE 400 IN c;
COMMIT;
SELECT 1 / (starts_at >= '2026-11-13')::int AS never FROM live.both WHERE point_id = '22516914714270';
SELECT rows, same FROM t.same($$SELECT * FROM live.both WHERE point_id = '22516914714270' AND starts_at >= '2026-11-01'$$);
\set VERBOSITY sqlstate
\set away :url '/~unlimited+numbers+delay=50+error=technical_error'
ALTER SERVER busy OPTIONS (SET base_url :'away');
SELECT count(*) FROM live.both WHERE point_id = '22516914714270';
\set away :url '/~unlimited+numbers+stall'
ALTER SERVER busy OPTIONS (SET base_url :'away');
SET statement_timeout = 500;
SELECT count(*) FROM live.both WHERE point_id = '22516914714270' AND starts_at >= '2026-11-18';
RESET statement_timeout;
ALTER SERVER busy OPTIONS (ADD timeout '1');
SELECT count(*) FROM live.both WHERE point_id = '22516914714270' AND starts_at >= '2026-11-18';
ALTER SERVER busy OPTIONS (DROP timeout);
\set VERBOSITY default
\set away :url '/~unlimited+numbers+delay=50'
ALTER SERVER busy OPTIONS (SET base_url :'away');
SELECT rows, same FROM t.same($$SELECT * FROM live.both WHERE point_id = '22516914714270' AND starts_at >= '2026-11-01'$$);
-- one that keeps to its pace is not held up by one that waits for the network: its requests leave before the other's first answer comes
-- (a machine that stands still for a moment has another try)
\set away :url '/~unlimited+numbers+delay=900'
ALTER SERVER busy OPTIONS (SET base_url :'away', SET in_flight '4');
ALTER SERVER linky OPTIONS (SET per_second '10');
CREATE FUNCTION t.keeps_pace(OUT paced int, OUT slow int, OUT in_time bool) LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. 5 LOOP
        PERFORM t.mark();
        PERFORM FROM live.both WHERE point_id = '22516914714270' AND starts_at >= '2026-10-30' AND direction = 'consumption';
        SELECT count(*) FILTER (WHERE a), count(*) FILTER (WHERE NOT a), max(us) FILTER (WHERE a) < min(us + 900000) FILTER (WHERE NOT a) INTO paced, slow, in_time
        FROM regexp_split_to_table(pg_read_file(current_setting('test.journal')), '\n') AS line CROSS JOIN LATERAL (SELECT line::jsonb) AS l (j)
        CROSS JOIN LATERAL (SELECT j ->> 'scenario' !~ 'numbers', (j ->> 'us')::bigint) AS r (a, us)
        WHERE line <> '' AND (j ->> 'n')::int > (SELECT last_value FROM t.marked) AND j ->> 'endpoint' <> 'token';
        EXIT WHEN in_time;
    END LOOP;
END $$;
SELECT * FROM t.keeps_pace();
-- nothing is left open behind any of this
CREATE FUNCTION t.open_files(times int) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. times LOOP
        BEGIN
            PERFORM 1 / (starts_at >= '2026-11-13')::int FROM live.both WHERE point_id = '22516914714270' AND starts_at >= '2026-11-01';
        EXCEPTION WHEN division_by_zero THEN
        END;
        PERFORM FROM live.both WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19';
    END LOOP;
    RETURN (SELECT count(*) FROM pg_ls_dir('/proc/self/fd'));
END $$;
SELECT t.play('unlimited');
\set away :url '/~unlimited+numbers'
ALTER SERVER busy OPTIONS (SET base_url :'away');
ALTER SERVER linky OPTIONS (SET per_second '0');
SELECT t.open_files(3) AS before \gset
SELECT t.open_files(20) - :before < 20 AS closed;
