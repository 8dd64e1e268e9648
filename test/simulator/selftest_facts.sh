#!/bin/sh
# Checks what the simulator tells of customers, contracts and meters, and the consents, from outside.
# Usage: selftest_facts.sh [path of switchgrid-simulator].  Prints TAP.
#
# What one generation tells is checked against what the other does; shapes against the documented ones.

# shellcheck source=test/simulator/selftest_lib.sh
. "$(dirname "$0")/selftest_lib.sh"

CONTRACTS=/customers_upc/v5/usage_points/contracts
ADDRESSES=/customers_upa/v5/usage_points/addresses
IDENTITY=/customers_i/v5/identity
CONTACT=/customers_cd/v5/contact_data
CONSUMERS="22516914714270 11453290002823 32320647321714 12345678901234 42900589957123 12655648759651 64975835695673
	63695879465986 22315546958763 30000000000000 30000000000001 30000000000002 30000000000003 30000000000004
	30000000000005 30000000000006 30000000000007 30000000000008 30000000000009 30000000010030"

# fact PATH POINT [SCENARIO]: of v5
fact()
{
	ask "$BASE/~${3:-unlimited}$1?usage_point_id=$2"
}

# itc NAME POINT [SCENARIO]: of 2026
itc()
{
	ask "$BASE/~${3:-unlimited}/$1/v1/$2"
}

# The text of the first member of that name in the last answer
member()
{
	sed -n 's/^.*[{,]"'"$1"'":"\([^"]*\)".*/\1/p' "$WORK/body" | head -n 1
}

# The same of the first element of an array
first_member()
{
	sed 's/},{"usage_point_id".*//' "$WORK/body" > "$WORK/first"
	sed -n 's/^.*[{,]"'"$1"'":"\([^"]*\)".*/\1/p' "$WORK/first"
}

start --now 2026-11-20T10:00:00+01:00

# ---------------------------------------------------------------- v5

fact $CONTRACTS $HOUSE
grep -qE '^\{"customer":\{"customer_id":"1[0-9]{9}","usage_points":\[\{"usage_point":\{"usage_point_id":"22516914714270","usage_point_status":"com","meter_type":"AMM"\},"contracts":\{"segment":"C5","subscribed_power":"9 kVA","last_activation_date":"201[4-9]-[01][0-9]-[0-3][0-9]\+0[12]:00","distribution_tariff":"BTINFMUDT","offpeak_hours":"HC \(22H30-6H30\)","contract_type":"Contrat GRD-F","contract_status":"SERVC"\}\}\]\}\}$' "$WORK/body"
ok $? "contracts of v5"
fact $ADDRESSES $HOUSE
grep -qE '^\{"customer":\{"customer_id":"1[0-9]{9}","usage_points":\[\{"usage_point":\{"usage_point_id":"22516914714270","usage_point_status":"com","meter_type":"AMM","usage_point_addresses":\{"street":"[^"]+"(,"locality":"[^"]+")?,"postal_code":"[0-9]{5}","insee_code":"[0-9]{5}","city":"[^"]+","country":"France","geo_points":\{"latitude":"[0-9.]+","longitude":"-?[0-9.]+","altitude":"[0-9]+"\}\}\}\}\]\}\}$' "$WORK/body"
ok $? "addresses of v5"
fact $IDENTITY $HOUSE
grep -qE '^\{"customer_id":"1[0-9]{9}","identity":\{"natural_person":\{"title":"(M|Mme)","firstname":"[^"]+","lastname":"[^"]+"\}\}\}$' "$WORK/body"
ok $? "identity of v5"
fact $IDENTITY 64975835695673
grep -qE '^\{"customer_id":"1[0-9]{9}","identity":\{"legal_entity":\{"name":"[^"]+","trading_name":"[^"]+","business":"[0-9]{4}[A-Z]","industry":"[^"]+","siret_number":"[0-9]{14}"\}\}\}$' "$WORK/body"
ok $? "identity of a company"
customer=$(member customer_id)
siret=$(member siret_number)
is "$(echo "$siret" | awk '{ for (i = 1; i <= 14; i++) { d = substr($0, i, 1) * (i % 2 ? 2 : 1); sum += d > 9 ? d - 9 : d } print sum % 10 }')" 0 "its number passes the check of such numbers"
fact $IDENTITY 22315546958763
is "$(member customer_id) $(member siret_number)" "$customer $siret" "the points of one customer have one owner"
fact $CONTACT $HOUSE
grep -qE '^\{"customer_id":"1[0-9]{9}","contact_data":\{"phone":"06[0-9]{8}","email":"[^"@]+@example.org"\}\}$' "$WORK/body"
ok $? "contact of v5"
sed 's/contact_data/contact/' "$WORK/body" > "$WORK/other"
fact $CONTACT $HOUSE unlimited+openapi_key
cmp -s "$WORK/body" "$WORK/other"
ok $? "openapi_key: the key of the description"

for path in $CONTRACTS $ADDRESSES $IDENTITY $CONTACT; do
	name=${path##*/}
	fact "$path" 24880057139941
	error 404 no_data_found "$name: nothing for production only"
	fact "$path" 26584978546985
	error 403 ADAM-DC-0008 "$name: consent taken back"
	fact "$path" 99999999999999
	error 404 STM-ERR-0000019 "$name: unknown point"
	A="Authorization: Bearer $TOKEN"
	J='Accept: application/json'
	refused "$name without a point" 400 "usage_point_id parameter is required" "missing usage_point_id" -H "$A" -H "$J" "$BASE/~unlimited$path"
	refused "$name of a short point" 400 "must be 14 digits long" "usage_point_id is not 14 digits" \
		-H "$A" -H "$J" "$BASE/~unlimited$path?usage_point_id=12"
	refused "$name with dates" 404 "<html>" "unknown parameter in the query" \
		-H "$A" -H "$J" "$BASE/~unlimited$path?usage_point_id=$HOUSE&start=2026-01-01"
	refused "$name without a token" 401 900902 "missing Authorization header" -H "$J" "$BASE/~unlimited$path?usage_point_id=$HOUSE"
	refused "POST on $name" 405 "" "wrong method, GET expected" -H "$A" -H "$J" -d x=1 "$BASE/~unlimited$path"
	fact "$path" $HOUSE
	fact "$path" $HOUSE
	last_line | grep -qF "\"endpoint\":\"$name\",\"point\":\"22516914714270\",\"start\":null,\"end\":null,\"client\":\"demo\",\"status\":200" &&
		last_line | grep -qF '"fault":null,"repeat":true'
	ok $? "$name: in the journal, and again is a repeat"
	fact "$path" $HOUSE unlimited+error=503
	error 503 503 "$name: error=503"
	fact "$path" $HOUSE unlimited+html
	is "$STATUS $(head -c 9 "$WORK/body")" "200 <!DOCTYPE" "$name: html"
	fact "$path" $HOUSE unlimited+truncated
	is $ASKED 18 "$name: truncated"
done
fact $CONTRACTS $HOUSE unlimited+sparse
is "$(cat "$WORK/body")" '{"customer":{"usage_points":[{"usage_point":{"usage_point_id":"22516914714270"},"contracts":{"segment":"C5"}}]}}' "sparse contracts"
fact $ADDRESSES $HOUSE unlimited+sparse
grep -qE '^\{"customer":\{"usage_points":\[\{"usage_point":\{"usage_point_id":"22516914714270","usage_point_addresses":\{"insee_code":"[0-9]{5}"\}\}\}\]\}\}$' "$WORK/body"
ok $? "sparse addresses"
fact $IDENTITY $HOUSE unlimited+sparse
grep -qE '^\{"identity":\{"natural_person":\{"firstname":"[^"]+","lastname":"[^"]+"\}\}\}$' "$WORK/body"
ok $? "sparse identity"
fact $IDENTITY 64975835695673 unlimited+sparse
grep -qE '^\{"identity":\{"legal_entity":\{"name":"[^"]+"\}\}\}$' "$WORK/body"
ok $? "sparse identity of a company"
fact $CONTACT $HOUSE unlimited+sparse
is "$(cat "$WORK/body")" '{"contact_data":{}}' "sparse contact"
fact $CONTRACTS $HOUSE unlimited+no_com
has '"usage_point_status":"no com","meter_type":"CBE"' "no_com: as recorded, with a space"

# ---------------------------------------------------------------- both generations

# both TEXT LEFT RIGHT: counts the points where they differ
both()
{
	[ "$2" != "$3" ] || [ -z "$2" ] || return 0
	differ=$((differ + 1))
	echo "# $point, $1: \"$2\" and \"$3\""
}

# "2021-03-15+01:00" as 2026 writes it
as_2026()
{
	echo "$1" | sed 's/^\(.\{10\}\)\(+..\):\(..\)$/\1T00:00:00\2\3/'
}

# "BTINFMUDT" spelled out
spelled()
{
	case $1 in *INFCU*) length=Courte ;; *INFMU*) length=Moyenne ;; *INFLU*) length=Longue ;; esac
	case $1 in *ST) kind=base ;; *DT) kind='heures pleines heures creuses' ;; *4) kind='quatre plages' ;; esac
	echo "Tarif BT<=36kVA $length Utilisation $kind"
}

# compare SCENARIO: everything of the last point, in the two generations
compare()
{
	fact $CONTRACTS "$point" "$1"
	power=$(member subscribed_power)
	tariff=$(member distribution_tariff)
	hours=$(member offpeak_hours)
	activated=$(member last_activation_date)
	meter=$(member meter_type)
	echo "$power $tariff $hours" >> "$WORK/contracts"
	itc situation_contrat_auto "$point" "$1"
	both power "$power" "$(first_member value) $(first_member unit)"
	both tariff "$(spelled "$tariff")" "$(first_member distribution_tariff)"
	both segment C5 "$(first_member segment)"
	name=$(first_member firstname)$(first_member lastname)$(first_member siret_number)
	email=$(first_member email)
	phone=$(first_member phone)
	lines="$(first_member line4),$(first_member line6)"
	itc synth_contrat_auto "$point" "$1"
	both activation "$(as_2026 "$activated")" "$(member consumption_last_activation_date)"
	itc comptage_auto "$point" "$1"
	both meter "$meter" "$(sed -n 's/.*"typeComptage":{"code":"\([^"]*\)".*/\1/p' "$WORK/body")"
	both off-peak "x$hours" "x$(member plageHeuresCreuses)"
	itc donnees_generales_auto "$point" "$1"
	street=$(member number_street_name)
	town=$(member postal_code_city)
	insee=$(member insee_code)
	both letters "$lines" "$street,$town"
	fact $ADDRESSES "$point" "$1"
	both address "$(member street),$(member postal_code) $(member city),$(member insee_code)" "$street,$town,$insee"
	fact $IDENTITY "$point" "$1"
	both name "$(member firstname)$(member lastname)$(member siret_number)" "$name"
	fact $CONTACT "$point" "$1"
	both contact "$(member phone) $(member email)" "$phone $email"
}

: > "$WORK/contracts"
differ=0
for point in $CONSUMERS; do
	compare unlimited
done
is $differ 0 "all facts of all points are the same in both generations"
sort -u "$WORK/contracts" > "$WORK/kinds"
is "$(grep -c ST "$WORK/contracts") $(grep 'ST' "$WORK/contracts" | grep -c HC)" "$(grep -c ST "$WORK/contracts") 0" "a flat tariff has no off-peak hours"
is "$(grep -e DT -e 4 "$WORK/contracts" | grep -cv HC)" 0 "the others have some"
[ "$(grep -c ';' "$WORK/kinds")" -ge 2 ] && [ "$(grep -c '[0-9]h[0-9]' "$WORK/kinds")" -ge 1 ] && [ "$(grep -c 'ST $' "$WORK/kinds")" -ge 1 ]
ok $? "two windows, small letters and none at all occur"

differ=0
cp "$WORK/contracts" "$WORK/before"
: > "$WORK/contracts"
for point in $HOUSE 11453290002823 12655648759651; do
	compare unlimited+changed
done
is $differ 0 "changed: the same in both generations"
fact $CONTACT $HOUSE
phone=$(member phone)
fact $CONTACT $HOUSE unlimited+changed
[ "$(member phone)" != "$phone" ]
ok $? "changed: another phone"
fact $CONTRACTS $HOUSE unlimited+changed
has '"subscribed_power":"12 kVA"' "changed: 12 kVA"
grep -qF -e BTINFMUDT -e 'HC (22H30-6H30)' "$WORK/body"
is $? 1 "changed: another tariff and other hours"
has '"last_distribution_tariff_change_date":"2026-11-13+01:00"' "changed: the day is told in v5"
itc synth_contrat_auto $HOUSE unlimited+changed
has '"last_subscribed_power_change_date":"2026-11-13T00:00:00+0100"' "changed: the day is told in 2026"

# dates
fact $CONTRACTS 11453290002823
has '"last_activation_date":"2019-08-27+02:00"' "the activation of the profile, with the offset of that day"
fact $CONTRACTS 30000000010003
has '"last_activation_date":"2026-10-20+02:00"' "the activation of a recent point"
for point in $CONSUMERS; do
	fact $CONTRACTS "$point"
	date=$(member last_activation_date)
	echo "$date"
done | grep -v -e ^2019-08-27 -e ^2026 > "$WORK/dates"
is "$(grep -cE '^201[4-9]-[0-9]{2}-[0-9]{2}\+0[12]:00$' "$WORK/dates")" 18 "the others were activated from 2014 to 2019"
is "$(awk -F'[-+]' '{ bad += ($2 > 3 && $2 < 10 && $4 != "02:00") || (($2 < 3 || $2 > 10) && $4 != "01:00") } END { print bad + 0 }' "$WORK/dates")" \
	0 "with the offset of their season"

# ---------------------------------------------------------------- 2026

itc situation_contrat_auto $HOUSE
grep -qE '^\[\{"usage_point_id":"22516914714270","contract_start":"20[0-9-]{8}T00:00:00\+0[12]00","contract_type":"Contrat GRD-F","contractor":"FOURNISSEUR FICTIF","distribution_tariff":"Tarif BT<=36kVA Moyenne Utilisation heures pleines heures creuses","subscribed_power":\{"unit":"kVA","value":"9"\},"segment":"C5","customer":\{"customer":\{"adress":\{"line1":"[^"]+","line4":"[^"]+"(,"line5":"[^"]+")?,"line6":"[0-9]{5} [^"]+","line7":"FRANCE"\}\}\},"contact_data":\{"email":"[^"]+","landline":"03[0-9]{8}","phone":"06[0-9]{8}"\},"person":\{"title":"(M|Mme)","lastname":"[^"]+","firstname":"[^"]+"\}\}\]$' "$WORK/body"
ok $? "situation_contrat_auto"
itc situation_contrat_auto 64975835695673
grep -qE '"organization":\{"name":"[^"]+","commercial_name":"[^"]+","business_code":"[0-9]{4}[A-Z]","siret_number":"'"$siret"'","siren_number":"'"$(echo "$siret" | cut -c1-9)"'"\}' "$WORK/body"
ok $? "organization"
itc situation_contrat_auto 12655648759651
is "$(grep -oE '"(contract_type|segment)":"[^"]*"' "$WORK/body" | tr -d '\n')" \
	'"contract_type":"Contrat GRD-F""segment":"C5""contract_type":"Contrat GRD-A""segment":"P4"' "autoconsumption: C5 then P4"
itc situation_contrat_auto 24880057139941
is "$(grep -oE '"(contract_type|segment)":"[^"]*"' "$WORK/body" | tr -d '\n')" '"contract_type":"Contrat GRD-A""segment":"P4"' "production only: P4"
itc synth_contrat_auto 12655648759651
grep -qE '^\{"segments":\[\{"segment":"C5"\},\{"segment":"P4"\}\],"generation_last_activation_date":"20[0-9-]{8}T00:00:00\+0[12]00","consumption_last_activation_date":"20[0-9-]{8}T00:00:00\+0[12]00","services_level":"Communicant \(ouvert aux services\)"\}$' "$WORK/body"
ok $? "synth_contrat_auto"
itc synth_contrat_auto 12655648759651 unlimited+plain_segments
has '{"segments":["C5","P4"],' "plain_segments: strings"
itc comptage_auto $HOUSE
grep -qE '^\{"dispositifComptage":\{"typeComptage":\{"code":"AMM","libelle":"Compteur Linky"\}\},"compteurs":\[\{"numeroSerie":"0419[0-9]{8}","regimePropriete":\{"code":"LOUE","libelle":"Loué"\}\}\],"relais":\{"plageHeuresCreuses":"HC \(22H30-6H30\)"\}\}$' "$WORK/body"
ok $? "comptage_auto"
itc comptage_auto $HOUSE unlimited+no_com
has '"code":"CBE"' "no_com: comptage_auto too"
itc donnees_generales_auto $HOUSE
grep -qE '^\{"address":\{"number_street_name":"[0-9]+ [A-Z ]+"(,"locality":"[^"]+")?,"postal_code_city":"[0-9]{5} [^"]+","insee_code":"[0-9]{5}"\}\}$' "$WORK/body"
ok $? "donnees_generales_auto"
itc alimentation_auto 12655648759651
grep -qE '^\{"serial_number":[0-9]+,"connection_state":"Alimenté","voltage_level":"BTINF","phase_count":"2","consumption_connection_power":\{"value":12,"unit":"kVA"\},"generation_connection_power":\{"value":6,"unit":"kVA"\},"nominal_service_voltage":\{"value":230,"unit":"V"\}\}$' "$WORK/body"
ok $? "alimentation_auto"
for name in situation_contrat_auto synth_contrat_auto comptage_auto donnees_generales_auto alimentation_auto; do
	itc $name 99999999999999
	error 404 STM-ERR-0000019 "$name: unknown point"
	itc $name 26584978546985
	is "$STATUS $(cut -c1-23 "$WORK/body")" '403 {"code":"ADAM-DC-0008",' "$name: consent taken back"
	refused "$name: the point as a parameter" 500 '"code":"technical_error","message"' "unknown parameter in the query" \
		-H "$A" -H "$J" "$BASE/~unlimited/$name/v1?prm=$HOUSE"
	refused "$name: no point" 500 '"code":"technical_error"' "missing pointId" -H "$A" -H "$J" "$BASE/~unlimited/$name/v1"
	refused "$name: a short point" 500 '"code":"technical_error"' "pointId is not 14 digits" -H "$A" -H "$J" "$BASE/~unlimited/$name/v1/123"
	refused "$name: more after the point" 500 '"code":"technical_error"' "unknown path" -H "$A" -H "$J" "$BASE/~unlimited/$name/v1/$HOUSE/x"
	itc $name $HOUSE
	itc $name $HOUSE
	last_line | grep -qF "\"endpoint\":\"$name\",\"point\":\"22516914714270\",\"start\":null" && last_line | grep -qF '"fault":null,"repeat":true'
	ok $? "$name: in the journal, and again is a repeat"
	itc $name $HOUSE unlimited+sparse
	before=$(wc -c < "$WORK/body")
	itc $name $HOUSE
	[ "$before" -lt "$(wc -c < "$WORK/body")" ] && [ "$STATUS" = 200 ]
	ok $? "$name: sparse is less"
done

# ---------------------------------------------------------------- consent, v5

# consent VERSION QUERY [SCENARIO]: STATUS and LOCATION
consent()
{
	LOCATION=$(curl -s -o "$WORK/body" -w '%{http_code} %{redirect_url}' "$BASE${3:+/~$3}/dataconnect/v$1/oauth2/authorize?$2")
	STATUS=${LOCATION%% *}
	LOCATION=${LOCATION#* }
}
GOOD='client_id=demo&response_type=code&duration=P1Y'

for case in 0:22516914714270 1:11453290002823 2:32320647321714 3:12345678901234%3B10284856584123 4:42900589957123 \
	5:24880057139941 6:12655648759651 7:64975835695673%3B63695879465986%3B22315546958763 8:26584978546985; do
	consent 1 "$GOOD&state=abcd${case%:*}"
	echo "$STATUS $LOCATION" | grep -qE "^302 https://app\.example\.org/callback\?code=[0-9a-zA-Z]+&state=abcd${case%:*}&usage_point_id=${case#*:}$"
	ok $? "v1: customer ${case%:*} agrees"
done
consent 1 "$GOOD&state=abcd9"
is "$STATUS $LOCATION" "302 https://app.example.org/callback?error=access_denied&error_description=access_denied&state=abcd9" "v1: customer 9 has no point"
consent 1 "$GOOD"
echo "$STATUS $LOCATION" | grep -qE '^302 .*\?code=[^&]+&usage_point_id=22516914714270$'
ok $? "v1: without a state it is the first customer, and none comes back"
consent 1 "$GOOD&state=a%26b%20%C3%A94"
echo "$LOCATION" | grep -qF '&state=a%26b%20%C3%A94&usage_point_id=42900589957123'
ok $? "v1: the state comes back unchanged"
consent 1 "$GOOD&state=abcd0" refuse
is "$STATUS $LOCATION" "302 https://app.example.org/callback?error=access_denied&error_description=access_denied&state=abcd0" "v1: refuse"
last_line | grep -qF '"endpoint":"authorize","point":null,"start":null,"end":null,"client":"demo","status":302,"bytes":0,"fault":null'
ok $? "v1: in the journal"
for version in 1 2; do
	for case in P3Y P36M P1095D P1096D P156W P1Y4M P2Y11M30D P1D; do
		consent $version "client_id=demo&response_type=code&state=x0&duration=$case"
		is "$STATUS" 302 "v$version: duration $case"
	done
	# 3 years after 2026-11-20 are 1096 days
	for case in P4Y:400:maximum_duration_exceeded P37M:400:maximum_duration_exceeded P1097D:400:maximum_duration_exceeded \
		P3Y1D:400:maximum_duration_exceeded P99999Y:400:maximum_duration_exceeded 1Y:400:invalid_duration_format \
		P:400:invalid_duration_format P-1Y:400:invalid_duration_format -P1Y:400:invalid_duration_format \
		P1:400:invalid_duration_format P0D:400:invalid_duration_format P1D1Y:400:invalid_duration_format \
		P1X:400:invalid_duration_format PT1H:500:lincs-internal-server-error P1DT12H:500:lincs-internal-server-error; do
		consent $version "client_id=demo&response_type=code&state=x0&duration=${case%%:*}"
		error "$(echo "$case" | cut -d: -f2)" "${case##*:}" "v$version: duration ${case%%:*} is refused"
	done
	consent $version "response_type=code&state=x0&duration=P1Y"
	is "$STATUS $(cat "$WORK/body")" '400 {"error":"invalid_request","error_description":"missing_parameter","error_uri":""}' "v$version: no client_id"
	consent $version "client_id=demo&state=x0&duration=P1Y"
	error 400 missing_parameter "v$version: no response_type"
	consent $version "client_id=demo&response_type=code&state=x0"
	error 400 missing_parameter "v$version: no duration"
	last_line | grep -qF '"fault":"missing duration"'
	ok $? "v$version: that is a fault"
	consent $version "client_id=demo&response_type=token&state=x0&duration=P1Y"
	error 400 invalid_request "v$version: another response_type"
	consent $version "client_id=other&response_type=code&state=x0&duration=P1Y"
	error 403 access_denied "v$version: unknown application"
	consent $version "$GOOD&state=$(printf '%0100d' 0)"
	is "$STATUS" 302 "v$version: a state of 100 characters"
	consent $version "$GOOD&state=$(printf '%0101d' 0)"
	error 400 invalid_request "v$version: a state of 101"
	consent $version "$GOOD&redirect_uri=x"
	is "$STATUS" 404 "v$version: no redirect_uri"
done

# ---------------------------------------------------------------- consent, 2026

start --now 2026-11-20T10:00:00+01:00 --redirect 'http://127.0.0.1:1/back?from=enedis'
# services BODY [SCENARIO [curl-options...]]
services()
{
	body=$1 words=${2:-unlimited}
	[ $# -lt 2 ] || shift
	shift
	[ $# -gt 0 ] || set -- -H 'Content-Type: application/json'
	ask "$@" -d "$body" "$BASE/~$words/subscribed_services/v1"
}
# "point measure state step soutirage injection" for each service of the answer
served()
{
	tr '{' '\n' < "$WORK/body" | sed -n 's/^"id":"SV[0-9]*","injection":\([a-z]*\),"soutirage":\([a-z]*\),"serviceCode":"ACCES","dateDebut":"\([^"]*\)","dateFin":"\([^"]*\)","etatCode":"\([^"]*\)","etatLibelle":"[^"]*","pointId":"\([^"]*\)","mesuresTypeCode":"\([^"]*\)",\("mesuresPas":"\([^"]*\)",\)\{0,1\}.*/\6 \7 \5 \9 \2 \1 \3 \4/p'
}
consent 2 "$GOOD&state=abcd1"
is "$STATUS $LOCATION" "302 http://127.0.0.1:1/back?from=enedis&autorisation_id=58000&state=abcd1" "v2: the number of the consent, at the address of the options"
consent 2 "client_id=demo&response_type=code&duration=P3Y&state=abcd3"
consent 2 "$GOOD&state=abcd3"
consent 2 "$GOOD&state=abcd3"
is "$LOCATION" "http://127.0.0.1:1/back?from=enedis&autorisation_id=58003&state=abcd3" "v2: numbers follow each other"
consent 2 "$GOOD&state=abcd0" refuse
is "$STATUS $LOCATION" "302 http://127.0.0.1:1/back?from=enedis&error=invalid_request&error_description=demande_non_aboutie&state=abcd0" "v2: refuse"
consent 2 "$GOOD&state=abcd9"
is "$STATUS $LOCATION" "302 http://127.0.0.1:1/back?from=enedis&error=invalid_request&error_description=demande_non_aboutie&state=abcd9" "v2: customer 9 has no point"
services '{"autorisationId":58000,"comptage":false,"etatCode":["ACTIF","DEMANDE"],"serviceType":"ACCES"}'
is "$(served)" "11453290002823 CDC ACTIF PT30M true false 2026-11-20 2027-11-19
11453290002823 ENERGIE DEMANDE P1D true false 2026-11-20 2027-11-19
11453290002823 PMAX ACTIF P1D true false 2026-11-20 2027-11-19
11453290002823 IDX ACTIF P1D true false 2026-11-20 2027-11-19
11453290002823 ITC ACTIF  true false 2026-11-20 2027-11-19" "the services of a consent"
has '{"nbTotalServices":5,"serviceSouscrit":[{"id":"SV0001","injection":false,"soutirage":true,"serviceCode":"ACCES",' "head of the list"
has '"mesuresCorrigees":false,"autorisation":{"autorisationId":58000,"autorisationType":"EXPLICITE"}}' "each tells its consent"
last_line | grep -qF '"endpoint":"subscribed_services","point":null,"start":null,"end":null,"client":"demo","status":200' && last_line | grep -qF '"fault":null,"repeat":false'
ok $? "in the journal"
services '{"autorisationId":58000,"comptage":false,"etatCode":["ACTIF","DEMANDE"],"serviceType":"ACCES"}'
last_line | grep -qF '"repeat":true'
ok $? "the same again is a repeat"
services '{"autorisationId":58001,"comptage":false}'
is "$(served | head -n 1)" "12345678901234 CDC ACTIF PT30M true false 2026-11-20 2029-11-19" "several points are given in turn: the first"
services '{"autorisationId":58002,"comptage":false}'
is "$(served)" "10284856584123 CDC ACTIF PT30M false true 2026-11-20 2027-11-19
10284856584123 ENERGIE DEMANDE P1D false true 2026-11-20 2027-11-19
10284856584123 IDX ACTIF P1D false true 2026-11-20 2027-11-19
10284856584123 ITC ACTIF  false true 2026-11-20 2027-11-19" "the second, which produces"
services '{"autorisationId":58003,"comptage":false}'
is "$(served | cut -d' ' -f1 | sort -u)" 12345678901234 "and the first again"
services '{"autorisationId":58004,"comptage":false}'
is "$STATUS $(cat "$WORK/body")" '200 {"nbTotalServices":0,"serviceSouscrit":[]}' "an unknown consent has no service"
services '{"autorisationId":58000,"comptage":true}'
is "$(cat "$WORK/body")" '{"nbTotalServices":5}' "comptage: the number only"
services '{"autorisationId":58000,"comptage":false,"page":1}'
is "$(cat "$WORK/body")" '{"nbTotalServices":5,"serviceSouscrit":[]}' "no second page"
services '{"autorisationId":58000,"comptage":false,"mesureTypeCode":["CDC","IDX"]}'
is "$(served | cut -d' ' -f2 | tr '\n' ' ')" "CDC IDX " "by measure"
services '{"autorisationId":58000,"comptage":false,"etatCode":["DEMANDE"]}'
is "$(served | cut -d' ' -f2)" ENERGIE "by state"
services '{"autorisationId":58000,"comptage":false,"injection":true}'
is "$(served)" "" "by direction"
services '{"autorisationId":58000,"comptage":false,"serviceType":"CCDC"}'
is "$(served)" "" "by kind of service"
# standing consents: one a point, from 2024-01-01 for 3 years
for case in 57000:22516914714270 57001:11453290002823 57003:12345678901234 57013:10284856584123 57004:42900589957123 \
	57005:24880057139941 57006:12655648759651 57007:64975835695673 57017:63695879465986 57027:22315546958763; do
	services "{\"autorisationId\":${case%:*},\"comptage\":false,\"mesureTypeCode\":[\"CDC\"]}"
	is "$(served | cut -d' ' -f1,3,7-)" "${case#*:} ACTIF 2024-01-01 2026-12-31" "consent ${case%:*} is there from the start"
done
services '{"autorisationId":57006,"comptage":false}'
is "$(served | cut -d' ' -f2,5,6 | tr '\n' ',')" "CDC true true,ENERGIE true true,PMAX true false,IDX true true,ITC true true," "autoconsumption: both directions"
services '{"autorisationId":57002,"comptage":false}'
is "$(served | cut -d' ' -f2 | tr '\n' ' ')" "ENERGIE PMAX IDX ITC " "no curve, no service for it"
services '{"autorisationId":57017,"comptage":false,"mesureTypeCode":["CDC"]}'
has '"mesuresPas":"PT10M"' "the step is that of the point"
services '{"autorisationId":57008,"comptage":false}'
is "$(served)" "" "customer 8 took it back"
services '{"autorisationId":57008,"comptage":false,"etatCode":["TERMINE"]}'
is "$(served | cut -d' ' -f1,3 | sort -u)" "26584978546985 TERMINE" "which the ended ones show"
services '{"pointId":["22516914714270","24880057139941"],"comptage":false,"mesureTypeCode":["ENERGIE"]}'
is "$(served | cut -d' ' -f1 | tr '\n' ' ')" "22516914714270 24880057139941 " "by points"
last_line | grep -qF '"point":"22516914714270"'
ok $? "the journal tells the first"
itc situation_contrat_auto 64975835695673
siren=$(member siren_number)
services "{\"siren\":[\"$siren\"],\"comptage\":false,\"mesureTypeCode\":[\"ENERGIE\"]}"
is "$(served | cut -d' ' -f1 | tr '\n' ' ')" "64975835695673 63695879465986 22315546958763 " "by company"
services '{"pointId":["22516914714270"],"comptage":false,"dateDebut":"2027-01-01"}'
is "$(served)" "" "by date"
services '{"autorisationId":57000,"comptage":false}' unlimited+empty_once
is "$STATUS $(cat "$WORK/body")" '200 {"nbTotalServices":0,"serviceSouscrit":[]}' "empty_once: nothing at first"
services '{"comptage":false,"autorisationId":57000,"etatCode":["ACTIF","DEMANDE"]}' unlimited+empty_once
is "$(served | wc -l | tr -d ' ')" 5 "empty_once: then the services"
last_line | grep -qF '"repeat":false'
ok $? "empty_once: asking again was right"
services '{"autorisationId":57001,"comptage":false}' unlimited+empty_once
has '"nbTotalServices":0' "empty_once: for each consent"
services '{"autorisationId":57000,"comptage":false}' unlimited+empty
has '"nbTotalServices":0' "empty: an empty list"
services '{"autorisationId":57000,"comptage":false}' unlimited+error=900908
error 403 900908 "error=900908"

# bad TEXT FAULT BODY [curl-options...]
bad()
{
	text=$1 fault=$2
	shift 2
	services "$1" unlimited "${2:--HContent-Type: application/json}"
	[ "$STATUS" = 500 ] && grep -qF '{"code":"technical_error","message":"' "$WORK/body" && last_line | grep -qF "\"fault\":\"$fault\""
	ok $? "$text"
}
bad "no comptage" "missing comptage" '{"autorisationId":57000}'
bad "no filter" "none of autorisationId, pointId and siren" '{"comptage":false}'
bad "unknown field" "unknown field in the body" '{"autorisationId":57000,"comptage":false,"x":1}'
bad "number as a string" "field of another type in the body" '{"autorisationId":"57000","comptage":false}'
bad "boolean as a string" "field of another type in the body" '{"autorisationId":57000,"comptage":"false"}'
bad "list as a string" "field of another type in the body" '{"pointId":"22516914714270","comptage":false}'
bad "not a date" "field of another type in the body" '{"autorisationId":57000,"comptage":false,"dateDebut":"2026"}'
bad "not an object" "body is not a JSON object" '[]'
bad "not JSON" "body is not a JSON object" 'comptage=false'
bad "a form" "body is not declared as application/json" '{"autorisationId":57000,"comptage":false}' '-HContent-Type: application/x-www-form-urlencoded'
bad "too long" "body too long" "{\"x\":\"$(head -c 20000 /dev/zero | tr '\0' x)\"}"
ask "$BASE/~unlimited/subscribed_services/v1"
is "$STATUS $(cut -c1-9 "$WORK/body")" '405 {"code":"' "GET on subscribed_services"
services '{"autorisationId":57000,"comptage":false}' unlimited -H 'Content-Type: application/json; charset=utf-8'
is "$STATUS" 200 "a charset does no harm"
start --now 2027-01-01T10:00:00+01:00
services '{"autorisationId":57000,"comptage":false}'
is "$(served)" "" "the standing consents end with 2026"

# ---------------------------------------------------------------- token

start --now 2026-11-20T10:00:00+01:00
curl -s -u demo:demo-secret -d grant_type=client_credentials "$BASE/oauth2/v3/token" > "$WORK/body"
has '"expires_in":12600,"scope":""}' "the scope is empty"
curl -s -u demo:demo-secret -d grant_type=client_credentials "$BASE/~scope=v5/oauth2/v3/token" > "$WORK/body"
has '/v5/metering_data/daily_consumption.GET ' "scope=v5"
curl -s -u demo:demo-secret -d grant_type=client_credentials "$BASE/~scope=default/oauth2/v3/token" > "$WORK/body"
has '"scope":"am_application_scope default"' "scope=default"
R=$BASE/oauth2/v3/revoke
fact $CONTACT $HOUSE
is "$STATUS" 200 "a token"
OTHER=$(token_from "$BASE")
refused "revoke nobody's token" 200 "" null -u demo:demo-secret -d token=abc "$R"
refused "revoke without a token" 400 invalid_request "revoke request without token" -u demo:demo-secret -d token_type_hint=access_token "$R"
refused "revoke another kind" 400 unsupported_token_type "token_type_hint other than access_token" \
	-u demo:demo-secret -d token=abc -d token_type_hint=refresh_token "$R"
refused "revoke, wrong secret" 400 invalid_client null -u demo:wrong -d "token=$TOKEN" "$R"
refused "revoke, no credentials" 401 Unauthorized "revoke request without credentials" -d "token=$TOKEN" "$R"
refused "revoke, unknown field" 400 invalid_request "unknown field in the revoke request" -u demo:demo-secret -d token=abc -d x=y "$R"
refused "revoke, JSON" 415 "" "revoke request is not form-encoded" -u demo:demo-secret -H 'Content-Type: application/json' -d '{}' "$R"
refused "GET revoke" 405 "" "wrong method, POST expected" "$R"
fact $CONTACT $HOUSE
is "$STATUS" 200 "the token is still good"
refused "revoke" 200 "" null -u demo:demo-secret -d "token=$TOKEN" -d token_type_hint=access_token "$R"
last_line | grep -qF '"endpoint":"revoke","point":null'
ok $? "in the journal"
fact $CONTACT $HOUSE
error 401 invalid_token "a revoked token is dead"
last_line | grep -qF '"fault":"access token used after it was revoked"'
ok $? "and using it is a fault"
refused "revoke again" 200 "" null -d "client_id=demo&client_secret=demo-secret&token=$TOKEN" "$R"
TOKEN=$OTHER
fact $CONTACT $HOUSE
is "$STATUS" 200 "other tokens live on"

finish
