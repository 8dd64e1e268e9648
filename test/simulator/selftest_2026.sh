#!/bin/sh
# Checks the measures of 2026 and the scenarios of both generations, from outside.
# Usage: selftest_2026.sh [path of switchgrid-simulator].  Prints TAP.
#
# v5 is checked by selftest.sh against the calendar and the rules; here 2026 is
# checked against v5, and what is new against sums worked out from the curves.

# shellcheck source=test/simulator/selftest_lib.sh
. "$(dirname "$0")/selftest_lib.sh"

start --now 2026-11-20T10:00:00+01:00
U=$BASE/~unlimited
A="Authorization: Bearer $TOKEN"
J='Accept: application/json'

# ---------------------------------------------------------------- the same values

# same TEXT V5-PATH NAME POINT START END [SCENARIO]: values and labels agree
same()
{
	data "$2" "$4" "$5" "$6" "${7:-unlimited}"
	readings > "$WORK/v5"
	v5=$STATUS
	measure "$3" "$4" "$5" "$6" "${7:-unlimited}"
	points_2026 > "$WORK/v2026"
	[ "$v5 $STATUS" = "200 200" ] && [ -s "$WORK/v5" ] && cmp -s "$WORK/v5" "$WORK/v2026"
	ok $? "$1: the same in both generations ($(wc -l < "$WORK/v5" | tr -d ' ') values)"
}
for point in 22516914714270 11453290002823 12345678901234 42900589957123 12655648759651 \
	64975835695673 63695879465986 22315546958763 30000000009999; do
	same "curve of $point" $CLC courbe_de_charge_consommation $point 2026-10-22 2026-10-29
done
for point in 32320647321714 42900589957123 22315546958763; do
	same "days of $point" $DC consommation_quotidienne $point 2026-01-01 2026-11-20
done
for point in 10284856584123 24880057139941 12655648759651; do
	same "production curve of $point" $PLC courbe_de_charge_production $point 2026-06-01 2026-06-08
	same "production of $point" $DP production_quotidienne $point 2026-06-01 2026-06-08
done
for words in mixed_step missing_hour repeated natures step=15 dst48 twice unordered numbers badvalue; do
	same "$words" $CLC courbe_de_charge_consommation $HOUSE 2026-03-28 2026-03-31 "unlimited+$words"
done

# ---------------------------------------------------------------- shape

measure courbe_de_charge_consommation $HOUSE 2026-11-10 2026-11-11
has '{"idPrm":"22516914714270","etapeMetier":"BRUT","periode":{"dateDebut":"2026-11-10","dateFin":"2026-11-11"},"modeCalcul":"MESURE","grandeur":[{"grandeurMetier":"CONS","grandeurPhysique":"PA","unite":"W","points":[{"v":"' \
	"head of a curve"
has '"d":"2026-11-10 00:30:00","p":"PT30M","n":"B"}' "point of a curve"
has '],"calendrier":[]}],"contexte":[]}' "tail of a curve"
measure consommation_quotidienne $HOUSE 2026-11-10 2026-11-11
has '"typeValeur":"GLOBALE","modeCalcul":"DIFF.INDEX","pas":"P1D","grandeur":[{"grandeurMetier":"CONS","grandeurPhysique":"EA","unite":"Wh","points":[{"v":"' \
	"head of daily values"
measure production_quotidienne 24880057139941 2026-11-10 2026-11-11
has '"grandeurMetier":"PROD","grandeurPhysique":"EA"' "head of daily production"
type=$(curl -s -o /dev/null -w '%{content_type}' -H "$A" -H "$J" \
	"$U$M/consommation_quotidienne?pointId=$HOUSE&dateDebut=2026-11-10&dateFin=2026-11-11")
is "$type" application/octet-stream "measures do not say that they are JSON"

# ---------------------------------------------------------------- maximum power

data $DCMP $HOUSE 2026-11-10 2026-11-17
cp "$WORK/body" "$WORK/peaks.json"
readings > "$WORK/peaks"
has '"reading_type":{"unit":"VA","measurement_kind":"power","aggregate":"maximum","measuring_period":"P1D"}' "maximum power is in VA"
is "$(cut -d' ' -f1 "$WORK/peaks" | tr '\n' ' ')" \
	"2026-11-10 2026-11-11 2026-11-12 2026-11-13 2026-11-14 2026-11-15 2026-11-16 " "one peak a day"
data $CLC $HOUSE 2026-11-10 2026-11-17
readings > "$WORK/curve"
# the half-hour that a peak is in must be the highest of its day, and below it
is "$(awk '
	function half(clock) { split(clock, part, ":"); return int((part[1] * 60 + part[2]) / 30) }
	FNR == NR {
		slot = half($2) - 1
		if (slot < 0) slot = 47; else day = $1
		if (!(day in best) || $3 > best[day]) best[day] = $3
		watts[day, slot] = $3
		next
	}
	{ good += watts[$1, half($2)] == best[$1] && $3 > best[$1] && $3 < 1.6 * best[$1] && $3 % 10 == 0 }
	END { print good }' "$WORK/curve" "$WORK/peaks")" 7 "each peak is inside the highest half-hour of its day"
measure puissance_conso_max_quotidienne $HOUSE 2026-11-10 2026-11-17 unlimited 'mesuresPas=P1D&grandeurPhysique=PMA'
is "$(points_2026)" "$(cat "$WORK/peaks")" "the same peaks in 2026"
has '"modeCalcul":"MESURE","pas":"P1D","grandeur":[{"grandeurMetier":"CONS","grandeurPhysique":"PMA","unite":"VA"' "head of maximum power"
measure puissance_conso_max_quotidienne $HOUSE 2026-08-05 2026-11-17 unlimited 'mesuresPas=P1D&grandeurPhysique=TOUT'
points_2026 | awk '{ month = substr($1, 1, 7); if (!(month in best) || $3 > best[month]) { best[month] = $3; line[month] = $0 } }
	END { for (month in line) print line[month] }' | sort > "$WORK/monthly"
measure puissance_conso_max_quotidienne $HOUSE 2026-08-05 2026-11-17 unlimited 'mesuresPas=P1M&grandeurPhysique=PMA'
is "$(points_2026)" "$(cat "$WORK/monthly")" "by month: the highest of each"
has '"pas":"P1M"' "by month: so it says"
data $DCMP 42900589957123 2026-11-09 2026-11-16
is "$(labels | cut -c9-10 | tr '\n' ' ')" "09 12 13 14 15 " "no peak on days that were never collected"
data $DCMP 24880057139941 2026-11-09 2026-11-16
error 400 ADAM-ERR0069 "a production point has no maximum power"
data $DCMP $HOUSE 2023-11-05 2023-11-06
is "$STATUS" 200 "peaks of 36 months and 15 days"
data $DCMP $HOUSE 2023-11-04 2023-11-06
error 400 ADAM-ERR0125 "and not one day more"
data $DCMP $HOUSE 2025-11-15 2026-11-15
is "$(points)" 365 "a year of peaks in one call"

# ---------------------------------------------------------------- registers

measure index_consommation $HOUSE 2026-11-09 2026-11-17
registers > "$WORK/registers"
cp "$WORK/body" "$WORK/index.json"
is "$(awk '{ count[$1]++ } END { print count["HC"], count["HP"], count["TOTAL"] }' "$WORK/registers")" "8 8 8" \
	"two classes and a total, one value for each day"
is "$(awk '$1 == "TOTAL" { print $2, $3 }' "$WORK/registers" | tr '\n' ',')" \
	"$(for day in 09 10 11 12 13 14 15 16; do printf '2026-11-%s 00:00:00,' $day; done)" "values are at midnight"
is "$(awk '{ value[$1, $2] = $4; days[$2] } END { for (day in days) bad += value["HC", day] + value["HP", day] != value["TOTAL", day]; print bad + 0 }' "$WORK/registers")" \
	0 "the classes add up to the total"
# register CLASS: what each day added
register()
{
	awk -v class="$1" '$1 == class { if (day != "") print day, $4 - value; day = $2; value = $4 }' "$WORK/registers"
}
data $DC $HOUSE 2026-11-09 2026-11-16
is "$(register TOTAL)" "$(readings)" "differences of the total are the daily values"
data $CLC $HOUSE 2026-11-09 2026-11-16
# off-peak from 22:30 to 6:30: half-hours that end from 23:00 to 06:30
is "$(register HC)" "$(readings | awk '{ day = $2 == "00:00:00" ? last : $1; last = $1
	if ($2 == "00:00:00" || $2 >= "23:00:00" || $2 <= "06:30:00") sum[day] += $3 / 2 }
	END { for (day in sum) printf "%s %d\n", day, int(sum[day] + 0.5) }' | sort)" "off-peak is what the curve takes from 22:30 to 6:30"
measure index_consommation 11453290002823 2026-11-10 2026-11-12
has '"classeTemporelle":[{"idClasseTemporelle":"BASE"' "one price, one class"
is "$(grep -o idClasseTemporelle "$WORK/body" | wc -l | tr -d ' ')" 1 "and no other"
has '"v":' "values"
measure index_production 24880057139941 2026-06-08 2026-06-15
registers > "$WORK/registers"
data $DP 24880057139941 2026-06-08 2026-06-14
is "$(register TOTAL)" "$(readings)" "production: differences are the daily values"
measure index_production $HOUSE 2026-11-10 2026-11-12
error 400 ADAM-ERR0069 "no production register on a consumption point"
# Tuesday and Wednesday, 10 and 11 November, were never collected
measure index_consommation 42900589957123 2026-11-09 2026-11-14
is "$(registers | awk '$1 == "TOTAL" { printf "%s ", substr($2, 9) }')" "09 10 12 13 " "no value between two days that are missing"
measure index_consommation $HOUSE 2026-10-24 2026-10-27
registers > "$WORK/registers"
data $DC $HOUSE 2026-10-24 2026-10-26
is "$(register TOTAL)" "$(readings)" "the day of 25 hours is one difference"
measure index_consommation $HOUSE 2023-11-05 2023-11-06
is "$STATUS" 200 "registers of 36 months and 15 days"
measure index_consommation $HOUSE 2023-11-04 2023-11-06
error 400 ADAM-ERR0125 "and not one day more"

# ---------------------------------------------------------------- contract

S="dateDebut=2026-11-10&dateFin=2026-11-12"
Q="pointId=$HOUSE&$S"
C=$U$M/courbe_de_charge_consommation
P=$U$M/puissance_conso_max_quotidienne
refused "no Authorization" 401 900902 "missing Authorization header" -H "$J" "$C?$Q"
refused "invented token" 401 900901 "unknown access token" -H 'Authorization: Bearer abc' -H "$J" "$C?$Q"
refused "no Accept" 200 idPrm "missing Accept header" -H "$A" -H Accept: "$C?$Q"
refused "POST on a measure" 405 '"code":"Invalid_request","message":"' "wrong method, GET expected" -H "$A" -H "$J" -d x=1 "$C?$Q"
refused "unknown path of an API" 500 '"code":"technical_error","message":"' "unknown path" -H "$A" -H "$J" "$U$M/nonsense?$Q"
refused "unknown parameter" 500 '"code":"technical_error"' "unknown parameter in the query" -H "$A" -H "$J" "$C?$Q&start=2026-11-10"
refused "parameters of v5" 500 '"code":"technical_error"' "unknown parameter in the query" \
	-H "$A" -H "$J" "$C?usage_point_id=$HOUSE&start=2026-11-10&end=2026-11-12"
refused "a step on a curve" 500 '"code"' "unknown parameter in the query" -H "$A" -H "$J" "$C?$Q&mesuresPas=P1D"
refused "parameter twice" 500 '"code"' "parameter given twice" -H "$A" -H "$J" "$C?$Q&dateFin=2026-11-13"
refused "no point" 500 '"code"' "missing pointId" -H "$A" -H "$J" "$C?$S"
refused "short point" 500 '"code"' "pointId is not 14 digits" -H "$A" -H "$J" "$C?pointId=123&$S"
refused "no start" 500 '"code"' "missing dateDebut" -H "$A" -H "$J" "$C?pointId=$HOUSE&dateFin=2026-11-12"
refused "no end" 500 '"code"' "missing dateFin" -H "$A" -H "$J" "$C?pointId=$HOUSE&dateDebut=2026-11-12"
refused "not a date" 500 '"code"' "dateFin is not a YYYY-MM-DD date" -H "$A" -H "$J" "$C?pointId=$HOUSE&dateDebut=2026-02-01&dateFin=2026-02-30"
refused "peaks without a step" 500 '"code"' "mesuresPas is neither P1D nor P1M" -H "$A" -H "$J" "$P?$Q&grandeurPhysique=PMA"
refused "peaks of another step" 500 '"code"' "mesuresPas is neither P1D nor P1M" -H "$A" -H "$J" "$P?$Q&mesuresPas=P1Y&grandeurPhysique=PMA"
refused "peaks without a quantity" 500 '"code"' "grandeurPhysique is neither PMA nor TOUT" -H "$A" -H "$J" "$P?$Q&mesuresPas=P1D"
refused "equal dates" 400 '"code":"Invalid_request","message":"Start date should be before end date."' "start is not before end" \
	-H "$A" -H "$J" "$C?pointId=$HOUSE&dateDebut=2026-11-10&dateFin=2026-11-10"
refused "end is tomorrow" 400 '"code":"Invalid_request"' "end is after today" \
	-H "$A" -H "$J" "$C?pointId=$HOUSE&dateDebut=2026-11-19&dateFin=2026-11-21"
refused "8 days of a curve" 400 '"code":"ADAM-ERR0126"' "window of more than 7 days" \
	-H "$A" -H "$J" "$C?pointId=$HOUSE&dateDebut=2026-11-01&dateFin=2026-11-09"
refused "too old" 400 '"code":"ADAM-ERR0125"' "start is older than the history limit" \
	-H "$A" -H "$J" "$C?pointId=$HOUSE&dateDebut=2024-11-04&dateFin=2024-11-06"
measure courbe_de_charge_consommation $HOUSE 2024-11-05 2024-11-12
is "$STATUS $(points_2026 | wc -l | tr -d ' ')" "200 336" "the oldest week of a curve"
measure courbe_de_charge_consommation 99999999999999 2026-11-10 2026-11-12
error 404 STM-ERR-0000019 "unknown point"
measure courbe_de_charge_consommation 26584978546985 2026-11-10 2026-11-12
error 403 ADAM-DC-0008 "consent taken back"
measure courbe_de_charge_consommation 24880057139941 2026-11-10 2026-11-12
error 400 ADAM-ERR0069 "production only"
measure courbe_de_charge_consommation 32320647321714 2026-11-10 2026-11-12
is "$STATUS $(cat "$WORK/body")" '404 {"code":"ADAM-ERR0123","message":"Pas de mesure trouvée pour ce point"}' "no curve: the 404 of 2026"
measure courbe_de_charge_consommation 30000000010003 2026-10-19 2026-10-21
is "$STATUS $(cat "$WORK/body")" \
	"400 {\"error\":\"ADAM-ERR0123\",\"error_description\":\"The requested period cannot be anterior to the meter's last activation date\"}" \
	"before the activation: the one error that kept the shape of v5"

measure consommation_quotidienne 11453290002823 2019-08-20 2019-08-26
error 400 ADAM-ERR0123 "11453290002823 before its activation"
measure consommation_quotidienne 10284856584123 2026-11-10 2026-11-12
error 400 ADAM-ERR0069 "10284856584123 does not consume"
measure production_quotidienne 12345678901234 2026-11-10 2026-11-12
error 400 ADAM-ERR0069 "12345678901234 does not produce"
measure consommation_quotidienne 42900589957123 2026-11-10 2026-11-12
error 404 ADAM-ERR0123 "42900589957123: a window of holes is no data"
measure consommation_quotidienne $HOUSE 2026-11-18 2026-11-20
is "$(points_2026 | wc -l | tr -d ' ')" 2 "yesterday is there after 08:00"

# ---------------------------------------------------------------- journal and quota

measure courbe_de_charge_consommation $HOUSE 2026-11-02 2026-11-03
last_line | grep -qE '"path":"/mesure_synchrone_auto/v2/courbe_de_charge_consommation","scenario":"unlimited","endpoint":"courbe_de_charge_consommation","point":"22516914714270","start":"2026-11-02","end":"2026-11-03","client":"demo","status":200,"bytes":[0-9]+,"fault":null,"repeat":false'
ok $? "a line tells all about a request of 2026"
measure courbe_de_charge_consommation $HOUSE 2026-11-02 2026-11-03
last_line | grep -qF '"fault":null,"repeat":true'
ok $? "the same again is a repeat"
measure puissance_conso_max_quotidienne $HOUSE 2026-11-02 2026-11-03 unlimited 'mesuresPas=P1D&grandeurPhysique=PMA'
measure puissance_conso_max_quotidienne $HOUSE 2026-11-02 2026-11-03 unlimited 'mesuresPas=P1M&grandeurPhysique=PMA'
last_line | grep -qF '"repeat":false'
ok $? "another step is another question"
start --now 2026-11-20T10:00:00+01:00
# burst COUNT PATH: COUNT requests in a second
burst()
{
	curl -s -o /dev/null -w '%{http_code} ' -H "Authorization: Bearer $TOKEN" -H 'Accept: application/json' "$BASE$2?x=[1-$1]"
}
is "$(burst 6 /situation_contrat_auto/v1/$HOUSE)" "500 500 500 500 500 429 " "five a second for one API of 2026"
is "$(last_line | grep -c 'quota per second')" 1 "the sixth is the client's fault"
is "$(burst 6 /comptage_auto/v1/$HOUSE)" "500 500 500 500 500 429 " "another API counts for itself"
is "$(burst 6 $DC)" "404 404 404 404 404 429 " "and v5 for itself"
ask "$BASE/comptage_auto/v1/$HOUSE"
is "$STATUS $(cat "$WORK/body")" '429 {"code":"429","message":"SLA dépassé"}' "the 429 of 2026"
start --now 2026-11-20T10:00:00+01:00 --per-second 0
burst 1000 /comptage_auto/v1/$HOUSE | grep -q 429
is $? 1 "a thousand in an hour"
is "$(burst 1 /comptage_auto/v1/$HOUSE)" "429 " "and no more for one API of 2026"
is "$(burst 1 /synth_contrat_auto/v1/$HOUSE)" "500 " "another API has its own thousand"
start --now 2026-11-20T10:00:00+01:00 --per-second 0 --per-hour 2
is "$(burst 3 /comptage_auto/v1/$HOUSE)" "500 500 429 " "the options hold for both generations"
is "$(burst 3 $DC)" "404 404 429 " "v5 too"

# ---------------------------------------------------------------- scenarios

start --now 2026-11-20T10:00:00+01:00
data $CLC $HOUSE 2026-11-10 2026-11-13 unlimited+mixed_step
is "$(tr '{' '\n' < "$WORK/body" | sed -n 's/.*"interval_length":"\([^"]*\)".*/\1/p' | uniq -c | awk '{ printf "%sx%s ", $1, $2 }')" \
	"2xPT30M 3xPT10M 2xPT15M 22xPT60M 2xPT30M 3xPT10M 2xPT15M 22xPT60M 2xPT30M 3xPT10M 2xPT15M 22xPT60M " "mixed_step: the same steps each day"
is "$(labels | head -n 9 | cut -c12- | tr '\n' ' ')" \
	"00:30:00 01:00:00 01:10:00 01:20:00 01:30:00 01:45:00 02:00:00 03:00:00 04:00:00 " "mixed_step: they tile the day"
# energy: Wh of each day against the daily values, which may differ by the rounding of one point
tr '{' '\n' < "$WORK/body" | sed -n 's/^"value":"\([0-9]*\)","date":"\([^ ]*\) \([^"]*\)","interval_length":"PT\([0-9]*\)M".*/\2 \3 \1 \4/p' |
	awk '{ day = $2 == "00:00:00" ? last : $1; last = $1; sum[day] += $3 * $4 / 60 } END { for (day in sum) print day, sum[day] }' |
	sort > "$WORK/mixed"
data $DC $HOUSE 2026-11-10 2026-11-13
readings > "$WORK/daily"
is "$(paste -d' ' "$WORK/mixed" "$WORK/daily" | awk '{ away = $2 - $4; good += $1 == $3 && away < 1 && away > -1 } END { print good }')" 3 \
	"mixed_step: the energy is that of the day"
for day in 2026-03-29:23 2026-10-25:25; do
	data $CLC $HOUSE ${day%:*} "$(echo ${day%:*} | sed 's/29$/30/; s/25$/26/')" unlimited+mixed_step
	is "$(tr '{' '\n' < "$WORK/body" | sed -n 's/.*"interval_length":"PT\([0-9]*\)M".*/\1/p' | awk '{ sum += $1 } END { print sum / 60 }')" \
		${day#*:} "mixed_step: ${day#*:} hours on ${day%:*}"
done
data $CLC $HOUSE 2026-03-29 2026-03-30 unlimited+missing_hour
is "$(labels | sed -n '3,7p' | cut -c12- | tr '\n' ' ')" "01:30:00 02:00:00 02:30:00 04:00:00 04:30:00 " "missing_hour: 02:00 and 02:30 for 03:00 and 03:30"
data $CLC $HOUSE 2026-11-10 2026-11-12 unlimited+missing_hour
cp "$WORK/body" "$WORK/other"
data $CLC $HOUSE 2026-11-10 2026-11-12
cmp -s "$WORK/body" "$WORK/other"
ok $? "missing_hour: nothing changes on other days"
readings > "$WORK/straight"
data $CLC $HOUSE 2026-11-10 2026-11-12 unlimited+repeated
readings > "$WORK/bent"
is "$(sort -u "$WORK/bent")" "$(sort -u "$WORK/straight")" "repeated: no other points"
is "$(sort "$WORK/bent" | uniq -d | cut -c1-10 | tr '\n' ' ')" "2026-11-10 2026-11-11 " "repeated: one a day, with the same value"
is "$(uniq -d "$WORK/bent")" "" "repeated: not side by side"
data $CLC $HOUSE 2026-11-10 2026-11-11 unlimited+natures
is "$(tr '{' '\n' < "$WORK/body" | sed -n 's/.*"measure_type":"\(.\)".*/\1/p' | head -n 6 | tr -d '\n')" BCEBCE "natures: B, C, E"
measure courbe_de_charge_consommation $HOUSE 2026-11-10 2026-11-11 unlimited+natures
is "$(tr '{' '\n' < "$WORK/body" | sed -n 's/.*"n":"\(.\)".*/\1/p' | head -n 6 | tr -d '\n')" BCEBCE "natures: in 2026 too"
for words in 'empty_strings:""' 'null_texts:"null"'; do
	data $CLC $HOUSE 2026-11-10 2026-11-11 "unlimited+${words%%:*}"
	is "$(grep -oF "\"value\":${words#*:}," "$WORK/body" | wc -l | tr -d ' ')" 18 "${words%%:*}: three of eight"
	measure consommation_quotidienne $HOUSE 2026-11-02 2026-11-10 "unlimited+${words%%:*}"
	is "$(grep -oF "\"v\":${words#*:}," "$WORK/body" | wc -l | tr -d ' ')" 3 "${words%%:*}: in 2026 too"
done
measure consommation_quotidienne $HOUSE 2026-11-02 2026-11-10 unlimited+null_values
is "$(grep -o -e '"v":"null"' -e '"v":""' -e '"v":null' "$WORK/body" | sort -u | wc -l | tr -d ' ')" 3 "null_values: in 2026 too"
measure index_consommation $HOUSE 2026-11-02 2026-11-10 unlimited+null_values
has '"v":null,' "null_values: registers too"
measure courbe_de_charge_consommation $HOUSE 2026-11-10 2026-11-11 unlimited+shape
grep -q grandeur\" "$WORK/body"
is "$STATUS $?" "200 1" "shape: no grandeur"
measure courbe_de_charge_consommation $HOUSE 2026-11-10 2026-11-11 unlimited+array
has '"points":{"v":"' "array: an object in its place"
measure index_consommation $HOUSE 2026-11-10 2026-11-11 unlimited+array
has '"valeur":{"d":"' "array: registers too"
measure courbe_de_charge_consommation $HOUSE 2026-11-10 2026-11-11 unlimited+cut
[ "$STATUS" = 200 ] && grep -q '^{"idPrm"' "$WORK/body" && ! grep -q '"contexte":\[\]}$' "$WORK/body"
ok $? "cut: half a document of 2026"
measure courbe_de_charge_consommation $HOUSE 2026-11-10 2026-11-11 unlimited+truncated
is "$ASKED" 18 "truncated: in 2026 too"
size=$(curl -s -m 60 -H "$J" -H "Authorization: Bearer $TOKEN" \
	"$BASE/~huge$M/courbe_de_charge_consommation?pointId=$HOUSE&dateDebut=2026-11-10&dateFin=2026-11-11" | tee "$WORK/huge" | wc -c)
[ "$size" -ge 200000000 ] && tail -c 40 "$WORK/huge" | grep -qF '"calendrier":[]}],"contexte":[]}'
ok $? "huge: $size bytes of 2026"
rm -f "$WORK/huge"
measure courbe_de_charge_consommation $HOUSE 2026-11-10 2026-11-11 unlimited+html
is "$STATUS $(head -c 9 "$WORK/body")" "200 <!DOCTYPE" "html: in 2026 too"

# ---------------------------------------------------------------- errors

# code STATUS in both generations, each in its shape
for case in Invalid_request:400 ADAM-ERR0125:400 ADAM-DC-0016:400 ADAM-ERR0126:400 ADAM-DC-0015:400 ADAM-ERR0061:400 \
	ADAM-ERR0069:400 ADAM-ERR0075:400 ADAM-DC-0007:403 ADAM-DC-0008:403 ADAM-DC-0009:403 unauthorized_user:403 \
	access_denied:403 invalid_token:401 no_data_found:404 STM-ERR-0000014:404 STM-ERR-0000020:404 STM-ERR-0000019:404 \
	429:429 technical_error:500 ADAM-DC-0500:500 STM-ERR-0000001:500 server_error:500 503:503; do
	code=${case%:*}
	data $CLC $HOUSE 2026-11-10 2026-11-11 "unlimited+error=$code"
	grep -qE "^\{\"error\":\"$code\",\"error_description\":\"[^\"]*\"(,\"error_uri\":\"[^\"]*\")?\}$" "$WORK/body" && [ "$STATUS" = "${case#*:}" ]
	ok $? "error=$code in v5"
	measure courbe_de_charge_consommation $HOUSE 2026-11-10 2026-11-11 "unlimited+error=$code"
	grep -qE "^\{\"code\":\"$code\",\"message\":\"[^\"]*\"\}$" "$WORK/body" && [ "$STATUS" = "${case#*:}" ]
	ok $? "error=$code in 2026"
done
for case in 900901:401 900902:401 900908:403 900800:429 900802:429 900804:429 900806:429; do
	for generation in v5 2026; do
		if [ $generation = v5 ]; then
			data $CLC $HOUSE 2026-11-10 2026-11-11 "unlimited+error=${case%:*}+next=90"
		else
			measure courbe_de_charge_consommation $HOUSE 2026-11-10 2026-11-11 "unlimited+error=${case%:*}+next=90"
		fi
		grep -qF "{\"code\":\"${case%:*}\",\"message\":\"" "$WORK/body" && [ "$STATUS" = "${case#*:}" ]
		ok $? "error=${case%:*} in $generation"
	done
done
measure courbe_de_charge_consommation $HOUSE 2026-11-10 2026-11-11 unlimited+error=900804+next=90
grep -qE '"nextAccessTime":"2026-Nov-20 09:0[12]:[0-9]{2}\+0000 UTC"' "$WORK/body"
ok $? "900804 tells the next access"
measure courbe_de_charge_consommation $HOUSE 2026-11-10 2026-11-11 unlimited+error=ADAM-ERR0123
is "$STATUS $(cut -c1-25 "$WORK/body")" '400 {"error":"ADAM-ERR0123","' "error=ADAM-ERR0123 keeps the shape of v5"
measure courbe_de_charge_consommation $HOUSE 2026-11-10 2026-11-11 unlimited+error=404-adam-err0123
is "$STATUS $(cut -c1-24 "$WORK/body")" '404 {"code":"ADAM-ERR0123","' "error=404-adam-err0123 does not"
measure courbe_de_charge_consommation $HOUSE 2026-11-10 2026-11-11 unlimited+error=Q4
has '{"code":"429","message":"Quota Q4 reached  Call threshold allowed on 0:-30:-40"}' "error=Q4: a time that is none"
measure courbe_de_charge_consommation $HOUSE 2026-11-10 2026-11-11 unlimited+error=404
is "$STATUS $(head -c 9 "$WORK/body")" "404 <!DOCTYPE" "error=404 is a page in 2026 too"
measure courbe_de_charge_consommation $HOUSE 2026-11-10 2026-11-11 unlimited+error=401
is "$STATUS $(wc -c < "$WORK/body" | tr -d ' ')" "401 0" "error=401 has no body in 2026 either"
measure courbe_de_charge_consommation $HOUSE 2026-11-10 2026-11-11 unlimited+empty
is "$STATUS $(cut -c1-24 "$WORK/body")" '404 {"code":"ADAM-ERR0123","' "empty: in 2026"
measure courbe_de_charge_consommation $HOUSE 2026-11-10 2026-11-11 unlimited+error_once=503
is "$STATUS" 503 "error_once: the first fails"
measure courbe_de_charge_consommation $HOUSE 2026-11-10 2026-11-11 unlimited+error_once=503
is "$STATUS" 200 "error_once: the second does not"
E_AT=unlimited+error_at=contracts:900908+error_at=courbe_de_charge_consommation:ADAM-DC-0008+error_at=token:503
ask "$BASE/~$E_AT/customers_upc/v5/usage_points/contracts?usage_point_id=$HOUSE"
error 403 900908 "error_at: on the one endpoint"
ask "$BASE/~$E_AT/customers_upa/v5/usage_points/addresses?usage_point_id=$HOUSE"
is "$STATUS" 200 "error_at: not on another"
measure courbe_de_charge_consommation $HOUSE 2026-11-10 2026-11-11 $E_AT
error 403 ADAM-DC-0008 "error_at: several of them"
STATUS=$(curl -s -o "$WORK/body" -w '%{http_code}' -u demo:demo-secret -d grant_type=client_credentials "$BASE/~$E_AT/oauth2/v3/token")
error 503 503 "error_at: on the token"
for bad in error_at error_at=contracts error_at=nonsense:503 error_at=contracts:E999 scope=x scope refuse=1; do
	data $CLC $HOUSE 2026-11-10 2026-11-11 $bad
	is "$STATUS" 400 "an unknown scenario is refused: $bad"
done
long=unlimited$(printf '+natures%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30)+sparse
data $CLC $HOUSE 2026-11-10 2026-11-11 "$long"
is "${#long} $STATUS" "256 200" "a prefix of 256 characters is read"
data $CLC $HOUSE 2026-11-10 2026-11-11 "un$long"
is "$STATUS $(cat "$WORK/body")" "400 scenario prefix too long" "a longer one is not"

finish
