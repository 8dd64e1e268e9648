-- Series: every value at its instant, in both directions, at every step, on the days that have 23 or 25 hours, however an answer is told.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
CREATE TABLE t.day (day date PRIMARY KEY, minutes int);
INSERT INTO t.day VALUES ('2025-03-30', 1380), ('2025-10-26', 1500), ('2026-03-29', 1380), ('2026-06-21', 1440), ('2026-10-25', 1500);
-- the lengths are those of the days, from midnight to midnight in Paris
SELECT day, minutes, minutes = extract(epoch FROM (day + 1)::timestamptz - day::timestamptz) / 60 AS right_length FROM t.day ORDER BY 1;
-- the curve of these days as a scenario tells it
CREATE TABLE t.curve (scenario text, day date, LIKE live.load_curve);
CREATE FUNCTION t.take(asked text, base text DEFAULT 'unlimited') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    d date;
BEGIN
    PERFORM t.play(base || '+' || asked);
    FOR d IN SELECT day FROM t.day ORDER BY 1 LOOP
        INSERT INTO t.curve SELECT asked, d, * FROM live.load_curve WHERE point_id = '22516914714270' AND direction = 'consumption' AND starts_at >= d::timestamptz AND starts_at < (d + 1)::timestamptz;
    END LOOP;
    RETURN asked;
END $$;
SELECT t.mark();
SELECT t.take('step=' || step) FROM unnest(ARRAY[5, 10, 15, 20, 30, 60]) AS step;
-- one request for each day
SELECT count(*), count(DISTINCT start), bool_and(until = start + 1) AS one_day FROM t.asked();
-- every instant of the day is there once, each interval ends where the next begins, and the steps add up to the day
CREATE FUNCTION t.expected(day date, step interval) RETURNS SETOF timestamptz LANGUAGE sql AS $$
    SELECT generate_series(day::timestamptz, (day + 1)::timestamptz - step, step)
$$;
SELECT scenario, count(*) AS rows, bool_and(rows = minutes / step) AS number, bool_and(instants = expected) AS instants, bool_and(ends) AS ends, bool_and(sum = minutes) AS length, bool_and(abs(wh - tiled) < 0.001) AS energy
FROM (SELECT scenario, day, count(*) AS rows, min(extract(epoch FROM c.step) / 60) AS step, array_agg(starts_at ORDER BY starts_at) AS instants, bool_and(ends_at - starts_at = c.step) AS ends,
             sum(extract(epoch FROM c.step) / 60) AS sum, sum(wh) AS wh, sum(watts * (extract(epoch FROM c.step) / 3600)::float8) AS tiled, ARRAY(SELECT t.expected(day, min(c.step))) AS expected
      FROM t.curve c GROUP BY 1, 2) AS c JOIN t.day USING (day) GROUP BY 1, step ORDER BY step;
SELECT day, minutes, array_agg(rows ORDER BY step) AS rows FROM (SELECT day, step, count(*) AS rows FROM t.curve GROUP BY 1, 2) AS c JOIN t.day USING (day) GROUP BY 1, 2 ORDER BY 1;
-- what changes between the two passes of the repeated hour is told apart: the same labels, an hour of difference, other values
SELECT to_char(starts_at, 'HH24:MI') AS label, count(*), max(starts_at) - min(starts_at) AS apart FROM t.curve WHERE scenario = 'step=30' AND day = '2026-10-25' GROUP BY 1 HAVING count(*) > 1 ORDER BY 1;
SELECT count(*) FROM t.curve WHERE scenario = 'step=30' AND day = '2026-03-29' AND to_char(starts_at, 'HH24') = '02';
-- the daily value is the energy of the curve, which the point has every half-hour
SELECT day, abs(c.wh - d.wh) <= 1 AS daily FROM (SELECT day, sum(wh) AS wh FROM t.curve WHERE scenario = 'step=30' GROUP BY 1) AS c JOIN live.daily_energy d USING (day)
WHERE d.point_id = '22516914714270' AND d.direction = 'consumption' AND d.day >= '2025-03-30' ORDER BY 1;

-- The same told otherwise: backwards, each point twice, one point again, values as numbers, summer time begun too late.
SELECT t.take('step=' || step || bent) FROM unnest(ARRAY[10, 15, 30, 60]) AS step, unnest(ARRAY['+unordered', '+twice', '+repeated', '+numbers', '+missing_hour', '+unordered+twice+numbers']) AS bent \g /dev/null
CREATE VIEW t.bent AS
SELECT b.scenario, p.scenario AS plain, b.day, b.rows, (SELECT count(*) FROM t.curve c WHERE c.scenario = p.scenario AND c.day = b.day) AS plain_rows,
       (SELECT count(*) FROM (SELECT starts_at, ends_at, step, watts, wh FROM t.curve c WHERE c.scenario = b.scenario AND c.day = b.day
                              EXCEPT ALL SELECT starts_at, ends_at, step, watts, wh FROM t.curve c WHERE c.scenario = p.scenario AND c.day = b.day) AS d) AS other
FROM (SELECT scenario, day, count(*) AS rows FROM t.curve WHERE scenario LIKE '%+%' GROUP BY 1, 2) AS b JOIN LATERAL (SELECT split_part(b.scenario, '+', 1)) AS p (scenario) ON true;
SELECT substr(scenario, strpos(scenario, '+') + 1) AS told, count(*) AS days, sum(rows) AS rows, bool_and(rows = plain_rows AND other = 0) AS same_as_plain FROM t.bent GROUP BY 1 ORDER BY 1;
-- the October day whose second pass is left out: an hour is missing, and nothing is at another instant than before (told backwards, either pass may be the one that was left out)
SELECT t.take('step=' || step || bent) FROM unnest(ARRAY[10, 15, 30, 60]) AS step, unnest(ARRAY['+dst48', '+dst48+unordered']) AS bent \g /dev/null
SELECT day, substr(scenario, strpos(scenario, '+') + 1) AS told, array_agg(rows ORDER BY plain) AS rows, array_agg(plain_rows - rows ORDER BY plain) AS missing, sum(other) FILTER (WHERE scenario NOT LIKE '%unordered') AS other
FROM t.bent WHERE scenario LIKE '%dst48%' GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*) FROM (SELECT split_part(scenario, '+', 1), starts_at, watts FROM t.curve WHERE scenario LIKE '%dst48%' EXCEPT SELECT scenario, starts_at, watts FROM t.curve) AS other
WHERE to_char(other.starts_at, 'HH24') NOT IN ('01', '02');
-- the step changes during the day: each interval has its own, they tile the day, and the energy is that of the day
SELECT t.take('mixed_step'), t.take('mixed_step+unordered'), t.take('mixed_step+twice') \g /dev/null
SELECT m.scenario, m.day, count(*) AS rows, count(DISTINCT starts_at) AS instants, array_agg(DISTINCT extract(epoch FROM m.step)::int / 60) AS steps, sum(extract(epoch FROM m.step) / 60) = minutes AS length,
       bool_and(next IS NULL OR next = ends_at) AS contiguous, abs(sum(wh) - sum(watts * extract(epoch FROM m.step)::float8 / 3600)) < 0.001 AS by_step, abs(sum(wh) - (SELECT sum(wh) FROM t.curve p WHERE p.day = m.day AND p.scenario = 'step=30')) <= 2 AS energy
FROM (SELECT *, lead(starts_at) OVER (PARTITION BY scenario, day ORDER BY starts_at) AS next FROM t.curve WHERE scenario LIKE 'mixed%') AS m JOIN t.day USING (day) GROUP BY 1, 2, minutes ORDER BY 1, 2;
-- natures come as they are told: B, C and E in turn, in the order of the answer
SELECT t.take('natures') \g /dev/null
SELECT day, string_agg(nature, '' ORDER BY starts_at) = left(repeat('BCE', 20), count(*)::int) AS in_turn FROM t.curve WHERE scenario = 'natures' GROUP BY 1 ORDER BY 1;
SELECT array_agg(DISTINCT nature) FROM t.curve WHERE scenario <> 'natures';
-- a value that is null in any spelling is no row, not a zero: three of eight are, the others stay
SELECT t.take('step=30+' || nothing) FROM unnest(ARRAY['null_values', 'null_texts', 'empty_strings']) AS nothing \g /dev/null
SELECT scenario, bool_and(rows = (SELECT count(*) FROM generate_series(0, plain_rows - 1) AS i WHERE i % 8 < 5)) AS five_of_eight, sum(other) AS other, (SELECT count(*) FROM t.curve c WHERE c.scenario = b.scenario AND watts IS NULL) AS nulls
FROM t.bent b WHERE scenario ~ 'null|empty' GROUP BY 1 ORDER BY 1;
CREATE FUNCTION t.daily(scenario text) RETURNS TABLE (days bigint, wh float8, peaks bigint, va float8) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM t.play('unlimited+' || scenario);
    RETURN QUERY SELECT * FROM (SELECT count(*), sum(e.wh) FROM live.daily_energy e WHERE point_id = '22516914714270' AND direction = 'consumption' AND day BETWEEN '2026-10-01' AND '2026-10-24') AS e,
                               (SELECT count(*), sum(p.va) FROM live.daily_max_power p WHERE point_id = '22516914714270' AND day BETWEEN '2026-10-01' AND '2026-10-24') AS p;
END $$;
SELECT scenario, days, peaks, wh = first_value(wh) OVER w AS energy, va = first_value(va) OVER w AS power
FROM unnest(ARRAY['numbers', 'unordered', 'twice', 'null_values', 'null_texts', 'empty_strings']) WITH ORDINALITY AS s (scenario, i), t.daily(scenario) WINDOW w AS (PARTITION BY days ORDER BY i) ORDER BY i;

-- Stored is live, row for row, whatever the answers look like.
CREATE TABLE t.compared (i int GENERATED ALWAYS AS IDENTITY, scenario text, relation text, rows bigint, stored bigint, differences bigint, open bigint);
CREATE FUNCTION t.compare(scenario text, relation text, points text[], since date, until date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('WITH live AS MATERIALIZED (SELECT %1$s FROM live.%2$I WHERE point_id = ANY (%3$L) AND %6$s >= %4$L AND %6$s < %5$L),
        stored AS MATERIALIZED (SELECT %1$s FROM switchgrid.%2$I WHERE point_id = ANY (%3$L) AND %6$s >= %4$L AND %6$s < %5$L)
        INSERT INTO t.compared (scenario, relation, rows, stored, differences, open) SELECT %7$L, %2$L, (SELECT count(*) FROM live), (SELECT count(*) FROM stored),
        (SELECT count(*) FROM ((TABLE live EXCEPT ALL TABLE stored) UNION ALL (TABLE stored EXCEPT ALL TABLE live)) AS d), (SELECT count(*) FROM switchgrid.gap WHERE relation = %2$L)',
        CASE relation WHEN 'load_curve' THEN '*' WHEN 'daily_energy' THEN 'point_id, direction, day, wh' ELSE 'point_id, direction, day, va, at' END,
        relation, points, since, until, CASE relation WHEN 'load_curve' THEN 'starts_at' ELSE 'day' END, scenario);
END $$;
CREATE PROCEDURE t.store(scenario text, points text[], since date, until date) LANGUAGE plpgsql AS $$
DECLARE
    requests bigint;
    rows bigint;
    open bigint;
    relation text;
BEGIN
    TRUNCATE switchgrid.watch, switchgrid.coverage, switchgrid.open_span, switchgrid.curve_segment, switchgrid.daily_energy, switchgrid.daily_max_power;
    PERFORM t.play('unlimited+' || scenario);
    PERFORM switchgrid.watch('linky', points, '{load_curve,daily_energy,daily_max_power}', since => since, until => until, directions => '{consumption,production}');
    CALL switchgrid.refresh(NULL, NULL, requests, rows, open);
    FOREACH relation IN ARRAY ARRAY['load_curve', 'daily_energy', 'daily_max_power'] LOOP
        PERFORM t.compare(scenario, relation, points, since, until);
    END LOOP;
END $$;
CREATE PROCEDURE t.store_all() LANGUAGE plpgsql AS $$
DECLARE s text;
BEGIN
    FOREACH s IN ARRAY ARRAY['numbers', 'unordered', 'twice', 'repeated', 'mixed_step', 'mixed_step+unordered', 'natures', 'dst48', 'missing_hour', 'null_values', 'null_texts', 'empty_strings', 'step=5', 'step=10', 'step=15', 'step=60'] LOOP
        CALL t.store(s, '{22516914714270}', '2026-10-24', '2026-10-27');
        CALL t.store(s, '{22516914714270}', '2026-03-28', '2026-03-31');
    END LOOP;
END $$;
CALL t.store_all();
SELECT scenario, relation, array_agg(rows ORDER BY i) AS rows, sum(differences) AS differences, bool_and(rows = stored) AS same_number FROM t.compared GROUP BY 1, 2 ORDER BY min(i);
-- a month that was stored with one step and then with another has each interval once
CALL t.store('step=30', '{22516914714270}', '2026-10-24', '2026-10-27');
SELECT t.play('unlimited+step=60');
SELECT switchgrid.watch('linky', '{22516914714270}', '{load_curve}', since => '2026-10-26', until => '2026-10-28');
TRUNCATE switchgrid.coverage, switchgrid.open_span;
CALL switchgrid.refresh() \g /dev/null
SELECT starts_at::date AS day, step, count(*) FROM switchgrid.load_curve GROUP BY 1, 2 ORDER BY 1, 2;

-- Production: a point that only injects, one that draws and injects, and two points of one house
SELECT t.play('unlimited');
SELECT point_id, direction, count(*), count(DISTINCT starts_at), sum(wh) > 0 AS energy, min(watts) FROM live.load_curve
WHERE point_id IN ('12345678901234', '10284856584123', '24880057139941', '12655648759651') AND starts_at >= '2026-06-21' AND starts_at < '2026-06-22' GROUP BY 1, 2 ORDER BY 1, 2;
-- who injects does so by day: no sun from eleven in the evening to five, and most of it around two
SELECT point_id, max(watts) FILTER (WHERE extract(hour FROM starts_at) >= 23 OR extract(hour FROM starts_at) < 5) AS night, sum(wh) FILTER (WHERE extract(hour FROM starts_at) BETWEEN 11 AND 16) / sum(wh) > 0.5 AS noon
FROM live.load_curve WHERE point_id IN ('10284856584123', '24880057139941', '12655648759651') AND direction = 'production' AND starts_at >= '2026-06-21' AND starts_at < '2026-06-22' GROUP BY 1 ORDER BY 1;
-- behind one meter, a slot is drawn or injected, never both
SELECT count(*), count(*) FILTER (WHERE c.watts > 0 AND p.watts > 0) AS both, count(*) FILTER (WHERE c.watts > 0) > 0 AS drawn, count(*) FILTER (WHERE p.watts > 0) > 0 AS injected
FROM (SELECT * FROM live.load_curve WHERE point_id = '12655648759651' AND direction = 'consumption' AND starts_at >= '2026-06-01' AND starts_at < '2026-06-29') AS c
JOIN (SELECT * FROM live.load_curve WHERE point_id = '12655648759651' AND direction = 'production' AND starts_at >= '2026-06-01' AND starts_at < '2026-06-29') AS p USING (starts_at);
-- the daily value of each direction is the energy of its curve, also on the days of 23 and 25 hours
SELECT point_id, direction, count(*) AS days, bool_and(abs(d.wh - c.wh) <= 1) AS same
FROM (SELECT * FROM live.daily_energy WHERE point_id IN ('10284856584123', '24880057139941', '12655648759651') AND day BETWEEN '2026-03-27' AND '2026-04-02') AS d
JOIN (SELECT point_id, direction, starts_at::date AS day, sum(wh) AS wh FROM live.load_curve WHERE point_id IN ('10284856584123', '24880057139941', '12655648759651') AND starts_at >= '2026-03-27' AND starts_at < '2026-04-03' GROUP BY 1, 2, 3) AS c USING (point_id, direction, day)
GROUP BY 1, 2 ORDER BY 1, 2;
TRUNCATE t.compared;
CALL t.store('numbers', '{10284856584123,24880057139941,12655648759651,12345678901234}', '2026-10-20', '2026-11-02');
SELECT relation, rows, stored, differences FROM t.compared ORDER BY i;
SELECT point_id, direction, count(*), sum(step) = timestamptz '2026-11-02' - timestamptz '2026-10-20' AS whole FROM switchgrid.load_curve GROUP BY 1, 2 ORDER BY 1, 2;
SELECT point_id, relation, direction, cause FROM switchgrid.gap ORDER BY 1, 2, 3;

-- The highest power of each day, and when it was
SELECT t.play('unlimited');
CREATE TABLE t.peak AS SELECT * FROM live.daily_max_power WHERE point_id IN ('22516914714270', '63695879465986', '22315546958763') AND day >= '2026-10-12';
SELECT point_id, count(*) AS days, bool_and(direction = 'consumption') AS consumption, bool_and(at >= day::timestamptz AND at < (day + 1)::timestamptz) AS within, bool_and(va > 0 AND va::int % 10 = 0) AS steps_of_10 FROM t.peak GROUP BY 1 ORDER BY 1;
-- it lies in the slot that has the highest mean of the day, and is higher than that
SELECT point_id, count(*) AS days, bool_and(watts = highest) AS highest_slot, bool_and(va > watts) AS higher
FROM t.peak p JOIN (SELECT *, max(watts) OVER (PARTITION BY point_id, starts_at::date) AS highest FROM live.load_curve
                    WHERE point_id IN ('22516914714270', '63695879465986', '22315546958763') AND direction = 'consumption' AND starts_at >= '2026-10-12') AS c USING (point_id)
WHERE at >= starts_at AND at < ends_at AND day <> '2026-10-25' GROUP BY 1 ORDER BY 1;
-- but for the repeated hour of October, where nothing tells its two passes apart: the first one is meant
SELECT point_id, at, (SELECT array_agg(starts_at) FROM (SELECT starts_at, watts, max(watts) OVER () FROM live.load_curve WHERE point_id = p.point_id AND starts_at >= '2026-10-25' AND starts_at < '2026-10-26') AS c WHERE watts = max) AS highest
FROM t.peak p WHERE day = '2026-10-25' AND point_id = '22516914714270';
-- the whole history, in as few requests as there are years; the point that is not read on some days has no row for them
SELECT t.mark();
SELECT count(*) = date '2026-11-20' - min(day) AS whole, min(day) = date '2026-11-20' - interval '36 months' - interval '15 days' AS oldest, max(day) FROM live.daily_max_power WHERE point_id = '22516914714270';
SELECT start, until FROM t.asked() ORDER BY 1;
SELECT extract(isodow FROM day) AS weekday, count(*) FROM live.daily_max_power WHERE point_id = '42900589957123' AND day >= '2026-11-02' AND day < '2026-11-16' GROUP BY 1 ORDER BY 1;
-- nobody measures it where a point only injects
SELECT count(*) FROM live.daily_max_power WHERE point_id = '24880057139941' AND day >= '2026-11-01';
SELECT count(*) FROM live.daily_max_power WHERE point_id = '22516914714270' AND direction = 'production';
-- the simulator found no fault in all that was asked
SELECT count(*) AS faults FROM t.journal() WHERE fault IS NOT NULL;
