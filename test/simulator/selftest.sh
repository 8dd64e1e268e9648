#!/bin/sh
# Checks the simulator from outside: curl, awk and the calendar, no other tool.
# Usage: selftest.sh [path of switchgrid-simulator].  Prints TAP.
#
# What is expected is worked out here from the calendar and from the documented
# rules; nothing is compared with an earlier answer of the program, but for the
# checks that two runs agree.

# shellcheck source=test/simulator/selftest_lib.sh
. "$(dirname "$0")/selftest_lib.sh"

# ---------------------------------------------------------------- the program

"$SIM" --help > "$WORK/body" 2>&1
is $? 0 "--help succeeds"
has --token-seconds "--help lists the options"
is "$("$SIM" --version | cut -d' ' -f1)" switchgrid-simulator "--version names the program"
for bad in --port=x --port=70000 --now=2026-11-20 --now=2026-11-20T10:00:00 --now=2026-02-30T10:00:00Z \
	--per-second=-1 --readings=/nonexistent --readings-point=12 --data=/nonexistent/dir --redirect=example.org \
	--nonsense stray; do
	timeout 5 "$SIM" $bad > "$WORK/out" 2> "$WORK/err"
	code=$?
	[ $code = 2 ] && [ -s "$WORK/err" ] && [ ! -s "$WORK/out" ]
	ok $? "refused with code 2: $bad"
done

start --now 2026-11-20T10:00:00+01:00
is "$(wc -l < "$WORK/out" | tr -d ' ')" 1 "prints one line"
grep -qE '^listening on http://127\.0\.0\.1:[1-9][0-9]*$' "$WORK/out"
ok $? "the line tells the port"
PORT=${BASE##*:}
timeout 5 "$SIM" --port "$PORT" > /dev/null 2> "$WORK/err"
is $? 1 "a port in use is an error"
stop
is $? 0 "SIGTERM ends it with code 0"
sleep 0.3 | timeout 5 "$SIM" --parent > "$WORK/out"
is $? 0 "--parent ends it when standard input does"

# ---------------------------------------------------------------- token

start --now 2026-11-20T10:00:00+01:00
TOKEN_URL=$BASE/oauth2/v3/token
curl -s -u demo:demo-secret -d grant_type=client_credentials "$TOKEN_URL" > "$WORK/body"
has '"token_type":"Bearer"' "token with Basic credentials"
has '"expires_in":12600' "token lasts 12600 s"
[ ${#TOKEN} -gt 1500 ]
ok $? "token is as long as real ones"
curl -s -d 'grant_type=client_credentials&client_id=demo&client_secret=demo-secret' "$TOKEN_URL" > "$WORK/body"
has '"access_token"' "token with credentials in the body"

refused "wrong secret" 400 invalid_client null -u demo:wrong -d grant_type=client_credentials "$TOKEN_URL"
refused "no credentials" 401 Unauthorized "token request without credentials" -d grant_type=client_credentials "$TOKEN_URL"
refused "other grant" 400 unsupported_grant_type "grant_type other than client_credentials" \
	-u demo:demo-secret -d grant_type=password "$TOKEN_URL"
refused "no grant" 400 invalid_request "token request without grant_type" -u demo:demo-secret -d scope=x "$TOKEN_URL"
refused "credentials twice" 400 invalid_request "credentials both in the header and in the body" \
	-u demo:demo-secret -d 'grant_type=client_credentials&client_id=demo' "$TOKEN_URL"
refused "fields in the query" 400 invalid_request "fields of the token request in the query string" \
	-X POST "$TOKEN_URL?grant_type=client_credentials&client_id=demo&client_secret=demo-secret"
refused "JSON body" 415 "" "token request is not form-encoded" \
	-u demo:demo-secret -H 'Content-Type: application/json' -d '{}' "$TOKEN_URL"
refused "GET token" 405 "" "wrong method, POST expected" "$TOKEN_URL"
refused "long token request" 413 "" "token request body too long" -u demo:demo-secret \
	-d "grant_type=$(head -c 20000 /dev/zero | tr '\0' x)" "$TOKEN_URL"

# ---------------------------------------------------------------- contract

U=$BASE/~unlimited
W='start=2026-11-10&end=2026-11-12'
Q="usage_point_id=$HOUSE&$W"
A="Authorization: Bearer $TOKEN"
J='Accept: application/json'
refused "no Authorization" 401 900902 "missing Authorization header" -H "$J" "$U$CLC?$Q"
refused "Basic on data" 401 900902 "Authorization header is not Bearer" -u demo:demo-secret -H "$J" "$U$CLC?$Q"
refused "invented token" 401 900901 "unknown access token" -H 'Authorization: Bearer abc' -H "$J" "$U$CLC?$Q"
refused "no Accept" 200 meter_reading "missing Accept header" -H "$A" -H Accept: "$U$CLC?$Q"
refused "Accept of anything" 200 meter_reading "Accept header is not application/json" -H "$A" "$U$CLC?$Q"
refused "Accept of XML" 406 "" "Accept header is not application/json" -H "$A" -H 'Accept: text/xml' "$U$CLC?$Q"
refused "POST on data" 405 "" "wrong method, GET expected" -H "$A" -H "$J" -d x=1 "$U$CLC?$Q"
refused "unknown path" 404 "<html>" "unknown path" -H "$A" -H "$J" "$U/metering_data_clc/v4/consumption_load_curve?$Q"
refused "unknown parameter" 404 "<html>" "unknown parameter in the query" -H "$A" -H "$J" "$U$CLC?$Q&person_id=1234567890"
refused "parameter twice" 400 Invalid_request "parameter given twice" -H "$A" -H "$J" "$U$CLC?$Q&start=2026-11-11"
refused "no point" 400 "usage_point_id parameter is required" "missing usage_point_id" -H "$A" -H "$J" "$U$CLC?$W"
refused "short point" 400 "must be 14 digits long" "usage_point_id is not 14 digits" -H "$A" -H "$J" "$U$CLC?usage_point_id=123&$W"
refused "letters in point" 400 "must be 14 digits long" "usage_point_id is not 14 digits" \
	-H "$A" -H "$J" "$U$CLC?usage_point_id=2251691471427x&$W"
refused "no start" 400 Invalid_request "missing start" -H "$A" -H "$J" "$U$CLC?usage_point_id=$HOUSE&end=2026-11-12"
refused "no end" 400 Invalid_request "missing end" -H "$A" -H "$J" "$U$CLC?usage_point_id=$HOUSE&start=2026-11-10"
refused "date with a time" 400 Invalid_request "start is not a YYYY-MM-DD date" \
	-H "$A" -H "$J" "$U$CLC?usage_point_id=$HOUSE&start=2026-11-10T00:00:00&end=2026-11-12"
refused "day that does not exist" 400 Invalid_request "end is not a YYYY-MM-DD date" \
	-H "$A" -H "$J" "$U$CLC?usage_point_id=$HOUSE&start=2026-02-25&end=2026-02-29"
refused "unknown scenario" 400 'unknown scenario "nonsense"' 'unknown scenario \"nonsense\"' \
	-H "$A" -H "$J" "$BASE/~unlimited+nonsense$CLC?$Q"
refused "unknown error code" 400 unknown 'unknown scenario \"error=E999\"' -H "$A" -H "$J" "$BASE/~error=E999$CLC?$Q"

# window TEXT PATH START END STATUS CODE FAULT, at 2026-11-20 in Paris
window()
{
	refused "$1" "$5" "$6" "$7" -H "$A" -H "$J" "$U$2?usage_point_id=$HOUSE&start=$3&end=$4"
}
window "equal dates" $CLC 2026-11-10 2026-11-10 400 "Start date should be before end date." "start is not before end"
window "dates reversed" $DC 2026-11-12 2026-11-10 400 Invalid_request "start is not before end"
window "end is today" $CLC 2026-11-19 2026-11-20 200 meter_reading null
window "end is tomorrow" $CLC 2026-11-19 2026-11-21 400 "earlier than the current date" "end is after today"
window "exactly 7 days" $CLC 2026-11-01 2026-11-08 200 meter_reading null
is "$(points)" 336 "exactly 7 days are 336 half-hours"
window "8 days" $CLC 2026-11-01 2026-11-09 400 ADAM-ERR0126 "window of more than 7 days"
# 24 months before 2026-11-20, less 15 days
window "oldest curve" $CLC 2024-11-05 2024-11-06 200 meter_reading null
window "too old curve" $CLC 2024-11-04 2024-11-06 400 ADAM-ERR0125 "start is older than the history limit"
# 36 months before 2026-11-20, less 15 days
window "oldest day" $DC 2023-11-05 2023-11-06 200 meter_reading null
window "too old day" $DC 2023-11-04 2023-11-06 400 ADAM-ERR0125 "start is older than the history limit"
window "1000 days in one call" $DC 2024-01-01 2026-09-27 200 meter_reading null
is "$(points)" 1000 "1000 days are 1000 values"

# ---------------------------------------------------------------- labels

# whole_day DAY NEXT-DAY [spring|autumn]: every label of one day, at half-hours
whole_day()
{
	awk -v day="$1" -v next_day="$2" -v kind="$3" 'BEGIN {
		for (i = 1; i < 48; i++) {
			label = sprintf("%02d:%02d:00", i / 2, i % 2 * 30)
			if (kind == "spring" && (i == 4 || i == 5)) continue
			if (kind == "autumn" && i == 6) { print day " 02:00:00"; print day " 02:30:00" }
			print day " " label
		}
		print next_day " 00:00:00"
	}' < /dev/null
}

data $CLC $HOUSE 2026-11-10 2026-11-11
is "$(labels)" "$(whole_day 2026-11-10 2026-11-11)" "an ordinary day has 48 end labels"
has '"usage_point_id":"22516914714270","start":"2026-11-10","end":"2026-11-11","quality":"BRUT"' "the request is echoed"
has '"reading_type":{"unit":"W","measurement_kind":"power","aggregate":"average"}' "a curve is a mean power in W"
has '"interval_length":"PT30M","measure_type":"B"}' "each point tells its step and nature"
grep -qE '"value":"[0-9]+"' "$WORK/body"
ok $? "values are strings"
data $CLC $HOUSE 2026-03-29 2026-03-30
is "$(labels)" "$(whole_day 2026-03-29 2026-03-30 spring)" "spring: 46 labels, 01:30 then 03:00"
is "$(points)" 46 "spring: 46 points"
data $CLC $HOUSE 2026-10-25 2026-10-26
is "$(labels)" "$(whole_day 2026-10-25 2026-10-26 autumn)" "autumn: 50 labels, 02:00 and 02:30 come twice"
is "$(points)" 50 "autumn: 50 points"
autumn_sum=$(readings | awk '{ sum += $3 / 2 } END { printf "%d", int(sum + 0.5) }')
data $DC $HOUSE 2026-10-25 2026-10-26
is "$(readings)" "2026-10-25 $autumn_sum" "daily energy is the energy of the 25-hour curve"
has '"reading_type":{"unit":"Wh","measurement_kind":"energy","aggregate":"sum","measuring_period":"P1D"}' "a daily value is an energy in Wh"
data $CLC $HOUSE 2026-10-20 2026-10-27
is "$(points)" 338 "a week with the autumn change has 338 half-hours"
data $CLC $HOUSE 2026-03-24 2026-03-31
is "$(points)" 334 "a week with the spring change has 334 half-hours"
data $CLC $HOUSE 2025-10-26 2025-10-27
is "$(points)" 50 "the autumn change of 2025 is on 26 October"
data $CLC 63695879465986 2026-10-25 2026-10-26
is "$(points)" 150 "autumn: 150 points of 10 minutes"
ten_sum=$(readings | awk '{ sum += $3 / 6 } END { printf "%d", int(sum + 0.5) }')
data $DC 63695879465986 2026-10-25 2026-10-26
is "$(readings)" "2026-10-25 $ten_sum" "daily energy is W x 10 min at that step"
data $CLC 22315546958763 2026-03-29 2026-03-30
is "$(labels | sed -n '1p;2p;3p')" "2026-03-29 01:00:00
2026-03-29 03:00:00
2026-03-29 04:00:00" "spring at one hour: 01:00, 03:00, 04:00"
is "$(points)" 23 "spring: 23 hours"
has '"interval_length":"PT60M"' "one hour is PT60M"

# ---------------------------------------------------------------- profiles

data $CLC 99999999999999 2026-11-10 2026-11-12
error 404 STM-ERR-0000019 "unknown point"
data $CLC 11453290002823 2026-11-10 2026-11-12
is "$STATUS $(points)" "200 96" "11453290002823 answers today"
data $CLC 11453290002823 2019-08-20 2019-08-26
error 400 ADAM-ERR0123 "11453290002823 before its activation"
data $CLC 32320647321714 2026-11-10 2026-11-12
error 404 no_data_found "32320647321714 has no curve"
data $DC 32320647321714 2026-11-10 2026-11-12
is "$(points)" 2 "32320647321714 has daily values"
data $CLC 12345678901234 2026-11-10 2026-11-12
is "$(points)" 96 "12345678901234 consumes"
data $PLC 12345678901234 2026-11-10 2026-11-12
error 400 ADAM-ERR0069 "12345678901234 does not produce"
data $PLC 10284856584123 2026-06-10 2026-06-11
is "$(readings | awk '$2 < "04:00:00" { night += $3 } $2 > "12:00:00" && $2 < "16:00:00" { noon += $3 } END { print (night == 0 && noon > 500) }')" \
	1 "10284856584123 produces by day only"
sum=$(readings | awk '{ sum += $3 / 2 } END { printf "%d", int(sum + 0.5) }')
data $DP 10284856584123 2026-06-10 2026-06-11
is "$(readings)" "2026-06-10 $sum" "daily production is the energy of its curve"
data $DC 10284856584123 2026-06-10 2026-06-11
error 400 ADAM-ERR0069 "10284856584123 does not consume"
data $CLC 24880057139941 2026-11-10 2026-11-12
error 400 ADAM-ERR0069 "24880057139941 does not consume"
data $PLC 24880057139941 2026-11-10 2026-11-12
is "$(points)" 96 "24880057139941 produces"
# 10 and 11 November 2026 are a Tuesday and a Wednesday
data $CLC 42900589957123 2026-11-09 2026-11-16
is "$(points)" 240 "42900589957123: five days of seven"
is "$(labels | grep -c -e '^2026-11-10 [01][1-9]' -e '^2026-11-11 [012][1-9]')" 0 "42900589957123: nothing on Tuesday and Wednesday"
data $DC 42900589957123 2026-11-09 2026-11-16
is "$(readings | cut -c9-10 | tr '\n' ' ')" "09 12 13 14 15 " "42900589957123: the daily values have the same holes"
data $CLC 42900589957123 2026-11-10 2026-11-12
error 404 no_data_found "42900589957123: a window of holes is no data"
data $CLC 26584978546985 2026-11-10 2026-11-12
error 403 ADAM-DC-0008 "26584978546985 took the consent back"
data $CLC 12655648759651 2026-06-08 2026-06-15
readings > "$WORK/drawn"
data $PLC 12655648759651 2026-06-08 2026-06-15
readings > "$WORK/given"
is "$(paste "$WORK/drawn" "$WORK/given" | awk '{ both += ($3 * $6 > 0); drawn += $3; given += $6; other += ($1 $2 != $4 $5) } END { print both + 0, other + 0, (drawn > 0), (given > 0) }')" \
	"0 0 1 1" "12655648759651: one direction at a time, both over a week"
for pair in 64975835695673:96 63695879465986:288 22315546958763:48 30000000000000:96 30000000000007:288 30000000000008:48; do
	data $CLC ${pair%:*} 2026-11-14 2026-11-16
	is "$(points)" ${pair#*:} "${pair%:*}: ${pair#*:} points in two days"
done
data $CLC 30000000010003 2026-10-20 2026-10-21
is "$STATUS" 200 "30000000010003: activated 31 days ago, on 2026-10-20"
data $CLC 30000000010003 2026-10-19 2026-10-21
error 400 ADAM-ERR0123 "30000000010003: nothing before"
last_line | grep -qF '"fault":null'
ok $? "a client cannot know the activation, so it is no fault"
data $DC 30000000009999 2023-12-01 2026-11-01
missing=$((1066 - $(points)))
[ $missing -gt 0 ] && [ $missing -lt 60 ]
ok $? "30000000009999 has a few holes ($missing days of 1066)"
data $CLC 30000000010100 2026-11-10 2026-11-12
error 404 STM-ERR-0000019 "30000000010100 is nobody"

# a plausible home
data $DC $HOUSE 2025-11-01 2026-11-01
is "$(readings | awk '{ month[substr($1, 6, 2)] += $2; all += $2 } END { print (month["01"] > 1.5 * month["07"]), (all > 1500000 && all < 20000000) }')" \
	"1 1" "a year takes 1.5 to 20 MWh, and January more than July"

# ---------------------------------------------------------------- same every time

data $CLC $HOUSE 2026-11-09 2026-11-16
readings > "$WORK/week"
for day in 09 10 11 12 13 14 15; do
	data $CLC $HOUSE 2026-11-$day "2026-11-$(printf %02d $((${day#0} + 1)))"
	readings
done > "$WORK/days"
cmp -s "$WORK/week" "$WORK/days"
ok $? "a week is its seven days"
data $CLC 30000000001233 2026-06-01 2026-06-08
cp "$WORK/body" "$WORK/first"
start --now 2026-11-20T15:00:00+01:00
data $CLC 30000000001233 2026-06-01 2026-06-08
cmp -s "$WORK/first" "$WORK/body"
ok $? "another run gives the same values"
data $CLC 30000000001234 2026-06-01 2026-06-08
readings > "$WORK/other"
sed 's/30000000001233/X/' "$WORK/first" > "$WORK/body"
readings > "$WORK/one"
cmp -s "$WORK/one" "$WORK/other"
[ $? = 1 ]
ok $? "another house has other values"

# ---------------------------------------------------------------- the clock

start --now 2026-11-20T07:58:00+01:00
data $CLC $HOUSE 2026-11-19 2026-11-20
error 404 no_data_found "yesterday is not there before 08:00"
data $CLC $HOUSE 2026-11-18 2026-11-20
is "$(points)" 48 "the day before is"
data $DC $HOUSE 2026-11-17 2026-11-20
is "$(points)" 2 "the same for daily values"
start --now 2026-11-20T07:00:00Z
data $CLC $HOUSE 2026-11-19 2026-11-20
is "$(points)" 48 "yesterday is there at 08:00 in Paris"
start --now 2026-11-19T23:30:00Z
data $CLC $HOUSE 2026-11-18 2026-11-20
is "$STATUS" 200 "half past midnight in Paris is the new day"
data $CLC $HOUSE 2026-11-18 2026-11-21
is "$STATUS" 400 "and tomorrow is still refused"
start --now 2026-06-19T22:30:00Z
data $CLC $HOUSE 2026-06-18 2026-06-20
is "$STATUS" 200 "in summer the day turns at 22:00 UTC"
# 24 months before 29 February 2028 is 28 February 2026
start --now 2028-02-29T12:00:00+01:00
data $CLC $HOUSE 2026-02-13 2026-02-14
is "$STATUS" 200 "history counts months by the calendar"
data $CLC $HOUSE 2026-02-12 2026-02-14
error 400 ADAM-ERR0125 "and 15 days more"
start --now 2020-01-10T12:00:00+01:00
data $CLC 11453290002823 2019-08-27 2019-08-28
is "$STATUS" 200 "11453290002823 from its activation day"
data $CLC 11453290002823 2019-08-26 2019-08-28
error 400 ADAM-ERR0123 "11453290002823 not one day earlier"

# ---------------------------------------------------------------- token life

start --now 2026-11-20T10:00:00+01:00 --token-seconds 1
data $CLC $HOUSE 2026-11-10 2026-11-12
is "$STATUS" 200 "a fresh token is good"
sleep 1.2
data $CLC $HOUSE 2026-11-10 2026-11-12
error 401 invalid_token "an old token is refused"
last_line | grep -qF 'access token used after its end'
ok $? "and is the client's fault"

# ---------------------------------------------------------------- quota

start --now 2026-11-20T10:00:00+01:00
# burst N [SCENARIO]: N requests on one connection
burst()
{
	curl -s -o /dev/null -w '%{http_code} ' -H "Authorization: Bearer $TOKEN" -H 'Accept: application/json' \
		"$BASE${2:+/~$2}$DC?usage_point_id=$HOUSE&start=2026-10-[01-0$1]&end=2026-11-16"
}
is "$(burst 7)" "200 200 200 200 200 429 429 " "the sixth request in a second is refused"
last_line | grep -qF '"fault":"more requests than the quota per second"'
ok $? "that is the client's fault"
is "$(grep -c '"connection":2,' "$WORK/data/journal.jsonl")" 7 "one connection is one number"
is "$(burst 3 per_second=2)" "200 200 429 " "another prefix has its own quota"
is "$(burst 9 unlimited)" "200 200 200 200 200 200 200 200 200 " "no quota when unlimited"
sleep 1.1
data $DC $HOUSE 2026-11-10 2026-11-12 per_second=2
is "$STATUS" 200 "a second later there is room again"
burst 6 > /dev/null
ask "$BASE$DC?usage_point_id=$HOUSE&start=2026-10-01&end=2026-11-16"
error 429 "Quota Q3 reached  Call threshold allowed on 0:00:01" "the answer is the documented one"
start --now 2026-11-20T10:00:00+01:00 --per-second 0 --per-hour 3
is "$(burst 4)" "200 200 200 429 " "the hour has its own limit"
ask "$BASE$DC?usage_point_id=$HOUSE&start=2026-10-01&end=2026-11-16"
grep -qE 'Quota Q4 reached  Call threshold allowed on (1:00:00|0:59:5[0-9])' "$WORK/body"
ok $? "the hour's answer tells when"

# ---------------------------------------------------------------- scenarios

start --now 2026-11-20T10:00:00+01:00
# scenario NAME: one day of the curve
scenario()
{
	data $CLC $HOUSE 2026-11-10 2026-11-11 "$1+unlimited"
}
seconds()
{
	date +%s%N | cut -c1-13
}

scenario html
is "$STATUS $(head -c 9 "$WORK/body")" "200 <!DOCTYPE" "html"
scenario not_json
is "$STATUS $(head -c 7 "$WORK/body")" "200 Service" "not_json"
scenario cut
[ "$STATUS" = 200 ] && [ $ASKED = 0 ] && ! grep -q ']}}$' "$WORK/body" && grep -q '^{"meter_reading"' "$WORK/body"
ok $? "cut: half a document, well delivered"
scenario truncated
is "$ASKED" 18 "truncated: curl tells a partial file"
scenario closed
is "$ASKED" 52 "closed: curl tells an empty reply"
scenario shape
grep -q meter_reading "$WORK/body"
is "$STATUS $?" "200 1" "shape: no meter_reading"
scenario array
has '"interval_reading":{' "array: an object in its place"
scenario badvalue
is "$(grep -o '"abc"' "$WORK/body" | wc -l | tr -d ' ') $(points)" "1 48" "badvalue: one value is abc"
scenario empty
error 404 no_data_found "empty"
scenario null_values
is "$(grep -o -e '"value":"null"' -e '"value":""' -e '"value":null' "$WORK/body" | sort -u | wc -l | tr -d ' ')" 3 "null_values: three kinds"
is "$(tr '{' '\n' < "$WORK/body" | grep -cE '^"value":"[0-9]+"')" 30 "null_values: the other values stay"
scenario numbers
is "$(tr '{' '\n' < "$WORK/body" | grep -cE '^"value":[0-9]+,')" 48 "numbers: values without quotes"
for bad in straight unlimited=1 delay delay=x step=25 error=; do
	ask "$BASE/~$bad$CLC?$Q"
	is "$STATUS" 400 "an unknown scenario is refused: $bad"
done
data $CLC $HOUSE 2026-11-10 2026-11-11
labels > "$WORK/straight"
scenario unordered
is "$(labels)" "$(awk '{ line[NR] = $0 } END { for (i = NR; i > 0; i--) print line[i] }' "$WORK/straight")" "unordered: the other way round"
scenario twice
is "$(labels)" "$(awk '{ print; print }' "$WORK/straight")" "twice: each point again"
for step in 10:144 15:96 30:48 60:24; do
	scenario step=${step%:*}
	is "$(points)" ${step#*:} "step=${step%:*}: ${step#*:} points"
done
data $CLC $HOUSE 2026-10-25 2026-10-26 dst48
is "$(labels)" "$(whole_day 2026-10-25 2026-10-26)" "dst48: each label once"
data $CLC $HOUSE 2026-03-29 2026-03-30 dst48
is "$(points)" 46 "dst48: nothing changes in spring"
before=$(seconds)
scenario delay=300
took=$(($(seconds) - before))
[ $took -ge 300 ] && [ $took -lt 2000 ] && [ "$STATUS" = 200 ]
ok $? "delay=300: $took ms"
before=$(seconds)
scenario slow=600
took=$(($(seconds) - before))
[ $took -ge 500 ] && [ $took -lt 3000 ] && [ "$(points)" = 48 ]
ok $? "slow=600: $took ms, all points"
curl -s -m 1 -o "$WORK/body" -H "$J" -H "Authorization: Bearer $TOKEN" "$BASE/~stall$CLC?$Q"
is $? 28 "stall: no answer within a second"
last_line | grep -qF '"status":0,"bytes":0,"fault":null'
ok $? "stall: journalled without a status"
curl -s -m 1 -o "$WORK/body" -H "$J" -H "Authorization: Bearer $TOKEN" "$BASE/~stall_body$CLC?$Q"
is $? 28 "stall_body: not whole within a second"
has '{"meter_reading"' "stall_body: it began"
curl -s -m 1 -o "$WORK/body" -u demo:demo-secret -d grant_type=client_credentials "$BASE/~stall_token/oauth2/v3/token"
is $? 28 "stall_token: no token"
scenario stall_token
is "$STATUS" 200 "stall_token: data is not concerned"
is "$(token_from "$BASE/~stall" | cut -c1-3)" eyJ "stall: the token is not concerned"
size=$(curl -s -m 60 -H "$J" -H "Authorization: Bearer $TOKEN" "$BASE/~huge$CLC?$Q" | wc -c)
[ "$size" -ge 200000000 ]
ok $? "huge: $size bytes"
for i in 1 2 3; do
	scenario expire
	is "$STATUS" 200 "expire: request $i"
done
scenario expire
error 401 invalid_token "expire: the fourth needs another token"
TOKEN=$(token_from "$BASE")
scenario expire
is "$STATUS" 200 "expire: a new token is good"
scenario expired
error 401 invalid_token "expired: no token is good"
last_line | grep -qF '"fault":null'
ok $? "expired: not the client's fault"

# error NAME STATUS CODE
for case in ADAM-ERR0061:400:ADAM-ERR0061 ADAM-ERR0069:400:ADAM-ERR0069 ADAM-ERR0075:400:ADAM-ERR0075 \
	ADAM-ERR0123:400:ADAM-ERR0123 ADAM-ERR0125:400:ADAM-ERR0125 ADAM-ERR0126:400:ADAM-ERR0126 \
	ADAM-DC-0007:403:ADAM-DC-0007 adam_dc_0007:403:ADAM-DC-0007 400-adam-dc-0007-french:400:ADAM-DC-0007 \
	ADAM-DC-0008:403:ADAM-DC-0008 ADAM-DC-0009:403:ADAM-DC-0009 ADAM-DC-0015:400:ADAM-DC-0015 \
	ADAM-DC-0016:400:ADAM-DC-0016 ADAM-DC-0500:500:ADAM-DC-0500 unauthorized_user:403:unauthorized_user \
	900908:403:900908 900901:401:900901 invalid_token:401:invalid_token no_data_found:404:no_data_found \
	STM-ERR-0000001:500:STM-ERR-0000001 STM-ERR-0000014:404:STM-ERR-0000014 STM-ERR-0000019:404:STM-ERR-0000019 \
	STM-ERR-0000020:404:STM-ERR-0000020 429:429:429 Q3:429:429 Q4:429:429 900804:429:nextAccessTime \
	technical_error:500:technical_error server_error:500:server_error 503:503:503 Invalid_request:400:Invalid_request \
	error-403-wso2-900908.json:403:900908 error-400-end-in-future:400:Invalid_request \
	error-429-quota-q4-negative-delay.json:429:429; do
	scenario "error=${case%%:*}"
	error "$(echo "$case" | cut -d: -f2)" "${case##*:}" "error=${case%%:*}"
done
scenario error=401
is "$STATUS $(wc -c < "$WORK/body" | tr -d ' ')" "401 0" "error=401 has no body"
scenario error=404
is "$STATUS $(head -c 9 "$WORK/body")" "404 <!DOCTYPE" "error=404 is a page"
scenario error=900804+next=30
has '"nextAccessTime":"2026-Nov-20 09:00:' "900804 tells the next access on the simulator's clock"
data $CLC $HOUSE 2026-11-10 2026-11-11 error_once=503
is "$STATUS" 503 "error_once: the first fails"
data $CLC $HOUSE 2026-11-10 2026-11-11 error_once=503
is "$STATUS" 200 "error_once: the second does not"
data $CLC $HOUSE 2026-11-10 2026-11-12 error_once=503
is "$STATUS" 503 "error_once: another window fails again"
is "$(grep '"fault":"' "$WORK/data/journal.jsonl" | grep -cv 'unknown scenario')" 0 "no scenario is counted as the client's fault"

# ---------------------------------------------------------------- readings

# 2020-02-26 and 2020-03-04 are Wednesdays; the last reading ends on Wednesday
# at 23:00 UTC, so it moves to Wednesday 25 November 2026, after today.
{
	echo starts_at,watts
	for hour in 20 21 22; do
		echo "2020-02-26T$hour:00:00Z,$((100 + hour))"
	done
	echo 2020-02-27T10:00:00Z,500
	echo 2020-02-27T12:00:00Z,700
	echo 2020-02-27T22:00:00Z,900
	echo 2020-02-27T23:00:00Z,950
	echo 2020-03-04T22:00:00Z,1000
} > "$WORK/readings.csv"
start --now 2026-11-20T10:00:00+01:00 --readings "$WORK/readings.csv"
data $CLC $HOUSE 2026-11-14 2026-11-20
is "$(readings)" "2026-11-18 22:00:00 120
2026-11-18 23:00:00 121
2026-11-19 00:00:00 122
2026-11-19 12:00:00 500
2026-11-19 14:00:00 700
2026-11-20 00:00:00 900" "readings move by whole weeks, holes stay, today is not served"
has '"interval_length":"PT60M"' "readings are hourly"
data $DC $HOUSE 2026-11-14 2026-11-20
is "$(readings)" "2026-11-18 363
2026-11-19 2100" "daily values are the sums of the days that have readings"
data $CLC $HOUSE 2026-10-01 2026-10-08
error 404 no_data_found "before the readings there is nothing"
data $PLC $HOUSE 2026-11-14 2026-11-20
error 400 ADAM-ERR0069 "the readings point does not produce"
data $CLC 64975835695673 2026-11-18 2026-11-20
is "$(points)" 96 "other points keep their model"
# a last reading that ends exactly at midnight today stays yesterday's
printf 'starts_at,watts\n2020-03-05T21:00:00Z,41\n2020-03-05T22:00:00Z,42\n' > "$WORK/readings.csv"
start --now 2026-11-20T10:00:00+01:00 --readings "$WORK/readings.csv" --readings-point 99999999999999
data $CLC 99999999999999 2026-11-19 2026-11-20
is "$(readings)" "2026-11-19 23:00:00 41
2026-11-20 00:00:00 42" "the smallest number of weeks, on any point"
# Sunday 2020-11-01 lands on Sunday 25 October 2026, because a last reading of a
# Monday at 10:00 moves to today: 00:00 and 01:00 UTC are the hour told twice
{
	echo starts_at,watts
	for hour in 00 01 02; do
		echo "2020-11-01T$hour:00:00Z,1$hour"
	done
	echo 2020-11-02T10:00:00Z,900
} > "$WORK/readings.csv"
start --now 2026-10-26T10:00:00+01:00 --readings "$WORK/readings.csv"
data $CLC $HOUSE 2026-10-25 2026-10-26
is "$(readings)" "2026-10-25 02:00:00 100
2026-10-25 03:00:00 101
2026-10-25 04:00:00 102" "readings of the changed night keep their UTC hour"
printf 'starts_at,watts\n2020-11-01T23:00:00Z,x\n' > "$WORK/readings.csv"
timeout 5 "$SIM" --readings "$WORK/readings.csv" > /dev/null 2> "$WORK/err"
is "$? $(grep -c ':2:' "$WORK/err")" "2 1" "a bad line of readings is named"

# ---------------------------------------------------------------- journal

start --now 2026-11-20T10:00:00+01:00
data $CLC $HOUSE 2026-11-10 2026-11-12
length=$(wc -c < "$WORK/body" | tr -d ' ')
last_line | grep -qE '^\{"n":2,"at":"2026-11-20T09:00:0[0-9]\.[0-9]{6}Z","us":[0-9]+,"method":"GET","path":"/metering_data_clc/v5/consumption_load_curve","scenario":"unlimited","endpoint":"consumption_load_curve","point":"22516914714270","start":"2026-11-10","end":"2026-11-12","client":"demo","status":200,"bytes":'"$length"',"fault":null,"repeat":false,"connection":[0-9]+,"new_connection":true,"version":"HTTP/1\.1","agent":"curl/[0-9.]+","accept_encoding":null\}$'
ok $? "a line tells all about a request"
data $CLC $HOUSE 2026-11-10 2026-11-12
last_line | grep -qF '"fault":null,"repeat":true'
ok $? "the same again is a repeat, and no fault"
data $CLC $HOUSE 2026-11-10 2026-11-13
last_line | grep -qF '"repeat":false'
ok $? "another window is not"
data $DC $HOUSE 2026-11-10 2026-11-12
last_line | grep -qF '"repeat":false'
ok $? "nor another endpoint"
data $CLC $HOUSE 2026-11-10 2026-11-12 badvalue+unlimited
data $CLC $HOUSE 2026-11-10 2026-11-12 badvalue+unlimited
last_line | grep -qF '"repeat":false'
ok $? "nor an answer that could not be used"
ask "$BASE$CLC?usage_point_id=%22%0A%C3%A9&start=$TOKEN&end=2026-11-12"
curl -s "$BASE/_journal" > "$WORK/body"
cmp -s "$WORK/body" "$WORK/data/journal.jsonl"
ok $? "GET /_journal is the file"
is "$(grep -cv '^{"n":[0-9]*,.*}$' "$WORK/body")" 0 "every line is one object"
grep -qF -e demo-secret -e "$TOKEN" "$WORK/body"
is $? 1 "no secret and no token in it"
curl -s -X POST "$BASE/_journal/reset"
is "$(wc -c < "$WORK/data/journal.jsonl" | tr -d ' ')" 0 "reset empties it"
data $CLC $HOUSE 2026-11-10 2026-11-12
last_line | grep -qE '^\{"n":1,.*"repeat":false'
ok $? "n begins again and repeats are forgotten"
stop
: > "$WORK/out"
"$SIM" > "$WORK/out" &
PID=$!
wait_listening
is "$(curl -s -o /dev/null -w '%{http_code}' "$BASE/_journal")" 404 "without --data there is no journal"
is "$(token_from "$BASE" | cut -c1-3)" eyJ "but answers all the same"

# ---------------------------------------------------------------- many at once

start --now 2026-11-20T10:00:00+01:00
i=0
while [ $i -lt 32 ]; do
	curl -s -m 30 -o /dev/null -H "$J" -H "Authorization: Bearer $TOKEN" "$BASE/~stall$CLC?$Q" &
	waiting="$waiting $!"
	i=$((i + 1))
done
sleep 0.3
before=$(seconds)
data $CLC $HOUSE 2026-11-10 2026-11-12
took=$(($(seconds) - before))
[ "$STATUS" = 200 ] && [ $took -lt 1000 ]
ok $? "stalled clients do not hold up the others ($took ms)"
stop
is $? 0 "stops cleanly while clients wait"
# shellcheck disable=SC2086 # several processes
wait $waiting
finish
