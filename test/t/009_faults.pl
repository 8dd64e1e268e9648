# Every fault that the simulator can play, in every relation of every API, live, stored and ordered: each comes to its
# SQLSTATE, or is noted as the cause of a gap, or gives the right rows; never an empty result. What follows it is right,
# what was stored stays, nothing is bought twice, and nothing is left behind.
#
# Notes tell the figures fault_cases and fault_cases_wrong. With SWITCHGRID_FAULT_TABLE=FILE the results are written there,
# as Markdown.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;

use Faults;
use HTTP::Tiny;
use JSON::PP ();
use Matrix;
use PostgreSQL::Test::Utils;
use Switchgrid;
use Test::More;

# Growth beyond this share is one that goes on: what is remembered of a fault or two is far less.
use constant GROWTH => 1.5;
# Connections are kept for reuse, so many at most; a few descriptors more serve to wait for them.
use constant KEPT => 16 + 4;

my @parts;

# Live ----------------------------------------------------------------------------------

# The rows of a query, counted and summed up in their order; links are the only thing that may differ.
sub summing
{
	my ($part, $relation) = @_;
	my $clause = $part->{api}{live}{$relation} =~ s/:([a-z]+)/'$part->{names}{$1}'/gr;

	return q{SELECT count(*) AS n, md5(string_agg(line, E'\n' ORDER BY line COLLATE "C")) AS sum }
	  . q{FROM (SELECT regexp_replace(q::text, 'https?://[^" ]*', '', 'g') AS line }
	  . "FROM (SELECT * FROM api.$relation WHERE $clause) AS q) AS l";
}

# Runs a query, and prints what it came to under a label.
sub ask
{
	my ($label, $query) = @_;

	return "\\unset n\n\\unset sum\n\\warn == $label\n$query \\gset\n\\echo $label|:SQLSTATE|:n|:sum\n";
}

sub judge_live
{
	my ($part, $relation, $got) = @_;
	my ($state, $n, $sum) = @{ $got->[0] // ['nothing'] };

	return $state unless $state eq '00000';
	return 'none' if $n eq '0';
	return "$n|$sum" eq $part->{right}{$relation} ? 'rows' : "other rows ($n)";
}

sub read_live
{
	my ($part, $fault, $got, $said) = @_;
	my @complaints;

	foreach my $relation (@{ $part->{relations} })
	{
		my $expected = expected_of($fault, $part->{api}, $relation) // next;
		my $here = judge_live($part, $relation, $got->{$relation});
		my $next = judge_live($part, $relation, $got->{"$relation after"});
		my $bad =
		    $here !~ /^(?:$expected)$/ ? "not $expected: " . errors_in($said->{$relation})
		  : $next ne 'rows' ? "the next query: $next: " . errors_in($said->{"$relation after"})
		  : undef;

		note_case($part, $fault->{name}, $relation, $here, $bad, \@complaints);
	}
	report($part, $fault->{name}, \@complaints);
	return;
}

sub add_live
{
	my ($part, $fault) = @_;
	my $sql = '';

	foreach my $relation (@{ $part->{relations} })
	{
		defined expected_of($fault, $part->{api}, $relation) or next;
		$sql .=
			spoil($part, $fault, ($part->{api}{at} // {})->{$relation})
		  . ask($relation, summing($part, $relation))
		  . mend($part, $fault)
		  . ask("$relation after", summing($part, $relation));
	}
	push @{ $part->{jobs} }, { sql => $sql, read => sub { read_live($part, $fault, @_) } }
	  if $sql ne '';
	return;
}

# What a good server gives, which must be something, and the same twice.
sub learn_live
{
	my ($part) = @_;
	my $point = Faults::PRM;

	if ($part->{api}{api} eq 'switchgrid')
	{
		$part->{names}{ask} = query($part, "SELECT min(ask_id) FROM api.consent WHERE point_id = '$point'");
		query($part, "CALL switchgrid.order_data('api', '{$point}', '{load_curve,daily_energy}', '2026-11-10', '2026-11-18')");
		$part->{names}{order} = query($part, 'SELECT min(order_id) FROM switchgrid.data_order');
	}
	foreach my $relation (@{ $part->{relations} })
	{
		my ($right, $again) = map { query($part, summing($part, $relation)) } 1 .. 2;

		like($right, qr/^[1-9]\d*\|/, "$part->{name}: $relation has rows");
		is($again, $right, "$part->{name}: $relation has the same rows again");
		$part->{right}{$relation} = $right;
	}
	return;
}

# Stored and ordered -----------------------------------------------------------------------

# The wish for the days until then, and for what is so now.
sub watching
{
	my ($part, $until) = @_;
	my $store = $part->{store};
	my $series = join(',', grep { time_column($_) } @{ $part->{relations} });
	my $states = join(',', grep { !time_column($_) } @{ $part->{relations} });

	return "SELECT switchgrid.watch('api', '{$store->{point}}', '{$series}', since => '$store->{since}', until => '$until');\n"
	  . ($states ne '' ? "SELECT switchgrid.watch('api', '{$store->{point}}', '{$states}');\n" : '');
}

# A run, and what is to be seen of it: how it ended, what was noted of orders, and of each relation.
sub run_and_tell
{
	my ($part, $label) = @_;
	my $sql = "\\warn == $label\nCALL switchgrid.refresh('api') \\g /dev/null\n\\echo $label|:SQLSTATE\n"
	  . "SELECT '$label told', outcome FROM switchgrid.refresh_run ORDER BY id DESC LIMIT 1;\n"
	  . "SELECT '$label told', cause FROM switchgrid.data_order WHERE cause IS NOT NULL "
	  . "UNION ALL SELECT '$label told', cause FROM switchgrid.data_request WHERE cause IS NOT NULL;\n";

	$sql .= "SELECT '$label $_', n || ' ' || sum, t.causes('$_') FROM t.sum('$_');\n"
	  foreach @{ $part->{relations} };
	return $sql;
}

my $refresh = "CALL switchgrid.refresh('api') \\g /dev/null\n";
my $collect = "SELECT t.pass_hour();\n$refresh";

# What is ordered takes two runs.
sub refreshing
{
	my ($part) = @_;

	return $part->{kind} eq 'ordered' ? $refresh . $collect : $refresh;
}

sub sums_of
{
	my ($part) = @_;

	return { map { $_ => query($part, "SELECT n || ' ' || sum FROM t.sum('$_')") } @{ $part->{relations} } };
}

# Rows that are stored and not given by a good server, or the other way round.
sub differences
{
	my ($part, $relation) = @_;
	my ($store, $time) = ($part->{store}, time_column($relation));
	my $columns = query($part, "SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute "
		  . "WHERE attrelid = 'api.$relation'::regclass AND attnum > 0");
	my $clause = "point_id = '$store->{point}'";

	# an answer may hold more than was wanted
	$clause .= " AND direction = 'consumption' AND $time >= '$store->{since}' AND $time < '$store->{until}'" if $time;
	return query($part, "WITH live AS MATERIALIZED (SELECT $columns FROM api.$relation WHERE $clause), "
		  . "stored AS MATERIALIZED (SELECT $columns FROM switchgrid.$relation WHERE $clause) SELECT count(*) FROM "
		  . '((TABLE live EXCEPT ALL TABLE stored) UNION ALL (TABLE stored EXCEPT ALL TABLE live)) AS d');
}

# Half of what is watched is stored; the other half, and what is so now, is still to be had.
sub learn_stored
{
	my ($part) = @_;
	my $states = join(',', map { "'$_'" } grep { !time_column($_) } @{ $part->{relations} }) || 'NULL';

	query($part, "SET switchgrid.now = '${\NOW}';\n" . watching($part, $part->{store}{half}) . refreshing($part)
		  . "DELETE FROM switchgrid.coverage WHERE relation IN ($states);\nDELETE FROM switchgrid.open_span;\nSELECT t.keep()");
	$part->{half} = sums_of($part);
	bill($part, 1);
	query($part, watching($part, $part->{store}{until}) . refreshing($part));
	$part->{full} = sums_of($part);
	$part->{billed} = bill($part)->{requests};
	foreach my $relation (@{ $part->{relations} })
	{
		my ($half, $full) = map { (split(/ /, $part->{$_}{$relation} // ''))[0] // 0 } qw(half full);

		cmp_ok($half, '>', 0, "$part->{name}: $relation has rows");
		cmp_ok($full, '>', $half, "$part->{name}: $relation gets more rows") if time_column($relation);
		is(query($part, "SELECT t.causes('$relation')"), '', "$part->{name}: $relation has no gap");
		is(differences($part, $relation), '0', "$part->{name}: $relation is as it is live") if $part->{kind} eq 'stored';
	}
	return;
}

# What the orders since it was looked at last would cost.
sub bill
{
	my ($part, $anew) = @_;
	my $http = HTTP::Tiny->new;
	my $answer = $http->get("$part->{simulator}{url}/_bill");
	my $bill;

	die "no bill: $answer->{status}" unless $answer->{success};
	$bill = JSON::PP::decode_json($answer->{content});
	if ($anew)
	{
		$part->{orders} += $bill->{orders};
		$answer = $http->post("$part->{simulator}{url}/_bill/reset");
		die "no new bill: $answer->{status}" unless $answer->{success};
	}
	return $bill;
}

# What is noted somewhere of the whole run, as SQLSTATEs and causes.
sub told
{
	my ($label, $got, $said) = @_;

	my @all = map { $_->[0] } @{ $got->{$label} // [] }, @{ $got->{"$label told"} // [] };

	push @all, ($said->{$label} // '') =~ /WARNING:  (\w{5}):/g;
	return grep { $_ ne '00000' && $_ ne 'done' } @all;
}

# Whether a relation is as it should be after a run that met a fault: undef, or what is wrong.
sub judge_stored
{
	my ($part, $stage, $relation, $expected, $sum, $causes, @told) = @_;
	# the store behind a link has words of its own
	my $good = join('|', $expected, cause_of($expected), $stage eq 'file' ? 'link' : ());
	my @causes = split(/,/, $causes);
	my @unknown = grep { !/^(?:$good)$/ } @causes;

	return $causes eq 'ordered' ? undef : 'not ordered' if $expected eq 'rows' && $stage eq 'place';
	return $sum eq $part->{full}{$relation} && !@causes ? undef : 'not the right rows' if $expected eq 'rows';
	return 'what was stored has changed' if $sum ne $part->{half}{$relation};
	return 'no gap' unless @causes;
	return undef unless @unknown;
	return 'another cause' if grep { !/^(?:not asked|ordered|uncertain)$/ } @unknown;
	return (grep { /^(?:$good)$/ } @told) ? undef : 'not told';
}

# What a relation came to, in a word: what its gaps say, or else what the run says.
sub outcome
{
	my ($causes, @told) = @_;
	my ($word) = grep { !/^[0-9A-Z]{5}$/ } @told;

	return 'rows' if $causes eq '' || ($causes eq 'ordered' && !@told);
	return $causes if $causes !~ /not asked|ordered|uncertain/;
	return ($causes eq 'uncertain' ? 'uncertain, ' : '') . ($word // $told[0] // $causes);
}

sub read_stored
{
	my ($part, $stage, $expecting, $got, $said) = @_;
	my @told = told('run', $got, $said);

	$part->{outcomes} = {};
	foreach my $relation (@{ $part->{relations} })
	{
		my $expected = $expecting->($relation) // next;
		my ($sum, $causes) = @{ ($got->{"run $relation"} // [ [ '', '' ] ])->[0] };
		my $bad = judge_stored($part, $stage, $relation, $expected, $sum, $causes, @told);

		$bad = "not $expected: $bad: @told: " . errors_in($said->{run}) if $bad;
		$part->{outcomes}{$relation} = [ outcome($causes, @told), $bad ];
	}
	return;
}

# After it all is there, and each thing was bought once.
sub read_mended
{
	my ($part, $fault, $name, $got, $said) = @_;
	my $bill = bill($part);
	my @complaints;

	foreach my $relation (sort keys %{ $part->{outcomes} })
	{
		my ($outcome, $bad) = @{ $part->{outcomes}{$relation} };
		my ($sum, $causes) = @{ ($got->{"mended $relation"} // [ [ '', '' ] ])->[0] };

		$bad //= "the next run: $sum, $causes: " . errors_in($said->{mended})
		  if $sum ne $part->{full}{$relation} || $causes ne '';
		note_case($part, $name, $relation, $outcome, $bad, \@complaints);
	}
	push @complaints, "bought: $bill->{requests} for $part->{billed}, in $bill->{orders} orders"
	  if $bill->{requests} != $part->{billed} || $bill->{twice} || ($part->{kind} eq 'ordered' && $bill->{orders} != 1);
	report($part, $name, \@complaints);
	return;
}

# An order that is uncertain is settled as a person would, who looks in the operator's book; then the next run goes on.
sub add_mending
{
	my ($part, $fault, $name, $more) = @_;
	my $mended = { read => sub { read_mended($part, $fault, $name, @_) } };

	$mended->{begin} = sub {
		my $made = $part->{orders} + bill($part)->{orders};
		my $id = bill($part)->{orders} ? sprintf("'00000000-0d01-4000-8000-%012x'", $made) : 'NULL';

		$mended->{sql} = mend($part, $fault)
		  . "SELECT switchgrid.settle_order(number, COALESCE(order_id, $id)) FROM switchgrid.data_order "
		  . "WHERE state = 'uncertain';\n"
		  . $more
		  . run_and_tell($part, 'mended');
	};
	push @{ $part->{jobs} }, $mended;
	return;
}

sub add_stored
{
	my ($part, $fault) = @_;
	my $expecting = sub { expected_of($fault, $part->{api}, $_[0]) };

	return if $fault->{live_only} || !grep { defined $expecting->($_) } @{ $part->{relations} };
	push @{ $part->{jobs} },
	  {
		begin => sub { bill($part, 1) },
		sql => "SELECT t.restore();\n" . spoil($part, $fault) . run_and_tell($part, 'run'),
		read => sub { read_stored($part, '', $expecting, @_) }
	  };
	add_mending($part, $fault, $fault->{name}, "SELECT t.pass_retries();\n");
	return;
}

# Three things may go wrong with an order: it is placed, asked after, and its results are fetched.
sub add_ordered
{
	my ($part, $fault) = @_;
	my %at = (place => $part->{api}{ordering}, follow => 'order_get', file => 'file');
	my $retry = "SELECT t.pass_retries();\n$refresh";
	my $reopen = "SELECT switchgrid.reopen_order(order_number) FROM switchgrid.data_request WHERE state = 'failed';\n";

	return if $fault->{live_only} || $fault->{not_ordered} || !defined expected_of($fault, $part->{api}, '');
	foreach my $stage (qw(place follow file))
	{
		# what may have made an order is not done twice
		my $expected = $stage eq 'place' && $fault->{first} || expected_of($fault, $part->{api}, '');
		my $begun = $stage eq 'place' ? '' : "$refresh\nSELECT t.pass_hour();\n";

		next if $stage eq 'file' && $fault->{place};
		push @{ $part->{jobs} },
		  {
			begin => sub { bill($part, 1) },
			sql => "SELECT t.restore();\n$begun" . spoil($part, $fault, $at{$stage}) . run_and_tell($part, 'run'),
			read => sub { read_stored($part, $stage, sub { $expected }, @_) }
		  };
		add_mending($part, $fault, "$fault->{name}, $stage",
			($stage eq 'place' ? $retry : $stage eq 'file' ? $reopen : '') . "SELECT t.pass_hour();\n");
	}
	return;
}

# What is left behind -----------------------------------------------------------------------

# What a backend holds: descriptors of the network, memory of its own and of its libraries.
sub holdings
{
	my ($part) = @_;
	my $pid = $part->{session}->pid;
	my ($anonymous) =
	  PostgreSQL::Test::Utils::slurp_file("/proc/$pid/status") =~ /^RssAnon:\s+(\d+) kB/m;

	return {
		descriptors => sockets_of($pid),
		contexts => query($part, 'SELECT sum(total_bytes) FROM pg_backend_memory_contexts'),
		anonymous => $anonymous
	};
}

sub check_holdings
{
	my ($part) = @_;
	my ($before, $after) = ($part->{before}, holdings($part));

	note(join(', ', "$part->{name}", map { "$_ $before->{$_} -> $after->{$_}" } sort keys %$after));
	cmp_ok($after->{descriptors}, '<=', $part->{fresh} + KEPT, "$part->{name}: no descriptor is left");
	cmp_ok($after->{$_}, '<=', $before->{$_} * GROWTH, "$part->{name}: memory ($_) does not grow")
	  foreach qw(contexts anonymous);
	is( query(
			$part,
			"SELECT string_agg(name, ', ') FROM pg_backend_memory_contexts WHERE name LIKE 'switchgrid %' "
			  # what a backend remembers of points as long as it lives
			  . "AND name <> 'switchgrid first days'"),
		'',
		"$part->{name}: no memory context is left");
	is(query($part, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"),
		'0', "$part->{name}: no lock is left");
	return;
}

# What the simulator has seen: every fault, and a client that keeps the contract.
sub check_journal
{
	my ($part) = @_;
	my $simulator = $part->{simulator};
	my %seen = map { ($_->{scenario} // '') => 1 } $simulator->journal;

	is_deeply([ grep { !$seen{$_} } sort keys %{ $part->{played} } ], [], "$part->{name}: each fault was met");
	cmp_ok(scalar($simulator->journal(sub { $_[0]{scenario} =~ /\+expire$/ && $_[0]{endpoint} eq 'token' })),
		'>', 1, "$part->{name}: tokens ended")
	  if grep { /\+expire$/ } keys %{ $part->{played} };
	# a token that was no text is none that the simulator knows
	is_deeply(
		[
			map { "$_->{scenario}: $_->{fault}" }
			  $simulator->journal(sub { $_[0]{fault} && $_[0]{scenario} !~ /wrong_type_token/ })
		],
		[],
		"$part->{name}: the client kept the contract");
	is(scalar($simulator->journal(sub { $_[0]{path} eq '/_followed' })), 0, "$part->{name}: it followed nobody");
	return;
}

# What is silent holds nobody back: all that may be in flight is sent, and says that it took too long.
sub check_silence
{
	my ($part) = grep { $_->{name} eq 'enedis_2026, stored' } @parts;
	my $session = Switchgrid::Session->open($part->{node}, database => $part->{database});
	# the second word only tells these requests from others
	my $silent = { words => 'stall+next=1', options => { timeout => 2 }, add => [] };

	$session->run("SELECT t.restore();\n" . spoil($part, $silent));
	is(scalar($session->error("CALL switchgrid.refresh('api')")), '08006', 'silence: it took too long');
	cmp_ok(scalar($part->{simulator}->data(sub { $_[0]{scenario} =~ /next=1/ })),
		'>=', usual('in_flight'), 'silence: all were sent that could be');
	$session->close;
	return;
}

# The matrix --------------------------------------------------------------------------------

my %kinds = (
	live => [ \&learn_live, \&add_live ],
	stored => [ \&learn_stored, \&add_stored ],
	ordered => [ \&learn_stored, \&add_ordered ]);

start_places();
foreach my $name (sort keys %{ apis() })
{
	foreach my $kind (grep { apis()->{$name}{$_} } qw(live stored ordered))
	{
		my @slices;

		# by turns, so that each has some of all sorts
		push @{ $slices[ $_ % (apis()->{$name}{slices} // 1) ] }, (faults())[$_] foreach 0 .. faults() - 1;
		push @parts, map { make_part($name, $kind, $_, @{ $slices[$_] }) } 0 .. $#slices;
	}
}
foreach my $part (@parts)
{
	my ($learn, $add) = @{ $kinds{ $part->{kind} } };

	$learn->($part);
	$add->($part, $_) foreach @{ $part->{faults} };
	# after some of them all that is made once has been made
	splice(
		@{ $part->{jobs} },
		2 * int(@{ $part->{jobs} } / 6),
		0, { sql => 'SELECT 1', read => sub { $part->{before} = holdings($part) } });
}
run_all(@parts);
foreach my $part (@parts)
{
	check_holdings($part);
	check_journal($part);
	unlike(slurp_log($part->{node}), qr/was terminated by signal|PANIC|TRAP|leak/, "$part->{name}: the log");
}
check_silence();
write_table($ENV{SWITCHGRID_FAULT_TABLE}, [ faults() ], @parts) if $ENV{SWITCHGRID_FAULT_TABLE};

my ($cases, $wrong) = counts();
note("fault_cases\t$cases");
note("fault_cases_wrong\t$wrong");
is($wrong, 0, 'each fault comes to what it should');
done_testing();
