CREATE EXTENSION switchgrid
CREATE SERVER linky FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', base_url 'URL/~unlimited', per_second '0', retries '0')
CREATE USER MAPPING FOR CURRENT_USER SERVER linky OPTIONS (client_id 'demo', client_secret 'demo-secret')
CREATE SCHEMA live
IMPORT FOREIGN SCHEMA enedis FROM SERVER linky INTO live
SET switchgrid.now = '2026-11-20T09:00:00Z'
SELECT count(*) AS live FROM live.load_curve WHERE point_id IN ('22516914714270', '63695879465986') AND starts_at >= '2026-10-20'
SELECT count(*) AS young FROM live.load_curve WHERE point_id = '30000000010002'
SELECT switchgrid.watch('linky', '{22516914714270,63695879465986,42900589957123}', since => '2026-09-20')
CALL switchgrid.refresh()
SELECT count(*) AS stored FROM switchgrid.load_curve
SELECT count(*) AS slots FROM switchgrid.curve_segment, switchgrid.points(curve)
SELECT bool_and(curve::text::switchgrid.curve::text = curve::text) AS roundtrip FROM switchgrid.curve_segment
ALTER SERVER linky OPTIONS (SET base_url 'URL/~unlimited+cut')
SELECT count(*) FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-10'
ALTER SERVER linky OPTIONS (SET base_url 'URL/~unlimited+html')
SELECT count(*) FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-10'
ALTER SERVER linky OPTIONS (SET base_url 'URL/~unlimited+badvalue')
SELECT count(*) FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-10'
ALTER SERVER linky OPTIONS (SET base_url 'URL/~unlimited+closed')
SELECT count(*) FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-10'
ALTER SERVER linky OPTIONS (SET base_url 'URL/~unlimited+error=ADAM-DC-0008')
SELECT switchgrid.watch('linky', '{22315546958763}')
CALL switchgrid.refresh()
SELECT count(*) AS gaps FROM switchgrid.gap
ALTER SERVER linky OPTIONS (SET base_url 'URL/~unlimited')
SELECT switchgrid.watch('linky', '{12655648759651}', '{load_curve,daily_energy,daily_max_power,register_reading,contract,address,holder,contact,connection,consent}', since => '2026-11-01', directions => '{consumption,production}')
CALL switchgrid.refresh(points => '{12655648759651}')
ALTER SERVER linky OPTIONS (SET base_url 'URL/~unlimited+changed')
SET switchgrid.now = '2026-12-25T09:00:00Z'
CALL switchgrid.refresh(points => '{12655648759651}')
SET switchgrid.now = '2026-11-20T09:00:00Z'
SELECT count(*) AS versions FROM switchgrid.contract_history
SELECT count(*) AS registers FROM switchgrid.register_reading WHERE read_at < '2026-11-20'
SELECT count(*) AS contracts FROM live.contract WHERE point_id = '12655648759651'
SELECT count(*) AS rights FROM live.consent WHERE authorisation_id = 57006
SELECT count(*) AS apis FROM switchgrid.api_right WHERE access = 'granted'
SELECT count(*) AS parts FROM switchgrid.quota WHERE used_last_hour > 0
SELECT length(switchgrid.authorize_url('linky', '1 year', 'a state')) > 100 AS url
SELECT switchgrid.record_callback('linky', '?state=a%20state&usage_point_id=12655648759651%3B22516914714270') AS outcome
SELECT switchgrid.revoke_token('linky') AS revoked
CREATE SERVER older FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', generation 'v5', base_url 'URL/~unlimited', per_second '0', retries '0')
CREATE USER MAPPING FOR CURRENT_USER SERVER older OPTIONS (client_id 'demo', client_secret 'demo-secret')
SELECT switchgrid.watch('older', '{12655648759651}', '{load_curve,daily_energy,daily_max_power,contract,address,holder,contact}', since => '2026-11-01', directions => '{consumption,production}')
CALL switchgrid.refresh('older')
SELECT count(*) AS open FROM switchgrid.gap WHERE server = 'older'
CREATE SERVER grid FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'switchgrid', base_url 'URL/~async=1+sync=1+consented/v0_1', enedis_url 'URL/~async=1+sync=1+consented/enedis/v2', events_url 'URL/api/homeassistant/events', per_second '0', retries '0')
CREATE USER MAPPING FOR CURRENT_USER SERVER grid OPTIONS (token 'demo-secret')
CREATE SCHEMA grid
IMPORT FOREIGN SCHEMA switchgrid FROM SERVER grid INTO grid
SELECT count(*) AS found FROM grid.contract_search WHERE point_id = '22516914714270'
SELECT count(*) AS events FROM grid.flexibility_event WHERE ends_at > '2026-01-01'
CALL switchgrid.create_ask('grid', '[{"point_id": "22516914714270", "holder": {"first_name": "A", "last_name": "B"}, "address": {"street": "1 rue", "postal_code": "75001", "city": "Paris"}}]', state => 'valgrind')
SELECT switchgrid.watch('grid', '{12655648759651,99300000000011}', '{load_curve,daily_energy,daily_max_power,register_reading,billed_quantity,contract,address,holder,connection,consent}', since => '2026-10-01', directions => '{consumption,production}')
SELECT switchgrid.watch('grid', '{09999999900617}', '{gas_day}')
CALL switchgrid.refresh('grid', wait => '1 minute')
CALL switchgrid.refresh('grid', wait => '1 minute')
SELECT count(*) AS asks FROM grid.ask WHERE status <> 'REVOKED' AND '22516914714270' = ANY (points)
SELECT count(*) AS demands FROM switchgrid.data_order AS o, LATERAL (SELECT * FROM grid.data_request AS r WHERE r.order_id = o.order_id) AS r
SELECT count(*) AS quantities FROM (SELECT DISTINCT quantity FROM switchgrid.quantity_curve) AS q
SELECT count(*) AS collected FROM switchgrid.data_request WHERE state = 'collected'
SELECT count(*) AS gas FROM switchgrid.gas_day
ALTER SERVER grid OPTIONS (SET enedis_url 'URL/~consented+answer_lost/enedis/v2')
CALL switchgrid.order_data('grid', '{22516914714270}', '{R63_SYNC,C68}', '2026-11-10', '2026-11-12')
SELECT switchgrid.settle_order(max(number)) AS settled FROM switchgrid.data_order
SELECT length(switchgrid.ask_proof('grid', '00000000-0a52-4000-8000-147aa0b3f69e')) > 100 AS proof
CALL switchgrid.cancel_ask('grid', '00000000-0a52-4000-8000-147aa0b3f69e')
DROP EXTENSION switchgrid CASCADE
