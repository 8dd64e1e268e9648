-- A point that is forgotten leaves no trace in any column of any table; all that is about others stays, but for its name; and nothing brings it back by itself.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
\set generations 'v2'
\set prelude :srcdir '/test/regress/switchgrid.sql'
\i :prelude
\set gone '22516914714270'
\set other '64975835695673'
\set third '30000000000104'

-- What is stored, whatever the table: rows as they are written.
CREATE FUNCTION t.stored() RETURNS TABLE (relation name, content text) LANGUAGE plpgsql AS $$
DECLARE
    stored name;
BEGIN
    FOR stored IN SELECT relname FROM pg_class WHERE relnamespace = 'switchgrid'::regnamespace AND relkind IN ('r', 'p', 'm') LOOP
        RETURN QUERY EXECUTE format('SELECT %L::name, r::text FROM switchgrid.%I AS r', stored, stored);
    END LOOP;
END $$;
CREATE FUNCTION t.naming(point text) RETURNS TABLE (relation name, n bigint) LANGUAGE sql AS $$
    SELECT relation, count(*) FROM t.stored() WHERE content LIKE '%' || point || '%' GROUP BY 1
$$;

-- Both points have rows from the simulators, and by hand where one of the tables has none of them yet.
SELECT switchgrid.watch('linky', ARRAY[:'gone', :'other'], '{load_curve,daily_energy,daily_max_power,contract,address,holder,contact}', since => '2026-10-01');
CALL switchgrid.refresh('linky') \g /dev/null
SELECT switchgrid.load_curves(format($$SELECT point_id, direction, starts_at, ends_at, watts + 10 AS watts FROM switchgrid.load_curve WHERE starts_at >= '2026-11-02' AND starts_at < '2026-11-03' AND point_id IN (%L, %L)$$, :'gone', :'other')) > 0 AS revised;
SELECT jsonb_agg(jsonb_build_object('point_id', p, 'holder', '{"title": "M", "first_name": "A", "last_name": "B"}'::jsonb, 'address', '{"street": "s", "postal_code": "1", "city": "c"}'::jsonb)) AS contracts FROM unnest(ARRAY[:'gone', :'other']) AS p \gset
CALL switchgrid.create_ask('sg_v2', :'contracts', state => 'both, with ' || :'gone') \g /dev/null
SELECT (:'contracts'::jsonb -> 0)::text AS contract \gset
CALL switchgrid.create_ask('sg_v2', jsonb_build_array(:'contract'::jsonb), state => 'alone') \g /dev/null
SELECT t.pass(10);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT switchgrid.watch('sg_v2', ARRAY[:'gone', :'other'], '{load_curve}', since => '2026-11-10', until => '2026-11-12');
CALL switchgrid.refresh('sg_v2') \g /dev/null
-- (still pending: an order of each point alone, with what is theirs in common)
CALL switchgrid.order_data('sg_v2', ARRAY[:'gone'], '{daily_energy}', '2026-11-01', '2026-11-03') \g /dev/null
SELECT switchgrid.authorize_url('linky', '1 year', 'holder of ' || :'gone') \g /dev/null
SELECT switchgrid.authorize_url('linky', '1 year', 'holder of ' || :'other') \g /dev/null
CREATE FUNCTION t.add(point text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO switchgrid.register_reading (point_id, direction, read_at, value) VALUES (point, 'consumption', '2026-11-01', 5);
    INSERT INTO switchgrid.quantity_curve (point_id, direction, quantity, starts_at, ends_at, step, value) VALUES (point, 'consumption', 'V', '2026-11-01 00:00', '2026-11-01 00:10', '10 min', 230);
    INSERT INTO switchgrid.billed_quantity (point_id, direction, starts_on, ends_on, value) VALUES (point, 'consumption', '2026-10-01', '2026-11-01', 7);
    INSERT INTO switchgrid.gas_day (point_id, direction, day, starts_at, ends_at, raw) VALUES (point, 'consumption', '2026-11-01', '2026-11-01 06:00', '2026-11-02 06:00', jsonb_build_object('pce', point));
    INSERT INTO switchgrid.connection_history (point_id, raw, seen_from) VALUES (point, jsonb_build_object('id', point), '2026-11-01');
    INSERT INTO switchgrid.open_span VALUES ('linky', point, 'load_curve', 'production', '[2026-10-01,2026-10-02)', 'server', NULL, 'About ' || point, 1, now(), now());
    INSERT INTO switchgrid.consent (server, point_id, state, raw, ask_id) VALUES ('gone', point, 'ACTIF', jsonb_build_object('prm', point), 'of ' || right(point, 4));
    INSERT INTO switchgrid.ask (server, state, ask_id, outcome, duration) VALUES ('gone', 'by consent ' || right(point, 4), 'of ' || right(point, 4), 'given', '1 year');
    INSERT INTO switchgrid.refresh_run (server, started_at, planned, outcome) VALUES ('linky', now(), 1, 'Point ' || point || ' broke it.');
$$;
SELECT t.add(:'gone'), t.add(:'other');
-- what is about a third point names it in passing
INSERT INTO switchgrid.consent (server, point_id, state, raw) VALUES ('gone', :'third', 'ACTIF', jsonb_build_object('also', ARRAY[:'gone']));
INSERT INTO switchgrid.holder_history (point_id, direction, company, raw, seen_from) VALUES (:'third', 'consumption', 'Both SARL', jsonb_build_object('sites', ARRAY[:'gone', :'third']), '2026-11-01');
INSERT INTO switchgrid.open_span VALUES ('linky', :'third', 'load_curve', 'consumption', '[2026-10-01,2026-10-02)', 'value', NULL, 'Not ' || :'gone', 1, now(), now());
UPDATE switchgrid.data_order SET message = 'As for ' || :'gone' WHERE number = (SELECT min(number) FROM switchgrid.data_order);
-- every table that has a column for a point has rows of both, and so have those with words
SELECT a.attrelid::regclass FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'switchgrid'::regnamespace AND relkind = 'r' AND attname ~ '^points?(_id)?$' AND atttypid <> 'int'::regtype
    AND (attrelid::regclass::text NOT IN (SELECT 'switchgrid.' || relation FROM t.naming(:'gone')) OR attrelid::regclass::text NOT IN (SELECT 'switchgrid.' || relation FROM t.naming(:'other')));
CREATE TABLE t.before AS SELECT * FROM t.stored();
CREATE TABLE t.named_before AS SELECT * FROM t.naming(:'gone');
SELECT point_id, type, state FROM switchgrid.data_request ORDER BY number;
SELECT state, outcome, cardinality(points) AS points, jsonb_array_length(contracts) AS contracts FROM switchgrid.ask WHERE server = 'sg_v2' ORDER BY 1;

-- What is no point, and who may not. Nothing was erased then.
SELECT * FROM switchgrid.forget('2251691471427');
SELECT * FROM switchgrid.forget('%');
SELECT * FROM switchgrid.forget(NULL);
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT * FROM switchgrid.forget(:'gone');
ROLLBACK;
CREATE ROLE sg_clerk;
GRANT USAGE ON SCHEMA switchgrid TO sg_clerk;
SET ROLE sg_clerk;
SELECT * FROM switchgrid.forget(:'gone');
RESET ROLE;
GRANT EXECUTE ON FUNCTION switchgrid.forget TO sg_clerk;
GRANT SELECT, UPDATE, DELETE ON ALL TABLES IN SCHEMA switchgrid TO sg_clerk;
REVOKE DELETE ON switchgrid.coverage FROM sg_clerk;
SET ROLE sg_clerk;
SELECT * FROM switchgrid.forget(:'gone');
RESET ROLE;
GRANT DELETE ON switchgrid.coverage TO sg_clerk;
-- what row-level security would hide from him would stay: an error, not a part
ALTER TABLE switchgrid.gas_day ENABLE ROW LEVEL SECURITY;
SET ROLE sg_clerk;
SELECT * FROM switchgrid.forget(:'gone');
RESET ROLE;
ALTER TABLE switchgrid.gas_day DISABLE ROW LEVEL SECURITY;
SELECT count(*) FROM ((TABLE t.before EXCEPT ALL SELECT * FROM t.stored()) UNION ALL (SELECT * FROM t.stored() EXCEPT ALL TABLE t.before)) AS d;

-- An unknown point: no row of any table. A point of one server: only where the table tells.
SELECT DISTINCT rows FROM switchgrid.forget('30000000000199');
SET client_min_messages = notice;
BEGIN;
SELECT * FROM switchgrid.forget(:'gone', 'sg_v2') WHERE rows > 0;
SELECT server, count(*) FROM (SELECT server, point_id FROM switchgrid.watch UNION ALL SELECT server, point_id FROM switchgrid.coverage UNION ALL SELECT server, point_id FROM switchgrid.consent UNION ALL SELECT server, point_id FROM switchgrid.data_request) AS r WHERE point_id = :'gone' GROUP BY 1 ORDER BY 1;
SELECT relation, rows FROM switchgrid.forget(:'gone', 'nowhere') WHERE rows > 0;
ROLLBACK;

-- Everything, as one who has the rights. The numbers are those of the rows that named it before; of orders and asks some are about it without a name.
SET ROLE sg_clerk;
CREATE TEMPORARY TABLE forgotten AS SELECT row_number() OVER () AS n, * FROM switchgrid.forget(:'gone');
RESET ROLE;
SELECT relation, rows > 0 AS some, rows - COALESCE(b.n, 0) AS beyond FROM forgotten f LEFT JOIN t.named_before b USING (relation) ORDER BY f.n;
SELECT relation FROM t.named_before EXCEPT SELECT relation FROM forgotten;
SELECT * FROM t.naming(:'gone');
-- of the other point every row is as it was; what named both is told without the one
SELECT relation, count(*), count(*) FILTER (WHERE b.content = a.content) AS same FROM (SELECT relation, content, row_number() OVER (PARTITION BY relation, content) FROM t.before WHERE content LIKE '%' || :'other' || '%') AS b
    LEFT JOIN (SELECT relation, content, row_number() OVER (PARTITION BY relation, content) FROM t.stored()) AS a USING (relation, content, row_number) GROUP BY 1 HAVING count(*) <> count(*) FILTER (WHERE b.content = a.content) ORDER BY 1;
SELECT server, regexp_replace(state, '[0-9a-f]{8}-[0-9a-f-]{27}', '') AS state, points, jsonb_path_query_array(contracts, '$[*].point_id') AS contracts, forgotten FROM switchgrid.ask ORDER BY server, state;
SELECT r.point_id, company, h.raw AS holder, c.raw AS consent, o.message FROM (VALUES (:'third')) AS r (point_id) JOIN switchgrid.holder_history h USING (point_id) JOIN switchgrid.consent c USING (point_id) JOIN switchgrid.open_span o USING (point_id);
SELECT message, requests, (SELECT array_agg(point_id) FROM switchgrid.data_request r WHERE order_number = o.number) AS points FROM switchgrid.data_order o ORDER BY o.number;
SELECT outcome FROM switchgrid.refresh_run WHERE outcome LIKE 'Point%' ORDER BY id;
SELECT count(*) FROM forgotten f, switchgrid.forget(:'gone') AS again WHERE again.relation = f.relation AND again.rows > 0;

-- Nothing brings it back: not what is on order, not an ask that is followed for others, though the API goes on naming both.
SELECT t.pass(2 * 86400), t.mark();
SET client_min_messages = warning;
CALL switchgrid.refresh('linky') \g /dev/null
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT t.pass(60);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT * FROM t.naming(:'gone');
-- (the order and the ask are still asked after, by numbers that the API knows both points by)
SELECT DISTINCT endpoint FROM t.asked() WHERE point = :'gone';
SELECT DISTINCT endpoint FROM t.asked() WHERE point = :'other';
SELECT point_id, count(*) > 0 AS some FROM switchgrid.data_request WHERE state = 'collected' GROUP BY 1;
SELECT count(*) FROM switchgrid.consent WHERE server = 'sg_v2';
-- watched anew, it is a point as any other
SELECT switchgrid.watch('linky', ARRAY[:'gone'], '{load_curve}', since => '2026-11-18', until => '2026-11-20');
CALL switchgrid.refresh('linky') \g /dev/null
SELECT count(*) FROM switchgrid.load_curve WHERE point_id = :'gone';
DROP OWNED BY sg_clerk;
DROP ROLE sg_clerk;
