\set ECHO none
-- What every regression test begins with: a server "linky" on a simulator of its own, an empty store,
-- and functions that read the simulator's journal. The calendar stands at 2026-11-20, 10:00 in Paris.
\set QUIET on
SET client_min_messages = warning;
\getenv url SWITCHGRID_URL
\getenv journal SWITCHGRID_JOURNAL
-- the generation of the API that the server speaks: the same rows must come from each
\getenv generation SWITCHGRID_GENERATION
\if :{?generation}
\else
\set generation v5
\endif
DROP EXTENSION IF EXISTS switchgrid CASCADE;
DROP SCHEMA IF EXISTS live CASCADE;
DROP SCHEMA IF EXISTS t CASCADE;
CREATE EXTENSION switchgrid;
CREATE SCHEMA live;
CREATE SCHEMA t;
SET timezone = 'Europe/Paris';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
SET switchgrid.now = '2026-11-20T09:00:00Z';
SET test.url = :'url';
SET test.journal = :'journal';
\set base :url '/~unlimited'
CREATE SERVER linky FOREIGN DATA WRAPPER switchgrid_fdw
    OPTIONS (api 'enedis', generation :'generation', base_url :'base', per_second '0', per_hour '0', retries '0', in_flight '1');
CREATE USER MAPPING FOR CURRENT_USER SERVER linky
    OPTIONS (client_id 'demo', client_secret 'demo-secret');
IMPORT FOREIGN SCHEMA enedis FROM SERVER linky INTO live;

-- The endpoints of 2026 under the names that version 5 gives them, so that one expected output serves both.
CREATE FUNCTION t.v5_name(endpoint text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT COALESCE('{"courbe_de_charge_consommation": "consumption_load_curve",
                      "courbe_de_charge_production": "production_load_curve",
                      "consommation_quotidienne": "daily_consumption",
                      "production_quotidienne": "daily_production",
                      "puissance_conso_max_quotidienne": "daily_consumption_max_power",
                      "situation_contrat_auto": "contracts", "synth_contrat_auto": "contracts",
                      "donnees_generales_auto": "addresses"}'::jsonb ->> endpoint, endpoint)
$$;

-- The requests that the simulator has answered or refused so far, tokens included.
CREATE FUNCTION t.journal() RETURNS TABLE (n int, endpoint text, point text, start date, until date,
    status int, fault text, connection int) LANGUAGE sql VOLATILE AS $$
    SELECT (j ->> 'n')::int, t.v5_name(j ->> 'endpoint'), j ->> 'point', (j ->> 'start')::date,
           (j ->> 'end')::date, (j ->> 'status')::int, j ->> 'fault', (j ->> 'connection')::int
    FROM regexp_split_to_table(pg_read_file(current_setting('test.journal')), '\n') AS line
    CROSS JOIN LATERAL (SELECT line::jsonb) AS l (j)
    WHERE line <> ''
$$;

-- The requests since the last call of t.mark, but for tokens.
CREATE SEQUENCE t.marked MINVALUE 0;
CREATE FUNCTION t.mark() RETURNS void LANGUAGE sql VOLATILE AS $$
    SELECT setval('t.marked', COALESCE((SELECT max(n) FROM t.journal()), 0))
$$;
CREATE FUNCTION t.asked() RETURNS TABLE (endpoint text, point text, start date, until date, status int,
    fault text) LANGUAGE sql VOLATILE AS $$
    SELECT endpoint, point, start, until, status, fault FROM t.journal()
    WHERE n > (SELECT last_value FROM t.marked) AND endpoint <> 'token'
    ORDER BY n
$$;

-- Points the server at a scenario of the simulator.
CREATE FUNCTION t.play(scenario text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER SERVER linky OPTIONS (SET base_url %L)',
                   current_setting('test.url') || '/~' || scenario);
END $$;

-- What a query comes to under a scenario: its rows' number, or its error with all parts.
CREATE FUNCTION t.outcome(scenario text, query text) RETURNS TABLE (part text, says text)
LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
    state text;
    message text;
    detail text;
    hint text;
    context text;
BEGIN
    PERFORM t.play(scenario);
    EXECUTE 'SELECT count(*) FROM (' || query || ') AS q' INTO n;
    RETURN QUERY VALUES ('rows', n::text);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
        detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
    RETURN QUERY
        SELECT p, regexp_replace(s, '(port|127\.0\.0\.1:) ?[0-9]+', '\1 N', 'g')
        FROM (VALUES ('sqlstate', state), ('message', message), ('detail', detail), ('hint', hint),
                     ('context', split_part(context, E'\n', 1))) AS v (p, s)
        WHERE s <> '' AND (p <> 'context' OR s LIKE 'relation%');
END $$;
SELECT t.mark() \g /dev/null
\set QUIET off
\set ECHO all
