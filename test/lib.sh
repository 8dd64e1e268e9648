# What test/demo and test/check share: packages, a copy of the tree that is built and installed, a
# private cluster.  Read by "." from a POSIX shell; the reader sets $root, the tree, and $work, where to work.
#
# PG_CONFIG chooses a PostgreSQL; without it the newest installed one from 15 on, or else apt's.
# SWITCHGRID_DATA names a file of real readings, lines "starts_at,watts".
# shellcheck shell=sh disable=SC2154

umask 022
unset PGHOST PGHOSTADDR PGPORT PGUSER PGDATABASE PGOPTIONS PGSERVICE PGSERVICEFILE PGDATA PGPASSFILE \
	PGTZ PGDATESTYLE PGCLIENTENCODING PGSSLMODE PGAPPNAME
unset MAKEFLAGS MAKEOVERRIDES MFLAGS MAKELEVEL
export LC_ALL=C.UTF-8
PATH=$PATH:/usr/sbin:/sbin
# what src/base/compat.h is written for
oldest=15
data_file=${SWITCHGRID_DATA-}
# sun_path, less its final zero
socket_path_limit=107

say()
{
	printf '%s\n' "$*"
}

die()
{
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

# As the machine's administrator.
as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "needs root for: $*
Run it as root, or install sudo and let this user use it."
	fi
}

# As the one who owns the cluster: PostgreSQL refuses root.
as_owner()
{
	if [ "$(id -u)" = 0 ]; then
		runuser -u postgres -- env HOME="$work" "$@"
	else
		"$@"
	fi
}

owner_name()
{
	if [ "$(id -u)" = 0 ]; then echo postgres; else id -un; fi
}

# ---------------------------------------------------------------- packages

apt_install()
{
	command -v apt-get >/dev/null ||
		die "this machine has no apt, so install by hand what these Debian packages hold, and set PG_CONFIG: $*"
	say "Installing: $*"
	apt_log=$(mktemp)
	# another apt may be at work; the lists may be missing or old
	set -- env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
		-o DPkg::Lock::Timeout=300 -o APT::Install-Suggests=false "$@"
	if ! as_root "$@" >"$apt_log" 2>&1 </dev/null; then
		apt_update
		if ! as_root "$@" >"$apt_log" 2>&1 </dev/null; then
			tail -n 20 "$apt_log" >&2
			rm -f "$apt_log"
			die "the packages could not be installed"
		fi
	fi
	rm -f "$apt_log"
}

apt_update()
{
	as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q -o DPkg::Lock::Timeout=300 \
		>/dev/null 2>&1 </dev/null || true
}

apt_knows()
{
	apt-cache show --no-all-versions "$1" >/dev/null 2>&1
}

# The version that the package "postgresql" stands for.
apt_version()
{
	apt-cache show --no-all-versions postgresql 2>/dev/null |
		sed -n 's/^Depends:.*postgresql-\([0-9][0-9]*\).*/\1/p' | head -n 1
}

# Sets bindir, pg_config and version; version is empty where PG_CONFIG was given.
choose_postgres()
{
	version=
	if [ -n "${PG_CONFIG-}" ]; then
		pg_config=$(command -v "$PG_CONFIG") || die "there is no program \"$PG_CONFIG\" (PG_CONFIG)"
		bindir=$("$pg_config" --bindir)
		major=$("$pg_config" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
		[ "$major" -ge $oldest ] || die "PostgreSQL $major is too old: switchgrid needs $oldest or later"
		return
	fi
	for server in /usr/lib/postgresql/*/bin/postgres; do
		[ -x "$server" ] || continue
		found=${server#/usr/lib/postgresql/}
		found=${found%%/*}
		case $found in *[!0-9]*) continue ;; esac
		[ "$found" -ge $oldest ] && [ "$found" -gt "${version:-0}" ] && version=$found
	done
	if [ -z "$version" ]; then
		command -v apt-cache >/dev/null ||
			die "no PostgreSQL $oldest or later in /usr/lib/postgresql, and no apt: set PG_CONFIG"
		version=$(apt_version)
		if [ -z "$version" ]; then
			say "Reading the lists of packages"
			apt_update
			version=$(apt_version)
		fi
		[ -n "$version" ] || die "apt knows no package postgresql: see /etc/apt/sources.list"
		[ "$version" -ge $oldest ] ||
			die "switchgrid needs PostgreSQL $oldest or later, and apt offers $version here;
https://wiki.postgresql.org/wiki/Apt tells how to have a newer one"
	fi
	bindir=/usr/lib/postgresql/$version/bin
	pg_config=$bindir/pg_config
}

have_header()
{
	echo "#include <$1>" | gcc -E - >/dev/null 2>&1
}

# Names the packages that hold what is missing; what is there by other means is left alone.
missing_packages()
{
	command -v make >/dev/null || echo make
	command -v tar >/dev/null || echo tar
	if ! command -v gcc >/dev/null || ! have_header stdio.h; then
		echo gcc libc6-dev
	fi
	have_header curl/curl.h || echo libcurl4-openssl-dev
	have_header jansson.h || echo libjansson-dev
	have_header microhttpd.h || echo libmicrohttpd-dev
	have_header zlib.h || echo zlib1g-dev
	if [ -n "$version" ]; then
		[ -x "$bindir/initdb" ] || echo "postgresql-$version"
		[ -x "$pg_config" ] && [ -f "$("$pg_config" --includedir-server)/postgres.h" ] &&
			[ -f "$("$pg_config" --pgxs)" ] || echo "postgresql-server-dev-$version"
	fi
}

# provide [package...]: all that building and running need, and these
provide()
{
	# shellcheck disable=SC2046 # one word, one package
	set -- "$@" $(missing_packages)
	[ $# = 0 ] || apt_install "$@"
	[ -x "$bindir/initdb" ] || die "there is no PostgreSQL server in $bindir"
	PATH=$bindir:$PATH
	export PATH
}

# ---------------------------------------------------------------- scratch

# Another user's directory must not be taken for ours.
check_scratch()
{
	if [ -L "$1" ] || { [ -e "$1" ] && ! { [ -d "$1" ] && [ -O "$1" ]; }; }; then
		die "$1 is somebody else's: remove it, or set TMPDIR to another directory"
	fi
	[ $((${#1} + 30)) -lt $socket_path_limit ] ||
		die "$1 is too long a path for a socket: set TMPDIR to a shorter one"
}

# Makes $work, where the owner of the cluster can make directories of its own.
make_scratch()
{
	mkdir -p "$work" || die "cannot make the directory $work"
	chmod 755 "$work"
	cd "$work" || exit 1
	as_owner test -x "$work" ||
		die "user $(owner_name) cannot enter $work: set TMPDIR to a directory that all may enter"
	for part in build run logs; do
		mkdir "$work/$part" || exit 1
		[ "$(id -u)" != 0 ] || chown postgres: "$work/$part" || exit 1
	done
	chmod 700 "$work/run"
	if [ -n "$data_file" ]; then
		# the owner of the cluster may not be able to read it where it is
		cat -- "$data_file" >"$work/readings.csv" ||
			die "cannot read the readings (SWITCHGRID_DATA): $data_file"
		chmod 644 "$work/readings.csv"
		SWITCHGRID_DATA=$work/readings.csv
		export SWITCHGRID_DATA
	fi
}

# A copy without what a build left: the tree itself is never written to.
copy_tree()
{
	tar -C "$root" -cf "$work/tree.tar" --mode=u+w,a+rX --exclude-vcs --exclude='*.o' --exclude='*.bc' --exclude='*.so' \
		--exclude=results --exclude=tmp_check --exclude=log --exclude=output_iso \
		--exclude='regression.*' --exclude=switchgrid-simulator . ||
		die "cannot copy $root"
	as_owner tar -C "$work/build" --no-same-owner -xf "$work/tree.tar" || die "cannot copy to $work/build"
	rm -f "$work/tree.tar"
}

# build [make's arguments...]
build()
{
	as_owner make -C "$work/build" -j "$(nproc)" PG_CONFIG="$pg_config" with_llvm=no "$@" \
		>"$work/logs/build.log" 2>&1
}

build_errors()
{
	grep -nE ': (fatal )?(error|warning):|[Ee]rror|\*\*\*|undefined reference' "$work/logs/build.log" |
		grep -v 'gcc .* -c ' | head -n 40
}

install_built()
{
	as_root env PATH="$PATH" make -C "$work/build" PG_CONFIG="$pg_config" with_llvm=no install \
		>"$work/logs/install.log" 2>&1 || { tail -n 30 "$work/logs/install.log" >&2; return 1; }
}

# ---------------------------------------------------------------- cluster

# start_cluster [setting...]: without network; only who may enter $work/run can connect
start_cluster()
{
	as_owner "$bindir/initdb" -D "$work/run/data" --username=postgres --auth=trust --encoding=UTF8 \
		--locale=C.UTF-8 --no-sync --no-instructions >"$work/logs/initdb.log" 2>&1 ||
		{ cat "$work/logs/initdb.log" >&2; return 1; }
	{
		echo "listen_addresses = ''"
		echo "unix_socket_directories = '$work/run'"
		echo "port = 5432"
		echo "timezone = 'Europe/Paris'"
		echo "log_timezone = 'Europe/Paris'"
		for setting in "$@"; do echo "$setting"; done
	} >"$work/settings"
	# shellcheck disable=SC2016 # the inner shell expands it
	as_owner sh -c 'cat "$1" >>"$2"' sh "$work/settings" "$work/run/data/postgresql.conf"
	# apart from the terminal, whose interrupts are not meant for it
	as_owner setsid "$bindir/pg_ctl" -D "$work/run/data" -l "$work/logs/postgresql.log" -w -t 60 start \
		>"$work/logs/pg_ctl.log" 2>&1 </dev/null ||
		{ cat "$work/logs/pg_ctl.log" "$work/logs/postgresql.log" >&2; return 1; }
	PGHOST=$work/run PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
	export PGHOST PGPORT PGUSER PGDATABASE
}

stop_cluster()
{
	[ -d "$work/run/data" ] || return 0
	as_owner "$bindir/pg_ctl" -D "$work/run/data" status >/dev/null 2>&1 || return 0
	as_owner "$bindir/pg_ctl" -D "$work/run/data" -w -t 60 -m fast stop >/dev/null 2>&1 ||
		as_owner "$bindir/pg_ctl" -D "$work/run/data" -w -t 60 -m immediate stop >/dev/null 2>&1
}
