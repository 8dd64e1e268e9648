# The whole way on real readings: what is stored is what the file says, to the watt-hour.
#
# SWITCHGRID_DATA names the file, lines "starts_at,watts". The expected figures are computed from the file
# by plain SQL, which knows nothing of curves, windows or labels.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;

use PostgreSQL::Test::Utils;
use Switchgrid;
use Test::More;

# The point that the simulator gives the readings to, and a house of its own model.
use constant {
	READ => '22516914714270',
	MODELLED => '63695879465986'
};

my $file = $ENV{SWITCHGRID_DATA};

plan skip_all => 'SWITCHGRID_DATA names no file of readings' unless defined $file && -r $file;

my $simulator = simulate('--readings', $file, '--readings-point', READ, '--per-second', '0');
my $node = make_node('readings');

add_server($node, 'linky', $simulator->url, per_second => 0);
$node->safe_psql('postgres', qq(
	SELECT switchgrid.watch('linky', ARRAY['${\READ}', '${\MODELLED}']);
	CALL switchgrid.refresh();
	CREATE TABLE reading (starts_at timestamptz, watts double precision);
	\\copy reading FROM '$file' CSV HEADER
));

# Moved by the fewest whole weeks that bring the last reading to today or later; today is not served yet.
$node->safe_psql('postgres', qq(
	CREATE VIEW moved AS
	WITH today AS (SELECT timestamptz '2026-11-20 00:00 Europe/Paris' AS at),
	     shift AS (SELECT ceil(extract(epoch FROM (SELECT at FROM today) - max(starts_at)) / 604800) * interval '168 hours' AS by
	               FROM reading)
	SELECT r.starts_at + by AS starts_at, watts FROM reading r, shift
	WHERE r.starts_at + by < (SELECT at FROM today)
	  AND r.starts_at + by >= timestamptz '2024-11-05 00:00 Europe/Paris';
	CREATE VIEW stored AS SELECT * FROM switchgrid.load_curve WHERE point_id = '${\READ}';));

# For each value of a truncation: the sums on both sides that differ, and how many were compared.
sub compare
{
	my ($unit, $where) = @_;

	return $node->safe_psql('postgres', qq(
		SELECT count(*), count(*) FILTER (WHERE f.points IS DISTINCT FROM s.points OR f.wh IS DISTINCT FROM s.wh)
		FROM (SELECT date_trunc('$unit', starts_at, 'Europe/Paris') AS at, count(*) AS points, sum(watts) AS wh
		      FROM moved GROUP BY 1) f
		FULL JOIN (SELECT date_trunc('$unit', starts_at, 'Europe/Paris') AS at, count(*) AS points, sum(wh) AS wh
		           FROM stored GROUP BY 1) s USING (at)
		WHERE $where));
}

is(compare('month', 'true'), '25|0', 'each of the 25 months has the points and the energy of the file');
is(compare('day', "extract(epoch FROM at + interval '1 day' - at) > 0
	AND (at AT TIME ZONE 'Europe/Paris')::date IN ('2025-03-30', '2025-10-26', '2026-03-29', '2026-10-25')"),
	'4|0', 'so have the four days on which the clock changes');
is( $node->safe_psql('postgres', q(
		SELECT string_agg(n::text, ' ' ORDER BY day) FROM (
			SELECT (starts_at AT TIME ZONE 'Europe/Paris')::date AS day, count(*) AS n FROM stored GROUP BY 1) d
		WHERE day IN ('2025-03-30', '2025-10-26', '2026-03-29', '2026-10-25'))),
	$node->safe_psql('postgres', q(
		SELECT string_agg(n::text, ' ' ORDER BY day) FROM (
			SELECT (starts_at AT TIME ZONE 'Europe/Paris')::date AS day, count(*) AS n FROM moved GROUP BY 1) d
		WHERE day IN ('2025-03-30', '2025-10-26', '2026-03-29', '2026-10-25'))),
	'with as many hours as were measured on them');
is( $node->safe_psql('postgres', q(
		SELECT count(*) FROM (
			(SELECT starts_at, watts FROM stored EXCEPT ALL SELECT * FROM moved) UNION ALL
			(SELECT * FROM moved EXCEPT ALL SELECT starts_at, watts FROM stored)) d)),
	'0', 'every reading is stored at its instant, and nothing else is: holes stay holes');
cmp_ok($node->safe_psql('postgres', q(
		SELECT (timestamptz '2026-11-20 00:00 Europe/Paris' - timestamptz '2024-11-05 00:00 Europe/Paris')
		       - (SELECT sum(step) FROM stored) > interval '100 hours')),
	'eq', 't', 'and there are real holes');

foreach my $point (READ, MODELLED)
{
	is( $node->safe_psql('postgres', qq(
			WITH live AS MATERIALIZED (SELECT * FROM linky.load_curve WHERE point_id = '$point'),
			     kept AS MATERIALIZED (SELECT * FROM switchgrid.load_curve WHERE point_id = '$point')
			SELECT (SELECT count(*) > 10000 FROM kept), count(*)
			FROM ((TABLE live EXCEPT ALL TABLE kept) UNION ALL (TABLE kept EXCEPT ALL TABLE live)) d)),
		't|0', "the live and the stored relation give the same rows of point $point");
	is( $node->safe_psql('postgres', qq(
			WITH live AS MATERIALIZED (
				SELECT date_trunc('month', starts_at, 'Europe/Paris')::date AS month, sum(wh) AS wh, count(*) AS points
				FROM linky.load_curve WHERE point_id = '$point' GROUP BY 1)
			SELECT count(*), count(*) FILTER (WHERE abs(s.wh - l.wh) > 0.001 OR s.points IS DISTINCT FROM l.points)
			FROM live l FULL JOIN (SELECT (month::timestamp AT TIME ZONE 'Europe/Paris')::date AS month, wh, points
			                       FROM switchgrid.curve_segment WHERE point_id = '$point') s USING (month))),
		'25|0', "the months' stored sums are those of the live rows of point $point");
}

done_testing();
