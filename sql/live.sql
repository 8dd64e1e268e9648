-- A live relation gives what the API has: exact on change days, only what was asked, at the least cost.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
-- a day, from midnight to midnight in Paris, stamped at the start of each interval
SELECT count(*), min(starts_at), max(ends_at), min(step), max(step), min(nature), min(direction)
FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-17' AND starts_at < '2026-11-18';
SELECT * FROM t.asked();
-- energy follows the step of each point: the sum of a day is the daily value, at 30, 10 and 60 minutes
SELECT point_id, step, count(*), sum(wh) = sum(watts * extract(epoch FROM step) / 3600) AS by_step,
       abs(sum(wh) - (SELECT d.wh FROM live.daily_energy d WHERE d.point_id = c.point_id AND d.day = '2026-11-17')) <= 1 AS daily
FROM live.load_curve c
WHERE point_id IN ('64975835695673', '63695879465986', '22315546958763') AND starts_at >= '2026-11-17' AND starts_at < '2026-11-18'
GROUP BY 1, 2 ORDER BY 2;
-- the two changes of the clock: 23 and 25 hours, every instant once
SELECT starts_at::date AS day, count(*), count(DISTINCT starts_at), sum(step) AS length,
       bool_and(starts_at = expected) AS exact
FROM (SELECT *, date_trunc('day', starts_at) + (row_number() OVER (PARTITION BY starts_at::date ORDER BY starts_at) - 1) * step AS expected
      FROM live.load_curve
      WHERE point_id = '22516914714270' AND (starts_at BETWEEN '2026-03-28' AND '2026-03-31' OR starts_at >= '2026-10-24')
      AND starts_at < '2026-10-27' AND starts_at >= '2026-03-28') c
WHERE starts_at::date IN ('2026-03-28', '2026-03-29', '2026-03-30', '2026-10-24', '2026-10-25', '2026-10-26')
GROUP BY 1 ORDER BY 1;
-- at every step that the API documents, forwards and backwards: the right number of slots, each at its own instant, without a hole
CREATE FUNCTION t.change_days(step int, scenario text) RETURNS TABLE (day date, slots bigint, whole bool) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM t.play('unlimited+step=' || step || scenario);
    RETURN QUERY SELECT c.starts_at::date, count(DISTINCT c.starts_at),
        count(*) = count(DISTINCT c.starts_at) AND bool_and(c.ends_at = next OR next IS NULL) AND max(c.ends_at) = (c.starts_at::date + 1)::timestamptz
    FROM (SELECT *, lead(l.starts_at) OVER (PARTITION BY l.starts_at::date ORDER BY l.starts_at) AS next FROM live.load_curve l
          WHERE l.point_id = '22516914714270' AND (l.starts_at >= '2026-03-29' AND l.starts_at < '2026-03-30' OR l.starts_at >= '2026-10-25')
          AND l.starts_at >= '2026-03-29' AND l.starts_at < '2026-10-26') c
    WHERE c.starts_at::date IN ('2026-03-29', '2026-10-25') GROUP BY 1;
END $$;
SELECT step, day, slots, slots * step = CASE day WHEN '2026-03-29' THEN 23 ELSE 25 END * 60 AS right_number, whole
FROM unnest(ARRAY[5, 10, 15, 20, 30, 60]) AS step, LATERAL t.change_days(step, '') ORDER BY step, day;
SELECT step, day, slots, slots * step = CASE day WHEN '2026-03-29' THEN 23 ELSE 25 END * 60 AS right_number, whole
FROM unnest(ARRAY[10, 30, 60]) AS step, LATERAL t.change_days(step, '+unordered') ORDER BY step, day;
-- the degraded October day, whose repeated hour the operator drops: 48 points and a hole, not an error
SELECT t.play('unlimited+dst48');
SELECT count(*), sum(step), array_agg(starts_at ORDER BY starts_at) FILTER (WHERE gap > step) AS after_hole
FROM (SELECT *, starts_at - lag(starts_at) OVER (ORDER BY starts_at) AS gap FROM live.load_curve
      WHERE point_id = '22516914714270' AND starts_at >= '2026-10-25' AND starts_at < '2026-10-26') c;
-- values as numbers, nulls in each of their spellings, points backwards
SELECT t.play('unlimited');
CREATE TABLE t.plain AS SELECT * FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-10-24' AND starts_at < '2026-10-27';
SELECT t.play('unlimited+numbers');
SELECT count(*) FROM (SELECT * FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-10-24' AND starts_at < '2026-10-27' EXCEPT SELECT * FROM t.plain) d;
SELECT t.play('unlimited+unordered');
SELECT count(*) FROM (SELECT * FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-10-24' AND starts_at < '2026-10-27' EXCEPT ALL SELECT * FROM t.plain) d;
SELECT t.play('unlimited+null_values');
SELECT count(*) BETWEEN 1 AND 145 AS fewer, count(*) FILTER (WHERE c.watts IS NULL) AS nulls, count(*) FILTER (WHERE p.watts IS DISTINCT FROM c.watts) AS other
FROM live.load_curve c LEFT JOIN t.plain p USING (point_id, starts_at)
WHERE c.point_id = '22516914714270' AND c.starts_at >= '2026-10-24' AND c.starts_at < '2026-10-27';
SELECT t.play('unlimited');
-- each point sent twice is still one row, also in the repeated hour
SELECT t.play('unlimited+twice');
SELECT count(*) FROM (SELECT * FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-10-24' AND starts_at < '2026-10-27' EXCEPT ALL SELECT * FROM t.plain) d;
SELECT count(*) FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-10-24' AND starts_at < '2026-10-27';
SELECT t.play('unlimited');
-- holes are absent rows, never zeros: Tuesdays and Wednesdays of this point
SELECT extract(isodow FROM starts_at) AS day, count(*), min(watts) > 0 AS positive FROM live.load_curve
WHERE point_id = '42900589957123' AND starts_at >= '2026-11-02' AND starts_at < '2026-11-16' GROUP BY 1 ORDER BY 1;
-- "nothing there" that the API says in so many words is no row, and no error
SELECT count(*) FROM live.load_curve WHERE point_id = '32320647321714' AND starts_at >= '2026-11-10';
SELECT count(*) FROM live.load_curve WHERE point_id = '24880057139941' AND starts_at >= '2026-11-10';
-- a point activated two months ago: its floor is found in a few requests, and what is after it is there
SELECT t.mark();
SELECT min(starts_at), count(*) FROM live.load_curve WHERE point_id = '30000000010007';
SELECT count(*) AS requests, count(*) FILTER (WHERE fault IS NOT NULL) AS faults FROM t.asked();
-- several in flight at once give the same rows
ALTER SERVER linky OPTIONS (SET in_flight '8');
SELECT t.mark();
WITH many AS MATERIALIZED (SELECT * FROM live.load_curve WHERE point_id IN ('22516914714270', '63695879465986') AND starts_at >= '2026-07-01')
SELECT count(*), count(DISTINCT (point_id, starts_at)), sum(step) = 2 * (timestamptz '2026-11-20' - timestamptz '2026-07-01') AS whole FROM many;
SELECT count(*), count(DISTINCT (point, start)), count(fault) AS faults FROM t.asked();
ALTER SERVER linky OPTIONS (SET in_flight '1');
-- what cannot match asks nothing
SELECT t.mark();
SELECT count(*) FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at > '2026-11-19' AND starts_at < '2026-11-18';
SELECT count(*) FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at >= '2026-11-20';
SELECT count(*) FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at < '2020-01-01';
SELECT count(*) FROM live.load_curve WHERE point_id = '22516914714270' AND starts_at = NULL;
SELECT count(*) FROM live.load_curve WHERE point_id = NULL;
SELECT count(*) FROM live.load_curve WHERE point_id = ANY ('{}') AND starts_at >= '2026-11-19';
SELECT count(*) FROM live.load_curve WHERE point_id = '22516914714270' AND direction = 'sideways';
SELECT * FROM t.asked();
-- the history's oldest day is asked, not one before
SELECT min(day), count(*) FROM live.daily_energy WHERE point_id = '22516914714270';
SELECT start, until, fault FROM t.asked() ORDER BY 1;
-- questions that have no sense
SELECT count(*) FROM live.load_curve;
SELECT count(*) FROM live.load_curve WHERE starts_at >= '2026-11-19';
SELECT count(*) FROM live.load_curve WHERE point_id = '2251691471427';
SELECT count(*) FROM live.load_curve WHERE point_id = '22516914714270&usage_point_id=1';
SELECT count(*) FROM live.load_curve WHERE point_id = '22516914714270' AND direction = 'production';
INSERT INTO live.load_curve (point_id) VALUES ('22516914714270');
-- nothing that looks at tables asks anything
SELECT t.mark();
ANALYZE live.load_curve;
EXPLAIN (COSTS OFF) SELECT * FROM live.load_curve WHERE point_id = '22516914714270';
SELECT * FROM t.asked();
-- connections are kept: the same one for all of these
SELECT count(*) > 20 AS many, count(DISTINCT connection) FROM t.journal() WHERE point = '22516914714270' AND n < (SELECT min(n) FROM t.journal() WHERE point = '30000000010007');
-- the client kept the contract all the time, and asked for one token for each of the base URLs
SELECT count(*) FILTER (WHERE fault IS NOT NULL) AS faults, count(*) FILTER (WHERE endpoint = 'token') = 6 + 9 AS one_token_each FROM t.journal();
