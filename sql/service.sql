-- The refresh as a service: what it would ask, what it may spend, when it asks again, and how things stand.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
-- a plan is what the run then asks, request for request, in its order: the newest days of all points first
SELECT switchgrid.watch('linky', '{22516914714270,22315546958763}', '{load_curve,daily_energy}', since => '2026-10-01');
CREATE TABLE t.plan AS SELECT * FROM switchgrid.plan();
SELECT t.v5_name(endpoint) AS endpoint, relations, count(*), min(lower(days)), max(upper(days)), count(DISTINCT point_id) AS points, bool_or(ordered) AS ordered FROM t.plan GROUP BY 1, 2 ORDER BY 1;
SELECT "position", point_id, days, leaves_after FROM t.plan WHERE '{load_curve}' = relations ORDER BY 1 LIMIT 2;
SELECT count(*) AS asked FROM t.journal() WHERE endpoint <> 'token';
-- a budget of requests: the first of the plan, and the next run goes on
SELECT t.mark();
CALL switchgrid.refresh(max_requests => 3);
SELECT (SELECT array_agg((t.v5_name(p.endpoint), p.point_id, p.days) ORDER BY t.v5_name(p.endpoint), p.point_id) FROM t.plan p WHERE "position" <= 3)
     = (SELECT array_agg((t.v5_name(a.endpoint), a.point, daterange(a.start, a.until)) ORDER BY t.v5_name(a.endpoint), a.point) FROM t.asked() a WHERE a.endpoint <> 'token') AS as_planned;
SELECT planned, answered, outcome FROM switchgrid.refresh_run ORDER BY id DESC LIMIT 1;
SELECT * FROM switchgrid.attention;
CALL switchgrid.refresh(max_requests => 0);
CALL switchgrid.refresh(max_time => '-1 s');
CALL switchgrid.refresh(max_time => '1 mon');
-- a budget of time: what has left is stored, and nothing leaves after it
ALTER SERVER linky OPTIONS (SET per_second '2');
SELECT t.mark();
CREATE TABLE t.began AS SELECT clock_timestamp() AS at;
CALL switchgrid.refresh(max_time => '1.2 s', requests => NULL);
SELECT clock_timestamp() - at < interval '10 s' AS in_time FROM t.began;
SELECT r.answered BETWEEN 2 AND 6 AND r.answered < r.planned AS some, r.outcome, r.answered = (SELECT count(*) FROM t.asked() a WHERE a.endpoint <> 'token') AS all_that_left
FROM switchgrid.refresh_run r ORDER BY id DESC LIMIT 1;
ALTER SERVER linky OPTIONS (SET per_second '0');
CALL switchgrid.refresh();
SELECT planned = answered AS whole, outcome FROM switchgrid.refresh_run ORDER BY id DESC LIMIT 1;
SELECT count(*) FROM switchgrid.plan();
-- status: to the minute, by an independent computation; the day on which clocks went back has 1500
SELECT point_id, relation, from_day, to_day, minutes_wanted, minutes_held, round(completeness::numeric, 4) AS completeness, last_success = '2026-11-20 10:00+01' AS now, last_error, next_try FROM switchgrid.status ORDER BY 1, 2;
SELECT bool_and(s.minutes_held = (SELECT sum(extract(epoch FROM l.step) / 60) FROM switchgrid.load_curve l WHERE l.point_id = s.point_id)) AS held,
       bool_and(s.minutes_wanted = extract(epoch FROM '2026-11-20 00:00+01'::timestamptz - '2026-10-01 00:00+02') / 60) AS wanted
FROM switchgrid.status s WHERE relation = 'load_curve';
DELETE FROM switchgrid.curve_segment WHERE point_id = '22315546958763' AND month = '2026-10-01';
SELECT minutes_wanted - minutes_held = 31 * 1440 + 60 AS a_month_less FROM switchgrid.status WHERE point_id = '22315546958763' AND relation = 'load_curve';
SELECT * FROM switchgrid.attention;
-- each gap has its own back-off: one that never fills delays no other
DELETE FROM switchgrid.watch; DELETE FROM switchgrid.coverage; DELETE FROM switchgrid.open_span; DELETE FROM switchgrid.curve_segment;
SELECT switchgrid.watch('linky', '{22516914714270}', '{load_curve}', since => '2026-11-10', until => '2026-11-12');
SELECT t.play('unlimited+error=technical_error');
SET client_min_messages = error;
CALL switchgrid.refresh();
SELECT days, cause, tries, retry_at - asked_at AS wait FROM switchgrid.open_span ORDER BY 1;
SET switchgrid.now = '2026-11-20T09:20:00Z';
CALL switchgrid.refresh();
SET switchgrid.now = '2026-11-20T10:00:00Z';
SELECT switchgrid.watch('linky', '{22516914714270}', '{load_curve}', since => '2026-11-10', until => '2026-11-14');
CALL switchgrid.refresh();
SELECT days, cause, tries, retry_at - asked_at AS wait FROM switchgrid.open_span ORDER BY 1;
SELECT relation, last_error, last_error_at AT TIME ZONE 'UTC' AS at, next_try AT TIME ZONE 'UTC' AS next_try FROM switchgrid.status;
SELECT what, server, point_id, advice FROM switchgrid.attention ORDER BY 1;
RESET client_min_messages;
SET client_min_messages = warning;
SET switchgrid.now = '2026-11-21T12:00:00Z';
SELECT t.play('unlimited');
CALL switchgrid.refresh();
SELECT days, cause, tries FROM switchgrid.open_span ORDER BY 1;
SELECT held, empty FROM switchgrid.coverage;
-- late days are asked again as the policy says, old empty ones rarely, and more rarely each time
DELETE FROM switchgrid.watch; DELETE FROM switchgrid.coverage; DELETE FROM switchgrid.open_span; DELETE FROM switchgrid.curve_segment;
SET switchgrid.now = '2026-11-20T09:00:00Z';
SELECT switchgrid.watch('linky', '{22516914714270}', '{load_curve}', since => '2026-11-06', until => '2026-11-20');
INSERT INTO switchgrid.policy (relation, late_days, late_retry, empty_retry) VALUES ('load_curve', 3, '2 hours', '20 days');
SELECT * FROM switchgrid.policy_in_force WHERE relation IN ('load_curve', 'contract') ORDER BY 1;
SELECT t.play('unlimited+error=no_data_found');
CALL switchgrid.refresh();
SELECT days, cause, tries, retry_at - asked_at AS wait FROM switchgrid.open_span ORDER BY 1;
SELECT days, cause FROM switchgrid.gap;
SELECT count(*) FROM switchgrid.plan();
SET switchgrid.now = '2026-11-20T11:00:00Z';
SELECT days FROM switchgrid.plan();
SET switchgrid.now = '2026-12-10T12:00:00Z';
SELECT days FROM switchgrid.plan() ORDER BY 1;
CALL switchgrid.refresh();
SELECT days, cause, tries, retry_at - asked_at AS wait FROM switchgrid.open_span ORDER BY 1;
-- data that came after all fills them
SET switchgrid.now = '2027-02-01T12:00:00Z';
SELECT t.play('unlimited');
CALL switchgrid.refresh();
SELECT held, empty FROM switchgrid.coverage;
SELECT * FROM switchgrid.open_span;
-- nothing is asked beyond the end of a consent; a new one, or none that is known, lifts that
SET switchgrid.now = '2026-11-20T09:00:00Z';
DELETE FROM switchgrid.watch; DELETE FROM switchgrid.coverage; DELETE FROM switchgrid.policy;
SELECT switchgrid.watch('linky', '{22516914714270}', '{load_curve,daily_energy}', since => '2026-11-10');
INSERT INTO switchgrid.consent (server, point_id, state, starts_on, ends_on) VALUES ('linky', '22516914714270', 'ACTIF', '2023-11-20', '2026-11-19');
SELECT t.mark();
CALL switchgrid.refresh();
SELECT * FROM t.asked();
SELECT relation, days, cause, message, retry_at FROM switchgrid.gap ORDER BY 1;
SELECT what, point_id, detail FROM switchgrid.attention;
UPDATE switchgrid.consent SET ends_on = '2026-11-20';
SELECT count(*) FROM switchgrid.plan();
CALL switchgrid.refresh();
SELECT relation, completeness FROM switchgrid.status ORDER BY 1;
SELECT what, point_id, detail FROM switchgrid.attention;
-- a consent that was cancelled is over too, and one that is told with several rights holds while one of them does
UPDATE switchgrid.consent SET ends_on = '2027-11-20', state = 'CANCELLED';
SELECT DISTINCT ended FROM switchgrid.wanted;
SELECT what, point_id, detail FROM switchgrid.attention;
INSERT INTO switchgrid.consent (server, point_id, state, service_id) VALUES ('linky', '22516914714270', 'ACTIF', '7');
SELECT DISTINCT ended FROM switchgrid.wanted;
-- old consents of what is watched stay known, else their end would be forgotten
DELETE FROM switchgrid.consent WHERE service_id = '7';
UPDATE switchgrid.consent SET ends_on = '2024-11-10';
INSERT INTO switchgrid.policy (relation, keep) VALUES ('consent', '1 year');
CALL switchgrid.refresh();
SELECT DISTINCT ended FROM switchgrid.wanted;
DELETE FROM switchgrid.policy;
-- a wish that ended before what is kept begins disturbs no other
SELECT switchgrid.watch('linky', '{63695879465986}', '{load_curve}', since => '2025-06-01', until => '2025-07-01');
INSERT INTO switchgrid.policy (relation, keep) VALUES ('load_curve', '1 year');
SELECT point_id, relation, days FROM switchgrid.wanted ORDER BY 1, 2;
SELECT switchgrid.unwatch('linky', '{63695879465986}');
DELETE FROM switchgrid.policy;
-- days that were late for long are empty for the first time when they are; what is empty and cannot be asked is open again
DELETE FROM switchgrid.watch; DELETE FROM switchgrid.coverage; DELETE FROM switchgrid.open_span; DELETE FROM switchgrid.consent;
SELECT switchgrid.watch('linky', '{22516914714270}', '{load_curve}', since => '2026-11-19', until => '2026-11-20');
SELECT t.play('unlimited+error=no_data_found');
SET switchgrid.now = '2026-11-20T10:00:00Z';
CALL switchgrid.refresh();
SET switchgrid.now = '2026-11-22T10:00:00Z';
CALL switchgrid.refresh();
SELECT cause, tries FROM switchgrid.open_span;
SET switchgrid.now = '2026-11-29T10:00:00Z';
CALL switchgrid.refresh();
SELECT cause, tries, retry_at - asked_at AS wait FROM switchgrid.open_span;
SET switchgrid.now = '2026-12-30T10:00:00Z';
SELECT t.play('unlimited+error=technical_error');
SET client_min_messages = error;
CALL switchgrid.refresh();
SET client_min_messages = warning;
SELECT cause, tries, retry_at - asked_at AS wait FROM switchgrid.open_span;
SELECT days, cause FROM switchgrid.gap;
SET switchgrid.now = '2026-12-30T12:00:00Z';
SELECT t.play('unlimited');
CALL switchgrid.refresh();
SELECT held, empty FROM switchgrid.coverage;
SELECT * FROM switchgrid.open_span;
-- nothing stays open of what nobody wants
SELECT t.play('unlimited+error=technical_error');
SELECT switchgrid.watch('linky', '{22516914714270}', '{load_curve}', since => '2026-12-20');
SET client_min_messages = error;
CALL switchgrid.refresh();
SET client_min_messages = warning;
SELECT count(*) > 0 AS open FROM switchgrid.open_span;
SELECT switchgrid.unwatch('linky', '{22516914714270}');
SELECT count(*) FROM switchgrid.open_span;
SELECT * FROM switchgrid.attention;
SELECT t.play('unlimited');
-- what is so of a point takes several requests, and is not cut: each run with a small budget gets somewhere
SET switchgrid.now = '2026-11-20T09:00:00Z';
SELECT switchgrid.watch('linky', '{22516914714270,22315546958763}', '{contract,address}');
CALL switchgrid.refresh(max_requests => 1) \g /dev/null
SELECT count(*) FILTER (WHERE point_id = '22315546958763') > 0 AS first, count(*) FILTER (WHERE point_id = '22516914714270') AS second FROM switchgrid.contract;
CALL switchgrid.refresh(max_requests => 1) \g /dev/null
CALL switchgrid.refresh(max_requests => 1) \g /dev/null
CALL switchgrid.refresh(max_requests => 1) \g /dev/null
SELECT count(DISTINCT point_id) AS contracts FROM switchgrid.contract;
SELECT count(*) FROM switchgrid.plan();
DELETE FROM switchgrid.watch; DELETE FROM switchgrid.coverage;
-- what somebody should look at, and no more once it is over: a point that may not be asked for, and an API that the application has not subscribed to
CREATE VIEW t.attention AS SELECT what, server, point_id, since AT TIME ZONE 'UTC' AS since, detail, advice FROM switchgrid.attention;
SET client_min_messages = error;
SELECT switchgrid.watch('linky', '{22516914714270}', '{load_curve}', since => '2026-11-10');
SELECT t.play('unlimited+error=ADAM-DC-0008');
CALL switchgrid.refresh() \g /dev/null
SELECT * FROM t.attention;
DELETE FROM switchgrid.open_span;
SELECT t.play('unlimited+error=900908');
CALL switchgrid.refresh() \g /dev/null
SELECT * FROM t.attention;
DELETE FROM switchgrid.open_span;
-- a run that could not be: the last one of its server alone
ALTER USER MAPPING FOR CURRENT_USER SERVER linky OPTIONS (SET client_secret 'another-secret');
\set VERBOSITY terse
CALL switchgrid.refresh();
SET switchgrid.now = '2026-11-20T09:30:00Z';
CALL switchgrid.refresh();
\set VERBOSITY default
SELECT * FROM t.attention;
ALTER USER MAPPING FOR CURRENT_USER SERVER linky OPTIONS (SET client_secret 'demo-secret');
SELECT t.play('unlimited');
CALL switchgrid.refresh() \g /dev/null
SELECT * FROM t.attention;
-- a server that is dropped leaves its wishes
CREATE SERVER "l'autre" FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis');
SELECT switchgrid.watch('l''autre', '{22516914714270,22315546958763}', '{load_curve,daily_energy}');
SELECT * FROM t.attention;
DROP SERVER "l'autre";
SELECT * FROM t.attention;
-- the advice does as it says
SELECT substring(advice FROM '^(.*), or ') AS delete FROM t.attention \gset
:delete;
SELECT * FROM t.attention;
SELECT server, count(*) FROM switchgrid.watch GROUP BY 1;
SET client_min_messages = warning;
DELETE FROM switchgrid.watch; DELETE FROM switchgrid.coverage;
SELECT switchgrid.watch('linky', '{22516914714270}', '{load_curve,daily_energy}', since => '2026-11-10');
-- what is older than is kept is not asked either
DELETE FROM switchgrid.consent; DELETE FROM switchgrid.coverage;
INSERT INTO switchgrid.policy (relation, keep) VALUES ('load_curve', '4 days');
SELECT relations, days FROM switchgrid.plan() ORDER BY 1;
INSERT INTO switchgrid.policy (relation, late_days) VALUES ('daily_energy', -1);
INSERT INTO switchgrid.policy (relation, keep) VALUES ('daily_energy', '0');
INSERT INTO switchgrid.policy (relation) VALUES ('tariff');
SELECT count(*) FROM switchgrid.plan('nobody');
-- when each request could leave: by the pace, and when the hour's quota is used up, as its minutes end that have used it
DELETE FROM switchgrid.watch; DELETE FROM switchgrid.policy;
SELECT 1 + (random() * 86000)::int AS number \gset
-- (a place on the simulator where nobody has asked before)
SELECT format('CREATE SERVER paced FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api ''enedis'', generation %L, base_url %L, per_second ''2'', per_hour ''5'', retries ''0'', in_flight ''1'')', :'generation', :'url' || '/~unlimited+next=' || :'number') AS create \gset
:create;
CREATE USER MAPPING FOR CURRENT_USER SERVER paced OPTIONS (client_id 'demo', client_secret 'demo-secret');
SELECT switchgrid.watch('paced', '{22516914714270}', '{load_curve}', since => '2026-09-04');
CREATE VIEW t.leaves AS SELECT "position" AS n, days, ordered, leaves_after AS after FROM switchgrid.plan('paced');
SELECT n, days, ordered, after FROM t.leaves WHERE n <= 5 ORDER BY n;
SELECT count(*), count(after) AS known, min(lower(days)), max(upper(days)) FROM t.leaves;
-- (an hour is sixty minutes and the one that has begun; seconds, for the pace goes on)
SELECT count(*), min(after - before) >= interval '1 hour' AS not_sooner, max(after - before) <= interval '1 hour 1 minute 3 s' AS not_later
FROM (SELECT after, lag(after, 5) OVER (ORDER BY n) AS before FROM t.leaves) AS l WHERE before IS NOT NULL;
-- what has left is counted (a token, where it is of the same quota): as many as are left go now, the others in an hour
SELECT t.mark();
CALL switchgrid.refresh('paced', max_requests => 2) \g /dev/null
SELECT 5 - count(*) AS left FROM t.journal() WHERE n > (SELECT last_value FROM t.marked) AND (endpoint <> 'token' OR :'generation' = 'v5') \gset
SELECT count(*) AS planned, count(*) FILTER (WHERE after < interval '10 s') = :left AS now, count(*) FILTER (WHERE after > interval '58 min') = 9 - :left AS later, bool_and(after < interval '3 hours') AS soon
FROM (SELECT * FROM t.leaves WHERE n <= 9) AS l;
-- and the first one goes when the quota's own view says
ALTER SERVER paced OPTIONS (SET per_hour '2');
SELECT abs(extract(epoch FROM statement_timestamp() + after - next_at)) < 2 AS as_shown, blocked_by FROM t.leaves, switchgrid.quota WHERE n = 1 AND server = 'paced' AND left_this_hour = 0;
