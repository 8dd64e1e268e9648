# What the self-tests of the Switchgrid API share, besides what all of them do.
# Read by "." from a POSIX shell, after selftest_lib.sh.
# shellcheck shell=sh disable=SC2034,SC2154

V2=/enedis/v2
GAS=/integration/grdf-adict/donnees-informatives
LARGE=99300000000001
PCE=09999999900617
X='x-api-version: v0'
LC="{\"type\":\"LOADCURVE\",\"prms\":[\"$HOUSE\"]}"
HOLDER='"holder":{"_tag":"NaturalPerson","fullName":"Camille Exemple"},"address":{"rueEtNumero":"1 rue","codePostal":"99999","commune":"Ville"}'
METER="{\"_energyType\":\"gas\",\"deliveryPointId\":\"$PCE\",$HOLDER}"
WINDOW='"since":"2026-11-10","until":"2026-11-12"'

# begin: a server whose clock stands at the same instant, and the token of the Switchgrid API
begin()
{
	start --now 2026-11-20T10:00:00+01:00
	ENEDIS_TOKEN=$TOKEN
	TOKEN=demo-secret
	A=$BASE$V2/ask
	W=$BASE/v0_1/ask
	R=$BASE/~consented$V2/order
}

# post BODY [curl option...] URL
post()
{
	body=$1
	shift
	ask -H 'Content-Type: application/json' -d "$body" "$@"
}

wait_seconds()
{
	curl -s -o /dev/null -X POST "$BASE/_clock/advance?seconds=$1"
}

# member NAME [WHICH]: a string member of the last answer, the first of that name
member()
{
	grep -oE "\"$1\":\"[^\"]*\"" "$WORK/body" | sed -n "${2:-1}s/^[^:]*:\"\(.*\)\"\$/\1/p"
}

# keys_are EXPECTED TEXT: all names of members in the last answer, sorted
keys_are()
{
	is "$(grep -oE '"[A-Za-z_0-9]+":' "$WORK/body" | tr -d '":' | LC_ALL=C sort -u | tr '\n' ' ' | sed 's/ $//')" "$1" "$2"
}

fault_is()
{
	last_line | grep -qF "\"fault\":$1"
	ok $? "$2"
}

# bad TEXT STATUS FAULT BODY [curl option...] URL: refused, with that in the journal's fault
bad()
{
	text=$1 status=$2 fault=$3
	shift 3
	post "$@"
	is "$STATUS" "$status" "$text"
	last_line | grep -qF "\"fault\":\"$fault"
	result=$?
	ok $result "$text: in the journal"
	[ $result = 0 ] || echo "# $(last_line)"
}

# order REQUESTS [SCENARIO]: places one of v2 without naming a consent, all points having one; waits
# until it is done, leaves it in $WORK/body and its address in ORDER
order()
{
	post "{\"requests\":[$1]}" "$BASE/~consented${2:+$2}$V2/order"
	ORDER=$BASE/~consented${2:+$2}$V2/order/$(member id)
	wait_seconds 5
	ask "$ORDER"
}

# one TYPE [PRM [SCENARIO [MORE]]]: an order of one request, and its file, in $WORK/body
one()
{
	order "{\"type\":\"$1\",\"prms\":[\"${2:-$HOUSE}\"]$4}" "$3"
	URL=$(member dataUrl)
	STATUS=$(curl -s -m 20 -o "$WORK/body" -w '%{http_code}' "$URL")
}

# values of points {"v":"x","d":"y"... as "y x"
values()
{
	{ cat "$WORK/body"; echo; } | tr '{' '\n' | sed -n 's/^"v":"\([^"]*\)","d":"\([^"]*\)".*/\2 \1/p'
}

# measured ENDPOINT [POINT [SCENARIO [PARAMETERS]]]: what the operator's API says
measured()
{
	TOKEN=$ENEDIS_TOKEN
	measure "$1" "${2:-$HOUSE}" 2026-11-10 2026-11-12 "${3:-unlimited}" "${4:-}"
	TOKEN=demo-secret
}
