#!/bin/sh
# Checks that each fault can be played on each data endpoint of each API, from outside.
# Usage: selftest_faults.sh [path of switchgrid-simulator].  Prints TAP.
#
# What a fault is to look like follows from what HTTP, gzip and JSON say, and from the right answer,
# which is asked for first.

# shellcheck source=test/simulator/selftest_lib.sh
. "$(dirname "$0")/selftest_lib.sh"
# shellcheck source=test/simulator/selftest_switchgrid_lib.sh
. "$(dirname "$0")/selftest_switchgrid_lib.sh"

# What nobody's answer is without a fault: a list or a text where a number is, and so on.
MISTYPED='(":|\[)424242[],}]|":"abc"'

begin
REQUESTS="{\"requests\":[{\"type\":\"LOADCURVE\",\"prms\":[\"$HOUSE\"],$WINDOW},{\"type\":\"C68\",\"prms\":[\"$HOUSE\"]}]}"
CONTRACTS="{\"contracts\":[$METER],\"consentDuration\":\"1 day\"}"

# ---------------------------------------------------------------- endpoints

# Each by its name in the journal, how it is entered, its path, and its body if it takes one.
# E: with the operator's token; S: with Switchgrid's; 0: with that and the header of v0; N: with none.
list()
{
	days=dateDebut=2026-11-10\&dateFin=2026-11-12
	for name in consumption_load_curve:clc production_load_curve:plc daily_consumption:dc daily_production:dp \
		daily_consumption_max_power:dcmp; do
		point=$HOUSE
		case $name in *production*) point=10284856584123 ;; esac
		echo "${name%:*} E /metering_data_${name#*:}/v5/${name%:*}?usage_point_id=$point&start=2026-11-10&end=2026-11-12"
	done
	for name in contracts:upc/v5/usage_points/contracts addresses:upa/v5/usage_points/addresses identity:i/v5/identity \
		contact_data:cd/v5/contact_data; do
		echo "${name%:*} E /customers_${name#*:}?usage_point_id=$HOUSE"
	done
	for name in courbe_de_charge_consommation courbe_de_charge_production consommation_quotidienne production_quotidienne \
		index_consommation index_production; do
		point=$HOUSE
		case $name in *production*) point=10284856584123 ;; esac
		echo "$name E $M/$name?pointId=$point&$days"
	done
	echo "puissance_conso_max_quotidienne E $M/puissance_conso_max_quotidienne?pointId=$HOUSE&$days&mesuresPas=P1D&grandeurPhysique=PMA"
	for name in situation_contrat_auto synth_contrat_auto comptage_auto donnees_generales_auto alimentation_auto; do
		echo "$name E /$name/v1/$HOUSE"
	done
	echo "subscribed_services E /subscribed_services/v1 {\"autorisationId\":57000,\"comptage\":false}"

	for name in donnees_consos_informatives donnees_consos_publiees donnees_injections_publiees; do
		echo "$name E /adict/v2/pce/$PCE/$name?date_debut=2026-09-01&date_fin=2026-11-01"
	done
	for name in donnees_contractuelles donnees_techniques; do
		echo "$name E /adict/bas/v6/pce/$PCE/$name"
	done
	echo "droits_acces E /adict/v2/droits_acces {\"id_pce\":[\"$PCE\"]}"

	echo "ask_list S $V2/ask?prm=$HOUSE"
	echo "ask_get S $V2/ask/$ASK"
	echo "consent_get S $V2/consent/$CONSENT"
	echo "search S $V2/search_contract?prm=$HOUSE"
	echo "v2_order_create S $V2/order $REQUESTS"
	echo "order_get S $ORDER"
	echo "data S $V2/request/$REQUEST/data"
	echo "file N $FILE"
	echo "file N $OTHER_FILE"
	echo "v0_1_ask_create S /v0_1/ask $CONTRACTS"
	echo "gas S /v0_1$GAS {\"pce\":\"$PCE\"}"
	echo "v0_ask_create 0 /ask $CONTRACTS"
	echo "search 0 /integration/enedis/search_contract {\"prm\":\"$HOUSE\"}"
	echo "gas 0 $GAS {\"pce\":\"$PCE\"}"
	echo "events N /api/homeassistant/events"
}

# The scenario of a word: as long as any other, because links in the answers have it
scenario()
{
	words=consented+unlimited${1:++$1}
	case $2 in *order*) words=$words+at=$2 ;; esac
	printf '%s+delay=%0*d' "$words" $((70 - ${#words})) 1
}

# call WORD NAME ENTRY PATH [BODY]: leaves CODE (curl's), STATUS, HEADERS (bytes), body and head
call()
{
	address=$BASE/~$(scenario "$1" "$2")$4 entry=$3 body=$5
	set --
	case $entry in
		E) set -- -H "Authorization: Bearer $ENEDIS_TOKEN" ;;
		S) set -- -H "Authorization: Bearer $TOKEN" ;;
		0) set -- -H "Authorization: Bearer $TOKEN" -H "$X" ;;
	esac
	[ -z "$body" ] || set -- "$@" -H 'Content-Type: application/json' -d "$body"
	: > "$WORK/body"
	if [ -n "$ONLY" ]; then
		# an answer without end: curl may say what it likes once enough is there
		curl -s "$@" -H 'Accept: application/json' "$address" | head -c "$ONLY" > "$WORK/body"
		return
	fi
	# shellcheck disable=SC2086 # the options are words
	said=$(curl -s -m "${PATIENCE:-20}" -D "$WORK/head" -o "$WORK/body" -w '%{http_code} %{size_header}' $OPTIONS "$@" \
		-H 'Accept: application/json' "$address")
	CODE=$?
	STATUS=${said% *} HEADERS=${said#* }
}

# The file of an endpoint's right answer
named()
{
	echo "$1$2$3" | tr -c 'A-Za-z0-9\n' _ | cut -c1-120
}

size()
{
	wc -c < "$WORK/$1" | tr -d ' '
}

hex()
{
	od -An -v -tx1 "$1" | tr -d ' \n'
}

in_body()
{
	grep -qE -- "$1" "$WORK/body"
}

# What changes from call to call: scenarios in links, ids, signatures and times
unchanging()
{
	sed 's/~[^/"]*//g' | tr -d '0-9a-f'
}

# Whether the body is the beginning of the right one
begins_right()
{
	head -c "$(size body)" "$WORK/right" | unchanging > "$WORK/beginning"
	unchanging < "$WORK/body" | cmp -s - "$WORK/beginning"
}

# A different answer of another length: still JSON, as far as its ends tell
bent()
{
	[ "$CODE $STATUS" = "0 200" ] && [ "$(size body)" != "$(size right)" ] &&
		[ "$(tr -d '[:space:]' < "$WORK/body" | tail -c 1)" = "$(tr -d '[:space:]' < "$WORK/right" | tail -c 1)" ]
}

# shows WORD: whether the answer to it is one that it should have
shows()
{
	case $1 in
		closed) [ "$CODE $STATUS" = "52 000" ] ;;
		reset) [ "$CODE $STATUS $HEADERS" = "56 000 0" ] ;;
		reset_headers) [ "$CODE $STATUS $(size body)" = "56 200 0" ] && [ "$HEADERS" -lt 40 ] ;;
		reset_body) [ "$CODE $STATUS" = "56 200" ] && [ "$(size body)" -gt 0 ] && begins_right ;;
		truncated) [ "$CODE $STATUS" = "18 200" ] && [ "$(size body)" -lt "$(size right)" ] && begins_right ;;
		long_length) [ "$CODE $STATUS" = "18 200" ] && [ "$(size body)" = "$(size right)" ] && begins_right ;;
		stall) [ "$CODE $STATUS" = "28 000" ] ;;
		stall_body) [ "$CODE $STATUS" = "28 200" ] && [ "$(size body)" -gt 0 ] && begins_right ;;
		cut | short_length) [ "$CODE $STATUS" = "0 200" ] && [ "$(size body)" = "$(($(size right) / 2))" ] && begins_right ;;
		header_flood) [ "$HEADERS" -gt 100000 ] ;;
		gzip) [ "$CODE $STATUS" = "0 200" ] && grep -qi '^content-encoding: gzip' "$WORK/head" && [ "$(size body)" = "$(size right)" ] && begins_right ;;
		bad_gzip) [ "$CODE $STATUS" = "61 200" ] ;;
		cut_gzip) [ "$CODE $STATUS" = "0 200" ] && [ "$(hex "$WORK/body" | cut -c1-4)" = 1f8b ] && ! gzip -t < "$WORK/body" 2> /dev/null ;;
		bomb) [ "$CODE $STATUS" = "0 200" ] && [ "$(hex "$WORK/body" | cut -c1-4)" = 1f8b ] && [ "$(size body)" -lt 3000000 ] &&
			[ "$(tail -c 4 "$WORK/body" | od -An -tu4 | tr -d ' ')" = "$(($(size right) + 1073741824))" ] ;;
		endless_gzip) [ "$(size body)" = "$ONLY" ] && [ "$(head -c 10 "$WORK/body" | hex -)" = 1f8b0800000000000003 ] &&
			[ "$(tail -c +11 "$WORK/body" | hex - | sed 's/000000ffff//g')" = "" ] ;;
		redirect) [ "$CODE $STATUS" = "0 302" ] && grep -qi "^location: $BASE/_followed" "$WORK/head" ;;
		html) [ "$CODE $STATUS" = "0 200" ] && [ "$(head -c 9 "$WORK/body")" = '<!DOCTYPE' ] ;;
		not_json) [ "$CODE $STATUS" = "0 200" ] && [ "$(head -c 7 "$WORK/body")" = Service ] ;;
		huge) [ "$CODE" = 63 ] && [ "$(tr -d '\r' < "$WORK/head" | awk 'tolower($1) == "content-length:" { print ($2 > 200000000) }')" = 1 ] ;;
		no_content) [ "$CODE $STATUS $(size body)" = "0 204 0" ] ;;
		empty_body) [ "$CODE $STATUS $(size body)" = "0 200 0" ] && grep -qi '^content-length: 0' "$WORK/head" ;;
		deep) [ "$CODE $STATUS" = "0 200" ] && [ "$(tr -d ']' < "$WORK/body" | tr '[' x)" = "$(head -c 100000 /dev/zero | tr '\0' x)" ] &&
			[ "$(size body)" = 200000 ] ;;
		deep_points) bent && [ "$(size body)" -gt 200000 ] && [ "$(tr -cd '[' < "$WORK/body" | wc -c)" -ge 100000 ] && in_body '":' ;;
		shape) [ "$CODE $STATUS" = "0 200" ] && in_body '"readings":' && ! grep -q '"readings":' "$WORK/right" ;;
		array) bent ;;
		badvalue) [ "$CODE $STATUS" = "0 200" ] && in_body '"abc"' && ! grep -q '"abc"' "$WORK/right" ;;
		wrong_type) bent && in_body "$MISTYPED" && ! grep -qE "$MISTYPED" "$WORK/right" ;;
		latin1) [ "$CODE $STATUS" = "0 200" ] && ! iconv -f UTF-8 -t UTF-8 "$WORK/body" > /dev/null 2>&1 && iconv -f UTF-8 -t UTF-8 "$WORK/right" > /dev/null ;;
		nul) bent && in_body '[^\]\\u0000"' ;;
		*) false ;;
	esac
}

# Where the files and the rest are: an order under no fault
post "{\"electricityContracts\":[$(printf '{"prm":"%s","heldBy":{"genre":"F","firstName":"A","lastName":"B"},"address":{"street":"s","postalCode":"p","city":"c","country":"France"}}' "$HOUSE")]}" "$BASE/~unlimited$V2/ask"
ASK=$(member id)
post "$CONTRACTS" "$BASE/v0_1/ask"
post "$REQUESTS" "$R"
ORDER=$V2/order/$(member id)
wait_seconds 10
ask "$A/$ASK"
CONSENT=$(sed "s/.*\"consentIds\":{\"$HOUSE\":\"\([^\"]*\)\".*/\1/" "$WORK/body")
ask "$BASE/~consented$ORDER"
REQUEST=$(sed 's/.*"requests":\[{"id":"\([^"]*\)".*/\1/' "$WORK/body")
FILE=/files/$(member dataUrl | sed 's/.*\/files\///')
OTHER_FILE=/files/$(member dataUrl 2 | sed 's/.*\/files\///')
list > "$WORK/endpoints"

wrong=
OPTIONS='' ONLY=''
mkdir "$WORK/rights"
while read -r name entry path body; do
	call "" "$name" "$entry" "$path" "$body"
	[ "$CODE $STATUS" = "0 200" ] && [ "$(size body)" -gt 20 ] && last_line | grep -qF "\"endpoint\":\"$name\"" || wrong="$wrong $name"
	last_line | grep -qF '"fault":null' || wrong="$wrong $name(fault)"
	cp "$WORK/body" "$WORK/rights/$(named "$entry" "$name" "$path")"
done < "$WORK/endpoints"
is "$wrong" "" "$(wc -l < "$WORK/endpoints" | tr -d ' ') endpoints answer rightly without a fault"

# everywhere WORD: on all endpoints in turn
everywhere()
{
	wrong=
	while read -r name entry path body; do
		cp "$WORK/rights/$(named "$entry" "$name" "$path")" "$WORK/right"
		call "$1" "$name" "$entry" "$path" "$body"
		shows "$1" || wrong="$wrong $name($CODE,$STATUS,$(size body))"
	done < "$WORK/endpoints"
	is "$wrong" "" "$1: on every endpoint"
}

for word in closed reset reset_headers reset_body truncated long_length short_length cut header_flood cut_gzip bomb redirect html not_json \
	no_content empty_body deep deep_points shape array badvalue wrong_type latin1 nul; do
	everywhere $word
done
OPTIONS=--compressed
everywhere gzip
everywhere bad_gzip
OPTIONS='--max-filesize 100000000'
everywhere huge
OPTIONS='' ONLY=50010
everywhere endless_gzip
ONLY=

# patiently NUMBER WORD NAME ENTRY PATH [BODY]: in a place of its own; says what is wrong
patiently()
{
	trap - EXIT
	place=$WORK/stalled.$1
	right=$WORK/rights/$(named "$4" "$3" "$5")
	mkdir -p "$place"
	cp "$right" "$place/right"
	WORK=$place PATIENCE=3
	shift
	call "$@"
	shows "$1" || echo "$2($CODE,$STATUS)"
}

# All at once, because each takes as long as one is patient.
for word in stall stall_body; do
	number=0
	waiting=
	while read -r name entry path body; do
		number=$((number + 1))
		patiently $number $word "$name" "$entry" "$path" "$body" >> "$WORK/wrong.$word" &
		waiting="$waiting $!"
	done < "$WORK/endpoints"
	# shellcheck disable=SC2086 # several processes
	wait $waiting
	is "$(cat "$WORK/wrong.$word")" "" "$word: on every endpoint"
done

is "$(grep -c '"fault":"' "$WORK/data/journal.jsonl")" 0 "none of this is the client's fault"
finish
