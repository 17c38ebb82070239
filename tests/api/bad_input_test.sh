#!/bin/bash
# Bad input gets a clear refusal in the envelope and changes nothing.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables that cross files
. tests/api/transports.sh
. tests/api/expect.sh

repeat() { # CHARACTER COUNT
    printf "%0.s$1" $(seq 1 "$2")
}

order() { # SUBJECT KEYWORDS PROMPT TO, each as JSON
    printf '{"subject":%s,"keywords":%s,"promptId":%s,"toEmail":%s}' "$1" "$2" "$3" "$4"
}

refused_orders() {
    local to='"a@example.com"' value
    for value in 1 1.5 true null '[]' '{}' '["x"]' '{"$gt":""}' '""' '" \t\n "' '"　"' \
        '"\u3164"' '"\u2800 \u115f\u1160"'; do
        expect 400 "subject $value" POST "$generate" "$(order "$value" '"x"' '"1"' "$to")" "$token"
        expect 400 "keywords $value" POST "$generate" "$(order '"x"' "$value" '"1"' "$to")" "$token"
        expect 400 "promptId $value" POST "$generate" "$(order '"x"' '"x"' "$value" "$to")" "$token"
        expect 400 "toEmail $value" POST "$generate" "$(order '"x"' '"x"' '"1"' "$value")" "$token"
    done
    answer_has "the message names the field" '.message | test("toEmail")'
    for value in '"a"' '"@example.com"' '"a@"' '"a@b@c.org"' '"a b@example.com"' '"a@example"' '"a@-x.org"' \
        '"a@example.com,"' '",a@example.com"' '"a@example.com;b@example.com"' '"<a@example.com>"' \
        '"a@example.com\r\nBcc: b@example.com"' '"a@example.com\u0007"' "\"$(repeat a 65)@example.com\"" \
        "\"a@$(repeat b 250).com\"" \
        '"a\u202e@example.com"' '"a@example\u2066.com"' '"a@example.com\u2028"' '"a\u200b@example.com"' '"a\u3164@example.com"'; do
        expect 400 "toEmail ${value:0:40}" POST "$generate" "$(order '"x"' '"x"' '"1"' "$value")" "$token"
    done
    for value in '"a\nb"' '"a\u0000b"' '"a\u0007b"' '"a\u007fb"' '"a\u0085b"' "\"$(repeat s 201)\"" \
        '"a\u202eb"' '"\u202aa"' '"a\u2069"' '"a\u2028b"' '"a\u2029"'; do
        expect 400 "subject ${value:0:40}" POST "$generate" "$(order "$value" '"x"' '"1"' "$to")" "$token"
    done
    expect 400 "keywords of 1001 characters" POST "$generate" \
        "$(order '"x"' "\"$(repeat k 1001)\"" '"1"' "$to")" "$token"
    expect 400 "feedback of 5001 characters" POST /misc/submitFeedback \
        "{\"subject\":\"ten letters\",\"message\":\"$(repeat m 5001)\"}" "$token"
}

refused_json() {
    local good text
    good=$(order '"x"' '"x"' '"1"' '"a@example.com"')
    while IFS= read -r text; do
        expect 400 "${text:0:50}" POST "$generate" "$text" "$token"
    done <<'ROWS'
{
{"subject":"x"
[]
[{}]
"text"
1
null
true
{} {}
{}x
{"a":1,}
{"a":01}
{"a":1.}
{"a":.5}
{"a":+1}
{"a":1e}
{"a":NaN}
{"a":-Infinity}
{"a":1e400}
{"a":9223372036854775808}
{'a':1}
{a:1}
{"a":TRUE}
{"a":"\x41"}
{"a":"\u12"}
{"a":"\ud800"}
{"a":"\udc00\ud800"}
{"a":"	"}
{"a":1,"a":2}
{"a":1,"\u0061":2}
{"a\u0000b":1}
{"a":1}/* comment */
// comment
ROWS
    expect 400 "nested 30000 deep" POST "$generate" "$(repeat '[' 30000)" "$token"
    expect 400 "nested objects" POST "$generate" "$(repeat '{"a":' 5000)" "$token"
    expect 400 "a byte that is not UTF-8" POST "$generate" "{\"a\":\"$(printf '\xff')\"}" "$token"
    expect 400 "overlong UTF-8" POST "$generate" "{\"a\":\"$(printf '\xc0\xaf')\"}" "$token"
    expect 400 "a surrogate in UTF-8" POST "$generate" "{\"a\":\"$(printf '\xed\xa0\x80')\"}" "$token"
    expect 400 "a byte order mark" POST "$generate" "$(printf '\xef\xbb\xbf')$good" "$token"
    expect 200 "unknown fields are ignored" POST /user/getUserData \
        '{"promptId2":1,"more":{"deep":[1,2]},"$where":"x"}' "$token"
    expect 413 "a body over the limit" POST "$generate" "{\"a\":\"$(repeat a 66000)\"}" "$token"
    expect 401 "an oversized token" POST "$generate" "$good" "$(repeat a 5000).b.c"
}

# What only a raw connection can send: wrong lengths, chunks, cut bodies.
raw() { # NAME STATUS TEXT
    local line=''
    exec {connection}<>"/dev/tcp/127.0.0.1/${url##*:}"
    printf '%b' "$3" >&"$connection"
    IFS= read -r -t 10 line <&"$connection"
    exec {connection}>&-
    is "$(cut -d' ' -f2 <<<"$line")" "$2" "$mode: $1"
}

raw_requests() {
    local head="POST /user/getUserData HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer $token\r\nContent-Type: application/json\r\n"
    raw "the right length" 200 "${head}Content-Length: 2\r\n\r\n{}"
    raw "a chunked body" 200 "${head}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"
    raw "a chunked body that is not JSON" 400 "${head}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n\r\n"
    raw "a bad chunk" 400 "${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{\r\n"
    raw "two lengths" 400 "${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"
    raw "a negative length" 400 "${head}Content-Length: -1\r\n\r\n{}"
    raw "a length with letters" 400 "${head}Content-Length: 2x\r\n\r\n{}"
    raw "a huge length" 413 "${head}Content-Length: 99999999999\r\n\r\n{}"
    raw "NUL in the body" 400 "${head}Content-Length: 3\r\n\r\n{}\\0"
    raw "not HTTP" 400 "hello\r\n\r\n"
}

# The same for a binary that runs as CGI: the length is what the web server says it is.
cgi_lengths() {
    local row wanted length
    for row in '400 3' '400 200' '400 -1' '400 2x' '413 18446744073709551618' '413 99999999' '200 2'; do
        read -r wanted length <<<"$row"
        call POST /user/getUserData '{}' "$token" "Content-Length: $length"
        is "$status" "$wanted" "$mode: a body of 2 bytes declared as $length"
    done
}

generate=/email/generateEmail
for each_mode in ${MODE:-nginx cgi}; do
    rm -rf "$work/state"
    transport_start "$each_mode"
    token=$(sign_in_as ann.lee@example.com)
    refused_orders
    refused_json
    case $mode in
    nginx) raw_requests ;;
    cgi) cgi_lengths ;;
    esac
    expect 200 "after all that" POST /user/getUserData '{}' "$token"
    answer_has "nothing was charged" \
        '.payload[0] | .availableTokens == 10000 and .usedTokens == 0 and .generatedEmailCount == 0'
    expect 200 "and the history" POST /email/getGeneratedEmail '{}' "$token"
    answer_has "is empty" '.payload == null'
    transport_stop
done
done_testing
