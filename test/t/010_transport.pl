# The way to the server: TLS and its authorities, proxies, HTTP/2, kept connections, deadlines, descriptors.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;

use File::Spec;
use IO::Socket::INET;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Switchgrid;
use Test::More;

my $dir = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir());
my $point = POINT;
my @peers;

# Nothing listens there: whoever takes the environment's word for the way finds no one.
$ENV{$_} = 'http://127.0.0.1:9' foreach qw(http_proxy https_proxy all_proxy HTTPS_PROXY ALL_PROXY);

# Certificates ------------------------------------------------------------------

sub openssl
{
	my (@arguments) = @_;
	my $log = '';

	IPC::Run::run([ 'openssl', @arguments ], '<', \undef, '>', \$log, '2>', \$log)
	  or die "openssl @arguments: $log";
	return;
}

sub make_authority
{
	my ($name) = @_;

	openssl(qw(req -x509 -newkey rsa:2048 -nodes -days 30), '-subj', "/CN=$name authority",
		'-keyout', "$dir/$name.key", '-out', "$dir/$name.pem");
	return;
}

# A certificate for what is named ("IP:127.0.0.1"), by an authority; returns the simulator's options for it.
sub certify
{
	my ($name, $authority, $subject, $days) = @_;

	append_to_file("$dir/$name.ext", "subjectAltName=$subject\n");
	openssl(qw(req -newkey rsa:2048 -nodes -subj /CN=simulator),
		'-keyout', "$dir/$name.key", '-out', "$dir/$name.csr");
	openssl(qw(x509 -req -CAcreateserial), '-days', $days // 30, '-in', "$dir/$name.csr",
		'-CA', "$dir/$authority.pem", '-CAkey', "$dir/$authority.key",
		'-extfile', "$dir/$name.ext", '-out', "$dir/$name.pem");
	return ('--tls-certificate', "$dir/$name.pem", '--tls-key', "$dir/$name.key");
}

make_authority($_) foreach qw(ours theirs);
my $secure = simulate(certify('good', 'ours', 'IP:127.0.0.1'));
my $misnamed = simulate(certify('misnamed', 'ours', 'DNS:other.example'));
my $plain = simulate();

like($secure->url, qr{^https://}, 'the simulator speaks TLS');

my $node = make_node('transport', conf => "max_files_per_process = 1000\n");
my $session = Switchgrid::Session->open($node);

my $scan =
  "SELECT count(*), sum(watts) FROM linky.load_curve WHERE point_id = '$point' AND starts_at >= '2026-11-19 00:00+01'";
my $rows;

# One server, pointed at something else for each case.
add_server($node, 'linky', $plain->url('unlimited'), retries => 0, per_second => 0,
	connect_timeout => 5, timeout => 20);

sub point_at
{
	my ($url, $options) = @_;

	$node->safe_psql('postgres', "ALTER SERVER linky OPTIONS (SET base_url '$url')");
	$node->safe_psql('postgres', "ALTER SERVER linky OPTIONS ($options)") if $options;
	return;
}

sub works
{
	my ($label) = @_;
	my ($out, $err) = $session->run($scan);

	is($err, '', "$label: no complaint");
	is($out, $rows, "$label: the right rows");
	return;
}

sub fails
{
	my ($label, $state, $why) = @_;
	my ($found, $text) = $session->error($scan);

	is($found, $state, "$label: $state");
	like($text, $why, "$label: says why");
	return $text;
}

# The right rows are those of the plain way.
$rows = $session->run($scan);
like($rows, qr/^48\|\d/, 'plain HTTP on this machine');

# TLS ---------------------------------------------------------------------------

point_at($secure->url('unlimited'));
fails('an authority that nobody knows', 'HV00N', qr/certificate/i);
point_at($secure->url('unlimited'), "ADD ca_file '$dir/theirs.pem'");
fails('another authority than the option names', 'HV00N', qr/certificate/i);
point_at($secure->url('unlimited'), "SET ca_file '$dir/ours.pem'");
works('the authority that the option names');
point_at($misnamed->url('unlimited'));
fails('a certificate for another host', 'HV00N', qr/host name|subject name/i);
point_at($plain->url('unlimited') =~ s/^http:/https:/r);
fails('TLS where none is spoken', 'HV00N', qr/SSL|TLS/i);
point_at($secure->url('unlimited') =~ s/^https:/http:/r);
fails('no TLS where it is spoken', 'HV00N', qr/linky/);
point_at($secure->url('unlimited'), "SET ca_file '$dir/nowhere.pem'");
fails('a file of authorities that is not there', 'HV00N', qr/certificate|CA/i);
point_at($secure->url('unlimited'), "SET ca_file '$dir/ours.pem'");
works('after all that');

# Kept connections, and who asks ------------------------------------------------

{
	my $before = $secure->journal;
	my $version = $session->run("SELECT extversion FROM pg_extension WHERE extname = 'switchgrid'");
	my @asked;

	$session->run($scan) foreach 1 .. 5;
	@asked = ($secure->journal)[ $before .. $secure->journal - 1 ];
	is(scalar(@asked), 5, 'five scans, of the one direction that the point has');
	is(scalar(grep { $_->{new_connection} } @asked), 0, 'no new connection');
	is_deeply([ grep { $_->{agent} !~ m{^switchgrid/\Q$version\E \(PostgreSQL \d+\)$} } @asked ],
		[], 'the requests name the extension and its version');
	is_deeply([ grep { ($_->{accept_encoding} // '') !~ /gzip/ } @asked ], [], 'and take gzip');
}

# HTTP/2 ------------------------------------------------------------------------

# A free port, as far as one can know.
sub free_port
{
	return PostgreSQL::Test::Cluster::get_free_port();
}

# A program that ends with the test, once it listens.
sub run_beside
{
	my ($name, $port, @command) = @_;
	my $log = '';
	my $run = IPC::Run::start(\@command, '<', \undef, '>', "$dir/$name.log", '2>&1');

	push @peers, $run;
	wait_until("$name listens",
		sub { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) });
	return;
}

END
{
	my $exit_code = $?;

	$_->kill_kill(grace => 2) foreach @peers;
	$? = $exit_code;
}

SKIP:
{
	skip 'no nghttpx here', 4 unless grep { -x "$_/nghttpx" } split(/:/, $ENV{PATH}), '/usr/sbin';
	my $port = free_port();
	my ($backend) = $plain->url =~ m{//(.*)};
	my $before;
	my @lines;

	$ENV{PATH} .= ':/usr/sbin';
	run_beside('nghttpx', $port, 'nghttpx', '--conf=/dev/null', "--frontend=127.0.0.1,$port",
		'--backend=' . $backend =~ s/:/,/r, '--workers=1',
		"--accesslog-file=$dir/access.log", '--accesslog-format=$alpn $status $request',
		"$dir/good.key", "$dir/good.pem");
	point_at("https://127.0.0.1:$port/~unlimited");
	works('HTTP/2');
	# the log is written when the answer has gone
	wait_until('a log', sub { -s "$dir/access.log" });
	@lines = grep { /load_curve/ } split(/\n/, slurp_file("$dir/access.log"));
	cmp_ok(scalar(@lines), '>=', 2, 'the requests went that way');
	is_deeply([ grep { !/^h2 200 / && !/^h2 400 / } @lines ], [], 'all of them as HTTP/2');
}

# Proxies -----------------------------------------------------------------------

SKIP:
{
	skip 'no tinyproxy here', 18 unless grep { -x "$_/tinyproxy" } split(/:/, $ENV{PATH});
	my $port = free_port();
	my $text;

	append_to_file("$dir/tinyproxy.conf", <<"CONF");
Port $port
Listen 127.0.0.1
Timeout 60
LogFile "$dir/tinyproxy.log"
LogLevel Connect
BasicAuth analyst Pr0xy-w0rd
CONF
	run_beside('tinyproxy', $port, 'tinyproxy', '-d', '-c', "$dir/tinyproxy.conf");

	point_at($secure->url('unlimited'), "ADD proxy 'http://127.0.0.1:$port'");
	fails('a proxy that wants a name', 'HV00N', qr/proxy|CONNECT|407/i);
	$node->safe_psql('postgres',
		"ALTER USER MAPPING FOR CURRENT_USER SERVER linky OPTIONS (ADD proxy_user 'analyst', ADD proxy_password 'wrong-Pr0xy')");
	$text = fails('a wrong password', 'HV00N', qr/proxy|CONNECT|407|401/i);
	unlike($text, qr/wrong-Pr0xy|Pr0xy-w0rd/, 'which is not shown');
	$node->safe_psql('postgres',
		"ALTER USER MAPPING FOR CURRENT_USER SERVER linky OPTIONS (SET proxy_password 'Pr0xy-w0rd')");
	works('TLS through a proxy');
	like(slurp_file("$dir/tinyproxy.log"), qr/CONNECT 127\.0\.0\.1:\d+ /, 'which it made a tunnel for');
	point_at($plain->url('unlimited'));
	works('plain HTTP through a proxy');
	like(slurp_file("$dir/tinyproxy.log"), qr{GET http://127\.0\.0\.1:\d+/}, 'which it passed on');

	# What a proxy refuses to carry has not left: an order that was never placed is nobody's to settle.
	append_to_file("$dir/refusing.conf",
		slurp_file("$dir/tinyproxy.conf") =~ s/^Port .*/Port PORT/r . "ConnectPort 1\n");
	my $refusing = free_port();
	append_to_file("$dir/refuse.conf", slurp_file("$dir/refusing.conf") =~ s/Port PORT/Port $refusing/r);
	run_beside('refusing', $refusing, 'tinyproxy', '-d', '-c', "$dir/refuse.conf");
	$node->safe_psql('postgres', qq(
		CREATE SERVER orders FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS (api 'switchgrid', generation 'v2',
			base_url '${\$secure->url}/enedis/v2', ca_file '$dir/ours.pem', proxy 'http://127.0.0.1:$refusing', retries '0');
		CREATE USER MAPPING FOR CURRENT_USER SERVER orders
			OPTIONS (token 'demo-secret', proxy_user 'analyst', proxy_password 'Pr0xy-w0rd');));
	my ($code, $out, $err) = $node->psql('postgres',
		"CALL switchgrid.order_data('orders', '{$point}', '{load_curve}', '2026-11-01', '2026-11-08')");
	like($err, qr/could not connect.*CONNECT/s, 'a proxy that carries nothing');
	is($node->safe_psql('postgres', 'SELECT count(*) FROM switchgrid.data_order WHERE state = \'uncertain\''),
		'0', 'leaves no order uncertain');
	is(scalar($secure->journal(sub { ($_[0]{endpoint} // '') =~ /order/ })), 0, 'and none was placed');

	point_at($secure->url('unlimited'), "SET proxy 'http://127.0.0.1:9'");
	fails('a proxy that is not there', 'HV00N', qr/connect/i);
	point_at($plain->url('unlimited'), 'DROP proxy');
	works('without the proxy again');
}

# Deadlines ---------------------------------------------------------------------

point_at($plain->url('stall+unlimited'), "ADD first_byte_timeout '1', SET timeout '600'");
fails('an answer that does not begin', '08006', qr/No answer began within 1 s/);
point_at($plain->url('stall_body+unlimited'), "ADD low_speed_time '1'");
fails('an answer that stalls', '08006', qr/Less than 100 bytes a second came for 1 s/);
point_at($plain->url('delay=700+unlimited'));
works('an answer that is slow to begin, but in time');

# Descriptors -------------------------------------------------------------------

# Where few are to be had, a scan that would like many connections takes fewer.
$node->append_conf('postgresql.conf', 'max_files_per_process = 100');
$node->restart;
$session = Switchgrid::Session->open($node);
point_at($plain->url('delay=200+unlimited'), "ADD in_flight '64'");
is( $session->run(
		"SELECT count(*) FROM linky.load_curve WHERE point_id = '$point' AND direction = 'consumption' AND starts_at >= '2025-11-20 00:00+01'"),
	365 * 48, 'a scan of 53 requests with few descriptors');
cmp_ok(sockets_of($session->pid), '<', 40, 'holds fewer than there are');
is($session->run('SELECT count(*) > 0 FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid'),
	't', 'and leaves PostgreSQL enough');

$session->close;
done_testing();
