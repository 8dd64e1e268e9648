# A backfill of several points and relations that is killed again and again, its backend or the whole server, has the
# rows of one that is not, and asks nothing twice that was committed.
#
# SWITCHGRID_BACKEND_KILLS and SWITCHGRID_SERVER_KILLS say how often; notes tell the figures kill_wrong_rows and
# kill_repeated_windows.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;

use List::Util qw(max min shuffle);
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Switchgrid;
use Test::More;
use Time::HiRes qw(usleep);
use Time::Local qw(timegm);

# Answers that are committed together, and requests in flight.
use constant GROUP => 32;
use constant IN_FLIGHT => 4;
# Each killed run has so many requests to itself, about.
use constant REQUESTS_A_KILL => 2 * GROUP;
# About what one house takes: a week to a request.
use constant REQUESTS_A_POINT => 110;
# A kill comes as long as this after the request that was waited for, or sooner.
use constant MOMENT_US => 30_000;
use constant TODAY => substr(NOW, 0, 10);

my $backend_kills = $ENV{SWITCHGRID_BACKEND_KILLS} // 5;
my $server_kills = $ENV{SWITCHGRID_SERVER_KILLS} // 2;
my $kills = $backend_kills + $server_kills;

# The moments of the kills; the seed is told, so that a failure can be tried again.
my $seed = $ENV{SWITCHGRID_SEED} // time;
srand($seed);
note("SWITCHGRID_SEED=$seed");

my $simulator = simulate();
my $node = make_node('kills', conf => 'restart_after_crash = on');
# answers that are on their way when the kill comes
my $scenario = 'unlimited+delay=5';
my %options = (per_second => 0, per_hour => 0, in_flight => IN_FLIGHT);
# half-hours, holes, panels, tens of minutes, hours; and one that began some months ago
my @kinds = (0, 3, 6, 7, 8);
my $count = max(4, POSIX::ceil($kills * REQUESTS_A_KILL / REQUESTS_A_POINT));
my @points = map { 30000000000000 + 10 * int($_ / @kinds) + $kinds[ $_ % @kinds ] } 0 .. $count - 1;
my $recent = '30000000010020';

# What each endpoint feeds. A contract has no days: it is of today.
my %series = (
	consumption_load_curve => 'load_curve consumption',
	production_load_curve => 'load_curve production',
	daily_consumption => 'daily_energy consumption',
	daily_production => 'daily_energy production',
	daily_consumption_max_power => 'daily_max_power consumption',
	contracts => 'contract');

# The values, not when or in which order they were written.
my $content = q(
	SELECT concat_ws(' ', 'load_curve', point_id, direction, extract(epoch FROM starts_at), step, watts, wh, nature)
		AS line FROM switchgrid.load_curve
	UNION ALL
	SELECT concat_ws(' ', 'segment', point_id, direction, month, step, points, wh, watts_min, watts_max, decimals)
		FROM switchgrid.curve_segment
	UNION ALL
	SELECT concat_ws(' ', 'revision', point_id, direction, month, step) FROM switchgrid.curve_revision
	UNION ALL
	SELECT concat_ws(' ', 'daily_energy', point_id, direction, day, wh) FROM switchgrid.daily_energy
	UNION ALL
	SELECT concat_ws(' ', 'daily_max_power', point_id, direction, day, va, at) FROM switchgrid.daily_max_power
	UNION ALL
	SELECT concat_ws(' ', 'contract', to_jsonb(c)) FROM switchgrid.contract AS c
	UNION ALL
	SELECT concat_ws(' ', 'coverage', point_id, relation, direction, held, empty, floor)
		FROM switchgrid.coverage WHERE server = 'NAME');

sub query
{
	my ($sql) = @_;

	return $node->safe_psql('postgres', $sql);
}

sub content_of
{
	my ($name) = @_;

	return $content =~ s/NAME/$name/r;
}

sub watch_points
{
	my ($name) = @_;
	my $list = join(',', @points);

	query("SELECT switchgrid.watch('$name', '{$list}', '{load_curve,daily_energy,daily_max_power,contract}', "
		  . "directions => '{consumption,production}')");
	query("SELECT switchgrid.watch('$name', '{$recent}')");
	return;
}

# Requests ----------------------------------------------------------------------------

# The number of a day.
sub day_of
{
	my ($date) = @_;
	my ($year, $month, $day) = split(/-/, $date);

	return timegm(0, 0, 0, $day, $month - 1, $year) / 86400;
}

# The series that a request is for and its days; nothing for one that is about no days that are kept.
sub days_of_request
{
	my ($request) = @_;
	my $series = $series{ $request->{endpoint} } // die "$request->{endpoint} is not known";
	my $from = day_of($request->{start} // TODAY);
	my $until = defined $request->{end} ? day_of($request->{end}) : $from + 1;

	# where a first day is looked for, the contract is asked for it too
	return if $series eq 'contract' && $request->{point} eq $recent;
	return map { "$request->{point} $series $_" } $from .. $until - 1;
}

# Those to which one scenario leads, from the first that is meant on.
sub requests
{
	my ($of, $first) = @_;
	my @all = $simulator->data(sub { $_[0]{scenario} eq $of });

	@all = @all[ ($first // 0) .. $#all ];
	return @all;
}

# Adds the days that what is committed now says are done with, or to be left alone for the time being.
sub add_settled
{
	my ($settled) = @_;

	foreach my $line (
		split(
			/\n/,
			query(
				qq(
		SELECT point_id, CASE relation WHEN 'contract' THEN relation ELSE relation || ' ' || direction END,
			lower(d) - date '1970-01-01', upper(d) - date '1970-01-01'
		FROM (
			SELECT point_id, relation, direction, unnest(held + empty) AS d
			FROM switchgrid.coverage WHERE server = 'killed'
			UNION ALL
			SELECT point_id, relation, direction, days FROM switchgrid.gap
			WHERE server = 'killed' AND retry_at > '${\NOW}') AS known))))
	{
		my ($point, $series, $from, $until) = split(/\|/, $line);

		$settled->{"$point $series $_"} = 1 foreach $from .. $until - 1;
	}
	return;
}

# How many of one run's requests are about a day that was done with before it, or that the run had an answer for.
sub count_repeated
{
	my ($settled, @requests) = @_;
	my %answered;
	my $repeated = 0;

	foreach my $request (@requests)
	{
		my @days = days_of_request($request);

		if (grep { $settled->{$_} || $answered{$_} } @days)
		{
			$repeated++;
			note('asked again: ' . join(' ', map { $_ // '-' } @{$request}{qw(endpoint point start end status)}));
		}
		next if $request->{status} != 200;
		$answered{$_} = 1 foreach @days;
	}
	return $repeated;
}

# Kills ----------------------------------------------------------------------------------

sub children_of
{
	my ($pid) = @_;
	my @children;

	foreach my $file (glob('/proc/[0-9]*/stat'))
	{
		CORE::open(my $stat, '<', $file) or next;
		# the name of the program, in parentheses, may have any characters
		push @children, $1 if (readline($stat) // '') =~ /^(\d+) \(.*\) \S $pid /;
		CORE::close($stat);
	}
	return @children;
}

sub kill_server
{
	my @children = children_of($node->{_pid});

	$node->kill9;
	kill('KILL', @children);
	start_again($node);
	return;
}

# Refreshes until so many requests have come, and a moment longer.
sub refresh_and_kill
{
	my ($victim, $after) = @_;
	my $session = Switchgrid::Session->open($node);
	my $first = requests($scenario);
	my $journal = "$simulator->{data}/journal.jsonl";
	my $before = -s $journal;

	$session->send("CALL switchgrid.refresh('killed')");
	# the last line may be half written: they are only counted here
	wait_until('so many requests',
		sub { (PostgreSQL::Test::Utils::slurp_file($journal, $before) =~ tr/\n//) >= $after });
	usleep(rand(MOMENT_US));
	$victim eq 'backend' ? kill_backend($node, $session->pid) : kill_server();
	$session->wait;
	$session->close;
	return requests($scenario, $first);
}

# A run without kills, to compare with -------------------------------------------------------

add_server($node, 'whole', $simulator->url('unlimited'), %options);
watch_points('whole');
query("CALL switchgrid.refresh('whole')");
query('CREATE TABLE expected AS ' . content_of('whole'));
# a day of each
my @needed = map { (days_of_request($_))[0] // () } grep { $_->{status} == 200 } requests('unlimited');
is( query(
		q(SELECT string_agg(kind, ' ') FROM (SELECT DISTINCT split_part(line, ' ', 1) AS kind FROM expected ORDER BY 1) AS k)),
	'contract coverage daily_energy daily_max_power load_curve segment',
	'a run without kills stores rows of each kind');
is(query("SELECT count(*) FROM switchgrid.gap WHERE server = 'whole' AND cause = 'not asked'"),
	'0', 'and leaves nothing that was not asked');
is(count_repeated({}, requests('unlimited')), 0, 'it asks nothing twice');
query('TRUNCATE switchgrid.curve_segment, switchgrid.curve_revision, switchgrid.daily_energy, '
	  . 'switchgrid.daily_max_power, switchgrid.contract_history');

# The same with kills ---------------------------------------------------------------------------

my @victims = shuffle(('backend') x $backend_kills, ('server') x $server_kills);
my %settled;
my $repeated = 0;
my $committed = 0;

add_server($node, 'killed', $simulator->url($scenario), %options);
watch_points('killed');
while (my $victim = shift @victims)
{
	# what is still to be asked is shared by this kill, those to come, and the run that ends it
	my $left = grep { !$settled{$_} } @needed;
	my $after = int(min(rand(2 * $left / (@victims + 2)), $left * 0.8));
	# every other kill comes when a group is full, and is being written: no more is sent then
	my $full = GROUP * POSIX::ceil($after / GROUP) + IN_FLIGHT;
	$after = $full if @victims % 2 && $full < $left;
	my $before = keys %settled;
	my @requests = refresh_and_kill($victim, $after);

	$repeated += count_repeated(\%settled, @requests);
	add_settled(\%settled);
	$committed++ if keys %settled > $before;
	note(sprintf('%s killed after %d requests of %d: %d days were committed',
			$victim, scalar(@requests), $left, keys(%settled) - $before));
}
cmp_ok($committed, '>', 0, 'runs were killed after they had committed something');

my $first = requests($scenario);
query("CALL switchgrid.refresh('killed')");
$repeated += count_repeated(\%settled, requests($scenario, $first));
is($repeated, 0, 'no day is asked for again that was committed');
my $wrong = query(
	qq(SELECT count(*) FROM (
		SELECT line FROM (SELECT line, 1 AS side FROM expected UNION ALL SELECT line, -1 FROM (${\content_of('killed')}) AS c)
			AS both_sides
		GROUP BY line HAVING sum(side) <> 0) AS wrong));
is($wrong, '0', 'the rows and the coverage are those of the run without kills');
is(query("SELECT count(*) FROM switchgrid.gap WHERE server = 'killed' AND cause = 'not asked'"),
	'0', 'nothing is left that was not asked');
is( query("SELECT string_agg(DISTINCT outcome, ' '), max(outcome) FILTER (WHERE id = last) FROM ("
		  . "SELECT *, max(id) OVER () AS last FROM switchgrid.refresh_run WHERE server = 'killed') AS run"),
	'done interrupted|done',
	'the last run ended, and it is known of those before that they did not');
note("kill_wrong_rows\t$wrong\trows");
note("kill_repeated_windows\t$repeated\trequests");

is_deeply([ map { $_->{fault} } $simulator->journal(sub { $_[0]{fault} }) ],
	[], 'the client kept the contract');

done_testing();
