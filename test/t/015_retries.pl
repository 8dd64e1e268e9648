# Requests that are sent again: how often, how long after, and who is told of it.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;

use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Switchgrid;
use Test::More;

my $simulator = simulate();
my $node = make_node('retries', conf => "log_statement = none\n");
my $session = Switchgrid::Session->open($node);
my $point = POINT;
my $what = 'consumption_load_curve of point \*\*\*0000, 2026-11-19 to 2026-11-20';
my $asked = 0;

sub scan
{
	my ($server) = @_;

	return "SELECT count(*) FROM $server.load_curve WHERE point_id = '$point' AND direction = 'consumption'"
	  . " AND starts_at >= '2026-11-19 00:00+01'";
}

# How many requests there were for data since the last look.
sub requests
{
	my $before = $asked;

	$asked = $simulator->data;
	return $asked - $before;
}

# The waits, in milliseconds, that a text tells.
sub waits
{
	my ($text) = @_;

	return $text =~ /again (?:after|in) ([0-9.]+) ms/g;
}

sub read_log
{
	my ($before) = @_;

	return substr(slurp_log($node), $before);
}

# One failure: told by EXPLAIN in each of its forms, and not in the log unless somebody wants it there.
add_server($node, 'once', $simulator->url('unlimited+error_once=503'), per_second => 0);
{
	my $before = length(slurp_log($node));
	my $plan = $session->run('EXPLAIN (ANALYZE, COSTS OFF) ' . scan('once'));
	my ($wait) = waits($plan);

	like($plan, qr/Requests Repeated: 1\n/, 'one request was repeated');
	like($plan, qr/Repetition: $what: HTTP status 503; again after/, 'EXPLAIN says which, why and how long after');
	# a second, less up to a quarter of it by chance
	ok($wait >= 750 && $wait <= 1000, "a second, less up to a quarter: $wait ms");
	is(requests(), 2, 'which the server saw');
	unlike(read_log($before), qr/HTTP status/, 'the log has nothing of it');
}

# The log, at the level that was set: masked, and without the statement, which names the point.
{
	my $before = length(slurp_log($node));
	my $log;

	add_server($node, 'other', $simulator->url('unlimited+error_once=503+delay=1'), per_second => 0);
	$session->run('SET switchgrid.log_retries = log');
	$session->run('SET switchgrid.log_requests = log');
	is($session->run(scan('other')), 48, 'all rows come');
	requests();
	$session->run('RESET switchgrid.log_retries');
	$session->run('RESET switchgrid.log_requests');
	$log = read_log($before);
	like($log, qr/LOG: .*server "other": $what, try 1 of 4: HTTP status 503; again in [0-9.]+ ms\n/,
		'the repetition is in the log');
	like($log, qr/LOG: .*server "other": $what, try 2: HTTP status 200; \d+ bytes in [0-9.]+ ms\n/, 'so is the answer');
	like($log, qr/LOG: .*server "other": access token, try 1: HTTP status 200/, 'and the request for a token');
	unlike($log, qr/$point/, 'no point is named');
	unlike($log, qr/STATEMENT/, 'nor is the statement');
}

# Failures without end are bounded in number, each wait twice the last; and in time.
add_server($node, 'ever', $simulator->url('unlimited+error=503'), per_second => 0, retries => 2);
{
	my ($state, $error);
	my @waits;

	$session->run('SET switchgrid.log_retries = notice');
	($state, $error) = $session->error(scan('ever'));
	$session->run('RESET switchgrid.log_retries');
	@waits = waits($error);
	is($state, '38000', 'in the end it is an error');
	is(requests(), 3, 'after as many repetitions as are allowed');
	is(scalar(@waits), 2, 'both are told');
	ok($waits[0] >= 750 && $waits[0] <= 1000 && $waits[1] >= 1500 && $waits[1] <= 2000,
		"the second wait is twice the first, but for chance: @waits");

	$node->safe_psql('postgres', "ALTER SERVER ever OPTIONS (ADD max_wait '0')");
	is(scalar($session->error(scan('ever'))), '38000', 'who may not wait');
	is(requests(), 1, 'has it after one request');
}

# In a machine's format the repetitions are a list; without timing nothing is timed.
{
	my ($plan, $json);

	$node->safe_psql('postgres', "ALTER SERVER once OPTIONS (SET base_url '${\$simulator->url('unlimited+error_once=503+delay=2')}')");
	$json = JSON::PP::decode_json(
		$session->run('EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ' . scan('once')));
	$plan = $json->[0]{Plan}{Plans}[0];
	is($plan->{'Requests Repeated'}, 1, 'JSON: how many');
	is(scalar(@{ $plan->{Repetition} }), 1, 'JSON: a list');
	like($plan->{Repetition}[0], qr/^$what: HTTP status 503[^;]*$/, 'JSON: of texts, untimed');
}

$session->close;
done_testing();
