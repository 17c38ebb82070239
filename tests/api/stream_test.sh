#!/bin/bash
# `Accept: text/event-stream`: an email arrives while it is written, in every way a binary can run. A
# model that writes only when it is told to shows that no word waits for the next one.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables that cross files
. tests/api/transports.sh
. tests/api/expect.sh
. tests/api/slow_model.sh

order='{"subject":"Lunch on Friday","keywords":"noon, canteen","promptId":"1","toEmail":"x@example.com"}'
events='Accept: text/event-stream'

# Prints the data of the events of a name.
data_of() {
    tr -d '\r' <<<"$body" | sed -n "/^event: $1\$/{n;s/^data: //p}"
}

# The names of the events, in order; or how the stream is not one.
names_of() {
    tr -d '\r' <<<"$body" | awk '
        NR % 3 == 1 && /^event: [a-z]+$/ { printf "%s ", $2; next }
        NR % 3 == 2 && /^data: [{].*[}]$/ { next }
        NR % 3 == 0 && $0 == "" { next }
        { if ($0 != "") printf "(line %d: %s) ", NR, $0 }'
}

content_type() {
    sed -n 's/^Content-Type: //Ip' "$headers"
}

# --- the real generator: what is streamed ---------------------------------------------------------

test_events() {
    local plain
    call POST /email/generateEmail "$order" "$token" "$events" 'Idempotency-Key: first'
    is "$status $(content_type)" "200 text/event-stream; charset=utf-8" "$mode: a stream"
    header_is "nobody keeps it" Cache-Control no-store
    matches "$(names_of)" '^(delta )+done $' "$mode: of deltas, then done"
    is "$(data_of delta | jq -j .text)" "$(data_of "done" | jq -j '.payload[0].generatedEmail')" \
        "$mode: the deltas are the email"
    plain=$(data_of "done")
    call POST /email/generateEmail "$order" "$token" 'Idempotency-Key: first'
    is "$(content_type)" "application/json; charset=utf-8" "$mode: who does not ask gets JSON"
    is "$plain" "$body" "$mode: done has the envelope, byte for byte"

    call POST /email/generateEmail "$order" "$token" "$events" 'Idempotency-Key: first'
    header_is "a replay can be streamed, and says so" Idempotent-Replayed true
    is "$(names_of) $(data_of "done")" "delta done  $plain" "$mode: in one piece"
    is "$(data_of delta | jq -j .text)" "$(jq -j '.payload[0].generatedEmail' <<<"$plain")" "$mode: the same"
}

# What fails before the first word is an ordinary refusal.
test_refusals() {
    local poor
    expect 401 "a stream without a session" POST /email/generateEmail "$order" '' "$events"
    expect 400 "a stream of a bad order" POST /email/generateEmail '{"subject":1}' "$token" "$events"
    expect 404 "a stream of no template" POST /email/generateEmail "${order/\"1\"/\"0\"}" "$token" "$events"
    is "$(content_type)" "application/json; charset=utf-8" "$mode: is refused in JSON"
    expect 405 "a stream by PUT" PUT /email/generateEmail '' "$token" "$events"
    expect 200 "who weighs it with nothing" POST /email/generateEmail "$order" "$token" "$events;q=0"
    expect 200 "other endpoints do not stream" POST /user/getUserData '{}' "$token" "$events"
    poor=$(sign_in_as poor@example.com)
    sqlite3 "$work/state/chatur.db" "UPDATE users SET available_coins = 249, used_coins = 9751
        WHERE email = 'poor@example.com'"
    expect 402 "a stream without coins" POST /email/generateEmail "$order" "$poor" "$events"
}

for each_mode in ${MODE:-$MODES}; do
    rm -rf "$work/state" "$work/sockets" "${work:?}/home"
    transport_start "$each_mode"
    token=$(sign_in_as ann.lee@example.com)
    test_events
    test_refusals
    if [ "$mode" = nginx ]; then
        answer_of() {
            curl -s -N -D "$headers" --max-time 10 -H "Authorization: Bearer $token" \
                -H 'Content-Type: application/json' -H "$events" -d "$order" "$@" "$url/email/generateEmail"
        }
        body=$(answer_of --http1.0)
        is "$(names_of)" "delta done " "$mode: HTTP/1.0 gets it too"
        body=$(answer_of -H 'Accept-Encoding: gzip')
        is "$(names_of)" "delta done " "$mode: it is not compressed"
        body=$(answer_of -H 'Origin: https://a.example')
        sed -i 's/\r$//' "$headers"
        header_is "pages may read it" Access-Control-Allow-Origin '*'
    fi
    transport_stop
done

# --- a slow model: when it is streamed ------------------------------------------------------------

use_slow_model

# Has the answer this text in it so far?
has_come() {
    grep -aqF "$1" "$answer"
}

let_write() {
    touch "$work/state/model/$1"
}

history_is() {
    call POST /user/getUserData '{}' "$token"
    holds ".payload[0] | .generatedEmailCount == $1 and .usedTokens == $1 * 250
        and .availableTokens == 10000 - $1 * 250"
}

# The model writes nothing yet.
begin() {
    rm -rf "$work/state/model"
    mkdir -m 755 "$work/state/model"
    : >"$answer"
    call POST /email/generateEmail "$order" "$token" "$events" "$@" &
    caller=$!
}

test_word_by_word() {
    begin
    let_write 1
    passes "$mode: the first word comes before the second is written" \
        wait_for 8 has_come 'data: {"text":"Dear Änn,\n\n"}'
    is "$(grep -ac '^event: ' "$answer")" 1 "$mode: alone"
    let_write 2
    passes "$mode: so does the second" wait_for 8 has_come 'data: {"text":"the \"first\""}'
    is "$(grep -ac '^event: ' "$answer")" 2 "$mode: nothing else is there"
    let_write 3
    wait "$caller"
    is "$(grep -a '^event: ' "$answer" | tr -d '\r' | tr '\n' ' ')" \
        "event: delta event: delta event: delta event: done " "$mode: and the rest"
    passes "$mode: it is one email, and paid for" history_is 1
}

test_failures() {
    begin
    let_write fail
    let_write 1
    wait "$caller"
    matches "$(grep -ac '^event: ' "$answer") $(<"$answer")" '^0 .*"status":0.*"payload":null' \
        "$mode: a failure before the first word is no stream"
    begin
    let_write 1
    wait_for 8 has_come 'event: delta'
    let_write fail
    let_write 2
    wait "$caller"
    is "$(grep -a '^event: ' "$answer" | tr -d '\r' | tr '\n' ' ')" "event: delta event: error " \
        "$mode: one after it is the last event"
    is "$(tr -d '\r' <"$answer" | grep -A 1 '^event: error' | sed -n 's/^data: //p')" \
        '{"status":0,"message":"No usable email was written; nothing was charged","payload":null}' \
        "$mode: with the envelope"
    passes "$mode: the coins are back" history_is 1
}

family_of() {
    local child
    for child in $(pgrep -P "$1"); do
        family_of "$child"
        printf '%s\n' "$child"
    done
}

# The caller goes away in the middle.
test_leaving() {
    begin 'Idempotency-Key: left'
    let_write 1
    wait_for 8 has_come 'event: delta'
    mapfile -t family < <(family_of "$caller")
    kill "${family[@]}"
    wait "$caller" 2>/dev/null
    call POST /email/generateEmail "$order" "$token" "$events" 'Idempotency-Key: left'
    is "$status" 409 "$mode: it is still being written for who left"
    header_is "and soon will be" Retry-After 1
    let_write 2
    let_write 3
    passes "$mode: it is finished, stored and paid for" wait_for 8 history_is 2
    has_left() {
        cat "$work/state/log/chatur.log" "$work/endpoints.log" 2>/dev/null |
            grep -q '"outcome":"ok".*the client left before the answer was complete'
    }
    passes "$mode: the log says that nobody waited for it" wait_for 8 has_left
    call POST /email/generateEmail "$order" "$token" "$events" 'Idempotency-Key: left'
    is "$(data_of "done" | jq -j '.payload[0].generatedEmail')" $'Dear Änn,\n\nthe "first" and the last.' \
        "$mode: asked again it is there"
    passes "$mode: and was paid for once" history_is 2
}

for each_mode in ${MODE:-$MODES}; do
    rm -rf "$work/state" "$work/sockets" "${work:?}/home"
    transport_start "$each_mode"
    token=$(sign_in_as ann.lee@example.com)
    test_word_by_word
    test_failures
    case $mode in nginx | fd0) test_leaving ;; esac
    transport_stop
done
done_testing
