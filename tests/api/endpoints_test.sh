#!/bin/bash
# Every endpoint under both of its names, every field's type, every refusal: the same suite in every
# way a binary can run.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/api/lib.sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables that cross files
. tests/api/transports.sh
. tests/api/expect.sh

id_type='type == "string" and test("^[0-9a-f]{24}$")'
email_type="type == \"object\"
    and (.id | $id_type) and (._id | $id_type) and .id == ._id
    and ([.userId, .promptId, .subject, .keywords, .generatedEmail, .toEmailId, .provider, .model]
         | all(type == \"string\" and length > 0))
    and ([.tokens, .createdOn, .__v] | all(type == \"number\" and . == floor))
    and .__v == 0 and .tokens == 250 and (now - .createdOn | . > -5 and . < 600)"
prompt_type='type == "object"
    and ([.id, .title, .slug, .shortDescription, .iconUrl, .description] | all(type == "string" and length > 0))
    and ([.maxTokens, .updatedOn] | all(type == "number" and . == floor and . > 0))
    and (.iconUrl | test("^http://127\\.0\\.0\\.1:[0-9]+/icons/[a-z-]+\\.png$"))'
user_type="type == \"object\"
    and (._id | $id_type)
    and ([._id, .userId, .uid, .email, .name, .picture] | all(type == \"string\"))
    and ([.usedTokens, .availableTokens, .generatedEmailCount] | all(type == \"number\" and . == floor))
    and (has(\"fcmToken\") | not)"
order='{"subject":"Leave from Monday to Wednesday","keywords":"dentist appointment, Sam covers","promptId":"1","toEmail":"jane.doe@example.com"}'

test_sign_in() {
    local path
    for path in /user/getJWTToken /auth/getJWTToken; do
        expect 200 "$path signs in" POST $path \
            '{"email":"ann.lee@example.com","idToken":"x","loginMethod":"dev","fcmToken":"device"}'
        answer_has "$path gives a token" '.status == 1 and (.payload | length == 1)
            and (.payload[0].token | type == "string" and test("^[\\w-]+\\.[\\w-]+\\.[\\w-]+$"))'
    done
    answer_has "the token names email and uid, and lives 30 days" '
        .payload[0].token | split(".")[1] | gsub("-"; "+") | gsub("_"; "/") | @base64d | fromjson
        | .email == "ann.lee@example.com" and (.uid | type == "string" and length > 0)
          and .exp - .iat == 2592000 and (now - .iat | . > -5 and . < 60)'
    expect 401 "an unknown login method" POST /user/getJWTToken \
        '{"email":"ann.lee@example.com","idToken":"x","loginMethod":"carrier-pigeon"}'
    expect 400 "no email" POST /user/getJWTToken '{"idToken":"x","loginMethod":"dev"}'
    expect 400 "something that is no address" POST /user/getJWTToken \
        '{"email":"ann","idToken":"x","loginMethod":"dev"}'
    expect 400 "a blank idToken" POST /user/getJWTToken \
        '{"email":"ann.lee@example.com","idToken":" ","loginMethod":"dev"}'
    expect 400 "a null fcmToken is as none, a number is not" POST /user/getJWTToken \
        '{"email":"ann.lee@example.com","idToken":"x","loginMethod":"dev","fcmToken":5}'
}

test_tokens_are_needed() {
    # The signature with its letters' case the other way round: the last one alone may have bits that
    # count for nothing.
    local path header signature=${token##*.}
    local wrong=${token%.*}.${signature~~}
    for path in $all_paths; do
        case $path in */getJWTToken | /health) continue ;; esac
        expect 401 "$path without a token" POST "$path" '{}'
        header_is "$path says how to sign in" WWW-Authenticate Bearer
        expect 401 "$path with a wrong token" POST "$path" '{}' "$wrong"
    done
    for header in "Authorization: Basic $token" "Authorization: Bearer" "Authorization: $token"; do
        expect 401 "a header that is not Bearer and a token" POST /user/getUserData '{}' '' "$header"
    done
    expect 200 "the scheme in any case" POST /user/getUserData '{}' '' "Authorization: bearer $token"
}

test_methods_and_types() {
    local path
    for path in $all_paths; do
        [ "$path" = /health ] || {
            expect 405 "GET $path" GET "$path" '' "$token"
            header_is "GET $path says what is allowed" Allow "POST, OPTIONS"
        }
        call OPTIONS "$path" '' '' 'Origin: https://app.example' 'Access-Control-Request-Method: POST'
        is "$status" 204 "$mode: OPTIONS $path is a preflight"
        is "$body" '' "$mode: and has no body"
        header_is "it allows any origin" Access-Control-Allow-Origin '*'
    done
    expect 405 "DELETE" DELETE /email/deleteEmail '' "$token"
    expect 415 "a body that is declared as a form" POST /user/getUserData '{}' "$token" \
        'Content-Type: application/x-www-form-urlencoded'
    expect 415 "a body in Latin-1" POST /user/getUserData '{}' "$token" \
        'Content-Type: application/json; charset=latin1'
    expect 200 "a body in utf-8, other case" POST /user/getUserData '{}' "$token" \
        'Content-Type: Application/JSON;charset="utf-8"'
    expect 200 "no body at all is {}" POST /user/getUserData '' "$token"
    header_is "the answer is JSON" Content-Type 'application/json; charset=utf-8'
    header_is "the answer is not cached" Cache-Control no-store
}

test_user_data() {
    expect 200 "getUserData" POST /user/getUserData '{}' "$token"
    answer_has "a new user's data" ".status == 1 and (.payload | length == 1) and (.payload[0] | $user_type
        and .email == \"ann.lee@example.com\" and .availableTokens == 10000 and .usedTokens == 0
        and .generatedEmailCount == 0 and .userId == .uid)"
}

test_catalogue() {
    local path newest
    for path in /prompt/getPrompts /prompt/getAllPrompts; do
        expect 200 "$path" POST $path '{}' "$token"
        answer_has "$path lists templates" ".payload | length >= 5 and all($prompt_type)"
    done
    answer_has "the first three are who they have always been" \
        '[.payload[:3][] | [.id, .title]] == [["1","Request"],["2","Announcement"],["3","Job Application"]]'
    answer_has "ids and slugs are unique" \
        '.payload | length == (map(.id) | unique | length) and length == (map(.slug) | unique | length)'
    newest=$(jq '[.payload[].updatedOn] | max' <<<"$body")
    expect 200 "templates newer than the newest" POST /prompt/getPrompts "{\"updatedAfter\":$newest}" "$token"
    answer_has "are none, said with status 0" '.status == 0 and .payload == null'
    expect 200 "templates newer than just before it" POST /prompt/getPrompts \
        "{\"updatedAfter\":$((newest - 1)).5}" "$token"
    answer_has "are some" '.status == 1 and (.payload | length >= 1)'
    expect 400 "updatedAfter as text" POST /prompt/getPrompts '{"updatedAfter":"1"}' "$token"
    expect 400 "updatedAfter as null" POST /prompt/getPrompts '{"updatedAfter":null}' "$token"
    expect 400 "updatedAfter as a list" POST /prompt/getPrompts '{"updatedAfter":[1]}' "$token"

    for path in /tutorial/getTutorials /tutorials/getAllTutorials; do
        expect 200 "$path" POST $path '{}' "$token"
        answer_has "$path lists tutorials" '.payload | length >= 4 and all(
            (.title | type == "string" and length > 0)
            and (.htmlContent | type == "string" and test("<p>") and (test("<script|<html") | not))
            and (.updatedOn | type == "number" and . == floor))'
    done
    expect 200 "getBannerImage" POST /misc/getBannerImage '{}' "$token"
    answer_has "the banner is a PNG in base64" \
        '.payload | length == 1 and (.[0].imageData | startswith("iVBORw0KGgo"))'
}

test_emails() {
    local path id first second
    expect 200 "an empty history" POST /email/getGeneratedEmail '{}' "$token"
    answer_has "is status 0" '.status == 0 and .payload == null'
    expect 200 "generateEmail" POST /email/generateEmail "$order" "$token"
    answer_has "an email" ".status == 1 and (.payload | length == 1) and (.payload[0] | $email_type
        and .subject == \"Leave from Monday to Wednesday\" and .promptId == \"1\"
        and .toEmailId == \"jane.doe@example.com\" and .provider == \"offline\"
        and (.generatedEmail | test(\"dentist appointment\"; \"i\") and test(\"Jane Doe\") and test(\"Ann Lee\")))"
    first=$(jq -r '.payload[0].id' <<<"$body")
    expect 200 "a second one" POST /email/generateEmail \
        '{"subject":"Team lunch","keywords":"Friday","promptId":"2","toEmail":"a@example.com, b@example.com"}' "$token"
    second=$(jq -r '.payload[0].id' <<<"$body")
    for path in /email/getGeneratedEmail /email/getGeneratedEmails; do
        expect 200 "$path" POST $path '{}' "$token"
        answer_has "$path lists both" ".payload | length == 2 and all($email_type)"
        answer_has "$path: newest first" '[.payload[].createdOn] | . == (sort | reverse)'
    done
    expect 200 "a page of one" POST /email/getGeneratedEmail '{"limit":1}' "$token"
    answer_has "has one" '.payload | length == 1'
    id=$(jq -r '.payload[0].id' <<<"$body")
    expect 200 "the page after it" POST /email/getGeneratedEmail "{\"limit\":1,\"before\":\"$id\"}" "$token"
    answer_has "has the other" '.payload | length == 1 and .[0].id != $id' --arg id "$id"
    expect 404 "a page after nothing" POST /email/getGeneratedEmail '{"before":"000000000000000000000000"}' "$token"
    expect 400 "a page of none" POST /email/getGeneratedEmail '{"limit":0}' "$token"

    expect 200 "what it cost" POST /user/getUserData '{}' "$token"
    answer_has "is on the balance" \
        '.payload[0] | .availableTokens == 9500 and .usedTokens == 500 and .generatedEmailCount == 2'

    expect 404 "an unknown template" POST /email/generateEmail "${order/\"1\"/\"99\"}" "$token"
    expect 404 "a template's id that is a path" POST /email/generateEmail "${order/\"1\"/\"..\/1\"}" "$token"
    expect 200 "delete" POST /email/deleteEmail "{\"id\":\"$first\"}" "$token"
    answer_has "answers with nothing" '.status == 1 and .payload == null'
    expect 404 "delete twice" POST /email/deleteEmail "{\"id\":\"$first\"}" "$token"
    expect 200 "delete by its other name" POST /email/deleteGeneratedEmail "{\"id\":\"${second^^}\"}" "$token"
    expect 400 "delete what is no id" POST /email/deleteEmail '{"id":"1"}' "$token"
    expect 400 "delete without id" POST /email/deleteEmail '{}' "$token"
}

test_feedback() {
    expect 200 "submitFeedback" POST /misc/submitFeedback \
        '{"subject":"A suggestion","message":"More templates, please."}' "$token"
    answer_has "answers with nothing" '.status == 1 and .payload == null'
    expect 400 "too short a subject" POST /misc/submitFeedback '{"subject":"short","message":"More templates, please."}' "$token"
    expect 400 "nine characters of many bytes" POST /misc/submitFeedback \
        '{"subject":"A suggestion","message":"ééééééééé"}' "$token"
    expect 200 "ten of them" POST /misc/submitFeedback '{"subject":"A suggestion","message":"éééééééééé"}' "$token"
}

test_coins_and_accounts() {
    local poor i uid
    poor=$(sign_in_as "poor.$mode@example.com")
    for ((i = 0; i < 40; i++)); do
        call POST /email/generateEmail "$order" "$poor"
        [ "$status" = 200 ] || break
    done
    is "$i" 40 "$mode: 10000 coins are 40 emails"
    expect 402 "the next one" POST /email/generateEmail "$order" "$poor"
    expect 200 "the balance" POST /user/getUserData '{}' "$poor"
    answer_has "is exactly zero" '.payload[0] | .availableTokens == 0 and .usedTokens == 10000'

    uid=$(jq -r '.payload[0].uid' <<<"$body")
    chatur_command user suspend "$uid" >/dev/null
    expect 403 "a suspended user" POST /user/getUserData '{}' "$poor"
    expect 403 "signing in while suspended" POST /user/getJWTToken \
        "{\"email\":\"poor.$mode@example.com\",\"idToken\":\"x\",\"loginMethod\":\"dev\"}"
    chatur_command user restore "$uid" >/dev/null
    expect 200 "and restored" POST /user/getUserData '{}' "$poor"

    expect 200 "deleteUser" POST /user/deleteUser '{}' "$poor"
    answer_has "answers with nothing" '.status == 1 and .payload == null'
    expect 401 "the very next request" POST /user/getUserData '{}' "$poor"
    expect 401 "deleting twice" POST /user/deleteUser '{}' "$poor"
    poor=$(sign_in_as "poor.$mode@example.com")
    expect 200 "signing up again" POST /user/getUserData '{}' "$poor"
    answer_has "starts afresh" '.payload[0] | .availableTokens == 10000 and .generatedEmailCount == 0'
    expect 200 "with no history" POST /email/getGeneratedEmail '{}' "$poor"
    answer_has "at all" '.status == 0 and .payload == null'
}

test_health() {
    expect 200 "health" GET /health
    answer_has "live and ready" '.payload[0] | .live == true and .ready == true'
    expect 200 "health, only live" GET '/health?live'
    answer_has "only live" '.payload[0] | .live == true and (has("ready") | not)'
    expect 200 "health by POST" POST /health '{}'
}

test_request_ids() {
    call POST /user/getUserData '{}' "$token"
    local first
    first=$(sed -n 's/^X-Request-Id: //Ip' "$headers")
    matches "$first" '^[0-9A-Za-z._-]{16,64}$' "$mode: every answer has a request id"
    call POST /user/getUserData '{}' "$token"
    isnt "$(sed -n 's/^X-Request-Id: //Ip' "$headers")" "$first" "$mode: of its own"
}

# The log's lines of the request that was just answered, as objects. Under Apache each has its prefix.
log_lines_of() { # ID
    grep -shF "\"request_id\":\"$1\"" "$work/state/log/chatur.log" "$work/endpoints.log" "$work/apache/error.log" |
        sed 's/^[^{]*//'
}
is_logged() { # ID
    [ "$(log_lines_of "$1" | jq -s 'any(has("status"))')" = true ]
}
last_id() {
    sed -n 's/^X-Request-Id: //Ip' "$headers"
}

test_log_lines() {
    local path id
    for path in /prompt/getPrompts /prompt/getAllPrompts; do
        call POST "$path" '{}' "$token"
        id=$(last_id)
        wait_for 5 is_logged "$id"
        is "$(log_lines_of "$id" | jq -r 'select(has("status")) | "\(.endpoint) \(.status)"')" "$path 200" \
            "$mode: the log names the endpoint as it was asked for: $path"
    done
    call POST /email/generateEmail "$order" "$token"
    id=$(last_id)
    wait_for 5 is_logged "$id"
    is "$(log_lines_of "$id" | jq -r '.endpoint' | sort -u)" /email/generateEmail \
        "$mode: every line of a request names it"
    matches "$(log_lines_of "$id" | jq -r '.message // ""' | tr '\n' ' ')" 'offline' \
        "$mode: also the one that says which generator wrote the email"
}

test_unknown_endpoints() {
    local path
    for path in /nothing /user/nothing /user/getUserData/x /user /email/../health.c /getUserData; do
        expect 404 "$path" POST "$path" '{}' "$token"
    done
}

all_paths=$(cd cgi-bin && find . -name '*.c' | sed 's/^\.//; s/\.c$//' | sort)
for each_mode in ${MODE:-$MODES}; do
    rm -rf "$work/state" "$work/sockets"
    transport_start "$each_mode"
    token=$(sign_in_as ann.lee@example.com)
    test_sign_in
    test_tokens_are_needed
    test_methods_and_types
    test_user_data
    test_catalogue
    test_emails
    test_feedback
    test_coins_and_accounts
    test_health
    test_request_ids
    test_log_lines
    [ "$mode" != nginx ] || test_unknown_endpoints
    transport_stop
done
done_testing
