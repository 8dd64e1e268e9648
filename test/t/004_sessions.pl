# Sessions that share a server; and servers that are not what they should be.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;

use IO::Socket::INET;
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Switchgrid;
use Test::More;

my $simulator = simulate();
my $node = make_node('sessions');
my $point = POINT;
my ($one, $two) = map { Switchgrid::Session->open($node) } 1 .. 2;

# Waits until a request that was not there before is in the journal.
sub wait_for_request
{
	my ($scenario, $before) = @_;

	wait_until('a request',
		sub { $simulator->data(sub { $_[0]{scenario} eq $scenario }) > ($before // 0) });
	return;
}

# Two refreshes of one server: the second one leaves it alone. Other servers, and other databases, are
# not concerned.
{
	my ($out, $err);

	add_server($node, 'slow', $simulator->url('stall+unlimited'));
	add_server($node, 'fast', $simulator->url('unlimited'), per_second => 0);
	$node->safe_psql('postgres', "SELECT switchgrid.watch('slow', ARRAY['$point']);");
	$one->send("CALL switchgrid.refresh('slow')");
	wait_for_request('stall+unlimited');
	($out, $err) = $two->run("CALL switchgrid.refresh('slow')");
	like($err, qr/NOTICE:  00000: server "slow" is being refreshed by another session/,
		'the second session is told');
	unlike($err, qr/ERROR/, 'it is no error');
	like($out, qr/^0\|0\|[1-9]/, 'the second session asks nothing, and says what is open');

	$node->safe_psql('postgres', "SELECT switchgrid.watch('fast', ARRAY['$point'], '{daily_energy}');");
	($out, $err) = $two->run('CALL switchgrid.refresh()');
	like($err, qr/server "slow" is being refreshed by another session/, 'a refresh of all leaves it out');
	is($two->run("SELECT count(*) FROM switchgrid.gap WHERE server = 'fast'"), '0', 'and does the others');

	$node->safe_psql('postgres', "SELECT pg_cancel_backend(" . $one->pid . ')');
	is(scalar($one->error), '57014', 'the first session is cancelled');
	$two->send("CALL switchgrid.refresh('slow')");
	wait_for_request('stall+unlimited',
		scalar $simulator->data(sub { $_[0]{scenario} eq 'stall+unlimited' }));
	$node->safe_psql('postgres', "SELECT pg_terminate_backend(" . $two->pid . ')');
	is(scalar($two->error), '57P01', 'then the second can have the server');
	$two->close;
	$two = Switchgrid::Session->open($node);
	drop_server($node, $_) foreach qw(slow fast);
}

# How far a run is, and that it lives, is told to other sessions while it goes on.
{
	# whole weeks up to today, a week to a request: so many that they are stored in three groups
	my $weeks = 22;
	my @points = map { POINT + 10 * $_ } 0 .. 2;
	my $list = join(',', @points);
	my $planned = @points * $weeks;
	# one statement, for it must be of one moment
	my $look = q(
		SELECT outcome, planned, answered,
			(SELECT COALESCE(sum(upper(d) - lower(d)), 0) FROM switchgrid.coverage, unnest(held) AS d
			 WHERE server = 'steady') = 7 * answered,
			finished_at IS NULL, (SELECT string_agg(what, ' ') FROM switchgrid.attention WHERE server = 'steady')
		FROM switchgrid.refresh_run WHERE server = 'steady');
	my @seen = ('');
	my @answered;

	add_server($node, 'steady', $simulator->url('unlimited'), per_second => 20);
	$node->safe_psql('postgres',
		"SELECT switchgrid.watch('steady', '{$list}', '{load_curve}', since => date '2026-11-20' - 7 * $weeks)");
	$one->send("CALL switchgrid.refresh('steady')");
	wait_until(
		'the run ends',
		sub {
			my $now = $two->run($look);

			push @seen, $now if $now ne $seen[-1];
			return $now =~ /^done/;
		});
	$one->wait;
	# before it begins
	shift @seen;
	is(pop @seen, "done|$planned|$planned|t|f|", 'a run that is done has answers to all that was planned');
	is_deeply([ grep { !/^running\|$planned\|\d+\|t\|t\|$/ } @seen ],
		[], 'while it runs, what it says was answered is what is held, and it is not taken for dead');
	@answered = map { (split(/\|/))[2] } @seen;
	note("seen while it ran: @answered of $planned");
	is_deeply(\@answered, [ sort { $a <=> $b } @answered ], 'it is seen to grow');
	is($answered[0], 0, 'from nothing');
	cmp_ok(scalar(grep { $_ > 0 && $_ < $planned } @answered), '>=', 1, 'by parts of all that was planned');
	drop_server($node, 'steady');
}

# Three sessions, one of them in another database, at five requests a second together. A machine that
# lets a session sleep between its turn and its request can make one of them too early for the next: that
# is asked again, and all rows come; so the pace may be disturbed, but not each time.
$node->safe_psql('postgres', 'CREATE DATABASE other');
$node->safe_psql('other', 'CREATE EXTENSION switchgrid');
foreach my $try (1 .. 3)
{
	my $other = Switchgrid::Session->open($node, database => 'other');
	my @sessions = ($one, $two, $other);
	my $scenario = "numbers+next=$try";
	my @asked;
	my $early;

	add_server($node, "shared_$try", $simulator->url($scenario));
	add_server($node, "shared_$try", $simulator->url($scenario), database => 'other');
	$_->send("SELECT count(*) FROM shared_$try.load_curve "
		  . "WHERE point_id = '$point' AND starts_at >= '2026-10-01 00:00+02'")
	  foreach @sessions;
	# 50 days of half-hours, one of them of 25 hours
	is($_->wait, 50 * 48 + 2, 'a session has all its rows') foreach @sessions;
	$other->close;
	is( scalar(
			$simulator->journal(sub { $_[0]{scenario} eq $scenario && $_[0]{endpoint} eq 'token' })),
		3, 'each backend has one token');

	@asked = $simulator->data(sub { $_[0]{scenario} eq $scenario });
	# the fifth after any request is a second away from it
	$early = grep { $asked[$_]{us} - $asked[ $_ - 5 ]{us} < 1_000_000 } 5 .. $#asked;
	if ($early > 0 && $try < 3)
	{
		note("$early requests were too early: once more");
		next;
	}
	# without a common pace most of them would be
	cmp_ok($early, '<=', $try < 3 ? 0 : 3, 'never more than five in a second');
	cmp_ok($asked[-1]{us} - $asked[0]{us}, '>', 4_000_000, 'three sessions have the pace of one');
	is( scalar(grep { $_->{status} == 200 } @asked),
		3 * 8, 'as many answers as three sessions need');
	last;
}

# Servers that cannot be used: the SQLSTATE tells why, from a scan and from a refresh, at once.
sub fails
{
	my ($name, $state, $message, $url, %options) = @_;
	my ($scan, $scan_error);
	my ($refresh, $refresh_error);

	add_server($node, 'broken', $url, retries => 0, per_second => 0, %options);
	($scan, $scan_error) =
	  $one->error("SELECT count(*) FROM broken.load_curve WHERE point_id = '$point' AND starts_at >= '2026-11-17'");
	is($scan, $state, "$name: SQLSTATE of a scan");
	like($scan_error, $message, "$name: message of a scan");
	$node->safe_psql('postgres',
		"SELECT switchgrid.watch('broken', ARRAY['$point'], '{load_curve}', since => '2026-11-17')");
	($refresh, $refresh_error) = $one->error("CALL switchgrid.refresh('broken')");
	is($refresh, $state, "$name: SQLSTATE of a refresh");
	like($refresh_error, $message, "$name: message of a refresh");
	unlike("$scan_error$refresh_error", qr/demo-secret|not-the-secret/, "$name: no secret is told");
	is($one->run('SELECT count(*) FROM switchgrid.curve_segment'), '0', "$name: nothing is stored");
	drop_server($node, 'broken');
	return;
}

my $closed = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1', Proto => 'tcp');
my $closed_port = $closed->sockport;
my $silent = IO::Socket::INET->new(Listen => 16, LocalAddr => '127.0.0.1', Proto => 'tcp');

$closed->close;
$node->safe_psql('postgres',
	'TRUNCATE switchgrid.watch, switchgrid.coverage, switchgrid.open_span, switchgrid.curve_segment, '
	  . 'switchgrid.daily_energy');

fails(
	'a secret that is refused', '28000', qr/server "broken" refused the credential/,
	$simulator->url('unlimited'),
	client_secret => 'not-the-secret');
fails(
	'a token that is never good', '28000', qr/server "broken" refused the credential/,
	$simulator->url('expired+unlimited'));
fails('a port where nobody listens', 'HV00N', qr/could not connect to server "broken"/,
	"http://127.0.0.1:$closed_port");
fails('a name that does not exist', 'HV00N', qr/could not connect to server "broken"/,
	'https://switchgrid.invalid');
fails('TLS to a plain server', 'HV00N', qr/could not connect to server "broken"/,
	$simulator->url('unlimited') =~ s/^http:/https:/r);
fails(
	'a handshake that is not answered', 'HV00N', qr/could not connect to server "broken"/,
	'https://127.0.0.1:' . $silent->sockport,
	connect_timeout => 1);
fails(
	'a token that does not come', '08006', qr/server "broken" did not answer in time/,
	$simulator->url('stall_token'),
	timeout => 1);
fails('a connection that is closed', 'HV00N', qr/could not connect to server "broken"/,
	$simulator->url('closed+unlimited'));

# A server that gives one token, does not take it, and fails when it is asked for another.
sub forgetful_server
{
	my $listener = IO::Socket::INET->new(Listen => 16, LocalAddr => '127.0.0.1', Proto => 'tcp')
	  or die "could not listen: $!";
	my $log = PostgreSQL::Test::Utils::tempdir() . '/requests';
	my $tokens = 0;
	my $pid = fork();

	die "could not fork: $!" unless defined $pid;
	return ($listener->sockport, $log, $pid) if $pid;
	while (my $client = $listener->accept)
	{
		my $head = '';
		my ($status, $body) = ('401 Unauthorized', '{"error":"invalid_token","error_description":"spent"}');

		while (my $line = <$client>)
		{
			$head .= $line;
			last if $line =~ /^\r?\n$/;
		}
		read($client, my $form, $1) if $head =~ /^content-length: (\d+)/mi;
		append_to_file($log, $head =~ s/\n.*//sr . "\n");
		if ($head =~ /^POST/)
		{
			($status, $body) =
			  $tokens++
			  ? ('500 Internal Server Error', '{"error":"server_error","error_description":"no"}')
			  : ('200 OK', '{"access_token":"only-one","token_type":"Bearer","expires_in":3600}');
		}
		printf $client "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
		  . "Connection: close\r\n\r\n%s", $status, length($body), $body;
		$client->close;
	}
	POSIX::_exit(0);
}

{
	my ($port, $log, $pid) = forgetful_server();

	# the statement fails with what the token's renewal met; the refused request is not sent again
	add_server($node, 'forgetful', "http://127.0.0.1:$port", per_second => 0, retries => 1);
	is( scalar(
			$one->error(
				"SELECT * FROM forgetful.load_curve WHERE point_id = '$point' AND direction = 'consumption' AND starts_at >= '2026-11-17'")),
		'38000', 'a token that cannot be renewed: SQLSTATE');
	is_deeply(
		[ map { /^(\w+)/ } split(/\n/, PostgreSQL::Test::Utils::slurp_file($log)) ],
		[qw(POST GET POST POST)],
		'a token that cannot be renewed: nothing is sent without one');
	drop_server($node, 'forgetful');
	kill('KILL', $pid);
	waitpid($pid, 0);
}

# A window's own time-out is no matter of the whole server: a refresh goes on, and says what is open.
{
	my ($state, $error);

	add_server($node, 'late', $simulator->url('stall+unlimited'), timeout => 1, retries => 0, per_second => 0);
	($state, $error) = $one->error("SELECT * FROM late.load_curve WHERE point_id = '$point' AND starts_at >= '2026-11-17'");
	is($state, '08006', 'an answer that does not come: SQLSTATE of a scan');
	like($error, qr/server "late" did not answer in time/, 'an answer that does not come: its message');
	$one->run(
		"SELECT switchgrid.watch('late', ARRAY['$point'], '{load_curve}', since => '2026-11-17')");
	is(scalar($one->error("CALL switchgrid.refresh('late')")), '', 'a refresh goes on');
	is($one->run("SELECT days, cause, tries FROM switchgrid.gap WHERE server = 'late'"),
		'[2026-11-17,2026-11-20)|timeout|1', 'what it could not have is open');
	drop_server($node, 'late');
}

$_->close foreach ($one, $two);
done_testing();
