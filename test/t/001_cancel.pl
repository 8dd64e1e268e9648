# Whatever a statement waits for, it ends when it is told to, and leaves nothing behind.
use strict;
use warnings FATAL => 'all';

use File::Spec;
use FindBin;
use lib $FindBin::RealBin;

use IO::Socket::INET;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Switchgrid;
use Test::More;
use Time::HiRes qw(usleep);

# A name server that does not answer: looking up one name takes as long as there is a file "held".
sub slow_resolver
{
	my ($held) = @_;
	my $base = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir() . '/resolver');

	append_to_file("$base.c", <<'SOURCE');
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

typedef int (*resolver) (const char *, const char *, const struct addrinfo *, struct addrinfo **);

int
getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
			struct addrinfo **result)
{
	if (node != NULL && strcmp(node, "slow.invalid") == 0)
	{
		while (access(HELD, F_OK) == 0)
			usleep(10000);
		return EAI_AGAIN;
	}
	return ((resolver) dlsym(RTLD_NEXT, "getaddrinfo")) (node, service, hints, result);
}
SOURCE
	my $compiler = $ENV{CC} // 'cc';

	append_to_file($held, '');
	return system("$compiler -shared -fPIC -DHELD='\"$held\"' -o $base.so $base.c -ldl") == 0
	  ? "$base.so"
	  : undef;
}

# the server looks for it from its own directory
my $held = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir() . '/held');
my $resolver = slow_resolver($held);

$ENV{LD_PRELOAD} = $resolver if $resolver;

my $simulator = simulate();
my $node = make_node('cancel');
my $point = POINT;

# Nobody accepts: the kernel answers the first handshakes for the listener, then drops what comes.
sub listen_full
{
	my $listener = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1', Proto => 'tcp')
	  or die "could not listen: $!";
	my @waiting;

	# the backlog is short; a connection that is not there at once will never be
	listen($listener, 0) or die "could not shorten the backlog: $!";
	while (@waiting < 16)
	{
		my $socket = IO::Socket::INET->new(
			PeerAddr => '127.0.0.1',
			PeerPort => $listener->sockport,
			Proto => 'tcp',
			Blocking => 0) or last;
		my $writable = '';

		push @waiting, $socket;
		vec($writable, fileno($socket), 1) = 1;
		return ($listener, @waiting) unless select(undef, $writable, undef, 0.2);
	}
	return;
}

# Accepts, by its backlog, and never says a word: a TLS handshake that is not answered.
sub listen_silent
{
	return IO::Socket::INET->new(Listen => 64, LocalAddr => '127.0.0.1', Proto => 'tcp');
}

my @full = listen_full();
my $silent = listen_silent();

# The waits: where the server is, its options, and what must have been asked before the wait is reached,
# each time or once.
my @waits = (
	{
		name => 'handshake',
		url => 'https://127.0.0.1:' . $silent->sockport
	},
	{
		name => 'token',
		url => $simulator->url('stall_token'),
		asked => 'token'
	},
	{
		name => 'first byte',
		url => $simulator->url('stall+unlimited'),
		asked => 'consumption_load_curve'
	},
	{
		name => 'rest of the body',
		url => $simulator->url('stall_body+unlimited'),
		asked => 'consumption_load_curve'
	},
	{
		name => 'slow body',
		url => $simulator->url('slow=3600000+unlimited'),
		asked => 'consumption_load_curve'
	},
	{
		name => 'pace',
		url => $simulator->url('unlimited'),
		options => { per_second => 1, in_flight => 1 },
		asked => 'consumption_load_curve',
		once => 1
	},
	{
		name => 'hourly quota',
		url => $simulator->url('unlimited+per_hour=9999'),
		options => { per_hour => 2 }
	},
	{
		name => 'next try',
		url => $simulator->url('error=500+unlimited'),
		options => { retries => 10, in_flight => 1 },
		asked => 'consumption_load_curve'
	},
	{
		name => 'end of a block',
		url => $simulator->url('error=429+unlimited'),
		options => { retries => 10, in_flight => 1 },
		asked => 'consumption_load_curve',
		once => 1
	});

unshift @waits, { name => 'name', url => 'https://slow.invalid' } if $resolver;
note('no compiler: the wait for a name is not tried') if !$resolver;
unshift @waits, { name => 'connection', url => 'http://127.0.0.1:' . $full[0]->sockport } if @full;
note('the kernel takes every connection: that wait is not tried') if !@full;

# Nothing but the test ends these waits.
my %patient = (
	connect_timeout => 600,
	timeout => 3600,
	max_wait => 86400,
	per_second => 0,
	per_hour => 0);

add_server($node, 'good', $simulator->url('unlimited+numbers'),
	per_second => 0,
	in_flight => 1);
my $good = "SELECT count(*) FROM good.load_curve WHERE point_id = '$point' AND starts_at >= '2026-11-10'";
my $observer = Switchgrid::Session->open($node);
my $rows = $observer->run($good);
cmp_ok($rows, '>', 300, 'the good server has rows');

foreach my $i (0 .. $#waits)
{
	$waits[$i]{server} = "wait_$i";
	add_server($node, "wait_$i", $waits[$i]{url}, %patient, %{ $waits[$i]{options} // {} });
	$node->safe_psql('postgres',
		"SELECT switchgrid.watch('wait_$i', ARRAY['$point'], '{load_curve}')");
}

sub statement
{
	my ($wait, $command) = @_;

	return $command eq 'refresh'
	  ? "CALL switchgrid.refresh('$wait->{server}')"
	  : "SELECT count(*) FROM $wait->{server}.load_curve WHERE point_id = '$point'";
}

sub asked
{
	my ($wait) = @_;
	my ($scenario) = $wait->{url} =~ m{/~(.*)};

	return 0 unless defined $wait->{asked};
	return scalar $simulator->journal(
		sub { $_[0]{scenario} eq $scenario && $_[0]{endpoint} eq $wait->{asked} });
}

# Starts the statement, and returns when the backend waits where it is wanted to.
sub go_waiting
{
	my ($session, $wait, $command) = @_;
	my $before = $wait->{once} ? 0 : asked($wait);

	$session->send(statement($wait, $command));
	wait_until(
		"$command at $wait->{name}",
		sub {
			$observer->run(
				"SELECT wait_event_type = 'Extension' AND state = 'active' FROM pg_stat_activity "
				  . "WHERE pid = " . $session->pid) eq 't'
			  && (!defined $wait->{asked} || asked($wait) > $before);
		});
	# what was answered at once is read at once: then it really waits
	usleep(30_000);
	return;
}

# While it waits for the network a refresh keeps nobody from vacuuming or changing a table.
sub check_holds_nothing
{
	my ($session, $wait) = @_;
	my $pid = $session->pid;

	is( $observer->run(
			"SELECT backend_xmin IS NULL AND backend_xid IS NULL FROM pg_stat_activity WHERE pid = $pid"),
		't', "refresh at $wait->{name}: no snapshot");
	is( $observer->run(
			"SELECT string_agg(DISTINCT locktype, ' ' ORDER BY locktype) FROM pg_locks WHERE pid = $pid"),
		'advisory virtualxid', "refresh at $wait->{name}: no lock but its own");
	return;
}

sub check_clean
{
	my ($session, $label) = @_;

	is($session->run('SELECT 1'), '1', "$label: the session goes on");
	is($session->run($good), $rows, "$label: so does the network");
	is( $session->run(
			"SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'switchgrid %' "
			  # what a backend remembers of points as long as it lives
			  . "AND name <> 'switchgrid first days'"),
		'0', "$label: no memory context is left");
	is( $session->run(
			"SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'"),
		'0', "$label: no lock is left");
	return;
}

# A resolver that nobody waits for any more keeps a descriptor for as long as it runs, no longer.
sub check_sockets
{
	my ($pid, $before, $quiet, $label, $resolving) = @_;

	if ($resolving)
	{
		unlink($held);
		wait_until('end of the resolvers', sub { sockets_of($pid) <= $quiet });
		append_to_file($held, '');
		return;
	}
	is(sockets_of($pid), $before, "$label: no descriptor is left");
	return;
}

sub try_one
{
	my ($wait, $command) = @_;
	my $session = Switchgrid::Session->open($node);
	my $label = "$command at $wait->{name}";
	my $pid = $session->pid;
	my $quiet;
	my $sockets;
	my $state;

	$session->run($good);
	$quiet = sockets_of($pid);
	go_waiting($session, $wait, $command);
	check_holds_nothing($session, $wait) if $command eq 'refresh';
	$observer->run("SELECT pg_cancel_backend($pid)");
	is(scalar($session->error), '57014', "$label: pg_cancel_backend");
	check_clean($session, "$label, cancelled");
	$sockets = sockets_of($pid);

	$session->run("SET statement_timeout = '250ms'");
	like(($session->error(statement($wait, $command)))[1],
		qr/57014: canceling statement due to statement timeout/, "$label: statement_timeout");
	$session->run('RESET statement_timeout');
	check_clean($session, "$label, timed out");

	go_waiting($session, $wait, $command);
	$observer->run("SELECT pg_cancel_backend($pid)");
	is(scalar($session->error), '57014', "$label: pg_cancel_backend again");
	check_clean($session, "$label, cancelled again");
	check_sockets($pid, $sockets, $quiet, $label, $wait->{name} eq 'name');

	go_waiting($session, $wait, $command);
	$observer->run("SELECT pg_terminate_backend($pid)");
	is(scalar($session->error), '57P01', "$label: pg_terminate_backend");
	wait_until('end of the backend',
		sub { $observer->run("SELECT count(*) FROM pg_stat_activity WHERE pid = $pid") eq '0' });
	$session->close;
	return;
}

foreach my $wait (@waits)
{
	try_one($wait, $_) foreach qw(scan refresh);
}
is($observer->run("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"),
	'0', 'no refresh holds its server any more');

# A cancelled statement inside a transaction can be rolled back to a savepoint.
{
	my $session = Switchgrid::Session->open($node);
	my ($wait) = grep { $_->{name} eq 'first byte' } @waits;

	$session->run('BEGIN; SAVEPOINT a');
	go_waiting($session, $wait, 'scan');
	$observer->run('SELECT pg_cancel_backend(' . $session->pid . ')');
	is(scalar($session->error), '57014', 'cancel inside a transaction');
	$session->run('ROLLBACK TO a');
	is($session->run($good), $rows, 'the transaction goes on from its savepoint');
	$session->run('COMMIT');

	# an open cursor has requests in flight while other statements run and fail
	$session->run('BEGIN');
	$session->run("DECLARE c CURSOR FOR SELECT watts FROM good.load_curve WHERE point_id = '$point'");
	$session->run('FETCH 1 FROM c');
	$session->run('SAVEPOINT a');
	go_waiting($session, $wait, 'scan');
	$observer->run('SELECT pg_cancel_backend(' . $session->pid . ')');
	is(scalar($session->error), '57014', 'cancel beside an open cursor');
	$session->run('ROLLBACK TO a');
	like($session->run('FETCH 1 FROM c'), qr/^\d/, 'the cursor goes on');
	$session->run('COMMIT');
	$session->close;
}

# Control-C in psql.
SKIP:
{
	skip 'no IO::Pty', 2 unless eval { require IO::Pty; 1 };
	my ($wait) = grep { $_->{name} eq 'first byte' } @waits;

	foreach my $command (qw(scan refresh))
	{
		local $ENV{PSQL_HISTORY} = '/dev/null';
		my $psql = $node->interactive_psql('postgres');
		my $before = asked($wait);

		$psql->{stdin} .= statement($wait, $command) . ";\n";
		$psql->{run}->pump_nb;
		wait_until("$command in psql", sub { $psql->{run}->pump_nb; asked($wait) > $before });
		$psql->{stdin} .= "\cC";
		pump_until($psql->{run}, $psql->{timeout}, \$psql->{stderr},
			qr/canceling statement due to user request/);
		like($psql->{stderr}, qr/canceling statement due to user request/, "$command: control-C");
		$psql->quit;
	}
}

# Shutdown. pg_ctl gives up, and the test fails, if a backend does not follow.
$observer->close;
$ENV{PGCTLTIMEOUT} = 30;
foreach my $wait (@waits)
{
	my @sessions;

	$observer = Switchgrid::Session->open($node);
	foreach my $command (qw(scan refresh))
	{
		push @sessions, Switchgrid::Session->open($node);
		go_waiting($sessions[-1], $wait, $command);
	}
	$observer->close;
	ok($node->stop('fast', fail_ok => 1), "fast shutdown while backends wait for $wait->{name}");
	foreach my $session (@sessions)
	{
		is(scalar($session->error), '57P01', "$wait->{name}: the session is told");
		$session->close;
	}
	$node->start;
}

my ($quota) = grep { $_->{name} eq 'hourly quota' } @waits;
is(scalar($simulator->journal(sub { $simulator->url($_[0]{scenario}) eq $quota->{url} })),
	2,
	'the quota of the hour outlives cancels, backends and restarts');
unlike(slurp_log($node), qr/was terminated by signal|PANIC|TRAP|leak/, 'no crash, no leak in the log');
is_deeply([ map { $_->{fault} } $simulator->journal(sub { $_[0]{fault} }) ],
	[], 'the client kept the contract');

done_testing();
