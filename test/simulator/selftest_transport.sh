#!/bin/sh
# Checks how answers travel: faults byte by byte, where and how often they are, TLS, and what the
# journal tells about connections.
# Usage: selftest_transport.sh [path of switchgrid-simulator].  Prints TAP.

# shellcheck source=test/simulator/selftest_lib.sh
. "$(dirname "$0")/selftest_lib.sh"
# shellcheck source=test/simulator/selftest_switchgrid_lib.sh
. "$(dirname "$0")/selftest_switchgrid_lib.sh"

DAY='start=2026-11-10&end=2026-11-11'
ACCEPT='Accept: application/json'

# fetch WORDS [DAY [curl option...]]: the curve of a day; leaves CODE, STATUS, SAID (curl's error), $WORK/body and head
fetch()
{
	address="$BASE/~unlimited${1:++$1}$CLC?usage_point_id=$HOUSE&${2:-$DAY}"
	shift
	[ $# = 0 ] || shift
	: > "$WORK/body"
	SAID=$(curl -s -m 20 -D "$WORK/head" -o "$WORK/body" -w '%{http_code} %{errormsg}' "$@" \
		-H "Authorization: Bearer $ENEDIS_TOKEN" -H "$ACCEPT" "$address")
	CODE=$?
	STATUS=${SAID%% *}
}

# raw WORDS [SECONDS]: what the server writes, to the last byte; CODE is 0 when it closes the connection, 1 when it
# resets it, 2 when it does neither for so long
raw()
{
	printf 'GET /~unlimited+%s%s?usage_point_id=%s&%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n%s\r\n\r\n' "$1" \
		"$CLC" "$HOUSE" "$DAY" "${BASE#*//}" "$ENEDIS_TOKEN" "$ACCEPT" |
		perl -MSocket -MErrno -e '
			socket(my $socket, PF_INET, SOCK_STREAM, 0) or exit 3;
			connect($socket, sockaddr_in($ARGV[0], INADDR_LOOPBACK)) or exit 3;
			syswrite($socket, join("", <STDIN>));
			$SIG{ALRM} = sub { exit 2 };
			alarm($ARGV[1]);
			while (1)
			{
				my $got = sysread($socket, my $bytes, 65536);
				exit($!{ECONNRESET} ? 1 : 4) if !defined $got;
				exit 0 if !$got;
				syswrite(STDOUT, $bytes);
			}' "${BASE##*:}" "${2:-20}" > "$WORK/raw"
	CODE=$?
	sed '1,/^\r$/d' "$WORK/raw" > "$WORK/behind"
}

header()
{
	tr -d '\r' < "$WORK/${2:-head}" | awk -v name="$1:" 'tolower($1) == name { print $2 }'
}

is_right()
{
	cmp -s "$WORK/body" "$WORK/right"
}

length_of()
{
	wc -c < "$WORK/$1" | tr -d ' '
}

# A moment in milliseconds
now()
{
	date +%s%N | cut -c1-13
}

begin
fetch ""
cp "$WORK/body" "$WORK/right"
RIGHT=$(length_of right)
is "$CODE $STATUS $(readings | wc -l | tr -d ' ')" "0 200 48" "the right answer"

# ---------------------------------------------------------------- resets

for word in reset reset_headers reset_body; do
	fetch $word
	echo "$CODE $SAID" | grep -qi '^56 .*reset'
	ok $? "$word: the connection is reset, not closed"
	echo "# $SAID"
	last_line | grep -qF '"fault":null,"repeat":false'
	ok $? "$word: no fault, and asking again is no repeat"
done
raw reset
is "$CODE $(length_of raw)" "1 0" "reset: not a byte"
raw reset_headers
is "$CODE $(cat "$WORK/raw")" "1 $(printf 'HTTP/1.1 200 Status\r\nContent-Ty')" "reset_headers: half a header, and not a byte more"
raw reset_body
is "$CODE $(length_of behind) $(header content-length raw)" "1 $((RIGHT / 2)) $RIGHT" "reset_body: all headers, and half of the body"
raw closed
is "$CODE $(length_of raw)" "0 0" "closed: that is another thing"
raw truncated
is "$CODE $(length_of behind)" "0 $((RIGHT / 2))" "and so is truncated"

# ---------------------------------------------------------------- lengths and pieces

raw short_length 2
is "$CODE $(header content-length raw)" "2 $((RIGHT / 2))" "short_length: half of it is announced, and the connection kept"
cmp -s "$WORK/behind" "$WORK/right"
ok $? "short_length: all of it comes"
raw long_length
is "$CODE $(header content-length raw)" "0 $((RIGHT + 100))" "long_length: more is announced"
cmp -s "$WORK/behind" "$WORK/right"
ok $? "long_length: than comes"
fetch long_length
is "$CODE" 18 "long_length: curl tells a partial file"

# two connections are asked, so the second request would find what the first left over
before=$(grep -c . "$WORK/data/journal.jsonl")
curl -s -o "$WORK/one" -o "$WORK/two" -H "Authorization: Bearer $ENEDIS_TOKEN" -H "$ACCEPT" \
	"$BASE/~unlimited+short_length$CLC?usage_point_id=$HOUSE&$DAY" "$BASE/~unlimited$CLC?usage_point_id=$HOUSE&$DAY"
is "$(length_of one) $(($(grep -c . "$WORK/data/journal.jsonl") - before))" "$((RIGHT / 2)) 2" "short_length: the excess is no request"

began=$(now)
STATUS=$(curl -s -o "$WORK/body" -w '%{http_code}' -H "Authorization: Bearer $ENEDIS_TOKEN" -H "$ACCEPT" \
	"$BASE/~drip=5+unlimited/synth_contrat_auto/v1/$HOUSE")
took=$(($(now) - began)) size=$(length_of body)
[ "$STATUS" = 200 ] && [ "$size" -gt 100 ] && [ $took -ge $(((size - 1) * 5)) ]
ok $? "drip=5: $size bytes took $took ms"
fetch drip "" -m 2
[ "$CODE" = 28 ] && [ "$(length_of body)" -gt 0 ] && [ "$(length_of body)" -le 10 ]
ok $? "drip: five bytes a second"

raw header_flood
flood=$(grep -ac '^X-Flood-' "$WORK/raw")
is "$(grep -a '^X-Flood-' "$WORK/raw" | cut -d: -f1 | sort -u | wc -l | tr -d ' ')" "$flood" "header_flood: $flood headers, each different"
[ "$(length_of raw)" -gt 10000000 ] && cmp -s "$WORK/behind" "$WORK/right"
ok $? "header_flood: 10 MB, and the right body behind them"

# ---------------------------------------------------------------- packed

fetch gzip "" -H 'Accept-Encoding: deflate, gzip'
gzip -dc < "$WORK/body" 2> /dev/null | cmp -s - "$WORK/right"
is "$? $(header content-encoding) $(header content-length)" "0 gzip $(length_of body)" "gzip: the right answer, packed"
last_line | grep -qF "\"bytes\":$(length_of body),"
ok $? "gzip: its packed size in the journal"
fetch gzip "" -H 'Accept-Encoding: GZIP'
last_line | grep -qF '"repeat":true'
ok $? "gzip: it can be used, so asking again is a repeat"
for encodings in 'deflate' 'br, gzip;q=0' ''; do
	fetch gzip "" -H "Accept-Encoding: $encodings"
	is_right && [ "$(header content-encoding)" = "" ]
	ok $? "gzip: but not for a client that reads \"$encodings\""
done
fetch gzip
is "$(header content-encoding)" "" "gzip: nor for one that says nothing"
fetch bad_gzip "" --compressed
is "$CODE $(header content-encoding)" "61 gzip" "bad_gzip: curl cannot unpack it"
fetch cut_gzip
is "$(header content-encoding) $(header content-length)" "gzip $(length_of body)" "cut_gzip: a length that fits"
! gzip -dc < "$WORK/body" > "$WORK/part" 2> /dev/null && head -c "$(length_of part)" "$WORK/right" | cmp -s - "$WORK/part" && [ -s "$WORK/part" ] && [ "$(length_of part)" -lt "$RIGHT" ]
ok $? "cut_gzip: the beginning of the right answer, and no end"
fetch bomb
[ "$CODE" = 0 ] && [ "$(length_of body)" -lt 2000000 ]
ok $? "bomb: $(length_of body) bytes"
gzip -dc < "$WORK/body" 2> "$WORK/said" | { head -c "$RIGHT" > "$WORK/part"; tr -d ' ' | wc -c | tr -d ' ' > "$WORK/rest"; }
cmp -s "$WORK/part" "$WORK/right"
is "$? $(cat "$WORK/rest") $(cat "$WORK/said")" "0 0 " "bomb: the right answer and spaces; its checksum is right"
is "$(tail -c 4 "$WORK/body" | od -An -tu4 | tr -d ' ')" $((RIGHT + 1073741824)) "bomb: that many"
fetch endless_gzip "" --compressed -m 1
is "$CODE $(length_of body) $(header content-length)" "28 0 " "endless_gzip: nothing ever comes out"

# ---------------------------------------------------------------- elsewhere

for status in 301 302 303 307 308; do
	fetch redirect=$status
	is "$STATUS $(header location)" "$status $BASE/_followed" "redirect=$status"
done
fetch redirect
is "$STATUS" 302 "redirect: 302"
last_line | grep -qF '"status":302,' && last_line | grep -qF '"fault":null'
ok $? "redirect: no fault of a client that stays"
fetch redirect "" -L
last_line | grep -qF '"path":"/_followed","scenario":"","endpoint":"followed"' && last_line | grep -qF '"fault":"redirection followed, with credentials"'
ok $? "redirect: one that follows is told of in the journal"
curl -s -o /dev/null "$BASE/_followed"
last_line | grep -qF '"fault":"redirection followed"'
ok $? "redirect: with or without its token"

# ---------------------------------------------------------------- where and how often

for word in reset reset_body; do
	answers=
	for window in "$DAY" "$DAY" 'start=2026-11-11&end=2026-11-12' "$DAY" 'start=2026-11-11&end=2026-11-12'; do
		fetch ${word}_once "$window"
		answers="$answers $CODE"
	done
	is "$answers" " 56 0 56 0 0" "${word}_once: once for each question"
done
fetch html_once+numbers
is "$STATUS $(head -c 9 "$WORK/body")" "200 <!DOCTYPE" "html_once: any fault can be the first answer only"
fetch html_once+numbers
is "$STATUS $(tr '{' '\n' < "$WORK/body" | grep -cE '^"value":[0-9]+,')" "200 48" "html_once: other words stay"
last_line | grep -qF '"repeat":false'
ok $? "html_once: the page was no answer, so the second request is no repeat"
fetch shape_once+gzip "" -H 'Accept-Encoding: gzip'
is "$(header content-encoding) $(grep -c '"readings":' "$WORK/body")" " 1" "shape_once+gzip: the one first"
fetch shape_once+gzip "" -H 'Accept-Encoding: gzip'
is "$(header content-encoding)" gzip "shape_once+gzip: then the other"

GRDF_TOKEN=/oauth2/aus5y2ta2uEHjCWIR417/v1/token
# token PATH WORDS: leaves CODE and STATUS
token()
{
	STATUS=$(curl -s -m 2 -o "$WORK/body" -D "$WORK/head" -w '%{http_code}' \
		-d 'grant_type=client_credentials&client_id=demo&client_secret=demo-secret'"$([ "$1" = $GRDF_TOKEN ] && echo '&scope=/adict/v2')" "$BASE/~$2$1")
	CODE=$?
}
for path in /oauth2/v3/token $GRDF_TOKEN; do
	got=
	for word in reset_token html_token truncated_token stall_token slow_token=100 shape_token wrong_type_token error_at=token:503; do
		token "$path" $word
		got="$got $CODE:$STATUS"
	done
	is "$got" " 56:000 0:200 18:200 28:000 0:200 0:200 0:200 0:503" "faults of the token at $path"
	token "$path" wrong_type_token
	grep -qF '"access_token":424242' "$WORK/body"
	ok $? "wrong_type_token: a number for a text"
	wrong=
	for word in reset html truncated stall closed shape wrong_type bad_gzip redirect no_content reset_once error=503; do
		token "$path" $word
		[ "$CODE $STATUS" = "0 200" ] && grep -q '"access_token":"' "$WORK/body" || wrong="$wrong $word"
	done
	is "$wrong" "" "other faults spare the token at $path"
done
fetch reset_token+html_token
is "$CODE" 0 "and those of the token the data"
token /oauth2/v3/token reset+at=token
is "$CODE" 56 "at=token: this one"
fetch reset+at=token
is "$CODE" 0 "at=token: nothing else"
fetch reset+at=daily_consumption+at=consumption_load_curve
is "$CODE" 56 "at: several endpoints"
fetch error=503+at=daily_consumption
is "$STATUS" 200 "at: errors are concerned, too"

post "{\"requests\":[$LC]}" "$BASE/~consented+reset+html$V2/order"
is "$STATUS" 200 "orders are spared"
ORDER=$V2/order/$(member id)
wait_seconds 5
ask "$BASE/~consented+html$ORDER"
is "$(member status)" SUCCESS "and their states"
curl -s -o "$WORK/body" "$(member dataUrl)"
is "$(head -c 9 "$WORK/body")" '<!DOCTYPE' "but not the files that come of them"
ask "$BASE/~consented+html+at=order_get$ORDER"
is "$(head -c 9 "$WORK/body")" '<!DOCTYPE' "at=order_get: unless they are named"
curl -s -o /dev/null -X POST "$BASE/_bill/reset"
post "{\"requests\":[$LC]}" "$BASE/~consented+reset+at=v2_order_create$V2/order"
is "$ASKED $(curl -s "$BASE/_bill" | sed 's/.*"orders":\([0-9]*\).*/\1/')" "56 1" "an order that is made, and nobody is told"

for bad in reset=1 drip=0 drip=x redirect=200 redirect=309 at at=nowhere bomb_twice error_token numbers_once once; do
	fetch $bad
	is "$STATUS" 400 "an unknown scenario is refused: $bad"
done

# ---------------------------------------------------------------- the journal

curl -s -o /dev/null -o /dev/null -A 'a client/1 "x"' -H 'Accept-Encoding: br' -H "Authorization: Bearer $ENEDIS_TOKEN" -H "$ACCEPT" \
	"$BASE/~unlimited$CLC?usage_point_id=$HOUSE&start=2026-11-[01-02]&end=2026-11-08"
is "$(tail -n 2 "$WORK/data/journal.jsonl" | sed 's/.*"connection":\([0-9]*\),/\1 /' | awk 'NR == 1 { first = $1 } { print $1 - first, $2 }')" \
	'0 "new_connection":true,"version":"HTTP/1.1","agent":"a
0 "new_connection":false,"version":"HTTP/1.1","agent":"a' "one connection, new to the first request"
last_line | grep -qF '"agent":"a client/1 \"x\"","accept_encoding":"br"}'
ok $? "who asks, and what he can unpack"
curl -s -0 -o /dev/null -A '' "$BASE/~unlimited$CLC"
last_line | grep -qF '"new_connection":true,"version":"HTTP/1.0","agent":null,"accept_encoding":null}'
ok $? "or nothing of it"

# ---------------------------------------------------------------- TLS

for name in other certificate; do
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$WORK/key.pem" -out "$WORK/$name.pem" -days 2 \
		-subj /CN=$name -addext subjectAltName=IP:127.0.0.1,DNS:localhost 2> /dev/null
done
echo nonsense > "$WORK/nonsense.pem"
for bad in "--tls-key $WORK/key.pem" "--tls-certificate $WORK/certificate.pem" "--tls-certificate $WORK/none.pem --tls-key $WORK/key.pem"; do
	# shellcheck disable=SC2086 # several words
	timeout 5 "$SIM" $bad > "$WORK/out" 2> "$WORK/err"
	code=$?
	[ $code = 2 ] && [ -s "$WORK/err" ] && [ ! -s "$WORK/out" ]
	ok $? "refused with code 2: $(echo "$bad" | sed "s|$WORK/||g")"
done
timeout 5 "$SIM" --tls-certificate "$WORK/nonsense.pem" --tls-key "$WORK/key.pem" > "$WORK/out" 2> "$WORK/err"
is $? 1 "what is no certificate is an error"

CURL_CA_BUNDLE=$WORK/certificate.pem
export CURL_CA_BUNDLE
begin_tls()
{
	start --now 2026-11-20T10:00:00+01:00 --tls-certificate "$WORK/certificate.pem" --tls-key "$WORK/key.pem"
	ENEDIS_TOKEN=$TOKEN
	TOKEN=demo-secret
}
begin_tls
grep -qE '^listening on https://127\.0\.0\.1:[1-9][0-9]*$' "$WORK/out"
ok $? "the line tells TLS"
fetch ""
[ "$CODE" = 0 ] && is_right
ok $? "TLS: the right answer"
curl -s -o /dev/null --cacert /dev/null "$BASE/_journal"
is "$?" 77 "TLS: not without its authority"
curl -s -m 5 -o /dev/null --cacert "$WORK/other.pem" "$BASE/_journal"
is "$?" 60 "TLS: nor with another one"
! curl -s -m 5 -o /dev/null "http://${BASE#https://}/_journal"
ok $? "TLS: nothing else is spoken"
for case in reset:56 reset_headers:56 reset_body:56 header_flood:56 truncated:18 closed:52 bad_gzip:61 redirect:0 slow=100:0 gzip:0; do
	fetch ${case%:*} "" --compressed
	is "$CODE" ${case##*:} "TLS: ${case%:*}"
done
fetch redirect
is "$(header location)" "$BASE/_followed" "TLS: redirections keep it"
fetch stall_body "" -m 1
is "$CODE $(length_of body)" "28 $((RIGHT / 2))" "TLS: stall_body"
post "{\"requests\":[$LC]}" "https://localhost:${BASE##*:}/~consented$V2/order"
wait_seconds 5
ask "https://localhost:${BASE##*:}/~consented$V2/order/$(member id)"
member dataUrl | grep -q "^https://localhost:${BASE##*:}/~consented/files/"
ok $? "TLS: links have it too, and the name that the client knows"
stop
is $? 0 "TLS: ends with code 0"
finish
