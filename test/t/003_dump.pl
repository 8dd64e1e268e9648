# A dump keeps what was fetched, and neither it nor a restore, nor maintenance, asks the API anything.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Switchgrid;
use Test::More;

my $simulator = simulate();
my $node = make_node('dump');
my $point = POINT;
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump';

add_server($node, 'linky', $simulator->url('unlimited'), per_second => 0, generation => '2026');
# a house with holes, one of which some things cannot be had
$node->safe_psql('postgres', qq(
	SELECT switchgrid.watch('linky', ARRAY['$point', '30000000000003', '32320647321714']);
	SELECT switchgrid.watch('linky', ARRAY['$point'],
		'{daily_max_power,register_reading,contract,address,holder,contact,connection,consent}');
	SELECT switchgrid.watch('linky', '{22516914714270}', '{consent}');
	SELECT switchgrid.authorize_url('linky', '1 year', 'dump');
	CALL switchgrid.refresh();));
# some readings that replace others
my $revise = "SELECT switchgrid.load_curves(\$\$SELECT point_id, direction, starts_at, step, watts + 1 AS watts, nature FROM switchgrid.load_curve
	WHERE point_id = '$point' AND starts_at >= '2026-11-10' AND starts_at < '2026-11-12'\$\$)";
$node->safe_psql('postgres', $revise);

# what that leaves empty
$node->safe_psql('postgres', qq{
	INSERT INTO switchgrid.policy (relation, keep) VALUES ('daily_energy', '10 years');
	INSERT INTO switchgrid.gas_day (point_id, direction, day, starts_at, ends_at) VALUES ('GI999055', 'consumption', '2026-11-01', '2026-11-01 06:00', '2026-11-02 06:00');
	INSERT INTO switchgrid.billed_quantity (point_id, direction, starts_on, ends_on, value) VALUES ('$point', 'consumption', '2026-10-01', '2026-11-01', 1);
	INSERT INTO switchgrid.quantity_curve (point_id, direction, quantity, starts_at, ends_at, step, value) VALUES ('$point', 'consumption', 'E', '2026-11-01', '2026-11-01 00:30', '30 min', 230);
	INSERT INTO switchgrid.data_order (server, requests, placed_at, state) VALUES ('linky', 1, now(), 'done');
	INSERT INTO switchgrid.data_request (order_number, server, position, type, point_id, relations, direction, days, state)
		SELECT number, server, 0, 'R63', '$point', '{load_curve}', 'consumption', '[2026-11-01,2026-11-02)', 'collected' FROM switchgrid.data_order;});

my @tables = split /\n/, $node->safe_psql('postgres',
	"SELECT relname FROM pg_class WHERE relnamespace = 'switchgrid'::regnamespace AND relkind = 'r' ORDER BY 1");
my $asked = $simulator->journal;

# Each table's rows, to the last byte.
sub contents
{
	my ($database) = @_;

	return join(
		"\n",
		map {
			"$_ " . $node->safe_psql($database,
				"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM switchgrid.$_ t")
		} @tables);
}

sub restore_into
{
	my ($database, @command) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0");
	$node->command_ok([ @command, '-d', $node->connstr($database) ], "restore into $database");
	return;
}

my $kept = contents('postgres');
like($kept, qr/^$_ [1-9]/m, "there is something in $_") foreach @tables;

# Maintenance and dump of a database with live relations.
$node->safe_psql('postgres', 'ANALYZE');
$node->safe_psql('postgres', 'VACUUM (ANALYZE)');
$node->psql('postgres', 'ANALYZE linky.load_curve', stderr => \my $analyzed);
unlike($analyzed, qr/ERROR/, 'a live relation can be named to ANALYZE');
$node->command_ok([ 'vacuumdb', '--analyze', '-d', $node->connstr('postgres') ], 'vacuumdb');
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dump.custom", $node->connstr('postgres') ], 'pg_dump');
$node->command_ok([ 'pg_dump', '-f', "$dump.sql", $node->connstr('postgres') ], 'pg_dump as a script');
$node->command_ok([ 'pg_dumpall', '-f', "$dump.all", '-d', $node->connstr('postgres') ], 'pg_dumpall');
$node->command_ok([ 'pg_dump', '--schema=switchgrid', '-f', "$dump.schema", $node->connstr('postgres') ],
	'pg_dump of the schema of the extension');
$node->command_fails_like(
	[ 'pg_dump', '--include-foreign-data=linky', '-f', "$dump.data", $node->connstr('postgres') ],
	qr/must name its points/,
	'pg_dump of the data of live relations is refused');

# Restores, of all sorts.
restore_into('custom', 'pg_restore', '--exit-on-error', "$dump.custom");
is(contents('custom'), $kept, 'pg_restore keeps every row');
restore_into('script', 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dump.sql");
is(contents('script'), $kept, 'a script keeps every row');
restore_into('parallel', 'pg_restore', '--exit-on-error', '-j', '2', "$dump.custom");
is(contents('parallel'), $kept, 'a parallel restore keeps every row');
is( $node->safe_psql('custom',
		"SELECT count(*) = (SELECT sum(points) FROM switchgrid.curve_segment) FROM switchgrid.load_curve"),
	't', 'the stored relation reads what was restored');
is(scalar($simulator->journal), $asked, 'none of this made a request');

# The wishes live on in the new database, and what is held is held.
is($node->safe_psql('custom', "SELECT count(*) FROM switchgrid.gap WHERE cause = 'not asked'"),
	'0', 'no day of the restored database waits to be asked');
like($node->safe_psql('custom', 'CALL switchgrid.refresh()'), qr/^0\|0\|/, 'a refresh has nothing to do');
is(scalar($simulator->journal), $asked, 'and asks nothing');
is( $node->safe_psql('custom',
		'SELECT max(id) > (SELECT count(*) - 1 FROM switchgrid.refresh_run) FROM switchgrid.refresh_run'),
	't', 'the numbers of runs go on');
$node->safe_psql('custom', $revise);
is( $node->safe_psql('custom', 'SELECT count(*) > 0, count(DISTINCT number) = count(*) FROM switchgrid.curve_revision'),
	't|t', 'and those of revisions');
cmp_ok(
	$node->safe_psql('custom',
		"SELECT count(*) FROM linky.load_curve WHERE point_id = '$point' AND starts_at >= '2026-11-18'"),
	'>', 0, 'the live relation works in the restored database');
$asked = $simulator->journal;

# The extension goes and comes.
$node->psql('script', 'DROP EXTENSION switchgrid', stderr => \my $refused);
like($refused, qr/cannot drop extension switchgrid because other objects depend on it/,
	'servers keep the extension');
$node->safe_psql('script', 'DROP EXTENSION switchgrid CASCADE');
is( $node->safe_psql('script',
		"SELECT count(*) FROM pg_foreign_data_wrapper WHERE fdwname = 'switchgrid_fdw'"),
	'0', 'nothing is left of it');
is( $node->safe_psql('script',
		"SELECT count(*) FROM pg_namespace n JOIN pg_class c ON relnamespace = n.oid WHERE nspname = 'switchgrid'"),
	'0', 'nor of its tables');
$node->safe_psql('script', 'CREATE EXTENSION switchgrid');
$node->safe_psql('script', 'DROP SCHEMA linky CASCADE');
add_server($node, 'linky', $simulator->url('unlimited'), per_second => 0, database => 'script');
is( $node->safe_psql('script',
		"SELECT switchgrid.watch('linky', ARRAY['$point'], '{daily_energy}', since => '2026-10-01')"),
	'1', 'the extension that was made again keeps wishes');
like($node->safe_psql('script', 'CALL switchgrid.refresh()'), qr/^2\|50\|0$/, 'and fulfils them');

is_deeply([ map { $_->{fault} } $simulator->journal(sub { $_[0]{fault} }) ],
	[], 'the client kept the contract');

done_testing();
