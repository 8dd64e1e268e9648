-- Every fault has its row in the table: SQLSTATE, message, detail, hint; never an empty result.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
\set curve 'SELECT * FROM live.load_curve WHERE point_id = ''22516914714270'' AND starts_at >= ''2026-11-19'''
\set daily 'SELECT * FROM live.daily_energy WHERE point_id = ''22516914714270'' AND day >= ''2026-11-01'''
-- no server there; a server that does not speak TLS; a certificate of nobody
-- (each error says where it happened in its context; here only what it is)
CREATE FUNCTION t.elsewhere(url text, query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER SERVER linky OPTIONS (SET base_url %L)', url);
    EXECUTE query;
EXCEPTION WHEN OTHERS THEN
    RETURN NEXT SQLSTATE;
    RETURN NEXT SQLERRM;
END $$;
SELECT t.elsewhere('http://127.0.0.1:1', :'curve');
SELECT t.elsewhere('https://127.0.0.1:1', :'curve');
SELECT t.elsewhere(replace(:'url', 'http:', 'https:'), :'curve');
SELECT t.elsewhere('https://name.invalid', :'curve');
-- the credential: a wrong secret, a token that is refused again and again
ALTER USER MAPPING FOR CURRENT_USER SERVER linky OPTIONS (SET client_secret 'wrong-secret');
SELECT * FROM t.outcome('unlimited', :'curve');
ALTER USER MAPPING FOR CURRENT_USER SERVER linky OPTIONS (SET client_secret 'demo-secret');
SELECT * FROM t.outcome('unlimited', :'curve');
SELECT t.mark();
SELECT * FROM t.outcome('unlimited+expired', :'curve');
-- one renewal, and no more
SELECT endpoint, status, fault FROM t.journal() WHERE n > (SELECT last_value FROM t.marked);
-- a token that dies in the middle is renewed, and nothing is lost
SELECT t.mark();
SELECT * FROM t.outcome('unlimited+expire', 'SELECT * FROM live.load_curve WHERE point_id = ''22516914714270'' AND starts_at >= ''2026-10-01''');
SELECT count(*) FILTER (WHERE endpoint = 'token') > 1 AS renewed, count(*) FILTER (WHERE status = 200 AND endpoint <> 'token') AS answered
FROM t.journal() WHERE n > (SELECT last_value FROM t.marked);
-- answers that cannot be read: HTML, not JSON, cut short, cut off, another shape, other types
SELECT * FROM t.outcome('unlimited+html', :'curve');
SELECT * FROM t.outcome('unlimited+not_json', :'curve');
SELECT * FROM t.outcome('unlimited+cut', :'curve');
SELECT part, regexp_replace(says, '^(transfer closed|end of response).*', 'CUT OFF') AS says FROM t.outcome('unlimited+truncated', :'curve');
SELECT * FROM t.outcome('unlimited+shape', :'curve');
SELECT * FROM t.outcome('unlimited+array', :'curve');
SELECT * FROM t.outcome('unlimited+badvalue', :'curve');
SELECT * FROM t.outcome('unlimited+closed', :'curve');
SELECT * FROM t.outcome('unlimited+shape', :'daily');
SELECT * FROM t.outcome('unlimited+badvalue', :'daily');
-- a body of 200 MB is refused at the limit
SELECT * FROM t.outcome('unlimited+huge', :'curve');
-- a server that is too slow
ALTER SERVER linky OPTIONS (ADD timeout '1');
SELECT part, regexp_replace(says, '[0-9]+ (milliseconds|out of)', 'N \1', 'g') AS says FROM t.outcome('unlimited+stall', :'curve');
SELECT part, regexp_replace(says, '[0-9]+ (milliseconds|out of|bytes)', 'N \1', 'g') AS says FROM t.outcome('unlimited+stall_body', :'curve');
SELECT part, regexp_replace(says, '[0-9]+ (milliseconds|out of)', 'N \1', 'g') AS says FROM t.outcome('unlimited+stall_token', :'curve');
ALTER SERVER linky OPTIONS (DROP timeout);
-- what the API says, by its code
SELECT code, o.* FROM unnest(ARRAY['400', 'Invalid_request', 'ADAM-ERR0061', 'ADAM-DC-0007', 'ADAM-DC-0008',
    'unauthorized_user', 'STM-ERR-0000019', '900908', 'technical_error', 'ADAM-DC-0500', '503', '404', 'ADAM-ERR0126']) WITH ORDINALITY AS c (code, i),
    LATERAL t.outcome('unlimited+error=' || CASE code WHEN '400' THEN '400-end-in-future' ELSE code END, :'curve') AS o ORDER BY i;
-- and what is no error: the wrong direction, a curve that is not recorded, nothing there
SELECT code, o.* FROM unnest(ARRAY['ADAM-ERR0069', 'ADAM-ERR0075', 'no_data_found', 'STM-ERR-0000014', 'STM-ERR-0000020']) WITH ORDINALITY AS c (code, i),
    LATERAL t.outcome('unlimited+error=' || code, :'curve') AS o ORDER BY i;
-- a point that gave its consent and revoked it, and one that nobody knows
SELECT * FROM t.outcome('unlimited', 'SELECT * FROM live.load_curve WHERE point_id = ''26584978546985'' AND starts_at >= ''2026-11-19''');
SELECT * FROM t.outcome('unlimited', 'SELECT * FROM live.load_curve WHERE point_id = ''99999999999999'' AND starts_at >= ''2026-11-19''');
-- a quota that stays used up for longer than the statement may wait
ALTER SERVER linky OPTIONS (SET retries '3', ADD max_wait '2');
SELECT part, regexp_replace(says, 'before .* and', 'before TIME, and') AS says FROM t.outcome('unlimited+error=Q4', :'curve');
SELECT part, regexp_replace(says, 'before .* and', 'before TIME, and') AS says FROM t.outcome('unlimited+error=900804', :'curve');
-- once told, nobody asks again before that time, in this session or another
SELECT t.mark();
SELECT part, regexp_replace(says, 'before .* and', 'before TIME, and') AS says FROM t.outcome('unlimited+error=Q4', :'curve');
SELECT * FROM t.asked();
-- a statement that may not wait at all is served all the same when nothing is due
ALTER SERVER linky OPTIONS (SET max_wait '0');
SELECT * FROM t.outcome('unlimited', :'curve');
ALTER SERVER linky OPTIONS (SET max_wait '60');
-- failures that pass are tried again: the same rows, and each window once more
SELECT t.mark();
SELECT * FROM t.outcome('unlimited+error_once=technical_error', :'curve');
SELECT * FROM t.outcome('unlimited+error_once=Q3', :'curve');
SELECT * FROM t.asked();
-- a value that its column cannot hold, and what the clock cannot be set to
SET switchgrid.now = 'yesterday';
SET switchgrid.now = '2026-13-01T00:00:00Z';
-- after all this the session is as good as new
SELECT * FROM t.outcome('unlimited', :'curve');
SELECT DISTINCT fault FROM t.journal() WHERE fault IS NOT NULL ORDER BY 1;
