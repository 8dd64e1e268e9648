-- What PostgreSQL's catalogs say of the extension's objects, a line for each property: two databases that have the same
-- version print the same, whether it was created or came by updates. After a change of the script:
--
--   psql -XAtq -f test/t/catalog.sql -d updated > updated; psql -XAtq -f test/t/catalog.sql -d created | diff updated -
\pset format unaligned
\pset tuples_only on
SET search_path = pg_catalog;
WITH extension AS (
    SELECT * FROM pg_extension WHERE extname = 'switchgrid'
), member AS (
    SELECT d.classid, d.objid FROM pg_depend d JOIN extension e ON d.refobjid = e.oid
    WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
), relation AS (
    SELECT c.*, c.oid::regclass::text AS name FROM pg_class c JOIN member m ON m.objid = c.oid AND m.classid = 'pg_class'::regclass
), attribute AS (
    SELECT a.*, r.name, r.relkind, r.relowner, row_number() OVER (PARTITION BY attrelid ORDER BY attnum) AS place
    FROM pg_attribute a JOIN relation r ON r.oid = attrelid WHERE attnum > 0 AND NOT attisdropped AND relkind <> 'S'
), routine AS (
    SELECT p.*, p.oid::regprocedure::text AS name FROM pg_proc p JOIN member m ON m.objid = p.oid AND m.classid = 'pg_proc'::regclass
), property (object, what, value) AS (
    -- whatever it is: that it is there, and what it says of itself
    SELECT i.type || ' ' || i.identity, 'comment', obj_description(m.objid, m.classid::regclass::name)
    FROM member m, pg_identify_object(m.classid, m.objid, 0) i
    -- the extension itself: what pg_dump keeps of it
    UNION ALL SELECT 'extension', 'schema', extnamespace::regnamespace::text FROM extension
    UNION ALL SELECT 'extension', 'relocatable', extrelocatable::text FROM extension
    UNION ALL SELECT 'extension', 'dumped', c.oid::regclass::text || ' ' || c.condition FROM extension, unnest(extconfig, extcondition) c (oid, condition)
    -- relations
    UNION ALL SELECT name, 'kind', concat_ws(' ', relkind, relpersistence, relreplident, relrowsecurity, relforcerowsecurity, relispartition) FROM relation
    UNION ALL SELECT name, 'options', reloptions::text FROM relation
    UNION ALL SELECT name, 'definition', pg_get_viewdef(oid) FROM relation WHERE relkind = 'v'
    UNION ALL SELECT name, 'server', concat_ws(' ', s.srvname, ftoptions::text) FROM relation r JOIN pg_foreign_table ON ftrelid = r.oid JOIN pg_foreign_server s ON s.oid = ftserver
    UNION ALL SELECT name, 'sequence', concat_ws(' ', seqtypid::regtype, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle) FROM relation r JOIN pg_sequence ON seqrelid = r.oid
    UNION ALL SELECT name, 'toast', t.reloptions::text FROM relation r JOIN pg_class t ON t.oid = r.reltoastrelid
    UNION ALL SELECT name, 'constraint ' || conname, concat_ws(' ', pg_get_constraintdef(c.oid), convalidated, obj_description(c.oid, 'pg_constraint'))
        FROM relation r JOIN pg_constraint c ON conrelid = r.oid
    UNION ALL SELECT name, 'index ' || i.indexrelid::regclass, concat_ws(' ', pg_get_indexdef(i.indexrelid), indisvalid, indisreplident, indisclustered, obj_description(i.indexrelid, 'pg_class'))
        FROM relation r JOIN pg_index i ON indrelid = r.oid
    UNION ALL SELECT name, 'trigger ' || tgname, concat_ws(' ', pg_get_triggerdef(t.oid), tgenabled) FROM relation r JOIN pg_trigger t ON tgrelid = r.oid WHERE NOT tgisinternal
    UNION ALL SELECT name, 'rule ' || rulename, concat_ws(' ', pg_get_ruledef(u.oid), ev_enabled) FROM relation r JOIN pg_rewrite u ON ev_class = r.oid
    UNION ALL SELECT name, 'policy ' || polname, concat_ws(' ', polcmd, polpermissive, polroles::regrole[], pg_get_expr(polqual, r.oid), pg_get_expr(polwithcheck, r.oid)) FROM relation r JOIN pg_policy ON polrelid = r.oid
    UNION ALL SELECT name, 'statistics ' || stxname, pg_get_statisticsobjdef(s.oid) FROM relation r JOIN pg_statistic_ext s ON stxrelid = r.oid
    -- their columns
    UNION ALL SELECT name || '.' || attname, 'column', concat_ws(' ', place, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, attstorage, attcompression, NULLIF(attcollation, 100)::regcollation, 
            -- some builds of the server write into the options when a column was made
            (SELECT string_agg(o, ' ') FROM unnest(attoptions) o WHERE o NOT LIKE 'pg\_attver=%'), attfdwoptions::text)
        FROM attribute
    UNION ALL SELECT name || '.' || attname, 'default', pg_get_expr(adbin, adrelid) FROM attribute JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    UNION ALL SELECT name || '.' || attname, 'comment', col_description(attrelid, attnum) FROM attribute
    -- routines
    UNION ALL SELECT name, 'definition', pg_get_functiondef(oid) FROM routine WHERE prokind <> 'a'
    UNION ALL SELECT name, 'aggregate', concat_ws(' ', proparallel, aggkind, aggnumdirectargs, aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn, aggmfinalfn,
            aggfinalextra, aggfinalmodify, aggsortop::regoperator, aggtranstype::regtype, aggtransspace, agginitval, pg_get_function_result(r.oid), pg_get_function_arguments(r.oid))
        FROM routine r JOIN pg_aggregate ON aggfnoid = r.oid
    UNION ALL SELECT name, 'planner', concat_ws(' ', procost, prorows, prosupport) FROM routine
    -- types, operators, their classes, casts
    UNION ALL SELECT t.oid::regtype::text, 'type', concat_ws(' ', typtype, typcategory, typispreferred, typlen, typbyval, typalign, typstorage, typinput, typoutput, typreceive, typsend, typmodin, typmodout, typanalyze, typsubscript,
            typelem::regtype, typbasetype::regtype, typnotnull, typdefault)
        FROM pg_type t JOIN member m ON m.objid = t.oid AND m.classid = 'pg_type'::regclass
    UNION ALL SELECT o.oid::regoperator::text, 'operator', concat_ws(' ', oprcode, oprcom::regoperator, oprnegate::regoperator, oprrest, oprjoin, oprcanmerge, oprcanhash, oprresult::regtype)
        FROM pg_operator o JOIN member m ON m.objid = o.oid AND m.classid = 'pg_operator'::regclass
    UNION ALL SELECT a.amname || ' ' || opcname, 'class', concat_ws(' ', opcintype::regtype, opckeytype::regtype, opcdefault, f.opfname)
        FROM pg_opclass c JOIN member m ON m.objid = c.oid AND m.classid = 'pg_opclass'::regclass JOIN pg_am a ON a.oid = opcmethod JOIN pg_opfamily f ON f.oid = opcfamily
    UNION ALL SELECT a.amname || ' ' || opfname, concat_ws(' ', 'operator', amopstrategy, amoplefttype::regtype, amoprighttype::regtype), concat_ws(' ', amopopr::regoperator, amoppurpose)
        FROM pg_opfamily f JOIN member m ON m.objid = f.oid AND m.classid = 'pg_opfamily'::regclass JOIN pg_am a ON a.oid = opfmethod JOIN pg_amop ON amopfamily = f.oid
    UNION ALL SELECT a.amname || ' ' || opfname, concat_ws(' ', 'function', amprocnum, amproclefttype::regtype, amprocrighttype::regtype), amproc::regprocedure::text
        FROM pg_opfamily f JOIN member m ON m.objid = f.oid AND m.classid = 'pg_opfamily'::regclass JOIN pg_am a ON a.oid = opfmethod JOIN pg_amproc ON amprocfamily = f.oid
    UNION ALL SELECT format('cast %s as %s', castsource::regtype, casttarget::regtype), 'cast', concat_ws(' ', castfunc::regprocedure, castcontext, castmethod)
        FROM pg_cast c JOIN member m ON m.objid = c.oid AND m.classid = 'pg_cast'::regclass
    -- the wrapper and its servers
    UNION ALL SELECT fdwname, 'wrapper', concat_ws(' ', fdwhandler::regproc, fdwvalidator::regproc, fdwoptions::text) FROM pg_foreign_data_wrapper f JOIN member m ON m.objid = f.oid AND m.classid = 'pg_foreign_data_wrapper'::regclass
    UNION ALL SELECT srvname, 'server', concat_ws(' ', srvtype, srvversion, srvoptions::text) FROM pg_foreign_server s JOIN member m ON m.objid = s.oid AND m.classid = 'pg_foreign_server'::regclass
    -- rights, the same whether they were never touched or given as they are by default; and those that pg_dump takes for the extension's
    UNION ALL
    SELECT r.object, 'right', concat_ws(' ', CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, a.privilege_type, a.is_grantable)
    FROM (
        SELECT name AS object, COALESCE(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner)) AS acl FROM relation
        UNION ALL SELECT name || '.' || attname, attacl FROM attribute
        UNION ALL SELECT name, COALESCE(proacl, acldefault('f', proowner)) FROM routine
        UNION ALL SELECT t.oid::regtype::text, COALESCE(typacl, acldefault('T', typowner)) FROM pg_type t JOIN member m ON m.objid = t.oid AND m.classid = 'pg_type'::regclass
        UNION ALL SELECT nspname, COALESCE(nspacl, acldefault('n', nspowner)) FROM pg_namespace n JOIN member m ON m.objid = n.oid AND m.classid = 'pg_namespace'::regclass
        UNION ALL SELECT fdwname, COALESCE(fdwacl, acldefault('F', fdwowner)) FROM pg_foreign_data_wrapper f JOIN member m ON m.objid = f.oid AND m.classid = 'pg_foreign_data_wrapper'::regclass
        UNION ALL SELECT srvname, COALESCE(srvacl, acldefault('S', srvowner)) FROM pg_foreign_server s JOIN member m ON m.objid = s.oid AND m.classid = 'pg_foreign_server'::regclass
    ) r, aclexplode(r.acl) a
    UNION ALL
    SELECT i.identity, 'initial right', concat_ws(' ', CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, a.privilege_type, a.is_grantable)
    FROM member m JOIN pg_init_privs p ON p.objoid = m.objid AND p.classoid = m.classid, pg_identify_object(m.classid, m.objid, p.objsubid) i, aclexplode(p.initprivs) a
)
-- one line each
SELECT object || ': ' || what || ': ' || COALESCE(replace(value, E'\n', ' '), '-') COLLATE "C" FROM property ORDER BY 1;
