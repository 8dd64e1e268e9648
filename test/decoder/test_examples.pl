# Decodes every example of an answer and compares each field of each row with what this program, which
# shares no code with the decoders, reads from the same file: test_examples.pl PRINT_ROWS
#
# Prints TAP.  Needs nothing but perl's core and the system's time zone data.
use strict;
use warnings;

use FindBin;
use JSON::PP;
use POSIX qw(mktime strftime tzset);
use Test::More;

my ($program) = @ARGV;
die "usage: test_examples.pl PRINT_ROWS\n" unless defined $program;
my $examples = "$FindBin::Bin/../examples/enedis";
my $json = JSON::PP->new->utf8->canonical->allow_nonref;
binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
$ENV{TZ} = 'Europe/Paris';
tzset();
strftime('%z', localtime 1782000000) eq '+0200'
  or BAIL_OUT('the system has no time zone data for Europe/Paris');

# ---------------------------------------------------------------- reading

sub document
{
	my ($file) = @_;
	open my $in, '<:raw', "$examples/$file" or die "$file: $!\n";
	local $/;
	return $json->decode(scalar <$in>);
}

# What the decoders print: a list of hashes, and the fields of the last line.
sub decoded
{
	my @words = @_;
	open my $out, '-|:raw', $program, @words or die "$program: $!\n";
	my (@rows, @fault);
	while (my $line = <$out>)
	{
		chomp $line;
		my ($relation, @fields) = split /\t/, $line, -1;
		if ($relation eq 'fault' || $relation eq 'raised')
		{
			@fault = ($relation, @fields);
			next;
		}
		my %row = (relation => $relation);
		for (@fields)
		{
			my ($name, $value) = /^(\w+)=(.*)\z/s or die "what is $_?\n";
			$value =~ s/\\(.)/$1 eq 't' ? "\t" : $1 eq 'n' ? "\n" : $1/ge;
			utf8::decode($value);
			$value = $json->encode($json->decode(encoded($value))) if $name eq 'raw';
			$row{$name} = $value;
		}
		push @rows, \%row;
	}
	close $out or push @fault, "ended with status $?";
	return (\@rows, \@fault);
}

sub encoded
{
	my ($text) = @_;
	utf8::encode($text);
	return $text;
}

# ---------------------------------------------------------------- time

sub utc
{
	my ($epoch) = @_;
	return strftime('%Y-%m-%dT%H:%M:%SZ', gmtime $epoch);
}

# The instants at which a clock in Paris shows the label, the earliest first.
sub showing
{
	my ($label) = @_;
	my ($y, $mo, $d, $h, $mi, $s) = $label =~ /^(\d+)-(\d+)-(\d+) (\d+):(\d+):(\d+)$/ or die "label $label\n";
	my $naive = do { local $ENV{TZ} = 'UTC0'; tzset(); mktime($s, $mi, $h, $d, $mo - 1, $y - 1900) };
	$ENV{TZ} = 'Europe/Paris';
	tzset();
	return grep { strftime('%Y-%m-%d %H:%M:%S', localtime $_) eq $label } map { $naive - 3600 * $_ } 2, 1;
}

# The first instant that the label can mean after the previous one.
sub instant_after
{
	my ($label, $previous) = @_;
	my @instants = showing($label);
	my ($later) = grep { !defined $previous || $_ > $previous } @instants;
	return $later // $instants[0];
}

# ---------------------------------------------------------------- rows

# Without what has no value.
sub row
{
	my ($relation, %fields) = @_;
	my %row = (relation => $relation);
	for my $name (keys %fields)
	{
		my $value = $fields{$name};
		$row{$name} = ref $value ? $json->encode($value) : "$value" if defined $value && "$value" ne '';
	}
	$row{raw} = do { my $text = $row{raw}; utf8::encode($text) if utf8::is_utf8($text); $text }
	  if defined $row{raw};
	return \%row;
}

sub number
{
	my ($text) = @_;
	return defined $text ? sprintf('%.10g', $text) : undef;
}

# The first ten characters of a date with more behind it.
sub day_of
{
	my ($text) = @_;
	return defined $text ? substr($text, 0, 10) : undef;
}

sub curve_rows
{
	my ($direction, $point, $list, $value, $label, $step, $nature) = @_;
	my ($previous, @rows);
	for my $p (@$list)
	{
		my ($n, $unit) = $p->{$step} =~ /^PT(\d+)([MH])$/ or die "step $p->{$step}\n";
		my $minutes = $unit eq 'H' ? $n * 60 : $n;
		my $at = instant_after($p->{$label}, $previous);
		$previous = $at;
		push @rows, row('load_curve',
			point_id => $point, direction => $direction, starts_at => utc($at - 60 * $minutes), ends_at => utc($at),
			step => $minutes, watts => number($p->{$value}), wh => number($p->{$value} * $minutes / 60),
			nature => $p->{$nature});
	}
	return @rows;
}

sub daily_rows
{
	my ($direction, $point, $list, $value, $label) = @_;
	return map { row('daily_energy', point_id => $point, direction => $direction, day => $_->{$label},
			wh => number($_->{$value})) } @$list;
}

sub peak_rows
{
	my ($point, $list, $value, $label) = @_;
	return map { row('daily_max_power', point_id => $point, direction => 'consumption', day => day_of($_->{$label}),
			va => number($_->{$value}), at => utc((showing($_->{$label}))[0])) } @$list;
}

# "HC (22H30-6H30;13H00-15H00)" as minutes of the day, cut at midnight.
sub offpeak
{
	my ($text) = @_;
	my @parts;
	while (defined $text && $text =~ /(\d+)[Hh](\d*)-(\d+)[Hh](\d*)/g)
	{
		my ($from, $until) = ($1 * 60 + ($2 || 0), $3 * 60 + ($4 || 0));
		push @parts, $from < $until ? [$from, $until] : ([$from, 1440], [0, $until]);
	}
	return @parts ? '{' . join(',', map { "[$_->[0],$_->[1])" } @parts) . '}' : undef;
}

sub power
{
	my ($text) = @_;
	return defined $text && $text =~ /^([\d.]+) *(.*)$/ ? (number($1), $2) : (undef, undef);
}

sub flag
{
	my ($value) = @_;
	return defined $value ? ($value ? 't' : 'f') : undef;
}

my %tariffs = ('Tarif BT<=36kVA Moyenne Utilisation heures pleines heures creuses' => 'BTINFMUDT');
my @personal = qw(person organization contact_data customer);

# What the rows of a document must be, by endpoint.
my %documents = (
	contracts => sub {
		my ($doc, $point) = @_;
		return map {
			my ($usage, $c) = @{$_}{qw(usage_point contracts)};
			my ($power, $unit) = power($c->{subscribed_power});
			row('contract',
				point_id => $point, direction => 'consumption', segment => $c->{segment}, status => $c->{contract_status},
				contract_type => $c->{contract_type}, subscribed_power => $power, power_unit => $unit,
				tariff => $c->{distribution_tariff}, offpeak_hours => $c->{offpeak_hours},
				offpeak_minutes => offpeak($c->{offpeak_hours}), activated_on => day_of($c->{last_activation_date}),
				tariff_changed_on => day_of($c->{last_distribution_tariff_change_date}),
				meter_type => $usage->{meter_type}, communicating => flag($usage->{usage_point_status} eq 'com'),
				raw => $_)
		} @{$doc->{customer}{usage_points}};
	},
	addresses => sub {
		my ($doc, $point) = @_;
		return map {
			my $a = $_->{usage_point}{usage_point_addresses};
			row('address',
				point_id => $point, (map { $_ => $a->{$_} } qw(street locality postal_code city insee_code country)),
				(map { $_ => number(($a->{geo_points} // {})->{$_}) } qw(latitude longitude altitude)), raw => $a)
		} @{$doc->{customer}{usage_points}};
	},
	identity => sub {
		my ($doc, $point) = @_;
		my $identity = $doc->{identity};
		my ($person, $company) = @{$identity}{qw(natural_person legal_entity)};
		return row('holder',
			point_id => $point, direction => 'consumption', title => $person->{title}, first_name => $person->{firstname},
			last_name => $person->{lastname}, company => $company->{name}, trading_name => $company->{trading_name},
			activity => $company->{business}, siret => $company->{siret_number},
			raw => $doc->{identity});
	},
	contact_data => sub {
		my ($doc, $point) = @_;
		my $contact = $doc->{contact_data} // $doc->{contact};
		return row('contact', point_id => $point, direction => 'consumption', phone => $contact->{phone},
			email => $contact->{email}, raw => $contact);
	},
	situation_contrat_auto => sub {
		my ($doc, $point) = @_;
		return map {
			my $c = $_;
			my @whose = (point_id => $point, direction => $c->{contract_type} =~ /GRD-A/ ? 'production' : 'consumption');
			my %shown = %$c;
			delete @shown{@personal};
			my ($person, $contact) = @{$c}{qw(person contact_data)};
			(row('contract', @whose,
				segment => $c->{segment}, contract_type => $c->{contract_type}, supplier => $c->{contractor},
				($c->{subscribed_power} ? (subscribed_power => number($c->{subscribed_power}{value}),
					power_unit => $c->{subscribed_power}{unit}) : ()),
				tariff => $tariffs{$c->{distribution_tariff} // ''}, started_on => day_of($c->{contract_start}),
				raw => { situation_contrat_auto => \%shown }),
			row('holder', @whose,
				title => $person->{title}, first_name => $person->{firstname}, last_name => $person->{lastname},
				raw => { map { $_ => $c->{$_} } grep { $c->{$_} } qw(person organization customer) }),
			$contact ? row('contact', @whose, (map { $_ => $contact->{$_} } qw(phone landline email)),
				raw => $contact) : ())
		} @$doc;
	},
	synth_contrat_auto => sub {
		my ($doc, $point) = @_;
		my $open = $doc->{services_level} =~ /^Communicant/ ? 't' : 'f';
		return map {
			row('contract',
				point_id => $point, direction => $_->[0], activated_on => day_of($doc->{"$_->[1]_last_activation_date"}),
				power_changed_on => day_of($doc->{last_subscribed_power_change_date}), communicating => $open,
				raw => { synth_contrat_auto => $doc })
		} ['consumption', 'consumption'], ['production', 'generation'];
	},
	comptage_auto => sub {
		my ($doc, $point) = @_;
		my $hours = $doc->{relais}{plageHeuresCreuses};
		# what the meter is holds for both directions; the relay switches what is drawn
		return row('contract',
			point_id => $point, meter_type => $doc->{dispositifComptage}{typeComptage}{code},
			meter_serial => $doc->{compteurs}[0]{numeroSerie}, raw => { comptage_auto => $doc }),
		  row('contract', point_id => $point, direction => 'consumption', offpeak_hours => $hours,
			offpeak_minutes => offpeak($hours));
	},
	donnees_generales_auto => sub {
		my ($doc, $point) = @_;
		my $a = $doc->{address};
		my ($code, $city) = $a->{postal_code_city} =~ /^(\d{5}) (.*)$/;
		return row('address',
			point_id => $point, street => $a->{number_street_name}, postal_code => $code, city => $city,
			building => $a->{building}, unit => $a->{staircase_floor_apartment}, locality => $a->{locality},
			insee_code => $a->{insee_code}, raw => $doc);
	},
	alimentation_auto => sub {
		my ($doc, $point) = @_;
		return row('connection',
			point_id => $point, state => $doc->{connection_state}, voltage_level => $doc->{voltage_level},
			phases => $doc->{phase_count}, consumption_power => $doc->{consumption_connection_power}{value},
			power_unit => $doc->{consumption_connection_power}{unit}, volts => $doc->{nominal_service_voltage}{value},
			serial_number => $doc->{serial_number}, raw => $doc);
	},
	subscribed_services => sub {
		my ($doc) = @_;
		return map {
			row('consent',
				point_id => $_->{pointId}, authorisation_id => $_->{autorisation}{autorisationId},
				service_id => $_->{id}, service => $_->{serviceCode}, kind => $_->{mesuresTypeCode},
				step => $_->{mesuresPas}, state => $_->{etatCode}, consumption => flag($_->{soutirage}),
				production => flag($_->{injection}), starts_on => $_->{dateDebut}, ends_on => $_->{dateFin}, raw => $_)
		} @{$doc->{serviceSouscrit}};
	},
	index_consommation => sub {
		my ($doc, $point) = @_;
		my @rows;
		for my $context (@{$doc->{contexte}})
		{
			for my $quantity (@{$context->{grandeur}})
			{
				my @registers = map { my $c = $_; map { [$_, $c, $_] } @{$c->{classeTemporelle}} } @{$quantity->{calendrier}};
				push @registers, [$quantity->{cadranTotalisateur}, {}, {}];
				for (@registers)
				{
					my ($register, $calendar, $class) = @$_;
					push @rows, map {
						row('register_reading',
							point_id => $point, direction => 'consumption', read_at => utc((showing($_->{d}))[0]),
							quantity => $quantity->{grandeurPhysique}, calendar => $calendar->{idCalendrier},
							calendar_name => $calendar->{libelleCalendrier}, class => $class->{idClasseTemporelle},
							class_name => $class->{libelleClasseTemporelle}, register => $register->{codeCadran},
							value => number($_->{v}), unit => $quantity->{unite}, stage => $context->{etapeMetier},
							context => $context->{contexteReleve}, type => $context->{typeReleve})
					} @{$register->{valeur}};
				}
			}
		}
		return @rows;
	},
);

sub series_rows
{
	my ($generation, $endpoint, $doc, $point) = @_;
	my $direction = $endpoint =~ /produ/ ? 'production' : 'consumption';
	my ($list, @names) = $generation eq 'v5'
	  ? ($doc->{meter_reading}{interval_reading}, qw(value date interval_length measure_type))
	  : ([map { @{$_->{points}} } @{$doc->{grandeur}}], qw(v d p n));
	return curve_rows($direction, $point, $list, @names) if $endpoint =~ /curve|courbe/;
	return peak_rows($point, $list, @names) if $endpoint =~ /max/;
	return daily_rows($direction, $point, $list, @names);
}

# ---------------------------------------------------------------- tests

# The answers: file, generation, endpoint, point, window.
sub answers
{
	open my $in, '<', "$FindBin::Bin/answers.tsv" or die "answers.tsv: $!\n";
	return map { chomp; [split /\t/] } grep { !/^#/ } <$in>;
}

sub is_complete_day
{
	my ($file, $rows, $from, $points, $minutes) = @_;
	my $sum = 0;
	my %instants = map { $_->{ends_at} => 1 } @$rows;
	my ($start) = showing("$from 00:00:00");
	$sum += $_->{step} for @$rows;
	is_deeply([scalar @$rows, scalar keys %instants, $sum, $rows->[0]{starts_at}, $rows->[-1]{ends_at}],
		[$points, $points, $minutes, utc($start), utc($start + 60 * $minutes)],
		"$file: $points points on as many instants fill a day of $minutes minutes");
}

my %seen = map { $_ => 1 } 'errors-index.json', 'dc2026-subscribed-services-request.json', 'authorize-callbacks.json';
for (answers())
{
	my ($file, $generation, $endpoint, $point, $from, $until) = @$_;
	my $doc = document($file);
	my ($got, $fault) = decoded('answer', $generation, $endpoint, $point, $from, $until, "$examples/$file");
	my $make = $documents{$endpoint};
	my @expected = $make ? $make->($doc, $point) : series_rows($generation, $endpoint, $doc, $point);
	$_->{raw} = do { my $t = $_->{raw}; utf8::decode($t); $t } for grep { defined $_->{raw} } @expected;
	$_->{raw} = do { my $t = $_->{raw}; utf8::decode($t); $t } for grep { defined $_->{raw} } @$got;
	$seen{$file} = 1;
	is_deeply([$got, @$fault[0 .. 1]], [\@expected, 'fault', 'none'], "$file: " . @expected . ' rows, field by field')
	  or diag(explain($fault));
	is_complete_day($file, $got, $from, 50, 1500) if $file =~ /dst-autumn-50|dst-autumn\.json/;
	is_complete_day($file, $got, $from, 46, 1380) if $file =~ /dst-spring-46/;
	is_complete_day($file, $got, $from, 42, 1440) if $file =~ /interval-change/;
	if ($file =~ /48-degraded/)
	{
		my @ends = map { $_->{ends_at} } @$got;
		my @hole = grep { $got->[$_]{starts_at} ne $ends[$_ - 1] } 1 .. $#ends;
		is_deeply([scalar @ends, map { @ends[$_ - 1, $_] } @hole], [48, '2026-10-25T00:30:00Z', '2026-10-25T02:00:00Z'],
			"$file: one hole, the second of the two hours");
	}
}

# What an error asks of the client, and which fault says so.
my %kinds = ('fix-call' => 'request', 'clamp-end' => 'request', 'split' => 'request',
	'stop-point' => 'consent', 'stop-direction' => 'direction', 'stop-curve' => 'not recorded',
	'renew-token' => 'token', 'stop-api' => 'subscription', 'empty' => 'empty', 'retry-after-delay' => 'throttled',
	'retry-at' => 'throttled', 'retry-later' => 'server');
my %others = ('dc2026-error-400-adam-err0123.json' => 'activation', 'dc2026-error-403-900908.json' => 'subscription',
	'dc2026-error-403-not-holder.json' => 'consent', 'dc2026-error-404.json' => 'empty',
	'dc2026-error-429.json' => 'throttled', 'token-400-invalid-client.json' => 'token',
	'token-400-invalid-grant.json' => 'token', 'token-400-unsupported-grant-type.json' => 'request',
	'token-401.json' => 'token', 'authorize-400.json' => 'request', 'authorize-500.json' => 'server');
my %starts = ('ADAM-ERR0123' => 'activation', 'ADAM-DC-0009' => 'before consent', 'ADAM-ERR0125' => 'history',
	'ADAM-DC-0016' => 'history');
my %waits = ('error-429-quota-q3.json' => 1, 'error-429-quota-q4-negative-delay.json' => 2400,
	'error-429-wso2-900804.json' => 1, 'dc2026-error-429.json' => 1);

sub error_is
{
	my ($file, $generation, $status, $kind) = @_;
	my (undef, $fault) = decoded('error', $generation, $status, "$examples/$file");
	my $doc = document($file);
	my $code = $doc->{error} // $doc->{code};
	$seen{$file} = 1;
	is_deeply([@$fault[0 .. 3]], ['fault', $kind, $code, $waits{$file} // 0], "$file: $kind") or diag(explain($fault));
}

for my $known (@{document('errors-index.json')})
{
	my ($file, $status, $action) = @{$known}{qw(file http action)};
	my $kind = $action eq 'advance-start' ? $starts{document($file)->{error}} : $kinds{$action};
	error_is($file, 'v5', $status, $kind // "? ($action)");
}
for my $file (sort keys %others)
{
	my ($status) = $file =~ /-(\d{3})/;
	error_is($file, $file =~ /2026/ ? '2026' : 'v5', $status, $others{$file});
}

opendir my $dir, $examples or die "$examples: $!\n";
my @unseen = grep { /\.json$/ && !$seen{$_} && !/^token-200|^authorize/ } readdir $dir;
is_deeply(\@unseen, [], 'no example is left out');

# The rule that stands in for the server's time zone data, against the system's.
open my $days, '-|', $program, 'days', '2001-01-01', '2037-01-01' or die "$program: $!\n";
my @wrong;
my $count = 0;
while (<$days>)
{
	chomp;
	my ($day, $start) = split /\t/;
	$count++;
	push @wrong, "$day begins at $start" if $start ne utc((showing("$day 00:00:00"))[0]);
}
close $days;
is_deeply([$count, @wrong[0 .. ($#wrong < 5 ? $#wrong : 5)]], [13149], 'days begin when the system says, from 2001 to 2036');
done_testing();
