#!/bin/sh
# Checks what Switchgrid orders bring: files, curves, failures and gas: curl and awk, no other tool.
# Usage: selftest_switchgrid_data.sh [path of switchgrid-simulator].  Prints TAP.
#
# Data are compared with what the other part of the simulator says of the same point; the members
# of the answers are those of the API's documented examples.

# shellcheck source=test/simulator/selftest_lib.sh
. "$(dirname "$0")/selftest_lib.sh"
# shellcheck source=test/simulator/selftest_switchgrid_lib.sh
. "$(dirname "$0")/selftest_switchgrid_lib.sh"

begin

# ---------------------------------------------------------------- files

one R63 "$HOUSE" "" ",$WINDOW"
is "$STATUS" 200 "the file of an R63"
keys_are "codeFlux d dateDebut dateFin ec etapeMetier format grandeur grandeurMetier grandeurPhysique header idCanalContact idDemande idDestinataire idPrm iv mesures modeCalcul modePublication n p periode points siDemandeur typeDestinataire unite v" "members of an R63"
has '"d":"2026-11-10T00:30:00+01:00","p":"PT30M","n":"B","iv":0,"ec":0}' "the end of the interval, with its offset"
values | sed 's/T/ /; s/+01:00//' > "$WORK/file"
measured courbe_de_charge_consommation
points_2026 > "$WORK/api"
[ "$(wc -l < "$WORK/api" | tr -d ' ')" = 96 ] && cmp -s "$WORK/file" "$WORK/api"
ok $? "the curve is what the operator's API says"

one R63_SYNC "$HOUSE" "" ",$WINDOW"
keys_are "d dateDebut dateFin ec grandeur grandeurMetier grandeurPhysique iv mesuresCorrigees n p periode pointId points unite v" "members of an R63_SYNC"
has '"d":"2026-11-10 00:30:00","p":"PT30M","n":"B","iv":"0","ec":"0"}' "local times, and strings"
values > "$WORK/file"
cmp -s "$WORK/file" "$WORK/api"
ok $? "the same curve"

one R65 "$HOUSE" "" ",$WINDOW"
has '"typeValeur":"GLOBALE","modeCalcul":"DIFF.INDEX","pas":"P1D"' "an R65"
values > "$WORK/file"
measured consommation_quotidienne
points_2026 > "$WORK/api"
[ -s "$WORK/api" ] && cmp -s "$WORK/file" "$WORK/api"
ok $? "the days are what the operator's API says"
one R65_SYNC "$HOUSE" "" ",$WINDOW"
keys_are "d dateDebut dateFin grandeur grandeurMetier grandeurPhysique mesuresCorrigees modeCalcul pas periode pointId points typeValeur unite v" "members of an R65_SYNC"
values | cmp -s - "$WORK/api"
ok $? "the same days at once"

one R66 "$HOUSE" "" ",$WINDOW"
values | sed 's/T/ /; s/+01:00//' > "$WORK/file"
one R66_SYNC "$HOUSE" "" ",$WINDOW"
keys_are "d dateDebut dateFin grandeur grandeurMetier grandeurPhysique mesuresCorrigees pas periode pointId points unite v" "members of an R66_SYNC"
values > "$WORK/sync"
measured puissance_conso_max_quotidienne "$HOUSE" unlimited 'mesuresPas=P1D&grandeurPhysique=PMA'
points_2026 > "$WORK/api"
[ -s "$WORK/api" ] && cmp -s "$WORK/file" "$WORK/api" && cmp -s "$WORK/sync" "$WORK/api"
ok $? "the peaks are what the operator's API says, in both forms"

one R64 "$HOUSE" "" ",$WINDOW"
keys_are "cadranTotalisateur calendrier classeTemporelle codeCadran codeFlux contexte contexteReleve d dateDebut dateFin etapeMetier format grandeur grandeurMetier grandeurPhysique header idCalendrier idCanalContact idClasseTemporelle idDemande idDestinataire idPrm iv libelleCalendrier libelleClasseTemporelle libelleGrille mesures modePublication motifReleve periode siDemandeur typeDestinataire typeReleve unite v valeur" "members of an R64"
registers | sed 's/T00/ 00/; s/+01:00//; s/ $//' > "$WORK/file"
one R64_SYNC "$HOUSE" "" ",$WINDOW"
registers > "$WORK/sync"
measured index_consommation
registers > "$WORK/api"
[ "$(wc -l < "$WORK/api" | tr -d ' ')" = 6 ] && cmp -s "$WORK/file" "$WORK/api" && cmp -s "$WORK/sync" "$WORK/api"
ok $? "the registers are what the operator's API says, in both forms"

one R67 "$HOUSE" "" ',"since":"2026-08-15","until":"2026-11-01"'
has '"dbtMesure":"2026-09-01","finMesure":"2026-10-01"' "an R67 has whole months"
has '"dbtMesure":"2026-10-01","finMesure":"2026-11-01"' "the last one too"
is "$(grep -oE '"dbtMesure":"[^"]*"' "$WORK/body" | sort -u | wc -l | tr -d ' ')" 2 "and no others"
keys_are "calendrier classeTemporelle codeCalendrier codeFlux codeGrille codeNature codeStatut contexte dateCreation dateDebut dateFin dbtMesure etapeMetier finMesure format grandeur grandeurMetier grandeurPhysique header idCanalContact idClasseTemporelle idDemande idDestinataire idMotifReleve idPrm libelleCalendrier libelleClasseTemporelle libelleGrille libelleMotifReleve libelleNature libelleStatut mesures modePublication periode quantite siDemandeur typeDestinataire unite" "members of an R67"

one R63 "$LARGE" "" ',"since":"2026-11-10","until":"2026-11-11"'
has '"etapeMetier":"BEST"' "above 36 kVA: corrected values"
has '"d":"2026-11-10T00:00:00+01:00","p":"PT5M","n":"R"}' "the beginning of the interval"
is "$(grep -oE '"grandeurPhysique":"[A-Z]*","unite":"[A-Za-z]*"' "$WORK/body" | tr -d '"' | tr '\n' ' ')" \
	"grandeurPhysique:PA,unite:W grandeurPhysique:PRI,unite:VAr grandeurPhysique:PRC,unite:VAr grandeurPhysique:E,unite:V " "and three quantities more"
is "$(values | wc -l | tr -d ' ')" 1152 "each of 288 values"
one R63 99300000000002 "" ',"since":"2026-11-10","until":"2026-11-11"'
has '"p":"PT10M"' "or every ten minutes"

one C68
has "{\"point\":{\"attributes\":{\"id\":\"$HOUSE\"}," "a C68"
has '"plageHeuresCreuses":"HC (22H30-6H30)"' "off-peak hours as text"
has '"puissanceSouscriteMax":{"valeur":"9","unite":"kVA"}' "subscribed power"
one C68 "$HOUSE" +future_offpeak
has '"futuresPlagesHeuresCreuses":{"attributes":{"code":"HCF"},"libelle":"HC (1H28-6H58;13H58-16H28)"}' "and those to come"
one C68_ASYNC
has "[{\"idPrm\":\"$HOUSE\"," "a C68_ASYNC is an array"
has '"relais":{"plageHeuresCreuses":{"libelle":"HC (22H30-6H30)"}}' "off-peak hours as an object"
has '"puissanceSouscrite":{"valeur":"9","unite":"kVA"}' "subscribed power under another name"

one R63 "$HOUSE" "" ',"since":"2026-10-25","until":"2026-10-26"'
is "$(values | wc -l | tr -d ' ') $(values | grep -c '02:30:00+02:00\|02:30:00+01:00' )" "50 2" "the autumn day has both its hours"
one R63 "$HOUSE" "" ',"since":"2026-11-10T06:00:00+01:00","until":"2026-11-10T05:30:00Z"'
is "$(values | wc -l | tr -d ' ')" 1 "a window inside a day"

one R63 "$HOUSE" +csv ",$WINDOW"
is "$(head -c 3 "$WORK/body" | od -An -tx1 | tr -d ' ')" efbbbf "CSV with a mark"
has 'Identifiant PRM;Date de début;Date de fin;Grandeur physique;Grandeur métier;Etape métier;Unité;Horodate;Valeur;Nature;Pas;Indice de vraisemblance;Etat complémentaire' "its head"
has "$HOUSE;2026-11-10;2026-11-12;PA;CONS;BRUT;W;2026-11-10T00:30:00+01:00;" "its lines"
one R64 "$HOUSE" +csv ",$WINDOW"
has "$HOUSE;2026-11-10;2026-11-12;EA;CONS;BRUT;Wh;2026-11-10T00:00:00+01:00;COL;AQ;;Grille fournisseur;FC020831;Heures Pleines Heures Creuses;HC;Heures Creuses;01;" "registers as CSV"
one R65 "$HOUSE" +csv ",$WINDOW"
has 'date,value' "days as CSV"
one C68_ASYNC "$HOUSE" +csv
has "$HOUSE;C5;SERVC;;;BTINF;9 kVA;NON;;NON;" "a contract as CSV"
one R63 "$HOUSE" +zip ",$WINDOW"
is "$(head -c 4 "$WORK/body" | od -An -tx1 | tr -d ' ')" 504b0304 "an archive"

# -------- links

one R63 "$HOUSE" "" ",$WINDOW"
ask "$URL"
is "$STATUS" 400 "no token may go to the files"
fault_is '"Authorization header where no token belongs"' "sending one is a fault"
curl -s -o "$WORK/body" "$URL"
last_line | grep -qF "\"endpoint\":\"file\",\"point\":\"$HOUSE\",\"start\":null,\"end\":null,\"client\":null,\"status\":200"
ok $? "a file in the journal"
last_line | grep -qF '"repeat":true'
ok $? "fetching it again is a repeat"
is "$(curl -s -o "$WORK/body" -w '%{http_code}' "${URL%?}x")" 403 "a link that was never given"
wait_seconds 901
is "$(curl -s -o "$WORK/body" -w '%{http_code}' "$URL")" 403 "after 15 minutes a link is dead"
has '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>' "which XML tells"
fault_is null "and no fault is"
ask "$ORDER"
is "$(curl -s -o "$WORK/body" -w '%{http_code}' "$(member dataUrl)")" 200 "the order gives another"
one R63 "$HOUSE" +link_expired ",$WINDOW"
is "$STATUS $(curl -s -o "$WORK/body" -w '%{http_code}' "$URL")" "403 403" "link_expired: the first link is dead"
ask "$ORDER"
is "$(curl -s -o "$WORK/body" -w '%{http_code}' "$(member dataUrl)")" 200 "the second is not"
order "$LC" +other_host
has '"dataUrl":"http://localhost.invalid/files/' "other_host: a link to a stranger"
one R63 "$HOUSE" +other_prm ",$WINDOW"
has '"idPrm":"11453290002823"' "other_prm: the file of another point"
for spoilt in html not_json cut; do
	one R63 "$HOUSE" +$spoilt ",$WINDOW"
	tail -c 2 "$WORK/body" | grep -qF ']}'
	is "$STATUS $?" "200 1" "$spoilt: no JSON"
done
order "$LC" +huge
is "$(curl -sI "$(member dataUrl)" -X GET | tr -d '\r' | awk 'tolower($1) == "content-length:" { print ($2 > 200000000) }')" 1 "huge: 200 MB"

# -------- several points

order "{\"type\":\"R65\",\"prms\":[\"$HOUSE\",\"42900589957123\",\"10284856584123\"],\"since\":\"2026-11-09\",\"until\":\"2026-11-11\"}"
is "$(member status)" SUCCESS "one of three points may fail"
has '"dataUrl":null' "no single link"
is "$(grep -oE '"fileUrl":' "$WORK/body" | wc -l | tr -d ' ')" 2 "a link each for the others"
has '"prm":"42900589957123","timeRangeCoverageRatio":0.5,"holes":["2026-11-10T00:00:00+01:00/2026-11-11T00:00:00+01:00"],"errorMessage":null' "how much there is of each"
order "$LC" +summary
has "\"summaryPerContract\":[{\"prm\":\"$HOUSE\",\"timeRangeCoverageRatio\":1.0,\"holes\":[],\"errorMessage\":null}]" "summary: of one point too"

# ---------------------------------------------------------------- the normalised curve

# curve [SCENARIO [QUERY [PRMS]]]
curve()
{
	order "{\"type\":\"LOADCURVE\",\"prms\":[${3:-\"$HOUSE\"}],$WINDOW}" "$1"
	REQUEST=$(sed 's/.*"requests":\[{"id":"\([^"]*\)".*/\1/' "$WORK/body")
	ask "$BASE/~consented$1$V2/request/$REQUEST/data${2:+?$2}"
}

curve "" "period=30min&format=csv"
is "$(head -n 1 "$WORK/body")" prm,startDate,powerInWatts "the curve as CSV"
sed -n "s/^$HOUSE,\([^,]*\),\(.*\)/\2/p" "$WORK/body" > "$WORK/file"
measured courbe_de_charge_consommation
points_2026 | cut -d' ' -f3 | cmp -s - "$WORK/file"
ok $? "the same values"
curve "" "period=1h&format=json"
awk '{ sum += $1 } NR % 2 == 0 { printf "%s%.12g", sep, sum / 2; sum = 0; sep = "," }' "$WORK/file" > "$WORK/hours"
is "$(sed 's/.*"values":\[\(.*\)\]}/\1/' "$WORK/body")" "$(cat "$WORK/hours")" "hours are means"
has '"period":"PT1H","startsAt":"2026-11-09T23:00:00.000Z","endsAt":"2026-11-11T23:00:00.000Z"' "beginnings in UTC"
curve "" "period=5min"
has '"period":"PT30M"' "never finer than the meter"
curve +no_prm "format=csv"
is "$(head -n 1 "$WORK/body")" startDate,powerInWatts "no_prm: without the point"
curve +keyed
has "{\"$HOUSE\":{\"period\":\"PT30M\"," "keyed: by point"
curve +seconds
has '"period":"PT1800S"' "seconds: spelled in seconds"
curve "" "" "\"$HOUSE\",\"42900589957123\""
has '"42900589957123":{"period":"PT30M"' "several points are keyed"
is "$(grep -oE 'null' "$WORK/body" | wc -l | tr -d ' ')" 96 "gaps are null"
for bad in period=30m format=xml since=2026-01-01 period=; do
	ask "$BASE/~consented$V2/request/$REQUEST/data?$bad"
	is "$STATUS" 400 "refused: $bad"
done
ask "$BASE/~consented$V2/request/00000001-0d02-4000-8000-0000000000ff/data"
is "$STATUS" 404 "unknown request: 404"
order "{\"type\":\"C68\",\"prms\":[\"$HOUSE\"]}"
ask "$BASE/~consented$V2/request/$(sed 's/.*"requests":\[{"id":"\([^"]*\)".*/\1/' "$WORK/body")/data"
is "$STATUS" 500 "a C68 has no curve"
post "{\"requests\":[$LC]}" "$R"
ask "$BASE/~consented$V2/request/$(sed 's/.*"requests":\[{"id":"\([^"]*\)".*/\1/' "$WORK/body")/data"
is "$STATUS" 404 "not ready: 404"
order "{\"type\":\"LOADCURVE\",\"prms\":[\"$HOUSE\"],$WINDOW}" +embedded
has '"dataUrl":null,"loadCurve":{"period":"PT30M","startsAt":"2026-11-09T23:00:00.000Z"' "embedded: in the order itself"
curve +nolink
is "$STATUS" 200 "nolink: the curve"
ask "$ORDER"
has '"dataUrl":null,"loadCurve":null' "nolink: but no link"

# ---------------------------------------------------------------- what goes wrong

# outcome SCENARIO: states of the order and of its request, whether there is a link, the message
outcome()
{
	order "{\"type\":\"R65\",\"prms\":[\"$HOUSE\"],$WINDOW}" "$1"
	grep -oE '"(status|errorMessage)":"[^"]*"' "$WORK/body" | cut -d'"' -f4 | tr '\n' ' '
	grep -cF '"dataUrl":"' "$WORK/body"
}

is "$(outcome "")" "SUCCESS SUCCESS 1" "nothing wrong"
is "$(outcome +fail)" "SOME_REQUESTS_FAILED FAILED La demande n'a pas pu être traitée 0" "fail"
is "$(outcome +fail=4270)" "$(outcome +fail)" "fail of this point"
is "$(outcome +fail=4271)" "SUCCESS SUCCESS 1" "fail of another"
is "$(outcome +quota)" "SOME_REQUESTS_FAILED FAILED SGT720 quota journalier de demandes atteint pour ce point 0" "quota"
is "$(outcome +revoked_midway)" "SOME_REQUESTS_FAILED FAILED consent revoked before completion 0" "revoked_midway"
is "$(outcome +nodata)" "SUCCESS SUCCESS 0" "nodata"
is "$(outcome +stuck)" "PENDING_REQUESTS PENDING 0" "stuck"
is "$(outcome +unknown_status+stuck)" "PENDING_REQUESTS SOMETHING_NEW 0" "unknown_status"
is "$(outcome +address_check)" "ADDRESS_CHECK_FAILED NOT_STARTED 0" "address_check"
is "$(outcome +short)" "SUCCESS 0" "short"
ask "$BASE/~fail=42$V2/ask"
is "$STATUS" 400 "a point is told by four digits"

# billed SCENARIO: status of an order, and how many orders it made
billed()
{
	curl -s -o /dev/null -X POST "$BASE/_bill/reset"
	post "{\"requests\":[$LC]}" "$BASE/~consented$1$V2/order"
	echo "$STATUS $(curl -s "$BASE/_bill" | sed 's/.*"orders":\([0-9]*\).*/\1/')"
}

is "$(billed +refuse_order)" "400 0" "refuse_order: nothing made"
is "$(billed +answer_500)" "500 1" "answer_500: made"
is "$(billed +answer_lost)" "000 1" "answer_lost: made"
last_line | grep -qF '"status":0,"bytes":0,"fault":null'
ok $? "answer_lost: in the journal"
billed +old_answer > "$WORK/out"
keys_are "orderId" "old_answer: only the id"
is "$(billed +error_at=v2_order_create:503)" "503 0" "error_at works here too"
for shape in string message 400-issues v2-400-validation-array gateway-page plain-text page no-json; do
	ask "$BASE/~error_at=order_get:$shape$V2/order/1"
	is "$STATUS" "$(case $shape in string) echo 401 ;; message) echo 500 ;; *400*) echo 400 ;; gateway-page) echo 502 ;; plain-text) echo 503 ;; *) echo 200 ;; esac)" "error $shape"
done

# ---------------------------------------------------------------- gas

begin
G=$BASE/~consented/v0_1$GAS
bad "gas: another member" 400 'is unexpected at [\"periode\"]' "{\"pce\":\"$PCE\",\"periode\":\"2026\"}" "$G"
bad "gas: bad point" 400 'is not a PCE at [\"pce\"]' '{"pce":"123"}' "$G"
post "{\"pce\":\"$PCE\"}" "$BASE/v0_1$GAS"
is "$STATUS" 403 "no consent, no gas"
post "{\"contracts\":[$METER],\"consentDuration\":\"1 day\"}" "$BASE/v0_1/ask"
wait_seconds 5
post "{\"pce\":\"$PCE\"}" "$BASE/v0_1$GAS"
is "$STATUS $(wc -l < "$WORK/body" | tr -d ' ')" "200 30" "30 days, one a line"
cp "$WORK/body" "$WORK/lines"
keys_are "coeff_calcul coeff_conversion coeff_pta consommation date_debut date_debut_consommation date_fin date_fin_consommation date_releve energie flag_retour_zero horodate_Index id_pce index_brut_debut index_brut_fin index_converti_debut index_converti_fin journee_gaziere pce periode releve_debut releve_fin sens_flux_gaz statut_conso statut_restitution type_conso type_qualif_conso valeur valeur_index valeur_pcs volume_brut volume_converti" "members of a record"
has '"date_debut_consommation":"2026-10-24T06:00:00+02:00","date_fin_consommation":"2026-10-25T06:00:00+01:00"' "the autumn day of gas"
is "$(grep -oE '"journee_gaziere":"[^"]*"' "$WORK/body" | sed -n '1p;$p' | cut -d'"' -f4 | tr '\n' ' ')" "2026-10-19 2026-11-17 " "until the day before the one before yesterday"
# each register begins where the one before ended
sed 's/.*"index_brut_debut":{"valeur_index":\([0-9]*\).*"index_brut_fin":{"valeur_index":\([0-9]*\).*"volume_brut":\([0-9]*\).*/\1 \2 \3/' "$WORK/body" |
	awk 'NR > 1 && $1 != last { bad = 1 } $2 - $1 != $3 { bad = 1 } { last = $2 } END { exit bad }'
ok $? "registers and volumes agree"
post "{\"pce\":\"$PCE\"}" -H "$X" "$BASE$GAS"
cmp -s "$WORK/body" "$WORK/lines"
ok $? "v0 says the same"
last_line | grep -qF "\"endpoint\":\"gas\",\"point\":\"$PCE\""
ok $? "gas in the journal"
post "{\"pce\":\"$PCE\"}" "$BASE/~consented+gas_array/v0_1$GAS"
is "$(head -c 6 "$WORK/body")...$(tail -c 2 "$WORK/body")" '[{"pce...}]' "gas_array"
post "{\"pce\":\"$PCE\"}" "$BASE/~consented+gas_wrapped/v0_1$GAS"
is "$(head -c 10 "$WORK/body")...$(tail -c 3 "$WORK/body")" '{"data":[{...}]}' "gas_wrapped"
post "{\"pce\":\"$PCE\"}" "$BASE/~consented+gas_pretty/v0_1$GAS"
is "$(grep -cF '}{' "$WORK/body")" 29 "gas_pretty: glued"
for refusal in 09999999900112:1000002 GI999092:1000000 09999999930215:1000001 09999999932770:1000014 GI999150:1000010 08888881000008:1000008; do
	post "{\"pce\":\"${refusal%:*}\"}" "$G"
	has "\"statut_restitution\":{\"code\":\"${refusal#*:}\"" "GRDF refuses ${refusal%:*}"
done
post '{"pce":"08888882000100"}' "$G"
is "$(wc -l < "$WORK/body" | tr -d ' ') $(tail -n 1 "$WORK/body" | grep -c '"code":"2000100"')" "16 1" "a part, then an error"

is "$(curl -s -o /dev/null -w '%{http_code}' -X POST "$BASE/_clock/advance?seconds=-5")" 400 "the clock only goes forward"
finish
