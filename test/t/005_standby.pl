# A standby reads what is stored, asks the API, keeps the pace of its own cluster, and can take over.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Switchgrid;
use Test::More;

my $simulator = simulate();
my $primary = make_node('primary', allows_streaming => 1);
my $standby = PostgreSQL::Test::Cluster->new('standby');
my $point = POINT;
my $stored =
  "SELECT count(*), sum(wh) FROM switchgrid.load_curve WHERE point_id = '$point' AND starts_at >= '2026-11-01'";
my $live = $stored =~ s/switchgrid\./linky./r;
my $ledger = 'pg_stat_tmp/switchgrid.pace.3';
my ($code, $out, $err);

add_server($primary, 'linky', $simulator->url('unlimited'), per_second => 0);
$primary->safe_psql('postgres', "SELECT switchgrid.watch('linky', ARRAY['$point'], since => '2026-10-01')");
$primary->safe_psql('postgres', 'CALL switchgrid.refresh()');
ok(-f $primary->data_dir . "/$ledger", 'the primary has a ledger of paces');

$primary->backup('base');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
ok(!-f $standby->data_dir . "/$ledger", 'a base backup leaves it out');
$standby->start;
$primary->wait_for_catchup($standby);

is($standby->safe_psql('postgres', 'SELECT sum(used_last_hour) FROM switchgrid.quota'),
	'0', 'the standby has used nothing');
ok(!-f $standby->data_dir . "/$ledger", 'and looking makes no ledger');
is($standby->safe_psql('postgres', $stored), $primary->safe_psql('postgres', $stored),
	'the standby reads what is stored');
is($standby->safe_psql('postgres', $live), $primary->safe_psql('postgres', $stored),
	'the standby asks the API');
ok(-f $standby->data_dir . "/$ledger", 'the standby has a ledger of its own');
is($standby->safe_psql('postgres', 'SELECT count(*) FROM switchgrid.gap'), '0', 'the standby knows the gaps');

my $asked = $simulator->journal;
($code, $out, $err) =
  $standby->psql('postgres', "\\set VERBOSITY verbose\nCALL switchgrid.refresh();");
like($err, qr/ERROR:  25006: /, 'the standby cannot refresh');
is(scalar($simulator->journal), $asked, 'and asks nothing for it');

# Whoever looks after it can look there too, and where nothing may be written: the same rows.
my $gone = '30000000000100';
my @views = qw(status gap attention revision wanted consent_alive policy_in_force plan());

$primary->safe_psql('postgres', qq(
	SELECT switchgrid.watch('linky', '{$gone}', '{load_curve}', since => '2026-11-16');
	INSERT INTO switchgrid.consent (server, point_id, state, ends_on) VALUES ('linky', '$gone', 'ACTIF', '2026-11-19');
	SELECT switchgrid.watch('linky', '{$point}', '{daily_max_power}', since => '2026-11-16');
	SELECT switchgrid.load_curves(\$\$SELECT point_id, direction, starts_at, ends_at, watts + 10 AS watts
		FROM switchgrid.load_curve WHERE point_id = '$point' AND starts_at >= '2026-11-18 23:00Z'\$\$)));
$primary->wait_for_catchup($standby);
foreach my $view (@views)
{
	my $rows = "SELECT v::text COLLATE \"C\" FROM switchgrid.$view AS v ORDER BY 1";
	my $expected = $primary->safe_psql('postgres', $rows);

	isnt($expected, '', "$view: there are rows");
	is($primary->safe_psql('postgres', "BEGIN READ ONLY; $rows; COMMIT"),
		$expected, "$view: the same where nothing may be written");
	is($standby->safe_psql('postgres', $rows), $expected, "$view: and on the standby");
}
is($standby->safe_psql('postgres', 'SELECT what, point_id FROM switchgrid.attention'),
	"consent ended|$gone", 'the standby shows what needs attention');
is( $standby->safe_psql(
		'postgres', 'SELECT relation, days, cause FROM switchgrid.gap ORDER BY 1'),
	"daily_max_power|[2026-11-16,2026-11-20)|not asked\nload_curve|[2026-11-16,2026-11-20)|consent ended",
	'what is open');
# the day of the 19th, in half-hours
is( $standby->safe_psql(
		'postgres', 'SELECT count(*), sum(watts_after - watts_before) FROM switchgrid.revision'),
	'48|480', 'what was corrected');
is( $standby->safe_psql(
		'postgres', q(SELECT "position", point_id, relations, days FROM switchgrid.plan())),
	"1|$point|{daily_max_power}|[2026-11-16,2026-11-20)",
	'and what the primary would ask');

# That a run holds its server is seen by its own cluster alone: elsewhere it is not taken for dead.
$primary->safe_psql('postgres', "UPDATE switchgrid.refresh_run SET outcome = 'running'");
$primary->wait_for_catchup($standby);
is($primary->safe_psql('postgres', "SELECT server FROM switchgrid.attention WHERE what = 'run died'"),
	'linky', 'the primary knows of a run that died');
is($standby->safe_psql('postgres', "SELECT count(*) FROM switchgrid.attention WHERE what = 'run died'"),
	'0', 'the standby cannot tell');
$primary->safe_psql('postgres', "SELECT switchgrid.unwatch('linky', '{$gone}')");

# What the primary stores arrives; a standby that takes over goes on from there.
$primary->safe_psql('postgres', "SELECT switchgrid.watch('linky', ARRAY['$point'], since => '2026-09-01')");
$primary->safe_psql('postgres', 'CALL switchgrid.refresh()');
$primary->wait_for_catchup($standby);
is($standby->safe_psql('postgres', 'SELECT count(*) FROM switchgrid.curve_segment'), '3', 'new months arrive');
$primary->stop('fast');
$standby->promote;
$asked = $simulator->journal;
like($standby->safe_psql('postgres', 'CALL switchgrid.refresh()'), qr/^0\|0\|0$/, 'nothing is left to ask');
is(scalar($simulator->journal), $asked, 'nothing is asked');
$standby->safe_psql('postgres', "SELECT switchgrid.watch('linky', ARRAY['$point'], since => '2026-08-01')");
like($standby->safe_psql('postgres', 'CALL switchgrid.refresh()'), qr/^\d+\|\d+\|0$/, 'the new primary refreshes');
is($standby->safe_psql('postgres', 'SELECT count(*) FROM switchgrid.curve_segment'), '4', 'and stores');

done_testing();
