-- Consents are asked for once and followed to their end; what the API would not take is never sent; asks are a live relation that asks for no more than its clauses want.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
\set prelude :srcdir '/test/regress/switchgrid.sql'
\i :prelude
-- what is sent: in each generation a contract that was found, a person, a company, and gas; the API tells again what it was asked
CREATE TABLE t.contracts (what text PRIMARY KEY, contract jsonb);
INSERT INTO t.contracts VALUES
    ('person', '{"point_id": "22516914714270", "holder": {"title": "F", "first_name": "Chloé", "last_name": "Fic\"tive"}, "address": {"street": "79 avenue Fictive", "postal_code": "88400", "city": "Gérardmer"}}'),
    ('abroad', '{"point_id": "22516914714270", "energy": "electricity", "holder": {"title": "M", "first_name": "A", "last_name": "B"}, "address": {"street": "s", "postal_code": "1", "city": "c", "country": "Belgique"}}'),
    ('company', '{"point_id": "64975835695673", "holder": {"company": "Essai SARL", "siret": "12345678901234", "other_names": ["Essai", "Les Essais"]}, "address": {"street": "1 rue du Test", "postal_code": "75001", "city": "Paris"}}'),
    ('gas', '{"point_id": "09999999900617", "energy": "gas", "holder": {"company": "Essai SARL"}, "address": {"street": "1 rue du Test", "postal_code": "75001", "city": "Paris"}}'),
    ('old gas', '{"point_id": "GI999055", "holder": {"first_name": "Jean", "last_name": "Test"}, "address": {"street": "1 rue du Test", "postal_code": "75001", "city": "Paris"}}'),
    ('nobody', '{"point_id": "99999999999999", "holder": {"title": "M", "first_name": "Jean", "last_name": "Test"}, "address": {"street": "1 rue du Test", "postal_code": "75001", "city": "Paris"}}');
CREATE FUNCTION t.contracts(VARIADIC names text[]) RETURNS jsonb LANGUAGE sql STABLE AS $$ SELECT jsonb_agg(contract ORDER BY i) FROM unnest(names) WITH ORDINALITY AS n (what, i) JOIN t.contracts USING (what) $$;
-- one of them with a member that is another one, or is not there
CREATE FUNCTION t.spoilt(what text, path text[], value jsonb DEFAULT NULL) RETURNS jsonb LANGUAGE sql STABLE AS $$ SELECT jsonb_build_array(CASE WHEN value IS NULL THEN contract #- path ELSE jsonb_set(contract, path, value) END) FROM t.contracts c WHERE c.what = spoilt.what $$;
INSERT INTO t.contracts SELECT 'found', jsonb_build_object('id', contract_id) FROM live_v2.contract_search WHERE point_id = '22516914714270';
CALL switchgrid.create_ask('sg_v2', t.contracts('found', 'person', 'company', 'abroad'), '4 weeks', '{"title": "F", "first_name": "Chloé", "last_name": "Fictive", "phone": "+33600000000", "email": "chloe@example.org"}', state => 'all of v2');
SELECT jsonb_array_elements(raw -> 'createArgs' -> 'electricityContracts') AS contract FROM live_v2.ask WHERE ask_id = '00000000-0a51-4000-8000-000000000001';
SELECT raw -> 'createArgs' -> 'signer' AS signer, raw -> 'createArgs' -> 'consentDuration' AS duration, raw -> 'createArgs' -> 'consentCollectionMedium' AS medium FROM live_v2.ask WHERE ask_id = '00000000-0a51-4000-8000-000000000001';
SELECT raw -> 'createArgs' -> 'scopesAndPurpose' AS scopes FROM live_v2.ask WHERE ask_id = '00000000-0a51-4000-8000-000000000001';
CALL switchgrid.create_ask('sg_v2', t.contracts('found'), '1 day', purposes => '{DEMAND_RESPONSE,SOLAR_INSTALLATION_SIZING}', scopes => '{DETAILS_CONTRACTUELS,ELECTRICITY_TIMESERIES}', redirect => 'https://example.org/thanks', state => 'less of v2');
SELECT (raw -> 'createArgs') - 'electricityContracts' AS args FROM live_v2.ask WHERE ask_id = '00000000-0a51-4000-8000-000000000002';
CALL switchgrid.create_ask('sg_v0_1', t.contracts('found', 'person', 'company', 'gas', 'old gas'), '20 years', '{"first_name": "Chloé", "last_name": "Fictive", "organisation": "Essai"}', redirect => 'https://example.org/thanks', state => 'all of v0_1');
SELECT contract - 'id' AS contract FROM live_v0_1.ask, jsonb_array_elements(raw -> 'contracts') AS contract WHERE ask_id = '00000000-0a51-4000-8000-000000000003';
SELECT raw -> 'signer' AS signer FROM live_v0_1.ask WHERE ask_id = '00000000-0a51-4000-8000-000000000003';
CALL switchgrid.create_ask('sg_v0', t.contracts('found', 'gas', 'company', 'person'), '6 months', state => 'all of v0');
SELECT array_agg(contract - 'id' ORDER BY i) = (SELECT array_agg(c ORDER BY j) FROM unnest(ARRAY[1, 4, 3, 2]) WITH ORDINALITY AS o (k, j) JOIN (SELECT contract - 'id' AS c, k FROM live_v0_1.ask, jsonb_array_elements(raw -> 'contracts') WITH ORDINALITY AS e (contract, k) WHERE ask_id = '00000000-0a51-4000-8000-000000000003') AS v0_1 USING (k)) AS as_in_v0_1
FROM live_v0.ask, jsonb_array_elements(raw -> 'contracts') WITH ORDINALITY AS e (contract, i) WHERE ask_id = '00000000-0a51-4000-8000-000000000004';
-- a state is made up where none is given; a used one is not sent again
CALL switchgrid.create_ask('sg_v0', t.contracts('found')) \gset ask_
SELECT :'ask_state' ~ '^[0-9a-f]{24}$' AS made_up, ask_id, duration, outcome FROM switchgrid.ask WHERE state = :'ask_state';
CALL switchgrid.create_ask('sg_v0', t.contracts('found'), state => 'all of v0');
SELECT server, state, outcome, duration, status FROM switchgrid.ask WHERE state <> :'ask_state' ORDER BY ask_id;
SELECT * FROM t.faults();
SELECT asks FROM t.bill();

-- what the API does not take is refused here, and not sent
SELECT t.mark();
CALL switchgrid.create_ask('sg_v2', t.contracts('found'), '12 months');
CALL switchgrid.create_ask('sg_v0', t.contracts('found'), '7 days');
CALL switchgrid.create_ask('sg_v2', '[]');
CALL switchgrid.create_ask('sg_v2', '{"id": "x"}');
CALL switchgrid.create_ask('sg_v2', '["x"]');
CALL switchgrid.create_ask('sg_v2', '[{}]');
CALL switchgrid.create_ask('sg_v2', '[{"prm": "22516914714270"}]');
CALL switchgrid.create_ask('sg_v2', t.spoilt('person', '{point_id}', '"123"'));
CALL switchgrid.create_ask('sg_v2', t.spoilt('person', '{holder}'));
CALL switchgrid.create_ask('sg_v2', t.spoilt('person', '{address}'));
CALL switchgrid.create_ask('sg_v2', t.spoilt('person', '{address,city}'));
CALL switchgrid.create_ask('sg_v2', t.spoilt('person', '{holder,last_name}'));
CALL switchgrid.create_ask('sg_v2', t.spoilt('person', '{holder,title}'));
CALL switchgrid.create_ask('sg_v2', t.spoilt('person', '{holder,title}', '"Dr"'));
CALL switchgrid.create_ask('sg_v2', t.spoilt('person', '{holder,age}', '7'));
CALL switchgrid.create_ask('sg_v2', t.spoilt('person', '{holder,last_name}', '{}'));
CALL switchgrid.create_ask('sg_v2', t.spoilt('company', '{holder,siret}'));
CALL switchgrid.create_ask('sg_v2', t.spoilt('company', '{holder,other_names}', '["a", "b", "c"]'));
CALL switchgrid.create_ask('sg_v2', t.contracts('gas'));
CALL switchgrid.create_ask('sg_v2', t.contracts('old gas'));
CALL switchgrid.create_ask('sg_v0', t.spoilt('gas', '{energy}', '"steam"'));
CALL switchgrid.create_ask('sg_v0', t.spoilt('old gas', '{point_id}', '"GI12"'));
CALL switchgrid.create_ask('sg_v2', t.contracts('found'), signer => '{"title": "M", "first_name": "A", "last_name": "B", "age": 7}');
CALL switchgrid.create_ask('sg_v2', t.contracts('found'), signer => '{"first_name": "A", "last_name": "B"}');
CALL switchgrid.create_ask('sg_v0', t.contracts('found'), signer => '{"first_name": "A"}');
CALL switchgrid.create_ask('sg_v0', t.contracts('found'), signer => '"me"');
CALL switchgrid.create_ask('sg_v2', t.contracts('found'), scopes => '{EVERYTHING}');
CALL switchgrid.create_ask('sg_v0', t.contracts('found'), scopes => '{DETAILS_CONTRACTUELS}');
CALL switchgrid.create_ask('sg_v2', NULL);
CALL switchgrid.create_ask('sg_v2', t.contracts('found'), NULL);
CALL switchgrid.create_ask(NULL, t.contracts('found'));
CALL switchgrid.create_ask('nowhere', t.contracts('found'));
CALL switchgrid.create_ask('linky', t.contracts('found'));
BEGIN;
CALL switchgrid.create_ask('sg_v2', t.contracts('found'));
ROLLBACK;
BEGIN;
CALL switchgrid.cancel_ask('sg_v2', '00000000-0a51-4000-8000-000000000001');
ROLLBACK;
SELECT * FROM t.calls();
SELECT count(*) FROM switchgrid.ask;
-- what only the API knows is its answer, and the ask has failed
CALL switchgrid.create_ask('sg_v2', '[{"id": "not one"}]', state => 'unknown id');
CALL switchgrid.create_ask('sg_v2', '[{"id": "00000000-0c01-4000-8000-000000000009"}]', state => 'unknown contract');
CALL switchgrid.create_ask('sg_v0', t.contracts('found'), purposes => '{FUN}', state => 'unknown purpose');
SELECT server, state, ask_id, outcome, error, error_description FROM switchgrid.ask WHERE state LIKE 'unknown %' ORDER BY 2;
SELECT endpoint, status, n FROM t.calls();

-- followed: what waits for its holder is looked at again, at first often and then less often
SELECT t.scene('sg_v2', 'unsigned'), t.scene('sg_v0', 'unsigned');
DELETE FROM switchgrid.ask;
CALL switchgrid.create_ask('sg_v2', t.contracts('found'), state => 'slow');
CALL switchgrid.create_ask('sg_v0', t.contracts('found'), state => 'slow');
SELECT t.pass(10), t.mark();
CALL switchgrid.refresh() \g /dev/null
SELECT server, status, outcome, accepted_at, answered_at, user_url LIKE '%/sign/' || ask_id AS page, retry_at - current_setting('switchgrid.now')::timestamptz AS next_look FROM switchgrid.ask ORDER BY 1;
CALL switchgrid.refresh() \g /dev/null
SELECT endpoint, n FROM t.calls();
SELECT t.pass(3600), t.mark();
CALL switchgrid.refresh() \g /dev/null
SELECT endpoint, n FROM t.calls();
SELECT server, outcome, retry_at - current_setting('switchgrid.now')::timestamptz AS next_look FROM switchgrid.ask ORDER BY 1;
SELECT count(*) FROM switchgrid.consent;
-- the holder visits the page and consents; from then on it is looked at once a day
SELECT t.page('/~unsigned/sign/' || ask_id) FROM switchgrid.ask ORDER BY server;
SELECT t.pass(400);
CALL switchgrid.refresh() \g /dev/null
SELECT server, status, outcome, answered_at = current_setting('switchgrid.now')::timestamptz AS now, retry_at - answered_at AS next_look FROM switchgrid.ask ORDER BY 1;
SELECT server, point_id, state FROM switchgrid.consent ORDER BY 1;
-- ended elsewhere: seen a day later, and said of the consents as well
SELECT t.serve('console', 'v2', 'console');
SELECT ask_id FROM switchgrid.ask WHERE server = 'sg_v2' \gset
CALL switchgrid.cancel_ask('console', :'ask_id');
SELECT server, outcome FROM switchgrid.ask ORDER BY 1;
CALL switchgrid.refresh() \g /dev/null
SELECT server, outcome FROM switchgrid.ask ORDER BY 1;
SELECT t.pass(86400);
CALL switchgrid.refresh() \g /dev/null
SELECT server, status, outcome FROM switchgrid.ask ORDER BY 1;
SELECT server, point_id, state FROM switchgrid.consent ORDER BY 1;
SELECT t.mark(), t.pass(864000);
CALL switchgrid.refresh('sg_v2');
SELECT * FROM t.calls();
-- expired: after the time that was asked for
SELECT t.scene('sg_v2', ''), t.scene('sg_v0', '');
DELETE FROM switchgrid.ask;
DELETE FROM switchgrid.consent;
CALL switchgrid.create_ask('sg_v2', t.contracts('found'), '1 day', state => 'short');
CALL switchgrid.create_ask('sg_v0', t.contracts('found', 'gas'), '1 day', state => 'short');
SELECT t.pass(10);
CALL switchgrid.refresh() \g /dev/null
SELECT server, outcome, status FROM switchgrid.ask ORDER BY 1;
SELECT server, point_id, state, ends_on - starts_on AS last_day FROM switchgrid.consent ORDER BY 1, 2;
SELECT t.pass(86400);
CALL switchgrid.refresh() \g /dev/null
SELECT server, outcome, status FROM switchgrid.ask ORDER BY 1;
SELECT server, point_id, state FROM switchgrid.consent ORDER BY 1, 2;
-- a point that the operator does not know: the address fails in v2, for good; later generations call the ask not valid, and it may be mended
CALL switchgrid.create_ask('sg_v2', t.contracts('nobody', 'found'), state => 'nobody');
CALL switchgrid.create_ask('sg_v0_1', t.contracts('nobody', 'found'), state => 'nobody');
CALL switchgrid.create_ask('sg_v0', t.contracts('nobody', 'gas'), state => 'nobody');
SELECT t.pass(10);
CALL switchgrid.refresh() \g /dev/null
SELECT server, status, outcome, points, jsonb_path_query_array(contracts, '$[*].status') AS contracts, retry_at IS NOT NULL AS looked_at_again FROM switchgrid.ask WHERE state = 'nobody' ORDER BY 1;
SELECT count(*) FROM switchgrid.consent WHERE state = 'ACCEPTED';
-- (the simulator mends nothing: the ask is made to be another one)
CALL switchgrid.create_ask('sg_v0', t.contracts('found', 'gas'), state => 'mended') \gset ask_
DELETE FROM switchgrid.ask WHERE state = 'mended';
UPDATE switchgrid.ask SET ask_id = :'ask_ask_id' WHERE server = 'sg_v0' AND state = 'nobody';
SELECT t.pass(10), t.mark();
CALL switchgrid.refresh() \g /dev/null
SELECT server, status, outcome, points FROM switchgrid.ask WHERE state = 'nobody' ORDER BY 1;
SELECT server, point_id, state FROM switchgrid.consent WHERE state = 'ACCEPTED' ORDER BY 1, 2;
SELECT endpoint, n FROM t.calls();
-- a state that nobody knows is shown, and is no end
SELECT t.scene('sg_v2', 'unknown_status');
CREATE PROCEDURE t.meet(INOUT met boolean DEFAULT false) LANGUAGE plpgsql AS $$
DECLARE
    id text;
    url text;
    requests bigint;
    rows bigint;
    days bigint;
    word text := 'unknown ';
BEGIN
    -- the simulator tells it for a second, which a busy machine may miss
    FOR i IN 1..20 LOOP
        DELETE FROM switchgrid.ask;
        word := word || 'w';
        CALL switchgrid.create_ask('sg_v2', t.contracts('found'), '1 year', NULL, '{DEMAND_RESPONSE}', NULL, NULL, word, id, url);
        PERFORM t.pass(2);
        CALL switchgrid.refresh('sg_v2', NULL, requests, rows, days);
        SELECT status = 'SOMETHING_NEW' INTO met FROM switchgrid.ask;
        EXIT WHEN met;
    END LOOP;
END $$;
CALL t.meet();
SELECT status, outcome, points, answered_at FROM switchgrid.ask;
SELECT t.pass(10);
CALL switchgrid.refresh() \g /dev/null
SELECT status, outcome FROM switchgrid.ask;

-- uncertain: the answer was lost after the ask was sent, so nobody knows, and it is never sent again by itself
ALTER SERVER sg_v2 OPTIONS (ADD timeout '1', SET retries '2');
ALTER SERVER sg_v0 OPTIONS (SET retries '2');
DELETE FROM switchgrid.ask;
SELECT t.settle_bill(), t.mark();
SELECT t.scene('sg_v2', 'answer_lost'), t.scene('sg_v0', 'answer_500');
CALL switchgrid.create_ask('sg_v2', t.contracts('found'), state => 'lost');
CALL switchgrid.create_ask('sg_v0', t.contracts('found'), state => 'failed');
SELECT t.scene('sg_v2', 'answer_stalled');
\set VERBOSITY terse
CALL switchgrid.create_ask('sg_v2', t.contracts('found'), state => 'stalled');
\set VERBOSITY default
-- one whose session was killed is found out by the next run
INSERT INTO switchgrid.ask (server, state, duration, outcome) VALUES ('sg_v0_1', 'killed', '1 year', 'sending');
SELECT t.scene('sg_v2', ''), t.scene('sg_v0', ''), t.pass(10);
CALL switchgrid.refresh() \g /dev/null
SELECT server, state, ask_id, outcome, error, regexp_replace(error_description, '[0-9]{4,}', 'N') AS description, advice IS NOT NULL AS advice FROM switchgrid.ask ORDER BY 1, 2;
SELECT DISTINCT advice FROM switchgrid.ask;
SELECT what, t.server, point_id, since = asked_at AS since_asked, detail, t.advice = a.advice AS its_advice FROM switchgrid.attention t LEFT JOIN switchgrid.ask a ON t.detail = format('Ask %s.', a.state) ORDER BY t.server, detail;
CALL switchgrid.refresh() \g /dev/null
SELECT endpoint, status, n FROM t.calls();
SELECT asks FROM t.bill();
-- an ask that never left, or was refused, is not uncertain
ALTER SERVER sg_v2 OPTIONS (SET retries '0');
SELECT t.scene('sg_v2', 'error=429'), t.scene('sg_v0', 'error=401');
CALL switchgrid.create_ask('sg_v2', t.contracts('found'), state => 'too many');
CALL switchgrid.create_ask('sg_v0', t.contracts('found'), state => 'forbidden');
CREATE SERVER closed FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'switchgrid', base_url 'http://127.0.0.1:1', retries '0');
CREATE USER MAPPING FOR CURRENT_USER SERVER closed OPTIONS (token 'demo-secret');
\set VERBOSITY terse
CALL switchgrid.create_ask('closed', t.contracts('found'), state => 'closed');
\set VERBOSITY default
SELECT server, state, ask_id, outcome, error FROM switchgrid.ask WHERE outcome <> 'uncertain' ORDER BY 1, 2;
SELECT t.scene('sg_v2', ''), t.scene('sg_v0', '');
-- settled: it is there, and followed from now on; or it is not, and may be asked again
SELECT ask_id, status FROM live_v2.ask WHERE asked_at >= '2026-01-01' ORDER BY asked_at DESC LIMIT 2;
SELECT switchgrid.settle_ask('sg_v2', 'lost', (SELECT ask_id FROM live_v2.ask WHERE asked_at >= '2026-01-01' ORDER BY asked_at DESC OFFSET 1 LIMIT 1));
SELECT switchgrid.settle_ask('sg_v2', 'stalled');
SELECT switchgrid.settle_ask('sg_v0', 'failed', NULL);
SELECT state, outcome, ask_id, error, advice FROM switchgrid.ask WHERE server = 'sg_v2' ORDER BY 1;
CALL switchgrid.refresh() \g /dev/null
SELECT state, outcome, status, points FROM switchgrid.ask WHERE server = 'sg_v2' ORDER BY 1;
SELECT what, server, detail FROM switchgrid.attention;
-- not those that are not uncertain, nor those that are not there, nor twice
SELECT switchgrid.settle_ask('sg_v2', 'lost');
SELECT switchgrid.settle_ask('sg_v2', 'nothing');
SELECT switchgrid.settle_ask('nowhere', 'lost');
SELECT switchgrid.settle_ask('linky', 'lost');
SELECT switchgrid.settle_ask('sg_v2', NULL);
SELECT switchgrid.settle_ask(NULL, 'lost');
-- one ask cannot be two
UPDATE switchgrid.ask SET outcome = 'uncertain' WHERE state = 'too many';
SELECT part, says FROM switchgrid.ask, t.error(format('SELECT switchgrid.settle_ask(%L, %L, %L)', 'sg_v2', 'too many', ask_id)) WHERE state = 'lost' AND part = 'sqlstate';
ALTER SERVER sg_v2 OPTIONS (DROP timeout);
ALTER SERVER sg_v0 OPTIONS (SET retries '0');

-- cancelled: the ask, and what it gave; another one's ask that is not noted here as well
SELECT server, outcome FROM switchgrid.ask WHERE state = 'lost';
CALL switchgrid.cancel_ask('sg_v2', '00000000-0a51-4000-8000-0000000000ff');
CALL switchgrid.cancel_ask('sg_v2', NULL);
CALL switchgrid.cancel_ask('linky', 'x');
CALL switchgrid.cancel_ask('sg_v2', '../order');
SELECT ask_id FROM switchgrid.ask WHERE state = 'lost' \gset
CALL switchgrid.cancel_ask('sg_v2', :'ask_id');
SELECT a.outcome, a.retry_at, array_agg(c.state) AS consents FROM switchgrid.ask a JOIN switchgrid.consent c USING (server, ask_id) WHERE a.state = 'lost' GROUP BY 1, 2;
CALL switchgrid.cancel_ask('sg_v2', '00000000-0a51-4000-8000-000000000002');
SELECT ask_id, status FROM live_v2.ask WHERE ask_id IN ('00000000-0a51-4000-8000-000000000002', :'ask_id') ORDER BY 1;
-- what the API has against it leaves it as it is
CALL switchgrid.create_ask('sg_v2', t.contracts('found'), state => 'kept') \gset ask_
SELECT t.scene('sg_v2', 'error=500');
CALL switchgrid.cancel_ask('sg_v2', :'ask_ask_id');
SELECT t.scene('sg_v2', '');
SELECT outcome FROM switchgrid.ask WHERE state = 'kept';
-- there is no proof of what nobody has signed
SELECT switchgrid.ask_proof('sg_v2', :'ask_ask_id');
SELECT switchgrid.ask_proof('linky', 'x');
SELECT switchgrid.ask_proof('sg_v2', NULL) IS NULL;

-- Asks as a live relation: clauses that the API knows go with the question, and the rows are those that the clauses leave of all.
DELETE FROM switchgrid.ask;
SELECT t.pass(864000);
CREATE PROCEDURE t.ask_many(first bigint, last bigint) LANGUAGE plpgsql AS $$
DECLARE id text; url text; word text; contracts jsonb;
BEGIN
    FOR i IN first..last LOOP
        word := 'many ' || i;
        contracts := t.spoilt('person', '{point_id}', to_jsonb((30000000000000 + i)::text));
        CALL switchgrid.create_ask('sg_v2', contracts, '1 year', NULL, '{DEMAND_RESPONSE}', NULL, NULL, word, id, url);
    END LOOP;
END $$;
SELECT t.scene('sg_v2', 'unsigned');
CALL t.ask_many(1, 104);
SELECT t.pass(10);
-- (three of them are signed)
SELECT t.page('/~unsigned/sign/' || ask_id) FROM switchgrid.ask WHERE state IN ('many 102', 'many 103', 'many 104');
-- more than one page: each once, and the rows of all pages
SELECT t.mark();
CREATE TABLE t.asks AS SELECT * FROM live_v2.ask WHERE asked_at >= '2026-01-01';
SELECT count(*) > 104 AS many, count(*) = count(DISTINCT ask_id) AS each_once, min(asked_at) < '2026-11-21' AS old_ones FROM t.asks;
SELECT count(*) = 104 AS ours, count(*) FILTER (WHERE l.status = 'ACCEPTED') AS accepted FROM t.asks l JOIN switchgrid.ask s USING (ask_id);
SELECT endpoint, status, n FROM t.calls();
-- the rows of a query, those that differ from what the clauses leave of all asks, its calls, and whether no more came than was wanted
CREATE FUNCTION t.asks_differ(clauses text) RETURNS TABLE (rows bigint, others bigint, calls bigint, little boolean) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM t.mark();
    SELECT d.* INTO rows, others FROM t.differences(format('SELECT ask_id, status, points FROM t.asks WHERE %s', clauses), format('SELECT ask_id, status, points FROM live_v2.ask WHERE %s', clauses)) AS d;
    SELECT c.n, c.bytes < 3000 * rows + 200 INTO calls, little FROM t.calls() AS c;
    RETURN NEXT;
END $$;
SELECT i, d.* FROM unnest(ARRAY[
    $$status = 'ACCEPTED'$$,
    $$status IN ('ACCEPTED', 'REVOKED')$$,
    $$status = ANY ('{REVOKED,ACCEPTED,NONE}')$$,
    $$status <> 'PENDING_USER_ACTION'$$,
    $$status NOT IN ('PENDING_USER_ACTION', 'REVOKED')$$,
    $$status <> ALL ('{PENDING_USER_ACTION,REVOKED,EXPIRED}')$$,
    $$status <> 'PENDING_USER_ACTION' AND status <> 'REVOKED' AND status <> 'EXPIRED'$$,
    $$status IN ('ACCEPTED', 'REVOKED') AND status <> 'ACCEPTED'$$,
    $$status = 'PENDING_USER_ACTION'$$,
    $$points && '{30000000000001,30000000000102}'$$,
    $$points @> '{30000000000001}'$$,
    $$'30000000000001' = ANY (points)$$,
    $$'22516914714270' <> ALL (points)$$,
    $$'30000000000001' = ANY (points) AND status = 'ACCEPTED'$$,
    $$'30000000000102' = ANY (points) AND status = 'ACCEPTED'$$,
    $$'30000000000001' = ANY (points) AND status <> 'ACCEPTED'$$,
    $$'22516914714270' <> ALL (points) AND status <> 'PENDING_USER_ACTION'$$,
    $$points = '{30000000000102}' AND status <> 'REVOKED'$$,
    $$points @> '{22516914714270,64975835695673}'$$,
    $$points && '{22516914714270,64975835695673}' AND NOT points @> '{22516914714270,64975835695673}'$$,
    $$status = 'NONE'$$,
    $$status = 'A,B' AND status <> 'REVOKED'$$,
    $$status LIKE 'ACC%' AND asked_at > '2026-11-01'$$,
    $$ask_id = '00000000-0a51-4000-8000-000000000001'$$,
    $$ask_id = '00000000-0a51-4000-8000-000000000001' AND status = 'REVOKED'$$]) WITH ORDINALITY AS c (clauses, i), t.asks_differ(clauses) AS d ORDER BY i;
-- paging stops where nobody reads on
SELECT t.mark();
SELECT count(*) FROM (SELECT FROM live_v2.ask WHERE asked_at >= '2026-01-01' LIMIT 5) AS a;
SELECT endpoint, n FROM t.calls();
SELECT t.mark();
SELECT count(*) FROM (SELECT FROM live_v2.ask WHERE asked_at >= '2026-01-01' LIMIT 101) AS a;
SELECT endpoint, n FROM t.calls();
-- joins ask for what they need: by ask, by point; a parameter is as good as a constant
SELECT t.mark();
SELECT count(*), array_agg(DISTINCT l.status) AS statuses FROM switchgrid.ask s JOIN live_v2.ask l ON l.ask_id = s.ask_id WHERE s.state IN ('many 1', 'many 102', 'many 104');
SELECT endpoint, n FROM t.calls();
SELECT t.mark();
PREPARE of_point(text) AS SELECT status FROM live_v2.ask WHERE $1 = ANY (points);
EXECUTE of_point('30000000000104');
EXECUTE of_point('30000000000001');
SELECT endpoint, n, bytes < 3000 AS little FROM t.calls();
-- what is shown before anything is asked
SELECT t.mark();
EXPLAIN (COSTS off) SELECT * FROM live_v2.ask WHERE status NOT IN ('ACCEPTED', 'REVOKED') AND '30000000000001' = ANY (points);
EXPLAIN (COSTS off) SELECT * FROM live_v2.ask WHERE ask_id IN ('00000000-0a51-4000-8000-000000000001', '00000000-0a51-4000-8000-000000000002');
EXPLAIN (COSTS off) SELECT * FROM live_v2.contract_search WHERE name = 'Chloe Fictive' AND address = '79 avenue fictive 88400 Gerardmer';
EXPLAIN (COSTS off) SELECT * FROM live_v2.consent WHERE point_id = '22516914714270';
EXPLAIN (COSTS off) SELECT * FROM live_v0.gas_day WHERE point_id = 'GI999055' AND day > '2026-01-01';
EXPLAIN (COSTS off) SELECT * FROM live_v2.data_request WHERE order_id = '00000000-0d01-4000-8000-000000000001';
EXPLAIN (COSTS off) SELECT * FROM live_v2.flexibility_event WHERE starts_at > '2026-11-01';
EXPLAIN (COSTS off) SELECT * FROM live_v2.ask;
SELECT * FROM t.calls();
-- without a clause that says what, nothing is asked, and it is an error
SELECT r, says FROM unnest(ARRAY['live_v2.ask', 'live_v2.consent', 'live_v2.contract_search', 'live_v0.contract_search', 'live_v2.data_order', 'live_v2.data_request', 'live_v2.flexibility_event', 'live_v0.gas_day', 'live_v2.ask WHERE accepted_at > ''2026-01-01''',
    'live_v2.contract_search WHERE name = ''Fictive''', 'live_v0.contract_search WHERE point_id = ''22516914714270''', 'live_v2.data_order WHERE status = ''SUCCESS''']) WITH ORDINALITY AS q (r, i), t.error('SELECT * FROM ' || r) WITH ORDINALITY AS e (part, says, j) ORDER BY i, j;
SELECT * FROM t.error('SELECT * FROM live_v2.ask WHERE ask_id = ''../order''');
SELECT * FROM t.error('SELECT * FROM live_v2.data_order WHERE order_id = ''''');
SELECT * FROM t.error('SELECT * FROM live_v2.ask WHERE ask_id = ''00000000-0a51-4000-8000-0000000000ff''') WHERE part IN ('sqlstate', 'detail');
SELECT * FROM t.error('INSERT INTO live_v2.ask (ask_id) VALUES (''x'')');
SELECT * FROM t.calls() WHERE endpoint <> 'ask_get';
-- nobody asks when no row can come
SELECT t.mark();
SELECT count(*) FROM live_v2.ask WHERE ask_id = NULL;
SELECT count(*) FROM live_v2.ask WHERE status = ANY ('{}');
SELECT count(*) FROM live_v2.ask WHERE status = 'ACCEPTED' AND status = 'REVOKED';
SELECT count(*) FROM live_v2.ask WHERE asked_at > '2026-11-01' AND asked_at < '2026-10-01';
SELECT * FROM t.calls();

-- Rights on a point, however the API keys them: by point, by contract; of several asks, and in each generation.
SELECT t.scene('sg_v2', '');
CALL switchgrid.create_ask('sg_v2', t.contracts('found', 'company'), '2 weeks', state => 'two');
CALL switchgrid.create_ask('sg_v0', t.contracts('found', 'gas', 'old gas'), '2 weeks', state => 'two');
SELECT t.pass(10), t.mark();
SELECT ask_id AS two FROM switchgrid.ask WHERE server = 'sg_v2' AND state = 'two' \gset
SELECT ask_id AS three FROM switchgrid.ask WHERE server = 'sg_v0' AND state = 'two' \gset
CREATE TABLE t.rights AS SELECT * FROM live_v2.consent WHERE point_id IN ('22516914714270', '64975835695673');
SELECT point_id, state, count(*), count(DISTINCT consent_id) AS consents, count(DISTINCT ask_id) AS asks FROM t.rights GROUP BY 1, 2 ORDER BY 1, 2;
SELECT point_id, consumption, production, starts_on, ends_on, consent_id = ask_id AS same FROM t.rights WHERE ask_id = :'two' ORDER BY 1;
SELECT t.scene('sg_v2', 'by_contract');
SELECT count(*) FROM (TABLE t.rights EXCEPT SELECT * FROM live_v2.consent WHERE point_id IN ('22516914714270', '64975835695673')) AS d;
SELECT t.scene('sg_v2', '');
-- (an old gas point is no 14 digits, which the API's filter wants: its asks are found among all of them)
SELECT count(*) FROM live_v0.ask WHERE 'GI999055' = ANY (points);
SELECT point_id, state, ask_id = :'three' AS it FROM live_v0.consent WHERE point_id = 'GI999055' ORDER BY ask_id;
-- who signed, and what else he holds, is not told with a right
SELECT DISTINCT k FROM t.rights, jsonb_object_keys(raw) AS k ORDER BY 1;
SELECT point_id, state, consumption, production, starts_on, ends_on, consent_id = ask_id AS same FROM live_v0.consent WHERE point_id IN ('22516914714270', '09999999900617') AND ask_id = :'three' ORDER BY 1;

-- Who may: the functions and the server are each for those who were given them.
CREATE ROLE sg_clerk;
GRANT USAGE ON SCHEMA switchgrid, t, live_v2 TO sg_clerk;
GRANT SELECT ON ALL TABLES IN SCHEMA t, live_v2 TO sg_clerk;
CREATE USER MAPPING FOR sg_clerk SERVER sg_v2 OPTIONS (token 'demo-secret');
SET ROLE sg_clerk;
CALL switchgrid.create_ask('sg_v2', t.contracts('found'));
CALL switchgrid.cancel_ask('sg_v2', :'two');
SELECT switchgrid.settle_ask('sg_v2', 'lost');
SELECT switchgrid.ask_proof('sg_v2', :'two');
RESET ROLE;
GRANT EXECUTE ON ALL PROCEDURES IN SCHEMA switchgrid TO sg_clerk;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA switchgrid TO sg_clerk;
GRANT ALL ON ALL TABLES IN SCHEMA switchgrid TO sg_clerk;
SELECT t.mark();
SET ROLE sg_clerk;
CALL switchgrid.create_ask('sg_v2', t.contracts('found'));
CALL switchgrid.cancel_ask('sg_v2', :'two');
SELECT switchgrid.settle_ask('sg_v2', 'lost');
SELECT switchgrid.ask_proof('sg_v2', :'two');
SELECT status FROM live_v2.ask WHERE ask_id = :'two';
RESET ROLE;
SELECT endpoint, n FROM t.calls();
GRANT USAGE ON FOREIGN SERVER sg_v2 TO sg_clerk;
SET ROLE sg_clerk;
SELECT length(switchgrid.ask_proof('sg_v2', :'two')) > 100 AS proof;
RESET ROLE;
DROP USER MAPPING FOR sg_clerk SERVER sg_v2;
SET ROLE sg_clerk;
-- the words are PostgreSQL's, and not those of every version
\set VERBOSITY sqlstate
SELECT switchgrid.ask_proof('sg_v2', :'two');
SELECT status FROM live_v2.ask WHERE ask_id = :'two';
\set VERBOSITY default
RESET ROLE;
DROP OWNED BY sg_clerk;
DROP ROLE sg_clerk;

-- The test environment costs nothing, and lists its own asks only.
SELECT t.settle_bill();
ALTER SERVER sg_v2 OPTIONS (ADD test_env 'true');
CALL switchgrid.create_ask('sg_v2', t.contracts('found'), state => 'try') \gset ask_
SELECT test, outcome FROM switchgrid.ask WHERE state = 'try';
SELECT ask_id = :'ask_ask_id' AS it, test FROM live_v2.ask WHERE asked_at > '2026-01-01';
SELECT asks FROM t.bill();
ALTER SERVER sg_v2 OPTIONS (DROP test_env);
SELECT count(*) > 100 AS others, count(*) FILTER (WHERE ask_id = :'ask_ask_id') AS it FROM (SELECT ask_id FROM live_v2.ask WHERE asked_at > '2026-01-01' OFFSET 0) AS a;
-- Headers of one's own go with every call: the version that only the latest generation sends by itself
SELECT t.serve('headed', 'v0_1', 'headed');
SELECT format('ALTER SERVER headed OPTIONS (SET base_url %L, SET enedis_url %L)', :'url', :'url' || '/integration/enedis') AS alter \gset
:alter;
SELECT part, says FROM t.error('SELECT * FROM headed.ask WHERE ask_id = ''00000000-0a51-4000-8000-0000000000ff''') WHERE part = 'detail';
ALTER SERVER headed OPTIONS (ADD headers 'X-Test: 1; x-api-version: v0');
SELECT part, says FROM t.error('SELECT * FROM headed.ask WHERE ask_id = ''00000000-0a51-4000-8000-0000000000ff''') WHERE part = 'detail';
SELECT status FROM headed.ask WHERE ask_id = :'three';
ALTER SERVER headed OPTIONS (SET headers 'Authorization: Bearer x');

-- The token: from a file, or wrong, or none; and shown nowhere.
SELECT current_setting('data_directory') || '/switchgrid.token' AS token_file \gset
\set remove 'rm ' :token_file
COPY (SELECT 'demo-secret') TO :'token_file';
ALTER USER MAPPING FOR CURRENT_USER SERVER sg_v2 OPTIONS (ADD token_file :'token_file', DROP token);
SELECT status FROM live_v2.ask WHERE ask_id = :'two';
COPY (SELECT '') TO :'token_file';
SELECT part, replace(says, :'token_file', 'FILE') AS says FROM t.error(format('SELECT status FROM live_v2.ask WHERE ask_id = %L', :'two'));
COPY (SELECT 'blank secret') TO :'token_file';
SELECT part, replace(says, :'token_file', 'FILE') AS says FROM t.error(format('SELECT status FROM live_v2.ask WHERE ask_id = %L', :'two'));
COPY (SELECT WHERE false) TO PROGRAM :'remove';
SELECT part, replace(says, :'token_file', 'FILE') AS says FROM t.error(format('SELECT status FROM live_v2.ask WHERE ask_id = %L', :'two'));
ALTER USER MAPPING FOR CURRENT_USER SERVER sg_v2 OPTIONS (ADD token 'wrong-secret', DROP token_file);
SELECT * FROM t.error(format('SELECT status FROM live_v2.ask WHERE ask_id = %L', :'two'));
SELECT * FROM t.error(format('SELECT switchgrid.ask_proof(%L, %L)', 'sg_v2', :'two'));
CALL switchgrid.create_ask('sg_v2', t.contracts('found'), state => 'wrong');
SELECT outcome, error, error_description FROM switchgrid.ask WHERE state = 'wrong';
SELECT t.pass(86400);
CALL switchgrid.refresh('sg_v2');
SELECT server, outcome FROM switchgrid.refresh_run ORDER BY id DESC LIMIT 1;
ALTER USER MAPPING FOR CURRENT_USER SERVER sg_v2 OPTIONS (DROP token);
SELECT * FROM t.error(format('SELECT status FROM live_v2.ask WHERE ask_id = %L', :'two'));
ALTER USER MAPPING FOR CURRENT_USER SERVER sg_v2 OPTIONS (ADD client_id 'demo', ADD client_secret 'demo-secret');
SELECT * FROM t.error(format('SELECT status FROM live_v2.ask WHERE ask_id = %L', :'two'));
SELECT r, count(*) FROM unnest(ARRAY['ask', 'consent', 'refresh_run', 'data_order', 'data_request', 'open_span', 'api_right', 'quota']) AS r, LATERAL (SELECT query_to_xml(format('SELECT * FROM switchgrid.%I', r), true, false, '')::text) AS x (told) WHERE told LIKE '%-secret%' GROUP BY 1;
SELECT count(*) FROM regexp_split_to_table(pg_read_file(current_setting('test.journal')), '\n') AS line WHERE line LIKE '%-secret%';
-- What the simulator has against all of this is what was meant to be wrong.
SELECT DISTINCT * FROM t.faults() ORDER BY 1, 2;
