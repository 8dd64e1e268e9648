# An order is placed once and what it brings is collected, whatever ends the session that follows it: nothing is lost, nothing
# billed twice.
#
# SWITCHGRID_KILLS sets how many sessions are killed, at moments spread over the whole way of an order; notes tell
# where each of them was, and the figures order_kill_missing_rows and order_kill_double_billed.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;

use HTTP::Tiny;
use JSON::PP ();
use List::Util qw(max);
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Switchgrid;
use Test::More;
use Time::HiRes qw(time usleep);

# What is wanted: three requests for each point, in orders of a few points.
use constant POINTS => 40;
use constant ORDER_POINTS => 4;
use constant REQUESTS => 3 * POINTS;
# Results that are committed together, and requests in flight.
use constant GROUP => 32;
use constant IN_FLIGHT => 4;
# The operator needs three seconds. Between two runs its clock goes on by two, and that of the extension by as
# long as an order waits at most until it is asked after again.
use constant ASYNC => 3;
use constant STEP_THERE => 2;
use constant STEP_HERE => 60;
# a flow needs four, and one more for each end that it met
use constant RUNS => 20;

my $kills = $ENV{SWITCHGRID_KILLS} // 12;
my $seed = $ENV{SWITCHGRID_SEED} // int(time);
srand($seed);
note("SWITCHGRID_SEED=$seed");

my $simulator = simulate('--per-second', 0);
my $node = make_node('orders', conf => "restart_after_crash = on\ntimezone = 'Europe/Paris'");
my $point = POINT;
my @points = map { 30000000000000 + $_ } 0 .. POINTS - 1;
my $everything = join(',', @points);
# a turn each 40 ms and an answer after 25: an order waits, then is on its way, then is noted
my $scenario = 'consented+delay=25+async=' . ASYNC;
my %paced = (per_second => 25, order_points => ORDER_POINTS, in_flight => IN_FLIGHT);
# seconds since the beginning, on the extension's clock, which stands still otherwise
my $here = 0;
# orders of earlier flows
my $old = 0;
my $missing_rows = 0;
my $double_billed = 0;

# Ways to the two sides -----------------------------------------------------------

sub query
{
	my ($sql) = @_;

	return $node->safe_psql('postgres', $sql);
}

sub add_ordering
{
	my ($name, $scenario, %options) = @_;
	my $list = join('', map { ", $_ '$options{$_}'" } sort keys %options);
	my $url = $simulator->url($scenario);

	query(qq(
		CREATE SERVER $name FOREIGN DATA WRAPPER switchgrid_fdw
			OPTIONS (api 'switchgrid', generation 'v2', base_url '$url/enedis/v2', retries '0'$list);
		CREATE USER MAPPING FOR CURRENT_USER SERVER $name OPTIONS (token '${\SECRET}')));
	return;
}

# What the operator does is told by the scenario of each request, not by that of the order.
sub move
{
	my ($name, $scenario) = @_;

	query("ALTER SERVER $name OPTIONS (SET base_url '" . $simulator->url($scenario) . "/enedis/v2')");
	return;
}

sub post
{
	my ($path) = @_;
	my $answer = HTTP::Tiny->new->post("$simulator->{url}$path");

	die "POST $path: $answer->{status}" unless $answer->{success};
	return;
}

sub bill
{
	my $answer = HTTP::Tiny->new->get("$simulator->{url}/_bill");

	die "no bill: $answer->{status}" unless $answer->{success};
	return JSON::PP::decode_json($answer->{content});
}

# Puts both clocks forward, so that what was not ready may be, and an order is asked after again.
sub let_pass
{
	post('/_clock/advance?seconds=' . STEP_THERE);
	$here += STEP_HERE;
	return;
}

sub set_clock
{
	return sprintf("SET switchgrid.now = '2026-11-20T%02d:%02d:00Z'",
		9 + int($here / 3600), $here / 60 % 60);
}

# Refreshes in a session of its own; returns what it said.
sub refresh
{
	my ($name) = @_;

	$node->psql('postgres', set_clock() . "; CALL switchgrid.refresh('$name')",
		stderr => \my $said);
	return $said;
}

sub wipe
{
	query('TRUNCATE switchgrid.watch, switchgrid.coverage, switchgrid.open_span, switchgrid.refresh_run, '
		  . 'switchgrid.data_order, switchgrid.data_request, switchgrid.curve_segment, '
		  . 'switchgrid.daily_energy, switchgrid.contract_history');
	post('/_bill/reset');
	$old = orders_there();
	return;
}

# The operator's book ----------------------------------------------------------------

sub posts
{
	my ($scenario) = @_;

	return $simulator->journal(
		sub {
			($_[0]{endpoint} // '') eq 'v2_order_create'
			  && (!defined $scenario || $_[0]{scenario} eq $scenario);
		});
}

# The orders that were ever made, with the names that the operator gives them, which are numbers in a row. Without
# a status is an answer that was kept back.
sub orders_there
{
	my $number = 0;

	return map { { %$_, order_id => sprintf('00000000-0d01-4000-8000-%012x', ++$number) } }
	  grep { $_->{status} == 200 || $_->{status} == 0 } posts();
}

# Those of this flow that nothing here knows by their names.
sub unknown_orders
{
	my %known = map { $_ => 1 }
	  split(/\n/, query('SELECT order_id FROM switchgrid.data_order WHERE order_id IS NOT NULL'));
	my @there = orders_there();

	return grep { !$known{ $_->{order_id} } } @there[ $old .. $#there ];
}

# The kinds of its requests, as the operator tells them.
sub kinds_there
{
	my ($order) = @_;
	my $answer =
	  HTTP::Tiny->new(default_headers => { Authorization => 'Bearer ' . SECRET })
	  ->get($simulator->url('consented') . "/enedis/v2/order/$order->{order_id}");

	die "no order $order->{order_id}: $answer->{status}" unless $answer->{success};
	return join(' ', map { $_->{type} } @{ JSON::PP::decode_json($answer->{content})->{requests} });
}

# Does as the advice says: looks in the operator's book whether an uncertain order is there, and settles it.
# Returns how many were there, how many were not, and how many there belong to nothing here.
sub settle
{
	my ($placed, $withdrawn) = (0, 0);

	foreach my $line (
		split(
			/\n/,
			query(
				q(
			SELECT o.number, min(r.point_id) FILTER (WHERE position = 0), string_agg(r.type, ' ' ORDER BY position)
			FROM switchgrid.data_order AS o JOIN switchgrid.data_request AS r ON r.order_number = o.number
			WHERE o.state = 'uncertain' GROUP BY 1 ORDER BY 1))))
	{
		my ($number, $first, $kinds) = split(/\|/, $line);
		my ($found) =
		  grep { $_->{point} eq $first && kinds_there($_) eq $kinds } unknown_orders();

		query("SELECT switchgrid.settle_order($number" . ($found ? ", '$found->{order_id}')" : ')'));
		$found ? $placed++ : $withdrawn++;
	}
	return ($placed, $withdrawn, scalar(unknown_orders()));
}

# What is here ---------------------------------------------------------------------

my $uncertain = q(SELECT count(*) FROM switchgrid.data_order WHERE state = 'uncertain');
my $left = q(
	SELECT (SELECT count(*) FROM switchgrid.gap WHERE cause IN ('not asked', 'ordered', 'uncertain'))
		+ (SELECT count(*) FROM switchgrid.data_order WHERE state IN ('sending', 'uncertain', 'open')));
# the values, not when or in which order they were written
my $content = q(
	SELECT concat_ws(' ', 'load_curve', point_id, direction, extract(epoch FROM starts_at), step, watts,
		wh, nature) AS line FROM switchgrid.load_curve
	UNION ALL
	SELECT concat_ws(' ', 'daily_energy', point_id, direction, day, wh) FROM switchgrid.daily_energy
	UNION ALL
	SELECT concat_ws(' ', 'contract', to_jsonb(c)) FROM switchgrid.contract AS c);
my $coverage = q(
	SELECT string_agg(concat_ws(' ', point_id, relation, direction, held, empty, floor), '|'
		ORDER BY point_id, relation, direction) FROM switchgrid.coverage);

# Rows of the undisturbed run that are not here, and the other way round.
sub missing_rows
{
	return query("SELECT count(*) FROM (TABLE expected EXCEPT ALL ($content)) AS a");
}

sub surplus_rows
{
	return query("SELECT count(*) FROM (($content) EXCEPT ALL TABLE expected) AS a");
}

# The paths of what needs no asking any more: results that are collected and committed, orders that are done.
sub finished
{
	my %finished = map { $_ => 1 } split(
		/\n/,
		query(q(
			SELECT '/files/' || ltrim(split_part(o.order_id, '-', 5), '0') || '-' || to_hex(r.position)
			FROM switchgrid.data_request AS r JOIN switchgrid.data_order AS o ON o.number = r.order_number
			WHERE r.state = 'collected'
			UNION ALL
			SELECT '/enedis/v2/order/' || order_id FROM switchgrid.data_order WHERE state = 'done')));

	return \%finished;
}

sub asks_finished
{
	my ($request, $finished) = @_;

	# behind order and position a link has when it was made
	return $finished->{ $request->{path} =~ s{^(/files/\w+-\w+)-.*}{$1}r };
}

# Ends ------------------------------------------------------------------------------

# The server has started again, if it had to, and all that a dead session sent has arrived. What was logged before is of
# an earlier start.
sub wait_for_quiet
{
	my ($signal, $logged) = @_;
	my $before = -1;

	if ($signal eq 'QUIT')
	{
		wait_until('the server is gone', sub { !kill(0, $node->{_pid}) });
		start_again($node);
	}
	$node->wait_for_log(qr/database system is ready to accept connections/, $logged)
	  unless $signal eq 'INT';
	wait_until(
		'nothing arrives any more',
		sub {
			my $now = $simulator->journal;
			my $same = $now == $before;

			$before = $now;
			usleep(50_000) unless $same;
			return $same;
		});
	return;
}

# Refreshes until nothing is left, or something is uncertain. After so many seconds (undef: never) the signal goes
# to the session, or ("postmaster") to its server. Returns whether that disturbed it.
sub go_on
{
	my ($name, $signal, $victim, $after) = @_;
	my $session = Switchgrid::Session->open($node);
	my $pid = $victim eq 'postmaster' ? $node->{_pid} : $session->pid;
	my $logged = -s $node->logfile;
	my $killer;
	my $disturbed = 0;

	if (defined $after && ($killer = fork() // die "could not fork: $!") == 0)
	{
		usleep($after * 1e6);
		kill($signal, $pid);
		POSIX::_exit(0);
	}
	foreach my $run (1 .. RUNS)
	{
		my ($out, $err);

		let_pass();
		(undef, $err) = $session->run(set_clock() . "; CALL switchgrid.refresh('$name')");
		$disturbed = !$session->{open} || $err =~ /57014: canceling statement/;
		last if $disturbed;
		$out = $session->run("SELECT ($left) || ' ' || ($uncertain)");
		$disturbed = !$session->{open} || $out eq '';
		last if $disturbed || $out =~ /^0 | [1-9]/;
	}
	if ($killer)
	{
		kill('KILL', $killer) unless $disturbed;
		waitpid($killer, 0);
		# it may just have been faster
		$session->run('SELECT 1') if $session->{open};
		$disturbed ||= !$session->{open};
	}
	$session->close;
	wait_for_quiet($signal, $logged) if $disturbed;
	return $disturbed;
}

# Where a flow was when it was disturbed.
sub whereabouts
{
	return query(
		q(SELECT format('%s orders: %s being sent, %s open, %s done; %s of %s requests collected',
			count(*), count(*) FILTER (WHERE state = 'sending'), count(*) FILTER (WHERE state = 'open'),
			count(*) FILTER (WHERE state = 'done'),
			(SELECT count(*) FROM switchgrid.data_request WHERE state = 'collected'),
			(SELECT count(*) FROM switchgrid.data_request)) FROM switchgrid.data_order));
}

# A whole flow, from the first order to the last result, disturbed after so many seconds, then after so many more, and so
# on. Returns how often it really was.
sub check_flow
{
	my ($label, $signal, $victim, @after) = @_;
	my ($disturbed, $placed, $withdrawn, $lost, $again) = (0, 0, 0, 0, 0);
	my $start;
	my $missing;
	my @ends;
	my @all;

	wipe();
	$start = $simulator->journal;
	query("SELECT switchgrid.watch('flow', '{$everything}', '{load_curve,daily_energy,contract}', since => '2026-10-20')");
	foreach my $try (1 .. RUNS)
	{
		my $began = time;
		my @settled;

		if (go_on('flow', $signal, $victim, $after[0]))
		{
			$disturbed++;
			note(sprintf('%s: after %.3f s: %s', $label, $after[0], whereabouts()));
			push @ends, [ scalar($simulator->journal), finished() ];
			shift @after;
			next;
		}
		last if query($left) == 0;
		@settled = settle();
		$placed += $settled[0];
		$withdrawn += $settled[1];
		$lost += $settled[2];
		$after[0] = max(0, $after[0] - (time - $began)) if @after;
	}
	note("$label: of the uncertain orders $placed were placed and $withdrawn were not");

	@all = $simulator->journal;
	foreach my $end (@ends)
	{
		$again += grep { asks_finished($_, $end->[1]) } @all[ $end->[0] .. $#all ];
	}
	$missing = missing_rows();
	$missing_rows += $missing;
	$double_billed += bill()->{twice};
	is(query($left), '0', "$label: it comes to its end");
	is("$missing " . surplus_rows(), '0 0', "$label: the rows of an undisturbed run");
	is(query($coverage), query('SELECT coverage FROM expected_coverage'), "$label: and its coverage");
	is($lost + unknown_orders(), 0, "$label: the operator has no order that is not known here");
	is_deeply(
		{ %{ bill() }, orders => 0 },
		{ asks => 0, orders => 0, requests => REQUESTS, points => POINTS, twice => 0 },
		"$label: each request is billed once");
	is($again, 0, "$label: nothing is asked for again that was committed");
	# results that were fetched and not committed, once more
	cmp_ok(
		scalar(grep { $_->{path} =~ m{^/files/} } @all[ $start .. $#all ]) - REQUESTS,
		'<=', $disturbed * (GROUP + IN_FLIGHT), "$label: an end loses one group at most");
	is( query('SELECT outcome FROM switchgrid.refresh_run ORDER BY id DESC LIMIT 1'),
		'done', "$label: the last run says that it is done");
	is(query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), '0', "$label: nobody holds the server");
	return $disturbed;
}

# An undisturbed flow, to compare with -----------------------------------------------

add_ordering('flow', $scenario, %paced);
query("SELECT switchgrid.watch('flow', '{$everything}', '{load_curve,daily_energy,contract}', since => '2026-10-20')");
my $began = time;
refresh('flow');
my $placing = time - $began;
go_on('flow', 'KILL', 'backend', undef);
my $seconds = time - $began;
note(sprintf('undisturbed: %.2f s, %.2f of them for the orders', $seconds, $placing));
query("CREATE TABLE expected AS $content");
query("CREATE TABLE expected_coverage AS SELECT ($coverage) AS coverage");
is(query($left), '0', 'an undisturbed flow comes to its end');
is( query('SELECT count(*), count(DISTINCT line) FROM expected'),
	query(q(SELECT format('%1$s|%1$s', (SELECT sum(points) FROM switchgrid.curve_segment)
		+ (SELECT count(*) FROM switchgrid.daily_energy) + (SELECT count(*) FROM switchgrid.contract_history)))),
	'it stores rows, none twice');
is( query("SELECT count(DISTINCT point_id) FILTER (WHERE relation = 'load_curve'), "
		  . "count(DISTINCT point_id) FILTER (WHERE relation = 'contract') FROM switchgrid.coverage"),
	POINTS . '|' . POINTS, 'of all points');
is_deeply(
	bill(),
	{ asks => 0, orders => POINTS / ORDER_POINTS, requests => REQUESTS, points => POINTS, twice => 0 },
	'it orders what is wanted once, in as few orders as can be');

# the operator's own API says the same of three of the points: half-hours, holes, tens of minutes
add_server($node, 'linky', $simulator->url('unlimited'), per_second => 0, per_hour => 0);
foreach my $relation (
	[ 'load_curve', 'point_id, starts_at, ends_at, watts, wh', 'starts_at' ],
	[ 'daily_energy', 'point_id, day, wh', 'day' ])
{
	my ($name, $columns, $time) = @$relation;
	my $few = "point_id IN ('30000000000000', '30000000000003', '30000000000007') "
	  . "AND direction = 'consumption' AND $time >= '2026-10-20'";
	my $stored = "SELECT $columns FROM switchgrid.$name WHERE $few";
	my $live = "SELECT $columns FROM linky.$name WHERE $few";

	is( query(
			qq(SELECT (SELECT count(*) > 80 FROM ($stored) AS s),
				(SELECT count(*) FROM ($stored EXCEPT ALL $live) AS a),
				(SELECT count(*) FROM ($live EXCEPT ALL $stored) AS b))),
		't|0|0', "$name: what was ordered is what the operator's own API gives");
}
drop_server($node, 'linky');

# Disturbed flows ----------------------------------------------------------------------

# Each flow is disturbed twice. The first moments are spread over the placing of the orders in one flow and over the rest
# in the next one; the second moments are anywhere in what is left.
sub check_flows
{
	my ($label, $signal, $victim, $times) = @_;
	my $flows = POSIX::ceil($times / 2);
	my $met = 0;

	foreach my $flow (0 .. $flows - 1)
	{
		my $share = (int($flow / 2) + rand) / POSIX::ceil($flows / 2);
		my $first =
		  $flow % 2 == 0
		  ? $share * $placing
		  : $placing + $share * ($seconds - $placing) * 0.9;

		$met += check_flow("$label, flow " . ($flow + 1),
			$signal, $victim, $first, rand(max(0, $seconds * 0.9 - $first)));
	}
	note("$label: $met of $times met a flow that was under way");
	cmp_ok($met, '>=', $times / 2, "$label: flows were under way");
	return;
}

check_flows('backends killed', 'KILL', 'backend', $kills);
note("order_kill_missing_rows\t$missing_rows\trows");
note("order_kill_double_billed\t$double_billed\trequests");
check_flows('statements cancelled', 'INT', 'backend', 2);
check_flows('servers stopped at once', 'QUIT', 'postmaster', 2);
query('DROP SERVER flow CASCADE');

# Orders that hang -----------------------------------------------------------------------

# Orders two points, ends the session when the moment has come, and settles what is uncertain then: so many were
# placed, and so many were not.
sub check_hanging
{
	my ($label, $signal, $scenario, $options, $moment, $placed, $withdrawn) = @_;
	my $session = Switchgrid::Session->open($node);
	my $logged = -s $node->logfile;
	my $sent;

	wipe();
	add_ordering('hanging', $scenario, per_second => 0, %$options);
	query("SELECT switchgrid.watch('hanging', '{30000000000001,30000000000002}', '{contract}')");
	$session->send("CALL switchgrid.refresh('hanging')");
	wait_until($label, $moment);
	kill($signal, $session->pid);
	if ($signal eq 'INT')
	{
		is(scalar($session->error), '57014', "$label: the session is told");
	}
	else
	{
		$session->wait;
	}
	$session->close;
	wait_for_quiet($signal, $logged);
	$sent = posts();
	is(query("SELECT count(*) FROM switchgrid.data_order WHERE state = 'sending'"),
		'1', "$label: the order is written down");
	# what it waited for does not hold others back
	query("ALTER SERVER hanging OPTIONS (SET per_hour '0')");
	like(refresh('hanging'), qr/1 orders are uncertain/, "$label: the next run says that it is uncertain");
	like(refresh('hanging'), qr/1 orders are uncertain/, "$label: and so does the one after that");
	is(scalar(posts()), $sent, "$label: it is not sent again");
	is( query(
			q(SELECT o.state, o.cause, o.advice ~ 'settle_order', array_agg(DISTINCT g.cause)
				FROM switchgrid.data_order AS o
				JOIN switchgrid.gap AS g ON g.message ~ ('^Order ' || o.number || ',')
				WHERE o.state = 'uncertain' GROUP BY 1, 2, 3)),
		'uncertain|interrupted|t|{uncertain}',
		"$label: the order and its gap say what to do");
	is_deeply([ settle() ], [ $placed, $withdrawn, 0 ], "$label: the operator is asked whether it has it");
	foreach (1 .. 2)
	{
		let_pass();
		refresh('hanging');
	}
	is(query('SELECT count(*) FROM switchgrid.contract'), '2', "$label: what it was for is collected");
	is_deeply(
		{ %{ bill() }, orders => 0 },
		{ asks => 0, orders => 0, requests => 2, points => 2, twice => 0 },
		"$label: each request is billed once");
	query('DROP SERVER hanging CASCADE');
	return;
}

foreach my $end ([ 'KILL', 'killed' ], [ 'INT', 'cancelled' ])
{
	my ($signal, $how) = @$end;
	my $stalled = 'consented+answer_stalled+async=0';
	my $before = posts($stalled);

	check_hanging("$how after it was sent", $signal, $stalled, { per_hour => 0 },
		sub { posts($stalled) > $before },
		1, 0);
	# the second order waits for the next hour; each address has an hour of its own
	check_hanging(
		"$how before it was sent",
		$signal,
		'consented+async=0+sync=' . length($how),
		{ per_hour => 1, max_wait => 86400, order_points => 1 },
		sub { query("SELECT count(*) FROM switchgrid.data_order") == 2 },
		0, 1);
}

# Sessions that wait -----------------------------------------------------------------------

# What is on order is waited for: a time-out ends the wait and nothing else; others are told to keep away.
{
	my $stuck = 'consented+stuck+async=0';
	my ($one, $two) = map { Switchgrid::Session->open($node) } 1 .. 2;
	my ($out, $err);

	wipe();
	add_ordering('slow', $stuck, per_second => 0);
	query("SELECT switchgrid.watch('slow', '{$point}', since => '2026-11-01')");
	$one->run("SET statement_timeout = '2s'");
	is(scalar($one->error("CALL switchgrid.refresh('slow', wait => '1 hour')")),
		'57014', 'statement_timeout ends a wait');
	is(query('SELECT state, requests FROM switchgrid.data_order'), 'open|2', 'the order stays open');
	$one->run('RESET statement_timeout');

	$one->send("CALL switchgrid.refresh('slow', wait => '1 hour')");
	wait_until('the wait', sub {
		query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 1
		  && query("SELECT count(*) FROM switchgrid.refresh_run WHERE outcome = 'running'") == 1;
	});
	($out, $err) = $two->run("CALL switchgrid.refresh('slow')");
	like($err, qr/NOTICE:  00000: server "slow" is being refreshed by another session/,
		'a second refresh is told that one is under way');
	like($out, qr/^0\|0\|[1-9]/, 'it asks nothing');
	is(scalar($two->error("CALL switchgrid.order_data('slow', '{30000000000001}', '{contract}')")),
		'55006', 'an order beside it is refused');
	$two->run('SELECT pg_cancel_backend(' . $one->pid . ')');
	is(scalar($one->error), '57014', 'the wait is cancelled');
	is(query('SELECT count(*) FROM switchgrid.data_order'), '1', 'nothing was ordered beside it');
	is(scalar($two->error("CALL switchgrid.order_data('slow', '{30000000000001}', '{contract}')")),
		'', 'then the other session may order');
	is(scalar($two->error("CALL switchgrid.order_data('slow', '{$point}', '{load_curve}', since => '2026-11-19')")),
		'55000', 'but not what is on order already');
	move('slow', 'consented+async=0');
	$two->run("CALL switchgrid.refresh('slow', wait => '30 s')");
	is(query("SELECT count(*) FROM switchgrid.data_order WHERE state <> 'done'"), '0', 'all orders are followed to their end');
	is(query("SELECT count(*) FROM switchgrid.gap"), '0', 'nothing is missing');
	is_deeply(
		bill(),
		{ asks => 0, orders => 2, requests => 3, points => 2, twice => 0 },
		'each request was billed once');
	$_->close foreach ($one, $two);
	query('DROP SERVER slow CASCADE');
}

# A new house ----------------------------------------------------------------------------------

# Open and uncertain orders are dumped, and followed in another cluster.
{
	my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump';
	my $heir = PostgreSQL::Test::Cluster->new('heir');
	my ($sent, $kept, $last);

	wipe();
	add_ordering('moving', 'consented+answer_stalled+async=0', per_second => 0, order_points => ORDER_POINTS, timeout => 1);
	query("SELECT switchgrid.watch('moving', '{30000000000009}', '{contract}')");
	refresh('moving');
	move('moving', 'consented+stuck+async=0');
	query("SELECT switchgrid.watch('moving', '{$everything}', '{load_curve,daily_energy,contract}', since => '2026-10-20')");
	refresh('moving');
	$kept = query('SELECT state, count(*), sum(requests) FROM switchgrid.data_order GROUP BY 1 ORDER BY 1');
	is($kept, "open|10|119\nuncertain|1|1", 'orders are open, and one uncertain');
	$sent = posts();
	$last = query('SELECT max(number) FROM switchgrid.data_order');
	move('moving', 'consented+async=0');
	$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('postgres') ], 'dump with open orders');
	$node->stop;

	$heir->init;
	$heir->append_conf('postgresql.conf', "switchgrid.now = '${\NOW}'\ntimezone = 'Europe/Paris'");
	$heir->start;
	$heir->command_ok([ 'pg_restore', '--exit-on-error', '-d', $heir->connstr('postgres'), $dump ],
		'restore into another cluster');
	$node = $heir;
	is(query('SELECT state, count(*), sum(requests) FROM switchgrid.data_order GROUP BY 1 ORDER BY 1'),
		$kept, 'the orders are there');
	is(scalar(posts()), $sent, 'which ordered nothing');
	is_deeply([ settle() ], [ 1, 0, 0 ], 'the uncertain one is settled there');
	let_pass();
	refresh('moving');
	is(query($left), '0', 'all of them are followed to their end');
	is(missing_rows() . ' ' . surplus_rows(), '0 0', 'the rows of an undisturbed run');
	is(scalar(posts()), $sent, 'and nothing was ordered for it');
	is_deeply(
		{ %{ bill() }, orders => 0 },
		{ asks => 0, orders => 0, requests => REQUESTS, points => POINTS, twice => 0 },
		'each request was billed once');
	query(set_clock() . "; CALL switchgrid.order_data('moving', '{30000000000041}', '{contract}')");
	is( query("SELECT min(number) > $last FROM switchgrid.data_order WHERE number NOT IN "
			  . "(SELECT number FROM switchgrid.data_order ORDER BY 1 LIMIT 11)"),
		't', 'the numbers of orders go on');
	is(unknown_orders(), 0, 'no order is unknown');
}

is_deeply([ map { $_->{fault} } $simulator->journal(sub { $_[0]{fault} }) ],
	[], 'the client kept the contract');

done_testing();
