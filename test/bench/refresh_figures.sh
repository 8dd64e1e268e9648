# Figures of refresh as a service: what a run costs that has little to do, and what many points cost it. Read by "."
# from test/bench/run, whose functions and variables it uses.
#
# SWITCHGRID_POINTS says how many points there are (1000), SWITCHGRID_BACKEND_KILLS and SWITCHGRID_SERVER_KILLS how many
# backends and servers are killed (50 and 10).
#
# shellcheck shell=sh
# shellcheck disable=SC2154 # work, house, today and replayed are set there

many=${SWITCHGRID_POINTS-1000}

idle='idle_refresh_s idle_refresh_requests idle_refresh_holes_s idle_refresh_consents_s status_s'
one_day='one_day_excess_requests one_old_day_excess_requests'
completeness='completeness_wrong_minutes completeness_spans'
refresh_peak='refresh_peak_mb refresh_peak_mb_history'
refresh_kills='kill_wrong_rows kill_repeated_windows'
# shellcheck disable=SC2034 # used there
service="$idle $one_day $completeness $refresh_peak $refresh_kills"

# A server without a pace, whose requests the journal tells from others by a word of its scenario ($2).
add_fast()
{
	add_server "$1" "/~unlimited+$2" ", per_second '0', per_hour '0', generation 'v5'"
}

# What the journal has of a scenario, but for tokens.
asked()
{
	sql -c "SELECT count(*) FROM journal('unlimited+$1') AS j WHERE j ->> 'endpoint' <> 'token'"
}

# All of one table again for each of the other houses.
copy_rows()
{
	sql -c "INSERT INTO switchgrid.$1 SELECT (jsonb_populate_record(t, to_jsonb(h))).*
		FROM switchgrid.$1 AS t, other_house AS h WHERE t.point_id = '$house' $2"
}

# Half-hourly houses that are watched and held as far back as the API goes: the first one by a refresh, the others by
# copies of its rows.
fill_houses()
{
	add_fast idle next=71
	watch_houses idle 1 "'{load_curve,daily_energy}'"
	refresh idle
	# the last digit says what a house is like
	sql -c "CREATE TABLE other_house AS SELECT ($house + i)::text AS point_id
		FROM generate_series(1, $many * 2) AS i WHERE i % 10 IN (0, 1, 2, 4, 5) ORDER BY i LIMIT $many - 1"
	copy_rows watch "AND server = 'idle'"
	copy_rows coverage "AND server = 'idle'"
	copy_rows curve_segment ''
	copy_rows daily_energy ''
	whole=$(sql -c "
		SELECT count(*) = 2 * $many AND bool_and(held = datemultirange(switchgrid.history('idle', relation, direction)))
		FROM switchgrid.coverage WHERE server = 'idle'")
	[ "$whole" = t ] || fail 'not everything is held'
}

# The median of so many statements, each in a session of its own as a job has it, in seconds.
time_fresh()
{
	i=0
	while [ "$i" -lt 7 ]; do
		sql -c '\timing on' -c "$1" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p'
		i=$((i + 1))
	done | sort -n | awk '{ ms[NR] = $1 } END { if (NR != 7) exit 1; printf "%.3f", ms[4] / 1000 }'
}

# A run that has nothing to do, as figure $1.
measure_nothing()
{
	before=$(asked next=71)
	printf '%s\t%s\ts\n' "$1" "$(time_fresh "CALL switchgrid.refresh('idle')")"
	[ "$(($(asked next=71) - before))" = 0 ] || fail "$1: a run that has nothing to do asked something"
}

measure_idle()
{
	before=$(asked next=71)
	measure_nothing idle_refresh_s
	printf 'idle_refresh_requests\t%s\trequests\n' "$(($(asked next=71) - before))"
	printf 'status_s\t%s\ts\n' "$(time_fresh 'SELECT count(*), sum(minutes_held) FROM switchgrid.status')"
	# a consent for each, and one that has ended
	sql -c "INSERT INTO switchgrid.consent (server, point_id, consent_id, state, ends_on)
		SELECT server, point_id, 'c' || n, 'ACTIF', date '$today' + 500 - n * 600
		FROM switchgrid.watch, generate_series(0, 1) AS n WHERE server = 'idle' AND relation = 'load_curve'"
	measure_nothing idle_refresh_consents_s
	# a day of each month that has no data, and yesterday, which is late: not to be asked yet
	sql -c "
		WITH hole AS (
			SELECT server, point_id, relation, direction, daterange(day, day + 1) AS days, day
			FROM switchgrid.coverage, generate_series(date '$today' - 1, lower(held), '-31 days') AS t (at),
				LATERAL (SELECT at::date AS day) AS d WHERE server = 'idle'),
		cut AS (
			UPDATE switchgrid.coverage AS c SET held = held - days FROM (
				SELECT server, point_id, relation, direction, range_agg(days) AS days FROM hole GROUP BY 1, 2, 3, 4) AS h
			WHERE (c.server, c.point_id, c.relation, c.direction) = (h.server, h.point_id, h.relation, h.direction))
		INSERT INTO switchgrid.open_span (server, point_id, relation, direction, days, cause, tries, asked_at, retry_at)
		SELECT server, point_id, relation, direction, days,
			CASE day WHEN date '$today' - 1 THEN 'late' ELSE 'empty' END, 1,
			timestamptz '${today}T08:00:00Z', timestamptz '${today}T14:00:00Z' + (date '$today' - 1 - day) * interval '1 hour'
		FROM hole"
	measure_nothing idle_refresh_holes_s
	# as it was
	sql -c "
		UPDATE switchgrid.coverage SET held = datemultirange(switchgrid.history(server, relation, direction))
			WHERE server = 'idle'" \
		-c "DELETE FROM switchgrid.open_span WHERE server = 'idle'" \
		-c "DELETE FROM switchgrid.consent WHERE server = 'idle'"
}

# One day of all points and relations is gone: what is asked more than once for each, by the journal.
measure_missing_day()
{
	sql -c "UPDATE switchgrid.coverage SET held = held - datemultirange(daterange(day, day + 1))
		FROM (SELECT date '$today' - $2 AS day) AS d WHERE server = 'idle'"
	since=$(journal_end)
	refresh idle
	sql -F '	' -c "
		WITH asked AS (
			SELECT j ->> 'endpoint' AS endpoint, j ->> 'point' AS point FROM journal('unlimited+next=71') AS j
			WHERE (j ->> 'n')::bigint > $since AND j ->> 'endpoint' <> 'token'),
		wanted AS (
			SELECT CASE relation WHEN 'load_curve' THEN 'consumption_load_curve' ELSE 'daily_consumption' END AS endpoint,
				point_id AS point FROM switchgrid.watch WHERE server = 'idle')
		SELECT '$1', sum(abs(COALESCE(a.n, 0) - COALESCE(w.n, 0))), 'requests'
		FROM (SELECT endpoint, point, count(*) AS n FROM asked GROUP BY 1, 2) AS a
		FULL JOIN (SELECT endpoint, point, count(*) AS n FROM wanted GROUP BY 1, 2) AS w USING (endpoint, point)"
	open=$(sql -c "SELECT count(*) FROM switchgrid.gap WHERE server = 'idle'")
	[ "$open" = 0 ] || fail "$1: the day is still missing"
}

# What the file of the readings says of spans of days, lines "from until": their minutes that have a value, and those that
# there are. The readings are moved by the fewest whole weeks that bring the last one to today or later.
minutes_of_file()
{
	TZ=Europe/Paris perl -MPOSIX -MTime::Local=timegm -ne '
		BEGIN {
			# midnight in Paris, by the C library
			sub midnight { my ($y, $m, $d) = split /-/, shift; mktime(0, 0, 0, $d, $m - 1, $y - 1900, 0, 0, -1) }
			our $today = midnight(shift);
			open(my $file, "<", shift) or die "no readings: $!";
			while (<$file>) {
				$start{timegm($6, $5, $4, $3, $2 - 1, $1)} = 1 if /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)Z,\d/;
			}
			our ($last) = sort { $b <=> $a } keys %start;
			our $moved = POSIX::ceil(($today - $last - 3600) / 604800) * 604800;
		}
		my ($from, $until) = map { midnight($_) } split;
		my $held = grep { $_ + $moved >= $from && $_ + $moved < $until } keys %start;
		print join("\t", split, $held * 60, ($until - $from) / 60), "\n";' "$today" "$work/readings.csv"
}

# What the relation of the status says of each span of days that is watched, against the file: the whole, and each month
# and each week by itself.
measure_completeness()
{
	if [ ! -f "$work/readings.csv" ]; then
		echo 'test/bench/run: no real readings: SWITCHGRID_DATA names no file' >&2
		return
	fi
	add_fast complete next=72
	sql -c "SELECT switchgrid.watch('complete', '{$replayed}', '{load_curve}')" >/dev/null
	refresh complete
	sql -c "
		CREATE TABLE span AS
			WITH wanted AS (SELECT switchgrid.history('complete', 'load_curve', 'consumption') AS days),
			cut AS (
				SELECT '1 month'::interval AS step, at FROM wanted,
					generate_series(date_trunc('month', lower(days)), upper(days), '1 month') AS at
				UNION ALL
				SELECT '7 days', at FROM wanted, generate_series(lower(days), upper(days), '7 days') AS at)
			SELECT lower(days) AS since, upper(days) AS until FROM wanted
			UNION
			SELECT lower(d), upper(d)
			FROM wanted, cut, LATERAL (SELECT days * daterange(at::date, (at + step)::date) AS d) AS part
			WHERE NOT isempty(d)" \
		-c 'CREATE TABLE told (LIKE span, held bigint, wanted bigint)' \
		-c 'CREATE TABLE counted (LIKE told)'
	sql -c 'COPY span TO STDOUT' | minutes_of_file >"$work/minutes"
	sql -c "COPY counted FROM '$work/minutes'" -c "
		DO \$\$
		DECLARE s span;
		BEGIN
			FOR s IN TABLE span LOOP
				PERFORM switchgrid.watch('complete', '{$replayed}', '{load_curve}', s.since, s.until);
				INSERT INTO told SELECT s.since, s.until, minutes_held, minutes_wanted
					FROM switchgrid.status WHERE server = 'complete';
			END LOOP;
		END \$\$"
	cp "$work/minutes" "$work/raw/minutes.tsv"
	sql -F '	' -c "
		SELECT 'completeness_wrong_minutes', sum(abs(COALESCE(t.held, 0) - c.held) + abs(COALESCE(t.wanted, 0) - c.wanted)),
			'min' FROM counted AS c FULL JOIN told AS t USING (since, until)
		UNION ALL SELECT 'completeness_spans', count(*), 'spans' FROM counted" >"$work/lines"
	# without a hole, and without a day of another length, it would show nothing
	worth=$(sql -c "SELECT bool_or(held > 0 AND held < wanted) AND bool_or(wanted % 1440 = 60)
		AND bool_or(wanted % 1440 = 1380) AND count(*) = (SELECT count(*) FROM told) FROM counted")
	[ "$worth" = t ] || fail 'the readings have no holes, or no change of the clock'
	cat "$work/lines"
}

# A run over all points with some weeks each; and the first minute of one over their whole history, which has all of its
# requests in mind.
measure_refresh_peak()
{
	add_fast little next=73
	add_fast weeks next=74
	add_fast history next=75
	sql -c "SELECT switchgrid.watch('little', '{$replayed}', '{load_curve,daily_energy}', since => '2026-11-01')" >/dev/null
	watch_houses weeks "$many" "'{load_curve,daily_energy}', since => '2026-10-01'"
	watch_houses history "$many" "'{load_curve,daily_energy}'"
	"$work/live_bench" refresh_peak "$work/raw" little weeks refresh_peak_mb 0
	open=$(sql -c "SELECT count(*) FROM switchgrid.gap WHERE server = 'weeks' AND cause = 'not asked'")
	[ "$open" = 0 ] || fail 'the run over all points is not complete'
	"$work/live_bench" refresh_peak "$work/raw" little history refresh_peak_mb_history 20
}

# The test of kills, with more of them, in a cluster of its own.
measure_refresh_kills()
{
	mkdir "$work/kills"
	(cd "$work/kills" && env -u PGHOST -u PGPORT -u PGUSER -u PGDATABASE PG_CONFIG="$pg_config" \
		SWITCHGRID_BACKEND_KILLS="${SWITCHGRID_BACKEND_KILLS-50}" SWITCHGRID_SERVER_KILLS="${SWITCHGRID_SERVER_KILLS-10}" \
		TESTDATADIR="$work/kills" TESTLOGDIR="$work/kills" \
		perl -I "$(dirname "$("$pg_config" --pgxs)")/../test/perl" "$here/../t/019_kills.pl" \
		>"$work/raw/kills.tap" 2>"$work/raw/kills.err") || fail 'the test of kills failed: see kills.tap'
	sed -n 's/^# \(kill_[a-z_]*	\)/\1/p' "$work/raw/kills.tap"
}

measure_service()
{
	if wants "$idle $one_day"; then
		fill_houses
		if wants "$idle"; then measure_idle; fi
		if wants "$one_day"; then
			measure_missing_day one_day_excess_requests 1
			measure_missing_day one_old_day_excess_requests 400
		fi
	fi
	if wants "$completeness"; then measure_completeness; fi
	if wants "$refresh_peak"; then measure_refresh_peak; fi
	if wants "$refresh_kills"; then measure_refresh_kills; fi
}
