# Switchgrid.pm: a simulator, a cluster that asks it, and sessions that can be left waiting.
#
# The tests of this directory need the extension and the simulator installed, and an unprivileged user:
#
#   prove -I "$(dirname "$(pg_config --pgxs)")/../test/perl" test/t/*.pl
package Switchgrid;

use strict;
use warnings FATAL => 'all';

# What the makefiles of PostgreSQL say to a test; set here for those who call prove themselves.
BEGIN
{
	my $pg_config = $ENV{PG_CONFIG} // 'pg_config';
	my %path;

	foreach my $name (qw(bindir pgxs))
	{
		chomp($path{$name} = `$pg_config --$name`);
		die "could not run $pg_config\n" if $? != 0;
	}
	$path{pgxs} =~ s{/makefiles/pgxs\.mk$}{};
	$ENV{PATH} = "$path{bindir}:$ENV{PATH}";
	$ENV{PG_REGRESS} //= "$path{pgxs}/test/regress/pg_regress";
	$ENV{SWITCHGRID_SIMULATOR} //= "$path{bindir}/switchgrid-simulator";
}

use Carp;
use Exporter 'import';
use File::Basename;
use IPC::Run;
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

our @EXPORT = qw(
  simulate make_node add_server drop_server kill_backend start_again wait_until sockets_of slurp_log
  POINT NOW SECRET);

# A house of the operator's sandbox: half-hours, activated long ago.
use constant POINT => '30000000000000';
# The calendar that simulator and extension agree on, as each of them wants it written.
use constant NOW => '2026-11-20T09:00:00Z';
use constant SIMULATOR_NOW => '2026-11-20T10:00:00+01:00';
# The simulator's own.
use constant SECRET => 'demo-secret';

# Looks again and again until the code returns something true, and returns that.
sub wait_until
{
	my ($what, $code) = @_;
	my $tries = $PostgreSQL::Test::Utils::timeout_default * 100;

	while ($tries-- > 0)
	{
		my $result = $code->();
		return $result if $result;
		usleep(10_000);
	}
	croak "waited too long: $what";
}

# Simulator ---------------------------------------------------------------------

my @simulators;

# Starts a simulator with the options given; it ends with the test.
sub simulate
{
	my (@options) = @_;
	my $data = PostgreSQL::Test::Utils::tempdir();
	my $self = bless { data => $data, in => '', out => '', err => '' }, 'Switchgrid::Simulator';

	# options that are given again win
	$self->{run} = IPC::Run::start(
		[
			$ENV{SWITCHGRID_SIMULATOR}, '--parent',
			'--port', '0', '--data', $data, '--now', SIMULATOR_NOW, @options
		],
		'<', \$self->{in},
		'>', \$self->{out},
		'2>', \$self->{err},
		my $timer = IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	pump_until($self->{run}, $timer, \$self->{out}, qr/^listening on \S+\n/)
	  or croak "the simulator did not start: $self->{err}";
	$timer->reset;
	($self->{url}) = $self->{out} =~ /^listening on (\S+)/;
	push @simulators, $self;
	return $self;
}

END
{
	my $exit_code = $?;

	$_->stop foreach @simulators;
	$? = $exit_code;
}

# Cluster -----------------------------------------------------------------------

# A running cluster with the extension in database postgres.
sub make_node
{
	my ($name, %options) = @_;
	my $conf = delete $options{conf} // '';
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(%options);
	$node->append_conf('postgresql.conf', "switchgrid.now = '${\NOW}'\n$conf");
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION switchgrid');
	return $node;
}

# A server, its mapping, and its live relations in a schema of the same name.
sub add_server
{
	my ($node, $name, $url, %options) = @_;
	my $secret = delete $options{client_secret} // SECRET;
	my $database = delete $options{database} // 'postgres';
	# the one whose quota is of the whole application, unless a test says otherwise
	$options{generation} //= 'v5';
	my $list = join('', map { ", $_ '$options{$_}'" } sort keys %options);

	$node->safe_psql($database, qq(
		CREATE SERVER $name FOREIGN DATA WRAPPER switchgrid_fdw
			OPTIONS (api 'enedis', base_url '$url'$list);
		CREATE USER MAPPING FOR CURRENT_USER SERVER $name
			OPTIONS (client_id 'demo', client_secret '$secret');
		CREATE SCHEMA $name;
		IMPORT FOREIGN SCHEMA enedis FROM SERVER $name INTO $name;));
	return;
}

# The server, with all that is known through it; stored rows stay.
sub drop_server
{
	my ($node, $name) = @_;

	$node->safe_psql('postgres', qq(
		DELETE FROM switchgrid.watch WHERE server = '$name';
		DELETE FROM switchgrid.coverage WHERE server = '$name';
		DELETE FROM switchgrid.open_span WHERE server = '$name';
		DROP SCHEMA $name CASCADE; DROP SERVER $name CASCADE;));
	return;
}

# Kills a backend, which makes the server start all of them again, and waits until it has.
sub kill_backend
{
	my ($node, $pid) = @_;
	my $logged = -s $node->logfile;

	kill('KILL', $pid) or croak "no backend $pid: $!";
	# a session may still be let in before the server knows of it
	$node->wait_for_log(qr/database system is ready to accept connections/, $logged);
	return;
}

# Starts a server whose postmaster was killed: it cannot start before the backends of that one are gone.
sub start_again
{
	my ($node) = @_;

	wait_until(
		'the server starts again',
		sub {
			# a start that fails takes the dead one's file for its own
			$node->{_pid} = undef;
			return $node->start(fail_ok => 1);
		});
	return;
}

# The sockets and other nameless descriptors that a backend holds: what a transfer could leave behind.
sub sockets_of
{
	my ($pid) = @_;
	my $count = 0;

	opendir(my $dir, "/proc/$pid/fd") or return 0;
	while (my $entry = readdir($dir))
	{
		my $target = readlink("/proc/$pid/fd/$entry") // next;

		$count++ if $target =~ /^(socket|pipe|anon_inode):/;
	}
	closedir($dir);
	return $count;
}

# What the server has logged so far.
sub slurp_log
{
	my ($node) = @_;

	return PostgreSQL::Test::Utils::slurp_file($node->logfile);
}

# A session that can be left alone while its statement waits: psql in the background, with SQLSTATEs.
package Switchgrid::Session;

use strict;
use warnings FATAL => 'all';

sub open
{
	my ($class, $node, %options) = @_;
	my $psql = $node->background_psql(
		$options{database} // 'postgres',
		on_error_stop => 0,
		$options{user} ? (extra_params => [ '-U', $options{user} ]) : ());
	my $self = bless { psql => $psql, number => 0, open => 1 }, $class;

	$self->run('\set VERBOSITY verbose');
	$self->{pid} = $self->run('SELECT pg_backend_pid()');
	return $self;
}

sub pid
{
	my ($self) = @_;

	return $self->{pid};
}

# Sends a statement and does not wait for its end.
sub send
{
	my ($self, $sql) = @_;
	my $end = 'end of statement ' . ++$self->{number};

	$sql .= ';' unless $sql =~ /^\\/;
	$self->{psql}{stdin} .= "$sql\n\\echo '$end'\n\\warn '$end'\n";
	$self->{psql}{run}->pump_nb;
	return;
}

# Waits for the end of the statement that was sent; returns what came on the two outputs. A connection
# that is gone is an end too.
sub wait
{
	my ($self) = @_;
	my $psql = $self->{psql};
	my $end = qr/end of statement $self->{number}\r?\n/;
	my ($out, $err);

	until ($psql->{stdout} =~ $end && $psql->{stderr} =~ $end)
	{
		next if eval { $psql->{run}->pumpable && $psql->{run}->pump };
		die $@ if $@ =~ /timeout/;
		$self->{open} = 0;
		last;
	}
	($out, $err) = @{$psql}{qw(stdout stderr)};
	@{$psql}{qw(stdout stderr)} = ('', '');
	s/$end// foreach ($out, $err);
	chomp($out);
	return wantarray ? ($out, $err) : $out;
}

sub run
{
	my ($self, $sql) = @_;

	$self->send($sql);
	return $self->wait;
}

# The SQLSTATEs of the errors that a statement raised, and their text.
sub error
{
	my ($self, $sql) = @_;
	my (undef, $err) = defined $sql ? $self->run($sql) : $self->wait;

	return $err =~ /^(?:psql:<stdin>:\d+: )?(?:ERROR|FATAL):  (\w{5}): (.*)/m
	  ? wantarray ? ($1, $err) : $1
	  : wantarray ? ('', $err)
	  : '';
}

sub close
{
	my ($self) = @_;

	$self->{open} ? eval { $self->{psql}->quit } : eval { $self->{psql}{run}->finish };
	$self->{open} = 0;
	return;
}

package Switchgrid::Simulator;

use strict;
use warnings FATAL => 'all';

# The base URL, of a scenario if one is named: "stall+unlimited".
sub url
{
	my ($self, $scenario) = @_;

	return $self->{url} . (defined $scenario && $scenario ne '' ? "/~$scenario" : '');
}

# Takes up the lines that are new; each of them is written at once.
sub read_journal
{
	my ($self) = @_;

	CORE::open(my $file, '<', "$self->{data}/journal.jsonl") or die "no journal: $!";
	seek($file, $self->{read} // 0, 0);
	my $text = do { local $/ = undef; <$file> } // '';
	CORE::close($file);
	# the last line may be half written
	$text =~ s/[^\n]*\z//;
	push @{ $self->{lines} }, map { JSON::PP::decode_json($_) } split(/\n/, $text);
	$self->{read} = ($self->{read} // 0) + length($text);
	return;
}

# All requests so far, or those of which the code says yes.
sub journal
{
	my ($self, $code) = @_;

	$self->read_journal;
	return grep { !$code || $code->($_) } @{ $self->{lines} };
}

# Those for data, not for tokens.
sub data
{
	my ($self, $code) = @_;

	return $self->journal(
		sub { ($_[0]{endpoint} // '') ne 'token' && (!$code || $code->($_[0])) });
}

sub stop
{
	my ($self) = @_;

	return unless $self->{run};
	$self->{run}->kill_kill(grace => 5);
	delete $self->{run};
	return;
}

1;
