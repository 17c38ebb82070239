#!/bin/bash
# Idempotency-Key: a request that is repeated under its key is answered and charged once, in every way
# a binary can run.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables that cross files
. tests/api/transports.sh
. tests/api/expect.sh

export RATE_GENERATE=0 # two hundred requests at once are no person's
order='{"subject":"Lunch on Friday","keywords":"noon, canteen","promptId":"1","toEmail":"x@example.com"}'
uuid=8e03978e-40d5-43dd-bc93-6894a57f9324
path=/email/generateEmail

# So many emails are paid for and stored.
assert_paid() {
    call POST /user/getUserData '{}' "$token"
    answer_has "$2" ".payload[0] | .generatedEmailCount == $1 and .usedTokens == $1 * 250
        and .availableTokens == 10000 - $1 * 250"
}

test_retries() {
    local first key
    expect 200 "a first request" POST $path "$order" "$token" "Idempotency-Key: \"$uuid\""
    header_is "is no replay" Idempotent-Replayed ''
    first=$body
    answer_has "its id looks like any" '.payload[0] | ._id == .id and (.id | test("^[0-9a-f]{24}$"))'
    for key in "\"$uuid\"" "$uuid"; do
        expect 200 "again, as $key" POST $path "$order" "$token" "Idempotency-Key: $key"
        header_is "is a replay" Idempotent-Replayed true
        is "$body" "$first" "$mode: and the same answer, byte for byte"
    done
    expect 200 "written in another way" POST $path \
        '{ "toEmail":"x@example.com", "promptId":"1", "keywords":"noon,\u0020canteen", "subject":"Lunch on Friday" }' \
        "$token" "Idempotency-Key: $uuid"
    is "$body" "$first" "$mode: it is the same request"
    expect 422 "another request under the key" POST $path "${order/Friday/Monday}" "$token" "Idempotency-Key: $uuid"
    expect 422 "with a field more" POST $path "${order%?},\"tone\":\"formal\"}" "$token" "Idempotency-Key: $uuid"
    header_is "is no replay" Idempotent-Replayed ''
    assert_paid 1 "one was paid for"
    expect 200 "another key" POST $path "$order" "$token" "Idempotency-Key: ${uuid^^}"
    header_is "is another request" Idempotent-Replayed ''
    expect 200 "no key" POST $path "$order" "$token"
    assert_paid 3 "three were paid for"
    expect 200 "a language that cannot be had" POST $path "${order%?},\"language\":\"de\"}" "$token" "Idempotency-Key: de"
    first=$body
    answer_has "is said" '.payload[0].notice | test("English only")'
    expect 200 "again" POST $path "${order%?},\"language\":\"de\"}" "$token" "Idempotency-Key: de"
    is "$body" "$first" "$mode: and is said again"
    assert_paid 4 "one more was paid for"
}

test_malformed_keys() {
    local key long
    printf -v long '%256s' ''
    long=${long// /k}
    for key in 'a b' '"abc' '"a b"' '"abc"; q=1' 'é' "$long" '""' 'a, b'; do
        expect 400 "the key ${key:0:20}" POST $path "$order" "$token" "Idempotency-Key: $key"
    done
    answer_has "it says what a key is" '.message | test("1 to 255 visible ASCII")'
    assert_paid 4 "nothing was paid for"
    expect 401 "a stranger's malformed key" POST $path "$order" '' 'Idempotency-Key: a b'
    expect 200 "other endpoints have no keys" POST /user/getUserData '{}' "$token" 'Idempotency-Key: a b'
    expect 200 "the longest key" POST $path "$order" "$token" "Idempotency-Key: ${long%?}"
    assert_paid 5 "was paid for"
}

test_users_and_days() {
    local id other
    call POST $path "$order" "$token" "Idempotency-Key: $uuid"
    id=$(jq -r '.payload[0].id' <<<"$body")
    other=$(sign_in_as other@example.com)
    expect 200 "the key of somebody else" POST $path "$order" "$other" "Idempotency-Key: $uuid"
    header_is "is not theirs" Idempotent-Replayed ''
    answer_has "nor is the email" ".payload[0].id != \"$id\""

    expect 200 "deleting the email" POST /email/deleteEmail "{\"id\":\"$id\"}" "$token"
    expect 200 "asking again" POST $path "$order" "$token" "Idempotency-Key: $uuid"
    header_is "writes anew" Idempotent-Replayed ''
    assert_paid 6 "and is paid for"

    sqlite3 "$work/state/chatur.db" "UPDATE emails SET created_s = created_s - 86401 WHERE id = '$id'"
    expect 200 "a day later" POST $path "${order/Friday/Monday}" "$token" "Idempotency-Key: $uuid"
    header_is "the key is free" Idempotent-Replayed ''
    answer_has "for a new email" ".payload[0].id != \"$id\""
    assert_paid 7 "which is paid for"
    expect 200 "and then" POST $path "${order/Friday/Monday}" "$token" "Idempotency-Key: $uuid"
    header_is "it is that one's" Idempotent-Replayed true
    assert_paid 7 "and was"
}

# The ids of emails with a key are in no order, and the history is.
test_history() {
    local all pages='' last='"limit":2'
    call POST /email/getGeneratedEmail '{}' "$token"
    all=$(jq -r '.payload[].id' <<<"$body")
    while call POST /email/getGeneratedEmail "{$last}" "$token" && holds '.status == 1'; do
        pages+=$(jq -r '.payload[].id' <<<"$body")$'\n'
        last="\"limit\":2,\"before\":\"$(jq -r '.payload[-1].id' <<<"$body")\""
    done
    is "$(grep -c . <<<"$all")" 6 "$mode: the history has all but the deleted one"
    is "$pages" "$all"$'\n' "$mode: also page by page"
}

for each_mode in ${MODE:-$MODES}; do
    rm -rf "$work/state" "$work/sockets" "${work:?}/home"
    transport_start "$each_mode"
    token=$(sign_in_as ann.lee@example.com)
    test_retries
    test_malformed_keys
    test_users_and_days
    test_history
    if [ "$mode" = nginx ]; then
        # curl sends a header without a value when it ends in a semicolon.
        expect 400 "a key that is not there" POST $path "$order" "$token" 'Idempotency-Key;'
        call OPTIONS $path '' '' 'Origin: https://a.example' 'Access-Control-Request-Headers: idempotency-key'
        matches "$(sed -n 's/^Access-Control-Allow-Headers: //Ip' "$headers")" 'Idempotency-Key' \
            "$mode: pages may send it"
        call POST $path "$order" "$token" 'Origin: https://a.example'
        matches "$(sed -n 's/^Access-Control-Expose-Headers: //Ip' "$headers")" 'Idempotent-Replayed' \
            "$mode: and see what came of it"
    fi
    transport_stop
done

# --- many at once --------------------------------------------------------------------------------

case ${MODE:-nginx} in
nginx)
    rm -rf "$work/state"
    transport_start nginx
    token=$(sign_in_as ann.lee@example.com)
    for round in 1 2 3 4 5; do
        for ((i = 0; i < 40; i++)); do
            printf 'next\nurl = "%s%s"\nheader = "Authorization: Bearer %s"\nheader = "Idempotency-Key: r%d"\n' \
                "$url" "$path" "$token" "$round"
            printf 'header = "Content-Type: application/json"\noutput = "%s/out.%d.%d"\ndata = "%s"\n' \
                "$work" "$round" "$i" "${order//\"/\\\"}"
            printf 'write-out = "%d %%{http_code} %%header{idempotent-replayed}\\n"\n' "$round"
        done | sed 1d >"$work/requests"
        curl -s --parallel --parallel-immediate --parallel-max 40 -K "$work/requests" >>"$work/statuses" 2>/dev/null
    done
    diag "$(sort "$work/statuses" | uniq -c | tr '\n' ';')"
    is "$(sed 's/ *$//' "$work/statuses" | grep -cE '^[1-5] (200|200 true|409)$')" 200 \
        "every request is answered: written, written already, or still running"
    is "$(sed 's/ *$//' "$work/statuses" | grep -E '^[1-5] 200$' | sort | uniq -c | awk '{ print $1 }' | tr '\n' ' ')" \
        '1 1 1 1 1 ' "one of forty writes the email"
    is "$(cat "$work"/out.* | jq -r 'select(.status == 1) | .payload[0].id' | sort -u | wc -l)" 5 \
        "and all get the same"
    assert_paid 5 "once it is paid for"
    transport_stop
    ;;
esac
done_testing
