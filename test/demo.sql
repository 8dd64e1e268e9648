-- The story of test/demo: psql with the variables url, point, journal, and readings if there are real ones.
\set QUIET on
\set ON_ERROR_STOP on
\pset pager off
\pset footer off
\pset linestyle unicode
\pset null '·'
SET client_min_messages = warning;
CREATE SCHEMA demo;
-- how many requests the simulator has seen
CREATE FUNCTION demo.requests() RETURNS bigint VOLATILE
    RETURN (SELECT count(*) - 1 FROM regexp_split_to_table(pg_read_file(current_setting('demo.journal')), '\n'));
SET demo.journal = :'journal';
SET datestyle = 'ISO, YMD';
RESET client_min_messages;
\set QUIET off

\echo
\echo '### The extension, a server of the operator, and a credential'
\echo
\set ECHO queries
CREATE EXTENSION switchgrid;
CREATE SERVER linky FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', base_url :'url');
CREATE USER MAPPING FOR CURRENT_USER SERVER linky OPTIONS (client_id 'demo', client_secret 'demo-secret');
\set ECHO none

\echo
\echo '### The operator''s relations, as foreign tables'
\echo
\set ECHO queries
CREATE SCHEMA live;
IMPORT FOREIGN SCHEMA enedis FROM SERVER linky INTO live;
\set ECHO none
\d live.*

\echo
\echo '### What a live query would ask: planning costs no request'
\echo
\set ECHO queries
EXPLAIN (COSTS OFF)
SELECT starts_at, watts FROM live.load_curve
 WHERE point_id = :'point' AND starts_at >= date_trunc('day', now()) - interval '10 days';
\set ECHO none

\echo '### The live query itself: the operator''s API answers, now'
\echo
\set ECHO queries
SELECT starts_at, step, watts, wh, nature FROM live.load_curve
 WHERE point_id = :'point' AND starts_at >= date_trunc('day', now()) - interval '10 days'
 ORDER BY starts_at LIMIT 6;
\set ECHO none

\echo '### A standing wish: keep this point''s relations in native tables'
\echo
\set ECHO queries
SELECT switchgrid.watch('linky', ARRAY[:'point']);
\set ECHO none

\echo '### The refresh fetches two years, at the five requests a second that the operator allows'
\echo
\set ECHO queries
CALL switchgrid.refresh();
\set ECHO none
\set QUIET on
-- days that the operator has: yesterday's are there from 08:00 on
CREATE TABLE demo.left_open AS
    SELECT count(*) FROM switchgrid.gap
    WHERE relation = 'load_curve' AND cause NOT IN ('late');
SELECT demo.requests() AS before \gset
\set QUIET off

\echo '### Again: all is held, so nothing is asked'
\echo
\set ECHO queries
CALL switchgrid.refresh();
\set ECHO none
\set QUIET on
CREATE TABLE demo.asked_again AS SELECT demo.requests() - :before AS requests;
\set QUIET off

\echo '### The monthly report, from the native tables: no network'
\echo
\set ECHO queries
SELECT to_char(date_trunc('month', starts_at, 'Europe/Paris'), 'YYYY-MM') AS month,
       round(sum(wh)::numeric / 1000, 1) AS kwh,
       max(watts) AS peak_w,
       repeat('█', (sum(wh) / max(sum(wh)) OVER () * 40)::int) AS consumption
  FROM switchgrid.load_curve WHERE point_id = :'point'
 GROUP BY 1 ORDER BY 1;
\set ECHO none

\echo '### Seven days, hour by hour'
\echo
\set ECHO queries
WITH hourly AS (
    SELECT starts_at::date AS day, extract(hour FROM starts_at) AS hour, avg(watts) AS watts, sum(wh) AS wh
      FROM switchgrid.load_curve
     WHERE point_id = :'point' AND starts_at >= date_trunc('day', now()) - interval '7 days'
     GROUP BY 1, 2)
SELECT to_char(day, 'Dy DD Mon') AS day,
       string_agg(repeat(coalesce(substr('▁▂▃▄▅▆▇█', 1 + (7 * watts / peak)::int, 1), ' '), 2), '' ORDER BY hour)
           AS "0     3     6     9     12    15    18    21    ",
       round(sum(wh)::numeric / 1000, 1) AS kwh
  FROM (SELECT DISTINCT day FROM hourly) AS days
 CROSS JOIN generate_series(0, 23) AS hour
  LEFT JOIN hourly USING (day, hour)
 CROSS JOIN (SELECT max(watts) AS peak FROM hourly) AS highest
 GROUP BY days.day ORDER BY days.day;
\set ECHO none

\echo '### Live and stored are the same relation: the rows of ten days that are in one only'
\echo
\set ECHO queries
WITH l AS (SELECT * FROM live.load_curve
            WHERE point_id = :'point' AND starts_at >= date_trunc('day', now()) - interval '12 days'
              AND starts_at < date_trunc('day', now()) - interval '2 days'),
     s AS (SELECT * FROM switchgrid.load_curve
            WHERE point_id = :'point' AND starts_at >= date_trunc('day', now()) - interval '12 days'
              AND starts_at < date_trunc('day', now()) - interval '2 days')
SELECT (SELECT count(*) FROM l) AS live, (SELECT count(*) FROM s) AS stored,
       (SELECT count(*) FROM (TABLE l EXCEPT ALL TABLE s) AS a) AS only_live,
       (SELECT count(*) FROM (TABLE s EXCEPT ALL TABLE l) AS b) AS only_stored;
\set ECHO none
\set QUIET on
CREATE TABLE demo.differing AS
WITH l AS (SELECT * FROM live.load_curve
            WHERE point_id = :'point' AND starts_at >= date_trunc('day', now()) - interval '12 days'
              AND starts_at < date_trunc('day', now()) - interval '2 days'),
     s AS (SELECT * FROM switchgrid.load_curve
            WHERE point_id = :'point' AND starts_at >= date_trunc('day', now()) - interval '12 days'
              AND starts_at < date_trunc('day', now()) - interval '2 days')
SELECT count(*) FROM ((TABLE l EXCEPT ALL TABLE s) UNION ALL (TABLE s EXCEPT ALL TABLE l)) AS d;
\set QUIET off

\echo '### What it takes: the packed curve'
\echo
\set ECHO queries
SELECT count(*) AS months, sum(points) AS points, pg_size_pretty(sum(pg_column_size(curve))) AS packed,
       round(sum(pg_column_size(curve))::numeric / sum(points), 2) AS bytes_per_point
  FROM switchgrid.curve_segment WHERE point_id = :'point';
\set ECHO none

\echo '### Switchgrid: one ask for electricity and gas; the holder signs after some seconds'
\echo
\set QUIET on
\set asks :url '/v0_1'
\set orders :url '/enedis/v2'
\set QUIET off
\set ECHO queries
CREATE SERVER grid FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'switchgrid', base_url :'asks', enedis_url :'orders');
CREATE USER MAPPING FOR CURRENT_USER SERVER grid OPTIONS (token 'demo-secret');
CALL switchgrid.create_ask('grid', '[
    {"point_id": "63695879465986", "holder": {"company": "SCI du Modèle", "siret": "99999999900011"},
     "address": {"street": "9 chemin des Essais", "postal_code": "32400", "city": "Maulichères"}},
    {"point_id": "09999999900617", "energy": "gas", "holder": {"company": "SCI du Modèle", "siret": "99999999900011"},
     "address": {"street": "9 chemin des Essais", "postal_code": "32400", "city": "Maulichères"}}]', '1 year');
SELECT pg_sleep(6);
\set ECHO none

\echo '### What is watched there is ordered, followed and collected; a run may wait for it'
\echo
\set ECHO queries
SELECT switchgrid.watch('grid', '{63695879465986}', '{load_curve,daily_energy,contract}'),
       switchgrid.watch('grid', '{09999999900617}', '{gas_day}');
CALL switchgrid.refresh('grid', wait => '1 minute');
SELECT o.state AS order, r.type, r.days, r.state, r.ended_at - r.ordered_at < interval '1 minute' AS within_a_minute
  FROM switchgrid.data_order o JOIN switchgrid.data_request r ON r.order_number = o.number ORDER BY position;
SELECT count(*) AS slots, round(sum(wh)::numeric / 1000000, 1) AS mwh
  FROM switchgrid.load_curve WHERE point_id = '63695879465986';
SELECT day, index_start, index_end, volume, kwh, quality FROM switchgrid.gas_day ORDER BY day DESC LIMIT 3;
\set ECHO none

\if :{?readings}
\echo '### The proof: the file''s readings, moved and summed by plain SQL, against the stored curve'
\echo
\set QUIET on
CREATE TABLE demo.reading (starts_at timestamptz, watts double precision);
COPY demo.reading FROM :'readings' (FORMAT csv, HEADER);
-- by the fewest whole weeks that bring the end of the last reading to today's midnight or later; today is
-- not served, and yesterday not before 08:00
CREATE TABLE demo.moved AS
WITH today AS (
    SELECT date_trunc('day', started_at, 'Europe/Paris') AS midnight, started_at
      FROM switchgrid.refresh_run WHERE server = 'linky' ORDER BY id LIMIT 1),
weeks AS (
    SELECT ceil(extract(epoch FROM midnight - (max(r.starts_at) + interval '1 hour')) / (7 * 86400))
           * interval '168 hours' AS shift
      FROM demo.reading r, today GROUP BY midnight)
SELECT r.starts_at + shift AS starts_at, watts
  FROM demo.reading r, weeks, today
 WHERE ((r.starts_at + shift) AT TIME ZONE 'Europe/Paris')::date
           >= lower(switchgrid.history('linky', 'load_curve', 'consumption'))
   AND r.starts_at + shift < midnight
   AND (((r.starts_at + shift) AT TIME ZONE 'Europe/Paris')::date < (midnight AT TIME ZONE 'Europe/Paris')::date - 1
        OR (started_at AT TIME ZONE 'Europe/Paris')::time >= '08:00');
CREATE VIEW demo.month AS
SELECT to_char(month, 'YYYY-MM') AS month, s.readings, s.wh AS stored_wh, f.wh AS file_wh,
       (s.readings, s.wh) IS NOT DISTINCT FROM (f.readings, f.wh) AS equal
  FROM (SELECT date_trunc('month', starts_at, 'Europe/Paris') AS month, count(*) AS readings, sum(wh) AS wh
          FROM switchgrid.load_curve WHERE point_id = :'point' GROUP BY 1) AS s
  FULL JOIN (SELECT date_trunc('month', starts_at, 'Europe/Paris') AS month, count(*) AS readings, sum(watts) AS wh
               FROM demo.moved GROUP BY 1) AS f USING (month);
CREATE VIEW demo.changed_day AS
SELECT day::date, (extract(epoch FROM day + interval '1 day' - day) / 3600)::int AS hours,
       s.readings, s.wh AS stored_wh, f.wh AS file_wh,
       (s.readings, s.wh) IS NOT DISTINCT FROM (f.readings, f.wh) AS equal
  FROM generate_series((SELECT date_trunc('day', min(starts_at)) FROM demo.moved),
                       (SELECT max(starts_at) FROM demo.moved), interval '1 day') AS day
  LEFT JOIN (SELECT date_trunc('day', starts_at) AS day, count(*) AS readings, sum(wh) AS wh
               FROM switchgrid.load_curve WHERE point_id = :'point' GROUP BY 1) AS s USING (day)
  LEFT JOIN (SELECT date_trunc('day', starts_at) AS day, count(*) AS readings, sum(watts) AS wh
               FROM demo.moved GROUP BY 1) AS f USING (day)
 WHERE day + interval '1 day' - day <> interval '24 hours';
\set QUIET off
\set ECHO queries
SELECT * FROM demo.month ORDER BY month;
\set ECHO none
\echo '### The days on which the clock changes have 23 and 25 hours'
\echo
\set ECHO queries
SELECT * FROM demo.changed_day ORDER BY day;
\set ECHO none
\endif
