# Matrix.pm: the places where faults are played, and the parts that play them side by side.
package Matrix;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use Faults;
use File::Spec;
use IO::Socket::INET;
use PostgreSQL::Test::Utils;
use Switchgrid;
use Test::More;
use Time::HiRes qw(usleep);

our @EXPORT = qw(usual start_places spoil mend make_part query run_all note_case errors_in report counts write_table);

# What a good server is given; a fault may change it.
my %usual = (
	timeout => 60,
	connect_timeout => 10,
	retries => 0,
	max_wait => 3,
	max_body => 1_000_000,
	per_second => 0,
	per_hour => 0,
	in_flight => 4,
	allow_plain_http => 'true');
my ($cases, $wrong) = (0, 0);
my ($dead, $keys, %tls, %values, %nodes);

sub usual
{
	my ($option) = @_;

	return $usual{$option};
}

# Places ----------------------------------------------------------------------------

# A port that was free a moment ago, and that nobody listens on.
sub dead_port
{
	my $listener = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1', Proto => 'tcp')
	  or die "could not listen: $!";

	return $listener->sockport;
}

# A certificate, signed by the authority that is made first, and that nobody has heard of.
sub certify
{
	my ($name, $extension) = @_;
	my $base = "$keys/$name";
	my @sign = $name eq 'authority' ? () : ('-CA', "$keys/authority.crt", '-CAkey', "$keys/authority.key");

	append_to_file("$base.cnf", "[req]\ndistinguished_name=dn\n[dn]\n[extension]\n$extension\n");
	PostgreSQL::Test::Utils::system_or_bail(
		'openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
		'-nodes', '-days', '30', '-config', "$base.cnf", '-extensions', 'extension',
		'-subj', "/CN=$name", '-keyout', "$base.key", '-out', "$base.crt", @sign);
	return ('--tls-certificate', "$base.crt", '--tls-key', "$base.key");
}

# Starts the simulators that all parts share.
sub start_places
{
	$dead = 'http://127.0.0.1:' . dead_port();
	$keys = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir());
	certify('authority', 'basicConstraints=critical,CA:TRUE');
	$tls{tls} = simulate('--per-second', 0, certify('right', 'subjectAltName=IP:127.0.0.1'));
	$tls{tls_other} = simulate('--per-second', 0, certify('other', 'subjectAltName=DNS:elsewhere.invalid'));
	%values = (
		ca_file => "$keys/authority.crt",
		proxy => $dead,
		first_byte_timeout => 1,
		low_speed_time => 1);
	return;
}

sub words_of
{
	my ($part, $fault, $at) = @_;

	return join('+', grep { defined } $part->{api}{words}, $fault->{words}, $at && "at=$at");
}

# Where a fault is played: the root of the API's paths.
sub root_of
{
	my ($part, $fault, $at) = @_;
	my $place = $fault->{place} // 'here';
	my $words = words_of($part, $fault, $at);

	return $dead if $place eq 'nobody';
	return 'http://nowhere.invalid' if $place eq 'nowhere';
	return $part->{simulator}->url($words) =~ s/^http:/https:/r if $place eq 'here_as_tls';
	return $tls{tls}->url($words) =~ s/^https:/http:/r if $place eq 'tls_as_plain';
	return ($tls{$place} // $part->{simulator})->url($words);
}

sub alter
{
	my (@changes) = @_;

	return 'ALTER SERVER api OPTIONS (' . join(', ', @changes) . ");\n";
}

# The statements that make a server faulty, at one endpoint if it is named, and good again.
sub spoil
{
	my ($part, $fault, $at) = @_;
	my $words = words_of($part, $fault, $at);
	my %set = (%usual, %{ api_options($part->{api}, root_of($part, $fault, $at)) }, %{ $fault->{options} });

	$part->{played}{$words} = 1 if $fault->{words};
	return alter((map { "SET $_ '$set{$_}'" } sort keys %set),
		map { "ADD $_ '$values{$_}'" } @{ $fault->{add} });
}

sub mend
{
	my ($part, $fault) = @_;
	my %set = (%usual, %{ api_options($part->{api}, root_of($part, {})) });

	return alter((map { "SET $_ '$set{$_}'" } sort keys %set), map { "DROP $_" } @{ $fault->{add} });
}

# Parts -------------------------------------------------------------------------------

# The cluster of an API. In its ledger of paces each base URL has a place, and so has each quota; there are not enough
# of them for all.
sub cluster_of
{
	my ($name, $kind, $slice) = @_;
	my $key = apis()->{$name}{slices} ? "${name}_${kind}_$slice" : $name;

	return $nodes{$key} //= make_node($key, conf => "timezone = 'Europe/Paris'\nshared_buffers = 16MB");
}

# One API, read in one way, with a simulator, a database and a session of its own; parts run side by side.
sub make_part
{
	my ($name, $kind, $slice, @faults) = @_;
	my $api = apis()->{$name};
	my $part = {
		name => "$name, $kind",
		kind => $kind,
		api_name => $name,
		api => $api,
		faults => \@faults,
		simulator => simulate('--per-second', 0),
		orders => 0
	};
	my %options = (%usual, %{ api_options($api, root_of($part, {})) }, api => $api->{api});
	my $node = cluster_of($name, $kind, $slice);
	my $database = "${kind}_$slice";
	my $list;

	$options{generation} = $api->{generation} if $api->{generation};
	$list = join(', ', map { "$_ '$options{$_}'" } sort keys %options);
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database,
			"CREATE EXTENSION switchgrid; CREATE SERVER api FOREIGN DATA WRAPPER switchgrid_fdw OPTIONS ($list);"
		  . 'CREATE USER MAPPING FOR CURRENT_USER SERVER api OPTIONS ('
		  . ($api->{api} eq 'switchgrid' ? "token '${\SECRET}'" : "client_id 'demo', client_secret '${\SECRET}'")
		  . "); CREATE SCHEMA api; IMPORT FOREIGN SCHEMA $api->{api} FROM SERVER api INTO api;"
		  . storing());
	@{$part}{qw(node database)} = ($node, $database);
	$part->{session} = Switchgrid::Session->open($node, database => $database);
	$part->{fresh} = sockets_of($part->{session}->pid);
	$part->{store} = $api->{$kind} if $kind ne 'live';
	$part->{relations} = ($part->{store} // {})->{watched} // [ sort keys %{ $api->{live} } ];
	return $part;
}

# What one statement prints.
sub query
{
	my ($part, $sql) = @_;

	# others may have kept it waiting
	$part->{session}{psql}{timeout}->start;
	return scalar $part->{session}->run($sql);
}

# Has what was sent to a session come to its end?
sub is_done
{
	my ($session) = @_;
	my $psql = $session->{psql};
	my $end = "end of statement $session->{number}";

	eval { $psql->{run}->pump_nb; 1 } or return 1;
	return 1 unless $psql->{run}->pumpable;
	# what comes may be long: only its end is looked at
	return !grep { index(substr($_, -length("$end\r\n")), $end) < 0 } @{$psql}{qw(stdout stderr)};
}

# Lets each part do its jobs one after the other, all parts at once. A job says what to do first, what to send, and how
# to read what came.
sub run_all
{
	my @busy = @_;

	while (@busy)
	{
		foreach my $part (@busy)
		{
			my $session = $part->{session};
			my $job = $part->{job};

			next if $job && !is_done($session);
			$job->{read}->(read_answer($session->wait)) if $job;
			$job = $part->{job} = shift @{ $part->{jobs} } or next;
			$job->{begin}->() if $job->{begin};
			$session->{psql}{timeout}->start;
			$session->send($job->{sql});
		}
		@busy = grep { $_->{job} } @busy;
		usleep(20_000);
	}
	return;
}

# What was printed, by its label, in lists of all lines under that label; and what was complained of, by the mark before
# it.
sub read_answer
{
	my ($out, $err) = @_;
	my (undef, %said) = split(/^== (.*)\n/m, $err, -1);
	my %got;

	foreach (grep { /\|/ } split(/\n/, $out))
	{
		my ($label, @fields) = split(/\|/, $_, -1);

		push @{ $got{$label} }, \@fields;
	}
	return (\%got, \%said);
}

# What was said that matters, in one line.
sub errors_in
{
	my ($said) = @_;

	return join(' / ', ($said // '') =~ /((?:ERROR|WARNING|DETAIL):  .*)/g);
}

# Notes a case; what is wrong with it, if anything, joins the list.
sub note_case
{
	my ($part, $name, $relation, $got, $bad, $complaints) = @_;

	$cases++;
	$wrong++ if $bad;
	push @$complaints, "$relation: $got: $bad" if $bad;
	$part->{table}{$name}{$relation} = $got;
	return;
}

# One test for a fault and a part.
sub report
{
	my ($part, $name, $complaints) = @_;

	ok(!@$complaints, "$part->{name}: $name");
	diag("$part->{name}: $name: $_") foreach @$complaints;
	return;
}

sub counts
{
	return ($cases, $wrong);
}

# What the relations of a part came to: one word if it is the same for all, else whose is another.
sub cell_of
{
	my ($results) = @_;
	my %relations;
	my @outcomes;

	push @{ $relations{ $results->{$_} } }, $_ foreach sort keys %$results;
	@outcomes = sort { @{ $relations{$b} } <=> @{ $relations{$a} } || $a cmp $b } keys %relations;
	return join('; ', $outcomes[0] // '', map { "$_: @{ $relations{$_} }" } @outcomes[ 1 .. $#outcomes ]);
}

# What became of each fault, for people: a table for each way of reading, a row for each fault, a column for each API.
sub write_table
{
	my ($file, $faults, @parts) = @_;
	my $text = '';
	my (%table, %columns, %relations);

	foreach my $part (@parts)
	{
		foreach my $name (keys %{ $part->{table} })
		{
			my ($fault, $stage) = $name =~ /^(.*?)(?:, (place|follow|file))?$/;
			my $column = join(', ', $part->{api_name}, $stage // ());

			$columns{ $part->{kind} }{$column} = 1;
			$relations{ $part->{kind} }{ $part->{api_name} } = "@{ $part->{relations} }";
			$table{ $part->{kind} }{$fault}{$column} = cell_of($part->{table}{$name});
		}
	}
	foreach my $kind (sort keys %table)
	{
		my @columns = sort keys %{ $columns{$kind} };

		$text .= "## \u$kind\n\n" . join('', map { "- $_: $relations{$kind}{$_}\n" } sort keys %{ $relations{$kind} });
		$text .= "\n| fault | " . join(' | ', @columns) . " |\n|" . ' --- |' x (@columns + 1) . "\n";
		foreach my $fault (grep { $table{$kind}{$_} } map { $_->{name} } @$faults)
		{
			$text .= "| $fault | " . join(' | ', map { $_ // '' } @{ $table{$kind}{$fault} }{@columns}) . " |\n";
		}
		$text .= "\n";
	}
	unlink($file);
	append_to_file($file, $text);
	return;
}

1;
