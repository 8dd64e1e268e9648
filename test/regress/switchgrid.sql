\set ECHO none
-- What every test of Switchgrid begins with, after prelude.sql: a server for each generation of the API (or for the
-- one that the variable "generations" names) on the same simulator, its live relations in a schema, and functions
-- for the simulator's clock, its bill and its journal. The server "linky" tells of the same points what Enedis says.
\set QUIET on
\if :{?generations}
\else
\set generations 'v2,v0_1,v0'
\endif
SET client_min_messages = warning;

-- Where a generation's paths begin, under a scenario of the simulator ("" for none).
CREATE FUNCTION t.place(generation text, words text) RETURNS TABLE (main text, enedis text) LANGUAGE sql STABLE AS $$
    SELECT root || CASE generation WHEN 'v2' THEN '/enedis/v2' WHEN 'v0_1' THEN '/v0_1' ELSE '' END,
           root || CASE generation WHEN 'v0' THEN '/integration/enedis' ELSE '/enedis/v2' END
    FROM (SELECT current_setting('test.url') || CASE words WHEN '' THEN '' ELSE '/~' || words END) AS r (root)
$$;

-- Points a server at a scenario.
CREATE FUNCTION t.scene(server name, words text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    place record;
BEGIN
    SELECT p.* INTO STRICT place FROM pg_foreign_server s CROSS JOIN LATERAL (
        SELECT split_part(o, '=', 2) FROM unnest(srvoptions) AS o WHERE o LIKE 'generation=%') AS g (generation)
        CROSS JOIN LATERAL t.place(generation, words) AS p WHERE srvname = server;
    EXECUTE format('ALTER SERVER %I OPTIONS (SET base_url %L, SET enedis_url %L)', server, place.main, place.enedis);
END $$;

-- Makes a server of a generation, and its schema.
CREATE FUNCTION t.serve(server name, generation text, schema name, words text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    place record;
BEGIN
    SELECT * INTO STRICT place FROM t.place(generation, words);
    EXECUTE format('CREATE SERVER %I FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api ''switchgrid'', generation %L, base_url %L,
            enedis_url %L, events_url %L, per_second ''0'', retries ''0'', in_flight ''1'')',
        server, generation, place.main, place.enedis, current_setting('test.url') || '/api/homeassistant/events');
    EXECUTE format('CREATE USER MAPPING FOR CURRENT_USER SERVER %I OPTIONS (token ''demo-secret'')', server);
    EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', schema);
    EXECUTE format('CREATE SCHEMA %I', schema);
    EXECUTE format('IMPORT FOREIGN SCHEMA switchgrid FROM SERVER %I INTO %I', server, schema);
END $$;
SELECT t.serve('sg_' || g, g, 'live_' || g) FROM unnest(string_to_array(:'generations', ',')) AS g \g /dev/null

-- Moves both clocks: the simulator's, and ours. The simulator's runs on by itself, by what the test takes.
CREATE FUNCTION t.pass(seconds bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('COPY (SELECT WHERE false) TO PROGRAM %L', format('curl -sf -o /dev/null -X POST "%s/_clock/advance?seconds=%s"', current_setting('test.url'), seconds));
    PERFORM set_config('switchgrid.now', to_char((current_setting('switchgrid.now')::timestamptz + seconds * interval '1 second') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), false);
END $$;

-- What a page of the simulator says.
CREATE TABLE t.page (line text);
CREATE FUNCTION t.page(path text, method text DEFAULT 'GET') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text;
BEGIN
    TRUNCATE t.page;
    EXECUTE format('COPY t.page FROM PROGRAM %L (FORMAT csv, DELIMITER E''\x01'', QUOTE E''\x02'')', format('curl -sf -X %s "%s%s" || true', method, current_setting('test.url'), path));
    SELECT string_agg(line, E'\n') INTO said FROM t.page;
    RETURN said;
END $$;

-- The simulator's bill: what the asks and orders so far would cost, and what was ordered more than once.
CREATE FUNCTION t.bill(OUT asks int, OUT orders int, OUT requests int, OUT points int, OUT twice int) LANGUAGE sql VOLATILE AS $$
    SELECT b.* FROM jsonb_to_record(t.page('/_bill')::jsonb) AS b (asks int, orders int, requests int, points int, twice int)
$$;
CREATE FUNCTION t.settle_bill() RETURNS void LANGUAGE sql VOLATILE AS $$ SELECT t.page('/_bill/reset', 'POST') $$;

-- The calls since the last t.mark, each kind counted; "bytes" shows what a filter left over.
CREATE FUNCTION t.calls() RETURNS TABLE (endpoint text, method text, status int, n bigint, bytes numeric) LANGUAGE sql VOLATILE AS $$
    SELECT j ->> 'endpoint', j ->> 'method', (j ->> 'status')::int, count(*), sum((j ->> 'bytes')::bigint)
    FROM regexp_split_to_table(pg_read_file(current_setting('test.journal')), '\n') AS line
    CROSS JOIN LATERAL (SELECT line::jsonb) AS l (j)
    WHERE line <> '' AND (j ->> 'n')::int > (SELECT last_value FROM t.marked) AND j ->> 'endpoint' IS NOT NULL
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
$$;
-- How many of one kind.
CREATE FUNCTION t.called(endpoint text) RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT COALESCE(sum(n), 0)::bigint FROM t.calls() AS c WHERE c.endpoint = called.endpoint
$$;
-- The error that a statement ends in, in all its parts; or none.
CREATE FUNCTION t.error(statement text) RETURNS TABLE (part text, says text) LANGUAGE plpgsql AS $$
DECLARE
    state text;
    message text;
    detail text;
    hint text;
BEGIN
    EXECUTE statement;
    RETURN QUERY VALUES ('none', '');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN QUERY SELECT v.* FROM (VALUES ('sqlstate', state), ('message', message), ('detail', detail), ('hint', hint)) AS v (p, s) WHERE s <> '';
END $$;

-- How many rows of two queries are not in both.
CREATE FUNCTION t.differences(a text, b text) RETURNS TABLE (rows bigint, others bigint) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('WITH a AS MATERIALIZED (%s), b AS MATERIALIZED (%s) SELECT (SELECT count(*) FROM a), count(*) FROM ((TABLE a EXCEPT ALL TABLE b) UNION ALL (TABLE b EXCEPT ALL TABLE a)) AS d', a, b);
END $$;

-- What the simulator blames on whoever asked; but for tokens of Enedis, which end when the clock is moved.
CREATE FUNCTION t.faults() RETURNS TABLE (endpoint text, fault text) LANGUAGE sql VOLATILE AS $$
    SELECT endpoint, fault FROM t.journal() WHERE fault <> 'access token used after its end' ORDER BY n
$$;
SELECT t.mark() \g /dev/null
\set QUIET off
\set ECHO all
