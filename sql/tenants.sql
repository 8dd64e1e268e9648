-- Several tenants in one database, as the README has it: each sees its own points, whatever it asks, and personal data only if it may.
\getenv srcdir PG_ABS_SRCDIR
\set prelude :srcdir '/test/regress/prelude.sql'
\i :prelude
SELECT switchgrid.watch('linky', '{22516914714270,64975835695673,22315546958763}', '{load_curve,daily_energy,contract,holder,contact,address}', since => '2026-10-15', until => '2026-11-25');
CALL switchgrid.refresh() \g /dev/null
SELECT switchgrid.load_curves($$SELECT point_id, direction, starts_at, ends_at, watts + 10 AS watts FROM switchgrid.load_curve WHERE starts_at::date = '2026-11-02'$$) > 0 AS revised;
INSERT INTO switchgrid.open_span SELECT 'linky', p, 'load_curve', 'consumption', '[2026-10-10,2026-10-11)', 'consent', NULL, 'Refused.', 1, now(), now() FROM unnest('{22516914714270,64975835695673,22315546958763}'::text[]) AS p;
UPDATE switchgrid.coverage SET held = held - '{[2026-10-20,2026-10-22)}' WHERE relation = 'load_curve';
WITH placed AS (INSERT INTO switchgrid.data_order (server, requests, state, placed_at) SELECT 'linky', 1, 'open', now() FROM generate_series(1, 3) RETURNING number)
INSERT INTO switchgrid.data_request (order_number, server, position, type, point_id, relations, direction, days)
SELECT number, 'linky', 0, 'R63', ('{22516914714270,64975835695673,22315546958763}'::text[])[row_number() OVER ()], '{load_curve}', 'consumption', '[2026-10-20,2026-10-21)' FROM placed;
-- what each point has, seen by the owner: what a tenant sees must be this, of its points
CREATE TABLE t.curve AS SELECT * FROM switchgrid.load_curve;
CREATE TABLE t.revision AS SELECT * FROM switchgrid.revision;
CREATE TABLE t.known AS SELECT * FROM switchgrid.load_curve_known('infinity');
CREATE TABLE t.gap AS SELECT server, point_id, relation, direction, days, cause FROM switchgrid.gap;
CREATE TABLE t.contract AS SELECT * FROM switchgrid.contract;
CREATE TABLE t.status AS SELECT * FROM switchgrid.status;
ANALYZE switchgrid.load_curve;
SELECT count(*) > 0 AS told FROM pg_stats WHERE schemaname = 'switchgrid' AND tablename = 'load_curve';

CREATE ROLE tenants NOLOGIN;
CREATE ROLE tenant_north IN ROLE tenants;
CREATE ROLE tenant_south IN ROLE tenants;
CREATE ROLE tenant_none IN ROLE tenants;
CREATE TABLE public.tenant_point (tenant name, point_id text, PRIMARY KEY (tenant, point_id));
INSERT INTO tenant_point VALUES ('tenant_north', '22516914714270'), ('tenant_south', '64975835695673'), ('tenant_south', '22315546958763');
ALTER TABLE tenant_point ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON tenant_point FOR SELECT TO tenants USING (tenant = current_user);
DO $$
DECLARE
    stored regclass;
BEGIN
    FOR stored IN SELECT attrelid FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
                  WHERE relnamespace = 'switchgrid'::regnamespace AND relkind = 'r' AND attname = 'point_id' LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', stored);
        EXECUTE format('CREATE POLICY tenant ON %s FOR SELECT TO tenants
            USING (point_id IN (SELECT t.point_id FROM public.tenant_point t))', stored);
    END LOOP;
END $$;
ALTER TABLE switchgrid.data_order ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON switchgrid.data_order FOR SELECT TO tenants
    USING (number IN (SELECT r.order_number FROM switchgrid.data_request r));
GRANT USAGE ON SCHEMA switchgrid TO tenants;
GRANT SELECT ON tenant_point, switchgrid.load_curve, switchgrid.curve_segment, switchgrid.curve_revision,
    switchgrid.revision, switchgrid.daily_energy, switchgrid.contract, switchgrid.contract_history, switchgrid.watch,
    switchgrid.coverage, switchgrid.open_span, switchgrid.data_request, switchgrid.data_order, switchgrid.consent, switchgrid.consent_alive,
    switchgrid.policy, switchgrid.policy_in_force, switchgrid.wanted, switchgrid.gap, switchgrid.status TO tenants;
GRANT EXECUTE ON FUNCTION switchgrid.load_curve_known, switchgrid.today TO tenants;
DELETE FROM pg_statistic WHERE starelid = 'switchgrid.load_curve'::regclass;
-- personal data: to one of them
GRANT SELECT ON switchgrid.holder, switchgrid.holder_history, switchgrid.contact, switchgrid.contact_history,
    switchgrid.address, switchgrid.address_history TO tenant_south;

-- No table that names a point is left open.
SELECT attrelid::regclass FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'switchgrid'::regnamespace AND relkind = 'r' AND attname ~ 'point' AND NOT relrowsecurity AND (has_table_privilege('tenant_south', attrelid, 'SELECT') OR has_any_column_privilege('tenant_south', attrelid, 'SELECT')) AND atttypid IN ('text'::regtype, 'text[]'::regtype);

-- What the current tenant sees, compared with what the owner saw of its points.
GRANT USAGE ON SCHEMA t TO tenants;
GRANT SELECT ON t.curve, t.revision, t.known, t.gap, t.contract, t.status TO tenants;
CREATE FUNCTION t.compare(seen text, owned text) RETURNS TABLE (own bigint, others bigint, lost bigint) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('WITH mine AS (SELECT * FROM (%s) AS o WHERE point_id IN (SELECT point_id FROM public.tenant_point)), seen AS (%s)
        SELECT (SELECT count(*) FROM mine), (SELECT count(*) FROM (TABLE seen EXCEPT ALL TABLE mine) AS d), (SELECT count(*) FROM (TABLE mine EXCEPT ALL TABLE seen) AS d)', owned, seen);
END $$;
-- Totals are asked in ways that read the summaries of segments, and in one that reads each slot; each beside the plain table.
CREATE VIEW t.questions AS SELECT * FROM (VALUES
    (1, 'curve', 'SELECT * FROM switchgrid.load_curve', 'TABLE t.curve'),
    (2, 'revision', 'SELECT * FROM switchgrid.revision', 'TABLE t.revision'),
    (3, 'known', 'SELECT * FROM switchgrid.load_curve_known(''infinity'')', 'TABLE t.known'),
    (4, 'known of all', 'SELECT * FROM switchgrid.load_curve_known(''infinity'', ''{22516914714270,64975835695673,22315546958763}'')', 'TABLE t.known'),
    (5, 'gap', 'SELECT server, point_id, relation, direction, days, cause FROM switchgrid.gap', 'TABLE t.gap'),
    (6, 'contract', 'SELECT * FROM switchgrid.contract', 'TABLE t.contract'),
    (7, 'status', 'SELECT * FROM switchgrid.status', 'TABLE t.status'),
    (8, 'by point', 'SELECT point_id, count(*), sum(watts), min(watts), max(watts) FROM switchgrid.load_curve GROUP BY 1', 'SELECT point_id, count(*), sum(watts), min(watts), max(watts) FROM t.curve GROUP BY 1'),
    (9, 'by month', 'SELECT point_id, date_trunc(''month'', starts_at), count(*), sum(watts) FROM switchgrid.load_curve GROUP BY 1, 2', 'SELECT point_id, date_trunc(''month'', starts_at), count(*), sum(watts) FROM t.curve GROUP BY 1, 2'),
    (10, 'by clause', 'SELECT point_id, count(*) FROM switchgrid.load_curve WHERE watts > 300 AND starts_at >= ''2026-11-01'' GROUP BY 1', 'SELECT point_id, count(*) FROM t.curve WHERE watts > 300 AND starts_at >= ''2026-11-01'' GROUP BY 1')
    ) AS q (n, what, seen, owned);
GRANT SELECT ON t.questions TO tenants;
SET ROLE tenant_north;
SELECT n, what, own > 0 AS some, others, lost FROM t.questions, t.compare(seen, owned) ORDER BY n;
-- statistics of a foreign table, which has no row security, tell nothing of others
RESET ROLE;
ANALYZE switchgrid.load_curve;
SET ROLE tenant_north;
SELECT count(*) FROM pg_stats WHERE schemaname = 'switchgrid' AND tablename = 'load_curve';
-- totals over all: of its points, and by summaries
EXPLAIN (COSTS OFF) SELECT count(*), sum(watts), max(watts) FROM switchgrid.load_curve;
SELECT (SELECT (count(*), sum(watts), min(watts), max(watts)) FROM switchgrid.load_curve) = (SELECT (count(*), sum(watts), min(watts), max(watts)) FROM t.curve WHERE point_id = '22516914714270') AS own;
SELECT count(*) FROM switchgrid.load_curve WHERE point_id = '64975835695673';
SELECT count(*) FROM switchgrid.load_curve_known('infinity', '{64975835695673}');
SELECT count(*), count(DISTINCT point_id) FROM switchgrid.data_request JOIN switchgrid.data_order o ON o.number = order_number;
SELECT count(*) FROM switchgrid.data_order;
SELECT DISTINCT point_id FROM switchgrid.coverage;
SELECT count(*) FROM switchgrid.holder;
SELECT count(*) FROM switchgrid.contact_history;
SELECT count(*) FROM switchgrid.ask;
SELECT * FROM switchgrid.forget('64975835695673');
SET ROLE tenant_south;
SELECT n, what, own > 0 AS some, others, lost FROM t.questions, t.compare(seen, owned) ORDER BY n;
SELECT (SELECT (count(*), sum(watts), min(watts), max(watts)) FROM switchgrid.load_curve) = (SELECT (count(*), sum(watts), min(watts), max(watts)) FROM t.curve WHERE point_id <> '22516914714270') AS own;
SELECT point_id FROM switchgrid.holder ORDER BY 1;
SELECT DISTINCT point_id FROM switchgrid.contact_history ORDER BY 1;
SELECT point_id FROM switchgrid.address ORDER BY 1;
SET ROLE tenant_none;
SELECT n, what, own, others, lost FROM t.questions, t.compare(seen, owned) ORDER BY n;
SELECT count(*), sum(watts) FROM switchgrid.load_curve;
RESET ROLE;
-- who owns the tables sees and refreshes all
SELECT count(DISTINCT point_id) FROM switchgrid.load_curve;
SELECT count(*) FROM tenant_point WHERE point_id NOT IN (SELECT point_id FROM switchgrid.status);
DROP OWNED BY tenants, tenant_north, tenant_south, tenant_none;
DROP TABLE tenant_point CASCADE;
DROP ROLE tenant_north, tenant_south, tenant_none, tenants;
