\set server sg_ :g
\set live live_ :g
SELECT :'g' <> 'v2' AS has_gas \gset
-- the contract is looked for, by its point and by where it is
SELECT point_id, holder, category, street, locality, city FROM :live.contract_search WHERE point_id = '22516914714270' AND name = 'Chloe Fictive';
SELECT contract_id FROM :live.contract_search WHERE point_id = '22516914714270' AND name = 'Fictive Chloé' \gset
SELECT count(*) FILTER (WHERE contract_id = :'contract_id') AS it, count(*) > 1 AS namesakes, bool_and(holder LIKE 'FICTIVE Chlo_') AS all_so_called, count(*) FILTER (WHERE city <> '88400 GERARDMER') AS elsewhere FROM :live.contract_search WHERE name = 'Chloe Fictive' AND address = '79 avenue fictive 88400 Gerardmer';
-- its holder is asked, and with one ask another one, who was not looked for; and for gas, where the generation has it
SELECT jsonb_build_array(jsonb_build_object('id', :'contract_id'),
    '{"point_id": "12655648759651", "holder": {"title": "F", "first_name": "Anne", "last_name": "Exemple"}, "address": {"street": "1 rue du Test", "postal_code": "75001", "city": "Paris"}}'::jsonb)
    || CASE WHEN :'has_gas' THEN '{"point_id": "09999999900617", "energy": "gas", "holder": {"company": "Boulangerie du Test"}, "address": {"street": "2 rue du Test", "postal_code": "75001", "city": "Paris"}}'::jsonb ELSE '[]' END AS contracts \gset
CALL switchgrid.create_ask(:'server', :'contracts', '2 years', '{"title": "F", "first_name": "Chloé", "last_name": "Fictive", "phone": "+33600000000", "email": "chloe@example.org"}', state => 'story') \gset ask_
SELECT :'ask_state' AS state, :{?ask_user_url} AS signs_already;
SELECT server, state, ask_id = :'ask_ask_id' AS same, status, outcome, duration, test, jsonb_array_length(contracts) AS contracts FROM switchgrid.ask WHERE server = :'server';
SELECT count(*) FROM switchgrid.consent WHERE server = :'server';
-- the holder signs; the next run sees it
SELECT t.pass(10);
CALL switchgrid.refresh(:'server') \g /dev/null
SELECT status, points, outcome, accepted_at IS NOT NULL AS accepted, user_url LIKE '%/sign/' || ask_id AS page, duration FROM switchgrid.ask WHERE server = :'server';
SELECT point_id, state, starts_on, ends_on, ask_id = :'ask_ask_id' AS of_the_ask, CASE WHEN consent_id = ask_id THEN 'the ask itself' ELSE 'one of its own' END AS consent FROM switchgrid.consent WHERE server = :'server' ORDER BY 1;
SELECT l.status, l.points = a.points AS points, l.accepted_at = a.accepted_at AS accepted, l.user_url = a.user_url AS page, l.duration = a.duration AS duration, l.contracts = a.contracts AS contracts, l.test = a.test AS test
FROM switchgrid.ask a JOIN :live.ask l ON l.ask_id = a.ask_id WHERE a.server = :'server';
SELECT l.point_id, l.state, l.starts_on = c.starts_on AS starts, l.ends_on = c.ends_on AS ends, l.consent_id = c.consent_id AS consent FROM switchgrid.consent c JOIN :live.consent l ON l.point_id = c.point_id WHERE c.server = :'server' ORDER BY 1;
-- nothing was ordered so far; then it is, all of it with one order
SELECT count(*) FROM switchgrid.data_order WHERE server = :'server';
SELECT switchgrid.watch(:'server', '{22516914714270,12655648759651}', '{load_curve,daily_energy,daily_max_power,register_reading,billed_quantity}', since => '2026-03-25', until => '2026-11-20', directions => '{consumption,production}'),
       switchgrid.watch(:'server', '{22516914714270,12655648759651}', '{contract,address,holder,connection}'),
       CASE WHEN :'has_gas' THEN switchgrid.watch(:'server', '{09999999900617}', '{gas_day}', since => '2026-10-22', until => '2026-11-18') END AS gas;
SELECT t.settle_bill(), t.mark();
CALL switchgrid.refresh(:'server') \g /dev/null
SELECT endpoint, status, n FROM t.calls();
SELECT state, status, requests FROM switchgrid.data_order WHERE server = :'server';
SELECT point_id, type, direction, relations, days, state, status FROM switchgrid.data_request WHERE server = :'server' ORDER BY point_id, type, direction;
SELECT relation, cause, count(*), count(DISTINCT point_id) AS points, bool_and(retry_at IS NULL) AS asked_at_once FROM switchgrid.gap WHERE server = :'server' GROUP BY 1, 2 ORDER BY 1, 2;
SELECT * FROM t.bill();
-- it is there: what was ordered is collected, each result once
SELECT t.pass(10), t.mark();
CALL switchgrid.refresh(:'server') \g /dev/null
SELECT endpoint, status, n FROM t.calls();
SELECT o.state, o.status, count(*), array_agg(DISTINCT r.state) AS requests, array_agg(DISTINCT r.status) AS statuses FROM switchgrid.data_order o JOIN switchgrid.data_request r ON r.order_number = o.number WHERE o.server = :'server' GROUP BY 1, 2;
SELECT point_id, relation, direction, days, cause, code FROM switchgrid.gap WHERE server = :'server' ORDER BY 1, 2, 3;
SELECT l.status, l.requests = o.requests AS requests FROM switchgrid.data_order o JOIN :live.data_order l ON l.order_id = o.order_id WHERE o.server = :'server';
SELECT count(*), count(*) FILTER (WHERE (l.type, l.status, l.error_message, l.ordered_at, l.completed_at) IS NOT DISTINCT FROM (r.type, r.status, r.error_message, r.ordered_at, r.completed_at)) AS same
FROM switchgrid.data_order o JOIN :live.data_request l ON l.order_id = o.order_id JOIN switchgrid.data_request r ON r.order_number = o.number AND r.request_id = l.request_id AND r.position = l.position WHERE o.server = :'server';
-- another run asks for nothing, nor a later one: nothing is billed twice
SELECT t.mark();
CALL switchgrid.refresh(:'server');
SELECT * FROM t.calls();
SELECT * FROM t.bill();
-- days of 23 and 25 hours; the curve comes to what the day's energy is
SELECT point_id, direction, day, count(*), min(starts_at), max(ends_at), count(DISTINCT starts_at) AS starts, min(ends_at - starts_at) AS shortest, max(ends_at - starts_at) AS longest
FROM (SELECT *, starts_at::date AS day FROM switchgrid.load_curve WHERE starts_at::date IN ('2026-03-29', '2026-10-25', '2026-10-26')) AS c GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT count(*) AS days, count(*) FILTER (WHERE abs(c.wh - e.wh) > 24) AS others FROM (SELECT point_id, direction, starts_at::date AS day, sum(wh) AS wh FROM switchgrid.load_curve GROUP BY 1, 2, 3) AS c FULL JOIN switchgrid.daily_energy e USING (point_id, direction, day);
-- Enedis itself says the same of the same points
SELECT t.keep(:'g');
SELECT * FROM t.enedis_differs(:'g');
\if :has_gas
SELECT * FROM t.differences(format('TABLE t.%I', :'g' || '_gas_day'), 'SELECT * FROM t.gas_day WHERE point_id = ''09999999900617'' AND day >= ''2026-10-22'' AND day < ''2026-11-18''');
SELECT day, starts_at, ends_at, ends_at - starts_at AS length, kwh, volume, coefficient, index_start, index_end, status FROM switchgrid.gas_day WHERE day BETWEEN '2026-10-23' AND '2026-10-26' ORDER BY 1;
\endif
-- registers go up by the energy of the day, and those of the classes by as much as the total
SELECT count(*) AS days, count(*) FILTER (WHERE r.wh <> e.wh) AS others FROM (SELECT point_id, direction, read_at::date AS day, lead(value) OVER (PARTITION BY point_id, direction ORDER BY read_at) - value AS wh FROM switchgrid.register_reading WHERE class IS NULL) AS r JOIN switchgrid.daily_energy e USING (point_id, direction, day);
SELECT count(*) AS readings, count(*) FILTER (WHERE classes <> total) AS others FROM (SELECT sum(value) FILTER (WHERE class IS NOT NULL) AS classes, sum(value) FILTER (WHERE class IS NULL) AS total FROM switchgrid.register_reading GROUP BY point_id, direction, read_at) AS r;
SELECT DISTINCT point_id, direction, quantity, calendar, class, register, unit, stage, context, type FROM switchgrid.register_reading ORDER BY 1, 2, 4, 5;
-- what was billed, and what was measured in that time
SELECT point_id, direction, starts_on, ends_on, class, value, unit, nature, status, wh FROM switchgrid.billed_quantity b CROSS JOIN LATERAL (SELECT round(sum(wh)) AS wh FROM switchgrid.daily_energy e WHERE (e.point_id, e.direction) = (b.point_id, b.direction) AND day >= starts_on AND day < ends_on) AS m ORDER BY 1, 2, 3, 5;
-- what is so now
SELECT point_id, direction, segment, status, subscribed_power, power_unit, tariff, offpeak_hours, offpeak_minutes, started_on, tariff_changed_on, power_changed_on, meter_type, communicating FROM switchgrid.contract ORDER BY 1, 2;
SELECT point_id, street, building, unit, locality, postal_code, city, insee_code FROM switchgrid.address ORDER BY 1;
SELECT point_id, direction, title, first_name, last_name, company, siret, siren FROM switchgrid.holder ORDER BY 1, 2;
SELECT point_id, state, voltage_level, consumption_power, production_power, power_unit, volts FROM switchgrid.connection ORDER BY 1;
-- a day later, and without the end that was set, one order asks for what is new
SELECT t.pass(86400), t.settle_bill(), switchgrid.watch(:'server', '{22516914714270,12655648759651}', '{load_curve,daily_energy,daily_max_power,register_reading,billed_quantity}', since => '2026-03-25', directions => '{consumption,production}');
CALL switchgrid.refresh(:'server') \g /dev/null
SELECT point_id, type, direction, days FROM switchgrid.data_request WHERE server = :'server' AND state = 'pending' ORDER BY point_id, type, direction;
SELECT * FROM t.bill();
SELECT t.pass(10);
CALL switchgrid.refresh(:'server') \g /dev/null
SELECT point_id, relation, direction, days, cause FROM switchgrid.gap WHERE server = :'server' AND cause <> 'not recorded' ORDER BY 1, 2, 3;
-- the signed consent
SELECT substring(proof FOR 8) = '%PDF-1.4'::bytea AS pdf, position('%%EOF'::bytea IN proof) > length(proof) - 8 AS whole, pg_typeof(proof) FROM switchgrid.ask, switchgrid.ask_proof(server, ask_id) AS proof WHERE server = :'server';
-- and its end, for all of its contracts
CALL switchgrid.cancel_ask(:'server', :'ask_ask_id');
SELECT outcome FROM switchgrid.ask WHERE server = :'server';
SELECT DISTINCT state FROM switchgrid.consent WHERE server = :'server';
SELECT status FROM :live.ask WHERE ask_id = :'ask_ask_id';
SELECT part, says FROM t.error(format('SELECT switchgrid.ask_proof(%L, %L)', :'server', :'ask_ask_id')) WHERE part <> 'message';
-- another generation begins anew
DELETE FROM switchgrid.watch;
SELECT t.forget();
