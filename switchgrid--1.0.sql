-- switchgrid--1.0.sql: the objects of the extension. Use CREATE EXTENSION switchgrid to load this file.
\echo Use "CREATE EXTENSION switchgrid" to load this file. \quit

-- What was there before could be a trap: this fails then. The script sees pg_catalog alone.
CREATE SCHEMA switchgrid;
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

-- The curve: what it is made of -------------------------------------------------

-- Unpacking a curve of a year takes some ten microseconds, which is what COST says of all that do.

CREATE FUNCTION switchgrid.starts_at(curve switchgrid.curve) RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'sg_curve_starts_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION switchgrid.ends_at(curve switchgrid.curve) RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'sg_curve_ends_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION switchgrid.step(curve switchgrid.curve) RETURNS interval
    AS 'MODULE_PATHNAME', 'sg_curve_step' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION switchgrid.span(curve switchgrid.curve) RETURNS tstzrange
    AS 'MODULE_PATHNAME', 'sg_curve_span' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION switchgrid.slots(curve switchgrid.curve) RETURNS integer
    AS 'MODULE_PATHNAME', 'sg_curve_slots' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION switchgrid.missing(curve switchgrid.curve) RETURNS integer
    AS 'MODULE_PATHNAME', 'sg_curve_missing' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION switchgrid.watts(curve switchgrid.curve) RETURNS double precision[]
    AS 'MODULE_PATHNAME', 'sg_curve_watts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.natures(curve switchgrid.curve) RETURNS text[]
    AS 'MODULE_PATHNAME', 'sg_curve_natures' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.at(curve switchgrid.curve, instant timestamptz) RETURNS double precision
    AS 'MODULE_PATHNAME', 'sg_curve_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.slice(curve switchgrid.curve, span tstzrange) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_curve_slice' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION switchgrid.starts_at(switchgrid.curve) IS 'When the first slot of a curve begins, be it missing or not. Reads the header only.';
COMMENT ON FUNCTION switchgrid.ends_at(switchgrid.curve) IS 'When the last slot of a curve ends; its start if it has no slot. Reads the header only.';
COMMENT ON FUNCTION switchgrid.step(switchgrid.curve) IS 'Length of a slot: hours, minutes and seconds, 24:00:00 at most. Reads the header only.';
COMMENT ON FUNCTION switchgrid.span(switchgrid.curve) IS 'From the start of the first slot, inclusive, to the end of the last, exclusive; empty without slots. Reads the header only.';
COMMENT ON FUNCTION switchgrid.slots(switchgrid.curve) IS 'How many slots a curve has, missing ones included. Reads the header only.';
COMMENT ON FUNCTION switchgrid.missing(switchgrid.curve) IS 'How many slots of a curve have no value. Reads the header only.';
COMMENT ON FUNCTION switchgrid.watts(switchgrid.curve) IS 'The values of a curve, W, one for each slot; NULL for a missing one.';
COMMENT ON FUNCTION switchgrid.natures(switchgrid.curve) IS 'The natures of a curve, one for each slot; NULL for a missing slot and for a value without a nature.';
COMMENT ON FUNCTION switchgrid.at(switchgrid.curve, timestamptz) IS
    'The power at an instant, W: that of the slot that begins then or before and ends after; NULL if it is missing, or outside the curve.';
COMMENT ON FUNCTION switchgrid.slice(switchgrid.curve, tstzrange) IS
    'The slots that the range contains wholly, each as [start, end); without any, a curve of no slots. Keeps natures.';

-- The curve: made of something else ------------------------------------------------

CREATE FUNCTION switchgrid.curve(starts_at timestamptz, step interval, watts double precision[]) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_curve_from_arrays' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.curve(starts_at timestamptz, step interval, watts double precision[], natures text[]) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_curve_from_arrays' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION switchgrid.curve(timestamptz, interval, double precision[]) IS
    'A curve of an array of W, NULL for a missing slot; the start is that of the first. Decimals are kept, nine at most; what is no such decimal (a third) is rounded to as many as fit. 22003 if the values do not fit into 32 bits with their decimals, 22023 for a step that is not 1 second to 1 day in whole seconds, 2202E for more dimensions, 54000 for more than 1048576 slots.';
COMMENT ON FUNCTION switchgrid.curve(timestamptz, interval, double precision[], text[]) IS
    'The same with a nature for each slot, NULL for none; that of a missing slot is not looked at. 2202E if there are not as many natures as values, 54000 for more than 15 kinds, or for one that is not 1 to 15 characters of printable ASCII.';

CREATE FUNCTION switchgrid.curve_add(state internal, starts_at timestamptz, watts double precision, step interval) RETURNS internal
    AS 'MODULE_PATHNAME', 'sg_curve_add_row' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION switchgrid.curve_add(state internal, starts_at timestamptz, watts double precision, step interval, nature text) RETURNS internal
    AS 'MODULE_PATHNAME', 'sg_curve_add_row' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION switchgrid.curve_of_rows(state internal) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_curve_of_rows' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION switchgrid.curve_add(internal, timestamptz, double precision, interval) IS 'Transition function of the aggregate switchgrid.curve.';
COMMENT ON FUNCTION switchgrid.curve_add(internal, timestamptz, double precision, interval, text) IS 'Transition function of the aggregate switchgrid.curve.';
COMMENT ON FUNCTION switchgrid.curve_of_rows(internal) IS 'Final function of the aggregate switchgrid.curve.';
CREATE AGGREGATE switchgrid.curve(starts_at timestamptz, watts double precision, step interval) (
    SFUNC = switchgrid.curve_add, STYPE = internal, SSPACE = 65536, FINALFUNC = switchgrid.curve_of_rows, PARALLEL = SAFE
);
CREATE AGGREGATE switchgrid.curve(starts_at timestamptz, watts double precision, step interval, nature text) (
    SFUNC = switchgrid.curve_add, STYPE = internal, SSPACE = 65536, FINALFUNC = switchgrid.curve_of_rows, PARALLEL = SAFE
);
COMMENT ON AGGREGATE switchgrid.curve(timestamptz, double precision, interval) IS
    'The curve of rows in any order: when a slot begins, W, and its length, the same in all rows. The curve spans the first to the last; a slot without a row, or with NULL watts, is missing. The same reading may come twice. 21000 for two different ones of a slot, 22004 for a NULL start or step, 22023 for steps that differ or are not 1 second to 1 day in whole seconds, and for rows that are not whole steps apart, 22003 for values that do not fit into 32 bits with their decimals, 54000 for rows more than 1048576 slots apart, which is noticed before there is memory for them.';
COMMENT ON AGGREGATE switchgrid.curve(timestamptz, double precision, interval, text) IS
    'The same with a nature, NULL for none. 54000 for more than 15 kinds, or for one that is not 1 to 15 characters of printable ASCII.';

CREATE FUNCTION switchgrid.curve_to_jsonb(curve switchgrid.curve) RETURNS jsonb
    AS 'MODULE_PATHNAME', 'sg_curve_to_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.curve_from_jsonb(object jsonb) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_curve_from_jsonb' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION switchgrid.curve_to_jsonb(switchgrid.curve) IS
    'A curve as an object: starts_at in UTC, step in ISO 8601 (PT30M), watts (an array of W, null for a missing slot) and, if a slot has one, natures (an array as long).';
COMMENT ON FUNCTION switchgrid.curve_from_jsonb(jsonb) IS
    'The curve of such an object; starts_at and step may be written in any way that timestamptz and interval read. Other members are not looked at. 22023 if a member is not there or of another kind; else the errors of switchgrid.curve and of those two types.';
CREATE CAST (switchgrid.curve AS jsonb) WITH FUNCTION switchgrid.curve_to_jsonb(switchgrid.curve);
CREATE CAST (jsonb AS switchgrid.curve) WITH FUNCTION switchgrid.curve_from_jsonb(jsonb);
CREATE CAST (switchgrid.curve AS double precision[]) WITH FUNCTION switchgrid.watts(switchgrid.curve);

-- The curve: arithmetic ------------------------------------------------------------

CREATE FUNCTION switchgrid.plus(a switchgrid.curve, b switchgrid.curve) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_curve_plus' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.minus(a switchgrid.curve, b switchgrid.curve) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_curve_minus' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.times(a switchgrid.curve, b switchgrid.curve) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_curve_times' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.divided_by(a switchgrid.curve, b switchgrid.curve) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_curve_divided' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.plus(curve switchgrid.curve, number double precision) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_curve_plus_number' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.minus(curve switchgrid.curve, number double precision) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_curve_minus_number' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.times(curve switchgrid.curve, number double precision) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_curve_times_number' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.divided_by(curve switchgrid.curve, number double precision) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_curve_divided_by_number' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.plus(number double precision, curve switchgrid.curve) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_number_plus_curve' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.times(number double precision, curve switchgrid.curve) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_number_times_curve' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.negative(curve switchgrid.curve) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_curve_negative' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION switchgrid.plus(switchgrid.curve, switchgrid.curve) IS
    'The sum of two curves, W, slot by slot, where both spans overlap, on the longest step that the slots of both have in common (power is held within a slot). A slot is missing where it is missing in either; no natures. Results keep their decimals, nine at most; what does not fit into 32 bits with them, or has no end, is rounded, half away from zero, to as many decimals as the largest value leaves room for. 22003 if its whole watts do not fit. 22023 for starts that are apart by a fraction of a second, 54000 for too many slots.';
COMMENT ON FUNCTION switchgrid.minus(switchgrid.curve, switchgrid.curve) IS
    'The difference of two curves, W, slot by slot, where both spans overlap, on the longest step that the slots of both have in common (power is held within a slot). A slot is missing where it is missing in either; no natures. Decimals and errors are those of plus().';
COMMENT ON FUNCTION switchgrid.times(switchgrid.curve, switchgrid.curve) IS
    'The product of two curves, slot by slot, where both spans overlap, on the longest step that the slots of both have in common (power is held within a slot). A slot is missing where it is missing in either; no natures. Decimals and errors are those of plus().';
COMMENT ON FUNCTION switchgrid.divided_by(switchgrid.curve, switchgrid.curve) IS
    'The quotient of two curves, slot by slot, where both spans overlap, on the longest step that the slots of both have in common (power is held within a slot). A slot is missing where it is missing in either; no natures. Decimals and errors are those of plus(); 22012 where the divisor is zero and the dividend is not missing.';
COMMENT ON FUNCTION switchgrid.plus(switchgrid.curve, double precision) IS
    'Each value with a number of W added. Missing slots stay so, natures stay. Decimals and errors are those of plus().';
COMMENT ON FUNCTION switchgrid.minus(switchgrid.curve, double precision) IS
    'Each value less a number of W. Missing slots stay so, natures stay. Decimals and errors are those of plus().';
COMMENT ON FUNCTION switchgrid.times(switchgrid.curve, double precision) IS
    'Each value times a number. Missing slots stay so, natures stay. Decimals and errors are those of plus().';
COMMENT ON FUNCTION switchgrid.divided_by(switchgrid.curve, double precision) IS
    'Each value divided by a number. Missing slots stay so, natures stay. Decimals and errors are those of plus(). 22012 for zero.';
COMMENT ON FUNCTION switchgrid.plus(double precision, switchgrid.curve) IS
    'Each value with a number of W added. Missing slots stay so, natures stay. Decimals and errors are those of plus().';
COMMENT ON FUNCTION switchgrid.times(double precision, switchgrid.curve) IS
    'Each value times a number. Missing slots stay so, natures stay. Decimals and errors are those of plus().';
COMMENT ON FUNCTION switchgrid.negative(switchgrid.curve) IS
    'Each value with the other sign. Missing slots stay so, natures stay. Decimals and errors are those of plus().';
CREATE OPERATOR switchgrid.+ (LEFTARG = switchgrid.curve, RIGHTARG = switchgrid.curve, FUNCTION = switchgrid.plus, COMMUTATOR = OPERATOR(switchgrid.+));
CREATE OPERATOR switchgrid.- (LEFTARG = switchgrid.curve, RIGHTARG = switchgrid.curve, FUNCTION = switchgrid.minus);
CREATE OPERATOR switchgrid.* (LEFTARG = switchgrid.curve, RIGHTARG = switchgrid.curve, FUNCTION = switchgrid.times, COMMUTATOR = OPERATOR(switchgrid.*));
CREATE OPERATOR switchgrid./ (LEFTARG = switchgrid.curve, RIGHTARG = switchgrid.curve, FUNCTION = switchgrid.divided_by);
CREATE OPERATOR switchgrid.+ (LEFTARG = switchgrid.curve, RIGHTARG = double precision, FUNCTION = switchgrid.plus, COMMUTATOR = OPERATOR(switchgrid.+));
CREATE OPERATOR switchgrid.- (LEFTARG = switchgrid.curve, RIGHTARG = double precision, FUNCTION = switchgrid.minus);
CREATE OPERATOR switchgrid.* (LEFTARG = switchgrid.curve, RIGHTARG = double precision, FUNCTION = switchgrid.times, COMMUTATOR = OPERATOR(switchgrid.*));
CREATE OPERATOR switchgrid./ (LEFTARG = switchgrid.curve, RIGHTARG = double precision, FUNCTION = switchgrid.divided_by);
CREATE OPERATOR switchgrid.+ (LEFTARG = double precision, RIGHTARG = switchgrid.curve, FUNCTION = switchgrid.plus, COMMUTATOR = OPERATOR(switchgrid.+));
CREATE OPERATOR switchgrid.* (LEFTARG = double precision, RIGHTARG = switchgrid.curve, FUNCTION = switchgrid.times, COMMUTATOR = OPERATOR(switchgrid.*));
CREATE OPERATOR switchgrid.- (RIGHTARG = switchgrid.curve, FUNCTION = switchgrid.negative);
COMMENT ON OPERATOR switchgrid.+ (switchgrid.curve, switchgrid.curve) IS 'The sum of two curves: switchgrid.plus().';
COMMENT ON OPERATOR switchgrid.- (switchgrid.curve, switchgrid.curve) IS 'The difference of two curves: switchgrid.minus().';
COMMENT ON OPERATOR switchgrid.* (switchgrid.curve, switchgrid.curve) IS 'The product of two curves: switchgrid.times().';
COMMENT ON OPERATOR switchgrid./ (switchgrid.curve, switchgrid.curve) IS 'The quotient of two curves: switchgrid.divided_by().';
COMMENT ON OPERATOR switchgrid.+ (switchgrid.curve, double precision) IS 'A number of W added to each value.';
COMMENT ON OPERATOR switchgrid.- (switchgrid.curve, double precision) IS 'A number of W taken from each value.';
COMMENT ON OPERATOR switchgrid.* (switchgrid.curve, double precision) IS 'Each value times a number.';
COMMENT ON OPERATOR switchgrid./ (switchgrid.curve, double precision) IS 'Each value divided by a number.';
COMMENT ON OPERATOR switchgrid.+ (double precision, switchgrid.curve) IS 'A number of W added to each value.';
COMMENT ON OPERATOR switchgrid.* (double precision, switchgrid.curve) IS 'Each value times a number.';
COMMENT ON OPERATOR switchgrid.- (NONE, switchgrid.curve) IS 'Each value with the other sign.';

CREATE FUNCTION switchgrid.total_add_sum(state internal, curve switchgrid.curve) RETURNS internal
    AS 'MODULE_PATHNAME', 'sg_total_add_sum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.total_add_min(state internal, curve switchgrid.curve) RETURNS internal
    AS 'MODULE_PATHNAME', 'sg_total_add_min' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.total_add_max(state internal, curve switchgrid.curve) RETURNS internal
    AS 'MODULE_PATHNAME', 'sg_total_add_max' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.total_combine(state internal, other internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'sg_total_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.total_serial(state internal) RETURNS bytea
    AS 'MODULE_PATHNAME', 'sg_total_serial' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.total_deserial(bytes bytea, state internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'sg_total_deserial' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.total_value(state internal) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_total_final' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.total_mean(state internal) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_total_final_mean' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION switchgrid.total_add_sum(internal, switchgrid.curve) IS 'Transition function of the aggregates switchgrid.sum and switchgrid.avg.';
COMMENT ON FUNCTION switchgrid.total_add_min(internal, switchgrid.curve) IS 'Transition function of the aggregate switchgrid.min.';
COMMENT ON FUNCTION switchgrid.total_add_max(internal, switchgrid.curve) IS 'Transition function of the aggregate switchgrid.max.';
COMMENT ON FUNCTION switchgrid.total_combine(internal, internal) IS 'Combine function of the aggregates over curves.';
COMMENT ON FUNCTION switchgrid.total_serial(internal) IS 'Serialization function of the aggregates over curves.';
COMMENT ON FUNCTION switchgrid.total_deserial(bytea, internal) IS 'Deserialization function of the aggregates over curves.';
COMMENT ON FUNCTION switchgrid.total_value(internal) IS 'Final function of the aggregates switchgrid.sum, switchgrid.min and switchgrid.max.';
COMMENT ON FUNCTION switchgrid.total_mean(internal) IS 'Final function of the aggregate switchgrid.avg.';
CREATE AGGREGATE switchgrid.sum(switchgrid.curve) (
    SFUNC = switchgrid.total_add_sum, STYPE = internal, SSPACE = 262144, FINALFUNC = switchgrid.total_value,
    COMBINEFUNC = switchgrid.total_combine, SERIALFUNC = switchgrid.total_serial,
    DESERIALFUNC = switchgrid.total_deserial, PARALLEL = SAFE
);
CREATE AGGREGATE switchgrid.avg(switchgrid.curve) (
    SFUNC = switchgrid.total_add_sum, STYPE = internal, SSPACE = 262144, FINALFUNC = switchgrid.total_mean,
    COMBINEFUNC = switchgrid.total_combine, SERIALFUNC = switchgrid.total_serial,
    DESERIALFUNC = switchgrid.total_deserial, PARALLEL = SAFE
);
CREATE AGGREGATE switchgrid.min(switchgrid.curve) (
    SFUNC = switchgrid.total_add_min, STYPE = internal, SSPACE = 262144, FINALFUNC = switchgrid.total_value,
    COMBINEFUNC = switchgrid.total_combine, SERIALFUNC = switchgrid.total_serial,
    DESERIALFUNC = switchgrid.total_deserial, PARALLEL = SAFE
);
CREATE AGGREGATE switchgrid.max(switchgrid.curve) (
    SFUNC = switchgrid.total_add_max, STYPE = internal, SSPACE = 262144, FINALFUNC = switchgrid.total_value,
    COMBINEFUNC = switchgrid.total_combine, SERIALFUNC = switchgrid.total_serial,
    DESERIALFUNC = switchgrid.total_deserial, PARALLEL = SAFE
);
COMMENT ON AGGREGATE switchgrid.sum(switchgrid.curve) IS
    'The sum of curves, slot by slot, W: from the start of the earliest to the end of the latest, on the longest step that the slots of all have in common (power is held within a slot). Curves that lack a slot are left out there, as NULL is; a slot that all lack is missing. NULL without curves; no natures. Exact in the decimals of the curves; decimals and errors are those of plus().';
COMMENT ON AGGREGATE switchgrid.avg(switchgrid.curve) IS
    'The mean of curves, slot by slot, W: from the start of the earliest to the end of the latest, on the longest step that the slots of all have in common (power is held within a slot). Curves that lack a slot are left out there, as NULL is; a slot that all lack is missing. NULL without curves; no natures. Each slot is divided by the number of curves that have it, and rounded as by divided_by().';
COMMENT ON AGGREGATE switchgrid.min(switchgrid.curve) IS
    'The least values of curves, slot by slot, W: from the start of the earliest to the end of the latest, on the longest step that the slots of all have in common (power is held within a slot). Curves that lack a slot are left out there, as NULL is; a slot that all lack is missing. NULL without curves; no natures. Errors are those of plus().';
COMMENT ON AGGREGATE switchgrid.max(switchgrid.curve) IS
    'The largest values of curves, slot by slot, W: from the start of the earliest to the end of the latest, on the longest step that the slots of all have in common (power is held within a slot). Curves that lack a slot are left out there, as NULL is; a slot that all lack is missing. NULL without curves; no natures. Errors are those of plus().';

CREATE FUNCTION switchgrid.similar(a switchgrid.curve, b switchgrid.curve, tolerance double precision) RETURNS boolean
    AS 'MODULE_PATHNAME', 'sg_curve_similar' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION switchgrid.similar(switchgrid.curve, switchgrid.curve, double precision) IS
    'Do two curves have the same span, the same missing slots, and values that are nowhere more than a number of W apart? Steps may differ, power is held within a slot; natures are not looked at. 22023 for a negative tolerance.';

-- The curve: other slots ---------------------------------------------------------------

CREATE FUNCTION switchgrid.resample(curve switchgrid.curve, step interval) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_curve_resample' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.resample(curve switchgrid.curve, step interval, origin timestamptz) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_curve_resample' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.gaps(curve switchgrid.curve) RETURNS tstzmultirange
    AS 'MODULE_PATHNAME', 'sg_curve_gaps' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.fill(curve switchgrid.curve, method text, longest interval DEFAULT NULL) RETURNS switchgrid.curve
    AS 'MODULE_PATHNAME', 'sg_curve_fill' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION switchgrid.resample(switchgrid.curve, interval) IS
    'The same power on slots of another step, longer or shorter, from the curve''s start on: the mean of each, W, by time; missing if a part of it is, as is the last if it ends after the curve. A nature stays where all parts of a slot have it. Rounded as by divided_by(); 22023 for a step that is not 1 second to 1 day in whole seconds, 54000 for too many slots.';
COMMENT ON FUNCTION switchgrid.resample(switchgrid.curve, interval, timestamptz) IS
    'The same with slots that begin whole steps before or after an origin. 22023 for one that is not whole seconds from the curve''s start, 22008 for an infinite one.';
COMMENT ON FUNCTION switchgrid.gaps(switchgrid.curve) IS 'Where slots of a curve are missing, within its span.';
COMMENT ON FUNCTION switchgrid.fill(switchgrid.curve, text, interval) IS
    'A curve with its holes filled: by the value before the hole (previous), on the line from that to the value after it (linear), or with 0 W (zero). Holes longer than the longest stay as they are, and those without a value on the side that the method needs; values of the line are rounded as by divided_by(). What is filled in has no nature. NULL for a NULL curve or method; 22023 for another method.';

CREATE FUNCTION switchgrid.bucket(curve switchgrid.curve, unit text, zone text DEFAULT 'Europe/Paris',
    OUT starts_at timestamptz, OUT ends_at timestamptz, OUT wh double precision, OUT watts double precision,
    OUT watts_min double precision, OUT watts_max double precision, OUT points integer, OUT missing integer)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'sg_curve_bucket' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000 ROWS 100;
COMMENT ON FUNCTION switchgrid.bucket(switchgrid.curve, text, text) IS
    'A curve by civil hour, day, week, month or year of a time zone, one row for each that the curve reaches into, in order: energy in Wh, mean power in W over the time that has a value, least and largest value, slots with a value and without one; NULL for the first four if none has one. A slot that lies in two units gives its energy to each by time, and counts in both. Time outside the curve is not missing. 22023 for another unit or an unknown zone.';

-- The curve: statistics ----------------------------------------------------------------

CREATE FUNCTION switchgrid.energy(curve switchgrid.curve) RETURNS double precision
    AS 'MODULE_PATHNAME', 'sg_curve_energy' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.percentile(curve switchgrid.curve, fraction double precision) RETURNS double precision
    AS 'MODULE_PATHNAME', 'sg_curve_percentile' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.load_duration(curve switchgrid.curve, OUT watts double precision, OUT hours double precision)
    RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'sg_curve_load_duration' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION switchgrid.energy(switchgrid.curve) IS 'Energy of a curve, Wh, by the length of its slots. Missing slots add nothing; NULL if no slot has a value.';
COMMENT ON FUNCTION switchgrid.percentile(switchgrid.curve, double precision) IS
    'The power, W, at a fraction of the slots that have a value, smallest first, as percentile_cont gives it; NULL if there is none. 22003 for a fraction that is not 0 to 1.';
COMMENT ON FUNCTION switchgrid.load_duration(switchgrid.curve) IS
    'Each power of a curve, W, largest first, and for how many hours it was at least that. Missing slots are left out.';

-- The curve: equality and order -----------------------------------------------------------

CREATE FUNCTION switchgrid.curve_eq(a switchgrid.curve, b switchgrid.curve) RETURNS boolean
    AS 'MODULE_PATHNAME', 'sg_curve_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.curve_ne(a switchgrid.curve, b switchgrid.curve) RETURNS boolean
    AS 'MODULE_PATHNAME', 'sg_curve_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.curve_lt(a switchgrid.curve, b switchgrid.curve) RETURNS boolean
    AS 'MODULE_PATHNAME', 'sg_curve_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.curve_le(a switchgrid.curve, b switchgrid.curve) RETURNS boolean
    AS 'MODULE_PATHNAME', 'sg_curve_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.curve_gt(a switchgrid.curve, b switchgrid.curve) RETURNS boolean
    AS 'MODULE_PATHNAME', 'sg_curve_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.curve_ge(a switchgrid.curve, b switchgrid.curve) RETURNS boolean
    AS 'MODULE_PATHNAME', 'sg_curve_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.curve_cmp(a switchgrid.curve, b switchgrid.curve) RETURNS integer
    AS 'MODULE_PATHNAME', 'sg_curve_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.curve_hash(curve switchgrid.curve) RETURNS integer
    AS 'MODULE_PATHNAME', 'sg_curve_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
CREATE FUNCTION switchgrid.curve_hash_extended(curve switchgrid.curve, seed bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'sg_curve_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION switchgrid.curve_eq(switchgrid.curve, switchgrid.curve) IS
    'Are two curves equal: the same start, step and slots, values and natures, whatever their decimals or bytes?';
COMMENT ON FUNCTION switchgrid.curve_ne(switchgrid.curve, switchgrid.curve) IS
    'Are two curves not equal?';
COMMENT ON FUNCTION switchgrid.curve_lt(switchgrid.curve, switchgrid.curve) IS
    'Does a curve come before another in the order of curve_cmp()?';
COMMENT ON FUNCTION switchgrid.curve_le(switchgrid.curve, switchgrid.curve) IS
    'Does a curve come before another, or is it equal?';
COMMENT ON FUNCTION switchgrid.curve_gt(switchgrid.curve, switchgrid.curve) IS
    'Does a curve come after another?';
COMMENT ON FUNCTION switchgrid.curve_ge(switchgrid.curve, switchgrid.curve) IS
    'Does a curve come after another, or is it equal?';
COMMENT ON FUNCTION switchgrid.curve_cmp(switchgrid.curve, switchgrid.curve) IS
    'The order of two curves, -1, 0 or 1: by start, step, number of slots, then by the first slot that differs: its value, a missing one last, then its nature.';
COMMENT ON FUNCTION switchgrid.curve_hash(switchgrid.curve) IS
    'A hash that equal curves share.';
COMMENT ON FUNCTION switchgrid.curve_hash_extended(switchgrid.curve, bigint) IS
    'A hash of 64 bits that equal curves share, for a seed.';
CREATE OPERATOR switchgrid.= (
    LEFTARG = switchgrid.curve, RIGHTARG = switchgrid.curve, FUNCTION = switchgrid.curve_eq, COMMUTATOR = OPERATOR(switchgrid.=),
    NEGATOR = OPERATOR(switchgrid.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR switchgrid.<> (
    LEFTARG = switchgrid.curve, RIGHTARG = switchgrid.curve, FUNCTION = switchgrid.curve_ne, COMMUTATOR = OPERATOR(switchgrid.<>),
    NEGATOR = OPERATOR(switchgrid.=), RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR switchgrid.< (
    LEFTARG = switchgrid.curve, RIGHTARG = switchgrid.curve, FUNCTION = switchgrid.curve_lt, COMMUTATOR = OPERATOR(switchgrid.>),
    NEGATOR = OPERATOR(switchgrid.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR switchgrid.<= (
    LEFTARG = switchgrid.curve, RIGHTARG = switchgrid.curve, FUNCTION = switchgrid.curve_le, COMMUTATOR = OPERATOR(switchgrid.>=),
    NEGATOR = OPERATOR(switchgrid.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR switchgrid.> (
    LEFTARG = switchgrid.curve, RIGHTARG = switchgrid.curve, FUNCTION = switchgrid.curve_gt, COMMUTATOR = OPERATOR(switchgrid.<),
    NEGATOR = OPERATOR(switchgrid.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR switchgrid.>= (
    LEFTARG = switchgrid.curve, RIGHTARG = switchgrid.curve, FUNCTION = switchgrid.curve_ge, COMMUTATOR = OPERATOR(switchgrid.<=),
    NEGATOR = OPERATOR(switchgrid.<), RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR switchgrid.= (switchgrid.curve, switchgrid.curve) IS 'Equal: switchgrid.curve_eq().';
COMMENT ON OPERATOR switchgrid.<> (switchgrid.curve, switchgrid.curve) IS 'Not equal.';
COMMENT ON OPERATOR switchgrid.< (switchgrid.curve, switchgrid.curve) IS 'Before, in the order of switchgrid.curve_cmp().';
COMMENT ON OPERATOR switchgrid.<= (switchgrid.curve, switchgrid.curve) IS 'Before or equal.';
COMMENT ON OPERATOR switchgrid.> (switchgrid.curve, switchgrid.curve) IS 'After.';
COMMENT ON OPERATOR switchgrid.>= (switchgrid.curve, switchgrid.curve) IS 'After or equal.';
CREATE OPERATOR CLASS switchgrid.curve_ops DEFAULT FOR TYPE switchgrid.curve USING btree AS
    OPERATOR 1 switchgrid.<, OPERATOR 2 switchgrid.<=, OPERATOR 3 switchgrid.=, OPERATOR 4 switchgrid.>=, OPERATOR 5 switchgrid.>,
    FUNCTION 1 switchgrid.curve_cmp(switchgrid.curve, switchgrid.curve);
CREATE OPERATOR CLASS switchgrid.curve_ops DEFAULT FOR TYPE switchgrid.curve USING hash AS
    OPERATOR 1 switchgrid.=,
    FUNCTION 1 switchgrid.curve_hash(switchgrid.curve),
    FUNCTION 2 switchgrid.curve_hash_extended(switchgrid.curve, bigint);
COMMENT ON OPERATOR CLASS switchgrid.curve_ops USING btree IS 'Curves in the order of switchgrid.curve_cmp(). An entry is limited to a third of a page: long curves need a hash index.';
COMMENT ON OPERATOR CLASS switchgrid.curve_ops USING hash IS 'Curves by equality.';

-- The wrapper -----------------------------------------------------------------

CREATE FUNCTION switchgrid.switchgrid_fdw_handler() RETURNS fdw_handler
    AS 'MODULE_PATHNAME' LANGUAGE C STRICT;
CREATE FUNCTION switchgrid.switchgrid_fdw_validator(text[], oid) RETURNS void
    AS 'MODULE_PATHNAME' LANGUAGE C STRICT;
COMMENT ON FUNCTION switchgrid.switchgrid_fdw_handler() IS 'Handler of the foreign data wrapper switchgrid_fdw.';
COMMENT ON FUNCTION switchgrid.switchgrid_fdw_validator(text[], oid) IS 'Checks the options of switchgrid_fdw''s objects.';

CREATE FOREIGN DATA WRAPPER switchgrid_fdw
    HANDLER switchgrid.switchgrid_fdw_handler VALIDATOR switchgrid.switchgrid_fdw_validator;
COMMENT ON FOREIGN DATA WRAPPER switchgrid_fdw IS 'Metering APIs (api ''enedis'', ''switchgrid'', ''grdf''), and the packed native tables (api ''store'').';

CREATE SERVER switchgrid_store FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'store');
COMMENT ON SERVER switchgrid_store IS 'The native tables of this database, unpacked; no network.';

-- The native tables -----------------------------------------------------------

CREATE TABLE switchgrid.curve_segment (
    point_id text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('consumption', 'production')),
    month date NOT NULL CHECK (month = pg_catalog.date_trunc('month', month) AND pg_catalog.isfinite(month)),
    step interval NOT NULL CHECK (step > interval '0' AND step <= interval '24:00' AND EXTRACT(day FROM step) = 0),
    points integer NOT NULL,
    decimals smallint NOT NULL,
    wh double precision NOT NULL,
    watts_min double precision,
    watts_max double precision,
    updated_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    arrived timestamptz[] NOT NULL,
    curve switchgrid.curve NOT NULL,
    PRIMARY KEY (point_id, direction, month, step)
) WITH (toast_tuple_target = 4080);
-- Packed values do not compress. A month of half-hours stays in its row: nothing else has to be looked up for it. It is
-- the last column: what is asked of a month without its slots is in the row's first bytes.
ALTER TABLE switchgrid.curve_segment ALTER curve SET STORAGE EXTERNAL;
-- For reports on all points of some months, which the primary key does not help.
CREATE INDEX curve_segment_month ON switchgrid.curve_segment (month);
COMMENT ON TABLE switchgrid.curve_segment IS 'Load curves, packed: one row for a point, direction, civil month (Europe/Paris) and step. switchgrid.load_curve shows it unpacked.';
COMMENT ON COLUMN switchgrid.curve_segment.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.curve_segment.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.curve_segment.month IS 'First day of the civil month in Paris.';
COMMENT ON COLUMN switchgrid.curve_segment.step IS 'Length of a slot.';
COMMENT ON COLUMN switchgrid.curve_segment.points IS 'Slots with a value. 0 where readings of other steps took the place of all: the row stays for what was known before.';
COMMENT ON COLUMN switchgrid.curve_segment.decimals IS 'Decimals of the watts.';
COMMENT ON COLUMN switchgrid.curve_segment.wh IS 'Energy of the month, Wh.';
COMMENT ON COLUMN switchgrid.curve_segment.watts_min IS 'Smallest value, W; NULL without points.';
COMMENT ON COLUMN switchgrid.curve_segment.watts_max IS 'Largest value, W; NULL without points.';
COMMENT ON COLUMN switchgrid.curve_segment.updated_at IS 'When the row was last written: now() of that transaction, or the last such instant of the month if that is later. Revisions and arrivals are dated by it.';
COMMENT ON COLUMN switchgrid.curve_segment.arrived IS 'When the first reading of each civil day of the month was stored: one element for each day, NULL for a day that never had one. Where all days that ever had readings came at one instant and still have some, that instant alone, as after a load of the whole month.';
COMMENT ON COLUMN switchgrid.curve_segment.curve IS 'The slots of the month.';

CREATE TABLE switchgrid.curve_revision (
    point_id text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('consumption', 'production')),
    month date NOT NULL CHECK (month = pg_catalog.date_trunc('month', month) AND pg_catalog.isfinite(month)),
    step interval NOT NULL CHECK (step > interval '0' AND step <= interval '24:00' AND EXTRACT(day FROM step) = 0),
    number bigint GENERATED ALWAYS AS IDENTITY,
    revised_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    before switchgrid.curve NOT NULL,
    after switchgrid.curve NOT NULL,
    PRIMARY KEY (point_id, direction, month, step, number)
);
COMMENT ON TABLE switchgrid.curve_revision IS 'What newer readings replaced, packed: one row for each time that stored readings of a segment changed. The first readings of a civil day replace nothing: curve_segment.arrived says when they came. switchgrid.revision shows it unpacked.';
COMMENT ON COLUMN switchgrid.curve_revision.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.curve_revision.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.curve_revision.month IS 'First day of the civil month in Paris.';
COMMENT ON COLUMN switchgrid.curve_revision.step IS 'Length of a slot.';
COMMENT ON COLUMN switchgrid.curve_revision.number IS 'Grows with each revision of a segment.';
COMMENT ON COLUMN switchgrid.curve_revision.revised_at IS 'When: now() of the transaction that stored the newer readings, which is when it began; never before what the month was dated last.';
COMMENT ON COLUMN switchgrid.curve_revision.before IS 'The slots as they were, from the first to the last that changed. Missing here and not in after: the reading came late into a day that had others. Missing in both: did not change.';
COMMENT ON COLUMN switchgrid.curve_revision.after IS 'The same slots as they became. Missing here and not in before: a reading of another step took its place.';

CREATE VIEW switchgrid.revision WITH (security_invoker = true) AS
SELECT r.point_id, r.direction, switchgrid.starts_at(r.before) + (v.slot - 1) * r.step AS starts_at,
       r.step, v.watts_before, v.nature_before, v.watts_after, v.nature_after, r.revised_at
FROM switchgrid.curve_revision AS r,
     unnest(switchgrid.watts(r.before), switchgrid.natures(r.before),
            switchgrid.watts(r.after), switchgrid.natures(r.after)) WITH ORDINALITY
         AS v (watts_before, nature_before, watts_after, nature_after, slot)
WHERE v.watts_before IS NOT NULL OR v.watts_after IS NOT NULL;
COMMENT ON VIEW switchgrid.revision IS 'Readings that were replaced: one row for each change of an interval, from switchgrid.curve_revision.';
COMMENT ON COLUMN switchgrid.revision.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.revision.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.revision.starts_at IS 'When the interval begins.';
COMMENT ON COLUMN switchgrid.revision.step IS 'Length of the interval.';
COMMENT ON COLUMN switchgrid.revision.watts_before IS 'Mean power as it was, W; NULL: the reading came late into a day that had others.';
COMMENT ON COLUMN switchgrid.revision.nature_before IS 'What the operator said of that value; NULL if nothing.';
COMMENT ON COLUMN switchgrid.revision.watts_after IS 'Mean power as it became, W; NULL: a reading of another step took its place.';
COMMENT ON COLUMN switchgrid.revision.nature_after IS 'What the operator said of that value; NULL if nothing.';
COMMENT ON COLUMN switchgrid.revision.revised_at IS 'When: the beginning of the transaction that stored it.';

CREATE FUNCTION switchgrid.load_curve_known(at timestamptz, points text[] DEFAULT NULL,
    span tstzrange DEFAULT NULL, OUT point_id text, OUT direction text, OUT starts_at timestamptz,
    OUT ends_at timestamptz, OUT step interval, OUT watts double precision,
    OUT wh double precision, OUT nature text) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'sg_load_curve_known' LANGUAGE C STABLE ROWS 20000 COST 10000;
COMMENT ON FUNCTION switchgrid.load_curve_known(timestamptz, text[], tstzrange) IS
    'The rows of switchgrid.load_curve as they were known at an instant: of some points or, with NULL, all; those that begin in the span, or all. A reading is known from the beginning of the transaction that stored it. Reads curve_segment and curve_revision as the current user. 22004 for a NULL instant, or a NULL among the points.';

CREATE TABLE switchgrid.daily_energy (
    point_id text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('consumption', 'production')),
    day date NOT NULL,
    wh double precision NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (point_id, direction, day)
);
COMMENT ON TABLE switchgrid.daily_energy IS 'Stored daily energies: one row for a point, direction and civil day in Paris.';
COMMENT ON COLUMN switchgrid.daily_energy.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.daily_energy.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.daily_energy.day IS 'Civil day in Paris.';
COMMENT ON COLUMN switchgrid.daily_energy.wh IS 'Energy of the day, Wh, as the operator gives it (difference of indexes).';
COMMENT ON COLUMN switchgrid.daily_energy.updated_at IS 'When the row was last written.';

CREATE TABLE switchgrid.daily_max_power (
    point_id text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('consumption', 'production')),
    day date NOT NULL,
    va double precision NOT NULL,
    at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (point_id, direction, day)
);
COMMENT ON TABLE switchgrid.daily_max_power IS 'Stored daily peaks of apparent power: one row for a point, direction and civil day in Paris.';
COMMENT ON COLUMN switchgrid.daily_max_power.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.daily_max_power.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.daily_max_power.day IS 'Civil day in Paris.';
COMMENT ON COLUMN switchgrid.daily_max_power.va IS 'Largest apparent power of the day, VA.';
COMMENT ON COLUMN switchgrid.daily_max_power.at IS 'When it was reached; NULL if the operator does not say. In the repeated hour of October, its first pass.';
COMMENT ON COLUMN switchgrid.daily_max_power.updated_at IS 'When the row was last written.';

CREATE TABLE switchgrid.register_reading (
    point_id text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('consumption', 'production')),
    read_at timestamptz NOT NULL,
    quantity text,
    calendar text,
    calendar_name text,
    class text,
    class_name text,
    register text,
    value double precision NOT NULL,
    unit text,
    stage text,
    context text,
    type text,
    updated_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    UNIQUE NULLS NOT DISTINCT (point_id, direction, read_at, quantity, calendar, class, register, stage, context,
        type)
);
COMMENT ON TABLE switchgrid.register_reading IS 'Stored readings of the meter''s registers (index): one row for a register and an instant.';
COMMENT ON COLUMN switchgrid.register_reading.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.register_reading.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.register_reading.read_at IS 'The instant of the reading.';
COMMENT ON COLUMN switchgrid.register_reading.quantity IS 'Physical quantity: EA active energy.';
COMMENT ON COLUMN switchgrid.register_reading.calendar IS 'Calendar whose classes the registers count, such as FC020831; NULL for a register that sums all.';
COMMENT ON COLUMN switchgrid.register_reading.calendar_name IS 'The calendar in words.';
COMMENT ON COLUMN switchgrid.register_reading.class IS 'Class of the calendar, such as HC or HP; NULL for a register that sums all.';
COMMENT ON COLUMN switchgrid.register_reading.class_name IS 'The class in words.';
COMMENT ON COLUMN switchgrid.register_reading.register IS 'Code of the register (cadran).';
COMMENT ON COLUMN switchgrid.register_reading.value IS 'What the register shows, in the unit.';
COMMENT ON COLUMN switchgrid.register_reading.unit IS 'Unit of the value: Wh.';
COMMENT ON COLUMN switchgrid.register_reading.stage IS 'BRUT raw, BEST corrected.';
COMMENT ON COLUMN switchgrid.register_reading.context IS 'Why it was read: COL collection, CRD, CRI, FMR, TOP.';
COMMENT ON COLUMN switchgrid.register_reading.type IS 'How it was read: AP, AQ, AS, AV, LC, RM, RC.';
COMMENT ON COLUMN switchgrid.register_reading.updated_at IS 'When the row was last written.';

CREATE TABLE switchgrid.quantity_curve (
    point_id text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('consumption', 'production')),
    quantity text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    step interval NOT NULL,
    value double precision NOT NULL,
    unit text,
    nature text,
    updated_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (point_id, direction, quantity, starts_at)
);
COMMENT ON TABLE switchgrid.quantity_curve IS 'Stored curves of quantities other than active power, which come along with the load curve of larger meters: one row for an interval.';
COMMENT ON COLUMN switchgrid.quantity_curve.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.quantity_curve.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.quantity_curve.quantity IS 'Physical quantity: PRI, PRC reactive power, E voltage.';
COMMENT ON COLUMN switchgrid.quantity_curve.starts_at IS 'When the interval begins.';
COMMENT ON COLUMN switchgrid.quantity_curve.ends_at IS 'When the interval ends.';
COMMENT ON COLUMN switchgrid.quantity_curve.step IS 'Length of the interval.';
COMMENT ON COLUMN switchgrid.quantity_curve.value IS 'Mean of the quantity over the interval, in the unit.';
COMMENT ON COLUMN switchgrid.quantity_curve.unit IS 'VAr of reactive power, V of voltage.';
COMMENT ON COLUMN switchgrid.quantity_curve.nature IS 'What the operator says of the value.';
COMMENT ON COLUMN switchgrid.quantity_curve.updated_at IS 'When the row was last written.';

CREATE TABLE switchgrid.billed_quantity (
    point_id text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('consumption', 'production')),
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    quantity text,
    grid text,
    calendar text,
    calendar_name text,
    class text,
    class_name text,
    value double precision NOT NULL,
    unit text,
    nature text,
    status text,
    reason text,
    created_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    UNIQUE NULLS NOT DISTINCT (point_id, direction, starts_on, ends_on, quantity, grid, calendar, class, created_at)
);
COMMENT ON TABLE switchgrid.billed_quantity IS 'Stored quantities that were billed (R67; of gas the published consumption): one row for a class and a period.';
COMMENT ON COLUMN switchgrid.billed_quantity.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.billed_quantity.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.billed_quantity.starts_on IS 'First civil day of the period.';
COMMENT ON COLUMN switchgrid.billed_quantity.ends_on IS 'The day on which it ends, as the operator writes it.';
COMMENT ON COLUMN switchgrid.billed_quantity.quantity IS 'Physical quantity: EA active energy; energie of gas.';
COMMENT ON COLUMN switchgrid.billed_quantity.grid IS 'Code of the grid of calendars: D of the distributor, F of the supplier.';
COMMENT ON COLUMN switchgrid.billed_quantity.calendar IS 'Calendar of the classes.';
COMMENT ON COLUMN switchgrid.billed_quantity.calendar_name IS 'The calendar in words.';
COMMENT ON COLUMN switchgrid.billed_quantity.class IS 'Class of the calendar, such as HC or HP; NULL where there is none.';
COMMENT ON COLUMN switchgrid.billed_quantity.class_name IS 'The class in words.';
COMMENT ON COLUMN switchgrid.billed_quantity.value IS 'The quantity, in the unit.';
COMMENT ON COLUMN switchgrid.billed_quantity.unit IS 'kWh or Wh, as the operator gives it.';
COMMENT ON COLUMN switchgrid.billed_quantity.nature IS 'How it was found, as the operator writes it: R read, E estimated, C corrected.';
COMMENT ON COLUMN switchgrid.billed_quantity.status IS 'I first, A cancelled, R set right; of gas Provisoire or Définitive.';
COMMENT ON COLUMN switchgrid.billed_quantity.reason IS 'Why the meter was read.';
COMMENT ON COLUMN switchgrid.billed_quantity.created_at IS 'When the operator made the record.';
COMMENT ON COLUMN switchgrid.billed_quantity.updated_at IS 'When the row was last written.';

CREATE TABLE switchgrid.gas_day (
    point_id text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('consumption', 'production')),
    day date NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    kwh double precision,
    volume double precision,
    volume_converted double precision,
    coefficient double precision,
    index_start double precision,
    index_end double precision,
    kind text,
    quality text,
    status text,
    raw jsonb,
    updated_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    UNIQUE NULLS NOT DISTINCT (point_id, direction, starts_at, kind)
);
COMMENT ON TABLE switchgrid.gas_day IS 'Stored gas days (journées gazières), from 06:00 to 06:00 in Paris: one row for a point and day.';
COMMENT ON COLUMN switchgrid.gas_day.point_id IS 'Delivery point: PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.gas_day.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.gas_day.day IS 'The gas day: the civil day on which it begins.';
COMMENT ON COLUMN switchgrid.gas_day.starts_at IS 'When it begins: 06:00.';
COMMENT ON COLUMN switchgrid.gas_day.ends_at IS 'When it ends: 23, 24 or 25 hours later.';
COMMENT ON COLUMN switchgrid.gas_day.kwh IS 'Energy (PCS), kWh, as the operator gives it; it is not the product of volume and coefficient, which are rounded.';
COMMENT ON COLUMN switchgrid.gas_day.volume IS 'Raw volume, m³.';
COMMENT ON COLUMN switchgrid.gas_day.volume_converted IS 'Volume at normal conditions, m³(n); NULL without a converter.';
COMMENT ON COLUMN switchgrid.gas_day.coefficient IS 'Conversion coefficient, kWh per m³.';
COMMENT ON COLUMN switchgrid.gas_day.index_start IS 'The meter at the beginning, m³.';
COMMENT ON COLUMN switchgrid.gas_day.index_end IS 'The meter at the end, m³.';
COMMENT ON COLUMN switchgrid.gas_day.kind IS 'Informative Journalier or Informative horaire.';
COMMENT ON COLUMN switchgrid.gas_day.quality IS 'Mesuré, Estimé, Corrigé.';
COMMENT ON COLUMN switchgrid.gas_day.status IS 'Provisoire or Définitive; a final value is never replaced by a provisional one.';
COMMENT ON COLUMN switchgrid.gas_day.raw IS 'All that the API said of the day.';
COMMENT ON COLUMN switchgrid.gas_day.updated_at IS 'When the row was last written.';

CREATE TABLE switchgrid.contract_history (
    point_id text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('consumption', 'production')),
    segment text,
    status text,
    contract_type text,
    supplier text,
    subscribed_power double precision,
    power_unit text,
    tariff text,
    offpeak_hours text,
    offpeak_minutes int4multirange,
    future_offpeak_hours text,
    future_offpeak_minutes int4multirange,
    reference_kwh double precision,
    started_on date,
    activated_on date,
    tariff_changed_on date,
    power_changed_on date,
    meter_type text,
    meter_serial text,
    communicating boolean,
    raw jsonb,
    seen_from date NOT NULL,
    seen_until date CHECK (seen_until > seen_from),
    seen daterange GENERATED ALWAYS AS (pg_catalog.daterange(seen_from, seen_until)) STORED,
    checked_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (point_id, direction, seen_from)
);
COMMENT ON TABLE switchgrid.contract_history IS 'What is known of a contract on a point, in one direction, and what it was before: one row for each time something changed.';
COMMENT ON COLUMN switchgrid.contract_history.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.contract_history.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.contract_history.segment IS 'C1 to C5, P1 to P4.';
COMMENT ON COLUMN switchgrid.contract_history.status IS 'SERVC in service, RESIL ended, ECRES ending, ECRAC being connected, INACCE unreachable; NULL where the API does not say.';
COMMENT ON COLUMN switchgrid.contract_history.contract_type IS 'As the operator writes it: Contrat GRD-F, Contrat GRD-A, CARD-S, ...';
COMMENT ON COLUMN switchgrid.contract_history.supplier IS 'Name of the supplier, where the API says it.';
COMMENT ON COLUMN switchgrid.contract_history.subscribed_power IS 'Subscribed power, in power_unit.';
COMMENT ON COLUMN switchgrid.contract_history.power_unit IS 'kVA or kW.';
COMMENT ON COLUMN switchgrid.contract_history.tariff IS 'Code of the network tariff, such as BTINFMUDT; a label that has no code is kept as it is.';
COMMENT ON COLUMN switchgrid.contract_history.offpeak_hours IS 'Heures creuses as the operator writes them: HC (22H30-6H30).';
COMMENT ON COLUMN switchgrid.contract_history.offpeak_minutes IS 'The same as minutes since midnight, Paris time: {[0,390),[1350,1440)}.';
COMMENT ON COLUMN switchgrid.contract_history.future_offpeak_hours IS 'Heures creuses to come, where the operator announces them.';
COMMENT ON COLUMN switchgrid.contract_history.future_offpeak_minutes IS 'The same as minutes since midnight, Paris time.';
COMMENT ON COLUMN switchgrid.contract_history.reference_kwh IS 'Yearly reference consumption of a gas contract (CAR), kWh.';
COMMENT ON COLUMN switchgrid.contract_history.started_on IS 'First day of the contract, where the API says it.';
COMMENT ON COLUMN switchgrid.contract_history.activated_on IS 'Last activation (mise en service) of the point in this direction; sometimes wrong at the operator.';
COMMENT ON COLUMN switchgrid.contract_history.tariff_changed_on IS 'Last change of the tariff.';
COMMENT ON COLUMN switchgrid.contract_history.power_changed_on IS 'Last change of the subscribed power.';
COMMENT ON COLUMN switchgrid.contract_history.meter_type IS 'AMM for a Linky.';
COMMENT ON COLUMN switchgrid.contract_history.meter_serial IS 'Serial number of the meter, where the API says it.';
COMMENT ON COLUMN switchgrid.contract_history.communicating IS 'Does the meter communicate?';
COMMENT ON COLUMN switchgrid.contract_history.raw IS 'All that the API said, without personal data.';
COMMENT ON COLUMN switchgrid.contract_history.seen_from IS 'First civil day on which it was seen so.';
COMMENT ON COLUMN switchgrid.contract_history.seen_until IS 'The day on which it was seen otherwise; NULL: it is so now.';
COMMENT ON COLUMN switchgrid.contract_history.seen IS 'The days on which it was so, as far as was seen.';
COMMENT ON COLUMN switchgrid.contract_history.checked_at IS 'When it was last seen.';

CREATE UNIQUE INDEX contract_history_now ON switchgrid.contract_history (point_id, direction) WHERE seen_until IS NULL;

CREATE VIEW switchgrid.contract WITH (security_invoker = true) AS
SELECT point_id, direction, segment, status, contract_type, supplier, subscribed_power,
       power_unit, tariff, offpeak_hours, offpeak_minutes, future_offpeak_hours,
       future_offpeak_minutes, reference_kwh, started_on, activated_on, tariff_changed_on,
       power_changed_on, meter_type, meter_serial, communicating, raw
FROM switchgrid.contract_history WHERE seen_until IS NULL;
COMMENT ON VIEW switchgrid.contract IS 'What is known of a contract on a point, in one direction, as last seen; switchgrid.contract_history has what was before.';
COMMENT ON COLUMN switchgrid.contract.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.contract.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.contract.segment IS 'C1 to C5, P1 to P4.';
COMMENT ON COLUMN switchgrid.contract.status IS 'SERVC in service, RESIL ended, ECRES ending, ECRAC being connected, INACCE unreachable; NULL where the API does not say.';
COMMENT ON COLUMN switchgrid.contract.contract_type IS 'As the operator writes it: Contrat GRD-F, Contrat GRD-A, CARD-S, ...';
COMMENT ON COLUMN switchgrid.contract.supplier IS 'Name of the supplier, where the API says it.';
COMMENT ON COLUMN switchgrid.contract.subscribed_power IS 'Subscribed power, in power_unit.';
COMMENT ON COLUMN switchgrid.contract.power_unit IS 'kVA or kW.';
COMMENT ON COLUMN switchgrid.contract.tariff IS 'Code of the network tariff, such as BTINFMUDT; a label that has no code is kept as it is.';
COMMENT ON COLUMN switchgrid.contract.offpeak_hours IS 'Heures creuses as the operator writes them: HC (22H30-6H30).';
COMMENT ON COLUMN switchgrid.contract.offpeak_minutes IS 'The same as minutes since midnight, Paris time: {[0,390),[1350,1440)}.';
COMMENT ON COLUMN switchgrid.contract.future_offpeak_hours IS 'Heures creuses to come, where the operator announces them.';
COMMENT ON COLUMN switchgrid.contract.future_offpeak_minutes IS 'The same as minutes since midnight, Paris time.';
COMMENT ON COLUMN switchgrid.contract.reference_kwh IS 'Yearly reference consumption of a gas contract (CAR), kWh.';
COMMENT ON COLUMN switchgrid.contract.started_on IS 'First day of the contract, where the API says it.';
COMMENT ON COLUMN switchgrid.contract.activated_on IS 'Last activation (mise en service) of the point in this direction; sometimes wrong at the operator.';
COMMENT ON COLUMN switchgrid.contract.tariff_changed_on IS 'Last change of the tariff.';
COMMENT ON COLUMN switchgrid.contract.power_changed_on IS 'Last change of the subscribed power.';
COMMENT ON COLUMN switchgrid.contract.meter_type IS 'AMM for a Linky.';
COMMENT ON COLUMN switchgrid.contract.meter_serial IS 'Serial number of the meter, where the API says it.';
COMMENT ON COLUMN switchgrid.contract.communicating IS 'Does the meter communicate?';
COMMENT ON COLUMN switchgrid.contract.raw IS 'All that the API said, without personal data.';

CREATE TABLE switchgrid.address_history (
    point_id text NOT NULL,
    street text,
    building text,
    unit text,
    locality text,
    postal_code text,
    city text,
    insee_code text,
    country text,
    latitude double precision,
    longitude double precision,
    altitude double precision,
    raw jsonb,
    seen_from date NOT NULL,
    seen_until date CHECK (seen_until > seen_from),
    seen daterange GENERATED ALWAYS AS (pg_catalog.daterange(seen_from, seen_until)) STORED,
    checked_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (point_id, seen_from)
);
COMMENT ON TABLE switchgrid.address_history IS 'The address of a point, and what it was before: one row for each time something changed.';
COMMENT ON COLUMN switchgrid.address_history.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.address_history.street IS 'Number and street.';
COMMENT ON COLUMN switchgrid.address_history.building IS 'Building.';
COMMENT ON COLUMN switchgrid.address_history.unit IS 'Staircase, floor, apartment.';
COMMENT ON COLUMN switchgrid.address_history.locality IS 'Locality (lieu-dit).';
COMMENT ON COLUMN switchgrid.address_history.postal_code IS 'Postal code.';
COMMENT ON COLUMN switchgrid.address_history.city IS 'Town.';
COMMENT ON COLUMN switchgrid.address_history.insee_code IS 'INSEE code of the commune.';
COMMENT ON COLUMN switchgrid.address_history.country IS 'Country, where the API says it.';
COMMENT ON COLUMN switchgrid.address_history.latitude IS 'Latitude, degrees, where the API says it.';
COMMENT ON COLUMN switchgrid.address_history.longitude IS 'Longitude, degrees.';
COMMENT ON COLUMN switchgrid.address_history.altitude IS 'Altitude, m.';
COMMENT ON COLUMN switchgrid.address_history.raw IS 'All that the API said.';
COMMENT ON COLUMN switchgrid.address_history.seen_from IS 'First civil day on which it was seen so.';
COMMENT ON COLUMN switchgrid.address_history.seen_until IS 'The day on which it was seen otherwise; NULL: it is so now.';
COMMENT ON COLUMN switchgrid.address_history.seen IS 'The days on which it was so, as far as was seen.';
COMMENT ON COLUMN switchgrid.address_history.checked_at IS 'When it was last seen.';

CREATE UNIQUE INDEX address_history_now ON switchgrid.address_history (point_id) WHERE seen_until IS NULL;

CREATE VIEW switchgrid.address WITH (security_invoker = true) AS
SELECT point_id, street, building, unit, locality, postal_code, city, insee_code, country,
       latitude, longitude, altitude, raw
FROM switchgrid.address_history WHERE seen_until IS NULL;
COMMENT ON VIEW switchgrid.address IS 'The address of a point, as last seen; switchgrid.address_history has what was before.';
COMMENT ON COLUMN switchgrid.address.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.address.street IS 'Number and street.';
COMMENT ON COLUMN switchgrid.address.building IS 'Building.';
COMMENT ON COLUMN switchgrid.address.unit IS 'Staircase, floor, apartment.';
COMMENT ON COLUMN switchgrid.address.locality IS 'Locality (lieu-dit).';
COMMENT ON COLUMN switchgrid.address.postal_code IS 'Postal code.';
COMMENT ON COLUMN switchgrid.address.city IS 'Town.';
COMMENT ON COLUMN switchgrid.address.insee_code IS 'INSEE code of the commune.';
COMMENT ON COLUMN switchgrid.address.country IS 'Country, where the API says it.';
COMMENT ON COLUMN switchgrid.address.latitude IS 'Latitude, degrees, where the API says it.';
COMMENT ON COLUMN switchgrid.address.longitude IS 'Longitude, degrees.';
COMMENT ON COLUMN switchgrid.address.altitude IS 'Altitude, m.';
COMMENT ON COLUMN switchgrid.address.raw IS 'All that the API said.';

CREATE TABLE switchgrid.holder_history (
    point_id text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('consumption', 'production')),
    title text,
    first_name text,
    last_name text,
    company text,
    trading_name text,
    activity text,
    siret text,
    siren text,
    raw jsonb,
    seen_from date NOT NULL,
    seen_until date CHECK (seen_until > seen_from),
    seen daterange GENERATED ALWAYS AS (pg_catalog.daterange(seen_from, seen_until)) STORED,
    checked_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (point_id, direction, seen_from)
);
COMMENT ON TABLE switchgrid.holder_history IS 'Who holds a contract on a point, and what it was before: one row for each time something changed.';
COMMENT ON COLUMN switchgrid.holder_history.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.holder_history.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.holder_history.title IS 'Title of a natural person.';
COMMENT ON COLUMN switchgrid.holder_history.first_name IS 'First name of a natural person.';
COMMENT ON COLUMN switchgrid.holder_history.last_name IS 'Last name of a natural person.';
COMMENT ON COLUMN switchgrid.holder_history.company IS 'Name of a legal entity.';
COMMENT ON COLUMN switchgrid.holder_history.trading_name IS 'Its trading name.';
COMMENT ON COLUMN switchgrid.holder_history.activity IS 'Its activity code (NAF).';
COMMENT ON COLUMN switchgrid.holder_history.siret IS 'SIRET number.';
COMMENT ON COLUMN switchgrid.holder_history.siren IS 'SIREN number, where the API says it.';
COMMENT ON COLUMN switchgrid.holder_history.raw IS 'All that the API said of the holder.';
COMMENT ON COLUMN switchgrid.holder_history.seen_from IS 'First civil day on which it was seen so.';
COMMENT ON COLUMN switchgrid.holder_history.seen_until IS 'The day on which it was seen otherwise; NULL: it is so now.';
COMMENT ON COLUMN switchgrid.holder_history.seen IS 'The days on which it was so, as far as was seen.';
COMMENT ON COLUMN switchgrid.holder_history.checked_at IS 'When it was last seen.';

CREATE UNIQUE INDEX holder_history_now ON switchgrid.holder_history (point_id, direction) WHERE seen_until IS NULL;

CREATE VIEW switchgrid.holder WITH (security_invoker = true) AS
SELECT point_id, direction, title, first_name, last_name, company, trading_name, activity,
       siret, siren, raw
FROM switchgrid.holder_history WHERE seen_until IS NULL;
COMMENT ON VIEW switchgrid.holder IS 'Who holds a contract on a point, as last seen; switchgrid.holder_history has what was before.';
COMMENT ON COLUMN switchgrid.holder.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.holder.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.holder.title IS 'Title of a natural person.';
COMMENT ON COLUMN switchgrid.holder.first_name IS 'First name of a natural person.';
COMMENT ON COLUMN switchgrid.holder.last_name IS 'Last name of a natural person.';
COMMENT ON COLUMN switchgrid.holder.company IS 'Name of a legal entity.';
COMMENT ON COLUMN switchgrid.holder.trading_name IS 'Its trading name.';
COMMENT ON COLUMN switchgrid.holder.activity IS 'Its activity code (NAF).';
COMMENT ON COLUMN switchgrid.holder.siret IS 'SIRET number.';
COMMENT ON COLUMN switchgrid.holder.siren IS 'SIREN number, where the API says it.';
COMMENT ON COLUMN switchgrid.holder.raw IS 'All that the API said of the holder.';

CREATE TABLE switchgrid.contact_history (
    point_id text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('consumption', 'production')),
    phone text,
    landline text,
    email text,
    raw jsonb,
    seen_from date NOT NULL,
    seen_until date CHECK (seen_until > seen_from),
    seen daterange GENERATED ALWAYS AS (pg_catalog.daterange(seen_from, seen_until)) STORED,
    checked_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (point_id, direction, seen_from)
);
COMMENT ON TABLE switchgrid.contact_history IS 'How the holder of a contract can be reached, and what it was before: one row for each time something changed.';
COMMENT ON COLUMN switchgrid.contact_history.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.contact_history.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.contact_history.phone IS 'Telephone, mobile.';
COMMENT ON COLUMN switchgrid.contact_history.landline IS 'Telephone, landline, where the API says it.';
COMMENT ON COLUMN switchgrid.contact_history.email IS 'E-mail address.';
COMMENT ON COLUMN switchgrid.contact_history.raw IS 'All that the API said of the contact.';
COMMENT ON COLUMN switchgrid.contact_history.seen_from IS 'First civil day on which it was seen so.';
COMMENT ON COLUMN switchgrid.contact_history.seen_until IS 'The day on which it was seen otherwise; NULL: it is so now.';
COMMENT ON COLUMN switchgrid.contact_history.seen IS 'The days on which it was so, as far as was seen.';
COMMENT ON COLUMN switchgrid.contact_history.checked_at IS 'When it was last seen.';

CREATE UNIQUE INDEX contact_history_now ON switchgrid.contact_history (point_id, direction) WHERE seen_until IS NULL;

CREATE VIEW switchgrid.contact WITH (security_invoker = true) AS
SELECT point_id, direction, phone, landline, email, raw
FROM switchgrid.contact_history WHERE seen_until IS NULL;
COMMENT ON VIEW switchgrid.contact IS 'How the holder of a contract can be reached, as last seen; switchgrid.contact_history has what was before.';
COMMENT ON COLUMN switchgrid.contact.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.contact.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.contact.phone IS 'Telephone, mobile.';
COMMENT ON COLUMN switchgrid.contact.landline IS 'Telephone, landline, where the API says it.';
COMMENT ON COLUMN switchgrid.contact.email IS 'E-mail address.';
COMMENT ON COLUMN switchgrid.contact.raw IS 'All that the API said of the contact.';

CREATE TABLE switchgrid.connection_history (
    point_id text NOT NULL,
    state text,
    voltage_level text,
    phases text,
    consumption_power double precision,
    production_power double precision,
    power_unit text,
    volts double precision,
    serial_number text,
    raw jsonb,
    seen_from date NOT NULL,
    seen_until date CHECK (seen_until > seen_from),
    seen daterange GENERATED ALWAYS AS (pg_catalog.daterange(seen_from, seen_until)) STORED,
    checked_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (point_id, seen_from)
);
COMMENT ON TABLE switchgrid.connection_history IS 'How a point is connected to the network, and what it was before: one row for each time something changed.';
COMMENT ON COLUMN switchgrid.connection_history.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.connection_history.state IS 'State of the supply, as the operator writes it.';
COMMENT ON COLUMN switchgrid.connection_history.voltage_level IS 'Voltage level, such as BTINF.';
COMMENT ON COLUMN switchgrid.connection_history.phases IS 'Number of phases, as the operator writes it.';
COMMENT ON COLUMN switchgrid.connection_history.consumption_power IS 'Connection power for consumption, in power_unit.';
COMMENT ON COLUMN switchgrid.connection_history.production_power IS 'Connection power for production, in power_unit.';
COMMENT ON COLUMN switchgrid.connection_history.power_unit IS 'kVA or kW.';
COMMENT ON COLUMN switchgrid.connection_history.volts IS 'Nominal voltage, V.';
COMMENT ON COLUMN switchgrid.connection_history.serial_number IS 'Serial number, as the operator gives it.';
COMMENT ON COLUMN switchgrid.connection_history.raw IS 'All that the API said.';
COMMENT ON COLUMN switchgrid.connection_history.seen_from IS 'First civil day on which it was seen so.';
COMMENT ON COLUMN switchgrid.connection_history.seen_until IS 'The day on which it was seen otherwise; NULL: it is so now.';
COMMENT ON COLUMN switchgrid.connection_history.seen IS 'The days on which it was so, as far as was seen.';
COMMENT ON COLUMN switchgrid.connection_history.checked_at IS 'When it was last seen.';

CREATE UNIQUE INDEX connection_history_now ON switchgrid.connection_history (point_id) WHERE seen_until IS NULL;

CREATE VIEW switchgrid.connection WITH (security_invoker = true) AS
SELECT point_id, state, voltage_level, phases, consumption_power, production_power,
       power_unit, volts, serial_number, raw
FROM switchgrid.connection_history WHERE seen_until IS NULL;
COMMENT ON VIEW switchgrid.connection IS 'How a point is connected to the network, as last seen; switchgrid.connection_history has what was before.';
COMMENT ON COLUMN switchgrid.connection.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.connection.state IS 'State of the supply, as the operator writes it.';
COMMENT ON COLUMN switchgrid.connection.voltage_level IS 'Voltage level, such as BTINF.';
COMMENT ON COLUMN switchgrid.connection.phases IS 'Number of phases, as the operator writes it.';
COMMENT ON COLUMN switchgrid.connection.consumption_power IS 'Connection power for consumption, in power_unit.';
COMMENT ON COLUMN switchgrid.connection.production_power IS 'Connection power for production, in power_unit.';
COMMENT ON COLUMN switchgrid.connection.power_unit IS 'kVA or kW.';
COMMENT ON COLUMN switchgrid.connection.volts IS 'Nominal voltage, V.';
COMMENT ON COLUMN switchgrid.connection.serial_number IS 'Serial number, as the operator gives it.';
COMMENT ON COLUMN switchgrid.connection.raw IS 'All that the API said.';

-- Consents --------------------------------------------------------------------

CREATE TABLE switchgrid.ask (
    server name NOT NULL,
    state text NOT NULL,
    ask_id text,
    status text,
    points text[],
    asked_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    accepted_at timestamptz,
    user_url text,
    duration interval NOT NULL,
    test boolean,
    contracts jsonb,
    outcome text NOT NULL DEFAULT 'waiting' CHECK (outcome IN (
        'sending', 'uncertain', 'waiting', 'given', 'refused', 'failed', 'cancelled', 'ended')),
    answered_at timestamptz,
    authorisation_id bigint,
    error text,
    error_description text,
    tries integer NOT NULL DEFAULT 0,
    retry_at timestamptz,
    forgotten boolean NOT NULL DEFAULT false,
    advice text GENERATED ALWAYS AS (CASE WHEN outcome = 'uncertain' THEN
        'Wait some minutes, for it may still be on its way; look on the API whether the ask is there; then switchgrid.settle_ask(server, state, its ask_id, or NULL if it is not).'
        END) STORED,
    PRIMARY KEY (server, state)
);
COMMENT ON TABLE switchgrid.ask IS 'Consents that holders were asked for: one row for each ask, or URL that switchgrid.authorize_url made.';
COMMENT ON COLUMN switchgrid.ask.server IS 'Foreign server whose application asks.';
COMMENT ON COLUMN switchgrid.ask.state IS 'Our own name of the ask; with a URL the word that goes with the holder''s browser and comes back.';
COMMENT ON COLUMN switchgrid.ask.ask_id IS 'The API''s name of the ask (Switchgrid).';
COMMENT ON COLUMN switchgrid.ask.status IS 'The API''s word, as last seen: PENDING_USER_ACTION, ACCEPTED, NOT_VALID, ...';
COMMENT ON COLUMN switchgrid.ask.points IS 'Points that the consent is for; NULL until they are known.';
COMMENT ON COLUMN switchgrid.ask.asked_at IS 'When it was asked, or the URL made.';
COMMENT ON COLUMN switchgrid.ask.accepted_at IS 'When the holder consented.';
COMMENT ON COLUMN switchgrid.ask.user_url IS 'Where the holder signs.';
COMMENT ON COLUMN switchgrid.ask.duration IS 'How long the consent is to last.';
COMMENT ON COLUMN switchgrid.ask.test IS 'Was it asked in the test environment?';
COMMENT ON COLUMN switchgrid.ask.contracts IS 'The contracts of the ask: id, point_id, status, consent_id.';
COMMENT ON COLUMN switchgrid.ask.outcome IS 'sending (no answer yet), uncertain (the answer was lost: see advice), waiting for the holder, given, refused by the holder, failed at the operator, cancelled, or ended (revoked, expired).';
COMMENT ON COLUMN switchgrid.ask.answered_at IS 'When the outcome was known, or the browser came back.';
COMMENT ON COLUMN switchgrid.ask.authorisation_id IS 'The operator''s number of the consent (Enedis 2026).';
COMMENT ON COLUMN switchgrid.ask.error IS 'The operator''s code, if it was not given, or if its points could not be had.';
COMMENT ON COLUMN switchgrid.ask.error_description IS 'The operator''s words.';
COMMENT ON COLUMN switchgrid.ask.tries IS 'How often it was looked after in vain.';
COMMENT ON COLUMN switchgrid.ask.retry_at IS 'When refresh looks after it again; NULL: in its next run.';
COMMENT ON COLUMN switchgrid.ask.forgotten IS 'Was one of its points forgotten? What the API says of it then adds no points.';
COMMENT ON COLUMN switchgrid.ask.advice IS 'What is to be done about it, if anything.';

CREATE UNIQUE INDEX ask_id_key ON switchgrid.ask (server, ask_id) WHERE ask_id IS NOT NULL;

CREATE TABLE switchgrid.consent (
    server name NOT NULL,
    point_id text NOT NULL,
    authorisation_id bigint,
    ask_id text,
    consent_id text,
    service_id text,
    service text,
    kind text,
    step text,
    state text NOT NULL,
    consumption boolean,
    production boolean,
    starts_on date,
    ends_on date,
    raw jsonb,
    seen_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    UNIQUE NULLS NOT DISTINCT (server, point_id, service_id, authorisation_id, consent_id)
);
COMMENT ON TABLE switchgrid.consent IS 'Rights on points, as last seen: from the callback of a consent (version 5), or from the operator (2026).';
COMMENT ON COLUMN switchgrid.consent.server IS 'Foreign server that the right is for.';
COMMENT ON COLUMN switchgrid.consent.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.consent.authorisation_id IS 'The operator''s number of the consent; NULL in version 5.';
COMMENT ON COLUMN switchgrid.consent.ask_id IS 'The ask that it was given to (Switchgrid).';
COMMENT ON COLUMN switchgrid.consent.consent_id IS 'The API''s name of the consent: of its own, or that of its ask (Switchgrid); the access right''s (GRDF).';
COMMENT ON COLUMN switchgrid.consent.service_id IS 'The operator''s number of the right; NULL in version 5, where a consent is for everything.';
COMMENT ON COLUMN switchgrid.consent.service IS 'ACCES, CCDC, TRANSREC, OPPENR.';
COMMENT ON COLUMN switchgrid.consent.kind IS 'What it gives: CDC load curve, ENERGIE, PMAX, IDX registers, ITC contract; NULL for everything.';
COMMENT ON COLUMN switchgrid.consent.step IS 'Step of the data, ISO 8601.';
COMMENT ON COLUMN switchgrid.consent.state IS 'DEMANDE asked, ACTIF, TERMINE ended, SUPPRIME deleted.';
COMMENT ON COLUMN switchgrid.consent.consumption IS 'Is it for what is drawn?';
COMMENT ON COLUMN switchgrid.consent.production IS 'Is it for what is injected?';
COMMENT ON COLUMN switchgrid.consent.starts_on IS 'First day of the right.';
COMMENT ON COLUMN switchgrid.consent.ends_on IS 'Last day of the right.';
COMMENT ON COLUMN switchgrid.consent.raw IS 'All that the API said of it.';
COMMENT ON COLUMN switchgrid.consent.seen_at IS 'When it was last seen.';

-- The packed curves, unpacked ---------------------------------------------------

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
COMMENT ON FOREIGN TABLE switchgrid.load_curve IS 'Stored load curves: one row for an interval that has a value, from switchgrid.curve_segment. No network. INSERT and COPY merge readings into it: step or ends_at, and watts or wh, may be left out; a row without a value is skipped.';
COMMENT ON COLUMN switchgrid.load_curve.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.load_curve.direction IS 'consumption or production.';
COMMENT ON COLUMN switchgrid.load_curve.starts_at IS 'When the interval begins.';
COMMENT ON COLUMN switchgrid.load_curve.ends_at IS 'When the interval ends.';
COMMENT ON COLUMN switchgrid.load_curve.step IS 'Length of the interval.';
COMMENT ON COLUMN switchgrid.load_curve.watts IS 'Mean active power over the interval, W.';
COMMENT ON COLUMN switchgrid.load_curve.wh IS 'Energy of the interval, Wh: watts times its length.';
COMMENT ON COLUMN switchgrid.load_curve.nature IS 'What the operator says of the value: B measured; NULL if nothing.';

-- Readings from elsewhere -----------------------------------------------------------

CREATE FUNCTION switchgrid.load_curves(query text, step interval DEFAULT NULL) RETURNS bigint
    AS 'MODULE_PATHNAME', 'sg_load_curves' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION switchgrid.load_curves(text, interval) IS
    'Runs a query, as the caller, and merges its rows into the stored load curves; returns how many had a value. Columns by name: point_id, direction (consumption if there is no such column), starts_at (timestamptz), step or ends_at (or the argument step), watts or wh (numbers), nature. Rows whose value is NULL are skipped; of two rows for one instant the later one counts. A power that is a decimal of nine places at most is kept as it is, any other (a third) is rounded to milliwatts. Memory is bounded by maintenance_work_mem. 42703 for columns that are missing or not known, 42804 for types that do not fit (a timestamp without its zone), 22004 for a NULL, 22008, 22003 and 22023 for what a curve cannot hold: the context says in which row, and nothing is stored.';

CREATE FUNCTION switchgrid.load_csv(csv text, direction text DEFAULT NULL) RETURNS bigint
    AS 'MODULE_PATHNAME', 'sg_load_csv' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION switchgrid.load_csv(text, text) IS
    'Merges the load curves of a table by Enedis into the stored ones, and returns how many values there were: a file R63, of any number of points, or the hours that a customer''s account exports (Enedis_Conso_Heure_*.csv). The direction is that of a file that does not tell its own (consumption if it is NULL). 0A000 for other kinds of export, HV00M, with the line, for what cannot be read, 22023 if the file is about the other direction; values of other quantities are left out, with a notice.';

-- Orders ----------------------------------------------------------------------

CREATE TABLE switchgrid.data_order (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    server name NOT NULL,
    order_id text,
    status text,
    requests bigint NOT NULL,
    state text NOT NULL DEFAULT 'sending' CHECK (state IN (
        'sending', 'uncertain', 'open', 'done', 'refused', 'unsent', 'withdrawn')),
    ask_id text,
    placed_at timestamptz NOT NULL,
    answered_at timestamptz,
    finished_at timestamptz,
    polls integer NOT NULL DEFAULT 0,
    failures integer NOT NULL DEFAULT 0,
    poll_at timestamptz,
    cause text,
    code text,
    message text,
    advice text GENERATED ALWAYS AS (CASE WHEN state = 'uncertain' THEN
        'Wait some minutes, for it may still be on its way; look at the operator whether the order is there; then switchgrid.settle_order(number, its order_id, or NULL if it is not).'
        END) STORED,
    UNIQUE (server, order_id)
);
COMMENT ON TABLE switchgrid.data_order IS 'Orders of data (Switchgrid): one row for each that was, or may have been, placed.';
COMMENT ON COLUMN switchgrid.data_order.number IS 'Our number of the order.';
COMMENT ON COLUMN switchgrid.data_order.server IS 'Foreign server that it was placed on.';
COMMENT ON COLUMN switchgrid.data_order.order_id IS 'The API''s name of the order; NULL until it answered.';
COMMENT ON COLUMN switchgrid.data_order.status IS 'The API''s word, as last seen: PENDING_REQUESTS, SUCCESS, ...';
COMMENT ON COLUMN switchgrid.data_order.requests IS 'How many requests are in it.';
COMMENT ON COLUMN switchgrid.data_order.state IS 'sending (no answer yet; if its session is gone, the next run of refresh makes it uncertain), uncertain (the answer was lost: see advice), open (being followed), done, refused by the API, unsent (it never left), withdrawn (settled as not placed).';
COMMENT ON COLUMN switchgrid.data_order.ask_id IS 'The ask whose consent it uses, where the API wants it named.';
COMMENT ON COLUMN switchgrid.data_order.placed_at IS 'When it was decided, before it was sent.';
COMMENT ON COLUMN switchgrid.data_order.answered_at IS 'When the API answered it.';
COMMENT ON COLUMN switchgrid.data_order.finished_at IS 'When its last request came to an end.';
COMMENT ON COLUMN switchgrid.data_order.polls IS 'How often it was asked after since anything changed.';
COMMENT ON COLUMN switchgrid.data_order.failures IS 'How often in a row it could not be asked after.';
COMMENT ON COLUMN switchgrid.data_order.poll_at IS 'When refresh asks after it again.';
COMMENT ON COLUMN switchgrid.data_order.cause IS 'Why it is refused, unsent or uncertain: the fault.';
COMMENT ON COLUMN switchgrid.data_order.code IS 'The API''s own code.';
COMMENT ON COLUMN switchgrid.data_order.message IS 'What happened, in a sentence.';
COMMENT ON COLUMN switchgrid.data_order.advice IS 'What is to be done about it, if anything.';

CREATE TABLE switchgrid.data_request (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- no foreign key: a parallel restore may fill this table first
    order_number bigint NOT NULL,
    server name NOT NULL,
    order_id text,
    request_id text,
    position bigint NOT NULL,
    type text NOT NULL,
    status text,
    point_id text NOT NULL,
    relations text[] NOT NULL,
    direction text NOT NULL,
    days daterange NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN (
        'pending', 'collected', 'failed', 'given up', 'dropped')),
    ordered_at timestamptz,
    completed_at timestamptz,
    give_up_at timestamptz,
    ended_at timestamptz,
    coverage_ratio double precision,
    holes text[],
    error_message text,
    cause text,
    tries integer NOT NULL DEFAULT 0,
    UNIQUE (order_number, position)
);
COMMENT ON TABLE switchgrid.data_request IS 'Requests in orders of data (Switchgrid): one row for a point, kind and span.';
COMMENT ON COLUMN switchgrid.data_request.number IS 'Our number of the request.';
COMMENT ON COLUMN switchgrid.data_request.order_number IS 'Its order.';
COMMENT ON COLUMN switchgrid.data_request.server IS 'Foreign server of its order.';
COMMENT ON COLUMN switchgrid.data_request.order_id IS 'The API''s name of its order.';
COMMENT ON COLUMN switchgrid.data_request.request_id IS 'The API''s name of the request.';
COMMENT ON COLUMN switchgrid.data_request.position IS 'Its place in the order, from 0.';
COMMENT ON COLUMN switchgrid.data_request.type IS 'Kind of data: LOADCURVE, R63, R64, R65, R66, R67, C68_ASYNC, ...';
COMMENT ON COLUMN switchgrid.data_request.status IS 'The API''s word, as last seen: PENDING, SUCCESS, FAILED, ...';
COMMENT ON COLUMN switchgrid.data_request.point_id IS 'Delivery point: PRM, 14 digits.';
COMMENT ON COLUMN switchgrid.data_request.relations IS 'Relations that it feeds.';
COMMENT ON COLUMN switchgrid.data_request.direction IS 'consumption or production; both where there is none.';
COMMENT ON COLUMN switchgrid.data_request.days IS 'The days that were ordered.';
COMMENT ON COLUMN switchgrid.data_request.state IS 'pending, collected (its rows are stored), failed at the operator, given up (too late), or dropped with its order.';
COMMENT ON COLUMN switchgrid.data_request.ordered_at IS 'When the operator took it up.';
COMMENT ON COLUMN switchgrid.data_request.completed_at IS 'When the operator was done with it.';
COMMENT ON COLUMN switchgrid.data_request.give_up_at IS 'When it is given up if it is still pending.';
COMMENT ON COLUMN switchgrid.data_request.ended_at IS 'When it was collected, failed, given up or dropped.';
COMMENT ON COLUMN switchgrid.data_request.coverage_ratio IS 'How much of the span has data, 0 to 1, as the API says.';
COMMENT ON COLUMN switchgrid.data_request.holes IS 'Spans without data, as the API says.';
COMMENT ON COLUMN switchgrid.data_request.error_message IS 'The API''s words, if it failed.';
COMMENT ON COLUMN switchgrid.data_request.cause IS 'The fault, if it failed or its result cannot be read yet.';
COMMENT ON COLUMN switchgrid.data_request.tries IS 'How often its result was fetched in vain.';

CREATE INDEX data_request_pending ON switchgrid.data_request (server, point_id) WHERE state = 'pending';

-- Refresh ---------------------------------------------------------------------

CREATE TABLE switchgrid.watch (
    server name NOT NULL,
    point_id text NOT NULL,
    relation text NOT NULL CHECK (relation IN (
        'load_curve', 'daily_energy', 'daily_max_power', 'register_reading', 'billed_quantity',
        'gas_day', 'contract', 'address', 'holder', 'contact', 'connection', 'consent')),
    direction text NOT NULL CHECK (direction IN ('consumption', 'production', 'both')),
    since date,
    until date,
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (server, point_id, relation, direction),
    CHECK (since < until)
);
COMMENT ON TABLE switchgrid.watch IS 'Standing wishes: which relations of which points switchgrid.refresh keeps fresh.';
COMMENT ON COLUMN switchgrid.watch.server IS 'Foreign server that gives the data.';
COMMENT ON COLUMN switchgrid.watch.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.watch.relation IS 'Name of the relation: load_curve, daily_energy, contract, ...';
COMMENT ON COLUMN switchgrid.watch.direction IS 'consumption or production; both for a relation that has none.';
COMMENT ON COLUMN switchgrid.watch.since IS 'First day wanted; NULL: all that the API keeps.';
COMMENT ON COLUMN switchgrid.watch.until IS 'Day after the last one wanted; NULL: no end.';
COMMENT ON COLUMN switchgrid.watch.created_at IS 'When the wish was made.';

CREATE TABLE switchgrid.policy (
    relation text PRIMARY KEY CHECK (relation IN (
        'load_curve', 'daily_energy', 'daily_max_power', 'register_reading', 'quantity_curve', 'billed_quantity',
        'gas_day', 'contract', 'address', 'holder', 'contact', 'connection', 'consent')),
    late_days integer CHECK (late_days >= 0),
    late_retry interval CHECK (late_retry > interval '0'),
    empty_retry interval CHECK (empty_retry > interval '0'),
    keep interval CHECK (keep > interval '0' AND keep <= interval '1000 years')
);
COMMENT ON TABLE switchgrid.policy IS 'What you want otherwise than switchgrid.policy_in_force has it by itself: a row for a relation, NULL for what stays.';
COMMENT ON COLUMN switchgrid.policy.relation IS 'Name of the relation: load_curve, daily_energy, contract, ...';
COMMENT ON COLUMN switchgrid.policy.late_days IS 'Days that are so recent and not whole are expected to be completed.';
COMMENT ON COLUMN switchgrid.policy.late_retry IS 'They are asked again after so long. Of a relation that says what is so now (contract, holder, ...): it is looked at again after so long, in whole days.';
COMMENT ON COLUMN switchgrid.policy.empty_retry IS 'Older days without data are asked again after so long, then after twice that, and so on. What is ordered is billed, and never ordered again by itself.';
COMMENT ON COLUMN switchgrid.policy.keep IS 'What is older is deleted, by switchgrid.expire and at the end of each refresh, and not asked for; NULL: for ever.';

CREATE VIEW switchgrid.policy_in_force WITH (security_invoker = true) AS
SELECT d.relation, d.series, COALESCE(p.late_days, d.late_days) AS late_days, COALESCE(p.late_retry, d.late_retry) AS late_retry,
       COALESCE(p.empty_retry, d.empty_retry) AS empty_retry, p.keep
FROM (VALUES ('load_curve', true, 8, interval '6 hours', interval '30 days'),
             ('daily_energy', true, 8, '6 hours', '30 days'),
             ('daily_max_power', true, 8, '6 hours', '30 days'),
             ('register_reading', true, 8, '6 hours', '30 days'),
             ('quantity_curve', true, 8, '6 hours', '30 days'),
             ('billed_quantity', true, 190, '7 days', '190 days'),
             ('gas_day', true, 8, '6 hours', '30 days'),
             ('contract', false, 0, '7 days', '7 days'),
             ('address', false, 0, '30 days', '30 days'),
             ('holder', false, 0, '30 days', '30 days'),
             ('contact', false, 0, '30 days', '30 days'),
             ('connection', false, 0, '30 days', '30 days'),
             ('consent', false, 0, '1 day', '1 day')) AS d (relation, series, late_days, late_retry, empty_retry)
LEFT JOIN switchgrid.policy p USING (relation);
COMMENT ON VIEW switchgrid.policy_in_force IS 'How refresh treats each relation: what switchgrid.policy says, else what most users want. Late data comes within a week; what is billed comes after the period, of half a year at most.';
COMMENT ON COLUMN switchgrid.policy_in_force.relation IS 'Name of the relation.';
COMMENT ON COLUMN switchgrid.policy_in_force.series IS 'Is it made of values of days that are past? Else it says what is so now.';
COMMENT ON COLUMN switchgrid.policy_in_force.late_days IS 'Days that are so recent and not whole are expected to be completed.';
COMMENT ON COLUMN switchgrid.policy_in_force.late_retry IS 'They are asked again after so long; what is so now is looked at again after so long.';
COMMENT ON COLUMN switchgrid.policy_in_force.empty_retry IS 'Older days without data are asked again after so long, twice that, and so on.';
COMMENT ON COLUMN switchgrid.policy_in_force.keep IS 'What is older is deleted and not asked for; NULL: for ever.';

CREATE TABLE switchgrid.coverage (
    server name NOT NULL,
    point_id text NOT NULL,
    relation text NOT NULL,
    direction text NOT NULL,
    held datemultirange NOT NULL DEFAULT '{}',
    empty datemultirange NOT NULL DEFAULT '{}',
    floor date,
    answered_at timestamptz,
    PRIMARY KEY (server, point_id, relation, direction)
);
COMMENT ON TABLE switchgrid.coverage IS 'What is known of the days of a point''s relation, as one server gave it.';
COMMENT ON COLUMN switchgrid.coverage.server IS 'Foreign server that was asked.';
COMMENT ON COLUMN switchgrid.coverage.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.coverage.relation IS 'Name of the relation: load_curve, daily_energy, contract, ...';
COMMENT ON COLUMN switchgrid.coverage.direction IS 'consumption or production; both for a relation that has none.';
COMMENT ON COLUMN switchgrid.coverage.held IS 'Days whose data is stored; of what is so now, days for which the last look is good.';
COMMENT ON COLUMN switchgrid.coverage.empty IS 'Days that were asked and have no data.';
COMMENT ON COLUMN switchgrid.coverage.floor IS 'The point''s first day, if the API told it; nothing is asked before.';
COMMENT ON COLUMN switchgrid.coverage.answered_at IS 'When the API last answered, with data or that there are none.';

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
COMMENT ON TABLE switchgrid.open_span IS 'Days that were asked and are not held, why, and when they are asked again. Each keeps its own count of tries.';
COMMENT ON COLUMN switchgrid.open_span.server IS 'Foreign server that was asked.';
COMMENT ON COLUMN switchgrid.open_span.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.open_span.relation IS 'Name of the relation: load_curve, daily_energy, contract, ...';
COMMENT ON COLUMN switchgrid.open_span.direction IS 'consumption or production; both for a relation that has none.';
COMMENT ON COLUMN switchgrid.open_span.days IS 'The days.';
COMMENT ON COLUMN switchgrid.open_span.cause IS 'late, empty (see policy.empty_retry), or the fault: consent, subscription, server, shape, ...';
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
    answered integer NOT NULL DEFAULT 0,
    requests bigint NOT NULL DEFAULT 0,
    tokens bigint NOT NULL DEFAULT 0,
    retries bigint NOT NULL DEFAULT 0,
    bytes bigint NOT NULL DEFAULT 0,
    rows bigint NOT NULL DEFAULT 0,
    outcome text NOT NULL DEFAULT 'running'
);
COMMENT ON TABLE switchgrid.refresh_run IS 'What each run of switchgrid.refresh did on one server, or has done so far.';
COMMENT ON COLUMN switchgrid.refresh_run.id IS 'Number of the run.';
COMMENT ON COLUMN switchgrid.refresh_run.server IS 'Foreign server that was asked.';
COMMENT ON COLUMN switchgrid.refresh_run.started_at IS 'When the run began.';
COMMENT ON COLUMN switchgrid.refresh_run.finished_at IS 'When it ended; NULL while it runs, or if it was killed.';
COMMENT ON COLUMN switchgrid.refresh_run.planned IS 'Requests that the gaps needed when it began.';
COMMENT ON COLUMN switchgrid.refresh_run.answered IS 'Of them answered and stored so far; other sessions see it grow with each group that is stored. What is ordered comes later and is not counted: see switchgrid.data_order.';
COMMENT ON COLUMN switchgrid.refresh_run.requests IS 'Requests sent, tokens and repetitions included.';
COMMENT ON COLUMN switchgrid.refresh_run.tokens IS 'Of them for an access token.';
COMMENT ON COLUMN switchgrid.refresh_run.retries IS 'Of them repetitions.';
COMMENT ON COLUMN switchgrid.refresh_run.bytes IS 'Bytes received.';
COMMENT ON COLUMN switchgrid.refresh_run.rows IS 'Rows received.';
COMMENT ON COLUMN switchgrid.refresh_run.outcome IS 'running, done, budget (its requests or its time were used up), interrupted (cancelled or killed, seen by the next run), or what stopped it.';

CREATE FUNCTION switchgrid.history(server name, relation text, direction text) RETURNS daterange
    AS 'MODULE_PATHNAME', 'sg_history' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION switchgrid.history(name, text, text) IS
    'The days that a server''s API can give today of a relation: from its history limit to yesterday. NULL if it does not give the relation, or is not there.';

CREATE FUNCTION switchgrid.today() RETURNS date
    AS 'MODULE_PATHNAME', 'sg_today' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION switchgrid.today() IS 'The civil day in Paris now, by which the APIs count; switchgrid.now stands for the present in tests.';

CREATE VIEW switchgrid.consent_alive WITH (security_invoker = true) AS
SELECT r.server, r.point_id, r.ends_on, r.state,
       (r.ends_on IS NULL OR r.ends_on >= switchgrid.today())
           AND r.state !~* '^(termin|supprim|cancel|revo|r..?voqu|obsol|refus|reject|expired|not_valid)' AS alive
FROM switchgrid.consent r;
COMMENT ON VIEW switchgrid.consent_alive IS 'Known rights on points, and which of them still hold.';
COMMENT ON COLUMN switchgrid.consent_alive.server IS 'Foreign server that the right is for.';
COMMENT ON COLUMN switchgrid.consent_alive.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.consent_alive.ends_on IS 'Last day of the right; NULL if none is known.';
COMMENT ON COLUMN switchgrid.consent_alive.state IS 'The API''s word.';
COMMENT ON COLUMN switchgrid.consent_alive.alive IS 'Is it not over by its last day, nor by a state that says ended, deleted, cancelled, revoked or refused?';

CREATE VIEW switchgrid.wanted WITH (security_invoker = true) AS
SELECT w.server, w.point_id, w.relation, w.direction, p.series,
       pg_catalog.daterange(w.since, w.until)
           * pg_catalog.daterange(CASE WHEN p.series THEN (switchgrid.today() - p.keep)::date END, NULL) * h.days * pg_catalog.daterange(c.floor, NULL) AS days,
       COALESCE(c.held, '{}') AS held, COALESCE(c.empty, '{}') AS empty, c.answered_at,
       w.relation <> 'consent' AND COALESCE((
           SELECT NOT pg_catalog.bool_or(r.alive) FROM switchgrid.consent_alive r
           WHERE r.server = w.server AND r.point_id = w.point_id), false) AS ended
FROM switchgrid.watch w
LEFT JOIN switchgrid.policy_in_force p USING (relation)
CROSS JOIN LATERAL (SELECT switchgrid.history(w.server, w.relation, w.direction)) AS h (days)
LEFT JOIN switchgrid.coverage c USING (server, point_id, relation, direction);
COMMENT ON VIEW switchgrid.wanted IS 'What is watched and what is known of it: a row for a wish.';
COMMENT ON COLUMN switchgrid.wanted.server IS 'Foreign server that is to give the data.';
COMMENT ON COLUMN switchgrid.wanted.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.wanted.relation IS 'Name of the relation: load_curve, daily_energy, contract, ...';
COMMENT ON COLUMN switchgrid.wanted.direction IS 'consumption or production; both for a relation that has none.';
COMMENT ON COLUMN switchgrid.wanted.series IS 'Is the relation made of values of days that are past? Else it says what is so now.';
COMMENT ON COLUMN switchgrid.wanted.days IS 'The days that are wanted and can be had: of the wish, the API''s history, the point''s own, and the policy''s keep. NULL if the server does not give the relation.';
COMMENT ON COLUMN switchgrid.wanted.held IS 'Days whose data is stored.';
COMMENT ON COLUMN switchgrid.wanted.empty IS 'Days that were asked and have no data.';
COMMENT ON COLUMN switchgrid.wanted.answered_at IS 'When the API last answered, with data or that there are none.';
COMMENT ON COLUMN switchgrid.wanted.ended IS 'Is there a consent of the point that is known, and none that still holds? Then nothing is asked but consents.';

CREATE VIEW switchgrid.gap WITH (security_invoker = true) AS
WITH wanted AS (
    SELECT w.server, w.point_id, w.relation, w.direction, w.ended,
           pg_catalog.datemultirange(w.days) - w.held - w.empty AS days
    FROM switchgrid.wanted w
), missing AS (
    -- what is on order is not missing; a state is on order until it is there, whatever the day
    SELECT w.server, w.point_id, w.relation, w.direction, w.ended,
           w.days - COALESCE((
               SELECT pg_catalog.range_agg(CASE r.direction WHEN 'both' THEN pg_catalog.daterange(NULL, NULL) ELSE r.days END)
               FROM switchgrid.data_request r
               WHERE r.state = 'pending' AND r.server = w.server AND r.point_id = w.point_id
                 AND r.direction = w.direction AND w.relation = ANY (r.relations)), '{}') AS days
    FROM wanted w
)
SELECT m.server, m.point_id, m.relation, m.direction, g.days, o.cause, o.code, o.message, o.tries,
       o.asked_at, CASE WHEN m.ended THEN 'infinity' ELSE o.retry_at END AS retry_at
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
SELECT m.server, m.point_id, m.relation, m.direction, g.days,
       CASE WHEN m.ended THEN 'consent ended' ELSE 'not asked' END, NULL,
       CASE WHEN m.ended THEN 'No known consent of the point holds any more.' END, 0, NULL,
       CASE WHEN m.ended THEN timestamptz 'infinity' END
FROM missing m
CROSS JOIN LATERAL (
    SELECT COALESCE(pg_catalog.range_agg(o.days), '{}') FROM switchgrid.open_span o
    WHERE (o.server, o.point_id, o.relation, o.direction)
        = (m.server, m.point_id, m.relation, m.direction)) AS a (days)
CROSS JOIN LATERAL pg_catalog.unnest(m.days - a.days) AS g (days)
UNION ALL
SELECT w.server, w.point_id, w.relation, w.direction, g.days,
       CASE o.state WHEN 'uncertain' THEN 'uncertain' ELSE 'ordered' END, NULL,
       pg_catalog.format('Order %s, %s: %s.', o.number, r.type, COALESCE(r.status, 'not answered yet')),
       0, r.ordered_at, CASE o.state WHEN 'uncertain' THEN 'infinity' ELSE o.poll_at END
FROM wanted w
JOIN switchgrid.data_request r
  ON r.state = 'pending' AND r.server = w.server AND r.point_id = w.point_id
 AND r.direction = w.direction AND w.relation = ANY (r.relations)
JOIN switchgrid.data_order o ON o.number = r.order_number
CROSS JOIN LATERAL pg_catalog.unnest(w.days * pg_catalog.datemultirange(
    CASE r.direction WHEN 'both' THEN pg_catalog.daterange(NULL, NULL) ELSE r.days END)) AS g (days);
COMMENT ON VIEW switchgrid.gap IS 'Days that are wanted and not there: what is still open, and why.';
COMMENT ON COLUMN switchgrid.gap.server IS 'Foreign server that is to give the data.';
COMMENT ON COLUMN switchgrid.gap.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.gap.relation IS 'Name of the relation: load_curve, daily_energy, contract, ...';
COMMENT ON COLUMN switchgrid.gap.direction IS 'consumption or production; both for a relation that has none.';
COMMENT ON COLUMN switchgrid.gap.days IS 'The days.';
COMMENT ON COLUMN switchgrid.gap.cause IS 'not asked, consent ended, ordered, uncertain (an order whose answer was lost), late, or the fault that was met.';
COMMENT ON COLUMN switchgrid.gap.code IS 'The API''s own code.';
COMMENT ON COLUMN switchgrid.gap.message IS 'What happened, in a sentence.';
COMMENT ON COLUMN switchgrid.gap.tries IS 'How often the days were asked in vain.';
COMMENT ON COLUMN switchgrid.gap.asked_at IS 'When they were last asked.';
COMMENT ON COLUMN switchgrid.gap.retry_at IS 'When refresh asks them again; NULL: in its next run; infinity: not by itself.';

CREATE VIEW switchgrid.status WITH (security_invoker = true) AS
SELECT w.server, w.point_id, w.relation, w.direction, pg_catalog.lower(h.held) AS from_day, pg_catalog.upper(h.held) - 1 AS to_day,
       m.wanted AS minutes_wanted, m.held AS minutes_held,
       CASE WHEN m.wanted > 0 THEN m.held::float8 / m.wanted END AS completeness,
       w.answered_at AS last_success, e.cause AS last_error, e.message AS last_error_text, e.asked_at AS last_error_at,
       CASE WHEN w.ended THEN 'infinity' ELSE n.retry_at END AS next_try
FROM switchgrid.wanted w
LEFT JOIN LATERAL (SELECT pg_catalog.datemultirange(w.days) * w.held AS held,
    pg_catalog.lower(w.days)::timestamp AT TIME ZONE 'Europe/Paris' AS first,
    pg_catalog.upper(w.days)::timestamp AT TIME ZONE 'Europe/Paris' AS last WHERE w.series) AS h ON true
LEFT JOIN LATERAL (SELECT (EXTRACT(epoch FROM h.last - h.first) / 60)::bigint AS wanted,
    COALESCE(CASE w.relation WHEN 'load_curve' THEN (
        SELECT pg_catalog.sum(c.n * EXTRACT(epoch FROM c.step)) / 60
        FROM (SELECT l.step, pg_catalog.count(*) AS n FROM switchgrid.load_curve l
              WHERE l.point_id = w.point_id AND l.direction = w.direction AND l.starts_at >= h.first AND l.starts_at < h.last
              GROUP BY l.step) AS c)
    ELSE (
        SELECT pg_catalog.sum(EXTRACT(epoch FROM pg_catalog.upper(d)::timestamp AT TIME ZONE 'Europe/Paris'
                                               - pg_catalog.lower(d)::timestamp AT TIME ZONE 'Europe/Paris')) / 60
        FROM pg_catalog.unnest(h.held) AS d)
    END, 0)::bigint AS held WHERE w.series) AS m ON true
LEFT JOIN LATERAL (SELECT o.cause, o.message, o.asked_at FROM switchgrid.open_span o
    WHERE (o.server, o.point_id, o.relation, o.direction) = (w.server, w.point_id, w.relation, w.direction)
      AND o.days && w.days AND o.cause NOT IN ('late', 'empty') ORDER BY o.asked_at DESC LIMIT 1) AS e ON true
LEFT JOIN LATERAL (SELECT pg_catalog.min(o.retry_at) AS retry_at FROM switchgrid.open_span o
    WHERE (o.server, o.point_id, o.relation, o.direction) = (w.server, w.point_id, w.relation, w.direction)
      AND o.days && w.days) AS n ON true;
COMMENT ON VIEW switchgrid.status IS 'How each wish stands: a row for a watched relation of a point. Reading it asks nothing and writes nothing.';
COMMENT ON COLUMN switchgrid.status.server IS 'Foreign server that gives the data.';
COMMENT ON COLUMN switchgrid.status.point_id IS 'Delivery point: PRM, 14 digits; of gas PCE, 14 digits or GI and 6.';
COMMENT ON COLUMN switchgrid.status.relation IS 'Name of the relation: load_curve, daily_energy, contract, ...';
COMMENT ON COLUMN switchgrid.status.direction IS 'consumption or production; both for a relation that has none.';
COMMENT ON COLUMN switchgrid.status.from_day IS 'First wanted day that is held; NULL for what says what is so now.';
COMMENT ON COLUMN switchgrid.status.to_day IS 'Last wanted day that is held.';
COMMENT ON COLUMN switchgrid.status.minutes_wanted IS 'Minutes of the days that are wanted and can be had; a day has 1380, 1440 or 1500.';
COMMENT ON COLUMN switchgrid.status.minutes_held IS 'Minutes of them for which there are values: of a load curve those of its intervals, else those of the days held.';
COMMENT ON COLUMN switchgrid.status.completeness IS 'minutes_held / minutes_wanted, 0 to 1.';
COMMENT ON COLUMN switchgrid.status.last_success IS 'When the API last answered, with data or that there are none.';
COMMENT ON COLUMN switchgrid.status.last_error IS 'The fault that days still open met last: consent, subscription, server, shape, ...; NULL if none.';
COMMENT ON COLUMN switchgrid.status.last_error_text IS 'What happened, in a sentence.';
COMMENT ON COLUMN switchgrid.status.last_error_at IS 'When.';
COMMENT ON COLUMN switchgrid.status.next_try IS 'When days that are open are asked again; NULL: none is, or in the next run; infinity: not by itself.';

CREATE VIEW switchgrid.attention WITH (security_invoker = true) AS
SELECT CASE WHEN c.alive THEN 'consent ends' ELSE 'consent ended' END AS what, c.server, c.point_id, c.ends_on::timestamptz AS since,
       CASE WHEN c.alive THEN pg_catalog.format('The consent ends on %s.', c.ends_on)
            ELSE 'No known consent of the point holds any more: nothing is asked.' END AS detail,
       'Ask the holder for a new one. One that was given elsewhere is found if the relation consent is watched.' AS advice
FROM (SELECT r.server, r.point_id, pg_catalog.bool_or(r.alive) AS alive,
             pg_catalog.max(COALESCE(r.ends_on, 'infinity')) FILTER (WHERE r.alive) AS ends_on
      FROM switchgrid.consent_alive r GROUP BY 1, 2) AS c
WHERE (NOT c.alive OR c.ends_on < switchgrid.today() + 60)
  AND EXISTS (SELECT FROM switchgrid.watch w WHERE (w.server, w.point_id) = (c.server, c.point_id))
UNION ALL
SELECT 'refused', o.server, o.point_id, pg_catalog.min(o.asked_at),
       pg_catalog.format('%s: %s', o.cause, pg_catalog.min(o.message)),
       CASE o.cause WHEN 'consent' THEN 'Ask the holder for a consent; the next run after it asks again.'
                    WHEN 'subscription' THEN 'Subscribe the application to this API.'
                    ELSE 'switchgrid.gap has each span and when it is asked again.' END
FROM switchgrid.open_span o
JOIN switchgrid.wanted w USING (server, point_id, relation, direction)
WHERE o.cause NOT IN ('late', 'empty') AND o.retry_at > o.asked_at AND (o.retry_at < 'infinity' OR o.cause = 'consent')
  AND o.days && (pg_catalog.datemultirange(w.days) - w.held - w.empty) AND NOT w.ended
GROUP BY o.server, o.point_id, o.cause
UNION ALL
SELECT 'server gone', w.server, NULL, NULL, 'What is watched on it cannot be had.',
       pg_catalog.format('DELETE FROM switchgrid.watch WHERE server = %L, or make the server anew.', w.server)
FROM switchgrid.watch w WHERE w.server NOT IN (SELECT srvname FROM pg_catalog.pg_foreign_server) GROUP BY w.server
UNION ALL
SELECT 'order uncertain', d.server, NULL, d.placed_at, pg_catalog.format('Order %s.', d.number), d.advice
FROM switchgrid.data_order d WHERE d.state = 'uncertain'
UNION ALL
SELECT 'order waits', d.server, NULL, d.placed_at, pg_catalog.format('Order %s of %s requests.', d.number, d.requests),
       'The operator takes unusually long: ask it, or wait.'
FROM switchgrid.data_order d WHERE d.state = 'open' AND d.placed_at < switchgrid.today() - 3
UNION ALL
SELECT 'ask uncertain', a.server, NULL, a.asked_at, pg_catalog.format('Ask %s.', a.state), a.advice
FROM switchgrid.ask a WHERE a.outcome = 'uncertain'
UNION ALL
SELECT 'run failed', r.server, NULL, r.started_at, r.outcome, 'The next run goes on where it stopped; see switchgrid.refresh_run.'
FROM (SELECT DISTINCT ON (f.server) f.* FROM switchgrid.refresh_run f ORDER BY f.server, f.id DESC) AS r
WHERE r.outcome NOT IN ('running', 'done', 'budget', 'throttled')
UNION ALL
SELECT 'run died', r.server, NULL, r.started_at, 'It was cancelled or killed, or met an error before it could say so.',
       'The next run goes on where it stopped; the log has the error.'
FROM switchgrid.refresh_run r
WHERE r.outcome = 'running' AND NOT pg_catalog.pg_is_in_recovery() AND NOT EXISTS (
    -- a run holds its server's lock
    SELECT FROM pg_catalog.pg_locks l
    WHERE l.locktype = 'advisory' AND l.classid = 1398228818
      AND l.objid = (pg_catalog.hashtext(r.server::text)::bigint & 4294967295)::oid
      AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()));
COMMENT ON VIEW switchgrid.attention IS 'What somebody should look at, for monitors: no row, nothing to do.';
COMMENT ON COLUMN switchgrid.attention.what IS 'consent ends (within 60 days), consent ended, refused, server gone, order uncertain, order waits (more than three days), ask uncertain, run failed (the last one of a server), run died.';
COMMENT ON COLUMN switchgrid.attention.server IS 'Foreign server.';
COMMENT ON COLUMN switchgrid.attention.point_id IS 'Delivery point, if it is about one.';
COMMENT ON COLUMN switchgrid.attention.since IS 'Since when, or at what moment.';
COMMENT ON COLUMN switchgrid.attention.detail IS 'What it is, in a sentence.';
COMMENT ON COLUMN switchgrid.attention.advice IS 'What to do.';

CREATE FUNCTION switchgrid.watch(server name, points text[],
    relations text[] DEFAULT '{load_curve,daily_energy}', since date DEFAULT NULL,
    until date DEFAULT NULL, directions text[] DEFAULT '{consumption}') RETURNS integer
    AS 'MODULE_PATHNAME', 'sg_watch' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION switchgrid.watch(name, text[], text[], date, date, text[]) IS
    'Makes or changes the wish to keep relations of points fresh, from since to before until. Returns the number of wishes. 42704 for an unknown server, 22023 for a bad point, relation, direction, or an until that is not after since; 0A000 for a relation or direction that the API does not give. Of several directions a relation takes those that it has.';

CREATE FUNCTION switchgrid.unwatch(server name, points text[],
    relations text[] DEFAULT '{load_curve,daily_energy}') RETURNS integer
LANGUAGE sql VOLATILE
BEGIN ATOMIC
    WITH gone AS (
        DELETE FROM switchgrid.watch w
        WHERE w.server = unwatch.server AND w.point_id = ANY (points)
          AND w.relation = ANY (relations)
        RETURNING w.server, w.point_id, w.relation, w.direction),
    -- nothing is open of what nobody wants; a new wish asks anew
    closed AS (
        DELETE FROM switchgrid.open_span o USING gone g
        WHERE (o.server, o.point_id, o.relation, o.direction) = (g.server, g.point_id, g.relation, g.direction)
        RETURNING 1)
    SELECT count(*)::integer FROM gone;
END;
COMMENT ON FUNCTION switchgrid.unwatch(name, text[], text[]) IS
    'Ends wishes; stored data stays. Returns the number of wishes that ended.';

CREATE PROCEDURE switchgrid.refresh(server name DEFAULT NULL, points text[] DEFAULT NULL,
    INOUT requests bigint DEFAULT NULL, INOUT rows bigint DEFAULT NULL,
    INOUT open_days bigint DEFAULT NULL, wait interval DEFAULT '0', max_requests bigint DEFAULT NULL,
    max_time interval DEFAULT NULL)
    AS 'MODULE_PATHNAME', 'sg_refresh' LANGUAGE C;
COMMENT ON PROCEDURE switchgrid.refresh(name, text[], bigint, bigint, bigint, interval, bigint, interval) IS
    'Fetches what is watched and not there, of one server or all, of some points or all; commits as it goes, so it cannot run in a transaction block (2D000). What is ordered (Switchgrid) is placed, followed and collected over as many runs as it takes; with wait, a run goes on for so long until nothing is open. It takes the newest days of all points first, then older ones; with max_requests it asks for no more windows of each server than that, with max_time (up to a day) it sends nothing after that time: the next run goes on. At the end it deletes what switchgrid.policy no longer keeps. Gives the requests sent, the rows received and the days still open; switchgrid.gap says why.';

CREATE FUNCTION switchgrid.schedule(cron text, server name DEFAULT NULL, wait interval DEFAULT NULL,
    max_requests bigint DEFAULT NULL, max_time interval DEFAULT NULL) RETURNS bigint
    AS 'MODULE_PATHNAME', 'sg_schedule' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION switchgrid.schedule(text, name, interval, bigint, interval) IS
    'Makes a job of pg_cron that refreshes one server, or all, at the minutes that the cron expression says, in this database, as the current user; wait, max_requests and max_time are those of switchgrid.refresh. A job that there is for the server is changed. Returns its number in cron.job. 55000 without pg_cron in this database: the hint says what to do; 42704 for an unknown server; errors of pg_cron as they are.';

CREATE FUNCTION switchgrid.unschedule(server name DEFAULT NULL) RETURNS boolean
    AS 'MODULE_PATHNAME', 'sg_unschedule' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION switchgrid.unschedule(name) IS
    'Ends the job that switchgrid.schedule made for a server, or for all with NULL, as the current user; false if there is none. 55000 without pg_cron in this database.';

CREATE FUNCTION switchgrid.plan(of_server name DEFAULT NULL, points text[] DEFAULT NULL, OUT server name,
    OUT "position" integer, OUT endpoint text, OUT relations text[], OUT point_id text, OUT days daterange,
    OUT ordered boolean, OUT leaves_after interval) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'sg_plan' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION switchgrid.plan(name, text[]) IS
    'What switchgrid.refresh would ask now, of one server or all that are watched, of some points or all: a row for each request, in its order. ordered: it would be placed as an order, which is billed. leaves_after: when it can leave at the earliest, by the pace, the hour''s quota and the API''s own word; tokens, searches for a point''s first day and repetitions come on top. Asks nothing. 42704 for an unknown server.';

CREATE PROCEDURE switchgrid.order_data(server name, points text[],
    types text[] DEFAULT '{load_curve}', since date DEFAULT NULL, until date DEFAULT NULL,
    directions text[] DEFAULT '{consumption}', INOUT orders bigint[] DEFAULT NULL)
    AS 'MODULE_PATHNAME', 'sg_order_data' LANGUAGE C;
COMMENT ON PROCEDURE switchgrid.order_data(name, text[], text[], date, date, text[], bigint[]) IS
    'Orders data of points, from since to before until, whether or not it is watched or stored: types are relations, or the API''s own kinds (R63_SYNC). Gives the numbers of the orders, which switchgrid.refresh follows. Commits before it sends, so it cannot run in a transaction block (2D000). 22023 for a bad point, type, direction or span; 55000 for what is on order already; 0A000 for a server that is not ordered from.';

CREATE FUNCTION switchgrid.settle_order(number bigint, order_id text DEFAULT NULL) RETURNS text
    AS 'MODULE_PATHNAME', 'sg_settle_order' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION switchgrid.settle_order(bigint, text) IS
    'Says what became of an uncertain order: with the API''s order_id it is followed, without it was never placed, and its days may be ordered again. Returns the order''s new state. 22023 for an unknown number, 55000 for an order that is not uncertain.';

CREATE FUNCTION switchgrid.reopen_order(number bigint) RETURNS integer
    AS 'MODULE_PATHNAME', 'sg_reopen_order' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION switchgrid.reopen_order(bigint) IS
    'Lets refresh fetch again what an order delivered and could not be read or fetched: its requests that the API calls successful and that failed here, and those that were given up. Returns how many. 22023 for an unknown number.';

CREATE PROCEDURE switchgrid.create_ask(server name, contracts jsonb, duration text DEFAULT '1 year',
    signer jsonb DEFAULT NULL, purposes text[] DEFAULT '{ENERGY_PERFORMANCE_STUDY}',
    scopes text[] DEFAULT NULL, redirect text DEFAULT NULL, INOUT state text DEFAULT NULL,
    INOUT ask_id text DEFAULT NULL, INOUT user_url text DEFAULT NULL)
    AS 'MODULE_PATHNAME', 'sg_create_ask' LANGUAGE C;
COMMENT ON PROCEDURE switchgrid.create_ask(name, jsonb, text, jsonb, text[], text[], text, text, text, text) IS
    'Asks the holders of contracts for their consent; noted in switchgrid.ask, and followed by switchgrid.refresh. contracts is an array of {"id"} from contract_search, or {"point_id", "energy", "holder", "address"}; holder is {"first_name", "last_name", "title"} or {"company", "siret", "other_names"}, address {"street", "postal_code", "city", "country"}; signer {"title", "first_name", "last_name", "phone", "email", "organisation"}. Commits before it sends, so it cannot run in a transaction block (2D000). 22023 for what the API does not take, 0A000 for a server that has no asks.';

CREATE PROCEDURE switchgrid.cancel_ask(server name, ask_id text)
    AS 'MODULE_PATHNAME', 'sg_cancel_ask' LANGUAGE C;
COMMENT ON PROCEDURE switchgrid.cancel_ask(name, text) IS
    'Cancels an ask at the API, and the consents that were given to it. Cannot run in a transaction block (2D000).';

CREATE FUNCTION switchgrid.settle_ask(server name, state text, ask_id text DEFAULT NULL) RETURNS text
    AS 'MODULE_PATHNAME', 'sg_settle_ask' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION switchgrid.settle_ask(name, text, text) IS
    'Says what became of an uncertain ask: with the API''s ask_id it is followed, without it was never made. Returns the new outcome. 22023 for an unknown one, 55000 for one that is not uncertain.';

CREATE FUNCTION switchgrid.ask_proof(server name, ask_id text) RETURNS bytea
    AS 'MODULE_PATHNAME', 'sg_ask_proof' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION switchgrid.ask_proof(name, text) IS
    'The signed consent of an accepted ask, a PDF document, asked from the API now. 0A000 for a server that has no asks.';

CREATE FUNCTION switchgrid.authorize_url(server name, duration interval DEFAULT '3 years',
    state text DEFAULT NULL) RETURNS text
    AS 'MODULE_PATHNAME', 'sg_authorize_url' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION switchgrid.authorize_url(name, interval, text) IS
    'The page on which the holder of a contract gives consent to the application of the server''s user mapping; noted in switchgrid.ask. The duration is whole days, months or years, at most 3 years (else 22023); the state, at most 100 characters, is made up if not given. 0A000 for a server without such a page, as the sandbox.';

CREATE FUNCTION switchgrid.record_callback(server name, callback text) RETURNS text
    AS 'MODULE_PATHNAME', 'sg_record_callback' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION switchgrid.record_callback(name, text) IS
    'Notes what came of a consent: the URL (or its query) at which the holder''s browser came back. Returns given, refused or failed. 22023 if it is not such a URL or its state was never asked with, 55000 if it was answered otherwise before.';

CREATE FUNCTION switchgrid.revoke_token(server name) RETURNS boolean
    AS 'MODULE_PATHNAME', 'sg_revoke_token' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION switchgrid.revoke_token(name) IS
    'Revokes at the operator the access token that this session holds for the server; false if it holds none. Other sessions of the application get a new one when theirs is refused. 0A000 where the API takes none back.';

CREATE FUNCTION switchgrid.describe(schema name) RETURNS integer
    AS 'MODULE_PATHNAME', 'sg_describe' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION switchgrid.describe(name) IS
    'Puts comments on the foreign tables of our servers in a schema, and on their columns, which IMPORT FOREIGN SCHEMA cannot do: on those that the current user owns, and that have no comment yet. Returns how many it put. 3F000 for an unknown schema.';

CREATE FUNCTION switchgrid.forget(point_id text, server name DEFAULT NULL)
    RETURNS TABLE (relation text, rows bigint)
    AS 'MODULE_PATHNAME', 'sg_forget_point' LANGUAGE C VOLATILE ROWS 21 SET row_security = off;
COMMENT ON FUNCTION switchgrid.forget(text, name) IS
    'Erases every trace of a point from the tables of this schema, persons first, as the caller, who needs the rights to delete and update; returns for each table how many rows were erased or, if they are about other points too, lost its name. With a server, only what that server brought; a notice names the tables that do not tell. Nothing is asked of an API. 22023 for what is no point, 55006 while a server is refreshed, 25000 in a transaction that is not READ COMMITTED, 42501 if rights, or row-level security, leave something.';

CREATE FUNCTION switchgrid.expire() RETURNS TABLE (relation text, rows bigint)
    AS 'MODULE_PATHNAME', 'sg_expire_old' LANGUAGE C VOLATILE ROWS 14;
COMMENT ON FUNCTION switchgrid.expire() IS
    'Deletes what is older than switchgrid.policy.keep says, as the caller, and returns for each table of a relation that has such a limit how many rows: days of Paris, whole months of load_curve, what was so of a point and no longer is. switchgrid.gap does not call it missing. Waits for nobody: rows that another session is writing are left to the next time.';

CREATE FUNCTION switchgrid.api_rights(OUT server name, OUT generation text, OUT endpoint text,
    OUT path text, OUT access text, OUT learnt_at timestamptz) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'sg_api_rights' LANGUAGE C VOLATILE STRICT ROWS 20;
COMMENT ON FUNCTION switchgrid.api_rights() IS
    'What switchgrid.api_right shows.';

CREATE VIEW switchgrid.api_right AS SELECT * FROM switchgrid.api_rights();
COMMENT ON VIEW switchgrid.api_right IS 'What the current user''s credential may do on each API of each server, as answers and tokens told this cluster so far. Knowledge, not permission: nothing is asked less for it.';
COMMENT ON COLUMN switchgrid.api_right.server IS 'Foreign server.';
COMMENT ON COLUMN switchgrid.api_right.generation IS 'Generation of its API.';
COMMENT ON COLUMN switchgrid.api_right.endpoint IS 'Name of the endpoint.';
COMMENT ON COLUMN switchgrid.api_right.path IS 'Its path behind the base URL.';
COMMENT ON COLUMN switchgrid.api_right.access IS 'granted (an answer came), not subscribed (the gateway said so), in scope (the token names it), or unknown.';
COMMENT ON COLUMN switchgrid.api_right.learnt_at IS 'When that was learnt; NULL if nothing is known.';

CREATE FUNCTION switchgrid.quotas(OUT server name, OUT api text, OUT part text,
    OUT per_second integer, OUT per_hour integer, OUT used_last_hour integer,
    OUT left_this_hour integer, OUT next_at timestamptz, OUT blocked_until timestamptz,
    OUT blocked_by text) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'sg_quotas' LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED ROWS 10;
COMMENT ON FUNCTION switchgrid.quotas() IS
    'What switchgrid.quota shows.';

CREATE VIEW switchgrid.quota AS SELECT * FROM switchgrid.quotas();
COMMENT ON VIEW switchgrid.quota IS 'What the current user''s credential on each server is allowed, has used and has left, counted over all sessions and databases of the cluster: one row for each part that the operator counts apart. Servers with one API, base_url and credential share their counters. Reading it sends nothing and changes nothing.';
COMMENT ON COLUMN switchgrid.quota.server IS 'Foreign server.';
COMMENT ON COLUMN switchgrid.quota.api IS 'Its API: enedis, switchgrid or grdf.';
COMMENT ON COLUMN switchgrid.quota.part IS 'The operator''s API whose requests are counted by themselves (2026); NULL: all other requests of the credential, tokens among them.';
COMMENT ON COLUMN switchgrid.quota.per_second IS 'Requests that the server''s options allow in any second; NULL: no limit.';
COMMENT ON COLUMN switchgrid.quota.per_hour IS 'Requests that the server''s options allow in any hour; NULL: no limit.';
COMMENT ON COLUMN switchgrid.quota.used_last_hour IS 'Requests that left in the last hour, and up to a minute before it, for they are counted by the minute; whatever came of them. NULL here and in the columns that follow: the user mapping is incomplete, or its token_file cannot be read.';
COMMENT ON COLUMN switchgrid.quota.left_this_hour IS 'Requests that the hour''s limit lets leave from now on; 0: the next one waits. NULL: no limit.';
COMMENT ON COLUMN switchgrid.quota.next_at IS 'When the next request may leave; the moment of reading, if at once.';
COMMENT ON COLUMN switchgrid.quota.blocked_until IS 'Until when nothing may leave, because the hour''s limit is reached or the API said so; NULL: not blocked. That the next request waits for its moment in the second is no block.';
COMMENT ON COLUMN switchgrid.quota.blocked_by IS 'What blocks for longest: hour (per_hour is reached) or api (the API''s own word, after too many requests).';

-- Logical replication -----------------------------------------------------------

-- Columns of their keys may be NULL. Without an identity, a publication of updates would make every update of them fail.
ALTER TABLE switchgrid.register_reading REPLICA IDENTITY FULL;
ALTER TABLE switchgrid.billed_quantity REPLICA IDENTITY FULL;
ALTER TABLE switchgrid.gas_day REPLICA IDENTITY FULL;
ALTER TABLE switchgrid.consent REPLICA IDENTITY FULL;

-- Rights: nothing is open to PUBLIC, and what is stored survives a dump ---------

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA switchgrid FROM PUBLIC;
REVOKE ALL ON ALL PROCEDURES IN SCHEMA switchgrid FROM PUBLIC;
-- These read nothing; without USAGE on the schema they are out of reach all the same. Who may read a curve may compute with it.
DO $$
DECLARE
    routine pg_catalog.regprocedure;
BEGIN
    FOR routine IN
        SELECT oid FROM pg_catalog.pg_proc
         WHERE pronamespace OPERATOR(pg_catalog.=) 'switchgrid'::pg_catalog.regnamespace
           AND 'switchgrid.curve'::pg_catalog.regtype::pg_catalog.oid OPERATOR(pg_catalog.=) ANY (ARRAY[prorettype] OPERATOR(pg_catalog.||) proargtypes::pg_catalog.oid[])
           AND 'internal'::pg_catalog.regtype::pg_catalog.oid OPERATOR(pg_catalog.<>) ALL (proargtypes::pg_catalog.oid[])
    LOOP
        EXECUTE pg_catalog.format('GRANT EXECUTE ON ROUTINE %s TO PUBLIC', routine);
    END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION switchgrid.history(name, text, text) TO PUBLIC;
GRANT EXECUTE ON FUNCTION switchgrid.today() TO PUBLIC;

SELECT pg_catalog.pg_extension_config_dump('switchgrid.curve_segment', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.curve_revision', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.curve_revision_number_seq', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.daily_energy', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.daily_max_power', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.register_reading', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.quantity_curve', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.billed_quantity', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.gas_day', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.contract_history', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.address_history', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.holder_history', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.contact_history', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.connection_history', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.ask', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.consent', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.data_order', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.data_order_number_seq', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.data_request', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.data_request_number_seq', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.policy', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.watch', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.coverage', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.open_span', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.refresh_run', '');
SELECT pg_catalog.pg_extension_config_dump('switchgrid.refresh_run_id_seq', '');
