-- A curve is a value: it reads back as it was written, in text and in bytes, and as rows.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS switchgrid;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET extra_float_digits = 1;

-- does a text read, when written again, give the same bytes?
CREATE FUNCTION pg_temp.same(text) RETURNS boolean LANGUAGE sql AS $$
    SELECT switchgrid.curve_send($1::switchgrid.curve)
         = switchgrid.curve_send($1::switchgrid.curve::text::switchgrid.curve);
$$;
-- how is it refused?
CREATE FUNCTION pg_temp.refusal(command text, OUT code text, OUT detail text)
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE command;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
END $$;
-- bytes through the type's receive function, as a binary COPY brings them
CREATE TEMP TABLE received (curve switchgrid.curve);
CREATE FUNCTION pg_temp.receive(bytes bytea) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    stream bytea := '\x5047434f50590aff0d0a00' || int4send(0) || int4send(0)
        || int2send(1::int2) || int4send(length(bytes)) || bytes || int2send(-1::int2);
    octal text;
BEGIN
    SELECT string_agg('\' || lpad((b >> 6)::text || (b >> 3 & 7)::text || (b & 7)::text, 3, '0'), '' ORDER BY i)
      INTO octal
      FROM generate_series(0, length(stream) - 1) i, get_byte(stream, i) b;
    EXECUTE format('COPY received FROM PROGRAM %L WITH (FORMAT binary)', 'printf ''' || octal || '''');
END $$;

-- The text form ----------------------------------------------------------------

SELECT text::switchgrid.curve, pg_temp.same(text) FROM (VALUES
    ('{2026-10-31T23:00:00Z PT30M 350:B 360:B - 340}'),
    ('{2026-10-31T23:00:00Z PT30M 350:B 360:B - 340 12.5:E -7}'),
    ('{2026-10-31T23:00:00Z PT30M}'),
    ('{2026-10-31T23:00:00Z PT30M - - -}'),
    ('{2026-10-31T23:00:00Z PT30M 0 - 0:B}')) AS v (text);
-- space is free
SELECT E' \t{ 2026-10-31T23:00:00Z\n PT30M  1:B\t- 2 }\n'::switchgrid.curve;
-- no setting changes the text
SET timezone = 'Europe/Paris';
SET datestyle = 'SQL, DMY';
SET intervalstyle = 'sql_standard';
SET extra_float_digits = -10;
SELECT '{2026-10-25T00:30:00Z PT30M 1.123456789 2}'::switchgrid.curve;
RESET timezone;
RESET datestyle;
RESET intervalstyle;
RESET extra_float_digits;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';

-- the step: minutes if they are whole, else seconds
SELECT step, ('{2026-10-31T23:00:00Z ' || step || ' 1}')::switchgrid.curve
  FROM unnest('{PT1S,PT10S,PT59S,PT60S,PT90S,PT1M,PT5M,PT30M,PT60M,PT1H,PT1H30M,PT1H0M1S,PT24H,PT86400S,PT86399S}'::text[]) AS step;

-- the decimals: as many as the value with the most has, be they zeros or not
SELECT text::switchgrid.curve, pg_temp.same(text) FROM (VALUES
    ('{2026-10-31T23:00:00Z PT30M 12.5 12.50 12}'),
    ('{2026-10-31T23:00:00Z PT30M 12 12.00 -}'),
    ('{2026-10-31T23:00:00Z PT30M 1 0.1 -0.01 0.001}'),
    ('{2026-10-31T23:00:00Z PT30M -0 -0.0 007.5}'),
    ('{2026-10-31T23:00:00Z PT30M 0.000000001 1}'),
    -- where no value shows them, they are said
    ('{2026-10-31T23:00:00Z PT30M scale=3 - -}'),
    ('{2026-10-31T23:00:00Z PT30M scale=9}'),
    ('{2026-10-31T23:00:00Z PT30M scale=0 -}'),
    ('{2026-10-31T23:00:00Z PT30M scale=2 1 2.5}'),
    ('{2026-10-31T23:00:00Z PT30M scale=1 1 2.25}')) AS v (text);

-- the extremes of the values, at every scale
SELECT text::switchgrid.curve, pg_temp.same(text) FROM (VALUES
    ('{2026-10-31T23:00:00Z PT30M -2147483648 2147483647 0 -}'),
    ('{2026-10-31T23:00:00Z PT30M -21474836.48 21474836.47 0}'),
    ('{2026-10-31T23:00:00Z PT30M -2.147483648 2.147483647 0}')) AS v (text);
SELECT value, r.* FROM unnest('{2147483648,-2147483649,99999999999999999999999999,214748364.8,2.147483648,1 2147483647.0,"0.000000001 3","3 0.000000001","- 1.0 2147483647"}'::text[]) AS value,
    pg_temp.refusal(format('SELECT %L::switchgrid.curve', '{2026-10-31T23:00:00Z PT30M ' || value || '}')) r;

-- the natures: any printable ASCII, in quotes where it would be read otherwise
SELECT text::switchgrid.curve, pg_temp.same(text) FROM (VALUES
    ('{2026-10-31T23:00:00Z PT30M 1:B 2:E 3:B 4}'),
    ('{2026-10-31T23:00:00Z PT30M 1:"B" 2:"a b" 3:"{" 4:"}" 5:"a:b" 6:" "}'),
    ('{2026-10-31T23:00:00Z PT30M 1:"say \"hi\"" 2:"a\\b" 3:"\B" 4:- 5:-5 6:it''s}'),
    ('{2026-10-31T23:00:00Z PT30M 1:123456789012345 2:"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\""}')) AS v (text);
SELECT nature, starts_at FROM switchgrid.points('{2026-10-31T23:00:00Z PT30M 1:"say \"hi\"" 2:"a\\b" 3:" " 4}');
-- fifteen of them, and each printable character in one of them
SELECT count(*), count(DISTINCT p.nature), min(p.watts::integer - ascii(p.nature)), max(p.watts::integer - ascii(p.nature))
  FROM generate_series(32, 126, 15) AS first,
       LATERAL (SELECT string_agg(format('%s:"%s%s"', c, CASE WHEN chr(c) IN ('"', '\') THEN '\' END, chr(c)), ' ') AS slots
                  FROM generate_series(first, least(first + 14, 126)) c) s,
       LATERAL switchgrid.points(('{2026-10-31T23:00:00Z PT30M ' || slots || '}')::switchgrid.curve::text::switchgrid.curve) p;

-- the start: to the microsecond, from the first to the last day that PostgreSQL knows
SELECT text::switchgrid.curve, pg_temp.same(text), p.starts_at, p.ends_at FROM (VALUES
    ('{2026-10-31T23:00:00.5Z PT30M 1}'),
    ('{2026-10-31T23:00:00.000001Z PT30M 1}'),
    ('{2026-10-31T23:59:59.999990Z PT1S 1}'),
    ('{1999-12-31T23:59:59.25Z PT1S 1}'),
    ('{2024-02-29T00:00:00Z PT30M 1}'),
    ('{9999-12-31T23:30:00Z PT30M 1}'),
    ('{10000-01-01T00:00:00Z PT30M 1}'),
    ('{294276-12-31T23:59:58Z PT1S 1}'),
    ('{0001-01-01T00:00:00Z PT30M 1}'),
    ('{0000-12-31T23:30:00Z PT30M 1}'),
    ('{0000-02-29T00:00:00Z PT30M 1}'),
    ('{-0043-03-15T12:00:00Z PT30M 1}'),
    ('{-4713-11-24T00:00:00Z PT30M 1}')) AS v (text), switchgrid.points(text::switchgrid.curve) p;
SELECT text, pg_temp.same(text) FROM (VALUES
    ('{294276-12-31T23:30:00Z PT30M 1}'), ('{294277-01-01T00:00:00Z PT30M}')) AS v (text);
-- and on a hundred thousand days between them
WITH given AS (
    SELECT at, CASE WHEN extract(year FROM at) < 0 THEN extract(year FROM at)::integer + 1 ELSE extract(year FROM at)::integer END AS year
      FROM generate_series('4714-11-24 00:00 BC'::timestamptz, '294270-01-01', '1000 days 01:02:03.456789') at
), written AS (
    SELECT at, CASE WHEN year < 0 THEN '-' ELSE '' END || lpad(abs(year)::text, greatest(4, length(abs(year)::text)), '0')
               || to_char(at, '-MM-DD"T"HH24:MI:SS.US"Z"') AS start
      FROM given
)
SELECT count(*) > 100000 AS many, count(*) FILTER (WHERE p.starts_at <> at) AS wrong,
       count(*) FILTER (WHERE split_part(c::text, ' ', 1) <> '{' || regexp_replace(start, '\.?0*Z$', 'Z')) AS written_wrong
  FROM written, LATERAL (SELECT ('{' || start || ' PT1M 1}')::switchgrid.curve AS c) x, LATERAL switchgrid.points(c) p;

-- What is not a curve ----------------------------------------------------------

SELECT 'load'::switchgrid.curve;
SELECT text, r.* FROM (VALUES
    (''), ('{'), ('{}'), ('{ PT30M 1}'), ('2026-10-31T23:00:00Z PT30M 1'),
    ('{26-10-31T23:00:00Z PT30M 1}'), ('{2026-10-31 23:00:00Z PT30M 1}'), ('{2026-13-01T00:00:00Z PT30M 1}'),
    ('{2026-02-29T00:00:00Z PT30M 1}'), ('{2026-10-31T24:00:00Z PT30M 1}'), ('{2026-10-31T23:59:60Z PT30M 1}'),
    ('{2026-10-31T23:00:00 PT30M 1}'), ('{2026-10-31T23:00:00+01 PT30M 1}'), ('{2026-10-31T23:00Z PT30M 1}'),
    ('{2026-10-31T23:00:00.Z PT30M 1}'), ('{2026-10-31T23:00:00.1234567Z PT30M 1}'), ('{1234567-10-31T23:00:00Z PT30M 1}'),
    ('{2026-10-31T23:00:00Z}'), ('{2026-10-31T23:00:00ZPT30M 1}'), ('{2026-10-31T23:00:00Z 30 1}'),
    ('{2026-10-31T23:00:00Z PT 1}'), ('{2026-10-31T23:00:00Z PT30 1}'), ('{2026-10-31T23:00:00Z PT1M1H 1}'),
    ('{2026-10-31T23:00:00Z PT1M1M 1}'), ('{2026-10-31T23:00:00Z P1D 1}'), ('{2026-10-31T23:00:00Z PT-30M 1}'),
    ('{2026-10-31T23:00:00Z PT30M1}'), ('{2026-10-31T23:00:00Z PT30M 1'), ('{2026-10-31T23:00:00Z PT30M 1} x'),
    ('{2026-10-31T23:00:00Z PT30M 1}}'), ('{2026-10-31T23:00:00Z PT30M 1,2}'), ('{2026-10-31T23:00:00Z PT30M +1}'),
    ('{2026-10-31T23:00:00Z PT30M 1e3}'), ('{2026-10-31T23:00:00Z PT30M .5}'), ('{2026-10-31T23:00:00Z PT30M 5.}'),
    ('{2026-10-31T23:00:00Z PT30M 1.2.3}'), ('{2026-10-31T23:00:00Z PT30M --1}'), ('{2026-10-31T23:00:00Z PT30M -.5}'),
    ('{2026-10-31T23:00:00Z PT30M NaN}'), ('{2026-10-31T23:00:00Z PT30M NULL}'), ('{2026-10-31T23:00:00Z PT30M -:B}'),
    ('{2026-10-31T23:00:00Z PT30M 1: 2}'), ('{2026-10-31T23:00:00Z PT30M 1:"" 2}'), ('{2026-10-31T23:00:00Z PT30M 1:"B 2}'),
    ('{2026-10-31T23:00:00Z PT30M 1:"B"C 2}'), ('{2026-10-31T23:00:00Z PT30M 1:B:C}'), ('{2026-10-31T23:00:00Z PT30M 1:"\'),
    (E'{2026-10-31T23:00:00Z PT30M 1:"a\tb"}'), (E'{2026-10-31T23:00:00Z PT30M 1:a\u007F}'),
    ('{2026-10-31T23:00:00Z PT30M scale= 1}'), ('{2026-10-31T23:00:00Z PT30M scale=2x 1}'), ('{2026-10-31T23:00:00Z PT30M 1 scale=2}')
    ) AS v (text), pg_temp.refusal(format('SELECT %L::switchgrid.curve', text)) r;
-- well written, but beyond the limits
SELECT text, r.* FROM (VALUES
    ('{2026-10-31T23:00:00Z PT0S 1}'), ('{2026-10-31T23:00:00Z PT86401S 1}'), ('{2026-10-31T23:00:00Z PT999999999H 1}'),
    ('{2026-10-31T23:00:00Z PT30M 0.0000000000}'), ('{2026-10-31T23:00:00Z PT30M scale=10 1}'),
    ('{2026-10-31T23:00:00Z PT30M 1:1234567890123456}'), ('{2026-10-31T23:00:00Z PT30M 1:"123456789012345 "}'),
    ('{2026-10-31T23:00:00Z PT30M 1:a 1:b 1:c 1:d 1:e 1:f 1:g 1:h 1:i 1:j 1:k 1:l 1:m 1:n 1:o 1:p}'),
    ('{-4713-11-23T23:59:59.999999Z PT30M 1}'), ('{-999999-01-01T00:00:00Z PT30M 1}'), ('{999999-01-01T00:00:00Z PT30M 1}'),
    ('{294276-12-31T23:30:00Z PT30M 1 -}'), ('{294277-01-01T00:00:00.000001Z PT30M}')
    ) AS v (text), pg_temp.refusal(format('SELECT %L::switchgrid.curve', text)) r;
-- the most slots that there may be, and one more
SELECT length(switchgrid.curve_send(text::switchgrid.curve)), pg_temp.same(text)
  FROM (SELECT '{2026-10-31T23:00:00Z PT1S' || repeat(' -', 1048576) || '}' AS text) t;
SELECT pg_temp.same(text) FROM (SELECT '{2026-10-31T23:00:00Z PT1S' || repeat(' 1.5 -', 524288) || '}' AS text) t;
SELECT r.* FROM pg_temp.refusal($$SELECT ('{2026-10-31T23:00:00Z PT1S' || repeat(' -', 1048577) || '}')::switchgrid.curve$$) r;
SELECT r.* FROM pg_temp.refusal($$SELECT ('{2026-10-31T23:00:00Z PT1S ' || repeat('0', 10000000) || '1')::switchgrid.curve$$) r;

-- The rows ----------------------------------------------------------------------

SELECT * FROM switchgrid.points('{2026-10-31T23:00:00Z PT30M 350:B 360:B - 340 12.5:E -7}');
-- the energy follows the length of the slot
SELECT step, watts, wh, ends_at - starts_at AS length
  FROM unnest('{PT10S,PT5M,PT10M,PT15M,PT30M,PT60M,PT24H}'::text[]) AS step,
       switchgrid.points(('{2026-10-31T23:00:00Z ' || step || ' 3600}')::switchgrid.curve);
-- missing slots are no rows; a zero is one
SELECT * FROM switchgrid.points('{2026-10-31T23:00:00Z PT30M - - 0 - -}');
SELECT * FROM switchgrid.points('{2026-10-31T23:00:00Z PT30M - -}');
SELECT * FROM switchgrid.points('{2026-10-31T23:00:00Z PT30M}');
-- a function in the list, left before its end, and one for each row of a table
SELECT (switchgrid.points(c)).watts
  FROM (VALUES ('{2026-10-31T23:00:00Z PT30M 1 2}'::switchgrid.curve), (NULL), ('{2026-10-31T23:00:00Z PT30M 3 - 4}')) AS v (c);
SELECT (switchgrid.points('{2026-10-31T23:00:00Z PT30M 1 2 3}')).watts LIMIT 2;
SELECT n, p.watts
  FROM (VALUES (1, '{2026-10-31T23:00:00Z PT30M 1 2}'::switchgrid.curve), (2, NULL), (3, '{2026-10-31T23:00:00Z PT30M 3 - 4}')) AS v (n, c)
  LEFT JOIN LATERAL switchgrid.points(c) p ON true ORDER BY n, p.starts_at;

-- The days on which the clock changes have 46 and 50 half-hours; each is where the calendar has it.
SET timezone = 'Europe/Paris';
CREATE TEMP TABLE days AS
SELECT day, ('{' || to_char(day::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || ' PT30M '
        || string_agg(n::text, ' ' ORDER BY n) || '}')::switchgrid.curve AS curve
  FROM unnest('{2026-03-28,2026-03-29,2026-10-24,2026-10-25}'::date[]) AS day,
       generate_series(1, (extract(epoch FROM (day + 1)::timestamptz - day::timestamptz) / 1800)::integer) n
 GROUP BY day;
SELECT day, count(*), min(p.starts_at), max(p.ends_at), sum(p.wh)
  FROM days, switchgrid.points(curve) p GROUP BY day ORDER BY day;
-- PostgreSQL's own half-hours from midnight to midnight: each is a row, and each row is one
SELECT day, count(*), count(*) FILTER (WHERE p.at IS NULL OR g.at IS NULL OR p.ends_at <> g.at + interval '30 minutes') AS amiss
  FROM (SELECT day, starts_at AS at, q.* FROM days, switchgrid.points(curve) q) p
  FULL JOIN (SELECT day, at FROM days, generate_series(day::timestamptz, (day + 1)::timestamptz - interval '1 second', '30 minutes') at) g
       USING (day, at)
 GROUP BY day ORDER BY day;
SELECT starts_at, ends_at, watts FROM days, switchgrid.points(curve) WHERE day = '2026-03-29' AND watts BETWEEN 3 AND 6;
SELECT starts_at, ends_at, watts FROM days, switchgrid.points(curve) WHERE day = '2026-10-25' AND watts BETWEEN 4 AND 9;
SET timezone = 'UTC';

-- The bytes ---------------------------------------------------------------------

-- format 1, which stored curves have: version, flags, start, step, count, and one block
SELECT switchgrid.curve_send('{2026-10-31T23:00:00Z PT30M 1 2 3}');
-- with decimals, a gap and natures
SELECT switchgrid.curve_send('{2000-01-01T00:00:00Z PT1S 0.7:B - 0.7:B 0.7}');
-- sent and received they are the same curve, whole
CREATE TEMP TABLE sent AS SELECT text::switchgrid.curve AS curve FROM (VALUES
    ('{2026-10-31T23:00:00Z PT30M 350:B 360:B - 340 12.5:E -7}'),
    ('{2026-10-31T23:00:00Z PT30M}'),
    ('{2026-10-31T23:00:00Z PT30M scale=2 - -}'),
    ('{-4713-11-24T00:00:00.000001Z PT86400S -2147483648:"a b" 2147483647}')) AS v (text);
SELECT count(pg_temp.receive(switchgrid.curve_send(curve))) FROM sent;
SELECT curve FROM received;
SELECT count(*) FROM sent JOIN received ON switchgrid.curve_send(sent.curve) = switchgrid.curve_send(received.curve);
-- bytes that are not sound are refused
SELECT what, r.* FROM switchgrid.curve_send('{2026-10-31T23:00:00Z PT30M 1 2 3}') good,
    LATERAL (VALUES
    ('nothing', ''::bytea),
    ('another version', set_byte(good, 0, 2)),
    ('an unused flag', set_byte(good, 1, 8)),
    ('too many decimals', set_byte(good, 1, 160)),
    ('natures that are not there', set_byte(good, 1, 4)),
    ('no step', substr(good, 1, 10) || '\x00'::bytea || substr(good, 13)),
    ('a padded step', set_byte(set_byte(good, 10, 128), 11, 0)),
    ('a start out of range', set_byte(good, 9, 128)),
    ('more slots than bytes', set_byte(good, 12, 127)),
    ('fewer slots than bytes', set_byte(good, 12, 0)),
    ('a width of 33 bits', set_byte(good, 13, 33)),
    ('a byte less', substr(good, 1, length(good) - 1)),
    ('a byte more', good || '\x00'::bytea),
    ('a header alone', substr(good, 1, 13)),
    ('a nature with a tab', decode(replace(encode(switchgrid.curve_send('{2026-10-31T23:00:00Z PT30M 1:B}'), 'hex'), '010142', '010109'), 'hex')),
    ('a count far above the limit', substr(good, 1, 12) || '\xffffffff0f'::bytea)
    ) AS v (what, bytes), pg_temp.refusal(format('SELECT pg_temp.receive(%L)', bytes)) r;
-- and where a stored curve has gone bad, reading it says so, whichever bit it is
BEGIN;
CREATE CAST (bytea AS switchgrid.curve) WITHOUT FUNCTION;
SELECT '\x02'::bytea::switchgrid.curve;
ROLLBACK;
BEGIN;
CREATE CAST (bytea AS switchgrid.curve) WITHOUT FUNCTION;
SELECT count(*) = 8 * max(length(good)) AS all_tried, array_agg(DISTINCT r.code) AS refusals
  FROM (SELECT switchgrid.curve_send(('{2026-10-31T23:00:00Z PT30M 350:B 360:B - 12.5:E' || repeat(' 7', 150) || '}')::switchgrid.curve) AS good) g,
       generate_series(0, 8 * length(good) - 1) bit,
       pg_temp.refusal(format('SELECT %L::bytea::switchgrid.curve::text, count(*) FROM switchgrid.points(%1$L::bytea::switchgrid.curve)',
                              set_bit(good, bit, 1 - get_bit(good, bit)))) r;
ROLLBACK;

-- A long curve in a table ---------------------------------------------------------

CREATE TEMP TABLE long (id integer, curve switchgrid.curve);
CREATE TEMP VIEW series AS
SELECT '2020-01-01 00:00+00'::timestamptz + i * interval '30 seconds' AS starts_at, (i * 7919 % 20011 - 5000) / 100.0 AS watts,
       CASE i % 3 WHEN 0 THEN 'B' WHEN 1 THEN 'E' END AS nature
  FROM generate_series(0, 99999) i WHERE i % 17 <> 5;
INSERT INTO long SELECT 1, ('{2020-01-01T00:00:00Z PT30S ' || string_agg(coalesce(round(s.watts, 2) || coalesce(':' || s.nature, ''), '-'), ' ' ORDER BY i) || '}')::switchgrid.curve
  FROM generate_series(0, 99999) i LEFT JOIN series s ON s.starts_at = '2020-01-01 00:00+00'::timestamptz + i * interval '30 seconds';
INSERT INTO long VALUES (2, NULL);
SELECT pg_column_size(curve) > 100000 AS large, pg_relation_size(reltoastrelid) > 100000 AS out_of_line, pg_temp.same(curve::text)
  FROM long, pg_class WHERE long.id = 1 AND pg_class.oid = 'long'::regclass;
SELECT count(*), count(*) FILTER (WHERE s.starts_at IS NULL OR p.starts_at IS NULL OR p.watts <> s.watts::double precision
       OR p.nature IS DISTINCT FROM s.nature OR p.ends_at <> p.starts_at + interval '30 seconds') AS amiss
  FROM (SELECT p.* FROM long, switchgrid.points(curve) p) p FULL JOIN series s ON p.starts_at = s.starts_at;
SELECT id, curve IS NULL AS "null", (SELECT count(*) FROM switchgrid.points(curve)) FROM long ORDER BY id;
SELECT NULL::switchgrid.curve IS NULL AS "null", switchgrid.curve_send(NULL) IS NULL AS sent;
