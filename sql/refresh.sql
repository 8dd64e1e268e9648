-- Refresh fetches what is watched and not there, once, and says what is still open and why.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
-- wishes are checked where they are made
\set VERBOSITY default
SELECT switchgrid.watch('nowhere', '{22516914714270}');
SELECT switchgrid.watch('switchgrid_store', '{22516914714270}');
SELECT switchgrid.watch('linky', '{2251691471427}');
SELECT switchgrid.watch('linky', '{22516914714270,NULL}');
SELECT switchgrid.watch('linky', NULL);
SELECT switchgrid.watch('linky', '{22516914714270}', '{weather}');
SELECT switchgrid.watch('linky', '{22516914714270}', directions => '{upwards}');
SELECT switchgrid.watch('linky', '{22516914714270}', '{daily_max_power}', directions => '{production}');
SELECT switchgrid.watch('linky', '{22516914714270}', since => '2026-11-01', until => '2026-11-01');
SELECT switchgrid.watch('linky', '{22516914714270}', since => '2026-11-02', until => '2026-11-01');
SELECT switchgrid.watch('linky', '{22516914714270}', since => '2010-01-01', until => '2011-01-01');
SET client_min_messages = notice;
SELECT switchgrid.watch('linky', '{22516914714270}', '{load_curve}', since => '2010-01-01', until => '2025-01-01');
SET client_min_messages = warning;
SELECT switchgrid.unwatch('linky', '{22516914714270}');
SELECT count(*) FROM switchgrid.watch;
-- nothing watched: nothing done
CALL switchgrid.refresh();
CALL switchgrid.refresh('nowhere');
-- it commits, so it needs its own transactions: not in a block, not in a function
BEGIN;
CALL switchgrid.refresh();
ROLLBACK;
CREATE FUNCTION t.call() RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE a bigint; b bigint; c bigint; BEGIN CALL switchgrid.refresh(NULL, NULL, a, b, c); RETURN a; END $$;
SELECT t.call();
-- a block of its own is fine
DO $$ DECLARE a bigint; b bigint; c bigint; BEGIN CALL switchgrid.refresh(NULL, NULL, a, b, c); END $$;
-- a month of a point: the smallest number of requests, then none
SELECT switchgrid.watch('linky', '{22516914714270}', since => '2026-10-20');
SELECT relation, direction, days, cause FROM switchgrid.gap ORDER BY 1;
CALL switchgrid.refresh();
SELECT * FROM t.asked();
SELECT relation, held, empty, floor FROM switchgrid.coverage ORDER BY 1;
SELECT * FROM switchgrid.gap;
SELECT server, planned, requests, tokens, retries, rows, outcome, bytes > 10000 AS bytes, finished_at IS NOT NULL AS finished FROM switchgrid.refresh_run;
SELECT t.mark();
CALL switchgrid.refresh();
SELECT * FROM t.asked();
-- the next day there is one day more: one request for each relation, and one window that reaches back no further
SET switchgrid.now = '2026-11-21T09:00:00Z';
SELECT relation, days, cause FROM switchgrid.gap ORDER BY 1;
CALL switchgrid.refresh();
SELECT endpoint, start, until FROM t.asked() ORDER BY 1;
-- the simulator's clock did not move: it calls that day the future, and the answer is remembered with its reason
SELECT relation, days, cause, code, tries FROM switchgrid.gap ORDER BY 1;
SELECT t.mark();
CALL switchgrid.refresh();
SELECT * FROM t.asked();
SET switchgrid.now = '2026-11-20T09:00:00Z';
-- the stored relation and the live one give the same rows for the same query
CREATE FUNCTION t.differences(points text[], since timestamptz, until timestamptz) RETURNS bigint LANGUAGE sql AS $$
    WITH live AS MATERIALIZED (SELECT * FROM live.load_curve WHERE point_id = ANY (points) AND starts_at >= since AND starts_at < until),
         stored AS MATERIALIZED (SELECT * FROM switchgrid.load_curve WHERE point_id = ANY (points) AND starts_at >= since AND starts_at < until)
    SELECT count(*) FROM ((TABLE live EXCEPT ALL TABLE stored) UNION ALL (TABLE stored EXCEPT ALL TABLE live)) AS d
$$;
SELECT t.differences('{22516914714270}', '2026-10-20', '2026-11-20');
SELECT count(*) FROM ((SELECT point_id, direction, day, wh FROM live.daily_energy WHERE point_id = '22516914714270' AND day >= '2026-10-20' EXCEPT SELECT point_id, direction, day, wh FROM switchgrid.daily_energy)
    UNION ALL (SELECT point_id, direction, day, wh FROM switchgrid.daily_energy EXCEPT SELECT point_id, direction, day, wh FROM live.daily_energy WHERE point_id = '22516914714270' AND day >= '2026-10-20')) d;
SELECT month, points, wh, watts_min, watts_max FROM switchgrid.curve_segment ORDER BY 1;
SELECT count(*), sum(wh), min(watts), max(watts) FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-10-20' AND starts_at < '2026-11-01';
-- other steps, holes, a revoked consent, a curve that is not recorded, a young house: each its own outcome
SELECT switchgrid.watch('linky', '{63695879465986,22315546958763,42900589957123,26584978546985,32320647321714,30000000010002}', since => '2026-10-20');
SELECT t.mark();
-- (in 2026 an empty window is looked at twice: its contract is asked whether it begins too early)
CALL switchgrid.refresh() \g /dev/null
SELECT rows FROM switchgrid.refresh_run ORDER BY id DESC LIMIT 1;
SELECT endpoint, point, start, until, status, fault FROM t.asked() WHERE endpoint <> 'contracts' OR point = '30000000010002' ORDER BY point, endpoint, start DESC;
SELECT point_id, relation, held, empty, floor FROM switchgrid.coverage ORDER BY 1, 2;
SELECT point_id, relation, days, cause, code, tries, retry_at - asked_at AS wait FROM switchgrid.gap ORDER BY 1, 2, 3;
SELECT t.differences('{63695879465986,22315546958763,42900589957123,30000000010002}', '2026-10-20', '2026-11-20');
-- a second run asks none of them again; a later one asks what is late
SELECT t.mark();
CALL switchgrid.refresh();
SELECT * FROM t.asked();
SET switchgrid.now = '2026-11-20T16:00:00Z';
CALL switchgrid.refresh('linky', '{42900589957123}') \g /dev/null
SELECT endpoint, point, start, until, status FROM t.asked() WHERE point = '42900589957123' AND endpoint <> 'contracts';
SELECT point_id, relation, days, cause, tries FROM switchgrid.gap WHERE point_id = '42900589957123' ORDER BY 2, 3;
SET switchgrid.now = '2026-11-20T09:00:00Z';
-- a failure of the operator leaves its window open and holds nothing else back
SELECT switchgrid.unwatch('linky', ARRAY(SELECT point_id FROM switchgrid.watch));
SELECT switchgrid.watch('linky', '{64975835695673}', '{load_curve}', since => '2026-11-01');
SELECT t.play('unlimited+error=technical_error');
CALL switchgrid.refresh();
SELECT days, cause, code, tries, retry_at - asked_at AS wait FROM switchgrid.gap ORDER BY 1;
SELECT t.play('unlimited');
SET switchgrid.now = '2026-11-20T09:20:00Z';
CALL switchgrid.refresh();
SELECT held FROM switchgrid.coverage WHERE point_id = '64975835695673';
SELECT * FROM switchgrid.gap;
-- a server that cannot be reached, or refuses the credential, is an error; the gaps stay as they are
SELECT switchgrid.watch('linky', '{64975835695673}', '{daily_energy}', since => '2026-11-01');
ALTER USER MAPPING FOR CURRENT_USER SERVER linky OPTIONS (SET client_secret 'wrong-secret');
CALL switchgrid.refresh();
ALTER USER MAPPING FOR CURRENT_USER SERVER linky OPTIONS (SET client_secret 'demo-secret');
SELECT outcome FROM switchgrid.refresh_run ORDER BY id DESC LIMIT 1;
SELECT relation, days, cause FROM switchgrid.gap;
CALL switchgrid.refresh();
-- so is a token that cannot be had, and no window is blamed for it
SELECT switchgrid.watch('linky', '{64975835695673}', '{daily_energy}', since => '2026-10-01');
SELECT t.play('unlimited+stall_token');
ALTER SERVER linky OPTIONS (ADD timeout '1');
\set VERBOSITY terse
CALL switchgrid.refresh();
\set VERBOSITY default
ALTER SERVER linky OPTIONS (DROP timeout);
SELECT t.play('unlimited');
SELECT outcome FROM switchgrid.refresh_run ORDER BY id DESC LIMIT 1;
SELECT relation, days, cause FROM switchgrid.gap;
-- a server that is gone, or without a mapping, does not hold back the others
CREATE SERVER abroad FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis');
CREATE SERVER bare FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis');
SELECT switchgrid.watch('abroad', '{64975835695673}'), switchgrid.watch('bare', '{64975835695673}');
DROP SERVER abroad;
\set VERBOSITY sqlstate
CALL switchgrid.refresh();
\set VERBOSITY default
SELECT server, left(outcome, 22) AS outcome, finished_at IS NOT NULL AS finished FROM switchgrid.refresh_run ORDER BY id DESC LIMIT 2;
SELECT server, relation, cause FROM switchgrid.gap ORDER BY 1, 2;
DELETE FROM switchgrid.watch WHERE server IN ('abroad', 'bare');
-- who may not use a server cannot spend its credential through refresh
CREATE ROLE sg_keeper;
GRANT USAGE ON SCHEMA switchgrid TO sg_keeper;
GRANT ALL ON ALL TABLES IN SCHEMA switchgrid TO sg_keeper;
GRANT ALL ON ALL FUNCTIONS IN SCHEMA switchgrid TO sg_keeper;
GRANT ALL ON ALL PROCEDURES IN SCHEMA switchgrid TO sg_keeper;
CREATE USER MAPPING FOR PUBLIC SERVER linky OPTIONS (client_id 'demo', client_secret 'demo-secret');
SET ROLE sg_keeper;
SELECT switchgrid.watch('linky', '{64975835695673}');
CALL switchgrid.refresh();
RESET ROLE;
DROP USER MAPPING FOR PUBLIC SERVER linky;
DROP OWNED BY sg_keeper;
DROP ROLE sg_keeper;
-- a row of another month, written by hand, leaves its point open and nothing else
UPDATE switchgrid.curve_segment SET curve = '{2026-05-01T00:00:00Z PT60M 1}' WHERE point_id = '22315546958763' AND month = '2026-11-01';
SELECT switchgrid.watch('linky', '{22315546958763,64975835695673}', '{load_curve}', since => '2026-11-10');
DELETE FROM switchgrid.coverage WHERE relation = 'load_curve';
CALL switchgrid.refresh();
SELECT point_id, days, cause, message FROM switchgrid.gap WHERE relation = 'load_curve' ORDER BY 1, 2;
DELETE FROM switchgrid.curve_segment WHERE point_id = '22315546958763';
-- points that are sent twice do not make half a day a whole one
SELECT switchgrid.unwatch('linky', ARRAY(SELECT point_id FROM switchgrid.watch));
SELECT switchgrid.watch('linky', '{42900589957123}', '{load_curve}', since => '2026-11-12', until => '2026-11-20');
SELECT t.play('unlimited+twice');
CALL switchgrid.refresh();
SELECT days, cause FROM switchgrid.gap;
SELECT count(*), count(DISTINCT starts_at) FROM switchgrid.load_curve WHERE point_id = '42900589957123';
SELECT t.play('unlimited');
-- a server that fails again and again is left in peace
SELECT switchgrid.watch('linky', '{22516914714270}', '{load_curve}');
DELETE FROM switchgrid.coverage WHERE point_id = '22516914714270';
SELECT t.play('unlimited+error=technical_error');
SELECT t.mark();
CALL switchgrid.refresh();
SELECT count(*) FROM t.asked();
SELECT t.play('unlimited');
SELECT count(*) > 0 AS asked_later FROM switchgrid.gap WHERE cause = 'server' AND retry_at > '2026-11-20T09:20:00Z';
DELETE FROM switchgrid.open_span;
SELECT switchgrid.unwatch('linky', ARRAY(SELECT point_id FROM switchgrid.watch));
-- an application that is not subscribed is told so once, and the points are not blamed
SELECT switchgrid.watch('linky', '{64975835695673,22315546958763}', since => '2026-10-01');
SELECT t.play('unlimited+error=900908');
SELECT t.mark();
CALL switchgrid.refresh();
SELECT endpoint, status FROM t.asked() ORDER BY 1;
SELECT DISTINCT cause FROM switchgrid.gap ORDER BY 1;
-- a procedure's caller with a strange search_path gets the same
CREATE SCHEMA evil;
CREATE FUNCTION evil.eq(text, text) RETURNS bool LANGUAGE sql AS 'SELECT 1/0 = 1';
CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.eq);
CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT 1/0; SELECT NULL::timestamptz';
SET search_path = evil, pg_catalog;
SELECT t.play('unlimited');
SELECT switchgrid.watch('linky', '{22315546958763}', '{daily_energy}', since => '2026-09-01');
SET switchgrid.now = '2026-11-20T11:00:00Z';
CALL switchgrid.refresh();
SELECT count(*) FROM switchgrid.load_curve WHERE starts_at >= '2026-11-19';
RESET search_path;
DROP SCHEMA evil CASCADE;
