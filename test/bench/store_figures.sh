# The curve store against a heap table of the same rows.  Read by "." from test/bench/run, whose functions
# and variables it uses.
#
# The meters are those of houses.c; SWITCHGRID_HOUSES says how many (1000, which takes some 25 GB below
# TMPDIR), SWITCHGRID_ROUNDS how often each statement counts (7), SWITCHGRID_LOAD_ROUNDS each load (3).
#
# shellcheck shell=sh
# shellcheck disable=SC2154 # work is set there

houses=${SWITCHGRID_HOUSES-1000}
rounds=${SWITCHGRID_ROUNDS-7}
load_rounds=${SWITCHGRID_LOAD_ROUNDS-3}

# NAME_ratio, NAME_ms and NAME_control_ms of each name
pairs()
{
	for pair in "$@"; do
		printf '%s_ratio %s_ms %s_control_ms ' "$pair" "$pair" "$pair"
	done
}

# what a person might add to the key of the heap for one day of all meters, the columns of the index
heap_indexes='none
time (starts_at)
time_point (starts_at, point_id)
time_covering (starts_at) INCLUDE (point_id, direction, watts, nature)
time_point_covering (starts_at, point_id) INCLUDE (direction, watts, nature)'
index_names=$(echo "$heap_indexes" | cut -d' ' -f1)

entropy='store_entropy store_entropy_differences store_entropy_real_hours'
entropy="$entropy store_entropy_differences_real_hours store_xz_bytes_per_point"
load="$(pairs load) load_rows_per_second load_control_rows_per_second"
load_copy="$(pairs load_copy) load_copy_rows_per_second load_copy_control_rows_per_second"
store_sizes='size_ratio size_bytes_per_point size_control_bytes_per_point size_packed_bytes_per_point'
month_totals=$(pairs month_totals month_totals_unpacked)
day_totals=$(pairs day_totals day_totals_unpacked)
meter_year=$(pairs meter_year meter_year_read meter_year_copy)
day_of_all="$(pairs day_of_all day_of_all_read day_of_all_any day_of_all_copy)"
day_of_all="$day_of_all $(pairs day_of_all_alone day_of_all_alone_read) $(for index in $index_names; do
	pairs "day_of_all_$index" "day_of_all_${index}_read" "day_of_all_${index}_any" "day_of_all_${index}_copy"
	printf 'day_of_all_%s_index_bytes_per_point ' "$index"
done)"
sum_curves=$(pairs sum_curves)
# shellcheck disable=SC2034 # used there
store="$entropy $load $load_copy $store_sizes $month_totals $day_totals $meter_year $day_of_all $sum_curves"

# A cluster with what the store is measured with; what is not here is PostgreSQL's default.
start_store()
{
	PGHOST=$work/store
	mkdir "$PGHOST"
	initdb -D "$PGHOST/data" -U "$PGUSER" -A trust -N --no-locale -E UTF8 >"$PGHOST/initdb.log" 2>&1 ||
		fail "initdb failed: $(tail -n 3 "$PGHOST/initdb.log")"
	trap 'pg_ctl -D "$PGHOST/data" -m immediate stop >/dev/null 2>&1' EXIT
	cat >>"$PGHOST/data/postgresql.conf" <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$PGHOST'
		port = $PGPORT
		timezone = 'Europe/Paris'
		shared_buffers = '1GB'
		max_wal_size = '16GB'
	CONF
	pg_ctl -D "$PGHOST/data" -w -l "$PGHOST/server.log" start >/dev/null ||
		fail "the cluster did not start: $(tail -n 3 "$PGHOST/server.log")"
	sql -c 'CREATE EXTENSION switchgrid' -c '
		CREATE TABLE heap (point_id text NOT NULL, direction text NOT NULL, starts_at timestamptz NOT NULL,
			watts double precision NOT NULL, nature text, PRIMARY KEY (point_id, direction, starts_at))'
}

# looks at each column of a row
read='SELECT count(point_id), count(direction), max(starts_at), sum(watts), count(nature) FROM'

# Ours $3 against the control $4: mode $1, figure $2.
compare()
{
	"$work/store_bench" "$1" "$2" "$rounds" "$work/raw" "$3" "$4" >"$work/pair"
	choose <"$work/pair"
}

# The same three times: rows made and thrown away in the server (a heap's are not even taken apart then); a statement that
# looks at each column of them, whose one row comes to the client; and rows out of the server.
compare_rows()
{
	compare explain "$1" "$2" "$3"
	compare run "$1_read" "$read ($2 OFFSET 0) AS r" "$read ($3 OFFSET 0) AS r"
	compare copy "$1_copy" "$2" "$3"
}

# Compiling the control's query takes as long as the milliseconds of its work: measure without.
without_jit()
{
	PGOPTIONS='-c jit=off'
	export PGOPTIONS
	"$@"
	unset PGOPTIONS
}

# The rows that $2 chooses, read in the server; $2 has an @ for the day of a month.
compare_any()
{
	rows="$read (SELECT point_id, direction, starts_at, watts, nature FROM"
	compare run "$1_any" "$rows switchgrid.load_curve WHERE $2 OFFSET 0) AS r" \
		"$rows heap WHERE $2 OFFSET 0) AS r"
}

# Both statements must give the same rows, at least one.
check_equal()
{
	same=$(sql -c "
		WITH ours AS ($2), control AS ($3)
		SELECT (SELECT count(*) FROM ours) > 0 AND NOT EXISTS (
			(TABLE ours EXCEPT ALL TABLE control) UNION ALL (TABLE control EXCEPT ALL TABLE ours))")
	[ "$same" = t ] || fail "$1: the store gives other rows than the heap"
}

# What is to be packed, by itself: bits by frequencies, and what a general packer makes of ten of the houses.
measure_entropy()
{
	some=10
	[ "$houses" -ge 10 ] || some=$houses
	"$work/houses" entropy "$work/readings.csv" "$houses" >"$work/lines"
	"$work/houses" raw "$work/readings.csv" 0 "$some" >"$work/values"
	xz -9 -c "$work/values" >"$work/values.xz"
	printf 'store_xz_bytes_per_point\t%s\tB\n' "$(echo "4 $(wc -c <"$work/values.xz") $(wc -c <"$work/values")" |
		awk '{ printf "%.4f", $1 * $2 / $3 }')" >>"$work/lines"
	choose <"$work/lines"
}

# Fills the store by $2 and the heap by COPY, in turn, as figure $1.
measure_load()
{
	"$work/store_bench" run "$1" "$load_rounds" "$work/raw" "$2" "COPY heap FROM '$work/rows'" \
		'VACUUM heap
		TRUNCATE switchgrid.curve_segment, switchgrid.curve_revision' 'TRUNCATE heap' >"$work/pair"
	awk -F '	' -v OFS='	' -v readings="$readings" '
		{ print }
		sub(/_ms$/, "_rows_per_second", $1) { print $1, sprintf("%.0f", readings / $2 * 1000), "rows" }' \
		"$work/pair" | choose
}

# All rows of all meters are there.
check_all()
{
	summary='SELECT point_id, direction, count(*), sum(watts), min(starts_at), max(starts_at),
		sum(hash_record_extended(ROW (starts_at, watts, nature), 0)::numeric)'
	check_equal load "$summary FROM switchgrid.load_curve GROUP BY 1, 2" "$summary FROM heap GROUP BY 1, 2"
}

measure_store_sizes()
{
	sql -F '	' -c "
		WITH bytes AS (
			SELECT pg_total_relation_size('heap')::numeric AS heap,
				pg_total_relation_size('switchgrid.curve_segment')::numeric
					+ pg_total_relation_size('switchgrid.curve_revision') AS ours,
				(SELECT sum(pg_column_size(curve))::numeric FROM switchgrid.curve_segment) AS packed,
				$readings::numeric AS readings)
		SELECT 'size_ratio', round(heap / ours, 2), 'ratio' FROM bytes
		UNION ALL SELECT 'size_bytes_per_point', round(ours / readings, 4), 'B' FROM bytes
		UNION ALL SELECT 'size_control_bytes_per_point', round(heap / readings, 4), 'B' FROM bytes
		UNION ALL SELECT 'size_packed_bytes_per_point', round(packed / readings, 4), 'B' FROM bytes" | choose
}

# Totals by $2 of the rows that $3 chooses. With a FILTER the relation gives its rows, not their totals.
measure_totals()
{
	totals="SELECT point_id, date_trunc('$2', starts_at, 'Europe/Paris') AS span, count(*) AS points,
		min(watts) AS low, max(watts) AS high"
	ours="$totals, sum(wh) AS wh FROM switchgrid.load_curve WHERE $3 GROUP BY 1, 2"
	unpacked="$totals, sum(wh) FILTER (WHERE true) AS wh FROM switchgrid.load_curve WHERE $3 GROUP BY 1, 2"
	control="$totals, sum(watts) / 2 AS wh FROM heap WHERE $3 GROUP BY 1, 2"
	check_equal "$1" "$ours" "$control"
	check_equal "$1_unpacked" "$unpacked" "$control"
	compare explain "$1" "$ours" "$control"
	# seconds long, and only to see what the totals gain
	"$work/store_bench" explain "$1_unpacked" 3 "$work/raw" "$unpacked" "$control" >"$work/pair"
	choose <"$work/pair"
}

# The rows that $2 chooses, of both sides.
measure_rows()
{
	columns='SELECT point_id, direction, starts_at, watts, nature FROM'
	check_equal "$1" "$columns switchgrid.load_curve WHERE $2" "$columns heap WHERE $2"
	compare_rows "$1" "$columns switchgrid.load_curve WHERE $2" "$columns heap WHERE $2"
}

# The day in a heap that has nothing else, read from its beginning to its end: no index can bring its rows faster.
measure_alone()
{
	sql -c "CREATE TABLE heap_day AS SELECT * FROM heap WHERE $one_day ORDER BY point_id, starts_at" \
		-c 'VACUUM ANALYZE heap_day'
	ours="SELECT point_id, direction, starts_at, watts, nature FROM switchgrid.load_curve WHERE $one_day"
	check_equal day_of_all_alone "$ours" 'SELECT * FROM heap_day'
	compare explain day_of_all_alone "$ours" 'SELECT * FROM heap_day'
	compare run day_of_all_alone_read "$read ($ours OFFSET 0) AS r" "$read (SELECT * FROM heap_day OFFSET 0) AS r"
}

# One day of all meters against each of the indexes; the figure is against the fastest of them.
measure_day_of_all()
{
	measure_alone </dev/null
	echo "$heap_indexes" | while read -r index definition; do
		wanted=$day_of_all
		bytes=0
		if [ -n "$definition" ]; then
			sql -c "CREATE INDEX heap_extra ON heap $definition" -c 'VACUUM ANALYZE heap' </dev/null
			bytes=$(sql -c "SELECT round(pg_relation_size('heap_extra')::numeric / $readings, 2)" </dev/null)
		fi
		measure_rows "day_of_all_$index" "$one_day" </dev/null
		compare_any "day_of_all_$index" "$any_day" </dev/null
		printf 'day_of_all_%s_index_bytes_per_point\t%s\tB\n' "$index" "$bytes"
		sql -c 'DROP INDEX IF EXISTS heap_extra' </dev/null 2>/dev/null
	done >"$work/days"
	for kind in '' _read _any _copy; do
		# the control's times, the smallest first
		best=$(sed -n "s/^day_of_all_\(.*\)${kind}_control_ms	\([0-9.]*\)	ms$/\2 \1/p" "$work/days" |
			grep -v "_copy$\|_read$\|_any$" | sort -n | sed -n '1s/.* //p')
		sed -n "s/^day_of_all_${best}${kind}_\(ratio\|ms\|control_ms\)	/day_of_all${kind}_\1	/p" "$work/days"
	done | cat "$work/days" - | choose
}

# The curve of all meters together, a year, as rows.
measure_sum_curves()
{
	ours="SELECT p.starts_at, p.watts FROM (SELECT switchgrid.sum(curve) AS total FROM switchgrid.curve_segment
		WHERE month >= '2025-01-01' AND month < '2026-01-01' AND points > 0 GROUP BY month) AS m,
		switchgrid.points(total) AS p"
	control="SELECT starts_at, sum(watts) AS watts FROM heap WHERE $one_year GROUP BY 1"
	check_equal sum_curves "$ours" "$control"
	compare explain sum_curves "$ours" "$control"
}

measure_store()
{
	if [ ! -f "$work/readings.csv" ]; then
		echo 'test/bench/run: no real readings: SWITCHGRID_DATA names no file' >&2
		return
	fi
	one_year="starts_at >= '2025-01-01' AND starts_at < '2026-01-01'"
	one_day="starts_at >= '2025-03-12' AND starts_at < '2025-03-13'"
	# another one in each round
	any_day="starts_at >= '2025-04-@' AND starts_at < '2025-04-@ 24:00'"
	start_store
	if wants "$entropy"; then measure_entropy; fi
	"$work/houses" copy "$work/readings.csv" "$houses" >"$work/rows"
	sql -c "COPY heap FROM '$work/rows'"
	readings=$(sql -c 'SELECT count(*) FROM heap')
	if wants "$load_copy"; then
		"$work/houses" steps "$work/readings.csv" "$houses" >"$work/steps"
		measure_load load_copy "COPY switchgrid.load_curve (point_id, direction, starts_at, watts,
			nature, step) FROM '$work/steps'"
		check_all
		rm "$work/steps"
		sql -c 'TRUNCATE switchgrid.curve_segment, switchgrid.curve_revision'
	fi
	load_rows="SELECT switchgrid.load_curves('SELECT * FROM heap', step => '30 min')"
	if wants "$load"; then measure_load load "$load_rows"; else sql -c "$load_rows" >/dev/null; fi
	rm "$work/rows"
	sql -c 'VACUUM (ANALYZE) heap' -c 'VACUUM (ANALYZE) switchgrid.curve_segment' -c CHECKPOINT
	check_all
	meter=$(sql -c 'SELECT point_id FROM switchgrid.curve_segment ORDER BY 1
		OFFSET (SELECT count(*) / 2 FROM switchgrid.curve_segment) LIMIT 1')
	measure_store_sizes
	if wants "$month_totals"; then measure_totals month_totals month true; fi
	if wants "$day_totals"; then measure_totals day_totals day "$one_year"; fi
	if wants "$meter_year"; then without_jit measure_rows meter_year "point_id = '$meter' AND $one_year"; fi
	if wants "$sum_curves"; then measure_sum_curves; fi
	if wants "$day_of_all"; then without_jit measure_day_of_all; fi
	# the last one: it rewrites the store
	if wants "$layouts"; then measure_layouts; fi
}
