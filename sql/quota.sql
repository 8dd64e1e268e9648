-- What a credential is allowed, has used and has left: counted by the cluster, shown to who may ask, and true to what the next request meets.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
SET client_min_messages = warning;
-- a place on the simulator where nobody has asked before
SELECT 1 + (random() * 86000)::int AS number \gset
SET test.place = :'number';
CREATE FUNCTION t.place(words text) RETURNS text LANGUAGE sql AS $$
    SELECT current_setting('test.url') || '/~unlimited+next=' || current_setting('test.place') || words
$$;
CREATE FUNCTION t.go(server name, words text, options text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER SERVER %I OPTIONS (SET base_url %L%s)', server, t.place(words), options);
END $$;
CREATE FUNCTION t.serve(server name, api text, words text, options text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE SERVER %I FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api %L, base_url %L%s)', server, api, t.place(words), options);
    EXECUTE format('CREATE USER MAPPING FOR CURRENT_USER SERVER %I OPTIONS (%s)', server, CASE api WHEN 'switchgrid' THEN 'token ''demo-secret''' ELSE 'client_id ''demo'', client_secret ''demo-secret''' END);
    EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', server);
    EXECUTE format('CREATE SCHEMA %I', server);
    EXECUTE format('IMPORT FOREIGN SCHEMA %I FROM SERVER %I INTO %I', api, server, server);
END $$;
-- what a query is refused with, and until when
CREATE FUNCTION t.refused(query text, OUT state text, OUT until timestamptz) LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    EXECUTE query;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
    until := substring(detail FROM 'No request may leave before (.*), and')::timestamptz;
END $$;
-- the requests that went since the last mark, tokens included, under the operator's own names
CREATE FUNCTION t.went() RETURNS TABLE (endpoint text) LANGUAGE sql VOLATILE AS $$
    SELECT line::jsonb ->> 'endpoint' FROM regexp_split_to_table(pg_read_file(current_setting('test.journal')), '\n') AS line
    WHERE line <> '' AND (line::jsonb ->> 'n')::int > (SELECT last_value FROM t.marked)
$$;
-- the ledger as it lies in the data directory
CREATE FUNCTION t.ledger() RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT COALESCE(md5(pg_read_binary_file('pg_stat_tmp/switchgrid.pace.3', 0, 10000000, true)), 'none')
$$;
\set daily 'SELECT * FROM live.daily_energy WHERE direction = ''consumption'' AND day >= ''2026-11-10'' AND point_id = ''22516914714270'''
\set contract 'SELECT * FROM live.contract WHERE point_id = ''22516914714270'''

-- Before anything was asked: what is allowed, and all of it left. It is the server's options that say it, else what the operator does.
SELECT t.go('linky', '', ', SET generation ''v5''');
SELECT t.serve('gas', 'grdf', '/adict/v2', format(', token_url %L', current_setting('test.url')));
SELECT t.serve('asker', 'switchgrid', '/enedis/v2', ', generation ''v2'', per_second ''2'', per_hour ''50''');
SELECT t.serve('apart', 'enedis', '+unordered', ', generation ''2026''');
SELECT t.ledger() AS ledger \gset
SELECT server, api, part, per_second, per_hour, used_last_hour, left_this_hour, next_at BETWEEN statement_timestamp() AND clock_timestamp() AS at_once, blocked_until, blocked_by FROM switchgrid.quota ORDER BY server, part COLLATE "C" NULLS FIRST;
-- it reads where nothing may be written, and nobody has taken a place in the ledger
BEGIN READ ONLY;
SELECT count(*) FROM switchgrid.quota WHERE server = 'linky';
COMMIT;
SELECT t.ledger() = :'ledger' AS untouched, (SELECT count(*) FROM t.went()) AS sent;

-- All that leaves counts, a token and a refusal too.
SELECT count(*) AS days FROM (:daily) AS q;
SELECT used_last_hour, (SELECT count(*) FROM t.went()) AS went FROM switchgrid.quota WHERE server = 'linky';
SELECT count(*) AS slots FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-10-30';
SELECT * FROM t.refused('SELECT * FROM live.contract WHERE point_id = ''26584978546985''');
SELECT per_hour, used_last_hour, left_this_hour, blocked_until, blocked_by, (SELECT count(*) FROM t.went()) AS went FROM switchgrid.quota WHERE server = 'linky';

-- The hour's quota runs dry: what is left goes to 0, and so long as it is, the next request is refused until the moment that is shown.
SELECT t.go('linky', '+numbers', ', SET per_hour ''3'', ADD max_wait ''0''');
SELECT t.mark();
SELECT used_last_hour, left_this_hour, blocked_by FROM switchgrid.quota WHERE server = 'linky';
SELECT state FROM t.refused(:'daily');
SELECT used_last_hour, left_this_hour, blocked_by FROM switchgrid.quota WHERE server = 'linky';
SELECT state FROM t.refused(:'daily');
SELECT used_last_hour, left_this_hour, blocked_by, blocked_until > clock_timestamp() + interval '30 minutes' AS later, blocked_until <= clock_timestamp() + interval '61 minutes' AS within_the_hour, next_at = blocked_until AS next_is_then FROM switchgrid.quota WHERE server = 'linky';
SELECT state, until = blocked_until AS as_shown FROM t.refused(:'daily'), switchgrid.quota WHERE server = 'linky';
SELECT used_last_hour, left_this_hour, (SELECT count(*) FROM t.went()) AS went FROM switchgrid.quota WHERE server = 'linky';
-- servers with one credential at one place share what is used, each under its own limit; a slash at the end is no other place
SELECT t.serve('twin', 'enedis', '+numbers/', ', generation ''v5'', per_second ''0'', per_hour ''0''');
SELECT t.serve('lower', 'enedis', '+numbers', ', generation ''v5'', per_second ''0'', per_hour ''2''');
SELECT t.serve('higher', 'enedis', '+numbers', ', generation ''v5'', per_second ''0'', per_hour ''10''');
SELECT server, per_hour, used_last_hour, left_this_hour, blocked_by, blocked_until IS NULL AS free FROM switchgrid.quota WHERE server IN ('linky', 'twin', 'lower', 'higher') ORDER BY 1;
-- what one of them asks, all have used
SELECT count(*) AS contracts FROM twin.contract WHERE point_id = '22516914714270';
SELECT server, used_last_hour, left_this_hour FROM switchgrid.quota WHERE server IN ('linky', 'twin', 'lower', 'higher') ORDER BY 1;
-- and a limit that is raised lets the next one go
ALTER SERVER linky OPTIONS (SET per_hour '5');
SELECT state FROM t.refused(:'daily');
SELECT used_last_hour, left_this_hour, blocked_by FROM switchgrid.quota WHERE server = 'linky';
-- another application shares nothing
ALTER USER MAPPING FOR CURRENT_USER SERVER twin OPTIONS (SET client_id 'another');
SELECT server, used_last_hour FROM switchgrid.quota WHERE server IN ('linky', 'twin') ORDER BY 1;
-- the API wants a second, the hour more: the longer counts
SELECT t.go('linky', '+error=Q3', ', SET per_hour ''2''');
SELECT state FROM t.refused(:'contract');
SELECT used_last_hour, left_this_hour, blocked_by, blocked_until > clock_timestamp() + interval '30 minutes' AS later FROM switchgrid.quota WHERE server = 'linky';

-- APIs that the operator counts apart: each has a row, and one that is dry leaves the others be.
SELECT t.go('apart', '+unordered', ', ADD per_second ''0'', ADD per_hour ''2'', ADD max_wait ''0''');
SELECT t.mark();
SELECT count(*) AS contracts FROM apart.contract WHERE point_id = '22516914714270';
SELECT count(*) > 0 AS days FROM apart.daily_energy WHERE direction = 'consumption' AND day >= '2026-11-10' AND point_id = '22516914714270';
SELECT count(*) > 0 AS slots FROM apart.load_curve WHERE starts_at >= '2026-11-16' AND direction = 'consumption' AND point_id = '22516914714270';
SELECT endpoint, count(*) FROM t.went() GROUP BY endpoint ORDER BY endpoint COLLATE "C";
SELECT part, used_last_hour, left_this_hour, blocked_by, blocked_until IS NOT NULL AS blocked FROM switchgrid.quota WHERE server = 'apart' ORDER BY part COLLATE "C" NULLS FIRST;
SELECT state, until = blocked_until AS as_shown FROM t.refused('SELECT * FROM apart.daily_energy WHERE point_id = ''22516914714270'''), switchgrid.quota WHERE server = 'apart' AND part = 'mesure_synchrone_auto';
SELECT count(*) AS addresses FROM apart.address WHERE point_id = '22516914714270';

-- Every API: GRDF with its token, Switchgrid where the user's token is the credential.
SELECT t.mark();
SELECT count(*) AS contracts FROM gas.contract WHERE point_id = 'GI999055';
SELECT used_last_hour, left_this_hour, (SELECT count(*) FROM t.went()) AS went FROM switchgrid.quota WHERE server = 'gas';
SELECT t.mark();
SELECT count(*) AS found FROM asker.contract_search WHERE point_id = '22516914714270';
SELECT used_last_hour, left_this_hour, (SELECT count(*) FROM t.went()) AS went FROM switchgrid.quota WHERE server = 'asker';

-- A mapping that is broken hides only itself: what is allowed is known, and nothing else.
SELECT current_setting('data_directory') || '/switchgrid.quota' AS token_file \gset
\set remove 'rm ' :token_file
COPY (SELECT 'demo-secret') TO :'token_file';
ALTER USER MAPPING FOR CURRENT_USER SERVER asker OPTIONS (ADD token_file :'token_file', DROP token);
SELECT used_last_hour FROM switchgrid.quota WHERE server = 'asker';
COPY (SELECT 'demo-secret', 'blank') TO :'token_file';
SELECT count(*) AS rows, count(used_last_hour) AS known FROM switchgrid.quota WHERE server = 'asker';
COPY (SELECT WHERE false) TO PROGRAM :'remove';
ALTER USER MAPPING FOR CURRENT_USER SERVER lower OPTIONS (DROP client_id);
ALTER USER MAPPING FOR CURRENT_USER SERVER higher OPTIONS (ADD client_secret_file :'token_file', DROP client_secret);
SELECT server, per_second, per_hour, used_last_hour, left_this_hour, next_at, blocked_until, blocked_by FROM switchgrid.quota WHERE server IN ('asker', 'lower') ORDER BY 1;
-- no secret is needed where the application is named by its client_id
SELECT server, used_last_hour FROM switchgrid.quota WHERE server = 'higher';
ALTER USER MAPPING FOR CURRENT_USER SERVER asker OPTIONS (ADD token 'demo-secret', DROP token_file);
SELECT used_last_hour FROM switchgrid.quota WHERE server = 'asker';
-- neither who asks nor with what is told
SELECT count(*) > 10 AS many, count(*) FILTER (WHERE q::text ~ 'demo|another') AS told FROM switchgrid.quota AS q;

-- Who may not ask sees nothing: rights on the view and its function, USAGE on the server, and a mapping.
CREATE ROLE sg_watcher;
GRANT USAGE ON SCHEMA switchgrid TO sg_watcher;
SET ROLE sg_watcher;
SELECT * FROM switchgrid.quota;
SELECT * FROM switchgrid.quotas();
RESET ROLE;
GRANT SELECT ON switchgrid.quota TO sg_watcher;
SET ROLE sg_watcher;
SELECT * FROM switchgrid.quota;
RESET ROLE;
GRANT EXECUTE ON FUNCTION switchgrid.quotas() TO sg_watcher;
CREATE USER MAPPING FOR sg_watcher SERVER linky OPTIONS (client_id 'demo', client_secret 'demo-secret');
GRANT USAGE ON FOREIGN SERVER gas TO sg_watcher;
SET ROLE sg_watcher;
SELECT * FROM switchgrid.quota;
RESET ROLE;
GRANT USAGE ON FOREIGN SERVER linky TO sg_watcher;
SET ROLE sg_watcher;
SELECT server, used_last_hour FROM switchgrid.quota;
RESET ROLE;
-- a mapping for all is one
CREATE USER MAPPING FOR PUBLIC SERVER gas OPTIONS (client_id 'demo', client_secret 'demo-secret');
SET ROLE sg_watcher;
SELECT server, used_last_hour FROM switchgrid.quota ORDER BY 1;
RESET ROLE;
REVOKE ALL ON FUNCTION switchgrid.quotas() FROM sg_watcher;
REVOKE ALL ON switchgrid.quota FROM sg_watcher;
REVOKE ALL ON SCHEMA switchgrid FROM sg_watcher;
REVOKE ALL ON FOREIGN SERVER linky, gas FROM sg_watcher;
DROP USER MAPPING FOR sg_watcher SERVER linky;
DROP USER MAPPING FOR PUBLIC SERVER gas;
DROP ROLE sg_watcher;

-- What it is joined with may be read in parallel.
CREATE TABLE t.many AS SELECT i FROM generate_series(1, 10000) AS i;
ANALYZE t.many;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
CREATE FUNCTION t.plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query;
END $$;
\set joined 'SELECT server, count(*) FROM switchgrid.quota, t.many WHERE server = ''linky'' AND used_last_hour <= i GROUP BY 1'
SELECT count(*) FILTER (WHERE line ~ 'Parallel Seq Scan on many') AS parallel FROM t.plan(:'joined') AS line;
:joined;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- The API's own word, held within a day; all servers of the credential heed it, whatever their hour has left. The simulator's clock goes days ahead of any other.
SELECT format('curl -sf -o /dev/null -X POST "%s/_clock/advance?seconds=%s"', current_setting('test.url'), 259200 + GREATEST(extract(epoch FROM now() - '2026-11-20T10:00:00+01:00')::bigint, 0)) AS ahead \gset
COPY (SELECT WHERE false) TO PROGRAM :'ahead';
SELECT t.go('linky', '+error=900804', ', SET per_hour ''3''');
SELECT t.go('twin', '+error=900804');
ALTER USER MAPPING FOR CURRENT_USER SERVER twin OPTIONS (SET client_id 'demo');
SELECT clock_timestamp() AS before \gset
SELECT state FROM t.refused(:'contract');
SELECT server, used_last_hour, left_this_hour, blocked_by, blocked_until - interval '1 day' BETWEEN :'before' AND clock_timestamp() AS a_day, next_at = blocked_until AS next_is_then, blocked_until = min(blocked_until) OVER () AS same FROM switchgrid.quota WHERE server IN ('linky', 'twin') ORDER BY 1;
SELECT state, until = blocked_until AS as_shown FROM t.refused(:'contract'), switchgrid.quota WHERE server = 'linky';
-- the hour that is dry too would end sooner
ALTER SERVER linky OPTIONS (SET per_hour '2');
SELECT left_this_hour, blocked_by, blocked_until > clock_timestamp() + interval '2 hours' AS later FROM switchgrid.quota WHERE server = 'linky';
-- a word that is within the day is heeded as it is: the next full hour
SELECT t.go('linky', '+error=Q4', ', SET per_hour ''0''');
SELECT clock_timestamp() AS before \gset
SELECT state FROM t.refused(:'contract');
SELECT COALESCE(blocked_by = 'api' AND blocked_until = date_trunc('hour', :'before'::timestamptz) + interval '1 hour', false) OR date_trunc('hour', clock_timestamp()) > :'before' AS full_hour FROM switchgrid.quota WHERE server = 'linky';
-- and of one API that is counted apart it is about that one
SELECT t.go('apart', '+error_at=donnees_generales_auto:900804', ', SET per_hour ''0''');
SELECT state FROM t.refused('SELECT * FROM apart.address WHERE point_id = ''22516914714270''');
SELECT part, used_last_hour, left_this_hour, blocked_by, blocked_until > clock_timestamp() AS later FROM switchgrid.quota WHERE server = 'apart' AND (used_last_hour > 0 OR blocked_until IS NOT NULL) ORDER BY part COLLATE "C" NULLS FIRST;
-- nothing was sent to find all this out, and whoever asked is to blame for nothing
SELECT t.mark();
SELECT count(*) > 10 AS many FROM switchgrid.quota;
SELECT count(*) FROM t.went();
SELECT endpoint, fault FROM t.journal() WHERE fault IS NOT NULL;
