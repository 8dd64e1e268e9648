# Figures that compare or last, over sessions of libpq's.  Read by "." from test/bench/run, whose functions
# and variables it uses.
#
# shellcheck shell=sh

# The last line of the journal so far.
journal_end()
{
	sql -c "SELECT coalesce(max((line::jsonb ->> 'n')::bigint), 0)
		FROM regexp_split_to_table(pg_read_file('$SWITCHGRID_JOURNAL'), '\n') AS line WHERE line <> ''"
}

# What was asked with scenario $1 after line $2 of the journal, as URLs; where the token came from is first.
urls_since()
{
	sql -c "
		SELECT '$SWITCHGRID_URL/~$1' || (j ->> 'path') || coalesce('?usage_point_id=' || (j ->> 'point')
			|| '&start=' || (j ->> 'start') || '&end=' || (j ->> 'end'), '')
		FROM journal('$1') AS j WHERE (j ->> 'n')::bigint > $2
		ORDER BY j ->> 'endpoint' <> 'token', (j ->> 'n')::bigint"
}

# Both sides must have asked the same, all with success, each over connections that were kept: after line $2
# scenario $1 has each URL so many times ($3), over at most $4 connections, and no more than $5 tokens.
check_same()
{
	same=$(sql -c "
		WITH asked AS (SELECT j FROM journal('$1') AS j WHERE (j ->> 'n')::bigint > $2),
		urls AS (SELECT count(*) AS n FROM asked WHERE j ->> 'endpoint' <> 'token'
			GROUP BY j ->> 'path', j ->> 'point', j ->> 'start', j ->> 'end')
		SELECT (SELECT min(n) = $3 AND max(n) = $3 FROM urls)
			AND bool_and(j ->> 'status' = '200')
			AND count(DISTINCT j ->> 'connection') FILTER (WHERE j ->> 'endpoint' <> 'token') <= $4
			AND count(*) FILTER (WHERE j ->> 'endpoint' = 'token') <= $5
		FROM asked")
	[ "$same" = t ] || fail "the control did not ask what the extension asked of $1"
}

# One scan of one window by a prepared statement, against libcurl with a kept handle: on the loopback alone, and
# with answers that take as long as over a network.
measure_warm()
{
	name=$1
	word=unlimited+$2
	scan="SELECT count(*) FROM $name.load_curve WHERE point_id = '$house' AND direction = 'consumption'
		AND starts_at >= '2026-11-13'"
	add_server "$name" "/~$word" ", per_second '0', generation 'v5'"
	before=$(journal_end)
	sql -c "$scan" >/dev/null
	urls_since "$word" "$before" >"$work/urls"
	[ "$(wc -l <"$work/urls")" = 2 ] || fail 'a warm scan is not one request'
	before=$(journal_end)
	"$work/curl_control" warm "$work/raw" "$work/urls" "$name" "$scan" >"$work/lines"
	# 20 rounds to get warm and 200 that count; two scans in each, and the control
	check_same "$word" "$before" 660 2 2
	choose <"$work/lines"
}

# A thousand windows in one statement, against curl's multi interface with as many in flight ($1).
measure_many()
{
	name=throughput_vs_curl_$1${3-}
	word=unlimited+$2
	add_server "$name" "/~$word" ", per_second '0', per_hour '0', generation 'v5', in_flight '$1'"
	# 40 points of half-hours, 25 weeks each
	scan=$(sql -c "SELECT format('SELECT count(*) FROM $name.load_curve WHERE direction = ''consumption''
			AND starts_at >= %L AND point_id = ANY (%L)', date '$today' - 175,
			array_agg(($house + i)::text))
		FROM (SELECT i FROM generate_series(0, 79) AS i WHERE i % 10 IN (0, 1, 2, 4, 5)) AS i")
	before=$(journal_end)
	sql -c "$scan" >/dev/null
	urls_since "$word" "$before" >"$work/urls"
	[ "$(wc -l <"$work/urls")" = 1001 ] || fail 'a scan is not a thousand requests'
	before=$(journal_end)
	"$work/curl_control" many "$work/raw" "$work/urls" "$name" "$scan" "$1" >"$work/lines"
	# one round to get warm and 7 that count, of both
	check_same "$word" "$before" 16 $(($1 * 2)) 2
	choose <"$work/lines"
}

# Eight sessions with one credential at the simulator's own pace of 5 in any second, in the databases that are
# named. What counts is the time in which all of them were at work: from the moment when the last one had its
# first request until the first one had its last.
measure_sessions()
{
	name=$1
	word=delay=$2
	shift 2
	for database in postgres other; do
		(
			export PGDATABASE="$database"
			case " $* " in *" $database "*) add_server "$name" "/~$word" ", generation 'v5'" ;; esac
		)
	done
	# eight windows of a week to a scan
	"$work/session_bench" "$name" "$house" '2026-09-25' 50000 "$@"
	sql -c "
		CREATE TABLE $name AS
			SELECT (j ->> 'us')::bigint / 1e6 AS at, (j ->> 'status')::int AS status,
				((j ->> 'point')::bigint - $house) / 10 AS session
			FROM journal('$word') AS j WHERE j ->> 'endpoint' <> 'token'" \
		-c "COPY (TABLE $name ORDER BY at) TO STDOUT" >"$work/raw/$name.tsv"
	sql -F '	' -c "
		WITH answered AS (SELECT * FROM $name WHERE status = 200),
		one AS (SELECT min(at) AS first, max(at) AS last FROM answered GROUP BY session),
		time AS (SELECT max(first) AS since, min(last) AS until FROM one),
		share AS (SELECT session, count(*) AS n FROM answered, time WHERE at BETWEEN since AND until
			GROUP BY session)
		SELECT '${name}_seconds', round(until - since, 1), 's' FROM time
		UNION ALL SELECT '${name}_utilisation',
			round((sum(n) - 1) / (5 * (SELECT until - since FROM time)), 4), 'ratio' FROM share
		UNION ALL SELECT '${name}_throttled', count(*), 'requests' FROM $name WHERE status = 429
		UNION ALL SELECT '${name}_share_min', round(min(n) / avg(n), 3), 'ratio' FROM share
		UNION ALL SELECT '${name}_share_max', round(max(n) / avg(n), 3), 'ratio' FROM share" >"$work/lines"
	together=$(sql -c "SELECT count(DISTINCT session) = $# AND bool_and(session BETWEEN 0 AND $# - 1)
		FROM $name WHERE status = 200")
	[ "$together" = t ] || fail 'not all sessions asked'
	awk -v name="${name}_seconds" '$1 == name { exit $2 < 40 }' "$work/lines" ||
		fail 'the sessions were not at work together for 40 seconds'
	choose <"$work/lines"
}

# A server of the soak, and what is watched there.
add_soaked()
{
	add_server "$1" "/~$2" ", per_second '0', per_hour '0', retries '0', generation '$3'"
}

# The simulator's clock is a day ahead afterwards.
measure_soak()
{
	faulty='stall stall_body closed html truncated cut'
	for generation in v5 2026; do
		add_soaked "soak_$generation" "unlimited+numbers+next=$((${#generation}))" "$generation"
		sql -c "SELECT switchgrid.watch('soak_$generation', ARRAY['$everything'],
			'{load_curve,daily_energy,daily_max_power,contract,address,holder,contact}',
			directions => '{consumption,production}')" >/dev/null
	done
	for fault in $faulty; do
		add_soaked "soak_$fault" "unlimited+$fault" v5
	done
	add_soaked soak_500 unlimited+error=technical_error v5
	"$work/soak_bench" "$work/raw" "$SWITCHGRID_URL" "$everything" "${today}T09:00:00Z" \
		soak_v5 soak_2026 >"$work/lines"
	choose <"$work/lines"
}
