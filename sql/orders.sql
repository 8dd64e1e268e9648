-- Data is ordered in as few orders as may be, each request once; every way in which one can end is told, the others are collected, and nothing is bought twice.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
\set prelude :srcdir '/test/regress/switchgrid.sql'
\i :prelude
CREATE FUNCTION t.fresh() RETURNS void LANGUAGE sql AS $$
    TRUNCATE switchgrid.watch, switchgrid.coverage, switchgrid.open_span, switchgrid.data_order, switchgrid.data_request, switchgrid.consent, switchgrid.ask RESTART IDENTITY;
    SELECT t.settle_bill(), t.mark();
$$;
-- what has become of the requests of a server, and why days are still open
CREATE VIEW t.requests AS SELECT r.server, point_id, type, r.direction, days, r.state, r.status, r.cause, r.error_message, r.tries, o.state AS of_order FROM switchgrid.data_request r JOIN switchgrid.data_order o ON o.number = r.order_number ORDER BY r.server, point_id, type, r.direction, days, r.number;
CREATE VIEW t.gaps AS SELECT server, point_id, relation, direction, days, cause, code, tries, CASE WHEN cause <> 'ordered' THEN retry_at - asked_at END AS wait FROM switchgrid.gap ORDER BY 1, 2, 3, 4, 5;

-- Grouping: one request for each point and kind, one order for as many points as the server allows.
SELECT t.scene('sg_v2', 'consented'), t.scene('sg_v0_1', 'consented'), t.scene('sg_v0', 'consented');
SELECT t.fresh(), switchgrid.watch('sg_v2', '{30000000000100,30000000000101,30000000000102,30000000000104,30000000000105}', '{load_curve,daily_energy,contract,address}', since => '2026-11-01');
-- (the plan says what will be ordered, and orders nothing: nobody knows when it leaves, for many go in one)
CREATE TABLE t.plan AS SELECT * FROM switchgrid.plan('sg_v2');
SELECT endpoint, relations, ordered, count(*), count(DISTINCT point_id) AS points, min(lower(days)), max(upper(days)), count(leaves_after) AS known FROM t.plan GROUP BY 1, 2, 3 ORDER BY 1;
SELECT * FROM t.calls();
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT * FROM t.differences('SELECT split_part(endpoint, '' '', 1), point_id, days FROM t.plan WHERE ordered', 'SELECT type, point_id, CASE direction WHEN ''both'' THEN NULL ELSE days END FROM switchgrid.data_request');
SELECT endpoint, n FROM t.calls();
SELECT type, count(*), count(DISTINCT point_id) AS points, array_agg(DISTINCT relations) AS relations FROM switchgrid.data_request GROUP BY 1 ORDER BY 1;
SELECT * FROM t.bill();
SELECT t.fresh(), switchgrid.watch('sg_v2', '{30000000000100,30000000000101,30000000000102,30000000000104,30000000000105}', '{load_curve,daily_energy}', since => '2026-11-01');
ALTER SERVER sg_v2 OPTIONS (ADD order_points '2');
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT endpoint, n FROM t.calls();
SELECT order_number - min(order_number) OVER () AS nth, array_agg(DISTINCT right(point_id, 4)) AS points, array_agg(DISTINCT type) AS types, count(*) FROM switchgrid.data_request GROUP BY order_number ORDER BY 1;
SELECT * FROM t.bill();
ALTER SERVER sg_v2 OPTIONS (DROP order_points);
ALTER SERVER sg_v2 OPTIONS (ADD order_points '0');
ALTER SERVER sg_v2 OPTIONS (ADD order_hours '721');
-- in v0 an order names the ask whose consent it uses: the points of one ask go together, those of others by themselves
SELECT t.fresh(), switchgrid.watch('sg_v0', '{30000000000100,30000000000101,30000000000102,30000000000104,30000000000105}', '{load_curve,daily_energy}', since => '2026-11-01');
SELECT t.scene('sg_v0', '');
CALL switchgrid.create_ask('sg_v0', '[{"point_id": "30000000000102", "holder": {"first_name": "A", "last_name": "B"}, "address": {"street": "s", "postal_code": "1", "city": "c"}}]', state => 'one') \g /dev/null
SELECT jsonb_agg(jsonb_build_object('point_id', p, 'holder', '{"first_name": "A", "last_name": "B"}'::jsonb, 'address', '{"street": "s", "postal_code": "1", "city": "c"}'::jsonb)) AS contracts FROM unnest('{30000000000101,30000000000104,30000000000105}'::text[]) AS p \gset
CALL switchgrid.create_ask('sg_v0', :'contracts', state => 'three') \g /dev/null
SELECT t.pass(10);
SELECT t.scene('sg_v0', 'consented');
SELECT t.mark();
CALL switchgrid.refresh('sg_v0') \g /dev/null
-- (whoever has no ask here is looked for there: one point, which has a standing one)
SELECT endpoint, n FROM t.calls();
SELECT array_agg(DISTINCT right(point_id, 4)) AS points, count(*), bool_or(o.ask_id = a.ask_id) AS asked_here FROM switchgrid.data_order o JOIN switchgrid.data_request r ON r.order_number = o.number LEFT JOIN switchgrid.ask a ON a.ask_id = o.ask_id GROUP BY order_number ORDER BY 1;
SELECT * FROM t.bill();
SELECT t.pass(10);
CALL switchgrid.refresh('sg_v0') \g /dev/null
SELECT state, count(*) FROM switchgrid.data_request GROUP BY 1;
SELECT * FROM t.gaps;
SELECT * FROM t.bill();

-- Every failure in one order: each point tells its own, and holds no other back.
SELECT t.fresh();
SELECT t.scene('sg_v2', 'consented+fail=0111+quota=0112+stuck=0114+nodata=0115+revoked_midway=0120+other_prm=0121+other_host=0122+link_expired=0124');
CREATE TABLE t.words (point_id text PRIMARY KEY, word text);
INSERT INTO t.words VALUES ('30000000000110', 'well'), ('30000000000111', 'fail'), ('30000000000112', 'quota'), ('30000000000114', 'stuck'), ('30000000000115', 'nodata'), ('30000000000120', 'revoked_midway'),
    ('30000000000121', 'other_prm'), ('30000000000122', 'other_host'), ('30000000000124', 'link_expired'), ('99999999999998', 'unknown point'), ('32320647321714', 'not recorded'), ('26584978546985', 'revoked'), ('10284856584123', 'injects only');
ALTER SERVER sg_v2 OPTIONS (ADD order_hours '8');
SELECT switchgrid.watch('sg_v2', array_agg(point_id), '{load_curve}', since => '2026-10-01', until => '2026-11-01') FROM t.words;
-- (without a link a curve may still come from an endpoint of its own, and is asked for there until it is given up; other kinds have nothing)
SELECT switchgrid.watch('sg_v2', '{30000000000115}', '{daily_energy}', since => '2026-10-01', until => '2026-11-01');
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT t.pass(10), t.mark();
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT endpoint, status, n FROM t.calls();
SELECT word, type, r.state, r.status, cause, tries, error_message FROM switchgrid.data_request r JOIN t.words USING (point_id) ORDER BY 1, 2;
SELECT word, relation, g.days, cause, code, tries, CASE WHEN cause <> 'ordered' THEN retry_at - asked_at END AS wait, regexp_replace(message, 'Order [0-9]+', 'Order N') AS message FROM switchgrid.gap g JOIN t.words USING (point_id) ORDER BY 1, 2, 3;
SELECT word, relation, held, empty FROM switchgrid.coverage JOIN t.words USING (point_id) ORDER BY 1, 2;
SELECT state, status, requests FROM switchgrid.data_order;
SELECT * FROM t.differences('SELECT point_id, starts_at, watts FROM switchgrid.load_curve WHERE point_id IN (''30000000000110'', ''30000000000124'')', 'SELECT point_id, starts_at, watts FROM live.load_curve WHERE point_id IN (''30000000000110'', ''30000000000124'') AND starts_at >= ''2026-10-01'' AND starts_at < ''2026-11-01''');
-- another run asks after what is not there, and for nothing else
SELECT t.mark();
SELECT t.pass(60);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT endpoint, n FROM t.calls();
SELECT * FROM t.bill();
-- hours later what failed is ordered again; what has no consent waits for one, and what was delivered and could not be used is not bought again
SELECT t.pass(5 * 3600), t.settle_bill();
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT * FROM t.bill();
SELECT t.pass(3600);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT word, type, r.days, r.state FROM switchgrid.data_request r JOIN t.words USING (point_id) WHERE order_number = (SELECT max(number) FROM switchgrid.data_order) AND r.state = 'pending' ORDER BY 1, 2;
SELECT * FROM t.bill();
-- what is stuck is given up in the end
SELECT t.pass(7200);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT word, type, r.state, r.status, cause FROM switchgrid.data_request r JOIN t.words USING (point_id) WHERE word IN ('stuck', 'nodata') ORDER BY 1, 2, r.number;
SELECT word, relation, g.days, cause, code, tries, CASE WHEN cause <> 'ordered' THEN retry_at - asked_at END AS wait, regexp_replace(message, 'Order [0-9]+', 'Order N') AS message FROM switchgrid.gap g JOIN t.words USING (point_id) WHERE word IN ('stuck', 'nodata', 'fail', 'quota', 'revoked_midway') ORDER BY 1, 2, 3;
SELECT state, count(*) FROM switchgrid.data_order GROUP BY 1 ORDER BY 1;
SELECT twice FROM t.bill();
ALTER SERVER sg_v2 OPTIONS (DROP order_hours);

-- Files that cannot be read: each of another kind; bought is not bought again, and no row of them is kept.
CREATE PROCEDURE t.play_words(points text[], words text[], relation text) LANGUAGE plpgsql AS $$
DECLARE a bigint; b bigint; c bigint;
BEGIN
    FOR i IN 1..cardinality(points) LOOP
        DELETE FROM switchgrid.watch;
        PERFORM t.scene('sg_v2', 'consented+' || words[i]), switchgrid.watch('sg_v2', points[i:i], ARRAY[relation], since => '2026-10-20', until => '2026-11-01');
        CALL switchgrid.refresh('sg_v2', NULL, a, b, c);
        PERFORM t.pass(10);
        CALL switchgrid.refresh('sg_v2', NULL, a, b, c);
        INSERT INTO t.words VALUES (points[i], words[i]);
    END LOOP;
END $$;
SELECT t.fresh(), t.settle_bill();
TRUNCATE t.words;
ALTER SERVER sg_v2 OPTIONS (ADD max_body '100000');
CALL t.play_words('{30000000000130,30000000000131,30000000000132,30000000000134,30000000000135,30000000000140}', '{zip,html,not_json,huge,cut,shape}', 'load_curve');
CALL t.play_words('{30000000000150,30000000000151,30000000000152,30000000000154,30000000000155,30000000000160}', '{zip,html,not_json,huge,cut,shape}', 'daily_energy');
ALTER SERVER sg_v2 OPTIONS (DROP max_body);
SELECT word, type, r.state, r.status, cause, tries FROM switchgrid.data_request r JOIN t.words USING (point_id) ORDER BY 2, 1;
SELECT word, relation, days, cause, tries, retry_at - asked_at AS wait, message FROM switchgrid.open_span JOIN t.words USING (point_id) ORDER BY 2, 1;
SELECT count(*) FROM switchgrid.load_curve JOIN t.words USING (point_id);
SELECT count(*) FROM switchgrid.daily_energy JOIN t.words USING (point_id);
SELECT * FROM t.bill();
-- they are not bought again for weeks, whatever else is
SELECT t.scene('sg_v2', 'consented'), t.settle_bill();
DELETE FROM switchgrid.watch;
SELECT switchgrid.watch('sg_v2', array_agg(point_id) FILTER (WHERE point_id < '30000000000145'), '{load_curve}', since => '2026-10-19', until => '2026-11-01') FROM t.words;
SELECT t.pass(86400 * 20);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT DISTINCT days FROM switchgrid.data_request WHERE state = 'pending';
-- once it can be read, it is fetched from the same order: the file is there, and costs nothing
SELECT t.fresh(), switchgrid.watch('sg_v2', '{30000000000170}', since => '2026-11-20', until => '2026-12-01');
SELECT t.scene('sg_v2', 'consented+cut+quota=0170');
CALL switchgrid.order_data('sg_v2', '{30000000000171}', '{load_curve,R65_SYNC}', '2026-11-20', '2026-12-01');
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT t.pass(10);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT point_id, type, state, cause, of_order FROM t.requests;
SELECT t.scene('sg_v2', 'consented'), t.mark();
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT * FROM t.calls();
SELECT switchgrid.reopen_order(1), switchgrid.reopen_order(2);
SELECT switchgrid.reopen_order(3);
SELECT switchgrid.reopen_order(NULL) IS NULL AS nothing;
SELECT point_id, type, state, of_order FROM t.requests;
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT point_id, type, state, cause, of_order FROM t.requests;
SELECT switchgrid.reopen_order(1);
SELECT point_id, count(*) FROM switchgrid.load_curve WHERE point_id IN ('30000000000170', '30000000000171') GROUP BY 1;
SELECT relation, held FROM switchgrid.coverage ORDER BY 1;
SELECT endpoint, n FROM t.calls();
SELECT * FROM t.bill();
-- a transfer that breaks off has delivered nothing: the next run fetches it again
SELECT t.fresh(), t.settle_bill(), t.scene('sg_v2', 'consented+truncated');
CALL switchgrid.order_data('sg_v2', '{30000000000172}', '{load_curve}', '2026-11-20', '2026-12-01') \g /dev/null
SELECT t.pass(10);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT point_id, type, state, cause, of_order FROM t.requests;
SELECT t.scene('sg_v2', 'consented'), t.pass(60);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT point_id, type, state, cause, of_order FROM t.requests;
SELECT count(*), sum(extract(epoch FROM step) / 3600) AS hours FROM switchgrid.load_curve WHERE point_id = '30000000000172';
SELECT * FROM t.bill();
-- what a holder has not answered yet is not ordered: it would be billed, and fail
SELECT t.fresh(), t.settle_bill(), t.scene('sg_v2', 'unsigned');
CALL switchgrid.create_ask('sg_v2', '[{"point_id": "30000000000173", "holder": {"title": "M", "first_name": "Jean", "last_name": "Exemple"}, "address": {"street": "1 rue du Test", "postal_code": "75001", "city": "Paris"}}]', state => 'unanswered') \g /dev/null
SELECT switchgrid.watch('sg_v2', '{30000000000173}', '{load_curve}', since => '2026-11-20', until => '2026-12-01');
SELECT t.pass(10);
SET client_min_messages = notice;
CALL switchgrid.refresh('sg_v2') \g /dev/null
SET client_min_messages = warning;
SELECT status, outcome FROM switchgrid.ask WHERE state = 'unanswered';
SELECT cause, days FROM switchgrid.gap;
SELECT * FROM t.bill();
-- once it is, the same run orders
SELECT t.scene('sg_v2', 'async=1'), t.pass(10);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT status, outcome FROM switchgrid.ask WHERE state = 'unanswered';
SELECT cause, days FROM switchgrid.gap;
SELECT * FROM t.bill();

-- No consent: in v2 the operator says so, in v0 nothing is ordered at all; a consent lifts it at once.
SELECT t.fresh(), t.scene('sg_v2', ''), t.scene('sg_v0', '');
SELECT switchgrid.watch('sg_v2', '{30000000000180}', '{load_curve,daily_energy,contract}', since => '2026-11-20'), switchgrid.watch('sg_v0', '{30000000000181}', '{load_curve,daily_energy,contract}', since => '2026-11-20');
CALL switchgrid.refresh('sg_v2') \g /dev/null
CALL switchgrid.refresh('sg_v0') \g /dev/null
SELECT t.pass(10);
CALL switchgrid.refresh('sg_v2') \g /dev/null
CALL switchgrid.refresh('sg_v0') \g /dev/null
SELECT server, type, state, cause, error_message FROM t.requests;
SELECT server, relation, cause, tries, wait FROM t.gaps;
SELECT orders, requests FROM t.bill();
SELECT '[{"point_id": "30000000000180", "holder": {"title": "M", "first_name": "A", "last_name": "B"}, "address": {"street": "s", "postal_code": "1", "city": "c"}}]' AS contracts \gset
CALL switchgrid.create_ask('sg_v2', :'contracts', state => 'now') \g /dev/null
CALL switchgrid.create_ask('sg_v0', replace(:'contracts', '0180', '0181')::jsonb, state => 'now') \g /dev/null
SELECT t.pass(10), t.settle_bill();
CALL switchgrid.refresh() \g /dev/null
SELECT t.pass(10);
CALL switchgrid.refresh() \g /dev/null
SELECT server, type, state, cause FROM t.requests;
SELECT * FROM t.gaps;
SELECT orders, requests, twice FROM t.bill();
SELECT count(*) FROM switchgrid.consent;

-- Uncertain: an order that was sent and not answered is told, and never sent again by itself.
ALTER SERVER sg_v2 OPTIONS (SET retries '2');
SELECT t.scene('sg_v2', 'consented+answer_lost'), t.fresh(), switchgrid.watch('sg_v2', '{30000000000200}', '{load_curve,daily_energy}', since => '2026-11-20');
CALL switchgrid.refresh('sg_v2');
SELECT state, order_id, cause, message, advice FROM switchgrid.data_order;
SELECT what, server, point_id, since = current_setting('switchgrid.now')::timestamptz AS now, detail, advice = (SELECT advice FROM switchgrid.data_order) AS its_advice FROM switchgrid.attention ORDER BY 1;
SELECT type, state, status FROM t.requests;
SELECT relation, days, cause, tries, wait FROM t.gaps;
SELECT t.scene('sg_v2', 'consented+answer_500'), switchgrid.watch('sg_v2', '{30000000000201}', '{load_curve}', since => '2026-11-20');
SET client_min_messages = notice;
CALL switchgrid.refresh('sg_v2');
ALTER SERVER sg_v2 OPTIONS (ADD timeout '1');
SELECT t.scene('sg_v2', 'consented+answer_stalled'), switchgrid.watch('sg_v2', '{30000000000202}', '{load_curve}', since => '2026-11-20');
\set VERBOSITY terse
CALL switchgrid.refresh('sg_v2');
\set VERBOSITY default
ALTER SERVER sg_v2 OPTIONS (DROP timeout, SET retries '0');
-- one of a session that was killed before the answer was noted
SELECT t.scene('sg_v2', 'consented'), switchgrid.watch('sg_v2', '{30000000000204}', '{load_curve}', since => '2026-11-20');
CALL switchgrid.refresh('sg_v2');
SET client_min_messages = warning;
SELECT max(order_id) AS killed FROM switchgrid.data_order \gset
UPDATE switchgrid.data_order SET state = 'sending', order_id = NULL WHERE order_id = :'killed';
SELECT t.pass(86400 * 3), t.mark();
UPDATE switchgrid.watch SET until = '2026-12-12';
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT state, cause, regexp_replace(message, '[0-9]{4,}', 'N') AS message FROM switchgrid.data_order ORDER BY number;
SELECT endpoint, n FROM t.calls();
SELECT point_id, relation, days, cause FROM t.gaps;
SELECT * FROM t.bill();
-- settled: with the order's name it is followed, without it was never placed, and its days are ordered
-- (the API numbers them one after the other)
SELECT format('00000000-0d01-4000-8000-%s', lpad(to_hex(('x' || right(:'killed', 4))::bit(16)::int - 3), 12, '0')) AS lost \gset
SELECT requests, status FROM live_v2.data_order WHERE order_id = :'lost';
SELECT what, detail FROM switchgrid.attention ORDER BY 2;
SELECT switchgrid.settle_order(1, :'lost');
SELECT switchgrid.settle_order(2);
SELECT switchgrid.settle_order(3, NULL);
SELECT switchgrid.settle_order(4, :'killed');
SELECT switchgrid.settle_order(1);
SELECT switchgrid.settle_order(2);
SELECT part, says FROM t.error('SELECT switchgrid.settle_order(1000000)');
SELECT switchgrid.settle_order(NULL);
SELECT state, order_id IS NOT NULL AS named, cause, advice, finished_at IS NOT NULL AS finished FROM switchgrid.data_order ORDER BY number;
SELECT * FROM switchgrid.attention;
SELECT t.mark();
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT endpoint, n FROM t.calls();
SELECT t.pass(10);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT point_id, type, state, cause, of_order FROM t.requests;
SELECT * FROM t.gaps;
-- what was settled as never placed was placed, here: that is what the bill says
SELECT * FROM t.bill();
-- an order that nobody knows, asked after again and again, is uncertain once more
UPDATE switchgrid.data_order SET state = 'uncertain' WHERE number = 1;
UPDATE switchgrid.data_request SET state = 'pending' WHERE order_number = 1;
SELECT switchgrid.settle_order(1, '../ask');
SELECT switchgrid.settle_order(1, '00000000-0d01-4000-8000-00000000ffff');
SET client_min_messages = error;
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT state FROM switchgrid.data_order WHERE number = 1;
SELECT t.pass(60);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT t.pass(60);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SET client_min_messages = warning;
SELECT state, cause, message, advice IS NOT NULL AS advice FROM switchgrid.data_order WHERE number = 1;
SELECT state FROM switchgrid.data_request WHERE order_number = 1;
SELECT switchgrid.settle_order(1);
SELECT state FROM switchgrid.data_request WHERE order_number = 1;
-- one that cannot be asked after is given up when its time is over
SELECT t.fresh(), switchgrid.watch('sg_v2', '{30000000000205}', '{load_curve}', since => '2026-11-20', until => '2026-12-01');
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT t.scene('sg_v2', 'consented+error_at=order_get:503'), t.pass(10);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT type, state, cause, of_order FROM t.requests;
SELECT t.pass(24 * 3600);
CALL switchgrid.refresh('sg_v2') \g /dev/null
-- one more silence is believed, when its time is over
SELECT type, state, of_order FROM t.requests;
SELECT t.pass(60);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT type, state, cause, of_order FROM t.requests;
SELECT relation, days, cause, tries, wait FROM t.gaps;
SELECT orders, requests FROM t.bill();
-- a network that is down says nothing of an order, however late it is: what is paid for is collected after it
SELECT t.fresh(), t.settle_bill(), t.scene('sg_v2', 'consented'), switchgrid.watch('sg_v2', '{30000000000206}', '{load_curve}', since => '2026-11-20', until => '2026-12-01');
CALL switchgrid.refresh('sg_v2') \g /dev/null
ALTER SERVER sg_v2 OPTIONS (SET base_url 'http://127.0.0.1:1', SET enedis_url 'http://127.0.0.1:1');
SELECT t.pass(30 * 3600);
\set VERBOSITY sqlstate
CALL switchgrid.refresh('sg_v2');
SELECT t.pass(60) \g /dev/null
CALL switchgrid.refresh('sg_v2');
SELECT t.pass(60) \g /dev/null
CALL switchgrid.refresh('sg_v2');
SELECT t.pass(60) \g /dev/null
CALL switchgrid.refresh('sg_v2');
\set VERBOSITY default
SELECT type, state, of_order FROM t.requests;
SELECT t.scene('sg_v2', 'consented'), t.pass(60);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT type, state, of_order FROM t.requests;
SELECT count(*) FROM switchgrid.load_curve WHERE point_id = '30000000000206';
SELECT * FROM t.bill();
-- an answer that does not tell of as many requests as were ordered fits none of them
SELECT t.scene('sg_v2', 'consented+short'), t.fresh(), switchgrid.watch('sg_v2', '{30000000000210}', '{load_curve,daily_energy}', since => '2026-11-20', until => '2026-12-01');
CALL switchgrid.refresh('sg_v2');
SELECT t.pass(10);
CALL switchgrid.refresh('sg_v2');
SELECT state, order_id IS NOT NULL AS named, cause, message FROM switchgrid.data_order;
SELECT type, state, cause FROM t.requests;
SELECT t.scene('sg_v2', 'consented');
CALL switchgrid.refresh('sg_v2');
SELECT switchgrid.settle_order(number, order_id) FROM switchgrid.data_order;
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT type, state, cause, of_order FROM t.requests;
SELECT * FROM t.bill();
-- an answer that only has the order's name is enough
SELECT t.scene('sg_v2', 'consented+old_answer'), t.fresh(), switchgrid.watch('sg_v2', '{30000000000211}', '{load_curve}', since => '2026-11-20', until => '2026-12-01');
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT state, status FROM switchgrid.data_order;
SELECT t.pass(10);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT type, state, status, of_order FROM t.requests;
-- refused: a group may be refused for one of its points, so each is ordered by itself in the next run; and then waits
SELECT t.scene('sg_v2', 'consented+refuse_order'), t.fresh(), switchgrid.watch('sg_v2', '{30000000000212,30000000000214,30000000000215}', '{load_curve,daily_energy}', since => '2026-11-20', until => '2026-12-01');
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT state, cause, message, requests FROM switchgrid.data_order ORDER BY number;
SELECT point_id, relation, cause, tries, wait FROM t.gaps;
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT state, requests, count(*) FROM switchgrid.data_order GROUP BY 1, 2 ORDER BY 2 DESC;
SELECT point_id, relation, cause, tries, wait FROM t.gaps;
SELECT t.scene('sg_v2', 'consented'), t.mark();
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT * FROM t.calls();
SELECT t.pass(86400);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT endpoint, n FROM t.calls();
SELECT * FROM t.bill();
-- a server that cannot be reached, a credential that is refused: nothing left, or nothing was made of it; the days stay as they were
SELECT t.fresh(), switchgrid.watch('sg_v2', '{30000000000220}', '{load_curve}', since => '2026-11-20', until => '2026-12-01');
ALTER USER MAPPING FOR CURRENT_USER SERVER sg_v2 OPTIONS (SET token 'wrong-secret');
CALL switchgrid.refresh('sg_v2');
ALTER USER MAPPING FOR CURRENT_USER SERVER sg_v2 OPTIONS (SET token 'demo-secret');
ALTER SERVER sg_v2 OPTIONS (SET base_url 'http://127.0.0.1:1', SET enedis_url 'http://127.0.0.1:1');
\set VERBOSITY terse
CALL switchgrid.refresh('sg_v2');
\set VERBOSITY default
SELECT state, cause FROM switchgrid.data_order ORDER BY number;
SELECT relation, cause, tries FROM t.gaps;
SELECT t.scene('sg_v2', 'consented');
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT state, count(*) FROM switchgrid.data_order GROUP BY 1 ORDER BY 1;
SELECT * FROM t.bill();
-- an address that is not the contract's ends an order as a whole; a state that nobody knows does not
SELECT t.scene('sg_v2', 'consented+address_check'), t.fresh(), switchgrid.watch('sg_v2', '{30000000000221}', '{load_curve,daily_energy}', since => '2026-11-20', until => '2026-12-01');
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT t.pass(10);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT o.state, o.status, r.type, r.state AS request, r.status AS told, r.cause FROM switchgrid.data_order o JOIN switchgrid.data_request r ON r.order_number = o.number ORDER BY 3;
SELECT relation, cause, code, tries, wait FROM t.gaps;
SELECT t.scene('sg_v2', 'consented+unknown_status+async=100'), t.fresh(), switchgrid.watch('sg_v2', '{30000000000222}', '{load_curve}', since => '2026-11-20', until => '2026-12-01');
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT t.pass(10);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT type, state, status, of_order FROM t.requests;
SELECT t.pass(100);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT type, state, status, of_order FROM t.requests;

-- Ordered by hand: relations, or the API's own kinds; whether or not they are watched, and stored as if they were.
SELECT t.scene('sg_v2', 'consented'), t.scene('sg_v0', 'consented'), t.fresh();
CALL switchgrid.order_data('sg_v2', '{30000000000230,30000000000231}', '{load_curve,R65_SYNC,contract}', '2026-12-01', '2026-12-08');
SELECT point_id, type, direction, days, relations FROM switchgrid.data_request ORDER BY 1, 2;
SELECT t.pass(10);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT type, state, of_order, count(*) FROM t.requests GROUP BY 1, 2, 3 ORDER BY 1;
SELECT point_id, (SELECT count(*) FROM switchgrid.load_curve c WHERE c.point_id = p.point_id) AS slots, (SELECT count(*) FROM switchgrid.daily_energy e WHERE e.point_id = p.point_id) AS days, (SELECT count(*) FROM switchgrid.contract c WHERE c.point_id = p.point_id) AS contracts,
       (SELECT count(*) FROM switchgrid.holder h WHERE h.point_id = p.point_id) AS holders FROM unnest('{30000000000230,30000000000231}'::text[]) AS p (point_id);
SELECT relation, held FROM switchgrid.coverage WHERE point_id = '30000000000230' ORDER BY 1;
-- every kind, and the same rows from the one that answers at once as from the other
CALL switchgrid.order_data('sg_v2', '{30000000000232}', '{R63,R64,R65,R66,R67,C68_ASYNC}', '2026-10-23', '2026-11-03');
CALL switchgrid.order_data('sg_v2', '{30000000000234}', '{LOADCURVE,R64,R65,R66,R67}', '2026-10-23', '2026-11-03', '{consumption,production}');
SELECT t.pass(10);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT point_id, type, direction, days, state, cause FROM t.requests WHERE point_id > '30000000000231';
CREATE TABLE t.sync AS SELECT * FROM switchgrid.load_curve WHERE point_id = '30000000000232';
CREATE TABLE t.sync_facts AS SELECT to_jsonb(f) - 'updated_at' AS fact FROM switchgrid.daily_energy f WHERE point_id = '30000000000232' UNION ALL SELECT to_jsonb(f) - 'updated_at' FROM switchgrid.daily_max_power f WHERE point_id = '30000000000232'
    UNION ALL SELECT to_jsonb(f) - '{updated_at,raw}'::text[] FROM switchgrid.register_reading f WHERE point_id = '30000000000232' UNION ALL SELECT to_jsonb(f) - '{raw,checked_at,started_on,meter_serial}'::text[] FROM switchgrid.contract f WHERE point_id = '30000000000232';
SELECT t.fresh();
TRUNCATE switchgrid.curve_segment, switchgrid.daily_energy, switchgrid.daily_max_power, switchgrid.register_reading, switchgrid.contract_history;
CALL switchgrid.order_data('sg_v2', '{30000000000232}', '{R63_SYNC,R64_SYNC,R65_SYNC,R66_SYNC,C68}', '2026-10-23', '2026-11-03');
SELECT type, days FROM t.requests;
SELECT t.pass(10);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT type, state, count(*) FROM t.requests GROUP BY 1, 2 ORDER BY 1;
SELECT * FROM t.differences('TABLE t.sync', 'SELECT * FROM switchgrid.load_curve WHERE point_id = ''30000000000232''');
SELECT * FROM t.differences('TABLE t.sync', 'SELECT * FROM live.load_curve WHERE point_id = ''30000000000232'' AND starts_at >= ''2026-10-23'' AND starts_at < ''2026-11-03''');
SELECT * FROM t.differences('TABLE t.sync_facts', 'SELECT to_jsonb(f) - ''updated_at'' AS fact FROM switchgrid.daily_energy f WHERE point_id = ''30000000000232'' UNION ALL SELECT to_jsonb(f) - ''updated_at'' FROM switchgrid.daily_max_power f WHERE point_id = ''30000000000232''
    UNION ALL SELECT to_jsonb(f) - ''{updated_at,raw}''::text[] FROM switchgrid.register_reading f WHERE point_id = ''30000000000232'' UNION ALL SELECT to_jsonb(f) - ''{raw,checked_at,started_on,meter_serial}''::text[] FROM switchgrid.contract f WHERE point_id = ''30000000000232''');
-- what is on order already is not ordered again, nor by a watch
SELECT t.fresh();
CALL switchgrid.order_data('sg_v2', '{30000000000235}', '{load_curve}', '2026-12-01', '2026-12-08');
CALL switchgrid.order_data('sg_v2', '{30000000000235}', '{load_curve}', '2026-12-01', '2026-12-08');
CALL switchgrid.order_data('sg_v2', '{30000000000235}', '{R63_SYNC}', '2026-12-06', '2026-12-10');
CALL switchgrid.order_data('sg_v2', '{30000000000236,30000000000235}', '{daily_energy,load_curve}', '2026-12-06', '2026-12-10');
SELECT switchgrid.watch('sg_v2', '{30000000000235}', '{load_curve}', since => '2026-11-30', until => '2026-12-10');
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT type, days FROM t.requests;
SELECT * FROM t.bill();
-- what is no order
SELECT t.mark();
CALL switchgrid.order_data('linky', '{30000000000235}');
CALL switchgrid.order_data('nowhere', '{30000000000235}');
CALL switchgrid.order_data('sg_v2', '{123}');
CALL switchgrid.order_data('sg_v2', '{30000000000235,NULL}');
CALL switchgrid.order_data('sg_v2', '{30000000000235}', '{weather}');
CALL switchgrid.order_data('sg_v2', '{30000000000235}', '{gas_day}');
CALL switchgrid.order_data('sg_v0', '{30000000000235}', '{LOADCURVE}');
CALL switchgrid.order_data('sg_v2', '{30000000000235}', '{daily_max_power}', directions => '{production}');
CALL switchgrid.order_data('sg_v2', '{30000000000235}', directions => '{upwards}');
CALL switchgrid.order_data('sg_v2', '{30000000000235}', since => '2026-12-02', until => '2026-12-02');
CALL switchgrid.order_data('sg_v2', '{30000000000235}', since => '2020-01-01', until => '2020-02-01');
CALL switchgrid.order_data('sg_v2', '{30000000000235}', since => '2027-01-01', until => '2027-02-01');
CALL switchgrid.order_data('sg_v2', '{}');
BEGIN;
CALL switchgrid.order_data('sg_v2', '{30000000000237}');
ROLLBACK;
SELECT * FROM t.calls();
CALL switchgrid.order_data('sg_v2', '{30000000000237}', '{LOADCURVE,R63}');
CALL switchgrid.order_data('sg_v2', '{30000000000237}', '{contract,C68}');
\set VERBOSITY sqlstate
CALL switchgrid.order_data('sg_v0', '{GI999055}');
CALL switchgrid.order_data('sg_v2', '{GI999055}');
\set VERBOSITY default
SELECT switchgrid.watch('sg_v0', '{GI999055}', '{load_curve}');
SELECT * FROM t.calls();
-- the same twice is once
CALL switchgrid.order_data('sg_v2', '{30000000000237,30000000000237}', '{load_curve,LOADCURVE,contract,address,C68_ASYNC}', '2026-12-01', '2026-12-08');
SELECT point_id, type, relations FROM switchgrid.data_request WHERE point_id = '30000000000237' ORDER BY 2;
-- in v0 the consent is looked for first; without one nothing is ordered
SELECT t.mark();
CALL switchgrid.order_data('sg_v0', '{30000000000238}', '{load_curve}', '2026-12-01', '2026-12-08');
SELECT t.scene('sg_v0', '');
CALL switchgrid.order_data('sg_v0', '{30000000000239}', '{load_curve}', '2026-12-01', '2026-12-08');
SELECT t.scene('sg_v0', 'consented');
SELECT endpoint, n FROM t.calls();
SELECT * FROM switchgrid.open_span;

-- The normalised curve, wherever it lies, and files however they are written: the rows that Enedis gives.
CREATE TABLE t.forms (n serial, words text, point_id text, rows bigint, others bigint, calls text, natures text);
CREATE PROCEDURE t.try_form(server name, words text, point text, relation text DEFAULT 'load_curve', kind text DEFAULT NULL) LANGUAGE plpgsql AS $$
DECLARE a bigint; b bigint; c bigint; numbers bigint[];
BEGIN
    TRUNCATE switchgrid.curve_segment, switchgrid.quantity_curve, switchgrid.daily_energy, switchgrid.daily_max_power, switchgrid.coverage, switchgrid.open_span;
    PERFORM t.settle_bill(), t.scene(server, concat_ws('+', 'consented', NULLIF(words, '')));
    CALL switchgrid.order_data(server, ARRAY[point], ARRAY[COALESCE(kind, relation)], date '2026-10-23', date '2026-10-28', '{consumption}', numbers);
    PERFORM t.pass(10), t.mark();
    CALL switchgrid.refresh(server, NULL, a, b, c);
    INSERT INTO t.forms (words, point_id, rows, others, calls, natures)
        SELECT concat_ws(' ', server, COALESCE(kind, relation), (SELECT o FROM pg_foreign_server, unnest(srvoptions) AS o WHERE srvname = server AND o LIKE 'curve_format=%'), NULLIF(words, '')), point, d.*, (SELECT string_agg(endpoint || ' ' || n, ', ' ORDER BY endpoint) FROM t.calls() WHERE endpoint IN ('file', 'data', 'order_get')),
               (SELECT string_agg(DISTINCT COALESCE(nature, 'none'), ', ') FROM switchgrid.load_curve)
        FROM (VALUES ('load_curve', 'point_id, direction, starts_at, ends_at, step, watts, wh', 'starts_at'), ('daily_energy', 'point_id, direction, day, wh', 'day'), ('daily_max_power', 'point_id, direction, day, va, at::timestamp', 'day')) AS r (name, columns, key)
        CROSS JOIN LATERAL t.differences(format('SELECT %s FROM switchgrid.%I', columns, relation), format('SELECT %s FROM live.%I WHERE point_id = %L AND %s >= ''2026-10-23'' AND %4$s < ''2026-10-28''', columns, relation, point, key)) AS d
        WHERE r.name = relation;
END $$;
SELECT t.fresh();
CALL t.try_form('sg_v2', '', '22516914714270');
CALL t.try_form('sg_v2', 'summary', '22516914714270');
CALL t.try_form('sg_v2', 'embedded', '22516914714270');
CALL t.try_form('sg_v2', 'embedded+seconds', '22516914714270');
CALL t.try_form('sg_v2', 'nolink', '22516914714270');
CALL t.try_form('sg_v2', 'nolink+keyed', '22516914714270');
CALL t.try_form('sg_v2', 'nolink+seconds', '22516914714270');
CALL t.try_form('sg_v2', 'csv', '22516914714270');
CALL t.try_form('sg_v2', 'natures', '22516914714270');
CALL t.try_form('sg_v2', '', '42900589957123');
CALL t.try_form('sg_v2', 'nolink', '42900589957123');
CALL t.try_form('sg_v2', 'embedded', '42900589957123');
CALL t.try_form('sg_v2', '', '63695879465986');
CALL t.try_form('sg_v2', 'embedded', '63695879465986');
CALL t.try_form('sg_v2', '', '22315546958763');
CALL t.try_form('sg_v2', 'nolink', '22315546958763');
CALL t.try_form('sg_v2', 'csv', '22315546958763');
CALL t.try_form('sg_v2', '', '99300000000001');
CALL t.try_form('sg_v2', '', '22516914714270', 'load_curve', 'R63');
CALL t.try_form('sg_v2', 'csv', '22516914714270', 'load_curve', 'R63');
CALL t.try_form('sg_v2', '', '22516914714270', 'load_curve', 'R63_SYNC');
CALL t.try_form('sg_v2', 'csv', '22516914714270', 'load_curve', 'R63_SYNC');
CALL t.try_form('sg_v2', 'csv', '22516914714270', 'daily_energy');
CALL t.try_form('sg_v2', 'csv', '22516914714270', 'daily_max_power');
CALL t.try_form('sg_v0_1', '', '22516914714270');
CALL t.try_form('sg_v0_1', 'embedded', '22516914714270');
-- what Switchgrid makes of it is asked for instead of the operator's file, where the server says so
ALTER SERVER sg_v2 OPTIONS (ADD curve_format 'json');
CALL t.try_form('sg_v2', '', '22516914714270');
CALL t.try_form('sg_v2', 'keyed+seconds', '42900589957123');
ALTER SERVER sg_v2 OPTIONS (SET curve_format 'csv');
CALL t.try_form('sg_v2', '', '22516914714270');
CALL t.try_form('sg_v2', 'no_prm', '22516914714270');
CALL t.try_form('sg_v2', 'embedded', '22516914714270');
CALL t.try_form('sg_v2', '', '42900589957123');
CALL t.try_form('sg_v2', '', '22315546958763');
CALL t.try_form('sg_v2', '', '22516914714270', 'daily_energy');
ALTER SERVER sg_v2 OPTIONS (SET curve_format 'xml');
ALTER SERVER sg_v2 OPTIONS (DROP curve_format);
SELECT words, point_id, rows, others, calls, natures FROM t.forms ORDER BY n;
SELECT DISTINCT state, cause FROM t.requests;
-- larger meters tell more than active power
CALL t.try_form('sg_v2', '', '99300000000001');
SELECT quantity, unit, nature, count(*), min(starts_at), max(ends_at), count(DISTINCT ends_at - starts_at) AS steps FROM switchgrid.quantity_curve GROUP BY 1, 2, 3 ORDER BY 1;
SELECT count(*) FROM switchgrid.quantity_curve q LEFT JOIN switchgrid.load_curve c USING (point_id, direction, starts_at, ends_at) WHERE c.watts IS NULL;

-- Waited for: a run with "wait" goes on until what it has ordered is there, and no longer than it was told.
SELECT t.fresh(), t.scene('sg_v2', 'consented+async=1'), switchgrid.watch('sg_v2', '{30000000000240}', '{load_curve,contract}', since => '2026-12-01', until => '2027-12-01');
SELECT clock_timestamp() AS began \gset
CALL switchgrid.refresh('sg_v2', wait => '1 minute') \g /dev/null
SELECT clock_timestamp() - :'began' < interval '40 seconds' AS sooner;
SELECT type, state, of_order FROM t.requests;
SELECT count(*) FROM switchgrid.load_curve WHERE point_id = '30000000000240' AND starts_at < '2026-12-02';
SELECT t.scene('sg_v2', 'consented+stuck'), switchgrid.watch('sg_v2', '{30000000000241}', '{load_curve}', since => '2026-12-01', until => '2026-12-08');
SELECT clock_timestamp() AS began \gset
SET client_min_messages = notice;
CALL switchgrid.refresh('sg_v2', wait => '1 second');
SET client_min_messages = warning;
SELECT clock_timestamp() - :'began' >= interval '1 second' AS waited, clock_timestamp() - :'began' < interval '30 seconds' AS no_longer;
CALL switchgrid.refresh('sg_v2', wait => '-1 second');
-- one that the operator does not end is shown when it has waited for more than three days, and not when it was given up
ALTER SERVER sg_v2 OPTIONS (ADD order_hours '96');
SELECT t.fresh(), switchgrid.watch('sg_v2', '{30000000000242,30000000000243}', '{load_curve}', since => '2026-12-01', until => '2026-12-08');
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT current_setting('switchgrid.now') AS placed, extract(epoch FROM (switchgrid.today() + 4)::timestamptz - current_setting('switchgrid.now')::timestamptz)::int AS seconds \gset
SELECT t.pass(:seconds - 1);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT * FROM switchgrid.attention;
SELECT t.pass(1);
SELECT what, server, point_id, since = :'placed' AS since_placed, detail, advice FROM switchgrid.attention;
SELECT t.pass(86400);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT state, cause FROM t.requests;
SELECT what, point_id, detail FROM switchgrid.attention ORDER BY 2;
ALTER SERVER sg_v2 OPTIONS (DROP order_hours);

-- Two servers order for themselves, and one of them alone if it is named; what is not watched any more is followed all the same.
SELECT t.scene('sg_v2', 'consented'), t.fresh(), switchgrid.watch('sg_v2', '{30000000000242}', '{load_curve}', since => '2026-12-01', until => '2026-12-08'), switchgrid.watch('sg_v0_1', '{30000000000244}', '{load_curve}', since => '2026-12-01', until => '2026-12-08');
CALL switchgrid.refresh('sg_v0_1') \g /dev/null
SELECT server, point_id, state FROM t.requests;
SET client_min_messages = notice;
CALL switchgrid.refresh();
SET client_min_messages = warning;
SELECT server, point_id, state FROM t.requests;
SELECT switchgrid.unwatch('sg_v2', '{30000000000242}', '{load_curve}'), switchgrid.unwatch('sg_v0_1', '{30000000000244}', '{load_curve}');
SELECT count(*) FROM switchgrid.watch;
SELECT t.pass(10);
CALL switchgrid.refresh() \g /dev/null
SELECT server, point_id, state FROM t.requests;
SELECT point_id, count(*) FROM switchgrid.load_curve WHERE point_id IN ('30000000000242', '30000000000244') GROUP BY 1 ORDER BY 1;
SELECT server, held FROM switchgrid.coverage ORDER BY 1;
-- watched again: it is there
SELECT switchgrid.watch('sg_v2', '{30000000000242}', '{load_curve}', since => '2026-12-01', until => '2026-12-08');
SELECT * FROM t.gaps;
SELECT t.mark();
CALL switchgrid.refresh();
SELECT * FROM t.calls();
SELECT * FROM t.bill();
-- some points of many
SELECT t.fresh(), switchgrid.watch('sg_v2', '{30000000000245,30000000000250,30000000000251}', '{load_curve}', since => '2026-12-01', until => '2026-12-08');
CALL switchgrid.refresh('sg_v2', '{30000000000250}') \g /dev/null
SELECT point_id, state FROM t.requests;
CALL switchgrid.refresh('sg_v2', '{30000000000245,30000000000250}') \g /dev/null
SELECT point_id, state FROM t.requests;
SELECT orders, requests, twice FROM t.bill();
-- who may not use the server orders nothing, and settles nothing
CREATE ROLE sg_clerk;
GRANT USAGE ON SCHEMA switchgrid TO sg_clerk;
GRANT ALL ON ALL TABLES IN SCHEMA switchgrid TO sg_clerk;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA switchgrid TO sg_clerk;
CREATE USER MAPPING FOR sg_clerk SERVER sg_v2 OPTIONS (token 'demo-secret');
SET ROLE sg_clerk;
CALL switchgrid.order_data('sg_v2', '{30000000000252}');
SELECT switchgrid.settle_order(1);
RESET ROLE;
GRANT EXECUTE ON ALL PROCEDURES IN SCHEMA switchgrid TO sg_clerk;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA switchgrid TO sg_clerk;
SELECT t.mark();
SET ROLE sg_clerk;
CALL switchgrid.order_data('sg_v2', '{30000000000252}');
SELECT switchgrid.settle_order(1);
CALL switchgrid.refresh('sg_v2');
RESET ROLE;
SELECT * FROM t.calls();
GRANT USAGE ON FOREIGN SERVER sg_v2 TO sg_clerk;
SET ROLE sg_clerk;
CALL switchgrid.order_data('sg_v2', '{30000000000252}', '{R65_SYNC}', '2026-12-01', '2026-12-08');
RESET ROLE;
DROP OWNED BY sg_clerk;
DROP ROLE sg_clerk;

-- Gas is not ordered, but asked for: a month at a time, in any wrapping, and refused in GRDF's words.
SELECT t.fresh(), switchgrid.watch('sg_v0', '{09999999900617,GI999055}', '{gas_day}');
SELECT switchgrid.watch('sg_v0', '{30000000000244}', '{load_curve}', since => '2026-12-01', until => '2026-12-08');
SELECT endpoint, ordered, count(*), count(leaves_after) AS known FROM switchgrid.plan('sg_v0') GROUP BY 1, 2 ORDER BY 2;
SELECT switchgrid.unwatch('sg_v0', '{30000000000244}');
CALL switchgrid.refresh('sg_v0') \g /dev/null
SELECT endpoint, status, n FROM t.calls();
SELECT point_id, count(*), count(DISTINCT day) AS days, max(day) - min(day) + 1 AS span FROM switchgrid.gas_day GROUP BY 1 ORDER BY 1;
SELECT relation, cause, count(*) FROM t.gaps GROUP BY 1, 2 ORDER BY 1, 2;
CREATE TABLE t.gas AS SELECT * FROM live_v0.gas_day WHERE point_id IN ('09999999900617', 'GI999055');
SELECT * FROM t.differences('TABLE t.gas', 'SELECT point_id, direction, day, starts_at, ends_at, kwh, volume, volume_converted, coefficient, index_start, index_end, kind, quality, status, raw FROM switchgrid.gas_day');
CREATE TABLE t.wrapped (words text, rows bigint, others bigint);
CREATE PROCEDURE t.wrap(words text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM t.scene('sg_v0', 'consented+' || words);
    INSERT INTO t.wrapped SELECT words, d.* FROM t.differences('TABLE t.gas', 'SELECT * FROM live_v0.gas_day WHERE point_id IN (''09999999900617'', ''GI999055'')') AS d;
END $$;
CALL t.wrap('gas_array');
CALL t.wrap('gas_wrapped');
CALL t.wrap('gas_pretty');
TABLE t.wrapped;
SELECT t.scene('sg_v0', 'consented');
SELECT point, part, says FROM unnest('{GI999092,09999999930215,09999999900112,09999999932770,08888881000011,08888881000008,GI999150,08888882000100}'::text[]) WITH ORDINALITY AS p (point, i), t.error(format('SELECT * FROM live_v0.gas_day WHERE point_id = %L', point)) WHERE part IN ('none', 'sqlstate', 'detail') ORDER BY i, 2;
CREATE FUNCTION t.under(words text, statement text) RETURNS TABLE (part text, says text) LANGUAGE plpgsql AS $$ BEGIN PERFORM t.scene('sg_v0', words); RETURN QUERY SELECT * FROM t.error(statement); END $$;
SELECT words, part, says FROM unnest('{html,not_json,gas_wrapped+cut,truncated,huge,empty}'::text[]) WITH ORDINALITY AS w (words, i), t.under('consented+' || words, 'SELECT * FROM live_v0.gas_day WHERE point_id = ''GI999055''') WHERE part IN ('none', 'sqlstate') ORDER BY i;
-- without a consent: that is the point's affair, and holds no other one back
SELECT t.scene('sg_v0', ''), t.fresh();
SELECT part, says FROM t.error('SELECT * FROM live_v0.gas_day WHERE point_id = ''GI999055''');
CALL switchgrid.create_ask('sg_v0', '[{"point_id": "09999999900617", "energy": "gas", "holder": {"company": "Test"}, "address": {"street": "s", "postal_code": "1", "city": "c"}}]', state => 'gas') \g /dev/null
SELECT t.pass(10), switchgrid.watch('sg_v0', '{GI999055,09999999900617}', '{gas_day}', since => '2026-12-01', until => '2026-12-08');
CALL switchgrid.refresh('sg_v0') \g /dev/null
SELECT point_id, relation, cause, wait FROM t.gaps;
-- The simulator has nothing against all of this.
SELECT * FROM t.faults() WHERE fault <> 'unknown access token';

-- A point that is not the ask's: the group is refused as a whole, then that point alone, and the other one is ordered.
SELECT t.fresh(), t.settle_bill(), t.scene('sg_v0', 'consented');
INSERT INTO switchgrid.consent (server, point_id, ask_id, consent_id, state)
    SELECT 'sg_v0', '30000000000241', id, id, 'ACCEPTED' FROM (VALUES ('00000000-0a52-4000-8000-' || lpad(to_hex(30000000000242), 12, '0'))) AS v (id);
SELECT switchgrid.watch('sg_v0', '{30000000000241,30000000000242}', '{load_curve}', since => '2026-11-20', until => '2026-12-01');
CALL switchgrid.refresh('sg_v0') \g /dev/null
SELECT point_id, cause, message FROM switchgrid.gap ORDER BY 1;
CALL switchgrid.refresh('sg_v0') \g /dev/null
SELECT point_id, cause, CASE cause WHEN 'request' THEN retry_at - asked_at END AS wait FROM switchgrid.gap ORDER BY 1;
SELECT * FROM t.bill();

-- A link leads away from the API: fetching it waits for no pace, and uses up nothing of what the API counts.
SELECT t.fresh(), t.settle_bill(), t.scene('sg_v2', 'consented+next=99'), t.mark() \g /dev/null
SELECT switchgrid.watch('sg_v2', '{30000000000242}', '{load_curve}', since => '2026-12-01', until => '2026-12-08');
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT t.pass(60);
CALL switchgrid.refresh('sg_v2') \g /dev/null
SELECT endpoint, n FROM t.calls() ORDER BY 1;
SELECT used_last_hour, used_last_hour = (SELECT sum(n) FROM t.calls() WHERE endpoint NOT LIKE '%file%') AS without_links FROM switchgrid.quota WHERE server = 'sg_v2';
