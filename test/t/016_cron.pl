# pg_cron refreshes at set minutes; what goes wrong is seen in its relations and in ours; without it an error
# says what to do.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Switchgrid;
use Test::More;

my $simulator = simulate();
my $point = POINT;
# a name that wants every kind of quoting
my $odd = q(L'été \\ "50 %");
my $odd_name = $odd =~ s/"/""/gr;
my $odd_text = "E'" . ($odd =~ s/(['\\])/\\$1/gr) . "'";

# The SQLSTATE, the message and the hint of a statement's error.
sub error_of
{
	my ($node, $sql, %options) = @_;
	my $database = $options{database} // 'postgres';

	$node->psql(
		$database, "\\set VERBOSITY verbose\n$sql;",
		stderr => \my $err,
		$options{user} ? (extra_params => [ '-U', $options{user} ]) : ());
	return ($err =~ /ERROR:  (\w{5}): (.*)/, $err =~ /^HINT:  (.*)/m, $err);
}

# A server, its credential and a wish; a wrong secret if one is given.
sub watch_server
{
	my ($node, $name, %options) = @_;
	my $identifier = $options{identifier} // $name;
	my $text = $options{text} // "'$name'";
	my $secret = $options{secret} // SECRET;
	my $url = $simulator->url('unlimited');

	$node->safe_psql($options{database} // 'postgres', qq(
		CREATE SERVER "$identifier" FOREIGN DATA WRAPPER switchgrid_fdw
			OPTIONS (api 'enedis', generation 'v5', base_url '$url', per_second '0');
		CREATE USER MAPPING FOR CURRENT_USER SERVER "$identifier" OPTIONS (client_id 'demo', client_secret '$secret');
		SELECT switchgrid.watch($text, '{$point}', '{daily_energy}', since => '2026-11-01');));
	return;
}

# Without pg_cron ------------------------------------------------------------------

my $bare = make_node('bare');
my ($state, $message, $hint) = error_of($bare, "SELECT switchgrid.schedule('15 8 * * *')");

is($state, '55000', 'without pg_cron nothing is scheduled');
like($hint, qr/postgresql-\d+-cron.*shared_preload_libraries = 'pg_cron'.*cron\.database_name = 'postgres'.*CREATE EXTENSION pg_cron/,
	'the hint says how to have it');
like($hint, qr/psql -d postgres -c "CALL switchgrid\.refresh\(\)"/, 'or what the system\'s cron can run');
is((error_of($bare, 'SELECT switchgrid.unschedule()'))[0], '55000', 'nor is anything unscheduled');
is((error_of($bare, "SELECT switchgrid.schedule('15 8 * * *', 'nowhere')"))[0], '42704', 'an unknown server');
is((error_of($bare, "SELECT switchgrid.schedule('15 8 * * *', 'switchgrid_store')"))[0],
	'22023', 'a server without an API');
is((error_of($bare, 'SELECT switchgrid.schedule(NULL)'))[0], '22004', 'no minutes');
$bare->stop;

SKIP:
{
	my $sharedir = $bare->config_data('--sharedir');

	skip 'pg_cron is not installed', 1 unless -f "$sharedir/extension/pg_cron.control";
	pass('pg_cron is there');

	# one that connects to its database, and one that starts workers
	my $node = make_node('sockets', conf => "shared_preload_libraries = 'pg_cron'\ncron.host = '${\$bare->host}'\n");
	my $workers = make_node('workers',
		conf => "shared_preload_libraries = 'pg_cron'\ncron.use_background_workers = on\n");

	($state, $message, $hint) = error_of($node, "SELECT switchgrid.schedule('15 8 * * *')");
	is("$state $hint", '55000 CREATE EXTENSION pg_cron, as superuser.', 'the library alone is not enough');
	$_->safe_psql('postgres', 'CREATE EXTENSION pg_cron') foreach ($node, $workers);

	# Jobs, all at once: there is one minute to wait for.
	watch_server($node, 'linky');
	watch_server($node, $odd, identifier => $odd_name, text => $odd_text);
	watch_server($node, 'broken', secret => 'wrong');
	my $job = $node->safe_psql('postgres', "SELECT switchgrid.schedule('0 0 1 1 *', 'linky')");
	is($node->safe_psql('postgres', "SELECT switchgrid.schedule('* * * * *', 'linky', '1 minute', 1000, '1 hour')"),
		$job, 'a second call changes the job');
	is( $node->safe_psql('postgres', 'SELECT jobid, schedule, command, database, username = current_user, active FROM cron.job'),
		"$job|* * * * *|CALL switchgrid.refresh(server => 'linky', wait => '00:01:00', max_requests => '1000', max_time => '01:00:00')|postgres|t|t",
		'which is the only one');
	is((error_of($node, "SELECT switchgrid.schedule('* * * * *', 'linky', $_)"))[0], '22023', "what refresh would refuse: $_")
	  foreach "'2 days'", "'1 minute', 0", "NULL, NULL, '-1 s'";
	is((error_of($node, "SELECT switchgrid.schedule('61 * * * *', 'linky')"))[1],
		'invalid schedule: 61 * * * *', 'what pg_cron has to say of the minutes is heard');
	$node->safe_psql('postgres', "SELECT switchgrid.schedule('* * * * *', $odd_text), switchgrid.schedule('* * * * *', 'broken')");
	is($node->safe_psql('postgres', 'SELECT count(*) FROM cron.job'), '3', 'each server has its job');

	# Somebody who may not do everything.
	$node->safe_psql('postgres', qq(
		CREATE ROLE keeper LOGIN;
		GRANT USAGE ON SCHEMA switchgrid, cron TO keeper;
		GRANT ALL ON ALL TABLES IN SCHEMA switchgrid TO keeper;
		GRANT EXECUTE ON ALL ROUTINES IN SCHEMA switchgrid TO keeper;
		GRANT USAGE ON FOREIGN SERVER "$odd_name" TO keeper;));
	# only his mapping has the credential
	watch_server($node, 'kept');
	$node->safe_psql('postgres', qq(
		GRANT USAGE ON FOREIGN SERVER kept TO keeper;
		DROP USER MAPPING FOR CURRENT_USER SERVER kept;
		CREATE USER MAPPING FOR keeper SERVER kept OPTIONS (client_id 'demo', client_secret '${\SECRET}');));
	is( (error_of($node, "SELECT switchgrid.schedule('* * * * *', 'linky')", user => 'keeper'))[0],
		'42501', 'nobody schedules what is not his to ask');
	$node->safe_psql('postgres', "SELECT switchgrid.schedule('* * * * *', 'kept'), switchgrid.schedule('0 0 1 1 *', $odd_text)",
		extra_params => [ '-U', 'keeper' ]);
	is($node->safe_psql('postgres', 'SELECT count(*), count(DISTINCT jobname), count(DISTINCT username) FROM cron.job'),
		'5|4|2', 'the same server has a job for each user');

	# Names that differ in their last letter only.
	my @long = map { 'é' x 31 . $_ } qw(a b);
	watch_server($workers, $_) foreach @long;
	$workers->safe_psql('postgres', "SELECT switchgrid.schedule('0 0 1 1 *', '$_')") foreach @long;
	is($workers->safe_psql('postgres', 'SELECT count(*), count(DISTINCT command) FROM cron.job'),
		'2|2', 'long names are told apart');
	is($workers->safe_psql('postgres', "SELECT switchgrid.unschedule('$_')"), 't', 'and found again') foreach @long;
	is($workers->safe_psql('postgres', 'SELECT count(*) FROM cron.job'), '0', 'none is left');
	$workers->safe_psql('postgres', qq(DROP SERVER "$_" CASCADE; DELETE FROM switchgrid.watch WHERE server = '$_')) foreach @long;

	# All servers at once, by a worker.
	watch_server($workers, 'linky');
	watch_server($workers, 'broken', secret => 'wrong');
	$workers->safe_psql('postgres', "SELECT switchgrid.schedule('* * * * *')");

	# Another database: what the hint says can be done.
	$node->safe_psql('postgres', 'CREATE DATABASE "the other"');
	$node->safe_psql('the other', 'CREATE EXTENSION switchgrid');
	watch_server($node, 'linky', database => 'the other');
	($state, $message, $hint, my $all) =
	  error_of($node, "SELECT switchgrid.schedule('* * * * *', 'linky')", database => 'the other');
	is($state, '55000', 'pg_cron is in one database only');
	like($all, qr/database "postgres": cron\.database_name/, 'which is told');
	my ($elsewhere) = $hint =~ /^Run this there: (.*)/;
	my $other = $node->safe_psql('postgres', $elsewhere);
	isnt($other, $job, 'the jobs of two databases are two');
	$node->safe_psql('the other', 'GRANT USAGE ON SCHEMA switchgrid TO keeper; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA switchgrid TO keeper');
	(undef, undef, undef, $all) = error_of($node, "SELECT switchgrid.schedule('* * * * *')",
		database => 'the other', user => 'keeper');
	like($all, qr/in another database: cron\.database_name/, 'it is not told who may not read the setting');

	# The minute comes.
	foreach ($node, $workers)
	{
		ok( $_->poll_query_until('postgres',
				"SELECT count(*) = 0 FROM cron.job j WHERE schedule = '* * * * *' AND NOT EXISTS (
					SELECT FROM cron.job_run_details d WHERE d.jobid = j.jobid AND d.status IN ('succeeded', 'failed'))"),
			'every job has run');
	}
	my $ends = 'SELECT DISTINCT jobname, j.username = current_user, status FROM cron.job_run_details d JOIN cron.job j USING (jobid) ORDER BY 1, 2 DESC';
	is( $node->safe_psql('postgres', $ends), join("\n",
			'switchgrid "the other".linky|t|succeeded',
			qq(switchgrid postgres."$odd_name"|t|succeeded),
			'switchgrid postgres.broken|t|failed',
			'switchgrid postgres.kept|f|succeeded',
			'switchgrid postgres.linky|t|succeeded'), 'and ended as its credential is');
	is( $node->safe_psql('postgres',
			"SELECT DISTINCT server, outcome FROM switchgrid.refresh_run ORDER BY 1"),
		"$odd|done\nbroken|token\nkept|done\nlinky|done", 'our relation says the same');
	like( $node->safe_psql('postgres', "SELECT DISTINCT return_message FROM cron.job_run_details WHERE jobid = (SELECT jobid FROM cron.job WHERE jobname LIKE '%broken')"),
		qr/^ERROR: +server "broken" refused the credential/, 'the message is kept with the job');
	# what a SELECT by hand gives
	$node->safe_psql('postgres', 'CREATE SCHEMA live; IMPORT FOREIGN SCHEMA enedis FROM SERVER linky INTO live');
	my $live = $node->safe_psql('postgres', "SELECT count(*), sum(wh) FROM live.daily_energy WHERE point_id = '$point' AND direction = 'consumption' AND day >= '2026-11-01'");
	like($live, qr/^[1-9]\d*\|[1-9]/, 'the API has days');
	foreach ([ $node, 'postgres' ], [ $node, 'the other' ], [ $workers, 'postgres' ])
	{
		my ($where, $database) = @$_;

		is($where->safe_psql($database, 'SELECT count(*), sum(wh) FROM switchgrid.daily_energy'),
			$live, "they are stored: ${\$where->name}, $database");
	}
	is($workers->safe_psql('postgres', $ends), 'switchgrid postgres|t|failed', 'a job for all servers fails if one does');
	like($workers->safe_psql('postgres', 'SELECT DISTINCT return_message FROM cron.job_run_details'),
		qr/^ERROR: +server "broken" refused the credential/, 'and says which');
	is( $workers->safe_psql('postgres', 'SELECT DISTINCT server, outcome FROM switchgrid.refresh_run ORDER BY 1'),
		"broken|token\nlinky|done", 'the others are refreshed all the same');

	# The end.
	is($node->safe_psql('postgres', "SELECT switchgrid.unschedule('linky'), switchgrid.unschedule('linky')"),
		't|f', 'a job ends once');
	is($node->safe_psql('postgres', "SELECT database FROM cron.job WHERE jobname LIKE '%linky'"),
		'the other', 'and that of the other database goes on');
	$node->safe_psql('postgres', qq(DROP SERVER "$odd_name" CASCADE));
	is($node->safe_psql('postgres', "SELECT switchgrid.unschedule($odd_text)"), 't', 'the job of a server that is gone can be ended');
	is( $node->safe_psql('postgres', "SELECT username FROM cron.job WHERE jobname LIKE 'switchgrid postgres.\"L%'"),
		'keeper', 'not by another user');
	$node->safe_psql('postgres', "SELECT switchgrid.unschedule($odd_text)", extra_params => [ '-U', 'keeper' ]);
	is( $node->safe_psql('postgres', "SELECT count(*) FROM cron.job WHERE jobname LIKE 'switchgrid postgres.\"L%'"),
		'0', 'who has it ends it');
	($state, $message, $hint) = error_of($node, "SELECT switchgrid.unschedule('linky')", database => 'the other');
	$hint =~ s/^Run this there: //;
	is($node->safe_psql('postgres', $hint), 't', 'the hint for the other database works');
	is($node->safe_psql('postgres', 'SELECT count(*) FROM cron.job'), '2', 'nothing else was ended');
}

is_deeply([ map { $_->{fault} } $simulator->journal(sub { $_[0]{fault} }) ],
	[], 'the client kept the contract');

done_testing();
