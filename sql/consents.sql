-- Consents: the page that a holder is sent to, what comes back from it, and the token that can be revoked.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
-- what an expression gives, or its error in one line
CREATE FUNCTION t.says(expression text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
    hint text;
BEGIN
    EXECUTE 'SELECT (' || expression || ')::text' INTO result;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' ', SQLSTATE, SQLERRM || CASE WHEN hint <> '' THEN '.' ELSE '' END, hint);
END $$;
-- the parts of a page's URL, decoded
CREATE FUNCTION t.decoded(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT convert_from(string_agg(CASE WHEN part ~ '^%[0-9A-Fa-f]{2}$' THEN decode(substr(part, 2), 'hex') ELSE convert_to(part, 'UTF8') END, '' ORDER BY i), 'UTF8')
    FROM regexp_matches($1, '%[0-9A-Fa-f]{2}|[^%]+', 'g') WITH ORDINALITY AS m (parts, i), LATERAL (SELECT parts[1]) AS p (part)
$$;
CREATE FUNCTION t.parameter(url text, name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT t.decoded(substring(url FROM '[?&]' || name || '=([^&#]*)'))
$$;
-- the page is the operator's, not that of the data; its four parameters are what the operator documents
SELECT switchgrid.authorize_url('linky', '1 year', 'abcd1234');
SELECT server, state, duration, outcome, asked_at, answered_at, points FROM switchgrid.ask;
-- a state that is made up: nobody can guess it, and no two are the same
SELECT switchgrid.authorize_url('linky') AS url \gset
SELECT switchgrid.authorize_url('linky') AS other \gset
SELECT t.parameter(:'url', 'state') ~ '^[0-9a-f]{24}$' AS made_up, t.parameter(:'url', 'state') <> t.parameter(:'other', 'state') AS another, t.parameter(:'url', 'duration') AS duration,
       t.parameter(:'url', 'client_id') AS client, t.parameter(:'url', 'response_type') AS type;
SELECT count(*) FROM switchgrid.ask WHERE state IN (t.parameter(:'url', 'state'), t.parameter(:'other', 'state')) AND duration = '3 years';
-- whatever is in a state or a client's name comes through the URL as it was
SELECT word, substring(url FROM 'state=(.*)') AS state, t.parameter(url, 'state') = word AS comes_back
FROM unnest(ARRAY['a b&c=d#e?f/g:h', '100% + 1;2,3', 'élève €', '"''<>\^`{|}~-_.']) AS word, switchgrid.authorize_url('linky', '1 day', word) AS url;
ALTER USER MAPPING FOR CURRENT_USER SERVER linky OPTIONS (SET client_id 'my app & co');
SELECT substring(switchgrid.authorize_url('linky', '1 day', 'other client') FROM 'client_id=[^&]*');
ALTER USER MAPPING FOR CURRENT_USER SERVER linky OPTIONS (SET client_id 'demo');
-- durations: whole days to years, in the operator's form, at most three years
SELECT duration, t.says(format('t.parameter(switchgrid.authorize_url(''linky'', %L), ''duration'')', duration)) AS says
FROM unnest(ARRAY['3 years', '36 months', '1095 days', '1 year 4 months', '2 weeks', '1 day', '1 month 5 days', '2 years 11 months 30 days', '1096 days',
                  '37 months', '3 years 1 day', '35 months 60 days', '1097 days', '100000000 days', '1 hour', '24 hours', '1 day 00:00:01', '-1 year', '1 month -1 day', '-1 month 40 days', '0']) WITH ORDINALITY AS d (duration, i) ORDER BY i;
-- states: 1 to 100 characters, once each
SELECT what, t.says(format('length(t.parameter(switchgrid.authorize_url(''linky'', ''1 year'', %L), ''state''))', state)) AS says
FROM (VALUES (1, '100 characters', repeat('x', 100)), (2, '101 characters', repeat('x', 101)), (3, '100 of two bytes', repeat('é', 100)), (4, '101 of two bytes', repeat('é', 101)), (5, 'none', ''), (6, 'again', 'abcd1234')) AS s (i, what, state) ORDER BY i;
SELECT t.says('switchgrid.authorize_url(''linky'', NULL)'), t.says('switchgrid.authorize_url(NULL)'), t.says('switchgrid.authorize_url(''nowhere'')');
-- in the sandbox there is no such page, nor for the store; another page can be named
CREATE SERVER sandbox FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', environment 'sandbox');
CREATE USER MAPPING FOR CURRENT_USER SERVER sandbox OPTIONS (client_id 'demo', client_secret 'demo-secret');
SELECT t.says('switchgrid.authorize_url(''sandbox'')');
SELECT t.says('switchgrid.record_callback(''sandbox'', ''?state=abcd1234&error=access_denied'')');
SELECT t.says('switchgrid.authorize_url(''switchgrid_store'')');
ALTER SERVER sandbox OPTIONS (ADD consent_url 'https://consent.example.org/here');
SELECT substring(switchgrid.authorize_url('sandbox', '1 day', 's') FROM '^[^?]*');
-- who may not use the server may not ask in its name
CREATE ROLE sg_visitor;
GRANT USAGE ON SCHEMA switchgrid TO sg_visitor;
GRANT EXECUTE ON FUNCTION switchgrid.authorize_url(name, interval, text), switchgrid.record_callback(name, text), switchgrid.revoke_token(name) TO sg_visitor;
GRANT ALL ON switchgrid.ask, switchgrid.consent TO sg_visitor;
SET ROLE sg_visitor;
SELECT switchgrid.authorize_url('linky', '1 day', 'visitor');
SELECT switchgrid.record_callback('linky', '?state=abcd1234&error=access_denied');
SELECT switchgrid.revoke_token('linky');
RESET ROLE;
DROP OWNED BY sg_visitor;
DROP ROLE sg_visitor;

-- What comes back, in each of the operator's forms
TRUNCATE switchgrid.ask;
CREATE FUNCTION t.back(state text, parameters text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM switchgrid.ask WHERE ask.state = back.state) THEN
        PERFORM switchgrid.authorize_url('linky', '1 year', state);
    END IF;
    RETURN t.says(format('switchgrid.record_callback(''linky'', %L)', 'https://app.example.org/callback?' || replace(parameters, 'abcd1234', state)));
END $$;
SELECT state, t.back(state, parameters) FROM (VALUES
    ('one', 'code=EXAMPLECODE&state=abcd1234&usage_point_id=00000000000017'),
    ('two', 'code=EXAMPLECODE&state=abcd1234&usage_point_id=00000000000017%3B00000000000024'),
    ('two by comma', 'code=EXAMPLECODE&state=abcd1234&usage_point_id=00000000000031,00000000000048'),
    ('two by comma 2', 'state=abcd1234&usage_point_id=00000000000055%2c00000000000062#top'),
    ('refused', 'error=access_denied&error_description=access_denied&state=abcd1234'),
    ('2026', 'autorisation_id=58000&state=abcd1234'),
    ('2026 not completed', 'error=invalid_request&error_description=demande_non_aboutie&state=abcd1234'),
    ('failed', 'error=server_error&error_description=lincs-internal-server-error&error_uri=&state=abcd1234')) AS v (state, parameters);
SELECT state, outcome, duration, answered_at, authorisation_id, points, error, error_description FROM switchgrid.ask ORDER BY state COLLATE "C";
-- the points that come with it may be read for as long as was asked: a consent for everything, from that day on
SELECT server, point_id, authorisation_id, service_id, kind, state, consumption, production, starts_on, ends_on, ends_on = (starts_on + interval '1 year')::date - 1 AS one_year FROM switchgrid.consent ORDER BY 2;
-- only the query counts, and how it is written does not
SELECT switchgrid.authorize_url('linky', '1 month', 'some state, ä') IS NOT NULL AS asked;
SELECT switchgrid.record_callback('linky', 'usage_point_id=00000000000079&state=some+state%2C%20%C3%A4');
SELECT outcome, points FROM switchgrid.ask WHERE state = 'some state, ä';
-- the same callback once more: a browser that is reloaded, today or later, changes nothing
CREATE TABLE t.before AS SELECT server, point_id, state, starts_on, ends_on FROM switchgrid.consent;
CREATE TABLE t.asks AS TABLE switchgrid.ask;
SET switchgrid.now = '2026-11-30T09:00:00Z';
SELECT t.back('one', 'code=EXAMPLECODE&state=abcd1234&usage_point_id=00000000000017'), t.back('refused', 'error=access_denied&error_description=access_denied&state=abcd1234'), t.back('2026', 'autorisation_id=58000&state=abcd1234');
SELECT count(*) AS changed FROM (TABLE switchgrid.ask EXCEPT TABLE t.asks) AS d;
SELECT point_id, starts_on, ends_on FROM (SELECT server, point_id, state, starts_on, ends_on FROM switchgrid.consent EXCEPT TABLE t.before) AS changed;
SET switchgrid.now = '2026-11-20T09:00:00Z';
-- another answer to what was answered is refused, and changes nothing
SELECT state, t.back(state, parameters) FROM (VALUES
    ('one', 'error=access_denied&state=abcd1234'), ('refused', 'code=X&state=abcd1234&usage_point_id=00000000000017'), ('2026', 'autorisation_id=58001&state=abcd1234'), ('2026', 'error=access_denied&state=abcd1234'),
    ('one', 'code=X&state=abcd1234&usage_point_id=00000000000099')) AS v (state, parameters);
SELECT state, outcome, authorisation_id, points FROM switchgrid.ask WHERE state IN ('one', 'refused', '2026') ORDER BY state COLLATE "C";
SELECT count(*) FROM switchgrid.consent WHERE point_id = '00000000000099';
-- what is not an answer to something that was asked
SELECT callback, t.says(format('switchgrid.record_callback(''linky'', %L)', callback)) AS says
FROM unnest(ARRAY['https://app.example.org/callback?code=X&state=never-asked&usage_point_id=00000000000017', 'https://app.example.org/callback?code=X&usage_point_id=00000000000017',
                  'https://app.example.org/callback?state=&usage_point_id=00000000000017', 'https://app.example.org/callback?state=open', 'https://app.example.org/callback', '',
                  '?state=open&usage_point_id=123', '?state=open&usage_point_id=00000000000017;', '?state=open&usage_point_id=00000000000017%3B0000000000002x', '?state=open&autorisation_id=x', '?state=open&autorisation_id=-1',
                  '?state=open&autorisation_id=99999999999999999999', '?state=%FF&error=x', '?state=a%00b&error=x', '?xstate=one&error=x']) WITH ORDINALITY AS c (callback, i) ORDER BY i;
SELECT switchgrid.record_callback('linky', NULL) IS NULL AS nothing;
-- a state belongs to its server
SELECT switchgrid.authorize_url('sandbox', '1 day', 'here') IS NOT NULL AS asked;
SELECT t.says('switchgrid.record_callback(''linky'', ''?state=here&usage_point_id=00000000000017'')');
-- a new consent for the same point lasts longer; it is one row
SET switchgrid.now = '2027-06-01T09:00:00Z';
SELECT t.back('renewed', 'code=X&state=abcd1234&usage_point_id=00000000000017');
SELECT point_id, starts_on, ends_on FROM switchgrid.consent WHERE point_id = '00000000000017';
SET switchgrid.now = '2026-11-20T09:00:00Z';

-- The whole way with the simulator's page, whose last digit of the state picks the customer: the first generation names the points at once
ALTER SERVER linky OPTIONS (SET generation 'v5', ADD consent_url 'https://consent.example.org');
CREATE TABLE t.visited (url text);
CREATE FUNCTION t.visit(page text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    back text;
BEGIN
    TRUNCATE t.visited;
    EXECUTE format('COPY t.visited FROM PROGRAM %L', format('curl -s -o /dev/null -w ''%%{redirect_url}'' ''%s''', replace(page, 'https://consent.example.org', current_setting('test.url'))));
    SELECT url INTO back FROM t.visited;
    RETURN back;
END $$;
SELECT state, switchgrid.record_callback('linky', t.visit(switchgrid.authorize_url('linky', '3 years', state))) FROM unnest(ARRAY['visit-0', 'visit-3', 'visit-9']) AS state;
SELECT state, outcome, points, error FROM switchgrid.ask WHERE state LIKE 'visit%' ORDER BY 1;
SELECT point_id, starts_on, ends_on FROM switchgrid.consent WHERE point_id IN ('22516914714270', '12345678901234', '10284856584123') ORDER BY 1;
-- the durations that are accepted here the page accepts, too: the longest from this day on is three years
SELECT duration, t.visit(switchgrid.authorize_url('linky', duration::interval, 'page ' || i || '-0')) LIKE 'https://app.example.org/callback?code=%' AS accepted
FROM unnest(ARRAY['3 years', '36 months', '1095 days', '1 year 4 months', '2 weeks', '1 day', '1 month 5 days', '2 years 11 months 30 days', '1096 days']) WITH ORDINALITY AS d (duration, i) ORDER BY i;

-- A new consent lifts the refusal of its point, and of no other: it is asked again at once, not a day later
ALTER SERVER linky OPTIONS (SET generation :'generation', DROP consent_url);
SELECT switchgrid.watch('linky', '{22516914714270,64975835695673}', since => '2026-11-10', until => '2026-11-20');
SELECT switchgrid.watch('linky', '{22516914714270,64975835695673}', '{contract}');
SELECT t.play('unlimited+error=ADAM-DC-0008');
SET client_min_messages = error;
CALL switchgrid.refresh() \g /dev/null
SET client_min_messages = warning;
SELECT point_id, relation, cause, retry_at - asked_at AS wait FROM switchgrid.gap ORDER BY 1, 2;
SELECT t.play('unlimited');
SELECT t.back('lifted', 'code=X&state=abcd1234&usage_point_id=22516914714270');
SELECT t.mark();
CALL switchgrid.refresh() \g /dev/null
SELECT DISTINCT point FROM t.asked() WHERE point <> '';
SELECT point_id, relation, cause FROM switchgrid.gap ORDER BY 1, 2;

-- The token: revoked at the operator, gone here, and asked for anew when the next query needs one
SELECT switchgrid.revoke_token('linky') IS NOT NULL AS whatever, switchgrid.revoke_token('linky') AS none_left;
SELECT count(*) FROM live.daily_energy WHERE point_id = '22516914714270' AND direction = 'consumption' AND day >= '2026-11-18';
SELECT t.mark();
SELECT count(*) FROM live.daily_energy WHERE point_id = '22516914714270' AND direction = 'consumption' AND day >= '2026-11-17';
SELECT endpoint, status FROM t.journal() WHERE n > (SELECT last_value FROM t.marked) ORDER BY n;
SELECT t.mark();
SELECT switchgrid.revoke_token('linky');
SELECT switchgrid.revoke_token('linky') AS again;
SELECT count(*) FROM live.daily_energy WHERE point_id = '22516914714270' AND direction = 'consumption' AND day >= '2026-11-16';
SELECT endpoint, status FROM t.journal() WHERE n > (SELECT last_value FROM t.marked) ORDER BY n;
-- the operator that cannot be reached keeps the token, and so does the session
SELECT t.play('unlimited+error_at=revoke:503');
SELECT count(*) FROM live.daily_energy WHERE point_id = '22516914714270' AND direction = 'consumption' AND day >= '2026-11-18';
SELECT t.says('switchgrid.revoke_token(''linky'')');
SELECT t.mark();
SELECT count(*) FROM live.daily_energy WHERE point_id = '22516914714270' AND direction = 'consumption' AND day >= '2026-11-15';
SELECT endpoint, status FROM t.journal() WHERE n > (SELECT last_value FROM t.marked) ORDER BY n;
SELECT t.says('switchgrid.revoke_token(''nowhere'')'), t.says('switchgrid.revoke_token(''switchgrid_store'')');
-- the simulator found no fault in all that was asked
SELECT count(*) AS faults FROM t.journal() WHERE fault IS NOT NULL;
