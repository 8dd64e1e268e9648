# How the rows of switchgrid.curve_segment are best kept: storage of the curve, the size from which it is put
# aside, and the room that pages leave.  Read by "." from test/bench/run, whose functions and variables it uses;
# the store is filled by store_figures.sh.
#
# shellcheck shell=sh
# shellcheck disable=SC2154 # work, rounds and readings are set there

# name, STORAGE, toast_tuple_target, fillfactor, columns of one more index
store_layouts='extended EXTENDED 2032 100
extended_128 EXTENDED 128 100
extended_4080 EXTENDED 4080 100
extended_8160 EXTENDED 8160 100
external EXTERNAL 2032 100
external_90 EXTERNAL 2032 90
external_80 EXTERNAL 2032 80
external_4080 EXTERNAL 4080 100
external_4080_90 EXTERNAL 4080 90
main MAIN 2032 100
main_90 MAIN 2032 90
main_80 MAIN 2032 80
external_month EXTERNAL 2032 100 (month)
external_80_month EXTERNAL 2032 80 (month)
external_4080_month EXTERNAL 4080 100 (month)'
layout_figures='bytes_per_point main_bytes_per_point fed_bytes_per_point fill_ms summaries_ms day_of_all_ms meter_year_ms
	append_ms append_hot append_growth append_vacuumed_ms append_vacuumed_hot append_vacuumed_growth'

# All figures of a layout.
figures_of()
{
	for figure in $layout_figures; do
		printf 'layout_%s_%s ' "$1" "$figure"
	done
}

layouts=$(for layout in $(echo "$store_layouts" | cut -d' ' -f1); do figures_of "$layout"; done)

layout_line()
{
	printf 'layout_%s_%s\t%s\t%s\n' "$layout" "$1" "$2" "$3"
}

layout_size()
{
	sql -c "SELECT pg_total_relation_size('switchgrid.curve_segment')"
}

# The median time of $2 as figure $1.
layout_time()
{
	"$work/store_bench" explain "$1" "$rounds" "$work/raw" "$2" 'SELECT 1' >"$work/pair"
	layout_line "$1" "$(sed -n "s/^${1}_ms	\([0-9.]*\)	ms$/\1/p" "$work/pair")" ms
}

layout_fill()
{
	sql -c 'TRUNCATE switchgrid.curve_segment' \
		-c "INSERT INTO switchgrid.curve_segment SELECT * FROM $1 ORDER BY point_id, direction, month" \
		-c 'VACUUM (ANALYZE) switchgrid.curve_segment' -c CHECKPOINT
}

# The last month day by day, as it comes, with a vacuum each day ($1 is "vacuumed_") or none. Growth is against the
# same rows written at once.
layout_append()
{
	layout_fill "kept WHERE month < '2026-06-01'"
	sql -c "SELECT pg_stat_reset_single_table_counters('switchgrid.curve_segment'::regclass)" >/dev/null
	total=0
	for day in $(seq -w 1 30); do
		"$work/store_bench" run append 1 "$work/raw" "SELECT switchgrid.load_curves(\$\$
			SELECT * FROM last_month WHERE starts_at >= '2026-06-$day' AND starts_at < timestamptz '2026-06-$day'
				+ interval '1 day' ORDER BY 1, 2, 3\$\$, step => '30 min')" 'SELECT 1' >"$work/pair"
		total=$(awk -v total="$total" '/^append_ms/ { print total + $2 }' "$work/pair")
		if [ -n "$1" ]; then sql -c 'VACUUM switchgrid.curve_segment'; fi
	done
	layout_line "append_${1}ms" "$(echo "$total" | awk '{ printf "%.1f", $1 / 30 }')" ms
	sql -F '	' -c "SELECT 'layout_${layout}_append_${1}hot', round(n_tup_hot_upd::numeric / n_tup_upd, 3), 'ratio'
		FROM pg_stat_user_tables WHERE relid = 'switchgrid.curve_segment'::regclass"
	layout_line "append_${1}growth" "$(echo "$(layout_size) $fresh" | awk '{ printf "%.3f", $1 / $2 }')" ratio
}

# Of one layout: what it takes, what reading takes, and what the days of a month leave behind.
layout_measure()
{
	layout=$1
	sql -c "ALTER TABLE switchgrid.curve_segment ALTER COLUMN curve SET STORAGE $2" \
		-c "ALTER TABLE switchgrid.curve_segment SET (toast_tuple_target = $3, fillfactor = $4,
			autovacuum_enabled = off, toast.autovacuum_enabled = off)"
	if [ -n "$5" ]; then sql -c "CREATE INDEX layout ON switchgrid.curve_segment $5"; fi
	layout_fill fed
	layout_line fed_bytes_per_point "$(echo "$(layout_size) $readings" | awk '{ printf "%.3f", $1 / $2 }')" B
	layout_fill kept
	fresh=$(layout_size)
	layout_line bytes_per_point "$(echo "$fresh $readings" | awk '{ printf "%.3f", $1 / $2 }')" B
	layout_line main_bytes_per_point "$(echo "$(sql -c "SELECT pg_relation_size('switchgrid.curve_segment')") $readings" |
		awk '{ printf "%.3f", $1 / $2 }')" B
	"$work/store_bench" run fill 1 "$work/raw" \
		'INSERT INTO switchgrid.curve_segment SELECT * FROM kept ORDER BY point_id, direction, month' 'SELECT 1' \
		'TRUNCATE switchgrid.curve_segment' 'SELECT 1' >"$work/pair"
	layout_line fill_ms "$(sed -n 's/^fill_ms	\([0-9.]*\)	ms$/\1/p' "$work/pair")" ms
	sql -c 'VACUUM (ANALYZE) switchgrid.curve_segment'
	layout_time summaries_ms 'SELECT point_id, month, wh, points, watts_min, watts_max FROM switchgrid.curve_segment'
	layout_time day_of_all_ms "SELECT * FROM switchgrid.load_curve WHERE $one_day"
	layout_time meter_year_ms "SELECT * FROM switchgrid.load_curve WHERE point_id = '$meter' AND $one_year"
	layout_append ''
	layout_append vacuumed_
	sql -c 'DROP INDEX IF EXISTS switchgrid.layout' 2>/dev/null
}

measure_layouts()
{
	# the same rows as if each of their days had come by itself
	sql -c 'CREATE TABLE kept AS SELECT * FROM switchgrid.curve_segment' \
		-c "CREATE TABLE fed AS SELECT * FROM kept" \
		-c "UPDATE fed SET arrived = ARRAY(SELECT day + interval '30 hours' + random() * interval '1 hour'
			FROM generate_series(month, month + interval '1 month' - interval '1 day', interval '1 day') AS day)" \
		-c "CREATE TABLE last_month AS SELECT * FROM heap WHERE starts_at >= '2026-06-01'" \
		-c 'CREATE INDEX ON last_month (starts_at)' -c 'VACUUM (ANALYZE) last_month, kept'
	echo "$store_layouts" | while read -r name storage target fillfactor index; do
		if wants "$(figures_of "$name")"; then
			layout_measure "$name" "$storage" "$target" "$fillfactor" "$index" </dev/null | choose
		fi
	done
}
