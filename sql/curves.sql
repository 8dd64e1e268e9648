-- What the functions on curves compute is what plain SQL computes of the same slots as rows.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS switchgrid;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
SET extra_float_digits = 1;
SET search_path = public, switchgrid;

-- how is a command refused?
CREATE FUNCTION pg_temp.refusal(command text, OUT code text, OUT message text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE command;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
END $$;
-- does a query's plan say this?
CREATE FUNCTION pg_temp.plan_has(query text, words text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        IF position(words IN line) > 0 THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END $$;
-- slots as the text of a curve, with as few decimals as they need
CREATE FUNCTION pg_temp.written(start timestamptz, step bigint, watts numeric[], natures text[]) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT '{' || to_char(start, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || ' PT' || CASE WHEN step % 60 = 0 THEN step / 60 || 'M' ELSE step || 'S' END
           || coalesce(string_agg(' ' || coalesce(round(w, decimals)::text || coalesce(':' || natures[i], ''), '-'), '' ORDER BY i), '') || '}'
      FROM unnest(watts) WITH ORDINALITY u (w, i), (SELECT max(min_scale(w)) AS decimals FROM unnest(watts) w) d
$$;
-- values with as many decimals, of nine, as leave the largest 32 bits
CREATE FUNCTION pg_temp.fitted(watts numeric[]) RETURNS numeric[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(round(w, decimals) ORDER BY i)
      FROM unnest(watts) WITH ORDINALITY u (w, i),
           (SELECT max(d) AS decimals FROM (SELECT min(w) AS low, max(w) AS high FROM unnest(watts) w) e, generate_series(0, 9) d
             WHERE low IS NULL OR round(low, d) * ('1e' || d)::numeric >= -2147483648 AND round(high, d) * ('1e' || d)::numeric <= 2147483647) d
$$;
CREATE AGGREGATE pg_temp.gcd_of(bigint) (SFUNC = gcd, STYPE = bigint);
-- what was compared
CREATE TEMP TABLE result (what text, id integer, got text, expected text, same boolean);
CREATE FUNCTION pg_temp.seconds(interval) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT extract(epoch FROM $1)::bigint $$;
CREATE FUNCTION pg_temp.near(double precision, numeric) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(abs($1::numeric - $2) <= 1e-9 * greatest(1, abs($2)), $1 IS NULL AND $2 IS NULL)
$$;

-- Curves and the same slots as rows ------------------------------------------------

-- over both changes of the clock: several steps, some starts that meet no other; no hole, some, many, nothing but a hole
SELECT setseed(0.26) IS NOT NULL AS seeded;
CREATE TEMP TABLE given AS
SELECT id, CASE id % 2 WHEN 0 THEN '2026-03-28 00:00+00'::timestamptz ELSE '2026-10-24 00:00+00' END
           + interval '1 second' * (ARRAY[0, 3600, 1800, 0, 600, 300])[id % 6 + 1] * (id / 6 % 4) AS start,
       (ARRAY[1800, 3600, 600, 900, 1200, 420, 90, 86400])[id / 2 % 8 + 1]::bigint AS step,
       CASE WHEN id IN (5, 14) THEN 0 WHEN id IN (6, 9) THEN 1 WHEN id / 2 % 8 = 7 THEN 12 ELSE 60 + id * 3 END AS n,
       id % 4 AS decimals, (ARRAY[0, 0.1, 0, 0.5, 1])[id % 5 + 1] AS holes
  FROM generate_series(1, 40) id;
CREATE TEMP TABLE slot AS
SELECT id, i, start + i * step * interval '1 second' AS starts_at, start + (i + 1) * step * interval '1 second' AS ends_at,
       CASE WHEN random() >= holes THEN round((random() * 9000 - 1000)::numeric, decimals) END AS watts,
       (ARRAY['B', 'E', NULL])[ceil(random() * random() * 3)::integer] AS nature
  FROM given, generate_series(0, n - 1) i;
-- the readings of a real house, if there are any at hand: the last year of them, and the year before moved onto it
\set readings `cat "$SWITCHGRID_DATA" 2>/dev/null`
CREATE TEMP TABLE reading AS
SELECT split_part(line, ',', 1)::timestamptz AS starts_at, split_part(line, ',', 2)::numeric AS watts
  FROM string_to_table(:'readings', E'\n') line WHERE line LIKE '2%';
INSERT INTO given
SELECT -1 - back, last - interval '8735 hours', 3600, 8736, 0, 0
  FROM (SELECT max(starts_at) AS last FROM reading) r, generate_series(0, 1) back WHERE last IS NOT NULL;
INSERT INTO slot
SELECT g.id, i, at, at + interval '1 hour', r.watts
  FROM given g CROSS JOIN generate_series(0, n - 1) i CROSS JOIN LATERAL (SELECT start + i * interval '1 hour' AS at) a
  LEFT JOIN reading r ON r.starts_at = at - (-1 - g.id) * interval '8736 hours' WHERE g.id < 0;
ALTER TABLE slot ADD PRIMARY KEY (id, i);
UPDATE slot SET nature = NULL WHERE watts IS NULL;
ANALYZE slot;
CREATE TEMP TABLE c AS
SELECT g.*, start + n * step * interval '1 second' AS ends, written.text, written.text::curve AS curve
  FROM given g, LATERAL (SELECT array_agg(watts ORDER BY i) AS watts, array_agg(nature ORDER BY i) AS natures FROM slot s WHERE s.id = g.id) a,
       LATERAL pg_temp.written(start, step, watts, natures) written (text);
SELECT count(*) AS curves, count(*) FILTER (WHERE n = 0) AS empty, count(*) FILTER (WHERE n = 1) AS single,
       count(DISTINCT step) AS steps,
       count(*) FILTER (WHERE n > 0 AND NOT EXISTS (SELECT FROM slot s WHERE s.id = c.id AND watts IS NOT NULL)) AS nothing_but_a_hole
  FROM c WHERE id > 0;

-- What a curve is made of ------------------------------------------------------------

INSERT INTO result
SELECT 'header', id, concat_ws(' ', starts_at(curve), ends_at(curve), step(curve), slots(curve), missing(curve), span(curve)),
       concat_ws(' ', start, ends, make_interval(secs => step), n,
                 (SELECT count(*) FROM slot s WHERE s.id = c.id AND watts IS NULL), tstzrange(start, ends)) FROM c;
INSERT INTO result
SELECT what, c.id, got, expected
  FROM c, LATERAL (SELECT coalesce(array_agg(watts::double precision ORDER BY i), '{}') AS watts,
                          coalesce(array_agg(nature ORDER BY i), '{}') AS natures FROM slot s WHERE s.id = c.id) s,
       LATERAL (VALUES ('watts', watts(curve)::text, watts::text), ('natures', natures(curve)::text, natures::text),
                       ('cast to array', (curve::double precision[])::text, watts::text)) v (what, got, expected);
-- at the beginning and end of each, just before, and between
INSERT INTO result
SELECT 'at', c.id, at(curve, instant)::text, (SELECT watts::float8::text FROM slot s WHERE s.id = c.id AND starts_at <= instant AND instant < ends_at)
  FROM c, generate_series(start - make_interval(secs => step), ends + make_interval(secs => step), make_interval(secs => step / 2.0)) t,
       LATERAL (VALUES (t), (t - interval '1 microsecond')) v (instant) WHERE c.id > 0;
SELECT at(curve, '-infinity') IS NULL AND at(curve, 'infinity') IS NULL AS nowhere FROM c WHERE id = 2;
-- a slice has the slots that the range contains
INSERT INTO result
SELECT 'slice', c.id, CASE WHEN chosen THEN slice(curve, range)::text ELSE slots(slice(curve, range)) || ' slots' END,
       CASE WHEN chosen THEN pg_temp.written(first, step, watts, natures) ELSE '0 slots' END
  FROM c, generate_series(1, 12) AS try, unnest('{[),(],[],()}'::text[]) AS bounds,
       LATERAL (SELECT start + interval '1 second' * CASE try % 2 WHEN 0 THEN step * (try * n / 30 - 1) ELSE try * (step * n + step) / 17.0 END AS lower,
                       CASE WHEN try % 3 = 0 THEN step * (n / try) ELSE step * n / 1.7 END * interval '1 second' AS length) l,
       LATERAL (SELECT tstzrange(CASE WHEN try <> 11 THEN lower END, CASE WHEN try <> 12 THEN lower + length END, bounds) AS range) r,
       LATERAL (SELECT count(*) > 0 AS chosen, min(starts_at) AS first, array_agg(watts ORDER BY i) AS watts, array_agg(nature ORDER BY i) AS natures
                  FROM slot s WHERE s.id = c.id AND range @> tstzrange(starts_at, ends_at)) s;
SELECT text AS range, slice('{2026-10-31T23:00:00Z PT30M 1:B 2 - 4:E}', text::tstzrange)
  FROM unnest('{empty,"(,)","[-infinity,infinity]","(2026-10-31 23:00+00,)","[2026-10-31 23:00+00,)","(2026-10-31 22:59:59.999999+00,2026-11-01 00:00+00)",
                "[2026-10-31 23:30+00,2026-11-01 00:29:59.999999+00]","[2026-10-31 23:30+00,2026-11-01 00:30+00]","[2026-11-05 00:00+00,)",
                "(,2026-01-01 00:00+00)","[2026-10-31 23:40+00,2026-10-31 23:50+00]"}'::text[]) text;

-- Made of something else -----------------------------------------------------------------

-- rows in any order, some of them twice
INSERT INTO result
SELECT 'from rows', c.id, coalesce(made::text, 'no rows'), CASE WHEN n = 0 THEN 'no rows' ELSE text END
  FROM c, LATERAL (SELECT curve(starts_at, watts::double precision, make_interval(secs => step), nature ORDER BY hashint4(s.i * 31 + twice)) AS made
                     FROM slot s, generate_series(1, 2) twice WHERE s.id = c.id AND (twice = 1 OR s.i % 7 = 3)) m;
-- and those that are missing not even there, without natures
INSERT INTO result
SELECT 'from rows without holes', c.id, made::text, pg_temp.written(first, step, watts, NULL)
  FROM c, LATERAL (SELECT curve(starts_at, watts::double precision, make_interval(secs => step) ORDER BY s.i DESC) AS made, min(s.i) AS low, max(s.i) AS high, min(starts_at) AS first
                     FROM slot s WHERE s.id = c.id AND watts IS NOT NULL) m,
       LATERAL (SELECT array_agg(watts ORDER BY i) AS watts FROM slot s WHERE s.id = c.id AND i BETWEEN low AND high) w
 WHERE first IS NOT NULL;
INSERT INTO result
SELECT what, id, made::text, text
  FROM c, LATERAL (VALUES ('from arrays', curve(start, make_interval(secs => step), watts(curve), natures(curve))),
                          ('to jsonb and back', curve::jsonb::curve), ('text', curve::text::curve)) m (what, made);
INSERT INTO result
SELECT 'to jsonb', c.id, (curve::jsonb)::text,
       jsonb_strip_nulls(jsonb_build_object('starts_at', to_jsonb(start), 'step', CASE WHEN step % 60 = 0 THEN 'PT' || step / 60 || 'M' ELSE 'PT' || step || 'S' END,
           'watts', watts, 'natures', CASE WHEN cardinality(array_remove(natures, NULL)) > 0 THEN natures END))::text
  FROM c, LATERAL (SELECT coalesce(array_agg(round(watts, d) ORDER BY i), '{}') AS watts, coalesce(array_agg(nature ORDER BY i), '{}') AS natures
                     FROM slot s, (SELECT coalesce(max(min_scale(watts)), 0) AS d FROM slot t WHERE t.id = c.id) d WHERE s.id = c.id) s;
-- the jsonb of other programs
SELECT object::jsonb::curve FROM unnest(ARRAY[
    '{"starts_at": "2026-10-25 02:30 Europe/Paris", "step": "00:30:00", "watts": [1e2, -0.50, null, 3]}',
    '{"step": "1 hour", "starts_at": "2026-10-25T00:30:00.5Z", "watts": [], "unit": "W"}',
    '{"step": "P0Y0M0DT15M", "starts_at": "2026-10-25T00:30:00Z", "watts": [1, null], "natures": ["B", "E"]}',
    '{"step": "24:00:00", "starts_at": "0044-03-15 BC", "watts": [1], "natures": null}']) object;
-- the decimals that are there are kept; a value that is no decimal of nine is rounded to as many as fit
SELECT curve('2026-10-31 23:00+00', '30 minutes', watts) FROM (VALUES
    (ARRAY[0.1, 1, 1234567.5]), (ARRAY[1 / 3.0::float8, 1]), (ARRAY[1000 / 3.0::float8, NULL, 0.25]), (ARRAY[0.1::float8 + 0.2]),
    (ARRAY[2147483647, -2147483648]), (ARRAY[1e6::float8 / 7, 0.125]), (ARRAY[-0.0::float8]), (ARRAY[NULL]::float8[]), ('{}'), (ARRAY[12345678.333333333])) v (watts);
SELECT curve(t, 5, '1 day') FROM generate_series('2026-10-20'::timestamptz, '2026-10-30', '5 days') t;
SELECT curve(t, NULL::float8, '30 minutes') AS missing, curve(t, NULL::float8, '30 minutes', 'B') AS missing_too, curve(t, 1, '30 minutes') FILTER (WHERE false) AS no_rows
  FROM generate_series('2026-10-20'::timestamptz, '2026-10-20 01:00', '30 minutes') t;
-- a reading, and the slot without it: it is there
SELECT curve('2026-10-20', w, '30 minutes', n) FROM (VALUES (NULL::float8, 'E'), (1, 'B'), (NULL, NULL), (1, 'B')) v (w, n);

-- Arithmetic -------------------------------------------------------------------------------

CREATE TEMP TABLE pair AS
SELECT row_number() OVER (ORDER BY a.id, b.id) AS id, a.id AS id_a, b.id AS id_b, a.curve AS a, b.curve AS b, g, greatest(a.start, b.start) AS start,
       greatest(pg_temp.seconds(least(a.ends, b.ends) - greatest(a.start, b.start)) / g, 0) AS n, least(a.step, b.step) AS shorter
  FROM c a JOIN c b ON (a.id * 5 + b.id * 3) % 4 = 0 AND a.id > 0 AND b.id > 0 OR a.id < 0 AND b.id < 0,
       LATERAL (SELECT gcd(gcd(a.step, b.step), pg_temp.seconds(a.start - b.start)) AS g) g;
SELECT count(*) AS pairs, count(*) FILTER (WHERE n = 0) AS apart, count(*) FILTER (WHERE n > 0 AND g < shorter) AS misaligned
  FROM pair WHERE id_a > 0;
-- the slots of a pair side by side
CREATE TEMP TABLE beside AS
SELECT p.id, k, a.watts AS a, b.watts AS b
  FROM pair p, generate_series(0, p.n - 1) k, c ca, c cb, slot a, slot b
 WHERE ca.id = p.id_a AND cb.id = p.id_b
   AND a.id = p.id_a AND a.i = (pg_temp.seconds(p.start - ca.start) + k * g) / ca.step
   AND b.id = p.id_b AND b.i = (pg_temp.seconds(p.start - cb.start) + k * g) / cb.step;
ALTER TABLE beside ADD PRIMARY KEY (id, k);
INSERT INTO result
SELECT v.what, p.id_a, v.got::text, pg_temp.written(start, g, pg_temp.fitted(v.expected), NULL)
  FROM pair p, LATERAL (SELECT array_agg(s.a + s.b ORDER BY k) AS plus, array_agg(s.a - s.b ORDER BY k) AS minus, array_agg(s.a * s.b ORDER BY k) AS times
                          FROM beside s WHERE s.id = p.id) e,
       LATERAL (VALUES ('curve + curve', a + b, plus), ('curve - curve', a - b, minus), ('curve * curve', a * b, times)) v (what, got, expected);
INSERT INTO result
SELECT 'curve / curve', p.id_a, CASE WHEN zero THEN (pg_temp.refusal(format('SELECT %L::curve / %L::curve', a, b))).code ELSE (a / b)::text END,
       CASE WHEN zero THEN '22012' ELSE pg_temp.written(start, g, pg_temp.fitted(quotient), NULL) END
  FROM pair p, LATERAL (SELECT coalesce(bool_or(s.a IS NOT NULL AND s.b = 0), false) AS zero,
                               array_agg(round(s.a, 25) / nullif(s.b, 0) ORDER BY k) AS quotient FROM beside s WHERE s.id = p.id) e;
-- with numbers: decimals, of which some leave no room for others
INSERT INTO result
SELECT v.what, c.id, v.got::text, pg_temp.written(start, step, pg_temp.fitted(v.expected), natures)
  FROM c, unnest('{0,1,-1,0.5,12.25,1e-5,-1999,3000000000}'::numeric[]) x,
       LATERAL (SELECT array_agg(watts + x ORDER BY i) AS plus, array_agg(watts - x ORDER BY i) AS minus, array_agg(watts * x ORDER BY i) AS times,
                       array_agg(round(watts, 25) / nullif(x, 0) ORDER BY i) AS quotient, array_agg(nature ORDER BY i) AS natures,
                       count(watts) = 0 AS none FROM slot s WHERE s.id = c.id) e,
       LATERAL (SELECT 'curve + number', curve + x::float8, plus WHERE x < 2e9 OR none
                UNION ALL SELECT 'number + curve', x::float8 + curve, plus WHERE x < 2e9 OR none
                UNION ALL SELECT 'curve - number', curve - x::float8, minus WHERE x < 2e9 OR none
                UNION ALL SELECT 'curve * number', curve * x::float8, times WHERE x < 2e9 OR none
                UNION ALL SELECT 'number * curve', x::float8 * curve, times WHERE x < 2e9 OR none
                UNION ALL SELECT 'curve / number', curve / x::float8, quotient WHERE x <> 0 AND x < 2e9
                UNION ALL SELECT '- curve', - curve, times WHERE x = -1) v (what, got, expected);
-- with a number that is no decimal of 32 bits
SELECT x, c + x AS plus, c - x AS minus, c * x AS times, c / x AS divided
  FROM (SELECT '{2026-10-31T23:00:00Z PT30M 1:B 2 - 4.5:E}'::curve) v (c), unnest(ARRAY[1 / 3.0, 1234.5678912345]::float8[]) x;
-- what 32 bits hold, and what has to be rounded for that: half away from zero
SELECT a, op, b, CASE op WHEN '+' THEN a + b WHEN '-' THEN a - b WHEN '*' THEN a * b ELSE a / b END
  FROM (VALUES ('{2026-10-31T23:00:00Z PT30M 2147483647 -2147483648}'::curve, '+', '{2026-10-31T23:00:00Z PT30M 0.4 0.5}'::curve),
               ('{2026-10-31T23:00:00Z PT30M 2000000000 -1 3}', '+', '{2026-10-31T23:00:00Z PT30M 0.5 0.5 0.5}'),
               ('{2026-10-31T23:00:00Z PT30M 2000000000 -1 3}', '-', '{2026-10-31T23:00:00Z PT30M 0.5 0.5 0.5}'),
               ('{2026-10-31T23:00:00Z PT30M 100.5 -100.5}', '+', '{2026-10-31T23:00:00Z PT30M 0.000000005 0.000000005}'),
               ('{2026-10-31T23:00:00Z PT30M -2147483648 1}', '*', '{2026-10-31T23:00:00Z PT30M 1 -2147483648}'),
               ('{2026-10-31T23:00:00Z PT30M 46340.5 -}', '*', '{2026-10-31T23:00:00Z PT30M 46340.25 -21474836.48}'),
               ('{2026-10-31T23:00:00Z PT30M 0.000000001 0.5}', '*', '{2026-10-31T23:00:00Z PT30M 0.5 0.000000001}'),
               ('{2026-10-31T23:00:00Z PT30M -2147483648 -}', '/', '{2026-10-31T23:00:00Z PT30M 1 0}'),
               ('{2026-10-31T23:00:00Z PT30M 1.000000000 2}', '/', '{2026-10-31T23:00:00Z PT30M -2147483648 2147483647}'),
               ('{2026-10-31T23:00:00Z PT30M 5 -}', '/', '{2026-10-31T23:00:00Z PT30M - 0}'),
               ('{2026-10-31T23:00:00Z PT30M 1 2}', '/', '{2026-10-31T23:00:00Z PT30M 0.00001 -0.00002}')) v (a, op, b);
SELECT command, r.* FROM unnest(ARRAY[
    '- c', 'c + 0.5', 'c - 1', 'c * 2', 'c * ''NaN''::float8', 'c + ''-infinity''::float8', 'c / ''infinity''::float8', 'c / 0', 'c / (c - c)', 'c * c',
    'c / 0.0001', 'c + ''{2026-10-31T23:00:00.5Z PT30M 1}''', '- (c + 1)', 'c + ''{2026-11-30T23:00:00Z PT30M 1}''',
    'slice(c, ''empty'') / 0', 'slice(c, ''empty'') * ''NaN''::float8']) command,
    pg_temp.refusal('SELECT ' || command || ' FROM (SELECT ''{2026-10-31T23:00:00Z PT30M -2147483648}''::curve AS c) v') r;

-- Totals ----------------------------------------------------------------------------------------

-- groups of curves, and the longest step that the slots of all have in common
CREATE TEMP TABLE member AS
SELECT team, c.* FROM generate_series(1, 24) team, c
 WHERE c.id > 0 AND c.id % 2 = team % 2 AND (c.id * team) % 11 < 3 AND (team % 3 = 0 OR step >= 600 AND (c.id % 6 <> 5 OR team % 3 = 1))
UNION ALL SELECT -1, c.* FROM c WHERE c.id < 0;
CREATE TEMP TABLE team AS
SELECT team, count(*) AS size, min(start) FILTER (WHERE n > 0) AS start, max(ends) FILTER (WHERE n > 0) AS ends,
       gcd(pg_temp.gcd_of(step) FILTER (WHERE n > 0), pg_temp.gcd_of(pg_temp.seconds(start - '2006-01-01') - first) FILTER (WHERE n > 0)) AS g
  FROM (SELECT *, min(pg_temp.seconds(start - '2006-01-01')) FILTER (WHERE n > 0) OVER (PARTITION BY team) AS first FROM member) m GROUP BY team;
CREATE TEMP TABLE expected AS
SELECT team, t.start, g, array_agg(total ORDER BY k) AS sum, array_agg(total / nullif(values, 0) ORDER BY k) AS avg, array_agg(low ORDER BY k) AS min, array_agg(high ORDER BY k) AS max
  FROM team t, generate_series(0, pg_temp.seconds(ends - t.start) / g - 1) k,
       LATERAL (SELECT round(sum(s.watts), 20) AS total, count(s.watts) AS values, min(s.watts) AS low, max(s.watts) AS high
                  FROM member m JOIN slot s ON s.id = m.id AND s.i = floor((pg_temp.seconds(t.start - m.start) + k * g) / m.step::numeric)::integer
                 WHERE m.team = t.team) s
 GROUP BY team, t.start, g;
SELECT count(*) AS teams, min(size), max(size), count(DISTINCT g) AS steps FROM team WHERE team > 0;
INSERT INTO result
SELECT v.what, team, v.got::text, pg_temp.written(start, g, pg_temp.fitted(v.expected), NULL)
  FROM expected e JOIN (SELECT team, sum(curve), avg(curve), min(curve), max(curve) FROM member GROUP BY team) m USING (team),
       LATERAL (VALUES ('sum', m.sum, e.sum), ('avg', m.avg, e.avg), ('min', m.min, e.min), ('max', m.max, e.max)) v (what, got, expected);
-- the order of the curves does not matter
INSERT INTO result
SELECT v.what || ' in another order', team, v.got::text, pg_temp.written(start, g, pg_temp.fitted(v.expected), NULL)
  FROM expected e JOIN (SELECT team, sum(curve ORDER BY -id), avg(curve ORDER BY id % 7, id), min(curve ORDER BY -id), max(curve ORDER BY id % 5, id) FROM member GROUP BY team) m USING (team),
       LATERAL (VALUES ('sum', m.sum, e.sum), ('avg', m.avg, e.avg), ('min', m.min, e.min), ('max', m.max, e.max)) v (what, got, expected);
-- as sums that go on
SELECT sum(c) OVER (ORDER BY i), avg(c) OVER (ORDER BY i), curve('2026-10-31 23:00+00'::timestamptz + i * interval '30 min', i, '30 min') OVER (ORDER BY i)
  FROM (VALUES (1, '{2026-10-31T23:00:00Z PT30M 1 2}'::curve), (2, '{2026-11-01T00:00:00Z PT30M 3}'), (3, '{2026-10-31T23:15:00Z PT30M 10 0.5}')) v (i, c);
-- nor does it matter that several processes share the work
CREATE TABLE many WITH (parallel_workers = 2) AS SELECT team, curve FROM member, generate_series(1, 8) WHERE team > 0;
INSERT INTO many SELECT team, NULL FROM generate_series(1, 25) team;
INSERT INTO many SELECT 26, '{2026-10-31T23:00:00Z PT30M 1 2 3}' FROM generate_series(1, 100);
ANALYZE many;
SET max_parallel_workers_per_gather = 0;
CREATE TEMP TABLE alone AS SELECT team, sum(curve), avg(curve), min(curve), max(curve) FROM many GROUP BY team;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
SELECT pg_temp.plan_has('SELECT team, sum(curve), avg(curve), min(curve), max(curve) FROM many GROUP BY team', 'Partial') AS shared;
CREATE TABLE shared AS SELECT team, sum(curve), avg(curve), min(curve), max(curve) FROM many GROUP BY team;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET parallel_leader_participation;
INSERT INTO result
SELECT 'by several processes', team, concat_ws(' ', s.sum, s.avg, s.min, s.max), concat_ws(' ', a.sum, a.avg, a.min, a.max) FROM alone a FULL JOIN shared s USING (team);
DROP TABLE many, shared;
SELECT sum(c), avg(c), min(c), max(c) FROM (VALUES (NULL::curve)) v (c);
-- curves without a slot add nothing; of nothing but those, the first start and the shortest step are kept
SELECT sum(c), avg(c) FROM (VALUES ('{2026-10-31T23:00:00Z PT30M}'::curve), ('{2026-10-31T22:00:00Z PT10M 1 2}'), (NULL), ('{2026-10-31T20:00:01.5Z PT1S}')) v (c);
SELECT sum(c), sum(c ORDER BY c DESC) AS descending, min(c), max(c) FROM (VALUES ('{2026-10-31T23:00:00Z PT30M}'::curve), ('{2026-10-31T23:00:00Z PT10M}'), ('{2026-10-31T20:00:01Z PT60M}')) v (c);
-- sums of decimals have no residue, and are as long as 32 bits
SELECT sum(c), avg(c) FROM (SELECT '{2026-10-31T23:00:00Z PT30M 0.1 0.7 -}'::curve AS c FROM generate_series(1, 10)) v;
SELECT sum(c), avg(c), min(c), max(c) FROM (VALUES ('{2026-10-31T23:00:00Z PT30M 2147483647 -2147483648 1}'::curve), ('{2026-10-31T23:00:00Z PT30M -1 0 -}')) v (c);
SELECT sum(c), avg(c), min(c), max(c) FROM (VALUES ('{2026-10-31T23:00:00Z PT30M 2147483647 -2147483648}'::curve), ('{2026-10-31T23:00:00Z PT30M -0.5 0.000000001}'),
    ('{2026-10-31T23:00:00Z PT30M -2000000000 2000000000}'), ('{2026-10-31T23:00:00Z PT30M 0.5 -0.5}'), ('{2026-10-31T23:00:00Z PT30M 0.000000001 0.499999999}')) v (c);
SELECT command, r.* FROM unnest(ARRAY[
    $$sum(c) FROM (VALUES ('{2026-10-31T23:00:00Z PT30M 2147483647}'::curve), ('{2026-10-31T23:00:00Z PT30M 1}')) v (c)$$,
    $$sum(c) FROM (SELECT '{2026-10-31T23:00:00Z PT30M 2147483647}'::curve FROM generate_series(1, 9) UNION ALL SELECT '{2026-10-31T23:00:00Z PT30M 0.000000001}') v (c)$$,
    $$avg(c) FROM (VALUES ('{2026-10-31T23:00:00Z PT30M 1}'::curve), ('{2026-10-31T23:00:00.25Z PT30M 1}')) v (c)$$,
    $$min(c) FROM (VALUES ('{2026-10-31T23:00:00Z PT1S 1}'::curve), ('{9999-10-31T23:00:00Z PT1S 1}')) v (c)$$,
    $$sum(c) FROM (VALUES ('{-4713-11-24T00:00:00Z PT1S 1}'::curve), ('{294276-12-31T23:59:58Z PT1S 1}')) v (c)$$,
    $$sum(c) FROM (SELECT curve('2026-01-01 00:00+00', '1 day', array_agg(1.0::float8)) FROM generate_series(1, 100) UNION ALL SELECT '{2026-01-01T00:00:01Z PT1S 1}') v (c)$$
    ]) command, pg_temp.refusal('SELECT ' || command) r;

-- Other slots --------------------------------------------------------------------------------------

INSERT INTO result
SELECT CASE WHEN shift IS NULL THEN 'resample' ELSE 'resample from an origin' END, c.id, got::text, pg_temp.written(first, length, pg_temp.fitted(watts), natures)
  FROM c, unnest('{600,1000,1800,3600,5400,86400,7}'::bigint[]) AS length, unnest('{NULL,-7200,1000060}'::integer[]) AS shift,
       LATERAL (SELECT make_interval(secs => length) AS by, start + shift * interval '1 second' AS origin) o,
       LATERAL (SELECT CASE WHEN shift IS NULL THEN resample(curve, by) ELSE resample(curve, by, origin) END AS got,
                       CASE WHEN shift IS NULL OR n = 0 THEN start ELSE date_bin(by, start, origin) END AS first) r,
       LATERAL (SELECT array_agg(w ORDER BY k) AS watts, array_agg(nature ORDER BY k) AS natures
                  FROM generate_series(0, ceil(pg_temp.seconds(ends - first)::numeric / length)::bigint - 1) k,
                       LATERAL (SELECT first + k * by AS low, first + (k + 1) * by AS high) b,
                       LATERAL (SELECT CASE WHEN sum(shared) FILTER (WHERE s.watts IS NOT NULL) = length THEN round(sum(s.watts * shared), 20) / length END AS w,
                                       CASE WHEN count(DISTINCT coalesce(nature, '')) = 1 THEN max(nature) END AS nature
                                  FROM slot s, LATERAL (SELECT pg_temp.seconds(least(high, ends_at) - greatest(low, starts_at)) AS shared) o
                                 WHERE s.id = c.id AND i BETWEEN floor(pg_temp.seconds(low - start) / step::numeric)::integer AND ceil(pg_temp.seconds(high - start) / step::numeric)::integer AND shared > 0) w) e
 WHERE CASE WHEN c.id < 0 THEN length IN (1800, 5400) ELSE length > 7 OR step = 90 END;
SELECT text AS by, resample('{2026-10-31T23:00:00Z PT30M 100:B 200:B 300:E 400 - 500 0.1}', text::interval) FROM unnest('{1 hour,10 minutes,50 minutes,90 minutes,24 hours}'::text[]) text;
SELECT text AS origin, resample('{2026-10-31T23:00:00Z PT30M 100:B 200:B 300:E 400 - 500 0.1}', '1 hour', text::timestamptz)
  FROM unnest('{2026-10-31 23:00+00,2026-10-31 23:30+00,1926-10-31 00:10+00,2126-10-31 00:10+00}'::text[]) text;
INSERT INTO result
SELECT 'gaps', c.id, gaps(curve)::text, (SELECT range_agg(tstzrange(starts_at, ends_at)) FROM slot s WHERE s.id = c.id AND watts IS NULL)::text
  FROM c WHERE EXISTS (SELECT FROM slot s WHERE s.id = c.id AND watts IS NULL);
SELECT gaps('{2026-10-31T23:00:00Z PT30M - 1 - - 2 -}'), gaps('{2026-10-31T23:00:00Z PT30M 1}') AS none, gaps('{2026-10-31T23:00:00Z PT30M}') AS of_nothing;

-- each missing slot, what is before and after its hole, and how long that is
CREATE TEMP TABLE hole AS
SELECT s.id, s.i, low.i AS before, low.watts AS low, coalesce(high.i, c.n) AS after, high.watts AS high, (coalesce(high.i, c.n) - coalesce(low.i, -1) - 1) * c.step AS length
  FROM slot s JOIN c USING (id)
  LEFT JOIN LATERAL (SELECT * FROM slot l WHERE l.id = s.id AND l.i < s.i AND l.watts IS NOT NULL ORDER BY l.i DESC LIMIT 1) low ON true
  LEFT JOIN LATERAL (SELECT * FROM slot h WHERE h.id = s.id AND h.i > s.i AND h.watts IS NOT NULL ORDER BY h.i LIMIT 1) high ON true
 WHERE s.watts IS NULL;
ALTER TABLE hole ADD PRIMARY KEY (id, i);
INSERT INTO result
SELECT 'fill ' || method, c.id, CASE WHEN longest IS NULL THEN fill(curve, method) ELSE fill(curve, method, longest) END::text, pg_temp.written(start, step, pg_temp.fitted(watts), natures)
  FROM c, unnest('{previous,linear,zero}'::text[]) AS method, unnest('{NULL,0,00:10,01:00,1 day,1 month,-00:30}'::interval[]) AS longest,
       LATERAL (SELECT array_agg(CASE WHEN s.watts IS NOT NULL THEN s.watts
                                      WHEN h.length > extract(epoch FROM longest) THEN NULL
                                      WHEN method = 'zero' THEN 0
                                      WHEN method = 'previous' THEN low
                                      ELSE low + round(high - low, 20) * (s.i - h.before) / (after - h.before) END ORDER BY s.i) AS watts,
                       array_agg(nature ORDER BY s.i) AS natures
                  FROM slot s LEFT JOIN hole h USING (id, i) WHERE s.id = c.id) e;
SELECT method, fill('{2026-10-31T23:00:00Z PT30M - 10:B - 20:E - - 1 -}', method), fill('{2026-10-31T23:00:00Z PT30M - 10:B - 20:E - - 1 -}', method, '30 minutes') AS shortest,
       fill('{2026-10-31T23:00:00Z PT30M - -}', method) AS nothing, fill('{2026-10-31T23:00:00Z PT30M}', method) AS empty
  FROM unnest('{previous,linear,zero}'::text[]) method;
SELECT fill(NULL, 'zero') IS NULL AND fill(curve, NULL) IS NULL AS none FROM c WHERE id = 1;

-- Civil time --------------------------------------------------------------------------------------

CREATE TEMP TABLE wanted AS
SELECT id, start, ends, step, curve, unit, zone FROM c, unnest('{hour,day,week,month,year}'::text[]) AS unit, unnest('{Europe/Paris,UTC,America/Havana,Asia/Kathmandu}'::text[]) AS zone
 WHERE id > 0 OR unit <> 'hour';
-- when units begin and end: calendar units by the zone's own calendar, hours by real time
CREATE TEMP TABLE civil AS
SELECT id, unit, zone, at AS starts_at, at + interval '1 hour' AS ends_at
  FROM wanted, generate_series(date_trunc('hour', start, zone), ends - interval '1 microsecond', '1 hour') at WHERE unit = 'hour' AND ends > start
UNION ALL
SELECT id, unit, zone, at AT TIME ZONE zone, (at + by) AT TIME ZONE zone
  FROM wanted, LATERAL (SELECT ('1 ' || unit)::interval AS by) b, generate_series(date_trunc(unit, start AT TIME ZONE zone), ends AT TIME ZONE zone, by) at
 WHERE unit <> 'hour' AND at AT TIME ZONE zone < ends AND ends > start;
CREATE TEMP TABLE content AS
SELECT v.id, unit, zone, v.starts_at, v.ends_at, sum(watts * shared) / 3600 AS wh, sum(watts * shared) / sum(shared) FILTER (WHERE watts IS NOT NULL) AS watts,
       min(watts) AS watts_min, max(watts) AS watts_max, count(watts) AS points, count(s.id) - count(watts) AS missing
  FROM civil v JOIN c USING (id)
  LEFT JOIN slot s ON s.id = v.id AND s.i BETWEEN floor(pg_temp.seconds(v.starts_at - start) / step::numeric)::integer AND ceil(pg_temp.seconds(v.ends_at - start) / step::numeric)::integer
                  AND s.starts_at < v.ends_at AND s.ends_at > v.starts_at
 CROSS JOIN LATERAL (SELECT pg_temp.seconds(least(v.ends_at, s.ends_at) - greatest(v.starts_at, s.starts_at)) AS shared) o
 GROUP BY v.id, unit, zone, v.starts_at, v.ends_at;
INSERT INTO result
SELECT 'bucket by ' || unit, id, b::text, e::text,
       b.ends_at = e.ends_at AND b.points = e.points AND b.missing = e.missing AND pg_temp.near(b.wh, e.wh) AND pg_temp.near(b.watts, e.watts)
       AND b.watts_min IS NOT DISTINCT FROM e.watts_min::float8 AND b.watts_max IS NOT DISTINCT FROM e.watts_max::float8
  FROM (SELECT id, unit, zone, b.* FROM wanted, bucket(curve, unit, zone) b) b FULL JOIN content e USING (id, unit, zone, starts_at);
-- days of 23 and of 25 hours, and weeks, months and years with them
SELECT unit, starts_at AT TIME ZONE 'Europe/Paris' AS starts_at, ends_at - starts_at AS length, wh, points
  FROM unnest('{2026-03-01,2026-10-01}'::timestamptz[]) first, LATERAL (SELECT curve(first, '30 minutes', array_agg(1000.0::float8)) AS flat FROM generate_series(1, 31 * 48)) f,
       unnest('{day,week,month,year}'::text[]) unit, bucket(flat, unit) WHERE unit <> 'day' OR ends_at - starts_at <> '24 hours';
-- the hours of the night in which the clock goes back: one of them twice
SELECT starts_at, starts_at AT TIME ZONE 'Europe/Paris' AS label, wh FROM bucket('{2026-10-24T23:30:00Z PT30M 100 200 300 400 500 600}', 'hour');
-- a slot that lies in two days, one that is missing, and days without a value; no row without a slot
SELECT * FROM bucket('{2026-10-31T12:00:00Z PT1440M 1000 - 2000}', 'day', 'UTC');
SELECT * FROM bucket('{2026-10-31T12:00:00Z PT1440M}', 'day');
SELECT (bucket(c, 'month', 'UTC')).wh FROM (VALUES ('{2026-10-31T22:00:00Z PT60M 1 2 3}'::curve), (NULL)) v (c);
-- a midnight that is skipped, one that comes twice, a day that is skipped; of past years, for governments change the others
SELECT zone, starts_at AT TIME ZONE zone AS starts_at, ends_at - starts_at AS length, points
  FROM (VALUES ('America/Havana', '2024-03-09 12:00+00'::timestamptz), ('America/Havana', '2024-11-03 04:30+00'), ('Pacific/Apia', '2011-12-29 12:00+00')) v (zone, first),
       LATERAL (SELECT curve(first, '30 minutes', array_agg(1.0::float8)) AS flat FROM generate_series(1, 96)) f, bucket(flat, 'day', zone);

-- Statistics -----------------------------------------------------------------------------------------

INSERT INTO result
SELECT 'energy', c.id, energy(curve)::text, sum::text, pg_temp.near(energy(curve), sum)
  FROM c, LATERAL (SELECT sum(watts * step / 3600) FROM slot s WHERE s.id = c.id) s;
SELECT energy('{2026-10-31T23:00:00Z PT30M 1 2 -}'), energy('{2026-10-31T23:00:00Z PT1440M 0.5}') AS day, energy('{2026-10-31T23:00:00Z PT30M -}') AS unknown, energy('{2026-10-31T23:00:00Z PT30M}') AS empty;
INSERT INTO result
SELECT 'percentile', c.id, percentile(curve, fraction)::text, (SELECT percentile_cont(fraction) WITHIN GROUP (ORDER BY watts::float8) FROM slot s WHERE s.id = c.id)::text
  FROM c, unnest('{0,0.05,0.25,0.5,0.731,0.95,1}'::float8[]) fraction;
INSERT INTO result
SELECT 'load duration', c.id, (SELECT array_agg((watts, hours)) FROM load_duration(curve))::text,
       (SELECT array_agg((watts, hours) ORDER BY watts DESC) FROM (SELECT watts::float8, sum(count(*)) OVER (ORDER BY watts DESC)::float8 * step / 3600 AS hours FROM slot s WHERE s.id = c.id AND watts IS NOT NULL GROUP BY watts) d)::text
  FROM c;
SELECT * FROM load_duration('{2026-10-31T23:00:00Z PT30M 350 360 - 350 -5 360.0}');

-- Equality and order -------------------------------------------------------------------------------------

-- the same curves with more decimals, with natures that no slot has, and each with one thing changed
CREATE TEMP TABLE variant AS
SELECT row_number() OVER () AS number, c.id, v.* FROM c, LATERAL (
    SELECT 'itself', curve
    UNION ALL SELECT 'decimals', overlay(text PLACING ' ' || w || '.000000000 ' FROM position(w || ' ' IN text) - 1 FOR length(w) + 2)::curve
      FROM (SELECT substring(text, 'M (\d) ') AS w) s WHERE w IS NOT NULL
    UNION ALL SELECT 'later', curve(start + interval '1 second', make_interval(secs => step), watts(curve), natures(curve))
    UNION ALL SELECT 'faster', curve(start, make_interval(secs => step / 2), watts(curve), natures(curve))
    UNION ALL SELECT 'longer', curve(start, make_interval(secs => step), watts(curve) || NULL::float8, natures(curve) || NULL::text)
    UNION ALL SELECT 'more', curve + 0.5
    UNION ALL SELECT 'less', curve(start, make_interval(secs => step), (watts(curve))[:n - 1] || (watts(curve))[n] - 0.25::float8, natures(curve)) WHERE n > 0
    UNION ALL SELECT 'unnamed', curve(start, make_interval(secs => step), watts(curve))
    UNION ALL SELECT 'named', curve(start, make_interval(secs => step), watts(curve), (natures(curve))[:n - 1] || ARRAY['Z']) WHERE n > 0
    UNION ALL SELECT 'full', fill(curve, 'zero')) v (what, curve) WHERE c.id BETWEEN 1 AND 12;
CREATE TYPE pg_temp.value AS (watts double precision, nature bytea);
CREATE TYPE pg_temp.key AS (starts_at timestamptz, step interval, slots integer, "values" pg_temp.value[]);
CREATE TEMP TABLE ordered AS
SELECT v.*, ROW(starts_at(curve), step(curve), slots(curve),
       (SELECT array_agg(ROW(w, convert_to(coalesce((natures(curve))[i], ''), 'UTF8'))::pg_temp.value ORDER BY i) FROM unnest(watts(curve)) WITH ORDINALITY u (w, i)))::pg_temp.key AS key
  FROM variant v;
SELECT count(*) > 80 AS many, count(DISTINCT key) < count(*) AS some_equal FROM ordered;
INSERT INTO result
SELECT 'compare', a.id, concat_ws(' ', curve_cmp(a.curve, b.curve), a.curve = b.curve, a.curve <> b.curve, a.curve < b.curve, a.curve <= b.curve, a.curve > b.curve, a.curve >= b.curve),
       concat_ws(' ', CASE WHEN a.key < b.key THEN -1 WHEN a.key > b.key THEN 1 ELSE 0 END, a.key = b.key, a.key <> b.key, a.key < b.key, a.key <= b.key, a.key > b.key, a.key >= b.key)
  FROM ordered a, ordered b WHERE a.id % 6 = b.id % 6;
INSERT INTO result
SELECT 'hash', a.id, concat_ws(' ', curve_hash(a.curve) = curve_hash(b.curve), curve_hash_extended(a.curve, 5) = curve_hash_extended(b.curve, 5)), concat_ws(' ', a.key = b.key, a.key = b.key)
  FROM ordered a, ordered b WHERE a.id = b.id;
-- some pairs, spelled out: decimals do not count, natures do; a missing slot comes after any value
SELECT a, b, curve_cmp(a, b), a = b AS equal, curve_hash(a) = curve_hash(b) AS same_hash
  FROM (VALUES ('{2026-10-31T23:00:00Z PT30M 1:B 2 -}'::curve, '{2026-10-31T23:00:00Z PT30M 1.000:B 2.0 -}'::curve),
               ('{2026-10-31T23:00:00Z PT30M scale=3 -}', '{2026-10-31T23:00:00Z PT30M -}'), ('{2026-10-31T23:00:00Z PT30M 1}', '{2026-10-31T23:00:00Z PT30M 1:B}'),
               ('{2026-10-31T23:00:00Z PT30M 1:E}', '{2026-10-31T23:00:00Z PT30M 1:B}'), ('{2026-10-31T23:00:00Z PT30M 0}', '{2026-10-31T23:00:00Z PT30M -}'),
               ('{2026-10-31T23:00:00Z PT30M 2147483647 1}', '{2026-10-31T23:00:00Z PT30M - 0}'), ('{2026-10-31T23:00:00Z PT30M 2147483647}', '{2026-10-31T23:00:00Z PT30M 0.000000001}'),
               ('{2026-10-31T23:00:00Z PT60M}', '{2026-10-31T23:00:00Z PT30M 5 5 5}'), ('{2026-10-31T23:00:00Z PT30M 9}', '{2026-10-31T23:00:00Z PT30M 1 1}')) v (a, b);
-- so do the plans that sort, group, hash and look up in an index
SELECT count(DISTINCT curve) = count(DISTINCT key) AS distinct, count(*) FILTER (WHERE expected <> place) AS misplaced
  FROM (SELECT *, rank() OVER (ORDER BY key) AS expected, rank() OVER (ORDER BY curve) AS place FROM ordered) o;
SET enable_sort = off;
SELECT pg_temp.plan_has('SELECT curve, count(*) FROM ordered GROUP BY curve', 'HashAggregate') AS hashed;
SELECT count(*) AS wrong FROM (SELECT curve, count(*) FROM ordered GROUP BY curve) a FULL JOIN (SELECT min(curve::text)::curve AS curve, count(*) FROM ordered GROUP BY key) b USING (curve)
 WHERE a.count IS DISTINCT FROM b.count;
RESET enable_sort;
CREATE TEMP TABLE indexed AS SELECT number, curve FROM ordered WHERE pg_column_size(curve) < 1500;
CREATE INDEX by_order ON indexed USING btree (curve);
CREATE INDEX by_hash ON indexed USING hash (curve);
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT pg_temp.plan_has($$SELECT number FROM indexed WHERE curve = '{2026-10-31T23:00:00Z PT30M 1}'$$, 'Index Scan using by_hash') AS by_hash;
SELECT count(*) AS wrong FROM indexed i WHERE (SELECT count(*) FROM indexed j WHERE j.curve = i.curve) <> (SELECT count(*) FROM ordered o, ordered p WHERE o.number = i.number AND p.key = o.key);
SET enable_indexscan = off;
SET enable_indexonlyscan = off;
SET enable_seqscan = on;
SELECT count(*) AS sequential FROM indexed WHERE curve < (SELECT curve FROM indexed WHERE number = 17);
SET enable_indexscan = on;
SET enable_indexonlyscan = on;
SET enable_seqscan = off;
SELECT count(*) AS by_index, pg_temp.plan_has('SELECT count(*) FROM indexed WHERE curve < (SELECT curve FROM indexed WHERE number = 17)', 'using by_order') AS indeed
  FROM indexed WHERE curve < (SELECT curve FROM indexed WHERE number = 17);
RESET enable_seqscan;
RESET enable_bitmapscan;

-- near to each other, on the same step or another
INSERT INTO result
SELECT 'similar', a.id, similar(a.curve, b.curve, tolerance)::text,
       (span(a.curve) = span(b.curve) AND starts_at(a.curve) = starts_at(b.curve) AND NOT EXISTS (
            SELECT FROM (SELECT (watts(a.curve))[i * slots(a.curve) / most + 1]::numeric AS x, (watts(b.curve))[i * slots(b.curve) / most + 1]::numeric AS y
                           FROM generate_series(0, most - 1) i) s WHERE (x IS NULL) <> (y IS NULL) OR abs(x - y) > tolerance::numeric))::text
  FROM ordered a, (SELECT id, curve FROM ordered WHERE id < 9 UNION ALL SELECT id, resample(curve, step(curve) / 2) FROM c WHERE id BETWEEN 1 AND 8) b,
       LATERAL (SELECT greatest(slots(a.curve), slots(b.curve)) AS most) m, unnest('{0,0.25,0.4999,0.5,1e9}'::float8[]) tolerance WHERE a.id = b.id;
SELECT similar('{2026-10-31T23:00:00Z PT30M 0 0.29 -}', '{2026-10-31T23:00:00Z PT30M 0.29:B 0 -}', 0.29) AS as_near, similar('{2026-10-31T23:00:00Z PT30M 0}', '{2026-10-31T23:00:00Z PT30M 0.29}', 0.2899999) AS farther,
       similar('{2026-10-31T23:00:00Z PT60M 1 2}', '{2026-10-31T23:00:00Z PT40M 1 1 2}', 1) AS other_step, similar('{2026-10-31T23:00:00Z PT60M 1 2}', '{2026-10-31T23:00:00Z PT40M 1 1 2}', 0.9) AS not_so;

-- Whoever may reach the schema may compute with the curves that he has ------------------------------------

CREATE ROLE sg_curves;
GRANT USAGE ON SCHEMA switchgrid TO sg_curves;
SET ROLE sg_curves;
SELECT energy(sum(c) + avg(c) * 2 - min(c) / 4), count(DISTINCT c) AS different, (max(c)::jsonb)::curve = max(c) AS same, (SELECT count(*) FROM bucket(sum(c), 'day')) AS days,
       curve('2026-10-31 23:00+00', '30 minutes', array_agg(percentile(c, 0.5))) AS made, curve(starts_at(c) + i * step(c), at(c, '2026-10-31 23:00+00'), step(c)) AS of_rows
  FROM (VALUES (1, '{2026-10-31T23:00:00Z PT30M 100 200}'::curve), (2, '{2026-10-31T23:00:00Z PT30M 300.0 200}'), (3, '{2026-10-31T23:00:00Z PT30M 300 200}')) v (i, c);
RESET ROLE;
REVOKE USAGE ON SCHEMA switchgrid FROM sg_curves;
DROP ROLE sg_curves;

-- All that was compared ------------------------------------------------------------------------------------

SELECT what, count(*) AS compared FROM result WHERE id > 0 GROUP BY what ORDER BY what COLLATE "C";
SELECT what, id, left(got, 300) AS got, left(expected, 300) AS expected FROM result WHERE NOT coalesce(same, got IS NOT DISTINCT FROM expected) ORDER BY what, id;

-- What is refused --------------------------------------------------------------------------------------------

-- an aggregate over rows; a row far away is refused before there is memory for what lies between
SELECT rows, r.* FROM unnest(ARRAY[
    $$('2026-10-31 23:00+00', 1, '1 s', 'B'), ('2026-10-31 23:00+00', 2, '1 s', 'B')$$, $$('2026-10-31 23:00+00', 1, '1 s', 'B'), ('2026-10-31 23:00+00', 1, '1 s', 'E')$$,
    $$(NULL, 1, '1 s', 'B')$$, $$('2026-10-31 23:00+00', 1, NULL, 'B')$$, $$('infinity', 1, '1 s', 'B')$$, $$('2026-10-31 23:00+00', 1, '1 s', NULL), ('-infinity', 1, '1 s', NULL)$$,
    $$('2026-10-31 23:00+00', 1, '30 min', NULL), ('2026-10-31 23:30+00', 1, '60 min', NULL)$$, $$('2026-10-31 23:00+00', 1, '30 min', NULL), ('2026-10-31 23:40+00', 1, '30 min', NULL)$$,
    $$('2026-10-31 23:00+00', 1, '30 min', NULL), ('2026-10-31 23:30:00.000001+00', 1, '30 min', NULL)$$,
    $$('2026-10-31 23:00+00', 1, '0.5 s', NULL)$$, $$('2026-10-31 23:00+00', 1, '0', NULL)$$, $$('2026-10-31 23:00+00', 1, '-30 min', NULL)$$, $$('2026-10-31 23:00+00', 1, '1 month', NULL)$$,
    $$('2026-10-31 23:00+00', 1, '25 hours', NULL)$$, $$('2026-10-31 23:00+00', 1, '100000000 days', NULL)$$, $$('2026-10-31 23:00+00', 'NaN', '1 s', NULL)$$, $$('2026-10-31 23:00+00', 'infinity', '1 s', NULL)$$,
    $$('2026-10-31 23:00+00', 2147483648, '1 s', NULL)$$, $$('2026-10-31 23:00+00', -2147483649, '1 s', NULL)$$, $$('2026-10-31 23:00+00', 2147483647, '1 s', NULL), ('2026-10-31 23:00:01+00', 0.5, '1 s', NULL)$$,
    $$('2026-10-31 23:00+00', 1e6, '1 s', NULL), ('2026-10-31 23:00:01+00', 1e-9, '1 s', NULL), ('2026-10-31 23:00:02+00', 1 / 3.0, '1 s', NULL)$$,
    $$('2026-10-31 23:00+00', 1, '1 s', 'more than fifteen')$$, $$('2026-10-31 23:00+00', 1, '1 s', E'\u007F')$$, $$('2026-10-31 23:00+00', 1, '1 s', E'\t')$$,
    $$('9026-10-31 23:00+00', 1, '1 s', NULL), ('2026-10-31 23:00+00', 1, '1 s', NULL)$$, $$('4714-11-24 00:00+00 BC', 1, '1 s', NULL), ('294276-12-31 00:00+00', 1, '1 s', NULL)$$,
    $$('2026-01-01 00:00+00', 1, '1 s', NULL), ('2026-01-13 03:16:16+00', 1, '1 s', NULL)$$]) rows,
    pg_temp.refusal('SELECT curve(t::timestamptz, w::float8, s::interval, n::text) FROM (VALUES ' || rows || ') v (t, w, s, n)') r;
SELECT slots(curve(t, 1, '1 s')) FROM unnest('{2026-01-13 03:16:15+00,2026-01-01 00:00+00}'::timestamptz[]) t;
SELECT (pg_temp.refusal($$SELECT curve('2026-10-31 23:00+00'::timestamptz + i * interval '1 s', 1, '1 s', 'nature ' || i) FROM generate_series(1, 16) i$$)).*;
SELECT command, r.* FROM unnest(ARRAY[
    $$curve('2026-10-31', '1 s', ARRAY[[1, 2], [3, 4]])$$, $$curve('2026-10-31', '1 s', ARRAY[1, 2], ARRAY['B'])$$, $$curve('2026-10-31', '1 s', ARRAY[1], ARRAY['more than fifteen'])$$,
    $$curve('infinity', '1 s', ARRAY[1])$$, $$curve('2026-10-31', '2 s 1 us', ARRAY[1])$$, $$curve('2026-10-31', '1 s', ARRAY['NaN'::float8])$$, $$curve('2026-10-31', '1 s', array_fill(1.0::float8, '{1048577}'))$$,
    $$curve('294276-12-31 23:59+00', '1 min', ARRAY[1, 2])$$,
    $$'[]'::jsonb::curve$$, $$'1'::jsonb::curve$$, $$'{}'::jsonb::curve$$, $$'{"watts": 1}'::jsonb::curve$$, $$'{"watts": [1]}'::jsonb::curve$$, $$'{"watts": [1], "starts_at": 5}'::jsonb::curve$$,
    $$'{"watts": [1], "starts_at": "soon", "step": "PT30M"}'::jsonb::curve$$, $$'{"watts": [1], "starts_at": "infinity", "step": "PT30M"}'::jsonb::curve$$, $$'{"watts": [1], "starts_at": "2026-10-31"}'::jsonb::curve$$,
    $$'{"watts": [1], "starts_at": "2026-10-31", "step": "often"}'::jsonb::curve$$, $$'{"watts": [1], "starts_at": "2026-10-31", "step": "P1M"}'::jsonb::curve$$,
    $$'{"watts": ["1"], "starts_at": "2026-10-31", "step": "PT30M"}'::jsonb::curve$$, $$'{"watts": [[1]], "starts_at": "2026-10-31", "step": "PT30M"}'::jsonb::curve$$,
    $$'{"watts": [1e10], "starts_at": "2026-10-31", "step": "PT30M"}'::jsonb::curve$$, $$'{"watts": [1e400], "starts_at": "2026-10-31", "step": "PT30M"}'::jsonb::curve$$,
    $$'{"watts": [1], "natures": [], "starts_at": "2026-10-31", "step": "PT30M"}'::jsonb::curve$$, $$'{"watts": [1], "natures": [1], "starts_at": "2026-10-31", "step": "PT30M"}'::jsonb::curve$$,
    $$'{"watts": [1], "natures": {}, "starts_at": "2026-10-31", "step": "PT30M"}'::jsonb::curve$$, $$'{"watts": [1], "natures": ["a\u0001"], "starts_at": "2026-10-31", "step": "PT30M"}'::jsonb::curve$$,
    $$resample(c, '0')$$, $$resample(c, '1 month')$$, $$resample(c, '1.5 s')$$, $$resample(c, '1 s', '2026-10-31 23:00:00.5+00')$$, $$resample(c, '1 s', 'infinity')$$,
    $$resample(curve('2026-10-31', '1 day', array_fill(1.0::float8, '{13}')), '1 s')$$, $$fill(c, 'spline')$$, $$bucket(c, 'quarter')$$, $$bucket(c, 'day', 'Europe/Atlantis')$$,
    $$percentile(c, 1.5)$$, $$percentile(c, -0.1)$$, $$percentile(c, 'NaN')$$, $$similar(c, c, -1)$$, $$similar(c, c, 'NaN')$$]) command,
    pg_temp.refusal('SELECT ' || command || $$ FROM (SELECT '{2026-10-31T23:00:00Z PT30M 1 2}'::curve AS c) v$$) r;
-- curves whose bytes have gone bad are refused by all of them, whichever bit it is, or are other curves
BEGIN;
CREATE CAST (bytea AS switchgrid.curve) WITHOUT FUNCTION;
CREATE FUNCTION pg_temp.outcome(command text, bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE command USING bytes;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
SELECT count(*) FILTER (WHERE code IS NULL) > 0 AS some_read, count(*) FILTER (WHERE code = 'XX001') > 0 AS some_corrupt, array_agg(DISTINCT code ORDER BY code) AS codes
  FROM curve_send(('{2026-10-31T23:00:00Z PT30M 350:B 360:B - 12.5:E' || repeat(' 7 -', 30) || '}')::curve) good,
       unnest('{watts,natures,energy,gaps,curve_hash,negative,curve_to_jsonb,load_duration,sum,avg,min}'::text[]) name,
       generate_series(0, 8 * length(good) - 1) bit,
       LATERAL (SELECT set_bit(good, bit, 1 - get_bit(good, bit)) AS bytes) b, LATERAL (SELECT pg_temp.outcome(format('SELECT %I($1::curve)', name), bytes) AS code) o;
SELECT count(*) FILTER (WHERE code IS NULL) > 0 AS some_read, count(*) FILTER (WHERE code = 'XX001') > 0 AS some_corrupt, array_agg(DISTINCT code ORDER BY code) AS codes
  FROM curve_send(('{2026-10-31T23:00:00Z PT30M 350:B 360:B - 12.5:E' || repeat(' 7 -', 30) || '}')::curve) good,
       unnest(ARRAY['c = d', 'c < d', 'similar(c, d, 1)', 'c + d', 'd / c', 'at(c, now())', 'slice(c, span(d))', 'resample(c, ''40 min'')', 'fill(c, ''linear'')', 'bucket(c, ''year'')', 'percentile(c, 0.5)',
                     'missing(c)', 'c * 2']) expression,
       generate_series(0, 8 * length(good) - 1) bit,
       LATERAL (SELECT set_bit(good, bit, 1 - get_bit(good, bit)) AS bytes) b,
       LATERAL (SELECT pg_temp.outcome('SELECT ' || expression || format(' FROM (SELECT $1::curve AS c, %L::bytea::curve AS d) v', good), bytes) AS code) o;
ROLLBACK;
