#!/bin/sh
# Checks the simulator's part of GRDF from outside.
# Usage: selftest_grdf.sh [path of switchgrid-simulator].  Prints TAP.

# shellcheck source=test/simulator/selftest_lib.sh
. "$(dirname "$0")/selftest_lib.sh"

API=/adict/v2
TOKEN_URL=/oauth2/aus5y2ta2uEHjCWIR417/v1/token
PCE=09999999900617

# document NAME PCE [SCENARIO]
document()
{
	ask "$BASE/~${3:-unlimited}$API/pce/$2/$1"
}

# days PCE START END [SCENARIO]; published takes the same
days()
{
	document "donnees_consos_informatives?date_debut=$2&date_fin=$3" "$1" "${4:-unlimited}"
}

published()
{
	document "donnees_consos_publiees?date_debut=$2&date_fin=$3" "$1" "${4:-unlimited}"
}

rights()
{
	ask -H 'Content-Type: application/json' -d "$1" "$BASE/~unlimited$API/droits_acces"
}

# How often a text stands in the last answer
often()
{
	grep -oF -- "$1" "$WORK/body" | wc -l | tr -d ' '
}

start --now 2026-11-20T10:00:00+01:00

# ---------------------------------------------------------------- the token

form="grant_type=client_credentials&client_id=demo"
STATUS=$(curl -s -o "$WORK/body" -w '%{http_code}' -d "$form&client_secret=demo-secret&scope=/adict/bas/v6" "$BASE$TOKEN_URL")
grep -qE '^\{"access_token":"[^"]+","token_type":"Bearer","expires_in":12600,"scope":"/adict/bas/v6"\}$' "$WORK/body"
ok $? "a token says the scope that it was asked for"
refused "a wrong secret" 401 invalid_client null -d "$form&client_secret=x&scope=/adict/v2" "$BASE$TOKEN_URL"
refused "another scope" 400 invalid_scope "token request without a base path as its scope" \
	-d "$form&client_secret=demo-secret&scope=/adict/v3" "$BASE$TOKEN_URL"
refused "no scope" 400 invalid_scope "token request without a base path as its scope" \
	-d "$form&client_secret=demo-secret" "$BASE$TOKEN_URL"
refused "credentials in the header" 401 invalid_client "credentials of the token request in its header" \
	-u demo:demo-secret -d "grant_type=client_credentials&scope=/adict/v2" "$BASE$TOKEN_URL"
refused "no token" 401 invalid_token "missing Authorization header" \
	-H 'Accept: application/json' "$BASE$API/pce/$PCE/donnees_contractuelles"

# ---------------------------------------------------------------- readings

days $PCE 2026-10-23 2026-10-26
is "$STATUS $(wc -l <"$WORK/body" | tr -d ' ')" "200 3" "a line for each day, without the last one"
is "$(sed -n 's/.*"date_debut_consommation":"\([^"]*\)","date_fin_consommation":"\([^"]*\)".*/\1 \2/p' "$WORK/body" | sed -n 2p)" \
	"2026-10-24T06:00:00+02:00 2026-10-25T06:00:00+01:00" "the day of 25 hours"
cp "$WORK/body" "$WORK/plain"
days $PCE 2026-10-23 2026-10-26 unlimited+gas_crlf
tr -d '\r' <"$WORK/body" | sed 's/^\xc2\xa0//; /^$/d' | cmp -s - "$WORK/plain"
ok $? "other line ends and stray bytes around the same"
days $PCE 2026-10-23 2026-10-26 unlimited+gas_pretty
is "$(often '}{') $(often '"id_pce"')" "2 3" "over several lines, and glued"
days $PCE 2026-11-18 2026-11-20
is "$(often '"journee_gaziere"')" 1 "the last day is not there yet"
days $PCE 2026-11-19 2026-11-20
is "$STATUS $(often '"code":"1000008"')" "200 1" "nothing is an error with status 200"
days $PCE 2023-11-20 2023-11-21
is "$STATUS" 200 "three years back"
days $PCE 2023-11-19 2023-11-21
error 400 1000099 "not a day more"
published $PCE 2021-11-20 2026-11-20
is "$STATUS $(wc -l <"$WORK/body" | tr -d ' ')" "200 60" "published: a line for each month of five years"
published $PCE 2021-11-19 2026-11-20
error 400 1000099 "published: not a day more"
days $PCE 2026-11-19 2026-11-21
error 400 1000099 "not to tomorrow"
days $PCE 2026-11-19 2026-11-19
error 400 1000099 "not without a day"
document "donnees_consos_informatives?periode=2026" $PCE
error 400 1000099 "no other parameters"
document "donnees_injections_publiees?date_debut=2026-01-01&date_fin=2026-02-01" GI999150
is "$(often '"injection"') $(often '"consommation"') $(often '"date_debut_injection"')" "1 0 1" "an injection in its own words"

# ---------------------------------------------------------------- refusals

for refusal in 09999999900112:1000002 GI999092:1000000 09999999930215:1000001 09999999932770:1000014 GI999150:1000010 \
	08888881000011:1000011 08888887654321:7654321; do
	days "${refusal%:*}" 2026-10-23 2026-10-26
	is "$STATUS $(often "\"code\":\"${refusal#*:}\"") $(often '"volume_brut"')" "200 1 0" "$refusal"
done
days 08888882000100 2026-10-20 2026-10-26
is "$(often '"volume_brut"') $(tail -n 1 "$WORK/body" | grep -c '"code":"2000100"')" "3 1" "a part, then an error"
published 08888881000010 2026-10-01 2026-11-01
is "$(often '"volume_brut"')" 1 "without informative data there are published ones"
document donnees_contractuelles 08888881000010
is "$(often '"date_mes"')" 1 "and a contract"
days 04040404000000 2026-10-23 2026-10-26
error 404 1000000006 "an unknown point"
days GI12345 2026-10-23 2026-10-26
error 400 1000099 "no point at all"

# ---------------------------------------------------------------- documents

document donnees_contractuelles $PCE
has '"car":{"car_actuelle":' "the yearly reference in an object"
document donnees_contractuelles GI999055
grep -qE '"car":[0-9]+,' "$WORK/body"
ok $? "and alone"
document donnees_techniques $PCE
has '"matricule_compteur":"SG' "a meter"
rights '{"id_pce":["GI999055","09999999932770","09999999900112"]}'
is "$(often '"id_droit_acces"') $(often '"etat_droit_acces":"Active"')" "2 1" "rights on two of three points"
is "$(tail -n 1 "$WORK/body" | grep -c '"code_statut_traitement":"0000000000"')" 1 "and an end of the list"
rights '{"id_pce":[]}'
error 400 1000099 "a filter without a point"
rights '{"id_pce":["GI999055"],"etat":"Active"}'
error 400 1000099 "a filter of another kind"
ask "$BASE/~unlimited$API/droits_acces"
error 400 1000099 "a list without a filter"

finish
