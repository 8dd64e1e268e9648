-- What a tool sees that knows nothing of us: every relation and column in words, and no request however it looks.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
\set generations v0_1
\set switchgrid :srcdir '/test/regress/switchgrid.sql'
\i :switchgrid
-- beside linky, a server of each API and generation on the one simulator
\set base :url '/~unlimited'
CREATE SERVER newer FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', generation '2026', base_url :'base', per_second '0', retries '0');
\set base :url '/~unlimited/adict/v2'
CREATE SERVER gaz FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'grdf', base_url :'base', token_url :'url', per_second '0', retries '0');
CREATE USER MAPPING FOR CURRENT_USER SERVER newer OPTIONS (client_id 'demo', client_secret 'demo-secret');
CREATE USER MAPPING FOR CURRENT_USER SERVER gaz OPTIONS (client_id 'demo', client_secret 'demo-secret');
CREATE SCHEMA newer;
CREATE SCHEMA gaz;
CREATE SCHEMA kept;
IMPORT FOREIGN SCHEMA enedis FROM SERVER newer INTO newer;
IMPORT FOREIGN SCHEMA grdf FROM SERVER gaz INTO gaz;
IMPORT FOREIGN SCHEMA store FROM SERVER switchgrid_store INTO kept;

-- All that a tool lists: relations (no column) and columns, and their comments.
CREATE VIEW t.thing AS
SELECT n.nspname AS schema, c.oid, c.relname, c.relkind, c.relowner, a.attname, d.description
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT 0, NULL UNION ALL SELECT attnum, attname FROM pg_attribute
    WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS a (attnum, attname)
LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = a.attnum
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f');
-- what is imported is not described, and is afterwards, all of it; a second call has nothing to do
CREATE TABLE t.done AS
SELECT schema, count(*) AS things, count(description) AS before, NULL::integer AS put
FROM t.thing WHERE schema IN ('live', 'newer', 'live_v0_1', 'gaz', 'kept') GROUP BY 1;
UPDATE t.done SET put = switchgrid.describe(schema);
SELECT schema, before, put = things AS all_put, switchgrid.describe(schema) AS again FROM t.done ORDER BY 1;
SELECT schema, relname, attname FROM t.thing WHERE schema IN ('live', 'newer', 'live_v0_1', 'gaz', 'kept', 'switchgrid') AND COALESCE(description, '') = '';
-- a live column says what the stored one of that name says
SELECT count(*) > 100 AS compared, count(*) FILTER (WHERE l.description IS DISTINCT FROM s.description) AS others
FROM t.thing l JOIN t.thing s ON s.schema = 'switchgrid' AND (s.relname, s.attname) = (l.relname, l.attname)
WHERE l.schema IN ('live', 'newer', 'gaz', 'kept');
SELECT description FROM t.thing WHERE schema = 'gaz' AND relname = 'gas_day' AND attname = 'coefficient';
-- a relation says that it is live, and where the stored one is; that of the store says what the store says
SELECT DISTINCT relname, description FROM t.thing WHERE attname IS NULL AND schema IN ('live', 'newer', 'live_v0_1', 'gaz') ORDER BY 1, 2;
SELECT relname AS not_stored FROM t.thing WHERE schema IN ('live', 'newer', 'live_v0_1', 'gaz') AND description LIKE '%switchgrid.' || relname || ' is what is stored.' AND to_regclass('switchgrid.' || relname) IS NULL;
SELECT k.description = s.description AS same FROM t.thing k JOIN t.thing s ON s.schema = 'switchgrid' AND s.relname = 'load_curve' AND s.attname IS NULL WHERE k.schema = 'kept' AND k.attname IS NULL;
-- documents, which are not stored as they are, in words of their own
SELECT relname, attname, description FROM t.thing WHERE schema = 'live_v0_1' AND attname IS NOT NULL AND relname IN ('contract_search', 'ask', 'data_order', 'data_request', 'flexibility_event') ORDER BY oid, (SELECT attnum FROM pg_attribute a WHERE attrelid = thing.oid AND a.attname = thing.attname);
-- what somebody wrote stays; names of all kinds; a column that the relation does not have, one that is gone, and tables that are not ours
CREATE SCHEMA "o'neill ""x""";
CREATE FOREIGN TABLE "o'neill ""x"""."my ""curve""; 'y'" (point_id text, wrong integer, gone text, watts double precision, server text) SERVER linky OPTIONS (relation 'load_curve');
ALTER FOREIGN TABLE "o'neill ""x"""."my ""curve""; 'y'" DROP COLUMN gone;
COMMENT ON COLUMN "o'neill ""x"""."my ""curve""; 'y'".watts IS 'mine';
CREATE FOREIGN TABLE "o'neill ""x""".consent (point_id text, server text) SERVER linky OPTIONS (relation 'consent');
CREATE TABLE "o'neill ""x""".load_curve (point_id text);
CREATE FOREIGN DATA WRAPPER other;
CREATE SERVER other FOREIGN DATA WRAPPER other;
CREATE FOREIGN TABLE "o'neill ""x""".daily_energy (point_id text) SERVER other;
SELECT switchgrid.describe('o''neill "x"');
SELECT relname, attname, description FROM t.thing WHERE schema = 'o''neill "x"' ORDER BY 1, 2 NULLS FIRST;
DROP FOREIGN DATA WRAPPER other CASCADE;
DROP SCHEMA "o'neill ""x""" CASCADE;
-- only what the caller owns, himself or by a role that he is in; whoever may not look into a schema is told so
CREATE ROLE sg_owner;
CREATE ROLE sg_member IN ROLE sg_owner;
GRANT USAGE ON SCHEMA switchgrid TO sg_owner;
GRANT EXECUTE ON FUNCTION switchgrid.describe(name) TO sg_owner;
CREATE FOREIGN TABLE t.mine (point_id text) SERVER linky OPTIONS (relation 'daily_energy');
CREATE FOREIGN TABLE t.yours (point_id text) SERVER linky OPTIONS (relation 'daily_energy');
ALTER FOREIGN TABLE t.mine OWNER TO sg_owner;
SET ROLE sg_member;
SELECT switchgrid.describe('t');
RESET ROLE;
GRANT USAGE ON SCHEMA t TO sg_owner;
SET ROLE sg_member;
SELECT switchgrid.describe('t');
RESET ROLE;
SELECT relname, attname, description FROM t.thing WHERE schema = 't' AND relkind = 'f' ORDER BY 1, 2 NULLS FIRST;
DROP FOREIGN TABLE t.mine, t.yours;
DROP OWNED BY sg_owner, sg_member;
DROP ROLE sg_member, sg_owner;
SELECT switchgrid.describe('nowhere');
SELECT switchgrid.describe(NULL);
-- nothing of this asked anything
SELECT count(*) FROM t.journal();

-- What a tool may meet besides: views, materialized views and partitioned tables over live relations, and something in the store.
SELECT switchgrid.watch('linky', '{22516914714270}', '{load_curve,daily_energy,contract,address,holder,contact}', since => '2026-11-10') AS wishes;
CALL switchgrid.refresh() \g /dev/null
CREATE SCHEMA more;
CREATE VIEW more.seen AS SELECT * FROM live.load_curve WHERE watts > 0;
CREATE VIEW more.joined AS SELECT d.* FROM newer.daily_energy d JOIN newer.contract c USING (point_id, direction);
CREATE VIEW more.everything AS SELECT point_id, starts_at, watts FROM live.load_curve UNION ALL SELECT point_id, starts_at, watts FROM newer.load_curve;
CREATE MATERIALIZED VIEW more.later AS SELECT * FROM newer.load_curve WITH NO DATA;
CREATE MATERIALIZED VIEW more.month AS SELECT point_id, date_trunc('month', starts_at) AS month, sum(wh) AS wh FROM switchgrid.load_curve GROUP BY 1, 2;
CREATE TABLE more.split (point_id text, direction text, starts_at timestamptz, ends_at timestamptz, step interval, watts double precision, wh double precision, nature text) PARTITION BY RANGE (starts_at);
CREATE TABLE more.split_old PARTITION OF more.split FOR VALUES FROM (MINVALUE) TO ('2026-11-18');
CREATE FOREIGN TABLE more.split_new PARTITION OF more.split FOR VALUES FROM ('2026-11-18') TO (MAXVALUE) SERVER newer OPTIONS (relation 'load_curve');
INSERT INTO more.split SELECT * FROM switchgrid.load_curve WHERE starts_at < '2026-11-18';

-- What is read of a relation, by whoever samples it: the whole, and each column.
CREATE TABLE t.look (what text, statement text, of_column boolean);
INSERT INTO t.look VALUES
    ('no rows', 'SELECT * FROM %1$s LIMIT 0', false), ('one row', 'SELECT * FROM %1$s LIMIT 1', false),
    ('some rows', 'SELECT * FROM %1$s LIMIT 1000', false), ('a page', 'SELECT * FROM %1$s ORDER BY 1 OFFSET 10 LIMIT 10', false),
    ('count', 'SELECT count(*) FROM %1$s', false), ('exists', 'SELECT EXISTS (SELECT FROM %1$s)', false),
    ('sample', 'SELECT count(*) FROM %1$s TABLESAMPLE SYSTEM (10)', false), ('chance', 'SELECT * FROM %1$s WHERE random() < 0.01 LIMIT 100', false),
    ('explain', 'EXPLAIN SELECT * FROM %1$s', false), ('explain analyze', 'EXPLAIN (ANALYZE) SELECT * FROM %1$s LIMIT 1', false),
    ('analyze', 'ANALYZE %1$s', false),
    ('distinct', 'SELECT count(DISTINCT %2$I) FROM %1$s', true), ('extremes', 'SELECT min(%2$I::text), max(%2$I::text) FROM %1$s', true),
    ('nulls', 'SELECT count(*) FILTER (WHERE %2$I IS NULL), count(%2$I) FROM %1$s', true), ('not null', 'SELECT * FROM %1$s WHERE %2$I IS NOT NULL LIMIT 10', true),
    ('is null', 'SELECT * FROM %1$s WHERE %2$I IS NULL LIMIT 10', true), ('frequent', 'SELECT %2$I, count(*) FROM %1$s GROUP BY 1 ORDER BY 2 DESC LIMIT 20', true),
    ('length', 'SELECT max(length(%2$I::text)) FROM %1$s', true);
-- Does a relation hold what only an API knows?
CREATE FUNCTION t.is_live(relation oid) RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH RECURSIVE over (oid) AS (
        SELECT relation
        UNION
        SELECT x.oid FROM over JOIN LATERAL (
            SELECT inhrelid FROM pg_inherits WHERE inhparent = over.oid
            UNION ALL
            SELECT d.refobjid FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
            WHERE r.ev_class = over.oid) AS x (oid) ON true)
    SELECT EXISTS (SELECT FROM over JOIN pg_foreign_table f ON f.ftrelid = over.oid JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE srvname <> 'switchgrid_store')
$$;
CREATE TABLE t.relation (relation regclass, schema name, relkind "char", live boolean);
CREATE TABLE t.seen (relation regclass, what text, attname text, sqlstate text, message text, hint text);
CREATE FUNCTION t.look(relation regclass, what text, attname text, statement text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    state text;
    message text;
    hint text;
BEGIN
    EXECUTE statement;
    INSERT INTO t.seen VALUES (relation, what, attname);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
    INSERT INTO t.seen VALUES (relation, what, attname, state, message, hint);
END $$;
CREATE PROCEDURE t.look_at_all() LANGUAGE plpgsql AS $$
DECLARE
    seen regclass;
BEGIN
    INSERT INTO t.relation
    SELECT DISTINCT oid, schema, relkind, t.is_live(oid) FROM t.thing
    WHERE schema NOT IN ('t', 'information_schema') AND schema NOT LIKE 'pg\_%';
    FOR seen IN SELECT relation FROM t.relation LOOP
        PERFORM t.look(seen, what, attname, format(statement, seen, attname))
        FROM t.look JOIN t.thing ON oid = seen AND of_column = (attname IS NOT NULL);
        -- numbers and instants in their own order, as they go to the store or the API
        PERFORM t.look(seen, 'range', attname, format('SELECT min(%1$I), max(%1$I) FROM %2$s', attname, seen))
        FROM pg_attribute WHERE attrelid = seen AND attnum > 0 AND NOT attisdropped
            AND atttypid IN ('text'::regtype, 'timestamptz'::regtype, 'date'::regtype, 'interval'::regtype, 'double precision'::regtype, 'bigint'::regtype, 'integer'::regtype);
        COMMIT;
    END LOOP;
END $$;
-- what requests cost makes plans dear, and each would be compiled
SET jit = off;
SET client_min_messages = error;
SELECT t.mark();
CALL t.look_at_all();
ANALYZE;
VACUUM ANALYZE;
SELECT count(*) > 100 AS columns FROM information_schema.columns WHERE table_schema IN ('switchgrid', 'live');
RESET client_min_messages;
RESET jit;
-- not one request, tokens included, of some thousand looks; every schema and kind of relation was looked at
SELECT count(*) > 3000 AS looks, (SELECT count(*) FROM t.journal() WHERE n > (SELECT last_value FROM t.marked)) AS requests FROM t.seen;
SELECT live, schema, string_agg(DISTINCT relkind, ' ' ORDER BY relkind) AS kinds FROM t.seen JOIN t.relation USING (relation) GROUP BY 1, 2 ORDER BY 1, 2;
-- what is stored answers whatever is asked of it; TABLESAMPLE is for tables
SELECT what, relkind, sqlstate, message FROM t.seen JOIN t.relation USING (relation) WHERE NOT live AND sqlstate IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY 1, 2;
-- what is live refuses whatever would need its rows, and all relations do so alike
SELECT what, relkind, array_agg(DISTINCT COALESCE(sqlstate, 'ok')) AS outcomes FROM t.seen JOIN t.relation USING (relation) WHERE live AND relkind IN ('f', 'v') GROUP BY 1, 2 ORDER BY 1, 2;
-- and says what it needs; a partitioned table does where the plan comes to its live partition
SELECT relkind, sqlstate, regexp_replace(message, '"[^"]*"', '"..."') AS message, hint FROM t.seen JOIN t.relation USING (relation) WHERE live AND sqlstate IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4;
-- the same looks at a relation that names its point are answered: the journal would have shown them
SELECT count(*) > 0 AS rows FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19';
SELECT count(*) > 0 AS rows FROM newer.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19';
SELECT count(*) > 0 AS rows FROM live_v0_1.contract_search WHERE point_id = '63695879465986';
SELECT count(*) > 0 AS rows FROM gaz.gas_day WHERE point_id = 'GI999055' AND day = '2026-11-10';
SELECT endpoint ~ '^(oauth|token)' AS token, count(*) > 0 AS requests FROM t.journal() WHERE n > (SELECT last_value FROM t.marked) GROUP BY 1 ORDER BY 1;
SET client_min_messages = warning;
DROP SCHEMA newer, gaz, kept, more CASCADE;
