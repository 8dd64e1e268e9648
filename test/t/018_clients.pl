# Ordinary clients know nothing of us: ODBC and JDBC list the relations with types and comments and read what is stored, and
# neither they nor psql, pg_dump and vacuumdb make a request, whatever relations there are.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;

use IPC::Run ();
use List::Util qw(sum);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Switchgrid;
use Test::More;

my $clients = "$FindBin::RealBin/../clients";
my $simulator = simulate('--per-second', 0);
# drivers connect by TCP; rows that come in portions are seen in the log
my $node = make_node('clients',
	conf => "listen_addresses = '127.0.0.1'\nlog_statement = all\ntimezone = 'UTC'\nlog_min_error_statement = panic\n");
my $point = POINT;
my $scratch = PostgreSQL::Test::Utils::tempdir();
my $port = $node->port;
# the month of a clock change, and the one that is not over
my @months = (
	[ '2026-10-01 00:00:00', '2026-11-01 00:00:00' ],
	[ '2026-11-01 00:00:00', '2026-12-01 00:00:00' ]);
# no month is a whole number of portions
my $portion = 100;
my @parts = map {
	"(SELECT * FROM switchgrid.load_curve WHERE point_id = '$point' AND direction = 'consumption'"
	  . " AND starts_at >= '$_->[0]' AND starts_at < '$_->[1]' ORDER BY starts_at)"
} @months;
my $rows = join(' UNION ALL ', @parts);
my $user = query('SELECT current_user');
# what the simulator had been asked when we looked last
my $before = 0;

sub query
{
	my ($sql) = @_;

	return $node->safe_psql('postgres', $sql);
}

# Runs a program; returns its lines, or dies of what it says.
sub run
{
	my (@command) = @_;
	my ($out, $err);
	my $good = IPC::Run::run(\@command, '<', \undef, '>', \$out, '2>', \$err,
		IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));

	die "@command: $err" unless $good;
	return split(/\n/, $out);
}

sub program
{
	my ($name) = @_;

	return (grep { -x } map { "$_/$name" } split(/:/, $ENV{PATH}))[0];
}

sub no_request
{
	my ($what) = @_;
	my $made = scalar $simulator->journal;

	is($made - $before, 0, "$what makes no request");
	$before = $made;
	return;
}

# Rows of a query as a client's lines are: fields separated by tabs.
sub lines
{
	my ($sql) = @_;

	return split(/\n/, $node->safe_psql('postgres', $sql, extra_params => [ '-F', "\t" ]));
}

# All relations of a schema, each with its kind and words.
sub relations
{
	my ($schema, %words) = @_;
	my $case = join(' ', map { "WHEN '$_' THEN '$words{$_}'" } sort keys %words);

	return lines("SELECT relname, CASE relkind $case END, obj_description(oid, 'pg_class') FROM pg_class
		WHERE relnamespace = '$schema'::regnamespace AND relkind IN ('r', 'v', 'f')");
}

# All columns of a schema: relation, name, type, words.
sub columns
{
	my ($schema) = @_;

	return lines("SELECT relname, attname, typname, col_description(c.oid, attnum) FROM pg_class c
		JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped JOIN pg_type t ON t.oid = atttypid
		WHERE relnamespace = '$schema'::regnamespace AND relkind IN ('r', 'v', 'f')");
}

# The same lines in any order? One that is not is named.
sub same_set
{
	my ($got, $expected, $what) = @_;

	cmp_ok(scalar @$expected, '>', 0, "$what: there are some");
	is_deeply([ sort @$got ], [ sort @$expected ], $what);
	return;
}

# How often a portion was fetched since a place in the log.
sub fetches
{
	my ($from, $pattern) = @_;
	my $log = substr(slurp_log($node), $from);

	return scalar(() = $log =~ /$pattern/g);
}

# JDBC's word for a type, which is OTHER for what it has no word for.
sub jdbc_type
{
	my ($type) = @_;
	my %known = (
		text => 'VARCHAR', name => 'VARCHAR', bytea => 'BINARY', bool => 'BIT',
		float8 => 'DOUBLE', numeric => 'NUMERIC', int8 => 'BIGINT', int4 => 'INTEGER', int2 => 'SMALLINT',
		date => 'DATE', timestamptz => 'TIMESTAMP');

	return $type =~ /^_/ ? 'ARRAY' : $known{$type} // 'OTHER';
}

# ---------------------------------------------------------------- what there is to see

add_server($node, 'linky', $simulator->url('unlimited'), generation => 2026, per_second => 0);
query(qq(
	CREATE SERVER grid FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'switchgrid', per_second '0',
		base_url '${\$simulator->url('unlimited')}/v0_1', enedis_url '${\$simulator->url('unlimited')}/enedis/v2');
	CREATE USER MAPPING FOR CURRENT_USER SERVER grid OPTIONS (token 'demo-secret');
	CREATE SERVER gaz FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'grdf', per_second '0',
		base_url '${\$simulator->url('unlimited')}/adict/v2', token_url '${\$simulator->url}');
	CREATE USER MAPPING FOR CURRENT_USER SERVER gaz OPTIONS (client_id 'demo', client_secret 'demo-secret');
	CREATE SCHEMA grid;
	CREATE SCHEMA gaz;
	IMPORT FOREIGN SCHEMA switchgrid FROM SERVER grid INTO grid;
	IMPORT FOREIGN SCHEMA grdf FROM SERVER gaz INTO gaz;
	SELECT switchgrid.describe(schema) FROM unnest('{linky,grid,gaz}'::name[]) AS schema;
	SELECT switchgrid.watch('linky', '{$point}', '{load_curve,daily_energy,contract}', since => '2026-09-30');
));
query('CALL switchgrid.refresh()');
$before = scalar $simulator->journal;
cmp_ok($before, '>', 0, 'the journal shows what refresh asks');
my @sizes = map { query("SELECT count(*) FROM $_ AS r") } @parts;
cmp_ok($_, '>', 2 * $portion, 'there are months to read') foreach @sizes;

# ---------------------------------------------------------------- JDBC

SKIP:
{
	my ($jar) = grep { -r } glob('/usr/share/java/postgresql.jar');
	my $java = program('java');
	my @compiler = program('javac') ? (program('javac')) : program('ecj') ? (program('ecj'), '-proc:none', '-17') : ();
	my $url = "jdbc:postgresql://127.0.0.1:$port/postgres?user=$user&prepareThreshold=1";
	my @jdbc;
	my $log;

	skip 'no JDBC driver here', 1 unless $jar;
	skip 'no Java, or no compiler of it, here', 1 unless $java && @compiler;
	run(@compiler, '-cp', $jar, '-d', $scratch, "$clients/Jdbc.java");
	@jdbc = ($java, '-Xshare:auto', '-XX:TieredStopAtLevel=1', '-cp', "$jar:$scratch", '-Dfile.encoding=UTF-8', 'Jdbc', $url);

	foreach my $schema (qw(switchgrid linky grid gaz))
	{
		my @kinds = (r => 'TABLE', v => 'VIEW', f => 'FOREIGN TABLE');
		my @typed = run(@jdbc, 'columns', $schema);

		same_set([ run(@jdbc, 'tables', $schema) ], [ relations($schema, @kinds) ], "JDBC lists the relations of $schema");
		# the type twice: PostgreSQL's name of it, and JDBC's
		is_deeply([ grep { (split(/\t/))[3] ne jdbc_type((split(/\t/))[2]) } @typed ], [], "JDBC knows the types of $schema");
		s/^((?:[^\t]*\t){3})[^\t]*\t/$1/, s/"switchgrid"\."curve"/curve/ foreach @typed;
		same_set(\@typed, [ columns($schema) ], "JDBC lists the columns of $schema");
	}
	$log = length slurp_log($node);
	is_deeply(
		[ run(@jdbc, 'month', $point, $portion, map { s/ /T/r . 'Z' } map { @$_ } @months) ],
		[ lines("SELECT extract(epoch FROM starts_at)::bigint, extract(epoch FROM ends_at)::bigint, extract(epoch FROM step)::bigint,
			round(watts * 1000), round(wh * 1000), nature FROM ($rows) AS r ORDER BY r.starts_at") ],
		'JDBC reads the rows of months as they are');
	# what follows the first portion of a month
	cmp_ok(fetches($log, qr/execute fetch from/), '>=', sum(map { int($_ / $portion) } @sizes), 'in portions');
	is_deeply([ run(@jdbc, 'curves', $point) ],
		[ lines("SELECT month, '\"switchgrid\".\"curve\"', curve FROM switchgrid.curve_segment WHERE point_id = '$point' ORDER BY month") ],
		'JDBC reads a curve as text');
	no_request('JDBC');
}

# ---------------------------------------------------------------- ODBC

SKIP:
{
	my ($driver) = grep { -r } glob('/usr/lib/*/odbc/psqlodbcw.so /usr/lib/odbc/psqlodbcw.so /usr/lib64/psqlodbcw.so');
	my @odbc;
	my $log;

	skip 'no ODBC driver here', 1 unless $driver;
	skip 'no headers of ODBC here', 1 unless -r '/usr/include/sql.h';
	@odbc = ("$scratch/odbc", "Driver=$driver;Servername=127.0.0.1;Port=$port;Database=postgres;Username=$user;"
		. "UseDeclareFetch=1;Fetch=$portion;MaxLongVarcharSize=262144;ConnSettings=SET timezone TO 'UTC'");
	run('gcc', '-Wall', '-Wextra', '-Werror', '-o', "$scratch/odbc", "$clients/odbc.c", '-lodbc');
	foreach my $schema (qw(switchgrid linky grid gaz))
	{
		my @kinds = (r => 'TABLE', v => 'VIEW', f => 'FOREIGN TABLE');
		my %is_relation = map { (split(/\t/))[0] => 1 } relations($schema, @kinds);

		# the driver has no remarks of anything; comments are a query away
		same_set([ run(@odbc, 'tables', $schema) ], [ map { s/\t[^\t]*$//r } relations($schema, @kinds) ],
			"ODBC lists the relations of $schema");
		# with a pattern in place of a name the driver lists the columns of indexes as well
		same_set([ grep { $is_relation{ (split(/\t/))[0] } } run(@odbc, 'columns', $schema) ], [ map { s/\t[^\t]*$//r } columns($schema) ],
			"ODBC lists the columns of $schema");
		same_set([ run(@odbc, 'comments', $schema) ], [ columns($schema) ], "ODBC reads the comments of $schema");
	}
	$log = length slurp_log($node);
	is_deeply(
		[ run(@odbc, 'month', $point, map { @$_ } @months) ],
		[ lines("SELECT to_char(starts_at, 'YYYY-MM-DD HH24:MI:SS'), to_char(ends_at, 'YYYY-MM-DD HH24:MI:SS'), step,
			round(watts * 1000), round(wh * 1000), nature FROM ($rows) AS r ORDER BY r.starts_at") ],
		'ODBC reads the rows of months as they are');
	cmp_ok(fetches($log, qr/fetch $portion in/), '>=', sum(map { int($_ / $portion) } @sizes), 'in portions');
	is_deeply([ run(@odbc, 'curves', $point) ],
		[ lines("SELECT month, curve FROM switchgrid.curve_segment WHERE point_id = '$point' ORDER BY month") ],
		'ODBC reads a curve as text');
	no_request('ODBC');
}

# ---------------------------------------------------------------- PostgreSQL's own

{
	my @to = ('-h', $node->host, '-p', $port, '-d', 'postgres');
	my @commands = map { my $schema = $_; map { ('-c', "\\$_+ $schema.*") } qw(d dt dv det df) } qw(switchgrid linky grid gaz);
	my $all = join("\n", run('psql', '-X', @to, @commands));
	my ($out, $err);

	like($all, qr/Foreign table "grid\.contract_search"(?:\n.*)*?\n *contract_id .*The API's name of the contract/,
		'psql describes');
	no_request('psql');
	run('vacuumdb', '-q', '--analyze', '-h', $node->host, '-p', $port, '--all');
	no_request('vacuumdb');
	$all = join("\n", run('pg_dump', '--schema-only', @to));
	like($all, qr/^COMMENT ON COLUMN grid\.contract_search\.contract_id IS 'The API''s name/m, 'a dump of the schema has the comments');
	no_request('pg_dump --schema-only');
	$all = join("\n", run('pg_dump', @to));
	like($all, qr/^COPY switchgrid\.curve_segment .*\n$point\t/m, 'a dump has what is stored');
	unlike($all, qr/^COPY (?:linky|grid|gaz)\./m, 'and nothing of what is live');
	no_request('pg_dump');
	ok(!IPC::Run::run([ 'pg_dump', '--include-foreign-data=linky', @to ], '<', \undef, '>', \$out, '2>', \$err),
		'whoever wants live data in a dump');
	like($err, qr/a query of the live relation "\w+" must name its points/, 'is told that it cannot be');
	no_request('pg_dump --include-foreign-data');
}

# An ordinary query shows in the journal: all of the above could have.
query("SELECT count(*) FROM linky.load_curve WHERE point_id = '$point' AND starts_at >= '2026-11-19'");
cmp_ok(scalar $simulator->journal, '>', $before, 'a query that names its point makes a request');
done_testing();
