# Faults.pm: what can go wrong on the way to an API, what must come of it, and what is asked of each API.
#
# What must come of a fault is the design's: an SQLSTATE of its table of faults, "rows" (the right ones) or "none" (no row,
# where the API says in so many words that there is nothing). It is never what the code happens to do.
package Faults;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';

our @EXPORT = qw(faults apis time_column api_options expected_of cause_of storing);

# The last day of which is all there, as the simulator's calendar has it.
use constant SINCE => '2026-11-10';
use constant PRM => '12655648759651';
use constant PCE => 'GI999055';
# its register gets a digit longer in the last month: half of the lines of an answer is not half of its bytes
use constant GAS => 'GI999109';

# What the table of faults calls each SQLSTATE where no statement fails: the causes of gaps and orders.
my %causes = (
	HV00N => [qw(connect)],
	'08006' => [qw(timeout)],
	HV024 => [qw(request)],
	28000 => [qw(token)],
	42501 => [qw(consent subscription)],
	53400 => [ 'throttled', 'daily limit' ],
	38000 => [qw(server)],
	54000 => [ 'too large' ],
	HV00M => [qw(shape)],
	22003 => [qw(value)],
	22008 => [qw(value)]);

# APIs ------------------------------------------------------------------------------

my $prm = "point_id = '${\PRM}' AND direction = 'consumption'";
my $pce = "point_id = '${\PCE}'";

my %series = (
	load_curve => "$prm AND starts_at >= '2026-11-17'",
	daily_energy => "$prm AND day >= '${\SINCE}'",
	daily_max_power => "$prm AND day >= '${\SINCE}'",
	register_reading => "$prm AND read_at >= '${\SINCE}'");
my %of_point = map { $_ => "point_id = '${\PRM}'" } qw(contract address holder contact connection consent);
# :ask and :order are the names of those that the setup has found or made
my %documents = (
	ask => 'ask_id = :ask',
	consent => "point_id = '${\PRM}'",
	contract_search => "name = 'Chloe Fictive' AND address = '79 avenue fictive 88400 Gerardmer'",
	data_order => 'order_id = :order',
	data_request => 'order_id = :order',
	flexibility_event => "starts_at > '2026-11-01'");
# where a word must say that it means them
my %at = (data_order => 'order_get', data_request => 'order_get');
# what is ordered; bills are of whole months
my %ordered = (
	watched => [
		qw(load_curve daily_energy daily_max_power register_reading billed_quantity contract address holder connection)
	],
	point => PRM,
	since => '2026-09-01',
	half => '2026-10-01',
	until => '2026-11-01');
my %stored_gas = (
	watched => ['gas_day'],
	point => GAS,
	since => '2026-10-01',
	half => '2026-10-20',
	until => '2026-11-01');
# the days with the end of summer time
my %asked = (
	point => PRM,
	since => '2026-10-18',
	half => '2026-10-25',
	until => '2026-11-01');
my %gas = (gas_day => "point_id = '${\GAS}' AND day >= '2026-10-01'");

# The column by which a span is asked; what has none is so now.
my %times = (
	load_curve => 'starts_at',
	daily_energy => 'day',
	daily_max_power => 'day',
	register_reading => 'read_at',
	gas_day => 'day',
	billed_quantity => 'starts_on');

# Each generation: what is asked of it live, what is watched, and where its paths begin.
my %apis = (
	enedis_v5 => {
		api => 'enedis',
		generation => 'v5',
		words => 'unlimited',
		paths => { base_url => '' },
		live => {
			map { $_ => $series{$_} // $of_point{$_} }
			  qw(load_curve daily_energy daily_max_power contract address holder contact)
		},
		stored => \%asked
	},
	enedis_2026 => {
		api => 'enedis',
		generation => '2026',
		# each of its APIs has a quota, and a place in the ledger
		slices => 2,
		words => 'unlimited',
		paths => { base_url => '' },
		live => { %series, %of_point },
		stored => \%asked
	},
	grdf => {
		api => 'grdf',
		words => 'unlimited',
		paths => { base_url => '/adict/v2', token_url => '' },
		live => {
			gas_day => "$pce AND day >= '2026-10-01'",
			billed_quantity => "$pce AND starts_on >= '2026-08-01'",
			contract => $pce,
			connection => $pce,
			address => $pce,
			consent => $pce
		},
		stored => {
			point => PCE,
			# bills are asked for more widely than they are wanted
			since => '2025-10-01',
			half => '2025-11-01',
			until => '2026-10-01'
		}
	},
	switchgrid_v2 => {
		api => 'switchgrid',
		generation => 'v2',
		words => 'consented+async=0+sync=0',
		paths => {
			base_url => '/enedis/v2',
			enedis_url => '/enedis/v2',
			events_url => '/api/homeassistant/events'
		},
		live => {%documents},
		at => \%at,
		ordering => 'v2_order_create',
		ordered => \%ordered
	},
	switchgrid_v0_1 => {
		api => 'switchgrid',
		generation => 'v0_1',
		words => 'consented+async=0+sync=0',
		paths => {
			base_url => '/v0_1',
			enedis_url => '/enedis/v2',
			events_url => '/api/homeassistant/events'
		},
		live => { %documents, %gas },
		at => \%at,
		ordering => 'v2_order_create',
		ordered => \%ordered,
		stored => \%stored_gas
	},
	switchgrid_v0 => {
		api => 'switchgrid',
		generation => 'v0',
		words => 'consented+async=0+sync=0',
		paths => {
			base_url => '',
			enedis_url => '/integration/enedis',
			events_url => '/api/homeassistant/events'
		},
		live => { %documents, %gas },
		at => \%at,
		ordering => 'v0_order_create',
		ordered => \%ordered,
		stored => \%stored_gas
	});

sub apis
{
	return \%apis;
}

sub time_column
{
	my ($relation) = @_;

	return $times{$relation};
}

# The server options that say where an API is, its root being that URL.
sub api_options
{
	my ($api, $root) = @_;

	return { map { $_ => $root . $api->{paths}{$_} } keys %{ $api->{paths} } };
}

# Faults ----------------------------------------------------------------------------

# Each fault: its name; what comes of it, everywhere or by API and by relation; and how it is played: words of the
# simulator, or another place, and server options.
my @faults;

sub fault
{
	my ($name, $gives, %how) = @_;

	$how{words} = $name unless exists $how{words} || $how{place};
	push @faults,
	  { name => $name, gives => ref $gives ? $gives : { default => $gives }, options => {}, add => [], %how };
	return;
}

# Some take their time: as little of it as may be, one after the other.
sub slow
{
	my ($name, $gives, %how) = @_;

	return fault($name, $gives, %how, options => { timeout => 1, in_flight => 1, %{ $how{options} // {} } });
}

# Some happen once for each question, and are worth another try; but not where the question may have been an order.
sub once
{
	my ($name, $first, $gives) = @_;

	return fault($name, $gives // 'rows', options => { retries => 1 }, first => $first);
}

sub of_token
{
	my ($name, $gives, %how) = @_;

	return fault($name, { default => $gives, switchgrid => undef }, %how);
}

# Bodies beyond all measure come first, so that what memory they take is taken before it is measured.
fault('huge', '54000');
fault('bomb', '54000');
# what unpacks to nothing is too much of it in the end, or takes too long
slow('endless_gzip', '54000|08006');
fault('header_flood', '54000');
fault('deep', 'HV00M');
fault('deep_points', 'HV00M');

# Nobody there, or somebody else.
fault('refused', 'HV00N', place => 'nobody');
fault('no such name', 'HV00N', place => 'nowhere');
fault('no such proxy', 'HV00N', place => 'here', add => ['proxy']);
fault('unknown authority', 'HV00N', place => 'tls');
fault('another name', 'HV00N', place => 'tls_other', add => ['ca_file']);
fault('TLS where none is', 'HV00N', place => 'here_as_tls');
fault('no TLS where it is', 'HV00N', place => 'tls_as_plain');
fault('known authority', { default => 'rows', ask => undef, data_order => undef, data_request => undef },
	place => 'tls',
	add => ['ca_file'],
	not_ordered => 1);

# The way breaks off.
fault('reset', 'HV00N');
fault('reset_headers', 'HV00N');
fault('reset_body', 'HV00N');
once('reset_once', 'HV00N');
once('reset_body_once', 'HV00N');
fault('closed', 'HV00N');
fault('truncated', 'HV00M');
fault('cut', 'HV00M');
fault('short_length', 'HV00M');
fault('long_length', 'HV00M');

# So does that to the token, which only some APIs have.
of_token('reset_token', 'HV00N');
of_token('truncated_token', 'HV00M');
of_token('html_token', 'HV00M');
of_token('not_json_token', 'HV00M');
# a number may be a token, for all that is known before it is refused
of_token('wrong_type_token', 'HV00M|28000');
of_token('empty_body_token', 'HV00M');
of_token('redirect_token', 'HV00M');
of_token('huge_token', '54000');
of_token('error_at=token:401', '28000');
of_token('error_at=token:503', '38000');
of_token('error_at=token:Q3', '53400');
of_token('gzip_token', 'rows');

# It takes too long.
slow('stall', '08006');
slow('stall_body', '08006');
of_token('stall_token', '08006', options => { timeout => 1 });
slow('slow=60000', '08006');
slow('drip', '08006');
slow('stall, first byte', '08006', words => 'stall', add => ['first_byte_timeout'], options => { timeout => 60 });
# a speed is measured over some seconds, so this is seen for one relation of each API
fault('stall_body, low speed', { load_curve => '08006', gas_day => '08006', contract_search => '08006' },
	words => 'stall_body', add => [ 'low_speed_time', 'first_byte_timeout' ], live_only => 1);
# or long, and not too long
fault('slow=100', 'rows');
fault('delay=50', 'rows');

# What comes is something else.
fault('gzip', 'rows');
fault('bad_gzip', 'HV00M');
fault('cut_gzip', 'HV00M');
fault('redirect', 'HV00M');
fault('html', 'HV00M');
fault('not_json', 'HV00M');
fault('error=page', 'HV00M');
fault('error=no-json', 'HV00M');
# not where the member that has another name may as well be missing
fault('shape', { default => 'HV00M', (map { ("2026 $_" => undef) } qw(holder contact connection)) });
fault('array', 'HV00M');
# a number may stand for a text; an unknown code of GRDF's is a refusal of the point
fault('wrong_type', { default => 'HV00M', ask => undef, '2026 connection' => undef, grdf => 'HV00M|42501' });
# a value that only stands in the answer, or is a text that may be anything
fault('badvalue', {
		default => 'HV00M|22003|22008',
		data_order => 'rows',
		(map { ("grdf $_" => 'rows') } qw(billed_quantity address)),
		'grdf connection' => undef,
		'2026 connection' => undef });
fault('empty_body', 'HV00M');
fault('no_content', 'HV00M');
fault('latin1', 'HV00M');
fault('nul', 'HV00M');

# The API says why.
fault('error=400-end-in-future', 'HV024');
fault('error=400-issues', 'HV024');
fault('error=401', '28000');
fault('error=invalid_token', '28000');
fault('error=900901', '28000');
fault('expired', { default => '28000', flexibility_event => 'rows' });
# in flight at once they would use up one token after the other
fault('expire', { default => 'rows', switchgrid => undef }, options => { in_flight => 1 });
fault('error=ADAM-ERR0061', { enedis => '42501' });
fault('error=ADAM-DC-0008', '42501');
fault('error=unauthorized_user', { enedis => '42501', grdf => '42501' });
fault('error=900908', { enedis => '42501', grdf => '42501' });
fault('error=STM-ERR-0000019', { enedis => '42501' });
fault('error=404', { default => 'HV00M', switchgrid => 'HV00M|HV024' });
fault('error=no_data_found', { enedis => 'none' }, live_only => 1);
fault('error=Q3', '53400');
fault('error=900804', '53400');
fault('error=500', '38000');
fault('error=message', '38000');
fault('error=503', '38000');
fault('error=gateway-page', '38000');
fault('error=plain-text', '38000');
once('error_once=503', '38000');
# only Enedis says for how long, and that it is a second
once('error_once=Q3', '53400', { enedis => 'rows', default => '53400' });
# where the token is the user's own there is no other one
# (an order and its requests are one question)
once('error_once=401', '28000', { data_request => 'rows', default => 'rows', switchgrid => '28000' });

sub faults
{
	return @faults;
}

# What must come of a fault where a relation of an API is read: a pattern, or undef where it cannot be played.
sub expected_of
{
	my ($fault, $api, $relation) = @_;
	my $gives = $fault->{gives};

	foreach my $key (($api->{generation} // $api->{api}) . " $relation", $relation, $api->{api}, 'default')
	{
		return $gives->{$key} if exists $gives->{$key};
	}
	return;
}

# The causes that stand for what was expected, as a pattern.
sub cause_of
{
	my ($expected) = @_;

	return join('|', map { @{ $causes{$_} // ['no cause'] } } split(/\|/, $expected));
}

# Storing ---------------------------------------------------------------------------

# What the tests of the native tables need in their database: to keep what is stored and known, to put it back, and to
# sum up the rows of a relation, without the times at which they were written.
sub storing
{
	return q{
CREATE SCHEMA t;
CREATE FUNCTION t.columns(name) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
	WHERE attrelid = ('switchgrid.' || quote_ident($1))::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
$$;
CREATE FUNCTION t.tables() RETURNS SETOF name LANGUAGE sql AS $$
	SELECT relname FROM pg_class WHERE relnamespace = 'switchgrid'::regnamespace AND relkind = 'r' AND relname <> 'watch'
	-- first the orders, then their requests
	ORDER BY relname
$$;
CREATE FUNCTION t.keep() RETURNS void LANGUAGE plpgsql AS $$
DECLARE r name;
BEGIN
	FOR r IN SELECT t.tables() LOOP
		EXECUTE format('CREATE TABLE t.%I AS SELECT %s FROM switchgrid.%I', r, t.columns(r), r);
	END LOOP;
END $$;
CREATE FUNCTION t.restore() RETURNS void LANGUAGE plpgsql AS $$
DECLARE r name;
BEGIN
	DELETE FROM switchgrid.data_request;
	FOR r IN SELECT t.tables() LOOP
		EXECUTE format('DELETE FROM switchgrid.%I', r);
		EXECUTE format('INSERT INTO switchgrid.%I (%s) OVERRIDING SYSTEM VALUE SELECT * FROM t.%I', r, t.columns(r), r);
	END LOOP;
	PERFORM set_config('switchgrid.now', '2026-11-20T09:00:00Z', false);
END $$;
CREATE FUNCTION t.sum(relation name, OUT n bigint, OUT sum text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SELECT count(*), md5(string_agg(line, E''\n'' ORDER BY line COLLATE "C")) FROM (
		SELECT (to_jsonb(r) - ''{updated_at,seen_at,seen,seen_from,checked_at}''::text[])::text AS line
		FROM switchgrid.%I AS r) AS l',
		CASE WHEN to_regclass('switchgrid.' || relation || '_history') IS NULL THEN relation ELSE relation || '_history' END)
		INTO n, sum;
END $$;
CREATE FUNCTION t.causes(relation name) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(DISTINCT cause, ',') FROM switchgrid.gap AS g WHERE g.relation = causes.relation AND cause <> 'late'
$$;
-- until an order is asked after again
CREATE FUNCTION t.pass_hour() RETURNS text LANGUAGE sql AS $$
	SELECT set_config('switchgrid.now', to_char(
		(current_setting('switchgrid.now')::timestamptz + interval '1 hour') AT TIME ZONE 'UTC',
		'YYYY-MM-DD"T"HH24:MI:SS"Z"'), false)
$$;
-- what was met in vain is asked again at once; the calendar is the simulator's too, and stays where it is
CREATE FUNCTION t.pass_retries() RETURNS void LANGUAGE sql AS $$
	UPDATE switchgrid.open_span SET retry_at = '-infinity'
$$;
};
}

1;
