-- Readings from elsewhere: queries, INSERT, COPY and files, merged into the store as refresh does it.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
SET search_path = t, pg_catalog;
-- what is wanted: six points of several steps, over both days on which the clock changes, with holes, decimals, and natures or none
CREATE TABLE reading (point_id text, direction text, starts_at timestamptz, step interval, watts double precision, nature text);
INSERT INTO reading
SELECT (22516914714270 + p)::text, CASE p WHEN 3 THEN 'production' ELSE 'consumption' END, s, d.step,
       CASE WHEN p = 2 THEN (n * 37 % 20011) / 8.0 - 900 ELSE n * 7919 % 9001 END, CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN 'E' ELSE 'B' END
FROM (VALUES (0, interval '30 min'), (1, '30 min'), (2, '30 min'), (3, '1 hour'), (4, '15 min'), (5, '10 min')) d (p, step)
CROSS JOIN LATERAL (SELECT s, row_number() OVER (ORDER BY s) AS n FROM generate_series(timestamptz '2025-10-01', '2025-11-30 23:59', d.step) s
                    UNION ALL SELECT s, row_number() OVER (ORDER BY s) FROM generate_series(timestamptz '2026-03-10', '2026-04-20 23:59', d.step) s) g
WHERE n % 101 <> 50;
-- no row too few, none too many, in any column
CREATE FUNCTION differences() RETURNS bigint LANGUAGE sql AS $$
    WITH a AS (SELECT point_id, direction, starts_at, starts_at + step AS ends_at, step, watts, watts * extract(epoch FROM step)::float8 / 3600 AS wh, nature FROM t.reading),
         b AS (SELECT * FROM switchgrid.load_curve)
    SELECT count(*) FROM ((TABLE a EXCEPT ALL TABLE b) UNION ALL (TABLE b EXCEPT ALL TABLE a)) d $$;
-- how often segments are written
CREATE TABLE written (point_id text, month date, step interval);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t.written VALUES (NEW.point_id, NEW.month, NEW.step); RETURN NEW; END $$;
CREATE TRIGGER note AFTER INSERT OR UPDATE ON switchgrid.curve_segment FOR EACH ROW EXECUTE FUNCTION note();
CREATE FUNCTION again() RETURNS void LANGUAGE sql AS $$ TRUNCATE switchgrid.curve_segment, t.written $$;
SELECT differences() = count(*) AS nothing_yet FROM reading;

-- by point and time: the function says how many, and each month is written once
SET maintenance_work_mem = '1MB';
SELECT switchgrid.load_curves('SELECT * FROM reading ORDER BY point_id, starts_at') = count(*) AS taken FROM reading;
SELECT differences();
SELECT count(*) > 10 AS months, count(*) = (SELECT count(*) FROM switchgrid.curve_segment) AS once FROM written;
-- the same again changes nothing, and so does the store given to itself
TRUNCATE written;
SELECT switchgrid.load_curves('TABLE reading') = count(*) AS taken FROM reading;
SELECT switchgrid.load_curves('SELECT * FROM switchgrid.load_curve') = count(*) AS taken FROM reading;
SELECT count(*) AS written FROM written;
SELECT differences();
-- the other orders come to the same: in little memory they are merged in several goes
SELECT again();
SELECT switchgrid.load_curves('SELECT * FROM reading ORDER BY md5(point_id || starts_at)') = count(*) AS taken FROM reading;
SELECT differences(), (SELECT count(*) FROM written) > count(*) AS several FROM switchgrid.curve_segment;
SELECT again();
SELECT switchgrid.load_curves('SELECT * FROM reading ORDER BY starts_at, point_id') = count(*) AS taken FROM reading;
SELECT differences();
SELECT again();
SELECT switchgrid.load_curves('SELECT * FROM reading ORDER BY starts_at DESC, point_id DESC') = count(*) AS taken FROM reading;
SELECT differences();
-- with room for all of it, whatever the order, each month is written once
RESET maintenance_work_mem;
SELECT again();
SELECT switchgrid.load_curves('SELECT * FROM reading ORDER BY md5(point_id || starts_at)') = count(*) AS taken FROM reading;
SELECT differences(), (SELECT count(*) FROM written) = count(*) AS once FROM switchgrid.curve_segment;

-- the columns' other forms: ends, energies, other numbers, a step for all, no direction, no nature
CREATE DOMAIN prm AS varchar(14);
CREATE FUNCTION gives(query text, step interval DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM t.again();
    PERFORM switchgrid.load_curves(query, gives.step);
    RETURN (SELECT string_agg(concat_ws(' ', right(point_id, 2), direction, to_char(starts_at, 'DD HH24:MI'), step, watts, nature), ', ' ORDER BY point_id, direction, starts_at) FROM switchgrid.load_curve);
END $$;
SELECT gives($$SELECT '22516914714270'::prm AS point_id, timestamptz '2026-01-01' AS starts_at, timestamptz '2026-01-01 00:30' AS ends_at, 7 AS watts$$);
SELECT gives($$SELECT 2.1::real AS wh, '22516914714270' AS point_id, timestamptz '2026-01-01' AS starts_at$$, '10 min');
SELECT gives($$SELECT 0.7::numeric AS wh, '22516914714270' AS point_id, timestamptz '2026-01-01' AS starts_at$$, '10 min');
SELECT gives($$SELECT 100::bigint AS wh, '22516914714270' AS point_id, timestamptz '2026-01-01' AS starts_at, interval '3 hours' AS step$$);
SELECT gives($$SELECT 100::smallint AS watts, 50 AS wh, '22516914714270' AS point_id, timestamptz '2026-01-01' AS starts_at, interval '30 min' AS step, timestamptz '2026-01-01 00:30' AS ends_at$$, '00:30');
SELECT gives($$SELECT NULL::float8 AS watts, 50 AS wh, '22516914714270' AS point_id, timestamptz '2026-01-01' AS starts_at, interval '30 min' AS step$$);
SELECT gives($$SELECT 1.0::float8 / 3 + g AS watts, 'GI123456' AS point_id, timestamptz '2026-01-01' + g * interval '1 hour' AS starts_at FROM generate_series(0, 2) g$$, '1 hour');
SELECT gives($$SELECT 5 AS watts, '22516914714270' AS point_id, timestamptz '2026-01-01' AS starts_at$$, '1 day');
-- a NULL value says nothing, whatever the rest of the row; the later of two rows for one instant counts
SELECT switchgrid.load_curves($$SELECT p AS point_id, s::timestamptz AS starts_at, w AS watts FROM (VALUES ('22516914714270', '2026-01-01', 1), (NULL, 'infinity', NULL), ('x', NULL, NULL), ('22516914714270', '2026-01-02', 2)) v (p, s, w)$$, '30 min');
SELECT gives($$SELECT '22516914714270' AS point_id, timestamptz '2026-01-01' AS starts_at, w AS watts FROM (VALUES (9), (3), (5)) v (w)$$, '30 min');
SELECT gives($$SELECT * FROM (SELECT '22516914714270' AS point_id, timestamptz '2026-01-01' + interval '30 min' * (g / 2) AS starts_at, g AS watts FROM generate_series(1, 6) g) x ORDER BY starts_at DESC, watts$$, '30 min');
SELECT switchgrid.load_curves('SELECT * FROM reading WHERE false');

-- what cannot be kept is told with its row, and leaves nothing behind
SELECT again();
SELECT switchgrid.load_curves($$SELECT * FROM reading WHERE point_id = '22516914714270'$$) > 0 AS loaded;
TRUNCATE written;
CREATE FUNCTION fails(query text, step interval DEFAULT NULL) RETURNS TABLE (state text, message text, place text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM switchgrid.load_curves(query, step);
    message := 'no error';
    RETURN NEXT;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, place = PG_EXCEPTION_CONTEXT;
    place := split_part(place, E'\n', 1);
    RETURN NEXT;
END $$;
-- one good row before the one that is not
CREATE FUNCTION bad(point_id text DEFAULT '63695879465986', starts_at timestamptz DEFAULT '2026-01-01 01:00', step interval DEFAULT '30 min', watts float8 DEFAULT 5, direction text DEFAULT 'consumption', nature text DEFAULT NULL)
RETURNS TABLE (state text, message text, place text) LANGUAGE sql AS $$
    SELECT * FROM t.fails(format($q$SELECT * FROM (VALUES (text '63695879465986', timestamptz '2026-01-01', interval '30 min', 5::float8, 'consumption', 'B'), (%L, %L, %L, %L, %L, %L)) v (point_id, starts_at, step, watts, direction, nature)$q$,
        point_id, starts_at, step, watts, direction, nature)) $$;
SELECT * FROM bad(point_id => NULL);
SELECT * FROM bad(point_id => '');
SELECT * FROM bad(point_id => '2251691471427');
SELECT * FROM bad(point_id => '225169147142700');
SELECT * FROM bad(point_id => 'GI12345x');
SELECT * FROM bad(direction => NULL);
SELECT * FROM bad(direction => 'up');
SELECT * FROM bad(starts_at => NULL);
SELECT * FROM bad(starts_at => 'infinity');
SELECT * FROM bad(starts_at => '-infinity');
SELECT * FROM bad(starts_at => '290000-01-01');
SELECT * FROM bad(starts_at => '4700-01-01 BC');
SELECT * FROM bad(starts_at => '2026-01-01 00:10');
SELECT * FROM bad(starts_at => '2026-01-01 00:00:00.000001');
SELECT * FROM bad(starts_at => '2025-10-31 23:00', step => '12 hours');
SELECT * FROM bad(step => NULL);
SELECT * FROM bad(step => '0');
SELECT * FROM bad(step => '-30 min');
SELECT * FROM bad(step => '7 min');
SELECT * FROM bad(step => '0.5 sec');
SELECT * FROM bad(step => '1 month');
SELECT * FROM bad(step => '2 days');
SELECT * FROM bad(step => '1 day -23:30');
SELECT * FROM bad(watts => 'NaN');
SELECT * FROM bad(watts => '-infinity');
SELECT * FROM bad(watts => 2147483648);
SELECT * FROM bad(watts => 1234567.12345);
SELECT * FROM bad(nature => '');
SELECT * FROM bad(nature => '1234567890123456');
SELECT * FROM bad(nature => 'é');
SELECT * FROM bad(starts_at => '2026-01-01 01:00') LIMIT 1;
SELECT count(*), min(watts), max(watts) FROM switchgrid.load_curve WHERE point_id = '63695879465986';
TRUNCATE written;
-- what is given twice must be consistent
SELECT * FROM fails($$SELECT *, starts_at + interval '1 hour' AS ends_at FROM reading$$);
SELECT * FROM fails($$SELECT *, watts AS wh FROM reading WHERE watts > 1$$);
SELECT * FROM fails('TABLE reading', '1 hour');
SELECT * FROM fails('SELECT point_id, starts_at, starts_at AS ends_at, watts FROM reading');
SELECT * FROM fails($$SELECT point_id, starts_at, timestamptz 'infinity' AS ends_at, watts FROM reading$$);
-- columns
SELECT * FROM fails('SELECT *, 1 AS colour FROM reading');
SELECT * FROM fails('SELECT *, watts FROM reading');
SELECT * FROM fails('SELECT starts_at, watts FROM reading', '30 min');
SELECT * FROM fails('SELECT point_id, watts FROM reading', '30 min');
SELECT * FROM fails('SELECT point_id, starts_at FROM reading', '30 min');
SELECT * FROM fails('SELECT point_id, starts_at, watts FROM reading');
SELECT * FROM fails('SELECT point_id, starts_at, watts::text FROM reading', '30 min');
SELECT * FROM fails('SELECT point_id::bigint, starts_at, watts FROM reading', '30 min');
SELECT switchgrid.load_curves('SELECT point_id, starts_at::timestamp, watts FROM reading', '30 min');
SELECT switchgrid.load_curves('SELECT point_id, starts_at::date, watts FROM reading', '30 min');
-- queries
SELECT * FROM fails('');
SELECT * FROM fails('TABLE reading; TABLE reading');
SELECT * FROM fails('DROP TABLE reading');
SELECT * FROM fails('TABLE nowhere');
SELECT * FROM fails(NULL);
SELECT * FROM fails('TABLE reading', '1 month');
SELECT count(*) AS written FROM written;
-- an error late in many rows takes back the months that were merged before
SET maintenance_work_mem = '1MB';
SELECT * FROM fails($$(SELECT point_id, starts_at, step, watts FROM reading ORDER BY 1, 2) UNION ALL SELECT 'x', '2026-01-01', '30 min', 1$$);
SELECT (SELECT count(*) FROM switchgrid.load_curve WHERE point_id NOT IN ('22516914714270', '63695879465986')) AS left_over;
RESET maintenance_work_mem;
-- and so does a rollback
BEGIN;
SAVEPOINT s;
SELECT switchgrid.load_curves('TABLE reading') > 0 AS loaded;
ROLLBACK TO s;
SELECT count(DISTINCT point_id) FROM switchgrid.load_curve;
COMMIT;
-- the query may be about the store, and may write; workers are kept out of it
SELECT again();
CREATE TABLE taken (LIKE reading);
SELECT switchgrid.load_curves('WITH moved AS (DELETE FROM reading RETURNING *), kept AS (INSERT INTO taken SELECT * FROM moved) SELECT * FROM moved') > 0 AS loaded;
SELECT count(*) FROM reading;
INSERT INTO reading TABLE taken;
SELECT differences();
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET parallel_leader_participation = off;
SELECT again();
SELECT switchgrid.load_curves('TABLE reading') = count(*) AS taken FROM reading;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET parallel_leader_participation;
SELECT differences();
-- what the API says goes the same way
SELECT again();
SELECT switchgrid.load_curves($$SELECT * FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-09' AND starts_at < '2026-11-11'$$);
SELECT count(*) FROM (SELECT * FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-09' AND starts_at < '2026-11-11' EXCEPT ALL TABLE switchgrid.load_curve) d;

-- INSERT: the same readings, merged at the statement's end
SELECT again();
INSERT INTO switchgrid.load_curve (point_id, direction, starts_at, step, watts, nature) TABLE reading;
SELECT differences(), (SELECT count(*) FROM written) = count(*) AS once FROM switchgrid.curve_segment;
SELECT again();
SET maintenance_work_mem = '1MB';
INSERT INTO switchgrid.load_curve (point_id, direction, starts_at, step, watts, nature) SELECT * FROM reading ORDER BY md5(point_id || starts_at);
RESET maintenance_work_mem;
SELECT differences();
-- COPY, as it comes out
COPY (SELECT * FROM switchgrid.load_curve) TO PROGRAM 'cat >load.csv';
SELECT again();
COPY switchgrid.load_curve FROM PROGRAM 'cat load.csv; rm load.csv';
SELECT differences(), (SELECT count(*) FROM written) = count(*) AS once FROM switchgrid.curve_segment;
-- what follows from the rest may be left out, and comes back complete
SELECT again();
INSERT INTO switchgrid.load_curve (point_id, direction, starts_at, ends_at, wh) VALUES ('22516914714270', 'consumption', '2026-01-01', '2026-01-01 00:10', 0.7), ('22516914714270', 'production', '2026-01-01', '2026-01-01 01:00', 12) RETURNING *;
COPY switchgrid.load_curve (point_id, direction, starts_at, step, watts) FROM STDIN;
22516914714270	consumption	2026-01-01 01:00	00:10	3.5
22516914714270	consumption	2026-01-01 01:10	00:10	\N
22516914714270	consumption	2026-01-01 01:20	00:10	4.5
\.
WITH i AS (INSERT INTO switchgrid.load_curve (point_id, direction, starts_at, step, watts) SELECT point_id, direction, starts_at + interval '1 day', step, watts FROM switchgrid.load_curve RETURNING watts, wh) SELECT sum(watts), sum(wh) FROM i;
-- a row without a value is none
INSERT INTO switchgrid.load_curve (point_id, direction, starts_at, step) VALUES ('22516914714270', 'consumption', '2026-01-01 02:00', '00:10') RETURNING *;
SELECT * FROM switchgrid.load_curve ORDER BY direction, starts_at;
-- a newer reading takes the place of what it overlaps, as everywhere
INSERT INTO switchgrid.load_curve (point_id, direction, starts_at, step, watts) VALUES ('22516914714270', 'consumption', '2026-01-01 01:00', '01:00', 60);
SELECT starts_at, step, watts FROM switchgrid.load_curve WHERE direction = 'consumption' ORDER BY 1;
-- EXPLAIN stores nothing, with ANALYZE it does; one statement many times; a loop, with a cursor on what it writes
SELECT again();
EXPLAIN (COSTS OFF) INSERT INTO switchgrid.load_curve (point_id, direction, starts_at, step, watts, nature) TABLE reading;
SELECT count(*) FROM switchgrid.load_curve;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) INSERT INTO switchgrid.load_curve (point_id, direction, starts_at, step, watts) SELECT '22516914714270', 'consumption', timestamptz '2026-01-01' + g * interval '1 hour', '1 hour', g FROM generate_series(0, 9) g \g /dev/null
SELECT count(*), sum(watts) FROM switchgrid.load_curve;
PREPARE put (int) AS INSERT INTO switchgrid.load_curve (point_id, direction, starts_at, step, watts) VALUES ('22516914714270', 'production', timestamptz '2026-01-01' + $1 * interval '1 hour', '1 hour', $1);
SET plan_cache_mode = force_generic_plan;
DO $$ BEGIN FOR i IN 0..30 LOOP EXECUTE format('EXECUTE put(%s)', i); END LOOP; END $$;
RESET plan_cache_mode;
SELECT count(*), sum(watts) FROM switchgrid.load_curve WHERE direction = 'production';
DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM switchgrid.load_curve WHERE direction = 'production' LOOP
    INSERT INTO switchgrid.load_curve (point_id, direction, starts_at, step, watts) VALUES (r.point_id, r.direction, r.starts_at + interval '2 days', r.step, r.watts); END LOOP; END $$;
SELECT count(*), sum(watts) FROM switchgrid.load_curve WHERE direction = 'production';
-- an INSERT that fails leaves nothing, and no other is hurt
INSERT INTO switchgrid.load_curve (point_id, direction, starts_at, step, watts) SELECT '22516914714270', 'consumption', timestamptz '2026-02-01' + g * interval '10 min', '1 hour', g FROM generate_series(0, 9) g;
INSERT INTO switchgrid.load_curve (point_id, direction, starts_at, step, watts) VALUES ('22516914714270', 'consumption', '2026-02-01', '1 hour', 1) ON CONFLICT DO NOTHING;
COPY switchgrid.load_curve (point_id, direction, starts_at, step, watts) FROM STDIN;
22516914714270	consumption	2026-02-01 01:00	00:10	3.5
22516914714270	consumption	2026-02-01 01:00	7 min	3.5
\.
SELECT count(*) FROM switchgrid.load_curve WHERE starts_at >= '2026-02-01';
-- nothing else may be done to it, and nothing at all to what is live or stored otherwise
UPDATE switchgrid.load_curve SET watts = 0;
DELETE FROM switchgrid.load_curve;
INSERT INTO live.load_curve (point_id) VALUES ('22516914714270');
COPY live.load_curve (point_id) FROM STDIN;
\.
CREATE FOREIGN TABLE daily (point_id text) SERVER switchgrid_store OPTIONS (relation 'daily_energy');
INSERT INTO daily VALUES ('22516914714270');
SELECT foreign_table_schema, is_insertable_into FROM information_schema.foreign_tables f JOIN information_schema.tables ON table_schema = foreign_table_schema AND table_name = foreign_table_name WHERE foreign_table_name IN ('load_curve', 'daily') ORDER BY 1;
-- as a partition, behind a view, and with a trigger that sees the whole row
CREATE TABLE parted (point_id text, direction text, starts_at timestamptz, step interval, watts float8) PARTITION BY LIST (direction);
CREATE FOREIGN TABLE parted_c PARTITION OF parted FOR VALUES IN ('consumption') SERVER switchgrid_store OPTIONS (relation 'load_curve');
CREATE TABLE parted_p PARTITION OF parted FOR VALUES IN ('production');
SELECT again();
INSERT INTO parted SELECT '22516914714270', d, timestamptz '2026-01-01' + g * interval '1 hour', '1 hour', g FROM generate_series(0, 9) g, (VALUES ('consumption'), ('production')) v (d);
COPY parted FROM STDIN;
22516914714270	production	2026-01-02	01:00	100
22516914714270	consumption	2026-01-02	01:00	200
\.
SELECT tableoid::regclass, count(*), sum(watts) FROM parted GROUP BY 1 ORDER BY 1;
CREATE VIEW half AS SELECT point_id, direction, starts_at, step, watts FROM switchgrid.load_curve WHERE step = '30 min' WITH CHECK OPTION;
INSERT INTO half VALUES ('22516914714270', 'production', '2026-01-01', '00:30', 8) RETURNING *;
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE INFO '%', NEW; RETURN NEW; END $$;
CREATE TRIGGER tell AFTER INSERT ON switchgrid.load_curve FOR EACH ROW EXECUTE FUNCTION tell();
INSERT INTO switchgrid.load_curve (point_id, direction, starts_at, step, wh) VALUES ('22516914714270', 'production', '2026-01-03', '00:30', 4);
DROP TRIGGER tell ON switchgrid.load_curve;

-- files: the account's export, whose steps change, on the day on which the clock does
\set account :srcdir '/test/examples/enedis/account-hours.csv'
SELECT pg_read_file(:'account') AS account \gset
SELECT again();
SELECT switchgrid.load_csv(:'account');
SELECT switchgrid.load_csv(replace(:'account', E'\n', E'\r\n')) AS crlf, switchgrid.load_csv(E'\uFEFF' || :'account') AS bom,
       switchgrid.load_csv(replace(replace(:'account', E'\n\n', E'\n'), 'Unite;Pas en minutes', 'Unité;Pas en minutes')) AS dense;
SELECT count(*) AS written FROM written;
-- each line is the end of an interval that begins at the line before
CREATE TABLE line AS SELECT split_part(l, ';', 1)::timestamptz AS ends_at, lag(split_part(l, ';', 1)::timestamptz) OVER (ORDER BY n) AS starts_at, nullif(split_part(l, ';', 2), '')::float8 AS watts
FROM regexp_split_to_table(:'account', '\n') WITH ORDINALITY AS x (l, n) WHERE l ~ '^2025-';
SELECT count(*) AS lines, count(watts) AS values FROM line;
SELECT count(*) FROM ((SELECT coalesce(starts_at, ends_at - interval '1 hour'), ends_at, watts FROM line WHERE watts IS NOT NULL EXCEPT ALL SELECT starts_at, ends_at, watts FROM switchgrid.load_curve)
    UNION ALL (SELECT starts_at, ends_at, watts FROM switchgrid.load_curve EXCEPT ALL SELECT coalesce(starts_at, ends_at - interval '1 hour'), ends_at, watts FROM line WHERE watts IS NOT NULL)) d;
SELECT DISTINCT point_id, direction, nature FROM switchgrid.load_curve;
-- the step in the file, kilowatts, and a direction that the file does not tell
CREATE FUNCTION account(rows text, kind text DEFAULT 'Courbe de charge', side text DEFAULT 'Consommation', unit text DEFAULT 'W', minutes text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(E'\n', 'Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;Unite;Pas en minutes',
        concat_ws(';', '22516914714270', kind, '01/01/2026', '02/01/2026', 'Energie active', side, 'Comptage Brut', unit, minutes), 'Horodate;Valeur', replace(rows, ' ', E'\n')) $$;
CREATE FUNCTION reads(csv text, direction text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    state text;
    detail text;
BEGIN
    PERFORM t.again();
    PERFORM switchgrid.load_csv(csv, reads.direction);
    RETURN (SELECT string_agg(concat_ws(' ', right(point_id, 2), left(direction, 1), to_char(starts_at, 'DD HH24:MI'), step, watts, nature), ', ' ORDER BY point_id, direction, starts_at) FROM switchgrid.load_curve);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' ', state, SQLERRM, detail);
END $$;
SELECT reads(account('2026-01-01T00:30:00+01:00;7', minutes => '30'));
SELECT reads(account('2026-01-01T00:30:00+01:00;7.25 2026-01-01T01:00:00+01:00;0.5', unit => 'kW'));
SELECT reads(account('2026-01-01T01:00:00+01:00;7 2026-01-01T02:00:00+01:00;8', side => 'Production'));
SELECT reads(account('2026-01-01T01:00:00+01:00;7 2026-01-01T02:00:00+01:00;8', side => ''), 'production');
-- lines that are not there are gaps, not longer steps; the order of the lines does not matter
SELECT reads(account('2026-01-01T00:30:00+01:00;1 2026-01-01T01:00:00+01:00;2 2026-01-01T02:00:00+01:00;4 2026-01-01T02:30:00+01:00;5'));
SELECT reads(account('2026-01-01T02:30:00+01:00;5 2026-01-01T00:30:00+01:00;1 2026-01-01T02:00:00+01:00;4 2026-01-01T01:00:00+01:00;2'));
SELECT reads(account('2026-01-01T01:00:00+01:00;1 2026-01-01T02:00:00+01:00;2 2026-01-01T02:10:00+01:00;3 2026-01-01T02:20:00+01:00;4'));
-- what is not read is told
SELECT reads(account('2026-01-01T00:30:00+01:00;7', kind => 'Index'));
SELECT reads(account('2026-01-01T00:30:00+01:00;7', kind => 'Puissance maximale quotidienne', unit => 'VA'));
SELECT reads(account('2026-01-01T00:30:00+01:00;7', unit => 'Wh'));
SELECT reads(account('2026-01-01T00:30:00+01:00;7'));
SELECT reads(account('2026-01-01T00:30:00+01:00;7', side => 'Haut'));
SELECT reads(account('2026-01-01T00:30:00+01:00;7', minutes => '30'), 'production');
SELECT reads(account('2026-01-01T00:30:00+01:00;7', minutes => '30'), 'up');
SELECT reads(account('2026-01-01T00:30:00+01:00;7 2026-01-01T01:00:00+01:00;a'));
SELECT reads(account('2026-01-01T00:30:00+01:00;7 2026-13-01T01:00:00+01:00;8'));
SELECT reads(account('2026-01-01T00:30:00+01:00;7 2026-01-01T01:00:00+01:00;8;9'));
SELECT reads(account('2026-01-01T00:30:00+01:00;7', minutes => '30') || E'\n2026-01-01T01:10:00+01:00;8');
SELECT reads(replace(account('2026-01-01T00:30:00+01:00;7', minutes => '30'), '22516914714270', '1'));
SELECT reads('{"mesures": []}');
SELECT reads('hello');
SELECT reads('');
SELECT reads(NULL);
-- R63: any number of points in both directions, each series with labels of its own kind
SELECT reads(concat_ws(E'\n', 'Identifiant PRM;Date de début;Date de fin;Grandeur physique;Grandeur métier;Etape métier;Unité;Horodate;Valeur;Nature;Pas;Indice de vraisemblance;Etat complémentaire',
    '22516914714270;2026-01-01;2026-01-02;PA;CONS;BRUT;W;2026-01-01T00:30:00+01:00;7;B;PT30M;0;0',
    '22516914714271;2026-01-01;2026-01-02;PA;CONS;BRUT;W;2026-01-01T00:10:00+01:00;8;R;PT10M;;',
    '22516914714270;2026-01-01;2026-01-02;PA;PROD;BRUT;kW;2026-01-01T00:30:00+01:00;9;B;PT30M;0;0',
    '22516914714270;2026-01-01;2026-01-02;PA;CONS;BRUT;W;2026-01-01T01:00:00+01:00;10;B;PT30M;0;0'));
SELECT reads(E'Horodate;Valeur;Pas\n2026-01-01T00:30:00+01:00;7;PT30M');
SELECT reads(E'Identifiant PRM;Horodate;Valeur\n22516914714270;2026-01-01T00:30:00+01:00;7');
SET client_min_messages = notice;
SELECT switchgrid.load_csv(E'Identifiant PRM;Grandeur physique;Unite;Horodate;Valeur;Pas\n22516914714270;PA;W;2026-01-01T00:30:00+01:00;7;PT30M\n22516914714270;E;V;2026-01-01T00:30:00+01:00;230;PT30M');
SET client_min_messages = warning;
-- thousands of points in one file, in turns
SELECT again();
SELECT switchgrid.load_csv(E'Identifiant PRM;Horodate;Valeur;Pas\n' || string_agg(format('%s;%s+01:00;%s;PT30M', 22516914714270 + p, to_char(timestamptz '2026-01-01 00:30' + h * interval '30 min', 'YYYY-MM-DD"T"HH24:MI:SS'), p + h), E'\n' ORDER BY h, p)) FROM generate_series(0, 1999) p, generate_series(0, 3) h;
SELECT count(DISTINCT point_id), count(*), bool_and(watts = point_id::bigint - 22516914714270 + extract(epoch FROM starts_at - '2026-01-01')::int / 1800) FROM switchgrid.load_curve;

-- readings of several steps in one go are laid in the order of the rows, as if they came one after the other; a month in two steps is that
CREATE FUNCTION steps() RETURNS text LANGUAGE sql AS $$ SELECT string_agg(concat_ws(' ', step, n, watts), ', ' ORDER BY step) FROM (SELECT step, count(*) AS n, sum(watts) AS watts FROM switchgrid.load_curve GROUP BY step) AS s $$;
CREATE FUNCTION slots(step interval, count int, watts float8) RETURNS TABLE (point_id text, starts_at timestamptz, step interval, watts float8) LANGUAGE sql ROWS 16 AS $$ SELECT '22516914714270', timestamptz '2026-01-01' + i * $1, $1, $3 FROM generate_series(0, $2 - 1) AS i $$;
SELECT again();
SELECT switchgrid.load_curves($$SELECT * FROM slots('10 min', 12, 1) UNION ALL SELECT * FROM slots('30 min', 4, 10)$$), steps();
SELECT again();
SELECT switchgrid.load_curves($$SELECT * FROM slots('30 min', 4, 10) UNION ALL SELECT * FROM slots('10 min', 12, 1)$$), steps();
SELECT again();
SELECT switchgrid.load_curves($$SELECT * FROM slots('10 min', 12, 1) UNION ALL SELECT * FROM slots('30 min', 4, 10) UNION ALL SELECT * FROM slots('10 min', 2, 100)$$), steps();
SELECT again();
SELECT switchgrid.load_curves($$SELECT * FROM slots('1 hour', 2, 10) UNION ALL SELECT * FROM slots('10 min', 1, 1)$$), steps();
-- of one instant the later row counts, also where the earlier one was held back when whole months before it were merged
CREATE FUNCTION late() RETURNS TABLE (point_id text, starts_at timestamptz, step interval, watts float8) LANGUAGE sql AS $$
    SELECT '22516914714270', s, interval '10 min', 1.0 FROM generate_series(timestamptz '2026-01-01', '2026-05-01 00:20', '10 min') AS s
    UNION ALL SELECT '22516914714270', timestamptz '2026-05-01', '10 min', 2 $$;
SELECT again();
SELECT switchgrid.load_curves('SELECT * FROM late()') = (SELECT count(*) FROM late()) AS taken, (SELECT count(*) FROM late()) AS readings;
SELECT starts_at, watts FROM switchgrid.load_curve WHERE starts_at >= '2026-05-01';
-- decimals and natures that are replaced make room for others; those that stay do not
CREATE FUNCTION put(at timestamptz, watts float8, nature text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO switchgrid.load_curve (point_id, direction, starts_at, step, watts, nature) VALUES ('22516914714270', 'consumption', at, '30 min', watts, nature);
    RETURN (SELECT string_agg(l.watts::text, ' ' ORDER BY starts_at) FROM switchgrid.load_curve AS l);
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT again();
SELECT put('2026-01-01 00:00', 1.123456789), put('2026-01-01 00:30', 500), put('2026-01-01 00:00', 1), put('2026-01-01 00:30', 500), put('2026-01-01 00:00', 1.5), put('2026-01-01 00:00', 1.000000001);
SELECT decimals, wh, watts_min, watts_max FROM switchgrid.curve_segment;
SELECT again();
SELECT put('2026-01-01 00:00', 2.123456789), put('2026-01-01 00:00', 500.25);
-- what changed by it is told in the decimals of both
SELECT again();
TRUNCATE switchgrid.curve_revision;
SELECT put('2026-01-01 00:00', 1.123456789), put('2026-01-01 00:30', 1);
SELECT put('2026-01-01 00:00', 500);
SELECT starts_at, watts_before, watts_after FROM switchgrid.revision;
CREATE FUNCTION natured(letter text, count int) RETURNS TABLE (point_id text, starts_at timestamptz, watts float8, nature text) LANGUAGE sql AS $$
    SELECT '22516914714270', timestamptz '2026-01-01' + i * interval '30 min', i, letter || i FROM generate_series(1, count) AS i $$;
SELECT again();
SELECT switchgrid.load_curves($$SELECT * FROM natured('A', 15)$$, '30 min');
SELECT switchgrid.load_curves($$SELECT * FROM natured('B', 15)$$, '30 min');
SELECT count(*), bool_and(nature = 'B' || watts) AS all_new FROM switchgrid.load_curve;
SELECT * FROM fails($$SELECT * FROM natured('C', 16)$$, '30 min');
SELECT * FROM fails($$SELECT point_id, starts_at + interval '1 day' AS starts_at, watts, nature FROM natured('C', 1)$$, '30 min');
-- a step so short that no month could hold it is told with its row
SELECT * FROM bad(step => '1 sec');
SELECT * FROM bad(step => '2 sec');
SELECT * FROM fails('SELECT point_id, starts_at, watts FROM reading', '2 sec');
SELECT again();
SELECT switchgrid.load_curves($$SELECT * FROM slots('3 sec', 2, 10)$$), steps();
-- tables made by hand: columns of other types are refused, as they are by SELECT
CREATE FUNCTION wrong(columns text, row_text text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE FOREIGN TABLE by_hand (%s) SERVER switchgrid_store OPTIONS (relation ''load_curve'')', columns);
    EXECUTE format('INSERT INTO by_hand VALUES (%s)', row_text);
    RAISE EXCEPTION 'stored';
EXCEPTION WHEN OTHERS THEN
    RETURN NEXT SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT wrong('point_id text, starts_at timestamptz, step interval, watts numeric, wh float8', $$'22516914714270', '2026-01-01', '30 min', 5$$);
SELECT wrong('point_id text, starts_at timestamptz, step interval, watts float8, wh numeric', $$'22516914714270', '2026-01-01', '30 min', 5$$);
SELECT wrong('point_id text, starts_at timestamptz, step interval, watts real, wh int', $$'22516914714270', '2026-01-01', '30 min', 5$$);
SELECT wrong('point_id varchar, starts_at timestamptz, step interval, watts float8', $$'22516914714270', '2026-01-01', '30 min', 5$$);
SELECT wrong('point_id text, starts_at timestamptz, step interval, watts float8, wh float8', $$'22516914714270', '2026-01-01', '30 min', 5$$);
CREATE FOREIGN TABLE by_hand (point_id text, starts_at timestamptz, step interval, watts numeric, wh real) SERVER switchgrid_store OPTIONS (relation 'load_curve');
COPY by_hand (point_id, starts_at, step, wh) FROM STDIN;
22516914714270	2026-01-01	30 min	5
\.
DROP FOREIGN TABLE by_hand;
-- AFTER triggers see what was put in, those of a partitioned table too
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE INFO '% %: %', TG_TABLE_NAME, TG_LEVEL, (SELECT count(*) FROM switchgrid.load_curve); RETURN NULL; END $$;
SELECT again();
CREATE TRIGGER see AFTER INSERT ON switchgrid.load_curve FOR EACH STATEMENT EXECUTE FUNCTION see();
INSERT INTO switchgrid.load_curve (point_id, direction, starts_at, step, watts) SELECT point_id, 'consumption', starts_at, step, watts FROM slots('30 min', 3, 10);
DROP TRIGGER see ON switchgrid.load_curve;
CREATE TRIGGER see AFTER INSERT ON switchgrid.load_curve FOR EACH ROW EXECUTE FUNCTION see();
COPY switchgrid.load_curve (point_id, direction, starts_at, step, watts) FROM STDIN;
22516914714270	consumption	2026-01-02	30 min	5
\.
DROP TRIGGER see ON switchgrid.load_curve;
CREATE TRIGGER see AFTER INSERT ON parted FOR EACH STATEMENT EXECUTE FUNCTION see();
INSERT INTO parted SELECT '22516914714270', 'consumption', '2026-01-03', '30 min', 5;
DROP TRIGGER see ON parted;
-- triggers of the packed table plan as they always do
CREATE FUNCTION plan_setting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE INFO 'enable_seqscan %', current_setting('enable_seqscan'); RETURN NEW; END $$;
CREATE TRIGGER plan_setting BEFORE INSERT ON switchgrid.curve_segment FOR EACH ROW EXECUTE FUNCTION plan_setting();
SELECT again();
SELECT switchgrid.load_curves($$SELECT * FROM slots('30 min', 1, 10)$$);
DROP TRIGGER plan_setting ON switchgrid.curve_segment;
-- a plan that was made for an empty table goes by the primary key, however many points a month has by then
CREATE PROCEDURE t.fill() LANGUAGE plpgsql AS $$
BEGIN
    PERFORM switchgrid.load_curves($q$SELECT lpad(i::text, 14, '0') AS point_id, timestamptz '2026-01-01' AS starts_at, i AS watts FROM generate_series(1, 1000) AS i$q$, '30 min');
END $$;
SELECT again();
VACUUM switchgrid.curve_segment;
-- what this session did is counted before the next one looks
SELECT pg_stat_force_next_flush();
\c -
SET search_path = t, pg_catalog;
CREATE TABLE scanned AS SELECT pg_stat_get_numscans('switchgrid.curve_segment_month'::regclass) AS by_month;
CALL t.fill();
SELECT pg_stat_force_next_flush();
SELECT pg_stat_get_numscans('switchgrid.curve_segment_month'::regclass) - by_month AS by_month FROM scanned;

-- rights: those on the packed table, whichever way readings come in
SELECT again();
CREATE ROLE sg_loader;
GRANT USAGE ON SCHEMA switchgrid, t TO sg_loader;
GRANT SELECT ON reading TO sg_loader;
SET ROLE sg_loader;
SELECT switchgrid.load_curves('TABLE reading');
SELECT switchgrid.load_csv('');
INSERT INTO switchgrid.load_curve (point_id) VALUES ('22516914714270');
RESET ROLE;
GRANT EXECUTE ON FUNCTION switchgrid.load_curves(text, interval), switchgrid.load_csv(text, text) TO sg_loader;
GRANT SELECT, INSERT ON switchgrid.load_curve TO sg_loader;
GRANT SELECT ON switchgrid.curve_segment TO sg_loader;
\set SHOW_CONTEXT never
SET ROLE sg_loader;
SELECT switchgrid.load_curves('TABLE reading');
INSERT INTO switchgrid.load_curve (point_id, direction, starts_at, step, watts) SELECT point_id, direction, starts_at, step, watts FROM reading LIMIT 1;
SELECT switchgrid.load_curves('TABLE t.written');
RESET ROLE;
DROP TRIGGER note ON switchgrid.curve_segment;
GRANT INSERT, UPDATE, DELETE ON switchgrid.curve_segment TO sg_loader;
ALTER TABLE switchgrid.curve_segment ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON switchgrid.curve_segment TO sg_loader USING (point_id = '22516914714270');
SET ROLE sg_loader;
SELECT switchgrid.load_curves($$SELECT * FROM reading WHERE point_id = '22516914714270'$$) > 0 AS loaded;
SELECT switchgrid.load_curves('TABLE reading');
RESET ROLE;
\set SHOW_CONTEXT errors
SELECT DISTINCT point_id FROM switchgrid.load_curve;
DROP OWNED BY sg_loader;
DROP ROLE sg_loader;
