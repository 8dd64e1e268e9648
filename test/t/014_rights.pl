# Nobody gets more than he was given: functions and views run no one else's code, whatever the search_path; nothing is open to
# everybody; files, servers and credentials are used by those whose they are.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;

use HTTP::Tiny;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Switchgrid;
use Test::More;

my $simulator = simulate('--per-second', 0);
my $node = make_node('rights', conf => "track_functions = all\n");
my %point = (linky => POINT, gaz => 'GI999055', grid => '63695879465986');
my $gas = '09999999900617';
my %words = (linky => 'unlimited', gaz => 'unlimited', grid => 'consented+async=0+sync=0');

sub query
{
	my ($sql) = @_;

	return $node->safe_psql('postgres', $sql);
}

sub places
{
	my ($name, $words) = @_;
	my $root = $simulator->url($words // $words{$name});

	return (base_url => $root, consent_url => $root) if $name eq 'linky';
	return (base_url => "$root/adict/v2", token_url => $root) if $name eq 'gaz';
	return (base_url => "$root/v0_1", enedis_url => "$root/enedis/v2");
}

sub mapping
{
	my ($name, $secret) = @_;

	$secret //= SECRET;
	return $name eq 'grid' ? "token '$secret'" : "client_id 'demo', client_secret '$secret'";
}

my %api = (linky => 'enedis', gaz => 'grdf', grid => 'switchgrid');

foreach my $name (sort keys %api)
{
	my %options = (api => $api{$name}, per_second => 0, retries => 0, max_wait => 3, places($name));

	query("CREATE SERVER $name FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS ("
		  . join(', ', map { "$_ '$options{$_}'" } sort keys %options)
		  . "); CREATE USER MAPPING FOR CURRENT_USER SERVER $name OPTIONS (${\mapping($name)});"
		  . "CREATE SCHEMA $name; IMPORT FOREIGN SCHEMA $api{$name} FROM SERVER $name INTO $name");
}

# What is open to everybody --------------------------------------------------------------

# Each object of the extension and each right on it that a role has which nobody ever granted anything.
query('CREATE ROLE fresh');
is(query(q{
	WITH object AS (
		SELECT classid, objid FROM pg_depend
		WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
			AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'switchgrid')
		-- the schema, and what hangs on a member: sequences of identities
		UNION SELECT 'pg_namespace'::regclass, 'switchgrid'::regnamespace
		UNION SELECT 'pg_class'::regclass, oid FROM pg_class WHERE relnamespace = 'switchgrid'::regnamespace
		UNION SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typnamespace = 'switchgrid'::regnamespace AND typtype = 'b' AND typelem = 0
		UNION SELECT 'pg_proc'::regclass, oid FROM pg_proc WHERE pronamespace = 'switchgrid'::regnamespace
	), relation AS (
		SELECT oid, relkind FROM pg_class JOIN object ON objid = oid AND classid = 'pg_class'::regclass
		WHERE relkind NOT IN ('i', 'c')
	), open AS (
		SELECT classid, objid, p AS privilege FROM object, unnest(ARRAY['EXECUTE']) AS p
		WHERE classid = 'pg_proc'::regclass AND has_function_privilege('fresh', objid, p)
			-- what only computes with curves may be used by all
			AND NOT EXISTS (SELECT FROM pg_proc WHERE oid = objid AND provolatile <> 'v'
				AND 'internal'::regtype <> ALL (proargtypes::oid[])
				AND 'switchgrid.curve'::regtype = ANY (ARRAY[prorettype] || proargtypes::oid[]))
		UNION ALL
		SELECT 'pg_class'::regclass, oid, p FROM relation, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p
		WHERE relkind <> 'S' AND (has_table_privilege('fresh', oid, p) OR (p IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege('fresh', oid, p)))
		UNION ALL
		SELECT 'pg_class'::regclass, oid, p FROM relation, unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) AS p
		WHERE relkind = 'S' AND has_sequence_privilege('fresh', oid, p)
		UNION ALL
		SELECT classid, objid, p FROM object, unnest(ARRAY['CREATE', 'USAGE']) AS p
		WHERE classid = 'pg_namespace'::regclass AND has_schema_privilege('fresh', objid, p)
		UNION ALL
		SELECT classid, objid, 'USAGE' FROM object WHERE classid = 'pg_foreign_server'::regclass AND has_server_privilege('fresh', objid, 'USAGE')
		UNION ALL
		SELECT classid, objid, 'USAGE' FROM object WHERE classid = 'pg_foreign_data_wrapper'::regclass AND has_foreign_data_wrapper_privilege('fresh', objid, 'USAGE')
		UNION ALL
		SELECT classid, objid, 'USAGE' FROM object WHERE classid = 'pg_type'::regclass AND has_type_privilege('fresh', objid, 'USAGE')
	)
	SELECT string_agg(line, E'\n' ORDER BY line COLLATE "C") FROM (SELECT pg_describe_object(classid, objid, 0) || ': ' || privilege FROM open) AS o (line)}),
	join("\n",
		# these read nothing, and a type can do nothing
		'function switchgrid.history(name,text,text): EXECUTE',
		'function switchgrid.today(): EXECUTE',
		'type switchgrid.curve: USAGE'),
	'nothing is open to everybody but what is meant to be');
is(query(q{
	SELECT string_agg(DISTINCT classid::regclass::text, ' ') FROM pg_depend
	WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'switchgrid')
		AND classid::regclass::text NOT IN ('pg_class', 'pg_foreign_data_wrapper', 'pg_foreign_server', 'pg_namespace', 'pg_proc', 'pg_type')
		-- these have no rights of their own
		AND classid::regclass::text NOT IN ('pg_cast', 'pg_operator', 'pg_opclass', 'pg_opfamily')}),
	'', 'and no kind of object was left out');
is(query(q{
	SELECT count(*) FROM pg_proc WHERE pronamespace = 'switchgrid'::regnamespace AND prosecdef}),
	0, 'no function runs as its owner');
is(query(q{
	SELECT string_agg(relname, ' ') FROM pg_class WHERE relnamespace = 'switchgrid'::regnamespace AND relkind = 'v'
		AND NOT coalesce(reloptions::text ~ 'security_invoker=true', false) AND relname NOT IN ('api_right', 'quota')}),
	'', 'nor does a view, but for two that only call a function');

# Traps ---------------------------------------------------------------------------------

# Whoever finds one of these where he meant PostgreSQL's own object leaves a mark that no rollback removes.
query(q{
	SET client_min_messages = error;
	SET check_function_bodies = off;
	CREATE SCHEMA traps;
	CREATE SEQUENCE traps.mark;
	-- (not volatile: as a condition it is looked at even where there are no rows)
	CREATE FUNCTION traps.spring(pg_catalog.text) RETURNS pg_catalog.bool LANGUAGE plpgsql STABLE AS $$
	BEGIN
		PERFORM pg_catalog.nextval('traps.mark');
		RAISE LOG 'trapped: %', $1;
		RAISE EXCEPTION 'trapped: %', $1;
	END $$;
	-- polymorphic arguments as the extension could use them
	CREATE FUNCTION traps.concrete(oid, n int) RETURNS text LANGUAGE sql AS $$
		SELECT CASE $1::regtype::text
			WHEN 'anyelement' THEN (ARRAY['text', 'date', 'bigint', 'name'])[n]
			WHEN 'anynonarray' THEN (ARRAY['text', 'date', 'bigint', 'name'])[n]
			WHEN 'anycompatible' THEN (ARRAY['text', 'date', 'bigint', 'name'])[n]
			WHEN 'anyarray' THEN (ARRAY['text[]', 'date[]', 'bigint[]', 'name[]'])[n]
			WHEN 'anycompatiblearray' THEN (ARRAY['text[]', 'date[]', 'bigint[]', 'name[]'])[n]
			WHEN 'anyrange' THEN (ARRAY['daterange', 'daterange', 'int8range', 'tstzrange'])[n]
			WHEN 'anymultirange' THEN (ARRAY['datemultirange', 'datemultirange', 'int8multirange', 'tstzmultirange'])[n]
			WHEN '"any"' THEN (ARRAY['text', 'date', 'bigint', 'name'])[n]
			ELSE CASE WHEN (SELECT typtype FROM pg_type WHERE oid = $1) <> 'p' THEN format_type($1, NULL) END
		END
	$$;
	CREATE FUNCTION traps.result(oid, n int) RETURNS text LANGUAGE sql AS $$ SELECT coalesce(traps.concrete($1, n), 'text') $$;
	CREATE FUNCTION traps.lay() RETURNS bigint LANGUAGE plpgsql AS $lay$
	DECLARE
		r record;
		laid bigint := 0;
	BEGIN
		-- functions, aggregates among them: where one is called, so is the trap
		FOR r IN
			SELECT DISTINCT p.proname AS name, traps.result(p.prorettype, n) AS result,
				(SELECT coalesce(string_agg(traps.concrete(t, n), ', ' ORDER BY o), '') FROM unnest(p.proargtypes) WITH ORDINALITY AS a (t, o)) AS arguments
			FROM pg_proc AS p, generate_series(1, 4) AS n
			WHERE pronamespace = 'pg_catalog'::regnamespace
				AND NOT EXISTS (SELECT FROM unnest(p.proargtypes) AS t WHERE traps.concrete(t, n) IS NULL)
		LOOP
			BEGIN
				EXECUTE format('CREATE FUNCTION traps.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L', r.name, r.arguments, r.result,
					format('BEGIN PERFORM traps.spring(%L); RETURN NULL; END', format('%s(%s)', r.name, r.arguments)));
				laid := laid + 1;
			-- the same one twice, or one that SQL cannot define
			EXCEPTION WHEN OTHERS THEN
				NULL;
			END;
		END LOOP;
		FOR r IN
			SELECT DISTINCT o.oprname AS name, traps.result(o.oprresult, n) AS result, traps.concrete(o.oprleft, n) AS left_type, traps.concrete(o.oprright, n) AS right_type
			FROM pg_operator AS o, generate_series(1, 4) AS n
			WHERE oprnamespace = 'pg_catalog'::regnamespace AND traps.concrete(o.oprright, n) IS NOT NULL AND (o.oprleft = 0 OR traps.concrete(o.oprleft, n) IS NOT NULL)
		LOOP
			BEGIN
				EXECUTE format('CREATE FUNCTION traps.trap_%s(%s) RETURNS %s LANGUAGE plpgsql AS %L', laid, concat_ws(', ', r.left_type, r.right_type), r.result,
					format('BEGIN PERFORM traps.spring(%L); RETURN NULL; END', format('%s %s %s', r.left_type, r.name, r.right_type)));
				EXECUTE format('CREATE OPERATOR traps.%s (%s RIGHTARG = %s, FUNCTION = traps.trap_%s)', r.name, 'LEFTARG = ' || r.left_type || ',', r.right_type, laid);
				laid := laid + 1;
			-- the same one twice, or one that SQL cannot define
			EXCEPTION WHEN OTHERS THEN
				NULL;
			END;
		END LOOP;
		RETURN laid;
	END $lay$;
	-- count(*) alone is no function of something
	CREATE FUNCTION traps.count_one(bigint) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN PERFORM traps.spring('count(*)'); RETURN 0; END $$;
	CREATE AGGREGATE traps.count(*) (SFUNC = traps.count_one, STYPE = bigint, INITCOND = '0');
	CREATE FUNCTION traps.format(text, bigint, text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM traps.spring('format'); RETURN ''; END $$;
});
cmp_ok(query('SET check_function_bodies = off; SELECT traps.lay()'), '>', 2000, 'traps are laid');
# Types: whoever casts to one of the name without its schema is caught; and relations.
query(q{
	DO $$
	DECLARE
		r record;
	BEGIN
		FOR r IN SELECT typname FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'r', 'm') AND typelem = 0 AND typname !~ '^(pg_|_|reg|gtsvector)' LOOP
			EXECUTE format('CREATE DOMAIN traps.%I AS pg_catalog.%I CHECK (traps.spring(%L))', r.typname, r.typname, 'type ' || r.typname);
		END LOOP;
		FOR r IN SELECT relname FROM pg_class WHERE relnamespace = 'switchgrid'::regnamespace AND relkind IN ('r', 'v', 'f') LOOP
			EXECUTE format('CREATE VIEW traps.%I AS SELECT * FROM switchgrid.%I WHERE traps.spring(%L)', r.relname, r.relname, 'relation ' || r.relname);
		END LOOP;
	END $$;
	CREATE ROLE trapped LOGIN;
	GRANT USAGE ON SCHEMA traps, switchgrid, linky, gaz, grid TO trapped;
	GRANT SELECT ON ALL TABLES IN SCHEMA traps, linky, gaz, grid TO trapped;
	GRANT USAGE ON ALL SEQUENCES IN SCHEMA traps TO trapped;
	GRANT ALL ON ALL TABLES IN SCHEMA switchgrid TO trapped;
	GRANT ALL ON ALL SEQUENCES IN SCHEMA switchgrid TO trapped;
	GRANT EXECUTE ON ALL ROUTINES IN SCHEMA switchgrid TO trapped;
	GRANT USAGE ON FOREIGN SERVER linky, gaz, grid TO trapped;
	GRANT CREATE ON DATABASE postgres TO trapped;});
query("CREATE USER MAPPING FOR trapped SERVER $_ OPTIONS (${\mapping($_)})") foreach sort keys %api;

sub marks
{
	return query('SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM traps.mark');
}

# A trap for each kind of object works.
foreach my $case (
	[ 'a function', q(SELECT lower('A'::pg_catalog.text)) ],
	[ 'an operator', q(SELECT 'a'::pg_catalog.text = 'a'::pg_catalog.text) ],
	[ 'an operator on multiranges', q(SELECT '{}'::pg_catalog.datemultirange * '{}'::pg_catalog.datemultirange) ],
	[ 'an aggregate', q(SELECT count(*) FROM switchgrid.watch RIGHT JOIN (VALUES (1)) AS v ON true) ],
	[ 'an aggregate of something', q(SELECT max('2026-01-01'::pg_catalog.date)) ],
	[ 'a type', q(SELECT 'a'::text) ],
	[ 'a relation', q(SELECT * FROM watch) ])
{
	my ($label, $sql) = @$case;
	my $before = marks();

	$node->psql('postgres', "SET search_path = traps, pg_catalog, switchgrid; $sql", stderr => \my $error);
	like($error, qr/ERROR:  trapped: /, "$label is a trap");
	cmp_ok(marks(), '>', $before, "$label leaves its mark");
}

# A call of each function that only computes or looks; what takes internal values is called by others of them.
my $curve = q('{2026-10-31T23:00:00Z PT30M 350:B 360:B - 340}'::switchgrid.curve);
my @computing = split(/\n/, query(qq{
	WITH example (type, value) AS (VALUES
		('switchgrid.curve'::regtype, \$\$$curve\$\$), ('switchgrid.curve[]', \$\$ARRAY[$curve]\$\$),
		('cstring', \$\$'{2026-10-31T23:00:00Z PT30M 350:B}'::pg_catalog.cstring\$\$),
		('timestamptz', \$\$'2026-10-31 23:30+00'::pg_catalog.timestamptz\$\$), ('tstzrange', \$\$'[2026-10-31 23:30+00,2026-11-01 00:30+00)'::pg_catalog.tstzrange\$\$),
		('interval', \$\$'1 hour'::pg_catalog.interval\$\$), ('date', \$\$'2026-11-01'::pg_catalog.date\$\$), ('text', \$\$'B'::pg_catalog.text\$\$), ('"char"', \$\$'B'::pg_catalog."char"\$\$),
		('name', \$\$'B'::pg_catalog.name\$\$), ('jsonb', \$\$'[]'::pg_catalog.jsonb\$\$), ('bool', \$\$'t'::pg_catalog.bool\$\$), ('bytea', \$\$''::pg_catalog.bytea\$\$),
		('int2', \$\$'1'::pg_catalog.int2\$\$), ('int4', \$\$'1'::pg_catalog.int4\$\$), ('int8', \$\$'1'::pg_catalog.int8\$\$),
		('float8', \$\$'0.5'::pg_catalog.float8\$\$), ('numeric', \$\$'0.5'::pg_catalog.numeric\$\$),
		('text[]', \$\$ARRAY['B'::pg_catalog.text]\$\$), ('float8[]', \$\$ARRAY['0.5'::pg_catalog.float8]\$\$), ('timestamptz[]', \$\$ARRAY['2026-10-31 23:30+00'::pg_catalog.timestamptz]\$\$))
	SELECT format('SELECT switchgrid.%I(%s)', proname,
		(SELECT string_agg(coalesce(value, 'no example of ' || t::regtype), ', ' ORDER BY o) FROM unnest(proargtypes) WITH ORDINALITY AS a (t, o) LEFT JOIN example ON type = t))
	FROM pg_proc WHERE pronamespace = 'switchgrid'::regnamespace AND provolatile <> 'v' AND NOT 'internal'::regtype = ANY (proargtypes) ORDER BY 1}));
cmp_ok(scalar(@computing), '>=', 4, 'there are functions that compute');
is(join("\n", grep { /no example of/ } @computing), '', 'of all their types there are examples');

# Everything that SQL can call of the extension, by somebody who walks among traps.
sub walk
{
	my ($user) = @_;
	my $session = Switchgrid::Session->open($node, user => $user);
	my $before = marks();
	my %values;
	my $do = sub {
		my ($sql, $anything) = @_;
		my ($out, $err);

		$session->{psql}{timeout}->start;
		($out, $err) = $session->run($sql);
		if (!$anything && $err =~ /ERROR: /)
		{
			fail("$user: $sql");
			diag($err);
		}
		return $out;
	};
	my $move = sub {
		my ($name, $words) = @_;
		my %places = places($name, $words);

		query("ALTER SERVER $name OPTIONS (" . join(', ', map { "SET $_ '$places{$_}'" } sort keys %places) . ')');
	};

	# in the session's own schema of temporary objects too, which is looked at before all others
	$do->(q(SET client_min_messages = warning));
	$do->(qq(CREATE TEMPORARY VIEW $_ AS SELECT * FROM switchgrid.$_ WHERE traps.spring('temporary $_')))
	  foreach qw(watch coverage open_span curve_segment data_order data_request ask consent refresh_run gap load_curve);
	$do->(qq(CREATE DOMAIN pg_temp.$_ AS pg_catalog.$_ CHECK (traps.spring('temporary type $_'))))
	  foreach qw(text date name int8 jsonb daterange datemultirange timestamptz interval);
	$do->(qq(CREATE FUNCTION pg_temp.$_(pg_catalog.text) RETURNS pg_catalog.text LANGUAGE plpgsql AS 'BEGIN PERFORM traps.spring(''temporary $_''); RETURN NULL; END'))
	  foreach qw(lower upper unnest array_agg coalesce_all);
	$do->('SET search_path = traps, pg_catalog, switchgrid');

	# what only computes, of any value of its types, whether or not it makes sense
	like($do->("SELECT starts_at, watts FROM switchgrid.points($curve) LIMIT 1"), qr/\|350$/, "$user: a curve");
	$do->($_, 1) foreach @computing;
	# wishes and runs, with what goes well, what does not, and what changes
	$do->("SELECT switchgrid.watch('linky', ARRAY['$point{linky}'], '{load_curve,daily_energy,daily_max_power,register_reading,contract,address,holder,contact,connection,consent}', since => '2026-11-01', directions => '{consumption,production}')");
	$do->("SELECT switchgrid.watch('gaz', ARRAY['$point{gaz}'], '{gas_day,billed_quantity,contract,address,connection,consent}', since => '2026-08-01')");
	$do->("SELECT switchgrid.watch('grid', ARRAY['$point{grid}'], '{load_curve,daily_energy,daily_max_power,register_reading,billed_quantity,contract,address,holder,connection,consent}', since => '2026-10-01')");
	$do->("SELECT switchgrid.watch('grid', ARRAY['$gas'], '{gas_day}', since => '2026-10-01')");
	$do->('CALL switchgrid.refresh()') foreach 1 .. 3;
	cmp_ok($do->('SELECT pg_catalog.count(*) FROM switchgrid.load_curve'), '>', 0, "$user: curves are stored");
	cmp_ok($do->('SELECT pg_catalog.count(*) FROM switchgrid.gas_day'), '>', 0, "$user: and gas days");
	$do->("SELECT switchgrid.unwatch('linky', ARRAY['$point{linky}'], '{load_curve}')");
	$do->('DELETE FROM switchgrid.coverage');
	$move->('linky', 'unlimited+changed+step=10');
	$do->("SELECT switchgrid.watch('linky', ARRAY['$point{linky}'], since => '2026-11-10')");
	$do->("CALL switchgrid.refresh('linky', ARRAY['$point{linky}'])");
	$move->('linky', 'unlimited+error=ADAM-DC-0008');
	$do->('DELETE FROM switchgrid.coverage');
	$do->("CALL switchgrid.refresh('linky')");
	$move->('linky');
	# live
	$do->("SELECT * FROM $_") foreach (
		(map { "linky.$_ WHERE point_id OPERATOR(pg_catalog.=) '$point{linky}' AND direction OPERATOR(pg_catalog.=) 'consumption'" } qw(daily_energy contract holder contact)),
		"linky.load_curve WHERE point_id OPERATOR(pg_catalog.=) '$point{linky}' AND starts_at OPERATOR(pg_catalog.>=) '2026-11-15'",
		"gaz.gas_day WHERE point_id OPERATOR(pg_catalog.=) '$point{gaz}' AND day OPERATOR(pg_catalog.>=) '2026-11-01'",
		"grid.contract_search WHERE point_id OPERATOR(pg_catalog.=) '$point{grid}'",
		"grid.ask WHERE points OPERATOR(pg_catalog.\@>) ARRAY['$point{grid}']");
	$do->("SET switchgrid.all_watched_points = on");
	$do->('SELECT * FROM linky.contract');
	# orders
	$values{orders} = $do->("CALL switchgrid.order_data('grid', ARRAY['$point{grid}'], '{R63_SYNC,contract}', '2026-09-01', '2026-09-10')");
	like($values{orders}, qr/\{\d+/, "$user: an order by hand");
	$do->("CALL switchgrid.refresh('grid', wait => '1 second')");
	($values{number}) = $values{orders} =~ /(\d+)/;
	$do->("SELECT switchgrid.reopen_order($values{number})");
	query("UPDATE switchgrid.data_order SET state = 'uncertain' WHERE number = $values{number}");
	is($do->("SELECT switchgrid.settle_order($values{number})"), 'withdrawn', "$user: an order is settled");
	$move->('grid', 'consented+async=0+sync=0+fail');
	$do->("CALL switchgrid.order_data('grid', ARRAY['$point{grid}'], '{R63_SYNC}', '2026-07-01', '2026-07-10')");
	$do->("CALL switchgrid.refresh('grid')");
	# asks and consents
	$move->('grid', 'async=0');
	$values{ask} = $do->(qq(CALL switchgrid.create_ask('grid', '[{"point_id": "$point{grid}", "holder": {"first_name": "A", "last_name": "B"}, "address": {"street": "s", "postal_code": "75001", "city": "c"}}]', state => 'of $user')));
	($values{ask_id}) = $values{ask} =~ /\|([0-9a-f-]{36})\|/;
	ok($values{ask_id}, "$user: an ask is made");
	# the holder signs after some seconds
	HTTP::Tiny->new->post($simulator->{url} . '/_clock/advance?seconds=60');
	$do->("CALL switchgrid.refresh('grid')");
	is($do->("SELECT pg_catalog.length(switchgrid.ask_proof('grid', '$values{ask_id}')) OPERATOR(pg_catalog.>) 0"), 't', "$user: and has a proof");
	$do->("CALL switchgrid.cancel_ask('grid', '$values{ask_id}')");
	query("UPDATE switchgrid.ask SET outcome = 'uncertain', ask_id = NULL WHERE state = 'of $user'");
	is($do->("SELECT switchgrid.settle_ask('grid', 'of $user', '$values{ask_id}')"), 'waiting', "$user: an ask is settled");
	$values{url} = $do->("SELECT switchgrid.authorize_url('linky', '1 year', 'of $user-0')");
	$values{back} = HTTP::Tiny->new(max_redirect => 0)->get($values{url})->{headers}{location} // '';
	is($do->("SELECT switchgrid.record_callback('linky', '$values{back}')"), 'given', "$user: a consent is noted");
	$do->("CALL switchgrid.refresh('linky')");
	$move->('grid');
	# readings from elsewhere
	$values{csv} = slurp_file("$FindBin::Bin/../examples/enedis/account-hours.csv");
	$values{csv} =~ s/'/''/g;
	is($do->("SELECT switchgrid.load_curves('SELECT ''$point{linky}''::pg_catalog.text AS point_id, ''2020-01-01 00:00+01''::pg_catalog.timestamptz AS starts_at, 5::pg_catalog.float8 AS watts', step => '30 min')"), '1', "$user: a reading is loaded");
	ok($do->("SELECT switchgrid.load_csv('$values{csv}') OPERATOR(pg_catalog.>) 0"), "$user: a file is loaded");
	$do->("SELECT * FROM switchgrid.load_curve_known(pg_catalog.now())");
	$do->("SELECT * FROM switchgrid.plan()");
	$do->("SELECT switchgrid.today()");
	$do->("SELECT switchgrid.describe('traps')");
	$do->("SELECT * FROM switchgrid.expire()");
	$do->("SELECT * FROM switchgrid.forget('$point{linky}')");
	# what is known
	$do->("SELECT switchgrid.history('linky', 'load_curve', 'consumption')");
	$do->('SELECT * FROM switchgrid.api_rights()');
	$do->('SELECT * FROM switchgrid.quotas()');
	is($do->("SELECT switchgrid.revoke_token('linky')"), 't', "$user: a token is given back");
	$do->("SELECT * FROM switchgrid.$_")
	  foreach split(/\n/, query(q(SELECT relname FROM pg_class WHERE relnamespace = 'switchgrid'::regnamespace AND relkind IN ('r', 'v', 'f') ORDER BY 1)));
	is(marks(), $before, "$user: no trap is sprung")
	  or diag(join("\n", uniq_traps()));
	$session->close;
	query("TRUNCATE switchgrid.$_ CASCADE")
	  foreach split(/\n/, query(q(SELECT relname FROM pg_class WHERE relnamespace = 'switchgrid'::regnamespace AND relkind = 'r' ORDER BY 1)));
	return;
}

sub uniq_traps
{
	my %seen;

	return grep { !$seen{$_}++ } slurp_log($node) =~ /LOG:  (trapped: .*)/g;
}

walk($_) foreach $node->safe_psql('postgres', 'SELECT current_user'), 'trapped';
# Only what PostgreSQL alone calls, and what needs pg_cron, is missing. A session tells of its calls when it has ended.
wait_until('the end of sessions', sub { query(q(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')) == 1 });
is(query(q(
	SELECT string_agg(proname, ' ' ORDER BY proname) FROM pg_proc AS p LEFT JOIN pg_stat_user_functions AS s ON funcid = p.oid
	WHERE pronamespace = 'switchgrid'::regnamespace AND provolatile = 'v' AND coalesce(calls, 0) < 2)),
	'schedule switchgrid_fdw_handler switchgrid_fdw_validator unschedule', 'every other function was called');

# Foreign tables have the types that PostgreSQL means.
query(q(
	SET search_path = traps, pg_catalog, switchgrid;
	CREATE SCHEMA imported;
	IMPORT FOREIGN SCHEMA enedis FROM SERVER linky INTO imported;));
is(query(q(
	SELECT string_agg(DISTINCT typnamespace::regnamespace::text, ' ') FROM pg_attribute JOIN pg_class AS c ON attrelid = c.oid JOIN pg_type AS t ON atttypid = t.oid
	WHERE relnamespace = 'imported'::regnamespace AND attnum > 0)),
	'pg_catalog', 'what is imported has the types of PostgreSQL');

# Somebody who had the schema first cannot put his own operators under the views of a superuser.
{
	my $code;
	my $error = '';

	query('CREATE DATABASE squatted');
	query('GRANT CREATE ON DATABASE squatted TO trapped');
	$node->safe_psql('squatted', q(
		SET ROLE trapped;
		CREATE SCHEMA switchgrid;
		CREATE FUNCTION switchgrid.spring(datemultirange, datemultirange) RETURNS datemultirange LANGUAGE plpgsql
			AS 'BEGIN RAISE EXCEPTION ''trapped as %'', current_user; END';
		CREATE OPERATOR switchgrid.* (LEFTARG = datemultirange, RIGHTARG = datemultirange, FUNCTION = switchgrid.spring);
		CREATE OPERATOR switchgrid.- (LEFTARG = datemultirange, RIGHTARG = datemultirange, FUNCTION = switchgrid.spring);));
	$code = $node->psql('squatted', 'CREATE EXTENSION switchgrid', stderr => \$error);
	if ($code == 0)
	{
		$node->psql('squatted', q(
			CREATE SERVER linky FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis');
			SELECT switchgrid.watch('linky', '{30000000000000}', since => '2026-11-01');
			SELECT * FROM switchgrid.gap;), stderr => \$error);
	}
	unlike($error, qr/trapped/, 'whoever had the schema first lays no traps in it');
	query('DROP DATABASE squatted');
}

# Whose files, servers and credentials ----------------------------------------------------

query(q(
	CREATE ROLE owner LOGIN;
	CREATE ROLE outsider LOGIN;
	GRANT USAGE ON SCHEMA switchgrid, linky, gaz, grid TO owner, outsider;
	GRANT SELECT ON ALL TABLES IN SCHEMA linky, gaz, grid TO outsider;
	GRANT ALL ON ALL TABLES IN SCHEMA switchgrid TO owner, outsider;
	GRANT ALL ON ALL SEQUENCES IN SCHEMA switchgrid TO owner, outsider;
	GRANT EXECUTE ON ALL ROUTINES IN SCHEMA switchgrid TO owner, outsider;
	GRANT CREATE ON DATABASE postgres TO owner, outsider;
	GRANT USAGE ON FOREIGN DATA WRAPPER switchgrid_fdw TO owner;));

sub as
{
	my ($user, $sql) = @_;
	my $session = Switchgrid::Session->open($node, user => $user);
	my ($state, $error) = $session->error($sql);

	$session->close;
	return wantarray ? ($state, $error) : $state;
}

my $here = $simulator->url('unlimited');
my $file = "client_secret_file '/etc/passwd'";

is(as('owner', "CREATE SERVER his FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', base_url '$here')"), '', 'who may use the wrapper makes a server');
is(as('owner', "CREATE USER MAPPING FOR $_ SERVER his OPTIONS (${\mapping('linky')})"), '', "and a mapping for $_") foreach 'owner', 'PUBLIC';
foreach my $sql (
	"CREATE SERVER another FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', base_url '$here', ca_file '/etc/passwd')",
	"ALTER SERVER his OPTIONS (ADD ca_file '/etc/passwd')",
	(map { "ALTER USER MAPPING FOR $_ SERVER his OPTIONS (ADD $file)" } 'owner', 'PUBLIC'),
	"ALTER USER MAPPING FOR owner SERVER his OPTIONS (DROP client_secret, ADD $file)",
	"ALTER USER MAPPING FOR owner SERVER his OPTIONS (ADD token_file '/etc/passwd')",
	"CREATE USER MAPPING FOR outsider SERVER his OPTIONS (client_id 'demo', $file)",
	"CREATE USER MAPPING FOR outsider SERVER his OPTIONS (token_file '/etc/passwd')",
	"BEGIN; SET LOCAL SESSION AUTHORIZATION DEFAULT; ALTER SERVER his OPTIONS (ADD ca_file '/etc/passwd')")
{
	my ($state, $error) = as('owner', $sql);

	is($state, '42501', "a file is for superusers: $sql");
	like($error, qr/only a superuser may set the option/, 'and the error says so');
}
is($node->psql('postgres', "SET ROLE owner; ALTER SERVER his OPTIONS (ADD ca_file '/etc/passwd')", stderr => \my $in_role), 3,
	'nor for a superuser in the role of another');
like($in_role, qr/only a superuser/, 'who is none then');
# a file that a superuser named stays what it is
query("ALTER USER MAPPING FOR owner SERVER his OPTIONS (DROP client_secret, ADD client_secret_file '/nowhere')");
is(as('owner', "ALTER USER MAPPING FOR owner SERVER his OPTIONS (SET client_secret_file '/etc/passwd')"), '42501', 'nor is a file changed');
is(as('owner', "ALTER USER MAPPING FOR owner SERVER his OPTIONS (DROP client_secret_file, ADD client_secret 'x')"), '', 'but given up');

my $superuser = query('SELECT current_user');

foreach my $case (
	[ owner => "ALTER SERVER linky OPTIONS (SET base_url '$here')" ],
	[ owner => 'ALTER SERVER linky OWNER TO owner' ],
	[ owner => "ALTER USER MAPPING FOR $superuser SERVER linky OPTIONS (SET client_id 'x')" ],
	[ owner => "CREATE USER MAPPING FOR owner SERVER linky OPTIONS (${\mapping('linky')})" ],
	[ owner => 'DROP SERVER linky' ],
	[ outsider => "CREATE SERVER another FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis')" ],
	[ outsider => 'CREATE SCHEMA mine; IMPORT FOREIGN SCHEMA enedis FROM SERVER linky INTO mine' ],
	[ outsider => "CREATE FOREIGN TABLE pg_temp.t (point_id text) SERVER his OPTIONS (relation 'load_curve')" ],
	[ outsider => "ALTER ROLE outsider SET switchgrid.now = '2026-01-01T00:00:00Z'" ])
{
	my ($user, $sql) = @$case;

	is(as($user, $sql), '42501', "$user: $sql");
}

# Settings, before and after the library is there to refuse them.
foreach my $setting ([ now => '2026-01-01T00:00:00Z' ], [ log_requests => 'warning' ], [ log_retries => 'warning' ])
{
	my ($name, $value) = @$setting;
	my $session = Switchgrid::Session->open($node, user => 'outsider');
	my $early = Switchgrid::Session->open($node, user => 'outsider');
	my $load = "SELECT switchgrid.history('linky', 'load_curve', 'consumption')";
	my $usual;

	$session->run($load);
	$usual = $session->run("SHOW switchgrid.$name");
	is(scalar($session->error("SET switchgrid.$name = '$value'")), '42501', "$name is not for everybody to set");
	$early->run("SET switchgrid.$name = '$value'");
	$early->run($load);
	is(scalar($early->run("SHOW switchgrid.$name")), $usual, "$name: nor early");
	is(scalar($session->error('SET switchgrid.all_watched_points = on')), '', 'as is a setting of one\'s own');
	$_->close foreach $session, $early;
}

# Without USAGE a mapping alone opens no function.
query("CREATE USER MAPPING FOR outsider SERVER $_ OPTIONS (${\mapping($_)})") foreach sort keys %api;
query(q(
	INSERT INTO switchgrid.watch (server, point_id, relation, direction) VALUES ('linky', '30000000000000', 'daily_energy', 'consumption');
	INSERT INTO switchgrid.data_order (server, requests, state, placed_at) VALUES ('grid', 1, 'uncertain', '2026-11-20');
	INSERT INTO switchgrid.ask (server, state, duration, outcome) VALUES ('grid', 'uncertain', '1 year', 'uncertain'), ('linky', 'waiting', '1 year', 'waiting');));
{
	my $number = query('SELECT max(number) FROM switchgrid.data_order');
	my $noted = q(SELECT (SELECT jsonb_agg(a ORDER BY state) FROM switchgrid.ask AS a), (SELECT jsonb_agg(o) FROM switchgrid.data_order AS o), (SELECT jsonb_agg(w) FROM switchgrid.watch AS w));
	my $before = query($noted);
	my $requests = $simulator->journal;
	my @refused = (
		"SELECT switchgrid.watch('linky', '{$point{linky}}')",
		"CALL switchgrid.refresh('linky')",
		'CALL switchgrid.refresh()',
		"CALL switchgrid.order_data('grid', '{$point{grid}}')",
		"SELECT switchgrid.settle_order($number)",
		"SELECT switchgrid.settle_order($number, '00000000-0000-4000-8000-000000000001')",
		"SELECT switchgrid.reopen_order($number)",
		qq(CALL switchgrid.create_ask('grid', '[{"id": "00000000-0000-4000-8000-000000000001"}]')),
		"CALL switchgrid.cancel_ask('grid', '00000000-0000-4000-8000-000000000001')",
		"SELECT switchgrid.settle_ask('grid', 'uncertain')",
		"SELECT switchgrid.settle_ask('grid', 'uncertain', '00000000-0000-4000-8000-000000000001')",
		"SELECT switchgrid.ask_proof('grid', '00000000-0000-4000-8000-000000000001')",
		"SELECT switchgrid.authorize_url('linky')",
		"SELECT switchgrid.record_callback('linky', '?state=waiting&error=access_denied')",
		"SELECT switchgrid.revoke_token('linky')");

	foreach my $sql (@refused)
	{
		my ($state, $error) = as('outsider', $sql);

		is($state, '42501', "without USAGE: $sql");
		like($error, qr/permission denied for foreign server/, 'for that reason');
	}
	is(query($noted), $before, 'nothing was noted');
	is(scalar($simulator->journal), $requests, 'nor asked');
	foreach my $view (qw(quota api_right))
	{
		my $session = Switchgrid::Session->open($node, user => 'outsider');

		is($session->run("SELECT DISTINCT server FROM switchgrid.$view"), 'his', "$view: of servers that he may not use nothing")
		  if query('GRANT USAGE ON FOREIGN SERVER his TO outsider') eq '';
		$session->close;
	}
	query('GRANT USAGE ON FOREIGN SERVER linky, grid TO outsider');
	is(scalar(grep { as('outsider', $_) eq '42501' } @refused), 0, 'with it, that is no reason');
}

# Whose credential: good ones and bad ones tell them apart.
query(qq(
	CREATE ROLE maker LOGIN;
	CREATE ROLE reader LOGIN;
	CREATE SERVER shared FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'enedis', base_url '$here', per_second '0', retries '0');
	GRANT USAGE ON FOREIGN SERVER shared TO maker, reader;
	CREATE SCHEMA shared AUTHORIZATION maker;
	GRANT USAGE ON SCHEMA shared TO reader;
	SET ROLE maker;
	IMPORT FOREIGN SCHEMA enedis LIMIT TO (load_curve) FROM SERVER shared INTO shared;
	CREATE VIEW shared.of_maker AS SELECT * FROM shared.load_curve;
	CREATE VIEW shared.of_reader WITH (security_invoker = true) AS SELECT * FROM shared.load_curve;
	CREATE FUNCTION shared.as_maker() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
		AS \$\$ SELECT count(*) FROM shared.load_curve WHERE point_id = '$point{linky}' AND starts_at >= '2026-11-18' \$\$;
	CREATE FUNCTION shared.as_reader() RETURNS bigint LANGUAGE sql SET search_path = pg_catalog
		AS \$\$ SELECT count(*) FROM shared.load_curve WHERE point_id = '$point{linky}' AND starts_at >= '2026-11-18' \$\$;
	GRANT SELECT ON shared.of_maker, shared.of_reader TO reader;));

sub rows_of
{
	my ($what) = @_;

	return "SELECT count(*) FROM shared.$what WHERE point_id = '$point{linky}' AND starts_at >= '2026-11-18'";
}

sub map_as
{
	my ($user, $secret) = @_;

	query("DROP USER MAPPING IF EXISTS FOR $user SERVER shared"
		  . (defined $secret ? "; CREATE USER MAPPING FOR $user SERVER shared OPTIONS (${\mapping('linky', $secret)})" : ''));
	return;
}

foreach my $case (
	# the mappings: of the view's maker, of its reader, of all; and what comes of each way: rows, or an error
	[ 'good', undef, undef, { of_maker => '', as_maker => '', of_reader => '42704', as_reader => '42704', load_curve => '42704' } ],
	[ 'good', 'bad', undef, { of_maker => '', as_maker => '', of_reader => '28000', as_reader => '28000', load_curve => '28000' } ],
	[ 'bad', 'good', undef, { of_maker => '28000', as_maker => '28000', of_reader => '', as_reader => '', load_curve => '' } ],
	[ undef, 'good', undef, { of_maker => '42704', as_maker => '42704', of_reader => '', as_reader => '', load_curve => '' } ],
	[ 'bad', undef, 'good', { of_maker => '28000', as_maker => '28000', of_reader => '', as_reader => '', load_curve => '' } ],
	[ undef, undef, 'bad', { of_maker => '28000', as_maker => '28000', of_reader => '28000', as_reader => '28000', load_curve => '28000' } ])
{
	my ($maker, $reader, $public, $expected) = @$case;
	my %secret = (good => SECRET, bad => 'not-the-secret');
	my $label = join(', ', map { $_ // 'none' } $maker, $reader, $public);

	map_as('maker', $maker && $secret{$maker});
	map_as('reader', $reader && $secret{$reader});
	map_as('PUBLIC', $public && $secret{$public});
	# who may read the table himself, too
	query('GRANT SELECT ON shared.load_curve TO reader');
	foreach my $way (sort keys %$expected)
	{
		is(as('reader', $way =~ /^as/ ? "SELECT shared.$way()" : rows_of($way)),
			$expected->{$way}, "mappings of maker, reader, all: $label: $way");
	}
	query('REVOKE SELECT ON shared.load_curve FROM reader');
	is(as('reader', rows_of('of_maker')), $expected->{of_maker}, "$label: the view alone is enough");
	is(as('reader', rows_of('of_reader')), '42501', "$label: where the reader asks himself it is not");
}

done_testing();
