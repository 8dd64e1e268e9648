# The client secret and the access token are told to nobody: not in the log, whatever its level, not in
# errors, plans, views or psql's lists.
use strict;
use warnings FATAL => 'all';

use File::Spec;
use FindBin;
use lib $FindBin::RealBin;

use MIME::Base64 qw(encode_base64);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Switchgrid;
use Test::More;

# Distinct, long, and of characters that are escaped in forms, headers, JSON and SQL.
my $secret = q(Zk7-pa+ss/w"rd&q%41Xv);
my $simulator = simulate('--client-secret', $secret);
my $node = make_node(
	'secret',
	conf => "log_statement = none\nlog_min_messages = debug5\nlog_min_error_statement = debug5\n"
	  . "log_error_verbosity = verbose\nlog_duration = on\n");
my $point = POINT;
my $heard = '';

# A secret must not be there whole, nor as the headers and the forms write it, nor in its larger part.
sub forms_of
{
	my ($text) = @_;
	my $pair = "demo:$text";

	return (
		$text, $text =~ s/([^A-Za-z0-9._~-])/sprintf('%%%02X', ord($1))/ger,
		encode_base64($text, ''), substr(encode_base64($pair, ''), 8, 16),
		substr($text, 0, 10), substr($text, -10));
}

my @forbidden = forms_of($secret);

# The simulator's tokens begin as JWTs do.
push @forbidden, 'eyJ';

sub found
{
	my ($text) = @_;

	return grep { index($text, $_) >= 0 } @forbidden;
}

sub silent
{
	my ($text, $label) = @_;

	is_deeply([ found($text) ], [], "$label: no secret");
	return;
}

# The statement that makes the mapping holds the secret: that one is not logged, as the documentation of
# PostgreSQL advises for passwords.
sub make_server
{
	my ($name, $url, $given) = @_;
	my $quoted = $given =~ s/'/''/gr;

	$node->safe_psql('postgres', qq(
		SET log_min_messages = fatal; SET log_min_error_statement = panic; SET log_duration = off;
		CREATE SERVER $name FOREIGN DATA WRAPPER switchgrid_fdw
			OPTIONS (api 'enedis', base_url '$url', retries '0', timeout '1', per_second '0',
				max_wait '3', max_body '1000000');
		CREATE USER MAPPING FOR CURRENT_USER SERVER $name
			OPTIONS (client_id 'demo', client_secret '$quoted');
		CREATE SCHEMA $name;
		IMPORT FOREIGN SCHEMA enedis FROM SERVER $name INTO $name;));
	return;
}

# Each thing that can go wrong, with the SQLSTATE that shows that it did.
my @scenarios = (
	[ 'unlimited', '' ],
	[ 'error_once=401+unlimited', '' ],
	[ 'stall_token', '08006' ],
	[ 'stall+unlimited', '08006' ],
	[ 'stall_body+unlimited', '08006' ],
	[ 'closed+unlimited', 'HV00N' ],
	[ 'truncated+unlimited', 'HV00M' ],
	[ 'cut+unlimited', 'HV00M' ],
	[ 'huge+unlimited', '54000' ],
	[ 'html+unlimited', 'HV00M' ],
	[ 'not_json+unlimited', 'HV00M' ],
	[ 'shape+unlimited', 'HV00M' ],
	[ 'array+unlimited', 'HV00M' ],
	[ 'badvalue+unlimited', qr/HV00M|22003/ ],
	[ 'empty+unlimited', '' ],
	[ 'expire+unlimited', '' ],
	[ 'expired+unlimited', '28000' ],
	[ 'error=500+unlimited', '38000' ],
	[ 'error=429+unlimited', '53400' ],
	[ 'error=900804+unlimited', '53400' ],
	[ 'error=900908+unlimited', '42501' ],
	[ 'error=ADAM-DC-0008+unlimited', '42501' ],
	[ 'error=invalid_request+unlimited', 'HV024' ],
	[ 'error=401+unlimited', '28000' ]);

my $session = Switchgrid::Session->open($node);

foreach my $scenario (@scenarios)
{
	my ($name, $expected) = @$scenario;
	# a token that lasts three requests is seen only if there are more
	my $since = $name =~ /^expire/ ? '2026-10-20' : '2026-11-17';
	my $scan = "SELECT count(*) FROM broken.load_curve WHERE point_id = '$point' AND starts_at >= '$since'";
	my ($state, $error);

	make_server('broken', $simulator->url($name), $secret);
	($state, $error) = $session->error($scan);
	like($state, qr/^$expected$/, "$name: what comes of it");
	$heard .= $error;
	$heard .= join("\n", $session->run("EXPLAIN (ANALYZE, VERBOSE, FORMAT JSON) $scan"));
	$heard .= join("\n", $session->run("EXPLAIN VERBOSE $scan"));
	$session->run("SELECT switchgrid.watch('broken', ARRAY['$point'], '{load_curve}', since => '$since')");
	$heard .= join("\n", $session->run("CALL switchgrid.refresh('broken')"));
	$heard .= join("\n",
		$session->run("SELECT * FROM switchgrid.gap; SELECT * FROM switchgrid.open_span; "
			  . 'SELECT * FROM switchgrid.refresh_run'));
	drop_server($node, 'broken');
}
like($heard, qr/Requests|requests/, 'plans were seen');
silent($heard, 'errors, plans and notes of what is open');

# A secret that is refused, and one that cannot be used.
foreach my $wrong ("$secret-and-more", "line\nbreak-$secret")
{
	make_server('broken', $simulator->url('unlimited'), $wrong);
	my ($state, $error) = $session->error("SELECT * FROM broken.load_curve WHERE point_id = '$point'");
	is($state, '28000', 'a secret that is refused');
	silent($error, 'a secret that is refused');
	drop_server($node, 'broken');
}

# The views and lists that others can see, while the server waits.
make_server('linky', $simulator->url('stall+unlimited'), $secret);
$node->safe_psql('postgres', q(
	CREATE ROLE other LOGIN;
	GRANT USAGE ON SCHEMA switchgrid, linky TO other;
	GRANT USAGE ON FOREIGN SERVER linky TO other;
	GRANT SELECT ON ALL TABLES IN SCHEMA switchgrid, linky TO other;
	GRANT pg_read_all_stats TO other;));
{
	my $other = Switchgrid::Session->open($node, user => 'other');
	my $seen = '';

	ok(found($session->run('SELECT umoptions FROM pg_user_mappings')), 'a secret would be recognised');
	$session->send("SELECT * FROM linky.load_curve WHERE point_id = '$point'");
	wait_until('a request', sub { $simulator->data(sub { $_[0]{scenario} eq 'stall+unlimited' }) });
	$seen .= $other->run($_) . "\n"
	  foreach (
		'SELECT * FROM pg_stat_activity',
		'SELECT * FROM pg_user_mappings',
		'SELECT * FROM pg_foreign_server',
		'SELECT * FROM information_schema.user_mapping_options',
		'SELECT * FROM information_schema.foreign_server_options',
		'\des+', '\det+', '\deu+', '\dew+', '\d+ linky.load_curve');
	$session->wait;
	like($seen, qr/linky\.load_curve/, 'the other user sees the session at work');
	like($seen, qr/base_url/, 'and the server');
	silent($seen, 'views and lists of another user');
	is(scalar($other->error("SELECT * FROM linky.load_curve WHERE point_id = '$point'")),
		'42704', 'the other user has no credential, and cannot use that of someone else');
	is( scalar(
			$other->error(
				"CREATE USER MAPPING FOR other SERVER linky OPTIONS (client_id 'x', client_secret_file '/etc/passwd')")),
		'42501', 'nor have the server read a file');
	$other->close;
}

# The file of a secret, at work and when it cannot be read.
{
	my $file = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir() . '/secret');
	my $error;

	append_to_file($file, "$secret\n");
	$node->safe_psql('postgres', qq(
		ALTER SERVER linky OPTIONS (SET base_url '${\$simulator->url('unlimited')}');
		ALTER USER MAPPING FOR CURRENT_USER SERVER linky
			OPTIONS (DROP client_secret, ADD client_secret_file '$file')));
	cmp_ok(
		$session->run(
			"SELECT count(*) FROM linky.load_curve WHERE point_id = '$point' AND starts_at >= '2026-11-18'"),
		'>', 0, 'a secret in a file works');
	unlink($file);
	(undef, $error) =
	  $session->error("SELECT count(*) FROM linky.load_curve WHERE point_id = '$point'");
	like($error, qr/could not open file/, 'a file that is not there');
	silent($error, 'a file that is not there');
}
$session->close;

my $log = slurp_log($node);
like($log, qr/DEBUG:  00000: .*CommitTransaction/, 'the log tells all that it can');
like($log, qr/refused the credential/, 'the log has the errors');
silent($log, 'the log');
silent(join("\n", map { JSON::PP::encode_json($_) } $simulator->journal), 'the journal of the simulator');

done_testing();
