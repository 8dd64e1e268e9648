# Echo.pm: an API, a proxy, or something between, that says again what it was told, secrets and all.
#
# What it plays is said in words with dots between them: a number is the status; "text", "page", "error", "code", "message",
# "grdf" and "issues" are forms of bodies; "plain" tells what a secret was before it was packed into its header; "granted"
# has it give a token where it is asked for one; "x" and hexadecimal digits are the body itself.
package Echo;

use strict;
use warnings FATAL => 'all';

use IO::Select;
use IO::Socket::INET;
use JSON::PP ();
use MIME::Base64 qw(decode_base64);
use POSIX ();
use PostgreSQL::Test::Utils;
use Switchgrid;

# Of the looks of a JWT, and what a test looks for.
use constant TOKEN => 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJFY2hvIn0.ZWNobw';

my @running;

# Everything that came, as the process that listens wrote it down.
sub start
{
	my ($class) = @_;
	my $listener = IO::Socket::INET->new(Listen => 16, LocalAddr => '127.0.0.1', Proto => 'tcp')
	  or die "could not listen: $!";
	my $self = bless { port => $listener->sockport, dir => PostgreSQL::Test::Utils::tempdir() }, $class;
	my $parent = $$;

	$self->{pid} = fork() // die "could not fork: $!";
	if ($self->{pid} == 0)
	{
		# nothing of the test's own end
		$SIG{$_} = 'DEFAULT' foreach qw(TERM INT __DIE__);
		eval { listen_until_gone($listener, $parent, $self->{dir}) };
		POSIX::_exit(0);
	}
	push @running, $self->{pid};
	return $self;
}

END
{
	my $exit_code = $?;

	foreach my $pid (@running)
	{
		kill('KILL', $pid);
		waitpid($pid, 0);
	}
	$? = $exit_code;
}

sub url
{
	my ($self) = @_;

	return "http://127.0.0.1:$self->{port}";
}

# From now on: the words for requests whose first line has a text in it, then those for others, and so on.
sub play
{
	my ($self, @script) = @_;
	my $file = "$self->{dir}/script";

	unshift @script, '' if @script == 1;
	PostgreSQL::Test::Utils::append_to_file("$file.new", JSON::PP::encode_json(\@script));
	rename("$file.new", $file) or die "could not rename: $!";
	return;
}

# What was heard: one line for each request.
sub heard
{
	my ($self) = @_;

	return -e "$self->{dir}/heard" ? PostgreSQL::Test::Utils::slurp_file("$self->{dir}/heard") : '';
}

sub listen_until_gone
{
	my ($listener, $parent, $dir) = @_;
	my $select = IO::Select->new($listener);

	while (getppid() == $parent)
	{
		next unless $select->can_read(1);
		my $client = $listener->accept or next;

		eval { serve($client, $dir) };
		close($client);
	}
	return;
}

sub serve
{
	my ($client, $dir) = @_;
	my ($head, $body) = ('', '');
	my ($length, $answer);

	local $SIG{ALRM} = sub { die "too slow\n" };
	alarm(10);
	# what does not begin with a method is TLS, or SOCKS
	until ($head =~ /\r\n\r\n/)
	{
		sysread($client, $head, 65536, length($head)) && $head =~ /^[A-Z]/ or return;
	}
	($head, $body) = split(/\r\n\r\n/, $head, 2);
	($length) = $head =~ /^Content-Length: (\d+)/mi;
	sysread($client, $body, 65536, length($body)) or return while length($body) < ($length // 0);
	PostgreSQL::Test::Utils::append_to_file("$dir/heard", join(' ', split(/\r\n/, $head), $body) . "\n");
	$answer = answer(words_for($dir, $head), $head, $body);
	syswrite($client,
		    "HTTP/1.1 $answer->[0] Echo\r\nContent-Type: $answer->[1]\r\nContent-Length: "
		  . length($answer->[2])
		  . "\r\nConnection: close\r\n\r\n$answer->[2]");
	alarm(0);
	return;
}

# The words that were said last for such a request.
sub words_for
{
	my ($dir, $head) = @_;
	my @script = @{ JSON::PP::decode_json(PostgreSQL::Test::Utils::slurp_file("$dir/script")) };
	my ($line) = $head =~ /^(.*)/;

	while (my ($part, $words) = splice(@script, 0, 2))
	{
		return $words if index($line, $part) >= 0;
	}
	return '404';
}

# What is said again: the credential first, for bodies are shown by their beginning.
sub repeat
{
	my ($words, $head, $body) = @_;
	my ($line) = $head =~ /^(.*)/;
	my ($credential) = $head =~ /^(?:Proxy-)?Authorization: (.*?)\r?$/mi;

	$credential //= '';
	return "$credential $body $line" unless $words->{plain};
	$credential = 'user ' . decode_base64($1) if $credential =~ /^Basic (.*)/;
	s/\+/ /g, s/%([0-9A-F]{2})/chr(hex($1))/gie foreach $body, $line;
	return "$credential $body $line";
}

sub answer
{
	my ($script, $head, $body) = @_;
	my %words = map { $_ => 1 } split(/\./, $script);
	my ($given) = $script =~ /^x([0-9a-f]+)$/;
	my ($status) = grep { /^\d+$/ } keys %words;
	my $text = repeat(\%words, $head, $body);
	my %forms = (
		page => sub { "<!DOCTYPE html>\n<html><head><title>$text</title></head></html>" },
		error => sub { JSON::PP::encode_json({ error => 'invalid_request', error_description => $text }) },
		code => sub { JSON::PP::encode_json({ error => $text, error_description => 'No.' }) },
		message => sub { JSON::PP::encode_json({ code => '900901', message => $text }) },
		grdf => sub { JSON::PP::encode_json({ statut_restitution => { code => '1000099', message => $text } }) },
		issues => sub {
			JSON::PP::encode_json({ message => $text, issues => [ { path => ['name'], message => $text } ] });
		});
	my ($form) = grep { $words{$_} } sort keys %forms;

	return [ 200, 'application/json', JSON::PP::encode_json({ access_token => TOKEN, expires_in => 3600 }) ]
	  if $words{granted} && $head =~ m{^POST \S*/token };
	return [ 200, 'application/json', pack('H*', $given) ] if $given;
	return [ $status // 400, 'text/plain', $text ] unless $form;
	return [ $status // 400, $form eq 'page' ? 'text/html' : 'application/json', $forms{$form}->() ];
}

1;
