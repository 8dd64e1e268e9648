# What an operator does over the years: updates, drops and makes again, replicates what is stored.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;

use Installation;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Switchgrid;
use Test::More;

my $simulator = simulate();
my $point = POINT;

# Another value for some readings, so that there are revisions.
my $revise = "SELECT switchgrid.load_curves(\$\$SELECT point_id, direction, starts_at, step, watts + 1 AS watts, nature FROM switchgrid.load_curve
	WHERE point_id = '$point' AND starts_at >= '2026-11-10' AND starts_at < '2026-11-12'\$\$)";
my $stored = "SELECT count(*), md5(string_agg(c::text, '|' ORDER BY point_id, direction, starts_at)) FROM switchgrid.load_curve c";

# An update from an older version ---------------------------------------------------

# An older version is made of this one: objects are taken out, which the update brings back; some it had are gone.
my $old = extension_script();
my @delta;

# Takes a part of the script out and leaves something else there; returns the part.
sub cut
{
	my ($what, $pattern, $instead) = @_;

	$old =~ s{($pattern)}{$instead // ''}e or die "the script has no $what";
	return $1;
}

# Rows of a table, in no statement but those that make it and mark it for dumps.
sub is_by_itself
{
	my ($table) = @_;

	return !grep { !/^(CREATE TABLE|COMMENT ON|SELECT pg_catalog\.pg_extension_config_dump|ALTER TABLE)\b/ }
	  grep { /\bswitchgrid\.$table\b/ } split /;\n/, $old =~ s/^--.*\n//gmr =~ s/^\s+//gmr;
}

my ($table) = grep { is_by_itself($_) } qw(quantity_curve billed_quantity daily_max_power contact_history connection_history);
ok(defined $table, 'there is a table that an older version could have been without');
push @delta, cut('table', qr/CREATE TABLE switchgrid\.$table \(.*?\n\)[^;]*;\n(?:COMMENT ON (?:TABLE|COLUMN) switchgrid\.$table\b[^\n]*\n)*/s);
push @delta, cut('mark for dumps', qr/SELECT pg_catalog\.pg_extension_config_dump\('switchgrid\.$table', ''\);\n/);
push @delta, cut('view', qr/CREATE VIEW switchgrid\.revision .*?;\n(?:COMMENT ON (?:VIEW|COLUMN) switchgrid\.revision\b[^\n]*\n)*/s);
push @delta, cut('index', qr/CREATE INDEX curve_segment_month [^;]*;\n/);
push @delta, cut('function', qr/CREATE FUNCTION switchgrid\.similar\(.*?;\nCOMMENT ON FUNCTION switchgrid\.similar\(.*?';\n/s);
cut('last column', qr/,\s*updated_at timestamptz NOT NULL DEFAULT pg_catalog\.now\(\),(?=\s*UNIQUE NULLS NOT DISTINCT \(point_id, direction, starts_at, kind\))/, ',');
push @delta, "ALTER TABLE switchgrid.gas_day ADD COLUMN updated_at timestamptz NOT NULL DEFAULT pg_catalog.now();\n",
  cut('comment', qr/COMMENT ON COLUMN switchgrid\.gas_day\.updated_at [^\n]*\n/);
push @delta, cut('identity', qr/ALTER TABLE switchgrid\.gas_day REPLICA IDENTITY FULL;\n/);
# a function that got an argument
my $schedule = cut('function to change', qr/CREATE FUNCTION switchgrid\.unschedule\(.*?;\nCOMMENT ON FUNCTION switchgrid\.unschedule\(.*?';\n/s,
	"CREATE FUNCTION switchgrid.unschedule() RETURNS boolean AS 'MODULE_PATHNAME', 'sg_unschedule' LANGUAGE C;\n");
push @delta, "DROP FUNCTION switchgrid.unschedule();\n$schedule";
# a comment that changed, and one with another command
my $comment = cut('comment to change', qr/COMMENT ON TABLE switchgrid\.watch IS [^\n]*\n/, "COMMENT ON TABLE switchgrid.watch IS 'Wishes.';\n");
push @delta, $comment;
# rights of what is new
push @delta, "REVOKE ALL ON FUNCTION switchgrid.unschedule(name) FROM PUBLIC;\n",
  "GRANT EXECUTE ON FUNCTION switchgrid.similar(switchgrid.curve, switchgrid.curve, double precision) TO PUBLIC;\n";
# what the older version had
$old .= "CREATE TABLE switchgrid.note (text text);\nSELECT pg_catalog.pg_extension_config_dump('switchgrid.note', '');\n";
push @delta, "ALTER EXTENSION switchgrid DROP TABLE switchgrid.note;\nDROP TABLE switchgrid.note;\n";

my ($install_path, $extensions) = make_installation();
add_script($extensions, '0.9', $old);
add_script($extensions, '0.9--1.0', join('', @delta));
# one that forgets this and that
my $sloppy = join('', @delta);
$sloppy =~ s/$_/$1/s or die "nothing to forget: $_"
  foreach (qr/()COMMENT ON COLUMN switchgrid\.gas_day\.updated_at [^\n]*\n/, qr/()SELECT pg_catalog\.pg_extension_config_dump[^\n]*\n/,
	qr/()CREATE INDEX [^;]*;\n/, qr/()REVOKE [^;]*;\n/, qr/()ALTER EXTENSION [^;]*;\n/, qr/(gas_day ADD COLUMN updated_at timestamptz) NOT NULL/,
	qr/()ALTER TABLE switchgrid\.gas_day REPLICA IDENTITY FULL;\n/);
add_script($extensions, '0.9--0.9.5', $sloppy);

my $updated = PostgreSQL::Test::Cluster->new('updated', install_path => $install_path);
$updated->init;
$updated->append_conf('postgresql.conf', "switchgrid.now = '${\NOW}'\n");
$updated->start;
$updated->safe_psql('postgres', "CREATE DATABASE $_") foreach qw(created sloppy restored);
$updated->safe_psql('created', 'CREATE EXTENSION switchgrid');
$updated->safe_psql($_, "CREATE EXTENSION switchgrid VERSION '0.9'") foreach qw(postgres sloppy);
isnt(scalar(differences(catalog_of($updated, 'postgres'), catalog_of($updated, 'created'))), 0, 'the versions differ');

add_server($updated, 'linky', $simulator->url('unlimited'), per_second => 0);
$updated->safe_psql('postgres', qq(
	SELECT switchgrid.watch('linky', '{$point,30000000000003}', since => '2026-09-15');
	CALL switchgrid.refresh();
	$revise;
	INSERT INTO switchgrid.gas_day (point_id, direction, day, starts_at, ends_at) VALUES ('GI999055', 'consumption', '2026-11-01', '2026-11-01 06:00', '2026-11-02 06:00')));
my $before = $updated->safe_psql('postgres', $stored);
my $coverage = $updated->safe_psql('postgres', 'SELECT c FROM switchgrid.coverage c ORDER BY c');
my $asked = $simulator->journal;
my $dump = PostgreSQL::Test::Utils::tempdir() . '/old.dump';
my $session = Switchgrid::Session->open($updated);

like($before, qr/^[1-9]\d{3}/, 'the older version stores');
is($session->run($stored), $before, 'a session reads it');
$updated->command_ok([ 'pg_dump', '-Fc', '-f', $dump, $updated->connstr('postgres') ], 'and it is dumped');
$updated->safe_psql('postgres', 'ALTER EXTENSION switchgrid UPDATE');
is($updated->safe_psql('postgres', "SELECT extversion FROM pg_extension WHERE extname = 'switchgrid'"), '1.0', 'it is updated');
is_deeply([ differences(catalog_of($updated, 'postgres'), catalog_of($updated, 'created')) ],
	[], 'and is what is created now');
is($updated->safe_psql('postgres', $stored), $before, 'every row is there');
is($updated->safe_psql('postgres', 'SELECT c FROM switchgrid.coverage c ORDER BY c'), $coverage, 'all that was known too');
is($updated->safe_psql('postgres', 'SELECT count(*) FROM switchgrid.gas_day WHERE updated_at IS NOT NULL'), '1', 'a column came');
like($updated->safe_psql('postgres', 'SELECT count(*) FROM switchgrid.revision'), qr/^[1-9]/, 'what is new works');
is($session->run($stored), $before, 'the session that was there reads on');
like($session->run('CALL switchgrid.refresh()'), qr/^0\|0\|/, 'and has nothing to refresh');
like($session->run("$revise;"), qr/^[1-9]/, 'and stores');
$session->close;
is(scalar($simulator->journal), $asked, 'none of this asked anything');

# The older one's dump, into the newer one.
my $list = "$dump.list";
# what the newer version has no table for is left out
PostgreSQL::Test::Utils::system_or_bail("$install_path/bin/pg_restore", '-l', '-f', "$list.all", $dump);
PostgreSQL::Test::Utils::append_to_file($list,
	join('', grep { !/TABLE DATA switchgrid note / } split /^/, PostgreSQL::Test::Utils::slurp_file("$list.all")));
$updated->command_ok([ 'pg_restore', '--exit-on-error', '-L', $list, '-d', $updated->connstr('restored'), $dump ],
	'a dump of the older version is restored into the newer one');
is($updated->safe_psql('restored', $stored), $before, 'every row of it');
is_deeply([ differences(catalog_of($updated, 'restored'), catalog_of($updated, 'created')) ],
	[], 'whose objects are those of the newer one');

# What an update forgets is seen.
$updated->safe_psql('sloppy', "ALTER EXTENSION switchgrid UPDATE TO '0.9.5'");
my @forgotten = differences(catalog_of($updated, 'sloppy'), catalog_of($updated, 'created'));
my %seen = (
	'a comment' => qr/^- switchgrid\.gas_day\.updated_at: comment: -$/,
	'a mark for dumps' => qr/^\+ extension: dumped: switchgrid\.$table /,
	'an index' => qr/^\+ switchgrid\.curve_segment: index switchgrid\.curve_segment_month: /,
	'a right' => qr/^- switchgrid\.unschedule\(name\): right: PUBLIC EXECUTE/,
	'a table that is gone and marked for dumps' => qr/^- extension: dumped: \d+ $/,
	'that a column is never NULL' => qr/^- switchgrid\.gas_day\.updated_at: column: \d+ timestamp with time zone f /,
	'an identity' => qr/^- switchgrid\.gas_day: kind: r p d /);
foreach my $what (sort keys %seen)
{
	is(scalar(grep { /$seen{$what}/ } @forgotten), 1, "the comparison finds what was forgotten: $what");
}

# Dropped and made again ----------------------------------------------------------------

my $other = Switchgrid::Session->open($updated);
my $used = $updated->safe_psql('postgres', 'SELECT max(used_last_hour) FROM switchgrid.quota');

cmp_ok($used, '>', 0, 'requests were counted');
is($other->run($stored), $updated->safe_psql('postgres', $stored), 'a session reads the store');
$updated->safe_psql('postgres', 'CREATE VIEW mine AS SELECT point_id, wh FROM switchgrid.load_curve');
my ($code, $out, $err) = $updated->psql('postgres', 'DROP EXTENSION switchgrid');
like($err, qr/view mine depends on foreign table switchgrid\.load_curve/, 'a view of ours keeps the extension');
like($err, qr/server linky depends on foreign-data wrapper switchgrid_fdw/, 'a server too');
$updated->safe_psql('postgres', 'DROP EXTENSION switchgrid CASCADE');
is($updated->safe_psql('postgres', "SELECT to_regclass('mine'), count(*) FROM pg_foreign_server"), '|0', 'CASCADE takes them along');
is($updated->safe_psql('postgres', "SELECT count(*) FROM pg_depend WHERE refclassid = 'pg_namespace'::regclass AND refobjid = to_regnamespace('switchgrid')"),
	'0', 'and leaves nothing');
$updated->safe_psql('postgres', 'CREATE EXTENSION switchgrid');
is_deeply([ differences(catalog_of($updated, 'postgres'), catalog_of($updated, 'created')) ], [], 'made again it is whole');
$updated->safe_psql('postgres', 'DROP SCHEMA linky CASCADE');
add_server($updated, 'linky', $simulator->url('unlimited'), per_second => 0);
is($other->run($stored), '0|', 'a session that knew the store before sees the new one, which is empty');
is($updated->safe_psql('postgres', 'SELECT max(used_last_hour) FROM switchgrid.quota'), $used,
	'what the credential has used is not forgotten');
is($other->run("SELECT switchgrid.watch('linky', '{$point}', '{load_curve}', since => '2026-11-10')"), '1', 'it wishes anew');
like($other->run('CALL switchgrid.refresh()'), qr/^\d+\|[1-9]\d*\|0$/, 'refreshes');
like($other->run($stored), qr/^[1-9]\d*\|/, 'and reads');
$other->close;
$updated->stop;

# Logical replication -------------------------------------------------------------------

my $publisher = make_node('publisher', allows_streaming => 'logical');
my $subscriber = make_node('subscriber');
my @tables = split /\n/, $publisher->safe_psql('postgres',
	"SELECT relname FROM pg_class WHERE relnamespace = 'switchgrid'::regnamespace AND relkind = 'r' ORDER BY 1");

sub contents
{
	my ($node) = @_;

	return join("\n", map {
			"$_ " . $node->safe_psql('postgres', "SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM switchgrid.$_ t")
	} @tables);
}

sub arrived
{
	my ($what) = @_;

	$publisher->wait_for_catchup('readings');
	is(contents($subscriber), contents($publisher), $what);
	return;
}

is( $publisher->safe_psql('postgres', "SELECT string_agg(c.oid::regclass::text, ' ') FROM pg_class c
		WHERE relnamespace = 'switchgrid'::regnamespace AND relkind = 'r' AND relreplident <> 'f'
		AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisprimary)"),
	'', 'every table says which row is meant');
add_server($publisher, 'linky', $simulator->url('unlimited'), per_second => 0, generation => '2026');
$publisher->safe_psql('postgres', qq(
	SELECT switchgrid.watch('linky', '{$point,30000000000003,32320647321714}', since => '2026-10-15');
	CALL switchgrid.refresh();
	CREATE PUBLICATION readings FOR TABLES IN SCHEMA switchgrid;));
$subscriber->safe_psql('postgres',
	"CREATE SUBSCRIPTION readings CONNECTION '${\$publisher->connstr} dbname=postgres' PUBLICATION readings WITH (binary = true)");
ok( $subscriber->poll_query_until('postgres', "SELECT count(*) = ${\scalar @tables} AND bool_and(srsubstate = 'r') FROM pg_subscription_rel"),
	'the tables are copied');
arrived('the copy has every row');
$asked = $simulator->journal;
is($subscriber->safe_psql('postgres', $stored), $publisher->safe_psql('postgres', $stored), 'and reads as load curves');
is(scalar($simulator->journal), $asked, 'without asking');

# What a day brings: new rows, other readings; and something in each table.
$publisher->safe_psql('postgres', qq{
	SELECT switchgrid.watch('linky', ARRAY['$point'], '{daily_max_power,register_reading,contract,address,holder,contact,connection,consent}', since => '2026-10-15');
	SELECT switchgrid.watch('linky', '{22516914714270}', '{consent}');
	SELECT switchgrid.authorize_url('linky', '1 year', 'replicated');
	CALL switchgrid.refresh();
	$revise;
	INSERT INTO switchgrid.gas_day (point_id, direction, day, starts_at, ends_at, kwh) VALUES ('GI999055', 'consumption', '2026-11-01', '2026-11-01 06:00', '2026-11-02 06:00', 1);
	INSERT INTO switchgrid.billed_quantity (point_id, direction, starts_on, ends_on, value) VALUES ('$point', 'consumption', '2026-10-01', '2026-11-01', 1);
	INSERT INTO switchgrid.quantity_curve (point_id, direction, quantity, starts_at, ends_at, step, value) VALUES ('$point', 'consumption', 'E', '2026-11-01', '2026-11-01 00:30', '30 min', 230);
	INSERT INTO switchgrid.data_order (server, requests, placed_at) VALUES ('linky', 1, now());
	INSERT INTO switchgrid.data_request (order_number, server, position, type, point_id, relations, direction, days)
		SELECT number, server, 0, 'R63', '$point', '{load_curve}', 'consumption', '[2026-11-01,2026-11-02)' FROM switchgrid.data_order;});
$publisher->safe_psql('postgres', "INSERT INTO switchgrid.policy (relation, keep) VALUES ('daily_energy', '10 years')") if grep { $_ eq 'policy' } @tables;
my $full = contents($publisher);
like($full, qr/^$_ [1-9]/m, "there is something in $_") foreach @tables;
arrived('what refresh stores arrives');
is($subscriber->safe_psql('postgres', 'SELECT r FROM switchgrid.revision r ORDER BY r'),
	$publisher->safe_psql('postgres', 'SELECT r FROM switchgrid.revision r ORDER BY r'), 'so do revisions');

# Rows that change, and rows that go, of tables that have no primary key too.
$publisher->safe_psql('postgres', q(
	UPDATE switchgrid.gas_day SET kwh = kwh + 1;
	UPDATE switchgrid.billed_quantity SET value = value + 1;
	UPDATE switchgrid.register_reading SET value = value + 1;
	UPDATE switchgrid.consent SET state = 'TERMINE';
	UPDATE switchgrid.data_request SET state = 'failed';));
isnt(contents($publisher), $full, 'rows change');
arrived('changes arrive');

# The subscriber takes over.
$asked = $simulator->journal;
$publisher->stop('fast');
$subscriber->safe_psql('postgres', q(
	ALTER SUBSCRIPTION readings DISABLE;
	ALTER SUBSCRIPTION readings SET (slot_name = NONE);
	DROP SUBSCRIPTION readings;));
add_server($subscriber, 'linky', $simulator->url('unlimited'), per_second => 0, generation => '2026');
($code, $out, $err) = $subscriber->psql('postgres', "\\set VERBOSITY verbose\nCALL switchgrid.refresh();");
like($err, qr/ERROR:  23505: .*refresh_run_pkey/, 'numbers are not replicated');
# as docs/operations.md says
$subscriber->safe_psql('postgres', $_)
  foreach map { "SELECT setval(pg_get_serial_sequence('switchgrid.$_->[0]', '$_->[1]'), max($_->[1])) FROM switchgrid.$_->[0] HAVING count(*) > 0" }
  [ 'curve_revision', 'number' ], [ 'data_order', 'number' ], [ 'data_request', 'number' ], [ 'refresh_run', 'id' ];
is( $subscriber->safe_psql('postgres', "SELECT string_agg(c.oid::regclass::text, ' ' ORDER BY 1) FROM pg_class c WHERE relnamespace = 'switchgrid'::regnamespace AND relkind = 'S'"),
	join(' ', map { "switchgrid.$_" } qw(curve_revision_number_seq data_order_number_seq data_request_number_seq refresh_run_id_seq)),
	'those are all that there are');
like($subscriber->safe_psql('postgres', 'CALL switchgrid.refresh()'), qr/^0\|0\|/, 'the subscriber goes on where the publisher stopped');
is(scalar($simulator->journal), $asked, 'and asks nothing');
$subscriber->safe_psql('postgres', $revise);
is($subscriber->safe_psql('postgres', 'SELECT count(*) = count(DISTINCT number) FROM switchgrid.curve_revision'), 't', 'revisions have numbers of their own');

is_deeply([ map { $_->{fault} } $simulator->journal(sub { $_[0]{fault} }) ],
	[], 'the client kept the contract');

done_testing();
