-- switchgrid--1.0.sql: the objects of the extension. Use CREATE EXTENSION switchgrid to load this file.
\echo Use "CREATE EXTENSION switchgrid" to load this file. \quit

COMMENT ON SCHEMA switchgrid IS 'Electricity and gas metering: curves, coverage, refresh.';

-- The curve -------------------------------------------------------------------

CREATE TYPE switchgrid.curve;

CREATE FUNCTION switchgrid.curve_in(cstring) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_curve_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION switchgrid.curve_out(switchgrid.curve) RETURNS cstring
    AS 'MODULE_PATHNAME', 'sg_curve_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION switchgrid.curve_recv(internal) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_curve_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION switchgrid.curve_send(switchgrid.curve) RETURNS bytea
    AS 'MODULE_PATHNAME', 'sg_curve_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

-- The bytes are packed already: compressing them again costs time and gains nothing.
CREATE TYPE switchgrid.curve (
    INPUT = switchgrid.curve_in,
    OUTPUT = switchgrid.curve_out,
    RECEIVE = switchgrid.curve_recv,
    SEND = switchgrid.curve_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = external
);
COMMENT ON TYPE switchgrid.curve IS
    'Mean power over equal intervals, packed: a start, a step, and for each slot a value in watts or nothing, and a nature.';
COMMENT ON FUNCTION switchgrid.curve_in(cstring) IS 'Text form of a curve: {2026-10-31T23:00:00Z PT30M 350:B 360:B - 340}; 22P02 if it is not one.';
COMMENT ON FUNCTION switchgrid.curve_out(switchgrid.curve) IS 'Text form of a curve, in UTC; reads back as the same value.';
COMMENT ON FUNCTION switchgrid.curve_recv(internal) IS 'Binary form of a curve: its packed bytes, checked; 22P03 if they are not sound.';
COMMENT ON FUNCTION switchgrid.curve_send(switchgrid.curve) IS 'Binary form of a curve: its packed bytes.';

CREATE FUNCTION switchgrid.points(curve switchgrid.curve,
    OUT starts_at timestamptz, OUT ends_at timestamptz, OUT watts double precision,
    OUT wh double precision, OUT nature text) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'sg_curve_points' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1500;
COMMENT ON FUNCTION switchgrid.points(switchgrid.curve) IS
    'The slots of a curve that have a value, in order of time: W over the slot, and its energy in Wh by the slot''s length.';

-- The wrapper -----------------------------------------------------------------

CREATE FUNCTION switchgrid.switchgrid_fdw_handler() RETURNS fdw_handler
    AS 'MODULE_PATHNAME' LANGUAGE C STRICT;
CREATE FUNCTION switchgrid.switchgrid_fdw_validator(text[], oid) RETURNS void
    AS 'MODULE_PATHNAME' LANGUAGE C STRICT;
COMMENT ON FUNCTION switchgrid.switchgrid_fdw_handler() IS 'Handler of the foreign data wrapper switchgrid_fdw.';
COMMENT ON FUNCTION switchgrid.switchgrid_fdw_validator(text[], oid) IS 'Checks the options of switchgrid_fdw''s objects.';

CREATE FOREIGN DATA WRAPPER switchgrid_fdw
    HANDLER switchgrid.switchgrid_fdw_handler VALIDATOR switchgrid.switchgrid_fdw_validator;
COMMENT ON FOREIGN DATA WRAPPER switchgrid_fdw IS 'Metering APIs (api ''enedis''), and the packed native tables (api ''store'').';

CREATE SERVER switchgrid_store FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'store');
COMMENT ON SERVER switchgrid_store IS 'The native tables of this database, unpacked; no network.';

-- The native tables -----------------------------------------------------------

CREATE TABLE switchgrid.curve_segment (
    point_id text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('consumption', 'production')),
    month date NOT NULL CHECK (month = pg_catalog.date_trunc('month', month)),
    step interval NOT NULL CHECK (step > interval '0'),
    curve switchgrid.curve NOT NULL,
    points integer NOT NULL,
    wh double precision NOT NULL,
    watts_min double precision NOT NULL,
    watts_max double precision NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (point_id, direction, month, step)
);
COMMENT ON TABLE switchgrid.curve_segment IS 'Load curves, packed: one row for a point, direction, civil month (Europe/Paris) and step. switchgrid.load_curve shows it unpacked.';
COMMENT ON COLUMN switchgrid.curve_segment.point_id IS 'Delivery point: PRM, 14 digits.';
COMMENT ON COLUMN switchgrid.curve_segment.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.curve_segment.month IS 'First day of the civil month in Paris.';
COMMENT ON COLUMN switchgrid.curve_segment.step IS 'Length of a slot.';
COMMENT ON COLUMN switchgrid.curve_segment.curve IS 'The slots of the month.';
COMMENT ON COLUMN switchgrid.curve_segment.points IS 'Slots with a value.';
COMMENT ON COLUMN switchgrid.curve_segment.wh IS 'Energy of the month, Wh.';
COMMENT ON COLUMN switchgrid.curve_segment.watts_min IS 'Smallest value, W.';
COMMENT ON COLUMN switchgrid.curve_segment.watts_max IS 'Largest value, W.';
COMMENT ON COLUMN switchgrid.curve_segment.updated_at IS 'When the row was last written.';

CREATE TABLE switchgrid.daily_energy (
    point_id text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('consumption', 'production')),
    day date NOT NULL,
    wh double precision NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (point_id, direction, day)
);
COMMENT ON TABLE switchgrid.daily_energy IS 'Stored daily energies: one row for a point, direction and civil day in Paris.';
COMMENT ON COLUMN switchgrid.daily_energy.point_id IS 'Delivery point: PRM, 14 digits.';
COMMENT ON COLUMN switchgrid.daily_energy.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.daily_energy.day IS 'Civil day in Paris.';
COMMENT ON COLUMN switchgrid.daily_energy.wh IS 'Energy of the day, Wh, as the operator gives it (difference of indexes).';
COMMENT ON COLUMN switchgrid.daily_energy.updated_at IS 'When the row was last written.';

CREATE FOREIGN TABLE switchgrid.load_curve (
    point_id text NOT NULL,
    direction text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    step interval NOT NULL,
    watts double precision NOT NULL,
    wh double precision NOT NULL,
    nature text
) SERVER switchgrid_store OPTIONS (relation 'load_curve');
COMMENT ON FOREIGN TABLE switchgrid.load_curve IS 'Stored load curves: one row for an interval that has a value, from switchgrid.curve_segment. No network.';
COMMENT ON COLUMN switchgrid.load_curve.point_id IS 'Delivery point: PRM, 14 digits.';
COMMENT ON COLUMN switchgrid.load_curve.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.load_curve.starts_at IS 'When the interval begins.';
COMMENT ON COLUMN switchgrid.load_curve.ends_at IS 'When the interval ends.';
COMMENT ON COLUMN switchgrid.load_curve.step IS 'Length of the interval.';
COMMENT ON COLUMN switchgrid.load_curve.watts IS 'Mean active power over the interval, W.';
COMMENT ON COLUMN switchgrid.load_curve.wh IS 'Energy of the interval, Wh: watts times its length.';
COMMENT ON COLUMN switchgrid.load_curve.nature IS 'What the operator says of the value: B measured; NULL if nothing.';

-- Refresh ---------------------------------------------------------------------

CREATE TABLE switchgrid.watch (
    server name NOT NULL,
    point_id text NOT NULL,
    relation text NOT NULL CHECK (relation IN ('load_curve', 'daily_energy')),
    direction text NOT NULL CHECK (direction IN ('consumption', 'production')),
    since date,
    until date,
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (server, point_id, relation, direction),
    CHECK (since < until)
);
COMMENT ON TABLE switchgrid.watch IS 'Standing wishes: which relations of which points switchgrid.refresh keeps fresh.';
COMMENT ON COLUMN switchgrid.watch.server IS 'Foreign server that gives the data.';
COMMENT ON COLUMN switchgrid.watch.point_id IS 'Delivery point: PRM, 14 digits.';
COMMENT ON COLUMN switchgrid.watch.relation IS 'load_curve or daily_energy.';
COMMENT ON COLUMN switchgrid.watch.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.watch.since IS 'First day wanted; NULL: all that the API keeps.';
COMMENT ON COLUMN switchgrid.watch.until IS 'Day after the last one wanted; NULL: no end.';
COMMENT ON COLUMN switchgrid.watch.created_at IS 'When the wish was made.';

CREATE TABLE switchgrid.coverage (
    server name NOT NULL,
    point_id text NOT NULL,
    relation text NOT NULL,
    direction text NOT NULL,
    held datemultirange NOT NULL DEFAULT '{}',
    empty datemultirange NOT NULL DEFAULT '{}',
    floor date,
    PRIMARY KEY (server, point_id, relation, direction)
);
COMMENT ON TABLE switchgrid.coverage IS 'What is known of the days of a point''s relation, as one server gave it.';
COMMENT ON COLUMN switchgrid.coverage.server IS 'Foreign server that was asked.';
COMMENT ON COLUMN switchgrid.coverage.point_id IS 'Delivery point: PRM, 14 digits.';
COMMENT ON COLUMN switchgrid.coverage.relation IS 'load_curve or daily_energy.';
COMMENT ON COLUMN switchgrid.coverage.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.coverage.held IS 'Days whose data is stored.';
COMMENT ON COLUMN switchgrid.coverage.empty IS 'Days that were asked and have no data.';
COMMENT ON COLUMN switchgrid.coverage.floor IS 'The point''s first day, if the API told it; nothing is asked before.';

CREATE TABLE switchgrid.open_span (
    server name NOT NULL,
    point_id text NOT NULL,
    relation text NOT NULL,
    direction text NOT NULL,
    days daterange NOT NULL,
    cause text NOT NULL,
    code text,
    message text,
    tries integer NOT NULL,
    asked_at timestamptz NOT NULL,
    retry_at timestamptz NOT NULL,
    PRIMARY KEY (server, point_id, relation, direction, days)
);
COMMENT ON TABLE switchgrid.open_span IS 'Days that were asked and could not be had yet, why, and when they are asked again.';
COMMENT ON COLUMN switchgrid.open_span.server IS 'Foreign server that was asked.';
COMMENT ON COLUMN switchgrid.open_span.point_id IS 'Delivery point: PRM, 14 digits.';
COMMENT ON COLUMN switchgrid.open_span.relation IS 'load_curve or daily_energy.';
COMMENT ON COLUMN switchgrid.open_span.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.open_span.days IS 'The days.';
COMMENT ON COLUMN switchgrid.open_span.cause IS 'late, or the fault: consent, subscription, server, shape, ...';
COMMENT ON COLUMN switchgrid.open_span.code IS 'The API''s own code.';
COMMENT ON COLUMN switchgrid.open_span.message IS 'What happened, in a sentence.';
COMMENT ON COLUMN switchgrid.open_span.tries IS 'How often the days were asked in vain.';
COMMENT ON COLUMN switchgrid.open_span.asked_at IS 'When they were last asked.';
COMMENT ON COLUMN switchgrid.open_span.retry_at IS 'When refresh asks them again.';

CREATE TABLE switchgrid.refresh_run (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    server name NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    planned integer NOT NULL,
    requests bigint NOT NULL DEFAULT 0,
    tokens bigint NOT NULL DEFAULT 0,
    retries bigint NOT NULL DEFAULT 0,
    bytes bigint NOT NULL DEFAULT 0,
    rows bigint NOT NULL DEFAULT 0,
    outcome text NOT NULL DEFAULT 'running'
);
COMMENT ON TABLE switchgrid.refresh_run IS 'What each run of switchgrid.refresh did on one server.';
COMMENT ON COLUMN switchgrid.refresh_run.id IS 'Number of the run.';
COMMENT ON COLUMN switchgrid.refresh_run.server IS 'Foreign server that was asked.';
COMMENT ON COLUMN switchgrid.refresh_run.started_at IS 'When the run began.';
COMMENT ON COLUMN switchgrid.refresh_run.finished_at IS 'When it ended; NULL while it runs, or if it was killed.';
COMMENT ON COLUMN switchgrid.refresh_run.planned IS 'Requests that the gaps needed when it began.';
COMMENT ON COLUMN switchgrid.refresh_run.requests IS 'Requests sent, tokens and repetitions included.';
COMMENT ON COLUMN switchgrid.refresh_run.tokens IS 'Of them for an access token.';
COMMENT ON COLUMN switchgrid.refresh_run.retries IS 'Of them repetitions.';
COMMENT ON COLUMN switchgrid.refresh_run.bytes IS 'Bytes received.';
COMMENT ON COLUMN switchgrid.refresh_run.rows IS 'Rows received.';
COMMENT ON COLUMN switchgrid.refresh_run.outcome IS 'running, done, interrupted (cancelled or killed, seen by the next run), or what stopped it.';

CREATE FUNCTION switchgrid.history(server name, relation text, direction text) RETURNS daterange
    AS 'MODULE_PATHNAME', 'sg_history' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION switchgrid.history(name, text, text) IS
    'The days that a server''s API can give today of a relation: from its history limit to yesterday. NULL if it does not give the relation, or is not there.';

CREATE VIEW switchgrid.gap AS
WITH missing AS (
    SELECT w.server, w.point_id, w.relation, w.direction,
           pg_catalog.datemultirange(pg_catalog.daterange(w.since, w.until) * h.days
                                     * pg_catalog.daterange(c.floor, NULL))
           - COALESCE(c.held, '{}') - COALESCE(c.empty, '{}') AS days
    FROM switchgrid.watch w
    CROSS JOIN LATERAL (SELECT switchgrid.history(w.server, w.relation, w.direction)) AS h (days)
    LEFT JOIN switchgrid.coverage c USING (server, point_id, relation, direction)
)
SELECT m.server, m.point_id, m.relation, m.direction, g.days, o.cause, o.code, o.message, o.tries,
       o.asked_at, o.retry_at
FROM missing m
CROSS JOIN LATERAL (
    SELECT pg_catalog.range_agg(s.days) AS days, s.cause, s.code, s.message, s.tries, s.asked_at,
           s.retry_at
    FROM switchgrid.open_span s
    WHERE (s.server, s.point_id, s.relation, s.direction)
        = (m.server, m.point_id, m.relation, m.direction)
    GROUP BY s.cause, s.code, s.message, s.tries, s.asked_at, s.retry_at) AS o
CROSS JOIN LATERAL pg_catalog.unnest(m.days * o.days) AS g (days)
UNION ALL
SELECT m.server, m.point_id, m.relation, m.direction, g.days, 'not asked', NULL, NULL, 0, NULL, NULL
FROM missing m
CROSS JOIN LATERAL (
    SELECT COALESCE(pg_catalog.range_agg(o.days), '{}') FROM switchgrid.open_span o
    WHERE (o.server, o.point_id, o.relation, o.direction)
        = (m.server, m.point_id, m.relation, m.direction)) AS a (days)
CROSS JOIN LATERAL pg_catalog.unnest(m.days - a.days) AS g (days);
COMMENT ON VIEW switchgrid.gap IS 'Days that are wanted and not there: what is still open, and why.';
COMMENT ON COLUMN switchgrid.gap.server IS 'Foreign server that is to give the data.';
COMMENT ON COLUMN switchgrid.gap.point_id IS 'Delivery point: PRM, 14 digits.';
COMMENT ON COLUMN switchgrid.gap.relation IS 'load_curve or daily_energy.';
COMMENT ON COLUMN switchgrid.gap.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.gap.days IS 'The days.';
COMMENT ON COLUMN switchgrid.gap.cause IS 'not asked, late, or the fault that was met.';
COMMENT ON COLUMN switchgrid.gap.code IS 'The API''s own code.';
COMMENT ON COLUMN switchgrid.gap.message IS 'What happened, in a sentence.';
COMMENT ON COLUMN switchgrid.gap.tries IS 'How often the days were asked in vain.';
COMMENT ON COLUMN switchgrid.gap.asked_at IS 'When they were last asked.';
COMMENT ON COLUMN switchgrid.gap.retry_at IS 'When refresh asks them again; NULL: in its next run.';

CREATE FUNCTION switchgrid.watch(server name, points text[],
    relations text[] DEFAULT '{load_curve,daily_energy}', since date DEFAULT NULL,
    until date DEFAULT NULL, directions text[] DEFAULT '{consumption}') RETURNS integer
    AS 'MODULE_PATHNAME', 'sg_watch' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION switchgrid.watch(name, text[], text[], date, date, text[]) IS
    'Makes or changes the wish to keep relations of points fresh, from since to before until. Returns the number of wishes. 42704 for an unknown server, 22023 for a bad point, relation, direction, or an until that is not after since.';

CREATE FUNCTION switchgrid.unwatch(server name, points text[],
    relations text[] DEFAULT '{load_curve,daily_energy}') RETURNS integer
LANGUAGE sql VOLATILE
BEGIN ATOMIC
    WITH gone AS (
        DELETE FROM switchgrid.watch w
        WHERE w.server = unwatch.server AND w.point_id = ANY (points)
          AND w.relation = ANY (relations)
        RETURNING 1)
    SELECT count(*)::integer FROM gone;
END;
COMMENT ON FUNCTION switchgrid.unwatch(name, text[], text[]) IS
    'Ends wishes; stored data stays. Returns the number of wishes that ended.';

CREATE PROCEDURE switchgrid.refresh(server name DEFAULT NULL, points text[] DEFAULT NULL,
    INOUT requests bigint DEFAULT NULL, INOUT rows bigint DEFAULT NULL,
    INOUT open_days bigint DEFAULT NULL)
    AS 'MODULE_PATHNAME', 'sg_refresh' LANGUAGE C;
COMMENT ON PROCEDURE switchgrid.refresh(name, text[], bigint, bigint, bigint) IS
    'Fetches what is watched and not there, of one server or all, of some points or all; commits as it goes, so it cannot run in a transaction block (2D000). Gives the requests sent, the rows received and the days still open; switchgrid.gap says why.';

-- Rights: nothing is open to PUBLIC, and what is stored survives a dump ---------

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA switchgrid FROM PUBLIC;
REVOKE ALL ON ALL PROCEDURES IN SCHEMA switchgrid FROM PUBLIC;
-- These read nothing; without USAGE on the schema they are out of reach all the same.
GRANT EXECUTE ON FUNCTION switchgrid.points(switchgrid.curve) TO PUBLIC;
GRANT EXECUTE ON FUNCTION switchgrid.history(name, text, text) TO PUBLIC;

SELECT pg_catalog.pg_extension_config_dump('switchgrid.curve_segment', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.daily_energy', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.watch', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.coverage', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.open_span', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.refresh_run', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.refresh_run_id_seq', '');
