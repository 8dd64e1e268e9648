-- The catalogue of errors, code by code: what a live query says, what refresh remembers, and when it asks again.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
-- the codes that the operator documents, each with what a client is to do about it; a name that says more than the code is one form of it
CREATE TABLE t.code (i int GENERATED ALWAYS AS IDENTITY, name text PRIMARY KEY, status int, todo text);
INSERT INTO t.code (name, status, todo) VALUES
    ('400-start-before-end', 400, 'bug'), ('400-end-in-future', 400, 'bug'), ('400-usage-point-14-digits', 400, 'bug'),
    ('400-usage-point-required', 400, 'bug'), ('ADAM-ERR0126', 400, 'bug'), ('ADAM-DC-0015', 400, 'bug'),
    ('ADAM-ERR0123', 400, 'later'), ('ADAM-DC-0009', 403, 'later'),
    ('ADAM-ERR0125', 400, 'limit'), ('ADAM-DC-0016', 400, 'limit'),
    ('ADAM-ERR0061', 400, 'stop point'), ('ADAM-DC-0007', 403, 'stop point'), ('400-adam-dc-0007-french', 400, 'stop point'),
    ('ADAM-DC-0008', 403, 'stop point'), ('unauthorized_user', 403, 'stop point'), ('STM-ERR-0000019', 404, 'stop point'),
    ('access_denied', 403, 'stop point'),
    ('ADAM-ERR0069', 400, 'no direction'), ('ADAM-ERR0075', 400, 'no curve'), ('900908', 403, 'stop API'),
    ('invalid_token', 401, 'renew'), ('900901', 401, 'renew'), ('900902', 401, 'renew'), ('401', 401, 'renew'),
    ('no_data_found', 404, 'empty'), ('STM-ERR-0000014', 404, 'empty'), ('STM-ERR-0000020', 404, 'empty'), ('404-adam-err0123', 404, 'empty'),
    ('404', 404, 'page'),
    ('429', 429, 'second'), ('429-quota-q3', 429, 'second'),
    ('429-quota-q4-negative-delay', 429, 'hour'), ('900800', 429, 'told'), ('900801', 429, 'told'), ('900802', 429, 'told'),
    ('900803', 429, 'told'), ('900804', 429, 'told'), ('900805', 429, 'told'), ('900806', 429, 'told'),
    ('technical_error', 500, 'back off'), ('ADAM-DC-0500', 500, 'back off'), ('STM-ERR-0000001', 500, 'back off'),
    ('server_error', 500, 'back off'), ('lincs-internal-server-error', 500, 'back off'), ('503', 503, 'back off');
-- a server that may not wait: what a quota says is told at once
ALTER SERVER linky OPTIONS (ADD max_wait '0');

-- (a) live: 15 days of a curve are three windows
CREATE TABLE t.live (name text PRIMARY KEY, sqlstate text, rows bigint, message text, detail text, hint text, requests bigint, tokens bigint, statuses int[], fault text);
CREATE FUNCTION t.meet(code text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM t.mark();
    INSERT INTO t.live
    SELECT code, max(says) FILTER (WHERE part = 'sqlstate'), (max(says) FILTER (WHERE part = 'rows'))::bigint,
           max(says) FILTER (WHERE part = 'message'), max(says) FILTER (WHERE part = 'detail'), max(says) FILTER (WHERE part = 'hint')
    FROM t.outcome('unlimited+error=' || code, 'SELECT * FROM live.load_curve WHERE point_id = ''22516914714270'' AND direction = ''consumption'' AND starts_at >= ''2026-11-05''');
    UPDATE t.live SET (requests, tokens, statuses, fault)
        = (SELECT count(*) FILTER (WHERE endpoint <> 'token'), count(*) FILTER (WHERE endpoint = 'token'),
                  array_agg(DISTINCT status) FILTER (WHERE endpoint <> 'token'), max(fault)
           FROM t.journal() WHERE n > (SELECT last_value FROM t.marked))
        WHERE name = code;
END $$;
SELECT count(t.meet(name)) FROM (SELECT name FROM t.code ORDER BY i) AS c;
SELECT name, sqlstate, rows, regexp_replace(detail, 'before .* and', 'before TIME, and') AS detail FROM t.live JOIN t.code USING (name) ORDER BY i;
-- one message and one hint for one thing to do
SELECT todo, sqlstate, message, hint, count(*) FROM t.live JOIN t.code USING (name) GROUP BY 1, 2, 3, 4 ORDER BY min(i);
-- what stops at the first answer asks no more, a token is renewed once, and the simulator found no fault in what was asked
SELECT todo, min(requests), max(requests), min(tokens), max(tokens), bool_and(statuses = ARRAY[status]) AS same_status, max(fault) AS fault
FROM t.live JOIN t.code USING (name) GROUP BY 1 ORDER BY min(i);

-- (b) refresh: the same days of the curve and of the daily energy, four requests if nothing is wrong
CREATE TABLE t.kept (name text, step text, outcome text, asked bigint, tokens bigint, cause text, code text, message text, wait text, open bigint, empty bigint, held bigint, floors text, PRIMARY KEY (name, step));
CREATE FUNCTION t.days(d datemultirange) RETURNS bigint LANGUAGE sql AS 'SELECT COALESCE(sum(upper(r) - lower(r)), 0) FROM unnest(d) AS r';
CREATE FUNCTION t.note(text, text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO t.kept
    SELECT $1, $2, (SELECT outcome FROM switchgrid.refresh_run ORDER BY id DESC LIMIT 1), j.asked, j.tokens, g.cause, g.code, g.message, g.wait, g.open, c.empty, c.held, c.floors
    FROM (SELECT count(*) FILTER (WHERE endpoint <> 'token'), count(*) FILTER (WHERE endpoint = 'token') FROM t.journal()
          WHERE n > (SELECT last_value FROM t.marked)) AS j (asked, tokens),
         (SELECT string_agg(DISTINCT cause, ' '), string_agg(DISTINCT code, ' '), string_agg(DISTINCT message, ' '), max(CASE WHEN isfinite(retry_at) THEN (retry_at - asked_at)::text WHEN retry_at > now() THEN 'for ever' END), COALESCE(sum(upper(days) - lower(days)), 0) FROM switchgrid.gap) AS g (cause, code, message, wait, open),
         (SELECT COALESCE(sum(t.days(empty)), 0), COALESCE(sum(t.days(held)), 0), string_agg(DISTINCT to_char(floor, 'MM-DD'), ' ') FROM switchgrid.coverage) AS c (empty, held, floors);
    SELECT t.mark()
$$;
-- what the session remembers of a point under one base URL it would not ask again: refresh uses another one
CREATE FUNCTION t.begin(code text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE switchgrid.watch, switchgrid.coverage, switchgrid.open_span, switchgrid.curve_segment, switchgrid.daily_energy;
    PERFORM set_config('switchgrid.now', '2026-11-20T09:00:00Z', false);
    PERFORM t.play(CASE WHEN rows IS NULL AND sqlstate <> '53400' THEN 'unlimited+error=' || code ELSE 'error=' || code || '+unlimited' END) FROM t.live WHERE name = code;
    PERFORM switchgrid.watch('linky', '{22516914714270}', since => '2026-11-05', until => '2026-11-20');
    PERFORM t.mark();
END $$;
-- then all is well again, and it is the time that was noted
CREATE FUNCTION t.later() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('switchgrid.now', COALESCE((SELECT to_char(max(retry_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') FROM switchgrid.gap WHERE isfinite(retry_at)), '2026-11-20T09:00:00Z'), false);
    PERFORM t.play('unlimited');
END $$;
\set VERBOSITY sqlstate
SET client_min_messages = error;
-- the calls that end with an error are those whose token is refused: twice for each of four codes
\set ECHO none
SELECT format('SELECT t.begin(%L)', name), 'CALL switchgrid.refresh()', format('SELECT t.note(%L, %L)', name, 'first'),
       'CALL switchgrid.refresh()', format('SELECT t.note(%L, %L)', name, 'at once'), 'SELECT t.later()',
       'CALL switchgrid.refresh()', format('SELECT t.note(%L, %L)', name, 'later')
FROM t.code ORDER BY i \o /dev/null
\gexec
\o
\set ECHO all
SET client_min_messages = warning;
\set VERBOSITY default
SELECT name, outcome, asked, cause, code, wait, open, empty, floors FROM t.kept JOIN t.code USING (name) WHERE step = 'first' ORDER BY i;
-- what is remembered is what a live query says
SELECT count(*), bool_and(k.message = l.detail) AS same_words FROM t.kept k JOIN t.live l USING (name) WHERE step = 'first' AND cause NOT IN ('late', 'not asked') AND detail IS NOT NULL;
SELECT name, k.message FROM t.kept k JOIN t.live l USING (name) WHERE step = 'first' AND detail IS NULL AND k.message IS NOT NULL ORDER BY name;
-- (c) at once nothing is asked again, but for a token that may be good by now; after the time that was noted all is asked and held
SELECT todo, array_agg(DISTINCT a.asked) FILTER (WHERE todo NOT IN ('second', 'told')) AS at_once, array_agg(DISTINCT a.tokens) FILTER (WHERE todo = 'renew') AS tokens,
       array_agg(DISTINCT l.asked) AS later, array_agg(DISTINCT l.held) AS held, array_agg(DISTINCT l.empty) AS empty, array_agg(DISTINCT l.open) AS open
FROM t.code JOIN t.kept a USING (name) JOIN t.kept l USING (name) WHERE a.step = 'at once' AND l.step = 'later' GROUP BY 1 ORDER BY min(i);
ALTER SERVER linky OPTIONS (DROP max_wait);

-- a failure that lasts is asked less and less often, down to once a day
CREATE FUNCTION t.wish(points text[], relations text[], since date, scenario text, directions text[] DEFAULT '{consumption}') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE switchgrid.watch, switchgrid.coverage, switchgrid.open_span, switchgrid.curve_segment, switchgrid.daily_energy;
    PERFORM set_config('switchgrid.now', '2026-11-20T09:00:00Z', false);
    PERFORM t.play(scenario);
    PERFORM switchgrid.watch('linky', points, relations, since => since, until => '2026-11-20', directions => directions);
    PERFORM t.mark();
END $$;
SELECT t.wish('{22516914714270}', '{daily_energy}', '2026-11-01', 'unlimited+error=503');
CREATE TABLE t.waits (tries int, wait interval);
DO $$
DECLARE requests bigint; rows bigint; days bigint;
BEGIN
    FOR i IN 1 .. 9 LOOP
        CALL switchgrid.refresh(NULL, NULL, requests, rows, days);
        INSERT INTO t.waits SELECT tries, retry_at - asked_at FROM switchgrid.gap;
        -- a second too early asks nothing
        PERFORM set_config('switchgrid.now', to_char((SELECT retry_at - interval '1 second' FROM switchgrid.gap) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), false);
        CALL switchgrid.refresh(NULL, NULL, requests, rows, days);
        PERFORM set_config('switchgrid.now', to_char((SELECT retry_at FROM switchgrid.gap) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), false);
    END LOOP;
END $$;
SELECT string_agg(format('%s: %s', tries, wait), ', ' ORDER BY tries) AS waits FROM t.waits;
SELECT count(*) FROM t.asked();
-- one answer closes a direction for all its series, and leaves the other one alone
SELECT t.wish('{24880057139941}', '{load_curve,daily_energy,daily_max_power}', '2026-11-05', 'unlimited', '{consumption,production}');
CALL switchgrid.refresh();
SELECT endpoint, status, count(*) FROM t.asked() GROUP BY 1, 2 ORDER BY 1, 2;
SELECT relation, direction, days, cause, code, retry_at FROM switchgrid.gap ORDER BY 1, 2;
SELECT relation, direction, held, empty, floor FROM switchgrid.coverage ORDER BY 1, 2;
SELECT t.mark();
CALL switchgrid.refresh();
SELECT count(*) FROM live.load_curve WHERE point_id = '24880057139941' AND direction = 'consumption' AND starts_at >= '2026-10-01';
SELECT count(*) FROM live.daily_energy WHERE point_id = '24880057139941' AND direction = 'consumption';
SELECT * FROM t.asked();
-- a curve that is not recorded is closed by its first window, and the daily values are there
SELECT t.wish('{32320647321714}', '{load_curve,daily_energy}', '2026-11-05', 'unlimited+error_at=consumption_load_curve:ADAM-ERR0075+error_at=courbe_de_charge_consommation:ADAM-ERR0075');
CALL switchgrid.refresh();
SELECT endpoint, status, count(*) FROM t.asked() GROUP BY 1, 2 ORDER BY 1;
SELECT relation, days, cause, code, retry_at - asked_at AS wait FROM switchgrid.gap;
SELECT relation, held FROM switchgrid.coverage;
-- an application that is not subscribed to one API is told so, once; no point is blamed, and the other API is asked
SET client_min_messages = warning;
SELECT t.wish('{22516914714270,63695879465986}', '{load_curve,daily_energy}', '2026-11-05', 'unlimited+error_at=consumption_load_curve:900908+error_at=courbe_de_charge_consommation:900908');
\set VERBOSITY terse
CALL switchgrid.refresh();
\set VERBOSITY default
SELECT endpoint, status, count(*) FROM t.asked() GROUP BY 1, 2 ORDER BY 1;
SELECT point_id, relation, days, cause, code, retry_at - asked_at AS wait FROM switchgrid.gap ORDER BY 1;
SELECT point_id, relation, held FROM switchgrid.coverage ORDER BY 1;
SELECT t.v5_name(endpoint) AS endpoint, access, learnt_at IS NOT NULL AS known FROM switchgrid.api_right
WHERE server = 'linky' AND t.v5_name(endpoint) IN ('consumption_load_curve', 'production_load_curve', 'daily_consumption', 'daily_production', 'addresses') ORDER BY 1;
-- once it is subscribed, the answers say so
SELECT t.play('unlimited');
SET switchgrid.now = '2026-11-20T10:00:00Z';
CALL switchgrid.refresh();
SELECT count(*) FROM switchgrid.gap;
SELECT t.v5_name(endpoint) AS endpoint, access FROM switchgrid.api_right WHERE server = 'linky' AND t.v5_name(endpoint) IN ('consumption_load_curve', 'daily_consumption') ORDER BY 1;
SET switchgrid.now = '2026-11-20T09:00:00Z';

-- A point that was activated lately: where its history begins is found with few requests, once for all its series.
CREATE FUNCTION t.point(k int) RETURNS text LANGUAGE sql AS $$ SELECT (30000000010000 + k)::text $$;
CREATE FUNCTION t.activated(k int) RETURNS date LANGUAGE sql AS $$ SELECT date '2026-11-20' - (10 + 7 * k) $$;
-- live: the requests that a reader would send who knew the day, and those beyond them
CREATE TABLE t.first_day (k int, relation text, round int, first date, requests int, needed int, refused int);
CREATE FUNCTION t.read(k int, relation text, round int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE found date;
BEGIN
    PERFORM t.mark();
    EXECUTE format('SELECT min(%s)::date FROM live.%I WHERE point_id = %L AND direction = ''consumption''', CASE relation WHEN 'load_curve' THEN 'starts_at' ELSE 'day' END, relation, t.point(k)) INTO found;
    INSERT INTO t.first_day SELECT k, relation, round, found, count(*), ceil((10 + 7 * k) / CASE relation WHEN 'load_curve' THEN 7.0 ELSE 365 END), count(*) FILTER (WHERE status = 400) FROM t.asked();
END $$;
SELECT count(t.read(k, relation, 1)) FROM (VALUES (0, 'load_curve'), (1, 'load_curve'), (2, 'load_curve'), (8, 'load_curve'), (51, 'load_curve'), (98, 'load_curve'),
    (3, 'daily_energy'), (4, 'daily_max_power'), (52, 'daily_energy'), (99, 'daily_energy')) AS p (k, relation);
SELECT k, relation, first, first = t.activated(k) AS right_day, requests - needed AS extra, refused FROM t.first_day ORDER BY relation, k;
-- where the contract does not tell the day, or cannot be had, the search goes on without it
SELECT t.play('unlimited+sparse');
SELECT count(t.read(k, relation, 3)) FROM (VALUES (5, 'load_curve'), (53, 'daily_energy'), (97, 'daily_max_power')) AS p (k, relation);
SELECT t.play('unlimited+error_at=contracts:503+error_at=situation_contrat_auto:503+error_at=synth_contrat_auto:503');
SELECT count(t.read(k, relation, 3)) FROM (VALUES (6, 'load_curve'), (54, 'daily_energy')) AS p (k, relation);
SELECT t.play('unlimited');
SELECT k, relation, first = t.activated(k) AS right_day, requests - needed AS extra, refused FROM t.first_day WHERE round = 3 ORDER BY 1;
-- what one query found, the next one knows, also for another relation
SELECT count(t.read(k, o, 2)) FROM t.first_day, unnest(ARRAY['load_curve', 'daily_energy', 'daily_max_power']) AS o WHERE k IN (0, 8, 52, 99) AND round = 1;
SELECT k, relation, first = t.activated(k) AS right_day, requests - needed AS extra, refused FROM t.first_day WHERE round = 2 ORDER BY 1, 2;
-- a window that lies before the first day is no request at all; one that straddles it is cut
SELECT t.mark();
SELECT count(*) FROM live.load_curve WHERE point_id = t.point(8) AND direction = 'consumption' AND starts_at < t.activated(8)::timestamptz;
SELECT count(*) FROM live.daily_energy WHERE point_id = t.point(8) AND direction = 'consumption' AND day BETWEEN t.activated(8) - 3 AND t.activated(8) + 1;
SELECT endpoint, start, until, status FROM t.asked();
-- stored: the same, and it is kept for other sessions
\set QUIET on
\c
\set QUIET off
SET switchgrid.now = '2026-11-20T09:00:00Z';
SET timezone = 'Europe/Paris';
SET client_min_messages = warning;
SELECT set_config('test.journal', :'journal', false) = :'journal' AS journal, set_config('test.url', :'url', false) = :'url' AS url;
SELECT t.wish('{30000000010003,30000000010060}', '{load_curve,daily_energy}', NULL, 'unlimited');
CALL switchgrid.refresh();
SELECT point, count(*) AS requests, count(*) FILTER (WHERE status = 400) AS refused, count(*) FILTER (WHERE endpoint = 'contracts') AS contracts FROM t.asked() GROUP BY 1 ORDER BY 1;
SELECT point_id, relation, floor = t.activated((point_id::bigint % 100)::int) AS floor, held = datemultirange(daterange(floor, '2026-11-20')) AS all_held FROM switchgrid.coverage ORDER BY 1, 2;
SELECT * FROM switchgrid.gap;
\set QUIET on
\c
\set QUIET off
SET switchgrid.now = '2026-11-20T09:00:00Z';
SELECT set_config('test.journal', :'journal', false) = :'journal' AS journal, set_config('test.url', :'url', false) = :'url' AS url;
SET datestyle = 'ISO, YMD';
SELECT t.mark();
SELECT switchgrid.watch('linky', '{30000000010003,30000000010060}', '{daily_max_power}');
SET client_min_messages = warning;
CALL switchgrid.refresh();
SELECT endpoint, point, start = t.activated((point::bigint % 100)::int) AS from_first_day, until, status FROM t.asked() ORDER BY 2, 4 DESC;
SELECT * FROM switchgrid.gap;
-- a point of 2019 is older than what the API keeps: nothing is refused
SELECT t.mark();
SELECT min(day) = date '2026-11-20' - interval '36 months' - interval '15 days' AS limit FROM live.daily_energy WHERE point_id = '11453290002823' AND direction = 'consumption';
SELECT activated_on FROM live.contract WHERE point_id = '11453290002823' AND direction = 'consumption';
SELECT count(*) AS refused FROM t.asked() WHERE status <> 200;
-- the simulator found no fault in all that was asked
SELECT count(*) AS faults FROM t.journal() WHERE fault IS NOT NULL;
