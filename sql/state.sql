-- What is so of a point: contract, address, holder, contact; live, stored, and what it was before.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
-- a point may inject too, which only one generation of the API tells: what draws is the same in both
CREATE TABLE t.terms (point_id text PRIMARY KEY, who text, power float8, tariff text, hours text, minutes int4multirange);
INSERT INTO t.terms VALUES
    ('22516914714270', 'person', 9, 'BTINFMUDT', 'HC (22H30-6H30)', '{[0,390),[1350,1440)}'),
    ('11453290002823', 'person', 6, 'BTINFCUST', NULL, NULL),
    ('32320647321714', 'person', 6, 'BTINFMU4', 'HC (2H00-7H00;13H30-16H30)', '{[120,420),[810,990)}'),
    ('12345678901234', 'company', 9, 'BTINFMUDT', 'HC (23h00-7h30)', '{[0,450),[1380,1440)}'),
    ('42900589957123', 'person', 3, 'BTINFCUST', NULL, NULL),
    ('12655648759651', 'person', 9, 'BTINFLUDT', 'HC (22H50-6H50)', '{[0,410),[1370,1440)}'),
    ('64975835695673', 'company', 36, 'BTINFMUDT', 'HC (22H30-6H30)', '{[0,390),[1350,1440)}'),
    ('63695879465986', 'company', 15, 'BTINFMUST', NULL, NULL),
    ('22315546958763', 'company', 6, 'BTINFCUDT', 'HC (1h30-7h30;12h30-14h30)', '{[90,450),[750,870)}');
CREATE VIEW t.contract AS SELECT c.* FROM t.terms t JOIN live.contract c USING (point_id) WHERE direction = 'consumption';
-- contract: power and unit apart, the tariff by its code, off-peak hours also as minutes that computing can use
SELECT point_id, segment, contract_type, subscribed_power = power AS power, power_unit, c.tariff = t.tariff AS tariff, offpeak_hours IS NOT DISTINCT FROM hours AS hours,
       offpeak_minutes IS NOT DISTINCT FROM minutes AS minutes, activated_on, meter_type, communicating
FROM t.contract c JOIN t.terms t USING (point_id) ORDER BY 1;
-- as long off peak as the text says, in or out, minute by minute
SELECT point_id, (SELECT sum(upper(m) - lower(m)) FROM unnest(offpeak_minutes) AS m) AS minutes FROM t.contract WHERE offpeak_hours IS NOT NULL ORDER BY 1;
SELECT at, offpeak_minutes @> (extract(hour FROM at)::int * 60 + extract(minute FROM at)::int) AS offpeak
FROM live.contract, unnest(ARRAY['00:00', '06:29', '06:30', '12:00', '22:29', '22:30', '23:59']::time[]) AS at WHERE point_id = '22516914714270' AND direction = 'consumption' ORDER BY 1;
-- with the curve: what was drawn off peak and on it is what was drawn
SELECT round(sum(wh) FILTER (WHERE off)) > 0 AS off, round(sum(wh) FILTER (WHERE NOT off)) > 0 AS on, count(*) FILTER (WHERE off) AS off_slots, count(*) AS slots
FROM (SELECT l.wh, c.offpeak_minutes @> (extract(hour FROM l.starts_at)::int * 60 + extract(minute FROM l.starts_at)::int) AS off
      FROM live.contract c JOIN live.load_curve l USING (point_id, direction)
      WHERE c.point_id = '22516914714270' AND l.point_id = '22516914714270' AND direction = 'consumption' AND starts_at >= '2026-11-18' AND starts_at < '2026-11-19') AS s;
-- address
SELECT point_id, street, locality, postal_code, city, insee_code FROM live.address WHERE point_id IN ('22516914714270', '12655648759651') ORDER BY 1;
-- holder: a person or a company; one of the two companies holds three points
SELECT point_id, title, first_name, last_name, company, trading_name, activity, siret FROM t.terms JOIN live.holder USING (point_id) WHERE direction = 'consumption' ORDER BY 1;
SELECT who, bool_and((last_name IS NOT NULL) = (who = 'person')) AS person, bool_and((company IS NOT NULL) = (who = 'company')) AS company, count(DISTINCT (company, siret, last_name, first_name)) AS holders
FROM t.terms JOIN live.holder USING (point_id) WHERE direction = 'consumption' GROUP BY 1 ORDER BY 1;
-- contact
SELECT point_id, phone, email FROM live.contact WHERE point_id IN ('22516914714270', '64975835695673') AND direction = 'consumption' ORDER BY 1;
-- each question is asked once for a query, whatever its columns; without a point there is none
SELECT t.mark();
SELECT count(point_id) FROM live.address WHERE point_id = '22516914714270';
SELECT endpoint, status FROM t.asked();
SELECT count(*) FROM live.contract;
SELECT count(*) FROM live.holder WHERE last_name = 'Fictive';
INSERT INTO live.contact (point_id) VALUES ('22516914714270');
-- what the operator leaves out is NULL: only what it must say is there
SELECT t.play('unlimited+sparse');
SELECT segment, subscribed_power, power_unit, tariff, offpeak_hours, offpeak_minutes, activated_on, communicating FROM live.contract WHERE point_id = '22516914714270' AND direction = 'consumption';
SELECT street, postal_code, city, insee_code FROM live.address WHERE point_id = '22516914714270';
SELECT count(phone), count(email) FROM live.contact WHERE point_id = '22516914714270' AND direction = 'consumption';
-- a meter that does not communicate, and a member that goes by its other name
SELECT t.play('unlimited+no_com+openapi_key+plain_segments');
SELECT segment, subscribed_power, meter_type, communicating FROM live.contract WHERE point_id = '22516914714270' AND direction = 'consumption';
SELECT phone, email FROM live.contact WHERE point_id = '22516914714270' AND direction = 'consumption';
-- a point that nobody knows, one that revoked its consent; nothing there, and answers that are not what they should be
SELECT o.* FROM unnest(ARRAY['contract', 'address', 'holder', 'contact']) AS r, t.outcome('unlimited', format('SELECT * FROM live.%I WHERE point_id = ''99999999999999''', r)) AS o WHERE part IN ('sqlstate', 'rows');
SELECT o.* FROM unnest(ARRAY['contract', 'address', 'holder', 'contact']) AS r, t.outcome('unlimited', format('SELECT * FROM live.%I WHERE point_id = ''26584978546985''', r)) AS o WHERE part IN ('sqlstate', 'rows');
SELECT scenario, r, o.says FROM unnest(ARRAY['contract', 'address', 'holder', 'contact']) AS r, unnest(ARRAY['empty', 'html', 'not_json', 'cut']) WITH ORDINALITY AS s (scenario, i),
    t.outcome('unlimited+' || scenario, format('SELECT * FROM live.%I WHERE point_id = ''22516914714270''', r)) AS o WHERE part IN ('sqlstate', 'rows') ORDER BY i, r;
SELECT t.play('unlimited');

-- stored: the rows are those of the live relations
SELECT switchgrid.watch('linky', '{22516914714270,64975835695673,12655648759651}', '{contract,address,holder,contact}');
SELECT relation, direction, days, cause FROM switchgrid.gap WHERE point_id = '22516914714270' ORDER BY 1;
SELECT t.mark();
CALL switchgrid.refresh() \g /dev/null
SELECT point, count(*) = 4 AS four_requests, bool_and(status = 200) AS answered FROM t.asked() GROUP BY 1 ORDER BY 1;
CREATE FUNCTION t.differences() RETURNS TABLE (relation text, rows bigint, differences bigint) LANGUAGE plpgsql AS $$
BEGIN
    FOREACH relation IN ARRAY ARRAY['address', 'contact', 'contract', 'holder'] LOOP
        RETURN QUERY EXECUTE format('WITH live AS MATERIALIZED (SELECT * FROM live.%I WHERE point_id IN (SELECT point_id FROM switchgrid.watch)), stored AS (SELECT * FROM switchgrid.%I)
            SELECT %L, (SELECT count(DISTINCT point_id) FROM stored), (SELECT count(*) FROM ((TABLE live EXCEPT ALL TABLE stored) UNION ALL (TABLE stored EXCEPT ALL TABLE live)) AS d)', relation, relation, relation);
    END LOOP;
END $$;
SELECT * FROM t.differences();
-- a contract is looked at again after 7 days, the others after 30; until then nothing is asked
SELECT relation, direction, held, empty FROM switchgrid.coverage WHERE point_id = '22516914714270' ORDER BY 1;
SELECT DISTINCT relation, held FROM switchgrid.coverage WHERE point_id <> '22516914714270' ORDER BY 1;
SELECT * FROM switchgrid.gap;
SELECT t.mark();
CALL switchgrid.refresh() \g /dev/null
SET switchgrid.now = '2026-11-26T22:59:59Z';
CALL switchgrid.refresh() \g /dev/null
SELECT * FROM t.asked();
-- eight days later one of them has changed: the contract gets a second row, and both know their days
UPDATE switchgrid.contract_history SET checked_at = '2000-01-01' WHERE direction = 'consumption';
UPDATE switchgrid.address_history SET checked_at = '2000-01-01';
SET switchgrid.now = '2026-11-28T09:00:00Z';
SELECT relation, direction, days, cause FROM switchgrid.gap WHERE point_id = '22516914714270';
CALL switchgrid.refresh('linky', '{64975835695673,12655648759651}') \g /dev/null
SELECT t.play('unlimited+changed');
CALL switchgrid.refresh() \g /dev/null
SELECT point_id, subscribed_power, tariff, offpeak_hours, seen_from, seen_until, seen, checked_at > '2000-01-01' AS looked_at_again FROM switchgrid.contract_history WHERE direction = 'consumption' ORDER BY 1, seen_from;
SELECT point_id, subscribed_power, tariff, offpeak_minutes FROM switchgrid.contract WHERE direction = 'consumption' ORDER BY 1;
-- "what was the subscribed power on that day?"
SELECT day, (SELECT subscribed_power FROM switchgrid.contract_history WHERE point_id = '22516914714270' AND direction = 'consumption' AND seen @> day) AS power
FROM unnest(ARRAY['2026-11-19', '2026-11-20', '2026-11-27', '2026-11-28', '2027-06-01']::date[]) AS day;
-- 31 days after the first look the others are due: only a telephone number has changed
SET switchgrid.now = '2026-12-21T09:00:00Z';
SELECT relation, count(*) FROM switchgrid.gap GROUP BY 1 ORDER BY 1;
CALL switchgrid.refresh() \g /dev/null
SELECT 'address' AS of, point_id, seen, checked_at > '2000-01-01' AS looked_at_again FROM switchgrid.address_history
UNION ALL SELECT 'contact', point_id, seen, NULL FROM switchgrid.contact_history WHERE direction = 'consumption'
UNION ALL SELECT 'contract', point_id, seen, NULL FROM switchgrid.contract_history WHERE direction = 'consumption'
UNION ALL SELECT 'holder', point_id, seen, NULL FROM switchgrid.holder_history WHERE direction = 'consumption' ORDER BY 1, 2, 3;
SELECT h.point_id, h.phone <> n.phone AS another_number, h.email = n.email AS same_address FROM switchgrid.contact_history h JOIN switchgrid.contact n USING (point_id, direction)
WHERE h.seen_until IS NOT NULL AND direction = 'consumption' ORDER BY 1;
SELECT * FROM t.differences();
-- two changes on one day: the day has one row, no span is empty, none overlaps another
TRUNCATE switchgrid.contract_history, switchgrid.coverage, switchgrid.watch;
SELECT switchgrid.watch('linky', '{22516914714270}', '{contract}');
CREATE PROCEDURE t.look(now text, scenario text) LANGUAGE plpgsql AS $$
DECLARE requests bigint; rows bigint; days bigint;
BEGIN
    PERFORM set_config('switchgrid.now', now, false), t.play(scenario);
    DELETE FROM switchgrid.coverage;
    CALL switchgrid.refresh(NULL, NULL, requests, rows, days);
END $$;
CALL t.look('2026-11-20T09:00:00Z', 'unlimited');
CALL t.look('2026-11-20T10:00:00Z', 'unlimited+changed');
SELECT subscribed_power, seen FROM switchgrid.contract_history WHERE direction = 'consumption';
CALL t.look('2026-11-22T09:00:00Z', 'unlimited');
CALL t.look('2026-11-22T10:00:00Z', 'unlimited');
CALL t.look('2026-11-24T09:00:00Z', 'unlimited+changed');
CALL t.look('2026-11-24T10:00:00Z', 'unlimited+sparse');
SELECT subscribed_power, seen FROM switchgrid.contract_history WHERE direction = 'consumption' ORDER BY seen_from;
SELECT count(*) FILTER (WHERE isempty(seen)) AS empty, sum(upper(seen) - lower(seen)) = date '2026-11-24' - date '2026-11-20' AS whole, count(*) FILTER (WHERE seen_until IS NULL) AS now
FROM switchgrid.contract_history WHERE direction = 'consumption';
-- the day is the day in Paris
TRUNCATE switchgrid.contract_history;
CALL t.look('2026-11-20T23:30:00Z', 'unlimited');
SELECT seen FROM switchgrid.contract_history WHERE direction = 'consumption';
-- only what is watched is stored, though one answer may know more
TRUNCATE switchgrid.holder_history, switchgrid.contact_history, switchgrid.address_history, switchgrid.contract_history;
CALL t.look('2026-11-20T09:00:00Z', 'unlimited');
SELECT (SELECT count(*) FROM switchgrid.contract WHERE direction = 'consumption') AS contract, (SELECT count(*) FROM switchgrid.holder_history) AS holder, (SELECT count(*) FROM switchgrid.contact_history) AS contact, (SELECT count(*) FROM switchgrid.address_history) AS address;

-- personal data: a contract names nobody, nor says how to reach him or where he lives
SELECT switchgrid.watch('linky', ARRAY(SELECT point_id FROM t.terms), '{contract,holder,contact,address}');
CALL switchgrid.refresh() \g /dev/null
CREATE VIEW t.personal AS
SELECT point_id, direction, word FROM switchgrid.holder, unnest(ARRAY[first_name, last_name, company, siret, siren]) AS word WHERE word IS NOT NULL
UNION ALL SELECT point_id, direction, word FROM switchgrid.contact, unnest(ARRAY[phone, landline, email]) AS word WHERE word IS NOT NULL
UNION ALL SELECT point_id, 'consumption', word FROM switchgrid.address, unnest(ARRAY[street]) AS word;
SELECT count(*) >= 9 * 5 AS words, count(DISTINCT point_id) AS points, count(*) FILTER (WHERE strpos(lower(c.raw::text), lower(word)) > 0) AS told FROM t.personal p JOIN switchgrid.contract c USING (point_id, direction);
SELECT count(*) FROM t.personal p JOIN switchgrid.contract_history c USING (point_id, direction) WHERE strpos(lower((to_jsonb(c) - 'point_id')::text), lower(word)) > 0;
-- so who may read contracts need not be one who may read holders; what a view shows, its reader must have the right to
CREATE ROLE sg_reader;
GRANT USAGE ON SCHEMA switchgrid TO sg_reader;
GRANT SELECT ON switchgrid.contract, switchgrid.contract_history TO sg_reader;
SET ROLE sg_reader;
SELECT count(*) FROM switchgrid.contract WHERE direction = 'consumption';
SELECT count(*) FROM switchgrid.holder;
SELECT count(*) FROM switchgrid.holder_history;
SELECT count(*) FROM switchgrid.contact;
SELECT count(*) FROM switchgrid.address_history;
SELECT switchgrid.watch('linky', '{22516914714270}', '{holder}');
RESET ROLE;
REVOKE SELECT ON switchgrid.contract_history FROM sg_reader;
SET ROLE sg_reader;
SELECT count(*) FROM switchgrid.contract;
RESET ROLE;
DROP OWNED BY sg_reader;
DROP ROLE sg_reader;

-- failures: why it could not be had, until when, and that what was known stays
TRUNCATE switchgrid.watch, switchgrid.coverage, switchgrid.open_span;
SELECT switchgrid.watch('linky', '{22516914714270,26584978546985}', '{contract,address}');
SET switchgrid.now = '2026-11-20T09:00:00Z';
SELECT t.play('unlimited+error_at=addresses:503+error_at=donnees_generales_auto:503');
CALL switchgrid.refresh() \g /dev/null
SELECT point_id, relation, direction, cause, code, retry_at - asked_at AS wait FROM switchgrid.gap ORDER BY 1, 2;
SELECT point_id, relation, held FROM switchgrid.coverage ORDER BY 1, 2;
SELECT count(*) FROM switchgrid.address WHERE point_id = '22516914714270';
SELECT t.mark();
CALL switchgrid.refresh() \g /dev/null
SELECT * FROM t.asked();
SELECT t.play('unlimited');
SET switchgrid.now = '2026-11-20T09:15:00Z';
SELECT t.mark();
CALL switchgrid.refresh() \g /dev/null
SELECT endpoint, point, status FROM t.asked();
SELECT point_id, relation, cause FROM switchgrid.gap ORDER BY 1, 2;
SELECT point_id, relation, held FROM switchgrid.coverage ORDER BY 1, 2;
-- nothing there is an answer: what was seen is not so any more, and it is asked again when the look is over
TRUNCATE switchgrid.watch, switchgrid.coverage, switchgrid.open_span;
SELECT switchgrid.watch('linky', '{22516914714270}', '{contract}');
SELECT t.play('unlimited+empty');
CALL switchgrid.refresh() \g /dev/null
SELECT relation, held, empty FROM switchgrid.coverage;
SELECT * FROM switchgrid.gap;
SELECT count(*) FROM switchgrid.contract WHERE point_id = '22516914714270' AND direction = 'consumption';
SELECT t.play('unlimited');
SET switchgrid.now = '2026-11-27T09:00:00Z';
CALL switchgrid.refresh() \g /dev/null
SELECT relation, held, empty FROM switchgrid.coverage;
-- the simulator found no fault in all that was asked
SELECT count(*) AS faults FROM t.journal() WHERE fault IS NOT NULL;
