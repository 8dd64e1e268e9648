# What a credential has used and may not yet use again is known to the whole cluster, and survives what
# happens to its sessions and to itself; a standby keeps an account of its own.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Switchgrid;
use Test::More;

my $simulator = simulate();
my $node = make_node('quota', allows_streaming => 1, conf => "restart_after_crash = on\n");
my $point = POINT;
my $seen = "SELECT used_last_hour, left_this_hour, blocked_by FROM switchgrid.quota WHERE server = 'linky' AND part IS NULL";
my $session;

# One request of one day.
sub ask
{
	my ($day) = @_;

	return "SELECT count(*) FROM linky.load_curve WHERE point_id = '$point' AND direction = 'consumption'"
	  . " AND starts_at >= '2026-11-$day 00:00+01' AND starts_at < '2026-11-$day 23:00+01'";
}

# Those that the simulator let through, tokens included: what the operator counts.
sub counted
{
	return scalar $simulator->journal(sub { $_[0]{status} == 200 });
}

add_server($node, 'linky', $simulator->url('unlimited'), per_second => 0, per_hour => 6, max_wait => 0);
is($node->safe_psql('postgres', $seen), '0|6|', 'nothing is used at first');

# Two sessions in two databases use one account.
$node->safe_psql('postgres', 'CREATE DATABASE other');
$node->safe_psql('other', 'CREATE EXTENSION switchgrid');
add_server($node, 'linky', $simulator->url('unlimited'), database => 'other', per_second => 0,
	per_hour => 6, max_wait => 0);
$session = Switchgrid::Session->open($node);
is($session->run(ask('11')), '46', 'a session asks');
is($node->safe_psql('other', ask('12')), '46', 'so does one of another database');
is(counted(), 4, 'each with a token of its own');
is($node->safe_psql($_, $seen), '4|2|', "both are seen in database $_") foreach qw(postgres other);

# A session that is killed takes nothing with it, and neither does the crash that this is to the cluster.
{
	my $before = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time(), pg_backend_pid()');

	kill_backend($node, $session->pid);
	$session->close;
	like(slurp_log($node), qr/all server processes terminated; reinitializing/, 'the cluster crashed');
	is($node->safe_psql('postgres', $seen), '4|2|', 'the account survives it');
}
$node->stop('immediate');
$node->start;
is($node->safe_psql('postgres', $seen), '4|2|', 'and the death of the postmaster');
is($node->safe_psql('postgres', ask('13')), '46', 'two more requests may leave: a token and another');
is($node->safe_psql('postgres', $seen), '6|0|hour', 'then the hour is used up');
{
	my ($code, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n" . ask('14'));

	like($err, qr/ERROR:  53400: /, 'the next request does not leave');
	is(counted(), 6, 'and has not');
	is($node->safe_psql('postgres', $seen), '6|0|hour', 'which is no word of the API');
}
is( $node->safe_psql(
		'postgres',
		"SELECT blocked_until BETWEEN clock_timestamp() AND clock_timestamp() + interval '61 minutes', next_at = blocked_until "
		  . "FROM switchgrid.quota WHERE server = 'linky' AND part IS NULL"),
	't|t', 'it is known until when');

# A standby keeps an account of its own: another cluster's is unknown to it, as the documentation says.
{
	my $standby = PostgreSQL::Test::Cluster->new('standby');

	$node->backup('base');
	$standby->init_from_backup($node, 'base', has_streaming => 1);
	$standby->start;
	is($standby->safe_psql('postgres', $seen), '0|6|', 'a standby begins a new one, and reads it');
	is($standby->safe_psql('postgres', ask('15')), '46', 'it asks');
	is($standby->safe_psql('postgres', $seen), '2|4|', 'and counts');
	is($node->safe_psql('postgres', $seen), '6|0|hour', 'the primary does not');
	$standby->stop;
}

done_testing();
