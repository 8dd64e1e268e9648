#!/bin/sh
# Checks how the simulator plays the Switchgrid API, up to an order: curl and awk, no other tool.
# Usage: selftest_switchgrid.sh [path of switchgrid-simulator].  Prints TAP.
#
# The members of the answers are those of the API's documented examples.

# shellcheck source=test/simulator/selftest_lib.sh
. "$(dirname "$0")/selftest_lib.sh"
# shellcheck source=test/simulator/selftest_switchgrid_lib.sh
. "$(dirname "$0")/selftest_switchgrid_lib.sh"

begin

# ---------------------------------------------------------------- the door

STATUS=$(curl -s -o "$WORK/body" -w '%{http_code}' "$BASE$V2/ask")
is "$STATUS" 401 "no token: 401"
fault_is '"missing Authorization header"' "no token: in the journal"
has '{"error":"Unauthorized"}' "v2 tells errors as error"
STATUS=$(curl -s -o "$WORK/body" -w '%{http_code}' -H 'Authorization: Bearer x' "$BASE/v0_1/ask")
is "$STATUS" 401 "another token: 401"
has '{"message":"Unauthorized"}' "v0_1 tells errors as message"
TOKEN=$ENEDIS_TOKEN
ask "$BASE$V2/ask"
is "$STATUS" 401 "a token of the operator's API is none"
TOKEN=demo-secret
ask "$BASE/ask"
is "$STATUS" 400 "v0 without its header: 400"
fault_is '"missing x-api-version header"' "v0 without its header: in the journal"
ask -H "$X" "$BASE/ask"
is "$STATUS" 200 "v0 with its header"
ask -X PUT "$BASE$V2/ask"
is "$STATUS" 405 "PUT is not known"
ask "$BASE$V2/ask?page=2"
is "$STATUS" 400 "unknown parameter"
fault_is '"unknown parameter in the query"' "unknown parameter: in the journal"
ask "$BASE/api/homeassistant/events"
is "$STATUS" 400 "events take no token"
fault_is '"Authorization header where no token belongs"' "a token there is a fault"
curl -s "$BASE/api/homeassistant/events" > "$WORK/body"
keys_are "description endUtc eventId events startUtc summary" "members of events"
has '"startUtc":"2026-11-20T19:00:00.000+01:00"' "events have offsets"

# ---------------------------------------------------------------- search

ask "$BASE$V2/search_contract?prm=$HOUSE"
keys_are "adresseInstallationNormalisee categorieClientFinalCode id ligne4 ligne5 ligne6 nomClientFinalOuDenominationSociale prm results" "members of a contract"
has '"nomClientFinalOuDenominationSociale":"FICTIVE Chloé"' "the surname comes first, in capitals"
CONTRACT=$(member id)
ask "$BASE$V2/search_contract?name=chloe+fictive&address=1+rue+x+88400+Gerardmer"
has "\"$HOUSE\"" "found by name in another order and by postcode"
ask "$BASE$V2/search_contract?name=chloe+fictive&address=99999+Nowhere"
is "$(cat "$WORK/body")" '{"results":[]}' "nothing found is an empty list"
ask "$BASE$V2/search_contract?name=ab&address=88400"
is "$STATUS" 400 "a name has 3 characters"
ask "$BASE$V2/search_contract?name=fictive"
is "$STATUS" 400 "without a PRM the address is required"
ask "$BASE$V2/search_contract?prm=123"
is "$STATUS" 400 "a PRM has 14 digits"
post "{\"name\":\"FICTIVE Chloe\",\"prm\":\"$HOUSE\"}" -H "$X" "$BASE/integration/enedis/search_contract"
has "\"$CONTRACT\"" "v0 searches with a body"
bad "v0 search with another member" 400 'is unexpected at [\"city\"]' '{"name":"abc","city":"x"}' -H "$X" "$BASE/integration/enedis/search_contract"

# ---------------------------------------------------------------- asks of v2

# v2_ask [MEMBER...]: the smallest body, and what follows
v2_ask()
{
	printf '{"electricityContracts":["%s"]%s}' "$CONTRACT" "${1:+,$1}"
}

PERSON="{\"prm\":\"$HOUSE\",\"heldBy\":{\"genre\":\"F\",\"firstName\":\"A\",\"lastName\":\"B\"},\"address\":{\"street\":\"s\",\"postalCode\":\"p\",\"city\":\"c\",\"country\":\"France\"}}"
STRANGER=$(echo "$PERSON" | sed "s/$HOUSE/99999999999999/")
bad "no contract" 400 'is missing at [\"electricityContracts\"]' '{}' "$A"
has '{"error":[{"_tag":"Missing","path":["electricityContracts"],"message":"is missing"}]}' "v2 tells what is missing where"
bad "unknown member" 400 'is unexpected at [\"contracts\"]' "$(v2_ask '"contracts":[]')" "$A"
bad "unknown contract" 400 'is not the id of a known contract' '{"electricityContracts":["000000c1-1111-4222-8333-0000000000c1"]}' "$A"
bad "duration outside the list" 400 'unexpected value at [\"consentDuration\"]' "$(v2_ask '"consentDuration":"12 months"')" "$A"
bad "signer with another member" 400 'is unexpected at [\"signer\",\"age\"]' "$(v2_ask '"signer":{"age":1}')" "$A"
bad "unknown purpose" 400 'unexpected value at [\"purposes\",0]' "$(v2_ask '"purposes":["FUN"]')" "$A"
bad "scope without its arguments" 400 'is missing at [\"scopes\",0,\"args\"]' \
	"$(v2_ask '"scopes":[{"service":"ENEDIS_RAW_API","id":"CONSUMPTION_DATA"}]')" "$A"
bad "contract in the words of v0" 400 'is missing at [\"electricityContracts\",0,\"prm\"]' \
	'{"electricityContracts":[{"_energyType":"electricity"}]}' "$A"
bad "short PRM" 400 'is not a PRM of 14 digits' "{\"electricityContracts\":[$(echo "$PERSON" | sed "s/$HOUSE/123/")]}" "$A"
bad "not JSON" 400 'body is not a JSON object' '[]' "$A"
bad "test environment that is no boolean" 400 'switchgrid-test-env is not a boolean' "$(v2_ask)" -H 'switchgrid-test-env: yes' "$A"
STATUS=$(curl -s -o "$WORK/body" -w '%{http_code}' -H "Authorization: Bearer $TOKEN" -d '{}' "$A")
is "$STATUS" 400 "a form is no JSON"

post "$(v2_ask '"signer":{"genre":"F","firstName":"C","lastName":"E","phone":"+33","email":"c@example.org"},"consentCollectionMedium":{"service":"WEB_HOSTED"},"scopesAndPurpose":[{"scopes":[{"id":"ELECTRICITY_TIMESERIES","args":{"types":["LOADCURVE"],"directions":["CONSUMPTION"]}},{"service":"ENEDIS_RAW_API","id":"DETAILS_CONTRACTUELS"},{"service":"ENEDIS_RAW_API","id":"CONSUMPTION_DATA","args":{"types":["CDC","PMAX","IDX","ENERGIE"],"directions":["SOUTIRAGE"]}}],"purposes":[{"id":"SOLAR_INSTALLATION_SIZING"}]}],"consentDuration":"2 weeks"')" "$A"
is "$STATUS" 200 "an ask as in the documentation"
ASK=$(member id)
last_line | grep -qF "\"endpoint\":\"v2_ask_create\",\"point\":\"$HOUSE\""
ok $? "its name and its point in the journal"
states=
for _ in 0 1 2 3 4; do
	ask "$A/$ASK"
	states="$states $(member status)"
	wait_seconds 1
done
is "$states" " CREATED PENDING_ADDRESS_CHECK PREPARING_CONSENT_COLLECTION PENDING_USER_ACTION ACCEPTED" "the life of an ask"
for name in acceptedAt addressCheckResults consentCollectionDetails consentIds contracts createArgs createdAt id status; do
	has "\"$name\":" "v2 ask: $name"
done
has "\"addressCheckResults\":{\"$HOUSE\":{\"status\":\"SUCCESS\"}}" "the address was checked"
CONSENT=$(sed "s/.*\"consentIds\":{\"$HOUSE\":\"\([^\"]*\)\".*/\1/" "$WORK/body")
ask "$BASE/~by_contract$V2/ask/$ASK"
has "\"consentIds\":{\"$CONTRACT\":\"$CONSENT\"}" "consents by contract"
curl -s -o "$WORK/body" -H "Authorization: Bearer $TOKEN" "$A/$ASK/proof"
is "$(head -c 5 "$WORK/body") $(tail -n 1 "$WORK/body")" "%PDF- %%EOF" "the proof is a PDF"
ask "$BASE$V2/consent/$CONSENT"
is "$(member status)" ACCEPTED "the consent by itself"
ask "$A/00000000-0a51-4000-8000-0000000000ff"
is "$STATUS" 404 "unknown ask: 404"
fault_is null "which is no fault"

post "{\"electricityContracts\":[$STRANGER]}" "$A"
LOST=$(member id)
wait_seconds 5
ask "$A/$LOST"
is "$(member status)" ADDRESS_CHECK_FAILED "the address of an unknown point fails"
has '"99999999999999":{"status":"FAILURE"}' "and says so"
ask "$A/$LOST/proof"
is "$STATUS" 404 "no proof of what was not accepted"
post "{\"electricityContracts\":[$STRANGER],\"options\":{\"skipAddressCheck\":true}}" "$A"
wait_seconds 5
ask "$A/$(member id)"
is "$(member status)" ACCEPTED "unless the check is skipped"

U=$BASE/~unsigned$V2/ask
post "$(v2_ask)" "$U"
PENDING=$(member id)
ask "$BASE/~unsigned/sign/$PENDING"
is "$STATUS" 400 "no token on the page of the signature"
is "$(curl -s -o /dev/null -w '%{http_code}' "$BASE/~unsigned/sign/$PENDING")" 409 "too early to sign"
wait_seconds 100
ask "$U/$PENDING"
is "$(member status) $(member userUrl)" "PENDING_USER_ACTION $BASE/~unsigned/sign/$PENDING" "nobody signed"
is "$(curl -s "$(member userUrl)")" signed "a visit signs"
ask "$U/$PENDING"
is "$(member status)" ACCEPTED "and it is accepted"
ask -X DELETE "$U/$PENDING"
is "$STATUS $(member status)" "200 REVOKED" "DELETE revokes"
post "$(v2_ask)" "$BASE/~unknown_status$V2/ask"
wait_seconds 2
ask "$BASE/~unknown_status$V2/ask/$(member id)"
is "$(member status)" SOMETHING_NEW "a state that nobody knows"

# -------- the list

ask "$A?limit=2&skip=1&orderBy=createdAt:asc"
keys=$(grep -oE '^\{"skip":1,"limit":2,"totalItemsCount":[0-9]+,"returnedItemsCount":2,"items":\[' "$WORK/body")
is "$keys" '{"skip":1,"limit":2,"totalItemsCount":5,"returnedItemsCount":2,"items":[' "a page of the list"
is "$(member id)" 00000000-0a51-4000-8000-000000000002 "the oldest come first"
for bad in limit=101 skip=-1 limit=x orderBy=createdAt:desc prm=12 prm= status=A\&status=B; do
	ask "$A?$bad"
	is "$STATUS" 400 "refused: $bad"
done
ask "$A?prm=$HOUSE,$LARGE&status=ACCEPTED,EXPIRED"
has '"totalItemsCount":1,' "by points and states"
ask "$A?prm=!$HOUSE"
has '"totalItemsCount":2,' "all but a point"
ask "$A?status=!ACCEPTED,!REVOKED"
has '"totalItemsCount":2,' "all but two states"
post "$(v2_ask)" -H 'switchgrid-test-env: true' "$A"
has '"testEnvironment":true' "an ask of the test environment"
ask "$A?limit=100"
has '"totalItemsCount":5,' "is not among the others"
ask -H 'switchgrid-test-env: true' "$A?limit=100"
has '"totalItemsCount":1,' "nor they beside it"
ask "$BASE/_bill"
is "$(cat "$WORK/body")" '{"asks":5,"orders":0,"requests":0,"points":0,"twice":0}' "nor billed"
wait_seconds 1300000
ask "$A/$ASK"
is "$(member status)" EXPIRED "two weeks later it is over"

# ---------------------------------------------------------------- asks of v0_1 and v0

begin
bad "v0_1: no duration" 400 'is missing at [\"consentDuration\"]' "{\"contracts\":[\"$CONTRACT\"]}" "$W"
has '{"_tag":"HttpApiDecodeError","message":"is missing at [\"consentDuration\"]","issues":[{"_tag":"Missing","path":["consentDuration"],"message":"is missing"}]}' "v0_1 tells issues"
bad "v0_1: the member of v2" 400 'is missing at [\"contracts\"]' "$(v2_ask '"consentDuration":"1 day"')" "$W"
bad "v0_1: DOCUSEAL" 400 'unexpected value at [\"consentCollectionMedium\",\"service\"]' \
	"{\"contracts\":[\"$CONTRACT\"],\"consentDuration\":\"1 day\",\"consentCollectionMedium\":{\"service\":\"DOCUSEAL\"}}" "$W"
bad "v0_1: a contract of v2" 400 'is missing at [\"contracts\",0,\"_energyType\"]' "{\"contracts\":[$PERSON],\"consentDuration\":\"1 day\"}" "$W"
bad "v0_1: holder without a tag" 400 'is neither a NaturalPerson nor a LegalEntity' \
	"{\"contracts\":[$(echo "$METER" | sed 's/"_tag":"NaturalPerson",//')],\"consentDuration\":\"1 day\"}" "$W"
bad "v0_1: bad PCE" 400 'deliveryPointId is neither a PRM nor a PCE' \
	"{\"contracts\":[$(echo "$METER" | sed "s/$PCE/GI12/")],\"consentDuration\":\"1 day\"}" "$W"
post "{\"contracts\":[\"$CONTRACT\",$METER],\"consentDuration\":\"1 day\"}" "$W"
is "$STATUS" 200 "electricity and gas in one ask"
MIXED=$(member id)
wait_seconds 5
ask "$W/$MIXED"
is "$(member status)" ACCEPTED "accepted as typed"
keys_are "_energyType _tag acceptedAt address codePostal commune consentCollectionDetails contracts createdAt deliveryPointId fullName holder id rueEtNumero service status testEnvironment userUrl" "members of an ask of v0_1"
post "{\"contracts\":[$(echo "$METER" | sed "s/gas/electricity/; s/$PCE/99999999999999/")],\"consentDuration\":\"1 day\"}" "$W"
wait_seconds 5
ask "$W/$(member id)"
is "$(member status 1) $(member status 2)" "NOT_VALID NOT_FOUND" "a contract that is not found"
ask -H "$X" "$BASE/ask/$MIXED"
is "$STATUS" 200 "v0 sees the asks of v0_1"
ask "$A/$MIXED"
is "$STATUS" 404 "v2 does not"
ask -X DELETE "$W/$MIXED"
is "$STATUS" 204 "DELETE answers nothing"
ask "$W/$MIXED"
is "$(sed 's/.*"status":"\(REVOKED\)".*/\1/' "$WORK/body")" REVOKED "and revokes"

# ---------------------------------------------------------------- standing consents

K=$BASE/~consented
ask "$K$V2/ask?prm=$HOUSE"
has '"totalItemsCount":1,' "every known point has an ask"
STANDING=$(member id)
ask "$K$V2/ask/$STANDING"
has "\"consentIds\":{\"$HOUSE\":\"00000000-0c02-4000-8000-147aa0b3f69e\"}" "which is found by its id"
ask "$K$V2/ask?prm=99999999999999"
has '"totalItemsCount":0,' "no other has"
ask "$A/$STANDING"
is "$STATUS" 404 "nor is it there in other scenarios"
ask -X DELETE "$K/v0_1/ask/$STANDING"
ask "$K$V2/ask?prm=$HOUSE&status=ACCEPTED"
has '"totalItemsCount":0,' "it can be revoked"

# ---------------------------------------------------------------- orders

begin
# item MEMBERS: one request of the house
item()
{
	echo "{\"requests\":[{\"prms\":[\"$HOUSE\"],$1}]}"
}
bad "order without requests" 400 'is missing at [\"requests\"]' '{}' "$R"
bad "order of nothing" 400 'is empty at [\"requests\"]' '{"requests":[]}' "$R"
bad "consent that is null" 400 'is not a UUID at [\"consentId\"]' "{\"consentId\":null,\"requests\":[$LC]}" "$R"
bad "unknown consent" 400 'unknown consent at [\"consentId\"]' "{\"consentId\":\"$ASK\",\"requests\":[$LC]}" "$R"
bad "neither consent nor points" 400 'is missing at [\"requests\",0,\"prms\"]' '{"requests":[{"type":"C68"}]}' "$R"
bad "unknown type" 400 'unexpected value at [\"requests\",0,\"type\"]' "$(item '"type":"R99"')" "$R"
bad "unknown member of a request" 400 'is unexpected at [\"requests\",0,\"step\"]' "$(item '"type":"R63","step":1')" "$R"
bad "direction of a C68" 400 'is not allowed here at [\"requests\",0,\"direction\"]' "$(item '"type":"C68","direction":"CONSUMPTION"')" "$R"
bad "SOUTIRAGE of a C68_ASYNC" 400 'unexpected value at [\"requests\",0,\"direction\"]' "$(item '"type":"C68_ASYNC","direction":"SOUTIRAGE"')" "$R"
bad "since of a C68_ASYNC" 400 'is not allowed here at [\"requests\",0,\"since\"]' "$(item '"type":"C68_ASYNC","since":"2026-01-01"')" "$R"
bad "CONSUMPTION of a R63" 400 'unexpected value at [\"requests\",0,\"direction\"]' "$(item '"type":"R63","direction":"CONSUMPTION"')" "$R"
bad "SOUTIRAGE of a LOADCURVE" 400 'unexpected value at [\"requests\",0,\"direction\"]' "$(item '"type":"LOADCURVE","direction":"SOUTIRAGE"')" "$R"
bad "time without an offset" 400 'is not a date-time at [\"requests\",0,\"since\"]' "$(item '"type":"R63","since":"2026-01-01T00:00:00"')" "$R"
bad "since after until" 400 'is not before until at [\"requests\",0,\"since\"]' "$(item '"type":"R63","since":"2026-11-12","until":"2026-11-12"')" "$R"
bad "curve of more than 24 months" 400 'is older than the history' "$(item '"type":"R63","since":"2024-11-19"')" "$R"
bad "registers of more than 36 months" 400 'is older than the history' "$(item '"type":"R64","since":"2023-11-19"')" "$R"
bad "PRM as a number" 400 'is not a PRM of 14 digits' "{\"requests\":[{\"type\":\"R63\",\"prms\":[$HOUSE]}]}" "$R"
bad "flag as text" 400 'is not a boolean' "$(item '"type":"R63","enedisCorrection":"yes"')" "$R"
curl -s "$BASE/_bill" > "$WORK/body"
has '"orders":0,"requests":0' "what is refused costs nothing"

post "$(item '"type":"R63","since":"2024-11-20T00:00:00+01:00","until":"2026-11-20","direction":"INJECTION","enedisRetryAfterLoadcurveActivation":true')" "$R"
is "$STATUS" 200 "24 months, both spellings of an instant"
last_line | grep -qF '"endpoint":"v2_order_create","point":"22516914714270","start":"2024-11-20T00:00:00+01:00","end":"2026-11-20"'
ok $? "point and window in the journal"
wait_seconds 5
ask "$R/$(member id)"
has 'SGT211' "a point that injects nothing fails"

post "{\"requests\":[$LC,{\"type\":\"C68\",\"prms\":[\"$HOUSE\"]},{\"type\":\"R65_SYNC\",\"prms\":[\"$HOUSE\"],$WINDOW},{\"type\":\"R63_SYNC\",\"prms\":[\"$HOUSE\"],\"since\":\"2026-11-01\",\"until\":\"2026-11-09\"}]}" "$R"
ID=$(member id)
states=
for pause in 1 2 2 0; do
	ask "$R/$ID"
	states="$states $(grep -oE '"status":"[A-Z_]*"' "$WORK/body" | cut -d'"' -f4 | tr '\n' ' ')/"
	wait_seconds $pause
done
is "$states" " CREATED NOT_STARTED NOT_STARTED NOT_STARTED NOT_STARTED / PENDING_REQUESTS PENDING SUCCESS SUCCESS FAILED / PENDING_REQUESTS PENDING SUCCESS SUCCESS FAILED / SOME_REQUESTS_FAILED SUCCESS SUCCESS SUCCESS FAILED /" "the life of an order"
keys_are "completedAt dataUrl errorMessage id loadCurve orderedAt requestedTimeRange requests status type" "members of an order of v2"
has SGT4L8 "more than 7 days at once fail"
is "$(grep -oE '"type":"[A-Z0-9_]*"' "$WORK/body" | cut -d'"' -f4 | tr '\n' ' ')" "LOADCURVE C68 R65_SYNC R63_SYNC " "results in the order of the requests"
ask "$BASE$V2/order/00000000-0d01-4000-8000-0000000000ff"
is "$STATUS" 404 "unknown order: 404"
post "{\"requests\":[$LC]}" "$BASE/~consented+async=0$V2/order"
is "$(member status)" SUCCESS "async=0: done at once"
post "{\"requests\":[$LC]}" "$BASE$V2/order"
wait_seconds 5
ask "$BASE$V2/order/$(member id)"
has '"errorMessage":"no accepted consent for this contract"' "without a consent the request fails"
curl -s "$BASE/_bill" > "$WORK/body"
is "$(cat "$WORK/body")" '{"asks":0,"orders":4,"requests":7,"points":1,"twice":2}' "the bill"
curl -s -o /dev/null -X POST "$BASE/_bill/reset"
is "$(curl -s "$BASE/_bill")" '{"asks":0,"orders":0,"requests":0,"points":0,"twice":0}' "the bill is forgotten"

# with a consent of its own
post "$(v2_ask)" "$A"
wait_seconds 5
ask "$A/$(member id)"
CONSENT=$(sed "s/.*\"consentIds\":{\"$HOUSE\":\"\([^\"]*\)\".*/\1/" "$WORK/body")
post "{\"consentId\":\"$CONSENT\",\"requests\":[{\"type\":\"LOADCURVE\"}]}" "$BASE$V2/order"
is "$STATUS" 200 "an order on a consent needs no points"
bad "consent of another point" 400 'does not cover every prm at [\"consentId\"]' \
	"{\"consentId\":\"$CONSENT\",\"requests\":[{\"type\":\"R63\",\"prms\":[\"11453290002823\"]}]}" "$BASE$V2/order"
ask -X DELETE "$BASE$V2/consent/$CONSENT"
is "$(member status)" REVOKED "a consent can be revoked"
post "{\"consentId\":\"$CONSENT\",\"requests\":[{\"type\":\"LOADCURVE\"}]}" "$BASE$V2/order"
is "$STATUS" 400 "then no order rests on it"
fault_is null "which is no fault"
post "{\"contracts\":[\"$CONTRACT\"],\"consentDuration\":\"1 day\"}" "$BASE/v0_1/ask"
wait_seconds 5
post "{\"requests\":[$LC]}" "$BASE$V2/order"
wait_seconds 5
ask "$BASE$V2/order/$(member id)"
is "$(member status)" SUCCESS "asks of v0_1 count for orders of v2"

# ---------------------------------------------------------------- orders of v0

begin
Z=$BASE/~consented/integration/enedis/order
bad "v0: no consent" 400 'is missing at [\"consentId\"]' "{\"requests\":[$LC]}" -H "$X" "$Z"
bad "v0: no points" 400 'is missing at [\"requests\",0,\"prms\"]' "{\"consentId\":\"$STANDING\",\"requests\":[{\"type\":\"R63\"}]}" -H "$X" "$Z"
bad "v0: another point" 400 'does not cover every prm' "{\"consentId\":\"$STANDING\",\"requests\":[{\"type\":\"R63\",\"prms\":[\"11453290002823\"]}]}" -H "$X" "$Z"
post "{\"consentId\":\"$STANDING\",\"requests\":[{\"type\":\"R63\",\"prms\":[\"$HOUSE\"],$WINDOW},{\"type\":\"R65\",\"prms\":[\"$HOUSE\"],$WINDOW},{\"type\":\"C68_ASYNC\",\"prms\":[\"$HOUSE\"]}]}" -H "$X" "$Z"
is "$(member status 2)" QUEUED "v0 queues"
ID=$(sed 's/.*"id":"\(00000000-0d01[^"]*\)".*/\1/' "$WORK/body")
wait_seconds 5
ask -H "$X" "$Z/$ID"
keys_are "completedAt dataUrl dataUrls errorMessage fileUrl holes id orderedAt prm requests status summaryPerContract timeRangeCoverageRatio type" "members of an order of v0"
is "$(grep -oE '"(dataUrl|dataUrls|fileUrl)":' "$WORK/body" | tr -d '":' | tr '\n' ' ')" "dataUrl dataUrls fileUrl " "links in three places"
REQUEST=$(sed 's/.*"requests":\[{"id":"\([^"]*\)".*/\1/' "$WORK/body")
ask -H "$X" "$BASE/~consented/integration/enedis/request/$REQUEST/data?period=1d&format=json"
keys_are "endsAt period startsAt values" "members of a normalised curve"
has '"period":"P1D","startsAt":"2026-11-09T23:00:00.000Z","endsAt":"2026-11-11T23:00:00.000Z"' "days of Paris"
ask "$BASE/~consented$V2/order/$ID"
is "$STATUS" 404 "v2 does not see it"
finish
