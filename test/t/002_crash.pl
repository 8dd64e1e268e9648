# A backfill that is killed at any moment is taken up where it was committed: nothing twice, nothing lost.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Switchgrid;
use Test::More;
use Time::HiRes qw(usleep);

# Answers that are committed together, and requests in flight.
use constant GROUP => 32;
use constant IN_FLIGHT => 4;

# The moments of the kills; the seed is told, so that a failure can be tried again.
my $seed = $ENV{SWITCHGRID_SEED} // time;
srand($seed);
note("SWITCHGRID_SEED=$seed");

my $simulator = simulate();
my $node = make_node('crash', conf => 'restart_after_crash = on');
# each of the two servers has a pace, and a simulator's memory, of its own
my %options = (per_second => 0, per_hour => 0, in_flight => IN_FLIGHT);
# half-hours; holes, that is days with nothing; and one that began some months ago
my @points = ('30000000000000', '30000000000003', '30000000010020');
my $points = join(',', map { "'$_'" } @points);
my $watch = "SELECT switchgrid.watch('NAME', ARRAY[$points])";

# What is stored, as one line: the values, not when or in which order they were written.
my $content = q(
	SELECT md5(string_agg(line, '|' ORDER BY line)), count(*), count(DISTINCT line) FROM (
		SELECT concat_ws(' ', point_id, direction, extract(epoch FROM starts_at), step, watts, wh, nature)
			AS line FROM switchgrid.load_curve
		UNION ALL
		SELECT concat_ws(' ', point_id, direction, day, wh) FROM switchgrid.daily_energy) AS lines);
my $states = q(
	SELECT string_agg(concat_ws(' ', point_id, relation, direction, held, empty, floor), '|'
		ORDER BY point_id, relation, direction) FROM switchgrid.coverage WHERE server = 'NAME');
my $open = q(SELECT count(*) FROM switchgrid.gap WHERE server = 'NAME' AND cause = 'not asked');

sub named
{
	my ($sql, $name) = @_;

	return $sql =~ s/NAME/$name/gr;
}

sub wipe
{
	$node->safe_psql('postgres',
		'TRUNCATE switchgrid.watch, switchgrid.coverage, switchgrid.open_span, switchgrid.refresh_run, '
		  . 'switchgrid.curve_segment, switchgrid.daily_energy');
	return;
}

# An undisturbed run, to compare with.
add_server($node, 'whole', $simulator->url('unlimited'), %options);
$node->safe_psql('postgres', named($watch, 'whole'));
$node->safe_psql('postgres', q(CALL switchgrid.refresh('whole')));
my $expected = $node->safe_psql('postgres', $content);
my $covered = $node->safe_psql('postgres', named($states, 'whole'));
my $requests = $simulator->data(sub { $_[0]{scenario} eq 'unlimited' && $_[0]{status} == 200 });
like($expected, qr/^\w{32}\|(\d{5,})\|\1$/, 'the undisturbed run stores rows, none twice');
is($node->safe_psql('postgres', named($open, 'whole')), '0', 'it leaves nothing that was not asked');

# The windows that were answered and are covered by what is committed now.
sub settled
{
	my ($name, $scenario) = @_;
	my %relations = (
		consumption_load_curve => 'load_curve consumption',
		daily_consumption => 'daily_energy consumption');
	my %known;
	my %settled;

	foreach my $line (
		split(
			/\n/,
			$node->safe_psql(
				'postgres', qq(
		SELECT point_id, relation || ' ' || direction, lower(d), upper(d) FROM (
			SELECT *, unnest(held + empty + COALESCE((
				SELECT range_agg(days) FROM switchgrid.open_span o
				WHERE (o.server, o.point_id, o.relation, o.direction)
					= (c.server, c.point_id, c.relation, c.direction)), '{}')) AS d
			FROM switchgrid.coverage c WHERE server = '$name') AS days))))
	{
		my ($point, $series, $from, $until) = split(/\|/, $line);

		push @{ $known{"$point $series"} }, [ $from, $until ];
	}
	foreach my $request ($simulator->data(sub { $_[0]{scenario} eq $scenario }))
	{
		# the contract, when it is asked for a first day, leaves no rows
		my $relation = $relations{$request->{endpoint}} // next;
		my $series = "$request->{point} $relation";

		# ISO dates are in the order of their text
		$settled{ request_key($request) } = 1
		  if grep { $_->[0] le $request->{start} && $request->{end} le $_->[1] }
		  @{ $known{$series} // [] };
	}
	return \%settled;
}

sub request_key
{
	my ($request) = @_;

	# a contract has no days
	return join(' ', map { $_ // '-' } @{$request}{qw(endpoint point start end)});
}

# Runs refresh, and kills something in the middle of it.
sub refresh_and_kill
{
	my ($name, $victim) = @_;
	my $session = Switchgrid::Session->open($node);

	$session->send("CALL switchgrid.refresh('$name')");
	# from before the first request to well after the first commits
	usleep(rand(800_000));
	if ($victim eq 'backend')
	{
		kill_backend($node, $session->pid);
	}
	else
	{
		$node->kill9;
	}
	$session->wait;
	$session->close;
	start_again($node) if $victim eq 'postmaster';
	return;
}

sub check_kills
{
	my ($name, @victims) = @_;
	my $scenario = 'unlimited+delay=20+next=' . length($name);
	my @all;
	my @runs;
	my $again = 0;

	wipe();
	add_server($node, $name, $simulator->url($scenario), %options);
	$node->safe_psql('postgres', named($watch, $name));
	foreach my $victim (@victims)
	{
		refresh_and_kill($name, $victim);
		@all = $simulator->data(sub { $_[0]{scenario} eq $scenario });
		push @runs, [ scalar(@all), settled($name, $scenario) ];
	}
	$node->safe_psql('postgres', "CALL switchgrid.refresh('$name')");

	# what is committed after a kill must not be asked in any later run
	@all = $simulator->data(sub { $_[0]{scenario} eq $scenario });
	foreach my $run (@runs)
	{
		my ($before, $settled) = @$run;

		note("killed after $before requests, " . keys(%$settled) . ' of them committed');
		$again += grep { $settled->{ request_key($_) } } @all[ $before .. $#all ];
	}
	# refusals that tell where a point begins are not stored, and not counted
	my $answered = grep { $_->{status} == 200 } @all;
	note("$answered answers where $requests are needed");
	cmp_ok(
		$answered - $requests, '<=',
		@runs * (GROUP + IN_FLIGHT) + IN_FLIGHT,
		"$name: a kill loses one group at most");
	is($again, 0, "$name: no window is asked again after it was committed");
	is($node->safe_psql('postgres', $content), $expected, "$name: the rows of an undisturbed run");
	is($node->safe_psql('postgres', named($states, $name)), $covered, "$name: and its coverage");
	is($node->safe_psql('postgres', named($open, $name)), '0', "$name: nothing is open");
	is( $node->safe_psql(
			'postgres',
			'SELECT outcome FROM switchgrid.refresh_run ORDER BY id DESC LIMIT 1'),
		'done', "$name: the last run says that it is done");
	drop_server($node, $name);
	return;
}

check_kills('backends', ('backend') x 5);
check_kills('postmasters', ('postmaster') x 2);

# A run that died is shown to whoever looks, until the next one of its server says what became of it.
{
	my $shown = "SELECT what, server, point_id, since = '${\NOW}', detail, advice FROM switchgrid.attention";
	my $session = Switchgrid::Session->open($node);
	my $stalls = sub {
		my ($number) = @_;

		wait_until('its requests have left',
			sub { $simulator->data(sub { $_[0]{scenario} eq "stall+unlimited+next=$number" }) });
	};

	wipe();
	add_server($node, 'dies', $simulator->url('stall+unlimited+next=1'), %options);
	$node->safe_psql('postgres', named($watch, 'dies'));
	$session->send("CALL switchgrid.refresh('dies')");
	$stalls->(1);
	is($node->safe_psql('postgres', $shown), '', 'a run that waits is not dead');
	kill_backend($node, $session->pid);
	$session->wait;
	$session->close;
	my $died = $node->safe_psql('postgres', $shown);
	is( $died,
		'run died|dies||t|It was cancelled or killed, or met an error before it could say so.'
		  . '|The next run goes on where it stopped; the log has the error.',
		'one that was killed is shown');

	# the same name in another database is another server
	$node->safe_psql('postgres', 'CREATE DATABASE other');
	$node->safe_psql('other', 'CREATE EXTENSION switchgrid');
	add_server($node, 'dies', $simulator->url('stall+unlimited+next=2'), %options, database => 'other');
	$node->safe_psql('other', named($watch, 'dies'));
	$session = Switchgrid::Session->open($node, database => 'other');
	$session->send("CALL switchgrid.refresh('dies')");
	$stalls->(2);
	is($node->safe_psql('postgres', $shown), $died, 'whatever runs in another database');
	is($node->safe_psql('other', $shown), '', 'where nothing died');
	$node->safe_psql('postgres', 'SELECT pg_terminate_backend(' . $session->pid . ')');
	$session->wait;
	$session->close;

	$node->safe_psql('postgres',
		"ALTER SERVER dies OPTIONS (SET base_url '" . $simulator->url('unlimited') . "')");
	$node->safe_psql('postgres', q(CALL switchgrid.refresh('dies')));
	is($node->safe_psql('postgres', $shown), '', 'and no more when the next one has gone on');
	is( $node->safe_psql(
			'postgres',
			"SELECT string_agg(outcome, ' ' ORDER BY id) FROM switchgrid.refresh_run WHERE server = 'dies'"),
		'interrupted done',
		'which says so of it');
	drop_server($node, 'dies');
}

is_deeply([ map { $_->{fault} } $simulator->journal(sub { $_[0]{fault} }) ],
	[], 'the client kept the contract');

done_testing();
