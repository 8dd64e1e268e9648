-- What only the API of 2026 has: registers, the connection, rights by their number, contracts in two directions, a quota for each API.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
-- version 5 has none of it: it is refused where it is wished for, not answered with nothing
ALTER SERVER linky OPTIONS (SET generation 'v5');
CREATE FOREIGN TABLE t.registers (point_id text, direction text, read_at timestamptz, value float8) SERVER linky OPTIONS (relation 'register_reading');
SELECT * FROM t.outcome('unlimited', 'SELECT * FROM t.registers WHERE point_id = ''22516914714270''');
CREATE FOREIGN TABLE t.rights (point_id text, state text) SERVER linky OPTIONS (relation 'consent');
SELECT * FROM t.outcome('unlimited', 'SELECT * FROM t.rights WHERE point_id = ''22516914714270''');
SELECT r, t.says FROM unnest(ARRAY['register_reading', 'connection', 'consent']) AS r, LATERAL (SELECT switchgrid.history('linky', r, 'consumption')) AS t (says);
SELECT switchgrid.watch('linky', '{22516914714270}', '{register_reading}');
SELECT switchgrid.watch('linky', '{22516914714270}', '{connection}');
SELECT * FROM t.asked();
ALTER SERVER linky OPTIONS (SET generation '2026');
DROP SCHEMA live CASCADE;
CREATE SCHEMA live;
IMPORT FOREIGN SCHEMA enedis FROM SERVER linky INTO live;
SELECT string_agg(foreign_table_name, ' ' ORDER BY foreign_table_name COLLATE "C") FROM information_schema.foreign_tables WHERE foreign_table_schema = 'live';

-- Registers: what the meter shows at midnight, for each class of its calendar and in all
CREATE TABLE t.reading AS SELECT * FROM live.register_reading WHERE point_id = '22516914714270' AND direction = 'consumption' AND read_at >= '2026-10-20' AND read_at < '2026-11-10';
SELECT class, class_name, register, calendar, calendar_name, quantity, unit, stage, context, type, count(*), bool_and(read_at = read_at::date::timestamptz) AS at_midnight FROM t.reading GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 ORDER BY 1;
SELECT count(DISTINCT read_at) = date '2026-11-10' - date '2026-10-20' AS every_day, min(read_at), max(read_at) FROM t.reading;
-- peak and off-peak make the total; it never goes back
SELECT count(*), bool_and(total = hc + hp) AS adds_up, bool_and(total > before) AS grows
FROM (SELECT read_at, max(value) FILTER (WHERE class IS NULL) AS total, max(value) FILTER (WHERE class = 'HC') AS hc, max(value) FILTER (WHERE class = 'HP') AS hp, lag(max(value) FILTER (WHERE class IS NULL)) OVER (ORDER BY read_at) AS before
      FROM t.reading GROUP BY 1) AS r;
-- what it gains in a day is the energy of that day, also in the night that has an hour more
SELECT count(*), bool_and(next - value = wh) AS same FROM (SELECT read_at::date AS day, value, lead(value) OVER (ORDER BY read_at) AS next FROM t.reading WHERE class IS NULL) AS r
JOIN live.daily_energy d USING (day) WHERE d.point_id = '22516914714270' AND d.direction = 'consumption' AND d.day >= '2026-10-20' AND next IS NOT NULL;
-- and what HC gains is what the curve has in the hours that the contract calls off peak
SELECT count(*), bool_and(abs(next - value - wh) <= 1) AS same
FROM (SELECT read_at::date AS day, value, lead(value) OVER (ORDER BY read_at) AS next FROM t.reading WHERE class = 'HC') AS r
JOIN (SELECT starts_at::date AS day, sum(wh) AS wh FROM live.load_curve l, (SELECT offpeak_minutes FROM live.contract WHERE point_id = '22516914714270' AND direction = 'consumption') AS c
      WHERE point_id = '22516914714270' AND direction = 'consumption' AND starts_at >= '2026-10-20' AND starts_at < '2026-11-10'
      AND offpeak_minutes @> (extract(hour FROM starts_at)::int * 60 + extract(minute FROM starts_at)::int) GROUP BY 1) AS c USING (day) WHERE next IS NOT NULL;
-- a flat tariff has one register; injection has its own
SELECT point_id, direction, class, count(*), bool_and(next - value = wh) AS same
FROM (SELECT *, read_at::date AS day, lead(value) OVER (PARTITION BY point_id, direction, class ORDER BY read_at) AS next FROM live.register_reading
      WHERE point_id IN ('11453290002823', '24880057139941', '12655648759651') AND read_at >= '2026-03-27' AND read_at < '2026-04-02') AS r
JOIN (SELECT * FROM live.daily_energy WHERE point_id IN ('11453290002823', '24880057139941', '12655648759651') AND day >= '2026-03-27' AND day < '2026-04-02') AS d USING (point_id, direction, day)
WHERE next IS NOT NULL AND class IS NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
-- one request for a year of a direction; the first day of the point holds for its registers too
SELECT t.mark();
SELECT min(read_at), count(DISTINCT read_at) FROM live.register_reading WHERE point_id = '22516914714270' AND direction = 'consumption';
SELECT start, until, status FROM t.asked() ORDER BY 1;
SELECT t.mark();
SELECT min(read_at)::date = date '2026-11-20' - (10 + 7 * 7) AS first_day FROM live.register_reading WHERE point_id = '30000000010007' AND direction = 'consumption';
SELECT count(*) FILTER (WHERE status = 400) <= 7 AS few FROM t.asked();
SELECT t.mark();
SELECT min(day) = date '2026-11-20' - (10 + 7 * 7) AS first_day FROM live.daily_energy WHERE point_id = '30000000010007' AND direction = 'consumption';
SELECT count(*) FILTER (WHERE status = 400) AS refused FROM t.asked();
-- stored is live; asked again there is still one row for a register and an instant
CREATE FUNCTION t.differences() RETURNS bigint LANGUAGE sql AS $$
    WITH live AS MATERIALIZED (SELECT * FROM live.register_reading WHERE point_id IN (SELECT point_id FROM switchgrid.watch) AND read_at >= '2026-10-20'),
         stored AS (SELECT point_id, direction, read_at, quantity, calendar, calendar_name, class, class_name, register, value, unit, stage, context, type FROM switchgrid.register_reading)
    SELECT count(*) FROM ((TABLE live EXCEPT ALL TABLE stored) UNION ALL (TABLE stored EXCEPT ALL TABLE live)) AS d
$$;
SELECT switchgrid.watch('linky', '{22516914714270,12655648759651,42900589957123}', '{register_reading}', since => '2026-10-20', directions => '{consumption,production}');
CALL switchgrid.refresh() \g /dev/null
SELECT point_id, direction, count(*) AS rows, count(DISTINCT read_at) AS days FROM switchgrid.register_reading GROUP BY 1, 2 ORDER BY 1, 2;
SELECT t.differences();
TRUNCATE switchgrid.coverage, switchgrid.open_span;
CALL switchgrid.refresh() \g /dev/null
SELECT t.differences();
SELECT point_id, direction, held, empty FROM switchgrid.coverage ORDER BY 1, 2;
SELECT point_id, direction, cause, days FROM switchgrid.gap ORDER BY 1, 2, 4;

-- The connection
SELECT point_id, state, voltage_level, phases, consumption_power, production_power, n.power_unit, volts, serial_number = ltrim(c.meter_serial, '0') AS of_the_meter
FROM live.connection n JOIN live.contract c USING (point_id) WHERE point_id IN ('22516914714270', '64975835695673', '12655648759651', '24880057139941') AND c.point_id IN ('22516914714270', '64975835695673', '12655648759651', '24880057139941')
AND c.direction = CASE point_id WHEN '24880057139941' THEN 'production' ELSE 'consumption' END ORDER BY 1;
SELECT switchgrid.watch('linky', '{22516914714270,12655648759651}', '{connection}');
CALL switchgrid.refresh() \g /dev/null
SELECT count(*) FROM ((SELECT * FROM live.connection WHERE point_id IN ('22516914714270', '12655648759651') EXCEPT ALL TABLE switchgrid.connection) UNION ALL (TABLE switchgrid.connection EXCEPT ALL SELECT * FROM live.connection WHERE point_id IN ('22516914714270', '12655648759651'))) AS d;
SELECT point_id, seen FROM switchgrid.connection_history ORDER BY 1;


-- Contracts: a point that draws and injects has two; who only injects has one, which is not in version 5
SELECT point_id, direction, segment, contract_type, subscribed_power, tariff, supplier, offpeak_hours, started_on = activated_on AS since_activation FROM live.contract WHERE point_id IN ('12655648759651', '24880057139941', '10284856584123') ORDER BY 1, 2;
SELECT point_id, direction, last_name, company FROM live.holder WHERE point_id IN ('12655648759651', '24880057139941') ORDER BY 1, 2;
-- three documents make a contract: each is asked for once, and one of them feeds the holder and the contact too
DELETE FROM switchgrid.watch;
SELECT switchgrid.watch('linky', '{12655648759651}', '{contract,holder,contact}');
SELECT t.mark();
CALL switchgrid.refresh() \g /dev/null
SELECT j ->> 'endpoint' AS endpoint, count(*) FROM regexp_split_to_table(pg_read_file(current_setting('test.journal')), '\n') AS line CROSS JOIN LATERAL (SELECT line::jsonb WHERE line <> '') AS l (j)
WHERE (j ->> 'n')::int > (SELECT last_value FROM t.marked) GROUP BY 1 ORDER BY 1;
SELECT direction, segment, meter_serial IS NOT NULL AS serial, communicating, (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(raw) AS k) AS said_by FROM switchgrid.contract ORDER BY 1;
-- the application has not subscribed to one document of the three: its columns stay NULL, with a warning
TRUNCATE switchgrid.coverage, switchgrid.open_span, switchgrid.contract_history, switchgrid.holder_history, switchgrid.contact_history;
SELECT t.play('unlimited+error_at=comptage_auto:900908');
\set VERBOSITY terse
CALL switchgrid.refresh() \g /dev/null
\set VERBOSITY default
SELECT relation, cause, code, retry_at - asked_at AS wait FROM switchgrid.gap;
SELECT relation, held FROM switchgrid.coverage ORDER BY 1;
SELECT (SELECT count(*) FROM switchgrid.contract) AS contract, (SELECT count(*) FROM switchgrid.holder) AS holder, (SELECT count(*) FROM switchgrid.contact) AS contact;
SELECT * FROM t.outcome('unlimited+error_at=comptage_auto:900908', 'SELECT * FROM live.contract WHERE point_id = ''12655648759651''') WHERE part <> 'context';
SELECT * FROM t.outcome('unlimited+error_at=comptage_auto:900908', 'SELECT * FROM live.holder WHERE point_id = ''12655648759651''');
SELECT endpoint, access FROM switchgrid.api_right WHERE server = 'linky' AND endpoint IN ('comptage_auto', 'situation_contrat_auto', 'synth_contrat_auto', 'alimentation_auto') ORDER BY 1;
-- one that is not there leaves its columns NULL
SELECT t.play('unlimited+error_at=comptage_auto:no_data_found');
SELECT direction, segment, subscribed_power, meter_type, offpeak_hours, activated_on IS NOT NULL AS activated FROM live.contract WHERE point_id = '12655648759651' ORDER BY 1;
-- the contract is held all the same: nothing is asked before its next look
SELECT t.play('unlimited');
SET switchgrid.now = '2026-11-20T10:00:00Z';
SELECT t.mark();
CALL switchgrid.refresh() \g /dev/null
SELECT count(*) AS documents FROM t.asked();
SELECT relation, held FROM switchgrid.coverage ORDER BY 1;
SELECT count(*) FROM switchgrid.contract;
SET switchgrid.now = '2026-11-20T09:00:00Z';

-- Rights, by point and by the number of the consent
SELECT kind, step, state, service, consumption, production, starts_on, ends_on, authorisation_id FROM live.consent WHERE point_id = '22516914714270' ORDER BY 1;
SELECT authorisation_id, point_id, count(*), bool_and(state = 'ACTIF') AS active FROM live.consent WHERE authorisation_id = 57003 GROUP BY 1, 2;
SELECT authorisation_id, point_id, count(*), bool_and(state = 'ACTIF') AS active FROM live.consent WHERE authorisation_id = 57013 GROUP BY 1, 2;
SELECT count(*) FROM live.consent WHERE authorisation_id = 57003 AND point_id = '10284856584123';
SELECT count(*) FROM live.consent WHERE authorisation_id = 1;
SELECT point_id, state, count(*) FROM live.consent WHERE point_id = '26584978546985' GROUP BY 1, 2;
SELECT kind, consumption, production FROM live.consent WHERE point_id = '24880057139941' ORDER BY 1;
SELECT count(*) FROM live.consent;
-- stored: the same rows, with the server they are for; looked at again after a day
DELETE FROM switchgrid.watch;
TRUNCATE switchgrid.coverage, switchgrid.open_span;
SELECT switchgrid.watch('linky', '{22516914714270,26584978546985,12655648759651}', '{consent}');
CALL switchgrid.refresh() \g /dev/null
SELECT count(*) FROM ((SELECT * FROM live.consent WHERE point_id IN ('22516914714270', '26584978546985', '12655648759651') EXCEPT ALL SELECT point_id, authorisation_id, ask_id, consent_id, service_id, service, kind, step, state, consumption, production, starts_on, ends_on, raw FROM switchgrid.consent)
    UNION ALL (SELECT point_id, authorisation_id, ask_id, consent_id, service_id, service, kind, step, state, consumption, production, starts_on, ends_on, raw FROM switchgrid.consent EXCEPT ALL SELECT * FROM live.consent WHERE point_id IN ('22516914714270', '26584978546985', '12655648759651'))) AS d;
SELECT server, point_id, state, count(*) FROM switchgrid.consent GROUP BY 1, 2, 3 ORDER BY 2;
SELECT point_id, held FROM switchgrid.coverage ORDER BY 1;
SELECT t.mark();
CALL switchgrid.refresh() \g /dev/null
SELECT * FROM t.asked();

-- A consent that is given on the page comes back with its number only: refresh finds out what it is for
DELETE FROM switchgrid.watch;
TRUNCATE switchgrid.consent, switchgrid.coverage;
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
ALTER SERVER linky OPTIONS (ADD consent_url 'https://consent.example.org');
SELECT state, switchgrid.record_callback('linky', t.visit(switchgrid.authorize_url('linky', '1 year', state))) FROM unnest(ARRAY['visit-0', 'visit-6', 'visit-9']) WITH ORDINALITY AS v (state, i) ORDER BY i;
SELECT state, outcome, authorisation_id IS NOT NULL AS numbered, points, error_description FROM switchgrid.ask ORDER BY 1;
-- as often happens, the list is empty for a moment: the first run resolves nothing, and the next one does
SELECT t.play('unlimited+empty_once');
SELECT t.mark();
CALL switchgrid.refresh() \g /dev/null
SELECT state, points, tries, retry_at > '2026-11-20 10:00' AS later FROM switchgrid.ask WHERE outcome = 'given' ORDER BY 1;
-- not asked again at once, but soon
CALL switchgrid.refresh() \g /dev/null
SELECT count(*) FROM t.asked();
SET switchgrid.now = '2026-11-20T09:05:00Z';
CALL switchgrid.refresh() \g /dev/null
SELECT state, points FROM switchgrid.ask WHERE outcome = 'given' ORDER BY 1;
SELECT endpoint, status, count(*) FROM t.asked() GROUP BY 1, 2;
-- the consent is for what was asked, from today on; what is not set up yet says so
SELECT c.point_id, kind, c.state, starts_on, ends_on, ends_on = (starts_on + a.duration)::date - 1 AS one_year FROM switchgrid.consent c JOIN switchgrid.ask a USING (authorisation_id) WHERE a.state = 'visit-0' ORDER BY 2;
SELECT count(DISTINCT authorisation_id) FROM switchgrid.consent;
-- what is resolved is not asked for again
SELECT t.mark();
CALL switchgrid.refresh() \g /dev/null
SELECT * FROM t.asked();
-- nor is anything asked for on behalf of a run for some points
SELECT switchgrid.record_callback('linky', t.visit(switchgrid.authorize_url('linky', '1 year', 'visit-1')));
CALL switchgrid.refresh('linky', '{22516914714270}') \g /dev/null
SELECT * FROM t.asked() WHERE endpoint <> 'authorize';
SELECT t.play('unlimited');
CALL switchgrid.refresh() \g /dev/null
SELECT state, points FROM switchgrid.ask WHERE state = 'visit-1';

-- Quotas: each API has its own hour here, where version 5 has one for all, the token's request included
ALTER SERVER linky OPTIONS (SET per_hour '3', ADD max_wait '0');
CREATE FUNCTION t.spend(scenario text) RETURNS TABLE (relation text, outcomes text[]) LANGUAGE plpgsql AS $$
DECLARE
    one text;
BEGIN
    FOREACH relation IN ARRAY ARRAY['daily_energy', 'address', 'contract'] LOOP
        outcomes := '{}';
        FOR i IN 1 .. 4 LOOP
            SELECT says INTO one FROM t.outcome(scenario, format('SELECT * FROM live.%I WHERE point_id = ''22516914714270'' %s', relation, CASE relation WHEN 'daily_energy' THEN 'AND direction = ''consumption'' AND day >= ''2026-11-19''' END)) WHERE part IN ('rows', 'sqlstate');
            outcomes := outcomes || one;
        END LOOP;
        RETURN NEXT;
    END LOOP;
END $$;
SELECT * FROM t.spend('unlimited+scope=empty');
ALTER SERVER linky OPTIONS (SET generation 'v5');
SELECT * FROM t.spend('unlimited+scope=default');
ALTER SERVER linky OPTIONS (SET generation '2026', SET per_hour '0');
-- what one API forbids for now, it forbids for itself
SELECT t.mark();
SELECT * FROM t.spend('unlimited+error_at=donnees_generales_auto:Q4');
SELECT t.v5_name(endpoint), status, count(*) FROM t.asked() WHERE status = 429 GROUP BY 1, 2;
ALTER SERVER linky OPTIONS (DROP max_wait);

-- What the application may do, as far as its answers told: nothing is known of what was never asked
SELECT t.play('unlimited+scope=legacy+error_at=alimentation_auto:900908');
SELECT count(*) FROM live.daily_energy WHERE point_id = '22516914714270' AND direction = 'consumption' AND day >= '2026-11-19';
SELECT count(*) FROM live.load_curve WHERE point_id = '32320647321714' AND direction = 'consumption' AND starts_at >= '2026-11-19';
SELECT * FROM t.outcome('unlimited+scope=legacy+error_at=alimentation_auto:900908', 'SELECT * FROM live.connection WHERE point_id = ''22516914714270''') WHERE part IN ('sqlstate', 'hint');
SELECT generation, endpoint, path, access, learnt_at IS NOT NULL AS known FROM switchgrid.api_right WHERE server = 'linky' ORDER BY 2;
-- a token of version 5 may name what it is good for; that is believed until an answer says more
ALTER SERVER linky OPTIONS (SET generation 'v5');
SELECT t.play('unlimited+scope=consumption');
SELECT count(*) FROM live.daily_energy WHERE point_id = '22516914714270' AND direction = 'consumption' AND day >= '2026-11-19';
SELECT endpoint, access FROM switchgrid.api_right WHERE server = 'linky' ORDER BY 2, 1;
-- one consent that is refused holds no other back
ALTER SERVER linky OPTIONS (SET generation '2026');
TRUNCATE switchgrid.watch, switchgrid.coverage, switchgrid.open_span, switchgrid.ask, switchgrid.consent;
INSERT INTO switchgrid.ask (server, state, duration, outcome, authorisation_id) SELECT 'linky', 'n' || i, '1 year', 'given', i FROM unnest('{57000,57003,57006}'::bigint[]) AS i;
SELECT t.play('unlimited+error=ADAM-DC-0008');
SELECT t.mark();
CALL switchgrid.refresh() \g /dev/null
SELECT endpoint, status, count(*) FROM t.asked() GROUP BY 1, 2;
SELECT authorisation_id, points, error, tries FROM switchgrid.ask ORDER BY 1;
SELECT t.play('unlimited');
SET switchgrid.now = '2026-11-20T11:00:00Z';
CALL switchgrid.refresh() \g /dev/null
SELECT authorisation_id, points, error FROM switchgrid.ask ORDER BY 1;
-- the quota of one API holds back that API only, and is no failure
TRUNCATE switchgrid.watch, switchgrid.coverage, switchgrid.open_span, switchgrid.daily_energy, switchgrid.address_history;
SELECT t.play('unlimited+next=1');
ALTER SERVER linky OPTIONS (SET per_hour '3', ADD max_wait '0');
SELECT switchgrid.watch('linky', ARRAY(SELECT '3000000000002' || i FROM generate_series(0, 4) AS i), '{address,daily_energy}', since => '2026-11-18');
SELECT t.mark();
\set VERBOSITY terse
CALL switchgrid.refresh() \g /dev/null
\set VERBOSITY default
SELECT endpoint, status, count(*) FROM t.asked() GROUP BY 1, 2 ORDER BY 1;
SELECT outcome FROM switchgrid.refresh_run ORDER BY id DESC LIMIT 1;
SELECT relation, cause, count(DISTINCT point_id) FROM switchgrid.gap WHERE cause <> 'late' GROUP BY 1, 2 ORDER BY 1;
-- the simulator found no fault in all that was asked
SELECT count(*) AS faults FROM t.journal() WHERE fault IS NOT NULL;
