# Waits that are not ours: of Append for several servers, and of a reader who takes his time.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Switchgrid;
use Test::More;

my $simulator = simulate('--per-second', 0);
my $node = make_node('waits', conf => "statement_timeout = '60s'\n");
my $point = POINT;

sub serve
{
	my ($name, $delay, %options) = @_;

	add_server($node, $name, $simulator->url("unlimited+delay=$delay"),
		per_second => 0, per_hour => 0, %options);
	return;
}

sub day_of
{
	my ($server, $more) = @_;

	return "SELECT wh FROM $server.daily_energy WHERE point_id = '$point' AND direction = 'consumption'"
	  . " AND day = '2026-11-18'" . ($more // '');
}

# While one child of an Append is made ready to be waited for, its filter asks another server; that wait brings the
# answer of a child that Append is about to wait for. Nothing would come any more: it must be told. The session is
# warm in one batch, for a timer that is left over from an earlier statement would wake it by chance.
{
	my %delays = (late => 900, early => 300, quick => 1, half => 500, long => 900);
	my $inner = sub { " AND day IN (SELECT day FROM $_[0].daily_energy WHERE point_id = '$point'"
		  . " AND direction = 'consumption' AND day = '2026-11-18' OFFSET 0) IS $_[1]" };
	my $all;
	my ($code, $out, $err);

	serve($_, $delays{$_}) foreach sort keys %delays;
	$all = join(' UNION ALL ',
		day_of('quick', $inner->('half', 'NULL')), day_of('late'), day_of('early', $inner->('long', 'NOT NULL')));
	($code, $out, $err) = $node->psql('postgres',
		join(' \\; ', 'SET statement_timeout = 0', (map { day_of($_) } sort keys %delays), $all) . ';',
		timeout => 40, timed_out => \my $hung);
	ok(!$hung, 'an answer that another wait has brought is seen');
	is($err, '', 'no complaint');
	is_deeply([ (split(/\n/, $out))[ 5 .. 7 ] ], [ ($node->safe_psql('postgres', day_of('quick'))) x 2, undef ],
		'all rows are there');
}

# Scans of two servers wait side by side, and a row that is there is given before the others are.
{
	my $session = Switchgrid::Session->open($node);
	my $before = $simulator->data;
	my @asked;

	$session->run("BEGIN; DECLARE c CURSOR FOR " . day_of('late') . ' UNION ALL ' . day_of('quick'));
	$session->run('FETCH 1 FROM c');
	@asked = ($simulator->data)[ $before .. $simulator->data - 1 ];
	is(scalar(grep { $_->{scenario} eq 'unlimited+delay=1' } @asked), 1, 'the quick server was asked');
	$session->run('FETCH 1 FROM c');
	$session->run('COMMIT');
	is(scalar($simulator->data), $before + 2, 'each of them once');
	$session->close;
}

# A reader who lets a cursor lie while requests are under way must not find them timed out.
{
	my $session = Switchgrid::Session->open($node);
	my $before;
	my $err;

	serve('slow', 300, retries => 0, first_byte_timeout => 1, timeout => 2, connect_timeout => 1, low_speed_time => 1);
	$session->run(day_of('slow'));
	$before = $simulator->data;
	$session->run("BEGIN; DECLARE c CURSOR FOR SELECT * FROM slow.load_curve WHERE point_id = '$point'"
		  . " AND direction = 'consumption' AND starts_at >= '2026-10-01 00:00+02'");
	# the first window is read to its last row; the next ones are under way then
	$session->run('MOVE 337 FROM c');
	$session->run('SELECT pg_sleep(3)');
	(undef, $err) = $session->run('MOVE ALL FROM c');
	is($err, '', 'no request has timed out');
	$session->run('COMMIT');
	is(scalar($simulator->data), $before + 8, 'none was made twice');
	$session->close;
}

done_testing();
