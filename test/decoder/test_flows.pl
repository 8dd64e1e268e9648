# Decodes the files of orders among the examples and compares each field of each row with what this program, which
# shares no code with the decoders, reads from the same file: test_flows.pl PRINT_ROWS
#
# Prints TAP.  Needs nothing but perl's core and the system's time zone data.
use strict;
use warnings;

use File::Temp qw(tempfile);
use FindBin;
use JSON::PP;
use POSIX qw(mktime strftime tzset);
use Test::More;
use Time::Local qw(timegm);

my ($program) = @ARGV;
die "usage: test_flows.pl PRINT_ROWS\n" unless defined $program;
my $examples = "$FindBin::Bin/../examples/switchgrid";
my $json = JSON::PP->new->utf8->canonical->allow_nonref;
$ENV{TZ} = 'Europe/Paris';
tzset();
strftime('%z', localtime 1782000000) eq '+0200'
  or BAIL_OUT('the system has no time zone data for Europe/Paris');

# ---------------------------------------------------------------- reading

sub content
{
	my ($file) = @_;
	open my $in, '<:raw', "$examples/$file" or die "$file: $!\n";
	local $/;
	return scalar <$in>;
}

# The rows of a table as hashes; names without what is not ASCII.
sub table
{
	my ($text) = @_;
	my ($head, @lines) = split /\n/, $text;
	my $separator = $head =~ /;/ ? ';' : ',';
	$head =~ s/[^ -~]//g;
	my @names = split /$separator/, $head, -1;
	return map { my %row; @row{@names} = split /$separator/, $_, -1; \%row } @lines;
}

sub decoded
{
	open my $out, '-|:raw', $program, @_ or die "$program: $!\n";
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
		my %row = (relation => $relation, map { /^(\w+)=(.*)\z/s or die "what is $_?\n"; ($1, $2) } @fields);
		$row{raw} = $json->encode($json->decode($row{raw})) if defined $row{raw};
		push @rows, \%row;
	}
	close $out or push @fault, "ended with status $?";
	return (\@rows, \@fault);
}

# ---------------------------------------------------------------- time

sub utc
{
	return strftime('%Y-%m-%dT%H:%M:%SZ', gmtime $_[0]);
}

# An instant with an offset, or of a clock in Paris on a day on which it does not change.
sub instant
{
	my ($y, $mo, $d, $h, $mi, $s, $zone) =
	  $_[0] =~ /^(\d+)-(\d+)-(\d+)[ T](\d+):(\d+):(\d+)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?$/ or die "instant $_[0]\n";
	return mktime($s, $mi, $h, $d, $mo - 1, $y - 1900, 0, 0, -1) unless defined $zone;
	my ($sign, $hours, $minutes) = $zone =~ /^([+-])(\d\d):(\d\d)$/ ? ($1, $2, $3) : ('+', 0, 0);
	return timegm($s, $mi, $h, $d, $mo - 1, $y) - ($hours * 60 + $minutes) * 60 * ($sign eq '-' ? -1 : 1);
}

sub minutes
{
	my ($text) = @_;
	return $1 * 60 if $text =~ /^PT(\d+)H$/;
	return $1 / 60 if $text =~ /^PT(\d+)S$/;
	return $text =~ /^PT(\d+)M$/ ? $1 : die "step $text\n";
}

# ---------------------------------------------------------------- rows

sub row
{
	my ($relation, %fields) = @_;
	my %row = (relation => $relation);
	for my $name (keys %fields)
	{
		my $value = $fields{$name};
		$row{$name} = ref $value ? $json->encode($value) : "$value" if defined $value && "$value" ne '';
	}
	return \%row;
}

sub number
{
	my ($text) = @_;
	return defined $text ? sprintf('%.10g', $text) : undef;
}

sub interval
{
	my ($point, $start, $minutes, $watts, $nature) = @_;
	return row('load_curve',
		point_id => $point, direction => 'consumption', starts_at => utc($start), ends_at => utc($start + 60 * $minutes),
		step => $minutes, watts => number($watts), wh => number($watts * $minutes / 60), nature => $nature);
}

# The measures of a file, whose point and contexts or series are the same in both families.
sub measures
{
	my ($doc, $point) = @_;
	return grep { ($_->{idPrm} // $_->{pointId}) eq $point } $doc->{mesures} ? @{$doc->{mesures}} : $doc;
}

# The points of a file's series, or of its table, by the names that they have in the first.
sub points
{
	my ($doc, $point) = @_;
	return map { @{$_->{points}} } map { @{$_->{grandeur}} } measures($doc, $point) if ref $doc eq 'HASH';
	return map { { v => $_->{Valeur} // $_->{value}, d => $_->{Horodate} // $_->{date}, p => $_->{Pas}, n => $_->{Nature},
			iv => $_->{'Indice de vraisemblance'} } } @$doc;
}

sub normal_rows
{
	my ($doc, $point) = @_;
	my $series = $doc->{values} ? $doc : $doc->{$point};
	my ($start, $minutes) = (instant($series->{startsAt}), minutes($series->{period}));
	my @values = @{$series->{values}};
	return map { interval($point, $start + $_ * $minutes * 60, $minutes, $values[$_], undef) }
	  grep { defined $values[$_] } 0 .. $#values;
}

sub normal_table_rows
{
	my ($rows, $point) = @_;
	my @starts = map { instant($_->{startDate}) } @$rows;
	my ($step) = sort { $a <=> $b } map { $starts[$_] - $starts[$_ - 1] } 1 .. $#starts;
	return map { interval($point, $starts[$_], $step / 60, $rows->[$_]{powerInWatts}, undef) }
	  grep { $rows->[$_]{powerInWatts} ne '' } 0 .. $#starts;
}

# What an order's file of a curve must become.
sub curve_rows
{
	my ($doc, $point) = @_;
	return normal_table_rows($doc, $point) if ref $doc eq 'ARRAY' && $doc->[0]{startDate};
	return normal_rows($doc, $point) if ref $doc eq 'HASH' && !$doc->{mesures} && !$doc->{grandeur};
	my @points = points($doc, $point);
	my $linky = grep { defined $_->{iv} || ($_->{n} // '') eq 'B' } @points;
	return map {
		my $minutes = minutes($_->{p});
		interval($point, instant($_->{d}) - ($linky ? 60 * $minutes : 0), $minutes, $_->{v}, $_->{n})
	} @points;
}

sub registers_of
{
	my ($doc, $point) = @_;
	my @rows;
	for my $context (map { @{$_->{contexte}} } measures($doc, $point))
	{
		for my $quantity (@{$context->{grandeur}})
		{
			my @registers = map { my $c = $_; map { [$_, $c, $_] } @{$c->{classeTemporelle}} } @{$quantity->{calendrier}};
			push @registers, [$quantity->{cadranTotalisateur}, {}, {}];
			for (@registers)
			{
				my ($register, $calendar, $class) = @$_;
				push @rows, map { {
						time => $_->{d}, quantity => $quantity->{grandeurPhysique}, calendar => $calendar->{idCalendrier},
						calendar_name => $calendar->{libelleCalendrier}, class => $class->{idClasseTemporelle},
						class_name => $class->{libelleClasseTemporelle}, register => $register->{codeCadran}, value => $_->{v},
						unit => $quantity->{unite}, stage => $context->{etapeMetier}, context => $context->{contexteReleve},
						type => $context->{typeReleve} } } @{$register->{valeur}};
			}
		}
	}
	return @rows;
}

# Where the table has what; accents are gone.
my %register_columns = (time => 'Horodate', quantity => 'Grandeur physique', calendar => 'Identifiant calendrier',
	calendar_name => 'Libell calendrier', class => 'Identifiant classe temporelle',
	class_name => 'Libell classe temporelle', register => 'Cadran', value => 'Valeur', unit => 'Unite',
	stage => 'Etape metier', context => 'Contexte de relve', type => 'Type de releve');

sub register_rows
{
	my ($doc, $point) = @_;
	my @registers = ref $doc eq 'HASH' ? registers_of($doc, $point)
	  : map { my $line = $_; my %r = map { $_ => $line->{$register_columns{$_}} } keys %register_columns; \%r } @$doc;
	return map {
		my %r = %$_;
		my $time = delete $r{time};
		row('register_reading', %r, point_id => $point, direction => 'consumption', read_at => utc(instant($time)))
	} @registers;
}

sub billed_rows
{
	my ($doc, $point) = @_;
	my @rows;
	for my $context (map { @{$_->{contexte}} } measures($doc, $point))
	{
		for my $quantity (@{$context->{grandeur}})
		{
			for my $calendar (@{$quantity->{calendrier}})
			{
				push @rows, map {
					my $class = $_;
					map {
						row('billed_quantity',
							point_id => $point, direction => 'consumption', starts_on => $_->{dbtMesure},
							ends_on => $_->{finMesure}, quantity => $quantity->{grandeurPhysique},
							grid => $calendar->{codeGrille}, calendar => $calendar->{codeCalendrier},
							calendar_name => $calendar->{libelleCalendrier}, class => $class->{idClasseTemporelle},
							class_name => $class->{libelleClasseTemporelle}, value => $_->{quantite},
							unit => $quantity->{unite}, nature => $_->{codeNature}, status => $_->{codeStatut},
							reason => $context->{idMotifReleve}, created_at => utc(instant($_->{dateCreation})))
					} @{$class->{quantite}}
				} @{$calendar->{classeTemporelle}};
			}
		}
	}
	return @rows;
}

# "HC (22H30-6H30)" as minutes of the day, cut at midnight.
sub offpeak
{
	my ($text) = @_;
	my @parts;
	while (defined $text && $text =~ /(\d+)H(\d*)-(\d+)H(\d*)/g)
	{
		my ($from, $until) = ($1 * 60 + ($2 || 0), $3 * 60 + ($4 || 0));
		push @parts, $from < $until ? [$from, $until] : ([$from, 1440], [0, $until]);
	}
	return @parts ? '{' . join(',', map { "[$_->[0],$_->[1])" } @parts) . '}' : undef;
}

sub code
{
	my ($value) = @_;
	return ref $value ? $value->{code} // $value->{attributes}{code} : $value;
}

sub contract_rows
{
	my ($doc, $point) = @_;
	if (ref $doc eq 'ARRAY' && !$doc->[0]{idPrm})
	{
		my ($power, $unit) = split / /, $doc->[0]{'Puissance souscrite'};
		return row('contract', point_id => $point, direction => 'consumption', segment => $doc->[0]{Segment},
			status => $doc->[0]{'Etat contractuel'}, subscribed_power => $power, power_unit => $unit),
		  row('connection', point_id => $point, voltage_level => $doc->[0]{'Domaine de tension'});
	}
	my $sync = ref $doc eq 'HASH';
	my $root = $sync ? $doc->{point} : $doc->[0];
	my $situation = $sync ? $root->{situationContractuelle} : $root->{situationsContractuelles}[0];
	my ($general, $tariff) = ($root->{donneesGenerales}, $situation->{structureTarifaire});
	my ($address, $supply) = ($general->{adresseInstallation}, $root->{situationAlimentation});
	my ($device, $main) = ($root->{situationComptage}{dispositifComptage}, $supply->{alimentationPrincipale});
	my $hours = $sync ? $device->{relais}{plageHeuresCreuses} : $root->{situationComptage}{relais}{plageHeuresCreuses}{libelle};
	my $future = ($root->{situationComptage}{futuresPlagesHeuresCreuses} // {})->{libelle};
	my $power = $tariff->{puissanceSouscriteMax} // $tariff->{puissanceSouscrite};
	my $status = $sync ? $general->{etatContractuel} : $situation->{informationsContractuelles}{etatContractuel};
	my $client = $root->{clientFinal};
	my %shown = %$root;
	$shown{donneesGenerales} = {%$general};
	delete $shown{donneesGenerales}{adresseInstallation};
	delete $shown{clientFinal};
	delete $shown{rattachements};
	my @rows = row('contract',
		point_id => $point, direction => 'consumption', segment => code($general->{segment} // $situation->{segment}),
		status => code($status), subscribed_power => $power->{valeur}, power_unit => $power->{unite},
		tariff => code($tariff->{formuleTarifaireAcheminement}), offpeak_hours => $hours, offpeak_minutes => offpeak($hours),
		future_offpeak_hours => $future, future_offpeak_minutes => offpeak($future), started_on => $situation->{dateDebut},
		tariff_changed_on => $general->{dateDerniereModificationFormuleTarifaireAcheminement},
		power_changed_on => $general->{dateDerniereAugmentationPuissanceSouscrite},
		meter_type => code($device->{typeComptage}), communicating => $general->{niveauOuvertureServices} > 0 ? 't' : 'f',
		raw => \%shown);
	push @rows, row('holder', point_id => $point, direction => 'consumption', raw => $client,
		siret => $client->{informationsClient}{personneMorale}{numSiret},
		siren => $client->{informationsClient}{personneMorale}{numSiren}) if $client;
	my ($volts) = (code($main->{tensionLivraison}) // '') =~ /^(\d+) V$/;
	return @rows, row('address',
		point_id => $point, street => $address->{numeroEtNomVoie}, unit => $address->{escalierEtEtageEtAppartement},
		postal_code => $address->{codePostal}, city => $address->{commune}{libelle},
		insee_code => code($address->{commune}), raw => $address),
	  row('connection',
		point_id => $point, state => $supply->{etatAlimentation}, voltage_level => code($main->{domaineTension}),
		consumption_power => $main->{puissanceRaccordementSoutirage}{valeur},
		power_unit => $main->{puissanceRaccordementSoutirage}{unite}, volts => $volts, raw => $supply);
}

my %makers = (
	curve => \&curve_rows,
	registers => \&register_rows,
	billed => \&billed_rows,
	contract => \&contract_rows,
	energy => sub {
		my ($doc, $point) = @_;
		return map { row('daily_energy', point_id => $point, direction => 'consumption', day => $_->{d},
				wh => number($_->{v})) } points($doc, $point);
	},
	peaks => sub {
		my ($doc, $point) = @_;
		return map { row('daily_max_power', point_id => $point, direction => 'consumption', day => substr($_->{d}, 0, 10),
				va => number($_->{v}), at => utc(instant($_->{d}))) } points($doc, $point);
	},
);

# ---------------------------------------------------------------- tests

my %curves;
my %seen;
open my $list, '<', "$FindBin::Bin/flows.tsv" or die "flows.tsv: $!\n";
while (<$list>)
{
	next if /^#/;
	chomp;
	my ($file, $generation, $endpoint, $point, $from, $until) = split /\t/;
	my $text = content($file);
	my $doc = $file =~ /csv$/ ? [table($text)] : $json->decode($text);
	my ($got, $fault) = decoded('answer', $generation, $endpoint, $point, $from, $until, "$examples/$file");
	my @expected = $makers{$endpoint}->($doc, $point);
	$seen{$file} = 1;
	is_deeply([$got, @$fault[0 .. 1]], [\@expected, 'fault', 'none'], "$file: " . @expected . ' rows, field by field')
	  or diag(explain($fault));
	# the point and the nature are not what is compared below
	$curves{$file} = [map { my %r = %$_; delete @r{qw(point_id nature)}; \%r } @$got];
}

# The examples say of these that they are of the same day.
for my $file (qw(enedis-r63-sync.json v2-request-data-loadcurve.json v2-request-data-loadcurve.csv
	v2-request-data-loadcurve-no-prm.csv))
{
	is_deeply($curves{$file}, $curves{'enedis-r63-async-c5.json'}, "$file is the curve that the meter recorded");
}
for (['autumn', 50], ['spring', 46])
{
	my ($season, $points) = @$_;
	my @rows = @{$curves{"v2-request-data-loadcurve-dst-$season.json"}};
	is_deeply([scalar(@rows), scalar grep { $rows[$_]{starts_at} ne $rows[$_ - 1]{ends_at} } 1 .. $#rows], [$points, 0],
		"$season: $points half hours without a break");
}

# Of an hour's mean and its two half hours the energy is the same.
my ($hours, $halves) = map { my $sum = 0; $sum += $_->{wh} for @$_; $sum } @curves{'v2-request-data-loadcurve-1h.json',
	'v2-request-data-loadcurve.json'};
is($hours, $halves, 'a coarser period has the same energy');

# A series that stands in the order's own answer is in the normal form.
my $order = $json->decode(content('v2-order-response-success-embedded-loadcurve.json'));
my ($out, $name) = tempfile(UNLINK => 1);
print $out $json->encode($order->{requests}[0]{loadCurve});
close $out or die "$name: $!\n";
my ($embedded) = decoded('answer', 'flows', 'curve', '99900000000101', '2025-01-15', '2025-01-16', $name);
is_deeply($embedded, [normal_rows($order->{requests}[0]{loadCurve}, '99900000000101')],
	'a series from the answer to an order: ' . @$embedded . ' rows, field by field');

my ($none, $days) = decoded('answer', 'flows', 'curve', '99900000000101', '2025-01-10', '2025-01-13',
	"$examples/v0-request-data-1d.json");
is_deeply([scalar @$none, $days->[1]], [0, 'shape'], 'values of days are a fault for a curve');
my ($nothing, $empty) = decoded('answer', 'flows', 'curve', '99900000000101', '2025-01-15', '2025-01-16',
	"$examples/v2-request-data-loadcurve-empty.json");
is_deeply([scalar @$nothing, $empty->[1]], [0, 'none'], 'a series without values is no fault');

opendir my $dir, $examples or die "$examples: $!\n";
my @unseen = grep { /^enedis-|request-data/ && !$seen{$_} && !/-1d|-empty/ } readdir $dir;
is_deeply(\@unseen, [], 'no file is left out');
done_testing();
