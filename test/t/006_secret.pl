# What opens a door is told to nobody: the client secret, the token, the proxy's password, the signed links to results and
# the code of a consent are not in the log, whatever its level, not in errors, plans, views, tables or psql's lists; and
# they go nowhere but where they belong.
use strict;
use warnings FATAL => 'all';

use File::Spec;
use FindBin;
use lib $FindBin::RealBin;

use Echo;
use HTTP::Tiny;
use IPC::Run ();
use JSON::PP ();
use MIME::Base64 qw(encode_base64);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Switchgrid;
use Test::More;

# Distinct, long, and of characters that are escaped in forms, headers, JSON and SQL.
my $secret = q(Zk7-pa+ss/w"rd&q%41Xv);
my $proxy_password = q(Yq3=hu+sh/p"xy&r%42Tm);
my %code;
my $echo = Echo->start;
my $simulator = simulate('--client-secret', $secret, '--per-second', 0);
my $node = make_node(
	'secret',
	conf => "log_statement = none\nlog_min_messages = debug5\nlog_min_error_statement = debug5\n"
	  . "log_error_verbosity = verbose\nlog_duration = on\n"
	  . "switchgrid.log_requests = log\nswitchgrid.log_retries = log\n");
my %point = (enedis => POINT, grdf => 'GI999055', switchgrid => '09999999900617');
my $heard = '';

# What must not be there -------------------------------------------------------------

# A secret must not be there whole, nor as the headers and the forms write it, nor in its larger part.
sub forms_of
{
	my ($text, $user) = @_;
	my $pair = "$user:$text";

	return (
		$text, $text =~ s/([^A-Za-z0-9._~-])/sprintf('%%%02X', ord($1))/ger,
		encode_base64($text, ''), substr(encode_base64($pair, ''), 8, 16),
		substr($text, 0, 10), substr($text, -10),
		substr($text =~ s/([^A-Za-z0-9._~-])/sprintf('%%%02X', ord($1))/ger, -12));
}

# The simulator's tokens, and those of the echo, begin as JWTs do; its links are signed in their query.
my @forbidden = (
	forms_of($secret, 'demo'), forms_of($proxy_password, 'analyst'),
	'eyJ', 'signature', '/files/', substr(Echo::TOKEN, -10));

sub found
{
	my ($text) = @_;

	return grep { index($text, $_) >= 0 } @forbidden, values %code;
}

sub silent
{
	my ($text, $label) = @_;

	is_deeply([ found($text) ], [], "$label: no secret");
	return;
}

# Servers ----------------------------------------------------------------------------

sub quote
{
	my ($text) = @_;

	return "'" . $text =~ s/'/''/gr . "'";
}

sub list_of
{
	my (%options) = @_;

	return join(', ', map { "$_ " . quote($options{$_}) } sort keys %options);
}

# Statements that hold a secret are not logged, as the documentation of PostgreSQL advises for passwords.
sub quietly
{
	my ($sql) = @_;

	$node->safe_psql('postgres',
		"SET log_min_messages = fatal; SET log_min_error_statement = panic; SET log_duration = off; $sql");
	return;
}

# Where an API is, behind a root.
sub places
{
	my ($api, $root) = @_;

	return (base_url => $root) if $api eq 'enedis';
	return (base_url => "$root/adict/v2", token_url => $root) if $api eq 'grdf';
	return (
		base_url => "$root/v0_1",
		enedis_url => "$root/enedis/v2",
		events_url => "$root/api/homeassistant/events");
}

sub mapping
{
	my ($api, $given) = @_;

	return $api eq 'switchgrid' ? (token => $given) : (client_id => 'demo', client_secret => $given);
}

# A server, with relations of its own; among the options those of the mapping are under "mapping".
sub make_server
{
	my ($name, $api, $root, %options) = @_;
	my $mapping = delete $options{mapping} // { mapping($api, $secret) };
	my $whom = delete $options{whom} // 'CURRENT_USER';
	my $list = list_of(
		api => $api, places($api, $root),
		retries => 0, timeout => 30, per_second => 0, max_wait => 3, max_body => 1000000, %options);

	quietly(qq(
		CREATE SERVER $name FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS ($list);
		CREATE USER MAPPING FOR $whom SERVER $name OPTIONS (${\list_of(%$mapping)});
		CREATE SCHEMA $name;
		IMPORT FOREIGN SCHEMA $api FROM SERVER $name INTO $name;));
	return;
}

sub forget_server
{
	my ($name) = @_;

	$node->safe_psql('postgres',
		"DELETE FROM switchgrid.data_request WHERE server = '$name'; DELETE FROM switchgrid.data_order WHERE server = '$name'; DELETE FROM switchgrid.ask WHERE server = '$name'");
	drop_server($node, $name);
	return;
}

# Everything that a person could be told: errors, plans in all forms, and what is noted of a run.
my $session = Switchgrid::Session->open($node);
my @formats = qw(TEXT JSON XML YAML);
$session->run('SET client_min_messages = debug5');

my $notes = join('; ',
	map { "SELECT * FROM switchgrid.$_" }
	  qw(gap open_span coverage refresh_run data_order data_request ask consent api_right quota));

sub hear
{
	my ($sql) = @_;
	my ($out, $err);

	$session->{psql}{timeout}->start;
	($out, $err) = $session->run($sql);
	$heard .= "$out\n$err\n";
	return $out;
}

sub hear_error
{
	my ($sql) = @_;
	my ($state, $error);

	$session->{psql}{timeout}->start;
	($state, $error) = $session->error($sql);
	$heard .= "$error\n";
	return $state;
}

sub hear_all
{
	my ($scan, $refresh) = @_;

	# one after the other
	push @formats, shift @formats;
	hear("EXPLAIN (ANALYZE, VERBOSE, BUFFERS, FORMAT $formats[0]) $scan");
	hear("EXPLAIN (VERBOSE, FORMAT $_) $scan") foreach @formats;
	hear($refresh);
	hear($notes);
	return;
}

my %scan = (
	enedis => "SELECT count(*) FROM broken.load_curve WHERE point_id = '$point{enedis}' AND direction = 'consumption' AND starts_at >= ",
	grdf => "SELECT count(*) FROM broken.gas_day WHERE point_id = '$point{grdf}' AND day >= ",
	switchgrid => "SELECT count(*) FROM broken.gas_day WHERE point_id = '$point{switchgrid}' AND day >= ");
my %watched = (enedis => 'load_curve', grdf => 'gas_day', switchgrid => 'gas_day');

# Each API and each thing that can go wrong -------------------------------------------

# With the SQLSTATE that shows that it did: of all APIs, or of those that are named. Words that end with "_token" are about
# the token that is asked for, which Switchgrid's is not.
my @scenarios = (
	[ '' => '' ],
	[ 'error_once=401' => { enedis => '', grdf => '', switchgrid => '28000' } ],
	[ 'stall_token' => { enedis => '08006' }, timeout => 1 ],
	[ 'html_token' => { enedis => 'HV00M', grdf => 'HV00M' } ],
	[ 'cut_token' => { enedis => 'HV00M', grdf => 'HV00M' } ],
	[ 'wrong_type_token' => { enedis => 'HV00M|28000', grdf => 'HV00M|28000' } ],
	[ 'reset_body_token' => { enedis => 'HV00[MN]', grdf => 'HV00[MN]' } ],
	[ 'redirect_token' => { enedis => 'HV00M|28000', grdf => 'HV00M|28000' } ],
	[ 'huge_token' => { enedis => '54000', grdf => '54000' } ],
	[ 'error_at=token:503' => { enedis => '38000', grdf => '38000' } ],
	[ 'error_at=token:401' => { enedis => '28000', grdf => '28000' } ],
	[ 'stall' => '08006', timeout => 1 ],
	[ 'stall_body' => { enedis => '08006' }, timeout => 1 ],
	[ 'closed' => 'HV00N', retries => 1 ],
	[ 'reset' => 'HV00N' ],
	[ 'truncated' => 'HV00M' ],
	[ 'cut' => { enedis => 'HV00M' } ],
	[ 'huge' => '54000' ],
	[ 'header_flood' => '54000|HV00M' ],
	[ 'html' => 'HV00M' ],
	[ 'not_json' => 'HV00M' ],
	[ 'shape' => 'HV00M' ],
	[ 'array' => 'HV00M' ],
	[ 'latin1' => 'HV00M' ],
	[ 'badvalue' => 'HV00M|22003|22008' ],
	[ 'redirect' => 'HV00M' ],
	[ 'redirect=301' => 'HV00M' ],
	[ 'redirect=307' => 'HV00M' ],
	[ 'empty' => '' ],
	[ 'expire' => { enedis => '', grdf => '' } ],
	[ 'expired' => '28000' ],
	[ 'error=500' => '38000' ],
	[ 'error=429' => '53400' ],
	[ 'error=gateway-page' => '38000' ],
	[ 'error=900804' => { enedis => '53400', grdf => '53400' } ],
	[ 'error=900908' => { enedis => '42501', grdf => '42501' } ],
	[ 'error=ADAM-DC-0008' => '42501' ],
	[ 'error=invalid_request' => 'HV024' ],
	[ 'error=401' => '28000' ]);

foreach my $scenario (@scenarios)
{
	my ($words, $expected, %options) = @$scenario;
	# a token that lasts three requests is seen only if there are more
	my $since = $words =~ /^expire/ ? '2026-10-20' : '2026-11-15';

	foreach my $api (qw(enedis grdf switchgrid))
	{
		my $pattern = ref $expected ? $expected->{$api} : $expected;
		my $scan = "$scan{$api}'$since'";
		my $root = $simulator->url(join('+', 'unlimited', 'consented', $words || ()));

		next unless defined $pattern;
		make_server('broken', $api, $root, %options);
		like(hear_error($scan), qr/^(?:$pattern)$/, "$api, $words: what comes of it");
		hear("SELECT switchgrid.watch('broken', '{$point{$api}}', '{$watched{$api}}', since => '$since')");
		hear_all($scan, "CALL switchgrid.refresh('broken')");
		forget_server('broken');
	}
}
like($heard, qr/Requests Sent/, 'plans were seen');
like($heard, qr/Repetition/, 'and what was repeated');
silent($heard, 'errors, plans and notes of what is open');

# A secret that is refused, and one that cannot be used.
foreach my $api (qw(enedis grdf switchgrid))
{
	foreach my $wrong ("$secret-and-more", "line\nbreak-$secret")
	{
		make_server('broken', $api, $simulator->url('unlimited'), mapping => { mapping($api, $wrong) });
		like(hear_error("$scan{$api}'2026-11-15'"), qr/^(?:28000|22023)$/, "$api: a secret that is refused");
		hear($_) foreach 'SELECT * FROM switchgrid.quota', 'SELECT * FROM switchgrid.api_right';
		forget_server('broken');
	}
}
silent($heard, 'secrets that are refused');

# Options that hold one by mistake, or in the wrong place, are refused without being shown.
make_server('broken', 'enedis', $simulator->url('unlimited'));
$session->run('SET log_min_error_statement = panic');
foreach my $wrong (
	[ 'SERVER broken', 'SET base_url' => "https://demo:$secret\@127.0.0.1" ],
	[ 'SERVER broken', 'SET base_url' => 'https://127.0.0.1/?key=' . substr($secret, 0, 10) ],
	[ 'SERVER broken', 'ADD proxy' => "http://analyst:$proxy_password\@127.0.0.1" ],
	[ 'SERVER broken', 'ADD proxy' => "http://127.0.0.1:9/?password=$proxy_password" ],
	[ 'SERVER broken', 'ADD headers' => "Authorization: Bearer $secret" ],
	[ 'USER MAPPING FOR CURRENT_USER SERVER broken', 'SET client_id' => "demo:$secret" ],
	[ 'USER MAPPING FOR CURRENT_USER SERVER broken', 'ADD proxy_user' => "analyst:$proxy_password" ],
	[ 'USER MAPPING FOR CURRENT_USER SERVER broken', 'ADD client_secret_file' => $secret ],
	[ 'USER MAPPING FOR CURRENT_USER SERVER broken', 'ADD token_file' => $secret ],
	[ 'USER MAPPING FOR CURRENT_USER SERVER broken', 'ADD tokn' => $secret ])
{
	my ($object, $option, $value) = @$wrong;
	my ($state, $error) = $session->error("ALTER $object OPTIONS ($option ${\quote($value)})");

	like($state, qr/^(?:22023|HV00D)$/, "$option: refused");
	silent($error, "$option: refused");
}
$session->run('RESET log_min_error_statement');
forget_server('broken');

# Those who say again what they were told -----------------------------------------------

# Gateways and frameworks do: a page with the request on it, a sentence with the value that was wrong.
my @echoes = map { my $status = $_; map { ("$_.$status", "$_.$status.plain") } qw(text page error code message grdf issues) }
  200, 400, 401, 500;

foreach my $api (qw(enedis grdf switchgrid))
{
	my $before = length($echo->heard);
	my (@mute, @told);

	make_server('broken', $api, $echo->url);
	hear("SELECT switchgrid.watch('broken', '{$point{$api}}', '{$watched{$api}}', since => '2026-11-15')");
	# whoever was given a token once asks for none
	foreach my $words (map { my $granted = $_; map { "$_$granted" } @echoes } $api eq 'switchgrid' ? '' : ('', '.granted'))
	{
		$echo->play($words);
		$heard = '';
		push @mute, $words if hear_error("$scan{$api}'2026-11-15'") eq '';
		hear($_) foreach "CALL switchgrid.refresh('broken')", $notes, 'DELETE FROM switchgrid.open_span';
		push @told, $words if found($heard);
	}
	forget_server('broken');
	is("@mute", '', "$api: what is said again is an error");
	ok(found(substr($echo->heard, $before)), "$api: and had the secret in it");
	is("@told", '', "$api: which the error has not");
}
$heard = '';

# An answer with a token that cannot be read: what a parser says of it may quote it.
foreach my $api (qw(enedis grdf))
{
	make_server('broken', $api, $echo->url);
	foreach my $body (
		'{"access_token": ' . Echo::TOKEN . '}',
		'{"access_token": "' . substr(Echo::TOKEN, 0, 12),
		'{"access_token": "' . Echo::TOKEN . '" "eyJ"}',
		'{"access_token": ["' . Echo::TOKEN . '"]}',
		'["' . Echo::TOKEN . '"]', '"' . Echo::TOKEN . '"', Echo::TOKEN)
	{
		$echo->play('x' . unpack('H*', $body));
		is(hear_error("$scan{$api}'2026-11-15'"), 'HV00M', "$api: a token that cannot be read");
	}
	forget_server('broken');
	silent($heard, "$api: tokens that cannot be read");
	$heard = '';
}

# A proxy's password --------------------------------------------------------------------

my $nobody = '127.0.0.1:' . PostgreSQL::Test::Cluster::get_free_port();

foreach my $case (
	[ 'nobody there', $simulator->url, "http://$nobody" ],
	[ 'nobody there who speaks TLS', $simulator->url, $echo->url =~ s/^http/https/r ],
	[ 'nobody there, SOCKS', $simulator->url, "socks5h://$nobody" ],
	[ 'no SOCKS there', $simulator->url, $echo->url =~ s/^http/socks5/r ],
	[ 'an unknown name', $simulator->url, 'http://proxy.invalid:3128', allow_plain_http => 'true' ],
	[ 'refused', $simulator->url, $echo->url, words => 'text.407' ],
	[ 'refused in other words', $simulator->url, $echo->url, words => 'text.407.plain' ],
	[ 'refused as unknown', $simulator->url, $echo->url, words => 'code.401' ],
	[ 'no tunnel', $simulator->url =~ s/^http:/https:/r, $echo->url, words => 'text.407' ])
{
	my ($label, $root, $proxy, %options) = @$case;

	$echo->play(delete $options{words} // 'text');
	make_server('broken', 'enedis', $root,
		proxy => $proxy,
		%options,
		mapping => { mapping('enedis', $secret), proxy_user => 'analyst', proxy_password => $proxy_password });
	like(hear_error("$scan{enedis}'2026-11-15'"), qr/^(?:HV00N|HV00M|08006|28000)$/, "a proxy, $label: an error");
	hear("SELECT switchgrid.watch('broken', '{$point{enedis}}', '{load_curve}', since => '2026-11-15')");
	hear_all("$scan{enedis}'2026-11-15'", "CALL switchgrid.refresh('broken')");
	forget_server('broken');
	silent($heard, "a proxy, $label");
	$heard = '';
}
# as it is, whatever characters it has
like($echo->heard, qr/ Proxy-Authorization: Basic \Q${\encode_base64("analyst:$proxy_password", '')}\E /, 'the proxy was told the password');

# Links to results -----------------------------------------------------------------------

# What comes of an order's link, and how often the store behind it is asked.
my $wanted = "switchgrid.watch('broken', '{$point{enedis}}', '{load_curve}', since => '2026-11-01')";
my %of_v2 = (generation => 'v2');

foreach my $case (
	[ '', 'collected', qr/^1$/ ],
	[ 'link_expired', 'collected', qr/^2$/ ],
	[ 'other_host', 'failed: link', qr/^0$/ ],
	[ 'other_host', 'pending: (?:connect|link)', qr/^0$/, allow_plain_http => 'true' ],
	[ 'nolink', 'collected', qr/^0$/ ],
	[ 'revoked_midway', 'failed: consent', qr/^0$/ ],
	[ 'other_prm', 'failed: shape', qr/^1$/ ],
	[ 'at=file+redirect', 'pending: link', qr/./ ],
	[ 'at=file+redirect=307', 'pending: link', qr/./ ],
	[ 'at=file+stall', 'pending: timeout', qr/./, timeout => 1 ],
	[ 'at=file+closed', 'pending: (?:connect|link)', qr/./ ],
	[ 'at=file+reset_body', 'pending: (?:connect|link)|failed: shape', qr/./ ],
	[ 'at=file+truncated', 'pending: link|failed: shape', qr/./ ],
	[ 'at=file+huge', 'failed: too large', qr/./ ],
	[ 'at=file+html', 'failed: shape', qr/./ ],
	[ 'at=file+latin1', 'failed: shape', qr/./ ],
	[ 'at=file+error=gateway-page', 'pending: server', qr/./ ],
	[ 'at=order_get+truncated', 'pending: ', qr/^0$/ ],
	[ 'at=order_get+html', 'pending: ', qr/^0$/ ],
	[ 'at=order_get+latin1', 'pending: ', qr/^0$/ ])
{
	my ($words, $state, $fetched, %options) = @$case;
	my $root = $simulator->url("consented+async=0+sync=0" . ($words ? "+$words" : ''));
	my $before = $simulator->journal(sub { ($_[0]{endpoint} // '') eq 'file' });
	my $order;

	make_server('broken', 'switchgrid', $root, %of_v2, base_url => "$root/enedis/v2", %options);
	hear($_) foreach "SELECT $wanted", ("CALL switchgrid.refresh('broken')") x 2, $notes;
	like(
		$node->safe_psql('postgres',
			"SELECT state || CASE state WHEN 'collected' THEN '' ELSE ': ' || coalesce(cause, '') END FROM switchgrid.data_request WHERE server = 'broken'"),
		qr/^(?:$state)$/, "$words: what becomes of the result");
	like($simulator->journal(sub { ($_[0]{endpoint} // '') eq 'file' }) - $before,
		$fetched, "$words: how often the link is used");
	$order = $node->safe_psql('postgres', q(SELECT order_id FROM switchgrid.data_order WHERE server = 'broken'));
	hear("EXPLAIN (ANALYZE, VERBOSE, FORMAT JSON) SELECT * FROM broken.$_ WHERE order_id = '$order'")
	  && hear("SELECT * FROM broken.$_ WHERE order_id = '$order'")
	  foreach qw(data_order data_request);
	forget_server('broken');
}
like($heard, qr/HTTP status 200/, 'requests were told of');
silent($heard, 'links');
$heard = '';
is_deeply(
	[ map { $_->{fault} } $simulator->journal(sub { ($_[0]{endpoint} // '') eq 'file' && $_[0]{fault} }) ],
	[], 'the store was shown no token');

# A link of our own making, to the echo: what of it is fetched, with what, and what of it is said.
{
	my $signature = 'Bq%2F8w%2Bk3%3Dz%2B5n%2Fy7%3Dt%2F2c';
	my $query = "se=2026-11-20T10%3A00%3A00Z&sig=$signature";
	my $here = $echo->url;
	my $named = $here =~ s/127\.0\.0\.1/localhost/r;
	my ($port) = $here =~ /:(\d+)/;

	push @forbidden, $signature, substr($signature, 0, 12), substr($signature, -12);
	foreach my $case (
		[ 'own host', "$here/file?$query", 1 ],
		[ 'own host, repeated by an error', "$here/file?$query", 1, words => 'text.400' ],
		[ 'own host, repeated plainly', "$here/file?$query", 1, words => 'text.200.plain' ],
		[ 'own host, repeated as JSON', "$here/file?$query", 1, words => 'error.200' ],
		[ 'another name of it', "$named/file?$query", 0 ],
		[ 'another port', $simulator->url . "/files/x?$query", 0 ],
		[ 'another host behind it', "http://127.0.0.1:$port\@localhost:$port/file?$query", 0 ],
		[ 'TLS that is not there', ($here =~ s/^http:/https:/r) . "/file?$query", 0 ],
		[ 'no host', "https:///file?$query", 0 ],
		[ 'a path', "/file?$query", 0 ],
		[ 'a path on another host', "//localhost:$port/file?$query", 0 ],
		[ 'another scheme', "ftp://127.0.0.1:$port/file?$query", 0 ],
		[ 'a file', "file:///etc/passwd?$query", 0 ],
		[ 'a blank in it', "$here/a file?$query", 0 ],
		[ 'a line in it', "$here/file?$query\r\nX-More: header", 0 ],
		[ 'a port that is none', "https://127.0.0.1:99999/file?$query", 0 ],
		[ 'plain HTTP where it is allowed', "$named/file?$query", 1, allow_plain_http => 'true' ],
		[ 'another scheme there', "ftp://127.0.0.1:$port/file?$query", 0, allow_plain_http => 'true' ])
	{
		my ($label, $link, $fetched, %options) = @$case;
		my $order = JSON::PP::encode_json({
				id => '00000000-0000-4000-8000-000000000001',
				status => 'SUCCESS',
				requests => [ {
						id => '00000000-0000-4000-8000-000000000002',
						type => 'LOADCURVE',
						status => 'SUCCESS',
						orderedAt => '2026-11-20T08:00:00Z',
						completedAt => '2026-11-20T08:00:01Z',
						dataUrl => $link,
						loadCurve => undef
				} ] });
		my $before = length($echo->heard);
		my @requests;

		$echo->play('/order/' => 'x' . unpack('H*', $order), '' => delete $options{words} // 'text.200');
		make_server('broken', 'switchgrid', $here, %of_v2, base_url => $here, enedis_url => $here, %options);
		$node->safe_psql('postgres', qq{
			INSERT INTO switchgrid.data_order (server, order_id, requests, state, placed_at, poll_at)
			VALUES ('broken', '00000000-0000-4000-8000-000000000001', 1, 'open', '2026-11-20 08:00+00', '2026-11-20 08:00+00');
			INSERT INTO switchgrid.data_request (order_number, server, order_id, position, type, point_id, relations, direction, days, give_up_at)
			SELECT number, server, order_id, 0, 'LOADCURVE', '$point{enedis}', '{load_curve}', 'consumption', '[2026-11-01,2026-11-20)', '2026-12-01 00:00+00'
			FROM switchgrid.data_order WHERE server = 'broken';
			SELECT $wanted});
		hear($_) foreach "CALL switchgrid.refresh('broken')", $notes;
		@requests = split(/\n/, substr($echo->heard, $before));
		cmp_ok(scalar(grep { m{/order/} } @requests), '>', 0, "a link, $label: the order was asked after");
		is(scalar(grep { /[?&]sig=/ } @requests) > 0 ? 1 : 0, $fetched, "a link, $label: " . ($fetched ? 'used' : 'not used'));
		is(scalar(grep { /[?&]sig=/ && /Authorization/i } @requests), 0, "a link, $label: nobody sees the token");
		silent($heard, "a link, $label");
		$heard = '';
		forget_server('broken');
	}
}

# The code of a consent -------------------------------------------------------------------

{
	my $root = $simulator->url('unlimited');
	my $state = 'Wm5-state-of-a-consent-0';
	my ($url, $back);

	make_server('broken', 'enedis', $root, generation => 'v5', consent_url => $root);
	# whoever sends a statement may have it logged
	$session->run('SET log_min_error_statement = panic');
	$url = $session->run("SELECT switchgrid.authorize_url('broken', '1 year', '$state')");
	($back) = HTTP::Tiny->new(max_redirect => 0)->get($url)->{headers}{location};
	($code{callback}) = $back =~ /[?&]code=(\w+)/;
	ok($code{callback}, 'the page gives a code');
	# a state is what binds an answer to its question: who could read it could answer
	$code{state} = $state;
	is($session->error("SELECT switchgrid.record_callback('broken', ${\quote($back =~ s/state=/state=x/r)})"),
		'22023', 'a callback of a state that nobody asked with');
	foreach my $callback (
		$back =~ s/state=/state=x/r,
		$back =~ s/usage_point_id=/&usage_point_id=x/r,
		$back =~ s/usage_point_id=/autorisation_id=x/r,
		$back =~ s/[?&]state=[^&]*//r,
		$back,
		$back,
		$back =~ s/code=/error=access_denied&code=/r)
	{
		hear("SELECT switchgrid.record_callback('broken', ${\quote($callback)})");
	}
	hear_error("SELECT switchgrid.authorize_url('broken', '1 year', '$state')");
	like($heard, qr/given/, 'the consent is noted');
	silent($heard, 'callbacks');
	is($session->run('SELECT outcome FROM switchgrid.ask'), 'given', 'and in the table');
	unlike(scalar($session->run('SELECT * FROM switchgrid.ask')), qr/$code{callback}/, 'without its code');
	$session->run('RESET log_min_error_statement');
	$heard = '';
	forget_server('broken');
}

# What others can see ----------------------------------------------------------------------

# While the servers wait, with a mapping of one's own or one for all.
make_server('linky', 'enedis', $simulator->url('stall+unlimited'), timeout => 3600);
make_server('gaz', 'grdf', $simulator->url('unlimited'), whom => 'PUBLIC', proxy => "http://$nobody",
	mapping => { mapping('grdf', $secret), proxy_user => 'analyst', proxy_password => $proxy_password });
make_server('grid', 'switchgrid', $simulator->url('unlimited'));
$node->safe_psql('postgres', q(
	CREATE ROLE other LOGIN;
	GRANT USAGE ON SCHEMA switchgrid, linky, gaz, grid TO other;
	GRANT USAGE ON FOREIGN SERVER linky, gaz, grid TO other;
	GRANT SELECT ON ALL TABLES IN SCHEMA switchgrid, linky, gaz, grid TO other;
	GRANT EXECUTE ON ALL ROUTINES IN SCHEMA switchgrid TO other;
	GRANT pg_monitor TO other;));
$session->run('SET client_min_messages = notice');
{
	my $other = Switchgrid::Session->open($node, user => 'other');
	my $seen = '';
	my @lists = (
		'SELECT * FROM pg_stat_activity',
		'SELECT * FROM pg_user_mappings',
		'SELECT srvname, usename, o.* FROM pg_user_mappings, pg_options_to_table(umoptions) AS o',
		'SELECT * FROM pg_foreign_server',
		'SELECT srvname, o.* FROM pg_foreign_server, pg_options_to_table(srvoptions) AS o',
		'SELECT ftrelid::regclass, o.* FROM pg_foreign_table, pg_options_to_table(ftoptions) AS o',
		'SELECT * FROM information_schema.user_mappings',
		'SELECT * FROM information_schema.user_mapping_options',
		'SELECT * FROM information_schema.foreign_servers',
		'SELECT * FROM information_schema.foreign_server_options',
		'SELECT * FROM information_schema.foreign_table_options',
		'SELECT * FROM pg_settings',
		'SELECT * FROM switchgrid.api_right',
		'SELECT * FROM switchgrid.quota',
		'\des+', '\det+', '\deu+', '\dew+', '\d+ linky.load_curve', '\dd', '\conninfo');

	ok(found($session->run('SELECT umoptions FROM pg_user_mappings')), 'a secret would be recognised');
	$session->send("SELECT * FROM linky.load_curve WHERE point_id = '$point{enedis}'");
	wait_until('a request', sub { $simulator->data(sub { $_[0]{scenario} eq 'stall+unlimited' }) });
	# the memory of the session that waits, told in the log
	$node->safe_psql('postgres', "SELECT pg_log_backend_memory_contexts(${\$session->pid})");
	$seen .= join('', $other->run($_)) . "\n" foreach @lists;
	$node->safe_psql('postgres', "SELECT pg_cancel_backend(${\$session->pid})");
	is(scalar($session->error), '57014', 'until it is cancelled');
	like($seen, qr/linky\.load_curve/, 'the other user sees the session at work');
	like($seen, qr/base_url/, 'and the server');
	silent($seen, 'views and lists of another user');
	is(scalar($other->error("SELECT * FROM linky.load_curve WHERE point_id = '$point{enedis}'")),
		'42704', 'the other user has no credential, and cannot use that of someone else');
	silent(join('', $other->run("SELECT * FROM gaz.gas_day WHERE point_id = '$point{grdf}'")), 'nor learn the one for all');
	$other->close;
}

# Files of secrets ---------------------------------------------------------------------------

my $file = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir() . '/secret');

append_to_file($file, "$secret\n");
$node->safe_psql('postgres', qq(
	ALTER SERVER linky OPTIONS (SET base_url '${\$simulator->url('unlimited')}');
	ALTER USER MAPPING FOR CURRENT_USER SERVER linky OPTIONS (DROP client_secret, ADD client_secret_file '$file');
	ALTER SERVER grid OPTIONS (SET base_url '${\$simulator->url('consented')}/v0_1');
	ALTER USER MAPPING FOR CURRENT_USER SERVER grid OPTIONS (DROP token, ADD token_file '$file')));
my %of_file = (
	enedis => "SELECT count(*) FROM linky.load_curve WHERE point_id = '$point{enedis}' AND starts_at >= '2026-11-18'",
	switchgrid => "SELECT count(*) FROM grid.gas_day WHERE point_id = '$point{switchgrid}' AND day >= '2026-11-10'");
cmp_ok($session->run($of_file{$_}), '>', 0, "$_: a secret in a file works") foreach sort keys %of_file;
# what is refused, holds too much, cannot be read, or is not there
foreach my $content ("$secret-and-more\n", "two words of $secret\n", "$secret\r\n$secret\n", "\n$secret\n", undef)
{
	unlink($file);
	append_to_file($file, $content) if defined $content;
	hear_error($of_file{$_}) foreach sort keys %of_file;
	hear('SELECT * FROM switchgrid.quota');
}
like($heard, qr/could not open file/, 'a file that is not there');
like($heard, qr/holds no secret/, 'a file without a secret');
silent($heard, 'files of secrets');
$session->close;

# What stays ------------------------------------------------------------------------------------

my $log = slurp_log($node);
like($log, qr/DEBUG:  00000: .*CommitTransaction/, 'the log tells all that it can');
like($log, qr/refused the credential/, 'the log has the errors');
like($log, qr/server "broken": .*, try 1 of 2: /, 'and the repeated requests');
like($log, qr/switchgrid request/, 'and the memory of a session');
silent($log, 'the log');
silent(
	join("\n", map { JSON::PP::encode_json($_) } $simulator->journal(sub { ($_[0]{endpoint} // '') ne 'file' })),
	'the journal of the simulator');
silent($node->safe_psql('postgres', "SELECT string_agg(encode(pg_read_binary_file('pg_stat_tmp/' || f), 'escape'), ' ') FROM pg_ls_dir('pg_stat_tmp') AS f"),
	'what the cluster shares');
{
	my ($dump, $err);

	IPC::Run::run([ 'pg_dump', '--data-only', '-d', $node->connstr('postgres') ], '>', \$dump, '2>', \$err);
	like($dump, qr/COPY switchgrid\.refresh_run/, 'a dump of the tables');
	silent($dump, 'a dump of the tables');
}

# Nobody followed where an answer led; and who does would be seen.
is(scalar($simulator->journal(sub { $_[0]{path} eq '/_followed' })), 0, 'no redirection was followed');
HTTP::Tiny->new->get($simulator->{url} . '/_followed');
is(scalar($simulator->journal(sub { $_[0]{path} eq '/_followed' })), 1, 'which would be seen');

done_testing();
