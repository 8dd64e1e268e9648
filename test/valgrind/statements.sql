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
SELECT length(switchgrid.authorize_url('linky', '1 year', 'a state')) > 100 AS url
SELECT switchgrid.record_callback('linky', '?state=a%20state&usage_point_id=12655648759651%3B22516914714270') AS outcome
SELECT switchgrid.revoke_token('linky') AS revoked
CREATE SERVER older FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', generation 'v5', base_url 'URL/~unlimited', per_second '0', retries '0')
CREATE USER MAPPING FOR CURRENT_USER SERVER older OPTIONS (client_id 'demo', client_secret 'demo-secret')
SELECT switchgrid.watch('older', '{12655648759651}', '{load_curve,daily_energy,daily_max_power,contract,address,holder,contact}', since => '2026-11-01', directions => '{consumption,production}')
CALL switchgrid.refresh('older')
SELECT count(*) AS open FROM switchgrid.gap WHERE server = 'older'
DROP EXTENSION switchgrid CASCADE
