-- Options are checked where they are given, and a complaint says what is valid.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
\set VERBOSITY default
-- an unknown option, for each kind of object
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', colour 'blue');
CREATE USER MAPPING FOR PUBLIC SERVER linky OPTIONS (password 'x');
CREATE FOREIGN TABLE t.f (point_id text) SERVER linky OPTIONS (name 'load_curve');
ALTER FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (ADD debug 'on');
-- values out of contract
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw;
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'tempo');
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', generation 'v9');
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', environment 'moon');
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', per_second '-1');
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', per_second '5x');
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', timeout '0');
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', in_flight '65');
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', max_body '99999999999999999999');
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', allow_plain_http 'perhaps');
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', base_url 'ftp://example.org');
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', base_url 'https://');
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', base_url 'https://u:p@example.org');
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', base_url 'https://example.org/?q');
CREATE FOREIGN TABLE t.f (point_id text) SERVER linky OPTIONS (relation 'weather');
CREATE USER MAPPING FOR PUBLIC SERVER linky OPTIONS (client_id '');
CREATE USER MAPPING FOR PUBLIC SERVER linky OPTIONS (client_id 'demo:', client_secret 'x');
CREATE USER MAPPING FOR PUBLIC SERVER linky OPTIONS (client_id 'demo', client_secret_file 'secret');
-- plain HTTP would show the secret to the network: loopback only, unless the owner says so
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', base_url 'http://example.org');
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', base_url 'http://127.0.0.1.example.org');
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', base_url 'http://localhost.example.org:80/');
CREATE SERVER s1 FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', base_url 'http://[::1]:8080/x');
CREATE SERVER s2 FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', base_url 'http://LOCALHOST');
CREATE SERVER s3 FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', base_url 'http://example.org', allow_plain_http 'true');
ALTER SERVER s3 OPTIONS (DROP allow_plain_http);
-- a proxy is a host and a port; through one that is elsewhere, plain HTTP leaves this machine
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', proxy 'example.org:3128');
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', proxy 'http://');
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', proxy 'http://u:word@example.org:3128');
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', base_url 'http://127.0.0.1:1', proxy 'http://example.org:3128');
CREATE SERVER s4 FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', base_url 'http://127.0.0.1:1', proxy 'socks5h://[::1]:1080');
CREATE SERVER s5 FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', proxy 'https://example.org:3128', ca_file '/etc/authorities.pem');
ALTER SERVER s4 OPTIONS (SET proxy 'http://192.0.2.1:3128');
CREATE USER MAPPING FOR CURRENT_USER SERVER s5 OPTIONS (client_id 'demo', client_secret 'x', proxy_user 'me');
SELECT switchgrid.revoke_token('s5');
-- a file of the database server is for superusers to name
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', ca_file 'authorities.pem');
CREATE ROLE sg_analyst;
GRANT USAGE ON FOREIGN SERVER linky TO sg_analyst;
SET ROLE sg_analyst;
CREATE USER MAPPING FOR CURRENT_USER SERVER linky OPTIONS (client_id 'demo', client_secret_file '/etc/passwd');
RESET ROLE;
GRANT USAGE ON FOREIGN DATA WRAPPER switchgrid_fdw TO sg_analyst;
SET ROLE sg_analyst;
CREATE SERVER s FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', ca_file '/etc/passwd');
RESET ROLE;
REVOKE USAGE ON FOREIGN DATA WRAPPER switchgrid_fdw FROM sg_analyst;
-- a mapping that is missing or incomplete is an error of the query, not an empty result
CREATE FUNCTION t.live() RETURNS bigint LANGUAGE sql AS
    $$SELECT count(*) FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-19'$$;
SELECT t.live();
DROP USER MAPPING FOR CURRENT_USER SERVER linky;
\set VERBOSITY sqlstate
SELECT t.live();
\set VERBOSITY default
CREATE USER MAPPING FOR CURRENT_USER SERVER linky OPTIONS (client_id 'demo');
SELECT t.live();
-- the secret may come from a file, whose first line it is
\set secret `f=$(mktemp) && chmod 644 "$f" && printf 'demo-secret\nnot this\n' >"$f" && echo "$f"`
ALTER USER MAPPING FOR CURRENT_USER SERVER linky OPTIONS (ADD client_secret_file :'secret');
SELECT t.live();
\setenv SECRET_FILE :secret
\! : >"$SECRET_FILE"
SELECT regexp_replace(says, '"/.*/[^"]*"', '"FILE"') AS says, part
FROM t.outcome('unlimited', 'SELECT * FROM live.load_curve WHERE point_id = ''22516914714270'' AND starts_at >= ''2026-11-19''');
\! rm "$SECRET_FILE"
SELECT regexp_replace(says, '"/.*/[^"]*"', '"FILE"') AS says, part
FROM t.outcome('unlimited', 'SELECT * FROM live.load_curve WHERE point_id = ''22516914714270'' AND starts_at >= ''2026-11-19''');
-- foreign tables have the relation's columns
CREATE FOREIGN TABLE t.f1 (point_id text, watts integer) SERVER linky OPTIONS (relation 'load_curve');
SELECT * FROM t.f1 WHERE point_id = '22516914714270';
CREATE FOREIGN TABLE t.f2 (point_id text, amps double precision) SERVER linky OPTIONS (relation 'load_curve');
SELECT * FROM t.f2 WHERE point_id = '22516914714270';
CREATE FOREIGN TABLE t.f3 (point_id text) SERVER linky;
SELECT * FROM t.f3 WHERE point_id = '22516914714270';
-- in any order, and not necessarily all
CREATE FOREIGN TABLE t.f4 (watts double precision, gone text, starts_at timestamptz, point_id text) SERVER linky OPTIONS (relation 'load_curve');
ALTER FOREIGN TABLE t.f4 DROP COLUMN gone;
SELECT count(*) FROM t.f4 WHERE false;
ALTER USER MAPPING FOR CURRENT_USER SERVER linky OPTIONS (DROP client_secret_file, ADD client_secret 'demo-secret');
SELECT a.watts = b.watts AS same, a.starts_at FROM t.f4 a JOIN live.load_curve b USING (point_id, starts_at)
WHERE a.point_id = '22516914714270' AND a.starts_at >= '2026-11-19 22:30' AND b.starts_at >= '2026-11-19 22:30' ORDER BY 2;
-- IMPORT FOREIGN SCHEMA: the schema has the API's name, and the usual selections work
CREATE SCHEMA t2;
IMPORT FOREIGN SCHEMA public FROM SERVER linky INTO t2;
IMPORT FOREIGN SCHEMA enedis LIMIT TO (daily_energy) FROM SERVER linky INTO t2;
IMPORT FOREIGN SCHEMA enedis EXCEPT (daily_energy, register_reading, connection, consent) FROM SERVER linky INTO t2;
IMPORT FOREIGN SCHEMA store FROM SERVER switchgrid_store INTO t;
\det t*.*
DROP SCHEMA t2 CASCADE;
REVOKE ALL ON FOREIGN SERVER linky FROM sg_analyst;
DROP ROLE sg_analyst;
