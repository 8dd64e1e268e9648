# What the self-tests of the simulator share: a server of their own, requests, TAP.
# Read by "." from a POSIX shell, with the path of switchgrid-simulator as $1.
# shellcheck shell=sh disable=SC2034

SIM=${1:-$(dirname "$0")/switchgrid-simulator}
WORK=$(mktemp -d)
PID=
unclean=
waiting=
count=0
failed=0

CLC=/metering_data_clc/v5/consumption_load_curve
PLC=/metering_data_plc/v5/production_load_curve
DC=/metering_data_dc/v5/daily_consumption
DP=/metering_data_dp/v5/daily_production
DCMP=/metering_data_dcmp/v5/daily_consumption_max_power
M=/mesure_synchrone_auto/v2
HOUSE=22516914714270

stop()
{
	[ -n "$PID" ] && kill "$PID" 2>/dev/null && wait "$PID"
	code=$?
	[ $code = 0 ] || [ -z "$PID" ] || unclean="$unclean $code"
	PID=
	return $code
}
trap 'stop; rm -rf "$WORK"' EXIT

wait_listening()
{
	tries=0
	until grep -q listening "$WORK/out" || [ $tries -ge 200 ]; do
		sleep 0.05
		tries=$((tries + 1))
	done
	BASE=$(sed -n 's/^listening on //p' "$WORK/out")
}

# start [option...]: a server of its own, BASE is its address
start()
{
	stop
	mkdir -p "$WORK/data"
	: > "$WORK/out"
	"$SIM" --data "$WORK/data" "$@" > "$WORK/out" 2> "$WORK/err" &
	PID=$!
	wait_listening
	TOKEN=$(token_from "$BASE")
}

token_from()
{
	curl -s -u demo:demo-secret -d grant_type=client_credentials "$1/oauth2/v3/token" |
		sed 's/.*"access_token":"\([^"]*\)".*/\1/'
}

# ask [curl option...] URL: leaves $WORK/body and STATUS
ask()
{
	STATUS=$(curl -s -m 20 -o "$WORK/body" -w '%{http_code}' \
		-H "Authorization: Bearer $TOKEN" -H 'Accept: application/json' "$@")
	ASKED=$?
}

# data PATH POINT START END [SCENARIO]
data()
{
	ask "$BASE/~${5:-unlimited}$1?usage_point_id=$2&start=$3&end=$4"
}

# One "label value" line per reading of the last answer
readings()
{
	{ cat "$WORK/body"; echo; } | sed 's/^.*"interval_reading"://' | tr '{' '\n' |
		sed -n 's/^"value":"\{0,1\}\([^",]*\)"\{0,1\},"date":"\([^"]*\)".*/\2 \1/p'
}

# measure NAME POINT START END [SCENARIO [PARAMETERS]]: the same of 2026
measure()
{
	ask "$BASE/~${5:-unlimited}$M/$1?pointId=$2&dateDebut=$3&dateFin=$4${6:+&$6}"
}

# As readings, of an answer of 2026; of a register with its class, "" for the total
points_2026()
{
	{ cat "$WORK/body"; echo; } | sed 's/^.*"points"://' | tr '{' '\n' |
		sed -n 's/^"v":"\{0,1\}\([^",]*\)"\{0,1\},"d":"\([^"]*\)".*/\2 \1/p'
}

registers()
{
	{ cat "$WORK/body"; echo; } | sed 's/^.*"calendrier"://; s/"cadranTotalisateur"/{"idClasseTemporelle":"TOTAL",/' |
		tr '{' '\n' | sed -n 's/^"idClasseTemporelle":"\([^"]*\)".*/class \1/p
			s/^"d":"\([^"]*\)","v":\([0-9]*\),"iv":0}.*/\1 \2/p' |
		awk '$1 == "class" { class = $2; next } { print class, $1, $2, $3 }'
}

points()
{
	readings | wc -l | tr -d ' '
}

labels()
{
	readings | sed 's/ [^ ]*$//'
}

ok()
{
	count=$((count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $count - $2"
	else
		failed=$((failed + 1))
		echo "not ok $count - $2"
		echo "# status $STATUS, body $(head -c 300 "$WORK/body" 2>/dev/null)"
	fi
}

# is GOT EXPECTED TEXT
is()
{
	[ "$1" = "$2" ]
	result=$?
	ok $result "$3"
	[ $result = 0 ] || echo "# got \"$1\", expected \"$2\""
}

has()
{
	grep -qF -- "$1" "$WORK/body"
	ok $? "$2"
}

last_line()
{
	tail -n 1 "$WORK/data/journal.jsonl"
}

# error STATUS CODE TEXT, about the last answer
error()
{
	grep -qF "\"$2\"" "$WORK/body" && [ "$STATUS" = "$1" ]
	ok $? "$3"
}

# refused TEXT STATUS CODE FAULT curl-options...
refused()
{
	text=$1 status=$2 code=$3 fault=$4
	shift 4
	STATUS=$(curl -s -o "$WORK/body" -w '%{http_code}' "$@")
	[ "$STATUS" = "$status" ] && { [ -z "$code" ] || grep -qF "$code" "$WORK/body"; }
	ok $? "$text"
	if [ "$fault" = null ]; then
		last_line | grep -qF '"fault":null'
	else
		last_line | grep -qF "\"fault\":\"$fault\""
	fi
	result=$?
	ok $result "$text: in the journal"
	[ $result = 0 ] || echo "# $(last_line)"
}

# finish: the plan, and whether all went well
finish()
{
	stop
	is "$unclean" "" "every server of this test ended with code 0"
	echo "1..$count"
	[ $failed = 0 ]
}
