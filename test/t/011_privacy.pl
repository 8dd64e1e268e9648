# Who holds a contract, where, and how to reach him is told to those who ask for it, and to nobody else: it is not in the log,
# whatever its level, as long as statements are not logged; not in errors, runs and gaps; and not kept because it came along.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;

use Echo;
use HTTP::Tiny;
use IPC::Run ();
use List::Util qw(uniq);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Switchgrid;
use Test::More;

# A natural person of the operator's sandbox, in electricity and gas.
my %point = (enedis => '22516914714270', grdf => 'GI999055', switchgrid => '22516914714270');
my $gas = '09999999900617';

# The first ask of all: nobody else has such a name. The accents are those of the database.
my %asked = (
	first_name => 'Zyxwane',
	last_name => 'Qwertel-Kvist',
	street => '7 impasse Vrblk',
	city => 'Saint-Wxyz',
	company => 'Etablissements Jhgfd',
	email => 'zyxwane.qwertel@example.org',
	phone => '+33611223344',
	organisation => 'Cabinet Mnbvc');

my $echo = Echo->start;
my $simulator = simulate('--per-second', 0);
my $node = make_node(
	'privacy',
	conf => "log_statement = none\nlog_min_messages = debug5\nlog_min_error_statement = panic\n"
	  . "log_error_verbosity = verbose\nlog_duration = on\n"
	  . "switchgrid.log_requests = log\nswitchgrid.log_retries = log\n");
my $session = Switchgrid::Session->open($node);
my $heard = '';
my %usual = (retries => 0, timeout => 30, per_second => 0, max_wait => 3, allow_plain_http => 'true');

sub query
{
	my ($sql) = @_;

	return $node->safe_psql('postgres', $sql);
}

# What a session is told.
sub run
{
	my ($sql) = @_;
	my ($out, $err);

	$session->{psql}{timeout}->start;
	($out, $err) = $session->run($sql);
	$heard .= "$err\n";
	return $out;
}

sub add_api
{
	my ($name, $api, $root, %options) = @_;
	my %mapping = $api eq 'switchgrid' ? (token => SECRET) : (client_id => 'demo', client_secret => SECRET);
	my %all = (%usual, api => $api, %options, places($api, $root, $options{generation} // ''));

	query("CREATE SERVER $name FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS ("
		  . join(', ', map { "$_ '$all{$_}'" } sort keys %all)
		  . "); CREATE USER MAPPING FOR CURRENT_USER SERVER $name OPTIONS ("
		  . join(', ', map { "$_ '$mapping{$_}'" } sort keys %mapping)
		  . "); CREATE SCHEMA $name; IMPORT FOREIGN SCHEMA $api FROM SERVER $name INTO $name");
	return;
}

sub places
{
	my ($api, $root, $generation) = @_;

	return (base_url => $root) if $api eq 'enedis';
	return (base_url => "$root/adict/v2", token_url => $root) if $api eq 'grdf';
	return (base_url => "$root/enedis/v2", enedis_url => "$root/enedis/v2") if $generation eq 'v2';
	return (base_url => $root, enedis_url => "$root/integration/enedis") if $generation eq 'v0';
	return (base_url => "$root/v0_1", enedis_url => "$root/enedis/v2");
}

# The same server elsewhere.
sub move
{
	my ($name, $api, $root, $generation) = @_;
	my %places = places($api, $root, $generation // '');

	query("ALTER SERVER $name OPTIONS (" . join(', ', map { "SET $_ '$places{$_}'" } sort keys %places) . ')');
	return;
}

# What is personal --------------------------------------------------------------------

my %servers = (
	v5 => [ 'enedis', 'v5', 'unlimited' ],
	dc2026 => [ 'enedis', '2026', 'unlimited' ],
	gaz => [ 'grdf', 'v2', 'unlimited' ],
	grid_v2 => [ 'switchgrid', 'v2', 'consented+async=0+sync=0' ],
	grid_v0_1 => [ 'switchgrid', 'v0_1', 'consented+async=0+sync=0' ],
	grid_v0 => [ 'switchgrid', 'v0', 'consented+async=0+sync=0' ]);
my %search = (name => 'Chloe Fictive', address => '79 avenue fictive 88400 Gerardmer');

add_api($_, $servers{$_}[0], $simulator->url($servers{$_}[2]), generation => $servers{$_}[1]) foreach sort keys %servers;

# The relations that hold it, with what asks for it, and the columns that name somebody, or where he lives.
my @personal = (
	(map {
			my $server = $_;

			([ $server, 'holder', "point_id = '$point{enedis}'", 'last_name || first_name, last_name, company, siret' ],
				[ $server, 'contact', "point_id = '$point{enedis}'", 'phone, landline, email' ],
				[ $server, 'address', "point_id = '$point{enedis}'", 'street, locality, city, insee_code' ])
		} qw(v5 dc2026)),
	[ 'gaz', 'address', "point_id = '$point{grdf}'", 'street' ],
	(map {
			([ $_, 'contract_search', "name = '$search{name}' AND address = '$search{address}'", 'holder, street, locality, city' ],
				[ $_, 'contract_search', "name = '$search{name}' AND point_id = '$point{switchgrid}'", 'holder, street' ])
		} qw(grid_v2 grid_v0_1 grid_v0)));

my @names = (values %asked, values %search, map { split(/ /, $_) } values %search);

foreach my $case (@personal)
{
	my ($server, $relation, $clause, $columns) = @$case;

	push @names, split(/[|\n]/, query("SELECT $columns FROM $server.$relation WHERE $clause"));
}
# what is short, or any word, tells nothing
@names = grep { length($_) > 4 && !/^avenue$/i } uniq(@names);
cmp_ok(scalar(grep { /@/ } @names), '>=', 2, 'e-mail addresses are known');
cmp_ok(scalar(grep { /^\+?[0-9 ]{9,}$/ } @names), '>=', 2, 'and telephone numbers');
cmp_ok(scalar(@names), '>=', 20, 'and names and streets');

sub told
{
	my ($text) = @_;

	return join(', ', grep { index(lc($text), lc($_)) >= 0 } @names);
}

my $read = 0;

# What the log has got since this was last asked.
sub logged
{
	my $log = slurp_log($node);
	my $new = substr($log, $read);

	$read = length($log);
	return $new;
}

logged();
query("DO \$\$ BEGIN RAISE LOG 'of %', '$names[0]'; END \$\$");
like(told(logged()), qr/\Q$names[0]\E/, 'a name in the log would be found');

# Notes that are no place for a person, whatever is kept of him elsewhere.
my $notes = join('; ',
	map { "SELECT * FROM switchgrid.$_" }
	  qw(gap open_span coverage refresh_run data_order data_request ask consent watch contract_history curve_segment api_right quota));

# Read and kept, well and badly ----------------------------------------------------------

# One test for all that a fault leads to.
sub quiet
{
	my ($label) = @_;

	is(told(logged()), '', "$label: nobody is in the log");
	is(told($heard), '', "$label: nor in what the client is told");
	$heard = '';
	return;
}

# Notes, of a list, where the log has somebody.
sub note_logged
{
	my ($list, $label) = @_;

	push @$list, $label if told(logged());
	$heard = '';
	return;
}

my @faults = (
	'', 'cut', 'truncated', 'short_length', 'shape', 'array', 'wrong_type', 'badvalue', 'latin1', 'nul', 'bad_gzip', 'html', 'closed',
	'error=500', 'error=ADAM-DC-0008', 'error=invalid_request', 'error=400-issues', 'error=message', 'error=900908');

foreach my $server (sort keys %servers)
{
	my ($api, $generation, $words) = @{ $servers{$server} };
	my @cases = grep { $_->[0] eq $server } @personal;
	my @watched = uniq(map { $_->[1] } grep { $_->[1] ne 'contract_search' } @cases);
	my (@failed, @noted, @logged);

	foreach my $fault (@faults)
	{
		move($server, $api, $simulator->url(join('+', $words, $fault || ())), $generation);
		foreach my $case (@cases)
		{
			my (undef, $relation, $clause) = @$case;

			run("SELECT * FROM $server.$relation WHERE $clause");
			run("EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM $server.$relation WHERE $clause");
		}
		push @failed, $fault if $heard =~ /ERROR: /;
		# the clauses of a search are the asker's own
		if (@watched)
		{
			run("SELECT switchgrid.watch('$server', '{$point{$api}}', '{${\join(',', @watched)}}')");
			run("CALL switchgrid.refresh('$server')");
			push @noted, $fault if told(query($notes)) || told($heard);
			query("DELETE FROM switchgrid.$_") foreach qw(watch coverage open_span);
		}
		note_logged(\@logged, $fault);
	}
	move($server, $api, $simulator->url($words), $generation);
	cmp_ok(scalar(@failed), '>=', 12, "$server: faults have happened: @failed");
	is("@noted", '', "$server: in what is told and noted of a fault there is nobody");
	is("@logged", '', "$server: nor in the log");
}
foreach my $relation (qw(holder contact address))
{
	isnt(told(query("SELECT * FROM switchgrid.${relation}_history")), '', "$relation: kept where it belongs");
}
logged();

# Only what was wanted is kept -----------------------------------------------------------

# In 2026 one document tells of contract, holder and contact, and so does a contract that is ordered.
query("TRUNCATE switchgrid.$_") foreach qw(holder_history contact_history address_history contract_history);
foreach my $server (qw(v5 dc2026 grid_v2))
{
	my ($api, $generation, $words) = @{ $servers{$server} };
	my $future = $server eq 'grid_v2' ? '+future_offpeak' : '';
	my $dump;

	move($server, $api, $simulator->url("$words$future"), $generation);
	run("SELECT switchgrid.watch('$server', '{$point{$api}}', '{contract}')");
	run("CALL switchgrid.refresh('$server')") foreach 1 .. 2;
	is(query('SELECT count(*) FROM switchgrid.contract'), 1, "$server: a contract is kept");
	IPC::Run::run([ 'pg_dump', '--data-only', '-d', $node->connstr('postgres') ], '>', \$dump);
	is(told($dump), '', "$server: and nobody with it");
	is(told($session->run("SELECT raw FROM switchgrid.contract")), '', "$server: nor in its raw form");
	quiet("$server, contract");
	query('TRUNCATE switchgrid.contract_history, switchgrid.watch, switchgrid.coverage, switchgrid.data_order, switchgrid.data_request CASCADE');
}

# Contracts that are ordered come as files, which may be bad ones.
{
	my ($api, $generation, $words) = @{ $servers{grid_v2} };
	my (@states, @noted, @logged);

	foreach my $fault ('csv', '', map { "at=file+$_" } qw(cut truncated shape array wrong_type badvalue latin1 nul html closed))
	{
		move('grid_v2', $api, $simulator->url($fault ? "$words+$fault" : $words), $generation);
		run("SELECT switchgrid.watch('grid_v2', '{$point{$api}}', '{contract,holder,address,connection}')");
		run("CALL switchgrid.refresh('grid_v2')") foreach 1 .. 2;
		push @states, query('SELECT state FROM switchgrid.data_request');
		push @noted, $fault if told(query($notes)) || told($heard);
		note_logged(\@logged, $fault);
		query('TRUNCATE switchgrid.watch, switchgrid.coverage, switchgrid.open_span, switchgrid.data_order, switchgrid.data_request CASCADE');
	}
	is("@states[0, 1]", 'collected collected', 'files of contracts are collected');
	is(scalar(grep { /collected/ } @states[2 .. $#states]), 0, 'bad ones are not');
	isnt(told(query('SELECT * FROM switchgrid.holder')), '', 'holders are kept, who were wanted');
	is("@noted", '', 'in what is told and noted of bad files there is nobody');
	is("@logged", '', 'nor in the log');
	query('TRUNCATE switchgrid.holder_history, switchgrid.address_history, switchgrid.contract_history, switchgrid.connection_history');
}

# Asks --------------------------------------------------------------------------------

# With all that an ask can say of a person.
sub quote
{
	my ($text) = @_;

	return "'" . $text =~ s/'/''/gr . "'";
}

my $address = qq("address": {"street": "$asked{street}", "postal_code": "75001", "city": "$asked{city}"});
my %contracts = (
	v2 => qq([{"point_id": "$point{switchgrid}", "holder": {"title": "F", "first_name": "$asked{first_name}", "last_name": "$asked{last_name}"}, $address},
		{"point_id": "64975835695673", "holder": {"company": "$asked{company}", "siret": "12345678901234"}, $address}]),
	v0_1 => qq([{"point_id": "$point{switchgrid}", "holder": {"first_name": "$asked{first_name}", "last_name": "$asked{last_name}"}, $address},
		{"point_id": "$gas", "energy": "gas", "holder": {"company": "$asked{company}"}, $address}]));
my %signer = (
	v2 => qq({"title": "F", "first_name": "$asked{first_name}", "last_name": "$asked{last_name}", "phone": "$asked{phone}", "email": "$asked{email}", "organisation": "$asked{organisation}"}),
	v0_1 => qq({"first_name": "$asked{first_name}", "last_name": "$asked{last_name}", "email": "$asked{email}", "organisation": "$asked{organisation}"}));
my $asks = 0;
my @echoes = map { ("$_.400", "$_.400.plain", "$_.500") } qw(text page message issues);

sub ask
{
	my ($server, $contracts, $signer, $rest) = @_;

	$asks++;
	run("CALL switchgrid.create_ask('$server', ${\quote($contracts)}, signer => ${\quote($signer)}, state => 'state-$asks'" . ($rest // '') . ')');
	return query("SELECT coalesce(ask_id, '') FROM switchgrid.ask WHERE state = 'state-$asks'");
}

foreach my $generation (qw(v2 v0_1))
{
	my $server = "grid_$generation";
	my $create = "${generation}_ask_create";
	my @given = ($contracts{$generation}, $signer{$generation});
	my $id;

	move($server, 'switchgrid', $simulator->url('async=0'), $generation);
	$id = ask($server, @given);
	isnt($id, '', "$generation: an ask is made");
	isnt(told(scalar($session->run("SELECT * FROM $server.ask WHERE ask_id = '$id'"))), '', "$generation: and the API knows whose");
	run("EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM $server.ask WHERE ask_id = '$id'");
	# the holder signs after some seconds
	HTTP::Tiny->new->post($simulator->{url} . '/_clock/advance?seconds=60');
	is(run("SELECT length(switchgrid.ask_proof('$server', '$id')) > 0"), 't', "$generation: that it was given has a proof");
	run("CALL switchgrid.refresh('$server')");
	is(told(query($notes)), '', "$generation: which is not noted here");
	quiet("$generation: an ask");
	foreach my $words (
		'answer_lost', 'answer_500', 'address_check', 'old_answer',
		map { "at=$create+$_" } 'cut', 'html', 'shape', 'latin1', 'error=400-issues', 'error=v2-400-validation-array', 'error=message', 'error=401')
	{
		move($server, 'switchgrid', $simulator->url("async=0+$words"), $generation);
		ask($server, @given);
		run("CALL switchgrid.refresh('$server')");
		is(told(query($notes)), '', "$generation, $words: nobody is in the notes");
		quiet("$generation, $words");
	}
	# how the asks that there are come back
	foreach my $words (map { my $at = $_; map { "at=$at+$_" } qw(cut shape array wrong_type latin1 nul html) } qw(ask_get ask_list))
	{
		move($server, 'switchgrid', $simulator->url("async=0+$words"), $generation);
		run("SELECT * FROM $server.ask WHERE $_") foreach "ask_id = '$id'", "points @> '{$point{switchgrid}}'";
		query("UPDATE switchgrid.ask SET retry_at = NULL, outcome = 'waiting' WHERE ask_id = '$id'");
		run("CALL switchgrid.refresh('$server')");
		is(told(query($notes)), '', "$generation, $words: nobody is in the notes");
		quiet("$generation, $words");
	}
	move($server, 'switchgrid', $simulator->url('async=0'), $generation);
	run("CALL switchgrid.cancel_ask('$server', '$id')");
	# what is refused here, and by the API
	run("CALL switchgrid.create_ask('$server', ${\quote($_)}, signer => ${\quote($given[1])})")
	  foreach '[]', $given[0] =~ s/"street"/"road"/r, $given[0] =~ s/"point_id": "[0-9]+"/"point_id": "1"/r,
	  $given[0] =~ s/"first_name"/"first_names"/r, qq({$address}), $given[0] =~ s/"city": "[^"]*"/"city": {}/r;
	run("CALL switchgrid.create_ask('$server', ${\quote($given[0])}, signer => ${\quote($_)})")
	  foreach '[]', $given[1] =~ s/"email"/"e-mail"/r, $given[1] =~ s/"last_name": "[^"]*"/"last_name": []/r;
	ask($server, @given, ", purposes => '{FUN}'");
	ask($server, @given, ", redirect => 'nowhere'");
	quiet("$generation: what is refused");
	# a validation that says again what was wrong: the caller may read it, who has written it
	my (@noted, @logged);
	foreach my $words (@echoes)
	{
		$echo->play($words);
		move($server, 'switchgrid', $echo->url, $generation);
		ask($server, @given);
		push @noted, $words if told(query($notes));
		note_logged(\@logged, $words);
	}
	is("@noted", '', "$generation: in what is noted of an ask that is said again there is nobody");
	is("@logged", '', "$generation: nor in the log");
	query('DELETE FROM switchgrid.ask');
	move($server, 'switchgrid', $simulator->url($servers{$server}[2]), $generation);
}

# A search that comes back in the words of a gateway is the asker's to read, and not the log's.
foreach my $server (qw(grid_v2 grid_v0))
{
	my @logged;

	foreach my $words (@echoes)
	{
		$echo->play($words);
		move($server, 'switchgrid', $echo->url, $servers{$server}[1]);
		run("SELECT * FROM $server.contract_search WHERE name = '$search{name}' AND address = '$search{address}'");
		note_logged(\@logged, $words);
	}
	is("@logged", '', "$server: in the log of a search that is said again there is nobody");
	move($server, 'switchgrid', $simulator->url($servers{$server}[2]), $servers{$server}[1]);
}

# Of points, the last four digits -------------------------------------------------------

# Statements are logged now, but not with the messages about requests; nor is what surrounds them, whoever calls.
$session->run("SET log_min_error_statement = debug5; SET client_min_messages = error");
query(q(
	CREATE FUNCTION count_rows(query text) RETURNS bigint LANGUAGE plpgsql AS $$
	DECLARE n bigint;
	BEGIN
		EXECUTE 'SELECT count(*) FROM (' || query || ') AS r' INTO n;
		RETURN n;
	EXCEPTION WHEN OTHERS THEN
		RETURN -1;
	END $$));
logged();

my %whole = (
	v5 => [ $point{enedis}, 'load_curve', "starts_at >= '2026-11-17'" ],
	dc2026 => [ $point{enedis}, 'load_curve', "starts_at >= '2026-11-17'" ],
	gaz => [ $point{grdf}, 'gas_day', "day >= '2026-11-10'" ],
	grid_v0_1 => [ $gas, 'gas_day', "day >= '2026-11-10'" ]);

foreach my $server (sort keys %whole)
{
	my ($api, $generation, $words) = @{ $servers{$server} };
	my ($point, $relation, $clause) = @{ $whole{$server} };

	query("ALTER SERVER $server OPTIONS (SET retries '1')");
	foreach my $fault ('', 'closed', 'error_once=503', 'error=ADAM-DC-0008', 'html')
	{
		move($server, $api, $simulator->url(join('+', $words, $fault || ())), $generation);
		$session->run("SELECT count_rows(${\quote(qq(SELECT * FROM $server.$relation WHERE point_id = '$point' AND $clause))})");
		$session->run("SELECT switchgrid.watch('$server', '{$point}', '{$relation}', since => '2026-11-10')");
		$session->run("DO \$\$ BEGIN CALL switchgrid.refresh('$server', '{$point}', 0, 0, 0); END \$\$");
		query("DELETE FROM switchgrid.$_") foreach qw(watch coverage open_span);
	}
	move($server, $api, $simulator->url($words), $generation);
}
# orders, their results, searches and asks
$session->run("SELECT * FROM grid_v2.contract_search WHERE point_id = '$point{switchgrid}'");
$session->run("SELECT * FROM grid_v2.ask WHERE points \@> '{$point{switchgrid}}'");
$session->run("SELECT switchgrid.watch('grid_v2', '{$point{switchgrid}}', '{load_curve,contract}', since => '2026-11-10')");
$session->run("CALL switchgrid.refresh('grid_v2')") foreach 1 .. 2;
{
	my @lines = split(/\n/, logged());
	my @about = grep { $lines[$_] =~ /server "\w+": .*, try \d/ } 0 .. $#lines;
	my @whole = grep { my $line = $lines[$_]; grep { index($line, $_) >= 0 } $gas, values %point } @about;
	my %tails = map { /\*\*\*(\w+)/ ? ($1 => 1) : () } @lines[@about];
	my @more;

	cmp_ok(scalar(@about), '>', 40, 'requests were told of');
	cmp_ok(scalar(grep { $lines[$_] =~ / again in / } @about), '>=', 4, 'and those that were repeated');
	is(join("\n", @lines[@whole]), '', 'none with the whole number of a point');
	is_deeply([ grep { !$tails{$_} } map { substr($_, -4) } $gas, @point{qw(enedis grdf)} ], [], 'but with its end');
	foreach my $at (@about)
	{
		# up to the next message
		for (my $i = $at + 1; $i < @lines && $lines[$i] !~ / (?:LOG|DEBUG|INFO|NOTICE|WARNING|ERROR):  /; $i++)
		{
			push @more, $lines[$i] unless $lines[$i] =~ / LOCATION:  /;
		}
	}
	is(join("\n", @more), '', 'and without the statement, or what surrounds it');
	cmp_ok(scalar(grep { / STATEMENT:  .*\Q$point{enedis}\E/ } @lines), '>', 0, 'which other messages show');
	cmp_ok(scalar(grep { / CONTEXT:  .*count_rows/ } @lines), '>', 0, 'and so is what surrounds them');
}

$session->close;
done_testing();
