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
DROP EXTENSION switchgrid CASCADE
