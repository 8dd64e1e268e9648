# Installation.pm: a PostgreSQL whose extension directory is the test's own, and what catalogs say of an extension.
#
# The server looks for its files beside its own program. So a copy of that program stands among links to all the
# rest, and nothing is written where PostgreSQL is installed.
package Installation;

use strict;
use warnings FATAL => 'all';

use Carp;
use Exporter 'import';
use File::Basename;
use File::Copy;
use File::Path qw(make_path);
use FindBin;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(make_installation add_script extension_script catalog_of differences);

# Where an installation keeps things, as pg_config says.
sub directory_of
{
	my ($what) = @_;
	my $pg_config = $ENV{PG_CONFIG} // 'pg_config';

	chomp(my $directory = `$pg_config --$what`);
	croak "could not run $pg_config" if $? != 0;
	return $directory;
}

sub link_all
{
	my ($from, $to, @but) = @_;
	my %but = map { $_ => 1 } @but;

	make_path($to);
	foreach my $file (glob("$from/*"))
	{
		my $name = basename($file);

		next if $but{$name};
		symlink($file, "$to/$name") or croak "could not link $to/$name: $!";
	}
	return;
}

# What both paths begin with, whole directories.
sub common_directory
{
	my ($one, $other) = @_;
	my @one = split m{/}, $one;
	my @other = split m{/}, $other;
	my @common;

	push @common, shift @one while shift(@other) eq ($one[0] // '');
	return join('/', @common);
}

# Makes an installation; returns its path, for PostgreSQL::Test::Cluster, and its directory of extensions.
sub make_installation
{
	my $root = PostgreSQL::Test::Utils::tempdir();
	my %from = map { $_ => directory_of($_) } qw(bindir sharedir pkglibdir);
	my $common = common_directory($from{bindir}, $from{sharedir});
	my %to = map { $_ => $root . substr($from{$_}, length $common) } qw(bindir sharedir);

	# programs resolve links to themselves
	link_all($from{bindir}, $to{bindir}, qw(postgres pg_ctl));
	foreach my $program (qw(postgres pg_ctl))
	{
		copy("$from{bindir}/$program", "$to{bindir}/$program") or croak "could not copy $program: $!";
		chmod 0755, "$to{bindir}/$program";
	}
	link_all($from{sharedir}, $to{sharedir}, 'extension');
	link_all("$from{sharedir}/extension", "$to{sharedir}/extension");
	if (index($from{pkglibdir}, "$common/") == 0)
	{
		my $library = $root . substr($from{pkglibdir}, length $common);

		link_all($from{pkglibdir}, $library);
	}
	return (dirname($to{bindir}), "$to{sharedir}/extension");
}

# Writes a script of the extension, such as 0.9 or 0.9--1.0.
sub add_script
{
	my ($extensions, $version, $text) = @_;

	PostgreSQL::Test::Utils::append_to_file("$extensions/switchgrid--$version.sql", $text);
	return;
}

# The script that is installed.
sub extension_script
{
	return PostgreSQL::Test::Utils::slurp_file(directory_of('sharedir') . '/extension/switchgrid--1.0.sql');
}

# What the catalogs of a database say of the extension's objects: a line for each property.
sub catalog_of
{
	my ($node, $database) = @_;

	return $node->safe_psql($database, PostgreSQL::Test::Utils::slurp_file("$FindBin::RealBin/catalog.sql"));
}

# The lines that only one of two catalogs has: "- " those of the first, "+ " those of the second.
sub differences
{
	my ($one, $other) = map { { map { $_ => 1 } split /\n/ } } @_;

	return ((map { "- $_" } grep { !$other->{$_} } sort keys %$one), (map { "+ $_" } grep { !$one->{$_} } sort keys %$other));
}

1;
